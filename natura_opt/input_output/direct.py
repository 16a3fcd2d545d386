"""Direct methods for a Leontief system: substitution, block after block, and LU.

An economy whose goods can be put in an order in which each needs only later ones is solved by substitution, one pass.
If groups of goods need each other, the groups can be put in such an order (strongly connected components), and each
is solved by itself. Every answer is refined until its proven bound is within the tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import scipy.linalg as sla
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from ..base.arrays import Floats
from .coefficients import Coefficients
from .kernels import substitute_upper, sweep, transposed_sweep
from .krylov import gmres
from .structure import Shape, find_shape, full_shape
from .system import Bound, System, Witness

#: Up to this many goods a dense factorisation is the quickest.
DENSE = 300
_REFINEMENTS = 6
_ROWS_TOGETHER = 1024

Solve = Callable[[Floats], Floats]


def refined(system: System, solve: Solve, start: Floats | None) -> tuple[Floats, Bound]:
    """Solve for what is left over until the bound is within the tolerance or no longer shrinks."""
    x = solve(system.demand) if start is None else start + solve(system.residual(start, system.apply(start)))
    best: tuple[Floats, Bound] | None = None
    for _ in range(_REFINEMENTS):
        if best is not None and not np.isfinite(x).all():
            break
        used = system.apply(x)
        bound = system.bound(x, used)
        if best is not None and not bound.relative < best[1].relative:
            break
        best = (x, bound)
        if bound.relative <= system.tolerance or system.exhausted:
            break
        x = x + solve(system.residual(x, used))
    assert best is not None
    return best


def lu(system: System, start: Floats | None) -> tuple[Floats, Bound]:
    """Factorise I - A: dense up to a few hundred goods, else sparse (SuperLU, which fills in on general patterns)."""
    size = len(system.demand)
    matrix: Any = system.coefficients.matrix.astype(np.float64)
    scale = system.witness.prices  # in values, every coefficient is a share of a price
    shares = sp.diags_array(scale) @ matrix @ sp.diags_array(1.0 / scale)
    system.coefficients.passes += 1
    if size <= DENSE:
        with catch_warnings():  # as good as singular: that shows in the bound
            simplefilter("ignore", sla.LinAlgWarning)
            factors = sla.lu_factor(np.eye(size) - shares.toarray())

        def dense(rhs: Floats) -> Floats:
            if system.transpose:
                return np.asarray(sla.lu_solve(factors, rhs / scale, trans=1, check_finite=False)) * scale
            return np.asarray(sla.lu_solve(factors, rhs * scale, check_finite=False)) / scale

        return refined(system, dense, start)
    sparse: Any = spla.splu(sp.csc_array(sp.eye_array(size) - shares))

    def solve(rhs: Floats) -> Floats:
        if system.transpose:
            return np.asarray(sparse.solve(rhs / scale, trans="T")) * scale
        return np.asarray(sparse.solve(rhs * scale)) / scale

    return refined(system, solve, start)


def block_triangular(system: System, start: Floats | None, shape: Shape | None = None) -> tuple[Floats, Bound]:
    """Solve block after block; single goods, and so triangular economies, by substitution."""
    if shape is None:
        shape = find_shape(system.coefficients)
        shape = full_shape(system.coefficients) if shape.kind == "web" else shape
    structure = shape

    def solve(rhs: Floats) -> Floats:
        if structure.largest <= 1:
            return _substituted(system, structure, rhs)
        return _by_blocks(system, structure, rhs)

    return refined(system, solve, start)


def _substituted(system: System, shape: Shape, rhs: Floats) -> Floats:
    coefficients = system.coefficients
    coefficients.passes += 1
    x = np.zeros(len(rhs))
    if system.transpose:
        transposed_sweep(shape.order[::-1].copy(), *coefficients.parts, rhs.copy(), x)
    elif shape.kind == "upper":
        substitute_upper(_ROWS_TOGETHER, 2, *coefficients.parts, rhs, x)
    else:
        sweep(shape.order, *coefficients.parts, rhs, x)
    return x


def _by_blocks(system: System, shape: Shape, rhs: Floats) -> Floats:
    """Go through the blocks; runs of single goods are swept together, any other block is solved by itself.

    Quantities: a row takes its columns' values, so blocks come after those they refer to. Prices: a row hands its price
    on to its columns, so blocks come before them.
    """
    coefficients, transpose = system.coefficients, system.transpose
    coefficients.passes += 1
    x, left = np.zeros(len(rhs)), rhs.copy()
    blocks = list(shape.blocks())
    for block in _runs(blocks[::-1] if transpose else blocks):
        if isinstance(block, list):
            order = np.concatenate(block)
            (transposed_sweep if transpose else sweep)(order, *coefficients.parts, left if transpose else rhs, x)
            continue
        rows = coefficients.matrix[block]
        inner = rows[:, block]
        if transpose:
            x[block] = _of_block(system, inner, block, left[block])
            coming = rows.T @ x[block]
            coming[block] = 0.0
            left += coming
        else:
            x[block] = 0.0
            x[block] = _of_block(system, inner, block, rhs[block] + rows @ x)
    return x


def _runs(blocks: list[Any]) -> list[Any]:
    """Return the blocks, single goods that follow each other gathered into a list."""
    gathered: list[Any] = []
    for block in blocks:
        if len(block) > 1:
            gathered.append(block)
        elif gathered and isinstance(gathered[-1], list):
            gathered[-1].append(block)
        else:
            gathered.append([block])
    return gathered


def _of_block(system: System, inner: Any, block: Any, rhs: Floats) -> Floats:
    """Solve one block, which the witness of the whole proves productive as well."""
    witness = Witness(system.witness.prices[block], system.witness.margins[block])
    coefficients = Coefficients(inner)
    part = replace(
        system,
        coefficients=coefficients,
        demand=rhs,
        witness=witness,
        tolerance=max(0.1 * system.tolerance, 1e-14),
        trace=[],
    )
    x, _ = lu(part, None) if len(block) <= DENSE else gmres(part, None)
    system.coefficients.passes += int(np.ceil(coefficients.passes * coefficients.nnz / max(system.coefficients.nnz, 1)))
    return x
