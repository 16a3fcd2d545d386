"""Linear functions of a solution: every sign and every least ratio is that of fractions, whatever is known so far."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.proof.exact import values as values_module
from natura_opt.proof.exact.budget import Budget
from natura_opt.proof.exact.linear import Nucleus
from natura_opt.proof.exact.values import Ratios, Values
from natura_opt.proof.exact.whole import WholeMatrix, common, power, wholes

from . import rational

SIZE = 30


class Case:
    """Values of a solved system, some of them exactly zero and some almost, with the truth beside them."""

    def __init__(self, seed: int, count: int = 12) -> None:
        rng = np.random.default_rng(seed)
        dense = np.where(rng.random((SIZE, SIZE)) < 0.1, np.round(rng.uniform(-1, 1, (SIZE, SIZE)), 1), 0.0)
        dense[np.arange(SIZE), np.arange(SIZE)] = np.round(rng.uniform(2, 3, SIZE), 1)
        side = rng.integers(-5, 6, SIZE).astype(float)
        budget = Budget(10, None)
        self.solution = Nucleus(WholeMatrix(sp.csc_array(dense)), np.arange(SIZE), np.arange(SIZE), budget).solve(
            *common(side)
        )
        x = rational.solve(rational.matrix(dense), rational.vector(side))
        assert x is not None
        terms = np.where(rng.random((count, SIZE)) < 0.3, np.round(rng.uniform(-2, 2, (count, SIZE)), 1), 0.0)
        terms[: SIZE // 10] = dense[: SIZE // 10]  # these give back the side
        constant = np.round(rng.uniform(-1, 1, count), 2)
        constant[: SIZE // 10] = -side[: SIZE // 10]  # and so exactly zero
        rows = WholeMatrix(sp.csc_array(terms)).by_rows
        whole, exponent = common(constant)
        shared = min(exponent, rows.exponent)
        self.values = Values(self.solution, rows, whole << (exponent - shared), shared)
        self.truth = [
            rational.dot(rational.vector(line), x) + Fraction(float(c)) for line, c in zip(terms, constant, strict=True)
        ]


def sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


@pytest.mark.parametrize("seed", range(5))
def test_the_truth_lies_within_every_radius(seed: int) -> None:
    case = Case(seed)
    for _ in range(3):
        unit = power(case.values.exponent) / case.values.denominator
        for top, radius, truth in zip(case.values.tops, case.values.radius, case.truth, strict=True):
            assert abs(int(top) * unit - truth) <= int(radius) * unit
        np.testing.assert_allclose(case.values.doubles(), [float(t) for t in case.truth], rtol=1e-12, atol=1e-14)
        case.values.lift(case.values.finest())


@pytest.mark.parametrize("across", [0, 128])
@pytest.mark.parametrize("seed", range(5))
def test_signs_are_those_of_fractions_zeros_included(seed: int, across: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values_module, "_ACROSS", across)
    case = Case(seed)
    assert list(case.values.signs()) == [sign(value) for value in case.truth]
    assert list(case.values.signs()).count(0) >= 3


@pytest.mark.parametrize("seed", range(5))
def test_no_value_but_zero_is_smaller_than_the_finest(seed: int) -> None:
    case = Case(seed)
    least = min(abs(value) for value in case.truth if value)
    assert least >= Fraction(1, 2 ** case.values.finest())


def test_parts_and_differences() -> None:
    case = Case(3)
    chosen = np.array([7, 0, 4])
    part = case.values.part(chosen)
    np.testing.assert_allclose(part.doubles(), [float(case.truth[k]) for k in chosen], rtol=1e-12, atol=1e-14)
    bounds = [Fraction(3, 4), Fraction(0), Fraction(-5, 2)]
    shifted = part.against(wholes([3, 0, -10]), -2)
    assert list(shifted.signs()) == [sign(case.truth[k] - b) for k, b in zip(chosen, bounds, strict=True)]


# ---- ratios -----------------------------------------------------------------------------------------------


def least_of(tops: list[Fraction], bottoms: list[Fraction], limit: Fraction | None) -> tuple[list[int], bool]:
    ratios = [abs(top) / abs(bottom) for top, bottom in zip(tops, bottoms, strict=True)]
    best = min(ratios + ([] if limit is None else [limit]))
    return [k for k, value in enumerate(ratios) if value == best], limit == best


@pytest.mark.parametrize("seed", range(8))
def test_the_least_ratio_and_a_limit_beside_it(seed: int) -> None:
    case = Case(seed, count=14)
    places = np.array([k for k, value in enumerate(case.truth) if value != 0][:8])
    tops, bottoms = places[:4], places[4:]
    truth = [case.truth[k] for k in tops], [case.truth[k] for k in bottoms]
    free, _ = least_of(*truth, None)
    least = abs(truth[0][free[0]] / truth[1][free[0]])
    below, above = (int(least * 2**20) + step for step in (0, 1))
    for limit in (None, (below, -20), (above, -20), (1, 40)):
        ratios = Ratios(case.values.part(tops), case.values.part(bottoms), limit)
        expected = least_of(*truth, None if limit is None else limit[0] * power(limit[1]))
        assert ratios.least() == expected


def test_ties_are_exact_ties() -> None:
    """The same ratio three times over, of different numbers; and the limit exactly as small."""
    solution: Any = Case(1).solution
    terms = WholeMatrix(sp.csc_array((5, SIZE))).by_rows
    tops = Values(solution, terms, wholes([2, 6, -8, 5, 7]), 0)
    bottoms = Values(solution, terms, wholes([-1, 3, 4, 2, 1]), 0)
    assert Ratios(tops, bottoms).least() == ([0, 1, 2], False)
    assert Ratios(tops, bottoms, (1, 1)).least() == ([0, 1, 2], True)
    assert Ratios(tops, bottoms, (1, 0)).least() == ([], True)
    assert Ratios(tops, bottoms, (5, -1)).least() == ([0, 1, 2], False)


def test_a_zero_on_top_is_least() -> None:
    solution: Any = Case(1).solution
    terms = WholeMatrix(sp.csc_array((2, SIZE))).by_rows
    assert Ratios(Values(solution, terms, wholes([3, 0]), 0), Values(solution, terms, wholes([1, 9]), 0)).least() == (
        [1],
        False,
    )


@pytest.mark.parametrize("seed", range(4))
def test_ties_of_values_that_are_not_short_are_told_from_near_ties(seed: int) -> None:
    """Two values with the same ratio by construction, which only digits to the last bound can show."""
    case = Case(seed, count=8)
    places = [k for k, value in enumerate(case.truth) if value != 0]
    k = places[0]
    doubled = Values(
        case.solution,
        case.values._terms.rows(np.array([k, k])),
        case.values.constant[np.array([k, k])],
        case.values.exponent,
    )
    ones = case.values.part(np.array([places[1], places[1]]))
    assert Ratios(doubled, ones).least() == ([0, 1], False)
