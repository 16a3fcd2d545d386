"""The next basis to look at, found by HiGHS under a magnifying glass.

At a vertex whose values are known exactly, what is left to do is itself a program: bounds less values, and reduced
costs, both blown up until the worst fault has size one. HiGHS goes on from there in doubles, many pivots at a time, and
where it ends is looked at exactly (Gleixner, Steffy and Wolter, "Iterative Refinement for Linear Programming", 2016).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...backends.highs import HighsSession
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from .basis import At, Basis, Statuses
from .vertex import ExactProgram, Vertex
from .whole import ratio

#: Magnification, a power of two, where nothing is wrong on one side.
_CALM = 20
#: Magnified costs larger than this are cut: their places do not move in this round, and HiGHS does not bear more.
_DEAREST = 1e7


class MagnifyingGlass:
    """Asks HiGHS for the basis after a vertex.

    Parameters
    ----------
    seconds : all that HiGHS may take; None for no limit.
    """

    def __init__(self, program: ExactProgram, seconds: float | None) -> None:
        options = SolveOptions(method="simplex", time_limit=seconds)
        linear = replace(program.given, integer=np.zeros_like(program.given.integer))
        self._program = program
        self._session = HighsSession(linear, options, scaled=program.scaled).with_side_columns()

    def next(self, vertex: Vertex) -> Statuses:
        """Return the statuses of columns and rows where HiGHS ends, from those of the vertex.

        Raises
        ------
        KeyboardInterrupt : HiGHS was interrupted.
        """
        program = self._program
        lower, upper = self._gaps(vertex)
        reduced = np.zeros(len(lower))
        reduced[vertex.resting] = vertex.dual.doubles()
        at = vertex.status
        wrong = np.where(at == At.LOWER, reduced < 0, np.where(at == At.UPPER, reduced > 0, reduced != 0))
        wrong &= (at != At.BASIC) & ~program.fixed
        up = _magnification(np.maximum(np.maximum(lower, -upper), 0.0).max(initial=0.0))
        dear = _magnification(np.abs(reduced[wrong]).max(initial=0.0))
        with np.errstate(over="ignore"):
            cost = np.clip(np.ldexp(reduced, dear), -_DEAREST, _DEAREST)
            lower, upper = np.ldexp(lower, up), np.ldexp(upper, up)
        nothing = np.zeros(program.rows)
        self._session.change(cost, lower, upper, nothing, nothing)
        start = Basis(at, np.full(program.rows, At.LOWER, dtype=np.int8))
        self._session.start_from(start.to_highs())
        self._session.run()
        if self._session.interrupted:
            raise KeyboardInterrupt
        basis = Basis.from_highs(self._session.basis())
        return at if basis is None else basis.columns

    def _gaps(self, vertex: Vertex) -> tuple[Floats, Floats]:
        """Return bounds less values, of columns and rows."""
        program, gaps = self._program, []
        for has_bound, bound, none in (
            (program.has_lower, program.lower, -np.inf),
            (program.has_upper, program.upper, np.inf),
        ):
            gap = np.full(len(bound), none)
            rest = vertex.resting[has_bound[vertex.resting]]
            gap[rest] = [ratio(int(left), 1, program.exponent) for left in bound[rest] - vertex.level[rest]]
            bounded = np.flatnonzero(has_bound[vertex.basic])
            places = vertex.basic[bounded]
            gap[places] = -vertex.primal.part(bounded).against(bound[places], program.exponent).doubles()
            gaps.append(gap)
        return gaps[0], gaps[1]


def _magnification(fault: float) -> int:
    """Return the exponent of the power of two that brings a fault near one."""
    return _CALM if fault == 0 else -int(np.frexp(fault)[1])
