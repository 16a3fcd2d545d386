"""The local model: exact at the point and to first order around it; its maximum against a linear program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from natura_opt.input_output.cores import blas_on_one_core
from natura_opt.methods.prices.contents import Contents
from natura_opt.methods.prices.local_model import LocalModel, Prospect
from natura_opt.methods.prices.technique_table import Shares

from .technique_tables import Drawn, drawn

SEEDS = pytest.mark.parametrize("seed", range(4))


class Case:
    """A table whose techniques in use are priced exactly at a point, and the model maximised there."""

    @blas_on_one_core
    def __init__(self, seed: int, goods: int = 60, things: int = 3) -> None:
        self.made: Drawn = drawn(seed, goods, things=things)
        self.made.use += 0.05
        self.table = self.made.table
        self.shares = Shares.of(self.made.chosen())
        self.point = self.made.rng.dirichlet(np.ones(things))
        dense = np.eye(goods) - self.made.inputs[self.shares.used]
        self.contents = np.linalg.solve(dense, self.made.use[self.shares.used])
        self.prices = self.contents @ self.point
        self.wanted = self.made.rng.uniform(0.0, 1.0, goods)
        self.outputs = np.linalg.solve(dense.T, self.wanted)
        self.used = self.made.use[self.shares.used].T @ self.outputs
        self.beyond = self.made.use + self.made.inputs @ self.contents - self.contents[self.table.makes]

    def best(self, tolerance: float = 1e-9) -> Prospect:
        model = LocalModel(self.table, Contents(self.table))
        return model.best_near(
            self.point,
            self.prices,
            self.shares,
            self.outputs,
            self.used,
            np.ones(len(self.point)),
            tolerance,
            exactness=1e-12,
        )

    def model(self, point: Any) -> float:
        """``u w + sum_i q_i min_j d_j w``, from the dense tables."""
        least = np.full(self.table.goods, np.inf)
        np.minimum.at(least, self.table.makes, self.beyond @ point)
        return float(self.used @ point + self.outputs @ least)


@SEEDS
def test_its_maximum_is_that_of_the_linear_program(seed: int) -> None:
    case = Case(seed)
    goods, things = case.table.goods, case.table.things
    rows = np.hstack([-case.beyond, np.eye(goods)[case.table.makes]])  # t_i <= d_j w
    solved = linprog(
        -np.concatenate([case.used, case.outputs]), A_ub=rows, b_ub=np.zeros(len(rows)),
        A_eq=[[1.0] * things + [0.0] * goods], b_eq=[1.0], bounds=[(0, None)] * things + [(None, None)] * goods,
    )  # fmt: skip
    assert solved.status == 0
    found = case.best()
    assert found.point.sum() == pytest.approx(1.0, rel=1e-12)
    assert (found.point >= 0).all()
    assert case.model(found.point) == pytest.approx(-solved.fun, rel=1e-6)


@SEEDS
def test_it_is_exact_to_first_order_where_few_change(seed: int) -> None:
    """Difference quotients: without a change of technique the model is the cost of the assortment itself."""
    case = Case(seed)
    direction = case.made.rng.dirichlet(np.ones(case.table.things)) - case.point
    fixed = [case.wanted @ (case.contents @ (case.point + step * direction)) for step in (0.0, 1e-3)]
    slope = float(case.used @ direction)
    assert (fixed[1] - fixed[0]) / 1e-3 == pytest.approx(slope, rel=1e-6, abs=1e-10)
    survey = case.table.survey(
        case.shares, case.contents, case.prices, case.point, np.ones(case.table.things),
        np.empty((int(case.table.ways[case.table.choosing].sum()), case.table.things)),
    )  # fmt: skip
    order = np.concatenate([case.made.ways(good) for good in case.table.choosing])
    np.testing.assert_allclose(survey, case.beyond[order], rtol=1e-9, atol=1e-12)


@SEEDS
def test_the_prospect_is_a_mix_of_techniques_and_names_the_cheapest(seed: int) -> None:
    case = Case(seed)
    found = case.best()
    assert found.shares.begins[-1] == len(found.shares.used)
    np.testing.assert_allclose(np.bincount(found.shares.goods, found.shares.shares), 1.0, rtol=1e-12)
    np.testing.assert_array_equal(case.table.makes[found.shares.used], found.shares.goods)
    np.testing.assert_array_equal(case.table.makes[found.chosen], np.arange(case.table.goods))
    costs = case.beyond @ found.point
    for good in range(case.table.goods):
        assert costs[found.chosen[good]] <= costs[case.made.ways(good)].min() + 1e-9
    # what the mix uses of each thing, in the model, is no more than its maximum allows of any
    use = case.used.copy()
    for good, row, share in zip(found.shares.goods, found.shares.used, found.shares.shares, strict=True):
        use += case.outputs[good] * share * case.beyond[row]
    assert use.max() == pytest.approx(case.model(found.point), rel=1e-4)
    np.testing.assert_allclose(found.prices, case.contents @ found.point, rtol=1e-6)


@SEEDS
def test_contents_are_those_of_the_dense_system(seed: int) -> None:
    case = Case(seed)
    contents = Contents(case.table)
    before = case.table.passes
    contents.find(case.shares, case.prices, case.outputs, 1e-8)
    np.testing.assert_allclose(contents.values, case.contents, rtol=1e-6, atol=1e-8)
    first, before = case.table.passes - before, case.table.passes
    contents.find(case.shares, case.prices, case.outputs, 1e-8)
    assert case.table.passes - before < first / 4  # from where they stood
    assert Contents.bytes_of(case.table) >= contents.values.nbytes * 8
