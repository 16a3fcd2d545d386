"""The technique table: every product against numpy, every answer whatever the cores, every reading counted."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numba
import numpy as np
import pytest
import scipy.sparse as sp

from natura_opt.methods.prices import table_kernels as kernels
from natura_opt.methods.prices.technique_table import Shares, TechniqueTable

from . import rational
from .technique_tables import PARALLEL, SERIAL, Drawn, drawn

SIZES = pytest.mark.parametrize("size", [SERIAL, PARALLEL], ids=["serial", "parallel"])
SEEDS = pytest.mark.parametrize("seed", range(3))


def answers(made: Drawn, table: TechniqueTable, shares: Shares) -> dict[str, Any]:
    """Everything a table answers about the same prices and outputs."""
    rng = np.random.default_rng(7)
    prices, outputs = rng.uniform(0.1, 2.0, table.goods), rng.uniform(0.0, 2.0, table.goods)
    outputs[::5] = 0.0
    point = rng.dirichlet(np.ones(table.things))
    scarcity = table.scarcity(point)
    contents = rng.uniform(0.0, 1.0, (table.goods, table.things))
    lowest, chosen = table.ask(scarcity, prices)
    choices = int(table.ways[table.choosing].sum())
    return {
        "given": (prices, outputs, point, contents),
        "scarcity": scarcity,
        "lowest": lowest,
        "chosen": chosen,
        "costs": table.costs_of(np.arange(len(table.rows)), scarcity, prices),
        "times": table.times(shares, prices),
        "transposed": table.transposed(shares, outputs),
        "times_columns": table.times_columns(shares, contents, np.empty_like(contents)),
        "use_columns": table.use_columns(shares, np.empty((table.goods, table.things))),
        "total_use": table.total_use(shares, outputs),
        "survey": table.survey(
            shares, contents, prices, point, np.ones(table.things), np.empty((choices, table.things))
        ),
    }


def close(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)


@SIZES
@SEEDS
def test_products_are_those_of_the_dense_matrices(seed: int, size: dict[str, Any]) -> None:
    made = drawn(seed, **size)
    table, shares = made.table, made.shares()
    assert table._small == (size is SERIAL)
    found = answers(made, table, shares)
    prices, outputs, point, contents = found["given"]
    inputs, use = made.mixed(shares, made.inputs), made.mixed(shares, made.use)
    close(found["scarcity"], made.use @ point)
    close(found["costs"], made.use @ point + made.inputs @ prices)
    close(found["times"], inputs @ prices)
    close(found["transposed"], inputs.T @ outputs)
    close(found["times_columns"], inputs @ contents)
    close(found["use_columns"], use)
    close(found["total_use"], use.T @ outputs)
    for good in range(table.goods):
        own = found["costs"][made.ways(good)]
        close(found["lowest"][good], own.min())
        close(found["costs"][found["chosen"][good]], own.min())
        assert found["chosen"][good] in made.ways(good)
    close(shares.mixed(made.inputs[shares.used]).toarray(), inputs)


@SIZES
def test_ties_go_to_the_first_technique_of_the_good(size: dict[str, Any]) -> None:
    made = drawn(5, **size)
    lowest, chosen = made.table.ask(np.ones(len(made.rows)), np.zeros(len(made.first) - 1))
    np.testing.assert_array_equal(lowest, 1.0)
    np.testing.assert_array_equal(chosen, made.rows[made.first[:-1]])


@SIZES
def test_one_core_or_two_give_the_same_bits(size: dict[str, Any]) -> None:
    made = drawn(3, **size)
    shares, cores = made.shares(), numba.get_num_threads()
    results = []
    try:
        for number in sorted({1, min(2, numba.config.NUMBA_NUM_THREADS)}):  # type: ignore[attr-defined]
            numba.set_num_threads(number)
            results.append(answers(made, made.table, shares))
    finally:
        numba.set_num_threads(cores)
    for name, value in results[0].items():
        for other in results[1:]:
            if name != "given":
                np.testing.assert_array_equal(value, other[name], err_msg=name)


@SEEDS
def test_the_order_of_techniques_changes_no_bit(seed: int) -> None:
    """``rows`` says where techniques stand: a table in the order of goods answers alike."""
    made = drawn(seed)
    ordered = TechniqueTable(sp.csr_array(made.inputs[made.rows]), sp.csr_array(made.use[made.rows]), made.first)
    shares = made.shares()
    place = np.argsort(made.rows)
    one = answers(made, made.table, shares)
    other = answers(made, ordered, Shares(shares.begins, place[shares.used], shares.shares))
    for name in ("lowest", "times", "transposed", "times_columns", "use_columns", "total_use", "survey"):
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    np.testing.assert_array_equal(one["chosen"], made.rows[other["chosen"]])
    np.testing.assert_array_equal(made.table.makes[made.rows], ordered.makes)


@SEEDS
@pytest.mark.parametrize("spread", [0, 12])
def test_total_use_is_as_exact_as_twice_the_precision(seed: int, spread: int) -> None:
    made = drawn(seed)
    table, shares = made.table, made.shares()
    outputs = 10.0 ** made.rng.uniform(-spread, spread, table.goods)
    exact = [Fraction(0)] * table.things
    for good, row, share in zip(shares.goods, shares.used, shares.shares, strict=True):
        weight = rational.fraction(float(share * outputs[good]))  # as the kernel weighs: one rounding
        for thing in range(table.things):
            exact[thing] += weight * rational.fraction(float(made.use[row, thing]))
    found = table.total_use(shares, outputs)
    terms = max(float(value) for value in exact)
    for thing, value in enumerate(exact):
        # each product is rounded once; the sums add next to nothing
        assert abs(rational.fraction(float(found[thing])) - value) <= rational.fraction(terms * 2.3e-16)


@SIZES
@SEEDS
def test_survey_is_what_techniques_take_beyond_those_in_use(seed: int, size: dict[str, Any]) -> None:
    made = drawn(seed, **size)
    table, shares = made.table, made.shares()
    found = answers(made, table, shares)
    prices, _, point, contents = found["given"]
    takes, costs = made.use + made.inputs @ contents, made.use @ point + made.inputs @ prices
    expected = []
    for good in table.choosing:
        own = shares.goods == good
        mean = shares.shares[own] @ takes[shares.used[own]]
        mean_cost = shares.shares[own] @ costs[shares.used[own]]
        for row in made.ways(good):
            beyond = takes[row] - mean
            expected.append(beyond + (costs[row] - mean_cost - beyond @ point))
    close(found["survey"], expected)
    # at the point it is exact whatever the contents miss
    paid = np.bincount(shares.goods, shares.shares * costs[shares.used])
    close(found["survey"] @ point, np.concatenate([costs[made.ways(good)] - paid[good] for good in table.choosing]))


def test_the_main_technique_has_the_largest_share() -> None:
    shares = Shares(np.array([0, 2, 3, 6]), np.array([4, 1, 0, 7, 2, 3]), np.array([0.3, 0.7, 1.0, 0.2, 0.5, 0.3]))
    assert shares.main.tolist() == [1, 0, 2]
    assert shares.goods.tolist() == [0, 0, 1, 2, 2, 2]
    chosen = np.array([3, 1, 2])
    assert Shares.of(chosen).main.tolist() == chosen.tolist()


def test_a_table_without_inputs_or_without_use() -> None:
    first = np.array([0, 1, 3])
    empty = TechniqueTable(sp.csr_array((3, 2)), sp.csr_array(np.eye(3)), first)
    shares = Shares.of(np.array([0, 2]))
    assert empty.times(shares, np.ones(2)).tolist() == [0.0, 0.0]
    assert empty.transposed(shares, np.ones(2)).tolist() == [0.0, 0.0]
    assert empty.total_use(shares, np.array([2.0, 5.0])).tolist() == [2.0, 0.0, 5.0]
    assert np.isfinite(empty.passes)
    unused = TechniqueTable(sp.csr_array(np.full((3, 2), 0.1)), sp.csr_array((3, 1)), first)
    assert unused.total_use(shares, np.ones(2)).tolist() == [0.0]
    assert unused.scarcity(np.ones(1)).tolist() == [0.0, 0.0, 0.0]


# ---- passes ---------------------------------------------------------------------------------------------------------


class Counting:
    """Kernels that look up how many coefficients they are given to read."""

    def __init__(self, made: Drawn, table: TechniqueTable, shares: Shares) -> None:
        size = np.count_nonzero(made.inputs, axis=1)
        of_use = np.count_nonzero(made.use, axis=1)
        every, part = size.sum(), size[shares.used].sum()
        self.expected: dict[str, float] = {
            "scarcity": of_use.sum() / every,
            "ask": 1.0,
            "costs": 1.0,
            "times": part / every,
            "transposed": part / every,
            "times_columns": part / every,
            "use_columns": of_use[shares.used].sum() / every,
            "total_use": of_use[shares.used].sum() / every,
            "survey": 1.0 + of_use.sum() / every,
        }
        prices, point = np.ones(table.goods), np.ones(table.things)
        contents = np.ones((table.goods, table.things))
        out, paid = np.empty_like(contents), np.ones(len(made.rows))
        beyond = np.empty((int(table.ways[table.choosing].sum()), table.things))
        self.calls: dict[str, Callable[[], Any]] = {
            "scarcity": lambda: table.scarcity(point),
            "ask": lambda: table.ask(paid, prices),
            "costs": lambda: table.costs_of(np.arange(len(table.rows)), paid, prices),
            "times": lambda: table.times(shares, prices),
            "transposed": lambda: table.transposed(shares, prices),
            "times_columns": lambda: table.times_columns(shares, contents, out),
            "use_columns": lambda: table.use_columns(shares, out),
            "total_use": lambda: table.total_use(shares, prices),
            "survey": lambda: table.survey(shares, contents, prices, point, np.ones(table.things), beyond),
        }


@SIZES
def test_every_reading_is_counted_by_the_coefficients_it_reads(size: dict[str, Any]) -> None:
    made = drawn(2, **size)
    table, shares = made.table, made.shares()
    counting = Counting(made, table, shares)
    for name, call in counting.calls.items():
        before = table.passes
        call()
        assert table.passes - before == pytest.approx(counting.expected[name], rel=1e-12), name


def test_a_product_reads_every_coefficient_in_use_once_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as plain Python over arrays that count what is taken from them."""
    made = drawn(4, goods=12)
    table, shares = made.table, made.shares()
    inputs = table.inputs
    read = np.zeros(inputs.nnz, dtype=int)

    class Counted:
        def __getitem__(self, place: Any) -> Any:
            read[place] += 1
            return inputs.data[place]

    expected = np.isin(np.repeat(np.arange(inputs.shape[0]), np.diff(inputs.indptr)), shares.used).astype(int)
    sums = np.zeros(table.goods)
    kernels.scatter_goods.py_func(  # type: ignore[attr-defined]
        0, table.goods, shares.begins, shares.used, shares.shares, inputs.indptr, inputs.indices, Counted(),
        np.ones(table.goods), sums,
    )  # fmt: skip
    np.testing.assert_array_equal(read, expected)
    close(sums, made.mixed(shares, made.inputs).sum(axis=0))
