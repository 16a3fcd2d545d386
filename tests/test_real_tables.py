"""Published tables from file to proved plan; skipped where they are not at hand (they are not part of the project)."""

from __future__ import annotations

import doctest
import re
import shlex
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import natura_opt as no

from .test_cli import call

DATA = Path(__file__).parents[2] / "shared" / "data"


def needs(folder: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not (DATA / folder).is_dir(), reason=f"the tables {folder} are not here")


# ---- USA 2017: 402 industries, joint products, negative entries, empty commodities --------------

BEA = DATA / "usa_bea_detail_2017"
MAKE, USE = BEA / "Detail_Make_2017_AfterRedef_17sch.csv", BEA / "Detail_Use_2017_PRO_AfterRedef_17sch.csv"


@cache
def usa_2017() -> no.Economy:
    """The BEA tables with labour, customs duties and capital services as resources.

    The tables hold no capital stocks. Gross operating surplus stands in for the services of capital; the industries
    where it is negative count none. Customs duties (4200ID) make output and use nothing at all, so their output is a
    resource of its own, of which there is a tenth more than in the base year: otherwise a plan would make any amount.
    """
    used = pd.read_csv(USE, index_col=0)
    industries = [code for code in pd.read_csv(MAKE, index_col=0).index if not code.startswith("T0")]
    surplus = used.loc["V00300", industries].astype(float).clip(lower=0.0)
    duties = pd.Series(0.0, industries)
    duties["4200ID"] = float(used.loc["T008", "4200ID"])
    resources = pd.DataFrame({"capital services": surplus, "customs duties": duties}).T
    labour = float(used.loc["V00100", industries].sum())
    return no.read_bea(
        MAKE,
        USE,
        negatives="as-output",
        name="usa_2017",
        resources=resources,
        resource_limits=pd.Series(
            {"labour": labour, "capital services": surplus.sum(), "customs duties": 1.1 * duties.sum()}
        ),
        resource_weights=pd.Series({"labour": 1.0, "capital services": 0.0, "customs duties": 0.0}),
        questions={
            "default": no.Question("least-resources", leave_out=("resource_limits",)),
            "duties": no.Question("least-resources"),
            "assortment": no.Question("assortment", leave_out=("resource_weights",)),
        },
    )


@needs("usa_bea_detail_2017")
def test_usa_2017_is_read_whole_and_what_is_odd_is_listed() -> None:
    with pytest.raises(no.DataError, match="8 negative inputs: -250 of '1111A0' in 'S00600', -34 of '1111B0' in"):
        no.read_bea(MAKE, USE)
    economy = usa_2017()
    assert (len(economy.goods), len(economy.techniques)) == (402, 402)
    assert economy.matrix("outputs", 0).nnz > 3_000  # joint products are kept
    notes = [f.message for f in no.check(economy) if f.check == "notes"]
    assert [note.split(":")[0] for note in notes] == [
        "8 negative inputs turned into outputs",
        "2 negative final demands counted as goods on hand",
        "2 products nobody makes",
    ]
    assert notes[-1].endswith("'S00402', 'S00300'")
    free = [f.message for f in no.check(no.read_bea(MAKE, USE, negatives="as-output")) if not f.passed]
    assert len(free) == 1 and free[0].startswith("the techniques '4200ID' make goods and use nothing")
    assert all(finding.passed for finding in no.check(economy))


@needs("usa_bea_detail_2017")
def test_usa_2017_base_year_balances_to_the_rounding_of_the_tables() -> None:
    economy, made = usa_2017(), pd.read_csv(MAKE, index_col=0)
    base = made.loc[economy.techniques, economy.goods].sum(axis=1).to_numpy()
    net = (economy.matrix("outputs", 0) - economy.matrix("inputs", 0)) @ base + economy.vector("initial_stocks", 0)
    assert (
        np.abs(net - economy.vector("targets", 0)).max() <= 30.0
    )  # millions of dollars, up to 400 rounded entries a row


