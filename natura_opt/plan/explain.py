"""Why things are worth what they are: what limits the plan, through which chain of goods, and what one more costs.

For a technique that runs, what it makes equals what it takes, at the plan's valuations (its reduced cost is zero):
:mod:`natura_opt.plan.accounts` builds both sides. The figures are recomputed, so a remainder shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from ..base.errors import QuestionError, unknown
from ..base.labels import spoken
from ..economy.economy import Economy
from ..program.canonical import Block
from ..program.declared import Rows
from ..tables.spec import AXES
from .explain_goods import explain_good, explain_technique
from .explain_limits import (
    explain_floor,
    explain_own,
    explain_resource,
    explain_room,
    explain_stock,
)
from .explain_pollutants import explain_pollutant
from .explain_rows import explain_row, names_of
from .explanation import Explanation
from .finding import find_label
from .tables import PlanTables


def explain(plan: PlanTables, name: Any, period: Any = None, kind: str | None = None) -> Explanation:
    """Explain a valuation, or why a technique runs or stands idle: see :meth:`natura_opt.Plan.explain`.

    Raises
    ------
    QuestionError : no such name, period or kind.
    """
    economy, explained = plan.economy, _explained(plan)
    kinds = [*explained, *(says.explained or says.kind for says in plan.declared.rows.values() if says.kind)]
    if kind is not None and kind not in kinds:
        raise QuestionError(f"{economy.name}: {unknown('kind', kind, list(dict.fromkeys(kinds)))}")
    when = None
    if period is not None:
        when = find_label(economy.periods, period)
        if when is None:
            raise QuestionError(f"{economy.name}: {unknown('period', period, economy.periods)}")
    candidates = {called: one for called, one in explained.items() if kind in (None, called)}
    matches = [(called, find_label(one.labels, name)) for called, one in candidates.items()]
    matches = [(called, label) for called, label in matches if label is not None]
    if not matches:
        every = [spoken(label) for one in candidates.values() for label in one.labels]
        what = kind if kind is not None else "good, resource, pollutant, stock, technique or row"
        raise QuestionError(f"{economy.name}: {unknown(what, name, every)}")
    called, label = matches[0]
    told = explained[called].tell(plan, label, when)
    others = [other for other, _ in matches[1:]]
    if others:
        also = " or ".join(f"a {other} of that name is explained by kind={other!r}" for other in others)
        return told.with_line(f"  (this is the {called}; {also})")
    return told


@dataclass(frozen=True, eq=False)
class _Explained:
    """A kind of things that can be explained: what they are called, and how."""

    labels: pd.Index
    tell: Callable[[PlanTables, Any, Any], Explanation]


def _explained(plan: PlanTables) -> dict[str, _Explained]:
    """Return the kinds of things that can be explained, in the order in which a name is looked for.

    Goods, resources, pollutants and techniques whether or not rows limit them, and every other kind of row that a law
    declares.
    """
    economy = plan.economy
    kinds = {
        AXES["goods"]: _Explained(economy.goods, explain_good),
        AXES["resources"]: _Explained(economy.resources, explain_resource),
        AXES["pollutants"]: _Explained(economy.pollutants, explain_pollutant),
    }
    # whatever techniques hold is looked for before techniques
    of_techniques = [one for one in plan.kinds if "techniques" in one[1].axes]
    kinds |= _of_rows(economy, of_techniques, kinds) | {
        AXES["techniques"]: _Explained(economy.techniques, explain_technique)
    }
    kinds |= _of_rows(economy, plan.kinds, kinds)
    return kinds | {"own": _Explained(pd.Index(list(plan.extra), dtype=object), explain_own)}


def _of_rows(economy: Economy, kinds: list[tuple[Block, Rows]], earlier: Collection[str]) -> dict[str, _Explained]:
    """Return the kinds of rows that are not known yet, each with its own explanation or that of its declaration."""
    explained: dict[str, _Explained] = {}
    for block, says in kinds:
        kind = says.explained or says.kind
        if kind not in earlier and not (says.partly and not len(block.index)):
            explained[kind] = _Explained(names_of(economy, block), partial(_RICHER.get(kind, explain_row), block))
    return explained


#: The kinds of rows of which more can be said than their declarations do.
_RICHER: dict[str, Callable[[Block, PlanTables, Any, Any], Explanation]] = {
    "stock": explain_stock,
    "storage": explain_room,
    "floor": explain_floor,
}
