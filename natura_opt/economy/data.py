"""The tables of an economy and their labels, checked once: what every law reads."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from ..base.errors import DataError, listed, shortened, unknown
from ..tables.registry import TABLES, taken_for_identity
from ..tables.spec import AXES
from .coerce import position
from .curve_table import CurveTable, refuse_numbers_beside
from .given import given_table
from .question import Question, as_questions
from .rule_table import RuleTable
from .rule_units import settled
from .table import Matrix, Table, TidyTable

#: What :meth:`natura_opt.Economy.with_changes` replaces besides tables.
_PLAIN = ("name", "title", "source", "notes", "questions")


@dataclass(frozen=True, eq=False)
class EconomyData:
    """Goods, techniques, resources and periods with the tables that tie them together.

    See :class:`natura_opt.Economy`.
    """

    name: str
    axes: Mapping[str, pd.Index]
    tables: Mapping[str, Table]
    units: Mapping[str, tuple[str, ...]]
    questions: Mapping[str, Question]
    title: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def goods(self) -> pd.Index:
        """Names of the goods."""
        return self.axes["goods"]

    @property
    def techniques(self) -> pd.Index:
        """Names of the techniques."""
        return self.axes["techniques"]

    @property
    def resources(self) -> pd.Index:
        """Names of the resources (what is not produced)."""
        return self.axes["resources"]

    @property
    def pollutants(self) -> pd.Index:
        """Names of the pollutants (what is emitted)."""
        return self.axes["pollutants"]

    @property
    def periods(self) -> pd.Index:
        """Names of the periods, in order."""
        return self.axes["periods"]

    def has(self, table: str) -> bool:
        """Whether the economy holds a table of this name."""
        return table in self.tables

    def matrix(self, table: str, period: int) -> Matrix:
        """Return a matrix table as it holds in a period (0-based), csr, shape (rows, columns); where it is missing,
        what stands for it: zeros, or (``outputs``) the identity, each technique making one unit of the good of its
        name.
        """
        if table in self.tables:
            matrix: Matrix = self.tables[table].at(period)
            return matrix
        spec = TABLES[table]
        rows, columns = (len(self.axes[axis]) for axis in spec.axes)
        return sp.eye_array(rows, columns, format="csr") if spec.missing.on_diagonal else sp.csr_array((rows, columns))

    def vector(self, table: str, period: int) -> Floats:
        """Return a vector table as it holds in a period (0-based), shape (rows,); where it is missing, what stands for
        it: zeros, ones, or infinity where there is no limit."""
        if table in self.tables:
            vector: Floats = self.tables[table].at(period)
            return vector
        spec = TABLES[table]
        return np.full(len(self.axes[spec.axes[0]]), spec.missing.value)

    @property
    def curves(self) -> CurveTable | None:
        """What depends on scale: the table ``curves``; None where there is none."""
        table = self.tables.get("curves")
        return table if isinstance(table, CurveTable) else None

    @property
    def rules(self) -> RuleTable | None:
        """What is required by name: the table ``rules``; None where there is none."""
        table = self.tables.get("rules")
        return table if isinstance(table, RuleTable) else None

    def with_curves(self, curves: CurveTable) -> Self:
        """Return a copy with other curves in the same places, which are taken as they are."""
        return replace(self, tables={**self.tables, "curves": curves})

    @property
    def reported_ends(self) -> Floats:
        """The largest activity that all curves of a technique speak of, shape (techniques,); infinite without one."""
        ends = np.full(len(self.techniques), np.inf)
        for one in () if self.curves is None else self.curves.placed:
            ends[one.technique] = min(ends[one.technique], one.curve.end)
        return ends

    def has_curves(self, table: str) -> bool:
        """Whether curves stand in the place of numbers of a table."""
        return self.curves is not None and bool(self.curves.standing_in(table))

    def curve_cells(self, table: str) -> Matrix:
        """Return ones where curves stand in the place of a matrix table's numbers, csr, shape (rows, techniques)."""
        rows, columns = (len(self.axes[axis]) for axis in TABLES[table].axes)
        if self.curves is None:
            return sp.csr_array((rows, columns))
        at = self.curves.cells(table)
        cells: Matrix = sp.csr_array((np.ones(len(at[0])), at), shape=(rows, columns))
        return cells

    def constant(self, *tables: str) -> bool:
        """Whether each of these tables (or its absence) is the same in every period."""
        return all(table not in self.tables or self.tables[table].constant for table in tables)

    @checked_arguments()
    def frame(self, table: str, period: object = None) -> pd.DataFrame | pd.Series:
        """Return a table with its labels, dense: a matrix as rows x columns, a vector as rows x periods.

        Parameters
        ----------
        period : label of the period; needed for a matrix that differs between periods.

        Raises
        ------
        DataError : an unknown table or period, no period where they differ, or a table by periods ahead.
        """
        if table not in TABLES:
            raise DataError(unknown("table", table, TABLES))
        spec = TABLES[table]
        if spec.ahead:
            raise DataError(f"table {table!r} is kept by periods ahead; read economy.tables[{table!r}].slices")
        if spec.tidy:
            tidy = self.tables.get(table)
            return tidy.listed.copy() if isinstance(tidy, TidyTable) else pd.DataFrame(columns=list(spec.tidy))
        rows = self.axes[spec.axes[0]]
        if not spec.is_matrix:
            if self.constant(table):
                return pd.Series(self.vector(table, 0), index=rows, name=table)
            values = [self.vector(table, t) for t in range(len(self.periods))]
            return pd.DataFrame(np.column_stack(values), index=rows, columns=self.periods)
        if period is None and not self.constant(table):
            raise DataError(f"table {table!r} differs between periods; name one: {list(self.periods)}")
        at = 0 if period is None else position(self.periods, period)
        return pd.DataFrame(self.matrix(table, at).toarray(), index=rows, columns=self.axes[spec.axes[1]])

    @checked_arguments()
    def unit(self, axis: str, label: object) -> str:
        """Return the unit of a label (``""`` where none was given)."""
        return self.units[axis][position(self.axes[axis], label)] if axis in self.units else ""

    def with_changes(self, **changes: Any) -> Self:
        """Return a copy with some tables (or ``name``, ``questions``, …) replaced; ``None`` removes a table.

        Raises
        ------
        DataError : an unknown name, or a table that does not fit, as in :func:`natura_opt.build_economy`.

        >>> import natura_opt as no
        >>> e = no.build_economy(
        ...     goods=["corn"],
        ...     inputs=[[0.2]],
        ...     targets=[1.0],
        ...     objective="least-resources",
        ...     resource_use=[[1.0]],
        ...     resource_weights=[1.0],
        ... )
        >>> float(e.with_changes(inputs=[[0.5]]).matrix("inputs", 0)[0, 0])
        0.5
        """
        tables = dict(self.tables)
        plain: dict[str, Any] = {}
        for key, value in changes.items():
            if key in TABLES:
                tables.pop(key, None)
                if value is not None:
                    tables[key] = given_table(TABLES[key], value, self.axes, where=self.name)
            elif key in _PLAIN:
                plain[key] = _plain(key, value, self.name)
            else:
                raise DataError(unknown("table", key, [*TABLES, *_PLAIN]))
        refuse_missing(self.name, self.axes, tables)
        refuse_numbers_beside(self.name, self.axes, tables)
        axes, units = settled(self.name, self.axes, tables, self.units)
        return replace(self, axes=axes, tables=tables, units=units, **plain)