@needs("usa_bea_detail_2017")
def test_usa_2017_fixed_demand_is_proved() -> None:
    plan = no.solve(usa_2017(), "duties").assert_optimal()
    labour = pd.read_csv(USE, index_col=0).loc["V00100", "T001"]
    assert 0.995 * labour < plan.objective <= labour  # the base year, less what by-products and rounding allow
    assert no.solve(usa_2017()).assert_optimal().objective < plan.objective  # duties for nothing


@needs("usa_bea_detail_2017")
def test_usa_2017_assortment_with_labour_and_capital_services_is_proved() -> None:
    plan = no.solve(usa_2017(), "assortment").assert_optimal()
    assert 1.0 < plan.objective < 1.01
    use = plan.resource_use["1"] / usa_2017().vector("resource_limits", 0)
    assert use.max() <= 1.0 + 1e-9
    assert plan.valuations.loc["resource"]["1"].max() > 0


# ---- UK 2010: published multipliers --------------------------------------------------------------

#: Published order differs from column order in these (Standard product codes).
SWAPPED = {
    "20-3": "20A",
    "20-4": "20B",
    "20-5": "20C",
    "20A": "20-3",
    "20B": "20-4",
    "20C": "20-5",
    "23-5-6": "23OTHER",
    "23OTHER": "23-5-6",
    "25-4": "25OTHER",
    "25OTHER": "25-4",
}


@needs("uk2010_multipliers")
def test_uk_2010_published_multipliers_are_the_valuations() -> None:
    """One unit of every industry's output costs 1: the content of a good is its output multiplier."""
    folder = DATA / "uk2010_multipliers"
    table = pd.read_csv(folder / "uk2010_A_pxp.csv", index_col="uk_row", dtype={"uk_row": str})
    goods = table.columns  # rows are matched by name; the file has them in another order, with totals among them
    economy = no.build_economy(
        name="uk_2010",
        goods=goods,
        inputs=table.loc[goods],
        targets=np.ones(len(goods)),
        resources=["output"],
        resource_use=np.ones((1, len(goods))),
        resource_weights=[1.0],
        objective="least-resources",
    )
    plan = no.solve(economy).assert_optimal()
    published = pd.read_csv(folder / "uk2010_published_multipliers.csv")["Output multiplier"].to_numpy()
    in_published_order = [SWAPPED.get(code, code) for code in goods]
    found = plan.valuations.loc["good"]["1"][in_published_order].to_numpy()
    assert len(found) == 127
    np.testing.assert_allclose(found, published, atol=1.5e-8, rtol=0)


# ---- Sweden: supply and use, hours, carbon dioxide -----------------------------------------------


@cache
def sweden(year: int) -> no.Economy:
    """A year of the workbook: domestic use (rows 4-62), output 69, hours 86, CO2 87, domestic supply (rows 159-217)."""
    book = openpyxl.load_workbook(
        DATA / "sweden_sut_2008_2016" / "nrio_sut_181108.xlsx", read_only=True, data_only=True
    )
    cells = list(book[str(year)].iter_rows(values_only=True))
    book.close()

    def block(top: int, count: int, left: int, right: int) -> pd.DataFrame:
        names = [row[1] for row in cells[top : top + count]]
        return pd.DataFrame(
            [row[left:right] for row in cells[top : top + count]], names, cells[2][left:right], dtype=float
        )

    assert cells[156][0].startswith("Tillförselmatris") and cells[157][2:61] == cells[2][2:61]
    rows = block(68, 20, 2, 61)
    return no.from_supply_use(
        supply=block(158, 59, 2, 61),
        use=block(3, 59, 2, 61),
        final_demand=block(3, 59, 67, 75),
        resources=rows.loc[["Arbetade timmar (10K)"]].set_axis(["hours"]),
        resource_weights=pd.Series([1.0], ["hours"]),
        resource_limits="base",
        emissions=rows.loc[["Koldioxid (KTon)"]].set_axis(["CO2"]),
        negatives="as-output",
        units={"goods": ["SEK_million"] * 59, "resources": ["hour"], "pollutants": ["kilotonne"]},
        name=f"sweden_{year}",
        questions={
            "default": no.Question("least-resources"),
            "assortment": no.Question("assortment", leave_out=("resource_weights",)),
        },
    )


