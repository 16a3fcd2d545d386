"""Seeded tables of inputs that are hard to judge, and the judge: rational arithmetic that shares nothing with ours."""

from __future__ import annotations

from typing import Any

import flint
import numpy as np

KINDS = ("ring", "web", "corner", "chained blocks", "columns that sum to one", "loosely coupled", "wild")
#: What the spectral radius is set to, near enough.
RADII = (0.5, 0.9, 0.99, 1 - 1e-6, 1 - 1e-9, 1 - 1e-12, 1 - 1e-14, 1.0, 1 + 1e-14, 1 + 1e-12, 1 + 1e-6, 2.0)


def ring(size: int, radius: float, seed: int, spread: float = 8.0) -> np.ndarray:
    """Return goods that each need the next one only, in units 10^-spread to 10^spread."""
    unit = np.power(10.0, np.random.default_rng(seed).uniform(-spread, spread, size))
    inputs = np.zeros((size, size))
    inputs[np.arange(size), (np.arange(size) + 1) % size] = radius
    return inputs * unit[:, None] / unit


def staircase(size: int, step: float = 5.0, own: float = 0.5) -> np.ndarray:
    """Return goods that each need some of themselves and much of the next."""
    return own * np.eye(size) + step * np.eye(size, k=1)


def corner(size: int = 150, step: float = 2.0, back: float = 0.9 * 2.0**-149) -> np.ndarray:
    """Return a long chain that a tiny coefficient closes."""
    inputs = step * np.eye(size, k=1)
    inputs[size - 1, 0] = back
    return inputs


def chained(blocks: int, size: int, seed: int, radius: float = 0.99) -> np.ndarray:
    """Return blocks, each of one radius and each fed by the one before it."""
    rng = np.random.default_rng(seed)
    inputs = np.zeros((blocks * size, blocks * size))
    for first in range(0, blocks * size, size):
        here = slice(first, first + size)
        block = rng.random((size, size)) + 1e-3
        inputs[here, here] = block * (radius / np.abs(np.linalg.eigvals(block)).max())
        if first:
            inputs[first - size : first, here] = rng.random((size, size)) * 10.0 ** rng.uniform(-6, 6)
    return inputs


def hostile_inputs(seed: int) -> np.ndarray:
    """Return a table of up to 25 goods: of a hard kind, a radius at or near one, any units and order."""
    rng = np.random.default_rng(seed)
    kind, size = KINDS[seed % len(KINDS)], int(rng.integers(1, 26))
    if kind == "ring":
        inputs = ring(size, 1.0, seed, 3.0)
    elif kind == "web":
        inputs = rng.random((size, size)) * (rng.random((size, size)) < 0.3)
    elif kind == "corner":
        inputs = staircase(size, float(rng.choice([0.5, 2.0, 5.0])), float(rng.choice([0.0, 0.5, 0.9])))
        inputs[size - 1, 0] = rng.choice([0.9, 1.0, 1.1, 2.0]) * 2.0 ** -int(rng.integers(0, 200))
    elif kind == "chained blocks":
        inputs = chained(int(rng.integers(1, 5)), int(rng.integers(1, 6)), seed, 1.0)
    elif kind == "columns that sum to one":
        inputs = np.stack([rng.multinomial(64, np.ones(size) / size) / 64.0 for _ in range(size)], axis=1)
        inputs *= rng.choice([0.5, 1.0, 1.0, 1 - 2.0**-40, 1 + 2.0**-40, 1 - 2.0**-52])
    elif kind == "loosely coupled":
        links = 10.0 ** rng.uniform(-12, 3, (2, 1))
        inputs = np.diag(rng.random(size)) + links[0] * np.eye(size, k=1) + links[1] * np.eye(size, k=-1)
    else:
        inputs = rng.lognormal(0.0, 6.0, (size, size)) * (rng.random((size, size)) < 0.4)
    if kind in ("web", "loosely coupled", "wild"):
        present = np.abs(np.linalg.eigvals(inputs)).max()
        inputs = inputs / present if present > 1e-6 else inputs
    if kind not in ("corner", "columns that sum to one"):
        inputs = inputs * rng.choice(RADII)
    unit = np.power(2.0, np.round(rng.uniform(-27, 27, len(inputs))) if seed % 3 else rng.uniform(-27, 27, len(inputs)))
    order = rng.permutation(len(inputs))
    return (inputs * unit[:, None] / unit)[np.ix_(order, order)]


def rational(values: Any) -> list[Any]:
    """Return doubles as the rational numbers that they are."""
    return [flint.fmpq(*float(value).as_integer_ratio()) for value in np.ravel(values)]


def truly_productive(inputs: np.ndarray) -> bool:
    """Decide by Hawkins and Simon, exactly: ``(I - A) v = 1`` has a positive solution."""
    size = len(inputs)
    entries = rational(-inputs)
    for good in range(size):
        entries[good * size + good] += 1
    try:
        solved = flint.fmpq_mat(size, size, entries).solve(flint.fmpq_mat(size, 1, [1] * size))
    except ZeroDivisionError:
        return False
    return all(solved[good, 0] > 0 for good in range(size))
