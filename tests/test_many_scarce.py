"""Scarce things without number: every round's plan and bound hold HiGHS's optimum between them, recomputed here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.backends.options import SolveOptions
from natura_opt.base.errors import QuestionError
from natura_opt.formulate import asked_of
from natura_opt.methods.prices import many_scarce
from natura_opt.methods.prices.columns_of_products import ProductsByColumn
from natura_opt.methods.prices.many_scarce import ManyScarce, coordinate_many
from natura_opt.methods.prices.own_limits import OwnLimits
from natura_opt.methods.prices.own_units import OwnUnits, in_own_units
from natura_opt.methods.prices.priced_economy import laid_out
from natura_opt.proof.refine import solve_proved

TOLERANCE = 1e-4


def _drawn(seed: int, goods: int) -> no.Economy:
    rng = np.random.default_rng(seed)
    return no.generate_economy(
        "planned",
        goods=goods,
        inputs=int(rng.integers(2, 8)),
        pattern=str(rng.choice(["uniform", "zipf"])),
        radius=float(rng.choice([0.4, 0.6, 0.8, 0.9])),
        techniques=int(rng.integers(1, 5)),
        resources=int(rng.integers(1, 8)),
        capital="techniques",
        decades=int(rng.choice([0, 2, 4])),
        seed=seed,
    )


def _in_units(economy: no.Economy) -> OwnUnits:
    return in_own_units(laid_out(asked_of(economy, economy.question()), None))


def _solved(ours: OwnUnits, **settings: Any) -> ManyScarce:
    laid = ours.laid
    return coordinate_many(ours.inputs, ours.use, laid.first, ours.wanted, rows=laid.rows, **settings)


def _optimum(economy: no.Economy, ours: OwnUnits) -> float:
    """HiGHS's optimum of the canonical program, certified, in our assortments."""
    program = no.linear_program(economy, economy.question())
    _, certificate = solve_proved(program, SolveOptions(tolerance=1e-9))
    assert certificate.proved
    return float(np.ldexp(certificate.objective, -ours.assortment))


def _holds(found: ManyScarce, optimum: float) -> None:
    for done in found.rounds:
        assert done.best <= optimum * (1 + 1e-8)
        assert done.bound >= optimum * (1 - 1e-8)
        assert done.gap == pytest.approx(1 - done.best / done.bound if np.isfinite(done.bound) else 1.0)
    assert (found.claim is Claim.OPTIMAL) == (found.gap <= 0.9 * TOLERANCE)


def _recomputed(ours: OwnUnits, found: ManyScarce) -> None:
    """The plan and the prices prove what they say, in dense arithmetic of their own."""
    inputs, use, rows = ours.inputs.toarray(), ours.use.toarray(), ours.laid.rows
    good = np.zeros(len(inputs), dtype=int)
    good[rows] = np.repeat(np.arange(len(ours.wanted)), np.diff(ours.laid.first))
    made = np.bincount(good, found.outputs, minlength=len(ours.wanted))
    assert (found.outputs >= 0).all()
    assert (made - inputs.T @ found.outputs >= found.best * ours.wanted * (1 - 1e-12) - 1e-12 * made).all()
    assert (use.T @ found.outputs <= 1 + 1e-12).all()
    earned = found.prices[good] - inputs @ found.prices - use @ found.scarcity
    assert (earned <= 1e-12 * found.prices[good]).all()
    assert found.prices @ ours.wanted == pytest.approx(1.0)
    assert found.scarcity.sum() == pytest.approx(found.bound, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_every_round_holds_the_certified_optimum(seed: int) -> None:
    economy = _drawn(seed, 40)
    ours = _in_units(economy)
    found = _solved(ours, tolerance=TOLERANCE, max_rounds=40)
    assert found.gap <= 1e-2
    _holds(found, _optimum(economy, ours))
    _recomputed(ours, found)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(60))
def test_every_round_of_a_larger_one(seed: int) -> None:
    economy = _drawn(seed, 300)
    ours = _in_units(economy)
    found = _solved(ours, tolerance=TOLERANCE, max_rounds=40, time_limit=60.0)
    _holds(found, _optimum(economy, ours))
    _recomputed(ours, found)


