"""Objectives as records: their settings from everywhere, what they refuse, one of a user's own, and harmony spelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from typer.testing import CliRunner, Result

import natura_opt as no
from natura_opt.backends.cvxpy import compile_cvxpy
from natura_opt.backends.pyomo import compile_pyomo
from natura_opt.cli.app import app
from natura_opt.formulate import declared_with, program_of_laws, with_objective
from natura_opt.objectives import OBJECTIVES, Kind
from natura_opt.objectives.harmony_functions import H1993, H1993_ENVELOPE, H2018, HarmonyFunction
from natura_opt.objectives.registry import SHIPPED, forget_objective

from .test_harmony import DAMAGE, SATURATING, small
from .toy_objective import IN_STAGES, MOST, MostSettings


@pytest.fixture
def toys() -> Iterator[None]:
    """Both toy objectives, known for the time of a test."""
    for toy in (MOST, IN_STAGES):
        no.register_objective(toy)
    yield
    for toy in (MOST, IN_STAGES):
        forget_objective(toy.name)


def call(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def facts_of(result: Result, code: int = 0) -> dict[str, Any]:
    assert result.exit_code == code, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


# ---- settings, wherever they come from --------------------------------------------------------------------


def test_settings_come_as_names_as_a_mapping_or_both() -> None:
    one = no.Question("fulfilment", floor=0.5)
    assert one == no.Question("fulfilment", {"floor": 0.5}) == no.Question(settings={"floor": 0.5})
    assert one.settings == {"floor": 0.5} and hash(one) == hash(no.Question("fulfilment", {"floor": 0.5}))
    assert no.Question("fulfilment", {"floor": 0.5}, floor=0.25).settings == {"floor": 0.25}
    assert no.Question("fulfilment", floor=None) == no.Question("fulfilment")
    assert replace(one, floor=0.75).settings == {"floor": 0.75} and replace(one, floor=None).settings == {}
    assert replace(one, name="other").settings == {"floor": 0.5}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"flor": 0.5}, "question 'mine': unknown setting 'flor'; did you mean 'floor'"),
        ({"floor": -1}, "question 'mine': floor must be a number of at least 0, not -1"),
        ({"floor": float("nan")}, "floor must be a number of at least 0"),
        ({"floor": 10**400}, "floor must be a number of at least 0"),
        ({"floor": True}, "floor must be a number of at least 0, not True"),
        ({"floor": "0.5"}, "floor must be a number of at least 0, not '0.5'"),
        ({"function": "2018"}, "unknown setting 'function'.*it is a setting of the objective 'harmony'"),
        ({"settings": [1]}, "settings must be a mapping"),
    ],
)
def test_what_is_no_setting_is_refused_where_the_question_is_made(given: dict[str, Any], words: str) -> None:
    with pytest.raises(no.QuestionError, match=words):
        no.Question("fulfilment", name="mine", **given)


def test_whatever_number_python_has_is_a_number() -> None:
    economy = no.read("five_year_plan")
    for floor in (0, 1, 0.25, np.float64(0.25), np.float32(0.25), np.int64(0)):
        asked = no.Question("fulfilment", floor=floor)
        block = no.linear_program(economy, asked).row_block("floor")
        assert block is not None
        assert (no.linear_program(economy, asked).row_lower[block.span] == float(floor)).all()


def test_settings_that_nobody_could_check_yet_are_checked_when_they_are_asked() -> None:
    """An objective that is not registered: nothing is known of its settings until it is."""
    question = no.Question("most-of-one", god="corn")
    with pytest.raises(no.QuestionError, match="unknown objective 'most-of-one'"):
        no.solve(small(), question)
    no.register_objective(MOST)
    try:
        with pytest.raises(no.QuestionError, match="unknown setting 'god'; did you mean 'good'"):
            no.solve(small(), question)
    finally:
        forget_objective(MOST.name)


def economy_toml(folder: Path, question: str) -> Path:
    no.write(small(questions={"default": no.Question("fulfilment")}, objective=None), folder)
    file = folder / "economy.toml"
    text = file.read_text()
    file.write_text(text[: text.index("[questions.")] + f"[questions.default]\n{question}\n")
    return folder


@pytest.mark.parametrize(
    ("question", "settings"),
    [
        ('objective = "fulfilment"\nfloor = 0.5', {"floor": 0.5}),
        ("floor = 1", {"floor": 1}),
        ('objective = "harmony"', {}),
        ('objective = "harmony"\nfunction = "1993"', {"function": "1993"}),
        ('objective = "harmony"\nfunction = 1993', {"function": 1993}),
    ],
)
def test_settings_from_a_model_folder_and_back(question: str, settings: dict[str, Any], tmp_path: Path) -> None:
    economy = no.read(economy_toml(tmp_path / "model", question))
    assert economy.question().settings == settings
    no.solve(economy)
    for name in ("again", "again.xlsx"):
        no.write(economy, tmp_path / name)
        assert no.read(tmp_path / name).question() == economy.question()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("flor = 0.5", ["economy.toml", "question 'default'", "unknown setting 'flor'; did you mean 'floor'"]),
        ("floor = -0.5", ["economy.toml", "question 'default'", "floor must be a number of at least 0"]),
        ('objectiv = "harmony"', ["unknown setting 'objectiv'; did you mean 'objective'"]),
        ('name = "other"', ["unknown setting 'name'"]),
        ("settings = {floor = 1}", ["unknown setting 'settings'"]),
        ('objective = "harmony"\nfunction = "203"', ["question 'default'", "unknown harmony function '203'"]),
        ('objective = "harmony"\nfloor = 1', ["unknown setting 'floor'", "of the objective 'fulfilment'"]),
    ],
)
def test_bad_settings_in_a_model_folder_are_named_with_their_place(
    question: str, words: list[str], tmp_path: Path
) -> None:
    with pytest.raises(no.QuestionError) as caught:
        no.read(economy_toml(tmp_path / "model", question))
    for part in words:
        assert part in str(caught.value)


def test_a_function_of_ones_own_is_in_no_file(tmp_path: Path) -> None:
    economy = small(questions={"default": no.Question("harmony", function=SATURATING)}, objective=None)
    with pytest.raises(no.DataError, match=r"function is HarmonyFunction.*which a file cannot hold"):
        no.write(economy, tmp_path / "model")


@pytest.mark.parametrize(
    ("arguments", "objective"),
    [
        (["--setting", "floor=0.5"], "sum of yearly fulfilment"),
        (["--objective", "assortment"], "largest number of assortments"),
        (["--objective", "harmony", "--setting", "function=1993-envelope"], "total harmony (function 1993-envelope)"),
        (["--objective", "harmony", "--setting", "max_iterations=100000"], "total harmony (function 2018)"),
    ],
)
def test_objectives_and_their_settings_from_the_command_line(arguments: list[str], objective: str) -> None:
    facts = facts_of(call("solve", "five_year_plan", "--json", *arguments))
    assert facts["objective_name"] == objective and facts["question"] == "default"


def test_a_function_whose_name_is_a_number_is_a_name() -> None:
    facts = facts_of(call("solve", "excavators", "--objective", "harmony", "--setting", "function=1993", "--json"))
    assert facts["harmony_function"] == "1993"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--setting", "flor=0.5"], ["unknown setting 'flor'", "did you mean 'floor'"]),
        (["--setting", "floor=-1"], ["floor must be a number of at least 0"]),
        (["--setting", "floor"], ["--setting 'floor': write NAME=VALUE"]),
        (["--setting", "function=1993"], ["unknown setting 'function'"]),
        (["--objective", "harmny"], ["unknown objective 'harmny'", "did you mean 'harmony'"]),
        (["--objective", "harmony", "--setting", "function=203"], ["unknown harmony function '203'"]),
        (["--objective", "harmony", "--setting", "max_iteration=5"], ["did you mean 'max_iterations'"]),
        (["--setting", "tolerance=1e-3"], ["write --tolerance"]),
        (["--setting", "certificate=exact"], ["write --exact"]),
        (["--setting", "objective=harmony"], ["write --objective"]),
    ],
)
def test_bad_settings_on_the_command_line_are_one_sentence(arguments: list[str], words: list[str]) -> None:
    result = call("solve", "five_year_plan", *arguments)
    assert result.exit_code == 2 and result.stdout == "" and len(result.stderr.splitlines()) == 1
    for part in words:
        assert part in result.stderr


# ---- the records ------------------------------------------------------------------------------------------


def test_every_record_tells_its_settings() -> None:
    for objective in SHIPPED:
        assert OBJECTIVES[objective.name] is objective and objective.law.name
        for one in objective.settings.described():
            assert one.meaning and one.allowed.words
    floor = OBJECTIVES["fulfilment"].settings.described()[0]
    assert (floor.name, floor.default, floor.allowed.words) == ("floor", None, "a number of at least 0")
    assert {name: objective.kind for name, objective in OBJECTIVES.items()} == {
        "least-resources": Kind.LINEAR, "assortment": Kind.LINEAR, "fulfilment": Kind.LINEAR, "harmony": Kind.CONCAVE,
        "max-min": Kind.LINEAR, "leximin": Kind.STAGES, "most-resources": Kind.LINEAR, "output": Kind.LINEAR,
        "terminal-stocks": Kind.LINEAR,
    }  # fmt: skip


@pytest.mark.parametrize("objective", SHIPPED, ids=lambda objective: objective.name)
def test_what_a_record_says_is_what_its_program_is(objective: no.Objective) -> None:
    needed = {"resource_weights": [1.0], "activity_weights": [1.0, 2.0], "salvage_values": [1.0, 2.0]}
    given = {table: needed[table] for table in objective.needs if table in needed}
    economy = small(**given, storage=[0.5, 0.5]) if objective.terminal else small(**given)
    question = no.Question(objective.name, {"terminal": objective.terminal} if objective.terminal else {})
    program = program_of_laws(economy, question)
    assert program.sense == objective.sense
    for declared in objective.law.columns:
        block = program.column_block(declared.name)
        assert block is not None and block.declared is declared
    served = program.column_block(objective.columns) if objective.columns else None
    demanded = bool((program.row_lower > 0).any())
    assert (objective.demand is no.Demand.FIXED) == demanded == (served is None)
    if served is not None and objective.demand is no.Demand.LEVEL:
        assert (len(served.index) == 1 and served.index[0] not in economy.periods) == objective.whole_sets
    for table in objective.needs:
        with pytest.raises(no.QuestionError, match=f"needs the table.*{table}"):
            no.solve(economy.with_changes(**{table: None}), question)


def test_targets_that_are_nothing_are_refused_by_those_who_need_them() -> None:
    empty_year = small(periods=2, targets=[[1.0, 0.0], [2.0, 0.0]])
    with pytest.raises(no.QuestionError, match="targets of period '2' are zero"):
        no.solve(empty_year, no.Question("fulfilment"))
    for objective in ("assortment", "harmony"):
        assert no.solve(empty_year, no.Question(objective)).status is no.Status.OPTIMAL
    for objective in ("fulfilment", "assortment", "harmony"):
        with pytest.raises(no.QuestionError, match="no meaning"):
            no.solve(small(targets=[0.0, 0.0]), no.Question(objective))


def test_another_objective_takes_its_own_tables_along() -> None:
    economy = small(objective="least-resources", resource_weights=[1.0])
    asked = with_objective(economy, economy.question(), "harmony", {"function": "1993"})
    assert asked.leave_out == ("resource_weights",) and asked.settings == {"function": "1993"}
    unlimited = economy.with_changes(resource_limits=None)
    assert set(with_objective(unlimited, economy.question(), "harmony", {}).leave_out) == {
        "resource_weights", "resource_use",
    }  # fmt: skip
    with pytest.raises(no.QuestionError, match="no law of this question uses the table 'resource_weights'"):
        no.solve(economy, no.Question("harmony"))
    floored = no.Question("fulfilment", floor=0.5)
    assert with_objective(economy, floored, "fulfilment", {}).settings == {"floor": 0.5}
    assert with_objective(economy, floored, "assortment", {}).settings == {}
    plan = no.solve(small(), floored, objective="fulfilment", floor=0.25)
    assert plan.question.settings == {"floor": 0.25}


# ---- an objective of one's own ----------------------------------------------------------------------------


def most(**settings: Any) -> no.Question:
    return no.Question("most-of-one", good="corn", **settings)


def test_a_toy_objective_is_one_program_in_three_spellings(toys: None) -> None:
    economy = small(periods=2, initial_stocks=[1.0, 0.0], storage=[0.9, 0.5])
    matrix = no.linear_program(economy, most(worth=2.0))
    compiled = [
        compile_pyomo(no.pyomo_model(economy, most(worth=2.0)), declared_with(most()), {}).program,
        compile_cvxpy(no.cvxpy_model(economy, most(worth=2.0)), declared_with(most())).program,
    ]
    for other in compiled:
        assert other.sense == matrix.sense == "max"
        rows, columns = {b.name: b for b in other.rows}, {b.name: b for b in other.columns}
        for block in matrix.rows:
            own = rows[block.name]
            mine = matrix.matrix[block.span, :].toarray()
            theirs = other.matrix[own.span, :].toarray()[own.index.get_indexer(block.index)]
            for column in matrix.columns:
                if column.name not in columns:
                    assert not len(column.index)
                    continue
                at = columns[column.name].start + columns[column.name].index.get_indexer(column.index)
                assert mine[:, column.span] == pytest.approx(theirs[:, at], abs=1e-12)
                assert matrix.cost[column.span] == pytest.approx(other.cost[at], abs=1e-12)
            lower = other.row_lower[own.span][own.index.get_indexer(block.index)]
            assert matrix.row_lower[block.span] == pytest.approx(lower, abs=1e-12)


def test_a_toy_objective_is_solved_through_every_road(toys: None) -> None:
    economy = small()
    plans = [no.solve(economy, most(), backend=backend).assert_optimal() for backend in ("highs", "pyomo", "cvxpy")]
    plans += [no.solve(economy, objective="most-of-one", good="corn", method=way) for way in ("simplex", "ipm")]
    plans.append(no.solve(no.pyomo_model(economy, most())))
    made = 100.0 - 10.0  # by hand: (I - A)^-1 (10 + z, 20), labour 1 and 2, 100 of it
    inverse = np.linalg.inv(np.eye(2) - np.array([[0.1, 0.2], [0.3, 0.1]]))
    per_unit, needed = np.array([1.0, 2.0]) @ inverse[:, 0], np.array([1.0, 2.0]) @ inverse @ np.array([10.0, 20.0])
    assert made > 0
    for plan in plans:
        assert plan.assert_optimal().objective == pytest.approx((100.0 - needed) / per_unit)


def test_a_toy_objective_shows_wherever_plans_are_shown(toys: None, tmp_path: Path) -> None:
    plan = no.solve(small(), most()).assert_optimal()
    assert plan.objective_name == "most of one good, every target met" and plan.objective_name in repr(plan)
    assert plan.summary()["objective_name"] == plan.objective_name and plan.extra == {}
    assert (plan.fulfilment == 1.0).all() and plan.fulfilment_by_good.to_numpy() == pytest.approx(np.ones((2, 1)))
    assert plan.consumption["1"].to_list() == [10.0, 20.0]
    assert plan.limits["worth"].sum() == pytest.approx(plan.objective)
    assert set(plan.limits["kind"]) == {"resource", "demand"}
    assert plan.valuations.loc[("good", "corn"), "1"] == pytest.approx(1.0)
    assert "demand" not in plan.explain("corn").chain and plan.explain("labour").valuation > 0
    assert "fulfilment" in plan.tables() and plan.to_csv(tmp_path / "plan").is_dir()
    flows = plan.plot.flows()
    assert flows is not None
    assert no.solve(small(), most(worth=3.0)).objective == pytest.approx(3 * plan.objective)


def test_a_toy_objective_is_asked_from_files_and_the_command_line(toys: None, tmp_path: Path) -> None:
    folder = economy_toml(tmp_path / "model", 'objective = "most-of-one"\ngood = "corn"')
    expected = no.solve(small(), most()).objective
    assert facts_of(call("solve", folder, "--json"))["objective"] == pytest.approx(expected)
    other = call("solve", folder, "--objective", "most-of-one", "--setting", "good=iron", "--json")
    assert facts_of(other)["objective"] != pytest.approx(expected)
    assert "most of one good" in call("solve", folder).stdout
    for arguments, words in (
        (["--objective", "most-of"], "did you mean 'most-of-one'"),
        (["--setting", "godo=iron"], "did you mean 'good'"),
        (["--setting", "good=gold"], "there is no good 'gold' to have most of"),
        (["--setting", "worth=0"], "worth must be a number above 0, not 0"),
    ):
        result = call("solve", folder, *arguments)
        assert result.exit_code == 2 and words in result.stderr


def test_a_toy_objective_says_what_it_misses(toys: None) -> None:
    with pytest.raises(no.QuestionError, match="needs the setting 'good': the good of which there is to be most"):
        no.Question("most-of-one")
    with pytest.raises(no.QuestionError, match="good must be the name of a good, not 3"):
        no.Question("most-of-one", good=3)
    with pytest.raises(no.QuestionError, match="method 'prices' makes as many assortments"):
        no.solve(small(), most(), method="prices")
    with pytest.raises(no.QuestionError, match="method 'fixed-point' answers the objective 'least-resources' or"):
        no.solve(small(), most(), method="fixed-point")


def test_a_toy_objective_is_compared(toys: None) -> None:
    found = no.compare(small(), most(), methods=["highs", "simplex", "prices", "harmony"])
    assert found.table.loc[["highs", "simplex"], "gap"].max() <= 1e-9
    assert found.table.loc["prices", "status"] == "cannot answer"
    assert "does not meet the demand" in found.table.loc["harmony", "note"]
    rich = no.compare(small(resource_limits=[200.0]), most(), methods=["highs", "harmony"])
    assert "says nothing of 'beyond'" in rich.table.loc["harmony", "note"]


def test_an_objective_in_stages_goes_on_from_each_optimum(toys: None) -> None:
    """Two ways to make corn, one of which wastes activity: the first stage does not mind, the second does."""
    economy = no.build_economy(
        goods=["corn"], techniques=["lazy", "brisk"], resources=["land"], outputs=[[1.0, 2.0]], inputs=[[0.0, 0.0]],
        resource_use=[[1.0, 2.0]], resource_limits=[10.0], targets=[4.0],
        questions={"default": no.Question("most-then-least-activity", {"good": "corn"})},
    )  # fmt: skip
    assert IN_STAGES.kind is Kind.STAGES and MOST.kind is Kind.LINEAR
    no.register_objective(replace(MOST, name="first"))
    forget_objective("first")
    plan = no.solve(economy).assert_optimal()
    assert len(plan.attempts) == 2
    assert plan.activities["1"].to_list() == pytest.approx([0.0, 5.0])
    assert plan.primal[plan.program.column_block("beyond").start] == pytest.approx(6.0)  # type: ignore[union-attr]
    assert plan.objective_name == MOST.law.name
    infeasible = no.solve(economy.with_changes(targets=[40.0]))
    assert infeasible.status is no.Status.INFEASIBLE and len(infeasible.attempts) == 1


def test_registering_is_checked() -> None:
    with pytest.raises(no.OptionError, match=r"register_objective takes a natura_opt\.Objective, not 3"):
        no.register_objective(3)  # type: ignore[arg-type]
    with pytest.raises(no.OptionError, match="objective 'harmony': there is one of this name already"):
        no.register_objective(replace(MOST, name="harmony"))
    with pytest.raises(no.OptionError, match="objective of your own 'harmony'"):
        forget_objective("harmony")

    class Leaving(MostSettings):
        @classmethod
        def names(cls) -> tuple[str, ...]:
            return ("leave_out",)

    with pytest.raises(no.OptionError, match="'leave_out' is a question's own"):
        no.register_objective(replace(MOST, name="leaving", settings=Leaving))
    assert "leaving" not in OBJECTIVES


# ---- harmony, spelled -------------------------------------------------------------------------------------

SPELLED: dict[str, no.Economy] = {
    "one period": small(),
    "damage": small(**DAMAGE),
    "weights": small(target_weights=[0.0, 3.0]),
    "two periods": small(periods=2, storage=[0.9, 0.5], capital=[[0.5, 0.1], [0.2, 0.3]], capital_pool=[20.0, 30.0]),
    "a target in one period": small(periods=2, targets=[[10.0, 0.0], [20.0, 5.0]]),
}


def harmony(economy: no.Economy, function: str = "2018") -> no.Question:
    return with_objective(economy, economy.question(), "harmony", {"function": function})


@pytest.mark.parametrize("function", ["2018", "1993-envelope"])
@pytest.mark.parametrize("name", SPELLED)
def test_the_model_in_cvxpy_is_harmony_itself(name: str, function: str) -> None:
    """Solved by its own layer, it attains what the proof says is the most."""
    import cvxpy as cp

    economy = SPELLED[name]
    plan = no.solve(economy, harmony(economy, function)).assert_optimal()
    problem = no.cvxpy_model(economy, harmony(economy, function)).problem()
    problem.solve(solver=cp.CLARABEL)
    assert problem.value == pytest.approx(plan.objective, abs=2e-5 * plan.harmony.size)


@pytest.mark.parametrize("function", [H2018, H1993_ENVELOPE], ids=lambda f: f.name)
@pytest.mark.parametrize("name", SPELLED)
def test_the_model_in_pyomo_holds_the_plan_and_its_harmony(name: str, function: HarmonyFunction) -> None:
    """At the plan, with each surplus in its pieces, its objective is the plan's and no constraint is broken."""
    import pyomo.environ as pyo

    economy = SPELLED[name]
    plan = no.solve(economy, harmony(economy, function.name), tolerance=1e-8).assert_optimal()
    m = no.pyomo_model(economy, harmony(economy, function.name))
    for block in plan.program.columns:
        if len(block.index):
            for label, value in zip(block.index, plan.primal[block.span], strict=True):
                m.component(block.name)[label] = float(value)
    for k, label in enumerate(m.DELIVERIES):
        s = pyo.value(m.delivered[label]) / plan.added.targets[k] - 1.0  # type: ignore[union-attr]
        if function is H2018:
            pieces = [max(-s, 0.0), max(s, 0.0)]
        else:
            pieces = [max(-0.5 - s, 0.0), max(s - 0.25, 0.0), min(max(s + 0.5, 0.0), 0.75)]
        for number, value in enumerate(pieces, 1):
            m.component(f"part_{number}")[label] = value
    assert pyo.value(m.total_harmony) == pytest.approx(plan.objective, rel=1e-9, abs=1e-9)
    for constraint in m.component_data_objects(pyo.Constraint):
        level = pyo.value(constraint.body)
        size = 1e-5 * (1.0 + abs(level))
        assert constraint.lower is None or level >= pyo.value(constraint.lower) - size, constraint.name
        assert constraint.upper is None or level <= pyo.value(constraint.upper) + size, constraint.name


