"""When it cannot be done: one page on what would have to give, at which prices that shows, when it fails first, and
what clashes.

>>> import natura_opt as no
>>> plan = no.solve("five_year_plan", floor=3.0)
>>> page = plan.why_not()
>>> page.proved, page.first_period
(True, 'year1')
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ..backends.options import SolveOptions
from ..base.errors import QuestionError
from ..base.labels import name_of
from ..base.status import Status
from ..program.periods_of_rows import periods_of_rows
from .claims import claims_of
from .clash import Clash, irreducible
from .first_failing import FirstFailing, first_failing, last_period_of
from .limits import binding_limits
from .shortfall import NOTHING, Elastic, Shortfall, given_up, whole_program
from .tables import PlanTables

_SHOWN = 6


@dataclass(frozen=True, eq=False, repr=False)
class WhyNot:
    """Why there is no plan.

    Attributes
    ----------
    name : of the economy.
    sentence : the clash in one sentence, with its proof.
    shortfall : the least that would have to be given up (:class:`natura_opt.plan.shortfall.Shortfall`).
    prices : the checked Farkas vector read as prices, all rows in which it stands: columns kind, name, period, unit,
        available (what is asked or there), price and worth; asked is positive, what is there to serve it negative, and
        the sum is the margin. Scaled so that all that is asked is worth one, where that is not nothing.
    asked, there : worth of what is asked and of all that is there, at these prices.
    first : the first period that fails; None where it was not looked for (a shortfall could not be found).
    clash : an irreducible set of claims that clash; None where it was not asked for.
    proved : whether every part is.
    seconds : by part.
    """

    name: str
    sentence: str
    shortfall: Shortfall
    prices: pd.DataFrame
    asked: float
    there: float
    first: FirstFailing | None
    clash: Clash | None
    proved: bool
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def margin(self) -> float:
        """By how much what is asked is worth more than all that could serve it."""
        return self.asked - self.there

    @property
    def first_period(self) -> Any:
        """The first period that fails; None where it was not found."""
        return None if self.first is None else self.first.period

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables of the page by name."""
        tables = {"shortfall": self.shortfall.table, "prices": self.prices}
        return tables if self.clash is None else {**tables, "clash": self.clash.table}

    def summary(self) -> dict[str, Any]:
        """Return the page as plain values, fit for JSON."""
        facts: dict[str, Any] = {
            "proved": self.proved,
            "shortfall": _records(self.shortfall.table),
            "totals": [
                {"what": name, "total": _plain(total), "bound": _plain(bound)}
                for name, (total, bound) in self.shortfall.totals.items()
            ],
            "asked": _plain(self.asked),
            "there": _plain(self.there),
            "prices": _records(self.prices),
        }
        if self.first is not None:
            facts["first_period"] = name_of(self.first.period)
        return facts if self.clash is None else facts | {"clash": _records(self.clash.table)}

    def lines(self) -> list[str]:
        """Return the page in words, without its first sentence."""
        said = [*_first_lines(self.first), *_shortfall_lines(self.shortfall), *_price_lines(self)]
        return [*said, *_clash_lines(self.clash)] if self.clash is not None else said

    def __str__(self) -> str:
        return "\n".join([f"Why there is no plan of {self.name!r}", f"  {self.sentence}", *self.lines()])

    __repr__ = __str__


def why_not(
    plan: PlanTables,
    relax: Sequence[str] | str = ("targets",),
    weights: Mapping[str, float] | None = None,
    irreducible_set: bool = False,
    time_limit: float | None = None,
) -> WhyNot:
    """Write the page of a plan that cannot be: see :meth:`natura_opt.Plan.why_not`."""
    nothing = plan.impossibility
    if plan.status is not Status.INFEASIBLE or nothing is None:
        raise QuestionError(f"{plan.what} is {plan.status}: only of what is proved infeasible can it be said why not")
    relax = (relax,) if isinstance(relax, str) else tuple(relax)
    options = SolveOptions(tolerance=nothing.tolerance, time_limit=time_limit)
    every, seconds, begun = claims_of(plan), {}, time.perf_counter()
    elastic = Elastic(plan, given_up(every, relax), options)
    shortfall, verdict = elastic.least(relax, weights or {})
    seconds["shortfall"] = time.perf_counter() - begun
    begun, first = time.perf_counter(), None
    if nothing.vector.any():
        last, least = last_period_of(plan, nothing.vector), 0
        if shortfall.proved:
            when = periods_of_rows(plan.program)
            rows = np.concatenate([np.empty(0, dtype=int), *(one.rows for one in elastic.claims)])
            taken = elastic.taken(verdict) > NOTHING * elastic.size
            least = min(int(when[rows[taken]].min(initial=last)), last)
        elastic.hold()
        first = first_failing(plan, elastic.session, least, last)
    seconds["first period"] = time.perf_counter() - begun
    begun = time.perf_counter()
    prices = _prices(plan)
    asked = float(prices["worth"].clip(lower=0.0).sum())
    there = 0.0 - float(prices["worth"].clip(upper=0.0).sum())
    seconds["prices"] = time.perf_counter() - begun
    clash = None
    if irreducible_set:
        begun = time.perf_counter()
        clash = irreducible(plan, every, nothing.vector, options)
        seconds["irreducible set"] = time.perf_counter() - begun
    parts = [nothing.proved, shortfall.status in (Status.OPTIMAL, Status.INFEASIBLE)]
    parts += [part.proved for part in (first, clash) if part is not None]
    return WhyNot(plan.economy.name, str(nothing), shortfall, prices, asked, there, first, clash, all(parts), seconds)


