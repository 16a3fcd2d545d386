"""Cones by hand: distances, half spaces, moved multipliers that a reader can work out; Clarabel on known programs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flint import ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from natura_opt.backends.answer import Claim
from natura_opt.backends.clarabel import ScaledCones, solve_cones
from natura_opt.backends.options import SolveOptions
from natura_opt.base.errors import OptionError
from natura_opt.program.conic import Cone
from natura_opt.proof.cones import half_space, into_dual, outside

from .convex_models import conic

ROOT = math.sqrt(2.0)
ROUND = Cone("second-order", 0, 3)
STEEP = Cone("exponential", 0, 3)
EVEN = Cone("power", 0, 3, (0.5, 0.5))
MATRIX = Cone("semidefinite", 0, 3)
ALONE = Cone("semidefinite", 0, 1)
#: By its entries: the matrix of a pair of twos beside a diagonal of ones, whose eigenvalues are 3 and -1.
CROSSED = [1.0, 2.0 * ROOT, 1.0]
BY_NAME = {"round": ROUND, "steep": STEEP, "even": EVEN, "matrix": MATRIX}


# ---- how far a point is outside ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cone", "point", "sizes", "missed"),
    [
        (ROUND, [0, 3, 4], [0, 3, 4], 1.0),
        (ROUND, [0, 3, 4], [12, 3, 4], 5 / 13),
        (ROUND, [5, 3, 4], [5, 3, 4], 0.0),
        (ROUND, [-1, 0, 0], [1, 0, 0], 1.0),
        (ROUND, [0, 0, 0], [0, 0, 0], 0.0),
        (STEEP, [1, 1, 1], [1, 1, 1], 0.5),  # a whole unit along the first entry, beside two terms of one
        (STEEP, [0, 1, 0.5], [0, 1, 0.5], math.log(2)),  # nearer along the first entry than along the last
        (STEEP, [0, 1, 0.9], [0, 1, 9], 0.1 / 9),  # and nearer along the last
        (STEEP, [0, 1, -1], [0, 1, 1], 2.0),  # no logarithm is so little
        (STEEP, [0, -1, 5], [0, 4, 5], 0.25),
        (STEEP, [2, 0, 1], [8, 0, 1], 0.25),
        (STEEP, [0, 0, -3], [0, 0, 6], 0.5),
        (STEEP, [0, 0, 0], [0, 0, 0], 0.0),
        (STEEP, [0, 1, 1], [0, 1, 1], 0.0),
        (EVEN, [1, 4, 3], [1, 4, 3], 0.2),
        (EVEN, [1, 4, -3], [1, 16, 3], 1 / 7),
        (EVEN, [1, 4, 2], [1, 4, 2], 0.0),
        (EVEN, [1, -4, 0], [1, 8, 0], 0.5),
        (MATRIX, CROSSED, CROSSED, 1 / math.sqrt(10)),
        (MATRIX, [2.0, 2.0 * ROOT, 2.0], [2.0, 2.0 * ROOT, 2.0], 0.0),
        (ALONE, [-3], [12], 0.25),
        (ALONE, [3], [3], 0.0),
    ],
)
def test_what_is_missed_is_a_share_of_the_terms(
    cone: Cone, point: list[float], sizes: list[float], missed: float
) -> None:
    assert outside(cone, np.array(point, float), np.array(sizes, float)) == pytest.approx(missed, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("name", BY_NAME)
@given(entries=st.lists(st.floats(-100, 100), min_size=3, max_size=3), power=st.integers(-40, 40))
@settings(max_examples=40, deadline=None)
def test_units_change_no_share_and_moves_grow_with_them(name: str, entries: list[float], power: int) -> None:
    """Every cone holds the multiples of its points, so units of a row say nothing of how far it is missed."""
    cone, point, unit = BY_NAME[name], np.array(entries), 2.0**power
    point[np.abs(point) < 1e-6] = 0.0
    share = outside(cone, point, np.abs(point))
    assert outside(cone, unit * point, unit * np.abs(point)) == pytest.approx(share, rel=1e-9, abs=1e-12)
    moved = into_dual(cone, point)
    assert into_dual(cone, unit * point) == pytest.approx(unit * moved, rel=1e-9, abs=1e-12 * unit)
    assert into_dual(cone, moved) == pytest.approx(moved, rel=1e-9, abs=1e-12)  # what lies there stays there


def test_the_order_of_alike_entries_says_nothing() -> None:
    z = np.array([1.0, 3.0, -4.0, 12.0])
    four = Cone("second-order", 0, 4)
    assert into_dual(four, z)[0] == into_dual(four, z[[0, 3, 1, 2]])[0] == pytest.approx(13.0, rel=1e-15)
    one, other = Cone("power", 0, 3, (0.25, 0.75)), Cone("power", 0, 3, (0.75, 0.25))
    point = np.array([1.0, 16.0, 9.0])
    assert outside(one, point, point) == pytest.approx(1 / 17)  # 16 ** (3 / 4) is 8
    assert outside(other, point[[1, 0, 2]], point[[1, 0, 2]]) == pytest.approx(1 / 17)
    assert outside(other, point, point) == pytest.approx(7 / 11)
    turned = np.array([5.0, 0.3, 1.0])  # rows and columns of the matrix the other way round
    assert into_dual(MATRIX, turned) == pytest.approx(into_dual(MATRIX, turned[::-1].copy())[::-1], rel=1e-12)


# ---- multipliers and half spaces -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cone", "given_as", "moved"),
    [
        (ROUND, [0, 3, 4], [5, 3, 4]),
        (ROUND, [6, 3, 4], [6, 3, 4]),
        (ROUND, [-2, 0, 0], [0, 0, 0]),
        (STEEP, [-1, 0, 0], [-1, 0, math.exp(-1)]),
        (STEEP, [-2, -2, 1.5], [-2, -2, 2]),
        (STEEP, [-1, -800, 1], [-1, -1, 1]),  # raising the last to e**799 is no way: the second is moved
        (STEEP, [0, 2, -1], [0, 2, 0]),
        (EVEN, [2, 0.5, 5], [2, 0.5, 2]),
        (EVEN, [2, 0.5, -5], [2, 0.5, -2]),
        (EVEN, [2, 0.5, 1], [2, 0.5, 1]),
        (EVEN, [-1, 0.5, 1], [0, 0.5, 0]),
        (MATRIX, CROSSED, [2, 2 * ROOT, 2]),
        (ALONE, [4], [4]),
    ],
)
def test_multipliers_are_moved_as_far_as_they_must(cone: Cone, given_as: list[float], moved: list[float]) -> None:
    before = np.array(given_as, float)
    assert into_dual(cone, before) == pytest.approx(moved, rel=1e-12, abs=1e-12)
    assert before.tolist() == given_as  # what was given is left as it was


@pytest.mark.parametrize(
    ("cone", "point", "normal", "touched"),
    [
        (ROUND, [0, 3, 4], [1, -0.6, -0.8], [5, 3, 4]),
        (STEEP, [1, 1, 1], [-1, -1, 1], [0, 1, 1]),
        (EVEN, [1, 4, 3], [1, 0.25, -1], [1, 4, 2]),
        (EVEN, [1, 4, -3], [1, 0.25, 1], [1, 4, -2]),
        (MATRIX, CROSSED, [0.5, -ROOT / 2, 0.5], [1, ROOT, 1]),
    ],
)
def test_half_spaces_touch_the_cone_where_it_is_nearest(
    cone: Cone, point: list[float], normal: list[float], touched: list[float]
) -> None:
    found = half_space(cone, np.array(point, float))
    assert found == pytest.approx(normal, rel=1e-12)
    assert found @ np.array(touched) == pytest.approx(0.0, abs=1e-12)
    assert found @ np.array(point) < -0.1


def test_the_precision_of_others_is_left_as_it_was() -> None:
    before, ctx.prec = ctx.prec, 77
    try:
        into_dual(ROUND, np.array([0.0, 1.0, 1.0]))
        half_space(STEEP, np.array([1.0, 1.0, 1.0]))
        assert ctx.prec == 77
    finally:
        ctx.prec = before


# ---- programs of cones ---------------------------------------------------------------------------------------------


def test_cones_of_a_program_say_which_rows_are_theirs() -> None:
    program = conic(
        [("zero", 1), ("nonnegative", 2), ("second-order", 3), ("exponential", 3)], np.eye(9), np.ones(9), np.zeros(9)
    )
    assert [cone.span for cone in program.cones] == [slice(0, 1), slice(1, 3), slice(3, 6), slice(6, 9)]
    assert program.equal.tolist() == [True] + [False] * 8
    assert program.curved.tolist() == [False] * 3 + [True] * 6
    assert [cone.kind for cone in program.curved_cones] == ["second-order", "exponential"]
    assert program.bounding.tolist() == [False, True, True] + [False] * 6
    assert program.bounds[1].tolist() == [math.inf, 1.0, 1.0] + [math.inf] * 6
    assert program.bounds[0].tolist() == [-math.inf] * 9


@pytest.mark.parametrize(
    ("cones", "margins", "moved"),
    [
        ([("zero", 3)], [1, 2, 3], [0, 0, 0]),
        ([("nonnegative", 3)], [1, 2, 3], [1, 2, 3]),
        ([("second-order", 3)], [1, 2, 3], [3, 0, 0]),
        ([("exponential", 3)], [1, 2, 3], [-1, 0, 0]),
        ([("semidefinite", 3)], [1, 2, 3], [3, 0, 3]),
        ([("semidefinite", 6)], [1, 2, 3, 4, 5, 6], [6, 0, 6, 0, 0, 6]),
    ],
)
def test_tightened_sides_by_hand(cones: list[tuple[str, int]], margins: list[float], moved: list[float]) -> None:
    height = len(margins)
    rows = np.ones((height, 2))  # of two columns, so that none is a bound
    program = conic(cones, rows, np.full(height, 10.0), [0, 0])
    assert (program.side - program.tightened(np.array(margins, float)).side).tolist() == moved
    assert program.side.tolist() == [10.0] * height


def test_the_tightest_of_two_bounds_counts_and_none_that_is_rounded() -> None:
    program = conic([("nonnegative", 5)], [[1], [4], [-2], [-1], [-3]], [9, 8, 6, 1, -30], [0])
    assert program.bounds[1].tolist() == [2.0]  # 4 x <= 8
    assert program.bounds[0].tolist() == [-1.0]  # -x <= 1; what is divided by three is no bound


OPTIONS = SolveOptions()
#: Programs whose optimum is known: cones, A, b, c, and the optimum with its value.
KNOWN = {
    "a circle": ([("second-order", 3)], [[0, 0], [-1, 0], [0, -1]], [1, 0, 0], [-1, -1], [ROOT / 2] * 2, -ROOT),
    "e": ([("exponential", 3)], [[0], [0], [-1]], [1, 1, 0], [1], [math.e], math.e),
    "a root": ([("power", 3)], [[0], [0], [-1]], [1, 4, 0], [-1], [2.0], -2.0),
    "a mean of three": ([("power", 4)], [[0], [0], [0], [-1]], [4, 1, 16, 0], [-1], [4.0], -4.0),
    "a matrix": ([("semidefinite", 3)], [[-1], [0], [0]], [0, 2 * ROOT, 2], [1], [2.0], 2.0),
    "a line": ([("zero", 1), ("nonnegative", 2)], [[1, 1], [-1, 0], [0, -1]], [3, 0, 0], [1, 2], [3.0, 0.0], 3.0),
}
EXPONENTS = {"a root": (0.5, 0.5), "a mean of three": (0.5, 0.25, 0.25)}


@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("name", KNOWN)
def test_clarabel_finds_what_is_known(name: str, scaled: bool) -> None:
    cones, rows, side, cost, point, worth = KNOWN[name]
    found = solve_cones(conic(cones, rows, side, cost, exponents=EXPONENTS.get(name, ())), OPTIONS, scaled=scaled)
    assert found.claim is Claim.OPTIMAL
    assert found.primal == pytest.approx(point, abs=1e-7)
    assert np.dot(cost, found.primal) == pytest.approx(worth, rel=1e-8)
    assert -np.dot(side, found.dual) == pytest.approx(worth, rel=1e-8)  # what the multipliers bound it by
    assert np.array(rows).T @ found.dual + cost == pytest.approx([0.0] * len(cost), abs=1e-8)


def test_squares_are_halved_once() -> None:
    """The least of 2 x² / 2 - 6 x is at three: minus nine; and at two where no more is allowed."""
    free = replace(conic([("nonnegative", 1)], [[1]], [100], [-6]), quadratic=np.array([2.0]))
    assert solve_cones(free, OPTIONS).primal == pytest.approx([3.0], rel=1e-7)
    bound = replace(free, side=np.array([2.0]))
    found = solve_cones(bound, OPTIONS)
    assert found.primal == pytest.approx([2.0], rel=1e-7)
    assert found.dual == pytest.approx([2.0], rel=1e-6)  # the slope there


def test_what_cannot_be_and_what_has_no_end_are_claimed_with_what_proves_it() -> None:
    none = conic([("nonnegative", 2)], [[1, 1], [-1, -1]], [1, -3], [0, 1])  # at most one, at least three
    found = solve_cones(none, OPTIONS)
    assert found.claim is Claim.INFEASIBLE
    assert (found.dual >= 0).all() and none.side @ found.dual < 0
    assert none.matrix.T @ found.dual == pytest.approx([0.0, 0.0], abs=1e-8)
    endless = conic([("nonnegative", 1)], [[1, -1]], [5], [-1, -1])
    ray = solve_cones(endless, OPTIONS)
    assert ray.claim is Claim.UNBOUNDED
    assert endless.cost @ ray.primal < 0 and (endless.matrix @ ray.primal <= 1e-9).all()


def test_options_are_handed_on_and_those_unknown_refused() -> None:
    program = conic(*KNOWN["e"][:4])
    short = solve_cones(program, SolveOptions(options={"max_iter": 2}))
    assert short.claim is Claim.ITERATION_LIMIT and short.iterations == 2
    with pytest.raises(OptionError, match=r"^Clarabel, which solves convex programs: unknown option 'max_itr'; did you "
                                          r"mean 'max_iter'\?"):  # fmt: skip
        solve_cones(program, SolveOptions(options={"max_itr": 2}))
    with pytest.raises(OptionError, match=r"^Clarabel's option 'max_iter' cannot be 'many'$"):
        solve_cones(program, SolveOptions(options={"max_iter": "many"}))


def test_factors_are_powers_of_two_and_ones_where_nothing_is_scaled() -> None:
    program = conic([("nonnegative", 2), ("second-order", 2)],
                    [[1e-6, 0], [0, 3e5], [-1, 0], [0, -7e3]], [1, 4e4, 0, 0], [1, 2e-3])  # fmt: skip
    factors = ScaledCones.of(program, scaled=True)
    every = np.concatenate([factors.row, factors.column, [factors.sides, factors.objective]])
    assert (np.frexp(every)[0] == 0.5).all() and factors.row[2] == factors.row[3]
    sizes = np.abs(factors.solver_data(program)[2].data)
    before = np.abs(program.matrix.data)
    assert sizes.max() / sizes.min() < 0.01 * before.max() / before.min()
    bare = ScaledCones.of(program, scaled=False)
    assert (bare.row == 1).all() and (bare.column == 1).all() and bare.sides == bare.objective == 1.0
    assert (bare.solver_data(program)[2] != program.matrix).nnz == 0
