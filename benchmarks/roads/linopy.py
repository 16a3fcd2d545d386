"""linopy, vectorised, in its usual form and on its sparse path (with which it does not pad rows)."""

from __future__ import annotations

from typing import Any

import pandas as pd

import natura_opt as no

from .tables import tables_of

NEEDS = ("linopy",)


def build(economy: no.Economy) -> Any:
    """State the plan in linopy's usual form and hand it to HiGHS."""
    return _build(economy, sparse=False)


def build_sparse(economy: no.Economy) -> Any:
    """State the plan on linopy's sparse path and hand it to HiGHS."""
    return _build(economy, sparse=True)


def _build(economy: no.Economy, sparse: bool) -> Any:
    import linopy
    import xarray as xr

    before = linopy.options["semantics"]
    linopy.options["semantics"] = "v1"
    try:
        return _stated(economy, linopy.Model(sparse=True) if sparse else linopy.Model(), xr).to_highspy()
    finally:
        linopy.options["semantics"] = before


def _stated(economy: no.Economy, m: Any, xr: Any) -> Any:
    of = tables_of(economy)
    goods, techniques = economy.goods.rename("good"), economy.techniques.rename("technique")
    years = economy.periods.rename("period")
    held = pd.RangeIndex(of.holdings, name="holding")
    earlier, later = years[:-1], years[1:]
    x = m.add_variables(lower=0, coords=[techniques, years], name="activities")
    k = m.add_variables(lower=0, coords=[held, years], name="capital_stock")
    a = m.add_variables(lower=0, coords=[held, earlier], name="investment")
    z = m.add_variables(lower=0, coords=[years], name="fulfilment")
    net = xr.DataArray(of.net.toarray(), coords=[goods, techniques])
    targets = xr.DataArray(of.targets, coords=[goods, years])
    labour = xr.DataArray(of.labour, coords=[techniques])
    available = xr.DataArray(of.available, coords=[years])
    tied, lasts = xr.DataArray(of.tied, coords=[held]), xr.DataArray(of.lasts, coords=[held])
    initial = xr.DataArray(of.initial, coords=[held])
    to_goods = xr.DataArray(of.to_goods.toarray(), coords=[goods, held])
    holder = xr.DataArray(techniques[of.holder], coords=[held])

    last = years[-1:]
    m.add_constraints(
        x.sel(period=earlier) @ net - targets.sel(period=earlier) * z.sel(period=earlier) - a @ to_goods >= 0,
        name="balance",
    )
    m.add_constraints(
        x.sel(period=last) @ net - targets.sel(period=last) * z.sel(period=last) >= 0, name="last_balance"
    )
    m.add_constraints(x @ labour <= available, name="labour")
    m.add_constraints(tied * x.sel(technique=holder) - k <= 0, name="capacity")
    m.add_constraints(1 * k.sel(period=years[0]) <= initial, name="initial")
    stock_before = k.sel(period=earlier).assign_coords(period=later)
    arriving = a.assign_coords(period=later)
    m.add_constraints(k.sel(period=later) - lasts * stock_before - arriving <= 0, name="accumulation")
    m.add_objective(z.sum(), sense="max")
    return m


def as_highs(built: Any) -> Any:
    """Return HiGHS with the model."""
    return built
