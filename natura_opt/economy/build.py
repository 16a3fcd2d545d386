"""One call that makes an economy from DataFrames or arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from ..base.errors import DataError, shortened, unknown
from ..tables.registry import TABLES, taken_for_identity
from ..tables.spec import AXES
from .coerce import as_labels, is_by_key, is_by_name, is_per_period, matched, shape_of
from .curve_table import refuse_numbers_beside
from .data import as_notes, empty_axes, plain_text, refuse_missing
from .economy import Economy
from .given import given_table
from .question import Question, as_questions
from .ranges import counted
from .rule_units import settled
from .table import Table
from .units import own_names_given, units_of

#: Axes whose units are not given: periods have none, and those of rules stand beside their terms.
_WITHOUT_UNITS = ("periods", "rules")
#: As many periods as can be asked for by their number.
MOST_PERIODS = 100_000


def build_economy(
    *,
    name: str = "economy",
    title: str = "",
    source: str = "",
    notes: Iterable[str] = (),
    goods: Iterable[object] | int | None = None,
    techniques: Iterable[object] | int | None = None,
    resources: Iterable[object] | int | None = None,
    pollutants: Iterable[object] | int | None = None,
    profiles: Iterable[object] | int | None = None,
    periods: Iterable[object] | int | None = None,
    units: Mapping[str, str | Iterable[str] | Mapping[Any, str]] | None = None,
    own_units: Iterable[str] | None = None,
    objective: str | None = None,
    questions: Mapping[str, Question] | None = None,
    **tables: Any,
) -> Economy:
    """Build an economy from DataFrames, Series, dense or scipy-sparse arrays, in one call.

    Labels keep their type (text or whole numbers), and ``2025`` finds ``"2025"``. They come from the axis arguments,
    or else from the first labelled table that has the axis, or else are 0, 1, 2, … A labelled table must name every
    label of its axes exactly once (in any order: names decide); an array is taken by position and must have the exact
    shape. Nothing is filled in.

    Parameters
    ----------
    name, title, source : for people; the name also stands in messages.
    goods, techniques, resources, pollutants, profiles : labels of each axis, or how many there are: their labels are
        then the whole numbers 1, 2, …, as a range, which costs nothing. A csc array whose columns are labelled by
        a range stays one, and is not copied.
    periods : labels, or the number of periods.
    units : units per axis: one text for every label, a list with one per label, or a mapping (or Series) by label.
    own_units : names of units that pint does not know, as in ``economy.toml``; by default any name that it does not
        know is taken for a unit of your own.
    notes : what a reader found and did with it; listed by :func:`natura_opt.check`.
    objective : shorthand for ``questions={"default": Question(objective)}``.
    questions : what is asked of the economy, by name.
    tables : any table of :data:`natura_opt.TABLES`: a matrix (rows x columns), a vector (also a Series, or a mapping
        from names to numbers), a frame of a vector with one column per period, or a mapping from period label (or
        periods ahead) to such a thing; ``None`` is no table.
        ``curves`` is a frame with the columns technique, name, quantity and total, or a mapping from (technique, name)
        to a :class:`natura_opt.Curve`, rows of (quantity, total), or ``(function, end)``.

    Raises
    ------
    DataError : unknown table, unmatched or duplicate label, wrong shape, NaN, infinite or negative number, truths,
        dates, texts, masked or complex entries in place of numbers, units that are none.

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
        "profiles": profiles,
        "periods": periods,
    }
    name, title, source = plain_text("name", name), plain_text("title", title), plain_text("source", source)
    for key in tables:
        if key not in TABLES:
            raise DataError(f"{name}: {unknown('table', key, TABLES)}")
    present = {key: value for key, value in tables.items() if value is not None}
    axes = _axes(given, present, name)
    matrices = {key: given_table(TABLES[key], value, axes, where=name) for key, value in present.items()}
    if questions is None:
        questions = {"default": Question() if objective is None else Question(objective=objective)}
    elif objective is not None:
        raise DataError(f"{name}: give either objective= or questions=, not both")
    axes, of_axes = settled(
        name, axes, matrices, _checked_units({} if units is None else units, own_units, axes, name), own_units
    )
    economy = Economy(
        name=name,
        axes=axes,
        tables=matrices,
        units=of_axes,
        questions=as_questions(questions, name),
        title=title,
        source=source,
        notes=as_notes(notes, name),
    )
    refuse_missing(name, axes, economy.tables)
    refuse_numbers_beside(name, axes, economy.tables)
    return economy


