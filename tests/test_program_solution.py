"""Any linear program, solved and proved: exports of plans, hostile units, no plan, no end, whole numbers, nothing."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from typer.testing import CliRunner

import natura_opt as no
from benchmarks.cases.programs import in_units
from natura_opt.cli.app import app
from natura_opt.program.writing import column_names, row_names
from natura_opt.proof.diagnose import check_farkas, check_ray

from .adversarial import adversarial
from .exact_simplex import solve_exactly
from .programs import random_program
from .seeded import seeded_economy

SHIPPED = sorted(no.shipped_models())


def written(text: str, tmp_path: Path, name: str = "p.lp") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def solved(text: str, tmp_path: Path) -> no.ProgramSolution:
    return no.solve(no.read_program(written(text, tmp_path)))


@pytest.mark.parametrize("suffix", ["mps", "lp"])
@pytest.mark.parametrize("name", SHIPPED)
def test_exports_of_plans_have_the_plans_optimum_and_proof(name: str, suffix: str, tmp_path: Path) -> None:
    plan = no.solve(name).assert_optimal()
    path = getattr(plan.program, f"to_{suffix}")(tmp_path / f"plan.{suffix}")
    solution = no.solve(no.read_program(path)).assert_optimal()
    assert solution.objective == pytest.approx(plan.objective, rel=1e-9)
    assert set(column_names(plan.program)) == set(solution.columns.index)
    if suffix == "mps":
        assert list(solution.rows.index) == row_names(plan.program)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SHIPPED)
def test_exports_in_hostile_units(name: str, seed: int, tmp_path: Path) -> None:
    """Rows and columns in units 1e-6 to 1e6 (powers of two, so that it is the same program): the same optimum."""
    plan = no.solve(name).assert_optimal()
    rng = np.random.default_rng(seed)
    rows, columns = plan.program.shape
    row, column = np.exp2(rng.integers(-20, 21, rows)), np.exp2(rng.integers(-20, 21, columns))
    path = in_units(plan.program, row, column).to_mps(tmp_path / "plan.mps")
    solution = no.solve(no.read_program(path)).assert_optimal()
    assert solution.objective == pytest.approx(plan.objective, rel=2e-9)


def test_the_exact_certificate(tmp_path: Path) -> None:
    path = written("max 3 x + y\nst\n a: 3 x + 7 y <= 1\n b: x - y <= 0.1\nend\n", tmp_path)
    solution = no.solve(no.read_program(path), certificate="exact").assert_optimal()
    assert solution.certificate.bound == "exact"
    assert solution.certificate.gap == 2.0**-53  # the optimum is a fraction, and the objective the double next to it
    with pytest.raises(no.OptionError, match="unknown certificate"):
        no.solve(no.read_program(path), certificate="exakt")


def test_names_values_duals_and_slack(tmp_path: Path) -> None:
    solution = solved("max profit: 5 a + 4 b + 100\nst\n mill: 6a + 4b <= 24\n hand: a + 2b <= 6\nend\n", tmp_path)
    assert solution.proved and solution.objective == pytest.approx(121)
    assert solution.columns.loc["a", "value"] == pytest.approx(3) and solution.columns.loc["b", "value"] == 1.5
    assert solution.rows.loc["mill", "dual"] == pytest.approx(0.75) and solution.rows.loc["hand", "dual"] == 0.5
    assert solution.rows.loc["mill", ["activity", "upper"]].tolist() == pytest.approx([24, 24])
    assert solution.columns["reduced_cost"].tolist() == pytest.approx([0, 0])
    assert list(solution.binding.index) == ["mill", "hand"]
    assert list(solution.binding["worth"]) == pytest.approx([18, 3])
    assert "row mill: 24, one more brings 0.75" in repr(solution)


@pytest.mark.parametrize("sense", ["max", "min"])
@pytest.mark.parametrize("seed", range(6))
def test_duals_are_difference_quotients(seed: int, sense: str, tmp_path: Path) -> None:
    """One more of a side changes the objective by its dual; one more forced of a column, by its reduced cost."""
    rng = np.random.default_rng(seed)
    builder = no.ProgramBuilder()
    builder.columns("x", pd.Index(list("abcd")), 0.0, 5.0)
    builder.rows("r", pd.Index(list("uvw")), "<=" if sense == "max" else ">=", rng.uniform(3.0, 6.0, 3))
    builder.terms("r", "x", rng.uniform(0.5, 2.0, (3, 4)))
    builder.objective(sense, {"x": rng.uniform(1.0, 3.0, 4)})
    program = replace(builder.build(), offset=7.0)
    solution = no.solve(no.read_program(program.to_mps(tmp_path / "p.mps"))).assert_optimal()
    step, side = 1e-6, "row_upper" if sense == "max" else "row_lower"
    for at, dual in enumerate(solution.rows["dual"]):
        moved = replace(program, **{side: getattr(program, side) + step * (np.arange(3) == at)})
        change = (no.solve(moved).assert_optimal().objective - solution.objective) / step
        assert change == pytest.approx(dual, abs=1e-6) and dual >= 0
    for at, (value, reduced) in enumerate(solution.columns[["value", "reduced_cost"]].to_numpy()):
        if abs(reduced) > 1e-9:  # at a bound: move it inside
            there = np.full(4, value + step if value == 0 else value - step)
            here = np.arange(4) == at
            forced = replace(program, lower=np.where(here, there, 0.0), upper=np.where(here, there, 5.0))
            change = (no.solve(forced).assert_optimal().objective - solution.objective) / (there[0] - value)
            assert change == pytest.approx(reduced, abs=1e-6)


def test_infeasible_with_a_farkas_vector_by_name(tmp_path: Path) -> None:
    text = "min x + y\nst\n need: x + y >= 4\n cap: x + 2 y <= 3\n idle: x - y <= 9\nend\n"
    solution = solved(text, tmp_path)
    assert solution.status is no.Status.INFEASIBLE and not solution.proved
    farkas = solution.farkas
    assert list(farkas.index) == ["need", "cap", "idle"] and farkas["need"] > 0 > farkas["cap"]
    residual, margin, _ = check_farkas(solution.program, farkas.to_numpy())
    assert residual == 0 and margin > 1e-9
    assert "row 'need'" in repr(solution) and "row 'cap'" in repr(solution)
    assert set(solution.tables()) == {"summary", "farkas"}
    for read in (lambda: solution.columns, lambda: solution.rows, lambda: solution.ray, lambda: solution.objective):
        with pytest.raises(no.NotProvedError):
            read()
    with pytest.raises(no.NotProvedError, match="infeasible, proved"):
        solution.assert_optimal()
    assert solution.summary()["objective"] is None and solution.summary()["certificate"]["proved"] is True


def test_crossed_bounds_and_rows_without_columns(tmp_path: Path) -> None:
    crossed = solved("min x\nst\n c: x >= 1\nbounds\n 3 <= x <= 2\nend\n", tmp_path)
    assert crossed.status is no.Status.INFEASIBLE and "column 'x'" in repr(crossed)
    empty = solved("min x\nst\n c: 0 x >= 1\nend\n", tmp_path)
    assert empty.status is no.Status.INFEASIBLE and "row 'c'" in repr(empty)


def test_unbounded_with_a_ray_by_name(tmp_path: Path) -> None:
    solution = solved("max x - y\nst\n r: x - 2 y <= 3\n s: z <= 1\nend\n", tmp_path)
    assert solution.status is no.Status.UNBOUNDED
    assert list(solution.ray.index) == ["x", "y", "z"] and solution.ray["x"] > 0
    residual, gain, _ = check_ray(solution.program, solution.ray.to_numpy())
    assert residual == 0 and gain > 0
    assert "column 'x'" in repr(solution) and "resource" not in repr(solution)
    assert set(solution.tables()) == {"summary", "ray"}


def test_whole_numbers(tmp_path: Path) -> None:
    solution = solved("max 5 a + 4 b\nst\n c: 6 a + 4 b <= 23.5\n d: a + 2 b <= 6\ngeneral\n a b\nend\n", tmp_path)
    assert solution.proved and solution.objective == 19 and solution.certificate.bound in ("exact", "solver")
    assert solution.columns["value"].tolist() == [3, 1] and solution.columns["integer"].all()
    nothing = solved("max x\nst\n c: 2 x = 3\nbounds\n x <= 9\ngeneral\n x\nend\n", tmp_path)
    assert not nothing.proved


@pytest.mark.parametrize(
    ("text", "objective"),
    [
        ("min\nst\nend\n", 0.0),
        ("min 5\nst\nend\n", 5.0),
        ("max 3 x - 2\nst\nbounds\n x <= 4\nend\n", 10.0),
        ("min\nst\n c: x + y >= 2\nend\n", 0.0),
        ("min x\nst\n c: x >= 2\n d: y >= -inf\nend\n", 2.0),
        ("min\nst\n c: >= -1\nend\n", 0.0),
    ],
)
def test_programs_without_rows_columns_or_objective(text: str, objective: float, tmp_path: Path) -> None:
    solution = solved(text, tmp_path).assert_optimal()
    assert solution.objective == objective and math.isfinite(solution.summary()["objective"])
    assert len(solution.columns) == solution.program.shape[1] and len(solution.rows) == solution.program.shape[0]
    assert "optimal" in repr(solution)
    assert set(solution.tables()) == {"summary", "columns", "rows"}


def test_a_program_that_was_built_or_changed_by_hand() -> None:
    plan = no.solve("five_year_plan").assert_optimal()
    solution = no.solve(plan.program).assert_optimal()
    assert solution.objective == plan.objective and solution.rows.index.to_list() == row_names(plan.program)
    dense = plan.program.matrix.tocoo()
    twice = sp.csc_array(sp.coo_array((np.r_[dense.data / 2, dense.data / 2, 0.0], (np.r_[dense.row, dense.row, 0],
                                       np.r_[dense.col, dense.col, 1])), shape=dense.shape))  # fmt: skip
    assert no.solve(replace(plan.program, matrix=twice)).assert_optimal().objective == pytest.approx(plan.objective)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cost": np.zeros(1)}, r"the program's cost has shape \(1,\)"),
        ({"row_lower": np.zeros((2, 2))}, "row_lower has shape"),
        ({"lower": np.array([np.nan, 0.0])}, "is not a number"),
        ({"cost": np.array([np.inf, 0.0])}, "is not a number"),
        ({"offset": math.nan}, "the program's offset is nan"),
        ({"sense": "maximise"}, "it is 'min' or 'max'"),
        ({"columns": ()}, "label 0 columns, and the matrix has 2"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(no.NaturaError, match=says):
        no.solve(replace(no.solve("wheat_cloth").program, **change))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"question": "default"}, "question: of economies"),
        ({"backend": "pyomo"}, "backend: of economies"),
        ({"solver": "glpk"}, "solver: of economies"),
        ({"extra_laws": [no.ExtraLaw("matrix", print)]}, "extra_laws: of economies"),
        ({"extra_laws": [1]}, "extra_laws must be a list of ExtraLaw"),
        ({"method": "harmony"}, "method 'harmony': of economies"),
        ({"version": 2}, "version: of economies"),
        ({"method": "sipmlex"}, "did you mean 'simplex'"),
        ({"tolerance": 2}, "tolerance must lie between 0 and 1"),
        ({"options": {"presolv": "off"}}, "did you mean 'presolve'"),
    ],
)
def test_options_of_economies_are_refused_by_name(options: dict[str, Any], says: str) -> None:
    with pytest.raises(no.OptionError, match=says):
        no.solve(no.solve("wheat_cloth").program, **options)


@pytest.mark.parametrize("method", ["auto", "simplex", "ipm", "pdlp"])
def test_every_method_of_highs(method: str, tmp_path: Path) -> None:
    program = no.solve("five_year_plan").program
    log = tmp_path / "log.txt"
    solution = no.solve(program, method=method, tolerance=1e-6, log_file=log, time_limit=60, options={"threads": 1})
    assert solution.proved and solution.objective == pytest.approx(8.79729913, rel=1e-6) and log.read_text()


@pytest.mark.parametrize("seed", range(20))
def test_seeded_plans_as_programs(seed: int, tmp_path: Path) -> None:
    plan = no.solve(seeded_economy(seed, goods=(2, 8), periods=(1, 3))).assert_optimal()
    rng = np.random.default_rng(seed)
    units = [10.0 ** rng.integers(-6, 7, size) for size in plan.program.shape]
    solution = no.solve(no.read_program(in_units(plan.program, *units).to_mps(tmp_path / "p.mps"))).assert_optimal()
    assert solution.objective == pytest.approx(plan.objective, rel=1e-8)  # the units round every number


def judged(program: no.LinearProgram, folder: Path) -> no.ProgramSolution:
    """Answer a program from its file; whatever is claimed must be so in rational arithmetic."""
    solution = no.solve(no.read_program(program.to_mps(folder / "p.mps"), infinity=math.inf), time_limit=60)
    claimed = solution.status in (no.Status.OPTIMAL, no.Status.INFEASIBLE, no.Status.UNBOUNDED)
    if claimed and not program.integer.any():
        truth = solve_exactly(program)
        assert solution.status.value == truth.status
        if truth.value is not None and solution.proved:
            exact = float(truth.value)
            assert abs(solution.objective - exact) <= 1e-9 * max(abs(exact), abs(solution.objective)) + 1e-300
    json.dumps(solution.summary(), allow_nan=False)
    assert repr(solution) and solution.tables()
    return solution


@pytest.mark.parametrize("seed", range(40))
def test_any_program_is_answered_as_rational_arithmetic_has_it(seed: int, tmp_path: Path) -> None:
    solution = judged(random_program(seed, whole=seed % 4 == 3), tmp_path)
    if solution.status is no.Status.INFEASIBLE and solution.farkas.any():
        assert check_farkas(solution.program, solution.farkas.to_numpy())[0] <= 1e-15  # an exact vector, rounded
    if solution.status is no.Status.UNBOUNDED:
        assert check_ray(solution.program, solution.ray.to_numpy())[0] <= 1e-15  # an exact ray, rounded


@pytest.mark.parametrize("seed", range(40))
def test_adversarial_programs_from_files(seed: int, tmp_path: Path) -> None:
    judged(adversarial(seed)[1], tmp_path)


@pytest.mark.exhaustive
def test_a_thousand_programs_from_files(tmp_path: Path) -> None:
    found = Counter(str(judged(random_program(seed, seed % 2 == 0), tmp_path).status) for seed in range(1000, 2000))
    found.update(str(judged(adversarial(seed)[1], tmp_path).status) for seed in range(1000, 2000))
    print(dict(found))


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["solve", *arguments])


def test_the_command_line(tmp_path: Path) -> None:
    good = written("max p: 5 a + 4 b\nst\n mill: 6a + 4b <= 24\n hand: a + 2b <= 6\nend\n", tmp_path)
    done = run(str(good))
    assert done.exit_code == 0 and "mill" in done.stdout and "objective 21" in done.stdout
    facts = json.loads(run(str(good), "--json").stdout)
    plan = json.loads(run("wheat_cloth", "--json").stdout)
    assert set(plan) - {"fulfilment"} <= set(facts) and set(plan["certificate"]) == set(facts["certificate"])
    assert facts["objective_name"] == "p" and not facts["notes"]
    assert facts["status"] == "optimal" and facts["model"] == "p.lp" and facts["certificate"]["proved"] is True
    bad = written("min x\nst\n a: x >= 4\n b: x <= 3\nend\n", tmp_path, "bad.lp")
    assert run(str(bad)).exit_code == 1 and "row 'a'" in run(str(bad)).stdout
    endless = written("max x\nst\n a: x >= 4\nend\n", tmp_path, "endless.lp")
    facts = json.loads(run(str(endless), "--json").stdout)
    assert (facts["status"], facts["objective"]) == ("unbounded", None) and "column 'x'" in facts["reason"]
    for arguments, says in (
        ((str(good), "--question", "default"), "question: of economies"),
        ((str(good), "--backend", "pyomo"), "backend: of economies"),
        ((str(good), "--method", "harmony"), "method 'harmony': of economies"),
        ((str(tmp_path / "none.mps"),), "none.mps: there is no such file"),
        ((str(written("min x\nst\n x + >= 1\nend\n", tmp_path, "wrong.lp")),), "wrong.lp, line 3: "),
    ):
        refused = run(*arguments)
        assert refused.exit_code == 2 and says in refused.stderr


@pytest.mark.parametrize("out", ["out.xlsx", "out.parquet", "out"])
def test_the_solution_is_written(out: str, tmp_path: Path) -> None:
    good = written("max p: 5 a + 4 b\nst\n mill: 6a + 4b <= 24\n hand: a + 2b <= 6\nend\n", tmp_path)
    assert run(str(good), "--out", str(tmp_path / out)).exit_code == 0
    if out.endswith("xlsx"):
        tables = pd.read_excel(tmp_path / out, sheet_name=None)
    elif out.endswith("parquet"):
        tables = {path.stem: pd.read_parquet(path) for path in (tmp_path / out).glob("*.parquet")}
    else:
        tables = {path.stem: pd.read_csv(path) for path in (tmp_path / out).glob("*.csv")}
    assert set(tables) == {"summary", "columns", "rows"}
    assert tables["rows"]["row"].to_list() == ["mill", "hand"] and tables["columns"]["value"].to_list() == [3, 1.5]
