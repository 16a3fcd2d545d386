"""The economy: what is known, in its own physical units, checked once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..entrance import checked_arguments
from ..errors import DataError, QuestionError, listed, unknown
from .coerce import coerce_table, position
from .files import shortened
from .question import Question, as_questions
from .registry import AXES, TABLES
from .table import Matrix, Table, Vector

#: What :meth:`Economy.with_changes` replaces besides tables.
_PLAIN = ("name", "title", "source", "notes", "questions")


@dataclass(frozen=True, eq=False)
class Economy:
    """Goods, techniques, resources and periods with the tables that tie them together.

    Build one with :func:`natura_opt.build_economy` (DataFrames or arrays) or :func:`natura_opt.read` (files); both
    check every number and label, so that an ``Economy`` that exists is sound.

    Attributes
    ----------
    name, title, source : for people.
    axes : the labels of each axis (``goods``, ``techniques``, ``resources``, ``periods``, …), unique, in order.
    units : unit strings of an axis, one per label, where they were given.
    tables : the tables by name (:data:`natura_opt.TABLES` says what each is).
    questions : what is asked of this economy, by name.
    notes : what a reader found and did with it, listed by :func:`natura_opt.check`.
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
        """Return a matrix table as it holds in a period (0-based), csr, shape (rows, columns); zeros where it is
        missing.

        A missing ``outputs`` is the identity: each technique makes one unit of the good of its name.
        """
        if table in self.tables:
            found: Matrix = self.tables[table].at(period)
            return found
        rows, columns = (len(self.axes[axis]) for axis in TABLES[table].axes)
        if table == "outputs":
            return sp.eye_array(rows, format="csr")
        return sp.csr_array((rows, columns))

    def vector(self, table: str, period: int, missing: float = 0.0) -> Vector:
        """Return a vector table as it holds in a period (0-based), shape (rows,); ``missing`` where there is none."""
        if table in self.tables:
            found: Vector = self.tables[table].at(period)
            return found
        return np.full(len(self.axes[TABLES[table].axes[0]]), missing)

    def constant(self, *tables: str) -> bool:
        """Whether each of these tables (or its absence) is the same in every period."""
        return all(table not in self.tables or self.tables[table].constant for table in tables)

    @checked_arguments()
    def frame(self, table: str, period: object = None) -> pd.DataFrame | pd.Series:
        """Return a table with its labels, dense: a matrix as rows x columns, a vector as rows x periods.

        Parameters
        ----------
        period : label of the period; needed for a matrix that differs between periods.
        """
        if table not in TABLES:
            raise DataError(unknown("table", table, TABLES))
        spec = TABLES[table]
        if spec.ahead:
            raise DataError(f"table {table!r} is kept by periods ahead; read economy.tables[{table!r}].slices")
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

    def with_changes(self, **changes: Any) -> Economy:
        """Return a copy with some tables (or ``name``, ``questions``, …) replaced; ``None`` removes a table.

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
                    tables[key] = coerce_table(TABLES[key], value, self.axes, where=self.name)
            elif key in _PLAIN:
                plain[key] = _plain(key, value, self.name)
            else:
                raise DataError(unknown("table", key, [*TABLES, *_PLAIN]))
        if "outputs" not in tables and not self.goods.equals(self.techniques):
            raise DataError(outputs_missing(self.name, self.goods, self.techniques))
        return replace(self, tables=tables, **plain)

    @checked_arguments("concordance", "base", "techniques")
    def aggregate(
        self,
        concordance: Mapping[Any, Any] | pd.Series,
        base: pd.Series | None = None,
        techniques: Mapping[Any, Any] | pd.Series | None = None,
    ) -> Economy:
        """Return a smaller economy, with goods and techniques merged.

        Coefficients are averaged by base-year activity levels, flows and stocks added, rates of wear averaged by the
        stocks they wear down; anything else must be equal within a group.

        Parameters
        ----------
        concordance : new name of every good; new names stand in the order in which they first appear.
        base : activity level of every technique in the base year; needed where techniques with coefficients are merged.
        techniques : new name of every technique; by default as the goods where they have the same names, and no
            technique is merged where they do not.

        Errors
        ------
        DataError : names missing or unknown, units or other entries that differ within a group, a group that did not
            run.

        >>> import natura_opt as no
        >>> five = no.read("five_year_plan")
        >>> base = pd.Series(1.0, five.techniques)
        >>> five.aggregate({"iron": "metal", "coal": "coal", "corn": "food", "bread": "food"}, base).goods.to_list()
        ['metal', 'coal', 'food']
        """
        from .aggregate import aggregate

        return aggregate(self, concordance, base, techniques)

    @checked_arguments()
    def question(self, name: str | None = None) -> Question:
        """Return a question by name; without a name, the ``default`` one."""
        wanted = "default" if name is None else name
        if wanted not in self.questions:
            raise QuestionError(f"economy {self.name!r}: {unknown('question', wanted, self.questions)}")
        return self.questions[wanted]

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(index):,} {axis}" for axis, index in self.axes.items() if len(index))
        lines = [f"Economy {self.name!r}: {sizes}"]
        for table in self.tables.values():
            counts = [part.nnz if table.spec.is_matrix else part.size for part in table.slices.values()]
            kind = "coefficients" if table.spec.is_matrix else "numbers"
            lines.append(f"  {table.spec.name:<18} {sum(counts):>10,} {kind:<12} {table.spec.meaning}")
        lines += [f"  asked: {name} ({question.objective})" for name, question in self.questions.items()]
        return "\n".join(lines)


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


def outputs_missing(name: str, goods: pd.Index, techniques: pd.Index) -> str:
    """Say that techniques which are not the goods need a table of what they make."""
    return (
        f"{name}: the techniques ({listed(techniques)}) are not the goods ({listed(goods)}), "
        "so a table 'outputs' (goods x techniques) must say what each technique makes"
    )


def empty_axes() -> dict[str, pd.Index]:
    """Return the axes of an economy of nothing; periods default to one period named ``1``."""
    axes: dict[str, pd.Index] = {axis: pd.Index([], dtype=object) for axis in AXES}
    axes["periods"] = pd.Index(["1"])
    return axes
