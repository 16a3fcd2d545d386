"""What-if without a browser: dials, scenarios, what is otherwise, whose question is answered, and who may ask."""

from __future__ import annotations

import io
import math
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.cli import explore as command
from natura_opt.explore.dials import Dial, dials_of
from natura_opt.explore.difference import differences
from natura_opt.explore.explorer import Explorer
from natura_opt.explore.figures import figures
from natura_opt.explore.scenario import Scenario, scenario_of
from natura_opt.planner.points import knob_named

from .test_cli import call, folder_of, refusal
from .test_cli_plans import HOSTILE, tiny


@pytest.fixture(scope="module")
def five() -> Explorer:
    return Explorer("five_year_plan")


def key_of(explorer: Explorer, name: str) -> str:
    return next(key for key, dial in explorer.dials.items() if dial.knob.name == name)


# ---- dials ---------------------------------------------------------------------------------------------------------


def test_every_number_of_every_vector_can_be_turned(five: Explorer) -> None:
    names = [dial.knob.name for dial in five.dials.values()]
    assert len(names) == len({*names})
    economy = five.start.economy
    for table, labels in (("targets", economy.goods), ("resource_limits", economy.resources)):
        for t, period in enumerate(economy.periods):
            for k, label in enumerate(labels):
                dial = five.dials[key_of(five, f"{table}.{label}@{period}")]
                assert dial.first == economy.vector(table, t)[k]
                assert dial.low == 0 and dial.high == (2 * dial.first or 2 * max(economy.vector(table, t)))
    assert {"floor", "discount_factor", "terminal"} <= {*names}


@pytest.mark.parametrize("model", sorted(no.shipped_models()))
def test_where_a_dial_stands_is_one_of_its_steps(model: str) -> None:
    """Or else the slider would move it by being shown."""
    economy = no.read(model)
    for question in economy.questions.values():
        for dial in dials_of(economy, question).values():
            if dial.slides and dial.first is not None and math.isfinite(dial.first):
                steps = (dial.first - dial.low) / dial.step
                assert abs(steps - round(steps)) < 1e-6, dial
                assert dial.low <= dial.first <= dial.high
            assert dial.read(None) == dial.first and dial.read("") == dial.first
            if isinstance(dial.first, float) and math.isfinite(dial.first):
                assert dial.read(dial.first * (1 + 1e-15)) == dial.first
            assert dial.knob.table not in question.leave_out or not dial.knob.table


def test_what_is_held_at_the_start_can_be_turned(five: Explorer) -> None:
    held = no.read("five_year_plan").matrix("initial_capital", 0)
    dials = {dial.knob.entry: dial for dial in five.dials.values() if dial.knob.table == "initial_capital"}
    assert len(dials) == held.nnz and dials["iron", "coal"].first == 7.0
    answer = five.answer("page", {dials["iron", "coal"].key: 8.0})
    assert answer is not None and answer.plan is not None
    gained = answer.plan.objective - five.first.objective
    assert 0 < gained <= five.first.explain("iron in coal", "year1").interval[1] * 1.0000001


def test_a_page_begins_with_what_is_worth_most(five: Explorer) -> None:
    pytest.importorskip("dash")
    from natura_opt.explore.page import first_chosen

    chosen = [five.dials[key] for key in first_chosen(five)]
    expected = five.first.limits.head(5)
    for dial, (name, period) in zip(chosen, expected[["name", "period"]].itertuples(index=False), strict=True):
        assert dial.limits == name and dial.knob.period in (None, period)


def test_tables_that_are_left_out_have_no_dials() -> None:
    economy = no.read("village_2020")
    tables = {dial.knob.table for dial in dials_of(economy, economy.question("default")).values()}
    assert "activity_limits" in economy.tables and "activity_limits" not in tables
    assert "activity_limits" in {dial.knob.table for dial in dials_of(economy, economy.question("first_day")).values()}


@pytest.mark.parametrize("given", ["a", "nan", math.inf, [1], {"a": 1}, "1e999", True])
def test_what_is_no_number_is_refused(five: Explorer, given: Any) -> None:
    with pytest.raises(no.OptionError, match="is no number"):
        five.dials[key_of(five, "targets.bread@year1")].read(given)


