"""Laws of a user's own, each written and declared through what the package exports alone.

* :func:`tax_in_kind`: of each good made, a share goes to a reserve that must reach a level.
* :func:`haulage`: what is made must be hauled; hauling takes training hours, wears tools and emits.
* :func:`work_of_a_life`: the work of all periods together stays within a budget.
* :func:`harvest`: one row alone, for all goods and periods together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

import natura_opt as no

SHARE = 0.03


def over(economy: no.Economy, *axes: str) -> pd.MultiIndex:
    """Return labels over axes of the economy, the first fastest."""
    index = pd.MultiIndex.from_product([economy.axes[axis] for axis in reversed(axes)])
    return index.reorder_levels(list(reversed(range(len(axes)))))


def tax_in_kind(levels: np.ndarray) -> no.Law:
    """Return the law that 3 % of each good's output goes to a reserve that must reach a level in every period.

    .. math::  \\sum_{s \\le t} 0.03 \\sum_j B_{ij,s} x_{js} \\ge level_{it}

    and the balance loses 0.03 of what is made in its period.

    Parameters
    ----------
    levels : shape (goods, periods), in the goods' units.
    """

    def put_aside(economy: no.Economy, t: int) -> Any:
        return SHARE * economy.matrix("outputs", t)

    def matrix(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        count = len(economy.periods)
        program.rows("reserve", over(economy, "goods", "periods"), ">=", levels.ravel(order="F"))
        so_far = [[put_aside(economy, s) if s <= t else None for s in range(count)] for t in range(count)]
        program.terms("reserve", "activities", sp.block_array(so_far))
        program.terms("balance", "activities", -sp.block_diag([put_aside(economy, t) for t in range(count)]))

    def pyomo(m: Any, economy: no.Economy, question: no.Question) -> None:
        goods, periods, techniques = list(m.GOODS), list(m.PERIODS), list(m.TECHNIQUES)
        outputs = [put_aside(economy, t).toarray() for t in range(len(periods))]

        def aside(i: Any, t: int) -> Any:
            row = outputs[t][goods.index(i)]
            return sum(float(row[j]) * m.activities[techniques[j], periods[t]] for j in np.flatnonzero(row))

        def level(i: Any, t: Any) -> float:
            return float(levels[goods.index(i), periods.index(t)])

        m.laws.rows("reserve", m.GOODS, m.PERIODS, sense=">=", side=level, meaning="the reserve reaches its level")
        m.laws.terms("reserve", lambda i, t: sum(aside(i, s) for s in range(periods.index(t) + 1)))
        m.laws.terms("balance", lambda i, t: -aside(i, periods.index(t)))

    def cvxpy(model: Any, economy: no.Economy, question: no.Question) -> None:
        x = model.variables["activities"]
        for t in range(len(economy.periods)):
            index = pd.MultiIndex.from_product([economy.goods, economy.periods[t : t + 1]])
            model.rows("reserve", t, index, ">=", levels[:, t])
        model.terms("reserve", lambda t: sum(put_aside(economy, s) @ x[:, s] for s in range(t + 1)))
        model.terms("balance", lambda t: -(put_aside(economy, t) @ x[:, t]))

    return no.Law(
        name="tax in kind",
        tables=frozenset(),
        applies=lambda economy, question: True,
        matrix=matrix,
        pyomo=pyomo,
        cvxpy=cvxpy,
        rows=(
            no.Rows(
                "reserve",
                ("goods", "periods"),
                ">=",
                "what was put aside of a good up to the end of the period reaches the level asked",
                kind="reserve",
                called="the reserve of",
                unit="goods",
                levels="put_aside",
                heading="Reserve: one more unit asked",
            ),
        ),
    )


def haulage(hours: float, tools: float, smoke: float) -> no.Law:
    """Return the law that all that is made is hauled, which takes hours of the first resource, wears the second good
    (pooled capital) and emits the first pollutant, per unit hauled.
    """

    def matrix(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        goods, count = len(economy.goods), len(economy.periods)
        every = over(economy, "goods", "periods")
        program.columns("hauled", every)
        program.rows("haulage", every, ">=", 0.0)
        program.terms("haulage", "hauled", sp.eye_array(len(every)))
        outputs = sp.block_diag([economy.matrix("outputs", t) for t in range(count)])
        program.terms("haulage", "activities", -outputs)

        def of_first(rows: int, amount: float, at: int = 0) -> Any:
            one = np.zeros((rows, goods))
            one[at] = amount
            return sp.kron(sp.eye_array(count), sp.csr_array(one))

        program.terms("resource_limit", "hauled", of_first(len(economy.resources), hours))
        program.terms("capacity", "hauled", of_first(1, tools))
        program.terms("emission_cap", "hauled", of_first(len(economy.pollutants), smoke))
        whole = np.zeros((len(economy.pollutants), goods * count))
        whole[0] = smoke
        program.terms("emission_budget", "hauled", whole)

    def pyomo(m: Any, economy: no.Economy, question: no.Question) -> None:
        import pyomo.environ as pyo

        m.hauled = pyo.Var(m.GOODS, m.PERIODS, domain=pyo.NonNegativeReals)
        goods, periods, techniques = list(m.GOODS), list(m.PERIODS), list(m.TECHNIQUES)

        def made(i: Any, t: Any) -> Any:
            row = economy.matrix("outputs", periods.index(t)).toarray()[goods.index(i)]
            return sum(float(row[j]) * m.activities[techniques[j], t] for j in np.flatnonzero(row))

        def all_of(t: Any) -> Any:
            return sum(m.hauled[i, t] for i in goods)

        m.laws.rows("haulage", m.GOODS, m.PERIODS, sense=">=", meaning="what is made is hauled")
        m.laws.terms("haulage", lambda i, t: m.hauled[i, t] - made(i, t))
        m.laws.terms("resource_limit", lambda r, t: hours * all_of(t) if r == m.RESOURCES.first() else 0.0)
        m.laws.terms("capacity", lambda i, t: tools * all_of(t))
        m.laws.terms("emission_cap", lambda e, t: smoke * all_of(t) if e == m.POLLUTANTS.first() else 0.0)
        m.laws.terms(
            "emission_budget", lambda e: smoke * sum(map(all_of, periods)) if e == m.POLLUTANTS.first() else 0.0
        )

    def cvxpy(model: Any, economy: no.Economy, question: no.Question) -> None:
        x, count = model.variables["activities"], len(economy.periods)
        hauled = model.variable("hauled", over(economy, "goods", "periods"), (len(economy.goods), count))
        for t in range(count):
            model.rows("haulage", t, pd.MultiIndex.from_product([economy.goods, economy.periods[t : t + 1]]), ">=", 0.0)

        def first(count: int) -> Any:
            return np.eye(1, count)[0]

        model.terms("haulage", lambda t: hauled[:, t] - economy.matrix("outputs", t) @ x[:, t])
        model.terms("resource_limit", lambda t: hours * first(len(economy.resources)) * sum(hauled[:, t]))
        model.terms("capacity", lambda t: tools * np.ones(1) * sum(hauled[:, t]))
        model.terms("emission_cap", lambda t: smoke * first(len(economy.pollutants)) * sum(hauled[:, t]))
        model.terms(
            "emission_budget",
            lambda _: smoke * first(len(economy.pollutants)) * sum(sum(hauled[:, t]) for t in range(count)),
        )

    return no.Law(
        name="haulage",
        tables=frozenset(),
        applies=lambda economy, question: True,
        matrix=matrix,
        pyomo=pyomo,
        cvxpy=cvxpy,
        rows=(no.Rows("haulage", ("goods", "periods"), ">=", "what is made is hauled", kind="haulage", unit="goods"),),
        columns=(
            no.Columns("hauled", ("goods", "periods"), "hauled to its users", "goods", "hauled", called="hauling"),
        ),
    )


def work_of_a_life(budget: Mapping[str, float]) -> no.Law:
    """Return the law that the use of each resource in all periods together stays within a budget."""

    def sides(economy: no.Economy) -> np.ndarray:
        return np.array([budget[name] for name in economy.resources])

    def matrix(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        program.rows("work_budget", economy.resources, "<=", sides(economy))
        whole = sp.hstack([economy.matrix("resource_use", t) for t in range(len(economy.periods))])
        program.terms("work_budget", "activities", whole)

    def pyomo(m: Any, economy: no.Economy, question: no.Question) -> None:
        names, techniques, periods = list(m.RESOURCES), list(m.TECHNIQUES), list(m.PERIODS)

        def used(r: Any) -> Any:
            rows = [economy.matrix("resource_use", t).toarray()[names.index(r)] for t in range(len(periods))]
            return sum(
                float(rows[t][j]) * m.activities[techniques[j], periods[t]]
                for t in range(len(periods))
                for j in np.flatnonzero(rows[t])
            )

        m.laws.rows("work_budget", m.RESOURCES, sense="<=", side=lambda r: budget[r], meaning="the work of a life")
        m.laws.terms("work_budget", used)

    def cvxpy(model: Any, economy: no.Economy, question: no.Question) -> None:
        x = model.variables["activities"]
        model.rows("work_budget", None, economy.resources, "<=", sides(economy))
        model.terms(
            "work_budget",
            lambda _: sum(economy.matrix("resource_use", t) @ x[:, t] for t in range(len(economy.periods))),
        )

    return no.Law(
        name="work of a life",
        tables=frozenset(),
        applies=lambda economy, question: True,
        matrix=matrix,
        pyomo=pyomo,
        cvxpy=cvxpy,
        rows=(
            no.Rows(
                "work_budget",
                ("resources",),
                "<=",
                "the use of all periods together stays within the budget",
                kind="work of a life",
                called="the work budget of",
                unit="resources",
                outside="always",
            ),
        ),
    )


def harvest(least: float) -> no.Law:
    """Return the law that so much is made of the first good in all periods together: a block of one row, no axis."""

    def matrix(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        program.rows("harvest", pd.Index(["harvest"]), ">=", least)
        first = [economy.matrix("outputs", t).toarray()[[0]] for t in range(len(economy.periods))]
        program.terms("harvest", "activities", np.hstack(first))

    def pyomo(m: Any, economy: no.Economy, question: no.Question) -> None:
        techniques, periods = list(m.TECHNIQUES), list(m.PERIODS)
        first = [economy.matrix("outputs", t).toarray()[0] for t in range(len(periods))]
        m.laws.rows("harvest", sense=">=", side=lambda: least, meaning="so much is made in all")
        m.laws.terms(
            "harvest",
            lambda: sum(
                float(first[t][j]) * m.activities[techniques[j], periods[t]]
                for t in range(len(periods))
                for j in np.flatnonzero(first[t])
            ),
        )

    def cvxpy(model: Any, economy: no.Economy, question: no.Question) -> None:
        x = model.variables["activities"]
        model.rows("harvest", None, pd.Index(["harvest"]), ">=", np.array([least]))
        model.terms(
            "harvest",
            lambda _: sum(economy.matrix("outputs", t)[[0]] @ x[:, t] for t in range(len(economy.periods))),
        )

    return no.Law(
        name="harvest of all years",
        tables=frozenset(),
        applies=lambda economy, question: True,
        matrix=matrix,
        pyomo=pyomo,
        cvxpy=cvxpy,
        rows=(no.Rows("harvest", (), ">=", "so much is made of the first good in all", kind="harvest"),),
    )
