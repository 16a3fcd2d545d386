r"""The pieces of a technique whose needs depend on scale.

All curves of technique j are cut at the same quantities ``0 = b_0 < b_1 < … < b_K``, where any of them bends or jumps.
Of piece k, ``delta_k <= w_k = b_k - b_(k-1)`` is filled, ``x_j = sum_k delta_k``, and the total of each need i is

.. math::  \phi_{ij}(x_j) = \sum_k s_{ijk}\, \delta_k + \sum_k g_{ijk}\, y_k

with slopes s, and jumps g where piece k is opened (y_k = 1). Pieces must be filled in order. Where every curve of the
technique is convex across a cut, and more use hurts, they are so of themselves: filling a later piece first only takes
more. A *run* is a row of pieces that fill of themselves; each run but the first is opened by a binary, and only when
the one before is full (the incremental form of Markowitz and Manne, one binary per run instead of per piece).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..base.arrays import Floats
from ..base.errors import QuestionError
from ..base.labels import name_of
from ..curves.curve import Curve
from ..curves.enclosing import chords
from ..curves.refining import initial_cuts
from ..economy.curve_table import PlacedCurve
from ..economy.economy import Economy
from ..economy.question import Question
from ..tables.curves import IN_PLACE_OF
from .curve_rounding import reaching, within
from .curve_settings import CurveSettings, Form

#: What summing a total rounds away, as a share of it.
_ROUNDING = 2.0**-52
#: Slopes and cuts that differ by less than this share are one, written in other digits.
_SAME = 1e-12
#: Straight pieces in which a curve with formulas enters a program that nobody refines.
_UNREFINED = 16


@dataclass(frozen=True, eq=False)
class CurvedTechnique:
    """One technique with curves, cut into pieces.

    Attributes
    ----------
    technique : its position.
    curves : positions of its curves among ``economy.curves.placed``.
    widths : of the pieces, in the technique's unit, shape (pieces,); the last may be infinite.
    slopes, jumps : of each curve on each piece, and where it is opened, shape (curves, pieces).
    opens : which pieces begin a run that a binary opens, shape (pieces,).
    falls : whether any of its totals falls somewhere.
    """

    technique: int
    curves: tuple[int, ...]
    widths: Floats
    slopes: Floats
    jumps: Floats
    opens: npt.NDArray[np.bool_]
    falls: bool

    @property
    def count(self) -> int:
        """Number of pieces."""
        return len(self.widths)

    @property
    def opened_by(self) -> npt.NDArray[np.intp]:
        """The piece whose binary opens the run of each piece, or -1 where none does, shape (pieces,)."""
        return np.maximum.accumulate(np.where(self.opens, np.arange(self.count), -1))

    @property
    def filled_for(self) -> npt.NDArray[np.intp]:
        """The piece whose binary asks each piece to be full, which opens the next run; or -1, shape (pieces,)."""
        after = np.where(self.opens, np.arange(self.count), self.count)
        following = np.concatenate([np.minimum.accumulate(after[::-1])[::-1][1:], [self.count]])
        return np.where(following < self.count, following, -1)

    @property
    def form(self) -> Form:
        """How it enters the program."""
        return "incremental" if self.opens.any() else "chords"


def straight(curve: Curve) -> Curve:
    """Return a curve of straight pieces: itself, or its chords where it has formulas."""
    return curve if curve.is_straight else chords(curve, initial_cuts(curve, _UNREFINED))


def curved_techniques(economy: Economy, question: Question) -> list[CurvedTechnique]:
    """Return every technique that has curves, cut into pieces, in the order of the techniques.

    Raises
    ------
    QuestionError : chords are asked for where a curve bends the wrong way, or a binary has no end to open up to.
    """
    if economy.curves is None:
        return []
    form = CurveSettings.among(question.settings, f"question {question.name!r}", QuestionError).curve_form
    placed = economy.curves.placed
    of_technique: dict[int, list[int]] = {int(j): [] for j in economy.curves.techniques}
    for at, one in enumerate(placed):
        of_technique[one.technique].append(at)
    limits = economy.vector("activity_limits", 0)
    for t in range(1, len(economy.periods)):
        limits = np.maximum(limits, economy.vector("activity_limits", t))
    return [
        _cut(economy, [placed[k] for k in at], at, form, float(limits[technique]))
        for technique, at in of_technique.items()
    ]


def _cut(economy: Economy, placed: Sequence[PlacedCurve], at: list[int], form: Form, limit: float) -> CurvedTechnique:
    curves = [straight(one.curve) for one in placed]
    cuts = _cuts(curves)
    slopes, jumps = np.empty((len(curves), len(cuts) - 1)), np.zeros((len(curves), len(cuts) - 1))
    middle, widths = _middles(cuts), reaching(cuts[:-1], cuts[1:])
    for k, curve in enumerate(curves):
        piece = np.searchsorted(curve.quantities, middle, side="right") - 1
        begins = np.concatenate([[True], np.diff(piece) > 0])
        slopes[k] = _slopes(curve, piece, begins, widths)
        before = np.concatenate([[0.0], curve.ends[:-1]])
        jumps[k] = np.where(begins, 0.0 - reaching(curve.starts, before)[piece], 0.0)
    bends = _bends(slopes, widths) | (jumps != 0.0).any(axis=0)
    name = economy.techniques[placed[0].technique]
    if form == "chords" and bends.any():
        _refuse_chords(economy, placed, slopes, jumps, cuts, bends)
    opens = bends if form != "incremental" else np.concatenate([bends[:1], np.ones(len(cuts) - 2, dtype=bool)])
    if opens.any() and not np.isfinite(widths[-1]):
        if not np.isfinite(limit):
            raise QuestionError(
                f"{economy.name}: the curves of {name_of(name)!r} go on for ever and need binaries, which need an end: "
                "give 'activity_limits', or report to a last quantity"
            )
        widths[-1] = max(float(reaching(cuts[-2:-1], np.array([limit]))[0]), 0.0)
    return CurvedTechnique(
        technique=placed[0].technique,
        curves=tuple(at),
        widths=widths,
        slopes=slopes,
        jumps=jumps,
        opens=opens,
        falls=bool((slopes < 0).any() or (jumps < 0).any()),
    )


def _slopes(curve: Curve, piece: npt.NDArray[np.intp], begins: npt.NDArray[np.bool_], widths: Floats) -> Floats:
    """Return the slope of a curve between cuts, by which its total is nowhere above the one at the end of its piece."""
    at = np.flatnonzero(begins)
    whole = np.add.reduceat(widths, at)
    for _ in range(int(np.diff(np.append(at, len(piece))).max()) - 1):
        whole = np.nextafter(whole, np.inf)
    entered = piece[at]
    lowered = within(curve.slopes[entered], whole, curve.starts[entered], curve.ends[entered])
    found: Floats = lowered[np.cumsum(begins) - 1]
    return found


def _cuts(curves: Sequence[Curve]) -> Floats:
    """Return where any of the curves bends, up to the last quantity that all of them speak of."""
    end = min(curve.end for curve in curves)
    every = np.unique(np.concatenate([curve.quantities for curve in curves]))
    inside = every[every < end]
    if np.isfinite(end):
        ending = np.concatenate([curve.quantities for curve in curves if curve.end == end])
        inside = inside[(inside < end * (1.0 - _SAME)) | np.isin(inside, ending)]
    apart = np.concatenate([[True], np.diff(inside) > _SAME * inside[1:]])
    if not apart.all():
        apart = _told_apart(inside, apart, curves)
    return np.concatenate([inside[apart], [end]])


def _told_apart(cuts: Floats, apart: npt.NDArray[np.bool_], curves: Sequence[Curve]) -> npt.NDArray[np.bool_]:
    """Return which cuts stand: of those close together all that one curve itself reports, however steep it is there."""
    own = np.array([np.isin(cuts, curve.quantities) for curve in curves])
    standing = apart.copy()
    met = own[:, 0]
    for k in range(1, len(cuts)):
        standing[k] |= bool((own[:, k] & met).any())
        met = own[:, k] if standing[k] else met | own[:, k]
    return standing


def _middles(cuts: Floats) -> Floats:
    """Return a quantity inside each piece, however long the last one is."""
    after = np.where(np.isfinite(cuts[1:]), cuts[1:], 2.0 * cuts[:-1] + 1.0)
    return np.minimum(0.5 * (cuts[:-1] + after), np.nextafter(after, 0.0))


def first_bend(one: CurvedTechnique, curve: int) -> float | None:
    """Return where a curve of a technique first keeps its pieces from filling in order of themselves; None: nowhere."""
    wrong = np.flatnonzero((one.jumps[curve] != 0.0) | _bends(one.slopes[[curve]], one.widths))
    return float(one.widths[: wrong[0]].sum()) if len(wrong) else None


def _bends(slopes: Floats, widths: Floats) -> npt.NDArray[np.bool_]:
    """Return which pieces some curve enters with a smaller slope than it had: there it is concave.

    A fall in slope by which a plan could gain no more than rounding of the total up to there is none: enclosures have
    pieces so short that the digits of their slopes are those of rounding.
    """
    bends = np.zeros(slopes.shape[1], dtype=bool)
    for one in slopes:
        below = np.flatnonzero(one < np.maximum.accumulate(one))
        first, totals = 0, np.cumsum(np.abs(one) * np.where(np.isfinite(widths), widths, 0.0))
        for k in below.tolist():
            steeper = one[first:k] > one[k]
            if not steeper.any():
                continue
            highest = float(one[first:k].max())
            gain = (highest - one[k]) * min(float(widths[first:k][steeper].sum()), float(widths[k]))
            apart = highest - one[k] > _SAME * max(abs(highest), abs(one[k]))
            if apart and gain > _ROUNDING * totals[k - 1]:
                bends[k], first = True, k
    return bends


def _refuse_chords(
    economy: Economy,
    placed: Sequence[PlacedCurve],
    slopes: Floats,
    jumps: Floats,
    cuts: Floats,
    bends: npt.NDArray[np.bool_],
) -> None:
    """Raise, naming the curve that chords would get wrong, and where."""
    at = int(np.flatnonzero(bends)[0])
    for k, one in enumerate(placed):
        jumped = jumps[k, at] != 0.0
        if jumped or (at > 0 and slopes[k, at] < slopes[k, at - 1]):
            name, technique = economy.axes[IN_PLACE_OF[one.of]][one.row], economy.techniques[one.technique]
            why = "it jumps" if jumped else f"its slope falls from {slopes[k, at - 1]:g} to {slopes[k, at]:g}"
            raise QuestionError(
                f"{economy.name}: chords are wrong for the curve of {name_of(name)!r} in {name_of(technique)!r}: at "
                f"{cuts[at]:g} {why}, so that a plan would take the cheaper piece first; take curve_form='auto'"
            )
