"""Names decide: matching, finding and ordering labels obey their laws whatever order, type or spelling they come in."""

from __future__ import annotations

import datetime
import enum
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.base.labels import holding_name, name_of
from natura_opt.economy.alignment import in_one_order, numbers_of
from natura_opt.economy.coerce import as_labels, label_in, matched, position, reads, spelled, whole_numbers
from natura_opt.plan.finding import find_label

FEW = settings(max_examples=50, deadline=None, derandomize=True, database=None)
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=6)
LABELS = st.lists(
    st.one_of(TEXTS, st.integers(-(10**15), 10**15), st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, st.integers(0, 99))),
    min_size=1,
    max_size=8,
    unique_by=reads,
)


def index_of(labels: list[Any]) -> pd.Index:
    return pd.Index(labels, tupleize_cols=False)


# ---- labels -----------------------------------------------------------------------------------------------------


@FEW
@given(LABELS)
def test_labels_keep_their_order_type_and_spelling(labels: list[Any]) -> None:
    made = as_labels(labels, "goods", "m")
    assert made.tolist() == labels and [type(label) for label in made.tolist()] == [type(label) for label in labels]
    assert not isinstance(made, pd.MultiIndex) and spelled(made).tolist() == [reads(label) for label in labels]
    assert as_labels(made, "goods", "m").tolist() == labels


@FEW
@given(LABELS, st.data())
def test_two_labels_that_read_alike_are_refused(labels: list[Any], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(labels))
    twin = again
    if isinstance(again, int):
        twin = str(again)
    elif isinstance(again, tuple):
        twin = tuple(map(str, again))
    with pytest.raises(no.DataError, match=r"m: goods named twice: .*; every name must be given once"):
        as_labels([*labels, twin], "goods", "m")


def test_a_pair_does_not_read_like_the_text_with_a_blank() -> None:
    both = as_labels([("north", "corn"), "north corn"], "goods", "m")
    assert position(both, "north corn") == 1 and position(both, ("north", "corn")) == 0


class Colour(enum.StrEnum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    ("given_as", "kept"),
    [
        ([Colour.RED, "blue"], ["red", "blue"]),
        (np.array(["a", "b"]), ["a", "b"]),
        ([Number.ONE, 2], [1, 2]),
        ([np.int64(7), "b"], [7, "b"]),
        (pd.Series(["a", "b"], index=[5, 6]), ["a", "b"]),
        (pd.MultiIndex.from_tuples([("n", 1), ("s", 2)]), [("n", 1), ("s", 2)]),
        (range(3), [0, 1, 2]),
        ((label for label in "ab"), ["a", "b"]),
        ({"b": 1, "a": 2}.keys(), ["b", "a"]),
    ],
)
def test_whatever_lists_names_is_a_list_of_plain_names(given_as: Any, kept: list[Any]) -> None:
    made = as_labels(given_as, "goods", "m").tolist()
    assert made == kept and {type(label) for label in made} <= {str, int, tuple}


@pytest.mark.parametrize(
    "label",
    [
        True,
        np.False_,
        b"a",
        10**18,
        -(10**18),
        np.inf,
        1e18,
        (),
        (("a", "b"), "c"),
        frozenset("a"),
        3j,
        "a\x00",
        "a\x1f",
        "a\x7f",
        "a\x85",
        ("a", "b\n"),
        "x" * 1001,
        ("a", True),
        object,
    ],
    ids=lambda label: ascii(label)[:30],
)
def test_what_cannot_be_a_name_is_refused_by_itself(label: Any) -> None:
    with pytest.raises(no.DataError, match="name one of the goods"):
        as_labels(["fine", label], "goods", "m")


@pytest.mark.parametrize("label", ["x" * 1000, 10**18 - 1, 0, -1, 2.5, " ", ("a", "b", "c"), datetime.date(2025, 1, 1)])
def test_what_is_just_a_name_is_taken(label: Any) -> None:
    assert as_labels(["fine", label], "goods", "m").tolist() == ["fine", label]


@pytest.mark.parametrize("labels", [[None, "a"], ["a", float("nan")], [pd.NaT, "a"]])
def test_a_missing_name_is_said(labels: list[Any]) -> None:
    with pytest.raises(no.DataError, match="m: a name is missing among the goods"):
        as_labels(labels, "goods", "m")


