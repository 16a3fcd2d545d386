"""How a solve ended, after the proof was recomputed."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What is known of a plan.

    ``OPTIMAL``, ``INFEASIBLE`` and ``UNBOUNDED`` are only ever said with a proof that passed.
    """

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    UNPROVED = "unproved"
    TIME_LIMIT = "time limit"
    INTERRUPTED = "interrupted"
    ITERATION_LIMIT = "iteration limit"
