"""Each law on its own: small instances with optima found by hand, and duals held to difference quotients.

The optimum is concave in a right-hand side where it is maximised (convex where it is minimised), so for a step of any
size the valuation lies between the left and the right difference quotient; degenerate plans, whose valuations are not
unique, are held to the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.formulate import every_law

from .spellings import GOLDEN, Entry, entries

BACKENDS = ("highs", "pyomo", "cvxpy")
DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"


# ---- optima by hand ---------------------------------------------------------
@dataclass(frozen=True)
class Hand:
    """An economy, its optimum and some valuations (block, label) -> ∂objective/∂side, all worked out by hand."""

    tables: dict[str, Any]
    objective: float
    duals: dict[tuple[str, Any], float] = field(default_factory=dict)
    floor: float | None = None


CORN: dict[str, Any] = {
    "goods": ["corn"],
    "techniques": ["grow"],
    "outputs": [[1]],
    "resources": ["labour"],
    "resource_use": [[1]],
    "targets": [1],
    "objective": "fulfilment",
}

HAND = {
    # 100 hours grow 100 of corn, 20 of them seed: 80 and 5 in store serve 8.5 sets of 10. An hour is worth .8/10, a
    # unit of corn on hand 1/10 (the side of the balance is what must be left: one more costs 1/10).
    "balance: seed and stocks": Hand(
        CORN
        | {
            "inputs": [[0.2]],
            "resource_limits": [100],
            "initial_stocks": [5],
            "targets": [10],
            "objective": "assortment",
        },
        8.5,
        {("balance", ("corn", "1")): -0.1, ("resource_limit", ("labour", "1")): 0.08},
    ),
    # An hour's cracking gives 2 petrol and 1 tar; boiling makes 1 tar in a quarter of an hour; wanted 1 : 1. x hours of
    # cracking, b of tar boiled: z = 2x = x + b, so b = x and 1.25 x = 12: x = 9.6, z = 19.2. An hour is worth 1.6.
    "balance: joint products": Hand(
        {
            "goods": ["petrol", "tar"],
            "techniques": ["crack", "boil"],
            "outputs": [[2, 0], [1, 1]],
            "resources": ["hours"],
            "resource_use": [[1, 0.25]],
            "resource_limits": [12],
            "targets": [1, 1],
            "objective": "assortment",
        },
        19.2,
        {("resource_limit", ("hours", "1")): 1.6},
    ),
    # Coefficients by period: an hour grows 1/1 of corn, then 1/2, then 1/4; 8 hours each: 8 + 4 + 2.
    "resources: by period": Hand(
        CORN | {"resource_use": {"1": [[1]], "2": [[2]], "3": [[4]]}, "resource_limits": [8]},
        14.0,
        {("resource_limit", ("labour", "1")): 1.0, ("resource_limit", ("labour", "3")): 0.25},
    ),
    # Half a plough per unit. 10 ploughs (of corn-wood), half wear out: year 1 grows at most 20 (labour 20). With a
    # invested, year 2 has 5 + a ploughs: 2 (5 + a) <= 20 needs a = 5; eaten 15 and 20. One more plough at the start
    # saves nothing in year 1 (labour binds) but half a plough of investment: worth 1/2. A plough more in year 2: 1.
    "capital: wear and investment": Hand(
        CORN
        | {
            "periods": 2,
            "resource_limits": [20],
            "capital": [[0.5]],
            "initial_capital": [[10.5]],
            "depreciation": [[0.5]],
        },
        35.25,
        {
            ("accumulation", ("corn", "grow", "1")): 0.5,
            ("accumulation", ("corn", "grow", "2")): 1.0,
            ("capacity", ("corn", "grow", "1")): 0.0,
            ("capacity", ("corn", "grow", "2")): 1.0,
        },
    ),
    # The same plough takes two years from the investment: what year 1 puts aside serves year 3. No wear, 4 ploughs: 8
    # grown in years 1 and 2. Every unit put aside in year 1 grows 2 in year 3: all 8, so 8 + 2 (4 + 8) = 32, but labour
    # stops year 3 at 20: 6 put aside; 2 + 8 + 20.
    "capital: lag of two": Hand(
        CORN
        | {
            "periods": 3,
            "resource_limits": [20],
            "capital": [[0.5]],
            "initial_capital": [[4]],
            "investment_lag": [2],
        },
        30.0,
        {("resource_limit", ("labour", "3")): 0.5, ("resource_limit", ("labour", "1")): 0.0},
    ),
    # 3 ploughs are there, 2 more arrive in year 2; one plough a unit, so a unit put aside gives only one unit back:
    # 3 + 5. An order for year 2 is worth 1, a plough there from the start 2.
    "capital: orders": Hand(
        CORN
        | {
            "periods": 2,
            "resource_limits": [20],
            "capital": [[1]],
            "initial_capital": [[3]],
            "capital_orders": {"2": [[2]]},
        },
        8.0,
        {("accumulation", ("corn", "grow", "1")): 2.0, ("accumulation", ("corn", "grow", "2")): 1.0},
    ),
    # Two crops share 6 ploughs made of corn, 1 for a unit of corn, 2 for one of rye; half wear out. With a put aside:
    # year 1 corn x, rye y, x + 2y = 6, x - a = y = z; year 2: 3z = 3 + a. So 3z + a = 6: z = 1.5, a = 1.5.
    "capital: a pool": Hand(
        {
            "goods": ["corn", "rye"],
            "outputs": [[1, 0], [0, 1]],
            "techniques": ["sow corn", "sow rye"],
            "periods": 2,
            "capital": [[1, 2], [0, 0]],
            "capital_pool": [6, 0],
            "pool_depreciation": [0.5, 0],
            "targets": [1, 1],
            "objective": "assortment",
        },
        1.5,
        # a unit more of stock at the start is there in year 1, and half of it in year 2: 3z + a = 7, 3z = 3.5 + a
        {("accumulation", ("corn", "1")): 1.5 / 6, ("accumulation", ("corn", "2")): 1 / 6},
    ),
    # 10 hours in year 1, none in year 2; half of what is stored lasts: z = 10 - s = s/2 wants s = 20/3, the barn holds
    # 4: z = 2. Room is worth 1/2, labour nothing.
    "storage: room": Hand(
        CORN | {"resource_limits": [[10, 0]], "storage": [0.5], "storage_capacity": [4], "objective": "assortment"},
        2.0,
        {("storage_limit", ("corn", "1")): 0.5, ("resource_limit", ("labour", "1")): 0.0},
    ),
    # The same with room enough: z = 10/3; an hour of year 1 is worth 1/3.
    "storage: what lasts": Hand(
        CORN | {"resource_limits": [[10, 0]], "storage": [0.5], "objective": "assortment"},
        10 / 3,
        {("resource_limit", ("labour", "1")): 1 / 3, ("balance", ("corn", "2")): -2 / 3},
    ),
    # Corn that keeps at half: eating 10 in year 1 beats 5 in year 2, unless no year may fall below 2: then 4 are
    # stored, 6 + 2. Raising the floor of year 2 by one takes two out of year 1: -1 in all.
    "fulfilment: floor": Hand(
        CORN | {"resource_limits": [[10, 0]], "storage": [0.5]},
        8.0,
        {("floor", "1"): 0.0, ("floor", "2"): -1.0, ("balance", ("corn", "2")): -2.0},
        floor=2.0,
    ),
    # A pin takes an hour by hand, or a third of an hour and half a kilowatt by machine: .3333 + .5 * .5. Power for 6,
    # so 10 cost 6 * .58333 + 4 * 1 = 7.5; one more pin costs 1, a kilowatt more saves 2 * (1 - .58333) = 5/6.
    "least resources: two techniques": Hand(
        {
            "goods": ["pin"],
            "techniques": ["hand", "machine"],
            "outputs": [[1, 1]],
            "resources": ["hours", "power"],
            "resource_use": [[1, 1 / 3], [0, 0.5]],
            "resource_limits": [100, 3],
            "resource_weights": [1, 0.5],
            "targets": [10],
            "objective": "least-resources",
        },
        7.5,
        {("balance", ("pin", "1")): 1.0, ("resource_limit", ("power", "1")): -5 / 6},
    ),
}


def _economy(hand: Hand) -> no.Economy:
    economy = no.build_economy(**hand.tables)
    if hand.floor is None:
        return economy
    return economy.with_changes(questions={"default": replace(economy.question(), floor=hand.floor)})


def _dual(plan: no.Plan, block_name: str, label: Any) -> float:
    """∂objective/∂side of one row."""
    block = plan.program.row_block(block_name)
    assert block is not None
    return float(plan.dual[block.start + block.index.to_list().index(label)])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", HAND)
def test_optimum_by_hand(name: str, backend: str) -> None:
    hand = HAND[name]
    plan = no.solve(_economy(hand), backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(hand.objective, rel=1e-9)
    for (block, label), value in hand.duals.items():
        assert _dual(plan, block, label) == pytest.approx(value, rel=1e-9, abs=1e-9), (block, label)


# ---- known answers ----------------------------------------------------------
@pytest.mark.parametrize("backend", BACKENDS)
def test_kantorovichs_machines(backend: str) -> None:
    plan = no.solve("kantorovich_machines", backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(86 + 2 / 3)
    assert plan.valuations.loc["good"].to_numpy().ravel() == pytest.approx([2 / 3, 1 / 3])
    # of one machine of each kind: the resource limits are numbers of machines, so these are per machine
    assert plan.valuations.loc["resource"].to_numpy().ravel() == pytest.approx([6 + 2 / 3, 13 + 1 / 3, 26 + 2 / 3])


@pytest.mark.parametrize("backend", BACKENDS)
def test_kantorovichs_excavators(backend: str) -> None:
    plan = no.solve("excavators", backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(70.4932735426, rel=1e-11)
    assert plan.valuations.loc["good"].to_numpy().ravel() == pytest.approx([0.22904, 0.42946, 0.34150], abs=5e-6)
    assert plan.valuations.loc["resource"].to_numpy().ravel() == pytest.approx([24.0497, 28.3443, 18.0993], abs=5e-5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_leontiefs_wheat_and_cloth(backend: str) -> None:
    plan = no.solve("wheat_cloth", backend=backend).assert_optimal()
    assert plan.activities.to_numpy().ravel() == pytest.approx([100, 50])
    assert plan.objective == pytest.approx(260)
    assert plan.valuations.loc["good"].to_numpy().ravel() == pytest.approx([2, 5])  # labour values


#: Leontief's abatement industry: grams left, levels of wheat, cloth and abatement, labour.
ABATEMENT = {
    30.0: ([104.494382, 58.426966, 33.932584], 361.797753),
    0.0: ([108.988764, 66.853933, 67.865169], 463.595506),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("left", ABATEMENT)
@pytest.mark.parametrize("table", ["emission_caps", "emission_budgets"])
def test_leontiefs_abatement(table: str, left: float, backend: str) -> None:
    economy = no.build_economy(
        goods=["wheat", "cloth"],
        techniques=["wheat", "cloth", "abate"],
        outputs=[[1, 0, 0], [0, 1, 0]],
        inputs=[[0.25, 0.40, 0], [0.14, 0.12, 0.2]],
        resources=["labour"],
        resource_use=[[0.8, 3.6, 2.0]],
        resource_weights=[1],
        pollutants=["smoke"],
        emissions=[[0.5, 0.2, -1]],
        targets=[55, 30],
        objective="least-resources",
        **{table: [left]},
    )
    levels, labour = ABATEMENT[left]
    plan = no.solve(economy, backend=backend).assert_optimal()
    assert plan.activities.to_numpy().ravel() == pytest.approx(levels, rel=1e-7)
    assert plan.objective == pytest.approx(labour, rel=1e-8)
    # labour is linear between the two known plans, so a gram less costs their difference over 30
    price = (463.595506 - 361.797753) / 30
    where = "1" if table == "emission_caps" else "budget"
    assert plan.abatement_costs.loc["smoke", where] == pytest.approx(price, rel=1e-7)


@pytest.mark.parametrize("backend", BACKENDS)
def test_hawkins_simon(backend: str) -> None:
    """A productive system serves demand although a coefficient exceeds 1; that an unproductive one cannot is proved."""
    tables: dict[str, Any] = {"targets": [1, 1], "resource_use": [[1, 1]], "resource_weights": [1]}
    good = no.build_economy(inputs=[[0.2, 1.1], [0.3, 0.5]], **tables, objective="least-resources")
    plan = no.solve(good, backend=backend).assert_optimal()
    assert plan.activities.to_numpy().ravel() == pytest.approx([22.857, 15.714], abs=5e-4)
    bad = no.build_economy(inputs=[[0.5, 0.6], [0.9, 0.1]], **tables, objective="least-resources")
    assert no.solve(bad, backend=backend).status is no.Status.INFEASIBLE


#: Fulfilment by year, where it is unique.
YEARS = {
    "five_year_plan": [0.5, 2.061867, 2.039321, 1.986849, 2.209262],
    "five_year_plan_coal5": [0.159221, 1.75043, 1.75259, 1.71516, 1.95906],
    "eu_2006": [0.972490, 1.206753, 1.207302, 1.196914, 1.187174, 1.198916, 1.211102, 1.281203, 1.239106],
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", YEARS)
def test_fulfilment_by_year(name: str, backend: str) -> None:
    plan = no.solve(name, backend=backend).assert_optimal()
    assert plan.fulfilment.to_numpy() == pytest.approx(YEARS[name], abs=6e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_iron_of_the_plan_with_less_coal(backend: str) -> None:
    plan = no.solve("five_year_plan_coal5", backend=backend).assert_optimal()
    expected = [9.02671, 1.34269, 1.33837, 1.13124, 0.197885]
    assert plan.activities.loc["iron"].to_numpy() == pytest.approx(expected, rel=5e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_labour_values_of_the_eu(backend: str) -> None:
    """With labour alone scarce and one technique per good, what one more unit demanded costs is its labour value."""
    economy = no.read("eu_2006").with_changes(resource_weights=[1.0])
    capital = ("capital", "depreciation", "initial_capital", "resource_limits")
    question = no.Question("least-resources", leave_out=capital)
    plan = no.solve(economy, question, backend=backend).assert_optimal()
    values = [0.439835, 0.548084, 0.559478, 0.548615, 0.551055]
    for year in economy.periods:
        assert plan.valuations.loc["good"][year].to_numpy() == pytest.approx(values, abs=6e-7)


def test_a_floor_that_does_not_bind_costs_nothing() -> None:
    plan = no.solve("eu_2006", no.Question("fulfilment", floor=0.4)).assert_optimal()
    assert plan.objective == pytest.approx(10.7009597491, rel=1e-11)
    block = plan.program.row_block("floor")
    assert block is not None
    assert np.all(plan.dual[block.span] == 0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_year_plan(backend: str) -> None:
    folder = DATA / "cockshott_5yearplan"
    files = [folder / f"pasharm_test{part}.csv" for part in ("flow", "cap", "dep", "targ")]
    if not all(file.exists() for file in files):
        pytest.skip(f"no data at {folder}")
    plan = no.solve(no.read_five_year(*files), backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(2.506378582, rel=1e-9)
    assert plan.fulfilment.to_numpy() == pytest.approx([1.339097, 1.167281], abs=6e-7)


# ---- valuations against difference quotients --------------------------------
def held_between(
    valuation: float, at: Callable[[float], no.Plan], plan: no.Plan, step: float, left_too: bool = True
) -> bool:
    """Whether a valuation lies between the difference quotients of the optimum for a step to either side.

    Where the step leaves no plan (or is not allowed), there is no quotient on that side to hold it to.
    """
    sense = 1 if plan.program.sense == "max" else -1
    best = plan.objective
    slack = 1e-10 * abs(best) / step + 1e-7 * abs(valuation)
    for h in (step, -step) if left_too else (step,):
        moved = at(h)
        if moved.status is no.Status.INFEASIBLE:
            continue
        quotient = (moved.assert_optimal().objective - best) / h
        # concave: right quotient <= valuation <= left quotient; convex: the other way round
        if sense * np.sign(h) * (valuation - quotient) < -slack:
            return False
    return True


@cache
def _golden_plan(name: str) -> no.Plan:
    return no.solve(GOLDEN[name]).assert_optimal()


def _shifted(economy: no.Economy, block: str, row: int, count: int) -> Callable[[float], no.Plan]:
    """Solve with one side of one row moved."""

    def at(h: float) -> no.Plan:
        amounts = np.zeros(count)
        amounts[row] = -h  # a supply lowers the side
        return no.solve(economy, extra_laws=[no.ExtraLaw("matrix", lambda p, e, q: p.supply(block, amounts))])

    return at


def _duals_are_derivatives(name: str, most: int) -> None:
    plan = _golden_plan(name)
    many = sum(len(block.index) for block in plan.program.rows) > 60
    some = 9 if plan.program.integer.any() else 4 if many else 1  # whole numbers take as long as ten without
    for block in plan.program.rows:
        for row in range(0, len(block.index), max(some, len(block.index) // most)):
            at = _shifted(GOLDEN[name], block.name, row, len(block.index))
            dual = float(plan.dual[block.start + row])
            assert held_between(dual, at, plan, 1e-3), (block.name, block.index[row])


@pytest.mark.parametrize("name", GOLDEN)
def test_every_dual_is_a_derivative(name: str) -> None:
    """Of rows of every law: valuations, rents, stock valuations, floors, storage room, caps and budgets."""
    _duals_are_derivatives(name, 3)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", GOLDEN)
def test_every_dual_of_every_row_is_a_derivative(name: str) -> None:
    _duals_are_derivatives(name, sys.maxsize)


def test_golden_duals_are_not_all_zero() -> None:
    """In every standard block of rows some dual of some golden economy speaks, or the test above would say little."""
    speaking, fixed = set(), set()
    for name in GOLDEN:
        plan = _golden_plan(name)
        program = plan.program
        some, reals = (abs(program.matrix[:, of]).sum(axis=1) > 0 for of in (program.integer, ~program.integer))
        whole = some & ~reals
        fixed |= {b.name for b in plan.program.rows if len(b.index) and whole[b.span].all()}
        speaking |= {block.name for block in plan.program.rows if np.any(np.abs(plan.dual[block.span]) > 1e-9)}
    # what says how many plants there are limits whole numbers only, which stand fixed where duals are taken
    assert fixed == {"plant_number"}
    assert speaking == {rows.name for law in every_law() for rows in law.rows} - fixed


def _valuation(plan: no.Plan, entry: Entry) -> float:
    """What the plan says one more of a number of the data is worth: ∂objective/∂number."""
    economy = plan.economy
    minimised = plan.program.sense == "min"
    labels = [economy.axes[axis][k] for axis, k in zip(_axes(entry), (entry.row, entry.column), strict=False)]
    when = economy.periods if entry.key is None else economy.periods[[entry.key]]
    first = economy.periods[0]
    match entry.table:
        case "resource_limits":
            return float(plan.valuations.loc["resource"][when].to_numpy()[entry.row].sum())
        case "initial_stocks":  # in a least-cost question the valuation of a good is the cost of one more demanded
            return float(plan.valuations.loc["good"][first].to_numpy()[entry.row]) * (-1 if minimised else 1)
        case "targets":
            assert minimised
            return float(plan.valuations.loc["good"][when].to_numpy()[entry.row].sum())
        case "initial_capital":
            return float(plan.stock_valuations[first].to_numpy()[_holding(plan, tuple(labels))])
        case "capital_orders":
            return float(plan.stock_valuations[when].to_numpy()[_holding(plan, tuple(labels))].sum())
        case "capital_pool":
            return float(plan.stock_valuations[first].to_numpy()[_holding(plan, tuple(labels))])
        case "storage_capacity":
            held = [p for p in when if p != economy.periods[-1]]
            return sum(_dual(plan, "storage_limit", (labels[0], p)) for p in held)
        case "emission_caps":  # abatement costs are what one unit less allowed costs, never negative
            return float(plan.abatement_costs.loc[labels[0], when].sum()) * (-1 if minimised else 1)
        case "emission_budgets":
            return float(plan.abatement_costs.loc[labels[0], "budget"]) * (-1 if minimised else 1)
    raise AssertionError(entry.table)


def _axes(entry: Entry) -> tuple[str, ...]:
    return no.TABLES[entry.table].axes


def _holding(plan: no.Plan, holding: tuple[Any, ...]) -> int:
    """Position of a holding in the plan's tables of stocks (by position, for pandas takes pairs apart)."""
    block = plan.program.row_block("accumulation")
    assert block is not None
    return list(dict.fromkeys(tuple(label[:-1]) for label in block.index)).index(holding)


