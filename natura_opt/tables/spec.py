"""What there is to know about a table: its axes, unit and sign, how it varies, what stands for a missing one, and how
it is merged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from .merging import AVERAGED_BY_ACTIVITY, EQUAL, Averaged, Merge
from .missing import NOTHING, Missing

#: The values a table may hold; a ``limit`` may be infinite (no limit), nothing else may.
Sign = Literal["non-negative", "limit", "rate", "positive", "positive-integer", "any"]

#: How a table differs from period to period. ``once``: it holds for all periods together, or at the start. ``by
#: period``: one for all periods, or one for each of them. ``by arrival``: likewise, and a period that is not listed
#: brings nothing. ``ahead``: one for each number of periods ahead of the output.
Varies = Literal["once", "by period", "by arrival", "ahead"]

#: The axes of an economy, and the singular that heads a column of names in a file.
AXES: dict[str, str] = {
    "goods": "good",
    "techniques": "technique",
    "resources": "resource",
    "pollutants": "pollutant",
    "profiles": "profile",
    "periods": "period",
    "rules": "rule",
}


@dataclass(frozen=True)
class TableSpec:
    """What a table is.

    Attributes
    ----------
    name : the table's name, which is also its file name.
    axes : its row axis and, for a matrix, its column axis (names of :data:`AXES`).
    unit : the unit rule in terms of axis units: ``"goods / techniques"`` (a coefficient), ``"goods"`` (an amount),
        ``"1 / goods"`` (a price) or ``"1"`` (a pure number).
    meaning : one line for people.
    merge : what becomes of its entries where goods or techniques are merged (:meth:`natura_opt.Economy.aggregate`).
    sign : the values allowed.
    missing : what a missing table stands for.
    varies : how it differs from period to period.
    is_use : whether an entry says that its technique cannot run without something.
    advice : what to do about a number of the wrong sign, where there is more to say than that it is wrong.
    plan_tables : the tables of a plan that say something only where this table, or another that names them, is given.
    law : the law whose tables these are, by its name (``objectives`` for what objectives share); empty as long as no
        law uses the table.
    tidy : of a table that is a list of rows, one observation each, instead of numbers along axes: the names of its
        columns, those that must be there first. Its ``axes`` say whose it is.
    figures : of a tidy table, which of its columns hold numbers.
    """

    name: str
    axes: tuple[str, ...]
    unit: str
    meaning: str
    merge: Merge
    sign: Sign = "non-negative"
    missing: Missing = NOTHING
    varies: Varies = "by period"
    is_use: bool = False
    advice: str = ""
    plan_tables: tuple[str, ...] = ()
    law: str = ""
    tidy: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.is_matrix and (self.merge == EQUAL or not (self.missing.value == 0.0 or self.missing.on_diagonal)):
            raise ValueError(f"{self.name}: a matrix is sparse, so it is neither compared nor filled cell by cell")
        if not self.is_matrix and (self.merge == AVERAGED_BY_ACTIVITY or self.missing.on_diagonal):
            raise ValueError(f"{self.name}: a vector has no columns to average, and no diagonal")
        if isinstance(self.merge, Averaged) and self.is_matrix and not self.merge.tied_up_by:
            raise ValueError(f"{self.name}: say which coefficients tie up the stocks that a matrix is averaged by")

    @property
    def is_matrix(self) -> bool:
        """Whether the table has two axes (a sparse matrix) rather than one (a vector per period)."""
        return len(self.axes) == 2

    @property
    def once(self) -> bool:
        """Whether the table holds for all periods together, or at the start: it cannot differ between periods."""
        return self.varies == "once"

    @property
    def ahead(self) -> bool:
        """Whether a slice is kept per number of periods ahead of the output instead of per period."""
        return self.varies == "ahead"

    @property
    def may_skip_periods(self) -> bool:
        """Whether a period that is not listed holds nothing, where others are."""
        return self.varies == "by arrival"

    @property
    def unit_axes(self) -> tuple[str | None, str | None]:
        """The axes whose units a number is in: (above, below) the line; ``None`` for a pure number.

        >>> from natura_opt.tables.registry import TABLES
        >>> [TABLES[name].unit_axes for name in ("inputs", "targets", "import_prices")]
        [('goods', 'techniques'), ('goods', None), (None, 'goods')]
        """
        above, _, below = self.unit.partition(" / ")
        return (None if above == "1" else above), below or None


def beside(law: str, *tables: TableSpec) -> tuple[TableSpec, ...]:
    """Return tables as those of a law, by its name."""
    return tuple(replace(table, law=law) for table in tables)


def names_of(*tables: TableSpec) -> frozenset[str]:
    """Return the names of tables, as a law declares those it uses."""
    return frozenset(table.name for table in tables)
