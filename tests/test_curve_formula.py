"""Formulas: read from text and from functions, written back, differentiated; hostile ones refused."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.curves.formula import Formula
from natura_opt.curves.series import point_of
from natura_opt.curves.tracing import traced

NUMBERS = st.floats(0.01, 50).map(lambda value: repr(round(value, 3)))


def _grown(inner: Any) -> Any:
    both = st.tuples(inner, inner)
    return st.one_of(
        both.map(lambda ab: f"({ab[0]}) + ({ab[1]})"),
        both.map(lambda ab: f"({ab[0]}) - ({ab[1]})"),
        both.map(lambda ab: f"({ab[0]}) * ({ab[1]})"),
        both.map(lambda ab: f"({ab[0]}) / (1 + ({ab[1]})**2)"),
        inner.map(lambda a: f"-({a})"),
        inner.map(lambda a: f"sqrt(1 + ({a})**2)"),
        inner.map(lambda a: f"log(2 + ({a})**2)"),
        inner.map(lambda a: f"exp(-({a})**2)"),
        st.tuples(inner, st.integers(0, 3)).map(lambda ap: f"({ap[0]})**{ap[1]}"),
    )


FORMULAS = st.recursive(st.one_of(st.just("q"), NUMBERS), _grown, max_leaves=6)


@settings(max_examples=60, deadline=None)
@given(FORMULAS)
def test_text_is_read_back_as_the_same_formula(text: str) -> None:
    formula = Formula.read(text)
    assert Formula.read(formula.text) == formula
    levels = np.array([0.0, 0.5, 3.0])
    with np.errstate(all="ignore"):
        plain = np.array([eval(text, {"q": level, "sqrt": np.sqrt, "log": np.log, "exp": np.exp}) for level in levels])
    if np.isfinite(plain).all():
        np.testing.assert_allclose(formula.values(levels), plain, rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(FORMULAS, st.floats(0.1, 5))
def test_slopes_lie_where_interval_arithmetic_puts_them(text: str, level: float) -> None:
    formula = Formula.read(text)
    point = point_of(formula, level)
    if max(abs(value) for value in point) < 1e12:
        room = 1e-9 * (1.0 + max(abs(value) for value in point))
        assert point.slope_low - room <= formula.slopes(level) <= point.slope_high + room
        error = float(formula.errors(level)) + 1e-15 * abs(point.high)
        assert point.low - error <= formula.values(level) <= point.high + error


@pytest.mark.parametrize("text", ["q**2/1000", "sqrt(q)", "q**1.5", "log(1+q)", "q/(1+q)", "exp(-q)*q", "2**0.5*q**-2"])
@pytest.mark.parametrize("level", [0.5, 3.0, 40.0])
def test_slopes_against_difference_quotients(text: str, level: float) -> None:
    formula = Formula.read(text)
    step = 1e-5 * level
    quotient = (formula.values(level + step) - formula.values(level - step)) / (2 * step)
    assert formula.slopes(level) == pytest.approx(float(quotient), rel=1e-6, abs=1e-12)


def test_infinite_and_hidden_slopes() -> None:
    assert Formula.read("sqrt(q - 500)").slopes(500.0) == np.inf
    assert Formula.read("-q**0.5").slopes(0.0) == -np.inf
    assert Formula.read("q*sqrt(q)").slopes(0.0) == pytest.approx(0.0, abs=1e-100)
    assert Formula.read("0*sqrt(q) + q").slopes(0.0) == 1.0
    with pytest.raises(no.DataError, match="no total that is a number at q = 1"):
        Formula.read("sqrt(q - 2)").values([2.0, 1.0])
    with pytest.raises(no.DataError, match="at q = 0"):
        Formula.read("1/q").values(0.0)


def test_other_units_and_shifts() -> None:
    formula = Formula.read("q**2 + sqrt(q)")
    kilos = formula.in_units(1000.0, 0.5)  # from tonnes to kilograms of activity; half as many units of what is needed
    assert kilos.values(3000.0) == pytest.approx(0.5 * float(formula.values(3.0)))
    assert formula.shifted(5.0, 2.0).values(8.0) == pytest.approx(2.0 + float(formula.values(3.0)))
    assert formula.in_units(1.0, 1.0) == formula
    assert formula.shifted(0.0, 0.0) == formula


HOSTILE = [
    "q+" * 5000 + "q",
    "(" * 1000 + "q" + ")" * 1000,
    "(" * 900 + "q" + ")" * 900,
    "-" * 1900 + "q",
    "9**9**9",
    "9**9**9**9",
    "1" * 1900,
    "1e999*q",
    "q**101",
    "q**-101",
    "q**q",
    "2**q",
    "1/0",
    "log(0)",
    "sqrt(-1)",
    "(-1)**0.5",
    "0/0*q",
    "",
    " ",
    "q\x00",
    "q;q",
    "q=1",
    "q if q else 1",
    "q > 1",
    "not q",
    "lambda: q",
    "[q]",
    "q[0]",
    "q.real",
    "f'{q}'",
    "'q'",
    "True",
    "None",
    "1j*q",
    "...",
    "x",
    "q^2",
    "q % 2",
    "q // 2",
    "q @ q",
    "~q",
    "min(q, 1)",
    "abs(q)",
    "exp()",
    "exp(q, q)",
    "exp(*q)",
    "exp(x=q)",
    "(exp)(q)(q)",
    "__import__('os').system('true')",
    "().__class__",
    "(q := 3)",
    "q q",
    "2(q)",
    "1or 2",
    "\N{RIGHT-TO-LEFT OVERRIDE}q",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_formulas_are_refused_at_once(text: str) -> None:
    with pytest.raises(no.DataError, match="formula") as caught:
        Formula.read(text)
    assert len(str(caught.value)) < 600


def test_what_is_no_text() -> None:
    for wrong in (5, None, b"q", ["q"], math):
        with pytest.raises(no.DataError, match="is no formula"):
            Formula.read(wrong)  # type: ignore[arg-type]


def test_advice_beside_the_refusal() -> None:
    for text, words in (("q^2", r"q\*\*2"), ("max(q, 1)", "piece of its own"), ("Q + 1", "is called q")):
        with pytest.raises(no.DataError, match=words):
            Formula.read(text)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda q: 2 * q + np.sqrt(q) / 10, "2 * q + sqrt(q) / 10"),
        (lambda q: np.float64(3) * q**1.5 - np.log1p(q), "3 * q**1.5 - log(1 + q)"),
        (lambda q: np.square(q) / 1000 + np.array(2.0) * q, "q**2 / 1000 + 2 * q"),
        (lambda q: -(+q) - (1 - q) + 1 / q, "-q - (1 - q) + 1 / q"),
        (lambda q: np.power(q, 2) * np.exp(-q), "q**2 * exp(-q)"),
        (lambda q: np.expm1(q) + np.reciprocal(1 + q), "exp(q) - 1 + 1 / (1 + q)"),
        (lambda q: Fraction(1, 4) * q, "0.25 * q"),
        (lambda q: 5, "5"),
    ],
)
def test_functions_are_traced(function: Any, text: str) -> None:
    formula = traced(function)
    assert formula.text == text
    assert formula.values(2.0) == pytest.approx(float(function(2.0)), rel=1e-15)


def doubling(q: Any) -> Any:
    for _ in range(40):
        q = q + q
    return q


@pytest.mark.parametrize(
    "function",
    [
        lambda q: 1 if q > 3 else 2,
        lambda q: 1 if q == 3 else 2,
        lambda q: 1 if q else 2,
        lambda q: math.sqrt(q),
        lambda q: float(q),
        lambda q: np.maximum(q, 3),
        lambda q: np.where(q > 5, 1, 2),
        lambda q: np.interp(q, [0, 1], [0, 1]),
        lambda q: np.add.reduce(q),
        lambda q: np.asarray(q) * 2,
        lambda q: np.array([1, 2]) * q,
        lambda q: sum(range(q)),
        lambda q: abs(q),
        lambda q: q // 2,
        lambda q: q % 2,
        lambda q: {1: 2}[q],
        lambda q: q.size,
        lambda q: q**q,
        lambda q: q * float("nan"),
        lambda q: q * True,
        lambda q: [q],
        lambda q: None,
        lambda q: "q",
        lambda q: True,
        lambda: 3,
        doubling,
    ],
)
def test_what_cannot_be_traced(function: Any) -> None:
    with pytest.raises(no.DataError):
        traced(function)
