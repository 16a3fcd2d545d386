"""The CVXPY problem that laws write into: rows are opened, added to by any law, and closed last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.errors import ProgramError, UnstatableError
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.canonical import Sense
from ..program.declared import Declarations, RowSense


@dataclass(frozen=True, eq=False)
class _Open:
    """Rows of one period (or of all together): their labels, sense and sides; ``stated``: which of an axis they are."""

    period: int | None
    index: pd.Index
    sense: RowSense
    side: Any
    stated: Any


@dataclass
class CvxpyModel:
    """A CVXPY problem under construction: named variables and constraints with their labels.

    Attributes
    ----------
    variables : CVXPY variables by block name; a block over periods has shape (labels per period, periods).
    columns : labels of each variable, in column-major order.
    constraints : (block name, labels, constraint), once the rows are closed.
    losses : scalar expressions that count against the objective, whatever its sense.
    own_laws : laws of the user's own that were written into it.
    objective : the CVXPY objective, once the rows are closed.
    declared : what the laws that may write into it say of their blocks.
    definitions : constraints that say what the helper variables of a concave term are; they are no rows of the plan.
    """

    economy: Economy
    question: Question
    variables: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, pd.Index] = field(default_factory=dict)
    constraints: list[tuple[str, pd.Index, Any]] = field(default_factory=list)
    losses: list[Any] = field(default_factory=list)
    own_laws: tuple[Any, ...] = ()
    objective: Any = None
    declared: Declarations = field(default_factory=Declarations)
    definitions: list[Any] = field(default_factory=list)
    _goal: tuple[Sense, Any] | None = None
    _open: dict[str, list[_Open]] = field(default_factory=dict)
    _terms: dict[str, list[Callable[[Any], Any]]] = field(default_factory=dict)
    _stated: Any = None

    def variable(
        self,
        name: str,
        index: pd.Index,
        shape: tuple[int, ...],
        integer: bool = False,
        upper: Floats | float | None = None,
        signed: bool = False,
    ) -> Any:
        """Declare a variable with labels in column-major order; it is not negative unless it is signed.

        Parameters
        ----------
        integer : whether its values must be whole numbers.
        upper : the highest value of each of them; None: there is none.
        signed : whether they may be negative.
        """
        import cvxpy as cp

        if name in self.variables:
            raise ProgramError(f"variable {name!r} declared twice")
        bounds: dict[str, Any] = {} if signed else {"nonneg": True} if upper is None else {"bounds": [0.0, upper]}
        self.variables[name] = cp.Variable(shape, name=name, integer=integer, **bounds)
        self.columns[name] = index
        return self.variables[name]

    def rows(
        self, name: str, period: int | None, index: pd.Index, sense: RowSense, side: Floats | float, stated: Any = None
    ) -> None:
        """Open rows of one period (its position), or of all periods together (``None``).

        Parameters
        ----------
        index : labels of the rows.
        side : right-hand sides, shape (len(index),) or one number.
        stated : positions of the rows among what :meth:`terms` are over, where not all of it has a row.
        """
        self.declared.agree(name, sense)
        self._open.setdefault(name, []).append(_Open(period, index, sense, side, stated))

    def terms(self, rows: str, term: Callable[[Any], Any]) -> None:
        """Add to the left side of rows that any law opens.

        Terms in rows that some law declares, and none of this question opens, say nothing; in rows that no law declares
        they are refused when the rows are closed.

        Parameters
        ----------
        term : called with the period's position (None for rows of all periods together); a vector over the whole axis
            of the rows (all goods, all resources, all holdings).
        """
        self._terms.setdefault(rows, []).append(term)

    def goal(self, sense: Sense, value: Any) -> None:
        """Say what is to be best, a scalar expression; losses count against it."""
        self._goal = (sense, value)

    @property
    def has_own_objective(self) -> bool:
        """Whether another objective was put in the place of what the laws state."""
        return self.objective is not self._stated

    @property
    def sense(self) -> Sense | None:
        """Whether the objective is a ``min`` or a ``max``; None where none was said."""
        return None if self._goal is None else self._goal[0]

    def close(self) -> None:
        """State every open row, each with all that was added to it, and the objective less losses."""
        import cvxpy as cp

        for name in self._terms:
            self.declared.opened(name, self._open, "terms")
        for name, parts in self._open.items():
            for part in parts:
                self._state(name, part)
        self._open.clear()
        self._terms.clear()
        if self._goal is not None:
            sense, value = self._goal
            lost = sum(self.losses)
            self.objective = cp.Maximize(value - lost) if sense == "max" else cp.Minimize(value + lost)
            self._stated = self.objective

    def add(self, name: str, index: pd.Index, constraint: Any) -> None:
        """Add a (vector) constraint to the block of rows of this name."""
        self.constraints.append((name, index, constraint))

    def problem(self) -> Any:
        """Return the CVXPY problem as it stands."""
        import cvxpy as cp

        return cp.Problem(self.objective, [*(constraint for _, _, constraint in self.constraints), *self.definitions])

    def _state(self, name: str, part: _Open) -> None:
        if not len(part.index):
            return
        parts = [term(part.period) for term in self._terms.get(name, [])]
        try:
            left: Any = sum(parts)
        except (TypeError, ValueError) as error:
            raise ProgramError(
                f"rows {name!r}, such as {part.index[0]!r}: the terms cannot be added: {error}"
            ) from None
        if part.stated is not None and np.ndim(left):
            left = left[part.stated]
        if isinstance(left, int | float | np.ndarray):  # no variable is in it
            holds = {"<=": np.less_equal, ">=": np.greater_equal, "==": np.equal}[part.sense](left, part.side)
            if not np.all(holds):
                raise UnstatableError(f"{self.economy.name}: rows {name!r} hold no variable and cannot be met")
            return
        side = part.side
        stated = left <= side if part.sense == "<=" else left >= side if part.sense == ">=" else left == side
        self.add(name, part.index, stated)
