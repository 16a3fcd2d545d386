"""Helpers of the tests that hold the three spellings of every law equal.

* :func:`difference` compares two programs row by row and column by column, matched by (block, label), and says in words
  where they differ. It never searches permutations: a coefficient under a wrong label is a difference.
* :data:`GOLDEN` holds small economies that together use every term of every law.
* :func:`mutants` makes wrong versions of a module, one change each; :func:`put_in` lets the package use one of them.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from types import CodeType, ModuleType
from typing import Any
from unittest import mock

import numpy as np
import scipy.sparse as sp

import natura_opt as no
from natura_opt import formulate as plan_problem
from natura_opt.backends.cvxpy import compile_cvxpy
from natura_opt.backends.pyomo import compile_pyomo
from natura_opt.economy.curve_table import CurveTable
from natura_opt.economy.rule_table import RuleTable
from natura_opt.formulate import declared_with
from natura_opt.laws.lags import longest_leads
from natura_opt.laws.law import Law
from natura_opt.objectives.harmony import HARMONY
from natura_opt.program.canonical import Block
from natura_opt.program.linear import LinearProgram
from natura_opt.tables.curves import IN_PLACE_OF

from .golden_curves import CURVED, CURVES_BY_HAND, NOT_CONVEX
from .golden_holdings import MOVED
from .golden_lags import LAGGED, LAGS_BY_HAND
from .golden_rules import RULED, RULES_BY_HAND
from .golden_stocks import STOCKED, STOCKS_BY_HAND
from .golden_terminal import ENDS, ENDS_BY_HAND
from .golden_years import YEARLY, YEARS_BY_HAND

SPELLINGS = ("matrix", "pyomo", "cvxpy")


# ---- comparing programs -----------------------------------------------------
def difference(a: LinearProgram, b: LinearProgram, tolerance: float = 1e-12) -> list[str]:
    """Say where two programs differ, one sentence per difference; an empty list means they are the same program.

    Rows and columns are matched by block name and label. One that stands in one program only is a difference, unless it
    says nothing: a row without coefficients that holds at zero, a column without coefficients and cost.
    """
    found = []
    if a.sense != b.sense:
        found.append(f"the objective is {a.sense} in one, {b.sense} in the other")
    if not _close(a.offset, b.offset, tolerance):
        found.append(f"the objective's constant is {a.offset!r} and {b.offset!r}")
    columns = _Matched.of("column", a.columns, b.columns)
    rows = _Matched.of("row", a.rows, b.rows)
    found += columns.doubtful + rows.doubtful
    for program, alone in ((a, columns.only_a), (b, columns.only_b)):
        filled = np.diff(program.matrix.indptr) > 0
        for label, k in alone.items():
            if program.cost[k] != 0 or filled[k]:
                found.append(f"column {label} stands in one program only")
    for program, alone in ((a, rows.only_a), (b, rows.only_b)):
        filled = np.diff(program.matrix.tocsr().indptr) > 0
        for label, k in alone.items():
            if filled[k] or not program.row_lower[k] <= 0 <= program.row_upper[k]:
                found.append(f"row {label} stands in one program only")
    for what, of, matched in (
        ("cost", lambda p: p.cost, columns),
        ("lower bound", lambda p: p.lower, columns),
        ("upper bound", lambda p: p.upper, columns),
        ("integrality", lambda p: p.integer.astype(float), columns),
        ("lower side", lambda p: p.row_lower, rows),
        ("upper side", lambda p: p.row_upper, rows),
    ):
        left, right = of(a)[matched.in_a], of(b)[matched.in_b]
        for k in np.flatnonzero(~_close(left, right, tolerance)):
            found.append(f"{what} of {matched.labels[k]} is {left[k]!r} and {right[k]!r}")
    left = sp.csr_array(a.matrix)[rows.in_a][:, columns.in_a]
    right = sp.csr_array(b.matrix)[rows.in_b][:, columns.in_b]
    apart = sp.coo_array(left - right)
    for i, j, gap in zip(apart.row, apart.col, apart.data, strict=True):
        if not (np.isfinite(gap) and abs(gap) <= tolerance * max(abs(left[i, j]), abs(right[i, j]))):
            where = f"of {columns.labels[j]} in {rows.labels[i]}"
            found.append(f"coefficient {where} is {float(left[i, j])!r} and {float(right[i, j])!r}")
    return found


@dataclass
class _Matched:
    """Rows (or columns) of two programs, matched by label: positions of those in both, and those in one only."""

    labels: list[Any]
    in_a: Any
    in_b: Any
    only_a: dict[Any, int]
    only_b: dict[Any, int]
    doubtful: list[str]

    @classmethod
    def of(cls, kind: str, blocks_a: Iterable[Block], blocks_b: Iterable[Block]) -> _Matched:
        doubtful = []
        places: list[dict[Any, int]] = []
        for blocks in (blocks_a, blocks_b):
            every = [(block.name, label) for block in blocks for label in block.index]
            starts = [block.start + k for block in blocks for k in range(len(block.index))]
            places.append(dict(zip(every, starts, strict=True)))
            if len(places[-1]) != len(every):
                doubtful.append(f"some {kind} labels stand twice in one program")
        a, b = places
        both = [label for label in a if label in b]
        return cls(
            labels=both,
            in_a=np.array([a[label] for label in both], dtype=int),
            in_b=np.array([b[label] for label in both], dtype=int),
            only_a={label: k for label, k in a.items() if label not in b},
            only_b={label: k for label, k in b.items() if label not in a},
            doubtful=doubtful,
        )


def _close(a: Any, b: Any, tolerance: float) -> Any:
    """Whether numbers agree, relative to the larger; equal infinities agree, NaN agrees with nothing."""
    with np.errstate(invalid="ignore"):
        return (a == b) | (np.abs(np.subtract(a, b)) <= tolerance * np.minimum(np.maximum(np.abs(a), np.abs(b)), 1e300))


# ---- spelling a problem -----------------------------------------------------
def spelled(spelling: str, economy: no.Economy, question: no.Question | None = None) -> LinearProgram:
    """Spell a plan problem one way and, for Pyomo and CVXPY, compile it back to a program."""
    question = question or economy.question()
    if spelling == "matrix":
        return no.linear_program(economy, question)
    if spelling == "cvxpy":
        return compile_cvxpy(no.cvxpy_model(economy, question), declared_with(question)).program
    return compile_pyomo(no.pyomo_model(economy, question), declared_with(question), _pairs(economy)).program


def _pairs(economy: no.Economy) -> dict[str, Any]:
    """What ``region|good``, the name Pyomo knows a pair by, stands for."""
    every = [label for index in economy.axes.values() for label in index if isinstance(label, tuple)]
    return {"|".join(map(str, label)): label for label in every}


@cache
def golden_program(name: str, spelling: str) -> LinearProgram:
    """The program of a golden economy in one spelling, as the package stands."""
    return spelled(spelling, GOLDEN[name])


# ---- golden economies -------------------------------------------------------
def _over(periods: Iterable[Any], base: Any, *steps: float) -> dict[Any, Any]:
    """Let a table drift: period k holds ``base * steps[k]``, so that mixing two periods up shows."""
    return {period: np.asarray(base) * step for period, step in zip(periods, steps, strict=True)}


def _valley() -> no.Economy:
    """Every term at once: all coefficients by period, joint products, orders, mixed lags, stores, stocks and a floor.

    Straw has no target, nobody uses gold, the press makes corn's third technique a choice; the field ties up coal in
    the second year only (and holds none at first), the garden iron in the first only.
    """
    years = ["y1", "y2", "y3", "y4"]
    ties_up = [[0, 0.31, 0, 0, 0], [0.22, 0.43, 0.17, 0, 0.05], [0, 0, 0.13, 0.19, 0], [0] * 5]
    capital = _over(years, ties_up, 1, 1.1, 0.9, 1.2)
    capital["y2"][0, 2], capital["y1"][1, 3] = 0.07, 0.02
    wear = [[0, 0.11, 0.4, 0, 0], [0.12, 0.07, 0.21, 0.15, 0.3], [0, 0, 0.5, 0.6, 0], [0] * 5]
    takes = [[0, 0.5, 0.04, 0, 0.1], [0.1, 0.03, 0.05, 0, 0], [0.06, 0, 0.2, 0.1, 0], [0, 0, 0, 0, 0.8]]
    makes = [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 1, 0.3], [0, 0, 0.7, 0, 0]]
    orders = {"y1": np.zeros((4, 5)), "y2": np.zeros((4, 5)), "y4": np.zeros((4, 5))}
    orders["y1"][1, 0], orders["y2"][1, 1], orders["y2"][0, 1], orders["y4"][2, 3] = 0.3, 0.7, 0.9, 0.4
    return no.build_economy(
        name="valley",
        goods=["coal", "iron", "corn", "straw"],
        techniques=["pit", "works", "field", "garden", "press"],
        resources=["labour", "land", "gold"],
        periods=years,
        inputs=_over(years, takes, 1, 0.95, 0.97, 0.9),
        outputs=_over(years, makes, 1, 1.02, 1.05, 1.01),
        resource_use=_over(years, [[0.9, 1.1, 0.6, 1.7, 0.2], [0.1, 0, 1.3, 0.4, 0], [0] * 5], 1, 0.98, 0.93, 0.99),
        resource_limits=[[40, 42, 45, 41], [21, 20, 19, 18], [5, 6, 7, 8]],
        capital=capital,
        initial_capital=[[0, 3, 0, 0, 0], [2, 4, 1.5, 0.8, 0.6], [0, 0, 2, 1, 0], [0] * 5],
        depreciation=_over(years, wear, 1, 1.1, 0.8, 1.3),
        capital_orders=orders,
        investment_lag=[2, 1, 1, 1],
        initial_stocks=[2, 1, 3, 0.5],
        storage=[1, 0.95, 0.8, 0],
        storage_capacity=[[9, 8, 7, 6], [5, 4, 6, 3], [2, 3, 2.5, 4], [1, 1, 1, 1]],
        targets=[[1, 2, 1.5, 1.2], [2, 1.7, 2.2, 1.9], [3, 3.3, 3.1, 3.6], [0, 0, 0, 0]],
        questions={"default": no.Question("fulfilment", floor=3.2)},
    )


def _commons() -> no.Economy:
    """Pooled capital by period, lags of one and two years, wear of the pool; the same assortments every year."""
    years = ["a", "b", "c"]
    return no.build_economy(
        name="commons",
        goods=["iron", "corn", "tool"],
        techniques=["works", "field", "smith", "scythe"],
        resources=["labour"],
        periods=years,
        inputs=_over(years, [[0, 0.02, 0.6, 0], [0.1, 0.15, 0.05, 0.12], [0.03, 0, 0, 0.01]], 1, 1.1, 0.9),
        outputs=[[1, 0, 0, 0], [0, 1, 0, 1.4], [0, 0.02, 1, 0]],
        resource_use=_over(years, [[1.2, 0.8, 1.1, 0.7]], 1, 0.9, 0.95),
        resource_limits=[[30, 31, 29]],
        capital=_over(years, [[0.2, 0, 0.1, 0], [0] * 4, [0.15, 0.05, 0.3, 0.4]], 1, 1.05, 1.1),
        capital_pool=[4, 0, 5],
        pool_depreciation=[[0.1, 0.12, 0.08], [0, 0, 0], [0.3, 0.25, 0.2]],
        investment_lag=[2, 1, 1],
        initial_stocks=[1, 2, 0],
        storage=[0.9, 0.5, 1],
        targets=[[0, 0.2, 0.4], [5, 6, 5.5], [1, 1.2, 0.7]],
        objective="assortment",
    )


def _hospital() -> no.Economy:
    """Least resources, weighted differently each week, for demand that stocks and stores help to meet."""
    weeks = ["w1", "w2", "w3"]
    return no.build_economy(
        name="hospital",
        goods=["care", "meal", "linen"],
        techniques=["ward", "visit", "kitchen", "laundry"],
        resources=["nurse", "cook", "energy"],
        periods=weeks,
        inputs=_over(weeks, [[0] * 4, [0.5, 0.1, 0.02, 0], [0.7, 0.2, 0.1, 0.05]], 1, 1.2, 0.9),
        outputs=[[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        resource_use=_over(weeks, [[1, 1.6, 0, 0], [0, 0, 0.3, 0], [0.2, 0, 0.4, 0.6]], 1, 0.9, 1.1),
        resource_weights=[[1, 1.3, 1.1], [0.8, 0.9, 1], [0.5, 0.2, 0.7]],
        resource_limits=[[20, 30, 16], [9, 9, 9], [22, 22, 22]],
        initial_stocks=[0, 3, 4],
        storage=[0, 0.6, 0.99],
        storage_capacity=[1, 2, 2.5],
        targets=[[10, 12, 11], [4, 0, 5], [1, 2, 0]],
        objective="least-resources",
    )


def _works() -> no.Economy:
    """Least resources and least damage under capital: stocks held by techniques, constant coefficients, a long lag."""
    return no.build_economy(
        name="works",
        goods=["power", "steel"],
        inputs=[[0.1, 0.4], [0.05, 0.1]],
        resource_use=[[1, 2.5]],
        resources=["labour"],
        resource_weights=[1.5],
        periods=["1", "2", "3"],
        capital=[[0, 0.2], [0.6, 0.8]],
        initial_capital=[[0, 1.2], [6, 5]],
        depreciation=[[0, 0.3], [0.1, 0.2]],
        investment_lag=[1, 2],
        pollutants=["smoke"],
        emissions=[[0.3, 0.5]],
        emission_budgets=[50],
        damage_weights=[0.2],
        targets=[[5, 6, 6], [1, 1.5, 2]],
        objective="least-resources",
    )


def _kiln() -> no.Economy:
    """Two periods, the fewest that have a future; the brick-maker's capital changes, the potter's does not."""
    return no.build_economy(
        name="kiln",
        goods=["brick", "pot"],
        inputs=[[0, 0.2], [0.1, 0]],
        resources=["labour"],
        resource_use=[[1, 1.2]],
        resource_limits=[10],
        periods=["1", "2"],
        capital={"1": [[0.5, 0.4], [0, 0]], "2": [[0.6, 0.4], [0, 0]]},
        initial_capital=[[2, 3], [0, 0]],
        depreciation=[[0.2, 0.1], [0, 0]],
        targets=[1, 2],
        objective="fulfilment",
    )


def _workshop() -> no.Economy:
    """One period, no inputs, several techniques per good, a resource nobody uses."""
    return no.build_economy(
        name="workshop",
        goods=["left", "right"],
        techniques=["left by hand", "left by machine", "right by machine"],
        resources=["hours", "machine", "silver"],
        outputs=[[2, 7, 0], [0, 0, 5]],
        resource_use=[[1, 0.2, 0.3], [0, 1, 1], [0, 0, 0]],
        resource_limits=[8, 6, 1],
        targets=[1, 1],
        objective="assortment",
    )


def _evening() -> no.Economy:
    """One period with everything that needs a later one: lags, stores, wear; only what is there can be used."""
    return no.build_economy(
        name="evening",
        goods=["bread", "oven"],
        inputs={"1": [[0.1, 0.2], [0, 0.05]]},
        resources=["labour"],
        resource_use=[[1, 3]],
        resource_limits=[10],
        capital=[[0, 0], [0.3, 0.4]],
        initial_capital=[[0, 0], [1.3, 0.5]],
        capital_orders={"1": [[0, 0], [0.4, 0]]},
        depreciation=[[0, 0], [0.1, 0.2]],
        investment_lag=[1, 2],
        storage=[0.5, 1],
        storage_capacity=[3, 3],
        initial_stocks=[0.7, 0],
        targets=[4, 0.1],
        questions={"default": no.Question("fulfilment", floor=0.1)},
    )


def _islands() -> no.Economy:
    """Goods, techniques and resources are pairs (region, name)."""
    goods = [("north", "fish"), ("north", "boat"), ("south", "fish")]
    return no.build_economy(
        name="islands",
        goods=goods,
        techniques=goods,
        resources=[("north", "labour"), ("south", "labour")],
        periods=["1", "2", "3"],
        inputs=[[0.05, 0.3, 0], [0, 0.02, 0.04], [0, 0.1, 0.06]],
        resource_use=[[1, 2, 0], [0, 0, 1.5]],
        resource_limits=[[12, 13, 14], [9, 8, 9]],
        capital=[[0, 0, 0], [0.4, 0.3, 0.5], [0, 0, 0]],
        initial_capital=[[0, 0, 0], [3, 1, 2], [0, 0, 0]],
        depreciation=[[0, 0, 0], [0.2, 0.1, 0.3], [0, 0, 0]],
        storage=[0.4, 1, 0.3],
        storage_capacity=[5, 6, 2],
        initial_stocks=[1, 0.5, 0],
        targets=[[2, 2.5, 2], [0.1, 0, 0.3], [1, 1.5, 2]],
        objective="fulfilment",
    )


def _numbers() -> no.Economy:
    """Nothing is named: goods and techniques are numbers; the pool's coefficients are the same in every period."""
    return no.build_economy(
        name="numbers",
        periods=3,
        inputs=sp.csr_array([[0.2, 0.1], [0.3, 0.05]]),
        resource_use=[[1, 0.8]],
        resource_limits=[[10, 11, 12]],
        capital=[[0.5, 0], [0.3, 0.7]],
        capital_pool=[2, 5],
        pool_depreciation=[0.2, 0.1],
        targets=[[1, 1, 2], [2, 1, 1]],
        questions={"default": no.Question("fulfilment", floor=1.5)},
    )


