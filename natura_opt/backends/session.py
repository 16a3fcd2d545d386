"""HiGHS kept hot: a program that changes, of which HiGHS is told only what has changed.

**The basis** outlives every change of a program without whole-number columns. A changed side leaves it dual feasible, a
changed cost primal feasible; new rows enter it, new columns stand at a bound, and what deleted rows leave too many of
HiGHS drops itself. (HiGHS 1.15 forgets the basis when it deletes rows: it is taken before and given back.) From a basis
HiGHS goes by simplex, without presolve, and by Devex pricing: a change of a coefficient costs it its steepest edge
weights, and to compute these for a basis of 18,000 rows takes 12 seconds, the few pivots wanted half a second. Nor are
costs perturbed then, which nearly doubled the pivots after changes of demand (UK 2015, five years).

**The scaling** is kept, and only new rows and columns get factors, until

- a coefficient lies more than ``2 ** 10`` outside the range that coefficients had when they were scaled,
- the typical side or the typical cost, scaled, has moved more than ``2 ** 10`` away from one, or
- a first column of whole numbers comes (whose units are not to be scaled).

Then the program is scaled anew and handed over whole; the basis, to which factors are nothing, stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import RefusedError
from ..program.checks import check_finite
from ..program.linear import LinearProgram
from ..program.scaling import Scaled, factors_of_new, scale, scaled_by, to_unit
from .answer import Answer, Claim
from .configured import append_rows, configured, pass_program
from .highs import HighsSession
from .options import METHODS, SolveOptions

Positions = npt.NDArray[np.intp]
#: Powers of two by which scaled numbers may leave the range they had.
_STRAYS = 10.0
#: Share of the coefficients that are told one by one; where more of them change, the program is handed over whole.
_FEW = 0.05
#: HiGHS's pricing of the dual simplex method: its own choice, which is steepest edge, or Devex.
_PRICING, _ANY, _DEVEX = "simplex_dual_edge_weight_strategy", -1, 1
#: How much HiGHS perturbs costs before the dual simplex method: not at all from a basis that needs few pivots.
_PERTURBATION, _USUAL, _NONE = "dual_simplex_cost_perturbation_multiplier", 1.0, 0.0
_STATUS = highspy.HighsBasisStatus


class HotSession(HighsSession):
    """A session whose program changes."""

    def __init__(self, program: LinearProgram, options: SolveOptions) -> None:
        own = {_PRICING: _DEVEX, _PERTURBATION: _NONE, **options.options}
        super().__init__(program, replace(options, options=own))
        self._pricing = options.options.get(_PRICING, _ANY)
        self._perturbation = options.options.get(_PERTURBATION, _USUAL)
        self._near = True
        self._given = program
        self._range = _range(self.scaled)

    @property
    def is_hot(self) -> bool:
        """Whether the next run starts from a basis."""
        whole = bool(self.scaled.program.integer.any())
        return self._options.method != "pdlp" and not whole and bool(self._highs.getBasis().valid)

    def forget(self) -> None:
        """Let the next run start from nothing."""
        self._highs.clearSolver()

    def solve(self) -> Answer:
        """Run HiGHS from its basis; where it fails from there, from nothing.

        Iterations and seconds are those of this solve. (From the basis of an earlier program HiGHS can fail, or take
        itself to go round in circles, where it finds its way from nothing.)
        """
        if self.interrupted:  # an object of HiGHS that was told to stop would stop ever after
            basis = self._highs.getBasis()
            self._highs = configured(self._options)
            pass_program(self._highs, self.scaled.program, self._options)
            self.start_from(basis)
        self.iterations, self.spent, self.interrupted = 0, 0.0, False
        hot = self.is_hot
        self._start(hot)
        answer = super().solve()
        if hot and answer.claim is Claim.FAILED:
            self._start(False)
            answer = super().solve()
        return answer

    def _start(self, hot: bool) -> None:
        self._highs.setOptionValue("solver", METHODS["simplex" if hot else self._options.method])
        self._highs.setOptionValue(_PRICING, self._options.options[_PRICING] if hot else self._pricing)
        near = self._options.options[_PERTURBATION] if hot and self._near else self._perturbation
        self._highs.setOptionValue(_PERTURBATION, near)
        if not hot:
            self.forget()

    def hold(self, program: LinearProgram, rows: Positions | None = None, columns: Positions | None = None) -> bool:
        """Hold another program from here on, and tell HiGHS what is other in it.

        Rows of which some are deleted and new ones come last, and columns to which new ones are added at the end, are
        told one by one. Any other order is a program that is scaled anew and handed over whole, with the basis as far
        as its rows and columns stand for some that were there; HiGHS makes a basis of what is too much or too little.

        Parameters
        ----------
        program : the whole of it, in the user's units.
        rows : which of the rows held until now each row is, or stands for, -1 for a new one; rows held until now that
            are not named are deleted. The same rows, where not given.
        columns : the same of columns; those held until now in their order, and then new ones, where not given.

        Returns
        -------
        Whether the program was scaled anew.

        Raises
        ------
        RefusedError : HiGHS does not take a number; the session is then not to be used again.
        NaturaError : a number is NaN, or an infinity stands where none can.
        """
        check_finite(program)
        before = self.scaled
        rows = np.arange(len(before.row)) if rows is None else rows
        columns = _with_new(np.arange(len(before.column)), program.shape[1]) if columns is None else columns
        told = _in_order(rows) and _in_order(columns) and int((columns >= 0).sum()) == len(before.column)
        told = told and program.sense == self._given.sense
        self._near = told
        scaled = self._scaled_as_before(program, rows) if told else None
        changes = None if scaled is None else self._changed_coefficients(program, scaled, rows)
        fewer = int((rows >= 0).sum()) < len(before.row)
        basis = self._basis_for(program, rows, columns) if self.is_hot and (changes is None or fewer) else None
        rescaled = scaled is None
        if scaled is None:
            scaled = scale(program)
            self._range = _range(scaled)
        if changes is None:
            pass_program(self._highs, scaled.program, self._options)
        else:
            self._tell(scaled.program, rows, *changes)
        self._given, self.scaled = program, scaled
        if basis is not None and self._highs.setBasis(basis) == highspy.HighsStatus.kError:
            self.forget()
        return rescaled

    def _scaled_as_before(self, program: LinearProgram, rows: Positions) -> Scaled | None:
        """Return the program scaled by the factors held, and by others what is new; None where that will not do."""
        before = self.scaled
        if program.integer.any() and not before.program.integer.any():
            return None
        new = np.isnan
        row = np.where(rows >= 0, np.append(before.row, np.nan)[rows], np.nan)
        column = np.append(before.column, np.full(program.shape[1] - len(before.column), np.nan))
        if new(row).any() or new(column).any():
            row, column = factors_of_new(program.matrix, row, column, program.integer)
        scaled = scaled_by(program, row, column, before.rhs_scale, before.objective_scale)
        target = scaled.program
        typical = [to_unit(target.cost)]
        if not program.integer.any():  # their sides are not scaled
            typical.append(to_unit(target.row_lower, target.row_upper, target.lower, target.upper))
        (low, high), (lowest, highest) = self._range, _range(scaled)
        strays = (low - lowest, highest - high, *np.abs(np.log2(typical)))
        return None if any(by > _STRAYS for by in strays) else scaled

    def _changed_coefficients(
        self, program: LinearProgram, scaled: Scaled, rows: Positions
    ) -> tuple[Positions, Positions, Floats] | None:
        """Return row, column and scaled value of every coefficient that is other than it was, among the rows and
        columns held; None where telling them one by one takes longer than all at once.
        """
        columns = self._given.shape[1]
        if program.matrix is self._given.matrix:
            nowhere = np.zeros(0, dtype=np.intp)
            return nowhere, nowhere, np.zeros(0)
        if program.integer[columns:].any():
            return None
        remaining = rows[rows >= 0]
        now = scaled.program.matrix[: len(remaining), :columns]
        before = self.scaled.program.matrix
        other = sp.coo_array(now - (before if len(remaining) == before.shape[0] else before[remaining]))
        if other.nnz > _FEW * now.nnz:
            return None
        row, column = other.row.astype(np.intp), other.col.astype(np.intp)
        return row, column, _values(now, row, column)

    def _tell(self, program: LinearProgram, rows: Positions, row: Positions, column: Positions, value: Floats) -> None:
        """Hand over what is other: rows deleted, columns and rows added, and the numbers that changed."""
        highs, before = self._highs, self.scaled.program
        remaining, columns = rows[rows >= 0], before.shape[1]
        deleted = np.setdiff1d(np.arange(before.shape[0]), remaining).astype(np.int32)
        statuses = [highs.deleteRows(len(deleted), deleted)] if len(deleted) else []
        if program.shape[1] > columns:
            part = program.matrix[: len(remaining), columns:]
            places = (part.indptr.astype(np.int32), part.indices.astype(np.int32))
            limits = (program.cost[columns:], program.lower[columns:], program.upper[columns:])
            statuses.append(highs.addCols(part.shape[1], *limits, part.nnz, *places, part.data))
        if len(rows) > len(remaining):
            new = slice(len(remaining), None)
            append_rows(highs, sp.csr_array(program.matrix[new]), program.row_lower[new], program.row_upper[new])
        statuses += [
            highs.changeCoeff(*entry) for entry in zip(row.tolist(), column.tolist(), value.tolist(), strict=True)
        ]
        at = _other((before.cost, program.cost[:columns]))
        statuses.append(highs.changeColsCost(len(at), at, program.cost[at]))
        at = _other((before.lower, program.lower[:columns]), (before.upper, program.upper[:columns]))
        statuses.append(highs.changeColsBounds(len(at), at, program.lower[at], program.upper[at]))
        sides = (
            (before.row_lower[remaining], program.row_lower[: len(remaining)]),
            (before.row_upper[remaining], program.row_upper[: len(remaining)]),
        )
        at = _other(*sides)
        statuses.append(highs.changeRowsBounds(len(at), at, program.row_lower[at], program.row_upper[at]))
        if highspy.HighsStatus.kError in statuses:
            raise RefusedError("HiGHS does not take what has changed in its program")

    def _basis_for(self, program: LinearProgram, rows: Positions, columns: Positions) -> Any:
        """Return the basis as it is for the rows and columns of a program: new rows in it, new columns at a bound."""
        old, basis = self._highs.getBasis(), highspy.HighsBasis()
        at_column, at_row = old.col_status, old.row_status
        rest = np.where(np.isfinite(program.lower), 0, np.where(np.isfinite(program.upper), 1, 2))
        at = (_STATUS.kLower, _STATUS.kUpper, _STATUS.kZero)
        basis.col_status = [
            at_column[k] if k >= 0 else at[new] for k, new in zip(columns.tolist(), rest.tolist(), strict=True)
        ]
        basis.row_status = [at_row[k] if k >= 0 else _STATUS.kBasic for k in rows.tolist()]
        kept = _in_order(columns) and int((columns >= 0).sum()) == len(at_column) and len(rows) >= len(at_row)
        basis.valid, basis.alien = True, not (kept and _in_order(rows))
        return basis


def _with_new(positions: Positions, count: int) -> Positions:
    """Return positions with -1 for every one that is new, up to so many."""
    return np.append(positions, np.full(count - len(positions), -1))


def _in_order(positions: Positions) -> bool:
    """Whether positions rise, and new ones (-1) come last."""
    held = positions[positions >= 0]
    return bool((positions[: len(held)] >= 0).all() and (np.diff(held) > 0).all())


def _range(scaled: Scaled) -> tuple[float, float]:
    """Return the least and the greatest logarithm of a coefficient's size."""
    sizes = np.abs(scaled.program.matrix.data)
    with np.errstate(divide="ignore"):
        return (float(np.log2(sizes.min())), float(np.log2(sizes.max()))) if len(sizes) else (0.0, 0.0)


def _values(matrix: sp.csc_array, row: Positions, column: Positions) -> Floats:
    """Return the coefficients at some places, zero where there is none."""
    height, width = matrix.shape
    matrix.sort_indices()
    places = np.repeat(np.arange(width), np.diff(matrix.indptr)) * height + matrix.indices
    wanted = column * height + row
    at = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
    return np.where(places[at] == wanted, matrix.data[at], 0.0) if len(places) else np.zeros(len(wanted))


def _other(*pairs: tuple[Floats, Floats]) -> npt.NDArray[np.int32]:
    """Return where numbers are other than they were."""
    return np.flatnonzero(np.logical_or.reduce([was != now for was, now in pairs])).astype(np.int32)
