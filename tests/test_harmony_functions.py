"""Harmony functions: their formulas, slopes, best surpluses, envelopes, the compiled step, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import natura_opt as no
from natura_opt.base.errors import OptionError
from natura_opt.methods.harmony.primal_dual_steps import HARMONY_1993, HARMONY_2018, _delivery
from natura_opt.objectives.harmony_functions import (
    H1993,
    H1993_ENVELOPE,
    H2018,
    HARMONY_FUNCTIONS,
    HarmonyFunction,
    harmony_function,
)

CONCAVE = [H2018, H1993_ENVELOPE]
SATURATING = HarmonyFunction("saturating", lambda s: 1.0 - np.exp(-s), lambda s: np.exp(-s))
NAMED = {"2018": H2018, "1993": H1993, "1993-envelope": H1993_ENVELOPE}


def grid() -> np.ndarray:
    return np.unique(np.concatenate([np.linspace(-1.0, 3.0, 8001), np.geomspace(3.0, 1e4, 2000)]))


def test_the_formulas() -> None:
    s = np.array([-1.0, -0.6, -0.5, -0.1, 0.0, 0.1, 0.25, 1.0, 8.0])
    assert H2018.value(s) == pytest.approx([x - x * x / 2 if x < 0 else np.log(1 + x) for x in s])
    assert H1993.value(s) == pytest.approx([-x * x if x < 0 else np.sqrt(x) for x in s])
    assert H1993_ENVELOPE.value(s) == pytest.approx(
        [-x * x if x < -0.5 else x + 0.25 if x <= 0.25 else np.sqrt(x) for x in s]
    )
    assert set(HARMONY_FUNCTIONS) == set(NAMED)
    for name, function in NAMED.items():
        assert harmony_function(name) is function and harmony_function(function) is function


def test_slope_and_curvature_of_2018_on_both_sides_of_the_target() -> None:
    for side in (-1e-5, 1e-5):
        at = np.array([0.0, side, 2 * side])
        value, slope = H2018.value(at), H2018.slope(at)
        assert slope[0] == 1.0
        assert (value[1] - value[0]) / side == pytest.approx(1.0, abs=1e-4)
        assert (slope[1] - slope[0]) / side == pytest.approx(-1.0, abs=1e-4)


@pytest.mark.parametrize("function", [*CONCAVE, H1993, SATURATING], ids=lambda f: f.name)
def test_slopes_are_those_of_the_values(function: HarmonyFunction) -> None:
    s = np.array([-0.95, -0.7, -0.3, -0.02, 0.013, 0.2, 0.4, 3.0, 50.0])
    step = 1e-6 * (1.0 + np.abs(s))
    quotient = (function.value(s + step) - function.value(s - step)) / (2 * step)
    assert function.slope(s) == pytest.approx(quotient, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("function", [*CONCAVE, SATURATING], ids=lambda f: f.name)
@pytest.mark.parametrize("given", [True, False])
def test_the_best_surplus_is_the_best(function: HarmonyFunction, given: bool) -> None:
    """By its formula and by bisection: nothing on a fine grid is better."""
    tried = function if given else HarmonyFunction(f"{function.name} again", function.value, function.slope)
    prices = np.array([0.011, 0.1, 0.3, 0.77, 1.0, 1.2, 1.999, 2.0, 2.7, 5.0])
    best = tried.best_surplus(prices)
    assert (best >= -1.0).all()
    at = grid()
    for price, s in zip(prices, best, strict=True):
        reached = float(function.value(np.array([s]))[0]) - price * s
        assert reached >= (function.value(at) - price * at).max() - 1e-12


def test_the_envelope_is_the_least_concave_function_above() -> None:
    """Above everywhere, equal where 1993 is concave, and a straight line between two points where both meet."""
    s = grid()
    above = H1993_ENVELOPE.value(s) - H1993.value(s)
    assert above.min() >= -1e-15
    outside = (s <= -0.5) | (s >= 0.25)
    assert np.abs(above[outside]).max() < 1e-12
    assert H1993.envelope is H1993_ENVELOPE and H2018.envelope is H2018
    ends = np.array([-0.5, 0.25])
    assert H1993_ENVELOPE.value(ends) == pytest.approx(H1993.value(ends))
    chord = np.interp(s[~outside], ends, H1993.value(ends))
    assert H1993_ENVELOPE.value(s[~outside]) == pytest.approx(chord, abs=1e-15)


@pytest.mark.parametrize(("kind", "function"), [(HARMONY_2018, H2018), (HARMONY_1993, H1993_ENVELOPE)])
def test_the_compiled_step_maximises(kind: int, function: HarmonyFunction) -> None:
    """The primal-dual method's own step: argmax over c >= 0 of ``h H(c/g - 1) - (c - v)^2 / (2 step)``."""
    rng = np.random.default_rng(kind)
    for _ in range(300):
        v, step, weight = rng.normal() * 3, 10 ** rng.uniform(-3, 2), 10 ** rng.uniform(-2, 2)
        target = 10 ** rng.uniform(-2, 2)

        def worth(c: float, v: float = v, step: float = step, weight: float = weight, target: float = target) -> float:
            return float(weight * function.value(np.array([c / target - 1.0]))[0] - (c - v) ** 2 / (2 * step))

        found = float(_delivery(kind, v, step, weight, target))
        most = max(v, 0.0) + 2 * target + np.sqrt(2 * step * weight) + 4 * step * weight / target
        other = minimize_scalar(lambda c, f=worth: -f(c), bounds=(0.0, most), method="bounded").x
        assert found >= 0.0
        assert worth(found) >= max(worth(other), worth(0.0)) - 1e-9 * (1.0 + abs(worth(other)))


