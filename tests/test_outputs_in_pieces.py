"""Plans of outputs without a program to hold: the same laws, the same plan, and a proof of its own."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.base.errors import NotProvedError, OptionError, QuestionError
from natura_opt.base.status import Status
from natura_opt.formulate import with_objective
from natura_opt.methods.harmony.output_program import output_program
from natura_opt.methods.harmony.problem import harmony_problem
from natura_opt.program.pieces import PiecedProgram, held_whole, rows_of
from natura_opt.proof.certificate import certify

TOLERANCE = 1e-6
KINDS: dict[str, dict[str, Any]] = {
    "resources": {"goods": 40, "inputs": 5, "resources": 3},
    "pooled stocks": {"goods": 30, "inputs": 4, "resources": 2, "capital": "pool"},
    "stocks of techniques": {"goods": 20, "inputs": 4, "resources": 1, "capital": "techniques"},
    "means without targets": {"goods": 40, "inputs": 6, "resources": 2, "wanted": 0.4},
}


def planned(kind: str, seed: int = 1) -> no.Economy:
    return no.generate_economy("planned", seed=seed, **KINDS[kind])


def dense(program: Any) -> np.ndarray:
    found: np.ndarray = rows_of(program, np.arange(program.shape[0])).toarray()
    return found


@pytest.fixture(scope="module")
def plans() -> dict[str, no.Plan]:
    return {kind: no.harmonise_outputs(planned(kind)) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_laws_in_pieces_are_those_of_the_built_program(kind: str) -> None:
    """Blocks, labels, sides, bounds and every coefficient; columns of nothing (investment) are not stated."""
    economy = planned(kind)
    built = harmony_problem(economy, with_objective(economy, economy.question(), "harmony", {}))
    pieced = output_program(economy, economy.goods.get_indexer(built.program.columns[-1].index.get_level_values(0)))
    assert held_whole(pieced) is None and pieced.shape == built.program.shape
    stated = [block for block in built.program.columns if len(block.index)]
    for one, other in ((stated, pieced.columns), (built.program.rows, pieced.rows)):
        assert [(block.name, block.start) for block in one] == [(block.name, block.start) for block in other]
        assert all(a.index.equals(b.index) for a, b in zip(one, other, strict=True))
    assert (dense(pieced) == built.program.matrix.toarray()).all()
    for name in ("cost", "lower", "upper", "integer", "row_lower", "row_upper"):
        assert (getattr(pieced, name) == getattr(built.program, name)).all(), name


def test_units_of_activity_and_goods_that_nobody_makes() -> None:
    economy = no.build_economy(
        goods=["a", "b", "c"], techniques=["B", "A"], inputs=[[0.2, 0.1], [0.0, 0.3], [0.0, 0.0]],
        outputs=[[0.0, 4.0], [2.0, 0.0], [0.0, 0.0]], targets=[1.0, 2.0, 0.0], resources=["labour"],
        resource_use=[[1.0, 1.0]], resource_limits=[3.0], objective="assortment",
    )  # fmt: skip
    problem = harmony_problem(economy, with_objective(economy, economy.question(), "harmony", {}))
    pieced = output_program(economy, np.array([0, 1]))
    assert (dense(pieced) == problem.program.matrix.toarray()).all()
    plan = no.harmonise_outputs(economy).assert_optimal()
    assert plan.objective == pytest.approx(no.solve(economy, objective="harmony").objective, abs=4 * TOLERANCE)
    assert plan.output.loc["a", "1"] == pytest.approx(4.0 * plan.activities.loc["A", "1"])


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_plan_that_the_whole_program_has(kind: str, plans: dict[str, no.Plan]) -> None:
    plan, whole = plans[kind], no.solve(planned(kind), objective="harmony")
    size = whole.harmony.size
    assert isinstance(plan, no.Plan) and isinstance(plan.program, PiecedProgram)
    assert plan.status is Status.OPTIMAL and plan.proved and plan.assert_optimal() is plan
    assert plan.harmony.gap_per_good <= TOLERANCE and plan.harmony.bound >= plan.harmony.total
    assert plan.harmony.total == pytest.approx(whole.harmony.total, abs=2 * TOLERANCE * size)
    assert plan.objective == pytest.approx(plan.harmony.total, rel=1e-12)
    assert (
        plan.harmony.bound >= whole.harmony.total - 1e-9 * size
        and whole.harmony.bound >= plan.harmony.total - 1e-9 * size
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_plan_meets_every_law_without_doubt(kind: str, plans: dict[str, no.Plan]) -> None:
    plan, economy = plans[kind], planned(kind)
    assert plan.certificate.unconditional and plan.certificate.primal_residual == 0.0
    assert plan.certificate.reached == plan.objective
    left = plan.net_output.to_numpy() - plan.consumption.to_numpy()
    assert (left >= -1e-12 * plan.output.to_numpy().max()).all() and (plan.consumption.to_numpy() >= 0).all()
    assert plan.surplus.to_numpy() == pytest.approx(np.maximum(left, 0.0), abs=1e-9)
    use, limits = plan.resource_use.to_numpy()[:, 0], economy.vector("resource_limits", 0)
    assert (use <= limits * (1 + 1e-12)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_proof_of_the_pieces_is_that_of_the_matrix(kind: str, plans: dict[str, no.Plan]) -> None:
    """The tangent program, built as a matrix: the same certificate of the same point."""
    plan, economy = plans[kind], planned(kind)
    problem = harmony_problem(economy, with_objective(economy, economy.question(), "harmony", {}))
    tangents, held = problem.certify(plan.primal, plan.dual, TOLERANCE)
    assert (tangents.cost == plan.program.cost).all() and tangents.offset == plan.program.offset
    seen = plan.certificate
    assert held.proved and held.objective == seen.objective and held.reached == seen.reached
    assert held.dual_objective == pytest.approx(seen.dual_objective, rel=1e-14)
    assert held.complementarity == pytest.approx(seen.complementarity, rel=1e-6, abs=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_or_prices_that_are_wrong_are_not_proved(kind: str, plans: dict[str, no.Plan]) -> None:
    plan = plans[kind]
    size = plan.harmony.size

    def proof(primal: Any, dual: Any) -> Any:
        return certify(plan.program, primal, dual, TOLERANCE, size=size)

    assert proof(plan.primal, plan.dual).proved
    more = plan.primal.copy()
    more[plan.harmony.deliveries] *= 1.001
    assert not proof(more, plan.dual).proved, "delivered, and not made"
    assert not proof(plan.primal * 0.99, plan.dual).proved, "less than could be"
    dearer = plan.dual.copy()
    dearer[np.flatnonzero(dearer > 0)[0]] *= 1.01
    assert proof(plan.primal, dearer).gap > proof(plan.primal, plan.dual).gap
    cheaper = np.where(plan.dual > 0, 0.0, plan.dual)  # what is limited costs nothing: all would gain
    assert not proof(plan.primal, cheaper).proved


@pytest.mark.parametrize("unit", [1e-8, 1e8])
def test_units_of_goods_change_nothing(unit: float) -> None:
    economy = planned("resources")
    units = np.where(np.arange(len(economy.goods)) % 3 == 0, unit, 1.0)
    inputs = economy.matrix("inputs", 0).toarray() * units[:, None] / units[None, :]
    other = economy.with_changes(
        inputs=inputs, targets=economy.vector("targets", 0) * units,
        resource_use=economy.matrix("resource_use", 0).toarray() / units[None, :],
    )  # fmt: skip
    one, two = no.harmonise_outputs(economy).assert_optimal(), no.harmonise_outputs(other).assert_optimal()
    assert two.objective == pytest.approx(one.objective, abs=2 * TOLERANCE * len(units))
    assert two.certificate.unconditional


def test_what_stops_early_says_so() -> None:
    economy = planned("resources")
    late = no.harmonise_outputs(economy, time_limit=1e-9, tolerance=1e-12)
    assert late.status is Status.TIME_LIMIT and not late.proved
    short = no.harmonise_outputs(economy, max_passes=1, tolerance=1e-12)
    assert short.status is Status.ITERATION_LIMIT
    for plan in (late, short):
        with pytest.raises(NotProvedError):
            plan.assert_optimal()
        assert plan.harmony.total <= no.harmonise_outputs(economy).harmony.bound, "what it has is attained all the same"
        assert plan.status.value in repr(plan)


def test_its_tables_are_those_of_a_plan(plans: dict[str, no.Plan], tmp_path: Path) -> None:
    plan = plans["resources"]
    economy = plan.economy
    tables = plan.tables()
    assert {"summary", "activities", "output", "consumption", "resource_use", "valuations"} <= set(tables)
    assert plan.activities.index.equals(economy.techniques) and plan.output.shape == (40, 1)
    goods = plan.valuations.loc["good"].to_numpy()[:, 0]
    resources = plan.valuations.loc["resource"].to_numpy()[:, 0]
    costs = economy.matrix("inputs", 0).T @ goods + economy.matrix("resource_use", 0).T @ resources
    runs = plan.output.to_numpy()[:, 0] > 1e-3
    assert goods[runs] == pytest.approx(costs[runs], rel=1e-6), "what runs costs what it makes"
    assert (plan.reduced_costs.to_numpy()[:, 0] <= 0).all()
    folder = plan.to_parquet(tmp_path / "plan")
    read = pd.read_parquet(folder / "activities.parquet")
    assert read.iloc[:, -1].to_numpy() == pytest.approx(plan.activities.to_numpy()[:, 0])
    assert plan.summary()["status"] == "optimal" and plan.summary()["certificate"]["unconditional"]


def test_its_limits_sum_to_its_bound_and_it_explains_itself(plans: dict[str, no.Plan]) -> None:
    plan = plans["resources"]
    assert plan.limits["worth"].sum() == pytest.approx(plan.objective, abs=2 * TOLERANCE * 40)
    said = repr(plan.explain(plan.economy.goods[0]))
    assert "one more unit is worth" in said
    assert not plan.has_intervals
    with pytest.raises((NotProvedError, QuestionError)):
        plan.sensitivity()
    with pytest.raises((NotProvedError, QuestionError)):
        plan.valuation_interval("balance", (plan.economy.goods[0], "1"))


def test_other_forms_are_refused() -> None:
    for tables, why in (
        ({"periods": ["1", "2"]}, "2 periods"),
        ({"initial_stocks": [1.0, 0.0]}, "initial_stocks"),
        ({"outputs": [[1.0, 0.2], [0.0, 1.0]]}, "joint products"),
        ({"targets": None}, "targets"),
    ):
        given: dict[str, Any] = {
            "goods": ["a", "b"], "inputs": [[0.1, 0.2], [0.3, 0.1]], "targets": [1.0, 2.0], "resources": ["labour"],
            "resource_use": [[1.0, 1.0]], "resource_limits": [5.0], "objective": "assortment",
        }  # fmt: skip
        with pytest.raises(QuestionError, match=why):
            no.harmonise_outputs(no.build_economy(**(given | tables)))


@pytest.mark.parametrize("goods", [1, 2])
@pytest.mark.parametrize("table", ["targets", "target_weights"])
def test_nothing_that_is_wanted_has_no_harmony(goods: int, table: str) -> None:
    given: dict[str, Any] = {
        "goods": goods_of(goods), "inputs": np.full((goods, goods), 0.2), "targets": np.ones(goods),
        "resources": ["labour"], "resource_use": np.ones((1, goods)), "resource_limits": [5.0],
    }  # fmt: skip
    economy = no.build_economy(**(given | {table: np.zeros(goods)}), objective="assortment")
    for call in (no.harmonise_outputs, lambda e: no.solve(e, objective="harmony")):
        with pytest.raises(QuestionError, match="no meaning"):
            call(economy)


def goods_of(count: int) -> list[str]:
    return [f"good {k}" for k in range(count)]


@pytest.mark.parametrize(
    "setting",
    [{"tolerance": 0.0}, {"tolerance": np.inf}, {"tolerance": np.nan}, {"tolerance": 5.0}, {"time_limit": 0.0},
     {"time_limit": np.nan}, {"time_limit": -1.0}, {"max_passes": 0}, {"max_passes": -3}],
    ids=str,
)  # fmt: skip
def test_settings_that_are_none_are_refused(setting: dict[str, Any]) -> None:
    """At a tolerance of infinity everything would be proved."""
    with pytest.raises(OptionError, match=next(iter(setting))):
        no.harmonise_outputs(planned("resources"), **setting)


def test_a_plan_in_pieces_is_pickled(plans: dict[str, no.Plan]) -> None:
    for plan in plans.values():
        plan.limits, plan.explain(plan.economy.goods[0])  # what is remembered of laws does not come along
        again = pickle.loads(pickle.dumps(plan))
        assert again.proved and repr(again) == repr(plan)
        one, other = (certify(p.program, p.primal, p.dual, 1e-6) for p in (plan, again))
        assert one == other and np.isfinite(one.dual_objective)


def hostile(seed: int) -> no.Economy:
    """Return a small economy: units 1e-8 to 1e8, goods nobody makes, targets, weights and limits of zero or nearly."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.choice([1, 2, 3, 5])), int(rng.integers(1, 4))
    inputs = np.where(rng.random((n, n)) < rng.choice([0.2, 0.6]), rng.random((n, n)), 0.0)
    radius = max(abs(np.linalg.eigvals(inputs)))
    inputs *= rng.choice([0.3, 0.8, 0.99, 1.3], p=[0.4, 0.4, 0.1, 0.1]) / radius if radius > 0 else 1.0
    targets, weights = rng.uniform(0.1, 5.0, n), rng.uniform(0.5, 2.0, n)
    targets[rng.random(n) < rng.choice([0.0, 0.5], p=[0.7, 0.3])] = 0.0
    weights[rng.random(n) < rng.choice([0.0, 0.4], p=[0.7, 0.3])] = 0.0
    use = np.where(rng.random((m, n)) < 0.7, rng.random((m, n)), 0.0)
    limits = rng.uniform(0.5, 10.0, m) * rng.choice([1.0, 1e-8], p=[0.8, 0.2])
    limits[0] *= rng.random() < 0.9
    makes = np.sort(rng.permutation(n)[: max(n - int(rng.random() < 0.25), 1)])
    in_units = float(rng.random() < 0.4)
    unit, of_resources = (10.0 ** (rng.uniform(-8, 8, k) * in_units) for k in (n, m))
    return no.build_economy(
        name=f"seed {seed}", goods=goods_of(n), techniques=[f"way {k}" for k in makes],
        inputs=(inputs * unit[:, None] / unit)[:, makes],
        outputs=np.eye(n)[:, makes] * rng.uniform(0.5, 2.0, len(makes)),
        targets=targets * unit, target_weights=weights, resources=[f"means {k}" for k in range(m)],
        resource_use=(use * of_resources[:, None] / unit)[:, makes], resource_limits=limits * of_resources,
        objective="assortment",
    )  # fmt: skip


