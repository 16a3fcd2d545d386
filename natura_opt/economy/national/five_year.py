"""The four-file form of Cockshott's n-year plans: ``flows``, ``cap``, ``dep``, ``labtarg``.

``flows`` has the goods as columns, and as rows the goods, then labour, then output, all for the base year; dividing by
output gives inputs and labour per unit. ``cap`` is the capital stock in use, goods by industry: per unit of output
it is what production ties up, and it is also the stock at the start. ``dep`` holds yearly rates of depreciation.
``labtarg`` has one row per year: targets of the goods, then labour available. Row names may be missing (all four
files, or some of them).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...base.entrance import checked_arguments
from ...base.errors import DataError
from ...tables.registry import TABLES
from ..build import build_economy
from ..coerce import as_labels, matched
from ..economy import Economy
from ..files.cells import Grid, read_grid
from ..files.model_tables import checked_numbers
from ..question import Question
from ..table import Matrix


@checked_arguments()
def read_five_year(flows: Path, cap: Path, dep: Path, labtarg: Path, name: str = "five_year_plan") -> Economy:
    """Read an economy from the four files.

    Parameters
    ----------
    flows, cap, dep, labtarg : the files: flows of goods, labour and output; capital stocks; yearly rates of wear;
        targets and labour by year.
    name : of the economy.

    Returns
    -------
    Economy with the question ``fulfilment`` (sum of yearly fulfilment, no floor, no terminal condition), one
    technique per good, industry-specific capital and the resource ``labour``.

    Raises
    ------
    DataError : naming file, row and column.
    """
    table = read_grid(flows)
    if not len(table):
        raise DataError(f"{flows.name}: there is only a header; give one row per good, then labour, then output")
    named = _flows_have_row_names(table)
    goods = as_labels(table.header[1:] if named else table.header, "goods", flows.name)
    count = len(goods)
    values = _numbers(table, named, "inputs")
    if len(values) != count + 2:
        raise DataError(
            f"{flows.name}: {len(values)} rows for {count} goods; there must be one per good, then labour, then output"
        )
    if named:
        _check_names(table, [*goods, "labour", "output"])
    use, labour, output = values[:count], values[count], values[count + 1]
    idle = output <= 0
    stock = _square(cap, goods, "capital")
    touched = (use != 0).any(axis=0) | (labour != 0) | (stock != 0).any(axis=0)
    if (idle & touched).any() or (output < 0).any():
        at = int(np.flatnonzero((idle & touched) | (output < 0))[0])
        raise DataError(
            f"{flows.name}, row 'output', column {str(goods[at])!r}: output is {output[at]:g}, so its inputs and "
            "capital per unit are not defined; output must be positive"
        )
    targets, available, years = _labour_and_targets(labtarg, goods)
    rates = _square(dep, goods, "depreciation")
    capital = _exact(stock, output, idle)
    outputs = sp.diags_array(np.where(idle, 0.0, 1.0)) if idle.any() else None
    return build_economy(
        name=name,
        title=f"{len(years)}-year plan of {count} goods, from four files",
        goods=goods,
        techniques=goods,
        resources=["labour"],
        periods=years,
        inputs=_exact(use, output, idle),
        outputs=outputs,
        resource_use=_exact(labour[None, :], output, idle),
        resource_limits=available[None, :],
        capital=capital,
        initial_capital=sp.csr_array(stock),
        depreciation=sp.csr_array(rates * (capital.toarray() > 0)),
        targets=targets,
        questions={"default": Question(objective="fulfilment")},
    )


def _exact(values: np.ndarray, output: np.ndarray, idle: np.ndarray) -> Matrix:
    """Divide columns by output (idle columns hold nothing)."""
    return sp.csr_array(values / np.where(idle, 1.0, output))


def _flows_have_row_names(grid: Grid) -> bool:
    """Decide by the first column: names of the columns, labour and output among them; or else by the shape."""
    first = [row[0].lower() for row in grid.rows]
    if {"labour", "output"} & set(first) or {name.lower() for name in grid.header[1:]} & set(first):
        return True
    return len(grid.rows) == len(grid.header) + 1 and _mostly_words(first)


def _has_row_names(grid: Grid, columns: pd.Index) -> bool:
    """Whether a first column of names stands before one column per good (and labour)."""
    if len(grid.header) != len(columns):
        return len(grid.header) > len(columns)
    return grid.header[0] not in columns and _mostly_words([row[0] for row in grid.rows])


def _mostly_words(cells: list[str]) -> bool:
    words = 0
    for cell in cells:
        try:
            float(cell)
        except ValueError:
            words += 1
    return 2 * words > len(cells)


def _numbers(grid: Grid, named: bool, table: str) -> np.ndarray:
    return checked_numbers(grid, TABLES[table], range(1 if named else 0, len(grid.header)))


def _check_names(grid: Grid, wanted: list[object]) -> None:
    for row, (line, name) in enumerate(zip(grid.lines, wanted, strict=True)):
        if grid.rows[row][0].lower() != str(name).lower():
            raise DataError(
                f"{grid.name}, line {line}: row {grid.rows[row][0]!r} where {str(name)!r} is expected; rows must "
                "stand in the order of the columns, then labour, then output"
            )


def _square(path: Path, goods: pd.Index, table: str) -> np.ndarray:
    grid = read_grid(path)
    named = _has_row_names(grid, goods)
    headings = as_labels(grid.header[1:] if named else grid.header, "goods", f"{path.name}, line 1")
    columns = matched(headings, goods, "goods", f"{path.name}, line 1")
    values = _numbers(grid, named, table)[:, columns]
    if not named:
        if len(values) != len(goods):
            raise DataError(f"{path.name}: {len(values)} rows for {len(goods)} goods; without row names give one each")
        return np.asarray(values)
    rows = as_labels([row[0] for row in grid.rows], "goods", path.name)
    return np.asarray(values[matched(rows, goods, "goods", path.name)])


def _labour_and_targets(path: Path, goods: pd.Index) -> tuple[np.ndarray, np.ndarray, list[str]]:
    grid = read_grid(path)
    wanted = pd.Index([*goods, "labour"], dtype=object)
    named = _has_row_names(grid, wanted)
    headings = as_labels(grid.header[1:] if named else grid.header, "columns", f"{path.name}, line 1")
    lower = pd.Index([name if name in goods else name.lower() for name in headings], dtype=object)
    columns = matched(lower, wanted, "goods", f"{path.name}, line 1")
    values = _numbers(grid, named, "targets")[:, columns]
    if not len(values):
        raise DataError(f"{path.name}: no years; give one row of targets and labour per year")
    for row, line in zip(grid.rows, grid.lines, strict=True):
        if named and not row[0]:
            raise DataError(f"{path.name}, line {line}: the year has no name")
    years = [row[0] for row in grid.rows] if named else [f"year{k + 1}" for k in range(len(values))]
    return values[:, :-1].T, values[:, -1], list(as_labels(years, "periods", path.name))
