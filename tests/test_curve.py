"""Curves from reported rows, formulas, functions and stacked units: what they say, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.curves.converting import in_units, same
from natura_opt.curves.drawing import curve_figure
from natura_opt.curves.fits import fitted_curve
from natura_opt.curves.formula import Formula
from natura_opt.curves.functions import curve_from_function
from natura_opt.curves.making import composed, curve_through
from natura_opt.curves.shape import is_rising, shape_of
from natura_opt.curves.stacking import stacked_curve

NAN = float("nan")


def formula(text: str, end: float, beyond: Any = "error") -> Any:
    return composed([0.0, end], [0.0, NAN], [None, Formula.read(text)], beyond)


def factories() -> tuple[Any, Any]:
    """The three factories of the village papers, filled in their order (models.md 5)."""
    a = [
        ("first", curve_from_function(lambda q: 2 * q / 1000, end=500), 500),
        ("second", curve_from_function(lambda q: 10 * np.sqrt(q) / 1000, end=500), None),
        ("third", curve_from_function(lambda q: q**2 / 1e6, end=2000), 999),
    ]
    b = [
        ("first", curve_through([0, 500], [0, 1.5]), 500),
        ("second", curve_through([0, 500], [0, 2.5]), None),
        ("third", curve_through([0, 2000], [0, 2]), 999),
    ]
    return stacked_curve(a), stacked_curve(b)


def test_the_papers_factories() -> None:
    a, b = factories()
    levels = np.array([1.0, 500.0, 1000.0, 1999.0])
    np.testing.assert_allclose((a.total(levels) / levels)[[0, 2, 3]], [0.002, 0.0012236068, 0.0011113596], atol=5e-11)
    np.testing.assert_allclose(b.total(levels) / levels, [0.003, 0.003, 0.004, 0.0025007504], atol=5e-11)
    assert a.slope(500.0) == np.inf
    assert a.slope(500.0, side="left") == 0.002
    assert a.slope(1000.0) == 0.0
    assert (shape_of(a), shape_of(b)) == ("mixed", "mixed")
    assert is_rising(a) and is_rising(b)
    with pytest.raises(no.DataError, match="says nothing of 2000"):
        a.total(2000.0)


def test_at_a_jump_the_lower_total_holds() -> None:
    curve = curve_through([0, 0, 5, 5, 10], [0, 3, 4, 7, 9])
    assert curve.total([0, 1e-9, 5, 5 + 1e-9, 10]).tolist() == pytest.approx([0, 3, 4, 7, 9])
    assert curve.jumps.tolist() == [3.0, 3.0]
    assert curve.total([0, 5]).tolist() == [0.0, 4.0]


@pytest.mark.parametrize(
    ("beyond", "total", "slope"), [("line", 5.0 + 3.0 * 10.0, 3.0), ("average", 5.0 / 2.0 * 12.0, 2.5)]
)
def test_a_curve_goes_on_as_asked(beyond: Any, total: float, slope: float) -> None:
    curve = curve_through([0, 1, 2], [0, 2, 5], beyond)
    assert curve.end == np.inf
    assert curve.reported == 2.0
    assert curve.total(12.0) == total
    assert curve.slope(12.0) == slope
    assert curve.total(2.0) == 5.0


def test_a_formula_goes_on_by_its_last_slope() -> None:
    assert formula("q**2", 3.0, "line").total(4.0) == 9.0 + 6.0
    assert formula("q**2", 3.0, "average").total(4.0) == 12.0


@pytest.mark.parametrize(
    ("quantities", "totals", "words"),
    [
        ([0], [0], "1 row;"),
        ([0, 1], [0], "2 quantities and 1 totals"),
        ([1, 2], [0, 1], r"row 1 \(quantity 1, total 0\).*write quantity 0 twice"),
        ([0, 1], [5, 6], r"row 1 \(quantity 0, total 5\)"),
        ([0, 2, 1], [0, 1, 2], r"row 3 \(quantity 1, total 2\) follows quantity 2; sort"),
        ([0, 1, 1, 1, 2], [0, 1, 2, 3, 4], r"row 4 \(quantity 1, total 3\): this quantity stands more than twice"),
        ([0, 1, 1], [0, 1, 2], "last quantity stands twice"),
        ([0, 1, 1, 2], [0, 5, 3, 5], "falls from 5 to 3 at once"),
        ([0, -1], [0, 1], r"row 2 \(quantity -1, total 1\)"),
        ([0, NAN], [0, 1], "row 2 .*finite number"),
        ([0, 1], [0, NAN], "row 2 .*no finite total"),
        ([0, "a"], [0, 1], "row 1 is 'a'"),
        ([0, True], [0, 1], "a truth"),
        ([0, 1e-320], [0, 1e3], "a slope that no double is"),
        ([[0, 1]], [[0, 1]], "one column"),
    ],
)
def test_rows_that_are_no_report(quantities: Any, totals: Any, words: str) -> None:
    with pytest.raises(no.DataError, match=words):
        curve_through(quantities, totals)


def test_an_unknown_continuation() -> None:
    with pytest.raises(no.DataError, match="did you mean 'line'"):
        curve_through([0, 1], [0, 1], "lime")  # type: ignore[arg-type]


def test_a_formula_fills_in_totals_and_contradicts_wrong_ones() -> None:
    root = Formula.read("1 + sqrt(q - 500) / 100")
    curve = composed([0, 500, 1000], [0, 1, NAN], [None, None, root])
    assert curve.total([250, 500, 600]).tolist() == [0.5, 1.0, 1.1]
    assert curve.jumps.tolist() == [0.0, 0.0]
    with pytest.raises(no.DataError, match=r"row 3 \(quantity 1000\) reports a total of 5, its formula .*differs by"):
        composed([0, 500, 1000], [0, 1, 5], [None, None, root])
    with pytest.raises(no.DataError, match="no formula gives it"):
        composed([0, 500, 1000], [0, NAN, NAN], [None, None, root])
    with pytest.raises(no.DataError, match="falls from 2 to 1 at once"):
        composed([0, 500, 1000], [0, 2, NAN], [None, None, root])
    with pytest.raises(no.DataError, match="no piece ends there"):
        composed([0, 500, 500, 1000], [0, 1, 2, 3], [None, None, root, None])
    jumped = composed([0, 500, 500, 1000], [0, 0.5, NAN, NAN], [None, None, None, root])
    assert jumped.jumps.tolist() == [0.0, 0.5]
    with pytest.raises(no.DataError, match="row 3 "):
        composed([0, 500, 500, 1000], [0, 0.5, 0.7, NAN], [None, None, None, root])


@pytest.mark.parametrize(
    ("curve", "shape", "rising"),
    [
        (curve_through([0, 1, 2], [0, 1, 2]), "linear", True),
        (curve_through([0, 0.1, 0.3], [0, 0.3, 0.9]), "linear", True),
        (curve_through([0, 1, 2], [0, 1, 3]), "convex", True),
        (curve_through([0, 1, 2], [0, 2, 3]), "concave", True),
        (curve_through([0, 1, 2, 3], [0, 2, 3, 5]), "mixed", True),
        (curve_through([0, 0, 2], [0, 2, 3]), "concave", True),
        (curve_through([0, 0, 1, 2], [0, 2, 3, 6]), "mixed", True),
        (curve_through([0, 1, 1, 2], [0, 1, 2, 3]), "mixed", True),
        (curve_through([0, 1, 2], [0, -1, 3]), "convex", False),
        (formula("q**1.5", 10), "convex", True),
        (formula("5 + sqrt(q)", 10), "concave", True),
        (formula("5 + q**2", 10), "mixed", True),
        (formula("sqrt(q) - q", 10), "concave", False),
        (formula("q**2 - q", 10), "convex", False),
        (formula("q**3 - 6*q**2 + 12*q", 4), "mixed", True),
        (formula("q**3 - 6*q**2 + 11*q", 4), "mixed", False),
        (formula("q**2", 10, "average"), "mixed", True),
    ],
)
def test_the_shape_of_a_curve(curve: Any, shape: str, rising: bool) -> None:
    assert (shape_of(curve), is_rising(curve)) == (shape, rising)


def test_a_function_becomes_a_formula_or_is_read() -> None:
    assert curve_from_function(lambda q: q**2 / 1000, end=500).formulas[0].text == "q**2 / 1000"  # type: ignore[union-attr]
    read = curve_from_function(lambda q: max(q, 10.0), quantities=[0, 10, 20])
    assert read.total([0, 5, 15]).tolist() == [0.0, 10.0, 15.0]
    for wrong in ({}, {"end": 5.0, "quantities": [0, 5]}, {"end": -1.0}, {"end": "a"}, {"quantities": [1, 2]}):
        with pytest.raises(no.DataError):
            curve_from_function(lambda q: q, **wrong)  # type: ignore[arg-type]
    with pytest.raises(no.DataError, match="give the quantities"):
        curve_from_function(lambda q: q if q > 3 else 2 * q, end=5.0)
    with pytest.raises(no.DataError, match="does not do the same"):
        curve_from_function(lambda q: q * 2 if isinstance(q, float) else q, end=5.0)
    with pytest.raises(no.DataError, match="gives nan at 1"):
        curve_from_function(lambda q: NAN if q else 0.0, quantities=[0, 1])
    with pytest.raises(no.DataError, match="gives no number at 1"):
        curve_from_function(lambda q: 1 / (q - 1), quantities=[0, 1])


def test_units_that_cannot_be_stacked() -> None:
    line = curve_through([0, 10], [0, 10])
    with pytest.raises(no.DataError, match="no production units"):
        stacked_curve([])
    with pytest.raises(no.DataError, match="'mill' has a capacity of 11"):
        stacked_curve([("mill", line, 11)])
    with pytest.raises(no.DataError, match="'mill': a capacity"):
        stacked_curve([("mill", line, 0)])
    assert stacked_curve([("mill", curve_through([0, 10], [0, 10], "line"), 11)]).end == 11.0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 100), st.floats(-50, 50)), min_size=1, max_size=8), st.floats(0, 1))
def test_straight_pieces_interpolate(steps: list[tuple[float, float]], share: float) -> None:
    quantities = np.concatenate([[0.0], np.cumsum([step for step, _ in steps])])
    totals = np.concatenate([[0.0], np.cumsum([rise for _, rise in steps])])
    curve = curve_through(quantities, totals)
    level = share * quantities[-1]
    assert curve.total(level) == pytest.approx(np.interp(level, quantities, totals), rel=1e-12, abs=1e-9)
    np.testing.assert_array_equal(curve.total(quantities), totals)


def test_a_curve_in_other_units() -> None:
    curve = composed([0, 0, 4, 9], [0, 1, 3, NAN], [None, None, None, Formula.read("1 + sqrt(q)")], "line")
    grams = in_units(curve, quantity=1000.0, total=0.5)
    levels = np.array([0.0, 1.0, 4.0, 6.0, 9.0, 12.0])
    np.testing.assert_allclose(grams.total(1000.0 * levels), 0.5 * curve.total(levels), rtol=1e-15)
    np.testing.assert_allclose(grams.slope(1000.0 * levels), curve.slope(levels) / 2000.0, rtol=1e-14)
    assert (grams.reported, grams.end) == (9000.0, np.inf)
    assert same(in_units(curve), curve)
    assert not same(grams, curve)
    assert not same(curve_through([0, 1], [0, 1]), curve_through([0, 1], [0, 1], "line"))
    with pytest.raises(no.DataError, match="factors above 0"):
        in_units(curve, total=0.0)
    with pytest.raises(no.DataError, match="no double reaches"):
        in_units(curve, quantity=1e308)


def test_the_picture_shows_total_and_requirement_per_unit() -> None:
    curve = fitted_curve([100, 500, 500, 1000], [1, 4, 5, 6], "concave", "line")
    figure = curve_figure(curve, "iron for $ ploughs", "piece", "kg")
    total, per_unit = figure.axes
    assert total.get_title(loc="left") == "in all [kg]"
    assert per_unit.get_title(loc="left") == "per unit [kg per piece]"
    dots = next(line for line in total.lines if line.get_marker() == "o")
    np.testing.assert_array_equal(dots.get_xdata(), curve.quantities[:-1])
    np.testing.assert_array_equal(dots.get_ydata(), curve.total(curve.quantities[:-1]))
    assert total.get_legend().get_texts()[0].get_text() == "4 samples, concave fit"
    assert {line.get_linestyle() for line in per_unit.lines} >= {"-", "--"}
    bare = curve_figure(curve_through([0, 0, 2, 2, 5], [0, 1, 2, 3, 4]), "jumps")
    assert sum(line.get_linestyle() == ":" for line in bare.axes[0].lines) == 2
    assert bare.axes[1].get_ylim()[1] < 12.0
    figure.canvas.draw()
