"""Cells to numbers: each is the double nearest to what is written (in fractions), or refused with its place."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.base.input_files import ReadingLimits
from natura_opt.economy.files.cells import Grid, Names, Odd, column_letters, number, read_grid, single
from natura_opt.economy.files.sheet_cells import MOST_COLUMNS, column_number

FEW = settings(max_examples=80, deadline=None, derandomize=True, database=None)
DIGITS = st.text("0123456789", min_size=1, max_size=25)
WRITTEN = st.builds(
    lambda sign, whole, part, power: sign + whole + part + power,
    st.sampled_from(["", "+", "-"]),
    DIGITS,
    st.one_of(st.just(""), st.just("."), DIGITS.map(lambda digits: f".{digits}")),
    st.one_of(st.just(""), st.builds("{}{}".format, st.sampled_from(["e", "E+", "e-"]), st.integers(0, 340))),
)


def nearest(text: str) -> float:
    """The double nearest to a decimal number, ties to even: by comparing rational distances."""
    exact = Fraction(text)
    try:
        guess = float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf
    around = [x for x in (math.nextafter(guess, -math.inf), guess, math.nextafter(guess, math.inf)) if math.isfinite(x)]
    least = min(abs(Fraction(x) - exact) for x in around)
    tied = [x for x in around if abs(Fraction(x) - exact) == least]
    return tied[0] if len(tied) == 1 else next(x for x in tied if not int(math.frexp(x)[0] * 2**53) % 2)


def grid(*cells: str, header: tuple[str, ...] = ("good", "value")) -> Grid:
    return Grid("t.csv", list(header), [["a", cell] for cell in cells], list(range(2, 2 + len(cells))))


# ---- one cell ---------------------------------------------------------------------------------------------------


@FEW
@given(WRITTEN)
def test_a_cell_is_the_nearest_double_or_refused_for_a_reason(text: str) -> None:
    exact = Fraction(text)
    try:
        found = number(text)
    except ValueError as error:
        wanted = nearest(text)
        plain = re.fullmatch(r"[+-]?[0-9]+", text)
        if math.isinf(wanted):
            assert "doubles end at" in str(error)
        elif wanted == 0:
            assert exact != 0 and "too near zero" in str(error)
        else:
            assert plain and Fraction(wanted) != exact and "a whole number that no double is" in str(error)
            assert repr(wanted) in str(error), "the nearest one is offered"
        return
    assert found == nearest(text) and (found != 0 or exact == 0)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("", "the cell is empty; write 0 where there is none"),
        ("1,5", "'1,5' is a decimal comma; write a point"),
        ("abc", "'abc' is not a number"),
        ("1_000", "'1_000' is not a finite number"),
        ("nan", "is not a finite number"),
        ("-NaN", "is not a finite number"),
        ("inf", "is not a finite number"),
        ("-Infinity", "is not a finite number"),
        ("1e400", "doubles end at 1.8e308"),
        ("-1e-400", "too near zero"),
        ("0x10", "not a number"),
        ("1e", "not a number"),
        (".", "not a number"),
        ("1 000", "not a number"),
        ("١٢", "not a number"),
        ("\uff11\uff12", "not a number"),
        ("--1", "not a number"),
        ("1.5.2", "not a number"),
        ("1e5.5", "not a number"),
        ("9007199254740993", "a whole number that no double is; write 9007199254740992.0"),
    ],
)
def test_a_cell_that_is_no_number_says_why(cell: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        number(cell)
    assert words in str(caught.value)


@pytest.mark.parametrize("cell", ["inf", "-inf", "Infinity", "+INF"])
def test_infinity_is_a_number_only_where_it_means_no_limit(cell: str) -> None:
    assert number(cell, infinite=True) == float(cell)
    with pytest.raises(ValueError):
        number(cell)
    with pytest.raises(ValueError, match="finite"):
        number("nan", infinite=True)


@pytest.mark.parametrize("cell", ["0", "-0", "0.000", "0e999", ".0", "5e-324", "1.7976931348623157e308", "007", "1."])
def test_edges_of_the_doubles_are_numbers(cell: str) -> None:
    assert number(cell) == float(cell)


def test_a_cell_of_another_kind_says_which() -> None:
    odd = Odd.of("True", "a truth")
    with pytest.raises(ValueError, match="'True' is not a number but a truth"):
        number(odd)
    looks_like_one = Odd.of("45000", "a date")
    assert not re.fullmatch(r"[0-9.eE+-]+", looks_like_one) and looks_like_one.kind == "a date"
    assert Odd.of("  #REF! ", "an error") == "#REF!"


# ---- a grid -----------------------------------------------------------------------------------------------------


#: What the short cut must leave to the closer look: too large, too small, or zeros that are none.
EDGES = [
    "9007199254740993",
    "9007199254740992",
    "1e309",
    "1e-400",
    "-0",
    "0.00",
    "0e5",
    "00",
    "1_0",
    "inf",
    "nan",
    "\u0661",
]


@FEW
@given(st.lists(st.one_of(WRITTEN, st.sampled_from([*EDGES, "0", "0.0", "1", "-2.5", ".5"])), min_size=1, max_size=6))
def test_a_row_read_at_once_is_its_cells_read_one_by_one(cells: list[str]) -> None:
    """Numbers written plainly take a short cut; what they become, or why not, must be the same."""
    table = Grid("t.csv", ["good", *(f"c{k}" for k in range(len(cells)))], [["a", *cells]], [2])
    one_by_one: list[float] = []
    for k, cell in enumerate(cells):
        try:
            one_by_one.append(number(cell))
        except ValueError as error:
            place = f"t.csv, line 2, row 'a', column 'c{k}': {error}"
            with pytest.raises(no.DataError, match=re.escape(place)):
                table.numbers(range(1, len(cells) + 1))
            return
    found = table.numbers(range(1, len(cells) + 1))
    assert found.shape == (1, len(cells)) and found[0].tolist() == one_by_one


@pytest.mark.parametrize("cell", EDGES)
@pytest.mark.parametrize("beside", [[], ["1.5", "0"], ["0.0"]], ids=len)
def test_what_needs_a_closer_look_gets_it_whatever_stands_beside(cell: str, beside: list[str]) -> None:
    table = Grid("t.csv", ["good", *"abc"[: len(beside) + 1]], [["a", *beside, cell]], [2])
    columns = range(1, len(beside) + 2)
    try:
        wanted = number(cell)
    except ValueError as error:
        with pytest.raises(no.DataError, match=re.escape(str(error))):
            table.numbers(columns)
    else:
        found = table.numbers(columns)
        assert found[0].tolist() == [*map(float, beside), wanted]


def test_columns_are_read_in_the_order_they_are_asked_for() -> None:
    table = Grid("t.csv", ["good", "x", "y"], [["a", "1", "2"], ["b", "3", "4"]], [2, 3])
    assert table.numbers([2, 1]).tolist() == [[2.0, 1.0], [4.0, 3.0]]
    assert table.numbers([]).shape == (2, 0) and single(table.numbers([2])).tolist() == [2.0, 4.0]
    assert table.column("y") == ["2", "4"] and len(table) == 2
    assert np.isinf(Grid("t", ["g", "v"], [["a", "inf"]], [2]).numbers([1], infinite=True)).all()


def test_a_place_is_named_as_people_find_it() -> None:
    wide = Grid("t.csv", ["good", "x"], [["a", "?"]], [7])
    assert wide.place(0, 1) == "t.csv, line 7, row 'a', column 'x'"
    long = Grid("t.csv", ["row", "column", "value"], [["a", "b", "?"]], [4])
    assert long.place(0, 2) == "t.csv, line 4, row 'a' ('b'), column 'value'"
    assert long.place(0, 1) == "t.csv, line 4, row 'a', column 'column'"
    sheet = Grid("b.xlsx, sheet 's'", ["good", *"xyz"], [["a", "1", "2", "?"]], [30], 5, sheet=True)
    assert sheet.place(0, 3) == "b.xlsx, sheet 's', cell D30, row 'a', column 'z'"
    assert (sheet.heading, sheet.line(0)) == ("b.xlsx, sheet 's', row 5", "b.xlsx, sheet 's', row 30")
    assert (wide.heading, wide.line(0)) == ("t.csv, line 1", "t.csv, line 7")


def test_a_name_of_another_kind_is_refused_with_its_place() -> None:
    table = Grid("b.xlsx, sheet 's'", ["name"], [["a"], [Odd.of("TRUE", "a truth")]], [2, 3], sheet=True)
    with pytest.raises(no.DataError, match=r"cell A3, .* is a truth, not a name; write text"):
        table.names(0)


@FEW
@given(st.lists(st.sampled_from(["a", "b", "", "a ", "ß"]), max_size=12))
def test_names_are_listed_as_they_stood(names: list[str]) -> None:
    made = Names.of(names)
    assert made.listed() == names and len(set(made.distinct)) == len(made.distinct) == len(set(names))
    assert list(dict.fromkeys(names)) == made.distinct and made.codes.dtype == np.int64


@FEW
@given(st.integers(0, MOST_COLUMNS - 1))
def test_columns_are_lettered_and_numbered_back(column: int) -> None:
    letters = column_letters(column)
    assert column_number(letters) == column and letters.isalpha() and letters.isupper()
    assert len(letters) == (1 if column < 26 else 2 if column < 702 else 3)


# ---- a CSV file -------------------------------------------------------------------------------------------------


def csv_file(folder: Path, text: str | bytes) -> Path:
    path = folder / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "t.csv: the file is empty"),
        ("\n , \n\n", "t.csv: the file is empty"),
        ("good;value\na;1\n", "columns are separated by ';'; use commas, and a point for decimals"),
        ("good,value\na,1,5\n", "t.csv, line 2, row 'a': 3 cells where the header has 2; is there a decimal comma?"),
        ("good,value\n\na\n", "t.csv, line 3, row 'a': 1 cells where the header has 2"),
        ('good,value\n"a"b,1\n', "t.csv, line 2: not a CSV file"),
        ('good,value\na,"1\n', "not a CSV file"),
        (b"good,value\na,\xff\n", "not UTF-8 text (invalid start byte at byte 13); save it as UTF-8"),
    ],
)
def test_what_is_no_csv_file_says_why(text: str | bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(no.DataError) as caught:
        made = read_grid(csv_file(tmp_path, text))
        made.numbers([made.header.index("value")])
    assert words in str(caught.value)


def test_lines_are_counted_as_an_editor_shows_them(tmp_path: Path) -> None:
    """Blank lines do not count as rows, and a quoted name may go over two lines."""
    made = read_grid(csv_file(tmp_path, '\n\ngood,value\n\n"two\nlines",1\n , \nb, 2 \n'))
    assert made.header == ["good", "value"] and made.heading == "t.csv, line 3"
    assert made.rows == [["two\nlines", "1"], ["b", "2"]] and made.lines == [6, 8]


def test_a_file_without_a_header_has_columns_by_number(tmp_path: Path) -> None:
    made = read_grid(csv_file(tmp_path, "1,2,3\n4,5,6\n"), header=False)
    assert made.header == ["1", "2", "3"] and made.rows == [["1", "2", "3"], ["4", "5", "6"]]
    assert made.place(1, 2) == "t.csv, line 2, row '4', column '3'"


def test_more_bytes_than_allowed_are_not_read(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "good,value\na,1\n")
    assert len(read_grid(path, limits=ReadingLimits(file_bytes=15))) == 1
    with pytest.raises(
        no.DataError, match=r"its size in bytes is 15, more than the 14 .*ReadingLimits\(file_bytes=15\)"
    ):
        read_grid(path, limits=ReadingLimits(file_bytes=14))
