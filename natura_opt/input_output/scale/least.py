r"""The least solution of ``x = F(x) x + d``: Lahiri's monotone iteration, and jumps that never pass it.

If every total rises and is 0 at 0, rounds of orders ``x <- F(x) x + d`` from 0, or from d, rise to the least solution,
the plan that makes least of every good (Lahiri 1976; Tarski). Every iterate is a proof: no plan makes less. An iterate
beyond the end of a report therefore proves that no plan meets the demand within what was reported. Where rounds are
slow, jumps along chords (:mod:`.jump`) lead on, with the same proof; for convex totals they are Newton's steps from
below.

From above the solution is held by outputs u that suffice, ``F(u) u + d <= u``: the least solution is at most those.
Both sides include rounding, so that the two together enclose it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ...base.arrays import Floats
from ...base.errors import DataError, OptionError
from ...base.settings import one_of, real, whole
from ..cores import blas_on_one_core
from ..unproductive import UnproductiveError
from .jump import lower_jump
from .outcome import ScaleSolution, UnmeetableError, UnsettledError, largest_relative, widest
from .sufficient import sufficient
from .system import ScaleSystem

Start = Literal["zero", "demand"]
#: Where an iteration begins, and most evaluations of all needs.
STARTS = ("zero", "demand")
MOST_PASSES = 5_000
#: A round that leaves more than this of the residual is slow: a jump comes next.
_SLOW = 0.2
#: Outputs that suffice are looked for once the residual is below this share.
_NEAR = 0.05
#: What outputs that suffice should leave over, as a share of the tolerance.
_MARGIN = 1e-4


@blas_on_one_core
def least_solution(
    system: ScaleSystem,
    demand: Any,
    *,
    start: Start = "zero",
    tolerance: float = 1e-9,
    max_passes: int = MOST_PASSES,
    jumps: bool = True,
    below: Floats | None = None,
) -> ScaleSolution:
    """Return the least outputs that serve a demand, or prove that no plan serves it.

    Parameters
    ----------
    demand : d >= 0, in the goods' units, shape (n,).
    start : ``"zero"`` or ``"demand"``; both are below every solution.
    tolerance : relative width of the enclosure at which it stops.
    max_passes : most evaluations of all needs.
    jumps : go up along chords where rounds are slow; without them this is the iteration of the papers.
    below : outputs that no plan which serves the demand stays below, known from elsewhere (a smaller demand).

    Returns
    -------
    ScaleSolution; ``upper`` is None where rounding is all that keeps it from a proof that a solution exists.

    Raises
    ------
    UnmeetableError : no plan serves the demand; what would have to run beyond its report, or grow without limit.
    UnsettledError : neither is proved within the passes.
    DataError : a total falls (nothing then holds a solution from below), or the demand is negative.
    """
    one_of("start", start, STARTS)
    real("tolerance", tolerance, 0.0, 1.0, above=True)
    whole("max_passes", max_passes, 1)
    wanted = system.demand(demand)
    falling = np.flatnonzero(~system.chords.rising)
    if len(falling):
        cell = (system.rows[falling[0]], system.columns[falling[0]])
        raise DataError(
            f"the total of {system.called([cell[0]])} against the output of {system.called([cell[1]])} falls: the "
            "monotone iteration needs totals that rise; use Newton's, or report more that is needed for more output"
        )
    low = np.zeros(system.size) if start == "zero" else wanted.copy()
    if below is not None:
        if np.shape(below) != low.shape:
            raise OptionError(f"below must be {system.size:,} outputs, one per good")
        low = np.maximum(low, below)
    return _Rise(system, wanted, low, start, tolerance, max_passes, jumps).run()


@dataclass(eq=False)
class _Rise:
    """A way up to the least solution.

    Attributes
    ----------
    low : no solution makes less. high : outputs that suffice, once there are some.
    """

    system: ScaleSystem
    demand: Floats
    low: Floats
    start: str
    tolerance: float
    max_passes: int
    jumps: bool
    high: Floats | None = None
    jumped: int = 0
    tried: float = np.inf
    began: int = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.system.passes

    def run(self) -> ScaleSolution:
        """Rise until the enclosure is narrow, rounding is all that is left, or there is a proof that there is none."""
        hidden, before = self.system.rounding, np.inf
        while True:
            needs = self._needs()
            least = (needs + self.demand) * (1.0 - 2.0 * hidden)
            more = least - self.low
            left = largest_relative(np.maximum(more, 0.0), self.low, least)
            settled = left <= 8.0 * hidden
            if left <= _NEAR and (settled or left < 0.1 * self.tried):
                self.tried = left
                self._suffice(needs, np.maximum(more, 0.0))
            if settled or (self.high is not None and widest(self.low, self.high) <= self.tolerance):
                return self._solution()
            if self.system.passes - self.began >= self.max_passes:
                raise self._unsettled(left)
            slow = left > _SLOW * before
            before = left
            step = self._jump(more) if self.jumps and slow else None
            higher = least if step is None else np.nextafter(self.low + step * (1.0 - 2.0 * hidden), 0.0)
            self.low = np.maximum(self.low, higher)

    def _needs(self) -> Floats:
        """Return what the lower outputs need; raise where that is beyond what was reported."""
        beyond = np.flatnonzero(self.low > self.system.ends)
        if len(beyond):
            raise _beyond_report(self.system, self.low, beyond)
        needs = self.system.needs(self.low)
        if not np.isfinite(needs).all():
            raise UnmeetableError(
                "no plan meets this demand: outputs would have to be beyond the largest double, 1.8e308",
                np.flatnonzero(~np.isfinite(needs)), self.low, "growth", np.inf,
            )  # fmt: skip
        return needs

    def _jump(self, more: Floats) -> Floats | None:
        """Return how far up one may go at once; None where a round is as good."""
        system = self.system
        sound = more >= 0.0  # of a good whose balance rounding blurs only is said that no less of it is made
        chords = system.least_slopes(self.low, self.high)
        matrix = system.with_slopes(chords * (1.0 - 2.0 * system.rounding))
        if not sound.all():
            matrix = matrix.multiply(sound[:, None].astype(np.float64)).tocsr()
        self.jumped += 1
        try:
            return lower_jump(matrix, np.where(sound, more, 0.0))
        except UnproductiveError as error:
            raise _without_limit(system, self.low, error) from None

    def _suffice(self, needs: Floats, more: Floats) -> None:
        """Look for outputs above the lower ones that suffice, and keep the least of them."""
        found = sufficient(self.system, self.demand, self.low, needs, more, _MARGIN * self.tolerance)
        if found is not None:
            self.high = found if self.high is None else np.minimum(self.high, found)

    def _solution(self) -> ScaleSolution:
        """Return the lower outputs after one round of orders, which is between them and the least solution."""
        system = self.system
        x = np.minimum(system.needs(self.low) + self.demand, system.ends)
        if self.high is not None:
            x = np.minimum(x, self.high)
        x = np.maximum(x, self.low)
        needs = system.needs(x)
        residual = x - needs - self.demand
        proof = (
            "risen to from below, and held from above by outputs that suffice"
            if self.high is not None
            else "risen to from below until rounding is all that is left; that it exists is proved only up to rounding"
        )
        return ScaleSolution(
            x=x,
            residual=residual,
            relative=largest_relative(residual, x, needs + self.demand),
            which="least",
            lower=self.low,
            upper=self.high,
            proof=proof,
            method="monotone",
            start=self.start,
            passes=system.passes - self.began,
            jumps=self.jumped,
        )

    def _unsettled(self, left: float) -> UnsettledError:
        return UnsettledError(
            f"undecided after {self.max_passes:,} passes: outputs still rise (the largest relative residual is "
            f"{left:.1e}), and there is no proof that they rise without limit; allow more passes, or ask for less",
            self.low, left,
        )  # fmt: skip


def _beyond_report(system: ScaleSystem, low: Floats, beyond: Any) -> UnmeetableError:
    """Say which output would have to be beyond the end of a report."""
    worst = int(beyond[np.argmax(low[beyond] / np.maximum(system.ends[beyond], np.finfo(np.float64).tiny))])
    own = (c for c in np.flatnonzero(system.columns == worst) if system.curves[c].end == system.ends[worst])
    curve = next(own, None)  # none: it is a limit of something that is no good
    needed = "" if curve is None else f" of {system.called([system.rows[curve]])}"
    also = f" (and {len(beyond) - 1} more)" if len(beyond) > 1 else ""
    return UnmeetableError(
        f"no plan meets this demand: at least {low[worst]:.10g} of {system.called([worst])} would have to be made, and "
        f"what that needs{needed} is reported only up to {system.ends[worst]:.10g}{also}; ask for less, or report more "
        "of the curve",
        beyond, low, "range", float(1.0 - system.ends[worst] / low[worst]),
    )  # fmt: skip


def _without_limit(system: ScaleSystem, low: Floats, error: UnproductiveError) -> UnmeetableError:
    """Say which goods use up what they make of each other once they are made on such a scale."""
    block = np.asarray(error.block)
    return UnmeetableError(
        f"no plan meets this demand: {system.called(block[:1])} would have to be made to at least "
        f"{low[block[0]]:.10g}, and from there on {system.called(block)} use up as much as they make of themselves or "
        f"more, whatever the scale (spectral radius of the least slopes {error.radius:.6g}, proven to be at least "
        f"{error.least:.6g}); ask for less",
        block, low, "growth", error.least - 1.0,
    )  # fmt: skip
