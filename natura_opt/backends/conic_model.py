"""CVXPY models with convex objectives or rows: compiled to cones, and read back by the names of the model."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from ..base.arrays import Floats
from ..base.errors import CannotAnswerError, QuestionError, shortened
from ..program.conic import Cone, ConicProgram
from ..program.declared import Declarations
from ..program.protocol import Positions
from .cvxpy import CompiledCvxpy, compile_cvxpy
from .cvxpy_models import LINEAR, only_affine

#: Parts of a quadratic form with more columns than this are left to CVXPY.
_DENSE = 500
#: Axes of a form that are no longer than this beside the longest are the rounding of none.
_FLAT = 1e-15


@dataclass(frozen=True, eq=False)
class CompiledConvex:
    """A convex CVXPY problem in cones, and where the model's columns and rows stand in it.

    Attributes
    ----------
    model : a :class:`natura_opt.laws.cvxpy_model.CvxpyModel`. problem : its CVXPY problem.
    conic : the same in cones. stated : how many rows and columns of it, the first ones, are CVXPY's.
    linear : the model's variables and its linear rows, as a program that makes nothing best.
    columns : which column in cones each column of ``linear`` is (-1: none, it does not occur), shape (n,).
    rows : which row in cones each row of ``linear`` is, shape (m,).
    curved : (name, labels, constraint) of rows that are not linear.
    chain, inverse : what CVXPY reads a solution back by.
    """

    model: Any
    problem: Any
    conic: ConicProgram
    stated: tuple[int, int]
    linear: CompiledCvxpy
    columns: Positions
    rows: Positions
    curved: list[tuple[str, pd.Index, Any]]
    chain: Any
    inverse: Any

    def completed(self, primal: Floats) -> Floats:
        """Return a point whose columns along the axes of a quadratic form are what the others make them."""
        height, width = self.stated
        point = primal.copy()
        point[width:] = sp.csr_array(self.conic.matrix)[height:, :width] @ primal[:width]
        return point

    def read_back(self, primal: Floats, dual: Floats) -> Any:
        """Return values of variables and duals of constraints, by their ids in CVXPY."""
        height, width = self.stated
        return _inverted(self.chain, self.inverse, primal[:width], dual[:height])

    def put(self, primal: Floats, dual: Floats) -> None:
        """Give the model's variables and constraints their values and duals, as CVXPY does after a solve."""
        solution = self.read_back(primal, dual)
        for variable in self.problem.variables():
            variable.save_value(np.reshape(solution.primal_vars[variable.id], variable.shape, order="F"))
        for constraint in self.problem.constraints:
            if constraint.id in solution.dual_vars:
                constraint.save_dual_value(solution.dual_vars[constraint.id])


def is_linear(model: Any) -> bool:
    """Whether the objective and every row of a CVXPY model are affine, and nothing but its variables is in them."""
    return (
        only_affine(model.objective.expr)
        and not model.definitions
        and all(_is_affine(c) for _, _, c in model.constraints)
    )


def _is_affine(constraint: Any) -> bool:
    return type(constraint).__name__ in LINEAR and all(only_affine(part) for part in constraint.args)


def compile_convex(model: Any, declared: Declarations) -> CompiledConvex:
    """State a convex CVXPY model in cones.

    Parameters
    ----------
    model : a :class:`natura_opt.laws.cvxpy_model.CvxpyModel` that is not linear.
    declared : what laws say of their blocks.

    Raises
    ------
    QuestionError : the problem is not convex by CVXPY's rules.
    CannotAnswerError : it has whole-number variables, or a cone that nothing here proves.
    """
    import cvxpy as cp

    problem = model.problem()
    _refuse(model, problem)
    data, chain, inverse = _data_of(problem, quadratic=True)
    if not _is_factored(data.get("P")):  # of a large form CVXPY makes cones
        data, chain, inverse = _data_of(problem, quadratic=False)
    stated = _in_cones(data, inverse, -1.0 if isinstance(problem.objective, cp.Maximize) else 1.0)
    helpers = {v.id for constraint in model.definitions for v in constraint.variables()}
    helpers -= {variable.id for variable in model.variables.values()}
    seen = [variable for variable in problem.variables() if variable.id not in helpers]
    idle = cp.Minimize(sum(0.0 * cp.sum(variable) for variable in (*model.variables.values(), *seen)))
    straight = [entry for entry in model.constraints if _is_affine(entry[2])]
    linear = compile_cvxpy(replace(model, objective=idle, constraints=straight, definitions=[]), declared)
    height, width = stated.shape
    places = _inverted(chain, inverse, np.arange(width, dtype=float), np.arange(1.0, height + 1.0))
    columns = np.full(linear.program.shape[1], -1, dtype=np.intp)
    for variable, at in linear.columns:
        if variable.id in places.primal_vars:
            columns[at] = _positions(places.primal_vars[variable.id])
    rows = np.full(linear.program.shape[0], -1, dtype=np.intp)
    for constraint, at in linear.rows:
        rows[at] = _positions(places.dual_vars[constraint.id]) - 1
    curved = [entry for entry in model.constraints if not _is_affine(entry[2])]
    conic = stated if data.get("P") is None else _on_axes(stated, data["P"])
    return CompiledConvex(model, problem, conic, stated.shape, linear, columns, rows, curved, chain, inverse)


def _positions(values: Any) -> Positions:
    places: Positions = np.abs(np.asarray(values, dtype=float)).ravel(order="F").astype(np.intp)
    return places


