"""Single outputs or prices by random walks: the Leontief system read as a Markov reward process.

Labour values solve ``p = A'p + l``: a good's value is the labour spent on it now (the *reward* l_j) and the values of
what it uses up. That is Bellman's equation of a Markov reward process whose states are goods and in which, from good
j, the *next state* is an input i with weight a_ij. So a labour value is an expected total reward: start at the good,
count its own labour, walk to one of its inputs, count the labour of that, and so on until the walk is absorbed in
primary inputs. An input-output table in which values leak at every step (the column sums of A, in values, are below
one: value added) is a process that ends with probability one; without technique choice there is nothing to decide, and
with it the process becomes a decision process (MDP). Outputs, ``x = A x + d``, are the same walk along customers in
place of suppliers.

Barto and Duff's point (1994) is that one component takes no more steps in a large economy than in a small one: a walk
visits a few goods only. In physical units the weights a_ij are not probabilities (they may exceed one), so steps are
drawn by their importance: at a witness's prices v the shares ``v_i a_ij / v_j`` sum to less than one over the inputs
of j, what is missing is the probability of the end, and the ratio of weight to probability, ``v_j / v_i``, multiplies
along a walk to ``v_start / v_here``: it does not depend on the way taken and goes into the reward, so no walk's weight
ever explodes.

Sources: Barto and Duff, Monte Carlo matrix inversion and reinforcement learning (NIPS 1994); Wasow's estimator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.special import ndtri

from ..errors import OptionError
from .coefficients import Coefficients
from .compiling import compiled
from .kernels import Floats
from .system import Witness
from .witness import find_witness

#: Walks before the first look at the interval: fewer say too little of a skewed distribution.
_FIRST = 2_000


@dataclass(frozen=True)
class Estimate:
    """One component, estimated.

    Attributes
    ----------
    value : the mean over walks.
    error : its standard error.
    low, high : the confidence interval (by the central limit theorem).
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

    Errors
    ------
    UnproductiveError, DataError, OptionError : inputs, position or options that are not usable.

    >>> inputs, labour = np.array([[0.25, 0.40], [0.14, 0.12]]), [0.8, 3.6]
    >>> wheat = estimate(inputs, labour, 0, transpose=True, half_width=0.01)
    >>> wheat.low < 2.0 < wheat.high, wheat.reached  # the labour value of wheat is 2
    (True, True)
    """
    from .leontief import check_inputs, numbers

    coefficients = inputs if isinstance(inputs, Coefficients) else Coefficients(inputs)
    check_inputs(coefficients)
    wanted = numbers(demand, coefficients.shape, "demand")
    _check(good, len(wanted), half_width, confidence, max_walks)
    walk, weights = _process(coefficients, transpose, witness)
    reward, scale = wanted / weights, weights[good]
    ends = np.empty(walk.nnz)
    _accumulate(walk.indptr, walk.data, ends)
    rng = seed if isinstance(seed, np.random.Generator) else np.random.default_rng(seed)
    quantile = float(ndtri(0.5 + confidence / 2.0))
    walks, steps, mean, squares, batch = 0, 0, 0.0, 0.0, min(_FIRST, max_walks)
    while True:
        rewards = np.empty(batch)
        steps += _walk(good, walk.indptr, walk.indices, ends, reward, rng, rewards)
        both = walks + batch
        shift = float(rewards.mean()) - mean
        squares += float(((rewards - rewards.mean()) ** 2).sum()) + shift**2 * walks * batch / both
        mean, walks = mean + shift * batch / both, both
        error = float(scale * np.sqrt(squares / max(walks - 1, 1) / walks))
        reached = half_width is not None and bool(quantile * error <= half_width)
        if reached or walks >= max_walks:
            break
        batch = _next_batch(walks, max_walks, quantile * error, half_width)
    value = float(scale * mean)
    wide = quantile * error
    return Estimate(value, error, value - wide, value + wide, confidence, walks, steps, reached)


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
def _accumulate(indptr: Any, shares: Any, ends: Any) -> None:
    """Write the running sums of each row's shares."""
    for i in range(len(indptr) - 1):
        total = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            total += shares[k]
            ends[k] = total


@compiled(nogil=True)
def _walk(start: int, indptr: Any, indices: Any, ends: Any, reward: Any, rng: Any, rewards: Any) -> int:
    """Walk until absorbed, as often as there is room in ``rewards``; return the goods visited."""
    visited = 0
    for walk in range(len(rewards)):
        at, total = start, 0.0
        while True:
            visited += 1
            total += reward[at]
            first, stop = indptr[at], indptr[at + 1]
            drawn = rng.random()
            if first == stop or drawn >= ends[stop - 1]:
                break
            at = indices[first + np.searchsorted(ends[first:stop], drawn, side="right")]
        rewards[walk] = total
    return visited
