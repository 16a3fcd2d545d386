"""The exact judge by size: seconds to decide every sign of HiGHS's basis in rational arithmetic.

Seeded n-year plans in units between 10^-4 and 10^4 of equal worth. The solve is not counted, but stands beside it, as
the certificate in doubles does.
"""

from __future__ import annotations

from typing import Any

import natura_opt as no
from natura_opt.backends.highs import HighsSession
from natura_opt.backends.options import SolveOptions
from natura_opt.formulate import linear_program
from natura_opt.proof.exact.proof import exact_proof

from ..economies import seeded_plan
from ..measuring import Competitor, Result, Row, race

TITLE = "the exact judge by size of plan, beside HiGHS and the certificate in doubles"
OURS = "exact judge"
_PLANS = ((4, 2), (8, 3), (15, 6), (25, 9), (40, 12))
_SIZES = {"tiny": _PLANS[:2], "small": _PLANS[:4], "full": _PLANS}
#: The optimum of larger plans has too many digits to be rebuilt again and again.
_FRACTION = 1_000
_REPEATS = {"tiny": 1, "small": 3, "full": 3}


def run(size: str) -> Result:
    """Judge plans of several sizes; all ways must find the same optimum."""
    rows: list[Row] = []
    figures: dict[str, Any] = {}
    for goods, years in _SIZES[size]:
        economy = seeded_plan(3, goods, years, spread=4.0)
        program = linear_program(economy, economy.question("default"))
        found = race(_ways(program), OURS, lambda a, b: abs(a - b) <= 1e-9 * abs(b), repeats=_REPEATS[size])
        count = f"{program.shape[0]:,} rows"
        figures[f"{count}: coefficients"] = program.matrix.nnz
        for row in found:
            row.name = f"{count}: {row.name}"
        rows += found
    return Result("exact", TITLE, size, rows[0].name, rows, figures)


def _ways(program: no.LinearProgram) -> list[Competitor]:
    session = HighsSession(program, SolveOptions())
    answer = session.solve()

    def solved() -> float:
        again = HighsSession(program, SolveOptions()).solve()
        return float(program.cost @ again.primal + program.offset)

    ways = [
        Competitor(OURS, lambda: exact_proof(program, session, fraction=False), lambda verdict: verdict.objective),
        Competitor(
            "certificate in doubles",
            lambda: no.certify(program, answer.primal, answer.dual, 1e-9),
            lambda proof: proof.objective,
        ),
        Competitor("HiGHS, scaled", solved),
    ]
    if program.shape[0] <= _FRACTION:
        ways.append(
            Competitor(
                "and the optimum as a fraction",
                lambda: exact_proof(program, session, fraction=True),
                lambda verdict: float(verdict.objective_fraction),
            )
        )
    return ways
