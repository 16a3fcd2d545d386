"""A capacity for every technique: the central path of an assortment against PDLP, simplex and interior point.

One period, two techniques per good, each with a stock of its own, and ten shared resources. Everybody is given the same
economy and must hand back a plan and prices; the gap of HiGHS's answer is recomputed from the data, ours is the bound
that prices prove against the plan that was recomputed. Each has a limit of seconds: one that reaches it has nothing to
compare. Simplex and interior point run where they end in that time.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.formulate import asked_of
from natura_opt.generate.planned import planned
from natura_opt.methods.prices.many_scarce import coordinate_many
from natura_opt.methods.prices.own_units import in_own_units
from natura_opt.methods.prices.priced_economy import laid_out
from natura_opt.proof.refine import solve_proved

from ..measuring import Competitor, Result, race

TITLE = "a capacity for every technique; against PDLP, simplex and interior point"
OURS = "central path"
TOLERANCE = 1e-4
_GOODS = {"tiny": 60, "small": 1_000, "full": 10_000}
_INPUTS = {"tiny": 5, "small": 20, "full": 20}
_SECONDS = {"tiny": 60.0, "small": 60.0, "full": 600.0}
_METHODS = {"tiny": ("pdlp", "simplex", "ipm"), "small": ("pdlp", "simplex", "ipm"), "full": ("pdlp",)}


def run(size: str) -> Result:
    """Solve one economy every way; proved answers must agree to the gap. HiGHS finds its program built."""
    economy = with_capacities(_GOODS[size], _INPUTS[size])
    program = no.linear_program(economy, economy.question())
    ways = [Competitor(OURS, _by_central_path(economy, _SECONDS[size]), figures=dict)]
    for method in _METHODS[size]:
        options = SolveOptions(method, TOLERANCE, time_limit=_SECONDS[size])
        ways.append(Competitor(f"HiGHS {method}", _by_highs(program, options), figures=dict))
    rows = race(ways, OURS, _same, repeats=1)
    figures = {"goods": len(economy.goods), "coefficients": program.matrix.nnz, "limits": program.shape[0]}
    return Result("capacities", TITLE, size, OURS, rows, figures)


def with_capacities(goods: int, inputs: int, pattern: str = "uniform") -> no.Economy:
    """Return a seeded economy in which every technique holds its own capital, and ten resources are shared."""
    return planned(
        goods=goods,
        inputs=inputs,
        techniques=2,
        resources=10,
        capital="techniques",
        pattern=pattern,
        radius=0.8,
        seed=1,
    )


def _by_central_path(economy: no.Economy, seconds: float) -> Callable[[], dict[str, Any]]:
    def solved() -> dict[str, Any]:
        laid = laid_out(asked_of(economy, economy.question()), None)
        ours = in_own_units(laid)
        found = coordinate_many(
            ours.inputs, ours.use, laid.first, ours.wanted, rows=laid.rows, tolerance=TOLERANCE, time_limit=seconds
        )
        return {
            "claim": str(found.claim),
            "proved": found.gap <= TOLERANCE,
            "objective": float(np.ldexp(found.best, ours.assortment)),
            "gap": found.gap,
            "iterations": len(found.rounds),
            "passes": found.rounds[-1].passes,
        }

    return solved


def _by_highs(program: no.LinearProgram, options: SolveOptions) -> Callable[[], dict[str, Any]]:
    def solved() -> dict[str, Any]:
        answer, certificate = solve_proved(program, options)
        return {
            "claim": str(answer.claim),
            "proved": certificate.proved,
            "objective": certificate.objective,
            "gap": certificate.gap,
            "iterations": answer.iterations,
        }

    return solved


def _same(ours: dict[str, Any], theirs: dict[str, Any]) -> bool | None:
    """Proved answers must agree; of one that is not proved there is nothing to compare."""
    if not (ours["proved"] and theirs["proved"]):
        return None
    return math.isclose(ours["objective"], theirs["objective"], rel_tol=2 * TOLERANCE)
