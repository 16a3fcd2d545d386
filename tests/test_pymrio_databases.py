"""EXIOBASE, OECD ICIO and WIOD in the databases' own layouts, small and made up, by way of pymrio's parsers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import natura_opt as no

REGIONS, SECTORS, CATEGORIES = ["DEU", "USA"], ["AtB", "C", "35"], ["homes", "state"]
PAIRS = pd.MultiIndex.from_product([REGIONS, SECTORS], names=["region", "sector"])
KINDS = pd.MultiIndex.from_product([REGIONS, CATEGORIES], names=["region", "category"])


#: Of parsers that look for parts of a database that are not here.
pytestmark = pytest.mark.filterwarnings("ignore")


def tables(seed: int) -> dict[str, pd.DataFrame]:
    """Flows, final demand, value added and carbon dioxide of two regions, whole numbers."""
    rng = np.random.default_rng(seed)
    flows = pd.DataFrame(rng.integers(0, 9, (6, 6)).astype(float), PAIRS, PAIRS)
    demand = pd.DataFrame(rng.integers(5, 40, (6, 4)).astype(float), PAIRS, KINDS)
    output = flows.sum(axis=1) + demand.sum(axis=1)
    added = pd.DataFrame([output - flows.sum()], ["VA"])
    emitted = pd.DataFrame(rng.integers(1, 9, (1, 6)).astype(float), ["CO2"], PAIRS)
    return {"Z": flows, "Y": demand, "x": output, "VA": added, "CO2": emitted}


# ---- the databases' own layouts ----------------------------------------------------------------------------------


def exiobase(folder: Path, made: dict[str, pd.DataFrame]) -> Any:
    """Text files with two levels of headings: Z, Y, unit, and a folder for each extension."""
    import pymrio

    units = pd.DataFrame({"unit": ["M.EUR"] * 6}, PAIRS)
    satellite = {"name": "satellite", "F": made["CO2"], "unit": pd.DataFrame({"unit": ["kg CO2-eq"]}, ["CO2"])}
    factors = {"name": "factor_inputs", "F": made["VA"], "unit": pd.DataFrame({"unit": ["M.EUR"]}, ["VA"])}
    io = pymrio.IOSystem(Z=made["Z"], Y=made["Y"], unit=units, satellite=satellite, factor_inputs=factors)
    io.save_all(str(folder / "IOT_2011_ixi"), table_format="txt")
    io = pymrio.parse_exiobase3(folder / "IOT_2011_ixi")
    return io.rename_regions({"DE": "DEU", "US": "USA"})  # the parser gives regions two letters


def oecd(folder: Path, made: dict[str, pd.DataFrame]) -> Any:
    """One CSV file, regions and sectors with an underscore between; value added and output below, the total beside."""
    import pymrio

    names = [f"{region}_{sector}" for region, sector in PAIRS]
    kinds = {"homes": "HFCE", "state": "GGFC"}
    table = pd.DataFrame(made["Z"].to_numpy(), names, names)
    table[[f"{region}_{kinds[kind]}" for region, kind in KINDS]] = made["Y"].to_numpy()
    table["TOTAL"] = table.sum(axis=1)
    table.loc["VALU"] = [*made["VA"].to_numpy()[0], *[0.0] * 5]
    table.loc["OUTPUT"] = [*made["x"], *[0.0] * 5]
    table.to_csv(folder / "ICIO2021_2018.csv")
    return pymrio.parse_oecd(folder / "ICIO2021_2018.csv")


def wiod(folder: Path, made: dict[str, pd.DataFrame]) -> Any:
    """A workbook: four rows and four columns of headings, factor inputs r60 to r69 below, the total beside."""
    import pymrio

    codes = {"AtB": "c1", "C": "c2", "35": "c35"}
    heads = [(sector, f"Name of {sector}", region, codes[sector]) for region, sector in PAIRS]
    heads += [("", f"Name of {kind}", region, f"c{37 + CATEGORIES.index(kind)}") for region, kind in KINDS]
    heads.append(("", "Total output", "TOT", "c60"))
    book = openpyxl.Workbook()
    sheet = book.active
    meta = ["Intercountry Input-Output Table for 2009", "", "(industry-by-industry)", "(millions of US$)"]
    for row in range(2):
        sheet.append([meta[row]])
    for level in range(4):
        sheet.append([meta[level + 2] if level < 2 else None, None, None, None, *(head[level] for head in heads)])
    for at, (region, sector) in enumerate(PAIRS):
        figures = [*made["Z"].iloc[at], *made["Y"].iloc[at]]
        sheet.append([sector, f"Name of {sector}", region, codes[sector], *figures, sum(figures)])
    rows = {
        "r60": ("Total intermediate consumption", made["Z"].sum()),
        "r64": ("Value added at basic prices", made["VA"].iloc[0]),
        "r69": ("Output at basic prices", made["x"]),
    }
    for code, (name, values) in rows.items():
        sheet.append([None, name, "TOT", code, *values, *[0.0] * 4, float(values.sum())])
    book.save(folder / "wiot09_row_apr12.xlsx")
    return pymrio.parse_wiod(folder / "wiot09_row_apr12.xlsx")


PARSERS: dict[str, tuple[Callable[..., Any], str]] = {
    "EXIOBASE 3": (exiobase, "VA"),
    "OECD ICIO": (oecd, "VALU"),
    "WIOD": (wiod, "Value added at basic prices"),
}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("database", PARSERS)
def test_a_database_is_planned_with_its_own_outputs_and_multipliers(tmp_path: Path, database: str, seed: int) -> None:
    made = tables(seed)
    parse, value_added = PARSERS[database]
    economy = no.from_pymrio(
        parse(tmp_path, made), resources=value_added, resource_weights=[1.0], objective="least-resources"
    )
    assert set(economy.goods) == set(PAIRS)
    plan = no.solve(economy).assert_optimal()
    goods = economy.goods.tolist()
    np.testing.assert_allclose(plan.activities["1"][goods], made["x"][goods], rtol=1e-9)
    flows = made["Z"].loc[goods, goods].to_numpy()
    output = made["x"][goods].to_numpy()
    inverse = np.linalg.inv(np.eye(6) - flows / output)
    contents = (made["VA"][goods].to_numpy()[0] / output) @ inverse
    np.testing.assert_allclose(plan.valuations.loc["good"]["1"][goods], contents, rtol=1e-8)
    assert plan.objective == pytest.approx(made["Y"].to_numpy().sum())  # all value added is in the end final demand


def test_units_and_satellites_by_name(tmp_path: Path) -> None:
    made = tables(2)
    io = exiobase(tmp_path, made)
    economy = no.from_pymrio(io, resources="factor_inputs", emissions=["CO2"], final_demand=["homes"])
    assert economy.unit("goods", ("DEU", "C")) == "M_EUR" and economy.unit("pollutants", "CO2") == "kg_CO2_eq"
    assert "'M.EUR' is written 'M_EUR', 'kg CO2-eq' is written 'kg_CO2_eq'" in economy.notes[0]
    np.testing.assert_allclose(economy.matrix("emissions", 0).toarray()[0], made["CO2"].iloc[0] / made["x"])
    np.testing.assert_array_equal(economy.vector("targets", 0), made["Y"].xs("homes", axis=1, level=1).sum(axis=1))


def test_an_economy_of_pairs_goes_through_a_folder(tmp_path: Path) -> None:
    economy = no.from_pymrio(
        exiobase(tmp_path, tables(3)), resources="VA", resource_weights=[1.0], objective="least-resources"
    )
    no.write(economy, tmp_path / "model")
    again = no.read(tmp_path / "model")
    assert again.goods.tolist() == economy.goods.tolist()
    assert no.solve(again).assert_optimal().objective == pytest.approx(no.solve(economy).objective, rel=1e-12)


# ---- rows by name, across extensions -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def system() -> Any:
    import pymrio

    return pymrio.load_test().calc_all()


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Value Added", ["Value Added"]),
        ("emission_type1 air", [("emission_type1", "air")]),
        ("water", [("emission_type2", "water")]),
        ("emissions", [("emission_type1", "air"), ("emission_type2", "water")]),
    ],
)
def test_a_row_is_found_by_its_name_or_a_part_of_it(system: Any, name: str, rows: list[Any]) -> None:
    assert no.from_pymrio(system, resources=name).resources.tolist() == rows
    assert no.from_pymrio(system, emissions=[name]).pollutants.tolist() == rows


def test_a_name_of_several_rows_is_refused_with_all_of_them(system: Any) -> None:
    more = system.copy()
    more.twice = system.emissions.copy()
    with pytest.raises(no.DataError, match=r"'air' names 2 rows of extensions \(.*emission_type1 air'.*\); say which"):
        no.from_pymrio(more, resources="air")
    with pytest.raises(no.DataError, match="unknown extension 'Value addd'"):
        no.from_pymrio(system, resources="Value addd")
    assert no.from_pymrio(more, resources={"twice": [("emission_type1", "air")]}).resources.tolist() == [
        ("emission_type1", "air")
    ]
