"""What to ask next: what reports leave unknown, what an answer is worth, and how many it takes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import natura_opt as no
from benchmarks.hidden_curves import at_random, by_valuations, hidden_economy, questions_needed
from natura_opt.curves.making import curve_through
from natura_opt.learning.unknown import Unknown, most_unknown, unknown_at


@pytest.mark.parametrize("spread", [(1.0, 1.0), (0.4, 1.6), (1.5, 0.5)])
def test_expectations_are_those_of_the_distribution(spread: tuple[float, float]) -> None:
    one = Unknown(1.0, 5.0, 2.0, 10.0, (0.0, 2.0), spread)
    totals = 2.0 + 8.0 * np.random.default_rng(1).beta(*spread, 200_000)
    assert one.mean == pytest.approx(totals.mean(), rel=5e-3)
    assert one.error == pytest.approx(np.abs(totals - 5.0).mean(), rel=5e-3)
    for threshold in (1.0, 2.0, 3.5, 9.0, 10.0, 12.0):
        expected = np.maximum(threshold - totals, 0.0).mean()
        assert one.shortfall(threshold) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("shape", ["rising", "convex", "concave"])
def test_the_truth_lies_where_the_reports_leave_it(seed: int, shape: str) -> None:
    rng = np.random.default_rng(seed)
    power = {"convex": rng.uniform(1.1, 3.0), "concave": rng.uniform(0.2, 0.9), "rising": 1.0}[shape]
    steps = np.append(0.0, np.cumsum(rng.random(200)))

    def truth(q: np.ndarray) -> np.ndarray:
        return np.interp(q, np.linspace(0, 10, 201), steps) if shape == "rising" else q**power

    reported = np.sort(np.concatenate([[0.0, 10.0], rng.uniform(0, 10, 4)]))
    curve = curve_through(reported, truth(reported))
    for quantity in rng.uniform(0, 10, 30):
        found = unknown_at(curve, float(quantity), shape)  # type: ignore[arg-type]
        assert found is not None
        assert found.low - 1e-9 <= truth(quantity) <= found.high + 1e-9
        assert found.low <= found.counted <= found.high
        assert found.error >= 0.0
    widest = list(most_unknown(curve, np.inf if shape == "rising" else 10.0, shape))  # type: ignore[arg-type]
    assert [one.between for one in widest] == list(pairwise(reported))


def test_what_is_reported_or_a_formula_is_known() -> None:
    curve = curve_through([0, 10, 20], [0, 5, 20])
    assert unknown_at(curve, 10.0, "rising") is None and unknown_at(curve, 0.0, "rising") is None
    near, far = unknown_at(curve, 10.01, "rising"), unknown_at(curve, 15.0, "rising")
    assert near is not None and far is not None and near.error < 0.1 * far.error
    beyond = curve_through([0, 10], [0, 5], "line")
    carried = unknown_at(beyond, 14.0, "rising")
    assert carried is not None and (carried.low, carried.counted, carried.high) == (5.0, 7.0, 9.0)


def bakery(**curves: list[tuple[float, float]]) -> no.Economy:
    """Twelve loaves by the old oven, at 3 of labour each, or by the new one, of which only reports are known."""
    return no.build_economy(
        goods=["bread"],
        techniques=["old", "new"],
        outputs=[[1.0, 1.0]],
        resources=["labour"],
        resource_use=[[3.0, 0.0]],
        curves={("new", "labour"): curves.get("labour", [(0, 0), (100, 200.0)])},
        targets=[12.0],
        resource_weights=[1.0],
        objective="least-resources",
    )


def test_it_asks_where_the_plan_runs_and_then_where_it_might() -> None:
    economy = bakery()
    first = no.next_question(economy, no.solve(economy))
    assert first is not None and first.runs_there
    assert (first.technique, first.name, first.of, first.scale) == ("new", "labour", "resource_use", 12.0)
    assert (first.lowest, first.counted_on, first.highest) == (0.0, 24.0, 200.0)
    assert first.valuation == pytest.approx(1.0) and "ask new how much labour it would need in all at 12" in str(first)

    heard = no.answered(economy, first, 50.0)
    rows = heard.frame("curves")
    assert rows[["quantity", "total"]].to_numpy().tolist() == [[0, 0], [12, 50], [100, 200]]
    plan = no.solve(heard)
    assert plan.objective == pytest.approx(36.0)  # by the old oven
    second = no.next_question(heard, plan)
    assert second is not None and not second.runs_there and 0.0 < second.scale < 12.0
    assert second.reduction < first.reduction
    told = no.answered(heard, second, 1.0)  # the new one turns out to be good at a small scale
    assert no.solve(told).objective < 36.0 - 1.0


def test_a_curve_that_costs_nothing_is_not_asked_about() -> None:
    economy = bakery(labour=[(0, 0), (4, 50.0), (100, 200.0)]).with_changes(resource_weights=[0.0])
    assert no.next_question(economy, no.solve(economy)) is None


def test_a_shape_that_is_known_leaves_less_to_ask() -> None:
    economy = bakery(labour=[(0, 0), (10, 10), (20, 40.0)])
    plan = no.solve(economy)
    rising, convex = no.next_question(economy, plan), no.next_question(economy, plan, {("new", "labour"): "convex"})
    assert rising is not None and convex is not None
    assert convex.highest - convex.lowest < rising.highest - rising.lowest
    with pytest.raises(no.OptionError, match="convexe"):
        no.next_question(economy, plan, "convexe")  # type: ignore[arg-type]
    with pytest.raises(no.DataError, match="there is no curve of"):
        no.next_question(economy, plan, {("old", "labour"): "convex"})


def test_of_a_stack_it_names_the_unit_and_the_units_own_scale() -> None:
    village = no.read("village_2020")
    rows = village.frame("curves")
    rows["formula"] = ""  # what the formulas say is not known, only their ends
    straight = village.with_changes(curves=rows)
    plan = no.solve(straight)
    inquiry = no.next_question(straight, plan)
    assert inquiry is not None
    assert (inquiry.unit, inquiry.name) == ("factory 3", "Vorpal Pick +1") and inquiry.runs_there
    assert inquiry.scale == pytest.approx(plan.activities["1"]["Vorpal Pick +1"] - 1000.0)
    heard = no.answered(straight, inquiry, 0.9 * inquiry.counted_on)
    assert len(heard.frame("curves")) == len(rows) + 1
    assert heard.curves is not None and heard.curves.placed[1].units[2].curve.count == 2


def test_what_cannot_be_asked_or_answered_says_so() -> None:
    economy = bakery()
    plan = no.solve(economy)
    inquiry = no.next_question(economy, plan)
    assert inquiry is not None
    with pytest.raises(no.DataError, match="already reported at 100"):
        no.answered(economy, replace(inquiry, scale=100.0), 1.0)
    with pytest.raises(no.DataError, match="no report of 'labour' by 'old'"):
        no.answered(economy, replace(inquiry, technique="old"), 1.0)
    plain = no.read("wheat_cloth")
    with pytest.raises(no.QuestionError, match="nothing depends on scale"):
        no.next_question(plain, no.solve(plain))
    with pytest.raises(no.QuestionError, match="not made on these reports"):
        no.next_question(economy, no.solve(economy.with_changes(curves=None, resource_use=[[3.0, 2.0]])))


@pytest.mark.parametrize("seed", [1, 2])
def test_asking_by_valuations_takes_fewer_questions_than_asking_at_random(seed: int) -> None:
    """Small; the benchmark ``asking`` counts more economies, and says where it fails."""
    hidden = hidden_economy(seed, goods=2)
    ours = list(questions_needed(hidden, by_valuations, seed, 16))
    chance = list(questions_needed(hidden, at_random, seed, len(ours) - 1))
    assert ours[-1] <= 0.01 < max(ours)
    assert all(lost > 0.01 for lost in chance)


def workshop(seed: int, periods: int = 2) -> no.Economy:
    """Two goods; an input, labour, a capital good and smoke by convex curves of seeded slopes."""
    rng = np.random.default_rng(seed)

    def convex(average: float) -> list[tuple[float, float]]:
        quantities = np.array([0.0, 7.0, 15.0, 40.0])
        slopes = average * np.sort(rng.uniform(0.5, 1.5, 3))
        return list(zip(quantities, np.append(0.0, np.cumsum(slopes * np.diff(quantities))), strict=True))

    return no.build_economy(
        name=f"workshop {seed}",
        goods=["iron", "tools"],
        resources=["labour"],
        pollutants=["smoke"],
        periods=periods,
        inputs=[[0.1, 0.0], [0.05, 0.0]],
        resource_use=[[0.0, 0.0]],
        capital=[[0.0, 0.0], [0.2, 0.0]],
        capital_pool=[0.0, 12.0],
        emissions=[[0.1, 0.0]],
        emission_caps=[20.0],
        damage_weights=[0.01],
        curves={
            ("tools", "iron"): convex(0.6),
            ("tools", "labour"): convex(1.0),
            ("tools", "tools", "capital"): convex(0.3),
            ("iron", "labour"): convex(0.4),
            ("tools", "smoke"): convex(0.5),
        },
        targets=[2.0, 5.0],
        resource_limits=[[20.0, 25.0][:periods]],
        objective="fulfilment",
    )


def with_more(economy: no.Economy, inquiry: no.Inquiry, more: float) -> no.Economy:
    """The economy in which the asked total is so much higher at every scale at which anything is made."""
    rows = economy.frame("curves")
    mine = (rows["technique"] == inquiry.technique) & (rows["name"] == inquiry.name) & (rows["of"] == inquiry.of)
    rows.loc[mine & (rows["quantity"] > 0.0), "total"] += more
    return economy.with_changes(curves=rows)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("periods", [1, 2])
def test_a_question_is_weighed_by_what_its_total_is_worth(seed: int, periods: int) -> None:
    """Against differences: with the total higher by a little where the plan runs, the objective falls by its price."""
    economy = workshop(seed, periods)
    plan = no.solve(economy).assert_optimal()
    inquiry = no.next_question(economy, plan)
    assert inquiry is not None and inquiry.reduction > 0.0
    assert inquiry.lowest <= inquiry.counted_on <= inquiry.highest
    step = 1e-5
    worse = no.solve(with_more(economy, inquiry, step)).assert_optimal()
    better = no.solve(with_more(economy, inquiry, -step)).assert_optimal()
    slopes = sorted((plan.objective - worse.objective, better.objective - plan.objective))
    low, high = (slope / step for slope in slopes)
    # over several periods the total is dearer in each in which it is needed, the one that is asked about among them
    assert inquiry.valuation <= high * (1 + 1e-4) + 1e-9
    assert periods == 2 or inquiry.valuation >= low * (1 - 1e-4) - 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_answers_that_are_the_chord_change_no_plan_and_leave_less_to_ask(seed: int) -> None:
    economy = workshop(seed)
    plan = no.solve(economy).assert_optimal()
    asked = []
    for _ in range(4):
        inquiry = no.next_question(economy, no.solve(economy))
        if inquiry is None:
            break
        assert (inquiry.technique, inquiry.name, inquiry.of, inquiry.scale) not in asked
        asked.append((inquiry.technique, inquiry.name, inquiry.of, inquiry.scale))
        economy = no.answered(economy, inquiry, inquiry.counted_on)
        assert no.solve(economy).objective == pytest.approx(plan.objective, rel=1e-9)
    assert asked


def test_of_several_periods_the_one_that_needs_it_most_is_asked_for() -> None:
    economy = bakery().with_changes(curves={("new", "labour"): [(0, 0), (10, 18.0), (30, 58.0)]})
    twice = no.build_economy(
        goods=["bread"],
        techniques=["old", "new"],
        periods=["1", "2"],
        outputs=[[1.0, 1.0]],
        resources=["labour"],
        resource_use=[[3.0, 0.0]],
        curves=economy.frame("curves"),
        targets=[[5.0, 20.0]],
        resource_weights=[1.0],
        objective="least-resources",
    )
    inquiry = no.next_question(twice, no.solve(twice))
    assert inquiry is not None and inquiry.runs_there
    # in the box of the second period totals lie further apart than in that of the first
    assert inquiry.scale == pytest.approx(20.0) and (inquiry.lowest, inquiry.highest) == (18.0, 58.0)
