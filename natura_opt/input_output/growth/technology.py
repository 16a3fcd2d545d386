"""What a period's production uses up, wears out, ties up and makes: the tables that growth in proportion rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.errors import CannotAnswerError, listed
from ...economy.economy import Economy

#: What growth in proportion is made of.
_TECHNOLOGY = ("inputs", "outputs", "capital", "depreciation", "pool_depreciation", "investment_lag")
#: What says how far it reaches, where it starts and what is wanted of it, but not how fast it can be.
_SET_ASIDE = (
    "targets",
    "initial_stocks",
    "initial_capital",
    "capital_pool",
    "capital_orders",
    "salvage_values",
    "resource_use",
    "resource_limits",
    "resource_weights",
    "activity_limits",
    "emissions",
    "emission_caps",
    "emission_budgets",
    "damage_weights",
)


@dataclass(frozen=True, eq=False)
class Technology:
    """What a unit of each technique's activity does in a period, each csr, goods x techniques.

    Attributes
    ----------
    outputs, inputs : what it makes and what it uses up of the goods of its own period.
    capital : the stocks that it ties up.
    worn : what of these is worn out.
    """

    outputs: Any
    inputs: Any
    capital: Any
    worn: Any


def technology_of(economy: Economy, what: str) -> Technology:
    """Read the technology of an economy whose coefficients are the same in every period.

    Parameters
    ----------
    what : is asked of it, for the errors.

    Raises
    ------
    CannotAnswerError : a table that this leaves out of account, coefficients that differ between periods, investment
        that takes more than a period, or no capital.
    """
    where = f"{economy.name}: {what}"
    beyond = [table for table in economy.tables if table not in (*_TECHNOLOGY, *_SET_ASIDE)]
    if beyond:
        raise CannotAnswerError(
            f"{where} does not take the table {listed(beyond)} into account; remove it with economy.with_changes"
        )
    varying = [table for table in _TECHNOLOGY if not economy.constant(table)]
    if varying:
        raise CannotAnswerError(
            f"{where} needs coefficients that are the same in every period, and {listed(varying)} differ; give those "
            "of one period with economy.with_changes"
        )
    capital = sp.csr_array(economy.matrix("capital", 0))
    capital.eliminate_zeros()
    held = np.diff(capital.indptr) > 0
    if not held.any():
        raise CannotAnswerError(
            f"{where} is limited by stocks of capital, and the table 'capital' is missing or empty; say there what "
            "production ties up"
        )
    late = held & (economy.vector("investment_lag", 0) != 1)
    if late.any():
        raise CannotAnswerError(
            f"{where} needs investment that is in use a period later, and 'investment_lag' of "
            f"{listed(economy.goods[late])} is longer"
        )
    if economy.has("capital_pool"):
        worn = sp.diags_array(economy.vector("pool_depreciation", 0)) @ capital
    else:
        worn = capital.multiply(economy.matrix("depreciation", 0))
    return Technology(
        outputs=sp.csr_array(economy.matrix("outputs", 0)),
        inputs=sp.csr_array(economy.matrix("inputs", 0)),
        capital=capital,
        worn=sp.csr_array(worn),
    )
