"""The cheapest technique of each good: against trying every choice there is, and prices that prove what they say."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.methods.prices.cheapest import Hopeless, Industries, Offer, _used_by_one
from natura_opt.methods.prices.technique_table import Shares

from . import rational


class Case:
    """A few goods with one to three techniques each; ``first`` says where each good's begin."""

    def __init__(self, seed: int, goods: int = 4, scale: float = 0.8) -> None:
        rng = np.random.default_rng(seed)
        ways = rng.integers(1, 4, goods)
        self.first = np.concatenate([[0], np.cumsum(ways)])
        count = int(self.first[-1])
        self.table = np.where(rng.random((count, goods)) < 0.6, rng.uniform(0, 1, (count, goods)), 0.0)
        self.table *= scale / np.maximum(self.table.sum(axis=1, keepdims=True), 1e-9)
        self.use = rng.uniform(0.1, 2, (count, 2))
        self.industries = Industries(sp.csr_array(self.table), sp.csr_array(self.use), self.first)
        self.goods = goods

    def choices(self) -> list[tuple[int, ...]]:
        return list(product(*(range(a, b) for a, b in zip(self.first[:-1], self.first[1:], strict=True))))

    def full_costs(self, scarcity: Any, chosen: Any) -> Any:
        return np.linalg.solve(np.eye(self.goods) - self.table[list(chosen)], scarcity[list(chosen)])

    def best(self, scarcity: Any) -> Any:
        """The least full cost of each good over every choice of techniques."""
        costs = np.array([self.full_costs(scarcity, chosen) for chosen in self.choices()])
        return costs.min(axis=0)


def offered(case: Case, scarcity: Any, slack: float) -> Offer:
    start = case.industries.start(scarcity)
    assert isinstance(start, Offer)
    return case.industries.full_costs(scarcity, start, slack)


@pytest.mark.parametrize("slack", [1e-4, 1e-9])
@pytest.mark.parametrize("seed", range(12))
def test_full_costs_are_the_least_of_all_choices(seed: int, slack: float) -> None:
    case = Case(seed)
    for scarcity in (case.use @ [1.0, 0.0], case.use @ [0.3, 2.0], case.use @ [1e-6, 1e3]):
        found, best = offered(case, scarcity, slack), case.best(scarcity)
        assert (found.prices <= best * (1 + 1e-12)).all()
        depth = 1 / (1 - 0.8)  # a slack in every step of the chain
        assert (found.prices >= best * (1 - 2 * slack * depth)).all()
        np.testing.assert_allclose(case.full_costs(scarcity, found.chosen), best, rtol=4 * slack * depth)


@pytest.mark.parametrize("seed", range(12))
def test_no_price_is_above_what_any_technique_costs_in_fractions(seed: int) -> None:
    case = Case(seed)
    scarcity = case.use @ [0.7, 0.1]
    prices = rational.vector(offered(case, scarcity, 1e-12).prices)
    costs = [
        Fraction(float(s)) + rational.dot(rational.vector(row), prices)
        for s, row in zip(scarcity, case.table, strict=True)
    ]
    for good in range(case.goods):
        assert all(prices[good] <= costs[j] for j in range(case.first[good], case.first[good + 1]))


