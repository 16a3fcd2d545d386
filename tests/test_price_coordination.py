"""Price coordination: the same optimum as the linear program, proved by prices that never claim too much."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from flint import fmpq

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.base.errors import OptionError, QuestionError
from natura_opt.formulate import linear_program
from natura_opt.input_output.positive_system import positive_solution
from natura_opt.methods.prices.cheapest import Industries, Offer
from natura_opt.methods.prices.level_bundle import nearest
from natura_opt.methods.prices.price_coordination import Coordination, coordinate, solve_by_prices
from natura_opt.methods.prices.technique_table import Shares

from .exact_simplex import solve_exactly
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


@pytest.mark.parametrize(
    "seed", [*range(50), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(50, 100))]
)
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
    with pytest.raises(QuestionError, match="'output' is another question"):
        by_prices(small(objective="output", activity_weights=[1.0, 1.0, 1.0]))


def test_fixed_demand_is_served_at_least_cost() -> None:
    """At the least labour and land, proved from both sides; what cannot be served says so."""
    economy = small(objective="least-resources", resource_weights=[1.0, 0.5])
    optimum = no.solve(economy).objective
    plan = by_prices(economy, 1e-9)
    assert plan.proved and plan.objective == pytest.approx(optimum, rel=1e-9)
    for done in coordinated(economy).rounds:
        assert done.bound <= optimum * (1 + 1e-12) and done.best >= optimum * (1 - 1e-12)
    corn = plan.valuations.loc[("good", "corn")].item()
    dearer = no.solve(economy.with_changes(targets=[2.0 + 1e-4, 1.0])).objective
    assert corn == pytest.approx((dearer - optimum) / 1e-4, rel=1e-6)
    with pytest.raises(QuestionError, match="no plan that serves the targets within the limits"):
        by_prices(economy.with_changes(targets=[2e3, 1e3]))


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


def test_scarce_things_without_number() -> None:
    """A store of every good beside labour: too many prices for cuts, followed along the central path."""
    n = 1001
    rng = np.random.default_rng(1)
    economy = no.build_economy(
        name="stores", goods=[f"g{k}" for k in range(n)], resources=["labour"], inputs=sp.csr_array((n, n)),
        resource_use=np.ones((1, n)), resource_limits=[100.0], initial_stocks=rng.uniform(0.5, 2.0, n),
        targets=rng.uniform(0.5, 1.0, n), objective="assortment",
    )  # fmt: skip
    plan = by_prices(economy, 1e-4)
    optimum = no.solve(economy, method="simplex").assert_optimal().objective
    assert plan.proved and plan.objective == pytest.approx(optimum, rel=1e-4)
    assert plan.coordination is not None
    for done in plan.coordination.rounds:
        assert done.best <= optimum * (1 + 1e-12) and optimum * (1 - 1e-12) <= done.bound
    weighed = economy.with_changes(resource_weights=[1.0])
    with pytest.raises(QuestionError, match="least cost of fixed demand under few limits, and there are 1,003"):
        solve_by_prices(weighed, no.Question("least-resources"))
    with pytest.raises(OptionError, match="takes no checkpoint"):
        by_prices(economy, checkpoint="rounds")


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
        assert float((1 - offer.prices / chosen).mean()) <= 6 * slack  # every good counts alike, none is exact alone
        wanted = (rng.random(n) < 0.3).astype(float)
        made = industries.plan(Shares.of(offer.chosen), wanted, np.zeros(n), slack)
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


# ---- what coordination once took for an answer, or for a rise without end --------------------------------------------


def one_way(inputs: Any, **changed: Any) -> no.Economy:
    """Return goods of one technique each that use labour, of which there is one."""
    count = len(inputs)
    tables: dict[str, Any] = {
        "goods": [f"g{k}" for k in range(count)], "resources": ["labour"], "inputs": inputs,
        "resource_use": np.ones((1, count)), "resource_limits": [1.0], "targets": np.ones(count),
        "objective": "assortment",
    }  # fmt: skip
    return no.build_economy(name="one way", **{**tables, **changed})


@pytest.mark.parametrize("seed", range(12))
def test_tied_techniques_take_no_longer(seed: int) -> None:
    """Old prices within a rough look's tolerance were taken for the answer, so that the bound all but stood still."""
    rng = np.random.default_rng(seed)
    twice = {"inputs": [[0.1, 0.1, 0.1], [0.1, 0.1, 0.1]], "resource_use": [[2.0, 2.0, 1.0], [1.0, 1.0, 0.0]]}
    economy = small(**twice, resource_limits=rng.uniform(1, 100, 2), targets=rng.uniform(1, 3, 2))
    found = coordinated(economy)
    agrees(found, no.solve(economy).objective)
    assert len(found.rounds) <= 15


