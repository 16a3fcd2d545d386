"""Why there is no best plan: a checked proof that none exists, or that one can grow for ever, and a sentence on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from .backends.answer import Claim
from .backends.highs import HighsSession
from .backends.options import SolveOptions
from .certificate import Extended, implied_upper, products, relative_max
from .labels import name_of
from .program import Block, Floats, LinearProgram
from .refine import solve_proved

#: A Farkas vector (or ray) may miss its conditions by rounding only: a larger miss would just exclude smaller plans.
_EXACT = 1e-12
#: A pull this small beside its terms is what is left of terms that cancel.
_NOISE = 1e-6


@dataclass(frozen=True, eq=False)
class Impossibility:
    """A proof that no plan exists (Farkas), or that a plan can be bettered without end (a ray).

    Attributes
    ----------
    kind : ``"infeasible"`` or ``"unbounded"``.
    vector : multipliers per row (Farkas), or a direction per column (ray), largest entry one.
    residual : largest relative violation of the proof's own conditions, recomputed in extended precision.
    margin : by how much the multiplied sides exceed what any plan can give (Farkas), or the gain along the ray;
        relative to the size of its terms.
    tolerance : what ``proved`` is held to.
    sentence : which goods and resources clash, in words.
    """

    kind: str
    vector: Floats
    residual: float
    margin: float
    tolerance: float
    sentence: str

    @property
    def proved(self) -> bool:
        """Whether the conditions hold within the tolerance and the margin is clear of it."""
        return self.residual <= _EXACT and self.margin > self.tolerance

    def __str__(self) -> str:
        word = "proved" if self.proved else "NOT proved"
        return f"{self.kind}, {word} (residual {self.residual:.1e}, margin {self.margin:.1e}): {self.sentence}"


def prove_infeasible(program: LinearProgram, options: SolveOptions) -> Impossibility:
    """Look for a Farkas vector: the multipliers of the plan that misses its rows by least, checked on the data."""
    crossed = _crossed(program)
    if crossed:
        none = np.zeros(program.shape[0])
        return Impossibility(
            "infeasible", none, 0.0, 1.0, options.tolerance, f"the lower bound of {crossed} is above its upper one"
        )
    multipliers = _elastic_multipliers(program, options)
    residual, margin, cleaned = check_farkas(program, multipliers)
    return Impossibility("infeasible", cleaned, residual, margin, options.tolerance, _clash(program, cleaned))


def check_farkas(program: LinearProgram, multipliers: Floats) -> tuple[float, float, Floats]:
    """Check multipliers ``y`` that are to show that no x meets the rows within its bounds.

    Every plan has ``y'Ax`` at least ``sum_i y_i side_i`` (sides by the sign of y) and at most
    ``sum_j max((A'y)_j lower_j, (A'y)_j upper_j)``; no plan exists where the first exceeds the second.

    Returns
    -------
    (relative residual of (A'y)_j on columns without a bound, relative margin, multipliers made sign-correct).
    """
    absent = np.where(multipliers > 0, ~np.isfinite(program.row_lower), ~np.isfinite(program.row_upper))
    y: Extended = np.where(absent, 0.0, multipliers).astype(np.longdouble)
    if not np.any(y):
        return 0.0, 0.0, y.astype(np.float64)
    y = y / np.abs(y).max()
    sums = products(program, np.zeros(program.shape[1], np.longdouble), y)
    pull = sums.columns
    bound = np.where(pull > 0, program.upper, program.lower)
    noise = np.isposinf(bound) & (pull > 0) & (pull <= _NOISE * sums.column_sizes)
    if noise.any():  # terms that all but cancel: a bound that the rows put on the column serves as well
        bound = np.where(noise, implied_upper(program), bound)
    loose = ~np.isfinite(bound) & (pull != 0)
    residual = relative_max(np.where(loose, np.abs(pull), 0.0), sums.column_sizes)
    side = np.where(y > 0, program.row_lower, program.row_upper)
    needed = np.where(y != 0, y * np.where(np.isfinite(side), side, 0.0), 0.0)
    at_most = np.where(loose | (pull == 0), 0.0, pull * np.where(np.isfinite(bound), bound, 0.0))
    size = max(float(np.abs(needed).sum() + np.abs(at_most).sum()), 1e-300)
    return residual, float(needed.sum() - at_most.sum()) / size, y.astype(np.float64)


def prove_unbounded(program: LinearProgram, options: SolveOptions) -> Impossibility:
    """Look for a direction along which every plan stays a plan and the objective gains, checked on the data."""
    upper, lower = np.where(np.isfinite(program.upper), 0.0, 1.0), np.where(np.isfinite(program.lower), 0.0, -1.0)
    cone = replace(
        program,
        lower=lower,
        upper=upper,
        row_lower=np.where(np.isfinite(program.row_lower), 0.0, -np.inf),
        row_upper=np.where(np.isfinite(program.row_upper), 0.0, np.inf),
        integer=np.zeros_like(program.integer),
        offset=0.0,
    )
    answer, _ = solve_proved(cone, replace(options, method="simplex", options={}, tolerance=_EXACT))
    ray = np.clip(answer.primal, lower, upper)
    residual, gain, ray = check_ray(program, ray)
    return Impossibility("unbounded", ray, residual, gain, options.tolerance, _growth(program, ray))


def check_ray(program: LinearProgram, ray: Floats) -> tuple[float, float, Floats]:
    """Check a direction.

    Returns
    -------
    (relative violation of the rows' signs, relative gain of the objective, the ray scaled to one).
    """
    largest = np.abs(ray).max() if len(ray) else 0.0
    if largest == 0:
        return 0.0, 0.0, ray
    direction = (ray / largest).astype(np.longdouble)
    sums = products(program, direction, np.zeros(program.shape[0], np.longdouble))
    below = np.where(np.isfinite(program.row_lower), np.maximum(-sums.rows, 0.0), 0.0)
    above = np.where(np.isfinite(program.row_upper), np.maximum(sums.rows, 0.0), 0.0)
    into_bounds = np.maximum(
        np.where(np.isfinite(program.lower), -direction, 0.0), np.where(np.isfinite(program.upper), direction, 0.0)
    )
    residual = max(relative_max(np.maximum(below, above), sums.row_sizes), float(into_bounds.max(initial=0.0)))
    terms = program.cost * direction * (1.0 if program.sense == "max" else -1.0)
    size = max(float(np.abs(terms).sum()), 1e-300)
    return residual, float(terms.sum()) / size, direction.astype(np.float64)


def is_feasible(program: LinearProgram, options: SolveOptions) -> bool:
    """Whether some plan meets every row (the objective left aside), proved by its certificate."""
    aimless = replace(program, cost=np.zeros_like(program.cost), integer=np.zeros_like(program.integer), offset=0.0)
    answer, certificate = solve_proved(aimless, replace(options, method="simplex"))
    return answer.claim is Claim.OPTIMAL and certificate.primal_residual <= options.tolerance


def _elastic_multipliers(program: LinearProgram, options: SolveOptions) -> Floats:
    """Let every row miss by a little, at unit cost (after scaling), and return the multipliers of the least miss."""
    rows, columns = program.shape
    session = HighsSession(replace(program, integer=np.zeros_like(program.integer)), options)
    scaled = session.scaled
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
    answer, _ = solve_proved(elastic, replace(options, method="simplex", options={}, tolerance=_EXACT))
    # of the scaled program: y~ = y / row, whatever the factors of size and worth
    return answer.dual * scaled.row


def _crossed(program: LinearProgram) -> str:
    """Name the first column or row whose bounds cross."""
    for lower, upper, label in (
        (program.lower, program.upper, program.column_label),
        (program.row_lower, program.row_upper, program.row_label),
    ):
        wrong = np.flatnonzero(lower > upper)
        if len(wrong):
            return _called(*label(int(wrong[0])))
    return ""


def _clash(program: LinearProgram, multipliers: Floats) -> str:
    """Say which demands clash with which limits, from the sides and bounds a Farkas vector leans on."""
    side = np.where(multipliers > 0, program.row_lower, program.row_upper)
    weight = np.where(multipliers != 0, multipliers * np.where(np.isfinite(side), side, 0.0), 0.0)
    pull = program.matrix.T @ multipliers
    bound = np.where(pull > 0, program.upper, program.lower)
    give = np.where(np.isfinite(bound) & (pull != 0), pull * np.where(np.isfinite(bound), bound, 0.0), 0.0)
    least = 1e-9 * max(np.abs(weight).max(initial=0.0), np.abs(give).max(initial=0.0))
    asked = [_called(*program.row_label(int(row))) for row in np.argsort(-weight) if weight[row] > least]
    limits = [(-weight[row], _called(*program.row_label(int(row)))) for row in np.flatnonzero(weight < -least)]
    bounds = np.flatnonzero((np.abs(give) > least) | (np.isfinite(bound) & (pull > 0)))
    limits += [(give[k], f"the bound of {_called(*program.column_label(int(k)))}") for k in bounds]
    within = [name for _, name in sorted(limits, key=lambda found: -abs(found[0]))]
    chain = [row for row in np.argsort(-np.abs(multipliers)) if multipliers[row] != 0 and abs(weight[row]) <= least]
    through = _joined([_called(*program.row_label(int(row))) for row in chain])
    if not asked and not within:
        return f"the rows contradict each other: {through}"
    demanded = all(multipliers[row] > 0 for row in np.flatnonzero(weight > least))
    if not asked or not (within or demanded):
        within = within or asked
        return f"{_joined(within)} cannot be kept" + (f", through {through}" if chain else "")
    if within:
        return f"what is asked, {_joined(asked)}, cannot be served within {_joined(within)}"
    why = "nothing makes it, or making it uses up more than it gives"
    return f"what is asked, {_joined(asked)}, cannot be made in any amount: {why}" + (
        f", through {through}" if chain else ""
    )


def _growth(program: LinearProgram, ray: Floats) -> str:
    activities = program.column_block("activities")
    chosen = np.argsort(-np.abs(ray))
    if activities is not None:
        own = [c for c in chosen if activities.span.start <= c < activities.span.stop and ray[c] != 0]
        chosen = np.array(own or list(chosen))
    names = ", ".join(_called(*program.column_label(int(c))) for c in chosen[:4] if ray[c] != 0)
    if activities is None:
        return f"no row and no bound stops {names} from growing together without end"
    return (
        f"nothing limits the plan: {names} can grow together without end; give a resource, a stock or a limit they use"
    )


_WORDS = {
    "balance": "the demand for",
    "resource_limit": "the limit of",
    "accumulation": "the stock of",
    "capacity": "the capacity of",
    "floor": "the floor of",
    "emission_cap": "the emission cap of",
    "emission_budget": "the emission budget of",
    "storage_limit": "the storage of",
    "rows": "row",
    "columns": "column",
}


def _called(block: str, label: object) -> str:
    """Name a row or column in words; the last part of a label over several axes is its period."""
    parts = list(label) if isinstance(label, tuple) else [label]
    texts = [name_of(part) for part in parts]
    name = " in ".join(texts[:-1]) if len(texts) > 1 else texts[0]
    when = f" ({texts[-1]})" if len(texts) > 1 else ""
    word = _WORDS.get(block, "" if block == "activities" else block)
    return f"{word} {name!r}{when}".strip()


def _joined(names: list[str], limit: int = 4) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
