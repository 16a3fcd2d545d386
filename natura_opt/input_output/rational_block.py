"""A small block of goods judged over the rational numbers, where doubles cannot tell a spectral radius from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base.arrays import Floats

#: Most work of a solution, in goods squared times bits: about two seconds.
_RATIONAL = 15_000_000


@dataclass(frozen=True, eq=False)
class Rational:
    """What rational arithmetic decides: ``vector`` proves a block productive; without one it is not productive.

    Attributes
    ----------
    vector : x > 0 with ``B x < x``, each rounded to a double, in the units given.
    exactly_one : the spectral radius is one.
    """

    vector: Floats | None
    exactly_one: bool


def judge_in_rationals(matrix: Any, exponents: Any) -> Rational | None:
    """Solve ``(I - B) v = 1`` in rational numbers: v > 0 proves the block productive, anything else that it is not.

    Were the radius below one, v would be ``1 + B 1 + B^2 1 + ...``. If there is no v, some ``B z = z``, and then
    ``B |z| >= |z|``: the radius is at least one, and exactly one where z has one sign.

    Parameters
    ----------
    matrix : csr, irreducible. exponents : units in which its coefficients are of one size.

    Returns
    -------
    None where that would be too much work.
    """
    import flint

    whole = _as_integers(matrix, exponents)
    if whole is None:
        return None
    rows, ones = whole
    size = matrix.shape[0]
    system, side = flint.fmpz_mat(rows), flint.fmpz_mat([[one] for one in ones])
    try:
        solved = system.solve(side)
    except ZeroDivisionError:
        kernel, count = system.nullspace()
        signs = {(int(kernel[i, 0]) > 0) - (int(kernel[i, 0]) < 0) for i in range(size)}
        return Rational(None, count == 1 and len(signs) == 1)
    values = [solved[i, 0] for i in range(size)]
    if not all(value > 0 for value in values):
        return Rational(None, False)
    largest = max(values)
    shares = [value / largest for value in values]
    return Rational(np.array([max(int(v.p) / int(v.q), 2.0**-1000) for v in shares]), False)


def _as_integers(matrix: Any, exponents: Any) -> tuple[list[list[int]], list[int]] | None:
    """Return ``(I - B) 2^k`` and ``2^k``, row by row, B in units ``2^exponents``; None where that is too much work."""
    size = matrix.shape[0]
    mantissas, powers = np.frexp(matrix.data)
    row = np.repeat(np.arange(size), np.diff(matrix.indptr))
    whole = np.ldexp(mantissas, 53).astype(np.int64)
    trailing = np.where(whole == 0, 0, (whole & -whole).astype(np.float64))
    zeros = np.where(whole == 0, 0, np.log2(np.maximum(trailing, 1.0))).astype(np.int64)
    whole, power = whole >> zeros, powers - 53 + zeros + exponents[matrix.indices] - exponents[row]
    lowest = np.zeros(size, dtype=np.int64)
    np.minimum.at(lowest, row, power)
    bits = 53 + int((power - lowest[row]).max(initial=0))
    if size * size * bits > _RATIONAL:
        return None
    rows = [[0] * size for _ in range(size)]
    for i in range(size):
        rows[i][i] = 1 << int(-lowest[i])
    for i, j, number, up in zip(
        row.tolist(), matrix.indices.tolist(), whole.tolist(), (power - lowest[row]).tolist(), strict=True
    ):
        rows[i][j] -= number << up
    return rows, [1 << int(-low) for low in lowest]
