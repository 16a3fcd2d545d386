"""What lies below and above the true curves, cut where plans run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...base.arrays import Floats
from ...curves.curve import Curve
from ...curves.enclosing import lower, upper
from ...curves.refining import initial_cuts
from ...economy.curve_table import CurveTable

#: Straight pieces in which each curve with formulas is cut at first.
_FIRST = 8
#: Cuts nearer than this share of the reported range are one.
_APART = 1e-9


@dataclass(frozen=True, eq=False)
class Enclosures:
    """The curves of an economy, and the quantities at which each is cut.

    Attributes
    ----------
    table : the true curves.
    cuts : of each curve, rising; empty where it is straight.
    """

    table: CurveTable
    cuts: tuple[Floats, ...]

    @classmethod
    def first(cls, table: CurveTable) -> Enclosures:
        """Return the first cuts."""
        none = np.zeros(0)
        curves = [one.curve for one in table.placed]
        return cls(table, tuple(none if curve.is_straight else initial_cuts(curve, _FIRST) for curve in curves))

    @cached_property
    def below(self) -> CurveTable:
        """The table with straight pieces that lie on or below the true curves."""
        return self.table.with_curves(
            [lower(one.curve, at) for one, at in zip(self.table.placed, self.cuts, strict=True)]
        )

    @cached_property
    def above(self) -> CurveTable:
        """The table with straight pieces that lie on or above the true curves."""
        return self.table.with_curves(
            [upper(one.curve, at) for one, at in zip(self.table.placed, self.cuts, strict=True)]
        )

    def cut_at(self, levels: list[Floats]) -> tuple[Enclosures, bool]:
        """Return the curves cut also where techniques run, and whether any cut is new.

        Where a technique runs at a cut already, the pieces beside it are halved.

        Parameters
        ----------
        levels : of each technique (by its position), the levels at which it runs.
        """
        cuts, new = [], False
        for one, at in zip(self.table.placed, self.cuts, strict=True):
            more = at if one.curve.is_straight else _with_more(one.curve, at, levels[one.technique])
            cuts.append(more)
            new = new or len(more) > len(at)
        return Enclosures(self.table, tuple(cuts)), new


def _with_more(curve: Curve, cuts: Floats, levels: Floats) -> Floats:
    end = curve.reported
    known = np.unique(np.concatenate([curve.quantities[np.isfinite(curve.quantities)], cuts]))
    for level in np.unique(levels[(levels > 0) & (levels < end)]):
        place = int(np.searchsorted(known, level))
        below, above = known[max(place - 1, 0)], known[min(place, len(known) - 1)]
        if min(level - below, above - level) > _APART * end:
            wanted = [level]
        else:  # it runs at a cut: what is beside it is too coarse
            at = below if level - below <= above - level else above
            around = known[np.searchsorted(known, at) + np.array([-1, 1])] if 0 < at < end else np.zeros(0)
            wanted = [0.5 * (at + other) for other in around if abs(at - other) > 2 * _APART * end]
        known = np.unique(np.concatenate([known, wanted]))
    return known[(known > 0) & (known < end)]
