"""Economies out to CSV, Excel and Parquet and in again; what is wrong is said with its place, whatever the form."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import scipy.sparse as sp
from typer.testing import CliRunner

import natura_opt as no
from natura_opt.cli.app import app
from natura_opt.economy.curve_table import CurveTable

from .seeded import seeded_economy

FORMS = ["csv", "parquet", "xlsx"]
AWKWARD = [0.1 + 0.2, 1 / 3, 1e-300, 1.7976931348623157e308, 5e-324, 123456789.123456789, 2.0**53, 1e-7 / 3]


def there_and_back(economy: no.Economy, folder: Path, form: str) -> no.Economy:
    if form == "xlsx":
        return no.read(no.write(economy, folder / "plan.xlsx"))
    return no.read(no.write(economy, folder / "plan", tables=form))


def assert_same(a: no.Economy, b: no.Economy) -> None:
    """The same names, numbers (bit by bit), units, questions and notes."""
    assert (a.name, a.title, a.source, a.notes) == (b.name, b.title, b.source, b.notes)
    for axis in a.axes:
        assert [str(label) for label in a.axes[axis]] == list(b.axes[axis]), axis
        assert tuple(a.units.get(axis, [""] * len(a.axes[axis]))) == tuple(
            b.units.get(axis, [""] * len(b.axes[axis]))
        ), axis
    assert set(a.tables) == set(b.tables)
    for name, table in a.tables.items():
        assert set(table.slices) == set(b.tables[name].slices), name
        if isinstance(table, CurveTable):
            pd.testing.assert_frame_equal(table.rows, b.tables[name].rows, check_exact=True)
        for key, part in table.slices.items():
            other = b.tables[name].slices[key]
            if table.spec.is_matrix:
                assert (part != other).nnz == 0, name
            else:
                np.testing.assert_array_equal(part, other, err_msg=name)
    assert dict(a.questions) == dict(b.questions)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", sorted(no.shipped_models()))
def test_shipped_models_come_back_the_same(name: str, form: str, tmp_path: Path) -> None:
    economy = no.read(name)
    assert_same(economy, there_and_back(economy, tmp_path, form))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(6))
def test_seeded_economies_come_back_the_same(seed: int, form: str, tmp_path: Path) -> None:
    economy = seeded_economy(seed, periods=(2, 4), goods=(3, 8), varying=True)
    economy = economy.with_changes(notes=("two things", 'with "quotes", commas and 1,5'), title="= not a formula")
    assert_same(economy, there_and_back(economy, tmp_path, form))


@pytest.mark.parametrize("form", FORMS)
def test_every_digit_is_kept(form: str, tmp_path: Path) -> None:
    count = len(AWKWARD)
    economy = no.build_economy(
        goods=[f"g{k}" for k in range(count)],
        inputs=sp.diags_array(AWKWARD),
        targets=AWKWARD,
        resources=["labour"],
        resource_use=[AWKWARD],
        objective="assortment",
    )
    assert_same(economy, there_and_back(economy, tmp_path, form))


@pytest.mark.parametrize("form", FORMS)
def test_infinite_limits_tables_ahead_and_arrivals_come_back(form: str, tmp_path: Path) -> None:
    economy = no.build_economy(
        goods=["a", "b"],
        periods=["1990", "1991", "1992"],
        pollutants=["smoke", "soot"],
        inputs=[[0.1, 0.2], [0.3, 0.4]],
        inputs_ahead={1: [[0.1, 0.0], [0.0, 0.0]], 3: [[0.0, 0.2], [0.0, 0.0]]},
        capital_orders={"1991": [[1.0, 0.0], [0.0, 2.0]]},
        curves={("a", "b", "capital"): [(0, 0), (0, 0.1), (5, 6)], ("b", "soot"): [(0, 0), (9, -9.5)]},
        emissions=[[1.0, -2.0], [0.5, 0.0]],
        emission_caps=[np.inf, 3.0],
        foreign_exchange=[1.0, -2.0, 3.0],
        targets=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
    )
    assert_same(economy, there_and_back(economy, tmp_path, form))


@pytest.mark.parametrize("form", FORMS)
def test_names_that_look_like_numbers_stay_names(form: str, tmp_path: Path) -> None:
    economy = no.build_economy(goods=["10", "1.50", "007", "TRUE"], inputs=np.eye(4) / 3, targets=[1.0, 1, 1, 1])
    assert_same(economy, there_and_back(economy, tmp_path, form))


@pytest.mark.parametrize("form", FORMS)
def test_a_large_empty_matrix_comes_back(form: str, tmp_path: Path) -> None:
    economy = no.build_economy(
        goods=[f"g{k}" for k in range(120)], inputs=sp.csr_array((120, 120)), targets=np.ones(120)
    )
    assert_same(economy, there_and_back(economy, tmp_path, form))


def test_own_units_are_found_and_written(tmp_path: Path) -> None:
    economy = no.read("uk_2015_20")
    no.write(economy, tmp_path / "plan")
    assert 'own_units = ["GBP_million"]' in (tmp_path / "plan" / "economy.toml").read_text()


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    economy = no.read("excavators")
    no.write(economy, tmp_path / "plan.xlsx")
    no.write(economy, tmp_path / "plan")
    with pytest.raises(no.DataError, match=r"plan.xlsx: exists already"):
        no.write(economy, tmp_path / "plan.xlsx")
    with pytest.raises(no.DataError, match="holds a model already"):
        no.write(economy, tmp_path / "plan")


def test_forms_of_tables_are_checked(tmp_path: Path) -> None:
    with pytest.raises(no.OptionError, match=r"unknown form of tables 'parket'; did you mean 'parquet'"):
        no.write(no.read("excavators"), tmp_path / "a", tables="parket")
    with pytest.raises(no.OptionError, match="a workbook holds its tables itself"):
        no.write(no.read("excavators"), tmp_path / "a.xlsx", tables="parquet")


def test_the_command_line_takes_a_workbook(tmp_path: Path) -> None:
    no.write(no.read("excavators"), tmp_path / "plan.xlsx")
    done = CliRunner().invoke(app, ["solve", str(tmp_path / "plan.xlsx"), "--json"])
    assert done.exit_code == 0 and '"objective": 70.493' in done.output
    none = CliRunner().invoke(app, ["check", str(tmp_path / "none.xlsx")])
    assert none.exit_code == 2 and "none.xlsx: there is no such file" in none.output


# ---- Excel: what is wrong, and where ----------------------------------------


def workbook(path: Path, **changes: list[list[Any]] | None) -> Path:
    """Write a small workbook by hand, as a person would: two goods, labour, numbers and names as Excel holds them."""
    sheets: dict[str, list[list[Any]] | None] = {
        "economy": [
            ["key", "value"],
            ["format", 1],
            ["name", "hand made"],
            ["periods", 2024],
            ["periods", 2025],
            ["own_units", "bushel_of_ours"],
            ["table_units.resource_use", "minute / tonne"],
            ["questions.default.objective", "fulfilment"],
            ["questions.default.floor", 0.25],
            ["questions.v1.2.objective", "assortment"],
            ["questions.v1.2.leave_out", "initial_stocks"],
            ["questions.v1.2.leave_out", "storage"],
        ],
        "goods": [["name", "unit"], ["wheat", "tonne"], ["cloth", "tonne"]],
        "resources": [["name", "unit"], ["labour", "hour"]],
        "inputs": [["good", "wheat", "cloth"], ["wheat", 0.25, 0.4], ["cloth", 0.14, 0.12]],
        "resource_use": [["resource", "wheat", "cloth"], ["labour", 48, 216]],
        "resource_limits": [["resource", 2024, 2025], ["labour", 260, 300]],
        "initial_stocks": [["good", "value"], ["cloth", 1], ["wheat", 2]],
        "storage": [["good", "value"], ["cloth", 1], ["wheat", 0.9]],
        "targets": [["good", 2024, 2025], ["wheat", 55, 56], ["cloth", 30, 31]],
    }
    sheets |= changes
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        if rows is not None:
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_made_by_hand_is_read(tmp_path: Path) -> None:
    economy = no.read(workbook(tmp_path / "hand.xlsx"))
    assert economy.name == "hand made"
    assert list(economy.periods) == ["2024", "2025"]
    assert economy.question().settings == {"floor": 0.25}
    assert economy.question("v1.2").leave_out == ("initial_stocks", "storage")
    assert economy.matrix("resource_use", 0).toarray() == pytest.approx(np.array([[0.8, 3.6]]), rel=1e-15)
    assert economy.vector("initial_stocks", 0).tolist() == [2.0, 1.0]
    no.solve(economy).assert_optimal()


def test_blank_rows_and_formats_do_not_matter(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "hand.xlsx",
        targets=[[], ["good", 2024, 2025], [], ["wheat", 55, 56, None, None], ["cloth ", 30, 31], [None], []],
    )
    assert no.read(path).vector("targets", 0).tolist() == [55.0, 30.0]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no settings": ({"economy": None}, r"hand.xlsx: there is no sheet 'economy'"),
    "settings header": (
        {"economy": [["what", "value"]]},
        r"hand.xlsx, sheet 'economy', row 1: the header must be key,value",
    ),
    "format": (
        {"economy": [["key", "value"], ["format", 2]]},
        r"sheet 'economy': format is 2; this version reads format = 1",
    ),
    "unknown key": (
        {"economy": [["key", "value"], ["format", 1], ["tite", "x"]]},
        r"sheet 'economy': unknown key 'tite'; did you mean 'title'",
    ),
    "key twice": (
        {"economy": [["key", "value"], ["format", 1], ["name", "x"], ["name", "y"]]},
        r"sheet 'economy', row 4: the key 'name' is given twice",
    ),
    "empty value": (
        {"economy": [["key", "value"], ["format"]]},
        r"sheet 'economy', row 2, row 'format': the value is empty",
    ),
    "question key": (
        {"economy": [["key", "value"], ["format", 1], ["questions.default", "fulfilment"]]},
        r"sheet 'economy', row 3: unknown key 'questions.default'",
    ),
    "no goods": ({"goods": None}, r"hand.xlsx: hand.xlsx, sheet 'goods' is missing; it names the goods"),
    "unknown sheet": (
        {"targts": [["good", "value"]]},
        r"hand.xlsx, sheet 'targts': unknown table 'targts'; did you mean 'targets'",
    ),
    "empty sheet": ({"targets": []}, r"hand.xlsx, sheet 'targets': the sheet is empty"),
    "text": (
        {"inputs": [["good", "wheat", "cloth"], ["wheat", 0.25, "0,4"], ["cloth", 0.14, 0.12]]},
        r"hand.xlsx, sheet 'inputs', cell C2, row 'wheat', column 'cloth': '0,4' is a decimal comma; write a point",
    ),
    "error of a formula": (
        {"inputs": [["good", "wheat", "cloth"], ["wheat", 0.25, 0.4], ["cloth", "#DIV/0!", 0.12]]},
        r"sheet 'inputs', cell B3, row 'cloth', column 'wheat': '#DIV/0!' is not a number",
    ),
    "empty cell": (
        {"inputs": [["good", "wheat", "cloth"], ["wheat", 0.25, None], ["cloth", 0.14, 0.12]]},
        r"sheet 'inputs', cell C2, row 'wheat', column 'cloth': the cell is empty; write 0",
    ),
    "a truth": (
        {"inputs": [["good", "wheat", "cloth"], ["wheat", 0.25, True], ["cloth", 0.14, 0.12]]},
        r"cell C2, row 'wheat', column 'cloth': 'True' is not a number",
    ),
    "infinite": (
        {"targets": [["good", "value"], ["wheat", "inf"], ["cloth", 1]]},
        r"sheet 'targets', cell B2, row 'wheat', column 'value': 'inf' is not a finite number",
    ),
    "cells beyond": (
        {"inputs": [["good", "wheat", "cloth"], ["wheat", 0.25, 0.4, 9], ["cloth", 0.14, 0.12]]},
        r"sheet 'inputs', row 2, row 'wheat': has cells to the right of the 3 of the header",
    ),
    "no heading": (
        {"inputs": [["good", None, "cloth"], ["wheat", 0.25, 0.4], ["cloth", 0.14, 0.12]]},
        r"sheet 'inputs', row 1: column 2 has no heading",
    ),
    "unknown row": (
        {"targets": [["good", "value"], ["weat", 1], ["cloth", 1]]},
        r"sheet 'targets', row 2: unknown good 'weat'; did you mean 'wheat'",
    ),
    "row twice": (
        {"targets": [["good", "value"], ["wheat", 1], ["wheat", 1], ["cloth", 1]]},
        r"sheet 'targets': goods named twice: 'wheat'",
    ),
    "row missing": ({"targets": [["good", "value"], ["wheat", 1]]}, r"sheet 'targets': no entry for the goods 'cloth'"),
    "unknown column": (
        {"inputs": [["good", "wheat", "clth"], ["wheat", 0.25, 0.4], ["cloth", 0.14, 0.12]]},
        r"sheet 'inputs', row 1: unknown technique 'clth'; did you mean 'cloth'",
    ),
    "negative": (
        {"targets": [["good", "value"], ["wheat", -1], ["cloth", 1]]},
        r"hand.xlsx, sheet 'targets', cell B2, row 'wheat', column 'value' is -1; it must not be negative",
    ),
    "unit": (
        {"goods": [["name", "unit"], ["wheat", "tonn"], ["cloth", "tonne"]]},
        r"hand.xlsx, sheet 'goods', row 'wheat': the unit 'tonn' is not understood",
    ),
    "name missing": ({"goods": [["name", "unit"], [None, "tonne"]]}, r"sheet 'goods', row 2: the name is empty"),
    "long table": (
        {"inputs": [["row", "column", "value"], ["wheat", "cloth", 0.4], ["wheat", "cloth", 0.4]]},
        r"sheet 'inputs', row 3: the pair is given twice",
    ),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_what_is_wrong_in_a_workbook_is_said_with_its_place(case: str, tmp_path: Path) -> None:
    changes, message = WRONG[case]
    path = workbook(tmp_path / "hand.xlsx", **changes)
    with pytest.raises(no.NaturaError) as error:
        no.read(path)
    import re

    assert re.search(message, str(error.value)), str(error.value)


def test_a_file_that_is_no_workbook(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_text("format = 1")
    with pytest.raises(no.DataError, match=r"plan\.xlsx: not an Excel workbook"):
        no.read(tmp_path / "plan.xlsx")


# ---- Parquet ----------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    economy = no.build_economy(
        name="p",
        goods=["wheat", "cloth"],
        periods=["1", "2"],
        inputs=[[0.25, 0.40], [0.14, 0.12]],
        targets=[[55.0, 56.0], [30.0, 31.0]],
        resources=["labour"],
        resource_use=[[0.8, 3.6]],
        resource_weights=[1.0],
        objective="least-resources",
    )
    return no.write(economy, tmp_path / "p", tables="parquet")


def test_parquet_and_csv_live_side_by_side(folder: Path) -> None:
    frame = pd.read_parquet(folder / "targets.parquet")
    (folder / "targets.parquet").unlink()
    frame.to_csv(folder / "targets.csv", index=False)
    assert no.solve(folder).assert_optimal().objective == pytest.approx(
        260.0 + no.solve(folder).activities["2"] @ [0.8, 3.6]
    )


def test_both_forms_of_one_table_are_refused(folder: Path) -> None:
    pd.read_parquet(folder / "targets.parquet").to_csv(folder / "targets.csv", index=False)
    with pytest.raises(no.DataError, match=r"p: targets.csv and targets.parquet hold the same table; remove one"):
        no.read(folder)


def test_long_parquet_as_other_programs_write_it(folder: Path) -> None:
    """Plain strings or categories, any order of rows, 32-bit numbers, values per period."""
    frame = pd.DataFrame(
        {
            "row": pd.Categorical(["cloth", "wheat", "wheat", "cloth", " wheat "]),
            "column": ["wheat", "cloth", "wheat", "cloth", "wheat"],
            "period": [1, 1, 1, 2, 2],
            "value": np.array([0.125, 0.5, 0.25, 0.0625, 0.75], dtype=np.float32),
        }
    )
    frame.to_parquet(folder / "inputs.parquet", index=False)
    economy = no.read(folder)
    assert economy.matrix("inputs", 0).toarray().tolist() == [[0.25, 0.5], [0.125, 0.0]]
    assert economy.matrix("inputs", 1).toarray().tolist() == [[0.75, 0.0], [0.0, 0.0625]]


PARQUET_WRONG: dict[str, tuple[dict[str, list[Any]], str]] = {
    "unknown name": (
        {"row": ["wheat", "weat"], "column": ["wheat", "cloth"], "value": [0.1, 0.2]},
        "inputs.parquet, row 2: unknown good 'weat'; did you mean 'wheat'",
    ),
    "no name": (
        {"row": ["wheat", None], "column": ["wheat", "cloth"], "value": [0.1, 0.2]},
        "inputs.parquet, row 2, column 'row': the name is missing",
    ),
    "no number": (
        {"row": ["wheat", "cloth"], "column": ["wheat", "cloth"], "value": [0.1, None]},
        "inputs.parquet, row 2 ('cloth', 'cloth'), column 'value': the cell is empty; write 0 where there is none",
    ),
    "infinite": (
        {"row": ["wheat", "cloth"], "column": ["wheat", "cloth"], "value": [np.inf, 0.1]},
        "inputs.parquet, row 1 ('wheat', 'wheat'), column 'value': inf is not a finite number",
    ),
    "text": (
        {"row": ["wheat", "cloth"], "column": ["wheat", "cloth"], "value": ["0,1", "0,2"]},
        "inputs.parquet, column 'value': holds",
    ),
    "numbers as names": (
        {"row": [0.5, 0.6], "column": ["wheat", "cloth"], "value": [0.1, 0.2]},
        "inputs.parquet, column 'row': holds double, not names; write text",
    ),
    "twice": (
        {"row": ["wheat", "cloth", "wheat"], "column": ["wheat", "cloth", "wheat"], "value": [0.1, 0.2, 0.3]},
        "inputs.parquet, row 3: the pair is given twice",
    ),
    "column": (
        {"row": ["wheat"], "column": ["wheat"], "amount": [0.1]},
        "inputs.parquet: a long table has the header row,column,value (and perhaps period)",
    ),
}


@pytest.mark.parametrize("case", sorted(PARQUET_WRONG))
def test_what_is_wrong_in_parquet_is_said_with_its_place(case: str, folder: Path) -> None:
    columns, message = PARQUET_WRONG[case]
    pd.DataFrame(columns).to_parquet(folder / "inputs.parquet", index=False)
    with pytest.raises(no.DataError) as error:
        no.read(folder)
    assert message in str(error.value)


def test_a_file_that_is_no_parquet(folder: Path) -> None:
    (folder / "inputs.parquet").write_text("row,column,value\n")
    with pytest.raises(no.DataError, match=r"inputs.parquet: not a Parquet file that can be read"):
        no.read(folder)


def test_millions_of_coefficients_are_read_quickly(tmp_path: Path) -> None:
    """A million in well under the few seconds that five million may take."""
    count, rng = 10_000, np.random.default_rng(1)
    inputs = sp.random_array((count, count), density=1e6 / count**2, rng=rng, format="csr")
    economy = no.build_economy(goods=[f"good {k}" for k in range(count)], inputs=inputs, targets=np.ones(count))
    no.write(economy, tmp_path / "big", tables="parquet")
    start = time.perf_counter()
    again = no.read(tmp_path / "big")
    assert time.perf_counter() - start < 3.0
    assert (again.matrix("inputs", 0) != inputs).nnz == 0
