"""Building a plan and handing it to HiGHS, by every road; no solve.

The full size is a plan of 400 goods and five years with capital, some 400,000 coefficients. What is asked of it: arrays
reach HiGHS at least as fast as PyOptInterface builds the same plan, and 10 times faster than Pyomo.
"""

from __future__ import annotations

from statistics import median
from types import ModuleType
from typing import Any

import natura_opt as no
from natura_opt.program.scaling import scale

from ..economies import seeded_plan
from ..measuring import Competitor, Result, Row, race, timed
from ..roads import arrays, cvxpy, linopy, pyomo, pyoptinterface
from ..roads.comparing import figures_of, same_model

TITLE = "from an economy to a model in HiGHS, by every road (no solve)"
OURS = "arrays"
_PLANS = {"tiny": (8, 3), "small": (100, 4), "full": (400, 5)}
_REPEATS = {"tiny": 2, "small": 5, "full": 7}

#: name, module, function that builds, function that returns HiGHS with the model.
_ROADS: tuple[tuple[str, ModuleType, str, str], ...] = (
    (OURS, arrays, "build", "as_highs"),
    ("arrays, scaled", arrays, "build_scaled", "scaled_as_highs"),
    ("PyOptInterface, numpy rows", pyoptinterface, "build_rows", "as_highs"),
    ("PyOptInterface, matrix call", pyoptinterface, "build_matrices", "as_highs"),
    ("PyOptInterface, expressions", pyoptinterface, "build_expressions", "as_highs"),
    ("linopy", linopy, "build", "as_highs"),
    ("linopy, sparse", linopy, "build_sparse", "as_highs"),
    ("CVXPY, our spelling", cvxpy, "build", "as_highs"),
    ("Pyomo, our spelling", pyomo, "build", "as_highs"),
    ("Pyomo, our spelling, LP file", pyomo, "build_by_file", "as_highs"),
    ("Pyomo, LinearExpression", pyomo, "build_linear", "as_highs"),
)


def run(size: str) -> Result:
    """Race the roads on a seeded plan; at the sizes below full every model is solved too and the optima compared."""
    goods, years = _PLANS[size]
    economy = seeded_plan(1, goods, years, density=0.44)
    solve = size != "full"

    def competitor(name: str, road: ModuleType, build: str, back: str) -> Competitor:
        make, read = getattr(road, build), getattr(road, back)

        def answer(made: Any) -> Any:
            return figures_of(read(made), solve)

        needs = getattr(road, "NEEDS", ())
        return Competitor(name, lambda: make(economy), answer, needs, note=make.__doc__ or "")

    rows = race([competitor(*road) for road in _ROADS], OURS, same_model, repeats=_REPEATS[size])
    program = no.linear_program(economy, economy.question())
    height, width = program.shape
    figures: dict[str, Any] = {"coefficients": program.matrix.nnz, "rows": height, "columns": width}
    figures["seconds of ours"] = {
        "matrices": min(timed(lambda: no.linear_program(economy, economy.question())) for _ in range(_REPEATS[size])),
        "scaling": min(timed(lambda: scale(program)) for _ in range(_REPEATS[size])),
    }
    for rival in ("PyOptInterface", "Pyomo"):
        for mine in (OURS, "arrays, scaled"):
            figures |= _lead(rows, rival, mine)
    return Result("build", TITLE, size, OURS, rows, figures)


def _lead(rows: list[Row], rival: str, mine: str) -> dict[str, Any]:
    """Return how many times the fastest road of a rival takes what ours takes, by medians and by minima."""
    theirs = [row.seconds for row in rows if row.name.startswith(rival) and row.seconds]
    if not theirs:
        return {}
    ours = next(row.seconds for row in rows if row.name == mine)
    by = {"by medians": median, "by minima": min}
    return {f"fastest {rival} over {mine}": {how: min(map(pick, theirs)) / pick(ours) for how, pick in by.items()}}
