"""The simplex method in exact arithmetic: the same end from every basis, and proofs that are checked."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from natura_opt.base.errors import NaturaError
from natura_opt.program.linear import LinearProgram
from natura_opt.proof.exact import pivoting as pivoting_module
from natura_opt.proof.exact.basis import At, resting
from natura_opt.proof.exact.budget import Budget, OutOfBudgetError
from natura_opt.proof.exact.failing import worst_failure
from natura_opt.proof.exact.impossible import contradicts, farkas, goes_for_ever, in_user_units, ray
from natura_opt.proof.exact.judge import judge_exactly
from natura_opt.proof.exact.pivoting import Simplex, is_optimal, wrong_signs
from natura_opt.proof.exact.vertex import ExactProgram, Vertex
from natura_opt.proof.exact.whole import power, wholes
from natura_opt.testing.small import INF, program

from . import rational
from .exact_simplex import solve_exactly
from .hostile import KINDS, hostile_program, made


def bases_of(asked: LinearProgram, most: int, seed: int = 0) -> list[Any]:
    """Statuses of bases that are ones, up to so many, chosen at random; others rest on the bound nearer to zero."""
    m, n = asked.shape
    whole = rational.matrix(np.hstack([asked.matrix.toarray(), -np.eye(m)]).T)
    lower, upper = (
        np.concatenate([asked.lower, asked.row_lower]),
        np.concatenate([asked.upper, asked.row_upper]),
    )
    rest = resting(lower, upper, np.zeros(n + m))
    found = []
    subsets = [list(c) for c in combinations(range(n + m), m)]
    np.random.default_rng(seed).shuffle(subsets)
    for basic in subsets:
        if len(found) == most:
            break
        if rational.rank([whole[k] for k in basic]) == m:
            status = rest.copy()
            status[basic] = At.BASIC
            found.append(status)
    return found


def tiny(seed: int, kind: str) -> LinearProgram | None:
    """A hostile program small enough to look at many of its bases, whose bounds do not cross."""
    asked = hostile_program(kind, seed)
    crossed = (asked.lower > asked.upper).any() or (asked.row_lower > asked.row_upper).any()
    return None if crossed or sum(asked.shape) > 11 else asked


def objective_of(end: Any) -> Fraction:
    exact = end.vertex.objective
    end.vertex.solution.exact()
    exact.evaluate()
    return Fraction(int(exact.tops[0]), int(exact.denominator)) * power(exact.exponent)


@pytest.mark.parametrize("kind", list(KINDS)[:4])
def test_the_end_is_the_same_from_every_basis(kind: str) -> None:
    looked = 0
    for seed in range(40):
        asked = tiny(seed, kind)
        if asked is None:
            continue
        truth, sign = solve_exactly(asked), -1 if asked.sense == "max" else 1
        for status in bases_of(asked, 4, seed):
            end = Simplex(Vertex(ExactProgram(asked), status, Budget(500, None)), Budget(500, None)).run()
            assert end.kind == truth.status, seed
            looked += 1
            if end.kind == "optimal":
                assert is_optimal(end.vertex)
                assert truth.value is not None
                assert sign * objective_of(end) + Fraction(asked.offset) == truth.value
            elif end.kind == "infeasible":
                assert contradicts(end.vertex.program, farkas(end))
            else:
                assert goes_for_ever(end.vertex.program, ray(end))
    assert looked > 20


@pytest.mark.parametrize("seed", range(20))
def test_a_vertex_is_optimal_where_its_point_and_signs_are_right_and_only_there(seed: int) -> None:
    asked = tiny(seed, next(iter(KINDS)))
    if asked is None:
        return
    exact = ExactProgram(asked)
    lower, upper = (
        np.concatenate([asked.lower, asked.row_lower]),
        np.concatenate([asked.upper, asked.row_upper]),
    )
    for status in bases_of(asked, 6, seed):
        vertex = Vertex(exact, status, Budget(10, None))
        values = vertex.primal.doubles()
        inside = ((values >= lower[vertex.basic] - 1e-12) & (values <= upper[vertex.basic] + 1e-12)).all()
        reduced, at = vertex.dual.doubles(), status[vertex.resting]
        free = lower[vertex.resting] == upper[vertex.resting]
        wrong = ((at == At.LOWER) & (reduced < -1e-12)) | ((at == At.UPPER) & (reduced > 1e-12))
        wrong |= (at == At.FREE) & (np.abs(reduced) > 1e-12)
        np.testing.assert_array_equal(wrong_signs(vertex) != 0, wrong & ~free)
        assert is_optimal(vertex) == bool(inside and not (wrong & ~free).any())
        said = worst_failure(Vertex(exact, status, Budget(10, None)))
        assert said == ""  # nothing of that one has been solved for
        assert bool(worst_failure(vertex)) == (not is_optimal(vertex))


def test_beales_example_does_not_go_round_in_circles(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the largest reduced cost and ties broken by place it cycles in six pivots (Beale 1955)."""
    rows: Any = [
        ([0.25, -60.0, -0.04, 9.0], "<=", 0.0),
        ([0.5, -90.0, -0.02, 3.0], "<=", 0.0),
        ([0.0, 0.0, 1.0, 0.0], "<=", 1.0),
    ]
    asked = program("min", [-0.75, 150.0, -0.02, 6.0], rows)
    for stalled in (0, 20):
        monkeypatch.setattr(pivoting_module, "_STALLED", stalled)
        found = judge_exactly(asked)
        assert found.kind == "optimal" and found.objective == pytest.approx(-0.05)
        assert found.objective_fraction == solve_exactly(asked).value


