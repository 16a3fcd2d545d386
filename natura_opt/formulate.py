"""The law of a plan problem, in one place: which laws and which objective a question calls for, and how they are
spelled.

>>> import natura_opt as no
>>> [law.name for law in laws_of(no.read("five_year_plan"), no.Question("fulfilment"))]
['activity levels', 'capital stocks', 'limits of resources', 'sum of yearly fulfilment', 'balance of goods']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .base.entrance import checked_arguments
from .base.errors import QuestionError, listed, unknown
from .base.labels import name_of
from .economy.economy import Economy
from .economy.files.catalog import read
from .economy.question import Question, names_of_laws
from .economy.wanted import with_demand_of_profiles
from .laws.activities import ACTIVITIES
from .laws.activity_limits import ACTIVITY_LIMITS
from .laws.balance import BALANCE
from .laws.capital import CAPITAL
from .laws.curves import CURVES
from .laws.curves_piecewise import refuse_other_transformations, transform
from .laws.cvxpy_model import CvxpyModel
from .laws.drawn import DRAWN
from .laws.emissions import EMISSIONS
from .laws.exhaustible import EXHAUSTIBLE
from .laws.holdings import refuse_mixed_capital
from .laws.investment_units import INVESTMENT_UNITS
from .laws.labour import LABOUR
from .laws.lags import LAGS
from .laws.law import Law
from .laws.least_activities import LEAST_ACTIVITIES
from .laws.period_lengths import PERIOD_LENGTHS
from .laws.plants import PLANTS
from .laws.pollutant_stocks import POLLUTANT_STOCKS
from .laws.pyomo_rows import PyomoRows
from .laws.renewable import RENEWABLE
from .laws.resources import RESOURCES
from .laws.retirement import RETIREMENT, refuse_senseless_retirement
from .laws.rules import RULES
from .laws.running import RUNNING
from .laws.senseless_plants import refuse_senseless_plants, refuse_senseless_running
from .laws.senseless_rules import refuse_senseless_rules
from .laws.senseless_stocks import refuse_senseless_stocks
from .laws.senseless_terminal import refuse_senseless_terminal
from .laws.senseless_trade import refuse_senseless_trade
from .laws.shifting import SHIFTING, refuse_senseless_shifting
from .laws.storage import STORAGE
from .laws.terminal import TERMINAL
from .laws.trade import TRADE
from .objectives import OBJECTIVES, Kind, objective_named, objective_of
from .program.builder import ProgramBuilder
from .program.declared import Declarations
from .program.linear import LinearProgram
from .program.pieces import PiecedProgram
from .program.protocol import Program

#: The laws that stand under every objective, in the order they are stated; its own law follows, and the balance comes
#: last: the others add their uses to it.
STANDING: tuple[Law, ...] = (
    ACTIVITIES,
    PERIOD_LENGTHS,
    ACTIVITY_LIMITS,
    LEAST_ACTIVITIES,
    LAGS,
    CURVES,
    PLANTS,
    RUNNING,
    CAPITAL,
    SHIFTING,
    RETIREMENT,
    INVESTMENT_UNITS,
    STORAGE,
    TRADE,
    TERMINAL,
    RESOURCES,
    DRAWN,
    EXHAUSTIBLE,
    RENEWABLE,
    LABOUR,
    EMISSIONS,
    POLLUTANT_STOCKS,
    RULES,
)

#: What refuses tables that make no sense together, by the law that reads them.
_REFUSALS: tuple[tuple[Law, Callable[[Economy], None]], ...] = (
    (CAPITAL, refuse_mixed_capital),
    (PLANTS, refuse_senseless_plants),
    (RUNNING, refuse_senseless_running),
    (SHIFTING, refuse_senseless_shifting),
    (RETIREMENT, refuse_senseless_retirement),
    (TRADE, refuse_senseless_trade),
    (DRAWN, refuse_senseless_stocks),
    (RULES, refuse_senseless_rules),
)


def every_law() -> tuple[Law, ...]:
    """Return every law there is, those of all objectives among them, in the order they are stated."""
    return (*STANDING, *(objective.law for objective in OBJECTIVES.values()), BALANCE)


#: Costs that differ by less are one cost, summed in another order.
_SAME = 1e-9
#: So many terms of a user's own objective are shown.
_TERMS = 3


def laws_of(economy: Economy, question: Question, own: Iterable[Law] = ()) -> list[Law]:
    """Return the laws a question calls for, objective included, and a user's own; refuse what cannot be asked.

    Raises
    ------
    QuestionError : unknown objective, no targets, a setting that is not allowed, or a table that none of the laws uses.
    """
    objective = objective_named(question.objective, f"{economy.name}: ")
    for table in question.leave_out:
        if table not in economy.tables:
            raise QuestionError(f"{economy.name}: leave_out: {unknown('table', table, economy.tables)}")
    objective.refuse_end(economy, question)
    asked = asked_of(economy, question)
    chosen = [law for law in (*STANDING, objective.law, BALANCE, *own) if law.applies(asked, question)]
    _refuse_unused(asked, chosen)
    for law, refuse in _REFUSALS:
        if law in chosen:
            refuse(asked)
    if PLANTS not in chosen and asked.has("plant_resources"):
        refuse_senseless_plants(asked)
    refuse_senseless_terminal(asked, question)
    objective.refuse(asked, question)
    return chosen


def with_objective(economy: Economy, question: Question, objective: str, settings: Mapping[str, Any]) -> Question:
    """Return a question with another objective under the same laws.

    What the old objective alone asked for goes with it: its settings, and the tables that no other law uses.

    Raises
    ------
    QuestionError : an objective of no such name, or settings that are not its own.
    """
    if objective == question.objective:
        return replace(question, settings={**question.settings, **settings})
    of_laws = {name: value for name, value in question.settings.items() if name in names_of_laws()}
    asked = asked_of(economy, question)
    old, new = objective_of(question), objective_named(objective, f"{economy.name}: ")
    if not new.counts_years(asked):
        of_laws.pop("discount_factor", None)
    other = Question(objective, {**of_laws, **settings}, leave_out=question.leave_out, name=question.name)
    standing = [law for law in (*STANDING, BALANCE) if law.applies(asked, other)]
    kept = new.law.tables.union(*(law.tables for law in standing))
    gone = [table for table in economy.tables if table in old.law.tables - kept and table not in question.leave_out]
    return replace(other, leave_out=(*question.leave_out, *gone))


def _refuse_unused(economy: Economy, chosen: Iterable[Law]) -> None:
    used = frozenset[str]().union(*(law.tables for law in chosen))
    unused = [table for table in economy.tables if table not in used]
    if unused:
        raise QuestionError(
            f"{economy.name}: no law of this question uses the table {listed(unused)}; nothing is ignored in silence: "
            f"remove it, or put it under leave_out = {unused} in the question"
        )


def asked_of(economy: Economy, question: Question) -> Economy:
    """Return the economy as the question sees it: without the tables it leaves out, and with what profiles want among
    its targets."""
    left = economy.with_changes(**dict.fromkeys(question.leave_out)) if question.leave_out else economy
    return with_demand_of_profiles(left)


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
    objective = objective_of(question)
    name = objective.words(asked_of(economy, question), question)
    if objective.kind is not Kind.LINEAR:  # a plan's program is then a tangent, or the last stage
        return name
    standard = linear_program(economy, question)
    usual, found = _costs_of(standard), _costs_of(program)
    same_sense = standard.sense == program.sense
    kept = same_sense and all(_close(found.pop(label, 0.0), cost) for label, cost in usual.items())
    if kept and not found and program.offset == standard.offset:
        return name
    declared = declared_with(question)
    if kept and not any(block in declared.columns for block, _ in found):
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


def declared_with(question: Question, own: Iterable[Law] = ()) -> Declarations:
    """Return what the laws of a question say of their blocks, its objective's and a user's own included.

    Raises
    ------
    ProgramError : a block is declared twice.
    """
    usual, own = (*STANDING, objective_of(question).law, BALANCE), tuple(own)
    declared = Declarations(elsewhere=frozenset(block.name for law in every_law() for block in law.rows))
    for laws in (usual, own):
        declared = declared.with_more([r for law in laws for r in law.rows], [c for law in laws for c in law.columns])
    return declared


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
    QuestionError : the question cannot be asked of the economy, or its objective is no linear one.
    """
    economy, asked = posed(economy, question)
    _refuse_concave(economy, asked)
    return program_of_laws(economy, asked, extra)


