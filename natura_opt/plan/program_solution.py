"""The answer to a linear program: values and duals by the program's own names, with the proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import NotProvedError
from ..base.status import Status
from ..program.canonical import Block
from ..program.linear import LinearProgram
from ..program.named import NamedProgram
from ..program.writing import column_names, row_names
from ..proof.rounding import products
from . import export
from .answer import Answered
from .written import Written

_SHOWN = 8
_Written = Callable[[LinearProgram], list[str]]


@dataclass(frozen=True, eq=False, repr=False)
class ProgramSolution(Answered, Written):
    """A point of a linear program and what is known about it.

    Attributes
    ----------
    program : what was solved.
    status : what is known; ``optimal``, ``infeasible`` and ``unbounded`` only with a proof that passed.
    certificate : the recomputed proof (of the best point found).
    impossibility : the checked proof that there is no (best) point, where that is so.
    method : who answered.
    attempts : every claim with its certificate, in order.
    iterations, seconds : effort; seconds by stage.
    primal, dual : column values, shape (n,), and ∂objective/∂side per row, shape (m,). With whole-number columns the
        duals are those of the program with these columns fixed.
    """

    program: LinearProgram
    primal: Floats
    dual: Floats

    @property
    def name(self) -> str:
        """What the program is called."""
        return self.program.name if isinstance(self.program, NamedProgram) else "program"

    @property
    def what(self) -> str:
        """What was asked for, in words."""
        return f"point of {self.name!r}"

    @cached_property
    def columns(self) -> pd.DataFrame:
        """Value, reduced cost (∂objective per unit forced in), cost and limits of every column, by name."""
        self.require_point()
        program = self.program
        sums = products(program, self.primal.astype(np.longdouble), self.dual.astype(np.longdouble))
        table = {
            "value": self.primal,
            "reduced_cost": (program.cost - sums.columns).astype(np.float64),
            "cost": program.cost,
            "lower": program.lower,
            "upper": program.upper,
            "integer": program.integer,
        }
        return pd.DataFrame(table, index=self.column_names)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Activity ``A x``, dual (∂objective/∂side) and sides of every row, by name."""
        self.require_point()
        program = self.program
        sums = products(program, self.primal.astype(np.longdouble), self.dual.astype(np.longdouble))
        table = {
            "activity": sums.rows.astype(np.float64),
            "dual": self.dual,
            "lower": program.row_lower,
            "upper": program.row_upper,
        }
        return pd.DataFrame(table, index=self.row_names)

    @cached_property
    def column_names(self) -> pd.Index:
        """The names of the columns: the file's, or as :meth:`LinearProgram.to_mps` would write them."""
        return _names(self.program, "column", self.program.columns, column_names)

    @cached_property
    def row_names(self) -> pd.Index:
        """The names of the rows: the file's, or as :meth:`LinearProgram.to_mps` would write them."""
        return _names(self.program, "row", self.program.rows, row_names)

    @cached_property
    def farkas(self) -> pd.Series:
        """Multipliers of the rows, by name, under which their sides ask for more than any point can give.

        Raises
        ------
        NotProvedError : the program is not proved infeasible.
        """
        return self._impossible(Status.INFEASIBLE, self.row_names, "multiplier")

    @cached_property
    def ray(self) -> pd.Series:
        """A direction, by the columns' names, in which every point stays one and the objective gains without end.

        Raises
        ------
        NotProvedError : the program is not proved unbounded.
        """
        return self._impossible(Status.UNBOUNDED, self.column_names, "direction")

    @cached_property
    def binding(self) -> pd.DataFrame:
        """The rows with a dual, by what their whole side is worth (``|dual × side|``), the most valuable first."""
        rows = self.rows[self.rows["dual"] != 0]
        near = [
            upper if abs(upper - activity) <= abs(activity - lower) else lower
            for activity, lower, upper in zip(rows["activity"], rows["lower"], rows["upper"], strict=True)
        ]
        worth = np.abs(rows["dual"].to_numpy() * np.asarray(near, dtype=np.float64))
        binding = rows.assign(side=near, worth=worth)
        size = np.abs(binding["dual"].to_numpy())
        return binding.iloc[np.lexsort((-size, -worth))]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the solution by name, the summary first."""
        tables = {"summary": export.summary_table(self.summary())}
        if self.status is Status.INFEASIBLE:
            return {**tables, "farkas": self.farkas.to_frame()}
        if self.status is Status.UNBOUNDED:
            return {**tables, "ray": self.ray.to_frame()}
        return {**tables, "columns": self.columns, "rows": self.rows}

    def summary(self) -> dict[str, Any]:
        """Return what the command line prints as JSON: a plan's keys, and the notes of the file's reader."""
        objective = self.program.objective_name if isinstance(self.program, NamedProgram) else "objective"
        facts = export.facts_of(self, self.name, None) | {"objective_name": objective}
        return facts | {"notes": list(self.notes)}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the file's format made of what was written, where that can surprise."""
        return self.program.notes if isinstance(self.program, NamedProgram) else ()

    def __repr__(self) -> str:
        rows, columns = self.program.shape
        size = f"{rows:,} rows x {columns:,} columns"
        lines = [f"Solution of {self.name!r} ({self.program.sense}, {size}): {self.status}"]
        if self.impossibility is not None:
            lines.append(f"  {self.impossibility}")
        else:
            lines.append(f"  {self.certificate}")
            lines.append(f"  objective   {self.objective:.12g}   bound {self.certificate.dual_objective:.12g}")
            lines += [
                f"    {row['worth']:>12.6g}  row {name}: {row['activity']:.6g}, one more brings {row['dual']:.6g}"
                for name, row in self.binding.head(_SHOWN).iterrows()
            ]
            if len(self.binding) > _SHOWN:
                lines.append(f"    … and {len(self.binding) - _SHOWN:,} more (solution.binding)")
        spent = ", ".join(f"{stage} {seconds:.3f} s" for stage, seconds in self.seconds.items())
        lines.append(f"  by {self.method}, {self.iterations:,} iterations; {spent}")
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])

    def _impossible(self, status: Status, names: pd.Index, what: str) -> pd.Series:
        if self.status is not status or self.impossibility is None:
            raise NotProvedError(f"{self.name!r} is not proved {status}: {self.status}")
        return pd.Series(self.impossibility.vector, index=names, name=what)


def _names(program: LinearProgram, what: str, blocks: Sequence[Block], written: _Written) -> pd.Index:
    if isinstance(program, NamedProgram):
        return blocks[0].index.rename(what)
    return pd.Index(written(program), dtype=object, name=what)
