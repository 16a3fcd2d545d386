"""The law of a plan problem, in one place: which laws and which objective a question calls for, and how they are
spelled.

>>> import natura_opt as no
>>> [law.name for law in laws_of(no.read("five_year_plan"), no.Question("fulfilment"))]
['activity levels', 'capital stocks', 'limits of resources', 'sum of yearly fulfilment', 'balance of goods']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .economy.economy import Economy
from .economy.question import Question
from .entrance import checked_arguments
from .errors import QuestionError, listed, unknown
from .laws.activities import ACTIVITIES
from .laws.balance import BALANCE
from .laws.capital import CAPITAL, refuse_mixed_capital
from .laws.emissions import EMISSIONS
from .laws.law import CvxpyModel, Law
from .laws.resources import RESOURCES
from .laws.storage import STORAGE
from .objectives import OBJECTIVES
from .program import LinearProgram, ProgramBuilder, RowSense

#: Every law, in the order they are stated. The balance comes last: the others add their uses to it.
LAWS: tuple[Law, ...] = (ACTIVITIES, CAPITAL, STORAGE, RESOURCES, EMISSIONS, *OBJECTIVES.values(), BALANCE)

#: Every standard block of rows, with the sense in which a user writes it.
ROW_SENSES: dict[str, RowSense] = {name: sense for law in LAWS for name, sense in law.rows.items()}

#: Every standard block of columns.
COLUMNS: frozenset[str] = frozenset(name for law in LAWS for name in law.columns)


def laws_of(economy: Economy, question: Question) -> list[Law]:
    """Return the laws a question calls for, objective included; refuse what cannot be asked.

    Errors
    ------
    QuestionError : unknown objective, no targets, or a table that none of the laws uses.
    """
    if question.objective not in OBJECTIVES:
        raise QuestionError(f"{economy.name}: {unknown('objective', question.objective, OBJECTIVES)}")
    for table in question.leave_out:
        if table not in economy.tables:
            raise QuestionError(f"{economy.name}: leave_out: {unknown('table', table, economy.tables)}")
    asked = economy.with_changes(**dict.fromkeys(question.leave_out))
    chosen = [law for law in LAWS if law.applies(asked, question)]
    _refuse_unused(asked, chosen)
    _refuse_senseless(asked, question)
    return chosen


def _refuse_unused(economy: Economy, chosen: Iterable[Law]) -> None:
    used = frozenset[str]().union(*(law.tables for law in chosen))
    unused = [table for table in economy.tables if table not in used]
    if unused:
        raise QuestionError(
            f"{economy.name}: no law of this question uses the table {listed(unused)}; nothing is ignored in silence: "
            f"remove it, or put it under leave_out = {unused} in the question"
        )


def _refuse_senseless(economy: Economy, question: Question) -> None:
    if economy.has("capital"):
        refuse_mixed_capital(economy)
    if question.floor is not None and question.objective != "fulfilment":
        raise QuestionError(
            f"{economy.name}: floor belongs to the objective 'fulfilment', not to {question.objective!r}; remove it"
        )
    if not economy.has("targets"):
        raise QuestionError(f"{economy.name}: the objective {question.objective!r} needs a table 'targets'")
    if question.objective == "least-resources":
        missing = [table for table in ("resource_use", "resource_weights") if not economy.has(table)]
        if missing:
            raise QuestionError(f"{economy.name}: the objective 'least-resources' needs the table {listed(missing)}")
        return
    periods = range(len(economy.periods))
    empty = [economy.periods[t] for t in periods if not np.any(economy.vector("targets", t) > 0)]
    if empty and (question.objective == "fulfilment" or len(empty) == len(economy.periods)):
        raise QuestionError(
            f"{economy.name}: all targets of period {listed(empty)} are zero, so its fulfilment has no meaning; "
            "give one good a target"
        )


def asked_of(economy: Economy, question: Question) -> Economy:
    """Return the economy as the question sees it: without the tables it leaves out."""
    return economy.with_changes(**dict.fromkeys(question.leave_out)) if question.leave_out else economy


@checked_arguments()
def linear_program(economy: Economy, question: Question, extra: Iterable[Callable[..., Any]] = ()) -> LinearProgram:
    """Spell a plan problem as matrices.

    Parameters
    ----------
    extra : functions ``(program_builder, economy, question)`` that add a user's own columns, rows and terms.
    """
    chosen = laws_of(economy, question)
    economy = asked_of(economy, question)
    program = ProgramBuilder()
    for law in chosen:
        law.matrix(program, economy, question)
    for own in extra:
        if not callable(own):
            raise QuestionError(f"linear_program: extra must be functions, not {type(own).__name__}")
        own(program, economy, question)
    return program.build()


@checked_arguments()
def pyomo_model(economy: Economy, question: Question) -> Any:
    """Spell a plan problem as a Pyomo ``ConcreteModel`` that can be read, changed by hand and handed to ``solve``."""
    import pyomo.environ as pyo

    chosen = laws_of(economy, question)
    m = pyo.ConcreteModel(name=economy.name, doc=economy.title)
    m.economy, m.question, m.net_supply, m.losses = economy, question, [], []
    economy = asked_of(economy, question)
    for law in chosen:
        law.pyomo(m, economy, question)
    return m


@checked_arguments()
def cvxpy_model(economy: Economy, question: Question) -> CvxpyModel:
    """Spell a plan problem as a CVXPY model: named variables and constraints, with ``.problem()``."""
    chosen = laws_of(economy, question)
    model = CvxpyModel(economy, question)
    economy = asked_of(economy, question)
    for law in chosen:
        law.cvxpy(model, economy, question)
    return model
