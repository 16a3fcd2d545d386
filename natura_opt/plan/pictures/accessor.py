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

    None of them touches matplotlib's global state; each returns a figure that shows itself in a notebook and has
    ``savefig`` (or, for ``flows``, ``write_html``).

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
