"""The exact proof of what a solver answered: from its basis, its point or nothing but the program."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...backends.answer import Answer, Claim
from ...backends.highs import HighsSession
from ...backends.options import SolveOptions
from ...base.errors import NaturaError
from ...program.checks import check_finite
from ...program.linear import LinearProgram
from .basis import Basis
from .judge import PIVOTS, judge_exactly
from .verdict import ExactVerdict
from .vertex import exactly_scaled
from .whole_columns import judge_whole

#: A larger program is solved again sooner than a basis is found from a point.
_FROM_POINT = 500


def exact_proof(
    program: LinearProgram,
    answer: HighsSession | Answer | Basis | None = None,
    options: SolveOptions | None = None,
    *,
    pivots: int = PIVOTS,
    time_limit: float | None = None,
    fraction: bool | None = None,
) -> ExactVerdict:
    """Decide a program in rational arithmetic: exactly optimal, exactly infeasible or unbounded, or undecided and why.

    Parameters
    ----------
    answer : what there is to start from: the session that solved this program (or the one with side columns that
        refined it), with its basis; an answer of any solver, with its point; a basis; or nothing, and HiGHS is asked
        first. A bad start only costs time.
    options : ``verbose`` and ``log_file`` are HiGHS's; nothing else of it matters here.
    pivots, time_limit : how far the simplex method may go on in rational arithmetic, in pivots and seconds.
    fraction : also rebuild the exact objective and values as fractions, which takes longer than the proof, and much
        longer from a thousand rows on; where nothing is said, for bases of no more than 200 rows.

    Raises
    ------
    NaturaError : a number of the program is NaN, or an infinity stands where none can.
    KeyboardInterrupt : on Ctrl-C, wherever it is.

    >>> from natura_opt.testing.small import program
    >>> print(exact_proof(program("max", [1.0], [([3.0], "<=", 1.0)])))
    exactly optimal, 0.3333333333333333 (every sign decided in rational arithmetic)
    """
    check_finite(program)
    if program.integer.any():
        return judge_whole(program, pivots=pivots, time_limit=time_limit)
    if _crosses(program):
        return judge_exactly(program)
    basis = _basis(program, answer, options or SolveOptions(), time_limit)
    return judge_exactly(program, basis, pivots=pivots, time_limit=time_limit, fraction=fraction)


def _crosses(program: LinearProgram) -> bool:
    return bool((program.lower > program.upper).any() or (program.row_lower > program.row_upper).any())


def _basis(
    program: LinearProgram, answer: HighsSession | Answer | Basis | None, options: SolveOptions, seconds: float | None
) -> Basis | None:
    if isinstance(answer, Basis):
        return answer
    point = answer if isinstance(answer, Answer) and np.any(answer.primal) else None
    if point is not None and point.claim is Claim.OPTIMAL and max(program.shape) <= _FROM_POINT:
        return Basis.from_point(program, point.primal, point.dual)
    if isinstance(answer, HighsSession):
        basis = Basis.from_highs(answer.basis())
        rows, columns = program.shape
        if basis is not None and (len(basis.rows), len(basis.columns)) == (rows, columns + rows):
            basis = basis.of_sides(rows)  # of a session made by HighsSession.with_side_columns
        if basis is not None and (len(basis.rows), len(basis.columns)) == (rows, columns):
            return basis
    for presolve in ("choose", "off"):  # presolve that finds no plan leaves no basis
        chosen = replace(
            options, method="simplex", options={"presolve": presolve}, time_limit=seconds or options.time_limit
        )
        try:
            session = HighsSession(program, chosen, scaled=exactly_scaled(program))
        except NaturaError:  # numbers that HiGHS does not take
            return None
        session.run()
        if session.interrupted:
            raise KeyboardInterrupt
        basis = Basis.from_highs(session.basis())
        if basis is not None:
            return basis
    return None if point is None else Basis.from_point(program, point.primal, point.dual)
