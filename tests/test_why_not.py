"""When it cannot be done: shortfalls are least by another solver, prices prove it in fractions, sets cannot be less."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.program.linear import LinearProgram
from natura_opt.program.periods_of_rows import periods_of_rows
from natura_opt.proof import diagnose

from .seeded import seeded_economy
from .test_cli import call

SEEDS = range(8)


def scarce(seed: int) -> no.Plan:
    """Demand that limits leave too little for, or a floor above what can be; proved infeasible."""
    rng = np.random.default_rng(seed)
    if seed % 2:
        economy = seeded_economy(seed, goods=(2, 5), periods=(2, 5), objective="fulfilment", resources=(1, 2))
        best = no.solve(economy, objective="fulfilment").fulfilment.max()
        return no.solve(economy, floor=float(best) * 1.2 + 1.0)
    economy = seeded_economy(
        seed, goods=(2, 5), periods=(2, 5), objective="least-resources", resources=(1, 2), all_wanted=True
    )
    plan = no.solve(economy).assert_optimal()
    limits = plan.resource_use * rng.uniform(0.4, 1.6, plan.resource_use.shape)
    limits.iloc[0, -1] = 0.5 * plan.resource_use.iloc[0, -1]
    return no.solve(economy.with_changes(resource_limits=limits))


@pytest.fixture(scope="module")
def infeasible() -> list[no.Plan]:
    plans = [scarce(seed) for seed in SEEDS]
    assert all(plan.status is no.Status.INFEASIBLE for plan in plans)
    return plans


def lp(program: LinearProgram, cost: Any, more: Any = None, most: Any = None) -> Any:
    """Minimise over a program's rows with scipy, with columns of one's own beside its own."""
    matrix = program.matrix if more is None else sp.hstack([program.matrix, more], format="csc")
    dense = matrix.toarray()
    above, below = np.isfinite(program.row_upper), np.isfinite(program.row_lower)
    sides = np.concatenate([program.row_upper[above], -program.row_lower[below]])
    bounds = [*zip(program.lower, program.upper, strict=True)]
    bounds += [] if most is None else [(0.0, end) for end in most]
    return linprog(cost, A_ub=np.vstack([dense[above], -dense[below]]), b_ub=sides, bounds=bounds, method="highs")


def possible(program: LinearProgram) -> bool:
    found = lp(program, np.zeros(program.shape[1]))
    assert found.status in (0, 2), found.message
    return bool(found.status == 0)


def asked_of(plan: no.Plan) -> dict[int, float]:
    """What is asked in each row, by the economy alone: demand of goods, or floors."""
    program, economy = plan.program, plan.economy
    if plan.question.objective == "fulfilment":
        block = program.row_block("floor")
        return {k: float(program.row_lower[k]) for k in range(block.span.start, block.span.stop)}
    block = program.row_block("balance")
    place = {label: block.start + k for k, label in enumerate(block.index)}
    targets = economy.frame("targets")
    return {
        place[good, period]: float(targets.loc[good, period])
        for good in economy.goods
        for period in economy.periods
        if targets.loc[good, period] > 0
    }


def test_the_shortfall_is_the_least_by_another_solver(infeasible: list[no.Plan]) -> None:
    for plan in infeasible:
        page, asked = plan.why_not(), asked_of(plan)
        rows, amounts = np.array(list(asked)), np.array(list(asked.values()))
        slack = sp.csc_array((np.ones(len(rows)), (rows, range(len(rows)))), shape=(plan.program.shape[0], len(rows)))
        cost = np.concatenate([np.zeros(plan.program.shape[1]), 1.0 / amounts])
        truth = lp(plan.program, cost, slack, amounts)
        total, bound = page.shortfall.totals["targets"]
        assert page.proved and page.shortfall.proved
        assert total == pytest.approx(truth.fun, rel=1e-6) and bound == pytest.approx(total, rel=1e-6)
        table = page.shortfall.table
        assert table["share"].sum() == pytest.approx(total, rel=1e-6)
        assert table["possible"].to_numpy() == pytest.approx((table["asked"] - table["shortfall"]).to_numpy())
        assert table["share"].is_monotonic_decreasing and (table["share"] > 0).all()


def lowered(plan: no.Plan, table: pd.DataFrame, by: float) -> LinearProgram:
    """The program with what is asked lowered by a multiple of its shortfall."""
    lower, rows = plan.program.row_lower.copy(), asked_of(plan)
    short = {(row["name"], row["period"]): row["shortfall"] for row in table.to_dict("records")}
    for row in rows:
        block = next(b for b in plan.program.rows if b.span.start <= row < b.span.stop)
        label = block.index[row - block.start]
        key = ("fulfilment", str(label)) if block.name == "floor" else (str(label[0]), str(label[1]))
        lower[row] -= by * short.get(key, 0.0)
    return replace(plan.program, row_lower=lower)


def test_with_the_shortfall_given_up_there_is_a_proved_plan_and_with_less_none(infeasible: list[no.Plan]) -> None:
    for plan in infeasible:
        table = plan.why_not().shortfall.table
        assert no.solve(lowered(plan, table, 1 + 1e-6)).proved
        assert no.solve(lowered(plan, table, 1 - 1e-3)).status is no.Status.INFEASIBLE


def in_fractions(program: LinearProgram, vector: Any) -> tuple[Fraction, Fraction]:
    """By how much the multiplied sides exceed what can be, and the largest pull on what nothing bounds over its terms.

    The data are doubles, so what should cancel in a column may be off by its last digits.
    """
    y, total, loose = [Fraction(float(v)) for v in vector], Fraction(0), Fraction(0)
    for value, low, high in zip(y, program.row_lower, program.row_upper, strict=True):
        if value:
            total += value * Fraction(float(low if value > 0 else high))
    matrix = program.matrix
    for j in range(program.shape[1]):
        span = slice(matrix.indptr[j], matrix.indptr[j + 1])
        terms = [Fraction(float(a)) * y[i] for a, i in zip(matrix.data[span], matrix.indices[span], strict=True)]
        pull = sum(terms, Fraction(0))
        end = program.upper[j] if pull > 0 else program.lower[j]
        if pull and np.isfinite(end):
            total -= pull * Fraction(float(end))
        elif pull:
            loose = max(loose, abs(pull) / sum(map(abs, terms), Fraction(0)))
    return total, loose


def test_the_prices_prove_it_in_fractions(infeasible: list[no.Plan]) -> None:
    for plan in infeasible:
        page, y = plan.why_not(), plan.impossibility.vector
        margin, loose = in_fractions(plan.program, y)
        assert margin > Fraction(1, 10**6) and loose < Fraction(1, 10**13)
        assert page.asked == pytest.approx(1.0) and page.margin > 0
        scale = float(margin) / page.margin  # what all that is asked is worth, at the vector itself
        assert page.prices["worth"].sum() * scale == pytest.approx(float(margin))
        worth = page.prices["available"].abs() * page.prices["price"]
        assert worth.to_numpy() == pytest.approx(page.prices["worth"].abs().to_numpy())
        known = [y[row] / scale for row, amount in asked_of(plan).items() if y[row] * amount > 1e-11 * scale]
        told = page.prices[page.prices["kind"].isin(["demand", "floor"])]["price"]
        assert np.sort(told.to_numpy()) == pytest.approx(np.sort(known))


def test_the_first_period_that_fails_is_the_first_by_brute_force(infeasible: list[no.Plan]) -> None:
    found = []
    for plan in infeasible:
        page, periods = plan.why_not(), list(plan.economy.periods)
        first = next(t for t in range(len(periods)) if not possible(prefix(plan.program, periods[: t + 1], periods)))
        assert page.first_period == periods[first] and page.first is not None
        assert page.first.place == first and page.first.proved
        found.append(first)
    assert len(set(found)) > 1  # not always the first


def prefix(program: LinearProgram, kept: list[Any], periods: list[Any]) -> LinearProgram:
    """Only the rows whose label ends with one of some periods."""
    free = np.zeros(program.shape[0], dtype=bool)
    for block in program.rows:
        last = [label[-1] if isinstance(label, tuple) else label for label in block.index]
        free[block.span] = [label in periods and label not in kept for label in last]
    low, high = np.where(free, -np.inf, program.row_lower), np.where(free, np.inf, program.row_upper)
    return replace(program, row_lower=low, row_upper=high)


def test_the_last_year_fails_where_only_it_has_too_little() -> None:
    economy = seeded_economy(
        2, goods=(3, 3), periods=(5, 5), objective="least-resources", capital="none", resources=(1, 1), storage=False
    )
    use = no.solve(economy.with_changes(resource_limits=None)).assert_optimal().resource_use
    for k in range(5):
        limits = 2.0 * use
        limits.iloc[0, k] = 0.5 * use.iloc[0, k]
        page = no.why_not(economy.with_changes(resource_limits=limits))
        assert page.first is not None and (page.first.place, page.proved) == (k, True)
        assert set(page.shortfall.table["period"]) == {str(economy.periods[k])}


def only(plan: no.Plan, kept: Iterable[tuple[str, str, str]]) -> LinearProgram:
    """The program with these claims alone, the technology left as it is; by the names of blocks."""
    program, kept = plan.program, set(kept)
    low, high, asked = program.row_lower.copy(), program.row_upper.copy(), asked_of(plan)
    for name, kind in (("floor", "floor"), ("resource_limit", "resource"), ("accumulation", "stock")):
        block = program.row_block(name)
        for k, label in enumerate(() if block is None else block.index):
            parts = label if isinstance(label, tuple) else ("fulfilment", label)
            row = block.start + k
            limited = name != "accumulation" or high[row] != 0
            if limited and (kind, " in ".join(map(str, parts[:-1])), str(parts[-1])) not in kept:
                low[row], high[row] = -np.inf, np.inf
    block = program.row_block("balance")
    for row, amount in asked.items():
        if block.span.start <= row < block.span.stop:
            good, period = block.index[row - block.start]
            if ("demand", str(good), str(period)) not in kept:
                low[row] -= amount
    block = program.row_block("storage_limit")
    for k, (good, period) in enumerate(() if block is None else block.index):
        if ("storage", str(good), str(period)) not in kept:
            high[block.start + k] = np.inf
    return replace(program, row_lower=low, row_upper=high)


def test_the_set_clashes_and_without_any_one_of_it_there_is_a_plan(infeasible: list[no.Plan]) -> None:
    for plan in infeasible:
        clash = plan.why_not(irreducible=True).clash
        assert clash is not None and clash.proved and clash.solves > 1
        claims = list(clash.table[["kind", "name", "period"]].itertuples(index=False, name=None))
        assert len(claims) == len(set(claims)) >= 2
        assert not possible(only(plan, claims))
        for one in claims:
            assert possible(only(plan, [other for other in claims if other != one])), one


def test_what_stands_first_is_kept_most() -> None:
    plan = no.solve("five_year_plan", floor=1.9)
    both = plan.why_not(relax=["targets", "limits"]).shortfall
    assert both.proved and both.totals["targets"][0] == pytest.approx(0.0, abs=1e-9)
    assert set(both.table["kind"]) <= {"stock", "resource"} and len(both.table)
    assert (both.table["possible"] > both.table["asked"]).all()
    other = plan.why_not(relax=["limits", "targets"]).shortfall
    assert other.totals["limits"][0] == pytest.approx(0.0, abs=1e-9)
    assert set(other.table["kind"]) == {"floor"}
    resources = plan.why_not(relax="resource")
    assert resources.shortfall.status is no.Status.INFEASIBLE and "would not help" in str(resources)


def test_weights_shift_what_is_given_up() -> None:
    economy = no.build_economy(
        goods=["bread", "cloth"],
        resources=["labour"],
        inputs=np.zeros((2, 2)),
        resource_use=[[1.0, 1.0]],
        resource_limits=[10.0],
        resource_weights=[1.0],
        targets=[10.0, 10.0],
        objective="least-resources",
    )
    for weights, lost in (({"bread": 2.0}, "cloth"), ({"cloth": 3.0, "demand": 5.0}, "bread")):
        page = no.why_not(economy, weights=weights)
        assert page.shortfall.table["name"].tolist() == [lost]
        assert page.shortfall.table["shortfall"].tolist() == pytest.approx([10.0])


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(no.QuestionError, match="is optimal"):
        no.solve("five_year_plan").why_not()
    plan = no.solve("five_year_plan", floor=1.9)
    with pytest.raises(no.OptionError, match="relax"):
        plan.why_not(relax=["wishes"])
    with pytest.raises(no.OptionError, match="weights"):
        plan.why_not(weights={"butter": 1.0})
    with pytest.raises(no.OptionError, match="positive"):
        plan.why_not(weights={"floor": -1.0})


def test_the_command_line_prints_the_page() -> None:
    asked = ("solve", "five_year_plan", "--setting", "floor=1.9")
    told = call(*asked)
    assert told.exit_code == 1
    for words in ("first period that fails: year1", "cheapest shortfall", "possible is 0.5", "all that can serve it"):
        assert words in told.stdout
    facts = json.loads(call(*asked, "--json").stdout)["why_not"]
    assert facts["first_period"] == "year1" and facts["proved"]
    assert facts["shortfall"][0]["possible"] == pytest.approx(0.5)
    page = no.why_not("five_year_plan", floor=1.9, irreducible=True)
    assert page.summary()["shortfall"] == facts["shortfall"]
    assert set(page.tables()) == {"shortfall", "prices", "clash"} and "without any one" in str(page)


def test_of_a_large_program_the_first_periods_are_proved_impossible_first(
    infeasible: list[no.Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnose, "_LARGE", 0)
    used = 0
    for plan in infeasible:
        found = diagnose.prove_infeasible(plan.program, SolveOptions())
        assert found.proved and in_fractions(plan.program, found.vector)[0] > 0
        when = periods_of_rows(plan.program)
        last, first = int(when[found.vector != 0].max()), plan.why_not().first
        assert first is not None and first.place <= last  # a proof needs the period that fails
        if last + 1 < len(plan.economy.periods):
            tried = next(2**k for k in range(9) if 2**k > first.place)
            used += int(last < tried)
    assert used


def test_rows_belong_to_the_periods_of_their_labels(infeasible: list[no.Plan]) -> None:
    for plan in infeasible:
        when, periods = periods_of_rows(plan.program), list(plan.economy.periods)
        for block in plan.program.rows:
            last = [label[-1] if isinstance(label, tuple) else label for label in block.index]
            assert [periods[k] for k in when[block.span]] == last
    kantorovich = no.solve("kantorovich_machines").program
    assert not periods_of_rows(kantorovich).any()


def test_what_limits_all_periods_is_of_the_first_and_what_is_asked_of_all_of_the_last() -> None:
    economy = no.build_economy(
        goods=["bread"],
        resources=["labour"],
        pollutants=["smoke"],
        periods=["p", "q", "r"],
        inputs=[[0.0]],
        resource_use=[[1.0]],
        resource_weights=[1.0],
        emissions=[[1.0]],
        emission_budgets=[5.0],
        targets=[2.0],
        objective="least-resources",
    )
    program = no.linear_program(economy)
    when = periods_of_rows(program)
    assert when[program.row_block("emission_budget").span].tolist() == [0]
    page = no.why_not(economy, irreducible=True)
    assert page.first_period == "r" and page.proved
    assert page.shortfall.table["shortfall"].sum() == pytest.approx(1.0)
    assert page.clash is not None
    assert sorted(page.clash.table["kind"]) == ["demand", "demand", "demand", "emission budget"]
    total = no.Law(
        "all of it",
        frozenset(),
        lambda economy, question: True,
        lambda program, economy, question: (
            program.rows("all", pd.Index(["all"]), ">=", 9.0),
            program.terms("all", "activities", np.ones((1, 3))),
        ),
        rows=(no.Rows("all", (), ">=", "so much is made in all", kind="quota"),),
    )
    fine = economy.with_changes(emission_budgets=[7.0])
    plan = no.solve(fine, extra_laws=[total])
    when = periods_of_rows(plan.program)
    assert when[plan.program.row_block("all").span].tolist() == [2]
    page = plan.why_not(relax=["quota"])
    assert page.first_period == "r" and page.shortfall.table["possible"].tolist() == pytest.approx([7.0])
    assert page.shortfall.table["kind"].tolist() == ["quota"]


def test_own_rows_are_given_up_where_that_is_asked_for() -> None:
    def quota(program: Any, economy: no.Economy, question: no.Question) -> None:
        program.rows("quota", pd.Index(["bread"]), ">=", 1000.0)
        row = np.zeros((1, len(economy.techniques) * len(economy.periods)))
        row[0, economy.techniques.get_loc("bread")] = 1.0
        program.terms("quota", "activities", row)

    plan = no.solve("five_year_plan", extra_laws=[no.ExtraLaw("matrix", quota)])
    assert plan.status is no.Status.INFEASIBLE
    none = plan.why_not()
    assert none.shortfall.status is no.Status.INFEASIBLE and none.proved and not len(none.shortfall.table)
    page = plan.why_not(relax=["own"])
    assert page.shortfall.table["kind"].tolist() == ["own row"]
    possible_so = page.shortfall.table["possible"].iloc[0]

    def less(by: float) -> no.Status:
        asked = replace(plan.program, row_lower=np.where(plan.program.row_lower == 1000.0, possible_so * by, 0.0))
        rest = np.where(plan.program.row_lower == 1000.0, asked.row_lower, plan.program.row_lower)
        return no.solve(replace(plan.program, row_lower=rest)).status

    assert less(1 - 1e-6) is no.Status.OPTIMAL and less(1 + 1e-4) is no.Status.INFEASIBLE


def test_what_fails_by_its_last_digits_says_so() -> None:
    economy = no.build_economy(
        goods=["bread"],
        resources=["labour"],
        inputs=[[0.0]],
        resource_use=[[1.0]],
        resource_limits=[1.0],
        resource_weights=[1.0],
        targets=[1.0 + 2.0**-50],
        objective="least-resources",
    )
    plan = no.solve(economy, certificate="exact")
    assert plan.status is no.Status.INFEASIBLE
    page = plan.why_not()
    assert not len(page.shortfall.table) and "no more than the last digits" in str(page)
    assert page.margin >= 0 and "no more" in "\n".join(page.lines())
    json.dumps(page.summary(), allow_nan=False)
