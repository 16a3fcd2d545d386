"""HiGHS through arrays: the default and the fast road."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import NaturaError, RefusedError
from ..program.canonical import Block
from ..program.checks import check_finite
from ..program.linear import LinearProgram
from ..program.scaling import Scaled, factors_of_new, scale
from .answer import Answer, Claim
from .configured import append_rows, configured, fresh_scheduler, limits_iterations, pass_program
from .options import METHODS, SolveOptions
from .running import run_interruptibly

_STATUS = highspy.HighsModelStatus
_CLAIMS = {
    _STATUS.kOptimal: Claim.OPTIMAL,
    _STATUS.kModelEmpty: Claim.OPTIMAL,
    _STATUS.kInfeasible: Claim.INFEASIBLE,
    _STATUS.kUnbounded: Claim.UNBOUNDED,
    _STATUS.kUnboundedOrInfeasible: Claim.INFEASIBLE_OR_UNBOUNDED,
    _STATUS.kTimeLimit: Claim.TIME_LIMIT,
    _STATUS.kInterrupt: Claim.INTERRUPTED,
    _STATUS.kIterationLimit: Claim.ITERATION_LIMIT,
    _STATUS.kSolutionLimit: Claim.ITERATION_LIMIT,
}
#: Below this many coefficients a linear solve ends before anyone could press Ctrl-C.
_WORTH_INTERRUPTING = 20_000


@dataclass(frozen=True, eq=False)
class Ranging:
    """HiGHS's ranging, scaled: sides and costs between which the basis stays optimal, and which rows bind."""

    row_low: Floats
    row_high: Floats
    row_binds: np.ndarray
    cost_low: Floats
    cost_high: Floats


