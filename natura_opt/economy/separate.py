"""The production units of a stack as techniques of their own: the plan then orders them itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..base.entrance import checked_arguments
from ..base.errors import DataError, listed
from ..base.labels import name_of
from ..tables.curves import IN_PLACE_OF
from ..tables.merging import SUMMED, Refused
from ..tables.registry import TABLES, taken_for_identity
from ..tables.rules import TERMS
from ..tables.spec import TableSpec
from .coerce import as_labels, position
from .curve_rows import curve_table
from .curve_table import CurveTable, PlacedCurve, Unit
from .economy import Economy
from .rule_table import RuleTable, Term
from .table import Table, as_csr, checked

#: Capacities that differ by less than this share are one, written in other digits.
_SAME = 1e-12


@checked_arguments("technique")
def separate_units(economy: Economy, technique: Any) -> Economy:
    """Return an economy in which each production unit of a stacked technique is a technique of its own.

    A stack is filled in the order in which its units are reported. As separate techniques ``"technique, unit"`` they
    make the same good, each by its own curves up to its own capacity, and the plan runs those that serve it best;
    what the stated order loses is the difference (:func:`natura_opt.loss_of_order`). Numbers per unit of activity are
    those of the technique.

    Parameters
    ----------
    economy : with a stacked technique.
    technique : label of a technique with curves that are stacked of units.

    Raises
    ------
    DataError : no stack; curves of it that are not reported by unit, or whose units or capacities differ; an amount
        that a table says of all units together (such as a limit of activity), which nothing divides.

    >>> import pandas as pd, natura_opt as no
    >>> rows = pd.DataFrame(
    ...     [
    ...         ("bread", "labour", 0, 0, "old"),
    ...         ("bread", "labour", 10, 30, "old"),
    ...         ("bread", "labour", 0, 0, "new"),
    ...         ("bread", "labour", 10, 20, "new"),
    ...     ],
    ...     columns=["technique", "name", "quantity", "total", "unit"],
    ... )
    >>> economy = no.build_economy(
    ...     goods=["bread"],
    ...     resources=["labour"],
    ...     resource_use=[[0.0]],
    ...     curves=rows,
    ...     targets=[12.0],
    ...     resource_weights=[1.0],
    ...     objective="least-resources",
    ... )
    >>> no.solve(economy).objective, no.solve(no.separate_units(economy, "bread")).objective
    (34.0, 26.0)
    """
    at = position(economy.techniques, technique)
    where = f"{economy.name}: technique {name_of(economy.techniques[at])!r}"
    units = _units(economy, at, where)
    _refuse_amounts(economy, at, where)
    names = [f"{name_of(economy.techniques[at])}, {unit.name}" for unit in units]
    before = economy.techniques.tolist()
    techniques = as_labels([*before[:at], *names, *before[at + 1 :]], "techniques", economy.name)
    axes = {**economy.axes, "techniques": techniques.rename(economy.techniques.name)}
    take = np.concatenate([np.arange(at), np.full(len(units), at), np.arange(at + 1, len(before))])

    tables: dict[str, Table] = {}
    for spec in taken_for_identity(economy.tables):
        tables[spec.name] = Table(spec, {None: economy.matrix(spec.name, 0)[:, take]})
    for name, table in economy.tables.items():
        if isinstance(table, CurveTable):
            rows = _rows_by_unit(table.rows, economy.techniques[at], dict(zip(names, units, strict=True)))
            tables[name] = curve_table(table.spec, rows, axes, economy.name)
        elif isinstance(table, RuleTable):
            tables[name] = _rules_of_units(table, take, axes)
        else:
            slices = {key: _taken(table.spec, part, take) for key, part in table.slices.items()}
            tables[name] = checked(table.spec, slices, axes, economy.name)
    labels = {axis: tuple(np.array(strings, dtype=object)[take]) if axis == "techniques" else strings
              for axis, strings in economy.units.items()}  # fmt: skip
    return replace(economy, axes=axes, tables=tables, units=labels)


def _units(economy: Economy, at: int, where: str) -> tuple[Unit, ...]:
    """Return the units of a technique's stack, the same for all of its curves."""
    own = [] if economy.curves is None else [one for one in economy.curves.placed if one.technique == at]
    stacked = [one for one in own if one.units]
    if not stacked:
        raise DataError(f"{where} has no curve that is stacked of units; name units in the table 'curves'")
    for one in own:
        if not one.units:
            raise DataError(f"{where}: its curve of {_name(economy, one)!r} is not reported by unit; report it so")
        if [unit.name for unit in one.units] != [unit.name for unit in stacked[0].units]:
            raise DataError(
                f"{where}: its curve of {_name(economy, one)!r} is stacked of {listed([u.name for u in one.units])}, "
                f"that of {_name(economy, stacked[0])!r} of {listed([u.name for u in stacked[0].units])}; make them one"
            )
        for unit, first in zip(one.units, stacked[0].units, strict=True):
            if abs(unit.capacity - first.capacity) > _SAME * first.capacity:
                raise DataError(
                    f"{where}: unit {unit.name!r} is reported up to {unit.capacity:g} for {_name(economy, one)!r} and "
                    f"up to {first.capacity:g} for {_name(economy, stacked[0])!r}; report it up to one capacity"
                )
    return stacked[0].units


def _name(economy: Economy, one: PlacedCurve) -> str:
    return name_of(economy.axes[IN_PLACE_OF[one.of]][one.row])


def _refuse_amounts(economy: Economy, at: int, where: str) -> None:
    """Raise where a table says of the technique as a whole what nothing divides among its units."""
    for name, table in economy.tables.items():
        spec = table.spec
        if spec.tidy or "techniques" not in spec.axes or not (spec.merge == SUMMED or isinstance(spec.merge, Refused)):
            continue
        for part in table.slices.values():
            own = part[:, [at]].toarray() if spec.is_matrix else part[at]
            if np.any(own != TABLES[name].missing.value):
                raise DataError(
                    f"{where}: table {name!r} says of all its units together {TABLES[name].meaning!r}, which nothing "
                    f"divides among them; remove it first, with_changes({name}=None)"
                )


def _rows_by_unit(rows: pd.DataFrame, technique: Any, units: dict[str, Unit]) -> pd.DataFrame:
    """Return reports in which units are techniques; a stack that goes on does so in its last unit."""
    rows = rows.copy()
    mine = pd.Series([label == technique for label in rows["technique"]], index=rows.index)
    of_unit = {unit.name: name for name, unit in units.items()}
    last = next(reversed(of_unit))
    rows["technique"] = [
        of_unit[unit] if own else label for own, unit, label in zip(mine, rows["unit"], rows["technique"], strict=True)
    ]
    rows.loc[mine & (rows["unit"] != last), "beyond"] = ""
    rows.loc[mine, "unit"] = ""
    return rows


def _rules_of_units(table: RuleTable, take: Any, axes: Mapping[str, pd.Index]) -> RuleTable:
    """Return rules in which each unit counts as its technique did."""

    def of_units(term: Term) -> list[Term]:
        if TERMS[term.of] != "techniques":
            return [term]
        return [replace(term, at=int(at)) for at in np.flatnonzero(take == term.at)]

    rules = [
        replace(rule, terms=tuple(unit for term in rule.terms for unit in of_units(term))) for rule in table.placed
    ]
    return RuleTable.of(rules, axes)


def _taken(spec: TableSpec, part: Any, take: Sequence[int] | Any) -> Any:
    """Return a slice with its techniques picked."""
    if "techniques" not in spec.axes:
        return part
    return as_csr(part[:, take]) if spec.is_matrix else part[take]
