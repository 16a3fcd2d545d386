"""A planner's plans are those of solves of their own, whatever was changed, and its program that of its economy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no

from .planned_changes import change
from .seeded import seeded_economy


def assert_same_program(one: no.LinearProgram, other: no.LinearProgram) -> None:
    """Two programs are the same, row by row and column by column."""
    for mine, theirs in ((one.rows, other.rows), (one.columns, other.columns)):
        assert [block.name for block in mine] == [block.name for block in theirs]
        assert all(a.index.equals(b.index) for a, b in zip(mine, theirs, strict=True))
    assert one.sense == other.sense and one.offset == other.offset
    for name in ("cost", "lower", "upper", "integer", "row_lower", "row_upper"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert (one.matrix != other.matrix).nnz == 0


def assert_like_a_fresh_solve(planner: no.Planner, plan: no.Plan) -> None:
    """A plan is what a solve of the same economy from nothing gives."""
    fresh = no.solve(plan.economy, plan.question)
    assert plan.status == fresh.status
    if plan.proved:
        assert plan.objective == pytest.approx(fresh.objective, rel=1e-8, abs=1e-9)
        assert plan.certificate.unconditional or fresh.certificate.conditional
    assert planner.program is not None
    assert_same_program(planner.program, no.linear_program(planner.economy, planner.question))


SEEDS = [*range(10), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(10, 110))]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_plan_is_that_of_a_solve_of_its_own(seed: int) -> None:
    """Three changes each: of numbers, of what is there at all, to what has no plan and back."""
    rng = np.random.default_rng(1000 + seed)
    economy = seeded_economy(seed, goods=(2, 8), periods=(1, 4))
    with no.Planner(economy) as planner:
        planner.solve()
        for _ in range(3):
            change(planner, rng)
            assert_like_a_fresh_solve(planner, planner.solve())


def test_what_has_no_plan_and_back() -> None:
    economy = seeded_economy(3, objective="least-resources", goods=(4, 4), periods=(2, 2))
    with no.Planner(economy) as planner:
        first = planner.solve().assert_optimal()
        for _ in range(2):
            planner.change("activity_limits", 0.0)
            none = planner.solve()
            assert none.status is no.Status.INFEASIBLE and none.impossibility is not None
            planner.change("activity_limits", None)
            back = planner.solve().assert_optimal()
            assert back.objective == pytest.approx(first.objective, rel=1e-9)


def test_a_plan_is_a_whole_one() -> None:
    with no.Planner("five_year_plan") as planner:
        planner.solve()
        planner.change("targets", {"bread": 2.5, "coal": 3.5}, period="year4")
        plan, fresh = planner.solve(), no.solve(planner.economy)
    assert plan.iterations < fresh.iterations + 20 and plan.summary()["status"] == "optimal"
    assert plan.limits.worth.sum() == pytest.approx(plan.objective)
    pd.testing.assert_frame_equal(plan.valuations, fresh.valuations, rtol=1e-6, atol=1e-9)
    assert {"build", "solve", "prove"} <= set(plan.seconds)


def test_settings_and_objectives_are_asked_hot() -> None:
    with no.Planner("five_year_plan") as planner:
        planner.solve()
        for settings in ({"floor": 1.0}, {"floor": 0.0}):
            planner.ask(**settings)
            assert_like_a_fresh_solve(planner, planner.solve())
        planner.ask(objective="assortment")  # other columns; of another meaning
        assert_like_a_fresh_solve(planner, planner.solve())
        with pytest.raises(no.SettingError, match="flor"):
            planner.ask(flor=1.0)
        assert planner.question.objective == "assortment"


def test_a_program_of_the_other_sense_is_taken() -> None:
    economy = seeded_economy(3, objective="least-resources", goods=(4, 4), periods=(2, 2))
    with no.Planner(economy) as planner:
        planner.solve()
        planner.ask(objective="fulfilment")
        assert_like_a_fresh_solve(planner, planner.solve())


WRONG: list[tuple[str, Any, Any, str]] = [
    ("target", {"bread": 1.0}, None, "targets"),
    ("targets", {"bred": 1.0}, None, "bread"),
    ("targets", {"bread": -1.0}, "year3", "row 'bread', period 'year3' is -1"),
    ("targets", {"bread": float("nan")}, None, "row 'bread'"),
    ("targets", {"bread": True}, None, "truth"),
    ("targets", {"bread": 1.0}, "year9", "year5"),
    ("targets", [1.0, 2.0], "year3", "targets"),
    ("inputs", {"iron": 1.0}, None, r"\(goods, techniques\)"),
    ("inputs", {("iron", "stel"): 1.0}, None, "stel"),
    ("inputs", {("iron", "coal"): np.inf}, None, "row 'iron', column 'coal'"),
    ("initial_capital", {("iron", "coal"): 1.0}, "year2", "name no period"),
    ("inputs_ahead", {("iron", "coal"): 1.0}, None, "how many periods ahead"),
    ("curves", {"iron": 1.0}, None, "give it whole"),
]


@pytest.mark.parametrize(("table", "values", "period", "said"), WRONG)
def test_what_a_table_cannot_hold_is_refused_by_name(table: str, values: Any, period: Any, said: str) -> None:
    with no.Planner("five_year_plan") as planner:
        before = planner.economy
        with pytest.raises(no.DataError, match=said):
            planner.change(table, values, period)
        assert planner.economy is before


def test_entries_of_tables_of_every_kind() -> None:
    with no.Planner("five_year_plan") as planner:
        planner.change("inputs", {("iron", "coal"): 0.25}, period="year2")
        assert [planner.economy.matrix("inputs", t)[0, 1] == 0.25 for t in range(3)] == [False, True, False]
        planner.change("resource_limits", 2e6)
        assert (planner.economy.frame("resource_limits") == 2e6).to_numpy().all()
        planner.change("activity_limits", {"coal": 3.0})  # not given until now: the others have no limit
        assert planner.economy.vector("activity_limits", 4).tolist() == [np.inf, 3.0, np.inf, np.inf]
        planner.change("inputs_ahead", {("iron", "coal"): 0.1}, period=2)
        assert planner.economy.tables["inputs_ahead"].slices[2][0, 1] == 0.1
        planner.change("targets", [1.0, 2.0, 3.0, 4.0], period="year5")
        assert planner.economy.vector("targets", 4).tolist() == [1.0, 2.0, 3.0, 4.0]
        planner.change("inputs_ahead", None)
        assert not planner.economy.has("inputs_ahead")


def test_whole_numbers_curves_and_concave_terms_are_answered_from_nothing() -> None:
    curved = no.build_economy(
        goods=["a"],
        resources=["l"],
        targets=[1.0],
        resource_limits=[3.0],
        curves={("a", "l"): [(0, 0), (2, 2), (4, 3)]},
        objective="fulfilment",
    )
    for model, objective in ((curved, None), ("excavators", "harmony")):
        with no.Planner(model, objective=objective) as planner:
            plan, fresh = planner.solve(), no.solve(model, objective=objective)
            assert plan.status == fresh.status and planner.program is None
            assert plan.certificate.objective == pytest.approx(fresh.certificate.objective)


def test_a_closed_planner_says_so() -> None:
    planner = no.Planner("five_year_plan")
    planner.solve()
    planner.close()
    with pytest.raises(no.OptionError, match="closed"):
        planner.solve()
    with pytest.raises(no.OptionError, match="window"):
        no.Planner("five_year_plan", window=0)


def test_after_a_forgotten_basis_the_plan_is_the_same() -> None:
    with no.Planner("five_year_plan") as planner:
        first = planner.solve()
        planner.forget()
        assert planner.program is None
        assert planner.solve().iterations == first.iterations
