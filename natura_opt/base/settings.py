"""Settings: what each may be is declared once, where it is declared, and checked in one way whoever gives it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from numbers import Integral
from numbers import Real as Number
from typing import Any, Protocol, Self

from .errors import NaturaError, OptionError, SettingError, shortened, unknown


def whole(name: str, value: Any, least: int) -> int:
    """Return a setting that must be a whole number of at least ``least``.

    Raises
    ------
    OptionError : it is not; the sentence says what it is instead.
    """
    sound = isinstance(value, Integral) and not isinstance(value, bool)
    if not sound or int(value) < least:
        raise OptionError(f"{name} must be a whole number of at least {least}, not {shortened(value)}")
    return int(value)


def real(
    name: str, value: Any, least: float, below: float = math.inf, *, above: bool = False, most: float = math.inf
) -> float:
    """Return a setting that must be a number from ``least`` on (with ``above``: not itself), below ``below``.

    Parameters
    ----------
    most : the largest that is allowed, where it is allowed itself.

    Raises
    ------
    OptionError : it is not; the sentence says what it is instead.
    """
    given = _double(value)
    sound = math.isfinite(given) and given < below and given <= most
    if not sound or not (least < given if above else least <= given):
        raise OptionError(f"{name} must be {_range(least, below, above, most)}, not {shortened(value)}")
    return given


def _double(value: Any) -> float:
    """Return a number as a double; not a number where it is none, or a whole number that no double holds."""
    if type(value) in (bool,) or not isinstance(value, Number):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def _range(least: float, below: float, above: bool, most: float) -> str:
    start = f"above {least:g}" if above else f"of at least {least:g}"
    end = f" and below {below:g}" if below < math.inf else f" and at most {most:g}" if most < math.inf else ""
    return f"a number {start}{end}"


def radius_of(value: Any) -> float:
    """Return a spectral radius: above 0, and below 1, or there would be nothing left of what is made.

    Raises
    ------
    OptionError : it is out of that range.
    """
    try:
        return real("radius", value, 0.0, 1.0, above=True)
    except OptionError as error:
        raise OptionError(f"{error}: with a spectral radius of 1 or more the economy makes no net product") from None


def one_of(name: str, value: Any, choices: Iterable[Any]) -> Any:
    """Return a setting that must be one of the known names (or numbers).

    Raises
    ------
    OptionError : it is none of them; they are named.
    """
    names = tuple(choices)
    if isinstance(value, bool) or not any(type(value) is type(choice) and value == choice for choice in names):
        raise OptionError(unknown(name, value, names))
    return value


class Allowed(Protocol):
    """What a setting may be."""

    @property
    def words(self) -> str:
        """What it may be, in words."""

    @property
    def text(self) -> bool:
        """Whether it is text, so that ``1993`` on a command line is a name and no number."""

    def checked(self, name: str, value: Any) -> Any:
        """Return the value as it is used; raise OptionError where it is not allowed."""


@dataclass(frozen=True)
class Whole:
    """A whole number of at least ``least``."""

    least: int
    text: bool = False

    @property
    def words(self) -> str:
        return f"a whole number of at least {self.least}"

    def checked(self, name: str, value: Any) -> int:
        return whole(name, value, self.least)


@dataclass(frozen=True)
class Real:
    """A number from ``least`` on (with ``above``: not itself), below ``below``, at most ``most``."""

    least: float
    below: float = math.inf
    above: bool = False
    most: float = math.inf
    text: bool = False

    @property
    def words(self) -> str:
        return _range(self.least, self.below, self.above, self.most)

    def checked(self, name: str, value: Any) -> float:
        return real(name, value, self.least, self.below, above=self.above, most=self.most)


@dataclass(frozen=True)
class OneOf:
    """One of some names (or numbers); ``called`` is what messages call it, where its own name is not enough."""

    names: tuple[Any, ...]
    called: str = ""

    @property
    def text(self) -> bool:
        return all(isinstance(name, str) for name in self.names)

    @property
    def words(self) -> str:
        return f"one of {', '.join(map(str, self.names))}"

    def checked(self, name: str, value: Any) -> Any:
        return one_of(self.called or name, value, self.names)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    words: str = "true or false"
    text: bool = False

    def checked(self, name: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise OptionError(f"{name} must be True or False, not {shortened(value)}")
        return bool(value)


@dataclass(frozen=True)
class Given:
    """Whatever ``check`` takes: what a method reads for itself."""

    words: str
    check: Callable[[str, Any], Any]
    text: bool = False

    def checked(self, name: str, value: Any) -> Any:
        return self.check(name, value)


@dataclass(frozen=True)
class Described:
    """A setting as a reference prints it: its name, what it means, what it may be, what stands for a missing one."""

    name: str
    meaning: str
    allowed: Allowed
    default: Any


def setting(default: Any, meaning: str, allowed: Allowed) -> Any:
    """Declare a field of a :class:`Settings`: its default, what it means in words, and what it may be.

    Parameters
    ----------
    default : what stands where it is not given. None: it may be None, which is to say not given.
        ``dataclasses.MISSING``: it must be given.
    meaning : one line for people.
    allowed : what it may be: ``Whole``, ``Real``, ``OneOf``, ``Flag`` or ``Given`` of :mod:`natura_opt.base.settings`.

    Raises
    ------
    SettingError : ``meaning`` is no text, or ``allowed`` does not say what it may be; a value that is not allowed is
        refused where the settings are read.
    """
    if not isinstance(meaning, str):
        raise SettingError(f"setting: meaning must be text, not {shortened(meaning)}")
    if not (isinstance(getattr(allowed, "words", None), str) and callable(getattr(allowed, "checked", None))):
        raise SettingError(f"setting: allowed must say what it may be, as Whole or Real do, not {shortened(allowed)}")
    told = {"meaning": meaning, "allowed": allowed}
    return field(metadata=told) if default is MISSING else field(default=default, metadata=told)


@dataclass(frozen=True)
class Settings:
    """Base of the settings of one method or objective: a frozen dataclass whose fields are declared by :func:`setting`.

    Whoever makes one, with names in Python, from a file or from a command line, gets the same checks.

    >>> @dataclass(frozen=True)
    ... class Steps(Settings):
    ...     rounds: int = setting(5, "how many rounds", Whole(1))
    >>> Steps.read({"rounds": 0}, "method 'x'")
    Traceback (most recent call last):
    ...
    natura_opt.base.errors.SettingError: method 'x': rounds must be a whole number of at least 1, not 0
    """

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if value is not None or one.default is not None:
                object.__setattr__(self, one.name, one.metadata["allowed"].checked(one.name, value))

    @classmethod
    def read(cls, given: Mapping[str, Any], where: str, error: type[NaturaError] = SettingError) -> Self:
        """Return the settings that a mapping gives.

        Parameters
        ----------
        given : values by name.
        where : whose settings these are, for messages.
        error : the class of what is raised.

        Raises
        ------
        ``error`` : a name that is none of them, with the nearest that is; a value that is not allowed; one that is
            missing.
        """
        names = cls.names()
        for name in given:
            if name not in names:
                raise error(f"{where}: {unknown('setting', name, names)}")
        for one in cls.described():
            if one.default is MISSING and one.name not in given:
                raise error(f"{where}: needs the setting {one.name!r}: {one.meaning}, {one.allowed.words}")
        try:
            return cls(**given)
        except OptionError as wrong:
            raise error(f"{where}: {wrong}") from None

    @classmethod
    def among(cls, given: Mapping[str, Any], where: str, error: type[NaturaError] = SettingError) -> Self:
        """Return these settings from a mapping that holds others' beside them.

        Parameters
        ----------
        given, where, error : as of :meth:`read`.

        Raises
        ------
        ``error`` : as of :meth:`read`.
        """
        names = cls.names()
        return cls.read({name: value for name, value in given.items() if name in names}, where, error)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the settings."""
        return tuple(one.name for one in fields(cls))

    @classmethod
    def described(cls) -> tuple[Described, ...]:
        """Return every setting as a reference prints it.

        Raises
        ------
        SettingError : a field that is not declared by :func:`setting`.
        """
        for one in fields(cls):
            if "allowed" not in one.metadata:
                raise SettingError(
                    f"{cls.__name__}: the field {one.name!r} is not declared; write {one.name}: … = "
                    "natura_opt.setting(default, meaning, what it may be)"
                )
        return tuple(
            Described(one.name, one.metadata["meaning"], one.metadata["allowed"], one.default) for one in fields(cls)
        )


@dataclass(frozen=True)
class NoSettings(Settings):
    """Of what has no settings."""
