"""Seeded economies: spectral radii, servable demands and what is made of them, each against a way of its own."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.generate.families import FAMILIES, generate_economy
from natura_opt.generate.held_capital import capital_tables, tied_up
from natura_opt.generate.matrices import PATTERNS, Pattern, coefficient_matrix
from natura_opt.generate.natural_units import in_natural_units
from natura_opt.generate.planned import planned
from natura_opt.generate.samothrakis import FORMS, samothrakis_system
from natura_opt.generate.sampling import stream
from natura_opt.generate.technology import resource_use, technology
from natura_opt.input_output.spectrum import serving_levels, spectral_radius
from natura_opt.tables.registry import TABLES

FEW = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def dense_radius(matrix: Any) -> float:
    return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())


# ---- spectral radii ---------------------------------------------------------------------------------------------


@FEW
@given(st.integers(0, 10**6), st.integers(2, 30))
def test_the_radius_of_any_matrix_is_that_of_its_eigenvalues(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.random((size, size)) * (rng.random((size, size)) < 0.4)
    matrix[rng.integers(0, size), matrix.sum(axis=0) == 0] = 0.5
    assert spectral_radius(sp.csc_array(matrix)) == pytest.approx(
        dense_radius(sp.csc_array(matrix)), rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize("size", [301, 350])  # above the size up to which all eigenvalues are computed
@pytest.mark.parametrize("kind", ["even", "two blocks"])
def test_a_large_radius_is_known_by_construction(kind: str, size: int) -> None:
    if kind == "even":  # columns that sum to .7 have .7
        drawn = stream(1).random((size, size)) + 0.1
        matrix, known = drawn / drawn.sum(axis=0) * 0.7, 0.7
    else:  # the larger of the two, though hardly linked
        half = size // 2
        matrix = np.zeros((size, size))
        matrix[:half, :half], matrix[half:, half:] = 0.9 / half, 0.89 / (size - half)
        known = 0.9
    assert spectral_radius(sp.csc_array(matrix)) == pytest.approx(known, rel=1e-8)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_radius_asked_for_is_reached_and_scales_with_what_is_asked(pattern: str) -> None:
    low, high = (coefficient_matrix(pattern, 60, 6, radius=radius, seed=3) for radius in (0.25, 0.5))
    assert dense_radius(low) == pytest.approx(0.25, rel=1e-9) and dense_radius(high) == pytest.approx(0.5, rel=1e-9)
    assert np.array_equal(low.indices, high.indices)
    np.testing.assert_allclose(high.data, 2 * low.data, rtol=1e-9)


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("inputs", [1, 5, 40])
def test_density_is_as_asked(pattern: str, inputs: int) -> None:
    goods = 200
    if pattern == "nearly-decomposable" and inputs == 40:
        matrix = coefficient_matrix(pattern, goods, inputs, blocks=4, seed=1)
    else:
        matrix = coefficient_matrix(pattern, goods, inputs, seed=1)
    per_good = np.diff(sp.csc_array(matrix).indptr)
    if pattern == "triangular":
        assert per_good.tolist() == [min(inputs, good + 1) for good in range(goods)]
    elif pattern == "zipf":
        assert per_good.min() >= 1 and 0.9 * inputs <= per_good.mean() <= inputs
    else:
        assert (per_good == inputs).all()


@FEW
@given(st.integers(0, 10**6), st.sampled_from([0.2, 0.7, 0.97]))
def test_levels_that_serve_a_demand_leave_exactly_it(seed: int, radius: float) -> None:
    matrix = coefficient_matrix("uniform", 40, 4, radius=radius, seed=seed)
    demand = np.where(stream(seed).random(40) < 0.5, stream(seed, 1).random(40), 0.0)
    levels = serving_levels(matrix, demand)
    np.testing.assert_allclose(levels - matrix @ levels, demand, atol=1e-12 * levels.max(initial=1e-300))
    np.testing.assert_allclose(serving_levels(matrix, 2.0 * demand), 2.0 * levels, rtol=1e-11, atol=1e-12)


def test_levels_where_nothing_can_serve_are_refused() -> None:
    with pytest.raises(no.DataError, match="do not settle; take a smaller spectral radius"):
        serving_levels(sp.csc_array(np.array([[1.0]])), np.array([1.0]))


# ---- what is made of them ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ways", [1, 2, 4])
def test_no_technique_costs_more_labour_in_its_inputs_than_the_main_one(ways: int) -> None:
    made = technology(Pattern("zipf", 50, 5), 0.7, ways, seed=9)
    assert made.inputs.shape == (50, 50 * ways) and made.makes.tolist() == list(range(50)) * ways
    main = made.values - made.labour[:50]
    content = made.values @ made.inputs
    np.testing.assert_allclose(content[:50], main, rtol=1e-10)
    for way in range(1, ways):
        share = content[50 * way : 50 * (way + 1)] / main
        assert (share >= 0.85 * (1 - 1e-6)).all() and (share <= 1.0 + 1e-6).all()
        extra = made.labour[50 * way : 50 * (way + 1)] / made.labour[:50]
        assert (extra >= 0.8).all() and (extra <= 1.6).all()


@pytest.mark.parametrize("kinds", [0, 1, 5])
def test_labour_is_used_by_all_and_every_other_resource_by_some_main_technique(kinds: int) -> None:
    made = technology(Pattern("uniform", 30, 3), 0.5, 2, seed=4)
    use = resource_use(made, kinds, seed=4)
    if not kinds:
        assert use is None
        return
    assert use.shape == (kinds, 60) and use.toarray()[0].tolist() == made.labour.tolist()
    users = (use.toarray()[:, :30] > 0).sum(axis=1)
    assert (users >= 1).all() and (users[1:] < 30).all()
    assert use.toarray()[1:].max(initial=0.1) <= 2.0


def test_replacing_capital_costs_at_most_its_share_of_labour() -> None:
    made = technology(Pattern("uniform", 40, 4), 0.8, 2, seed=5)
    held = tied_up(made, seed=5)
    cost = made.values @ held.replaced
    assert (cost <= 0.3 * made.labour * (1 + 1e-6)).all() and (cost >= 0.5 * 0.3 * made.labour * (1 - 1e-6)).all()
    durable = held.wear > 0
    assert durable.sum() == 4 and ((held.wear[durable] >= 0.03) & (held.wear[durable] <= 0.15)).all()
    assert (np.diff(held.capital.indptr) == 3).all() and set(held.capital.indices) <= set(np.flatnonzero(durable))
    keeping = made.inputs[:, :40] + held.replaced[:, :40]
    assert dense_radius(sp.csc_array(keeping)) < 1


@pytest.mark.parametrize("kind", ["pool", "techniques"])
@pytest.mark.parametrize("slack", [0.0, 0.5])
def test_stocks_are_what_the_plan_needs_and_no_more_than_the_slack(kind: str, slack: float) -> None:
    made = technology(Pattern("uniform", 20, 3), 0.6, 2, seed=6)
    held, levels = tied_up(made, seed=6), np.linspace(1.0, 3.0, 20)
    tables = capital_tables(held, kind, levels, slack, seed=6)
    if kind == "pool":
        needed, there = held.capital[:, :20] @ levels, tables["capital_pool"]
    else:
        needed = (held.capital[:, :20] @ sp.diags_array(levels)).toarray()
        there = tables["initial_capital"].toarray()[:, :20]
        outside = (held.capital[:, 20:] @ sp.diags_array(levels)).toarray()
        rest = tables["initial_capital"].toarray()[:, 20:]
        assert (rest >= 0.2 * outside * (1 - 1e-12)).all() and (rest <= 0.2 * outside * (1 + slack) * (1 + 2e-7)).all()
        assert np.array_equal(tables["depreciation"].toarray() > 0, tables["capital"].toarray() > 0)
    assert (there >= needed * (1 - 1e-15)).all() and (there <= needed * (1 + slack) * (1 + 2e-7)).all()


def test_natural_units_follow_the_unit_rule_of_every_table() -> None:
    """One technique per good: what a good's unit is multiplied by is read off its target."""
    settings_of: dict[str, Any] = {"goods": 12, "techniques": 2, "resources": 2, "capital": "techniques", "wanted": 1.0}
    plain, spread = (planned(**settings_of, decades=decades, seed=7) for decades in (0, 4))
    goods = spread.vector("targets", 0) / plain.vector("targets", 0)
    kinds = spread.vector("resource_limits", 0) / plain.vector("resource_limits", 0)
    np.testing.assert_allclose(np.log10(goods), np.round(np.log10(goods)), atol=1e-12)
    assert (
        np.abs(np.log10(np.concatenate([goods, kinds]))).max() <= 4 + 1e-9 and len(set(np.round(np.log10(goods)))) > 3
    )
    factors = {"goods": goods, "techniques": np.tile(goods, 2), "resources": kinds}
    for name, table in plain.tables.items():
        over, *under = table.spec.unit.split(" / ")
        part, other = (economy.tables[name].at(0) for economy in (plain, spread))
        part, other = (x.toarray() if table.spec.is_matrix else x for x in (part, other))
        factor = np.ones(part.shape)
        for axis, power in [(over, 1), *((axis, -1) for axis in under)]:
            if axis != "1":
                column = factors[axis] ** power
                factor = factor * (column[:, None] if table.spec.is_matrix and axis == table.spec.axes[0] else column)
        np.testing.assert_allclose(other, part * factor, rtol=1e-13, err_msg=name)