SIDES = ("resource_limits", "initial_stocks", "targets", "initial_capital", "capital_orders", "capital_pool")
SIDES += ("storage_capacity", "emission_caps", "emission_budgets")


def _sides(economy: no.Economy) -> list[Entry]:
    """The numbers of the data that stand on the right-hand side of a row, and that a plan can feel."""
    found = []
    for entry in entries(economy, zeros=True):
        if entry.table not in SIDES or entry.unfelt(economy) or not np.isfinite(entry.value(economy)):
            continue
        if entry.table == "targets" and economy.question().objective != "least-resources":
            continue  # there they are coefficients
        found.append(entry)
    return found


def _moved(economy: no.Economy, entry: Entry) -> Callable[[float], no.Plan]:
    """Solve with one number of the data moved."""
    table = economy.tables[entry.table]

    def at(h: float) -> no.Plan:
        part = table.slices[entry.key].copy()
        if entry.column is None:
            part[entry.row] += h
        else:
            part = sp.csr_array(part + sp.coo_array(([h], ([entry.row], [entry.column])), shape=part.shape))
        slices = {**table.slices, entry.key: part}
        return no.solve(economy.with_changes(**{entry.table: replace(table, slices=slices)}))

    return at


def _by_rows(plan: no.Plan, entry: Entry, step: float) -> float:
    """What one more of a number is worth where it stands on the sides of several rows: their duals times its shares."""
    table = plan.economy.tables[entry.table]
    part = table.slices[entry.key].copy()
    if entry.column is None:
        part[entry.row] += step
    else:
        part = sp.csr_array(part + sp.coo_array(([step], ([entry.row], [entry.column])), shape=part.shape))
    moved = replace(table, slices={**table.slices, entry.key: part})
    before, after = (no.linear_program(e) for e in (plan.economy, plan.economy.with_changes(**{entry.table: moved})))
    assert abs(before.matrix - after.matrix).max() == 0.0 and (before.cost == after.cost).all()
    sides = [np.where(np.isfinite(p.row_lower), p.row_lower, p.row_upper) for p in (before, after)]
    finite = np.isfinite(sides[0])
    return float(plan.dual[finite] @ (sides[1] - sides[0])[finite] / step)


