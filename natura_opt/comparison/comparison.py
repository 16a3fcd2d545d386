"""What several methods made of one question, with its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..base.reported import Reported
from .tables import ComparisonTables

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(ComparisonTables, Reported):
    """The same question through several methods.

    Attributes
    ----------
    economy, question : what was asked.
    entries : one per method, in the order they were asked.
    optimum : the linear program's plan, proved or not; what gaps are measured from.
    problem : the harmony program over the same laws.
    """

    def plot(self) -> Figure:
        """Draw harmony against the linear objective, and how long each method took."""
        from .pictures import draw_comparison

        return draw_comparison(self)

    def plot_convergence(self) -> Figure:
        """Draw harmony attained and bound proved against passes over the data, for the methods that iterate."""
        from .pictures import draw_convergence

        return draw_convergence(self)
