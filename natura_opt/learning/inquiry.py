"""A question to a production unit, and an economy that has heard the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..base.entrance import checked_arguments
from ..base.errors import DataError, shortened
from ..base.labels import name_of
from ..economy.economy import Economy

#: Quantities nearer than this share are one.
_SAME = 1e-12


@dataclass(frozen=True)
class Inquiry:
    """What to ask next: how much of one thing a technique (or one unit of its stack) needs in all at one scale.

    Attributes
    ----------
    technique, name : labels of who is asked, and of what is asked about.
    of : the table in whose place the curve stands (``inputs``, ``resource_use``, ``capital``, ``emissions``).
    unit : the production unit of the stack that is asked; empty where there is none.
    scale : the activity asked about, in the technique's unit; of a unit of a stack, its own.
    counted_on : the total that the plan reckons with there.
    lowest, highest : between which the answer must lie.
    valuation : what one unit more of the total would cost the objective.
    reduction : by how much the answer is expected to reduce the plan's error, in units of the objective.
    runs_there : whether the plan runs the technique at this scale; otherwise it might come to, after the answer.
    """

    technique: Any
    name: Any
    of: str
    unit: str
    scale: float
    counted_on: float
    lowest: float
    highest: float
    valuation: float
    reduction: float
    runs_there: bool

    def __str__(self) -> str:
        who = name_of(self.technique) + (f", {self.unit}," if self.unit else "")
        why = "the plan runs there" if self.runs_there else "the plan might come to run there"
        verb = "give off" if self.of == "emissions" else "tie up" if self.of == "capital" else "need"
        return (
            f"ask {who} how much {name_of(self.name)} it would {verb} in all at {self.scale:g}: the reports say "
            f"between {self.lowest:g} and {self.highest:g}, the plan counts on {self.counted_on:g}, and {why}; the answer is "
            f"expected to be worth {self.reduction:.3g} of the objective"
        )


@checked_arguments()
def answered(economy: Economy, inquiry: Inquiry, total: float) -> Economy:
    """Return the economy with the answer to a question among its reports.

    Parameters
    ----------
    total : what is needed in all at the scale that was asked about, in the unit of what is needed.

    Raises
    ------
    DataError : an economy without the curve that was asked about; an answer that its curve cannot take.
    """
    rows = economy.frame("curves")
    assert isinstance(rows, pd.DataFrame)
    asked = {"technique": inquiry.technique, "name": inquiry.name, "of": inquiry.of, "unit": inquiry.unit}
    mine = pd.Series(True, index=rows.index)
    for column, label in asked.items():
        mine &= pd.Series([value == label for value in rows[column]], index=rows.index, dtype=bool)
    if not mine.any():
        raise DataError(
            f"{economy.name}: table 'curves' has no report of {name_of(inquiry.name)!r} by "
            f"{name_of(inquiry.technique)!r} {shortened(inquiry.unit) if inquiry.unit else ''}".rstrip()
        )
    own = rows[mine]
    if (abs(own["quantity"] - inquiry.scale) <= _SAME * inquiry.scale).any():
        raise DataError(f"{economy.name}: {name_of(inquiry.technique)!r} has already reported at {inquiry.scale:g}")
    before = own.index[own["quantity"] < inquiry.scale]
    report = {column: own.iloc[0][column] for column in rows.columns}
    report |= {"quantity": float(inquiry.scale), "total": float(total), "formula": ""}
    at = int(before[-1]) + 1 if len(before) else int(own.index[0])  # rows are numbered from 0
    told = pd.concat([rows.iloc[:at], pd.DataFrame([report]), rows.iloc[at:]], ignore_index=True)
    return economy.with_changes(curves=told)