def test_natural_units_without_decades_are_the_same_numbers() -> None:
    tables = {"targets": np.array([[1.0, 2.0], [3.0, 4.0]]), "inputs": sp.csr_array(np.eye(2) / 3)}
    made = in_natural_units(tables, 0, np.array([0, 1]), stream(1))
    assert made["targets"].tolist() == tables["targets"].tolist()
    assert made["inputs"].toarray().tolist() == tables["inputs"].toarray().tolist()
    assert set(made) == set(tables) <= set(TABLES)


# ---- families ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_setting_of_a_family_is_told_in_its_docstring(family: str) -> None:
    make = FAMILIES[family]
    for name, parameter in inspect.signature(make).parameters.items():
        assert parameter.kind is parameter.KEYWORD_ONLY and parameter.default is not parameter.empty
        assert name in (make.__doc__ or "") or family == "samothrakis"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", [0, 5])
def test_a_system_of_profiles_demands_shares_that_sum_to_one(form: str, seed: int) -> None:
    matrix, demand = samothrakis_system(30, 8, profiles=5, dependencies=9, form=form, seed=seed)
    assert demand[:38].tolist() == [0.0] * 38 and demand.sum() == pytest.approx(1.0) and (demand[38:] > 0).all()
    assert matrix[38:].nnz == 0, "profiles are used by nobody"
    baskets = matrix[:, 38:].toarray()
    assert (baskets[:8] > 0).all() and not baskets[8:].any()
    economy = generate_economy("samothrakis", industrial=30, final=8, profiles=5, dependencies=9, form=form, seed=seed)
    np.testing.assert_allclose(economy.vector("targets", 0)[:8], baskets[:8] @ demand[38:], rtol=1e-13)
    assert not economy.vector("targets", 0)[8:].any()
    assert (economy.matrix("inputs", 0) != matrix[:38, :38]).nnz == 0


@pytest.mark.parametrize("equal_worth", [False, True])
def test_stocks_of_cockshotts_family_are_used_up_by_the_goals(equal_worth: bool) -> None:
    economy = generate_economy("cockshott", goods=40, inputs=6, slack=1.5, equal_worth=equal_worth, scale=50.0, seed=2)
    levels = np.linalg.solve(np.eye(40) - economy.matrix("inputs", 0).toarray(), economy.vector("targets", 0))
    np.testing.assert_allclose(
        economy.vector("capital_pool", 0), 1.5 * (economy.matrix("capital", 0) @ levels), rtol=1e-9
    )
    assert economy.vector("targets", 0).mean() == pytest.approx(50.0, rel=0.2)


@pytest.mark.parametrize("wanted", [0.01, 0.3, 1.0])
def test_as_many_goods_are_wanted_as_asked_and_at_least_one(wanted: float) -> None:
    economy = planned(goods=30, wanted=wanted, periods=3, seed=8)
    targets = np.column_stack([economy.vector("targets", t) for t in range(3)])
    assert ((targets > 0).sum(axis=0) == max(1, round(30 * wanted))).all()
    assert targets[targets > 0].min() >= 0.4 and targets.max() <= 1.5
