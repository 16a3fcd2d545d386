"""Units through pint: unit strings are parsed once each, never per good.

A unit says how one label is measured. Every good is a dimension of its own (a tonne of iron is never a tonne of
corn), so units are only ever compared between what a table is written in and what its row and column are measured in.
Only products of powers of units that begin at zero are units here: a number in another of them is then a multiple.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from keyword import iskeyword
from typing import Any

from ..base.errors import DataError, shortened
from ..tables.spec import TableSpec

#: Longer ones are no units, and powers beyond this are no quantities.
_LONGEST, _HIGHEST = 200, 12
_POWER = r"[+-]?[0-9]{1,2}(\.[0-9]{1,2})?"
#: Names, products, quotients, brackets, and powers of whole or decimal numbers; nothing that is computed.
_WORD = re.compile(
    rf"(?P<name>°?[^\W\d]\w*|°|(?<![\w)])[%‰](?!\w))|(?P<one>1(?![\w.]))|(?P<power>(\*\*|\^)\s*({_POWER}|\(\s*{_POWER}\s*\)))"
    r"|(?P<sign>[*()]|/(?!/))|(?P<blank>[ \t]+)"
)


class Units:
    """A unit registry with the units an economy brings along.

    Parameters
    ----------
    own : names of units that pint does not know; each becomes a dimension of its own.
    """

    def __init__(self, own: Iterable[str] = ()) -> None:
        names = tuple(own)
        for name in names:
            if not isinstance(name, str) or not name.isidentifier() or iskeyword(name) or len(name) > _LONGEST:
                raise DataError(
                    f"own_units: {shortened(name)} is not usable as a unit name (letters, digits and _ only)"
                )
        self._own = names
        self._parse = cache(self._parsed)
        if names:  # a unit that cannot be defined is said at once
            _registry(names)

    def check(self, unit: str, place: str) -> None:
        """Raise, naming the place, where a unit string is not understood or is no multiple of others."""
        if unit:
            try:
                self._parse(unit)
            except Exception as error:  # pint raises many kinds, tokenizer errors among them
                raise DataError(
                    f"{place}: the unit {shortened(unit)} is not understood ({error}); a unit of your own goes into "
                    "own_units"
                ) from None

    def factor(self, written: str, wanted: str, place: str) -> float:
        """Return what a number in ``written`` is multiplied by to be in ``wanted``.

        Raises
        ------
        DataError : units of different kinds, or too far apart for a double.
        """
        if written == wanted:
            return 1.0
        self.check(written, place)
        self.check(wanted, place)
        import pint

        try:
            factor = float((1 * self._parse(written or "1")).to(self._parse(wanted or "1")).magnitude)
        except pint.DimensionalityError:
            raise DataError(f"{place}: {written!r} cannot be turned into {wanted!r}") from None
        except (OverflowError, ZeroDivisionError):
            factor = 0.0
        if not 0 < factor < float("inf"):
            raise DataError(f"{place}: {written!r} is too far from {wanted!r} for a double to tell how much it is")
        return factor

    def _parsed(self, unit: str) -> Any:
        """Return pint's unit.

        Raises
        ------
        ValueError : not a product of powers, or of units that do not begin at zero; or as pint raises it.
        """
        refuse_what_is_no_product(unit)
        registry = _registry(self._own)
        parsed = registry.Unit("" if unit == "1" else unit)
        powers = [abs(float(power)) for power in dict(parsed._units).values()]
        if max(powers, default=0.0) > _HIGHEST:
            raise ValueError(f"a power above {_HIGHEST}")
        for name in dict(parsed._units):
            if not _begins_at_zero(registry, name):
                raise ValueError(
                    f"{name!r} is a scale that does not begin at zero or is not even, so amounts in it cannot be added "
                    "or multiplied; take a unit such as kelvin or watt"
                )
        return parsed


def refuse_what_is_no_product(unit: str) -> list[str]:
    """Return the names in a unit string; raise on more than names, products, quotients, brackets and small powers.

    >>> refuse_what_is_no_product("tonne * kilometre / (hour ** 2)")
    ['tonne', 'kilometre', 'hour']
    >>> refuse_what_is_no_product("kg|m")
    Traceback (most recent call last):
    ...
    ValueError: '|' at character 3 has no meaning in a unit
    """
    if not isinstance(unit, str) or len(unit) > _LONGEST:
        raise ValueError("a unit is a short text")
    at, names = 0, []
    while at < len(unit):
        match = _WORD.match(unit, at)
        if match is None:
            raise ValueError(f"{unit[at]!r} at character {at + 1} has no meaning in a unit")
        if match["name"]:
            names.append(match["name"])
        at = match.end()
    return names


@cache
def own_unit(text: str) -> str:
    """Return a unit string that can be read: the text itself, or a name of letters and digits made from it.

    >>> own_unit("tonne / hour"), own_unit("M.EUR"), own_unit("1000 p")
    ('tonne / hour', 'M_EUR', 'u1000_p')
    """
    unit = text.strip()
    if unit.isidentifier() or not unit:
        return unit
    try:
        units_of([unit], "unit")
    except DataError:
        name = re.sub(r"\W+", "_", unit).strip("_")
        return name if name.isidentifier() else f"u{name}"
    return unit


def units_of(units: Iterable[str], place: str, own: Iterable[str] | None = None) -> Units:
    """Return the registry that understands every unit.

    Parameters
    ----------
    own : the units of the economy's own; by default whatever pint does not know, where it can be a name.

    Raises
    ------
    DataError : a unit that cannot be understood.
    """
    every = list(dict.fromkeys(units))
    converter = Units(own_names([], every) if own is None else own)
    for unit in every:
        converter.check(unit, place)
    return converter


def own_names_given(own: Any, where: str) -> tuple[str, ...]:
    """Return the names of own units as a user gives them.

    Raises
    ------
    DataError : what is no list.
    """
    if isinstance(own, str | bytes | Mapping) or not isinstance(own, Iterable):
        raise DataError(f"{where}: own_units must be a list of names, not {shortened(own)}")
    return tuple(own)


def own_names(declared: Iterable[str], units: Iterable[str]) -> list[str]:
    """Return the unit names an economy must declare: those given, and those in its units that pint does not know.

    >>> own_names([], ["tonne", "person * year", "EUR_million", ""])
    ['person', 'EUR_million']
    """
    from pint.util import string_preprocessor

    names = list(dict.fromkeys(declared))
    for unit in dict.fromkeys(units):
        try:
            words = refuse_what_is_no_product(string_preprocessor(unit) if isinstance(unit, str) else unit)
        except ValueError:
            continue  # reading will say what is wrong with it
        for word in words:
            usable = word.isidentifier() and not iskeyword(word) and word not in names
            if usable and not _is_known(word) and not _derived(word, names):
                names.append(word)
    return names


def _is_known(word: str) -> bool:
    try:
        return word in _registry(())
    except ValueError:  # what pint takes for a number, such as nan; reading will say what is wrong
        return True


def _derived(word: str, names: list[str]) -> bool:
    """Whether a word is one of the names with a prefix (kilo) or a plural's ending."""
    ends = {word[start:end] for start in range(len(word)) for end in (len(word), len(word) - word.endswith("s"))}
    endings = [name for name in names if name in ends]
    prefixes = _registry(())._prefixes
    return any(word.startswith(name) or word[: word.index(name)] in prefixes for name in endings)


