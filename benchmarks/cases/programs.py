"""Programs from files: each file of a folder read, solved and proved, beside what HiGHS says of the raw file.

Without a folder: the shipped models and seeded plans as MPS files, as they are and with rows and columns in units of
1e-5 to 1e6, so that the optimum is known. "Off by" is how far HiGHS's objective lies outside the proved interval from
the objective attained to its bound, relative to the larger.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

import natura_opt as no
from natura_opt.program.reading.text import format_of

from ..economies import seeded_plan
from ..measuring import Result, Row, compare_times

TITLE = "MPS and LP files: proved, beside HiGHS's word on the raw file"
_SECONDS = {"tiny": 20.0, "small": 60.0, "full": 1000.0}
_PLANS = {"tiny": 1, "small": 6, "full": 20}
_UNITS = {"tiny": 1, "small": 2, "full": 5}
#: An objective this far off is a wrong answer.
_WRONG = 1e-6


def run(size: str, files: Path | None = None) -> Result:
    """Answer every program of a folder (or of those made here): one row per file."""
    if files is not None:
        return _result(size, sorted(path for path in files.iterdir() if format_of(path) is not None), {})
    with tempfile.TemporaryDirectory() as folder:
        known = dict(_made(Path(folder), size))
        return _result(size, sorted(known), known)


def _result(size: str, paths: list[Path], known: dict[Path, float]) -> Result:
    rows: list[Row] = []
    count = dict.fromkeys(("proved optimal", "proved infeasible", "proved unbounded", "not proved", "refused"), 0)
    word = dict.fromkeys(("agrees", "off by more than 1e-6", "calls it otherwise", "no answer"), 0)
    for path in paths:
        row, solution = _ours(path, size)
        row.figures |= _theirs(path, size, solution)
        if solution is not None and solution.proved and path in known:
            row.same = bool(abs(solution.objective - known[path]) <= _WRONG * max(abs(known[path]), 1.0))
        compare_times([row], row.name)
        rows.append(row)
        settled = bool(row.figures.get("proved"))
        count[f"proved {row.figures['status']}" if settled else "not proved" if solution else "refused"] += 1
        if settled:
            word[_judged(row.figures)] += 1
    figures: dict[str, Any] = {"files": len(paths), **count, "HiGHS's word on the raw files that are proved": word}
    return Result("programs", TITLE, size, rows[0].name if rows else "", rows, figures)


def _ours(path: Path, size: str) -> tuple[Row, no.ProgramSolution | None]:
    row, started = Row(path.name), time.perf_counter()
    try:
        program = no.read_program(path)
        solution = no.solve(program, time_limit=_SECONDS[size])
    except no.NaturaError as error:
        row.seconds, row.figures = [time.perf_counter() - started], {"status": f"refused: {error}"}
        return row, None
    row.seconds = [time.perf_counter() - started]
    rows, columns = program.shape
    row.figures = {"rows": rows, "columns": columns, "nonzeros": program.matrix.nnz}
    row.figures |= {"status": str(solution.status), "proved": solution.summary()["certificate"]["proved"]}
    if solution.impossibility is None:
        row.figures |= {"gap": solution.certificate.gap, "objective": f"{solution.objective:.10g}"}
    return row, solution


def _theirs(path: Path, size: str, solution: no.ProgramSolution | None) -> dict[str, Any]:
    """Let HiGHS read and solve the raw file, with its own options, and take its word."""
    started = time.perf_counter()
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("time_limit", _SECONDS[size])
    if highs.readModel(str(path)) == highspy.HighsStatus.kError:
        return {"HiGHS says": "not read"}
    highs.run()
    said = highs.modelStatusToString(highs.getModelStatus()).lower()
    figures: dict[str, Any] = {"HiGHS says": said, "HiGHS s": time.perf_counter() - started}
    if said == "optimal":
        objective = float(highs.getInfo().objective_function_value)
        if solution is not None and solution.proved:
            figures["off by"] = outside(objective, solution.objective, solution.certificate.dual_objective)
    return figures


def outside(value: float, attained: float, bound: float) -> float:
    """Return how far a value lies outside an interval, relative to its end; zero inside.

    >>> outside(11.0, 10.0, 10.0), outside(9.5, 9.0, 10.0)
    (0.1, 0.0)
    """
    low, high = min(attained, bound), max(attained, bound)
    miss = max(low - value, value - high, 0.0)
    return miss / max(abs(bound), abs(attained), 1e-300) if miss else 0.0


def _judged(figures: dict[str, Any]) -> str:
    said = figures["HiGHS says"]
    if said == figures["status"]:
        return "agrees" if figures.get("off by", 0.0) <= _WRONG else "off by more than 1e-6"
    return "calls it otherwise" if said in ("optimal", "infeasible", "unbounded") else "no answer"


def _made(folder: Path, size: str) -> Iterator[tuple[Path, float]]:
    """Write programs whose optimum is known from their plan; yield path and optimum."""
    economies = [no.read(name) for name in no.shipped_models()]
    economies += [seeded_plan(seed, 5 + 3 * seed, 2 + seed % 3) for seed in range(_PLANS[size])]
    for economy in economies:
        program = no.linear_program(economy, economy.question(None))
        straight = economy.curves is None or economy.curves.is_straight
        optimum = no.solve(economy if straight else program).assert_optimal().objective  # type: ignore[call-overload]
        yield program.to_mps(folder / f"{economy.name}.mps"), optimum
        for seed in range(_UNITS[size]):
            rng = np.random.default_rng(seed)
            row, column = (10.0 ** rng.uniform(-5, 6, count) for count in program.shape)
            yield in_units(program, row, column).to_mps(folder / f"{economy.name} units {seed}.mps"), optimum


def in_units(program: no.LinearProgram, row: Any, column: Any) -> no.LinearProgram:
    """Return the program with row i times ``row[i]`` and column j in units of ``column[j]``, rounded.

    Whole numbers have no units.
    """
    row, column = np.asarray(row), np.where(program.integer, 1.0, column)
    return replace(
        program,
        cost=program.cost * column,
        lower=program.lower / column,
        upper=program.upper / column,
        matrix=sp.csc_array(sp.diags_array(row) @ program.matrix @ sp.diags_array(column)),
        row_lower=program.row_lower * row,
        row_upper=program.row_upper * row,
    )
