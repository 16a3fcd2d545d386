r"""Flows of a base year to an economy: one industry per good, as in every symmetric input-output table.

With flows Z (goods by industries), outputs x and final demand Y,

.. math::  x_i = \sum_j Z_{ij} + \sum_k Y_{ik}, \qquad A_{ij} = Z_{ij} / x_j, \qquad R_{rj} = \text{total}_{rj} / x_j

which is what :func:`natura_opt.from_supply_use` makes of a supply table with x on its diagonal. With one resource of
weight 1 the least-resources plan is x, and the valuations of the goods are the multipliers :math:`r (I - A)^{-1}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.entrance import checked_arguments
from ...base.errors import DataError
from ..coerce import as_labels
from ..economy import Economy
from ..question import Question
from .balance import TOLERANCE, checked_balance, refuse_tolerance
from .negatives import aligned, check_choice, summed
from .supply_use import from_supply_use


@checked_arguments(
    "flows", "output", "final_demand", "resources", "emissions", "capital", "units", "questions", "resource_limits"
)
def from_flows(
    flows: pd.DataFrame,
    output: pd.Series | None,
    final_demand: pd.Series | pd.DataFrame,
    *,
    resources: pd.DataFrame | None = None,
    resource_limits: pd.Series | str | None = None,
    resource_weights: pd.Series | None = None,
    emissions: pd.DataFrame | None = None,
    capital: pd.DataFrame | None = None,
    tolerance: float = TOLERANCE,
    negatives: str = "error",
    units: Mapping[str, str | Iterable[str] | Mapping[Any, str]] | None = None,
    name: str = "flows",
    title: str = "",
    source: str = "",
    notes: Iterable[str] = (),
    objective: str | None = None,
    questions: Mapping[str, Question] | None = None,
    **tables: Any,
) -> Economy:
    """Build an economy from the flows Z, the outputs x and the final demand Y of a base year; names decide.

    Parameters
    ----------
    flows : Z, goods x industries of the same names, in the units of the rows.
    output : x, by good; ``None`` for what the rows of Z and Y add up to, which then checks nothing.
    final_demand : Y, by good; the columns of a DataFrame are added. It becomes ``targets``.
    resources : totals of the base year, resources x industries (value added, hours, land); they become
        ``resource_use`` per unit of output.
    resource_limits : by resource; or ``"base"`` for as much as the base year used.
    resource_weights : by resource, for a least-resources question.
    emissions : totals of the base year, pollutants x industries.
    capital : stocks of the base year, goods x industries; they become ``capital`` and ``initial_capital``.
    tolerance : how far x may be from Z 1 + Y 1, as a part of the larger of the two, row by row.
    negatives, units, name, title, source : as in :func:`natura_opt.from_supply_use`.
    notes : what was found before; what is found here is added.
    objective, questions, tables : as :func:`natura_opt.build_economy` takes them.

    Raises
    ------
    DataError : rows that do not balance, unmatched names, NaN, negative entries, industries that use but make nothing;
        naming table and entry.

    >>> import pandas as pd, natura_opt as no
    >>> names = ["farms", "mills"]
    >>> economy = no.from_flows(
    ...     pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], names, names),
    ...     pd.Series([1000.0, 2000.0], names),
    ...     pd.Series([350.0, 1700.0], names),
    ...     resources=pd.DataFrame([[650.0, 1400.0]], ["value added"], names),
    ...     resource_weights=pd.Series([1.0], ["value added"]),
    ...     objective="least-resources",
    ... )
    >>> no.solve(economy).assert_optimal().activities["1"].round(6).to_dict()
    {'farms': 1000.0, 'mills': 2000.0}
    """
    check_choice(negatives)
    refuse_tolerance(tolerance)
    if not isinstance(flows, pd.DataFrame):
        raise DataError(f"{name}: flows must be a DataFrame (goods x industries), not {type(flows).__name__}")
    goods = as_labels(flows.columns, "goods", f"{name}: flows")
    between = aligned(flows, goods, goods, f"{name}: flows", ("goods", "techniques"))
    out = between.sum(axis=1) + summed(final_demand, goods, f"{name}: final_demand")
    made = out if output is None else summed(output, goods, f"{name}: output")
    _refuse_below_zero(made, goods, name)
    found = checked_balance(made, out, goods, name, tolerance)
    economy = from_supply_use(
        pd.DataFrame(np.diag(made), goods, goods),
        pd.DataFrame(between, goods, goods),
        final_demand=final_demand,
        resources=resources,
        resource_limits=resource_limits,
        resource_weights=resource_weights,
        emissions=emissions,
        capital=capital,
        negatives=negatives,
        units=units,
        name=name,
        title=title,
        source=source,
        objective=objective,
        questions=questions,
        **tables,
    )
    one_each = abs(economy.matrix("outputs", 0) - sp.eye_array(len(goods), format="csr")).sum() == 0
    changes = {"outputs": None} if one_each else {}  # which is what a missing table stands for
    return economy.with_changes(notes=[*notes, *found, *economy.notes], **changes)


def _refuse_below_zero(made: Floats, goods: pd.Index, name: str) -> None:
    below = np.flatnonzero(made < 0)
    if len(below):
        raise DataError(
            f"{name}: output, row {str(goods[below[0]])!r} is {made[below[0]]:g}; no industry makes less than nothing"
        )
