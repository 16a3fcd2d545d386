"""Merging goods and techniques: the base year stays exact, identity changes nothing, the unmergeable is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.economy.table import Table

from .seeded import seeded_economy

DATA = Path(__file__).parents[2] / "shared" / "data"
MODELS = Path(__file__).parents[1] / "models"


def economy_of(seed: int, count: int = 9, **more: Any) -> tuple[no.Economy, pd.Series]:
    """A productive economy of single-product techniques with labour, and its levels for its own final demand."""
    rng = np.random.default_rng(seed)
    names = [f"g{k}" for k in range(count)]
    inputs = rng.random((count, count)) * (rng.random((count, count)) < 0.6) / count
    demand = rng.integers(0, 20, count).astype(float)
    levels = np.linalg.solve(np.eye(count) - inputs, demand)
    economy = no.build_economy(
        goods=names,
        inputs=inputs,
        targets=demand,
        resources=["labour"],
        resource_use=rng.random((1, count)),
        resource_weights=[1.0],
        objective="least-resources",
        **more,
    )
    return economy, pd.Series(levels, names)


def groups_of(seed: int, names: list[str]) -> dict[str, str]:
    rng = np.random.default_rng(seed)
    return {name: f"G{rng.integers(0, 4)}" for name in names}


@pytest.mark.parametrize("seed", range(20))
def test_the_base_year_stays_exact(seed: int) -> None:
    economy, levels = economy_of(seed)
    groups = groups_of(seed, list(economy.goods))
    small = economy.aggregate(groups, levels)
    plan = no.solve(small).assert_optimal()
    merged = levels.groupby(groups).sum()
    assert plan.activities["1"].to_dict() == pytest.approx(merged.to_dict(), rel=1e-9)
    whole = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(whole.objective, rel=1e-9)
    assert plan.net_output["1"].to_dict() == pytest.approx(
        whole.net_output["1"].groupby(groups).sum().to_dict(), rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize("seed", range(12))
def test_identity_changes_nothing(seed: int) -> None:
    economy = seeded_economy(seed, goods=(2, 9), periods=(1, 3))
    base = pd.Series(np.arange(len(economy.techniques), dtype=float), economy.techniques)
    for same in (
        economy.aggregate(dict(zip(economy.goods, economy.goods, strict=True))),
        economy.aggregate(pd.Series(economy.goods, economy.goods), base),
    ):
        assert list(same.goods) == list(economy.goods) and list(same.techniques) == list(economy.techniques)
        assert set(same.tables) == set(economy.tables)
        assert (same.units, same.questions, same.notes) == (economy.units, economy.questions, economy.notes)
        for name, table in economy.tables.items():
            assert_equal(table, same.tables[name])


def assert_equal(a: Table, b: Table) -> None:
    assert set(a.slices) == set(b.slices)
    for key, part in a.slices.items():
        other = b.slices[key]
        if a.spec.is_matrix:
            assert (part != other).nnz == 0, a.spec.name
        else:
            np.testing.assert_array_equal(part, other)


def test_joint_products_and_their_techniques_are_merged_apart() -> None:
    """Goods by one concordance, techniques by another; outputs are weighted like inputs."""
    economy = no.build_economy(
        goods=["petrol", "diesel", "power"],
        techniques=["old refinery", "new refinery", "plant"],
        outputs=[[0.5, 0.75, 0.0], [0.5, 0.25, 0.0], [0.0, 0.0, 1.0]],
        inputs=[[0.0, 0.0, 0.25], [0.0, 0.0, 0.0], [0.5, 0.25, 0.0]],
        targets=[1.0, 2.0, 3.0],
        objective="assortment",
    )
    goods = {"petrol": "fuel", "diesel": "fuel", "power": "power"}
    techniques = {"old refinery": "refinery", "new refinery": "refinery", "plant": "plant"}
    base = pd.Series({"plant": 7.0, "new refinery": 3.0, "old refinery": 1.0})
    small = economy.aggregate(goods, base, techniques=techniques)
    assert small.frame("outputs").to_dict() == {
        "refinery": {"fuel": 1.0, "power": 0.0},
        "plant": {"fuel": 0.0, "power": 1.0},
    }
    assert small.frame("inputs").loc["power", "refinery"] == 0.5 * 0.25 + 0.25 * 0.75
    assert small.frame("targets").to_dict() == {"fuel": 3.0, "power": 3.0}
    only_goods = economy.aggregate(goods)
    assert list(only_goods.techniques) == list(economy.techniques)
    assert only_goods.frame("outputs").loc["fuel"].to_dict() == {"old refinery": 1.0, "new refinery": 1.0, "plant": 0.0}


def test_merging_techniques_only_makes_the_outputs_explicit() -> None:
    economy, levels = economy_of(1, 3)
    small = economy.aggregate({g: g for g in economy.goods}, levels, techniques={"g0": "t", "g1": "t", "g2": "u"})
    share = levels["g0"] / (levels["g0"] + levels["g1"])
    assert small.frame("outputs")["t"].to_dict() == pytest.approx({"g0": share, "g1": 1 - share, "g2": 0.0})


def test_flows_stocks_rates_and_periods() -> None:
    """Stocks are added; wear is averaged by the stocks that wear, and where there are none by what is tied up."""
    economy = no.build_economy(
        goods=["a", "b", "c"],
        periods=["1", "2"],
        inputs={"1": np.full((3, 3), 0.1), "2": np.full((3, 3), 0.2)},
        capital=[[2.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 4.0]],
        initial_capital=[[30.0, 10.0, 0.0], [20.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
        depreciation=[[0.1, 0.2, 0.0], [0.5, 0.25, 0.0], [0.0, 0.0, 0.3]],
        initial_stocks=[1.0, 2.0, 3.0],
        storage=[0.5, 0.8, 1.0],
        targets=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        objective="fulfilment",
    )
    small = economy.aggregate({"a": "x", "b": "x", "c": "c"}, pd.Series({"a": 1.0, "b": 3.0, "c": 5.0}))
    assert small.frame("inputs", "1").loc["x", "x"] == pytest.approx(0.2)
    assert small.frame("inputs", "2").loc["x", "c"] == pytest.approx(0.4)
    assert small.frame("capital").loc["x", "x"] == pytest.approx((3.0 * 1 + 2.0 * 3) / 4)
    assert small.frame("initial_capital").loc["x", "x"] == 60.0
    assert small.frame("depreciation").loc["x", "x"] == pytest.approx((3.0 + 2.0 + 10.0) / 60.0)
    assert small.frame("depreciation").loc["c", "c"] == pytest.approx(0.3)
    assert small.frame("storage").to_dict() == pytest.approx({"x": (0.5 + 1.6) / 3.0, "c": 1.0})
    assert pd.DataFrame(small.frame("targets")).loc["x"].to_dict() == {"1": 4.0, "2": 6.0}
    no.solve(small).assert_optimal()


def test_pooled_wear_is_averaged_by_the_pool() -> None:
    economy = no.build_economy(
        goods=["a", "b"],
        inputs=np.zeros((2, 2)),
        capital=np.eye(2),
        capital_pool=[10.0, 30.0],
        pool_depreciation=[0.1, 0.2],
        targets=[1.0, 1.0],
    )
    small = economy.aggregate({"a": "x", "b": "x"}, pd.Series({"a": 1.0, "b": 1.0}))
    assert small.vector("pool_depreciation", 0).tolist() == pytest.approx([7.0 / 40.0])
    assert small.vector("capital_pool", 0).tolist() == [40.0]


def test_pairs_are_merged_like_any_names() -> None:
    pairs = [("north", "corn"), ("south", "corn")]
    economy = no.build_economy(goods=pairs, inputs=[[0.1, 0.2], [0.0, 0.1]], targets=[1.0, 2.0])
    base = pd.Series([1.0, 3.0], pd.Index(pairs, tupleize_cols=False))
    small = economy.aggregate({pair: pair[1] for pair in pairs}, base)
    assert list(small.goods) == ["corn"]
    assert small.matrix("inputs", 0).toarray() == pytest.approx(np.array([[(0.1 + 3 * 0.3) / 4]]))


GROUPS = {"g0": "x", "g1": "x", "g2": "y"}
WRONG: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "no base": (
        {},
        {"concordance": GROUPS, "base": None},
        "the coefficients of merged techniques ('inputs', 'resource_use') are averaged by how much of each ran in the "
        "base year; give base=, a Series of activity levels by technique",
    ),
    "an array": ({}, {"base": np.ones(3)}, "base: must be a Series of activity levels by technique, not ndarray"),
    "a good missing": ({}, {"concordance": {"g0": "x", "g1": "x"}}, "concordance: no entry for the goods 'g2'"),
    "an unknown good": ({}, {"concordance": {**GROUPS, "g3": "y"}}, "concordance: unknown good 'g3'"),
    "no new name": ({}, {"concordance": {**GROUPS, "g2": None}}, "concordance: there is no new name for 'g2'"),
    "a level missing": ({}, {"base": pd.Series({"g0": 1.0, "g1": 1.0})}, "base: no entry for the techniques 'g2'"),
    "a negative level": (
        {},
        {"base": pd.Series({"g0": 1.0, "g1": -1.0, "g2": 1.0})},
        "base, row 'g1' is -1.0; give a finite number of at least 0",
    ),
    "an idle group": (
        {},
        {"base": pd.Series({"g0": 0.0, "g1": 0.0, "g2": 1.0})},
        "base: no technique of 'x' ran in the base year, so their coefficients cannot be averaged",
    ),
    "units": (
        {"units": {"goods": ["tonne", "litre", "tonne"]}},
        {},
        "the units of 'g0', 'g1' differ, so they cannot become 'x'; make them equal, or keep them apart",
    ),
    "weights": ({"target_weights": [1.0, 2.0, 3.0]}, {}, "the entries of 'target_weights' of 'g0', 'g1' differ"),
    "storage without stocks": ({"storage": [0.1, 0.2, 0.3]}, {}, "the entries of 'storage' of 'g0', 'g1' differ"),
    "plants": ({"plant_capacity": [1.0, 1.0, 1.0]}, {}, "'plant_capacity' speaks of single plants; remove the table"),
}


@pytest.mark.parametrize("case", sorted(WRONG))
def test_what_cannot_be_merged_is_refused(case: str) -> None:
    tables, changes, message = WRONG[case]
    economy, levels = economy_of(5, 3, **tables)
    with pytest.raises(no.DataError, match=re.escape(message)):
        economy.aggregate(**{"concordance": GROUPS, "base": levels, **changes})


@pytest.mark.skipif(not (DATA / "uk2015_plan").is_dir(), reason="the tables of the 129 industries are not here")
def test_the_shipped_uk_model_is_this_aggregation() -> None:
    """models/uk_2015_20 was made from the 129 industries by its concordance; its stocks are rounded to the pound."""
    source = DATA / "uk2015_plan"
    whole = no.read_five_year(*(source / f"{name}.csv" for name in ("flows", "cap", "dep", "labtarg")))
    concordance = pd.read_csv(MODELS / "uk_2015_20" / "source" / "concordance.csv", index_col="code")["industry"]
    output = pd.read_csv(source / "flows.csv", index_col=0).iloc[-1]
    small, shipped = whole.aggregate(concordance, output), no.read("uk_2015_20")
    assert list(small.goods) == list(shipped.goods)
    assert set(small.tables) == set(shipped.tables)
    for name in shipped.tables:
        stock = name in ("initial_capital", "capital")
        np.testing.assert_allclose(
            np.asarray(small.frame(name)), np.asarray(shipped.frame(name)), rtol=1e-8 if stock else 1e-13, atol=1e-15
        )
    assert no.solve(small).assert_optimal().objective == pytest.approx(5.034656815283, rel=1e-11)
