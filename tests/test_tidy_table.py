"""The table of curves, which is rows: written, read, merged, renamed and refused as the tables of numbers are.

What :mod:`tests.test_tables`, :mod:`tests.test_registry` and :mod:`tests.test_table_signs` ask of tables along axes is
asked here of rows.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.formulate import laws_of
from natura_opt.tables.curves import IN_PLACE_OF, NEEDED, OPTIONAL
from natura_opt.tables.registry import TABLES

FORMS = ["csv", "parquet", "xlsx"]
TIDY = [name for name, spec in TABLES.items() if spec.tidy]
#: Names that a file or a sheet could take for something else.
ODD = ["1.50", "TRUE", "=A1", 'a "b", c', "Ü|ß", "nan", "1e5", "-", "#", "x" * 300]


def bare(curves: Any, **more: Any) -> no.Economy:
    """Two goods, two techniques, one of everything else, and curves."""
    given: dict[str, Any] = {
        "name": "e",
        "goods": ["a", "b"],
        "techniques": ["s", "t"],
        "outputs": [[1, 0], [0, 1]],
        "resources": ["r"],
        "pollutants": ["p"],
        "targets": [1, 1],
        "curves": curves,
    }
    return no.build_economy(**(given | more))


def rows(*given: tuple[Any, ...], columns: tuple[str, ...] = NEEDED) -> pd.DataFrame:
    return pd.DataFrame(list(given), columns=list(columns))


STRAIGHT = rows(("s", "r", 0, 0), ("s", "r", 4, 8))


def written(economy: no.Economy, folder: Path, form: str) -> Path:
    return no.write(economy, folder / ("m.xlsx" if form == "xlsx" else "m"), tables="csv" if form == "xlsx" else form)


def test_curves_and_rules_are_the_only_tables_of_rows() -> None:
    assert TIDY == ["curves", "rules"] and TABLES["curves"].tidy == (*NEEDED, *OPTIONAL)


# ---- out and in again -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_every_column_comes_back(form: str, tmp_path: Path) -> None:
    columns = (*NEEDED, "of", "unit", "formula", "fit", "beyond")
    curves = rows(
        ("s", "r", 0, 0, "", "", "", "", "line"),
        ("s", "r", 2, 1, "", "", "q/2", "", ""),
        ("s", "b", 0, 0, "inputs", "", "", "isotonic", ""),
        ("s", "b", 1, 0.3, "inputs", "", "", "isotonic", ""),
        ("s", "b", 2, 0.2, "inputs", "", "", "isotonic", ""),
        ("t", "a", 0, 0, "capital", "north", "", "", ""),
        ("t", "a", 5, 1 / 3, "capital", "north", "", "", ""),
        ("t", "a", 0, 0, "capital", "south", "", "", ""),
        ("t", "a", 7, 0.1 + 0.2, "capital", "south", "", "", ""),
        ("t", "p", 0, 0, "", "", "", "", ""),
        ("t", "p", 3, -5e-324, "", "", "", "", ""),
        columns=columns,
    )
    economy = bare(curves)
    again = no.read(written(economy, tmp_path, form))
    pd.testing.assert_frame_equal(again.frame("curves"), economy.frame("curves"), check_exact=True)
    assert economy.curves is not None and again.curves is not None
    for one, other in zip(economy.curves.placed, again.curves.placed, strict=True):
        assert (one.of, one.row, one.technique) == (other.of, other.row, other.technique)
        assert [unit.name for unit in one.units] == [unit.name for unit in other.units]
        levels = np.linspace(0, min(one.curve.end, 20.0), 50)
        assert one.curve.total(levels).tolist() == other.curve.total(levels).tolist()


@pytest.mark.parametrize("form", FORMS)
def test_a_total_that_a_formula_gives_is_written_down(form: str, tmp_path: Path) -> None:
    given = rows(("s", "r", 0, 0), ("s", "r", 3, np.nan), ("s", "r", 4, 17)).assign(formula=["", "q**2", ""])
    economy = bare(given)
    assert economy.frame("curves")["total"].tolist() == [0.0, 9.0, 17.0] and np.isnan(given.loc[1, "total"])
    assert no.read(written(economy, tmp_path, form)).frame("curves").equals(economy.frame("curves"))


@pytest.mark.parametrize("form", FORMS)
def test_odd_names_come_back(form: str, tmp_path: Path) -> None:
    count = len(ODD)
    curves = {(ODD[k], ODD[count - 1 - k], "inputs"): [(0, 0), (1 + k, 0.1)] for k in range(count)}
    economy = no.build_economy(name="e", goods=ODD, inputs=np.zeros((count, count)), curves=curves)
    again = no.read(written(economy, tmp_path, form))
    assert again.frame("curves").equals(economy.frame("curves")) and list(again.goods) == ODD


def test_pairs_and_whole_numbers_name_a_technique() -> None:
    pairs = [("north", "corn"), ("south", "corn")]
    of_pairs = no.build_economy(goods=pairs, inputs=np.zeros((2, 2)), curves={(pairs[0], pairs[1]): [(0, 0), (1, 2)]})
    numbers = no.build_economy(inputs=np.zeros((3, 3)), curves={(2, 1): [(0, 0), (1, 2)]})
    for economy, place in ((of_pairs, (1, 0)), (numbers, (1, 2))):
        assert economy.curves is not None
        assert [(one.row, one.technique) for one in economy.curves.placed] == [place]


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_axes_and_columns_says_nothing(seed: int) -> None:
    """Goods, techniques and the columns of the frame in any order: the same plan; a curve's own rows are in order."""
    chance = np.random.default_rng(seed)
    goods = ["a", "b", "c"]
    inputs = pd.DataFrame(chance.uniform(0, 0.2, (3, 3)), index=goods, columns=goods)
    inputs.loc["b", "a"] = inputs.loc["a", "c"] = 0.0
    curves = rows(
        ("a", "b", 0, 0), ("c", "a", 0, 0), ("a", "b", 1, 0.4), ("c", "a", 2, 0.1), ("a", "b", 9, 1), ("c", "a", 9, 3)
    )

    def best(order: list[str], frame: pd.DataFrame) -> float:
        economy = no.build_economy(
            goods=order,
            inputs=inputs.loc[order, order],
            resources=["r"],
            resource_use=[[1, 1, 1]],
            resource_limits=[9],
            targets=pd.Series([1.0, 2.0, 1.5], index=goods)[order],
            curves=frame,
            objective="assortment",
        )
        return no.solve(economy).assert_optimal().objective

    shuffled = list(chance.permutation(goods))
    mixed = curves[list(chance.permutation(list(NEEDED)))]
    assert best(shuffled, mixed) == pytest.approx(best(goods, curves), rel=1e-12)


