"""An n-year economy as products and technologies with joint products: the form of the 2018 harmony program.

A product is a good of a year, a resource of a year, or a capital good in someone's hands in a year. The techniques of a
year take goods, resources and capital of that year and give back nothing but their goods, so that stocks in use are an
input like any other; what ties a stock to the next year is that the same initial stock, worn down, is given in every
year. An accumulation takes one unit of a good of year t and makes capital of every year from t + lag on, worn down:
joint products (Cockshott's 5yearplan).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.errors import QuestionError
from ...economy.economy import Economy
from ...laws.capital_course import stocks_over_time
from ...laws.coefficients import over_periods
from ...laws.holdings import Holdings
from .accepting import refuse_what_is_not_stocks_and_flows

_NAME = "harmony-2018"
#: What stands in for a target of zero, and for the target of what is no final good.
ZERO_TARGET = 0.02
INTERNAL_TARGET = 0.03
#: Where the levels that serve the first targets are left as they are: an unproductive economy has none.
_MOST_PASSES = 200
_TOO_MUCH = 1e100


@dataclass(frozen=True, eq=False)
class Technologies:
    """Products and technologies; the first products are the goods of year 1, 2, …

    Attributes
    ----------
    economy : what they were made from.
    makes, takes : outputs and inputs at an intensity of 1, csr, (products, technologies).
    given : amount of each product that is there without being made, shape (products,).
    targets : of each product, never 0, shape (products,).
    final : whether a product is a good; else it is a resource or capital.
    produced : whether any technology makes a product.
    main : position of the product a technology is for, shape (technologies,).
    units : activity that an intensity of 1 stands for, that of a base year, shape (technologies,).
    investing : number of accumulations; they come last, by period and holding.
    held : who holds which capital good, if there is capital.
    """

    economy: Economy
    makes: Any
    takes: Any
    given: Floats
    targets: Floats
    final: npt.NDArray[np.bool_]
    produced: npt.NDArray[np.bool_]
    main: npt.NDArray[np.int64]
    units: Floats
    investing: int
    held: Holdings | None

    @classmethod
    def of(cls, economy: Economy, base_year: Floats | None = None) -> Technologies:
        """Read an economy in this form.

        Parameters
        ----------
        base_year : the activity of each technique that an intensity of 1 stands for, shape (techniques,).

        Raises
        ------
        QuestionError : no targets, a table that this form does not know, or nothing that limits production.
        """
        refuse_what_is_not_stocks_and_flows(economy, _NAME)
        count, goods = len(economy.periods), len(economy.goods)
        capital = Holdings.of(economy) if economy.has("capital") else None
        if capital is not None and not capital.count:
            capital = None
        output_matrix = over_periods(count, economy.constant("outputs"), lambda t: economy.matrix("outputs", t))
        takes = [over_periods(count, economy.constant("inputs"), lambda t: economy.matrix("inputs", t))]
        stocks = economy.vector("initial_stocks", 0)
        given = [np.concatenate([stocks, np.zeros((count - 1) * goods)])]
        if economy.has("resource_limits"):
            takes.append(_stacked(count, lambda t: economy.matrix("resource_use", t)))
            given.append(np.concatenate([economy.vector("resource_limits", t) for t in range(count)]))
        if capital is not None:
            takes.append(_stacked(count, capital.tied_up))
            given.append(stocks_over_time(capital).T.ravel())
        every = np.concatenate(given)
        producing = sp.csr_array(sp.vstack(takes))
        if not producing[count * goods :].count_nonzero():
            raise QuestionError(
                f"{economy.name}: {_NAME} grows until a resource or stock runs out, and no technique uses any: give "
                "'resource_use' with 'resource_limits', or 'capital' with its stocks"
            )
        target = np.concatenate([economy.vector("targets", t) for t in range(count)])
        wanted = np.where(target > 0, target, ZERO_TARGET)
        main = _main_products(economy, output_matrix, wanted)
        if base_year is None:
            base_year = _base_year(economy, capital, output_matrix, main, wanted)
        units = np.tile(base_year, count)
        none = sp.csr_array((len(every) - count * goods, len(units)))
        makes: Any = sp.csr_array(sp.vstack([sp.csr_array(output_matrix) * units[None, :], none]))
        takes_all: Any = producing * units[None, :]
        investing = 0
        if capital is not None and count > 1:
            outputs, inputs, main_of = _accumulations(capital, count, len(every))
            investing = outputs.shape[1]
            makes, takes_all = sp.hstack([makes, outputs]), sp.hstack([takes_all, inputs])
            main, units = np.concatenate([main, main_of]), np.concatenate([units, np.ones(investing)])
        makes, takes_all = sp.csr_array(makes), sp.csr_array(takes_all)
        makes.eliminate_zeros()
        takes_all.eliminate_zeros()
        produced = np.diff(makes.indptr) > 0
        final = np.arange(len(every)) < count * goods
        final[: count * goods] &= produced[: count * goods] | (target > 0)
        targets = np.full(len(every), INTERNAL_TARGET)
        targets[final] = wanted[final[: count * goods]]
        return cls(economy, makes, takes_all, every, targets, final, produced, main, units, investing, capital)

    def net_outputs(self, intensities: Floats) -> Floats:
        """Return what is left of each product, shape (products,)."""
        left: Floats = self.given + self.makes @ intensities - self.takes @ intensities
        return left

    def activities(self, intensities: Floats) -> Floats:
        """Return the activity levels, shape (techniques, periods)."""
        running = (self.units * intensities)[: len(intensities) - self.investing]
        return running.reshape(len(self.economy.periods), -1).T.copy()

    def investment(self, intensities: Floats) -> Floats:
        """Return the investment in each holding, shape (holdings, periods); none is made that no period could use."""
        count = len(self.economy.periods)
        if self.held is None:
            return np.zeros((0, count))
        invested = np.zeros((self.held.count, count))
        if self.investing:
            holding, period = _placed(self.held, count)
            invested[holding, period] = intensities[len(intensities) - self.investing :]
        return invested


def _stacked(count: int, at: Any) -> Any:
    return sp.csr_array(sp.block_diag([at(t) for t in range(count)]))


def _base_year(economy: Economy, capital: Holdings | None, output_matrix: Any, main: Any, target: Floats) -> Floats:
    """Return the activity of each technique in a base year, shape (techniques,).

    Where a technique holds stocks, what those of the start allow: in the four-file form that is the base year's output.
    Else what it takes to serve the first targets through the whole chain, a good's makers sharing its output.
    """
    techniques, goods = len(economy.techniques), len(economy.goods)
    active = np.flatnonzero(main[:techniques] >= 0)
    makes = np.asarray(sp.csr_array(output_matrix)[main[active], active]).ravel()
    share = 1.0 / (np.bincount(main[active], minlength=goods)[main[active]] * makes)
    inputs = sp.csr_array(economy.matrix("inputs", 0))
    level, wanted = np.zeros(techniques), target[:goods]
    for _ in range(_MOST_PASSES):
        more = np.zeros(techniques)
        more[active] = share * wanted[main[active]]
        level, wanted = level + more, inputs @ more
        if (more <= 1e-6 * level).all() or level.max() > _TOO_MUCH:
            break
    if capital is not None and capital.techniques is not None:
        entries = sp.coo_array(capital.tied_up(0))
        start = capital.given(0)[entries.row]
        some = (start > 0) & (entries.data > 0)
        most = np.full(techniques, np.inf)
        np.minimum.at(most, entries.col[some], start[some] / entries.data[some])
        level = np.where(np.isfinite(most), most, level)
    return np.where(level > 0, level, 1.0)


def _main_products(economy: Economy, makes: Any, target: Floats) -> Any:
    """Return what each technique is for: the good of its own name, or else what it makes most of beside the target."""
    count, techniques, goods = len(economy.periods), len(economy.techniques), len(economy.goods)
    by_technique = sp.csc_array(makes)
    namesake = economy.goods.get_indexer(economy.techniques)
    main = np.full(count * techniques, -1)
    for column in range(len(main)):
        period, technique = divmod(column, techniques)
        part = slice(by_technique.indptr[column], by_technique.indptr[column + 1])
        rows, amounts = by_technique.indices[part], by_technique.data[part]
        own = namesake[technique] + period * goods
        if namesake[technique] >= 0 and own in rows:
            main[column] = own
        elif len(rows):
            main[column] = rows[int(np.argmax(amounts / target[rows]))]
    return main


def _placed(capital: Holdings, count: int) -> tuple[Any, Any]:
    """Return holding and period of every investment that some period can still use, by period and holding."""
    period, holding = np.nonzero(np.arange(count)[:, None] + capital.lags[None, :] < count)
    return holding, period


def _accumulations(capital: Holdings, count: int, products: int) -> tuple[Any, Any, Any]:
    """Return outputs, inputs and main products of the accumulations, by period and holding."""
    holding, period = _placed(capital, count)
    lag = capital.lags
    first = products - count * capital.count  # capital products come last, by period and holding
    column = np.arange(len(holding))
    usable = period + lag[holding]
    rows, columns, values = [], [], []
    lasting = np.zeros(len(holding))
    for t in range(1, count):
        lasting = np.where(usable == t, 1.0, lasting * capital.surviving(t - 1)[holding])
        now = usable <= t
        rows.append(first + t * capital.count + holding[now])
        columns.append(column[now])
        values.append(lasting[now])
    shape = (products, len(holding))
    outputs = sp.coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    good = period * len(capital.economy.goods) + capital.goods[holding]
    inputs = sp.coo_array((np.ones(len(holding)), (good, column)), shape=shape)
    return outputs, inputs, first + usable * capital.count + holding
