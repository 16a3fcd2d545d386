"""Named checks of an economy: what would make a plan wrong or senseless, said before anything is solved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from .backends.options import SolveOptions
from .base.entrance import checked_arguments
from .base.errors import listed
from .economy.assumed import assumed
from .economy.economy import Economy
from .economy.table import Matrix
from .input_output.productivity import judge_productivity
from .input_output.unproductive import NEARLY_ONE, sentence_on
from .program.canonical import Block
from .program.linear import LinearProgram
from .proof.diagnose import check_farkas, prove_infeasible
from .proof.refine import solve_proved
from .proof.rounding import exact_sums
from .tables.registry import TABLES

#: A proof about more goods than this is not searched for goods that it could do without.
_NAMED = 200


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    check : the check's name.
    passed : whether all is well.
    message : what was looked at, or what is wrong, where, and what to do.
    """

    check: str
    passed: bool
    message: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.passed else 'FAIL'}  {self.check}: {self.message}"


@checked_arguments()
def check(economy: Economy) -> tuple[Finding, ...]:
    """Run every named check.

    Parameters
    ----------
    economy : what is looked at; every question of it counts alike.

    Returns
    -------
    One finding per check that passed, and one per defect of those that did not.

    Raises
    ------
    OptionError : what is given is no economy; read or build one first.

    >>> import natura_opt as no
    >>> sick = no.build_economy(inputs=[[0.5, 0.6], [0.9, 0.1]], goods=["a", "b"], targets=[1, 1])
    >>> [finding.check for finding in no.check(sick) if not finding.passed]
    ['productive']
    """
    found: list[Finding] = []
    for name, test in CHECKS.items():
        defects = list(test(economy))
        wrong = [Finding(name, False, message) for passed, message in defects if not passed]
        fine = [Finding(name, True, message) for passed, message in defects if passed]
        found += wrong or fine
    return tuple(found)


_Result = Iterator[tuple[bool, str]]


def _numbers(economy: Economy) -> _Result:
    """Every number was checked when the economy was made; say how many there are."""
    count = sum(table.count for table in economy.tables.values())
    yield True, f"{count:,} numbers in {len(economy.tables)} tables, all finite, of the right sign, rates within [0, 1]"


def _labels(economy: Economy) -> _Result:
    sizes = ", ".join(f"{len(index):,} {axis}" for axis, index in economy.axes.items() if len(index))
    yield True, f"{sizes}; every name is given once"


def _idle(economy: Economy) -> _Result:
    made = _ever(economy, "outputs", axis=1)
    used = _ever(economy, "inputs", axis=1) | _ever(economy, "capital", axis=1)
    wanted = _wanted(economy)
    idle = economy.goods[~made & ~used & ~wanted]
    if len(idle):
        yield True, f"note: nothing makes, uses or wants {listed(idle)}"
    empty = economy.techniques[~_ever(economy, "outputs", axis=0)]
    if len(empty):
        yield True, f"note: {listed(empty)} make nothing"
    if not len(idle) and not len(empty):
        yield True, "every good is made, used or wanted, and every technique makes something"


def _nothing_from_nothing(economy: Economy) -> _Result:
    makes = _ever(economy, "outputs", axis=0)
    uses = np.zeros(len(economy.techniques), dtype=bool)
    for spec in TABLES.values():
        if spec.is_use:
            uses |= _ever(economy, spec.name, axis=0)
    free = economy.techniques[makes & ~uses]
    if len(free):
        yield (
            False,
            f"the techniques {listed(free)} make goods and use nothing; give them an input, a resource or capital",
        )
    else:
        yield True, "every technique that makes something uses something"


def _assumptions(economy: Economy) -> _Result:
    sentences = assumed(economy)
    for sentence in sentences:
        yield True, f"note: {sentence}"
    if not sentences:
        yield True, "no table whose absence would change a plan in silence is missing"


def _rates_of_capital(economy: Economy) -> _Result:
    if not economy.has("capital"):
        return
    for table in ("depreciation", "initial_capital"):
        for key, part in economy.tables[table].slices.items() if economy.has(table) else ():
            used = economy.matrix("capital", key or 0).astype(bool).astype(float)
            unused = sp.coo_array(part - part.multiply(used))
            unused.eliminate_zeros()
            if unused.nnz:
                pairs = [
                    f"{economy.goods[r]} in {economy.techniques[c]}"
                    for r, c in zip(unused.row[:3], unused.col[:3], strict=True)
                ]
                yield True, f"note: {unused.nnz:,} entries of {table!r} have no capital coefficient: {listed(pairs)}"
                break
    yield True, "capital is tied up somewhere"