def agree(seed: int) -> Status | None:
    """Hold a plan by prices against the plan of the whole program: no proof of one denies the other."""
    economy, plans = hostile(seed), []
    for call in (no.harmonise_outputs, lambda e, **more: no.solve(e, objective="harmony", **more)):
        try:
            plans.append(call(economy, time_limit=3.0))
        except no.NaturaError:
            return None
    one, other = plans
    near = 1e-9 * max(1.0, abs(one.harmony.bound), abs(other.harmony.bound))
    if one.proved:
        assert one.harmony.total <= one.harmony.bound + near
        assert other.certificate.primal_residual > 0 or other.harmony.total <= one.harmony.bound + near
        level, sums = one.activities.to_numpy()[:, 0], [economy.matrix(t, 0) for t in ("outputs", "inputs")]
        made, taken = (np.asarray(table @ level) for table in sums)
        assert one.output.to_numpy()[:, 0] == pytest.approx(made, rel=1e-12)
        assert (one.consumption.to_numpy()[:, 0] <= made - taken + 1e-12 * (made + taken)).all()
        used = np.asarray(economy.matrix("resource_use", 0) @ level)
        assert (used <= economy.vector("resource_limits", 0) * (1 + 1e-12)).all()
    if other.proved:
        assert one.harmony.total <= other.harmony.bound + near
    return one.status


def test_hostile_economies_agree_with_the_whole_program() -> None:
    found = [agree(seed) for seed in range(24)]
    assert found.count(Status.OPTIMAL) >= 8, found


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(100, 500))
def test_more_hostile_economies_agree(seed: int) -> None:
    agree(seed)
