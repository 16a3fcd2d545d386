"""Findings of an attack on plans that are revised, swept, refused and priced, each as it was found."""

from __future__ import annotations

import numpy as np
import pytest

import natura_opt as no


def stored_grain(**more: object) -> no.Economy:
    """Grain that rots by a half each year, for periods of two years and of three."""
    tables: dict[str, object] = {
        "goods": ["grain"],
        "periods": ["first", "second", "third"],
        "resources": ["land"],
        "resource_use": [[1.0]],
        "resource_limits": np.array([[10.0, 2.0, 2.0]]),
        "targets": [1.0],
        "storage": [0.5],
        "period_length": [2.0, 3.0, 1.0],
        "questions": {"default": no.Question("fulfilment", floor=2.2)},
    }
    return no.build_economy(**{**tables, **more})


def test_a_store_is_carried_over_with_the_years_it_lies_there() -> None:
    """It was carried as if every period were of one year."""
    plan = no.solve(stored_grain()).assert_optimal()
    rest = no.carry_over(plan)
    kept = plan.stored.iloc[0, 0]
    assert kept > 0
    assert rest.vector("initial_stocks", 0)[0] == pytest.approx(0.5**3 * kept)
    years = np.array([3.0, 1.0])
    assert no.solve(rest).assert_optimal().objective == pytest.approx(years @ plan.fulfilment.to_numpy()[1:], rel=1e-9)


def test_weights_of_activities_are_carried_over() -> None:
    """They were refused as a stock of which it is not known what is left."""
    economy = stored_grain(targets=None, activity_weights=[2.0], questions={"default": no.Question("output")})
    plan = no.solve(economy).assert_optimal()
    rest = no.solve(no.carry_over(plan)).assert_optimal()
    assert rest.objective == pytest.approx(2.0 * (3.0 + 1.0) * 2.0)


def test_an_order_that_arrives_after_the_end_is_not_lost_in_silence() -> None:
    five = no.read("five_year_plan").with_changes(investment_lag=[5.0] * 4)
    plan = no.solve(five.with_changes(salvage_values=[50.0] * 4), terminal="salvage").assert_optimal()
    assert plan.investment["year1"].sum() > 0
    with pytest.raises(no.CannotAnswerError, match="after the last period"):
        no.carry_over(plan)
    assert no.carry_over(no.solve(five).assert_optimal()).has("initial_capital")
