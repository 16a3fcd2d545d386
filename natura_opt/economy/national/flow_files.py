"""Tables of flows from files: industries, final demand, value added and totals in one square-and-more table.

The first row names the columns and the first column the rows. A name that heads a column and a row is a good; what is
no good is final demand, an account of the industries or a total, and must be asked for by name. What is not asked for
is left out, and listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...base.entrance import checked_arguments
from ...base.errors import DataError, OptionError, listed, shortened, unknown
from ..economy import Economy
from .accounts import Accounts
from .asked import asked
from .balance import TOLERANCE
from .flow_table import FlowTable
from .flows import from_flows
from .layout import names_given
from .naming import Names, check_labels, relabelled
from .negatives import aligned
from .sheet import Sheet, as_zeros
from .totals import refuse_totals

#: Accounts by the names they get: the name of a row or column, or of several, which are added; or their own names.
Chosen = Mapping[str, str | Sequence[str]] | Iterable[str]
_FILES = (".csv", ".xlsx", ".xlsm")


@checked_arguments("resources", "emissions", "names", "units", "final_demand", "zeros", "accounts")
def read_flows(
    file: str | Path,
    final_demand: str | Iterable[str],
    output: str | None = None,
    *,
    sheet: str | int | None = None,
    headings: str | int | None = None,
    codes: str | None = None,
    resources: Chosen | None = None,
    emissions: Chosen | None = None,
    accounts: str | Path | None = None,
    capital: str | Path | None = None,
    capital_goods: str | None = None,
    leave_out: Iterable[str] = (),
    labels: str = "codes",
    names: Names = None,
    zeros: Iterable[str] = (),
    weights: Mapping[str, float] | None = None,
    resource_limits: Any = "base",
    tolerance: float = TOLERANCE,
    negatives: str = "error",
    units: Mapping[str, str | Iterable[str] | Mapping[Any, str]] | None = None,
    name: str = "",
    objective: str | None = None,
    **options: Any,
) -> Economy:
    """Read an economy from a table of flows (Z, x and Y in one CSV file or sheet), and accounts beside it.

    Parameters
    ----------
    file : CSV or ``.xlsx``, with names of rows in a column and headings in a row; those that head both are the goods.
    final_demand : headings of the columns that are added to final demand.
    output : the row or column that holds the outputs x; without it x is what goes out, which checks nothing.
    sheet : the sheet of a workbook that has several.
    headings, codes : the row of the headings (``"row 3"``) and the column of the names (``"column B"``), where they are
        not the first.
    resources, emissions : accounts that become resources and pollutants: ``{"hours": "H_EMPE"}``, the names they get
        and those they have; several in a list are added; or a list of names. They are rows of the table, or stand in
        ``accounts``.
    accounts : a file of accounts, in rows or in columns, of which one names every industry.
    capital : stocks of the base year: a file with a matrix goods x industries; or the name of an account that holds
        each industry's stock, made of goods in the proportions of ``capital_goods``.
    capital_goods : the heading of the final demand (investment) in whose proportions stocks are made of goods; entries
        below zero count as none.
    leave_out : names that head a column and a row and are no goods: totals.
    labels, names : what goods are called: their ``"codes"``, the first column; or the ``"names"`` of the second column,
        of a file (a column of codes and, after it, one of names) or of a mapping; or ``"both"``.
    zeros : texts that stand for no amount, such as ``""`` (an empty cell), ``"-"`` or ``".."``.
    weights : by resource, for the question ``least-resources``; one resource weighs 1.
    resource_limits : by resource; ``"base"`` for as much as the base year used; ``None`` for none.
    tolerance : how far x may be from what goes out, as a part of the larger, row by row.
    negatives, units, name : as in :func:`natura_opt.from_flows`; the name is by default the file's.
    objective : of the only question; by default ``least-resources`` and ``assortment`` are asked, and ``default``
        is the former, or the latter where there are stocks of capital.
    options : further arguments of :func:`natura_opt.from_flows` (``title``, ``source``, ``questions``, …).

    Raises
    ------
    DataError : cells that are no numbers, names that stand twice, no such row or column, totals among the goods, rows
        that do not balance; naming cell, row and column.
    """
    check_labels(labels, "the second column" if names is None else names)
    zeros, place = as_zeros(zeros), name or Path(file).stem
    page = Sheet.of(file, None if sheet is None else str(sheet), zeros)
    demand = _none_or_names(final_demand, "final_demand")
    besides = {
        *demand,
        *_none_or_names(leave_out, "leave_out"),
        *([output] if output else []),
        *([capital_goods] if capital_goods else []),
    }
    table = FlowTable.of(page, headings, codes, besides)
    if not demand:
        raise OptionError(
            f"final_demand must be headings of columns, not {shortened(final_demand)}; {page.name} has, besides the "
            f"goods: {listed(table.around(table.across), 90)} (in a shell: --final-demand, once for each)"
        )
    beside = None if accounts is None else Accounts.of(Sheet.of(accounts, None, zeros), table.goods)
    made = None if output is None else table.output(output)
    wanted, flows = table.columns(demand), table.columns(list(table.goods))
    for part, what in ((flows, page.name), (wanted, f"{page.name}: final demand")):
        refuse_totals(part, what, "leave it out (leave_out=[{!r}])")
    spent, emitted = (
        None if chosen is None else _accounts(chosen, table, beside, what)
        for chosen, what in ((resources, "resources"), (emissions, "emissions"))
    )
    stocks = None if capital is None else _capital(capital, capital_goods, table, beside, zeros)
    if capital is None and capital_goods is not None:
        raise OptionError("capital_goods says what stocks are made of; give the stocks too (capital=...)")
    goods = relabelled(table.goods, labels, table.second if names is None else names, "goods")
    renamed = dict(zip(table.goods, goods, strict=True))
    given = {
        **asked(spent, weights, None if "questions" in options else objective, place, stocks is not None),
        "resource_limits": None if spent is None else resource_limits,
        "units": units,
        "source": table.sheet.name,
        "notes": table.left_out(),
        **options,
    }
    return from_flows(
        flows.rename(index=renamed, columns=renamed),
        None if made is None else made.rename(index=renamed),
        wanted.rename(index=renamed),
        resources=None if spent is None else spent.rename(columns=renamed),
        emissions=None if emitted is None else emitted.rename(columns=renamed),
        capital=None if stocks is None else stocks.rename(index=renamed, columns=renamed),
        tolerance=tolerance,
        negatives=negatives,
        name=place,
        **given,
    )


def _none_or_names(given: object, what: str) -> list[str]:
    """Return names that were given; none where the list is empty."""
    return [] if isinstance(given, Sequence) and not given else names_given(given, what)


def _accounts(chosen: Chosen, table: FlowTable, beside: Accounts | None, what: str) -> pd.DataFrame:
    """Return accounts by industry, a row for each name they get."""
    wanted = chosen if isinstance(chosen, Mapping) else {text: text for text in names_given(chosen, what)}
    if not wanted:
        raise OptionError(f"{what} is empty; name accounts, or leave it out")
    made = {}
    for name, where in wanted.items():
        parts = [where] if isinstance(where, str) else list(where) if isinstance(where, Iterable) else []
        if not parts or not all(isinstance(part, str) for part in parts):
            raise OptionError(f"{what}: {name}: an account is found by its name, not {shortened(where)}")
        made[str(name)] = pd.concat([_account(part, str(name), table, beside) for part in parts]).sum(axis=0)
    return pd.DataFrame(made).T


def _account(name: str, called: str, table: FlowTable, beside: Accounts | None) -> pd.DataFrame:
    """Return one account, from the table or the file beside it."""
    here, there = name in table.down and name not in table.goods, beside is not None and beside.has(name)
    if here and there and beside is not None:
        raise DataError(f"{name!r} is an account in {table.sheet.name} and in {beside.sheet.name}; rename one of them")
    if here:
        return table.row(name, called)
    if there and beside is not None:
        return beside.row(name, called)
    known = [*table.around(table.down), *(beside.lines if beside is not None else ())]
    files = table.sheet.name if beside is None else f"{table.sheet.name}, {beside.sheet.name}"
    raise DataError(f"{files}: {unknown('account', name, known)}")


def _capital(
    given: str | Path, goods: str | None, table: FlowTable, beside: Accounts | None, zeros: Sequence[str]
) -> pd.DataFrame:
    """Return stocks, goods x industries, from a file or from an account and what stocks are made of."""
    if isinstance(given, Path) or Path(given).suffix.lower() in _FILES:
        if goods is not None:
            raise OptionError("capital_goods goes with an account of stocks; a file says what they are made of itself")
        stocks = FlowTable.of(Sheet.of(given, None, zeros))
        frame = stocks.columns(list(stocks.goods))
        axes = ("goods", "techniques")
        values = aligned(frame, table.goods, table.goods, stocks.sheet.name, axes)
        return pd.DataFrame(values, table.goods, table.goods)
    if goods is None:
        raise OptionError(
            f"capital={given!r} holds one number per industry; say in which proportions stocks are made of goods "
            "(capital_goods=, the heading of investment)"
        )
    totals = _account(given, given, table, beside).iloc[0]
    invested = table.columns([goods])[goods].clip(lower=0.0)
    if not invested.sum() > 0:
        raise DataError(f"{table.sheet.name}, column {goods!r}: nothing is invested, so it says no proportions")
    return pd.DataFrame(np.outer(invested / invested.sum(), totals), table.goods, table.goods)