def test_what_is_no_choice_is_refused(five: Explorer) -> None:
    dial = five.dials[key_of(five, "terminal")]
    assert dial.read("keep") == "keep"
    with pytest.raises(no.OptionError, match="none of none, keep"):
        dial.read("kepe")


def test_a_limit_that_there_is_not_can_be_set() -> None:
    economy = tiny(["corn"], emissions=[[1.0]], pollutants=["smoke"], emission_caps=[math.inf])
    explorer = Explorer.__new__(Explorer)
    dials = dials_of(economy, economy.question())
    cap = next(dial for dial in dials.values() if dial.knob.table == "emission_caps")
    assert cap.first == math.inf and cap.read(None) == math.inf and cap.read(2.0) == 2.0
    start = Scenario("tiny", economy, economy.question())
    made, asked = scenario_of(start, dials, {cap.key: 2.0}).posed()
    assert no.solve(made, asked).objective == pytest.approx(2.0)
    assert explorer is not None


def test_limits_of_rules_are_turned() -> None:
    """One of each period, and one of all years together."""
    economy = (
        no.read("five_year_plan")
        .require("mostly coal", {"coal": 0.4, "iron": -0.6}, ">=", 0)
        .require("iron enough", {"iron": 1.0}, ">=", 20.0, over="all periods")
    )
    start, dials = Scenario("x", economy, economy.question()), dials_of(economy, economy.question())
    known = {dial.knob.name: dial for dial in dials.values() if dial.knob.table == "rules"}
    assert [*known] == [*(f"rules.mostly coal@{period}" for period in economy.periods), "rules.iron enough"]
    for dial in known.values():
        assert dial.low < dial.first < dial.high
        assert ((dial.first - dial.low) / dial.step) == pytest.approx(100)
    given = {known["rules.mostly coal@year2"].key: 0.5, known["rules.iron enough"].key: 25.0}
    made, asked = scenario_of(start, dials, given).posed()
    expected = (
        no.read("five_year_plan")
        .require("mostly coal", {"coal": 0.4, "iron": -0.6}, ">=", {p: 0.5 * (p == "year2") for p in economy.periods})
        .require("iron enough", {"iron": 1.0}, ">=", 25.0, over="all periods")
    )
    plan = no.solve(made, asked).assert_optimal()
    assert plan.objective == pytest.approx(no.solve(expected).objective, rel=1e-12)
    assert plan.objective < no.solve(economy).objective


def test_pairs_are_turned_by_their_names() -> None:
    """Of two regions, each with its own target; its command and its lines of Python find the same one."""
    economy = no.build_economy(
        name="pairs", goods=[("north", "coal"), ("south", "coal")], resources=["labour"], inputs=np.zeros((2, 2)),
        resource_use=[[1.0, 2.0]], resource_limits=[6.0], targets=[1.0, 1.0], objective="fulfilment",
    )  # fmt: skip
    dials = dials_of(economy, economy.question())
    south = next(dial for dial in dials.values() if dial.knob.entry == ("south", "coal"))
    made, asked = scenario_of(Scenario("x", economy, economy.question()), dials, {south.key: 2.5}).posed()
    assert no.solve(made, asked).objective == pytest.approx(1.0)
    assert knob_named(south.knob.name, economy) == south.knob


@pytest.mark.parametrize("model", sorted(no.shipped_models()))
def test_every_dial_is_one_of_sweep(model: str) -> None:
    """By its name, ``natura-opt sweep`` turns the same."""
    economy = no.read(model)
    for dial in dials_of(economy, economy.question()).values():
        assert knob_named(dial.knob.name, economy) == dial.knob


@pytest.mark.parametrize("size", [1e-8, 1e8, 5e-324, 1e308])
def test_sizes_far_apart_have_sliders_or_none(size: float) -> None:
    economy = no.build_economy(
        goods=["corn"], resources=["labour"], inputs=[[0.5]], resource_use=[[1.0]], resource_limits=[size],
        targets=[1.0], objective="fulfilment",
    )  # fmt: skip
    dial = next(d for d in dials_of(economy, economy.question()).values() if d.knob.table == "resource_limits")
    assert dial.first == size
    if dial.slides:
        assert dial.low < dial.first < dial.high < math.inf and dial.step > 0


# ---- scenarios -----------------------------------------------------------------------------------------------------


TURNED = {
    "targets.bread@year3": 2.5,
    "resource_limits.labour@year2": 3.5,
    "floor": 0.4,
    "terminal": "keep",
}


