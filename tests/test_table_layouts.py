"""How a table is laid out for a file and read from one: wide or long, by period or ahead, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.base.input_files import ReadingLimits
from natura_opt.curves.making import curve_through
from natura_opt.economy.files.cells import Grid, Names
from natura_opt.economy.files.model_tables import read_axis, read_table
from natura_opt.economy.files.parquet import ParquetColumns, write_columns
from natura_opt.economy.files.table_layout import Layout, has_whole_numbers, layout, texts
from natura_opt.tables.registry import TABLES
from natura_opt.tables.spec import AXES

from .test_reading import seeded

FEW = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def grid(header: Sequence[str], *rows: Sequence[object]) -> Grid:
    return Grid("t.csv", list(header), [[str(cell) for cell in row] for row in rows], list(range(2, 2 + len(rows))))


def as_grid(made: Layout) -> Grid:
    return grid(made.header, *[[cell if isinstance(cell, str) else repr(cell) for cell in row] for row in made.rows()])


# ---- laid out, and read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("long", [None, True, False])
@pytest.mark.parametrize("name", [name for name in sorted(TABLES) if not TABLES[name].tidy])
def test_what_is_laid_out_is_read_as_the_same_table(name: str, long: bool | None) -> None:
    for seed in range(3):
        economy = seeded(seed, [name])
        made = layout(economy.tables[name], economy, "t.csv", long)
        assert made.values.shape == (len(list(made.rows())), len(made.headings))
        again = economy.with_changes(**{name: read_table(as_grid(made), TABLES[name], economy.axes)})
        a, b = economy.tables[name].slices, again.tables[name].slices
        assert set(a) == set(b)
        for key, part in a.items():
            assert (part != b[key]).nnz == 0 if TABLES[name].is_matrix else part.tolist() == b[key].tolist()


@pytest.mark.parametrize(("size", "density", "long"), [(100, 0.1, False), (101, 0.5, False), (101, 0.3, True)])
def test_large_tables_of_mostly_zeros_are_long(size: int, density: float, long: bool) -> None:
    matrix = sp.random_array((size, size), density=density, rng=1, format="csr")
    economy = no.build_economy(inputs=matrix)
    made = layout(economy.tables["inputs"], economy, "t")
    assert (made.header[:2] == ["row", "column"]) == long
    assert len(made.values) == (matrix.nnz if long else size)


def test_headings_are_those_of_the_form() -> None:
    economy = no.build_economy(
        goods=["a"],
        techniques=["s", "t"],
        periods=["x", "y"],
        outputs=[[1.0, 2.0]],
        inputs={"x": [[0.1, 0.0]], "y": [[0.0, 0.0]]},
        inputs_ahead={5: [[0.1, 0.0]], 2: [[0.0, 0.3]]},
        targets=[[1.0, 2.0]],
        storage=[0.5],
        curves={("t", "a"): curve_through([0, 1], [0, 2], "line")},
    )
    headers = {name: layout(table, economy, "t").header for name, table in economy.tables.items()}
    assert headers == {
        "outputs": ["good", "s", "t"],
        "inputs": ["row", "column", "period", "value"],
        "inputs_ahead": ["row", "column", "ahead", "value"],
        "targets": ["good", "x", "y"],
        "storage": ["good", "value"],
        "curves": ["technique", "name", "of", "beyond", "quantity", "total"],
    }
    rows = list(layout(economy.tables["inputs"], economy, "t").rows())
    assert rows == [["a", "s", "x", 0.1], ["a", "s", "y", 0.0]], "a period without entries is still given"
    assert [row[2] for row in layout(economy.tables["inputs_ahead"], economy, "t").rows()] == ["2", "5"]


# ---- names in files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ([" a"], "the name ' a' cannot be written"),
        (["a\t"], "cannot be written"),
        ([""], "the name '' cannot be written"),
        ([("a", " b")], "cannot be written"),
        ([("a", 1)], "cannot be written"),
        ([1.5], "the name 1.5 cannot be written"),
        ([1, "b"], "some names are texts and some are numbers"),
        (["x" * 131_073], "use at most 131,072 characters"),
    ],
)
def test_names_that_would_not_come_back_are_refused(labels: list[Any], words: str) -> None:
    with pytest.raises(no.DataError) as caught:
        texts(pd.Index(labels, tupleize_cols=False), "goods.csv")
    assert str(caught.value).startswith("goods.csv: ") and words in str(caught.value)


def test_whole_numbers_are_written_and_said_to_be_such() -> None:
    assert texts(pd.Index([1, -7]), "x") == ["1", "-7"] and texts(pd.RangeIndex(2), "x") == ["0", "1"]
    assert has_whole_numbers(pd.Index([1])) and not has_whole_numbers(pd.Index(["1"]))
    assert not has_whole_numbers(pd.Index([]))


@pytest.mark.parametrize(
    ("header", "rows", "words"),
    [
        (["name", "unit", "zork"], [["a", "kg", "x"]], "unknown column 'zork'"),
        (["unit"], [["kg"]], "the column 'name' is missing"),
        (["name", "name"], [["a", "b"]], "the column 'name' is given twice"),
        (["name"], [], "names no goods; give one name per row, or remove it"),
        (["name"], [["a"], [""]], "t.csv, line 3: the name is empty"),
        (["name"], [["a"], ["a"]], "goods named twice: 'a'"),
    ],
)
def test_files_of_names_are_names_and_units(header: list[str], rows: list[list[str]], words: str) -> None:
    with pytest.raises(no.DataError) as caught:
        read_axis(grid(header, *rows), "goods")
    assert words in str(caught.value)


def test_units_may_stand_first_or_not_at_all() -> None:
    index, units = read_axis(grid(["unit", "name"], ["kg", "a"], ["", "b"]), "goods")
    assert index.tolist() == ["a", "b"] and units == ["kg", ""]
    assert read_axis(grid(["name"], ["a"], ["b"]), "goods")[1] == ["", ""]


# ---- long tables ------------------------------------------------------------------------------------------------

AXES_OF = {axis: pd.Index([f"{word}{k}" for k in range(3)]) for axis, word in AXES.items()}
LONG = ["row", "column", "value"]


@FEW
@given(
    st.dictionaries(st.tuples(st.integers(0, 2), st.integers(0, 2)), st.integers(1, 9), max_size=9),
    st.permutations(range(3)),
    st.randoms(use_true_random=False),
)
def test_rows_and_columns_of_a_long_table_come_in_any_order(cells: dict[Any, int], columns: Any, random: Any) -> None:
    rows = [[f"good{r}", f"technique{c}", value] for (r, c), value in cells.items()]
    random.shuffle(rows)
    shuffled = [[row[k] for k in columns] for row in rows]
    header = [LONG[k] for k in columns]
    if header[:2] != ["row", "column"]:  # only then is it known to be long
        header, shuffled = LONG, rows
    found = read_table(grid(header, *shuffled), TABLES["inputs"], AXES_OF).toarray()
    for r, c in np.ndindex(3, 3):
        assert found[r, c] == cells.get((r, c), 0)


BAD_LONG: dict[str, tuple[str, list[str], list[list[object]], str]] = {
    "an unknown row": ("inputs", LONG, [["good9", "technique0", 1]], "line 2: unknown good 'good9'; did you mean"),
    "an unknown column": ("inputs", LONG, [["good0", "good1", 1]], "line 2: unknown technique 'good1'"),
    "a pair twice": (
        "inputs",
        LONG,
        [["good1", "technique1", 1], ["good0", "technique0", 1], ["good1", "technique1", 1]],
        "line 4: the pair is given twice",
    ),
    "another column": ("inputs", ["row", "column", "valu"], [], "has the header row,column,value"),
    "ahead missing": ("inputs_ahead", LONG, [["good0", "technique0", 1]], "the column 'ahead' is missing"),
    "ahead for a period": ("inputs", ["row", "column", "ahead", "value"], [], "row,column,value (and perhaps period)"),
    "ahead in words": (
        "inputs_ahead",
        ["row", "column", "ahead", "value"],
        [["good0", "technique0", "one", 1]],
        "'one' under 'ahead' is not a whole number of periods",
    ),
    "ahead twice": (
        "inputs_ahead",
        ["row", "column", "ahead", "value"],
        [["good0", "technique0", "1", 1], ["good1", "technique0", "01", 1]],
        "a number of periods ahead is written in two ways",
    ),
    "a period missing": (
        "inputs",
        ["row", "column", "period", "value"],
        [["good0", "technique0", "period0", 1], ["good0", "technique0", "period2", 1]],
        "is given by period, but not for 'period1'; write a 0 there",
    ),
    "an unknown period": (
        "inputs",
        ["row", "column", "period", "value"],
        [["good0", "technique0", "period7", 1]],
        "line 2: unknown period 'period7'",
    ),
    "some without a period": (
        "inputs",
        ["row", "column", "period", "value"],
        [["good0", "technique0", "", 1], ["good1", "technique0", "period0", 1]],
        "line 2: unknown period ''",
    ),
    "wide for ahead": ("inputs_ahead", ["good", "technique0"], [["good0", 1]], "must be long: header row,column,ahead"),
}


@pytest.mark.parametrize("case", sorted(BAD_LONG))
def test_a_long_table_that_is_wrong_says_where(case: str) -> None:
    name, header, rows, words = BAD_LONG[case]
    with pytest.raises(no.DataError, match=r"^t\.csv") as caught:
        read_table(grid(header, *rows), TABLES[name], AXES_OF)
    assert words in str(caught.value)


def test_arrivals_that_are_not_listed_are_none_and_a_blank_period_is_every_one() -> None:
    header = ["row", "column", "period", "value"]
    some = read_table(grid(header, ["good0", "technique1", "period2", 4]), TABLES["capital_orders"], AXES_OF)
    assert list(some) == ["period2"] and some["period2"].toarray()[0, 1] == 4.0
    every = read_table(grid(header, ["good0", "technique1", "", 4]), TABLES["inputs"], AXES_OF)
    assert every.toarray()[0, 1] == 4.0


# ---- Parquet ----------------------------------------------------------------------------------------------------


def columns_file(folder: Path, frame: pd.DataFrame) -> ParquetColumns:
    frame.to_parquet(folder / "t.parquet", index=False)
    return ParquetColumns(folder / "t.parquet")


def test_columns_come_back_as_they_were_written(tmp_path: Path) -> None:
    names = {"row": Names.of(["b", "a", "b"]), "column": Names.of(["x", "x", "y"])}
    write_columns(tmp_path / "t.parquet", names, {"value": [0.1 + 0.2, 5e-324, -0.0]})
    made = ParquetColumns(tmp_path / "t.parquet")
    assert made.header == ["row", "column", "value"] and len(made) == 3 and made.heading == "t.parquet"
    assert made.names(0).listed() == ["b", "a", "b"] and made.names(1).distinct == ["x", "y"]
    assert made.numbers([2])[:, 0].tolist() == [0.1 + 0.2, 5e-324, -0.0]
    assert made.place(1, 2) == "t.parquet, row 2 ('a', 'x'), column 'value'"


@pytest.mark.parametrize("dtype", ["int8", "uint32", "int64", "float32", "float64", "Int64"])
def test_numbers_of_any_width_are_doubles(dtype: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"good": ["a", "b"], "value": pd.array([1, 2], dtype=dtype)})
    assert columns_file(tmp_path, frame).numbers([1]).tolist() == [[1.0], [2.0]]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.0, None], "t.parquet, row 2 ('b'), column 'value': the cell is empty"),
        ([1.0, np.inf], "row 2 ('b'), column 'value': inf is not a finite number"),
        (["1", "2"], "not numbers; write doubles"),
        ([True, False], "holds bool, not numbers"),
        ([2**53 + 1, 1], "column 'value': row 0 is 9007199254740993"),
        (pd.to_datetime(["2025-01-01", "2025-01-02"]), "holds timestamp"),
    ],
    ids=["empty", "infinite", "texts", "truths", "lost", "dates"],
)
def test_what_is_no_number_in_a_column_is_named(values: Any, words: str, tmp_path: Path) -> None:
    source = columns_file(tmp_path, pd.DataFrame({"good": ["a", "b"], "value": values}))
    with pytest.raises(no.DataError) as caught:
        source.numbers([1])
    assert words in str(caught.value)


@pytest.mark.parametrize("names", [["a", None], [1.5, 2.5], [True, False]], ids=["missing", "fractions", "truths"])
def test_what_names_nothing_is_refused(names: list[Any], tmp_path: Path) -> None:
    with pytest.raises(no.DataError, match=r"the name is missing|not names; write text"):
        columns_file(tmp_path, pd.DataFrame({"good": names, "value": [1.0, 2.0]})).names(0)


def test_names_may_be_whole_numbers_categories_or_none_at_all(tmp_path: Path) -> None:
    frame = pd.DataFrame({"good": [3, 1], "kind": pd.Categorical(["x ", "x"]), "value": [1.0, 2.0]})
    made = columns_file(tmp_path, frame)
    assert made.names(0).listed() == ["3", "1"] and made.names(1).listed() == ["x", "x"]
    empty = columns_file(tmp_path, frame.iloc[:0])
    assert len(empty) == 0 and empty.numbers([2]).shape == (0, 1)


def test_more_than_the_limits_allow_is_not_unpacked(tmp_path: Path) -> None:
    frame = pd.DataFrame({"good": ["a"] * 60_000, "value": np.zeros(60_000)})
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    size = (tmp_path / "t.parquet").stat().st_size
    few = ParquetColumns(tmp_path / "t.parquet", ReadingLimits(cells=100, file_bytes=size))
    with pytest.raises(no.DataError, match=r"60,000 x 2 cells is 120,000, more than .*ReadingLimits\(cells=120000\)"):
        len(few)
    with pytest.raises(no.DataError, match=r"file_bytes="):
        len(ParquetColumns(tmp_path / "t.parquet", ReadingLimits(file_bytes=size - 1)))


def test_two_columns_of_one_heading_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table([pa.array([1.0]), pa.array([2.0])], names=["value", " value"]), tmp_path / "t.parquet")
    with pytest.raises(no.DataError, match=r"t\.parquet: the column 'value' is given twice"):
        _ = ParquetColumns(tmp_path / "t.parquet").header
