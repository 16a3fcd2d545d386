"""Laws of merging: totals stay, order and units do not matter, merging twice is merging once, rates stay in between.

The formula of ``aggregate`` is restated here in plain dense arithmetic.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.economy.table import Table, as_csr
from natura_opt.tables.registry import TABLES

from .seeded import in_other_units

FEW = settings(max_examples=12, deadline=None, derandomize=True, database=None)
GOODS = [f"g{k}" for k in range(6)]
TECHNIQUES = [f"t{k}" for k in range(8)]
PERIODS = ["1", "2"]
COEFFICIENTS = sorted(name for name, spec in TABLES.items() if spec.is_matrix and spec.unit.endswith("/ techniques"))
SUMMED = sorted(
    name
    for name, spec in TABLES.items()
    if spec.unit == spec.axes[0] and spec.axes[0] in ("goods", "techniques") and not name.startswith(("plant", "curve"))
)
RATES = {"depreciation": "initial_capital", "pool_depreciation": "capital_pool", "storage": "initial_stocks"}


def drawn(seed: int) -> tuple[no.Economy, pd.Series, dict[str, str], dict[str, str]]:
    """An economy with tables of every kind that can be merged, base levels, and groups of goods and techniques."""
    rng = np.random.default_rng(seed)
    goods, techniques = len(GOODS), len(TECHNIQUES)

    def some(*shape: int) -> np.ndarray:
        return np.where(rng.random(shape) < 0.3, 0.0, rng.uniform(0.01, 2.0, shape))

    economy = no.build_economy(
        name=f"drawn {seed}",
        goods=GOODS,
        techniques=TECHNIQUES,
        resources=["labour", "land"],
        pollutants=["soot"],
        periods=PERIODS,
        inputs={period: some(goods, techniques) for period in PERIODS},
        inputs_ahead={1: some(goods, techniques), 3: some(goods, techniques)},
        outputs=some(goods, techniques),
        resource_use={period: some(2, techniques) for period in PERIODS},
        resource_limits=[5.0, 6.0],
        emissions=rng.normal(size=(1, techniques)),
        capital=rng.uniform(0.1, 1.0, (goods, techniques)),
        initial_capital=rng.uniform(0.1, 9.0, (goods, techniques)),
        depreciation=rng.random((goods, techniques)),
        capital_orders={"2": some(goods, techniques)},
        capital_pool=rng.uniform(0.1, 9.0, goods),
        pool_depreciation=rng.random(goods),
        initial_stocks=rng.uniform(0.1, 9.0, goods),
        storage=rng.random(goods),
        targets={period: some(goods) for period in PERIODS},
        activity_limits=some(techniques),
        import_limits=some(goods),
        target_weights=np.full(goods, 0.5),
    )
    base = pd.Series(rng.uniform(0.1, 5.0, techniques), TECHNIQUES)
    merged = {good: f"G{rng.integers(0, 3)}" for good in GOODS}
    return economy, base, merged, {technique: f"T{rng.integers(0, 3)}" for technique in TECHNIQUES}


def dense(economy: no.Economy) -> dict[tuple[str, int | None], pd.DataFrame]:
    """Every slice as a frame with sorted names, so that two economies are compared by name."""
    found = {}
    for name, table in economy.tables.items():
        rows, *columns = (economy.axes[axis] for axis in table.spec.axes)
        for key, part in table.slices.items():
            values = part.toarray() if table.spec.is_matrix else part[:, None]
            frame = pd.DataFrame(values, list(rows), list(columns[0]) if columns else ["value"])
            found[name, key] = frame.sort_index().sort_index(axis=1)
    return found


def assert_alike(one: no.Economy, other: no.Economy, leave: tuple[str, ...] = ()) -> None:
    a, b = dense(one), dense(other)
    assert {key for key in a if key[0] not in leave} == {key for key in b if key[0] not in leave}
    for key, frame in a.items():
        if key[0] not in leave:
            pd.testing.assert_frame_equal(frame, b[key], rtol=1e-12, atol=1e-13, obj=str(key))


def indicator(groups: dict[str, str], old: list[str], new: list[str]) -> np.ndarray:
    return np.array([[float(groups[name] == group) for name in old] for group in new])


# ---- totals ---------------------------------------------------------------------------------------------------


@FEW
@given(seed=st.integers(0, 10**6))
def test_what_the_base_year_used_and_made_is_conserved(seed: int) -> None:
    """For each table of coefficients: merged coefficients times merged levels are the merged flows, in each period."""
    economy, base, goods, techniques = drawn(seed)
    small = economy.aggregate(goods, base, techniques)
    levels = base.groupby(techniques).sum()[list(small.techniques)].to_numpy()
    for name in sorted(set(COEFFICIENTS) & set(economy.tables)):
        for key, part in economy.tables[name].slices.items():
            flows = part @ base.to_numpy()
            if TABLES[name].axes[0] == "goods":
                flows = indicator(goods, GOODS, list(small.goods)) @ flows
            np.testing.assert_allclose(small.tables[name].slices[key] @ levels, flows, rtol=1e-12, err_msg=name)


@FEW
@given(seed=st.integers(0, 10**6))
def test_stocks_flows_and_limits_are_added_group_by_group(seed: int) -> None:
    economy, base, goods, techniques = drawn(seed)
    small = economy.aggregate(goods, base, techniques)
    of = {"goods": indicator(goods, GOODS, list(small.goods))}
    of["techniques"] = indicator(techniques, TECHNIQUES, list(small.techniques))
    looked_at = set()
    for name in sorted(set(SUMMED) & set(economy.tables)):
        spec = TABLES[name]
        for key, part in economy.tables[name].slices.items():
            merged = of[spec.axes[0]] @ part
            if spec.is_matrix:
                merged = merged @ of["techniques"].T
            found = small.tables[name].slices[key]
            found = found.toarray() if spec.is_matrix else found
            np.testing.assert_allclose(found, merged, rtol=1e-12, err_msg=name)
            assert found.sum() == pytest.approx(part.sum(), rel=1e-12)
            looked_at.add(name)
    assert looked_at >= {"initial_capital", "capital_orders", "capital_pool", "targets", "activity_limits"}


@FEW
@given(seed=st.integers(0, 10**6))
def test_each_table_of_coefficients_is_the_formula(seed: int) -> None:
    """(S M diag(x) S') / (S x), restated in dense arithmetic."""
    economy, base, goods, techniques = drawn(seed)
    small = economy.aggregate(goods, base, techniques)
    rows = indicator(goods, GOODS, list(small.goods))
    columns = indicator(techniques, TECHNIQUES, list(small.techniques))
    x = base.to_numpy()
    for name in ("inputs", "outputs", "capital", "inputs_ahead"):
        for key, part in economy.tables[name].slices.items():
            wanted = rows @ part.toarray() @ np.diag(x) @ columns.T / (columns @ x)
            np.testing.assert_allclose(small.tables[name].slices[key].toarray(), wanted, rtol=1e-12, err_msg=name)


@FEW
@given(seed=st.integers(0, 10**6))
def test_averaged_rates_lose_what_the_parts_lost_and_stay_between_them(seed: int) -> None:
    economy, base, goods, techniques = drawn(seed)
    small = economy.aggregate(goods, base, techniques)
    for rate, stock in RATES.items():
        part, held = economy.tables[rate].slices[None], economy.tables[stock].slices[None]
        if TABLES[rate].is_matrix:
            part, held = part.toarray(), held.toarray()
        losses = Table(TABLES[stock], {None: as_slice(stock, part * held)})
        lost = replace(economy, tables={"outputs": economy.tables["outputs"], stock: losses})
        lost_small = lost.aggregate(goods, base, techniques).tables[stock].slices[None]
        wanted = lost_small.toarray() if TABLES[rate].is_matrix else lost_small
        found, stocks = (small.tables[name].slices[None] for name in (rate, stock))
        if TABLES[rate].is_matrix:
            found, stocks = found.toarray(), stocks.toarray()
        np.testing.assert_allclose(found * stocks, wanted, rtol=1e-12, err_msg=rate)
        assert part.min() - 1e-15 <= found.min() and found.max() <= part.max() + 1e-15


def as_slice(name: str, values: np.ndarray) -> Any:
    return as_csr(values) if TABLES[name].is_matrix else values


# ---- what must not matter --------------------------------------------------------------------------------------


@FEW
@given(seed=st.integers(0, 10**6))
def test_the_order_of_goods_and_techniques_does_not_matter(seed: int) -> None:
    economy, base, goods, techniques = drawn(seed)
    rng = np.random.default_rng(seed + 1)
    order = {"goods": rng.permutation(len(GOODS)), "techniques": rng.permutation(len(TECHNIQUES))}
    tables = {}
    for name, table in economy.tables.items():
        places = [order.get(axis, np.arange(len(economy.axes[axis]))) for axis in table.spec.axes]
        tables[name] = Table(table.spec, {key: part[np.ix_(*places)] for key, part in table.slices.items()})
    axes = {**economy.axes, **{axis: economy.axes[axis][place] for axis, place in order.items()}}
    other = replace(economy, axes=axes, tables=tables)
    shuffled = {GOODS[k]: goods[GOODS[k]] for k in rng.permutation(len(GOODS))}
    small = other.aggregate(shuffled, base.iloc[::-1], pd.Series(techniques).sample(frac=1.0, random_state=seed % 1000))
    assert_alike(small, economy.aggregate(goods, base, techniques))


@FEW
@given(seed=st.integers(0, 10**6))
def test_merging_in_two_steps_is_merging_in_one(seed: int) -> None:
    economy, base, goods, techniques = drawn(seed)
    first = economy.aggregate(goods, base, techniques)
    between = base.groupby(techniques).sum()
    to_one = dict.fromkeys(first.goods, "everything")
    halves = {name: "all" if name != first.techniques[0] else "first" for name in first.techniques}
    twice = first.aggregate(to_one, between, halves)
    once = economy.aggregate(
        {good: to_one[group] for good, group in goods.items()},
        base,
        {technique: halves[group] for technique, group in techniques.items()},
    )
    assert_alike(twice, once)


@FEW
@given(seed=st.integers(0, 10**6), power=st.integers(-6, 6))
def test_units_changed_before_or_after_give_the_same(seed: int, power: int) -> None:
    """Members of a group share a unit, so changing it by a factor and merging may change places."""
    economy, base, goods, techniques = drawn(seed)
    by_group = {group: 10.0 ** ((power * k) % 5) for k, group in enumerate(sorted(set(goods.values())))}
    by_kind = {group: 10.0 ** ((k - power) % 4) for k, group in enumerate(sorted(set(techniques.values())))}
    small = economy.aggregate(goods, base, techniques)
    after = in_other_units(
        small, {name: by_group[name] for name in small.goods}, {name: by_kind[name] for name in small.techniques}, None
    )
    changed = in_other_units(
        economy,
        {name: by_group[group] for name, group in goods.items()},
        {name: by_kind[group] for name, group in techniques.items()},
        None,
    )
    factors = pd.Series({name: by_kind[group] for name, group in techniques.items()})
    before = changed.aggregate(goods, base * factors, techniques)
    a, b = dense(before), dense(after)
    assert a.keys() == b.keys()
    for key, frame in a.items():
        pd.testing.assert_frame_equal(frame, b[key], rtol=1e-11, atol=1e-13, obj=str(key))


@FEW
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([1e-6, 0.5, 3.0, 1e9]))
def test_only_the_proportions_of_the_base_year_matter_to_coefficients(seed: int, scale: float) -> None:
    economy, base, goods, techniques = drawn(seed)
    assert_alike(economy.aggregate(goods, base * scale, techniques), economy.aggregate(goods, base, techniques))


@pytest.mark.parametrize("period", [0, 1])
def test_each_period_is_merged_as_if_it_were_alone(period: int) -> None:
    economy, base, goods, techniques = drawn(4)
    whole = economy.aggregate(goods, base, techniques)
    tables = {
        name: Table(table.spec, {None: table.at(period)})
        for name, table in economy.tables.items()
        if not table.spec.ahead
    }
    alone = replace(economy, tables=tables).aggregate(goods, base, techniques)
    for name, table in alone.tables.items():
        found, wanted = whole.tables[name].at(period), table.slices[None]
        if table.spec.is_matrix:
            found, wanted = found.toarray(), wanted.toarray()
        np.testing.assert_array_equal(found, wanted, err_msg=name)
