"""Files that are traps: bombs, pipes, devices, damage. Each is refused by name before it costs time or memory."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import natura_opt as no

from .reader_mutants import SPECIAL, make_special

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
GOODS = [["good", "value"], ["a", 1.0], ["b", 2.0]]


@pytest.fixture
def economy() -> no.Economy:
    return no.build_economy(name="m", goods=["a", "b"], inputs=np.eye(2) / 10, targets=[1.0, 2.0])


@pytest.fixture
def folder(economy: no.Economy, tmp_path: Path) -> Path:
    return no.write(economy, tmp_path / "m")


def message(place: Path, limits: no.ReadingLimits | None = None) -> str:
    with pytest.raises(no.NaturaError) as caught:
        no.read(place, limits=limits)
    assert len(str(caught.value)) < 2000 and "\n" not in str(caught.value)
    return str(caught.value)


def with_sheet(book: Path, cells: str, title: str = "targets") -> Path:
    """Put XML in the place of a sheet's cells."""
    at = openpyxl.load_workbook(book).sheetnames.index(title) + 1
    with zipfile.ZipFile(book) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts[f"xl/worksheets/sheet{at}.xml"] = (
        f'<worksheet xmlns="{SPACE}"><sheetData>{cells}</sheetData></worksheet>'.encode()
    )
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return book


HEAD = '<row><c t="str"><v>good</v></c><c t="str"><v>value</v></c></row>'
ROW = '<row><c t="str"><v>{}</v></c>{}</row>'


# ---- what is no file -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in SPECIAL if kind not in ("missing", "unreadable")])
@pytest.mark.parametrize("file", ["targets.csv", "economy.toml", "goods.csv", "book.xlsx", "targets.parquet"])
def test_what_is_no_file_is_refused_by_name(file: str, kind: str, economy: no.Economy, tmp_path: Path) -> None:
    if file == "book.xlsx":
        place = no.write(economy, tmp_path / file)
        make_special(place, kind)
    else:
        place = no.write(economy, tmp_path / "m", tables="parquet" if file.endswith("parquet") else "csv")
        make_special(place / file, kind)
    said = message(place)
    assert file.rpartition(".")[0] in said or "m:" in said


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 5000, "", "/dev/zero", "/dev/null", "loop"])
def test_names_of_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    message(Path(name))
    with pytest.raises(no.NaturaError):
        no.read(name)
    with pytest.raises(no.NaturaError):
        no.read_five_year(*[Path(name)] * 4)
    with pytest.raises(no.NaturaError):
        no.read_bea(name, name)


# ---- more than there is room for -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "file", "words"),
    [("file_bytes", "targets.csv", "size"), ("settings_bytes", "economy.toml", "size")],
)
def test_limits_are_said_and_can_be_raised(limit: str, file: str, words: str, folder: Path) -> None:
    said = message(folder, no.ReadingLimits(**{limit: 5}))
    assert (file in said or limit == "file_bytes") and words in said and f"ReadingLimits({limit}=" in said
    assert no.read(folder, limits=no.ReadingLimits(**{limit: 10_000})).name == "m"


def test_a_sparse_file_of_a_terabyte(folder: Path) -> None:
    os.truncate(folder / "targets.csv", 10**12)
    assert "targets.csv: its size in bytes is 1,000,000,000,000" in message(folder)


def test_a_cell_in_row_a_hundred_million(economy: no.Economy, tmp_path: Path) -> None:
    book = no.write(economy, tmp_path / "m.xlsx")
    said = message(with_sheet(book, HEAD + '<row r="100000000"><c r="A100000000"><v>1</v></c></row>'))
    assert "sheet 'targets': row '100000000'" in said


def test_a_cell_far_down_costs_nothing(economy: no.Economy, tmp_path: Path) -> None:
    cells = HEAD + ROW.format("a", "<c><v>1</v></c>") + '<row r="1048576"><c t="str"><v>b</v></c><c><v>2</v></c></row>'
    read = no.read(with_sheet(no.write(economy, tmp_path / "m.xlsx"), cells))
    assert read.vector("targets", 0).tolist() == [1.0, 2.0]


