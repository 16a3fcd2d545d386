r"""Supply and use tables to an economy: industries are techniques, with all the products each of them makes.

Joint products stay joint: no technology assumption is made, nothing is transferred between industries. With supply V
(products by industries), use U and the base-year activity level q of each industry,

.. math::  B_{ij} = V_{ij} / q_j, \qquad A_{ij} = U_{ij} / q_j, \qquad R_{rj} = \text{total}_{rj} / q_j

so that activity q gives back the tables. The unit of an activity is one unit of the industry's total output and q the
sum of what it makes, where all products are measured alike (money, ktoe); where they are not, the levels must be given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.entrance import checked_arguments
from ...base.errors import DataError, listed, shortened
from ..build import build_economy, units_of_axis
from ..coerce import as_labels
from ..economy import Economy
from ..question import Question
from .negatives import (
    aligned,
    check_choice,
    moved_demand,
    moved_imports,
    moved_inputs,
    moved_outputs,
    per_unit,
    summed,
    without_receipts,
)


@checked_arguments(
    "supply", "use", "final_demand", "imports", "resources", "emissions", "capital", "levels", "units", "questions"
)
def from_supply_use(
    supply: pd.DataFrame,
    use: pd.DataFrame,
    *,
    final_demand: pd.Series | pd.DataFrame,
    imports: pd.Series | None = None,
    resources: pd.DataFrame | None = None,
    resource_limits: pd.Series | str | None = None,
    resource_weights: pd.Series | None = None,
    emissions: pd.DataFrame | None = None,
    capital: pd.DataFrame | None = None,
    levels: pd.Series | None = None,
    negatives: str = "error",
    units: Mapping[str, str | Iterable[str] | Mapping[Any, str]] | None = None,
    name: str = "supply_use",
    title: str = "",
    source: str = "",
    objective: str | None = None,
    questions: Mapping[str, Question] | None = None,
    **tables: Any,
) -> Economy:
    """Build an economy from the supply and use tables of a base year. Every table is labelled; names decide.

    Parameters
    ----------
    supply, use : products x industries, in the units of the products (a make table is the transpose of ``supply``).
    final_demand : by product; the columns of a DataFrame are added. It becomes ``targets``.
    imports : what came from outside, by product; it is counted as goods on hand (``initial_stocks``).
    resources : totals of the base year, resources x industries (hours, wages, land); they become ``resource_use``.
    resource_limits : by resource; or ``"base"`` for as much as the base year used.
    resource_weights : by resource, for a least-resources question.
    emissions : totals of the base year, pollutants x industries; they become ``emissions`` per unit.
    capital : stocks of the base year, products x industries; they become ``capital`` per unit and ``initial_capital``.
    levels : activity level of each industry in the base year; by default the sum of what it makes.
    negatives : ``"error"``; or ``"as-output"``: an input below zero becomes an output, a final demand below zero goods
        on hand; or ``"other-side"``: an output below zero also becomes an input, imports below zero final demand, and
        a resource below zero (a subsidy) is none spent. All that is moved is listed in ``economy.notes``.
    units : as :func:`natura_opt.build_economy` takes them; techniques are measured as the goods are, where those are
        measured alike.
    name, title, source, objective, questions : as :func:`natura_opt.build_economy` takes them.
    tables : further tables, as :func:`natura_opt.build_economy` takes them.

    Raises
    ------
    DataError : unmatched names, NaN, negative entries, industries that use but make nothing; naming table and entry.

    >>> import pandas as pd, natura_opt as no
    >>> goods, industries = ["petrol", "diesel"], ["refinery", "engines"]
    >>> supply = pd.DataFrame([[60.0, 0.0], [40.0, 0.0]], goods, industries)
    >>> economy = no.from_supply_use(
    ...     supply[["refinery"]],
    ...     use=pd.DataFrame([[0.0], [5.0]], goods, ["refinery"]),
    ...     final_demand=pd.Series([30.0, 35.0], goods),
    ...     resources=pd.DataFrame([[50.0]], ["labour"], ["refinery"]),
    ...     resource_weights=pd.Series([1.0], ["labour"]),
    ...     objective="least-resources",
    ... )
    >>> no.solve(economy).activities["1"].round(9).to_dict()  # diesel needs all of it; half of the petrol is left over
    {'refinery': 100.0}
    """
    check_choice(negatives)
    if not isinstance(supply, pd.DataFrame):
        raise DataError(f"{name}: supply must be a DataFrame (products x industries), not {type(supply).__name__}")
    goods = as_labels(supply.index, "goods", f"{name}: supply")
    industries = as_labels(supply.columns, "techniques", f"{name}: supply")
    axes = ("goods", "techniques")
    output = aligned(supply, goods, industries, f"{name}: supply", axes)
    output, taken_back, notes = moved_outputs(output, goods, industries, f"{name}: supply", negatives)
    used = aligned(use, goods, industries, f"{name}: use", axes)
    used, by_products, more = moved_inputs(used, goods, industries, f"{name}: use", negatives)
    wanted = summed(final_demand, goods, f"{name}: final_demand")
    wanted, on_hand, moved = moved_demand(wanted, goods, f"{name}: final_demand", negatives)
    notes += [*more, *moved]
    if imports is not None:
        brought = summed(imports, goods, f"{name}: imports")
        brought, sent, more = moved_imports(brought, goods, f"{name}: imports", negatives)
        wanted, on_hand, notes = wanted + sent, on_hand + brought, [*notes, *more]
    notes += _empty(output, goods, industries)
    if not isinstance(units, Mapping | None):
        raise DataError(f"{name}: units must be a mapping from axis to units, not {shortened(units)}")
    units = dict(units or {})
    goods_units = set(units_of_axis(units["goods"], goods, "goods", name)) if "goods" in units else set()
    base = _Base(name, goods, industries, _levels(levels, output, industries, goods_units, name), negatives)
    if len(goods_units) == 1 and levels is None and "techniques" not in units:
        units["techniques"] = next(iter(goods_units))
    derived: dict[str, Any] = {
        "outputs": base.rates(output + by_products, "supply"),
        "inputs": base.rates(used + taken_back, "use"),
        "targets": wanted,
        "initial_stocks": on_hand if on_hand.any() else None,
        "resource_limits": resource_limits,
        "resource_weights": resource_weights,
        **base.resource_tables(resources, resource_limits, notes),
        **base.emission_tables(emissions),
        **base.capital_tables(capital),
    }
    twice = sorted(key for key in tables if derived.get(key) is not None)
    if twice:
        raise DataError(f"{name}: the table {listed(twice)} is made from the totals given; do not give it as well")
    return build_economy(
        name=name,
        title=title,
        source=source,
        notes=notes,
        goods=goods,
        techniques=industries,
        resources=None if resources is None else resources.index,
        pollutants=None if emissions is None else emissions.index,
        units=units,
        objective=objective,
        questions=questions,
        **{**derived, **tables},
    )


@dataclass(frozen=True, eq=False)
class _Base:
    """The base year: activity levels q, shape (industries,), by which totals of its tables become rates per unit."""

    name: str
    goods: pd.Index
    industries: pd.Index
    level: Floats
    negatives: str

    def rates(self, totals: Floats, table: str) -> sp.csr_array:
        return sp.csr_array(per_unit(totals, self.level, self.industries, f"{self.name}: {table}"))

    def resource_tables(
        self, resources: pd.DataFrame | None, limits: pd.Series | str | None, notes: list[str]
    ) -> dict[str, Any]:
        """Return what is spent per unit, and limits of the base year; add to the notes what is left out."""
        if resources is None:
            return {}
        place, axes = f"{self.name}: resources", ("resources", "techniques")
        totals = aligned(resources, None, self.industries, place, axes)
        totals, more = without_receipts(totals, resources.index, self.industries, place, self.negatives)
        notes += more
        tables: dict[str, Any] = {"resource_use": self.rates(totals, "resources")}
        if isinstance(limits, str):
            if limits != "base":
                raise DataError(f"{self.name}: resource_limits is a Series or 'base', not {limits!r}")
            tables["resource_limits"] = totals.sum(axis=1)
        return tables

    def emission_tables(self, emissions: pd.DataFrame | None) -> dict[str, Any]:
        if emissions is None:
            return {}
        totals = aligned(emissions, None, self.industries, f"{self.name}: emissions", ("pollutants", "techniques"))
        return {"emissions": self.rates(totals, "emissions")}

    def capital_tables(self, capital: pd.DataFrame | None) -> dict[str, Any]:
        if capital is None:
            return {}
        totals = aligned(capital, self.goods, self.industries, f"{self.name}: capital", ("goods", "techniques"))
        return {"capital": self.rates(totals, "capital"), "initial_capital": sp.csr_array(totals)}


def _levels(levels: pd.Series | None, output: Floats, industries: pd.Index, units: set[str], name: str) -> Floats:
    if levels is None:
        if len(units) > 1:
            raise DataError(
                f"{name}: the products are measured in {listed(sorted(units))}, so their sum is no activity level; "
                "give levels= (a Series by industry)"
            )
        return np.asarray(output.sum(axis=0))
    level = summed(levels, industries, f"{name}: levels")
    if (level < 0).any():
        at = int(np.flatnonzero(level < 0)[0])
        raise DataError(f"{name}: levels, row {industries[at]!r} is {level[at]:g}; it must not be negative")
    return level


def _empty(output: Floats, goods: pd.Index, industries: pd.Index) -> list[str]:
    """Say which products nobody makes and which industries make nothing."""
    unmade = goods[np.flatnonzero(~output.any(axis=1))]
    idle = industries[np.flatnonzero(~output.any(axis=0))]
    products = f"{len(unmade)} product{'' if len(unmade) == 1 else 's'} nobody makes: {listed(unmade, 50)}"
    names = f"{len(idle)} industr{'y' if len(idle) == 1 else 'ies'} without output: {listed(idle, 50)}"
    return [*([products] if len(unmade) else []), *([names] if len(idle) else [])]
