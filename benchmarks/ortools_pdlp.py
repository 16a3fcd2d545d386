"""OR-tools' PDLP in a process of its own: ``python -m benchmarks.ortools_pdlp PROGRAM ANSWER``, both ``.npz`` files.

OR-tools brings a HiGHS of its own, and the symbols of the two cannot be in one process. Nothing of this package is
imported here; the caller judges the answer. Seconds are those of the solver alone, without starting and files.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

NEEDS = ("ortools",)


def solve_apart(
    cost: Any, matrix: Any, rows: tuple[Any, Any], columns: tuple[Any, Any], tolerance: float, limit: float
) -> dict[str, Any]:
    """Minimise in a process of its own.

    Parameters
    ----------
    cost, matrix : shape (n,); (m, n). rows, columns : lower and upper sides.
    tolerance, limit : relative and absolute, as PDLP understands them; in seconds.

    Returns
    -------
    dict with ``primal``, ``dual``, ``seconds``, ``iterations`` and ``in_time``.
    """
    csc = sp.csc_array(matrix)
    with tempfile.TemporaryDirectory() as folder:
        program, answer = Path(folder) / "program.npz", Path(folder) / "answer.npz"
        np.savez(
            program, cost=cost, data=csc.data, indices=csc.indices, indptr=csc.indptr, row_lower=rows[0],
            row_upper=rows[1], lower=columns[0], upper=columns[1], asked=np.array([tolerance, limit]),
        )  # fmt: skip
        command = [sys.executable, "-m", __name__, str(program), str(answer)]
        subprocess.run(command, check=True, stdout=sys.stderr, cwd=Path(__file__).parents[1])
        with np.load(answer) as found:
            return {name: found[name] if found[name].ndim else found[name].item() for name in found.files}


def main(program: str, answer: str) -> None:
    """Solve the program of a file, and write the answer to another."""
    from ortools.pdlp import solve_log_pb2, solvers_pb2
    from ortools.pdlp.python import pdlp

    given = np.load(program)
    shape = (len(given["row_lower"]), len(given["cost"]))
    asked = pdlp.QuadraticProgram()
    asked.objective_vector = given["cost"]
    asked.constraint_matrix = sp.csc_matrix((given["data"], given["indices"], given["indptr"]), shape=shape)
    asked.constraint_lower_bounds, asked.constraint_upper_bounds = given["row_lower"], given["row_upper"]
    asked.variable_lower_bounds, asked.variable_upper_bounds = given["lower"], given["upper"]
    settings = solvers_pb2.PrimalDualHybridGradientParams()
    criteria, (tolerance, limit) = settings.termination_criteria, given["asked"]
    criteria.time_sec_limit = limit
    criteria.simple_optimality_criteria.eps_optimal_relative = tolerance
    criteria.simple_optimality_criteria.eps_optimal_absolute = tolerance
    start = time.perf_counter()
    told = pdlp.primal_dual_hybrid_gradient(asked, settings)
    seconds = time.perf_counter() - start
    np.savez(
        answer,
        primal=told.primal_solution,
        dual=told.dual_solution,
        seconds=seconds,
        iterations=told.solve_log.iteration_count,
        in_time=told.solve_log.termination_reason != solve_log_pb2.TERMINATION_REASON_TIME_LIMIT,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