@pytest.fixture(scope="module")
def turned(five: Explorer) -> Scenario:
    return five.scenario({key_of(five, name): value for name, value in TURNED.items()})


def expected() -> no.Plan:
    """The same, stated by hand."""
    planner = no.Planner("five_year_plan", floor=0.4, terminal="keep")
    planner.change("targets", {"bread": 2.5}, period="year3")
    planner.change("resource_limits", {"labour": 3.5}, period="year2")
    return no.solve(planner.economy, planner.question).assert_optimal()


def test_a_scenario_is_the_economy_and_the_question_it_says(turned: Scenario) -> None:
    economy, asked = turned.posed()
    plan = no.solve(economy, asked).assert_optimal()
    assert plan.objective == pytest.approx(expected().objective, rel=1e-12)
    assert economy.frame("targets").loc["bread", "year3"] == 2.5 and asked.settings["terminal"] == "keep"


def test_what_stands_where_it_stood_is_not_turned(five: Explorer) -> None:
    assert five.scenario({}).turned == ()
    same = {key: dial.first for key, dial in five.dials.items() if not isinstance(dial.first, bool)}
    assert five.scenario(same).turned == ()
    with pytest.raises(no.OptionError, match="load it again"):
        five.scenario({"d99999": 1.0})


def test_lines_of_python_make_the_same_plan(turned: Scenario) -> None:
    made: dict[str, Any] = {}
    exec(turned.in_python(), made)
    assert made["plan"].objective == pytest.approx(expected().objective, rel=1e-12)


