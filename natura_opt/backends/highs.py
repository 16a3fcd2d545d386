"""HiGHS through arrays: the default and the fast road."""

from __future__ import annotations

import atexit
import os
import queue
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import NaturaError, OptionError, RefusedError, unknown
from ..program.canonical import Block
from ..program.linear import LinearProgram
from ..program.scaling import Scaled, scale
from .answer import Answer, Claim
from .options import METHODS, SolveOptions

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
#: Pivots after which simplex goes round in circles: this many, and so many per row and column (a hundredth is usual).
_CIRCLES, _CIRCLES_PER_LINE = 20_000, 200
#: Below this many coefficients a linear solve ends before anyone could press Ctrl-C.
_WORTH_INTERRUPTING = 20_000
#: Seconds from Ctrl-C after which a run that has not stopped is left to itself.
_PATIENCE = 1.0
_left: list[threading.Thread] = []


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
        check_finite(program)
        self.scaled: Scaled = scale(program) if scaled is None else scaled
        self._options, self._offset = options, program.offset
        self._highs = _configured(options)
        self.iterations = 0
        self.spent = 0.0
        self.interrupted = False
        _pass_program(self._highs, self.scaled.program, options)

    def solve(self) -> Answer:
        """Run HiGHS and return its claim in the user's units."""
        claim, primal, dual = self.run()
        bound = None
        if self.scaled.program.integer.any():
            bound = float(self._highs.getInfo().mip_dual_bound) * self.scaled.sign / self.scaled.worth + self._offset
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
        _fresh_scheduler(self._options)
        status = self._run_interruptibly()
        highs = self._highs
        self.spent += max(highs.getRunTime() - before, 0.0)
        info = highs.getInfo()
        counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.crossover_iteration_count)
        self.iterations += sum(max(count, 0) for count in (*counts, info.pdlp_iteration_count))
        # also where it came to its end while it was being stopped: nobody waits for what would follow
        claim = Claim.INTERRUPTED if self.interrupted else _CLAIMS.get(highs.getModelStatus(), Claim.FAILED)
        circling = claim is Claim.ITERATION_LIMIT and not _limits_iterations(self._options)
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
        status, there, ray = self._highs.getDualRay()
        if claim is Claim.OPTIMAL or status != highspy.HighsStatus.kOk or not there:
            return None
        return np.asarray(ray, dtype=float) * self.scaled.row

    def change(self, cost: Floats, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats) -> None:
        """Replace costs, bounds and sides (scaled); the basis stays."""
        columns = np.arange(len(cost), dtype=np.int32)
        rows = np.arange(len(row_lower), dtype=np.int32)
        done = [self._highs.changeColsCost(len(cost), columns, cost)]
        done.append(self._highs.changeColsBounds(len(cost), columns, lower, upper))
        done.append(self._highs.changeRowsBounds(len(row_lower), rows, row_lower, row_upper))
        if highspy.HighsStatus.kError in done:
            raise RefusedError("HiGHS does not take changed bounds or costs")

    def add_rows(self, rows: Block, matrix: sp.csr_array, lower: Floats, upper: Floats) -> None:
        """Add rows, in the user's units, to the program held; the basis stays, with the new rows in it.

        Parameters
        ----------
        matrix : shape (rows added, columns).
        """
        scaled = self.scaled
        made = sp.csr_array(matrix @ sp.diags_array(scaled.column))
        made.sum_duplicates()
        made.eliminate_zeros()
        logs = np.add.reduceat(np.log2(np.abs(made.data)), made.indptr[:-1]) if made.nnz else np.zeros(0)
        factor = np.exp2(-np.round(logs / np.maximum(np.diff(made.indptr), 1)))
        made.data *= np.repeat(factor, np.diff(made.indptr))
        low, high = lower * factor * scaled.size, upper * factor * scaled.size
        places = (made.indptr.astype(np.int32), made.indices.astype(np.int32))
        status = self._highs.addRows(len(low), low, high, made.nnz, *places, made.data)
        if status == highspy.HighsStatus.kError:
            raise NaturaError("HiGHS refused added rows; please report this plan")
        program = replace(
            scaled.program,
            rows=(*scaled.program.rows, rows),
            matrix=sp.csc_array(sp.vstack([scaled.program.matrix, made])),
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
        made = HighsSession(written_out, options, scaled=replace(self.scaled, program=written_out))
        made.spent = self.spent
        old = self._highs.getBasis()
        if old.valid:
            basis = highspy.HighsBasis()
            basis.col_status = [*old.col_status, *old.row_status]
            basis.row_status = [highspy.HighsBasisStatus.kLower] * rows
            basis.valid = True
            made.start_from(basis)
        return made

    def basis(self) -> Any:
        """Return HiGHS's basis as it stands, to come back to by :meth:`start_from`."""
        return self._highs.getBasis()

    def start_from(self, basis: Any) -> None:
        """Let the next run start from a basis, and from nothing else that earlier runs left behind."""
        self._highs.clearSolver()
        if basis.valid:
            self._highs.setBasis(basis)

    def ranging(self) -> Ranging | None:
        """Return HiGHS's ranging at the basis of the last run, scaled; None where it has none (only after simplex)."""
        status, found = self._highs.getRanging()
        if status != highspy.HighsStatus.kOk or not found.valid:
            return None
        basic = highspy.HighsBasisStatus.kBasic
        return Ranging(
            row_low=np.array(found.row_bound_dn.value_),
            row_high=np.array(found.row_bound_up.value_),
            row_binds=np.array([status != basic for status in self._highs.getBasis().row_status], dtype=bool),
            cost_low=np.array(found.col_cost_dn.value_)[: self.scaled.program.shape[1]],
            cost_high=np.array(found.col_cost_up.value_)[: self.scaled.program.shape[1]],
        )

    def _run_interruptibly(self) -> Any:
        """Run HiGHS; where that can take long, in a thread that is asked to stop at Ctrl-C, and left to itself where
        it does not: PDLP never asks, interior point seldom. The session then goes on with an object that has not run.
        """
        highs, program = self._highs, self.scaled.program
        long = self._options.method == "pdlp" or program.integer.any() or program.matrix.nnz >= _WORTH_INTERRUPTING
        if not long or threading.current_thread() is not threading.main_thread():
            return highs.run()
        highs.HandleUserInterrupt = True
        ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
        running = threading.Thread(target=_run_to_its_end, args=(highs, ended), daemon=True)
        running.start()
        until = np.inf
        while True:
            try:
                while time.monotonic() < until:
                    with suppress(queue.Empty):
                        return ended.get(timeout=0.1)
                break
            except KeyboardInterrupt:
                self.interrupted = True
                highs.cancelSolve()
                until = min(until, time.monotonic() + _PATIENCE)
        _left.append(running)
        self._highs = _configured(self._options)
        _pass_program(self._highs, program, self._options)
        return highspy.HighsStatus.kWarning


def _run_to_its_end(highs: Any, ended: queue.SimpleQueue[Any]) -> None:
    try:
        ended.put(highs.run())
    finally:
        highspy.Highs.resetGlobalScheduler(False)  # this thread's own


@atexit.register
def _end_with_those_left() -> None:
    """End the process, as interrupted, where a run left to itself still goes on: HiGHS would abort."""
    if any(running.is_alive() for running in _left):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(130)


def solve_arrays(program: LinearProgram, options: SolveOptions) -> Answer:
    """Scale a program, hand its arrays to HiGHS, and return the claim in the user's units."""
    return HighsSession(program, options).solve()


def check_finite(program: LinearProgram) -> None:
    """Raise on NaN and on infinite coefficients: HiGHS calls such programs optimal."""
    if not np.isfinite(program.matrix.data).all():
        at = int(np.flatnonzero(~np.isfinite(program.matrix.data))[0])
        column = int(np.searchsorted(program.matrix.indptr, at, side="right")) - 1
        row = program.row_label(int(program.matrix.indices[at]))
        raise NaturaError(f"the coefficient of {program.column_label(column)} in {row} is {program.matrix.data[at]}")
    for what, values in (("cost", program.cost), ("lower bound", program.lower), ("upper bound", program.upper)):
        bad = ~np.isfinite(values) if what == "cost" else np.isnan(values)
        if bad.any():
            raise NaturaError(f"the {what} of {program.column_label(int(np.flatnonzero(bad)[0]))} is not a number")
    wrong = (program.lower == np.inf) | (program.upper == -np.inf)
    if wrong.any():
        raise NaturaError(
            f"a bound of {program.column_label(int(np.flatnonzero(wrong)[0]))} is infinite the wrong way round"
        )
    wrong = (program.row_lower == np.inf) | (program.row_upper == -np.inf)
    if wrong.any():
        raise NaturaError(
            f"a side of {program.row_label(int(np.flatnonzero(wrong)[0]))} is infinite the wrong way round"
        )
    for values in (program.row_lower, program.row_upper):
        if np.isnan(values).any():
            raise NaturaError(
                f"a side of {program.row_label(int(np.flatnonzero(np.isnan(values))[0]))} is not a number"
            )


def check_highs_options(options: SolveOptions) -> None:
    """Raise on an option HiGHS does not know or a value it does not take."""
    _configured(options)


def _configured(options: SolveOptions) -> Any:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", bool(options.verbose or options.log_file))
    highs.setOptionValue("log_to_console", False)
    if options.verbose:
        highs.cbLogging.subscribe(_to_standard_error)
    if options.log_file:
        highs.setOptionValue("log_file", str(options.log_file))
    highs.setOptionValue("solver", METHODS[options.method])
    tight = {
        "primal_feasibility_tolerance": 1e-9,
        "dual_feasibility_tolerance": 1e-9,
        "mip_feasibility_tolerance": 1e-9,
        "mip_rel_gap": options.tolerance,
        "mip_abs_gap": 0.0,
        "small_matrix_value": 1e-12,
        "large_matrix_value": np.inf,
        "infinite_cost": np.inf,
    }
    for name, value in {**tight, **options.options}.items():
        try:
            taken = highs.setOptionValue(name, value) == highspy.HighsStatus.kOk
        except TypeError:  # not a truth, number or text at all
            taken = False
        if not taken:
            known = [entry for entry in dir(highs.getOptions()) if not entry.startswith("_")]
            if name not in known:
                raise OptionError(unknown("HiGHS option", name, known))
            raise OptionError(f"HiGHS option {name!r} does not take {value!r}")
    return highs


def _fresh_scheduler(options: SolveOptions) -> None:
    """Let a solve that says how many threads it wants have them: HiGHS keeps one scheduler for the whole process, and
    refuses to run where it was started with another number.
    """
    global _threads
    wanted = options.options.get("threads", 0)
    if wanted != _threads:
        highspy.Highs.resetGlobalScheduler(True)
        _threads = wanted


_threads: Any = 0


def _limits_iterations(options: SolveOptions) -> bool:
    return any(name.endswith(("_iteration_limit", "_improving_sols")) for name in options.options)


def _to_standard_error(event: Any) -> None:
    sys.stderr.write(event.message)


def _most_extreme(program: LinearProgram) -> str:
    """Name the coefficient that lies farthest from one when all rows and columns are scaled: the cell to blame."""
    if not program.matrix.nnz:
        return "it has no coefficients"
    at = int(np.argmax(np.abs(np.log2(np.abs(program.matrix.data)))))
    column = int(np.searchsorted(program.matrix.indptr, at, side="right")) - 1
    row, name = program.row_label(int(program.matrix.indices[at])), program.column_label(column)
    return (
        f"the coefficient of {name} in {row} is {program.matrix.data[at]:g} even after rows and columns are scaled; "
        "it lies too far from the others of its row and column: leave it out, or check its unit"
    )


def _pass_program(highs: Any, program: LinearProgram, options: SolveOptions) -> None:
    rows, columns = program.shape
    matrix = program.matrix
    if not _limits_iterations(options):  # on numbers far apart simplex can go round for ever
        limit = _CIRCLES + _CIRCLES_PER_LINE * (rows + columns)
        highs.setOptionValue("simplex_iteration_limit", min(limit, 2**31 - 1))
    status = highs.passModel(
        columns,
        rows,
        matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        program.cost,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        program.integer.astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise RefusedError(f"HiGHS cannot take the program: {_most_extreme(program)}")
