"""The commands that show one thing of a plan, attacked: names that look like options or code, and typos."""

from __future__ import annotations

import json
import runpy
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.base.errors import unknown
from natura_opt.explore.scenario import Scenario

from .test_cli import answer, call, folder_of, refusal

#: Names that look like options, like code, like a path, like a format or like a formula.
NAMES = (
    "--help", "-x", "it's", 'q"q', "back\\slash", "$(id)", "`id`", "%s%n", "{0}", "#c", "a@b", "a=b", "a,b", "a.b",
    "=cmd|' /C calc'!A1", "[bold]x[/bold]", "e\u0301", "../up", "x" * 120,
)  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    count = len(NAMES)
    economy = no.build_economy(
        name="-hostile; $(id)", goods=list(NAMES), resources=list(NAMES[:2]), inputs=np.eye(count) * 0.1,
        resource_use=np.ones((2, count)), resource_limits=[50.0, 60.0], targets=np.arange(1.0, count + 1),
        objective="fulfilment",
    )  # fmt: skip
    return folder_of(tmp_path_factory.mktemp("hostile"), economy)


@pytest.fixture(scope="module")
def plan(hostile: Path) -> no.Plan:
    return no.solve(hostile).assert_optimal()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_never_an_option_or_code(name: str, hostile: Path, plan: no.Plan) -> None:
    told = answer(call("explain", "--kind", "good", "--json", hostile, "--", name), 0)
    assert told["name"] == name
    assert told["valuation"] == pytest.approx(plan.good_valuations.loc[name].iloc[0], rel=1e-12)


def test_every_hostile_name_is_in_the_tables_as_it_is(hostile: Path, plan: no.Plan) -> None:
    tables = answer(call("solve", "--json", "--tables", hostile), 0)["tables"]
    rows = tables["output"]["rows"]
    assert [row[0] for row in rows] == list(NAMES)
    assert [row[-1] for row in rows] == pytest.approx(plan.output.iloc[:, 0].to_list(), rel=1e-12)


def test_a_script_of_hostile_names_finds_the_optimum(
    hostile: Path, plan: no.Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = answer(call("export", "--json", hostile, tmp_path / "plan.py"), 0)
    assert facts["columns"] == plan.program.shape[1]
    runpy.run_path(str(tmp_path / "plan.py"), run_name="__main__")
    first = capsys.readouterr().out.splitlines()[0]
    assert float(first.removeprefix("objective ")) == pytest.approx(plan.objective, rel=1e-9)


def test_the_same_point_is_turned_by_the_name_of_any_good(hostile: Path, tmp_path: Path) -> None:
    """What explore writes for a shell is what sweep turns, however the good is called."""
    import pandas as pd

    from natura_opt.explore.dials import dials_of

    economy = no.read(hostile)
    start = Scenario(str(hostile), economy, economy.question())
    dials = {
        dial.knob.entry: dial for dial in dials_of(economy, start.question).values() if dial.knob.table == "targets"
    }
    for name in ("a@b", "a=b", "a,b", "a.b", "--help"):
        scenario = Scenario(start.model, economy, start.question, ((dials[name], 50.0),))
        words = shlex.split(scenario.on_the_command_line())[1:]
        out = tmp_path / f"{NAMES.index(name)}.parquet"
        words[words.index("--out") + 1] = str(out)
        assert call(*words, "--cores", "1").exit_code == 0
        expected = no.solve(*scenario.posed()).objective
        assert pd.read_parquet(out)["objective"].iloc[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("explain", "five_year_plan", "bred"), "did you mean 'bread'"),
        (("explain", "five_year_plan", "bread", "yaer1"), "did you mean 'year1'"),
        (("explain", "five_year_plan", "bread", "--kind", "goood"), "did you mean 'good'"),
        (("explain", "five_yaer_plan", "bread"), "did you mean"),
        (("explain", "five_year_plan", "bread", "--question", "defualt"), "did you mean 'default'"),
        (("explain", "five_year_plan"), "Missing argument"),
        (("picture", "five_year_plan", "x.svg", "--kind", "stoks"), "did you mean 'stocks'"),
        (("picture", "five_year_plan", "x.bmp"), "NAME.svg, NAME.png or NAME.pdf"),
        (("picture", "five_year_plan", "."), "is not supported"),
        (("export", "five_year_plan", "x.py", "--question", "nope"), "unknown question 'nope'"),
        (("export", "five_year_plan", "x.mpx"), "unknown ending '.mpx'"),
        (("export", "five_year_plan", "x.py", "--setting", "flor=1"), "did you mean 'floor'"),
    ],
)
def test_a_typo_is_one_message_and_writes_nothing(
    arguments: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in refusal(call(*arguments))
    assert list(tmp_path.iterdir()) == []


def test_a_name_with_several_meanings_is_listed_once() -> None:
    message = refusal(call("explain", "five_year_plan", "bred"))
    known = message.partition("Known: ")[2].split(", ")
    assert len(known) == len(set(known)) and {"bread", "coal", "coal in iron", "labour"} <= set(known)


@pytest.mark.parametrize(("choices", "listed"), [(["b", "a", "b"], "a, b"), ([], "none"), ([2, 1, 2], "1, 2")])
def test_what_is_known_is_listed_in_order(choices: list[Any], listed: str) -> None:
    assert unknown("thing", "zzz", choices) == f"unknown thing 'zzz'; Known: {listed}"


def test_tables_are_json_that_any_reader_takes(hostile: Path) -> None:
    result = call("solve", "--json", "--tables", hostile)
    assert result.stdout.count("\n") == 1
    again = json.dumps(json.loads(result.stdout), allow_nan=False)
    assert json.loads(again) == json.loads(result.stdout)
