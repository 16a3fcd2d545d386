"""A block of a sweep: points solved one after the other, the first from nothing, each other from the one before.

Blocks are of one size, whoever solves them, so that what is found does not depend on how many do.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base.errors import NaturaError, OptionError, unknown
from ..base.labels import name_of
from ..base.status import Status
from ..economy.economy import Economy
from ..economy.question import Question
from ..formulate import every_law
from ..objectives import Demand, objective_of
from ..plan.plan import Plan
from .planner import Planner
from .points import Knob

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be solved: an economy and a question, what is turned in them, and every point.

    Attributes
    ----------
    economy, question : at the start of every point.
    options : of the planner.
    knobs : what is turned. points : to what, a row of values each.
    valuations : rows whose valuations are wanted, such as ``emission_cap.CO2@year1``.
    size : points per block.
    """

    economy: Economy
    question: Question
    options: Mapping[str, Any]
    knobs: tuple[Knob, ...]
    points: tuple[tuple[Any, ...], ...]
    valuations: tuple[str, ...]
    size: int

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-len(self.points) // self.size)

    def solve_block(self, number: int) -> tuple[list[Row], list[Row]]:
        """Return what was found at each point of a block, and the effort.

        Raises
        ------
        KeyboardInterrupt : Ctrl-C was pressed; nothing of the block counts then.
        """
        rows, efforts = [], []
        with Planner(self.economy, self.question, **self.options) as planner:
            question = planner.question
            for at in range(number * self.size, min((number + 1) * self.size, len(self.points))):
                began = time.perf_counter()
                planner.pose(self.economy, question)
                row, iterations = self._solved(planner, self.points[at])
                rows.append(row)
                efforts.append({"point": at, "iterations": iterations, "seconds": time.perf_counter() - began})
        return rows, efforts

    def _solved(self, planner: Planner, values: tuple[Any, ...]) -> tuple[Row, int]:
        row: Row = dict(zip((knob.name for knob in self.knobs), values, strict=True))
        try:
            for knob, value in zip(self.knobs, values, strict=True):
                knob.turn(planner, value)
            plan = planner.solve()
        except NaturaError as error:
            return {**row, **self._nothing(), "status": "error", "sentence": str(error)}, 0
        if plan.status is Status.INTERRUPTED:
            raise KeyboardInterrupt
        return {**row, **self._found(plan)}, plan.iterations

    def _nothing(self) -> Row:
        """Return a row of a point of which nothing is known, without its values and its status."""
        levels = dict.fromkeys(self._levels(None)) | dict.fromkeys(self.valuations)
        return {"status": "", "proved": False, "objective": None, "bound": None, "gap": None, **levels, "sentence": ""}

    def _found(self, plan: Plan) -> Row:
        row = {**self._nothing(), "status": str(plan.status), "proved": plan.proved}
        if plan.impossibility is not None:
            return {**row, "proved": plan.impossibility.proved, "sentence": str(plan.impossibility)}
        certificate = plan.certificate
        numbers = {"objective": certificate.objective, "bound": certificate.dual_objective, "gap": certificate.gap}
        found = {**numbers, **self._levels(plan), **_valuations(plan, self.valuations)}
        return row | {
            name: value if value is not None and np.isfinite(value) else None for name, value in found.items()
        }

    def _levels(self, plan: Plan | None) -> dict[str, float | None]:
        """Return the fulfilment of each period, of objectives that speak of it."""
        if objective_of(self.question).demand is not Demand.LEVEL:
            return {}
        names = [f"fulfilment.{name_of(period)}" for period in self.economy.periods]
        values = [None] * len(names) if plan is None else np.asarray(plan.fulfilment, dtype=float).tolist()
        return dict(zip(names, values, strict=True)) if len(values) == len(names) else dict.fromkeys(names)


def _valuations(plan: Plan, wanted: tuple[str, ...]) -> dict[str, float | None]:
    """Return the valuations of rows by name; None of rows that the program does not have."""
    found: dict[str, float | None] = dict.fromkeys(wanted)
    for name in {name.partition(".")[0] for name in wanted}:
        block = plan.program.row_block(name)
        for at, label in enumerate(() if block is None else block.index):
            called = row_name(name, label, block is not None and "period" in block.index.names)
            if called in found and block is not None:
                found[called] = float(plan.dual[block.start + at])
    return found


def row_name(block: str, label: Any, by_period: bool) -> str:
    """Return the name of a row: its block, its labels, and its period.

    >>> row_name("capacity", ("iron", "coal", "year1"), True)
    'capacity.iron.coal@year1'
    """
    parts = [name_of(part) for part in (label if isinstance(label, tuple) and by_period else (label,))]
    return f"{'.'.join([block, *parts[:-1]])}@{parts[-1]}" if by_period else ".".join([block, *parts])


def refuse_unknown_rows(wanted: Iterable[str], economy: Economy) -> None:
    """Raise on rows that no law states, or in a period that there is not.

    Raises
    ------
    OptionError : naming the nearest.
    """
    declared = {rows.name: rows for law in every_law() for rows in law.rows}
    for name in wanted:
        block = name.partition("@")[0].partition(".")[0]
        period = name.rpartition("@")[2] if "@" in name else ""
        if block not in declared:
            raise OptionError(f"valuations: {name!r}: {unknown('rows', block, declared)}")
        if "periods" in declared[block].axes and period not in map(name_of, economy.periods):
            raise OptionError(f"valuations: {name!r}: {unknown('period', period, map(name_of, economy.periods))}")
