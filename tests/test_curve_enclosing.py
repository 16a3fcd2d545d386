"""Straight curves on either side of a curve: they hold everywhere, close as they are cut, and start at the origin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.curves.curve import Curve
from natura_opt.curves.enclosing import chords, lower, upper
from natura_opt.curves.formula import UNIT, Formula
from natura_opt.curves.making import composed, curve_through
from natura_opt.curves.refining import gap, initial_cuts, openings
from natura_opt.curves.shape import is_rising, shape_of

from .test_curve import factories, formula

CURVES: dict[str, Curve] = {
    text: formula(text, end)
    for text, end in (
        ("q**2", 10),
        ("q**1.5", 10),
        ("sqrt(q)", 10),
        ("5 + log(1 + q)", 100),
        ("q/(1 + q)", 1000),
        ("sqrt(1 + q) - 1", 1000),
        ("exp(q) - 1", 30),
        ("q/(1 + exp(-(q - 50)/10))", 100),
        ("q**3 - 6*q**2 + 12*q", 4),
        ("sqrt(q) + q**2", 100),
        ("2*q + 1 - 1", 4),
        ("-q**2", 5),
        ("sqrt(5 - q) - sqrt(5)", 5),
        ("0.1*q**2 + 0.2 - 0.3 + 0.1", 3),
        ("1e-7*q**0.3", 1e7),
    )
}
CURVES["the papers' factories"] = factories()[0]
CURVES["a jump before a root, continued"] = composed(
    [0, 0, 5, 5, 9, 12],
    [0, 1, 3, 4, np.nan, 20],
    [None, None, None, None, Formula.read("4 + sqrt(q - 5)"), None],
    "average",
)


def noise(curve: Curve, levels: Any) -> Any:
    """How far one evaluation of a curve may be off by rounding."""
    error = 8.0 * UNIT * np.abs(curve.total(levels))
    for k, piece in enumerate(curve.formulas):
        inside = (levels >= curve.quantities[k]) & (levels <= curve.quantities[k + 1])
        if piece is not None and inside.any():
            error[inside] += piece.errors(levels[inside])
    return error


def levels_of(curve: Curve, *others: Curve, seed: int = 0) -> Any:
    """Levels everywhere, graded towards 0 and on both sides of every breakpoint."""
    rng = np.random.default_rng(seed)
    end = min(curve.end, 3.0 * curve.reported)
    points = np.concatenate([each.quantities for each in (curve, *others)])
    near = np.concatenate([points, np.nextafter(points, np.inf), np.nextafter(points, 0.0)])
    levels = np.concatenate([rng.uniform(0, end, 2000), end * 10 ** rng.uniform(-16, 0, 500), near])
    return np.unique(levels[(levels >= 0) & (levels <= end)])


@pytest.mark.parametrize("count", [0, 7, 40])
@pytest.mark.parametrize("name", list(CURVES))
def test_the_curve_lies_between(name: str, count: int) -> None:
    curve = CURVES[name]
    cuts = initial_cuts(curve, count)
    below, above = lower(curve, cuts), upper(curve, cuts)
    assert below.is_straight and above.is_straight
    levels = levels_of(curve, below, above)
    true, room = curve.total(levels), noise(curve, levels)
    assert (below.total(levels) <= true + room).all()
    assert (above.total(levels) >= true - room).all()
    assert (above.total(levels) >= below.total(levels)).all()
    assert (below.jumps >= 0).all() and (above.jumps >= 0).all()
    if is_rising(curve):
        assert is_rising(below) and is_rising(above)


@pytest.mark.parametrize("name", list(CURVES))
def test_the_gap_is_the_widest_opening_and_closes(name: str) -> None:
    curve = CURVES[name]
    sizes = []
    for count in (10, 80):
        cuts = initial_cuts(curve, count)
        below, above = lower(curve, cuts), upper(curve, cuts)
        levels = levels_of(curve, below, above)
        widest = float((above.total(levels) - below.total(levels)).max())
        found = gap(curve, cuts)
        assert found.size == pytest.approx(widest, rel=1e-6, abs=1e-13 * float(np.abs(curve.total(levels)).max()))
        assert found.start < found.cut < found.stop
        sizes.append(found.size)
    scale = float(np.abs(curve.total(curve.reported)))
    assert sizes[1] <= max(sizes[0] / 20.0, 1e-12 * scale)


def test_cutting_where_the_gap_says_closes_it() -> None:
    curve = factories()[0]
    cuts: list[float] = []
    sizes = []
    for _ in range(60):
        widest = gap(curve, cuts)
        sizes.append(widest.size)
        cuts.append(widest.cut)
    assert sizes[-1] < 3e-3 * sizes[0]
    assert all(opening.size <= sizes[-1] for opening in openings(curve, cuts[:-1]))


def test_straight_curves_are_their_own_enclosure() -> None:
    curve = curve_through([0, 0, 1, 3], [0, 1, 2, 9], "line")
    assert lower(curve, [0.5]) is curve
    assert upper(curve, [0.5]) is curve
    assert gap(curve, []).size == 0.0
    assert initial_cuts(curve, 5).tolist() == []
    np.testing.assert_array_equal(chords(curve, [0.5]).quantities, curve.quantities)


def test_chords_go_through_true_points_and_keep_jumps() -> None:
    curve = CURVES["a jump before a root, continued"]
    straight = chords(curve, [1.0, 6.0, 7.0])
    assert straight.quantities.tolist() == [0, 5, 6, 7, 9, 12, np.inf]
    np.testing.assert_array_equal(straight.total([5.0, 6.0, 7.0, 9.0]), curve.total([5.0, 6.0, 7.0, 9.0]))
    assert straight.jumps[:2].tolist() == [1.0, 1.0]
    assert straight.total(24.0) == curve.total(24.0)


def test_only_an_infinite_slope_at_zero_jumps() -> None:
    """No line through the origin is above a root there; elsewhere the curve is lifted without a jump."""
    for name in ("q**2", "q/(1 + q)", "sqrt(1 + q) - 1", "exp(q) - 1", "the papers' factories"):
        cuts = initial_cuts(CURVES[name], 20)
        assert upper(CURVES[name], cuts).jumps.max() == 0.0
        assert lower(CURVES[name], cuts).jumps.max() == 0.0
    root = upper(CURVES["sqrt(q)"], initial_cuts(CURVES["sqrt(q)"], 20))
    assert 0.0 < root.jumps[0] < 0.01
    assert shape_of(root) == "concave"
    with pytest.raises(no.DataError, match="falls infinitely fast at 0"):
        lower(formula("-sqrt(q)", 4.0), [1.0])


def test_cuts_that_are_no_levels() -> None:
    for wrong in ([-1.0], [11.0], ["a"], [float("nan")]):
        with pytest.raises(no.DataError, match="cuts of a curve"):
            lower(CURVES["q**2"], wrong)


TERMS = st.lists(
    st.tuples(st.floats(0.1, 9), st.sampled_from(["q", "q**2", "q**0.7", "log(1 + q)", "q/(1 + q)", "q**3/100"])),
    min_size=1,
    max_size=3,
)


@settings(max_examples=30, deadline=None)
@given(TERMS, st.lists(st.floats(0, 20), max_size=6), st.integers(0, 1000))
def test_enclosures_hold_for_any_cuts(terms: list[tuple[float, str]], cuts: list[float], seed: int) -> None:
    curve = formula(" + ".join(f"{factor!r}*({term})" for factor, term in terms), 20.0)
    below, above = lower(curve, cuts), upper(curve, cuts)
    levels = levels_of(curve, below, above, seed=seed)
    true = curve.total(levels)
    room = noise(curve, levels) + 1e-12 * true.max()  # brackets of inflections
    assert (below.total(levels) <= true + room).all()
    assert (above.total(levels) >= true - room).all()
