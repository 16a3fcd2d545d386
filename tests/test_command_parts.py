"""Parts of the command line, each by hand: settings, completion, tables as JSON, what is made, names that are meant."""

from __future__ import annotations

import io
import json
import re
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import natura_opt as no
from natura_opt.base.errors import CannotAnswerError, OptionError, RefusedError
from natura_opt.cli import completion
from natura_opt.cli.asking import facts_of, planned, problem_of, settings_of, show_plan, why_not_of
from natura_opt.cli.render_made import period_named, print_made
from natura_opt.cli.tables_json import tables_as_facts
from natura_opt.plan.finding import find_label
from natura_opt.plan.plan import Plan
from natura_opt.program.writing import to_mps

from .test_cli import impossible


def says(sentence: str) -> Any:
    """Whole sentences are compared, to the last mark."""
    return pytest.raises(no.NaturaError, match=f"^{re.escape(sentence)}$")


# ---- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "settings"),
    [
        ([], {}),
        (["floor=0.4"], {"floor": 0.4}),
        (["floor=.5", "other=5.", "third=+1e3"], {"floor": 0.5, "other": 5.0, "third": 1000.0}),
        (["a=true", "b=null", "c=[1, 2]", 'd="x"'], {"a": True, "b": None, "c": [1, 2], "d": "x"}),
        (["function=1993"], {"function": "1993"}),  # declared as text
        (["a=b=c", "d="], {"a": "b=c", "d": ""}),
        (["a=True", "b=1e", "c=0x1"], {"a": "True", "b": "1e", "c": "0x1"}),
    ],
)
def test_settings_are_numbers_truths_or_texts(pairs: list[str], settings: dict[str, Any]) -> None:
    found = settings_of(pairs)
    assert found == settings and list(map(type, found.values())) == list(map(type, settings.values()))


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        (["floor"], "--setting 'floor': write NAME=VALUE"),
        (["floor=1", "floor=1"], "--setting floor=…: given twice; give it once"),
        (["time_limit=5"], "--setting time_limit=…: write --time-limit"),
        (["certificate=exact"], "--setting certificate=…: write --exact"),
        (["options=1"], "--setting options=…: write --option"),
        (["extra_laws=[]"], "--setting extra_laws=…: laws of your own are given in Python, to natura_opt.solve"),
    ],
)
def test_what_has_an_option_of_its_own_is_said_there(pairs: list[str], sentence: str) -> None:
    with says(sentence):
        settings_of(pairs)


def test_a_program_is_read_where_a_file_holds_one(tmp_path: Path) -> None:
    program = no.linear_program(no.read("wheat_cloth"))
    file = to_mps(program, tmp_path / "some.mps")
    read = problem_of(str(file))
    assert read.matrix.shape == program.matrix.shape
    (tmp_path / "folder.mps").mkdir()
    for name in ("wheat_cloth", str(tmp_path / "folder.mps"), str(tmp_path / "some.txt")):
        assert problem_of(name) == name


# ---- what is known of a plan ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def five() -> no.Plan:
    return planned("five_year_plan", None, None, "simplex", ["floor=0.4"], None)


def test_a_plan_is_asked_for_as_the_line_says(five: no.Plan) -> None:
    asked = no.solve("five_year_plan", floor=0.4)
    assert five.objective == asked.objective
    assert five.method == "highs"
    assert facts_of(five) == {
        "model": "five_year_plan", "question": "default", "method": "highs", "status": "optimal", "proved": True,
    }  # fmt: skip
    unmet = planned("five_year_plan", None, None, "simplex", ["floor=0.8"], None)
    assert (unmet.status, facts_of(unmet)["proved"]) == (no.Status.INFEASIBLE, True)
    with pytest.raises(OptionError, match=r"unknown setting 'flor'; did you mean 'floor'\?"):
        planned("five_year_plan", None, None, "simplex", ["flor=0.4"], None)


def test_a_plan_that_cannot_be_has_a_page_and_others_have_none(five: no.Plan, capsys: Any) -> None:
    none = no.solve(impossible())
    page = why_not_of(none, None)
    assert page is not None and facts_of(none)["status"] == "infeasible" and facts_of(none)["proved"]
    assert why_not_of(five, None) is None
    show_plan(none, True, None)
    printed = json.loads(capsys.readouterr().out)
    assert printed["why_not"] == json.loads(json.dumps(page.summary()))


