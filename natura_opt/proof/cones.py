"""Multipliers moved into the dual of their cone, without any doubt; and how far a point lies outside its cone.

A multiplier ``z`` of rows that lie in a cone ``K`` proves something only if it lies in the dual cone: then ``z s >= 0``
for every ``s`` in ``K``, and this one linear row stands for the cone. What a solver gives lies there but for its
last digits; here it is moved there, and whether it got there is decided in ball arithmetic (Johansson, "Arb:
efficient arbitrary-precision midpoint-radius interval arithmetic", 2017). What moving it costs is seen in the bound.

Dual cones: Chares, "Cones and interior-point algorithms for structured convex optimization involving powers and
exponentials" (2009).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from flint import arb, ctx

from ..base.arrays import Floats
from ..program.conic import Cone, ConeKind

#: Bits of the ball arithmetic.
_BITS = 128
#: A share of the largest entry that a power cone is touched at in the place of zero, where it is endlessly steep.
_LEAST_SHARE = 1e-9
#: The double next to the root of two: what a semidefinite cone's rows beside the diagonal are multiplied by.
_ROOT = math.sqrt(2.0)


def into_dual(cone: Cone, multipliers: Floats) -> Floats:
    """Return multipliers beside the given ones that lie in the dual cone; zeros where none near them are found.

    Parameters
    ----------
    multipliers : doubles, one per row of the cone.
    """
    if not np.isfinite(multipliers).all():
        return np.zeros(cone.size)
    before, ctx.prec = ctx.prec, _BITS
    try:
        return _MOVES[cone.kind](cone, np.array(multipliers, dtype=np.float64))
    finally:
        ctx.prec = before


def half_space(cone: Cone, point: Floats) -> Floats:
    """Return multipliers in the dual cone whose half space touches the cone near a point outside of it.

    Zeros, where the point gives no direction.
    """
    with np.errstate(all="ignore"):
        normal = np.asarray(_NORMALS[cone.kind](cone, point.astype(np.float64)), dtype=np.float64)
    return into_dual(cone, normal) if np.isfinite(normal).all() and normal.any() else np.zeros(cone.size)


def outside(cone: Cone, point: Floats, sizes: Floats) -> float:
    """Return by how much a point misses its cone, relative to the sizes of its terms; zero inside it.

    Parameters
    ----------
    point, sizes : one per row of the cone; sizes of the terms that each is the sum of.
    """
    if not np.isfinite(point).all():
        return float("inf")
    with np.errstate(all="ignore"):
        missing = max(float(_MISSES[cone.kind](cone, point, np.maximum(sizes, np.abs(point)))), 0.0)
    return missing if np.isfinite(missing) else float("inf")


def _second_order(cone: Cone, z: Floats) -> Floats:
    """The second-order cone is its own dual: the first entry is raised to the length of the others."""
    length = sum((arb(float(v)) ** 2 for v in z[1:]), arb(0)).sqrt()
    z[0] = max(float(z[0]), _above(length))
    return z


def _exponential(cone: Cone, z: Floats) -> Floats:
    """``u < 0, -u exp(v/u - 1) <= w``, or u = 0 and v, w >= 0: the last entry is raised, or else the second."""
    u, v, w = (float(value) for value in z)
    if u >= 0:
        return np.array([0.0, max(v, 0.0), max(w, 0.0)])
    least = -arb(u) * (arb(v) / arb(u) - 1).exp()
    raised = _above(least)
    if w > 0 and not raised <= 2.0 * w:  # so steep that the second entry is moved less
        v = _above(arb(u) * (1 + (arb(w) / -arb(u)).log()))
        raised = _above(-arb(u) * (arb(v) / arb(u) - 1).exp())
    moved = np.array([u, v, max(w, raised)])
    return moved if np.isfinite(moved).all() else np.zeros(3)


def _power(cone: Cone, z: Floats) -> Floats:
    """``prod (u_i / a_i)^a_i >= |w|``, u >= 0: the last entry is brought nearer to zero."""
    z[:-1] = np.maximum(z[:-1], 0.0)
    if not z[:-1].all():
        z[-1] = 0.0
        return z
    exponents = [arb(a) for a in cone.exponents[:-1]]
    exponents.append(1 - sum(exponents, arb(0)))
    logs = (a * (arb(float(u)) / a).log() for u, a in zip(z[:-1], exponents, strict=True))
    most = max(_below(sum(logs, arb(0)).exp()), 0.0)
    z[-1] = float(np.clip(z[-1], -most, most))
    return z


def _semidefinite(cone: Cone, z: Floats) -> Floats:
    """The semidefinite cone is its own dual: the diagonal is raised by what factors of the matrix leave over."""
    order, (rows, columns) = _order(cone), _triangle(cone)
    beside = rows != columns
    matrix = np.zeros((order, order))  # of the dual: half a root, where entries of the cone itself are divided by one
    matrix[rows, columns] = matrix[columns, rows] = np.where(beside, z * (_ROOT / 2.0), z)
    values, vectors = np.linalg.eigh(matrix)
    root = vectors * np.sqrt(np.maximum(values, 0.0))  # root root' is semidefinite, whatever doubles it holds
    square = arb(0)
    for i, j, entry in zip(rows.tolist(), columns.tolist(), z.tolist(), strict=True):
        true = arb(entry) * arb(_ROOT) / 2 if i != j else arb(entry)
        rest = true - sum((arb(float(a)) * arb(float(b)) for a, b in zip(root[i], root[j], strict=True)), arb(0))
        square += rest * rest * (2 if i != j else 1)
    raised = _above(square.sqrt())  # no eigenvalue of what is left over is larger than this
    at = np.flatnonzero(~beside)
    z[at] = [_above(arb(value) + arb(raised)) for value in z[at].tolist()]
    return z


def _normal_second_order(cone: Cone, s: Floats) -> Floats:
    return np.concatenate([[1.0], -s[1:] / np.linalg.norm(s[1:])])


def _normal_exponential(cone: Cone, s: Floats) -> Floats:
    """The tangent where the last entry is as it stands: of a logarithm, at its argument."""
    ratio = s[2] / s[1]
    return np.array([-1.0, np.log(ratio) - 1.0, 1.0 / ratio])


def _normal_power(cone: Cone, s: Floats) -> Floats:
    exponents = np.array(cone.exponents)
    parts = np.maximum(s[:-1], _LEAST_SHARE * np.abs(s).max())
    return np.append(exponents * np.prod(parts**exponents) / parts, -np.sign(s[-1]))


def _normal_semidefinite(cone: Cone, s: Floats) -> Floats:
    rows, columns = _triangle(cone)
    matrix = np.zeros((_order(cone), _order(cone)))
    matrix[rows, columns] = matrix[columns, rows] = np.where(rows != columns, s / _ROOT, s)
    least = np.linalg.eigh(matrix)[1][:, 0]
    products = least[rows] * least[columns]
    normal: Floats = np.where(rows != columns, _ROOT * products, products)
    return normal


def _misses_second_order(cone: Cone, s: Floats, sizes: Floats) -> float:
    length = float(np.sqrt((s[1:].astype(np.longdouble) ** 2).sum()))
    return _ratio(length - float(s[0]), float(np.linalg.norm(sizes)))


def _misses_exponential(cone: Cone, s: Floats, sizes: Floats) -> float:
    """How far it is outside along the last entry, or along the first, whichever is less beside its terms."""
    x, y, z = (np.longdouble(value) for value in s)
    if y <= 0:
        behind = _ratio(float(-y), float(sizes[1]))
        return max(behind, _ratio(float(x), float(sizes[0])), _ratio(float(-z), float(sizes[2])))
    last = _ratio(float(y * np.exp(x / y) - z), float(sizes[2]))
    first = _ratio(float(x - y * np.log(z / y)), float(sizes[0] + sizes[1])) if z > 0 else np.inf
    return float(np.nanmin([last, first]))


def _misses_power(cone: Cone, s: Floats, sizes: Floats) -> float:
    parts = s[:-1].astype(np.longdouble)
    below = max(_ratio(float(-part), float(size)) for part, size in zip(parts, sizes[:-1], strict=True))
    product = float(np.prod(np.maximum(parts, 0.0) ** np.array(cone.exponents)))
    reach = float(np.prod(sizes[:-1] ** np.array(cone.exponents)))
    return max(below, _ratio(abs(float(s[-1])) - product, reach + float(sizes[-1])))


def _misses_semidefinite(cone: Cone, s: Floats, sizes: Floats) -> float:
    order, (rows, columns) = _order(cone), _triangle(cone)
    matrix = np.zeros((order, order))
    matrix[rows, columns] = matrix[columns, rows] = np.where(rows != columns, s / _ROOT, s)
    return _ratio(float(-np.linalg.eigvalsh(matrix)[0]), float(np.linalg.norm(sizes)))


def _ratio(missing: float, size: float) -> float:
    return 0.0 if missing <= 0 else missing / size if size > 0 else float("inf")


def _order(cone: Cone) -> int:
    return (math.isqrt(8 * cone.size + 1) - 1) // 2


def _triangle(cone: Cone) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of every entry: the upper triangle, column by column."""
    pairs = [(i, j) for j in range(_order(cone)) for i in range(j + 1)]
    rows, columns = np.array(pairs).T
    return rows, columns


