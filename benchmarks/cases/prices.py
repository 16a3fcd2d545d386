"""Price coordination against linear programming: one period, a choice of techniques, a handful of shared resources.

Everybody is given the same economy and must hand back a plan that is proved to 1e-6 on the data; HiGHS runs at this
package's settings. Each has a limit of seconds: one that reaches it has nothing to compare, and its ratio is a lower
bound. Interior point is left out at full size: its factorisation fills in and does not heed the limit.

Two families: "planned", whose techniques are alike in size, and "lognormal", whose inputs and resource use spread over
orders of magnitude.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.backends.options import SolveOptions
from natura_opt.generate.planned import planned
from natura_opt.methods.prices.price_coordination import coordinate, solve_by_prices
from natura_opt.proof.refine import solve_proved

from ..measuring import Competitor, Result, Row, compare_times, race

TITLE = "prices out, cheapest techniques back; against PDLP, simplex and interior point"
OURS = "price coordination"
TOLERANCE = 1e-6
_GOODS = {"tiny": 150, "small": 2_000, "full": 10_000}
_INPUTS = {"tiny": 5, "small": 20, "full": 20}
_SECONDS = {"tiny": 5.0, "small": 10.0, "full": 30.0}
_METHODS = {"tiny": ("pdlp", "simplex", "ipm"), "small": ("pdlp", "simplex", "ipm"), "full": ("pdlp", "simplex")}
_TECHNIQUES, _RESOURCES, _RADIUS = 2, 10, 0.8


def run(size: str) -> Result:
    """Solve economies every way; proved answers must agree. HiGHS finds its program built, our time counts building it.

    Ratios are to price coordination on the same economy.
    """
    rows: list[Row] = []
    figures: dict[str, Any] = {}
    for name, economy in _economies(_GOODS[size], _INPUTS[size]).items():
        program = no.linear_program(economy, economy.question())
        ways = [Competitor(OURS, _by_prices(economy), figures=dict)]
        for method in _METHODS[size]:
            chosen = SolveOptions(method, TOLERANCE, time_limit=_SECONDS[size])
            ways.append(Competitor(f"HiGHS {method}", _by_highs(program, chosen), figures=dict))
        found = race(ways, OURS, _same, repeats=1)
        compare_times(found, OURS)
        for row in found:
            row.name = f"{name}: {row.name}"
        rows += found
        trace = coordinate(economy, economy.question(), tolerance=TOLERANCE)
        figures[f"{name}: coefficients"] = program.matrix.nnz
        figures[f"{name}: rounds"] = len(trace.rounds)
        figures[f"{name}: rounds to 1 %"] = next(done.round for done in trace.rounds if done.gap <= 1e-2)
        figures[f"{name}: passes over the techniques"] = trace.passes
    return Result("prices", TITLE, size, f"planned: {OURS}", rows, figures)


def _economies(goods: int, inputs: int) -> dict[str, no.Economy]:
    ways, kinds = _TECHNIQUES, _RESOURCES
    alike = planned(
        goods=goods, inputs=inputs, techniques=ways, resources=kinds, pattern="uniform", radius=_RADIUS, seed=1
    )
    return {"planned": alike, "lognormal": lognormal(1, goods, ways, inputs, kinds)}


def lognormal(seed: int, goods: int, ways: int, inputs: int, kinds: int) -> no.Economy:
    """Return a seeded economy in which every technique uses every resource, and nothing is of one size.

    The inputs of a technique add up to less than the radius, so that every choice of techniques is productive.
    """
    rng = np.random.default_rng(seed)
    techniques = goods * ways
    values = rng.lognormal(0.0, 1.0, (techniques, inputs))
    values *= (rng.uniform(0.5, 1.0, techniques) * _RADIUS / values.sum(axis=1))[:, None]
    places = (rng.integers(goods, size=techniques * inputs), np.repeat(np.arange(techniques), inputs))
    makes = np.repeat(np.arange(goods), ways)
    use = rng.lognormal(0.0, 1.0, (kinds, techniques))
    return no.build_economy(
        name=f"lognormal_{goods}_seed{seed}",
        goods=[f"good{k + 1}" for k in range(goods)],
        techniques=[f"good{k // ways + 1} way {k % ways + 1}" for k in range(techniques)],
        resources=[f"resource{k + 1}" for k in range(kinds)],
        inputs=sp.csr_array(sp.coo_array((values.ravel(), places), shape=(goods, techniques))),
        outputs=sp.csr_array((np.ones(techniques), (makes, np.arange(techniques))), shape=(goods, techniques)),
        resource_use=use,
        resource_limits=use.mean(axis=1) * goods * rng.uniform(2.0, 4.0, kinds),
        targets=rng.uniform(0.5, 2.0, goods),
        objective="assortment",
    )


def _by_prices(economy: no.Economy) -> Callable[[], dict[str, Any]]:
    def solved() -> dict[str, Any]:
        plan = solve_by_prices(economy, economy.question(), tolerance=TOLERANCE)
        proof = plan.seconds["prove"] / sum(plan.seconds.values())
        return {**_found(plan.attempts[0].claim, plan.certificate, plan.iterations), "proof's share": proof}

    return solved


def _by_highs(program: no.LinearProgram, options: SolveOptions) -> Callable[[], dict[str, Any]]:
    def solved() -> dict[str, Any]:
        answer, certificate = solve_proved(program, options)
        return _found(answer.claim, certificate, answer.iterations)

    return solved


def _found(claim: Claim, certificate: no.Certificate, iterations: int) -> dict[str, Any]:
    return {
        "claim": str(claim),
        "proved": certificate.proved,
        "objective": certificate.objective,
        "gap": certificate.gap,
        "iterations": iterations,
    }


def _same(ours: dict[str, Any], theirs: dict[str, Any]) -> bool | None:
    """Proved answers must agree; of one that is not proved there is nothing to compare."""
    if not (ours["proved"] and theirs["proved"]):
        return None
    return math.isclose(ours["objective"], theirs["objective"], rel_tol=2 * TOLERANCE)
