"""Plans over time on the command line: what is asked, what JSON and files tell, and what is refused in a line."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import natura_opt as no

from .by_hand import FARM, HALF, HELD, KEEP, TOOLS
from .test_cli import answer, call, refusal

ENDS = "five_year_plan_ends"
YEARS = [f"year{t}" for t in range(1, 6)]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a tiny model: corn that is tied up in corn, and stored; four there are, of which none wears out."""
    questions = {
        "default": no.Question("fulfilment"),
        "keep": no.Question("fulfilment", KEEP),
        "half": no.Question("fulfilment", HALF),
        "greedy": no.Question("fulfilment", floor=9.0),
    }
    economy = no.build_economy(name="tiny", questions=questions, storage=[1.0], initial_stocks=[2.0], **HELD)
    return no.write(economy, tmp_path_factory.mktemp("models") / "tiny")


@cache
def asked(model: str, *arguments: str) -> dict[str, Any]:
    return answer(call("solve", model, *arguments, "--json"), 0)


# ---- questions and their JSON -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("model", "question", "objective"),
    [
        (ENDS, "keep", "sum of yearly fulfilment"),
        (ENDS, "discounted", "sum of yearly fulfilment"),
        (ENDS, "max_min", "least yearly fulfilment"),
        ("williams", "total_output", "largest weighted sum of activities"),
        ("von_neumann", "default", "largest number of assortments"),
    ],
)
def test_a_question_by_name_is_that_question_in_python(model: str, question: str, objective: str) -> None:
    told, plan = asked(model, "--question", question), no.solve(model, question)
    assert (told["model"], told["question"], told["status"]) == (model, question, "optimal")
    assert told["objective_name"] == plan.summary()["objective_name"]
    assert objective.split()[-1] in told["objective_name"]
    assert told["objective"] == pytest.approx(plan.objective, rel=1e-12)
    assert told["certificate"]["proved"] is True
    assert told["fulfilment"] == pytest.approx(dict(plan.fulfilment), rel=1e-9)


def test_fulfilment_is_told_by_period_in_order() -> None:
    told = asked(ENDS, "--question", "keep")
    assert list(told["fulfilment"]) == YEARS
    assert sum(told["fulfilment"].values()) == pytest.approx(told["objective"], rel=1e-12)


def test_the_end_is_told() -> None:
    kept, open_ended = asked(ENDS, "--question", "keep")["terminal"], asked(ENDS)["terminal"]
    assert (kept["condition"], open_ended["condition"]) == ("keep", "none")
    assert kept["below_start"] == 0 and kept["most_eaten"] == [] and kept["warning"] is False
    assert 0 < len(open_ended["most_eaten"]) <= open_ended["below_start"]
    assert (
        open_ended["warning"] is False and asked("five_year_plan")["terminal"]["warning"] is True
    )  # which says nothing
    assert kept["capital_left"] >= 1.0
    for eaten in open_ended["most_eaten"]:
        assert set(eaten) == {"name", "kind", "at_start", "left"} and eaten["left"] < eaten["at_start"]


def test_what_binds_all_periods_together_is_told() -> None:
    totals = asked(ENDS, "--question", "keep")["totals"]
    assert {row["kind"] for row in totals} == {"terminal capital"}
    for row in totals:
        assert row["level"] >= row["side"] - 1e-9 and row["valuation"] <= 0.0


@pytest.mark.parametrize("question", ["default", "half"])
def test_interest_is_told_by_period(tiny: Path, question: str) -> None:
    """By hand: a year that counts half has prices of half, so corn bears 100 % a year; without discount, nothing."""
    interest = asked(str(tiny), "--question", question)["interest"]
    factor = 0.5 if question == "half" else 1.0
    assert [row["period"] for row in interest] == ["a", "b"]
    assert [row["price"] for row in interest] == pytest.approx([1.0, factor])
    assert interest[0]["own_rate"] == pytest.approx(1.0 / factor - 1.0, abs=1e-12)
    assert interest[1] | {"price": 0} == {"period": "b", "price": 0, "own_rate": None, "note": "last period"}


def test_another_objective_and_a_setting_of_time() -> None:
    """The question that the model has by name, and the same said by options."""
    by_name = asked(ENDS, "--question", "leximin")
    said = asked(ENDS, "--objective", "leximin", "--setting", "terminal=keep")
    assert said["objective"] == pytest.approx(by_name["objective"], rel=1e-9)
    levels = pd.Series(said["fulfilment"]).sort_values()
    assert levels.iloc[-1] == pytest.approx(said["objective"], rel=1e-9)
    least = asked(ENDS, "--question", "max_min")["objective"]
    assert levels.iloc[0] == pytest.approx(least, rel=1e-9)


