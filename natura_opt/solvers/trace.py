"""How an iterative method came along."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TracePoint:
    """How far a method had come.

    Attributes
    ----------
    passes : over the data so far.
    attained : harmony of the plan then at hand (it may still break a law, by ``residual``).
    bound : the most that any plan can attain, as then proved; infinite where nothing was.
    residual : largest relative violation of a row by the plan at hand.
    """

    passes: int
    attained: float
    bound: float
    residual: float
