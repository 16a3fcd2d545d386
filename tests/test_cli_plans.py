"""What the command line shows of a plan and makes of it: goods and activities, tables, explanations, pictures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.base.labels import name_of, unit_words
from natura_opt.plan.made import goods_made, largest_activities
from natura_opt.plan.pictures.kinds import moves, pictures

from .test_cli import answer, call, endless, folder_of, impossible, refusal
from .test_json_fields import curved
from .test_streams import shell

HOSTILE = ["<script>alert(1)</script>", '"] ; rm -rf / ; "', "хлеб и [bold]", "=1+1", "a\\b'c\"d"]


def tiny(goods: list[str], **more: Any) -> no.Economy:
    """Goods that are made of labour alone."""
    return no.build_economy(
        name="tiny", goods=goods, resources=["labour"], inputs=np.zeros((len(goods),) * 2),
        resource_use=[np.arange(1.0, len(goods) + 1)], resource_limits=[10.0], targets=np.ones(len(goods)),
        objective="fulfilment", **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def five() -> no.Plan:
    return no.solve("five_year_plan").assert_optimal()


# ---- what is made --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["five_year_plan", "excavators", "wheat_cloth", "von_neumann"])
def test_what_is_made_are_numbers_of_the_plans_own_tables(model: str) -> None:
    plan = no.solve(model)
    made, economy = goods_made(plan), plan.economy
    assert len(made) == len(economy.goods) * len(economy.periods)
    for (good, period), row in made.iterrows():
        target = plan.asked.vector("targets", list(economy.periods).index(period)) if plan.asked.has("targets") else []
        expected = float(target[list(economy.goods).index(good)]) if len(target) else 0.0
        assert row["target"] == expected if expected else np.isnan(row["target"])
        assert row["made"] == plan.output.loc[good, period]
        assert row["net_output"] == plan.net_output.loc[good, period]
        assert np.array_equal(row["fulfilment"], plan.fulfilment_by_good.loc[good, period], equal_nan=True)
        assert row["unit"] == economy.unit("goods", good)


def test_goods_are_in_the_order_of_their_worth_whatever_the_units() -> None:
    """Wheat by the gram in place of the tonne changes no order: nothing is compared but worths."""
    economy = no.read("wheat_cloth")
    inputs = economy.matrix("inputs", 0).toarray()
    for factor in (1e-8, 1.0, 1e8):
        scaled = no.build_economy(
            goods=["wheat", "cloth"], resources=["labour"],
            inputs=inputs * np.array([[factor], [1.0]]) / np.array([[factor, 1.0]]),
            resource_use=[[0.8 / factor, 3.6]], resource_weights=[1.0], targets=[55.0 * factor, 30.0],
            objective="least-resources",
        )  # fmt: skip
        plan = no.solve(scaled).assert_optimal()
        assert list(goods_made(plan).index.get_level_values("good")) == ["cloth", "wheat"]
        assert list(largest_activities(plan).index) == ["cloth", "wheat"]
        worth = plan.good_valuations["1"] * plan.output["1"]
        assert worth["cloth"] > worth["wheat"]


def test_what_is_made_in_one_period_of_some_goods(five: no.Plan) -> None:
    made = goods_made(five, "year3", most=2)
    assert list(made.index.get_level_values("period")) == ["year3", "year3"]
    whole = goods_made(five)
    pd.testing.assert_frame_equal(made, whole.loc[made.index])


def test_activities_that_stand_idle_are_not_shown() -> None:
    plan = no.solve(no.build_economy(
        goods=["corn"], techniques=["good", "bad"], outputs=[[1.0, 1.0]], resources=["labour"],
        resource_use=[[1.0, 2.0]], resource_limits=[3.0], targets=[1.0], objective="fulfilment",
    ))  # fmt: skip
    assert list(largest_activities(plan).index) == ["good"]


def numbers_of(text: str) -> list[str]:
    return re.findall(r"-?[0-9][0-9,.e+-]*", text)


def test_solve_says_what_is_made(five: no.Plan) -> None:
    shown = call("solve", "five_year_plan").stdout
    part = shown.split("what is made")[1].split("largest activities")[0]
    for good in goods_made(five, most=2).index.get_level_values("good").unique():
        assert good in part
        for period in five.economy.periods:
            assert f"{five.output.loc[good, period]:,.6g}" in numbers_of(part)
            assert f"{five.net_output.loc[good, period]:,.6g}" in numbers_of(part)
    assert "and 2 more goods" in part and "tonne" in part
    activities = shown.split("largest activities")[1]
    for value in five.activities.to_numpy().ravel():
        assert f"{value:,.6g}" in numbers_of(activities)


def test_solve_says_what_is_made_in_one_period(five: no.Plan) -> None:
    shown = call("solve", "five_year_plan", "--period", "year3").stdout
    part = shown.split("what is made in year3")[1].split("what the objective")[0]
    for good in five.economy.goods:
        assert f"{five.output.loc[good, 'year3']:,.6g}" in numbers_of(part)
    assert "year2" not in part
    said = refusal(call("solve", "five_year_plan", "--period", "yaer3"))
    assert "did you mean 'year3'?" in said


@pytest.mark.parametrize("goods", [0, 1, 9, 10, 11, 300])
def test_so_many_lines_and_how_many_more(goods: int, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, tiny([f"g{k}" for k in range(goods)])) if goods else None
    if folder is None:  # an economy of no goods is none
        with pytest.raises(no.DataError):
            tiny([])
        return
    shown = call("solve", folder).stdout
    part = shown.split("what is made")[1].split("largest")[0].strip().splitlines()
    assert len(part) == 1 + min(goods, 10) + (goods > 10)
    left = goods - 10
    assert (f"{left:,} more good{'s' * (left > 1)}" in part[-1]) == (goods > 10)


def test_units_are_written_as_people_write_them() -> None:
    assert unit_words("person * year / tonne") == "person·year/tonne"
    assert "person * year" not in call("solve", "williams").stdout.split("largest activities")[1].split("what the")[0]


def test_harmony_says_what_is_made_too() -> None:
    shown = call("solve", "five_year_plan", "--objective", "harmony").stdout
    assert "what is made" in shown and "largest activities" in shown


# ---- tables in JSON ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["five_year_plan", "wheat_cloth_pollution", "village_2020"])
def test_every_table_of_the_plan_is_in_the_json(model: str) -> None:
    facts = answer(call("solve", model, "--json", "--tables"), 0)["tables"]
    tables = no.solve(model).tables()
    assert list(facts) == list(tables)
    for name, table in tables.items():
        if name == "summary":  # seconds differ
            continue
        labels, rows = facts[name]["labels"], facts[name]["rows"]
        assert labels == table.index.nlevels and len(rows) == len(table)
        assert facts[name]["headings"][labels:] == [name_of(column) for column in table.columns]
        for row, label, values in zip(rows, table.index, table.to_numpy(dtype=object), strict=True):
            assert row[:labels] == [name_of(part) for part in (label if labels > 1 else (label,))]
            for cell, value in zip(row[labels:], values, strict=True):
                missing = pd.isna(value) or (isinstance(value, float) and not np.isfinite(value))
                assert cell is None if missing else cell == value


def test_tables_go_with_json() -> None:
    assert "--tables goes with --json" in refusal(call("solve", "five_year_plan", "--tables"))
    assert "--period" in refusal(call("solve", "five_year_plan", "--json", "--period", "year1"))


def test_a_plan_that_cannot_be_has_a_summary_alone(tmp_path: Path) -> None:
    facts = answer(call("solve", folder_of(tmp_path, impossible()), "--json", "--tables"), 1)
    assert list(facts["tables"]) == ["summary"]


def test_hostile_names_in_tables(tmp_path: Path) -> None:
    facts = answer(call("solve", folder_of(tmp_path, tiny(HOSTILE)), "--json", "--tables"), 0)
    assert [row[0] for row in facts["tables"]["output"]["rows"]] == HOSTILE


# ---- explain -------------------------------------------------------------------------------------------------------


def test_explain_says_what_the_plan_says(five: no.Plan) -> None:
    assert call("explain", "five_year_plan", "bread", "year3").stdout.rstrip() == repr(five.explain("bread", "year3"))
    facts = answer(call("explain", "five_year_plan", "iron in coal", "year1", "--json"), 0)
    told = five.explain("iron in coal", "year1")
    assert facts["kind"] == "stock" and tuple(facts["interval"]) == told.interval
    assert sum(line["worth"] for line in facts["cost"]) == pytest.approx(told.valuation)


def test_explain_of_a_kind_and_a_question() -> None:
    told = no.solve("five_year_plan").explain("bread", kind="technique")
    assert call("explain", "five_year_plan", "bread", "--kind", "technique").stdout.rstrip() == repr(told)
    other = no.solve("five_year_plan", floor=0.4).explain("labour", "year2")
    assert call("explain", "five_year_plan", "labour", "year2", "--setting", "floor=0.4").stdout.rstrip() == repr(other)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["braed"], "did you mean 'bread'?"),
        (["bread", "yaer3"], "did you mean 'year3'?"),
        (["bread", "--kind", "tecnique"], "did you mean 'technique'?"),
        (["bread", "--question", "defualt"], "did you mean 'default'?"),
        ([""], "unknown good"),
    ],
)
def test_a_mistyped_name_is_suggested(arguments: list[str], word: str) -> None:
    assert word in refusal(call("explain", "five_year_plan", *arguments))


def test_explain_without_a_plan(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, impossible())
    facts = answer(call("explain", folder, "corn", "--json"), 1)
    assert facts["status"] == "infeasible" and facts["proved"] and "corn" not in facts
    result = call("explain", folder, "corn")
    assert result.exit_code == 1 and "infeasible" in result.stdout


def test_an_explanation_of_an_unproved_plan_says_so() -> None:
    result = call("explain", "five_year_plan", "bread", "--method", "harmony-2018", "--objective", "harmony")
    assert result.exit_code == 1 and result.stdout.startswith("of a plan that is NOT proved")


def test_explain_hostile_names(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, tiny(HOSTILE))
    for name in HOSTILE:
        facts = answer(call("explain", folder, name, "--json"), 0)
        assert facts["name"] == name


# ---- pictures ------------------------------------------------------------------------------------------------------


def test_the_pictures_are_those_of_the_plan(five: no.Plan) -> None:
    from matplotlib.figure import Figure

    known = pictures()
    assert {"fulfilment", "valuations", "stocks", "flows"} <= set(known)
    for name in ("fulfilment", "flows"):
        assert isinstance(getattr(five.plot, name)(), Figure) != moves(known[name])


@pytest.mark.parametrize("name", ["plan.svg", "plan.png", "plan.pdf"])
def test_a_picture_is_drawn_and_drawn_again(name: str, tmp_path: Path) -> None:
    for kind in ("fulfilment", "valuations"):
        result = call("picture", "five_year_plan", tmp_path / name, "--kind", kind)
        assert result.exit_code == 0, result.stderr
        assert f"{kind} of five_year_plan" in result.stdout.replace("\n", "")
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[name[-3:]]
    assert (tmp_path / name).read_bytes().startswith(start)


def test_flows_are_a_page_without_requests(tmp_path: Path) -> None:
    page = tmp_path / "flows.html"
    facts = answer(call("picture", "five_year_plan", page, "--period", "year2", "--most", "5", "--json"), 0)
    assert facts["kind"] == "flows"
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", text) and len(text) < 6_000_000
    assert call("picture", "five_year_plan", page).exit_code == 0  # an earlier one is replaced
    (tmp_path / "own.html").write_text("<p>mine</p>")
    assert "no picture drawn here" in refusal(call("picture", "five_year_plan", tmp_path / "own.html"))
    assert (tmp_path / "own.html").read_text() == "<p>mine</p>"


def test_hostile_names_in_a_page_stay_text(tmp_path: Path) -> None:
    page = tmp_path / "flows.html"
    assert call("picture", folder_of(tmp_path, tiny(HOSTILE)), page).exit_code == 0
    assert "<script>alert(1)" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["plan.svg", "--kind", "fulfillment"], "did you mean 'fulfilment'?"),
        (["plan.svg", "--kind", "flows"], "drawn to NAME.html"),
        (["plan.html", "--kind", "stocks"], "drawn to NAME.svg"),
        (["plan.txt"], "'.txt' is not supported"),
        (["plan.svg", "--most", "3"], "not of the picture 'fulfilment'"),
        (["nowhere/plan.svg"], "nowhere"),
    ],
)
def test_pictures_that_cannot_be_drawn(
    arguments: list[str], word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is refused before the model is read."""
    monkeypatch.chdir(tmp_path)
    assert word in refusal(call("picture", "no such model", *arguments))
    assert list(tmp_path.iterdir()) == []