def _above(value: arb) -> float:
    """Return a double that is no less than any number in a ball."""
    return _past(value, np.inf)


def _below(value: arb) -> float:
    """Return a double that is no more than any number in a ball."""
    return _past(value, -np.inf)


def _past(value: arb, end: float) -> float:
    if not value.is_finite():
        return end
    up = end > 0
    nearest = float(value.upper() if up else value.lower())
    while not (arb(nearest) >= value if up else arb(nearest) <= value):
        nearest = float(np.nextafter(nearest, end))
        if not math.isfinite(nearest):
            return end
    return nearest


_MOVES: Mapping[ConeKind, Callable[[Cone, Floats], Floats]] = {
    "second-order": _second_order,
    "exponential": _exponential,
    "power": _power,
    "semidefinite": _semidefinite,
}
_NORMALS: Mapping[ConeKind, Callable[[Cone, Floats], Floats]] = {
    "second-order": _normal_second_order,
    "exponential": _normal_exponential,
    "power": _normal_power,
    "semidefinite": _normal_semidefinite,
}
_MISSES: Mapping[ConeKind, Callable[[Cone, Floats, Floats], float]] = {
    "second-order": _misses_second_order,
    "exponential": _misses_exponential,
    "power": _misses_power,
    "semidefinite": _misses_semidefinite,
}
