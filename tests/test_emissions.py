"""Externalities: known answers, three spellings, and marginal abatement costs against difference quotients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no

BACKENDS = ["highs", "pyomo", "cvxpy"]


def wheat_cloth(**changes: Any) -> no.Economy:
    """Leontief's economy with abatement (known answer 4)."""
    economy = no.read("wheat_cloth_pollution")
    return economy.with_changes(**changes)


def smoky_years(**changes: Any) -> no.Economy:
    """Three years of a small economy with a clean and a dirty technique, coefficients that change, two pollutants."""
    clean = [[[0.1, 0.2], [0.0, 0.1]], [[0.1, 0.15], [0.0, 0.1]], [[0.1, 0.1], [0.05, 0.1]]]
    tables: dict[str, Any] = {
        "goods": ["bread"],
        "techniques": ["dirty", "clean"],
        "resources": ["labour"],
        "pollutants": ["smoke", "slag"],
        "periods": ["y1", "y2", "y3"],
        "outputs": [[1.0, 1.0]],
        "inputs": [[0.1, 0.1]],
        "resource_use": {"y1": [[1.0, 2.0]], "y2": [[1.0, 1.9]], "y3": [[0.9, 1.8]]},
        "resource_limits": [[10.0, 11.0, 12.0]],
        "emissions": {
            "y1": [[2.0, 0.5], clean[0][1]],
            "y2": [[1.9, 0.5], clean[1][1]],
            "y3": [[1.8, 0.4], clean[2][1]],
        },
        "targets": [[5.0, 5.0, 5.0]],
        "objective": "fulfilment",
    }
    return no.build_economy(**(tables | changes))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("cap", "activities", "labour"),
    [
        (30.0, (104.494382, 58.426966, 33.932584), 361.797753),
        (0.0, (108.988764, 66.853933, 67.865169), 463.595506),
    ],
)
def test_leontiefs_pollution(backend: str, cap: float, activities: tuple[float, ...], labour: float) -> None:
    plan = no.solve(wheat_cloth(emission_caps=[cap]), backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(labour, rel=1e-8)
    assert plan.activities["1"].to_numpy() == pytest.approx(activities, rel=1e-7)
    assert plan.emissions.loc["smoke", "1"] == pytest.approx(cap, abs=1e-9)
    assert plan.abatement_costs.loc["smoke", "1"] == pytest.approx(3.393258427, rel=1e-9)


def test_without_the_cap_the_smoke_is_only_reported() -> None:
    economy = no.read("wheat_cloth_pollution")
    plan = no.solve(economy, "unlimited").assert_optimal()
    assert plan.objective == pytest.approx(260.0)
    assert plan.emissions.loc["smoke", "1"] == pytest.approx(0.5 * 100 + 0.2 * 50)
    assert plan.abatement_costs.loc["smoke", "1"] == 0.0


@pytest.mark.parametrize("backend", BACKENDS)
def test_caps_budgets_and_weights_agree_on_every_backend(backend: str) -> None:
    economy = smoky_years(
        emission_caps=[[9.0, 8.0, np.inf], [np.inf, 0.9, 0.8]],
        emission_budgets=[20.0, np.inf],
        damage_weights=[[0.01, 0.02, 0.03], [0.1, 0.1, 0.1]],
    )
    plan = no.solve(economy, backend=backend).assert_optimal()
    reference = no.solve(economy)
    assert plan.objective == pytest.approx(reference.objective, rel=1e-10)
    emitted = plan.emissions
    assert (emitted.loc["smoke"] <= np.array([9.0, 8.0, np.inf]) + 1e-9).all()
    assert (emitted.loc["slag"] <= np.array([np.inf, 0.9, 0.8]) + 1e-9).all()
    assert emitted.loc["smoke"].sum() <= 20.0 + 1e-9
    assert plan.objective == pytest.approx(plan.fulfilment.sum() - plan.damage.sum(), rel=1e-12)


def test_a_weight_large_enough_cleans_up() -> None:
    """With one unit of smoke as dear as the fulfilment it buys, the clean technique takes over."""
    cheap = no.solve(smoky_years(damage_weights=[0.001, 0.0]))
    dear = no.solve(smoky_years(damage_weights=[0.2, 0.0]))
    assert cheap.activities.loc["dirty"].sum() > 1.0
    assert dear.activities.loc["dirty"].sum() == pytest.approx(0.0, abs=1e-9)
    assert dear.fulfilment.sum() < cheap.fulfilment.sum()


@pytest.mark.parametrize(("pollutant", "year", "cap"), [(0, 0, 9.0), (0, 1, 7.0), (1, 2, 0.5)])
def test_abatement_cost_lies_between_difference_quotients(pollutant: int, year: int, cap: float) -> None:
    def optimum(value: float) -> float:
        caps = np.full((2, 3), np.inf)
        caps[pollutant, year] = value
        return no.solve(smoky_years(emission_caps=caps)).assert_optimal().objective

    caps = np.full((2, 3), np.inf)
    caps[pollutant, year] = cap
    plan = no.solve(smoky_years(emission_caps=caps))
    cost = plan.abatement_costs.iloc[pollutant, year]
    step = 1e-4 * cap
    one_more = (optimum(cap + step) - plan.objective) / step
    one_less = (plan.objective - optimum(cap - step)) / step
    assert cost > 0
    assert one_more - 1e-8 <= cost <= one_less + 1e-8


def test_budget_shares_out_over_the_years_at_one_price() -> None:
    plan = no.solve(smoky_years(emission_budgets=[18.0, np.inf])).assert_optimal()
    assert plan.emissions.loc["smoke"].sum() == pytest.approx(18.0, rel=1e-9)
    assert plan.abatement_costs.loc["smoke", "budget"] > 0
    assert (plan.abatement_costs.loc["smoke", ["y1", "y2", "y3"]] == 0).all()


def test_budgets_must_not_differ_between_periods() -> None:
    with pytest.raises(no.DataError, match=r"emission_budgets.*holds once"):
        smoky_years(emission_budgets=[[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]])


def test_an_impossible_cap_is_named() -> None:
    economy = wheat_cloth(emission_caps=[0.0], inputs=[[0.25, 0.4, 0.0], [0.14, 0.12, 5.0]])
    plan = no.solve(economy)
    assert plan.status == "infeasible"
    assert plan.impossibility is not None and plan.impossibility.proved
    assert "emission cap of 'smoke'" in plan.impossibility.sentence or "demand for" in plan.impossibility.sentence


# ---- nothing of it is lost between the proof and the reader ---------------------------------------------------


@pytest.fixture(scope="module")
def priced() -> no.Plan:
    """A plan with a cap that binds in one year, a budget, and damage."""
    caps = [[np.inf, np.inf, 15.0], [np.inf] * 3]
    economy = smoky_years(emission_caps=caps, emission_budgets=[32.0, np.inf], damage_weights=[0.01, 0.1])
    return no.solve(economy).assert_optimal()


def test_carbon_prices_and_damage_are_in_tables_and_files(priced: no.Plan, tmp_path: Path) -> None:
    tables = priced.tables()
    pd.testing.assert_frame_equal(tables["abatement_costs"], priced.abatement_costs)
    assert tables["damage"]["damage"].to_list() == priced.damage.to_list()
    for path in (priced.to_csv(tmp_path / "csv"), priced.to_parquet(tmp_path / "parquet")):
        assert {"abatement_costs", "damage", "emissions"} <= {file.stem for file in path.iterdir()}
    sheets = pd.read_excel(priced.to_excel(tmp_path / "plan.xlsx"), sheet_name=None)
    assert sheets["abatement_costs"]["budget"].to_list() == pytest.approx(priced.abatement_costs["budget"].to_list())
    bare = no.solve(smoky_years()).tables()
    assert "abatement_costs" not in bare and "damage" not in bare and "emissions" in bare


def test_carbon_prices_and_damage_are_in_json_and_words(priced: no.Plan) -> None:
    facts = json.loads(json.dumps(priced.summary(), allow_nan=False))
    costs = {(row["pollutant"], row["period"]): row["cost"] for row in facts["abatement_costs"]}
    assert costs["smoke", "budget"] == priced.abatement_costs.loc["smoke", "budget"] > 0
    assert costs["smoke", "y3"] == priced.abatement_costs.loc["smoke", "y3"] > 0
    assert sum(row["damage"] for row in facts["damage"]) == pytest.approx(priced.damage.sum())
    emitted = sum(row["amount"] for row in facts["emissions"] if row["pollutant"] == "smoke")
    assert emitted == pytest.approx(priced.emissions.loc["smoke"].sum())
    budget = priced.abatement_costs.loc["smoke", "budget"]
    for words in (
        f"{budget:.6g} (budget)",
        "damage      ",
        "emission budget smoke in all periods",
        "emission cap smoke",
    ):
        assert words in repr(priced)


def test_carbon_prices_stand_among_the_valuations(priced: no.Plan) -> None:
    assert priced.valuations.loc[("emission cap", "smoke"), "y3"] == priced.abatement_costs.loc["smoke", "y3"]
    assert ("emission cap", "slag") not in priced.valuations.index  # nothing limits it
    drawn = {ax.get_title(loc="left"): ax for ax in priced.plot.valuations().axes}
    whole = priced.abatement_costs.loc["smoke"]
    expected = [whole[year] + whole["budget"] for year in priced.economy.periods]
    assert drawn["smoke"].lines[0].get_ydata() == pytest.approx(expected)


def test_the_budgets_valuation_lies_between_difference_quotients(priced: no.Plan) -> None:
    low, high = priced.valuation_interval("emission_budget", "smoke")
    for sign in (1, -1):
        other = no.solve(priced.economy.with_changes(emission_budgets=[32.0 + sign * 1e-3, np.inf])).objective
        assert low - 1e-7 <= sign * (other - priced.objective) / 1e-3 <= high + 1e-7
    assert low - 1e-12 <= priced.abatement_costs.loc["smoke", "budget"] <= high + 1e-12
