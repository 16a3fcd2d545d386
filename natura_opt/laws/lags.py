r"""Production that takes time: what is spent so many periods ahead of the output.

What technique j needs s periods ahead (``inputs_ahead`` ``A_s``, ``resource_use_ahead`` ``R_s``, per unit of the later
activity) is spent in period t for the activity of period t + s. Both are per year, and periods last ``n`` years:

.. math::
    \text{in the balance of } t: \; - \sum_s \frac{n_{t+s}}{n_t} \sum_j A_{s,ij}\, x_{j,t+s}, \qquad
    \text{in the limit of a resource: } + \sum_s \frac{n_{t+s}}{n_t} \sum_j R_{s,rj}\, x_{j,t+s}

What is made in the first periods had its inputs before the start: there, as long as something is needed from before
(``t <= s_max(j)``, the longest lead of the technique), activity is at most what was prepared,

.. math::  x_{jt} \le \text{prepared}_{jt}

and takes nothing more that lies before the start. A technique with leads of one and of two periods stands in such a row
in periods 1 and 2; for its activity of period 2 it still takes in period 1 what it needs one period ahead. A lead of
zero is spent in the period itself.

After the end (the question's ``terminal``), with T periods:

* ``keep``: as much is under way as at the start: period T + k makes ``prepared_activities`` of period k (and lasts as
  long), for techniques with a lead of k or more, and what that needs ahead in the last periods is taken from them, a
  constant. What was prepared for periods that the plan does not have is not known, and not kept.
* ``growth``: ``x_{j,T+k} = (1+g)^{k n_T} x_{jT}`` with periods as long as the last, charged by what ``x_{jT}`` is.
* ``none`` and ``salvage``: nothing is charged that is made after the end.

Dual of ``prepared``: what one more unit of activity begun before the start is worth.

Sources: Raa, Dynamic input-output analysis with distributed activities; Williams, Model Building in Mathematical
Programming (economic planning); model 6 of the design notes.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Rows
from ..tables import lags as tables
from ..tables.spec import names_of
from .coefficients import by_period
from .cvxpy_model import CvxpyModel
from .entering import ENTERING
from .lags_pyomo import spell_pyomo
from .law import Given, Law
from .periods import lengths
from .terminal_settings import terminal_of

#: The tables by periods ahead, and the table of what is spent in the period itself that each stands beside.
BESIDE = {"inputs_ahead": "inputs", "resource_use_ahead": "resource_use"}


def ahead(economy: Economy, table: str) -> dict[int, Any]:
    """Return what is spent so many periods ahead, by how many: csr arrays of shape (rows, techniques)."""
    slices = economy.tables[table].slices if economy.has(table) else {}
    return {int(lead): part for lead, part in slices.items() if lead is not None}


def needs_ahead(economy: Economy) -> dict[int, npt.NDArray[np.bool_]]:
    """Return which techniques need something so many periods ahead, by how many: shape (techniques,) each."""
    needs: dict[int, npt.NDArray[np.bool_]] = {}
    for table in BESIDE:
        for lead, part in ahead(economy, table).items():
            something = np.asarray(abs(part).sum(axis=0)).ravel() > 0
            needs[lead] = needs.get(lead, False) | something
    return needs


def longest_leads(economy: Economy) -> Any:
    """Return how many periods ahead each technique needs something at most, shape (techniques,)."""
    longest = np.zeros(len(economy.techniques), dtype=int)
    for lead, needs in needs_ahead(economy).items():
        longest[needs] = np.maximum(longest[needs], lead)
    return longest


def charged(economy: Economy, question: Question, lead: int) -> Floats:
    """Return how much of what is needed so many periods ahead of the activity of each period is spent in each.

    Returns
    -------
    shares : shape (periods of spending, periods of activity), per year of the one and of the other.
    """
    years, settings = lengths(economy), terminal_of(question)
    count = len(years)
    shares = np.zeros((count, count))
    for spent in range(count - lead):
        shares[spent, spent + lead] = years[spent + lead] / years[spent]
    if settings.terminal == "growth":
        for after in range(
            max(lead - count, 0) + 1, lead + 1
        ):  # periods after the end, whose spending lies in the plan
            grown = (1.0 + settings.terminal_growth) ** (after * years[-1])
            spent = count - 1 + after - lead
            shares[spent, -1] += grown * years[-1] / years[spent]
    return shares


def _spent(economy: Economy, question: Question, table: str) -> Any:
    """Return what is spent ahead per unit of activity: rows of the table x periods, techniques x periods."""
    size = len(economy.periods)
    names, techniques = economy.matrix(BESIDE[table], 0).shape
    whole: Any = sp.csr_array((size * names, size * techniques))
    for lead, part in ahead(economy, table).items():
        whole = whole + sp.kron(sp.csr_array(charged(economy, question, lead)), part, format="csr")
    return whole


def kept_up(economy: Economy, question: Question, table: str) -> Floats:
    """Return what is spent in each period for what is to be under way at the end as at the start.

    Returns
    -------
    amounts : per year, shape (rows of the table x periods,), a period's together.
    """
    years = lengths(economy)
    count = len(years)
    spent = np.zeros((count, economy.matrix(BESIDE[table], 0).shape[0]))
    if terminal_of(question).terminal == "keep":
        for lead, part in ahead(economy, table).items():
            for place in range(max(lead - count, 0), min(lead, count)):
                at = count + place - lead
                spent[at] += years[place] / years[at] * (part @ economy.vector("prepared_activities", place))
    return spent.ravel()


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    for table, beside in BESIDE.items():
        if economy.has(table):
            taken, kept = _spent(economy, question, table), kept_up(economy, question, table)
            for rows, sign in ENTERING[beside]:
                program.terms(rows, "activities", sign * taken)
                program.supply(rows, sign * kept)
    count, leads = len(economy.periods), longest_leads(economy)
    prepared = by_period(count, lambda t: economy.vector("prepared_activities", t))
    begun_before = by_period(count, lambda t: leads > t)
    every = labels(("technique", economy.techniques), ("period", economy.periods))
    program.rows("prepared", every, "<=", prepared, stated=begun_before)
    program.terms("prepared", "activities", sp.eye_array(len(every)))


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    x, count = model.variables["activities"], len(economy.periods)
    for table, beside in BESIDE.items():
        for lead, part in ahead(economy, table).items():
            for rows, sign in ENTERING[beside]:
                model.terms(rows, _taken(sign, part, x, charged(economy, question, lead)))
        for rows, sign in ENTERING[beside]:
            model.terms(rows, _constant(sign, kept_up(economy, question, table).reshape(count, -1)))
    leads = longest_leads(economy)
    for t in range(count):
        stated = np.flatnonzero(leads > t)
        index = labels(("technique", economy.techniques[stated]), ("period", economy.periods[t : t + 1]))
        model.rows("prepared", t, index, "<=", economy.vector("prepared_activities", t)[stated], stated)
    model.terms("prepared", lambda t: x[:, t])


def _taken(sign: float, part: Any, x: Any, shares: Floats) -> Any:
    return lambda t: sign * (part @ (x @ shares[t]))


def _constant(sign: float, amounts: Floats) -> Any:
    return lambda t: sign * amounts[t]


LAGS = Law(
    name="inputs ahead of output",
    tables=names_of(*tables.LAGS),
    applies=lambda economy, question: economy.has("inputs_ahead") or economy.has("resource_use_ahead"),
    matrix=_matrix,
    pyomo=spell_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "prepared",
            ("techniques", "periods"),
            "<=",
            "what takes time is made at first as far as it was begun before the start",
            kind="prepared activity",
            called="what was prepared of",
            unit="techniques",
            outside="always",
            partly=True,
            explained="technique",
            heading="Begun before the start: for one more unit of activity",
            place=5,
        ),
    ),
    given=tuple(
        # what is taken raises the side of a balance, and lowers that of a limit
        Given(rows, f"{what} for after the end", partial(kept_up, table=table), on_hand=sign > 0.0)
        for table, what in (("inputs_ahead", "inputs"), ("resource_use_ahead", "resources"))
        for rows, sign in ENTERING[BESIDE[table]]
    ),
)
