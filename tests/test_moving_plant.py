"""Capital that is moved, retired, serves for so long, or comes in pieces: by hand, by vintages, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no

BACKENDS = ("highs", "pyomo", "cvxpy")


def _farm(**tables: Any) -> no.Economy:
    """Corn grown on two fields with a plough per unit; ploughs are made of corn; two years."""
    plain: dict[str, Any] = {
        "goods": ["corn"],
        "techniques": ["hill", "dale"],
        "outputs": [[1, 1]],
        "resources": ["labour"],
        "resource_use": [[1, 1]],
        "resource_limits": [100],
        "periods": 2,
        "capital": [[1, 1]],
        "initial_capital": [[6, 4]],
        "targets": [1],
        "objective": "fulfilment",
    }
    return no.build_economy(**(plain | tables))


#: In the first year only the hill can be sown, in the second only the dale.
HILL_THEN_DALE = {"activity_limits": {"1": [100, 0], "2": [0, 100]}}
#: Tables, settings, the optimum, and valuations of rows.
HAND: dict[str, tuple[dict[str, Any], dict[str, Any], float, dict[tuple[str, Any], float]]] = {
    # 6 grow on the hill; two thirds of its ploughs arrive: 4 + 4 in the dale. Corn for ploughs brings no more than it
    # costs. A plough that arrives grows 1.
    "moved at a loss": (
        HILL_THEN_DALE | {"shifting": [2 / 3]},
        {},
        14.0,
        {("shifting", ("corn", "1")): 1.0, ("accumulation", ("corn", "hill", "1")): 1 + 2 / 3},
    ),
    # Moving one takes two hours of the eight of the first year: x + 2 out = 8, and hours are worth the half that
    # arrives where moving is better than nothing: 6 grown, 1 moved: 6 + 4 + 1.
    "moved with labour": (
        HILL_THEN_DALE
        | {"shifting": [1], "shifting_use": [[2]], "resource_limits": [[8, 100]], "investment_lag": [2]},
        {},
        11.0,
        {("resource_limit", ("labour", "1")): 0.5},
    ),
    # Two years' work to move, of a period of two years: an hour a year per plough, 2 hours a year left for it.
    "moved through a longer period": (
        HILL_THEN_DALE
        | {
            "shifting": [1], "shifting_use": [[2]], "resource_limits": [[8, 100]], "investment_lag": [2],
            "period_length": [2, 1],
        },
        {},
        2 * 6 + 4 + 2.0,
        {("resource_limit", ("labour", "1")): 1.0},
    ),
    # 3 of the hill's 6 are retired in year 2, when half of them is left: 3 - 1.5. What they grew costs as much.
    "retired as of the start": (
        {"depreciation": [[0.5, 0.5]], "retirements": {"2": [[3, 0]]}, "investment_lag": [2]},
        {},
        10 + 1.5 + 2,
        {("accumulation", ("corn", "hill", "2")): 1.0},
    ),
    # To be retired on the hill in year 2, 5 must stay there till then: 1 plough can be moved.
    "what is retired is not moved before": (
        HILL_THEN_DALE | {"shifting": [1], "retirements": {"2": [[5, 0]]}, "investment_lag": [2]},
        {},
        6 + 4 + 1.0,
        {},
    ),
    # Ploughs of the start serve on; what is put aside in year 1 serves in year 2 only, and grows 3 a piece.
    "one period of service": (
        {
            "periods": 3, "capital": [[1 / 3, 1]], "initial_capital": [[1, 0]], "service_life": [1],
            "resource_limits": [[100, 6, 100]], "activity_limits": {"1": [3, 0], "2": [100, 0], "3": [3, 0]},
        },
        {},
        (3 - 1) + 6 + 3.0,
        {("accumulation", ("corn", "hill", "2")): 1.0},
    ),
    # An order that arrives in year 1 with a life of one period is gone in year 2: 12 and 10.
    "orders serve as long": (
        {"capital_orders": {"1": [[2, 0]]}, "service_life": [1], "investment_lag": [2]},
        {},
        22.0,
        {},
    ),
    # Half a plough a unit, half wears out; 8 grow and are put aside, 2 + 8 ploughs grow 20. At the end 1 of what
    # there was is left, those 8 are out of service, so 3 of the 20 must be put aside to leave the 4 there were.
    "what has served its life is not left": (
        {
            "capital": [[0.5, 0.5]], "initial_capital": [[4, 0]], "depreciation": [[0.5, 0.5]], "service_life": [1],
            "activity_limits": [100, 0],
        },
        {"terminal": "keep"},
        17.0,
        {("terminal_capital", ("corn", "hill")): -1.0},
    ),
    # An order with a life of one period is gone by then, too: of 4 + 3 that must be left 1 is, and 6 are put aside.
    "what was ordered has served its life": (
        {
            "capital": [[0.5, 0.5]], "initial_capital": [[4, 0]], "depreciation": [[0.5, 0.5]], "service_life": [1],
            "activity_limits": [100, 0], "capital_orders": {"2": [[3, 0]]}, "investment_lag": [2],
        },
        {"terminal": "keep"},
        8 + 2 * (2 + 3) - 6.0,
        {("terminal_capital", ("corn", "hill")): -1.0},
    ),
    # Ploughs by the 4: with 3 hours more than ploughs, 4 are worth their corn only where each grows 2.
    "in whole pieces": (
        {"capital": [[0.5, 0.5]], "initial_capital": [[3, 0]], "investment_units": [4], "resource_limits": [[6, 15]],
         "activity_limits": [100, 0]},
        {},
        6 - 4 + 14.0,
        {},
    ),
    # Five years of 0.8 make the piece of 4.
    "pieces over a longer period": (
        {"capital": [[0.5, 0.5]], "initial_capital": [[3, 0]], "investment_units": [4], "resource_limits": [[6, 15]],
         "activity_limits": [100, 0], "period_length": [5, 1]},
        {},
        5 * (6 - 0.8) + 14.0,
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", list(HAND))
def test_by_hand(case: str, backend: str) -> None:
    tables, settings, objective, duals = HAND[case]
    plan = no.solve(_farm(**tables), no.Question("fulfilment", **settings), backend=backend)
    plan.assert_optimal()
    assert plan.objective == pytest.approx(objective, rel=1e-9)
    for (rows, label), dual in duals.items():
        block = plan.program.row_block(rows)
        assert block is not None
        assert plan.dual[block.start + list(block.index).index(label)] == pytest.approx(dual, rel=1e-9)


# ---- vintages, one by one ----------------------------------------------------
def _surviving(plan: no.Plan, economy: no.Economy) -> np.ndarray:
    """What survives of every vintage, one by one and year by year: what the rows say from one period to the next."""
    goods, techniques = list(economy.goods), list(economy.techniques)
    years, lives = economy.vector("period_length", 0), economy.vector("service_life", 0)
    lags, count = economy.vector("investment_lag", 0), len(economy.periods)
    invested, out, into = (plan.tables().get(name) for name in ("investment", "shifted_out", "shifted_in"))
    found = np.zeros((len(plan.stocks), count))
    for k, (good, technique) in enumerate(plan.stocks.index):
        i, j = goods.index(good), techniques.index(technique)
        keeps = [(1 - economy.matrix("depreciation", t)[i, j]) ** years[t] for t in range(count)]

        def add(amount: float, usable: int, life: float, k: int = k, keeps: list[float] = keeps) -> None:
            for t in range(usable, int(min(count, usable + life))):
                found[k, t] += amount * np.prod(keeps[usable:t])

        retired = 0.0
        for t in range(count):
            amount = economy.matrix("retirements", t)[i, j]
            add(amount, 0, t)
            retired += amount
            add(economy.matrix("capital_orders", t)[i, j], t, lives[i])
            usable = t + int(lags[i])
            if usable < count and invested is not None and economy.periods[t] in invested.columns:
                wear = economy.matrix("depreciation", usable - 1)[i, j]
                made = sum((1 - wear) ** m for m in range(int(years[t]))) if wear else years[t]
                add(invested.loc[(good, technique), economy.periods[t]] * made, usable, lives[i])
            for moved, sign in ((out, -1.0), (into, 1.0)):
                if moved is not None and t + 1 < count and (good, technique) in moved.index:
                    add(sign * moved.loc[(good, technique), economy.periods[t]], t + 1, np.inf)
        add(economy.matrix("initial_capital", 0)[i, j] - retired, 0, np.inf)
    return found


def _seeded(seed: int) -> no.Economy:
    """Two machines held by three techniques over a few periods of whole years, with everything that befalls stocks."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 6))
    periods = [f"t{k}" for k in range(count)]
    stocks = np.vstack([rng.uniform(1, 4, (2, 3)), np.zeros((1, 3))])
    leaves = {p: stocks * rng.uniform(0, 0.4, stocks.shape) for p in rng.choice(periods, 2, replace=False)}
    return no.build_economy(
        name=f"moved {seed}",
        goods=["saw", "axe", "wood"],
        techniques=["smith", "north", "south"],
        outputs=[[1, 0, 0], [0.6, 0, 0], [0, 1, 1]],
        resources=["labour"],
        resource_use=[rng.uniform(0.2, 1, 3)],
        resource_limits=rng.uniform(6, 15, (1, count)),
        periods=periods,
        period_length=rng.integers(1, 4, count),
        capital={p: np.vstack([rng.uniform(0.1, 1, (2, 3)), np.zeros((1, 3))]) for p in periods},
        initial_capital=stocks,
        depreciation={p: np.vstack([rng.uniform(0, 0.3, (2, 3)), np.zeros((1, 3))]) for p in periods},
        capital_orders={p: stocks * rng.uniform(0, 0.3, stocks.shape) for p in rng.choice(periods, 2, replace=False)},
        investment_lag=[1, int(rng.integers(1, 3)), 1],
        retirements={p: leaves.get(p, np.zeros((3, 3))) for p in periods},
        service_life=[int(rng.integers(1, 3)), float(rng.choice([1, 2, np.inf])), np.inf],
        shifting=[float(rng.choice([0, 0.7, 1])), 0.8, 0],
        shifting_use=[[0.0, 0.3, 0]],
        targets=np.vstack([np.zeros((2, count)), rng.uniform(1, 2, (1, count))]),
        questions={"default": no.Question("fulfilment", terminal=str(rng.choice(["none", "keep", "growth"])))},
    )


