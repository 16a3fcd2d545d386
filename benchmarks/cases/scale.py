"""How seconds grow with an economy: price coordination, alone where nobody follows, beside HiGHS where it can.

Economies of two techniques per good, eight inputs each, and ten shared resources. Prices go up the whole ladder of
sizes; each of HiGHS's methods goes up its own until the limit of seconds stops it, and is asked no further.

A method's exponent is the slope of log seconds against log coefficients over the sizes that it was proved at, by least
squares. Beside the clock's seconds stand those that all cores together worked (processor seconds): other work on the
machine hardly changes them, and who uses two cores gains nothing by it. Small sizes say little of either: arithmetic
apart from the table is most of them, so prices are fitted from 1,000 goods on.

Beside it what a reading costs: processor seconds of a pass, over those of the bare product of the same technique table
with a vector (this package's, on all cores). What is more than one is arithmetic that is not reading.

Memory is the peak of the process while it planned, the economy and everything before it included; None where the
system does not tell it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

import natura_opt as no
from natura_opt.input_output.coefficients import Coefficients

from ..measuring import Result, Row, compare_times, timed
from .prices import OURS, TOLERANCE, alike, by_highs, by_prices

TITLE = "seconds against coefficients: prices, and HiGHS where it follows"
INPUTS = 8
_GOODS = {"tiny": (60, 120), "small": (1_000, 10_000, 100_000), "full": (1_000, 10_000, 100_000, 1_000_000)}
_OF_HIGHS = {
    "tiny": (60, 120),
    "small": (300, 600, 1_000, 2_000, 10_000),
    "full": (300, 600, 1_000, 2_000, 10_000, 100_000),
}
_LIMIT = {"tiny": 5.0, "small": 20.0, "full": 60.0}
METHODS = ("pdlp", "simplex", "ipm")
#: Interior point does not heed the limit: a size is not tried that would take longer, if it grew by this exponent.
_AHEAD = 2.0
#: Runs of prices, up to so many seconds; a bare product is read so often.
_REPEATS, _BUDGET, _READINGS, _IN_A_ROW = {"tiny": 1, "small": 3, "full": 3}, 20.0, 5, 10
#: Seconds that all cores worked.
PROCESSOR = "processor seconds"


def run(size: str) -> Result:
    """Climb; every proved optimum must be the one that prices found at that size."""
    inputs = INPUTS if size != "tiny" else 4
    by_prices(alike(max(_GOODS[size][0], 10_000 if size != "tiny" else 0), inputs))()  # loops are compiled
    limit, climbing = _LIMIT[size], {method: [] for method in METHODS}
    rows, figures, found = [], {"HiGHS's limit in seconds": limit}, []
    for goods in sorted(set(_GOODS[size]) | set(_OF_HIGHS[size])):
        economy = alike(goods, inputs)
        ours, facts = _planned(economy, _REPEATS[size])
        group = [ours]
        if goods in _GOODS[size]:
            found.append((facts["coefficients"], ours))
        figures[f"{goods:,} goods"] = facts
        if goods in _OF_HIGHS[size]:
            program = no.linear_program(economy, economy.question())
            for method in METHODS:
                if _follows(climbing[method], facts["coefficients"], limit, method):
                    group.append(_highs(program, method, limit, ours))
                    climbing[method].append((facts["coefficients"], group[-1]))
        compare_times(group, OURS)
        for row in group:
            row.figures["coefficients"] = facts["coefficients"]
            row.name = f"{goods:,} goods: {row.name}"
        rows += group
        del economy
        gc.collect()
    for name, climbed in {OURS: found, **{f"HiGHS {method}": rows for method, rows in climbing.items()}}.items():
        done = [(count, row) for count, row in climbed if row.figures["proved"]]
        figures[f"exponent of seconds: {name}"] = exponent([(count, row.minimum) for count, row in done])
        worked = [(count, row.figures[PROCESSOR]) for count, row in done]
        figures[f"exponent of processor seconds: {name}"] = exponent(worked)
    return Result("scale", TITLE, size, rows[0].name, rows, figures)


def exponent(measured: list[tuple[int, float]]) -> float | None:
    """Return the slope of log seconds against log coefficients; None of a single size."""
    if len(measured) < 2:
        return None
    counts, seconds = np.log(np.array(measured, dtype=float)).T
    return float(np.polyfit(counts, seconds, 1)[0])


def _planned(economy: no.Economy, repeats: int) -> tuple[Row, dict[str, Any]]:
    """Plan by prices; return the row, and what is told of this size."""
    forget_peak()
    row = _measured(OURS, by_prices(economy), repeats)
    peak = peak_bytes()
    row.same = row.figures["proved"]
    row.figures.pop("rounds to 1 %")
    table = Coefficients(sp.csr_array(economy.matrix("inputs", 0).T))
    vector = np.random.default_rng(1).random(table.matrix.shape[1])
    bare = min(_processor_seconds(lambda: table.times(vector)) for _ in range(_READINGS)) / _IN_A_ROW
    solving = row.figures[PROCESSOR] * row.figures.pop("solving, seconds") / row.seconds[-1]
    return row, {
        "coefficients": table.matrix.nnz,
        "passes": row.figures["passes"],
        "processor seconds of a pass over a bare product's": solving / row.figures["passes"] / bare,
        "peak bytes": peak,
    }


def _highs(program: no.LinearProgram, method: str, limit: float, ours: Row) -> Row:
    """Solve once; what is proved must be what prices found."""
    row = _measured(f"HiGHS {method}", by_highs(program, method, limit), 1)
    if row.figures["proved"]:
        both = (ours.figures["objective"], row.figures["objective"])
        row.same = bool(np.isclose(*both, rtol=2 * TOLERANCE, atol=0.0))
    return row


def _measured(name: str, run: Callable[[], dict[str, Any]], repeats: int) -> Row:
    """Return a row of so many runs within the budget, with the figures of the last and the fewest processor seconds."""
    row, worked = Row(name), []

    def kept() -> None:
        row.figures = run()

    while len(row.seconds) < repeats and sum(row.seconds) < _BUDGET:
        start = time.process_time()
        row.seconds.append(timed(kept))
        worked.append(time.process_time() - start)
    row.figures[PROCESSOR] = min(worked)
    return row


def _processor_seconds(run: Callable[[], Any]) -> float:
    """Return the processor seconds of some runs in a row: the system counts them in steps."""
    start = time.process_time()
    for _ in range(_IN_A_ROW):
        run()
    return time.process_time() - start


def _follows(climbed: list[tuple[int, Row]], coefficients: int, limit: float, method: str) -> bool:
    """Whether a method is asked at the next size: it was within the limit, and interior point will be."""
    if not climbed:
        return True
    last, row = climbed[-1]
    ahead = row.minimum * (coefficients / last) ** _AHEAD if method == "ipm" else 0.0
    return bool(row.minimum < limit and ahead <= limit)


def forget_peak() -> None:
    """Let the system count this process's peak memory from here on, where it can."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def peak_bytes() -> int | None:
    """Return the peak of this process's memory since :func:`forget_peak`, where the system tells it."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    told = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return 1024 * int(told[0]) if told else None
