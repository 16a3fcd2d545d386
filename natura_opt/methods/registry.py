"""Methods that are not linear programming solvers, by name: imported when asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from ..base.errors import OptionError, refuse_unknown_settings
from ..economy.economy import Economy
from ..economy.files.catalog import read
from ..economy.question import Question
from ..plan.plan import Plan

#: The methods that are not HiGHS's, and the module and function that answer for each.
METHODS_OF_THE_PLAN: dict[str, tuple[str, str]] = {
    "fixed-point": (".fixed_point.fixed_point", "solve_fixed_point"),
    "prices": (".prices.price_coordination", "solve_by_prices"),
    "harmony": (".harmony.solve", "solve_harmony"),
    "harmony-cvxpy": (".harmony.solve", "solve_harmony"),
    "harmony-tangents": (".harmony.solve", "solve_harmony"),
    "harmony-1990": (".harmony.solve", "solve_harmony"),
    "harmony-2018": (".harmony.solve", "solve_harmony"),
}


def answer_by(
    problem: Any,
    question: Question | str | None,
    method: str,
    tolerance: float | None,
    time_limit: float | None,
    settings: dict[str, Any],
) -> Plan:
    """Hand a question to a method that is not a linear programming solver."""
    began = time.perf_counter()
    economy = read(problem) if isinstance(problem, str | Path) else problem
    reading = time.perf_counter() - began
    if not isinstance(economy, Economy):
        raise OptionError(f"method {method!r} takes an economy, not a model spelled by hand")
    asked = question if isinstance(question, Question) else economy.question(question)
    module, function = METHODS_OF_THE_PLAN[method]
    answer = getattr(import_module(module, __package__), function)
    if function == "solve_harmony":
        settings["method"] = method
    elif method == "fixed-point" and time_limit is not None:
        raise OptionError("method 'fixed-point' takes no time_limit; say max_passes=")
    for name, value in (("tolerance", tolerance), ("time_limit", time_limit)):
        if value is not None:
            settings[name] = value
    if function != "solve_harmony":  # which passes them on to the method's own function
        refuse_unknown_settings(method, settings_of(answer), settings)
    plan: Plan = answer(economy, asked, **settings)
    return replace(plan, seconds={"read": reading, **plan.seconds})


def settings_of(answer: Callable[..., Any]) -> list[str]:
    """Return the names of a function's keyword-only parameters."""
    return [p.name for p in signature(answer).parameters.values() if p.kind is p.KEYWORD_ONLY]
