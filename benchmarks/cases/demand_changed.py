"""A year's demand for three goods changes by up to a tenth: the plan of before against one from nothing.

Every plan is proved; seconds are from the economy to the plan.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import natura_opt as no

from ..measuring import Result
from ..revised import along, economy_of, ways_of

TITLE = "a year's demand changed: planner against a solve from nothing"
_STEPS = {"tiny": 2, "small": 10, "full": 10}


def run(size: str) -> Result:
    """Change demand again and again; the ratio is that of median seconds per change."""
    economy, which = economy_of(size)
    with no.Planner(economy) as planner:
        planner.solve()
        ways = ways_of(planner, lambda: planner.economy)
        return along("demand_changed", TITLE, size, _changes(planner, _STEPS[size]), ways, {"economy": which})


def _changes(planner: no.Planner, steps: int) -> Iterator[int]:
    """Change the demand of three goods in a year, each from what it was at first."""
    rng = np.random.default_rng(0)
    economy = planner.economy
    for step in range(steps):
        year = int(rng.integers(len(economy.periods)))
        goods = rng.choice(len(economy.goods), 3, replace=False)
        targets = economy.vector("targets", year)
        changed = {economy.goods[k]: targets[k] * rng.uniform(0.9, 1.1) for k in goods}
        planner.pose(economy)
        planner.change("targets", changed, economy.periods[year])
        yield step
