"""Ranges and intervals: every end is checked by solving again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.backends.answer import Answer
from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions
from natura_opt.base.labels import holding_name, name_of
from natura_opt.plan.limits import binding_limits
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.refine import solve_proved
from natura_opt.proof.sensitivity import ValuationIntervals

from .seeded import not_proved
from .test_emissions import smoky_years
from .test_explain import parts_add_up, richer, stores

SMALL = ["kantorovich_machines", "excavators", "wheat_cloth", "wheat_cloth_pollution", "five_year_plan"]


def optimum(program: LinearProgram) -> float:
    _, certificate = solve_proved(program, SolveOptions(method="simplex"))
    return certificate.objective if certificate.proved else float("nan")


def with_side(program: LinearProgram, row: int, side: float) -> LinearProgram:
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    (lower if np.isfinite(lower[row]) else upper)[row] = side
    return replace(program, row_lower=lower, row_upper=upper)


def with_cost(program: LinearProgram, column: int, cost: float) -> LinearProgram:
    costs = program.cost.copy()
    costs[column] = cost
    return replace(program, cost=costs)


@pytest.mark.parametrize("name", SMALL)
def test_a_valuation_holds_up_to_both_ends_of_its_range(name: str) -> None:
    plan = no.solve(name)
    limits = plan.sensitivity().limits.reset_index(drop=True)
    base = plan.objective
    checked = 0
    for row, line in limits.iterrows():
        for end in (line["lowest"], line["highest"]):
            if not np.isfinite(end) or end == line["side"]:
                continue
            promised = base + line["valuation"] * (end - line["side"])
            assert optimum(with_side(plan.program, row, end)) == pytest.approx(promised, rel=1e-8, abs=1e-9)
            checked += 1
    assert checked >= 2


@pytest.mark.parametrize("name", ["kantorovich_machines", "excavators"])
def test_a_valuation_changes_beyond_its_range(name: str) -> None:
    """Beyond an end, the straight line promises too much (a maximum is concave in its sides)."""
    plan = no.solve(name)
    limits = plan.sensitivity().limits.reset_index(drop=True)
    seen = 0
    for row, line in limits.iterrows():
        for end in (line["lowest"], line["highest"]):
            if not np.isfinite(end) or end == line["side"] or end <= 0:
                continue
            beyond = end + 0.25 * (end - line["side"])
            promised = plan.objective + line["valuation"] * (beyond - line["side"])
            assert optimum(with_side(plan.program, row, beyond)) < promised - 1e-9 * abs(promised)
            seen += 1
    assert seen >= 2


@pytest.mark.parametrize("name", SMALL)
def test_the_plan_stays_best_up_to_both_ends_of_a_cost_range(name: str) -> None:
    plan = no.solve(name)
    costs = plan.sensitivity().costs.reset_index(drop=True)
    checked = 0
    for column, line in costs.iterrows():
        for end in (line["lowest"], line["highest"]):
            if not np.isfinite(end) or end == line["cost"]:
                continue
            promised = plan.objective + (end - line["cost"]) * line["level"]
            assert optimum(with_cost(plan.program, column, end)) == pytest.approx(promised, rel=1e-8, abs=1e-9)
            checked += 1
    assert checked >= 2


def degenerate() -> no.Economy:
    """Two resources that both just suffice for ten: either alone could carry the whole valuation."""
    return no.build_economy(
        goods=["bread"],
        resources=["labour", "ovens"],
        inputs=[[0.0]],
        resource_use=[[1.0], [2.0]],
        resource_limits=[10.0, 20.0],
        targets=[1.0],
        objective="assortment",
    )


def test_a_degenerate_valuation_is_an_interval() -> None:
    """One more of either gives nothing (the other is missing); one less costs all it carries."""
    plan = no.solve(degenerate()).assert_optimal()
    assert plan.valuation_interval("resource_limit", ("labour", "1")) == pytest.approx((0.0, 1.0), abs=1e-9)
    assert plan.valuation_interval("resource_limit", ("ovens", "1")) == pytest.approx((0.0, 0.5), abs=1e-9)
    assert "degenerate" in repr(plan.explain("labour"))


@pytest.mark.parametrize("name", SMALL)
def test_intervals_are_the_one_sided_derivatives(name: str) -> None:
    """The interval of a dual is what solving again a little to either side says."""
    plan = no.solve(name)
    program = plan.program
    limits = plan.sensitivity().limits
    rows = np.random.default_rng(3).permutation(program.shape[0])[:12]
    for row in rows:
        block, label = program.row_label(int(row))
        low, high = plan.valuation_interval(block, label)
        side = float(limits["side"].iloc[row])
        step = 1e-6 * max(abs(side), 1.0)
        up = (optimum(with_side(program, row, side + step)) - plan.objective) / step
        down = (plan.objective - optimum(with_side(program, row, side - step))) / step
        ends = sorted([up, down]) if np.isfinite(up) and np.isfinite(down) else None
        if block == "balance" and program.sense == "max":  # valuations are of what is on hand
            low, high = -high, -low
        assert low - 1e-9 <= plan.dual[row] <= high + 1e-9
        if ends is not None:
            assert (low, high) == pytest.approx(tuple(ends), abs=2e-5 * max(1.0, abs(high))), (block, label)


def test_the_summary_says_where_one_more_and_one_less_differ() -> None:
    """Of iron in coal one more tonne brings a fifth of what one less costs: the other stocks would be missing."""
    plan = no.solve("five_year_plan")
    low, high = plan.valuation_interval("accumulation", ("iron", "coal", "year1"))
    stocks, step = plan.economy.frame("initial_capital"), 1e-5
    for sign, end in ((1, low), (-1, high)):
        changed = stocks.copy()
        changed.loc["iron", "coal"] += sign * step
        other = no.solve(plan.economy.with_changes(initial_capital=changed)).assert_optimal().objective
        assert sign * (other - plan.objective) / step == pytest.approx(end, rel=1e-4)
    assert high > 4 * low > 0
    assert f"brings {low:.6g}, one less costs {high:.6g}" in repr(plan)
    assert f"anything from {low:.6g}" in repr(plan.explain("iron in coal"))


def test_what_binds_adds_up_to_the_objective() -> None:
    """The strong duality of a plan in one sum: every limit at its valuation, floors included."""
    for plan in (
        no.solve("five_year_plan"),
        no.solve("uk_2015_20"),
        no.solve(no.read("five_year_plan_coal5"), no.Question("fulfilment", floor=0.3)),
    ):
        assert binding_limits(plan)["worth"].sum() == pytest.approx(plan.objective, rel=1e-9)
    assert plan.valuations.loc[("floor", "fulfilment"), "year1"] == pytest.approx(-0.8407, rel=1e-3)


def test_an_unknown_row_is_named() -> None:
    plan = no.solve("wheat_cloth")
    with pytest.raises(no.QuestionError, match="no row 'balanc'"):
        plan.valuation_interval("balanc", ("wheat", "1"))


# ---- nothing but what is certified --------------------------------------------------------------------------


def whole_iron(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
    program.columns("whole", pd.Index(["lots"]), integer=True)
    program.rows("in_lots", pd.Index(["lots"]), "==", 0.0)
    program.terms("in_lots", "whole", [[-0.01]])
    program.terms("in_lots", "activities", [[1.0, *[0.0] * (len(economy.techniques) * len(economy.periods) - 1)]])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (None, "the plan is unproved"),
        ({"tolerance": 1e-6}, "proved to 1e-06 only"),
        ({"extra_laws": [no.ExtraLaw("matrix", whole_iron)]}, "whole-number columns"),
    ],
    ids=["unproved", "loosely proved", "whole numbers"],
)
def test_no_interval_and_no_range_without_a_proof(arguments: dict[str, Any] | None, words: str) -> None:
    """In 0.1 ``valuation_interval`` answered for any plan, and the ranges' own solve was never certified."""
    plan = not_proved(no.solve("five_year_plan")) if arguments is None else no.solve("five_year_plan", **arguments)
    assert not plan.has_intervals
    with pytest.raises(no.NotProvedError, match=words):
        plan.valuation_interval("resource_limit", ("labour", "year1"))
    with pytest.raises(no.NotProvedError, match=words):
        plan.sensitivity()
    assert plan.explain("labour", "year3").interval is None and repr(plan)
    parts_add_up(plan)


