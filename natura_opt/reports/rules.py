"""The laws a plan keeps and the rows of a user's own, as their declarations say them: no law is known by name here."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..plan.naming import own_name, row_words
from ..plan.plan import Plan
from ..plan.stated import GOODS
from ..program.canonical import Block
from ..program.declared import Rows
from .page import Section
from .tables import Table, Words, table_of

#: Of the largest valuation of a block, what counts as nothing.
_NOTHING = 1e-12


def law_points(plan: Plan) -> list[str]:
    """Return what each block of rows demands, in its law's words, and how often."""
    points = []
    for block in plan.program.rows:
        if isinstance(block.declared, Rows) and len(block.index):
            count = len(block.index)
            points.append(f"{block.declared.meaning} ({count:,} {'time' if count == 1 else 'times'})")
    return list(dict.fromkeys(points))


def rules_section(plan: Plan, words: Words, more: list[Table]) -> Section:
    """Show every block of rows with how many of them limit the plan, and the rows that no other section shows.

    Parameters
    ----------
    more : tables of the plan that belong here.
    """
    rows = [_of_block(plan, block) for block in plan.program.rows if len(block.index)]
    columns = ["law", "kind", "sense", "rows", "limiting", "worth"]
    frame = pd.DataFrame(rows, columns=columns)
    tables = [table_of("laws", "The rows of the plan, law by law", frame, words)] if rows else []
    return Section("rules", "Laws and rules", tables=[*tables, *more, *rows_tables(plan, words, "")])


def rows_tables(plan: Plan, words: Words, table: str) -> list[Table]:
    """Return a table for each block of rows whose valuations fill a table of the plan.

    Parameters
    ----------
    table : its name; empty: of those that fill none, or are of the user's own.
    """
    shown = []
    for block in plan.program.rows:
        says = block.declared
        if not len(block.index) or (isinstance(says, Rows) and (says.name == GOODS.name or says.ties)):
            continue
        if (says.table if isinstance(says, Rows) and not plan.is_own(block) else "") == table:
            shown.append(_rows_table(plan, block, words))
    return shown


def _of_block(plan: Plan, block: Block) -> tuple[str, str, str, int, int, float]:
    says, dual = block.declared, plan.dual[block.span]
    limiting = np.abs(dual) > _NOTHING * np.abs(dual).max(initial=1e-300)
    sides = np.where(np.isfinite(plan.side_of(block)), plan.side_of(block), 0.0)
    worth = float(sides @ dual) + 0.0
    if isinstance(says, Rows):
        return says.meaning, says.words, says.sense, len(dual), int(limiting.sum()), worth
    return f"your own {block.name!r}", "own row", "", len(dual), int(limiting.sum()), worth


def _rows_table(plan: Plan, block: Block, words: Words) -> Table:
    """Show rows one by one: what each is at, beside its side, and what one more of its side is worth."""
    says = block.declared
    if isinstance(says, Rows):
        named = [row_words(plan.economy, says, label) for label in block.index]
        caption = f"{says.words.capitalize()}: {says.meaning}"
        sign = plan.sign_of(says)
    else:
        named = [(*own_name(plan.economy, block.name, label), "") for label in block.index]
        caption, sign = f"Your own rows {block.name!r}", 1.0
    columns = {
        "name": [name for name, _, _ in named],
        "period": [period for _, period, _ in named],
        "unit": [unit for _, _, unit in named],
        "level": plan.row_levels[block.span],
        "side": plan.side_of(block),
        "valuation": sign * plan.dual[block.span] + 0.0,
    }
    return table_of(f"rows {block.name}", caption, pd.DataFrame(columns), words)
