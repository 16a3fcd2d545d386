"""One period, goods with techniques to choose from, shared limits: the question, and its answer by prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...objectives.harmony_functions import HarmonyFunction
from ...plan.trace import TracePoint
from ..prices.technique_table import Choice
from .wishes import Wishes


@dataclass(frozen=True, eq=False)
class Asked(Wishes):
    """Targets and weights of some goods."""

    there: Floats
    targets: Floats
    weights: Floats
    function: HarmonyFunction


@dataclass(frozen=True, eq=False)
class ChosenOutput(Wishes):
    """An economy of one period in which goods have techniques to choose from.

    Attributes
    ----------
    inputs, use : csr, shapes (techniques, n) and (techniques, m), per unit made, in the order of the goods they make;
        use as a share of all there is.
    first : techniques of good i are ``first[i]`` to ``first[i + 1] - 1``, shape (n + 1,).
    targets, weights : shape (n,).
    function : the harmony function, strictly concave.
    """

    inputs: sp.csr_array
    use: sp.csr_array
    first: Choice
    targets: Floats
    weights: Floats
    function: HarmonyFunction

    def __post_init__(self) -> None:
        object.__setattr__(self, "there", np.ones(self.use.shape[1]))

    def of(self, goods: Any) -> Asked:
        """Return what is asked of some goods."""
        return Asked(self.there, self.targets[goods], self.weights[goods], self.function)


@dataclass(frozen=True, eq=False)
class ChosenHarmony:
    """The best mix of plans, and the best bound.

    Attributes
    ----------
    levels : output of each technique, shape (techniques,).
    scarce_prices, prices : of all there is of each scarce thing, shape (m,), and of goods, shape (n,).
    harmony, bound, gap_per_good : attained, the most that any plan attains, and their difference per unit of weight.
    trace : of the rounds. plans : how many are mixed.
    """

    levels: Floats
    scarce_prices: Floats
    prices: Floats
    harmony: float
    bound: float
    gap_per_good: float
    trace: tuple[TracePoint, ...]
    plans: int
    passes: int
    proved: bool
    interrupted: bool