def _decade() -> no.Economy:
    """Periods are whole numbers; stocks held by techniques, and every coefficient the same in every period."""
    return no.build_economy(
        name="decade",
        goods=["seed", "hoe"],
        techniques=["sow", "forge"],
        outputs=[[1, 0], [0, 1]],
        inputs=[[0.2, 0.1], [0, 0.1]],
        resources=["labour"],
        resource_use=[[0.5, 1]],
        resource_limits=[6],
        periods=[2030, 2040, 2050],
        capital=[[0.3, 0], [0.25, 0.2]],
        initial_capital=[[2, 0], [1.5, 0.5]],
        capital_orders={2030: [[0.1, 0], [0, 0]], 2050: [[0, 0], [0, 0.6]]},
        targets=[3, 0.2],
        objective="fulfilment",
    )


def _smoke() -> no.Economy:
    """Emissions by period, and abatement; caps, budgets and damage, some without limit; nobody makes noise."""
    years = ["y1", "y2", "y3"]
    free = float("inf")
    return no.build_economy(
        name="smoke",
        goods=["power", "cloth"],
        techniques=["burn", "wind", "weave", "scrub"],
        outputs=[[1, 1, 0, 0], [0, 0, 1, 0]],
        inputs=[[0, 0, 0.3, 0.1], [0, 0.02, 0, 0]],
        resources=["labour"],
        resource_use=[[0.5, 1.2, 1, 0.4]],
        resource_limits=[[20, 21, 22]],
        periods=years,
        pollutants=["soot", "gas", "noise"],
        emissions=_over(years, [[0.8, 0, 0.1, -0.6], [1.1, 0.05, 0, 0], [0] * 4], 1, 0.9, 1.1),
        emission_caps=[[2, free, 1.5], [9, 9.5, 8], [1, 1, 1]],
        emission_budgets=[free, 12, 3],
        damage_weights=[[0.01, 0.02, 0.015], [0.003, 0.002, 0.004], [0.1, 0.2, 0.3]],
        targets=[[2, 3, 2], [3, 2, 2.5]],
        objective="fulfilment",
    )


