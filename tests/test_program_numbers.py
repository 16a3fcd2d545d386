"""Numbers, records and lines of programs' files: what stands there, exactly, or a sentence."""

from __future__ import annotations

import bz2
import gzip
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from natura_opt.base.errors import DataError
from natura_opt.program.reading.draft import Draft, Names
from natura_opt.program.reading.lp_tokens import is_reserved, tokens
from natura_opt.program.reading.lp_words import TURNED, Words, direction
from natura_opt.program.reading.mps_bounds import _limits
from natura_opt.program.reading.mps_records import LayoutError, fixed_record, free_record
from natura_opt.program.reading.mps_sides import Sets
from natura_opt.program.reading.numbers import exact, limit, number
from natura_opt.program.reading.text import format_of, lines_of, shown

DIGITS = st.text("0123456789", max_size=25)
DECIMALS = st.builds(
    lambda sign, whole, point, part, mark, power: (
        f"{sign}{whole or '0'}{point}{part if point else ''}{mark}{power if mark else ''}"
    ),
    st.sampled_from(["", "+", "-"]),
    DIGITS,
    st.sampled_from(["", "."]),
    DIGITS,
    st.sampled_from(["", "e", "E", "d", "D"]),
    st.integers(-360, 330),
)

# ---- numbers -----------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(DECIMALS)
def test_a_decimal_is_the_nearest_double_or_refused_for_its_size(text: str) -> None:
    truth = Fraction(Decimal(text.replace("d", "e").replace("D", "e")))
    try:
        found = number(text)
    except ValueError as error:
        if "larger" in str(error):
            assert abs(truth) >= Fraction(1.797e308)
        else:
            assert "smaller" in str(error) and 0 < abs(truth) < Fraction(5e-324)
        return
    assert found == float(truth) and math.copysign(1.0, found) == (-1.0 if truth < 0 else 1.0)
    assert exact(text) == truth


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_writes_comes_back_to_the_last_bit(value: float) -> None:
    assert number(repr(value)) == value and exact(repr(value)) == Fraction(Decimal(repr(value)))


