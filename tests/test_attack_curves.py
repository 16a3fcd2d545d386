"""Needs that depend on scale, attacked from outside: what was once answered wrongly, and its neighbours."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.laws.curve_pieces import curved_techniques

Points = list[tuple[float, float]]


def works(points: Points, demand: float, **given: Any) -> no.Economy:
    """Return an economy of one good, made with work by a curve; as little of it as serves a demand."""
    return no.build_economy(
        goods=["bread"],
        techniques=["bake"],
        resources=["work"],
        outputs=[[1.0]],
        resource_use=[[0.0]],
        resource_weights=[1.0],
        targets=[demand],
        objective="least-resources",
        **{"curves": {("bake", "work"): points}, **given},
    )


def reported(seed: int) -> Points:
    """Return seeded points in decimal figures: rising or falling slopes, or a jump from the start."""
    rng = np.random.default_rng(seed)
    end = float(np.round(rng.uniform(1, 20), 2))
    inside = np.round(rng.uniform(0, end, int(rng.integers(1, 5))), 3).tolist()
    levels = sorted({0.0, end, *inside})
    kind = int(rng.integers(3))
    slopes = np.sort(rng.uniform(0.1, 1.0, len(levels) - 1))[:: -1 if kind == 1 else 1]
    points = [(0.0, 0.0)]
    for (a, b), slope in zip(pairwise(levels), slopes.tolist(), strict=True):
        points.append((b, round(points[-1][1] + slope * (b - a), 4)))
    return points if kind < 2 else [(0.0, 0.0), *((q, round(total + 1.1, 4)) for q, total in points)]


def meets_a_reported_point(seed: int, backend: str) -> None:
    points = reported(seed)
    demand, total = points[-1 - seed % (len(points) - 2)] if seed % 3 else points[-1]
    economy = works(points, demand, resource_limits=[total])
    plan = no.solve(economy, backend=backend, certificate="exact").assert_optimal()
    assert plan.objective == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_a_demand_for_a_reported_quantity_is_served_by_its_reported_total(seed: int) -> None:
    """Widths and slopes of pieces are rounded: three that were rounded down were proved not to reach the end."""
    meets_a_reported_point(seed, "highs")


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(20, 320))
@pytest.mark.parametrize("backend", ["highs", "pyomo"])
def test_more_demands_for_a_reported_quantity(seed: int, backend: str) -> None:
    meets_a_reported_point(seed, backend)


@pytest.mark.parametrize("seed", range(30))
def test_pieces_reach_every_cut_and_take_no_more_there_than_was_reported(seed: int) -> None:
    """In rational arithmetic, so that what refutes the program refutes the curves; and up to rounding."""
    points = reported(seed)
    economy = works(points, 1.0)
    (found,) = curved_techniques(economy, economy.question())
    reached, taken = Fraction(0), Fraction(0)
    at = dict(points)  # of a jump at 0, what holds above it
    for k, width in enumerate(found.widths.tolist()):
        reached += Fraction(width)
        taken += Fraction(float(found.jumps[0, k])) + Fraction(float(found.slopes[0, k])) * Fraction(width)
        quantity = min(at, key=lambda q: abs(Fraction(q) - reached))
        assert Fraction(quantity) <= reached <= Fraction(quantity * (1.0 + 1e-15))
        assert Fraction(at[quantity] * (1.0 - 4e-15)) <= taken <= Fraction(at[quantity])


@pytest.mark.parametrize("end", [10.0, 1e6, 1e9, 1e12])
def test_a_fixed_cost_of_a_formula_counts_however_long_its_piece(end: float) -> None:
    plan = no.solve(works([], 6.0, curves={("bake", "work"): (lambda q: q + 0.5, end)})).assert_optimal()
    assert plan.objective == pytest.approx(6.5, rel=1e-12)


@pytest.mark.parametrize("width", [1e-11, 9e-13, 1e-13, 3e-16])
def test_a_rise_on_a_piece_as_short_as_rounding_is_not_lost(width: float) -> None:
    plan = no.solve(works([(0, 0), (1, 1), (1 + width, 3), (8, 4)], 4.5)).assert_optimal()
    assert plan.objective == pytest.approx(3.5, rel=1e-11)


@pytest.mark.parametrize("width", [1e-11, 1e-13, 9e-16])
def test_nor_at_the_end_of_the_range(width: float) -> None:
    points = [(0, 0), (5, 1), (5 + width, 3)]
    assert no.solve(works(points, 5.0)).assert_optimal().objective == pytest.approx(1.0, rel=1e-12)
    assert no.solve(works(points, 5.0 + width)).assert_optimal().objective == pytest.approx(3.0, rel=1e-12)


@pytest.mark.parametrize("end", [None, "5", True, float("nan"), 0, -1.0])
def test_the_end_of_a_function_is_a_number(end: Any) -> None:
    with pytest.raises(no.DataError, match="the end of a function is"):
        works([], 1.0, curves={("bake", "work"): (lambda q: q**2, end)})


@pytest.mark.parametrize("iteration", ["monotone", "newton", "anderson", "least-squares"])
def test_iterations_stop_where_a_curve_of_work_ends(iteration: str) -> None:
    """Outputs hang on the curves of goods alone, but no plan runs where nothing is said of the work it takes."""
    economy = works([(0, 0), (2, 1)], 5.0)
    found = no.solve(economy, method="lahiri", iteration=iteration)
    assert found.status.value != "optimal"
    if iteration == "monotone":
        assert found.status.value == no.solve(economy).status.value == "infeasible"
        assert found.impossibility is not None and "reported range of 'bake'" in found.impossibility.sentence
    served = no.solve(works([(0, 0), (2, 1)], 1.5), method="lahiri", iteration=iteration).assert_optimal()
    assert served.objective == pytest.approx(0.75, rel=1e-9)


def test_a_dozen_goods_with_steep_beginnings_are_planned() -> None:
    """A jump that the scale search took out stayed as a zero in its program, and scaled to no number."""
    rng = np.random.default_rng(0)
    goods = [f"good {k}" for k in range(12)]
    inputs = rng.uniform(0, 0.3 / 12, (12, 12))
    curves: dict[tuple[str, str], Any] = {}
    for j, good in enumerate(goods):
        inputs[(j + 1) % 12, j] = 0.0
        steep = float(rng.uniform(0.1, 0.5))
        curves[good, goods[(j + 1) % 12]] = (lambda q, steep=steep: steep * q**0.5 + 0.01 * q, 50.0)
    economy = no.build_economy(
        goods=goods,
        inputs=inputs,
        resources=["work"],
        resource_use=rng.uniform(0.5, 1.0, (1, 12)),
        resource_limits=[36.0],
        targets=np.ones(12),
        curves=curves,
        objective="fulfilment",
    )
    plan = no.solve(economy, curve_tolerance=1e-2).assert_optimal()
    assert plan.bracket is not None and plan.bracket.holds


@pytest.mark.parametrize("limit", [0, -1.0, float("nan")])
def test_a_time_limit_of_no_time_is_refused_with_formulas_too(limit: float) -> None:
    with pytest.raises(no.OptionError, match="time_limit must be a positive number"):
        no.solve(works([], 1.0, curves={("bake", "work"): (lambda q: q**2, 9.0)}), time_limit=limit)
