"""``--report`` of solve, compare and sweep: tried before anything is solved, whole, and never over other work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import natura_opt as no
from natura_opt.methods import solve as solving

from .report_pages import ReadPage
from .test_cli import call, refusal

MODEL = "kantorovich_machines"


@pytest.mark.parametrize(
    ("arguments", "tables", "code"),
    [
        (("solve", "wheat_cloth_pollution"), "emissions", 0),
        (("solve", "five_year_plan", "--setting", "floor=3"), "shortfall", 1),
        (("compare", MODEL, "--methods", "highs,prices"), "methods", 0),
        (("sweep", "five_year_plan", "--over", "floor=0,9", "--cores", "1"), "sweep", 1),
    ],
)
def test_a_command_writes_its_page(arguments: tuple[str, ...], tables: str, code: int, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    out = ("--out", tmp_path / "table.parquet") if arguments[0] == "sweep" else ()
    result = call(*arguments, *out, "--report", page, "--json")
    assert result.exit_code == code
    assert result.stdout.count("\n") == 1  # one JSON object, and nothing else
    assert f"report written to {page}" in result.stderr
    assert tables in ReadPage(page).names
    again = call(*arguments, *out, "--report", page)
    assert again.exit_code == code  # an earlier report is replaced


def test_the_page_of_a_command_is_that_of_the_plan(tmp_path: Path) -> None:
    page = tmp_path / "page.htm"
    assert call("solve", MODEL, "--report", page).exit_code == 0
    read = ReadPage(page)
    assert read.table("activities")["technique"]
    assert float(read.values[0]) == no.solve(MODEL).objective


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("mine.html", "is no report written by natura-opt"),
        ("page.pdf", "write NAME.html"),
        ("missing/page.html", "No such file or directory"),
        ("plan/page.html", "stands in"),
    ],
)
@pytest.mark.parametrize("command", ["solve", "compare"])
def test_a_place_that_must_stay_is_refused_before_solving(
    command: str, place: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*arguments: Any, **named: Any) -> None:
        raise AssertionError("solved all the same")

    monkeypatch.setattr(solving, "solve", never)
    monkeypatch.setattr("natura_opt.comparison.comparing.compare", never)
    (tmp_path / "mine.html").write_text("<p>mine</p>")
    (tmp_path / "plan").mkdir()
    out = {"solve": ("--out", tmp_path / "plan"), "compare": ()}[command]
    if command == "compare" and place.startswith("plan"):
        (tmp_path / "plan" / "page.html").write_text("mine")
        words = "is no report written by natura-opt"
    message = refusal(call(command, MODEL, *out, "--report", tmp_path / place))
    assert words in message
    assert (tmp_path / "mine.html").read_text() == "<p>mine</p>"


def test_a_linear_program_has_no_page(tmp_path: Path) -> None:
    program = tmp_path / "program.lp"
    program.write_text("max\n x\nst\n c: x <= 1\nend\n")
    message = refusal(call("solve", program, "--report", tmp_path / "page.html"))
    assert "is a linear program, and pages are of plans" in message
    assert not (tmp_path / "page.html").exists()


def test_what_was_found_is_printed_although_its_page_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("natura_opt.reports.write.page_text", full)
    result = call("solve", MODEL, "--report", tmp_path / "page.html")
    assert result.exit_code == 2
    assert "objective" in result.stdout
    assert "No space left on device; nothing was written" in result.stderr
    assert list(tmp_path.iterdir()) == []
