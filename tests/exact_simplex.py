"""The judge of the judges: a plain dense two-phase simplex on rational numbers with Bland's rule, for small programs.

It shares no code with the package, reads only the arrays of a program, and takes every double for the rational number
it is. Slow and simple on purpose: nothing is scaled, factorised, presolved or rounded, and Bland's rule always ends.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq

from natura_opt.program.linear import LinearProgram


class Exact(NamedTuple):
    """``optimal`` with the objective and a point, ``infeasible``, or ``unbounded`` with a feasible point."""

    status: str
    value: Fraction | None = None
    point: list[Fraction] | None = None


def solve_exactly(program: LinearProgram, number: Any = fmpq) -> Exact:
    """Solve a linear program (whole numbers left aside) in rational arithmetic.

    Parameters
    ----------
    number : the rational type, ``flint.fmpq`` or (twenty times slower) ``fractions.Fraction``.
    """

    def exact(value: float) -> Any:
        return number(*float(value).as_integer_ratio())

    # x_j = shift_j + sum of factor * u over its non-negative parts u
    shift, parts = [], []
    count, equations = 0, []  # an equation: ({part: coefficient}, right-hand side)
    for low, high in zip(program.lower, program.upper, strict=True):
        if low > -np.inf:
            shift.append(exact(low))
            parts.append([(count, number(1))])
            if high < np.inf:
                equations.append(({count: number(1)}, exact(high) - exact(low), "<="))
        else:
            shift.append(exact(high) if high < np.inf else number(0))
            parts.append([(count, number(-1))] + ([] if high < np.inf else [(count + 1, number(1))]))
        count += len(parts[-1])
    rows = program.matrix.tocsr()
    for i, (low, high) in enumerate(zip(program.row_lower, program.row_upper, strict=True)):
        terms, constant = {}, number(0)
        for j, value in zip(*(a[rows.indptr[i] : rows.indptr[i + 1]] for a in (rows.indices, rows.data)), strict=True):
            constant += exact(value) * shift[j]
            for part, factor in parts[j]:
                terms[part] = terms.get(part, number(0)) + exact(value) * factor
        if low == high:
            equations.append((terms, exact(low) - constant, "=="))
        else:
            equations += [(terms, exact(high) - constant, "<=")] if high < np.inf else []
            equations += [(terms, exact(low) - constant, ">=")] if low > -np.inf else []
    slacks = [k for k, (_, _, sense) in enumerate(equations) if sense != "=="]
    first_artificial = count + len(slacks)
    width = first_artificial + len(equations)
    table, basis = [], []
    for k, (terms, side, sense) in enumerate(equations):
        row = [number(0)] * (width + 1)
        for part, value in terms.items():
            row[part] = value
        if sense != "==":
            row[count + slacks.index(k)] = number(1 if sense == "<=" else -1)
        row[-1] = side
        if side < 0:
            row = [-value for value in row]
        row[first_artificial + k] = number(1)
        table.append(row)
        basis.append(first_artificial + k)
    least = [number(0)] * first_artificial + [number(1)] * len(equations) + [number(0)]
    for row in table:
        for j in (*range(first_artificial), width):
            least[j] -= row[j]
    _pivot_to_end(table, basis, least, first_artificial)
    if least[-1] != 0:
        return Exact("infeasible")
    for k in range(len(table)):  # artificials that stay in at level zero leave, or their row says nothing
        entry = next((j for j in range(first_artificial) if table[k][j] != 0), None)
        if basis[k] >= first_artificial and entry is not None:
            _pivot(table, basis, least, k, entry)
    sign = 1 if program.sense == "min" else -1
    cost = [number(0)] * (width + 1)
    for j, value in enumerate(program.cost):
        for part, factor in parts[j]:
            cost[part] += sign * exact(value) * factor
    for row, basic in zip(table, basis, strict=True):
        if cost[basic] != 0:
            factor = cost[basic]
            cost = [a - factor * b for a, b in zip(cost, row, strict=True)]
    bounded = _pivot_to_end(table, basis, cost, first_artificial)
    levels = [number(0)] * width
    for row, basic in zip(table, basis, strict=True):
        levels[basic] = row[-1]
    point = [shift[j] + sum((f * levels[part] for part, f in parts[j]), number(0)) for j in range(len(shift))]
    value = sum((exact(c) * x for c, x in zip(program.cost, point, strict=True)), exact(program.offset))
    found = [Fraction(int(x.numerator), int(x.denominator)) for x in (*point, value)]
    return Exact("optimal", found[-1], found[:-1]) if bounded else Exact("unbounded", None, found[:-1])


def _pivot_to_end(table: list[list[Any]], basis: list[int], cost: list[Any], allowed: int) -> bool:
    """Pivot by Bland's rule until no reduced cost is negative; False where the objective falls for ever."""
    while True:
        entry = next((j for j in range(allowed) if cost[j] < 0), None)
        if entry is None:
            return True
        ratios = [(row[-1] / row[entry], basis[k], k) for k, row in enumerate(table) if row[entry] > 0]
        if not ratios:
            return False
        _pivot(table, basis, cost, min(ratios)[2], entry)


def _pivot(table: list[list[Any]], basis: list[int], cost: list[Any], leaving: int, entry: int) -> None:
    pivot = table[leaving][entry]
    chosen = table[leaving] = [value / pivot if value != 0 else value for value in table[leaving]]
    filled = [j for j, value in enumerate(chosen) if value != 0]
    for row in (*table, cost):
        factor = row[entry]
        if row is not chosen and factor != 0:
            for j in filled:
                row[j] -= factor * chosen[j]
    basis[leaving] = entry


def solve_whole_exactly(program: LinearProgram) -> Exact:
    """Enumerate every whole value of the integer columns (all bounded) and solve the rest exactly."""
    chosen = np.flatnonzero(program.integer)
    ranges = [range(int(np.ceil(program.lower[j])), int(np.floor(program.upper[j])) + 1) for j in chosen]
    best, sign = Exact("infeasible"), 1 if program.sense == "min" else -1
    for values in itertools.product(*ranges):
        lower, upper = program.lower.copy(), program.upper.copy()
        lower[chosen] = upper[chosen] = values
        found = solve_exactly(replace(program, lower=lower, upper=upper))
        if found.status == "unbounded":
            return found
        if found.value is not None and (best.value is None or sign * found.value < sign * best.value):
            best = found
    return best
