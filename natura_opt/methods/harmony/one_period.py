"""One-period plans with one product per technique, put into the form that prices decide, and back into a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...base.entrance import checked_arguments
from ...base.errors import QuestionError
from ...economy.economy import Economy
from ...economy.makers import Makers
from ...input_output.coefficients import Coefficients
from ...laws.capital import Holdings
from ...objectives.harmony_functions import HarmonyFunction, harmony_function
from .by_prices import PricedHarmony, harmonise
from .limited_output import LimitedOutput
from .problem import HarmonyProblem

#: Tables whose laws this form knows.
_KNOWN = frozenset(
    {
        "inputs", "outputs", "targets", "target_weights", "resource_use", "resource_limits", "resource_weights",
        "capital", "capital_pool", "initial_capital", "capital_orders", "depreciation", "pool_depreciation",
        "investment_lag", "storage", "storage_capacity",
    }
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class OnePeriod:
    """An economy in the form of :class:`LimitedOutput`, with the way back.

    Attributes
    ----------
    makers : the technique of each good that is made, and what a unit of its activity makes.
    made : positions of those goods.
    kinds : block of the harmony program's rows and position in it, for each limit.
    """

    problem: HarmonyProblem
    form: LimitedOutput
    makers: Makers
    made: Any
    kinds: list[tuple[str, Any]]

    def into_plan(self, answer: PricedHarmony) -> tuple[Floats, Floats]:
        """Return column values and ∂objective/∂side per row of the harmony program."""
        program, economy = self.problem.program, self.problem.economy
        primal, dual = np.zeros(program.shape[1]), np.zeros(program.shape[0])
        levels = np.zeros(len(economy.techniques))
        levels[self.makers.technique] = answer.outputs[self.made] / self.makers.amount
        columns = {block.name: block.span for block in program.columns}
        rows = {block.name: block.span for block in program.rows}
        primal[columns["activities"]] = levels
        primal[self.problem.deliveries] = answer.deliveries[_wanted(self.problem)]
        dual[rows["balance"]] = -answer.prices
        start = 0
        for name, places in self.kinds:
            prices = answer.limit_prices[start : start + len(places)]
            start += len(places)
            if name == "resource_limit":
                dual[rows[name].start + places] = prices
            else:
                held = Holdings.of(economy)
                primal[columns["capital_stock"]] = held.given(0)
                dual[rows["capacity"].start + places] = prices
                dual[rows["accumulation"].start + places] = prices
        return primal, dual


def one_period(problem: HarmonyProblem) -> tuple[OnePeriod | None, str]:
    """Return the form with the way back into the program, or None with the reason why prices alone cannot decide.

    A limit of zero has any price that is high enough to keep its users idle; as a valuation that would say too much.
    """
    made, why = _laid_out(problem.economy, _spread(problem), problem.function)
    if made is not None and (made[0].there <= 0).any():
        return None, "a limit of zero"
    return (None, why) if made is None else (OnePeriod(problem, *made), why)


@checked_arguments()
def harmonise_outputs(
    economy: Economy,
    *,
    function: str | HarmonyFunction = "2018",
    tolerance: float = 1e-6,
    max_passes: int = 20_000,
    time_limit: float | None = None,
) -> PricedHarmony:
    """Plan outputs of one period for harmony without writing the laws out as a program: for a million goods.

    Parameters
    ----------
    economy : one period, one product per technique, limits of resources or stocks.
    function : ``2018``, or another strictly concave harmony function, by name or your own.
    tolerance : the gap per good at which to stop.
    max_passes, time_limit : passes over the data, and seconds, after which to stop anyway.

    Returns
    -------
    PricedHarmony : outputs, deliveries and prices as arrays in the order of the goods, and the proven bound.

    Raises
    ------
    QuestionError : the economy is of another form (``natura_opt.solve`` answers it for the objective
        ``harmony``), or nothing limits a good.
    """
    if not economy.has("targets"):
        raise QuestionError(f"{economy.name}: harmony needs a table 'targets'")
    weights = economy.vector("target_weights", 0)
    made, why = _laid_out(economy, weights, harmony_function(function))
    if made is None:
        raise QuestionError(
            f"{economy.name}: prices alone cannot plan this economy ({why}); natura_opt.solve can, with "
            "objective='harmony'"
        )
    return harmonise(made[0], tolerance=tolerance, max_passes=max_passes, time_limit=time_limit, names=economy.goods)


def _laid_out(
    economy: Economy, weights: Floats, function: HarmonyFunction
) -> tuple[tuple[LimitedOutput, Makers, Any, list[tuple[str, Any]]] | None, str]:
    """Return (the form, who makes which goods, rows of the limits), or None with the reason."""
    if len(economy.periods) > 1:
        return None, f"{len(economy.periods)} periods"
    other = [table for table in economy.tables if table not in _KNOWN]
    if other:
        return None, f"table {other[0]!r}"
    if not function.strict or not function.concave:
        return None, f"harmony function {function.name!r} is not strictly concave"
    makers = Makers.of(economy.matrix("outputs", 0))
    if len(makers.joint):
        return None, "joint products"
    if len(makers.contested):
        return None, "several techniques for a good"
    made, goods = makers.made, len(economy.goods)
    use, there, kinds = _limits(economy)
    form = LimitedOutput(
        inputs=Coefficients(_by_good(makers, made, goods, economy.matrix("inputs", 0), unmade=1.0)),
        use=Coefficients(_by_good(makers, made, goods, use, unmade=0.0)),
        there=there,
        targets=economy.vector("targets", 0),
        weights=weights,
        function=function,
    )
    return (form, makers, made, kinds), "one period, one product per technique"


def _by_good(makers: Makers, made: Any, goods: int, matrix: Any, unmade: float) -> Any:
    """Return columns of techniques as columns of goods, per unit made.

    Parameters
    ----------
    unmade : of itself, what one of a good that nothing makes takes: with 1, its industry leaves none over.
    """
    columns = makers.per_output(matrix)
    if len(made) == goods:
        return columns
    places = sp.csr_array((np.ones(len(made)), (np.arange(len(made)), made)), shape=(len(made), goods))
    spread = sp.csr_array(columns @ places)
    missing = np.setdiff1d(np.arange(goods), made)
    own = sp.csr_array((np.full(len(missing), unmade), (missing, missing)), shape=(goods, goods))
    return sp.csr_array(spread + own) if unmade else spread


def _wanted(problem: HarmonyProblem) -> Any:
    block = problem.program.column_block("delivered")
    assert block is not None
    return problem.economy.goods.get_indexer(block.index.get_level_values(0))


def _spread(problem: HarmonyProblem) -> Floats:
    weights = np.zeros(len(problem.economy.goods))
    weights[_wanted(problem)] = problem.weights
    return weights


def _limits(economy: Economy) -> tuple[Any, Floats, list[tuple[str, Any]]]:
    """Return what is used of everything limited per unit of activity, how much is there, and the rows it stands in."""
    parts, there = [sp.csr_array((0, len(economy.techniques)))], [np.zeros(0)]
    kinds: list[tuple[str, Any]] = []
    if economy.has("resource_limits"):
        use = sp.csr_array(economy.matrix("resource_use", 0))
        limited = np.flatnonzero(np.diff(use.indptr) > 0)
        parts.append(use[limited])
        there.append(economy.vector("resource_limits", 0)[limited])
        kinds.append(("resource_limit", limited))
    if economy.has("capital"):
        held = Holdings.of(economy)
        parts.append(sp.csr_array(held.tied_up(0)))
        there.append(held.given(0))
        kinds.append(("capacity", np.arange(held.count)))
    return sp.csr_array(sp.vstack(parts)), np.concatenate(there), kinds