def _productive(economy: Economy) -> _Result:
    for period in range(1 if economy.constant("inputs", "outputs") else len(economy.periods)):
        when = "" if economy.constant("inputs", "outputs") else f" in period {economy.periods[period]!r}"
        inputs, outputs = economy.matrix("inputs", period), economy.matrix("outputs", period)
        if is_identity(outputs):
            found = judge_productivity(inputs)
            clause = sentence_on(found, listed(economy.goods[found.block]))
            if found.productive is None:
                yield False, f"undecided whether it is productive{when}: {clause}; lower its inputs"
            elif not found.productive:
                yield False, f"not productive{when}: {clause}; lower its inputs"
            elif found.radius < NEARLY_ONE:
                yield True, f"Hawkins-Simon holds{when}: the spectral radius of the inputs is {found.radius:.6g}"
            else:
                yield True, f"Hawkins-Simon holds{when}, but only just: {clause}"
        else:
            yield _surplus_of_everything(economy, inputs, outputs, when)


def _surplus_of_everything(economy: Economy, inputs: Matrix, outputs: Matrix, when: str) -> tuple[bool, str]:
    """With technique choice or joint products: is there a plan with a surplus of every good that is made?"""
    made = np.asarray(outputs.sum(axis=1)).ravel() > 0
    net = sp.csc_array(outputs - inputs)
    rows, columns = net.shape
    program = LinearProgram(
        sense="min",
        columns=(Block("activities", economy.techniques, 0),),
        rows=(Block("net_output", economy.goods, 0),),
        cost=np.zeros(columns),
        lower=np.zeros(columns),
        upper=np.full(columns, np.inf),
        integer=np.zeros(columns, dtype=bool),
        matrix=net,
        row_lower=np.where(made, 1.0, -np.inf),
        row_upper=np.full(rows, np.inf),
    )
    impossible = prove_infeasible(program, SolveOptions())
    if impossible.proved:
        block = economy.goods[_fewest(program, impossible.vector)]
        return (
            False,
            f"not productive{when}: no plan leaves a surplus of {listed(block)} together; lower their inputs",
        )
    answer, _ = solve_proved(program, SolveOptions())
    levels = np.maximum(answer.primal, 0.0)
    if np.isfinite(levels).all():
        places = np.flatnonzero(made)
        left = exact_sums(sp.csr_array(net), places, levels, np.zeros(len(places)))
        if (left > 0).all():
            return True, f"some plan leaves a surplus of every good that is made{when}"
    return (
        False,
        f"undecided whether it is productive{when}: no plan was found that leaves a surplus of every good that is "
        "made, and no proof that there is none; lower inputs that all but use up what is made of them",
    )


