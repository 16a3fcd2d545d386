"""Trade: what is worth importing and exporting, what foreign exchange is worth, and what would be a free lunch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.plan.goods_flows import goods_flows

from .spellings import GOLDEN, difference, spelled

BACKENDS = ("highs", "pyomo", "cvxpy")


def _isle(**tables: Any) -> no.Economy:
    """Two goods made by labour alone, an hour each; wanted one to one."""
    plain: dict[str, Any] = {
        "goods": ["fish", "salt"],
        "techniques": ["fisher", "pan"],
        "outputs": [[1, 0], [0, 1]],
        "resources": ["hours"],
        "resource_use": [[1, 1]],
        "resource_limits": [12],
        "targets": [1, 1],
        "objective": "assortment",
    }
    return no.build_economy(**(plain | tables))


def _dual(plan: no.Plan, rows: str, label: Any) -> float:
    block = plan.program.row_block(rows)
    assert block is not None
    return float(plan.dual[block.start + list(block.index).index(label)])


# ---- by hand ----------------------------------------------------------------
#: Tables, the optimum, and valuations of rows.
HAND: dict[str, tuple[dict[str, Any], float, dict[tuple[str, Any], float]]] = {
    # 4 salt are bought with what is on hand: f + s = 12, f = s + 4. One more of salt spares half an hour of each.
    "imports paid from what is on hand": (
        {"import_prices": [0, 1], "foreign_exchange": [4]},
        8.0,
        {("trade_balance", "1"): 0.5, ("resource_limit", ("hours", "1")): 0.5},
    ),
    # A fish buys 3 salt: only fish are caught, 12, of which e go out: 12 - e = 3 e.
    "imports paid by exports": (
        {"import_prices": [0, 1], "export_prices": [3, 0]},
        9.0,
        {("trade_balance", "1"): 0.25, ("resource_limit", ("hours", "1")): 0.75},
    ),
    # At most 6 salt come in, for 2 fish: f = z + 2, s = z - 6, f + s = 12. With m in all z = 6 + m / 3; foreign
    # exchange of 3 spares a fish, half a set.
    "imports within a limit": (
        {"import_prices": [0, 1], "import_limits": [0, 6], "export_prices": [3, 0]},
        8.0,
        {("import_limit", ("salt", "1")): 1 / 3, ("trade_balance", "1"): 1 / 6},
    ),
    # At most 2 fish go out, for 6 salt: the same plan; one more brings 3 salt: a set and a half less half a set.
    "exports within a limit": (
        {"import_prices": [0, 1], "export_limits": [2, 0], "export_prices": [3, 0]},
        8.0,
        {("export_limit", ("fish", "1")): 1.0, ("trade_balance", "1"): 0.5},
    ),
    # 6 must be earned: 2 fish go out before any salt comes in: 10 - e = 3 e.
    "a debt": (
        {"import_prices": [0, 1], "export_prices": [3, 0], "foreign_exchange": [-6]},
        7.5,
        {("trade_balance", "1"): 0.25},
    ),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", list(HAND))
def test_trade_by_hand(case: str, backend: str) -> None:
    tables, objective, duals = HAND[case]
    plan = no.solve(_isle(**tables), backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(objective, rel=1e-9)
    for (rows, label), dual in duals.items():
        assert _dual(plan, rows, label) == pytest.approx(dual, rel=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_a_country_makes_what_it_is_best_at(seed: int) -> None:
    """Ricardo: at world prices p and labour l per good, labour makes the good of the highest p / l, and trade the rest.

    Sets g are worth p g each, so z = (hours x max p / l + what is on hand) / p g, and a unit of foreign exchange is
    worth 1 / p g; every good then counts for its world price, and an hour for what it earns.
    """
    rng = np.random.default_rng(seed)
    count, periods = int(rng.integers(2, 7)), int(rng.integers(1, 4))
    labour, wanted = rng.uniform(0.5, 2, count), rng.uniform(0.1, 3, count)
    prices, hours = rng.uniform(0.5, 2, (count, periods)), rng.uniform(10, 20, periods)
    on_hand = rng.uniform(-2, 4, periods)
    economy = no.build_economy(
        goods=[f"g{k}" for k in range(count)],
        resources=["hours"],
        resource_use=labour[None, :],
        resource_limits=hours[None, :],
        periods=periods,
        outputs=np.eye(count),
        techniques=[f"make g{k}" for k in range(count)],
        import_prices=prices,
        export_prices=prices,
        foreign_exchange=on_hand,
        targets=wanted,
        objective="fulfilment",
    )
    plan = no.solve(economy).assert_optimal()
    earned = (prices / labour[:, None]).max(axis=0)
    worth = wanted @ prices
    assert plan.fulfilment.to_numpy() == pytest.approx((hours * earned + on_hand) / worth, rel=1e-9)
    assert plan.valuations.loc["foreign exchange"].to_numpy().ravel() == pytest.approx(1 / worth, rel=1e-9)
    assert plan.valuations.loc["good"].to_numpy() == pytest.approx(prices / worth, rel=1e-9)
    assert plan.valuations.loc["resource"].to_numpy().ravel() == pytest.approx(earned / worth, rel=1e-9)


def test_trade_is_per_year() -> None:
    """Everything in it is a flow, so how long a period lasts does not enter its rows."""
    economy = _isle(import_prices=[0, 1], export_prices=[3, 0], foreign_exchange=[1, 2], periods=2)
    longer = economy.with_changes(period_length=[5, 2.5])
    for spelling in ("matrix", "pyomo", "cvxpy"):
        assert difference(spelled(spelling, economy), spelled(spelling, longer)) == []


@pytest.mark.parametrize("name", ["port", "quay"])
def test_worth_of_the_tables_of_trade(name: str) -> None:
    """One more of a limit, or of foreign exchange, lies between the quotients of the optimum, by the data itself."""
    economy, step = GOLDEN[name], 1e-3
    plan = no.solve(economy).assert_optimal()
    for table, rows in (
        ("foreign_exchange", "trade_balance"), ("import_limits", "import_limit"), ("export_limits", "export_limit")
    ):  # fmt: skip
        for t, period in enumerate(economy.periods if economy.has(table) else []):
            own = table == "foreign_exchange"
            amounts = economy.vector(table, 0 if own else t)
            for k in [t] if own else np.flatnonzero((amounts > 0) & np.isfinite(amounts)):
                dual = _dual(plan, rows, period if own else (economy.goods[k], period))
                quotients = []
                for h in (step, -step):
                    moved = amounts.copy()
                    moved[k] += h
                    by_period = {p: economy.vector(table, s) for s, p in enumerate(economy.periods)}
                    changed = moved if own else by_period | {period: moved}
                    other = no.solve(economy.with_changes(**{table: changed})).assert_optimal()
                    quotients.append((other.objective - plan.objective) / h)
                assert quotients[0] - 1e-6 <= dual <= quotients[1] + 1e-6, (table, k, period)


# ---- what a plan says of it --------------------------------------------------
def test_a_plan_shows_its_trade() -> None:
    plan = no.solve(_isle(**HAND["imports within a limit"][0])).assert_optimal()
    assert plan.tables()["imports"].loc["salt"].tolist() == pytest.approx([6.0])
    assert plan.tables()["exports"].loc["fish"].tolist() == pytest.approx([2.0])
    flows = goods_flows(plan).set_index(["good", "place"])
    assert flows.loc[(1, "imports"), ["side", "amount"]].tolist() == ["made", pytest.approx(6.0)]
    assert flows.loc[(0, "exports"), ["side", "amount"]].tolist() == ["used", pytest.approx(2.0)]
    limits = plan.limits.set_index("kind")
    assert limits["worth"].sum() == pytest.approx(plan.objective, rel=1e-9)
    assert limits.loc["import limit", ["name", "worth"]].tolist() == ["salt", pytest.approx(2.0)]
    assert "6 imports" in str(plan.explain("salt"))
    assert "6 of 6 unit are used" in str(plan.explain("salt", kind="import limit"))
    said = str(plan.explain("foreign exchange"))
    assert "one more unit is worth 0.166667" in said and "-6 unit in exports of a good: fish" in said
    assert "imports are paid for by exports alone" in str(plan)


# ---- no free lunch, and nothing ignored --------------------------------------
REFUSED = {
    "imports for nothing": ({"import_limits": [0, 5]}, r"salt.* imported and cost nothing in 1.*'import_prices'"),
    "exports for nothing": (
        {"export_limits": [3, 0], "import_prices": [0, 1]},
        r"fish.* exported and earn nothing in 1.*'export_prices'",
    ),
    "a price in some periods only": (
        {"import_prices": [[0, 0], [1, 0]], "periods": 2},
        r"salt.*nothing in 2.*'import_limits', with 0 where",
    ),
    "to and fro": (
        {"import_prices": [1, 1], "export_prices": [2, 0]},
        r"pays more for 'fish' in 1 than 'import_prices' asks",
    ),
    "nothing to buy": ({"foreign_exchange": [5]}, r"'foreign_exchange'.*give 'import_prices'"),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_what_makes_no_sense_is_refused(case: str) -> None:
    tables, words = REFUSED[case]
    with pytest.raises(no.QuestionError, match=words):
        no.solve(_isle(**tables))


def test_a_price_differs_where_the_good_cannot_be_traded() -> None:
    """An export dearer than the import is no free lunch in a year in which the good cannot be had from elsewhere."""
    tables = {"import_prices": [1, 1], "export_prices": [2, 0], "import_limits": [0, 4], "export_limits": [3, 0]}
    plan = no.solve(_isle(**tables)).assert_optimal()
    assert plan.tables()["imports"].loc["salt"].tolist() == pytest.approx([4.0])


def test_limits_without_limit() -> None:
    """Infinite among limits is none, as without the table; and no one may import what it does not list."""
    tables = {"import_prices": [1, 1], "export_prices": [0.9, 0]}
    free = no.solve(_isle(**tables)).assert_optimal()
    listed = no.solve(_isle(**tables, import_limits=[0, float("inf")])).assert_optimal()
    assert free.objective == pytest.approx(listed.objective, rel=1e-12)
    imported = [plan.program.column_block("imports") for plan in (free, listed)]
    assert [[label[0] for label in block.index] for block in imported if block] == [["fish", "salt"], ["salt"]]
