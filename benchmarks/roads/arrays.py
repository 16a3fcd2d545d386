"""Our road: the matrices of the law straight into HiGHS, as the numbers stand or scaled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

import natura_opt as no
from natura_opt.backends.configured import configured, pass_program
from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions
from natura_opt.program.scaling import Scaled


def build(economy: no.Economy) -> Any:
    """Lay out the matrices and pass them as they stand."""
    highs = configured(SolveOptions())
    pass_as_it_stands(highs, no.linear_program(economy, economy.question()))
    return highs


def pass_as_it_stands(highs: Any, program: no.LinearProgram) -> None:
    """Pass a program unscaled; HiGHS is always handed a minimum."""
    if program.sense == "max":
        program = replace(program, sense="min", cost=-program.cost)
    pass_program(highs, program, SolveOptions())


def as_highs(built: Any) -> Any:
    """Return HiGHS with the model."""
    return built


def build_scaled(economy: no.Economy) -> HighsSession:
    """Lay out the matrices, scale them by powers of two, and pass them: what ``natura_opt.solve`` does."""
    return HighsSession(no.linear_program(economy, economy.question()), SolveOptions())


def scaled_as_highs(session: HighsSession) -> Any:
    """Return HiGHS with the model that the scaled one it holds stands for (all factors are powers of two)."""
    held = session._highs.getLp()
    s: Scaled = session.scaled
    columns = np.repeat(np.arange(held.num_col_), np.diff(np.array(held.a_matrix_.start_)))
    rows = np.array(held.a_matrix_.index_)
    held.a_matrix_.value_ = np.array(held.a_matrix_.value_) / (s.row[rows] * s.column[columns])
    held.col_cost_ = np.array(held.col_cost_) / (s.objective_scale * s.column)
    held.col_lower_ = np.array(held.col_lower_) * s.column / s.rhs_scale
    held.col_upper_ = np.array(held.col_upper_) * s.column / s.rhs_scale
    held.row_lower_ = np.array(held.row_lower_) / (s.row * s.rhs_scale)
    held.row_upper_ = np.array(held.row_upper_) / (s.row * s.rhs_scale)
    highs = configured(SolveOptions())
    highs.passModel(held)
    return highs
