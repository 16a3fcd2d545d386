"""The errors people meet: each says what is wrong, where, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sized
from difflib import get_close_matches
from itertools import islice

#: A quoted name, or anything without a blank, longer than anyone reads.
_ENDLESS = re.compile(r"""'(?:[^'\\]|\\.){161,}'|"(?:[^"\\]|\\.){161,}"|\S{301,}""", re.DOTALL)
#: How much of it is shown, before and after the cut.
_BEFORE, _AFTER = 80, 20
#: How much of a name is compared with the known ones.
_COMPARED = 100
#: So many known names are listed.
_LISTED = 30


class NaturaError(Exception):
    """Base of every error this package raises on purpose.

    Names in messages come from people's files: signs that no one can see are shown escaped, and what is endless is
    cut, here, for every message.

    >>> print(NaturaError("unknown good 'co\\x1b[2Jal'"))
    unknown good 'co\\x1b[2Jal'
    """

    def __str__(self) -> str:
        return shown(super().__str__())


class DataError(NaturaError):
    """The data of an economy are not usable; the message names the place (file, row, column, name)."""


class OutputError(DataError):
    """A file or folder cannot be written, or must not be: what stands there is not ours to replace."""


class QuestionError(NaturaError):
    """The question cannot be asked of this economy, or is not understood."""


class CannotAnswerError(QuestionError):
    """A method cannot answer this question; the sentence says why."""


class UnstatableError(QuestionError):
    """Pyomo cannot state a row that has no variable and does not hold: there is no plan, and why is in the message."""


class OptionError(NaturaError):
    """An option, backend or method is unknown or has an unusable value."""


class SettingError(OptionError):
    """A method has no setting of this name, or the setting's value is not usable."""


class RefusedError(DataError):
    """HiGHS does not take the numbers of a program, scaled as they are; the message names the cell to blame."""


class ProgramError(NaturaError, ValueError):
    """A linear program is put together wrongly: a block of no such name, a shape that does not fit."""


class NotProvedError(NaturaError):
    """A plan was required to be proved optimal and is not."""


def shown(text: str, longest: int = 20_000) -> str:
    """Return a message as it can be put on a terminal: control characters escaped, endless names cut.

    >>> print(shown("a" + chr(7) + "b"), shown("x" * 300_000)[-44:])
    a\\x07b … (300,000 characters) …xxxxxxxxxxxxxxxxxxxx
    """
    short = _ENDLESS.sub(lambda match: _cut(match.group()), text)
    if len(short) > longest:
        short = f"{short[: longest // 2]}… ({len(short):,} characters) …{short[-longest // 2 :]}"
    return "".join(sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in short)


def _cut(text: str) -> str:
    return f"{text[:_BEFORE]}… ({len(text):,} characters) …{text[-_AFTER:]}"


def refuse_unknown_settings(method: str, accepted: Iterable[str], settings: Iterable[str]) -> None:
    """Raise on a setting that a method does not have."""
    names = tuple(accepted)
    for name in settings:
        if name not in names:
            raise SettingError(f"method {method!r}: {unknown('setting', name, names)}")


def unknown(what: str, given: object, choices: Iterable[object]) -> str:
    """Return the sentence for an unknown name, with the nearest known one or the list of all.

    >>> unknown("objective", "fulfillment", ["fulfilment", "assortment"])
    "unknown objective 'fulfillment'; did you mean 'fulfilment'? Known: assortment, fulfilment"
    >>> unknown("model", "uk", ["eu_2006", "uk_2015_20"])
    "unknown model 'uk'; did you mean 'uk_2015_20'? Known: eu_2006, uk_2015_20"
    """
    try:
        text = str(given)
    except ValueError:
        text = "a number of thousands of digits"
    if isinstance(choices, range) and len(choices) > _LISTED:  # of millions, whose names are never spelled out
        return f"unknown {what} {text!r}; known are the whole numbers from {choices[0]} to {choices[-1]}"
    names = sorted({str(name) for name in choices})  # a good and its technique share a name, which is listed once
    close = get_close_matches(text[:_COMPARED], names, n=1)
    begun = [name for name in names if text and name.startswith(text)]  # what was not written to its end
    close = close or (begun if len(begun) == 1 else [])
    hint = f"did you mean {close[0]!r}? " if close else ""
    shown = ", ".join(names[:_LISTED]) + (f", … ({len(names)} in all)" if len(names) > _LISTED else "")
    return f"unknown {what} {text!r}; {hint}Known: {shown or 'none'}"


def listed(names: Iterable[object], limit: int = 5) -> str:
    """Join names for a message, cutting a long list visibly.

    >>> listed(["a", "b", "c"], limit=2)
    "'a', 'b' and 1 more"
    """
    every = names if isinstance(names, Sized) else list(names)
    shown = ", ".join(repr(str(name)) for name in islice(every, limit))
    return shown if len(every) <= limit else f"{shown} and {len(every) - limit} more"


def shortened(value: object, most: int = 80) -> str:
    """Return a value for a message, as Python writes it and cut visibly.

    >>> shortened("a" * 100, most=10), shortened(5)
    ("'aaaaaaaaaa… (102 characters)", '5')
    """
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deep to be shown; numbers of too many digits
        return f"what is given ({type(value).__name__})"
    return text if len(text) <= most + 2 else f"{text[: most + 1]}… ({len(text):,} characters)"
