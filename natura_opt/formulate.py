"""The law of a plan problem, in one place: which laws and which objective a question calls for, and how they are
spelled.

>>> import natura_opt as no
>>> [law.name for law in laws_of(no.read("five_year_plan"), no.Question("fulfilment"))]
['activity levels', 'capital stocks', 'limits of resources', 'sum of yearly fulfilment', 'balance of goods']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from .base.entrance import checked_arguments
from .base.errors import QuestionError, listed, unknown
from .base.labels import name_of
from .economy.economy import Economy
from .economy.files.catalog import read
from .economy.question import Question
from .laws.activities import ACTIVITIES
from .laws.balance import BALANCE
from .laws.capital import CAPITAL, refuse_mixed_capital
from .laws.cvxpy_model import CvxpyModel
from .laws.emissions import EMISSIONS
from .laws.law import Law
from .laws.pyomo_rows import PyomoRows
from .laws.resources import RESOURCES
from .laws.storage import STORAGE
from .objectives import OBJECTIVES
from .program.builder import ProgramBuilder
from .program.declared import Declarations
from .program.linear import LinearProgram
from .program.protocol import Program

#: Every law, in the order they are stated. The balance comes last: the others add their uses to it.
LAWS: tuple[Law, ...] = (ACTIVITIES, CAPITAL, STORAGE, RESOURCES, EMISSIONS, *OBJECTIVES.values(), BALANCE)

#: What every law says of its blocks of rows and columns.
DECLARED = Declarations().with_more(
    [rows for law in LAWS for rows in law.rows], [columns for law in LAWS for columns in law.columns]
)

#: Costs that differ by less are one cost, summed in another order.
_SAME = 1e-9
#: So many terms of a user's own objective are shown.
_TERMS = 3


def laws_of(economy: Economy, question: Question, own: Iterable[Law] = ()) -> list[Law]:
    """Return the laws a question calls for, objective included, and a user's own; refuse what cannot be asked.

    Raises
    ------
    QuestionError : unknown objective, no targets, or a table that none of the laws uses.
    """
    if question.objective not in OBJECTIVES:
        raise QuestionError(f"{economy.name}: {unknown('objective', question.objective, OBJECTIVES)}")
    for table in question.leave_out:
        if table not in economy.tables:
            raise QuestionError(f"{economy.name}: leave_out: {unknown('table', table, economy.tables)}")
    asked = economy.with_changes(**dict.fromkeys(question.leave_out))
    chosen = [law for law in (*LAWS, *own) if law.applies(asked, question)]
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


def posed(problem: Economy | str | Path, question: Question | str | None) -> tuple[Economy, Question]:
    """Return an economy and what is asked of it, from what :func:`natura_opt.solve` takes: either of them or its name.

    Raises
    ------
    QuestionError : the economy has no question of this name, or these are no economy and no question.
    """
    economy = read(problem) if isinstance(problem, str | Path) else problem
    if not isinstance(economy, Economy):
        raise QuestionError(f"a plan problem needs an economy, or the name or folder of a model, not {economy!r:.100}")
    if isinstance(question, Question):
        return economy, question
    if question is not None and not isinstance(question, str):
        raise QuestionError(f"a question is a natura_opt.Question or the name of one, not {question!r:.100}")
    return economy, economy.question(question)


def objective_in_words(program: Program, economy: Economy, question: Question) -> str:
    """Return what a program makes best: the question's objective by name, or what a user put in its place."""
    standard = linear_program(economy, question)
    usual, found = _costs_of(standard), _costs_of(program)
    name = OBJECTIVES[question.objective].name
    same_sense = standard.sense == program.sense
    kept = same_sense and all(_close(found.pop(label, 0.0), cost) for label, cost in usual.items())
    if kept and not found and program.offset == standard.offset:
        return name
    if kept and not any(block in DECLARED.columns for block, _ in found):
        return f"{name}, with terms of your own"
    costs = list(_costs_of(program).items())
    terms = [f"{cost:g} {_column_name(block, label)}" for (block, label), cost in costs[:_TERMS]]
    terms += [f"{len(costs) - _TERMS} terms more"] * (len(costs) > _TERMS) + [f"{program.offset:g}"] * (not costs)
    return f"your own objective ({program.sense} {' + '.join(terms)})".replace("+ -", "- ")


