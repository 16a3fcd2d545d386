"""National accounts to economies: the base year comes back from the coefficients, and nothing of an account is lost."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.base.errors import OptionError
from natura_opt.economy.national.negatives import aligned, check_choice, moved_demand, moved_inputs, per_unit, summed

FEW = settings(max_examples=20, deadline=None, derandomize=True, database=None)
PRODUCTS = [f"p{k}" for k in range(5)]
INDUSTRIES = [f"i{k}" for k in range(4)]


def accounts(seed: int, negative: bool = True) -> dict[str, Any]:
    """Supply and use tables in whole numbers, with joint products, and negative entries where an account has them."""
    rng = np.random.default_rng(seed)
    supply = rng.integers(0, 50, (5, 4)) * (rng.random((5, 4)) < 0.5)
    supply[range(4), range(4)] += 30
    use = rng.integers(0, 9, (5, 4)).astype(float)
    demand = rng.integers(0, 40, (5, 3)).astype(float)
    if negative:
        use = np.where(rng.random((5, 4)) < 0.2, -use, use)
        demand = np.where(rng.random((5, 3)) < 0.2, -demand, demand)
    return {
        "supply": pd.DataFrame(supply.astype(float), PRODUCTS, INDUSTRIES),
        "use": pd.DataFrame(use, PRODUCTS, INDUSTRIES),
        "final_demand": pd.DataFrame(demand, PRODUCTS, ["homes", "state", "stocks"]),
        "imports": pd.Series(rng.integers(0, 9, 5).astype(float), PRODUCTS),
        "resources": pd.DataFrame(rng.integers(1, 99, (2, 4)).astype(float), ["hours", "land"], INDUSTRIES),
        "emissions": pd.DataFrame(rng.integers(0, 9, (1, 4)).astype(float), ["soot"], INDUSTRIES),
        "capital": pd.DataFrame(rng.integers(0, 99, (5, 4)).astype(float), PRODUCTS, INDUSTRIES),
        "resource_limits": "base",
        "negatives": "as-output" if negative else "error",
    }


def mixed(given_as: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """The same tables with rows and columns in other orders."""
    made = dict(given_as)
    for name, table in given_as.items():
        if isinstance(table, pd.DataFrame):
            made[name] = table.iloc[rng.permutation(len(table)), rng.permutation(table.shape[1])]
        elif isinstance(table, pd.Series):
            made[name] = table.iloc[rng.permutation(len(table))]
    return made


@FEW
@given(st.integers(0, 10**6))
def test_at_base_year_levels_every_account_comes_back(seed: int) -> None:
    given_as = accounts(seed)
    economy = no.from_supply_use(**given_as)
    levels = np.diag(given_as["supply"].sum().to_numpy())

    def total(name: str) -> np.ndarray:
        return economy.matrix(name, 0).toarray() @ levels

    net = given_as["supply"] - given_as["use"]
    np.testing.assert_allclose(total("outputs") - total("inputs"), net, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(total("inputs"), given_as["use"].clip(lower=0.0), rtol=1e-12, atol=1e-12)
    for name, table in (("resource_use", "resources"), ("emissions", "emissions"), ("capital", "capital")):
        np.testing.assert_allclose(total(name), given_as[table], rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(economy.frame("initial_capital"), given_as["capital"])
    np.testing.assert_array_equal(economy.vector("resource_limits", 0), given_as["resources"].sum(axis=1))
    wanted = given_as["final_demand"].sum(axis=1) - given_as["imports"]
    np.testing.assert_array_equal(economy.vector("targets", 0) - economy.vector("initial_stocks", 0), wanted)


@FEW
@given(st.integers(0, 10**6))
def test_the_order_of_an_account_does_not_matter(seed: int) -> None:
    given_as = accounts(seed)
    supply = given_as.pop("supply")
    shuffled = mixed(given_as, np.random.default_rng(seed))
    one, other = (no.from_supply_use(supply, **made) for made in (given_as, shuffled))
    for name in one.tables:
        rows = list(one.axes[no.TABLES[name].axes[0]])
        a, b = (pd.DataFrame(economy.frame(name)) for economy in (one, other))
        np.testing.assert_allclose(a.to_numpy(), b.loc[rows].to_numpy(), rtol=1e-14, err_msg=name)


@FEW
@given(st.integers(0, 10**6), st.sampled_from([0.001, 0.5, 64.0]))
def test_an_account_in_another_currency_has_the_same_coefficients(seed: int, rate: float) -> None:
    """Goods, and levels with them, in other money; hours and soot per unit are then per other unit."""
    given_as = accounts(seed, negative=False)
    money = {name: given_as[name] * rate for name in ("supply", "use", "final_demand", "imports", "capital")}
    one, other = no.from_supply_use(**given_as), no.from_supply_use(**(given_as | money))
    for name, factor in {
        "inputs": 1,
        "outputs": 1,
        "capital": 1,
        "resource_use": 1 / rate,
        "emissions": 1 / rate,
    }.items():
        np.testing.assert_allclose(
            other.matrix(name, 0).toarray(), one.matrix(name, 0).toarray() * factor, rtol=1e-13, err_msg=name
        )
    np.testing.assert_allclose(other.vector("targets", 0), one.vector("targets", 0) * rate, rtol=1e-13)


@FEW
@given(st.integers(0, 10**6), st.integers(0, 3))
def test_levels_of_ones_own_divide_the_same_totals(seed: int, industry: int) -> None:
    given_as = accounts(seed, negative=False)
    levels = pd.Series([1.0, 2.0, 4.0, 8.0], INDUSTRIES)
    economy = no.from_supply_use(**given_as, levels=levels.iloc[::-1])
    for name, table in (("outputs", "supply"), ("inputs", "use"), ("resource_use", "resources")):
        column = economy.matrix(name, 0).toarray()[:, industry]
        assert column.tolist() == (given_as[table].iloc[:, industry] / levels.iloc[industry]).tolist()


# ---- what is below zero -----------------------------------------------------------------------------------------

TABLE = st.lists(st.lists(st.integers(-5, 5), min_size=3, max_size=3), min_size=2, max_size=2)
ROWS, COLUMNS = pd.Index(["a", "b"]), pd.Index(["x", "y", "z"])


@FEW
@given(TABLE)
def test_inputs_are_split_into_what_is_used_and_what_is_made(rows: list[list[int]]) -> None:
    given_as = np.array(rows, dtype=float)
    used, made, notes = moved_inputs(given_as, ROWS, COLUMNS, "t", "as-output")
    assert (used - made == given_as).all() and (used >= 0).all() and (made >= 0).all() and not (used * made).any()
    count = int((given_as < 0).sum())
    assert len(notes) == (count > 0) and (not count or notes[0].startswith(f"{count} negative input"))
    assert sum(note.count(" of ") for note in notes) == count
    if count:
        with pytest.raises(no.DataError, match=rf"^t: {count} negative inputs?: -\d"):
            moved_inputs(given_as, ROWS, COLUMNS, "t", "error")
    else:
        assert moved_inputs(given_as, ROWS, COLUMNS, "t", "error")[0] is given_as


@FEW
@given(st.lists(st.integers(-5, 5), min_size=3, max_size=3))
def test_final_demand_is_split_into_what_is_wanted_and_what_is_there(demand: list[int]) -> None:
    given_as = np.array(demand, dtype=float)
    wanted, there, notes = moved_demand(given_as, COLUMNS, "t", "as-output")
    assert (wanted - there == given_as).all() and (wanted >= 0).all() and (there >= 0).all()
    assert bool(notes) == bool((given_as < 0).any())


def test_every_entry_moved_is_listed_up_to_fifty_and_the_rest_counted() -> None:
    for count, more in ((50, ""), (51, " and 1 more"), (90, " and 40 more")):
        names = pd.Index([f"g{k}" for k in range(count)])
        _, _, notes = moved_demand(np.full(count, -2.5), names, "t", "as-output")
        assert notes[0].count("-2.5 of 'g") == 50 and notes[0].endswith(more or "'g49'")
        assert notes[0].startswith(f"{count} negative final demands counted as goods on hand: -2.5 of 'g0', ")


@pytest.mark.parametrize("choice", ["as_output", "", None, True, 0])
def test_there_are_two_ways_to_treat_what_is_below_zero(choice: Any) -> None:
    with pytest.raises(OptionError, match="unknown way to treat negatives"):
        check_choice(choice)
    for known in ("error", "as-output"):
        check_choice(known)


def test_what_did_not_run_has_no_coefficients_and_must_have_no_entries() -> None:
    totals, levels = np.array([[2.0, 0.0], [4.0, 0.0]]), np.array([4.0, 0.0])
    assert per_unit(totals, levels, pd.Index(["i", "j"]), "t").tolist() == [[0.5, 0.0], [1.0, 0.0]]
    totals[1, 1] = -1e-300
    with pytest.raises(no.DataError, match="t, column 'j': has entries but made nothing"):
        per_unit(totals, levels, pd.Index(["i", "j"]), "t")


def test_columns_of_final_demand_are_added_and_a_series_is_one() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0], "y": [10.0, 20.0]}, index=["b", "a"])
    assert summed(frame, ROWS, "t").tolist() == [22.0, 11.0]
    assert summed(frame["x"], ROWS, "t").tolist() == [2.0, 1.0]
    for wrong in ([1.0, 2.0], frame.to_numpy(), None):
        with pytest.raises(no.DataError, match="must be a Series or a DataFrame with the names of the goods"):
            summed(wrong, ROWS, "t")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_entry_that_is_not_finite_is_named_in_the_order_wanted(value: float) -> None:
    table = pd.DataFrame([[1.0, 2.0, 3.0], [4.0, 5.0, value]], ["b", "a"], ["z", "x", "y"])
    with pytest.raises(no.DataError, match=re.escape(f"t, row 'a', column 'y' is {value}; give a finite number")):
        aligned(table, ROWS, COLUMNS, "t", ("goods", "techniques"))
    assert (
        aligned(table.fillna(0).replace([np.inf, -np.inf], 0), ROWS, COLUMNS, "t", ("goods", "techniques"))[0, 2] == 4.0
    )


# ---- many regions -----------------------------------------------------------------------------------------------

PAIRS = pd.MultiIndex.from_product([["north", "south"], ["corn", "iron"]])


def system(seed: int) -> SimpleNamespace:
    rng = np.random.default_rng(seed)
    flows = pd.DataFrame(rng.integers(0, 9, (4, 4)).astype(float), PAIRS, PAIRS)
    columns = pd.MultiIndex.from_product([["north", "south"], ["homes", "state"]])
    demand = pd.DataFrame(rng.integers(1, 40, (4, 4)).astype(float), PAIRS, columns)
    output = pd.DataFrame({"x": flows.sum(axis=1) + demand.sum(axis=1)})
    work = pd.DataFrame(rng.integers(1, 9, (2, 4)).astype(float), ["hours", "land"], PAIRS)
    return SimpleNamespace(Z=flows, Y=demand, x=output, labour=SimpleNamespace(F=work), name="two regions")


@FEW
@given(st.integers(0, 10**6))
def test_flows_and_coefficients_say_the_same(seed: int) -> None:
    io = system(seed)
    output = io.x["x"].to_numpy()
    with_coefficients = SimpleNamespace(A=io.Z / output, Y=io.Y, x=io.x, labour=SimpleNamespace(S=io.labour.F / output))
    without_output = SimpleNamespace(Z=io.Z, Y=io.Y, labour=io.labour)
    made = [
        no.from_pymrio(one, resources="labour", resource_limits="base", name="m")
        for one in (io, with_coefficients, without_output)
    ]
    for name in ("inputs", "targets", "resource_use", "resource_limits"):
        values = [np.asarray(economy.frame(name)) for economy in made]
        for other in values[1:]:
            np.testing.assert_allclose(other, values[0], rtol=1e-13, err_msg=name)
    assert made[0].goods.tolist() == PAIRS.tolist() == made[0].techniques.tolist()


@FEW
@given(st.integers(0, 10**6))
def test_categories_of_final_demand_add_up_to_the_whole(seed: int) -> None:
    io = system(seed)
    parts = [["homes"], [("north", "state")], [("south", "state")]]
    each = [no.from_pymrio(io, final_demand=part).vector("targets", 0) for part in parts]
    assert np.sum(each, axis=0).tolist() == no.from_pymrio(io).vector("targets", 0).tolist()
    assert each[0].tolist() == io.Y.xs("homes", axis=1, level=1).sum(axis=1).tolist()


def test_rows_of_extensions_are_chosen_by_name() -> None:
    io = system(1)
    every = no.from_pymrio(io, resources="labour")
    assert no.from_pymrio(io, resources=["labour"]).resources.tolist() == every.resources.tolist() == ["hours", "land"]
    one = no.from_pymrio(io, resources={"labour": ["land"]})
    assert one.frame("resource_use").loc["land"].tolist() == every.frame("resource_use").loc["land"].tolist()
    assert no.from_pymrio(io, emissions={"labour": "hours"}).pollutants.tolist() == ["hours"]
    for rows, words in ((["lnd"], "unknown row 'lnd'"), ([1.5], "rows must be names, or None for all")):
        with pytest.raises(no.DataError, match=words):
            no.from_pymrio(io, resources={"labour": rows})


# ---- the four files ---------------------------------------------------------------------------------------------


def four_files(folder: Path, seed: int, scale: np.ndarray) -> tuple[list[Path], dict[str, np.ndarray]]:
    """Seeded tables of three goods; ``scale`` changes the unit of each good."""
    rng = np.random.default_rng(seed)
    goods = ["iron", "coal", "corn"]
    tables = {
        "use": rng.integers(0, 9, (3, 3)).astype(float),
        "labour": rng.integers(1, 9, 3).astype(float),
        "output": rng.integers(40, 90, 3).astype(float),
        "cap": rng.integers(0, 9, (3, 3)).astype(float),
        "dep": rng.integers(0, 5, (3, 3)) / 8,
        "targets": rng.integers(1, 9, (2, 3)).astype(float),
    }
    rows = {
        "flows": [*(tables["use"] * scale[:, None]), tables["labour"], tables["output"] * scale],
        "cap": tables["cap"] * scale[:, None],
        "dep": tables["dep"],
        "labtarg": np.column_stack([tables["targets"] * scale, [5.0, 6.0]]),
    }
    folder.mkdir()
    for name, values in rows.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*goods, "labour"] if name == "labtarg" else goods)
            writer.writerows([[repr(float(value)) for value in row] for row in values])
    return [folder / f"{name}.csv" for name in rows], tables


@pytest.mark.parametrize("seed", range(6))
def test_base_year_output_gives_back_the_four_files(seed: int, tmp_path: Path) -> None:
    files, tables = four_files(tmp_path / "f", seed, np.ones(3))
    economy = no.read_five_year(*files)
    output = np.diag(tables["output"])
    for name, total in (("inputs", "use"), ("capital", "cap")):
        np.testing.assert_allclose(economy.matrix(name, 0).toarray() @ output, tables[total], rtol=1e-14)
    np.testing.assert_allclose(economy.matrix("resource_use", 0).toarray()[0] @ output, tables["labour"], rtol=1e-14)
    np.testing.assert_array_equal(economy.frame("initial_capital"), tables["cap"])
    np.testing.assert_array_equal(economy.frame("depreciation"), np.where(tables["cap"] > 0, tables["dep"], 0.0))
    np.testing.assert_array_equal(economy.frame("targets"), tables["targets"].T)
    assert economy.frame("resource_limits").to_numpy().tolist() == [[5.0, 6.0]]


@pytest.mark.parametrize("seed", range(3))
def test_four_files_in_other_units_have_the_same_optimum(seed: int, tmp_path: Path) -> None:
    scale = np.array([1000.0, 0.01, 1.0])
    plans = [
        no.solve(no.read_five_year(*four_files(tmp_path / name, seed, factor)[0])).assert_optimal()
        for name, factor in (("one", np.ones(3)), ("other", scale))
    ]
    assert plans[1].objective == pytest.approx(plans[0].objective, rel=1e-9)
    np.testing.assert_allclose(
        plans[1].activities.to_numpy(), plans[0].activities.to_numpy() * scale[:, None], rtol=1e-6, atol=1e-9
    )
