"""How far a right-hand side or a cost can change before the plan's prices or activities do: ranges and intervals.

Ranges come from HiGHS's ranging at a simplex basis, once the plan of that basis is proved as any other. Where a plan is
degenerate its valuations are not unique: the interval of a valuation is the set of all optimal duals, between the right
and the left derivative of the optimum. Each end of it is a set of valuations that proves the plan optimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..backends.answer import Claim
from ..backends.highs import HighsSession
from ..backends.options import SolveOptions
from ..base.arrays import Floats
from ..base.errors import NotProvedError, RefusedError
from ..program.canonical import Block
from ..program.linear import LinearProgram
from ..program.scaling import scale
from .certificate import ROUNDING, Certificate, certify
from .refine import inside

#: A row or bound counts as active when its slack is below this share of the size of its terms, and a multiplier as
#: one that counts when it is above this share of the terms of some column.
_ACTIVE = 1e-9
#: An end of an interval is a vertex as simplex finds it, not refined: so far it must prove the plan optimal.
_END = 1e-7
#: What simplex is told to find a basis that can be proved, in order.
_WAYS: tuple[dict[str, Any], ...] = ({}, {"presolve": "off"}, {"simplex_scale_strategy": 0, "presolve": "off"})


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Ranges at one optimal basis.

    Attributes
    ----------
    limits : one line per row of the program, index (block, name, period): ``side`` as written, ``valuation``
        (∂objective/∂side), and the ``lowest`` and ``highest`` side for which that valuation holds.
    costs : one line per column, index (block, name, period): ``cost``, ``level``, and the ``lowest`` and
        ``highest`` cost for which the basis stays optimal.
    """

    limits: pd.DataFrame
    costs: pd.DataFrame


def ranges(program: LinearProgram, proof: Certificate) -> Sensitivity:
    """Return the ranges of every side and cost, by HiGHS's ranging after simplex.

    Parameters
    ----------
    proof : the certificate of the plan; the basis must attain as much, and is held to the same tolerance.

    Raises
    ------
    NotProvedError : simplex does not end at an optimum that can be proved, or the program has whole-number columns.
    """
    if program.integer.any():
        raise NotProvedError("ranges are those of a linear program; this one has whole-number columns")
    for settings in _WAYS:
        session = HighsSession(program, SolveOptions(method="simplex", options=settings))
        answer = session.solve()
        if answer.claim is not Claim.OPTIMAL:
            continue
        answer = inside(program, answer)
        seen = certify(program, answer.primal, answer.dual, proof.tolerance, nearby=ROUNDING)
        if seen.proved:
            break
    else:
        raise NotProvedError(f"no ranges: the basis they belong to could not be proved (simplex ended {answer.claim})")
    ranging = session.ranging()
    if ranging is None:
        raise NotProvedError("no ranges: HiGHS has none at the optimum it found")
    scaled = session.scaled
    row_unit = 1.0 / (scaled.row * scaled.rhs_scale)
    low, high = ranging.row_low * row_unit, ranging.row_high * row_unit
    activity = program.matrix @ answer.primal
    side = np.where(np.isfinite(program.row_lower), program.row_lower, program.row_upper)
    at_upper = np.isfinite(program.row_upper) & (answer.dual * scaled.sign <= 0)
    side = np.where(at_upper, program.row_upper, side)
    # a row that does not bind may move its side up to the activity, and away from it without end
    low = np.where(ranging.row_binds, low, np.where(at_upper, activity, -np.inf))
    high = np.where(ranging.row_binds, high, np.where(at_upper, np.inf, activity))
    limits = pd.DataFrame(
        {
            "side": side + 0.0,
            "valuation": answer.dual + 0.0,
            "lowest": np.minimum(low, high) + 0.0,
            "highest": np.maximum(low, high) + 0.0,
        },
        index=_index(program.rows),
    )
    cost_unit = scaled.sign / (scaled.column * scaled.objective_scale)
    one, other = ranging.cost_low * cost_unit, ranging.cost_high * cost_unit
    costs = pd.DataFrame(
        {
            "cost": program.cost,
            "level": answer.primal,
            "lowest": np.minimum(one, other),
            "highest": np.maximum(one, other),
        },
        index=_index(program.columns),
    )
    return Sensitivity(limits, costs)


def _index(blocks: tuple[Block, ...]) -> pd.MultiIndex:
    """Return (block, name, period) of every row or column; a holding is called ``good in technique``."""
    entries: list[tuple[str, str, str]] = []
    for block in blocks:
        for label in block.index:
            parts = [str(part) for part in label] if isinstance(block.index, pd.MultiIndex) else [str(label), ""]
            entries.append((block.name, " in ".join(parts[:-1]), parts[-1]))
    return pd.MultiIndex.from_tuples(entries, names=["block", "name", "period"])


