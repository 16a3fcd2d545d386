"""How long an exact proof may take, in pivots and seconds."""

from __future__ import annotations

import time


class OutOfBudgetError(Exception):
    """The pivots or the seconds allowed are spent; the message says which."""


class Budget:
    """Counts pivots and watches the clock."""

    def __init__(self, pivots: int, seconds: float | None) -> None:
        self._allowed, self._seconds = pivots, seconds
        self._since = time.perf_counter()
        self.pivots = 0

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self._since

    @property
    def left(self) -> float | None:
        """Seconds left; None where there is no limit."""
        return None if self._seconds is None else max(self._seconds - self.spent, 0.0)

    def close(self) -> None:
        """What is left to do is little: let it be done whatever the clock says."""
        self._seconds = None

    def expect(self, seconds: float) -> None:
        """Raise before something that cannot be stopped and takes longer than is left."""
        if self.left is not None and seconds > self.left:
            raise OutOfBudgetError(f"of the {self._seconds:g} seconds allowed too few are left")

    def check(self) -> None:
        """Raise when the seconds are spent."""
        if self._seconds is not None and self.spent > self._seconds:
            raise OutOfBudgetError(f"the {self._seconds:g} seconds allowed are spent")

    def pivot(self) -> None:
        """Count a pivot; raise when they are spent."""
        self.check()
        if self.pivots >= self._allowed:
            raise OutOfBudgetError(f"the {self._allowed:,} pivots allowed in exact arithmetic are spent")
        self.pivots += 1
