"""A receding horizon: a window of periods is planned, its first is executed, and the window moves on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..base.entrance import checked_arguments
from ..base.errors import OptionError
from ..base.status import Status
from ..economy.economy import Economy
from ..economy.question import Question
from ..plan.plan import Plan
from .planner import Planner


@checked_arguments()
def receding_horizon(
    problem: Economy | str | Path,
    question: Question | str | None = None,
    *,
    window: int,
    disturbed: Callable[[Economy], Economy] | None = None,
    **options: Any,
) -> Iterator[Plan]:
    """Plan window by window: of each plan the first period is executed, and what it leaves begins the next.

    There is a plan for every period, in which it comes first; towards the end windows become shorter. Each is solved
    from the basis of the one before, and proved like any other. What the question says of the end (``terminal``), and
    of later years (``discount_factor``), it says of every window: ``keep`` keeps what each window began with. For after
    its end a window begins (``inputs_ahead``) and retires only what its terminal condition asks for, so where that is
    ``none`` it should be longer than the longest lead.

    Parameters
    ----------
    problem, question : an economy over all periods, and what is asked of every window.
    window : how many periods are planned at a time.
    disturbed : what comes otherwise: takes the economy of the periods that are left, with what there is at their start,
        and returns it as it really is (of the same periods and names).
    options : others of :class:`natura_opt.Planner`, its settings among them.

    Yields
    ------
    Plan : the last one is that in which there is no plan, if there is one.

    Raises
    ------
    CannotAnswerError : a table of which it is not known what is left after a period.
    OptionError : no window, or a disturbance that changes the periods.

    >>> import natura_opt as no
    >>> [round(plan.objective, 3) for plan in no.receding_horizon("five_year_plan", window=3)]
    [4.844, 6.268, 6.157, 4.149, 2.209]
    """
    planner = Planner(problem, question, window=window, **options)
    return _plans(planner, disturbed)


def _plans(planner: Planner, disturbed: Callable[[Economy], Economy] | None) -> Iterator[Plan]:
    with planner:
        while True:
            plan = planner.solve()
            yield plan
            if plan.status in (Status.INFEASIBLE, Status.UNBOUNDED) or len(planner.economy.periods) == 1:
                return
            planner.advance()
            if disturbed is not None:
                economy = disturbed(planner.economy)
                if not isinstance(economy, Economy) or not economy.periods.equals(planner.economy.periods):
                    raise OptionError("disturbed must return an economy of the same periods")
                planner.pose(economy)