def _lake() -> no.Economy:
    """Pollutants that pile up and decay over periods of other lengths, years discounted; one cap is none, some of it is
    abated, soot is gone after a year, and all emits by period."""
    years, free = ["a", "b", "c"], float("inf")
    return no.build_economy(
        name="lake",
        goods=["fish", "power"],
        techniques=["boat", "plant", "filter"],
        outputs=[[1, 0, 0], [0, 1, 0]],
        inputs=[[0, 0, 0.02], [0.3, 0, 0.1]],
        resources=["labour"],
        resource_use=[[1, 0.4, 0.6]],
        resource_limits=[[20, 21, 22]],
        periods=years,
        period_length=[2, 1, 3.5],
        pollutants=["mercury", "soot", "gas"],
        emissions=_over(years, [[0.2, 0.5, -0.6], [0.1, 0.9, 0], [0, 0.7, -0.1]], 1, 0.9, 1.1),
        emission_caps=[[free, 9, 8], [9, 9.5, 8], [10, 10, 10]],
        emission_budgets=[free, 40, 50],
        damage_weights=[[0.01, 0.02, 0.015], [0.003, 0.002, 0.004], [0, 0, 0.01]],
        pollutant_stocks=[5, 2, 0],
        pollutant_decay=[[0.1, 0.12, 0.05], [0.9, 1, 1], [0, 0.2, 0]],
        pollutant_stock_caps=[[9, free, 12], [free, 30, 40], [free, free, free]],
        stock_damage_weights=[[0.001, 0.002, 0.003], [0, 0.004, 0.001], [0.002, 0.001, 0]],
        targets=[[2, 3, 2], [3, 2, 2.5]],
        questions={"default": no.Question("fulfilment", discount_factor=0.9)},
    )


