"""An economy as price coordination sees it: techniques that make one good each, out of goods and scarce things.

Whatever is limited is a scarce thing with a price: a resource, a stock of capital (pooled, or held by one technique:
then only the holding that limits the technique most counts), and goods on hand, which one more "technique" takes from
the store. Techniques that cannot run (they use something of which there is none) and goods that no plan needs are set
aside; their prices are found afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.errors import QuestionError, listed
from ...economy.economy import Economy
from ...economy.makers import NONE, Makers, Places
from ...economy.question import Question
from ...formulate import asked_of, laws_of
from ...laws.activities import ACTIVITIES
from ...laws.balance import BALANCE
from ...laws.capital import CAPITAL
from ...laws.curve_settings import CurveSettings
from ...laws.emissions import EMISSIONS
from ...laws.holdings import Holdings
from ...laws.law import Law
from ...laws.resources import RESOURCES
from ...laws.storage import STORAGE
from ...objectives import objective_of
from ...objectives.assortment import ASSORTMENT
from ...objectives.fulfilment import FULFILMENT
from ..refusing import unread_setting

Flags = npt.NDArray[np.bool_]
_OTHERS = "ask it with method='auto'"
#: The laws that prices of goods, resources and stocks answer to; over one period nothing is stored.
PRICED = (ACTIVITIES, RESOURCES, CAPITAL, STORAGE, BALANCE)
#: Settings of laws that leave it as it is: how curves are stated, and how much a later year than the only one counts.
_READ = (*CurveSettings.names(), "discount_factor")
#: The objectives that price coordination answers.
ANSWERED = (ASSORTMENT, FULFILMENT)
#: More scarce things than this are better priced by a linear program.
MOST_SCARCE = 1_000
#: What prices of what was set aside are raised by, so that rounding leaves them on the safe side.
_MARGIN = 1e-13


@dataclass(frozen=True, eq=False)
class PricedEconomy:
    """Positions and numbers; "row" stands for a technique that may run, or for taking a good from the store.

    Attributes
    ----------
    economy : as the question sees it. holdings : its stocks of capital, or None.
    goods : positions of the goods that are priced, shape (n,).
    techniques : position of each row's technique, -1 for taking from the store; rows in the order of ``goods``.
    first : rows of good i are ``first[i]`` to ``first[i + 1] - 1``.
    output_coefficients : what one unit of each row's technique makes of its good.
    inputs, use : csr, per unit made: of goods, shape (rows, n), and of what is scarce, shape (rows, scarce things).
    wanted : the assortment, shape (n,).
    scarce : positions of the scarce things in ``limits``; a good on hand counts on from there.
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

    def activities_of(self, rows: Places, outputs: Floats) -> Floats:
        """Return activity levels of all techniques from what each chosen row makes."""
        levels = np.zeros(len(self.economy.techniques))
        own = self.techniques[rows] >= 0
        levels[self.techniques[rows[own]]] = outputs[own] / self.output_coefficients[rows[own]]
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
    laid = laid_out(asked_of(economy, question))
    _refuse_count(economy.name, len(laid.amounts))
    return laid


