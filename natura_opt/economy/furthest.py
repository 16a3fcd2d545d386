"""The number of an economy that is furthest from one: where arithmetic gives out, it is to blame."""

from __future__ import annotations

import numpy as np

from .economy import Economy
from .table import place, shown


def furthest_number(economy: Economy) -> str:
    """Name the number that is the most orders of magnitude away from one: table, row, column, period.

    >>> import natura_opt as no
    >>> furthest_number(no.build_economy(goods=["corn"], inputs=[[0.5]], targets=[1e-28]))
    "economy: table 'targets', row 'corn' is 1e-28"
    """
    worst, named = 0.0, f"{economy.name}: no number"
    for table in economy.tables.values():
        for key, part in table.slices.items():
            numbers = part.data if table.spec.is_matrix else part
            usable = np.isfinite(numbers) & (numbers != 0)
            sizes = np.abs(np.log10(np.abs(numbers), out=np.zeros(len(numbers)), where=usable))
            if sizes.max(initial=0.0) > worst:
                at, worst = int(sizes.argmax()), float(sizes.max())
                only = np.arange(len(numbers)) == at
                named = f"{place(table.spec, part, only, economy.axes, economy.name, key)} is {shown(numbers[at])}"
    return named
