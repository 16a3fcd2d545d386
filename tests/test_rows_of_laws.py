"""Rows that laws open, add to and close: the same rules in matrices, Pyomo and CVXPY, whatever the order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import cvxpy as cp
import numpy as np
import pandas as pd
import pyomo.environ as pyo
import pytest

import natura_opt as no
from natura_opt.base.errors import ProgramError, UnstatableError
from natura_opt.formulate import declared_with, every_law, laws_of
from natura_opt.laws.cvxpy_model import CvxpyModel
from natura_opt.laws.pyomo_rows import PyomoRows
from natura_opt.program.declared import Declarations

GOODS = pd.Index(["corn", "iron", "coal"])
STATED = np.array([True, False, True])


def builder(*names: str) -> no.ProgramBuilder:
    rows = [no.Rows(name, ("goods",), "<=", "a limit") for name in names]
    return no.ProgramBuilder(Declarations().with_more(rows, [no.Columns("x", ("goods",), "a level", "goods")]))


# ---- matrices -----------------------------------------------------------------
def test_rows_may_be_stated_for_some_labels_and_terms_given_for_all() -> None:
    program = builder("limit")
    program.columns("x", GOODS)
    program.rows("limit", GOODS, "<=", [1.0, 2.0, 3.0], stated=STATED)
    program.terms("limit", "x", np.diag([10.0, 20.0, 30.0]))
    program.supply("limit", [0.1, 0.2, 0.3])
    made = program.build()
    assert made.rows[0].index.to_list() == ["corn", "coal"]
    assert made.matrix.toarray().tolist() == [[10.0, 0.0, 0.0], [0.0, 0.0, 30.0]]
    assert made.row_upper.tolist() == [0.9, 2.7]


def test_terms_and_supplies_may_be_given_for_the_stated_rows_alone() -> None:
    program = builder("limit")
    program.columns("x", GOODS)
    program.rows("limit", GOODS, "<=", [1.0, 2.0, 3.0], stated=STATED)
    program.terms("limit", "x", [[10.0, 0.0, 0.0], [0.0, 0.0, 30.0]])
    program.supply("limit", [0.1, 0.3])
    made = program.build()
    assert made.matrix.toarray().tolist() == [[10.0, 0.0, 0.0], [0.0, 0.0, 30.0]]
    assert made.row_upper.tolist() == [0.9, 2.7]


@pytest.mark.parametrize("shape", [(1, 3), (4, 3), (3, 2), (2, 2)])
def test_terms_of_any_other_shape_are_refused(shape: tuple[int, int]) -> None:
    program = builder("limit")
    program.columns("x", GOODS)
    program.rows("limit", GOODS, "<=", 1.0, stated=STATED)
    program.terms("limit", "x", np.ones(shape))
    with pytest.raises(ProgramError, match=r"'x' in 'limit' have shape .* not \(2, 3\)"):
        program.build()


@pytest.mark.parametrize("amounts", [[1.0], [1.0, 2.0, 3.0, 4.0], [[1.0, 2.0]] * 2])
def test_supplies_of_any_other_shape_are_refused(amounts: list[Any]) -> None:
    program = builder("limit")
    program.rows("limit", GOODS, "<=", 1.0)
    program.supply("limit", amounts)
    if np.shape(amounts) == (1,):
        assert program.build().row_upper.tolist() == [0.0] * 3  # one number for all
        return
    with pytest.raises(ProgramError, match="supply of rows 'limit'"):
        program.build()


def test_terms_in_rows_that_no_law_of_the_question_opens_say_nothing() -> None:
    program = builder("limit", "other")
    program.columns("x", GOODS)
    program.rows("limit", GOODS, "<=", 1.0)
    program.terms("other", "x", np.eye(3))
    program.supply("other", 1.0)
    made = program.build()
    assert [block.name for block in made.rows] == ["limit"]
    assert made.matrix.nnz == 0


def test_terms_in_rows_that_no_law_declares_are_refused() -> None:
    program = builder("limit")
    program.columns("x", GOODS)
    program.terms("limt", "x", np.eye(3))
    with pytest.raises(ProgramError, match="no such block was declared"):
        program.build()
    program = builder("limit")
    program.rows("limit", GOODS, "<=", 1.0)
    program.supply("limt", 1.0)
    with pytest.raises(ProgramError, match=r"supply: unknown block of rows 'limt'.*limit"):
        program.build()


def test_blocks_know_what_is_declared_of_them_and_a_users_own_do_not() -> None:
    economy = no.read("five_year_plan")
    program = no.linear_program(economy, extra=[lambda p, e, q: p.rows("own", e.goods, "<=", 5.0)])
    for block in (*program.rows, *program.columns):
        declared = declared_with(economy.question())
        known = declared.rows.get(block.name) or declared.columns.get(block.name)
        assert block.declared is known
    assert program.row_block("own").declared is None  # type: ignore[union-attr]
    assert program.row_block("balance").declared.kind == "good"  # type: ignore[union-attr]


# ---- Pyomo --------------------------------------------------------------------
def model() -> Any:
    m = pyo.ConcreteModel()
    m.GOODS = pyo.Set(initialize=list(GOODS))
    m.x = pyo.Var(m.GOODS, domain=pyo.NonNegativeReals)
    m.laws = PyomoRows()
    return m


@pytest.mark.parametrize(("sense", "lower", "upper"), [("<=", None, 7.0), (">=", 7.0, None), ("==", 7.0, 7.0)])
def test_pyomo_rows_have_all_terms_and_their_side(sense: str, lower: float | None, upper: float | None) -> None:
    m = model()
    m.laws.terms("limit", lambda i: 2.0 * m.x[i])
    m.laws.rows("limit", m.GOODS, sense=sense, side=lambda i: 7.0, meaning="enough", stated=lambda i: i != "iron")
    m.laws.terms("limit", lambda i: 3.0 * m.x["iron"])
    m.laws.close(m)
    assert list(m.limit) == ["corn", "coal"]
    assert m.limit.doc == "enough"
    m.x["corn"].value, m.x["iron"].value = 5.0, 7.0
    assert pyo.value(m.limit["corn"].body) == 2 * 5 + 3 * 7
    assert (m.limit["corn"].lower, m.limit["corn"].upper) == (lower, upper)


@pytest.mark.parametrize(("sense", "constant", "meets"), [
    ("<=", 6.0, True), ("<=", 8.0, False), (">=", 8.0, True), (">=", 6.0, False), ("==", 7.0, True), ("==", 6.0, False),
])  # fmt: skip
def test_a_pyomo_row_without_variables_holds_or_is_refused(sense: str, constant: float, meets: bool) -> None:
    m = model()
    m.laws.rows("limit", m.GOODS, sense=sense, side=lambda i: 7.0, meaning="enough")
    m.laws.terms("limit", lambda i: constant)
    if meets:
        m.laws.close(m)
        assert len(m.limit) == 0
        return
    with pytest.raises(UnstatableError, match=r"'limit' \('corn',\) holds no variable and misses its side by 1"):
        m.laws.close(m)


def test_a_pyomo_row_that_cannot_be_met_says_so_in_the_words_of_its_law() -> None:
    m = model()
    m.laws.rows(
        "limit", m.GOODS, sense=">=", side=lambda i: 2.0, meaning="enough", unmet=lambda i, short: f"{short:g} of {i}"
    )
    with pytest.raises(UnstatableError, match="2 of corn"):
        m.laws.close(m)


def test_pyomo_losses_count_against_either_sense_whenever_they_are_named() -> None:
    for sense, wanted in ((pyo.maximize, 10.0 - 4.0), (pyo.minimize, 10.0 + 4.0)):
        m = model()
        m.laws.objective("goal", sense, lambda m=m: m.x["corn"], "best")
        m.laws.losses.append(lambda m=m: 2.0 * m.x["iron"])
        m.laws.close(m)
        m.x["corn"].value, m.x["iron"].value = 10.0, 2.0
        assert pyo.value(m.goal) == wanted
        assert m.goal.sense == sense


def test_rows_are_opened_once() -> None:
    m = model()
    m.laws.rows("limit", m.GOODS, sense="<=", meaning="enough")
    with pytest.raises(ProgramError, match="twice"):
        m.laws.rows("limit", m.GOODS, sense="<=", meaning="enough")
    program = builder("limit")
    program.rows("limit", GOODS, "<=", 1.0)
    with pytest.raises(ProgramError, match="twice"):
        program.rows("limit", GOODS, "<=", 1.0)


# ---- CVXPY --------------------------------------------------------------------
def cvxpy_rows(sense: Any, side: Any, stated: Any = None) -> CvxpyModel:
    model = CvxpyModel(no.read("wheat_cloth"), no.Question())
    x = model.variable("x", GOODS, (3,))
    model.rows("limit", None, GOODS if stated is None else GOODS[stated], sense, side, stated)
    model.terms("limit", lambda _: 2.0 * x)
    model.terms("limit", lambda _: 3.0 * cp.sum(x) * np.ones(3))
    model.goal("max", cp.sum(x))
    model.losses.append(10.0 * x[1])
    return model


def test_cvxpy_rows_have_all_terms_and_their_side() -> None:
    model = cvxpy_rows("<=", np.array([6.0, 60.0]), np.array([0, 2]))
    model.close()
    ((name, index, constraint),) = model.constraints
    assert (name, index.to_list()) == ("limit", ["corn", "coal"])
    assert model.problem().solve(solver=cp.HIGHS) == pytest.approx(2.0, rel=1e-9)  # 3 (x1 + x3) <= 6 binds
    assert constraint.dual_value.tolist() == pytest.approx([1 / 3, 0.0])


@pytest.mark.parametrize(("sense", "least", "most"), [("<=", 0.0, 1.0), (">=", 1.0, np.inf), ("==", 1.0, 1.0)])
def test_cvxpy_rows_keep_their_sense(sense: str, least: float, most: float) -> None:
    for goal, wanted in (("min", least), ("max", most)):
        model = CvxpyModel(no.read("wheat_cloth"), no.Question())
        x = model.variable("x", GOODS[:1], (1,))
        model.rows("limit", None, GOODS[:1], sense, 1.0)  # type: ignore[arg-type]
        model.terms("limit", lambda _, x=x: x)
        model.goal(goal, x[0])  # type: ignore[arg-type]
        model.close()
        assert model.problem().solve(solver=cp.HIGHS) == pytest.approx(wanted)


def test_a_cvxpy_row_without_variables_holds_or_is_refused() -> None:
    for side, meets in ((np.zeros(3), True), (np.full(3, 2.0), False)):
        model = CvxpyModel(no.read("wheat_cloth"), no.Question())
        model.rows("limit", None, GOODS, ">=", side)
        model.terms("limit", lambda _: np.ones(3))
        if meets:
            model.close()
            assert model.constraints == []
        else:
            with pytest.raises(UnstatableError, match="'limit' hold no variable"):
                model.close()


def test_a_cvxpy_variable_is_declared_once() -> None:
    model = CvxpyModel(no.read("wheat_cloth"), no.Question())
    model.variable("x", GOODS, (3,))
    with pytest.raises(ProgramError, match="twice"):
        model.variable("x", GOODS, (3,))


# ---- laws ---------------------------------------------------------------------
def test_the_order_in_which_laws_speak_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Activity levels come first, as the variables that all others speak of; whatever comes after may come anyhow."""
    from natura_opt import formulate

    economy = no.read("five_year_plan")
    first, *rest = laws_of(economy, economy.question())
    seen = set()
    for order in [*permutations(rest)][::5]:
        monkeypatch.setattr(formulate, "laws_of", lambda *_, order=order: [first, *order])
        optima = [no.solve(economy, backend=backend).assert_optimal().objective for backend in no_backends()]
        seen |= {round(optimum, 9) for optimum in optima}
    assert seen == {8.797299129}


