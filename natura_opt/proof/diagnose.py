"""Why there is no best plan: a checked proof that none exists, or that one can grow for ever, and a sentence on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..backends.answer import Claim
from ..backends.highs import HighsSession
from ..backends.options import SolveOptions
from ..base.arrays import Floats
from ..base.labels import name_of
from ..program.canonical import Block
from ..program.declared import Columns
from ..program.linear import LinearProgram
from ..program.periods_of_rows import periods_of_rows
from ..program.scaling import scale
from .bound import bound_of, summed_exactly
from .exact.verdict import ExactVerdict
from .meeting import clean_point, meets_rows
from .refine import Solved, solve_safely
from .rounding import exact_sums, products, relative_max

#: A pull this small beside its terms is what is left of terms that cancel: it may be charged at a bound that the rows
#: imply. (A larger one could be too, but then the multipliers would not be the whole proof.)
_NOISE = 1e-9
#: From so many rows on, periods are tried one after the other before all of them together.
_LARGE = 2_000


@dataclass(frozen=True, eq=False)
class Impossibility:
    """A proof that no plan exists (Farkas), or that a plan can be bettered without end (a ray).

    Attributes
    ----------
    kind : ``"infeasible"`` or ``"unbounded"``.
    vector : multipliers per row (Farkas), or a direction per column (ray), largest entry one.
    residual : by how much the proof's own conditions fail, relative to their terms: nothing but zero will do, since a
        vector that fails by a hair only excludes smaller plans.
    margin : by how much the multiplied sides exceed what any plan can give (Farkas), or the gain along the ray;
        relative to the size of its terms, with all that rounding may have added taken off.
    tolerance : what plans of the same question are held to.
    sentence : which goods and resources clash, in words.
    exact : whether rational arithmetic found it; the vector is then its nearest doubles.
    """

    kind: str
    vector: Floats
    residual: float
    margin: float
    tolerance: float
    sentence: str
    exact: bool = False

    @property
    def proved(self) -> bool:
        """Whether the conditions hold, for the data exactly as they are written."""
        return self.residual == 0.0 and self.margin > 0.0

    def __str__(self) -> str:
        word = "proved" if self.proved else "NOT proved"
        if self.exact:
            return f"{self.kind}, {word} in exact arithmetic: {self.sentence}"
        return f"{self.kind}, {word} (residual {self.residual:.1e}, margin {self.margin:.1e}): {self.sentence}"


def prove_infeasible(program: LinearProgram, options: SolveOptions) -> Impossibility:
    """Look for a Farkas vector, checked on the data: HiGHS's own ray, then the multipliers of the plan that misses
    its rows by least.
    """
    crossed = _crossed(program)
    if crossed:
        none = np.zeros(program.shape[0])
        return Impossibility(
            "infeasible", none, 0.0, 1.0, options.tolerance, f"the lower bound of {crossed} is above its upper one"
        )
    best: tuple[float, float, Floats] | None = None
    for multipliers in _farkas_candidates(program, options):
        candidate = check_farkas(program, multipliers)
        if best is None or (candidate[0] == 0.0, candidate[1]) > (best[0] == 0.0, best[1]):
            best = candidate
        if best[0] == 0.0 and best[1] > 0.0:
            break
    residual, margin, cleaned = best or (np.inf, 0.0, np.zeros(program.shape[0]))
    return Impossibility("infeasible", cleaned, residual, margin, options.tolerance, _clash(program, cleaned))


def _farkas_candidates(program: LinearProgram, options: SolveOptions) -> Iterator[Floats]:
    relaxed = replace(program, integer=np.zeros_like(program.integer))
    own = {**options.options, "presolve": "off"}
    yield from _rays_of_first_periods(relaxed, replace(options, method="simplex", options=own))
    ray = HighsSession(relaxed, replace(options, method="simplex", options=own)).dual_ray()
    if ray is not None:
        yield ray
        yield _without_noise(ray)
    yield from _elastic_multipliers(relaxed, options)


def _rays_of_first_periods(program: LinearProgram, options: SolveOptions) -> Iterator[Floats]:
    """Yield a ray of the first 1, 2, 4, 8 … periods alone, zero in all other rows: of a program whose first periods
    clash it takes a fraction of the time, and of another less than the whole does.
    """
    height = program.shape[0]
    when = periods_of_rows(program) if height >= _LARGE else np.zeros(height, dtype=int)
    count = 1
    while count <= when.max(initial=0):
        kept = np.flatnonzero(when < count)
        first = replace(
            _aimless(program),
            rows=(Block("first periods", pd.RangeIndex(len(kept)), 0),),
            matrix=sp.csc_array(sp.csr_array(program.matrix)[kept]),
            row_lower=program.row_lower[kept],
            row_upper=program.row_upper[kept],
        )
        ray = HighsSession(first, options).dual_ray()
        if ray is not None:
            whole = np.zeros(height)
            whole[kept] = ray
            yield whole
            yield _without_noise(whole)
        count *= 2


def _without_noise(multipliers: Floats) -> Floats:
    """Return multipliers with those set to zero that are nothing beside the largest."""
    return np.where(np.abs(multipliers) <= 1e-12 * np.abs(multipliers).max(initial=0.0), 0.0, multipliers)


def check_farkas(program: LinearProgram, multipliers: Floats) -> tuple[float, float, Floats]:
    """Check multipliers ``y`` that are to show that no x meets the rows within its bounds.

    They do where the bound they give on the objective *nothing* is above zero: see :mod:`.certificate`, whose
    bound takes off what rounding may have added, and charges a pull on a column without a bound at a bound that the
    rows imply.

    Returns
    -------
    (relative residual of (A'y)_j on columns that nothing bounds, relative margin, multipliers made sign-correct).
    """
    largest = np.abs(multipliers).max(initial=0.0)
    if not np.isfinite(largest) or largest == 0.0:
        return 0.0, 0.0, np.zeros(len(multipliers))
    aimless = _aimless(replace(program, sense="min"))
    _, y = clean_point(aimless, np.zeros(program.shape[1]), multipliers / largest)
    sums = products(aimless, np.zeros(program.shape[1], np.longdouble), y)
    bound = bound_of(aimless, y, sums)
    if np.isfinite(bound.value) and bound.value <= 0 < bound.value + 2 * bound.slip:
        bound = summed_exactly(aimless, y, bound)
    end = np.where(bound.reduced > 0, aimless.lower, aimless.upper)  # -A'y: pulled down where it is above zero
    loose = relative_max(np.where(np.isfinite(end), 0.0, np.abs(bound.reduced)), sums.column_sizes)
    if not np.isfinite(bound.value) or loose > _NOISE:
        return max(loose, float(np.finfo(np.float64).tiny)), 0.0, y.astype(np.float64)
    size = np.abs(y * bound.side).sum() + np.abs(np.where(np.isfinite(bound.at), bound.reduced * bound.at, 0.0)).sum()
    return 0.0, float(bound.value / max(size, np.longdouble(1e-300))), y.astype(np.float64)


def prove_unbounded(program: LinearProgram, options: SolveOptions) -> Impossibility:
    """Look for a direction along which every plan stays a plan and the objective gains, checked on the data."""
    cone = _recession_cone(program)
    solved = _uninterrupted(solve_safely(cone, replace(options, method="simplex", options={})))
    candidates = [solved.answer.primal] + ([solved.safe.primal] if solved.safe is not None else [])
    checked = [check_ray(program, np.clip(ray, cone.lower, cone.upper)) for ray in candidates]
    residual, gain, ray = max(checked, key=lambda one: (one[0] == 0.0, one[1]))
    return Impossibility("unbounded", ray, residual, gain, options.tolerance, _growth(program, ray))


def _recession_cone(program: LinearProgram) -> LinearProgram:
    """Return the directions in which plans can grow for ever, at most one long per column."""
    return replace(
        program,
        lower=np.where(np.isfinite(program.lower), 0.0, -1.0),
        upper=np.where(np.isfinite(program.upper), 0.0, 1.0),
        row_lower=np.where(np.isfinite(program.row_lower), 0.0, -np.inf),
        row_upper=np.where(np.isfinite(program.row_upper), 0.0, np.inf),
        integer=np.zeros_like(program.integer),
        offset=0.0,
    )


def check_ray(program: LinearProgram, ray: Floats) -> tuple[float, float, Floats]:
    """Check a direction: that no row or bound is ever left along it, and that the objective gains.

    Returns
    -------
    (relative violation of the rows' signs, zero only where there is certainly none; relative gain of the objective,
    with what rounding may have added taken off; the ray, largest entry one).
    """
    largest = np.abs(ray).max(initial=0.0)
    if not np.isfinite(largest) or largest == 0:
        return 0.0, 0.0, np.zeros(len(ray))
    cone = _recession_cone(program)
    direction = ray / largest
    inside = np.clip(direction, cone.lower, cone.upper)
    residual = relative_max(np.abs(direction - inside), np.abs(direction))
    point = direction.astype(np.longdouble)
    sums = products(cone, point, np.zeros(program.shape[0], np.longdouble))
    if not meets_rows(cone, point, sums):
        below = np.where(np.isfinite(program.row_lower), np.maximum(-sums.rows, 0.0), 0.0)
        above = np.where(np.isfinite(program.row_upper), np.maximum(sums.rows, 0.0), 0.0)
        residual = max(residual, relative_max(np.maximum(below, above), sums.row_sizes), float(np.finfo(float).tiny))
    maximised = program.cost if program.sense == "max" else -program.cost
    gain = exact_sums(sp.csc_array(maximised.reshape(-1, 1)), np.array([0]), direction, np.zeros(1))[0]
    size = max(float(np.abs(maximised * direction).sum()), 1e-300)
    return residual, float(gain) / size, direction


def from_exact(program: LinearProgram, exact: ExactVerdict, options: SolveOptions) -> Impossibility:
    """Put into words why the exact judge finds no plan, or none that is best."""
    kind = exact.kind
    wanted = program.shape[0] if kind == "infeasible" else program.shape[1]
    if exact.vector is None:
        return Impossibility(kind, np.zeros(wanted), 0.0, 1.0, options.tolerance, exact.reason, exact=True)
    largest = max((abs(value) for value in exact.vector), default=Fraction(1)) or Fraction(1)
    vector = np.array([float(value / largest) for value in exact.vector])
    words = _clash(program, vector) if kind == "infeasible" else _growth(program, vector)
    return Impossibility(kind, vector, 0.0, 1.0, options.tolerance, words, exact=True)


def is_feasible(program: LinearProgram, options: SolveOptions) -> bool:
    """Whether some plan meets every row (the objective left aside), without any doubt."""
    aimless = replace(_aimless(program), integer=np.zeros_like(program.integer))
    return _uninterrupted(solve_safely(aimless, replace(options, method="simplex"))).certificate.reached is not None


def _uninterrupted(solved: Solved) -> Solved:
    """Pass on Ctrl-C: a proof that was stopped half way is none, and nothing else should be tried."""
    if solved.answer.claim is Claim.INTERRUPTED:
        raise KeyboardInterrupt
    return solved


def _aimless(program: LinearProgram) -> LinearProgram:
    return replace(program, cost=np.zeros_like(program.cost), offset=0.0)


def _elastic_multipliers(program: LinearProgram, options: SolveOptions) -> Iterator[Floats]:
    """Let every row miss by a little, at unit cost (after scaling), and yield multipliers of the least miss."""
    rows, columns = program.shape
    scaled = scale(program)
    target = scaled.program
    short, over = Block("short", pd.RangeIndex(rows), columns), Block("over", pd.RangeIndex(rows), columns + rows)
    elastic = LinearProgram(
        sense="min",
        columns=(*target.columns, short, over),
        rows=target.rows,
        cost=np.concatenate([np.zeros(columns), np.ones(2 * rows)]),
        lower=np.concatenate([target.lower, np.zeros(2 * rows)]),
        upper=np.concatenate([target.upper, np.full(2 * rows, np.inf)]),
        integer=np.zeros(columns + 2 * rows, dtype=bool),
        matrix=sp.csc_array(sp.hstack([target.matrix, sp.eye_array(rows), -sp.eye_array(rows)])),
        row_lower=target.row_lower,
        row_upper=target.row_upper,
    )
    solved = _uninterrupted(solve_safely(elastic, replace(options, method="simplex", options={})))
    # of the scaled program: y~ = y / row, whatever the factors of sides and costs
    if solved.safe is not None:
        yield solved.safe.dual * scaled.row
    yield solved.answer.dual * scaled.row


def _crossed(program: LinearProgram) -> str:
    """Name the first column or row whose bounds cross."""
    for lower, upper, called in (
        (program.lower, program.upper, _column),
        (program.row_lower, program.row_upper, _row),
    ):
        wrong = np.flatnonzero(lower > upper)
        if len(wrong):
            return called(program, int(wrong[0]))
    return ""


def _clash(program: LinearProgram, multipliers: Floats) -> str:
    """Say which demands clash with which limits, from the sides and bounds a Farkas vector leans on."""
    side = np.where(multipliers > 0, program.row_lower, program.row_upper)
    weight = np.where(multipliers != 0, multipliers * np.where(np.isfinite(side), side, 0.0), 0.0)
    pull = program.matrix.T @ multipliers
    bound = np.where(pull > 0, program.upper, program.lower)
    give = np.where(np.isfinite(bound) & (pull != 0), pull * np.where(np.isfinite(bound), bound, 0.0), 0.0)
    least = 1e-9 * max(np.abs(weight).max(initial=0.0), np.abs(give).max(initial=0.0))
    demands = [_row(program, int(row)) for row in np.argsort(-weight) if weight[row] > least]
    limits = [(-weight[row], _row(program, int(row))) for row in np.flatnonzero(weight < -least)]
    bounds = np.flatnonzero((np.abs(give) > least) | (np.isfinite(bound) & (pull > 0)))
    limits += [(give[k], _bound(program, int(k))) for k in bounds]
    by_size = sorted(limits, key=lambda limit: -abs(limit[0]))
    within = list(dict.fromkeys(name for _, name in by_size))  # pieces of one range have one name
    chain = [row for row in np.argsort(-np.abs(multipliers)) if multipliers[row] != 0 and abs(weight[row]) <= least]
    through = _joined([_row(program, int(row)) for row in chain])
    if not demands and not within:
        return f"the rows contradict each other: {through}"
    demanded = all(multipliers[row] > 0 for row in np.flatnonzero(weight > least))
    if not demands or not (within or demanded):
        within = within or demands
        return f"{_joined(within)} cannot be kept" + (f", through {through}" if chain else "")
    if within:
        return f"what is asked, {_joined(demands)}, cannot be served within {_joined(within)}"
    why = "nothing makes it, or making it uses up more than it gives"
    return f"what is asked, {_joined(demands)}, cannot be made in any amount: {why}" + (
        f", through {through}" if chain else ""
    )


def _growth(program: LinearProgram, ray: Floats) -> str:
    activities = next((b for b in program.columns if isinstance(b.declared, Columns) and b.declared.called == ""), None)
    chosen = np.argsort(-np.abs(ray))
    if activities is not None:
        own = [c for c in chosen if activities.span.start <= c < activities.span.stop and ray[c] != 0]
        chosen = np.array(own or list(chosen))
    names = ", ".join(_column(program, int(c)) for c in chosen[:4] if ray[c] != 0)
    if activities is None:
        return f"no row and no bound stops {names} from growing together without end"
    return (
        f"nothing limits the plan: {names} can grow together without end; give a resource, a stock or a limit they use"
    )


def _row(program: LinearProgram, row: int) -> str:
    """Name a row in words."""
    return _called(_block_at(program.rows, row), row, program.named)


def _column(program: LinearProgram, column: int) -> str:
    """Name a column in words."""
    return _called(_block_at(program.columns, column), column, program.named)


def _bound(program: LinearProgram, column: int) -> str:
    """Name the bound of a column in words."""
    block = _block_at(program.columns, column)
    if isinstance(block.declared, Columns) and block.declared.bound:
        return _called(block, column, program.named, block.declared.bound)
    return f"the bound of {_column(program, column)}"


def _block_at(blocks: Sequence[Block], position: int) -> Block:
    return next(block for block in blocks if block.start <= position < block.start + len(block.index))


def _called(block: Block, position: int, named: bool, bound: str = "") -> str:
    """Name a row or column as its law calls it; the last part of a label over several axes is its period.

    Parameters
    ----------
    named : whether it is of a program that came with names for its rows and columns.
    bound : what the bound of the column is called, where it is meant; what is numbered then shares one name.
    """
    label, says = block.index[position - block.start], block.declared
    several = isinstance(label, tuple) and (says is None or len(says.axes) > 1)
    if says is not None and "periods" not in says.axes and not isinstance(block.index, pd.MultiIndex):
        several = False  # the only part of a pooled holding, which may be a pair
    parts = list(label) if several else [label]
    if bound and says is not None and says.numbered:
        parts = parts[1:]
    texts = [name_of(part) for part in parts]
    dated = len(texts) > 1 and (says is None or "periods" in says.axes)
    name, when = " in ".join(texts[:-1] if dated else texts), f" ({texts[-1]})" if dated else ""
    word = block.name.removesuffix("s") if named else block.name
    if bound:
        word = bound
    elif isinstance(says, Columns):
        word = word if says.called is None else says.called
    elif says is not None:
        word = says.called or word
    return f"{word} {name!r}{when}".strip()


def _joined(names: list[str], limit: int = 4) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
