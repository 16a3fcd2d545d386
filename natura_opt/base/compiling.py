"""Loops compiled when first called, and kept on disk where there is room: a full disk costs only time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(**settings: Any) -> Callable[[F], F]:
    """Return numba's decorator of these settings, which keeps machine code on disk if it can."""

    def decorate(loop: F) -> F:
        try:
            dispatcher = njit(cache=True, **settings)(loop)
        except RuntimeError:  # no folder at all to keep it in
            return njit(**settings)(loop)  # type: ignore[no-any-return]
        cache = dispatcher._cache
        save = cache.save_overload

        def save_if_there_is_room(*given: Any) -> None:
            with suppress(OSError):
                save(*given)

        cache.save_overload = save_if_there_is_room
        return dispatcher  # type: ignore[no-any-return]

    return decorate