def _fewest(program: LinearProgram, multipliers: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Return the goods of a proof that there is no plan, without those that it does not need; the weightiest first."""
    kept = multipliers.copy()
    for place in np.argsort(kept):
        if kept[place] <= 0 or (kept > 0).sum() > _NAMED:
            continue
        without = kept.copy()
        without[place] = 0.0
        residual, margin, _ = check_farkas(program, without)
        if residual == 0.0 and margin > 0.0:
            kept = without
    return np.argsort(-kept, kind="stable")[: int((kept > 0).sum())]


def _reachable(economy: Economy) -> _Result:
    """Could each target be made at all, whatever the amounts? (The largest set of goods that can serve each other.)"""
    if not economy.has("targets") and not economy.has("baskets"):
        return
    goods = np.ones(len(economy.goods), dtype=bool)
    runs = np.ones(len(economy.techniques), dtype=bool)
    makes = _pattern(economy, "outputs")
    takes = _pattern(economy, "inputs")
    ties_up = _pattern(economy, "capital")
    held = _pattern(economy, "initial_capital")
    short = _ever_limited_to_nothing(economy)
    on_hand = economy.vector("initial_stocks", 0) > 0
    pool = economy.vector("capital_pool", 0) > 0
    many = len(economy.periods) > 1
    while True:
        lacking = (takes.T @ (~goods).astype(float) > 0) | short
        unbuilt = sp.csr_array(ties_up - ties_up.multiply(held))
        unbuildable = ~pool & ~(goods & many)
        lacking |= unbuilt.T @ unbuildable.astype(float) > 0
        runs_now = runs & ~lacking
        goods_now = on_hand | (makes @ runs_now.astype(float) > 0)
        if (goods_now == goods).all() and (runs_now == runs).all():
            break
        goods, runs = goods_now, runs_now
    missing = economy.goods[_wanted(economy) & ~goods]
    if len(missing):
        yield (
            False,
            f"{listed(missing)} are wanted but cannot be made in any amount: no technique makes them, or those "
            "that do lack an input, a resource or capital that is nowhere to be had",
        )
    else:
        yield True, f"all {int(_wanted(economy).sum()):,} goods with a target can be made in some amount"


def _notes(economy: Economy) -> _Result:
    """What a reader found in the data and did with it."""
    for note in economy.notes:
        yield True, note


#: The named checks, in the order they run.
CHECKS: dict[str, Callable[[Economy], _Result]] = {
    "numbers": _numbers,
    "labels": _labels,
    "idle names": _idle,
    "nothing from nothing": _nothing_from_nothing,
    "assumptions": _assumptions,
    "capital": _rates_of_capital,
    "productive": _productive,
    "targets reachable": _reachable,
    "notes": _notes,
}


def is_identity(outputs: Matrix) -> bool:
    """Whether each technique makes one unit of the good of its own position."""
    rows, columns = outputs.shape
    return rows == columns == outputs.nnz and bool((outputs.diagonal() == 1).all())


def spectral_radius(inputs: Matrix) -> tuple[float, npt.NDArray[np.intp]]:
    """Return the spectral radius of an input matrix and the positions of the block that has it.

    The radius is the largest of those of the strongly connected blocks (goods that need each other). It is within
    rounding of what is proved of it, and on the right side of one: see :mod:`natura_opt.input_output.productivity`.
    """
    found = judge_productivity(inputs)
    return found.radius, found.block


def _pattern(economy: Economy, table: str) -> Matrix:
    """Return where a table has entries in any period, or curves in the place of them, as ones."""
    shape = tuple(len(economy.axes[axis]) for axis in TABLES[table].axes)
    pattern = sp.csr_array(shape) if TABLES[table].ahead else sp.csr_array(economy.matrix(table, 0))
    if economy.has(table) and not economy.tables[table].constant:
        pattern = sum((abs(part) for part in economy.tables[table].slices.values()), sp.csr_array(pattern.shape))
    ones = sp.csr_array(abs(pattern) + economy.curve_cells(table) if economy.has_curves(table) else pattern, copy=True)
    ones.data = np.ones_like(ones.data)
    return cast(Matrix, ones)


def _ever(economy: Economy, table: str, axis: int) -> npt.NDArray[np.bool_]:
    """Whether each row (axis=1) or column (axis=0) of a table has an entry in any period."""
    return np.asarray(_pattern(economy, table).sum(axis=axis)).ravel() > 0


def _ever_limited_to_nothing(economy: Economy) -> npt.NDArray[np.bool_]:
    """Which techniques need a resource of which there is nothing in any period."""
    if not economy.has("resource_limits"):
        return np.zeros(len(economy.techniques), dtype=bool)
    nothing = np.all([economy.vector("resource_limits", t) == 0 for t in range(len(economy.periods))], axis=0)
    return np.asarray(_pattern(economy, "resource_use").T @ nothing.astype(float)).ravel() > 0


def _wanted(economy: Economy) -> npt.NDArray[np.bool_]:
    wanted = np.zeros(len(economy.goods), dtype=bool)
    for t in range(len(economy.periods)):
        of_profiles = economy.matrix("baskets", t) @ economy.vector("populations", t)
        wanted |= economy.vector("targets", t) + of_profiles > 0
    return wanted


def findings_frame(findings: tuple[Finding, ...]) -> pd.DataFrame:
    """Return findings as a table (check, passed, message)."""
    return pd.DataFrame([(f.check, f.passed, f.message) for f in findings], columns=["check", "passed", "message"])
