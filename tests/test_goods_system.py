"""Systems of goods: the inequality they promise, in fractions, on both roads (elimination and shared steps)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.base.arrays import Floats
from natura_opt.input_output.cores import blas_on_one_core
from natura_opt.methods.prices.goods_system import GoodsSystem

from . import rational

EPS = float(np.finfo(np.float64).eps)
#: On both sides of where elimination is sooner done (200 goods).
SIZES = pytest.mark.parametrize("goods", [12, 240])
SEEDS = pytest.mark.parametrize("seed", range(2))


class Case:
    """A productive system with rows of zeros, goods without links and blocks that know nothing of each other."""

    @blas_on_one_core
    def __init__(self, seed: int, goods: int, radius: float = 0.9, scale: float = 0.0) -> None:
        rng = np.random.default_rng(seed)
        matrix = np.where(rng.random((goods, goods)) < 4.0 / goods, rng.lognormal(0.0, 1.0, (goods, goods)), 0.0)
        half = goods // 2
        matrix[:half, half:] = 0.0  # disconnected halves
        matrix[half:, :half] = 0.0
        matrix[rng.random(goods) < 0.1] = 0.0
        lone = rng.random(goods) < 0.1
        matrix[lone] = matrix[:, lone] = 0.0
        matrix *= radius / max(np.abs(np.linalg.eigvals(matrix)).max(), 1e-9)
        units = 10.0 ** rng.uniform(-scale, scale, goods)
        self.matrix: Any = sp.csr_array(units[:, None] * matrix / units)
        self.given = np.where(rng.random(goods) < 0.5, rng.uniform(0.1, 5.0, goods), 0.0) * units
        self.given[0] = units[0]
        self.units = units
        self.readings = 0
        dense = np.eye(goods) - matrix
        self.exact = units * np.linalg.solve(dense, self.given / units)
        self.depth = float(np.linalg.solve(dense.T, np.ones(goods)).max())  # steps of production, summed
        longest = int(np.diff(self.matrix.indptr).max())
        self.system = GoodsSystem(goods, 4 * (2 * longest + 16) * EPS)

    def times(self, x: Floats) -> Floats:
        self.readings += 1
        image: Floats = self.matrix @ x
        return image

    def solve(self, *, up: bool, slack: float, aim: float | None = None, start: Floats | None = None) -> Floats | None:
        solver = self.system.at_least if up else self.system.at_most
        return solver(
            self.times,
            lambda: self.matrix,
            self.given,
            np.zeros(len(self.given)) if start is None else start,
            1.0 / self.units,
            slack=slack,
            aim=slack if aim is None else aim,
        )

    def surplus(self, x: Floats) -> list[Any]:
        """``x - given - N x``, in fractions."""
        values = rational.vector(x)
        out = [value - rational.fraction(float(given)) for value, given in zip(values, self.given, strict=True)]
        coo = self.matrix.tocoo()
        for row, column, entry in zip(coo.row, coo.col, coo.data, strict=True):
            out[row] -= rational.fraction(float(entry)) * values[column]
        return out


@SIZES
@SEEDS
@pytest.mark.parametrize("slack", [1e-4, 1e-8, 1e-12])
@pytest.mark.parametrize("up", [True, False], ids=["at least", "at most"])
def test_the_inequality_holds_good_by_good_in_fractions(seed: int, goods: int, slack: float, up: bool) -> None:
    case = Case(seed, goods)
    x = case.solve(up=up, slack=slack)
    assert x is not None and (x >= 0).all()
    assert all(value >= 0 for value in case.surplus(x)) if up else all(value <= 0 for value in case.surplus(x))
    # and it is no worse than the slack, in every step of the chain, makes it (goods beyond reach are not made)
    missed = np.abs(x - case.exact) / case.units
    assert missed.sum() <= 8 * slack * case.depth * (case.exact / case.units).sum() + 1e-12


@SIZES
@SEEDS
@pytest.mark.parametrize("up", [True, False], ids=["at least", "at most"])
def test_units_of_goods_do_not_matter(seed: int, goods: int, up: bool) -> None:
    case = Case(seed, goods, scale=8.0)
    x = case.solve(up=up, slack=1e-9)
    assert x is not None
    assert all(value >= 0 for value in case.surplus(x)) if up else all(value <= 0 for value in case.surplus(x))
    worth = 1.0 / case.units
    assert worth @ np.abs(x - case.exact) <= 1e-6 * (worth @ case.exact)


@SIZES
@pytest.mark.parametrize("up", [True, False], ids=["at least", "at most"])
def test_any_start_will_do(goods: int, up: bool) -> None:
    case, rng = Case(7, goods), np.random.default_rng(7)
    for start in (case.exact, 1e6 * case.exact, -case.exact, 1e-9 * case.exact, rng.lognormal(0, 10, goods)):
        x = case.solve(up=up, slack=1e-8, start=start)
        assert x is not None
        assert all(value >= 0 for value in case.surplus(x)) if up else all(value <= 0 for value in case.surplus(x))
        np.testing.assert_allclose(x.sum(), case.exact.sum(), rtol=1e-5)


@SIZES
@pytest.mark.parametrize("up", [True, False], ids=["at least", "at most"])
@pytest.mark.parametrize("radius", [1.02, 1.5, 40.0])
def test_unproductive_systems_have_no_solution(goods: int, radius: float, up: bool) -> None:
    """Inequalities ``x <= given + N x`` may hold for some x, but not for one that bounds anything."""
    case = Case(3, goods, radius)
    x = case.solve(up=up, slack=1e-6)
    if x is not None and up:
        assert all(value >= 0 for value in case.surplus(x)), "of what is made more than goes in, this is no plan"
    if up:  # where what is wanted needs none of the unproductive goods there may be a plan, proved by its inequality
        assert x is None or _spared(case)


def _spared(case: Case) -> bool:
    """Whether what is wanted has links only among goods of a productive part."""
    needed = case.given > 0
    while True:
        further = needed | (case.matrix.T @ needed.astype(float) > 0) | (case.matrix @ needed.astype(float) > 0)
        if (further == needed).all():
            part = case.matrix.toarray()[np.ix_(needed, needed)]
            return bool(np.abs(np.linalg.eigvals(part)).max(initial=0.0) < 1)
        needed = further


@pytest.mark.parametrize("up", [True, False], ids=["at least", "at most"])
def test_estimates_far_from_what_goods_now_need(up: bool) -> None:
    """A few goods all but worthless before, and others worth much before that now are worth nothing."""
    case, rng = Case(11, 240), np.random.default_rng(11)
    start = case.exact * np.where(rng.random(240) < 0.2, 1e-11, 1.0) * np.where(rng.random(240) < 0.1, 10.0, 1.0)
    x = case.solve(up=up, slack=1e-8, start=start)
    assert x is not None
    assert all(value >= 0 for value in case.surplus(x)) if up else all(value <= 0 for value in case.surplus(x))
    assert case.readings < 150


@SIZES
@pytest.mark.parametrize("radius", [0.99, 0.9999])
@pytest.mark.parametrize("up", [True, False], ids=["at least", "at most"])
def test_long_chains(goods: int, radius: float, up: bool) -> None:
    """What is hardly productive still has a solution where the slack lets it."""
    case = Case(5, goods, radius)
    x = case.solve(up=up, slack=1e-8)
    assert x is not None
    assert all(value >= 0 for value in case.surplus(x)) if up else all(value <= 0 for value in case.surplus(x))
    np.testing.assert_allclose(x.sum(), case.exact.sum(), rtol=1e-2)


@SIZES
@pytest.mark.parametrize("up", [True, False], ids=["at least", "at most"])
def test_nothing_wanted_is_nothing_made(goods: int, up: bool) -> None:
    case = Case(1, goods)
    case.given = np.zeros(goods)
    x = case.solve(up=up, slack=1e-6)
    assert x is not None
    assert (x == 0).all()


@SIZES
@pytest.mark.parametrize("up", [True, False], ids=["at least", "at most"])
def test_no_inputs_at_all(goods: int, up: bool) -> None:
    case = Case(1, goods)
    case.matrix = sp.csr_array((goods, goods))
    x = case.solve(up=up, slack=1e-6)
    assert x is not None
    np.testing.assert_allclose(x, case.given, rtol=1.1e-6)
    assert ((x >= case.given) if up else (x <= case.given)).all()


@SIZES
def test_what_grows_beyond_any_double_has_no_solution(goods: int) -> None:
    case = Case(2, goods)
    circle = sp.csr_array(([1e200, 1e200], ([0, 1], [1, 0])), shape=(goods, goods))
    case.matrix = sp.csr_array(case.matrix + circle)
    with np.errstate(over="ignore", invalid="ignore"):
        assert case.solve(up=True, slack=1e-6) is None


def test_rough_prices_are_found_with_few_readings() -> None:
    """Beyond the slack nothing is proved, and nothing is mended."""
    case = Case(4, 240)
    rough = case.solve(up=False, slack=1e-9, aim=1e-2)
    readings, case.readings = case.readings, 0
    assert rough is not None
    assert case.solve(up=False, slack=1e-9) is not None
    assert readings < case.readings / 2
    np.testing.assert_allclose(rough.sum(), case.exact.sum(), rtol=0.1)
