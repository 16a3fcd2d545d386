"""Settings of price coordination."""

from __future__ import annotations

from dataclasses import dataclass

from ...base.settings import Settings, Whole, setting


@dataclass(frozen=True)
class PriceSettings(Settings):
    """Settings of the method ``prices``."""

    max_rounds: int = setting(1000, "most rounds of prices out and techniques back", Whole(1))
