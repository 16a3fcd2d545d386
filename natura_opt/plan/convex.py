"""What a plan of a convex program knows besides: what was made best, by which solver, and its rows that are curved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from .tables import PlanTables
from .text import plain_summary


@dataclass(frozen=True, eq=False)
class ConvexCourse:
    """What a CVXPY model with a convex objective or rows adds to a plan, as data.

    ``plan.program`` is then the linear program that touches the convex one at the plan: its costs are the objective's
    slopes there, less what rows that are not linear take at their valuations. The certificate is that of the convex
    program itself.

    Attributes
    ----------
    objective_name : what is made best, in words.
    solver : who solved it.
    proof : by which multipliers it is proved, in words.
    rows : value and valuation (∂objective/∂side) of the rows that are not linear, by name.
    """

    objective_name: str
    solver: str
    proof: str
    rows: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def why_no_intervals(self) -> str:
        """Valuations of a curved program are slopes, and belong to no basis."""
        return (
            "a plan of a convex program has no ranges of sides and costs and no intervals of valuations: these belong "
            "to a linear program's basis, and its valuations are slopes at the plan"
        )

    @property
    def extra(self) -> dict[str, pd.DataFrame]:
        """The user's own rows that no linear program holds."""
        return self.rows

    def summary(self, plan: PlanTables) -> dict[str, Any]:
        """Return what the command line prints as JSON besides."""
        return {"solver": self.solver, "proof": self.proof}

    def text(self, plan: PlanTables) -> str:
        """Return the plan in words."""
        lines = plain_summary(plan).split("\n")
        said = f"  solved by {self.solver}; {self.proof}"
        return "\n".join([*lines[:2], said, *lines[2:]])
