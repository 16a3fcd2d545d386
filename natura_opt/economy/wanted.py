r"""Demand of profiles: what the members of every profile want is wanted of goods.

With baskets ``b`` (goods per member and year) and populations ``n`` of the profiles p, both of which may change from
period to period, the targets that a question sees are

.. math::  d_{it} = g_{it} + \sum_p b_{ip,t}\, n_{pt}

with ``g`` the table ``targets``, zero where there is none.

Source: Samothrakis 2021 (baskets and populations); model 3 of the design notes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from ..base.errors import QuestionError
from ..base.labels import labels
from ..tables.registry import TABLES
from .economy import Economy
from .table import Table, checked

#: The tables whose product is wanted.
OF_PROFILES = ("baskets", "populations")


def with_demand_of_profiles(economy: Economy) -> Economy:
    """Return the economy with what its profiles want among its targets, in the place of their baskets and populations.

    Raises
    ------
    QuestionError : baskets without populations, or populations without baskets. DataError : what they want together is
        no finite number.

    >>> import natura_opt as no
    >>> village = no.build_economy(
    ...     goods=["corn"], inputs=[[0.1]], profiles=["farmers", "smiths"], baskets=[[2, 3]], populations=[10, 5]
    ... )
    >>> with_demand_of_profiles(village).frame("targets").to_dict()
    {'corn': 35.0}
    """
    given = [table for table in OF_PROFILES if economy.has(table)]
    if not given:
        return economy
    if len(given) < len(OF_PROFILES):
        (missing,) = set(OF_PROFILES) - set(given)
        raise QuestionError(
            f"{economy.name}: table {given[0]!r} says nothing without the table {missing!r}: what profiles want is "
            f"baskets times populations; give {missing!r}, or put {given[0]!r} under leave_out"
        )
    when: Iterable[int | None] = [None] if economy.constant("targets", *OF_PROFILES) else range(len(economy.periods))
    slices = {
        t: economy.vector("targets", t or 0) + economy.matrix("baskets", t or 0) @ economy.vector("populations", t or 0)
        for t in when
    }
    tables: dict[str, Table] = {name: table for name, table in economy.tables.items() if name not in OF_PROFILES}
    tables["targets"] = checked(TABLES["targets"], slices, economy.axes, economy.name)
    return replace(economy, tables=tables)


def demand_by_profile(economy: Economy) -> pd.DataFrame:
    """Return what each profile wants of each good, in a year of every period: (profile, good) x periods, without goods
    that it never wants; empty without profiles."""
    goods, profiles, count = economy.goods, economy.axes["profiles"], len(economy.periods)
    every = labels(("profile", profiles), ("good", goods))
    wanted = np.zeros((len(every), count))
    for t in range(count if economy.has("baskets") else 0):
        by_profile = economy.matrix("baskets", t).toarray() * economy.vector("populations", t)
        wanted[:, t] = by_profile.ravel()
    some = np.flatnonzero(wanted.any(axis=1))
    return pd.DataFrame(wanted[some], index=every[some], columns=economy.periods)
