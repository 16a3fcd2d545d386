"""What is left when the first period of a plan is over: the stocks at its end, with which the next begins.

Each law's stocks are carried over in one function here, and no table is carried over that is not named here: one that
says what there is at the start, or over all periods together, and has no such function is refused by name.

- Capital follows its law, as an equality: what lasts of it, what was invested and arrives, and what was ordered. (The
  stocks of a plan may be lower than that where nobody uses them.) An investment that arrives later is an order.
- Goods in store: what lasts of what was put in. Goods on hand at the start that were not used are gone.
- A budget of emissions is less by what was emitted; less than nothing is left of none.
- Techniques that ran are those that need no start-up inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from ..base.errors import CannotAnswerError, NotProvedError, OptionError, listed
from ..economy.economy import Economy
from ..economy.some_periods import of_periods
from ..formulate import asked_of
from ..laws.capital_course import stocks_over_time
from ..laws.holdings import Holdings
from ..laws.periods import lengths
from ..laws.terminal_settings import ends_open
from ..plan.plan import Plan

#: Tables that speak of each period by itself, or of all alike: nothing of them is used up.
_WITHOUT_STATE = frozenset(
    (
        *("inputs", "outputs", "curves", "resource_use", "resource_limits", "resource_weights"),
        *("activity_weights", "targets", "target_weights", "populations", "baskets", "profile_weights"),
        *("period_length", "period_weights"),
        *("capital", "depreciation", "pool_depreciation", "investment_lag", "investment_units", "salvage_values"),
        *("storage", "storage_capacity", "emissions", "emission_caps", "damage_weights"),
        *("activity_limits", "least_activities", "plant_capacity", "plants", "plant_inputs", "plant_resources"),
        *("minimum_scale", "start_up_inputs"),
        *("import_limits", "export_limits", "import_prices", "export_prices", "foreign_exchange"),
    )
)


@dataclass(frozen=True, eq=False)
class _Executed:
    """The first period of a plan, as it was executed.

    Attributes
    ----------
    economy : all periods that were left when it began, as the question sees them. plan : whose first period it is.
    """

    economy: Economy
    plan: Plan

    @property
    def activities(self) -> Floats:
        """Levels of activity, shape (techniques,)."""
        return self.vector("activities", "techniques")

    def vector(self, block: str, axis: str) -> Floats:
        """Return a block of columns in the first period along an axis, zero where it has no column."""
        found = self._first(block)
        values = np.zeros(len(self.economy.axes[axis]))
        for label, value in found.items():
            values[self.economy.axes[axis].get_loc(label)] = value
        return values

    def held(self, block: str, holdings: Holdings) -> Floats:
        """Return a block of columns by holdings in the first period, shape (holdings,)."""
        found, economy = self._first(block), holdings.economy
        names: Any = [(good,) for good in economy.goods[holdings.goods]]
        if holdings.techniques is not None:
            pairs = zip(economy.goods[holdings.goods], economy.techniques[holdings.techniques], strict=True)
            names = list(pairs)
        keys = names if holdings.techniques is not None else [name for (name,) in names]
        return np.array([found.get(key, 0.0) for key in keys])

    def _first(self, block: str) -> dict[Any, float]:
        """Return the values of a block in the first period by label without the period; a plan may miss zero by a last
        digit.
        """
        found = self.plan.program.column_block(block)
        if found is None:
            return {}
        period, values = self.economy.periods[0], np.maximum(self.plan.primal[found.span], 0.0)
        pairs = zip(found.index, values.tolist(), strict=True)
        now = [(label[:-1], value) for label, value in pairs if label[-1] == period]
        return {(rest[0] if len(rest) == 1 else rest): value for rest, value in now}


def _capital(done: _Executed) -> dict[str, Any]:
    """Return the stocks of capital at the start of the next period, and what is on order."""
    economy = done.economy
    if not economy.has("capital"):
        return {}
    holdings, count = Holdings.of(economy), len(economy.periods)
    invested = np.zeros((holdings.count, count))
    invested[:, 0] = done.held("investment", holdings)
    course, idle = stocks_over_time(holdings, invested), stocks_over_time(holdings)
    stock = course[:, 1] - holdings.given(1)
    lags = holdings.lags
    later = np.flatnonzero((lags > 1) & (lags < count) & (invested[:, 0] > 0))
    beyond = (lags >= count) & (invested[:, 0] > 0)
    if beyond.any() and not ends_open(done.plan.question):
        raise CannotAnswerError(
            f"{economy.name}: what was invested in {listed(economy.goods[np.unique(holdings.goods[beyond])])} arrives "
            "after the last period, where the question counts it, and 'capital_orders' has no place for it; it cannot "
            "be carried over"
        )
    if holdings.techniques is None:
        if len(later):
            raise CannotAnswerError(
                f"{economy.name}: what was invested in pooled capital arrives after the next period "
                "('investment_lag'), and orders of pooled capital have no table; it cannot be carried over"
            )
        pool = np.array(economy.vector("capital_pool", 0)) * 0.0
        pool[holdings.goods] = stock
        return {"capital_pool": pool}
    shape = economy.matrix("initial_capital", 0).shape
    tables: dict[str, Any] = {"initial_capital": _placed(stock, holdings, shape)}
    if len(later):
        orders = []
        for t in range(1, count):
            arriving = np.where((lags == t) & (lags > 1), (course - idle)[:, t], 0.0)
            before = economy.matrix("capital_orders", t) if economy.has("capital_orders") else sp.csr_array(shape)
            orders.append(before + _placed(arriving, holdings, shape))
        tables["capital_orders"] = dict(zip(economy.periods[1:], orders, strict=True))
    return tables


def _placed(values: Floats, holdings: Holdings, shape: tuple[int, int]) -> sp.csr_array:
    return sp.csr_array((values, (holdings.goods, holdings.techniques)), shape=shape)


def _stores(done: _Executed) -> dict[str, Any]:
    """Return what is on hand at the start of the next period: what lasts of what was stored."""
    economy = done.economy
    if not (economy.has("initial_stocks") or economy.has("storage")):
        return {}
    lasts = economy.vector("storage", 0) ** lengths(economy)[1]  # a store loses its share in each year it is drawn on
    return {"initial_stocks": lasts * done.vector("stored", "goods")}


def _budgets(done: _Executed) -> dict[str, Any]:
    """Return what is left of the budgets of emissions."""
    economy = done.economy
    if not economy.has("emission_budgets"):
        return {}
    emitted = economy.matrix("emissions", 0) @ done.activities * lengths(economy)[0]
    return {"emission_budgets": np.maximum(economy.vector("emission_budgets", 0) - emitted, 0.0)}


def _running(done: _Executed) -> dict[str, Any]:
    """Return which techniques ran."""
    return {"running_before": (done.activities > 0) * 1.0} if done.economy.has("start_up_inputs") else {}


#: What each law carries over, and the tables that say it at the start.
CARRIED: Mapping[Callable[[_Executed], dict[str, Any]], frozenset[str]] = {
    _capital: frozenset({"initial_capital", "capital_pool", "capital_orders"}),
    _stores: frozenset({"initial_stocks"}),
    _budgets: frozenset({"emission_budgets"}),
    _running: frozenset({"running_before"}),
}


def refuse_what_is_not_carried(economy: Economy) -> None:
    """Raise on tables of which it is not known what is left of them after a period.

    Raises
    ------
    CannotAnswerError : naming them.
    """
    known = _WITHOUT_STATE.union(*CARRIED.values())
    unknown = [name for name in economy.tables if name not in known]
    if unknown:
        raise CannotAnswerError(
            f"{economy.name}: what is left after a period of {listed(unknown)} is not known, so a plan of it cannot be "
            "moved on; leave the table out of the question, or plan all periods at once"
        )
    if economy.has("emission_budgets") and economy.has_curves("emissions"):
        raise CannotAnswerError(f"{economy.name}: emissions by curves are not taken off 'emission_budgets'")


@checked_arguments()
def carry_over(plan: Plan, economy: Economy | None = None) -> Economy:
    """Return the economy as it stands when the first period of a plan is over.

    Its periods are those that are left; tables that say what there is at the start say what there is then.

    Parameters
    ----------
    plan : whose first period was executed as planned.
    economy : all periods of which the plan's are the first; the plan's own, where none is given.

    Raises
    ------
    CannotAnswerError : a table of which it is not known what is left after a period.
    NotProvedError : there is no plan. OptionError : no period is left.
    """
    plan.require_point()
    whole = plan.economy if economy is None else economy
    if len(whole.periods) < 2:
        raise OptionError(f"{whole.name}: after its only period nothing is left to plan")
    if not np.isfinite(plan.primal).all():
        raise NotProvedError(f"there is no plan of {whole.name!r} to go on from")
    asked = asked_of(whole, plan.question)
    refuse_what_is_not_carried(asked)
    done = _Executed(asked, plan)
    changes: dict[str, Any] = {}
    for carried in CARRIED:
        changes |= carried(done)
    orders = changes.pop("capital_orders", None)
    rest = of_periods(whole, 1, len(whole.periods)).with_changes(**changes)
    return rest if orders is None else rest.with_changes(capital_orders=orders)
