"""A sweep: one question asked at many points, hot along the path, one tidy table."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..base.entrance import checked_arguments
from ..base.errors import OptionError
from ..base.reported import Reported
from ..economy.economy import Economy
from ..economy.question import Question
from ..formulate import posed
from ..methods.registry import told_apart
from ..methods.solve import PARAMETERS
from ..objectives import objective_of
from .blocks import Row, Task, refuse_unknown_rows
from .parts import Parts, fingerprint
from .planner import Planner
from .points import knob_named, points_of, refuse_overlaps
from .workers import solved_blocks

#: Points that are solved one after the other, each from the basis of the one before.
BLOCK = 16


@dataclass(frozen=True, eq=False)
class Sweep(Reported):
    """What was found at each point.

    Attributes
    ----------
    table : one row per point: the values of what is turned, by name; status, proved, objective, bound and gap;
        ``fulfilment.PERIOD`` where the objective is fulfilment; the valuations that were asked for; and a sentence
        where there is no plan. The same whoever solved it.
    seconds : one row per point: point, iterations, seconds.
    """

    table: pd.DataFrame
    seconds: pd.DataFrame


@checked_arguments("over")
def sweep(
    problem: Economy | str | Path,
    over: Mapping[Any, Any] | pd.DataFrame,
    question: Question | str | None = None,
    *,
    valuations: Iterable[str] = (),
    out: str | Path | None = None,
    cores: int | None = None,
    cluster: str | None = None,
    block: int = BLOCK,
    progress: bool = False,
    **options: Any,
) -> Sweep:
    """Ask a question at many points, each from the basis of the one before, and prove every answer.

    Points are cut into blocks of one size, and the first of each is solved from nothing: the table is the same whoever
    solves the blocks (but where a time limit ends a solve). A point that cannot be asked, or that no plan meets, is a
    row that says so.

    Parameters
    ----------
    problem, question : an economy (or a model's name) and what is asked of it.
    over : what is turned, and to which values; every combination is a point, the last name running fastest. An entry
        of a table: ``{"emission_caps": {"CO2": [...]}}`` or ``{"emission_caps.CO2": [...]}``; of a matrix
        ``inputs.ROW.COLUMN``; in one period alone ``targets.bread@year3``; all labels of a vector ``resource_limits``;
        a setting ``floor``. Or a frame of points, a column for each of them.
    valuations : of rows, by block, label and period: ``emission_cap.CO2@year1``.
    out : the Parquet file that becomes the table, with ``NAME.seconds.csv`` beside it. A sweep that was ended goes on
        where it was when it is asked for again.
    cores : how many processes solve blocks; as many as the machine has, where it is not given. A script must ask for
        them under ``if __name__ == "__main__":``.
    cluster : the address of a Dask cluster that solves them instead.
    block : points per block.
    progress : whether to show a bar on standard error.
    options : of :class:`natura_opt.Planner`, settings among them.

    Raises
    ------
    DataError, QuestionError, OptionError : what is turned, asked or given is not known.
    OutputError : the file cannot be written, or another sweep stands there.

    >>> import natura_opt as no
    >>> found = no.sweep("five_year_plan", {"floor": [0.0, 0.5, 9.0]}, cores=1)
    >>> found.table[["floor", "status"]].values.tolist()
    [[0.0, 'optimal'], [0.5, 'optimal'], [9.0, 'infeasible']]
    """
    if block < 1 or (cores is not None and cores < 1):
        raise OptionError("sweep: block and cores are whole numbers from 1 up")
    task = _task(problem, over, question, tuple(valuations), block, options)
    many = os.cpu_count() or 1 if cores is None else cores
    parts = None if out is None else Parts(Path(out), fingerprint(task))
    there = set[int]() if parts is None else parts.begin()
    if there is None and parts is not None:
        return Sweep(*parts.finished())
    kept: dict[int, tuple[list[Row], list[Row]]] = {}
    missing = [number for number in range(task.blocks) if number not in (there or ())]
    with _bar(progress, task.blocks, task.blocks - len(missing)) as advance:
        for number, (rows, efforts) in solved_blocks(task, missing, many, cluster):
            if parts is None:
                kept[number] = rows, efforts
            else:
                parts.write(number, rows, efforts)
            advance()
    if parts is None:
        rows, efforts = ([one for k in sorted(kept) for one in kept[k][which]] for which in (0, 1))
    else:
        rows, efforts = parts.read(range(task.blocks))
    found = Sweep(_table(task, rows), pd.DataFrame(efforts))
    if parts is not None:
        parts.finish(found.table, found.seconds)
    return found


def _task(
    problem: Economy | str | Path,
    over: Mapping[Any, Any] | pd.DataFrame,
    question: Question | str | None,
    valuations: tuple[str, ...],
    block: int,
    options: Mapping[str, Any],
) -> Task:
    """Return what is to be solved, with everything named in it known."""
    economy, asked = posed(problem, question)
    frame = points_of(over)
    knobs = tuple(knob_named(str(name), economy) for name in frame)
    refuse_overlaps(knobs)
    if not options.get("extra_laws"):  # whose rows are known where they are written
        refuse_unknown_rows(valuations, economy)
    for knob in knobs:
        if knob.name in PARAMETERS:
            raise OptionError(f"sweep: {knob.name!r} is the same at every point; make a sweep for each of its values")
        if knob.name in options:
            raise OptionError(f"sweep: {knob.name!r} is turned and given as well; leave one of them out")
    with Planner(economy, asked, **options) as planner:
        settings = {knob.name: None for knob in knobs if not knob.table}
        told_apart(objective_of(planner.question), planner.method, settings, PARAMETERS)
        asked = planner.question
    own = {name: value for name, value in options.items() if name not in asked.settings and name != "objective"}
    points = tuple(tuple(row) for row in frame.astype(object).itertuples(index=False))
    return Task(economy, asked, own, knobs, points, valuations, block)


def _table(task: Task, rows: list[Row]) -> pd.DataFrame:
    """Return the rows as a frame, of the same kinds of columns whatever was found."""
    frame = pd.DataFrame(rows)
    texts = {"status", "sentence"}
    for name in frame.columns[len(task.knobs) :]:
        if name != "proved":
            frame[name] = frame[name].astype("str" if name in texts else "float64")
    return frame


@contextmanager
def _bar(shown: bool, blocks: int, done: int) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error while blocks are solved."""
    if not shown or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        line = bar.add_task("sweep, in blocks", total=blocks, completed=done)
        yield lambda: bar.advance(line)
