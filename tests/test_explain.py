"""Explanations: the accounts add up to the valuation, and the words name what limits the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import natura_opt as no

from .seeded import in_other_units, not_proved, seeded_economy
from .test_emissions import smoky_years

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


# ---- everything can be explained, and adds up --------------------------------------------------------------

OF = {"good": "goods", "resource": "resources", "technique": "techniques", "pollutant": "pollutants"}


def richer(seed: int) -> no.Economy:
    """A seeded economy, half of them with pairs as names, with pollutants: caps and budgets near what is emitted."""
    economy = seeded_economy(seed, goods=(2, 7), periods=(1, 4), joint=True if seed % 2 else None)
    rng = np.random.default_rng(10**6 + seed)
    axes = dict(economy.axes)
    if rng.random() < 0.5:
        for axis in ("goods", "techniques"):
            paired = [("north" if k % 2 else "south", str(label)) for k, label in enumerate(axes[axis])]
            axes[axis] = pd.Index(paired, tupleize_cols=False)
    pollutants: list[object] = [("air", "CO2"), ("water", "slag")] if rng.random() < 0.3 else ["CO2", "slag"]
    axes["pollutants"] = pd.Index(pollutants, tupleize_cols=False)
    economy = replace(economy, axes=axes)
    question = economy.questions["default"]
    count = len(economy.techniques)
    emissions = rng.uniform(0, 2, (2, count)) * (rng.random((2, count)) < 0.6)
    emissions -= 0.3 * (rng.random((2, count)) < 0.1)
    emitting = economy.with_changes(emissions=emissions)
    emitted = no.solve(emitting).assert_optimal().emissions.to_numpy()
    spare = 1e-3 * np.abs(emitted).max()
    share = 1.02 if question.objective == "least-resources" or question.settings.get("floor") else rng.uniform(0.6, 1.1)
    changes: dict[str, object] = {}
    if rng.random() < 0.5:
        caps = np.maximum(emitted * share + spare, 0.0)
        changes["emission_caps"] = np.where(rng.random(emitted.shape) < 0.6, caps, np.inf)
    if rng.random() < 0.5:
        changes["emission_budgets"] = np.array([max(emitted[0].sum() * share + spare, 0.0), np.inf])
    if rng.random() < 0.5:
        changes["damage_weights"] = rng.uniform(0, 0.02, 2)
    return emitting.with_changes(**changes)


def explained_in_full(plan: no.Plan) -> int:
    """Explain everything in every period; check that both sides of every account come to the same."""
    count = 0
    for kind, axis in OF.items():
        for at, label in enumerate(plan.economy.axes[axis]):
            for t, period in enumerate(plan.economy.periods):
                told = plan.explain(label, period, kind=kind)
                count += 1
                assert told.kind == kind and repr(told)
                makes, cost, takes = (frame["worth"] for frame in (told.makes, told.cost, told.takes))
                size = makes.abs().sum() + cost.abs().sum()
                if kind == "technique":
                    gained = plan.reduced_costs.to_numpy()[at, t] * (1 if plan.program.sense == "max" else -1)
                    assert makes.sum() - cost.sum() == pytest.approx(gained, abs=1e-9 * size)
                    if plan.activities.to_numpy()[at, t] > 1e-6:
                        assert makes.sum() == pytest.approx(cost.sum(), abs=1e-7 * size)
                if kind == "good" and len(cost):
                    assert makes.sum() == pytest.approx(cost.sum(), abs=1e-7 * size)
                    made = told.makes["amount"].sum()
                    assert told.valuation * made == pytest.approx(makes.sum(), abs=1e-12 * size)
                if kind == "good" and len(takes):
                    assert takes.sum() == pytest.approx(told.valuation, abs=1e-7 * takes.abs().sum())
    return count


def parts_add_up(plan: no.Plan) -> None:
    worth = plan.limits["worth"]
    assert worth.sum() == pytest.approx(plan.objective, abs=1e-9 * worth.abs().sum())
    np.testing.assert_allclose(plan.limits["available"] * plan.limits["valuation"], worth)


def everything_adds_up(seed: int, monkeypatch: pytest.MonkeyPatch, intervals: bool) -> int:
    plan = no.solve(richer(seed))
    if not plan.proved:  # a cap that no abatement reaches, or nothing worth doing for its damage
        return 0
    if not intervals:  # two small solves for every valuation
        monkeypatch.setattr(no.Plan, "has_intervals", property(lambda plan: False))
    parts_add_up(plan)
    assert repr(plan) and plan.tables() and plan.summary()
    return explained_in_full(plan)


@pytest.mark.parametrize("seed", range(20))
def test_everything_is_explained_and_adds_up(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joint products, choice, pairs as names, storage, capital, emissions: for every good, resource, technique and
    pollutant in every period ``explain`` answers, and what is made is worth what is taken.
    """
    everything_adds_up(seed, monkeypatch, intervals=seed % 5 == 0)


