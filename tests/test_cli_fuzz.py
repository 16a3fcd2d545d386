"""Every command and option of the command line with what people, shells and scripts put there by mistake.

The judge: exit code 0, 1 or 2; at 2 one line on standard error and nothing else; with ``--json`` one JSON object and
nothing else; nothing "that should not happen"; no model changed, nothing half written; an answer within a minute.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import natura_opt as no

from .test_cli import call, impossible, mild
from .test_outputs import snapshot

NASTY = [
    *("", " ", "\t", ".", "..", "/", "~", "-", "--", "=", "a=b", "=1+1", "%s", "{}", "[red]", "[/]", "$HOME", "*", "|"),
    *("\x00", "\x1b[2J", "\x07", "\n", "a\nb", "\u202e", "\ud800", "\udcff", "ß", "Ⅷ", "١٢", "e\u0301", "\ufeff"),
    *("x" * 300, "x" * 5_000, "y " * 5_000, "../" * 50, "1" * 400, "1" * 5_000, "1_0", "0x10", "1,5", "True", "null"),
    *(
        "nan",
        "inf",
        "-inf",
        "1e309",
        "-1e309",
        "1e-320",
        "-0.0",
        "0",
        "-1",
        "1",
        "2",
        "1e-9",
        "0.5",
        "[]",
        "{",
        '"',
        "'",
    ),
    *("/dev/null", "/dev/full", "/dev/zero", "/proc/self/mem", "/dev/stdout", "None", "NUL"),
]
MODELS = ["mild", "impossible", "mild.xlsx", "wheat_cloth", "kantorovich_machines"]
PLACES = [
    *(
        "out",
        "out/",
        "out.xlsx",
        "out.XLSX",
        "out.parquet",
        "out.html",
        "a/b/c",
        "a/b.xlsx",
        "mild",
        "mild/",
        "mild.xlsx",
    ),
    *("mild/x.parquet", "mild/goods.csv", "impossible/../mild", "file", "file/x", "pipe", "old", "old.xlsx", "empty"),
    "link",
]
METHODS = ["auto", "simplex", "ipm", "pdlp", "fixed-point", "prices", "harmony", "harmony-1990", "harmony-2018"]
PAIRS = [
    *(
        "threads=2",
        "presolve=off",
        "output_flag=true",
        "log_to_console=true",
        "simplex_iteration_limit=0",
        "solver=ipm",
    ),
    *("time_limit=1", "version=2", "version=9", "function=1993", "function=", "max_passes=3", "max_rounds=1"),
    *("random_seed=-1", "primal_feasibility_tolerance=7", "write_model_file=mild/goods.csv", "method=ipm"),
]


def _one_of(*usual: str) -> st.SearchStrategy[str]:
    """Give what an argument wants, three times of four."""
    return st.one_of(*[st.sampled_from(usual)] * 3, st.sampled_from(NASTY) | st.text(max_size=12))


def _pair() -> st.SearchStrategy[str]:
    return st.one_of(_one_of(*PAIRS), st.builds("{}={}".format, st.sampled_from(PAIRS + NASTY), st.sampled_from(NASTY)))


_NUMBER = _one_of("1e-9", "1e-6", "0.5", "2", "1e-300")
_SECONDS = _one_of("2", "0.5", "1e-3")
_PICTURES = _one_of("c.png", "c.svg", "c.pdf", "c.PNG", "c.jpg", "mild/c.csv", "mild", "a/c.png", "old.png", "pipe")
_QUESTIONS = _one_of("default", "low", "Default")
_TABLES = st.sampled_from(["flows.csv", "cap.csv", "file", "mild", "none", "", "x" * 300, "\x07"])
COMMANDS: dict[str, tuple[list[st.SearchStrategy[str]], dict[str, st.SearchStrategy[str] | None]]] = {
    "solve": (
        [_one_of(*MODELS)],
        {
            "--question": _QUESTIONS, "--backend": _one_of("highs", "highs", "cvxpy"), "--method": _one_of(*METHODS),
            "--solver": _one_of("highs", "glpk"), "--tolerance": _NUMBER, "--time-limit": _SECONDS, "--option": _pair(),
            "--setting": _pair(), "--log-file": _one_of("log", "mild/goods.csv", "mild", "pipe", "out/log", "a/log"),
            "--out": _one_of(*PLACES), "--verbose": None, "--json": None,
        },
    ),
    "compare": (
        [_one_of(*MODELS)],
        {
            "--question": _QUESTIONS, "--methods": _one_of("highs", "highs,simplex", "highs,harmony", ",", "highs,,"),
            "--function": _one_of("2018", "1993", "1993-envelope"), "--tolerance": _NUMBER, "--time-limit": _SECONDS,
            "--picture": _PICTURES, "--json": None,
        },
    ),
    "check": ([_one_of(*MODELS, "file", "empty", "pipe", "old")], {"--json": None}),
    "generate": (
        [_one_of(*PLACES)],
        {
            "--family": _one_of("planned", "cockshott", "samothrakis"), "--goods": _one_of("1", "2", "7", "0", "-3"),
            "--inputs": _one_of("1", "2", "99"), "--radius": _one_of("0.5", "0.99", "1", "1e-300"),
            "--seed": _one_of("0", "1", "-1", "9" * 30), "--option": _pair(), "--tables": _one_of("csv", "parquet"),
            "--json": None,
        },
    ),
    "models": ([], {"--json": None}),
    "import five-year": (
        [_TABLES, _TABLES, _TABLES, _TABLES, _one_of(*PLACES)], {"--json": None},
    ),
    "import flows": (
        [_TABLES, _one_of(*PLACES)],
        {
            "--final-demand": _one_of("homes", "a"), "--output": _one_of("output"), "--resource": _pair(),
            "--weight": _pair(), "--negatives": _one_of("error", "other-side"), "--labels": _one_of("codes", "both"),
            "--zero": _one_of("-", ""), "--tolerance": _NUMBER, "--unit": _pair(), "--capital": _TABLES, "--json": None,
        },
    ),
    "import supply-use": (
        [_TABLES, _one_of(*PLACES)],
        {
            "--supply": _one_of("2:5", "B2:D5"), "--use": _one_of("2:5", "B2:D5"),
            "--final-demand": _one_of("B:B", "x"),
            "--industries": _one_of("B:D"), "--sheet": _one_of("1"), "--codes": _one_of("column A"),
            "--headings": _one_of("row 1"), "--resource": _pair(), "--json": None,
        },
    ),
    "import bea": ([_TABLES, _TABLES, _one_of(*PLACES)], {"--labels": _one_of("codes", "names"), "--json": None}),
    "import psut": ([_TABLES, _one_of(*PLACES)], {"--only": _pair(), "--unit": _one_of("kg"), "--json": None}),
    "": ([], {"--help": None, "--version": None}),
}  # fmt: skip


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """Give a command with arguments and options as they should be, or nearly."""
    name = draw(st.sampled_from(sorted(COMMANDS)))
    wanted, options = COMMANDS[name]
    line = name.split()
    line += [draw(argument) for argument in wanted]
    for option in draw(st.lists(st.sampled_from(sorted(options)), max_size=4)):
        value = options[option]
        line += [option] if value is None else [option, draw(value)]
    if draw(st.integers(0, 9)) == 0:  # a word too many, too few, or in the wrong place
        at = draw(st.integers(0, len(line)))
        line[at : at + draw(st.integers(0, 1))] = draw(st.lists(st.sampled_from(NASTY), max_size=2))
    return line


@contextmanager
def _within(seconds: int) -> Any:
    def late(number: int, frame: Any) -> None:
        raise AssertionError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz")
    no.write(mild(), folder / "mild")
    no.write(mild(), folder / "mild.xlsx")
    no.write(impossible(), folder / "impossible")
    no.solve("wheat_cloth").to_csv(folder / "old")
    call("compare", folder / "mild")  # so that no time below is that of compiling
    return folder


def _judge(line: list[str], models: Path) -> int:
    """Run a command in a folder of its own and judge it; its exit code."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(models, folder, dirs_exist_ok=True)
        (folder / "file").write_text("in the way")
        (folder / "empty").mkdir()
        (folder / "link").symlink_to("mild")
        os.mkfifo(folder / "pipe")
        free = ("pipe", "empty", "old")
        kept = {name: content for name, content in snapshot(folder).items() if name.split("/")[0] not in free}
        os.chdir(folder)
        try:
            with _within(60):
                result = call(*line)
        finally:
            os.chdir(here)
        after = snapshot(folder)
        assert {name: after.get(name, "gone") for name in kept} == kept, "a model or a file was changed"
        assert not [name for name in after if ".natura-opt" in name], "something half written was left"
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        assert result.exit_code in (0, 1, 2), result.exit_code
        assert "should not happen" not in result.stderr and "Traceback" not in result.stderr, result.stderr
        if result.exit_code == 2 and line and "error: " in result.stderr:
            said = [text for text in result.stderr.splitlines() if text.startswith("error: ")]
            assert len(said) == 1 and said[0].isprintable() and len(said[0]) < 2_000, result.stderr
        if result.exit_code in (0, 1) and "--json" in line and "--help" not in line:
            json.loads(result.stdout)
        return int(result.exit_code)


def _fuzz(count: int, place: Path) -> dict[int, int]:
    """Judge so many command lines, all of them before the first complaint; how often each exit code came."""
    codes: dict[int, int] = {}
    faults: list[str] = []

    @settings(
        max_examples=count, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(command_lines())
    def run(line: list[str]) -> None:
        try:
            code = _judge(line, place)
            codes[code] = codes.get(code, 0) + 1
        except Exception as fault:
            faults.append(f"{[word[:60] for word in line]}: {str(fault)[:400]}")

    run()
    assert not faults, f"{len(faults)} of {count}:\n" + "\n".join(faults[:40])
    return codes


def test_fifty_command_lines(place: Path) -> None:
    codes = _fuzz(50, place)
    assert set(codes) <= {0, 1, 2} and codes[2] > 5


@pytest.mark.exhaustive
def test_ten_thousand_command_lines(place: Path) -> None:
    codes = _fuzz(10_000, place)
    print(codes)
    assert all(codes.get(code, 0) > 100 for code in (0, 1, 2))
