"""Seeded rules against a linear program that is written apart, in dense numbers, for scipy; and what must not change.

The judge knows nothing of the laws: it builds the sum of yearly fulfilment over activities and stocks from the tables
by their definition, each rule as a row by the words of its docstring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import natura_opt as no

SEEDS = range(16)
SIGN = {">=": -1.0, "<=": 1.0, "==": 0.0}


@dataclass(frozen=True)
class Spoken:
    """A rule as it is told to ``require``."""

    name: str
    terms: dict[str, dict[str, float]]
    sense: str
    rhs: dict[str, float]
    over: str | None


def drawn(seed: int) -> tuple[no.Economy, list[Spoken]]:
    """An economy of four goods, six techniques and up to three periods of different length, and rules that a plan of it
    keeps (around the levels of that plan), so that there is one."""
    rng = np.random.default_rng(seed)
    count, goods, techniques = int(rng.integers(1, 4)), [f"g{k}" for k in range(4)], [f"t{k}" for k in range(6)]
    periods = [f"y{t}" for t in range(count)]
    makes = np.zeros((4, 6))
    makes[[0, 1, 2, 3, 0, 2], range(6)] = rng.uniform(0.5, 2.0, 6)
    makes[1, 4] = 0.3  # a joint product
    takes = np.where(rng.random((4, 6)) < 0.4, rng.uniform(0.0, 0.15, (4, 6)), 0.0)
    economy = no.build_economy(
        name=f"seed{seed}",
        goods=goods,
        techniques=techniques,
        outputs=makes,
        inputs={period: takes * rng.uniform(0.8, 1.0) for period in periods},
        resources=["r0", "r1"],
        resource_use=rng.uniform(0.1, 1.0, (2, 6)),
        resource_limits=rng.uniform(8.0, 12.0, (2, count)),
        pollutants=["p0"],
        emissions=rng.uniform(-0.2, 1.0, (1, 6)),
        capital=np.vstack([np.zeros((3, 6)), rng.uniform(0.1, 0.5, (1, 6))]),
        capital_pool=[0.0, 0.0, 0.0, rng.uniform(8.0, 12.0)],
        pool_depreciation=[0.0, 0.0, 0.0, 0.1],
        periods=periods,
        period_length=rng.choice([0.5, 1.0, 2.0], count),
        targets=rng.uniform(0.2, 1.0, (4, count)),
        objective="fulfilment",
    )
    plan = no.solve(economy).assert_optimal()
    where = {"activities": plan.activities, "net_output": plan.net_output, "resource_use": plan.resource_use,
             "emissions": plan.emissions, "stocks": plan.stocks}  # fmt: skip
    rules = []
    years = pd.Series(economy.vector("period_length", 0), periods)
    for k in range(5):
        kinds = rng.choice(list(where), size=int(rng.integers(1, 4)), replace=False)
        terms = {
            str(of): {str(name): float(np.round(rng.normal(), 3)) for name in rng.permutation(where[of].index)[:2]}
            for of in kinds
        }
        level = sum(c * where[of].loc[name] for of, named in terms.items() for name, c in named.items())
        sense, over = str(rng.choice([">=", "<="])), "all periods" if rng.random() < 0.4 else None
        slack = SIGN[sense] * rng.uniform(-0.15, 0.2)  # some are kept by that plan, some only by others
        if over:
            total = float((years * level).sum())
            rhs = dict.fromkeys(periods, total + slack * abs(total))
        else:
            rhs = {period: float(level[period] + slack * abs(level[period])) for period in periods}
        rules.append(Spoken(f"rule {k}", terms, sense, rhs, over))
    return economy, rules


def require(economy: no.Economy, rules: list[Spoken], factor: float = 1.0) -> no.Economy:
    for rule in rules:
        terms = {of: {name: factor * c for name, c in named.items()} for of, named in rule.terms.items()}
        rhs: Any = {period: factor * limit for period, limit in rule.rhs.items()}
        rhs = next(iter(rhs.values())) if rule.over else rhs
        economy = economy.require(rule.name, {}, rule.sense, rhs, over=rule.over, **terms)
    return economy


def judged(economy: no.Economy, rules: list[Spoken]) -> tuple[float, dict[tuple[str, str], float]] | None:
    """The largest z and the marginal of every rule by scipy, from a program written here; None where there is none."""
    count, m = len(economy.periods), len(economy.techniques)
    years = economy.vector("period_length", 0)
    k0, goods = m * count, list(economy.goods)
    width = k0 + 3 * count  # activities, then stocks, investment and fulfilment of each period
    above: list[np.ndarray] = []
    most: list[float] = []

    def row() -> np.ndarray:
        return np.zeros(width)

    def say(line: np.ndarray, limit: float) -> int:
        above.append(line)
        most.append(limit)
        return len(most) - 1

    x = lambda t: slice(m * t, m * (t + 1))  # noqa: E731
    amounts = {
        t: {
            "activities": np.eye(m),
            "net_output": economy.matrix("outputs", t).toarray() - economy.matrix("inputs", t).toarray(),
            "resource_use": economy.matrix("resource_use", t).toarray(),
            "emissions": economy.matrix("emissions", t).toarray(),
        }
        for t in range(count)
    }
    for t in range(count):
        for i in range(len(goods)):
            line = row()
            line[x(t)] = -amounts[t]["net_output"][i]
            line[k0 + 2 * count + t] = economy.vector("targets", t)[i]
            line[k0 + count + t] = float(i == 3)
            say(line, 0.0)
        for r in range(2):
            line = row()
            line[x(t)] = amounts[t]["resource_use"][r]
            say(line, economy.vector("resource_limits", t)[r])
        line = row()
        line[x(t)], line[k0 + t] = economy.matrix("capital", t).toarray()[3], -1.0
        say(line, 0.0)
        line = row()
        line[k0 + t] = 1.0
        if t:
            line[k0 + t - 1] = -(0.9 ** years[t - 1])
            line[k0 + count + t - 1] = -((1.0 - 0.9 ** years[t - 1]) / 0.1)
        say(line, economy.vector("capital_pool", 0)[3] if t == 0 else 0.0)
    axes = {"activities": economy.techniques, "net_output": economy.goods, "resource_use": economy.resources,
            "emissions": economy.pollutants}  # fmt: skip
    places: dict[tuple[str, str], tuple[int, float]] = {}
    for rule in rules:
        lines = []
        for t in range(count):
            line = row()
            for of, named in rule.terms.items():
                for name, c in named.items():
                    if of == "stocks":
                        line[k0 + t] += c
                    else:
                        line[x(t)] += c * amounts[t][of][list(axes[of]).index(name)]
            lines.append(line)
        sign = SIGN[rule.sense]
        if rule.over:
            whole = np.sum([n * line for n, line in zip(years, lines, strict=True)], axis=0)
            limit = next(iter(rule.rhs.values()))
            places[rule.name, "all periods"] = say(sign * whole, sign * limit), sign
        else:
            for t, period in enumerate(economy.periods):
                places[rule.name, period] = say(sign * lines[t], sign * rule.rhs[period]), sign
    cost = row()
    cost[k0 + 2 * count :] = -years  # a year counts as much as another
    found = linprog(cost, A_ub=np.array(above), b_ub=np.array(most), method="highs")
    if found.status == 2:
        return None
    assert found.status == 0, found.message
    return -found.fun, {label: -found.ineqlin.marginals[k] * sign for label, (k, sign) in places.items()}


def interval(plan: no.Plan, rules: list[Spoken], label: tuple[str, str]) -> tuple[float, float]:
    """What the valuation of a rule lies between."""
    rule = next(rule for rule in rules if rule.name == label[0])
    block = f"{'overall_' if rule.over else ''}rule_{'at_least' if rule.sense == '>=' else 'at_most'}"
    return plan.valuation_interval(block, label[0] if rule.over else label)


@pytest.mark.parametrize("seed", SEEDS)
def test_plans_under_rules_are_those_of_a_program_written_apart(seed: int) -> None:
    economy, rules = drawn(seed)
    plan, told = no.solve(require(economy, rules)), judged(economy, rules)
    if told is None:
        assert plan.status is no.Status.INFEASIBLE
        return
    best, marginals = told
    assert plan.assert_optimal().objective == pytest.approx(best, rel=1e-9)
    for (name, period), theirs in marginals.items():
        low, high = interval(plan, rules, (name, period))
        slack = 1e-7 * (1.0 + abs(theirs))
        assert low - slack <= theirs <= high + slack
        assert low - slack <= plan.rules.loc[(name, period), "valuation"] <= high + slack


def test_the_seeds_have_plans_of_both_kinds_and_rules_that_bind() -> None:
    """Or the test above would say little."""
    speaking, impossible = set(), 0
    for seed in SEEDS:
        economy, rules = drawn(seed)
        told = judged(economy, rules)
        impossible += told is None
        for (name, period), value in {} if told is None else told[1].items():
            rule = next(rule for rule in rules if rule.name == name)
            if abs(value) > 1e-6:
                speaking.add((rule.sense, period == "all periods"))
    assert speaking == {(sense, together) for sense in (">=", "<=") for together in (False, True)}
    assert impossible < len(SEEDS) / 2


def feasible(seed: int) -> tuple[no.Economy, list[Spoken], no.Plan]:
    economy, rules = drawn(seed)
    while no.solve(require(economy, rules)).status is no.Status.INFEASIBLE:
        rules = rules[:-1]
    return economy, rules, no.solve(require(economy, rules)).assert_optimal()


@pytest.mark.parametrize("seed", SEEDS[:3])
@pytest.mark.parametrize("factor", [1e-8, 0.5, 1e8])
def test_a_rule_times_a_number_is_the_same_rule(seed: int, factor: float) -> None:
    economy, rules, plan = feasible(seed)
    scaled = no.solve(require(economy, rules, factor)).assert_optimal()
    assert scaled.objective == pytest.approx(plan.objective, rel=1e-9)
    worth, other = plan.limits["worth"].sum(), scaled.limits["worth"].sum()
    assert worth == pytest.approx(other, rel=1e-8) == pytest.approx(plan.objective, rel=1e-8)
    for label in plan.rules.index:
        low, high = interval(plan, rules, label)
        found = factor * scaled.rules.loc[label, "valuation"]
        assert low - 1e-7 * (1 + abs(low)) <= found <= high + 1e-7 * (1 + abs(high))


@pytest.mark.parametrize("seed", SEEDS[:5])
def test_the_order_of_terms_and_rules_says_nothing(seed: int) -> None:
    economy, rules, plan = feasible(seed)
    turned = [
        Spoken(r.name, {of: dict(reversed(n.items())) for of, n in reversed(r.terms.items())}, r.sense, r.rhs, r.over)
        for r in reversed(rules)
    ]
    other = no.solve(require(economy, turned)).assert_optimal()
    assert other.objective == pytest.approx(plan.objective, rel=1e-10)
    by_frame = economy.with_changes(rules=require(economy, rules).frame("rules").sample(frac=1.0, random_state=seed))
    assert no.solve(by_frame).assert_optimal().objective == pytest.approx(plan.objective, rel=1e-10)


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_valuations_of_rules_lie_between_difference_quotients(seed: int) -> None:
    plan = feasible(seed)[2]
    for label, row in plan.rules.iterrows():
        step = 1e-4 * (abs(row["limit"]) or 1.0)
        ends = []
        for sign in (1.0, -1.0):
            with no.Planner(plan.economy) as planner:
                name, period = label
                planner.change("rules", {name: row["limit"] + sign * step}, None if period == "all periods" else period)
                moved = planner.solve()
            ends.append(None if moved.impossibility else (moved.objective - plan.objective) / (sign * step))
        right, left = ends
        slack = 1e-6 * (1.0 + abs(row["valuation"]))
        assert right is None or right <= row["valuation"] + slack
        assert left is None or row["valuation"] - slack <= left


@pytest.mark.parametrize("power", [-8, -4, 4, 8])
def test_units_of_what_is_counted_say_nothing(power: int) -> None:
    """Goods in other units: coefficients of net outputs change inversely, and neither plan nor valuation of a rule."""
    economy, rules, plan = feasible(3)
    unit = 10.0**power
    changed = economy.with_changes(
        inputs={p: unit * economy.matrix("inputs", t) for t, p in enumerate(economy.periods)},
        outputs=unit * economy.matrix("outputs", 0),
        targets=unit * economy.frame("targets"),
        capital=unit * economy.matrix("capital", 0),
        capital_pool=unit * economy.frame("capital_pool"),
    )
    turned = []
    for rule in rules:
        factors = {of: 1.0 / unit if of in ("net_output", "stocks") else 1.0 for of in rule.terms}
        terms = {of: {name: factors[of] * c for name, c in named.items()} for of, named in rule.terms.items()}
        turned.append(Spoken(rule.name, terms, rule.sense, rule.rhs, rule.over))
    other = no.solve(require(changed, turned)).assert_optimal()
    assert other.objective == pytest.approx(plan.objective, rel=1e-8)
    for label in plan.rules.index:
        low, high = interval(plan, rules, label)
        assert low - 1e-7 <= other.rules.loc[label, "valuation"] <= high + 1e-7


def test_an_equation_is_both_of_its_inequalities() -> None:
    economy = feasible(1)[0]
    terms = {"activities": {"t0": 1.0, "t4": -0.5}}
    level = no.solve(economy).activities.iloc[:, 0]
    limit = float(level["t0"] - 0.5 * level["t4"]) * 0.9 + 0.01
    one = economy.require("e", {}, "==", limit, period=economy.periods[0], **terms)
    two = economy.require("l", {}, ">=", limit, period=economy.periods[0], **terms)
    two = two.require("m", {}, "<=", limit, period=economy.periods[0], **terms)
    plan, other = no.solve(one).assert_optimal(), no.solve(two).assert_optimal()
    assert plan.objective == pytest.approx(other.objective, rel=1e-10)
    assert plan.rules["valuation"].sum() == pytest.approx(other.rules["valuation"].sum(), abs=1e-8)


def test_rules_are_proved_in_exact_arithmetic() -> None:
    economy, rules, plan = feasible(0)
    exact = no.solve(require(economy, rules), certificate="exact").assert_optimal()
    assert exact.certificate.bound == "exact" or "exact" in str(exact.certificate)
    assert exact.objective == pytest.approx(plan.objective, rel=1e-12)