class ValuationIntervals:
    """The optimal duals of a program: for any row, the least and the greatest valuation it can have.

    Built once from a proved plan and its valuations; each row then costs two small solves from the last basis.
    """

    def __init__(self, program: LinearProgram, primal: Floats, dual: Floats) -> None:
        self._program, self._primal = program, primal
        self._scaled = scale(program)
        target = self._scaled.program
        x = np.clip(primal / self._scaled.column * self._scaled.rhs_scale, target.lower, target.upper)
        y = self._scaled.sign * dual / self._scaled.row * self._scaled.objective_scale
        level = target.matrix @ x
        sizes = abs(target.matrix) @ np.abs(x)
        at_lower = _is_active(level - target.row_lower, sizes + _finite(target.row_lower))
        at_upper = _is_active(target.row_upper - level, sizes + _finite(target.row_upper))
        low_bound = _is_active(x - target.lower, np.abs(x) + _finite(target.lower) + _typical(x))
        high_bound = _is_active(target.upper - x, np.abs(x) + _finite(target.upper) + _typical(x))
        # the plan's own valuations are among the optimal ones, whatever size its levels have
        pulled = target.matrix.T @ y
        terms = np.abs(target.cost) + abs(target.matrix).T @ np.abs(y)
        counts = _counting(target.matrix, y, terms)
        reduced = target.cost - pulled
        matters = np.abs(reduced) > _ACTIVE * terms
        at_lower, at_upper = at_lower | (counts & (y > 0)), at_upper | (counts & (y < 0))
        low_bound, high_bound = low_bound | (matters & (reduced > 0)), high_bound | (matters & (reduced < 0))
        rows, columns = target.shape
        self._dual_face = LinearProgram(
            sense="min",
            columns=(Block("duals", pd.RangeIndex(rows), 0),),
            rows=(Block("reduced costs", pd.RangeIndex(columns), 0),),
            cost=np.zeros(rows),
            lower=np.where(at_upper, -np.inf, 0.0),
            upper=np.where(at_lower, np.inf, 0.0),
            integer=np.zeros(rows, dtype=bool),
            matrix=sp.csc_array(target.matrix.T),
            row_lower=np.where(low_bound, -np.inf, target.cost),
            row_upper=np.where(high_bound, np.inf, target.cost),
        )

    @cached_property
    def _session(self) -> HighsSession:
        return HighsSession(self._dual_face, SolveOptions(method="simplex"))

    def of_row(self, row: int) -> tuple[float, float]:
        """Return the least and greatest ∂objective/∂side of a row; infinite where a change makes the plan impossible.

        Raises
        ------
        NotProvedError : the optimal duals could not be found, or do not prove the plan optimal.
        """
        try:
            ends = [self._extreme(row, direction) for direction in (1.0, -1.0)]
        except RefusedError:  # valuations farther apart than HiGHS takes, in a plan proved all the same
            raise NotProvedError(
                "the interval of a valuation could not be found: valuations lie too far apart for HiGHS"
            ) from None
        factor = self._scaled.sign * self._scaled.row[row] / self._scaled.objective_scale
        low, high = sorted(float(end * factor) for end in ends)
        return low, high

    def _extreme(self, row: int, direction: float) -> float:
        face, scaled = self._dual_face, self._session.scaled
        cost = np.zeros(face.shape[1])
        cost[row] = direction * scaled.column[row]
        target = scaled.program
        self._session.change(cost, target.lower, target.upper, target.row_lower, target.row_upper)
        claim, duals, _ = self._session.run()
        if claim in (Claim.UNBOUNDED, Claim.INFEASIBLE_OR_UNBOUNDED):
            return -direction * np.inf
        if claim is not Claim.OPTIMAL:
            raise NotProvedError(f"the interval of a valuation could not be found: HiGHS ended {claim}")
        dual = scaled.primal(duals)
        seen = certify(self._program, self._primal, self._scaled.dual(dual), _END, nearby=_END)
        if not seen.proved:
            raise NotProvedError(f"the interval of a valuation could not be proved: {seen}")
        return float(dual[row])


def _counting(matrix: sp.csc_array, multipliers: Floats, terms: Floats) -> np.ndarray:
    """Tell which multipliers are more than rounding in some column."""
    shares = np.abs(matrix.data * multipliers[matrix.indices])
    shares /= np.maximum(np.repeat(terms, np.diff(matrix.indptr)), 1e-300)
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, matrix.indices, shares)
    return largest > _ACTIVE


def _is_active(slack: Floats, size: Floats) -> np.ndarray:
    return slack <= _ACTIVE * np.maximum(size, 1e-300)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), np.abs(values), 0.0)


def _typical(values: Floats) -> float:
    """A size that stands for a column whose value is zero: a small share of the typical one."""
    used = np.abs(values[values != 0])
    return float(np.exp(np.mean(np.log(used)))) * 1e-3 if len(used) else 1.0
