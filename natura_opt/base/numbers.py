"""Whatever holds numbers to doubles, or a sentence that says which of them is none.

NumPy turns truths, dates, texts, masked and complex entries into doubles without a word; here each is refused. Whole
numbers that no double is are refused as well, and so is what would become zero or infinite.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp

from .arrays import Floats
from .errors import shortened

#: From here on not every whole number is a double.
EXACT = 2.0**53
#: Kinds of NumPy arrays that hold no numbers of a plan, in words.
_OTHER = {
    "b": "truths",
    "c": "complex numbers",
    "M": "dates",
    "m": "spans of time",
    "U": "texts",
    "S": "texts",
    "V": "records",
}


def doubles(value: Any) -> Floats:
    """Return an array of doubles from a DataFrame, Series, array or nested lists of numbers.

    Raises
    ------
    ValueError : saying what is there instead, and where (row and column).

    >>> doubles([[1, 2.5], [0, 3]]).tolist()
    [[1.0, 2.5], [0.0, 3.0]]
    >>> doubles([1.0, True])
    Traceback (most recent call last):
    ...
    ValueError: row 1 is True, a truth, not a number
    """
    if isinstance(value, pd.DataFrame):
        return _of_frame(value)
    if isinstance(value, pd.Series):
        return _of_frame(value.to_frame())[:, 0]
    if isinstance(value, pd.Index):
        return doubles(value.to_series())
    _refuse_holders(value)
    if isinstance(value, np.ndarray):
        return _of_array(value)
    if isinstance(value, list | tuple):
        return _of_array(_nested(value))
    return _of_array(np.asarray(value))


def sparse_doubles(value: Any) -> sp.csr_array:
    """Return a sparse matrix of doubles in row order; entries given twice are added, as everywhere in scipy.

    Raises
    ------
    ValueError : entries that are no numbers, or positions outside the matrix.
    """
    if value.format in ("csr", "csc", "bsr"):
        value.check_format(full_check=True)
    if value.dtype != np.float64:
        triplets = sp.coo_array(value)
        value = sp.coo_array((_of_array(triplets.data), triplets.coords), shape=triplets.shape)
    return sp.csr_array(value)


def _refuse_holders(value: Any) -> None:
    """Raise on what is no array of plain numbers, though NumPy would make one of it."""
    if np.ma.isMaskedArray(value):
        if np.ma.getmaskarray(value).any():
            at = np.argwhere(np.ma.getmaskarray(value))[0].tolist()
            raise ValueError(f"{_place(at)} is masked; fill it, or write 0 where there is none")
    elif isinstance(value, str | bytes | bytearray | memoryview):
        raise ValueError(f"{shortened(value)} is text, not numbers")
    elif isinstance(value, Mapping | set | frozenset) or value is None:
        raise ValueError(f"a {type(value).__name__} is no array of numbers; give lists, arrays or frames")
    elif hasattr(value, "magnitude") and hasattr(value, "units"):
        raise ValueError("it has units of its own, which would be lost; give its magnitude in the economy's units")
    elif hasattr(value, "__next__"):
        raise ValueError("an iterator is no array of numbers; make a list of it")


def _nested(value: Any) -> npt.NDArray[Any]:
    """Return nested lists as an array of the objects in them: NumPy's own way makes numbers of truths and texts."""

    def listed(part: Any) -> Any:
        if isinstance(part, pd.Series | pd.Index):
            return doubles(part).tolist()
        _refuse_inside(part)
        if isinstance(part, np.ndarray):
            return _of_array(part).tolist()
        return [listed(inner) for inner in part] if isinstance(part, list | tuple) else part

    return np.array(listed(value), dtype=object)


def _refuse_inside(part: Any) -> None:
    if isinstance(part, np.ndarray | list | tuple) or hasattr(part, "magnitude"):
        _refuse_holders(part)