def test_a_period_is_no_pair() -> None:
    assert as_labels([("a", "b")], "goods", "m").tolist() == [("a", "b")]
    with pytest.raises(
        no.DataError, match=r"a period's name must be one word or number, not a pair such as \('a', 1\)"
    ):
        as_labels([("a", 1), ("a", 2)], "periods", "m")


@pytest.mark.parametrize("name", ["01", "1.0", "+1", "1_0", " 1", "", "one", "1" * 19, "-0"])
def test_what_is_not_written_as_a_whole_number_is_none(name: str) -> None:
    with pytest.raises(no.DataError, match="is not a whole number, as it would be written"):
        whole_numbers(pd.Index(["3", name]), "periods", "m")


@FEW
@given(st.lists(st.integers(-(10**18) + 1, 10**18 - 1), min_size=1, max_size=5))
def test_whole_numbers_come_back_from_their_texts(numbers: list[int]) -> None:
    assert whole_numbers(pd.Index(list(map(str, numbers))), "periods", "m").tolist() == numbers


# ---- matching ---------------------------------------------------------------------------------------------------


@FEW
@given(LABELS, st.randoms(use_true_random=False))
def test_matching_undoes_any_shuffle(labels: list[Any], random: Any) -> None:
    mixed = list(labels)
    random.shuffle(mixed)
    places = matched(index_of(mixed), index_of(labels), "goods", "m")
    assert [mixed[k] for k in places] == labels
    back = matched(index_of(labels), index_of(mixed), "goods", "m")
    assert [places[k] for k in back] == list(range(len(labels)))


@FEW
@given(st.lists(st.integers(-99, 99), min_size=1, max_size=6, unique=True))
def test_numbers_match_their_texts_both_ways(numbers: list[int]) -> None:
    texts = [str(number) for number in numbers[::-1]]
    assert [texts[k] for k in matched(index_of(texts), index_of(numbers), "goods", "m")] == list(map(str, numbers))
    assert [numbers[k] for k in matched(index_of(numbers), index_of(texts), "goods", "m")] == numbers[::-1]


@FEW
@given(LABELS, st.data())
def test_a_name_too_many_or_too_few_is_said(labels: list[Any], data: st.DataObject) -> None:
    gone = data.draw(st.integers(0, len(labels) - 1))
    fewer = labels[:gone] + labels[gone + 1 :]
    with pytest.raises(no.DataError, match="m: no entry for the goods"):
        matched(index_of(fewer), index_of(labels), "goods", "m")
    if fewer:
        with pytest.raises(no.DataError, match="m: unknown good"):
            matched(index_of(labels), index_of(fewer), "goods", "m")


@FEW
@given(LABELS, st.data())
def test_each_label_is_found_where_it_stands_by_itself_and_by_its_text(labels: list[Any], data: st.DataObject) -> None:
    index, at = index_of(labels), data.draw(st.integers(0, len(labels) - 1))
    assert position(index, labels[at]) == at and label_in(index, labels[at]) == labels[at]
    assert position(index, reads(labels[at])) == at


@pytest.mark.parametrize("label", [True, 1.0, "1.0", "01", None, [1], {}, "one", 10**6000, ("1",), np.nan], ids=type)
def test_what_only_equals_a_label_is_not_found(label: Any) -> None:
    """``True == 1 == 1.0`` in Python, and not among names."""
    with pytest.raises(no.DataError, match="unknown year"):
        label_in(pd.Index([1, 2], name="year"), label)
    assert find_label(pd.Index([1, 2]), label) is None


def test_a_name_in_words_is_found_last() -> None:
    index = index_of([("north", "coal"), ("north", 1), "north iron"])
    assert find_label(index, "north coal") == ("north", "coal")
    assert find_label(index, ["north", "coal"]) == ("north", "coal")
    assert find_label(index, ("north", "1")) == ("north", 1)
    assert find_label(index, "north") is None


@pytest.mark.parametrize(
    ("label", "words"),
    [("coal", "coal"), (7, "7"), (("north", "coal"), "north coal"), (("a", 1, "b"), "a 1 b"), ("", "")],
)
def test_labels_in_words(label: Any, words: str) -> None:
    assert name_of(label) == words
    assert holding_name((label, "mine")) == f"{words} in mine"
    assert holding_name("coal") == "coal"