def test_no_picture_without_a_plan(tmp_path: Path) -> None:
    facts = answer(call("picture", folder_of(tmp_path, endless()), tmp_path / "plan.svg", "--json"), 1)
    assert facts["status"] == "unbounded" and facts["reason"]
    assert not (tmp_path / "plan.svg").exists()


def test_curves_are_explained_and_made(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, curved())
    assert json.loads(call("explain", folder, "corn", "--json").stdout)["kind"] == "good"
    assert "what is made" in call("solve", folder).stdout


# ---- around them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["explain five_year_plan bread", "picture five_year_plan {place}/a.svg"])
def test_a_closed_pipe_changes_nothing(command: str, tmp_path: Path) -> None:
    line = f"$N {command.format(place=tmp_path)} | true; exit ${{PIPESTATUS[0]}}"
    done = shell(line, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_units_far_apart_are_shown_as_they_are(tmp_path: Path) -> None:
    """A millionth of a gram and a hundred million tonnes stand in one table, each with its digits."""
    economy = no.build_economy(
        name="far", goods=["spice", "ore"], resources=["labour"], inputs=np.zeros((2, 2)),
        resource_use=[[1e8, 1e-8]], resource_limits=[2.0], targets=[1e-8, 1e8], objective="fulfilment",
        units={"goods": {"spice": "gram", "ore": "tonne"}},
    )  # fmt: skip
    plan = no.solve(economy).assert_optimal()
    shown = call("solve", folder_of(tmp_path, economy)).stdout.split("what is made")[1]
    for good in ("spice", "ore"):
        assert f"{plan.output.loc[good, '1']:,.6g}" in numbers_of(shown)
    assert "gram" in shown and "tonne" in shown


def test_many_periods_are_not_all_shown(tmp_path: Path) -> None:
    years = [f"y{k}" for k in range(1, 31)]
    economy = no.build_economy(
        name="long", goods=["corn"], periods=years, resources=["labour"], inputs=[[0.5]], resource_use=[[1.0]],
        resource_limits=np.arange(1.0, 31.0).reshape(1, -1), targets=[1.0], objective="fulfilment",
    )  # fmt: skip
    shown = call("solve", folder_of(tmp_path, economy)).stdout
    part = shown.split("what is made")[1].split("what the objective")[0]
    assert "20 more periods" in part and "24 periods between" in part
    assert "y30" in part and "y15" not in part
