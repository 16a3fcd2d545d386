"""What a case of the conformance suite states: a problem, and everything that is known of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ..base.status import Status
from ..economy.economy import Economy
from ..program.linear import LinearProgram


class Feature(StrEnum):
    """What a backend can do beyond solving a linear program; a case that needs what is not declared is skipped."""

    ECONOMIES = "economies"
    INTEGER = "integer columns"
    RANGES = "rows with two sides"
    SCALES = "numbers far from one"
    WITHOUT_COLUMNS = "programs without columns"
    EMPTY_CLASHES = "empty rows that cannot hold"
    REFUTES = "programs without a best plan"
    TIME_LIMIT = "time limit"
    INTERRUPT = "interruption by Ctrl-C"
    RESOLVES = "solving again on the object it keeps"


@dataclass(frozen=True)
class Edit:
    """A change to a program and what is then known of it."""

    about: str
    change: Callable[[LinearProgram], LinearProgram]
    status: Status = Status.OPTIMAL
    objective: float | None = None


@dataclass(frozen=True, eq=False)
class Case:
    """A problem with a known answer.

    Attributes
    ----------
    name : says what is tried.
    make : returns the problem: a linear program, or an economy whose default question is asked.
    status : what must be proved; a set of them where the machine decides.
    objective : the optimum, in closed form.
    columns : values of blocks of columns, where they are unique.
    valuations : ∂objective/∂side of blocks of rows, where they are unique (of an economy: of the kinds ``good``,
        ``resource`` and ``stock``). They are also checked by moving each side and solving again.
    edits : changes made one after the other, each solved again.
    needs : features without which the case is skipped.
    time_limit, interrupt_after : seconds.
    rescued : of an economy: whether a backend's own answer may fail its proof, the plan being the one found by scaled
        arrays then (otherwise a plan that had to be found twice is a fault).
    """

    name: str
    make: Callable[[], LinearProgram | Economy]
    status: Status | frozenset[Status] = Status.OPTIMAL
    objective: float | None = None
    columns: Mapping[str, Sequence[float]] = field(default_factory=dict)
    valuations: Mapping[str, Sequence[float]] = field(default_factory=dict)
    edits: Sequence[Edit] = ()
    needs: frozenset[Feature] = frozenset()
    time_limit: float | None = None
    interrupt_after: float | None = None
    rescued: bool = False

    @property
    def statuses(self) -> frozenset[Status]:
        """The statuses that are right."""
        return self.status if isinstance(self.status, frozenset) else frozenset({self.status})

    def __repr__(self) -> str:
        return f"Case({self.name!r})"
