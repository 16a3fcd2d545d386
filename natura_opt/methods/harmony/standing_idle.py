r"""Industries that must stand idle: parts that cannot sustain themselves, what nobody makes, and who needs either.

A block of goods that need each other and use up as much of themselves as they make (a spectral radius of 1 or more) can
leave nothing over: whoever uses one of its goods cannot run, nor who uses what they make. The rest of the economy plans
as if they were not there.

That this loses nothing is proved by prices, not by the radius: with a price ``p`` of every idle good that has a target,
at least as high as the first unit delivered is worth, and ``p - A'p <= K'w`` for every idle industry, none is worth
running or delivering. Upwards from the goods with targets: a block that can sustain itself needs such a price of one of
the idle goods it uses; one that cannot, ``p <= A'p``, bears any.

Source: Collatz and Wielandt (``A'u >= u`` of a non-negative matrix proves a spectral radius of at least 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from scipy.sparse.csgraph import breadth_first_order

from ...base.arrays import Floats
from ...base.errors import NaturaError, QuestionError
from ...input_output.coefficients import Coefficients
from ...input_output.structure import full_shape
from ...input_output.system import rounding
from ...input_output.unproductive import collatz_wielandt
from ...input_output.witness import find_witness
from .limited_output import LimitedOutput, find_surplus

#: A good whose own making takes all of it but this leaves nothing over that doubles could tell from rounding.
_NEAR_ONE = 8.0 * float(np.finfo(np.float64).eps)
#: How much more than needed a price rises from block to block, so that rounding takes nothing of it away.
_SPARE = 1e-9
#: Share of the one industry that pays for a block which every other industry of it gains.
_GAINS = (1e-3, 1e-6, 1e-9, 0.0)


_UNDECIDED = (
    "whether a part of the economy can sustain itself is too near to call in doubles, so prices alone cannot plan it; "
    "natura_opt.solve(…, objective='harmony') goes another way"
)


class PricesUndecidedError(QuestionError):
    """Prices alone cannot tell whether a part of the economy can run."""


@dataclass(frozen=True, eq=False)
class Idle:
    """Who stands idle.

    Attributes
    ----------
    goods : whether the industry of a good must stand idle, shape (n,).
    sick : whether a good is of a block that seems unable to sustain itself (or that nobody makes), shape (n,).
    """

    goods: Any
    sick: Any


def find_idle(problem: LimitedOutput) -> Idle:
    """Return the industries that cannot run: sick blocks, users of limits of zero, and everybody who needs them.

    A block is taken for sick where no prices that would leave it a margin were found, or no outputs that leave some of
    each good in doubles: :func:`idle_prices` proves that nothing is lost by it, or says that this is undecided.
    """
    matrix = _without_zeros(problem.inputs)
    sick = 1.0 - matrix.diagonal() <= _NEAR_ONE
    shape = full_shape(Coefficients(matrix))
    for several in np.flatnonzero(np.diff(shape.starts) > 1):
        goods = shape.order[shape.starts[several] : shape.starts[several + 1]]
        part = Coefficients(matrix[goods][:, goods])
        try:
            find_surplus(part, find_witness(part))
        except NaturaError:
            sick[goods] = True
    forbidden = _without_zeros(problem.use)[problem.there <= 0]
    stopped = sick | (np.asarray(forbidden.sum(axis=0)).ravel() > 0)
    return Idle(_users_of(matrix, stopped), sick)


def _without_zeros(coefficients: Coefficients) -> Any:
    matrix = coefficients.matrix.astype(np.float64)
    matrix.eliminate_zeros()
    return matrix


def _users_of(matrix: Any, stopped: Any) -> Any:
    """Return which goods are stopped or made of stopped goods, directly or through others."""
    size = len(stopped)
    root = sp.csr_array(stopped[None, :].astype(float))
    graph = sp.vstack([sp.hstack([matrix, sp.csr_array((size, 1))]), sp.hstack([root, sp.csr_array((1, 1))])])
    reached = breadth_first_order(sp.csr_array(graph), size, return_predecessors=False)
    users = np.zeros(size + 1, dtype=bool)
    users[reached] = True
    return users[:size]


def idle_prices(problem: LimitedOutput, idle: Idle, limit_prices: Floats, prices: Floats) -> tuple[Floats, Floats]:
    """Complete the prices of who runs by prices at which nobody else would.

    Parameters
    ----------
    limit_prices, prices : of what is limited, shape (m,), and of goods, shape (n,); those of idle goods are written
        anew, as are those of limits of zero.

    Returns
    -------
    Prices of limits and of goods, proved for the industries that stand idle.

    Raises
    ------
    PricesUndecidedError : none were found; a part of the economy is too near to sustaining itself.
    """
    limit_prices, prices = limit_prices.copy(), prices.copy()
    goods = np.flatnonzero(idle.goods)
    prices[goods] = 0.0
    needed = _first_units(problem)[goods]
    if needed.any():
        inside = _without_zeros(problem.inputs)[goods][:, goods]
        nothing = np.flatnonzero(problem.there <= 0)
        forbidden = sp.csc_array(_without_zeros(problem.use)[nothing][:, goods])
        with np.errstate(over="ignore", invalid="ignore"):
            prices[goods], of_nothing = _Rise(inside, idle.sick[goods], forbidden, needed).prices()
        limit_prices[nothing] = np.maximum(limit_prices[nothing], of_nothing)
    if not _proves(problem, goods[prices[goods] > 0], limit_prices, prices):
        raise PricesUndecidedError(_UNDECIDED)
    return limit_prices, prices


def _first_units(problem: LimitedOutput) -> Floats:
    """Return for each good the least price at which none of it is worth delivering; 0 without a target."""
    wanted, needed = problem.wanted, np.zeros(len(problem.targets))
    g, h = problem.targets[wanted], problem.weights[wanted]
    needed[wanted] = h / g * problem.function.slope(np.full(len(g), -1.0)) * (1.0 + _SPARE)
    return needed


@dataclass(eq=False)
class _Rise:
    """Prices that rise from the goods with targets to the blocks that make idle what is made of them.

    Attributes
    ----------
    inputs : csr, of idle goods in idle industries, shape (k, k).
    sick : which goods are of blocks that cannot sustain themselves, shape (k,).
    forbidden : csc, use of limits of zero, shape (limits of zero, k).
    needed : the price that each good must have at least, shape (k,); rises as users are priced.
    """

    inputs: Any
    sick: Any
    forbidden: Any
    needed: Floats

    def prices(self) -> tuple[Floats, Floats]:
        """Return the prices of goods and of the limits of zero."""
        prices, self.of_nothing = np.zeros(len(self.needed)), np.zeros(self.forbidden.shape[0])
        self.by_industry = sp.csc_array(self.inputs)
        for goods in full_shape(Coefficients(self.inputs)).blocks():  # users first
            least = self.needed[goods]
            if least.any():
                part = self.inputs[goods][:, goods] if len(goods) > 1 else None
                shape = self._borne(part) if self.sick[goods[0]] else self._paid(goods, part, least)
                prices[goods] = shape * float((least / shape).max())
        return prices, self.of_nothing

    def _borne(self, part: Any) -> Floats:
        """Return prices that a block which cannot sustain itself bears without help, ``u <= A'u``."""
        return np.ones(1) if part is None else collatz_wielandt(sp.csr_array(part.T))[1]

    def _paid(self, goods: Any, part: Any, least: Floats) -> Floats:
        """Return prices of a sound block that one of its industries pays for with an idle good or a limit of zero."""
        payer, source, amount, is_limit = self._source_of(goods)
        if part is None:
            shape, missing = np.ones(1), 1.0 - float(self.inputs[goods[0], goods[0]])
        else:
            shape, missing = _gaining_but_one(part, payer)
        price = float((least / shape).max()) * missing / amount * (1.0 + _SPARE)
        rising = self.of_nothing if is_limit else self.needed
        rising[source] = max(rising[source], price)
        return shape

    def _source_of(self, goods: Any) -> tuple[int, int, float, bool]:
        """Return (place in the block, idle good or limit of zero, amount of it, whether a limit) of the largest use."""
        inside, best = set(goods.tolist()), (0, 0, 0.0, False)
        for place, industry in enumerate(goods):
            for matrix, is_limit in ((self.forbidden, True), (self.by_industry, False)):
                part = slice(matrix.indptr[industry], matrix.indptr[industry + 1])
                for source, amount in zip(matrix.indices[part].tolist(), matrix.data[part].tolist(), strict=True):
                    if amount > best[2] and (is_limit or source not in inside):
                        best = (place, source, amount, is_limit)
        if best[2] <= 0:
            raise PricesUndecidedError(_UNDECIDED)
        return best


