r"""Harmony as a concave program over the laws of the plan, and the proof of how far a plan is from its optimum.

.. math::  \max \sum_{it} h_{it} H\Big(\frac{y_{it} - g_{it}}{g_{it}}\Big) - \text{damage},
    \qquad 0 \le y_{it} \le \text{what the balance of good i leaves in period t}

under the same laws as the linear plan (:mod:`natura_opt.formulate`), with the deliveries ``y`` of goods with a
target ``g`` in place of an objective. Goods without a target are only means, so they have no harmony.

Source: Cockshott 1990; model 4 of the design notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from ...base.arrays import Floats
from ...economy.economy import Economy
from ...economy.question import Question
from ...formulate import asked_of, program_of_laws
from ...laws.capital_course import stocks_over_time
from ...laws.holdings import Holdings
from ...objectives import settings_of
from ...objectives.harmony import HARMONY, IN_WEIGHTS, Deliveries, HarmonySettings
from ...program.linear import LinearProgram
from ...proof.certificate import Certificate
from .concave import ConcaveProblem
from .shrinking import ROUNDING, largest_shortage, shrink_to_feasible

#: Rounds of shrinking in which a point becomes a plan within the laws.
_SWEEPS = 60
#: How often prices of goods are lowered until nothing is worth running too much, and by at most which share; and how
#: close to that a technique counts, relative to its terms.
_LOWERED, _MOST, _CLOSE = 3, 0.01, 1e-14
#: Levels this small beside the largest are tried as zeros.
_NOISE = (0.0, 1e-13, 1e-11, 1e-9, 1e-8, 1.0)  # the last: nothing at all


@dataclass(frozen=True, eq=False)
class HarmonyProblem(ConcaveProblem[LinearProgram]):
    """A harmony question: linear laws, held as one matrix, and a concave objective on deliveries.

    Attributes
    ----------
    original : the economy as it was given.
    question : what was asked of it.
    """

    original: Economy
    question: Question

    def lawful(self, primal: Floats, sweeps: int) -> tuple[Floats, float]:
        """Return a plan near a point that keeps every law, and by how much of its use a thing is still lacking.

        Whoever uses what is not there makes do with less, and what is left of a good with a target is delivered.

        Parameters
        ----------
        sweeps : at most so many rounds of shrinking; something may be lacking after them.
        """
        net, given = self._things
        if not (given >= 0).all():  # something is demanded: doing nothing is no plan, and shrinking leads to none
            return primal, float("inf")
        level = shrink_to_feasible(net, given, np.minimum(primal, self.program.upper), sweeps, spare=ROUNDING)
        balance = self.program.row_block("balance")
        assert balance is not None
        left = given[balance.span] + net[balance.span] @ level
        room = left - ROUNDING * (given[balance.span] + abs(net[balance.span]) @ level)
        level[self.deliveries] += np.maximum(room[self._served], 0.0)
        return level, largest_shortage(net, given, level)

    def columns_of(self, activities: Floats, investment: Floats | None) -> Floats:
        """Lay activities (techniques x periods) and investment (holdings x periods) out as the program's columns.

        Stocks are what the start and the investment leave; what the balance then leaves is delivered.
        """
        program = self.program
        spans = {block.name: block.span for block in program.columns}
        primal = np.zeros(program.shape[1])
        primal[spans["activities"]] = activities.T.ravel()
        if "capital_stock" in spans:
            held, count = Holdings.of(self.economy), len(self.economy.periods)
            built = np.zeros((held.count, count)) if investment is None else np.asarray(investment, dtype=float)
            primal[spans["capital_stock"]] = stocks_over_time(held, built).T.ravel()
            if "investment" in spans:
                primal[spans["investment"]] = built[:, : count - 1].T.ravel()
        balance = program.row_block("balance")
        assert balance is not None
        left = (program.matrix @ primal)[balance.span] - program.row_lower[balance.span]
        primal[self.deliveries] = np.maximum(left[self._served], 0.0)
        return primal

    @cached_property
    def _things(self) -> tuple[Any, Floats]:
        """Every row as a thing of which there must be enough: what columns leave of it, and what is given (not a
        number where a row has two sides)."""
        program = self.program
        demanded = np.isfinite(program.row_lower)
        net = sp.csr_array(sp.diags_array(np.where(demanded, 1.0, -1.0)) @ program.matrix)
        given = np.where(demanded, -program.row_lower, program.row_upper)
        return net, np.where(demanded & np.isfinite(program.row_upper), np.nan, given)

    @cached_property
    def _served(self) -> Any:
        """Position of each delivery's good among the rows of the balance."""
        balance, delivered = self.program.row_block("balance"), self.program.column_block("delivered")
        assert balance is not None and delivered is not None
        return balance.index.get_indexer(delivered.index)

    def certify_signed(
        self, primal: Floats, dual: Floats, tolerance: float
    ) -> tuple[Floats, LinearProgram, Certificate]:
        """Certify a point; where its multipliers prove no bound, with prices of goods a little lower.

        A technique that nothing bounds and that is worth running by 1e-12 proves nothing. Lower prices of goods, at the
        same prices of limits and damage, make it worth less; what that costs stands in the bound.

        Returns
        -------
        The multipliers, their tangent program and their certificate.
        """
        tangents, certificate = self.certify(primal, dual, tolerance)
        lowered = dual
        for _ in range(_LOWERED):
            if np.isfinite(certificate.dual_objective):
                break
            lowered = self._with_lower_prices(lowered)
            tangents_then, then = self.certify(primal, lowered, tolerance)
            if np.isfinite(then.dual_objective):
                dual, tangents, certificate = lowered, tangents_then, then
        return dual, tangents, certificate

    def _with_lower_prices(self, dual: Floats) -> Floats:
        """Return multipliers with prices of goods lowered so far that nothing is worth running too much."""
        program, balance = self.program, self.program.row_block("balance")
        assert balance is not None
        worth = program.cost - program.matrix.T @ dual
        goods = -(program.matrix[balance.span].T @ dual[balance.span])
        goods[self.deliveries] = 0.0  # what is delivered changes with its price
        sizes = abs(program.matrix).T @ np.abs(dual) + np.abs(program.cost)
        wrong = worth + _CLOSE * sizes
        over = (wrong > 0) & ~np.isfinite(program.upper) & (goods > 0)
        shares = wrong[over] / goods[over]
        share = float(shares[shares <= _MOST].max(initial=0.0))
        lowered = dual.copy()
        lowered[balance.span] *= 1.0 - share
        return lowered

    def certify_lawful(
        self, primal: Floats, dual: Floats, tolerance: float, seen: tuple[LinearProgram, Certificate]
    ) -> tuple[Floats, LinearProgram, Certificate]:
        """Certify a point moved within the laws, where its proof passes so, or does not pass as it is either.

        A residual that is small beside a row's terms may still be all that a small target asks for: what is attained
        only by breaking a law is not attained.

        Parameters
        ----------
        seen : the tangent program and certificate of the point as it is.

        Returns
        -------
        The point, its tangent program and its certificate.
        """
        if seen[1].reached is not None:
            return primal, *seen
        moved, _ = self.lawful(primal, _SWEEPS)
        tangents, certificate = self.certify(moved, dual, tolerance)
        if certificate.proved or (certificate.reached is not None and not seen[1].proved):
            return moved, tangents, certificate
        return primal, *seen

    def certify_cleaned(
        self, primal: Floats, dual: Floats, tolerance: float, units: Floats
    ) -> tuple[Floats, Floats, LinearProgram, Certificate]:
        """Certify a point; where that fails, also with what is tiny beside the largest level put to zero.

        Iterative methods keep techniques that should stand idle running at 1e-12: rows that hold nothing else are then
        violated by all they hold.

        Parameters
        ----------
        units : of the columns, in which levels are comparable, shape (n,).

        Returns
        -------
        The best point, its multipliers, its tangent program and its certificate.
        """
        found: tuple[Floats, Floats, LinearProgram, Certificate] | None = None
        scaled = primal / units
        for noise in _NOISE:
            cleaned = np.where(scaled > noise * scaled.max(initial=0.0), primal, 0.0)
            tangents, certificate = self.certify(cleaned, dual, tolerance)
            if found is None or worst_figure(certificate) < worst_figure(found[3]):
                found = (cleaned, dual, tangents, certificate)
            if certificate.proved:
                break
        assert found is not None
        return found


def worst_figure(certificate: Certificate) -> float:
    """Return the largest figure of a certificate."""
    c = certificate
    return max(c.gap, c.primal_residual, c.dual_residual, c.complementarity)


def harmony_problem(economy: Economy, question: Question) -> HarmonyProblem:
    """State a question whose objective is harmony as a concave program over its laws.

    Raises
    ------
    QuestionError : the question cannot be asked of the economy.
    """
    program = program_of_laws(economy, question)
    asked = asked_of(economy, question)
    found = Deliveries.of(asked, question)
    told = [table for table in IN_WEIGHTS if table in asked.tables]
    block = program.column_block(HARMONY.columns)
    assert block is not None
    return HarmonyProblem(
        economy=asked.with_changes(**dict.fromkeys(told)) if told else asked,
        original=economy,
        question=question,
        program=program,
        deliveries=np.arange(block.start, block.start + len(found.places)),
        targets=found.targets,
        weights=found.weights,
        function=settings_of(HarmonySettings, question).function,
    )
