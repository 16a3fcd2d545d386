"""Plans by fixed points: no linear program is solved, but its certificate is what proves them.

With one technique per good there is nothing to choose. For a fixed demand, ``x = A x + d`` is the least plan there is,
and ``p = A'p + R'w`` are its valuations. For an assortment, one complete set of goods takes ``R (I - A)^{-1} g`` of
every resource, so as many sets can be made as the scarcest resource allows, and that one alone has a valuation. Each
answer is laid out as the columns and multipliers of the linear program of the same question and certified as any other
plan.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...backends.answer import Answer, Claim
from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import CannotAnswerError, OptionError, unknown
from ...economy.economy import Economy
from ...economy.question import Question
from ...formulate import asked_of, linear_program
from ...input_output.positive_system import positive_solution
from ...input_output.solve import METHODS, leontief
from ...input_output.system import Witness, rounding
from ...laws.capital_course import stocks_over_time
from ...laws.holdings import Holdings
from ...objectives import Demand, objective_of
from ...objectives.levels import weights_of_periods
from ...plan.answer import Attempt
from ...plan.plan import Plan
from ...program.linear import LinearProgram
from ...proof.certificate import Certificate, certify
from ...proof.judging import judge
from .one_technique import OneTechnique, systems_of
from .settings import FixedPointSettings

#: How much sharper than the plan's the tolerance of the fixed points is, from the first attempt on: the plan's holds
#: for every row by itself, theirs for all goods together.
_SHARPER = (1e-2, 1e-4, 1e-6)
_FLOOR = 2e-15


def solve_fixed_point(
    economy: Economy,
    question: Question | str | None = None,
    *,
    method: str = "auto",
    tolerance: float = 1e-9,
    max_passes: int | None = None,
) -> Plan:
    """Answer a question by fixed points, and prove the answer as a linear program's.

    Parameters
    ----------
    economy : one technique per good; capital only as far as it stands (for least resources, without investment; for an
        assortment, one period).
    question : what is asked; least-resources, assortment or fulfilment.
    method : one of :data:`natura_opt.input_output.solve.METHODS`, or ``auto``.
    tolerance : largest relative residual and gap at which the plan counts as proved.
    max_passes : most products with the inputs to form for each fixed point (5,000 by default).

    Returns
    -------
    Plan; ``iterations`` are passes over the inputs.

    Raises
    ------
    CannotAnswerError : a fixed point cannot answer this; the sentence says why.
    UnproductiveError : the economy uses up more of some goods than it makes.

    >>> import natura_opt as no
    >>> plan = solve_fixed_point(no.read("wheat_cloth")).assert_optimal()
    >>> plan.activities["1"].round(6).to_list()
    [100.0, 50.0]
    """
    options = SolveOptions(tolerance=tolerance)
    if method != "auto" and method not in METHODS:
        raise OptionError(unknown("method", method, ["auto", *METHODS]))
    FixedPointSettings(max_passes)
    began = time.perf_counter()
    question = question if isinstance(question, Question) else economy.question(question)
    program = linear_program(economy, question)
    answerer = _Answerer(
        asked_of(economy, question), question, program, systems_of(economy, question), method, max_passes
    )
    built = time.perf_counter()
    solving = proving = 0.0
    attempts: list[Attempt] = []
    for sharper in _SHARPER:
        then = time.perf_counter()
        answer = answerer.answer(max(sharper * tolerance, _FLOOR))
        now = time.perf_counter()
        certificate: Certificate = certify(program, answer.primal, answer.dual, tolerance)
        solving, proving = solving + now - then, proving + time.perf_counter() - now
        attempts.append(Attempt(answer.message, answer.claim, certificate))
        if certificate.proved or answer.claim is not Claim.OPTIMAL:
            break
    then = time.perf_counter()
    status, impossibility = judge(program, answer, certificate, options)
    proving += time.perf_counter() - then
    return Plan(
        economy=economy,
        question=question,
        program=program,
        primal=answer.primal,
        dual=answer.dual,
        status=status,
        certificate=certificate,
        impossibility=impossibility,
        method="fixed-point" if method == "auto" else f"fixed-point:{method}",
        attempts=tuple(attempts),
        iterations=answer.iterations,
        seconds={"build": built - began, "solve": solving, "prove": proving},
    )


@dataclass(eq=False)
class _Answerer:
    """Lays fixed points out as columns and multipliers of the question's program."""

    economy: Economy
    question: Question
    program: LinearProgram
    systems: list[OneTechnique]
    method: str
    max_passes: int | None = None
    witnesses: dict[int, Witness] = field(default_factory=dict)
    starts: dict[Any, Floats] = field(default_factory=dict)
    passes: int = 0
    used: str = ""

    def answer(self, tolerance: float) -> Answer:
        """Answer the question with fixed points of this tolerance."""
        self.tolerance = tolerance
        self.primal, self.dual = np.zeros(self.program.shape[1]), np.zeros(self.program.shape[0])
        fixed = objective_of(self.question).demand is Demand.FIXED
        claim = self._least_resources() if fixed else self._largest()
        return Answer(claim, self.primal, self.dual, f"fixed points by {self.used}", self.passes)

    def _solve(self, period: int, wanted: Floats, what: str) -> Floats:
        """Solve one period's system for outputs, or for prices."""
        system = self.systems[period]
        solution = leontief(
            system.coefficients,
            wanted,
            transpose=what == "prices",
            method=self.method,
            tolerance=self.tolerance,
            max_passes=self.max_passes,
            start=self.starts.get((what, period)),
            witness=self.witnesses.get(id(system)),
            names=list(self.economy.goods),
        )
        self.witnesses[id(system)] = solution.witness
        self.passes += solution.passes
        self.used = solution.method if self.used in ("", "none") else self.used
        self.starts[what, period] = self._good_by_good(system, wanted, solution.x, what)
        return self.starts[what, period]

    def _good_by_good(self, system: OneTechnique, wanted: Floats, near: Floats, what: str) -> Floats:
        """Improve an answer until every good is right beside its own size, however small that is beside the others'.

        The fixed point's bound is one norm over all goods; the plan's proof looks at each row by itself.
        """
        inputs = system.coefficients
        longest = inputs.longest_column if what == "prices" else inputs.longest_row
        before = inputs.passes
        improved = positive_solution(
            inputs.transposed_times if what == "prices" else inputs.times,
            lambda: inputs.matrix.T if what == "prices" else inputs.matrix,
            wanted,
            near,
            max(self.tolerance, 2.0 * rounding(longest)),
        )
        self.passes += inputs.passes - before
        return near if improved is None else improved

    def _place(self, kind: str, block: str, period: int, values: Floats) -> None:
        """Write values of a period into a block of columns or rows, whose labels stand period by period."""
        columns = kind == "columns"
        destination = self.program.column_block(block) if columns else self.program.row_block(block)
        assert destination is not None
        first = destination.start + period * len(values)
        (self.primal if columns else self.dual)[first : first + len(values)] = values

    def _least_resources(self) -> Claim:
        claim = Claim.OPTIMAL
        levels = []
        counts = weights_of_periods(self.economy, self.question)
        for t, system in enumerate(self.systems):
            level = system.activities(self._solve(t, self.economy.vector("targets", t), "outputs"))
            levels.append(level)
            self._place("columns", "activities", t, level)
            cost = self.economy.matrix("resource_use", t).T @ self.economy.vector("resource_weights", t)
            prices = self._solve(t, system.per_output(cost), "prices")
            self._place("rows", "balance", t, counts[t] * np.maximum(prices, 0.0))
            if self.economy.has("resource_limits"):
                use = self.economy.matrix("resource_use", t) @ level
                if (use > self.economy.vector("resource_limits", t) * (1.0 + 1e-9)).any():
                    claim = Claim.INFEASIBLE  # the least plan there is takes more than there is
        if self.economy.has("capital"):
            self._stand_on_capital(levels)
        return claim

    def _stand_on_capital(self, levels: list[Floats]) -> None:
        """Use what stands of the capital, with no investment; refuse where that is not enough."""
        capital = Holdings.of(self.economy)
        stocks = stocks_over_time(capital)
        for t, level in enumerate(levels):
            self._place("columns", "capital_stock", t, stocks[:, t])
            if (capital.tied_up(t) @ level > stocks[:, t] * (1.0 + 1e-9)).any():
                raise CannotAnswerError(
                    f"{self.economy.name}: a fixed point does not invest, and the stocks of capital do not suffice for "
                    f"the plan of period {self.economy.periods[t]!r}; solve it as a linear program"
                )

    def _largest(self) -> Claim:
        """As many assortments as the scarcest limit allows: one number for all periods, or one for each."""
        if self.economy.has("capital") and len(self.systems) > 1:
            raise CannotAnswerError(
                f"{self.economy.name}: stocks of capital tie the periods together, which a fixed point does not see; "
                "solve it as a linear program"
            )
        limits = [self._scarcest(t) for t in range(len(self.systems))]
        objective = objective_of(self.question)
        if objective.whole_sets:
            scarcest = int(np.argmin([limit.number for limit in limits]))
            numbers, binding = np.full(len(limits), limits[scarcest].number), {scarcest}
        else:
            numbers, binding = np.array([limit.number for limit in limits]), set(range(len(limits)))
        if not np.isfinite(numbers).all():
            return Claim.UNBOUNDED  # a complete set of goods takes nothing of what is limited
        block = self.program.column_block(objective.columns)
        assert block is not None
        self.primal[block.span] = numbers[: len(block.index)]
        counts = weights_of_periods(self.economy, self.question)
        for t, limit in enumerate(limits):
            self._place("columns", "activities", t, numbers[t] * limit.levels)
            if self.economy.has("capital"):
                self._place("columns", "capital_stock", t, Holdings.of(self.economy).given(t))
            if t in binding:
                price = counts[t] / limit.need
                for rows in ("resource_limit",) if limit.resource else ("capacity", "accumulation"):
                    self._place("rows", rows, t, price * limit.unit)
                prices = self._solve(t, self.systems[t].per_output(price * limit.per_activity), "prices")
                self._place("rows", "balance", t, -np.maximum(prices, 0.0))
        floor = self.program.row_block("floor")
        short = floor is not None and bool((numbers < self.program.row_lower[floor.span] * (1.0 - 1e-9)).any())
        return Claim.INFEASIBLE if short else Claim.OPTIMAL

    def _scarcest(self, period: int) -> _Limit:
        """Find what limits the number of assortments of a period."""
        outputs = self._solve(period, self.economy.vector("targets", period), "outputs")
        levels = self.systems[period].activities(outputs)
        kinds: list[tuple[bool, Any, Floats]] = []
        if self.economy.has("resource_limits"):
            use = self.economy.matrix("resource_use", period)
            kinds.append((True, use, self.economy.vector("resource_limits", period)))
        if self.economy.has("capital"):
            capital = Holdings.of(self.economy)
            kinds.append((False, capital.tied_up(period), capital.given(period)))
        best = _Limit(np.inf, levels, True, 0.0, np.zeros(0), np.zeros(0))
        for resource, per_activity, available in kinds:
            needs = per_activity @ levels
            with np.errstate(divide="ignore", invalid="ignore"):
                each = np.where(needs > 0, available / needs, np.inf)
            k = int(np.argmin(each)) if len(each) else -1
            if k >= 0 and each[k] < best.number:
                unit = np.zeros(len(available))
                unit[k] = 1.0
                best = _Limit(float(each[k]), levels, resource, float(needs[k]), unit, per_activity.T @ unit)
        return best


@dataclass(frozen=True, eq=False)
class _Limit:
    """What limits the number of assortments in a period.

    Attributes
    ----------
    number : assortments that can be made.
    levels : activities of one assortment.
    resource : a resource limits it, not a stock of capital.
    need : what one assortment takes of the scarcest.
    unit, per_activity : which one that is, as a unit vector, and its use per unit of activity.
    """

    number: float
    levels: Floats
    resource: bool
    need: float
    unit: Floats
    per_activity: Floats
