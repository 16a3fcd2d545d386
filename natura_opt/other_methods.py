"""Methods that are not linear programming solvers, by name: imported when asked for."""

from __future__ import annotations

import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from .economy.catalog import read
from .economy.economy import Economy
from .economy.question import Question
from .errors import OptionError
from .plan import Plan

#: The methods that are not HiGHS's, and the module and function that answer for each.
METHODS_OF_THE_PLAN: dict[str, tuple[str, str]] = {
    "fixed-point": (".solvers.fixed_point", "solve_fixed_point"),
    "prices": (".solvers.price_coordination", "solve_by_prices"),
    "harmony": (".solving_harmony", "solve_harmony"),
    "harmony-cvxpy": (".solving_harmony", "solve_harmony"),
    "harmony-tangents": (".solving_harmony", "solve_harmony"),
    "harmony-1990": (".solving_harmony", "solve_harmony"),
    "harmony-2018": (".solving_harmony", "solve_harmony"),
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
    try:
        plan: Plan = answer(economy, asked, **settings)
    except TypeError as error:
        if "unexpected keyword" not in str(error):
            raise
        raise OptionError(no_such_setting(method, error)) from None
    return replace(plan, seconds={"read": reading, **plan.seconds})


def no_such_setting(method: str, error: TypeError) -> str:
    """Return the sentence on a setting that a method's function does not take."""
    name = str(error).rpartition("argument ")[2].split("'")[1]
    return f"method {method!r} has no setting {name!r}"
