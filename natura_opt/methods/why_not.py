"""One call from an economy to the page that says why a question of it cannot be met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..base.entrance import checked_arguments
from ..economy.economy import Economy
from ..economy.question import Question
from ..plan.why_not import WhyNot
from .solve import solve


@checked_arguments()
def why_not(
    problem: Economy | str | Path,
    question: Question | str | None = None,
    *,
    relax: Sequence[str] | str = ("targets",),
    weights: Mapping[str, float] | None = None,
    irreducible: bool = False,
    time_limit: float | None = None,
    **settings: Any,
) -> WhyNot:
    """Solve a plan problem and say why it cannot be met: see :meth:`natura_opt.Plan.why_not`.

    Parameters
    ----------
    problem, question, settings : as in :func:`natura_opt.solve`.
    relax, weights, irreducible : as in :meth:`natura_opt.Plan.why_not`.
    time_limit : seconds for each solve.

    Raises
    ------
    QuestionError : it can be met, or is not proved to be impossible.

    >>> import natura_opt as no
    >>> page = no.why_not("five_year_plan", floor=1.9)
    >>> round(float(page.shortfall.table["possible"].iloc[0]), 6), page.first_period
    (0.5, 'year1')
    """
    plan = solve(problem, question, time_limit=time_limit, **settings)
    return plan.why_not(relax, weights=weights, irreducible=irreducible, time_limit=time_limit)
