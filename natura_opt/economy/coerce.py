"""From DataFrames, Series and arrays to checked tables: names decide, nothing is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..errors import DataError, listed, unknown
from .registry import AXES, TableSpec
from .table import Slices, Table, as_csr, checked


def as_labels(labels: Iterable[object], axis: str, where: str) -> pd.Index:
    """Return unique labels as a flat index (pairs such as (region, good) stay pairs)."""
    if isinstance(labels, pd.RangeIndex):
        return labels
    index = labels if isinstance(labels, pd.Index) else pd.Index(list(labels), tupleize_cols=False)
    if any(isinstance(label, list | dict | set) for label in index[:1]):
        raise DataError(f"{where}: {index[0]!r} cannot name one of the {axis}; use text, a number, or a pair of them")
    if isinstance(index, pd.MultiIndex):
        index = pd.Index(index.to_list(), tupleize_cols=False)
    if axis == "periods" and any(isinstance(label, tuple) for label in index):
        raise DataError(f"{where}: a period's name must be one word or number, not a pair such as {index[0]!r}")
    if index.hasnans:
        raise DataError(f"{where}: a name is missing among the {axis}")
    if not index.is_unique:
        twice = index[index.duplicated()].unique()
        raise DataError(f"{where}: {axis} named twice: {listed(twice)}; every name must be given once")
    return index


def coerce_table(spec: TableSpec, value: Any, axes: Mapping[str, pd.Index], where: str) -> Table:
    """Return a checked table from whatever a user holds it in.

    Errors
    ------
    DataError : naming the table and what is wrong with it.
    """
    try:
        return _coerced(spec, value, axes, where)
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise DataError(f"{where}: table {spec.name!r}: not numbers in rows and columns: {error}") from error


def _coerced(spec: TableSpec, value: Any, axes: Mapping[str, pd.Index], where: str) -> Table:
    if isinstance(value, Table):
        return checked(spec, value.slices, axes, where)
    if is_by_key(value):
        if not value:
            raise DataError(f"{where}: table {spec.name!r} is empty; leave it out, or give its numbers")
        slices: Slices = {
            _slice_key(spec, key, axes, where): _one_slice(spec, v, axes, where) for key, v in value.items()
        }
    elif not spec.is_matrix and spec.axes != ("periods",) and is_per_period(value):
        slices = _vector_per_period(spec, value, axes, where)
    elif spec.ahead:
        raise DataError(f"{where}: table {spec.name!r} must be a mapping from periods ahead (1, 2, …) to a matrix")
    else:
        slices = {None: _one_slice(spec, value, axes, where)}
    if spec.once and None not in slices:
        raise DataError(f"{where}: table {spec.name!r} ({spec.meaning}) holds once; give one value, not one per period")
    if None not in slices and not spec.ahead:
        missing = [label for t, label in enumerate(axes["periods"]) if t not in slices]
        if spec.name == "capital_orders":  # an arrival that is not listed is no arrival
            shape = tuple(len(axes[axis]) for axis in spec.axes)
            slices = {t: slices.get(t, sp.csr_array(shape)) for t in range(len(axes["periods"]))}
        elif missing:
            raise DataError(f"{where}: table {spec.name!r} is given by period, but not for {listed(missing)}")
    return checked(spec, slices, axes, where)


def is_by_key(value: Any) -> bool:
    """Whether a table is given as a mapping from period (or periods ahead); some sparse arrays are dictionaries too."""
    return isinstance(value, Mapping) and not sp.issparse(value)


def is_per_period(value: Any) -> bool:
    """Whether a vector is given with one column per period."""
    return isinstance(value, pd.DataFrame) or (not isinstance(value, pd.Series) and len(shape_of(value)) == 2)


def shape_of(value: Any) -> tuple[int, ...]:
    """Return the shape of an array or of nested lists; lists of different lengths count by their own length only."""
    shape = getattr(value, "shape", None)
    if shape is None:
        try:
            shape = np.shape(value)
        except ValueError:
            shape = (len(value),)
    return tuple(shape)


def _vector_per_period(spec: TableSpec, value: Any, axes: Mapping[str, pd.Index], where: str) -> Slices:
    periods = axes["periods"]
    if isinstance(value, pd.DataFrame):
        order = matched(value.columns, periods, "periods", f"{where}: table {spec.name!r}")
        rows = matched(value.index, axes[spec.axes[0]], spec.axes[0], f"{where}: table {spec.name!r}")
        numbers = value.to_numpy(dtype=np.float64)[np.ix_(rows, order)]
    else:
        numbers = np.asarray(value, dtype=np.float64)
        if numbers.shape[1] != len(periods):
            raise DataError(
                f"{where}: table {spec.name!r} has {numbers.shape[1]} columns for {len(periods)} periods; give one each"
            )
    return {t: np.ascontiguousarray(numbers[:, t]) for t in range(len(periods))}


def _one_slice(spec: TableSpec, value: Any, axes: Mapping[str, pd.Index], where: str) -> Any:
    place = f"{where}: table {spec.name!r}"
    if np.iscomplexobj(value):
        raise DataError(f"{place}: not numbers: complex values have no place in a plan")
    if not spec.is_matrix and sp.issparse(value):
        value = np.asarray(sp.csr_array(value).toarray()).squeeze()  # type: ignore[call-overload]
    try:
        if spec.is_matrix:
            if isinstance(value, pd.DataFrame):
                rows = matched(value.index, axes[spec.axes[0]], spec.axes[0], place)
                columns = matched(value.columns, axes[spec.axes[1]], spec.axes[1], place)
                return as_csr(value.to_numpy(dtype=np.float64)[np.ix_(rows, columns)])
            return as_csr(value if sp.issparse(value) else np.asarray(value, dtype=np.float64))
        if isinstance(value, pd.Series):
            return value.to_numpy(dtype=np.float64)[matched(value.index, axes[spec.axes[0]], spec.axes[0], place)]
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{place}: not numbers: {error}") from error


def matched(given: pd.Index, wanted: pd.Index, axis: str, place: str) -> Any:
    """Return positions of ``wanted`` labels in ``given``; the two must hold the same names, each once."""
    if given is wanted or given.equals(wanted):
        return np.arange(len(wanted))
    given = as_labels(given, axis, place)
    extra, missing = given.difference(wanted, sort=False), wanted.difference(given, sort=False)
    if len(extra):
        raise DataError(f"{place}: {unknown(AXES[axis], extra[0], wanted)}")
    if len(missing):
        raise DataError(f"{place}: no entry for the {axis} {listed(missing)}; write 0 where there is none")
    return given.get_indexer(wanted)


def position(index: pd.Index, label: Any) -> int:
    """Return the position of a label in a unique index; ``2025`` and ``"2025"`` are one name."""
    return int(index.get_indexer(pd.Index([label_in(index, label)], tupleize_cols=False))[0])


def label_in(index: pd.Index, given: Any) -> Any:
    """Return the label of a unique index that is meant: the one that equals what is given, or else reads like it.

    No axis holds two labels that read alike, so ``2025`` finds ``"2025"`` and the other way round.

    Errors
    ------
    DataError : there is no such label.
    """
    found = index.get_indexer(pd.Index([given], tupleize_cols=False))
    if found[0] < 0:
        alike = np.flatnonzero([reads(label) == reads(given) for label in index])
        if not len(alike):
            raise DataError(unknown(str(index.name or "name"), given, index))
        found = alike
    return index[int(found[0])]


def reads(label: Any) -> str | tuple[str, ...]:
    """Return how a label is read: its text, part by part where it is a pair."""
    return tuple(map(str, label)) if isinstance(label, tuple) else str(label)


def _slice_key(spec: TableSpec, key: object, axes: Mapping[str, pd.Index], where: str) -> int:
    if spec.ahead:
        if not isinstance(key, int | np.integer) or key < 0:
            raise DataError(f"{where}: table {spec.name!r}: {key!r} is not a whole number of at least 0")
        return int(key)
    if key not in axes["periods"]:
        raise DataError(f"{where}: table {spec.name!r}: {unknown('period', key, axes['periods'])}")
    return position(axes["periods"], key)