@pytest.mark.parametrize("backend", ["pyomo", "cvxpy"])
@pytest.mark.parametrize("seed", [1, 2, 5])
def test_every_spelling_is_explained(seed: int, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels come back from Pyomo and CVXPY in other orders, pairs among them."""
    economy = richer(seed)
    monkeypatch.setattr(no.Plan, "has_intervals", property(lambda plan: False))
    plan = no.solve(economy, backend=backend).assert_optimal()
    parts_add_up(plan)
    assert explained_in_full(plan) == explained_in_full(no.solve(economy))


@pytest.mark.exhaustive
def test_everything_is_explained_and_adds_up_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = [everything_adds_up(seed, monkeypatch, intervals=seed % 5 == 0) for seed in range(20, 270)]
    assert sum(count > 0 for count in counts) >= 240


@pytest.mark.parametrize("name", MODELS)
def test_the_parts_of_every_shipped_models_objective_add_up(name: str) -> None:
    parts_add_up(no.solve(name).assert_optimal())


@pytest.mark.parametrize("seed", range(20))
def test_the_parts_of_the_objective_add_up(seed: int) -> None:
    """With initial stocks, floors, demands, storage and capital, in hostile units too."""
    economy = seeded_economy(seed, goods=(2, 9), periods=(1, 5), stocks=True)
    parts_add_up(no.solve(economy).assert_optimal())
    rng = np.random.default_rng(seed)
    factors = [10.0 ** rng.uniform(-6, 6, len(economy.axes[axis])) for axis in ("goods", "techniques", "resources")]
    parts_add_up(no.solve(in_other_units(economy, *factors)).assert_optimal())


@pytest.mark.exhaustive
def test_the_parts_of_the_objective_add_up_in_full() -> None:
    for seed in range(20, 320):
        test_the_parts_of_the_objective_add_up(seed)


# ---- joint products, stores, pollutants, floors ------------------------------------------------------------


def farm(**changes: object) -> no.Economy:
    tables: dict[str, object] = {
        "goods": ["grain", "straw"],
        "techniques": ["farm"],
        "resources": ["land"],
        "outputs": [[1.0], [0.7]],
        "inputs": [[0.1], [0.0]],
        "resource_use": [[2.0]],
        "resource_limits": [10.0],
        "targets": [1.0, 1.0],
        "objective": "fulfilment",
    }
    return no.build_economy(**(tables | changes))  # type: ignore[arg-type]


def test_what_else_a_technique_makes_is_credited() -> None:
    """The farm makes a unit of grain and .7 of straw; where both are scarce, neither carries the whole of its cost."""
    by_hand = {"techniques": ["farm", "gleaning"], "outputs": [[1.0, 0.0], [0.7, 1.0]]}
    plan = no.solve(farm(**by_hand, inputs=[[0.1, 0.2], [0.0, 0.0]], resource_use=[[2.0, 0.5]])).assert_optimal()
    grain, straw = plan.valuations_by_kind["good"]["1"]
    land = plan.valuations_by_kind["resource"]["1"].iloc[0]
    assert min(grain, straw, land) > 0 and plan.activities["1"].min() > 0
    told = plan.explain("grain")
    assert told.cost.loc[("joint product", "straw"), ["amount", "worth"]].to_list() == pytest.approx(
        [-0.7, -0.7 * straw]
    )
    assert told.cost["worth"].sum() == pytest.approx(grain) == told.makes["worth"].sum()
    assert 2.0 * land + 0.1 * grain - 0.7 * straw == pytest.approx(grain)
    assert "joint product straw" in repr(told)
    technique = plan.explain("farm")
    assert technique.makes.loc[("output", "straw"), "worth"] == pytest.approx(0.7 * straw)
    assert technique.makes["worth"].sum() == pytest.approx(technique.cost["worth"].sum())


def test_a_co_product_alone_is_explained_by_the_technique_that_makes_it() -> None:
    plan = no.solve(farm(targets=[0.0, 1.0])).assert_optimal()
    told = plan.explain("straw")
    assert told.valuation == pytest.approx(1.0)
    assert told.cost["worth"].sum() == pytest.approx(0.7 * told.valuation)
    assert told.takes["worth"].sum() == pytest.approx(told.valuation)
    assert told.chain == ("straw", "resource land")


def test_a_name_with_two_meanings_says_so() -> None:
    plan = no.solve("five_year_plan")
    told = plan.explain("iron")
    assert told.kind == "good" and "technique of that name is explained by kind='technique'" in repr(told)
    technique = plan.explain("iron", "year1", kind="technique")
    assert technique.kind == "technique" and technique.makes.loc[("output", "iron"), "amount"] == 1.0
    assert technique.cost["worth"].sum() == pytest.approx(technique.makes["worth"].sum())
    with pytest.raises(no.QuestionError, match="unknown kind 'technic'; did you mean 'technique'"):
        plan.explain("iron", kind="technic")
    with pytest.raises(no.QuestionError, match="unknown resource 'iron'"):
        plan.explain("iron", kind="resource")


@pytest.mark.parametrize("years", [[2025, 2026], ["2025", "2026"], pd.Index([2025, 2026]), pd.RangeIndex(2025, 2027)])
def test_numbers_as_names_are_found_as_text_and_as_numbers(years: object) -> None:
    economy = no.build_economy(
        goods=[("north", "a"), 7], resources=["l"], periods=years, techniques=[("north", "a"), 7],
        inputs=[[0.1, 0.2], [0.0, 0.1]], resource_use=[[1.0, 2.0]], resource_limits=[10.0], targets=[1.0, 1.0],
        objective="fulfilment",
    )  # fmt: skip
    plan = no.solve(economy).assert_optimal()
    for period in (2025, "2025", np.int64(2025)):
        for name in (("north", "a"), ["north", "a"], "north a"):
            assert plan.explain(name, period).valuation == plan.valuations_by_kind["good"].iloc[0, 0]
        for name in (7, "7"):
            assert plan.explain(name, period).name == "7"
    with pytest.raises(no.QuestionError, match="unknown period '2030'"):
        plan.explain("7", 2030)
    for nonsense in (7.5, ("south", "a"), "", "north"):
        with pytest.raises(no.QuestionError, match="unknown"):
            plan.explain(nonsense)
    for nonsense in (None, {}, float("nan"), [[1]]):
        with pytest.raises(no.NaturaError):
            plan.explain(nonsense)


def test_pollutants_are_explained() -> None:
    """The budget of all periods carries a part of the objective; 0.1 refused to explain it."""
    economy = smoky_years(
        emission_caps=[[np.inf, np.inf, 15.0], [np.inf] * 3],
        emission_budgets=[32.0, np.inf],
        damage_weights=[0.01, 0.1],
    )
    plan = no.solve(economy).assert_optimal()
    smoke = plan.explain("smoke", "y3")
    assert smoke.kind == "pollutant"
    costs = plan.abatement_costs.loc["smoke"]
    assert smoke.valuation == pytest.approx(costs["y3"] + costs["budget"]) and costs["y3"] * costs["budget"] > 0
    assert smoke.interval is not None and smoke.interval[0] - 1e-9 <= smoke.valuation <= smoke.interval[1] + 1e-9
    assert smoke.cost["worth"].sum() == pytest.approx(smoke.valuation + 0.01)
    for words in ("cap of the period: 15 of 15", "budget of all periods: 32 of 32", "counts 0.01", "in dirty"):
        assert words in repr(smoke)
    assert "counts 0.1 against the objective" in repr(plan.explain("slag"))
    assert plan.explain("slag").valuation == pytest.approx(0.1)
    unlimited = no.solve(no.read("wheat_cloth_pollution"), "unlimited")
    assert "emitted     smoke 60 gram" in repr(unlimited) and "less allowed" not in repr(unlimited)
    assert "it is only counted" in repr(unlimited.explain("smoke"))


def stores(**changes: object) -> no.Economy:
    """Two good years' harvests are kept for a third without land; there is little room."""
    years = ["y1", "y2", "y3"]
    tables: dict[str, object] = {
        "goods": ["corn"],
        "resources": ["land"],
        "periods": years,
        "inputs": [[0.1]],
        "resource_use": [[1.0]],
        "resource_limits": pd.DataFrame([[10.0, 10.0, 0.0]], index=["land"], columns=years),
        "initial_stocks": [2.0],
        "storage": [0.8],
        "storage_capacity": [3.0],
        "targets": [1.0],
        "questions": {"default": no.Question("fulfilment", floor=2.0)},
    }
    return no.build_economy(**(tables | changes))  # type: ignore[arg-type]


def test_a_good_out_of_store_is_worth_what_it_was_and_its_room() -> None:
    plan = no.solve(stores()).assert_optimal()
    told = plan.explain("corn", "y3")
    assert "comes from store" in repr(told)
    assert told.cost["worth"].sum() == pytest.approx(told.valuation) == told.makes["worth"].sum()
    assert told.valuation > 0


def test_floors_and_room_in_store_are_explained() -> None:
    plan = no.solve(stores(storage_capacity=[2.6])).assert_optimal()
    floor = plan.explain("floor")
    assert (floor.kind, floor.period, floor.valuation) == (
        "floor",
        "y3",
        plan.valuations.loc[("floor", "fulfilment"), "y3"],
    )
    assert floor.valuation < 0 and "raised by one" in repr(floor)
    assert plan.explain("floor", "y1").valuation == 0.0
    tight = no.solve(stores(storage_capacity=[2.6], questions={"default": no.Question("assortment")})).assert_optimal()
    room = tight.explain("corn", kind="storage")
    assert room.valuation > 0 and room.period == "y2" and "room for one more is worth" in repr(room)
    assert tight.valuations.loc[("storage", "corn"), "y2"] == room.valuation
    assert "nothing is stored at the end of the last period" in repr(tight.explain("corn", "y3", kind="storage"))
    with pytest.raises(no.QuestionError, match="unknown kind 'floor'"):
        tight.explain("floor", kind="floor")


def test_a_stock_is_worth_its_use_now_and_what_lasts_of_it() -> None:
    plan = no.solve("five_year_plan").assert_optimal()
    for label in plan.stocks.index:
        for period in plan.economy.periods:
            told = plan.explain(label, period)
            assert told.kind == "stock"
            if plan.stocks.loc[label, period] > 0:
                assert told.cost["worth"].sum() == pytest.approx(told.valuation, abs=1e-9)
    assert plan.explain(("iron", "coal")).valuation == plan.explain("iron in coal").valuation


def test_plans_without_a_proof_are_explained_all_the_same() -> None:
    for plan in (
        not_proved(no.solve("five_year_plan")),
        no.solve("five_year_plan", tolerance=1e-3, objective="harmony"),
    ):
        assert explained_or_left_open(plan) == 40


def explained_or_left_open(plan: no.Plan) -> int:
    count = 0
    for good in plan.economy.goods:
        for period in plan.economy.periods:
            for kind in ("good", "technique"):
                told = plan.explain(good, period, kind=kind)
                rest = told.makes["worth"].sum() - told.cost["worth"].sum()
                size = told.makes["worth"].abs().sum() + told.cost["worth"].abs().sum()
                assert abs(rest) <= 1e-7 * size or "left open" in repr(told) or "stands idle" in repr(told)
                count += 1
    return count


def test_a_coefficient_changed_by_hand_is_a_line_of_its_own() -> None:
    """The tables say 1 unit of labour per unit of bread, the model that was solved 1.5."""
    model = no.pyomo_model("five_year_plan")
    for period in model.PERIODS:
        limit = model.resource_limit["labour", period]
        limit.set_value((None, limit.body + 0.5 * model.activities["bread", period], limit.upper))
    plan = no.solve(model).assert_optimal()
    told = plan.explain("bread", "year3", kind="technique")
    labour = plan.valuations.loc[("resource", "labour"), "year3"]
    assert labour > 0 and plan.activities.loc["bread", "year3"] > 0
    assert told.cost.loc[("changed by hand", "coefficients"), "worth"] == pytest.approx(0.5 * labour)
    assert told.cost["worth"].sum() == pytest.approx(told.makes["worth"].sum())
