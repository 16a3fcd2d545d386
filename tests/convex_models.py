"""Convex programs with known answers, for the tests of proofs by duals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

import natura_opt as no
from natura_opt.program.conic import Cone, ConicProgram


def shared_by(needs: list[float], available: float, **tables: Any) -> no.Economy:
    """An economy whose goods are made of one resource alone, each so much of it."""
    names = [f"good{k}" for k in range(len(needs))]
    return no.build_economy(
        name="shared",
        goods=names,
        resources=["field"],
        inputs=np.zeros((len(needs), len(needs))),
        resource_use=[needs],
        resource_limits=[available],
        targets=np.ones(len(needs)),
        objective="assortment",
        **tables,
    )


def activities_of(model: Any) -> Any:
    """The variable of a CVXPY model that holds what techniques do, techniques x periods."""
    return model.variables["activities"]


def one_row(name: str) -> tuple[str, pd.Index]:
    """A row of one's own and its label."""
    return name, pd.Index([name])


def conic(
    cones: list[tuple[str, int]],
    matrix: Any,
    side: Any,
    cost: Any,
    quadratic: Any = None,
    exponents: tuple[float, ...] = (),
    sign: float = 1.0,
) -> ConicProgram:
    """A conic program from its parts."""
    rows, start = [], 0
    for kind, size in cones:
        rows.append(Cone(kind, start, size, exponents if kind == "power" else ()))  # type: ignore[arg-type]
        start += size
    cost = np.asarray(cost, dtype=float)
    squares = np.zeros(len(cost)) if quadratic is None else np.asarray(quadratic, dtype=float)
    return ConicProgram(
        squares,
        cost,
        sp.csc_array(np.asarray(matrix, dtype=float)),
        np.asarray(side, dtype=float),
        tuple(rows),
        0.0,
        sign,
    )


def random_dual_point(kind: str, rng: np.random.Generator, size: int, exponents: tuple[float, ...]) -> np.ndarray:
    """A point near the border of a dual cone, on either side of it."""
    if kind == "second-order":
        rest = rng.normal(size=size - 1)
        return np.append(np.linalg.norm(rest) * (1 + 1e-9 * rng.normal()), rest)
    if kind == "exponential":
        u, v = -np.exp(rng.normal()), 3 * rng.normal()
        return np.array([u, v, -u * np.exp(v / u - 1) * (1 + 1e-9 * rng.normal())])
    if kind == "power":
        parts = np.exp(rng.normal(size=size - 1))
        a = np.array(exponents)
        return np.append(parts, rng.choice([-1, 1]) * np.prod((parts / a) ** a) * (1 + 1e-9 * rng.normal()))
    order = int(np.sqrt(2 * size))
    root = rng.normal(size=(order, order - 1))
    matrix = root @ root.T + 1e-9 * rng.normal() * np.eye(order)
    return np.array([matrix[i, j] * (1 if i == j else np.sqrt(2)) for j in range(order) for i in range(j + 1)])


def random_point(kind: str, rng: np.random.Generator, size: int, exponents: tuple[float, ...]) -> np.ndarray:
    """A point of a cone, some of them on its border."""
    slack = float(rng.choice([0.0, 1.0])) * np.exp(rng.normal())
    if kind == "second-order":
        rest = rng.normal(size=size - 1)
        return np.append(np.linalg.norm(rest) + slack, rest)
    if kind == "exponential":
        x, y = rng.normal(), np.exp(rng.normal())
        return np.array([x, y, y * np.exp(x / y) + slack])
    if kind == "power":
        parts = np.exp(rng.normal(size=size - 1)) + slack
        return np.append(parts, rng.choice([-1, 1]) * np.prod((parts - slack) ** np.array(exponents)))
    order = int(np.sqrt(2 * size))
    root = rng.normal(size=(order, order - 1))
    matrix = root @ root.T + slack * np.eye(order)
    return np.array([matrix[i, j] * (1 if i == j else np.sqrt(2)) for j in range(order) for i in range(j + 1)])
