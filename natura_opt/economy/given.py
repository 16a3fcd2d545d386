"""What a user gives as a table, by the kind of table that it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from ..tables.spec import TableSpec
from .coerce import coerce_table
from .curve_rows import curve_table
from .rule_rows import rule_table
from .table import Table

#: How each table that is a list of rows is read, by its name.
TIDY: dict[str, Callable[..., Table]] = {"curves": curve_table, "rules": rule_table}


def given_table(spec: TableSpec, value: Any, axes: Mapping[str, pd.Index], where: str) -> Table:
    """Return a checked table: numbers along axes, or reports in rows.

    Raises
    ------
    DataError : naming the table and what is wrong with it.
    """
    if spec.tidy:
        return TIDY[spec.name](spec, value, axes, where)
    return coerce_table(spec, value, axes, where)
