r"""What the centre believes of the dual function of harmony near some prices, switching of techniques included.

With full contents C of the techniques chosen at ``w_0`` (roughly known), costs ``p = p_0 + C (w - w_0)`` of goods, and
for every technique j that was not chosen what it would save, ``d_j + (U_j + A_j C - C_i) (w - w_0) < 0``,

.. math::  m(w) = \sum_l w_l + \sum_i \max_y (h_i H(y/g_i - 1) - p_i y) - \sum_i x_i \min(0, \min_j s_{ij}(w))
           + b (w - w_0)

with outputs x, and b such that its slope at ``w_0`` is what the plan leaves unused: a convex function that has the dual
function's value, slope and, up to what the contents miss, its curvature, and the kinks of techniques that switch. Of
many goods a part stands for all: it bends as they do, and b makes good what it misses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...base.arrays import Floats
from ...input_output.together import Columns
from .wishes import Wishes

Places = npt.NDArray[np.int64]
#: So many goods stand for all; costs of goods fall to no less than this share.
_MANY, LEAST_SHARE = 200_000, 1e-3


@dataclass(frozen=True, eq=False)
class ChoiceModel:
    """The model around some prices.

    Attributes
    ----------
    at : prices ``w_0`` of all there is of each scarce thing, shape (m,).
    goods : positions of the goods that stand for all, shape (k,). share : how many each of them stands for.
    wishes : of these goods.
    costs : their full costs at ``w_0``. contents : dense, shape (k, m).
    chosen : their techniques, shape (k,).
    rivals : techniques of these goods that were not chosen, shape (r,). owner : place in ``goods`` of each.
    loss : what each costs more than the one chosen, shape (r,). turns : its change with prices, shape (r, m).
    outputs : of the goods, shape (k,).
    constant, linear : what the part that stands for all misses of the value, and b, shape (m,).
    """

    at: Floats
    goods: Places
    share: float
    wishes: Wishes
    costs: Floats
    contents: Floats
    chosen: Places
    rivals: Places
    owner: Places
    loss: Floats
    turns: Floats
    outputs: Floats
    constant: float
    linear: Floats

    def smooth(self, prices: Floats) -> tuple[float, Floats]:
        """Return value and slope of all but what switching saves."""
        costs = np.maximum(self.costs + self.contents @ (prices - self.at), LEAST_SHARE * self.costs)
        used = self.contents.T @ self.wishes.best_deliveries(costs)
        gain = self.wishes.lagrangian(prices, costs) - float(prices.sum())
        more = self.constant + float(self.linear @ (prices - self.at))
        value = float(prices.sum()) + self.share * gain + more
        return value, 1.0 - self.share * used + self.linear

    def switched(self, prices: Floats) -> tuple[float, Floats, Places]:
        """Return what switching adds to the function, its slope, and the rivals that are taken up."""
        losses = self.loss + self.turns @ (prices - self.at)
        cheaper = np.flatnonzero(losses < 0)
        order = cheaper[np.lexsort([losses[cheaper], self.owner[cheaper]])]
        _, first = np.unique(self.owner[order], return_index=True)
        taken = order[first]
        weights = self.share * self.outputs[self.owner[taken]]
        return -float(weights @ losses[taken]), -(weights @ self.turns[taken]), taken


def representatives(count: int) -> Places:
    """Return goods that stand for all of so many, always the same ones."""
    if count <= _MANY:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, _MANY, replace=False))


def dense_contents(contents: Columns, goods: Places) -> Floats:
    """Return the contents of some goods, shape (k, m)."""
    return np.asarray(contents.units[goods, None] * contents.shares[goods].astype(np.float64) * contents.sizes)
