"""Fifty limits of labour: one after the other from the plan before, in blocks of sixteen, on one core and on all.

(The United Kingdom of 2015 comes without emissions; labour is what it has a limit of.)
"""

from __future__ import annotations

import math
import time

import natura_opt as no

from ..measuring import Result, Row, compare_times
from ..revised import BUDGET, COLD, economy_of

TITLE = "fifty limits swept: hot along the path against a solve of each from nothing"
ONE, ALL = "sweep, one core", "sweep, all cores"
_POINTS = {"tiny": 4, "small": 20, "full": 50}


def run(size: str) -> Result:
    """Sweep the labour of the last year from 95 to 105 per cent; seconds are of all points."""
    economy, which = economy_of(size)
    count = _POINTS[size]
    name, last = economy.resources[0], economy.periods[-1]
    usual = float(economy.vector("resource_limits", len(economy.periods) - 1)[0])
    limits = [usual * (0.95 + 0.1 * k / (count - 1)) for k in range(count)]
    over = {f"resource_limits.{name}@{last}": limits}
    rows = [Row(ONE, same=True), Row(ALL, same=True), Row(COLD, same=True)]
    tables = []
    for row, cores in zip(rows, (1, None) if size != "tiny" else (1, 1), strict=False):
        began = time.perf_counter()
        tables.append(no.sweep(economy, over, cores=cores).table)
        row.seconds.append(time.perf_counter() - began)
        row.same = bool(tables[-1].proved.all()) and tables[-1].equals(tables[0])
    spent: list[float] = []
    for limit, found in zip(limits, tables[0].objective, strict=True):
        if len(spent) >= 2 and sum(spent) >= BUDGET[size]:
            break
        began = time.perf_counter()
        with no.Planner(economy) as planner:
            planner.change("resource_limits", {name: limit}, last)
            plan = planner.solve().assert_optimal()
        spent.append(time.perf_counter() - began)
        rows[2].same = rows[2].same and math.isclose(plan.objective, found, rel_tol=1e-8)
    rows[2].seconds = [sum(spent) / len(spent) * count]
    rows[2].figures = {"points solved": len(spent)}
    compare_times(rows, ONE)
    return Result("limits_swept", TITLE, size, ONE, rows, {"economy": which, "points": count})
