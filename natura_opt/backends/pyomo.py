"""Pyomo models: compiled back to arrays for the proof, and solved by any solver Pyomo reaches."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import OptionError, QuestionError
from ..program.declared import Declarations
from ..program.linear import LinearProgram
from .answer import Answer, Claim
from .compiled import blocks_of, oriented
from .options import METHODS, SolveOptions


@dataclass(frozen=True, eq=False)
class CompiledPyomo:
    """A Pyomo model as a program, with the variables and constraints its columns and rows came from."""

    model: Any
    program: LinearProgram
    variables: list[Any]
    constraints: list[Any]
    factor: Floats


def compile_pyomo(model: Any, declared: Declarations, labels: Mapping[str, Any]) -> CompiledPyomo:
    """Compile a (linear) Pyomo model with Pyomo's own standard-form compiler.

    Parameters
    ----------
    declared : what laws say of their blocks, the sense of rows included.
    labels : what to call set elements instead (for labels that Pyomo sets cannot hold).

    Raises
    ------
    QuestionError : the model has no objective or several, or is not linear.
    """
    import pyomo.environ as pyo
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    goals = list(model.component_data_objects(pyo.Objective, active=True))
    if len(goals) != 1:
        raise QuestionError(f"the Pyomo model has {len(goals)} active objectives; it must have one")
    try:
        form = LinearStandardFormCompiler().write(model, mixed_form=True)
    except Exception as error:  # Pyomo raises many kinds for what is not linear or not feasible
        raise QuestionError(f"the Pyomo model cannot be compiled to a linear program: {error}") from error
    every = list({id(v): v for v in (*model.component_data_objects(pyo.Var, active=True), *form.columns)}.values())
    place = {id(variable): k for k, variable in enumerate(every)}
    column_blocks, column_order = blocks_of([_label(variable, labels) for variable in every], declared.columns)
    at_column = np.argsort(column_order)
    constraints = list(dict.fromkeys(row.constraint for row in form.rows))
    row_blocks, row_order = blocks_of([_label(constraint, labels) for constraint in constraints], declared.rows)
    at_row = np.argsort(row_order)
    number = {id(constraint): k for k, constraint in enumerate(constraints)}
    to_row = np.array([at_row[number[id(row.constraint)]] for row in form.rows], dtype=np.int64)
    lower, upper = _sides(form, to_row, len(constraints))
    matrix = sp.coo_array(form.A)
    first = {id(row.constraint): k for k, row in reversed(list(enumerate(form.rows)))}
    keep = np.isin(matrix.row, list(first.values()))  # a row with two sides stands twice in the standard form
    to_column = np.array([at_column[place[id(variable)]] for variable in form.columns], dtype=np.int64)
    triplets = (matrix.data[keep], (to_row[matrix.row[keep]], to_column[matrix.col[keep]]))
    sign = -1.0 if goals[0].sense == pyo.maximize else 1.0
    cost = np.zeros(len(every))
    cost[to_column] = sign * form.c.toarray().ravel()
    ordered = [every[k] for k in column_order]
    program = LinearProgram(
        sense="max" if sign < 0 else "min",
        columns=column_blocks,
        rows=row_blocks,
        cost=cost,
        lower=np.array([_bound(v.value if v.fixed else v.lb, -np.inf) for v in ordered]),
        upper=np.array([_bound(v.value if v.fixed else v.ub, np.inf) for v in ordered]),
        integer=np.array([not v.is_continuous() for v in ordered], dtype=bool),
        matrix=sp.csc_array(triplets, shape=(len(constraints), len(every))),
        row_lower=lower,
        row_upper=upper,
        offset=sign * float(np.sum(form.c_offset)),
    )
    program, factor = oriented(program)
    return CompiledPyomo(model, program, ordered, [constraints[k] for k in row_order], factor)


def _sides(form: Any, to_row: npt.NDArray[np.int64], height: int) -> tuple[Floats, Floats]:
    """Return the lower and upper sides of the program's rows, shape (m,) each, from those of the standard form."""
    lower, upper = np.full(height, -np.inf), np.full(height, np.inf)
    for k, row, side in zip(to_row, form.rows, form.rhs, strict=True):
        if row.bound_type <= 0:
            lower[k] = side
        if row.bound_type >= 0:
            upper[k] = side
    return lower, upper


def solve_pyomo(compiled: CompiledPyomo, options: SolveOptions, solver: str = "highs") -> Answer:
    """Solve a model through Pyomo's own solver interface (by default its persistent HiGHS).

    Raises
    ------
    OptionError : the solver is not known, not installed, or does not run here.
    """
    from pyomo.common.errors import ApplicationError
    from pyomo.contrib.solver.common.factory import SolverFactory

    try:
        if solver not in SolverFactory:
            return _solve_classic(compiled, options, solver)
        return _solve_new(compiled, options, SolverFactory(solver), solver)
    except ApplicationError as error:
        raise OptionError(f"Pyomo's solver {solver!r} does not run here: {error}") from None