def test_ranges_of_a_basis_that_is_not_proved_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = no.solve("five_year_plan").assert_optimal()

    class Wrong(HighsSession):
        def solve(self) -> Answer:
            answer = super().solve()
            return replace(answer, dual=answer.dual * 1.001)

    monkeypatch.setattr("natura_opt.proof.sensitivity.HighsSession", Wrong)
    with pytest.raises(no.NotProvedError, match="could not be proved"):
        plan.sensitivity()


def test_an_interval_that_cannot_be_found_is_said_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """In 0.1 the summary of a proved plan raised."""

    def lost(self: ValuationIntervals, row: int) -> tuple[float, float]:
        raise no.NotProvedError("the interval of a valuation could not be found: HiGHS ended failed")

    monkeypatch.setattr(ValuationIntervals, "of_row", lost)
    plan = no.solve("five_year_plan").assert_optimal()
    assert "could not be found" in repr(plan)
    assert binding_limits(plan, intervals=3)["one_more"].isna().tolist()[:4] == [True, True, True, False]
    told = plan.explain("labour", "year3")
    assert told.interval is None and "could not be found" in repr(told)
    with pytest.raises(no.NotProvedError, match="HiGHS ended failed"):
        plan.valuation_interval("resource_limit", ("labour", "year3"))


