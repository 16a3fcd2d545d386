"""Tables of flows to economies: the base year comes back, what does not balance is named, nothing is silent."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.base.errors import OptionError
from natura_opt.economy.national.balance import checked_balance
from natura_opt.economy.national.totals import refuse_totals

NAMES = ["farms", "mills", "docks"]
#: Three industries: what they use of each other, what goes to people and abroad, and what they spend.
TABLE = """\
code,what,farms,mills,docks,homes,abroad,sum,output
farms,Farming,20,60,0,100,20,80,200
mills,Milling,30,10,5,60,-5,45,100
docks,Docks,10,0,1,9,0,11,20
wages,Wages,90,20,10,0,0,120,120
profits,Profits,50,10,4,0,0,64,64
soot,Soot,4,6,1,0,0,11,11
output,Output,200,100,20,169,15,320,
"""
FLOWS = np.array([[20.0, 60.0, 0.0], [30.0, 10.0, 5.0], [10.0, 0.0, 1.0]])
OUTPUT = np.array([200.0, 100.0, 20.0])
DEMAND = np.array([120.0, 55.0, 9.0])
SPENT = np.array([[90.0, 20.0, 10.0], [50.0, 10.0, 4.0]])


def written(folder: Path, text: str = TABLE, name: str = "flows.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def read(file: Path, **changes: Any) -> no.Economy:
    given = {"final_demand": ["homes", "abroad"], "output": "output", "resources": {"labour": "wages"}} | changes
    return no.read_flows(file, **given)


def frames() -> dict[str, Any]:
    return {
        "flows": pd.DataFrame(FLOWS, NAMES, NAMES),
        "output": pd.Series(OUTPUT, NAMES),
        "final_demand": pd.Series(DEMAND, NAMES),
    }


# ---- Z, x and Y in Python ----------------------------------------------------------------------------------------


def test_multipliers_are_those_of_the_leontief_inverse() -> None:
    spent = pd.DataFrame(SPENT, ["wages", "profits"], NAMES)
    weights = pd.Series([1.0, 0.0], ["wages", "profits"])
    economy = no.from_flows(**frames(), resources=spent, resource_weights=weights, objective="least-resources")
    plan = no.solve(economy).assert_optimal()
    inverse = np.linalg.inv(np.eye(3) - FLOWS / OUTPUT)
    np.testing.assert_allclose(plan.activities["1"], OUTPUT, rtol=1e-12)
    np.testing.assert_allclose(plan.valuations.loc["good"]["1"], (SPENT[0] / OUTPUT) @ inverse, rtol=1e-12)
    assert plan.objective == pytest.approx(120.0, rel=1e-12)
    assert "outputs" not in economy.tables  # one industry makes one good, which is what a missing table stands for
    assert economy.notes == ()


def test_names_decide_and_their_order_does_not() -> None:
    given = frames()
    turned = no.from_flows(
        given["flows"].iloc[::-1], given["output"].iloc[[1, 2, 0]], given["final_demand"].iloc[[2, 0, 1]]
    )
    straight = no.from_flows(**given)
    assert turned.goods.tolist() == straight.goods.tolist() == NAMES
    for table in straight.tables:
        np.testing.assert_array_equal(turned.frame(table), straight.frame(table))


def test_without_outputs_they_are_what_goes_out_and_nothing_is_checked() -> None:
    economy = no.from_flows(**frames() | {"output": None})
    np.testing.assert_allclose(economy.matrix("inputs", 0).toarray(), FLOWS / OUTPUT, rtol=1e-15)
    off = no.from_flows(**frames() | {"output": None, "final_demand": pd.Series([1.0, 2.0, 3.0], NAMES)})
    assert off.vector("targets", 0).tolist() == [1.0, 2.0, 3.0]


def test_rows_that_do_not_balance_are_named_worst_first() -> None:
    given = frames()
    given["output"] = pd.Series([220.0, 101.0, 20.0], NAMES)
    message = (
        "flows: 1 of 3 rows do not balance: 'farms' makes 220, and 200 go out; name all columns of final demand and no "
        "total among them, correct the table, or allow it (tolerance=0.091 or more)"
    )
    with pytest.raises(no.DataError, match=re.escape(message)):
        no.from_flows(**given)
    with pytest.raises(no.DataError, match=r"2 of 3 rows do not balance: 'farms' makes 220.*; 'mills' makes 101"):
        no.from_flows(**given, tolerance=0.001)
    economy = no.from_flows(**given, tolerance=0.1)
    assert economy.notes == ("what is made and what goes out differ by at most 9.1e-02 of a row ('farms')",)
    assert no.from_flows(**given, tolerance=math.inf).notes == economy.notes


@pytest.mark.parametrize("tolerance", [-1e-9, math.nan, -math.inf])
def test_a_tolerance_is_a_part(tolerance: float) -> None:
    with pytest.raises(OptionError, match="tolerance must be 0 or more"):
        no.from_flows(**frames(), tolerance=tolerance)


def test_balance_of_rows_of_nothing_and_of_thousands() -> None:
    goods = pd.Index([f"g{k}" for k in range(1000)])
    zeros = np.zeros(1000)
    assert checked_balance(zeros, zeros, goods, "t", 0.0) == []
    assert checked_balance(zeros[:0], zeros[:0], goods[:0], "t", 0.0) == []
    with pytest.raises(no.DataError, match=r"1000 of 1000 rows .* and 995 more; .*tolerance=1 or more"):
        checked_balance(zeros + 1.0, zeros, goods, "t", 0.5)
    small = checked_balance(zeros + 1e-8, zeros + 1e-8 * (1 + 1e-6), goods, "t", 1e-5)
    assert small[0].startswith("what is made and what goes out differ by at most 1.0e-06 of a row")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an array": ({"flows": FLOWS}, "flows must be a DataFrame"),
    "not square": ({"flows": pd.DataFrame(FLOWS[:2], NAMES[:2], NAMES)}, "no entry for the goods 'docks'"),
    "other names": ({"flows": pd.DataFrame(FLOWS, ["farms", "mils", "docks"], NAMES)}, "unknown good 'mils'; did you"),
    "twice": ({"flows": pd.DataFrame(FLOWS, NAMES, ["farms", "farms", "docks"])}, "goods named twice: 'farms'"),
    "NaN": ({"flows": pd.DataFrame(FLOWS, NAMES, NAMES).replace(60.0, np.nan)}, "row 'farms', column 'mills' is nan"),
    "output below zero": ({"output": pd.Series([-200.0, 100.0, 20.0], NAMES)}, "output, row 'farms' is -200"),
    "a good less": ({"output": pd.Series(OUTPUT[:2], NAMES[:2])}, "output: no entry for the goods 'docks'"),
    "idle": (
        {"output": pd.Series([200.0, 100.0, 0.0], NAMES), "tolerance": math.inf},
        "column 'docks': has entries but made nothing",
    ),
    "negative": ({"flows": pd.DataFrame(FLOWS, NAMES, NAMES).replace(5.0, -5.0), "tolerance": 1}, "1 negative input"),
    "way": ({"negatives": "zero"}, "unknown way to treat negatives 'zero'"),
    "table": ({"outputs": FLOWS}, "the table 'outputs' is made from the totals given"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_of_flows_is_said(case: str) -> None:
    changes, message = REFUSED[case]
    with pytest.raises(no.NaturaError, match=re.escape(message)):
        no.from_flows(**frames() | changes)


def test_by_products_stand_on_the_other_side() -> None:
    given = frames()
    given["flows"].loc["docks", "mills"] = -4.0
    given["final_demand"]["docks"] += 4.0
    economy = no.from_flows(**given, negatives="other-side")
    made = economy.frame("outputs")
    assert made.loc["docks", "mills"] == 0.04 and made.loc["mills", "mills"] == 1.0
    assert economy.notes == ("1 negative input turned into outputs: -4 of 'docks' in 'mills'",)


@pytest.mark.parametrize("unit", [1e-8, 1.0, 1e8])
def test_the_unit_of_a_table_changes_no_coefficient(unit: float) -> None:
    given = {name: frame * unit for name, frame in frames().items()}
    spent = pd.DataFrame(SPENT[:1], ["wages"], NAMES)
    economy = no.from_flows(**given, resources=spent, resource_weights=pd.Series([1.0], ["wages"]),
                            objective="least-resources")  # fmt: skip
    np.testing.assert_allclose(economy.matrix("inputs", 0).toarray(), FLOWS / OUTPUT, rtol=1e-14)
    assert no.solve(economy).assert_optimal().objective == pytest.approx(120.0, rel=1e-9)


def test_one_good_alone() -> None:
    one = ["corn"]
    economy = no.from_flows(pd.DataFrame([[2.0]], one, one), pd.Series([10.0], one), pd.Series([8.0], one))
    assert economy.matrix("inputs", 0).toarray().tolist() == [[0.2]]


# ---- the same from a file ----------------------------------------------------------------------------------------


def test_a_file_says_what_the_frames_say(tmp_path: Path) -> None:
    economy = read(written(tmp_path), resources={"labour": "wages", "rest": ["profits", "soot"]}, emissions=["soot"])
    assert economy.goods.tolist() == NAMES
    np.testing.assert_allclose(economy.matrix("inputs", 0).toarray(), FLOWS / OUTPUT, rtol=1e-15)
    assert economy.vector("targets", 0).tolist() == DEMAND.tolist()
    np.testing.assert_allclose(
        economy.matrix("resource_use", 0).toarray(), [SPENT[0] / OUTPUT, (SPENT[1] + [4.0, 6.0, 1.0]) / OUTPUT]
    )
    assert economy.vector("resource_limits", 0).tolist() == [120.0, 75.0]
    np.testing.assert_allclose(economy.matrix("emissions", 0).toarray(), [[0.02, 0.06, 0.05]])
    assert economy.source == "flows.csv" and economy.name == "flows"
    assert economy.notes == ("1 column left out: 'sum'",)
    assert economy.questions["default"].objective == "assortment"  # two resources, and no word of what they weigh


def test_what_is_not_asked_for_is_left_out_and_listed(tmp_path: Path) -> None:
    economy = read(written(tmp_path))
    assert economy.notes[:2] == ("2 rows left out: 'profits', 'soot'", "1 column left out: 'sum'")
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(120.0) and economy.questions["default"].objective == "least-resources"
    assert no.solve(economy, "assortment").assert_optimal().objective == pytest.approx(1.0)


@pytest.mark.parametrize(("labels", "first"), [("codes", "farms"), ("names", "Farming"), ("both", "farms Farming")])
def test_names_beside_codes(tmp_path: Path, labels: str, first: str) -> None:
    economy = read(written(tmp_path), labels=labels)
    assert economy.goods[0] == economy.techniques[0] == first
    assert no.solve(economy).assert_optimal().activities["1"][first] == pytest.approx(200.0)


def test_names_from_a_mapping_or_a_file(tmp_path: Path) -> None:
    names = {"farms": "Höfe", "mills": "Mühlen", "docks": "<b>Kais</b>"}
    listing = written(tmp_path, "n,code,name\n1,docks,<b>Kais</b>\n2,mills,Mühlen\n3,farms,Höfe\n", "names.csv")
    for given in (names, listing, str(listing)):
        assert read(written(tmp_path), labels="names", names=given).goods.tolist() == list(names.values())
    with pytest.raises(no.DataError, match="names: no name for the goods 'docks'"):
        read(written(tmp_path), labels="both", names={"farms": "a", "mills": "b", "docks": "  "})
    with pytest.raises(no.DataError, match="goods named twice: 'x'"):
        read(written(tmp_path), labels="names", names={"farms": "x", "mills": "x", "docks": "y"})
    with pytest.raises(no.DataError, match=r"names.csv: no column holds the codes of all goods; 'docks' missing"):
        read(written(tmp_path), labels="both", names=written(tmp_path, "code,name\nfarms,F\nmills,M\n", "names.csv"))
    twice = written(tmp_path, "code,name\nfarms,F\nmills,M\ndocks,D\nmills,N\n", "names.csv")
    with pytest.raises(no.DataError, match=r"names.csv, cell A5: the code 'mills' is given twice"):
        read(written(tmp_path), labels="both", names=twice)
    with pytest.raises(OptionError, match="unknown kind of labels 'name'; did you mean 'names'"):
        read(written(tmp_path), labels="name")


ACCOUNTS = {
    "in columns": "land,code,hours,stock\nx,mills,20,1\nx,docks,10,2\nx,farms,90,3\n",
    "in rows": "account,docks,farms,mills\nhours,10,90,20\nstock,2,3,1\n",
}


@pytest.mark.parametrize("lying", ACCOUNTS)
def test_accounts_in_a_file_of_their_own(tmp_path: Path, lying: str) -> None:
    accounts = written(tmp_path, ACCOUNTS[lying], "accounts.csv")
    economy = read(
        written(tmp_path), accounts=accounts, resources={"work": "hours"}, capital="stock", capital_goods="abroad"
    )
    np.testing.assert_allclose(economy.matrix("resource_use", 0).toarray()[0], [0.45, 0.2, 0.5])
    held = economy.frame("initial_capital")
    assert held.loc["farms"].tolist() == [3.0, 1.0, 2.0]  # all that is sent abroad above zero is of farms
    assert held.loc["mills"].tolist() == [0.0] * 3
    assert economy.questions["default"].objective == "assortment"
    assert no.solve(economy, "least-resources").assert_optimal().objective == pytest.approx(120.0)


def test_accounts_that_cannot_be_found(tmp_path: Path) -> None:
    table, accounts = written(tmp_path), written(tmp_path, ACCOUNTS["in columns"], "accounts.csv")
    known = r"flows.csv, accounts.csv: unknown account 'huors'; did you mean 'hours'\?"
    with pytest.raises(no.DataError, match=known):
        read(table, accounts=accounts, resources=["huors"])
    missing = written(tmp_path, "code,hours\nmills,1\nfarms,2\n", "accounts.csv")
    with pytest.raises(no.DataError, match="no row and no column names every industry; without 'docks'"):
        read(table, accounts=missing, resources=["hours"])
    years = written(tmp_path, ACCOUNTS["in columns"] + "x,mills,21,1\n", "accounts.csv")
    with pytest.raises(no.DataError, match="the industry 'mills' stands twice"):
        read(table, accounts=years, resources=["hours"])
    both = written(tmp_path, "code,wages\nmills,1\nfarms,2\ndocks,3\n", "accounts.csv")
    with pytest.raises(no.DataError, match=r"'wages' is an account in flows.csv and in accounts.csv"):
        read(table, accounts=both)
    again = written(tmp_path, "code,hours,hours\nmills,1,1\nfarms,2,2\ndocks,3,3\n", "accounts.csv")
    with pytest.raises(no.DataError, match="'hours' stands 2 times"):
        read(table, accounts=again, resources=["hours"])


def test_capital_as_a_matrix(tmp_path: Path) -> None:
    stocks = written(tmp_path, ",mills,farms,docks\ndocks,1,2,3\nfarms,4,5,6\nmills,7,8,9\n", "cap.csv")
    economy = read(written(tmp_path), capital=stocks)
    assert economy.frame("initial_capital").to_numpy().tolist() == [[5, 4, 6], [8, 7, 9], [2, 1, 3]]
    with pytest.raises(OptionError, match="capital_goods goes with an account"):
        read(written(tmp_path), capital=stocks, capital_goods="homes")
    with pytest.raises(OptionError, match="holds one number per industry"):
        read(written(tmp_path), capital="profits")
    with pytest.raises(OptionError, match="give the stocks too"):
        read(written(tmp_path), capital_goods="homes")


def test_a_table_below_a_title_in_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "IOT"
    sheet.append(["Table 1. Flows of the three industries"])
    sheet.append([])
    for line in TABLE.splitlines():
        cells = line.split(",")
        sheet.append([None, *(float(cell) if re.fullmatch(r"-?\d+", cell) else cell for cell in cells)])
    sheet.append([None, "Source: nobody"])
    sheet.merge_cells("A1:J1")
    book.create_sheet("Notes").append(["nothing"])
    book.save(tmp_path / "flows.xlsx")
    with pytest.raises(no.DataError, match="has the sheets 'IOT', 'Notes'; say which one"):
        read(tmp_path / "flows.xlsx")
    with pytest.raises(no.DataError, match="no name heads both a column"):
        read(tmp_path / "flows.xlsx", sheet="IOT")
    economy = read(tmp_path / "flows.xlsx", sheet="IOT", headings=3, codes="column B", labels="names")
    assert economy.goods.tolist() == ["Farming", "Milling", "Docks"]
    assert economy.notes[0] == "3 rows left out: 'profits', 'soot', 'Source: nobody'"
    assert no.solve(economy).assert_optimal().objective == pytest.approx(120.0)


HOSTILE: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "text": ("20,60,0", "20,sixty,0", {}, "flows.csv, cell D2, row 'farms', column 'mills': 'sixty' is not a number"),
    "empty": (
        "20,60,0",
        "20,,0",
        {},
        "cell D2, row 'farms', column 'mills': the cell is empty; write 0 where there is",
    ),
    "dash": ("20,60,0", "20,-,0", {}, "'-' is not a number; where it stands for none, say so (zeros=['-'])"),
    "thousands": ("100,20,80", '"1,100",20,80', {}, "cell F2, row 'farms', column 'homes': '1,100' is a decimal comma"),
    "spaces": ("100,20,80", "1 100,20,80", {}, "'1 100' is not a number; are thousands separated? write 1100"),
    "comma": ("100,20,80", '"100,5",20,80', {}, "'100,5' is a decimal comma; write a point"),
    "NaN": ("20,60,0", "20,nan,0", {}, "cell D2, row 'farms', column 'mills': 'nan' is not a finite number"),
    "footnote": ("20,60,0", "20,60*,0", {}, "'60*' is not a number"),
    "twice in rows": ("docks,Docks", "mills,Docks", {}, "cell A4: 'mills' already stands in A3"),
    "twice in columns": ("docks,homes", "mills,homes", {}, "cell E1: 'mills' already stands in D1"),
    "semicolons": (TABLE, TABLE.replace(",", ";"), {}, "columns are separated by ';'; use commas"),
    "no goods": ("farms,mills,docks,homes", "a,b,c,homes", {}, "no name heads both a column (in row 1) and a row"),
    "nothing": (TABLE, "", {}, "flows.csv: the file is empty"),
    "unknown demand": ("", "", {"final_demand": "home"}, "unknown column 'home'; did you mean 'homes'"),
    "no demand": ("", "", {"final_demand": []}, "besides the goods: 'homes', 'abroad', 'sum', 'output'"),
    "unknown output": ("", "", {"output": "outputs"}, "output: unknown row or column 'outputs'; did you mean 'output'"),
    "a total": ("", "", {"final_demand": ["homes", "abroad", "sum"]}, "3 of 3 rows do not balance"),
    "an account that is none": ("", "", {"resources": {"labour": 3}}, "an account is found by its name, not 3"),
    "no accounts": ("", "", {"resources": {}}, "resources is empty; name accounts, or leave it out"),
    "a weight of nothing": ("", "", {"weights": {"labor": 1}}, "weights: unknown resource 'labor'; did you mean"),
    "weights alone": ("", "", {"weights": {"l": 1}, "resources": None}, "weights are of resources, and there are none"),
    "a sheet of a CSV": ("", "", {"sheet": "one"}, "only workbooks (.xlsx) have sheets"),
    "zeros that are numbers": ("", "", {"zeros": ["0"]}, "zeros are texts that stand for no amount"),
    "a range that is none": ("", "", {"headings": "first"}, "headings='first' is no range of rows"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_by_place(tmp_path: Path, case: str) -> None:
    old, new, changes, message = HOSTILE[case]
    assert old in TABLE
    with pytest.raises(no.NaturaError, match=re.escape(message)):
        read(written(tmp_path, TABLE.replace(old, new, 1) if old else TABLE), **changes)


def test_texts_that_stand_for_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, TABLE.replace("60,0,100", "60,..,100").replace("10,0,1,9", "10,,1,9"))
    economy = read(file, zeros=["..", ""])
    np.testing.assert_allclose(economy.matrix("inputs", 0).toarray(), FLOWS / OUTPUT, rtol=1e-15)


def test_a_total_among_the_goods_is_said(tmp_path: Path) -> None:
    table = pd.DataFrame(FLOWS, NAMES, NAMES)
    table.loc["all"] = table.sum()
    table["all"] = table.sum(axis=1)
    table["homes"] = [120.0, 55.0, 9.0, 184.0]
    table.to_csv(tmp_path / "t.csv")
    message = "t.csv, row 'all' is the sum of the other 3 rows: a total among them?"
    with pytest.raises(no.DataError, match=re.escape(message)):
        no.read_flows(tmp_path / "t.csv", "homes")
    assert no.read_flows(tmp_path / "t.csv", "homes", leave_out=["all"]).goods.tolist() == NAMES


def test_output_in_a_row_and_a_column_must_agree(tmp_path: Path) -> None:
    assert read(written(tmp_path)).matrix("inputs", 0)[0, 0] == 0.1
    with pytest.raises(no.DataError, match="'output' is a row and a column, which differ for 'docks': 20 and 21"):
        read(written(tmp_path, TABLE.replace("0,11,20", "0,11,21")))


# ---- totals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_totals_are_found_and_nothing_else_is_taken_for_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(0, 99, (6, 5)).astype(float), list("abcdef"), list("vwxyz"))
    refuse_totals(table, "t")
    at = int(rng.integers(0, 7))
    total = pd.concat([table.iloc[:at], table.sum().to_frame("sum").T, table.iloc[at:]])
    with pytest.raises(no.DataError, match="t, row 'sum' is the sum of the other 6 rows"):
        refuse_totals(total, "t")
    with pytest.raises(no.DataError, match="t, column 'sum' is the sum of the other 6 columns"):
        refuse_totals(total.T, "t")
    rounded = total.copy()
    rounded.loc["sum"] += rng.integers(-1, 2, 5)  # the parts were rounded, each for itself
    with pytest.raises(no.DataError, match="'sum' is the sum"):
        refuse_totals(rounded, "t")


def test_too_few_lines_are_no_totals() -> None:
    refuse_totals(pd.DataFrame([[1.0, 2.0], [1.0, 2.0]]), "t")  # each of two equal rows is the sum of all others
    refuse_totals(pd.DataFrame([[1.0], [1.0], [2.0]]), "t")
    refuse_totals(pd.DataFrame(np.zeros((5, 5))), "t")
    refuse_totals(pd.DataFrame(np.eye(4)), "t")
