"""How many questions to production units bring a plan within a percent of the true optimum: next_question or chance.

The economies of :mod:`benchmarks.hidden_curves`: the plan begins with one report of each curve, at its largest scale. A
run that needs more than ``MOST`` questions has failed; failures are counted, and stand for ``MOST`` + 1 in the medians.
A run may also end by chance, where a plan on wrong reports happens to do well.
"""

from __future__ import annotations

from statistics import median, quantiles
from typing import Any

from ..hidden_curves import Ask, at_random, by_valuations, counted
from ..measuring import Result, Row, compare_times, timed

TITLE = "questions until the plan is within 1 % of the true optimum: by valuations, or at random"
MOST = {"tiny": 12, "small": 40, "full": 40}
#: Goods, ways of making each, and seeds.
_ECONOMIES = {"tiny": ((2, 1, 1),), "small": ((4, 1, 5),), "full": ((4, 1, 20), (3, 2, 10))}
OURS = "next_question"


def run(size: str) -> Result:
    """Ask by valuations and at random, in the same economies."""
    rows = [Row(OURS, same=True), Row("at random")]
    figures: dict[str, Any] = {}
    for goods, ways, seeds in _ECONOMIES[size]:
        for row, ask in zip(rows, (by_valuations, at_random), strict=True):
            found: list[int | None] = []
            row.seconds.append(timed(lambda: found.extend(_each(seeds, ask, MOST[size], goods, ways))))  # noqa: B023
            figures[f"{row.name}, {goods} goods made in {ways} way{'s' * (ways > 1)}"] = summary(found, MOST[size])
    compare_times(rows, OURS)
    return Result("asking", TITLE, size, OURS, rows, figures)


def _each(seeds: int, ask: Ask, most: int, goods: int, ways: int) -> list[int | None]:
    return [counted(seed, ask, most, goods=goods, ways=ways) for seed in range(seeds)]


def summary(found: list[int | None], most: int) -> dict[str, Any]:
    """Return median, quartiles and extremes of the questions, and how many runs failed."""
    counts = sorted(most + 1 if one is None else one for one in found)
    low, _, high = quantiles(counts, n=4) if len(counts) > 1 else (counts[0],) * 3
    return {
        "runs": len(counts),
        "failed": sum(one is None for one in found),
        "median": median(counts),
        "lower quartile": low,
        "upper quartile": high,
        "fewest": counts[0],
        "most": counts[-1],
    }
