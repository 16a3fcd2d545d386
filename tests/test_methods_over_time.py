"""No method leaves a table or a setting of time out of account in silence: it reaches the optimum that the question's
program proves, or says by name what it does not take.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.base.errors import QuestionError
from natura_opt.economy.question import SETTINGS_OF_LAWS
from natura_opt.laws.curve_settings import CurveSettings
from natura_opt.tables.registry import TABLES

FREE = float("inf")
SMOKE = {"pollutants": ["smoke"], "emissions": [[0.5, 1.0]]}
HELD = {"capital": [[0.2, 0], [0, 0.1]], "initial_capital": [[2, 0], [0, 1]]}
TRADE = {"import_limits": [1, 0], "export_limits": [0, 2], "import_prices": [1, 1], "export_prices": [1, 0.5]}
RESERVE = {
    "resources": ["labour", "ore"],
    "resource_use": [[1, 2], [0.1, 0.4]],
    "resource_limits": [10, 99],
    "resource_weights": [1, 0],
}

#: What is added to the economy below, by the table that it is about: the number of periods, to tables.
ADDED: dict[str, Callable[[int], dict[str, Any]]] = {
    "inputs_ahead": lambda n: {"inputs_ahead": {1: [[0, 0.1], [0.1, 0]]}, "prepared_activities": [4, 3]},
    "resource_use_ahead": lambda n: {"resource_use_ahead": {1: [[0.3, 0.1]]}, "prepared_activities": [4, 3]},
    "exhaustible_stocks": lambda n: RESERVE | {"exhaustible_stocks": [FREE, 0.8]},
    "renewable_stocks": lambda n: RESERVE | {"renewable_stocks": [FREE, 0.8], "regrowth_rates": [0, 0.1]},
    "labour_force": lambda n: {"labour_force": [7], "labour_leaving": [0.1]},
    "training": lambda n: {"labour_force": [7], "training": [[0.05, 0]]},
    "pollutant_stocks": lambda n: SMOKE | {"pollutant_stocks": [1], "pollutant_stock_caps": [2.5]},
    "pollutant_stock_caps": lambda n: SMOKE | {"pollutant_stock_caps": [1.5], "pollutant_decay": [0.2]},
    "stock_damage_weights": lambda n: SMOKE | {"stock_damage_weights": [0.02]},
    "damage_weights": lambda n: SMOKE | {"damage_weights": [0.02]},
    "shifting": lambda n: HELD | {"shifting": [0.5, 0.5]},
    "service_life": lambda n: HELD | {"service_life": [1, FREE]},
    "retirements": lambda n: HELD | {"retirements": {"1": [[1, 0], [0, 0]]}},
    "investment_units": lambda n: HELD | {"investment_units": [0.5, 0]},
    "salvage_values": lambda n: HELD | {"salvage_values": [0.3, 0.1]},
    "period_length": lambda n: {"period_length": [2.0, 3.0][:n], "resource_limits": [9]},
    "period_weights": lambda n: {"period_weights": [0.5, 2.0][:n]},
    "least_activities": lambda n: {"least_activities": [0, 3]},
    "activity_weights": lambda n: {"activity_weights": [1, 1]},
    "foreign_exchange": lambda n: TRADE | {"foreign_exchange": [0.2, 0.1][:n]},
    "baskets": lambda n: {"profiles": ["all"], "baskets": [[1], [0.5]], "populations": np.array([[2.0, 1.0]])[:, :n]},
}
#: Settings of laws, otherwise than by default, and what they are about.
SET: dict[str, tuple[dict[str, Any], Callable[[int], dict[str, Any]]]] = {
    "discount_factor": ({"discount_factor": 0.8}, lambda n: {}),
    "terminal": ({"terminal": "keep"}, lambda n: HELD | {"depreciation": [[0.1, 0], [0, 0.2]]}),
    "terminal_growth": (
        {"terminal": "growth", "terminal_growth": 0.05},
        lambda n: HELD | {"depreciation": [[0.1, 0], [0, 0.2]]},
    ),
}
LINEAR = ("fixed-point", "prices", "lahiri")
HARMONY = ("harmony", "harmony-1990", "harmony-2018")
OBJECTIVES = {
    "lahiri": ("least-resources",),
    "prices": ("fulfilment",),
    "fixed-point": ("fulfilment", "least-resources"),
}


def plain(periods: int, **tables: Any) -> no.Economy:
    """An economy that every method answers where it has one period, and some where it has two."""
    usual: dict[str, Any] = {
        "goods": ["corn", "tool"],
        "inputs": [[0.1, 0.2], [0.05, 0.1]],
        "resources": ["labour"],
        "resource_use": [[1, 2]],
        "resource_limits": [10],
        "resource_weights": [1],
        "targets": [2, 1],
        "periods": periods,
    }
    return no.build_economy(**(usual | tables))


def asked(economy: no.Economy, objective: str, settings: dict[str, Any]) -> no.Question:
    """A question that leaves out what its objective does not use."""
    unused = [] if objective == "least-resources" or "resource_weights" not in economy.tables else ["resource_weights"]
    return no.Question(objective, settings, leave_out=unused)


@cache
def answers(method: str, objective: str, periods: int, held: bool) -> bool:
    """Whether a method answers the plain economy (with capital), before anything is added."""
    economy = plain(periods, **(HELD if held else {}))
    try:
        no.solve(economy, asked(economy, objective, {}), method=method)
    except QuestionError:
        return False
    return True


def best(economy: no.Economy, question: no.Question) -> float | None:
    """The optimum that the question's program proves; None where it has no plan, or the question is refused."""
    try:
        plan = no.solve(economy, question)
    except QuestionError:
        return None
    return plan.objective if plan.proved else None