def test_settings_of_time_reach_the_plan(tiny: Path) -> None:
    """Four a year and the two in store, which are eaten in a; the end keeps two, of b, which counts half."""
    objectives = {
        (): 10.0, ("terminal=keep",): 8.0, ("discount_factor=0.5",): 8.0, ("discount_factor=0.5", "terminal=keep"): 7.0,
    }  # fmt: skip
    for settings, wanted in objectives.items():
        named = [part for setting in settings for part in ("--setting", setting)]
        assert asked(str(tiny), *named)["objective"] == pytest.approx(wanted), settings


def test_a_plan_that_cannot_be_says_why(tiny: Path) -> None:
    told = answer(call("solve", tiny, "--question", "greedy", "--json"), 1)
    assert told["status"] == "infeasible" and told["objective"] is None
    assert "floor" in told["reason"]
    page = told["why_not"]
    assert page["proved"] is True
    assert {row["kind"] for row in page["shortfall"]} == {"floor"}
    assert all(row["asked"] == 9.0 and row["possible"] < 9.0 for row in page["shortfall"])
    words = call("solve", tiny, "--question", "greedy")
    assert words.exit_code == 1 and "floor" in words.stdout and words.stderr == ""


def test_the_page_in_words_tells_of_time() -> None:
    words = call("solve", ENDS, "--question", "leximin").stdout
    assert "stage 1: " in words and "own rate of interest of the target basket" in words
    assert "of its capital, by its worth at the start" in words
    assert all(year in words for year in YEARS)


