"""An infeasible plan of ten years: its page, from the question to the last proof, against a feasible plan from nothing.

The floor is a twentieth above the best year of the best plan, so it is asked of every year and no plan can keep it.
The page is the whole of it but the irreducible set: that there is no plan, the cheapest shortfall over all years, the
first year that fails, and the prices. Seconds are from the economy on, everything proved.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import natura_opt as no

from ..economies import at_horizon
from ..measuring import Result, Row, compare_times
from ..revised import economy_of

TITLE = "why there is no plan: the page against a feasible plan from nothing"
PAGE, COLD = "page, without the irreducible set", "feasible plan, solved anew"
_PERIODS, _REPEATS = {"tiny": 3, "small": 10, "full": 10}, {"tiny": 1, "small": 3, "full": 1}


def run(size: str) -> Result:
    """Solve and write the page in turn; the ratio is that of median seconds."""
    economy, which = economy_of(size)
    longer = at_horizon(economy, _PERIODS[size])
    page, cold = Row(PAGE, same=True), Row(COLD, same=True)
    figures: dict[str, Any] = {"economy": which, "periods": len(longer.periods)}
    for _ in range(_REPEATS[size]):
        plan = _timed(cold, "processor seconds", lambda: no.solve(longer))
        floor = 1.05 * float(plan.fulfilment.max())
        found = _timed(page, "processor seconds", lambda floor=floor: no.why_not(longer, floor=floor))
        cold.same = cold.same and plan.proved
        page.same = page.same and found.proved
        figures |= {
            "floor": floor,
            "first year that fails": str(found.first_period),
            "seconds of the page": found.seconds,
        }
    compare_times([page, cold], COLD)
    return Result("why_not", TITLE, size, COLD, [page, cold], figures)


def _timed(row: Row, what: str, run: Callable[[], Any]) -> Any:
    began, worked = time.perf_counter(), time.process_time()
    made = run()
    row.seconds.append(time.perf_counter() - began)
    row.figures[what] = time.process_time() - worked
    return made
