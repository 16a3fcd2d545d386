"""A linear program stated as a Pyomo model or a CVXPY problem, block by block, and the answer brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..backends.answer import Answer
from ..base.arrays import Floats
from ..program.declared import Declarations, Rows, RowSense
from ..program.linear import LinearProgram

#: Lower and upper sides of a block that CVXPY has to state apart.
_PARTS = (" ==", " >=", " <=")


def pyomo_statement(program: LinearProgram) -> Any:
    """State a program as a Pyomo model: one ``Var`` per block of columns, one ``Constraint`` per block of rows."""
    import pyomo.environ as pyo
    from pyomo.core.expr.numeric_expr import LinearExpression

    m = pyo.ConcreteModel()
    variables: list[Any] = []
    for block in program.columns:
        if not len(block.index):
            continue
        domain = pyo.Integers if program.integer[block.span].any() else pyo.Reals
        bounds = list(zip(_given(program.lower[block.span]), _given(program.upper[block.span]), strict=True))
        var = pyo.Var(range(len(bounds)), domain=domain, bounds=lambda m, k, b=bounds: b[k])
        m.add_component(block.name, var)
        variables += [var[k] for k in range(len(bounds))]
    rows = program.matrix.tocsr()
    for block in program.rows:
        start = block.start

        def row(m: Any, k: int, start: int = start) -> Any:
            part = slice(rows.indptr[start + k], rows.indptr[start + k + 1])
            used = [variables[j] for j in rows.indices[part]]
            body = LinearExpression(constant=0.0, linear_coefs=rows.data[part].tolist(), linear_vars=used)
            lower, upper = (
                _given(side[start + k : start + k + 1])[0] for side in (program.row_lower, program.row_upper)
            )
            return (lower, body, upper) if lower != upper else body == lower

        m.add_component(block.name, pyo.Constraint(range(len(block.index)), rule=row))
    goal = LinearExpression(constant=program.offset, linear_coefs=program.cost.tolist(), linear_vars=variables)
    m.objective = pyo.Objective(expr=goal, sense=pyo.maximize if program.sense == "max" else pyo.minimize)
    return m


@dataclass
class CvxpyStatement:
    """A CVXPY problem with named variables and constraints, in the form the CVXPY backend compiles."""

    variables: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, pd.Index] = field(default_factory=dict)
    constraints: list[tuple[str, pd.Index, Any]] = field(default_factory=list)
    objective: Any = None

    def problem(self) -> Any:
        """Return the CVXPY problem."""
        import cvxpy as cp

        return cp.Problem(self.objective, [constraint for _, _, constraint in self.constraints])


def cvxpy_statement(program: LinearProgram) -> CvxpyStatement:
    """State a program as a CVXPY problem; a row with two sides becomes two constraints."""
    import cvxpy as cp

    statement = CvxpyStatement()
    for block in program.columns:
        if not len(block.index):
            continue
        lower, upper = program.lower[block.span], program.upper[block.span]
        whole = bool(program.integer[block.span].any())
        statement.variables[block.name] = cp.Variable(len(lower), name=block.name, bounds=[lower, upper], integer=whole)
        statement.columns[block.name] = pd.RangeIndex(len(lower))
    every = [(statement.variables[block.name], block.span) for block in program.columns if len(block.index)]
    matrix = program.matrix.tocsr()
    for block in program.rows:
        lower, upper = program.row_lower[block.span], program.row_upper[block.span]
        equal = lower == upper
        chosen = (equal, np.isfinite(lower) & ~equal, np.isfinite(upper) & ~equal)
        for part, which, side in zip(_PARTS, chosen, (lower, lower, upper), strict=True):
            places = np.flatnonzero(which)
            if not len(places):
                continue
            body: Any = sum(matrix[block.start + places][:, span] @ variable for variable, span in every)
            stated = {" ==": body == side[places], " >=": body >= side[places], " <=": body <= side[places]}[part]
            statement.constraints.append((block.name + part, pd.Index(places), stated))
    total: Any = sum((program.cost[span] @ variable for variable, span in every), program.offset)
    statement.objective = cp.Maximize(total) if program.sense == "max" else cp.Minimize(total)
    return statement


def declarations_of(program: LinearProgram) -> Declarations:
    """Return the sense in which blocks of one-sided rows are written, also under the names CVXPY's parts have."""
    senses: dict[str, RowSense] = {}
    for block in program.rows:
        lower, upper = program.row_lower[block.span], program.row_upper[block.span]
        if np.isposinf(upper).all():
            senses[block.name] = ">="
        elif np.isneginf(lower).all():
            senses[block.name] = "<="
        senses[block.name + " >="], senses[block.name + " <="] = ">=", "<="
    return Declarations({name: Rows(name, (), sense, "a row of the program") for name, sense in senses.items()})


def brought_back(answer: Answer, compiled: LinearProgram, program: LinearProgram) -> Answer:
    """Return an answer to the compiled program as one to the program it was stated from, by block and position."""
    primal, dual = np.zeros(program.shape[1]), np.zeros(program.shape[0])
    _laid_out(compiled.columns, answer.primal, program.columns, primal)
    _laid_out(compiled.rows, answer.dual, program.rows, dual)
    return Answer(answer.claim, primal, dual, answer.message, answer.iterations, answer.seconds, answer.bound)


def _laid_out(blocks: Sequence[Any], values: Floats, wanted: Sequence[Any], into: Floats) -> None:
    starts = {block.name: block.start for block in wanted}
    for block in blocks:
        name = next((block.name.removesuffix(part) for part in _PARTS if block.name.endswith(part)), block.name)
        np.add.at(into, starts[name] + np.asarray(block.index, dtype=np.int64), values[block.span])


def _given(values: Floats) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]