def test_the_command_makes_the_same_plan(turned: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    monkeypatch.chdir(tmp_path)
    program, *arguments = shlex.split(turned.on_the_command_line())
    assert program == "natura-opt"
    result = call(*arguments, "--cores", "1")
    assert result.exit_code == 0, result.stderr
    assert pd.read_parquet("scenario.parquet")["objective"].iloc[0] == pytest.approx(expected().objective, rel=1e-9)


def test_a_command_for_settings_alone_is_a_solve(five: Explorer) -> None:
    said = five.scenario({key_of(five, "floor"): 0.4}).on_the_command_line()
    assert said == "natura-opt solve five_year_plan --setting floor=0.4"
    assert five.scenario({}).on_the_command_line() == "natura-opt solve five_year_plan"


def test_a_shared_scenario_reads_back_as_the_same_plan(turned: Scenario, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(turned.to_zip())) as archive:
        assert all(name.startswith("scenario/") and ".." not in name for name in archive.namelist())
        archive.extractall(tmp_path)
    plan = no.solve(tmp_path / "scenario").assert_optimal()
    assert plan.objective == pytest.approx(expected().objective, rel=1e-12)
    assert set(no.read("five_year_plan").questions) <= set(no.read(tmp_path / "scenario").questions)


def test_hostile_names_are_quoted(tmp_path: Path) -> None:
    import pandas as pd

    explorer = Explorer(folder_of(tmp_path, tiny(HOSTILE)))
    for name in HOSTILE:
        scenario = explorer.scenario({key_of(explorer, f"targets.{name}"): 2.0})
        made: dict[str, Any] = {}
        exec(scenario.in_python(), made)
        economy, asked = scenario.posed()
        plan = no.solve(economy, asked)
        assert made["plan"].objective == pytest.approx(plan.objective)
        arguments = shlex.split(scenario.on_the_command_line())[1:]
        out = tmp_path / "scenario.parquet"
        arguments[arguments.index("--out") + 1] = str(out)
        assert call(*arguments, "--cores", "1").exit_code == 0
        assert pd.read_parquet(out)["objective"].iloc[0] == pytest.approx(plan.objective)
        out.unlink()


# ---- what is otherwise ---------------------------------------------------------------------------------------------


def test_differences_are_those_of_the_plans(five: Explorer, turned: Scenario) -> None:
    now = no.solve(*turned.posed())
    tables = {one.title: one.table for one in differences(five.first, now)}
    for title, name in (("activities", "activities"), ("net output", "net_output")):
        frames = getattr(five.first, name), getattr(now, name)
        shown = tables[title].set_index(["name", "period"])
        for label in frames[0].index:
            for period in frames[0].columns:
                before, after = (float(frame.loc[label, period]) for frame in frames)
                if (label, period) in shown.index:
                    row = shown.loc[(label, period)]
                    assert (row["first"], row["now"]) == (before, after)
                    assert row["change"] == pytest.approx(after - before, abs=1e-8)
                else:
                    assert max(abs(before), abs(after)) < 1e-9
    levels = tables["fulfilment of the targets"].set_index("period")
    assert np.array_equal(levels["now"], now.fulfilment) and np.array_equal(levels["first"], five.first.fulfilment)
    worth = tables["what one more is worth"].set_index(["kind", "name", "period"])
    for (kind, name), values in now.valuations.iterrows():
        for period, value in values.items():
            if value:
                assert worth.loc[(kind, str(name), period), "now"] == value


def test_what_changed_most_stands_first(five: Explorer, turned: Scenario) -> None:
    table = next(one.table for one in differences(five.first, no.solve(*turned.posed())) if one.title == "activities")
    share = (table["change"].abs() / table[["first", "now"]].abs().max(axis=1)).to_numpy()
    assert (np.diff(share) <= 1e-12).all() and share[0] > 0


def test_nothing_is_otherwise_in_the_first_plan(five: Explorer) -> None:
    for one in differences(five.first, five.first):
        assert not one.table["change"].any() and len(one.table)
    for one in differences(None, five.first):
        assert one.table["first"].isna().all()


def test_pictures_hold_the_figures(five: Explorer, turned: Scenario) -> None:
    now = no.solve(*turned.posed())
    drawn = dict(figures(five.first, now))
    before, after = drawn["fulfilment of the targets"].data
    assert np.allclose(before.x, five.first.fulfilment) and np.allclose(after.x, now.fulfilment)
    its, mine = drawn["what the objective is made of now: what all of each limit is worth"].data
    assert list(mine.x) == now.limits["worth"].head(12).to_list()
    before = five.first.limits.set_index(["kind", "name", "period"])["worth"]
    rows = now.limits.head(12)[["kind", "name", "period"]].itertuples(index=False, name=None)
    assert list(its.x) == [before.get(row, 0.0) for row in rows]


def test_hostile_names_in_pictures_stay_text() -> None:
    plan = no.solve(tiny(["<b>corn</b>", "<img src=x onerror=alert(1)>"]))
    for _, figure in figures(None, plan):
        assert "<img" not in str(figure.to_json()) and "<b>corn" not in str(figure.to_json())


# ---- who is answered -----------------------------------------------------------------------------------------------


def test_answers_are_those_of_solve_and_proved(five: Explorer, turned: Scenario) -> None:
    given = {dial.key: value for dial, value in turned.turned}
    answer = five.answer("page", given)
    assert answer is not None and answer.plan is not None and answer.plan.proved
    assert answer.plan.objective == pytest.approx(expected().objective, rel=1e-9)
    back = five.answer("page", {})
    assert back is not None and back.plan is five.first


def test_what_cannot_be_is_said_in_a_sentence(five: Explorer) -> None:
    answer = five.answer("page", {key_of(five, "floor"): 1.9})
    assert answer is not None and answer.plan is not None and answer.plan.impossibility is not None
    assert "cannot be served" in answer.plan.impossibility.sentence


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("discount_factor", 2.0, "discount_factor"),
        ("resource_limits.labour@year1", -1.0, "negative"),
        ("targets.bread@year1", "x", "is no number"),
    ],
)
def test_what_is_not_allowed_is_said_and_forgotten(five: Explorer, name: str, value: Any, word: str) -> None:
    answer = five.answer("page", {key_of(five, name): value})
    assert answer is not None and answer.plan is None and word in answer.trouble
    again = five.answer("page", {key_of(five, "floor"): 0.4})
    assert again is not None and again.plan is not None and again.plan.proved


