"""From DataFrames, Series and arrays to checked tables: names decide, nothing is filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.errors import DataError, listed, shortened, unknown
from ..base.labels import pair_of, spoken
from ..base.numbers import doubles, sparse_doubles
from ..tables.spec import AXES, TableSpec
from .ranges import as_choices, position_of_text, positions_in
from .table import Slices, Table, as_csc, as_csr, checked

#: A name is for people to read.
LONGEST_NAME = 1_000
#: No use is so many periods ahead.
MOST_AHEAD = 100_000
#: Names are not numbers to reckon with.
LARGEST = 10**18
#: Control characters and halves of characters: they are not seen, and not every file keeps them.
_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_WHOLE = re.compile("0|-?[1-9][0-9]{0,17}")
_LABELS = (str, int, float, np.integer, np.floating, np.datetime64, date, pd.Period)


def as_labels(labels: Iterable[object], axis: str, where: str) -> pd.Index:
    """Return unique labels as a flat index (pairs such as (region, good) stay pairs).

    A label is a text or a whole number (or a date, or a fraction, though those cannot be written to files), or a pair
    of such. It keeps its type, as pandas users expect; but no two labels of an axis may read alike, so that ``2025``
    and ``"2025"`` mean the same wherever a label is asked for.

    Raises
    ------
    DataError : missing, empty or unsuitable labels, and labels that read alike.
    """
    if isinstance(labels, pd.RangeIndex):
        return labels
    if (
        isinstance(labels, str | bytes | Mapping | set | frozenset | pd.DataFrame)
        or len(getattr(labels, "shape", ())) > 1
    ):
        raise DataError(f"{where}: {axis} must be a list of names, not {shortened(labels)}")
    try:
        index = labels if isinstance(labels, pd.Index) else pd.Index(list(labels), tupleize_cols=False)
    except (TypeError, ValueError):
        raise DataError(f"{where}: {axis} must be a list of names, not {shortened(labels)}") from None
    if isinstance(index, pd.MultiIndex):
        index = pd.Index(index.to_list(), tupleize_cols=False)
    if axis == "periods" and any(isinstance(label, tuple) for label in index):
        raise DataError(f"{where}: a period's name must be one word or number, not a pair such as {index[0]!r}")
    if index.hasnans:
        raise DataError(f"{where}: a name is missing among the {axis}")
    plain = True
    for label in index:
        if type(label) is not str or _UNUSABLE.search(label) or len(label) > LONGEST_NAME:
            _check_label(label, axis, where)
            plain = plain and type(label) in (str, int, tuple)
    if not plain and index.dtype == object:
        index = pd.Index([_plain(label) for label in index], tupleize_cols=False, name=index.name)
    texts = spelled(index)
    if any(isinstance(label, tuple) for label in texts):  # which must not read like a plain name
        texts = pd.Index([spoken(label) for label in texts], dtype=object)
    if not texts.is_unique:
        twice = texts[texts.duplicated()].unique()
        raise DataError(f"{where}: {axis} named twice: {listed(twice)}; every name must be given once")
    return index


def whole_numbers(names: pd.Index, axis: str, where: str) -> pd.Index:
    """Return names that were written as whole numbers as such."""
    for name in names:
        if not _WHOLE.fullmatch(str(name)):
            raise DataError(f"{where}: {axis}: {shortened(name)} is not a whole number, as it would be written")
    return pd.Index([int(name) for name in names])


def spelled(index: pd.Index) -> pd.Index:
    """Return how the labels of an index are read, in order."""
    if isinstance(index.dtype, pd.StringDtype):
        return index
    return pd.Index([reads(label) for label in index], tupleize_cols=False, dtype=object)


def positions_of(names: Iterable[Any], axis: pd.Index) -> list[int]:
    """Return the positions of names on an axis, -1 where there is none; ``coal@north`` finds ``("north", "coal")``."""
    wanted = [reads(name) for name in names]
    if isinstance(axis, pd.RangeIndex):
        return [position_of_text(axis, name) if isinstance(name, str) else -1 for name in wanted]
    texts = spelled(axis)
    found = with_pairs(pd.Index(wanted, tupleize_cols=False, dtype=object), texts)
    at: list[int] = texts.get_indexer(found).tolist() if len(found) else []
    return at


def _plain(label: Any) -> Any:
    """Return a label without what an enumeration or NumPy adds to its text or number."""
    if isinstance(label, str):
        return str.__str__(label)
    return int(label) if isinstance(label, int | np.integer) else label


def _check_label(label: Any, axis: str, where: str) -> None:
    """Raise on what cannot name anything."""
    if isinstance(label, tuple) and len(label) and not any(isinstance(part, tuple) for part in label):
        for part in label:
            _check_label(part, axis, where)
        return
    huge = isinstance(label, int | float | np.integer | np.floating) and not bool(-LARGEST < label < LARGEST)
    if not isinstance(label, _LABELS) or isinstance(label, bool | np.bool_) or huge:
        raise DataError(
            f"{where}: {shortened(label)} cannot name one of the {axis}; use text, a number, or a pair of them"
        )
    if isinstance(label, str) and _UNUSABLE.search(label):
        raise DataError(f"{where}: {shortened(label)} cannot name one of the {axis}; it has signs that no one can see")
    if len(str(label)) > LONGEST_NAME:
        raise DataError(
            f"{where}: {shortened(label)} is too long to name one of the {axis}; {LONGEST_NAME} characters are enough"
        )


def coerce_table(spec: TableSpec, value: Any, axes: Mapping[str, pd.Index], where: str) -> Table:
    """Return a checked table from whatever a user holds it in.

    Raises
    ------
    DataError : naming the table and what is wrong with it.
    """
    try:
        return _coerced(spec, value, axes, where)
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise DataError(f"{where}: table {spec.name!r}: not numbers in rows and columns: {error}") from error


def _coerced(spec: TableSpec, value: Any, axes: Mapping[str, pd.Index], where: str) -> Table:
    if isinstance(value, Table):
        return _coerced_again(spec, value, axes, where)
    if is_by_name(spec, value, axes):
        value = pd.Series(list(value.values()), index=pd.Index(list(value), tupleize_cols=False))
    if is_by_key(value):
        if not value:
            raise DataError(f"{where}: table {spec.name!r} is empty; leave it out, or give its numbers")
        _refuse_by_name(spec, value, axes, where)
        keys = [_slice_key(spec, key, axes, where) for key in value]
        if len(set(keys)) < len(keys):
            raise DataError(f"{where}: table {spec.name!r}: {shortened(list(value))} name one of them twice")
        slices: Slices = {
            key: _one_slice(spec, part, axes, where) for key, part in zip(keys, value.values(), strict=True)
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
        if spec.may_skip_periods:
            shape = tuple(len(axes[axis]) for axis in spec.axes)
            nothing: Any = (
                sp.csr_array(shape) if spec.is_matrix else np.zeros(shape)
            )  # one for all: periods may be many
            slices = {t: slices.get(t, nothing) for t in range(len(axes["periods"]))}
        elif missing:
            raise DataError(f"{where}: table {spec.name!r} is given by period, but not for {listed(missing)}")
    return checked(spec, slices, axes, where)


def _refuse_by_name(spec: TableSpec, value: Mapping[Any, Any], axes: Mapping[str, pd.Index], where: str) -> None:
    """Raise where a vector is a mapping from the names of its axis to numbers; its keys would be taken for periods."""
    if spec.is_matrix or spec.ahead or spec.axes == ("periods",) or len(axes[spec.axes[0]]) == 1:
        return
    names = set(axes[spec.axes[0]])
    if all(key in names and np.ndim(part) == 0 for key, part in value.items()):
        raise DataError(
            f"{where}: table {spec.name!r}: a mapping is by period, and {listed(value)} name {spec.axes[0]}; "
            "numbers by name are a pandas.Series"
        )


def _coerced_again(spec: TableSpec, table: Table, axes: Mapping[str, pd.Index], where: str) -> Table:
    """Check a table that was made for another economy, or by hand."""
    keys = set(table.slices)
    sound = keys == {None} or keys == set(range(len(axes["periods"])))
    if spec.ahead:
        sound = bool(keys) and all(isinstance(key, int) and key >= 0 for key in keys)
    if not sound:
        raise DataError(f"{where}: table {spec.name!r} has slices {shortened(list(keys))}, which are not its periods")
    slices = {key: _one_slice(spec, part, axes, where) for key, part in table.slices.items()}
    return checked(spec, slices, axes, where)


def is_by_key(value: Any) -> bool:
    """Whether a table is given as a mapping from period (or periods ahead); some sparse arrays are dictionaries too."""
    return isinstance(value, Mapping) and not sp.issparse(value)


def is_by_name(spec: TableSpec, value: Any, axes: Mapping[str, pd.Index]) -> bool:
    """Whether a vector is given as a mapping from its own names to numbers, and not from periods."""
    if not is_by_key(value) or spec.is_matrix or spec.tidy or spec.ahead or spec.axes == ("periods",):
        return False
    keys = pd.Index(list(value), tupleize_cols=False)
    return bool(keys.isin(axes[spec.axes[0]]).any() and not keys.isin(axes["periods"]).any())


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
    place = f"{where}: table {spec.name!r}"
    numbers = _numbers(value, place)
    if isinstance(value, pd.DataFrame):
        order = matched(value.columns, periods, "periods", place)
        rows = matched(value.index, axes[spec.axes[0]], spec.axes[0], place)
        numbers = numbers[np.ix_(rows, order)]
    elif numbers.shape[1] != len(periods):
        raise DataError(f"{place} has {numbers.shape[1]} columns for {len(periods)} periods; give one each")
    return {t: np.array(numbers[:, t]) for t in range(len(periods))}


def _one_slice(spec: TableSpec, value: Any, axes: Mapping[str, pd.Index], where: str) -> Any:
    place = f"{where}: table {spec.name!r}"
    if spec.is_matrix and isinstance(axes[spec.axes[1]], pd.RangeIndex) and getattr(value, "format", "") == "csc":
        value.check_format(full_check=True)  # a table that may be too large to be turned from columns into rows
        return as_csc(value if value.dtype == np.float64 else sparse_doubles(value))
    numbers = _numbers(value, place)
    if not spec.is_matrix:
        if hasattr(numbers, "toarray"):
            numbers = numbers.toarray().squeeze()
        if isinstance(value, pd.Series):
            numbers = numbers[matched(value.index, axes[spec.axes[0]], spec.axes[0], place)]
        return np.array(numbers, ndmin=1)
    if isinstance(value, pd.DataFrame):
        rows = matched(value.index, axes[spec.axes[0]], spec.axes[0], place)
        columns = matched(value.columns, axes[spec.axes[1]], spec.axes[1], place)
        numbers = numbers[np.ix_(rows, columns)]
    elif numbers.ndim != 2 or isinstance(value, pd.Series):
        raise DataError(f"{place}: must have rows and columns, {' by '.join(spec.axes)}, not shape {numbers.shape}")
    return as_csr(numbers)


def _numbers(value: Any, place: str) -> Any:
    """Return numbers as an array of doubles, sparse if they were."""
    try:
        return sparse_doubles(value) if sp.issparse(value) else doubles(value)
    except (TypeError, ValueError) as error:
        raise DataError(f"{place}: not numbers: {error}") from error


def matched(given: pd.Index, wanted: pd.Index, axis: str, place: str) -> Any:
    """Return positions of ``wanted`` labels in ``given``; the two must hold the same names, each once.

    Raises
    ------
    DataError : a name that is unknown, missing or given twice.
    """
    if given is wanted:
        return np.arange(len(wanted))
    if isinstance(wanted, pd.RangeIndex) and pd.api.types.is_integer_dtype(given.dtype):
        return matched_in_range(given.to_numpy(), wanted, axis, place)
    given = as_labels(given, axis, place)
    if given.equals(wanted):
        return np.arange(len(wanted))
    wanted_names = spelled(wanted)
    given_names = with_pairs(spelled(given), wanted_names)
    extra, missing = given_names.difference(wanted_names, sort=False), wanted_names.difference(given_names, sort=False)
    if len(extra):
        raise DataError(f"{place}: {unknown(AXES.get(axis, 'name'), spoken(extra[0]), map(spoken, wanted_names))}")
    if len(missing):
        names = listed([spoken(name) for name in missing])
        raise DataError(f"{place}: no entry for the {axis} {names}; write 0 where there is none")
    if not given_names.is_unique:
        twice = listed([spoken(name) for name in given_names[given_names.duplicated()].unique()])
        raise DataError(f"{place}: {axis} named twice: {twice}; every name must be given once")
    return given_names.get_indexer(wanted_names)


def with_pairs(given: pd.Index, wanted: pd.Index) -> pd.Index:
    """Return names in which texts such as ``coal@north`` are the pairs that they write, where pairs are wanted."""
    if not any(isinstance(name, tuple) for name in wanted):
        return given
    known = set(wanted)
    names = [pair_of(n) if isinstance(n, str) and "@" in n and n not in known else n for n in given]
    return pd.Index(names, tupleize_cols=False, dtype=object)


def matched_in_range(given: Any, wanted: pd.RangeIndex, axis: str, place: str) -> Any:
    """Return positions of the labels of a range in whole numbers, which must be these labels, each once.

    Raises
    ------
    DataError : as of :func:`matched`.
    """
    at = positions_in(wanted, given)
    if (at < 0).any():
        strange = given[int(np.flatnonzero(at < 0)[0])]
        raise DataError(f"{place}: {unknown(AXES.get(axis, 'name'), strange, as_choices(wanted))}")
    times = np.bincount(at, minlength=len(wanted))
    if (times > 1).any():
        twice = listed(wanted[times > 1])
        raise DataError(f"{place}: {axis} named twice: {twice}; every name must be given once")
    if (times == 0).any():
        raise DataError(f"{place}: no entry for the {axis} {listed(wanted[times == 0])}; write 0 where there is none")
    order = np.empty(len(wanted), dtype=np.int64)
    order[at] = np.arange(len(at))
    return order


def position(index: pd.Index, label: Any) -> int:
    """Return the position of a label in a unique index; ``2025`` and ``"2025"`` are one name."""
    return int(index.get_indexer(pd.Index([label_in(index, label)], tupleize_cols=False))[0])


def label_in(index: pd.Index, given: Any) -> Any:
    """Return the label of a unique index that is meant: the one that equals what is given, or else reads like it.

    No axis holds two labels that read alike, so ``2025`` finds ``"2025"`` and the other way round.

    Raises
    ------
    DataError : there is no such label.
    """
    wanted = reads(given)
    if isinstance(index, pd.RangeIndex):
        at = position_of_text(index, wanted) if isinstance(wanted, str) else -1
        if at < 0:
            raise DataError(unknown(str(index.name or "name"), given, as_choices(index)))
        return index[at]
    try:
        at = int(index.get_indexer(pd.Index([given], tupleize_cols=False))[0])
    except (TypeError, ValueError):  # what cannot be a label at all
        at = -1
    if at < 0 or reads(index[at]) != wanted:  # True would be taken for 1
        pair = pair_of(wanted) if isinstance(wanted, str) and "@" in wanted else wanted
        alike = [label for label in index if reads(label) in (wanted, pair)]
        if not alike:
            said = spoken(given) if isinstance(given, tuple) else given
            raise DataError(unknown(str(index.name or "name"), said, map(spoken, index)))
        return alike[0]
    return index[at]


def reads(label: Any) -> str | tuple[str, ...]:
    """Return how a label is read: its text, part by part where it is a pair."""
    try:
        return tuple(map(str, label)) if isinstance(label, tuple) else str(label)
    except ValueError:  # a number of thousands of digits
        return ""


def _slice_key(spec: TableSpec, key: object, axes: Mapping[str, pd.Index], where: str) -> int:
    if spec.ahead:
        if isinstance(key, bool) or not isinstance(key, int | np.integer) or not 0 <= key <= MOST_AHEAD:
            raise DataError(
                f"{where}: table {spec.name!r}: {shortened(key)} is not a whole number of at least 0, for periods ahead"
            )
        return int(key)
    try:
        return position(axes["periods"], key)
    except DataError:
        raise DataError(f"{where}: table {spec.name!r}: {unknown('period', key, axes['periods'])}") from None