@pytest.mark.parametrize("seed", range(12))
def test_prices_solved_with_slack_need_no_lowering(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The systems are solved a little low; that they are lowered step by step is for what cannot be solved so."""

    def lowered(*given: Any) -> Any:
        raise AssertionError("prices came out above a cost")

    monkeypatch.setattr(Industries, "_lowered", lowered)
    case = Case(seed)
    assert (offered(case, case.use @ [1.0, 0.3], 1e-6).prices > 0).all()


@pytest.mark.parametrize("seed", range(8))
def test_the_one_question_is_answered_by_the_least_and_the_first_of_ties(seed: int) -> None:
    case, rng = Case(seed), np.random.default_rng(seed)
    scarcity, prices = rng.uniform(0, 1, len(case.table)), rng.uniform(0, 1, case.goods)
    lowest, chosen = case.industries.cheapest(scarcity, prices)
    cost = scarcity + case.table @ prices
    for good in range(case.goods):
        own = cost[case.first[good] : case.first[good + 1]]
        assert lowest[good] == pytest.approx(own.min(), rel=1e-15)
        assert chosen[good] == case.first[good] + int(own.argmin())
    tied, chosen = case.industries.cheapest(np.ones(len(case.table)), np.zeros(case.goods))
    np.testing.assert_array_equal(tied, 1.0)
    np.testing.assert_array_equal(chosen, case.first[:-1])


@pytest.mark.parametrize("seed", range(8))
def test_outputs_leave_at_least_what_is_wanted_in_fractions(seed: int) -> None:
    case, rng = Case(seed), np.random.default_rng(seed)
    chosen = np.array([rng.integers(a, b) for a, b in zip(case.first[:-1], case.first[1:], strict=True)])
    wanted = np.where(rng.random(case.goods) < 0.6, rng.uniform(0, 5, case.goods), 0.0)
    outputs = case.industries.plan(Shares.of(chosen), wanted, np.zeros(case.goods), 1e-10)
    assert outputs is not None
    q = rational.vector(outputs)
    spent = rational.times(rational.transposed(rational.matrix(case.table[chosen])), q)
    assert all(a - b >= Fraction(float(w)) for a, b, w in zip(q, spent, wanted, strict=True))
    np.testing.assert_allclose(outputs, np.linalg.solve(np.eye(case.goods) - case.table[chosen].T, wanted), rtol=1e-8)


def test_unproductive_techniques_are_passed_over_where_others_do() -> None:
    """The cheap way to iron eats iron up; the dear one does not."""
    table = np.array([[0.0, 1.2], [0.5, 0.0], [0.1, 0.1]])
    first = np.array([0, 1, 3])
    industries = Industries(sp.csr_array(table), sp.csr_array([[1.0], [1e-3], [5.0]]), first)
    for price in (1.0, 1e-6):
        start = industries.start(np.array([1.0, 1e-3, 5.0]) * price)
        assert isinstance(start, Offer)
        assert np.abs(np.linalg.eigvals(table[start.chosen])).max() < 1


@pytest.mark.parametrize("ways", [1, 2])
def test_goods_of_which_no_choice_makes_more_than_it_uses_are_named(ways: int) -> None:
    """Goods 1 and 2 need each other too much whatever they choose; good 0 is innocent."""
    rows = [[0.1, 0.0, 0.0]] + [[0.0, 0.0, 1.1 + k] for k in range(ways)] + [[0.0, 1.0, 0.0]] * ways
    first = np.array([0, 1, 1 + ways, 1 + 2 * ways])
    industries = Industries(sp.csr_array(np.array(rows)), sp.csr_array(np.ones((len(rows), 1))), first)
    found = industries.start(np.ones(len(rows)))
    assert isinstance(found, Hopeless) and found.proved
    assert sorted(found.goods.tolist()) == [1, 2]


@pytest.mark.parametrize("seed", range(10))
def test_whether_any_choice_is_productive_is_found_out(seed: int) -> None:
    case = Case(seed, goods=3, scale=1.15)
    radii = [np.abs(np.linalg.eigvals(case.table[list(chosen)])).max() for chosen in case.choices()]
    assert all(abs(radius - 1) > 1e-9 for radius in radii)
    # industries choose one by one, so goods may be hopeless only where a subset of them is, whatever it chooses
    found = case.industries.start(case.use @ [1.0, 1.0])
    assert isinstance(found, Offer) == (min(radii) < 1)
    if isinstance(found, Offer):
        assert np.abs(np.linalg.eigvals(case.table[found.chosen])).max() < 1


def test_what_one_technique_alone_uses() -> None:
    use = sp.csr_array(np.array([[1.0, 2.0, 0.0, 0.5], [0.0, 3.0, 0.0, 0.0], [4.0, 0.0, 0.0, 0.0]]))
    things, rows, amounts = _used_by_one(use)
    assert (things.tolist(), rows.tolist(), amounts.tolist()) == ([3], [0], [0.5])
    none, _, _ = _used_by_one(sp.csr_array((3, 2)))
    assert len(none) == 0


@pytest.mark.parametrize("seed", range(8))
def test_idle_rents_are_lowered_and_every_price_still_holds(seed: int) -> None:
    """Each technique has a machine of its own beside the labour that all share."""
    case = Case(seed)
    count = len(case.table)
    use = np.hstack([case.use[:, :1], np.diag(np.random.default_rng(seed).uniform(0.5, 2, count))])
    industries = Industries(sp.csr_array(case.table), sp.csr_array(use), case.first)
    scarce = np.random.default_rng(seed + 1).uniform(0, 1, count + 1)
    start = industries.start(use @ scarce)
    assert isinstance(start, Offer)
    offer = industries.full_costs(use @ scarce, start, 1e-9)
    lowered = industries.without_idle_rents(scarce, offer.prices)
    assert lowered[0] == scarce[0] and (lowered <= scarce).all() and (lowered >= 0).all()
    costs = use @ lowered + case.table @ offer.prices
    good = np.repeat(np.arange(case.goods), np.diff(case.first))
    assert (offer.prices[good] <= costs * (1 + 1e-15)).all()
    idle = np.setdiff1d(np.arange(count), offer.chosen)
    before = use @ scarce + case.table @ offer.prices
    with_rent = [j for j in idle if before[j] > costs[j]]
    for j in with_rent:  # what is left of its rent makes it just pay, or nothing is left of it
        assert lowered[1 + j] == 0 or costs[j] == pytest.approx(offer.prices[good[j]], rel=1e-9)
    assert len(with_rent) == sum(before[j] > offer.prices[good[j]] * (1 + 1e-9) for j in idle)


def test_passes_are_parts_of_the_table() -> None:
    case = Case(1)
    before = case.industries.passes
    case.industries.cheapest(np.ones(len(case.table)), np.ones(case.goods))
    assert case.industries.passes == before + 1
    chosen = case.first[:-1].copy()
    before = case.industries.passes
    case.industries.plan(Shares.of(chosen), np.ones(case.goods), np.zeros(case.goods), 1e-6)
    share = np.count_nonzero(case.table[chosen]) / np.count_nonzero(case.table)
    assert (case.industries.passes - before) / share == pytest.approx(round((case.industries.passes - before) / share))
    assert case.industries.passes > before
