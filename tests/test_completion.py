"""What a shell completes, what the version is, and what is shown of what takes its time."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import natura_opt as no
from natura_opt.cli import console
from natura_opt.cli.app import app
from natura_opt.cli.console import working
from natura_opt.methods.registry import METHODS
from natura_opt.plan.pictures.kinds import pictures

from .test_cli import call, folder_of, mild, python


def completed(line: str) -> list[str]:
    """Return what a shell would offer at the end of a line."""
    words = line.split(" ")
    result = CliRunner().invoke(
        app,
        prog_name="natura-opt",
        env={"_NATURA_OPT_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
    )
    return [word for word in result.stdout.splitlines() if word]


@pytest.mark.parametrize(
    ("line", "some", "none"),
    [
        ("natura-opt ex", ["explain", "export"], ["solve"]),
        ("natura-opt solve five_year_plan_", ["five_year_plan_coal5", "five_year_plan_ends"], ["five_year_plan"]),
        ("natura-opt solve excavators --method ha", ["harmony", "harmony-2018"], ["prices"]),
        ("natura-opt solve excavators --objective lex", ["leximin"], ["fulfilment"]),
        ("natura-opt solve excavators --setting fl", ["floor="], ["function="]),
        ("natura-opt solve village_2020 --question fir", ["first_day"], ["default"]),
        ("natura-opt explain five_year_plan br", ["bread"], ["corn"]),
        ("natura-opt explain five_year_plan bread year", ["year1", "year5"], ["bread"]),
        ("natura-opt picture five_year_plan plan.svg --kind f", ["fulfilment", "flows"], ["stocks"]),
        ("natura-opt picture five_year_plan plan.", ["plan.svg", "plan.html"], ["plan.mps"]),
        ("natura-opt export five_year_plan plan", ["plan.mps", "plan.lp", "plan.py"], ["plan.svg"]),
        ("natura-opt sweep five_year_plan --over targ", ["targets."], ["floor="]),
        ("natura-opt compare excavators --methods highs,pr", ["highs,prices"], ["highs,highs"]),
        ("natura-opt help tab", ["tables"], ["errors"]),
        ("natura-opt solve five_year_plan --period year", ["year1", "year5"], ["bread"]),
        ("natura-opt generate big --family s", ["samothrakis"], ["planned"]),
        ("natura-opt compare excavators --function 1993", ["1993", "1993-envelope"], ["2018"]),
        ("natura-opt explain no_such_model br", [], ["bread"]),
        ("natura-opt solve excavators --question x", [], ["default"]),
    ],
)
def test_what_is_completed(line: str, some: list[str], none: list[str]) -> None:
    found = completed(line)
    assert set(some) <= set(found), found
    assert not set(none) & set(found), found


def test_model_folders_and_programs_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder_of(tmp_path, mild())
    for name in ("mine.mps", "mine.txt", "minebook.xlsx", ".mine.lp"):
        Path(name).touch()
    Path("minefield").mkdir()
    assert sorted(completed("natura-opt solve mi"))[:4] == ["mild", "mine.mps", "minebook.xlsx", "minefield/"]
    assert sorted(completed("natura-opt check mi"))[:3] == ["mild", "minebook.xlsx", "minefield/"]
    assert completed("natura-opt solve ./mil") == ["./mild"]
    assert completed("natura-opt solve no/where/") == []


def test_a_completed_word_is_taken() -> None:
    """Every method, picture and model that a shell offers is one that the command knows."""
    assert set(completed("natura-opt solve excavators --method ")) == set(METHODS)
    assert set(completed("natura-opt picture excavators x.svg --kind ")) == set(pictures())
    assert set(no.shipped_models()) <= set(completed("natura-opt solve "))


def test_completing_models_imports_nothing_heavy() -> None:
    code = (
        "from natura_opt.cli.completion import models, methods\nimport sys\nmodels(None, 'five'), methods(None, '')\n"
    )
    result = python(f"{code}print([m for m in ('pandas', 'numpy', 'scipy') if m in sys.modules])")
    assert result.stdout.strip() == "[]", result.stderr


def test_version() -> None:
    result = call("--version")
    assert (result.exit_code, result.stdout) == (0, f"natura-opt {no.__version__}\n")


def test_commands_that_do_not_exist_are_suggested() -> None:
    for typo, meant in (("explian", "explain"), ("exprot", "export"), ("solve excavators --mehtod highs", "--method")):
        result = call(*typo.split())
        assert result.exit_code == 2 and meant in result.stderr


# ---- what is shown of what takes its time ----------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A terminal that remembers what was written to it."""

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put one in the place of standard error."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(console, "_UNSEEN", 0.05)
    monkeypatch.setitem(os.environ, "TERM", "xterm")
    return shown


def test_what_takes_its_time_is_shown_with_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)
    with working("planning [/red] \x1b[2J<script>") as progress:
        time.sleep(0.4)
        assert progress is not None
        progress("round 7")
        time.sleep(0.4)
    text = shown.getvalue()
    assert "planning [/red]" in text and "round 7" in text and "0:00:0" in text
    assert "\x1b[2J" not in text
    assert "\x1b[?25h" in text  # the cursor is there again


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)
    before = set(threading.enumerate())  # of which one that an earlier test left may end meanwhile
    with working("planning"):
        pass
    assert "planning" not in shown.getvalue()
    assert set(threading.enumerate()) <= before


def test_an_error_leaves_the_terminal_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)
    with pytest.raises(no.DataError), working("planning"):
        time.sleep(0.2)
        raise no.DataError("wrong")
    assert shown.getvalue().rindex("\x1b[?25h") > shown.getvalue().rindex("planning")


def test_nobody_is_told_where_no_one_looks(capsys: Any) -> None:
    with working("planning") as progress:
        assert progress is None
    assert capsys.readouterr().err == ""
