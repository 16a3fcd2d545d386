"""What marginal prices pay for needs that depend on scale: closed forms, and sums taken from the tables alone."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import natura_opt as no

from .curved_economies import CONVEX, SHAPES, drawn, reports, smelter


def from_resource(points: list[tuple[float, float]], demand: float) -> no.Economy:
    """Return an economy of one good that is made from work alone, by a curve, of which the least is to be used."""
    return no.build_economy(
        outputs=pd.DataFrame([[1.0]], index=["bread"], columns=["bake"]),
        targets=pd.Series({"bread": demand}),
        resources=["work"],
        resource_weights=pd.Series({"work": 1.0}),
        curves=reports([("bake", "work", "resource_use", points)]),
        objective="least-resources",
    )


def test_a_fixed_need_is_lost_at_marginal_prices() -> None:
    plan = no.solve(from_resource([(0, 0), (0, 7), (100, 207)], 30.0))
    assert plan.objective == pytest.approx(7.0 + 2.0 * 30.0)
    assert plan.good_valuations.loc["bread", "1"] == pytest.approx(2.0)
    row = plan.loss_at_prices.loc[("bake", "1")]
    assert row.to_dict() == pytest.approx(
        {
            "level": 30.0,
            "made": 60.0,
            "taken": 67.0,
            "by_curve": 67.0,
            "average": 67.0 / 30.0,
            "marginal": 2.0,
            "rent": -7.0,
        }
    )
    assert plan.summary()["loss_at_prices"] == pytest.approx(7.0)
    assert "at these prices bake loses 7 of the objective's 67: increasing returns" in str(plan)
    limits = plan.limits.set_index("kind")["worth"]
    assert limits.to_dict() == pytest.approx({"demand": 60.0, "cost of opening": 7.0})


def test_rising_slopes_leave_a_rent() -> None:
    plan = no.solve(from_resource([(0, 0), (20, 20), (100, 340)], 30.0))
    assert plan.objective == pytest.approx(20.0 + 4.0 * 10.0)
    assert plan.good_valuations.loc["bread", "1"] == pytest.approx(4.0)
    assert plan.loss_at_prices["rent"].to_list() == pytest.approx([4.0 * 30.0 - 60.0])
    assert plan.summary()["loss_at_prices"] == 0.0
    assert "at these prices" not in str(plan)
    assert "it gains 60 in all: its rent of scale" in str(plan.explain("bake"))
    assert plan.limits.set_index("kind")["worth"].to_dict() == pytest.approx({"demand": 120.0, "rent of scale": -60.0})


def test_where_a_plan_ends_at_a_bend_the_rent_lies_between_both_slopes() -> None:
    plan = no.solve(from_resource([(0, 0), (30, 30), (100, 310)], 30.0))
    price = plan.good_valuations.loc["bread", "1"]
    assert 1.0 - 1e-9 <= price <= 4.0 + 1e-9
    assert plan.loss_at_prices["rent"].iloc[0] == pytest.approx(price * 30.0 - 30.0)


def test_a_square_root_in_pieces_loses_what_its_last_piece_begins_above_zero() -> None:
    """x = .6 sqrt(x) + 1, of which one good takes so much of itself: on the piece where it runs, x = c + s x + 1."""
    cuts = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0])
    points = [(float(q), 0.6 * math.sqrt(q)) for q in cuts]
    economy = no.build_economy(
        outputs=pd.DataFrame([[1.0]], index=["corn"], columns=["grow"]),
        targets=pd.Series({"corn": 1.0}),
        resource_use=pd.DataFrame([[1.0]], index=["work"], columns=["grow"]),
        resource_weights=pd.Series({"work": 1.0}),
        curves=reports([("grow", "corn", "inputs", points)]),
        objective="least-resources",
    )
    plan = no.solve(economy)
    slopes = np.diff([total for _, total in points]) / np.diff(cuts)
    begins = np.array([total for _, total in points[:-1]]) - slopes * cuts[:-1]
    levels = (1.0 + begins) / (1.0 - slopes)
    k = int(np.flatnonzero((cuts[:-1] <= levels) & (levels <= cuts[1:]))[0])
    assert plan.activities.loc["grow", "1"] == pytest.approx(levels[k], rel=1e-9)
    assert plan.objective == pytest.approx(levels[k], rel=1e-9)
    price = 1.0 / (1.0 - slopes[k])
    assert plan.good_valuations.loc["corn", "1"] == pytest.approx(price, rel=1e-9)
    row = plan.loss_at_prices.iloc[0]
    assert row["rent"] == pytest.approx(-begins[k] * price, rel=1e-9)
    assert (row["average"], row["marginal"]) == pytest.approx(
        (price * (begins[k] / levels[k] + slopes[k]), price * slopes[k]), rel=1e-9
    )
    assert row["average"] > row["marginal"]


def test_at_the_end_of_what_was_reported_the_range_has_a_rent() -> None:
    plan = no.solve(smelter([(0.0, 0.0), (4.0, 2.0)]))
    assert plan.activities.loc["smelt", "1"] == pytest.approx(4.0)
    limits = plan.limits.set_index("kind")["worth"]
    assert limits.to_dict() == pytest.approx({"rent of scale": 4.0})
    assert plan.loss_at_prices["rent"].iloc[0] == pytest.approx(4.0)
    told = plan.explain("smelt")
    assert told.cost.loc[("rent of scale", "smelt"), "worth"] == pytest.approx(1.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_rents_and_costs_of_opening_are_what_techniques_gain_and_lose(shape: str) -> None:
    plan = no.solve(smelter(SHAPES[shape], periods=2))
    scale = plan.limits[plan.limits["kind"].isin(["rent of scale", "cost of opening"])]["worth"].sum()
    assert plan.loss_at_prices["rent"].sum() == pytest.approx(scale, abs=1e-9)
    if shape == "convex":
        assert (plan.loss_at_prices["rent"] >= 0).all()
    elif shape == "S-shaped":  # 8 are made, where slopes of .2 and .8125 meet: work is worth 1 / (1 + any between)
        assert plan.loss_at_prices["rent"].between(8 - 12 / 1.2 - 1e-9, 8 - 12 / 1.8125 + 1e-9).all()
    else:
        assert (plan.loss_at_prices["rent"] < 0).all()


def test_indivisible_plants_are_lost_at_marginal_prices() -> None:
    """Three plants of 3 at .5 work and one of 4 at .2 make 6.87 iron; work is worth 1/1.5, and pays for no plant."""
    plan = no.solve(
        smelter(
            CONVEX,
            curves=None,
            inputs=pd.DataFrame([[0.0, 0.0], [0.5, 0.0]], index=["iron", "coal"], columns=["smelt", "mine"]),
            plant_capacity=pd.Series({"smelt": 3.0, "mine": 4.0}),
            plant_resources=pd.DataFrame([[0.5, 0.2]], index=["work"], columns=["smelt", "mine"]),
        )
    )
    assert plan.objective == pytest.approx((12.0 - 1.5 - 0.2) / 1.5)
    assert plan.loss_at_prices["rent"].to_list() == pytest.approx([-1.5 / 1.5, -0.2 / 1.5])
    assert plan.summary()["loss_at_prices"] == pytest.approx(1.7 / 1.5)
    assert "at these prices it loses 1 in all" in str(plan.explain("smelt"))
    assert "at these prices smelt loses 1, mine loses 0.133333 of the objective's 6.86667" in str(plan)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_made_and_taken_is_worth_what_the_tables_say(seed: int) -> None:
    plan = no.solve(drawn(seed, "fulfilment"))
    goods, resources = plan.good_valuations.to_numpy(), plan.resource_valuations
    assert resources is not None
    levels, curves = plan.activities.to_numpy(), plan.economy.curves
    assert curves is not None
    worth = {"inputs": goods, "resource_use": resources.to_numpy()}
    losses = plan.loss_at_prices
    for t, period in enumerate(plan.economy.periods):
        worth_now = {table: values[:, t] for table, values in worth.items()}
        worth_now["emissions"] = plan.economy.vector("damage_weights", t)
        for j in curves.techniques:
            made = float(plan.economy.matrix("outputs", t)[:, [j]].toarray().ravel() @ goods[:, t]) * levels[j, t]
            taken = 0.0
            for table, prices in worth_now.items():
                taken += float(plan.economy.matrix(table, t)[:, [j]].toarray().ravel() @ prices) * levels[j, t]
                for one in curves.standing_in(table):
                    if one.technique == j:
                        taken += float(one.curve.total(levels[j, t])) * prices[one.row]
            row = losses.loc[(plan.economy.techniques[j], str(period))]
            assert row["made"] == pytest.approx(made, rel=1e-8, abs=1e-9)
            assert row["taken"] == pytest.approx(taken, rel=1e-8, abs=1e-9)


def test_convex_curves_have_no_losses_in_any_objective() -> None:
    for objective in ("fulfilment", "assortment"):
        plan = no.solve(smelter(CONVEX, periods=2, objective=objective))
        assert (plan.loss_at_prices["rent"] >= 0.0).all()
        assert not plan.program.integer.any()