@pytest.mark.parametrize("seed", range(8))
def test_stocks_are_what_survives_of_all_vintages(seed: int) -> None:
    economy = _seeded(seed)
    plan = no.solve(economy)
    if plan.status is no.Status.INFEASIBLE:  # what is to be left cannot be: without that there is a plan
        assert economy.question().settings["terminal"] != "none"
        plan = no.solve(economy, "fulfilment" if "fulfilment" in economy.questions else no.Question("fulfilment"))
    survives, stocks = _surviving(plan.assert_optimal(), economy), plan.stocks.to_numpy()
    assert np.all(stocks <= survives + 1e-9)  # more may be thrown away, none comes from nowhere
    tied = plan.program.row_block("accumulation")
    assert tied is not None
    full = (np.abs(plan.dual[tied.span]) > 1e-9).reshape(len(economy.periods), -1).T
    assert full.any()
    # where nothing was thrown away until then, the stock is all that survives
    whole = np.logical_and.accumulate(full, axis=1)
    assert stocks[whole] == pytest.approx(survives[whole], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_duals_of_moving_and_service_lie_between_quotients(seed: int) -> None:
    economy = _seeded(seed).with_changes(name="open")
    question, step = no.Question("fulfilment"), 1e-3
    plan = no.solve(economy, question).assert_optimal()
    rng = np.random.default_rng(seed)
    for rows in ("shifting", "accumulation", "resource_limit"):
        block = plan.program.row_block(rows)
        assert block is not None
        k = int(rng.integers(len(block.index)))
        quotients = []
        for h in (step, -step):
            amounts = np.zeros(len(block.index))
            amounts[k] = -h  # a supply lowers the side

            def more(program: Any, e: no.Economy, q: no.Question, rows: str = rows, by: Any = amounts) -> None:
                program.supply(rows, by)

            moved = no.solve(economy, question, extra_laws=[no.ExtraLaw("matrix", more)])
            quotients.append((moved.objective - plan.objective) / h if moved.proved else h * np.inf)
        low, high = quotients[0], abs(quotients[1])
        assert low - 1e-6 <= plan.dual[block.start + k] <= high + 1e-6, (rows, block.index[k])


# ---- what is refused ----------------------------------------------------------
POOL = {"initial_capital": None, "capital_pool": [10]}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "moving a pool": (POOL | {"shifting": [1]}, "'shifting' moves stocks.*'capital_pool'"),
    "moving what cannot be": (
        {"shifting": [0], "shifting_use": [[1]]}, "'shifting_use' says what moving 'corn' takes.*give in 'shifting'"
    ),
    "moving without a share": ({"shifting_use": [[1]]}, "no law of this question uses the table .*shifting_use"),
    "moving without capital": ({"capital": None, "initial_capital": None, "shifting": [1]}, "uses .*shifting"),
    "half a life": ({"service_life": [1.5]}, "'service_life' gives 'corn' a life that is no whole number"),
    "no life": ({"service_life": [0]}, "'service_life' gives 'corn' a life that is no whole number"),
    "retiring a pool": (POOL | {"retirements": {"2": [[1, 0]]}}, "'retirements' speaks of stocks held by techniques"),
    "retiring more than there is": (
        {"retirements": {"1": [[0, 3]], "2": [[0, 2]]}}, "retires more of 'corn in dale' than 'initial_capital'"
    ),
    "pieces of nothing": ({"capital": None, "initial_capital": None, "investment_units": [1]}, "investment_units"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(REFUSED))
def test_what_makes_no_sense_is_refused(case: str) -> None:
    tables, words = REFUSED[case]
    with pytest.raises(no.QuestionError, match=words):
        no.solve(_farm(**tables))


def test_a_plan_shows_what_is_moved_and_retired() -> None:
    plan = no.solve(
        _farm(**(HILL_THEN_DALE | {"shifting": [1], "retirements": {"2": [[5, 0]]}, "investment_lag": [2]}))
    )
    assert plan.tables()["shifted_out"].loc[("corn", "hill"), "1"] == pytest.approx(1.0)
    assert plan.tables()["shifted_in"].loc[("corn", "dale"), "1"] == pytest.approx(1.0)
    limits = plan.limits.set_index(["kind", "period"])
    assert limits["worth"].sum() == pytest.approx(plan.objective, rel=1e-9)
    assert limits.loc[("retirement", "2"), ["name", "available", "worth"]].tolist() == [
        "corn in hill", 5.0, pytest.approx(-5.0)
    ]  # fmt: skip
