"""Leximin: no level can be raised without lowering one that is no higher, held against judges of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.base.errors import CannotAnswerError
from natura_opt.proof import leximin
from natura_opt.proof.leximin import BY_DUAL, BY_PROGRAM, raise_levels
from natura_opt.proof.session import Session
from natura_opt.testing.small import program as small_program

from .seeded import seeded_economy

CLOSE = 1e-8


def economy_of(seed: int, periods: int) -> no.Economy:
    return seeded_economy(
        seed, goods=(2, 5), periods=(periods, periods), objective="fulfilment", resources=(1, 2), floor=False
    )


def asked(economy: no.Economy, **settings: Any) -> no.Plan:
    return no.solve(economy, no.Question("leximin", settings)).assert_optimal()


class Judge:
    """The laws of a plan as scipy takes them, with levels of fulfilment and no objective."""

    def __init__(self, economy: no.Economy) -> None:
        program = no.linear_program(economy, no.Question("fulfilment"))
        matrix, lower, upper = program.matrix.tocsr(), program.row_lower, program.row_upper
        block = program.column_block("fulfilment")
        assert block is not None
        self.levels = np.arange(block.start, block.start + len(block.index))
        below, above = np.isfinite(upper), np.isfinite(lower)
        self.rows = np.vstack([matrix[below].toarray(), -matrix[above].toarray()])
        self.sides = np.concatenate([upper[below], -lower[above]])
        self.bounds = np.column_stack([program.lower, program.upper])

    def most(self, aim: int, kept: dict[int, float], order: tuple[int, ...] = ()) -> float:
        """Return the most of one level, others kept (at no less), and levels not falling in some order."""
        bounds = self.bounds.copy()
        for level, value in kept.items():
            bounds[self.levels[level], 0] = value
        rising = np.zeros((max(len(order) - 1, 0), len(bounds)))
        for k in range(len(rising)):
            rising[k, self.levels[order[k]]], rising[k, self.levels[order[k + 1]]] = 1.0, -1.0
        cost = np.zeros(len(bounds))
        cost[self.levels[aim]] = -1.0
        found = linprog(
            cost, np.vstack([self.rows, rising]), np.append(self.sides, np.zeros(len(rising))), bounds=bounds
        )
        assert found.status == 0, found.message
        return float(-found.fun)

    def by_force(self) -> np.ndarray:
        """Return the best of all orders: in each, the first as high as can be, then the second, and so on."""
        every = range(len(self.levels))
        best = np.full(len(self.levels), -np.inf)
        for order in permutations(every):
            kept: dict[int, float] = {}
            for level in order:
                kept[level] = max(self.most(level, kept, order) - 1e-9, 0.0)
            found = np.array([kept[level] for level in order])
            apart = np.flatnonzero(np.abs(found - best) > 1e-6 * np.maximum(1.0, np.abs(found)))
            if len(apart) and found[apart[0]] > best[apart[0]]:
                best = found
        return best

    def rise(self, levels: np.ndarray) -> float:
        """Return a bound of how far a level can rise while none that is no higher falls, relative to the highest.

        To leave the judge's solver room, others may fall by a slack s. The most f(s) is concave in it, so what there is
        without slack is at most 2 f(s) - f(2 s).
        """
        largest = max(float(levels.max()), 1e-12)

        def most(k: int, slack: float) -> float:
            kept = [(j, z) for j, z in enumerate(levels) if z <= levels[k] + 1e-7 * largest]
            return self.most(k, {j: max(float(z) - slack * largest, 0.0) for j, z in kept})

        return max(2 * most(k, 1e-10) - most(k, 2e-10) - z for k, z in enumerate(levels)) / largest


def held_as_defined(seed: int, periods: int) -> None:
    economy = economy_of(seed, periods)
    plan, judge = asked(economy), Judge(economy)
    levels = plan.fulfilment.to_numpy()
    assert judge.rise(levels) <= 1e-6
    assert np.isfinite(plan.stages["at_most"]).all() and len(plan.stages) == periods
    assert (plan.stages["at_most"] - plan.stages["value"] <= 1e-9 * levels.max()).all()
    if periods <= 3:
        assert np.sort(levels) == pytest.approx(judge.by_force(), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("seed", range(20))
def test_no_year_can_be_raised_but_by_lowering_one_that_is_no_better_off(seed: int) -> None:
    held_as_defined(seed, 3)


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(300))
def test_it_holds_of_many_plans(seed: int) -> None:
    held_as_defined(1000 + seed, 2 + seed % 4)


def test_the_judge_sees_a_plan_that_is_not_leximin() -> None:
    """Ten, twenty and fifteen of labour: the best least year alone leaves the others where they fall."""
    economy = no.build_economy(
        goods=["corn"], resources=["labour"], inputs=[[0]], resource_use=[[1]], resource_limits=[[10, 20, 15]],
        periods=3, targets=[1], objective="leximin",
    )  # fmt: skip
    judge = Judge(economy)
    assert judge.rise(np.array([10.0, 20.0, 15.0])) <= 1e-9 < 0.2 < judge.rise(np.array([10.0, 10.0, 10.0]))
    assert judge.by_force() == pytest.approx([10.0, 15.0, 20.0], abs=1e-7)
    plan = no.solve(economy).assert_optimal()
    assert plan.fulfilment.to_list() == pytest.approx([10.0, 20.0, 15.0])
    assert [(stage, name) for stage, name in plan.stages.index] == [(1, "1"), (2, "3"), (3, "2")]
    assert plan.objective == 20.0 and (plan.stages["proof"] == BY_DUAL).all()


# ---- shipped models -------------------------------------------------------------------------------------------------

#: The levels of the stages, and how many years each holds.
LEVELS = {
    "five_year_plan": [(0.5, 1), (2.0480578458498777, 4)],
    "five_year_plan_coal5": [(0.5, 1), (1.3881339400411006, 4)],
    "eu_2006": [(1.106745056811974, 9)],
    "uk_2015_20": [(0.96839585428226, 5)],
}


@pytest.mark.parametrize("name", LEVELS)
def test_shipped_models_are_proved(name: str) -> None:
    economy = no.read(name)
    least = no.solve(economy, no.Question("max-min")).assert_optimal()
    plan = asked(economy)
    assert plan.fulfilment.min() == pytest.approx(least.objective, rel=1e-9)
    found = plan.stages.groupby("stage")["value"].agg(["first", "size"])
    assert [tuple(row) for row in found.to_numpy()] == [pytest.approx(row, rel=1e-9) for row in LEVELS[name]]
    assert Judge(economy).rise(plan.fulfilment.to_numpy()) <= 1e-6
    assert all(stage.verdict.certificate.proved for stage in plan.raised) and len(plan.attempts) == len(plan.raised)


@pytest.mark.parametrize("backend", ["pyomo", "cvxpy"])
def test_every_backend_raises_the_same_levels(backend: str) -> None:
    plan = no.solve(no.read("five_year_plan"), no.Question("leximin"), backend=backend).assert_optimal()
    assert plan.fulfilment.to_list() == pytest.approx([0.5, *[2.0480578458498777] * 4], rel=1e-9)
    assert plan.stages.index.get_level_values("stage").to_list() == [1, 2, 2, 2, 2]


# ---- long plans ------------------------------------------------------------------------------------------------------


@cache
def long_plan(count: int, growth: float) -> no.Plan:
    """Where years hardly weigh on each other, only exact stages keep the drift below the tolerance."""
    certificate = "auto" if growth > 1.0 else "exact"
    return no.solve(stairs(count, growth), no.Question("leximin"), certificate=certificate).assert_optimal()


def stairs(count: int, growth: float) -> no.Economy:
    """Many years of unlike limits, goods that keep in part: many stages, the later ones above the held ones."""
    rng = np.random.default_rng(1)
    years = [f"y{t:02d}" for t in range(count)]
    return no.build_economy(
        goods=["corn", "tool"], resources=["labour"], periods=years,
        inputs=[[0.1, 0.2], [0.05, 0.1]], resource_use=[[1.0, 2.0]],
        resource_limits=[(10.0 * growth ** np.arange(count) * rng.uniform(0.8, 1.2, count)).tolist()],
        storage=[0.6, 0.0],
        targets=[(1.0 + rng.random(count)).tolist(), (0.1 * rng.random(count)).tolist()],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "growth", "least", "drift"), [(12, 1.1, 7, 1e-9), (30, 1.1, 15, 1e-9), (20, 1.0, 2, 1e-6)]
)
def test_long_plans_stay_exact_stage_after_stage(count: int, growth: float, least: int, drift: float) -> None:
    """Also where nearly all years are held at one level, by valuations that lie far apart."""
    plan = long_plan(count, growth)
    stages, levels = plan.stages, plan.fulfilment
    values = stages.groupby("stage")["value"].first().to_numpy()
    assert len(plan.raised) >= least and len(stages) == count
    assert (np.diff(values) >= -1e-12 * values.max()).all()
    assert (stages["drift"] <= drift * values.max()).all()
    assert (stages["at_most"] - stages["value"] <= 1e-9 * values.max()).all()
    held = stages.droplevel("stage")["value"].reindex(levels.index)
    assert levels.to_numpy() == pytest.approx(held.to_numpy(), rel=1e-9)
    assert Judge(plan.economy).rise(levels.to_numpy()) <= 1e-6


# ---- the engine, which knows nothing of years -----------------------------------------------------------------------


def levels_program(*rows: tuple[list[float], Any, float]) -> no.LinearProgram:
    """Three levels x0, x1, x2 over m = x3, and further rows."""
    eye = [([1.0 if k == j else 0.0 for k in range(3)] + [-1.0], ">=", 0.0) for j in range(3)]
    return small_program("max", [0.0, 0.0, 0.0, 1.0], [*rows, *eye])


def raised(program: no.LinearProgram) -> leximin.Leximin:
    """Columns and rows of `small.program` stand in one block each; the column of the least gets its own."""
    x = program.columns[0]
    blocks = (replace(x, index=x.index[:3]), replace(x, name="m", start=3, index=x.index[:1]))
    with Session(replace(program, columns=blocks), SolveOptions()) as session:
        return raise_levels(session, "at least", "m", 1e-9)


def values_of(found: leximin.Leximin) -> dict[int, float]:
    return {int(held.label): stage.value for stage in found.stages for held in stage.held}


SUM = ([1.0, 1.0, 1.0, 0.0], "<=", 6.0)


@pytest.mark.parametrize("proof", [BY_DUAL, BY_PROGRAM])
def test_levels_are_held_by_duals_or_by_programs_of_their_own(proof: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if proof == BY_PROGRAM:  # valuations that prove nothing
        monkeypatch.setattr(leximin._Raising, "_bound", staticmethod(lambda program, verdict: np.inf))
    found = raised(levels_program(SUM, ([1.0, 0.0, 0.0, 0.0], "<=", 1.0)))
    assert found.verdict.status is no.Status.OPTIMAL
    assert values_of(found) == pytest.approx({0: 1.0, 1: 2.5, 2: 2.5}, rel=1e-12)
    assert {held.proof for stage in found.stages for held in stage.held} == {proof}
    assert len(found.stages) == (2 if proof == BY_DUAL else 3)


def test_levels_that_cannot_be_served_are_zero() -> None:
    found = raised(levels_program(SUM, ([0.0, 1.0, 0.0, 0.0], "<=", 0.0)))
    assert values_of(found) == pytest.approx({1: 0.0, 0: 3.0, 2: 3.0}, abs=1e-12)


def test_a_level_is_not_held_by_what_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither valuations nor programs of their own say anything: the answer says that it is not proved."""
    monkeypatch.setattr(leximin._Raising, "_bound", staticmethod(lambda program, verdict: np.inf))
    monkeypatch.setattr(leximin._Raising, "_aim", lambda raising, cost: None)
    monkeypatch.setattr(leximin._Raising, "_held_by_program", lambda *given: [])
    found = raised(levels_program(SUM))
    assert found.verdict.status is no.Status.UNPROVED and found.stages[-1].held == ()


