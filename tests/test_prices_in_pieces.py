"""Convex curves as techniques: price coordination answers them, and says why where it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.methods.curves.as_techniques import AsTechniques

REPORTS = ["technique", "name", "quantity", "total", "of"]


def _convex(seed: int, **more: Any) -> no.Economy:
    """Six goods, of which three need a good or labour along a convex curve."""
    rng = np.random.default_rng(seed)
    inputs = 0.5 * rng.random((6, 6)) / 6
    rows: list[tuple[object, ...]] = []
    for technique, name, of in (
        ("g0", "g1", ""),
        ("g2", "labour", ""),
        ("g3", "g0", ""),
        ("g3", "labour", "resource_use"),
    ):
        total = 0.0
        for quantity, slope in zip((1.0, 3.0, 40.0), np.sort(rng.uniform(0.05, 0.4, 3)), strict=True):
            rows += [(technique, name, 0.0, 0.0, of)] * (total == 0.0)
            before = rows[-1][2]
            total += float(slope) * (quantity - float(str(before)))
            rows.append((technique, name, quantity, total, of))
    inputs[1, 0] = inputs[0, 3] = 0.0
    use = rng.random((2, 6)) + 0.1
    use[0, [2, 3]] = 0.0
    return no.build_economy(
        goods=[f"g{k}" for k in range(6)],
        inputs=inputs,
        resources=["labour", "land"],
        resource_use=use,
        resource_limits=[20.0, 25.0],
        targets=rng.random(6) + 0.2,
        curves=pd.DataFrame(rows, columns=REPORTS),
        objective="assortment",
        **more,
    )


@pytest.mark.parametrize("seed", range(6))
def test_prices_find_the_optimum_of_the_program_of_the_curves(seed: int) -> None:
    economy = _convex(seed)
    best = no.solve(economy).assert_optimal()
    plan = no.solve(economy, method="prices").assert_optimal()
    assert plan.objective == pytest.approx(best.objective, rel=2e-6)
    assert plan.objective <= best.certificate.dual_objective * (1 + 1e-9)
    assert plan.program.shape == best.program.shape  # its proof is that of the curves' own program
    curve = economy.curve("g0", "g1")
    level = float(plan.activities.loc["g0"].iloc[0])
    used = float(plan.further["goods_by_curve"].loc[("g1", "g0")].iloc[0]) if "goods_by_curve" in plan.further else None
    if used is not None:
        assert used == pytest.approx(float(curve.total(level)), rel=1e-6)


def test_pieces_become_techniques_and_their_extents_scarce_things() -> None:
    economy = _convex(1)
    split = AsTechniques.of(economy, economy.question(), "prices")
    assert len(split.economy.techniques) == 6 + 2 * 3  # three techniques of three pieces each
    assert len(split.economy.resources) == 2 + 9
    assert no.solve(split.economy, "default", objective="assortment").assert_optimal().objective == pytest.approx(
        no.solve(economy).objective, rel=1e-9
    )


@pytest.mark.parametrize(
    "rows, said",
    [
        ([("g0", "g1", 0, 0), ("g0", "g1", 1, 1), ("g0", "g1", 9, 2)], "not convex"),
        ([("g0", "g1", 0, 0, ""), ("g0", "g1", 9, 81, "q ** 2")], "formulas"),
    ],
)
def test_what_prices_cannot_answer_is_said_by_name(rows: list[Any], said: str) -> None:
    heads = ["technique", "name", "quantity", "total", "formula"][: len(rows[0])]
    economy = _convex(1).with_changes(curves=pd.DataFrame(rows, columns=heads))
    with pytest.raises(no.CannotAnswerError, match=said):
        no.solve(economy, method="prices")


def test_stocks_held_by_a_technique_with_curves_are_declined() -> None:
    eye = np.eye(6)
    economy = _convex(1, capital=0.1 * eye, initial_capital=9.0 * eye)
    with pytest.raises(no.CannotAnswerError, match="hold stocks of their own"):
        no.solve(economy, method="prices")
    pooled = _convex(1, capital=0.1 * eye, capital_pool=np.full(6, 9.0))
    best = no.solve(pooled).assert_optimal().objective
    assert no.solve(pooled, method="prices").assert_optimal().objective == pytest.approx(best, rel=2e-6)


@pytest.mark.parametrize("method", ["harmony", "harmony-cvxpy", "harmony-tangents"])
def test_harmony_takes_convex_pieces_and_declines_the_others(method: str) -> None:
    economy = _convex(2)
    plan = no.solve(economy, objective="harmony", method=method)
    assert plan.harmony.gap_per_good <= 1e-5
    bent = pd.DataFrame([("g0", "g1", 0, 0), ("g0", "g1", 1, 1), ("g0", "g1", 9, 2)], columns=REPORTS[:4])
    with pytest.raises(no.CannotAnswerError, match="whole numbers"):
        no.solve(economy.with_changes(curves=bent), objective="harmony", method=method)
