"""Many curves at once: a curve per good, each at a level of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..base.errors import DataError
from .curve import Curve
from .formula import Formula
from .kernels import slopes_of, slopes_of_run, totals_of, totals_of_run

#: Fewer curves than this are read sooner than a second core is woken.
_SERIAL = 10_000
#: Runs of curves that the cores share.
_RUNS = 64


class CurveBatch:
    """Curves evaluated together, in time that grows with the logarithm of their pieces.

    Straight pieces lie in flat arrays, curve by curve; pieces that follow one formula are evaluated together.

    Attributes
    ----------
    ends : the largest activity that each curve says anything of, shape (curves,).
    """

    def __init__(self, curves: Sequence[Curve]) -> None:
        counts = np.array([curve.count for curve in curves], dtype=np.int64)
        self._offsets = np.concatenate([[0], np.cumsum(counts)])
        self._lefts = _joined([curve.quantities[:-1] for curve in curves])
        ends = _joined([curve.quantities[1:] for curve in curves])
        totals = _joined([curve.starts for curve in curves]), _joined([curve.ends for curve in curves])
        self._lines = np.stack([ends, *totals, _joined([curve.slopes for curve in curves])], axis=1)
        self._groups, self._formulas = _grouped(curves, int(self._offsets[-1]))
        self.ends = np.array([curve.end for curve in curves])
        self._runs = np.linspace(0, len(curves), _RUNS + 1).astype(np.int64)

    def __len__(self) -> int:
        return len(self.ends)

    def totals(self, levels: Any) -> Floats:
        """Return the total of each curve at its activity level, shape (curves,); infinite beyond a curve's end.

        Raises
        ------
        DataError : levels of another shape, negative or not a number.
        """
        at = self._checked(levels)
        pieces, out = np.empty(len(at), dtype=np.int64), np.empty(len(at))
        if len(at) < _SERIAL:
            totals_of_run(0, len(at), self._offsets, self._lefts, self._lines, at, pieces, out)
        else:
            totals_of(self._runs, self._offsets, self._lefts, self._lines, at, pieces, out)
        if self._formulas:
            inside = (at > 0.0) & (at < self._lines[pieces, 0])
            self._follow(lambda formula, where: formula.values(where), inside, at, pieces, out)
        return out

    def slopes(self, levels: Any) -> Floats:
        """Return the right derivative of each curve's total at its activity level, shape (curves,).

        At a curve's end it is the left one, beyond it infinite.

        Raises
        ------
        DataError : levels of another shape, negative or not a number.
        """
        at = self._checked(levels)
        pieces, out = np.empty(len(at), dtype=np.int64), np.empty(len(at))
        if len(at) < _SERIAL:
            slopes_of_run(0, len(at), self._offsets, self._lefts, self._lines, at, pieces, out)
        else:
            slopes_of(self._runs, self._offsets, self._lefts, self._lines, at, pieces, out)
        if self._formulas:
            inside = at <= self._lines[pieces, 0]
            self._follow(lambda formula, where: formula.slopes(where), inside, at, pieces, out)
        return out

    def _follow(
        self, of: Callable[[Formula, Floats], Floats], inside: Any, at: Floats, pieces: Any, out: Floats
    ) -> None:
        """Write what formulas say where a curve is on a piece of theirs."""
        groups = self._groups[pieces]
        curves = np.flatnonzero((groups >= 0) & inside)
        curves = curves[np.argsort(groups[curves], kind="stable")]
        first = np.searchsorted(groups[curves], np.arange(len(self._formulas) + 1))
        for k in np.flatnonzero(np.diff(first)):
            mine = curves[first[k] : first[k + 1]]
            out[mine] = of(self._formulas[k], at[mine])

    def _checked(self, levels: Any) -> Floats:
        at = np.ascontiguousarray(levels, dtype=float)
        if at.shape != self.ends.shape:
            raise DataError(f"{len(self)} curves take one level each, not an array of shape {at.shape}")
        if not (at >= 0.0).all():
            k = int(np.argmin(at >= 0.0))
            raise DataError(f"the level of curve {k} is {at[k]:g}; an activity level is a number from 0 upwards")
        return at


def _joined(parts: list[Floats]) -> Floats:
    return np.ascontiguousarray(np.concatenate(parts), dtype=float) if parts else np.zeros(0)


def _grouped(curves: Sequence[Curve], pieces: int) -> tuple[Any, list[Formula]]:
    """Return the number of each piece's formula, -1 where it is straight, and the formulas."""
    groups = np.full(pieces, -1, dtype=np.int64)
    known: dict[str, int] = {}
    formulas: list[Formula] = []
    at = 0
    for curve in curves:
        if not curve.is_straight:
            for k, formula in enumerate(curve.formulas):
                if formula is not None:
                    if formula.text not in known:
                        known[formula.text] = len(formulas)
                        formulas.append(formula)
                    groups[at + k] = known[formula.text]
        at += curve.count
    return groups, formulas
