r"""Rules by name: weighted sums of what a plan does, beside limits of the user's own.

For every rule k that sums nothing over time and every period t of which it speaks:

.. math::
    q_{kt} = \sum_j a_{kj,t}\, x_{jt} + \sum_i b_{ki,t} \sum_j (B_{ij,t} - A_{ij,t})\, x_{jt}
        + \sum_r c_{kr,t} \sum_j R_{rj,t}\, x_{jt} + \sum_e d_{ke,t} \sum_j E_{ej,t}\, x_{jt}
        + \sum_i f_{ki,t} \sum_j k_{ijt}
    \;\;\{\ge, \le, =\}\;\; \text{limit}_{kt}

with coefficients of activities, net outputs, resource use, emissions and stocks of capital at the start of the period,
whoever holds them. A rule of all years together reads

.. math::  \sum_t n_t\, q_{kt} \;\;\{\ge, \le, =\}\;\; \text{limit}_k

with the ``n_t`` years of the periods of which it speaks. What curves, plants and other laws take besides is not in
these sums, and a rule that would have to count it is refused (:mod:`natura_opt.laws.senseless_rules`).

Dual: what one more unit of the limit is worth, in units of the objective per unit of the rule. Of ``>=`` it is what one
more that must be brings: never more than zero where the objective is maximised.

Sources: Dantzig 1963 (linear programs as activity analysis with further requirements); model 7 of the design notes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..economy.rule_table import Rule, coefficients_of
from ..program.builder import ProgramBuilder
from ..program.declared import Rows
from ..tables import rules as tables
from ..tables.spec import names_of
from .cvxpy_model import CvxpyModel
from .holdings import Holdings, has_capital
from .law import Law
from .periods import lengths
from .rule_blocks import ROWS, rules_by_block
from .rules_pyomo import spell_pyomo


def _names(rules: list[Rule]) -> pd.Index:
    return pd.Index([rule.name for rule in rules])


def _weights(economy: Economy, rules: list[Rule], of: str, period: int) -> Any:
    """Return what rules count of each thing of a kind in a period, shape (rules, things)."""
    return coefficients_of(rules, of, period, len(economy.axes[tables.TERMS[of]]))


def of_activities(economy: Economy, rules: list[Rule], t: int) -> Any:
    """Return what rules count per unit of each activity in a period, shape (rules, techniques)."""
    goods = _weights(economy, rules, "net_output", t)
    return (
        _weights(economy, rules, "activities", t)
        + goods @ economy.matrix("outputs", t)
        - goods @ economy.matrix("inputs", t)
        + _weights(economy, rules, "resource_use", t) @ economy.matrix("resource_use", t)
        + _weights(economy, rules, "emissions", t) @ economy.matrix("emissions", t)
    )


def of_stocks(economy: Economy, rules: list[Rule], t: int) -> Any:
    """Return what rules count per unit of each holding in a period, shape (rules, holdings)."""
    return _weights(economy, rules, "stocks", t)[:, Holdings.of(economy).goods]


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count, years = len(economy.periods), lengths(economy)
    counts = {"activities": of_activities} | ({"capital_stock": of_stocks} if has_capital(economy) else {})
    for rows, rules, together in rules_by_block(economy):
        if together:
            program.rows(rows.name, _names(rules), rows.sense, np.array([rule.limit for rule in rules]))
        else:
            limits = np.array([rule.limits for rule in rules]).T.ravel()
            every = labels(("rule", _names(rules)), ("period", economy.periods))
            program.rows(rows.name, every, rows.sense, limits, stated=np.isfinite(limits))
        for block, counted in counts.items():
            parts = [counted(economy, rules, t) for t in range(count)]
            if together:
                whole = sp.hstack([n * part for n, part in zip(years, parts, strict=True)])
            else:
                whole = sp.block_diag(parts)
            program.terms(rows.name, block, whole)


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x, k = model.variables["activities"], model.variables.get("capital_stock")
    years, periods = lengths(economy), economy.periods

    def counted(rules: list[Rule], t: int) -> Any:
        weights = {of: _weights(economy, rules, of, t) for of in tables.TERMS}
        made = economy.matrix("outputs", t) @ x[:, t] - economy.matrix("inputs", t) @ x[:, t]
        whole = weights["activities"] @ x[:, t] + weights["net_output"] @ made
        for of in ("resource_use", "emissions"):
            if weights[of].nnz:
                whole = whole + weights[of] @ (economy.matrix(of, t) @ x[:, t])
        return whole if k is None else whole + weights["stocks"][:, Holdings.of(economy).goods] @ k[:, t]

    def open_rows(rows: Rows, rules: list[Rule], together: bool) -> None:
        if together:
            limits = np.array([rule.limit for rule in rules])
            model.rows(rows.name, None, _names(rules), rows.sense, limits)
            model.terms(rows.name, lambda _: sum(n * counted(rules, t) for t, n in enumerate(years)))
            return
        for t in range(len(periods)):
            limits = np.array([rule.limits[t] for rule in rules])
            stated = np.flatnonzero(np.isfinite(limits))
            index = labels(("rule", _names(rules)[stated]), ("period", periods[t : t + 1]))
            model.rows(rows.name, t, index, rows.sense, limits[stated], stated)
        model.terms(rows.name, lambda t: counted(rules, t))

    for rows, rules, together in rules_by_block(economy):
        open_rows(rows, rules, together)


RULES = Law(
    name="rules by name",
    tables=names_of(*tables.RULES),
    applies=lambda economy, question: economy.rules is not None,
    matrix=_matrix,
    pyomo=spell_pyomo,
    cvxpy=_cvxpy,
    rows=tuple(ROWS.values()),
)
