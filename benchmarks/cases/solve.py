"""Solving: claims against certificates, scaled and as the numbers stand, by simplex, interior point and PDLP.

"Scaled" is what ``natura_opt.solve`` does: scaling by powers of two, HiGHS, refinement until the proof passes.
"As it stands" hands HiGHS the user's numbers and takes its word; the certificate then says what the word was worth
(values a hair outside their bounds are moved inside first, as ours are, so that they are not held against it).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import natura_opt as no
from natura_opt.backends.configured import configured
from natura_opt.backends.options import SolveOptions
from natura_opt.proof.certificate import clean_point
from natura_opt.proof.refine import solve_proved

from ..economies import has_uk_2015, seeded_plan, uk_2015
from ..measuring import Competitor, Result, Row, compare_times, race
from ..roads.arrays import pass_as_it_stands

TITLE = "claims against certificates: scaled or as it stands; simplex, interior point, PDLP"
OURS = "scaled, simplex"
_REPEATS = {"tiny": 1, "small": 3, "full": 3}
_SECONDS = {"tiny": 2.0, "small": 10.0, "full": 30.0}
_TIGHT, _DEFAULT = 1e-9, 1e-7


@dataclass(frozen=True, eq=False)
class Claimed:
    """What a solver says, and what the recomputed proof says of it."""

    claim: str
    certificate: no.Certificate


def run(size: str) -> Result:
    """Solve every plan in every way; proved answers must agree. Ratios are to the scaled simplex on the same plan."""
    rows: list[Row] = []
    figures: dict[str, Any] = {}
    plans = _plans(size)
    for name, economy in plans.items():
        program = no.linear_program(economy, economy.question())
        ways = _ways(program, _SECONDS[size])
        found = race(ways, OURS, _same, repeats=_REPEATS[size], budget=_SECONDS[size])
        compare_times(found, OURS)
        truth = next(row for row in found if row.name == OURS).figures["objective"]
        for row in found:
            row.figures["off by"] = abs(row.figures["objective"] / truth - 1)
            row.name = f"{name}: {row.name}"
        wrong = [row.name for row in found if row.figures["claim"] == "optimal" and not row.figures["proved"]]
        figures[f"{name}: coefficients"] = program.matrix.nnz
        figures[f"{name}: called optimal, not proved"] = len(wrong)
        rows += found
    best = {name: row.figures for name in plans for row in rows if row.name == f"{name}: {OURS}"}
    figures["scaled simplex proves all"] = all(found["proved"] for found in best.values())
    optima = [found["objective"] for name, found in best.items() if "units" in name]
    figures["same optimum in all units"] = all(math.isclose(o, optima[0], rel_tol=1e-8) for o in optima)
    return Result("solve", TITLE, size, f"{next(iter(plans))}: {OURS}", rows, figures)


def _plans(size: str) -> dict[str, no.Economy]:
    goods, years = {"tiny": (5, 3), "small": (20, 4), "full": (40, 5)}[size]
    plans = {
        "equal units": seeded_plan(3, goods, years),
        "units 1e-3 to 1e3": seeded_plan(3, goods, years, spread=3),
        "units 1e-6 to 1e6": seeded_plan(3, goods, years, spread=6),
    }
    if size == "full" and has_uk_2015():
        plans["UK 2015"] = uk_2015()
    return plans


def _ways(program: no.LinearProgram, seconds: float) -> list[Competitor]:
    ways = [_way(f"scaled, {method}", _scaled(program, method, seconds)) for method in ("simplex", "ipm", "pdlp")]
    for method in ("simplex", "ipm"):
        ways.append(_way(f"as it stands, {method}", _as_it_stands(program, method, _TIGHT, seconds)))
    ways.append(_way("as it stands, HiGHS's defaults", _as_it_stands(program, "auto", _DEFAULT, seconds)))
    return ways


def _way(name: str, run_: Callable[[], Claimed]) -> Competitor:
    return Competitor(name, run_, lambda made: made.certificate, figures=_figures)


def _scaled(program: no.LinearProgram, method: str, seconds: float) -> Callable[[], Claimed]:
    def solved() -> Claimed:
        answer, certificate = solve_proved(program, SolveOptions(method=method, time_limit=seconds))
        return Claimed(str(answer.claim), certificate)

    return solved


def _as_it_stands(program: no.LinearProgram, method: str, tolerance: float, seconds: float) -> Callable[[], Claimed]:
    def solved() -> Claimed:
        told = {"primal_feasibility_tolerance": tolerance, "dual_feasibility_tolerance": tolerance}
        highs = configured(SolveOptions(method=method, options={**told, "time_limit": seconds}))
        pass_as_it_stands(highs, program)
        highs.run()
        solution, (rows, columns) = highs.getSolution(), program.shape
        primal, dual = np.array(solution.col_value), np.array(solution.row_dual)
        primal = primal if len(primal) == columns else np.zeros(columns)
        dual = dual if len(dual) == rows else np.zeros(rows)
        sign = -1.0 if program.sense == "max" else 1.0
        claim = highs.modelStatusToString(highs.getModelStatus()).lower()
        point, multipliers = (np.float64(part) for part in clean_point(program, primal, sign * dual))  # as ours are
        return Claimed(claim, no.certify(program, point, multipliers, _TIGHT))

    return solved


def _figures(made: Claimed) -> dict[str, Any]:
    proof = made.certificate
    return {
        "claim": made.claim,
        "proved": proof.proved,
        "objective": proof.objective,
        "primal residual": proof.primal_residual,
        "dual residual": proof.dual_residual,
        "gap": proof.gap,
    }


def _same(ours: no.Certificate, theirs: no.Certificate) -> bool | None:
    """Proved answers must agree; of one that is not proved there is nothing to compare."""
    if not (ours.proved and theirs.proved):
        return None
    return math.isclose(ours.objective, theirs.objective, rel_tol=1e-8)
