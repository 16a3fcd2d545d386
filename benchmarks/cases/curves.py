"""Curves as a mixed-integer program: our arrays into HiGHS against Pyomo's own piecewise forms, from economy to plan.

The full size has the shape of the BEA's detailed tables: 400 goods, 60 techniques with a curve of 10 pieces each, of
which 20 are concave and need binaries. Everybody may stop at a gap of 1e-4. Pyomo is given our rows for the convex
curves, which need no binaries, and its own form for the others: the best it can do.
"""

from __future__ import annotations

import math
from statistics import median
from typing import Any

import natura_opt as no
from natura_opt.laws.curves_piecewise import TRANSFORMATIONS

from ..economies import seeded_plan, with_curves
from ..measuring import Competitor, Result, Row, race, timed

TITLE = "60 curves among 400 goods, from the economy to a plan: our arrays against Pyomo's piecewise forms"
OURS = "arrays"
#: Goods, techniques with a curve, concave ones among them, pieces of each.
_SHAPES = {"tiny": (12, 6, 2, 4), "small": (100, 20, 7, 10), "full": (400, 60, 20, 10)}
_REPEATS = {"tiny": 1, "small": 3, "full": 1}
_GAP = 1e-4
#: Seconds after which a road is given up; what it had then is no answer.
_ENOUGH = {"tiny": 20.0, "small": 60.0, "full": 120.0}


def run(size: str) -> Result:
    """Race the roads; their optima must agree within the gap that both may leave."""
    goods, curves, concave, pieces = _SHAPES[size]
    plain = seeded_plan(5, goods, 1, density=0.44)
    economy = with_curves(plain, 11, curves, concave, pieces)
    ways = [Competitor(OURS, lambda: no.solve(economy, tolerance=_GAP), _best_of_plan, figures=_proof)]
    ways.append(Competitor("Pyomo, our rows", lambda: _by_pyomo(economy, None, _ENOUGH[size]), float, ("pyomo",)))
    for form in TRANSFORMATIONS:
        ways.append(
            Competitor(f"Pyomo, {form}", lambda form=form: _by_pyomo(economy, form, _ENOUGH[size]), float, ("pyomo",))
        )  # type: ignore[misc]
    rows = race(ways, OURS, _same, repeats=_REPEATS[size])
    program = no.linear_program(economy)
    seconds = {
        name: min(timed(lambda made=made: no.linear_program(made)) for _ in range(5))  # type: ignore[misc]
        for name, made in (("with curves", economy), ("without", plain))
    }
    figures: dict[str, Any] = {
        "coefficients": program.matrix.nnz,
        "binaries": int(program.integer.sum()),
        "seconds to build our program": seconds,
    }
    return Result("curves", TITLE, size, OURS, rows, figures | _lead(rows))


def _by_pyomo(economy: no.Economy, form: str | None, enough: float) -> float:
    """State the plan in Pyomo, the curves that need binaries in one of its forms, and let its HiGHS solve it.

    Returns
    -------
    The optimum; not a number where it was not proved within the gap in time.
    """
    import pyomo.environ as pyo
    from pyomo.contrib.solver.common.factory import SolverFactory
    from pyomo.contrib.solver.common.results import TerminationCondition

    model = no.pyomo_model(economy, piecewise=form)
    found = SolverFactory("highs").solve(
        model,
        time_limit=enough,
        load_solutions=False,
        raise_exception_on_nonoptimal_result=False,
        solver_options={"mip_rel_gap": _GAP},
    )
    if found.termination_condition is not TerminationCondition.convergenceCriteriaSatisfied:
        return math.nan
    found.solution_loader.load_vars()
    (goal,) = model.component_data_objects(pyo.Objective, active=True)
    return float(pyo.value(goal))


def _best_of_plan(plan: no.Plan) -> float:
    return plan.assert_optimal().objective


def _proof(plan: no.Plan) -> dict[str, Any]:
    return {"proved": plan.proved}


def _same(ours: float, theirs: float) -> bool | None:
    return None if math.isnan(theirs) else math.isclose(ours, theirs, rel_tol=2 * _GAP)


def _lead(rows: list[Row]) -> dict[str, Any]:
    """Return Pyomo's best piecewise form, and how many times its seconds are ours."""
    seconds = {row.name: median(row.seconds) for row in rows if row.seconds and row.same is not None}
    forms = {name: taken for name, taken in seconds.items() if "contrib" in name}
    if not forms:
        return {}
    best = min(forms, key=forms.__getitem__)
    return {"Pyomo's best piecewise form": best, "its seconds over ours": forms[best] / seconds[OURS]}
