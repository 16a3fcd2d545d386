"""An irreducible set of claims that clash: together they admit no plan, and without any one of them there is one.

Deletion filter on one hot session: claims outside the Farkas vector go first, in one stroke; then each that is left is
given up in turn, and stays given up where there is still no plan (the new Farkas vector may free others with it). Each
step is proved, either way. What merely ties columns together, the technology, is kept throughout.

Source: Chinneck and Dravnieks, "Locating minimal infeasible constraint sets in linear programs" (1991).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..backends.options import SolveOptions
from ..base.arrays import Floats
from ..base.status import Status
from ..proof.judging import Verdict
from .claims import Claims
from .shortfall import ELASTIC, Elastic
from .tables import PlanTables

COLUMNS = ["kind", "name", "period", "unit", "asked"]


@dataclass(frozen=True, eq=False)
class Clash:
    """Claims that clash.

    Attributes
    ----------
    table : columns kind, name, period, unit and asked (or allowed).
    proved : whether each step was: that they clash, and that without any one of them there is a plan.
    solves : how many programs that took.
    """

    table: pd.DataFrame
    proved: bool
    solves: int


def irreducible(plan: PlanTables, claims: Sequence[Claims], vector: Floats, options: SolveOptions) -> Clash:
    """Find an irreducible set of claims that clash.

    Parameters
    ----------
    claims : all that there are. vector : a checked Farkas vector of the plan's program.
    """
    elastic = Elastic(plan, claims, options)
    most = np.concatenate([np.empty(0), *(one.most for one in claims)])
    rows = np.concatenate([np.empty(0, dtype=int), *(one.rows for one in claims)])
    upper = np.concatenate([np.zeros(0, dtype=bool), *(np.full(len(one.at), one.upper) for one in claims)])
    kept, solves = _leans_on(rows, upper, vector), 1
    every = pd.RangeIndex(len(most))

    def without(left_out: Any) -> Verdict:
        elastic.session.change_bounds(ELASTIC, every, upper=np.where(left_out, most, 0.0))
        return elastic.session.solve()

    proved = without(~kept).status is Status.INFEASIBLE
    needed = np.zeros(len(most), dtype=bool)
    while (kept & ~needed).any():
        one = int(np.flatnonzero(kept & ~needed)[0])
        trial = kept.copy()
        trial[one] = False
        verdict, solves = without(~trial), solves + 1
        if verdict.status is not Status.INFEASIBLE or verdict.impossibility is None:
            needed[one] = True
            proved &= verdict.status is Status.OPTIMAL
            continue
        kept = trial & (_leans_on(rows, upper, verdict.impossibility.vector) | needed)
    found, start = [], 0
    for claim in claims:
        for k in np.flatnonzero(kept[start : start + len(claim.at)]):
            found.append((claim.kind, *claim.words(plan, int(k)), float(claim.amount[k])))
        start += len(claim.at)
    return Clash(pd.DataFrame(found, columns=COLUMNS), proved, solves)


def _leans_on(rows: Any, upper: Any, vector: Floats) -> Any:
    """Return which claims a Farkas vector leans on: those whose side it multiplies."""
    values = vector[rows]
    return np.where(upper, values < 0, values > 0)
