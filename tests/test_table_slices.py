"""One table in itself: canonical, not shared by surprise, its numbers placed by name; and an economy's view of it."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.economy.data import as_notes, empty_axes, plain_text, refuse_missing
from natura_opt.economy.table import Table, as_csr, checked, place, shown, sign_fault
from natura_opt.tables.registry import TABLES
from natura_opt.tables.spec import AXES

FEW = settings(max_examples=50, deadline=None, derandomize=True, database=None)
ENTRIES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(-3, 3)), max_size=20)


# ---- a matrix ---------------------------------------------------------------------------------------------------


@FEW
@given(ENTRIES, st.sampled_from(["coo", "csr", "csc", "lil"]))
def test_a_matrix_becomes_canonical_whatever_it_was(entries: list[tuple[int, int, int]], form: str) -> None:
    dense = np.zeros((4, 5))
    for row, column, value in entries:
        dense[row, column] += value
    rows, columns, values = (list(part) for part in zip(*entries, strict=True)) if entries else ([], [], [])
    given_as = sp.coo_array((np.array(values, dtype=float), (rows, columns)), shape=(4, 5))
    made = as_csr(given_as if form == "coo" else given_as.asformat(form))
    assert made.toarray().tolist() == dense.tolist() and made.format == "csr" and made.dtype == np.float64
    assert made.has_canonical_format and made.has_sorted_indices and (made.data != 0).all()
    assert as_csr(made) is made or np.array_equal(as_csr(made).data, made.data)


def test_what_was_given_is_not_put_in_order_behind_ones_back() -> None:
    given_as = sp.csr_array((np.array([2.0, 0.0, 1.0]), np.array([4, 2, 0]), np.array([0, 3])), shape=(1, 5))
    made = as_csr(given_as)
    assert given_as.indices.tolist() == [4, 2, 0] and given_as.data.tolist() == [2.0, 0.0, 1.0]
    assert made.indices.tolist() == [0, 4] and made.data.tolist() == [1.0, 2.0]


def test_a_table_gives_the_slice_that_holds() -> None:
    constant = Table(TABLES["targets"], {None: np.ones(2)})
    assert constant.constant and constant.at(0) is constant.at(7)
    varying = Table(TABLES["targets"], {0: np.ones(2), 1: np.zeros(2)})
    assert not varying.constant and varying.at(1).tolist() == [0.0, 0.0]
    with pytest.raises(KeyError):
        varying.at(2)
    with pytest.raises(FrozenInstanceError):
        varying.spec = TABLES["inputs"]  # type: ignore[misc]


# ---- signs and places -------------------------------------------------------------------------------------------


@FEW
@given(st.floats(allow_nan=False))
def test_a_number_in_a_message_can_be_read_back(number: float) -> None:
    assert float(shown(number)) == number


@FEW
@given(st.lists(st.floats(-2, 3), min_size=1, max_size=6), st.sampled_from(sorted({s.sign for s in TABLES.values()})))
def test_each_fault_of_sign_is_marked_and_no_other(numbers: list[float], sign: str) -> None:
    spec = next(spec for spec in TABLES.values() if spec.sign == sign)
    rules = {
        "any": lambda x: True,
        "non-negative": lambda x: x >= 0,
        "limit": lambda x: x >= 0,
        "rate": lambda x: 0 <= x <= 1,
        "positive": lambda x: x > 0,
        "positive-integer": lambda x: x >= 1 and x == round(x),
    }
    wrong = [not rules[sign](number) for number in numbers]
    fault = sign_fault(spec, np.array(numbers))
    if not any(wrong):
        assert fault is None
        return
    marked = fault[0].tolist()
    assert any(marked) and all(w or not m for m, w in zip(marked, wrong, strict=True))
    if sign in ("non-negative", "limit", "positive", "positive-integer"):
        assert marked == wrong
    else:  # a negative rate is said before one above 1
        assert marked == [number < 0 for number in numbers] or not any(number < 0 for number in numbers)


@FEW
@given(st.integers(0, 3), st.integers(0, 4), st.sampled_from([None, 0, 1]), st.data())
def test_the_first_bad_number_of_a_matrix_is_placed_by_name(row: int, column: int, key: int | None, data: Any) -> None:
    dense = np.ones((4, 5))
    dense[data.draw(st.integers(0, 3)), data.draw(st.integers(0, 4))] = 0.0
    dense[row, column] = -1.0
    matrix = as_csr(dense)
    axes = {axis: pd.Index([f"{word}{k}" for k in range(5)]) for axis, word in AXES.items()}
    said = place(TABLES["inputs"], matrix, matrix.data < 0, axes, "m", key)
    when = "" if key is None else f", period 'period{key}'"
    assert said == f"m: table 'inputs', row 'good{row}', column 'technique{column}'{when}"
    said = place(TABLES["inputs_ahead"], matrix, matrix.data < 0, axes, "m", 12)
    assert said.endswith(f"column 'technique{column}', 12 periods ahead")


def test_a_checked_table_keeps_its_slices() -> None:
    axes = {axis: pd.Index(["a", "b"]) for axis in AXES}
    slices = {0: np.ones(2), 1: np.zeros(2)}
    assert checked(TABLES["targets"], slices, axes, "m").slices is slices
    with pytest.raises(no.DataError, match="m: table 'targets' has shape \\(3,\\); it must be 2 goods"):
        checked(TABLES["targets"], {0: np.ones(2), 1: np.ones(3)}, axes, "m")


# ---- an economy -------------------------------------------------------------------------------------------------


def small(**more: Any) -> no.Economy:
    given_as = {"goods": ["a", "b"], "inputs": [[0.1, 0.2], [0.3, 0.1]], "targets": [1.0, 2.0], **more}
    return no.build_economy(**given_as)


def test_an_economy_cannot_be_changed_only_copied() -> None:
    economy = small()
    with pytest.raises(FrozenInstanceError):
        economy.name = "other"  # type: ignore[misc]
    copy = economy.with_changes(inputs=[[0.5, 0.0], [0.0, 0.5]], name="other")
    assert economy.matrix("inputs", 0)[0, 0] == 0.1 and copy.matrix("inputs", 0)[0, 0] == 0.5
    assert (economy.name, copy.name) == ("economy", "other") and copy.tables["targets"] is economy.tables["targets"]
    assert not economy.with_changes(targets=None).has("targets") and economy.has("targets")


def test_arrays_that_were_given_may_be_used_again() -> None:
    """Changing what was handed over does not change the economy."""
    targets, inputs = np.array([1.0, 2.0]), np.array([[0.1, 0.0], [0.0, 0.1]])
    by_period = {"1": np.array([1.0, 2.0]), "2": np.array([3.0, 4.0])}
    economy = small(targets=targets, inputs=inputs, import_limits=by_period, periods=["1", "2"])
    targets[:], inputs[:], by_period["1"][:] = 9.0, 9.0, 9.0
    by_period.clear()
    assert economy.vector("targets", 0).tolist() == [1.0, 2.0] and economy.matrix("inputs", 0)[0, 0] == 0.1
    assert [economy.vector("import_limits", t).tolist() for t in (0, 1)] == [[1.0, 2.0], [3.0, 4.0]]


def test_frames_are_by_name_and_by_period() -> None:
    economy = small(periods=[2025, 2026], inputs={2025: np.eye(2) / 2, "2026": np.eye(2) / 4}, storage=[0.5, 0.0])
    for period in (2026, "2026", np.int64(2026)):
        frame = economy.frame("inputs", period)
        assert frame.loc["a", "a"] == 0.25 and (frame.index.name, frame.columns.name) == ("good", "technique")
    with pytest.raises(no.DataError, match=r"differs between periods; name one: \[2025, 2026\]"):
        economy.frame("inputs")
    with pytest.raises(no.DataError, match="unknown period '2027'"):
        economy.frame("inputs", 2027)
    assert economy.frame("storage").equals(pd.Series([0.5, 0.0], economy.goods, name="storage"))
    assert economy.frame("outputs").to_numpy().tolist() == [[1.0, 0.0], [0.0, 1.0]]
    with pytest.raises(no.DataError, match="unknown table 'input'; did you mean 'inputs'"):
        economy.frame("input")


def test_units_are_asked_for_by_label() -> None:
    economy = small(units={"goods": ["kg", ""]}, periods=[1, 2])
    assert (economy.unit("goods", "a"), economy.unit("goods", "b"), economy.unit("techniques", "a")) == ("kg", "", "")
    with pytest.raises(no.DataError, match="unknown good 'c'"):
        economy.unit("goods", "c")


def test_the_text_of_an_economy_counts_what_it_holds() -> None:
    economy = small(periods=2, targets=[[1.0, 2.0], [3.0, 4.0]], questions={"q": no.Question("assortment")})
    lines = repr(economy).splitlines()
    assert lines[0] == "Economy 'economy': 2 goods, 2 techniques, 2 periods"
    assert lines[1].split()[:3] == ["inputs", "4", "coefficients"] and lines[2].split()[:3] == [
        "targets",
        "4",
        "numbers",
    ]
    assert lines[3:] == ["  asked: q (assortment)"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inputs": [[0.1]]}, "table 'inputs' has shape"),
        ({"zork": 1}, "unknown table 'zork'"),
        ({"goods": ["x"]}, "unknown table 'goods'"),
        ({"name": ""}, "name must be text, not empty"),
        ({"title": 5}, "title must be text, not 5"),
        ({"notes": "a note"}, "notes must be a list of texts, not 'a note'"),
        ({"notes": [5]}, "a note must be text, not 5"),
        ({"source": "\ud800"}, "source must be text of whole characters"),
    ],
)
def test_changes_that_make_no_economy_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(no.DataError) as caught:
        small().with_changes(**changes)
    assert words in str(caught.value)


def test_techniques_that_are_no_goods_keep_their_outputs() -> None:
    economy = no.build_economy(goods=["a"], techniques=["s", "t"], outputs=[[1.0, 1.0]], inputs=[[0.1, 0.2]])
    refuse_missing("economy", economy.axes, {"outputs"})
    said = "economy: the techniques ('s', 't') are not the goods ('a'), so a table 'outputs'"
    with pytest.raises(no.DataError, match=f"^{re.escape(said)}"):
        refuse_missing("economy", economy.axes, {"inputs"})
    with pytest.raises(no.DataError, match="must say what each technique makes"):
        economy.with_changes(outputs=None)
    with pytest.raises(no.DataError, match="must say what each technique makes"):
        no.build_economy(goods=["a"], techniques=["s"], inputs=[[0.1]])


def test_texts_and_notes_are_kept_as_they_are() -> None:
    assert plain_text("title", "") == "" and plain_text("name", " a ") == " a "
    assert as_notes(iter(["a", ""]), "m") == ("a", "") and as_notes((), "m") == ()
    axes = empty_axes()
    assert set(axes) == set(AXES) and axes["periods"].tolist() == ["1"]
    assert all(not len(index) for axis, index in axes.items() if axis != "periods")


# ---- axes that are not given ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tables", "goods", "techniques"),
    [
        ({"inputs": np.zeros((2, 2))}, [0, 1], [0, 1]),
        ({"inputs": pd.DataFrame(np.zeros((2, 2)), ["x", "y"], ["y", "x"])}, ["x", "y"], ["x", "y"]),
        ({"targets": pd.Series([1.0, 2.0], ["x", "y"]), "inputs": np.zeros((2, 2))}, ["x", "y"], ["x", "y"]),
        (
            {"inputs": np.zeros((2, 3)), "outputs": pd.DataFrame(np.ones((2, 3)), ["x", "y"], ["p", "q", "r"])},
            ["x", "y"],
            ["p", "q", "r"],
        ),
        ({"inputs": {"1": np.zeros((1, 1)), "2": np.zeros((1, 1))}}, [0], [0]),
        ({"inputs": np.zeros((2, 2)), "outputs": np.eye(2)}, [0, 1], [0, 1]),
    ],
)
def test_axes_come_from_the_tables(tables: dict[str, Any], goods: list[Any], techniques: list[Any]) -> None:
    economy = no.build_economy(**tables)
    assert economy.goods.tolist() == goods and economy.techniques.tolist() == techniques
    assert (economy.goods.name, economy.techniques.name, economy.periods.name) == ("good", "technique", "period")


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({}, "no goods: name them, or give a table that has them"),
        ({"targets": [1.0, 2.0], "inputs": [[0.1]]}, "disagree on how many goods there are ('targets' has 2, 'inputs'"),
        ({"inputs": [0.1, 0.2], "goods": ["a", "b"], "outputs": [1.0, 1.0]}, "must be a table of goods by techniques"),
        ({"inputs": {}, "goods": ["a"]}, "table 'inputs' is empty"),
    ],
)
def test_axes_that_the_tables_do_not_tell_are_asked_for(tables: dict[str, Any], words: str) -> None:
    with pytest.raises(no.DataError) as caught:
        no.build_economy(**tables)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("tables", "periods"),
    [
        ({"targets": [[1.0, 2.0, 3.0]]}, ["1", "2", "3"]),
        ({"targets": {2025: [1.0], 2026: [2.0]}}, [2025, 2026]),
        ({"targets": pd.DataFrame([[1.0, 2.0]], ["a"], ["x", "y"])}, ["x", "y"]),
        ({"foreign_exchange": pd.Series([1.0, 2.0], ["x", "y"])}, ["x", "y"]),
        ({"inputs_ahead": {3: [[0.1]]}, "targets": [1.0]}, ["1"]),
        ({"periods": 2}, ["1", "2"]),
        ({"periods": np.int64(1)}, ["1"]),
    ],
)
def test_periods_come_from_the_first_table_that_has_them(tables: dict[str, Any], periods: list[Any]) -> None:
    assert no.build_economy(**({"goods": ["a"], "inputs": [[0.1]]} | tables)).periods.tolist() == periods