def test_a_limit_of_all_techniques_of_an_industry() -> None:
    """Two goods; both techniques of the first share its capacity, and only the first saves the second good."""
    inputs = sp.csr_array(np.array([[0.0, 0.5], [0.0, 0.1], [0.2, 0.0]]))
    use = sp.csr_array(np.array([[0.5, 0.0, 0.0], [1.0, 0.0, 0.1], [0.0, 0.1, 0.1]]))
    found = coordinate_many(inputs, use, np.array([0, 2, 3]), np.ones(2), tolerance=1e-6)
    from scipy.optimize import linprog

    columns = np.array([[-1.0, -1.0, 0.2, 1.0], [0.5, 0.1, -1.0, 1.0]])
    rows = np.vstack([columns, np.hstack([use.toarray().T, np.zeros((3, 1))])])
    best = -linprog([0, 0, 0, -1], rows, [0, 0, 1, 1, 1]).fun
    assert found.claim is Claim.OPTIMAL
    assert found.best <= best * (1 + 1e-9)
    assert found.bound >= best * (1 - 1e-9)


def test_techniques_in_any_order_give_the_same_plan() -> None:
    ours = _in_units(_drawn(1, 20))
    straight = coordinate_many(
        ours.inputs[ours.laid.rows], ours.use[ours.laid.rows], ours.laid.first, ours.wanted, max_rounds=8
    )
    given = _solved(ours, max_rounds=8)
    np.testing.assert_array_equal(given.outputs[ours.laid.rows], straight.outputs)
    assert given.rounds == straight.rounds


def test_rounds_and_time_end_it_with_what_is_proved() -> None:
    ours = _in_units(_drawn(2, 30))
    few = _solved(ours, tolerance=1e-9, max_rounds=3)
    assert (few.claim, len(few.rounds)) == (Claim.ITERATION_LIMIT, 3)
    assert few.best > 0
    assert _solved(ours, tolerance=1e-9, time_limit=1e-9).claim is Claim.TIME_LIMIT
    _recomputed(ours, few)


def test_an_interruption_keeps_the_best_proved_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = _in_units(_drawn(3, 30))
    steps = iter((True, True, False))
    going = many_scarce.CentralPath.next_point

    def broken(path: Any, point: Any, gap: float) -> Any:
        if next(steps):
            return going(path, point, gap)
        raise KeyboardInterrupt

    monkeypatch.setattr(many_scarce.CentralPath, "next_point", broken)
    found = _solved(ours)
    assert (found.claim, len(found.rounds)) == (Claim.INTERRUPTED, 3)
    _recomputed(ours, found)


def test_too_many_shared_limits_are_refused() -> None:
    count = many_scarce.MOST_SHARED + 1
    with pytest.raises(QuestionError, match="shared by several industries"):
        coordinate_many(sp.csr_array((2, 2)), sp.csr_array(np.ones((2, count))), np.arange(3), np.ones(2))


def test_what_no_technique_mix_can_make_is_refused() -> None:
    with pytest.raises(QuestionError, match="no productive choice"):
        coordinate_many(sp.csr_array([[1.5]]), sp.csr_array([[1.0]]), np.array([0, 1]), np.ones(1))


def test_products_by_column_are_those_of_a_dense_matrix_and_counted() -> None:
    rng = np.random.default_rng(5)
    dense = rng.random((7, 3)) * (rng.random((7, 3)) < 0.6)
    first = np.array([0, 2, 3, 7])
    table = ProductsByColumn(sp.csr_array(dense), first)
    good = np.repeat(np.arange(3), np.diff(first))
    prices, levels, shares = rng.random((3, 4)), rng.random((7, 2)), rng.random(7)
    np.testing.assert_allclose(table.margins(prices), prices[good] - dense @ prices)
    np.testing.assert_allclose(table.needs(levels), dense.T @ levels)
    np.testing.assert_allclose(table.mean_costs(shares, prices), table.by_good(shares[:, None] * (dense @ prices)))
    assert table.passes == 3
    spread = sum(
        ((dense[good == i] - np.average(dense[good == i], axis=0, weights=shares[good == i])) ** 2).T
        @ shares[good == i]
        for i in range(3)
    )
    np.testing.assert_allclose(table.spread(shares), spread, atol=1e-14)
    assert table.passes == 5


def test_limits_are_told_apart_and_bend_costs_as_a_dense_inverse() -> None:
    good = np.array([0, 0, 1, 1, 1])
    use = np.zeros((5, 4))
    use[0, 0], use[[0, 1], 1], use[[2, 4], 2], use[[1, 3], 3] = 0.5, (1.0, 2.0), (0.7, 0.2), (1.0, 1.0)
    limits = OwnLimits(sp.csr_array(use), good)
    assert limits.local.tolist() == [0, 1, 2]
    assert limits.shared.tolist() == [3]
    assert limits.own.tolist() == [1, 1, 2, -1, 2]
    own, by_limit = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([3.0, 2.0, 7.0, 0.0])
    dense = np.diag(own) + use @ np.diag(by_limit) @ use.T
    margins = np.arange(10.0).reshape(5, 2)
    np.testing.assert_allclose(limits.bent(own, by_limit).answer(margins), np.linalg.solve(dense, margins))