class HighsSession:
    """A program held by HiGHS in scaled form; it can be solved, and solved again on changed sides and costs.

    The HiGHS object and its basis are kept between solves, so a change costs a few iterations.
    """

    def __init__(self, program: LinearProgram, options: SolveOptions, scaled: Scaled | None = None) -> None:
        try:
            check_finite(program)
        except NaturaError as error:
            if scaled is None:
                raise
            raise RefusedError(f"scaled, {error}") from None  # the user's own numbers are sound
        self.scaled: Scaled = scale(program) if scaled is None else scaled
        self._options, self._offset = options, program.offset
        self._highs = configured(options)
        self.iterations = 0
        self.spent = 0.0
        self.interrupted = False
        pass_program(self._highs, self.scaled.program, options)

    def solve(self) -> Answer:
        """Run HiGHS and return its claim in the user's units."""
        claim, primal, dual = self.run()
        bound = None
        if self.scaled.program.integer.any():
            scaled_bound = float(self._highs.getInfo().mip_dual_bound)
            bound = scaled_bound * self.scaled.sign / self.scaled.objective_scale + self._offset
        return Answer(
            claim=claim,
            primal=self.scaled.primal(primal),
            dual=self.scaled.dual(dual),
            message=self._highs.modelStatusToString(self._highs.getModelStatus()),
            iterations=self.iterations,
            seconds=self.spent,
            bound=bound,
        )

    def run(self) -> tuple[Claim, Floats, Floats]:
        """Run HiGHS as it stands; return its claim and point, scaled."""
        highs = self._highs
        if self._options.time_limit is not None:  # HiGHS counts the clock of the object, not of the run
            highs.setOptionValue("time_limit", highs.getRunTime() + max(self._options.time_limit - self.spent, 0.0))
        before = highs.getRunTime()
        fresh_scheduler(self._options)
        status = self._run()
        highs = self._highs
        self.spent += max(highs.getRunTime() - before, 0.0)
        info = highs.getInfo()
        counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.crossover_iteration_count)
        self.iterations += sum(max(count, 0) for count in (*counts, info.pdlp_iteration_count))
        # also where it came to its end while it was being stopped: nobody waits for what would follow
        claim = Claim.INTERRUPTED if self.interrupted else _CLAIMS.get(highs.getModelStatus(), Claim.FAILED)
        circling = claim is Claim.ITERATION_LIMIT and not limits_iterations(self._options)
        if circling or (status == highspy.HighsStatus.kError and claim is Claim.OPTIMAL):
            claim = Claim.FAILED
        rows, columns = self.scaled.program.shape
        solution = highs.getSolution()
        primal = np.array(solution.col_value) if solution.value_valid else np.zeros(columns)
        dual = np.array(solution.row_dual) if solution.dual_valid else np.zeros(rows)
        if len(primal) != columns or len(dual) != rows:
            return Claim.FAILED if claim is Claim.OPTIMAL else claim, np.zeros(columns), np.zeros(rows)
        return claim, primal, dual

    def dual_ray(self) -> Floats | None:
        """Run HiGHS and return its ray of the dual where it says there is no plan, per row in the user's units.

        HiGHS has one only where presolve is off and simplex ended.
        """
        claim, _, _ = self.run()
        status, has_ray, ray = self._highs.getDualRay()
        if claim is Claim.OPTIMAL or status != highspy.HighsStatus.kOk or not has_ray:
            return None
        return np.asarray(ray, dtype=float) * self.scaled.row

    def change(self, cost: Floats, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats) -> None:
        """Replace costs, bounds and sides (scaled); the basis stays.

        Raises
        ------
        RefusedError : HiGHS does not take a number.
        """
        columns = np.arange(len(cost), dtype=np.int32)
        rows = np.arange(len(row_lower), dtype=np.int32)
        statuses = [self._highs.changeColsCost(len(cost), columns, cost)]
        statuses.append(self._highs.changeColsBounds(len(cost), columns, lower, upper))
        statuses.append(self._highs.changeRowsBounds(len(row_lower), rows, row_lower, row_upper))
        if highspy.HighsStatus.kError in statuses:
            raise RefusedError("HiGHS does not take changed bounds or costs")

    def add_rows(self, rows: Block, matrix: sp.csr_array, lower: Floats, upper: Floats) -> None:
        """Add rows, in the user's units, to the program held; the basis stays, with the new rows in it.

        Parameters
        ----------
        matrix : shape (rows added, columns).
        """
        scaled = self.scaled
        coefficients = sp.csr_array(matrix, copy=True)
        coefficients.sum_duplicates()
        coefficients.eliminate_zeros()
        whole = np.zeros(len(scaled.column), dtype=bool)
        factor, _ = factors_of_new(sp.csc_array(coefficients), np.full(len(lower), np.nan), scaled.column, whole)
        coefficients.data *= scaled.column[coefficients.indices] * np.repeat(factor, np.diff(coefficients.indptr))
        low, high = lower * factor * scaled.rhs_scale, upper * factor * scaled.rhs_scale
        append_rows(self._highs, coefficients, low, high)
        program = replace(
            scaled.program,
            rows=(*scaled.program.rows, rows),
            matrix=sp.csc_array(sp.vstack([scaled.program.matrix, coefficients])),
            row_lower=np.concatenate([scaled.program.row_lower, low]),
            row_upper=np.concatenate([scaled.program.row_upper, high]),
        )
        self.scaled = replace(scaled, program=program, row=np.concatenate([scaled.row, factor]))

    def continue_by_simplex(self) -> None:
        """Let later runs go by simplex from the basis at hand."""
        self._highs.setOptionValue("solver", METHODS["simplex"])

    def with_side_columns(self) -> HighsSession:
        """Return a session of the same scaled program written ``A x - s = 0``, sides as bounds of ``s``, at the
        same basis.

        Later runs go by simplex.
        """
        target = self.scaled.program
        rows, columns = target.shape
        written_out = replace(
            target,
            columns=(*target.columns, Block("side", pd.RangeIndex(rows), columns)),
            cost=np.concatenate([target.cost, np.zeros(rows)]),
            lower=np.concatenate([target.lower, target.row_lower]),
            upper=np.concatenate([target.upper, target.row_upper]),
            integer=np.zeros(columns + rows, dtype=bool),
            matrix=sp.csc_array(sp.hstack([target.matrix, -sp.eye_array(rows)])),
            row_lower=np.zeros(rows),
            row_upper=np.zeros(rows),
        )
        options = replace(self._options, method="simplex", options={**self._options.options, "presolve": "off"})
        session = HighsSession(written_out, options, scaled=replace(self.scaled, program=written_out))
        session.spent = self.spent
        old = self._highs.getBasis()
        if old.valid:
            basis = highspy.HighsBasis()
            basis.col_status = [*old.col_status, *old.row_status]
            basis.row_status = [highspy.HighsBasisStatus.kLower] * rows
            basis.valid, basis.alien = True, False  # HiGHS's own: it need not factorise it twice
            session.start_from(basis)
        return session

    def basis(self) -> Any:
        """Return HiGHS's basis as it stands, to come back to by :meth:`start_from`."""
        return self._highs.getBasis()

    def start_from(self, basis: Any) -> None:
        """Let the next run start from a basis, and from nothing else that earlier runs left behind."""
        self._highs.clearSolver()
        if basis.valid:
            self._highs.setBasis(basis)

    def start_at(self, primal: Floats) -> None:
        """Tell HiGHS of a plan, in the user's units, shape (columns,): branch and bound then starts from it."""
        known = highspy.HighsSolution()
        known.col_value = list(primal / self.scaled.column * self.scaled.rhs_scale)
        self._highs.setSolution(known)

    def ranging(self) -> Ranging | None:
        """Return HiGHS's ranging at the basis of the last run, scaled; None where it has none (only after simplex)."""
        status, ranging = self._highs.getRanging()
        if status != highspy.HighsStatus.kOk or not ranging.valid:
            return None
        basic = highspy.HighsBasisStatus.kBasic
        return Ranging(
            row_low=np.array(ranging.row_bound_dn.value_),
            row_high=np.array(ranging.row_bound_up.value_),
            row_binds=np.array([status != basic for status in self._highs.getBasis().row_status], dtype=bool),
            cost_low=np.array(ranging.col_cost_dn.value_)[: self.scaled.program.shape[1]],
            cost_high=np.array(ranging.col_cost_up.value_)[: self.scaled.program.shape[1]],
        )

    def _run(self) -> Any:
        """Run HiGHS; where it was left to itself after Ctrl-C, go on with an object that has not run."""
        program = self.scaled.program
        long = self._options.method == "pdlp" or program.integer.any() or program.matrix.nnz >= _WORTH_INTERRUPTING
        if not long:
            return self._highs.run()
        status, interrupted = run_interruptibly(self._highs)
        self.interrupted |= interrupted
        if status is not None:
            return status
        self._highs = configured(self._options)
        pass_program(self._highs, program, self._options)
        return highspy.HighsStatus.kWarning


#: How a session of a program is come by: a new one, or one that is kept and told of the program.
Opening = Callable[[LinearProgram, SolveOptions], HighsSession]


def solve_arrays(program: LinearProgram, options: SolveOptions) -> Answer:
    """Scale a program, hand its arrays to HiGHS, and return the claim in the user's units."""
    return HighsSession(program, options).solve()
