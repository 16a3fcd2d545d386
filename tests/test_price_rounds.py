"""The rounds of prices as they go: kept in a file, stopped at any moment, told, shown, and chosen by ``auto``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.base.errors import DataError, OptionError, OutputError, QuestionError
from natura_opt.cli.console import working
from natura_opt.methods import by_structure
from natura_opt.methods.prices import checkpoint as checkpoint_module
from natura_opt.methods.prices.price_coordination import Coordination, coordinate, solve_by_prices
from natura_opt.methods.prices.technique_table import TechniqueTable
from natura_opt.plan.price_rounds import MESSAGES, PriceRounds

from .test_cli import answer, call, folder_of


def wide(seed: int = 1, **changed: Any) -> no.Economy:
    """Return an economy of so many goods that the local model is used."""
    settings = {"goods": 230, "inputs": 3, "techniques": 2, "resources": 2, "radius": 0.6, "seed": seed}
    return no.generate_economy("planned", **{**settings, **changed})


ECONOMIES = {"wide": wide, "excavators": lambda: no.read("excavators")}


def coordinated(economy: no.Economy, **options: Any) -> Coordination:
    return coordinate(economy, economy.question(), **{"tolerance": 1e-9, **options})


@cache
def whole(name: str) -> Coordination:
    """Return a run that nobody stopped."""
    return coordinated(ECONOMIES[name]())


@cache
def planned() -> no.Plan:
    return no.solve(wide(), method="prices")


def same(one: Coordination, other: Coordination) -> None:
    """Hold two runs against each other to the last bit."""
    assert one.rounds == other.rounds
    assert one.claim is other.claim
    assert one.course.told == other.course.told
    for name in ("activities", "resource_prices", "good_prices", "mix"):
        assert getattr(one, name).equals(getattr(other, name)), name


# ---- a file that is gone on from -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ECONOMIES)
def test_a_run_stopped_after_every_round_is_the_run_that_was_not_stopped(name: str, tmp_path: Path) -> None:
    economy, file = ECONOMIES[name](), tmp_path / "rounds"
    found = whole(name)
    assert found.claim is Claim.OPTIMAL and len(found.rounds) > 3
    for count in range(1, len(found.rounds)):
        part = coordinated(economy, checkpoint=file, max_rounds=count)
        assert part.rounds == found.rounds[:count]
        assert part.claim is Claim.ITERATION_LIMIT
    same(coordinated(economy, checkpoint=file), found)
    same(coordinated(economy, checkpoint=file), found)  # there is nothing left to do
    assert [entry.name for entry in tmp_path.iterdir()] == ["rounds"]


def test_a_finished_run_goes_on_to_a_finer_tolerance(tmp_path: Path) -> None:
    economy, file = wide(), tmp_path / "rounds"
    rough = coordinated(economy, checkpoint=file, tolerance=1e-3)
    fine = coordinated(economy, checkpoint=file)
    assert fine.rounds[: len(rough.rounds)] == rough.rounds
    assert fine.gap <= 1e-9 < rough.gap <= 1e-3


@pytest.mark.parametrize("reading", [31, 55, 71])
def test_an_interruption_anywhere_leaves_the_last_whole_round_in_plan_and_file(
    reading: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    economy, file = wide(), tmp_path / "rounds"
    found = whole("wide")
    with monkeypatch.context() as patched:
        _interrupt_at(reading, patched)
        stopped = coordinated(economy, checkpoint=file)
    assert stopped.claim is Claim.INTERRUPTED
    assert 0 < len(stopped.rounds) < len(found.rounds)
    assert stopped.rounds == found.rounds[: len(stopped.rounds)]
    assert stopped.gap == stopped.rounds[-1].gap
    same(coordinated(economy, checkpoint=file), found)


def _interrupt_at(reading: int, patched: pytest.MonkeyPatch) -> None:
    """Raise KeyboardInterrupt at a reading of the table."""
    readings = {"done": 0}
    real = TechniqueTable.times

    def times(self: TechniqueTable, *given: Any) -> Any:
        readings["done"] += 1
        if readings["done"] == reading:
            raise KeyboardInterrupt
        return real(self, *given)

    patched.setattr(TechniqueTable, "times", times)


def test_an_interruption_before_the_first_round_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    _interrupt_at(1, monkeypatch)
    plan = solve_by_prices(wide(), wide().question())
    assert plan.status is no.Status.INTERRUPTED
    assert plan.rounds.empty
    assert "stopped before the first round was done: there is no plan yet" in str(plan)
    monkeypatch.undo()
    _interrupt_at(1, monkeypatch)
    result = call("solve", "excavators", "--method", "prices")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "interrupted: what was not finished was not written\n"


def test_the_time_is_looked_at_in_the_middle_of_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    readings: list[float] = []
    real = TechniqueTable.ask

    def slow(self: TechniqueTable, *given: Any) -> Any:
        time.sleep(0.01)
        readings.append(self.passes)
        return real(self, *given)

    monkeypatch.setattr(TechniqueTable, "ask", slow)
    economy = wide()
    found = coordinated(economy, time_limit=1e-3)
    assert found.claim is Claim.TIME_LIMIT
    assert len(found.rounds) == 1  # one is always finished
    until = len(readings)
    coordinated(economy, max_rounds=1)
    assert until == len(readings) - until  # and nothing is read after it


# ---- files that are refused ----------------------------------------------------------------------------------------


def test_a_file_of_another_economy_is_refused_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "rounds"
    coordinated(wide(), checkpoint=file, max_rounds=1)
    before = file.read_bytes()
    others = [wide(seed=2), wide().with_changes(resource_limits=[1.0, 2.0]), no.read("excavators")]
    for other in others:
        with pytest.raises(
            DataError, match=r"rounds: is of another economy or question.* give another file, or remove"
        ):
            coordinated(other, checkpoint=file)
    assert file.read_bytes() == before


def test_a_file_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "rounds"
    coordinated(wide(), checkpoint=file, max_rounds=1)
    monkeypatch.setattr(checkpoint_module, "VERSION", 2)
    with pytest.raises(DataError, match=r"another version of natura-opt \(form 1, here 2\)"):
        coordinated(wide(), checkpoint=file)


@pytest.mark.parametrize("seed", range(6))
def test_a_torn_or_changed_file_is_refused(seed: int, tmp_path: Path) -> None:
    rng, file = np.random.default_rng(seed), tmp_path / "rounds"
    economy = no.read("excavators")
    coordinated(economy, checkpoint=file, max_rounds=3)
    content = bytearray(file.read_bytes())
    if seed % 2:
        content = content[: int(rng.integers(len(content) // 2, len(content) - 30))]
    else:  # in the numbers of a member: its checksum tells
        at = content.index(b"cuts.npy") + 160
        content[at + int(rng.integers(20))] ^= 1 << int(rng.integers(8))
    file.write_bytes(content)
    with pytest.raises((DataError, OutputError), match=r"rounds: .*(torn|is no checkpoint)"):
        coordinated(economy, checkpoint=file)
    assert file.read_bytes() == content


def test_what_is_no_checkpoint_is_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("dear friend")
    with pytest.raises(OutputError, match="exists already and is no checkpoint of price coordination"):
        no.solve("excavators", method="prices", checkpoint=letter)
    assert letter.read_text() == "dear friend"
    with pytest.raises(OutputError, match="nowhere"):
        no.solve("excavators", method="prices", checkpoint=tmp_path / "nowhere" / "rounds")
    with pytest.raises(OptionError, match="checkpoint must be the name of a file"):
        no.solve("excavators", method="prices", checkpoint=3)


# ---- killed ----------------------------------------------------------------------------------------------------------


SLOWLY = """
import sys, time
from natura_opt.methods.prices.technique_table import TechniqueTable
real = TechniqueTable.ask
def slow(self, *given):
    time.sleep(.004)
    return real(self, *given)
