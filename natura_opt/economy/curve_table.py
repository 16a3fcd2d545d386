"""The curves of an economy: one tidy table of reports, and the curve of each technique and thing that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import DataError
from ..curves.curve import Curve
from ..tables.curves import IN_PLACE_OF
from ..tables.spec import TableSpec
from .table import TidyTable

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Unit:
    """A production unit of a stack: its own curve, and how much it makes before the next one follows."""

    name: str
    curve: Curve
    capacity: float


@dataclass(frozen=True, eq=False)
class PlacedCurve:
    """A curve and where it stands in the place of a number.

    Attributes
    ----------
    of : the table that the number would stand in: ``inputs``, ``resource_use``, ``capital`` or ``emissions``.
    row, technique : positions on the axes of that table.
    curve : the total against activity.
    units : the production units that it is stacked of, in their order; empty where there is one report.
    """

    of: str
    row: int
    technique: int
    curve: Curve
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True, eq=False)
class CurveTable(TidyTable):
    """The table ``curves``: no slices, but rows as they were reported and the curves that follow from them.

    Attributes
    ----------
    placed : every curve with its place, in the order in which they are first named.
    rows : the reports: a frame with the columns of the table's ``tidy``.
    """

    placed: tuple[PlacedCurve, ...] = ()
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def listed(self) -> pd.DataFrame:
        """The reports."""
        return self.rows

    @classmethod
    def of(cls, spec: TableSpec, placed: Iterable[PlacedCurve], rows: pd.DataFrame) -> CurveTable:
        """Return a table of curves."""
        return cls(spec, {}, tuple(placed), rows)

    def standing_in(self, table: str) -> list[PlacedCurve]:
        """Return the curves that stand in the place of a table's numbers, in the order of their techniques."""
        return sorted((one for one in self.placed if one.of == table), key=lambda one: one.technique)

    def cells(self, table: str) -> tuple[Positions, Positions]:
        """Return the rows and techniques of a table's cells that hold curves."""
        standing = self.standing_in(table)
        rows = np.array([one.row for one in standing], dtype=np.intp)
        return rows, np.array([one.technique for one in standing], dtype=np.intp)

    @property
    def is_straight(self) -> bool:
        """Whether every curve is made of straight pieces."""
        return all(one.curve.is_straight for one in self.placed)

    @cached_property
    def techniques(self) -> Positions:
        """Positions of the techniques that have a curve, in order, shape (techniques with curves,)."""
        return np.unique(np.array([one.technique for one in self.placed], dtype=np.intp))

    def with_curves(self, curves: Sequence[Curve]) -> CurveTable:
        """Return the table with other curves in the same places, such as what lies below or above them."""
        placed = [
            PlacedCurve(one.of, one.row, one.technique, curve, one.units)
            for one, curve in zip(self.placed, curves, strict=True)
        ]
        return CurveTable(self.spec, {}, tuple(placed), self.rows)

    def renamed(self, axes: Mapping[str, pd.Index]) -> CurveTable:
        """Return the table of an economy whose labels have other names, in the same order."""
        rows = self.rows.copy()
        labels = [(axes["techniques"][one.technique], axes[IN_PLACE_OF[one.of]][one.row]) for one in self.placed]
        at = self.curve_of_row
        rows["technique"] = pd.Series([labels[k][0] for k in at], index=rows.index, dtype=object)
        rows["name"] = pd.Series([labels[k][1] for k in at], index=rows.index, dtype=object)
        return CurveTable(self.spec, {}, self.placed, rows)

    @cached_property
    def curve_of_row(self) -> Positions:
        """Which of ``placed`` each row of the reports belongs to, shape (rows,)."""
        codes = self.rows.groupby(["technique", "of", "name"], sort=False, observed=True).ngroup()
        return codes.to_numpy().astype(np.intp)


def refuse_numbers_beside(where: str, axes: Mapping[str, pd.Index], tables: Mapping[str, Any]) -> None:
    """Raise where a technique's need has both a number and a curve.

    Raises
    ------
    DataError : naming the table, the name and the technique.
    """
    curves = tables.get("curves")
    if not isinstance(curves, CurveTable):
        return
    for table, axis in IN_PLACE_OF.items():
        if table not in tables:
            continue
        rows, techniques = curves.cells(table)
        for key, part in tables[table].slices.items():
            both = np.flatnonzero(np.asarray(part[rows, techniques]).ravel()) if len(rows) else np.zeros(0, dtype=int)
            if len(both):
                name, technique = axes[axis][rows[both[0]]], axes["techniques"][techniques[both[0]]]
                when = "" if key is None else f", period {axes['periods'][key]!r}"
                raise DataError(
                    f"{where}: technique {technique!r} has both a curve and a number for {name!r} (table {table!r}"
                    f"{when}); remove one of them, or write 0 in the table"
                )
