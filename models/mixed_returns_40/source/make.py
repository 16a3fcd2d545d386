"""Makes the tables of this folder from a seed: forty goods, and 24 curves of every curvature."""

from __future__ import annotations

from pathlib import Path

import numpy as np

HERE = Path(__file__).parents[1]
COUNT = 40
#: What curves are of (inputs, labour or smoke), their shape, and how samples are fitted where they are samples.
KINDS = [
    ("input", "convex", ""), ("labour", "concave", ""), ("smoke", "convex", ""), ("input", "s-shaped", ""),
    ("labour", "convex", ""), ("input", "concave", ""), ("smoke", "concave", ""), ("labour", "s-shaped", ""),
    ("input", "concave", "concave"), ("labour", "convex", "convex"), ("smoke", "s-shaped", "free"),
    ("input", "s-shaped", "isotonic"),
]  # fmt: skip
#: Scales that are reported, as shares of the level that serves the targets.
SHARES = np.array([0.0, 0.3, 0.6, 0.9, 1.2, 1.6, 2.0])


def shape(kind: str, share: np.ndarray) -> np.ndarray:
    """Return a rising total that is 0 at scale 0 and 1 at scale 1."""
    if kind == "s-shaped":
        bent = 1.0 / (1.0 + np.exp(-4.0 * (share - 0.8))) - 1.0 / (1.0 + np.exp(3.2))
        return bent / (1.0 / (1.0 + np.exp(-0.8)) - 1.0 / (1.0 + np.exp(3.2)))
    return share**1.6 if kind == "convex" else share**0.6


def digits(number: float, count: int = 4) -> str:
    """Return a number with so many digits."""
    return f"{float(f'{number:.{count}g}'):.12g}"


def make() -> dict[str, str]:
    """Return the text of every table by file name."""
    rng = np.random.Generator(np.random.PCG64(40))
    goods = [f"good {k + 1:02}" for k in range(COUNT)]
    inputs = np.zeros((COUNT, COUNT))
    for j in range(COUNT):
        used = np.argsort(rng.random(COUNT))[:4]
        inputs[used, j] = np.round(0.05 + 0.15 * rng.random(4), 3)
    use = np.round(np.vstack([0.1 + 0.9 * rng.random(COUNT), 0.05 + 0.25 * rng.random(COUNT)]), 3)
    smoke = np.round(0.5 * rng.random(COUNT), 3)
    targets = np.round(np.where(rng.random(COUNT) < 0.5, 5.0 + 15.0 * rng.random(COUNT), 0.0), 1)
    level = np.linalg.solve(np.eye(COUNT) - inputs, targets)
    limits = [float(row @ level) * more for row, more in zip((*use, smoke), (1.12, 1.3, 1.2), strict=True)]

    curves = ["technique,name,quantity,total,fit"]
    for number, (of, kind, fit) in enumerate(KINDS * 2):
        j = 2 * ((7 * number) % 9) + (20 if number >= len(KINDS) else 0)
        if of == "input":
            i = int(np.flatnonzero(inputs[:, j])[0])
            name, average, inputs[i, j] = goods[i], inputs[i, j], 0.0
        elif of == "labour":
            name, average, use[0, j] = "labour", use[0, j], 0.0
        else:
            name, average, smoke[j] = "smoke", smoke[j], 0.0
        shares = np.append(0.1 + 1.8 * rng.random(8), 2.0) if fit else SHARES
        noise = 1.0 + 0.16 * (rng.random(len(shares)) - 0.5) if fit else 1.0
        totals = average * level[j] * shape(kind, shares) * noise
        for share, total in zip(shares, totals, strict=True):
            curves.append(f"{goods[j]},{name},{digits(share * level[j])},{digits(total)},{fit}")

    def long(rows: list[str], table: np.ndarray) -> str:
        cells = [f"{rows[i]},{goods[j]},{digits(table[i, j])}" for i, j in zip(*np.nonzero(table), strict=True)]
        return "\n".join(["row,column,value", *cells]) + "\n"

    def column(head: str, names: list[str], values: list[float]) -> str:
        return "\n".join([head, *(f"{name},{digits(value)}" for name, value in zip(names, values, strict=True))]) + "\n"

    resources = ["labour", "energy"]
    return {
        "goods.csv": "name,unit\n" + "".join(f"{good},tonne\n" for good in goods),
        "resources.csv": "name,unit\nlabour,person * year\nenergy,megawatt_hour\n",
        "pollutants.csv": "name,unit\nsmoke,kilogram\n",
        "inputs.csv": long(goods, inputs),
        "resource_use.csv": long(resources, use),
        "emissions.csv": long(["smoke"], smoke[None, :]),
        "resource_limits.csv": column("resource,value", resources, limits[:2]),
        "resource_weights.csv": column("resource,value", resources, [1.0, 0.5]),
        "emission_caps.csv": column("pollutant,value", ["smoke"], limits[2:]),
        "targets.csv": column("good,value", goods, list(targets)),
        "curves.csv": "\n".join(curves) + "\n",
    }


if __name__ == "__main__":
    for file, text in make().items():
        (HERE / file).write_text(text, encoding="utf-8")
