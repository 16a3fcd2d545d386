"""Lines of an account: amounts of named things, with what a unit of each is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.labels import name_of

#: Amounts of one kind with what a unit of each is worth: kind, names, amounts, valuations.
Lines = tuple[str, list[str], Floats, Floats]


def account(lines: list[Lines]) -> pd.DataFrame:
    """Return lines as a table, the dearest first, without what amounts to nothing."""
    kinds, called, amounts, valuations = [], [], [], []
    for kind, labels, amount, valuation in lines:
        for k in np.flatnonzero(amount):
            kinds.append(kind)
            called.append(labels[k])
            amounts.append(float(amount[k]))
            valuations.append(float(valuation[k]))
    frame = pd.DataFrame({"amount": amounts, "valuation": valuations}, dtype=float) + 0.0
    frame.index = pd.MultiIndex.from_arrays([kinds, called], names=["kind", "name"])
    frame["worth"] = frame["amount"] * frame["valuation"]
    return frame.iloc[np.argsort(-frame["worth"].to_numpy(), kind="stable")]


def names(index: pd.Index) -> list[str]:
    return [name_of(label) for label in index]