def wanted_unit(spec: TableSpec, row_unit: str, column_unit: str = "") -> str:
    """Return the unit a table's number must be in, from the units of its row and column.

    >>> from natura_opt.tables.registry import TABLES
    >>> wanted_unit(TABLES["inputs"], "tonne", "hour")
    '(tonne) / (hour)'
    >>> wanted_unit(TABLES["depreciation"], "tonne", "hour")
    '1'
    """
    symbols: Mapping[str, str] = dict(zip(spec.axes, (row_unit, column_unit), strict=False))
    above, below = ("1" if axis is None else f"({symbols[axis] or '1'})" for axis in spec.unit_axes)
    return above if below == "1" else f"{above} / {below}"


def _begins_at_zero(registry: Any, name: str) -> bool:
    """Whether nothing in this unit is nothing in any, and twice as much is twice as much."""
    try:
        none, one, two = (float(registry.Quantity(float(k), name).to_root_units().magnitude) for k in range(3))
    except Exception:  # pint refuses some scales here
        return False
    return none == 0 and one > 0 and abs(two - 2 * one) <= 1e-9 * one


@lru_cache(maxsize=32)
def _registry(own: tuple[str, ...]) -> Any:
    """Return pint's registry with an economy's own units, made when first needed: it takes a tenth of a second."""
    import pint

    registry: Any = pint.UnitRegistry()
    for name in own:
        if name in registry:
            raise DataError(f"own_units: {name!r} is known to pint already; take another name or leave it out")
        registry.define(f"{name} = [{name}]")
    return registry
