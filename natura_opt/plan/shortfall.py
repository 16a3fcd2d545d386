r"""The cheapest shortfall: the least that must be given up of what is asked, or added to what limits, for a plan.

With claims ``c`` (:mod:`.claims`), each with a column ``s_c >= 0`` in its row and a weight ``w_c``:

.. math::
    \min \sum_c w_c\, s_c / |b_c| \quad\text{s.t.}\quad
    A x + s_{\text{asked}} \ge b, \quad A x - s_{\text{limits}} \le b

``s`` is measured by its own side ``b``, so that units play no part. What stands first in ``relax`` is kept most: its
shortfall is made least before that of what stands next (lexicographic). Each stage is proved by its certificate: a
smaller shortfall is impossible.

Source: elastic programming: Brown and Graves 1975; Chinneck, Feasibility and Infeasibility in Optimization (2008).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..backends.choosing import way_for
from ..backends.options import SolveOptions
from ..base.arrays import Floats
from ..base.errors import CannotAnswerError, OptionError, unknown
from ..base.status import Status
from ..program.canonical import Block
from ..program.linear import LinearProgram
from ..proof.judging import Verdict
from ..proof.session import Session
from .claims import GROUPS, Claims
from .tables import PlanTables

ELASTIC = "shortfall"
#: By so much, relative to it, the shortfall of an earlier stage may grow in a later one.
_KEPT = 1e-9
#: A shortfall below this share of its side is nothing.
NOTHING = 1e-9
COLUMNS = ["kind", "name", "period", "unit", "asked", "shortfall", "share", "possible"]


@dataclass(frozen=True, eq=False)
class Shortfall:
    """The least that must be given up.

    Attributes
    ----------
    table : columns kind, name, period, unit, asked (or allowed), shortfall (of a limit: by how much it must grow),
        share (of asked) and possible (what is left of it, or the limit it takes); the largest share first.
    totals : of each stage of ``relax``: the weighted sum of shares, and the bound below which none is possible.
    status : of the last stage: ``optimal`` where all is proved; ``infeasible`` where giving all of it up does not help.
    """

    table: pd.DataFrame
    totals: dict[str, tuple[float, float]]
    status: Status

    @property
    def proved(self) -> bool:
        """Whether it is proved that it is possible so, and with less it is not."""
        return self.status is Status.OPTIMAL


class Elastic:
    """A plan's program with a column for each claim that may be given up, in one hot session.

    Attributes
    ----------
    session : of the program with these columns; its objective is to be set.
    claims : of the columns, in their order.
    """

    def __init__(self, plan: PlanTables, claims: Sequence[Claims], options: SolveOptions) -> None:
        self.plan, self.claims = plan, list(claims)
        program = _with_columns(whole_program(plan), self.claims)
        way, _ = way_for(plan.economy, program, options)  # the first stage is as long as the plan itself
        self.session = Session(program, options, first=way)
        self.size = np.concatenate([np.empty(0), *(one.sized() for one in self.claims)])

    def least(self, relax: Sequence[str], weights: Mapping[str, float]) -> tuple[Shortfall, Verdict]:
        """Make the shortfall of each stage least, one after the other."""
        stages = stages_of(self.claims, relax)
        weight = self._weights(weights) / self.size
        totals: dict[str, tuple[float, float]] = {}
        verdict: Verdict | None = None
        for k, name in enumerate(relax):
            mine = stages == k
            if not mine.any():
                continue
            self.session.change_costs(ELASTIC, np.where(mine, weight, 0.0))
            verdict = self.session.solve()
            if verdict.status is not Status.OPTIMAL:
                return Shortfall(pd.DataFrame(columns=COLUMNS), totals, verdict.status), verdict
            total = verdict.certificate.objective
            totals[name] = (total, verdict.certificate.dual_objective)
            self._keep(name, mine, weight, total, last=k == len(relax) - 1)
        if verdict is None:
            verdict = self.session.solve()
        return Shortfall(self._table(verdict), totals, verdict.status), verdict

    def taken(self, verdict: Verdict) -> Floats:
        """Return how much of each claim an answer gives up, in the claims' units."""
        taken: Floats = verdict.answer.primal[len(verdict.answer.primal) - len(self.size) :]
        return taken

    def hold(self) -> None:
        """Let nothing be given up, and nothing be made least."""
        self.session.change_costs(ELASTIC, 0.0)
        self.session.change_bounds(ELASTIC, upper=0.0)

    def _keep(self, name: str, mine: Floats, weight: Floats, total: float, last: bool) -> None:
        """Hold the shortfall of a stage at what it is while later ones are made least."""
        if last:
            return
        labels = pd.RangeIndex(len(mine))
        if total <= NOTHING:
            self.session.change_bounds(ELASTIC, labels[mine.astype(bool)], upper=0.0)
            return
        row = sp.csr_array(np.where(mine, weight, 0.0)[np.newaxis])
        most = total * (1.0 + _KEPT)
        self.session.add_rows(f"shortfall of {name}", pd.Index([name]), "<=", most, {ELASTIC: row})

    def _weights(self, weights: Mapping[str, float]) -> Floats:
        """Return the weight of each column: of its kind times of its name, one where none is given."""
        known = {one.kind for one in self.claims}
        found = []
        for one in self.claims:
            names = [one.words(self.plan, k)[0] for k in range(len(one.at))] if weights else [""] * len(one.at)
            known.update(names)
            found += [weights.get(one.kind, 1.0) * weights.get(name, 1.0) for name in names]
        for name, weight in weights.items():
            if name not in known:
                raise OptionError(f"weights: {unknown('kind or name', name, known)}")
            if not (np.isfinite(weight) and weight > 0):
                raise OptionError(f"weights: that of {name!r} must be a positive number, not {weight!r}")
        return np.array(found, dtype=float)

    def _table(self, verdict: Verdict) -> pd.DataFrame:
        short = self.taken(verdict)
        rows, start = [], 0
        for one in self.claims:
            mine, size = short[start : start + len(one.at)], self.size[start : start + len(one.at)]
            start += len(one.at)
            for k in np.flatnonzero(mine > NOTHING * size):
                asked, lost = float(one.amount[k]), float(mine[k])
                possible = asked + lost if one.upper else asked - lost
                rows.append((one.kind, *one.words(self.plan, int(k)), asked, lost, lost / float(size[k]), possible))
        table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS[4:], float))
        return table.iloc[np.argsort(-table["share"].to_numpy(), kind="stable")].reset_index(drop=True)


