"""Square systems over the rationals: digits, radii, denominators and fractions, against Gauss in fractions."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse as sp

from natura_opt.proof.exact import linear as exact_linear
from natura_opt.proof.exact.budget import Budget, OutOfBudgetError
from natura_opt.proof.exact.lifting import Lifted, _simplest
from natura_opt.proof.exact.linear import Nucleus, SingularError, TooLargeError
from natura_opt.proof.exact.whole import WholeMatrix, common, power, wholes

from . import rational

SIZE = 30  # above what is solved outright


def well_posed(seed: int, size: int = SIZE, density: float = 0.12) -> Any:
    """A sparse matrix of short decimals with something on the diagonal, its rows shuffled."""
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((size, size)) < density, np.round(rng.uniform(-1, 1, (size, size)), 1), 0.0)
    dense[np.arange(size), np.arange(size)] = np.round(rng.uniform(1.5, 3, size), 1)
    return dense[rng.permutation(size)]


def nucleus_of(dense: Any, **settings: Any) -> Nucleus:
    size = len(dense)
    budget = settings.get("budget", Budget(10, None))
    return Nucleus(WholeMatrix(sp.csc_array(dense)), np.arange(size), np.arange(size), budget)


def truth_of(dense: Any, side: Any, transposed: bool) -> list[Fraction]:
    rows = rational.matrix(dense)
    found = rational.solve(rational.transposed(rows) if transposed else rows, rational.vector(side))
    assert found is not None
    return found


def exactly(solution: Any) -> list[Fraction]:
    tops, bottom = solution.exact()
    return [Fraction(int(top), int(bottom)) for top in tops]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("size", [1, 5, SIZE])
def test_solutions_are_those_of_gauss_in_fractions(size: int, transposed: bool) -> None:
    for seed in range(3):
        dense = well_posed(seed, size)
        side = np.round(np.random.default_rng(seed).uniform(-1, 1, size), 2)
        solution = nucleus_of(dense).solve(*common(side), transposed=transposed)
        assert isinstance(solution, Lifted) == (size == SIZE)
        assert exactly(solution) == truth_of(dense, side, transposed)


@pytest.mark.parametrize("transposed", [False, True])
def test_a_part_of_a_larger_matrix_in_rows_and_columns_of_its_own(transposed: bool) -> None:
    dense = np.round(np.random.default_rng(4).uniform(-1, 1, (40, 50)), 1)
    rows, columns = np.arange(3, 40, 1)[:SIZE], np.arange(5, 50)[:SIZE]
    side = np.arange(SIZE, dtype=float)
    nucleus = Nucleus(WholeMatrix(sp.csc_array(dense)), rows, columns, Budget(10, None))
    found = exactly(nucleus.solve(*common(side), transposed=transposed))
    assert found == truth_of(dense[np.ix_(rows, columns)], side, transposed)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_truth_lies_within_the_radius_after_every_digit(seed: int, transposed: bool) -> None:
    """Also where two columns are nearly the same, so that each digit is good for fewer bits."""
    dense = well_posed(seed)
    if seed % 2:
        dense[:, 1] = dense[:, 0] + 2.0**-26 * dense[:, 1]
    side = np.random.default_rng(seed).normal(size=SIZE)
    truth = truth_of(dense, side, transposed)
    solution = nucleus_of(dense).solve(*common(side), transposed=transposed)
    bits = 64
    for _ in range(4):
        solution.lift(bits)
        assert solution.radius * 2**bits <= solution.denominator
        for top, value in zip(solution.numerators, truth, strict=True):
            assert abs(Fraction(int(top), solution.denominator) - value) <= Fraction(
                solution.radius, solution.denominator
            )
        bits *= 3


@pytest.mark.parametrize("transposed", [False, True])
def test_what_no_right_hand_side_reaches_is_zero_and_known_to_be(transposed: bool) -> None:
    """Two systems side by side, only one of them asked: the other's unknowns are not even looked at."""
    half = SIZE // 2
    dense = np.zeros((2 * half, 2 * half))
    dense[:half, :half], dense[half:, half:] = well_posed(1, half), well_posed(2, half)
    dense[:half, half:] = np.where(np.eye(half) > 0, 0.5, 0.0)  # the first block uses the second's unknowns
    side = np.zeros(2 * half)
    asked = slice(half) if not transposed else slice(half, None)
    side[asked] = 1.0
    solution = nucleus_of(dense).solve(*common(side), transposed=transposed)
    truth = truth_of(dense, side, transposed)
    assert not solution.reached.all()
    assert all(value == 0 for value, there in zip(truth, solution.reached, strict=True) if not there)
    assert exactly(solution) == truth


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_no_denominator_is_larger_than_hadamards_bound(seed: int, transposed: bool) -> None:
    dense = well_posed(seed) * 2.0 ** np.random.default_rng(seed).integers(-9, 9, SIZE)
    side = np.round(np.random.default_rng(seed).uniform(-1, 1, SIZE), 2)
    solution = nucleus_of(dense).solve(*common(side), transposed=transposed)
    whole = [
        value / power(int(exponent))
        for value, exponent in zip(truth_of(dense, side, transposed), solution.column_exponents, strict=True)
    ]
    shared = lcm(*(value.denominator for value in whole))
    assert shared < 2**solution.bits
    assert solution.bits < 60 * SIZE  # a bound that is no use would hold as well


