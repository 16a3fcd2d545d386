"""Named checks of an economy: what would make a plan wrong or senseless, said before anything is solved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from scipy.sparse.csgraph import connected_components

from .backends.options import SolveOptions
from .diagnose import prove_infeasible
from .economy.assumed import assumed
from .economy.economy import Economy
from .economy.registry import TABLES
from .economy.table import Matrix
from .entrance import checked_arguments
from .errors import listed
from .program import Block, LinearProgram

#: Blocks up to this size get their eigenvalues from LAPACK; larger ones bounds from power iteration.
_DENSE = 600
_POWER_STEPS = 2_000
#: Blocks up to this size may be factorised where nothing else decides.
_FACTORISED = 20_000


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

    Returns
    -------
    One finding per check that passed, and one per defect of those that did not.

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
    count = sum(
        part.nnz if table.spec.is_matrix else part.size
        for table in economy.tables.values()
        for part in table.slices.values()
    )
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
    for table in (
        "inputs",
        "inputs_ahead",
        "resource_use",
        "resource_use_ahead",
        "capital",
        "plant_inputs",
        "curve_inputs",
    ):
        uses |= _ever(economy, table, axis=0)
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
            radius, block = spectral_radius(inputs)
            names = listed(economy.goods[block])
            if radius < 1:
                yield True, f"Hawkins-Simon holds{when}: the spectral radius of the inputs is {radius:.6g}"
            else:
                yield (
                    False,
                    f"not productive{when}: the block {names} uses up more than it makes of itself (spectral radius "
                    f"{radius:.6g}, must be below 1); lower its inputs",
                )
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
    if not impossible.proved:
        return True, f"some plan leaves a surplus of every good that is made{when}"
    block = economy.goods[np.argsort(-impossible.vector)][: int((impossible.vector > 1e-6).sum())]
    return (
        False,
        f"not productive{when}: no plan leaves a surplus of {listed(block)} together; lower their inputs",
    )


def _reachable(economy: Economy) -> _Result:
    """Could each target be made at all, whatever the amounts? (The largest set of goods that can serve each other.)"""
    if not economy.has("targets"):
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

    The matrix is split into strongly connected blocks (goods that need each other); its radius is
    the largest of theirs.
    Blocks too large for LAPACK get power iteration on (I + A)/2, which converges for irreducible blocks; the figure
    returned is then the upper Collatz-Wielandt bound, so that "below 1" is never said wrongly.
    """
    count, block_of = connected_components(inputs, directed=True, connection="strong")
    worst, where = 0.0, np.arange(0)
    sizes = np.bincount(block_of, minlength=count)
    diagonal = inputs.diagonal()
    single = np.flatnonzero(sizes[block_of] == 1)
    if len(single):
        worst, where = float(diagonal[single].max()), single[[int(diagonal[single].argmax())]]
    order = np.argsort(block_of, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    for block in np.flatnonzero(sizes > 1):
        members = order[starts[block] : starts[block + 1]]
        part = inputs[members][:, members]
        radius = _dense_radius(part) if len(members) <= _DENSE else _large_radius(part)
        if radius > worst or not len(where):
            worst, where = radius, members
    return worst, where


def _dense_radius(part: Matrix) -> float:
    return float(np.abs(np.linalg.eigvals(part.toarray())).max())


def _large_radius(part: Matrix) -> float:
    """Return the spectral radius of a large irreducible block, from above.

    By Perron and Frobenius it is the eigenvalue of largest real part, which ARPACK finds. Where that does not
    converge (a long ring), any positive x bounds it by ``max (A x)_i / x_i`` (Collatz and Wielandt): x comes from power
    iteration, and where this does not settle the question, from inverse iteration, which needs a factorisation.
    """
    try:
        values = spla.eigs(part, k=1, which="LR", return_eigenvectors=False, tol=1e-12, maxiter=_POWER_STEPS)
        return float(values[0].real) * (1.0 + 1e-10)
    except (spla.ArpackError, RuntimeError):
        pass
    x, upper, lower = np.ones(part.shape[0]), np.inf, 0.0
    for _ in range(_POWER_STEPS):
        y = part @ x
        ratios = y / x
        upper, lower = min(upper, float(ratios.max())), max(lower, float(ratios.min()))
        if upper - lower <= 1e-9 * upper:
            break
        x = x + y
        x /= x.max()
    if lower < 1 <= upper and part.shape[0] <= _FACTORISED:
        solve = spla.splu(sp.csc_array(sp.eye_array(part.shape[0]) - part)).solve
        for _ in range(20):
            x = solve(x)
            if not (x > 0).all():  # (I - A) has no positive inverse: the radius is not below one
                break
            upper = min(upper, float((part @ x / x).max()))
            x /= x.max()
    return upper


def _pattern(economy: Economy, table: str) -> Matrix:
    """Return where a table has entries in any period, as ones."""
    shape = tuple(len(economy.axes[axis]) for axis in TABLES[table].axes)
    pattern = sp.csr_array(shape) if TABLES[table].ahead else sp.csr_array(economy.matrix(table, 0))
    if economy.has(table) and not economy.tables[table].constant:
        pattern = sum((abs(part) for part in economy.tables[table].slices.values()), sp.csr_array(pattern.shape))
    ones = sp.csr_array(pattern, copy=True)
    ones.data = np.ones_like(ones.data)
    return cast(Matrix, ones)


def _ever(economy: Economy, table: str, axis: int) -> npt.NDArray[np.bool_]:
    """Whether each row (axis=1) or column (axis=0) of a table has an entry in any period."""
    if table not in economy.tables and table != "outputs":
        return np.zeros(len(economy.goods if axis else economy.techniques), dtype=bool)
    return np.asarray(_pattern(economy, table).sum(axis=axis)).ravel() > 0


def _ever_limited_to_nothing(economy: Economy) -> npt.NDArray[np.bool_]:
    """Which techniques need a resource of which there is nothing in any period."""
    if not economy.has("resource_limits"):
        return np.zeros(len(economy.techniques), dtype=bool)
    nothing = np.all([economy.vector("resource_limits", t) == 0 for t in range(len(economy.periods))], axis=0)
    return np.asarray(_pattern(economy, "resource_use").T @ nothing.astype(float)).ravel() > 0


def _wanted(economy: Economy) -> npt.NDArray[np.bool_]:
    wanted = [economy.vector("targets", t) > 0 for t in range(len(economy.periods))]
    return np.any(wanted, axis=0) if economy.has("targets") else np.zeros(len(economy.goods), dtype=bool)


def findings_frame(findings: tuple[Finding, ...]) -> pd.DataFrame:
    """Return findings as a table (check, passed, message)."""
    return pd.DataFrame([(f.check, f.passed, f.message) for f in findings], columns=["check", "passed", "message"])