@pytest.mark.parametrize("excess", [0.0, 2.0**-52, 1e-12, 1e-9, 1e-6, 1e-3])
def test_an_economy_at_or_above_one_is_called_unproductive(excess: float) -> None:
    with pytest.raises(QuestionError, match=r"not productive: .*'g0', 'g1' is used up as made, or more"):
        coordinated(one_way(np.array([[0.5, 0.5], [0.5, 0.5 + excess]])))


def test_a_choice_none_of_whose_techniques_is_productive_is_seen_through_their_own_prices() -> None:
    """At equal prices no technique costs less than what it makes, whichever is chosen."""
    with pytest.raises(QuestionError, match="not productive"):
        coordinated(small(inputs=[[0.5, 0.25, 0.5], [0.5, 0.75, 0.5]]))
    sound = small(inputs=[[0.5, 0.25, 0.5], [0.5, 0.75, 0.4375]])
    agrees(coordinated(sound), no.solve(sound).objective)


@pytest.mark.parametrize("lack", [1e-3, 1e-6, 1e-9])
def test_an_economy_just_below_one_is_not(lack: float) -> None:
    """The bounds enclose the exact optimum, (1 - a)(1 - d) - b c over what an assortment's labour comes to."""
    economy = one_way(np.array([[0.5, 0.5], [0.5, 0.5 - lack]]))
    exact = solve_exactly(linear_program(economy, economy.question()))
    assert exact.value is not None
    optimum = fmpq(exact.value.numerator, exact.value.denominator)
    found = coordinated(economy, max_rounds=200)
    for done in found.rounds:
        assert as_rational(done.best) <= optimum
        assert not np.isfinite(done.bound) or optimum <= as_rational(done.bound)
    assert found.claim is Claim.OPTIMAL or lack < 1e-6
    assert found.gap <= max(1e-6, 1e-12 / lack)


@pytest.mark.parametrize("tiny", [5e-324, 1e-323, 1e-310, 1e-300, 1e300, 1e308])
@pytest.mark.parametrize("table", ["targets", "one target", "resource_limits", "inputs", "resource_use"])
def test_extreme_numbers_are_answered_rightly_or_refused_by_name(table: str, tiny: float) -> None:
    changed: dict[str, Any] = {
        "targets": {"targets": [tiny, tiny]},
        "one target": {"targets": [2.0, tiny]},
        "resource_limits": {"resource_limits": [tiny, tiny]},
        "inputs": {"inputs": [[0.1, 0.2, 0.1], [0.0, tiny, 0.1]]},
        "resource_use": {"resource_use": [[2.0, 0.5, 1.0], [1.0, tiny, 0.0]]},
    }[table]
    economy = small(**changed)
    exact = solve_exactly(linear_program(economy, economy.question()))
    assert exact.value is not None
    optimum = fmpq(exact.value.numerator, exact.value.denominator)
    try:
        found = coordinated(economy, max_rounds=100)
    except QuestionError as error:
        assert "double precision" in str(error)
        return
    for done in found.rounds:
        assert as_rational(done.best) <= optimum <= as_rational(done.bound)
    assert found.claim is Claim.OPTIMAL
    assert optimum - as_rational(found.assortments) <= optimum / 1_000_000


