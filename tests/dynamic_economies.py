"""Seeded economies over time: those of :mod:`.seeded`, with any of the tables that speak of time switched on."""

from __future__ import annotations

from typing import Any

import numpy as np

import natura_opt as no

from .seeded import seeded_economy

#: What can be switched on, each with the tables it draws.
PARTS = (
    "lengths", "weights", "lags", "prepared", "least", "exhaustible", "renewable", "labour", "trade", "shifting",
    "retirement", "units", "storage", "emissions", "pollutants", "profiles", "limits",
)  # fmt: skip
OBJECTIVES = ("fulfilment", "assortment", "least-resources", "max-min", "output", "terminal-stocks")
#: Objectives under which every target is met in full.
FIXED = ("least-resources", "output", "terminal-stocks")
#: Objectives that are sums over years, which a discount factor says something to.
SUMS = ("fulfilment", "least-resources", "output")


def dynamic_economy(seed: int, parts: tuple[str, ...] | None = None, whole: bool = True) -> no.Economy:
    """Return the economy of a seed with some of the parts (two in five of them, drawn, where none are named).

    Parameters
    ----------
    whole : whether whole numbers (of investment units) may be drawn.
    """
    rng = np.random.default_rng([seed, 11])
    held = str(rng.choice(["technique", "technique", "pool", "none"]))
    base = seeded_economy(
        seed, goods=(2, 6), periods=(2, 5), objective="fulfilment", capital=held, resources=(1, 3), floor=False,
        storage=False,
    )  # fmt: skip
    chosen = [part for part in PARTS if rng.random() < 0.4] if parts is None else list(parts)
    if not whole:
        chosen = [part for part in chosen if part != "units"]
    axes: dict[str, Any] = {axis: list(labels) for axis, labels in base.axes.items() if len(labels)}
    if {"emissions", "pollutants"} & set(chosen):
        axes["pollutants"] = ["soot", "slag"]
    if "profiles" in chosen:
        axes["profiles"] = ["young", "old"]
    objective = str(rng.choice(OBJECTIVES, p=[0.3, 0.1, 0.15, 0.15, 0.15, 0.15]))
    drawn: dict[str, Any] = {}
    for part in chosen:
        drawn |= _DRAW["prepared" if part == "lags" and objective in FIXED else part](rng, base, held)
    settings, more = _asked(rng, base, objective, held, "storage" in drawn, "damage_weights" in drawn)
    tables = {**base.tables, **drawn, **more}
    if objective in FIXED:  # little enough that it can be served under most limits
        tables["targets"] = {p: np.round(0.02 * base.vector("targets", t), 4) for t, p in enumerate(base.periods)}
    if objective != "least-resources":
        tables.pop("resource_weights", None)
    if objective in ("assortment", "max-min", "terminal-stocks"):
        tables.pop("period_weights", None)
    question = no.Question(objective, settings)
    given = {name: _as_given(table, axes["periods"]) for name, table in tables.items()}
    return no.build_economy(name=f"dynamic{seed}", **axes, questions={"default": question}, **given)


def _as_given(table: Any, periods: list[Any]) -> Any:
    if not hasattr(table, "slices"):
        return table
    return table.slices[None] if None in table.slices else {periods[t]: part for t, part in table.slices.items()}


