"""Every shape a linear program may have: with and without a best plan, degenerate, empty, fixed, free, boxed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ..base.status import Status
from ..program.linear import LinearProgram
from .case import Case, Feature
from .small import INF, program, with_sides

_REFUTES = frozenset({Feature.REFUTES})
_BARE = frozenset({Feature.WITHOUT_COLUMNS})


def workshop() -> LinearProgram:
    """Return ``max 3x + 2y``: ``x + y <= 4``, ``x + 3y <= 9``, ``x <= 3``; best at (3, 1): 11."""
    return program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 3.0], "<=", 9.0)], upper=[3.0, INF])


def _none(name: str, make: Callable[[], LinearProgram], status: Status, *needs: Feature) -> Case:
    return Case(name, make, status, needs=_REFUTES.union(needs))


def _beale() -> LinearProgram:
    rows: Any = [
        ([0.25, -60.0, -1 / 25, 9.0], "<=", 0.0),
        ([0.5, -90.0, -1 / 50, 3.0], "<=", 0.0),
        ([0.0, 0.0, 1.0, 0.0], "<=", 1.0),
    ]
    return program("min", [-0.75, 150.0, -1 / 50, 6.0], rows)


def _klee_minty(n: int) -> LinearProgram:
    rows: Any = []
    for i in range(n):
        coefficients = [2.0 ** (i - j + 1) for j in range(i)] + [1.0] + [0.0] * (n - i - 1)
        rows.append((coefficients, "<=", 5.0 ** (i + 1)))
    return program("max", [2.0 ** (n - 1 - j) for j in range(n)], rows)


def _transport() -> LinearProgram:
    """Three works of 10 and three towns of 10, every basis degenerate; each town by its own works at 1: 30."""
    rows: Any = []
    for k in range(3):
        rows.append(([1.0 if i // 3 == k else 0.0 for i in range(9)], "<=", 10.0))
    for k in range(3):
        rows.append(([1.0 if i % 3 == k else 0.0 for i in range(9)], ">=", 10.0))
    return program("min", [1.0 if i // 3 == i % 3 else 2.0 for i in range(9)], rows)


def _ranged(sense: Any, cost: float) -> LinearProgram:
    one_sided = program(sense, [cost, cost], [([1.0, 1.0], "<=", 7.0), ([1.0, -1.0], "<=", 0.0)])
    return with_sides(one_sided, [2.0, 0.0], [7.0, 0.0])


SHAPE_CASES: tuple[Case, ...] = (
    Case(
        "feasible",
        workshop,
        objective=11.0,
        columns={"x": [3.0, 1.0]},
        valuations={"at most": [2.0, 0.0]},
    ),
    Case("one column", partial(program, "min", [2.0], [([3.0], ">=", 6.0)]), objective=4.0, columns={"x": [2.0]}),
    _none(
        "infeasible: two rows clash",
        partial(program, "max", [1.0, 0.0], [([1.0, 1.0], "<=", 1.0), ([1.0, 1.0], ">=", 2.0)]),
        Status.INFEASIBLE,
    ),
    _none(
        "infeasible: a row and the bounds clash",
        partial(program, "min", [1.0, 1.0], [([1.0, 1.0], ">=", 3.0)], upper=1.0),
        Status.INFEASIBLE,
    ),
    _none(
        "infeasible: equalities of free columns clash",
        partial(program, "min", [0.0, 0.0], [([1.0, -1.0], "==", 1.0), ([1.0, -1.0], "==", 2.0)], lower=-INF),
        Status.INFEASIBLE,
    ),
    _none(
        "infeasible: a chain of rows clashes",
        partial(
            program,
            "min",
            [1.0, 1.0, 1.0],
            [([1.0, -2.0, 0.0], ">=", 0.0), ([0.0, 1.0, -2.0], ">=", 0.0), ([-1.0, 0.0, 3.9], ">=", 1.0)],
        ),
        Status.INFEASIBLE,
    ),
    _none(
        "infeasible by a hair",
        partial(program, "min", [1.0, 1.0], [([1.0, 1.0], "<=", 1.0), ([1.0, 1.0], ">=", 1.0 + 1e-5)]),
        Status.INFEASIBLE,
    ),
    Case(
        "feasible in one point",
        partial(
            program, "min", [1.0, 2.0], [([1.0, 1.0], "<=", 1.0), ([1.0, 1.0], ">=", 1.0), ([1.0, 0.0], "<=", 0.0)]
        ),
        objective=2.0,
        columns={"x": [0.0, 1.0]},
    ),
    _none("unbounded", partial(program, "max", [1.0, 0.0], [([1.0, -1.0], "<=", 1.0)]), Status.UNBOUNDED),
    _none(
        "unbounded along a ray of three columns",
        partial(program, "min", [-1.0, -1.0, 1.0], [([1.0, -1.0, 0.0], "==", 0.0), ([0.0, 1.0, -2.0], "<=", 3.0)]),
        Status.UNBOUNDED,
    ),
    _none(
        "unbounded downwards in a free column",
        partial(program, "min", [1.0, 1.0], [([1.0, 1.0], "<=", 5.0)], lower=[-INF, 0.0]),
        Status.UNBOUNDED,
    ),
    _none(
        "primal and dual infeasible",
        partial(program, "max", [1.0, 1.0], [([1.0, -1.0], "<=", -1.0), ([-1.0, 1.0], "<=", -1.0)]),
        Status.INFEASIBLE,
    ),
    _none(
        "infeasible with a free ride in another column",
        partial(program, "max", [0.0, 1.0], [([1.0, 0.0], ">=", 2.0), ([1.0, 0.0], "<=", 1.0)]),
        Status.INFEASIBLE,
    ),
    Case("degenerate: Beale's cycling example", _beale, objective=-0.05, columns={"x": [0.04, 0.0, 1.0, 0.0]}),
    Case("degenerate: every basis of a transport problem", _transport, objective=30.0),
    Case("Klee and Minty's cube in eight dimensions", partial(_klee_minty, 8), objective=5.0**8),
    Case(
        "rows that say the same twice",
        partial(
            program, "min", [1.0, 2.0], [([1.0, 1.0], "==", 2.0), ([2.0, 2.0], "==", 4.0), ([1.0, 1.0], "<=", 2.0)]
        ),
        objective=2.0,
        columns={"x": [2.0, 0.0]},
    ),
    Case(
        "empty rows",
        partial(
            program,
            "max",
            [1.0, 1.0],
            [([0.0, 0.0], "<=", 5.0), ([1.0, 2.0], "<=", 4.0), ([0.0, 0.0], ">=", -1.0), ([0.0, 0.0], "==", 0.0)],
        ),
        objective=4.0,
        columns={"x": [4.0, 0.0]},
        valuations={"at most": [0.0, 1.0], "at least": [0.0]},
    ),
    _none(
        "empty row that asks for something",
        partial(program, "max", [1.0, 1.0], [([1.0, 2.0], "<=", 4.0), ([0.0, 0.0], ">=", 1.0)]),
        Status.INFEASIBLE,
        Feature.EMPTY_CLASHES,
    ),
    Case(
        "empty columns",
        partial(program, "max", [1.0, 2.0, 0.0, -1.0], [([1.0, 0.0, 0.0, 0.0], "<=", 4.0)], upper=[INF, 3.0, 2.0, INF]),
        objective=10.0,
        valuations={"at most": [1.0]},
    ),
    _none(
        "empty column that pays for ever",
        partial(program, "max", [1.0, 2.0], [([1.0, 0.0], "<=", 4.0)]),
        Status.UNBOUNDED,
    ),
    Case(
        "fixed columns",
        partial(program, "max", [1.0, 5.0, -1.0], [([1.0, 1.0, 1.0], "<=", 9.0)], [0.0, 2.0, -3.0], [INF, 2.0, -3.0]),
        objective=23.0,
        columns={"x": [10.0, 2.0, -3.0]},
        valuations={"at most": [1.0]},
    ),
    _none(
        "fixed columns that break a row",
        partial(program, "max", [1.0, 1.0], [([1.0, 1.0], "<=", 3.0)], 2.0, 2.0),
        Status.INFEASIBLE,
    ),
    Case(
        "free columns",
        partial(program, "min", [1.0, 0.0], [([1.0, -1.0], ">=", -2.0), ([1.0, 1.0], ">=", -6.0)], lower=-INF),
        objective=-4.0,
        columns={"x": [-4.0, -2.0]},
        valuations={"at least": [0.5, 0.5]},
    ),
    Case(
        "columns that may only be negative",
        partial(program, "max", [1.0, 1.0], [([1.0, -1.0], "==", 2.0)], [-INF, -INF], [-1.0, 5.0]),
        objective=-4.0,
        columns={"x": [-1.0, -3.0]},
        valuations={"equal": [-1.0]},
    ),
    Case(
        "boxed columns, at either end",
        partial(program, "min", [1.0, -1.0, 0.5], [([1.0, 1.0, 1.0], "<=", 100.0)], [-2.0, -2.0, 1.0], [3.0, 3.0, 4.0]),
        objective=-4.5,
        columns={"x": [-2.0, 3.0, 1.0]},
        valuations={"at most": [0.0]},
    ),
    Case(
        "equality rows",
        partial(
            program, "min", [1.0, 2.0, 4.0], [([1.0, 1.0, 1.0], "==", 6.0), ([1.0, 0.0, -1.0], "==", 2.0)], upper=4.0
        ),
        objective=10.0,
        columns={"x": [2.0, 4.0, 0.0]},
    ),
    Case(
        "rows with two sides, at the upper one",
        partial(_ranged, "max", 3.0),
        objective=21.0,
        columns={"x": [3.5, 3.5]},
        valuations={"at most": [3.0, 0.0]},
        needs=frozenset({Feature.RANGES}),
    ),
    Case(
        "rows with two sides, at the lower one",
        partial(_ranged, "min", 3.0),
        objective=6.0,
        columns={"x": [1.0, 1.0]},
        valuations={"at most": [3.0, 0.0]},
        needs=frozenset({Feature.RANGES}),
    ),
    Case(
        "no objective",
        partial(program, "min", [0.0, 0.0], [([1.0, 1.0], ">=", 2.0)], upper=3.0),
        objective=0.0,
        valuations={"at least": [0.0]},
    ),
    Case(
        "objective with an offset", partial(program, "max", [1.0], [([2.0], "<=", 6.0)], offset=100.0), objective=103.0
    ),
    Case(
        "an offset that cancels the optimum",
        partial(program, "min", [1.0], [([1.0], ">=", 6.0)], offset=-6.0),
        objective=0.0,
    ),
    Case("no rows", partial(program, "max", [1.0, -1.0], (), [0.0, -1.0], [2.0, 5.0]), objective=3.0),
    _none("no rows and no limit", partial(program, "max", [1.0, -1.0]), Status.UNBOUNDED),
    Case("nothing at all", partial(program, "min", []), objective=0.0, needs=_BARE),
)