def _fen() -> no.Economy:
    """Two years and three, a year counting nine tenths of the one before, one unit emitted a year per assortment.

    By hand: 2 hours a year make 2 assortments. 1 + .9 years of the first period count, .81 (1 + .9 + .81) of the
    second: 1.9 and 2.1951. What is emitted counts 2 x .01 in each. Of 4 that had piled up a quarter is left after two
    years, to which 2 and half of 2 are added: 4; then nothing decays: 4 + 3 x 2 = 10. Of 2 assortments are lost
    .02 x 4.0951, 1.9 x .01 x 4 and 2.1951 x .002 x 10.
    """
    return no.build_economy(
        name="fen",
        goods=["reed"],
        resources=["hours"],
        resource_use=[[1]],
        resource_limits=[2],
        periods=["a", "b"],
        period_length=[2, 3],
        pollutants=["ash"],
        emissions=[[1]],
        damage_weights=[0.01],
        pollutant_stocks=[4],
        pollutant_decay=[[0.5, 0]],
        stock_damage_weights=[[0.01, 0.002]],
        targets=[1],
        questions={"default": no.Question("assortment", discount_factor=0.9)},
    )


def _bog() -> no.Economy:
    """One period, least resources; nothing is there before, and nothing limits but the stock."""
    return no.build_economy(
        name="bog",
        goods=["peat"],
        techniques=["dig", "dry"],
        outputs=[[1, 1]],
        resources=["labour"],
        resource_use=[[1, 2]],
        resource_weights=[1],
        pollutants=["water"],
        emissions=[[0.5, 0.1]],
        pollutant_stock_caps=[2],
        targets=[10],
        objective="least-resources",
    )


def _mill() -> no.Economy:
    """Assortments against damage alone, steam limited; emission coefficients the same in every period."""
    return no.build_economy(
        name="mill",
        goods=["flour"],
        techniques=["water", "steam"],
        outputs=[[1, 1.5]],
        resources=["labour"],
        resource_use=[[1, 1.1]],
        resource_limits=[[4, 5]],
        periods=["1", "2"],
        pollutants=["smoke"],
        emissions=[[0, 0.4]],
        activity_limits=[float("inf"), 2],
        damage_weights=[[0.01, 0.03]],
        targets=[[1, 2]],
        objective="assortment",
    )


def _granary() -> no.Economy:
    """Corn is grown in the first three years and eaten in all four, so it must be stored; gruel does not keep.

    By hand: a year's 12 hours grow 12 of corn, but none in the fourth year. The granary holds 4, of which half lasts:
    2 in the fourth year, so z <= 2. The third year then has 12 - 2 - 4 to spare: 2 assortments in every year.
    """
    return no.build_economy(
        name="granary",
        goods=["corn", "gruel"],
        techniques=["grow", "cook"],
        outputs=[[1, 0], [0, 1]],
        inputs=[[0, 1], [0, 0]],
        resources=["hours"],
        resource_use=[[1, 0.1]],
        resource_limits=[[12, 12, 12, 0]],
        periods=4,
        storage=[0.5, 0],
        storage_capacity=[4, 4],
        targets=[[1, 1, 1, 1], [0, 0, 0, 0]],
        objective="assortment",
    )


def _museum() -> no.Economy:
    """A good that nobody makes, uses or wants, in a least-cost plan: its row has no variable."""
    return no.build_economy(
        name="museum",
        goods=["bread", "relic"],
        techniques=["bake"],
        outputs=[[1], [0]],
        inputs=[[0.1], [0]],
        resources=["labour"],
        resource_use=[[2]],
        resource_weights=[1],
        targets=[9, 0],
        objective="least-resources",
    )


def _meadow() -> no.Economy:
    """A table of capital in which nobody needs any."""
    return no.build_economy(
        name="meadow",
        goods=["hay"],
        inputs=[[0.1]],
        resources=["labour"],
        resource_use=[[1]],
        resource_limits=[10],
        capital=[[0]],
        initial_capital=[[0]],
        periods=2,
        targets=[1],
    )


