"""Workbooks of statistical offices: tables found by their ranges, and everything that is odd named by its cell."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.base.errors import OptionError
from natura_opt.economy.national.ranges_of_sheets import Range, said
from natura_opt.economy.national.sheet import Sheet, as_zeros

#: A page as offices lay it out: titles, two tables and accounts below each other, final demand to the right.
USE = [[1.0, 0.0, 2.0], [4.0, 18.0, 1.0], [5.0, 3.0, 0.0], [2.0, 2.0, 2.0]]
SUPPLY = [[52.0, 0.0, 0.0], [40.0, 3.0, 0.0], [0.0, 30.0, 0.0], [0.0, 0.0, 9.0]]
HOMES, ABROAD = [40.0, 15.0, 21.0, 3.0], [9.0, 5.0, 1.0, 0.0]
GOODS, INDUSTRIES = ["petrol", "diesel", "power", "repair"], ["refinery", "plant", "garages"]


def page() -> list[list[Any]]:
    sums = [sum(column) for column in zip(*USE, strict=True)]
    made = [sum(column) for column in zip(*SUPPLY, strict=True)]
    return [
        ["Use, basic prices, million", None, None, None, None, None, None, "Final use"],
        [None, None, *INDUSTRIES, "Total", None, None, "Homes", "Abroad", "Total"],
        *(
            [None, good, *use, sum(use), None, good, home, away, home + away]
            for good, use, home, away in zip(GOODS, USE, HOMES, ABROAD, strict=True)
        ),
        [None, "Total", *sums, sum(sums)],
        [],
        ["Accounts"],
        [None, None, *INDUSTRIES, "Total"],
        [None, "Wages", 45, 16, 4, 65],
        [None, "Social security", 5, 4, 1, 10],
        [None, "Soot", 3, 7.5, 0, 10.5],
        [None, "Subsidies", 1, -2, 0, -1],
        ["Supply"],
        [None, None, *INDUSTRIES, "Total"],
        *([None, good, *row, sum(row)] for good, row in zip(GOODS, SUPPLY, strict=True)),
        [None, "Total", *made, sum(made)],
        ["1) Source: nobody."],
    ]


def workbook(folder: Path, rows: list[list[Any]] | None = None, merged: str = "", name: str = "sut.xlsx") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "2010"
    for row in page() if rows is None else rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    book.save(folder / name)
    return folder / name


def changed(row: int, column: int, value: Any) -> list[list[Any]]:
    """Return the page with another content of one cell; row and column as a spreadsheet counts them, from 1."""
    rows = page()
    rows[row - 1] += [None] * (column - len(rows[row - 1]))
    rows[row - 1][column - 1] = value
    return rows


#: What is said of the page.
PLACES = {
    "supply": "17:20",
    "use": "3:6",
    "final_demand": "I:J",
    "industries": "C:E",
    "resources": {"labour": ["Wages", "Social security"]},
    "emissions": {"soot": "Soot"},
}


def read(file: Path, **changes: Any) -> no.Economy:
    return no.read_supply_use(file, **PLACES | changes)


def by_hand() -> no.Economy:
    resources = pd.DataFrame([[50.0, 20.0, 5.0]], ["labour"], INDUSTRIES)
    return no.from_supply_use(
        pd.DataFrame(SUPPLY, GOODS, INDUSTRIES),
        pd.DataFrame(USE, GOODS, INDUSTRIES),
        final_demand=pd.DataFrame({"homes": HOMES, "abroad": ABROAD}, GOODS),
        resources=resources,
        resource_limits="base",
        resource_weights=pd.Series([1.0], ["labour"]),
        emissions=pd.DataFrame([[3.0, 7.5, 0.0]], ["soot"], INDUSTRIES),
    )


def assert_same(one: no.Economy, other: no.Economy) -> None:
    assert set(one.tables) == set(other.tables)
    for axis in ("goods", "techniques", "resources", "pollutants"):
        assert one.axes[axis].tolist() == other.axes[axis].tolist()
    for table in one.tables:
        np.testing.assert_allclose(one.frame(table), other.frame(table), rtol=1e-15, err_msg=table)


# ---- ranges ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rows", "columns"),
    [
        ("C4:BI62", (4, 62), (2, 60)),
        ("c4:bi62", (4, 62), (2, 60)),
        (" 4 : 62 ", (4, 62), None),
        ("row 86", (86, 86), None),
        ("Rows 4:62", (4, 62), None),
        ("C:BI", None, (2, 60)),
        ("column D", None, (3, 3)),
        ("columns C : E, rows 1:2", (1, 2), (2, 4)),
        ("A1:XFD1048576", (1, 1_048_576), (0, 16_383)),
    ],
)
def test_ranges_are_read_as_spreadsheets_write_them(
    text: str, rows: tuple[int, int] | None, columns: tuple[int, int] | None
) -> None:
    assert Range.of(text) == Range(rows, columns)


@pytest.mark.parametrize("text", ["Export", "86", "D", "", "C4", "4:62:8", "Wages, rows", "rows", "A:B, Export", "Ä:B"])
def test_what_is_no_range_is_a_name(text: str) -> None:
    assert Range.of(text) is None


@pytest.mark.parametrize(
    "text", ["62:4", "BI4:C62", "C62:BI4", "row 0", "0:5", "1:9999999", "A:XFE", "rows 1:2, rows 3:4", "A:B, column C"]
)
def test_ranges_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(OptionError, match="the range"):
        Range.of(text)


def test_a_side_that_was_said() -> None:
    assert said(None, "codes", "columns") is None and said(3, "headings", "rows") == (3, 3)
    with pytest.raises(OptionError, match="codes='row 3' is no range of columns; write 'C4:BI62'"):
        said("row 3", "codes", "columns")


# ---- a page is read by its ranges --------------------------------------------------------------------------------


SPELLINGS: dict[str, dict[str, Any]] = {
    "rows": {},
    "cells": {"supply": "C17:E20", "use": "C3:E6", "industries": None},
    "words": {"supply": "rows 17:20, columns C:E", "use": "Rows 3:6", "final_demand": "columns I:J"},
    "headings": {"final_demand": ["Abroad", "Homes"]},
    "numbers of rows": {"resources": {"labour": [11, 12]}, "emissions": {"soot": "row 13"}},
    "a range of rows": {"resources": {"labour": "rows 11:12"}},
    "said": {"codes": "column B", "sheet": "2010"},
    "a year as a number": {"sheet": 2010},
    "the sheet named": {"supply": "2010!17:20", "use": "'2010'!3:6", "final_demand": "2010!I3:J6"},
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_page_many_spellings(tmp_path: Path, spelling: str) -> None:
    economy = read(workbook(tmp_path), **SPELLINGS[spelling])
    assert_same(economy, by_hand())
    assert economy.notes == () and economy.source.startswith("sut.xlsx")
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(75.0, rel=1e-9)


def test_the_same_page_as_a_csv_file(tmp_path: Path) -> None:
    rows = [",".join("" if cell is None else str(cell) for cell in row) for row in page()]
    (tmp_path / "sut.csv").write_text("\n".join(rows))
    (tmp_path / "sut.csv").write_text("\n".join(row.replace("1) Source", '"1) Source, ') for row in rows[:-1]))
    assert_same(read(tmp_path / "sut.csv"), by_hand())


def test_tables_in_other_sheets_and_files(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, table in (("Use", USE), ("Supply, basic prices!", SUPPLY)):
        sheet = book.create_sheet(title)
        sheet.append(["product", *INDUSTRIES, "Homes", "Abroad"])
        for good, row, home, away in zip(GOODS, table, HOMES, ABROAD, strict=True):
            sheet.append([good, *row, home, away])
    book.save(tmp_path / "two.xlsx")
    pd.DataFrame(SUPPLY, GOODS, INDUSTRIES).to_csv(tmp_path / "make.csv")
    for supply in ("Supply, basic prices!!B2:D5", "make.csv!B2:D5"):
        economy = no.read_supply_use(tmp_path / "two.xlsx", supply, "Use!B2:D5", "Use!E2:F5")
        assert economy.matrix("outputs", 0).toarray().tolist() == by_hand().matrix("outputs", 0).toarray().tolist()
        assert economy.vector("targets", 0).tolist() == by_hand().vector("targets", 0).tolist()
    with pytest.raises(no.DataError, match="unknown sheet 'Supply'; did you mean 'Supply, basic"):
        no.read_supply_use(tmp_path / "two.xlsx", "Supply!B2:D5", "Use!B2:D5", "Use!E2:F5")
    with pytest.raises(no.DataError, match=r"none\.csv"):
        no.read_supply_use(tmp_path / "two.xlsx", "none.csv!B2:D5", "Use!B2:D5", "Use!E2:F5")


def test_without_columns_those_with_a_heading_are_meant(tmp_path: Path) -> None:
    rows = [[*row[:5], None, *row[6:]] for row in page()]  # without the totals beside the tables
    assert_same(read(workbook(tmp_path, rows), industries=None), by_hand())
    message = "sut.xlsx: use, column 'Total' is the sum of the other 3 columns: a total among them? leave it out of"
    with pytest.raises(no.DataError, match=re.escape(message)):
        read(workbook(tmp_path), industries=None)


def test_totals_included_by_mistake_are_said(tmp_path: Path) -> None:
    file = workbook(tmp_path)
    with pytest.raises(no.DataError, match="use, row 'Total' is the sum of the other 4 rows"):
        read(file, use="3:7", supply="17:21")
    with pytest.raises(no.DataError, match="final_demand, column 'Total' is the sum of the other 2 columns"):
        read(file, final_demand="I:K")


def test_codes_and_names(tmp_path: Path) -> None:
    names = dict.fromkeys([*GOODS, *INDUSTRIES]) | {name: name.title() for name in [*GOODS, *INDUSTRIES]}
    economy = read(workbook(tmp_path), labels="both", names=names)
    assert economy.goods[0] == "petrol Petrol" and economy.techniques[2] == "garages Garages"
    with pytest.raises(no.DataError, match="names: no name for the techniques 'plant'"):
        read(workbook(tmp_path), labels="names", names={key: names[key] for key in names if key != "plant"})
    with pytest.raises(OptionError, match="labels='both' needs the names: give names="):
        read(workbook(tmp_path), labels="both")


def test_imports_are_brought_from_outside(tmp_path: Path) -> None:
    rows = page()
    for row, brought in zip(rows[16:20], [0.0, 2.0, 0.0, 1.0], strict=True):
        row += [None, brought]
    economy = read(workbook(tmp_path, rows), imports="column H", tolerance=1.0)
    assert economy.vector("initial_stocks", 0).tolist() == [0.0, 2.0, 0.0, 1.0]
    assert economy.notes[0].startswith("what is made and what goes out differ by at most 1.0e-01 of a row ('repair')")


# ---- below zero --------------------------------------------------------------------------------------------------


def test_below_zero_on_either_side(tmp_path: Path) -> None:
    """A by-product among the uses, a return among the supplies, stocks drawn down, a subsidy."""
    rows = page()
    rows[2][4], rows[16][4] = -2.0, -4.0  # petrol of the garages: 2 used and none made, before
    rows[5][9] = -1.0  # repair abroad
    file = workbook(tmp_path, rows)
    asked = {"resources": {"labour": "Wages", "taxes": "Subsidies"}, "weights": {"labour": 1.0}, "tolerance": 1.0}
    place = "sut: supply, row 'petrol', column 'garages' is -4; it must not be negative; an output below zero is an inp"
    with pytest.raises(no.DataError, match=re.escape(place)):
        read(file, **asked, negatives="as-output")
    economy = read(file, **asked, negatives="other-side")
    assert economy.matrix("outputs", 0).toarray()[0].tolist() == [52 / 92, 0.0, 2 / 9]
    assert economy.matrix("inputs", 0).toarray()[0].tolist() == [1 / 92, 0.0, 4 / 9]
    assert economy.matrix("resource_use", 0).toarray()[1].tolist() == [1 / 92, 0.0, 0.0]
    assert economy.vector("resource_limits", 0).tolist() == [65.0, 1.0]
    assert economy.notes[1:] == (
        "1 negative output turned into inputs: -4 of 'petrol' in 'garages'",
        "1 negative input turned into outputs: -2 of 'petrol' in 'garages'",
        "1 entry of resources below zero counted as nothing spent: -2 of 'taxes' in 'plant'",
    )
    with pytest.raises(
        no.DataError, match="resources: 1 entry below zero: -2 of 'taxes' in 'plant'; no industry makes"
    ):
        read(workbook(tmp_path), **asked)


def test_imports_below_zero_are_wanted_outside() -> None:
    given = {"supply": pd.DataFrame([[10.0]], ["a"], ["i"]), "use": pd.DataFrame([[1.0]], ["a"], ["i"]),
             "final_demand": pd.Series([5.0], ["a"]), "imports": pd.Series([-3.0], ["a"])}  # fmt: skip
    with pytest.raises(no.DataError, match="imports: 1 negative import: -3 of 'a'; what is brought in below zero"):
        no.from_supply_use(**given)
    economy = no.from_supply_use(**given, negatives="other-side")
    assert economy.vector("targets", 0).tolist() == [8.0] and "initial_stocks" not in economy.tables
    assert economy.notes == ("1 negative import counted as final demand: -3 of 'a'",)


# ---- hostile pages -----------------------------------------------------------------------------------------------

CELLS: dict[str, tuple[int, int, Any, str]] = {
    "text": (
        3,
        4,
        "n/a",
        "cell D3, row 'petrol', column 'plant': 'n/a' is not a number; where it stands for none, say so",
    ),
    "empty": (3, 4, None, "cell D3, row 'petrol', column 'plant': the cell is empty"),
    "thousands": (17, 3, "1,052", "cell C17, row 'petrol', column 'refinery': '1,052' is a decimal comma"),
    "thousands apart": (17, 3, "1 052", "'1 052' is not a number; are thousands separated? write 1052"),
    "apostrophes": (17, 3, "1'052", "are thousands separated? write 1052"),
    "a footnote": (4, 3, "4 1)", "cell C4, row 'diesel', column 'refinery': '4 1)' is not a number"),
    "a date": (4, 3, datetime.datetime(2010, 1, 2), "is not a number but a date"),
    "a truth": (4, 3, True, "'True' is not a number but a truth"),
    "an error": (4, 3, "#REF!", "is not a number but an error"),
    "a formula": (4, 3, "=C3+1", "is not a number but a formula whose result was never saved"),
    "the same good": (4, 2, "petrol", "cell B4: 'petrol' already stands in B3"),
    "the same industry": (16, 4, "refinery", "cell D16: 'refinery' already stands in C16"),
    "another good": (4, 2, "deisel", "the products of use are not those of supply: without 'diesel'; with 'deisel'"),
    "another industry": (
        2,
        4,
        "planet",
        "the industries of use are not those of supply: without 'plant'; with 'planet'",
    ),
    "another good wanted": (4, 8, "deisel", "final_demand: unknown good 'deisel'; did you mean 'diesel'"),
    "a number wrong": (17, 3, 152.0, "sut.xlsx: 1 of 4 rows do not balance: 'petrol' makes 152, and 52 go out"),
    "a name that is a date": (4, 2, datetime.datetime(2010, 12, 10), "a date, not a name"),
    "a heading that is empty": (2, 4, None, "no row above row 3 has a heading over each of the columns C to E"),
    "a name that is empty": (4, 2, None, "rows 3 to 6: no column to the left of column C names all of these rows"),
    "invisible": (4, 2, "die\x07sel".replace("\x07", "\u0085"), "it has signs that no one can see"),
}


@pytest.mark.parametrize("case", CELLS)
def test_odd_cells_are_named(tmp_path: Path, case: str) -> None:
    row, column, value, message = CELLS[case]
    with pytest.raises(no.DataError, match=re.escape(message)):
        read(workbook(tmp_path, changed(row, column, value)))


@pytest.mark.parametrize(
    ("merged", "message"),
    [
        ("C3:D3", "cell D3, row 'petrol', column 'plant': lies under the merged cells C3:D3; write each entry"),
        ("B3:B4", "no column to the left of column C names all of these rows"),
        ("A1:K1", None),
        ("H1:K1", None),
    ],
)
def test_merged_cells_matter_only_in_tables(tmp_path: Path, merged: str, message: str | None) -> None:
    file = workbook(tmp_path, merged=merged)
    if message is None:
        assert_same(read(file), by_hand())
    else:
        with pytest.raises(no.DataError, match=re.escape(message)):
            read(file)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "use by a name": ({"use": "Use"}, "use: 'Use' is no range of rows; write 'C4:BI62'"),
    "use by columns": ({"use": "C:E"}, "use: 'C:E' is no range of rows"),
    "supply of other rows": ({"supply": "18:20"}, "the products of use are not those of supply: with 'petrol'"),
    "rows beyond the page": ({"supply": "117:120"}, "rows 117 to 120: no column to the left of column C names all"),
    "columns beyond": ({"industries": "C:Z"}, "no row above row 3 has a heading over each of the columns C to Z"),
    "demand by rows": ({"final_demand": "rows 3:6"}, "final_demand='rows 3:6': say the columns, such as 'BP:BW'"),
    "demand unknown": ({"final_demand": ["Home"]}, "row 2: no column is headed 'Home'; there are 'refinery'"),
    "demand twice headed": ({"final_demand": ["Total"]}, "'Total' heads the columns F, K; say which, by its letter"),
    "no demand": ({"final_demand": []}, "final_demand must be names, not []"),
    "an unknown account": ({"resources": ["Wage"]}, "unknown row 'Wage'; did you mean 'Wages'?"),
    "an account twice": ({"resources": ["Total"]}, "'Total' names the rows 7, 21; say which, as 'row 21'"),
    "an account by columns": ({"resources": {"labour": "C:E"}}, "say the rows, such as 'row 86', or their names"),
    "an account that is none": ({"resources": {"labour": 1.5}}, "a row is its number, a range or its name, not 1.5"),
    "an account of truth": ({"resources": {"labour": True}}, "a row is its number, a range or its name, not True"),
    "an account of nothing": ({"resources": {"labour": []}}, "resources: labour: no row is named"),
    "no accounts": ({"resources": {}}, "resources is empty; name rows, or leave it out"),
    "account below zero": ({"resources": {"labour": 0}}, "rows go up, from 1"),
    "codes in a row": ({"codes": "row 2"}, "codes='row 2' is no range of columns"),
    "headings elsewhere": ({"headings": 1}, "cell C1: the cell is empty where the name of one of the techniques"),
    "another sheet": ({"sheet": "2011"}, "unknown sheet '2011'; did you mean '2010'"),
    "a page of nothing": ({"tolerance": -1.0}, "tolerance must be 0 or more"),
    "zeros": ({"zeros": ["5"]}, "zeros are texts that stand for no amount"),
}


@pytest.mark.parametrize("case", WRONG)
def test_places_that_are_none_are_said(tmp_path: Path, case: str) -> None:
    changes, message = WRONG[case]
    with pytest.raises(no.NaturaError, match=re.escape(message)):
        read(workbook(tmp_path), **changes)


def test_pages_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(no.DataError, match="sheet '2010': the sheet is empty"):
        read(workbook(tmp_path, []))
    (tmp_path / "no.xlsx").write_text("no workbook")
    with pytest.raises(no.DataError, match="not an Excel workbook"):
        read(tmp_path / "no.xlsx")
    with pytest.raises(no.DataError, match=r"none\.xlsx"):
        read(tmp_path / "none.xlsx")


def test_texts_that_stand_for_nothing(tmp_path: Path) -> None:
    economy = read(workbook(tmp_path, changed(3, 4, "-")), zeros="-")
    assert_same(economy, by_hand())
    assert_same(read(workbook(tmp_path, changed(3, 4, None)), zeros=["", ".."]), by_hand())
    assert as_zeros([" - ", ""]) == ("-", "")


def test_names_of_rows_and_headings_are_found_nearby(tmp_path: Path) -> None:
    sheet = Sheet.of(workbook(tmp_path))
    assert sheet.name_column([3, 4, 5, 6], 2) == 1 and sheet.name_column([3, 4, 5, 6], 8) == 7
    assert sheet.heading_row([2, 3, 4], 17) == 16 and sheet.heading_row([8, 9], 3) == 2
    assert sheet.headed_columns(2, 1) == [2, 3, 4, 5] and sheet.rows_named("Wages", 2) == [11]
    assert sheet.cell(99, 99) == "" and sheet.width(99) == 0


def test_a_hostile_name_stays_a_name(tmp_path: Path) -> None:
    rows = page()
    for row in (rows[3], rows[17]):
        row[1] = "<script>alert('x')</script>"
    rows[3][7] = rows[3][1]
    economy = read(workbook(tmp_path, rows))
    assert economy.goods[1] == "<script>alert('x')</script>"
    assert no.solve(economy).assert_optimal().objective == pytest.approx(75.0)


def test_a_page_of_a_thousand_rows_takes_little_time(tmp_path: Path) -> None:
    count = 300
    names = [f"g{k}" for k in range(count)]
    rows = [["", *names, "demand"]]
    rows += [[name, *[1.0 if k == at else 0.0 for k in range(count)], 9.0] for at, name in enumerate(names)]
    rows += [["", *names]]
    rows += [[name, *[10.0 if k == at else 0.0 for k in range(count)]] for at, name in enumerate(names)]
    (tmp_path / "large.csv").write_text("\n".join(",".join(map(str, row)) for row in rows))
    economy = no.read_supply_use(tmp_path / "large.csv", "303:602", "2:301", "demand", industries="B:KO")
    assert len(economy.goods) == count and economy.vector("targets", 0).sum() == 9.0 * count
