"""What-if attacked from outside: pages of earlier runs, other programs, tabs at once, and what cannot be packed."""

from __future__ import annotations

import json
import random
import shlex
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.explore.difference import differences
from natura_opt.explore.explorer import Explorer
from natura_opt.explore.figures import figures
from natura_opt.explore.scenario import Scenario, sentence_of

from .test_cli import call, folder_of
from .test_cli_plans import tiny
from .test_explore import key_of

OWN = {"Host": "127.0.0.1:8050"}


@pytest.fixture(scope="module")
def five() -> Explorer:
    return Explorer("five_year_plan")


@pytest.fixture(scope="module")
def client(five: Explorer) -> Any:
    pytest.importorskip("dash")
    from natura_opt.explore.serving import application

    return application(five, 8050, None).server.test_client()


def asked(given: Any, page: Any = "page") -> dict[str, Any]:
    """What a page sends when its dials are set to something."""
    places = [{"id": "answer", "property": "children"}, {"id": "commands", "property": "children"}]
    return {
        "output": "..answer.children...commands.children..",
        "outputs": places,
        "inputs": [{"id": "given", "property": "data", "value": given}],
        "state": [{"id": "page", "property": "data", "value": page}],
        "changedPropIds": ["given.data"],
    }


def post(client: Any, body: Any, **headers: str) -> Any:
    return client.post(
        "/_dash-update-component", data=json.dumps(body), headers=OWN | headers, content_type="application/json"
    )


# ---- how else a scenario could be had --------------------------------------------------------------------------------


def test_what_was_asked_at_the_start_stands_in_the_commands() -> None:
    explorer = Explorer("five_year_plan", objective="max-min", terminal="keep")
    scenario = explorer.scenario({key_of(explorer, "resource_limits.labour@year1"): 3.3})
    said = shlex.split(scenario.on_the_command_line())
    assert said[:5] == ["natura-opt", "sweep", "five_year_plan", "--objective", "max-min"]
    assert "terminal=keep" in said and "resource_limits.labour@year1=3.3" in said
    untouched = shlex.split(explorer.scenario({}).on_the_command_line())
    assert untouched[1] == "solve" and untouched[3:5] == ["--objective", "max-min"]
    made: dict[str, Any] = {}
    exec(scenario.in_python(), made)
    answer = explorer.answer("page", {key_of(explorer, "resource_limits.labour@year1"): 3.3})
    assert answer is not None and answer.plan is not None
    assert made["plan"].objective == pytest.approx(answer.plan.objective, rel=1e-9)


@pytest.mark.parametrize("floor", [0.1, 0.25, 0.4])
def test_the_command_of_a_start_with_settings_finds_its_plan(floor: float) -> None:
    explorer = Explorer("five_year_plan", floor=floor)
    arguments = shlex.split(explorer.scenario({}).on_the_command_line())[1:]
    result = call(*arguments, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["objective"] == pytest.approx(explorer.first.objective, rel=1e-12)


def test_a_setting_that_is_turned_stands_once_and_as_it_is_turned() -> None:
    explorer = Explorer("five_year_plan", floor=0.4)
    said = explorer.scenario({key_of(explorer, "floor"): 0.3}).on_the_command_line()
    assert said == "natura-opt solve five_year_plan --setting floor=0.3"


def test_settings_of_the_method_stand_in_the_commands_too() -> None:
    economy = tiny(["corn"])
    scenario = Scenario("tiny", economy, economy.question(), of_method={"rounds": 7, "temperature": 0.5, "on": True})
    assert scenario.on_the_command_line().endswith("--setting rounds=7 --setting temperature=0.5 --setting on=true")
    assert "planner.ask(rounds=7, temperature=0.5, on=True)" in scenario.in_python()


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 1e-300, 0.1 + 0.2, np.float64(2.5)])
def test_numbers_in_python_are_read_back_as_they_are(value: float) -> None:
    economy = tiny(["corn"])
    line = Scenario("tiny", economy, economy.question(), of_method={"limit": value}).in_python().splitlines()[2]
    heard: dict[str, Any] = {}

    class Planner:
        def ask(self, **settings: Any) -> None:
            heard.update(settings)

    exec(line, {"planner": Planner()})
    assert heard == {"limit": float(value)}


