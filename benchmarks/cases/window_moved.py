"""A window of five years moves on by one: the stocks it leaves begin the next, solved from the basis before."""

from __future__ import annotations

from collections.abc import Iterator

import natura_opt as no
from natura_opt.economy.some_periods import of_periods

from ..measuring import Result
from ..revised import along, economy_of, ways_of

TITLE = "a window of five years moved by a year: planner against a solve from nothing"
_WINDOW, _STEPS = {"tiny": 3, "small": 5, "full": 5}, {"tiny": 1, "small": 3, "full": 3}


def run(size: str) -> Result:
    """Move on again and again; the ratio is that of median seconds per move."""
    window = _WINDOW[size]
    economy, which = economy_of(size, window + _STEPS[size])
    with no.Planner(economy, window=window) as planner:
        planner.solve()
        ways = ways_of(planner, lambda: of_periods(planner.economy, 0, window))
        return along("window_moved", TITLE, size, _moves(planner, _STEPS[size]), ways, {"economy": which})


def _moves(planner: no.Planner, steps: int) -> Iterator[int]:
    for step in range(steps):
        planner.advance()
        yield step