def _inverted(chain: Any, inverse: Any, primal: Floats, dual: Floats) -> Any:
    """Return what CVXPY makes of a point in cones, through all its reductions."""
    raw = SimpleNamespace(x=primal, z=dual, status="Solved", obj_val=0.0, solve_time=0.0, iterations=0)
    return chain.invert(raw, inverse)


def _refuse(model: Any, problem: Any) -> None:
    name = model.economy.name
    if problem.is_mixed_integer():
        raise CannotAnswerError(
            f"{name}: the CVXPY model has whole-number variables beside rows or an objective that are not linear, and "
            "no solver here proves such a plan: state it with linear rows, or without whole numbers"
        )
    objective = problem.objective
    if not objective.is_dcp():
        want = "concave" if type(objective).__name__ == "Maximize" else "convex"
        raise QuestionError(
            f"{name}: the objective {shortened(str(objective.expr))} is not {want} by CVXPY's rules"
            f"{_culprit(objective.expr)}; it has no proof by duals"
        )
    for constraint in problem.constraints:
        if not constraint.is_dcp():
            named = next((f"{said!r}: " for said, _, one in model.constraints if one is constraint), "")
            parts = "".join(dict.fromkeys(_culprit(part) for part in constraint.args))
            raise QuestionError(
                f"{name}: rows {named}{shortened(str(constraint))} are not convex by CVXPY's rules{parts}; they have "
                "no proof by duals"
            )


def _culprit(expression: Any) -> str:
    """Return the innermost part of an expression that breaks CVXPY's rules, in words; empty where it is the whole."""
    for part in getattr(expression, "args", []):
        if not part.is_dcp():
            return _culprit(part) or f", because of {shortened(str(part))}"
    return ""


def _data_of(problem: Any, quadratic: bool) -> tuple[Any, Any, Any]:
    import cvxpy as cp

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # on rational exponents: the objective itself is evaluated
        data, chain, inverse = problem.get_problem_data(cp.CLARABEL, solver_opts={"use_quad_obj": quadratic})
    return data, chain, inverse


def _is_factored(matrix: Any) -> bool:
    """Whether a quadratic form is none, or falls into parts that are small enough for their own axes."""
    if matrix is None:
        return True
    return bool(np.bincount(connected_components(matrix, directed=False)[1]).max(initial=1) <= _DENSE)


def _on_axes(conic: ConicProgram, matrix: Any) -> ConicProgram:
    """Return the program with a quadratic form ``x'Px / 2`` on its own axes: squares of columns more, ``y = V'x``.

    Only ``P = V D V'`` to the rounding of doubles is then stated, as it is by the cones that CVXPY makes of such forms.
    """
    form = sp.csc_array(matrix)
    entries = sp.coo_array(form)
    crossed = np.zeros(form.shape[0], dtype=bool)
    crossed[entries.row[(entries.row != entries.col) & (entries.data != 0)]] = True
    squares = np.where(crossed, 0.0, np.maximum(form.diagonal(), 0.0))
    _, part_of = connected_components(form, directed=False)
    axes, lengths = [sp.csr_array((0, form.shape[0]))], [np.empty(0)]
    for part in np.unique(part_of[crossed]).tolist():
        members = np.flatnonzero(part_of == part)
        values, vectors = np.linalg.eigh(form[members][:, members].toarray())
        kept = values > _FLAT * np.abs(values).max()
        places = np.tile(members, int(kept.sum())), np.repeat(np.arange(int(kept.sum())), len(members))
        shape = (int(kept.sum()), form.shape[0])
        axes.append(sp.csr_array(sp.coo_array((vectors[:, kept].T.ravel(), places[::-1]), shape=shape)))
        lengths.append(values[kept])
    along: Any = sp.vstack(axes)
    more = along.shape[0]
    if not more:
        return replace(conic, quadratic=squares)
    height = conic.shape[0]
    nothing = sp.csc_array((height, more))
    return replace(
        conic,
        quadratic=np.concatenate([squares, *lengths]),
        cost=np.append(conic.cost, np.zeros(more)),
        matrix=sp.csc_array(sp.vstack([sp.hstack([conic.matrix, nothing]), sp.hstack([along, -sp.eye_array(more)])])),
        side=np.append(conic.side, np.zeros(more)),
        cones=(*conic.cones, Cone("zero", height, more)),
    )


def _in_cones(data: Any, inverse: Any, sign: float) -> ConicProgram:
    width = len(data["c"])
    dims, cones, start = data["dims"], [], 0
    sizes: list[tuple[Any, int, tuple[float, ...]]] = [("zero", dims.zero, ()), ("nonnegative", dims.nonneg, ())]
    sizes += [("second-order", size, ()) for size in dims.soc]
    sizes += [("semidefinite", order * (order + 1) // 2, ()) for order in dims.psd]
    sizes += [("exponential", 3, ())] * dims.exp
    sizes += [("power", 3, (float(a), 1.0 - float(a))) for a in dims.p3d]
    sizes += [("power", len(a) + 1, tuple(float(each) for each in a)) for a in dims.pnd]
    for kind, size, exponents in sizes:
        if size:
            cones.append(Cone(kind, start, int(size), exponents))
            start += int(size)
    matrix = sp.csc_array(data["A"], dtype=np.float64)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return ConicProgram(
        quadratic=np.zeros(width),
        cost=np.asarray(data["c"], dtype=np.float64),
        matrix=matrix,
        side=np.asarray(data["b"], dtype=np.float64),
        cones=tuple(cones),
        offset=float(inverse[-1]["offset"]),
        sign=sign,
    )
