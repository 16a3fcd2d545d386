"""The answer: a plan in the user's names and units, with its valuations and its proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..base.entrance import checked_arguments
from ..base.reported import Reported
from ..proof.sensitivity import Sensitivity, ranges
from . import export, text
from .explain import explain
from .explanation import Explanation
from .harmony import Harmony, harmony_of
from .limits import binding_limits
from .prices_over_time import prices_over_time, returns_on_capital
from .scale import curves_of, losses_at_prices
from .tables import PlanTables
from .terminal import terminal_stocks
from .why_not import WhyNot, why_not
from .written import Written

if TYPE_CHECKING:
    from .pictures.accessor import PlanPlots


@dataclass(frozen=True, eq=False, repr=False)
class Plan(PlanTables, Written, Reported):
    """A plan and what is known about it. Tables are pandas frames, rows by the user's names, one column per period.

    Attributes
    ----------
    economy, question : what was known and asked.
    status : what is known; ``optimal``, ``infeasible`` and ``unbounded`` only with a proof that passed.
    certificate : the recomputed proof (of the best point found).
    impossibility : the checked proof that there is no (best) plan, where that is so.
    method : who answered.
    attempts : every solver's claim with its certificate, in order.
    iterations, seconds : effort; seconds by stage (read, build, solve, prove).
    own_laws : laws of your own that declare themselves (:class:`natura_opt.Law`).
    program, primal, dual : the canonical model, its column values and ∂objective/∂side per row.
    bracket : where curves are not straight, the values between which the best on the true curves lies, by round
        (:class:`natura_opt.plan.bracket.Bracket`); None where all are, or there are none.
    approximation : the curves in the straight pieces that ``program`` states; None where they are straight themselves.
    coordination : of a plan by prices, its rounds (:class:`natura_opt.plan.price_rounds.PriceRounds`); ``rounds``,
        ``price_path`` and ``revealed`` are its tables. None of other plans.
    raised : of an objective that raises levels lexicographically, its stages in order, each with its verdict (and its
        valuations): :class:`natura_opt.proof.leximin.Stage`; ``stages`` is their table.
    added : what the plan's objective adds to it, if anything; of harmony, ``harmony`` reads it.
    """

    @property
    def harmony(self) -> Harmony:
        """How harmonious a plan for harmony is, how far from the best, and how its method came along.

        Raises
        ------
        QuestionError : harmony is not what it was made for.
        """
        return harmony_of(self)

    @property
    def limits(self) -> pd.DataFrame:
        """What the objective is made of, the parts worth most first; their ``worth`` sums to it.

        Every resource limit, initial stock, stock of capital, room in store, cap and budget of emissions, floor, demand
        to be met, whatever else a law declares rows for, and row or bound of your own that is worth something: columns
        kind, name, period, unit, available, valuation (∂objective/∂available) and worth (valuation x available). Of a
        plan that is not proved the worths sum to its bound.
        """
        self.require_point()
        return binding_limits(self).drop(columns=["one_more", "one_less"])

    @property
    def rounds(self) -> pd.DataFrame:
        """The rounds of price coordination: bound, best, gap and passes so far, by round.

        Raises
        ------
        QuestionError : the plan is not one by prices.
        """
        return self.by_prices.table

    @property
    def price_path(self) -> pd.DataFrame:
        """What was announced in each round: rounds x scarce things, shares of the value of all that is scarce.

        Raises
        ------
        QuestionError : the plan is not one by prices.
        """
        return self.by_prices.path

    @property
    def revealed(self) -> pd.DataFrame:
        """How many numbers the industries told in the rounds, beside the coefficients that they kept.

        Index: costs, choices, orders, contents, use, coefficients. Columns: to (whom), numbers (in all), per_industry,
        per_round and meaning. Up to 200 goods the systems of the rounds are eliminated by one who sees the tables, in
        place of being told in steps what each good costs.

        Raises
        ------
        QuestionError : the plan is not one by prices.
        """
        return self.by_prices.revealed

    @property
    def curves(self) -> pd.DataFrame:
        """What each curve says at the level of activity: index (technique, name, of, period); empty where needs do not
        depend on scale.

        Columns: unit (of what is needed), level (of activity), total, average (total / level), marginal_left and
        marginal_right (slopes at the level: what one less saves, NaN where there is no less; what one more takes,
        infinite before a jump), form
        (``chords``: pieces that fill in order of themselves, a linear program; ``incremental``: binaries open them one
        after the other) and why, pieces and binaries of the technique in the period, and where the curve was fitted to
        samples their number and the root of their mean squared residual.
        """
        self.require_point()
        return curves_of(self)

    @property
    def loss_at_prices(self) -> pd.DataFrame:
        """What techniques whose needs depend on scale gain or lose at the plan's valuations: index (technique, period).

        Those with curves, and those with whole-number columns of a law (plants that run, techniques that are begun).
        Columns: level; made and taken (worth of all outputs, and of all inputs: by numbers, by curves in all, by
        plants);
        by_curve (what curves take of it), average (by_curve / level) and marginal (what one more unit of activity takes
        by curves); rent (made less taken). Valuations pay one more unit: where returns to scale decrease, that is more
        than the average and the rent is positive; where they increase it is less, the rent is negative, and a
        technique that had to buy and sell at these prices would rather not run: they do not support the plan. In units
        of the objective; with binaries, at the valuations of the linear program that is left when they are fixed.

        Source: Hotelling, "The general welfare in relation to problems of taxation and of railway and utility rates"
        (1938).
        """
        self.require_point()
        return losses_at_prices(self)

    @cached_property
    def prices_over_time(self) -> pd.DataFrame:
        """What one unit is worth period by period, and own rates of interest: index (kind, name, period).

        Kinds: ``target basket`` (a year's targets of the period, bought together), ``good``, ``resource`` (of labour
        its wage) and ``stock`` (of capital, at the start of the period). Columns: unit; price (present value, in units
        of the objective, of one unit that is there in the period; of what is demanded in a least-cost plan: what it
        costs); in_baskets (price over the price of a basket in the same period); own_rate (per year, from the period to
        the next: (price / next price)^(1 / years) - 1); note (why there is no rate: ``free``, ``free in the next
        period``, ``changes sign``, ``last period``). What does not exist is missing (``pd.NA``), never NaN.

        Since prices are present values, discounting and the weights of periods stand in the rates: the basket's own
        rate is the rate of return the plan implies. See :mod:`natura_opt.plan.prices_over_time`.
        """
        self.require_point()
        return prices_over_time(self)

    @cached_property
    def returns_on_capital(self) -> pd.DataFrame:
        """What stocks of capital and investments bring: index (name, period), of those that are something.

        Columns: stock (at the start of the period), valuation (of one unit of it), rent (of its use in the period),
        kept (what the rest of it is worth later), return ((rent + kept) / valuation - 1: zero where the stock is held,
        below zero where it would lose), invested (per year), cost (of one unit more a year, at the good's valuation),
        return_on_investment (the worth of the investment when it is there, over its cost, less one: zero where it is
        made). In present values, as gains of the objective; missing (``pd.NA``) where the stock or the good is free.
        """
        self.require_point()
        return returns_on_capital(self)

    @cached_property
    def terminal_stocks(self) -> pd.DataFrame:
        """What there was of every stock at the start, and what the plan leaves after its last period: index (kind,
        good, technique); empty where nothing lasts.

        ``capital``: stocks at the start and on order then, beside what lasts of the last period's and what was invested
        and arrives later (where capital is pooled, the technique is empty). ``store``: goods that keep. Columns: unit,
        at_start, left, change (left less at_start) and share (left / at_start; NaN where there was none).
        """
        self.require_point()
        return terminal_stocks(self)

    @checked_arguments()
    def explain(
        self,
        name: str | int | float | date | tuple[object, ...] | list[object],
        period: Any = None,
        kind: str | None = None,
    ) -> Explanation:
        """Explain a valuation, or why a technique runs or stands idle, in words and numbers.

        Parameters
        ----------
        name : a good, resource, pollutant, stock (``"iron in coal"``) or technique; ``"floor"``; or the name of rows or
            columns of your own.
        period : label of the period; without one, that in which it is worth most.
        kind : which of them is meant, where a name has several meanings: ``good``, ``resource``, ``pollutant``,
            ``stock``, ``technique``, ``storage`` (room for a good in store), ``floor``, ``own``, or any other kind that
            a law declares for its rows (:class:`natura_opt.Rows`).

        Raises
        ------
        QuestionError : no such name, period or kind.
        NotProvedError : there is no plan.
        """
        self.require_point()
        return explain(self, name, period, kind)

    @cached_property
    def plot(self) -> PlanPlots:
        """The pictures of the plan: ``fulfilment()``, ``activities()``, ``valuations()``, ``prices_over_time()``,
        ``stocks()``, ``emissions()``, ``network()``, ``flows()``, ``against(other)`` and more.
        """
        from .pictures.accessor import PlanPlots

        return PlanPlots(self)

    @checked_arguments()
    def why_not(
        self,
        relax: Sequence[str] | str = ("targets",),
        *,
        weights: Mapping[str, float] | None = None,
        irreducible: bool = False,
        time_limit: float | None = None,
    ) -> WhyNot:
        """Say why there is no plan: the cheapest shortfall, prices that show it, the first period that fails.

        Parameters
        ----------
        relax : what may be given up: ``targets`` (demands, floors, whatever else is asked for), ``limits`` (resources,
            stocks, caps, room), ``own`` (rows of your own), or a kind of them, such as ``demand``, ``floor`` or
            ``resource``. What stands first is kept most: its shortfall is made least before that of the next.
        weights : how much a share of each counts in the sum that is made least, by kind or by name; one by default.
        irreducible : whether to look for an irreducible set of demands and limits that clash too, which takes one solve
            for each of them.
        time_limit : seconds for each solve.

        Raises
        ------
        QuestionError : the plan is not proved infeasible.
        CannotAnswerError : its program is made piece by piece, and never held whole.
        OptionError : an entry of ``relax`` or ``weights`` is unknown or no positive number.
        """
        return why_not(self, relax, weights, irreducible, time_limit)

    def sensitivity(self) -> Sensitivity:
        """Return how far every side and cost can change before valuations (or activities) do.

        Raises
        ------
        NotProvedError : the plan is not proved (closely enough), has whole-number columns, or the basis that the ranges
            belong to could not be proved.
        """
        self.require_point()
        if self._why_no_intervals:
            raise self.no_intervals("no ranges of sides and costs")
        return ranges(self._whole, self.certificate)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the plan by name, the summary first."""
        return export.tables(self)

    def summary(self) -> dict[str, Any]:
        """Return what the command line prints as JSON."""
        return export.summary(self)

    def __repr__(self) -> str:
        return text.summary(self)
