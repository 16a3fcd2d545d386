"""Several systems solved together: against dense algebra, both ways round, in any units, counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.input_output import together
from natura_opt.input_output.coefficients import Coefficients
from natura_opt.input_output.together import solve_together
from natura_opt.input_output.witness import find_witness


def table(seed: int, goods: int = 40, radius: float = 0.8) -> Any:
    rng = np.random.default_rng(seed)
    inputs = np.where(rng.random((goods, goods)) < 0.2, rng.random((goods, goods)), 0.0)
    return inputs * radius / np.abs(np.linalg.eigvals(inputs)).max()


def sides(seed: int, goods: int = 40, count: int = 3) -> Any:
    rng = np.random.default_rng(seed + 1000)
    return np.where(rng.random((goods, count)) < 0.5, rng.random((goods, count)), 0.0)


def asked(
    inputs: Any, side: Any, transpose: bool, units: Any = None, accuracy: float = 1e-5
) -> tuple[Any, Coefficients]:
    """Columns, and the coefficients they were found with."""
    coefficients = Coefficients(sp.csr_array(inputs))
    way = inputs.T if transpose else inputs
    v = np.linalg.solve(np.eye(len(inputs)) - way, np.ones(len(inputs))) if units is None else units
    return solve_together(coefficients, transpose, sp.csc_array(side), v, accuracy), coefficients


def exactly(inputs: Any, side: Any, transpose: bool) -> Any:
    return np.linalg.solve(np.eye(len(inputs)) - (inputs.T if transpose else inputs), side)


@pytest.mark.parametrize("transpose", [True, False], ids=["transposed", "as it stands"])
@pytest.mark.parametrize("seed", range(5))
def test_columns_solve_their_systems(seed: int, transpose: bool) -> None:
    inputs, side = table(seed), sides(seed)
    columns, _ = asked(inputs, side, transpose)
    truth = exactly(inputs, side, transpose)
    weights, amounts = np.random.default_rng(seed).random(3), np.random.default_rng(seed + 1).random(40)
    np.testing.assert_allclose(columns.times(weights), truth @ weights, rtol=2e-4)
    np.testing.assert_allclose(columns.transposed_times(amounts), truth.T @ amounts, rtol=2e-4)
    np.testing.assert_allclose(columns.squares_times(amounts), (truth**2).T @ amounts, rtol=4e-4)


@pytest.mark.parametrize("transpose", [True, False], ids=["transposed", "as it stands"])
@pytest.mark.parametrize("far", [6, 100])
def test_units_of_goods_do_not_matter(far: int, transpose: bool) -> None:
    """Single precision ends at 1e38; what is held in it are shares of the units, wherever the goods are counted."""
    inputs, side = table(1), sides(1)
    scale = 10.0 ** np.random.default_rng(5).integers(-far, far + 1, 40)
    other = inputs * scale[:, None] / scale if transpose else inputs / scale[:, None] * scale
    v = exactly(inputs, np.ones(40), transpose) / scale
    columns, _ = asked(other, side / scale[:, None], transpose, v)
    same, _ = asked(inputs, side, transpose)
    np.testing.assert_allclose(columns.times(np.ones(3)) * scale, same.times(np.ones(3)), rtol=1e-4)


def test_sizes_of_limits_do_not_matter() -> None:
    inputs, side = table(2), sides(2)
    sizes = np.array([1e-200, 1.0, 1e150])
    columns, _ = asked(inputs, side * sizes, True)
    np.testing.assert_allclose(columns.times(1.0 / sizes), exactly(inputs, side, True).sum(axis=1), rtol=2e-4)


def test_one_pass_serves_every_column() -> None:
    inputs = table(3, goods=300)
    one, ten = (asked(inputs, sides(3, 300, count), True, accuracy=1e-3)[1].passes for count in (1, 10))
    assert 1 < ten <= one + 2


@pytest.mark.parametrize("accuracy", [1e-1, 1e-2, 1e-3, 1e-4])
def test_residuals_are_as_small_as_asked_for(accuracy: float) -> None:
    inputs, side = table(4, goods=200), sides(4, 200, 4)
    columns, coefficients = asked(inputs, side, True, accuracy=accuracy)
    found = columns.units[:, None] * columns.shares.astype(float) * columns.sizes
    v = columns.units
    left = np.linalg.norm((side - found + inputs.T @ found) / v[:, None], axis=0)
    assert (left <= 1.01 * accuracy * np.linalg.norm(side / v[:, None], axis=0)).all()
    assert coefficients.passes <= together._MOST


def test_what_takes_too_long_is_taken_as_it_is() -> None:
    """A chain of goods each made of nothing but the one before it takes as many steps as it is long."""
    goods = 400
    chain = np.diag(np.full(goods - 1, 0.999), 1)
    side = np.zeros((goods, 1))
    side[0] = 1.0
    columns, coefficients = asked(chain, side, True, accuracy=1e-6)
    assert coefficients.passes <= together._MOST + 1
    assert np.isfinite(columns.shares).all()


def test_a_limit_that_nobody_uses_has_no_contents() -> None:
    side = sides(6)
    side[:, 1] = 0.0
    columns, _ = asked(table(6), side, True)
    found = columns.transposed_times(np.ones(40))
    assert found[1] == 0.0 and (found[[0, 2]] > 0).all()
    nothing, coefficients = asked(table(6), np.zeros((40, 0)), True)
    assert coefficients.passes == 0 and nothing.times(np.zeros(0)).shape == (40,)


def test_what_needs_no_limit_has_exactly_none() -> None:
    """Goods 0 and 1 are made of each other and of nothing limited: their contents are zeros, not noise."""
    inputs = np.zeros((4, 4))
    inputs[0, 1] = inputs[1, 0] = 0.5
    inputs[0, 2] = inputs[2, 3] = 0.3
    side = np.array([[0.0], [0.0], [1.0], [0.5]])
    columns, _ = asked(inputs, side, True)
    prices = columns.times(np.ones(1))
    assert prices[0] == prices[1] == 0.0 and (prices[2:] > 0).all()


def test_groups_of_columns_give_what_all_at_once_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the memory is not there for all, columns are solved a few at a time."""
    inputs, side = table(7, goods=100), sides(7, 100, 30)
    whole, few = asked(inputs, side, True)
    monkeypatch.setattr(together, "_SPARE", 1)
    apart, more = asked(sp.csr_array(inputs).toarray(), side, True)
    np.testing.assert_allclose(apart.shares, whole.shares, rtol=1e-4, atol=1e-6)
    assert more.passes > few.passes


def test_the_answer_does_not_depend_on_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    monkeypatch.setattr(together, "_SMALL", 0)
    inputs, side, found = table(8, goods=150), sides(8, 150, 4), []
    cores = numba.get_num_threads()
    try:
        for count in (1, cores):
            numba.set_num_threads(count)
            found.append(asked(inputs, side, True)[0])
    finally:
        numba.set_num_threads(cores)
    np.testing.assert_array_equal(found[0].shares, found[-1].shares)
    amounts = np.random.default_rng(0).random(150)
    np.testing.assert_array_equal(found[0].transposed_times(amounts), found[-1].transposed_times(amounts))


def test_a_witness_is_what_makes_entries_of_one_size() -> None:
    inputs = table(9, goods=60, radius=0.95)
    coefficients = Coefficients(sp.csr_array(inputs))
    witness = find_witness(coefficients)
    columns = solve_together(coefficients, True, sp.csc_array(sides(9, 60)), witness.prices, 1e-4)
    truth = exactly(inputs, sides(9, 60), True)
    np.testing.assert_allclose(columns.times(np.ones(3)), truth.sum(axis=1), rtol=5e-3)
