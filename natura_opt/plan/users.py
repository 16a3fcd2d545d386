"""Who takes part in a row of a plan, and by how much: techniques by their names, other columns by their laws' words."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.labels import holding_name, name_of
from ..economy.economy import Economy
from ..program.canonical import Block
from ..program.declared import Columns
from ..program.pieces import rows_of
from .account_lines import names
from .ahead import spent_for_later
from .naming import own_name, parts_of
from .needs import needed
from .tables import PlanTables

_SHOWN = 6


def users_of(plan: PlanTables, block: Block, place: int, period: Any = None) -> list[tuple[str, float]]:
    """Return (name, amount) of every column that a row is made up of, in the order of the program.

    Parameters
    ----------
    place : the row's position in its block.
    period : columns of other periods say theirs; None: all of them do.
    """
    row = sp.coo_array(rows_of(plan.program, np.array([block.start + place])))
    amounts = np.zeros(len(plan.primal))
    amounts[row.col] = row.data * plan.primal[row.col]
    users = []
    for columns in plan.program.columns:
        part = amounts[columns.span]
        for k in np.flatnonzero(part).tolist():
            users.append((_column_words(plan.economy, columns, columns.index[k], period), float(part[k])))
    return users


def users_by_table(plan: PlanTables, table: str, at: int, t: int) -> list[tuple[str, float]]:
    """Return what each technique uses (or emits) of one thing, by a table of coefficients."""
    amounts = plan.asked.matrix(table, t)[[at]].toarray().ravel() * plan.activities.to_numpy()[:, t]
    amounts += needed(plan, table, t)[[at]].toarray().ravel()
    amounts += spent_for_later(plan, table, t, plan.activities.to_numpy())[[at]].toarray().ravel()
    return list(zip(names(plan.economy.techniques), amounts.tolist(), strict=True))


def plants_using(plan: PlanTables, at: int, t: int) -> list[tuple[str, float]]:
    """Return what the indivisible plants of each technique use of a resource, whatever their output."""
    plants = plan.plants.to_numpy()[:, t]
    amounts = plan.asked.matrix("plant_resources", t)[[at]].toarray().ravel() * plants
    called = [f"plants of {name}" for name in names(plan.economy.techniques)]
    return list(zip(called, amounts.tolist(), strict=True))


def user_lines(users: list[tuple[str, float]], unit: str) -> list[str]:
    """List who uses (or emits, or abates, or adds) how much, the largest first."""
    order = sorted((user for user in users if user[1] != 0), key=lambda user: -abs(user[1]))
    lines = [f"    {amount:>12.6g} {unit} in {name}" for name, amount in order[:_SHOWN]]
    if len(order) > _SHOWN:
        rest = sum(amount for _, amount in order[_SHOWN:])
        lines.append(f"    {rest:>12.6g} {unit} in {len(order) - _SHOWN} others")
    return lines


def _column_words(economy: Economy, block: Block, label: Any, period: Any) -> str:
    """Return what a column is called among users: a technique by its name, what laws declare by meaning and label."""
    says = block.declared
    if not isinstance(says, Columns):
        return " in ".join(filter(None, own_name(economy, block.name, label)))
    parts, when = parts_of(economy, says, label)
    if says.adds_to:  # the technique's own use
        return name_of(parts[-1]) if when is None or when == period else f"{name_of(parts[-1])} in {name_of(when)}"
    name = holding_name(parts) if parts else ""
    if says.called != "":
        name = f"{says.meaning}: {name}" if name else says.meaning
    return name if when is None or when == period else f"{name} in {name_of(when)}"
