"""How a solve ended, after the proof was recomputed."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What is known of a plan.

    ``OPTIMAL``, ``INFEASIBLE`` and ``UNBOUNDED`` are only ever said with a proof that passed.

    Attributes
    ----------
    meaning : what is known then, in a sentence.
    """

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Status:
        """Return a status with what it means."""
        status = str.__new__(cls, value)
        status._value_ = value
        status.meaning = meaning
        return status

    OPTIMAL = "optimal", "the plan is proved to be the best, within the certificate's tolerance"
    INFEASIBLE = "infeasible", "it is proved that there is no plan"
    UNBOUNDED = "unbounded", "it is proved that nothing limits the objective, so that there is no best plan"
    UNPROVED = "unproved", "there is a plan, and no proof that it is the best within the tolerance"
    TIME_LIMIT = "time limit", "the time was over before a proof; the best that was found is kept"
    INTERRUPTED = "interrupted", "someone stopped it before a proof; the best that was found is kept"
    ITERATION_LIMIT = (
        "iteration limit",
        "the iterations were over before a proof; the best that was found is kept",
    )
