"""The command line around its commands: closed, broken and full streams, Ctrl-C at any moment, and the exit codes."""

from __future__ import annotations

import _thread
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions

from .test_cli import call, folder_of, impossible, mild

SENTENCE = "interrupted: what was not finished was not written\n"
COMMAND = f'"{sys.executable}" -m natura_opt'


def rarely(*case: object) -> Any:
    """Leave a case, which takes a process of its own, to the exhaustive run: another one says nearly the same."""
    return pytest.param(*case, marks=pytest.mark.exhaustive)


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell, in which natura-opt is ``$N``."""
    root = str(Path(no.__file__).parents[1])
    return subprocess.run(
        ["bash", "-c", line.replace("$N", COMMAND)], capture_output=True, text=True, timeout=120, cwd=folder,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder_of(tmp_path, mild())
    folder_of(tmp_path, impossible())
    return tmp_path


@pytest.mark.parametrize(
    ("line", "code", "shown"),
    [
        ("$N models | head -1; exit ${PIPESTATUS[0]}", 0, "concrete_plants"),
        rarely("$N solve mild | true; exit ${PIPESTATUS[0]}", 0, ""),
        ("$N solve impossible | true; exit ${PIPESTATUS[0]}", 1, ""),
        rarely("$N solve mild --json | true; exit ${PIPESTATUS[0]}", 0, ""),
        rarely("$N compare mild --methods highs | true; exit ${PIPESTATUS[0]}", 0, ""),
        rarely("$N check mild | true; exit ${PIPESTATUS[0]}", 0, ""),
        rarely("$N solve --help | true; exit ${PIPESTATUS[0]}", 0, ""),
        rarely("$N generate g --goods 5 | true; exit ${PIPESTATUS[0]}", 0, ""),
        rarely("$N solve mild >&-", 0, ""),
        rarely("$N solve impossible >&-", 1, ""),
        rarely("$N solve mild --json 2>&-", 0, '"optimal"'),
        ("$N solve mild --json --verbose 2>&-", 0, '"optimal"'),
        rarely("$N solve impossible --json 2>&-", 1, '"infeasible"'),
        rarely("$N solve mild --json >&- 2>&-", 0, ""),
        rarely("$N solve mlid 2>&-", 2, ""),
        rarely("$N solve mild --json <&- >&- 2>&-", 0, ""),
        ("$N solve mild --json --out plan >&- 2>&- && ls plan", 0, "summary.csv"),
        rarely("$N check mild --json 2>&-", 0, '"passed": true'),
        rarely("$N models >&- 2>&-", 0, ""),
        ("$N solve mild --verbose 2> >(true)", 0, "optimal"),
        rarely("$N solve mild 2>/dev/full", 0, "optimal"),
        ("$N solve mlid 2>/dev/full", 2, ""),
    ],
)
def test_streams_that_no_one_reads_change_nothing(line: str, code: int, shown: str, models: Path) -> None:
    done = shell(line, models)
    assert done.returncode == code, done.stderr
    assert shown in done.stdout
    assert done.stderr == "" or line.startswith("$N solve mlid") or "--verbose" in line
    if "--json" in line and shown.startswith('"'):
        json.loads(done.stdout)


@pytest.mark.parametrize(
    "line",
    ["solve mild --json", "--help", *map(rarely, ("solve mild", "models", "check mild", "solve impossible"))],
)
def test_a_result_that_cannot_be_delivered_is_an_error(line: str, models: Path) -> None:
    done = shell(f"$N {line} >/dev/full", models)
    assert done.returncode == 2
    assert done.stderr == "error: standard output: No space left on device\n"


@pytest.mark.parametrize("command", ["solve", rarely("check")])
def test_json_is_the_same_in_every_encoding(command: str, tmp_path: Path) -> None:
    model = folder_of(tmp_path, mild().with_changes(name="Город", title="хлеб"))
    done = shell(f"PYTHONIOENCODING=ascii PYTHONUTF8=0 $N {command} {model.name} --json", tmp_path)
    assert json.loads(done.stdout)["model"] == "Город"


# ---- Ctrl-C -------------------------------------------------------------------------------------------------


#: Long enough for a signal to come in the middle of it, whatever the machine.
LONG = {
    "solve": ("solve", "big", "--method", "ipm", "--out", "plan"),
    "pdlp": ("solve", "big", "--method", "pdlp"),
    "harmony": ("solve", "big", "--objective", "harmony"),
    "pyomo": ("solve", "big", "--backend", "pyomo", "--out", "plan.xlsx"),
    "cvxpy": ("solve", "big", "--backend", "cvxpy", "--json"),
    "compare": ("compare", "big", "--json"),
    "check": ("check", "big"),
    "generate": ("generate", "new", "--goods", "4000", "--inputs", "40"),
    "models": ("models", "--json"),
}


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("big")
    no.write(no.generate_economy("planned", goods=1500, inputs=20, seed=1), folder / "big", tables="parquet")
    return folder


def _pressed(
    folder: Path, command: str, after: float, number: int = signal.SIGINT, found: str = "default_int_handler"
) -> tuple[int, str, str] | None:
    """Press Ctrl-C so many seconds after Python waits for it; None where the command had ended before.

    Python finds Ctrl-C as at a terminal, also where these tests run in the background and ignore it (``found``).
    """
    code = f"import signal; signal.signal(signal.SIGINT, signal.{found}); import natura_opt.cli.streams as s; "
    code += "import natura_opt.cli.main as m; s._watch_for_endings(); print('ready', flush=True); m.main()"
    root = str(Path(no.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", code, *LONG[command]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=folder, env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(after)
    running = process.poll() is None
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return (process.returncode, out, err) if running else None


def _judged(folder: Path, command: str, after: float, number: int = signal.SIGINT) -> str:
    """Return what became of a command, and raise where it is not as promised."""
    ended = _pressed(folder, command, after, number)
    left = {path.name for path in folder.iterdir()}
    assert not [name for name in left if name.startswith(".natura-opt")], left
    if (folder / "new").exists():
        no.read(folder / "new")
    if ended is None:
        return "ended before"
    code, _, err = ended
    if code in (0, 1):  # all was done when it came
        return "done"
    assert code == 128 + number, (code, err)
    assert err.splitlines()[-1:] == [SENTENCE.strip() if number == signal.SIGINT else
                                     "ended: what was not finished was not written"]  # fmt: skip
    assert "Traceback" not in err
    return "interrupted"


@pytest.mark.parametrize(
    "command", [name if name in ("solve", "compare", "generate") else rarely(name) for name in sorted(LONG)]
)
def test_ctrl_c_ends_every_command_with_one_sentence(command: str, big: Path) -> None:
    """On a busy machine a command may end while this process waits for its turn; then Ctrl-C comes sooner."""
    seen = (_judged(big, command, after) for after in (0.2, 0.05, 0.0))
    assert next(how for how in seen if how != "ended before") == "interrupted"


def test_ctrl_c_that_is_ignored_stays_so(big: Path) -> None:
    """As in the background of a shell, or under nohup."""
    ended = _pressed(big, "models", 0.05, found="SIG_IGN")
    assert ended is not None
    assert (ended[0], ended[2]) == (0, "") and len(json.loads(ended[1])["models"]) > 1


def test_the_process_is_ended_as_cleanly_by_a_manager(big: Path) -> None:
    assert _judged(big, "solve", 0.5, signal.SIGTERM) == "interrupted"


@pytest.mark.exhaustive
@pytest.mark.parametrize("command", sorted(LONG))
def test_ctrl_c_at_random_moments(command: str, big: Path) -> None:
    rng = random.Random(command)
    seen = [_judged(big, command, rng.uniform(0, 6)) for _ in range(25)]
    assert "interrupted" in seen


@pytest.mark.parametrize("method", ["pdlp", "ipm", "simplex"])
def test_ctrl_c_ends_a_solve_in_the_api(method: str) -> None:
    economy = no.generate_economy("planned", goods=2500, inputs=30, seed=3)
    found = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it would be ignored
    timer = threading.Timer(0.4, _thread.interrupt_main)
    timer.start()
    try:
        plan = no.solve(economy, method=method)
        timer.join()
    except KeyboardInterrupt:  # it came before HiGHS ran, or after
        pass
    else:
        assert str(plan.status) in ("interrupted", "optimal")
    finally:
        signal.signal(signal.SIGINT, found)
    assert no.solve("wheat_cloth").proved  # and the next one is not harmed


@pytest.mark.parametrize("method", ["simplex", "ipm", "pdlp"])
def test_a_run_that_ends_while_it_is_stopped_is_interrupted(method: str) -> None:
    """Else its proof would begin, which can take far longer."""
    session = HighsSession(no.solve("five_year_plan").program, SolveOptions(method, 1e-6))
    session.interrupted = True
    assert session.solve().claim is Claim.INTERRUPTED


def test_ctrl_c_ends_a_whole_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = no.solve("five_year_plan")
    asked: list[str] = []

    def interrupted(*given: object, **named: object) -> no.Plan:
        from dataclasses import replace

        asked.append("once")
        return replace(plan, status=no.Status.INTERRUPTED)

    monkeypatch.setattr("natura_opt.comparison.comparing.ask", interrupted)
    monkeypatch.setattr("natura_opt.comparison.comparing.load_method", lambda method: None)
    with pytest.raises(KeyboardInterrupt):
        no.compare("five_year_plan", methods=["highs", "simplex", "prices"])
    assert asked == ["once"]
    result = call("compare", "five_year_plan", "--methods", "highs,simplex", "--json")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", SENTENCE)


# ---- exit codes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("solve",),
        ("compare",),
        ("check",),
        ("generate",),
        ("models",),
        ("import",),
        ("import", "five-year"),
        ("import", "flows"),
        ("import", "supply-use"),
        ("import", "bea"),
        ("import", "psut"),
    ],
)
def test_every_command_says_its_exit_codes(command: tuple[str, ...]) -> None:
    shown = " ".join(call(*command, "--help").stdout.split())
    assert "Exit code" in shown
    if command not in (("models",),):
        assert "130 after Ctrl-C" in shown