def _of_array(value: npt.NDArray[Any], names: tuple[pd.Index, pd.Index] | None = None) -> Floats:
    kind = value.dtype.kind
    if kind == "f":
        with np.errstate(over="ignore", under="ignore"):
            floats = np.asarray(value, dtype=np.float64)
        if value.dtype.itemsize > 8:
            _refuse_lost(value, floats, names)
        return floats
    if kind in "iu":
        floats = value.astype(np.float64)
        large = np.abs(floats) >= EXACT
        if large.any():
            lost = large & (floats >= 2.0**64) if kind == "u" else large & (floats >= 2.0**63)
            back = np.where(lost | ~large, 0.0, floats).astype(value.dtype)
            bad = lost | (large & (back != value))
            if bad.any():
                at = np.argwhere(bad)[0].tolist()
                raise ValueError(f"{_place(at, names)} is {value[tuple(at)]}, a whole number that no double is")
        return floats
    if kind != "O":
        raise ValueError(f"it holds {_OTHER.get(kind, str(value.dtype))}, not numbers")
    floats = np.empty(value.shape)
    flat, source = floats.reshape(-1), value.reshape(-1)
    for k, item in enumerate(source.tolist()):
        try:
            flat[k] = double(item)
        except ValueError as error:
            raise ValueError(f"{_place(np.unravel_index(k, value.shape), names)} is {error}") from None
    return floats


def double(item: Any) -> float:
    """Return one number as the nearest double.

    Raises
    ------
    ValueError : what it is instead; it continues a sentence that begins with the place and "is".
    """
    if isinstance(item, float):
        return item
    if isinstance(item, bool | np.bool_):
        raise ValueError(f"{item}, a truth, not a number")
    if isinstance(item, np.floating | np.integer):
        return float(_of_array(np.asarray(item)))
    if not isinstance(item, int | Decimal | Fraction):
        what = "missing" if item is None or item is pd.NA or item is pd.NaT else type(item).__name__
        raise ValueError(f"{shortened(item)}, not a number ({what})")
    try:
        value = float(item)
    except (OverflowError, ValueError):
        raise ValueError(f"{shortened(item)}, which no double reaches") from None
    if isinstance(item, Decimal) and not item.is_finite():
        return value
    if np.isinf(value):  # decimals become infinite where whole numbers and fractions raise
        raise ValueError(f"{shortened(item)}, which no double reaches")
    whole = isinstance(item, int) or (abs(value) >= EXACT and item == int(item))
    if (whole and int(value) != int(item)) or (value == 0 and item != 0):
        raise ValueError(f"{shortened(item)}, which no double is")
    return value


def _refuse_lost(value: npt.NDArray[Any], floats: Floats, names: tuple[pd.Index, pd.Index] | None) -> None:
    """Raise on a number wider than a double that became zero or infinite."""
    bad = (np.isinf(floats) & np.isfinite(value)) | ((floats == 0) & (value != 0))
    if bad.any():
        at = np.argwhere(bad)[0].tolist()
        raise ValueError(f"{_place(at, names)} is {value[tuple(at)]}, which no double reaches")


def _of_frame(frame: pd.DataFrame) -> Floats:
    if (frame.dtypes == np.float64).all():
        return frame.to_numpy()
    floats = np.empty(frame.shape)
    for k, (heading, column) in enumerate(frame.items()):
        names = (frame.index, pd.Index([heading], tupleize_cols=False))
        kind = column.dtype
        missing = column.isna().to_numpy() & ~_is_float(kind)
        if missing.any():
            at = int(np.flatnonzero(missing)[0])
            raise ValueError(f"{_place([at, 0], names)} is missing; write 0 where there is none")
        plain = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
        if not plain and kind != np.dtype(object):
            what = "truths" if pd.api.types.is_bool_dtype(kind) else str(kind)
            raise ValueError(f"column {heading!r} holds {what}, not numbers")
        if isinstance(kind, np.dtype):
            values = column.to_numpy()
        elif _is_float(kind):
            values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            values = np.array(column.tolist(), dtype=object)
        floats[:, k] = _of_array(values[:, None], names)[:, 0]
    return floats


def _is_float(kind: Any) -> bool:
    return bool(pd.api.types.is_float_dtype(kind))


def _place(at: Any, names: tuple[pd.Index, pd.Index] | None = None) -> str:
    where = [int(k) for k in at]
    if names is None:
        return ", ".join(f"{word} {k}" for word, k in zip(("row", "column", "layer"), where, strict=False)) or "it"
    return ", ".join(f"{word} {index[k]!r}" for word, index, k in zip(("row", "column"), names, where, strict=False))