def _yard() -> no.Economy:
    """Techniques with plants, limits, minimum scales and starts, and others without; the numbers drift by year."""
    years, free = ["y1", "y2"], float("inf")
    return no.build_economy(
        name="yard",
        goods=["plank", "boat"],
        techniques=["mill", "saw", "slip", "shed"],
        outputs=[[1, 1, 0, 0], [0, 0, 1, 1]],
        inputs=[[0, 0, 2, 2.2], [0.01, 0, 0, 0]],
        resources=["labour", "land"],
        resource_use=[[0.1, 0.9, 1.5, 1.2], [0.02, 0, 0.1, 0.2]],
        resource_weights=[1, 0.3],
        resource_limits=[[400, 410], [60, 61]],
        periods=years,
        activity_limits=_over(years, [10, free, 20, 15], 1, 1.1),
        plant_capacity=[25, free, 6, free],
        plant_inputs=_over(years, [[0, 0, 1.5, 0], [0.2, 0, 0, 0]], 1, 0.9),
        plant_resources=_over(years, [[3, 0, 2, 0], [1, 0, 0.5, 0]], 1, 1.1),
        minimum_scale=_over(years, [5, 0, 0, 2], 0, 1),
        start_up_inputs=_over(years, [[0, 0, 0.7, 0.4], [0, 0, 0, 0]], 1, 1.3),
        running_before=[0, 0, 1, 0],
        targets=[[3, 9], [4, 7]],
        objective="least-resources",
    )


def _harbour() -> no.Economy:
    """Every technique in plants, whose capacity and number drift and are the highest level; names are pairs."""
    techniques, years = [("north", "crane"), ("south", "crane"), ("south", "ferry")], [1, 2, 3]
    free = float("inf")
    return no.build_economy(
        name="harbour",
        goods=[("north", "cargo"), ("south", "cargo")],
        techniques=techniques,
        outputs=[[1, 0, 0], [0, 1, 1]],
        inputs=[[0, 0.05, 0.3], [0.1, 0, 0]],
        resources=["hours"],
        resource_use=[[0.5, 0.6, 0.2]],
        resource_limits=[[40, 42, 38]],
        periods=years,
        plant_capacity={1: [7, 4, 11], 2: [8.4, 0, 13.2], 3: [6.3, 3.6, 9.9]},
        plants={1: [3, 2, 1], 2: [4, free, 1], 3: [2, 3, 0]},
        plant_inputs=[[0.2, 0, 0.6], [0, 0.1, 0]],
        plant_resources=[[1, 0.8, 2]],
        minimum_scale=[2, 0.5, 6],
        activity_limits=[[free, free, free], [30, free, 3], [9, free, free]],
        targets=[[1, 1.2, 1.1], [0.8, 1, 0.9]],
        objective="fulfilment",
    )


def _terraces() -> no.Economy:
    """Periods of different length: what is on hand, and what starts take, is spread over their years."""
    return no.build_economy(
        name="terraces",
        goods=["rice", "water"],
        inputs=[[0.1, 0], [0.2, 0]],
        resources=["labour"],
        resource_use=[[0.5, 0.2]],
        resource_limits=[[9, 8, 9]],
        periods=["spring", "summer", "winter"],
        period_length=[2, 0.5, 4],
        initial_stocks=[3, 1],
        start_up_inputs=[[0, 0.4], [0.3, 0]],
        minimum_scale=[1.5, 0.5],
        activity_limits=[30, 40],
        targets=[[1, 1.2, 0.9], [0.4, 0.3, 0.5]],
        objective="fulfilment",
    )


def _pier() -> no.Economy:
    """A little of all that plants and starts are; no limits of resources."""
    return no.build_economy(
        name="pier",
        goods=["fish"],
        techniques=["net", "rod"],
        outputs=[[1, 1]],
        resources=["hours"],
        resource_use=[[0.2, 1]],
        resource_weights=[1.5],
        periods=["1", "2"],
        plant_capacity=[4, float("inf")],
        plants=[3, float("inf")],
        plant_inputs=[[0.3, 0]],
        plant_resources=[[2, 0]],
        activity_limits=[20, 30],
        minimum_scale=[0, 1.25],
        start_up_inputs=[[0.5, 0]],
        targets=[[6, 1]],
        objective="least-resources",
    )


