"""Every case of the conformance suite on every backend; a feature a backend does not have is a counted skip."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pytest

import natura_opt as no
from natura_opt.backends.answer import Answer, Claim
from natura_opt.backends.highs import solve_arrays
from natura_opt.testing import BACKENDS, CASES, Backend, Case, Feature, run_all, run_case, summary


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=list(BACKENDS))
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_backend_conforms(case, backend, record_property):
    result = run_case(case, backend)
    record_property("conformance", astuple(result))
    if result.skipped:
        pytest.skip(f"{backend.name}: {result.skipped}")
    assert result.passed, result


def test_every_case_states_what_is_known():
    for case in CASES.values():
        assert case.statuses <= set(no.Status)
        assert (case.objective is not None) == (case.statuses == {no.Status.OPTIMAL}), case
        problem = case.make()
        if isinstance(problem, no.LinearProgram):
            for name, values in case.columns.items():
                assert len(problem.column_block(name).index) == len(values)
            for name, values in case.valuations.items():
                assert len(problem.row_block(name).index) == len(values)
            ranged = np.isfinite(problem.row_lower) & np.isfinite(problem.row_upper)
            ranged &= problem.row_lower != problem.row_upper
            assert bool(ranged.any()) == (Feature.RANGES in case.needs), case
            assert bool(problem.integer.any()) == (Feature.INTEGER in case.needs), case


def _lying(change):
    """A backend that takes the right answer and changes it."""
    return Backend("liar", lambda program, options: change(solve_arrays(program, options)))


LIES = {
    "another point": lambda answer: replace(answer, primal=answer.primal * (1 + 1e-6)),
    "duals of the other sign": lambda answer: replace(answer, dual=-answer.dual),
    "no duals": lambda answer: replace(answer, dual=0 * answer.dual),
    "infeasible": lambda answer: Answer(Claim.INFEASIBLE, 0 * answer.primal, 0 * answer.dual),
    "unbounded": lambda answer: Answer(Claim.UNBOUNDED, 0 * answer.primal, 0 * answer.dual),
    "nothing": lambda answer: Answer(Claim.FAILED, 0 * answer.primal, 0 * answer.dual),
    "not a number": lambda answer: replace(answer, primal=np.nan * answer.primal),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_backend_that_says_what_is_not_so_fails(lie):
    results = run_all([_lying(LIES[lie])], [CASES["feasible"], CASES["valuation: min, >= 6, costs 3"]])
    assert all(result.faults for result in results), results


def test_a_claim_of_optimality_does_not_hide_that_there_is_no_plan():
    sure = Backend(
        "sure", lambda p, o: Answer(Claim.OPTIMAL, np.ones(p.shape[1]), np.zeros(p.shape[0])), frozenset(Feature)
    )
    for case in CASES.values():
        if not (case.needs - {Feature.REFUTES, Feature.SCALES}) and case.statuses != {no.Status.OPTIMAL}:
            assert run_case(case, sure).faults, case


def test_what_is_not_declared_is_skipped_and_counted():
    bare = Backend("bare", solve_arrays)
    cases = [CASES["feasible"], CASES["whole numbers: a knapsack"], CASES["rows with two sides, at the lower one"]]
    results = run_all([bare], cases)
    assert [bool(result.skipped) for result in results] == [False, True, True]
    assert summary(results).startswith(
        "conformance: 3 cases x 1 backends, 1 passed, 0 failed, 2 skipped (1 for want of"
    )


def test_a_valuation_that_does_not_move_the_objective_is_found():
    right = CASES["feasible"]
    wrong = Case("wrong", right.make, objective=11.0, valuations={"at most": [1.0, 0.0]})
    faults = run_case(wrong, BACKENDS["highs simplex"]).faults
    assert any("valuations of 'at most'" in fault for fault in faults)
    assert any("was moved" in fault for fault in faults)