def test_rows_wider_than_they_are_filled(economy: no.Economy, tmp_path: Path) -> None:
    head = "".join(f"<c><v>{k}</v></c>" for k in range(1, 16_384))
    cells = f'<row><c t="str"><v>good</v></c>{head}</row>' + "<row><c><v>1</v></c></row>" * 20_000
    book = with_sheet(no.write(economy, tmp_path / "m.xlsx"), cells)
    assert "ReadingLimits(cells=" in message(book)


def test_a_workbook_that_unpacks_to_much_more(economy: no.Economy, tmp_path: Path) -> None:
    book = with_sheet(no.write(economy, tmp_path / "m.xlsx"), " " * 60_000_000)
    assert book.stat().st_size < 100_000
    assert "m.xlsx: its unpacked size in bytes" in message(book) and "ReadingLimits(unpacked_bytes=" in message(book)


def test_a_document_type_is_refused(economy: no.Economy, tmp_path: Path) -> None:
    book = no.write(economy, tmp_path / "m.xlsx")
    with zipfile.ZipFile(book) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    laughs = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10 if k else "ha"}">' for k in range(9))
    parts["xl/workbook.xml"] = f"<!DOCTYPE x [{laughs}]>" + parts["xl/workbook.xml"].partition("?>")[2]
    with zipfile.ZipFile(book, "w") as file:
        for name, part in parts.items():
            file.writestr(name, part)
    assert "document type" in message(book)


def test_a_parquet_file_of_many_equal_rows(economy: no.Economy, tmp_path: Path) -> None:
    folder = no.write(economy, tmp_path / "m", tables="parquet")
    names = pa.DictionaryArray.from_arrays(pa.array(np.zeros(8_000_000, dtype=np.int8)), pa.array(["a"]))
    frame = pa.table({"row": names, "column": names, "value": np.zeros(8_000_000)})
    pq.write_table(frame, folder / "inputs.parquet", row_group_size=8_000_000)
    assert (folder / "inputs.parquet").stat().st_size < 200_000
    assert "inputs.parquet: 8,000,000 x 3 cells" in message(folder)


def test_a_parquet_file_that_unpacks_to_much_more(economy: no.Economy, tmp_path: Path) -> None:
    folder = no.write(economy, tmp_path / "m", tables="parquet")
    frame = pa.table({"good": ["a", "b" * 40_000_000], "value": [1.0, 2.0]})
    pq.write_table(frame, folder / "targets.parquet", compression="zstd", use_dictionary=False)
    assert "targets.parquet: its unpacked size in bytes" in message(folder)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a = " + "[" * 20_000, "nested too deep"),
        ("x = " + "9" * 6000, "economy.toml"),
        ("a" + ".a" * 400_000 + " = 1", "hundred parts"),
        ("name" + ".a" * 90 + " = 1", "name must be text"),
        ("floor = " + "9" * 400, "economy.toml"),
    ],
    ids=["nested", "digits", "key", "nested value", "large number"],
)
def test_settings_without_end(line: str, words: str, folder: Path) -> None:
    settings = (folder / "economy.toml").read_text().replace('name = "m"\n', "")
    (folder / "economy.toml").write_text(f"{line}\n{settings}" if "floor" not in line else f"{settings}{line}\n")
    assert words in message(folder)


# ---- damage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ['a,"55"5', 'a,"55', 'a,"5"x', 'a,5\nb,"2', '"a"a,5', 'a,"5" '])
def test_stray_quotes_are_refused(text: str, folder: Path) -> None:
    (folder / "targets.csv").write_text(f"good,value\nb,2\n{text}\n")
    assert "targets.csv, line" in message(folder)


