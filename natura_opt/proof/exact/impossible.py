"""Farkas vectors and rays as exact fractions, checked against the program itself before anyone sees them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .pivoting import End
from .vertex import ExactProgram
from .whole import Wholes, power


def farkas(end: End) -> Wholes:
    """Return whole multipliers per row of the scaled program that no values of its columns can meet.

    The row of the basis in which the pivoting ended says: this place is what the others leave it, and each of them
    already stands where it leaves most.
    """
    vertex = end.vertex
    program = vertex.program
    tops, bottom = vertex.row(end.place).solution.exact()
    multipliers = np.zeros(program.rows, dtype=object)
    multipliers[vertex.tight_rows] = tops * -end.sign
    if end.place >= program.columns:
        multipliers[end.place - program.columns] = bottom * end.sign
    if not contradicts(program, multipliers):
        raise AssertionError("a Farkas vector found exactly fails its check: please report this program")
    return multipliers


def contradicts(program: ExactProgram, multipliers: Wholes) -> bool:
    """Whether whole multipliers prove that no values meet the rows: what they ask exceeds what any values give."""
    n, up = program.columns, -program.matrix.exponent
    required = _worst(program, multipliers, slice(n, None), least=True)
    given = _worst(program, program.matrix.by_columns.times(multipliers), slice(0, n), least=False)
    return required is not None and given is not None and (required << up) > given


def _worst(program: ExactProgram, weights: Wholes, span: slice, least: bool) -> int | None:
    """Return the least (or most) of a weighted sum within the bounds of some places; None where there is none."""
    total = 0
    for weight, lower, upper, has_lower, has_upper in zip(
        weights,
        program.lower[span],
        program.upper[span],
        program.has_lower[span],
        program.has_upper[span],
        strict=True,
    ):
        if weight:
            low = (weight > 0) == least
            if not (has_lower if low else has_upper):
                return None
            total += int(weight) * int(lower if low else upper)
    return total


def ray(end: End) -> Wholes:
    """Return a whole direction of the scaled program's columns along which the objective gains for ever."""
    vertex = end.vertex
    program = vertex.program
    tops, bottom = vertex.direction(end.place).solution.exact()
    direction = np.zeros(program.columns, dtype=object)
    direction[vertex.basic_columns] = tops * end.sign
    if end.place < program.columns:
        direction[end.place] = bottom * end.sign
    if not goes_for_ever(program, direction):
        raise AssertionError("a ray found exactly fails its check: please report this program")
    return direction


def goes_for_ever(program: ExactProgram, direction: Wholes) -> bool:
    """Whether a whole direction leaves no bound and lowers the (scaled, minimised) objective."""
    moves = np.concatenate([direction, program.matrix.by_rows.times(direction)])
    falls, rises = np.array(moves < 0, dtype=bool), np.array(moves > 0, dtype=bool)
    leaves = (falls & program.has_lower) | (rises & program.has_upper)
    return not leaves.any() and int((program.cost.values * direction).sum()) < 0


def in_user_units(values: Wholes, factors: np.ndarray) -> tuple[Fraction, ...]:
    """Return whole numbers times powers of two as fractions, the largest of size one."""
    exact = [Fraction(int(value)) * power(int(np.frexp(f)[1]) - 1) for value, f in zip(values, factors, strict=True)]
    largest = max((abs(value) for value in exact), default=Fraction(1)) or Fraction(1)
    return tuple(value / largest for value in exact)
