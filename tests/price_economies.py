"""Seeded economies that are hard on price coordination: patterns, radii, ties, stocks, capital, hostile units."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

import natura_opt as no

from .seeded import in_other_units

PATTERNS = ("uniform", "zipf", "lognormal", "nearly decomposable")
HELD = ("none", "pool", "technique")


def hostile_economy(seed: int, goods: tuple[int, int] = (2, 300), units: float = 8.0) -> no.Economy:
    """Return the economy of a seed: one period, one good per technique, the largest number of assortments.

    Parameters
    ----------
    goods : least and greatest number. units : goods and resources are counted in units of up to ``10**±units``.

    Every good's first technique is productive with the others', and limits are what these need for an assortment of
    every wanted good, times a random factor; other techniques may be unproductive together.
    """
    rng = np.random.default_rng(seed)
    n, most = int(np.exp(rng.uniform(*np.log(goods)))), int(rng.integers(1, 5))
    ways = rng.integers(1, most + 1, n)
    makes = np.concatenate([np.arange(n), np.repeat(np.arange(n), ways - 1)])
    inputs = _inputs(rng, n, makes, str(rng.choice(PATTERNS)))
    use = _use(rng, len(makes), n, int(rng.integers(1, 21)))
    if rng.random() < 0.3:  # ties: some techniques are others under another name, or in round numbers
        twins = np.flatnonzero((rng.random(len(makes)) < 0.3) & (np.arange(len(makes)) >= n))
        sources = np.arange(len(makes))
        sources[twins] = makes[twins]
        inputs, use = sp.csc_array(inputs[:, sources]), sp.csc_array(use[:, sources])
    wanted = rng.lognormal(0.0, rng.choice([0.3, 2.0]), n)
    wanted[rng.random(n) < rng.choice([0.0, 0.3, 0.9])] = 0.0
    wanted[rng.integers(n)] = 1.0
    plan = np.maximum(sp.linalg.spsolve(sp.eye_array(n, format="csc") - sp.csc_array(inputs[:, :n]), wanted), 0.0)
    needed = np.asarray(use[:, :n] @ plan).ravel()
    limits = np.where(needed > 0, needed, 1.0) * rng.uniform(0.3, 3.0, len(needed))
    outputs = sp.csc_array((np.ones(len(makes)), (makes, np.arange(len(makes)))), shape=(n, len(makes)))
    tables: dict[str, Any] = {"inputs": inputs, "outputs": outputs, "resource_use": use, "resource_limits": limits}
    if rng.random() < 0.3:
        stock = rng.random(n) < min(0.3, 20 / n)
        tables["initial_stocks"] = np.where(stock, rng.uniform(0.0, 2.0, n) * plan, 0.0)
    held = str(rng.choice(HELD, p=[0.7, 0.2, 0.1]))
    if held != "none":
        tables |= _capital(rng, held, n, len(makes), plan)
    economy = no.build_economy(
        name=f"hostile{seed}",
        goods=[f"good{k}" for k in range(n)],
        techniques=[f"good{i} way {k}" for k, i in enumerate(makes)],
        resources=[f"resource{k}" for k in range(len(limits))],
        targets=wanted,
        objective="assortment",
        **tables,
    )
    if units and rng.random() < 0.5:
        spread = rng.uniform(0.0, units)
        return in_other_units(
            economy,
            10.0 ** rng.uniform(-spread, spread, n),
            10.0 ** rng.uniform(-spread, spread, len(makes)),
            10.0 ** rng.uniform(-spread, spread, len(limits)),
        )
    return economy


def _inputs(rng: np.random.Generator, n: int, makes: np.ndarray, pattern: str) -> sp.csc_array:
    """Return inputs per unit made, goods x techniques, of which the first n techniques have a known radius."""
    each = int(rng.integers(1, min(n, 12) + 1))
    count = len(makes)
    columns = np.repeat(np.arange(count), rng.integers(0, each + 1, count))
    if pattern == "zipf":
        popular = 1.0 / np.arange(1, n + 1)
        rows = rng.permutation(n)[rng.choice(n, size=len(columns), p=popular / popular.sum())]
    elif pattern == "nearly decomposable":
        block = max(n // 5, 1)
        near = (makes[columns] // block) * block + rng.integers(0, block, len(columns))
        rows = np.where(rng.random(len(columns)) < 0.98, np.minimum(near, n - 1), rng.integers(0, n, len(columns)))
    else:
        rows = rng.integers(0, n, len(columns))
    values = rng.lognormal(0.0, 3.0 if pattern == "lognormal" else 0.5, len(columns))
    main = columns < n
    rows[~main] = np.where(rng.random((~main).sum()) < 0.5, rows[~main], rng.integers(0, n, (~main).sum()))
    matrix = sp.csc_array((values, (rows, columns)), shape=(n, count))
    radius = _radius(sp.csr_array(matrix[:, :n]))
    if radius > 1e-6:
        matrix = matrix * (rng.uniform(0.3, 0.99) / radius)
    return sp.csc_array(matrix @ sp.diags_array(np.where(np.arange(count) < n, 1.0, rng.uniform(0.2, 1.5, count))))


def _radius(matrix: sp.csr_array) -> float:
    if matrix.shape[0] <= 300:
        return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())
    x = np.ones(matrix.shape[0])
    for _ in range(1000):  # of I + A, whose radius is one more and belongs to one eigenvalue alone
        x = x / x.max()
        image = x + matrix @ x
        largest = float((image / x).max()) if (x > 0).all() else np.inf
        x = np.maximum(image, 1e-280)
    return largest - 1.0  # never less than the radius (Collatz)


def _use(rng: np.random.Generator, count: int, n: int, number: int) -> sp.csc_array:
    """Return the use of resources; the first is used by every main technique, some others may use nothing."""
    dense = np.where(
        rng.random((number, count)) < rng.choice([0.05, 0.3, 1.0]), rng.lognormal(0, 1, (number, count)), 0
    )
    dense[0, :n] = rng.lognormal(0.0, 0.5, n)
    free = (rng.random(count) < rng.choice([0.0, 0.02])) & (np.arange(count) >= n)
    dense[:, free] = 0.0
    return sp.csc_array(dense)


def _capital(rng: np.random.Generator, held: str, n: int, count: int, plan: np.ndarray) -> dict[str, Any]:
    """Return tables of capital: up to three durable goods tied up in some techniques."""
    durable = rng.choice(n, size=min(n, int(rng.integers(1, 4))), replace=False)
    users = rng.random(count) < min(0.5, 40 / count)
    users[: min(n, 1)] = True
    tied = np.zeros((n, count))
    tied[durable] = np.where(users, rng.uniform(0.1, 2.0, (len(durable), count)), 0.0)
    levels = np.concatenate([plan, rng.choice(plan, count - n)])
    needed = tied * levels
    if held == "pool":
        return {"capital": sp.csc_array(tied), "capital_pool": needed[:, :n].sum(axis=1) * rng.uniform(0.5, 2.0, n)}
    return {"capital": sp.csc_array(tied), "initial_capital": sp.csc_array(needed * rng.uniform(0.5, 2.0, (n, count)))}
