"""What an iteration comes to: a solution with what is proved of it, a proof that there is none, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...base.arrays import Floats
from ...base.errors import DataError


@dataclass(frozen=True, eq=False)
class ScaleSolution:
    """Outputs that serve a demand under scale-dependent coefficients.

    Attributes
    ----------
    x : outputs, in the goods' units, shape (n,).
    residual : ``x - F(x) x - d``, in the goods' units, shape (n,); as computed, rounded.
    relative : the largest residual of a good as a share of what is made or needed of it, whichever is more.
    which : ``"least"``: no plan makes less of any good, by more than ``error`` says; ``"another"``: it is proved that a
        plan makes less of every good that differs; ``"a solution"``: nothing is proved of the others.
    lower : no plan makes less of any good than this; None where that was not looked for.
    upper : outputs that suffice for the demand, rounding included, so that the least solution is at most these; None
        where none were found (as where the least solution is a double root, or lies at the very end of a report).
    proof : why it is the one that ``which`` says, in a clause.
    method, start : the iteration, and where it began.
    passes : evaluations of all needs. jumps : linear systems solved on the way.
    """

    x: Floats
    residual: Floats
    relative: float
    which: Literal["least", "another", "a solution"]
    lower: Floats | None
    upper: Floats | None
    proof: str
    method: str
    start: str
    passes: int
    jumps: int

    @property
    def error(self) -> float:
        """The most by which an output may differ from the least solution's, relative to it; infinite if unknown."""
        if self.lower is None or self.upper is None or self.which != "least":
            return float("inf")
        return widest(self.lower, self.upper)

    def __repr__(self) -> str:
        error = self.error
        known = f"within {error:.1e} of the least solution, proved" if np.isfinite(error) else self.proof
        return (
            f"ScaleSolution: {len(self.x):,} goods by {self.method}; {self.which} ({known}); largest relative residual "
            f"{self.relative:.1e}, {self.passes} passes, {self.jumps} jumps"
        )


class UnmeetableError(DataError):
    """No plan meets a demand: to serve it, something would have to run beyond what was reported, or without limit.

    Attributes
    ----------
    goods : positions of the goods that are to blame.
    lower : outputs below which no plan that serves the demand can stay, shape (n,).
    reason : ``"range"`` (beyond the end of a curve) or ``"growth"`` (at that scale goods use up what they make).
    margin : by how much, relative: outputs are beyond the report, or goods use up more than they make.
    """

    def __init__(
        self, sentence: str, goods: Any, lower: Floats, reason: Literal["range", "growth"], margin: float
    ) -> None:
        super().__init__(sentence)
        self.goods, self.lower, self.reason, self.margin = goods, lower, reason, margin


class UnsettledError(DataError):
    """An iteration ended with neither a solution nor a proof that there is none.

    Attributes
    ----------
    x : where it ended, shape (n,). relative : the largest relative residual there.
    """

    def __init__(self, sentence: str, x: Floats, relative: float) -> None:
        super().__init__(sentence)
        self.x, self.relative = x, relative


def widest(lower: Floats, upper: Floats) -> float:
    """Return the largest width of an enclosure, relative to its upper end."""
    with np.errstate(invalid="ignore", divide="ignore"):
        widths = np.where(upper > lower, (upper - lower) / upper, 0.0)
    return float(widths.max(initial=0.0))


def largest_relative(residual: Floats, x: Floats, wanted: Floats) -> float:
    """Return the largest residual as a share of what is made or wanted of its good, whichever is more."""
    size = np.maximum(np.abs(x), np.abs(wanted))
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(residual != 0.0, np.abs(residual) / size, 0.0)
    return float(shares.max(initial=0.0))
