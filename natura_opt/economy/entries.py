"""Some entries of a table changed, by their labels; everything else stays, and every check is made again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import DataError, shortened, unknown
from ..base.numbers import double
from ..tables.registry import TABLES
from ..tables.spec import TableSpec
from .coerce import MOST_AHEAD, position
from .economy import Economy
from .given import given_table
from .table import Slices, Table


def with_entries(economy: Economy, table: str, entries: Mapping[Any, Any], period: Any = None) -> Economy:
    """Return an economy with other numbers at some places of a table.

    Where the table is not given, the entries beside them are what stands for a missing one.

    Parameters
    ----------
    entries : number by label; of a matrix by (row label, column label); of rules, their limits by name.
    period : the label of the only period in which they are other (or the number of periods ahead); in all periods,
        where it is not given.

    Raises
    ------
    DataError : an unknown table, label or period, or a number that the table cannot hold; what is wrong, and where.

    >>> import natura_opt as no
    >>> five = with_entries(no.read("five_year_plan"), "targets", {"bread": 12.0}, "year2")
    >>> five.frame("targets").loc["bread"].to_list()
    [2.0, 12.0, 2.02, 2.1, 2.1]
    """
    spec, where = _spec(table), f"{economy.name}: table {table!r}"
    if spec.name == "rules":
        return _with_limits(economy, entries, period, where)
    if spec.tidy:
        raise DataError(f"{where}: is a list of reports; give it whole")
    places = [(_place(economy, spec, key, where), _number(key, value, where)) for key, value in entries.items()]
    slices = dict(_slices(economy, spec, period, where))
    for key in slices if period is None else (_key(economy, spec, period, where),):
        slices[key] = _with(slices[key], places)
    return economy.with_changes(**{table: Table(spec, slices)})


def _with_limits(economy: Economy, entries: Mapping[Any, Any], period: Any, where: str) -> Economy:
    """Return an economy in which rules have other limits, in all of their periods or in one of them."""
    rules = {} if economy.rules is None else {rule.name: rule for rule in economy.rules.placed}
    limits: dict[str, Floats] = {}
    for name, value in entries.items():
        if name not in rules:
            raise DataError(f"{where}: {unknown('rule', name, rules)}")
        rule, number = rules[name], _number(name, value, where)
        if not np.isfinite(number):
            raise DataError(f"{where}, entry {name!r} is {number}; give a finite number")
        chosen = rule.stated
        if period is not None:
            if rule.together:
                raise DataError(f"{where}: rule {name!r} has one limit for all periods together; name no period")
            chosen = np.arange(len(chosen)) == _key(economy, _spec("rules"), period, where)
            if not (chosen & rule.stated).any():
                raise DataError(f"{where}: rule {name!r} says nothing in {period!r}")
        limits[name] = np.where(chosen, number, rule.limits)
    return economy if economy.rules is None else economy.with_changes(rules=economy.rules.with_limits(limits))


def with_slice(economy: Economy, table: str, values: Any, period: Any) -> Economy:
    """Return an economy with other numbers in one period of a table, in all of its places there.

    Parameters
    ----------
    values : what :func:`natura_opt.build_economy` takes for a period.
    period : its label, or the number of periods ahead.

    Raises
    ------
    DataError : as of :func:`with_entries`.
    """
    spec, where = _spec(table), f"{economy.name}: table {table!r}"
    if spec.tidy:
        raise DataError(f"{where}: is a list of rows; give it whole, without a period")
    key = _key(economy, spec, period, where)
    slices = dict(_slices(economy, spec, period, where))
    given: Any = {period: values} if spec.ahead else values
    slices[key] = next(iter(given_table(spec, given, economy.axes, economy.name).slices.values()))
    return economy.with_changes(**{table: Table(spec, slices)})


def _spec(table: str) -> TableSpec:
    if table not in TABLES:
        raise DataError(unknown("table", table, TABLES))
    return TABLES[table]


def _key(economy: Economy, spec: TableSpec, period: Any, where: str) -> int:
    if spec.ahead:
        if isinstance(period, bool) or not isinstance(period, int | np.integer) or not 0 <= period <= MOST_AHEAD:
            raise DataError(f"{where}: {shortened(period)} is no whole number of periods ahead")
        return int(period)
    if spec.once and spec.name != "rules":
        raise DataError(f"{where}: holds for all periods together; name no period")
    try:
        return position(economy.periods, period)
    except DataError:
        raise DataError(f"{where}: {unknown('period', period, economy.periods)}") from None


def _slices(economy: Economy, spec: TableSpec, period: Any, where: str) -> Slices:
    """Return the slices of a table as it stands, one per period where one of them is to be changed."""
    if spec.ahead:
        if period is None:
            raise DataError(f"{where}: say how many periods ahead")
        nothing = sp.csr_array(tuple(len(economy.axes[axis]) for axis in spec.axes))
        return {_key(economy, spec, period, where): nothing} | (
            dict(economy.tables[spec.name].slices) if economy.has(spec.name) else {}
        )
    read = economy.matrix if spec.is_matrix else economy.vector
    if period is None and economy.constant(spec.name):
        return {None: read(spec.name, 0)}
    return {t: read(spec.name, t) for t in range(len(economy.periods))}


def _place(economy: Economy, spec: TableSpec, key: Any, where: str) -> tuple[int, ...]:
    """Return the position of a place by its label, or pair of labels."""
    parts = (key,) if not spec.is_matrix else key
    if not isinstance(parts, tuple) or len(parts) != len(spec.axes):
        raise DataError(f"{where}: an entry is named by ({', '.join(spec.axes)}), not {shortened(key)}")
    try:
        return tuple(position(economy.axes[axis], part) for axis, part in zip(spec.axes, parts, strict=True))
    except DataError as error:
        raise DataError(f"{where}: {error}") from None


def _number(key: Any, value: Any, where: str) -> float:
    try:
        return double(value)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}, entry {shortened(key)}: {error}") from None


def _with(values: Any, places: list[tuple[tuple[int, ...], float]]) -> Any:
    """Return a vector or a matrix with other numbers at some places."""
    changed = values.tolil() if hasattr(values, "tolil") else np.array(values)
    for place, number in places:
        changed[place] = number
    return changed.tocsr() if hasattr(changed, "tocsr") else changed