def _port() -> no.Economy:
    """Imports within limits, one of them without, and exports without a table of limits; prices by year; a debt once.

    Tea is imported in two years of three, tin exported only, rope neither, although it has a price.
    """
    years, free = ["y1", "y2", "y3"], float("inf")
    return no.build_economy(
        name="port",
        goods=["cloth", "tea", "tin", "rope"],
        techniques=["weave", "brew", "mine", "twist"],
        outputs=[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        inputs=_over(years, [[0.1, 0, 0, 0], [0, 0.2, 0, 0], [0.3, 0, 0, 0.1], [0.05, 0, 0.1, 0]], 1, 0.9, 1.1),
        resources=["labour"],
        resource_use=[[1, 3, 0.8, 0.5]],
        resource_limits=[[20, 21, 22]],
        periods=years,
        import_limits=[[free, 1.5, 2], [0.8, 0, 0.9], [0, 0, 0], [0, 0, 0]],
        import_prices=[[2, 2.1, 2.2], [1.5, 0, 1.4], [0, 0, 0], [0.6, 0.6, 0.6]],
        export_prices=[[1.8, 1.9, 1.7], [0, 0, 0], [0.9, 0.8, 1], [0, 0, 0]],
        foreign_exchange=[0.5, -0.7, 0],
        targets=[[1, 1.2, 1.1], [2, 1.8, 2.1], [0.2, 0, 0], [0.5, 0.4, 0.6]],
        objective="fulfilment",
    )


def _quay() -> no.Economy:
    """One year, names that are pairs, exports within a limit and imports without; nothing is imported to be exported.

    By hand: an hour makes a crate, which buys 1.5 sacks, or one sack. So 3 crates go out, the most that can; with the 2
    of foreign exchange on hand they buy 5.5 sacks. Of the other 7 hours s make sacks: 7 - s = 5.5 + s, 6.25 of each.
    """
    return no.build_economy(
        name="quay",
        goods=[("here", "crate"), ("here", "sack")],
        techniques=[("here", "crate"), ("here", "sack")],
        resources=["hours"],
        resource_use=[[1, 1]],
        resource_limits=[10],
        export_limits=[3, 0],
        export_prices=[3, 0],
        import_prices=[0, 2],
        foreign_exchange=[2],
        targets=[1, 1],
        objective="assortment",
    )


#: Small economies that together use every term of every law; the richest first, for it finds most.
GOLDEN: dict[str, no.Economy] = {
    economy.name: economy
    for economy in (
        _valley(),
        _commons(),
        _hospital(),
        _works(),
        _evening(),
        _kiln(),
        _workshop(),
        _islands(),
        _numbers(),
        _decade(),
        _smoke(),
        _mill(),
        _lake(),
        _fen(),
        _bog(),
        _granary(),
        _museum(),
        _meadow(),
        _pier(),
        _yard(),
        _harbour(),
        _terraces(),
        _port(),
        _quay(),
        *CURVED,
        *LAGGED,
        *RULED,
        *STOCKED,
        *MOVED,
        *ENDS,
        *YEARLY,
    )
}

#: Optima computed by hand, for what no comparison of spellings can find: a mistake in a helper that all three share.
BY_HAND = {
    "granary": 2.0,
    "quay": 6.25,
    "fen": 2 - 0.02 * 4.0951 - 0.076 - 0.0439020,
    **CURVES_BY_HAND,
    **LAGS_BY_HAND,
    **RULES_BY_HAND,
    **STOCKS_BY_HAND,
    **ENDS_BY_HAND,
    **YEARS_BY_HAND,
}


def spellings_of(name: str) -> tuple[str, ...]:
    """The spellings of a golden economy: CVXPY does not state binaries, and refuses by name."""
    return tuple(spelling for spelling in SPELLINGS if not (spelling == "cvxpy" and name in NOT_CONVEX))


# ---- wrong data -------------------------------------------------------------
@dataclass(frozen=True)
class Entry:
    """One number of an economy: table, slice (None: holds for every period), row and column (None in a vector)."""

    table: str
    key: int | None
    row: int
    column: int | None

    def value(self, economy: no.Economy) -> float:
        """The number as it stands."""
        table = economy.tables[self.table]
        if isinstance(table, CurveTable):
            return float(table.rows["total"].iloc[self.row])
        if isinstance(table, RuleTable):  # the column says which number of the row
            return float(table.listed.iloc[self.row, self.column])
        part = table.slices[self.key]
        return float(part[self.row] if self.column is None else part[self.row, self.column])

    def perturbed(self, economy: no.Economy) -> no.Economy:
        """The economy with this number changed, within what its table allows."""
        table, old = economy.tables[self.table], self.value(economy)
        if isinstance(table, CurveTable):  # by so little that it stays convex where it is
            rows = table.rows.copy()
            rows.loc[rows.index[self.row], "total"] = 1.001 * old
            return economy.with_changes(curves=rows)
        if isinstance(table, RuleTable):
            return economy.with_changes(rules=rule_rows_with(table, self.row, self.column, 1.25 * old or 0.3))
        new = {"rate": old / 2 or 0.25, "positive-integer": old + 1}.get(table.spec.sign, 1.25 * old or 0.3)
        new = new if np.isfinite(new) else 7.0
        if self.column is None:
            part = table.slices[self.key].copy()
            part[self.row] = new
        else:
            dense = table.slices[self.key].toarray()
            dense[self.row, self.column] = new
            part = sp.csr_array(dense)
        return economy.with_changes(**{self.table: replace(table, slices={**table.slices, self.key: part})})

    def unfelt(self, economy: no.Economy) -> bool:
        """Whether no plan of this horizon can feel the number: what wears out after the end, stock nobody can use, …"""
        last = len(economy.periods) - 1
        every = range(last + 1)
        needed = sum(_used(economy, "capital", t) for t in every).toarray() > 0
        when = every if self.key is None else [self.key]
        in_last = all(t == last for t in when)
        open_end = economy.question().settings.get("terminal", "none") == "none"
        wears_later = in_last and open_end
        of_labour = self.table.startswith(("labour", "training"))
        taken = of_labour and np.any(sp.csr_array(economy.matrix("training", last)[[self.row]]).data < 0)
        nobody_left = in_last and not taken  # where somebody may be taken, who is left at the end is asked
        match self.table:
            case "depreciation":
                return wears_later or not needed[self.row, self.column]
            case "pool_depreciation":
                return wears_later or not needed[self.row].any()
            case "salvage_values":
                return economy.vector("storage", 0)[self.row] == 0 and not needed[self.row].any()
            case "retirements":  # of what nobody needs; more than there was is refused
                held = economy.matrix("initial_capital", 0)[self.row, self.column]
                moved = any(economy.vector("shifting", t)[self.row] > 0 for t in every)  # then it may have come there
                return not needed[self.row, self.column] and (moved or held > 1.25 * self.value(economy))
            case "initial_capital" | "capital_orders":
                return not needed[self.row, self.column]
            case "capital_pool":
                return not needed[self.row].any()
            case "investment_lag":
                return self.value(economy) > last or not needed[self.row].any()
            case "storage":
                return last == 0 and open_end
            case "storage_capacity":
                return wears_later or economy.vector("storage", 0)[self.row] == 0
            case "resource_limits":
                return not any(_used(economy, "resource_use", t)[[self.row]].nnz for t in when) and not any(
                    part[[self.row]].nnz for part in _ahead(economy, "resource_use_ahead")
                )
            case "resource_weights":
                return not any(_used(economy, "resource_use", t)[[self.row]].nnz for t in when)
            case "shifting":  # a share where there was none makes the good one that can be moved
                moved = any(economy.vector("shifting", t)[self.row] > 0 for t in every)
                ends = wears_later and moved
                return ends or not needed[self.row].any()
            case "shifting_use":  # of what cannot be moved it is refused
                shares = [economy.vector("shifting", t)[self.column] for t in every]
                ends = wears_later
                return any(shares) and (ends or not needed[self.column].any())
            case "service_life":  # a part of a period is refused, and another end after the end is none
                return not np.isfinite(self.value(economy))
            case "investment_units":
                return not needed[self.row].any()
            case "import_prices" | "export_prices":
                limits = self.table.replace("prices", "limits")
                return economy.has(limits) and not any(economy.vector(limits, t)[self.row] for t in every)
            case "prepared_activities":  # what needs nothing from before its period need not be prepared
                return longest_leads(economy)[self.row] <= min(when)
            case "regrowth_rates":
                later = wears_later and economy.question().settings.get("terminal") != "keep"
                return later or not np.isfinite(economy.vector("renewable_stocks", 0)[self.row])
            case "renewable_capacity":
                return not np.isfinite(economy.vector("renewable_stocks", 0)[self.row])
            case "labour_leaving":
                return nobody_left or not np.isfinite(economy.vector("labour_force", 0)[self.row])
            case "labour_entering" | "training":  # of a kind of which there is none, it is refused
                return nobody_left and np.isfinite(economy.vector("labour_force", 0)[self.row])
            case "emission_caps" | "emission_budgets" | "damage_weights":
                return not any(_used(economy, "emissions", t)[[self.row]].nnz for t in when)
            case _:
                return False


def rule_rows_with(table: RuleTable, row: int, column: int | None, new: float) -> Any:
    """The rows of rules with another number in one of them: a limit in every row that says it."""
    rows = table.listed.copy()
    same = np.arange(len(rows)) == row
    if rows.columns[column] == "limit":
        told = rows[["rule"]] if rows["over"].iloc[row] else rows[["rule", "period"]]
        same = (told == told.iloc[row]).all(axis=1).to_numpy()
    rows.loc[same, rows.columns[column]] = new
    return rows


def _ahead(economy: no.Economy, table: str) -> list[Any]:
    return list(economy.tables[table].slices.values()) if economy.has(table) else []


def _used(economy: no.Economy, table: str, period: int) -> Any:
    """A matrix of coefficients, with ones where curves stand in their place."""
    return sp.csr_array(economy.matrix(table, period) + economy.curve_cells(table))


def entries(economy: no.Economy, zeros: bool) -> list[Entry]:
    """Every number of every table, with those that are zero or without; of curves every total that is not zero."""
    found = []
    for name, table in economy.tables.items():
        curved = set(zip(*economy.curve_cells(name).nonzero(), strict=True)) if name in IN_PLACE_OF else set()
        if isinstance(table, RuleTable):
            figures = [table.listed.columns.get_loc(heading) for heading in table.spec.figures]
            found += [Entry(name, None, row, k) for row in range(table.count) for k in figures]
            continue
        if isinstance(table, CurveTable):
            found += [Entry(name, None, int(row), None) for row in np.flatnonzero(table.rows["total"])]
            continue
        for key, part in table.slices.items():
            dense = part.toarray() if table.spec.is_matrix else part
            places = np.ndindex(dense.shape) if zeros else zip(*np.nonzero(dense), strict=True)
            for place in places:
                if place in curved:
                    continue  # a number beside a curve is refused
                row, column = (int(place[0]), int(place[1])) if table.spec.is_matrix else (int(place[0]), None)
                found.append(Entry(name, key, row, column))
    return found


# ---- wrong source -----------------------------------------------------------
@dataclass(frozen=True)
class Mutant:
    """A module with one thing changed.

    Attributes
    ----------
    function : top-level function (or ``Class.method``) that the change is in.
    change : what was done, in words and code.
    """

    module: ModuleType
    function: str
    line: int
    change: str
    code: CodeType

    @property
    def key(self) -> str:
        """Name for the list of allowed mutants; it does not depend on how the source is laid out."""
        return f"{self.module.__name__.removeprefix('natura_opt.')}.{self.function}: {self.change}"

    def run(self) -> dict[str, Any]:
        """Execute the changed module; return its names."""
        names = {name: getattr(self.module, name) for name in ("__name__", "__package__", "__file__")}
        exec(self.code, names)
        return names


def functions_of(module: ModuleType) -> list[str]:
    """Top-level functions and methods of a module, as ``f`` or ``Class.method``."""
    return [name for name, _ in _functions(ast.parse(inspect.getsource(module)))]


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{m.name}", m) for m in node.body if isinstance(m, ast.FunctionDef))


def mutants(module: ModuleType, function: str) -> Iterator[Mutant]:
    """Make every mutant of one function: one change at a time, undone before the next.

    Guards (what is raised, and when) are left alone: they refuse questions, they do not spell a law.
    """
    tree = ast.parse(inspect.getsource(module))
    body = dict(_functions(tree))[function]
    around = {id(child): node for node in ast.walk(body) for child in ast.iter_child_nodes(node)}
    guards = [n for n in ast.walk(body) if isinstance(n, ast.If) and isinstance(n.body[-1], ast.Raise)]
    parts = [part for guard in guards for part in (guard.test, *guard.body)]
    spared = {id(guard) for guard in guards} | {id(node) for part in parts for node in ast.walk(part)}
    for node in list(ast.walk(body)):
        if id(node) in spared:
            continue
        if isinstance(parent := around.get(id(node)), ast.keyword) and parent.arg in ("strict", "verify_integrity"):
            continue  # a guard, not a law
        context = _short(parent) if isinstance(node, ast.Constant | ast.IfExp) and parent is not None else ""
        for change, line in _changes(node, body):
            code = compile(ast.fix_missing_locations(tree), module.__file__ or "", "exec")
            yield Mutant(module, function, line, f"{change} in `{context}`" if context else change, code)


_OPPOSITE: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Lt: ast.LtE,
    ast.Gt: ast.GtE,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_WORDS = {"<=": ">=", ">=": "<=", "max": "min", "min": "max"}
_WORDS |= {"maximize": "minimize", "minimize": "maximize", "Maximize": "Minimize", "Minimize": "Maximize"}


def _changes(node: ast.AST, root: ast.AST) -> Iterator[tuple[str, int]]:
    """Change a node in every way there is, one at a time, in place; asking for the next undoes it."""
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub()) | ast.AugAssign(op=ast.Add() | ast.Sub()):
            yield from _with(node, "op", _OPPOSITE[type(node.op)](), f"other sign in `{_short(node)}`")
            if isinstance(node, ast.BinOp):
                yield from _instead(node, node.left, root, f"without last term of `{_short(node)}`")
                if isinstance(node.op, ast.Add):
                    yield from _instead(node, node.right, root, f"without first term of `{_short(node)}`")
        case ast.BinOp(op=ast.Mult()):
            yield from _instead(node, node.left, root, f"without last factor of `{_short(node)}`")
            yield from _instead(node, node.right, root, f"without first factor of `{_short(node)}`")
        case ast.Compare(ops=[op]) if type(op) in _OPPOSITE:
            other = _OPPOSITE[type(op)]
            yield from _with(node, "ops", [other()], f"{other.__name__} in `{_short(node)}`")
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield from _instead(node, node.operand, root, f"without sign of `{_short(node)}`")
        case ast.Constant(value=bool(value)):
            yield from _with(node, "value", not value, f"{not value} for {value}")
        case ast.Constant(value=int() | float()):
            yield from _with(node, "value", node.value + 1, f"{node.value + 1} for {node.value}")
        case ast.Constant(value=str(value)) if value in _WORDS:
            yield from _with(node, "value", _WORDS[value], f"{_WORDS[value]} for {value}")
        case ast.Attribute(attr=attr) if attr in _WORDS:
            yield from _with(node, "attr", _WORDS[attr], f"{_WORDS[attr]} for {attr}")
        case ast.IfExp():
            yield from _instead(node, node.body, root, f"always `{_short(node.body)}`")
            yield from _instead(node, node.orelse, root, f"always `{_short(node.orelse)}`")
        case ast.If():
            for value in (True, False):
                yield from _with(node, "test", ast.Constant(value), f"{value} for `{_short(node.test)}`")
        case ast.Expr(value=ast.Call()):
            yield from _instead(node, ast.Pass(), root, f"without `{_short(node)}`")
        case ast.Call(func=ast.Attribute(attr="multiply"), args=[left, right]):
            yield from _instead(node, left, root, f"without last factor of `{_short(node)}`")
            yield from _instead(node, right, root, f"without first factor of `{_short(node)}`")
        case ast.FunctionDef(decorator_list=[_, *_]) if node is not root:
            yield from _with(node, "decorator_list", [], f"{node.name} is not stated")


