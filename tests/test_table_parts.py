"""Parts of the readers of national tables, each by hand: signs, names, accounts, places, questions, units."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.base.errors import OptionError
from natura_opt.economy.files.cells import column_letters
from natura_opt.economy.national.accounts import Accounts
from natura_opt.economy.national.asked import asked
from natura_opt.economy.national.balance import checked_balance
from natura_opt.economy.national.layout import Layout, Pages, names_given
from natura_opt.economy.national.naming import check_labels, names_of_file, relabelled
from natura_opt.economy.national.negatives import moved_imports, moved_outputs, without_receipts
from natura_opt.economy.national.sheet import Sheet
from natura_opt.economy.national.totals import refuse_totals
from natura_opt.economy.national.unit_names import in_own_words

GOODS, INDUSTRIES = pd.Index(["iron", "coal"]), pd.Index(["mill", "mine", "quay"])


def says(sentence: str) -> Any:
    """Whole sentences are compared, to the last mark."""
    return pytest.raises((no.DataError, OptionError), match=f"^{re.escape(sentence)}$")


# ---- what stands below zero ----------------------------------------------------------------------------------------


MADE = np.array([[5.0, -2.0, 0.0], [0.0, 3.0, -0.5]])


def test_outputs_below_zero_go_to_the_inputs_and_back_gives_what_was_there() -> None:
    made, used, notes = moved_outputs(MADE, GOODS, INDUSTRIES, "make", "other-side")
    assert made.tolist() == [[5, 0, 0], [0, 3, 0]] and used.tolist() == [[0, 2, 0], [0, 0, 0.5]]
    assert (made - used == MADE).all()
    assert notes == ["2 negative outputs turned into inputs: -2 of 'iron' in 'mine', -0.5 of 'coal' in 'quay'"]
    _, _, one = moved_outputs(MADE[:1], GOODS[:1], INDUSTRIES, "make", "other-side")
    assert one == ["1 negative output turned into inputs: -2 of 'iron' in 'mine'"]


@pytest.mark.parametrize("way", ["error", "as-output"])
def test_outputs_below_zero_are_refused_where_only_inputs_may_be_moved(way: str) -> None:
    with says(
        "make, row 'iron', column 'mine' is -2; it must not be negative; an output below zero is an input: put it into "
        "'use', or give negatives='other-side'"
    ):
        moved_outputs(MADE, GOODS, INDUSTRIES, "make", way)


@pytest.mark.parametrize("way", ["error", "as-output"])
def test_imports_below_zero_are_refused_or_wanted_outside(way: str) -> None:
    given = np.array([-1.5, 4.0])
    brought, wanted, notes = moved_imports(given, GOODS, "use", "other-side")
    assert (brought.tolist(), wanted.tolist()) == ([0.0, 4.0], [1.5, 0.0])
    assert notes == ["1 negative import counted as final demand: -1.5 of 'iron'"]
    with says(
        "use: 1 negative import: -1.5 of 'iron'; what is brought in below zero is wanted outside: put it into final "
        "demand, or give negatives='other-side'"
    ):
        moved_imports(given, GOODS, "use", way)


@pytest.mark.parametrize("way", ["error", "as-output"])
def test_what_is_received_of_resources_is_not_spent(way: str) -> None:
    spent, notes = without_receipts(MADE, GOODS, INDUSTRIES, "costs", "other-side")
    assert spent.tolist() == [[5, 0, 0], [0, 3, 0]]
    assert notes == [
        "2 entries of resources below zero counted as nothing spent: -2 of 'iron' in 'mine', -0.5 of 'coal' in 'quay'"
    ]
    with says(
        "costs: 1 entry below zero: -2 of 'iron' in 'mine'; no industry makes a resource: leave the row out, correct "
        "it, or give negatives='other-side' to count what is received as nothing spent"
    ):
        without_receipts(MADE[:1], GOODS[:1], INDUSTRIES, "costs", way)


@pytest.mark.parametrize("way", ["error", "as-output", "other-side"])
def test_without_anything_below_zero_every_way_is_the_same(way: str) -> None:
    values = np.array([[0.0, 2.0, -0.0]])
    assert moved_outputs(values, GOODS[:1], INDUSTRIES, "t", way)[0] is values
    brought, wanted, notes = moved_imports(values[0], INDUSTRIES, "t", way)
    assert (brought.tolist(), wanted.tolist(), notes) == ([0, 2, 0], [0, 0, 0], [])
    assert without_receipts(values, GOODS[:1], INDUSTRIES, "t", way)[1] == []


# ---- names ---------------------------------------------------------------------------------------------------------


CODES = pd.Index(["A01", "B"])


@pytest.mark.parametrize(
    ("labels", "names", "sentence"),
    [
        ("both", None, "labels='both' needs the names: give names= (a file of codes and names, or a mapping)"),
        ("Names", {}, "unknown kind of labels 'Names'; did you mean 'names'? Known: both, codes, names"),
        ("codes", 5, "names must be a file, or a mapping from code to name, not 5"),
        ("codes", ["A01"], "names must be a file, or a mapping from code to name, not ['A01']"),
    ],
)
def test_labels_that_are_none_are_said(labels: str, names: Any, sentence: str) -> None:
    with says(sentence):
        check_labels(labels, names)


def test_names_are_trimmed_and_those_of_other_codes_do_not_matter() -> None:
    names = {"A01": "  Crops ", "B": "Mining, quarrying", "C": "  "}
    assert relabelled(CODES, "names", names, "goods").tolist() == ["Crops", "Mining, quarrying"]
    assert relabelled(CODES[::-1], "both", names, "goods").tolist() == ["B Mining, quarrying", "A01 Crops"]
    assert relabelled(CODES, "codes", names, "goods") is CODES
    assert relabelled(pd.Index([7, 8]), "names", {"7": "seven", "8": "eight"}, "goods").tolist() == ["seven", "eight"]
    with says("names: no name for the techniques 'D', 'E', 'F', 'G', 'H' and 1 more"):
        relabelled(pd.Index(list("ADEFGHI")), "names", {"A": "a"}, "techniques")


def test_a_file_of_names_is_read_from_the_column_that_holds_most_codes(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("B,code,called\n1,A01,Crops\n2,B,Mining\n3,ZZ,else\n", encoding="utf-8")
    assert names_of_file(file, CODES, "goods") == {"A01": "Crops", "B": "Mining"}
    assert names_of_file(file, CODES[::-1], "goods") == {"A01": "Crops", "B": "Mining"}
    with says("names.csv: no column holds the codes of all techniques; 'C', 'D' missing"):
        names_of_file(file, pd.Index(["D", "A01", "C"]), "techniques")
    file.write_text("A01,B\nB,\n", encoding="utf-8")  # nothing stands after the code B
    with says("names.csv: no name for the goods 'B'"):
        relabelled(CODES, "names", file, "goods")


# ---- accounts beside a table ---------------------------------------------------------------------------------------


def sheet(text: str, name: str = "a.csv", zeros: tuple[str, ...] = ()) -> Sheet:
    """A sheet of a few cells, with commas between them."""
    rows = {
        row: {column: cell for column, cell in enumerate(line.split(",")) if cell}
        for row, line in enumerate(text.splitlines(), start=1)
    }
    return Sheet(name, rows, (), zeros)


LYING = "title,,,\n,mine,quay,mill\nhours,1,2,3\nland,4,5,6\n"
STANDING = "who,hours,land\nmine,1,4\nquay,2,5\nmill,3,6\n"


@pytest.mark.parametrize("text", [LYING, STANDING])
def test_accounts_lie_or_stand_and_say_the_same(text: str) -> None:
    found = Accounts.of(sheet(text), INDUSTRIES)
    assert found.in_rows == (text == LYING)
    for name, figures in {"hours": [3.0, 1.0, 2.0], "land": [6.0, 4.0, 5.0]}.items():
        row = found.row(name, "called")
        assert (row.index.tolist(), row.columns.tolist()) == (["called"], INDUSTRIES.tolist())
        assert row.to_numpy().tolist() == [figures]
    assert found.has("land") and not found.has("Land") and not found.has("mine")
    with says("a.csv: unknown account 'huors'; did you mean 'hours'? Known: hours, land"
              if text == STANDING else "a.csv: unknown account 'huors'; did you mean 'hours'? Known: hours, land, "
              "title"):  # fmt: skip
        found.row("huors", "called")


def test_accounts_given_twice_and_industries_that_are_missing() -> None:
    twice = Accounts.of(sheet(LYING + "hours,7,8,9\n"), INDUSTRIES)
    with says("a.csv: 'hours' stands 2 times; every account must be given once"):
        twice.row("hours", "called")
    with says("a.csv: the industry 'mine' stands twice beside the accounts; choose one year"):
        Accounts.of(sheet(",mine,quay,mill,mine\nhours,1,2,3,4\n"), INDUSTRIES)
    with says("a.csv: no row and no column names every industry; without 'mill', 'quay'"):
        Accounts.of(sheet("who,hours\nmine,1\n"), INDUSTRIES)


# ---- places of tables ----------------------------------------------------------------------------------------------


PAGE = "A table\n,,farm,mill\ncorn,wheat,1,2\nflour,bread,3,4\n,wages,5,6\n,wages,7,8\n,profit,9,10\n"


def layout(tmp_path: Path, text: str = PAGE, **said: Any) -> Layout:
    file = tmp_path / "page.csv"
    file.write_text(text, encoding="utf-8")
    return Layout.of(Pages(file, None, ()), **({"industries": None, "codes": None, "headings": None} | said))


def test_names_and_headings_are_the_nearest_or_those_that_were_said(tmp_path: Path) -> None:
    near = layout(tmp_path).table("C3:D4", "use")
    assert (near.index.tolist(), near.columns.tolist()) == (["wheat", "bread"], ["farm", "mill"])
    assert near.to_numpy().tolist() == [[1.0, 2.0], [3.0, 4.0]]
    said = layout(tmp_path, codes="column A", headings=2, industries="C:D").table("3:4", "use")
    assert said.index.tolist() == ["corn", "flour"] and (said.to_numpy() == near.to_numpy()).all()
    assert layout(tmp_path).table("rows 4:4, columns D:D", "use").to_dict() == {"mill": {"bread": 4.0}}


def test_rows_of_accounts_by_number_range_name_and_sum(tmp_path: Path) -> None:
    rows = {"first": 5, "both": "5:6", "sum": [5, "row 7"], "named": "profit"}
    table = layout(tmp_path).accounts(rows, "C3:D4", "resources")
    assert table.to_numpy().tolist() == [[5, 6], [12, 14], [14, 16], [9, 10]]
    assert table.index.tolist() == list(rows) and table.columns.tolist() == ["farm", "mill"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ({}, "resources is empty; name rows, or leave it out"),
        ({"a": []}, "resources: a: no row is named"),
        ({"a": True}, "resources: a: a row is its number, a range or its name, not True"),
        ({"a": 1.5}, "resources: a: a row is its number, a range or its name, not 1.5"),
        ({"a": "column C"}, "resources: a: 'column C': say the rows, such as 'row 86', or their names"),
        (["wages"], "page.csv: 'wages' names the rows 5, 6; say which, as 'row 6'"),
        (["wage"], "page.csv: unknown row 'wage'; did you mean 'wages'? Known: A table, bread, corn, flour, profit, "
                   "wages, wheat"),
        (5, "resources must be names, not 5"),
    ],
)  # fmt: skip
def test_rows_that_are_none_are_said(tmp_path: Path, rows: Any, sentence: str) -> None:
    with says(sentence):
        layout(tmp_path).accounts(rows, "C3:D4", "resources")


def test_columns_beside_a_table_by_range_and_by_heading(tmp_path: Path) -> None:
    text = "goods,mill,home,away,home\niron,1,2,3,4\ncoal,5,6,7,8\n"
    place = layout(tmp_path, text)
    assert place.beside("C:D", "B2:B3", "demand").to_dict("list") == {"home": [2.0, 6.0], "away": [3.0, 7.0]}
    assert place.beside(["away"], "B2:B3", "demand").to_dict() == {"away": {"iron": 3.0, "coal": 7.0}}
    with says("page.csv, row 1: 'home' heads the columns C, E; say which, by its letter"):
        place.beside("home", "B2:B3", "demand")
    with says("page.csv, row 1: no column is headed 'abroad'; there are 'goods', 'mill', 'home', 'away', 'home'"):
        place.beside(["away", "abroad"], "B2:B3", "demand")
    with says("demand='row 2': say the columns, such as 'BP:BW', or their headings"):
        place.beside("row 2", "B2:B3", "demand")


def test_pages_are_read_once_and_a_place_may_name_its_file(tmp_path: Path) -> None:
    pages = layout(tmp_path).pages
    (tmp_path / "other.csv").write_text("x,1\n", encoding="utf-8")
    (one, inner), (again, _) = pages.of("C3:D4"), pages.of("row 5")
    assert one is again and inner == "C3:D4" and one.name == "page.csv"
    other, inner = pages.of("'other.csv'!A1:B1")
    assert (other.name, inner, other.cell(1, 1)) == ("other.csv", "A1:B1", "1")
    with says("page.csv: only workbooks (.xlsx) have sheets, so there is no sheet 'Supply'"):
        pages.of("Supply!A1:B1")


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("a", ["a"]),
        (["a", "b"], ["a", "b"]),
        (("a",), ["a"]),
        (pd.Index(["x"]), ["x"]),
        ((c for c in "pq"), ["p", "q"]),
    ],
)
def test_one_name_or_several(given: Any, names: list[str]) -> None:
    assert names_given(given, "goods") == names


@pytest.mark.parametrize("given", [[], 5, ["a", 1], {"a": "b"}, b"a", None])
def test_what_names_nothing_is_said(given: Any) -> None:
    with says(f"goods must be names, not {given!r}"):
        names_given(given, "goods")


# ---- questions, units, totals --------------------------------------------------------------------------------------


def resources(*names: str) -> pd.DataFrame:
    return pd.DataFrame(1.0, index=list(names), columns=["mill"])


@pytest.mark.parametrize(
    ("names", "weights", "capital", "weighed", "default"),
    [
        ([], None, False, None, "assortment"),
        (["hours"], None, False, [1.0], "least-resources"),
        (["hours"], None, True, [1.0], "assortment"),
        (["hours", "land"], None, False, None, "assortment"),
        (["hours", "land"], {"land": 3}, False, [0.0, 3.0], "least-resources"),
        (["hours", "land"], {}, False, None, "assortment"),
    ],
)
def test_what_is_asked_follows_from_what_is_scarce(
    names: list[str], weights: Any, capital: bool, weighed: Any, default: str
) -> None:
    made = asked(resources(*names) if names else None, weights, None, "t", capital)
    found = made["resource_weights"]
    assert (None if found is None else found.tolist()) == weighed
    questions = made["questions"]
    assert questions["default"].objective == default
    assert set(questions) == {"default", "assortment"} | ({"least-resources"} if weighed else set())
    assert questions["assortment"].leave_out == (("resource_weights",) if weighed else ())
    if weighed:
        idle = ("resource_limits", "capital", "initial_capital") if capital else ("resource_limits",)
        assert questions["least-resources"].leave_out == idle


def test_an_objective_of_ones_own_is_the_only_question() -> None:
    one = asked(resources("hours"), None, "net-output", "t")["questions"]
    assert list(one) == ["default"] and one["default"].leave_out == ("resource_weights",)
    assert asked(resources("hours"), None, "least-resources", "t")["questions"]["default"].leave_out == ()
    with says("t: weights: unknown resource 'huors'; did you mean 'hours'? Known: hours, land"):
        asked(resources("hours", "land"), {"huors": 1.0}, None, "t")
    with says("t: weights are of resources, and there are none; name them (resources=...)"):
        asked(None, {"hours": 1.0}, None, "t")


def test_units_of_an_axis_are_written_alike_and_noted_once() -> None:
    units = {"goods": ["kg", "tonne-km/yr", "kg"], "resources": ["tonne-km/yr"], "pollutants": []}
    own, notes = in_own_words(units)
    assert own == {"goods": ["kg", "tonne_km_yr", "kg"], "resources": ["tonne_km_yr"]}
    assert notes == ["units that are none for a program: 'tonne-km/yr' is written 'tonne_km_yr'"]
    assert in_own_words({"goods": ["kg", "tonne"]}) == ({"goods": ["kg", "tonne"]}, [])


def test_totals_are_named_with_what_to_do() -> None:
    table = pd.DataFrame([[1.5, 2.0], [3.0, 4.25], [4.5, 6.25]], ["a", "b", "all"], ["x", "y"])
    with says(
        "use, row 'all' is the sum of the other 2 rows: a total among them? drop 'all'; if it is none, give the tables "
        "to natura_opt.from_supply_use"
    ):
        refuse_totals(table, "use", "drop '{}'")
    for unit in (1e-8, 1e8):  # parts of a unit are exact: what is a total in grams is one in tonnes
        with pytest.raises(no.DataError, match="row 'all' is the sum"):
            refuse_totals(table * unit, "use")
    table.loc["all", "y"] *= 1.0 + 1e-6
    refuse_totals(table, "use")


def test_rows_out_of_balance_are_named_and_small_ones_noted() -> None:
    names = pd.Index(["iron", "coal"])
    assert checked_balance(np.array([1.0, 2.0]), np.array([1.0, 2.0]), names, "t", 1e-3) == []
    (note,) = checked_balance(np.array([1.0, 2.0]), np.array([1.0, 2.001]), names, "t", 1e-2)
    assert note == "what is made and what goes out differ by at most 5.0e-04 of a row ('coal')"
    with says(
        "t: 2 of 2 rows do not balance: 'coal' makes 2, and 4 go out; 'iron' makes 10, and 9 go out; name all columns "
        "of final demand and no total among them, correct the table, or allow it (tolerance=0.5 or more)"
    ):
        checked_balance(np.array([10.0, 2.0]), np.array([9.0, 4.0]), names, "t", 0.05)


def test_what_is_no_number_is_named_by_its_cell() -> None:
    page = sheet(",farm,mill\ncorn,1,n.a.\nflour,..,4\n", zeros=("..",))
    rows, columns = [2, 3], [1, 2]
    with pytest.raises(no.DataError, match=r"a\.csv, cell C2.*'n\.a\.'"):
        page.figures(rows, columns, pd.Index(["corn", "flour"]), pd.Index(["farm", "mill"]))
    kept = page.figures([3], columns, pd.Index(["flour"]), pd.Index(["farm", "mill"]))
    assert kept.to_numpy().tolist() == [[0.0, 4.0]]
    assert [column_letters(k) for k in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
