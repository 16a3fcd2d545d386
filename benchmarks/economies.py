"""Seeded n-year economies: feasible, productive (spectral radius below .8), with capital; and the UK of 2015.

Inputs are drawn so that every column sums to at most .75 in units of equal worth, which bounds the spectral radius;
then the economy is written in natural units, each good in its own, between 10^-spread and 10^spread of that. Labour and
capital are sized around the plan ``x = (I - A)^{-1} targets``, so that there is a plan worth having.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

import natura_opt as no

#: Real data lies beside the checkout where it is there at all; it is never copied.
UK_2015 = Path(__file__).resolve().parents[2] / "shared" / "data" / "uk2015_plan"
FourFiles = tuple[Path, Path, Path, Path]
FOUR_FILES = ("flows.csv", "cap.csv", "dep.csv", "labtarg.csv")


def seeded_plan(
    seed: int, goods: int, years: int, *, density: float = 0.4, capital_per_good: int = 4, spread: float = 0.0
) -> no.Economy:
    """Return an n-year economy of one technique per good, with labour and technique-held capital.

    Parameters
    ----------
    density : share of the input table that is filled (each technique has at least one input).
    capital_per_good : capital goods that each technique ties up.
    spread : the units of goods lie between 10^-spread and 10^spread of equal worth; the economy, and so the best plan,
        is the same whatever they are.
    """
    rng = np.random.default_rng(seed)
    names = [f"good{k + 1:04d}" for k in range(goods)]
    periods = [f"year{t + 1}" for t in range(years)]
    inputs = np.where(rng.random((goods, goods)) < density, rng.lognormal(0.0, 1.0, (goods, goods)), 0.0)
    inputs[rng.integers(goods, size=goods), np.arange(goods)] = 1.0
    inputs *= rng.uniform(0.3, 0.75, goods) / inputs.sum(axis=0)
    labour = rng.uniform(0.1, 1.0, goods)
    targets = rng.uniform(1.0, 10.0, goods)[:, None] * np.power(rng.uniform(1.0, 1.08, goods)[:, None], range(years))
    plan = np.linalg.solve(np.eye(goods) - inputs, targets)
    held, holder, tied, stock = _capital(rng, plan, min(capital_per_good, goods))
    wear = rng.uniform(0.02, 0.12, len(tied))
    available = labour @ plan * rng.uniform(0.9, 1.2, years)
    unit = np.power(10.0, spread * rng.uniform(-1.0, 1.0, goods))
    shape = (goods, goods)
    return no.build_economy(
        name=f"seeded_{goods}x{years}",
        goods=names,
        resources=["labour"],
        periods=periods,
        inputs=sp.csr_array(inputs * unit[:, None] / unit),
        resource_use=(labour / unit)[None, :],
        resource_limits=available[None, :],
        capital=sp.csr_array((tied * unit[held] / unit[holder], (held, holder)), shape=shape),
        initial_capital=sp.csr_array((stock * unit[held], (held, holder)), shape=shape),
        depreciation=sp.csr_array((wear, (held, holder)), shape=shape),
        targets=pd.DataFrame(targets * unit[:, None], index=names, columns=periods),
        objective="fulfilment",
    )


def with_curves(plain: no.Economy, seed: int, curves: int, concave: int, pieces: int) -> no.Economy:
    """Return an economy in which some techniques need their largest input by a curve of the same size.

    A convex curve goes to twice the level that meets the targets at the old coefficients; its slopes rise from half of
    the old coefficient to one and a half times it. A concave one goes to four times that level, as a square root does:
    1.2 times the old coefficient at the level itself, .6 times at the end.

    Parameters
    ----------
    curves, concave : techniques with a curve, and how many of these are concave.
    pieces : of each curve.
    """
    rng = np.random.default_rng(seed)
    inputs = plain.matrix("inputs", 0).toarray()
    level = np.linalg.solve(np.eye(len(inputs)) - inputs, plain.vector("targets", 0))
    given = {}
    for k, j in enumerate(rng.choice(len(inputs), curves, replace=False)):
        i = int(np.argmax(inputs[:, j]))
        slopes = inputs[i, j] * np.sort(rng.uniform(0.5, 1.5, pieces))
        ends = np.linspace(0.0, (4.0 if k < concave else 2.0) * level[j], pieces + 1)
        totals = np.concatenate([[0.0], np.cumsum(slopes * np.diff(ends))])
        if k < concave:
            totals = 1.2 * inputs[i, j] * np.sqrt(level[j] * ends)
        given[plain.techniques[j], plain.goods[i], "inputs"] = np.column_stack([ends, totals])
        inputs[i, j] = 0.0
    return plain.with_changes(inputs=sp.csr_array(inputs), curves=given)


def _capital(
    rng: np.random.Generator, plan: np.ndarray, per_good: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return who holds what: positions of good and technique, what a unit of activity ties up, and the stock."""
    goods = len(plan)
    durable = rng.choice(goods, size=max(per_good, goods // 10), replace=False)
    held = np.concatenate([rng.choice(durable, size=per_good, replace=False) for _ in range(goods)])
    holder = np.repeat(np.arange(goods), per_good)
    tied = rng.uniform(0.05, 1.0, len(held)) / per_good
    return held, holder, tied, tied * plan[holder, 0] * rng.uniform(0.9, 1.3, len(held))


def at_horizon(economy: no.Economy, count: int) -> no.Economy:
    """Return the economy over so many periods: its first ones, or its last year's targets and limits repeated."""
    periods = [f"year{t + 1}" for t in range(count)]
    last = len(economy.periods) - 1

    def stretched(table: str) -> np.ndarray:
        return np.column_stack([economy.vector(table, min(t, last)) for t in range(count)])

    matrices = ("inputs", "resource_use", "capital", "initial_capital", "depreciation")
    return no.build_economy(
        name=f"{economy.name}_{count}",
        goods=economy.goods,
        resources=economy.resources,
        periods=periods,
        targets=stretched("targets"),
        resource_limits=stretched("resource_limits"),
        objective="fulfilment",
        **{table: economy.matrix(table, 0) for table in matrices},
    )


def has_uk_2015() -> bool:
    """Whether the four files of the United Kingdom of 2015 (129 industries, five years) lie beside the checkout."""
    return all((UK_2015 / name).exists() for name in FOUR_FILES)


def uk_2015() -> no.Economy:
    """Read the United Kingdom of 2015 from its four files."""
    return no.read_five_year(*four_files(UK_2015), name="uk_2015")


def write_four_files(economy: no.Economy, folder: Path) -> FourFiles:
    """Write an economy of :func:`seeded_plan` in the four-file form and return the files.

    The base year is the plan that meets the first targets; the capital in use there is the initial capital, as the form
    will have it, so the economy read back differs from the one written in its capital coefficients.
    """
    goods, years = economy.goods, range(len(economy.periods))
    inputs = economy.matrix("inputs", 0).toarray()
    output = np.linalg.solve(np.eye(len(goods)) - inputs, economy.vector("targets", 0))
    flows = pd.DataFrame(inputs * output, index=goods, columns=goods)
    flows.loc["labour"] = economy.matrix("resource_use", 0).toarray()[0] * output
    flows.loc["output"] = output
    labour = [economy.vector("resource_limits", t)[0] for t in years]
    frames = (
        flows,
        pd.DataFrame(economy.matrix("initial_capital", 0).toarray(), index=goods, columns=goods),
        pd.DataFrame(economy.matrix("depreciation", 0).toarray(), index=goods, columns=goods),
        pd.DataFrame(economy.frame("targets")).T.assign(labour=labour),
    )
    paths = four_files(folder)
    for path, frame in zip(paths, frames, strict=True):
        frame.to_csv(path, index_label="name")
    return paths


def four_files(folder: Path) -> FourFiles:
    """Return where the four files of a folder are."""
    flows, cap, dep, labtarg = (folder / name for name in FOUR_FILES)
    return flows, cap, dep, labtarg
