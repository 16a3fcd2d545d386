"""``plan.plot``: the pictures of a plan, each drawn by a module that is imported when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..tables import PlanTables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class PlanPlots:
    """The pictures of one plan.

    Every method is a picture, and all of them keep to the same: arguments have defaults (but for the other plan of
    ``against``), ``most`` bounds what is drawn and the picture says what is left out, and none touches matplotlib's
    global state. What they return shows itself in a notebook; matplotlib figures are saved by the ending of a file
    (``savefig("plan.svg")``: svg, pdf, png), ``flows``, a plotly figure, with ``write_html``. ``fulfilment`` and
    ``network``, which are one panel, draw in axes of yours (``ax=``); the others lay out a figure of their own.

    A technique has the same colour and pattern in all pictures of an economy. Numbers are written in thousands,
    millions or billions of their unit where that is easier to read; what is drawn stays in the unit itself. Where other
    prices than those drawn prove the plan as well, they are marked (small programs only; ``plan.explain`` says which).
    A plan that is not proved says so before the title, and one that breaks a law is drawn as asked, not as attained.

    Raises
    ------
    NotProvedError : from each of them, where there is no plan.

    >>> import natura_opt as no
    >>> plan = no.solve("five_year_plan")
    >>> bars = plan.plot.fulfilment().axes[0].patches
    >>> [round(bar.get_height(), 3) for bar in bars] == plan.fulfilment.round(3).to_list()
    True
    """

    plan: PlanTables

    def fulfilment(self, ax: Axes | None = None) -> Figure:
        """Draw how far each period's targets are met.

        Parameters
        ----------
        ax : axes to draw in; by default a new figure of its own.
        """
        from .fulfilment import draw_fulfilment

        return draw_fulfilment(self.plan, ax)

    def valuations(self, most: int = 8) -> Figure:
        """Draw what one more unit is worth: of goods, of resources and of capital stocks, period by period.

        Parameters
        ----------
        most : how many to draw of each kind; those of which all there is is worth most (so a change of units changes
            nothing). The others are counted under the picture.
        """
        from .valuations import draw_valuations

        return draw_valuations(self.plan, most)

    def prices_over_time(self, most: int = 8) -> Figure:
        """Draw what is scarce when: prices in target baskets, a row per thing and a column per period.

        The shade is the price over the highest of the same row; the figure in a cell is the price itself (in units of
        the objective, where nothing has a target), and what is free is left white.

        Parameters
        ----------
        most : how many to draw of each kind; those of which all there is is worth most. The others are counted.
        """
        from .prices_over_time import draw_prices_over_time

        return draw_prices_over_time(self.plan, most)

    def stocks(self, most: int = 8) -> Figure:
        """Draw the capital stocks (start of each period), by good and by who holds them, and goods in store (end).

        Parameters
        ----------
        most : how many goods to draw; those whose stocks are worth most. The others are counted under the picture.
        """
        from .stocks import draw_stocks

        return draw_stocks(self.plan, most)

    def activities(self, most: int = 8) -> Figure:
        """Draw what techniques do, period by period, and the most they may do where a law limits them.

        Parameters
        ----------
        most : how many to draw; those whose output is worth most. The others are counted under the picture.
        """
        from .activities import draw_activities

        return draw_activities(self.plan, most)

    def emissions(self, most: int = 8) -> Figure:
        """Draw what is emitted and who emits it (or takes it back), beside caps and budgets.

        Parameters
        ----------
        most : how many panels to draw; those of pollutants that are dearest to emit. The others are counted.
        """
        from .emissions import draw_emissions

        return draw_emissions(self.plan, most)

    def network(
        self,
        period: Any = None,
        most: int = 30,
        widths: Literal["auto", "quantity", "worth", "share"] = "auto",
        ax: Axes | None = None,
    ) -> Figure:
        """Draw who supplies whom: techniques in a circle, and the largest deliveries between them as arrows.

        A good that several techniques make reaches each user from every maker, in proportion to what it makes.

        Parameters
        ----------
        period : label of the period; by default all of them together.
        most : how many deliveries to draw; the others are counted, with the share of all that is drawn.
        widths : what the width of an arrow stands for, as in :meth:`flows`.
        ax : axes to draw in; by default a new figure of its own.

        Raises
        ------
        QuestionError : no such period.
        OptionError : ``widths`` is none of these.
        """
        from .network import draw_network

        return draw_network(self.plan, period, most, widths, ax)

    def against(self, other: PlanTables, names: tuple[str, str] = ("this plan", "the other"), most: int = 12) -> Figure:
        """Draw the plan beside another of the same goods and periods: fulfilment, and what is done more or less.

        Activities are compared where both plans know the same techniques, outputs of goods elsewhere.

        Parameters
        ----------
        other : a plan of the same goods, measured in the same units, over the same periods; its techniques, limits and
            question may be others.
        names : what the two plans are called in the picture.
        most : how many techniques (or goods) to draw, those that differ most; the others are counted.

        Raises
        ------
        QuestionError : the plans are not of the same goods, units or periods.
        """
        from .against import draw_against

        return draw_against(self.plan, other, names, most)

    def turnpike(self) -> Figure:
        """Draw how near production runs to the ray of balanced growth, period by period, and how fast it grows.

        Raises
        ------
        CannotAnswerError, DataError : the economy has no turnpike, as :func:`natura_opt.turnpike` says.
        """
        from .turnpike import draw_turnpike

        return draw_turnpike(self.plan)

    def price_path(self, most: int = 8) -> Figure:
        """Draw how price coordination found its prices: what it announced in each round, and the bound and the plan.

        Parameters
        ----------
        most : how many scarce things to draw singly; the others are summed.

        Raises
        ------
        QuestionError : the plan is not one by prices.
        """
        from .price_path import draw_price_path

        return draw_price_path(self.plan, self.plan.by_prices, most)

    def flows(
        self, period: Any = None, most: int = 30, widths: Literal["auto", "quantity", "worth", "share"] = "auto"
    ) -> Any:
        """Draw what goods are made by, used in and delivered to, as a plotly Sankey diagram.

        Parameters
        ----------
        period : label of the period; by default all of them together.
        most : how many flows to draw singly, the widest; the rest are gathered as "other".
        widths : what the width of a flow stands for: its ``quantity`` (goods must be measured in one unit), what it is
            ``worth`` at the plan's valuations, or its ``share`` of all there is of the good. ``auto`` takes the first
            of these that has a meaning. The pointer shows quantities in the good's unit, whatever the widths.

        Returns
        -------
        plotly.graph_objects.Figure
        """
        from .sankey import draw_flows

        return draw_flows(self.plan, period, most, widths)