def laid_out(seen: Economy) -> PricedEconomy:
    """Lay out an economy of one period in which every technique makes one good, as a question sees it.

    Raises
    ------
    QuestionError : a good that is wanted cannot be made.
    """
    makes, output = Makers.of(seen.matrix("outputs", 0)).product
    capital = Holdings.of(seen) if seen.has("capital") else None
    limits, available, resources, limiting = _limits(seen, capital)
    needs = sp.csr_array(seen.matrix("inputs", 0).T)
    stock = seen.vector("initial_stocks", 0)
    runs, aside = _running(needs, sp.csr_array(limits.T), available, makes, stock)
    wanted = seen.vector("targets", 0)
    _refuse_unmakeable(seen, runs, aside, makes, wanted, stock, resources, limiting, capital)
    goods = np.flatnonzero(_needed(needs, runs, makes, wanted))
    on_hand = goods[stock[goods] > 0]
    rows, first = _rows(goods, on_hand, makes, runs, len(seen.goods))

    output = np.where(rows >= 0, output[rows], 1.0)
    with np.errstate(over="ignore"):  # what is too small to divide by is refused by name, later
        per_unit = sp.diags_array(1.0 / output)
    of_techniques = _selection(np.flatnonzero(rows >= 0), rows[rows >= 0], (len(rows), len(runs)))
    of_store = _selection(np.flatnonzero(rows < 0), np.arange(len(on_hand)), (len(rows), len(on_hand)))
    of_goods = _selection(goods, np.arange(len(goods)), (len(seen.goods), len(goods)))
    shared = sp.csr_array(per_unit @ (of_techniques @ sp.csr_array(limits.T)))
    scarce = np.flatnonzero(np.diff(sp.csc_array(shared).indptr) > 0)
    return PricedEconomy(
        economy=seen,
        holdings=capital,
        goods=goods,
        techniques=rows,
        first=first,
        output_coefficients=output,
        inputs=sp.csr_array(per_unit @ (of_techniques @ needs @ of_goods)),
        use=sp.csr_array(sp.hstack([shared[:, scarce], of_store])),
        wanted=wanted[goods],
        scarce=np.concatenate([scarce, len(available) + on_hand]),
        amounts=np.concatenate([available[scarce], stock[on_hand]]),
        limits=limits,
        available=available,
        resources=resources,
        limiting_holdings=limiting,
        aside=aside,
    )


def _rows(goods: Places, on_hand: Places, makes: Places, runs: Flags, count: int) -> tuple[Places, Places]:
    """Return the technique of each row, in the order of goods, and the first row of each good, of so many in all."""
    place = np.full(count, NONE)
    place[goods] = np.arange(len(goods))
    running = np.flatnonzero(runs & (place[makes] >= 0))
    rows = np.concatenate([running, np.full(len(on_hand), NONE)])
    good = place[np.concatenate([makes[running], on_hand])]
    order = np.argsort(good, kind="stable")
    first: Places = np.searchsorted(good[order], np.arange(len(goods) + 1)).astype(np.int64)
    return rows[order], first


def _selection(rows: Places, columns: Places, shape: tuple[int, int]) -> Any:
    """Return the matrix of ones at some places, which picks rows or columns of others."""
    return sp.csr_array((np.ones(len(rows)), (rows, columns)), shape)


def _refuse_count(name: str, count: int) -> None:
    """Refuse an economy in which nothing is scarce, or too much."""
    if not count:
        raise QuestionError(
            f"{name}: method 'prices' prices what is scarce, and nothing is: no resource, stock or capital limits what "
            "the assortment needs, so it can be made without end; add 'resource_limits'"
        )
    if count > MOST_SCARCE:
        raise QuestionError(
            f"{name}: method 'prices' keeps a price for everything scarce, up to {MOST_SCARCE:,} in all, and there are "
            f"{count:,} resources, stocks of capital and goods on hand; {_OTHERS}"
        )


