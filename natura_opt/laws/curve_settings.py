"""Settings of questions about economies whose needs depend on scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..base.settings import OneOf, Real, Settings, Whole, setting

#: ``chords``: pieces that fill in order of themselves, a linear program; ``incremental``: binaries that open one piece
#: after the other; ``auto``: the cheapest that is right.
Form = Literal["auto", "chords", "incremental"]


@dataclass(frozen=True)
class CurveSettings(Settings):
    """Settings of the law of curves."""

    curve_form: Form = setting(
        "auto",
        "how curves enter the program: pieces that fill of themselves (chords), or in an order kept by binaries",
        OneOf(("auto", "chords", "incremental")),
    )
    curve_tolerance: float = setting(
        1e-6,
        "how far the plan may be from the best on the true curves, relative to the objective",
        Real(0.0, above=True),
    )
    curve_rounds: int = setting(30, "most rounds of refining curves that are not straight", Whole(1))