def whole_program(plan: PlanTables) -> LinearProgram:
    """Return a plan's program.

    Raises
    ------
    CannotAnswerError : it is made piece by piece.
    """
    if not isinstance(plan.program, LinearProgram):
        raise CannotAnswerError(
            f"{plan.what}: why it cannot be done is read off its whole matrix, and its program is made piece by piece"
        )
    return plan.program


def stages_of(claims: Sequence[Claims], relax: Sequence[str]) -> Floats:
    """Return the stage of every claim's column: the first entry of ``relax`` that names its kind, or else its group.

    Raises
    ------
    OptionError : an entry is no group, and no kind of claim that the program has.
    """
    known = {*GROUPS, *(one.kind for one in claims)}
    for name in relax:
        if name not in known:
            raise OptionError(f"relax: {unknown('group or kind', name, known)}")
    places = {name: k for k, name in enumerate(relax)}
    each = [np.full(len(one.at), float(places.get(one.kind, places.get(one.group, -1)))) for one in claims]
    return np.concatenate([np.empty(0), *each])


def given_up(claims: Sequence[Claims], relax: Sequence[str]) -> list[Claims]:
    """Return the claims that may be given up."""
    stages_of(claims, relax)
    return [one for one in claims if one.kind in relax or one.group in relax]


def _with_columns(program: LinearProgram, claims: Sequence[Claims]) -> LinearProgram:
    """Return the program without its objective, with one column per claim."""
    rows = np.concatenate([np.empty(0, dtype=int), *(one.rows for one in claims)])
    signs = np.concatenate([np.empty(0), *(np.full(len(one.at), -1.0 if one.upper else 1.0) for one in claims)])
    most = np.concatenate([np.empty(0), *(one.most for one in claims)])
    height, width = program.shape
    count = len(rows)
    added = sp.csc_array((signs, (rows, np.arange(count))), shape=(height, count))
    return replace(
        program,
        sense="min",
        columns=(*program.columns, Block(ELASTIC, pd.RangeIndex(count), width)),
        cost=np.zeros(width + count),
        lower=np.concatenate([program.lower, np.zeros(count)]),
        upper=np.concatenate([program.upper, most]),
        integer=np.concatenate([program.integer, np.zeros(count, dtype=bool)]),
        matrix=sp.csc_array(sp.hstack([program.matrix, added])),
        offset=0.0,
    )