def _solve_new(compiled: CompiledPyomo, options: SolveOptions, engine: Any, solver: str) -> Answer:
    import pyomo.environ as pyo
    from pyomo.contrib.solver.common.results import SolutionStatus, TerminationCondition

    if not engine.available():
        raise OptionError(f"Pyomo's solver {solver!r} is not installed here")
    settings = dict(options.options)
    if solver == "highs":
        settings |= {"solver": METHODS[options.method]}
    if options.log_file is not None:
        settings["log_file"] = str(options.log_file)
    results = engine.solve(
        compiled.model,
        load_solutions=False,
        raise_exception_on_nonoptimal_result=False,
        solver_options=settings,
        time_limit=options.time_limit,
        tee=_standard_error() if options.verbose else False,
    )
    words = TerminationCondition
    claims = {
        words.convergenceCriteriaSatisfied: Claim.OPTIMAL,
        words.maxTimeLimit: Claim.TIME_LIMIT,
        words.iterationLimit: Claim.ITERATION_LIMIT,
        words.unbounded: Claim.UNBOUNDED,
        words.provenInfeasible: Claim.INFEASIBLE,
        words.locallyInfeasible: Claim.INFEASIBLE,
        words.infeasibleOrUnbounded: Claim.INFEASIBLE_OR_UNBOUNDED,
        words.interrupted: Claim.INTERRUPTED,
    }
    claim = claims.get(results.termination_condition, Claim.FAILED)
    program = compiled.program
    primal, dual = np.zeros(program.shape[1]), np.zeros(program.shape[0])
    message = f"Pyomo, {solver}: {results.termination_condition.name}"
    if results.solution_status in (SolutionStatus.optimal, SolutionStatus.feasible):
        try:
            results.solution_loader.load_vars()
            primal = np.array([_bound(pyo.value(v, exception=False), 0.0) for v in compiled.variables])
            if not program.integer.any():
                duals = results.solution_loader.get_duals()
                dual = np.array([duals.get(row, 0.0) for row in compiled.constraints]) * compiled.factor
        except (LookupError, ValueError, RuntimeError) as error:  # Pyomo takes HiGHS at its word that it has them
            return Answer(Claim.FAILED, primal, dual, message=f"{message}, but no point came back ({error})")
    return Answer(claim, primal, dual, message=message)


def _solve_classic(compiled: CompiledPyomo, options: SolveOptions, solver: str) -> Answer:
    """Solve through Pyomo's classic interface: duals come back by suffix."""
    import pyomo.environ as pyo
    from pyomo.common.log import LoggingIntercept

    with LoggingIntercept(level=logging.CRITICAL):  # Pyomo tells of an unknown solver on standard output
        engine = pyo.SolverFactory(solver)
        available = engine.available(exception_flag=False)
    if not available:
        raise OptionError(f"Pyomo's solver {solver!r} is not known or not installed here")
    model = compiled.model
    priced = not compiled.program.integer.any()  # asked for the duals of whole numbers, some solvers raise
    own_suffix = priced and not hasattr(model, "dual")
    if own_suffix:
        model.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    engine.options.update(options.options)
    limit = {} if options.time_limit is None else {"timelimit": options.time_limit}
    try:
        results = engine.solve(model, tee=options.verbose, load_solutions=False, **limit)
        words = pyo.TerminationCondition
        claims = {
            words.optimal: Claim.OPTIMAL,
            words.infeasible: Claim.INFEASIBLE,
            words.unbounded: Claim.UNBOUNDED,
            words.infeasibleOrUnbounded: Claim.INFEASIBLE_OR_UNBOUNDED,
            words.maxTimeLimit: Claim.TIME_LIMIT,
        }
        claim = claims.get(results.solver.termination_condition, Claim.FAILED)
        primal, dual = np.zeros(compiled.program.shape[1]), np.zeros(compiled.program.shape[0])
        if claim is Claim.OPTIMAL:
            model.solutions.load_from(results)
            primal = np.array([_bound(pyo.value(v, exception=False), 0.0) for v in compiled.variables])
            if priced:
                duals = (model.dual.get(constraint, 0.0) for constraint in compiled.constraints)
                dual = np.array(list(duals)) * compiled.factor
    finally:
        if own_suffix:
            model.del_component("dual")
    return Answer(claim, primal, dual, message=f"Pyomo, {solver}: {results.solver.termination_condition}")


def _label(data: Any, labels: Mapping[str, Any]) -> tuple[str, Any]:
    component = data.parent_component()
    index = data.index()
    if index is None:
        return component.name, component.name
    if isinstance(index, tuple):
        return component.name, tuple(labels.get(part, part) if isinstance(part, str) else part for part in index)
    return component.name, labels.get(index, index) if isinstance(index, str) else index


def _bound(value: Any, missing: float) -> float:
    return missing if value is None else float(value)


def _standard_error() -> Any:
    import sys

    return sys.stderr
