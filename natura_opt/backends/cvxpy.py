"""CVXPY models: compiled back to arrays for the proof, and solved by HiGHS through CVXPY."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import NaturaError, QuestionError
from ..program.canonical import Block
from ..program.declared import Declarations
from ..program.linear import LinearProgram
from .answer import Answer, Claim
from .compiled import blocks_of, oriented
from .options import METHODS, SolveOptions


@dataclass(frozen=True, eq=False)
class CompiledCvxpy:
    """A CVXPY problem as a program, with the order its own columns and rows stand in.

    Attributes
    ----------
    columns : (variable, position of each of its entries in the program).
    rows : (constraint, position of each of its entries in the program).
    """

    problem: Any
    program: LinearProgram
    columns: list[tuple[Any, Any]]
    rows: list[tuple[Any, Any]]
    factor: Floats


def compile_cvxpy(model: Any, declared: Declarations) -> CompiledCvxpy:
    """Compile a linear CVXPY problem, through CVXPY's own problem data for HiGHS, to a program.

    Parameters
    ----------
    model : a :class:`natura_opt.laws.law.CvxpyModel`.
    declared : what laws say of their blocks, the sense of rows included.

    Raises
    ------
    QuestionError : the problem is not linear, or needs variables beside the model's.
    """
    import cvxpy as cp

    problem = model.problem()
    if not problem.is_lp() and not problem.is_mixed_integer():
        raise QuestionError("the CVXPY problem is not a linear program; a law must be affine")
    data, _, _ = problem.get_problem_data(cp.HIGHS)
    cone = data["param_prob"]
    _, offset, _, _ = cone.apply_parameters()[:4]
    start_of = cone.var_id_to_col
    sign = -1.0 if isinstance(problem.objective, cp.Maximize) else 1.0
    labelled = _labelled_columns(model, problem)
    width = data["A"].shape[1]
    column_blocks, source = _placed_columns(labelled, start_of, width, declared)
    to_column = np.argsort(source)
    rows, row_labels, equal = _labelled_rows(model, cone)
    row_blocks, row_order = blocks_of(row_labels, declared.rows)
    matrix = sp.csr_array(data["A"])[:, source][row_order]
    side = np.asarray(data["b"], dtype=float)[row_order]
    lower_bounds = data.get("lower_bounds")
    upper_bounds = data.get("upper_bounds")
    lower = np.full(width, -np.inf) if lower_bounds is None else np.asarray(lower_bounds, dtype=float).copy()
    upper = np.full(width, np.inf) if upper_bounds is None else np.asarray(upper_bounds, dtype=float).copy()
    of_truths = list(data["bool_vars_idx"])  # CVXPY bounds them only when it hands them to a solver
    lower[of_truths], upper[of_truths] = np.maximum(lower[of_truths], 0.0), np.minimum(upper[of_truths], 1.0)
    integer = np.zeros(width, dtype=bool)
    integer[of_truths + list(data["int_vars_idx"])] = True
    program = LinearProgram(
        sense="max" if sign < 0 else "min",
        columns=column_blocks,
        rows=row_blocks,
        cost=sign * np.asarray(data["c"], dtype=float)[source],
        lower=lower[source],
        upper=upper[source],
        integer=integer[source],
        matrix=sp.csc_array(matrix),
        row_lower=np.where(equal[row_order], side, -np.inf),
        row_upper=side,
        offset=sign * float(offset),
    )
    program, factor = oriented(program)
    at_row = np.argsort(row_order)
    return CompiledCvxpy(
        problem=problem,
        program=program,
        columns=[(v, to_column[start_of[v.id] : start_of[v.id] + v.size]) for _, v, _ in labelled if v.id in start_of],
        rows=[(constraint, at_row[span]) for constraint, span in rows],
        factor=factor,
    )


def _placed_columns(
    labelled: list[tuple[str, Any, pd.Index]], start_of: dict[int, int], width: int, declared: Declarations
) -> tuple[tuple[Block, ...], npt.NDArray[np.int64]]:
    """Return the program's blocks of columns, and the column of CVXPY that each of its columns is, shape (n,)."""
    placed = [
        (name, label, start_of[v.id] + k)
        for name, v, index in labelled
        for k, label in enumerate(index)
        if v.id in start_of
    ]
    if len(placed) != width:
        raise QuestionError("the CVXPY problem needs helper variables; a law must be affine in the plan's variables")
    blocks, order = blocks_of([(name, label) for name, label, _ in placed], declared.columns)
    return blocks, np.array([at for _, _, at in placed])[order]


