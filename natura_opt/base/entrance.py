"""What a public call may be given, held against its own type hints before anything is done with it.

A call that is given something of another kind says so by name, instead of failing somewhere inside. What the values
mean is for the function to check; here only their kinds are looked at. Hints are read as they are written, so that
nothing has to be imported for a check.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from functools import cache, wraps
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import scipy.sparse as sp

from .errors import NaturaError, OptionError, shortened

Call = TypeVar("Call", bound=Callable[..., Any])


def _is_whole(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Integral) and abs(int(value)) < 2**63


def _is_number(value: Any) -> bool:
    if isinstance(value, Integral | np.integer):
        return _is_whole(value)
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def _is_list(value: Any) -> bool:
    listed = isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
    return listed and not sp.issparse(value) and len(getattr(value, "shape", (0,))) == 1


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "fiu"


#: Kinds that hints name, how each is known, and what it is called.
_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "str": (lambda value: isinstance(value, str), "text"),
    "bool": (lambda value: isinstance(value, bool | np.bool_), "True or False"),
    "int": (_is_whole, "a whole number"),
    "float": (_is_number, "a number"),
    "None": (lambda value: value is None, "None"),
    "Path": (lambda value: isinstance(value, Path), "a path"),
    "Mapping": (lambda value: isinstance(value, Mapping), "a mapping"),
    "Floats": (_is_array, "an array of numbers"),
    "Callable": (callable, "a function"),
    "Iterable": (_is_list, "a list"),
    "Sequence": (_is_list, "a list"),
    "tuple": (lambda value: isinstance(value, tuple), "a tuple"),
    "Sense": (lambda value: isinstance(value, str), "text"),
    "RowSense": (lambda value: isinstance(value, str), "text"),
}
#: Hints that say nothing of the kind.
_ANYTHING = ("Any", "object")
_LISTS = ("Iterable", "Sequence")


def checked_arguments(*trusted: str) -> Callable[[Call], Call]:
    """Return a decorator that refuses arguments of another kind than the function's hints name.

    Parameters
    ----------
    trusted : arguments that the function itself looks at.

    Raises
    ------
    OptionError, from the decorated function: naming the argument, what it must be and what it is.

    >>> @checked_arguments()
    ... def call(name: str, most: int | None = None) -> str:
    ...     return name
    >>> call("a", most=2)
    'a'
    >>> call("a", most="many")
    Traceback (most recent call last):
    ...
    natura_opt.base.errors.OptionError: call: most must be a whole number or None, not 'many'
    """

    def decorate(function: Call) -> Call:
        signature = inspect.signature(function)
        hints = {
            name: str(parameter.annotation)
            for name, parameter in signature.parameters.items()
            if parameter.annotation is not parameter.empty
            and name not in trusted
            and parameter.kind is not parameter.VAR_KEYWORD
        }

        @wraps(function)
        def called(*arguments: Any, **named: Any) -> Any:
            try:
                given = signature.bind(*arguments, **named).arguments
            except TypeError as error:  # Python's own, but for the name of the function
                odd = [name for name in named if name not in signature.parameters]
                near = [close for name in odd for close in get_close_matches(name, signature.parameters, n=1)]
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise TypeError(f"{function.__name__}(): {error}{hint}") from None
            for name, value in given.items():
                if name in hints and not is_kind(value, hints[name]):
                    raise OptionError(
                        f"{function.__name__}: {name} must be {in_words(hints[name])}, not {shortened(value)}"
                    )
            return function(*arguments, **named)

        return called  # type: ignore[return-value]

    return decorate


def refuse_other_kinds(record: Any, where: str, error: type[NaturaError], *trusted: str) -> None:
    """Raise unless every field of a dataclass is of the kind that its hint names.

    Parameters
    ----------
    record : an instance, its module's hints being written as text.
    where : what it is, for the message.
    trusted : fields that it looks at itself.

    Raises
    ------
    ``error`` : naming the field, what it must be and what it is.
    """
    for one in fields(record):
        hint, value = str(one.type), getattr(record, one.name)
        items = _inside(hint) if hint.startswith("tuple[") else ""
        sound = one.name in trusted or is_kind(value, hint)
        if not sound or (items and not all(is_kind(item, items) for item in value)):
            inside = f" of {'texts' if items == 'str' else items}" if items else ""
            raise error(f"{where}: {one.name} must be {in_words(hint)}{inside}, not {shortened(value)}")


def is_kind(value: Any, hint: str) -> bool:
    """Whether a value is of one of the kinds that a type hint names.

    >>> is_kind("a", "str | None"), is_kind(True, "int"), is_kind(["a", 1], "Iterable[str]")
    (True, False, False)
    """
    return any(_is_one(value, part) for part in _parts(hint))


def in_words(hint: str) -> str:
    """Return a type hint as people say it."""
    words = [_called(part) for part in _parts(hint)]
    return " or ".join(dict.fromkeys(words))


def _called(part: str) -> str:
    name, inside = _name(part), _inside(part)
    if name in _LISTS and inside not in ("", *_ANYTHING):
        kinds = dict.fromkeys("texts" if kind == "str" else _name(kind) for kind in _parts(inside))
        return f"a list of {' or '.join(kinds)}"
    return _KINDS[name][1] if name in _KINDS else f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _inside(part: str) -> str:
    """Return what stands in the brackets of a hint."""
    return part[len(part.partition("[")[0]) + 1 : -1].removesuffix(", ...") if part.endswith("]") else ""


def _is_one(value: Any, part: str) -> bool:
    name = _name(part)
    if name in _ANYTHING:
        return True
    if name not in _KINDS:
        return any(kind.__name__ == name for kind in type(value).__mro__)
    if not _KINDS[name][0](value):
        return False
    inside = _inside(part)
    if name == "Mapping":
        return all(is_kind(key, inside.partition(",")[0]) for key in value)
    if inside and name in _LISTS and not isinstance(value, Iterator):
        return all(is_kind(item, inside) for item in value)
    return True


def _name(part: str) -> str:
    return part.partition("[")[0].rpartition(".")[2]


@cache
def _parts(hint: str) -> tuple[str, ...]:
    """Return the alternatives of a hint; bars inside brackets belong to one of them."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(hint):
        depth += (character == "[") - (character == "]")
        if character == "|" and not depth:
            parts.append(hint[start:at])
            start = at + 1
    return tuple(part.strip() for part in (*parts, hint[start:]))