def _short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else text[:57] + "..."


def _with(node: Any, attribute: str, value: Any, change: str) -> Iterator[tuple[str, int]]:
    old = getattr(node, attribute)
    setattr(node, attribute, value)
    yield change, node.lineno
    setattr(node, attribute, old)


def _instead(node: Any, other: Any, root: ast.AST, change: str) -> Iterator[tuple[str, int]]:
    """Put another node in a node's place."""
    for parent in ast.walk(root):
        for name, value in ast.iter_fields(parent):
            if value is node:
                yield from ((change, node.lineno) for _ in _with(parent, name, other, change))
                return
            if isinstance(value, list) and any(part is node for part in value):
                k = next(k for k, part in enumerate(value) if part is node)
                value[k] = other
                yield change, node.lineno
                value[k] = node
                return


@contextmanager
def put_in(mutant: Mutant) -> Iterator[None]:
    """Let the whole package use a mutant: wherever a name of its module stands, the mutant's stands instead."""
    names = mutant.run()
    instead = {
        id(old): names[name]
        for name, old in vars(mutant.module).items()
        if getattr(old, "__module__", None) == mutant.module.__name__ and isinstance(old, Callable | type)
    }
    real = plan_problem.laws_of

    def laws_of(economy: no.Economy, question: no.Question, own: Iterable[Law] = ()) -> list[Law]:
        found = []
        for law in real(economy, question, own):
            changed = {s: instead[id(f)] for s in SPELLINGS if id(f := getattr(law, s)) in instead}
            found.append(replace(law, **changed))
        return found

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(plan_problem, "laws_of", laws_of))
        for module in _package_modules():
            for name, value in list(vars(module).items()):
                if id(value) in instead and module is not mutant.module:
                    stack.enter_context(mock.patch.object(module, name, instead[id(value)]))
        yield


