"""The simplex method in exact arithmetic: from any basis to an optimum, a ray, or a row that no values can meet.

Every sign and every ratio is decided, so there are no tolerances; Bland's rule takes over where pivots stop moving,
so there are no cycles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .basis import At, Statuses
from .budget import Budget
from .values import Ratios, Values
from .vertex import Vertex

#: So many pivots in a row that move nothing, and Bland's rule chooses until one does.
_STALLED = 20


@dataclass(frozen=True, eq=False)
class End:
    """Where the pivoting ended.

    Attributes
    ----------
    kind : ``optimal``, ``unbounded`` or ``infeasible``.
    vertex : the last one; a feasible one unless infeasible.
    place : the column or row that can grow (or fall) for ever, or that no values can bring within its bounds.
    sign : 1 where it grows, or is too low; -1 where it falls, or is too high.
    """

    kind: str
    vertex: Vertex
    place: int = -1
    sign: int = 0


def wrong_signs(vertex: Vertex) -> npt.NDArray[np.int8]:
    """Return the signs of the reduced costs that are wrong, 0 for the others; as ``vertex.resting`` orders them."""
    signs, at = vertex.dual_signs, vertex.status[vertex.resting]
    right = np.where(at == At.LOWER, signs >= 0, np.where(at == At.UPPER, signs <= 0, signs == 0))
    return np.where(right | vertex.program.fixed[vertex.resting], 0, signs).astype(np.int8)


def is_optimal(vertex: Vertex) -> bool:
    """Whether every basic place is within its bounds and every reduced cost has the right sign."""
    above_lower, above_upper = vertex.beyond
    return not ((above_lower < 0).any() or (above_upper > 0).any() or wrong_signs(vertex).any())


class Simplex:
    """Pivots within a budget.

    Parameters
    ----------
    vertex : where to start.
    """

    def __init__(self, vertex: Vertex, budget: Budget) -> None:
        self.program, self.vertex, self._budget = vertex.program, vertex, budget
        self._cost = self.program.cost
        self._idle = 0

    def run(self) -> End:
        """Pivot to the end.

        Raises
        ------
        OutOfBudgetError : :attr:`vertex` is the last one looked at.
        """
        if any(signs.any() for signs in self._violations()):
            self._bring_in_free()
            self._make_dual_feasible()
            end = self._dual_simplex()
            self._cost = self.program.cost
            if end is not None:
                return end
            self.vertex = self._at(self.vertex.status)
        return self._primal_simplex()

    def _at(self, status: Statuses) -> Vertex:
        return Vertex(self.program, status, self._budget, self._cost)

    def _violations(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Return which basic places are below their lower and above their upper bounds."""
        above_lower, above_upper = self.vertex.beyond
        return above_lower < 0, above_upper > 0

    def _exchange(self, entering: int, leaving: int, at: At, idle: bool) -> None:
        """Take one place into the basis and another out of it, to rest on a bound."""
        self._budget.pivot()
        self._idle = self._idle + 1 if idle else 0
        status = self.vertex.status.copy()
        status[entering], status[leaving] = At.BASIC, at
        self.vertex = self._at(status)

    def _primal_simplex(self) -> End:
        """From a feasible vertex to an optimal one, or to a direction without end."""
        self._idle = 0
        while True:
            vertex = self.vertex
            wrong = wrong_signs(self.vertex)
            choices = np.flatnonzero(wrong)
            if not len(choices):
                return End("optimal", vertex)
            chosen = self._choice(choices, vertex.resting, vertex.dual.part(choices))
            entering, sign = int(vertex.resting[chosen]), -int(wrong[chosen])
            if not self._primal_step(entering, sign):
                return End("unbounded", vertex, entering, sign)

    def _choice(self, choices: npt.NDArray[np.int64], places: npt.NDArray[np.int64], values: Values) -> int:
        """Choose the largest value, or by Bland the first place."""
        if self._idle >= _STALLED:
            return int(choices[np.argmin(places[choices])])
        return int(choices[np.argmax(np.abs(values.doubles()))])

    def _primal_step(self, entering: int, sign: int) -> bool:
        """Move a place until another blocks it (or its own other bound does); False where nothing does."""
        program, vertex = self.program, self.vertex
        moves = vertex.direction(entering)
        ways = moves.signs() * sign
        above_lower, above_upper = vertex.beyond
        falling = (ways < 0) & program.has_lower[vertex.basic]
        rising = (ways > 0) & program.has_upper[vertex.basic]
        candidates = np.flatnonzero(falling | rising)
        boxed = program.has_lower[entering] and program.has_upper[entering]
        at = np.where(falling, At.LOWER, At.UPPER)
        blocked = candidates[np.where(falling, above_lower, above_upper)[candidates] == 0]
        idle = bool(len(blocked))
        if not idle and not len(candidates):
            if not boxed:
                return False
            self._flip(entering)
            return True
        if not idle:
            places = vertex.basic[candidates]
            bounds = np.where(at[candidates] == At.LOWER, program.lower[places], program.upper[places])
            room = int(program.upper[entering] - program.lower[entering])
            ratios = Ratios(
                vertex.primal.part(candidates).against(bounds, program.exponent),
                moves.part(candidates),
                (room, program.exponent) if boxed else None,
            )
            least, limited = ratios.least()
            if limited:
                self._flip(entering)
                return True
            blocked = candidates[least]
        leaving = self._tied(blocked, vertex.basic, moves)
        self._exchange(entering, int(vertex.basic[leaving]), At(int(at[leaving])), idle)
        return True

    def _tied(self, tied: npt.NDArray[np.int64], places: npt.NDArray[np.int64], pivots: Values) -> int:
        """Choose among tied candidates: the largest pivot, or by Bland the first place."""
        if len(tied) == 1:
            return int(tied[0])
        if self._idle >= _STALLED:
            return int(tied[np.argmin(places[tied])])
        return int(tied[np.argmax(np.abs(pivots.part(tied).doubles()))])

    def _flip(self, place: int) -> None:
        """Move a place from one of its bounds to the other."""
        self._budget.pivot()
        self._idle = 0
        status = self.vertex.status.copy()
        status[place] = At.UPPER if status[place] == At.LOWER else At.LOWER
        self.vertex = self._at(status)

    def _bring_in_free(self) -> None:
        """Take into the basis what has no bounds and a reduced cost, unless only other such things move with it."""
        program = self.program
        passed: set[int] = set()
        while True:
            vertex = self.vertex
            free = np.flatnonzero(vertex.status[vertex.resting] == At.FREE)
            free = np.array([k for k in free if int(vertex.resting[k]) not in passed], dtype=np.int64)
            free = free[vertex.dual.part(free).signs() != 0] if len(free) else free
            if not len(free):
                return
            entering = int(vertex.resting[free[0]])
            moves = vertex.direction(entering)
            bounded = program.has_lower[vertex.basic] | program.has_upper[vertex.basic]
            candidates = np.flatnonzero((moves.signs() != 0) & bounded)
            if not len(candidates):
                passed.add(entering)
                continue
            leaving = candidates[np.argmax(np.abs(moves.part(candidates).doubles()))]
            place = int(vertex.basic[leaving])
            below, above = (side[leaving] for side in self._violations())
            lower = bool(program.has_lower[place]) and not above
            self._exchange(entering, place, At.LOWER if lower or below else At.UPPER, idle=True)

    def _make_dual_feasible(self) -> None:
        """Move what can rest on its other bound there, and change the costs of the rest, for the time being."""
        program, vertex = self.program, self.vertex
        wrong = wrong_signs(self.vertex)
        status = vertex.status.copy()
        choices = np.flatnonzero((wrong != 0) & (status[vertex.resting] != At.FREE))
        amounts = np.abs(vertex.dual.part(choices).doubles())
        for k, amount in zip(choices, amounts, strict=True):
            place = int(vertex.resting[k])
            if program.has_lower[place] and program.has_upper[place]:
                status[place] = At.UPPER if status[place] == At.LOWER else At.LOWER
                continue
            exponent = int(np.frexp(amount)[1]) + 1 if np.isfinite(amount) else _bits(vertex, int(k))
            self._shift(place, -int(wrong[k]), exponent)
        self.vertex = self._at(status)

    def _shift(self, place: int, sign: int, exponent: int) -> None:
        """Add ``sign * 2 ** exponent`` to the cost of a place; that of a row's sum goes to its columns."""
        program = self.program
        amounts = np.zeros(program.columns, dtype=object)
        if place < program.columns:
            amounts[place] = sign
            self._cost = self._cost.plus(amounts, exponent)
            return
        rows = program.matrix.by_rows
        span = slice(rows.indptr[place - program.columns], rows.indptr[place - program.columns + 1])
        amounts[rows.indices[span]] = rows.data[span] * sign
        self._cost = self._cost.plus(amounts, exponent + rows.exponent)

    def _dual_simplex(self) -> End | None:
        """From a dual feasible vertex to a feasible one; the end where there is none."""
        self._idle = 0
        while True:
            vertex = self.vertex
            below, above = self._violations()
            choices = np.flatnonzero(below | above)
            if not len(choices):
                return None
            leaving = choices[0] if len(choices) == 1 else self._worst(choices, below)
            place, sign = int(vertex.basic[leaving]), 1 if below[leaving] else -1
            if not self._dual_step(place, sign):
                return End("infeasible", vertex, place, sign)

    def _worst(self, choices: npt.NDArray[np.int64], below: npt.NDArray[np.bool_]) -> int:
        """Choose the basic place farthest beyond its bounds."""
        program, vertex = self.program, self.vertex
        places = vertex.basic[choices]
        bounds = np.where(below[choices], program.lower[places], program.upper[places])
        return self._choice(choices, vertex.basic, vertex.primal.part(choices).against(bounds, program.exponent))

    def _dual_step(self, leaving: int, sign: int) -> bool:
        """Bring a place to the bound it violates (sign 1: it must rise); False where nothing can."""
        vertex = self.vertex
        row = vertex.row(leaving)
        ways, at = -row.signs() * sign, vertex.status[vertex.resting]  # growing brings it nearer, or farther
        usable = np.where(at == At.LOWER, ways > 0, np.where(at == At.UPPER, ways < 0, ways != 0))
        candidates = np.flatnonzero(usable & ~self.program.fixed[vertex.resting])
        if not len(candidates):
            return False
        reduced = vertex.dual.part(candidates)
        blocked = candidates[reduced.signs() == 0]
        idle = bool(len(blocked))
        if not idle:
            least, _ = Ratios(vertex.dual.part(candidates), row.part(candidates)).least()
            blocked = candidates[least]
        entering = self._tied(blocked, vertex.resting, row)
        self._exchange(int(vertex.resting[entering]), leaving, At.LOWER if sign > 0 else At.UPPER, idle)
        return True


def _bits(vertex: Vertex, k: int) -> int:
    """Return an upper bound on log2 of a reduced cost that no double can hold."""
    one = vertex.dual.part(np.array([k]))
    top = int((np.abs(one.tops) + one.radius)[0])
    return top.bit_length() - one.denominator.bit_length() + one.exponent + 2