@pytest.mark.parametrize("name", SPELLED)
def test_the_laws_of_harmony_are_the_same_rows_in_cvxpy(name: str) -> None:
    import cvxpy as cp

    economy = SPELLED[name]
    matrix = program_of_laws(economy, harmony(economy))
    model = no.cvxpy_model(economy, harmony(economy))
    linear = cp.Maximize(-sum(model.losses) + 0.0 * cp.sum(model.variables["delivered"]))
    other = compile_cvxpy(replace(model, objective=linear, definitions=[]), declared_with(harmony(economy))).program
    blocks = {block.name: block for block in other.columns}
    order = np.concatenate([
        blocks[block.name].start + blocks[block.name].index.get_indexer(block.index)
        for block in matrix.columns if len(block.index)
    ])  # fmt: skip
    for block in matrix.rows:
        own = other.row_block(block.name)
        assert own is not None
        rows = own.start + own.index.get_indexer(block.index)
        theirs = sp.csr_array(other.matrix)[rows][:, order].toarray()
        assert theirs == pytest.approx(matrix.matrix[block.span, :].toarray(), abs=1e-12)
        assert other.row_lower[rows] == pytest.approx(matrix.row_lower[block.span])
        assert other.row_upper[rows] == pytest.approx(matrix.row_upper[block.span])
    assert other.cost[order] == pytest.approx(matrix.cost, abs=1e-12)