def _package_modules() -> list[ModuleType]:
    wanted = ("natura_opt.laws.", "natura_opt.objectives.", "natura_opt.formulate", "natura_opt.base.labels")
    return [module for name, module in list(sys.modules.items()) if name.startswith(wanted)]


#: What the spellings lean on; here any function may be wrong, and the package uses the wrong one throughout.
_HELPERS: dict[str, tuple[str, ...]] = {
    "natura_opt.laws.coefficients": (),
    "natura_opt.laws.curve_layout": (),
    "natura_opt.laws.pollutant_point": ("per_year",),
    "natura_opt.laws.cvxpy_model": (),
    "natura_opt.laws.holdings": (),
    "natura_opt.laws.pyomo_rows": (),
    "natura_opt.base.labels": ("labels", "pair_labels"),
    "natura_opt.objectives.levels": (),
}


def linear_laws() -> list[Law]:
    """Every law of a linear question; harmony, whose statement in CVXPY is no linear program, has tests of its own."""
    return [law for law in plan_problem.every_law() if law is not HARMONY.law]


def _spells(function: str) -> bool:
    """Whether it has a hand in spelling: not what refuses, and not what follows a plan that is made (carried over)."""
    return not function.startswith("refuse_") and function != "leaving_service"


def mutable_functions() -> list[tuple[ModuleType, str]]:
    """Every function that has a hand in spelling: all of each module that spells a law, and the helpers.

    What only refuses says nothing in a program: tests of errors provoke it.
    """
    modules = {getattr(law, spelling).__module__: () for law in linear_laws() for spelling in SPELLINGS} | _HELPERS
    found = []
    for name, chosen in modules.items():
        module = importlib.import_module(name)
        found += [(module, function) for function in chosen or functions_of(module) if _spells(function)]
    return found


def golden_for(module: ModuleType) -> list[str]:
    """The golden economies that a module has a say in: those where one of its laws applies; for a helper, all."""
    own = [law for law in linear_laws() for s in SPELLINGS if getattr(law, s).__module__ == module.__name__]
    asked = {name: plan_problem.laws_of(e, e.question()) for name, e in GOLDEN.items()}
    if ".curve" in module.__name__:
        return [name for name, e in GOLDEN.items() if e.has("curves")]
    return [name for name, laws in asked.items() if not own or any(law in laws for law in own)]


def reached(module: ModuleType, function: str) -> list[str]:
    """The spellings a function takes part in: its own if it is one of a law's three, else (a helper) perhaps all."""
    for law in linear_laws():
        for spelling in SPELLINGS:
            if getattr(law, spelling) is vars(module).get(function):
                return [spelling]
    return list(SPELLINGS)


def verdict(mutant: Mutant, name: str) -> str | None:
    """How a mutant shows on a golden economy: the difference, the error, or the missed optimum; None if it does not."""
    spellings = reached(mutant.module, mutant.function)
    economy = GOLDEN[name]
    programs = {}
    with put_in(mutant):
        for spelling in spellings_of(name):
            try:
                wrong = spelling in spellings
                programs[spelling] = spelled(spelling, economy) if wrong else golden_program(name, spelling)
                apart = difference(programs["matrix"], programs[spelling])
            except Exception as error:  # whatever a wrong law breaks, it has shown itself
                return f"{type(error).__name__} in {spelling}"
            if apart:
                return apart[0]
    if name in BY_HAND:
        with put_in(mutant):
            try:
                found = no.solve(economy)
            except Exception as error:
                return f"{type(error).__name__} in solving"
        if not found.proved or abs(found.objective - BY_HAND[name]) > 1e-9:
            return "not the optimum found by hand"
    return None
