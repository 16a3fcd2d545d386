"""The rows of a Pyomo model that laws write into: opened, added to by any law, and closed last."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..base.errors import ProgramError, UnstatableError
from ..program.canonical import Sense
from ..program.declared import Declarations, RowSense


@dataclass(frozen=True, eq=False)
class _Open:
    """Rows over Pyomo sets: their sense, side per label, and which labels have a row at all."""

    sets: tuple[Any, ...]
    sense: RowSense
    side: Callable[..., float]
    meaning: str
    stated: Callable[..., bool]
    unmet: Callable[..., str] | None


@dataclass(eq=False)
class PyomoRows:
    """Rows and the objective under construction, reached as ``m.laws`` while laws are written.

    Attributes
    ----------
    declared : what the laws that may write into it say of their blocks.
    losses : what counts against the objective, whatever its sense: functions of nothing.
    piecewise : Pyomo's transformation that states curves which need binaries; None where laws state them in rows.
    """

    declared: Declarations = field(default_factory=Declarations)
    losses: list[Callable[[], Any]] = field(default_factory=list)
    piecewise: str | None = None
    _open: dict[str, _Open] = field(default_factory=dict)
    _terms: dict[str, list[Callable[..., Any]]] = field(default_factory=dict)
    _goal: tuple[str, int, Callable[[], Any], str] | None = None

    def rows(
        self,
        name: str,
        *sets: Any,
        sense: RowSense,
        side: Callable[..., float] = lambda *label: 0.0,
        meaning: str,
        stated: Callable[..., bool] = lambda *label: True,
        unmet: Callable[..., str] | None = None,
    ) -> None:
        """Open a block of rows over Pyomo sets.

        Parameters
        ----------
        side : right-hand side of a label.
        meaning : what a row says; the constraint's ``doc``.
        stated : whether a label has a row.
        unmet : the sentence for a label whose row holds no variable and is not met, called with how much is missing.
        """
        if name in self._open:
            raise ProgramError(f"rows {name!r} declared twice")
        self.declared.agree(name, sense)
        self._open[name] = _Open(sets, sense, side, meaning, stated, unmet)

    def terms(self, rows: str, term: Callable[..., Any]) -> None:
        """Add to the left side of rows that any law opens, called with a row's label.

        Terms in rows that some law declares, and none of this question opens, say nothing; in rows that no law declares
        they are refused when the rows are closed.
        """
        self._terms.setdefault(rows, []).append(term)

    def objective(self, name: str, sense: int, goal: Callable[[], Any], meaning: str) -> None:
        """Say what is to be best: ``sense`` is Pyomo's ``maximize`` or ``minimize``; losses count against it."""
        self._goal = (name, sense, goal, meaning)

    @property
    def sense(self) -> Sense | None:
        """Whether the objective is a ``min`` or a ``max``; None where none was said."""
        import pyomo.environ as pyo

        return None if self._goal is None else "max" if self._goal[1] == pyo.maximize else "min"

    def close(self, m: Any) -> None:
        """State every open row as a constraint, each with all that was added to it, and the objective less losses."""
        import pyomo.environ as pyo
        from pyomo.common.log import LoggingIntercept

        for name in self._terms:
            self.declared.opened(name, self._open, "terms")
        for name, opened in self._open.items():
            rule = _rule(name, opened, self._terms.get(name, []))
            with LoggingIntercept(level=logging.ERROR):  # what a rule raises is raised here; Pyomo prints it as well
                m.add_component(name, pyo.Constraint(*opened.sets, rule=rule, doc=opened.meaning))
        if self._goal is not None:
            name, sense, goal, meaning = self._goal
            lost = sum(loss() for loss in self.losses)
            whole = goal() - lost if sense == pyo.maximize else goal() + lost
            m.add_component(name, pyo.Objective(expr=whole, sense=sense, doc=meaning))


def _rule(name: str, opened: _Open, terms: list[Callable[..., Any]]) -> Callable[..., Any]:
    import pyomo.environ as pyo

    def rule(m: Any, *index: Any) -> Any:
        label = index if opened.sets else ()  # a single row has no label, and Pyomo calls it None
        if not opened.stated(*label):
            return pyo.Constraint.Skip
        parts = [term(*label) for term in terms]
        try:
            left = sum(parts)
        except TypeError as error:
            raise ProgramError(f"rows {name!r} {label}: the terms cannot be added: {error}") from None
        side = opened.side(*label)
        if not isinstance(left, int | float):
            return left <= side if opened.sense == "<=" else left >= side if opened.sense == ">=" else left == side
        short = left - side if opened.sense == "<=" else side - left if opened.sense == ">=" else abs(left - side)
        if short > 0:  # no variable is in it, and nothing can meet it
            sentence = f"row {name!r} {label} holds no variable and misses its side by {short:g}"
            raise UnstatableError(opened.unmet(*label, short) if opened.unmet else sentence)
        return pyo.Constraint.Skip

    return rule