def no_backends() -> tuple[str, ...]:
    return ("highs", "pyomo", "cvxpy")


def test_every_block_is_declared_once_and_by_one_law() -> None:
    rows, columns = (  # max-min and leximin say the same of one block: it is one declaration
        [block.name for block in {id(block): block for law in every_law() for block in getattr(law, part)}.values()]
        for part in ("rows", "columns")
    )
    assert len(rows) == len(set(rows)) and len(columns) == len(set(columns))
    for block in (block for law in every_law() for block in (*law.rows, *law.columns)):
        assert block.meaning and set(block.axes) <= set(no.read("five_year_plan").axes)
        assert not block.unit or block.unit in block.axes


def silent(name: str, **said: Any) -> no.Law:
    """A law that says nothing, for what is asked of laws before they speak."""
    return no.Law(name, frozenset(), lambda economy, question: True, lambda *_: None, **said)


def test_a_law_of_ones_own_cannot_take_a_declared_name() -> None:
    own = silent("mine", rows=(no.Rows("balance", ("goods",), "<=", "mine"),))
    with pytest.raises(no.NaturaError, match="'balance' is declared twice; give one of them another name"):
        declared_with(no.Question(), [own])
    with pytest.raises(no.NaturaError, match="'balance' is declared twice"):
        no.solve("five_year_plan", extra_laws=[own])


