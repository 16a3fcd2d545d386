"""What the stated order of a stack of production units loses, against the order that the plan would choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..base.entrance import checked_arguments
from ..base.labels import name_of
from ..economy.coerce import position
from ..economy.economy import Economy
from ..economy.question import Question
from ..economy.separate import separate_units
from ..methods.solve import solve
from ..plan.plan import Plan


@dataclass(frozen=True, eq=False)
class LossOfOrder:
    """The plan with a stack in its stated order, and the plan that orders the units itself.

    Attributes
    ----------
    technique : the stacked technique.
    stated, chosen : the two plans.
    units : names of its units as techniques of ``chosen``, in the stated order.
    """

    technique: str
    stated: Plan
    chosen: Plan
    units: tuple[str, ...]

    @property
    def loss(self) -> float:
        """What the stated order loses, in units of the objective: not negative where both plans are proved."""
        better = self.chosen.objective - self.stated.objective
        return better if self.stated.program.sense == "max" else -better

    @property
    def activities(self) -> pd.DataFrame:
        """What each unit makes in the plan that orders them itself, units x periods."""
        return self.chosen.activities.loc[list(self.units)]

    def __str__(self) -> str:
        share = abs(self.loss / self.chosen.objective) if self.chosen.objective else 0.0
        return (
            f"{self.technique}: {self.stated.objective:.10g} with its units in the stated order, "
            f"{self.chosen.objective:.10g} where the plan orders them; the stated order loses {self.loss:.4g} "
            f"({share:.2%})"
        )


@checked_arguments("technique")
def loss_of_order(
    economy: Economy, technique: Any, question: Question | str | None = None, **options: Any
) -> LossOfOrder:
    """Return what the stated order of a technique's production units loses.

    Parameters
    ----------
    technique : label of a technique with curves that are stacked of units.
    question : what is asked, or its name; the economy's default.
    options : of :func:`natura_opt.solve`.

    Raises
    ------
    DataError : units that cannot be separated, as :func:`natura_opt.separate_units` says.
    """
    asked = question if isinstance(question, Question) else economy.question(question)
    apart = separate_units(economy, technique)
    at = position(economy.techniques, technique)
    count = len(apart.techniques) - len(economy.techniques) + 1
    names = tuple(apart.techniques[at : at + count])
    stated, chosen = solve(economy, asked, **options), solve(apart, asked, **options)
    return LossOfOrder(name_of(economy.techniques[at]), stated, chosen, names)