@pytest.mark.parametrize("function", [H2018, H1993, H1993_ENVELOPE], ids=lambda f: f.name)
def test_enormous_surpluses_and_tiny_prices_make_no_noise(function: HarmonyFunction) -> None:
    """Prices of zero (1e-300) put surpluses at 1e300, whose square is no number: warnings are errors here."""
    s = np.array([-1.0, 0.0, 1e150, 1e200, 1e300])
    assert np.isfinite(function.value(s)).all()
    if function.best is not None:
        best = function.best_surplus(np.array([1e-300, 1e-160, 1e-8]))
        assert (np.diff(best) <= 0).all() and best[-1] >= 1e7


# ---- functions of the user's own --------------------------------------------


@pytest.mark.parametrize(
    ("value", "slope", "said"),
    [
        (lambda s: s * s, lambda s: 2 * s, "must not increase"),
        (lambda s: -s, lambda s: -np.ones_like(s), "must not lower"),
        (lambda s: np.log1p(s), lambda s: 1 / (1 + s), "finite for every surplus"),
        (lambda s: np.full_like(s, np.nan), lambda s: np.ones_like(s), "finite for every surplus"),
        (lambda s: s, lambda s: np.full_like(s, np.nan), "slope must be finite"),
    ],
)
def test_what_is_no_harmony_function_is_refused(value: Any, slope: Any, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        HarmonyFunction("mine", value, slope)


@pytest.mark.parametrize("curve", [lambda s: 1.0, lambda s: float(s), lambda s: [1.0], lambda s: None])
def test_curves_that_do_not_take_arrays_get_a_sentence(curve: Callable[[Any], Any]) -> None:
    with pytest.raises(OptionError, match="mine"):
        HarmonyFunction("mine", lambda s: 1.0 - np.exp(-s), curve)
    with pytest.raises(OptionError, match="mine"):
        HarmonyFunction("mine", curve, lambda s: np.exp(-s))


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_slope_that_is_not_the_values_is_refused(factor: float) -> None:
    """Half the slope gives 'tangents' that cross the function, and a false bound (0.31 where 0.75 is reached)."""
    with pytest.raises(OptionError, match="slope"):
        HarmonyFunction("mine", lambda s: 1.0 - np.exp(-s), lambda s: factor * np.exp(-s))


def test_an_envelope_below_its_function_is_refused() -> None:
    below = HarmonyFunction("below", lambda s: 0.5 * s - 5.0, lambda s: np.full_like(s, 0.5))
    with pytest.raises(OptionError, match="envelope"):
        HarmonyFunction("mine", lambda s: s**3, lambda s: 3 * s * s, concave=False, concave_envelope=below)


def test_the_name_of_a_known_function_is_not_taken_by_another() -> None:
    """Methods choose their step by the name: 'another 2018' would be solved as Cockshott's."""
    with pytest.raises(OptionError, match="2018"):
        HarmonyFunction("2018", lambda s: 1.0 - np.exp(-s), lambda s: np.exp(-s))


def test_a_function_without_envelope_is_refused_where_one_is_needed() -> None:
    cubic = HarmonyFunction("cubic", lambda s: s**3, lambda s: 3 * s * s, concave=False)
    with pytest.raises(OptionError, match="concave envelope: give one"):
        no.solve("excavators", function=cubic, objective="harmony")


@pytest.mark.parametrize(
    ("given", "said"), [("208", "did you mean '2018'"), ("1990", "Known"), (None, "harmony function")]
)
def test_names_of_functions(given: Any, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        harmony_function(given)


def test_a_year_that_is_a_number_is_understood_or_refused_sensibly() -> None:
    """Not: unknown harmony function '2018'; did you mean '2018'?"""
    try:
        assert harmony_function(2018) is H2018  # type: ignore[arg-type]
    except OptionError as error:
        assert "did you mean '2018'" not in str(error)
