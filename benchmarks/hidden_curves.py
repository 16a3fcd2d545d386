"""Economies whose curves are hidden: production units know them, the plan knows only what they have been asked.

Every good is made in one way or more, with labour that is short and with another good. What a way needs of each depends
on its scale: convex, concave or S-shaped totals. A plan made on reports is judged by what can be carried out of it on the true
curves: no technique runs more than the plan says, and the rest is what the true curves allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import natura_opt as no
from natura_opt.learning.inquiry import Inquiry, answered
from natura_opt.learning.next_question import next_question

#: Quantities of the true curves, as shares of the largest scale.
_GRID = np.array([0.0, 0.08, 0.2, 0.35, 0.5, 0.7, 1.0])
#: MIP gap that judging a plan within a percent needs.
_TOLERANCE = 1e-4

Ask = Callable[[no.Economy, no.Plan, np.random.Generator], Inquiry | None]


@dataclass(frozen=True, eq=False)
class Hidden:
    """An economy with a true curve for each (technique, name), rows of (quantity, total).

    Attributes
    ----------
    economy : without curves.
    truth : the true totals by (technique, name), shape (reports, 2).
    """

    economy: no.Economy
    truth: dict[tuple[str, str], np.ndarray]

    def reported(self) -> no.Economy:
        """Return what the plan knows before anything is asked: each curve's total at its largest scale."""
        return self.economy.with_changes(curves={key: rows[[0, -1]] for key, rows in self.truth.items()})

    def answer(self, inquiry: Inquiry) -> float:
        """Return the true total that was asked for."""
        rows = self.truth[inquiry.technique, inquiry.name]
        return float(np.interp(inquiry.scale, rows[:, 0], rows[:, 1]))

    def best(self, levels: pd.Series | None = None) -> float:
        """Return the best that the true curves allow, no technique above its level where levels are given."""
        economy = self.economy.with_changes(curves=self.truth)
        if levels is not None:
            limits = economy.frame("resource_limits").copy()
            limits[[f"room for {name}" for name in levels.index]] = levels.to_numpy()
            economy = economy.with_changes(resource_limits=limits)
        return float(no.solve(economy, tolerance=_TOLERANCE).objective)


def hidden_economy(seed: int, goods: int = 6, ways: int = 1) -> Hidden:
    """Return a seeded economy with hidden curves: of each way of making a good, those of labour and of one input."""
    rng = np.random.default_rng(seed)
    names = [f"good {k + 1}" for k in range(goods)]
    techniques = [f"{name}, way {way + 1}" for way in range(ways) for name in names]
    resources = ["labour", *(f"room for {way}" for way in techniques)]
    use = np.vstack([np.zeros(len(techniques)), np.eye(len(techniques))])
    truth: dict[tuple[str, str], np.ndarray] = {}
    for j, way in enumerate(techniques):
        truth[way, "labour"] = _curve(rng, 20.0, rng.uniform(0.6, 1.4))
        truth[way, names[(j + 1 + rng.integers(goods - 1)) % goods]] = _curve(rng, 20.0, rng.uniform(0.1, 0.3))
    economy = no.build_economy(
        name=f"hidden curves {seed}",
        goods=names,
        techniques=techniques,
        resources=resources,
        outputs=np.hstack([np.eye(goods)] * ways),
        inputs=np.zeros((goods, len(techniques))),
        resource_use=use,
        resource_limits=[6.0 * goods, *[20.0] * len(techniques)],
        targets=rng.uniform(0.5, 1.5, goods),
        objective="assortment",
    )
    return Hidden(economy, truth)


def _curve(rng: np.random.Generator, end: float, average: float) -> np.ndarray:
    """Return a rising total that is convex, concave or S-shaped, with an average need at its end."""
    kind, bend = rng.integers(3), rng.uniform(1.3, 2.2)
    if kind == 0:
        totals = _GRID**bend
    elif kind == 1:
        totals = _GRID ** (1.0 / bend)
    else:
        middle = rng.uniform(0.3, 0.6)
        totals = 1.0 / (1.0 + np.exp(-(_GRID - middle) * 8.0))
        totals = (totals - totals[0]) / (totals[-1] - totals[0])
    return np.column_stack([_GRID * end, totals * average * end])


def by_valuations(economy: no.Economy, plan: no.Plan, rng: np.random.Generator) -> Inquiry | None:
    """Ask what ``next_question`` names."""
    return next_question(economy, plan)


def at_random(economy: no.Economy, plan: no.Plan, rng: np.random.Generator) -> Inquiry | None:
    """Ask about any curve, at any scale."""
    curves = economy.curves
    assert curves is not None
    one = curves.placed[rng.integers(len(curves.placed))]
    axis = economy.resources if one.of == "resource_use" else economy.goods
    scale = float(rng.uniform(0.0, one.curve.end))
    return Inquiry(economy.techniques[one.technique], axis[one.row], one.of, "", scale, 0.0, 0.0, 0.0, 0.0, 0.0, False)


def questions_needed(hidden: Hidden, ask: Ask, seed: int, most: int, within: float = 0.01) -> Iterator[float]:
    """Yield the share of the true optimum that the plan loses, before each question, until it is small enough."""
    rng, best, economy = np.random.default_rng([seed, 1]), hidden.best(), hidden.reported()
    for _ in range(most + 1):
        plan = no.solve(economy, tolerance=_TOLERANCE)
        lost = 1.0 - hidden.best(plan.activities.iloc[:, 0]) / best
        yield lost
        inquiry = None if lost <= within else ask(economy, plan, rng)
        if inquiry is None:
            return
        economy = answered(economy, inquiry, hidden.answer(inquiry))


def counted(seed: int, ask: Ask, most: int, **sizes: Any) -> int | None:
    """Return how many questions it takes to plan within a percent of the true optimum; None if more than ``most``."""
    lost = list(questions_needed(hidden_economy(seed, **sizes), ask, seed, most))
    return len(lost) - 1 if lost[-1] <= 0.01 else None