@needs("sweden_sut_2008_2016")
@pytest.mark.parametrize("year", [2008, 2010, 2011, 2012, 2015])
def test_sweden_in_hours_is_proved(year: int) -> None:
    economy = sweden(year)
    base = economy.vector("resource_limits", 0)[0]
    plan = no.solve(economy).assert_optimal()
    assert 0.9 * base < plan.objective <= base * (1 + 1e-9)  # the base year serves its own demand
    several = no.solve(economy, "assortment").assert_optimal()
    assert 1.0 - 1e-9 <= several.objective < 1.05
    emitted = plan.emissions["1"].to_numpy()
    assert 10_000.0 < emitted[0] < 60_000.0  # thousand tonnes


@needs("sweden_sut_2008_2016")
def test_a_negative_supply_in_sweden_is_named() -> None:
    with pytest.raises(no.DataError, match=r"sweden_2014: supply, row '.*', column '.*' is -.*must not be negative"):
        sweden(2014)


# ---- UK energy 2000, in thousand tonnes of oil equivalent ----------------------------------------


def uk_energy() -> no.Economy:
    """Final energy: wells, refinery, power plant and the distribution of each carrier, and the electricity they use."""
    tidy = pd.read_csv(DATA / "uk_energy_2000_physical" / "UKEnergy2000tidy.csv")
    flows = tidy[(tidy["EnergyType"] == "E") & (tidy["LastStage"] == "Final")]
    assert set(flows["Unit"]) == {"ktoe"}
    made = flows[(flows["LedgerSide"] == "Supply") & (flows["Edot"] > 0)]
    used = flows[(flows["LedgerSide"] == "Supply") & (flows["Edot"] < 0)]
    wanted = flows[flows["LedgerSide"] == "Consumption"]
    goods, industries = sorted(set(flows["Product"])), sorted(set(made["Flow"]))

    def table(part: pd.DataFrame) -> pd.DataFrame:
        wide = part.pivot_table(index="Product", columns="Flow", values="Edot", aggfunc="sum", fill_value=0.0)
        return wide.reindex(index=goods, columns=industries, fill_value=0.0)

    primary = pd.DataFrame(0.0, ["crude in the ground", "gas in the ground"], industries)
    primary.loc["crude in the ground", "Resources [of Crude]"] = 50_000.0
    primary.loc["gas in the ground", "Resources [of NG]"] = 43_000.0
    return no.from_supply_use(
        table(made),
        -table(used),
        final_demand=wanted.groupby("Product")["Edot"].sum().reindex(goods, fill_value=0.0),
        resources=primary,
        resource_weights=pd.Series(1.0, primary.index),
        units={"goods": ["ktoe"] * len(goods), "resources": ["ktoe"] * 2},
        name="uk_energy_2000",
        objective="least-resources",
    )


@needs("uk_energy_2000_physical")
def test_uk_energy_with_a_refinery_is_proved() -> None:
    economy = uk_energy()
    refinery = economy.frame("outputs")["Oil refineries"]
    assert refinery["Petrol"] > 0 and refinery["Diesel"] > 0
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(93_000.0, rel=1e-9)  # the primary energy of the year
    assert plan.activities["1"]["Oil refineries"] == pytest.approx(47_000.0, rel=1e-9)
    worth = plan.valuations.loc["good"]["1"]
    assert worth["Elect [from Grid]"] > 2.0 * worth["NG [from Dist.]"]  # two fifths of the gas become power
    economy = economy.with_changes(targets=economy.frame("targets") + (economy.goods == "Petrol [from Dist.]") * 100.0)
    more = no.solve(economy).assert_optimal()
    assert more.surplus["1"]["Diesel [from Dist.]"] + more.surplus["1"]["Diesel"] > 0  # it comes with the petrol