def program_in_pieces(economy: Economy, question: Question) -> PiecedProgram:
    """Spell a plan problem as :func:`linear_program`, with the coefficients left where they are, in the tables.

    Nothing as long as a table is made: what proves or reads plans takes the tables a run at a time.

    Raises
    ------
    QuestionError : as of :func:`linear_program`.
    """
    _refuse_concave(economy, question)
    return _collected(economy, question).in_pieces()


def _refuse_concave(economy: Economy, question: Question) -> None:
    if objective_named(question.objective, f"{economy.name}: ").concave:
        raise QuestionError(
            f"{economy.name}: the objective {question.objective!r} has a concave term, which no linear program holds; "
            "natura_opt.cvxpy_model states it, and natura_opt.solve answers it"
        )


def _refuse_other_sense(question: Question, spelling: str, sense: str | None, own: tuple[Law, ...]) -> None:
    """Raise where a spelling says nothing of what is best, or other than is declared, and no law may have said so."""
    objective = objective_of(question)
    if sense is None or (sense != objective.sense and not own):
        said = "says nothing of what is to be best" if sense is None else f"says {sense!r}"
        raise QuestionError(
            f"objective {objective.name!r}: its spelling in {spelling} {said}, and it declares {objective.sense!r}"
        )


def program_of_laws(
    economy: Economy, question: Question, extra: Iterable[Law | Callable[..., Any]] = ()
) -> LinearProgram:
    """Spell the laws of a question as matrices, with all of its objective that is linear."""
    return _collected(economy, question, extra).build()