@pytest.mark.parametrize("error", [CannotAnswerError("no"), RefusedError("no")])
def test_that_there_is_no_plan_stands_without_the_page(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(plan: Any, time_limit: Any) -> None:
        raise error

    none = no.solve(impossible())
    monkeypatch.setattr(Plan, "why_not", refuses)
    assert why_not_of(none, 1.0) is None


def test_a_program_has_no_periods(tmp_path: Path) -> None:
    program = to_mps(no.linear_program(no.read("wheat_cloth")), tmp_path / "some.mps")
    with says("--period 1: a linear program has no periods"):
        show_plan(no.solve(no.read_program(program)), False, None, period="1")


def test_a_period_is_found_by_its_text(five: no.Plan) -> None:
    assert period_named(five, None) is None and period_named(five, "year2") == "year2"
    with says("five_year_plan: unknown period 'yaer2'; did you mean 'year2'? Known: year1, year2, year3, year4, year5"):
        period_named(five, "yaer2")


LABELS = pd.Index([("north", "coal"), "coal", 2025, "north iron"], tupleize_cols=False)


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ("north coal", ("north", "coal")),
        ("coal@north", ("north", "coal")),
        (["north", "coal"], ("north", "coal")),
        ("coal", "coal"),
        ("2025", 2025),
        (2025, 2025),
        ("north iron", "north iron"),
        ("iron", None),
        ({"a": 1}, None),
        (("coal", "north"), None),
        ("", None),
    ],
)
def test_labels_that_are_meant(given: Any, label: Any) -> None:
    assert find_label(LABELS, given) == label


# ---- what is made --------------------------------------------------------------------------------------------------


def mill(count: int, periods: int, **more: Any) -> no.Plan:
    """Goods made of labour alone, the later the dearer: the last of them are worth most."""
    return no.solve(no.build_economy(
        name="mill", goods=[f"g{k}" for k in range(count)], inputs=np.zeros((count, count)), resources=["labour"],
        resource_use=[np.arange(1.0, count + 1)], resource_weights=[1.0], targets=np.full(count, 1234.5),
        periods=[f"t{k}" for k in range(periods)], objective="least-resources", **more,
    )).assert_optimal()  # fmt: skip


def printed(plan: no.Plan, period: Any = None) -> tuple[list[list[str]], list[str]]:
    """Return the lines that are shown of a plan, word by word, and what is left out."""
    console = Console(width=400, record=True, file=io.StringIO())
    print_made(plan, console, period)
    lines = [line.strip() for line in console.export_text().splitlines() if line.strip()]
    return [line.split() for line in lines], [line for line in lines if line.startswith("and ")]


@pytest.mark.parametrize(
    ("count", "periods", "period", "left"),
    [
        (10, 1, None, []),
        (11, 1, None, ["and 1 more good", "and 1 more that runs"]),
        (12, 1, None, ["and 2 more goods", "and 2 more that run"]),
        (4, 3, None, ["and 1 more good"]),
        (4, 3, "t1", []),
        (1, 6, None, []),
        (1, 8, None, ["and 2 periods between"]),
        (2, 12, None, ["and 2 more periods, and 1 more good", "and 6 periods between"]),
    ],
)
def test_ten_lines_are_shown_and_the_others_counted(count: int, periods: int, period: Any, left: list[str]) -> None:
    lines, rest = printed(mill(count, periods), period)
    assert rest == left
    heading = ["what", "is", "made"] + (["in", period] if period else [])
    assert lines[0] == heading and ["largest", "activities,", "by", "what", "they", "make"] in lines


def test_lines_say_name_target_made_net_and_share_in_units() -> None:
    units = {"goods": ["person * year", "GBP_million"], "techniques": ["hour", "hour"]}
    lines, _ = printed(mill(2, 1, units=units))
    assert lines[1:4] == [
        ["good", "target", "made", "net", "output", "fulfilment", "unit"],
        ["g1", "1,234.5", "1,234.5", "1,234.5", "1.0000", "GBP", "million"],
        ["g0", "1,234.5", "1,234.5", "1,234.5", "1.0000", "person·year"],
    ]
    assert lines[5:] == [["technique", "level", "unit"], ["g1", "1,234.5", "hour"], ["g0", "1,234.5", "hour"]]


