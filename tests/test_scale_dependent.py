"""x = F(x) x + d: the least plan from below with its proof, or the proof that there is none; the other iterations."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from natura_opt.base.errors import DataError, OptionError, QuestionError
from natura_opt.curves.curve import Curve
from natura_opt.curves.making import curve_through
from natura_opt.input_output.scale.largest import largest_multiple
from natura_opt.input_output.scale.least import least_solution
from natura_opt.input_output.scale.newton import anderson, newton
from natura_opt.input_output.scale.outcome import UnmeetableError, UnsettledError
from natura_opt.input_output.scale.squares import least_squares, papers_gradient
from natura_opt.input_output.scale.system import ScaleSystem
from natura_opt.input_output.scale.which import solution_at

from .curves_for_tests import FACTORIES, by_formulas, random_curve

BENDS = ("convex", "concave", "mixed", "jumping")
OTHERS = (newton, anderson, least_squares)


def quadratic(end: float = 1e6) -> ScaleSystem:
    """x = .1 x + .05 x^2 + d."""
    return ScaleSystem([[0.1]], [by_formulas([0.0, end], ["0.05*q**2"])], [0], [0], names=["corn"])


def root() -> ScaleSystem:
    """x = .6 sqrt(x) + d."""
    return ScaleSystem([[0.0]], [by_formulas([0.0, 1e6], ["0.6*sqrt(q)"])], [0], [0])


def random_system(seed: int, size: int, bends: tuple[str, ...] = BENDS) -> tuple[ScaleSystem, Any]:
    """Goods of which each needs each other by a number or a curve, or not at all; and a demand."""
    rng = np.random.default_rng(seed)
    inputs = np.where(rng.random((size, size)) < 0.5, rng.uniform(0, 0.4 / size, (size, size)), 0.0)
    rows, columns = np.nonzero(rng.random((size, size)) < 0.6)
    reach = rng.uniform(5.0, 50.0, size)
    curves = [
        random_curve(rng, bends[int(rng.integers(len(bends)))], reach[j], rng.uniform(0.1, 1.6) / size)
        for j in columns.tolist()
    ]
    demand = np.where(rng.random(size) < 0.7, rng.uniform(0.0, 0.5, size) * reach, 0.0)
    demand[0] += 0.5
    return ScaleSystem(inputs, curves, rows, columns), demand


def least_by_enumeration(system: ScaleSystem, demand: Any) -> Any:
    """The least of the solutions on every combination of pieces, each a linear system; None where there is none."""
    size = system.size
    inputs = system.coefficients.matrix.toarray()
    pieces: list[list[tuple[float, float, Any, Any]]] = []
    for j in range(size):
        mine = [(system.rows[c], curve) for c, curve in enumerate(system.curves) if system.columns[c] == j]
        points = np.unique(np.concatenate([[0.0, 1e9], *[curve.quantities for _, curve in mine]]))
        points = points[points <= system.ends[j]]
        columns = [(0.0, 0.0, np.zeros(size), np.zeros(size))]
        for a, b in pairwise(points):
            slopes, fixed = np.zeros(size), np.zeros(size)
            for i, curve in mine:
                k = int(np.searchsorted(curve.quantities, b)) - 1
                slopes[i] += curve.slopes[k]
                fixed[i] += curve.starts[k] - curve.slopes[k] * curve.quantities[k]
            columns.append((a, b, slopes, fixed))
        pieces.append(columns)
    found = []
    for combination in product(*pieces):
        matrix = np.eye(size) - inputs - np.column_stack([one[2] for one in combination])
        if abs(np.linalg.det(matrix)) < 1e-12:
            continue
        x = np.linalg.solve(matrix, demand + sum(one[3] for one in combination))
        low, high = np.array([one[0] for one in combination]), np.array([one[1] for one in combination])
        if ((x > low - 1e-11 * (high == 0)) & (x <= high + 1e-11)).all():
            found.append(x)
    return np.min(found, axis=0) if found else None


# ---- known answers


@pytest.mark.parametrize("start", ["zero", "demand"])
@pytest.mark.parametrize("jumps", [True, False])
def test_the_least_of_two_plans(start: Any, jumps: bool) -> None:
    found = least_solution(quadratic(), [1.0], start=start, jumps=jumps)
    exact = (0.9 - np.sqrt(0.81 - 0.2)) / 0.1
    assert round(exact, 8) == 1.18975032
    assert found.x == pytest.approx(exact, rel=1e-9)
    assert found.which == "least" and found.error <= 1e-9
    assert found.lower[0] <= exact <= found.upper[0]
    assert abs(found.residual[0]) <= 1e-9
    tight = least_solution(quadratic(), [4.0], start=start, jumps=jumps)
    assert tight.x == pytest.approx(8.0, rel=1e-9) and tight.error <= 1e-9


def test_increasing_returns() -> None:
    found = least_solution(root(), [1.0])
    assert found.x == pytest.approx((0.3 + np.sqrt(0.09 + 1.0)) ** 2, rel=1e-9)
    assert round(float(found.x[0]), 10) == 1.8064183905
    for method in OTHERS:
        assert method(root(), [1.0]).x == pytest.approx(found.x, rel=1e-9)


def test_a_double_root_is_answered_and_said_to_be_known_only_up_to_rounding() -> None:
    found = least_solution(quadratic(), [4.05])
    assert found.x == pytest.approx(9.0, abs=1e-4)
    assert found.lower[0] <= 9.0 and "only up to rounding" in found.proof and found.error == np.inf
    with pytest.raises(UnsettledError, match="undecided after 300 passes"):  # rounds alone converge like 1/k
        least_solution(quadratic(), [4.05], jumps=False, max_passes=300)
    for method in OTHERS:
        assert method(quadratic(), [4.05]).x == pytest.approx(9.0, abs=1e-4)


@pytest.mark.parametrize("demand", [4.05 + 1e-9, 4.1, 100.0])
def test_a_demand_that_no_plan_meets_is_proved_to_be_one(demand: float) -> None:
    sentence = "no plan meets this demand: 'corn' would have to be made to at least"
    with pytest.raises(UnmeetableError, match=sentence) as one:
        least_solution(quadratic(), [demand])
    assert one.value.reason == "growth" and one.value.lower[0] >= 9.0
    with pytest.raises(UnsettledError):
        newton(quadratic(), [4.1], max_passes=60)


def test_beyond_what_was_reported() -> None:
    with pytest.raises(UnmeetableError, match=r"what that needs of 'corn' is reported only up to 5;") as one:
        least_solution(quadratic(5.0), [4.0])
    assert one.value.reason == "range" and one.value.goods.tolist() == [0]
    assert least_solution(quadratic(8.5), [4.0]).x == pytest.approx(8.0, rel=1e-9)


def test_the_papers_factories() -> None:
    """A chain: 100 of the final good asks for 1,500 from the factories, which ask for 1.4736 and so on of milk."""
    levels = [1.0, 1000.0, 1999.0]
    assert (FACTORIES.total(levels) / levels).round(10).tolist() == [0.002, 0.0012236068, 0.0011113596]
    system = ScaleSystem([[0.001, 0.0, 0.0], [0.0, 0.0, 15.0], [0.0, 0.0, 0.0]], [FACTORIES], [0], [1])
    found = least_solution(system, [0.0, 0.0, 100.0])
    milk = (1.0 + 0.01 * np.sqrt(500.0) + 0.25) / 0.999
    np.testing.assert_allclose(found.x, [milk, 1500.0, 100.0], rtol=1e-9)
    assert found.error <= 1e-9
    with pytest.raises(UnmeetableError, match=r"at least 2025 of '1' .* of '0' is reported only up to 1999"):
        least_solution(system, [0.0, 0.0, 135.0])


def test_the_curve_is_of_its_column() -> None:
    """The papers index the row: the total of what column 1 needs of good 0 must follow the output of good 1."""
    curve = curve_through([0, 10, 20], [0, 1, 9])
    found = least_solution(ScaleSystem(np.zeros((2, 2)), [curve], [0], [1]), [3.0, 15.0])
    np.testing.assert_allclose(found.x, [8.0, 15.0], rtol=1e-12)


def test_a_fixed_cost_is_needed_as_soon_as_anything_is_made() -> None:
    started = ScaleSystem([[0.1]], [curve_through([0, 0, 500], [0, 10, 30])], [0], [0])
    assert least_solution(started, [0.0]).x.tolist() == [0.0]
    assert least_solution(started, [1e-9]).x == pytest.approx((10 + 1e-9) / (0.9 - 0.04), rel=1e-9)


# ---- without curves, and with curves that are straight lines


@pytest.mark.parametrize("seed", range(4))
def test_straight_curves_are_numbers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = 30
    inputs = np.where(rng.random((size, size)) < 0.2, rng.uniform(0, 0.1, (size, size)), 0.0)
    demand = np.where(rng.random(size) < 0.5, rng.uniform(0, 5, size), 0.0)
    exact = np.linalg.solve(np.eye(size) - inputs, demand)
    rows, columns = np.nonzero(inputs * (rng.random((size, size)) < 0.5))
    lines = [curve_through([0, 1e3], [0, 1e3 * inputs[i, j]]) for i, j in zip(rows, columns, strict=True)]
    rest = inputs.copy()
    rest[rows, columns] = 0.0
    for system in (ScaleSystem(sp.csr_array(inputs), [], [], []), ScaleSystem(rest, lines, rows, columns)):
        for found in (least_solution(system, demand), least_solution(system, demand, jumps=False, start="demand")):
            np.testing.assert_allclose(found.x, exact, rtol=1e-9, atol=1e-300)
            assert found.error <= 1e-9
            assert (found.lower <= exact * (1 + 1e-14)).all() and (exact <= found.upper * (1 + 1e-14)).all()


def test_an_unproductive_economy_serves_nothing() -> None:
    """Hawkins and Simon: a block that uses up what it makes, once something of it is asked for."""
    inputs = np.array([[0.5, 0.6, 0.0], [0.9, 0.1, 0.0], [0.0, 0.0, 0.5]])
    with pytest.raises(UnmeetableError, match="spectral radius"):
        least_solution(ScaleSystem(inputs, [], [], []), [0.0, 1.0, 1.0])
    assert least_solution(ScaleSystem(inputs, [], [], []), [0.0, 0.0, 1.0]).x == pytest.approx([0, 0, 2])


# ---- random curves, against the enumeration of all pieces


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_the_least_of_all_combinations_of_pieces(seed: int, size: int) -> None:
    system, demand = random_system(seed, size)
    exact = least_by_enumeration(system, demand)
    try:
        found = least_solution(system, demand)
    except UnmeetableError as error:
        assert exact is None, error
        return
    assert exact is not None
    np.testing.assert_allclose(found.x, exact, rtol=1e-8, atol=1e-12)
    assert (found.lower <= exact * (1 + 1e-11)).all()
    assert found.upper is None or (exact <= found.upper * (1 + 1e-11)).all()


@pytest.mark.parametrize("bend", BENDS)
@pytest.mark.parametrize("seed", range(4))
def test_jumps_go_no_further_than_rounds(bend: str, seed: int) -> None:
    """Eight goods: with jumps and without, from 0 and from the demand, the same plan or the same refusal."""
    system, demand = random_system(seed, 8, (bend,))
    found = []
    for jumps, start in ((True, "zero"), (True, "demand"), (False, "zero"), (False, "demand")):
        try:
            found.append(least_solution(system, demand, jumps=jumps, start=start).x)  # type: ignore[arg-type]
        except UnmeetableError:
            found.append(np.full(8, np.inf))
    for one in found[1:]:
        np.testing.assert_allclose(one, found[0], rtol=3e-9)


@pytest.mark.parametrize("seed", range(6))
def test_every_iteration_says_which_plan_it_found(seed: int) -> None:
    system, demand = random_system(seed, 5, ("convex", "concave", "mixed"))
    try:
        least = least_solution(system, 0.5 * demand)
    except UnmeetableError:
        for method in OTHERS:
            with pytest.raises((UnsettledError, UnmeetableError)):
                method(system, 0.5 * demand, max_passes=100)
        return
    for method in OTHERS:
        try:
            found = method(system, 0.5 * demand, max_passes=500)
        except UnsettledError:
            continue
        assert found.relative <= 1e-9
        same = bool(np.allclose(found.x, least.x, rtol=1e-6))
        assert found.which == ("least" if same else "another")
        assert (found.x >= least.lower * (1 - 1e-9)).all()


# ---- which solution


def test_the_larger_solution_is_told_from_the_least() -> None:
    larger = np.array([(0.9 + np.sqrt(0.61)) / 0.1])
    assert round(float(larger[0]), 8) == 16.81024968
    found = solution_at(quadratic(), np.array([1.0]), larger, 1e-9, "by hand")
    assert found.which == "another" and "1.18975032" in found.proof and found.relative < 1e-12
    least = solution_at(quadratic(), np.array([1.0]), least_solution(quadratic(), [1.0]).x, 1e-9, "by hand")
    assert least.which == "least" and "Hawkins and Simon" in least.proof and least.error < 1e-9


def test_of_falling_totals_nothing_is_claimed() -> None:
    falling = ScaleSystem([[0.1]], [curve_through([0, 5, 10], [0, 3, 1])], [0], [0])
    with pytest.raises(DataError, match="falls: the monotone iteration needs totals that rise"):
        least_solution(falling, [1.0])
    found = newton(falling, [6.0])
    assert found.which == "a solution" and found.relative <= 1e-12
    assert found.x == pytest.approx((6.0 + 5.0) / 1.3, rel=1e-9)


# ---- the papers' gradient


def smooth_system() -> ScaleSystem:
    texts = ["0.02*q**2", "0.3*sqrt(q + 1) - 0.3", "0.1*q", "0.2*log(q + 1)"]
    curves = [by_formulas([0.0, 50.0], [text]) for text in texts]
    return ScaleSystem([[0.1, 0.05], [0.2, 0.0]], curves, [0, 0, 1, 1], [0, 1, 0, 1])


def test_the_gradient_by_differences_and_the_printed_one_is_wrong() -> None:
    system, demand = smooth_system(), np.array([1.0, 2.0])
    x = np.array([3.0, 0.7])
    wide = 1e-5 * np.eye(2)

    def squares(at: Any) -> float:
        return float((system.residual(at, demand) ** 2).sum())

    quotients = np.array([(squares(x + h) - squares(x - h)) / 2e-5 for h in wide])
    np.testing.assert_allclose(papers_gradient(system, x, demand), quotients, rtol=1e-8)
    residual = system.residual(x, demand)
    derivative = np.eye(2) - system.jacobian(x).toarray()
    for printed in (derivative @ residual, 2.0 * derivative @ residual, derivative.T @ residual):
        assert not np.allclose(printed, quotients, rtol=1e-2)
    differences = np.column_stack([(system.needs(x + h) - system.needs(x - h)) / 2e-5 for h in wide])
    np.testing.assert_allclose(system.jacobian(x).toarray(), differences, rtol=1e-8)


def test_all_iterations_agree_on_smooth_curves() -> None:
    system, demand = smooth_system(), [1.0, 2.0]
    least = least_solution(system, demand)
    assert least.error <= 1e-9
    for method in OTHERS:
        found = method(system, demand)
        assert found.which == "least"
        np.testing.assert_allclose(found.x, least.x, rtol=1e-8)
        np.testing.assert_allclose(found.residual, found.x - system.needs(found.x) - demand, atol=1e-15)


# ---- the largest demand


def test_the_largest_multiple_of_the_quadratic() -> None:
    found = largest_multiple(quadratic(), [1.0])
    assert found.times == pytest.approx(4.05, rel=1e-6) and found.beyond == pytest.approx(4.05, rel=1e-6)
    assert found.times <= 4.05 <= found.beyond
    assert found.solution.upper is not None and found.why.reason == "growth"
    assert "not 4.05" in repr(found)


def test_the_largest_multiple_of_a_report() -> None:
    """.9 x - 10 - .04 x at x = 500; and that of the end of a report that a jump stands before."""
    started = ScaleSystem([[0.1]], [curve_through([0, 0, 500], [0, 10, 30])], [0], [0])
    found = largest_multiple(started, [2.0])
    assert 2.0 * found.times <= 420.0 <= 2.0 * found.beyond and found.why.reason == "range"
    assert found.beyond - found.times <= 1e-6 * found.beyond
    dear = ScaleSystem([[0.0]], [curve_through([0, 0, 5], [0, 10, 30])], [0], [0])
    assert largest_multiple(dear, [1.0]).times == 0.0


def test_the_largest_multiple_without_a_limit() -> None:
    found = largest_multiple(ScaleSystem([[0.1]], [], [], []), [1.0])
    assert found.times == np.inf and found.why is None
    endless = ScaleSystem([[0.1]], [curve_through([0, 1, 3], [0, 0.5, 1], "line")], [0], [0])
    assert largest_multiple(endless, [1.0]).times == np.inf
    with pytest.raises(QuestionError, match="nothing is demanded"):
        largest_multiple(endless, [0.0])


# ---- metamorphic


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("method", [least_solution, newton, anderson, least_squares])
def test_units_and_the_order_of_goods_do_not_matter(seed: int, method: Any) -> None:
    system, demand = random_system(seed, 4, ("convex", "mixed"))
    demand = 0.3 * demand
    try:
        plain = method(system, demand)
    except (UnmeetableError, UnsettledError) as error:
        plain = type(error)
    rng = np.random.default_rng(seed)
    unit, order = 10.0 ** rng.uniform(-6, 6, 4), rng.permutation(4)
    place = np.argsort(order)
    inputs = system.coefficients.matrix.toarray() * unit[:, None] / unit
    curves = [
        _in_units(curve, unit[j], unit[i])
        for curve, i, j in zip(system.curves, system.rows, system.columns, strict=True)
    ]
    other = ScaleSystem(inputs[np.ix_(order, order)], curves, place[system.rows], place[system.columns])
    if isinstance(plain, type):
        with pytest.raises(plain):
            method(other, (unit * demand)[order])
        return
    found = method(other, (unit * demand)[order])
    np.testing.assert_allclose(found.x, (unit * plain.x)[order], rtol=1e-7)
    assert found.which == plain.which


def _in_units(curve: Curve, quantity: float, total: float) -> Curve:
    rows = [(0.0, 0.0)]
    for k in range(curve.count):
        rows += [(curve.quantities[k], curve.starts[k]), (curve.quantities[k + 1], curve.ends[k])]
    keep = [rows[0]] + [b for a, b in pairwise(rows) if b != a]
    return curve_through([q * quantity for q, _ in keep], [t * total for _, t in keep])


# ---- many goods


def test_hundreds_of_goods_and_a_curve_each() -> None:
    rng = np.random.default_rng(5)
    size = 700
    inputs = sp.random_array((size, size), density=0.003, rng=rng, data_sampler=lambda size: rng.uniform(0, 0.2, size))
    curves = [random_curve(rng, BENDS[k % 3], 1e3, 0.3) for k in range(size)]
    rows = rng.integers(0, size, size)
    system = ScaleSystem(inputs, curves, rows, np.arange(size))
    demand = rng.uniform(0, 20, size)
    found = least_solution(system, demand)
    assert found.error <= 1e-9 and found.relative <= 1e-9
    assert found.jumps < 12
    np.testing.assert_allclose(newton(system, demand).x, found.x, rtol=1e-8)


# ---- what is refused


def test_what_is_not_usable_is_said() -> None:
    curve = curve_through([0, 1], [0, 1])
    with pytest.raises(DataError, match="inputs must not be negative"):
        ScaleSystem([[-0.1]], [], [], [])
    with pytest.raises(OptionError, match=r"columns of curves must lie in 0\.\.0, not at 1"):
        ScaleSystem([[0.1]], [curve], [0], [1])
    with pytest.raises(OptionError, match="rows of curves must be 1 whole numbers"):
        ScaleSystem([[0.1]], [curve], [0.5], [0])
    system = ScaleSystem([[0.1]], [curve], [0], [0], names=["corn"])
    with pytest.raises(DataError, match="demand must not be negative; that of 'corn' is"):
        least_solution(system, [-1.0])
    with pytest.raises(DataError, match="demand must be 1 numbers"):
        least_solution(system, [1.0, 2.0])
    with pytest.raises(DataError, match="finite"):
        least_solution(system, [np.nan])
    with pytest.raises(OptionError, match="start"):
        least_solution(system, [0.1], start="below")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="max_passes"):
        newton(system, [0.1], max_passes=0)
