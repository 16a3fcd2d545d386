"""Seeded laws of a user's own: random declared rows and columns, and random coefficients added to rows of other laws.

A law is a table of coefficients by (block of rows, block of columns), dense and laid out as the program lays its blocks
out; the three spellings read the same table, each in the manner of its own modelling layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

import natura_opt as no
from natura_opt.laws.terminal_settings import setting_aside

AXES = (
    ("goods", "periods"), ("resources", "periods"), ("pollutants", "periods"), ("techniques", "periods"),
    ("goods", "techniques", "periods"), ("goods",), ("resources",), ("pollutants",), ("periods",), (),
)  # fmt: skip
STANDARD = (
    "balance", "resource_limit", "capacity", "accumulation", "storage_limit", "emission_cap", "emission_budget", "floor"
)  # fmt: skip
SETS = {
    "goods": "GOODS", "resources": "RESOURCES", "pollutants": "POLLUTANTS", "techniques": "TECHNIQUES",
    "periods": "PERIODS",
}  # fmt: skip


def over(economy: no.Economy, axes: tuple[str, ...], name: str) -> pd.Index:
    """Return labels over axes, the first fastest; one label, the block's name, over none."""
    if not axes:
        return pd.Index([name])
    if len(axes) == 1:
        return economy.axes[axes[0]]
    levels = [economy.axes[axis] for axis in axes]
    codes: list[Any] = [list(c) for c in zip(*product(*(range(len(level)) for level in levels[::-1])), strict=True)]
    return pd.MultiIndex(levels=levels, codes=(codes or [[]] * len(axes))[::-1], names=axes, verify_integrity=False)


def pyomo_name(label: Any) -> Any:
    """Return the name that Pyomo knows a label by: a pair becomes ``region|good``."""
    return "|".join(map(str, label)) if isinstance(label, tuple) else label


