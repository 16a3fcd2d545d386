"""Plans for more and more periods: HiGHS's own choice, simplex, interior point with crossover, and PDLP.

The United Kingdom of 2015 (129 industries; a seeded economy of like size where its files are not there) over 5, 10, 20
and 40 years, the last year's targets and labour repeated. Each way goes on to longer horizons for as long as it may,
and its answers count only when proved: at 1e-9, PDLP's at 1e-6. Seconds, processor seconds and memory are told for each
number of periods, and processor seconds fitted against it: they say more where other work shares the machine. So is
memory, and what ``auto`` takes is held against the best of the others.
"""

from __future__ import annotations

import resource
import time
from typing import Any

import numpy as np

import natura_opt as no

from ..economies import at_horizon, has_uk_2015, seeded_plan, uk_2015
from ..measuring import Competitor, Result, race

TITLE = "ways of HiGHS as the number of periods grows"
OURS = "auto"
_WAYS = {OURS: ("auto", 1e-9), "simplex": ("simplex", 1e-9), "ipm": ("ipm", 1e-9), "pdlp": ("pdlp", 1e-6)}
_PERIODS = {"tiny": (2, 3), "small": (5, 10, 20, 40), "full": (5, 10, 20, 40)}
_ALLOWED = {"tiny": 10.0, "small": 60.0, "full": 900.0}
_AGREE = 1e-5


def run(size: str) -> Result:
    """Race the ways at the shortest horizon, then let each go as far as it may."""
    economy = _economy(size)
    shortest = at_horizon(economy, _PERIODS[size][0])
    repeats = 1 if size == "full" else 3
    competitors = [Competitor(name, _solving(name, shortest, _ALLOWED[size])) for name in _WAYS]
    rows = race(competitors, OURS, _same, repeats=repeats)
    spent: dict[str, dict[int, tuple[float, float, bool]]] = {name: {} for name in _WAYS}
    figures: dict[str, Any] = {"coefficients": {}, "megabytes at most so far": {}}
    for count in _PERIODS[size]:
        longer = at_horizon(economy, count)
        figures["coefficients"][f"{count} periods"] = no.linear_program(longer).matrix.nnz
        for name in _WAYS:
            if all(proved for _, _, proved in spent[name].values()):
                spent[name][count] = _spent(name, longer, _ALLOWED[size])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        figures["megabytes at most so far"][f"{count} periods"] = peak
    for place, what in enumerate(("seconds", "processor seconds")):
        for name, found in spent.items():
            figures[f"{what}, {name}"] = {
                f"{count} periods": numbers[place] if numbers[2] else f"not proved after {numbers[place]:.0f}"
                for count, numbers in found.items()
            }
    figures["exponents of processor seconds against periods"] = {
        name: _exponent({count: numbers[1] for count, numbers in found.items() if numbers[2]})
        for name, found in spent.items()
    }
    figures["exponent of megabytes against periods"] = _exponent(
        {int(name.split()[0]): peak for name, peak in figures["megabytes at most so far"].items()}
    )
    figures["processor seconds of auto against the best"] = {
        f"{count} periods": ratio for count, ratio in _against_best(spent).items()
    }
    return Result("horizon", TITLE, size, OURS, rows, figures)


def _economy(size: str) -> no.Economy:
    if size == "tiny":
        return seeded_plan(1, 6, 2)
    if size == "small":
        return no.read("uk_2015_20")
    return uk_2015() if has_uk_2015() else seeded_plan(1, 129, 5, capital_per_good=20)


def _solving(name: str, economy: no.Economy, allowed: float) -> Any:
    way, tolerance = _WAYS[name]

    def solve() -> float | None:
        plan = no.solve(economy, method=way, tolerance=tolerance, time_limit=allowed)
        return float(plan.objective) if plan.proved else None

    return solve


def _spent(name: str, economy: no.Economy, allowed: float) -> tuple[float, float, bool]:
    """Return seconds, processor seconds, and whether the plan was proved."""
    began, worked = time.perf_counter(), time.process_time()
    found = _solving(name, economy, allowed)()
    return time.perf_counter() - began, time.process_time() - worked, found is not None


def _against_best(spent: dict[str, dict[int, tuple[float, float, bool]]]) -> dict[int, float]:
    """Return, for each number of periods at which ``auto`` was proved, its processor seconds by the fewest of any."""
    best = {
        count: min(found[count][1] for found in spent.values() if count in found and found[count][2])
        for count, (_, _, proved) in spent[OURS].items()
        if proved
    }
    return {count: spent[OURS][count][1] / seconds for count, seconds in best.items()}


def _same(ours: float | None, other: float | None) -> bool | None:
    """Compare optima; of what was not proved in time nothing can be said."""
    if ours is None or other is None:
        return None if other is None else False
    return abs(ours - other) <= _AGREE * abs(ours)


def _exponent(seconds: dict[int, float]) -> float | None:
    """Return the slope of log seconds against log periods, of at least two horizons."""
    if len(seconds) < 2:
        return None
    return float(np.polyfit(np.log(list(seconds)), np.log(list(seconds.values())), 1)[0])
