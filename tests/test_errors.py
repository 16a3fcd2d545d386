"""What messages are made of: names shown safely, the nearest known name, lists cut visibly; one family of errors."""

from __future__ import annotations

import inspect
import pickle
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.base.errors import (
    DataError,
    NaturaError,
    NotProvedError,
    OptionError,
    OutputError,
    ProgramError,
    QuestionError,
    RefusedError,
    SettingError,
    UnstatableError,
    listed,
    refuse_unknown_settings,
    shortened,
    shown,
    unknown,
)

FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
ANY = st.text(max_size=60)
MODULE = sys.modules[NaturaError.__module__]
KINDS = [kind for _, kind in inspect.getmembers(MODULE, inspect.isclass) if issubclass(kind, NaturaError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_is_caught_as_one_of_ours_and_keeps_its_message(kind: type[NaturaError]) -> None:
    error = kind("a file: what is wrong; what to do")
    assert isinstance(error, NaturaError) and isinstance(error, Exception)
    assert str(error) == "a file: what is wrong; what to do"
    assert kind.__doc__ and kind.__name__.endswith("Error")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind and str(again) == str(error)


def test_who_catches_what() -> None:
    assert issubclass(OutputError, DataError) and issubclass(RefusedError, DataError)
    assert issubclass(SettingError, OptionError) and issubclass(UnstatableError, QuestionError)
    assert issubclass(ProgramError, ValueError)
    apart = [DataError, QuestionError, OptionError, ProgramError, NotProvedError]
    for one in apart:
        assert [other for other in apart if issubclass(one, other)] == [one]


def test_errors_that_are_public_are_the_ones_raised() -> None:
    for name in ("DataError", "NaturaError", "NotProvedError", "OptionError", "OutputError", "QuestionError"):
        assert getattr(no, name) is getattr(MODULE, name)


# ---- what is shown ----------------------------------------------------------------------------------------------


@settings(FEW, max_examples=25)
@given(ANY)
def test_what_is_shown_can_be_put_on_a_terminal(text: str) -> None:
    made = shown(text)
    assert all(sign.isprintable() or sign == "\n" for sign in made)
    if text.isprintable():
        assert made == text
    assert str(NaturaError(text)) == made


@FEW
@given(st.lists(st.sampled_from(["a", " ", "\x07", "\n", "'", "é", "\ud800", "\u202e"]), max_size=30).map("".join))
def test_a_sign_that_no_one_sees_is_written_as_python_writes_it(text: str) -> None:
    escaped = {sign: sign.encode("unicode_escape", "surrogatepass").decode() for sign in "\x07\ud800\u202e"}
    wanted = "".join(escaped.get(sign, sign) for sign in text)
    assert shown(text) == wanted


@pytest.mark.parametrize("length", [300, 301, 5_000])
def test_a_word_without_end_is_cut_and_counted(length: int) -> None:
    word = "ab" * length
    made = shown(f"before {word[:length]} after")
    if length == 300:
        assert made == f"before {word[:300]} after"
        return
    assert made.startswith(f"before {word[:80]}… ({length:,} characters) …") and made.endswith(" after")
    assert len(made) < 160


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quoted_name_with_blanks_is_cut_too(quote: str) -> None:
    name = "a b " * 50
    made = shown(f"unknown good {quote}{name}{quote}; did you mean 'x'?")
    assert f"({len(name) + 2:,} characters)" in made and made.endswith("; did you mean 'x'?") and len(made) < 200
    fits = "a b " * 40
    assert shown(f"good {quote}{fits}{quote}") == f"good {quote}{fits}{quote}"


def test_a_message_of_many_words_is_cut_in_the_middle() -> None:
    text = "word " * 10_000
    made = shown(text)
    assert "(50,000 characters)" in made and len(made) < 20_100
    assert made.startswith("word word") and made.endswith("word word ")
    assert shown("a b c d e f", longest=6) == "a b… (11 characters) …e f"


# ---- unknown names ----------------------------------------------------------------------------------------------


@FEW
@given(st.lists(st.text("abcdefgh", min_size=3, max_size=8), min_size=1, max_size=6, unique=True), st.data())
def test_a_name_mistyped_by_one_letter_is_offered_right(names: list[str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(names))
    said = unknown("good", f"{name}x", names)
    assert said.startswith(f"unknown good '{name}x'; did you mean '") and said.endswith(
        f"Known: {', '.join(sorted(names))}"
    )


@pytest.mark.parametrize(
    ("given_as", "known", "said"),
    [
        ("x", [], "unknown good 'x'; Known: none"),
        ("coal", ["zork"], "unknown good 'coal'; Known: zork"),
        (25, [25.0, "b"], "unknown good '25'; did you mean '25.0'? Known: 25.0, b"),
        ("", ["a"], "unknown good ''; Known: a"),
    ],
)
def test_what_is_known_is_listed(given_as: object, known: list[object], said: str) -> None:
    assert unknown("good", given_as, known) == said


def test_a_number_too_long_to_be_written_is_said_in_words() -> None:
    assert unknown("year", 10**6000, ["a"]) == "unknown year 'a number of thousands of digits'; Known: a"


def test_a_long_list_of_known_names_ends_in_their_number() -> None:
    names = [f"good{k:03d}" for k in range(45)]
    said = unknown("good", "zork", names)
    assert said.endswith(f"{names[29]}, … (45 in all)") and names[30] not in said
    assert unknown("good", "zork", names[:30]).endswith(names[29])


@FEW
@given(st.lists(st.integers(0, 999), max_size=12), st.integers(1, 12))
def test_a_list_is_whole_or_says_how_many_more(names: list[int], limit: int) -> None:
    said = listed(names, limit)
    assert said.count("'") == 2 * min(len(names), limit)
    more = re.search(r" and (\d+) more$", said)
    assert (int(more[1]) if more else 0) == max(0, len(names) - limit)


def test_settings_of_a_method_are_known_or_refused() -> None:
    refuse_unknown_settings("harmony", ["rounds", "tolerance"], ["rounds"])
    with pytest.raises(SettingError, match=r"method 'harmony': unknown setting 'round'; did you mean 'rounds'\?"):
        refuse_unknown_settings("harmony", iter(["rounds", "tolerance"]), ["rounds", "round"])


# ---- values in messages -----------------------------------------------------------------------------------------


@FEW
@given(st.one_of(st.text(max_size=200), st.integers(), st.lists(st.integers(), max_size=60)), st.integers(4, 90))
def test_a_value_is_as_python_writes_it_or_cut_with_its_length(value: object, most: int) -> None:
    made, whole = shortened(value, most), repr(value)
    if len(whole) <= most + 2:
        assert made == whole
    else:
        assert made == f"{whole[: most + 1]}… ({len(whole):,} characters)"


def test_what_python_itself_cannot_write_is_named_by_its_kind() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert shortened(deep) == "what is given (list)"
    assert shortened(10**6000) == "what is given (int)"
    while deep:  # taken apart by hand: Python's own way is as deep
        deep = deep.pop()  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("bre", "did you mean 'bread of all kinds'? "),  # the one that begins so
        ("coal of the n", "did you mean 'coal of the north'? "),
        ("coal", ""),  # two begin so
        ("", ""),
        ("zinc", ""),
    ],
)
def test_a_name_that_was_not_written_to_its_end_is_known_by_its_beginning(given: str, hint: str) -> None:
    names = ["bread of all kinds", "coal of the north", "coal of the far south and west"]
    said = unknown("good", given, names)
    assert said == f"unknown good '{given}'; {hint}Known: {', '.join(sorted(names))}"