# ---- a matrix and its vectors -----------------------------------------------------------------------------------

GOODS = ["corn", "iron", "coal", "bread"]
INPUTS = pd.DataFrame(np.arange(16.0).reshape(4, 4) / 64, GOODS, GOODS)
DEMAND = pd.Series([1.0, 2.0, 3.0, 4.0], GOODS)


@pytest.mark.parametrize("seed", range(8))
def test_names_put_everything_into_the_order_of_the_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns, vector = ([GOODS[k] for k in rng.permutation(4)] for _ in range(3))
    matrix, vectors, names = in_one_order(INPUTS.loc[rows, columns], {"demand": DEMAND[vector], "start": None})
    assert list(names) == rows and vectors["start"] is None
    assert matrix.tolist() == INPUTS.loc[rows, rows].to_numpy().tolist()
    assert vectors["demand"].tolist() == DEMAND[rows].tolist()


@pytest.mark.parametrize("seed", range(4))
def test_names_that_are_asked_for_come_first(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, wanted = ([GOODS[k] for k in rng.permutation(4)] for _ in range(2))
    matrix, vectors, names = in_one_order(INPUTS.loc[rows], {"demand": DEMAND[rows]}, wanted)
    assert list(names) == wanted and matrix.tolist() == INPUTS.loc[wanted, wanted].to_numpy().tolist()
    assert vectors["demand"].tolist() == DEMAND[wanted].tolist()


def test_what_has_no_names_is_taken_by_position() -> None:
    plain = INPUTS.to_numpy()
    matrix, vectors, names = in_one_order(plain, {"demand": DEMAND[::-1]})
    assert matrix is plain and names is None
    assert vectors["demand"].tolist() == [4.0, 3.0, 2.0, 1.0], "a Series beside a bare array has only its order"
    _, vectors, names = in_one_order(plain, {"demand": DEMAND[::-1]}, GOODS)
    assert vectors["demand"].tolist() == [1.0, 2.0, 3.0, 4.0] and list(names) == GOODS
    raw = np.ones(4)
    assert in_one_order(INPUTS, {"demand": raw})[1]["demand"] is raw


def test_names_given_are_handed_back_as_they_were_given() -> None:
    names = ["corn", "iron", "coal", "bread"]
    assert in_one_order(INPUTS.to_numpy(), {}, names)[2] == names


@pytest.mark.parametrize(
    ("inputs", "vectors", "names", "words"),
    [
        (
            INPUTS.rename(columns={"corn": "korn"}),
            {},
            None,
            "inputs, columns: unknown good 'korn'; did you mean 'corn'",
        ),
        (INPUTS.iloc[:, :3], {}, None, "inputs, columns: no entry for the goods 'bread'"),
        (INPUTS, {"demand": DEMAND.iloc[:3]}, None, "demand: no entry for the goods 'bread'"),
        (INPUTS, {"demand": DEMAND.to_frame()}, None, "demand must be one number per good"),
        (INPUTS, {}, ["corn", "iron", "coal"], "names: unknown good 'bread'"),
        (INPUTS, {}, ["corn", "iron", "coal", "coal"], "names: goods named twice: 'coal'"),
        (INPUTS.set_axis(["a", "a", "b", "c"]), {}, None, "inputs: goods named twice: 'a'"),
        (INPUTS.astype(object).replace(0.0, "x"), {}, None, "inputs: not numbers: row 'corn', column 'corn' is 'x'"),
        (INPUTS, {"demand": DEMAND.astype(str)}, None, "demand: not numbers"),
    ],
)
def test_names_that_do_not_match_are_refused(inputs: Any, vectors: Any, names: Any, words: str) -> None:
    with pytest.raises(no.DataError) as caught:
        in_one_order(inputs, vectors, names)
    assert words in str(caught.value)


def test_numbers_are_said_to_be_for_something() -> None:
    assert numbers_of([1, 2], "weights").tolist() == [1.0, 2.0]
    with pytest.raises(no.DataError, match=r"^weights: not numbers: row 0 is True"):
        numbers_of([True], "weights")
