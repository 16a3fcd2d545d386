"""Small seeded economies with curves, and a judge of their plans that knows nothing of the law of curves.

The judge takes every combination of pieces, one per technique and period, as a linear program of its own: within one
combination every total is a line in activity, so that no binary and no order of pieces is needed. The best of them is
the best plan. It reads what was reported (:class:`Report`), not the curves that the package made of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np
from scipy.optimize import linprog

import natura_opt as no

#: Shapes of totals: slopes that rise, that fall, that fall and then rise, that jump, that jump from the start.
SHAPES = ("convex", "concave", "s-shaped", "jump", "fixed cost")


@dataclass(frozen=True)
class Report:
    """What one technique reports of one thing: rows of (quantity, total), a jump being two rows of one quantity."""

    of: str
    row: int
    technique: int
    rows: tuple[tuple[float, float], ...]

    @property
    def breaks(self) -> list[float]:
        """Quantities at which something happens."""
        return sorted({q for q, _ in self.rows})

    def line(self, middle: float) -> tuple[float, float]:
        """Return (constant, slope) of the line that holds around a quantity inside a piece."""
        for (q, a), (r, b) in pairwise(self.rows):
            if q < middle < r:
                slope = (b - a) / (r - q)
                return a - slope * q, slope
        raise AssertionError("no piece there")


@dataclass(frozen=True)
class Small:
    """A small economy in plain arrays; every unit is the one that the arrays are written in."""

    seed: int
    objective: str
    periods: int
    inputs: Any
    labour: Any
    hours: Any
    targets: Any
    keep: Any
    soot: Any
    cap: float
    budget: float
    damage: float
    tied: Any
    pool: Any
    reports: tuple[Report, ...]

    @property
    def is_convex(self) -> bool:
        """Whether every report bends upwards only and nothing jumps."""
        return all(_bends_up(report.rows) for report in self.reports)

    @property
    def has_jumps(self) -> bool:
        """Whether some quantity stands twice."""
        return any(len(report.breaks) < len(report.rows) for report in self.reports)

    def economy(self, scale: Any = None) -> no.Economy:
        """Return it as an economy of the package, its goods in other units where asked: so many to one of the old."""
        goods, unit = ["corn", "iron"], np.ones(2) if scale is None else np.asarray(scale)
        per = {"inputs": unit, "resource_use": np.ones(1), "emissions": np.ones(1), "capital": unit}
        names = {"inputs": goods, "resource_use": ["labour"], "emissions": ["soot"], "capital": goods}
        curves = {
            (goods[one.technique], names[one.of][one.row], one.of): [
                (q * unit[one.technique], total * per[one.of][one.row]) for q, total in one.rows
            ]
            for one in self.reports
        }
        held = {"capital": self.tied * unit[:, None] / unit, "capital_pool": self.pool * unit, "investment_lag": [9, 9]}
        return no.build_economy(
            name=f"seed {self.seed}",
            goods=goods,
            periods=[f"t{t}" for t in range(self.periods)],
            resources=["labour"],
            pollutants=["soot"],
            inputs=self.inputs * unit[:, None] / unit,
            resource_use=self.labour[None, :] / unit,
            resource_limits=self.hours[None, :],
            emissions=self.soot[None, :] / unit,
            emission_caps=[self.cap],
            emission_budgets=[self.budget],
            damage_weights=[self.damage],
            targets=self.targets * unit[:, None],
            storage=self.keep,
            curves=curves,
            objective=self.objective,
            **(held if self.pool is not None else {}),
            **({"resource_weights": [1.0]} if self.objective == "least-resources" else {}),
        )


def _bends_up(rows: tuple[tuple[float, float], ...]) -> bool:
    quantities, totals = np.array(rows).T
    steps = np.diff(quantities)
    return bool((steps > 0).all() and (np.diff(np.diff(totals) / steps) >= 0).all())


def _rows(chance: np.random.Generator, shape: str, end: float, size: float) -> tuple[tuple[float, float], ...]:
    """Return a report of a shape: from 0 to an end, with about so much per unit."""
    pieces = int(chance.integers(2, 4))
    breaks = np.concatenate([[0.0], np.sort(chance.uniform(0.1, 0.9, pieces - 1)), [1.0]]) * end
    slopes = size * chance.uniform(0.2, 2.0, pieces)
    slopes = {"convex": np.sort(slopes), "concave": np.sort(slopes)[::-1]}.get(shape, slopes)
    if shape == "s-shaped":
        slopes[0] = 2.5 * size
    totals = np.concatenate([[0.0], np.cumsum(slopes * np.diff(breaks))])
    rows = list(zip(breaks.tolist(), totals.tolist(), strict=True))
    if shape in ("jump", "fixed cost"):
        at = 0 if shape == "fixed cost" else int(chance.integers(1, pieces))
        by = size * end * float(chance.uniform(0.05, 0.3))
        rows = [*rows[: at + 1], *((q, total + by) for q, total in rows[at:])]
    return tuple(rows)


def drawn(seed: int) -> Small:
    """Draw an economy of two goods: the shape, place and number of curves go round with the seed."""
    chance = np.random.default_rng(seed)
    periods = 1 + seed % 2
    objective = ("assortment", "least-resources", "fulfilment")[seed % 3]
    shapes = [SHAPES[(seed + k) % len(SHAPES)] for k in (0, 1 + seed // 5, 2 + seed // 7)]
    if seed % 4 == 3:
        shapes = ["convex"] * 3
    places = [("inputs", 1, 0), ("resource_use", 0, 0), ("inputs", 0, 1), ("emissions", 0, 1), ("capital", 1, 1)]
    places += [("emissions", 0, 0), ("capital", 1, 0), ("resource_use", 0, 1)]
    many = 3 if periods == 1 else 2
    chosen = [places[k] for k in chance.choice(len(places), many, replace=False)]
    if periods == 2:  # one technique with curves, so that there are few combinations
        chosen = [place for place in places if place[2] == chosen[0][2]][:2]
    end = 10.0
    size = {"inputs": 0.2, "resource_use": 1.0, "emissions": 0.5, "capital": 0.4}
    reports = [
        Report(of, row, technique, _rows(chance, shape, end, size[of]))
        for (of, row, technique), shape in zip(chosen, shapes, strict=False)
    ]
    if seed % 6 == 1:  # emissions that fall with scale and go below zero: abatement
        reports = [
            Report(r.of, r.row, r.technique, tuple((q, 0.3 * q - 0.06 * q * q) for q in (0.0, 2.0, 5.0, 10.0)))
            if r.of == "emissions"
            else r
            for r in reports
        ]
    table = {
        "inputs": chance.uniform(0.05, 0.2, (2, 2)),
        "resource_use": chance.uniform(0.3, 1.2, (1, 2)),
        "emissions": chance.uniform(0.1, 0.5, (1, 2)),
        "capital": chance.uniform(0.1, 0.3, (2, 2)) * [[0.0], [1.0]],
    }
    for report in reports:
        table[report.of][report.row, report.technique] = 0.0
    demand = chance.uniform(0.5, 2.0, (2, periods))
    tight = objective != "least-resources"
    return Small(
        seed=seed,
        objective=objective,
        periods=periods,
        inputs=table["inputs"],
        labour=table["resource_use"][0],
        hours=chance.uniform(4.0, 12.0, periods) if tight else np.full(periods, 60.0),
        targets=demand,
        keep=np.array([0.8, 0.5]) * (seed % 4 != 2),
        soot=table["emissions"][0],
        cap=float(chance.uniform(3.0, 9.0)) if tight else 50.0,
        budget=float(chance.uniform(5.0, 12.0)) if tight else 90.0,
        damage=float(chance.choice([0.0, 0.05])),
        tied=table["capital"],
        pool=np.array([1.0, chance.uniform(1.0, 4.0) if tight else 30.0]),
        reports=tuple(reports),
    )


def best_by_enumeration(small: Small) -> float:
    """Return the best objective over every combination of pieces; NaN where no plan exists."""
    curved = sorted({report.technique for report in small.reports})
    choices = [list(_choices(small, j)) for j in curved for _ in range(small.periods)]
    places = [(j, t) for j in curved for t in range(small.periods)]
    found = [_best_within(small, dict(zip(places, combination, strict=True))) for combination in product(*choices)]
    values = [value for value in found if value is not None]
    if not values:
        return float("nan")
    return min(values) if small.objective == "least-resources" else max(values)


#: Activity from, activity to, and the (constant, slope) of every report of the technique there.
Choice = tuple[float, float, dict[Report, tuple[float, float]]]


def _choices(small: Small, technique: int) -> Iterator[Choice]:
    mine = [report for report in small.reports if report.technique == technique]
    breaks = sorted({q for report in mine for q in report.breaks})
    if any(report.rows[1][0] == 0.0 for report in mine):  # what jumps from the start may also not run at all
        yield 0.0, 0.0, dict.fromkeys(mine, (0.0, 0.0))
    for a, b in pairwise(breaks):
        yield a, b, {report: report.line(0.5 * (a + b)) for report in mine}


def _best_within(small: Small, chosen: dict[tuple[int, int], Choice]) -> float | None:
    """Return the best objective with activities held to the chosen pieces, or None where no plan is there.

    Columns per period: activities (2), stored (2), delivered share or totals as the objective wants.
    """
    count = small.periods
    width = 4 * count + count  # activities, stores, fulfilment per period (assortment uses the first only)
    x = lambda j, t: 4 * t + j  # noqa: E731
    store = lambda i, t: 4 * t + 2 + i  # noqa: E731
    level = lambda t: 4 * count + (0 if small.objective == "assortment" else t)  # noqa: E731
    rows: list[Any] = []
    sides: list[float] = []

    def needs(table: str, row: int, t: int, numbers: Any) -> tuple[Any, float]:
        """What is needed of one thing in one period: coefficients and a constant."""
        line, constant = np.zeros(width), 0.0
        for j in range(2):
            line[x(j, t)] += numbers[j]
        for (j, when), (_, _, lines) in chosen.items():
            for report, (begin, slope) in lines.items():
                if when == t and (report.of, report.row) == (table, row):
                    line[x(j, t)] += slope
                    constant += begin
        return line, constant

    def at_most(line: Any, side: float) -> None:
        rows.append(line)
        sides.append(side)

    cost = np.zeros(width)
    emitted, emitted_constant, worth = np.zeros(width), 0.0, 0.0
    for t in range(count):
        for i in range(2):
            line, constant = needs("inputs", i, t, small.inputs[i])
            line[x(i, t)] -= 1.0
            if t + 1 < count:
                line[store(i, t)] += 1.0
            if t > 0:
                line[store(i, t - 1)] -= small.keep[i]
            if small.objective != "least-resources":
                line[level(t)] += small.targets[i, t]
                at_most(line, -constant)
            else:
                at_most(line, -constant - small.targets[i, t])
        line, constant = needs("resource_use", 0, t, small.labour)
        at_most(line, small.hours[t] - constant)
        if small.objective == "least-resources":
            cost += line
            worth += constant
        line, constant = needs("emissions", 0, t, small.soot)
        at_most(line, small.cap - constant)
        emitted += line
        emitted_constant += constant
        for i in range(2):
            line, constant = needs("capital", i, t, small.tied[i])
            at_most(line, small.pool[i] - constant)
    at_most(emitted, small.budget - emitted_constant)
    sign = 1.0 if small.objective == "least-resources" else -1.0
    if small.objective == "assortment":
        cost[level(0)] = 1.0
    if small.objective == "fulfilment":
        for t in range(count):
            cost[level(t)] = 1.0
    lost = small.damage
    cost = sign * cost + lost * emitted
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * width
    for (j, t), (a, b, _) in chosen.items():
        bounds[x(j, t)] = (a, b)
    for t in range(count):
        for i in range(2):
            if small.keep[i] == 0.0 or t + 1 == count:
                bounds[store(i, t)] = (0.0, 0.0)
    solved = linprog(cost, A_ub=np.array(rows), b_ub=sides, bounds=bounds, method="highs-ds")
    if solved.status == 2:
        return None
    assert solved.status == 0, solved.message
    return float(sign * (solved.fun + sign * worth + lost * emitted_constant))
