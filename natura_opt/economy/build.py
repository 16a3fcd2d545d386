"""One call that makes an economy from DataFrames or arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from ..errors import DataError, unknown
from .coerce import as_labels, coerce_table, is_by_key, is_per_period, shape_of
from .economy import Economy, empty_axes, outputs_missing
from .question import Question
from .registry import AXES, TABLES
from .table import Table


def build_economy(
    *,
    name: str = "economy",
    title: str = "",
    source: str = "",
    notes: Iterable[str] = (),
    goods: Iterable[object] | None = None,
    techniques: Iterable[object] | None = None,
    resources: Iterable[object] | None = None,
    pollutants: Iterable[object] | None = None,
    profiles: Iterable[object] | None = None,
    periods: Iterable[object] | int | None = None,
    units: Mapping[str, Iterable[str]] | None = None,
    objective: str | None = None,
    questions: Mapping[str, Question] | None = None,
    **tables: Any,
) -> Economy:
    """Build an economy from DataFrames, Series, dense or scipy-sparse arrays, in one call.

    Labels come from the axis arguments, or else from the first labelled table that has the axis, or else are 0, 1, 2, …
    A labelled table must name every label of its axes exactly once (in any order: names decide); an array is taken by
    position and must have the exact shape. Nothing is filled in.

    Parameters
    ----------
    goods, techniques, resources, pollutants, profiles : labels of each axis.
    periods : labels, or the number of periods.
    units : unit strings per axis, one per label.
    notes : what a reader found and did with it; listed by :func:`natura_opt.check`.
    objective : shorthand for ``questions={"default": Question(objective)}``.
    tables : any table of :data:`natura_opt.TABLES`: a matrix (rows x columns), a vector, a frame of a vector with one
        column per period, or a mapping from period label (or periods ahead) to such a thing; ``None`` is no table.

    Errors
    ------
    DataError : unknown table, unmatched or duplicate label, wrong shape, NaN, infinite or negative number.

    >>> import natura_opt as no
    >>> e = no.build_economy(
    ...     inputs=[[0.25, 0.40], [0.14, 0.12]],
    ...     goods=["wheat", "cloth"],
    ...     targets=[55.0, 30.0],
    ...     resource_use=[[0.8, 3.6]],
    ...     resources=["labour"],
    ...     resource_weights=[1.0],
    ...     objective="least-resources",
    ... )
    >>> no.solve(e).activities["1"].round(9).to_dict()
    {'wheat': 100.0, 'cloth': 50.0}
    """
    given: dict[str, Iterable[object] | int | None] = {
        "goods": goods,
        "techniques": techniques,
        "resources": resources,
        "pollutants": pollutants,
    }
    given |= {"profiles": profiles, "periods": periods}
    for key in tables:
        if key not in TABLES:
            raise DataError(f"{name}: {unknown('table', key, TABLES)}")
    present = {key: value for key, value in tables.items() if value is not None}
    axes = empty_axes()
    for axis, labels in given.items():
        if labels is not None:
            axes[axis] = as_labels(numbered(labels) if isinstance(labels, int) else labels, axis, name)
    if goods is None:
        axes["goods"] = _derived_axis("goods", present, name)
    if techniques is None:
        found = _derived_axis("techniques", present, name, fallback=axes["goods"])
        same = len(found) == len(axes["goods"]) and found.isin(axes["goods"]).all() and "outputs" not in present
        axes["techniques"] = axes["goods"] if same else found  # one technique per good, in whatever order it was given
    for axis in ("resources", "pollutants", "profiles"):
        if given[axis] is None:
            axes[axis] = _derived_axis(axis, present, name, fallback=axes[axis])
    if periods is None:
        axes["periods"] = _derived_periods(present, axes["periods"])
    for axis in ("goods", "techniques", "periods"):
        if not len(axes[axis]):
            raise DataError(f"{name}: there are no {axis}; name at least one {AXES[axis]}")
    for axis, index in axes.items():
        axes[axis] = as_labels(index, axis, name).rename(AXES[axis])
    made = {key: coerce_table(TABLES[key], value, axes, where=name) for key, value in present.items()}
    if questions is None:
        questions = {"default": Question(objective=objective)} if objective else {"default": Question()}
    elif objective is not None:
        raise DataError(f"{name}: give either objective= or questions=, not both")
    result = Economy(
        name=name,
        axes=axes,
        tables=made,
        units=_checked_units(units or {}, axes, name),
        questions=dict(questions),
        title=title,
        source=source,
        notes=tuple(notes),
    )
    if not result.has("outputs") and not result.goods.equals(result.techniques):
        raise DataError(outputs_missing(name, result.goods, result.techniques))
    return result


def _derived_axis(axis: str, tables: Mapping[str, Any], where: str, fallback: pd.Index | None = None) -> pd.Index:
    """Take an axis from the first labelled table that has it, or count it from the arrays."""
    if axis == "techniques" and fallback is not None and "outputs" not in tables:
        return fallback  # one technique per good, of its name
    counts: dict[str, int] = {}
    labelled: pd.Index | None = None
    for key, value in tables.items():
        if axis not in TABLES[key].axes:
            continue
        example, place = _example(value), TABLES[key].axes.index(axis)
        if isinstance(example, pd.DataFrame | pd.Series) and place < example.ndim:
            found = example.index if place == 0 else cast(pd.DataFrame, example).columns
            labelled = found if labelled is None else labelled
            counts.setdefault(key, len(found))
            continue
        shape = shape_of(example)
        if place >= len(shape):
            raise DataError(
                f"{where}: table {key!r} must be a table of {' by '.join(TABLES[key].axes)}; it has no {axis}"
            )
        counts[key] = shape[place]
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{key!r} has {count}" for key, count in counts.items())
        raise DataError(f"{where}: the tables disagree on how many {axis} there are ({said}); name the {axis}")
    if labelled is not None:
        return labelled
    if counts:
        return pd.RangeIndex(next(iter(counts.values())))
    if fallback is None:
        raise DataError(f"{where}: no {axis}: name them, or give a table that has them")
    return fallback


def _example(value: Any) -> Any:
    """Return one slice of what stands for a table."""
    while is_by_key(value) or isinstance(value, Table):
        slices = value.slices if isinstance(value, Table) else value
        value = next(iter(slices.values()), 0.0)
    return value


def _derived_periods(tables: Mapping[str, Any], fallback: pd.Index) -> pd.Index:
    for key, value in tables.items():
        spec = TABLES[key]
        if spec.ahead:
            continue
        if is_by_key(value):
            if not value:
                raise DataError(f"table {key!r} is empty; leave it out, or give its numbers")
            found: pd.Index = pd.Index(list(value), dtype=object)
            return found
        if spec.axes == ("periods",) and isinstance(value, pd.Series):
            found = value.index
            return found
        if not spec.is_matrix and is_per_period(value):
            if isinstance(value, pd.DataFrame):
                return pd.Index(value.columns)
            return pd.Index(numbered(np.shape(value)[1]))
    return fallback


def _checked_units(
    units: Mapping[str, Iterable[str]], axes: Mapping[str, pd.Index], where: str
) -> dict[str, tuple[str, ...]]:
    made: dict[str, tuple[str, ...]] = {}
    for axis, strings in units.items():
        if axis not in AXES:
            raise DataError(f"{where}: {unknown('axis', axis, AXES)}")
        made[axis] = tuple(strings)
        if len(made[axis]) != len(axes[axis]):
            raise DataError(f"{where}: {len(made[axis])} units for {len(axes[axis])} {axis}; give one each")
    return made


def numbered(count: int) -> list[str]:
    """Return the names of so many periods that have no other: ``1``, ``2``, …"""
    return [str(number) for number in range(1, count + 1)]