TechniqueTable.ask = slow
import natura_opt.cli.main as main
sys.argv = ["natura-opt", *sys.argv[1:]]
main.main()
"""


def begun_then(number: int, folder: Path, after_rounds: int) -> tuple[int, str, str]:
    """Send a signal to a command after some rounds; return its exit code and what it printed."""
    arguments = ["solve", "wide", "--method", "prices", "--tolerance", "1e-9", "--checkpoint", "rounds", "--verbose"]
    root = str(Path(no.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", SLOWLY, *arguments, "--json"], cwd=folder, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": root},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  
    )  # fmt: skip
    assert process.stderr is not None and process.stdout is not None
    said = "".join(process.stderr.readline() for _ in range(after_rounds))
    time.sleep(np.random.default_rng().uniform(0.0, 0.02))
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, said + errors


@pytest.mark.parametrize(
    ("number", "after_rounds"),
    [
        (signal.SIGINT, 1),
        (signal.SIGKILL, 2),
        *(
            pytest.param(number, rounds, marks=pytest.mark.exhaustive)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
            for rounds in (1, 2, 3)
        ),
    ],
)
def test_a_killed_command_goes_on_where_it_was(number: int, after_rounds: int, tmp_path: Path) -> None:
    folder_of(tmp_path, wide().with_changes(name="wide"))
    found = whole("wide")
    code, output, said = begun_then(number, tmp_path, after_rounds)
    assert said.startswith("round 1: gap ")
    if number == signal.SIGINT:  # the best proved plan, whole
        assert code == 130, said
        stopped = json.loads(output)
        assert stopped["status"] == "interrupted"
        assert after_rounds <= len(stopped["rounds"]) < len(found.rounds)
        assert stopped["objective"] <= found.assortments * (1 + 1e-12)
        assert stopped["rounds"][-1]["bound"] >= found.assortments * (1 - 1e-12)
    else:
        assert code == (143 if number == signal.SIGTERM else -number)
        assert output == ""
    result = call("solve", str(tmp_path / "wide"), "--method", "prices", "--tolerance", "1e-9",
                 "--checkpoint", str(tmp_path / "rounds"), "--json", "--verbose")  # fmt: skip
    first = int(result.stderr.split(":")[0].removeprefix("round "))
    assert first > after_rounds
    facts = answer(result, 0)
    assert [one["passes"] for one in facts["rounds"]] == pytest.approx([one.passes for one in found.rounds])
    assert facts["objective"] == pytest.approx(found.assortments, rel=1e-12)


# ---- what is told --------------------------------------------------------------------------------------------------


def test_rounds_and_passes_in_json_table_words_and_progress() -> None:
    lines: list[str] = []
    plan = no.solve(wide(), method="prices", progress=lines.append)
    facts = json.loads(json.dumps(plan.summary(), allow_nan=False))
    assert [one["round"] for one in facts["rounds"]] == list(plan.rounds.index) == list(range(1, plan.iterations + 1))
    assert facts["passes"] == np.ceil(plan.rounds["passes"].iloc[-1])
    for one, row in zip(facts["rounds"], plan.rounds.itertuples(), strict=True):
        assert (one["bound"], one["best"], one["gap"], one["passes"]) == (row.bound, row.best, row.gap, row.passes)
    assert [line.split(":")[0] for line in lines] == [f"round {k}" for k in plan.rounds.index]
    assert all(" gap " in line and " passes, " in line for line in lines)
    assert f"{plan.iterations} rounds, {facts['passes']} passes" in str(plan)
    assert {"rounds", "price_path", "revealed"} <= set(plan.tables())
    assert not call("solve", "excavators", "--method", "prices").stderr  # nobody watches
    with working("planning") as progress:
        assert progress is None


def test_what_was_announced_ends_at_the_prices_of_the_plan() -> None:
    plan = planned()
    path = plan.price_path
    assert list(path.columns) == [f"resource {name}" for name in plan.economy.resources]
    assert np.allclose(path.sum(axis=1), 1.0, atol=1e-12)
    worth = plan.valuations.loc["resource"].iloc[:, 0] * plan.economy.vector("resource_limits", 0)
    assert path.to_numpy()[-1] == pytest.approx((worth / worth.sum()).to_numpy(), abs=1e-2)
    assert path.to_numpy()[0] == pytest.approx(1 / 2)


def test_scarce_things_are_named() -> None:
    economy = no.build_economy(
        goods=["corn", "iron"], resources=["labour"], inputs=[[0.1, 0.2], [0.1, 0.1]], resource_use=[[1.0, 1.0]],
        resource_limits=[9.0], targets=[1.0, 1.0], initial_stocks=[0.5, 0.0], capital=[[0.0, 0.0], [0.5, 0.0]],
        initial_capital=[[0.0, 0.0], [2.0, 0.0]], objective="assortment",
    )  # fmt: skip
    path = no.solve(economy, method="prices").price_path
    assert list(path.columns) == ["resource labour", "stock of iron in corn", "corn on hand"]


def test_what_industries_told_is_counted() -> None:
    """Against a count of the calls: a cost and a choice of every good each time all are asked."""
    economy = wide()
    plan = no.solve(economy, method="prices")
    told = plan.revealed
    assert told.index[-1] == "coefficients" and set(told.index[:-1]) <= set(MESSAGES)
    asked, count = told.loc["choices", "numbers"], plan.by_prices.industries
    assert 200 < count <= 230  # those that are needed
    assert asked % count == 0 and told.loc["costs", "numbers"] > asked
    coefficients = economy.matrix("inputs", 0).nnz + economy.matrix("resource_use", 0).nnz
    assert 0.9 * coefficients < told.loc["coefficients", "numbers"] <= coefficients
    assert told.loc["choices", "per_industry"] == asked / count
    assert told.loc["choices", "per_round"] == asked / plan.iterations
    assert "coefficients none" in str(plan)


def test_other_plans_have_no_rounds_of_prices() -> None:
    plan = no.solve("excavators")
    for ask in (lambda: plan.rounds, lambda: plan.price_path, lambda: plan.revealed, lambda: plan.plot.price_path()):
        with pytest.raises(QuestionError, match="only price coordination has rounds of prices: ask it with"):
            ask()


def test_the_picture_draws_what_was_announced_and_how_bound_and_plan_met() -> None:
    plan = planned()
    above, below = plan.plot.price_path().axes
    drawn = {line.get_label(): line.get_ydata() for line in above.lines}
    for name, values in plan.price_path.items():
        assert drawn[name] == pytest.approx(values.to_numpy())
    bound = next(line for line in below.lines if "bound" in str(line.get_label()))
    assert np.asarray(bound.get_ydata())[:-1] == pytest.approx(
        (plan.rounds["bound"] / plan.rounds["best"].iloc[-1] - 1).to_numpy()[:-1]
    )
    few = plan.plot.price_path(most=1).axes[0]
    assert [line.get_label() for line in few.lines][1] == "1 more together"
    nothing = PriceRounds((), ("resource labour",), {}, 1, 1)
    assert "before the first round" in replace(plan, coordination=nothing).plot.price_path().texts[1].get_text()


# ---- auto ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small economies count as large."""
    monkeypatch.setattr(by_structure, "LARGE", 1_000)