# ---- USA 2007: hours and capital stocks ----------------------------------------------------------


@cache
def usa_2007() -> no.Economy:
    """WIOD's table and accounts. Stocks of each industry are made of goods in the proportions of the year's investment.

    The industry without output, labour and capital (U) is kept; it makes and uses nothing.
    """
    folder = DATA / "usa_wiod_2007"
    table = pd.read_csv(folder / "iot_2007.csv", index_col="Code")
    accounts = pd.read_csv(folder / "sea_2007.csv", index_col="code")
    goods = table.index
    investment = table["GFCF"].clip(lower=0.0)
    stocks = np.outer(investment / investment.sum(), accounts["K"][goods])
    return no.from_supply_use(
        pd.DataFrame(np.diag(table["GO"]), goods, goods),
        table[goods],
        final_demand=table[["CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN", "EXP"]],
        resources=accounts.loc[goods, ["H_EMPE"]].T.set_axis(["hours"]),
        resource_limits="base",
        capital=pd.DataFrame(stocks, goods, goods),
        units={"goods": ["USD_million"] * len(goods), "resources": ["megahour"]},
        negatives="as-output",
        name="usa_2007",
        objective="assortment",
    )


def pooled(economy: no.Economy) -> no.Economy:
    stocks = np.asarray(economy.matrix("initial_capital", 0).sum(axis=1)).ravel()
    return economy.with_changes(initial_capital=None, capital_pool=stocks, name="usa_2007_pooled")


@needs("usa_wiod_2007")
def test_usa_2007_with_the_stocks_of_each_industry_is_proved() -> None:
    economy = usa_2007()
    assert economy.notes == ("1 product nobody makes: 'U'", "1 industry without output: 'U'")
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(1.0, abs=1e-4)  # every industry is as large as its stocks allow
    whole = no.solve(pooled(economy)).assert_optimal()
    assert whole.objective >= plan.objective - 1e-9  # stocks that can move serve no worse


@needs("usa_wiod_2007")
def test_usa_2007_over_five_years_is_proved() -> None:
    """Stocks wear out by a twentieth a year and are rebuilt: targets are consumption and exports."""
    table = pd.read_csv(DATA / "usa_wiod_2007" / "iot_2007.csv", index_col="Code")
    one = usa_2007()
    tables = {name: one.matrix(name, 0) for name in ("inputs", "outputs", "resource_use", "capital", "initial_capital")}
    economy = no.build_economy(
        name="usa_2007_five_years",
        goods=one.goods,
        techniques=one.techniques,
        resources=one.resources,
        periods=5,
        depreciation=tables["capital"].astype(bool) * 0.05,
        targets=table[["CONS_h", "CONS_np", "CONS_g", "EXP"]].sum(axis=1),
        resource_limits=one.vector("resource_limits", 0),
        objective="fulfilment",
        **tables,
    )
    plan = no.solve(economy).assert_optimal()
    assert 4.0 < plan.objective < 7.0


# ---- the page of the site that reads them all ------------------------------------------------------------------

