"""Price coordination: the same optimum as the linear program, proved by prices that never claim too much."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.errors import OptionError, QuestionError
from natura_opt.solvers.cheapest import Industries, Offer
from natura_opt.solvers.level_bundle import nearest
from natura_opt.solvers.positive_system import positive_solution
from natura_opt.solvers.price_coordination import Coordination, coordinate, solve_by_prices

from .seeded import in_other_units, seeded_economy

TOLERANCE = 1e-6


def small(**changed: Any) -> no.Economy:
    """Return two goods made in three ways out of each other, labour and land."""
    tables: dict[str, Any] = {
        "goods": ["corn", "iron"],
        "techniques": ["corn by hand", "corn by plough", "iron"],
        "resources": ["labour", "land"],
        "inputs": [[0.1, 0.2, 0.1], [0.0, 0.2, 0.1]],
        "outputs": [[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        "resource_use": [[2.0, 0.5, 1.0], [1.0, 1.2, 0.0]],
        "resource_limits": [100.0, 50.0],
        "targets": [2.0, 1.0],
        "objective": "assortment",
    }
    return no.build_economy(name="small", **{**tables, **changed})


def by_prices(economy: no.Economy, tolerance: float = TOLERANCE, **options: Any) -> no.Plan:
    return solve_by_prices(economy, economy.question(), tolerance=tolerance, **options)


def coordinated(economy: no.Economy, **options: Any) -> Coordination:
    return coordinate(economy, economy.question(), **options)


def agrees(found: Coordination, optimum: float, tolerance: float = TOLERANCE) -> None:
    """Hold the whole trace against the optimum: no plan above it, no bound below it, both close at last."""
    assert found.claim is Claim.OPTIMAL
    for done in found.rounds:
        assert done.bound >= optimum * (1 - 1e-13)
        assert done.best <= optimum * (1 + 1e-13)
        assert done.gap == pytest.approx(1 - done.best / done.bound, abs=1e-15)
    assert [done.round for done in found.rounds] == list(range(1, len(found.rounds) + 1))
    assert np.all(np.diff([done.bound for done in found.rounds]) <= 0)
    assert np.all(np.diff([done.passes for done in found.rounds]) > 0)
    assert found.gap <= tolerance
    assert found.assortments == pytest.approx(optimum, rel=tolerance)
    assert found.bound == pytest.approx(optimum, rel=tolerance)


# ---- known answers --------------------------------------------------------------------------------------------------


def test_kantorovich_machines() -> None:
    plan = by_prices(no.read("kantorovich_machines"), 1e-9)
    assert plan.proved
    assert plan.method == "prices"
    assert plan.objective == pytest.approx(86.0 + 2.0 / 3.0, rel=1e-9)
    levels = plan.activities.iloc[:, 0]
    assert levels["item1 on milling"] == pytest.approx(8 / 3, rel=1e-6)
    assert levels["item2 on milling"] == pytest.approx(1 / 3, rel=1e-6)
    assert levels["item2 on automatic"] == pytest.approx(1.0, rel=1e-6)
    worth = plan.valuations
    assert worth.loc[("good", "item1")].item() == pytest.approx(2 / 3, rel=1e-6)
    machines = [worth.loc[("resource", name)].item() for name in ("milling", "turret", "automatic")]
    assert machines == pytest.approx([20 / 3, 40 / 3, 80 / 3], rel=1e-6)


def test_excavators() -> None:
    plan = by_prices(no.read("excavators"), 1e-9)
    assert plan.proved
    assert plan.objective == pytest.approx(70.4932735426, rel=1e-9)
    shares = plan.activities.iloc[:, 0]
    known = {"A on M1": 0.671365, "B on M1": 0.328635, "B on M2": 0.789238, "C on M2": 0.210762, "C on M3": 1.0}
    assert shares[shares > 1e-8].to_dict() == pytest.approx(known, abs=1e-6)
    worth = plan.valuations
    goods = [worth.loc[("good", name)].item() for name in "ABC"]
    assert goods == pytest.approx([0.22904, 0.42946, 0.34150], abs=1e-5)
    machines = [worth.loc[("resource", name)].item() for name in ("M1", "M2", "M3")]
    assert machines == pytest.approx([24.0497, 28.3443, 18.0993], abs=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_with_one_resource_the_techniques_do_not_depend_on_the_assortment(seed: int) -> None:
    """The substitution theorem (Samuelson 1951)."""
    rng = np.random.default_rng(seed)
    first = seeded_economy(seed, periods=(1, 1), joint=False, capital="none", several=True, stocks=False,
                           storage=False, resources=(1, 1), objective="assortment", all_wanted=True)  # fmt: skip
    chosen, prices = [], []
    for _ in range(3):
        economy = first.with_changes(targets=rng.uniform(0.1, 10.0, len(first.goods)))
        found = coordinated(economy)
        agrees(found, no.solve(economy).objective)
        chosen.append(set(found.activities.index[found.activities > 0]))
        prices.append(found.good_prices / found.resource_prices.iloc[0])
    assert len(chosen[0]) == len(first.goods)
    assert chosen[0] == chosen[1] == chosen[2]
    assert np.allclose(prices[0], prices[1], rtol=1e-5)
    assert np.allclose(prices[0], prices[2], rtol=1e-5)


# ---- against the linear program -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(100))
def test_seeded_economies_have_the_optimum_of_the_linear_program(seed: int) -> None:
    economy = seeded_economy(
        seed, periods=(1, 1), goods=(2, 14), joint=False, storage=False, several=True,
        objective=("assortment", "fulfilment")[seed % 2],
    )  # fmt: skip
    optimum = no.solve(economy).assert_optimal().objective
    plan = by_prices(economy)
    assert plan.proved, str(plan.certificate)
    assert plan.certificate.dual_residual == 0.0
    assert plan.objective == pytest.approx(optimum, rel=TOLERANCE)
    agrees(coordinated(economy), optimum)


@pytest.mark.parametrize("seed", range(4))
def test_economies_too_large_for_elimination(seed: int) -> None:
    economy = seeded_economy(
        seed, periods=(1, 1), goods=(400, 400), joint=False, storage=False, several=True, objective="assortment",
        capital="none", stocks=False, resources=(2, 3),
    )  # fmt: skip
    optimum = no.solve(economy).assert_optimal().objective
    plan = by_prices(economy)
    assert plan.proved, str(plan.certificate)
    agrees(coordinated(economy), optimum)


@pytest.mark.parametrize("seed", range(6))
def test_a_tight_tolerance_is_met(seed: int) -> None:
    economy = seeded_economy(seed, periods=(1, 1), joint=False, storage=False, several=True, objective="assortment")
    plan = by_prices(economy, 1e-9)
    assert plan.proved, str(plan.certificate)
    assert plan.objective == pytest.approx(no.solve(economy).objective, rel=1e-9)


# ---- the same economy, told otherwise -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_units_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    economy = seeded_economy(seed, periods=(1, 1), joint=False, storage=False, several=True, objective="assortment",
                             resources=(1, 3))  # fmt: skip
    goods, techniques, resources = (
        10.0 ** rng.uniform(-6, 6, len(economy.axes[axis])) for axis in ("goods", "techniques", "resources")
    )
    plan, other = by_prices(economy), by_prices(in_other_units(economy, goods, techniques, resources))
    assert plan.proved
    assert other.proved, str(other.certificate)
    assert other.objective == pytest.approx(plan.objective, rel=2 * TOLERANCE)


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_goods_and_techniques_does_not_matter(seed: int) -> None:
    economy = seeded_economy(seed, periods=(1, 1), joint=False, storage=False, several=True, objective="assortment",
                             capital="none", stocks=False, resources=(2, 3))  # fmt: skip
    rng = np.random.default_rng(seed)
    goods, ways = rng.permutation(len(economy.goods)), rng.permutation(len(economy.techniques))
    shuffled = no.build_economy(
        name="shuffled",
        goods=economy.goods[goods],
        techniques=economy.techniques[ways],
        resources=economy.resources,
        inputs=economy.matrix("inputs", 0)[goods][:, ways],
        outputs=economy.matrix("outputs", 0)[goods][:, ways],
        resource_use=economy.matrix("resource_use", 0)[:, ways],
        resource_limits=economy.vector("resource_limits", 0),
        targets=economy.vector("targets", 0)[goods],
        objective="assortment",
    )
    one, other = coordinated(economy), coordinated(shuffled)
    agrees(other, no.solve(economy).objective)
    assert one.assortments == pytest.approx(other.assortments, rel=TOLERANCE)


def test_twice_as_much_of_everything_makes_twice_as_many() -> None:
    economy = small()
    double = small(resource_limits=[200.0, 100.0])
    assert coordinated(double).assortments == pytest.approx(2 * coordinated(economy).assortments, rel=2 * TOLERANCE)
    wanting = small(targets=[4.0, 2.0])
    assert coordinated(wanting).assortments == pytest.approx(coordinated(economy).assortments / 2, rel=2 * TOLERANCE)


# ---- what is scarce -------------------------------------------------------------------------------------------------


def test_goods_on_hand_are_one_more_technique() -> None:
    economy = small(initial_stocks=[30.0, 0.0])
    found = coordinated(economy)
    agrees(found, no.solve(economy).objective)
    assert found.assortments > coordinated(small()).assortments * 1.1


def test_goods_on_hand_alone_are_enough() -> None:
    economy = no.build_economy(
        name="store", goods=["a", "b"], inputs=np.zeros((2, 2)), initial_stocks=[6.0, 4.0], targets=[2.0, 1.0],
        objective="assortment",
    )  # fmt: skip
    # a can be made of nothing, so b on hand is no limit either
    with pytest.raises(QuestionError, match=r"without anything scarce"):
        coordinated(economy)
    sterile = economy.with_changes(outputs=np.zeros((2, 2)))
    found = coordinated(sterile)
    agrees(found, 3.0)
    assert (found.activities == 0).all()


@pytest.mark.parametrize("table", ["initial_capital", "capital_pool"])
def test_capital_limits_what_it_is_tied_up_in(table: str) -> None:
    tied = np.array([[0.0, 0.0, 0.0], [0.1, 1.0, 2.0]])
    there = [0.0, 60.0] if table == "capital_pool" else np.array([[0.0, 0.0, 0.0], [2.0, 9.0, 60.0]])
    economy = small(capital=tied, **{table: there})
    plan = by_prices(economy)
    assert plan.proved, str(plan.certificate)
    agrees(coordinated(economy), no.solve(economy).objective)
    assert plan.objective < 0.99 * no.solve(small()).objective


def test_what_there_is_none_of_is_done_without() -> None:
    economy = small(
        resources=["labour", "land", "oil"],
        resource_use=[[2.0, 0.5, 1.0], [1.0, 1.2, 0.0], [0.0, 0.3, 0.0]],
        resource_limits=[100.0, 50.0, 0.0],
    )
    plan = by_prices(economy)
    assert plan.proved, str(plan.certificate)
    assert plan.activities.loc["corn by plough"].item() == 0.0
    assert plan.objective == pytest.approx(no.solve(economy).objective, rel=TOLERANCE)
    oil = plan.valuations.loc[("resource", "oil")].item()
    more = small(
        resources=["labour", "land", "oil"],
        resource_use=[[2.0, 0.5, 1.0], [1.0, 1.2, 0.0], [0.0, 0.3, 0.0]],
        resource_limits=[100.0, 50.0, 1e-3],
    )
    gained = no.solve(more).objective - no.solve(economy).objective
    assert oil == pytest.approx(gained / 1e-3, rel=1e-3)  # ploughs would pay, had they oil


def test_goods_that_cannot_be_made_stop_only_who_needs_them() -> None:
    economy = no.build_economy(
        name="chain",
        goods=["bread", "flour", "spice"],
        techniques=["bake", "bake with spice", "mill", "trade"],
        resources=["labour", "gold"],
        inputs=[[0.0, 0.0, 0.0, 0.0], [0.5, 0.1, 0.0, 0.0], [0.0, 0.1, 0.0, 0.0]],
        outputs=[[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
        resource_use=[[1.0, 0.1, 1.0, 0.1], [0.0, 0.0, 0.0, 1.0]],
        resource_limits=[30.0, 0.0],
        targets=[1.0, 0.0, 0.0],
        objective="assortment",
    )
    plan = by_prices(economy)
    assert plan.proved, str(plan.certificate)
    assert plan.objective == pytest.approx(20.0, rel=TOLERANCE)
    assert plan.valuations.loc[("good", "spice")].item() > 0
    assert plan.valuations.loc[("resource", "gold")].item() > 0


def test_goods_nobody_needs_are_left_alone() -> None:
    economy = small(
        goods=["corn", "iron", "toys"],
        techniques=["corn by hand", "corn by plough", "iron", "toys"],
        inputs=[[0.1, 0.2, 0.1, 0.0], [0.0, 0.2, 0.1, 1.0], [0.0, 0.0, 0.0, 1.5]],
        outputs=[[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
        resource_use=[[2.0, 0.5, 1.0, 1.0], [1.0, 1.2, 0.0, 1.0]],
        targets=[2.0, 1.0, 0.0],
    )
    plan = by_prices(economy)
    assert plan.proved
    assert plan.activities.loc["toys"].item() == 0.0
    assert plan.objective == pytest.approx(no.solve(small()).objective, rel=TOLERANCE)


# ---- misuse ---------------------------------------------------------------------------------------------------------


def test_joint_products_are_refused_by_name() -> None:
    economy = small(outputs=[[1.0, 1.0, 0.2], [0.0, 0.0, 1.0]])
    with pytest.raises(QuestionError, match="technique 'iron' makes several goods"):
        by_prices(economy)


def test_several_periods_are_refused() -> None:
    with pytest.raises(QuestionError, match="plans one period, and there are 5"):
        by_prices(no.read("five_year_plan"))


def test_another_objective_is_refused() -> None:
    with pytest.raises(QuestionError, match="'least-resources' is another question"):
        by_prices(no.read("wheat_cloth"))


def test_emissions_are_refused() -> None:
    economy = small(pollutants=["smoke"], emissions=[[1.0, 1.0, 1.0]], emission_caps=[10.0])
    with pytest.raises(QuestionError, match="does not price emissions"):
        by_prices(economy)


def test_no_limits_at_all() -> None:
    with pytest.raises(QuestionError, match="nothing is: no resource, stock or capital limits"):
        by_prices(small(resources=None, resource_use=None, resource_limits=None))


def test_a_plan_that_needs_nothing_scarce() -> None:
    with pytest.raises(QuestionError, match=r"without anything scarce, so without end.*'iron'"):
        by_prices(small(resource_use=[[2.0, 0.0, 0.0], [1.0, 0.0, 0.0]]))


def test_zero_targets() -> None:
    with pytest.raises(QuestionError, match="all targets of period '1' are zero"):
        by_prices(small(targets=[0.0, 0.0]))


def test_an_unproductive_economy() -> None:
    with pytest.raises(QuestionError, match=r"not productive: .*'iron'"):
        by_prices(small(inputs=[[0.1, 0.2, 0.1], [0.5, 0.2, 1.1]]))
    known = no.build_economy(
        name="hawkins", goods=["a", "b"], resources=["labour"], inputs=[[0.5, 0.6], [0.9, 0.1]],
        resource_use=[[1.0, 1.0]], resource_limits=[1.0], targets=[1.0, 1.0], objective="assortment",
    )  # fmt: skip
    with pytest.raises(QuestionError, match=r"not productive: .*'a', 'b'"):
        by_prices(known)


def test_a_choice_with_unproductive_techniques_is_answered() -> None:
    economy = small(inputs=[[0.1, 1.3, 0.1], [0.0, 0.2, 0.1]], resource_use=[[2.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    plan = by_prices(economy)
    assert plan.proved
    assert plan.activities.loc["corn by plough"].item() == 0.0
    assert plan.objective == pytest.approx(no.solve(economy).objective, rel=TOLERANCE)


def test_everything_wanted_uses_a_resource_of_which_there_is_none() -> None:
    with pytest.raises(QuestionError, match=r"'iron', which is wanted and cannot be made .*'labour', of which there"):
        by_prices(small(resource_limits=[0.0, 50.0], resource_use=[[0.0, 0.0, 1.0], [1.0, 1.2, 0.0]]))


def test_a_wanted_good_that_nobody_makes() -> None:
    with pytest.raises(QuestionError, match=r"'iron', which is wanted and cannot be made .no technique makes it"):
        by_prices(small(outputs=[[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]))


def test_too_many_scarce_things() -> None:
    n = 1001
    economy = no.build_economy(
        name="stores", goods=[f"g{k}" for k in range(n)], resources=["labour"], inputs=sp.csr_array((n, n)),
        resource_use=np.ones((1, n)), resource_limits=[1.0], initial_stocks=np.ones(n), targets=np.ones(n),
        objective="assortment",
    )  # fmt: skip
    with pytest.raises(QuestionError, match="up to 1,000 in all, and there are 1,002"):
        by_prices(economy)


@pytest.mark.parametrize("wrong", [{"tolerance": 0.0}, {"tolerance": math.nan}, {"max_rounds": 0}, {"time_limit": -1}])
def test_senseless_options(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        coordinated(small(), **wrong)


# ---- stopping early -------------------------------------------------------------------------------------------------


def test_stopped_early_the_bound_still_holds() -> None:
    economy = seeded_economy(3, periods=(1, 1), joint=False, storage=False, several=True, objective="assortment",
                             capital="none", resources=(3, 3))  # fmt: skip
    optimum = no.solve(economy).objective
    plan = by_prices(economy, max_rounds=2)
    assert plan.status is no.Status.ITERATION_LIMIT
    assert plan.iterations == 2
    assert plan.certificate.primal_residual <= 1e-12
    assert plan.certificate.objective <= optimum * (1 + 1e-12) <= plan.certificate.dual_objective * (1 + 2e-12)
    timed = by_prices(economy, time_limit=1e-9)
    assert timed.status is no.Status.TIME_LIMIT
    assert timed.iterations == 1


def test_an_interruption_leaves_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"times": 0}
    real = Industries.full_costs

    def interrupted(self: Industries, *given: Any) -> Offer:
        asked["times"] += 1
        if asked["times"] > 3:
            raise KeyboardInterrupt
        return real(self, *given)

    monkeypatch.setattr(Industries, "full_costs", interrupted)
    plan = by_prices(no.read("excavators"))
    assert plan.status is no.Status.INTERRUPTED
    assert plan.iterations == 3
    assert 0 < plan.certificate.objective <= 70.4932735427 <= plan.certificate.dual_objective


# ---- the parts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("slack", [1e-3, 1e-8])
def test_prices_never_exceed_what_any_technique_costs(seed: int, slack: float) -> None:
    """Recomputed in extended precision, for prices that are wild as well as sound."""
    rng = np.random.default_rng(seed)
    n, ways = 300, 3
    table = sp.random_array((n * ways, n), density=0.02, rng=rng, format="csr")
    table = sp.csr_array(sp.diags_array(0.9 / np.maximum(table.sum(axis=1), 1.0)) @ table)
    use = rng.lognormal(0.0, 3.0, (n * ways, 4)) * (rng.random((n * ways, 4)) < 0.7)
    use[:, 0] += 1e-6
    industries = Industries(table, use, np.arange(0, n * ways + 1, ways))
    offer = industries.start(use @ np.ones(4))
    assert isinstance(offer, Offer)
    exact = table.toarray().astype(np.longdouble)
    for _ in range(5):
        prices = rng.random(4) * 10.0 ** rng.uniform(-5, 0, 4)
        scarcity = use @ prices
        offer = industries.full_costs(scarcity, offer, slack)
        costs = (use.astype(np.longdouble) @ prices.astype(np.longdouble)) + exact @ offer.prices.astype(np.longdouble)
        assert (offer.prices[:, None] <= costs.reshape(n, ways)).all()
        chosen = costs[offer.chosen]
        assert (offer.prices >= (1 - 2 * slack) * chosen).all()
        wanted = (rng.random(n) < 0.3).astype(float)
        made = industries.plan(offer.chosen, wanted, np.zeros(n), slack)
        assert made is not None
        left = made.astype(np.longdouble) - exact[offer.chosen].T @ made.astype(np.longdouble)
        assert (left >= wanted).all()
        assert (made >= 0).all()


def test_a_rise_without_end_is_not_a_solution() -> None:
    n = 400
    growing = sp.csr_array(sp.eye_array(n, k=1) * 1.0 + sp.coo_array(([1.01], ([n - 1], [0])), shape=(n, n)))
    given = np.ones(n)
    assert positive_solution(lambda x: growing @ x, lambda: growing, given, np.zeros(n), 1e-9) is None
    shrinking = sp.csr_array(0.9 * growing)
    found = positive_solution(lambda x: shrinking @ x, lambda: shrinking, given, np.zeros(n), 1e-12)
    assert found is not None
    assert np.allclose(found - shrinking @ found, given, rtol=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_the_nearest_point_is_nearest(seed: int) -> None:
    """Against its conditions: feasible, and no feasible direction leads nearer (checked at many feasible points)."""
    rng = np.random.default_rng(seed)
    size, count = int(rng.integers(2, 8)), int(rng.integers(1, 12))
    cuts = rng.uniform(0.2, 2.0, (count, size))
    inside = rng.dirichlet(np.ones(size), 400)
    worths = (inside @ cuts.T).min(axis=1)
    level = float(np.quantile(worths, 0.8))
    point = inside[int(worths.argmin())]
    found = nearest(point, cuts, level)
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    assert found.min() >= -1e-12
    assert (cuts @ found).min() >= level - 1e-10
    feasible = inside[worths >= level]
    assert ((feasible - found) @ (point - found)).max() <= 1e-9


def test_the_answer_is_told_in_the_users_names() -> None:
    found = coordinated(small())
    assert isinstance(found.activities, pd.Series)
    assert list(found.activities.index) == ["corn by hand", "corn by plough", "iron"]
    assert list(found.resource_prices.index) == ["labour", "land"]
    assert float(found.good_prices @ pd.Series([2.0, 1.0], ["corn", "iron"])) == pytest.approx(1.0, rel=1e-12)
    assert found.mix.sum() == pytest.approx(found.assortments, rel=1e-12)
    assert found.passes == found.rounds[-1].passes
