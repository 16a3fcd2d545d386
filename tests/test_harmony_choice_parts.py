"""The parts of harmony with techniques chosen by price: wishes, what switching saves, mixes, next prices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.methods.harmony import by_choice
from natura_opt.methods.harmony.by_choice import NoChoiceError, _Centre, harmonise_choice
from natura_opt.methods.harmony.choice_bundle import Next, Round, lowest, mix
from natura_opt.methods.harmony.choice_model import ChoiceModel, representatives
from natura_opt.methods.harmony.chosen_output import ChosenOutput
from natura_opt.objectives.harmony_functions import H1993_ENVELOPE, H2018


def form(seed: int = 0, goods: int = 12, techniques: int = 3, scarce: int = 3) -> ChosenOutput:
    """Return goods with as many techniques each, made of each other and of what is scarce."""
    rng = np.random.default_rng(seed)
    rows = goods * techniques
    inputs = np.where(rng.random((rows, goods)) < 0.3, rng.random((rows, goods)), 0.0)
    inputs *= 0.6 / np.maximum(inputs.sum(axis=1, keepdims=True), 1e-9)
    return ChosenOutput(
        sp.csr_array(inputs), sp.csr_array(rng.uniform(0.1, 1.0, (rows, scarce)) / goods),
        np.arange(goods + 1) * techniques,
        rng.uniform(0.5, 2.0, goods), rng.uniform(0.5, 2.0, goods), H2018,
    )  # fmt: skip


def centre_of(problem: ChosenOutput, rounds: int) -> tuple[_Centre, list[tuple[ChoiceModel, list[Round], float, Next]]]:
    """Let a centre make some rounds; return it with all it asked of its model, and what it was told."""
    asked: list[tuple[ChoiceModel, list[Round], float, Next]] = []

    def told(model: ChoiceModel, shown: list[Round], enough: float) -> Next:
        found = lowest(model, shown, enough)
        asked.append((model, list(shown), enough, found))
        return found

    centre = _Centre(problem, 1e-9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(by_choice, "lowest", told)
        for number, _ in enumerate(centre.rounds(), 1):
            if number > rounds:
                break
    return centre, asked


# ---- wishes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("function", [H2018, H1993_ENVELOPE], ids=["2018", "1993"])
def test_no_deliveries_are_worth_more_than_the_other_side_says(seed: int, function: Any) -> None:
    """Weak duality: harmony less what deliveries cost is never above, and the best deliveries reach it."""
    problem, rng = replace(form(seed), function=function), np.random.default_rng(seed)
    rents, prices = rng.random(3), rng.uniform(0.1, 5.0, 12)
    bound = problem.lagrangian(rents, prices)
    for _ in range(20):
        deliveries = problem.targets * rng.uniform(0.0, 3.0, 12)
        assert problem.harmony(deliveries) + rents.sum() - prices @ deliveries <= bound + 1e-12
    if function is H2018:
        best = problem.best_deliveries(prices)
        assert problem.harmony(best) + rents.sum() - prices @ best == pytest.approx(bound, rel=1e-10)


@pytest.mark.parametrize("seed", range(6))
def test_the_slope_of_the_other_side_is_what_is_delivered(seed: int) -> None:
    problem, rng = form(seed), np.random.default_rng(seed)
    rents, prices = rng.random(3), rng.uniform(0.2, 4.0, 12)
    deliveries = problem.best_deliveries(prices)
    for good in range(12):
        step = np.zeros(12)
        step[good] = 1e-6 * prices[good]
        rise = problem.lagrangian(rents, prices + step) - problem.lagrangian(rents, prices - step)
        assert rise / (2 * step[good]) == pytest.approx(-deliveries[good], rel=1e-5, abs=1e-7)


def test_a_wanted_good_for_nothing_is_wanted_without_end() -> None:
    problem = form()
    prices = np.ones(12)
    prices[3] = 0.0
    assert problem.lagrangian(np.ones(3), prices) == np.inf
    unwanted = replace(problem, targets=np.where(np.arange(12) == 3, 0.0, problem.targets))
    assert np.isfinite(unwanted.lagrangian(np.ones(3), prices))
    assert unwanted.best_deliveries(prices)[3] == 0.0


@pytest.mark.parametrize("without", ["targets", "weights"])
def test_what_is_not_asked_for_does_not_count(without: str) -> None:
    problem, rng = form(2), np.random.default_rng(2)
    changed = replace(problem, **{without: np.where(np.arange(12) < 5, 0.0, getattr(problem, without))})
    deliveries = rng.uniform(0.5, 2.0, 12)
    more = deliveries.copy()
    more[:5] *= 7.0
    assert changed.harmony(more) == changed.harmony(deliveries)
    share, good = changed.worst_served(deliveries)
    fulfilment = deliveries[5:] / problem.targets[5:]
    assert (share, good) == (fulfilment.min(), 5 + int(fulfilment.argmin()))


@pytest.mark.parametrize("factor", [1e-6, 8.0, 1e9])
def test_units_of_goods_and_of_weights_only_scale(factor: float) -> None:
    problem, rng = form(3), np.random.default_rng(3)
    prices = rng.uniform(0.2, 3.0, 12)
    other = replace(problem, targets=factor * problem.targets)
    assert other.best_deliveries(prices / factor) == pytest.approx(factor * problem.best_deliveries(prices), rel=1e-10)
    weighed = replace(problem, weights=factor * problem.weights)
    assert weighed.best_deliveries(factor * prices) == pytest.approx(problem.best_deliveries(prices), rel=1e-10)
    assert weighed.lagrangian(factor * np.ones(3), factor * prices) == pytest.approx(
        factor * problem.lagrangian(np.ones(3), prices), rel=1e-10
    )


# ---- the model ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_the_model_has_the_value_and_slope_of_the_dual_function_where_it_stands(seed: int) -> None:
    problem = form(seed)
    centre, asked = centre_of(problem, 4)
    assert asked
    for model, shown, _, _ in asked:
        value, slope = model.smooth(model.at)
        truth = problem.lagrangian(model.at, model.costs)
        assert value == pytest.approx(truth, rel=1e-12)
        assert model.switched(model.at)[0] == 0.0
        assert truth >= centre.lowest
        assert np.isfinite(slope).all() and len(shown) >= 1


@pytest.mark.parametrize("seed", range(4))
def test_the_slope_of_the_smooth_part_is_that_of_its_values(seed: int) -> None:
    _, asked = centre_of(form(seed), 2)
    model, rng = asked[-1][0], np.random.default_rng(seed)
    prices = model.at * rng.uniform(0.9, 1.1, len(model.at))
    _, slope = model.smooth(prices)
    for thing in range(len(prices)):
        step = np.zeros(len(prices))
        step[thing] = 1e-6 * prices.max()
        rise = model.smooth(prices + step)[0] - model.smooth(prices - step)[0]
        assert rise / (2 * step[thing]) == pytest.approx(slope[thing], rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_the_model_is_convex(seed: int) -> None:
    """Every tangent of either part lies below it."""
    _, asked = centre_of(form(seed), 2)
    model, rng = asked[-1][0], np.random.default_rng(seed)
    for _ in range(10):
        here, there = model.at * rng.uniform(0.7, 1.4, (2, len(model.at)))
        value, slope = model.smooth(here)
        assert model.smooth(there)[0] >= value + slope @ (there - here) - 1e-9
        saved, turns, _ = model.switched(here)
        assert model.switched(there)[0] >= saved + turns @ (there - here) - 1e-12
        assert saved >= 0.0


@pytest.mark.parametrize("seed", range(6))
def test_of_every_good_the_one_rival_is_taken_up_that_saves_most(seed: int) -> None:
    _, asked = centre_of(form(seed), 1)
    model, rng = asked[0][0], np.random.default_rng(seed)
    prices = model.at * rng.uniform(0.2, 3.0, len(model.at))
    losses = model.loss + model.turns @ (prices - model.at)
    saved, slope = 0.0, np.zeros(len(prices))
    taken = []
    for good in range(len(model.goods)):
        rivals = np.flatnonzero(model.owner == good)
        best = rivals[losses[rivals].argmin()]
        if losses[best] < 0:
            taken.append(best)
            saved -= model.outputs[good] * losses[best]
            slope -= model.outputs[good] * model.turns[best]
    found = model.switched(prices)
    assert found[0] == pytest.approx(saved, rel=1e-12)
    assert found[1] == pytest.approx(slope, rel=1e-12, abs=1e-14)
    assert sorted(found[2].tolist()) == sorted(taken)


def test_goods_that_stand_for_all_are_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert representatives(100).tolist() == list(range(100))
    monkeypatch.setattr("natura_opt.methods.harmony.choice_model._MANY", 40)
    some = representatives(100)
    assert len(some) == 40 == len(np.unique(some)) and (np.diff(some) > 0).all() and some.max() < 100
    assert (representatives(100) == some).all()


def test_a_part_that_stands_for_all_leads_to_the_same_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = form(4)
    whole = harmonise_choice(problem, tolerance=1e-5)
    monkeypatch.setattr("natura_opt.methods.harmony.choice_model._MANY", 8)
    part = harmonise_choice(problem, tolerance=1e-5, max_rounds=60)
    size = float(problem.weights.sum())
    assert whole.proved
    assert part.bound >= whole.harmony - 1e-9 * size and part.harmony <= whole.bound + 1e-9 * size


# ---- next prices ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_next_prices_are_where_the_model_is_least(seed: int) -> None:
    """Nowhere near or far is it lower, of all the points that are tried."""
    _, asked = centre_of(form(seed), 3)
    rng = np.random.default_rng(seed)
    for model, shown, enough, found in asked:

        def total(prices: Any, model: ChoiceModel = model, shown: list[Round] = shown) -> float:
            tangents = [done.value + float((1.0 - done.used) @ (prices - done.prices)) for done in shown]
            return max(model.smooth(prices)[0] + model.switched(prices)[0], *tangents)

        least = total(found.prices)
        assert (found.prices >= 0).all()
        assert least <= total(model.at) + enough + 1e-9
        for _ in range(40):
            near = np.abs(found.prices * (1.0 + rng.normal(0.0, 10.0 ** rng.uniform(-4, 0), len(found.prices))))
            assert least <= total(near) + 2 * enough + 1e-8


@pytest.mark.parametrize("seed", range(6))
def test_switches_share_what_balances(seed: int) -> None:
    _, asked = centre_of(form(seed), 4)
    for model, _, _, found in asked:
        shares = [share for share, _ in found.switches]
        assert all(0 < share <= 1 + 1e-12 for share in shares)
        assert not shares or sum(shares) == pytest.approx(1.0, abs=1e-7)
        for _, taken in found.switches:
            assert len(np.unique(model.owner[taken])) == len(taken)  # one rival a good


# ---- mixes ----------------------------------------------------------------------------------------------------------


def plans(seed: int, count: int = 3) -> list[Round]:
    rng = np.random.default_rng(seed)
    return [Round(np.ones(3), 0.0, rng.uniform(0.2, 1.0, 3), rng.uniform(0.2, 2.0, 12)) for _ in range(count)]


def harmony_of(problem: ChosenOutput, shown: list[Round]) -> float:
    start = np.array([0.5 / len(shown) / plan.used.max() for plan in shown])
    amounts = mix(problem, shown, start)
    assert (sum(a * plan.used for a, plan in zip(amounts, shown, strict=True)) <= 1.0).all() and (amounts >= 0).all()
    return problem.harmony(np.asarray(sum(a * plan.deliveries for a, plan in zip(amounts, shown, strict=True))))


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_plans_does_not_matter(seed: int) -> None:
    problem, shown = form(seed), plans(seed, 4)
    assert harmony_of(problem, shown[::-1]) == pytest.approx(harmony_of(problem, shown), abs=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_one_more_plan_never_harms_and_the_same_again_changes_nothing(seed: int) -> None:
    problem, shown = form(seed), plans(seed, 4)
    three = harmony_of(problem, shown[:3])
    assert harmony_of(problem, shown) >= three - 1e-8
    assert harmony_of(problem, [*shown[:3], shown[0]]) == pytest.approx(three, abs=1e-8)


@pytest.mark.parametrize("size", [1e-6, 0.5, 1e5])
def test_a_plan_may_be_shown_at_any_size(size: float) -> None:
    problem, shown = form(1), plans(1)
    resized = replace(shown[1], used=size * shown[1].used, deliveries=size * shown[1].deliveries)
    assert harmony_of(problem, [shown[0], resized, shown[2]]) == pytest.approx(harmony_of(problem, shown), abs=1e-7)


def test_one_plan_alone_is_made_up_to_its_tightest_limit() -> None:
    problem, (plan,) = form(1), plans(1, 1)
    assert mix(problem, [plan], np.zeros(1))[0] == pytest.approx(1.0 / plan.used.max(), rel=1e-12)


# ---- a centre -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_folding_two_plans_leaves_the_mix_as_it_is(seed: int) -> None:
    centre, _ = centre_of(form(seed), 5)
    assert len(centre.shown) >= 3
    levels, count = centre.levels(), len(centre.plans)
    delivered = sum(a * done.deliveries for a, done in zip(centre.amounts, centre.shown, strict=True))
    centre._fold()
    assert len(centre.plans) == len(centre.shown) == len(centre.amounts) == count - 1
    assert centre.levels() == pytest.approx(levels, rel=1e-12, abs=1e-15)
    again = sum(a * done.deliveries for a, done in zip(centre.amounts, centre.shown, strict=True))
    assert again == pytest.approx(delivered, rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_bound_and_plan_only_come_nearer(seed: int) -> None:
    centre, _ = centre_of(form(seed), 6)
    attained, bounds = ([getattr(point, name) for point in centre.trace] for name in ("attained", "bound"))
    assert attained == sorted(attained) and bounds == sorted(bounds, reverse=True)
    assert all(low <= high for low, high in zip(attained, bounds, strict=True))
    passes = [point.passes for point in centre.trace]
    assert passes == sorted(passes) and centre.passes >= passes[-1]


@pytest.mark.parametrize("seed", range(2))
def test_weights_of_another_size_give_the_same_plan(seed: int) -> None:
    problem = form(seed)
    one = harmonise_choice(problem, tolerance=1e-6)
    other = harmonise_choice(replace(problem, weights=1024.0 * problem.weights), tolerance=1e-6)
    assert other.harmony == pytest.approx(1024.0 * one.harmony, rel=1e-9)
    assert other.bound == pytest.approx(1024.0 * one.bound, rel=1e-9)
    assert other.gap_per_good == pytest.approx(one.gap_per_good, rel=1e-9, abs=1e-15)
    assert (other.levels == one.levels).all()


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(1, 20))])
def test_more_of_what_is_scarce_is_worth_its_price(seed: int) -> None:
    """A thousandth more of everything that is scarce gains as much as its prices say."""
    problem, more = form(seed), 1e-3
    one = harmonise_choice(problem, tolerance=1e-9)
    other = harmonise_choice(replace(problem, use=sp.csr_array(problem.use / (1.0 + more))), tolerance=1e-9)
    assert (other.harmony - one.harmony) / more == pytest.approx(float(one.scarce_prices.sum()), rel=2e-3)


def test_what_is_productive_in_no_choice_and_what_nothing_limits_is_said() -> None:
    problem = form()
    with pytest.raises(NoChoiceError, match="productive together"):
        eaten = np.repeat(1.2 * np.eye(12), 3, axis=0)  # more of each good than is made of it, whoever makes it
        harmonise_choice(replace(problem, inputs=sp.csr_array(eaten)), tolerance=1e-6)


def test_a_good_made_of_nothing_scarce_is_said() -> None:
    problem = form()
    inputs, use = problem.inputs.toarray(), problem.use.toarray()
    inputs[4], use[4] = 0.0, 0.0
    with pytest.raises(NoChoiceError, match="nothing limits a good that is wanted"):
        harmonise_choice(replace(problem, inputs=sp.csr_array(inputs), use=sp.csr_array(use)), tolerance=1e-6)


def test_nothing_that_is_scarce_at_all_is_said() -> None:
    problem = form()
    with pytest.raises(NoChoiceError):
        harmonise_choice(replace(problem, use=sp.csr_array(problem.use.shape)), tolerance=1e-6)
