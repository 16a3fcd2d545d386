"""One-period plans in which goods have several techniques, put into the form that prices decide, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...base.arrays import Floats
from ...base.errors import QuestionError
from ...economy.makers import Makers
from ..prices.own_units import OwnUnits, in_own_units
from ..prices.priced_economy import laid_out
from ..prices.technique_table import Shares
from .chosen_output import ChosenHarmony, ChosenOutput
from .one_period import KNOWN
from .problem import HarmonyProblem

#: Prices of more scarce things than this are found by the primal-dual method.
MOST_SCARCE = 64


@dataclass(frozen=True, eq=False)
class ChoicePeriod:
    """An economy in the form of :class:`ChosenOutput`, in its own units, with the way back into its program.

    Attributes
    ----------
    problem : harmony over the laws of the economy as rows.
    """

    problem: HarmonyProblem
    ours: OwnUnits
    form: ChosenOutput

    def into_plan(self, answer: ChosenHarmony) -> tuple[Floats, Floats]:
        """Return column values and ∂objective/∂side per row of the harmony program."""
        laid, goods = self.ours.laid, self.ours.goods
        made_good = np.repeat(np.arange(len(goods)), np.diff(laid.first))
        made = Shares(laid.first, laid.rows, np.ldexp(answer.levels, goods[made_good]))
        levels = laid.activities_of(made, np.ones(len(goods)))
        prices, limits = laid.all_prices(answer.scarce_prices / laid.amounts, np.ldexp(answer.prices, -goods))
        primal = self.problem.columns_of(levels[:, None], None)
        dual = np.zeros(self.problem.program.shape[0])
        for block in self.problem.program.rows:
            if block.name == "balance":
                dual[block.span] = -prices
            elif block.name == "resource_limit":
                dual[block.span] = limits[: laid.resources]
            elif block.name in ("capacity", "accumulation"):
                rents = np.zeros(0 if laid.holdings is None else laid.holdings.count)
                rents[laid.limiting_holdings] = limits[laid.resources :]
                dual[block.span] = rents
        return primal, dual


def choice_period(problem: HarmonyProblem) -> tuple[ChoicePeriod | None, str]:
    """Return the form with the way back into the program, or None with the reason why it has none."""
    economy = problem.economy
    if len(economy.periods) > 1:
        return None, f"{len(economy.periods)} periods"
    other = [table for table in economy.tables if table not in KNOWN]
    if other:
        return None, f"table {other[0]!r}"
    if not problem.function.strict or not problem.function.concave:
        return None, f"harmony function {problem.function.name!r} is not strictly concave"
    if len(Makers.of(economy.matrix("outputs", 0)).joint):
        return None, "joint products"
    try:
        laid = laid_out(economy)
        if not 0 < len(laid.amounts) <= MOST_SCARCE:
            return None, f"several techniques for a good, and {len(laid.amounts):,} limits: more than {MOST_SCARCE}"
        ours = in_own_units(laid)
    except QuestionError as error:
        return None, str(error)
    weights = np.zeros(len(economy.goods))
    block = problem.program.column_block("delivered")
    assert block is not None
    weights[economy.goods.get_indexer(block.index.get_level_values(0))] = problem.weights
    with np.errstate(over="ignore", under="ignore"):
        targets = np.ldexp(laid.wanted, -ours.goods)
    if not np.isfinite(targets).all() or (targets[laid.wanted > 0] < np.finfo(np.float64).tiny).any():
        return None, "targets too far apart for prices"
    inputs, use = ours.inputs[laid.rows], ours.use[laid.rows]
    form = ChosenOutput(inputs, use, laid.first, targets, weights[laid.goods], problem.function)
    return ChoicePeriod(problem, ours, form), "one period, techniques chosen by price"