def test_below_the_crossover_auto_is_highs() -> None:
    plan = no.solve(wide())
    assert plan.method == "highs" and plan.coordination is None and len(plan.attempts) == 1


@pytest.mark.usefixtures("early")
def test_auto_takes_prices_says_so_and_meets_the_tolerance_of_highs() -> None:
    economy = wide()
    plan = no.solve(economy)
    assert plan.method == "prices" and plan.proved
    assert plan.certificate.tolerance == 1e-9 and plan.certificate.gap <= 1e-9
    assert "ahead of HiGHS" in plan.attempts[0].message
    assert "chosen      price coordination, since one product per technique, one period and 2 scarce" in str(plan)
    assert plan.objective == pytest.approx(no.solve(economy, method="simplex").objective, rel=1e-9)
    assert no.solve(economy, tolerance=1e-4).certificate.gap <= 1e-4


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize(
    "options", [{"backend": "pyomo"}, {"options": {"presolve": "off"}}, {"certificate": "doubles"}, {"method": "ipm"}]
)
def test_what_is_asked_of_highs_is_asked_of_highs(options: dict[str, Any]) -> None:
    plan = no.solve(wide(), time_limit=60, **options)
    assert plan.proved and plan.coordination is None


@pytest.mark.usefixtures("early")
@pytest.mark.parametrize("changed", [{"periods": 2}, {"capital": "techniques"}, {"resources": 70}])
def test_what_is_not_of_their_structure_goes_to_highs_as_ever(changed: dict[str, Any]) -> None:
    plan = no.solve(wide(goods=120, **changed))
    assert plan.proved and plan.coordination is None and len(plan.attempts) == 1


@pytest.mark.usefixtures("early")
def test_where_prices_prove_nothing_in_time_highs_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_structure, "ROUNDS", 2)
    plan = no.solve(wide())
    assert plan.proved and plan.method == "highs"
    assert "2 rounds of prices" in plan.attempts[0].message and "so HiGHS is asked" in str(plan)


@pytest.mark.usefixtures("early")
def test_where_prices_decline_highs_answers() -> None:
    """Goods that only use themselves up, and that nobody needs: prices cannot say what they cost."""
    economy = wide()
    inputs = economy.matrix("inputs", 0).tolil()
    inputs[0, 0] = inputs[0, 230] = 2.0
    plan = no.solve(economy.with_changes(inputs=inputs.tocsc(), targets=np.where(np.arange(230) == 7, 1.0, 0.0)))
    assert plan.proved and plan.method == "highs"
    assert "HiGHS, since price coordination declines" in plan.attempts[0].message


def test_compare_counts_passes_of_prices() -> None:
    found = no.compare("excavators", methods=["highs", "prices"])
    plan = found.plans["prices"]
    assert found.table.loc["prices", "passes"] == plan.by_prices.passes > plan.iterations
    assert found.table.loc["highs", "status"] == found.table.loc["prices", "status"] == "optimal"