def test_what_has_no_best_plan_says_so() -> None:
    assert raised(levels_program()).verdict.status is no.Status.UNBOUNDED
    impossible = raised(levels_program(SUM, ([1.0, 0.0, 0.0, 0.0], ">=", 7.0)))
    assert impossible.verdict.status is no.Status.INFEASIBLE and impossible.stages == ()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda p: replace(p, cost=np.array([1.0, 0, 0, 1])), no.ProgramError, "does not maximise 'm' alone"),
        (lambda p: replace(p, sense="min"), no.ProgramError, "does not maximise 'm' alone"),
        (lambda p: replace(p, rows=(p.rows[0], replace(p.rows[1], name="y"))), no.ProgramError, "no rows 'at least'"),
        (lambda p: replace(p, integer=np.array([True, False, False, False])), CannotAnswerError, "must be whole"),
    ],
)
def test_what_it_cannot_raise_is_refused(change: Callable[[Any], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        raised(change(levels_program(SUM)))


# ---- what a plan says -----------------------------------------------------------------------------------------------


def test_stages_are_shown(tmp_path: Any) -> None:
    plan = asked(no.read("five_year_plan"))
    assert "stage 1: 0.5 is the most for year1\n" in repr(plan)
    assert "stage 2: 2.04806 is the most for year2, year3, year4, year5" in repr(plan)
    assert "leximin of yearly fulfilment" in repr(plan)

    assert plan.tables()["stages"].equals(plan.stages)
    assert "stages" not in no.solve(no.read("five_year_plan")).tables()
    assert no.solve(no.read("five_year_plan")).stages.empty
    first = plan.raised[0].verdict.answer.dual
    assert first.shape == plan.dual.shape and not np.array_equal(first, plan.dual)
    long = long_plan(30, 1.1)
    assert f"… and {len(long.raised) - 8} more stages (plan.stages)" in repr(long)


def test_what_has_no_place_beside_levels_is_refused() -> None:
    damaged = no.build_economy(
        goods=["corn"], resources=["labour"], inputs=[[0]], resource_use=[[1]], resource_limits=[10], targets=[1],
        pollutants=["soot"], emissions=[[1]], damage_weights=[0.1],
    )  # fmt: skip
    with pytest.raises(no.QuestionError, match="compares levels with levels, and damage_weights has no place"):
        no.solve(damaged, no.Question("leximin"))
    with pytest.raises(no.QuestionError, match="salvage has no place among them; ask for terminal 'keep' or 'growth'"):
        no.solve(no.read("five_year_plan_ends"), no.Question("leximin", terminal="salvage"))
    with pytest.raises(CannotAnswerError, match="columns that must be whole"):
        no.solve(
            no.build_economy(
                goods=["corn"], resources=["labour"], inputs=[[0]], resource_use=[[1]], resource_limits=[[10, 20]],
                targets=[1], periods=2, plant_capacity=[3], plant_resources=[[1]],
            ),
            no.Question("leximin"),
        )  # fmt: skip
