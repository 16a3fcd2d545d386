"""The errors people meet: each says what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class NaturaError(Exception):
    """Base of every error this package raises on purpose."""


class DataError(NaturaError):
    """The data of an economy are not usable; the message names the place (file, row, column, name)."""


class QuestionError(NaturaError):
    """The question cannot be asked of this economy, or is not understood."""


class UnstatableError(QuestionError):
    """Pyomo cannot state a row that has no variable and does not hold: there is no plan, and why is in the message."""


class OptionError(NaturaError):
    """An option, backend or method is unknown or has an unusable value."""


class SettingError(OptionError):
    """A method has no setting of this name, or the setting's value is not usable."""


class ProgramError(NaturaError, ValueError):
    """A linear program is put together wrongly: a block of no such name, a shape that does not fit."""


class NotProvedError(NaturaError):
    """A plan was required to be proved optimal and is not."""


def refuse_unknown_settings(method: str, known: Iterable[str], settings: Iterable[str]) -> None:
    """Raise on a setting that a method does not have."""
    names = tuple(known)
    for name in settings:
        if name not in names:
            raise SettingError(f"method {method!r}: {unknown('setting', name, names)}")


def unknown(what: str, given: object, known: Iterable[object]) -> str:
    """Return the sentence for an unknown name, with the nearest known one or the list of all.

    >>> unknown("objective", "fulfillment", ["fulfilment", "assortment"])
    "unknown objective 'fulfillment'; did you mean 'fulfilment'? Known: assortment, fulfilment"
    """
    names = sorted(str(name) for name in known)
    close = get_close_matches(str(given), names, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    shown = ", ".join(names[:30]) + (f", … ({len(names)} in all)" if len(names) > 30 else "")
    return f"unknown {what} {str(given)!r}; {hint}Known: {shown or 'none'}"


def listed(names: Iterable[object], limit: int = 5) -> str:
    """Join names for a message, cutting a long list visibly.

    >>> listed(["a", "b", "c"], limit=2)
    "'a', 'b' and 1 more"
    """
    every = [repr(str(name)) for name in names]
    if len(every) <= limit:
        return ", ".join(every)
    return ", ".join(every[:limit]) + f" and {len(every) - limit} more"
