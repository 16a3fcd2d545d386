r"""Trade with elsewhere: goods imported and exported, within limits and within the foreign exchange there is.

For every good i that can be imported or exported and every period t, amounts a year ``m`` and ``e``:

.. math::
    \dots + m_{it} - e_{it} \ge 0, \qquad m_{it} \le M_{it}, \qquad e_{it} \le E_{it}

    \sum_i p_{it}\, m_{it} - \sum_i q_{it}\, e_{it} \le F_t

with limits ``M`` (``import_limits``) and ``E`` (``export_limits``), prices ``p`` (``import_prices``) and ``q``
(``export_prices``) in foreign exchange, and ``F`` what of it is on hand (``foreign_exchange``; below 0, what must be
earned). Foreign exchange that is not spent in a period is lost.

What can be traded: where ``import_limits`` is given, goods with a limit above 0 (infinite: no limit), and nothing else;
where it is not, goods with an import price above 0, without limit. Likewise for exports. Nothing is had, or given away,
for nothing: what can be traded in a period needs a price in it, and no good may be dearer elsewhere as an export than
as an import, for then foreign exchange would come from sending it to and fro.

Duals: of ``trade_balance``, what one more unit of foreign exchange is worth; of ``import_limit`` and ``export_limit``,
what it is worth to import or export one more unit, at its price.

Sources: Chenery and Kretschmer 1956 (linear programming of trade and production); model 6 of the design notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.labels import labels
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..tables import trade as tables
from ..tables.spec import names_of
from .coefficients import by_period, over_periods, pyomo_names
from .cvxpy_model import CvxpyModel
from .law import Law


@dataclass(frozen=True)
class Way:
    """One of the two ways across the border: its columns, its rows of limits, its tables, what it adds to goods."""

    columns: str
    rows: str
    limits: str
    prices: str
    adds: float

    def open(self, economy: Economy, t: int) -> npt.NDArray[np.bool_]:
        """Return which goods can be traded this way in a period, by position."""
        table = self.limits if economy.has(self.limits) else self.prices
        opened: npt.NDArray[np.bool_] = economy.vector(table, t) > 0
        return opened

    def goods(self, economy: Economy) -> npt.NDArray[np.intp]:
        """Return positions of the goods that can be traded this way in some period."""
        return np.flatnonzero(np.any([self.open(economy, t) for t in range(len(economy.periods))], axis=0))


#: In both ways the sign of goods is that of foreign exchange: what comes in is paid for, what goes out earns.
WAYS = (
    Way("imports", "import_limit", "import_limits", "import_prices", 1.0),
    Way("exports", "export_limit", "export_limits", "export_prices", -1.0),
)


def _matrix(program: ProgramBuilder, economy: Economy, question: Question) -> None:
    count, every = len(economy.periods), len(economy.goods)
    program.rows("trade_balance", economy.periods, "<=", economy.vector("foreign_exchange", 0))
    for way in WAYS:
        goods = way.goods(economy)
        index = labels(("good", economy.goods[goods]), ("period", economy.periods))
        program.columns(way.columns, index)
        crossing = sp.coo_array((np.full(len(goods), way.adds), (goods, np.arange(len(goods)))), (every, len(goods)))
        program.terms("balance", way.columns, sp.kron(sp.eye_array(count), crossing))
        paid = over_periods(count, False, _paid(economy, way, goods))
        program.terms("trade_balance", way.columns, paid)
        if economy.has(way.limits):
            most = by_period(count, _most(economy, way, goods))
            program.rows(way.rows, index, "<=", most, stated=np.isfinite(most))
            program.terms(way.rows, way.columns, sp.eye_array(len(index)))


def _paid(economy: Economy, way: Way, goods: npt.NDArray[np.intp]) -> Any:
    """Return a function of the period: foreign exchange paid per unit traded, shape (1, goods)."""
    return lambda t: way.adds * economy.vector(way.prices, t)[None, goods]


def _most(economy: Economy, way: Way, goods: npt.NDArray[np.intp]) -> Any:
    """Return a function of the period: the most that can be traded, shape (goods,)."""

    def most(t: int) -> Floats:
        limits: Floats = economy.vector(way.limits, t)[goods]
        return limits

    return most


def _pyomo(m: Any, economy: Economy, question: Question) -> None:
    import pyomo.environ as pyo

    names, periods = pyomo_names(economy.goods), list(economy.periods)

    def table(name: str) -> dict[Any, float]:
        return {
            (i, p): amount
            for t, p in enumerate(periods)
            for i, amount in zip(names, economy.vector(name, t).tolist(), strict=True)
        }

    on_hand = dict(zip(periods, economy.vector("foreign_exchange", 0).tolist(), strict=True))
    m.laws.rows(
        "trade_balance",
        m.PERIODS,
        sense="<=",
        side=lambda t: on_hand[t],
        meaning="imports are paid for by exports and foreign exchange on hand",
    )

    def spell(columns: str, limit_rows: str, limits: str, prices: str, adds: float, doc: str) -> None:
        most, price = table(limits), table(prices)
        listed = most if economy.has(limits) else price
        goods = [i for i in names if any(listed[i, p] > 0 for p in periods)]
        traded = pyo.Var(goods, m.PERIODS, domain=pyo.NonNegativeReals, doc=doc)
        m.add_component(columns, traded)
        m.laws.terms("balance", lambda i, t: adds * traded[i, t] if i in goods else 0.0)
        m.laws.terms("trade_balance", lambda t: pyo.quicksum(adds * price[i, t] * traded[i, t] for i in goods))
        if economy.has(limits):
            m.laws.rows(
                limit_rows,
                goods,
                m.PERIODS,
                sense="<=",
                side=lambda i, t: most[i, t],
                meaning=f"{columns} stay within their limit",
                stated=lambda i, t: not np.isinf(most[i, t]),
            )
            m.laws.terms(limit_rows, lambda i, t: traded[i, t])

    spell("imports", "import_limit", "import_limits", "import_prices", 1.0, "goods imported, per year")
    spell("exports", "export_limit", "export_limits", "export_prices", -1.0, "goods exported, per year")


def _cvxpy(model: CvxpyModel, economy: Economy, question: Question) -> None:
    count = len(economy.periods)
    on_hand = economy.vector("foreign_exchange", 0)
    for t in range(count):
        model.rows("trade_balance", t, economy.periods[t : t + 1], "<=", on_hand[t : t + 1])
    for way in WAYS:
        if len(way.goods(economy)):
            _cvxpy_of(model, economy, way)


def _cvxpy_of(model: CvxpyModel, economy: Economy, way: Way) -> None:
    goods, count = way.goods(economy), len(economy.periods)
    paid, most = _paid(economy, way, goods), _most(economy, way, goods)
    index = labels(("good", economy.goods[goods]), ("period", economy.periods))
    traded = model.variable(way.columns, index, (len(goods), count))
    crossing = sp.csr_array(
        (np.full(len(goods), way.adds), (goods, np.arange(len(goods)))), shape=(len(economy.goods), len(goods))
    )
    model.terms("balance", lambda t: crossing @ traded[:, t])
    model.terms("trade_balance", lambda t: paid(t) @ traded[:, t])
    if economy.has(way.limits):
        for t in range(count):
            stated = np.flatnonzero(np.isfinite(most(t)))
            index = labels(("good", economy.goods[goods[stated]]), ("period", economy.periods[t : t + 1]))
            model.rows(way.rows, t, index, "<=", most(t)[stated], stated)
        model.terms(way.rows, lambda t: traded[:, t])


TRADE = Law(
    name="trade with elsewhere",
    tables=names_of(*tables.TRADE),
    applies=lambda economy, question: any(economy.has(table.name) for table in tables.TRADE),
    matrix=_matrix,
    pyomo=_pyomo,
    cvxpy=_cvxpy,
    rows=(
        Rows(
            "trade_balance",
            ("periods",),
            "<=",
            "imports are paid for by exports and by foreign exchange on hand",
            kind="foreign exchange",
            called="the foreign exchange of",
            outside="always",
            named="on hand",
            heading="Foreign exchange: one more unit on hand",
            place=4,
        ),
        Rows(
            "import_limit",
            ("goods", "periods"),
            "<=",
            "no more of a good is imported than can be",
            kind="import limit",
            called="the import limit of",
            unit="goods",
            outside="always",
            partly=True,
            heading="Import limits: one more unit imported, at its price",
            place=5,
        ),
        Rows(
            "export_limit",
            ("goods", "periods"),
            "<=",
            "no more of a good is exported than can be",
            kind="export limit",
            called="the export limit of",
            unit="goods",
            outside="always",
            partly=True,
            heading="Export limits: one more unit exported, at its price",
            place=5,
        ),
    ),
    columns=(
        Columns(
            "imports",
            ("goods", "periods"),
            "imports of a good",
            "goods",
            "imports",
            supplies="imports",
            uses="imports",
            called="the imports of",
        ),
        Columns(
            "exports",
            ("goods", "periods"),
            "exports of a good",
            "goods",
            "exports",
            supplies="exports",
            uses="exports",
            called="the exports of",
        ),
    ),
)
