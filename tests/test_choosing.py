"""Which way of HiGHS is taken for plans over many periods, and that the plan says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.backends import choosing
from natura_opt.backends.choosing import way_for
from natura_opt.backends.options import SolveOptions
from natura_opt.backends.session import HotSession
from natura_opt.methods import linear
from natura_opt.methods.curves.settling import prove_plan
from natura_opt.proof.judging import prove


def test_small_programs_go_as_highs_chooses() -> None:
    economy = no.read("five_year_plan")
    assert way_for(economy, no.linear_program(economy), SolveOptions()) == ("auto", "")
    assert "interior point" not in no.solve(economy).attempts[0].message


def test_large_programs_over_several_periods_go_by_interior_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "_LARGE", 10)
    plan = no.solve("five_year_plan").assert_optimal()
    assert plan.objective == pytest.approx(8.797299129, rel=1e-10) and plan.certificate.tolerance == 1e-9
    (attempt,) = plan.attempts
    assert "interior point with crossover, since over several periods (5)" in attempt.message
    assert f"{plan.program.matrix.nnz:,}" in attempt.message


def test_what_is_asked_for_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "_LARGE", 10)
    economy = no.read("five_year_plan")
    program = no.linear_program(economy)
    for options in (SolveOptions("simplex"), SolveOptions("pdlp"), SolveOptions("ipm")):
        assert way_for(economy, program, options) == (options.method, "")
    assert way_for(economy, program, SolveOptions(options={"presolve": "off"})) == ("auto", "")
    whole = replace(program, integer=np.ones_like(program.integer))
    assert way_for(economy, whole, SolveOptions()) == ("auto", "")
    machines = no.read("kantorovich_machines")
    assert way_for(machines, no.linear_program(machines), SolveOptions()) == ("auto", ""), "one period"


def test_an_answer_that_is_not_proved_is_tried_again_as_highs_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "_LARGE", 10)
    asked: list[SolveOptions] = []

    def half_blind(economy: Any, question: Any, program: Any, options: SolveOptions) -> Any:
        asked.append(options)
        verdict = prove_plan(economy, question, program, options)
        return replace(verdict, status=no.Status.UNPROVED) if options.method == "ipm" else verdict

    monkeypatch.setattr(linear, "prove_plan", half_blind)
    plan = no.solve("five_year_plan", time_limit=60.0).assert_optimal()
    assert [options.method for options in asked] == ["ipm", "auto"] and len(plan.attempts) == 2
    assert asked[0].time_limit == 60.0 and asked[1].time_limit is not None and asked[1].time_limit <= 60.0
    assert plan.objective == pytest.approx(8.797299129, rel=1e-10)
    assert "interior point with crossover" in str(plan)


def test_no_plan_is_said_whichever_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "_LARGE", 10)
    plan = no.solve("five_year_plan", no.Question("fulfilment", floor=3.0))
    assert plan.status == "infeasible" and plan.impossibility is not None and plan.impossibility.proved


def test_a_session_goes_on_by_simplex_from_where_interior_point_ended() -> None:
    program = no.linear_program(no.read("five_year_plan"))
    with no.Session(program, first="ipm") as session:
        first = session.solve()
        session.change_rhs("resource_limit", program.row_upper[program.row_block("resource_limit").span] * 1.01)
        second = session.solve()
        cold = no.solve(session.program)
    assert first.certificate.objective == pytest.approx(8.797299129, rel=1e-10)
    assert second.status == "optimal" and second.certificate.objective == pytest.approx(cold.objective, rel=1e-9)


def test_a_session_whose_first_way_proves_nothing_goes_by_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def half_blind(program: Any, options: SolveOptions, *opened: Any) -> Any:
        asked.append(options.method)
        verdict = prove(program, options, *opened)
        return replace(verdict, status=no.Status.UNPROVED) if options.method == "ipm" else verdict

    monkeypatch.setattr("natura_opt.proof.session.prove", half_blind)
    with no.Session(no.linear_program(no.read("five_year_plan")), first="ipm") as session:
        assert session.solve().certificate.objective == pytest.approx(8.797299129, rel=1e-10)
    assert asked == ["ipm", "auto"]


def test_stages_a_planner_and_the_page_go_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    before = no.solve("five_year_plan", objective="leximin").fulfilment.to_numpy()
    page = str(no.why_not("five_year_plan", floor=1.9))
    monkeypatch.setattr(choosing, "_LARGE", 10)
    ways: list[str] = []
    usual = HotSession.__init__

    def noting(self: HotSession, program: Any, options: SolveOptions) -> None:
        ways.append(options.method)
        usual(self, program, options)

    monkeypatch.setattr(HotSession, "__init__", noting)
    leximin = no.solve("five_year_plan", objective="leximin").assert_optimal()
    np.testing.assert_allclose(leximin.fulfilment.to_numpy(), before, rtol=1e-7)
    with no.Planner("five_year_plan") as planner:
        planner.solve().assert_optimal()
    assert str(no.why_not("five_year_plan", floor=1.9)) == page
    assert ways == ["ipm", "ipm", "ipm"]
