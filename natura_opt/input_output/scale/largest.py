r"""The largest demand of given proportions that the curves can serve, between a proof that it is served and one that it
is not.

Solutions rise with the demand, so that the least outputs for ``t d`` hold those for more from below: each question
starts where the last one ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...base.arrays import Floats
from ...base.errors import QuestionError
from ...base.settings import real
from .least import MOST_PASSES, least_solution
from .outcome import ScaleSolution, UnmeetableError, UnsettledError
from .system import ScaleSystem

#: A demand of more than 2 to this power times what was asked is as good as any; less than the inverse, as none.
_ENDLESS = 128


@dataclass(frozen=True, eq=False)
class LargestDemand:
    """The largest demand that can be served, enclosed.

    Attributes
    ----------
    times : proved to be served: so many times the demand; infinite where nothing limits it (tried to 2^128 times), 0
        where nothing is (tried down to 2^-128 times).
    solution : the least outputs that serve it; None for zero times and for infinitely many.
    beyond : proved not to be served: so many times the demand; infinite where nothing limits it.
    why : the proof for ``beyond``; None where nothing limits it.
    """

    times: float
    solution: ScaleSolution | None
    beyond: float
    why: UnmeetableError | None

    def __repr__(self) -> str:
        limit = "nothing limits it" if self.why is None else f"not {self.beyond:.10g} times: {self.why}"
        return f"LargestDemand: {self.times:.10g} times, proved; {limit}"


def largest_multiple(
    system: ScaleSystem, demand: Any, *, tolerance: float = 1e-7, max_passes: int = MOST_PASSES
) -> LargestDemand:
    """Return how many times a demand can be served, and from where on it cannot.

    Parameters
    ----------
    demand : d >= 0, not zero, in the goods' units, shape (n,).
    tolerance : relative distance between the two at which it stops. Within a share of about the square root of rounding
        of a turning point neither may be proved; the distance may then be wider.
    max_passes : most evaluations of all needs for one multiple.

    Raises
    ------
    QuestionError : nothing is demanded. DataError : a total falls.
    """
    real("tolerance", tolerance, 0.0, 1.0, above=True)
    wanted = system.demand(demand)
    if not wanted.any():
        raise QuestionError("nothing is demanded, so that any multiple of it is served; demand some of a good")
    search = _Search(system, wanted, max_passes)
    power = 0
    while np.isinf(search.beyond) and power <= _ENDLESS:
        search.ask(2.0**power)
        power = max(1, 2 * power)
    if np.isinf(search.beyond):
        return LargestDemand(np.inf, None, np.inf, None)
    power = 1
    while search.times == 0.0 and power <= _ENDLESS:
        search.ask(2.0**-power)
        power *= 2
    if search.times > 0.0:
        search.narrow(tolerance)
    return LargestDemand(search.times, search.solution, search.beyond, search.why)


@dataclass(eq=False)
class _Search:
    """What is known of multiples of a demand.

    Attributes
    ----------
    times, beyond : the largest proved to be served, the least proved not to be.
    """

    system: ScaleSystem
    demand: Floats
    max_passes: int
    times: float = 0.0
    solution: ScaleSolution | None = None
    beyond: float = np.inf
    why: UnmeetableError | None = None

    def ask(self, times: float) -> bool | None:
        """Return whether a multiple is served; None where that is not proved."""
        below = None if self.solution is None else self.solution.lower
        try:
            found = least_solution(
                self.system, times * self.demand, tolerance=1e-6, max_passes=self.max_passes, below=below
            )
        except UnmeetableError as error:
            self.beyond, self.why = times, error
            return False
        except UnsettledError:
            return None
        if found.upper is None:
            return None
        self.times, self.solution = times, found
        return True

    def narrow(self, tolerance: float) -> None:
        """Bisect; where the middle is undecided, bisect on either side of it for what is proved."""
        least, most = self.times, self.beyond
        while most - least > tolerance * most:
            middle = _between(least, most)
            if not least < middle < most:
                return
            answer = self.ask(middle)
            if answer is None:
                self._narrow_to(middle, tolerance)
                return
            least, most = self.times, self.beyond

    def _narrow_to(self, undecided: float, tolerance: float) -> None:
        """Bisect from below, then from above, towards a multiple of which nothing is proved."""
        most = undecided
        while most - self.times > tolerance * most:
            middle = _between(self.times, most)
            if not self.times < middle < most:
                break
            if not self.ask(middle):
                most = middle
        least = undecided
        while self.beyond - least > tolerance * self.beyond:
            middle = _between(least, self.beyond)
            if not least < middle < self.beyond:
                break
            if self.ask(middle) is not False:
                least = middle


def _between(least: float, most: float) -> float:
    """Return the middle of two numbers, of their logarithms where they are far apart."""
    return float(np.sqrt(least) * np.sqrt(most)) if 0.0 < least < 0.25 * most else 0.5 * (least + most)
