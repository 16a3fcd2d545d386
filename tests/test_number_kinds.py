"""Whatever holds numbers becomes the doubles they are, or is refused: no rounding of whole numbers, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pint
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from natura_opt.base.numbers import double, doubles, sparse_doubles

FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
WHOLE = st.one_of(
    st.integers(-(2**70), 2**70),
    st.integers(-4, 4).map(lambda k: 2**53 + k),
    st.integers(-4, 4).map(lambda k: 2**63 + k),
    st.integers(-4, 4).map(lambda k: 2**64 + k),
    st.integers(1000, 1100).map(lambda k: 2**k),
)


def is_a_double(number: int | Fraction) -> bool:
    """Whether a rational number is exactly a finite double, by rational arithmetic alone."""
    try:
        return Fraction(float(number)) == number
    except OverflowError:
        return False


# ---- one number -------------------------------------------------------------------------------------------------


@FEW
@given(WHOLE)
def test_a_whole_number_is_itself_or_refused(number: int) -> None:
    if is_a_double(number):
        assert Fraction(double(number)) == number
    else:
        with pytest.raises(ValueError, match=r"which no double (is|reaches)"):
            double(number)


@FEW
@given(st.fractions(), st.integers(-400, 400))
def test_a_fraction_is_the_nearest_double_unless_nothing_would_be_left(number: Fraction, power: int) -> None:
    scaled = number * Fraction(10) ** power
    try:
        found = double(scaled)
    except ValueError:
        try:
            nearest = float(scaled)
        except OverflowError:
            return
        assert (nearest == 0 and scaled != 0) or (scaled.denominator == 1 and not is_a_double(scaled))
        return
    assert found == float(scaled) and (found != 0 or scaled == 0)


@pytest.mark.parametrize(
    "text", ["0.1", "-5e-324", "-Infinity", "123.4", "NaN", "Infinity", "1e22", "9007199254740992"]
)
def test_a_decimal_is_the_nearest_double(text: str) -> None:
    found = double(Decimal(text))
    assert found == float(text) or (found != found and text == "NaN")


@pytest.mark.parametrize("text", ["1e-400", "1e400", "-1e309", "9007199254740993", "1e23", "1e308", "-1e-5000"])
def test_a_decimal_that_no_double_is_near_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"which no double (is|reaches)"):
        double(Decimal(text))


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (True, "True, a truth, not a number"),
        (np.True_, "True, a truth, not a number"),
        (None, "None, not a number (missing)"),
        (pd.NA, "<NA>, not a number (missing)"),
        (pd.NaT, "NaT, not a number (missing)"),
        ("1", "'1', not a number (str)"),
        (b"1", "b'1', not a number (bytes)"),
        (1j, "1j, not a number (complex)"),
        ([1.0], "[1.0], not a number (list)"),
        (pd.Timestamp("2025-01-01"), "not a number (Timestamp)"),
        (np.complex128(1), "not a number (complex"),
        (np.datetime64("2025"), "not a number (datetime64)"),
    ],
)
def test_what_is_no_number_says_what_it_is(item: Any, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        double(item)
    assert said in str(caught.value)


# ---- arrays -----------------------------------------------------------------------------------------------------

DTYPES = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_kind_of_array_keeps_every_number(dtype: str) -> None:
    limits = np.iinfo(dtype) if dtype[0] in "iu" else np.finfo(dtype)
    exact = [0, 1, limits.min if dtype[0] != "u" else 2]
    exact += [limits.max] if dtype not in ("int64", "uint64") else [2**53, 2**62]
    given_as = np.array(exact, dtype=dtype)
    found = doubles(given_as)
    assert found.dtype == np.float64 and [Fraction(float(x)) for x in found] == [Fraction(x.item()) for x in given_as]


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
@FEW
@given(st.data())
def test_a_large_whole_number_in_an_array_is_itself_or_named(dtype: str, data: st.DataObject) -> None:
    limits = np.iinfo(dtype)
    near = st.sampled_from([0, 2**53, 2**62, int(limits.max), int(limits.min)]).flatmap(
        lambda middle: st.integers(max(middle - 3, int(limits.min)), min(middle + 3, int(limits.max)))
    )
    number = data.draw(near)
    given_as = np.array([[1, 2], [3, number]], dtype=dtype)
    if is_a_double(number):
        assert Fraction(float(doubles(given_as)[1, 1])) == number
    else:
        with pytest.raises(ValueError, match=f"row 1, column 1 is {number}, a whole number that no double is"):
            doubles(given_as)


@pytest.mark.skipif(np.finfo(np.longdouble).nmant <= 52, reason="long doubles are doubles here")
def test_long_doubles_that_would_be_lost_are_named() -> None:
    tiny, huge = np.longdouble(10) ** -4000, np.longdouble(10) ** 4000
    for number in (tiny, huge):
        with pytest.raises(ValueError, match=r"row 1 is .*, which no double reaches"):
            doubles(np.array([1.0, number], dtype=np.longdouble))
    assert doubles(np.array([np.inf, 0.5], dtype=np.longdouble)).tolist() == [np.inf, 0.5]


@pytest.mark.parametrize(
    ("dtype", "words"),
    [("?", "truths"), ("c16", "complex"), ("M8[D]", "dates"), ("m8[D]", "spans"), ("U3", "texts"), ("S3", "texts")],
)
def test_arrays_of_other_kinds_are_named(dtype: str, words: str) -> None:
    with pytest.raises(ValueError, match=f"it holds {words}.* not numbers"):
        doubles(np.zeros(2, dtype=dtype))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([1.0, "x"], "row 1 is 'x'"),
        ([[1.0, 2.0], [None, 1.0]], "row 1, column 0 is None"),
        ([[[1.0, True]]], "row 0, column 0, layer 1 is True"),
        (np.array(None, dtype=object), "it is None"),
        (np.array([[1, 2**53 + 1]]), "row 0, column 1 is 9007199254740993"),
    ],
)
def test_the_first_cell_that_is_no_number_is_named(value: Any, place: str) -> None:
    with pytest.raises(ValueError, match=place):
        doubles(value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: np.ma.masked_array([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 0], [1, 0]]), "row 1, column 0 is masked"),
        (lambda: [[1.0], np.ma.masked_array([1.0], mask=[True])], "row 0 is masked"),
        (lambda: "1.0", "is text, not numbers"),
        (lambda: memoryview(b"ab"), "is text, not numbers"),
        (lambda: None, "a NoneType is no array"),
        (lambda: {"a": 1.0}, "a dict is no array"),
        (lambda: frozenset([1.0]), "a frozenset is no array"),
        (lambda: iter([1.0]), "an iterator is no array"),
        (lambda: map(float, "12"), "an iterator is no array"),
    ],
)
def test_what_numpy_would_take_for_an_array_is_refused(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        doubles(make())


def test_what_has_units_of_its_own_is_refused_also_inside() -> None:
    registry = pint.UnitRegistry()
    for value in (registry.Quantity(np.ones(2), "kg"), [[1.0], [registry.Quantity(1.0, "kg")]]):
        with pytest.raises(ValueError, match="units of its own, which would be lost"):
            doubles(value)


# ---- frames -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["Int64", "UInt8", "Float64", "int64[pyarrow]", "double[pyarrow]", "float32", object])
def test_columns_of_any_number_type_are_doubles(dtype: Any) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=["x", "y"]).astype(dtype)
    assert doubles(frame).tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert doubles(frame["b"]).tolist() == [3.0, 4.0]
    assert doubles(pd.Index(frame["b"])).tolist() == [3.0, 4.0]


@pytest.mark.parametrize("dtype", ["Int64", "boolean", "string", object])
def test_a_missing_entry_of_a_column_is_named(dtype: Any) -> None:
    column = (
        pd.Series([pd.NA, 1], dtype="Int64").astype(dtype) if dtype != "string" else pd.Series([None, "1"], dtype=dtype)
    )
    frame = pd.DataFrame(
        {"a": [1.0, 2.0], "b": column.to_numpy() if dtype is object else column.array}, index=["x", "y"]
    )
    with pytest.raises(ValueError, match="row 'x', column 'b' is missing; write 0 where there is none"):
        doubles(frame)


def test_nan_in_a_column_of_floats_is_passed_on_for_the_table_to_name() -> None:
    frame = pd.DataFrame({"a": [1.0, np.nan]})
    assert np.isnan(doubles(frame)[1, 0])
    assert np.isnan(doubles(pd.DataFrame({"a": pd.array([1.0, None], dtype="Float64")}))[1, 0])


def test_columns_of_other_kinds_are_named_by_their_heading() -> None:
    for column, words in {
        "truths": ([True, False], "truths"),
        "dates": (pd.to_datetime(["2025-01-01", "2026-01-01"]), "datetime64"),
        "kinds": (pd.Categorical(["a", "b"]), "category"),
    }.values():
        with pytest.raises(ValueError, match=f"column 'b' holds {words}.*, not numbers"):
            doubles(pd.DataFrame({"a": [1.0, 2.0], "b": column}))


def test_a_whole_number_of_a_frame_that_no_double_is_is_named_by_its_labels() -> None:
    frame = pd.DataFrame({"corn": [1, 2], "iron": [3, 2**53 + 1]}, index=["1928", "1929"])
    with pytest.raises(ValueError, match="row '1929', column 'iron' is 9007199254740993"):
        doubles(frame)
    with pytest.raises(ValueError, match="row '1929', column 'iron' is 9007199254740993"):
        doubles(frame.astype("Int64"))


# ---- sparse -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "uint8"])
def test_sparse_matrices_of_any_form_are_rows_of_doubles(form: str, dtype: str) -> None:
    dense = np.array([[0, 2, 0], [1, 0, 3]], dtype=dtype)
    found = sparse_doubles(sp.coo_array(dense).asformat(form))
    assert found.format == "csr" and found.dtype == np.float64 and found.toarray().tolist() == dense.tolist()


def test_sparse_entries_that_are_no_numbers_or_outside_are_refused() -> None:
    for kind in (bool, complex):
        with pytest.raises(ValueError, match="it holds"):
            sparse_doubles(sp.csr_array(np.eye(2, dtype=kind)))
    with pytest.raises(ValueError, match="9007199254740993"):
        sparse_doubles(sp.csr_array(np.array([[2**53 + 1]])))
    for broken in ("indices", "indptr"):
        matrix = sp.csc_array(np.eye(3))
        getattr(matrix, broken)[-1] = 9
        with pytest.raises(ValueError):
            sparse_doubles(matrix)


def test_entries_given_twice_are_added() -> None:
    twice = sp.coo_array(([0.25, 0.5, 1.0], ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    assert sparse_doubles(twice).toarray().tolist() == [[0.0, 0.75], [1.0, 0.0]]
