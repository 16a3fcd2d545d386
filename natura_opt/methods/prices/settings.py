"""Settings of price coordination."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any

from ...base.errors import OptionError, shortened
from ...base.settings import Given, Settings, Whole, setting


def _file(name: str, value: Any) -> str | None:
    if value is None or (isinstance(value, str | PathLike) and fspath(value)):
        return None if value is None else str(fspath(value))
    raise OptionError(f"{name} must be the name of a file, not {shortened(value)}")


def _address(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise OptionError(f"{name} must be the address of a Dask scheduler, tcp://HOST:PORT, not {shortened(value)}")
    return value


@dataclass(frozen=True)
class PriceSettings(Settings):
    """Settings of the method ``prices``."""

    max_rounds: int = setting(1000, "most rounds of prices out and techniques back", Whole(1))
    checkpoint: str | None = setting(
        None,
        "a file that keeps what is known after each round; asked again, the rounds go on from it",
        Given("the name of a file", _file, text=True),
    )
    cluster: str | None = setting(
        None,
        "a Dask cluster whose workers keep the techniques and answer for them",
        Given("the address of its scheduler, tcp://HOST:PORT", _address, text=True),
    )
