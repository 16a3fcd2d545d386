"""Races: competitors run in turn in one process, after a warm-up in which their answers are compared."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from typing import Any

#: How large a case is: ``tiny`` for the tests, ``small`` for a look, ``full`` for what the README claims.
SIZES = ("tiny", "small", "full")


@dataclass(frozen=True)
class Competitor:
    """One way of doing what a case measures.

    Attributes
    ----------
    name : for the table.
    run : what is timed.
    answer : turns what ``run`` returned into what is compared; outside the clock.
    needs : modules without which it is "not installed".
    figures : turns what ``run`` returned into columns of the table of its own.
    note : one line on what it does.
    """

    name: str
    run: Callable[[], Any]
    answer: Callable[[Any], Any] = lambda made: made
    needs: tuple[str, ...] = ()
    figures: Callable[[Any], dict[str, Any]] = lambda made: {}
    note: str = ""

    @property
    def installed(self) -> bool:
        """Whether everything it needs can be imported."""
        return all(find_spec(module) is not None for module in self.needs)


@dataclass
class Row:
    """What was measured of one competitor; ``same`` is None where there was nothing to compare."""

    name: str
    installed: bool = True
    seconds: list[float] = field(default_factory=list)
    ratio: float | None = None
    ratio_of_minima: float | None = None
    same: bool | None = None
    note: str = ""
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float | None:
        """Median seconds of the timed runs."""
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def minimum(self) -> float | None:
        """Fewest seconds of the timed runs."""
        return min(self.seconds, default=None)

    def as_dict(self) -> dict[str, Any]:
        """Return the row for JSON."""
        return {**asdict(self), "median": self.median, "minimum": self.minimum}


@dataclass
class Result:
    """What a case found.

    Attributes
    ----------
    case, title, size : which case, in words, how large.
    rows : one per competitor; the ratios are to the one called ``ours``.
    figures : what else was found (sizes, shares, memory).
    """

    case: str
    title: str
    size: str
    ours: str
    rows: list[Row]
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        """Whether every competitor that ran got the same answer."""
        return all(row.same is not False for row in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        plain = {"case": self.case, "title": self.title, "size": self.size, "ours": self.ours, "equal": self.equal}
        return {**plain, "rows": [row.as_dict() for row in self.rows], "figures": self.figures}


def race(
    competitors: Sequence[Competitor],
    ours: str,
    same: Callable[[Any, Any], bool | None],
    *,
    repeats: int = 7,
    budget: float = 30.0,
) -> list[Row]:
    """Run competitors in turn and compare each answer with ours.

    Parameters
    ----------
    ours : name of the competitor that ratios and answers are held against; it must be installed.
    same : whether an answer is ours; None where that cannot be said.
    repeats : timed runs of each, one round after another, after one run to warm up.
    budget : seconds after which a competitor takes no further round (it has run twice by then).
    """
    rows = {c.name: Row(c.name, installed=c.installed, note=c.note) for c in competitors}
    runners = [c for c in competitors if c.installed]
    answers = {}
    for competitor in runners:
        made = competitor.run()
        answers[competitor.name] = competitor.answer(made)
        rows[competitor.name].figures = competitor.figures(made)
        del made
    for round_ in range(repeats):
        for competitor in runners:
            seconds = rows[competitor.name].seconds
            if round_ < 2 or sum(seconds) < budget:
                seconds.append(timed(competitor.run))
    for name, answer in answers.items():
        rows[name].same = same(answers[ours], answer)
    compare_times(list(rows.values()), ours)
    return list(rows.values())


def fewest_seconds(rows: Sequence[Row]) -> dict[str, float]:
    """Return the fewest seconds of every row that was timed, by name."""
    return {row.name: min(row.seconds) for row in rows if row.seconds}


def timed(run: Callable[[], Any]) -> float:
    """Return the seconds of one run; garbage of others is collected first and its own is not counted."""
    gc.collect()
    start = time.perf_counter()
    made = run()
    taken = time.perf_counter() - start
    del made
    return taken


def compare_times(rows: Sequence[Row], ours: str) -> None:
    """Set every row's ratios to the row of this name."""
    base = next(row for row in rows if row.name == ours)
    for row in rows:
        if row.seconds and base.median and base.minimum:
            row.ratio = (row.median or 0.0) / base.median
            row.ratio_of_minima = (row.minimum or 0.0) / base.minimum
