"""Starting up: what ``import natura_opt`` and ``natura-opt --help`` cost beside an empty Python and its neighbours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import natura_opt as no

from ..measuring import Competitor, Result, race

TITLE = "wall time of a fresh process: import, and the command line's help"
OURS = "import natura_opt"
HELP = "natura-opt --help"
_REPEATS = {"tiny": 1, "small": 3, "full": 7}
_MOST_SECONDS_FOR_HELP = 0.5

#: name, code of the process, its arguments, modules it needs.
_PROCESSES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("pass", "pass", (), ()),
    (OURS, "import natura_opt", (), ()),
    (HELP, "from natura_opt.cli.main import main; main()", ("--help",), ()),
    ("natura_opt.solve", "import natura_opt; natura_opt.solve", (), ()),
    ("natura_opt.solve('five_year_plan')", "import natura_opt; natura_opt.solve('five_year_plan')", (), ()),
    ("import numpy", "import numpy", (), ("numpy",)),
    ("import pandas", "import pandas", (), ("pandas",)),
    ("import highspy", "import highspy", (), ("highspy",)),
    ("import pyomo.environ", "import pyomo.environ", (), ("pyomo",)),
    ("import cvxpy", "import cvxpy", (), ("cvxpy",)),
    ("import linopy", "import linopy", (), ("linopy",)),
    ("import pyoptinterface", "import pyoptinterface", (), ("pyoptinterface",)),
)


def run(size: str) -> Result:
    """Start every process in turn; all must end well."""
    chosen = _PROCESSES[:3] if size == "tiny" else _PROCESSES
    rows = race([_process(*entry) for entry in chosen], OURS, lambda a, b: a == b, repeats=_REPEATS[size])
    at = {row.name: row.median or 0.0 for row in rows if row.seconds}
    figures = {
        "--help, seconds (median)": at[HELP],
        "--help below 0.5 s": at[HELP] < _MOST_SECONDS_FOR_HELP,
        "import above an empty Python, seconds": at[OURS] - at["pass"],
    }
    return Result("startup", TITLE, size, OURS, rows, figures)


def _process(name: str, code: str, arguments: tuple[str, ...], needs: tuple[str, ...]) -> Competitor:
    checkout = str(Path(no.__file__).resolve().parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [checkout, os.environ.get("PYTHONPATH")]))}

    def start() -> int:
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    return Competitor(name, start, needs=needs)
