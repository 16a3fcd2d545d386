"""What tables say of trade that would be a free lunch, or nothing: refused by name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..base.errors import QuestionError, listed
from ..base.labels import name_of
from ..economy.economy import Economy
from .trade import WAYS, Way


def refuse_senseless_trade(economy: Economy) -> None:
    """Raise unless whatever can be traded has a price wherever it can be, and no good earns by going to and fro.

    Raises
    ------
    QuestionError : naming the table, the goods and the period.
    """
    if not any(economy.has(table) for way in WAYS for table in (way.limits, way.prices)):
        raise QuestionError(
            f"{economy.name}: table 'foreign_exchange' says what there is to pay imports with, and nothing can be "
            "imported or exported: give 'import_prices' or 'export_prices'"
        )
    for way in WAYS:
        _refuse_without_price(economy, way)
    imports, exports = WAYS
    for t, period in enumerate(economy.periods):
        both = imports.open(economy, t) & exports.open(economy, t)
        dearer = economy.vector(exports.prices, t) > economy.vector(imports.prices, t)
        goods: pd.Index = economy.goods[both & dearer]
        if len(goods):
            raise QuestionError(
                f"{economy.name}: table 'export_prices' pays more for {listed(goods)} in {name_of(period)} than "
                "'import_prices' asks: foreign exchange would come from importing it to export it; no export price may "
                "exceed the import price of the same good and period"
            )


def _refuse_without_price(economy: Economy, way: Way) -> None:
    """Raise where what can be traded in some period has no price in it."""
    limited = economy.has(way.limits)
    goods = np.zeros(len(economy.goods), dtype=bool)
    goods[way.goods(economy)] = True
    for t, period in enumerate(economy.periods):
        traded = way.open(economy, t) if limited else goods
        without: pd.Index = economy.goods[traded & (economy.vector(way.prices, t) == 0)]
        if len(without):
            can = "imported and cost" if way.adds > 0 else "exported and earn"
            without_limits = f"a price in every period, or give {way.limits!r}, with 0 where it cannot be"
            raise QuestionError(
                f"{economy.name}: {listed(without)} can be {can} nothing in {name_of(period)}: give it in "
                f"{way.prices!r} " + ("a price above 0, or 0 in " + repr(way.limits) if limited else without_limits)
            )