def test_pivots_are_counted_and_end() -> None:
    rng = np.random.default_rng(1)
    asked = program(
        "max", rng.uniform(1, 2, 6).tolist(), [(rng.uniform(0, 1, 6).tolist(), "<=", 1.0) for _ in range(6)]
    )
    needed = judge_exactly(asked).pivots
    assert needed > 1
    assert judge_exactly(asked, pivots=needed).kind == "optimal"
    short = judge_exactly(asked, pivots=needed - 1)
    assert short.kind == "undecided" and f"{needed - 1:,} pivots" in short.reason
    assert "reduced cost" in short.reason


# ---- proofs that there is no best plan --------------------------------------------------------------------


def exact_of(asked: LinearProgram) -> ExactProgram:
    return ExactProgram(asked)


def test_multipliers_that_contradict_do_so_by_their_very_sign() -> None:
    asked = program("min", [0.0], [([1.0], ">=", 3.0), ([1.0], "<=", 2.0)])
    exact = exact_of(asked)
    names = [exact.name(1 + k)[0] for k in range(2)]
    right = wholes([1 if name == "at least" else -1 for name in names])
    assert contradicts(exact, right)
    assert contradicts(exact, right * 5)
    assert not contradicts(exact, -right)
    assert not contradicts(exact, wholes([1, 0])) and not contradicts(exact, wholes([0, 0]))
    assert not contradicts(exact, wholes([1, 1]))  # the upper side of one of them is not there


def test_what_is_asked_must_exceed_what_is_given_and_not_equal_it() -> None:
    for side, impossible in ((2.0, False), (float(np.nextafter(2.0, 3.0)), True)):
        asked = program("min", [0.0], [([1.0], ">=", side)], upper=2.0)
        assert contradicts(exact_of(asked), wholes([1])) == impossible
        assert judge_exactly(asked).kind == ("infeasible" if impossible else "optimal")


def test_a_direction_goes_for_ever_where_it_leaves_no_bound_and_gains() -> None:
    asked = made("max", [1.0, -1.0], np.array([[1.0, -1.0]]), ([-INF], [4.0]), (0.0, INF))
    exact = exact_of(asked)
    assert not goes_for_ever(exact, wholes([1, 1]))  # gains nothing
    assert not goes_for_ever(exact, wholes([2, 1]))  # leaves the row
    free = exact_of(made("max", [2.0, -1.0], np.array([[1.0, -1.0]]), ([-INF], [4.0]), (0.0, INF)))
    assert goes_for_ever(free, wholes([1, 1])) and goes_for_ever(free, wholes([3, 4]))
    assert not goes_for_ever(free, wholes([-1, -1])) and not goes_for_ever(free, wholes([0, 0]))
    boxed = exact_of(made("max", [2.0, -1.0], np.array([[1.0, -1.0]]), ([-INF], [4.0]), (0.0, [INF, 9.0])))
    assert not goes_for_ever(boxed, wholes([1, 1]))


def test_vectors_in_the_users_units_are_the_largest_of_size_one() -> None:
    found = in_user_units(wholes([3, -12, 0]), np.array([4.0, 0.5, 8.0]))
    assert found == (Fraction(1), Fraction(-1, 2), Fraction(0))
    assert in_user_units(wholes([0, 0]), np.ones(2)) == (0, 0)
    assert in_user_units(wholes([]), np.ones(0)) == ()


# ---- what it may cost -------------------------------------------------------------------------------------


def test_a_budget_of_pivots() -> None:
    budget = Budget(2, None)
    budget.pivot()
    budget.pivot()
    with pytest.raises(OutOfBudgetError, match="2 pivots"):
        budget.pivot()
    assert budget.pivots == 2 and budget.left is None
    budget.check()


def test_a_budget_of_seconds() -> None:
    spent = Budget(5, 0.0)
    with pytest.raises(OutOfBudgetError, match="0 seconds allowed are spent"):
        spent.pivot()
    assert spent.left == 0.0 and spent.pivots == 0
    spent.close()  # what is left to do is little
    spent.pivot()
    assert spent.left is None
    ample = Budget(5, 100.0)
    ample.expect(10.0)
    with pytest.raises(OutOfBudgetError, match="too few are left"):
        ample.expect(101.0)
    assert 99.0 < (ample.left or 0) <= 100.0 and ample.spent >= 0


def test_numbers_that_are_none_are_refused_before_anything_else() -> None:
    with pytest.raises(NaturaError, match="not a number"):
        judge_exactly(made("min", [float("nan")], np.array([[1.0]]), ([1.0], [INF]), (0.0, INF)))
