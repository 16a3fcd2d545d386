"""The families of seeded economies, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from ..base.entrance import checked_arguments
from ..base.errors import OptionError, unknown
from ..economy.economy import Economy
from .cockshott import cockshott
from .planned import planned, size_of
from .samothrakis import samothrakis

#: Every family, by the name people call it; each says its settings and their defaults.
FAMILIES: dict[str, Callable[..., Economy]] = {"planned": planned, "cockshott": cockshott, "samothrakis": samothrakis}


def forecast(family: str, settings: Mapping[str, Any]) -> int:
    """Return the most bytes of memory that generating an economy of a family takes; 0 where that is little.

    Raises
    ------
    OptionError : a setting out of range.
    """
    return size_of(**settings).generating if family == "planned" else 0


@checked_arguments()
def generate_economy(family: str, *, seed: int = 0, **settings: Any) -> Economy:
    """Return a seeded economy of a family.

    Parameters
    ----------
    family : ``planned`` (general, feasible by construction), ``cockshott`` (1990) or ``samothrakis`` (2021).
    seed : a seed gives the same economy on every machine, up to the last digits of what sums are rounded to.
    settings : sizes and shapes, as the family's function in :data:`FAMILIES` names them.

    Raises
    ------
    OptionError : unknown family or setting (with the nearest one), or a setting out of range.

    >>> generate_economy("cockshott", goods=30, inputs=13, seed=1)
    Economy 'cockshott_30_13_seed1': 30 goods, 30 techniques, 1 periods
      inputs                    390 coefficients goods used up per unit of activity (A)
      capital                   390 coefficients stock of goods tied up per unit of activity (C)
      capital_pool               30 numbers      stocks at the start that any technique may use
      targets                    30 numbers      final demand, or the assortment wanted (d, g)
      asked: default (assortment)
    """
    if family not in FAMILIES:
        raise OptionError(unknown("family", family, FAMILIES))
    make = FAMILIES[family]
    parameters = [name for name in signature(make).parameters if name != "seed"]
    for name in settings:
        if name not in parameters:
            raise OptionError(f"family {family!r}: {unknown('setting', name, parameters)}")
    return make(seed=seed, **settings)
