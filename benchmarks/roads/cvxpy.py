"""CVXPY: our spelling, CVXPY's own compilation to problem data, and its hand-over to HiGHS."""

from __future__ import annotations

from typing import Any

import numpy as np

import natura_opt as no

NEEDS = ("cvxpy",)


def build(economy: no.Economy) -> Any:
    """State, compile, and pass the model as CVXPY's interface to HiGHS does (attributes of ``HighsLp``)."""
    import cvxpy as cp
    import highspy

    data, _, _ = no.cvxpy_model(economy, economy.question()).problem().get_problem_data(cp.HIGHS)
    matrix = data["A"].tocsc()
    side, equalities = data["b"], data["dims"].zero
    columns = matrix.shape[1]
    model = highspy.HighsModel()
    lp = model.lp_
    lp.num_col_, lp.num_row_ = columns, matrix.shape[0]
    lp.col_cost_ = data["c"]
    lp.row_lower_ = np.concatenate([side[:equalities], np.full(len(side) - equalities, -np.inf)])
    lp.row_upper_ = side
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    lower, upper = data["lower_bounds"], data["upper_bounds"]
    lp.col_lower_ = np.full(columns, -np.inf) if lower is None else lower.copy()
    lp.col_upper_ = np.full(columns, np.inf) if upper is None else upper.copy()
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(model)
    return highs


def as_highs(built: Any) -> Any:
    """Return HiGHS with the model."""
    return built