def _gaining_but_one(part: Any, payer: int) -> tuple[Floats, float]:
    """Return prices of a sound block at which every industry but one gains, and what that one is short of."""
    size = part.shape[0]
    solve = spla.splu(sp.csc_array(sp.eye_array(size) - part.T)).solve
    for gain in _GAINS:
        side = np.full(size, -gain)
        side[payer] = 1.0
        shape = solve(side)
        if (shape > 0).all():
            return shape, float(shape[payer] - (part.T @ shape)[payer])
    raise PricesUndecidedError(_UNDECIDED)


def _proves(problem: LimitedOutput, industries: Any, limit_prices: Floats, prices: Floats) -> bool:
    """Whether none of some industries makes more than it costs: in doubles, and where they cannot tell exactly."""
    inputs, use = sp.csc_array(problem.inputs.matrix), sp.csc_array(problem.use.matrix)
    if not (np.isfinite(prices).all() and np.isfinite(limit_prices).all()):
        return False
    costs = problem.inputs.transposed_times(prices) + problem.use.transposed_times(limit_prices)
    hidden = rounding(problem.inputs.longest_column + problem.use.longest_column)
    close = prices - costs + hidden * (np.abs(prices) + costs) > 0
    for industry in industries[close[industries]]:
        cost = Fraction(0)
        for matrix, valuations in ((inputs, prices), (use, limit_prices)):
            part = slice(matrix.indptr[industry], matrix.indptr[industry + 1])
            terms = zip(matrix.data[part].tolist(), valuations[matrix.indices[part]].tolist(), strict=True)
            cost += sum((Fraction(amount) * Fraction(price) for amount, price in terms), Fraction(0))
        if cost < Fraction(float(prices[industry])):
            return False
    return True