def test_taken_from_another_economy_and_taken_away() -> None:
    economy = bare(STRAIGHT)
    other = bare(None).with_changes(curves=economy.tables["curves"])
    assert other.frame("curves").equals(economy.frame("curves")) and len(economy.tables["curves"].rows) == 2
    assert not other.with_changes(curves=None).has("curves")
    assert list(bare(None).frame("curves").columns) == list(TABLES["curves"].tidy) and bare(None).frame("curves").empty
    before = economy.frame("curves")
    before.loc[0, "total"] = 99.0
    assert economy.frame("curves").loc[0, "total"] == 0.0, "a frame is a copy"


# ---- merged and renamed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["goods", "techniques"])
def test_merging_is_refused_by_name(what: str) -> None:
    merge: dict[str, Any] = {"concordance": {"a": "x", "b": "x" if what == "goods" else "y"}}
    merge["techniques"] = {"s": "u", "t": "u" if what == "techniques" else "v"}
    with pytest.raises(no.DataError, match=r"'curves' speaks of single plants.*; remove the table before merging"):
        bare(STRAIGHT).aggregate(**merge, base=pd.Series({"s": 1.0, "t": 3.0}))


def test_renaming_renames_the_reports() -> None:
    economy = bare({("s", "b"): [(0, 0), (1, 1)], ("t", "r"): [(0, 0), (1, 1)]})
    named = economy.aggregate({"a": "x", "b": "y"}, techniques={"s": "u", "t": "v"})
    assert named.frame("curves")[["technique", "name"]].to_numpy().tolist() == [["u", "y"]] * 2 + [["v", "r"]] * 2


# ---- what technique needs, and which law ----------------------------------------------------------------------------


def test_a_need_by_curve_is_something() -> None:
    """Nothing is made from nothing: a technique whose only need is a curve does need something."""
    for curves, passed in ((None, False), ({("s", "r"): [(0, 0), (1, 1)], ("t", "r"): [(0, 0), (1, 1)]}, True)):
        (finding,) = [one for one in no.check(bare(curves)) if one.check == "nothing from nothing"]
        assert finding.passed is passed


