"""The economy of some of its periods: what the tables say of the others goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from .economy import Economy
from .rule_units import settled
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
    axes: Mapping[str, pd.Index] = {**economy.axes, "periods": economy.periods[first:last]}
    tables = {name: _part(table, first, last) for name, table in economy.tables.items() if name != "rules"}
    rules = None if economy.rules is None else economy.rules.of_periods(first, last, axes)
    if rules is not None:
        tables["rules"] = rules
    axes, units = settled(economy.name, axes, tables, economy.units)
    return replace(economy, axes=axes, tables=tables, units=units)


def _part(table: Table, first: int, last: int) -> Table:
    """Return what a table says of some periods."""
    if table.spec.axes == ("periods",):
        return Table(table.spec, {key: np.array(values[first:last]) for key, values in table.slices.items()})
    if table.constant or table.spec.ahead:
        return table
    return Table(table.spec, {t: table.slices[first + t] for t in range(last - first)})
