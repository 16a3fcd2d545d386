"""Settings of Lahiri's iteration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...base.settings import OneOf, Settings, Whole, setting

Iteration = Literal["monotone", "newton", "anderson", "least-squares"]


@dataclass(frozen=True)
class LahiriSettings(Settings):
    """Settings of the method ``lahiri``."""

    iteration: Iteration = setting(
        "monotone",
        "how outputs are found: monotone (from below, the least plan, proved), newton, anderson or least-squares (some "
        "plan, compared with the least)",
        OneOf(("monotone", "newton", "anderson", "least-squares")),
    )
    start: Literal["zero", "demand"] = setting("zero", "where it begins", OneOf(("zero", "demand")))
    max_passes: int | None = setting(
        None, "most evaluations of all needs in a period (5,000 where it is not given)", Whole(1)
    )
