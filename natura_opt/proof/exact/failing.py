"""Which row or column keeps a basis from being optimal, and by how much."""

from __future__ import annotations

import numpy as np

from ...base.arrays import Floats
from .basis import At
from .vertex import Vertex


def worst_failure(vertex: Vertex) -> str:
    """Name what misses its bound by most, or else the reduced cost that is most wrong; empty where neither is known.

    Only what was already solved for is looked at: there may be no time left for more.
    """
    if "solution" not in vertex.__dict__:
        return ""
    scaled = vertex.program.scaled
    target = scaled.program
    lower = np.concatenate([target.lower, target.row_lower])[vertex.basic]
    upper = np.concatenate([target.upper, target.row_upper])[vertex.basic]
    values = vertex.primal.doubles()
    beyond = np.maximum(np.maximum(lower - values, values - upper), 0.0)
    units = np.concatenate([scaled.column, 1.0 / scaled.row]) / scaled.rhs_scale
    if beyond.any():
        k = int(np.argmax(beyond))
        side = "below its lower" if values[k] < lower[k] else "above its upper"
        return f"{_called(vertex, vertex.basic[k])} is {beyond[k] * units[vertex.basic[k]]:.3g} {side} bound"
    if "multipliers" not in vertex.__dict__:
        return ""
    wrong = _wrong(vertex, vertex.dual.doubles())
    if not wrong.any():
        return ""
    k = int(np.argmax(np.abs(wrong)))
    place = vertex.resting[k]
    reduced = wrong[k] / units[place] / scaled.objective_scale / scaled.rhs_scale
    return f"the reduced cost of {_called(vertex, place)} is {abs(reduced):.3g} of the wrong sign"


def _wrong(vertex: Vertex, reduced: Floats) -> Floats:
    at = vertex.status[vertex.resting]
    right = np.where(at == At.LOWER, reduced >= 0, np.where(at == At.UPPER, reduced <= 0, reduced == 0))
    return np.where(right | vertex.program.fixed[vertex.resting], 0.0, reduced)


def _called(vertex: Vertex, place: int) -> str:
    block, label = vertex.program.name(int(place))
    return f"{block} {label!r}"