PAGE = Path(__file__).parents[1] / "notebooks" / "site" / "real_tables.md"
TABLES = [
    "usa_bea_detail_2017", "uk2010_multipliers", "sweden_sut_2008_2016", "uk_energy_2000_physical", "usa_wiod_2007",
]  # fmt: skip
needs_all = pytest.mark.skipif(
    not all((DATA / folder).is_dir() for folder in TABLES), reason="the tables of the page are not here"
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the tables under the name that the page gives them."""
    (tmp_path / "tables").symlink_to(DATA, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def examples() -> list[doctest.Example]:
    return doctest.DocTestParser().get_examples(PAGE.read_text(encoding="utf-8"))


@needs_all
def test_the_examples_of_the_page_say_what_the_package_says(place: Path) -> None:
    test = doctest.DocTest(examples(), {}, PAGE.name, str(PAGE), 0, None)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    runner.run(test, out=said.append)
    assert runner.failures == 0 and runner.tries > 20, "".join(said)


@needs_all
def test_the_commands_of_the_page_read_and_prove_each_table(place: Path) -> None:
    lines = [line for block in re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
             for line in block.replace("\\\n", " ").splitlines()]  # fmt: skip
    commands = [shlex.split(line.removeprefix("$ natura-opt ")) for line in lines]
    assert [words[0] for words in commands] == ["import", "solve"] * 5
    for words in commands:
        result = call(*words)
        assert result.exit_code == 0, (words, result.stderr)
        assert words[0] == "import" or "proved" in result.stdout


def test_no_table_takes_more_than_five_statements() -> None:
    """From one heading to the next: a path, a reading, a planning, and what is looked at."""
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        first = doctest.DocTestParser().get_examples(section.split("```sh")[0])
        until = next(at for at, example in enumerate(first) if "assert_optimal" in example.source)
        assert until + 1 <= 5, section[:40]


# ---- the readers against what is computed without them ---------------------------------------------------------


def least(made: np.ndarray, used: np.ndarray, there: np.ndarray, wanted: np.ndarray, cost: np.ndarray) -> float:
    """The least cost of activities that serve a demand, by scipy, from the tables themselves."""
    from scipy.optimize import linprog

    answer = linprog(cost, A_ub=used - made, b_ub=there - wanted, method="highs")
    assert answer.status == 0
    return float(answer.fun)


@needs("uk2010_multipliers")
def test_three_published_multipliers_of_the_uk_are_valuations() -> None:
    folder = DATA / "uk2010_multipliers"
    published = pd.read_csv(folder / "uk2010_published_multipliers.csv")
    final = [
        "Households", "Central government", "Local government", "Non-profit instns serving households", "Valuables",
        "Gross fixed capital formation", "Changes in inventories", "Exports of goods", "Exports of services",
    ]  # fmt: skip
    added = ["Compensation of employees", "Gross Operating Surplus", "Taxes less subsidies on production"]
    for rows, effects, multiplier in (
        (["Total output"], "Output multiplier", None),
        (added[:1], "Employment cost effects", "Employment cost multiplier"),
        (added, "GVA effects", "GVA multiplier"),
    ):
        economy = no.read_flows(
            folder / "uk2010_iot_pxp.csv", final, "Total output", resources={"r": rows}, negatives="other-side"
        )
        plan = no.solve(economy).assert_optimal()
        order = [SWAPPED.get(code, code) for code in economy.goods]
        found = plan.valuations.loc["good"]["1"][order].to_numpy()
        np.testing.assert_allclose(found, published[effects], atol=3e-8, rtol=0)  # flows have 8 digits
        inverse = np.linalg.inv(np.eye(127) - economy.matrix("inputs", 0).toarray())
        per = pd.Series(economy.matrix("resource_use", 0).toarray()[0], economy.goods)
        np.testing.assert_allclose(plan.valuations.loc["good"]["1"], per.to_numpy() @ inverse, rtol=1e-9)
        if multiplier is not None:
            known = per[order].to_numpy() > 1e-3
            ratio = found[known] / per[order].to_numpy()[known]
            np.testing.assert_allclose(ratio, published[multiplier][known], rtol=1e-5)


@needs("sweden_sut_2008_2016")
@pytest.mark.parametrize("year", range(2008, 2016))
def test_sweden_by_its_ranges_is_sweden_by_hand(year: int) -> None:
    """The years that spreadsheet archaeology reads too come out alike; the hours are those of scipy's own program."""
    economy = no.read_supply_use(
        DATA / "sweden_sut_2008_2016" / "nrio_sut_181108.xlsx", "159:217", "4:62", "BP:BW", sheet=year,
        industries="C:BI", resources={"hours": "Arbetade timmar (10K)"}, emissions={"CO2": 87}, negatives="other-side",
    )  # fmt: skip
    try:
        by_hand = sweden(year)
    except no.DataError:  # with outputs below zero, which it has no word for
        assert any("negative output" in note for note in economy.notes)
    else:
        for table in by_hand.tables:
            np.testing.assert_array_equal(economy.frame(table), by_hand.frame(table), err_msg=table)
    parts = [economy.matrix(name, 0).toarray() for name in ("outputs", "inputs")]
    there, wanted = economy.vector("initial_stocks", 0), economy.vector("targets", 0)
    hours = least(*parts, there, wanted, economy.matrix("resource_use", 0).toarray()[0])
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(hours, rel=1e-7)
    assert no.solve(economy, "assortment").assert_optimal().objective >= 1.0 - 1e-9


@needs("usa_bea_detail_2017")
def test_usa_2017_costs_what_scipy_finds_in_the_files() -> None:
    made, used = pd.read_csv(MAKE, index_col=0), pd.read_csv(USE, index_col=0)
    industries = [code for code in made.index if not code.startswith("T0")]
    goods = [code for code in made.columns if not code.startswith("T0")]
    final = [code for code in used.columns if code.startswith("F")]
    labour = used.loc["V00100", industries].to_numpy(dtype=float)
    per = made.loc[industries, goods].sum(axis=1).to_numpy(dtype=float)
    hours = least(
        made.loc[industries, goods].T.to_numpy(dtype=float) / per,
        used.loc[goods, industries].to_numpy(dtype=float) / per,
        np.zeros(402),
        used.loc[goods, final].sum(axis=1).to_numpy(dtype=float),
        labour / per,
    )
    plan = no.solve(no.read_bea(MAKE, USE, negatives="as-output")).assert_optimal()
    assert plan.objective == pytest.approx(hours, rel=1e-7)


@needs("usa_wiod_2007")
def test_usa_2007_is_as_large_as_its_scarcest_stock() -> None:
    folder = DATA / "usa_wiod_2007"
    final = ["CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN", "EXP"]
    economy = no.read_flows(
        folder / "iot_2007.csv", final, "GO", accounts=folder / "sea_2007.csv", resources={"hours": "H_EMPE"},
        capital="K", capital_goods="GFCF",
    )  # fmt: skip
    table = pd.read_csv(folder / "iot_2007.csv", index_col="Code").drop(index="U", columns=["U", "Description"])
    flows, output = table[table.index].to_numpy(), table["GO"].to_numpy()
    needed = np.linalg.solve(np.eye(55) - flows / output, table[final].sum(axis=1))
    accounts = pd.read_csv(folder / "sea_2007.csv", index_col="code")
    hours = accounts.loc[table.index, "H_EMPE"].to_numpy()
    times = min((output / needed)[accounts.loc[table.index, "K"] > 0].min(), hours.sum() / (hours / output @ needed))
    assert no.solve(economy).assert_optimal().objective == pytest.approx(times, rel=1e-9)
    least_hours = no.solve(economy, "least-resources").assert_optimal().objective
    assert least_hours == pytest.approx(hours / output @ needed, rel=1e-9)
    by_hand = usa_2007()
    np.testing.assert_allclose(economy.frame("initial_capital"), by_hand.frame("initial_capital"), rtol=1e-12)
    np.testing.assert_allclose(economy.frame("inputs"), by_hand.frame("inputs"), rtol=1e-15)


@needs("uk_energy_2000_physical")
def test_uk_energy_by_one_call_is_uk_energy_by_hand() -> None:
    economy = no.read_psut(
        DATA / "uk_energy_2000_physical" / "UKEnergy2000tidy.csv", {"LastStage": "Final", "EnergyType": "E"}
    )
    by_hand = uk_energy()
    for table in ("inputs", "outputs"):
        mine = economy.frame(table)
        np.testing.assert_array_equal(mine, by_hand.frame(table).loc[mine.index, mine.columns])
    level = np.linalg.lstsq(
        (economy.frame("outputs") - economy.frame("inputs")).to_numpy(), economy.vector("targets", 0), rcond=None
    )[0]
    plan = no.solve(economy).assert_optimal()
    np.testing.assert_allclose(plan.activities["1"], level, rtol=1e-9)
    assert plan.objective == pytest.approx(93_000.0, rel=1e-9)
