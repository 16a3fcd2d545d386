"""Every figure of a certificate against its formula in fractions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from natura_opt.base.errors import OptionError
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.certificate import Certificate, Safe, certify
from natura_opt.testing.small import INF

from . import rational
from .hostile import made


def case(seed: int) -> tuple[LinearProgram, Any, Any]:
    """A boxed program with a point within its bounds and multipliers of sides that are there."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    matrix = np.where(rng.random((m, n)) < 0.7, np.round(rng.uniform(-2, 2, (m, n)), 1), 0.0)
    low = np.where(rng.random(m) < 0.5, np.round(rng.uniform(-3, 1, m), 1), -INF)
    high = np.where(rng.random(m) < 0.6, np.round(rng.uniform(1, 4, m), 1), INF)
    lower, upper = np.round(rng.uniform(-2, 0, n), 1), np.round(rng.uniform(0.5, 2, n), 1)
    asked = made(rng.choice(["min", "max"]), np.round(rng.uniform(-1, 1, n), 1), matrix, (low, high), (lower, upper))
    sign = -1.0 if asked.sense == "max" else 1.0
    dual = sign * rng.normal(size=m)
    dual = np.where(np.where(sign * dual > 0, np.isfinite(low), np.isfinite(high)), dual, 0.0)
    return replace(asked, offset=float(np.round(rng.uniform(-1, 1), 1))), rng.uniform(lower, upper), dual


class Formula:
    """The module's formulas, word by word, in fractions."""

    def __init__(self, asked: LinearProgram, primal: Any, dual: Any) -> None:
        sign = -1 if asked.sense == "max" else 1
        rows = rational.matrix(asked.matrix.toarray())
        x, y = rational.vector(primal), [sign * value for value in rational.vector(dual)]
        cost = [sign * value for value in rational.vector(asked.cost)]
        sums = rational.times(rows, x)
        reduced = [c - rational.dot(column, y) for c, column in zip(cost, rational.transposed(rows), strict=True)]
        bound, slack = Fraction(0), Fraction(0)
        for weights, values, lower, upper in (
            (y, sums, asked.row_lower, asked.row_upper),
            (reduced, x, asked.lower, asked.upper),
        ):
            for weight, value, low, high in zip(weights, values, lower, upper, strict=True):
                if weight:
                    end = Fraction(float(low if weight > 0 else high))
                    bound += weight * end
                    slack += abs(weight * (value - end))
        terms = [sign * c * v for c, v in zip(cost, x, strict=True)]
        offset = Fraction(asked.offset)
        self.objective = sum(terms, offset)
        self.bound = sign * bound + offset
        least = Fraction(1e-6) * (sum((abs(t) for t in terms), Fraction(0)) + abs(offset))
        self.size = max(abs(self.objective), abs(self.bound), least)
        self.complementarity = slack / self.size
        self.gap = abs(self.objective - self.bound) / self.size
        self.residual, self.feasible = Fraction(0), True
        for row, value, low, high in zip(rows, sums, asked.row_lower, asked.row_upper, strict=True):
            sides = [abs(Fraction(float(side))) for side in (low, high) if np.isfinite(side)]
            broken = max(
                Fraction(float(low)) - value if np.isfinite(low) else Fraction(-1),
                value - Fraction(float(high)) if np.isfinite(high) else Fraction(-1),
            )
            if broken > 0:
                self.feasible = False
                terms_of_row = sum((abs(a * v) for a, v in zip(row, x, strict=True)), Fraction(0))
                self.residual = max(self.residual, broken / (terms_of_row + max(sides)))


@pytest.mark.parametrize("seed", range(60))
def test_every_figure_is_its_formula(seed: int) -> None:
    asked, primal, dual = case(seed)
    found, truth = certify(asked, primal, dual, 1e-9), Formula(asked, primal, dual)
    assert found.objective == pytest.approx(float(truth.objective), rel=1e-14, abs=1e-15)
    assert found.dual_objective == pytest.approx(float(truth.bound), rel=1e-13, abs=1e-14)
    assert found.primal_residual == pytest.approx(float(truth.residual), rel=1e-12, abs=1e-18)
    assert found.complementarity == pytest.approx(float(truth.complementarity), rel=1e-12)
    assert found.gap == pytest.approx(float(truth.gap), rel=1e-12)
    assert found.dual_residual == 0.0  # every column has bounds on both sides
    assert (found.reached is not None) == truth.feasible
    if found.reached is not None:
        assert found.reached == found.objective
    sign = -1 if asked.sense == "max" else 1
    assert sign * Fraction(found.dual_objective) <= sign * truth.bound + Fraction(1e-15)


