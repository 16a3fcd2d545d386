"""Laws and objectives of a user's own, attacked: hundreds drawn at random, and every mistake in making one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.backends.cvxpy import compile_cvxpy
from natura_opt.backends.pyomo import compile_pyomo
from natura_opt.base.errors import ProgramError, SettingError, UnstatableError
from natura_opt.cli.console import named_values
from natura_opt.formulate import declared_with
from natura_opt.objectives.registry import forget_objective
from tests.random_laws import Drawn, drawn, rows_of, solvers_word
from tests.seeded import seeded_economy
from tests.spellings import GOLDEN, _pairs, difference
from tests.toy_laws import over

FEW = 32
MANY = 600


# ---- laws drawn at random -----------------------------------------------------------------------------------
def posed(seed: int) -> tuple[no.Economy, list[Drawn]]:
    rng = np.random.default_rng(seed)
    golden = list(GOLDEN)
    small = seeded_economy(seed, goods=(2, 5), periods=(1, 3))
    economy = GOLDEN[golden[seed // 2 % len(golden)]] if seed % 2 else small
    return economy, [drawn(economy, rng, k) for k in range(rng.integers(1, 3))]


def hold(seed: int) -> str:
    """Hold one draw against everything that is claimed of it; return its status."""
    economy, laws = posed(seed)
    own = [law.law() for law in laws]
    declared = declared_with(economy.question(), own)
    program = no.linear_program(economy, extra=own)
    for spell in (
        lambda: compile_cvxpy(no.cvxpy_model(economy, extra_laws=own), declared),
        lambda: compile_pyomo(no.pyomo_model(economy, extra_laws=own), declared, _pairs(economy)),
    ):
        try:
            assert difference(program, spell().program) == []
        except UnstatableError:  # a row without variables that nothing can meet: only arrays can state it
            assert solvers_word(program)[0] == 2
    plan = no.solve(economy, extra_laws=own)
    status, objective = solvers_word(program)
    assert {0: "optimal", 2: "infeasible", 3: "unbounded"}.get(status, plan.status) == plan.status.value
    json.dumps(plan.summary(), allow_nan=False)
    assert repr(plan)
    if not plan.proved:
        assert plan.impossibility is not None and plan.impossibility.proved
        return plan.status.value
    assert plan.objective == pytest.approx(objective, rel=1e-7, abs=1e-7)
    scale = max(1.0, abs(plan.objective), plan.limits["worth"].abs().max())
    assert plan.limits["worth"].sum() == pytest.approx(plan.objective, abs=1e-8 * scale)
    tidy = ("prices_over_time", "returns_on_capital", "terminal_stocks")  # where what does not exist is missing
    unknown = [name for name, frame in plan.tables().items() if frame.select_dtypes("number").isna().to_numpy().any()]
    assert set(unknown) <= set(tidy)
    for law in laws:
        for name, label in list(rows_of(plan, law))[:4]:
            axes = law.rows[name][0]
            parts = label if len(axes) > 1 else (label,)
            when = [part for part, axis in zip(parts, axes, strict=False) if axis == "periods"]
            names = [part for part, axis in zip(parts, axes, strict=False) if axis != "periods"]
            called = law.kinds[name] if not names else names[0] if len(names) == 1 else tuple(names)
            told = plan.explain(called, *when, kind=law.kinds[name])
            assert told.valuation == pytest.approx(plan.dual[_row(plan, name, label)], abs=1e-12) and repr(told)
    return plan.status.value


def _row(plan: no.Plan, name: str, label: Any) -> int:
    block = plan.program.row_block(name)
    assert block is not None
    return block.start + list(block.index).index(label)


def test_laws_drawn_at_random_are_one_program_in_three_spellings_and_proved() -> None:
    found = [hold(seed) for seed in range(FEW)]
    assert set(found) >= {"optimal", "infeasible"} and found.count("optimal") >= FEW // 3


@pytest.mark.exhaustive
def test_many_laws_drawn_at_random() -> None:
    found = [hold(seed) for seed in range(1_000, 1_000 + MANY)]
    assert set(found) == {"optimal", "infeasible", "unbounded"} and found.count("optimal") >= MANY // 3


@pytest.mark.parametrize("backend", ["pyomo", "cvxpy"])
def test_laws_drawn_at_random_have_one_optimum_whichever_layer_solves(backend: str) -> None:
    compared = 0
    for seed in range(2_000, 2_012):
        economy, laws = posed(seed)
        own = [law.law() for law in laws]
        plan = no.solve(economy, extra_laws=own)
        other = no.solve(economy, backend=backend, extra_laws=own)
        assert other.status is plan.status
        if plan.proved:
            assert other.objective == pytest.approx(plan.objective, rel=1e-7, abs=1e-7)
            compared += 1
    assert compared >= 4


# ---- what is wrong with a law ---------------------------------------------------------------------------------
def said(**spellings: Any) -> no.Law:
    """Return a law that says what its spellings say, nothing where there is none."""
    given = {"matrix": lambda *_: None, "tables": frozenset(), "applies": lambda economy, question: True} | spellings
    return no.Law(name="mine", **given)


ROWS = no.Rows("mine", ("goods", "periods"), "<=", "mine", kind="mine")


@pytest.mark.parametrize(("make", "sentence"), [
    (lambda: said(rows=ROWS), "law 'mine': rows must be a tuple of Rows"),
    (lambda: said(columns=(ROWS,)), "law 'mine': columns must be a tuple of Columns"),
    (lambda: said(matrix=None), "matrix must be a function, not None"),
    (lambda: said(applies=True), "applies must be a function, not True"),
    (lambda: said(tables="export_limits"), "tables must be a frozenset, not 'export_limits'"),
    (lambda: no.Law(3, frozenset(), lambda *_: True, lambda *_: None), "name must be text, not 3"),
    (lambda: no.Rows("a", ("goods",), "=<", "m"), "rows 'a': unknown sense '=<'"),
    (lambda: no.Rows("a", "goods", "<=", "m"), "axes must be a tuple of texts, not 'goods'"),
    (lambda: no.Rows("a", ("goods",), "<=", "m", valued="sides"), "unknown valued 'sides'; did you mean 'side'"),
    (lambda: no.Rows("a", ("goods",), "<=", "m", outside="never"), "unknown outside 'never'"),
    (lambda: no.Rows("a", ("goods",), "<=", "m", place="1"), "place must be a whole number, not '1'"),
    (lambda: no.Rows("a", ("goods",), "<=", "m", partly=1), "partly must be True or False, not 1"),
    (lambda: no.Columns(None, ("goods",), "m"), "name must be text, not None"),
    (lambda: no.Given("balance", "mine", 1.0), "amounts must be a function, not 1.0"),
])  # fmt: skip
def test_a_law_of_other_kinds_is_refused_where_it_is_made(make: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(no.NaturaError, match="^.*" + sentence.replace("(", r"\(")):
        make()


ANY = "five_year_plan"
#: Terms in rows that nobody knows, in each spelling.
MISSPELT = {
    "matrix": lambda p, e, q: p.terms("resource_limt", "activities", np.eye(20)),
    "pyomo": lambda m, e, q: m.laws.terms("resource_limt", lambda r, t: m.activities["iron", t]),
    "cvxpy": lambda m, e, q: m.terms("resource_limt", lambda t: m.variables["activities"][:1, t]),
}


@pytest.mark.parametrize(("backend", "spelling"), [("highs", "matrix"), ("pyomo", "pyomo"), ("cvxpy", "cvxpy")])
def test_terms_in_rows_that_no_law_declares_are_refused_in_every_spelling(backend: str, spelling: str) -> None:
    wrong = said(**{spelling: MISSPELT[spelling]})
    with pytest.raises(ProgramError, match="unknown block of rows 'resource_limt'; did you mean 'resource_limit'"):
        no.solve(ANY, backend=backend, extra_laws=[wrong])


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_terms_in_rows_of_another_objective_say_nothing_in_every_spelling(backend: str) -> None:
    law = said(
        matrix=lambda p, e, q: p.terms("floor", "activities", np.ones((1, 2))),
        pyomo=lambda m, e, q: m.laws.terms("floor", lambda t: m.activities["wheat", t]),
        cvxpy=lambda m, e, q: m.terms("floor", lambda t: m.variables["activities"][0]),
    )
    plan = no.solve("wheat_cloth", backend=backend, extra_laws=[law]).assert_optimal()
    assert plan.objective == no.solve("wheat_cloth").objective


def opening(sense: str) -> no.Law:
    """Return a law that opens rows in a sense, and declares them with ``<=``."""
    return said(
        matrix=lambda p, e, q: p.rows("mine", over(e, "goods", "periods"), sense, 0.0),
        pyomo=lambda m, e, q: m.laws.rows("mine", m.GOODS, m.PERIODS, sense=sense, meaning="mine"),
        cvxpy=lambda m, e, q: m.rows("mine", 0, over(e, "goods", "periods"), sense, 0.0),
        rows=(ROWS,),
    )


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_rows_are_opened_in_the_sense_that_is_declared(backend: str) -> None:
    with pytest.raises(ProgramError, match="'mine' are opened with '>=' and declared with '<='; make them one"):
        no.solve(ANY, backend=backend, extra_laws=[opening(">=")])
    with pytest.raises(ProgramError, match="rows 'mine': the sense must be '>=', '<=' or '==', not '=<'"):
        no.solve(ANY, backend=backend, extra_laws=[opening("=<")])


@pytest.mark.parametrize(("labels", "sentence"), [
    (lambda e: e.goods, "its labels, such as 'iron', have 1 parts"),
    (lambda e: pd.MultiIndex.from_product([["gold"], e.periods]), "'gold' is none of the economy's goods"),
    (lambda e: pd.MultiIndex.from_product([e.periods, e.goods]), "'year1' is none of the economy's goods"),
    (lambda e: over(e, "goods", "periods").repeat(2), "('iron', 'year1') stands in it twice"),
])  # fmt: skip
def test_blocks_are_labelled_as_they_are_declared(labels: Callable[[no.Economy], pd.Index], sentence: str) -> None:
    for kind in ("rows", "columns"):
        declared = ROWS if kind == "rows" else no.Columns("mine", ("goods", "periods"), "mine")
        write = {"rows": lambda p, e: p.rows("mine", labels(e), "<=", 1.0),
                 "columns": lambda p, e: p.columns("mine", labels(e))}[kind]  # fmt: skip
        law = said(matrix=lambda p, e, q, write=write: write(p, e), **{kind: (declared,)})
        with pytest.raises(no.QuestionError) as error:
            no.solve(ANY, extra_laws=[law])
        assert f"law 'mine', block 'mine': {sentence}; label it by goods x periods" in str(error.value)


def test_rows_added_by_hand_to_a_declared_block_are_labelled_as_it_is() -> None:
    model = no.cvxpy_model(ANY)
    model.add("balance", pd.Index(["a"]), model.variables["activities"][0, 0] >= 0.5)
    with pytest.raises(
        no.QuestionError, match=r"law 'balance of goods', block 'balance': .*label it by goods x periods"
    ):
        no.solve(model)
    model = no.cvxpy_model(ANY)
    model.add("mine", pd.Index(["a"]), model.variables["activities"][0, 0] >= 0.5)
    assert "mine" in no.solve(model).assert_optimal().extra


@pytest.mark.parametrize(("write", "sentence"), [
    (lambda p: p.supply("balance", "x"), "supply of rows 'balance': .*'x' is text"),
    (lambda p: p.supply("balance", [1.0, 2.0]), "supply of rows 'balance': one number, or one per label"),
    (lambda p: p.loss("activites", 1.0), "loss: unknown block of columns 'activites'; did you mean 'activities'"),
    (lambda p: p.loss("activities", "x"), "loss of 'activities': .*'x' is text"),
    (lambda p: p.loss("activities", [1.0, 2.0]), "loss of 'activities': one number, or one per label"),
    (lambda p: p.terms("balance", "activites", np.eye(20)), "unknown block of columns 'activites'"),
])  # fmt: skip
def test_what_a_matrix_law_writes_is_numbers_of_known_blocks(write: Callable[[Any], Any], sentence: str) -> None:
    with pytest.raises(ProgramError, match=sentence):
        no.solve(ANY, extra_laws=[said(matrix=lambda p, e, q: write(p))])


@pytest.mark.parametrize(("backend", "spellings"), [
    ("cvxpy", {"cvxpy": lambda m, e, q: m.terms("balance", lambda t: np.ones(7))}),
    ("pyomo", {"pyomo": lambda m, e, q: m.laws.terms("balance", lambda i, t: "x")}),
    ("pyomo", {"pyomo": lambda m, e, q: m.laws.terms("balance", lambda i, t: None)}),
])  # fmt: skip
def test_terms_that_cannot_be_added_name_their_rows(backend: str, spellings: dict[str, Any]) -> None:
    with pytest.raises(ProgramError, match=r"rows 'balance'.*the terms cannot be added"):
        no.solve(ANY, backend=backend, extra_laws=[said(**spellings)])


@pytest.mark.parametrize("amounts", [np.zeros(2), 1.0, "x", None])
def test_what_is_given_is_one_number_per_label(amounts: Any) -> None:
    law = said(given=(no.Given("balance", "mine", lambda economy, question: amounts),))
    with pytest.raises(no.QuestionError, match="'mine', given to rows 'balance': "):
        no.solve(ANY, extra_laws=[law]).limits  # noqa: B018


def test_pyomo_prints_nothing_where_a_row_cannot_be_met(capfd: pytest.CaptureFixture[str]) -> None:
    def pyomo(m: Any, economy: no.Economy, question: no.Question) -> None:
        m.laws.rows("mine", m.GOODS, m.PERIODS, sense="<=", side=lambda i, t: -1.0, meaning="mine")

    def matrix(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        program.rows("mine", over(economy, "goods", "periods"), "<=", -1.0)

    plan = no.solve(ANY, backend="pyomo", extra_laws=[said(matrix=matrix, pyomo=pyomo, rows=(ROWS,))])
    assert plan.status is no.Status.INFEASIBLE and plan.impossibility is not None and plan.impossibility.proved
    assert capfd.readouterr() == ("", "")


# ---- what is wrong with an objective --------------------------------------------------------------------------
@dataclass(frozen=True)
class Undeclared(no.Settings):
    """A setting without a word of what it may be."""

    steps: int = 5


BEST = said(matrix=lambda p, e, q: p.objective("max", {"activities": 1.0}))


@pytest.mark.parametrize(("given", "sentence"), [
    ({"name": 3}, "name must be text, not 3"),
    ({"name": ""}, "give it a name, by which questions call it"),
    ({"law": None}, "law must be a Law, not None"),
    ({"sense": "maximum"}, "unknown sense 'maximum'; did you mean 'max'"),
    ({"settings": dict}, "settings must be a class made of natura_opt.Settings"),
    ({"settings": Undeclared}, "Undeclared: the field 'steps' is not declared; write steps: "),
    ({"next_stage": 3}, "next_stage must be a function or None, not 3"),
    ({"needs": "targets"}, "needs must be a tuple of texts, not 'targets'"),
    ({"refuses": None}, "refuses must be a function, not None"),
    ({"concave": "no"}, "concave must be True or False, not 'no'"),
])  # fmt: skip
def test_an_objective_of_other_kinds_is_refused_where_it_is_made(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(no.NaturaError, match=sentence):
        no.Objective(**{"name": "mine", "law": BEST, **given})


@pytest.fixture
def register() -> Any:
    """Return what registers an objective for one test."""
    names = []

    def one(**given: Any) -> no.Question:
        objective = no.register_objective(no.Objective(**{"name": "mine", "law": BEST, **given}))
        names.append(objective.name)
        return no.Question(objective.name, leave_out=["targets"])

    yield one
    for name in names:
        forget_objective(name)


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
@pytest.mark.parametrize(("sense", "sentence"), [
    (None, "says nothing of what is to be best, and it declares 'max'"), ("min", "says 'min', and it declares 'max'"),
])  # fmt: skip
def test_a_spelling_of_an_objective_says_what_it_declares(
    backend: str, sense: str | None, sentence: str, register: Any
) -> None:
    def matrix(p: Any, e: Any, q: Any) -> None:
        if sense is not None:
            p.objective(sense, {"activities": 1.0})

    def pyomo(m: Any, e: Any, q: Any) -> None:
        if sense is not None:
            m.laws.objective("best", 1, lambda: m.activities["iron", "year1"], "best")

    def cvxpy(m: Any, e: Any, q: Any) -> None:
        if sense is not None:
            m.goal(sense, m.variables["activities"][0, 0])

    question = register(law=said(matrix=matrix, pyomo=pyomo, cvxpy=cvxpy))
    with pytest.raises(no.QuestionError, match=f"objective 'mine': its spelling in .* {sentence}"):
        no.solve(ANY, question, backend=backend)


def test_a_next_stage_is_a_program(register: Any) -> None:
    question = register(next_stage=lambda program, primal: 3)
    with pytest.raises(no.QuestionError, match="objective 'mine': next_stage must return a program or None, not 3"):
        no.solve(ANY, question)


def test_a_concave_objective_that_no_method_answers_says_so(register: Any) -> None:
    with pytest.raises(no.CannotAnswerError, match=r"no method answers the objective 'mine'.*natura_opt.cvxpy_model"):
        no.solve(ANY, register(concave=True))


def test_a_setting_says_what_it_may_be() -> None:
    with pytest.raises(SettingError, match="allowed must say what it may be"):
        no.setting(1.0, "of no use", object())  # type: ignore[arg-type]
    with pytest.raises(no.OptionError, match="settings_of: kind must be a type, not 3"):
        no.settings_of(3, no.Question())  # type: ignore[type-var]


# ---- the command line -----------------------------------------------------------------------------------------
def test_numbers_on_the_command_line_may_be_written_as_people_do() -> None:
    pairs = ["a=.5", "b=5.", "c=+2", "d=-.5e-1", "e=1_0", "f=nan", "g=0x1", "h=.", "i=1e400", "j=[1]"]
    read = named_values(pairs)
    assert read == {
        "a": 0.5, "b": 5.0, "c": 2.0, "d": -0.05, "e": "1_0", "f": "nan", "g": "0x1", "h": ".", "i": np.inf, "j": [1]
    }  # fmt: skip
    with pytest.raises(no.DataError, match="--setting floor=…: given twice; give it once"):
        named_values(["floor=.1", "floor=.2"], "--setting")
