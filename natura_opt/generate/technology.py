"""Techniques of seeded economies: main ones, and others that compete with them and never make them unproductive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..input_output.spectrum import rounded, serving_levels
from ..program.pieces import with_arrays
from .matrices import Pattern, Room
from .sampling import Links, stream, stretched, uniform_between

#: Share of techniques that use a given resource, labour apart.
USERS = 0.5


@dataclass(frozen=True, eq=False)
class Technology:
    """What every technique uses, in units in which a unit of each good is about as much labour.

    Attributes
    ----------
    inputs : csc array, shape (goods, techniques); the first techniques are the main ones, one per good.
    makes : the good each technique makes, shape (techniques,), 32 bits.
    labour : labour per unit of activity, shape (techniques,).
    values : labour values of the goods by the main techniques, ``v = A'v + l``, shape (goods,).
    """

    inputs: Any
    makes: Links
    labour: Floats
    values: Floats


def technology(pattern: Pattern, radius: float, ways: int, seed: int) -> Technology:
    """Draw techniques: the main ones of the asked spectral radius, and others that no choice makes unproductive.

    Another technique's inputs have between .85 and 1 times the labour value of the main one's, in other goods, and its
    direct labour is between .8 and 1.6 times as much: with ``v'A_j <= v_j − l_j`` throughout, the spectral radius of
    every choice is below ``max (1 − l_j / v_j)``.
    """
    size, each = pattern.goods, pattern.coefficients
    kind = np.int32 if ways * each < 2**31 else np.int64
    data, rows = np.empty(ways * each), np.empty(ways * each, dtype=np.int32)  # of all techniques: nothing is stacked
    starts, labour = np.zeros(ways * size + 1, dtype=kind), np.empty(ways * size)
    rooms = [Room(data[way * each : (way + 1) * each], rows[way * each : (way + 1) * each]) for way in range(ways)]
    main = pattern.scaled(stream(seed, 1, 0), radius, rooms[0])
    direct = labour[:size]
    direct[:] = uniform_between(stream(seed, 2, 0), 0.5, 1.5, size)
    starts[: size + 1] = main.indptr
    values = serving_levels(main.T, direct)
    for way in range(1, ways):
        other, rng = pattern.draw(stream(seed, 1, way), rooms[way]), stream(seed, 2, way)
        cost = (values - direct) * uniform_between(rng, 0.85, 1.0, size)
        factors = rounded(cost / (other.T @ values))
        for span, some in stretched(factors, np.diff(other.indptr)):
            other.data[span] *= some
        techniques = slice(way * size, (way + 1) * size)
        np.add(other.indptr[1:], kind(way * each), out=starts[1:][techniques])
        labour[techniques] = direct * uniform_between(rng, 0.8, 1.6, size)
    shape = (size, ways * size)
    every = with_arrays(main, data, rows if kind is np.int32 else rows.astype(kind), starts, shape)
    return Technology(every, np.tile(np.arange(size, dtype=np.int32), ways), labour, values)


def resource_use(technology: Technology, kinds: int, seed: int) -> Any:
    """Return resources used per unit of activity, csc, shape (kinds, techniques); labour first; None without any."""
    if not kinds:
        return None
    count = len(technology.makes)
    starts: Any = np.zeros(count + 1, dtype=np.int32 if count * kinds < 2**31 else np.int64)
    starts[1:] = 1
    for kind in range(1, kinds):
        starts[1:] += _users(technology, kind, seed)[0]
    np.cumsum(starts, out=starts)
    data, rows, free = np.empty(starts[-1]), np.empty(starts[-1], dtype=starts.dtype), starts[:-1].copy()
    data[free], rows[free] = technology.labour, 0
    free += 1
    for kind in range(1, kinds):
        users, rng = _users(technology, kind, seed)
        amounts = uniform_between(rng, 0.1, 2.0, count)[users]
        at = free[users]
        data[at], rows[at] = amounts, kind
        free += users
    return with_arrays(sp.csc_array((kinds, count)), data, rows, starts, (kinds, count))


def _users(technology: Technology, kind: int, seed: int) -> tuple[Any, np.random.Generator]:
    """Return which techniques use a resource, and the random numbers that come after."""
    rng = stream(seed, 3, kind)
    users = rng.random(len(technology.makes)) < USERS
    users[int(rng.random() * len(technology.values))] = True  # a main technique, so that the limit is not nothing
    return users, rng
