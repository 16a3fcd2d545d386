"""Every benchmark runs, gives well-formed JSON, and its competitors agree. Times are never asserted."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from benchmarks import registry, scale_picture
from benchmarks.__main__ import finite, main
from benchmarks.cases import horizon, prices, scale
from benchmarks.cases.certify import solved_program
from benchmarks.economies import at_horizon, seeded_plan, write_four_files
from benchmarks.machine import facts_line, machine_facts
from benchmarks.measuring import Competitor, Row, compare_times, race
from benchmarks.ortools_pdlp import solve_apart
from benchmarks.roads import arrays
from benchmarks.roads.comparing import figures_of, same_model

# Other people's packages warn of their own future; a benchmark is not the place to fail for it.
pytestmark = [
    pytest.mark.filterwarnings("default::DeprecationWarning"),
    pytest.mark.filterwarnings("default::FutureWarning"),
    pytest.mark.filterwarnings("default::PendingDeprecationWarning"),
    pytest.mark.filterwarnings("default::UserWarning"),
]

#: Competitors that need nothing but the package itself, and so must have run and agreed.
MUST_RUN = {
    "build": {"arrays", "arrays, scaled", "CVXPY, our spelling", "Pyomo, our spelling", "Pyomo, LinearExpression"},
    "read": {"model folder, CSV", "model folder, Parquet", "workbook", "four files"},
    "startup": {"pass", "import natura_opt", "natura-opt --help"},
}


#: Cases that take long even when tiny.
SLOW = ("harmony_1990", "product")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.exhaustive) if name in SLOW else name for name in registry.NAMES]
)
def test_a_case_gives_one_json_object_and_equal_answers(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--size", "tiny", "--json"]) == 0
    printed = capfd.readouterr().out
    found = json.loads(printed)  # exactly one object: anything else on standard output is an error here
    assert set(found) == {"machine", "results"}
    (result,) = found["results"]
    assert result["case"] == name
    assert result["size"] == "tiny"
    assert result["equal"] is True
    rows = {row["name"]: row for row in result["rows"]}
    ours = rows[result["ours"]]
    assert ours["ratio"] == ours["ratio_of_minima"] == 1.0
    assert ours["same"] is True
    for row in rows.values():
        assert row["same"] in (True, None)
        if row["installed"]:
            assert row["seconds"]
            assert row["minimum"] <= row["median"]
        else:
            assert row["seconds"] == []
            assert row["ratio"] is None
    assert MUST_RUN.get(name, set()) <= {row["name"] for row in rows.values() if row["installed"] and row["same"]}


@pytest.mark.parametrize("what", ["coefficient", "side", "cost", "sense"])
def test_a_changed_model_is_not_the_same(what: str) -> None:
    economy = seeded_plan(1, 8, 3)
    ours = figures_of(arrays.as_highs(arrays.build(economy)), solve=True)
    highs = arrays.build(economy)
    if what == "coefficient":
        highs.changeCoeff(0, 0, 7.0)
    elif what == "side":
        highs.changeRowBounds(0, -np.inf, 1.0)
    elif what == "cost":
        highs.changeColCost(0, -1e-3)
    else:
        cost = np.array(highs.getLp().col_cost_)
        highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), -cost)
    assert not same_model(ours, figures_of(highs, solve=True))


def test_what_is_not_installed_is_said_and_is_no_error() -> None:
    ways = [Competitor("ours", lambda: 1), Competitor("absent", lambda: 1 / 0, needs=("no_such_module",))]
    ours, absent = race(ways, "ours", lambda a, b: a == b, repeats=2)
    assert ours.installed and len(ours.seconds) == 2
    assert not absent.installed and absent.seconds == [] and absent.same is None


def test_a_different_answer_is_found() -> None:
    ways = [Competitor("ours", lambda: 1), Competitor("theirs", lambda: 2)]
    ours, theirs = race(ways, "ours", lambda a, b: a == b, repeats=1)
    assert ours.same is True and theirs.same is False


def test_ratios_are_to_ours() -> None:
    ours, theirs = race([Competitor("ours", int), Competitor("theirs", int)], "ours", lambda a, b: a == b, repeats=1)
    ours.seconds, theirs.seconds = [1.0, 2.0, 9.0], [3.0, 6.0, 7.0]
    compare_times([ours, theirs], "ours")
    assert (ours.ratio, theirs.ratio, theirs.ratio_of_minima) == (1.0, 3.0, 3.0)


def test_the_seeded_plan_is_productive_feasible_and_the_same_in_any_units() -> None:
    plain, mixed = seeded_plan(4, 12, 3), seeded_plan(4, 12, 3, spread=4)
    radius = np.abs(np.linalg.eigvals(plain.matrix("inputs", 0).toarray())).max()
    assert 0 < radius < 0.8
    found = [no.solve(economy).assert_optimal().objective for economy in (plain, mixed)]
    assert found[0] > 0
    assert found[0] == pytest.approx(found[1], rel=1e-8)


def test_the_four_files_read_back(tmp_path: Path) -> None:
    economy = seeded_plan(5, 6, 3)
    read = no.read_five_year(*write_four_files(economy, tmp_path))
    np.testing.assert_allclose(read.matrix("inputs", 0).toarray(), economy.matrix("inputs", 0).toarray(), rtol=1e-12)
    assert no.solve(read).assert_optimal().objective > 0


def test_the_certified_program_is_solved() -> None:
    program, primal, dual = solved_program(3, 500)
    assert no.certify(program, primal, dual, 1e-9).proved
    assert not no.certify(program, primal * 1.01, dual, 1e-9).proved


def test_a_folder_of_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.lp").write_text("max x\nst\n c: x + y <= 4\nend\n")
    (tmp_path / "none.lp").write_text("max x\nst\n c: x >= 4\n d: x <= 3\nend\n")
    (tmp_path / "torn.mps").write_text("NAME\nROWS\n")
    (tmp_path / "notes.txt").write_text("no program")
    assert main(["programs", "--files", str(tmp_path), "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    figures = result["figures"]
    assert [figures[key] for key in ("files", "proved optimal", "proved infeasible", "refused")] == [3, 1, 1, 1]
    assert figures["HiGHS's word on the raw files that are proved"]["agrees"] == 2
    row = result["rows"][0]
    assert row["name"] == "good.lp" and row["figures"]["proved"] is True and row["figures"]["nonzeros"] == 2
    assert "cut off" in result["rows"][2]["figures"]["status"]
    for wrong in (["certify", "--files", str(tmp_path)], ["programs", "--files", str(tmp_path / "absent")]):
        with pytest.raises(SystemExit):
            main(wrong)


def test_the_list_and_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert [line.split()[0] for line in listed.splitlines()] == list(registry.NAMES)
    assert main(["certify", "--size", "tiny"]) == 0
    assert "ratio" in capsys.readouterr().out


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["sovle"])
    assert stop.value.code == 2
    assert "no case 'sovle'" in capsys.readouterr().err
    with pytest.raises(KeyError, match="no size"):
        registry.run("build", "huge")


def test_the_machine_is_described_without_its_name_or_paths() -> None:
    import platform

    line = facts_line(machine_facts())
    assert "Python" in line and "highspy" in line
    assert platform.node() not in line.split() and str(Path.home()) not in line


def test_json_takes_figures_that_are_not_finite() -> None:
    assert finite({"a": [float("inf"), float("nan"), 1.0], "b": (2,)}) == {"a": [None, None, 1.0], "b": [2]}


# ---- horizons ------------------------------------------------------------------------------------------------------


def test_a_longer_horizon_repeats_the_last_year_and_changes_no_other() -> None:
    economy = no.read("uk_2015_20")
    same = no.solve(at_horizon(economy, 5)).assert_optimal()
    assert same.objective == pytest.approx(5.034656815283, rel=1e-11)
    longer = at_horizon(economy, 8)
    for table in ("targets", "resource_limits"):
        numbers = longer.frame(table).to_numpy()
        np.testing.assert_array_equal(numbers[:, :5], economy.frame(table).to_numpy())
        assert (numbers[:, 5:] == numbers[:, [4]]).all()
    shorter = at_horizon(economy, 2)
    assert len(shorter.periods) == 2 and (shorter.vector("targets", 1) == economy.vector("targets", 1)).all()


def test_growth_with_the_number_of_periods_is_an_exponent() -> None:
    assert horizon._exponent({5: 2.0, 10: 8.0, 20: 32.0}) == pytest.approx(2.0)
    assert horizon._exponent({5: 2.0}) is None


def test_auto_is_held_against_the_best_way_that_was_proved() -> None:
    spent = {
        "auto": {5: (9.0, 6.0, True), 10: (9.0, 8.0, True), 20: (9.0, 9.0, False)},
        "simplex": {5: (1.0, 4.0, True), 10: (1.0, 1.0, False)},
        "ipm": {5: (1.0, 5.0, True), 10: (1.0, 10.0, True)},
    }
    assert horizon._against_best(spent) == {5: 1.5, 10: 1.0}


@pytest.mark.parametrize(("ours", "other", "said"), [(1.0, 1.0, True), (1.0, 1.1, False), (1.0, None, None)])
def test_what_was_not_proved_in_time_is_not_compared(ours: float, other: float | None, said: bool | None) -> None:
    assert horizon._same(ours, other) is said


# ---- scale ---------------------------------------------------------------------------------------------------------


def test_an_exponent_is_the_slope_of_logarithms() -> None:
    assert scale.exponent([(10, 3.0), (100, 30.0), (1000, 300.0)]) == pytest.approx(1.0)
    assert scale.exponent([(10, 1.0), (20, 4.0)]) == pytest.approx(2.0)
    assert scale.exponent([(10, 1.0)]) is None


@pytest.mark.parametrize(
    ("method", "seconds", "asked"),
    [("simplex", 59.0, True), ("simplex", 60.0, False), ("ipm", 0.6, True), ("ipm", 0.7, False)],
)
def test_a_method_climbs_while_it_is_in_time(method: str, seconds: float, asked: bool) -> None:
    assert scale._follows([], 100, 60.0, method)
    assert scale._follows([(100, Row(method, seconds=[seconds]))], 1_000, 60.0, method) is asked


def test_the_picture_draws_what_is_proved() -> None:
    figures = {"proved": True, "coefficients": 10, "processor seconds": 1.0}
    rows = [{"name": f"5 goods: {name}", "figures": figures} for name in scale_picture._STYLES]
    rows.append({"name": "9 goods: HiGHS simplex", "figures": {**figures, "proved": False}})
    slopes = {
        f"exponent of processor seconds: {name}": None if "ipm" in name else 1.5 for name in scale_picture._STYLES
    }
    (ax,) = scale_picture.draw({"rows": rows, "figures": slopes}).axes
    assert [len(line.get_xdata()) for line in ax.lines] == [1, 1, 1, 1, 1]
    assert [line.get_label() for line in ax.lines] == [
        "price coordination: slope 1.50",
        "HiGHS pdlp: slope 1.50",
        "HiGHS ipm",
        "HiGHS simplex: slope 1.50",
        "HiGHS, ended without a proof",
    ]


@pytest.mark.skipif(find_spec("ortools") is None, reason="OR-tools is not among the requirements")
def test_ortools_solves_apart() -> None:
    found = solve_apart([-1.0, -1.0], sp.csc_array([[1.0, 2.0]]), ([-np.inf], [4.0]), ([0, 0], [3, 3]), 1e-9, 10.0)
    assert found["in_time"] and found["primal"] == pytest.approx([3.0, 0.5], abs=1e-6)
    assert found["dual"] == pytest.approx([-0.5], abs=1e-6)


def test_without_ortools_its_row_says_so() -> None:
    economy = prices.alike(60, 4)
    program = no.linear_program(economy, economy.question())
    row = prices._measured(Competitor("absent", prices._by_ortools(program, 5.0), needs=("no_such_module",)), 1)
    assert not row.installed and row.seconds == [] and row.figures == {}


def test_seconds_that_a_competitor_counted_itself_are_taken() -> None:
    row = prices._measured(Competitor("apart", lambda: {prices.SECONDS: 3.5, "proved": True}), 1)
    assert row.seconds == [3.5] and row.figures == {"proved": True}
