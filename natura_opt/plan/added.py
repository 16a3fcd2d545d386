"""What an objective adds to a plan: the shape of it, which summary, text, tables and ranges read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd


class Added(Protocol):
    """What only plans of one objective know; each part is given the plan (its tables) it belongs to."""

    @property
    def why_no_intervals(self) -> str:
        """Why valuations have no intervals, and sides and costs no ranges; empty where they have."""

    @property
    def objective_name(self) -> str:
        """What is made best, in words; empty where it is the question's own objective."""

    @property
    def extra(self) -> Mapping[str, pd.DataFrame]:
        """Rows of the user's own that the plan's program does not hold: value and valuation, by name."""

    def summary(self, plan: Any) -> dict[str, Any]:
        """Return the facts that the summary gains, as plain values fit for JSON."""

    def text(self, plan: Any) -> str:
        """Return the plan in words, in place of what plans of linear objectives say."""
