"""Production that takes time: closed forms, Williams' reading, what is shown of it, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.laws.lags import charged, kept_up, longest_leads
from natura_opt.plan.goods_flows import goods_flows

from .spellings import GOLDEN

#: Corn is its own seed, a period ahead.
CORN: dict[str, Any] = {
    "goods": ["corn"],
    "techniques": ["grow"],
    "outputs": [[1]],
    "inputs_ahead": {1: [[0.25]]},
    "periods": 3,
    "targets": [1],
    "objective": "fulfilment",
}


def corn(terminal: str = "none", **more: Any) -> no.Plan:
    settings = {"terminal": terminal} | {key: more.pop(key) for key in list(more) if key == "terminal_growth"}
    return no.solve(no.build_economy(**(CORN | more)), no.Question("fulfilment", settings)).assert_optimal()


def test_seed_is_taken_in_the_period_before() -> None:
    """8 were sown before the start. A unit sown gives four, so all is sown until the last period: 8, 32, 128."""
    plan = corn(prepared_activities=[8])
    assert plan.activities.to_numpy().ravel() == pytest.approx([8, 32, 128])
    assert plan.objective == pytest.approx(128)
    assert plan.valuations.loc["good"].to_numpy().ravel() == pytest.approx([16, 4, 1])
    assert plan.valuations.loc["prepared activity"].to_numpy()[0, 0] == pytest.approx(16)


def test_nothing_grows_that_was_not_sown() -> None:
    assert corn().objective == pytest.approx(0)


def test_seed_for_after_the_end_is_kept() -> None:
    """As many as were sown for the first period must be sown in the last: 8 x 1/4."""
    plan = corn("keep", prepared_activities=[8])
    assert plan.objective == pytest.approx(128 - 2)
    flows = goods_flows(plan)
    assert flows.loc[flows["place"] == "inputs for after the end", "amount"].to_list() == pytest.approx([2.0])


@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_seed_for_growth_is_a_share_of_the_last_harvest(rate: float) -> None:
    plan = corn("growth", terminal_growth=rate, prepared_activities=[8])
    assert plan.objective == pytest.approx(128 * (1 - 0.25 * (1 + rate)))


@pytest.mark.parametrize("years", [(1, 1, 1), (2, 1, 1), (1, 3, 2)])
def test_seed_counts_by_the_years_of_both_periods(years: tuple[int, ...]) -> None:
    """Both are per year: what a longer period takes as seed every year weighs on the years of a shorter one before."""
    plan = corn(prepared_activities=[8], period_length=list(years))
    grown, eaten = plan.activities.to_numpy()[0], plan.consumption.to_numpy()[0]
    seed = [0.25 * grown[1] * years[1] / years[0], 0.25 * grown[2] * years[2] / years[1], 0.0]
    assert eaten == pytest.approx(grown - seed)
    assert plan.net_output.to_numpy()[0] == pytest.approx(grown - seed)
    assert charged(plan.economy, plan.question, 1)[0, 1] == years[1] / years[0]


def test_a_lead_of_nothing_is_an_input() -> None:
    """Spent no periods ahead, it is what ``inputs`` says."""
    tables = CORN | {"inputs_ahead": {0: [[0.25]]}, "resources": ["land"], "resource_use": [[1]]}
    ahead = no.solve(no.build_economy(**tables, resource_limits=[8])).assert_optimal()
    at_once = no.solve(no.build_economy(**(tables | {"inputs_ahead": None, "inputs": [[0.25]]}), resource_limits=[8]))
    assert ahead.objective == pytest.approx(at_once.objective)
    assert not longest_leads(ahead.economy).any()


def test_capacity_is_built_with_inputs_ahead() -> None:
    """A technique that makes capital, its inputs a period ahead, invested a period before use: usable two periods on.

    Ten in store. A mill of one corn makes one meal a period; corn spent in period 1 is a mill in 2, which grinds in 3.
    """
    economy = no.build_economy(
        goods=["corn", "mill", "meal"],
        techniques=["build", "grind"],
        outputs=[[0, 0], [1, 0], [0, 1]],
        inputs_ahead={1: [[1, 0], [0, 0], [0, 0]]},
        capital=[[0, 0], [0, 1], [0, 0]],
        initial_capital=[[0, 0], [0, 2], [0, 0]],
        initial_stocks=[10, 0, 0],
        periods=3,
        targets=[0, 0, 1],
        objective="fulfilment",
    )
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(2 + 2 + 12)
    assert plan.activities.loc["build"].to_numpy() == pytest.approx([0, 10, 0])


@pytest.mark.parametrize("name", ["shipyard", "orchard", "tide"])
def test_what_is_spent_ahead_is_the_techniques_own(name: str) -> None:
    """Flows close without other uses, and each account of a running technique pays for its inputs in every period."""
    plan = no.solve(GOLDEN[name]).assert_optimal()
    assert not plan.other_uses.to_numpy().any()
    assert not goods_flows(plan)["place"].isin(["other use", "other supply"]).any()
    for t, period in enumerate(plan.economy.periods):
        for technique in plan.economy.techniques:
            told = plan.explain(technique, period)
            kinds = set(told.cost.index.get_level_values("kind"))
            assert "other use" not in kinds and "changed by hand" not in kinds
            if plan.activities.loc[technique].to_numpy()[t] > 1e-6:
                assert told.cost["worth"].sum() == pytest.approx(told.makes["worth"].sum(), abs=1e-9)


def test_an_account_names_the_period_of_spending() -> None:
    cost = corn(prepared_activities=[8]).explain("grow", "3").cost
    assert cost.loc[("input", "corn in 2")].to_list() == pytest.approx([0.25, 4.0, 1.0])


def test_what_was_prepared_for_no_period_of_the_plan_is_not_kept() -> None:
    economy = no.build_economy(**(CORN | {"inputs_ahead": {5: [[1.0]]}, "prepared_activities": [3]}))
    kept = kept_up(economy, no.Question("fulfilment", terminal="keep"), "inputs_ahead")
    assert kept == pytest.approx([3, 0, 0])  # periods 4 to 8 stand for 1 to 5; of these the plan has 3 - 5 + 5


def test_prepared_without_anything_ahead_is_refused() -> None:
    with pytest.raises(no.QuestionError, match="prepared_activities"):
        no.solve(no.build_economy(**(CORN | {"inputs_ahead": None, "prepared_activities": [1]})))


def test_a_period_that_is_not_listed_was_not_prepared() -> None:
    economy = no.build_economy(**(CORN | {"prepared_activities": {"1": [8]}}))
    assert [economy.vector("prepared_activities", t).tolist() for t in range(3)] == [[8.0], [0.0], [0.0]]


# ---- least activities -------------------------------------------------------
def test_a_least_activity_costs_what_it_keeps_from_better_use() -> None:
    """Eight hours; a trinket takes one, bread half; two trinkets must be: 12 loaves, each more trinket costs two."""
    economy = no.build_economy(
        goods=["bread", "trinket"],
        resources=["hours"],
        resource_use=[[0.5, 1]],
        resource_limits=[8],
        least_activities=[0, 2],
        targets=[1, 0],
        objective="fulfilment",
    )
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(12)
    valued = plan.valuations.loc["least activity"]
    assert valued.index.to_list() == ["trinket"]
    assert np.ravel(valued) == pytest.approx([-2])
    assert plan.explain("trinket").cost.loc[("least activity", "trinket"), "worth"] == pytest.approx(-2)


def test_a_least_activity_beyond_what_is_there_is_infeasible_by_name() -> None:
    economy = no.build_economy(**(CORN | {"least_activities": [1]}))
    plan = no.solve(economy)
    assert plan.status is no.Status.INFEASIBLE
    assert "the least activity of 'grow'" in str(plan.impossibility)
    assert "what was prepared of 'grow'" in str(plan.impossibility)