def _labelled_columns(model: Any, problem: Any) -> list[tuple[str, Any, pd.Index]]:
    """Return (name, variable, labels) of the model's own variables and those a user's law brought along."""
    own = {variable.id for variable in model.variables.values()}
    labelled = [(name, variable, model.columns[name]) for name, variable in model.variables.items()]
    for variable in problem.variables():
        if variable.id not in own:
            labelled.append((variable.name(), variable, pd.RangeIndex(variable.size)))
    return labelled


def _labelled_rows(model: Any, cone: Any) -> tuple[list[tuple[Any, slice]], list[tuple[str, Any]], Any]:
    """Return where each constraint stands among CVXPY's rows, the label of every row, and which are equalities."""
    by_id = {constraint.id: (name, index, constraint) for name, index, constraint in model.constraints}
    spans, labels, equal, start = [], [], [], 0
    for part in cone.constraints:
        if part.id not in by_id:
            raise NaturaError("a CVXPY constraint was rewritten beyond recognition; state it as an affine inequality")
        name, index, constraint = by_id[part.id]
        if len(index) != part.size:
            raise QuestionError(
                f"the CVXPY rows {name!r} have {part.size} entries and {len(index)} labels; give one each"
            )
        spans.append((constraint, slice(start, start + part.size)))
        labels += [(name, label) for label in index]
        equal += [type(part).__name__ == "Zero"] * part.size
        start += part.size
    return spans, labels, np.array(equal, dtype=bool)


def solve_cvxpy(compiled: CompiledCvxpy, options: SolveOptions) -> Answer:
    """Solve through CVXPY with HiGHS and read values and duals back."""
    import warnings

    import cvxpy as cp

    settings: dict[str, Any] = {"solver": METHODS[options.method], **options.options}
    if options.time_limit is not None:
        settings["time_limit"] = float(options.time_limit)
    if options.log_file is not None:
        settings["log_file"] = str(options.log_file)
    if "solver" in settings and settings["solver"] == "choose":
        settings.pop("solver")
    words = {
        cp.OPTIMAL: Claim.OPTIMAL,
        cp.OPTIMAL_INACCURATE: Claim.OPTIMAL,
        cp.INFEASIBLE: Claim.INFEASIBLE,
        cp.UNBOUNDED: Claim.UNBOUNDED,
        "infeasible_or_unbounded": Claim.INFEASIBLE_OR_UNBOUNDED,
        "infeasible_inaccurate": Claim.INFEASIBLE,
        "unbounded_inaccurate": Claim.UNBOUNDED,
        "user_limit": Claim.TIME_LIMIT,
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the certificate says whether an answer is accurate
            compiled.problem.solve(solver=cp.HIGHS, verbose=options.verbose, highs_options=settings)
        claim = words.get(compiled.problem.status, Claim.FAILED)
    except (cp.SolverError, ValueError):  # ValueError: HiGHS ended without a solution that CVXPY could unpack
        claim = Claim.FAILED
    program = compiled.program
    primal, dual = np.zeros(program.shape[1]), np.zeros(program.shape[0])
    for variable, places in compiled.columns:
        if variable.value is not None:
            primal[places] = np.asarray(variable.value, dtype=float).ravel(order="F")
    sign = 1.0 if program.sense == "max" else -1.0
    for constraint, places in compiled.rows:
        if constraint.dual_value is not None and not program.integer.any():
            dual[places] = sign * np.asarray(constraint.dual_value, dtype=float).ravel(order="F")
    return Answer(claim, primal, dual * compiled.factor, message=f"CVXPY, HIGHS: {compiled.problem.status}")
