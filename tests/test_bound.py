"""The bound that multipliers prove: never above the truth, and no further below it than is said."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from natura_opt.program.linear import LinearProgram
from natura_opt.proof.bound import bound_of, summed_exactly
from natura_opt.proof.rounding import Extended, products
from natura_opt.testing.small import INF, program

from . import rational
from .exact_simplex import solve_exactly
from .hostile import made


def boxed(seed: int, open_share: float = 0.0) -> LinearProgram:
    """Short decimals; every column has bounds but a share of them; a plan meets all rows."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 7)), int(rng.integers(1, 7))
    matrix = np.where(rng.random((m, n)) < 0.7, np.round(rng.uniform(-2, 2, (m, n)), 1), 0.0)
    sums = matrix @ np.round(rng.uniform(0, 3, n), 1)
    low = np.where(rng.random(m) < 0.5, sums - 0.1, -INF)
    high = np.where(rng.random(m) < 0.6, sums + 0.3, INF)
    upper = np.where(rng.random(n) < open_share, INF, 4.0)
    return made(rng.choice(["min", "max"]), np.round(rng.uniform(-1, 1, n), 1), matrix, (low, high), (0.0, upper))


def multipliers_of(asked: LinearProgram, rng: Any) -> Extended:
    """Multipliers of sides that are there, in the user's sense."""
    drawn = rng.normal(size=asked.shape[0])
    sign = -1.0 if asked.sense == "max" else 1.0
    there = np.where(sign * drawn > 0, np.isfinite(asked.row_lower), np.isfinite(asked.row_upper))
    return np.where(there, drawn, 0.0).astype(np.longdouble)


def bound_by(asked: LinearProgram, multipliers: Extended, **settings: Any) -> Any:
    return bound_of(
        asked, multipliers, products(asked, np.zeros(asked.shape[1], np.longdouble), multipliers), **settings
    )


def true_bound(asked: LinearProgram, multipliers: Extended) -> Fraction | None:
    """The formula of the certificate, in fractions, of the program minimised and without its offset."""
    sign = -1 if asked.sense == "max" else 1
    y = [sign * rational.fraction(value) for value in multipliers]
    reduced = [
        sign * Fraction(c) - rational.dot(column, y)
        for c, column in zip(asked.cost, rational.transposed(rational.matrix(asked.matrix.toarray())), strict=True)
    ]
    worth = Fraction(0)
    for values, lower, upper in ((y, asked.row_lower, asked.row_upper), (reduced, asked.lower, asked.upper)):
        for value, low, high in zip(values, lower, upper, strict=True):
            end = low if value > 0 else high
            if value:
                if not np.isfinite(end):
                    return None
                worth += value * Fraction(float(end))
    return worth


@pytest.mark.parametrize("seed", range(40))
def test_the_value_is_the_formulas_less_what_rounding_may_have_added(seed: int) -> None:
    asked = boxed(seed)
    multipliers = multipliers_of(asked, np.random.default_rng(seed + 1))
    truth, found = true_bound(asked, multipliers), bound_by(asked, multipliers)
    assert truth is not None
    value, slip = rational.fraction(found.value), rational.fraction(found.slip)
    assert value <= truth <= value + 2 * slip
    assert float(found.slip) < 1e-14
    assert found.charge == 0.0 and found.loose == 0.0


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_multipliers_no_optimum_passes_it(seed: int) -> None:
    asked = boxed(seed, open_share=0.5)
    best = solve_exactly(asked)
    found = bound_by(asked, multipliers_of(asked, np.random.default_rng(seed + 2)))
    sign = -1 if asked.sense == "max" else 1
    if best.status == "unbounded":
        assert found.value == -np.inf
    elif best.value is not None:
        assert found.value == -np.inf or rational.fraction(found.value) <= sign * best.value


@pytest.mark.parametrize("seed", range(40))
def test_with_a_cutoff_plans_that_are_worse_need_no_bound(seed: int) -> None:
    asked = replace(boxed(seed, open_share=0.8), offset=2.5)
    best = solve_exactly(asked)
    if best.value is None:
        return
    sign = -1 if asked.sense == "max" else 1
    cutoff = float(best.value) + sign * 1.0
    found = bound_by(asked, multipliers_of(asked, np.random.default_rng(seed)), cutoff=cutoff)
    assert found.value == -np.inf or rational.fraction(found.value) <= sign * (best.value - Fraction(5, 2))
    assert found.value <= sign * (cutoff - 2.5)