# ---- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["wheat_cloth_pollution", "excavators", "concrete_plants", "five_year_plan"])
def test_whatever_is_turned_the_answer_is_that_of_a_first_solve(model: str) -> None:
    chance, explorer = random.Random(model), Explorer(model)
    sliders = [key for key, dial in explorer.dials.items() if dial.slides]
    for _ in range(4):
        keys = chance.sample(sliders, min(len(sliders), 2))
        given = {key: chance.uniform(explorer.dials[key].low, explorer.dials[key].high) for key in keys}
        answer = explorer.answer("page", given)
        assert answer is not None
        if answer.plan is None:
            with pytest.raises(no.NaturaError):
                no.solve(*explorer.scenario(given).posed())
            continue
        plan = no.solve(*explorer.scenario(given).posed())
        assert answer.plan.status is plan.status
        if plan.impossibility is None:
            assert answer.plan.objective == pytest.approx(plan.objective, rel=1e-8, abs=1e-12)
    back = explorer.answer("page", {})
    assert back is not None and back.plan is explorer.first


def test_after_what_cannot_be_the_plan_comes_back(five: Explorer) -> None:
    floor = key_of(five, "floor")
    for value, possible in ((1.9, False), (0.3, True), (1.8, False), (0.2, True)):
        answer = five.answer("page", {floor: value})
        assert answer is not None and answer.plan is not None
        assert (answer.plan.impossibility is None) is possible
        if possible:
            expected = no.solve("five_year_plan", floor=value).objective
            assert answer.plan.objective == pytest.approx(expected, rel=1e-9)


def test_what_changed_is_the_second_less_the_first() -> None:
    first, now = no.solve("wheat_cloth_pollution"), no.solve("wheat_cloth_pollution", "unlimited")
    for one in differences(first, now):
        table = one.table.dropna()
        assert table["change"].to_numpy() == pytest.approx((table["now"] - table["first"]).to_numpy(), abs=1e-8)
    kinds = next(one.table for one in differences(first, now) if one.title == "what one more is worth")
    gone = kinds[kinds["now"].isna()]
    assert set(gone["kind"]) <= set(map(str, first.valuations.index.get_level_values(0)))


def test_shares_in_a_picture_are_those_of_the_tables(five: Explorer) -> None:
    answer = five.answer("page", {key_of(five, "floor"): 0.4})
    assert answer is not None and answer.plan is not None
    first, now = five.first.activities.sum(axis=1), answer.plan.activities.sum(axis=1)
    drawn = dict(figures(five.first, answer.plan))
    bars = next(figure for title, figure in drawn.items() if title.startswith("largest activities")).data[1]
    for name, share in zip(bars.customdata, bars.x, strict=True):
        if share is not None:
            assert share == pytest.approx(now[name] / first[name], rel=1e-12)


# ---- the server ------------------------------------------------------------------------------------------------------


def test_what_a_page_asks_is_answered_with_its_numbers(client: Any, five: Explorer) -> None:
    key = key_of(five, "resource_limits.labour@year1")
    answer = post(client, asked({key: 3.25}), Origin="http://127.0.0.1:8050")
    assert answer.status_code == 200
    planner = no.Planner("five_year_plan")
    planner.change("resource_limits", {"labour": 3.25}, period="year1")
    assert f"{planner.solve().objective:.10g}" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:8050", "http://127.0.0.1:8050.evil.example"],
)  # fmt: skip
def test_no_other_page_turns_anything(client: Any, five: Explorer, origin: str) -> None:
    before = dict(five._newest)
    assert post(client, asked({}, "theirs"), Origin=origin).status_code == 403
    assert five._newest == before  # it was not even looked at