def refuse(economy: Economy, question: Question, priced: tuple[Law, ...] = PRICED) -> None:
    """Raise unless the question is one that price coordination can answer.

    Parameters
    ----------
    priced : the laws that are taken into account.
    """
    name = economy.name
    laws = laws_of(economy, question)
    if objective_of(question) not in ANSWERED:
        raise QuestionError(
            f"{name}: method 'prices' makes as many assortments as it can; the objective {question.objective!r} is "
            f"another question: {_OTHERS}"
        )
    if len(economy.periods) > 1:
        raise QuestionError(
            f"{name}: method 'prices' plans one period, and there are {len(economy.periods)}: goods, stocks and "
            f"investment of several periods would need prices of their own; {_OTHERS}"
        )
    if EMISSIONS in laws:
        raise QuestionError(
            f"{name}: method 'prices' does not price emissions; {_OTHERS}, or put their tables under leave_out"
        )
    unread = unread_setting("prices", _READ, economy, question)
    if unread:
        raise QuestionError(unread)
    unpriced = [law for law in laws if law not in priced and law is not objective_of(question).law]
    if unpriced:
        known = frozenset[str]().union(*(law.tables for law in laws if law not in unpriced))
        others = frozenset[str]().union(*(law.tables for law in unpriced)) - known
        given = asked_of(economy, question).tables
        tables = [table for table in given if table in others] or [t for t in given if t in unpriced[0].tables]
        raise QuestionError(
            f"{name}: method 'prices' does not price the table {listed(tables)} ({unpriced[0].name}); {_OTHERS}, or "
            "put it under leave_out"
        )
    several = Makers.of(asked_of(economy, question).matrix("outputs", 0)).joint
    if len(several):
        raise QuestionError(
            f"{name}: technique {str(economy.techniques[several[0]])!r} makes several goods; method 'prices' asks for "
            f"each good which technique is cheapest, and joint products leave that open: {_OTHERS}"
        )


def _limits(economy: Economy, capital: Holdings | None) -> tuple[Any, Floats, int, Places]:
    """Return use per unit of activity of all that is limited, the amounts, the number of resources, the holdings."""
    parts, available = [sp.csr_array((0, len(economy.techniques)))], [np.zeros(0)]
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
    limits = sp.csr_array(sp.vstack(parts))
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
    stop = np.concatenate([available <= 0, np.zeros(len(stock), dtype=bool)])
    everything = sp.csr_array(sp.hstack([uses, needs]))
    runs: Flags = makes >= 0
    aside: list[tuple[int, int]] = []
    while True:
        makeable = np.isin(np.arange(len(stock)), makes[runs]) | (stock > 0)
        stop[len(available) :] = ~makeable
        stopped = np.flatnonzero(runs & (everything @ stop.astype(np.float64) > 0))
        if not len(stopped):
            return runs, tuple(reversed(aside))
        for technique in stopped.tolist():
            places = everything.indices[everything.indptr[technique] : everything.indptr[technique + 1]]
            aside.append((technique, int(places[stop[places]][0])))
        runs[stopped] = False


def _needed(needs: Any, runs: Flags, makes: Places, wanted: Floats) -> Flags:
    """Return the goods that are wanted, or that a technique needs which makes a needed good."""
    needed = wanted > 0
    while True:
        for_them = runs & needed[makes]
        further = needed | (needs.T @ for_them.astype(np.float64) > 0)
        if (further == needed).all():
            return np.asarray(needed)
        needed = further


def _refuse_unmakeable(
    economy: Economy,
    runs: Flags,
    aside: tuple[tuple[int, int], ...],
    makes: Places,
    wanted: Floats,
    stock: Floats,
    resources: int,
    limiting: Places,
    capital: Holdings | None,
) -> None:
    makeable = np.zeros(len(wanted), dtype=bool)
    makeable[makes[runs]] = True
    missing = np.flatnonzero((wanted > 0) & ~makeable & (stock <= 0))
    if not len(missing):
        return
    good = str(economy.goods[missing[0]])
    why = "no technique makes it"
    reasons = dict(aside)
    makers = [technique for technique in reasons if makes[technique] == missing[0]]
    if makers:
        reason = reasons[makers[0]]
        if reason < resources:
            what = f"resource {str(economy.resources[reason])!r}, of which there is none"
        elif reason < resources + len(limiting):
            assert capital is not None
            stock_good = economy.goods[capital.goods[limiting[reason - resources]]]
            what = f"a stock of {str(stock_good)!r}, of which there is none"
        else:
            what = f"good {str(economy.goods[reason - resources - len(limiting)])!r}, which cannot be made"
        why = f"technique {str(economy.techniques[makers[0]])!r} needs {what}"
    raise QuestionError(
        f"{economy.name}: method 'prices' cannot price {good!r}, which is wanted and cannot be made ({why}), so no "
        "assortment is possible; correct the tables, or take it out of the targets"
    )
