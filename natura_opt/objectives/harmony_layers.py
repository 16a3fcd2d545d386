"""The modelling layers in which a harmony function is stated in pieces (:class:`.harmony_functions.Layer`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


class CvxpyLayer:
    """Vectors of CVXPY variables of one shape; ``constraints`` are what their pieces must satisfy."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.constraints: list[Any] = []
        self._capped: list[Any] = []

    def part(self, most: float | None = None) -> Any:
        import cvxpy as cp

        made = cp.Variable(self.shape, nonneg=True)
        if most is not None:
            self._capped.append(made <= most)
        return made

    def equal(self, left: Any, right: Any) -> None:
        self.constraints += [left == right, *self._capped]
        self._capped = []

    def log1p(self, x: Any) -> Any:
        import cvxpy as cp

        return cp.log1p(x)

    def sqrt(self, x: Any) -> Any:
        import cvxpy as cp

        return cp.sqrt(x)

    def square(self, x: Any) -> Any:
        import cvxpy as cp

        return cp.square(x)


class PyomoLayer:
    """Arrays of Pyomo variables over a set of a model, which gets them as ``part_1``, ``part_2`` … and their rules."""

    def __init__(self, model: Any, index: Any) -> None:
        self.model, self.index = model, index
        self.parts = self.rules = 0

    def part(self, most: float | None = None) -> Any:
        import pyomo.environ as pyo

        self.parts += 1
        made = pyo.Var(self.index, bounds=(0.0, most), doc="a piece of each harmony")
        self.model.add_component(f"part_{self.parts}", made)
        return np.array([made[label] for label in self.index], dtype=object)

    def equal(self, left: Any, right: Any) -> None:
        import pyomo.environ as pyo

        self.rules += 1
        rules = pyo.ConstraintList(doc="the pieces of each surplus")
        self.model.add_component(f"pieces_{self.rules}", rules)
        for one, other in zip(left, right, strict=True):
            rules.add(one == other)

    def log1p(self, x: Any) -> Any:
        import pyomo.environ as pyo

        return _each(lambda one: pyo.log(1.0 + one), x)

    def sqrt(self, x: Any) -> Any:
        import pyomo.environ as pyo

        return _each(pyo.sqrt, x)

    def square(self, x: Any) -> Any:
        return _each(lambda one: one**2, x)


def _each(function: Callable[[Any], Any], values: Any) -> Any:
    return np.array([function(one) for one in values], dtype=object)
