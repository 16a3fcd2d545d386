"""Plans by Lahiri's iteration, laid out as the columns and multipliers of the program of the same question.

The iteration knows the true curves; the program has straight pieces. Where curves are formulas, the program's are their
chords, cut where the techniques run, so that the plan's needs are those of the true curves. What no plan can fall short
of is proved by the iteration itself, for every curvature: each output is at least its lower bound, resources are used
for nothing else, and no total falls.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd

from ...backends.answer import Answer, Claim
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.status import Status
from ...curves.enclosing import chords, lower
from ...curves.refining import initial_cuts
from ...curves.shape import is_rising
from ...economy.curve_table import CurveTable
from ...economy.economy import Economy
from ...economy.question import Question
from ...formulate import asked_of, linear_program
from ...input_output.scale.least import MOST_PASSES, least_solution
from ...input_output.scale.newton import anderson, newton
from ...input_output.scale.outcome import ScaleSolution, UnmeetableError, UnsettledError
from ...input_output.scale.squares import least_squares
from ...laws.curve_settings import CurveSettings
from ...plan.answer import Attempt
from ...plan.bracket import ROUNDS, Bracket, nearby, relative
from ...plan.plan import Plan
from ...proof.certificate import certify
from ...proof.diagnose import Impossibility
from ...proof.judging import judge
from .curved_system import CurvedSystem, systems_of
from .layout import Layout
from .settings import LahiriSettings

#: Every iteration by its name.
ITERATIONS = {
    "monotone": least_solution,
    "newton": newton,
    "anderson": anderson,
    "least-squares": least_squares,
}
#: How much sharper than the plan's the tolerance of the iteration is.
_SHARPER = 1e-2
_FLOOR = 1e-13
#: Straight pieces in which a formula enters the program, besides the cut where its technique runs.
_PIECES = 8


def solve_lahiri(
    economy: Economy, question: Question | str | None, settings: LahiriSettings, *, tolerance: float = 1e-9
) -> Plan:
    """Answer a question of fixed demand by iteration on the true curves.

    Parameters
    ----------
    tolerance : largest relative residual and gap at which the plan counts as proved.

    Returns
    -------
    Plan; ``iterations`` are evaluations of all needs. Where curves are formulas, ``bracket`` holds what the plan uses
    and what no plan falls short of, on the true curves.

    Raises
    ------
    CannotAnswerError : the iteration cannot answer this. DataError : a total falls.
    """
    began = time.perf_counter()
    question = question if isinstance(question, Question) else economy.question(question)
    systems = systems_of(economy, question)
    built = time.perf_counter()
    found: list[ScaleSolution] = []
    stopped: UnmeetableError | UnsettledError | None = None
    for system in systems:
        try:
            found.append(
                ITERATIONS[settings.iteration](
                    system.scale,
                    system.demand,
                    start=settings.start,
                    tolerance=max(_SHARPER * tolerance, _FLOOR),
                    max_passes=settings.max_passes or MOST_PASSES,
                )
            )
        except (UnmeetableError, UnsettledError) as error:
            stopped = error
            break
    solved = time.perf_counter()
    if stopped is not None:
        plan = _without(economy, question, stopped, settings, tolerance)
    else:
        plan = _with(economy, question, systems, found, settings, tolerance)
    seconds = {"build": built - began, "solve": solved - built, "prove": time.perf_counter() - solved}
    return replace(plan, iterations=sum(system.scale.passes for system in systems), seconds=seconds)


def _with(
    economy: Economy,
    question: Question,
    systems: list[CurvedSystem],
    found: list[ScaleSolution],
    settings: LahiriSettings,
    tolerance: float,
) -> Plan:
    """Lay the outputs out as a plan."""
    levels = np.column_stack([one.x for one in found])
    table = None if economy.curves is None or economy.curves.is_straight else _chords(economy.curves, levels)
    planned = economy if table is None else economy.with_curves(table)
    program = linear_program(planned, question)
    asked = asked_of(economy, question)
    layout = Layout(asked_of(planned, question), question, program)
    primal, dual = layout.columns(levels), layout.multipliers(asked, systems, levels)
    certificate = certify(program, primal, dual, tolerance)
    bound = _bound(asked, found)
    if bound is not None and not certificate.proved:
        gap = relative(certificate.objective, bound)
        if gap <= max(certificate.gap, tolerance):
            certificate = replace(certificate, dual_objective=bound, gap=gap, dual_residual=0.0, complementarity=0.0)
    short = [one.which for one in found if one.which != "least"]
    words = f"{settings.iteration} iteration; {short[0] if short else 'least'}: {found[-1].proof}"
    claim = Claim.OPTIMAL
    if asked.has("resource_limits") and layout.over_limits(primal):
        claim = Claim.INFEASIBLE  # the least plan there is takes more than there is
    answer = Answer(claim, primal, dual, words)
    status, impossibility = judge(program, answer, certificate, SolveOptions(tolerance=tolerance))
    bracket = None
    if table is not None and bound is not None:
        values = (*layout.counts, certificate.objective, bound)
        rows = pd.DataFrame([(*values, relative(*values[2:]))], columns=list(ROUNDS))
        rows.index = pd.RangeIndex(1, 2, name="round")
        asked_for = CurveSettings.among(question.settings, f"question {question.name!r}").curve_tolerance
        bracket = Bracket(rows, program.sense, asked_for, nearby(certificate))
    return Plan(
        economy=economy,
        question=question,
        program=program,
        primal=primal,
        dual=dual,
        status=status,
        certificate=certificate,
        impossibility=impossibility,
        method=f"lahiri:{settings.iteration}",
        attempts=(Attempt(words, claim, certificate),),
        iterations=0,
        seconds={},
        approximation=table,
        bracket=bracket,
    )


def _without(
    economy: Economy,
    question: Question,
    stopped: UnmeetableError | UnsettledError,
    settings: LahiriSettings,
    tolerance: float,
) -> Plan:
    """Return the plan that says that there is none, or that none was found."""
    table = None if economy.curves is None or economy.curves.is_straight else _below(economy.curves)
    program = linear_program(economy if table is None else economy.with_curves(table), question)
    none = np.zeros(program.shape[1]), np.zeros(program.shape[0])
    certificate = certify(program, *none, tolerance)
    claim = Claim.INFEASIBLE if isinstance(stopped, UnmeetableError) else Claim.ITERATION_LIMIT
    status, impossibility = judge(
        program, Answer(claim, *none, str(stopped)), certificate, SolveOptions(tolerance=tolerance)
    )
    if isinstance(stopped, UnmeetableError) and (impossibility is None or not impossibility.proved):
        sentence = f"by iteration from below, {stopped}"
        impossibility = Impossibility("infeasible", none[1], 0.0, stopped.margin, tolerance, sentence)
        status = Status.INFEASIBLE
    return Plan(
        economy=economy,
        question=question,
        program=program,
        primal=none[0],
        dual=none[1],
        status=status,
        certificate=certificate,
        impossibility=impossibility,
        method=f"lahiri:{settings.iteration}",
        attempts=(Attempt(str(stopped), claim, certificate),),
        iterations=0,
        seconds={},
        approximation=table,
    )


def _chords(table: CurveTable, levels: Floats) -> CurveTable:
    """Return the table with chords of its formulas, cut where the techniques run."""
    straight = []
    for one in table.placed:
        curve = one.curve
        if not curve.is_straight:
            cuts = np.concatenate([initial_cuts(curve, _PIECES), levels[one.technique]])
            curve = chords(curve, cuts[(cuts > 0) & (cuts < curve.end)])
        straight.append(curve)
    return table.with_curves(straight)


def _below(table: CurveTable) -> CurveTable:
    """Return the table with needs a little too low: if those let no plan, the true ones let none."""
    curves = [one.curve for one in table.placed]
    return table.with_curves([one if one.is_straight else lower(one, initial_cuts(one, _PIECES)) for one in curves])


def _bound(economy: Economy, found: list[ScaleSolution]) -> float | None:
    """Return what no plan's resources can fall short of, on the true curves; None where that is not known.

    It needs totals of resources that never fall, as those of goods do not.
    """
    if any(one.lower is None for one in found):
        return None
    total = 0.0
    for t, one in enumerate(found):
        use, weights = economy.matrix("resource_use", t), economy.vector("resource_weights", t)
        by_curve = [] if economy.curves is None else economy.curves.standing_in("resource_use")
        if (use.nnz and use.data.min() < 0) or not all(is_rising(placed.curve) for placed in by_curve):
            return None
        low = one.lower
        assert low is not None
        total += float(weights @ (use @ low))
        for placed in by_curve:
            total += float(weights[placed.row] * placed.curve.total(low[placed.technique]))
    return total