def test_a_form_of_another_page_is_no_question(client: Any) -> None:
    """What a page can send without asking leave first, and with no word of where it comes from."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.post("/_dash-update-component", data=json.dumps(asked({})), headers=OWN, content_type=kind)
        assert answer.status_code >= 400


@pytest.mark.parametrize("given", [None, [], "x", 3])
def test_what_no_page_asks_is_refused_without_a_traceback(client: Any, given: Any, capfd: Any) -> None:
    answer = post(client, asked(given))
    assert answer.status_code == 400
    assert "Traceback" not in answer.get_data(as_text=True) + capfd.readouterr().err


@pytest.mark.parametrize("page", [[], {}])
def test_a_page_without_a_name_is_refused(client: Any, page: Any, capfd: Any) -> None:
    assert post(client, asked({}, page)).status_code == 400
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("value", "word"),
    [({}, "is no number"), ([1, 2], "is no number"), (True, "is no number"), (-1, "negative"),
     ("1e999", "is no number")],
)  # fmt: skip
def test_what_is_not_allowed_is_said_on_the_page(client: Any, five: Explorer, value: Any, word: str) -> None:
    answer = post(client, asked({key_of(five, "resource_limits.labour@year1"): value}))
    assert answer.status_code == 200 and word in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    ["/assets/../../../etc/passwd", "/_dash-component-suites/dash/../../../../etc/passwd",
     "/_dash-component-suites/natura_opt/explore/page.py", "/assets/%2e%2e/%2e%2e/etc/passwd"],
)  # fmt: skip
def test_no_file_of_this_machine_is_given_out(client: Any, path: str, capfd: Any) -> None:
    answer = client.get(path, headers=OWN)
    assert answer.status_code in (400, 404)
    assert b"root:" not in answer.data and b"import" not in answer.data
    assert "Traceback" not in capfd.readouterr().err


def shared(client: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Press the button that downloads a scenario; return what it changes on the page."""
    known = client.get("/_dash-dependencies", headers=OWN).json
    (output,) = [one["output"] for one in known if "download.data" in one["output"]]
    places = output.strip(".").split("...")
    outputs = [dict(zip(("id", "property"), place.rsplit(".", 1), strict=True)) for place in places]
    body = {
        "output": output, "outputs": outputs, "changedPropIds": ["share.n_clicks"],
        "inputs": [{"id": "share", "property": "n_clicks", "value": 1}],
        "state": [{"id": "given", "property": "data", "value": given}],
    }  # fmt: skip
    answer = post(client, body)
    assert answer.status_code == 200
    changed: dict[str, Any] = answer.json["response"]
    return changed


def test_a_scenario_that_cannot_be_packed_is_said_on_the_page(client: Any, five: Explorer, capfd: Any) -> None:
    changed = shared(client, {key_of(five, "resource_limits.labour@year1"): -1.0})
    assert "negative" in str(changed["written"]) and "download" not in changed
    assert "Traceback" not in capfd.readouterr().err
    packed = shared(client, {key_of(five, "resource_limits.labour@year1"): 3.0})
    assert packed["download"]["data"]["filename"] == "scenario.zip"
    assert packed["written"]["children"] == ""  # what was said before goes


def test_where_it_is_written_can_be_pasted(tmp_path: Path, five: Explorer) -> None:
    pytest.importorskip("dash")
    from natura_opt.explore.serving import _written

    out = tmp_path / "my plan; $(id)"
    said = _written(five, {key_of(five, "floor"): 0.4}, str(out))
    command = shlex.split(said.partition(": ")[2])
    assert command == ["natura-opt", "solve", str(out)]
    assert no.solve(out).objective == pytest.approx(no.solve("five_year_plan", floor=0.4).objective, rel=1e-12)
    again = _written(five, {}, str(out))
    assert "my plan; $(id)_2" in again and (tmp_path / "my plan; $(id)_2").is_dir()


def test_tabs_at_once_each_get_their_own(five: Explorer) -> None:
    found: dict[int, Any] = {}
    key = key_of(five, "floor")

    def tab(k: int) -> None:
        found[k] = five.answer(f"tab {k}", {key: 0.1 * k})

    tabs = [threading.Thread(target=tab, args=(k,), daemon=True) for k in range(1, 5)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join(60)
    for k in range(1, 5):
        assert found[k].plan.objective == pytest.approx(no.solve("five_year_plan", floor=0.1 * k).objective, rel=1e-9)


def test_of_many_pages_the_last_are_remembered(five: Explorer) -> None:
    for k in range(200):
        five._ticket(f"page {k}")
    assert len(five._newest) == 64 and "page 199" in five._newest and "page 0" not in five._newest


def test_what_is_said_of_an_error() -> None:
    assert sentence_of(no.OptionError("no such thing")) == "no such thing"
    assert sentence_of(KeyError("d7")) == "this should not happen (KeyError: 'd7')"


def test_a_folder_with_a_hostile_name_is_explored(tmp_path: Path) -> None:
    economy = tiny(["corn", "it's $(id) `x`; <b>"]).with_changes(name="a b; $(id)")
    explorer = Explorer(folder_of(tmp_path, economy))
    command = shlex.split(explorer.scenario({}).on_the_command_line())
    assert command == ["natura-opt", "solve", str(tmp_path / "a b; $(id)")]
