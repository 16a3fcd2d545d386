"""Techniques of seeded economies: main ones, and others that compete with them and never make them unproductive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..input_output.spectrum import rounded, serving_levels
from .matrices import Pattern
from .sampling import Counts, stream, uniform_between

#: Share of techniques that use a given resource, labour apart.
_USERS = 0.5


@dataclass(frozen=True, eq=False)
class Technology:
    """What every technique uses, in units in which a unit of each good is about as much labour.

    Attributes
    ----------
    inputs : csc array, shape (goods, techniques); the first techniques are the main ones, one per good.
    makes : the good each technique makes, shape (techniques,).
    labour : labour per unit of activity, shape (techniques,).
    values : labour values of the goods by the main techniques, ``v = A'v + l``, shape (goods,).
    """

    inputs: Any
    makes: Counts
    labour: Floats
    values: Floats


def technology(pattern: Pattern, radius: float, ways: int, seed: int) -> Technology:
    """Draw techniques: the main ones of the asked spectral radius, and others that no choice makes unproductive.

    Another technique's inputs have between .85 and 1 times the labour value of the main one's, in other goods, and its
    direct labour is between .8 and 1.6 times as much: with ``v'A_j <= v_j − l_j`` throughout, the spectral radius of
    every choice is below ``max (1 − l_j / v_j)``.
    """
    size = pattern.goods
    inputs = [pattern.scaled(stream(seed, 1, 0), radius)]
    labour = [uniform_between(stream(seed, 2, 0), 0.5, 1.5, size)]
    values = serving_levels(inputs[0].T, labour[0])
    for way in range(1, ways):
        other, rng = pattern.draw(stream(seed, 1, way)), stream(seed, 2, way)
        cost = (values - labour[0]) * uniform_between(rng, 0.85, 1.0, size)
        factors = rounded(cost / (other.T @ values))
        other.data *= np.repeat(factors, np.diff(other.indptr))
        inputs.append(other)
        labour.append(labour[0] * uniform_between(rng, 0.8, 1.6, size))
    every = inputs[0] if ways == 1 else sp.hstack(inputs, format="csc")
    return Technology(every, np.tile(np.arange(size), ways), np.concatenate(labour), values)


def resource_use(technology: Technology, kinds: int, seed: int) -> Any:
    """Return resources used per unit of activity, csr, shape (kinds, techniques); labour first."""
    rows = [technology.labour[None, :]]
    for kind in range(1, kinds):
        rng = stream(seed, 3, kind)
        users = rng.random(len(technology.makes)) < _USERS
        users[int(rng.random() * len(technology.values))] = True  # a main technique, so that the limit is not nothing
        amounts = np.where(users, uniform_between(rng, 0.1, 2.0, len(users)), 0.0)
        rows.append(amounts[None, :])
    return sp.vstack([sp.csr_array(row) for row in rows[:kinds]], format="csr") if kinds else None
