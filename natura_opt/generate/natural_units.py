"""The same economy in units spread over powers of ten, as physical units are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..program.pieces import with_arrays
from ..tables.registry import TABLES
from ..tables.spec import TableSpec
from .sampling import Links, stretched


def in_natural_units(tables: Mapping[str, Any], decades: int, makes: Links, rng: np.random.Generator) -> dict[str, Any]:
    """Return tables with every good's and resource's unit changed by a power of ten, drawn from −decades to decades.

    A technique is counted in the unit of the good it makes.

    Parameters
    ----------
    makes : the good each technique makes, shape (techniques,).
    """
    goods = _powers(rng, int(makes.max()) + 1, decades)
    kinds = tables["resource_use"].shape[0] if "resource_use" in tables else 0
    scales = {"goods": goods, "techniques": goods[makes], "resources": _powers(rng, kinds, decades)}
    return {name: _changed(table, TABLES[name], scales) for name, table in tables.items()}


def _powers(rng: np.random.Generator, count: int, decades: int) -> Floats:
    exact = np.array([float(f"1e{power}") for power in range(-decades, decades + 1)])
    return exact[(rng.random(count) * len(exact)).astype(np.int64)]


def _changed(table: Any, spec: TableSpec, scales: Mapping[str, Floats]) -> Any:
    """Return a table's numbers in the new units, by its unit rule."""
    more, less = (None if axis is None else scales[axis] for axis in spec.unit_axes)
    if isinstance(table, np.ndarray):
        factors = np.ones(table.shape[0])
        factors = factors if more is None else factors * more
        factors = factors if less is None else factors / less
        return table * (factors if table.ndim == 1 else factors[:, None])
    if more is None:
        return table
    by_column = sp.csc_array(table)
    data = by_column.data * more[by_column.indices]
    for span, factors in stretched(less, np.diff(by_column.indptr)) if less is not None else ():
        data[span] /= factors
    return with_arrays(by_column, data, by_column.indices, by_column.indptr, by_column.shape)
