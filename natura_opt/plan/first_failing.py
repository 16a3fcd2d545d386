"""The first period that fails: the least t for which the periods 1..t alone cannot be planned.

Rows of later periods, and what is asked of the end, are left out; what limits all periods together stays. More rows
stand in a longer prefix, so bisection finds it. A proof needs only its own rows, so the last period in a Farkas vector
bounds it from above, and a plan that falls short in period t for the first time meets all before: between the two,
prefixes are solved one after the other on one hot session, each proved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..base.status import Status
from ..program.linear import LinearProgram
from ..program.periods_of_rows import periods_of_rows
from ..proof.session import Session
from .tables import PlanTables


@dataclass(frozen=True)
class FirstFailing:
    """The first period that fails.

    Attributes
    ----------
    period : its label. place : from zero.
    proved : whether both sides are: that the periods before it can be planned, and that with it they cannot.
    """

    period: Any
    place: int
    proved: bool


def last_period_of(plan: PlanTables, vector: Floats) -> int:
    """Return the last period in whose rows a Farkas vector stands."""
    last = periods_of_rows(plan.program)
    return int(last[vector != 0].max(initial=0))


def first_failing(plan: PlanTables, session: Session, least: int, most: int) -> FirstFailing:
    """Find the first period that fails.

    Parameters
    ----------
    session : of the plan's program, without an objective, rows as in ``plan.program``; it is left as it was.
    least : the periods before this place can be planned. most : the periods up to this place cannot.
    """
    whole = session.program
    when, open_still = periods_of_rows(whole), False
    while least < most:
        middle = (least + most) // 2
        _leave_out(session, whole, when, middle)
        status = session.solve().status
        if status is Status.INFEASIBLE:
            most = middle
        elif status is Status.OPTIMAL:
            least = middle + 1
        else:  # neither proved: it is no later than is proved
            open_still = True
            break
    return FirstFailing(plan.economy.periods[most], most, not open_still)


def _leave_out(session: Session, whole: LinearProgram, when: Any, last: int) -> None:
    """Free the rows of later periods, and give those up to ``last`` their sides again."""
    free = when > last
    low, high = np.where(free, -np.inf, whole.row_lower), np.where(free, np.inf, whole.row_upper)
    for block in whole.rows:
        here = session.program
        if (here.row_lower[block.span] != low[block.span]).any() or (
            here.row_upper[block.span] != high[block.span]
        ).any():
            session.change_sides(block.name, lower=low[block.span], upper=high[block.span])
