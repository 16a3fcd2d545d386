"""Economies of scale at size: plans at the scale of the plan before, and binaries that follow from a known plan."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.laws.curve_layout import Pieces
from natura_opt.methods.curves.narrowing import narrowed
from natura_opt.methods.curves.scale_search import Placed, good_plan
from natura_opt.program.linear import LinearProgram

REPORTS = ["technique", "name", "quantity", "total"]


def _returns_to_scale(seed: int, goods: int, concave: int, pieces: int, periods: int = 1) -> no.Economy:
    """Every good needs others; some need one of them along a concave curve, of which the plan runs about a quarter."""
    rng = np.random.default_rng(seed)
    inputs = rng.random((goods, goods)) * (rng.random((goods, goods)) < 0.5)
    inputs *= 0.6 / np.abs(np.linalg.eigvals(inputs)).max()
    targets, use = rng.random(goods) + 0.1, rng.random((2, goods))
    scale = np.linalg.solve(np.eye(goods) - inputs, targets)
    rows = []
    for j in rng.choice(goods, concave, replace=False).tolist():
        i = int(np.argmax(inputs[:, j]))
        need, inputs[i, j] = inputs[i, j], 0.0
        quantities = np.linspace(0.0, 4.0 * scale[j], pieces + 1)
        rows += [(f"g{j}", f"g{i}", q, 1.2 * need * np.sqrt(scale[j] * q)) for q in quantities]
    names = [f"g{k}" for k in range(goods)]
    return no.build_economy(
        goods=names,
        inputs=inputs,
        resources=["labour", "land"],
        resource_use=use,
        resource_limits=1.3 * (use @ scale),
        targets=targets,
        periods=periods,
        curves=pd.DataFrame(rows, columns=REPORTS),
        objective="assortment",
    )


def _placed(economy: no.Economy) -> Placed:
    program = no.linear_program(economy)
    assert isinstance(program, LinearProgram)
    return Placed(program, Pieces.of(economy, economy.question()))


@pytest.mark.parametrize("seed", range(6))
def test_settled_binaries_leave_the_best_plan_in(seed: int) -> None:
    """Small enough for HiGHS to answer alone: what is settled must be so in the best plan that it finds."""
    economy = _returns_to_scale(seed, goods=12, concave=4, pieces=5, periods=1 + seed % 2)
    placed = _placed(economy)
    found = narrowed(placed, SolveOptions())
    assert found is not None and found.settled > 0
    alone = no.solve(placed.program, certificate="doubles", tolerance=1e-7)
    best = float(alone.primal @ placed.program.cost)
    span = placed.block("piece_opened").span
    assert (found.program.lower[span] <= np.round(alone.primal[span])).all()
    assert (np.round(alone.primal[span]) <= found.program.upper[span]).all()
    assert no.solve(economy).assert_optimal().objective == pytest.approx(best, rel=1e-7)


def test_a_good_plan_keeps_every_law() -> None:
    placed = _placed(_returns_to_scale(3, goods=30, concave=8, pieces=6))
    plan = good_plan(placed, SolveOptions())
    assert plan is not None
    program = placed.program
    opened = plan[placed.block("piece_opened").span]
    assert np.isin(opened, (0.0, 1.0)).all() and opened.any()
    rows, size = program.matrix @ plan, abs(program.matrix) @ np.abs(plan) + 1e-12
    assert ((rows - program.row_upper) / size).max() <= 1e-8
    assert ((program.row_lower - rows) / size).max() <= 1e-8


def test_binaries_of_sixty_goods_are_settled_without_branching() -> None:
    """120 binaries of economies of scale: HiGHS alone is far from its bound after a minute."""
    economy = _returns_to_scale(1, goods=60, concave=12, pieces=11)
    plan = no.solve(economy, tolerance=1e-6).assert_optimal()
    assert plan.certificate.bound == "solver"
    assert "binaries settled by the ranges of scale" in plan.attempts[-1].message
    assert plan.activities.to_numpy().min() >= 0


def test_exact_proofs_are_not_of_a_narrowed_program() -> None:
    economy = _returns_to_scale(2, goods=8, concave=2, pieces=4)
    plan = no.solve(economy, certificate="exact").assert_optimal()
    assert plan.certificate.bound == "exact"
    assert "settled" not in plan.attempts[-1].message
