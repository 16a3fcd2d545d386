"""What is otherwise in a plan than in the first one, as tables: what changed most stands first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.labels import name_of, unit_words
from ..objectives import Demand
from ..plan.plan import Plan

#: Figures that differ by less than this share of their size are the same, found on another way.
_SAME = 1e-9
#: Less than this share of what they are sums of is what rounding leaves of nothing.
_NOTHING = 1e-12
_COLUMNS = ("first", "now", "change")


@dataclass(frozen=True, eq=False)
class Difference:
    """A table of a plan beside that of the first one.

    Attributes
    ----------
    title : what it shows.
    table : columns of labels (and ``unit``), then first (NaN where it was not there), now and change.
    """

    title: str
    table: pd.DataFrame


def differences(first: Plan | None, now: Plan) -> list[Difference]:
    """Return fulfilment, activities, net output and valuations of a plan, each beside the first plan's.

    Parameters
    ----------
    first : the plan to compare with; None where there was none.
    """
    economy = now.economy
    found = [
        Difference("activities", _by_period(first, now, "activities", "techniques")),
        Difference("net output", _by_period(first, now, "net_output", "goods", "output")),
        Difference("what one more is worth", _valuations(first, now)),
    ]
    if now.of.demand is not Demand.NONE:
        mine = now.fulfilment.reindex(economy.periods).to_numpy(dtype=float)
        its = np.full(len(mine), np.nan) if first is None else first.fulfilment.reindex(economy.periods).to_numpy()
        labels = {"period": [name_of(period) for period in economy.periods]}
        found.insert(0, Difference("fulfilment of the targets", _beside(labels, its.astype(float), mine, keep=True)))
    return found


def _by_period(first: Plan | None, now: Plan, table: str, axis: str, gross: str | None = None) -> pd.DataFrame:
    """Return a table of names x periods as one row for each of them, in the units of the names.

    Parameters
    ----------
    gross : the table whose figures are what those of this one are left of, and so as exact as these are.
    """
    plans = [plan for plan in (first, now) if plan is not None]
    frame = getattr(now, table)
    mine = frame.to_numpy(dtype=float)
    its = np.full(mine.shape, np.nan) if first is None else getattr(first, table).to_numpy(dtype=float)
    names = [name_of(name) for name in frame.index]
    units = [unit_words(now.economy.unit(axis, name)) for name in frame.index]
    count = mine.shape[1]
    labels = {
        "name": np.repeat(np.array(names, dtype=object), count).tolist(),
        "period": [name_of(period) for period in frame.columns] * len(names),
        "unit": np.repeat(np.array(units, dtype=object), count).tolist(),
    }
    size = _largest(its, mine) if gross is None else _largest(*(getattr(plan, gross).to_numpy() for plan in plans))
    return _beside(labels, its.ravel(), mine.ravel(), np.repeat(size, count))


def _largest(*tables: Floats) -> Floats:
    """Return the largest size in each row of some tables."""
    largest: Floats = np.nan_to_num(np.abs(np.hstack(tables))).max(axis=1, initial=0.0)
    return largest


def _valuations(first: Plan | None, now: Plan) -> pd.DataFrame:
    """Return the valuations of both plans, by kind, name and period; those of a kind that only one has, too."""
    mine = _long(now)
    its = _long(first) if first is not None else mine.iloc[:0]
    index = mine.index.union(its.index, sort=False)
    labels = {level: [str(label[k]) for label in index] for k, level in enumerate(("kind", "name", "period"))}
    return _beside(labels, its.reindex(index).to_numpy(), mine.reindex(index).to_numpy())


def _long(plan: Plan) -> pd.Series:
    """Return valuations as one number for each kind, name and period."""
    frame = plan.valuations
    labels = [(str(kind), name_of(name), name_of(period)) for kind, name in frame.index for period in frame.columns]
    values = pd.Series(frame.to_numpy(dtype=float).ravel(), index=pd.MultiIndex.from_tuples(labels), dtype=float)
    return values[~values.index.duplicated()]


def _beside(
    labels: dict[str, list[str]], first: Floats, now: Floats, size: Floats | float = 0.0, keep: bool = False
) -> pd.DataFrame:
    """Put figures beside one another, what changed before what did not (unless the order is kept).

    Parameters
    ----------
    size : of the figures they are sums of, next to which they may be nothing.
    """
    with np.errstate(invalid="ignore"):
        change = now - first
        larger = np.maximum(np.abs(first), np.abs(now))
        change = np.where(np.abs(change) <= _SAME * np.maximum(larger, size), 0.0, change)
        share = np.abs(change) / larger
    table = pd.DataFrame({**labels, **dict(zip(_COLUMNS, (first, now, change), strict=True))})
    if keep:
        return table
    filled = np.maximum(np.nan_to_num(np.abs(first)), np.nan_to_num(np.abs(now))) > _NOTHING * np.asarray(size)
    order: list[int] = np.argsort(-np.nan_to_num(share), kind="stable").tolist()
    return table.iloc[[k for k in order if filled[k]]].reset_index(drop=True)
