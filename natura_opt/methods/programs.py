"""A linear program to its solution: solved, proved and judged as plans are."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..backends.configured import check_highs_options
from ..backends.options import SolveOptions
from ..base.errors import OptionError
from ..plan.answer import Attempt
from ..plan.program_solution import ProgramSolution
from ..program.checks import checked
from ..program.linear import LinearProgram
from ..proof.judging import prove


def solve_program(
    program: LinearProgram,
    *,
    method: str = "auto",
    tolerance: float | None = None,
    verbose: bool = False,
    log_file: str | Path | None = None,
    time_limit: float | None = None,
    options: Mapping[str, Any] | None = None,
    certificate: str = "auto",
    of_economies: Mapping[str, Any] | None = None,
) -> ProgramSolution:
    """Solve a linear program and prove the answer; :func:`natura_opt.solve` comes here with a :class:`LinearProgram`.

    Parameters
    ----------
    method, tolerance, verbose, log_file, time_limit, options, certificate : as of :func:`natura_opt.solve`.
    of_economies : options that speak of economies, by name; one that is set is refused.

    Raises
    ------
    OptionError : an option is not usable, or means nothing for a program.
    DataError : the program's arrays do not fit together, or hold what is no number.
    """
    given = [name for name, value in (of_economies or {}).items() if value]
    if given:
        raise OptionError(f"{', '.join(given)}: of economies; a linear program has no such thing")
    wanted = 1e-9 if tolerance is None else tolerance
    chosen = SolveOptions(method, wanted, verbose, log_file, time_limit, dict(options or {}), certificate)
    check_highs_options(chosen)
    started = time.perf_counter()
    program = checked(program)
    verdict = prove(program, chosen)
    spent = time.perf_counter() - started
    answer = verdict.answer
    solving = min(answer.seconds, spent)
    return ProgramSolution(
        program=program,
        primal=answer.primal,
        dual=answer.dual,
        status=verdict.status,
        certificate=verdict.certificate,
        impossibility=verdict.impossibility,
        method="highs",
        attempts=(Attempt(f"HiGHS, scaled arrays: {answer.message}", answer.claim, verdict.certificate),),
        iterations=answer.iterations,
        seconds={"solve": solving, "prove": spent - solving},
    )
