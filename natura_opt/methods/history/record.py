"""The historical algorithms as methods: they plan for harmony, and have no bound of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..harmony.record import harmony_method
from .settings import Settings1990, Settings2018

if TYPE_CHECKING:
    from ..harmony.found import Find


def _of_1990() -> Find:
    from .witnessed import by_1990

    return by_1990


def _of_2018() -> Find:
    from .witnessed import by_2018

    return by_2018


OF_1990 = harmony_method(
    "harmony-1990",
    "the harmony algorithm of 1990, as the paper has it; one period, one technique per good",
    _of_1990,
    Settings1990,
    bounded=False,
    compared={"version": 2},  # which the paper settles on
)
OF_2018 = harmony_method(
    "harmony-2018", "the harmony program of 2018, as it was published", _of_2018, Settings2018, bounded=False
)
