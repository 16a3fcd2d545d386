"""What is left when the first period of a plan is over: the stocks at its end, with which the next begins.

Each law's stocks are carried over in one function, and no table is carried over that is not named here: one that says
what there is at the start, or over all periods together, and has no such function is refused by name.

So the principle of optimality holds: of sums over years, the best plan of what is left, from what the best plan of all
periods leaves, is worth what that plan is worth after its first period. Values are as of the start of each plan: a
discounted sum over what is left is larger by the discount of the years that are over, and ``salvage_values``, which
are in units of the objective and not discounted, stay as they are given. What is to be as it was at the start
(``terminal = "keep"``, and stores and stocks that regrow under ``"growth"``) is to be as it was at the start of what is
left: a horizon that recedes keeps what each window began with, not what was there in the beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ..base.entrance import checked_arguments
from ..base.errors import CannotAnswerError, NotProvedError, OptionError, listed
from ..economy.economy import Economy
from ..economy.question import Question
from ..economy.some_periods import of_periods
from ..formulate import asked_of
from ..plan.plan import Plan
from .executed import Executed
from .left_begun import prepared_left, running_left
from .left_of_capital import capital_left
from .left_of_rules import rules_left
from .left_of_stocks import (
    budgets_left,
    exhaustible_left,
    labour_left,
    pollutants_left,
    renewable_left,
    stores_left,
)

#: Tables that speak of each period by itself, or of all alike: nothing of them is used up.
WITHOUT_STATE = frozenset(
    (
        *("inputs", "outputs", "curves", "resource_use", "resource_limits", "resource_weights"),
        *("activity_weights", "targets", "target_weights", "populations", "baskets", "profile_weights"),
        *("period_length", "period_weights"),
        *("inputs_ahead", "resource_use_ahead"),
        *("capital", "depreciation", "pool_depreciation", "investment_lag", "investment_units", "salvage_values"),
        *("service_life", "shifting", "shifting_use"),
        *("storage", "storage_capacity", "emissions", "emission_caps", "damage_weights"),
        *("pollutant_decay", "pollutant_stock_caps", "stock_damage_weights"),
        *("regrowth_rates", "renewable_capacity", "labour_entering", "labour_leaving", "training"),
        *("activity_limits", "least_activities", "plant_capacity", "plants", "plant_inputs", "plant_resources"),
        *("minimum_scale", "start_up_inputs"),
        *("import_limits", "export_limits", "import_prices", "export_prices", "foreign_exchange"),
    )
)

#: What each law carries over, and the tables that say it at the start.
CARRIED: Mapping[Callable[[Executed], dict[str, Any]], frozenset[str]] = {
    capital_left: frozenset({"initial_capital", "capital_pool", "capital_orders", "retirements"}),
    stores_left: frozenset({"initial_stocks"}),
    exhaustible_left: frozenset({"exhaustible_stocks"}),
    renewable_left: frozenset({"renewable_stocks"}),
    labour_left: frozenset({"labour_force"}),
    prepared_left: frozenset({"prepared_activities"}),
    pollutants_left: frozenset({"pollutant_stocks"}),
    budgets_left: frozenset({"emission_budgets"}),
    running_left: frozenset({"running_before"}),
    rules_left: frozenset({"rules"}),
}


def refuse_what_is_not_carried(economy: Economy) -> None:
    """Raise on tables of which it is not known what is left of them after a period.

    Raises
    ------
    CannotAnswerError : naming them.
    """
    known = WITHOUT_STATE.union(*CARRIED.values())
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
    CannotAnswerError : what is left after a period is not known of a table, or no table can say it.
    NotProvedError : there is no plan. OptionError : no period is left.
    """
    plan.require_point()
    whole = plan.economy if economy is None else economy
    if len(whole.periods) < 2:
        raise OptionError(f"{whole.name}: after its only period nothing is left to plan")
    if not np.isfinite(plan.primal).all():
        raise NotProvedError(f"there is no plan of {whole.name!r} to go on from")
    if not plan.certificate.primal_residual <= plan.certificate.tolerance:
        raise NotProvedError(
            f"what was found of {whole.name!r} ({plan.status}) does not meet its limits (residual "
            f"{plan.certificate.primal_residual:.1e}), so it is no plan to go on from; give it more time"
        )
    asked = asked_of(whole, plan.question)
    refuse_what_is_not_carried(asked)
    done = Executed(asked, plan)
    changes: dict[str, Any] = {}
    for carried in CARRIED:
        changes |= carried(done)
    rest = of_periods(whole, 1, len(whole.periods)).with_changes(**changes)
    _refuse_unseen(rest, changes, plan.question)
    return rest


def _refuse_unseen(rest: Economy, changes: Iterable[str], question: Question) -> None:
    """Raise where what is left stands in a table that the question leaves out, as orders may that it places itself."""
    for name in sorted(set(changes).intersection(question.leave_out)):
        table = rest.tables[name]
        for part in table.slices.values():
            numbers = part.data if table.spec.is_matrix else part
            if (np.isfinite(numbers) & (numbers != 0)).any():
                raise CannotAnswerError(
                    f"{rest.name}: what is left after a period stands in {name!r}, which the question leaves out; ask "
                    "without leave_out of it"
                )
