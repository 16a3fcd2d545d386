"""What every technique does: its level of activity over the periods, beside the limits that laws declare for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from matplotlib.figure import Figure

from ...base.arrays import Floats
from ...base.labels import name_of
from ...program.declared import Rows
from ...program.pieces import rows_of
from ..tables import PlanTables
from .looks import look_of
from .ranking import worth_of_techniques
from .small_multiples import Group, draw_groups, width_of
from .style import fitted, heading, without


def draw_activities(plan: PlanTables, most: int = 8) -> Figure:
    """Draw the techniques whose output is worth most, each in its unit and with its own look."""
    groups = [group for group in _groups(plan, most) if len(group.values)]
    if not groups:
        return without(plan, "Activities", "Nothing is done: every technique stands idle.")
    single = len(plan.economy.periods) == 1
    width = width_of(groups, single)
    title = heading(plan, "Activities", width)
    if any(group.limits is not None and np.isfinite(group.limits).any() for group in groups):
        title += "\n" + fitted("dashed: the most that a technique may do", width)
    return draw_groups(groups, title, single)


def _groups(plan: PlanTables, most: int) -> Iterator[Group]:
    """Yield the techniques that run, most of them together; of a single period, those of one unit together, since they
    share an axis.
    """
    levels, economy = plan.activities, plan.economy
    worth, size = worth_of_techniques(plan).to_numpy(), np.abs(levels.to_numpy()).max(axis=1, initial=0.0)
    order = [int(k) for k in np.lexsort((-size, -worth)) if size[k] > 0]
    shown = order[:most]
    units = [economy.unit("techniques", technique) for technique in economy.techniques]
    limits = _limits(plan)
    parts = [shown]
    if len(economy.periods) == 1:
        parts = [[k for k in shown if units[k] == unit] for unit in dict.fromkeys(units[k] for k in shown)]
    for part in parts:
        last = part is parts[-1]
        note = []
        if last and len(order) > len(shown):
            note.append(f"{len(order) - len(shown):,} more, whose output is worth less, in plan.activities")
        if last and len(size) > len(order):
            note.append(f"{len(size) - len(order):,} {'more ' if shown else ''}stand idle")
        yield Group(
            words="Techniques that run" if part is parts[0] else "",
            values=levels.iloc[part],
            names=[name_of(economy.techniques[k]) for k in part],
            units=[units[k] for k in part],
            note="; ".join(note),
            worths=False,
            limits=limits[part],
            looks=[look_of(k) for k in part],
        )


def _limits(plan: PlanTables) -> Floats:
    """Return the least that declared rows let a technique do at most, techniques x periods; NaN where none does.

    Rows of which the technique's activity is the only term: one that shares a limit has none of its own.
    """
    techniques, periods = plan.economy.techniques, plan.economy.periods
    least = np.full(len(techniques) * len(periods), np.inf)
    for block in plan.program.rows:
        says = block.declared
        if isinstance(says, Rows) and says.axes == ("techniques", "periods") and says.sense == "<=" and says.kind:
            terms = sp.csr_array(rows_of(plan.program, np.arange(block.span.start, block.span.stop)))
            alone = np.diff(terms.indptr) == 1
            places, sides = plan.places_of(block, techniques)[alone], plan.side_of(block)[alone]
            np.minimum.at(least, places, sides / terms.data[terms.indptr[:-1][alone]])
    least[~np.isfinite(least)] = np.nan
    laid: Floats = least.reshape(len(periods), len(techniques)).T
    return laid
