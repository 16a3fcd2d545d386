"""What may be known of a plan, from :class:`natura_opt.Status`."""

from __future__ import annotations

from ..base.status import Status
from .topic import Topic

STATUSES = Topic(
    "statuses",
    "What is known of a plan or of the solution of a program (plan.status, and status in the JSON).",
    ("status", "in Python", "meaning"),
    lambda own: [(str(status), f"Status.{status.name}", status.meaning) for status in Status],
)
