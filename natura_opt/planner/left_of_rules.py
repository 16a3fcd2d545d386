"""What is left of rules after a period: those by period move on; of those of all years together, what was done counts.

A rule of all years together says nothing of some of them alone, so a window of periods has none.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..base.errors import CannotAnswerError
from ..economy.economy import Economy
from ..economy.question import Question
from ..economy.rule_table import Rule
from ..laws.holdings import Holdings, has_capital
from ..laws.rules import of_activities, of_stocks
from .executed import Executed

#: By how much of what it is made of the limit that is left is eased: the next plan must not miss it by a last digit.
_LAST_DIGITS = 1e-12


def rules_left(done: Executed) -> dict[str, Any]:
    """Return the rules of the periods that are left; of all years together, the limits less what was done."""
    economy = done.economy
    if economy.rules is None:
        return {}
    rules = [rule for rule in economy.rules.placed if rule.together]
    eased = {">=": -_LAST_DIGITS, "<=": _LAST_DIGITS, "==": 0.0}
    limits = {}
    for rule, counted in zip(rules, done.years * _counted(done, rules), strict=True):
        slack = eased[rule.sense] * (np.abs(rule.limits) + abs(counted))
        limits[rule.name] = rule.limits - counted + slack
    count = len(economy.periods)
    axes = {**economy.axes, "periods": economy.periods[1:]}
    return {"rules": economy.rules.with_limits(limits).of_periods(1, count, axes)}


def _counted(done: Executed, rules: list[Rule]) -> Floats:
    """Return what rules count of a year of the first period, shape (rules,)."""
    economy = done.economy
    counted: Floats = of_activities(economy, rules, 0) @ done.vector("activities", "techniques")
    if has_capital(economy):
        counted = counted + of_stocks(economy, rules, 0) @ done.held("capital_stock", Holdings.of(economy))
    return counted


def refuse_sums_over_windows(economy: Economy, question: Question) -> None:
    """Raise where a window of some periods is to be planned under a rule of all years together.

    Raises
    ------
    CannotAnswerError : naming the rule.
    """
    if economy.rules is None or "rules" in question.leave_out:
        return
    together = [rule.name for rule in economy.rules.placed if rule.together]
    if together:
        raise CannotAnswerError(
            f"{economy.name}: rule {together[0]!r} counts all years together, and a window of some periods cannot say "
            "how much of it is left for the others; plan all periods at once, or require it in each period"
        )
