"""Settings of the historical algorithms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...base.settings import Flag, Given, OneOf, Real, Settings, Whole, setting

SCALES = ("relative", "absolute")
VERSIONS = (1, 2, 3)


def _array(name: str, value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Settings1990(Settings):
    """Settings of the method ``harmony-1990``."""

    version: int = setting(
        1, "1 plain, 2 with amplification, 3 with amplification and noise", OneOf(VERSIONS, "version of harmony-1990")
    )
    scale: str = setting(
        "relative",
        "relative, (o - g)/g, or absolute, o - g, as printed in the paper",
        OneOf(SCALES, "scale of harmony-1990"),
    )
    seed: int = setting(0, "of the random distribution of stocks and of the noise", Whole(0))
    start: Any = setting(
        None,
        "instead of a random one, a distribution to start from",
        Given("an array, stocks x goods, of what each industry holds", _array),
    )
    iterations: int = setting(1000, "at most so many iterations", Whole(0))
    amplification: float = setting(1.0, "what is aimed at above mean harmony in the first iteration", Real(0.0))
    noise: float = setting(0.1, "the amplitude of the thermal noise in the first iteration", Real(0.0))
    cooling: float = setting(0.98, "the factor of both from one iteration to the next", Real(0.0, below=1.0))
    whole_stocks: bool = setting(False, "stocks come in whole units, as in the paper", Flag())


@dataclass(frozen=True)
class Settings2018(Settings):
    """Settings of the method ``harmony-2018``."""

    rounds: int = setting(100, "how many rounds", Whole(0))
    temperature: float = setting(0.23, "how far a round goes", Real(0.0, above=True, most=1.0))
    base_year: Any = setting(
        None,
        "activity of each technique that its intensity counts in; by default what its stocks of the start allow",
        Given("an array of numbers above 0, one per technique", _array),
    )
