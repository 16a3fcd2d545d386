"""Axes whose labels are ranges: nothing is spelled out, and everything small works as with names."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from typer.testing import CliRunner

import natura_opt as no
from natura_opt.base.errors import listed, unknown
from natura_opt.cli.app import app
from natura_opt.economy.coerce import label_in, matched, position
from natura_opt.economy.ranges import as_choices, counted, is_counted, position_of_text, positions_in

GOODS, WAYS = 6, 2


def small(labels: str = "numbers", **settings: Any) -> no.Economy:
    """Return a seeded economy of six goods and two techniques each."""
    given = {"goods": GOODS, "techniques": WAYS, "inputs": 3, "resources": 2, "seed": 3} | settings
    return no.generate_economy("planned", labels=labels, **given)


# ---- positions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [pd.RangeIndex(1, 8), pd.RangeIndex(0, 7), pd.RangeIndex(10, -4, -2)])
def test_labels_stand_where_arithmetic_says(index: pd.RangeIndex) -> None:
    asked = np.arange(-5, 15)
    places = {label: k for k, label in enumerate(index)}
    assert positions_in(index, asked).tolist() == [places.get(int(k), -1) for k in asked]
    for k in asked.tolist():
        assert position_of_text(index, str(k)) == places.get(k, -1)


def test_numbers_of_every_width_are_told_apart() -> None:
    index = pd.RangeIndex(1, 4)
    huge = np.array([1, 2**64 - 1], dtype=np.uint64)
    assert positions_in(index, huge).tolist() == [0, -1]
    assert positions_in(index, np.array([3, 200], dtype=np.uint8)).tolist() == [2, -1]


@pytest.mark.parametrize("text", ["", "01", "+1", "1.0", " 1", "one", "1" * 30, "True"])
def test_a_label_reads_in_one_way_only(text: str) -> None:
    assert position_of_text(pd.RangeIndex(1, 4), text) == -1


def test_a_label_is_found_by_its_number_or_its_text_and_by_nothing_else() -> None:
    index = pd.RangeIndex(1, 12_000_001, name="good")
    assert position(index, 12_000_000) == position(index, "12000000") == 11_999_999
    assert label_in(index, np.int64(5)) == 5
    for wrong in (0, 12_000_001, True, 2.5, "x", None, (1, 2)):
        with pytest.raises(no.DataError, match=r"unknown good .*; known are the whole numbers from 1 to 12000000"):
            label_in(index, wrong)


def test_what_is_unknown_or_many_is_said_without_spelling_millions_out() -> None:
    millions = pd.RangeIndex(1, 10**9)
    assert unknown("good", "x", as_choices(millions)).endswith("from 1 to 999999999")
    assert unknown("good", 4, as_choices(pd.RangeIndex(1, 4))).endswith("Known: 1, 2, 3")
    assert listed(millions, 2) == "'1', '2' and 999999997 more"
    assert listed(iter("abc"), 2) == "'a', 'b' and 1 more"


def test_how_many_there_are_is_a_whole_number() -> None:
    assert counted(3, "goods", "e").equals(pd.RangeIndex(1, 4))
    for wrong in (0, -1, 2**31):
        with pytest.raises(no.DataError, match=r"e: goods must be names, or how many there are, from 1 to"):
            counted(wrong, "goods", "e")
    with pytest.raises(no.DataError, match="goods must be a list of names"):
        no.build_economy(goods=True, inputs=[[0.1]])
    assert is_counted(pd.RangeIndex(1, 3))
    for other in (pd.RangeIndex(0, 3), pd.RangeIndex(1, 1), pd.RangeIndex(1, 7, 2), pd.Index([1, 2])):
        assert not is_counted(other)


# ---- tables -----------------------------------------------------------------------------------------------------


def test_a_series_by_whole_numbers_is_put_in_order_and_must_name_each_once() -> None:
    index = pd.RangeIndex(1, 4)
    assert matched(pd.Index([3, 1, 2]), index, "goods", "t").tolist() == [1, 2, 0]
    for given, said in (
        ([1, 2, 4], "t: unknown good '4'"),
        ([1, 2, 2], "t: goods named twice: '2'; every name must be given once"),
        ([1, 2], "t: no entry for the goods '3'; write 0 where there is none"),
    ):
        with pytest.raises(no.DataError, match=re.escape(said)):
            matched(pd.Index(given), index, "goods", "t")


def test_a_csc_table_stays_as_it_was_given() -> None:
    given = sp.csc_array(np.array([[0.1, 0.2], [0.0, 0.3]]))
    economy = no.build_economy(goods=2, inputs=given)
    held = economy.matrix("inputs", 0)
    assert held.format == "csc" and np.shares_memory(held.data, given.data)
    named = no.build_economy(goods=["a", "b"], inputs=given).matrix("inputs", 0)
    assert named.format == "csr" and (named != held).nnz == 0


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_a_wrong_number_of_a_csc_table_is_named_by_row_and_column(wrong: float) -> None:
    given = sp.csc_array(np.array([[0.1, 0.2, 0.0], [0.0, 0.0, wrong], [0.0, 0.0, 0.1]]))
    with pytest.raises(no.DataError, match=r"table 'inputs', row 2, column 3"):
        no.build_economy(goods=3, inputs=given)


def test_a_csc_table_out_of_order_or_with_zeros_is_put_right_and_not_changed() -> None:
    given = sp.csc_array((np.array([2.0, 0.0, 1.0]), np.array([2, 1, 0]), np.array([0, 3, 3, 3])), shape=(3, 3))
    held = no.build_economy(goods=3, inputs=given * 0.1).matrix("inputs", 0)
    assert held.format == "csc" and held.has_canonical_format and held.nnz == 2
    assert given.indices.tolist() == [2, 1, 0]
    whole = no.build_economy(goods=2, inputs=sp.csc_array(np.array([[0, 1], [0, 0]]))).matrix("inputs", 0)
    assert whole.dtype == np.float64 and whole.toarray().tolist() == [[0.0, 1.0], [0.0, 0.0]]


# ---- the same plan ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_names_or_numbers_make_no_difference_to_the_plan(backend: str) -> None:
    named, numbered = no.solve(small("names"), backend=backend), no.solve(small(), backend=backend)
    assert numbered.proved and numbered.objective == pytest.approx(named.objective, rel=1e-9)
    assert numbered.activities.to_numpy() == pytest.approx(named.activities.to_numpy(), abs=1e-9)
    assert numbered.activities.index.equals(pd.RangeIndex(1, GOODS * WAYS + 1, name="technique"))
    good = numbered.valuations.loc["good"].iloc[:, 0] if "good" in numbered.valuations.index else None
    assert good is None or len(good) == GOODS
    assert "3" in str(numbered.explain(3, kind="good"))


@pytest.mark.parametrize("tables", ["csv", "parquet"])
def test_a_folder_says_how_many_there_are(tables: str, tmp_path: Path) -> None:
    economy = small(capital="pool", periods=2)
    folder = no.write(economy, tmp_path / "m", tables=tables)
    said = (folder / "economy.toml").read_text()
    assert f"\ngoods = {GOODS}\ntechniques = {GOODS * WAYS}\n" in said and "whole_number_names" not in said
    assert not (folder / "goods.csv").exists() and not (folder / "techniques.csv").exists()
    again = no.read(folder)
    for axis, index in economy.axes.items():
        assert index.equals(again.axes[axis]) and type(index) is type(again.axes[axis]), axis
    for name, table in economy.tables.items():
        for key, part in table.slices.items():
            other = again.tables[name].slices[key]
            assert (part != other).nnz == 0 if table.spec.is_matrix else part.tolist() == other.tolist()


def test_a_workbook_says_how_many_there_are(tmp_path: Path) -> None:
    again = no.read(no.write(small(techniques=1), tmp_path / "m.xlsx"))
    assert again.goods.equals(pd.RangeIndex(1, GOODS + 1)) and again.techniques.equals(again.goods)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("goods = 0", "goods must be names, or how many there are"),
        ("goods = true", "goods must be how many there are, a whole number"),
        ('goods = ["a"]', "names stand in goods.csv"),
        ("resources = 2", "resources says how many there are, and resources.csv names them; remove one"),
        ("good = 2", "unknown key 'good'; did you mean 'goods'"),
    ],
)
def test_settings_that_say_it_wrongly_are_refused(line: str, said: str, tmp_path: Path) -> None:
    folder = no.write(small(), tmp_path / "m")
    file = folder / "economy.toml"
    text = file.read_text()
    if line.split()[0] == "goods":
        text = re.sub(r"(?m)^goods = \d+$", line, text)
    else:
        text = text.replace("format = 1\n", f"format = 1\n{line}\n")
    file.write_text(text)
    with pytest.raises(no.DataError, match=re.escape(said)):
        no.read(folder)


def test_units_and_ranges_of_other_ends_are_written_as_names(tmp_path: Path) -> None:
    for k, economy in enumerate(
        (no.build_economy(inputs=[[0.5]]), no.build_economy(goods=2, inputs=np.eye(2) / 2, units={"goods": "kg"}))
    ):
        folder = no.write(economy, tmp_path / f"m{k}")
        assert (folder / "goods.csv").exists() and "whole_number_names" in (folder / "economy.toml").read_text()
        again = no.read(folder)
        assert again.goods.tolist() == economy.goods.tolist() and again.unit("goods", 1 if k else 0) == (
            "kg" if k else ""
        )


# ---- every small command ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["solve", "check", "compare"])
def test_every_command_takes_ranges(command: str, tmp_path: Path) -> None:
    folder = no.write(small(), tmp_path / "m", tables="parquet")
    done = CliRunner().invoke(app, [command, str(folder), "--json"])
    assert done.exit_code == 0, done.output
    assert isinstance(json.loads(done.stdout), dict)