@pytest.mark.parametrize("seed", range(20))
def test_a_size_of_the_users_own_is_what_gap_and_complementarity_are_relative_to(seed: int) -> None:
    asked, primal, dual = case(seed)
    truth = Formula(asked, primal, dual)
    found = certify(asked, primal, dual, 1e-9, size=8.0)
    assert found.gap == pytest.approx(float(truth.gap * truth.size) / 8.0, rel=1e-12)
    assert found.complementarity == pytest.approx(float(truth.complementarity * truth.size) / 8.0, rel=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_the_sense_only_turns_signs(seed: int) -> None:
    asked, primal, dual = case(seed)
    turned = replace(asked, sense="min" if asked.sense == "max" else "max", cost=-asked.cost, offset=-asked.offset)
    one, other = certify(asked, primal, dual, 1e-9), certify(turned, primal, -dual, 1e-9)
    assert (one.objective, one.dual_objective) == (-other.objective, -other.dual_objective)
    assert (one.gap, one.complementarity, one.primal_residual) == (
        other.gap,
        other.complementarity,
        other.primal_residual,
    )


@pytest.mark.parametrize("outside", [-0.5, 1e-12, 3.0])
def test_a_value_outside_its_bounds_is_a_residual_and_is_not_reached(outside: float) -> None:
    asked = made("min", [1.0], np.zeros((0, 1)), (np.zeros(0), np.zeros(0)), (0.0, 2.0))
    value = 2.0 + outside if outside > 0 else outside
    found = certify(asked, np.array([value]), np.zeros(0), 1e-9)
    nearest = min(max(value, 0.0), 2.0)
    assert found.primal_residual == pytest.approx(abs(value - nearest) / (abs(value) + nearest))
    assert found.reached is None


def test_a_whole_column_must_be_whole_to_the_last_digit() -> None:
    asked = replace(
        made("min", [1.0], np.zeros((0, 1)), (np.zeros(0), np.zeros(0)), (0.0, 9.0)), integer=np.array([True])
    )
    assert certify(asked, np.array([2.0]), np.zeros(0), 1e-9).primal_residual == 0.0
    assert certify(asked, np.array([2.0 + 4e-16]), np.zeros(0), 1e-9).primal_residual == 1.0


def test_a_safe_pair_gives_what_is_reached_and_its_bound_where_that_is_higher() -> None:
    """x = 1/3 in doubles misses 3 x >= 1 by its last digit; a point a hair above does not."""
    asked = made("min", [1.0], np.array([[3.0]]), ([1.0], [INF]), (0.0, INF))
    third = np.array([1 / 3])
    assert Fraction(1 / 3) * 3 < 1
    alone = certify(asked, third, third, 1e-9)
    assert alone.reached is None and not alone.unconditional and alone.conditional
    above = np.nextafter(third, 1.0)
    safe = certify(asked, third, third, 1e-9, safe=Safe(above, np.array([0.3333])))
    assert safe.reached == above[0] and safe.unconditional
    assert safe.dual_objective == alone.dual_objective  # that of the safe multiplier is lower
    useless = certify(asked, third, np.array([0.2]), 1e-9, safe=Safe(third, third))
    assert useless.reached is None and useless.dual_objective == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("spoilt", "value"),
    [("cost", np.nan), ("cost", INF), ("row_lower", INF), ("row_upper", -INF), ("lower", INF), ("offset", np.nan)],
)
def test_a_program_that_is_none_has_no_certificate(spoilt: str, value: float) -> None:
    asked, primal, dual = case(1)
    given = value if spoilt == "offset" else np.full_like(getattr(asked, spoilt), value)
    found = certify(replace(asked, **{spoilt: given}), primal, dual, 1e-9)
    assert not found.proved and found.gap == INF


def test_points_and_multipliers_that_are_no_numbers_prove_nothing() -> None:
    asked, primal, dual = case(1)
    assert not certify(asked, primal * np.nan, dual, 1e-9).proved
    assert not certify(asked, primal, dual + INF, 1e-9).proved
    with pytest.raises(OptionError, match="not one per column and row"):
        certify(asked, primal[:-1], dual, 1e-9)


def figures(**changed: Any) -> Certificate:
    sound: dict[str, Any] = {
        "objective": 1.0,
        "dual_objective": 1.0,
        "primal_residual": 0.0,
        "dual_residual": 0.0,
        "complementarity": 0.0,
        "gap": 0.0,
        "tolerance": 1e-9,
    }
    return Certificate(**{**sound, **changed})


@pytest.mark.parametrize("which", ["primal_residual", "dual_residual", "complementarity", "gap"])
def test_one_figure_beyond_the_tolerance_is_enough_to_refuse(which: str) -> None:
    assert figures(**{which: 1e-9}).proved
    for value in (1.0001e-9, INF, np.nan):
        assert not figures(**{which: value}).proved


def test_what_is_proved_of_which_data() -> None:
    assert figures(reached=1.0).unconditional and not figures(reached=1.0).conditional
    assert figures().conditional and not figures().unconditional
    for bound in ("exact", "solver"):
        assert not figures(bound=bound).conditional
    assert not figures(gap=1.0).conditional and not figures(gap=1.0, reached=1.0).unconditional
    assert "for data within 4e-10" in str(figures(primal_residual=4e-10, within=1e-15))
    assert "NOT proved" in str(figures(gap=1.0)) and "solver's word" in str(figures(bound="solver"))
    assert "the data as written are infeasible" in str(figures(exactly="infeasible"))
