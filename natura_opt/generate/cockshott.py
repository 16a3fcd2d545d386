"""Cockshott's random technologies: stocks of means of production just sufficient for the goals."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from ..base.settings import radius_of, real, whole
from ..economy.build import build_economy
from ..economy.economy import Economy
from ..input_output.spectrum import serving_levels
from .matrices import Pattern
from .sampling import stream, uniform_between


def cockshott(
    *,
    goods: int = 30,
    inputs: int = 13,
    radius: float = 0.6,
    scale: float = 100.0,
    slack: float = 1.0,
    integer_stocks: bool = False,
    equal_worth: bool = False,
    seed: int = 0,
) -> Economy:
    """Return an economy in the form of the 1990 paper: one industry per product, limited by stocks alone.

    Flow coefficients F (``inputs``) and stock coefficients C (``capital``) stand in the same places: an industry holds
    stocks of what it uses. Goals g are whole numbers, stocks ``s = slack * C (I − F)^{-1} g`` stand in a pool
    (``capital_pool``); one period, no labour. The stocks of the paper's analytic check (slack 1) serve the goals
    exactly: the largest number of assortments is 1.

    The paper takes it that harmony is then largest where every goal is just met, and so is 0. That holds only where no
    good's goal is worth more than another's (``equal_worth``): else harmony gains by giving up some of a dear goal
    for more of several cheap ones (by .03 per good on the family of the default settings).

    Parameters
    ----------
    goods : products, and industries (the paper: 30 to 3750).
    inputs : inputs per industry (the paper: 13 and 25).
    radius : spectral radius of F; below 1, so that every industry's product can have a surplus.
    scale : mean goal, in units of the product, at least 1; goals lie between half of it and one and a half times it.
    slack : what stocks are multiplied by.
    integer_stocks : round stocks down to whole units, as the paper's program did. A stock of s units so loses up to
        1/s of itself: choose ``scale`` so that this is small, but not nothing (stocks are about
        ``radius / (1 - radius)`` times the goals). The paper got a mean harmony of −.0089.
    equal_worth : choose goals in inverse proportion to the goods' full contents of stocks, valued at random prices, so
        that at these prices the gain from a little more of any goal equals its cost, and no other plan is as harmonious
        as the one that meets every goal. Goals are then no whole numbers; ``scale`` is still their mean.
    seed : a seed gives the same economy on every machine, up to the last digits of the stocks.

    Raises
    ------
    OptionError : settings out of range.

    Source: Cockshott 1990, "Representing the problem", "Verifying that solution is correct".

    >>> import natura_opt as no
    >>> round(no.solve(cockshott(seed=1)).objective, 9)
    1.0
    """
    whole("seed", seed, 0)
    technologies = Pattern("uniform", goods, inputs)
    mean = real("scale", scale, 1.0)
    factor = real("slack", slack, 0.0, above=True)
    flows = technologies.scaled(stream(seed, 1), radius_of(radius))
    turnover = uniform_between(stream(seed, 2), 0.5, 2.0, flows.nnz)
    stock = sp.csr_array(sp.csc_array((flows.data * turnover, flows.indices, flows.indptr), shape=flows.shape))
    flows = sp.csr_array(flows)
    goals = np.maximum(np.round(uniform_between(stream(seed, 3), 0.5 * mean, 1.5 * mean, goods)), 1.0)
    if equal_worth:
        prices_of_stocks = uniform_between(stream(seed, 4), 0.5, 1.5, goods)
        contents = serving_levels(sp.csr_array(flows.T), stock.T @ prices_of_stocks)
        goals = mean * (1.0 / contents) / (1.0 / contents).mean()
    stocks = factor * (stock @ serving_levels(flows, goals))
    return build_economy(
        name=f"cockshott_{goods}_{inputs}_seed{seed}",
        title=f"Random technologies: {goods:,} industries with {inputs} inputs each",
        source="seeded, after Cockshott 1990",
        goods=[f"product{k + 1}" for k in range(goods)],
        inputs=flows,
        capital=stock,
        capital_pool=np.floor(stocks) if integer_stocks else stocks,
        targets=goals,
        objective="assortment",
    )
