"""Settings of the fixed point."""

from __future__ import annotations

from dataclasses import dataclass

from ...base.settings import Settings, Whole, setting


@dataclass(frozen=True)
class FixedPointSettings(Settings):
    """Settings of the method ``fixed-point``."""

    max_passes: int | None = setting(
        None, "most products with the inputs to form for each fixed point (5,000 where it is not given)", Whole(1)
    )
