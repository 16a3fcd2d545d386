r"""The centre's side of harmony where industries choose: a mix of complete plans, and the prices to announce next.

A round shows the centre a plan (deliveries ``y`` and shares ``u`` of all there is) and the dual function at its prices,
a value and a slope ``1 - u``. It mixes the plans it has seen,

.. math::  \max_{\lambda \ge 0} \sum_i h_i H\Big(\sum_k \lambda_k y^k_i / g_i - 1\Big), \; \sum_k \lambda_k u^k \le 1,

and announces the prices at which its model of the dual function is least: a smooth part that bends as deliveries do
(:mod:`.by_choice`) and, on top of it, the highest of the tangents that the rounds have shown.

Sources: von Hohenbalken 1977 (simplicial decomposition); Lemaréchal 1975 (bundles).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, nnls

from ...base.arrays import Floats
from ...input_output.directed import rounding
from .choice_model import ChoiceModel, Places
from .wishes import Wishes

#: How exact the small optimisations are, where weights sum to one.
_EXACT, _STEPS = 1e-11, 200
#: The barrier of a mix: at first, lowered by so much, and how often Newton steps at each; its differences of slopes.
_FIRST_BARRIER, _LOWER, _NEWTON, _STEP = 1e-2, 0.2, 12, 1e-6
#: Most tangents to what switching saves.
_CUTS, _MORE = 30, 6


@dataclass(frozen=True, eq=False)
class Round:
    """A plan, and the dual function at the prices it answers.

    Attributes
    ----------
    prices : of all that there is of each scarce thing, shape (m,).
    value : of the dual function there.
    used : the share of all there is that the plan uses, shape (m,).
    deliveries : shape (n,).
    """

    prices: Floats
    value: float
    used: Floats
    deliveries: Floats


def mix(wishes: Wishes, rounds: list[Round], start: Floats) -> Floats:
    """Return how much of each plan to make, shape (rounds,), so that no limit is passed.

    Parameters
    ----------
    start : a mix that passes none.
    """
    wanted = wishes.wanted
    g, h = wishes.targets[wanted], wishes.weights[wanted]
    plans = np.array([done.deliveries[wanted] / g for done in rounds])
    used = np.array([done.used for done in rounds]).T
    sizes = 1.0 / np.maximum(used.max(axis=0), 1e-300)  # as much of each plan as can be made alone
    plans, used = plans * sizes[:, None], used * sizes
    used = used[used.max(axis=1) > 0]
    count, limits = len(rounds), len(used)
    amounts = 0.9 * start / sizes + 0.05 / count

    def worth(amounts: Floats) -> tuple[float, Floats]:
        surplus = np.maximum(amounts @ plans, 0.0) - 1.0
        return float(h @ wishes.function.value(surplus)), surplus

    def barred(amounts: Floats, barrier: float) -> float:
        left = 1.0 - used @ amounts
        if (left <= 0).any() or (amounts <= 0).any():
            return -np.inf
        return worth(amounts)[0] + barrier * float(np.log(left).sum() + np.log(amounts).sum())

    barrier = _FIRST_BARRIER
    while barrier > _EXACT / (count + limits):
        barrier *= _LOWER
        for _ in range(_NEWTON):
            surplus = worth(amounts)[1]
            slope = wishes.function.slope(surplus)
            bend = np.maximum(slope - wishes.function.slope(surplus + _STEP), 0.0) / _STEP
            left = 1.0 - used @ amounts
            gradient = plans @ (h * slope) - barrier * (used.T @ (1.0 / left)) + barrier / amounts
            curve = (plans * (h * bend)) @ plans.T + barrier * ((used.T / left**2) @ used + np.diag(amounts**-2.0))
            step = np.linalg.lstsq(curve, gradient, rcond=1e-15)[0]
            promised = float(gradient @ step)
            length, now = 1.0, barred(amounts, barrier)
            while length > 1e-10 and barred(amounts + length * step, barrier) < now + 0.1 * length * promised:
                length *= 0.5
            if length <= 1e-10:
                break
            amounts = amounts + length * step
            if promised < 0.1 * barrier:
                break
    if not np.isfinite(amounts).all():
        return start
    most = float((used @ amounts).max())
    amounts *= sizes / (most * (1.0 + rounding(count)))  # the tightest limit is met, less what rounding may hide
    return np.asarray(amounts)


@dataclass(frozen=True, eq=False)
class Next:
    """Prices to announce next, and the switches that balance there: rivals taken up, each with a share."""

    prices: Floats
    switches: tuple[tuple[float, Places], ...]


def lowest(model: ChoiceModel, rounds: list[Round], enough: float) -> Next:
    """Return the prices at which the model is least, beneath no tangent that a round has shown.

    What switching saves is known by its tangents, one more a step, until they are nearly exact where all is least.

    Parameters
    ----------
    enough : how nearly.
    """
    slopes = np.array([1.0 - done.used for done in rounds])
    values = np.array([done.value - float(slope @ done.prices) for done, slope in zip(rounds, slopes, strict=True)])
    prices, cuts, taken = model.at, (np.zeros(0), np.zeros((0, len(model.at)))), []
    for _ in range(_CUTS + _MORE * len(model.at)):
        value, slope, rivals = model.switched(prices)
        taken.append(rivals)
        cuts = np.append(cuts[0], value - float(slope @ prices)), np.vstack([cuts[1], slope])
        prices, promised = _least(model, prices, cuts, (values, slopes))
        if model.switched(prices)[0] <= promised + enough:
            break
    return Next(prices, _balance(model, prices, cuts, (values, slopes), taken, enough))


def _least(
    model: ChoiceModel, start: Floats, cuts: tuple[Floats, Floats], shown: tuple[Floats, Floats]
) -> tuple[Floats, float]:
    """Return where the smooth part and the highest of its cuts, or the highest tangent shown, are least.

    Returns
    -------
    The prices, and the height of the highest cut there.
    """
    count = len(start)  # a point: prices, height of the cuts, height of all

    def room(point: Floats) -> Floats:
        prices, cut, height = point[:count], point[count], point[count + 1]
        own = height - cut - model.smooth(prices)[0]
        return np.concatenate([[own], cut - cuts[0] - cuts[1] @ prices, height - shown[0] - shown[1] @ prices])

    def turns(point: Floats) -> Floats:
        found = np.zeros((1 + len(cuts[0]) + len(shown[0]), count + 2))
        found[:, :count] = -np.vstack([model.smooth(point[:count])[1], cuts[1], shown[1]])
        found[0, count:], found[1 : 1 + len(cuts[0]), count] = (-1.0, 1.0), 1.0
        found[1 + len(cuts[0]) :, count + 1] = 1.0
        return found

    up = np.append(np.zeros(count + 1), 1.0)
    cut = float((cuts[0] + cuts[1] @ start).max())
    height = max(cut + model.smooth(start)[0], float((shown[0] + shown[1] @ start).max()))
    first = np.concatenate([start, [cut, height]])
    found = minimize(  # type: ignore[call-overload]
        lambda point: point[-1], first, jac=lambda _: up, method="SLSQP",
        bounds=[(0.0, None)] * count + [(None, None)] * 2,
        constraints=[{"type": "ineq", "fun": room, "jac": turns}], options={"ftol": _EXACT, "maxiter": _STEPS},
    )  # fmt: skip
    prices = np.maximum(found.x[:count] if np.isfinite(found.x).all() else start, 0.0)
    return prices, float((cuts[0] + cuts[1] @ prices).max())


def _balance(
    model: ChoiceModel,
    prices: Floats,
    cuts: tuple[Floats, Floats],
    shown: tuple[Floats, Floats],
    taken: list[Places],
    near: float,
) -> tuple[tuple[float, Places], ...]:
    """Return the shares of the switches whose slopes, with those that rounds have shown, balance at some prices."""
    value, slope = model.smooth(prices)
    heights = cuts[0] + cuts[1] @ prices + value
    tangents = shown[0] + shown[1] @ prices
    top = max(float(heights.max()), float(tangents.max()))
    active, others = np.flatnonzero(heights >= top - 10 * near), np.flatnonzero(tangents >= top - 10 * near)
    free = prices > 1e-9 * max(float(prices.max()), 1e-300)
    slopes = np.vstack([cuts[1][active] + slope, shown[1][others]])[:, free]
    weight = 1e3 * max(float(np.abs(slopes).max(initial=0.0)), 1e-300)  # of shares that sum to one
    system = np.vstack([slopes.T, np.full(len(slopes), weight)])
    shares, _ = nnls(system, np.append(np.zeros(int(free.sum())), weight))
    shares = shares[: len(active)]
    if not shares.sum() > 0:
        return ()
    shares /= shares.sum()
    return tuple((float(share), taken[k]) for share, k in zip(shares, active, strict=True) if share > 1e-9)