def test_a_cutoff_makes_a_bound_where_there_was_none() -> None:
    """min x + y with x + y >= 2, a multiplier of .9 too much: y costs -.8 and has no upper bound of its own."""
    asked = program("min", [1.0, 1.0], [([1.0, 1.0], ">=", 2.0)])
    wrong = np.array([1.8], np.longdouble)
    without = bound_by(asked, wrong)
    assert without.value == -np.inf and without.loose == pytest.approx(0.8 / 2.8)
    within = bound_by(asked, wrong, cutoff=3.0)
    # 1.8 * 2 and twice -.8 at the bound of 3 that the objective implies
    assert float(within.value) == pytest.approx(3.6 - 2 * 0.8 * 3.0, rel=1e-12)
    assert float(within.charge) == pytest.approx(2 * 0.8 * 3.0, rel=1e-12)


def test_a_cutoff_that_no_plan_reaches_is_all_that_can_be_claimed() -> None:
    """The optimum is two, and plans above one need not be bounded: what is charged within one proves no more."""
    asked = program("min", [1.0, 1.0], [([1.0, 1.0], ">=", 2.0)])
    assert float(bound_by(asked, np.array([1.8], np.longdouble), cutoff=1.0).value) == 1.0


def test_reduced_costs_that_are_small_beside_their_terms_can_be_forgiven_and_that_only() -> None:
    asked = program("min", [1.0, 1.0], [([1.0, 1.0], ">=", 2.0)])
    slightly = np.array([1.0 + 1e-12], np.longdouble)
    assert bound_by(asked, slightly).value == -np.inf
    forgiven = bound_by(asked, slightly, nearby=1e-11)
    assert float(forgiven.value) == pytest.approx(2.0, rel=1e-11)
    np.testing.assert_array_equal(forgiven.reduced, [0.0, 0.0])
    assert bound_by(asked, slightly, nearby=1e-13).value == -np.inf


def test_a_sign_in_doubt_is_settled_by_an_exact_sum() -> None:
    """Three tenths beside .1 + .2: in doubles 5.6e-17 apart, and which is more decides whether there is a bound."""
    asked = program("min", [0.3], [([0.1], ">=", 1.0), ([0.2], ">=", 1.0)])
    found = bound_by(asked, np.ones(2, np.longdouble))
    truth = Fraction(0.3) - Fraction(0.1) - Fraction(0.2)
    assert truth < 0 and found.value == -np.inf
    other = program("min", [0.3 + 2**-54], [([0.1], ">=", 1.0), ([0.2], ">=", 1.0)])
    assert Fraction(0.3 + 2**-54) - Fraction(0.1) - Fraction(0.2) >= 0
    assert float(bound_by(other, np.ones(2, np.longdouble)).value) == pytest.approx(2.0)


def test_the_side_a_multiplier_speaks_of_and_where_reduced_costs_are_charged() -> None:
    asked = made("max", [1.0, -1.0], np.eye(2), ([1.0, 2.0], [3.0, 4.0]), ([-1.0, -2.0], [5.0, 6.0]))
    found = bound_by(asked, np.array([2.0, -3.0], np.longdouble))
    # minimised: multipliers -2 and 3, reduced costs -1 + 2 and 1 - 3
    np.testing.assert_array_equal(found.side, [3.0, 2.0])
    np.testing.assert_array_equal(found.reduced, [1.0, -2.0])
    np.testing.assert_array_equal(found.at, [-1.0, 6.0])
    assert float(found.value) == pytest.approx(-6.0 + 6.0 - 1.0 - 12.0)


@pytest.mark.parametrize("seed", range(30))
def test_summed_exactly_is_the_largest_double_below_the_truth(seed: int) -> None:
    asked = boxed(seed)
    multipliers = multipliers_of(asked, np.random.default_rng(seed + 3)).astype(np.float64).astype(np.longdouble)
    truth = true_bound(asked, multipliers)
    assert truth is not None
    found = summed_exactly(asked, multipliers, bound_by(asked, multipliers))
    below = float(found.value)
    assert Fraction(below) <= truth < Fraction(float(np.nextafter(below, np.inf)))
    assert found.slip == 0.0


def test_summed_exactly_keeps_a_bound_it_cannot_sum() -> None:
    asked = program("min", [1.0], [([1.0], ">=", 2.0)])
    loose = np.array([1.5], np.longdouble)
    given = bound_by(asked, loose)
    assert summed_exactly(asked, loose, given) is given