def test_of_many_periods_the_first_and_the_last_stand_in_the_heading() -> None:
    lines, _ = printed(mill(1, 8))
    assert ["technique", "t0", "t1", "t2", "t3", "t4", "t7", "unit"] in lines
    assert [line[0] for line in lines[2:4]] == ["g0", "t1"]  # a good is named at its first period alone


# ---- tables as JSON ------------------------------------------------------------------------------------------------


def test_cells_are_fit_for_json() -> None:
    cells = [1.5, np.inf, -np.inf, np.nan, None, pd.NA, pd.NaT, "x", True, 7, ("north", "coal"), Fraction(1, 3)]
    table = pd.DataFrame({"a": pd.Series(cells, dtype=object)})
    table.index = pd.MultiIndex.from_product([["g"], range(len(cells))], names=["good", None])
    facts = tables_as_facts({"t": table, "bare": pd.DataFrame(index=pd.Index(["x"], name="good"))})
    assert facts["t"]["headings"] == ["good", "", "a"] and facts["t"]["labels"] == 2
    values = [row[2] for row in facts["t"]["rows"]]
    assert values == [1.5, None, None, None, None, None, None, "x", True, 7, "north coal", "1/3"]
    assert values[8] is True and facts["t"]["rows"][3][:2] == ["g", "3"]
    assert facts["bare"] == {"headings": ["good"], "labels": 1, "rows": [["x"]]}
    json.dumps(facts, allow_nan=False)


# ---- completion ----------------------------------------------------------------------------------------------------


def context(*arguments: str, **parameters: str) -> Any:
    return SimpleNamespace(params=parameters, args=list(arguments))


def test_what_goes_wrong_completes_nothing() -> None:
    @completion._quiet
    def broken(ctx: Any, incomplete: str) -> Any:
        yield "word"
        raise ValueError("in the middle of what someone types")

    assert broken(context(), "") == []
    assert completion.names(context("no such model"), "") == []
    assert completion.questions(context(), "") == []


def test_words_begin_as_what_is_written() -> None:
    pick = completion.among("one", "other", "two")
    assert [pick(context(), text) for text in ("o", "on", "", "x")] == [
        ["one", "other"], ["one"], ["one", "other", "two"], [],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("", ["old.svg", "sub/"]),
        ("pl", ["pl.svg", "pl.png"]),
        ("pl.", ["pl.svg", "pl.png"]),
        ("pl.p", ["pl.png"]),
        ("old", ["old.svg", "old.png", "old.svg"]),
        ("sub/", ["sub/in.PNG"]),
        ("sub/i", ["sub/i.svg", "sub/i.png", "sub/in.PNG"]),
        (".", [".svg", ".png", ".hidden.svg"]),
        ("./o", ["./o.svg", "./o.png", "./old.svg"]),
        ("sub/.", ["sub/.svg", "sub/.png"]),
        ("sub/../", ["sub/../old.svg", "sub/../sub/"]),
        ("nowhere/", []),
    ],
)
def test_endings_and_what_stands_there(
    written: str, offered: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    for name in ("old.svg", "old.txt", ".hidden.svg", "sub/in.PNG", "sub/in.txt"):
        Path(name).touch()
    assert completion.ending(".svg", ".png")(context(), written) == offered


def test_of_methods_with_commas_the_last_is_completed() -> None:
    assert completion.compared(context(), "highs,py") == ["highs,pyomo"]
    assert "pyomo,highs,cvxpy" in completion.compared(context(), "pyomo,highs,")
    assert not any(
        word.count(name) > 1 for word in completion.compared(context(), "pyomo,highs,") for name in ("pyomo", "highs")
    )


def test_names_of_a_model_given_as_an_option_or_an_argument() -> None:
    assert completion.names(context(model="wheat_cloth"), "wh") == ["wheat"]  # a good and a technique: named once
    assert completion.names(context("wheat_cloth"), "c") == ["cloth"]
    assert completion.periods(context("five_year_plan"), "year4") == ["year4"]
    assert completion.settings(context(), "flo") == ["floor="]
    assert completion.turned(context(), "targets") == ["targets."]
