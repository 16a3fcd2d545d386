"""One-period plans with one product per technique, put into the form that prices decide, and back into a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...economy.economy import Economy
from ...economy.makers import Makers
from ...input_output.coefficients import Coefficients
from ...laws.holdings import Holdings
from ...objectives.harmony_functions import HarmonyFunction
from ...program.protocol import Program
from .concave import ConcaveProblem
from .limited_output import LimitedOutput
from .price_search import PricedHarmony
from .problem import HarmonyProblem

#: Tables whose laws this form knows.
KNOWN = frozenset(
    {
        "inputs", "outputs", "targets", "target_weights", "resource_use", "resource_limits", "resource_weights",
        "capital", "capital_pool", "initial_capital", "capital_orders", "depreciation", "pool_depreciation",
        "investment_lag", "storage", "storage_capacity",
    }
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Form:
    """An economy in the form of :class:`LimitedOutput`, and where its numbers come from.

    Attributes
    ----------
    makers : the technique of each good that is made, and what a unit of its activity makes.
    made : positions of those goods.
    kinds : block of the program's rows and position in it, for each limit.
    """

    form: LimitedOutput
    makers: Makers
    made: Any
    kinds: list[tuple[str, Any]]

    def limit_rows(self, program: Program) -> Any:
        """Return the rows of a program in which the limits stand, one per limit."""
        starts = {block.name: block.start for block in program.rows}
        return np.concatenate([np.zeros(0, dtype=int), *(starts[name] + places for name, places in self.kinds)])


@dataclass(frozen=True, eq=False)
class OnePeriod(Form):
    """An economy in the form of :class:`LimitedOutput`, with the way back into its program.

    Attributes
    ----------
    problem : harmony over the laws of the economy as rows.
    wanted : positions of the goods that are delivered, shape (k,).
    """

    problem: ConcaveProblem[Any]
    wanted: Any

    def into_plan(self, answer: PricedHarmony) -> tuple[Floats, Floats]:
        """Return column values and ∂objective/∂side per row of the harmony program."""
        program, economy = self.problem.program, self.problem.economy
        primal, dual = np.zeros(program.shape[1]), np.zeros(program.shape[0])
        levels = np.zeros(len(economy.techniques))
        levels[self.makers.technique] = answer.outputs[self.made] / self.makers.amount
        columns = {block.name: block.span for block in program.columns}
        rows = {block.name: block.span for block in program.rows}
        primal[columns["activities"]] = levels
        primal[self.problem.deliveries] = answer.deliveries[self.wanted]
        dual[rows["balance"]] = -answer.prices
        dual[self.limit_rows(program)] = answer.limit_prices
        if "capital_stock" in columns:
            primal[columns["capital_stock"]] = Holdings.of(economy).given(0)
            dual[rows["accumulation"]] = dual[rows["capacity"]]
        return primal, dual


def one_period(problem: HarmonyProblem) -> tuple[OnePeriod | None, str]:
    """Return the form with the way back into the program, or None with the reason why prices alone cannot decide.

    A limit of zero has any price that is high enough to keep its users idle; as a valuation that would say too much.
    """
    wanted = _wanted(problem)
    weights = np.zeros(len(problem.economy.goods))
    weights[wanted] = problem.weights
    found, why = form_of(problem.economy, weights, problem.function)
    if found is None:
        return None, why
    if (found.form.there <= 0).any():
        return None, "a limit of zero"
    return OnePeriod(found.form, found.makers, found.made, found.kinds, problem, wanted), why


def form_of(economy: Economy, weights: Floats, function: HarmonyFunction) -> tuple[Form | None, str]:
    """Return the form of an economy, or None with the reason why it has none."""
    if len(economy.periods) > 1:
        return None, f"{len(economy.periods)} periods"
    other = [table for table in economy.tables if table not in KNOWN]
    if other:
        return None, f"table {other[0]!r}"
    if not function.strict or not function.concave:
        return None, f"harmony function {function.name!r} is not strictly concave"
    outputs = economy.matrix("outputs", 0)
    every = Makers.of(outputs)
    if (every.per_technique > 1).any():
        return None, "joint products"
    if (every.per_good > 1).any():
        return None, "several techniques for a good"
    made, goods = np.flatnonzero(every.per_good), len(economy.goods)
    makers = every if len(made) == goods else Makers.of(sp.csr_array(outputs)[made])
    use, there, kinds = _limits(economy)
    form = LimitedOutput(
        inputs=Coefficients(_by_good(makers, made, goods, economy.matrix("inputs", 0), unmade=1.0)),
        use=Coefficients(_by_good(makers, made, goods, use, unmade=0.0)),
        there=there,
        targets=economy.vector("targets", 0),
        weights=weights,
        function=function,
    )
    return Form(form, makers, made, kinds), "one period, one product per technique"


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