#: What is tried over two periods in the plain run as well.
OVER_TIME = {*SET, "period_length", "period_weights", "baskets", "pollutant_stocks", "inputs_ahead", "salvage_values"}
CASES = {**{name: ({}, added) for name, added in ADDED.items()}, **SET}


@pytest.mark.parametrize(
    ("name", "periods"),
    [(name, 1) for name in CASES]
    + [
        pytest.param(name, 2, marks=[] if name in OVER_TIME else pytest.mark.exhaustive, id=f"{name}-2")
        for name in CASES
    ],
)
def test_a_method_takes_it_into_account_or_says_that_it_does_not(name: str, periods: int) -> None:
    settings, added = CASES[name]
    tables = added(periods)
    economy = plain(periods, **tables)
    for method in (*LINEAR, *HARMONY):
        for objective in OBJECTIVES.get(method, ("harmony",)):
            if not answers(method, objective, periods, "capital" in tables):
                continue  # it says why of every such economy
            question = asked(economy, objective, settings)
            try:
                plan = no.solve(economy, question, method=method)
            except QuestionError as refused:
                about = {name, *(tables.keys() & TABLES.keys()), *settings}
                assert any(word in str(refused) for word in about), (method, str(refused))
                continue
            if method in ("harmony-1990", "harmony-2018"):  # they have no bound; goals are all that they know
                assert name == "baskets", (method, objective)
                continue
            if objective == "harmony":  # its proof is of the program with every law in it
                assert plan.proved or plan.status in ("infeasible", "unbounded"), str(plan.certificate)
                continue
            optimum = best(economy, question)
            assert plan.proved == (optimum is not None), (method, objective, str(plan.certificate))
            assert optimum is None or plan.objective == pytest.approx(optimum, rel=1e-7), method


def test_every_setting_of_a_law_is_tried() -> None:
    every = {name for settings in SETTINGS_OF_LAWS.values() for name in settings.names()}
    assert every - set(CurveSettings.names()) == set(SET)


@pytest.mark.parametrize("method", ["fixed-point", "prices", "harmony-1990", "harmony-2018"])
def test_compare_says_what_a_method_does_not_take(method: str) -> None:
    """In the table of a comparison, beside the optimum of the program; what is refused has no figure."""
    economy = plain(1, pollutants=["smoke"], emissions=[[0.5, 1.0]], pollutant_stock_caps=[2.0])
    economy = economy.with_changes(resource_weights=None, questions={"default": no.Question("fulfilment")})
    found = no.compare(economy, methods=["highs", method])
    entry = next(entry for entry in found.entries if entry.method == method)
    assert "emission" in entry.refusal or "pollutant_stock_caps" in entry.refusal
    assert found.table.loc[method, "status"] != "optimal" and np.isfinite(found.table.loc["highs", "objective"])


def test_compare_puts_discounted_plans_side_by_side() -> None:
    """A discounted sum over two years: fixed point and harmony are measured from the program's optimum, discounted."""
    economy = plain(2, resource_weights=None, resource_limits=[[10, 12]])
    question = no.Question("fulfilment", discount_factor=0.5)
    found = no.compare(economy, question, methods=["highs", "fixed-point", "prices", "harmony", "harmony-2018"])
    by_method = {entry.method: entry for entry in found.entries}
    first, second = (no.solve(plain(1, resource_weights=None, resource_limits=[limit])).objective for limit in (10, 12))
    for method in ("highs", "fixed-point"):
        assert by_method[method].objective == pytest.approx(first + 0.5 * second, rel=1e-9)
    assert "one period" in by_method["prices"].refusal
    assert "discount_factor" in by_method["harmony-2018"].refusal
    assert by_method["harmony"].plan is not None and by_method["harmony"].plan.proved
