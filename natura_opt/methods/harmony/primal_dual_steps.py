r"""The inner loop of the primal-dual method: reflected, anchored steps, compiled.

For ``min sum_j f_j(z_j)`` with ``lower <= A z <= upper`` and bounds on z, one step of the primal-dual hybrid gradient
T is

.. math::  z^+ = \operatorname{prox}_{\tau f}(z - \tau A' y), \qquad
    y^+ = y + \sigma \big(A(2 z^+ - z) - \Pi_{[l, u]}(\cdot)\big)

and the iteration is Halpern's, from an anchor ``v^0``: ``v^{k+1} = (k+1)/(k+2) (2 T v^k - v^k) + v^0/(k+2)``.

Sources: Chambolle and Pock 2011; Lu and Yang, "Restarted Halpern PDHG for Linear Programming", 2024.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...base.compiling import compiled

#: What a column's term in the objective is.
LINEAR, HARMONY_2018, HARMONY_1993 = 0, 1, 2


@compiled(nogil=True)
def _delivery(kind: int, v: float, step: float, weight: float, target: float) -> Any:
    """Return the c >= 0 that maximises ``weight H(c/target - 1) - (c - v)^2 / (2 step)``."""
    push = step * weight / target
    curb = push / target
    if kind == HARMONY_2018:
        c = (v + 2.0 * push) / (1.0 + curb)
        if c <= target:
            return max(c, 0.0)
        return 0.5 * (v + np.sqrt(v * v + 4.0 * step * weight))
    c = v + push  # the straight part of the envelope, slope one
    if c < 0.5 * target:
        return max((v + 2.0 * push) / (1.0 + 2.0 * curb), 0.0)
    if c <= 1.25 * target:
        return c
    root = np.sqrt(max(c / target - 1.0, 0.25))  # of the surplus; Newton on  target (1 + root^2) - v = push / (2 root)
    for _ in range(60):
        error = target * (1.0 + root * root) - v - 0.5 * push / root
        change = error / (2.0 * target * root + 0.5 * push / (root * root))
        root = max(root - change, 0.5)
        if abs(change) <= 1e-15 * root:
            break
    return target * (1.0 + root * root)


@compiled(nogil=True)
def anchored_steps(
    by_column: Any,
    by_row: Any,
    cost: Any,
    bounds: Any,
    sides: Any,
    concave: Any,
    kind: int,
    steps: Any,
    anchor: Any,
    state: Any,
    first: int,
    count: int,
) -> Any:
    """Take ``count`` anchored steps from ``state`` (written over); return the last fixed-point error.

    Parameters
    ----------
    by_column, by_row : the matrix as (indptr, indices, data), by columns and by rows.
    cost, bounds, sides : cost to be minimised (n,), (lower, upper) of columns and of rows.
    concave : (weight, target) of each column, weight 0 where it is linear.
    steps : (tau, sigma).
    anchor, state : (primal, dual), and for the state also the last step's image (primal, dual).
    first : number of steps taken since the anchor was set.
    """
    c_ptr, c_idx, c_val = by_column
    r_ptr, r_idx, r_val = by_row
    lower, upper = bounds
    row_lower, row_upper = sides
    weight, target = concave
    tau, sigma = steps
    z0, y0 = anchor
    z, y, z_new, y_new = state
    n, m = len(z), len(y)
    error = 0.0
    for k in range(first, first + count):
        keep = (k + 1.0) / (k + 2.0)
        error = 0.0
        for j in range(n):
            slope = cost[j]
            for e in range(c_ptr[j], c_ptr[j + 1]):
                slope -= c_val[e] * y[c_idx[e]]
            v = z[j] - tau * slope
            if weight[j] > 0.0:
                v = _delivery(kind, v, tau, weight[j], target[j])
            z_new[j] = min(max(v, lower[j]), upper[j])
        crossed = 0.0
        for i in range(m):
            moved = 0.0
            change = 0.0
            for e in range(r_ptr[i], r_ptr[i + 1]):
                j = r_idx[e]
                moved += r_val[e] * (2.0 * z_new[j] - z[j])
                change += r_val[e] * (z_new[j] - z[j])
            v = y[i] / sigma - moved
            v = v - min(max(v, -row_upper[i]), -row_lower[i])
            y_new[i] = sigma * v
            crossed += change * (y_new[i] - y[i])
            error += (y_new[i] - y[i]) ** 2 / sigma
        for j in range(n):
            error += (z_new[j] - z[j]) ** 2 / tau
            z[j] = keep * (2.0 * z_new[j] - z[j]) + (1.0 - keep) * z0[j]
        error += 2.0 * crossed
        for i in range(m):
            y[i] = keep * (2.0 * y_new[i] - y[i]) + (1.0 - keep) * y0[i]
    return np.sqrt(max(error, 0.0))
