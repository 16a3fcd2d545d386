"""The Pyomo spelling of :mod:`natura_opt.laws.lags`, written by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..economy.economy import Economy
from ..economy.question import Question
from .coefficients import by_row, pyomo_names
from .entering import ENTERING
from .terminal_settings import terminal_of


def spell_pyomo(m: Any, economy: Economy, question: Question) -> None:
    """Add what is spent ahead of the output to a Pyomo model, and let what was prepared limit the first periods."""
    techniques, place = pyomo_names(economy.techniques), {p: t for t, p in enumerate(economy.periods)}
    prepared = {
        (j, p): float(economy.vector("prepared_activities", t)[k])
        for p, t in place.items()
        for k, j in enumerate(techniques)
    }
    longest = dict.fromkeys(techniques, 0)
    for table, beside, index in (
        ("inputs_ahead", "inputs", economy.goods),
        ("resource_use_ahead", "resource_use", economy.resources),
    ):
        if economy.has(table):
            slices = economy.tables[table].slices
            takes = {
                lead: by_row(part, pyomo_names(index), techniques) for lead, part in slices.items() if lead is not None
            }
            for lead, terms in takes.items():
                for j in {j for of_row in terms.values() for j, _ in of_row}:
                    longest[j] = max(longest[j], lead)
            for rows, sign in ENTERING[beside]:
                m.laws.terms(rows, _spent(m, economy, question, takes, prepared, sign))
    m.laws.rows(
        "prepared",
        m.TECHNIQUES,
        m.PERIODS,
        sense="<=",
        side=lambda j, t: prepared[j, t],
        meaning="what takes time is made at first as far as it was begun before the start",
        stated=lambda j, t: place[t] < longest[j],
    )
    m.laws.terms("prepared", lambda j, t: m.activities[j, t])


def _spent(
    m: Any, economy: Economy, question: Question, takes: dict[int, Any], prepared: dict[Any, float], sign: float
) -> Callable[..., Any]:
    """Return what is spent of a name in a period for later activity, and for what is under way at the end."""
    import pyomo.environ as pyo

    periods, settings = list(economy.periods), terminal_of(question)
    years = dict(zip(periods, economy.vector("period_length", 0).tolist(), strict=True))
    place = {p: t for t, p in enumerate(periods)}
    end = periods[-1]

    def of_activity(j: Any, t: Any, lead: int) -> Any:
        after = place[t] + lead - len(periods)  # the period after the end, from zero
        if after < 0:
            later = periods[place[t] + lead]
            return years[later] * m.activities[j, later]
        if settings.terminal == "growth":
            return (1.0 + settings.terminal_growth) ** ((after + 1) * years[end]) * years[end] * m.activities[j, end]
        if settings.terminal == "keep" and after < len(periods):
            return years[periods[after]] * prepared[j, periods[after]]
        return 0.0

    def spent(name: Any, t: Any) -> Any:
        parts = (use * of_activity(j, t, lead) / years[t] for lead, of in takes.items() for j, use in of[name])
        return sign * pyo.quicksum(parts)

    return spent
