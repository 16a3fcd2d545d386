r"""The harmony algorithm of 1990, as the paper has it.

An industry is a set of stocks with a technology. Stocks are dealt out at random to the industries that use them; then

1. each industry's scarcest stock decides its output,
2. what it holds beyond that goes to a global reserve,
3. net outputs and their harmonies are computed, 4. their mean, 5. the industries are sorted by harmony,
6. the reserve is handed to the least harmonious industries, each up to the output of mean harmony; it is moved to its
   new place in the list and the mean is taken anew,
7. the industries above the mean are scaled down to it, what they release going to the reserve,
8. from 3 again until harmony hardly increases.

Version 2 aims at ``1 + a`` times the output of mean harmony, version 3 at ``1 + n + a`` times, with an amplification a
and thermal noise n that are cooled: first everything grows until stocks run out, then they are redistributed.

The algorithm is no optimiser: it evens out harmony, knows no valuations, has no bound and may stop short of the best.

Where the paper is silent, this is what is done:

- stocks are dealt out in proportion to uniform random numbers; every random number comes from the seed;
- stocks are real numbers, as in the paper's analysis; its program took whole units (``whole_stocks``);
- a good without a target has for its goal 2 % of what serving the targets takes of it (the 2018 program's .02, made
  independent of units); of the paper's goals nothing is known;
- an industry of which nothing is needed is not counted, and gets no stocks at the start;
- an industry that the reserve cannot bring to its aim gets what the scarcest stock allows;
- its suppliers' outputs fall at once and count in the mean, but they keep their places until the next sort; at most
  as many industries are served in a step as there are industries;
- industries are sorted a second time, before step 7; the paper speaks of one sort, and of moving industries in its
  list;
- the mean of step 7, and who lies above it, is taken at its beginning; step 7 goes from the most harmonious down;
- a falls by a constant factor each iteration (``cooling``), as does the amplitude of n, which is uniform on
  ``[-noise, noise]``, drawn for each industry and iteration; an aim below zero is raised too, by a share of its size;
- the end: mean harmony gains less than ``tolerance`` in each of three iterations, a and n having cooled below
  1/100; or ``iterations``;
- net outputs may be negative, for the algorithm punishes shortage only through harmony: the plan returned is shrunk
  until every balance holds, and ``shortage`` says what was lacking.

Source: Cockshott, "Application of Artificial Intelligence Techniques to Economic Planning" (1990).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ...base.errors import OptionError
from ...base.settings import one_of, real
from ...economy.economy import Economy
from ...plan.trace import Watch
from ..harmony.shrinking import largest_shortage, shrink_to_feasible
from . import harmony_steps as steps
from .settings import Settings1990
from .stock_allocation import StockProblem

#: Mean harmony must have stood still for so many iterations, at so little amplification and noise.
_STILL = 3
_COLD = 0.01


@dataclass(frozen=True, eq=False)
class Harmony1990Result:
    """What the 1990 algorithm arrived at.

    Attributes
    ----------
    problem : the economy in the paper's form, with labels.
    intensities : activity level of each of the economy's techniques, shape (techniques,).
    allocation : stocks held by each industry, csr, shape (stocks, goods); ``problem.stock_names`` and
        ``problem.goods`` label it.
    reserve : what is left of each stock, shape (stocks,). Allocation and reserve add up to what was given.
    net_outputs, goals : of each good that is made, shape (goods,).
    harmony, mean_harmony : total and mean over the goods counted, at the start and after each iteration, as the
        algorithm has them.
    final_harmony : total harmony of the plan returned; differs from the trace only where it was shrunk.
    shortage : largest shortage of a good in the algorithm's own plan, as a share of its use; the plan was shrunk until
        there is none.
    iterations : how many. converged : whether harmony stood still before the iterations ran out.
    seconds : time taken after reading the economy.
    passes : coefficients read over coefficients there are.
    """

    problem: StockProblem
    version: int
    function: str
    scale: str
    intensities: Any
    allocation: Any
    reserve: Any
    net_outputs: Any
    goals: Any
    harmony: Any
    mean_harmony: Any
    final_harmony: float
    shortage: float
    iterations: int
    converged: bool
    seconds: float
    passes: float

    def stocks_by_industry(self) -> pd.DataFrame:
        """Return the allocation with its labels, dense: stocks x industries, and the reserve."""
        frame = pd.DataFrame(self.allocation.toarray(), self.problem.stock_names, self.problem.goods)
        frame.insert(len(frame.columns), "(reserve)", self.reserve, allow_duplicates=True)
        return frame


def harmony_1990(
    economy: Economy,
    *,
    version: int = 1,
    function: str = "2018",
    scale: str = "relative",
    seed: int = 0,
    start: Any = None,
    iterations: int = 1000,
    amplification: float = 1.0,
    noise: float = 0.1,
    cooling: float = 0.98,
    tolerance: float = 1e-5,
    whole_stocks: bool = False,
    watch: Watch | None = None,
) -> Harmony1990Result:
    """Share out stocks by the algorithm of 1990.

    Parameters
    ----------
    economy : one period, one technique per product. Stocks are capital goods (pooled, or of one technique), limited
        resources, and goods on hand that nobody makes.
    version : 1 plain, 2 with amplification, 3 with amplification and noise.
    function : harmony function, ``2018`` or ``1993``; the paper's own is lost. scale : ``relative``, (o - g)/g, or
        ``absolute``, o - g, as printed in the paper.
    seed : of the random distribution of stocks and of the noise.
    start : instead of a random one, a distribution to start from, shape (stocks, goods) as in ``allocation``; what it
        leaves is the reserve.
    iterations : at most so many.
    amplification, noise : a and the amplitude of n in the first iteration; cooling : their factor from one iteration to
        the next, below 1.
    tolerance : gain of mean harmony that counts as small.
    whole_stocks : stocks come in whole units, as in the paper: those given are rounded down, and an industry holds
        whole units.
    watch : called at the start and after each iteration.

    Raises
    ------
    QuestionError : the economy is not of this form (several periods, joint products, no targets, no stocks, …).
    OptionError : an unknown version, function or scale, or an option out of its range.

    >>> import natura_opt as no
    >>> e = no.build_economy(
    ...     goods=["corn", "iron"],
    ...     inputs=[[0.2, 0.1], [0.1, 0.3]],
    ...     targets=[10.0, 5.0],
    ...     capital=[[0.0, 0.0], [2.0, 3.0]],
    ...     capital_pool=[0.0, 55.0],
    ... )
    >>> found = harmony_1990(e, version=2)
    >>> bool(found.final_harmony > -0.01), abs(float(found.allocation.sum() + found.reserve.sum()) - 55.0) < 1e-12
    (True, True)
    """
    Settings1990(version, scale, seed, start, iterations, amplification, noise, cooling, whole_stocks)
    one_of("harmony function of harmony-1990", function, steps.FUNCTIONS)
    real("tolerance", tolerance, 0.0)
    problem = StockProblem.of(economy)
    goals = problem.goals(scale)
    begun = time.perf_counter()
    run = _Run(problem, goals, (steps.FUNCTIONS[function], scale == "absolute"), whole_stocks)
    rng = np.random.default_rng(seed)
    run.deal_out(rng, start)
    trace = [run.mean_harmony()]
    run.show(watch)
    bias, temper = (amplification if version > 1 else 0.0), (noise if version == 3 else 0.0)
    still, done = 0, 0
    while done < iterations and still < _STILL:
        thermal = rng.uniform(-1.0, 1.0, len(goals)) if version == 3 else np.zeros(len(goals))
        run.iterate(bias + temper * thermal)
        trace.append(run.mean_harmony())
        run.show(watch)
        still = still + 1 if trace[-1] - trace[-2] < tolerance and bias + temper < _COLD else 0
        bias, temper, done = bias * cooling, temper * cooling, done + 1
    shortage = run.shrink()
    mean = np.array(trace)
    return Harmony1990Result(
        problem=problem,
        version=version,
        function=function,
        scale=scale,
        intensities=run.intensities(),
        allocation=run.allocation(),
        reserve=run.reserve,
        net_outputs=run.output,
        goals=goals,
        harmony=mean * run.counted.sum(),
        mean_harmony=mean,
        final_harmony=float(run.harmony.sum()),
        shortage=shortage,
        iterations=done,
        converged=still >= _STILL,
        seconds=time.perf_counter() - begun,
        passes=run.passes,
    )


class _Run:
    """The state of the algorithm: who holds which stocks, at what level each industry runs, and what that leaves."""

    def __init__(self, problem: StockProblem, goals: Any, rule: tuple[int, bool], whole: bool) -> None:
        self.problem, self.goals, self.rule, self.whole = problem, goals, rule, whole
        self.counted = (goals > 0) | rule[1]
        self.industries = np.flatnonzero(self.counted)
        flows, ties = problem.flows, problem.ties
        self.flows = (flows.indptr.astype(np.int64), flows.indices.astype(np.int64), flows.data)
        self.ties = (ties.indptr.astype(np.int64), ties.indices.astype(np.int64), ties.data)
        self.own = problem.own
        self.total = np.floor(problem.stocks) if whole else problem.stocks
        self.holdings, self.reserve = np.zeros(ties.nnz), self.total.copy()
        self.level, self.output, self.harmony = (np.zeros(len(goals)) for _ in range(3))
        self.read = 0

    def deal_out(self, rng: np.random.Generator, start: Any) -> None:
        """Start from a random distribution, or from the one given; then steps 1 and 2."""
        # Drawn in any case, so that the noise of a seed does not depend on where it starts.
        draws = rng.uniform(0.0, 1.0, len(self.holdings))
        if start is None:
            # An industry whose product nobody needs takes no part.
            draws[np.repeat(~self.counted, np.diff(self.ties[0]))] = 0.0
            steps.distribute(self.ties[1], self.whole, draws, self.total, self.holdings, self.reserve)
        else:
            self.holdings = self._checked_start(start)
            self.reserve = np.maximum(self.total - np.bincount(self.ties[1], self.holdings, len(self.total)), 0.0)
        steps.balance_stocks(*self.ties, self.whole, self.level, self.holdings, self.reserve)
        self.evaluate()

    def _checked_start(self, start: Any) -> Any:
        given = sp.csc_array(start)
        ties = self.problem.ties
        if given.shape != ties.shape:
            raise OptionError(f"start must have the shape (stocks, goods) = {ties.shape}, not {given.shape}")
        holdings = np.asarray(given[ties.indices, np.repeat(np.arange(ties.shape[1]), np.diff(ties.indptr))]).ravel()
        if not np.isfinite(given.data).all() or (given.data < 0).any():
            raise OptionError("start: every allocation must be a finite number of at least 0")
        if not np.isclose(holdings.sum(), given.sum(), rtol=1e-12):
            raise OptionError("start: a stock is allocated to an industry that does not use it")
        over = np.asarray(given.sum(axis=1)).ravel() > self.total * (1.0 + 1e-12)
        if over.any():
            name = self.problem.stock_names[int(np.argmax(over))][1]
            raise OptionError(f"start: more of {name!r} is allocated than there is")
        return holdings.astype(np.float64)

    def evaluate(self) -> None:
        """Steps 3 and 4: net outputs and harmonies."""
        steps.net_outputs(self.level, *self.flows, self.problem.makes, self.problem.on_hand, self.output)
        steps.harmonies(self.rule, self.output, self.goals, self.counted, self.harmony)
        self.read += self.problem.flows.nnz

    def mean_harmony(self) -> float:
        """Return the mean over the goods counted."""
        return float(self.harmony.sum() / self.counted.sum())

    def iterate(self, bias: Any) -> None:
        """Steps 5, 6 and 7 once; harmonies are computed anew at the end, so that rounding does not add up."""
        for step in (steps.reallocate_reserve, steps.reduce_peaks):
            order = self.industries[np.argsort(self.harmony[self.industries], kind="stable")]
            self.read += step(
                order,
                self.rule,
                bias,
                self.flows,
                self.ties,
                self.whole,
                self.problem.makes,
                self.own,
                self.goals,
                self.counted,
                self.level,
                self.output,
                self.harmony,
                self.holdings,
                self.reserve,
            )
        self.evaluate()

    @property
    def passes(self) -> float:
        """Coefficients read over coefficients there are."""
        return float(self.read / (self.problem.flows.nnz + self.problem.ties.nnz))

    def intensities(self) -> Any:
        """Return the activity level of each of the economy's techniques."""
        levels = np.zeros(len(self.problem.economy.techniques))
        levels[self.problem.technique] = self.level
        return levels

    @cached_property
    def net(self) -> Any:
        """What is left of each good by each industry at a level of one."""
        return sp.csr_array(sp.diags_array(self.problem.makes) - self.problem.flows)

    def shortage(self) -> float:
        """Return the largest shortage of a good."""
        return largest_shortage(self.net, self.problem.on_hand, self.level)

    def show(self, watch: Watch | None) -> None:
        """Let somebody see how far the algorithm has come."""
        if watch is not None:
            watch(self.intensities(), None, self.passes, self.shortage())

    def shrink(self) -> float:
        """Shrink the plan until no good is lacking; return the largest shortage there was."""
        shortage = self.shortage()
        if shortage > 0:
            self.level = shrink_to_feasible(self.net, self.problem.on_hand, self.level)
            steps.hold_levels(*self.ties, self.whole, self.level, self.holdings, self.reserve)
            self.evaluate()
        return shortage

    def allocation(self) -> Any:
        """Return who holds what, csr, shape (stocks, goods)."""
        shape = self.problem.ties.shape
        return sp.csr_array(sp.csc_array((self.holdings.copy(), self.ties[1], self.ties[0]), shape=shape))