def _prices(plan: PlanTables) -> pd.DataFrame:
    """Return what is asked and what is there at the prices of the checked Farkas vector.

    They are the valuations of a program with the same rows that wants nothing; what its bound is made of is the margin.
    """
    assert plan.impossibility is not None
    program = whole_program(plan)
    aimless = replace(program, sense="min", cost=np.zeros(program.shape[1]), offset=0.0)
    priced = replace(
        plan,
        program=aimless,
        primal=np.zeros(program.shape[1]),
        dual=plan.impossibility.vector,
        status=Status.UNPROVED,
        impossibility=None,
    )
    parts = binding_limits(priced).drop(columns=["one_more", "one_less"])
    whole = float(parts["worth"].clip(lower=0.0).sum())
    scale = whole if whole > 0 else 1.0
    parts["price"] = np.abs(parts["valuation"]) / scale
    parts["worth"] = parts["worth"] / scale
    return parts[["kind", "name", "period", "unit", "available", "price", "worth"]]


def _first_lines(first: FirstFailing | None) -> list[str]:
    if first is None:
        return []
    said = f"first period that fails: {name_of(first.period)}"
    if first.place:
        said += " (the periods before it can be planned)"
    return [f"  {said}{'' if first.proved else ' (or an earlier one: not proved)'}"]


def _shortfall_lines(found: Shortfall) -> list[str]:
    if found.status is Status.INFEASIBLE:
        return ["  giving up all of it would not help: what clashes is what may not be given up (relax=...)"]
    if not found.proved:
        return [f"  the cheapest shortfall was not found: {found.status}"]
    if not len(found.table):
        return ["  it falls short by no more than the last digits of what is asked"]
    lines = ["  the cheapest shortfall (proved: with less, in sum of shares, there is no plan):"]
    for row in found.table.head(_SHOWN).to_dict("records"):
        unit = f" {row['unit']}" if row["unit"] else ""
        way, end = ("more than", "it takes") if row["possible"] > row["asked"] else ("less than", "possible is")
        lines.append(
            f"    {row['kind']} of {row['name']} in {row['period']}: {row['shortfall']:.6g}{unit} {way} "
            f"{row['asked']:.6g} ({100 * row['share']:.3g} %); {end} {row['possible']:.6g}"
        )
    if len(found.table) > _SHOWN:
        lines.append(f"    … and {len(found.table) - _SHOWN:,} more (shortfall.table)")
    return lines


def _price_lines(page: WhyNot) -> list[str]:
    if not len(page.prices):
        return []
    lines = [
        f"  at these prices what is asked is worth {page.asked:.6g}, and all that can serve it {page.there:.6g}:",
    ]
    for sign, title in ((1.0, "asked"), (-1.0, "there")):
        mine = page.prices[page.prices["worth"] * sign > 0]
        for row in mine.head(_SHOWN).to_dict("records"):
            unit = f" {row['unit']}" if row["unit"] else ""
            when = f" in {row['period']}" if row["period"] else ""
            lines.append(
                f"    {title}: {row['kind']} {row['name']}{when}, {row['available']:.6g}{unit} at {row['price']:.4g}: "
                f"{abs(row['worth']):.4g}"
            )
        if len(mine) > _SHOWN:
            lines.append(f"    … and {len(mine) - _SHOWN:,} more (prices)")
    return lines


def _clash_lines(clash: Clash) -> list[str]:
    lines = ["  without any one of these there is a plan, with all of them there is none:"]
    for row in clash.table.head(2 * _SHOWN).to_dict("records"):
        unit = f" {row['unit']}" if row["unit"] else ""
        lines.append(f"    {row['kind']} of {row['name']} in {row['period']}: {row['asked']:.6g}{unit}")
    if len(clash.table) > 2 * _SHOWN:
        lines.append(f"    … and {len(clash.table) - 2 * _SHOWN:,} more (clash.table)")
    return lines if clash.proved else [*lines, "    (not every step could be proved)"]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(key): _plain(value) if isinstance(value, float) else value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
