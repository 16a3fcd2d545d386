"""What a period has begun for later ones: activities whose inputs were spent ahead, and techniques that run.

Of an activity with several leads, each input counts in its own period: what is needed as far ahead as the period that
is over was spent in it, for as much activity as was planned; what is needed further ahead was spent before, for what
was prepared then; and what is needed less far ahead is still to be spent, and charged by the law of the next window.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..laws.lags import longest_leads, needs_ahead
from ..laws.periods import lengths
from ..laws.running import starting
from ..laws.terminal_settings import terminal_of
from .executed import Executed, rounded_up


def prepared_left(done: Executed) -> dict[str, Any]:
    """Return for which activities of each period that is left everything was spent that lies before it."""
    economy, needs = done.economy, needs_ahead(done.economy)
    if not needs:
        return {}
    longest, last = longest_leads(economy), len(economy.periods) - 1
    prepared: dict[Any, Floats] = {}
    for t in range(1, last + 1):
        level = np.where(longest > t, economy.vector("prepared_activities", t), np.inf)
        if t in needs:
            level = np.where(needs[t], np.minimum(level, _begun(done, t)), level)
        level = np.where(longest >= t, level, 0.0)
        if t == last and terminal_of(done.plan.question).terminal == "growth" and t < len(done.plan.economy.periods):
            # what is made after the end grows from the last activity, and was begun for no more than was planned
            level = np.where(longest > last, np.minimum(level, done.vector("activities", "techniques", t)), level)
        prepared[economy.periods[t]] = rounded_up(level)
    return {"prepared_activities": prepared}


def _begun(done: Executed, t: int) -> Floats:
    """Return the activity of a later period for which the first has spent what is needed so far ahead.

    Beyond the periods that were planned it is what the question's terminal condition has going on after them.
    """
    count, asked = len(done.plan.economy.periods), terminal_of(done.plan.question)
    if t < count:
        return done.vector("activities", "techniques", t)
    years, after = lengths(done.economy), t - count
    if asked.terminal == "growth":
        grown = (1.0 + asked.terminal_growth) ** float((after + 1) * years[count - 1])
        return done.vector("activities", "techniques", count - 1) * float(grown * years[count - 1] / years[t])
    if asked.terminal == "keep" and after < count:
        return done.economy.vector("prepared_activities", after) * float(years[after] / years[t])
    return np.zeros(len(done.economy.techniques))


def running_left(done: Executed) -> dict[str, Any]:
    """Return which of the techniques ran whose start takes goods in some period that is left."""
    economy = done.economy
    if not economy.has("start_up_inputs"):
        return {}
    ran = np.zeros(len(economy.techniques))
    starters = starting(economy, first=1)
    ran[starters] = done.vector("running", "techniques")[starters] > 0.5  # a whole number, as a solver says it
    return {"running_before": ran}