def _costs_of(program: Program) -> dict[tuple[str, Any], float]:
    """Return every cost that is not zero, by (block, label)."""
    found: dict[tuple[str, Any], float] = {}
    for block in program.columns:
        costs = program.cost[block.span]
        at = np.flatnonzero(costs)
        found |= {(block.name, label): float(costs[k]) for label, k in zip(block.index[at], at, strict=True)}
    return found


def _column_name(block: str, label: Any) -> str:
    parts = label if isinstance(label, tuple) else () if label == block else (label,)
    return " ".join([block, *map(name_of, parts)])


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(abs(one), abs(other))


def declared_with(own: Iterable[Law]) -> Declarations:
    """Return what every law says of its blocks, laws of a user's own included.

    Raises
    ------
    ProgramError : a block is declared twice.
    """
    own = tuple(own)
    return DECLARED.with_more([r for law in own for r in law.rows], [c for law in own for c in law.columns])


@checked_arguments()
def linear_program(
    economy: Economy | str | Path,
    question: Question | str | None = None,
    extra: Iterable[Law | Callable[..., Any]] = (),
) -> LinearProgram:
    """Spell a plan problem as matrices.

    Parameters
    ----------
    economy, question : as in :func:`natura_opt.solve`: an economy or a model's name, a question or a question's name.
    extra : laws of your own (:class:`natura_opt.Law`), or functions ``(program_builder, economy, question)`` that add
        columns, rows and terms.

    Raises
    ------
    DataError, QuestionError, OptionError : the economy, the question or an argument is not usable.
    """
    economy, asked = posed(economy, question)
    written = tuple(extra)
    own = tuple(law for law in written if isinstance(law, Law))
    chosen = laws_of(economy, asked, own)
    economy = asked_of(economy, asked)
    program = ProgramBuilder(declared_with(own))
    for law in chosen:
        law.matrix(program, economy, asked)
    for function in written:
        if isinstance(function, Law):
            continue
        if not callable(function):
            raise QuestionError(f"linear_program: extra must be laws or functions, not {type(function).__name__}")
        function(program, economy, asked)
    return program.build()


@checked_arguments()
def pyomo_model(
    economy: Economy | str | Path, question: Question | str | None = None, extra_laws: Iterable[Law] = ()
) -> Any:
    """Spell a plan problem as a Pyomo ``ConcreteModel`` that can be read, changed by hand and handed to ``solve``.

    Parameters
    ----------
    economy, question : as in :func:`natura_opt.solve`: an economy or a model's name, a question or a question's name.
    extra_laws : laws of your own.

    Raises
    ------
    DataError, QuestionError, OptionError : the economy, the question or an argument is not usable.
    """
    import pyomo.environ as pyo

    economy, asked = posed(economy, question)
    own = tuple(extra_laws)
    chosen = laws_of(economy, asked, own)
    m = pyo.ConcreteModel(name=economy.name, doc=economy.title)
    m.economy, m.question, m.own_laws, m.laws = economy, asked, own, PyomoRows()
    economy = asked_of(economy, asked)
    for law in chosen:
        law.spelling("pyomo")(m, economy, asked)
    m.laws.close(m)
    del m.laws
    return m


@checked_arguments()
def cvxpy_model(
    economy: Economy | str | Path, question: Question | str | None = None, extra_laws: Iterable[Law] = ()
) -> CvxpyModel:
    """Spell a plan problem as a CVXPY model: named variables and constraints, with ``.problem()``.

    Parameters
    ----------
    economy, question : as in :func:`natura_opt.solve`: an economy or a model's name, a question or a question's name.
    extra_laws : laws of your own.

    Raises
    ------
    DataError, QuestionError, OptionError : the economy, the question or an argument is not usable.
    """
    economy, asked = posed(economy, question)
    own = tuple(extra_laws)
    chosen = laws_of(economy, asked, own)
    model = CvxpyModel(economy, asked, own_laws=own)
    economy = asked_of(economy, asked)
    for law in chosen:
        law.spelling("cvxpy")(model, economy, asked)
    model.close()
    return model
