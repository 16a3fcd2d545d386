"""The economy of some of its periods: what the tables say of the others goes."""

from __future__ import annotations

import numpy as np

from .economy import Economy
from .table import Table


def of_periods(economy: Economy, first: int, last: int) -> Economy:
    """Return the economy of consecutive periods; what holds at the start stays as it is.

    Parameters
    ----------
    first, last : positions of the first period, and of the one after the last.

    >>> import natura_opt as no
    >>> of_periods(no.read("five_year_plan"), 1, 3).periods.to_list()
    ['year2', 'year3']
    """
    if (first, last) == (0, len(economy.periods)):
        return economy
    tables = {name: _part(table, first, last) for name, table in economy.tables.items()}
    axes = {**economy.axes, "periods": economy.periods[first:last]}
    return Economy(
        name=economy.name,
        axes=axes,
        tables=tables,
        units=economy.units,
        questions=economy.questions,
        title=economy.title,
        source=economy.source,
        notes=economy.notes,
    )


def _part(table: Table, first: int, last: int) -> Table:
    """Return what a table says of some periods."""
    if table.spec.axes == ("periods",):
        return Table(table.spec, {key: np.array(values[first:last]) for key, values in table.slices.items()})
    if table.constant or table.spec.ahead:
        return table
    return Table(table.spec, {t: table.slices[first + t] for t in range(last - first)})
