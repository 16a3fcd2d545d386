"""From claims to verdicts: what is proved, by whom, when the exact judge is asked; and the parts of refinement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from natura_opt.backends.answer import Answer, Claim
from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions
from natura_opt.base.errors import OptionError
from natura_opt.base.status import Status
from natura_opt.program.linear import LinearProgram
from natura_opt.proof import judging as judging_module
from natura_opt.proof.certificate import ROUNDING, Certificate, certify
from natura_opt.proof.judging import Verdict, certify_claim, judge, prove, settle, solve_any
from natura_opt.proof.refine import Refinement, _least_side, _magnification, _settled, _without, inside, worst
from natura_opt.testing.small import INF, program

from .exact_simplex import solve_exactly
from .hostile import KINDS, hostile_program, made

#: max 3x + 2y, x + y <= 4, x + 3y <= 6: twelve, at (4, 0), multipliers 3 and 0.
SMALL = program("max", [3.0, 2.0], [([1.0, 1.0], "<=", 4.0), ([1.0, 3.0], "<=", 6.0)])
POINT, PRICES = np.array([4.0, 0.0]), np.array([3.0, 0.0])
AUTO, EXACT = SolveOptions(), SolveOptions(certificate="exact")


def answer(claim: Claim = Claim.OPTIMAL, primal: Any = POINT, dual: Any = PRICES, **more: Any) -> Answer:
    return Answer(claim, np.asarray(primal, dtype=float), np.asarray(dual, dtype=float), **more)


def judged(given: Answer, asked: LinearProgram = SMALL, options: SolveOptions = AUTO) -> Status:
    return judge(asked, given, certify(asked, given.primal, given.dual, options.tolerance), options)[0]


# ---- claims ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", [Claim.OPTIMAL, Claim.TIME_LIMIT, Claim.FAILED, Claim.ITERATION_LIMIT])
def test_a_proof_makes_it_optimal_whatever_the_solver_says(claim: Claim) -> None:
    assert judged(answer(claim)) is Status.OPTIMAL


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (Claim.TIME_LIMIT, Status.TIME_LIMIT),
        (Claim.INTERRUPTED, Status.INTERRUPTED),
        (Claim.ITERATION_LIMIT, Status.ITERATION_LIMIT),
        (Claim.OPTIMAL, Status.UNPROVED),
    ],
)
def test_without_a_proof_it_is_what_stopped_it_or_unproved(claim: Claim, status: Status) -> None:
    assert judged(answer(claim, primal=[1.0, 1.0])) is status


@pytest.mark.parametrize("claim", [Claim.INFEASIBLE, Claim.UNBOUNDED, Claim.FAILED, Claim.INFEASIBLE_OR_UNBOUNDED])
def test_no_word_of_a_solver_makes_a_program_impossible(claim: Claim) -> None:
    assert judged(answer(claim, primal=[1.0, 1.0])) is Status.UNPROVED


@pytest.mark.parametrize("claim", list(Claim)[1:4])
def test_what_is_impossible_is_found_to_be_so_by_its_own_proof(claim: Claim) -> None:
    none = program("min", [1.0], [([1.0], ">=", 3.0)], upper=2.0)
    status, why = judge(none, answer(claim, [0.0], [0.0]), certify(none, np.zeros(1), np.zeros(1), 1e-9), AUTO)
    if claim is Claim.UNBOUNDED:  # which it is not: that is left to the exact judge
        assert status is Status.UNPROVED and why is None
    else:
        assert status is Status.INFEASIBLE and why is not None and why.proved
    endless = program("max", [1.0, 0.0], [([1.0, -1.0], "<=", 3.0)])
    zeros = answer(claim, [0.0, 0.0], [0.0])
    status, why = judge(endless, zeros, certify(endless, zeros.primal, zeros.dual, 1e-9), AUTO)
    assert status is Status.UNBOUNDED and why is not None and why.kind == "unbounded"


def test_without_end_but_without_a_plan_is_infeasible() -> None:
    both = program("max", [1.0, 0.0], [([0.0, 1.0], ">=", 3.0), ([0.0, 1.0], "<=", 2.0)])
    zeros = answer(Claim.UNBOUNDED, [0.0, 0.0], [0.0, 0.0])
    assert judged(zeros, both) is Status.INFEASIBLE


# ---- the exact judge ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(KINDS))
def test_asked_for_exactly_every_verdict_is_that_of_fractions(kind: str) -> None:
    for seed in range(8):
        asked = hostile_program(kind, seed)
        found, truth = prove(asked, EXACT), solve_exactly(asked)
        assert str(found.status) == truth.status
        if truth.value is not None and abs(truth.value) < 1e300:
            assert found.certificate.objective == float(truth.value)
            assert found.certificate.bound == "exact" and found.certificate.unconditional


def unproved(asked: LinearProgram, primal: Any, claim: Claim = Claim.OPTIMAL) -> Verdict:
    given = answer(claim, primal, np.zeros(asked.shape[0]))
    return Verdict(given, certify(asked, given.primal, given.dual, 1e-9), Status.UNPROVED)


def test_what_is_open_is_settled_and_what_is_not_to_be_asked_is_left() -> None:
    open_still = unproved(SMALL, [1.0, 1.0])
    found = settle(SMALL, open_still, AUTO)
    assert found.status is Status.OPTIMAL and found.certificate.objective == 12.0
    assert "pivots in rational arithmetic" in found.answer.message
    for left in (
        unproved(SMALL, [1.0, 1.0], Claim.INTERRUPTED),
        unproved(SMALL, [1.0, 1.0], Claim.ITERATION_LIMIT),
    ):
        assert settle(SMALL, left, AUTO) is left
    finer = SolveOptions(tolerance=1e-17)  # no double is that near
    assert settle(SMALL, open_still, finer) is open_still
    spent = replace(open_still, answer=replace(open_still.answer, seconds=9.0))
    assert settle(SMALL, spent, SolveOptions(time_limit=5.0)) is spent


@pytest.mark.parametrize(
    ("status", "bound", "within", "asked"),
    [
        (Status.UNPROVED, "recomputed", False, True),
        (Status.OPTIMAL, "recomputed", False, True),  # conditional
        (Status.OPTIMAL, "recomputed", True, False),
        (Status.OPTIMAL, "solver", True, True),
        (Status.TIME_LIMIT, "recomputed", False, False),
    ],
)
def test_when_the_exact_judge_is_asked_of_itself(status: Status, bound: str, within: bool, asked: bool) -> None:
    certificate = Certificate(
        12.0, 12.0, 0.0, 0.0, 0.0, 0.0, 1e-9, bound, 12.0 if within or bound == "solver" else None
    )
    found = judging_module._exact_seconds(SMALL, Verdict(answer(), certificate, status), AUTO)
    assert (found is not None) == asked
    always = judging_module._exact_seconds(SMALL, Verdict(answer(), certificate, status), EXACT)
    assert always == 0.0
    if asked:
        limited = judging_module._exact_seconds(
            SMALL, Verdict(answer(), certificate, status), SolveOptions(time_limit=0.5)
        )
        assert limited == 0.5


@pytest.mark.parametrize("name", ["_WORTH_DECIDING", "_WORTH_CONFIRMING", "_WORTH_ENUMERATING"])
def test_large_programs_are_left_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, bound = {
        "_WORTH_DECIDING": (Status.UNPROVED, "recomputed"),
        "_WORTH_CONFIRMING": (Status.OPTIMAL, "recomputed"),
        "_WORTH_ENUMERATING": (Status.OPTIMAL, "solver"),
    }[name]
    certificate = Certificate(12.0, 12.0, 0.0, 0.0, 0.0, 0.0, 1e-9, bound)
    verdict = Verdict(answer(), certificate, status)
    monkeypatch.setattr(judging_module, name, 4)
    assert judging_module._exact_seconds(SMALL, verdict, AUTO) is not None
    monkeypatch.setattr(judging_module, name, 3)
    assert judging_module._exact_seconds(SMALL, verdict, AUTO) is None


def test_a_limit_that_is_the_sum_of_what_is_used_is_missed_by_rounding_alone() -> None:
    side = 0.1 + 0.2
    asked = made("max", [1.0], np.array([[1.0], [1.0]]), ([side, -INF], [INF, 0.3]), (0.0, INF))
    near = Certificate(0.3, 0.3, 1e-16, 0.0, 0.0, 0.0, 1e-9)
    verdict = Verdict(answer(primal=[0.3], dual=[0.0, 0.0]), near, Status.OPTIMAL)
    assert judging_module._by_rounding_alone(asked, verdict)
    farther = Verdict(answer(primal=[0.3 - 1e-12], dual=[0.0, 0.0]), near, Status.OPTIMAL)
    assert not judging_module._by_rounding_alone(asked, farther)
    allowed = replace(verdict, certificate=replace(near, within=10 * ROUNDING))
    assert not judging_module._by_rounding_alone(asked, allowed)


def test_answers_of_others_are_certified_with_a_safe_pair_of_our_own() -> None:
    third = made("min", [1.0], np.array([[3.0]]), ([1.0], [INF]), (0.0, INF))
    found = certify_claim(third, answer(primal=[1 / 3], dual=[1 / 3]), AUTO)
    assert found.unconditional and found.objective == 1 / 3
    assert not certify_claim(third, answer(primal=[0.4], dual=[1 / 3]), AUTO).proved
    rough = certify_claim(third, answer(Claim.TIME_LIMIT, primal=[1 / 3], dual=[1 / 3]), AUTO)
    assert rough.reached is None


def test_whole_and_continuous_programs_are_both_solved() -> None:
    for whole, value in ((False, 12.0), (True, 11.0)):
        asked = replace(SMALL, row_upper=np.array([3.7, 6.0]) if whole else SMALL.row_upper, integer=np.full(2, whole))
        given, certificate = solve_any(asked, AUTO)
        best = 9.0 if whole else value
        assert given.claim is Claim.OPTIMAL and certificate.objective == pytest.approx(best)
        assert certificate.bound == ("solver" if whole else "recomputed")


# ---- the parts of refinement -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "level", "power"),
    [(0.0, 20.0, 20), (1.0, 20.0, 0), (2.0**-5, 20.0, 5), (3e-3, 20.0, 9), (1e-9, 20.0, 20), (50.0, 20.0, 0)],
)  # fmt: skip
def test_errors_are_magnified_to_near_one_and_no_further_than_the_level(error: float, level: float, power: int) -> None:
    assert _magnification(error, level) == 2.0**power
    assert error == 0 or error > 1 or power == level or 1 <= error * 2.0**power < 2


def test_what_is_nothing_beside_the_largest_is_tried_as_zero() -> None:
    values = np.array([1.0, -1e-15, 3e-14, 0.0], np.longdouble)
    np.testing.assert_array_equal(_without(values, 1e-14), [1.0, 0.0, 3e-14, 0.0])
    np.testing.assert_array_equal(_without(values, 0.0), values.astype(float))
    assert len(_without(np.array([], np.longdouble), 1e-14)) == 0


def test_levels_of_rows_settle_on_the_side_their_multiplier_names() -> None:
    asked = made("min", np.zeros(1), np.ones((4, 1)), ([1.0, 1.0, 1.0, -INF], [5.0, 5.0, 5.0, 5.0]), (0.0, INF))
    side = np.array([1.0 + 1e-10, 5.0 - 1e-10, 1.0 + 1e-3, 9.0], np.longdouble)
    found = _settled(side, np.array([2.0, -2.0, 2.0, 0.0], np.longdouble), asked)
    assert found[0] == 1.0 and found[1] == 5.0 and found[2] == side[2] and found[3] == 5.0
    np.testing.assert_array_equal(_least_side(asked), [5.0, 5.0, 5.0, 5.0])


def test_the_worst_figure_leaves_out_a_gap_without_end() -> None:
    sound: dict[str, Any] = {"objective": 1.0, "dual_objective": 1.0, "primal_residual": 1e-3, "dual_residual": 2e-3,
                             "complementarity": 3e-3, "gap": 4e-3, "tolerance": 1e-9}  # fmt: skip
    assert worst(Certificate(**sound)) == 4e-3
    assert worst(Certificate(**{**sound, "gap": INF})) == 3e-3
    assert worst(Certificate(**{**sound, "primal_residual": 7.0, "gap": np.nan})) == 7.0


def test_an_answer_is_moved_inside_before_it_is_certified() -> None:
    moved = inside(SMALL, answer(primal=[4.0, -1e-9], dual=[3.0, -2.0]))
    np.testing.assert_array_equal(moved.primal, [4.0, 0.0])
    np.testing.assert_array_equal(moved.dual, [3.0, 0.0])  # an upper side of a maximum has no negative worth


@pytest.mark.parametrize("seed", range(8))
def test_a_round_of_refinement_comes_nearer_and_a_safe_pair_lies_inside(seed: int) -> None:
    """From an answer that is off by a millionth; rows that leave room are kept away from."""
    rng = np.random.default_rng(seed)
    matrix = rng.uniform(0.1, 1, (4, 5))
    asked = made("max", rng.uniform(0.5, 1, 5), matrix, (np.full(4, -INF), rng.uniform(1, 2, 4)), (0.0, INF))
    session = HighsSession(asked, AUTO)
    exact = session.solve()
    rough = replace(exact, primal=exact.primal * (1 + 1e-6), dual=exact.dual * (1 - 1e-6))
    start = worst(certify(asked, rough.primal, rough.dual, 1e-9, nearby=ROUNDING))
    found = [
        worst(certify(asked, a.primal, a.dual, 1e-9, nearby=ROUNDING)) for a in Refinement(session, rough).rounds()
    ]
    assert start > 1e-7 and min(found) < 1e-14
    safe = Refinement(HighsSession(asked, AUTO), exact)
    safe._inner.run()
    pair = safe.inwards(exact, 2.0**-40)
    assert pair is not None
    room = asked.row_upper - matrix @ pair.primal
    assert (room > 0).all() and room.min() < 1e-10
    assert (asked.cost - matrix.T @ pair.dual <= 0).all()


# ---- options -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"method": "simplx"}, "method 'simplx'"),
        ({"certificate": "yes"}, "certificate 'yes'"),
        ({"tolerance": 0.0}, "between 0 and 1"),
        ({"tolerance": True}, "must be a number"),
        ({"time_limit": -1.0}, "positive number of seconds"),
        ({"time_limit": "5"}, "must be a number"),
        ({"options": {"log_to_console": True}}, "say verbose="),
        ({"options": {"log_file": "x"}}, "say log_file="),
        ({"options": {"solver": "ipm"}}, "say method="),
        ({"options": {"write_model_file": "x.mps"}}, "writes over whatever is there"),
        ({"options": {"solution_file": "x"}}, "writes over whatever is there"),
    ],
)
def test_senseless_options_get_a_sentence(given: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        SolveOptions(**given)
