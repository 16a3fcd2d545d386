"""What techniques spend ahead of their output: the technique's own need, in an earlier period."""

from __future__ import annotations

from typing import Any

import scipy.sparse as sp

from ..base.arrays import Floats
from ..laws.lags import BESIDE, ahead, charged
from .stated import Stated

#: The table of what is spent ahead beside each table of what is spent in the period.
_AHEAD = {beside: table for table, beside in BESIDE.items()}


def spent_for_later(plan: Stated, table: str, t: int, levels: Floats) -> Any:
    """Return what techniques spend in a period for later output, csr, shape (names, techniques).

    Parameters
    ----------
    table : of what is spent in the period itself, such as ``"inputs"``.
    levels : activities, shape (techniques, periods).
    """
    whole: Any = sp.csr_array(plan.asked.matrix(table, t).shape)
    for lead, part in ahead(plan.asked, _AHEAD[table]).items() if table in _AHEAD else ():
        whole = whole + part @ sp.diags_array(levels @ charged(plan.asked, plan.question, lead)[t])
    return sp.csr_array(whole)


def needed_at(plan: Stated, table: str, at: int, t: int) -> Any:
    """Return what a unit of each activity of a period takes ahead in another (or in its own, with a lead of zero), csr,
    shape (names, techniques).

    Parameters
    ----------
    at, t : the positions of the periods in which it is spent, and of the output.
    """
    whole: Any = sp.csr_array(plan.asked.matrix(table, t).shape)
    for lead, part in ahead(plan.asked, _AHEAD[table]).items():
        whole = whole + charged(plan.asked, plan.question, lead)[at, t] * part
    return sp.csr_array(whole)