def test_what_is_no_longer_asked_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three questions of a page that come while one is being solved, the last alone is answered, and solved."""
    explorer, entered, go = Explorer("excavators"), threading.Event(), threading.Event()
    solves, key = [], next(iter(dials_of(no.read("excavators"), no.read("excavators").question())))
    table = next(k for k, dial in explorer.dials.items() if dial.knob.table == "resource_limits")
    really = Explorer._solved

    def slowly(self: Explorer, scenario: Scenario) -> Any:
        solves.append(scenario.turned[0][1])
        entered.set()
        assert go.wait(20)
        return really(self, scenario)

    monkeypatch.setattr(Explorer, "_solved", slowly)
    found: dict[float, Any] = {}

    def ask(value: float, page: str) -> None:
        found[value] = explorer.answer(page, {table: value})

    threads = [threading.Thread(target=ask, args=(value, "page"), daemon=True) for value in (1.1, 1.2, 1.3)]
    other = threading.Thread(target=ask, args=(1.4, "another page"), daemon=True)
    threads[0].start()
    assert entered.wait(20)
    for thread in threads[1:]:
        thread.start()
        while explorer._newest["page"] < threads.index(thread) + 1:
            time.sleep(0.001)
    other.start()
    go.set()
    for thread in (*threads, other):
        thread.join(30)
    assert found[1.1] is None and found[1.2] is None and key
    assert found[1.3].plan.proved and found[1.4].plan.proved  # another page's question is its own
    assert sorted(solves) == [1.1, 1.3, 1.4]


def test_a_first_plan_that_cannot_be_is_explored_all_the_same(tmp_path: Path) -> None:
    economy = tiny(["corn"]).with_changes(questions={"default": no.Question("fulfilment", floor=99.0)})
    explorer = Explorer(folder_of(tmp_path, economy))
    assert explorer.first.impossibility is not None
    answer = explorer.answer("page", {key_of(explorer, "floor"): 1.0})
    assert answer is not None and answer.plan is not None and answer.plan.proved


# ---- the server ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(five: Explorer) -> Any:
    pytest.importorskip("dash")
    from natura_opt.explore.serving import application

    return application(five, 8050, None).server.test_client()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Host": "127.0.0.1:8050"}, 200),
        ({"Host": "localhost:8050"}, 200),
        ({"Host": "127.0.0.1:8050", "Origin": "http://127.0.0.1:8050"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:8050"}, 403),
        ({"Host": "127.0.0.1:8051"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Host": "127.0.0.1:8050", "Origin": "http://evil.example"}, 403),
        ({"Host": "127.0.0.1:8050", "Origin": "https://127.0.0.1:8050.evil.example"}, 403),
        ({"Host": "127.0.0.1:8050", "Origin": "null"}, 403),
    ],
)
def test_only_this_machines_own_pages_are_answered(client: Any, headers: dict[str, str], code: int) -> None:
    assert client.get("/", headers=headers).status_code == code
    assert client.get("/_dash-layout", headers=headers).status_code == code


def test_pages_are_told_to_ask_nothing_of_others(client: Any) -> None:
    answer = client.get("/", headers={"Host": "127.0.0.1:8050"})
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert b"http://" not in answer.data and b"https://" not in answer.data


# ---- the command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def test_without_dash_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert "pip install 'natura-opt[explore]'" in refusal(call("explore", "five_year_plan"))


def test_what_cannot_be_served_is_one_message(taken: int, tmp_path: Path) -> None:
    pytest.importorskip("dash")
    assert "choose another with --port" in refusal(call("explore", "excavators", "--port", taken, "--no-browser"))
    assert "did you mean" in refusal(call("explore", "excavatros"))
    assert "did you mean 'floor'" in refusal(call("explore", "five_year_plan", "--setting", "flor=1"))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "x").touch()
    assert "holds 'x'" in refusal(call("explore", "excavators", "--out", tmp_path / "own"))


def test_ctrl_c_ends_it() -> None:
    pytest.importorskip("dash")
    root = str(Path(no.__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-m", "natura_opt", "explore", "excavators", "--port", "0", "--no-browser"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": root},
    ) as running:  # fmt: skip
        assert running.stderr is not None
        line = running.stderr.readline()
        assert "http://127.0.0.1:" in line and "Ctrl-C ends it" in line
        port = int(line.split("http://127.0.0.1:")[1].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as asked:
            asked.sendall(f"GET / HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            assert b" 200 " in asked.recv(100)
        running.send_signal(signal.SIGINT)
        out, said = running.communicate(timeout=20)
    assert (running.returncode, out, said) == (130, "", "interrupted: what was not finished was not written\n")


def test_a_dial_is_told_apart_by_its_key() -> None:
    dials = dials_of(*(lambda e: (e, e.question()))(no.read("five_year_plan")))
    assert [*dials] == [f"d{k}" for k in range(len(dials))] and all(isinstance(d, Dial) for d in dials.values())
