"""Plain linear algebra over ``fractions.Fraction``: the oracle of everything that claims to be exact.

It shares no code with the package. Doubles, extended numbers and Python's whole numbers are taken as the rational
numbers they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

Vector = list[Fraction]
Matrix = list[Vector]


def fraction(value: Any) -> Fraction:
    """Return a number as it is: nothing is rounded, extended precision included."""
    return Fraction(*value.as_integer_ratio()) if isinstance(value, np.floating) else Fraction(value)


def vector(values: Iterable[Any]) -> Vector:
    """Return numbers as fractions."""
    return [fraction(value) for value in values]


def matrix(rows: Any) -> Matrix:
    """Return a dense matrix (two-dimensional, of any kind of number) as rows of fractions."""
    return [vector(row) for row in rows]


def dot(one: Iterable[Fraction], other: Iterable[Fraction]) -> Fraction:
    """Return the sum of the products."""
    return sum((a * b for a, b in zip(one, other, strict=True)), Fraction(0))


def times(rows: Matrix, values: Vector) -> Vector:
    """Return the product of a matrix with a vector."""
    return [dot(row, values) for row in rows]


def transposed(rows: Matrix) -> Matrix:
    """Return the transposed matrix; one without rows has no columns."""
    return [list(column) for column in zip(*rows, strict=True)]


def solve(rows: Matrix, side: Vector) -> Vector | None:
    """Solve a square system by Gauss and Jordan, in FLINT's fractions (twenty times quicker); None where singular."""
    size = len(rows)
    table = [[fmpq(*value.as_integer_ratio()) for value in (*row, b)] for row, b in zip(rows, side, strict=True)]
    for column in range(size):
        pivot = next((k for k in range(column, size) if table[k][column] != 0), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        head = table[column][column]
        chosen = table[column] = [value / head for value in table[column]]
        filled = [j for j, value in enumerate(chosen) if value != 0]
        for row in table:
            factor = row[column]
            if row is not chosen and factor != 0:
                for j in filled:
                    row[j] -= factor * chosen[j]
    return [Fraction(int(row[-1].p), int(row[-1].q)) for row in table]


def rank(rows: Matrix) -> int:
    """Return the rank."""
    table, found = [list(row) for row in rows], 0
    for column in range(len(table[0]) if table else 0):
        pivot = next((k for k in range(found, len(table)) if table[k][column] != 0), None)
        if pivot is None:
            continue
        table[found], table[pivot] = table[pivot], table[found]
        for k in range(found + 1, len(table)):
            factor = table[k][column] / table[found][column]
            if factor != 0:
                table[k] = [a - factor * b for a, b in zip(table[k], table[found], strict=True)]
        found += 1
    return found