def test_hadamards_bound_is_one_where_it_is_attained() -> None:
    """A matrix of ones and minus ones with orthogonal rows: of 2 ** 80, and its solutions are 32nds."""
    dense = scipy.linalg.hadamard(32).astype(float)
    solution = nucleus_of(dense).solve(*common(np.eye(32)[3]))
    assert (
        isinstance(solution, Lifted) and 80 <= solution.bits <= 80 + 32 + 2
    )  # a bit for each row: sizes are rounded up
    assert {abs(value) for value in exactly(solution)} == {Fraction(1, 32)}


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_every_unknown_that_is_not_zero_is_reached(seed: int, transposed: bool) -> None:
    """A chain in shuffled rows and columns, asked at one place: unknowns are matched to rows not their own."""
    rng = np.random.default_rng(seed)
    dense = (np.eye(SIZE) * 2.0 + np.eye(SIZE, k=1))[rng.permutation(SIZE)][:, rng.permutation(SIZE)]
    side = np.eye(SIZE)[int(rng.integers(SIZE))]
    solution = nucleus_of(dense).solve(*common(side), transposed=transposed)
    assert isinstance(solution, Lifted)
    np.testing.assert_array_equal(solution.reached, [value != 0 for value in truth_of(dense, side, transposed)])


@pytest.mark.parametrize("transposed", [False, True])
def test_terms_times_a_solution_told_by_the_transposed_system(transposed: bool) -> None:
    dense = np.eye(SIZE) * 4.0 + np.eye(SIZE, k=1)
    side = np.zeros(SIZE)
    side[[3, 20]] = 1.0
    solution = nucleus_of(dense).solve(*common(side), transposed=transposed)
    terms = np.zeros(SIZE)
    terms[[2, 4, 19]] = 0.5, -0.25, 3.0
    whole, exponent = common(terms)
    found = solution.product(whole, exponent)
    assert found == rational.dot(rational.vector(terms), truth_of(dense, side, transposed))


@pytest.mark.parametrize("size", [4, SIZE])
def test_dependent_columns_are_singular(size: int) -> None:
    dense = well_posed(7, size)
    dense[:, 1] = dense[:, 0]
    with pytest.raises(SingularError):
        nucleus_of(dense).solve(*common(np.ones(size))).exact()
    dense[:, 1] = 0.0
    with pytest.raises(SingularError):
        nucleus_of(dense).solve(*common(np.ones(size))).exact()


def test_what_doubles_cannot_factorise_is_solved_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hilbert's matrix of 30 rows has a condition beyond 1e40."""
    at = np.arange(SIZE)
    dense = 1.0 / (at[:, None] + at[None, :] + 1.0)
    side = np.ones(SIZE)
    assert exactly(nucleus_of(dense).solve(*common(side))) == truth_of(dense, side, False)
    monkeypatch.setattr(exact_linear, "_DENSE", SIZE - 1)
    with pytest.raises(TooLargeError, match="30 rows"):
        nucleus_of(dense).solve(*common(side))


def test_a_clock_that_has_run_out_is_heeded() -> None:
    with pytest.raises(OutOfBudgetError, match="seconds"):
        nucleus_of(well_posed(1), budget=Budget(10, 0.0)).solve(*common(np.ones(SIZE)))


def test_an_empty_system_is_solved() -> None:
    assert exactly(nucleus_of(np.zeros((0, 0))).solve(wholes(()), 0)) == []


# ---- simplest fractions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("bits", [8, 40])
def test_a_fraction_comes_back_from_its_digits(bits: int) -> None:
    rng = np.random.default_rng(bits)
    places = 4 * bits + 40
    for _ in range(200):
        bottom = int(rng.integers(1, 2**bits))
        top = int(rng.integers(-(2**bits), 2**bits))
        value = Fraction(top, bottom)
        digits = round(value * 2**places)
        found = _simplest(digits, places, bits)
        assert found is not None and Fraction(*found) == value and found[1] == value.denominator


def test_digits_that_mean_no_short_fraction_are_not_taken_for_one() -> None:
    rng = np.random.default_rng(0)
    found = [_simplest(int.from_bytes(rng.bytes(20), "big"), 160, 60) for _ in range(200)]
    assert sum(one is not None for one in found) <= 2  # by chance: once in thousands
