"""Settings of price coordination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...base.errors import OptionError, shortened
from ...base.settings import Given, Settings, Whole, setting


def _address(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise OptionError(f"{name} must be the address of a Dask scheduler, tcp://HOST:PORT, not {shortened(value)}")
    return value


@dataclass(frozen=True)
class PriceSettings(Settings):
    """Settings of the method ``prices``."""

    max_rounds: int = setting(1000, "most rounds of prices out and techniques back", Whole(1))
    cluster: str | None = setting(
        None,
        "a Dask cluster whose workers keep the techniques and answer for them",
        Given("the address of its scheduler, tcp://HOST:PORT", _address, text=True),
    )