def _axes(
    given: Mapping[str, Iterable[object] | int | None], tables: Mapping[str, Any], where: str
) -> dict[str, pd.Index]:
    """Return the labels of every axis: those given, else those of the tables."""
    axes = empty_axes()
    for axis, labels in given.items():
        if labels is not None:
            axes[axis] = as_labels(labels_of(labels, axis, where), axis, where)
    if given["goods"] is None:
        axes["goods"] = _derived_axis("goods", tables, where)
    if given["techniques"] is None:
        axes["techniques"] = _derived_techniques(tables, axes["goods"], where)
    for axis in ("resources", "pollutants", "profiles"):
        if given[axis] is None:
            axes[axis] = _derived_axis(axis, tables, where, fallback=axes[axis])
    if given["periods"] is None:
        axes["periods"] = _derived_periods(tables, axes)
    for axis in ("goods", "techniques", "periods"):
        if not len(axes[axis]):
            raise DataError(f"{where}: there are no {axis}; name at least one {AXES[axis]}")
    return {axis: as_labels(index, axis, where).rename(AXES[axis]) for axis, index in axes.items()}


def _derived_techniques(tables: Mapping[str, Any], goods: pd.Index, where: str) -> pd.Index:
    """Take the techniques from the tables; one per good stands in the goods' order, whatever order it was given in."""
    labels = _derived_axis("techniques", tables, where, fallback=goods)
    same = len(labels) == len(goods) and labels.isin(goods).all() and bool(taken_for_identity(tables))
    return goods if same else labels


def _derived_axis(axis: str, tables: Mapping[str, Any], where: str, fallback: pd.Index | None = None) -> pd.Index:
    """Take an axis from the first labelled table that has it, or count it from the arrays."""
    if fallback is not None and any(spec.axes[1] == axis for spec in taken_for_identity(tables)):
        return fallback  # one technique per good, of its name
    counts: dict[str, int] = {}
    labelled: pd.Index | None = None
    for key, value in tables.items():
        if axis not in TABLES[key].axes or TABLES[key].tidy:
            continue
        example, place = _example(value), TABLES[key].axes.index(axis)
        if isinstance(example, pd.DataFrame | pd.Series) and place < example.ndim:
            labels = example.index if place == 0 else cast(pd.DataFrame, example).columns
            labelled = labels if labelled is None else labelled
            counts.setdefault(key, len(labels))
            continue
        shape = shape_of(example)
        if place >= len(shape):
            raise DataError(
                f"{where}: table {key!r} must be a table of {' by '.join(TABLES[key].axes)}; it has no {axis}"
            )
        counts[key] = shape[place]
    if len(set(counts.values())) > 1:
        sizes = ", ".join(f"{key!r} has {count}" for key, count in counts.items())
        raise DataError(f"{where}: the tables disagree on how many {axis} there are ({sizes}); name the {axis}")
    if labelled is not None:
        return labelled
    if counts:
        return pd.RangeIndex(next(iter(counts.values())))
    if fallback is None:
        raise DataError(f"{where}: no {axis}: name them, or give a table that has them")
    return fallback


def _example(value: Any) -> Any:
    """Return one slice of what stands for a table."""
    if is_by_key(value) or isinstance(value, Table):
        slices = value.slices if isinstance(value, Table) else value
        return next(iter(slices.values()), 0.0)
    return value


