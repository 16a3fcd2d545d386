"""Single outputs or prices by random walks: the Leontief system read as a Markov reward process.

Labour values solve ``p = A'p + l``: a good's value is the labour spent on it now (the *reward* l_j) and the values of
what it uses up. That is Bellman's equation of a Markov reward process whose states are goods and in which, from good
j, the *next state* is an input i with weight a_ij. So a labour value is an expected total reward: start at the good,
count its own labour, walk to one of its inputs, count the labour of that, and so on until the walk is absorbed in
primary inputs; or, what comes to the same on average, count only the labour of the good at which the walk ends, over
the probability of ending there. An input-output table in which values leak at every step (the column sums of A, in
values, are below one: value added) is a process that ends with probability one; without technique choice there is
nothing to decide, and with it the process becomes a decision process (MDP). Outputs, ``x = A x + d``, are the same walk
along customers in place of suppliers.

Barto and Duff's point (1994) is that one component takes no more steps in a large economy than in a small one: a walk
visits a few goods only. In physical units the weights a_ij are not probabilities (they may exceed one), so steps are
drawn by their importance: at a witness's prices v the shares ``v_i a_ij / v_j`` sum to less than one over the inputs
of j, what is missing is the probability of the end, and the ratio of weight to probability, ``v_j / v_i``, multiplies
along a walk to ``v_start / v_here``: it does not depend on the way taken and goes into the reward, so no walk's weight
ever explodes.

Counted at its end, a walk is worth between the least and the largest ``l_i / m_i`` of the goods it may reach, m the
witness's margins: a proven range, and so the interval is honest about what no walk has met yet. See :func:`interval`.

Sources: Barto and Duff, Monte Carlo matrix inversion and reinforcement learning (NIPS 1994); Wasow's estimator; Maurer
and Pontil, "Empirical Bernstein bounds" (2009); Hoeffding 1963.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order
from scipy.special import ndtri, rel_entr

from ..base.arrays import Floats
from ..base.compiling import compiled
from ..base.errors import DataError, OptionError
from .coefficients import Coefficients
from .system import Witness
from .witness import find_witness

#: Walks before the first look at the interval: fewer say too little of a skewed distribution.
_FIRST = 2_000
#: The range of values is small beside the sum of their spreads up to this share of it.
_SMALL_BESIDE = 0.1
#: What rounding may have done to a walk's worth, where a walk would end for certain.
_ROUNDED = 16.0 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Estimate:
    """One component, estimated.

    Attributes
    ----------
    value : the mean over walks.
    error : its standard error, as the walks show it.
    low, high : the confidence interval; see :func:`interval`.
    confidence : its level.
    walks, steps : walks made, and goods visited by all of them.
    reached : whether the half-width asked for was reached.
    """

    value: float
    error: float
    low: float
    high: float
    confidence: float
    walks: int
    steps: int
    reached: bool


def estimate(
    inputs: Any,
    demand: Any,
    good: int,
    *,
    transpose: bool = False,
    half_width: float | None = None,
    confidence: float = 0.95,
    max_walks: int = 1_000_000,
    seed: int | np.random.Generator = 0,
    witness: Witness | None = None,
) -> Estimate:
    """Estimate one component of ``x = A x + d`` (or of ``p = A'p + l``) by random walks.

    Parameters
    ----------
    inputs, demand : A of shape (n, n), non-negative and productive, and d (or l) of shape (n,).
    good : position of the component.
    transpose : prices in place of outputs.
    half_width : stop once the interval is no wider than this to either side; by default use all walks.
    max_walks : most walks.
    seed : of the walks; the same seed walks the same ways.
    witness : of an earlier solve with the same inputs; spares looking for one (prices only).

    Raises
    ------
    UnproductiveError, DataError, OptionError : inputs, position or options that are not usable.

    >>> inputs, labour = np.array([[0.25, 0.40], [0.14, 0.12]]), [0.8, 3.6]
    >>> wheat = estimate(inputs, labour, 0, transpose=True, half_width=0.01)
    >>> wheat.low < 2.0 < wheat.high, wheat.reached  # the labour value of wheat is 2
    (True, True)
    """
    from .solve import check_inputs, numbers

    coefficients = inputs if isinstance(inputs, Coefficients) else Coefficients(inputs)
    check_inputs(coefficients)
    wanted = numbers(demand, coefficients.shape, "demand")
    _check(good, len(wanted), half_width, confidence, max_walks)
    walk, weights = _process(coefficients, transpose, witness)
    ends = np.empty(walk.nnz)
    stays = np.zeros(len(wanted))
    _accumulate(walk.indptr, walk.data, ends, stays)
    if not (stays < 1.0).all():
        raise DataError("walks do not end: the spectral radius of the inputs is one to within rounding; lower them")
    scale = weights[good]
    reward = wanted / weights / (1.0 - stays)
    may_end = breadth_first_order(walk, good, return_predecessors=False)
    payoffs = reward[may_end]
    hidden = _ROUNDED * float(
        np.abs(payoffs).max() / (1.0 - stays[may_end]).min()
    )  # by rounding, in every walk's worth
    least, most = float(payoffs.min()), float(payoffs.max())
    rng = seed if isinstance(seed, np.random.Generator) else np.random.default_rng(seed)
    walks, steps, mean, squares, batch, looks = 0, 0, 0.0, 0.0, min(_FIRST, max_walks), 0
    while True:
        rewards = np.empty(batch)
        steps += _walk(good, walk.indptr, walk.indices, ends, reward, rng, rewards)
        both = walks + batch
        shift = float(rewards.mean()) - mean
        squares += float(((rewards - rewards.mean()) ** 2).sum()) + shift**2 * walks * batch / both
        mean, walks = mean + shift * batch / both, both
        looks += 1
        spread = float(np.sqrt(squares / max(walks - 1, 1)))
        low, high = interval(mean, spread, walks, least, most, confidence, looks)
        low, high = scale * (low - hidden), scale * (high + hidden)
        wide = max(scale * mean - low, high - scale * mean)
        reached = half_width is not None and bool(wide <= half_width)
        if reached or walks >= max_walks:
            break
        batch = _next_batch(walks, max_walks, wide, half_width)
    error = float(scale * spread / np.sqrt(walks))
    return Estimate(float(scale * mean), error, float(low), float(high), confidence, walks, steps, reached)


def interval(
    mean: float, spread: float, walks: int, least: float, most: float, confidence: float, looks: int = 1
) -> tuple[float, float]:
    """Return a confidence interval of the expectation of what a walk is worth, from what some were worth.

    By the central limit theorem where that holds: if the range of values is small beside the sum of spreads, ``most -
    least <= spread sqrt(walks) / 10``, then what no walk has met yet, at most about three in so many walks, moves the
    mean by less than a third of its standard error (and a value met in one walk of many has been met a hundred times).
    Otherwise by inequalities that hold for any values in the range, however rare: Hoeffding's for the mean, in its
    relative-entropy form (for values of 0 and 1, nearly the interval of Clopper and Pearson), and Maurer and Pontil's
    for mean and spread; each at half of the error probability, which is shared out among the looks at the walks.

    Parameters
    ----------
    mean, spread : of the walks' values: mean and sample standard deviation.
    least, most : the proven range of values.
    looks : how often the interval has been looked at, this time included.

    >>> low, high = interval(0.0, 0.0, 2000, 0.0, 1.0, 0.95)  # two thousand walks, and never a reward
    >>> low, round(high, 4)
    (0.0, 0.0025)
    """
    width = most - least
    if width <= 0.0:
        return least, most
    if width <= _SMALL_BESIDE * spread * np.sqrt(walks):
        wide = float(ndtri(0.5 + confidence / 2.0)) * spread / np.sqrt(walks)
        return max(mean - wide, least), min(mean + wide, most)
    doubt = np.log(4.0 * looks * (looks + 1.0) / (1.0 - confidence))  # per side, of each of two inequalities
    wide = spread * np.sqrt(2.0 * (doubt + np.log(2.0)) / walks)
    wide += 7.0 * width * (doubt + np.log(2.0)) / (3.0 * (walks - 1))
    share = min(max((mean - least) / width, 0.0), 1.0)
    above = least + width * _entropy_bound(share, doubt / walks)
    below = most - width * _entropy_bound(1.0 - share, doubt / walks)
    return max(below, mean - wide, least), min(above, mean + wide, most)


def _entropy_bound(share: float, information: float) -> float:
    """Return the largest probability q >= share whose relative entropy from share is at most so much; rounded up."""
    low, high = share, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if float(rel_entr(share, middle) + rel_entr(1.0 - share, 1.0 - middle)) <= information:
            low = middle
        else:
            high = middle
    return high


def _next_batch(walks: int, most: int, now: float, half_width: float | None) -> int:
    """Return how many more walks the half-width asks for, at most doubling what there is."""
    wanted = most if half_width is None else int(1.05 * walks * (now / half_width) ** 2) + 1
    return max(1, min(wanted - walks, walks, most - walks))


def _process(coefficients: Coefficients, transpose: bool, witness: Witness | None) -> tuple[Any, Floats]:
    """Return the probabilities of each step, rows by where it starts, and the weights in which rewards are counted.

    Prices walk from a good to its inputs, weighed by prices v > A'v; outputs walk from a good to its users, weighed by
    quantities w > A w: the witness of the transposed economy.
    """
    if transpose:
        walk: Any = sp.csr_array(coefficients.matrix.T)
        weights = (witness or find_witness(coefficients)).prices
    else:
        walk = coefficients.matrix
        weights = find_witness(Coefficients(sp.csr_array(walk.T))).prices
    shares = walk.data * weights[walk.indices] / np.repeat(weights, np.diff(walk.indptr))
    return sp.csr_array((shares, walk.indices, walk.indptr), shape=walk.shape), weights


def _check(good: int, size: int, half_width: float | None, confidence: float, max_walks: int) -> None:
    if isinstance(good, bool) or not isinstance(good, int | np.integer) or not 0 <= good < size:
        raise OptionError(f"good must be a position from 0 to {size - 1:,}, not {good!r}")
    if half_width is not None and not (isinstance(half_width, int | float) and half_width > 0):
        raise OptionError(f"half_width must be a positive number, not {half_width!r}")
    if not (isinstance(confidence, int | float) and 0 < confidence < 1):
        raise OptionError(f"confidence must lie between 0 and 1, not {confidence!r}")
    if isinstance(max_walks, bool) or not isinstance(max_walks, int) or max_walks < 2:
        raise OptionError(f"max_walks must be a whole number of at least 2, not {max_walks!r}")


@compiled(nogil=True)
def _accumulate(indptr: Any, shares: Any, ends: Any, stays: Any) -> None:
    """Write the running sums of each row's shares, and the last of each: the probability that a walk goes on."""
    for i in range(len(indptr) - 1):
        total = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            total += shares[k]
            ends[k] = total
        stays[i] = total


@compiled(nogil=True)
def _walk(start: int, indptr: Any, indices: Any, ends: Any, reward: Any, rng: Any, rewards: Any) -> int:
    """Walk until absorbed, as often as there is room in ``rewards``; return the goods visited."""
    visited = 0
    for walk in range(len(rewards)):
        at = start
        while True:
            visited += 1
            first, stop = indptr[at], indptr[at + 1]
            drawn = rng.random()
            if first == stop or drawn >= ends[stop - 1]:
                break
            at = indices[first + np.searchsorted(ends[first:stop], drawn, side="right")]
        rewards[walk] = reward[at]
    return visited
