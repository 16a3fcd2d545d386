"""What the historical algorithms say about an economy they cannot take."""

from __future__ import annotations

import numpy as np

from ...base.errors import QuestionError, listed
from ...economy.economy import Economy
from ...laws.holdings import refuse_mixed_capital

#: The tables of an economy of stocks, flows and goals; what is priced or weighed is not known to the algorithms.
STOCKS_AND_FLOWS = frozenset(
    {
        "inputs",
        "outputs",
        "initial_stocks",
        "capital",
        "capital_pool",
        "pool_depreciation",
        "initial_capital",
        "depreciation",
        "capital_orders",
        "investment_lag",
        "resource_use",
        "resource_limits",
        "resource_weights",
        "targets",
    }
)


def refuse_what_is_not_stocks_and_flows(economy: Economy, method: str) -> None:
    """Raise QuestionError unless there are goals and only tables of :data:`STOCKS_AND_FLOWS`."""
    unused = [table for table in economy.tables if table not in STOCKS_AND_FLOWS]
    if unused:
        raise QuestionError(
            f"{economy.name}: {method} does not use the table {listed(unused)}; nothing is ignored in silence: remove "
            "it, or use another method"
        )
    if not economy.has("targets"):
        raise QuestionError(f"{economy.name}: {method} needs a table 'targets': the goals of the plan")
    if not any(np.any(economy.vector("targets", t) > 0) for t in range(len(economy.periods))):
        raise QuestionError(f"{economy.name}: {method}: all targets are zero; give one good a target")
    if economy.has("capital"):
        refuse_mixed_capital(economy)