def test_whole_numbers_that_no_double_is(economy: no.Economy, folder: Path, tmp_path: Path) -> None:
    (folder / "targets.csv").write_text("good,value\na,9007199254740993\nb,1\n")
    assert "targets.csv, line 2, row 'a', column 'value'" in message(folder)
    (folder / "targets.csv").write_text("good,value\na,9007199254740994\nb,1e-400\n")
    assert "too near zero" in message(folder)
    packed = no.write(economy, tmp_path / "p", tables="parquet")
    pd.DataFrame({"good": ["a", "b"], "value": [1, 2**53 + 1]}).to_parquet(packed / "targets.parquet", index=False)
    assert "9007199254740993" in message(packed)
    book = with_sheet(
        no.write(economy, tmp_path / "m.xlsx"),
        HEAD + ROW.format("a", "<c><v>9007199254740993</v></c>") + ROW.format("b", "<c><v>1</v></c>"),
    )
    assert "cell B2" in message(book)


CELLS: dict[str, tuple[str, str]] = {
    "underscore": ("<c><v>1_0</v></c>", "damaged cell"),
    "other digits": ("<c><v>\u0661</v></c>", "damaged cell"),
    "a truth": ('<c t="b"><v>1</v></c>', "a truth"),
    "a date": ('<c t="d"><v>2025-01-01</v></c>', "a date"),
    "an error": ('<c t="e"><v>#REF!</v></c>', "an error"),
    "an error that looks like a number": ('<c t="e"><v>5</v></c>', "an error"),
    "a formula without result": ("<c><f>1+1</f></c>", "never saved"),
    "no such text": ('<c t="s"><v>99</v></c>', "not in the file"),
    "unknown kind": ('<c t="zork"><v>5</v></c>', "unknown kind"),
    "another row's": ('<c r="B9"><v>5</v></c>', "is called 'B9'"),
    "twice": ('<c r="B2"><v>5</v></c><c r="B2"><v>6</v></c>', "each once"),
}


@pytest.mark.parametrize("kind", CELLS)
def test_cells_that_are_no_numbers(kind: str, economy: no.Economy, tmp_path: Path) -> None:
    cell, words = CELLS[kind]
    cells = HEAD + ROW.format("a", cell) + ROW.format("b", "<c><v>1</v></c>")
    said = message(with_sheet(no.write(economy, tmp_path / "m.xlsx"), cells))
    assert words in said and "sheet 'targets'" in said


@pytest.mark.parametrize("change", [lambda at: at.merge_cells("A2:B2"), lambda at: at.merge_cells("D9:E9")])
def test_merged_cells_are_refused(change: Callable[..., object], economy: no.Economy, tmp_path: Path) -> None:
    book = no.write(economy, tmp_path / "m.xlsx")
    opened = openpyxl.load_workbook(book)
    change(opened["targets"])
    opened.save(book)
    assert "merged" in message(book)


def test_a_flipped_bit_in_a_page_is_found(economy: no.Economy, tmp_path: Path) -> None:
    """What this package writes has check sums; every byte of the numbers is tried."""
    folder = no.write(economy, tmp_path / "m", tables="parquet")
    file = folder / "targets.parquet"
    sound = file.read_bytes()
    at = sound.index(np.array([1.0, 2.0]).tobytes())
    for place in range(at, at + 16):
        file.write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
        assert "targets.parquet: damaged" in message(folder)


def test_names_that_look_like_escapes_come_back(tmp_path: Path) -> None:
    economy = no.build_economy(goods=["a_x0041_", "_x005F_"], title=" b ", inputs=np.eye(2) / 3, targets=[1.0, 2.0])
    again = no.read(no.write(economy, tmp_path / "m.xlsx"))
    assert list(again.goods) == list(economy.goods) and again.title == " b "


def test_a_number_of_periods_written_in_two_ways(folder: Path) -> None:
    (folder / "inputs_ahead.csv").write_text("row,column,ahead,value\na,a,1,0.1\na,b,01,0.2\n")
    assert "two ways" in message(folder)
    (folder / "inputs_ahead.csv").write_text(f"row,column,ahead,value\na,a,{'9' * 6000},0.1\n")
    assert "ahead" in message(folder)
