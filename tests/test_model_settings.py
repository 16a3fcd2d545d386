"""Settings of a model, the same in ``economy.toml`` and in the sheet ``economy``; questions; models found by name."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.economy.files.shipped import shipped_folder, shipped_models
from natura_opt.economy.files.folder_writer import _settings, _toml, question_settings
from natura_opt.economy.files.model_files import FORMAT, LISTS_AT_TOP
from natura_opt.economy.question import Question, as_questions

from .test_reading import same

FEW = settings(max_examples=40, deadline=None, derandomize=True, database=None)
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
FORMS = ["folder", "workbook"]


def economy(**more: Any) -> no.Economy:
    given_as = {"goods": ["a"], "inputs": [[0.5]], "targets": [1.0], "name": "m", **more}
    return no.build_economy(**given_as)


def flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Give nested settings with their keys joined by points."""
    if not isinstance(value, dict):
        yield key, value
        return
    for part, inner in value.items():
        yield from flat(f"{key}.{part}" if key else part, inner)


def with_settings(folder: Path, form: str, change: Callable[[dict[str, Any]], None]) -> Path:
    """Write a small model, and its settings anew after a change of them."""
    made = _settings(economy(), [])
    change(made)
    if form == "folder":
        path = no.write(economy(), folder / "m")
        lines = [f"{key} = {json.dumps(value)}" for key, value in flat("", made)]
        (path / "economy.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path
    path = no.write(economy(), folder / "m.xlsx")
    book = openpyxl.load_workbook(path)
    del book["economy"]
    sheet = book.create_sheet("economy")
    sheet.append(["key", "value"])
    for key, value in flat("", made):
        for single in value if isinstance(value, list) else [value]:
            sheet.append([key, single])
    book.save(path)
    return path


# ---- what is refused, in both forms -----------------------------------------------------------------------------

WRONG: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "an unknown key": (lambda s: s.update(titel="x"), "unknown key 'titel'; did you mean 'title'?"),
    "another format": (lambda s: s.update(format=2), f"format is 2; this version reads format = {FORMAT}"),
    "no format": (lambda s: s.pop("format"), "format is None; this version reads"),
    "a format in words": (lambda s: s.update(format="one"), "format is 'one'"),
    "a period twice": (lambda s: s.update(periods=["x", "x"]), "periods named twice: 'x'"),
    "an axis unknown": (lambda s: s.update(whole_number_names=["good"]), "whole_number_names: unknown axis"),
    "no whole numbers": (lambda s: s.update(whole_number_names=["goods"]), "goods: 'a' is not a whole number"),
    "an own unit known": (lambda s: s.update(own_units=["kg"]), "own_units: 'kg' is known to pint already"),
    "an own unit that is none": (lambda s: s.update(own_units=["a b"]), "'a b' is not usable as a unit name"),
    "units of no table": (lambda s: s.update(table_units={"zork": "kg"}), "table_units: unknown table 'zork'"),
    "units that do not fit": (lambda s: s.update(table_units={"targets": "kg"}), "'kg' cannot be turned into"),
    "an unknown setting": (
        lambda s: s["questions"]["default"].update(flor=1),
        "question 'default': unknown setting 'flor'; did you mean 'floor'?",
    ),
    "a floor below nothing": (
        lambda s: s["questions"]["default"].update(floor=-1),
        "floor must be a number of at least 0",
    ),
    "a floor in words": (
        lambda s: s["questions"]["default"].update(floor="low"),
        "floor must be a number of at least 0",
    ),
    "an objective that is no text": (
        lambda s: s["questions"]["default"].update(objective=5),
        "objective must be a name",
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", sorted(WRONG))
def test_settings_that_are_wrong_are_refused_alike_in_both_forms(case: str, form: str, tmp_path: Path) -> None:
    change, words = WRONG[case]
    path = with_settings(tmp_path, form, change)
    with pytest.raises(no.NaturaError) as caught:
        no.read(path)
    place = "m/economy.toml" if form == "folder" else "m.xlsx, sheet 'economy'"
    assert place in str(caught.value) and words in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("format = true", "format is True"),
        ("periods = 5", "periods must be a list of names"),
        ("periods = []", "periods is empty; name at least one, or leave the key out"),
        ("periods = [1.5]", "periods: 1.5 is not usable as a name"),
        ("periods = [true]", "periods: True is not usable as a name"),
        ('periods = [" a"]', "periods: ' a' is not usable as a name; write text without outer blanks"),
        ("notes = 5", "notes must be a list, not 5"),
        ("notes = [5]", "notes must be a list of texts"),
        ("own_units = 'kg'", "own_units must be a list, not 'kg'"),
        ("title = 5", "title must be text, not 5"),
        ("name = ''", "name is empty; give one, or leave the key out"),
        ("table_units = 5", "table_units must be a table, not 5"),
        ("table_units = {targets = 5}", "the unit of 'targets' must be text, not 5"),
        ("questions = 5", "questions must be a table"),
        ("questions = {default = 5}", "[questions.default] must be a table"),
        ("a = [", "m/economy.toml: "),
    ],
)
def test_toml_that_says_something_else_is_refused(line: str, words: str, tmp_path: Path) -> None:
    path = no.write(economy(), tmp_path / "m")
    key = line.split()[0]
    kept = [] if key == "format" else ["format = 1"]
    (path / "economy.toml").write_text("\n".join([*kept, line]) + "\n")
    with pytest.raises(no.NaturaError) as caught:
        no.read(path)
    assert str(caught.value).startswith("m/economy.toml") and words in str(caught.value)