def test_intervals_of_a_year_with_next_to_nothing() -> None:
    """A limit of 1e-9 beside 6e6: levels of no size, but valuations like any other."""
    economy = no.read("eu_2006")
    limits = economy.frame("resource_limits").copy()
    limits.loc["labour", "year6"] = 1e-9
    plan = no.solve(economy.with_changes(resource_limits=limits)).assert_optimal()
    assert "could not be found" not in repr(plan)
    for period in economy.periods:
        low, high = plan.valuation_interval("resource_limit", ("labour", period))
        assert low * (1 - 1e-9) <= plan.valuations.loc[("resource", "labour"), period] <= high * (1 + 1e-9)


def quotients(plan: no.Plan, row: int, sign: float, step: float) -> tuple[float, float]:
    """Return what one more and one less of a part do to the objective; ``sign`` of the part in the row's side."""
    program = plan.program
    side = with_bounds(program, row)
    more = optimum(with_side(program, row, side + sign * step)) - plan.objective
    less = plan.objective - optimum(with_side(program, row, side - sign * step))
    return more / step, less / step


def with_bounds(program: LinearProgram, row: int) -> float:
    return float(program.row_lower[row] if np.isfinite(program.row_lower[row]) else program.row_upper[row])


def parts_against_quotients(plan: no.Plan, most: int) -> set[str]:
    """Check what one more brings and one less costs of the parts of the objective; return the kinds checked."""
    kinds = set()
    limits = binding_limits(plan, intervals=most).head(most)
    rows = {}
    for block in plan.program.rows:
        for k, label in enumerate(block.index):
            rows[(block.name, label)] = block.start + k
    for part in limits.to_dict("records"):
        if part["kind"] in ("bound", "constant"):
            continue
        row, sign = row_of_part(plan, rows, part)
        step = 1e-6 * max(abs(with_bounds(plan.program, row)), 1e-3)
        found = quotients(plan, row, sign, step)
        size = max(abs(part["one_more"]), abs(part["one_less"]), abs(part["valuation"]))
        for end, quotient in zip((part["one_more"], part["one_less"]), found, strict=True):
            if np.isfinite(quotient) and np.isfinite(end):
                assert end == pytest.approx(quotient, abs=1e-4 * size + 1e-8 * abs(plan.objective) / step), part
        kinds.add(part["kind"])
    return kinds


def row_of_part(plan: no.Plan, rows: dict[Any, int], part: dict[str, Any]) -> tuple[int, float]:
    """Return the row a part stands in, and the sign with which it enters the row's side."""
    block = {
        "resource": "resource_limit", "stock": "accumulation", "storage": "storage_limit", "floor": "floor",
        "emission cap": "emission_cap", "emission budget": "emission_budget", "initial stock": "balance",
        "demand": "balance", "own demand": "balance",
    }[part["kind"]]  # fmt: skip
    for (name, label), row in rows.items():
        whole = label if isinstance(label, tuple) else (label,)
        if part["kind"] == "floor":
            same = str(label) == part["period"]
        elif part["kind"] == "emission budget":
            same = name_of(label) == part["name"]
        else:
            same = holding_name(tuple(whole[:-1])) == part["name"] and str(whole[-1]) == part["period"]
        if name == block and same:
            return row, -1.0 if part["kind"] == "initial stock" else 1.0
    raise AssertionError(part)


@pytest.mark.parametrize("seed", range(12))
def test_one_more_and_one_less_of_every_part_are_difference_quotients(seed: int) -> None:
    """Caps, budgets, floors, room in store, stocks of goods and capital, demands: each end solved again."""
    plan = no.solve(richer(seed))
    if plan.proved:
        parts_against_quotients(plan, 6)


@pytest.mark.exhaustive
def test_one_more_and_one_less_of_every_part_in_full() -> None:
    kinds: set[str] = set()
    for seed in range(12, 212):
        plan = no.solve(richer(seed))
        if plan.proved:
            kinds |= parts_against_quotients(plan, 6)
    assert kinds >= {"resource", "stock", "storage", "emission cap", "emission budget", "initial stock", "demand"}


def test_one_more_and_one_less_of_floors_and_rooms() -> None:
    kinds = parts_against_quotients(no.solve(stores(storage_capacity=[2.6])).assert_optimal(), 9)
    tight = stores(storage_capacity=[2.6], questions={"default": no.Question("assortment")})
    kinds |= parts_against_quotients(no.solve(tight).assert_optimal(), 9)
    caps = smoky_years(emission_caps=[[np.inf, np.inf, 15.0], [np.inf] * 3], emission_budgets=[32.0, np.inf])
    kinds |= parts_against_quotients(no.solve(caps).assert_optimal(), 9)
    assert kinds >= {"resource", "storage", "floor", "initial stock", "emission cap", "emission budget"}
