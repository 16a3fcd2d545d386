"""The reference: what it says is what the registries say, in every form it is printed in."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import MISSING, dataclass, replace
from difflib import unified_diff
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.base.exit_codes import COMMANDS, ExitCode, codes_after, sentence_after, sentence_of_all
from natura_opt.base.settings import Real
from natura_opt.cli.app import app
from natura_opt.economy.question import SETTINGS_OF_LAWS
from natura_opt.formulate import every_law
from natura_opt.methods.registry import METHODS
from natura_opt.objectives import OBJECTIVES
from natura_opt.objectives.registry import forget_objective
from natura_opt.reference.markdown import KEPT, as_markdown, whole_reference
from natura_opt.reference.tables import NO_LAW
from natura_opt.reference.text import as_text, list_of_topics
from natura_opt.reference.topic import Topic, first_sentence
from natura_opt.reference.topics import TOPICS
from natura_opt.tables.registry import TABLES

from .test_cli import answer, call, refusal, run

README = KEPT.parents[2] / "README.md"
CELL = st.text("abc |*<x-", min_size=1, max_size=60).map(str.strip).filter(bool)


# ---- it cannot lie -------------------------------------------------------------------------------------------------


def test_the_reference_that_is_kept_is_that_of_the_registries() -> None:
    kept, now = KEPT.read_text(encoding="utf-8"), whole_reference()
    changes = "".join(unified_diff(kept.splitlines(True), now.splitlines(True), "kept", "now", n=0))
    assert kept == now, f"run: natura-opt help --markdown > natura_opt/reference/{KEPT.name}\n{changes}"


def test_the_readme_leads_to_the_reference() -> None:
    text = README.read_text(encoding="utf-8")
    assert f"](natura_opt/reference/{KEPT.name})" in text and "natura-opt help" in text


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_has_rows_of_one_shape_and_one_name_each(name: str) -> None:
    topic = TOPICS[name]
    rows = topic.rows()
    assert topic.name == name and rows and topic.about.endswith(".")
    assert {len(row) for row in rows} == {len(topic.columns)} and len(set(topic.columns)) == len(topic.columns)
    for row in rows:
        assert all(isinstance(cell, str) and cell == " ".join(cell.split()) for cell in row), row
        assert row[0] and row[-1], f"{name}: {row[0] or row} is not explained"
    assert len(set(rows)) == len(rows)


def test_every_table_is_there_with_the_laws_that_use_it() -> None:
    records = {row["table"]: row for row in TOPICS["tables"].records()}
    assert list(records) == list(TABLES)
    for name, row in records.items():
        users = [law.name for law in every_law() if name in law.tables]
        assert row["used by"] == (", ".join(users) or NO_LAW)
        assert row["meaning"] == TABLES[name].meaning and row["if missing"] == TABLES[name].missing.words
    assert records["populations"]["used by"] == NO_LAW and records["inputs"]["used by"] != NO_LAW


def test_every_block_is_there_with_its_law() -> None:
    rows = no.look_up("blocks")
    assert set(rows.index) == {block.name for law in every_law() for block in (*law.rows, *law.columns)}
    for law in every_law():
        for block in (*law.rows, *law.columns):
            row = rows.loc[block.name]
            assert law.name in row["law"].split(", ") and row["meaning"] == block.meaning
    assert rows.loc["balance", "side"] == ">=" and rows.loc["capacity", "side"] == "<="


def test_a_law_of_ones_own_stands_beside_the_others() -> None:
    reserve = no.Law(
        name="reserve",
        tables=frozenset({"targets", "populations"}),
        applies=lambda economy, question: True,
        matrix=lambda program, economy, question: None,
        rows=(no.Rows("reserve", ("goods",), ">=", "a reserve reaches its level", kind="reserve", unit="goods"),),
        columns=(no.Columns("in_reserve", ("goods", "periods"), "what is put by", "goods", table="reserve"),),
    )
    blocks, tables = no.look_up("blocks", extra_laws=[reserve]), no.look_up("tables", [reserve])
    assert blocks.loc["reserve"].tolist() == [
        "rows", "reserve", "goods", "goods", ">=", "valuations of kind 'reserve'", "a reserve reaches its level"
    ]  # fmt: skip
    assert blocks.loc["in_reserve", "shown as"] == "table 'reserve'"
    assert tables.loc["populations", "used by"] == "reserve" and tables.loc["targets", "used by"].endswith("reserve")
    assert "reserve" not in no.look_up("blocks").index


def test_objectives_methods_and_their_settings_are_all_there() -> None:
    objectives, methods, settings = (no.look_up(topic) for topic in ("objectives", "methods", "settings"))
    assert list(objectives.index) == list(OBJECTIVES) and list(methods.index) == list(METHODS)
    every = {f"objective {name}": one.settings for name, one in OBJECTIVES.items()}
    every |= {f"law of {name}": kind for name, kind in SETTINGS_OF_LAWS.items()}
    every |= {f"method {name}": one.settings for name, one in METHODS.items()}
    assert list(zip(settings["of"], settings.index, strict=True)) == [
        (whose, name) for whose, kind in every.items() for name in kind.names()
    ]
    for name, row in methods.iterrows():
        answered = [objective for objective in OBJECTIVES.values() if METHODS[name].answers(objective)]
        assert row["answers"] == ", ".join(objective.name for objective in answered)
    shown = settings.reset_index().set_index(["of", "setting"])["if missing"]
    assert shown["objective fulfilment", "floor"] == "not given"
    assert shown["method harmony-1990", "whole_stocks"] == "false" and shown["objective harmony", "function"] == "2018"


def test_a_registered_objective_stands_beside_the_others() -> None:
    @dataclass(frozen=True)
    class Toy(no.Settings):
        share: float = no.setting(MISSING, "which share", Real(0.0, most=1.0))

    law = replace(OBJECTIVES["fulfilment"].law, name="a toy", rows=(), columns=())
    no.register_objective(no.Objective("toy", law, Toy, demand=no.Demand.LEVEL))
    try:
        assert no.look_up("objectives").loc["toy", ["settings", "meaning"]].tolist() == ["share", "a toy"]
        row = no.look_up("settings").loc["share"]
        assert row.tolist() == ["objective toy", "a number of at least 0 and at most 1", "must be given", "which share"]
        assert no.look_up("tables").loc["targets", "used by"].endswith("a toy")
    finally:
        forget_objective("toy")
    assert "toy" not in no.look_up("objectives").index


def test_an_unknown_topic_is_refused() -> None:
    with pytest.raises(no.OptionError, match=r"look_up: unknown topic 'tabels'; did you mean 'tables'\?"):
        no.look_up("tabels")


def test_every_status_is_there() -> None:
    assert [row["status"] for row in TOPICS["statuses"].records()] == [str(status) for status in no.Status]
    assert no.Status("time limit") is no.Status.TIME_LIMIT and no.Status.OPTIMAL == "optimal"
    with pytest.raises(ValueError, match="'optmal' is not a valid Status"):
        no.Status("optmal")


# ---- exit codes ----------------------------------------------------------------------------------------------------


def test_signals_give_the_codes_that_shells_give() -> None:
    assert ExitCode.INTERRUPTED == 128 + signal.SIGINT and ExitCode.TERMINATED == 128 + signal.SIGTERM


def test_the_readme_says_the_same_of_exit_codes() -> None:
    table = re.findall(r"^\| (\d+) \| (.+) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    said = {int(code): meaning for code, meaning in table}
    assert said == {int(code): code.meaning for code in ExitCode}


def test_every_command_says_its_exit_codes_in_its_help() -> None:
    import typer

    group = typer.main.get_command(app)
    names = {name: command for name, command in group.commands.items() if not hasattr(command, "commands")}
    names |= {f"import {name}": command for name, command in group.commands["import"].commands.items()}
    assert sorted(names) == sorted(COMMANDS)
    for name, command in names.items():
        assert command.epilog == sentence_after(name)
        said = re.findall(r"(?:: |; )(\d+)", command.epilog)
        assert [int(code) for code in codes_after(name)] == sorted(map(int, said))
    assert group.epilog == sentence_of_all()


# ---- on a terminal -------------------------------------------------------------------------------------------------


def test_help_lists_the_topics() -> None:
    result = call("help")
    assert (result.exit_code, result.stderr) == (0, "")
    for name in TOPICS:
        assert re.search(rf"^{name}\b", result.stdout, re.MULTILINE), name


@pytest.mark.parametrize("name", TOPICS)
def test_help_prints_every_row_of_a_topic(name: str) -> None:
    result = call("help", name)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    for row in TOPICS[name].rows():
        assert any(line.startswith(row[0]) for line in lines), row[0]


@pytest.mark.parametrize("name", TOPICS)
@pytest.mark.parametrize("width", [1, 20, 40, 80, 120, 400])
def test_no_word_is_lost_and_no_line_too_long_at_any_width(name: str, width: int) -> None:
    topic = TOPICS[name]
    text = as_text(topic, width)
    longest = max(len(word) for row in topic.rows() for cell in row for word in cell.split())
    assert max(map(len, text.splitlines())) <= max(width, 20, longest + len("    in Python: "))
    squeezed = re.sub(r"\s+", "", text)
    for row in topic.rows():
        for cell in row:
            assert cell == "" or all(re.sub(r"\s+", "", word) in squeezed for word in cell.split()), cell
    assert text == "\n".join(line.rstrip() for line in text.splitlines())


@given(rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=4), width=st.integers(1, 200))
def test_words_survive_any_width(rows: list[tuple[str, str, str]], width: int) -> None:
    topic = Topic("t", "About.", ("name", "kind", "meaning"), lambda own: rows)
    text = as_text(topic, width).replace(" ", "").replace("\n", "")
    for word in (word for row in rows for cell in row for word in cell.split()):
        assert word in text
    assert max(map(len, as_text(topic, width).splitlines())) <= max(width, 20)


@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=4))
def test_markdown_keeps_every_cell_in_its_place(rows: list[tuple[str, str]]) -> None:
    table = as_markdown(Topic("t", "About.", ("name", "meaning"), lambda own: rows)).splitlines()[4:]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table]
    read = [[re.sub(r"\\(.)", r"\1", cell[1:-1]) for cell in line] for line in cells]
    assert read == [["name", "meaning"], ["---", "---"], *([f"`{name}`", meaning] for name, meaning in rows)]


def test_a_wide_terminal_shows_a_table_and_a_narrow_one_paragraphs() -> None:
    topic = TOPICS["exit-codes"]
    assert "exit code  command" in as_text(topic, 100) and "command: any" not in as_text(topic, 100)
    assert "exit code  command" not in as_text(topic, 30) and "command: any" in as_text(topic, 30)
    assert list_of_topics(30).count("\n\n") == 1


@pytest.mark.parametrize(
    ("typo", "meant"), [("tabels", "tables"), ("exit-code", "exit-codes"), ("status", "statuses"), ("name", "names")]
)
def test_a_mistyped_topic_is_suggested(typo: str, meant: str) -> None:
    message = refusal(call("help", typo))
    assert f"unknown topic {typo!r}; did you mean {meant!r}?" in message and "Known: " in message


def test_a_command_is_no_topic() -> None:
    assert refusal(call("help", "solve")) == "help: 'solve' is a command, not a topic; see natura-opt solve --help"
    assert "two forms of one thing" in refusal(call("help", "tables", "--json", "--markdown"))


@pytest.mark.parametrize("name", TOPICS)
def test_json_and_markdown_hold_what_the_topic_holds(name: str) -> None:
    topic = TOPICS[name]
    facts = answer(call("help", name, "--json"), 0)
    assert facts == {"topic": name, "about": topic.about, "rows": topic.records()}
    assert call("help", name, "--markdown").stdout == as_markdown(topic)


def test_the_command_that_rewrites_the_reference_prints_it() -> None:
    result = run("help", "--markdown", PYTHONIOENCODING="utf-8")
    assert (result.returncode, result.stderr, result.stdout) == (0, "", whole_reference())
    assert answer(call("help", "--json"), 0) == {"topics": [topic.facts() for topic in TOPICS.values()]}


def test_a_reader_that_goes_away_changes_nothing() -> None:
    code = "from natura_opt.cli.main import main; main()"
    root = str(Path(no.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", code, "help", "tables"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), said) == (0, b"")


def test_a_terminal_that_knows_only_ascii_still_gets_the_reference() -> None:
    result = run("help", "tables", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C", COLUMNS="40")
    assert (result.returncode, result.stderr) == (0, "") and "capital_pool" in result.stdout


def test_the_first_sentence_is_plain_text() -> None:
    def documented() -> None:
        """Return ``x`` of
        two lines. And more.

        Not this.
        """

    assert first_sentence(documented) == "Return x of two lines"
