"""Seeded economies for tests: random, varied, and feasible by construction; and the same economy in other units.

Every good has a main technique, and ``x* = (I - A)^{-1} targets`` on the main techniques is the plan the tables are
sized around: resources, capital and stocks are what ``x*`` needs, times a random factor. Inputs are scaled so that
every choice of techniques has a spectral radius below .8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

import natura_opt as no
from natura_opt.economy.table import Table

OBJECTIVES = ("fulfilment", "assortment", "least-resources")
CAPITAL = ("technique", "pool", "none")


def seeded_economy(
    seed: int,
    *,
    goods: tuple[int, int] = (2, 20),
    periods: tuple[int, int] = (1, 6),
    objective: str | None = None,
    several: bool | None = None,
    joint: bool | None = None,
    capital: str | None = None,
    stocks: bool | None = None,
    storage: bool | None = None,
    floor: bool | None = None,
    resources: tuple[int, int] = (0, 3),
    varying: bool | None = None,
    all_wanted: bool = False,
) -> no.Economy:
    """Return the economy of a seed; what is not said is chosen at random.

    Parameters
    ----------
    goods, periods, resources : least and greatest number (the first resource is labour, which every technique uses).
    objective : ``fulfilment``, ``assortment`` or ``least-resources``.
    several : several techniques for some goods. joint : joint products.
    capital : ``technique`` (held by each), ``pool`` or ``none``.
    stocks : initial stocks. storage : goods that keep. floor : a least yearly fulfilment that can be met.
    varying : coefficients that differ between periods.
    all_wanted : every good has a target in every period.

    A least-resources economy that has limits or capital has enough of them for every year's targets; one with a
    floor has enough for the floor, without investment.
    """
    rng = np.random.default_rng(seed)

    def chance(given: bool | None, share: float) -> bool:
        drawn = bool(rng.random() < share)  # drawn even when given, so that the rest stays as it is
        return drawn if given is None else given

    n, count = int(rng.integers(goods[0], goods[1] + 1)), int(rng.integers(periods[0], periods[1] + 1))
    asked = OBJECTIVES[rng.choice(3, p=[0.5, 0.25, 0.25])]
    asked = asked if objective is None else objective
    held = CAPITAL[rng.choice(3, p=[0.5, 0.2, 0.3])]
    held = held if capital is None else capital
    number = int(rng.choice([0, 1, 2, 3], p=[0.1, 0.4, 0.3, 0.2]))
    number = min(max(number, resources[0]), resources[1])
    if number == 0 and (held == "none" or asked == "least-resources"):
        number = 1  # something must be scarce, and something must be saved
    with_choice, with_joint = chance(several, 0.5), chance(joint, 0.3)
    with_stocks, with_storage, with_floor = chance(stocks, 0.4), chance(storage, 0.35), chance(floor, 0.4)
    with_change = chance(varying, 0.3)
    enough = asked == "least-resources"

    names = [f"good{k + 1:02d}" for k in range(n)]
    years = [f"year{t + 1}" for t in range(count)]
    kinds = ["labour", "land", "water"][:number]
    makes = list(range(n))  # the good each technique is for; the first n are the main ones
    if with_choice:
        makes += [good for good in range(n) for _ in range(int(rng.choice([0, 1, 2], p=[0.5, 0.35, 0.15])))]
    m = len(makes)
    inputs = _inputs(rng, n, np.array(makes))
    outputs = np.zeros((n, m))
    outputs[makes, range(m)] = 1.0
    if with_joint:
        outputs += np.where(rng.random((n, m)) < 0.6 / n, rng.uniform(0.05, 0.5, (n, m)), 0.0) * (outputs == 0)
    use = np.where(rng.random((number, m)) < 0.6, rng.uniform(0.05, 2.0, (number, m)), 0.0)
    use[:1] = rng.uniform(0.2, 3.0, m)

    targets = _targets(rng, n, count, all_wanted)
    growth = np.power(rng.uniform(0.95, 1.0), np.arange(count)) if with_change else np.ones(count)  # technical progress
    plan = np.zeros((m, count))
    for t in range(count):
        serving = np.linalg.solve(np.eye(n) - growth[t] * inputs[:, :n], targets[:, t])
        plan[:n, t] = np.maximum(serving, 0.0)  # rounding may leave -1e-16 of a good nobody wants
    reach = np.full(count, np.inf)  # fulfilment of each year that is possible without investment

    tables: dict[str, Any] = {"targets": pd.DataFrame(targets, index=names, columns=years)}
    if number:
        needed = np.column_stack([growth[t] * use @ plan[:, t] for t in range(count)])
        limits = np.where(needed > 0, needed, 1.0) * rng.uniform(1.0 if enough else 0.5, 2.0, (number, count))
        if not (enough and chance(None, 0.5)):
            tables["resource_limits"] = limits
            reach = np.minimum(reach, (limits / np.where(needed > 0, needed, 1e-300)).min(axis=0))
    if enough:
        tables["resource_weights"] = rng.uniform(0.1, 5.0, number)
    if held != "none":
        reach = np.minimum(reach, _add_capital(rng, tables, held, plan, n, years, enough, number == 0))
    if with_stocks:
        tables["initial_stocks"] = np.where(rng.random(n) < 0.5, rng.uniform(0.0, 0.6, n) * plan[:n, 0], 0.0)
    if with_storage:
        tables["storage"] = np.where(rng.random(n) < 0.5, rng.choice([0.5, 0.9, 1.0], n), 0.0)
        if chance(None, 0.5):
            tables["storage_capacity"] = rng.uniform(0.05, 1.0, n) * (plan[:n].max(axis=1) + 0.1)

    plain = m == n and not with_joint and chance(None, 0.7)
    unit = np.ones(m) if plain else np.round(rng.uniform(0.2, 5.0, m), 2)  # what one unit of activity makes
    tables["inputs"] = _yearly([g * inputs * unit for g in growth], years, with_change)
    if number:
        tables["resource_use"] = _yearly([g * use * unit for g in growth], years, with_change)
    if "capital" in tables:
        tables["capital"] = tables["capital"] * unit
    if not plain:
        tables["outputs"] = outputs * unit
    level = None
    if asked == "fulfilment" and with_floor:
        level = float(np.round(rng.uniform(0.1, 0.9) * min(reach.min(), 1.0), 4))
    copies = pd.Series(makes).groupby(makes).cumcount()
    ways = ["" if copy == 0 else f" way {copy + 1}" for copy in copies]
    techniques = [names[good] + way for good, way in zip(makes, ways, strict=True)]
    return no.build_economy(
        name=f"seed{seed}",
        goods=names,
        techniques=techniques,
        resources=kinds,
        periods=years,
        questions={"default": no.Question(objective=asked, floor=level or None)},
        **tables,
    )


def _inputs(rng: np.random.Generator, n: int, makes: np.ndarray) -> np.ndarray:
    """Return inputs per unit of output, such that every choice of techniques has a spectral radius below .8."""
    main = np.where(rng.random((n, n)) < min(1.0, 3.0 / n), rng.uniform(0.02, 1.0, (n, n)), 0.0)
    other = main[:, makes] * rng.uniform(0.4, 1.5, (n, len(makes)))
    swapped = rng.random(other.shape) < 0.1  # some inputs are replaced by others
    other = np.where(swapped, rng.uniform(0.0, 0.5, other.shape), other)
    inputs = np.column_stack([main, other[:, n:]])
    worst = np.column_stack([inputs[:, makes == good].max(axis=1) for good in range(n)])
    radius = np.abs(np.linalg.eigvals(worst)).max()
    wanted = rng.uniform(0.1, 0.79)
    return inputs * min(wanted / radius, 1.0) if radius > 1e-9 else inputs * 0.5


def _targets(rng: np.random.Generator, n: int, count: int, all_wanted: bool) -> np.ndarray:
    base = rng.uniform(1.0, 10.0, n)
    yearly = base[:, None] * np.power(rng.uniform(0.95, 1.15, n)[:, None], np.arange(count))
    kept = (rng.random(n) < 0.7)[:, None] & (rng.random((n, count)) < 0.9)
    kept[rng.integers(n, size=count), range(count)] = True  # each year wants something
    return yearly if all_wanted else np.where(kept, yearly, 0.0)


def _yearly(values: list[np.ndarray], years: list[str], varying: bool) -> Any:
    return dict(zip(years, values, strict=True)) if varying else values[0]


def _add_capital(
    rng: np.random.Generator,
    tables: dict[str, Any],
    held: str,
    plan: np.ndarray,
    n: int,
    years: list[str],
    enough: bool,
    everywhere: bool,
) -> np.ndarray:
    """Add capital tables; return the fulfilment of each year that is possible without investment."""
    m, count = plan.shape
    durable = rng.random(n) < min(0.5, 4.0 / n)
    durable[rng.integers(n)] = True
    tied = np.where(durable[:, None] & (rng.random((n, m)) < 0.6), rng.uniform(0.05, 2.0, (n, m)), 0.0)
    if everywhere or not tied[:, :n].any():
        tied[np.flatnonzero(durable)[0]] = rng.uniform(0.05, 2.0, m)  # every technique is limited by something
    wear = np.where(tied > 0, rng.choice([0.0, 1.0], p=[0.3, 0.7]) * rng.uniform(0.0, 0.2, (n, m)), 0.0)
    worn = rng.uniform(0.0, 0.2, n)
    lowest = 1.0 if enough else 0.5
    ages = np.arange(count)
    tables["capital"] = tied
    if rng.random() < 0.4:
        tables["investment_lag"] = rng.integers(1, 3, n).astype(float)
    if held == "pool":
        needed = tied @ plan
        there = needed.max(axis=1) * rng.uniform(lowest, 2.0, n)
        if enough:
            there = there / (1 - worn) ** (count - 1)
        tables["capital_pool"] = there
        tables["pool_depreciation"] = worn
        lasting = there[:, None] * (1 - worn)[:, None] ** ages
    else:
        needs = tied[:, :, None] * plan[None, :, :]
        there = needs.max(axis=2) * rng.uniform(lowest, 2.0, (n, m))
        if enough:
            there = there / (1 - wear) ** (count - 1)
        spare = rng.random((n, m)) < 0.5  # what the other techniques of a good start with
        there[:, n:] = (tied[:, n:] * rng.uniform(0.0, 2.0, (n, m - n))) * spare[:, n:]
        tables["initial_capital"] = there
        if wear.any():
            tables["depreciation"] = wear
        if rng.random() < 0.5:
            arrivals = [np.where(rng.random((n, m)) < 0.2, there * rng.random((n, m)), 0.0) for _ in years]
            tables["capital_orders"] = dict(zip(years, arrivals, strict=True))
        needed = needs.reshape(n * m, count)
        lasting = there.reshape(-1, 1) * (1 - wear.reshape(-1, 1)) ** ages
    return (lasting / np.where(needed > 0, needed, 1e-300)).min(axis=0, initial=np.inf)


Factors = Mapping[Any, float] | Iterable[float] | None


def unit_factors(
    economy: no.Economy, goods: Factors = None, techniques: Factors = None, resources: Factors = None
) -> dict[str, np.ndarray]:
    """Return the factor of each label of each axis: a number in the new unit is the old number times it.

    Where there is no table ``outputs``, a technique makes one unit of its good, so its unit follows its good's unless
    another is asked for.
    """
    if techniques is None and not economy.has("outputs"):
        techniques = goods
    given = {"goods": goods, "techniques": techniques, "resources": resources}
    found = {}
    for axis, index in economy.axes.items():
        factors = given.get(axis)
        if factors is None:
            found[axis] = np.ones(len(index))
        elif isinstance(factors, Mapping):
            found[axis] = np.array([factors[label] for label in index], dtype=float)
        else:
            found[axis] = np.array(list(factors), dtype=float)
            assert found[axis].shape == (len(index),), f"{found[axis].shape} factors for {len(index)} {axis}"
    return found


def in_other_units(
    economy: no.Economy,
    goods_factors: Factors,
    technique_factors: Factors = None,
    resource_factors: Factors = None,
) -> no.Economy:
    """Return the same economy with other units: a quantity q of a good is written q times the good's factor.

    Every table is converted by its unit rule (``natura_opt.TABLES[...].unit``).
    """
    factors = unit_factors(economy, goods_factors, technique_factors, resource_factors)
    tables = dict(economy.tables)
    if not economy.has("outputs") and not np.array_equal(factors["goods"], factors["techniques"]):
        tables["outputs"] = Table(no.TABLES["outputs"], {None: sp.eye_array(len(economy.goods), format="csr")})
    converted = {}
    for name, table in tables.items():
        spec = table.spec
        row, column = _rule(spec.unit, spec.axes, factors)
        slices = {
            key: sp.csr_array(sp.diags_array(row) @ part @ sp.diags_array(column)) if spec.is_matrix else part * row
            for key, part in table.slices.items()
        }
        converted[name] = Table(spec, slices)
    changed = economy.with_changes(name=f"{economy.name} in other units", **converted)
    return replace(changed, units={})


def _rule(unit: str, axes: tuple[str, ...], factors: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return what rows and columns of a table are multiplied by: ``goods / techniques`` is factor over factor."""
    sides = [np.ones(len(factors[axis])) for axis in axes]
    over, *under = unit.split(" / ")
    for part, power in [(over, 1), *((part, -1) for part in under)]:
        if part != "1":
            sides[axes.index(part)] = sides[axes.index(part)] * factors[part] ** power
    return sides if len(sides) == 2 else [*sides, np.ones(1)]


def not_proved(plan: no.Plan) -> no.Plan:
    """Return the plan as it would stand had its proof not passed (in rational arithmetic it always does)."""
    certificate = replace(plan.certificate, tolerance=1e-300, gap=1e-15)
    return replace(plan, status=no.Status.UNPROVED, certificate=certificate)