def _collected(economy: Economy, question: Question, extra: Iterable[Law | Callable[..., Any]] = ()) -> ProgramBuilder:
    """Return what the laws of a question say, not yet laid out."""
    written = tuple(extra)
    own = tuple(law for law in written if isinstance(law, Law))
    chosen = laws_of(economy, question, own)
    economy = asked_of(economy, question)
    program = ProgramBuilder(declared_with(question, own))
    for law in chosen:
        law.matrix(program, economy, question)
    _refuse_other_sense(question, "matrix", program.sense, own)
    for function in written:
        if isinstance(function, Law):
            continue
        if not callable(function):
            raise QuestionError(f"linear_program: extra must be laws or functions, not {type(function).__name__}")
        function(program, economy, question)
    return program


@checked_arguments()
def pyomo_model(
    economy: Economy | str | Path,
    question: Question | str | None = None,
    extra_laws: Iterable[Law] = (),
    piecewise: str | None = None,
) -> Any:
    """Spell a plan problem as a Pyomo ``ConcreteModel`` that can be read, changed by hand and handed to ``solve``.

    Parameters
    ----------
    economy, question : as in :func:`natura_opt.solve`: an economy or a model's name, a question or a question's name.
    extra_laws : laws of your own.
    piecewise : one of Pyomo's own piecewise forms for the curves that need binaries, such as
        ``"contrib.piecewise.incremental"``; without, the rows of :mod:`natura_opt.laws.curves`.

    Raises
    ------
    DataError, QuestionError, OptionError : the economy, the question or an argument is not usable.
    """
    import pyomo.environ as pyo

    refuse_other_transformations(piecewise)

    economy, asked = posed(economy, question)
    own = tuple(extra_laws)
    chosen = laws_of(economy, asked, own)
    m = pyo.ConcreteModel(name=economy.name, doc=economy.title)
    m.economy, m.question, m.own_laws = economy, asked, own
    m.laws = PyomoRows(declared_with(asked, own), piecewise=piecewise)
    economy = asked_of(economy, asked)
    for law in chosen:
        law.spelling("pyomo")(m, economy, asked)
    _refuse_other_sense(asked, "pyomo", m.laws.sense, own)
    m.laws.close(m)
    del m.laws
    if piecewise is not None:
        transform(m, piecewise)
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
    model = CvxpyModel(economy, asked, own_laws=own, declared=declared_with(asked, own))
    economy = asked_of(economy, asked)
    for law in chosen:
        law.spelling("cvxpy")(model, economy, asked)
    _refuse_other_sense(asked, "cvxpy", model.sense, own)
    model.close()
    return model
