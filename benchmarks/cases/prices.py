"""Price coordination against linear programming: one period, a choice of techniques, a handful of shared resources.

Everybody is given the same economy and must hand back a plan that is proved to 1e-6 on the data; HiGHS runs at this
package's settings, and its program is built before the clock starts. Each has a limit of seconds, told among the
figures: one that reaches it has nothing to compare, and its ratio is a lower bound. HiGHS runs once, without a
warm-up; price coordination, whose loops are compiled before, several times.

Left out: interior point from 10,000 goods on (its factorisation fills in and does not heed the limit), and simplex at
100,000, which stops at the limit at 10,000 already.

OR-tools' PDLP runs, in a process of its own, where `ortools` can be imported. It is not among this package's
requirements: where it is missing its rows say "not installed".

Six families tell what prices alone do: techniques alike in size, at radius .8, .6 and .95; inputs whose numbers follow
Zipf's law; nearly decomposable ones; and "lognormal", whose inputs and resource use spread over orders of magnitude.
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
from natura_opt.methods.prices.price_coordination import solve_by_prices
from natura_opt.proof.certificate import certify
from natura_opt.proof.refine import solve_proved

from ..measuring import Competitor, Result, Row, compare_times, timed
from ..ortools_pdlp import NEEDS, solve_apart

TITLE = "prices out, cheapest techniques back; against PDLP, simplex and interior point"
OURS = "price coordination"
ORTOOLS = "OR-tools PDLP"
TOLERANCE = 1e-6
#: OR-tools' tolerance is relative to other things than a proved gap: it is asked for this share of ours.
_OF_ORTOOLS = 1e-3
TECHNIQUES, RESOURCES = 2, 10
_RADIUS = 0.8
#: Inputs of a technique, and goods of the families.
_INPUTS = {"tiny": 4, "small": 20, "full": 20}
_OF_FAMILIES = {"tiny": 60, "small": 2_000, "full": 10_000}
#: (goods, limit in seconds, HiGHS's methods)
_AGAINST: dict[str, tuple[tuple[int, float, tuple[str, ...]], ...]] = {
    "tiny": ((60, 5.0, ("pdlp", "simplex", "ipm")),),
    "small": ((1_000, 20.0, ("pdlp", "simplex", "ipm")), (10_000, 20.0, ("pdlp",))),
    "full": (
        (1_000, 60.0, ("pdlp", "simplex", "ipm")),
        (10_000, 60.0, ("pdlp", "simplex")),
        (100_000, 300.0, ("pdlp",)),
    ),
}
_REPEATS = {"tiny": 1, "small": 3, "full": 3}
#: Seconds that a competitor counted itself.
SECONDS = "seconds of the solver"
_FAMILIES: dict[str, dict[str, Any]] = {
    "radius .8": {"pattern": "uniform", "radius": 0.8},
    "radius .6": {"pattern": "uniform", "radius": 0.6},
    "radius .95": {"pattern": "uniform", "radius": 0.95},
    "zipf": {"pattern": "zipf", "radius": 0.8},
    "nearly decomposable": {"pattern": "nearly-decomposable", "radius": 0.8},
}


def run(size: str) -> Result:
    """Solve economies every way; proved answers must agree.

    Ratios are to price coordination on the same economy.
    """
    inputs, figures = _INPUTS[size], {}
    rows: list[Row] = []
    by_prices(alike(_OF_FAMILIES[size], inputs))()  # loops are compiled
    for name, economy in families(_OF_FAMILIES[size], inputs).items():
        row = _measured(Competitor(f"{name}: {OURS}", by_prices(economy)), _REPEATS[size])
        row.same, row.ratio, row.ratio_of_minima = row.figures["proved"], 1.0, 1.0
        figures[f"{name}: rounds to 1 %"] = row.figures.pop("rounds to 1 %")
        rows.append(row)
    for goods, limit, methods in _AGAINST[size]:
        figures[f"{goods:,} goods x {inputs} inputs: limit in seconds"] = limit
        rows += _against(alike(goods, inputs), limit, methods, _REPEATS[size])
    return Result("prices", TITLE, size, rows[0].name, rows, figures)


def alike(goods: int, inputs: int, pattern: str = "uniform", radius: float = _RADIUS) -> no.Economy:
    """Return a seeded economy of two techniques per good and ten resources, its techniques alike in size."""
    return planned(
        goods=goods,
        inputs=inputs,
        techniques=TECHNIQUES,
        resources=RESOURCES,
        pattern=pattern,
        radius=radius,
        labels="numbers",
        seed=1,
    )


def families(goods: int, inputs: int) -> dict[str, no.Economy]:
    """Return one economy of each family."""
    found = {name: alike(goods, inputs, **settings) for name, settings in _FAMILIES.items()}
    return found | {"lognormal": lognormal(1, goods, TECHNIQUES, inputs, RESOURCES)}


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


def _against(economy: no.Economy, limit: float, methods: tuple[str, ...], repeats: int) -> list[Row]:
    """Return prices, HiGHS and OR-tools on one economy; the program is built outside the clock."""
    program = no.linear_program(economy, economy.question())
    ways = [Competitor(OURS, by_prices(economy))]
    for method in methods:
        ways.append(Competitor(f"HiGHS {method}", by_highs(program, method, limit)))
    ways.append(Competitor(ORTOOLS, _by_ortools(program, limit), needs=NEEDS, note="not among the requirements"))
    found = [_measured(way, repeats if way.name == OURS else 1) for way in ways]
    for row in found:
        if row.installed:
            row.same = _same(found[0].figures, row.figures)
    compare_times(found, OURS)
    for row in found:
        row.figures.pop("rounds to 1 %", None)
        row.name = f"{len(economy.goods):,} goods: {row.name}"
    return found


def _measured(way: Competitor, repeats: int) -> Row:
    """Return a row of so many runs, each timed, none thrown away; the answers of the last are its figures."""
    row = Row(way.name, installed=way.installed, note=way.note)

    def kept() -> None:
        row.figures = way.run()

    if row.installed:
        row.seconds = [timed(kept) for _ in range(repeats)]
    if SECONDS in row.figures:
        row.seconds = [row.figures.pop(SECONDS)]
    return row


def by_prices(economy: no.Economy) -> Callable[[], dict[str, Any]]:
    """Return what plans an economy by prices, and tells what was found."""

    def solved() -> dict[str, Any]:
        plan = solve_by_prices(economy, economy.question(), tolerance=TOLERANCE)
        return {
            **_found(plan.attempts[0].claim, plan.certificate, plan.iterations),
            "passes": plan.by_prices.passes,
            "solving, seconds": plan.seconds["solve"],
            "proof's share": plan.seconds["prove"] / sum(plan.seconds.values()),
            "rounds to 1 %": next(one.round for one in plan.by_prices.rounds if one.gap <= 1e-2),
        }

    return solved


def by_highs(program: no.LinearProgram, method: str, limit: float) -> Callable[[], dict[str, Any]]:
    """Return what solves a program by one of HiGHS's methods, and tells what was found."""

    def solved() -> dict[str, Any]:
        answer, certificate = solve_proved(program, SolveOptions(method, TOLERANCE, time_limit=limit))
        return _found(answer.claim, certificate, answer.iterations)

    return solved


def _by_ortools(program: no.LinearProgram, limit: float) -> Callable[[], dict[str, Any]]:
    """Return what solves a program by OR-tools' PDLP; its answer is judged on the data as everybody's is."""
    sign = -1.0 if program.sense == "max" else 1.0

    def solved() -> dict[str, Any]:
        sides, bounds = (program.row_lower, program.row_upper), (program.lower, program.upper)
        told = solve_apart(sign * program.cost, program.matrix, sides, bounds, _OF_ORTOOLS * TOLERANCE, limit)
        certificate = certify(program, told["primal"], sign * told["dual"], TOLERANCE)
        claim = Claim.OPTIMAL if told["in_time"] else Claim.TIME_LIMIT
        return {**_found(claim, certificate, told["iterations"]), SECONDS: told["seconds"]}

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
