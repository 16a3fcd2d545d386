"""Plans of one period for harmony without a program to hold: for a million goods and more, proved like every plan.

Prices find the plan (:mod:`.by_prices`); the proof is recomputed from the economy's own tables, a piece at a time.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from ...backends.answer import Claim
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.entrance import checked_arguments
from ...base.errors import QuestionError
from ...base.settings import whole
from ...base.status import Status
from ...economy.economy import Economy
from ...economy.question import Question
from ...formulate import STANDING
from ...laws.balance import BALANCE
from ...objectives.harmony import HARMONY
from ...objectives.harmony_functions import HarmonyFunction, harmony_function
from ...plan.answer import Attempt
from ...plan.plan import Plan
from ...plan.trace import TracePoint
from ...program.pieces import PiecedProgram, row_counts, row_sizes, row_sums
from ...proof.certificate import Certificate
from .by_prices import harmonise
from .concave import ConcaveProblem
from .one_period import Form, OnePeriod, form_of
from .output_program import output_program
from .price_search import PricedHarmony

#: What prices are held to, of the tolerance: the rest is for what keeping every row without doubt costs.
_SHARE = 0.99
#: Unit roundoff of doubles, with room for what the bounds themselves lose; a product is rounded, and its factors were.
_UNIT, _SPARE = 1.01 * float(np.finfo(np.float64).eps) / 2.0, 8


@checked_arguments()
def harmonise_outputs(
    economy: Economy,
    *,
    function: str | HarmonyFunction = "2018",
    tolerance: float = 1e-6,
    max_passes: int = 20_000,
    time_limit: float | None = None,
) -> Plan:
    """Plan outputs of one period for harmony without ever holding the laws as one program: for a million goods.

    Parameters
    ----------
    economy : one period, one product per technique, limits of resources or stocks.
    function : ``2018``, or another strictly concave harmony function, by name or your own.
    tolerance : the gap per good at which to stop, and the largest relative residual at which the plan counts as proved.
    max_passes : stop after so many products with the matrix of inputs.
    time_limit : seconds for the search; the proof comes after them.

    Returns
    -------
    Plan : as :func:`natura_opt.solve` returns it, its program made piece by piece.

    Raises
    ------
    QuestionError : the economy is of another form (``natura_opt.solve`` answers it for the
        objective ``harmony``), no good has a target and a weight, or nothing limits a good.
    OptionError : a tolerance that is not between 0 and 1, no time, no pass.
    """
    SolveOptions(tolerance=tolerance, time_limit=time_limit)
    whole("max_passes", max_passes, 1)
    curve = harmony_function(function)
    HARMONY.refuse(economy, Question("harmony", {"function": curve}))
    begun = time.perf_counter()
    weights = economy.vector("target_weights", 0)
    found, why = form_of(economy, weights, curve)
    if found is None:
        raise QuestionError(
            f"{economy.name}: prices alone cannot plan this economy ({why}); natura_opt.solve can, with "
            "objective='harmony'"
        )
    built = time.perf_counter()
    answer = harmonise(
        found.form, tolerance=_SHARE * tolerance, max_passes=max_passes, time_limit=time_limit, names=economy.goods
    )
    solved = time.perf_counter()
    laws = _with_laws(economy, found)
    primal, dual = laws.into_plan(answer)
    primal = _within_rows(laws, primal)
    tangents, certificate = laws.problem.certify(primal, dual, tolerance)
    claim, status = _ended(answer, certificate, max_passes, time_limit)
    seconds = {"build": built - begun, "solve": solved - built, "prove": time.perf_counter() - solved}
    return Plan(
        economy=economy,
        question=_question(economy, found.form.function),
        program=tangents,
        primal=primal,
        dual=dual,
        status=status,
        certificate=certificate,
        impossibility=None,
        method="harmony",
        attempts=(Attempt("prices", claim, certificate),),
        iterations=answer.evaluations,
        seconds=seconds,
        added=laws.problem.course(
            answer.trace,
            (*answer.trace, TracePoint.of(answer.passes, certificate)),
            answer.passes,
            f"by prices ({why}; {answer.reason}), the program in pieces",
        ),
    )


def _question(economy: Economy, function: HarmonyFunction) -> Question:
    """Return the question that is answered; tables that harmony has no law for are left out of it."""
    question = Question("harmony", {"function": function})
    used = HARMONY.law.tables.union(*(law.tables for law in (*STANDING, BALANCE)))
    return replace(question, leave_out=tuple(table for table in economy.tables if table not in used))


def _with_laws(economy: Economy, found: Form) -> OnePeriod:
    """Return the form with its economy's laws as rows, made piece by piece."""
    form = found.form
    wanted = np.flatnonzero(form.wanted)
    laws = output_program(economy, wanted)
    delivered = laws.column_block("delivered")
    assert delivered is not None
    deliveries = np.arange(delivered.span.start, delivered.span.stop)
    problem: ConcaveProblem[PiecedProgram] = ConcaveProblem(
        economy, laws, deliveries, form.targets[wanted], form.weights[wanted], form.function
    )
    return OnePeriod(form, found.makers, found.made, found.kinds, problem, wanted)


def _within_rows(laws: OnePeriod, primal: Floats) -> Floats:
    """Return a plan that keeps its rows although sums are rounded: all levels a little lower where a limit would be
    passed, and of each good what is certainly left delivered."""
    problem = laws.problem
    program, there, limits = problem.program, laws.form.there, laws.limit_rows(problem.program)
    columns = {block.name: block.span for block in program.columns}
    balance = program.row_block("balance")
    assert balance is not None
    levels = np.zeros_like(primal)
    levels[columns["activities"]] = primal[columns["activities"]]
    sums, sizes = row_sums(program, levels), row_sizes(program, levels)
    hidden = _UNIT * (row_counts(program) + _SPARE) * sizes
    used = sums[limits] > 0
    shares = (there[used] - hidden[limits][used]) / sums[limits][used]
    share = max(float(shares.min(initial=1.0)), 0.0)
    kept = primal.copy()
    kept[columns["activities"]] *= share
    left = (share * sums - hidden)[balance.span]
    kept[problem.deliveries] = np.maximum(left[laws.wanted], 0.0)
    return kept


def _ended(
    answer: PricedHarmony, certificate: Certificate, max_passes: int, time_limit: float | None
) -> tuple[Claim, Status]:
    """Say how the search ended, and what is known."""
    if certificate.proved:
        return Claim.OPTIMAL, Status.OPTIMAL
    if answer.interrupted:
        return Claim.INTERRUPTED, Status.INTERRUPTED
    if time_limit is not None and answer.seconds >= time_limit:
        return Claim.TIME_LIMIT, Status.TIME_LIMIT
    if answer.passes >= max_passes:
        return Claim.ITERATION_LIMIT, Status.ITERATION_LIMIT
    return Claim.FAILED, Status.UNPROVED