# ---- what is kept -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_whatever_is_said_of_an_economy_comes_back(form: str, tmp_path: Path) -> None:
    made = economy(
        title="= a title",
        source="1.50",
        notes=["two\nlines", "=1+1", "", "007"] if form == "folder" else ["two\nlines", "=1+1", "007", " blanks "],
        periods=[2025, 2026],
        units={"goods": ["person"]},
        questions={
            "default": Question("fulfilment", floor=1 / 3),
            "with.points": Question("assortment", leave_out=("targets", "inputs")),
        },
    )
    path = no.write(made, tmp_path / ("m" if form == "folder" else "m.xlsx"))
    again = no.read(path)
    assert same(again, made) == [] and again.notes == made.notes and again.periods.tolist() == [2025, 2026]
    assert again.question("with.points").leave_out == ("targets", "inputs")


@FEW
@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=3), st.floats(0, 1e300), TEXTS.filter(lambda text: text != "default"))
def test_settings_are_toml_that_says_the_same(
    title: str, source: str, notes: list[str], floor: float, name: str
) -> None:
    made = economy(
        title=title,
        source=source,
        notes=notes,
        questions={"default": Question(floor=floor), name: Question("assortment")},
    )
    said = tomllib.loads(_toml(_settings(made, ["person"])))
    assert said["format"] == FORMAT and said["own_units"] == ["person"] and said["periods"] == ["1"]
    assert said.get("title", "") == title and said.get("source", "") == source and said.get("notes", []) == notes
    assert said["questions"]["default"]["floor"] == floor and said["questions"][name] == {"objective": "assortment"}
    assert set(said) <= {"format", "name", "title", "source", "questions", *LISTS_AT_TOP}


def test_a_model_without_settings_of_its_own_has_the_usual_ones(tmp_path: Path) -> None:
    path = no.write(economy(name="other"), tmp_path / "folder name")
    (path / "economy.toml").write_text("format = 1\n")
    made = no.read(path)
    assert (made.name, made.title, made.source, made.notes) == ("folder name", "", "", ())
    assert made.periods.tolist() == ["1"] and made.questions == {"default": Question()}


# ---- questions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_as", "words"),
    [
        ({"name": 5}, "the name of a question must be text, not 5"),
        ({"objective": None}, "objective must be a name, not None"),
        ({"leave_out": "targets"}, "leave_out must be a list of table names, not 'targets'"),
        ({"leave_out": [5]}, "leave_out must be a list of table names, not [5]"),
        ({"leave_out": {"targets"}}, "leave_out must be a list of table names"),
        ({"floor": True}, "floor must be a number of at least 0, not True"),
        ({"floor": float("nan")}, "not nan"),
        ({"floor": float("inf")}, "not inf"),
        ({"floor": -5e-324}, "not -5e-324"),
        ({"floor": 10**400}, "floor must be"),
    ],
)
def test_a_question_that_asks_nothing_is_refused(given_as: dict[str, Any], words: str) -> None:
    with pytest.raises(no.QuestionError) as caught:
        Question(**given_as)
    assert words in str(caught.value)


