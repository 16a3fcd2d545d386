"""Forty goods of mixed returns in plain SciPy: to learn from, and an independent check.

What a technique needs of a good or of labour, and the smoke it gives off, may be a curve: the total at each scale.
Every stretch of every curve has a variable that says whether it is open (the incremental form of Markowitz and Manne).
Where a total bends upwards the cheaper stretch is filled first of itself, and any share between 0 and 1 will do; where
one bends downwards the variable must be a whole number.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, brentq, linprog, lsq_linear, milp

HERE = Path(__file__).parent


def column(name: str) -> pd.Series:
    """Read a table of one number per name."""
    return pd.read_csv(HERE / f"{name}.csv", index_col=0)["value"]


GOODS = list(pd.read_csv(HERE / "goods.csv")["name"])
RESOURCES, POLLUTANTS = ["labour", "energy"], ["smoke"]
NEEDS = [*GOODS, *RESOURCES, *POLLUTANTS]


@cache
def numbers() -> np.ndarray:
    """Return what techniques need per unit by number, shape (goods, resources and pollutants, techniques)."""
    table = np.zeros((len(NEEDS), len(GOODS)))
    for name in ("inputs", "resource_use", "emissions"):
        for row, technique, value in pd.read_csv(HERE / f"{name}.csv").itertuples(index=False):
            table[NEEDS.index(row), GOODS.index(technique)] = value
    return table


def risen(values: np.ndarray) -> np.ndarray:
    """Return the nearest values that never fall: neighbours that fall are pooled into their mean."""
    pools: list[list[float]] = []
    for value in values:
        pools.append([value, 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (last, many), (mean, before) = pools.pop(), pools.pop()
            pools.append([(mean * before + last * many) / (before + many), before + many])
    return np.repeat([mean for mean, _ in pools], [int(many) for _, many in pools])


def bent(scales: np.ndarray, totals: np.ndarray, how: str) -> np.ndarray:
    """Return the nearest totals of convex or concave shape: slopes are sums of changes that are not negative."""
    widths = np.diff(scales, prepend=0.0)
    order = np.tri(len(widths)) if how == "convex" else np.tri(len(widths)).T
    matrix = np.cumsum(widths[:, None] * order, axis=0)
    return matrix @ lsq_linear(matrix, totals, (0.0, np.inf), method="bvls", tol=1e-14).x


def curves() -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    """Return the reported and fitted curves by (technique, need): quantities and totals from 0 upwards."""
    found = {}
    for (technique, name), rows in pd.read_csv(HERE / "curves.csv").groupby(["technique", "name"], sort=False):
        rows = rows.sort_values("quantity")
        scales, totals, how = rows["quantity"].to_numpy(), rows["total"].to_numpy(), rows["fit"].iloc[0]
        if isinstance(how, str):
            totals = {"free": lambda t: t, "isotonic": risen}.get(how, lambda t: bent(scales, t, how))(totals)  # noqa: B023
            scales, totals = np.append(0.0, scales), np.append(0.0, totals)
        found[technique, name] = scales, totals
    return found


CURVES = curves()


def program() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[int]]:
    """Return cost, rows <= side, upper bounds, which columns are binary, and the rows of the goods.

    Columns: activities, then for every curved technique its stretches and what opens them.
    """
    curved = list(dict.fromkeys(technique for technique, _ in CURVES))
    cuts = {}
    for technique in curved:
        own = [scales for (who, _), (scales, _) in CURVES.items() if who == technique]
        every = np.unique(np.concatenate(own))
        cuts[technique] = every[every <= min(scales[-1] for scales in own)]
    width = len(GOODS) + sum(2 * (len(cut) - 1) for cut in cuts.values())
    per_unit, need = numbers(), np.zeros((len(NEEDS), width))
    need[:, : len(GOODS)] = per_unit
    need[range(len(GOODS)), range(len(GOODS))] -= 1.0
    upper, binary = np.full(width, np.inf), np.zeros(width, dtype=bool)
    rows, sides, at = [], [], len(GOODS)
    for technique, cut in cuts.items():
        count = len(cut) - 1
        filled, opened = np.arange(at, at + count), np.arange(at + count, at + 2 * count)
        at += 2 * count
        upper[filled], upper[opened] = np.diff(cut), 1.0
        for name in [name for who, name in CURVES if who == technique]:
            slopes = np.diff(np.interp(cut, *CURVES[technique, name])) / np.diff(cut)
            need[NEEDS.index(name), filled] = slopes
            binary[opened[1:]] |= np.diff(slopes) < 0.0
        for sign in (1.0, -1.0):  # activity is the sum of its stretches
            row = np.zeros(width)
            row[GOODS.index(technique)], row[filled] = sign, -sign
            rows.append(row), sides.append(0.0)
        for k in range(count):  # a stretch is filled only once it is opened, and opened once the one before is full
            row = np.zeros(width)
            row[filled[k]], row[opened[k]] = 1.0, -np.diff(cut)[k]
            rows.append(row), sides.append(0.0)
            if k:
                row = np.zeros(width)
                row[filled[k - 1]], row[opened[k]] = -1.0, np.diff(cut)[k - 1]
                rows.append(row), sides.append(0.0)

    goods = list(range(len(rows), len(rows) + len(GOODS)))
    rows, sides = [*rows, *need[: len(GOODS)]], [*sides, *-column("targets")[GOODS]]
    cost = column("resource_weights")[RESOURCES].to_numpy() @ need[len(GOODS) : len(GOODS) + len(RESOURCES)]
    return cost, np.array(rows), np.array(sides), upper, binary, goods


def least() -> tuple[float, np.ndarray, np.ndarray]:
    """Return the least cost of the targets, the activities, and valuations of goods with open stretches as they are.

    Resources are weighed, not limited.
    """
    cost, rows, sides, upper, binary, goods = program()
    constraint = LinearConstraint(rows, -np.inf, sides)
    options = {"mip_rel_gap": 1e-10}
    found = milp(cost, constraints=constraint, bounds=Bounds(0.0, upper), integrality=binary, options=options)
    assert found.status == 0, found.message
    stands = np.where(binary, np.round(found.x), 0.0), np.where(binary, np.round(found.x), upper)
    fixed = linprog(cost, rows, sides, bounds=np.column_stack(stands), method="highs-ds")
    assert fixed.status == 0, fixed.message
    return fixed.fun, fixed.x[: len(GOODS)], np.abs(fixed.ineqlin.marginals[goods])


def needed(x: np.ndarray) -> np.ndarray:
    """Return what all techniques need in all at activity x, shape (goods, resources and pollutants,)."""
    totals = numbers() @ x
    for (technique, name), (scales, curve) in CURVES.items():
        assert x[GOODS.index(technique)] <= scales[-1], technique
        totals[NEEDS.index(name)] += np.interp(x[GOODS.index(technique)], scales, curve)
    return totals


def iterated(target: np.ndarray) -> np.ndarray:
    """Return the least x with x = F(x) x + target, by Lahiri's iteration from below."""
    x = np.zeros(len(GOODS))
    for _ in range(1000):
        following = needed(x)[: len(GOODS)] + target
        if np.abs(following - x).max() <= 1e-14 * following.max():
            return following
        x = following
    raise ArithmeticError("the iteration does not come to rest")


def assortments() -> float:
    """Return the largest number of assortments within the limits: all needs rise with it, so it is where one is met."""
    target = column("targets")[GOODS].to_numpy()
    limits = np.concatenate([column("resource_limits")[RESOURCES], column("emission_caps")[POLLUTANTS]])

    def beyond(number: float) -> float:
        return float((needed(iterated(number * target))[len(GOODS) :] / limits).max()) - 1.0

    return float(brentq(beyond, 0.5, 1.5, xtol=1e-14))


def solve() -> dict[str, float]:
    """Return both optima, and activities and valuations of goods for the default question."""
    cost, x, values = least()
    assert np.allclose(x, iterated(column("targets")[GOODS].to_numpy()), rtol=1e-9)
    figures = {"objective": cost, "assortments": assortments()}
    figures |= {f"activity {good}": level for good, level in zip(GOODS, x, strict=True)}
    return figures | {f"valuation {good}": value for good, value in zip(GOODS, values, strict=True)}


if __name__ == "__main__":
    for name, figure in solve().items():
        print(f"{name:24} {figure:.12g}")
