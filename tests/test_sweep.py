"""Sweeps: every row is that of a solve of its own, whoever solved it, and whenever it was ended and gone on with."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import natura_opt as no
from natura_opt.cli.app import app
from natura_opt.planner import parts
from natura_opt.planner.blocks import Task
from natura_opt.planner.points import knob_named, points_of

OVER: dict[str, Any] = {"targets": {"bread@year3": [1.0, 2.0, 3.0]}, "floor": [0.0, 1.0, 9.0]}
VALUATIONS = ["balance.bread@year3", "storage_limit.bread@year3"]  # nothing is stored


def swept(out: Path | None = None, **options: Any) -> no.Sweep:
    return no.sweep("five_year_plan", OVER, valuations=VALUATIONS, out=out, block=2, **{"cores": 1, **options})


@pytest.fixture(scope="module")
def whole() -> no.Sweep:
    return swept()


def test_every_row_is_that_of_a_solve_of_its_own(whole: no.Sweep) -> None:
    five = no.read("five_year_plan")
    for _, row in whole.table.iterrows():
        with no.Planner(five, floor=row["floor"]) as planner:
            planner.change("targets", {"bread": row["targets.bread@year3"]}, "year3")
            plan = planner.solve()
        assert row.status == plan.status and row.proved  # infeasible points too: the impossibility is proved
        if plan.proved:
            assert row.objective == pytest.approx(plan.objective, rel=1e-9)
            assert row["fulfilment.year3"] >= row["floor"] - 1e-9
            assert row["balance.bread@year3"] <= 0.0 and np.isnan(row["storage_limit.bread@year3"])
        else:
            assert "floor" in row.sentence and np.isnan(row.objective)
    assert whole.seconds.point.tolist() == list(range(9)) and (whole.seconds.seconds > 0).all()
    assert set(whole.table.status) == {"optimal", "infeasible"}


def test_within_a_block_points_are_solved_hot(whole: no.Sweep) -> None:
    economy = no.read("five_year_plan")
    cold = no.solve(economy).iterations
    assert whole.seconds.iterations[0] >= cold / 2 > whole.seconds.iterations[1::2].median()


def test_the_table_is_the_same_whoever_solves_it(whole: no.Sweep, tmp_path: Path) -> None:
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    swept(one)
    found = swept(two, cores=2)
    assert one.read_bytes() == two.read_bytes()
    pd.testing.assert_frame_equal(found.table, whole.table, check_exact=True)
    again = swept(two)  # it is there
    pd.testing.assert_frame_equal(again.table, whole.table, check_exact=True)
    assert len(again.seconds) == 9
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "one.parquet", "one.seconds.csv", "two.parquet", "two.seconds.csv",
    ]  # fmt: skip


def test_a_sweep_that_ends_anywhere_goes_on_to_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, ended = tmp_path / "whole.parquet", tmp_path / "ended.parquet"
    swept(whole)
    usual, solved = Task.solve_block, []

    def until_the_third(task: Task, number: int) -> Any:
        if len(solved) == 2:
            raise KeyboardInterrupt
        solved.append(number)
        return usual(task, number)

    with monkeypatch.context() as patched:
        patched.setattr(Task, "solve_block", until_the_third)
        with pytest.raises(KeyboardInterrupt):
            swept(ended)
    assert not ended.exists() and len(list((tmp_path / "ended.parquet.parts").glob("block-*"))) == 2
    with monkeypatch.context() as patched:
        patched.setattr(Task, "solve_block", lambda task, number: solved.append(number) or usual(task, number))
        swept(ended)
    assert solved == [0, 1, 2, 3, 4]  # no block twice
    assert ended.read_bytes() == whole.read_bytes()


@pytest.mark.exhaustive
@pytest.mark.parametrize("after", [0.5, 2.0, 4.0])
def test_a_killed_process_leaves_what_the_next_goes_on_with(tmp_path: Path, after: float) -> None:
    whole, killed = tmp_path / "whole.parquet", tmp_path / "killed.parquet"
    words = ["-m", "natura_opt", "sweep", "five_year_plan", "--over", "floor=0:1:60", "--cores", "2", "--out"]
    subprocess.run([sys.executable, *words, str(whole)], check=True, capture_output=True)
    process = subprocess.Popen([sys.executable, *words, str(killed)], stdout=subprocess.DEVNULL)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()
    subprocess.run([sys.executable, *words, str(killed)], check=True, capture_output=True)
    assert killed.read_bytes() == whole.read_bytes()


def test_another_sweep_is_not_mixed_in(tmp_path: Path) -> None:
    out = tmp_path / "s.parquet"
    swept(out)
    with pytest.raises(no.OutputError, match="exists already"):
        no.sweep("five_year_plan", {"floor": [0.5]}, out=out, cores=1)
    out.rename(tmp_path / "away.parquet")
    (tmp_path / "s.parquet.parts").mkdir()
    (tmp_path / "s.parquet.parts" / "sweep.json").write_text(json.dumps({"sweep": "another"}))
    with pytest.raises(no.OutputError, match="another sweep"):
        swept(out)
    with pytest.raises(no.OutputError, match="ending"):
        swept(tmp_path / "s.csv")


def test_what_cannot_be_asked_at_a_point_is_a_row() -> None:
    found = no.sweep("five_year_plan", {"resource_limits": [-1.0, 2e6], "floor": [0.0, -3.0]}, cores=1).table
    assert found.status.tolist()[:2] == ["error", "error"] and found.status.tolist()[3] == "error"
    assert "must not be negative" in found.sentence[0] and "floor" in found.sentence[3]
    assert not found.proved[:2].any() and found.objective[:2].isna().all()


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"flor": [1.0]}, "floor"),
        ({"targets.bred": [1.0]}, "bread"),
        ({"targets.bread@year9": [1.0]}, "year5"),
        ({"target.bread": [1.0]}, "targets"),
        ({"inputs": [1.0]}, "which entry"),
        ({"floor": 1.0}, "list of values"),
        ({"floor": []}, "no point"),
        ({"floor": [[1.0]]}, "neither a number nor a text"),
        ({"targets.bread": [1.0], "targets": {"bread": [2.0]}}, "given twice"),
        ([1.0], "by name"),
    ],
)
def test_what_is_not_known_is_refused_before_anything_is_solved(over: Any, said: str) -> None:
    with pytest.raises(no.NaturaError, match=said):
        no.sweep("five_year_plan", over, cores=1)


def test_names_of_what_is_turned() -> None:
    five = no.read("five_year_plan")
    assert knob_named("inputs.iron.coal@year2", five).entry == ("iron", "coal")
    assert knob_named("inputs.iron.coal@year2", five).period == "year2"
    assert knob_named("resource_limits", five).entry is None
    assert knob_named("inputs_ahead.iron.coal@2", five).period == 2
    dotted = no.build_economy(goods=["a.b", "a"], techniques=["b.c", "c"], outputs=np.eye(2), targets=[1.0, 1.0])
    assert knob_named("inputs.a.b.c", dotted).entry == ("a", "b.c")
    assert knob_named("targets.a.b", dotted).entry == "a.b"
    frame = pd.DataFrame({"floor": [0.5, 1.0], "targets.bread": [1.0, 2.0]})
    assert points_of(frame).equals(frame)


def test_a_fingerprint_knows_every_number() -> None:
    five = no.read("five_year_plan")
    knobs = (knob_named("floor", five),)

    def word(economy: no.Economy = five, points: Any = ((1.0,),), **question: Any) -> str:
        asked = no.Question("fulfilment", **question)
        return parts.fingerprint(Task(economy, asked, {}, knobs, points, (), 16))

    words = [word(), word(points=((2.0,),)), word(floor=0.1), word(five.with_changes(storage=[0.0, 0.0, 0.0, 0.1]))]
    words.append(word(five.with_changes(inputs=five.matrix("inputs", 0) * 1.000001)))
    assert len(set(words)) == len(words) and word() == words[0]


def test_the_command_line(tmp_path: Path) -> None:
    out = tmp_path / "s.parquet"
    words = ["sweep", "five_year_plan", "--over", "floor=0:0.4:3", "--over", "targets.bread@year3=1,2", "--cores", "1"]
    found = CliRunner().invoke(app, [*words, "--out", str(out), "--json"])
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout) == {
        "model": "five_year_plan", "table": str(out), "points": 6, "statuses": {"optimal": 6},
    }  # fmt: skip
    assert pd.read_parquet(out).floor.tolist() == [0.0, 0.0, 0.2, 0.2, 0.4, 0.4]
    for over, said in (("floor", "NAME=VALUE"), ("floor=0:x:3", "COUNT"), ("flor=1", "floor")):
        wrong = CliRunner().invoke(
            app, ["sweep", "five_year_plan", "--over", over, "--out", str(tmp_path / "t.parquet")]
        )
        assert wrong.exit_code == 2 and said in wrong.stderr and "Traceback" not in wrong.output
    none = CliRunner().invoke(
        app, ["sweep", "five_year_plan", "--over", "floor=9", "--out", str(tmp_path / "n.parquet")]
    )
    assert none.exit_code == 1 and "1 infeasible" in none.stdout


def test_without_dask_a_cluster_is_refused_in_a_sentence() -> None:
    if importlib.util.find_spec("distributed") is not None:
        pytest.skip("distributed is installed")
    with pytest.raises(no.OptionError, match="natura-opt\\[cluster\\]"):
        swept(cluster="tcp://127.0.0.1:1")


def test_a_dask_cluster_finds_the_same_rows(whole: no.Sweep) -> None:
    distributed = pytest.importorskip("distributed", reason="Dask's distributed is not installed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        found = swept(cluster=cluster.scheduler_address)
    pd.testing.assert_frame_equal(found.table, whole.table, check_exact=True)


@pytest.mark.exhaustive
def test_a_process_that_is_told_to_stop_ends(tmp_path: Path) -> None:
    words = ["-m", "natura_opt", "sweep", "five_year_plan", "--over", "floor=0:1:4000", "--cores", "2", "--out"]
    process = subprocess.Popen(
        [sys.executable, *words, str(tmp_path / "s.parquet")], stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("s.parquet.parts/block-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in said and "interrupted" in said
    assert not (tmp_path / "s.parquet").exists()