def test_what_cannot_be_spelled_says_why() -> None:
    economy = small()
    with pytest.raises(no.QuestionError, match="'harmony' has a concave term, which no linear program holds"):
        no.linear_program(economy, no.Question("harmony"))
    for spell in (no.cvxpy_model, no.pyomo_model):
        with pytest.raises(no.QuestionError, match=r"'1993' cannot be stated.*not concave: state '1993-envelope'"):
            spell(economy, no.Question("harmony", function=H1993))
        with pytest.raises(no.QuestionError, match="'saturating' cannot be stated in CVXPY or Pyomo"):
            spell(economy, no.Question("harmony", function=SATURATING))
    with pytest.raises(no.QuestionError, match="spelled by hand in Pyomo is solved as a linear program: spell it in"):
        no.solve(no.pyomo_model(economy, no.Question("harmony")))
    by_hand = no.solve(no.cvxpy_model(economy, no.Question("harmony"))).assert_optimal()
    assert by_hand.objective == pytest.approx(no.solve(economy, objective="harmony").objective, abs=1e-5)


def test_harmony_in_a_question_is_harmony_by_name() -> None:
    economy = small()
    plan = no.solve(economy, no.Question("harmony", function="2018")).assert_optimal()
    assert type(plan) is no.Plan and plan.method == "harmony"
    assert plan.harmony.total == no.solve(economy, objective="harmony").harmony.total
    asked = economy.with_changes(questions={"default": no.Question("harmony")})
    assert no.solve(asked).harmony.total == plan.harmony.total
    assert repr(plan) == repr(plan.harmony) and repr(plan).startswith("Harmony plan of")
    assert plan.summary()["harmony"] == plan.harmony.total and plan.tables()["fulfilment"].shape == (1, 1)
    with pytest.raises(no.QuestionError, match="its objective is 'assortment'; only plans of the objective 'harmony'"):
        _ = no.solve(economy).harmony
    with pytest.raises(no.NotProvedError):
        _ = no.solve("wheat_cloth", objective="harmony").harmony.total
