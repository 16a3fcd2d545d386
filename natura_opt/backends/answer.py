"""What a solver says: claims, not facts. Only the certificate turns a claim into a result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..base.arrays import Floats


class Claim(StrEnum):
    """How a solver says it ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    INFEASIBLE_OR_UNBOUNDED = "infeasible or unbounded"
    TIME_LIMIT = "time limit"
    INTERRUPTED = "interrupted"
    ITERATION_LIMIT = "iteration limit"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class Answer:
    """A solver's claim with its point.

    Attributes
    ----------
    claim : how it says it ended.
    primal : column values, shape (n,); zeros where it gave none.
    dual : ∂objective/∂(right-hand side) per row, shape (m,); zeros where it gave none.
    message : the solver's own words.
    iterations : iterations, all phases.
    seconds : the solver's own time.
    bound : for whole-number programs, the solver's bound on the objective.
    """

    claim: Claim
    primal: Floats
    dual: Floats
    message: str = ""
    iterations: int = 0
    seconds: float = 0.0
    bound: float | None = None
