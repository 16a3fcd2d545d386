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

from ..errors import DataError
from .build import build_economy
from .cells import Grid, numbers, read_grid
from .coerce import as_labels, matched
from .economy import Economy
from .question import Question
from .table import Matrix


def read_five_year(flows: Path, cap: Path, dep: Path, labtarg: Path, name: str = "five_year_plan") -> Economy:
    """Read an economy from the four files.

    Returns
    -------
    Economy with the question ``fulfilment`` (sum of yearly fulfilment, no floor, no terminal condition), one
    technique per good, industry-specific capital and the resource ``labour``.

    Errors
    ------
    DataError : naming file, row and column.
    """
    table = read_grid(flows)
    named = _has_row_names(table, table.rows[-1])
    goods = as_labels(table.header[1:] if named else table.header, "goods", flows.name)
    count = len(goods)
    values = _numbers(table, named)
    if len(values) != count + 2:
        raise DataError(
            f"{flows.name}: {len(values)} rows for {count} goods; there must be one per good, then labour, then output"
        )
    if named:
        _check_names(table, [*goods, "labour", "output"])
    use, labour, output = values[:count], values[count], values[count + 1]
    idle = output <= 0
    touched = (use != 0).any(axis=0) | (labour != 0)
    if (idle & touched).any() or (output < 0).any():
        at = int(np.flatnonzero((idle & touched) | (output < 0))[0])
        raise DataError(
            f"{flows.name}, row 'output', column {str(goods[at])!r}: output is {output[at]:g}, so its inputs per unit "
            "are not defined; output must be positive"
        )
    per_unit = np.where(idle, 0.0, 1.0 / np.where(idle, 1.0, output))
    stock = _square(cap, goods)
    targets, available, years = _labour_and_targets(labtarg, goods)
    rates = _square(dep, goods)
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
        capital=_exact(stock, output, idle) if idle.any() else sp.csr_array(stock / output),
        initial_capital=sp.csr_array(stock),
        depreciation=sp.csr_array(rates * (stock * per_unit > 0)),
        targets=targets,
        questions={"default": Question(objective="fulfilment")},
    )


def _exact(values: np.ndarray, output: np.ndarray, idle: np.ndarray) -> Matrix:
    """Divide columns by output (idle columns hold nothing)."""
    return sp.csr_array(values / np.where(idle, 1.0, output))


def _has_row_names(grid: Grid, row: list[str]) -> bool:
    try:
        float(row[0])
    except ValueError:
        return True
    return False


def _numbers(grid: Grid, named: bool) -> np.ndarray:
    return numbers(grid, range(1 if named else 0, len(grid.header)))


def _check_names(grid: Grid, wanted: list[object]) -> None:
    for row, (line, name) in enumerate(zip(grid.lines, wanted, strict=True)):
        if grid.rows[row][0].lower() != str(name).lower():
            raise DataError(
                f"{grid.path.name}, line {line}: row {grid.rows[row][0]!r} where {str(name)!r} is expected; rows must "
                "stand in the order of the columns, then labour, then output"
            )


def _square(path: Path, goods: pd.Index) -> np.ndarray:
    grid = read_grid(path)
    named = _has_row_names(grid, grid.rows[-1] if grid.rows else grid.header)
    headings = as_labels(grid.header[1:] if named else grid.header, "goods", f"{path.name}, line 1")
    columns = matched(headings, goods, "goods", f"{path.name}, line 1")
    values = _numbers(grid, named)[:, columns]
    if not named:
        if len(values) != len(goods):
            raise DataError(f"{path.name}: {len(values)} rows for {len(goods)} goods; without row names give one each")
        return np.asarray(values)
    rows = as_labels([row[0] for row in grid.rows], "goods", path.name)
    return np.asarray(values[matched(rows, goods, "goods", path.name)])


def _labour_and_targets(path: Path, goods: pd.Index) -> tuple[np.ndarray, np.ndarray, list[str]]:
    grid = read_grid(path)
    named = len(grid.header) == len(goods) + 2
    headings = as_labels(grid.header[1:] if named else grid.header, "columns", f"{path.name}, line 1")
    wanted = pd.Index([*goods, "labour"], dtype=object)
    lower = pd.Index([name if name in goods else name.lower() for name in headings], dtype=object)
    columns = matched(lower, wanted, "goods", f"{path.name}, line 1")
    values = _numbers(grid, named)[:, columns]
    if not len(values):
        raise DataError(f"{path.name}: no years; give one row of targets and labour per year")
    years = [row[0] for row in grid.rows] if named else [f"year{k + 1}" for k in range(len(values))]
    return values[:, :-1].T, values[:, -1], list(as_labels(years, "periods", path.name))
