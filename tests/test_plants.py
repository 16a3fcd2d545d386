"""Indivisible plants, minimum scales, starts and activity limits: known answers, brute force, units and refusals."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

import natura_opt as no
from natura_opt.methods.registry import METHODS

from .test_models import page_of

FREE = float("inf")
BACKENDS = ("highs", "pyomo", "cvxpy")

#: Known answer 8: a plant makes at most 1450 of concrete and uses 2.7 of cement whatever its output.
CONCRETE: dict[str, Any] = {
    "goods": ["concrete"],
    "resources": ["cement"],
    "resource_use": [[0]],
    "resource_weights": [1],
    "plant_capacity": [1450],
    "plant_resources": [[2.7]],
    "targets": [1500],
    "objective": "least-resources",
}


def concrete(**tables: Any) -> no.Economy:
    """The concrete plants with cement as a resource, with other tables."""
    return no.build_economy(**(CONCRETE | tables))


# ---- known answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("question", "plants", "cement"), [("demand_1500", 2, 5.4), ("demand_1400", 1, 2.7)])
def test_concrete_plants_are_indivisible(question: str, plants: int, cement: float, backend: str) -> None:
    plan = no.solve("concrete_plants", question, backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(cement, rel=1e-12)
    assert plan.plants.loc["concrete", "1"] == plants
    assert plan.tables()["plants"].loc["concrete"].tolist() == [plants]
    assert plan.certificate.bound == "exact"


def test_the_page_of_the_concrete_plants_knows_the_relaxation() -> None:
    figures = page_of("concrete_plants").solve()
    assert figures["objective for 1400"] == pytest.approx(2.7, rel=1e-12)
    assert figures["objective if plants were divisible"] == pytest.approx(2.793103, abs=5e-7)
    program = no.linear_program("concrete_plants", "demand_1500")
    assert program.integer.sum() == 1


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("limited", "demand", "cement"), [(False, 1500, 5.4), (True, 1500, 5.4), (True, 1400, 2.7)])
def test_resources_of_plants_count_whether_they_are_limited_or_weighed(
    limited: bool, demand: float, cement: float, backend: str
) -> None:
    economy = concrete(targets=[demand], resource_limits=[10] if limited else None)
    plan = no.solve(economy, backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(cement, rel=1e-12)
    assert plan.resource_use.loc["cement", "1"] == pytest.approx(cement, rel=1e-12)
    assert f"{cement:g} unit in plants" in str(plan.explain("cement"))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_limit_of_resources_limits_plants(backend: str) -> None:
    """Of 10 of cement 3 plants run (8.1): 4350 of concrete, 2.9 times the target; divisible ones would make 3.58."""
    economy = concrete(resource_limits=[10], resource_weights=None, objective="fulfilment")
    plan = no.solve(economy, backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(2.9, rel=1e-12)
    assert plan.plants.loc["concrete", "1"] == 3


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_fixed_cost_is_a_single_plant(backend: str) -> None:
    """By hand 1 an hour each; by machine .25 and 6 to have it: hand below 8, the machine above."""
    for demand, hours in ((7.0, 7.0), (9.0, 6 + 9 / 4)):
        economy = no.build_economy(
            goods=["nail"], techniques=["hand", "machine"], outputs=[[1, 1]], resources=["hours"],
            resource_use=[[1, 0.25]], resource_weights=[1], targets=[demand], objective="least-resources",
            plant_capacity=[FREE, 100], plants=[FREE, 1], plant_resources=[[0, 6]],
        )  # fmt: skip
        assert no.solve(economy, backend=backend).assert_optimal().objective == pytest.approx(hours, rel=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("least", "ran", "running", "starts"),
    [(7, 0, [1, 0, 1], [1, 0, 1]), (7, 1, [1, 0, 1], [0, 0, 1]), (4, 0, [1, 1, 1], [1, 0, 0])],
)
def test_what_starts_costs_what_starting_takes(
    least: float, ran: float, running: list[int], starts: list[int], backend: str
) -> None:
    """An oven is heated with 3 of wood, 6 hours, and bread is wanted on the first and third day. On the second the oven
    goes out, unless it is cheaper to bake the least it can.
    """
    economy = no.build_economy(
        goods=["bread", "wood"], techniques=["oven", "axe"], outputs=[[1, 0], [0, 1]], resources=["hours"],
        resource_use=[[1, 2]], resource_weights=[1], periods=3, targets=[[8, 0, 7], [0, 0, 0]],
        activity_limits=[20, FREE], minimum_scale=[least, 0], start_up_inputs=[[0, 0], [3, 0]],
        running_before=[ran, 0], objective="least-resources",
    )  # fmt: skip
    plan = no.solve(economy, backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(15 + 6 * sum(starts) + 4 * running[1], rel=1e-12)
    assert plan.further["running"].loc["oven"].tolist() == running
    assert plan.further["starts"].loc["oven"].tolist() == starts
    assert plan.activities.loc["axe"].tolist() == pytest.approx([3.0 * start for start in starts], abs=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_below_the_minimum_scale_nothing_runs(backend: str) -> None:
    """The big furnace takes half the coal and runs at 10 at least: 9 wanted are made by it, 4 by the small one."""
    for demand, coal, runs in ((9.0, 5.0, 1), (4.0, 4.0, 0)):
        economy = no.build_economy(
            goods=["iron"], techniques=["small", "big"], outputs=[[1, 1]], resources=["coal"],
            resource_use=[[1, 0.5]], resource_weights=[1], targets=[demand], activity_limits=[FREE, 50],
            minimum_scale=[0, 10], objective="least-resources",
        )  # fmt: skip
        plan = no.solve(economy, backend=backend).assert_optimal()
        assert plan.objective == pytest.approx(coal, rel=1e-12)
        assert plan.further["running"].loc["big"].tolist() == [runs]
        assert (plan.valuations.loc[("minimum scale", "big")].iloc[0] > 0) == (runs == 1)


# ---- activity limits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_activity_limit_has_a_valuation(backend: str) -> None:
    """Cheap water (1 hour) is limited to 3, dear water takes 4: one more of the limit saves 3, another saves 3."""
    economy = no.build_economy(
        goods=["water"], techniques=["spring", "well"], outputs=[[1, 1]], resources=["hours"],
        resource_use=[[1, 4]], resource_weights=[1], targets=[5], activity_limits=[3, FREE],
        objective="least-resources",
    )  # fmt: skip
    plan = no.solve(economy, backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(3 + 2 * 4, rel=1e-12)
    assert plan.valuations.loc[("activity limit", "spring"), "1"] == pytest.approx(-3.0, rel=1e-12)
    limit = plan.limits.set_index("kind").loc["activity limit"]
    assert (limit["name"], limit["available"], limit["worth"]) == ("spring", 3.0, pytest.approx(-9.0))
    assert "activity limit spring, at 3" in str(plan.explain("spring"))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ({"activity_limits": [1000], "plant_capacity": None, "plant_resources": None}, "the activity limit of"),
        ({"plants": [1]}, "the number of plants of"),
        ({"activity_limits": [1499], "minimum_scale": [3]}, "the activity limit of"),
    ],
)
def test_what_stops_a_plan_is_named(tables: dict[str, Any], named: str, backend: str) -> None:
    plan = no.solve(concrete(**tables), backend=backend)
    assert plan.status is no.Status.INFEASIBLE
    assert f"{named} 'concrete'" in str(plan.impossibility)


def test_a_minimum_scale_above_the_highest_level_lets_nothing_run() -> None:
    plan = no.solve(concrete(activity_limits=[2000], minimum_scale=[2001]))
    assert plan.status is no.Status.INFEASIBLE
    assert "the minimum scale of 'concrete'" in str(plan.impossibility)


# ---- what is said of a plan -------------------------------------------------------------------------------------


def test_plans_of_whole_numbers_are_told_and_written(tmp_path: Any) -> None:
    plan = no.solve(_drawn(3)).assert_optimal()
    told = str(plan.explain(plan.economy.techniques[0], kind="technique"))
    assert "plants that run: " in told and "whether it runs: " in told
    assert plan.limits["worth"].sum() == pytest.approx(plan.objective, rel=1e-9)
    assert {"plants", "running", "starts"} <= set(plan.tables())
    assert (plan.plants % 1 == 0).all(axis=None)
    with pytest.raises(no.NotProvedError, match="whole-number columns"):
        plan.valuation_interval("plant_capacity", plan.program.row_block("plant_capacity").index[0])
    plan.to_excel(tmp_path / "plan.xlsx")
    plan.to_csv(tmp_path / "plan")
    assert (tmp_path / "plan.xlsx").stat().st_size > 0 and (tmp_path / "plan" / "plants.csv").exists()


# ---- refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spell", [no.linear_program, no.pyomo_model, no.cvxpy_model])
@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"plant_capacity": None}, "'plant_resources' speaks of plants of 'concrete', of which a plant's capacity"),
        ({"plant_capacity": [FREE]}, "'plant_resources' speaks of plants of 'concrete'"),
        ({"plant_capacity": [FREE], "plant_resources": None, "plants": [3]}, "'plants' speaks of plants of 'concrete'"),
        ({"plant_capacity": None, "plant_resources": None, "plant_inputs": [[0.1]]}, "uses the table 'plant_inputs'"),
        ({"periods": 2, "plant_capacity": [[1450, FREE]]}, "'concrete' a plant capacity in some periods and none in"),
        ({"minimum_scale": [3]}, "'minimum_scale' needs a highest level of activity of 'concrete': give 'activity_lim"),
        ({"start_up_inputs": [[0.1]]}, "'start_up_inputs' needs a highest level of activity of 'concrete'"),
        ({"running_before": [1]}, "uses the table 'running_before'"),
        ({"plants": [2], "start_up_inputs": [[0.1]], "running_before": [0.5]}, "'running_before' .* give 1 or 0"),
        ({"plants": [2], "minimum_scale": [1], "running_before": [1]}, "'concrete', whose start takes no goods"),
    ],
)
def test_what_says_nothing_is_refused_by_name(tables: dict[str, Any], says: str, spell: Any) -> None:
    economy = concrete(**{"targets": [1500] if "periods" not in tables else [[1500, 1500]], **tables})
    with pytest.raises(no.QuestionError, match=says):
        spell(economy)


def test_a_highest_level_comes_from_limits_or_from_all_plants() -> None:
    for tables in ({"activity_limits": [2900]}, {"plants": [2]}):
        plan = no.solve(concrete(minimum_scale=[1600], **tables)).assert_optimal()
        assert plan.activities.loc["concrete", "1"] >= 1600 * (1 - 1e-12)


@pytest.mark.parametrize(
    "tables",
    [
        {"plant_capacity": [1450]},
        {"activity_limits": [2000], "minimum_scale": [1600]},
        {"activity_limits": [2000], "start_up_inputs": [[5]]},
        {"activity_limits": [2000]},
    ],
)
@pytest.mark.parametrize("method", [name for name in METHODS if name not in ("auto", "simplex", "ipm", "pdlp")])
def test_other_methods_answer_or_decline_by_name(method: str, tables: dict[str, Any]) -> None:
    """Harmony plans activity limits, and finds what the program of the same laws delivers; no other of these does."""
    under_harmony = method.startswith("harmony")
    wanted = {"plant_capacity": None, "plant_resources": None, "resource_weights": None, "resource_use": [[0.01]]} | {
        "resource_limits": [100], "objective": "harmony" if under_harmony else "assortment",
    }  # fmt: skip
    if method == "lahiri":  # fixed demand is what it answers
        wanted |= {"objective": "least-resources", "resource_weights": [1.0]}
    economy = concrete(**(wanted | tables))
    if list(tables) == ["activity_limits"] and method in ("harmony", "harmony-cvxpy", "harmony-tangents"):
        plan = no.solve(economy, method=method).assert_optimal()
        assert plan.activities.loc["concrete", "1"] == pytest.approx(2000, rel=1e-5)
        return
    with pytest.raises(no.QuestionError) as refused:
        no.solve(economy, method=method)
    assert any(repr(table) in str(refused.value) for table in tables)


def test_methods_are_compared_on_a_question_that_only_the_program_answers() -> None:
    economy = concrete(resource_limits=[10], resource_weights=None, objective="fulfilment")
    found = no.compare(economy, methods=["highs", "prices", "harmony"])
    assert found.table["objective"]["highs"] == pytest.approx(2.9)
    assert [entry.method for entry in found.entries if "'plant_capacity'" in entry.refusal] == ["prices", "harmony"]


# ---- brute force ------------------------------------------------------------------------------------------------


def _drawn(seed: int, unit: float = 1.0) -> no.Economy:
    """A small economy with plants, minimum scales, starts and limits; goods other than the last in other units."""
    rng = np.random.default_rng(seed)
    periods = 2
    units = np.array([unit, 1.0])
    takes = np.where(rng.random((2, 3)) < 0.5, rng.uniform(0.02, 0.3, (2, 3)), 0.0)
    makes = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, rng.uniform(0.8, 1.5)]])
    of = np.array([unit, 1.0, 1.0])  # a unit of activity of the first technique is one of its good
    capacity = np.array([rng.uniform(2, 6), rng.uniform(2, 6), FREE])
    least = np.array([0.0, rng.uniform(0, 3), rng.uniform(1, 3)]) * (rng.random(3) < 0.7)
    return no.build_economy(
        goods=["ore", "iron"],
        techniques=["mine", "furnace", "forge"],
        inputs=takes * units[:, None] / of,
        outputs=makes * units[:, None] / of,
        resources=["hours"],
        resource_use=rng.uniform(0.2, 2.0, (1, 3)) / of,
        resource_weights=[1.0],
        periods=periods,
        plant_capacity=capacity * of,
        plants=[2, 1, FREE],
        plant_inputs=rng.uniform(0, 0.2, (2, 3)) * [1, 1, 0] * units[:, None],
        plant_resources=rng.uniform(0, 3, (1, 3)) * [1, 1, 0],
        activity_limits=np.array([FREE, 9.0, 8.0]) * of,
        # without a minimum scale what has plants could be kept running with none of them, which the ways leave out
        minimum_scale=(least + np.array([1e-3, 1e-3, 0])) * of,
        start_up_inputs=rng.uniform(0, 0.4, (2, 3)) * units[:, None],
        running_before=(rng.random(3) < 0.5).astype(float),
        targets=rng.uniform(0, 5, (2, periods)) * (rng.random((2, periods)) < 0.8) * units[:, None],
        objective="least-resources",
    )


def _enumerated(economy: no.Economy) -> float:
    """The least cost of every way to set numbers of plants and what runs; infinite where none serves the targets.

    What runs has at least one plant, where it runs in plants, and starts where it did not run before: more only costs.
    """
    count, limited = len(economy.periods), np.isfinite(economy.vector("plant_capacity", 0))
    most = np.where(limited, economy.vector("plants", 0), 1.0)
    ways = list(product(*(range(int(n) + 1) for n in most)))
    best = {tuple(economy.vector("running_before", 0) > 0): 0.0}
    for t in range(count):
        reached: dict[tuple[bool, ...], float] = {}
        for (ran, so_far), way in product(best.items(), ways):
            running = tuple(n > 0 for n in way)
            starts = tuple(now and not then for now, then in zip(running, ran, strict=True))
            cost = so_far + _cost(economy, t, way, starts)
            reached[running] = min(cost, reached.get(running, np.inf))
        best = reached
        _cost.cache_clear()
    return min(best.values())


@cache
def _cost(economy: no.Economy, t: int, numbers: tuple[int, ...], starts: tuple[bool, ...]) -> float:
    """The least cost of a period with so many plants and these starts: a linear program by SciPy, from the tables."""
    tables = {name: table.slices[None] for name, table in economy.tables.items() if None in table.slices}
    running, limited = np.array(numbers) > 0, np.isfinite(tables["plant_capacity"])
    room = np.where(limited, np.where(limited, tables["plant_capacity"], 0.0) * numbers, np.inf)
    lower = np.where(running, tables["minimum_scale"], 0.0)
    upper = np.where(running, np.minimum(tables["activity_limits"], room), 0.0)
    if (lower > upper).any():
        return float("inf")
    plants = np.where(limited, numbers, 0)
    wanted = (
        economy.vector("targets", t) + tables["plant_inputs"] @ plants + tables["start_up_inputs"] @ np.array(starts)
    )
    net, size = (tables["outputs"] - tables["inputs"]).toarray(), np.where(wanted > 0, wanted, 1.0)
    weights = tables["resource_weights"]
    found = linprog(
        weights @ tables["resource_use"],
        A_ub=-net / size[:, None],
        b_ub=-wanted / size,
        bounds=np.column_stack([lower, upper]),
    )
    return float(found.fun + weights @ (tables["plant_resources"] @ plants)) if found.status == 0 else float("inf")


def _answers(seed: int, unit: float = 1.0, backend: str = "highs") -> bool:
    """Whether there is a plan; where there is, it is proved and its cost that of the best way, in whatever unit."""
    best = _enumerated(_drawn(seed))
    plan = no.solve(_drawn(seed, unit), backend=backend)
    if not np.isfinite(best):
        assert plan.status is no.Status.INFEASIBLE, seed
        return False
    assert plan.proved, (seed, str(plan.certificate))
    assert plan.objective == pytest.approx(best, rel=1e-9), seed
    return True


@pytest.mark.parametrize("backend", BACKENDS)
def test_plans_are_the_best_of_all_ways(backend: str) -> None:
    first = BACKENDS.index(backend)
    assert sum(_answers(seed, backend=backend) for seed in range(2 * first, 2 * first + 2)) >= 1


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_units_do_not_change_a_plan(unit: float) -> None:
    assert sum(_answers(seed, unit) for seed in (20, 21)) >= 1


@pytest.mark.exhaustive
@pytest.mark.parametrize("unit", [1.0, 1e-6, 1e6])
@pytest.mark.parametrize("backend", BACKENDS)
def test_300_plans_are_the_best_of_all_ways(backend: str, unit: float) -> None:
    seeds = range(100, 400) if (backend, unit) == ("highs", 1.0) else range(100, 140)
    assert sum(_answers(seed, unit, backend) for seed in seeds) >= len(seeds) // 2
