"""The explanation of any row that a law declares, from its declaration: how much of its side is used, and by whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..base.errors import QuestionError
from ..base.labels import holding_name, name_of
from ..economy.economy import Economy
from ..program.canonical import Block
from ..program.declared import Rows
from .account_lines import account
from .explanation import Explanation, between, interval_of, more_words
from .finding import find_label
from .naming import parts_of, row_words, rows_of
from .tables import PlanTables
from .users import user_lines, users_of

#: A level nearer to its side than this share of it reaches it.
_REACHED = 1e-9


def names_of(economy: Economy, block: Block) -> pd.Index:
    """Return what the rows of a block are called, without their periods: labels, holdings also in words."""
    says = rows_of(block)
    parts = [parts_of(economy, says, label)[0] for label in block.index]
    plain: list[Any] = [part[0] if len(part) == 1 else part for part in parts if part]
    words = [holding_name(part) for part in parts if len(part) > 1]
    single = [] if all(parts) and parts else [says.kind]
    return pd.Index([*plain, *words, *single], dtype=object, tupleize_cols=False).unique()


def explain_row(block: Block, plan: PlanTables, name: Any, period: Any) -> Explanation:
    """Explain a row: its level beside its side, who takes part in it, and what one more of its side is worth.

    Raises
    ------
    QuestionError : there is no such row in the period.
    """
    says = rows_of(block)
    mine = [(k, when) for k, (parts, when) in enumerate(parts_of(plan.economy, says, label) for label in block.index)
            if _is_called(parts, says, name)]  # fmt: skip
    chosen = [k for k, when in mine if period is None or when is None or when == period]
    if not chosen:
        raise QuestionError(
            f"{plan.economy.name}: {says.kind!r} has nothing of {name_of(name)!r} in {name_of(period)!r}"
        )
    valuations = plan.sign_of(says) * plan.dual[block.span] + 0.0
    at = max(chosen, key=lambda k: abs(valuations[k]))
    label, when = block.index[at], dict(mine)[at]
    called, in_words, unit = row_words(plan.economy, says, label)
    unit = unit or "unit"
    level, side = float(plan.row_levels[block.start + at]), float(plan.side_of(block)[at])
    valuation = float(valuations[at])
    interval, missing = interval_of(plan, block.name, label)
    title = called if called == says.kind else f"{says.kind} {called}"
    lines = [
        f"{title}, {in_words}: {_reached(says, level, side, unit)}; one more {unit} "
        f"{more_words(plan) if says.sense == '<=' else 'asked changes the objective by'} "
        f"{between(plan, valuation, interval, missing)}",
        f"  {says.meaning}",
    ]
    if valuation == 0:
        spare = abs(side - level)
        beyond = "left over" if says.sense == "<=" else "beyond what is asked"
        spare = spare if spare > _REACHED * max(abs(side), abs(level)) else 0.0
        lines.append(f"  {spare:.6g} {unit} are {beyond}, so it limits nothing")
    lines += user_lines(users_of(plan, block, at, when), unit)
    shown = when if when is not None else says.when
    return Explanation(called, says.kind, shown, valuation, interval, account([]), account([]), (), tuple(lines))


def _is_called(parts: tuple[Any, ...], says: Rows, name: Any) -> bool:
    if not parts:
        return bool(name == says.kind)
    names = [parts[0]] if len(parts) == 1 else [parts, holding_name(parts)]
    return find_label(pd.Index(names, dtype=object, tupleize_cols=False), name) is not None


def _reached(says: Rows, level: float, side: float, unit: str) -> str:
    """Say what a row is at, beside its side."""
    if says.sense == "<=":
        return f"{level:.6g} of {side:.6g} {unit} are used"
    wanted = "at least " if says.sense == ">=" else ""
    return f"{level + 0.0:.6g} {unit}, and {wanted}{side:.6g} are asked" if np.isfinite(side) else f"{level:.6g} {unit}"