def test_a_question_knows_its_settings_and_its_name() -> None:
    made = Question.from_mapping("q", {"objective": "fulfilment", "floor": 0, "leave_out": ["storage"]})
    assert (made.name, made.objective, made.settings, made.leave_out) == ("q", "fulfilment", {"floor": 0}, ("storage",))
    assert question_settings(made) == {"objective": "fulfilment", "floor": 0, "leave_out": ["storage"]}
    assert question_settings(Question()) == {"objective": "fulfilment"}
    assert Question.from_mapping("q", question_settings(made)) == made
    with pytest.raises(no.QuestionError, match="question 'q': unknown setting 'name'"):
        Question.from_mapping("q", {"name": "other"})


def test_questions_are_called_by_what_they_are_kept_under() -> None:
    made = as_questions({"a": Question(name="b"), "default": Question("assortment")}, "m")
    assert {name: question.name for name, question in made.items()} == {"a": "a", "default": "default"}
    for wrong in ([Question()], {"a": "assortment"}, {5: Question()}, None):
        with pytest.raises(no.QuestionError, match="questions must be a mapping from name to Question"):
            as_questions(wrong, "m")
    several = economy(questions=made)
    assert several.question("a").name == "a" and several.question().objective == "assortment"
    with pytest.raises(no.QuestionError, match=r"unknown question 'A'.* Known: a, default"):
        several.question("A")
    with pytest.raises(no.QuestionError, match="unknown question 'default'"):
        economy(questions={"a": Question()}).question()


# ---- models by name ---------------------------------------------------------------------------------------------


def test_every_shipped_model_is_a_folder_of_its_name() -> None:
    models = shipped_models()
    assert models and list(models) == sorted(models)
    for name, folder in models.items():
        assert folder.parent == shipped_folder() and folder.name == name and (folder / "economy.toml").is_file()
    name, folder = next(iter(models.items()))
    assert no.read(name).name == name == no.read(folder).name == no.read(str(folder)).name


def test_a_folder_of_ones_own_goes_before_a_shipped_model_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert no.read("wheat_cloth").goods.tolist() == ["wheat", "cloth"]
    (tmp_path / "wheat_cloth").mkdir()
    assert no.read("wheat_cloth").goods.tolist() == ["wheat", "cloth"], "a folder without economy.toml is no model"
    (tmp_path / "wheat_cloth").rmdir()
    no.write(economy(), tmp_path / "wheat_cloth")
    assert no.read("wheat_cloth").goods.tolist() == ["a"]
    monkeypatch.chdir(tmp_path / "wheat_cloth")
    assert no.read(".").name == "m"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wheat_clth", "unknown model 'wheat_clth'; did you mean 'wheat_cloth'?"),
        ("program.mps", r"is a linear program, not an economy; solve(read_program('program.mps'))"),
        ("program.lp.gz", "is a linear program, not an economy"),
        ("goods.csv", "is a file; name the folder that holds economy.toml"),
        ("empty", "no economy.toml in this folder"),
        ("book.xlsx", "book.xlsx: there is no such file"),
        ("a\nb", "it has control characters"),
    ],
)
def test_what_is_no_model_is_told_what_it_is(
    name: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("program.mps", "program.lp.gz", "goods.csv"):
        (tmp_path / file).write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(no.DataError) as caught:
        no.read(name)
    assert words in str(caught.value)


@pytest.mark.parametrize("model", [None, 5, b"wheat_cloth", ["wheat_cloth"]], ids=str)
def test_a_model_is_named_by_text_or_path(model: Any) -> None:
    with pytest.raises(no.DataError, match="the name or folder of a model, is needed, not"):
        no.read(model)
