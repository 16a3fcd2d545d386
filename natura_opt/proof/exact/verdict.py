"""What exact arithmetic says of a program, and why."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ...base.arrays import Floats
from ...base.status import Status
from .basis import Basis


@dataclass(frozen=True, eq=False)
class ExactVerdict:
    """The exact judge's answer.

    Attributes
    ----------
    kind : ``optimal``, ``infeasible`` or ``unbounded``, exactly; or ``undecided``.
    reason : where it is undecided, why, and which row or column fails by how much; where there is no best plan, the row
        or column that cannot be brought within its bounds, or can grow for ever.
    objective : the double nearest to the exact objective, in the user's units and sense; NaN where there is none.
    objective_fraction : the exact objective, where its digits were asked for or came by themselves.
    primal : column values, shape (n,), nearest doubles, in the user's units; of a feasible plan where the program is
        unbounded, the last one looked at where it is undecided.
    dual : ∂objective/∂side per row, shape (m,), nearest doubles, in the user's units and sense.
    vector : multipliers per row that no plan can meet (Farkas), or a direction per column along which the plan can go
        for ever, as exact fractions; None where the proof is another.
    basis : the last basis looked at; None where none was.
    pivots, seconds : what it took, beyond the solver.
    correction : what was wrong with the basis it started from; empty where that was right, or none was given.
    values : the exact column values, where the exact objective was asked for.
    """

    kind: str
    reason: str
    objective: float
    objective_fraction: Fraction | None
    primal: Floats
    dual: Floats
    vector: tuple[Fraction, ...] | None
    basis: Basis | None
    pivots: int
    seconds: float
    values: tuple[Fraction, ...] | None = None
    correction: str = ""

    @property
    def proved(self) -> bool:
        """Whether the program is decided."""
        return self.kind != "undecided"

    @property
    def status(self) -> Status:
        """The status a plan of this program has."""
        return Status(self.kind) if self.proved else Status.UNPROVED

    def __str__(self) -> str:
        reason = f": {self.reason}" if self.reason else ""
        if not self.proved:
            return f"undecided in rational arithmetic{reason}"
        took = "every sign decided in rational arithmetic"
        if self.pivots:
            took += f" after {self.pivots} pivot{'s' * (self.pivots > 1)} there"
        if self.correction:
            took += f"; in the basis that was given {self.correction}"
        what = f"optimal, {self.objective!r}" if self.kind == "optimal" else self.kind
        return f"exactly {what}{reason} ({took})"