@pytest.mark.parametrize("backend", ["pyomo", "cvxpy"])
def test_a_law_without_a_spelling_is_refused_there_by_name(backend: str) -> None:
    with pytest.raises(no.QuestionError, match=f"'mine' has no spelling in {backend}"):
        no.solve("five_year_plan", backend=backend, extra_laws=[silent("mine")])
    assert no.solve("five_year_plan", extra_laws=[silent("mine")]).proved


def test_a_law_that_does_not_apply_is_not_written() -> None:
    def wrong(*_: Any) -> None:
        raise AssertionError("it was written")

    law = no.Law("never", frozenset(), lambda economy, question: False, wrong)
    assert no.solve("five_year_plan", extra_laws=[law]).proved


def test_a_law_of_ones_own_uses_tables_that_no_other_does() -> None:
    economy = no.read("five_year_plan").with_changes(profile_weights=None)
    with pytest.raises(no.QuestionError, match="uses the table"):
        no.solve(economy.with_changes(activity_weights=np.ones(4)))
    law = no.Law("weights", frozenset({"activity_weights"}), lambda e, q: e.has("activity_weights"), lambda *_: None)
    plan = no.solve(economy.with_changes(activity_weights=np.ones(4)), extra_laws=[law])
    assert plan.proved and law in plan.laws
