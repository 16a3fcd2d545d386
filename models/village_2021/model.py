"""The village of milk, churns and butter (2021) in plain NumPy and SciPy: to learn from, and an independent check.

Milk feeds people and makes butter. Butter uses up churns, churns use up milk, and both are made by three factories, one
after the other, whose needs depend on how much they make.
What people want is population times basket. How much must be made of each, and with how much labour? And what share of
it can be had on the first day, when nobody may make more in a day than there is in store of it?
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import brentq, least_squares

HERE = Path(__file__).parent
GOODS = list(pd.read_csv(HERE / "goods.csv")["name"])
FIRST, SECOND, THIRD = GOODS
#: Quantities where the next factory begins, and where the last one is full.
BOUNDS = np.array([0.0, 500.0, 1000.0, 1999.0])


def curve_a(q: float) -> float:
    """Return the total by curve a: straight, then a root, then a square."""
    one, two, three = np.diff(np.minimum(q, BOUNDS))
    return (2 * one + 10 * np.sqrt(two) + three**2 / 1000) / 1000


def curve_b(q: float) -> float:
    """Return the total by curve b: slopes .003, .005 and .001."""
    one, two, three = np.diff(np.minimum(q, BOUNDS))
    return (3 * one + 5 * two + three) / 1000


#: Which curve each curved technique needs of which good; three factories, filled in their order, serve both curves.
CURVES = {(SECOND, FIRST): curve_a, (THIRD, SECOND): curve_b}


def table(name: str) -> pd.DataFrame:
    """Read a table beside this file, with its row and column names."""
    return pd.read_csv(HERE / f"{name}.csv", index_col=0)


INPUTS, DEMAND = table("inputs").to_numpy(), table("targets")["value"].to_numpy()
LABOUR = table("resource_use").to_numpy()


def needs(x: np.ndarray) -> np.ndarray:
    """Return what all techniques use up at activity x: F(x) x."""
    used = INPUTS @ x
    for (technique, good), curve in CURVES.items():
        used[GOODS.index(good)] += curve(x[GOODS.index(technique)])
    return used


def iterated(demand: np.ndarray) -> np.ndarray | None:
    """Return the least x with x = F(x) x + demand by Lahiri's iteration from below, or None beyond the last factory."""
    x = np.zeros_like(demand)
    for _ in range(10_000):
        following = needs(x) + demand
        if any(following[GOODS.index(technique)] > BOUNDS[-1] for technique, _ in CURVES):
            return None
        if np.abs(following - x).max() <= 1e-14 * following.max():
            return following
        x = following
    raise ArithmeticError("the iteration does not come to rest")


def by_factories(demand: np.ndarray) -> list[np.ndarray]:
    """Return every x with x = F(x) x + demand, looked for with every choice of the factory in which each scale lies."""
    curved = sorted({GOODS.index(technique) for technique, _ in CURVES})
    found: list[np.ndarray] = []
    for ends in product(range(3), repeat=len(curved)):
        low, high = np.zeros(len(GOODS)), np.full(len(GOODS), 1e6)
        low[curved], high[curved] = BOUNDS[list(ends)], BOUNDS[np.add(ends, 1)]
        for share in (0.01, 0.25, 0.5, 0.75, 0.99):
            start = np.where(high < 1e6, low + share * (high - low), demand + 1.0)
            x = least_squares(lambda x: needs(x) + demand - x, start, bounds=(low, high), xtol=1e-15, ftol=1e-15).x
            if np.abs(needs(x) + demand - x).max() < 1e-6 and not any(np.allclose(x, y, rtol=1e-6) for y in found):
                found.append(x)
    return found


def first_day() -> float:
    """Return the share of all baskets that the stocks allow: the activity of each technique is at most its stock."""
    stocks, labour = table("activity_limits")["value"].to_numpy(), table("resource_limits")["value"].to_numpy()

    def beyond(share: float) -> float:
        x = iterated(share * DEMAND)
        assert x is not None
        return max((x / stocks).max(), (LABOUR @ x / labour).max()) - 1.0

    return float(brentq(beyond, 0.0, 1.0, xtol=1e-18, rtol=1e-14))


def solve() -> dict[str, float]:
    """Return labour and activities for all that is wanted, marginal labour values, and the share of the first day."""
    x = iterated(DEMAND)
    (only,) = by_factories(DEMAND)
    assert x is not None and np.allclose(x, only, rtol=1e-7)
    # the labour that one more of a good takes, p = l + p F' : prices at the slopes of the curves
    slopes, step = INPUTS.copy(), 1e-3
    for (technique, good), curve in CURVES.items():
        q = x[GOODS.index(technique)]
        slopes[GOODS.index(good), GOODS.index(technique)] += (curve(q + step) - curve(q - step)) / (2 * step)
    values = np.linalg.solve((np.eye(len(GOODS)) - slopes).T, LABOUR.sum(axis=0))
    figures = {"objective": float(LABOUR.sum(axis=0) @ x), "share on the first day": first_day()}
    figures |= {f"activity {name}": float(level) for name, level in zip(GOODS, x, strict=True)}
    return figures | {f"valuation {name}": float(value) for name, value in zip(GOODS, values, strict=True)}


if __name__ == "__main__":
    for name, figure in solve().items():
        print(f"{name:28} {figure:.12g}")
