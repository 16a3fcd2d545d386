"""Explanations: the accounts add up to the valuation, and the words name what limits the plan."""

from __future__ import annotations

import pytest

import natura_opt as no

MODELS = sorted(no.shipped_models())


@pytest.mark.parametrize("name", MODELS)
def test_what_a_running_technique_takes_is_worth_what_it_makes(name: str) -> None:
    """The identity behind every explanation: the reduced cost of what runs is zero."""
    plan = no.solve(name)
    explained = 0
    for good in plan.economy.goods:
        for period in plan.economy.periods:
            explanation = plan.explain(good, period)
            makers = plan.activities[period] > 1e-9
            if not makers.any() or not len(explanation.cost):
                continue
            scale = max(explanation.valuation, plan.valuations.loc["good"].to_numpy().max())
            if len(explanation.takes):
                account = explanation.takes["worth"].sum()
                assert account == pytest.approx(explanation.valuation, rel=1e-6, abs=1e-8 * scale)
                explained += 1
    assert explained >= len(plan.economy.goods) or name == "uk_2015_20"


def test_labour_values_are_what_a_good_takes_in_all() -> None:
    plan = no.solve("wheat_cloth")
    cloth = plan.explain("cloth")
    assert cloth.takes.loc[("resource", "labour"), "amount"] == pytest.approx(5.0)
    assert cloth.chain == ("cloth", "resource labour")
    assert "one more yard demanded costs 5" in repr(cloth)


def test_the_chain_ends_in_what_limits_the_plan() -> None:
    plan = no.solve("five_year_plan")
    assert plan.explain("iron", "year1").chain == ("iron", "coal", "use of stock iron in coal")
    assert plan.explain("bread", "year3").chain == ("bread", "corn", "resource labour")


def test_an_idle_technique_says_what_it_would_lose() -> None:
    plan = no.solve("kantorovich_machines")
    idle = plan.explain("item1 on automatic")
    assert "stands idle" in repr(idle)
    assert "-6.66667" in repr(idle)


def test_a_resource_names_its_users_and_what_is_left() -> None:
    plan = no.solve("five_year_plan")
    labour = plan.explain("labour", "year1")
    assert labour.valuation == 0.0
    assert "are left over" in repr(labour)
    assert "in coal" in repr(labour)


def test_an_emission_cap_stands_in_the_account() -> None:
    plan = no.solve("wheat_cloth_pollution")
    wheat = plan.explain("wheat")
    assert wheat.valuation == pytest.approx(4.629213483)
    assert wheat.takes.loc[("emission", "smoke"), "valuation"] == pytest.approx(3.393258427)
    assert wheat.takes["worth"].sum() == pytest.approx(wheat.valuation)


def test_typos_are_answered_with_the_nearest_name() -> None:
    plan = no.solve("five_year_plan")
    with pytest.raises(no.QuestionError, match="did you mean 'bread'"):
        plan.explain("braed")
    with pytest.raises(no.QuestionError, match="unknown period 'year9'"):
        plan.explain("bread", "year9")


def test_no_plan_no_explanation() -> None:
    plan = no.solve(no.read("five_year_plan"), no.Question("fulfilment", floor=5.0))
    with pytest.raises(no.NotProvedError, match="floor of"):
        plan.explain("bread")