def _asked(
    rng: np.random.Generator, base: no.Economy, objective: str, held: str, stored: bool, damage: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    settings: dict[str, Any] = {}
    more: dict[str, Any] = {}
    goods, techniques, resources = len(base.goods), len(base.techniques), len(base.resources)
    if (objective in SUMS or damage) and rng.random() < 0.5:
        settings["discount_factor"] = float(np.round(rng.uniform(0.7, 1.0), 3))
    end = str(rng.choice(["none", "keep", "salvage", "growth"])) if held != "none" or stored else "none"
    end = "salvage" if objective == "terminal-stocks" else end
    if end != "none" or rng.random() < 0.3:
        settings["terminal"] = end
    if end == "growth" and rng.random() < 0.7:
        settings["terminal_growth"] = float(np.round(rng.uniform(0, 0.1), 3))
    if end == "salvage":
        more["salvage_values"] = np.round(rng.uniform(0, 0.3, goods), 3)
    if objective == "least-resources":
        more["resource_weights"] = rng.uniform(0.1, 2.0, resources)
    if objective == "output":
        more["activity_weights"] = rng.uniform(0.0, 1.0, techniques)
    return settings, more


def _lengths(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    return {"period_length": rng.choice([0.5, 1.0, 2.0, 5.0], len(base.periods))}


def _weights(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    return {"period_weights": rng.uniform(0.2, 2.0, len(base.periods))}


def _some(rng: np.random.Generator, shape: tuple[int, ...], share: float, most: float) -> np.ndarray:
    return np.where(rng.random(shape) < share, np.round(rng.uniform(0.05, 1.0, shape) * most, 3), 0.0)


def _lags(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    goods, techniques, resources = len(base.goods), len(base.techniques), len(base.resources)
    ahead = {1: _some(rng, (goods, techniques), 0.3, 0.2)}
    if rng.random() < 0.4 and len(base.periods) > 2:
        ahead[2] = _some(rng, (goods, techniques), 0.2, 0.1)
    drawn: dict[str, Any] = {"inputs_ahead": ahead}
    if rng.random() < 0.5:
        drawn["resource_use_ahead"] = {1: _some(rng, (resources, techniques), 0.3, 0.3)}
    return drawn


def _prepared(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    techniques, first = len(base.techniques), base.periods[0]
    return {**_lags(rng, base, held), "prepared_activities": {first: _some(rng, (techniques,), 0.8, 8.0)}}


def _least(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    return {"least_activities": _some(rng, (len(base.techniques),), 0.3, 0.3)}


def _stocked(rng: np.random.Generator, base: no.Economy) -> np.ndarray:
    """Amounts for some resources, infinite for those that have no stock."""
    many = len(base.resources)
    amounts = rng.uniform(20.0, 120.0, many)
    return np.where(rng.random(many) < 0.6, amounts, np.inf)


def _exhaustible(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    amounts = _stocked(rng, base)
    amounts[1:] = np.inf  # left to the renewable and to labour
    return {"exhaustible_stocks": amounts}


def _renewable(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    amounts = np.full(len(base.resources), np.inf)
    if len(amounts) > 1:
        amounts[-1] = rng.uniform(10.0, 60.0)
    drawn: dict[str, Any] = {"renewable_stocks": amounts, "regrowth_rates": rng.uniform(0, 0.2, len(amounts))}
    if rng.random() < 0.5:
        drawn["renewable_capacity"] = np.where(np.isfinite(amounts), 1.5 * np.minimum(amounts, 1e6), np.inf)
    return drawn


def _labour(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    many, techniques = len(base.resources), len(base.techniques)
    force = np.full(many, np.inf)
    if many > 2:
        force[1] = rng.uniform(10.0, 60.0)
    training = np.zeros((many, techniques))
    if many > 2:
        training[1] = _some(rng, (techniques,), 0.4, 0.1) - _some(rng, (techniques,), 0.2, 0.05)
    drawn: dict[str, Any] = {"labour_force": force, "labour_leaving": rng.uniform(0, 0.1, many)}
    if many > 2:
        drawn |= {"training": training, "labour_entering": rng.uniform(0, 2, many) * np.isfinite(force)}
    return drawn


def _trade(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    goods = len(base.goods)
    drawn = {
        "import_prices": rng.uniform(0.5, 2.0, goods),
        "export_prices": rng.uniform(0.2, 0.5, goods),
        "import_limits": _some(rng, (goods,), 0.6, 4.0),
        "export_limits": _some(rng, (goods,), 0.6, 4.0),
    }
    if rng.random() < 0.5:
        drawn["foreign_exchange"] = rng.uniform(-0.2, 2.0, len(base.periods))
    return drawn


def _shifting(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    if held != "technique":
        return {}
    goods = len(base.goods)
    drawn: dict[str, Any] = {"shifting": rng.choice([0.0, 0.5, 0.9, 1.0], goods)}
    if rng.random() < 0.5:
        drawn["shifting_use"] = _some(rng, (len(base.resources), goods), 0.5, 0.5) * (drawn["shifting"] > 0)
    return drawn


def _retirement(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    if held == "none":
        return {}
    drawn: dict[str, Any] = {"service_life": rng.choice([1.0, 2.0, 3.0, np.inf], len(base.goods))}
    if held == "technique" and rng.random() < 0.6:
        start = base.matrix("initial_capital", 0).toarray()
        drawn["retirements"] = {base.periods[1]: start * np.round(rng.uniform(0, 0.6, start.shape), 2)}
    return drawn


def _units(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    return {} if held == "none" else {"investment_units": _some(rng, (len(base.goods),), 0.3, 3.0)}


def _storage(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    goods = len(base.goods)
    keep = rng.choice([0.0, 0.8, 1.0], goods)
    keep[0] = 0.9
    return {"storage": keep, "initial_stocks": rng.uniform(0, 2, goods), "storage_capacity": rng.uniform(1, 9, goods)}


def _emissions(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    techniques = len(base.techniques)
    drawn: dict[str, Any] = {"emissions": rng.uniform(0, 1, (2, techniques)), "emission_budgets": [200.0, np.inf]}
    if rng.random() < 0.5:
        drawn["damage_weights"] = rng.uniform(0, 0.02, 2)
    if rng.random() < 0.5:
        drawn["emission_caps"] = rng.uniform(20, 80, 2)
    return drawn


def _pollutants(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    drawn = {"emissions": rng.uniform(0, 1, (2, len(base.techniques)))}
    drawn |= {"pollutant_stocks": rng.uniform(0, 20, 2), "pollutant_decay": rng.uniform(0, 0.4, 2)}
    drawn["pollutant_stock_caps"] = rng.uniform(40, 200, 2)
    if rng.random() < 0.5:
        drawn["stock_damage_weights"] = rng.uniform(0, 0.01, 2)
    return drawn


def _profiles(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    periods = base.periods
    people = {p: rng.uniform(1, 5, 2) for p in periods}
    return {"baskets": _some(rng, (len(base.goods), 2), 0.6, 0.5), "populations": people}


def _limits(rng: np.random.Generator, base: no.Economy, held: str) -> dict[str, Any]:
    many = len(base.techniques)
    return {"activity_limits": np.where(rng.random(many) < 0.5, rng.uniform(2, 20, many), np.inf)}


_DRAW = {
    "lengths": _lengths, "weights": _weights, "lags": _lags, "prepared": _prepared, "least": _least,
    "exhaustible": _exhaustible, "renewable": _renewable, "labour": _labour, "trade": _trade, "shifting": _shifting,
    "retirement": _retirement, "units": _units, "storage": _storage, "emissions": _emissions,
    "pollutants": _pollutants, "profiles": _profiles, "limits": _limits,
}  # fmt: skip