def test_a_law_uses_it_under_every_linear_objective() -> None:
    economy = bare(STRAIGHT, resource_weights=[1])
    for objective in ("fulfilment", "assortment", "least-resources"):
        left_out = () if objective == "least-resources" else ("resource_weights",)
        laws = [law.name for law in laws_of(economy, no.Question(objective, leave_out=left_out))]
        assert TABLES["curves"].law in laws


# ---- what is refused ------------------------------------------------------------------------------------------------

#: Rows (or another thing), and words of the refusal, its place included.
WRONG: dict[str, tuple[Any, str]] = {
    "no frame": (np.ones(2), "must be a frame with the columns technique, name, quantity, total"),
    "no columns": (pd.DataFrame({"technique": ["s"]}), "the column 'name' is missing"),
    "no total": (STRAIGHT.drop(columns="total"), "the column 'total' is missing"),
    "another column": (STRAIGHT.assign(amount=1), "unknown column 'amount'"),
    "column twice": (STRAIGHT.set_axis([*NEEDED[:3], "quantity"], axis=1), "'quantity' is given twice"),
    "text for a number": (STRAIGHT.assign(total=["0", "much"]), "column 'total': not numbers"),
    "unknown technique": (rows(("u", "r", 0, 0), ("u", "r", 1, 1)), "row 1: unknown technique 'u'"),
    "unknown name": (rows(("s", "r", 0, 0), ("s", "zork", 1, 1)), "row 2: unknown good, resource or pollutant 'zork'"),
    "unknown table": (STRAIGHT.assign(of="outputs"), "row 1, column 'of': unknown table 'outputs'"),
    "wrong axis": (STRAIGHT.assign(of="inputs"), "row 1: unknown good 'r'"),
    "unknown fit": (STRAIGHT.assign(fit="cubic"), "row 1, column 'fit': unknown fit 'cubic'"),
    "unknown continuation": (STRAIGHT.assign(beyond="up"), "row 1, column 'beyond': unknown beyond 'up'"),
    "no text": (STRAIGHT.assign(beyond=1.5), "row 1, column 'beyond': must be text"),
    "two continuations": (STRAIGHT.assign(beyond=["line", "average"]), "'beyond' is 'line' in one row and 'average'"),
    "unit here and there": (STRAIGHT.assign(unit=["north", ""]), "some of its rows name a unit and some do not"),
    "not from 0": (STRAIGHT.iloc[1:], "a curve has 1 row"),
    "total at 0": (rows(("s", "r", 0, 1), ("s", "r", 1, 2)), "a curve begins at quantity 0 with total 0"),
    "falling quantity": (rows(("s", "r", 0, 0), ("s", "r", 3, 1), ("s", "r", 2, 2)), "sort the rows by quantity"),
    "missing quantity": (rows(("s", "r", 0, 0), ("s", "r", np.nan, 1)), "a quantity is a finite number"),
    "endless quantity": (rows(("s", "r", 0, 0), ("s", "r", np.inf, 1)), "a quantity is a finite number"),
    "missing total": (rows(("s", "r", 0, 0), ("s", "r", 1, np.nan)), "no finite total"),
    "endless total": (rows(("s", "r", 0, 0), ("s", "r", 1, np.inf)), "no finite total"),
    "falls at once": (
        rows(("s", "p", 0, 0), ("s", "p", 1, 2), ("s", "p", 1, 1), ("s", "p", 2, 3)),
        "the total falls from 2 to 1 at once",
    ),
    "given twice": (pd.concat([STRAIGHT, STRAIGHT]), "sort the rows by quantity"),
    "empty": (STRAIGHT.iloc[:0], "is empty; leave it out"),
    "empty mapping": ({}, "is empty; leave it out"),
    "no pair": ({"s": [(0, 0), (1, 1)]}, "'s' must be (technique, name) or (technique, name, table)"),
    "function without end": ({("s", "r"): np.sqrt}, "say to which quantity the function holds"),
    "three columns": ({("s", "r"): [(0, 0, 0), (1, 1, 1)]}, "must be a curve, rows of (quantity, total)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_report_is_refused(case: str) -> None:
    given, words = WRONG[case]
    with pytest.raises(no.DataError, match=r"^e: table 'curves'.*" + re.escape(words)):
        bare(given)


@pytest.mark.parametrize("table", IN_PLACE_OF)
def test_only_emissions_may_be_below_nothing(table: str) -> None:
    """Also between and beyond the reports, where nobody wrote a number below nothing."""
    name = {"goods": "b", "resources": "r", "pollutants": "p"}[IN_PLACE_OF[table]]
    reported = rows(("s", name, 0, 0), ("s", name, 2, 3), ("s", name, 3, -1)).assign(of=table)
    beyond = rows(("s", name, 0, 0), ("s", name, 2, 3), ("s", name, 3, 1)).assign(of=table, beyond="line")
    between = rows(("s", name, 0, 0), ("s", name, 2, 0)).assign(of=table, formula=["", "q*(q - 2)"])
    for curves, words in (
        (reported, f"row 3: the total -1 at quantity 3 of '{name}' in 's' must not be negative"),
        (beyond, "must not be negative: only emissions may be"),
        (between, "must not be negative: only emissions may be"),
    ):
        if table == "emissions":
            assert bare(curves).curves is not None
            continue
        with pytest.raises(no.DataError, match=re.escape(words)):
            bare(curves)


@pytest.mark.parametrize("table", IN_PLACE_OF)
def test_a_number_beside_a_curve_is_refused(table: str) -> None:
    axis = IN_PLACE_OF[table]
    name = {"goods": "b", "resources": "r", "pollutants": "p"}[axis]
    numbers = np.zeros((2 if axis == "goods" else 1, 2))
    numbers[-1, 0] = 0.5
    curves = {("s", name, table): [(0, 0), (1, 1)]}
    words = f"technique 's' has both a curve and a number for '{name}' (table '{table}'); remove one of them"
    with pytest.raises(no.DataError, match=re.escape(words)):
        bare(curves, **{table: numbers})
    with pytest.raises(no.DataError, match=re.escape("period 'y2'); remove one of them")):
        bare(curves, periods=["y1", "y2"], **{table: {"y1": 0 * numbers, "y2": numbers}})
    assert bare(curves, **{table: numbers[:, ::-1]}).has(table), "of the other technique it may stand"


@pytest.mark.parametrize("place", ["both", "one"])
def test_a_name_on_two_axes_must_say_which(place: str) -> None:
    axes = {"resources": ["a"], "pollutants": ["a"]}
    curves = rows(("s", "a", 0, 0), ("s", "a", 1, 1))
    if place == "both":
        with pytest.raises(
            no.DataError, match="row 1: 'a' may stand in inputs or resource_use or emissions; say which"
        ):
            bare(curves, **axes)
        return
    economy = bare(pd.concat([curves.assign(of=table) for table in IN_PLACE_OF]), **axes)
    assert economy.curves is not None and [one.of for one in economy.curves.placed] == list(IN_PLACE_OF)


# ---- the place in a file --------------------------------------------------------------------------------------------

#: Column, what is written there in the third row of the file, and words of the refusal.
IN_FILE = [
    ("technique", "zork", "unknown technique 'zork'"),
    ("name", "zork", "unknown resource 'zork'"),
    ("quantity", "much", "'much' is not a number"),
    ("total", "", "the cell is empty"),
    ("total", "-1", "must not be negative"),
    ("beyond", "up", "unknown beyond 'up'"),
]


@pytest.mark.parametrize(("column", "cell", "words"), IN_FILE)
def test_what_is_wrong_in_a_file_is_said_with_its_line(column: str, cell: str, words: str, tmp_path: Path) -> None:
    economy = bare(rows(("s", "r", 0, 0), ("s", "r", 1, 2), ("s", "r", 4, 8)).assign(beyond="line"))
    folder = no.write(economy, tmp_path / "m")
    path = folder / "curves.csv"
    with path.open(newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    table[2][table[0].index(column)] = cell
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(table)
    with pytest.raises(no.DataError, match=words) as caught:
        no.read(folder)
    assert str(caught.value).startswith("curves.csv, line 3"), str(caught.value)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    folder = no.write(bare(STRAIGHT), tmp_path / "m")
    for text, words in (
        ("technique,value\ns,1\n", "unknown column 'value'"),
        ("technique,name,quantity,total,total\n", "given twice"),
        ("technique,name,quantity,total\n", "empty|no rows"),
    ):
        (folder / "curves.csv").write_text(text, encoding="utf-8")
        with pytest.raises(no.DataError, match=words) as caught:
            no.read(folder)
        assert "curves" in str(caught.value)


def test_a_unit_of_the_whole_table_is_refused(tmp_path: Path) -> None:
    folder = no.write(bare(STRAIGHT), tmp_path / "m")
    told = folder / "economy.toml"
    told.write_text(told.read_text(encoding="utf-8") + '\n[table_units]\ncurves = "kg"\n', encoding="utf-8")
    with pytest.raises(no.DataError, match="the rows of 'curves' are in the units of their names"):
        no.read(folder)
