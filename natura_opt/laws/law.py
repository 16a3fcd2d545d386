"""What a law is, and the models that its Pyomo and CVXPY spellings write into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.canonical import RowSense


@dataclass
class CvxpyModel:
    """A CVXPY problem under construction: named variables and constraints with their labels.

    Attributes
    ----------
    variables : CVXPY variables by block name; a block over periods has shape (labels per period, periods).
    columns : labels of each variable, in column-major order.
    constraints : (block name, labels, constraint) in the order they were added.
    losses : scalar expressions that count against the objective.
    net_supply : functions from a period's position to a vector over the goods (what a law adds to the balance).
    objective : the CVXPY objective.
    definitions : constraints that say what the helper variables of a concave term are; they are no rows of the plan.
    """

    economy: Economy
    question: Question
    variables: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, pd.Index] = field(default_factory=dict)
    constraints: list[tuple[str, pd.Index, Any]] = field(default_factory=list)
    net_supply: list[Callable[[int], Any]] = field(default_factory=list)
    losses: list[Any] = field(default_factory=list)
    objective: Any = None
    definitions: list[Any] = field(default_factory=list)

    def variable(self, name: str, index: pd.Index, shape: tuple[int, ...]) -> Any:
        """Declare a non-negative variable with labels in column-major order."""
        import cvxpy as cp

        self.variables[name] = cp.Variable(shape, name=name, nonneg=True)
        self.columns[name] = index
        return self.variables[name]

    def add(self, name: str, index: pd.Index, constraint: Any) -> None:
        """Add a (vector) constraint to the block of rows of this name."""
        self.constraints.append((name, index, constraint))

    def problem(self) -> Any:
        """Return the CVXPY problem as it stands."""
        import cvxpy as cp

        return cp.Problem(self.objective, [*(constraint for _, _, constraint in self.constraints), *self.definitions])


@dataclass(frozen=True)
class Law:
    """A law of the plan (or an objective), in three spellings that must mean the same.

    Attributes
    ----------
    name : for people and messages.
    tables : the tables it uses; a table no chosen law uses is refused by name.
    applies : whether an economy and question call for it.
    matrix, pyomo, cvxpy : the spellings, each written from the economy and the question alone.
    rows : the blocks of rows it declares, with the sense in which the user would write them.
    columns : the blocks of columns it declares.
    """

    name: str
    tables: frozenset[str]
    applies: Callable[[Economy, Question], bool]
    matrix: Callable[[ProgramBuilder, Economy, Question], None]
    pyomo: Callable[[Any, Economy, Question], None]
    cvxpy: Callable[[CvxpyModel, Economy, Question], None]
    rows: Mapping[str, RowSense] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
