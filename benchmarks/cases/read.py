"""Reading a model, in every form it may have; and what is spent around the solver, held against the solver.

Everything that is not HiGHS (reading, laying out the matrices, recomputing the proof) must cost less than HiGHS's own
solve of a plan of any size worth the name.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import natura_opt as no
from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions

from ..economies import UK_2015, FourFiles, four_files, has_uk_2015, seeded_plan, write_four_files
from ..measuring import Competitor, Result, Row, compare_times, fewest_seconds, race, timed

TITLE = "reading a model in every form; reading, building and proving against HiGHS's own solve"
OURS = "model folder, CSV"
_PLANS = {"tiny": (6, 3), "small": (40, 4), "full": (129, 5)}
_REPEATS = {"tiny": 2, "small": 5, "full": 7}


def run(size: str) -> Result:
    """Read the United Kingdom of 2015 (full size, where the data is) or a seeded plan."""
    real = size == "full" and has_uk_2015()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        four = four_files(UK_2015) if real else write_four_files(seeded_plan(5, *_PLANS[size]), folder)
        economy = no.read_five_year(*four, name="uk_2015" if real else "seeded")
        rows = race(_forms(economy, folder, four), OURS, _same, repeats=_REPEATS[size])
    stages, figures = _stages(economy, _REPEATS[size])
    rows += stages
    compare_times(rows, OURS)
    at = fewest_seconds(rows)
    for what, form in (("folder", OURS), ("four files", "four files")):
        around = at[form] + at["matrices"] + at["certificate"]
        figures[f"read + build + certificate over HiGHS's solve (minima), {what}"] = around / at["HiGHS's own solve"]
    figures["below 1"] = all(value < 1 for key, value in figures.items() if key.startswith("read + build"))
    return Result("read", TITLE, size, OURS, rows, {"economy": economy.name, **figures})


def _forms(economy: no.Economy, folder: Path, four: FourFiles) -> list[Competitor]:
    """Write the economy in every form and return the readers."""
    no.write(economy, folder / "csv")
    no.write(economy, folder / "parquet", tables="parquet")
    no.write(economy, folder / "book.xlsx")
    tables = sorted((folder / "csv").glob("*.csv"))
    return [
        Competitor(OURS, lambda: no.read(folder / "csv"), _numbers),
        Competitor("model folder, Parquet", lambda: no.read(folder / "parquet"), _numbers),
        Competitor("workbook", lambda: no.read(folder / "book.xlsx"), _numbers, ("openpyxl",)),
        Competitor("four files", lambda: no.read_five_year(*four), _numbers),
        Competitor(
            "pandas.read_csv of the folder, unchecked",
            lambda: {path.stem: pd.read_csv(path, index_col=0) for path in tables},
            lambda frames: {"inputs": _size_of(frames["inputs"])},
        ),
    ]


def _numbers(economy: no.Economy) -> dict[str, Any]:
    """Return the sum of every table and the program: what reading must bring back."""
    sums = {"inputs": float(economy.matrix("inputs", 0).sum())}
    program = no.linear_program(economy, economy.question())
    return {**sums, "nnz": program.matrix.nnz, "data": program.matrix.data, "sides": program.row_upper}


def _size_of(inputs: pd.DataFrame) -> float:
    """Return the sum of a table of inputs, wide or long."""
    return float(inputs["value"].sum() if "value" in inputs else inputs.to_numpy().sum())


def _same(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    if ours.get("nnz") != theirs.get("nnz", ours.get("nnz")):
        return False
    return all(np.allclose(value, ours[key], rtol=1e-12, atol=0.0) for key, value in theirs.items())


def _stages(economy: no.Economy, repeats: int) -> tuple[list[Row], dict[str, Any]]:
    """Time what follows reading: matrices, HiGHS, certificate."""
    question, options = economy.question(), SolveOptions()
    program = no.linear_program(economy, question)
    solved = [HighsSession(program, options).solve() for _ in range(min(repeats, 3))]
    primal, dual = solved[-1].primal, solved[-1].dual
    proof = no.certify(program, primal, dual, options.tolerance)
    build, scaling, prove = Row("matrices"), Row("scaling and hand-over"), Row("certificate")
    for _ in range(repeats):
        build.seconds.append(timed(lambda: no.linear_program(economy, question)))
        scaling.seconds.append(timed(lambda: HighsSession(program, options)))
        prove.seconds.append(timed(lambda: no.certify(program, primal, dual, options.tolerance)))
    highs = Row("HiGHS's own solve", seconds=[answer.seconds for answer in solved])
    units = Row("five_year_plan, a small model with units", seconds=[timed(_read_with_units) for _ in range(repeats)])
    return [build, scaling, prove, highs, units], {"coefficients": program.matrix.nnz, "proved": proof.proved}


def _read_with_units() -> no.Economy:
    return no.read("five_year_plan")
