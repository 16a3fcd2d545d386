"""A pymrio ``IOSystem`` to an economy. pymrio is never imported: its tables are read as the pandas frames they are.

Goods and techniques are the system's (region, sector) pairs, one technique per good; the inputs are its coefficients
``A`` (or flows ``Z`` over output ``x``), the targets its final demand ``Y`` summed over the categories chosen, and rows
of its extensions become resources or emissions per unit of output (``S``, or ``F`` over ``x``). With one resource of
weight 1 and the whole of ``Y``, the least-resources plan is ``x`` and the goods' valuations are the multipliers ``M``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.entrance import checked_arguments, is_kind
from ...base.errors import DataError, shortened, unknown
from ...base.labels import name_of
from ..build import build_economy
from ..coerce import as_labels
from ..economy import Economy
from ..question import Question
from .negatives import aligned, check_choice, moved_demand, moved_inputs, per_unit, summed
from .unit_names import in_own_words

#: Extensions and their rows: a name, several names, or rows by name (``None`` for all).
Rows = str | Iterable[str] | Mapping[str, Iterable[object] | None]


@checked_arguments("questions")
def from_pymrio(
    io: Any,
    *,
    final_demand: Iterable[str | int | tuple[object, ...]] | None = None,
    resources: str | Iterable[str] | Mapping[str, Iterable[object] | None] = (),
    resource_limits: Any = None,
    resource_weights: Any = None,
    emissions: str | Iterable[str] | Mapping[str, Iterable[object] | None] = (),
    negatives: str = "error",
    name: str = "",
    title: str = "",
    source: str = "",
    objective: str | None = None,
    questions: Mapping[str, Question] | None = None,
    **tables: Any,
) -> Economy:
    """Build an economy from a multi-regional input-output system as pymrio holds it.

    Parameters
    ----------
    io : a ``pymrio.IOSystem`` with ``A``, or with ``Z``; ``x`` is worked out from ``Z`` and ``Y`` if missing.
    final_demand : the categories of ``Y`` to serve, or whole columns (region, category); all of them by default.
    resources, emissions : extensions, or rows of them: ``"emissions"``, or ``{"factor_inputs": ["Value Added"]}``; a
        name that is no extension is that of a row, or a part of it, which one extension alone may have.
    resource_limits : by resource; or ``"base"`` for as much as the outputs ``x`` use.
    resource_weights : by resource, for a least-resources question.
    negatives : ``"error"`` or ``"as-output"``, as in :func:`natura_opt.from_supply_use`.
    name, title, source, objective, questions : as :func:`natura_opt.build_economy` takes them.
    tables : further tables, as :func:`natura_opt.build_economy` takes them.

    Raises
    ------
    DataError : the system lacks tables, an extension, row or category is unknown, or entries are negative.
    """
    check_choice(negatives)
    place = name or str(getattr(io, "name", None) or "pymrio")
    demand = _frame(io, "Y", place)
    if demand is None:
        raise DataError(f"{place}: the system has no final demand Y")
    goods = as_labels(demand.index, "goods", f"{place}: Y")
    output = _output(io, goods, place)
    wanted = summed(demand.loc[:, _chosen(demand.columns, final_demand, place)], goods, f"{place}: Y")
    wanted, on_hand, notes = moved_demand(wanted, goods, f"{place}: Y", negatives)
    inputs, by_products, more = moved_inputs(_inputs(io, goods, output, place), goods, goods, f"{place}: A", negatives)
    used, used_units = _rows(io, resources, goods, output, place)
    emitted, emitted_units = _rows(io, emissions, goods, output, place)
    limits = _limits(resource_limits, used, output, place)
    units = {"resources": used_units, "pollutants": emitted_units}
    if getattr(io, "unit", None) is not None:
        units["goods"] = units["techniques"] = _units(io.unit, goods, place)
    units, renamed = in_own_words(units)
    return build_economy(
        name=place,
        title=title,
        source=source,
        notes=[*notes, *more, *renamed],
        goods=goods,
        techniques=goods,
        resources=used.index,
        pollutants=emitted.index,
        units=units,
        objective=objective,
        questions=questions,
        inputs=sp.csr_array(inputs),
        outputs=sp.csr_array(np.eye(len(goods)) + by_products) if by_products.any() else None,
        targets=wanted,
        initial_stocks=on_hand if on_hand.any() else None,
        resource_use=sp.csr_array(used.to_numpy()) if len(used) else None,
        resource_limits=limits,
        resource_weights=resource_weights,
        emissions=sp.csr_array(emitted.to_numpy()) if len(emitted) else None,
        **tables,
    )


def _limits(limits: Any, used: pd.DataFrame, output: Floats | None, place: str) -> Any:
    """Return resource limits as given, or as much as the outputs use."""
    if not isinstance(limits, str):
        return limits
    if limits != "base":
        raise DataError(f"{place}: resource_limits is by resource or 'base', not {limits!r}")
    if output is None:
        raise DataError(f"{place}: resource_limits='base' needs the outputs x; run io.calc_all() first")
    return used.to_numpy() @ output


def _frame(io: Any, table: str, place: str) -> pd.DataFrame | None:
    frame = getattr(io, table, None)
    if frame is not None and not isinstance(frame, pd.DataFrame):
        raise DataError(f"{place}: {table} must be a DataFrame, not {type(frame).__name__}")
    return frame


def _output(io: Any, goods: pd.Index, place: str) -> Floats | None:
    """Return outputs x, given or worked out as what is used and wanted; ``None`` where neither is possible."""
    output, flows = _frame(io, "x", place), _frame(io, "Z", place)
    if output is not None:
        return summed(output, goods, f"{place}: x")
    if flows is None:
        return None
    used = aligned(flows, goods, goods, f"{place}: Z", ("goods", "techniques")).sum(axis=1)
    return np.asarray(used + summed(io.Y, goods, f"{place}: Y"))


def _inputs(io: Any, goods: pd.Index, output: Floats | None, place: str) -> Floats:
    axes = ("goods", "techniques")
    coefficients, flows = _frame(io, "A", place), _frame(io, "Z", place)
    if coefficients is not None:
        return aligned(coefficients, goods, goods, f"{place}: A", axes)
    if flows is None or output is None:
        raise DataError(f"{place}: the system has neither coefficients A nor flows Z")
    return per_unit(aligned(flows, goods, goods, f"{place}: Z", axes), output, goods, f"{place}: Z")


def _chosen(columns: pd.Index, categories: Iterable[object] | None, place: str) -> list[bool]:
    """Return which columns of Y are wanted, by category (their last name) or whole name."""
    if categories is None:
        return [True] * len(columns)
    wanted = [categories] if isinstance(categories, str) else list(categories)
    named = [(column, column[-1] if isinstance(column, tuple) else column) for column in columns]
    for category in wanted:
        if not any(category in names for names in named):
            raise DataError(f"{place}: Y: {unknown('category', category, dict.fromkeys(names[1] for names in named))}")
    return [any(name in wanted for name in names) for names in named]


def _rows(io: Any, chosen: Rows, goods: pd.Index, output: Floats | None, place: str) -> tuple[pd.DataFrame, list[str]]:
    """Return rows of extensions per unit of output, shape (rows, goods), and their units."""
    named = [chosen] if isinstance(chosen, str) else chosen
    wanted = list(named.items()) if isinstance(named, Mapping) else [_found(io, name, place) for name in named]
    parts, units = [pd.DataFrame(np.empty((0, len(goods))), columns=goods)], []
    for extension, rows in wanted:
        account = _account(io, extension, place)
        where = f"{place}: {extension}"
        if not is_kind(rows, "str | Iterable[str | int | tuple[object, ...]] | None"):
            raise DataError(f"{where}: rows must be names, or None for all, not {shortened(rows)}")
        per, totals = _frame(account, "S", where), _frame(account, "F", where)
        table = totals if per is None else per
        if table is None:
            raise DataError(f"{where}: has neither F nor S")
        index = as_labels(table.index, "rows", where)
        if per is None and output is None:
            raise DataError(f"{where}: F is per unit only with the outputs x; run io.calc_all() first")
        values = aligned(table, None, goods, where, ("rows", "techniques"))
        rates = values if per is not None or output is None else per_unit(values, output, goods, where)
        names = (
            index if rows is None else pd.Index([rows] if isinstance(rows, str) else list(rows), tupleize_cols=False)
        )
        for row in names:
            if row not in index:
                raise DataError(f"{where}: {unknown('row', row, index)}")
        at = index.get_indexer(names)
        parts.append(pd.DataFrame(rates[at], index=names, columns=goods))
        unit = getattr(account, "unit", None)
        units += [""] * len(names) if unit is None else [_units(unit, index, where)[k] for k in at]
    joined = parts[0] if len(parts) == 1 else pd.concat(parts[1:])
    joined.index = as_labels(joined.index, "rows", f"{place}: extensions")
    return joined, units


def _account(io: Any, extension: object, place: str) -> Any:
    """Return an extension by its name."""
    account = getattr(io, str(extension), None)
    if not (hasattr(account, "F") or hasattr(account, "S")):
        raise DataError(f"{place}: {unknown('extension', extension, _extensions(io))}")
    return account


def _extensions(io: Any) -> list[str]:
    return list(io.get_extensions()) if hasattr(io, "get_extensions") else []


def _found(io: Any, name: object, place: str) -> tuple[str, list[object] | None]:
    """Return the extension of a name and all its rows; or the one row that is called so, whole or in part."""
    if not isinstance(name, str):  # out of an iterator, which cannot be looked into before
        raise DataError(f"{place}: an extension or a row is found by its name, not {shortened(name)}")
    if hasattr(io, name) and (hasattr(getattr(io, name), "F") or hasattr(getattr(io, name), "S")):
        return name, None
    matches: list[tuple[str, object]] = []
    for extension in _extensions(io):
        account = getattr(io, extension)
        table = account.F if getattr(account, "F", None) is not None else getattr(account, "S", None)
        rows = [] if table is None else list(table.index)
        matches += [(extension, row) for row in rows if name in (row, name_of(row)) or _is_part(name, row)]
    if not matches:
        _account(io, name, place)  # which is none, and says so
    if len(matches) > 1:
        found = ", ".join(f"{extension}: {name_of(row)!r}" for extension, row in matches[:5])
        raise DataError(
            f"{place}: {name!r} names {len(matches)} rows of extensions ({found}{', …' if len(matches) > 5 else ''}); "
            "say which, as {extension: [row]}"
        )
    return matches[0][0], [matches[0][1]]


def _is_part(name: str, row: object) -> bool:
    return isinstance(row, tuple) and name in row


def _units(unit: Any, labels: pd.Index, place: str) -> list[str]:
    if not isinstance(unit, pd.DataFrame) or not unit.shape[1]:
        raise DataError(f"{place}: unit must be a DataFrame with one unit per row, not {shortened(unit)}")
    index = as_labels(unit.index, "rows", f"{place}: unit")
    at = index.get_indexer(labels)
    strings = ["" if pd.isna(text) else str(text) for text in unit.iloc[:, 0]]
    return [strings[k] if k >= 0 else "" for k in at]
