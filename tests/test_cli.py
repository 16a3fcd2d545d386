"""The command line: what it prints where, its exit codes, its files, and how quickly it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import natura_opt as no
from natura_opt.cli.app import app

MODELS = no.shipped_models()
CERTIFICATE = {"primal_residual", "dual_residual", "gap", "tolerance", "proved"}
KEYS = {"model", "method", "status", "objective", "seconds", "certificate"}


def call(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as people do, in a process of its own."""
    return python("from natura_opt.cli.main import main; main()", *arguments, **environment)


def python(code: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(no.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        env={**os.environ, "PYTHONPATH": root, **environment},
    )


def mild() -> no.Economy:
    """A small economy without units, quick to read."""
    return impossible().with_changes(name="mild", questions={"default": no.Question("fulfilment", floor=0.25)})


def refusal(result: Result | subprocess.CompletedProcess[str]) -> str:
    """Return the one message of a refusal: exit code 2, nothing on standard output, one line on standard error."""
    code = result.returncode if isinstance(result, subprocess.CompletedProcess) else result.exit_code
    exception = getattr(result, "exception", None)
    assert exception is None or isinstance(exception, SystemExit), f"a traceback: {exception!r}"
    assert code == 2, f"exit code {code}: {result.stdout} {result.stderr}"
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    lines = result.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: "), f"not one message: {result.stderr!r}"
    assert result.stderr.endswith("\n")
    return lines[0].removeprefix("error: ")


def answer(result: Result | subprocess.CompletedProcess[str], code: int) -> dict[str, Any]:
    """Return the one JSON object of an answer."""
    got = result.returncode if isinstance(result, subprocess.CompletedProcess) else result.exit_code
    assert got == code, f"exit code {got}: {result.stdout} {result.stderr}"

    def no_constant(word: str) -> float:
        raise AssertionError(f"{word} is not JSON")

    facts = json.loads(result.stdout, parse_constant=no_constant)
    assert isinstance(facts, dict)
    return facts


def folder_of(path: Path, economy: no.Economy) -> Path:
    return no.write(economy, path / economy.name)


def endless() -> no.Economy:
    """Corn from less corn, and nothing that limits it."""
    return no.build_economy(name="endless", goods=["corn"], inputs=[[0.5]], targets=[1.0], objective="fulfilment")


def impossible() -> no.Economy:
    """A floor that the labour there is cannot reach."""
    return no.build_economy(
        name="impossible",
        goods=["corn"],
        inputs=[[0.5]],
        targets=[1.0],
        resources=["labour"],
        resource_use=[[1.0]],
        resource_limits=[1.0],
        questions={"default": no.Question("fulfilment", floor=0.75), "low": no.Question("fulfilment", floor=0.25)},
    )


# ---- help -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ((), ["solve", "check", "models", "import"]),
        (("solve",), ["MODEL", "--question", "--backend", "--json", "--out", "--time-limit", "--option", "Exit code"]),
        (("check",), ["MODEL", "--json", "Exit code"]),
        (("models",), ["--json"]),
        (("import",), ["five-year", "flows", "supply-use", "bea", "psut"]),
        (("import", "five-year"), ["flows", "cap", "dep", "labtarg", "dest"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_help(command: tuple[str, ...], words: list[str]) -> None:
    result = call(*command, "--help")
    assert result.exit_code == 0
    assert result.stderr == ""
    for word in words:
        assert word in result.stdout


def test_every_command_and_option_has_a_help_text() -> None:
    import typer

    def commands(command: Any) -> list[Any]:
        return [command, *(part for sub in getattr(command, "commands", {}).values() for part in commands(sub))]

    found = commands(typer.main.get_command(app))
    assert len(found) >= 6
    for command in found:
        assert command.help, f"{command.name} has no help"
        for parameter in command.params:
            if parameter.name != "help":
                assert parameter.help, f"{command.name} {parameter.name} has no help"


# ---- starting ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "import natura_opt",
        "import natura_opt.cli.app",
        "from natura_opt.cli.app import app; app(['--help'], standalone_mode=False)",
        "from natura_opt.cli.app import app; app(['solve', '--help'], standalone_mode=False)",
    ],
)
def test_starting_imports_nothing_heavy(code: str) -> None:
    heavy = ["pyomo", "cvxpy", "matplotlib", "pint", "pandas", "numpy", "scipy", "highspy", "openpyxl", "pyarrow"]
    shown = f"{code}\nimport sys\nprint('IMPORTED', [m for m in {heavy} if m in sys.modules])"
    result = python(shown)
    assert result.returncode == 0, result.stderr
    assert "IMPORTED []" in result.stdout


def test_solving_through_arrays_imports_no_modelling_layer() -> None:
    code = "import sys, natura_opt as no\nno.solve('five_year_plan').assert_optimal().tables()\n"
    result = python(code + "print([m for m in ('pyomo', 'cvxpy', 'matplotlib') if m in sys.modules])")
    assert (result.stdout.strip(), result.stderr) == ("[]", "")


def test_unused_public_names_exist() -> None:
    for name in no.__all__:
        assert getattr(no, name) is not None
    with pytest.raises(AttributeError, match="'natura_opt' has no attribute 'sovle'"):
        no.sovle  # noqa: B018


# ---- solve ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", sorted(MODELS))
def test_solve_prints_one_json_object(model: str) -> None:
    facts = answer(call("solve", model, "--json"), code=0)
    assert set(facts) >= KEYS
    assert set(facts["certificate"]) >= CERTIFICATE
    assert (facts["model"], facts["method"], facts["status"]) == (model, "highs", "optimal")
    proof = facts["certificate"]
    assert proof["proved"] is True
    assert proof["tolerance"] == 1e-9
    for figure in ("primal_residual", "dual_residual", "gap"):
        assert 0 <= proof[figure] <= 1e-9
    assert facts["objective"] == no.solve(model).objective
    assert isinstance(facts["seconds"], float) and facts["seconds"] > 0
    assert facts["seconds"] == pytest.approx(sum(facts["seconds_by_stage"].values()))


def test_solve_in_a_process_of_its_own() -> None:
    result = run("solve", "five_year_plan", "--json")
    facts = answer(result, code=0)
    assert facts["objective"] == pytest.approx(8.797299129455, rel=1e-12)
    assert result.stdout.count("\n") == 1
    assert result.stderr == ""


@pytest.mark.parametrize("backend", ["pyomo", "cvxpy"])
@pytest.mark.parametrize("model", ["five_year_plan", "excavators"])
def test_solve_by_other_backends(backend: str, model: str) -> None:
    facts = answer(call("solve", model, "--backend", backend, "--json"), code=0)
    assert facts["method"] == backend
    assert facts["objective"] == pytest.approx(no.solve(model).objective, rel=1e-9)
    assert facts["certificate"]["proved"] is True


@pytest.mark.parametrize("method", ["auto", "simplex", "ipm"])
def test_solve_by_method(method: str) -> None:
    facts = answer(call("solve", "five_year_plan", "--method", method, "--json"), code=0)
    assert facts["objective"] == pytest.approx(8.797299129455, rel=1e-11)


def test_solve_for_people() -> None:
    result = call("solve", "five_year_plan")
    assert result.exit_code == 0
    assert result.stderr == ""
    for words in (
        "Cockshott's five-year plan",
        "optimal",
        "proved at 1e-09",
        "8.797299129",
        "year5",
        "2.0619",
        "labour",
    ):
        assert words in result.stdout


@pytest.mark.parametrize("model", ["eu_2006", "excavators", "wheat_cloth"])
def test_solve_for_people_shows_every_model(model: str) -> None:
    result = call("solve", model)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "optimal" in result.stdout
    assert no.read(model).title.split(",")[0].split(":")[0] in result.stdout


@pytest.mark.parametrize("text", ["[/x]", "[red]", "[bold", "plan [draft]", "\\[x]", "[link=a]b[/link]"])
def test_brackets_in_titles_and_names_are_only_text(text: str, tmp_path: Path) -> None:
    good = f"corn {text}"
    economy = no.build_economy(
        name="brackets",
        title=f"title {text}",
        goods=[good],
        inputs=[[0.5]],
        targets=[1.0],
        resources=[f"labour {text}"],
        resource_use=[[1.0]],
        resource_limits=[1.0],
        objective="fulfilment",
    )
    model = folder_of(tmp_path, economy)
    result = call("solve", model)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 0
    assert f"title {text}" in result.stdout
    assert f"labour {text}" in " ".join(result.stdout.split())


def test_brackets_in_an_impossible_plan_are_only_text(tmp_path: Path) -> None:
    economy = impossible().with_changes(title="why [/not]")
    result = call("solve", folder_of(tmp_path, economy))
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1
    assert "why [/not]" in result.stdout


def test_json_does_not_depend_on_the_terminal_encoding(tmp_path: Path) -> None:
    model = folder_of(tmp_path, impossible().with_changes(name="Город"))
    result = run("solve", model, "--question", "low", "--json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert answer(result, code=0)["model"] == "Город"


def test_a_terminal_that_knows_only_ascii_still_gets_an_answer(tmp_path: Path) -> None:
    model = folder_of(tmp_path, mild())
    result = run("solve", model, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert "Traceback" not in result.stderr
    assert result.returncode == 0
    assert "objective 0.5" in result.stdout


# ---- no plan ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
@pytest.mark.parametrize(
    ("economy", "status", "word"), [(impossible(), "infeasible", "labour"), (endless(), "unbounded", "corn")]
)
def test_no_best_plan_gives_exit_code_1_with_json(
    economy: no.Economy, status: str, word: str, backend: str, tmp_path: Path
) -> None:
    result = call("solve", folder_of(tmp_path, economy), "--backend", backend, "--json")
    facts = answer(result, code=1)
    assert set(facts) >= KEYS
    assert set(facts["certificate"]) >= CERTIFICATE
    assert facts["status"] == status
    assert facts["objective"] is None
    assert facts["certificate"]["proved"] is True  # that there is no best plan
    assert f"'{word}'" in facts["reason"]


@pytest.mark.parametrize(
    ("economy", "status", "word"), [(impossible(), "infeasible", "labour"), (endless(), "unbounded", "corn")]
)
def test_no_best_plan_for_people(economy: no.Economy, status: str, word: str, tmp_path: Path) -> None:
    out = tmp_path / "plan.xlsx"
    result = call("solve", folder_of(tmp_path, economy), "--out", out)
    assert result.exit_code == 1
    assert f"{status}, proved" in result.stdout
    assert f"'{word}'" in result.stdout
    assert list(pd.read_excel(out, sheet_name=None)) == ["summary"]


def test_one_question_of_several(tmp_path: Path) -> None:
    model = folder_of(tmp_path, impossible())
    facts = answer(call("solve", model, "--question", "low", "--json"), code=0)
    assert facts["question"] == "low"
    assert facts["objective"] == pytest.approx(0.5, rel=1e-12)
    message = refusal(call("solve", model, "--question", "lwo", "--json"))
    assert "unknown question 'lwo'; did you mean 'low'?" in message


def test_a_plan_without_proof_gives_exit_code_1() -> None:
    result = call("solve", "eu_2006", "--tolerance", "1e-300", "--json")
    facts = answer(result, code=1)
    assert facts["certificate"]["proved"] is False
    assert facts["certificate"]["tolerance"] == 1e-300
    assert facts["status"] != "optimal"


@pytest.mark.parametrize("seconds", ["1e-9", "1e-4"])
@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_a_tiny_time_limit_is_answered_with_json(seconds: str, backend: str) -> None:
    result = call("solve", "uk_2015_20", "--time-limit", seconds, "--backend", backend, "--json")
    assert result.exit_code in (0, 1)
    facts = answer(result, result.exit_code)
    assert (facts["status"] == "optimal") == (result.exit_code == 0) == facts["certificate"]["proved"]
    if result.exit_code:
        assert facts["status"] == "time limit"


def test_a_plan_stopped_early_is_shown() -> None:
    result = call("solve", "uk_2015_20", "--time-limit", "1e-9")
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert "time limit" in result.stdout or result.exit_code == 0


# ---- options ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--option", "treads=2"], ["unknown HiGHS option 'treads'", "did you mean 'threads'"]),
        (["--option", "threads"], ["--option 'threads'", "NAME=VALUE"]),
        (["--option", "=3"], ["unknown HiGHS option ''"]),
        (["--option", "threads=many"], ["'threads'", "'many'"]),
        (["--option", "solver=ipm"], ["method"]),
        (["--backend", "pyomoo"], ["unknown backend 'pyomoo'", "did you mean 'pyomo'"]),
        (["--backend", "pyomo", "--option", "treads=2"], ["unknown HiGHS option 'treads'"]),
        (["--backend", "cvxpy", "--option", "treads=2"], ["unknown HiGHS option 'treads'"]),
        (["--method", "simplx"], ["unknown method 'simplx'", "did you mean 'simplex'"]),
        (["--solver", "glpk"], ["solver='glpk'", "pyomo"]),
        (["--tolerance", "2"], ["tolerance", "2.0"]),
        (["--tolerance", "0"], ["tolerance", "0.0"]),
        (["--tolerance", "nan"], ["tolerance", "nan"]),
        (["--time-limit", "0"], ["time_limit", "0.0"]),
        (["--time-limit", "-1"], ["time_limit", "-1.0"]),
        (["--time-limit", "nan"], ["time_limit", "nan"]),
        (["--question", "defualt"], ["five_year_plan", "unknown question 'defualt'", "did you mean 'default'"]),
    ],
    ids=lambda value: " ".join(value) if value and value[0].startswith("--") else "",
)
def test_options_that_cannot_be_used(arguments: list[str], words: list[str]) -> None:
    message = refusal(call("solve", "five_year_plan", "--json", *arguments))
    for word in words:
        assert word in message


def test_a_solver_that_is_not_there_is_one_message() -> None:
    result = run("solve", "five_year_plan", "--json", "--backend", "pyomo", "--solver", "nosuchsolver")
    assert "nosuchsolver" in refusal(result)


@pytest.mark.parametrize(
    ("method", "limited"), [("simplex", ["simplex"]), ("ipm", ["ipm"]), ("auto", ["simplex", "ipm"])]
)
def test_an_option_reaches_highs(method: str, limited: list[str]) -> None:
    """Where simplex does not get to a proof, ``auto`` tries interior point; so both are held back."""
    options = [word for name in limited for word in ("--option", f"{name}_iteration_limit=0")]
    facts = answer(call("solve", "five_year_plan", "--json", "--method", method, *options), code=1)
    assert facts["certificate"]["proved"] is False
    assert facts["status"] == "iteration limit"


@pytest.mark.parametrize("option", ["output_flag=true", "log_to_console=true"])
def test_no_option_puts_the_log_on_standard_output(option: str, tmp_path: Path) -> None:
    options = ["--option", "output_flag=true", "--option", option]
    result = run("solve", folder_of(tmp_path, mild()), "--json", *options)
    if result.returncode == 2:
        assert option.partition("=")[0] in refusal(result)
    else:
        answer(result, code=0)


def test_unknown_commands_and_options_are_usage_errors() -> None:
    for arguments in (["sovle", "five_year_plan"], ["solve", "five_year_plan", "--jsn"], ["solve"]):
        result = call(*arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr != ""


# ---- logs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_the_log_goes_to_standard_error_and_a_file_only(backend: str, tmp_path: Path) -> None:
    log = tmp_path / "solver.log"
    model = folder_of(tmp_path, mild())
    result = run("solve", model, "--backend", backend, "--json", "--verbose", "--log-file", log)
    assert "HiGHS" in log.read_text(encoding="utf-8")
    assert "HiGHS" in result.stderr
    assert answer(result, code=0)["status"] == "optimal"
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_the_log_goes_to_a_file_in_silence(backend: str, tmp_path: Path) -> None:
    log = tmp_path / "solver.log"
    result = call("solve", folder_of(tmp_path, mild()), "--backend", backend, "--json", "--log-file", log)
    answer(result, code=0)
    assert result.stderr == ""
    assert "HiGHS" in log.read_text(encoding="utf-8")


def test_a_log_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "nowhere" / "solver.log"
    message = refusal(call("solve", "five_year_plan", "--json", "--log-file", log))
    assert "nowhere" in message


def test_a_log_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    message = refusal(call("solve", "five_year_plan", "--json", "--log-file", tmp_path))
    assert str(tmp_path) in message


# ---- files ------------------------------------------------------------------------------------------------


def read_back(out: Path, name: str, levels: int) -> pd.DataFrame:
    """Read a table of a written plan, labels and figures as text."""
    plain: dict[str, Any] = {"keep_default_na": False, "dtype": str}
    if out.suffix == ".xlsx":
        read = pd.read_excel(out, sheet_name=name[:31], **plain)
    elif out.suffix == ".parquet":
        read = pd.read_parquet(out / f"{name.replace(' ', '_')}.parquet")
    else:
        read = pd.read_csv(out / f"{name.replace(' ', '_')}.csv", **plain)
    return read.set_index(list(read.columns[:levels]))


@pytest.mark.parametrize("out", ["plan.xlsx", "plan.parquet", "plan"])
@pytest.mark.parametrize("model", ["five_year_plan", "wheat_cloth", "excavators"])
def test_a_written_plan_reads_back_as_the_plan(model: str, out: str, tmp_path: Path) -> None:
    result = call("solve", model, "--json", "--out", tmp_path / out)
    answer(result, code=0)
    assert result.stderr == f"plan written to {tmp_path / out}\n"
    tables = no.solve(model).tables()
    assert len(tables) > 5
    digits = 1e-15 if out == "plan.xlsx" else 0.0  # a workbook holds 16 digits
    for name, frame in tables.items():
        read = read_back(tmp_path / out, name, frame.index.nlevels)
        assert [str(label) for label in read.columns] == [str(label) for label in frame.columns]
        assert read.index.tolist() == frame.index.tolist()
        if name == "summary":
            assert read.loc["status", "value"] == "optimal"
            assert read.loc["model", "value"] == model
            continue
        numbers = frame.select_dtypes("number")
        missing = numbers.isna().to_numpy()
        said = read[numbers.columns].astype(object).to_numpy()
        assert not missing.any() or all(pd.isna(cell) or cell == "" for cell in said[missing])
        np.testing.assert_allclose(
            said[~missing].astype(float), numbers.to_numpy(object)[~missing].astype(float), rtol=digits, err_msg=name
        )
        for column in frame.columns.difference(numbers.columns):
            assert read[column].tolist() == frame[column].tolist()


@pytest.mark.parametrize("out", ["plan.xlsx", "plan.parquet", "plan"])
def test_a_plan_is_not_written_over_bad_input(out: str, tmp_path: Path) -> None:
    refusal(call("solve", "five_year_plan", "--question", "other", "--out", tmp_path / out))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["nowhere/plan.xlsx", "file/plan.parquet", "file", "file/plan"])
def test_a_place_that_cannot_be_written_is_one_message(out: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    message = refusal(call("solve", "five_year_plan", "--json", "--out", tmp_path / out))
    assert out.partition("/")[0] in message
    assert (tmp_path / "file").read_text() == "in the way"


# ---- check, models ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", sorted(MODELS))
def test_check_passes_on_shipped_models(model: str) -> None:
    facts = answer(call("check", model, "--json"), code=0)
    assert (facts["model"], facts["passed"]) == (model, True)
    assert {"numbers", "labels", "productive", "targets reachable"} <= {row["check"] for row in facts["findings"]}
    assert all(row["passed"] and row["message"] for row in facts["findings"])
    shown = call("check", model)
    assert shown.exit_code == 0
    assert "FAIL" not in shown.stdout
    assert "Hawkins-Simon" in shown.stdout or "surplus of every good" in shown.stdout


def test_check_fails_on_a_sick_model(tmp_path: Path) -> None:
    sick = no.build_economy(name="sick", goods=["a", "b"], inputs=[[0.5, 0.6], [0.9, 0.1]], targets=[1, 1])
    model = folder_of(tmp_path, sick)
    facts = answer(call("check", model, "--json"), code=1)
    assert facts["passed"] is False
    wrong = {row["check"]: row["message"] for row in facts["findings"] if not row["passed"]}
    assert set(wrong) == {"productive"}
    assert "'a', 'b'" in wrong["productive"] and "1.06158" in wrong["productive"]
    shown = call("check", model)
    assert shown.exit_code == 1
    assert "FAIL  productive: " in shown.stdout


def test_check_refuses_what_cannot_be_read(tmp_path: Path) -> None:
    assert "no economy.toml" in refusal(call("check", tmp_path, "--json"))


def test_models_lists_all_and_only_the_shipped_ones() -> None:
    facts = answer(call("models", "--json"), code=0)
    assert {row["model"] for row in facts["models"]} == set(MODELS)
    for row in facts["models"]:
        economy = no.read(row["model"])
        assert row["goods"] == len(economy.goods)
        assert row["periods"] == len(economy.periods)
        assert row["title"] == economy.title != ""
        assert row["questions"] == list(economy.questions)
    shown = call("models").stdout.splitlines()
    assert [line.split()[0] for line in shown] == sorted(MODELS)


@pytest.mark.parametrize("command", ["solve", "check"])
@pytest.mark.parametrize(
    ("typo", "meant"), [("five_year_plann", "five_year_plan"), ("excavator", "excavators"), ("eu2006", "eu_2006")]
)
def test_a_mistyped_model_is_suggested(command: str, typo: str, meant: str) -> None:
    assert f"unknown model {typo!r}; did you mean {meant!r}?" in refusal(call(command, typo, "--json"))


def test_a_folder_comes_before_a_shipped_model_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no.write(impossible().with_changes(title="mine"), tmp_path / "five_year_plan")
    monkeypatch.chdir(tmp_path)
    assert no.read("five_year_plan").title == "mine"
    (tmp_path / "wheat_cloth").mkdir()  # an empty folder is no model
    assert no.read("wheat_cloth").title.startswith("Leontief")


def test_the_folder_one_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = folder_of(tmp_path, impossible())
    settings = (model / "economy.toml").read_text(encoding="utf-8")
    (model / "economy.toml").write_text(settings.replace('name = "impossible"\n', ""), encoding="utf-8")
    monkeypatch.chdir(model)
    assert answer(call("solve", ".", "--question", "low", "--json"), code=0)["model"] == "impossible"
