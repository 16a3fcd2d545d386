"""The curvature of formulas, proved: where it changes is known, and what cannot be proved is refused."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.curves.bisection import bisected_cells
from natura_opt.curves.composition import composed_curvature
from natura_opt.curves.curvature import cells_of, cells_of_formula
from natura_opt.curves.formula import Formula
from natura_opt.curves.making import curve_through
from natura_opt.curves.rational import rational_cells


@pytest.mark.parametrize(
    ("text", "start", "stop", "sign"),
    [
        ("sqrt(q - 500)", 500, 1000, -1),
        ("-sqrt(q - 500)", 500, 1000, 1),
        ("q**1.5", 0, 10, 1),
        ("q**0.5", 0, 10, -1),
        ("1/(1 + q)", 0, 10, 1),
        ("1/(q - 20)", 0, 10, -1),
        ("(q - 20)**3", 0, 10, -1),
        ("(q - 20)**2", 0, 30, 1),
        ("(q - 20)**-2", 0, 10, 1),
        ("log(1 + q)", 0, 1e6, -1),
        ("q**2/1000", 0, 1000, 1),
        ("q/(1 + q)", 0, 1e6, -1),
        ("1 + 10*sqrt(q - 500)/1000 - (q - 500)**2", 500, 1000, -1),
        ("3*q + 2 - (q - 1)*2", 0, 5, 0),
        ("q*exp(q/100)", 0, 100, 1),
        ("q*log(1 + q)/log(1 + q) * 0 + q**2", 0, 1, None),
        ("sqrt(log(1 + q))", 1, 5, -1),
        ("exp(q**2)", 0, 2, 1),
        ("q**3", -0.0, 4, 1),
    ],
)
def test_whole_intervals_by_composition(text: str, start: float, stop: float, sign: int | None) -> None:
    assert composed_curvature(Formula.read(text).expression, start, stop) == sign


@pytest.mark.parametrize(
    ("text", "stop", "points", "signs"),
    [
        ("q**3 - 6*q**2 + 12*q", 4.0, [2.0], [-1, 1]),
        ("(q*q)/(1 + q*q)", 100.0, [1 / math.sqrt(3)], [1, -1]),
        ("exp(-q)*q", 10.0, [2.0], [-1, 1]),
        ("exp(-q**2/100)", 30.0, [math.sqrt(50)], [-1, 1]),
        ("sqrt(q) + q**2", 100.0, [0.25], [-1, 1]),
        ("log(1 + q) + q**2/1000", 100.0, [math.sqrt(500) - 1], [-1, 1]),
        ("(q - 2)**4 + q", 5.0, [], [1]),
        ("q**2/(1 + q)", 1e6, [], [1]),
        ("q**5/20 - q**4/4 + q**3/3", 4.0, [1.0, 2.0], [1, -1, 1]),
    ],
)
def test_inflections_are_bracketed(text: str, stop: float, points: list[float], signs: list[int]) -> None:
    cells = cells_of_formula(Formula.read(text), 0.0, stop)
    assert (cells[0].start, cells[-1].stop) == (0.0, stop)
    assert all(one.stop == other.start for one, other in pairwise(cells))
    assert [cell.sign for cell in cells if cell.sign] == signs
    brackets = [cell for cell in cells if cell.sign == 0]
    assert len(brackets) == len(points)
    for bracket, point in zip(brackets, points, strict=True):
        assert bracket.start <= point <= bracket.stop
        assert bracket.stop - bracket.start <= 1.1e-12 * stop


def test_the_exact_road_and_intervals_agree() -> None:
    formula = Formula.read("q**3/(1 + q**2) + q**2/50")
    exact = rational_cells(formula.expression, 0.0, 20.0)
    found = bisected_cells(formula, 0.0, 20.0)
    assert exact is not None
    assert [cell[2] for cell in exact] == [cell[2] for cell in found]
    np.testing.assert_allclose(exact, found, atol=1e-10)


@pytest.mark.parametrize(
    ("text", "start", "stop"),
    [("1/(q - 5)", 0, 11), ("sqrt((q - 5)**2)", 0, 10), ("q*sqrt(q - 500)", 500, 1000), ("1/(q - 3.3)**2", 0, 10)],
)
def test_what_cannot_be_proved_is_refused(text: str, start: float, stop: float) -> None:
    with pytest.raises(
        no.DataError, match=r"cannot be proved between q = .*write it otherwise|no total that is a number at q = 5"
    ):
        cells_of_formula(Formula.read(text), float(start), float(stop))


def test_straight_pieces_are_straight() -> None:
    cells = cells_of(curve_through([0, 1, 3], [0, 2, 3], "line"))
    assert [(cell.start, cell.stop, cell.sign) for cell in cells] == [(0, 1, 0), (1, 3, 0), (3, np.inf, 0)]


POWERS = st.sampled_from([0.5, 0.8, 1.0, 1.5, 2.0, 3.0, -1.0])
TERMS = st.lists(st.tuples(st.integers(-9, 9), POWERS), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(TERMS)
def test_second_differences_have_the_sign_of_their_cell(terms: list[tuple[int, float]]) -> None:
    """Sums of powers of 1 + q and of q, against second differences inside each cell."""
    text = " + ".join(f"{factor}*(q + 1)**{power} - q**{abs(power)}/3" for factor, power in terms)
    formula = Formula.read(text)
    try:
        cells = cells_of_formula(formula, 0.0, 30.0)
    except no.DataError:  # two terms that are infinitely steep at 0
        assume(False)
    for cell in cells:
        inside = np.linspace(cell.start, cell.stop, 9)
        width = inside[1] - inside[0]
        if width < 1e-4:
            continue
        second = np.diff(formula.values(inside), 2)
        noise = 8.0 * formula.errors(inside).max()
        assert (cell.sign * second >= -noise).all()
        if cell.sign == 0:
            assert (np.abs(second) <= noise).all()
