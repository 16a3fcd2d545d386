"""The tables of a plan in the user's names and units: what is done, what everything is worth, and what laws add."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..program.canonical import Block
from ..program.declared import Columns, Rows
from .naming import row_words
from .quantities import Quantities
from .stages import stages_table
from .worths import Worths


class PlanTables(Quantities, Worths):
    """The tables of a plan, as data: see :class:`natura_opt.Plan`."""

    @cached_property
    def totals(self) -> pd.DataFrame:
        """What limits all periods together, by the laws that declare it: index (kind, name), columns level (of the left
        side), side and valuation (∂objective/∂side). Emission budgets stand in ``abatement_costs``.
        """
        self.require_point()
        rows: list[tuple[Any, ...]] = []
        for block, says in self.kinds:
            if not says.by_period and not says.table:
                names = [row_words(self.economy, says, label)[0] for label in block.index]
                valuations = self.sign_of(says) * self.dual[block.span] + 0.0
                rows += zip(
                    [says.kind] * len(names),
                    names,
                    self.row_levels[block.span],
                    self.side_of(block),
                    valuations,
                    strict=True,
                )
        whole = pd.DataFrame(rows, columns=["kind", "name", "level", "side", "valuation"])
        return whole.set_index(["kind", "name"]).astype(float)

    @cached_property
    def stages(self) -> pd.DataFrame:
        """Levels that were raised lexicographically, in order: index (stage, level of); empty for other objectives.

        Columns: value (of the least level in the stage, which this one is proved to be held at), at_most (what it is
        proved to be at most, the others kept), proof (``dual``: by the stage's valuations; ``own program``: by
        maximising it), weight (what one unit of this level costs the stage's value) and drift (most that the value owes
        to earlier levels that stand below their true optimum, by rounding). ``plan.raised`` keeps each stage's answer.
        """
        self.require_point()
        return stages_table(self.raised)

    @cached_property
    def further(self) -> dict[str, pd.DataFrame]:
        """The tables that laws declare and that no property of a plan shows, by name: values of columns, levels and
        valuations of rows.
        """
        self.require_point()
        tables: dict[str, pd.DataFrame] = {}
        for block in (*self.program.columns, *self.program.rows):
            says = block.declared
            if isinstance(says, Columns):
                filled = [(says.table, self.primal[block.span])]
            elif isinstance(says, Rows):
                valuations = self.sign_of(says) * self.dual[block.span] + 0.0
                filled = [(says.levels, self.row_levels[block.span]), (says.table, valuations)]
            else:
                continue
            for table, values in filled:
                if table and (self.is_own(block) or not hasattr(type(self), table)):
                    tables[table] = self.laid_out(says, block, values)
        return tables

    @cached_property
    def extra(self) -> dict[str, pd.DataFrame]:
        """What you added: values and reduced costs of columns, values and valuations of rows, by block name; laws of
        your own (:class:`natura_opt.Law`) included.

        A row's ``value`` is that of its left side, with the variables there and the constants on the right, and its
        ``valuation`` is ∂objective/∂(right side). Rows written in Pyomo or CVXPY have one reading, on whichever side
        things were written: a row whose coefficients all have one sign is read with positive ones (``coal <= 30``);
        others with constants that are not negative (``b - a <= 10``); where there is no constant, ``a >= b`` and
        ``b <= a`` and ``0 <= a - b`` all read ``a - b >= 0``, and an equality has the variable that stands first in
        ``program`` positive. A range has its variables in the middle. Rows of matrices are read as they are stated.
        Rows in CVXPY that are not linear have what is curved on the left: ``norm(x) <= 5`` and ``log(y) >= 1`` are
        read as they stand, and where variables stand on both sides, the right one is taken from the left.
        """
        self.require_point()
        tables: dict[str, pd.DataFrame] = {}
        for block in self.program.columns:
            if self.is_own(block):
                columns = {"value": self.primal[block.span], "reduced cost": self.reduced[block.span]}
                tables[block.name] = pd.DataFrame(columns, index=block.index)
        for block in self.program.rows:
            if self.is_own(block):
                rows = {"value": self.row_levels[block.span], "valuation": self.dual[block.span]}
                name = block.name if block.name not in tables else f"{block.name} (rows)"
                tables[name] = pd.DataFrame(rows, index=block.index) + 0.0
        for name, frame in ({} if self.added is None else self.added.extra).items():
            tables[name if name not in tables else f"{name} (rows)"] = frame
        return tables

    def side_of(self, block: Block) -> Floats:
        """Return the sides of rows: that which is finite, the lower one of an equation."""
        lower, upper = self.program.row_lower[block.span], self.program.row_upper[block.span]
        return np.where(np.isfinite(lower), lower, upper)