@pytest.mark.parametrize(
    "text", ["", "+", "1,5", "0x10", "1_000", "nan", "inf", "1e", "e5", "--1", "1 ", "\u0661", "1e5.0", ".", "1/2"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        number(text)


@pytest.mark.parametrize(
    ("text", "infinity", "value"),
    [
        ("inf", 1e20, math.inf),
        ("+Infinity", 1e20, math.inf),
        ("-INF", 1e20, -math.inf),
        ("1e20", 1e20, math.inf),
        ("-1E+20", 1e20, -math.inf),
        ("9.9999e19", 1e20, 9.9999e19),
        ("1e20", math.inf, 1e20),
        ("5", 4.0, math.inf),
        ("1e400", 1e20, math.inf),  # infinite by its size: no need for a double
    ],
)
def test_limits(text: str, infinity: float, value: float) -> None:
    assert limit(text, infinity) == value


def test_a_number_beyond_every_double_is_no_limit_where_none_is_infinite() -> None:
    with pytest.raises(ValueError, match="larger than any double"):
        limit("1e400", math.inf)


# ---- records -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "line", "record"),
    [
        ("ROWS", " N  cost", ("N", "cost", [])),
        ("COLUMNS", " x r1 1 r2 2", ("", "x", ["r1", "1", "r2", "2"])),
        ("RHS", " rhs r1 4", ("", "rhs", ["r1", "4"])),
        ("RHS", " r1 4", ("", "", ["r1", "4"])),
        ("RANGES", " r1 4 r2 5", ("", "", ["r1", "4", "r2", "5"])),
        ("BOUNDS", " UP bnd x 4", ("UP", "bnd", ["x", "4"])),
        ("BOUNDS", " UP x 4", ("UP", "", ["x", "4"])),
        ("BOUNDS", " FR bnd x", ("FR", "bnd", ["x"])),
        ("BOUNDS", " fr x", ("fr", "", ["x"])),
        ("BOUNDS", " MI x 0", ("MI", "", ["x", "0"])),  # x is a column, 0 a value
        ("BOUNDS", " BV bnd x 1", ("BV", "bnd", ["x", "1"])),
        ("COLUMNS", " шт r1 1", ("", "шт", ["r1", "1"])),
    ],
)
def test_words_of_a_line(section: str, line: str, record: Any) -> None:
    assert free_record(section, line, {"x"}) == record


@pytest.mark.parametrize(
    ("section", "line"),
    [("ROWS", " N"), ("ROWS", " N a b"), ("COLUMNS", " x r1"), ("COLUMNS", " x r1 1 r2"), ("RHS", " r1"),
     ("BOUNDS", " UP x"), ("BOUNDS", " FR"), ("BOUNDS", " UP a b c d")],
)  # fmt: skip
def test_lines_with_words_too_many_or_too_few(section: str, line: str) -> None:
    with pytest.raises(LayoutError):
        free_record(section, line, {"x"})


def card(*fields: str) -> str:
    """A line with its fields at columns 2, 5, 15, 25, 40 and 50."""
    line = ""
    for start, field in zip((1, 4, 14, 24, 39, 49), fields, strict=False):
        line = line.ljust(start) + field
    return line


@given(st.lists(st.text("abc xyz.", min_size=1, max_size=8).map(str.strip).filter(bool), min_size=5, max_size=5))
def test_fields_of_a_card_may_hold_blanks(names: list[str]) -> None:
    line = card("", names[0], names[1], "1.5", names[2], "2.5")
    assert fixed_record("COLUMNS", line) == ("", names[0], [names[1], "1.5", names[2], "2.5"])
    assert fixed_record("BOUNDS", card("UP", names[3], names[4], "7")) == ("UP", names[3], [names[4], "7"])
    assert fixed_record("ROWS", card("G", names[0])) == ("G", names[0], [])


@pytest.mark.parametrize(
    ("section", "line", "says"),
    [
        ("COLUMNS", "\tx", "a tab"),
        ("COLUMNS", card("", "x" * 12, "r", "1"), "between the fields"),
        ("COLUMNS", card("UP", "x", "r", "1"), "first field"),
        ("COLUMNS", card("", "x", "r"), "a name without a value"),
        ("ROWS", card("G", "x", "r"), "more than a kind"),
    ],
)
def test_cards_that_do_not_fit(section: str, line: str, says: str) -> None:
    with pytest.raises(LayoutError, match=says):
        fixed_record(section, line)


@pytest.mark.parametrize(
    ("kind", "limits"),
    [("UP", {"upper": 3.0}), ("LO", {"lower": 3.0}), ("FX", {"lower": 3.0, "upper": 3.0}), ("UI", {"upper": 3.0}),
     ("LI", {"lower": 3.0}), ("MI", {"lower": -math.inf}), ("PL", {"upper": math.inf}),
     ("FR", {"lower": -math.inf, "upper": math.inf}), ("BV", {"lower": 0.0, "upper": 1.0})],
)  # fmt: skip
def test_what_each_kind_of_bound_says(kind: str, limits: dict[str, float]) -> None:
    assert _limits(kind, 3.0) == limits


def test_the_first_set_counts_and_one_that_says_nothing_new_is_refused() -> None:
    draft = Draft("f.mps", 1e20)
    sets = Sets(draft, "RHS")
    assert sets.holds("", 1) and sets.holds("one", 2) and sets.holds("one", 3) and not sets.holds("two", 4)
    with pytest.raises(DataError, match="goes on after the set 'two' of line 4"):
        sets.holds("one", 5)
    with pytest.raises(DataError, match="line 4"):
        sets.note()
    sets.again("two")
    sets.note()
    assert len(draft.notes) == 1 and "'two'" in draft.notes[0]


# ---- the draft ---------------------------------------------------------------------------------------------


def test_a_draft_makes_of_what_was_stated_the_program_without_its_objective_row() -> None:
    draft = Draft("f.lp", 1e20)
    for name in ("first", "cost", "second"):
        draft.new(draft.rows, name, 1)
    x, y = draft.new(draft.columns, "x", 2), draft.new(draft.columns, "y", 3)
    for row, column, value in ((0, y, 2.0), (2, x, -1.0), (2, y, 0.0), (0, x, 4.0)):
        draft.entry(row, column, value)
    draft.cost, draft.sides = {y: 5.0}, [(1.0, 2.0), (-math.inf, math.inf), (-math.inf, 3.0)]
    draft.bound("upper", x, "x", 7.0, 4)
    draft.integer[y] = 5
    assert draft.limit("1e25", 6, "the limit of y") == math.inf
    program = draft.program(objective=1)
    np.testing.assert_array_equal(program.matrix.toarray(), [[4.0, 2.0], [-1.0, 0.0]])
    assert program.matrix.nnz == 3 and program.rows[0].index.to_list() == ["first", "second"]
    np.testing.assert_array_equal(program.row_upper, [2.0, 3.0])
    np.testing.assert_array_equal([program.cost, program.upper], [[0.0, 5.0], [7.0, math.inf]])
    assert program.integer.tolist() == [False, True] and "the limit of y (line 6)" in program.notes[0]


def test_what_is_stated_twice_or_nowhere_is_refused_with_both_lines() -> None:
    draft = Draft("f.lp", 1e20)
    draft.new(draft.columns, "x", 2)
    draft.bound("lower", 0, "x", 1.0, 4)
    for wrong, says in (
        (lambda: draft.new(draft.columns, "x", 9), "line 9: column 'x' came already at line 2"),
        (lambda: draft.bound("lower", 0, "x", 1.0, 8), "line 8: column 'x' got its lower limit already at line 4"),
        (lambda: draft.bound("upper", 0, "x", -math.inf, 8), "infinite the wrong way round"),
        (lambda: draft.position(draft.rows, "r", 7), "line 7: unknown row 'r'"),
        (lambda: draft.number("1,5", 3, "the value"), "line 3: the value, '1,5', is no number"),
    ):
        with pytest.raises(DataError, match=says):
            wrong()
    names = Names("row")
    assert names.add("a", 3) == 0 and names.add("b", 4) == 1 and len(names) == 2 and names.position == {"a": 0, "b": 1}


# ---- words of LP files -----------------------------------------------------------------------------------


def words_of(text: str) -> Any:
    return Words(enumerate(text.splitlines(), 1), Draft("f.lp", 1e20))


def test_tokens_with_their_kinds_and_lines() -> None:
    found = list(
        tokens(enumerate("MIN\n obj: 2.5x1 -y \\ no\nSubject To\n c: x1 =< 4\nend".splitlines(), 1), Draft("f", 1))
    )
    assert [(token.kind, token.text) for token in found] == [
        ("heading", "min"), ("name", "obj"), ("colon", ":"), ("number", "2.5"), ("name", "x1"), ("sign", "-"),
        ("name", "y"), ("heading", "rows"), ("name", "c"), ("colon", ":"), ("name", "x1"), ("sense", "=<"),
        ("number", "4"), ("heading", "end"), ("end", ""),
    ]  # fmt: skip
    assert [token.line for token in found] == [1, 2, 2, 2, 2, 2, 2, 3, 4, 4, 4, 4, 4, 5, 5]


@pytest.mark.parametrize("word", ["free", "INF", "infinity", "st", "Bounds", "bin", "semis", "nan", "subject to"])
def test_words_of_the_format_are_no_names(word: str) -> None:
    assert is_reserved(word)
    assert not is_reserved(word + "_") and not is_reserved("x" + word)


@pytest.mark.parametrize(
    ("text", "value"), [("- - 5 <=", 5.0), ("-inf <=", -math.inf), ("- - -2 <=", -2.0), ("+ 3 <=", 3.0)]
)
def test_a_side_is_a_number_with_all_its_signs(text: str, value: float) -> None:
    words = words_of(f"{text} x\nend")
    assert words.side_ahead() and words.side("here") == value
    assert words.next().kind == "sense"


def test_what_comes_next_is_seen_without_being_taken() -> None:
    words = words_of("c: x >= 2\nend")
    assert words.peek(1).kind == "colon" and not words.side_ahead()
    label = words.label()
    assert label is not None and label.text == "c" and words.label() is None
    assert words.column(words.next()) == 0 and words.draft.columns.position == {"x": 0}
    assert {sense: direction(sense) for sense in ("<=", "=<", "<", ">=", "=>", ">", "=", "==")} == {
        "<=": "<", "=<": "<", "<": "<", ">=": ">", "=>": ">", ">": ">", "=": "=", "==": "=",
    }  # fmt: skip
    assert all(TURNED[TURNED[sense]] == sense for sense in "<>=")


# ---- lines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2"])
def test_lines_are_numbered_and_without_their_ends_however_packed(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.lp{suffix}"
    content = "\ufeffone\r\n\nthrée\nfour".encode()
    path.write_bytes({"": content, ".gz": gzip.compress(content), ".bz2": bz2.compress(content)}[suffix])
    assert list(lines_of(path)) == [(1, "one"), (2, ""), (3, "thrée"), (4, "four")]
    assert format_of(path) == ".lp"
    with pytest.raises(DataError, match="holds more than 10 bytes"):
        list(lines_of(path, largest=10))


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.MPS", ".mps"), ("a.lp.GZ", ".lp"), ("a.gz", None), ("a.mps.lp", ".lp"), ("mps", None), ("a.lp.zip", None)],
)  # fmt: skip
def test_formats_by_name(name: str, form: str | None) -> None:
    assert format_of(name) == form


def test_long_text_is_cut_where_it_is_shown() -> None:
    assert shown("a" * 60) == repr("a" * 60)
    assert shown("a" * 61) == f"{'a' * 60!r}… (61 characters)"
