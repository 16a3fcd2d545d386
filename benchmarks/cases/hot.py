"""Solving again after a change: a session that keeps its basis against a cold solve of the same program.

Every change gives three goods another demand in one year; both answers are certified, and must be worth the same. Cold
solves stop when their budget is spent; both medians are over the changes that were solved.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.proof.judging import Verdict, prove
from natura_opt.proof.session import Session

from ..economies import seeded_plan
from ..measuring import Result, Row, compare_times

TITLE = "hot re-solve against cold: 400 goods x 5 years, 20 demand changes"
OURS, COLD = "session, hot", "solved anew"
_SIZES = {"tiny": (8, 2, 3), "small": (60, 5, 20), "full": (400, 5, 20)}
_INPUTS = 20
_BUDGET = {"tiny": 5.0, "small": 30.0, "full": 300.0}


def run(size: str) -> Result:
    """Change demands and solve, hot and cold; the ratio is that of median seconds per change."""
    goods, years, changes = _SIZES[size]
    economy = seeded_plan(3, goods, years, density=min(0.4, _INPUTS / goods))
    hot, cold = Row(OURS, same=True), Row(COLD, same=True)
    pivots = {OURS: 0, COLD: 0}
    program = no.linear_program(economy, economy.question())
    with Session(program) as session:
        start = time.perf_counter()
        session.solve()
        first = time.perf_counter() - start
        for labels, targets in _demands(economy, changes):
            session.change_coefficients("balance", "fulfilment", -targets, at=labels)
            found = _timed(hot, session.solve)
            pivots[OURS] += found.answer.iterations
            if len(cold.seconds) < 2 or sum(cold.seconds) < _BUDGET[size]:
                fresh = _timed(cold, partial(prove, session.program, SolveOptions()))
                pivots[COLD] += fresh.answer.iterations
                cold.same = cold.same and _same(found, fresh)
    for row in (hot, cold):
        row.figures = {"changes": len(row.seconds), "pivots a change": pivots[row.name] / len(row.seconds)}
    compare_times([hot, cold], OURS)
    figures: dict[str, Any] = {"rows": program.shape[0], "columns": program.shape[1]}
    figures["seconds of the first solve"] = first
    figures["pivots, cold to hot"] = cold.figures["pivots a change"] / max(hot.figures["pivots a change"], 1.0)
    return Result("hot", TITLE, size, OURS, [hot, cold], figures)


def _demands(economy: no.Economy, changes: int) -> Iterator[tuple[tuple[list[Any], list[Any]], np.ndarray]]:
    """Yield labels of balances and years, and the targets there, up to a tenth from the first ones."""
    rng = np.random.default_rng(0)
    targets = economy.frame("targets").to_numpy()
    for _ in range(changes):
        goods, year = rng.choice(len(economy.goods), 3, replace=False), int(rng.integers(len(economy.periods)))
        when = economy.periods[year]
        labels = [(economy.goods[good], when) for good in goods], [when] * 3
        yield labels, targets[goods, year] * rng.uniform(0.9, 1.1, 3)


def _timed(row: Row, solve: Callable[[], Verdict]) -> Verdict:
    start = time.perf_counter()
    found = solve()
    row.seconds.append(time.perf_counter() - start)
    return found


def _same(one: Verdict, other: Verdict) -> bool:
    both = one.certificate, other.certificate
    return all(proof.proved for proof in both) and math.isclose(both[0].objective, both[1].objective, rel_tol=1e-9)
