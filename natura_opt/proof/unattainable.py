"""Convex programs without a plan, or without a best one: proved by linear programs outside or inside their cones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..backends.options import SolveOptions
from ..base.arrays import Floats
from ..program.canonical import Block
from ..program.conic import ConicProgram
from ..program.linear import LinearProgram
from .diagnose import Impossibility, prove_infeasible, prove_unbounded
from .touching import touching


def prove_no_plan(conic: ConicProgram, farkas: Floats, options: SolveOptions) -> tuple[Impossibility, Floats]:
    """Prove that no point meets the rows in their cones: the linear program that touches them has none either.

    Parameters
    ----------
    farkas : multipliers of the rows ``A x + s = b`` under which no point is possible, as a solver gives them.

    Returns
    -------
    The proof (of the touching program), and the multipliers of the rows of ``conic``, in the dual cones.
    """
    nothing = np.zeros(conic.shape[1])
    idle = replace(conic, cost=nothing, quadratic=nothing, offset=0.0)
    touched = touching(idle, nothing, farkas)
    quietly = replace(options, options={}, verbose=False)
    impossible = prove_infeasible(touched.program, quietly)
    return impossible, touched.multipliers(impossible.vector)


def prove_endless(conic: ConicProgram, ray: Floats, options: SolveOptions) -> tuple[Impossibility, Floats]:
    """Prove that the objective gains without end along some direction that stays in every cone.

    Curved cones are left out of the search but for one direction in each: where the solver's ray points, in the flat
    part of the cone, or nowhere.

    Parameters
    ----------
    ray : a direction, shape (n,), as a solver gives it.

    Returns
    -------
    The proof, of a linear program inside the cones, and the direction of the columns, shape (n,).
    """
    height, width = conic.shape
    along = -np.asarray(conic.matrix @ ray)
    kept = ~conic.bounding
    columns, factors, rows = [], [], []
    for count, cone in enumerate(conic.curved_cones):
        direction = np.zeros(cone.size)
        if cone.kind == "second-order":  # its own length makes room: (|v|, v), rounded up
            direction[1:] = along[cone.span][1:]
            direction[0] = float(np.linalg.norm(direction[1:])) * (1 + 1e-12)
        elif cone.kind == "exponential":  # y = 0: x falls, z grows
            direction[0], direction[2] = min(along[cone.start], 0.0), max(along[cone.start + 2], 0.0)
        elif cone.kind == "power":  # w = 0
            direction[:-1] = np.maximum(along[cone.span][:-1], 0.0)
        rows += list(range(cone.start, cone.start + cone.size))
        columns += [count] * cone.size
        factors += direction.tolist()
    inside = sp.csc_array(sp.coo_array((factors, (rows, columns)), shape=(height, len(conic.curved_cones))))
    matrix = sp.csc_array(sp.csr_array(sp.hstack([conic.matrix, inside]))[np.flatnonzero(kept)])
    matrix.eliminate_zeros()
    lower, upper = conic.bounds
    squared = conic.quadratic > 0  # nothing that is squared may grow
    more = len(conic.curved_cones)
    program = LinearProgram(
        sense="min",
        columns=(Block("column", pd.RangeIndex(width + more), 0),),
        rows=(Block("row", pd.RangeIndex(matrix.shape[0]), 0),),
        cost=np.concatenate([conic.cost, np.zeros(more)]),
        lower=np.concatenate([np.where(squared, 0.0, lower), np.zeros(more)]),
        upper=np.concatenate([np.where(squared, 0.0, upper), np.full(more, np.inf)]),
        integer=np.zeros(width + more, dtype=bool),
        matrix=matrix,
        row_lower=np.where(conic.equal | conic.curved, conic.side, -np.inf)[kept],
        row_upper=conic.side[kept],
    )
    proof = prove_unbounded(program, replace(options, options={}, verbose=False))
    return proof, proof.vector[:width]