def _over_time(economy: no.Economy) -> bool:
    """Whether a number of the data may stand on several sides, or on one divided by years."""
    ends = economy.question().settings.get("terminal", "none") != "none"
    return ends or any(economy.has(table) for table in ("period_length", "service_life", "retirements", "shifting"))


def _check_sides(economy: no.Economy, chosen: list[Entry]) -> None:
    plan = no.solve(economy).assert_optimal()
    for entry in chosen:
        old = entry.value(economy)
        step = 1e-3 * (old or 1.0)
        worth = _by_rows(plan, entry, step) if _over_time(economy) else _valuation(plan, entry)
        assert held_between(worth, _moved(economy, entry), plan, step, old > 0), entry


@pytest.mark.parametrize("name", list(GOLDEN))
def test_valuations_are_derivatives_by_the_data(name: str) -> None:
    """What the plan's own tables say: of resources, goods, stocks, storage room and emission limits; some of each."""
    every = _sides(GOLDEN[name])
    some = {table: [entry for entry in every if entry.table == table] for table in SIDES}
    _check_sides(GOLDEN[name], [entry for of in some.values() for entry in of[:: max(len(of) // 4, 1)]])


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", list(GOLDEN))
def test_all_valuations_are_derivatives_by_the_data(name: str) -> None:
    _check_sides(GOLDEN[name], _sides(GOLDEN[name]))


@pytest.mark.parametrize("name", no.shipped_models())
def test_valuations_of_shipped_models_are_derivatives(name: str) -> None:
    """Some of each table, spread over it; none of them zero, so that there is something to value."""
    economy = no.read(name)
    chosen = []
    for table in SIDES:
        some = [entry for entry in _sides(economy) if entry.table == table and entry.value(economy) > 0]
        some = [] if table in economy.question().leave_out else some
        chosen += some[:: max(len(some) // 4, 1)][:5]
    assert chosen
    _check_sides(economy, chosen)


@pytest.mark.parametrize("name", [name for name, e in GOLDEN.items() if "floor" in e.question().settings])
@pytest.mark.parametrize("factor", [0.5, 1.0, 1.1])
def test_valuation_of_the_floor(name: str, factor: float) -> None:
    """One floor for all periods: its duals add up to the derivative."""
    economy, asked = GOLDEN[name], GOLDEN[name].question()
    floor = factor * asked.settings.get("floor", 0.0)

    def at(h: float) -> no.Plan:
        return no.solve(economy, replace(asked, floor=floor + h))

    plan = at(0.0).assert_optimal()
    block = plan.program.row_block("floor")
    assert block is not None
    assert held_between(float(plan.dual[block.span].sum()), at, plan, 1e-3 * floor)


@pytest.mark.parametrize("name", [name for name, e in GOLDEN.items() if e.has("capital") and not _over_time(e)])
def test_rents_and_stock_valuations_agree(name: str) -> None:
    """A stock is worth its rent now and what lasts of it later: the dual of owning it, which no solver is asked for.

    (Where plant is moved, retired or left, or periods are long, tests/test_prices_over_time.py asks by reduced costs.)

    For a stock that is held, value(t) = rent(t) + share that lasts x value(t + 1).
    """
    plan, economy = _golden_plan(name), GOLDEN[name]
    pooled = economy.has("capital_pool")
    sign = -1.0 if plan.program.sense == "min" else 1.0
    values, rents = sign * plan.stock_valuations.to_numpy(), sign * plan.rents.to_numpy()
    accumulation = plan.program.row_block("accumulation")
    assert accumulation is not None
    holdings = list(dict.fromkeys(label[:-1] for label in accumulation.index))
    stocks = plan.stocks.to_numpy()
    goods, techniques = economy.goods.to_list(), economy.techniques.to_list()
    for k, holding in enumerate(holdings):
        for t in range(len(economy.periods)):
            later = 0.0
            if t + 1 < len(economy.periods):
                i = goods.index(holding[0])
                if pooled:
                    wear = economy.vector("pool_depreciation", t)[i]
                else:
                    wear = economy.matrix("depreciation", t)[i, techniques.index(holding[1])]
                later = (1 - wear) * values[k, t + 1]
            assert values[k, t] >= rents[k, t] + later - 1e-9
            if stocks[k, t] > 1e-9:
                assert values[k, t] == pytest.approx(rents[k, t] + later, rel=1e-9, abs=1e-9)