def pyomo_label(label: Any, flat: bool) -> tuple[Any, ...]:
    """Return a row's or column's label as Pyomo calls its terms with it."""
    return tuple(map(pyomo_name, label)) if flat else (pyomo_name(label),)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A law that was drawn.

    Attributes
    ----------
    terms : coefficients by (block of rows, block of columns), shape (rows, columns) over all labels of both.
    rows : own blocks of rows: axes, sense, sides and which are stated, over all labels.
    columns : own blocks of columns: axes.
    """

    name: str
    rows: Mapping[str, tuple[tuple[str, ...], Any, np.ndarray, np.ndarray]]
    columns: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, str]
    terms: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def law(self) -> no.Law:
        """Return it as a law in three spellings, declared."""
        return no.Law(
            name=self.name,
            tables=frozenset(),
            applies=lambda economy, question: True,
            matrix=self._matrix,
            pyomo=self._pyomo,
            cvxpy=self._cvxpy,
            rows=tuple(
                no.Rows(name, axes, sense, f"{name} is kept", kind=self.kinds[name], called=f"the {name} of",
                        unit="goods" if "goods" in axes else "", partly=not stated.all(),
                        levels=f"{name}_levels" if "periods" in axes else "", outside="always")
                for name, (axes, sense, _, stated) in self.rows.items()
            ),
            columns=tuple(
                no.Columns(name, axes, f"{name} of it", "goods" if "goods" in axes else "", name, called=name)
                for name, axes in self.columns.items()
            ),
        )  # fmt: skip

    def _matrix(self, program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        for name, axes in self.columns.items():
            program.columns(name, over(economy, axes, name))
        for name, (axes, sense, sides, stated) in self.rows.items():
            program.rows(name, over(economy, axes, name), sense, sides, stated=None if stated.all() else stated)
        for (rows, columns), coefficients in self.terms.items():
            program.terms(rows, columns, coefficients)

    def _pyomo(self, m: Any, economy: no.Economy, question: no.Question) -> None:
        import pyomo.environ as pyo

        def sets(axes: tuple[str, ...]) -> list[Any]:
            return [getattr(m, SETS[axis]) for axis in axes]

        if not hasattr(m, "POLLUTANTS"):
            m.POLLUTANTS = pyo.Set(initialize=[pyomo_name(e) for e in economy.pollutants])
        for name, axes in self.columns.items():
            m.add_component(name, pyo.Var(*sets(axes), domain=pyo.NonNegativeReals))
        for name, (axes, sense, sides, stated) in self.rows.items():
            at = {pyomo_label(label, len(axes) > 1): k for k, label in enumerate(over(economy, axes, name))}
            at = at if axes else {(): 0}
            m.laws.rows(
                name, *sets(axes), sense=sense, meaning=f"{name} is kept",
                side=lambda *label, at=at, sides=sides: float(sides[at[label]]),
                stated=lambda *label, at=at, stated=stated: bool(stated[at[label]]),
            )  # fmt: skip
        for (rows, columns), coefficients in self.terms.items():
            if coefficients.size:
                m.laws.terms(rows, self._pyomo_term(m, economy, rows, columns, coefficients))

    def _pyomo_term(self, m: Any, economy: no.Economy, rows: str, columns: str, coefficients: np.ndarray) -> Any:
        row_labels, row_flat = self.row_labels(economy, rows)
        column_labels, column_flat = self.column_labels(economy, columns)
        at = {pyomo_label(label, row_flat): k for k, label in enumerate(row_labels)}
        if rows in self.rows and not self.rows[rows][0]:
            at = {(): 0}
        variable = getattr(m, columns)
        names = [pyomo_label(label, column_flat) for label in column_labels]
        found = [variable[name] for name in names] if variable.is_indexed() else [variable]

        def term(*label: Any) -> Any:
            return sum(float(c) * found[j] for j, c in enumerate(coefficients[at[label]]) if c)

        return term

    def _cvxpy(self, model: Any, economy: no.Economy, question: no.Question) -> None:
        import cvxpy as cp

        for name, axes in self.columns.items():
            index = over(economy, axes, name)
            if not len(index):
                continue
            last = len(economy.periods) if "periods" in axes else 1
            model.variable(name, index, (len(index) // last, last) if "periods" in axes else (len(index),))
        for name, (axes, sense, sides, stated) in self.rows.items():
            index, last = over(economy, axes, name), len(economy.periods) if "periods" in axes else 1
            each = len(index) // last
            for t in range(last):
                part = slice(t * each, (t + 1) * each)
                which = np.flatnonzero(stated[part])
                model.rows(name, t if "periods" in axes else None, index[part][which], sense, sides[part][which], which)
        for (rows, columns), coefficients in self.terms.items():
            if not coefficients.size or columns not in model.variables:
                continue
            flat = cp.vec(model.variables[columns], order="F")
            by_period = rows in ("balance", "resource_limit", "capacity", "accumulation", "storage_limit",
                                 "emission_cap") or (rows in self.rows and "periods" in self.rows[rows][0])  # fmt: skip
            parts = _parts(coefficients, economy, rows, by_period)
            model.terms(rows, lambda t, parts=parts, flat=flat: parts[t or 0] @ flat)

    def row_labels(self, economy: no.Economy, rows: str) -> tuple[Any, bool]:
        """Return the labels of all of a block of rows, and whether they lie on several axes."""
        if rows in self.rows:
            axes = self.rows[rows][0]
            return over(economy, axes, rows), len(axes) > 1
        return standard_rows(economy, rows)

    def column_labels(self, economy: no.Economy, columns: str) -> tuple[Any, bool]:
        """Return the labels of a block of columns, and whether they lie on several axes."""
        axes = self.columns.get(columns, ("techniques", "periods"))
        return over(economy, axes, columns), len(axes) > 1


def _parts(coefficients: np.ndarray, economy: no.Economy, rows: str, by_period: bool) -> list[np.ndarray]:
    """Return the rows of each period (storage has none in the last), or of all together."""
    if not by_period:
        return [coefficients]
    stored = setting_aside(economy, economy.question())
    count = len(stored if rows == "storage_limit" else economy.periods)
    return np.split(coefficients, count) if count else []


_STANDARD: dict[tuple[int, str], Any] = {}


def standard_rows(economy: no.Economy, rows: str) -> tuple[Any, bool]:
    """Return the labels that terms of a block of rows are over, and whether they lie on several axes."""
    if rows == "emission_cap":
        return over(economy, ("pollutants", "periods"), rows), True
    if rows == "emission_budget":
        return economy.pollutants, False
    block = no.linear_program(economy).row_block(rows)
    return (pd.Index([]), False) if block is None else (block.index, block.index.nlevels > 1)


def drawn(economy: no.Economy, rng: np.random.Generator, number: int = 0) -> Drawn:
    """Return a law drawn at random, which the plan that stands still idle keeps where it only limits.

    Sides of rows are such that running nothing keeps about two thirds of them; the others ask for something.
    """
    names = ("grain", "ärger und mühe", "Wald-7", "x", "y z")
    rows, columns, kinds = {}, {}, {}
    for k in range(rng.integers(0, 3)):
        columns[f"flow{number}{k}"] = AXES[rng.integers(len(AXES))]
    for k in range(rng.integers(0 if columns else 1, 3)):
        axes = AXES[rng.integers(len(AXES))]
        size = len(over(economy, axes, "any"))
        sense = str(rng.choice(["<=", ">=", "=="], p=[0.6, 0.25, 0.15]))
        big = 5.0 if sense == "<=" else 0.2
        sides = np.round(rng.uniform(0.0, big, size), 3) * (rng.random(size) < 0.8)
        stated = np.ones(size, bool) if rng.random() < 0.6 else rng.random(size) < 0.7
        rows[f"row{number}{k}"] = (axes, sense, sides, stated)
        kinds[f"row{number}{k}"] = f"{names[rng.integers(len(names))]} {number}{k}"
    law = Drawn(f"drawn {number}", rows, columns, kinds)
    for row in rows:
        for column in ("activities", *columns):
            if rng.random() < 0.75:
                _draw(law, economy, rng, row, column, -0.2)
    for row in STANDARD:
        for column in ("activities", *columns):
            if rng.random() < (0.1 if column == "activities" else 0.35):
                _draw(law, economy, rng, row, column, 0.6 if row == "balance" else 0.1)
    return law


def _draw(law: Drawn, economy: no.Economy, rng: np.random.Generator, row: str, column: str, negative: float) -> None:
    shape = (len(law.row_labels(economy, row)[0]), len(law.column_labels(economy, column)[0]))
    share = 0.2 if column in law.columns or row in law.rows else 0.02
    there = rng.random(shape) < share
    signs = np.where(rng.random(shape) < max(negative, 0.05), -1.0, 1.0)
    law.terms[row, column] = there * np.round(rng.uniform(0.01, 1.0, shape), 3) * signs


def solvers_word(program: Any) -> tuple[int, float]:
    """Return what SciPy says of a program: status (0 optimal, 2 infeasible, 3 unbounded) and objective."""
    from scipy.optimize import linprog

    sign = -1.0 if program.sense == "max" else 1.0
    matrix = program.matrix.tocsr()
    low, high = program.row_lower, program.row_upper
    same = low == high
    up, down = np.isfinite(high) & ~same, np.isfinite(low) & ~same
    import scipy.sparse as sp

    found = linprog(
        sign * program.cost,
        A_ub=sp.vstack([matrix[up], -matrix[down]]) if (up | down).any() else None,
        b_ub=np.concatenate([high[up], -low[down]]) if (up | down).any() else None,
        A_eq=matrix[same] if same.any() else None,
        b_eq=low[same] if same.any() else None,
        bounds=np.column_stack([program.lower, program.upper]),
        method="highs",
    )
    return found.status, sign * found.fun + program.offset if found.status == 0 else float("nan")


def rows_of(plan: no.Plan, law: Drawn) -> Iterator[tuple[str, Any]]:
    """Return the labels of every stated row of a law, by kind."""
    for name in law.rows:
        block = plan.program.row_block(name)
        if block is not None:
            yield from ((name, label) for label in block.index)