def _plain(key: str, value: Any, where: str) -> Any:
    """Return what is not a table, checked."""
    if key == "questions":
        return as_questions(value, where)
    return as_notes(value, where) if key == "notes" else plain_text(key, value)


def plain_text(what: str, value: object) -> str:
    """Return a text for people, such as a title; a name must not be empty."""
    if not isinstance(value, str) or (what == "name" and not value):
        raise DataError(f"{what} must be text{', not empty' if what == 'name' else ''}, not {shortened(value)}")
    try:
        value.encode()
    except UnicodeError:
        raise DataError(f"{what} must be text of whole characters, not {shortened(value)}") from None
    return value


def as_notes(notes: Any, where: str) -> tuple[str, ...]:
    """Return notes as they are kept."""
    if isinstance(notes, str | bytes | Mapping) or not isinstance(notes, Iterable):
        raise DataError(f"{where}: notes must be a list of texts, not {shortened(notes)}")
    return tuple(plain_text("a note", note) for note in notes)


def refuse_missing(name: str, axes: Mapping[str, pd.Index], given: Container[str]) -> None:
    """Raise unless tables that are missing can stand for the identity: techniques that are not the goods need a table
    of what they make."""
    for spec in taken_for_identity(given):
        rows, columns = (axes[axis] for axis in spec.axes)
        if not rows.equals(columns):
            row, column = spec.axes
            raise DataError(
                f"{name}: the {column} ({listed(columns)}) are not the {row} ({listed(rows)}), so a table "
                f"{spec.name!r} ({row} x {column}) must say {spec.missing.otherwise}"
            )


def empty_axes() -> dict[str, pd.Index]:
    """Return the axes of an economy of nothing; periods default to one period named ``1``."""
    axes: dict[str, pd.Index] = {axis: pd.Index([], dtype=object) for axis in AXES}
    axes["periods"] = pd.Index(["1"])
    return axes