def _derived_periods(tables: Mapping[str, Any], axes: Mapping[str, pd.Index]) -> pd.Index:
    """Take the periods from the first table that is given by period; the other axes are known."""
    for key, value in tables.items():
        spec = TABLES[key]
        if spec.ahead or spec.tidy or is_by_name(spec, value, axes):
            continue
        if is_by_key(value):
            if not value:
                raise DataError(f"table {key!r} is empty; leave it out, or give its numbers")
            labels: pd.Index = pd.Index(list(value), tupleize_cols=False)
            return labels
        if spec.axes == ("periods",) and isinstance(value, pd.Series):
            labels = value.index
            return labels
        if not spec.is_matrix and is_per_period(value):
            if isinstance(value, pd.DataFrame):
                return pd.Index(value.columns)
            return pd.Index(numbered(np.shape(value)[1]))
    return axes["periods"]


def _checked_units(
    units: Mapping[str, Any], own: Iterable[str] | None, axes: Mapping[str, pd.Index], where: str
) -> dict[str, tuple[str, ...]]:
    if not isinstance(units, Mapping):
        raise DataError(f"{where}: units must be a mapping from axis to units, not {shortened(units)}")
    checked: dict[str, tuple[str, ...]] = {}
    for axis, given in units.items():
        if axis not in AXES or axis in _WITHOUT_UNITS:
            known = [name for name in AXES if name not in _WITHOUT_UNITS]
            raise DataError(f"{where}: units: {unknown('axis', axis, known)}")
        checked[axis] = units_of_axis(given, axes[axis], axis, where)
    if any(filter(None, strings) for strings in checked.values()):
        own = None if own is None else own_names_given(own, where)
        units_of((unit for strings in checked.values() for unit in strings), f"{where}: units", own)
    return checked


def units_of_axis(given: Any, labels: pd.Index, axis: str, where: str) -> tuple[str, ...]:
    """Return one unit per label from one for all, a list, or a mapping by label.

    Raises
    ------
    DataError : not one unit per label, labels that do not match, units that are no text.
    """
    place = f"{where}: units of the {axis}"
    if isinstance(given, str):
        return (given.strip(),) * len(labels)
    if isinstance(given, Mapping | pd.Series):
        named, given = (
            as_labels(list(given.keys()), axis, place),
            list(given.values if isinstance(given, pd.Series) else given.values()),
        )
        given = [given[k] for k in matched(named, labels, axis, place)]
    if not isinstance(given, Iterable) or isinstance(given, bytes | pd.DataFrame | set | frozenset):
        raise DataError(f"{place}: must be a text, a list of texts or a mapping by name, not {shortened(given)}")
    strings = list(given)
    if len(strings) != len(labels):
        raise DataError(f"{where}: {len(strings)} units for {len(labels)} {axis}; give one each")
    for label, unit in zip(labels, strings, strict=True):
        if not isinstance(unit, str):
            raise DataError(f"{place}: that of {label!r} must be text, not {shortened(unit)}; '' where there is none")
    return tuple(unit.strip() for unit in strings)


def labels_of(labels: Any, axis: str, where: str) -> Iterable[object]:
    """Return the labels an argument stands for: a number of periods, or of anything else, stands for their names.

    Raises
    ------
    DataError : what cannot be gone through, and a number of periods out of range.
    """
    number = isinstance(labels, int | np.integer) and not isinstance(labels, bool)
    if axis == "periods" and number:
        if not 1 <= labels <= MOST_PERIODS:
            raise DataError(
                f"{where}: periods must be their names, or a number from 1 to {MOST_PERIODS:,}, not {shortened(labels)}"
            )
        return numbered(int(labels))
    if number:
        return counted(labels, axis, where)
    if not isinstance(labels, Iterable):
        raise DataError(f"{where}: {axis} must be a list of names, not {shortened(labels)}")
    return labels


def numbered(count: int) -> list[str]:
    """Return the names of so many periods that have no other: ``1``, ``2``, …"""
    return [str(number) for number in range(1, count + 1)]