# ---- what is mistyped ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--setting", "terminal=kep"], "unknown terminal 'kep'; did you mean 'keep'?"),
        (["--setting", "terminl=keep"], "unknown setting 'terminl'; did you mean 'terminal'?"),
        (["--setting", "discount_facto=0.9"], "did you mean 'discount_factor'?"),
        (["--setting", "terminal"], "NAME=VALUE"),
        (["--objective", "lexmin"], "unknown objective 'lexmin'; did you mean 'leximin'?"),
        (["--objective", "maxmin"], "did you mean 'max-min'?"),
        (["--question", "hlaf"], "unknown question 'hlaf'; did you mean 'half'?"),
        (["--setting", "discount_factor=2"], "discount_factor must be a number above 0 and at most 1, not 2"),
        (["--setting", "terminal_growth=0.1"], "terminal_growth goes with terminal = 'growth'"),
        (["--setting", "terminal=growth", "--setting", "terminal_growth=fast"], "terminal_growth must be a number"),
        (["--setting", "terminal=salvage"], "needs the table 'salvage_values'"),
        (["--objective", "leximin", "--setting", "discount_factor=0.9"], "discount_factor"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_mistyped_is_told_in_a_line(tiny: Path, arguments: list[str], words: str) -> None:
    assert words in refusal(call("solve", tiny, *arguments))


# ---- other commands -----------------------------------------------------------------------------------------
def test_a_sweep_over_the_end_and_the_floor(tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "swept.parquet"
    over = ["--over", "terminal=none,keep", "--over", "floor=0:9:2"]
    told = answer(call("sweep", tiny, *over, "--cores", "1", "--out", out, "--json"), 1)
    assert told["points"] == 4 and told["statuses"] == {"infeasible": 2, "optimal": 2}
    table = pd.read_parquet(out)
    assert table[["terminal", "floor"]].to_numpy().tolist() == [["none", 0], ["none", 9], ["keep", 0], ["keep", 9]]
    assert table.objective.dropna().tolist() == pytest.approx([10.0, 8.0])
    assert table.sentence[table.status == "infeasible"].str.contains("floor").all()


def test_a_sweep_that_is_as_asked_ends_well(tiny: Path, tmp_path: Path) -> None:
    """Two more at the start, and one of them kept: the end asks for it."""
    out = tmp_path / "swept.parquet"
    over, valuation = ["--over", "initial_stocks.corn=2,4"], ["--valuation", "balance.corn@a"]
    result = call("sweep", tiny, *over, *valuation, "--cores", "1", "--out", out)
    assert result.exit_code == 0 and "2 points, 2 optimal" in result.stdout
    table = pd.read_parquet(out)
    assert table.objective.tolist() == pytest.approx([10.0, 12.0])
    assert table["balance.corn@a"].abs().tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--over", "floor"], "write NAME=VALUE,VALUE or NAME=FIRST:LAST:COUNT"),
        (["--over", "floor=0:1"], "write FIRST:LAST:COUNT"),
        (["--over", "floor=0:x:3"], "write FIRST:LAST:COUNT"),
        (["--over", "floor=0:1:0"], "there is no point"),
        (["--over", "flor=0,1"], "unknown setting 'flor'; did you mean 'floor'?"),
        (["--over", "targets.crn=1"], "unknown entry 'crn'; did you mean 'corn'?"),
        (["--over", "targets.corn@c=1"], "unknown period 'c'"),
        (["--over", "tragets.corn=1"], "unknown table 'tragets'; did you mean 'targets'?"),
        (["--over", "capital=1"], "say which entry: capital.ROW.COLUMN"),
        (["--over", "floor=0", "--over", "floor=1"], "given twice; give it once"),
        (["--over", "floor=0", "--setting", "floor=1"], "'floor' is turned and given as well"),
        (["--over", "floor=0", "--valuation", "balanc.corn@a"], "unknown rows 'balanc'; did you mean 'balance'?"),
        (["--over", "floor=0", "--valuation", "balance.corn@c"], "unknown period 'c'"),
        (["--over", "floor=0", "--cores", "0"], "whole numbers from 1 up"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_sweep_that_cannot_be_leaves_nothing_behind(
    tiny: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    assert words in refusal(call("sweep", tiny, *arguments, "--out", tmp_path / "swept.parquet"))
    assert list(tmp_path.iterdir()) == []


def test_check_and_compare_take_models_over_time(tiny: Path) -> None:
    told = answer(call("check", tiny, "--json"), 0)
    assert told["passed"] is True and {"capital", "labels"} <= {finding["check"] for finding in told["findings"]}
    told = answer(call("compare", tiny, "--question", "keep", "--methods", "highs,simplex", "--json"), 0)
    assert [row["method"] for row in told["methods"]] == ["highs", "simplex"]
    assert [row["objective"] for row in told["methods"]] == pytest.approx([8.0, 8.0])
    assert "did you mean 'highs'?" in refusal(call("compare", tiny, "--methods", "hihgs"))


# ---- plans in files -----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def many_tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, no.Plan]:
    """A folder of a model with tables of many laws over time, and its plan."""
    labour = {**{name: FARM[name] for name in ("resources", "resource_limits")}, "resource_use": [[0.0, 0.0]]}
    economy = no.build_economy(
        name="many", questions={"default": no.Question("fulfilment", KEEP)}, **TOOLS, **labour, pollutants=["soot"],
        shifting=[0.0, 0.5], shifting_use=[[0.0, 1.0]], exhaustible_stocks=[50.0], emissions=[[1.0, 0.0]],
        pollutant_stocks=[0.0], pollutant_stock_caps=[99.0], import_prices=[1.0, 0.0], import_limits=[1.0, 0.0],
        foreign_exchange=[1.0, 1.0],
    )  # fmt: skip
    return no.write(economy, tmp_path_factory.mktemp("models") / "many"), no.solve(economy).assert_optimal()


#: The tables of a plan that laws over time add.
ADDED = ("shifted_out", "shifted_in", "imports", "drawn", "pollutant_stocks", "terminal_stocks", "totals", "stocks",
         "investment", "capital_left", "prices_over_time", "returns_on_capital")  # fmt: skip


@pytest.mark.parametrize("name", ["plan.xlsx", "plan.parquet", "plan"])
def test_the_tables_of_time_are_written(many_tables: tuple[Path, no.Plan], tmp_path: Path, name: str) -> None:
    model, plan = many_tables
    result = call("solve", model, "--out", tmp_path / name, "--json")
    assert json.loads(result.stdout)["objective"] == pytest.approx(plan.objective) and result.exit_code == 0
    assert set(ADDED) <= set(plan.tables())
    for table in ADDED:
        if name.endswith("xlsx"):
            found = pd.read_excel(tmp_path / name, sheet_name=table)
        elif name.endswith("parquet"):
            found = pd.read_parquet(tmp_path / name / f"{table}.parquet").reset_index()
        else:
            found = pd.read_csv(tmp_path / name / f"{table}.csv")
        assert len(found) == len(plan.tables()[table]), table
    drawn = plan.tables()["shifted_out"].to_numpy().sum()
    assert drawn == pytest.approx(plan.tables()["resource_use"].to_numpy().sum())
