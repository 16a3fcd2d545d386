"""An economy as price coordination sees it: techniques that make one good each, out of goods and scarce things.

Whatever is limited is a scarce thing with a price: a resource, a stock of capital (pooled, or held by one technique:
then only the holding that limits the technique most counts), and goods on hand, which one more "technique" takes from
the store. Techniques that cannot run (they use something of which there is none) and goods that no plan needs are set
aside; their prices are found afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.labels import name_of
from ...economy.economy import Economy
from ...economy.makers import NONE, Makers, Places
from ...economy.question import Question
from ...formulate import asked_of
from ...laws.holdings import Holdings
from ...objectives import objective_of
from ...objectives.objective import Demand
from ...objectives.resource_use import use_as_costs
from .technique_table import Shares
from .unanswered import refuse, refuse_count, refuse_unmakeable

Flags = npt.NDArray[np.bool_]
#: What prices of what was set aside are raised by, so that rounding leaves them on the safe side.
_MARGIN = 1e-13


@dataclass(frozen=True, eq=False)
class PricedEconomy:
    """Positions and numbers; "row" stands for a technique that may run, or for taking a good from the store.

    Attributes
    ----------
    economy : as the question sees it. holdings : its stocks of capital, or None.
    goods : positions of the goods that are priced, shape (n,).
    techniques : position of each row's technique, -1 for taking from the store.
    first, rows : rows of good i are ``rows[first[i]]`` to ``rows[first[i + 1] - 1]``.
    output_coefficients : what one unit of each row's technique makes of its good.
    inputs, use : csr, per unit made: of goods, shape (rows, n), and of what is scarce, shape (rows, scarce things).
    wanted : the assortment, shape (n,).
    scarce : positions of the scarce things in ``limits``; a good on hand counts on from there, and so does the cost of
        fixed demand, the last, behind all goods.
    amounts : how much there is of each scarce thing.
    limits, available : every limit as written: csr use per unit of activity, shape (limits, techniques); the amounts.
    resources : how many of the limits are resources; the others are the holdings in ``limiting_holdings``.
    aside : techniques set aside, the last first, with what stops each: a limit, or a good (counted on from the limits).
    """

    economy: Economy
    holdings: Holdings | None
    goods: Places
    techniques: Places
    first: Places
    rows: Places
    output_coefficients: Floats
    inputs: Any
    use: Any
    wanted: Floats
    scarce: Places
    amounts: Floats
    limits: Any
    available: Floats
    resources: int
    limiting_holdings: Places
    aside: tuple[tuple[int, int], ...]

    @cached_property
    def made_good(self) -> Places:
        """The good that each row makes, counted among those that are priced."""
        made = np.empty(len(self.rows), dtype=np.int64)
        made[self.rows] = np.repeat(np.arange(len(self.goods)), np.diff(self.first))
        return made

    @property
    def coefficients(self) -> int:
        """How many inputs and uses of what is scarce all techniques have."""
        return int(self.inputs.nnz + self.use.nnz)

    @property
    def names_of_scarce(self) -> tuple[str, ...]:
        """What is scarce, by name; of fixed demand also the cost."""
        economy, names = self.economy, []
        for place in self.scarce.tolist():
            if place < self.resources:
                names.append(f"resource {name_of(economy.resources[place])}")
            elif place < len(self.available):
                assert self.holdings is not None
                holding = self.limiting_holdings[place - self.resources]
                good = name_of(economy.goods[self.holdings.goods[holding]])
                holders = self.holdings.techniques
                held = "" if holders is None else f" in {name_of(economy.techniques[holders[holding]])}"
                names.append(f"stock of {good}{held}")
            elif place == len(self.available) + len(economy.goods):
                names.append("cost")
            else:
                names.append(f"{name_of(economy.goods[place - len(self.available)])} on hand")
        return tuple(names)

    def activities_of(self, shares: Shares, outputs: Floats) -> Floats:
        """Return activity levels of all techniques from what is made of each good, by which rows."""
        levels = np.zeros(len(self.economy.techniques))
        rows = shares.used
        own = self.techniques[rows] >= 0
        made = shares.shares * outputs[shares.goods]
        levels[self.techniques[rows[own]]] = made[own] / self.output_coefficients[rows[own]]
        return levels

    def all_prices(self, scarcity: Floats, prices: Floats) -> tuple[Floats, Floats]:
        """Return the prices of all goods and limits, from those of what takes part.

        What stops a technique set aside is priced so that it would not pay; that costs nothing, since there is none.
        """
        count = len(self.available)
        every = np.zeros(count + len(self.economy.goods))
        limits = self.scarce < count
        every[self.scarce[limits]] = scarcity[limits]
        every[count + self.goods] = prices
        if not self.aside:
            return every[count:], every[:count]
        net = sp.vstack([-self.limits, self.economy.matrix("outputs", 0) - self.economy.matrix("inputs", 0)])
        columns = sp.csc_array(net)
        for technique, reason in self.aside:
            span = slice(columns.indptr[technique], columns.indptr[technique + 1])
            rows, terms = columns.indices[span], columns.data[span] * every[columns.indices[span]]
            gain = terms.sum() + _MARGIN * np.abs(terms).sum()
            if gain > 0:
                every[reason] += (1.0 + _MARGIN) * gain / -columns.data[span][rows == reason].sum()
        return every[count:], every[:count]


def priced_economy(economy: Economy, question: Question) -> PricedEconomy:
    """Lay an economy out for price coordination.

    Raises
    ------
    QuestionError : the method cannot answer this question, and why.
    """
    refuse(economy, question)
    seen = asked_of(economy, question)
    fixed = objective_of(question).demand is Demand.FIXED
    laid = laid_out(seen, use_as_costs(seen, question)["activities"] if fixed else None)
    refuse_count(economy.name, len(laid.amounts))
    return laid


def laid_out(seen: Economy, costs: Floats | None = None) -> PricedEconomy:
    """Lay out an economy of one period in which every technique makes one good, as a question sees it.

    Parameters
    ----------
    costs : what a unit of each activity costs, where the cost is one more scarce thing.

    Raises
    ------
    QuestionError : a good that is wanted cannot be made.
    """
    makes, output = Makers.of(seen.matrix("outputs", 0)).product
    capital = Holdings.of(seen) if seen.has("capital") else None
    limits, available, resources, limiting = _limits(seen, capital)
    needs, uses = sp.csr_array(seen.matrix("inputs", 0).T), sp.csr_array(limits.T)
    stock = seen.vector("initial_stocks", 0)
    runs, aside = _running(needs, uses, available, makes, stock)
    wanted = seen.vector("targets", 0)
    refuse_unmakeable(seen, runs, aside, makes, wanted, stock, resources, limiting, capital)
    goods = np.flatnonzero(_needed(needs, runs, makes, wanted))
    on_hand = goods[stock[goods] > 0]
    place = np.full(len(seen.goods), NONE)
    place[goods] = np.arange(len(goods))
    running = np.flatnonzero(runs & (place[makes] >= 0))
    techniques = np.concatenate([running, np.full(len(on_hand), NONE)])
    made = place[np.concatenate([makes[running], on_hand])]
    output = np.concatenate([output[running], np.ones(len(on_hand))])
    used = np.zeros(len(available), dtype=bool)
    used[uses.indices[_entries(uses, running)]] = True
    scarce = np.flatnonzero(used)
    use = _per_unit_made(uses, running, scarce, output, len(on_hand), True)
    amounts = np.concatenate([available[scarce], stock[on_hand]])
    things = np.concatenate([scarce, len(available) + on_hand])
    if costs is not None:
        cost = np.concatenate([costs[running], np.zeros(len(on_hand))]) / output
        use = sp.csr_array(sp.hstack([use, sp.csr_array(cost[:, None])]))
        amounts, things = np.append(amounts, 1.0), np.append(things, len(available) + len(seen.goods))
    return PricedEconomy(
        economy=seen,
        holdings=capital,
        goods=goods,
        techniques=techniques,
        first=np.searchsorted(np.sort(made), np.arange(len(goods) + 1)).astype(np.int64),
        rows=np.argsort(made, kind="stable"),
        output_coefficients=output,
        inputs=_per_unit_made(needs, running, goods, output, len(on_hand), False),
        use=use,
        wanted=wanted[goods],
        scarce=things,
        amounts=amounts,
        limits=limits,
        available=available,
        resources=resources,
        limiting_holdings=limiting,
        aside=aside,
    )


def _entries(table: Any, rows: Places) -> Any:
    """Return which entries of a csr table stand in some of its rows: all, or a mask."""
    if len(rows) == table.shape[0]:
        return slice(None)
    chosen = np.zeros(table.shape[0], dtype=bool)
    chosen[rows] = True
    return np.repeat(chosen, np.diff(table.indptr))


def _per_unit_made(table: Any, rows: Places, columns: Places, output: Floats, stores: int, own: bool) -> Any:
    """Return rows and columns of a csr table per unit of output; as it stands, not copied, where that is all of it.

    Parameters
    ----------
    stores : rows of taking goods from the store, which follow. own : whether these use one more column each.
    """
    if len(rows) < table.shape[0] or len(columns) < table.shape[1]:
        table = sp.csr_array(table[rows][:, columns])
    if not (output == 1.0).all():
        with np.errstate(over="ignore"):  # what is too small to divide by is refused by name, later
            table = sp.csr_array(sp.diags_array(1.0 / output[: len(rows)]) @ table)
    if not stores:
        return table
    if own:
        return sp.csr_array(sp.block_diag([table, sp.eye_array(stores)], format="csr"))
    return sp.csr_array(sp.vstack([table, sp.csr_array((stores, table.shape[1]))]))


def _limits(economy: Economy, capital: Holdings | None) -> tuple[Any, Floats, int, Places]:
    """Return use per unit of activity of all that is limited, the amounts, the number of resources, the holdings."""
    parts, available = [], [np.zeros(0)]
    limiting = np.zeros(0, dtype=np.int64)
    if economy.has("resource_limits"):
        parts.append(economy.matrix("resource_use", 0))
        available.append(economy.vector("resource_limits", 0))
    resources = sum(map(len, available))
    if capital is not None and capital.count:
        tied, stock = sp.csr_array(capital.tied_up(0)), capital.given(0)
        limiting = np.arange(capital.count) if capital.techniques is None else _tightest(capital, tied, stock)
        parts.append(tied[limiting])
        available.append(stock[limiting])
    if len(parts) == 1 and parts[0].data.all():  # as it stands, not copied
        limits = parts[0]
    else:
        limits = sp.csr_array(sp.vstack([sp.csr_array((0, len(economy.techniques))), *parts]))
        limits.eliminate_zeros()
    return limits, np.concatenate(available), resources, limiting


def _tightest(capital: Holdings, tied: Any, stock: Floats) -> Places:
    """Return for each technique with capital of its own the holding that limits it most."""
    most = stock / np.maximum(np.asarray(tied.sum(axis=1)).ravel(), 1e-300)
    order = np.lexsort([most, capital.techniques])
    _, first = np.unique(capital.techniques[order], return_index=True)
    return np.sort(order[first]).astype(np.int64)


def _running(
    needs: Any, uses: Any, available: Floats, makes: Places, stock: Floats
) -> tuple[Flags, tuple[tuple[int, int], ...]]:
    """Return which techniques can run, and those set aside, the last first, each with what stops it.

    A technique is set aside if it uses a limit of which there is nothing, or a good that no technique left makes and
    nobody has; that may stop others.
    """
    gone = (available <= 0).astype(np.float64)
    without_limits = uses @ gone if gone.any() else np.zeros(len(makes))
    runs: Flags = makes >= 0
    aside: list[tuple[int, int]] = []
    while True:
        makeable = stock > 0
        makeable[makes[runs]] = True
        missing = (~makeable).astype(np.float64)
        lacking = without_limits + needs @ missing if missing.any() else without_limits
        stopped = np.flatnonzero(runs & (lacking > 0))
        if not len(stopped):
            return runs, tuple(reversed(aside))
        for technique in stopped.tolist():
            places = np.concatenate([_used(uses, technique, gone), len(available) + _used(needs, technique, missing)])
            aside.append((technique, int(places[0])))
        runs[stopped] = False


def _used(table: Any, technique: int, which: Floats) -> Places:
    """Return what a technique uses of some things."""
    places = table.indices[table.indptr[technique] : table.indptr[technique + 1]]
    return np.asarray(places[which[places] > 0], dtype=np.int64)


def _needed(needs: Any, runs: Flags, makes: Places, wanted: Floats) -> Flags:
    """Return the goods that are wanted, or that a technique needs which makes a needed good."""
    needed = wanted > 0
    while True:
        for_them = runs & needed[makes]
        further = needed | (needs.T @ for_them.astype(np.float64) > 0)
        if (further == needed).all():
            return np.asarray(needed)
        needed = further
