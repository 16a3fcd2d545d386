"""Supply and use tables to economies: joint products kept, the base year reproduced, negatives moved only when told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no

PRODUCTS = ["petrol", "diesel", "power"]
INDUSTRIES = ["refinery", "plant"]


def tables(**changes: Any) -> dict[str, Any]:
    """A refinery that makes petrol and diesel, and a power plant that sells a little diesel back."""
    given = {
        "supply": pd.DataFrame([[50.0, 0.0], [40.0, 2.0], [0.0, 30.0]], PRODUCTS, INDUSTRIES),
        "use": pd.DataFrame([[1.0, 0.0], [4.0, 18.0], [5.0, 3.0]], PRODUCTS, INDUSTRIES),
        "final_demand": pd.Series([49.0, 20.0, 22.0], PRODUCTS),
        "resources": pd.DataFrame([[45.0, 16.0]], ["labour"], INDUSTRIES),
        "resource_weights": pd.Series([1.0], ["labour"]),
        "objective": "least-resources",
    }
    return {**given, **changes}


def test_per_unit_of_total_output() -> None:
    economy = no.from_supply_use(**tables())
    assert economy.frame("outputs")["refinery"].to_dict() == {"petrol": 50 / 90, "diesel": 40 / 90, "power": 0.0}
    assert economy.frame("inputs")["plant"].to_dict() == {"petrol": 0.0, "diesel": 18 / 32, "power": 3 / 32}
    assert economy.frame("resource_use").loc["labour"].to_dict() == {"refinery": 0.5, "plant": 0.5}
    assert economy.notes == ()


def test_the_base_year_is_the_plan_for_its_own_demand() -> None:
    plan = no.solve(no.from_supply_use(**tables())).assert_optimal()
    assert plan.activities["1"].to_dict() == pytest.approx({"refinery": 90.0, "plant": 32.0})
    assert plan.objective == pytest.approx(61.0)


def test_names_decide_not_positions() -> None:
    given = tables()
    shuffled = tables(
        use=given["use"].loc[PRODUCTS[::-1], INDUSTRIES[::-1]],
        final_demand=given["final_demand"][PRODUCTS[::-1]],
        resources=given["resources"][INDUSTRIES[::-1]],
    )
    a, b = no.from_supply_use(**given), no.from_supply_use(**shuffled)
    for name in a.tables:
        pd.testing.assert_frame_equal(pd.DataFrame(a.frame(name)), pd.DataFrame(b.frame(name)))


def test_final_demand_by_category_is_added() -> None:
    by_category = pd.DataFrame({"homes": [40.0, 15.0, 22.0], "abroad": [9.0, 5.0, 0.0]}, PRODUCTS)
    assert no.from_supply_use(**tables(final_demand=by_category)).vector("targets", 0).tolist() == [49.0, 20.0, 22.0]


def test_imports_are_goods_on_hand() -> None:
    economy = no.from_supply_use(**tables(imports=pd.Series([0.0, 5.0, 0.0], PRODUCTS)))
    assert economy.vector("initial_stocks", 0).tolist() == [0.0, 5.0, 0.0]


def test_emissions_capital_and_limits_of_the_base_year() -> None:
    economy = no.from_supply_use(
        **tables(
            emissions=pd.DataFrame([[9.0, 64.0]], ["CO2"], INDUSTRIES),
            capital=pd.DataFrame([[0.0, 0.0], [0.0, 0.0], [180.0, 32.0]], PRODUCTS, INDUSTRIES),
            resource_limits="base",
            emission_caps=[80.0],
        )
    )
    assert economy.frame("emissions").loc["CO2"].to_dict() == {"refinery": 0.1, "plant": 2.0}
    assert economy.frame("capital").loc["power"].to_dict() == {"refinery": 2.0, "plant": 1.0}
    assert economy.frame("initial_capital").loc["power"].to_dict() == {"refinery": 180.0, "plant": 32.0}
    assert economy.vector("resource_limits", 0).tolist() == [61.0]
    assert economy.vector("emission_caps", 0).tolist() == [80.0]


def test_negative_inputs_are_an_error_that_names_them() -> None:
    use = tables()["use"]
    use.loc["petrol", "plant"] = -2.5
    message = "supply_use: use: 1 negative input: -2.5 of 'petrol' in 'plant'; an input below zero is an output"
    with pytest.raises(no.DataError, match=re.escape(message)):
        no.from_supply_use(**tables(use=use))


def test_negative_inputs_become_outputs_and_are_listed(tmp_path: Path) -> None:
    use = tables()["use"]
    use.loc["petrol", "plant"] = -3.2
    economy = no.from_supply_use(**tables(use=use, negatives="as-output"))
    assert economy.frame("outputs").loc["petrol", "plant"] == pytest.approx(0.1)
    assert economy.frame("inputs").loc["petrol", "plant"] == 0.0
    net = economy.frame("outputs") - economy.frame("inputs")
    base = pd.Series([90.0, 32.0], INDUSTRIES)
    assert (net @ base).to_dict() == pytest.approx((tables()["supply"] - use).sum(axis=1).to_dict())
    note = "1 negative input turned into outputs: -3.2 of 'petrol' in 'plant'"
    assert economy.notes == (note,)
    assert ("notes", True, note) in [(f.check, f.passed, f.message) for f in no.check(economy)]
    assert economy.with_changes(targets=[1.0, 1.0, 1.0]).notes == (note,)
    assert no.read(no.write(economy, tmp_path / "a")).notes == (note,)
    assert no.read(no.write(economy, tmp_path / "a.xlsx")).notes == (note,)


def test_negative_final_demand() -> None:
    demand = pd.Series([49.0, -20.0, 22.0], PRODUCTS)
    with pytest.raises(no.DataError, match="1 negative final demand: -20 of 'diesel'; leave out the categories"):
        no.from_supply_use(**tables(final_demand=demand))
    economy = no.from_supply_use(**tables(final_demand=demand, negatives="as-output"))
    assert economy.vector("targets", 0).tolist() == [49.0, 0.0, 22.0]
    assert economy.vector("initial_stocks", 0).tolist() == [0.0, 20.0, 0.0]
    assert economy.notes == ("1 negative final demand counted as goods on hand: -20 of 'diesel'",)


def test_products_nobody_makes_and_idle_industries_are_kept_and_listed() -> None:
    given = tables()
    supply, use = given["supply"].copy(), given["use"].copy()
    supply.loc["tar"], use.loc["tar"] = 0.0, 0.0
    supply["mine"], use["mine"] = 0.0, 0.0
    labour = given["resources"].assign(mine=0.0)
    demand = pd.concat([given["final_demand"], pd.Series([0.0], ["tar"])])
    economy = no.from_supply_use(**tables(supply=supply, use=use, resources=labour, final_demand=demand))
    assert "tar" in economy.goods and "mine" in economy.techniques
    assert economy.notes == ("1 product nobody makes: 'tar'", "1 industry without output: 'mine'")
    no.solve(economy).assert_optimal()


def test_products_measured_differently_need_levels() -> None:
    units = {"goods": ["litre", "litre", "kWh"]}
    with pytest.raises(no.DataError, match="the products are measured in 'kWh', 'litre', so their sum is no activity"):
        no.from_supply_use(**tables(units=units))
    levels = pd.Series({"plant": 3.0, "refinery": 2.0})
    economy = no.from_supply_use(**tables(units=units, levels=levels))
    assert economy.frame("outputs").loc["petrol", "refinery"] == 25.0
    assert no.solve(economy).activities["1"].to_dict() == pytest.approx({"refinery": 2.0, "plant": 3.0})


def test_alike_products_give_the_unit_of_activity() -> None:
    economy = no.from_supply_use(**tables(units={"goods": ["litre"] * 3}))
    assert economy.unit("techniques", "plant") == "litre"


SUPPLY, USE = tables()["supply"], tables()["use"]
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a make table": ({"supply": SUPPLY.T}, "supply_use: use: unknown technique 'refinery'"),
    "a missing industry": ({"use": USE[["plant"]]}, "supply_use: use: no entry for the techniques 'refinery'"),
    "an array": (
        {"use": USE.to_numpy()},
        "supply_use: use: must be a DataFrame with names of rows and columns, not ndarray",
    ),
    "not a number": (
        {"use": USE.replace(18.0, np.nan)},
        "supply_use: use, row 'diesel', column 'plant' is nan; give a finite number",
    ),
    "negative supply": (
        {"supply": SUPPLY.replace(2.0, -2.0)},
        "supply_use: supply, row 'diesel', column 'plant' is -2; it must not be negative",
    ),
    "use without output": (
        {"supply": SUPPLY.assign(plant=0.0)},
        "supply_use: use, column 'plant': has entries but made nothing",
    ),
    "unknown product wanted": (
        {"final_demand": pd.Series([1.0, 1.0, 1.0], ["petrol", "diesel", "powr"])},
        "supply_use: final_demand: unknown good 'powr'; did you mean 'power'",
    ),
    "limits": ({"resource_limits": "bse"}, "resource_limits is a Series or 'base', not 'bse'"),
    "twice": ({"inputs": USE}, "the table 'inputs' is made from the totals given"),
    "negatives": ({"negatives": "drop"}, "unknown way to treat negatives 'drop'"),
    "levels": ({"levels": pd.Series({"refinery": -1.0, "plant": 1.0})}, "levels, row 'refinery' is -1"),
    "text": ({"use": USE.astype(object).replace(18.0, "18,0")}, "supply_use: use: not numbers"),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_what_is_wrong_is_said(case: str) -> None:
    changes, message = WRONG[case]
    with pytest.raises(no.NaturaError) as error:
        no.from_supply_use(**tables(**changes))
    assert message in str(error.value)


# ---- the layout of the BEA --------------------------------------------------

MAKE = """rownames,111,222,333,T007
AAA,10,0,0,10
BBB,2,20,0,22
T008,12,20,0,32
"""
TABLE = """rownames,AAA,BBB,T001,F01000,F05000,T004,T007
111,1,8,9,4,-1,3,12
222,3,4,7,13,0,13,20
333,2,-1,1,1,-2,-1,0
T005,6,11,17,18,-3,15,32
V00100,3,7,10,0,0,0,10
V00200,0,1,1,0,0,0,1
V00300,1,3,4,0,0,0,4
T006,4,11,15,0,0,0,15
T008,10,22,32,0,0,0,32
"""


@pytest.fixture
def bea(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "make.csv").write_text(MAKE)
    (tmp_path / "use.csv").write_text(TABLE)
    return tmp_path / "make.csv", tmp_path / "use.csv"


def test_bea_layout(bea: tuple[Path, Path]) -> None:
    with pytest.raises(no.DataError, match="use: 1 negative input: -1 of '333' in 'BBB'"):
        no.read_bea(*bea)
    economy = no.read_bea(*bea, negatives="as-output")
    assert list(economy.goods) == ["111", "222", "333"] and list(economy.techniques) == ["AAA", "BBB"]
    assert economy.vector("targets", 0).tolist() == [4.0, 13.0, 1.0]
    assert economy.vector("initial_stocks", 0).tolist() == [1.0, 0.0, 2.0]
    assert economy.vector("resource_limits", 0).tolist() == [10.0]
    assert economy.frame("resource_use").loc["labour"].to_dict() == pytest.approx({"AAA": 0.3, "BBB": 7 / 22})
    assert economy.unit("techniques", "AAA") == "USD_million"
    assert economy.notes[-1] == "1 product nobody makes: '333'"
    plan = no.solve(economy).assert_optimal()
    assert plan.activities["1"].to_dict() == pytest.approx({"AAA": 10.0, "BBB": 22.0})
    assert "initial_stocks" not in no.read_bea(*bea, negatives="as-output", imports=False).tables


def test_bea_tables_that_do_not_fit_together(bea: tuple[Path, Path]) -> None:
    make, use = bea
    make.write_text(MAKE.replace("BBB", "BBC"))
    with pytest.raises(no.DataError, match=r"use\.csv: the industries are not those of the make table: without 'BBC'"):
        no.read_bea(make, use)
    make.write_text(MAKE)
    use.write_text(TABLE.replace("V00100", "V00101"))
    with pytest.raises(no.DataError, match=r"use\.csv: there is no row 'V00100'"):
        no.read_bea(make, use)
    use.write_text(TABLE.replace("222,3,4", "222,3,x"))
    with pytest.raises(no.DataError, match=r"use\.csv, line 3, row '222', column 'BBB': 'x' is not a number"):
        no.read_bea(make, use)
