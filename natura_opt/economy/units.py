"""Units through pint: unit strings are parsed once each, never per good.

A unit says how one label is measured. Every good is a dimension of its own (a tonne of iron is never a tonne of
corn), so units are only ever compared between what a table is written in and what its row and column are measured in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from ..errors import DataError
from .registry import TableSpec


class Units:
    """A unit registry with the units an economy brings along.

    Parameters
    ----------
    own : names of units that pint does not know; each becomes a dimension of its own.
    """

    def __init__(self, own: Iterable[str] = ()) -> None:
        names = tuple(own)
        for name in names:
            if not isinstance(name, str) or not name.isidentifier():
                raise DataError(f"own_units: {name!r} is not usable as a unit name (letters, digits and _ only)")
        self._own = names
        self._parse = cache(self._parsed)
        if names:  # a unit that cannot be defined is said at once
            _registry(names)

    def check(self, unit: str, place: str) -> None:
        """Raise, naming the place, where a unit string is not understood."""
        if unit:
            try:
                self._parse(unit)
            except Exception as error:  # pint raises many kinds, tokenizer errors among them
                raise DataError(
                    f"{place}: the unit {unit!r} is not understood ({error}); a unit of your own goes into own_units"
                ) from None

    def factor(self, written: str, wanted: str, place: str) -> float:
        """Return what a number in ``written`` is multiplied by to be in ``wanted``."""
        if written == wanted:
            return 1.0
        self.check(written, place)
        self.check(wanted, place)
        import pint

        try:
            return float((1 * self._parse(written or "1")).to(self._parse(wanted or "1")).magnitude)
        except pint.DimensionalityError:
            raise DataError(f"{place}: {written!r} cannot be turned into {wanted!r}") from None

    def _parsed(self, unit: str) -> Any:
        return _registry(self._own).Unit(unit) if unit != "1" else _registry(self._own).Unit("")


def own_names(declared: Iterable[str], units: Iterable[str]) -> list[str]:
    """Return the unit names an economy must declare: those given, and those in its units that pint does not know.

    >>> own_names([], ["tonne", "person * year", "EUR_million", ""])
    ['person', 'EUR_million']
    """
    import pint

    names = list(dict.fromkeys(declared))
    for unit in dict.fromkeys(units):
        while unit:
            try:
                Units(names)._parsed(unit)
            except pint.UndefinedUnitError as error:
                found: Any = error.unit_names
                missing = [found] if isinstance(found, str) else list(found)
                if not all(name.isidentifier() and name not in names for name in missing):
                    break  # reading will say what is wrong with it
                names += missing
            except Exception:  # pint raises many kinds; reading will say what is wrong
                break
            else:
                break
    return names


def wanted_unit(spec: TableSpec, row_unit: str, column_unit: str = "") -> str:
    """Return the unit a table's number must be in, from the units of its row and column.

    >>> from natura_opt.economy.registry import TABLES
    >>> wanted_unit(TABLES["inputs"], "tonne", "hour")
    '(tonne) / (hour)'
    >>> wanted_unit(TABLES["depreciation"], "tonne", "hour")
    '1'
    """
    symbols: Mapping[str, str] = dict(zip(spec.axes, (row_unit, column_unit), strict=False))
    parts = []
    for part in spec.unit.split(" / "):
        parts.append("1" if part == "1" else f"({symbols[part] or '1'})")
    return " / ".join(parts) if len(parts) > 1 else parts[0]


@cache
def _registry(own: tuple[str, ...]) -> Any:
    """Return pint's registry with an economy's own units, made when first needed: it takes a tenth of a second."""
    import pint

    registry: Any = pint.UnitRegistry()
    for name in own:
        if name in registry:
            raise DataError(f"own_units: {name!r} is known to pint already; take another name or leave it out")
        registry.define(f"{name} = [{name}]")
    return registry
