"""The accounts of a plan: what activities make and take at its valuations.

For technique j in a period, with valuations of goods p, and q of everything else that it takes (resources, the use of
stocks, emissions, rows of the user's own, costs that the objective itself counts),

    what it makes, sum_i p_i B_ij  =  what it takes, sum_i p_i A_ij + sum_k q_k R_kj,

wherever it runs: its reduced cost is zero. Both sides are built here from the economy's own tables, from the rows that
laws declare and from the plan's duals; what they leave open against the program's reduced cost is a line of its own,
never dropped.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..economy.coerce import position
from .account_lines import Lines, account
from .tables import PlanTables
from .taken_outside import TakenOutside

#: What the tables leave open of a program's reduced cost, as a share of its terms, before a line says so.
_OPEN = 1e-9


class Accounts(TakenOutside):
    """What activities of one period make and take."""

    def made(self, level: Floats) -> pd.DataFrame:
        """Return what activities (one level per technique) make: amounts, valuations and worth by (kind, name)."""
        return account([("output", self.good_names, self.outputs @ level, self.goods)])

    def taken(self, level: Floats, inputs: Floats | None = None, credited: Floats | None = None) -> pd.DataFrame:
        """Return what activities take: amounts, valuations and worth by (kind, name), the dearest first.

        Parameters
        ----------
        inputs : amounts of goods, where it is not all that the activities use up.
        credited : amounts of goods made beside what the account is for (kind ``joint product``, negative).
        """
        return account(self.lines_of_taken(level, inputs, credited))

    def lines_of_taken(
        self, level: Floats, inputs: Floats | None = None, credited: Floats | None = None
    ) -> list[Lines]:
        """Return what activities take as lines, in no order: see :meth:`taken`."""
        goods: list[Lines] = [("input", self.good_names, self.inputs @ level if inputs is None else inputs, self.goods)]
        if credited is not None:
            goods.append(("joint product", self.good_names, -credited, self.goods))
        outside = self.outside(level)
        return [*goods, *outside, *self._still_open(level, outside)]

    def _still_open(self, level: Floats, outside: list[Lines]) -> list[Lines]:
        """Return what the tables leave open against the program: coefficients that were changed by hand."""
        goods = self._net_inputs @ level
        accounted = float(goods @ self.goods)
        for _, _, amounts, valuations in outside:
            accounted += float(amounts @ valuations)
        open_ = float(self.loss @ np.where(self.bounded, 0.0, level)) - accounted
        size = float(self._terms @ np.abs(level))
        return [("changed by hand", ["coefficients"], np.ones(1), np.array([open_]))] * (abs(open_) > _OPEN * size)

    def maker(self, good: int) -> int | None:
        """Return the running technique that makes most of a good; None where none does."""
        start, end = self._running_outputs.indptr[good : good + 2]
        outputs = self._running_outputs.data[start:end]
        if not outputs.max(initial=0.0) > 0:
            return None
        return int(self._running_outputs.indices[start:end][np.argmax(outputs)])

    @cached_property
    def _net_inputs(self) -> Any:
        """What activities take of goods less what they make, csr, shape (goods, techniques)."""
        return sp.csr_array(self.inputs - self.outputs)

    @cached_property
    def _running_outputs(self) -> Any:
        """What running techniques make, csr, shape (goods, techniques), techniques in order."""
        made = sp.csr_array(self.outputs @ sp.diags_array(np.where(self.runs, self.level, 0.0)))
        made.sort_indices()
        return made


def one_unit(count: int, at: int) -> Floats:
    """Return one unit of one of so many activities."""
    level = np.zeros(count)
    level[at] = 1.0
    return level


def of_period(plan: PlanTables, period: Any) -> Accounts:
    """Return the accounts of a period by its label."""
    return Accounts(plan, position(plan.economy.periods, period))
