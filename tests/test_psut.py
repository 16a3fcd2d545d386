"""Tidy physical supply and use tables: two layouts of the same flows, joint products, units, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import natura_opt as no

#: A small energy system: gas and crude from nature, a refinery with two products that uses some of its own diesel.
R = {("wells", "gas"): 30.0, ("fields", "crude"): 50.0}
V = {("refinery", "petrol"): 20.0, ("refinery", "diesel"): 25.0, ("plant", "power"): 10.0}
U = {("crude", "refinery"): 50.0, ("diesel", "refinery"): 5.0, ("gas", "plant"): 25.0, ("power", "refinery"): 1.0}
Y = {("petrol", "cars"): 20.0, ("diesel", "lorries"): 20.0, ("power", "homes"): 9.0, ("gas", "homes"): 5.0}
OWN_USE = (("diesel", "refinery"), ("power", "refinery"))


def matrices(feed: bool = False) -> pd.DataFrame:
    """The flows by matrix, as matsindf keeps them; with ``feed``, own use stands in a matrix of its own."""
    rows = []
    for name, table in (("R", R), ("V", V), ("U", U), ("Y", Y)):
        for (row, column), value in table.items():
            part = ("U_EIOU" if (row, column) in OWN_USE else "U_feed") if feed and name == "U" else name
            rows.append(("GBR", 2000, part, row, column, "Industry", value))
    return pd.DataFrame(rows, columns=["Country", "Year", "matnames", "rownames", "colnames", "rowtypes", "matvals"])


def balance() -> pd.DataFrame:
    """The same flows as an energy balance, uses below zero."""
    rows = [
        ("Supply", "Total primary energy supply", f"Resources [{i}]", good, value) for (i, good), value in R.items()
    ]
    rows += [("Supply", "Transformation processes", i, good, value) for (i, good), value in V.items()]
    rows += [
        ("Supply", "Energy industry own use" if (good, i) in OWN_USE else "Transformation processes", i, good, -value)
        for (good, i), value in U.items()
    ]
    rows += [("Consumption", "Residential", who, good, value) for (good, who), value in Y.items()]
    made = pd.DataFrame(rows, columns=["Ledger.side", "Flow.aggregation.point", "Flow", "Product", "E.dot"])
    return made.assign(Country="GBR", Year=2000, Unit="ktoe")


def written(folder: Path, table: pd.DataFrame, name: str = "psut.csv") -> Path:
    table.to_csv(folder / name, index=False)
    return folder / name


def table_of(entries: dict[tuple[str, str], float], goods: list[str], industries: list[str]) -> pd.DataFrame:
    made = pd.DataFrame(0.0, goods, industries)
    for (good, industry), value in entries.items():
        made.loc[good, industry] = value
    return made


# ---- the flows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("feed", [False, True])
def test_matrices_are_those_of_the_file(tmp_path: Path, feed: bool) -> None:
    economy = no.read_psut(written(tmp_path, matrices(feed)), unit="ktoe")
    assert economy.techniques.tolist() == ["refinery", "plant", "wells", "fields"]
    assert economy.resources.tolist() == ["wells", "fields"]
    goods, industries = economy.goods.tolist(), economy.techniques.tolist()
    made = {(good, industry): value for (industry, good), value in (V | R).items()}
    levels = table_of(made, goods, industries).sum()
    np.testing.assert_allclose(economy.frame("outputs") * levels, table_of(made, goods, industries), rtol=1e-15)
    np.testing.assert_allclose(economy.frame("inputs") * levels, table_of(U, goods, industries), rtol=1e-15)
    wanted = table_of(Y, goods, ["cars", "lorries", "homes"]).sum(axis=1)
    assert economy.frame("targets").to_dict() == wanted.to_dict()
    assert economy.frame("resource_limits").to_dict() == {"wells": 30.0, "fields": 50.0}
    assert economy.units["goods"] == ("ktoe",) * 5 and economy.units["resources"] == ("ktoe", "ktoe")
    assert economy.notes == () and economy.name == "psut"


def test_the_plan_for_its_own_demand_is_the_year_itself(tmp_path: Path) -> None:
    economy = no.read_psut(written(tmp_path, matrices()))
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(80.0)
    assert plan.activities["1"].to_dict() == pytest.approx({"refinery": 45, "plant": 10, "wells": 30, "fields": 50})
    assert no.solve(economy, "assortment").assert_optimal().objective == pytest.approx(1.0)
    both = economy.frame("outputs")["refinery"]
    assert both["petrol"] == pytest.approx(20 / 45) and both["diesel"] == pytest.approx(25 / 45)


def test_an_energy_balance_says_the_same(tmp_path: Path) -> None:
    one = no.read_psut(written(tmp_path, matrices()), unit="ktoe")
    other = no.read_psut(written(tmp_path, balance(), "balance.csv"))
    names = {"Resources [wells]": "wells", "Resources [fields]": "fields"}
    for table in one.tables:
        frame = pd.DataFrame(other.frame(table)).rename(index=names, columns=names)
        mine = pd.DataFrame(one.frame(table))
        np.testing.assert_allclose(frame.loc[mine.index, mine.columns], mine, rtol=1e-15, err_msg=table)
    assert other.units["goods"] == ("ktoe",) * 5


def test_several_rows_of_one_flow_are_added_in_a_balance_and_refused_in_a_matrix(tmp_path: Path) -> None:
    twice = pd.concat([balance(), balance()])
    economy = no.read_psut(written(tmp_path, twice))
    assert economy.vector("resource_limits", 0).tolist() == [60.0, 100.0]
    with pytest.raises(no.DataError, match=r"psut.csv, row 15: 'gas' and 'wells' stand in R twice"):
        no.read_psut(written(tmp_path, pd.concat([matrices(), matrices()])))


def test_a_workbook_and_other_headings(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Country", "Year", "matrix", "row", "column", "value"])
    for row in matrices().drop(columns="rowtypes").itertuples(index=False):
        sheet.append([value.item() if hasattr(value, "item") else value for value in row])
    book.save(tmp_path / "psut.xlsx")
    one, other = no.read_psut(tmp_path / "psut.xlsx"), no.read_psut(written(tmp_path, matrices()))
    for table in one.tables:
        np.testing.assert_array_equal(one.frame(table), other.frame(table))


# ---- units -------------------------------------------------------------------------------------------------------


def of_units(**units: str) -> pd.DataFrame:
    """S_units of the flows: products by units, ones."""
    every = dict.fromkeys(("gas", "crude", "petrol", "diesel", "power"), "ktoe") | units
    rows = [("GBR", 2000, "S_units", good, unit, "Product", 1.0) for good, unit in every.items()]
    rows.append(("GBR", 2000, "S_units", "gas", "GWh", "Product", 0.0))
    return pd.concat([matrices(), pd.DataFrame(rows, columns=matrices().columns)])


def test_units_stand_in_a_matrix(tmp_path: Path) -> None:
    economy = no.read_psut(written(tmp_path, of_units(power="GWh", gas="m3")), weights={"fields": 1.0})
    assert economy.unit("goods", "power") == "GWh" == economy.unit("techniques", "plant")
    assert economy.unit("resources", "wells") == "m3" and economy.unit("goods", "petrol") == "ktoe"
    assert no.solve(economy).assert_optimal().objective == pytest.approx(50.0)
    alike = no.read_psut(written(tmp_path, of_units(power="GWh", gas="m3")))
    assert alike.questions["default"].objective == "assortment"  # gas and crude cannot be added


def test_units_that_are_none_for_a_program_are_written_otherwise(tmp_path: Path) -> None:
    economy = no.read_psut(written(tmp_path, of_units(power="lumen-hrs/yr")))
    assert economy.unit("goods", "power") == "lumen_hrs_yr"
    assert economy.notes == ("units that are none for a program: 'lumen-hrs/yr' is written 'lumen_hrs_yr'",)


def test_joint_products_of_two_units_have_no_sum(tmp_path: Path) -> None:
    with pytest.raises(no.DataError, match="'refinery' makes products measured in 'ktoe', 't', which cannot be added"):
        no.read_psut(written(tmp_path, of_units(petrol="t")))
    with pytest.raises(no.DataError, match="'gas' is measured in 'ktoe' and in 't'"):
        table = balance()
        table.loc[table.index[-1], "Unit"] = "t"
        no.read_psut(written(tmp_path, table))


# ---- which rows are meant ----------------------------------------------------------------------------------------


def test_a_column_of_several_things_is_chosen_from(tmp_path: Path) -> None:
    table = pd.concat([matrices().assign(Year=1999, matvals=matrices()["matvals"] * 2), matrices()])
    file = written(tmp_path, table)
    with pytest.raises(no.DataError, match=r"column 'Year' holds '1999', '2000'; say which is meant \(only=\{'Year'"):
        no.read_psut(file)
    for year in (2000, "2000", 2000.0, [2000]):
        economy = no.read_psut(file, {"Year": year})
        assert economy.vector("resource_limits", 0).tolist() == [30.0, 50.0]
        assert economy.notes == ("13 of 26 rows left out",)
    with pytest.raises(no.DataError, match="only: column 'Year': unknown entry '2001'; did you mean"):
        no.read_psut(file, {"Year": 2001})
    with pytest.raises(no.DataError, match="only: unknown column 'Yaer'; did you mean 'Year'"):
        no.read_psut(file, {"Yaer": 2000})
    with pytest.raises(no.DataError, match="'gas' and 'wells' stand in R twice"):
        no.read_psut(file, {"Year": [1999, 2000]})


# ---- what is refused ---------------------------------------------------------------------------------------------


def one_changed(row: int, column: str, value: Any) -> pd.DataFrame:
    table = matrices().astype(object)
    table.loc[row, column] = value
    return table


WRONG: dict[str, tuple[pd.DataFrame, str]] = {
    "an unknown matrix": (one_changed(2, "matnames", "W"), "row 4: unknown matrix 'W'"),
    "a matrix in small letters": (one_changed(2, "matnames", "v"), "row 4: unknown matrix 'v'; Known: R, S_units"),
    "no number": (
        one_changed(2, "matvals", "many"),
        "cell G4, row 'petrol', column 'refinery': 'many' is not a number",
    ),
    "NaN": (one_changed(2, "matvals", float("nan")), "cell G4, row 'petrol', column 'refinery': the cell is empty"),
    "thousands": (one_changed(2, "matvals", "1,020"), "'1,020' is a decimal comma"),
    "no name": (one_changed(2, "rownames", ""), "row 4: '' is no name; each row names a product and an industry"),
    "an industry that makes nothing": (
        one_changed(5, "colnames", "refinry"),
        "the industries 'refinry' use products but make none",
    ),
    "out of balance": (
        one_changed(2, "matvals", 30.0),
        "psut.csv: 1 of 5 rows do not balance: 'petrol' makes 30, and 20 go",
    ),
    "negative": (one_changed(5, "matvals", -50.0), "1 of 5 rows do not balance"),
    "nothing made": (matrices()[5:9], "nothing is made; there must be flows in V"),
    "no flows": (matrices()[:0], "there are no flows, only headings"),
    "no values": (matrices().drop(columns="matvals"), "no column of the 'value'; give matnames, rownames, colnames"),
    "no matrices": (matrices().drop(columns="matnames"), "no column of the 'ledger', 'flow', 'product'"),
    "no side": (balance().replace("Consumption", "Demand"), "unknown side of the ledger 'Demand'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(tmp_path: Path, case: str) -> None:
    table, message = WRONG[case]
    with pytest.raises(no.DataError, match=re.escape(message)):
        no.read_psut(written(tmp_path, table))


def test_headings_twice_and_an_empty_file(tmp_path: Path) -> None:
    file = written(tmp_path, matrices())
    file.write_text(file.read_text().replace("rowtypes", "Year", 1))
    with pytest.raises(no.DataError, match="cell F1: 'Year' already stands in B1"):
        no.read_psut(file)
    file.write_text("")
    with pytest.raises(no.DataError, match=r"psut\.csv: the file is empty"):
        no.read_psut(file)


def test_below_zero_in_a_matrix_is_moved_where_it_is_told(tmp_path: Path) -> None:
    """Waste heat that the plant takes back stands below zero among its outputs."""
    more = pd.DataFrame(
        [("GBR", 2000, "V", "plant", "petrol", "Industry", -1.0), ("GBR", 2000, "Y", "petrol", "stocks", "", -1.0)],
        columns=matrices().columns,
    )
    file = written(tmp_path, pd.concat([matrices(), more]))
    with pytest.raises(no.DataError, match="supply, row 'petrol', column 'plant' is -1; it must not be negative"):
        no.read_psut(file)
    economy = no.read_psut(file, negatives="other-side")
    assert economy.frame("inputs").loc["petrol", "plant"] == 0.1
    assert economy.frame("targets")["petrol"] == 19.0
    assert economy.notes == ("1 negative output turned into inputs: -1 of 'petrol' in 'plant'",)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_the_rows_does_not_matter(tmp_path: Path, seed: int) -> None:
    table = matrices()
    shuffled = table.iloc[np.random.default_rng(seed).permutation(len(table))]
    one, other = no.read_psut(written(tmp_path, table)), no.read_psut(written(tmp_path, shuffled, "other.csv"))
    for name in one.tables:
        mine = pd.DataFrame(one.frame(name))
        np.testing.assert_allclose(pd.DataFrame(other.frame(name)).loc[mine.index, mine.columns], mine, rtol=1e-15)


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    table = matrices().replace("petrol", "<script>'\"&").replace("plant", "Kraftwerk №1 – “Süd”")
    economy = no.read_psut(written(tmp_path, table))
    assert "<script>'\"&" in economy.goods and "Kraftwerk №1 – “Süd”" in economy.techniques
    assert no.solve(economy).assert_optimal().objective == pytest.approx(80.0)
