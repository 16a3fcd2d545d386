"""The cells of a sheet as its XML goes by, and the settings of a workbook: read as stored, refused with their place."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.base.input_files import DEFAULT_LIMITS, ReadingLimits
from natura_opt.economy.files.cells import Odd
from natura_opt.economy.files.excel import (
    MOST_CHARACTERS,
    first_rows,
    is_model_workbook,
    settings_rows,
    write_workbook,
)
from natura_opt.economy.files.sheet_cells import MOST_COLUMNS, MOST_ROWS, SheetReader, Texts, escaped, unescaped
from natura_opt.economy.files.spreadsheet import Workbook

FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def read(*rows: list[dict[str, Any]], texts: tuple[str, ...] = (), dates: tuple[int, ...] = (), **more: Any) -> Any:
    """Feed a reader rows of cells: mappings of attributes, with ``v`` (value), ``f`` (formula) and ``is`` (text)."""
    refused: list[tuple[int, int]] = []
    reader = SheetReader("sheet 's'", list(texts), set(dates), more.get("figures"), lambda r, c: refused.append((r, c)))
    reader.start("sheetData", {})
    for number, cells in enumerate(rows, more.get("first", 1)):
        reader.start("row", {"r": str(number)} if more.get("numbered", True) else {})
        for cell in cells:
            reader.start("c", {key: value for key, value in cell.items() if key not in ("v", "f", "is")})
            if "f" in cell:
                reader.start("f", {})
                reader.text(cell["f"])
                reader.end("f")
            if "is" in cell:
                for tag in ("is", "t"):
                    reader.start(tag, {})
                reader.text(cell["is"])
                for tag in ("t", "is"):
                    reader.end(tag)
            if "v" in cell:
                reader.start("v", {})
                for sign in cell["v"]:  # as a parser may hand it over: in pieces
                    reader.text(sign)
                reader.end("v")
            reader.end("c")
        reader.end("row")
    reader.end("sheetData")
    return reader.rows if "refused" not in more else (reader.rows, refused)


def cell(**attributes: str) -> Any:
    made = read([attributes], texts=("first", "second"), dates=(3,))
    return made.get(1, {}).get(0, "")


# ---- one cell ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "read_as"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("-0.0", "-0.0"),
        ("1E3", "1000"),
        ("0.1", "0.1"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1e15", "1000000000000000.0"),
        ("123456789012345", "123456789012345"),
        ("9007199254740993", "9007199254740993"),  # its digits are kept, so that it can be refused
        ("1e400", "1e400"),
        ("1e-400", "1e-400"),
        ("", ""),
        (" 2 ", "2"),
    ],
)
def test_a_number_is_read_as_a_csv_file_would_hold_it(stored: str, read_as: str) -> None:
    found = cell(v=stored)
    assert found == read_as and not isinstance(found, Odd)


@FEW
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_double_comes_back_from_its_digits(value: float) -> None:
    assert float(cell(v=repr(value)) or "0") == value


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"t": "b", "v": "1"}, "a truth"),
        ({"t": "e", "v": "#REF!"}, "an error"),
        ({"t": "d", "v": "2025-01-01"}, "a date"),
        ({"s": "3", "v": "45000"}, "a date"),
        ({"v": "12a"}, "a damaged cell"),
        ({"v": "nan"}, "a damaged cell"),
        ({"f": "A1+B1"}, "a formula whose result was never saved"),
        ({"f": "A1", "t": "s"}, "a formula whose result was never saved"),
    ],
)
def test_what_has_no_plain_text_is_told_apart(attributes: dict[str, str], kind: str) -> None:
    found = cell(**attributes)
    assert isinstance(found, Odd) and found.kind == kind


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({"t": "s", "v": "1"}, "second"),
        ({"t": "str", "v": " result "}, "result"),
        ({"t": "str", "f": "A1", "v": ""}, ""),
        ({"t": "inlineStr", "is": " in line "}, "in line"),
        ({"f": "1+1", "v": "2"}, "2"),
        ({"s": "2", "v": "45000"}, "45000"),
        ({"t": "str", "v": "a_x0041_"}, "aA"),
    ],
)
def test_texts_and_results_are_read(attributes: dict[str, str], text: str) -> None:
    found = cell(**attributes)
    assert found == text and not isinstance(found, Odd)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"t": "s", "v": "2"}, "cell A1: refers to text '2', which is not in the file"),
        ({"t": "s", "v": "-1"}, "refers to text '-1'"),
        ({"t": "s", "v": "²"}, "refers to text"),
        ({"t": "zork", "v": "1"}, "cell A1: is of an unknown kind 'zork'"),
    ],
)
def test_a_cell_that_refers_to_nothing_is_refused(attributes: dict[str, str], words: str) -> None:
    with pytest.raises(no.DataError, match="sheet 's'") as caught:
        cell(**attributes)
    assert words in str(caught.value)


# ---- where cells stand ------------------------------------------------------------------------------------------


def test_cells_without_references_stand_one_after_the_other() -> None:
    assert read([{"v": "1"}, {"v": "2"}], [{"v": "3"}], numbered=False) == {1: {0: "1", 1: "2"}, 2: {0: "3"}}
    assert read([{"r": "C5", "v": "1"}, {"v": "2"}], first=5) == {5: {2: "1", 3: "2"}}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([{"r": "B1"}, {"r": "A1"}], "the cell A after B; cells stand in order"),
        ([{"r": "B1"}, {"r": "B1"}], "the cell B after B"),
        ([{"r": "A2"}], "a cell of row 1 is called 'A2'"),
        ([{"r": "1A"}], "is called '1A'"),
        ([{"r": "a1"}], "is called 'a1'"),
        ([{"r": "XFE1"}], "the cell XFE after none"),
        ([{"r": "AAAA1"}], "is called 'AAAA1'"),
    ],
)
def test_cells_out_of_order_or_place_are_refused(cells: list[dict[str, str]], words: str) -> None:
    with pytest.raises(no.DataError) as caught:
        read(cells)
    assert words in str(caught.value)
    assert read([{"r": "XFD1", "v": "1"}]) == {1: {MOST_COLUMNS - 1: "1"}}


@pytest.mark.parametrize("rows", [("2", "2"), ("3", "1"), ("0",), (str(MOST_ROWS + 1),), ("x",), ("1", "1" * 12)])
def test_rows_go_up(rows: tuple[str, ...]) -> None:
    reader = SheetReader("sheet 's'", [], (), None, lambda r, c: None)
    reader.start("sheetData", {})
    with pytest.raises(no.DataError, match="rows go up, to 1,048,576 at most"):
        for number in rows:
            reader.start("row", {"r": number})


def test_rows_are_counted_against_the_limit_by_the_width_of_the_first() -> None:
    _, asked = read([{"r": "C1", "v": "1"}], [{"r": "A2", "v": "1"}], [{"r": "A3", "v": "1"}], refused=True)
    assert asked[-1] == (2, 3) and asked[0][0] == 0


def test_merged_cells_are_refused_and_what_is_outside_the_data_is_not_looked_at() -> None:
    reader = SheetReader("sheet 's'", [], (), None, lambda r, c: None)
    reader.start("c", {"r": "Z9"})
    reader.end("c")
    assert reader.rows == {}
    with pytest.raises(no.DataError, match=r"sheet 's': the cells 'A1:B2' are merged"):
        reader.start("mergeCell", {"ref": "A1:B2"})


def test_figures_are_told_from_texts_that_look_like_them() -> None:
    figures: set[tuple[int, int]] = set()
    rows = read([{"v": "1"}, {"t": "s", "v": "0"}, {"t": "str", "v": " x "}], texts=(" 2 ",), figures=figures)
    assert figures == {(1, 0)} and rows == {1: {0: "1", 1: " 2 ", 2: " x "}}


def test_runs_of_a_text_are_joined_and_readings_left_out() -> None:
    texts = Texts()
    for name, inside in (("t", "東"), ("rPh", None), ("t", "ひがし"), ("/rPh", None), ("t", "京")):
        if name == "t":
            texts.start("t", {})
            texts.text(str(inside))
            texts.end("t")
        elif name == "rPh":
            texts.start("rPh", {})
        else:
            texts.end("rPh")
    texts.end("si")
    texts.start("si", {})
    texts.end("si")
    assert texts.texts == ["東京", ""]


@FEW
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.just("_x0041__x005F_"))
def test_a_text_with_escapes_in_it_is_read_as_it_stood(text: str) -> None:
    assert unescaped(escaped(text)) == text


# ---- whole workbooks --------------------------------------------------------------------------------------------


@settings(FEW, max_examples=12)
@given(
    st.lists(
        st.lists(st.one_of(st.floats(allow_nan=False), st.integers(-(2**53), 2**53), st.just("=a"), st.just("1.0"))),
        max_size=5,
    )
)
def test_what_is_written_into_a_sheet_stands_in_it(rows: list[list[Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "b.xlsx"
        write_workbook(path, {"s": rows}, "b.xlsx")
        figures: set[tuple[int, int]] = set()
        found = Workbook.open(path, DEFAULT_LIMITS).rows("s", figures)
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row):
            text = found[r][c]
            if isinstance(value, str):
                assert text == value and (r, c) not in figures
            else:
                assert float(text) == value and ((r, c) in figures) == (abs(value) != float("inf"))


@pytest.mark.parametrize(
    "text", ["x" * (MOST_CHARACTERS + 1), "a\x0bb", "a\rb", "\ufffe"], ids=["long", "VT", "CR", "no"]
)
def test_a_text_that_no_cell_keeps_is_refused_before_anything_is_written(text: str, tmp_path: Path) -> None:
    with pytest.raises(no.OutputError, match=r"^b\.xlsx, sheet 's', cell B2: "):
        write_workbook(tmp_path / "b.xlsx", {"s": [["a"], ["b", text]]}, "b.xlsx")
    assert not list(tmp_path.iterdir())


def test_the_first_rows_of_any_file_are_nothing_where_it_is_no_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["key", "value"])
    book.active.append(["format", 1])
    book.active.title = "economy"
    book.save(tmp_path / "b.xlsx")
    assert first_rows(tmp_path / "b.xlsx", 1) == {"economy": [("key", "value")]}
    assert is_model_workbook(tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "z.xlsx", "w") as archive:
        archive.writestr("a", "b")
    (tmp_path / "t.xlsx").write_text("text")
    for name in ("z.xlsx", "t.xlsx", "missing.xlsx"):
        assert first_rows(tmp_path / name, 1) == {} and not is_model_workbook(tmp_path / name)


def test_settings_are_rows_and_lists_are_several() -> None:
    nested = {"format": 1, "periods": ["a", "b"], "questions": {"default": {"floor": 0.5, "leave_out": []}}}
    rows = settings_rows(nested)
    assert rows == [
        ["key", "value"],
        ["format", 1],
        ["periods", "a"],
        ["periods", "b"],
        ["questions.default.floor", 0.5],
    ]


def test_a_workbook_that_unpacks_to_more_than_allowed_is_refused_unread(tmp_path: Path) -> None:
    write_workbook(tmp_path / "b.xlsx", {"s": [["a" * 20_000]] * 3}, "b.xlsx")
    with pytest.raises(no.DataError, match=r"b\.xlsx: its unpacked size in bytes is .*ReadingLimits\(unpacked_bytes="):
        Workbook.open(tmp_path / "b.xlsx", ReadingLimits(unpacked_bytes=1000, unpacked_times=1))
    allowed = ReadingLimits(unpacked_bytes=1000, unpacked_times=1000)
    assert list(Workbook.open(tmp_path / "b.xlsx", allowed).parts) == ["s"]
