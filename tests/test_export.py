"""Programs written for other solvers: what plain Pyomo makes of the script, and what is read back of the files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import natura_opt as no
from natura_opt.program.pyomo_script import to_pyomo

from .test_cli import answer, call, endless, folder_of, impossible, refusal
from .test_cli_plans import HOSTILE, tiny


def run_script(script: Path) -> subprocess.CompletedProcess[str]:
    """Run a script where this package cannot be imported."""
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    hidden = "import sys, runpy; sys.modules['natura_opt'] = None; sys.argv = sys.argv[1:]; "
    return subprocess.run(
        [sys.executable, "-c", hidden + "runpy.run_path(sys.argv[0], run_name='__main__')", str(script)],
        capture_output=True, text=True, encoding="utf-8", timeout=120, env={**bare, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def found_by(script: Path) -> tuple[float, dict[str, float]]:
    """Return the objective and the values that a script prints."""
    done = run_script(script)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    return float(lines[0].split()[1]), {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines[1:]}


@pytest.mark.parametrize(
    "model",
    [
        "eu_2006",  # HiGHS as it comes calls another plan optimal
        "concrete_plants",  # whole numbers
        *(
            pytest.param(name, marks=pytest.mark.exhaustive)
            for name in sorted({*no.shipped_models()} - {"eu_2006", "concrete_plants"})
        ),
    ],
)
def test_plain_pyomo_finds_the_same_optimum(model: str, tmp_path: Path) -> None:
    assert call("export", model, tmp_path / "plan.py").exit_code == 0
    objective, _ = found_by(tmp_path / "plan.py")
    assert objective == pytest.approx(no.solve(model).assert_optimal().objective, rel=1e-9)


def test_the_script_speaks_in_names(tmp_path: Path) -> None:
    to_pyomo(no.linear_program("wheat_cloth"), tmp_path / "plan.py")
    text = (tmp_path / "plan.py").read_text(encoding="utf-8")
    assert "def balance(m, good, period):" in text and "('wheat', '1')" in text
    objective, values = found_by(tmp_path / "plan.py")
    assert objective == pytest.approx(260.0)
    assert values["activities[wheat,'1']"] == pytest.approx(100.0)


def test_hostile_names_in_a_script_are_words(tmp_path: Path) -> None:
    names = [*HOSTILE, "'); import os; os.abort() #", "m", "sum"]
    program = no.linear_program(tiny(names))
    to_pyomo(program, tmp_path / "plan.py")
    objective, values = found_by(tmp_path / "plan.py")
    assert objective == pytest.approx(no.solve(tiny(names)).objective)
    assert len(values) == len(names) + 1


def test_every_kind_of_row_and_column(tmp_path: Path) -> None:
    text = """\\ by hand
Maximize
 objective: 3 x + 2 y - z + 7
Subject To
 range.lower: x + y >= 1
 range.upper: x + y <= 4
 same: x - y + 0.5 z = 0.25
 low: x + z >= -3
Bounds
 -inf <= x <= 2.5
 -1 <= y <= 3
 z <= 9
General
 y
End
"""
    (tmp_path / "by_hand.lp").write_text(text)
    program = no.read_program(tmp_path / "by_hand.lp")
    assert call("export", tmp_path / "by_hand.lp", tmp_path / "by_hand.py").exit_code == 0
    objective, _ = found_by(tmp_path / "by_hand.py")
    assert objective == pytest.approx(no.solve(program).assert_optimal().objective)


def test_a_script_of_what_cannot_be_says_so(tmp_path: Path) -> None:
    for economy, word in ((impossible(), "nfeasible"), (endless(), "nbounded")):
        assert call("export", folder_of(tmp_path, economy), tmp_path / f"{economy.name}_.py").exit_code == 0
        done = run_script(tmp_path / f"{economy.name}_.py")
        assert done.returncode == 1 and re.search(rf"no optimum: .*{word}", done.stderr), done.stderr


def test_stages_are_written_as_the_program_that_proves_the_plan(tmp_path: Path) -> None:
    facts = answer(call("export", "five_year_plan", tmp_path / "plan.mps", "--objective", "leximin", "--json"), 0)
    assert "last stage" in facts["notes"][0]
    objective = no.solve(no.read_program(tmp_path / "plan.mps")).assert_optimal().objective
    assert objective == pytest.approx(no.solve("five_year_plan", objective="leximin").objective)


@pytest.mark.parametrize("ending", [".mps", ".lp"])
def test_files_read_back_as_the_program(ending: str, tmp_path: Path) -> None:
    place = tmp_path / f"plan{ending}"
    facts = answer(call("export", "five_year_plan", place, "--setting", "floor=0.4", "--json"), 0)
    program = no.linear_program("five_year_plan", no.Question("fulfilment", floor=0.4))
    assert (facts["rows"], facts["columns"]) == program.shape and facts["coefficients"] == program.matrix.nnz
    back = no.read_program(place)
    assert back.matrix.nnz == program.matrix.nnz and np.array_equal(back.row_lower, program.row_lower)
    assert sorted(back.matrix.data) == sorted(program.matrix.data) and sorted(back.cost) == sorted(program.cost)
    assert no.solve(back).assert_optimal().objective == pytest.approx(no.solve("five_year_plan", floor=0.4).objective)


def test_one_form_becomes_another(tmp_path: Path) -> None:
    first, second = tmp_path / "a.mps", tmp_path / "b.lp"
    assert call("export", "excavators", first).exit_code == 0
    assert call("export", first, second).exit_code == 0
    assert no.solve(no.read_program(second)).objective == pytest.approx(no.solve("excavators").objective)
    before = first.read_bytes()
    assert "is the program that is read" in refusal(call("export", first, first))
    assert "--objective: of models" in refusal(call("export", first, tmp_path / "c.lp", "--objective", "harmony"))
    assert first.read_bytes() == before and not (tmp_path / "c.lp").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["five_year_plan", "plan.msp"], ["did you mean '.mps'?"]),
        (["five_year_plan", "plan"], [".lp, .mps, .py"]),
        (["five_yaer_plan", "plan.lp"], ["did you mean 'five_year_plan'?"]),
        (["five_year_plan", "plan.lp", "--objective", "harmony"], ["concave term"]),
        (["five_year_plan", "plan.lp", "--setting", "flor=1"], ["did you mean 'floor'?"]),
        (["five_year_plan", "own.py"], ["is not a program written by natura-opt"]),
        (["five_year_plan", "no/such/plan.py"], ["no/such"]),
    ],
)
def test_exports_that_cannot_be_written(
    arguments: list[str], words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text("print('mine')\n")
    said = refusal(call("export", *arguments))
    for word in words:
        assert word in said
    assert [file.name for file in tmp_path.iterdir()] == ["own.py"]
    assert Path("own.py").read_text() == "print('mine')\n"


def test_a_row_without_variables_that_does_not_hold_is_refused(tmp_path: Path) -> None:
    economy = no.build_economy(
        goods=["corn"], techniques=["rest"], outputs=[[0.0]], targets=[1.0], resources=["labour"], resource_use=[[1.0]],
        resource_weights=[1.0], objective="least-resources",
    )  # fmt: skip
    with pytest.raises(no.UnstatableError, match="no variable and does not hold"):
        to_pyomo(no.linear_program(economy), tmp_path / "plan.py")
    assert not (tmp_path / "plan.py").exists()
