"""What the cases of revised plans have in common: hot against cold along a path, linopy's rebuild beside it.

Seconds are from the change to the proved plan, economy and program included. linopy's are those of stating the model
anew and running HiGHS on it, which proves nothing.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np

import natura_opt as no

from .economies import has_uk_2015, seeded_plan, uk_2015
from .measuring import Result, Row, compare_times
from .roads import linopy

HOT, COLD, LINOPY = "planner, hot", "solved anew", "linopy, stated anew"
#: Seconds after which cold solves and linopy's stop; they have been timed twice by then.
BUDGET = {"tiny": 5.0, "small": 30.0, "full": 120.0}
_SEEDED = {"tiny": (8, 4), "small": (60, 8)}


def economy_of(size: str, periods: int = 5) -> tuple[no.Economy, str]:
    """Return the economy of a size, and which it is: the United Kingdom of 2015 where it is full and the files are
    there; its later years go on as its five do.
    """
    if size == "full" and has_uk_2015():
        return prolonged(uk_2015(), periods), "United Kingdom 2015, 129 industries"
    goods, years = _SEEDED.get(size, (100, 8))
    return seeded_plan(3, goods, max(years, periods), density=min(0.4, 20 / goods)), f"seeded, {goods} goods"


def prolonged(economy: no.Economy, periods: int) -> no.Economy:
    """Return an economy of more periods, in which targets and limits go on growing at their average rates."""
    count = len(economy.periods)
    if periods <= count:
        return economy
    later = range(1, periods - count + 1)

    def longer(table: str) -> Any:
        first, last = economy.vector(table, 0), economy.vector(table, count - 1)
        rate = np.power(last / np.where(first > 0, first, 1.0), 1.0 / (count - 1))
        known = [economy.vector(table, t) for t in range(count)]
        return np.column_stack([*known, *(last * rate**k for k in later)])

    of_all = {name: table.at(0) for name, table in economy.tables.items() if table.constant}
    return no.build_economy(
        name=economy.name,
        **{axis: economy.axes[axis] for axis in ("goods", "techniques", "resources")},
        periods=[f"year{t + 1}" for t in range(periods)],
        questions=economy.questions,
        **of_all,
        **{name: longer(name) for name, table in economy.tables.items() if not table.constant},
    )


@dataclass
class Timed:
    """One way of solving what has changed, and what it took."""

    row: Row
    solve: Callable[[], float]
    pivots: int = 0
    worked: list[float] = field(default_factory=list)
    needed: bool = True


def along(case: str, title: str, size: str, steps: Iterator[Any], ways: list[Timed], figures: dict[str, Any]) -> Result:
    """Go along a path; at each step every way solves what is there, and must find the same value."""
    for _ in steps:
        values = []
        for way in ways:
            if not way.row.installed or not (
                way.needed or len(way.row.seconds) < 2 or sum(way.row.seconds) < BUDGET[size]
            ):
                continue
            began, worked = time.perf_counter(), time.process_time()
            value = way.solve()
            way.row.seconds.append(time.perf_counter() - began)
            way.worked.append(time.process_time() - worked)
            values.append((way.row, value))
        for row, value in values:
            row.same = row.same is not False and math.isclose(value, values[0][1], rel_tol=1e-6)
    rows = [way.row for way in ways]
    for way in ways:
        if way.row.seconds:
            way.row.figures = {"steps": len(way.row.seconds), "processor s, median": statistics.median(way.worked)}
            way.row.figures |= {"pivots a step": way.pivots / len(way.row.seconds)} if way.pivots else {}
    compare_times(rows, HOT)
    return Result(case, title, size, HOT, rows, figures)


def ways_of(planner: no.Planner, now: Callable[[], no.Economy]) -> list[Timed]:
    """Return the hot way, the cold one, and linopy's, of an economy as it stands."""
    ways: list[Timed] = []

    def hot() -> float:
        plan = planner.solve().assert_optimal()
        ways[0].pivots += plan.iterations
        return plan.objective

    def cold() -> float:
        plan = no.solve(now()).assert_optimal()
        ways[1].pivots += plan.iterations
        return plan.objective

    def stated() -> float:
        highs = linopy.build(now())
        highs.setOptionValue("output_flag", False)
        for side in ("primal", "dual"):  # at HiGHS's own 1e-7 it stops 2e-5 short of the optimum (UK 2015, five years)
            highs.setOptionValue(f"{side}_feasibility_tolerance", 1e-9)
        highs.run()
        return abs(float(highs.getInfo().objective_function_value))

    ways += [Timed(Row(HOT), hot), Timed(Row(COLD), cold, needed=False)]
    ways.append(Timed(Row(LINOPY, installed=find_spec("linopy") is not None), stated, needed=False))
    return ways