def test_a_gap_to_an_optimum_of_nothing_is_a_share_and_never_beyond_measure() -> None:
    """Nothing is demanded that a harmony plan does not make: against an optimum of zero any use was a gap of 1e307."""
    free = no.build_economy(
        goods=["a", "b"], resources=["labour"], inputs=np.zeros((2, 2)), resource_use=[[0.0, 1.0]],
        resource_weights=[1.0], resource_limits=[10.0], targets=[1.0, 0.0], objective="least-resources",
    )  # fmt: skip
    table = no.compare(free, methods=["highs", "fixed-point"]).table
    assert (table["objective"] == 0.0).all() and (table["gap"] == 0.0).all()


def as_rational(number: float) -> fmpq:
    return fmpq(*float(number).as_integer_ratio())


def hostile(seed: int) -> no.Economy:
    """Return up to five goods with up to three techniques each, tied, near a radius of one, in units 1e-8 to 1e8."""
    rng = np.random.default_rng(seed)
    ways = rng.integers(1, 4, int(rng.integers(1, 6)))
    count, techniques, limits = len(ways), int(ways.sum()), int(rng.integers(1, 4))
    good = np.repeat(np.arange(count), ways)
    inputs = rng.random((count, techniques)) * (rng.random((count, techniques)) < 0.5)
    radius = np.abs(np.linalg.eigvals(inputs[:, np.searchsorted(good, np.arange(count))])).max()
    if radius > 1e-6:
        inputs *= rng.choice([0.5, 0.9, 0.99, 1 - 1e-6, 1 - 1e-9, 1.0, 1 + 1e-9, 1.2]) / radius
    inputs = np.round(8 * inputs) / 8 if seed % 3 == 0 else inputs
    use = rng.random((limits, techniques)) * (rng.random((limits, techniques)) < 0.8)
    use[0] += 0.1
    if seed % 2:
        tied = good == good[int(rng.integers(techniques))]
        inputs[:, tied], use[:, tied] = inputs[:, [int(tied.argmax())]], use[:, [int(tied.argmax())]]
    outputs = (good == np.arange(count)[:, None]) * (rng.uniform(0.5, 3.0, techniques) if seed % 5 else 1.0)
    spread = (0, 3, 6, 8)[seed % 4]
    unit, level, measure = (10.0 ** rng.uniform(-spread, spread, n) for n in (count, techniques, limits))
    wanted = rng.random(count) * (rng.random(count) < 0.7)
    wanted[0] += 0.1
    return no.build_economy(
        name="hostile", goods=[f"g{k}" for k in range(count)], techniques=[f"t{k}" for k in range(techniques)],
        resources=[f"r{k}" for k in range(limits)], inputs=inputs * outputs.sum(axis=0) * unit[:, None] * level,
        outputs=outputs * unit[:, None] * level, resource_use=use * measure[:, None] * level,
        resource_limits=rng.uniform(0.5, 5.0, limits) * measure, targets=wanted * unit, objective="assortment",
    )  # fmt: skip


def enclosed(seed: int) -> str:
    """Hold every round on the economy of a seed against the exact optimum; return how it ended."""
    economy = hostile(seed)
    exact = solve_exactly(linear_program(economy, economy.question()))
    try:
        found = coordinated(economy, max_rounds=150)
    except QuestionError as error:
        if "without end" in str(error):
            return "endless"
        assert "not productive" not in str(error) or exact.value == 0, (seed, error)
        return "unproductive" if "not productive" in str(error) else "refused"
    assert exact.value is not None
    optimum = fmpq(exact.value.numerator, exact.value.denominator)
    for done in found.rounds:
        assert as_rational(done.best) <= optimum, (seed, done)
        assert not np.isfinite(done.bound) or optimum <= as_rational(done.bound), (seed, done)
    return str(found.claim)


@pytest.mark.parametrize("seed", range(40))
def test_the_exact_optimum_lies_between_plan_and_bound_in_every_round(seed: int) -> None:
    enclosed(seed)


@pytest.mark.exhaustive
def test_a_thousand_exact_optima_lie_between_plan_and_bound() -> None:
    ended: dict[str, int] = {}
    for seed in range(40, 1040):
        how = enclosed(seed)
        ended[how] = ended.get(how, 0) + 1
    assert ended["optimal"] > 500, ended
