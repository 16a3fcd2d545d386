"""A judge of plans over time: every law in expanded form, from the laws' docstrings alone, on a plain scipy route.

It shares no row and no column with the package. Stocks of capital, labour and natural stocks are no variables: each is
an explicit sum over what was there, came, was added and was taken since; a stock with a capacity is one inequality for
every period from which it may have been full; what is drawn is the use itself; investment in pieces is the number of
pieces. Expressions are dense vectors over all variables with the constant last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

import natura_opt as no
from natura_opt import TABLES
from natura_opt.plan.goods_flows import goods_flows

Expr = np.ndarray


def remembered(method: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what a method returned: nothing that it is asked twice changes."""

    def told(self: TimeJudge, *at: Any) -> Any:
        key = (method.__name__, *at)
        if key not in self.known:
            self.known[key] = method(self, *at)
        return self.known[key]

    return told


class TimeJudge:
    """The linear (or mixed-integer) program of an economy's question, written anew.

    Parameters
    ----------
    economy, question : whose optimum is wanted. Tables of curves, plants and running are not read.
    """

    def __init__(self, economy: no.Economy, question: str | None = None) -> None:
        self.economy = economy
        self.known: dict[tuple[Any, ...], Any] = {}
        self.asked = economy.question(question)
        self.set = dict(self.asked.settings)
        self.T = len(economy.periods)
        self.n = self.column("period_length")
        self.n = np.ones(self.T) if self.n is None else self.n
        self.goods, self.techs = len(economy.goods), len(economy.techniques)
        self.resources, self.pollutants = len(economy.resources), len(economy.pollutants)
        self.terminal = self.set.get("terminal", "none")
        self.names: list[tuple[Any, ...]] = []
        self.where: dict[tuple[Any, ...], int] = {}
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.rows: list[tuple[Expr, float]] = []  # expression >= 0
        self._variables()
        self._laws()

    # ---- tables -------------------------------------------------------------------------------------------
    @remembered
    def table(self, name: str, t: int) -> np.ndarray | None:
        """A table in a period, dense; None where it is not given."""
        if name not in self.economy.tables:
            return None
        frame = (
            self.economy.frame(name, self.economy.periods[t]) if TABLES[name].is_matrix else self.economy.frame(name)
        )
        values = frame.to_numpy(dtype=float)
        return values[:, t] if values.ndim == 2 and not TABLES[name].is_matrix else values

    def column(self, name: str) -> np.ndarray | None:
        """A table over periods."""
        return self.table(name, 0)

    @remembered
    def by_period(self, name: str, like: tuple[int, ...]) -> list[np.ndarray]:
        """A table by arrival, in every period; zeros where nothing is said."""
        table = self.economy.tables.get(name)
        out = [np.zeros(like) for _ in range(self.T)]
        for key, part in {} if table is None else table.slices.items():
            values = part.toarray() if hasattr(part, "toarray") else np.asarray(part, dtype=float)
            for t in range(self.T) if key is None else [key]:
                out[t] = values.reshape(like)
        return out

    @remembered
    def ahead(self, name: str) -> dict[int, np.ndarray]:
        table = self.economy.tables.get(name)
        if table is None:
            return {}
        return {int(s): np.asarray(part.toarray(), dtype=float) for s, part in table.slices.items()}

    def get(self, name: str, t: int, default: float, shape: Any) -> np.ndarray:
        found = self.table(name, t)
        return np.full(shape, default) if found is None else found

    # ---- variables ----------------------------------------------------------------------------------------
    def new(self, *name: Any, lower: float = 0.0, upper: float = np.inf, whole: bool = False) -> None:
        self.where[name] = len(self.names)
        self.names.append(name)
        self.lower.append(lower)
        self.upper.append(upper)
        self.whole.append(int(whole))

    def v(self, *name: Any) -> Expr:
        """The expression that is one variable; nothing where there is none."""
        out = np.zeros(len(self.names) + 1)
        if name in self.where:
            out[self.where[name]] = 1.0
        return out

    def const(self, value: float) -> Expr:
        out = np.zeros(len(self.names) + 1)
        out[-1] = value
        return out

    def at_least_zero(self, expr: Expr) -> None:
        if np.isinf(expr[-1]):
            assert expr[-1] > 0
            return
        self.rows.append((expr[:-1], -expr[-1]))

    def _variables(self) -> None:
        T, objective = self.T, self.asked.objective
        self.setting_aside = range(T - 1 if self.terminal == "none" else T)
        for t in range(T):
            limit = self.get("activity_limits", t, np.inf, self.techs)
            least = self.get("least_activities", t, 0.0, self.techs)
            for j in range(self.techs):
                self.new("x", j, t, lower=least[j], upper=limit[j])
        if objective in ("fulfilment", "leximin"):
            for t in range(T):
                self.new("z", t, lower=float(self.set.get("floor") or 0.0))
        elif objective in ("assortment", "max-min"):
            self.new("z")
        keep = self.get("storage", 0, 0.0, self.goods)
        for t in self.setting_aside:
            room = self.get("storage_capacity", t, np.inf, self.goods)
            for i in np.flatnonzero(keep > 0):
                self.new("store", i, t, upper=room[i])
        self._holdings()
        units = self.get("investment_units", 0, 0.0, self.goods)
        move = [self.get("shifting", t, 0.0, self.goods) for t in range(T)]
        for t in self.setting_aside:
            for h in self.holdings:
                self.new("a", *h, t, whole=units[h[0]] > 0)
                if h[1] is not None and move[t][h[0]] > 0:
                    self.new("out", *h, t)
                    self.new("in", *h, t)
        for t in range(T):
            for way in ("import", "export"):
                price = self.get(f"{way}_prices", t, 0.0, self.goods)
                limit = self.table(f"{way}_limits", t)
                for i in range(self.goods):
                    if limit is None and price[i] > 0:
                        self.new(way, i, t)
                    elif limit is not None and limit[i] > 0:
                        self.new(way, i, t, upper=limit[i])
        if self.terminal == "growth":
            for h in self.holdings:
                self.new("K", *h)
        for e in range(self.pollutants):
            for t in range(T):
                self.new("piled", e, t)
        self.units = units

    def _holdings(self) -> None:
        shape = (self.goods, self.techs)
        self.pooled = "capital_pool" in self.economy.tables
        self.orders = self.by_period("capital_orders", shape)
        self.start = self.get("initial_capital", 0, 0.0, shape)
        self.pool = self.get("capital_pool", 0, 0.0, self.goods)
        tied = sum((np.abs(self.get("capital", t, 0.0, shape)) for t in range(self.T)), np.zeros(shape))
        if self.pooled:
            self.holdings = [(i, None) for i in range(self.goods) if tied[i].any() or self.pool[i] > 0]
        else:
            there = tied + self.start + sum(self.orders, np.zeros(shape))
            self.holdings = [(int(i), int(j)) for i, j in np.argwhere(there > 0)]

    # ---- expressions --------------------------------------------------------------------------------------
    @remembered
    def wear(self, h: tuple[int, Any], t: int) -> float:
        if h[1] is None:
            return float(self.get("pool_depreciation", t, 0.0, self.goods)[h[0]])
        return float(self.get("depreciation", t, 0.0, (self.goods, self.techs))[h])

    @staticmethod
    def sum_of_years(rate: float, years: float) -> float:
        return years if rate == 0 else (1 - (1 - rate) ** years) / rate

    @remembered
    def lasts(self, h: tuple[int, Any], since: int, to: int) -> float:
        return float(np.prod([(1 - self.wear(h, s)) ** self.n[s] for s in range(since, to)]))

    def invested(self, h: tuple[int, Any], t: int) -> Expr:
        """Investment per year."""
        size = self.units[h[0]]
        return self.v("a", *h, t) * (size / self.n[t] if size > 0 else 1.0)

    def lag(self, h: tuple[int, Any]) -> int:
        return int(self.get("investment_lag", 0, 1.0, self.goods)[h[0]])

    @remembered
    def vintage(self, h: tuple[int, Any], v: int) -> Expr:
        """What comes into use in period v (0-based; T is the period after the end), as an amount."""
        out = self.const(0.0)
        if v < self.T and h[1] is not None:
            out = out + self.const(self.orders[v][h])
        made = v - self.lag(h)
        if made >= 0 and v > 0:
            out = out + self.invested(h, made) * self.sum_of_years(self.wear(h, v - 1), self.n[made])
        return out

    @remembered
    def stock(self, h: tuple[int, Any], t: int) -> Expr:
        """Stock at the start of period t: a sum over what was there, over vintages in service, and over moves."""
        start = self.pool[h[0]] if h[1] is None else self.start[h]
        life = self.get("service_life", 0, np.inf, self.goods)[h[0]]
        gone = self.by_period("retirements", (self.goods, self.techs))
        left = start - sum(gone[s][h] for s in range(min(t, self.T - 1) + 1)) if h[1] is not None else start
        out = self.const(left * self.lasts(h, 0, t))
        for v in range(t + 1):
            if t < v + life:
                out = out + self.vintage(h, v) * self.lasts(h, v, t)
        for s in range(t):
            if h[1] is not None:
                out = out + (self.v("in", *h, s) - self.v("out", *h, s)) * self.lasts(h, s + 1, t)
        return out

    def left(self, h: tuple[int, Any]) -> Expr:
        """What is left of a stock after the end, with all that arrives later."""
        out = self.stock(h, self.T)
        for made in range(self.T):
            if made + self.lag(h) > self.T:
                out = out + self.invested(h, made) * self.sum_of_years(self.wear(h, self.T - 1), self.n[made])
        return out

    @remembered
    def x(self, t: int) -> np.ndarray:
        return np.array([self.v("x", j, t) for j in range(self.techs)]).reshape(self.techs, len(self.names) + 1)

    def spent_ahead(self, name: str, t: int, rows: int) -> np.ndarray:
        """What is spent in period t for later output, per year, (rows, variables)."""
        out = np.zeros((rows, len(self.names) + 1))
        prepared = self.by_period("prepared_activities", (self.techs,))
        g = float(self.set.get("terminal_growth") or 0.0)
        for s, need in self.ahead(name).items():
            u = t + s
            if u < self.T:
                out += self.n[u] / self.n[t] * need @ self.x(u)
            elif self.terminal == "keep" and u - self.T < self.T:
                k = u - self.T
                out[:, -1] += self.n[k] / self.n[t] * need @ prepared[k]
            elif self.terminal == "growth":
                k = u - self.T + 1
                out += self.n[-1] / self.n[t] * (1 + g) ** (k * self.n[-1]) * need @ self.x(self.T - 1)
        return out

    @remembered
    def use(self, t: int, kept: bool = True) -> np.ndarray:
        """Use of resources in a year of period t, (resources, variables)."""
        out = self.get("resource_use", t, 0.0, (self.resources, self.techs)) @ self.x(t)
        out = out + self.spent_ahead("resource_use_ahead", t, self.resources)
        if not kept:
            out[:, -1] = 0.0
        moving = self.get("shifting_use", t, 0.0, (self.resources, self.goods))
        for h in self.holdings:
            out = out + np.outer(moving[:, h[0]], self.v("out", *h, t)) / self.n[t]
        return out

    @remembered
    def emitted(self, t: int) -> np.ndarray:
        return self.get("emissions", t, 0.0, (self.pollutants, self.techs)) @ self.x(t)

    def wanted(self, t: int) -> np.ndarray:
        targets = self.get("targets", t, 0.0, self.goods)
        if "baskets" in self.economy.tables:
            people = self.table("populations", t)
            targets = targets + self.table("baskets", t) @ people
        return targets

    # ---- laws ---------------------------------------------------------------------------------------------
    def _laws(self) -> None:
        for law in (
            self._balance,
            self._capital,
            self._natural,
            self._labour,
            self._trade,
            self._emissions,
            self._lags,
        ):
            law()

    def _balance(self) -> None:
        keep = self.get("storage", 0, 0.0, self.goods)
        start = self.get("initial_stocks", 0, 0.0, self.goods)
        square = np.eye(self.goods, self.techs)
        for t in range(self.T):
            makes = self.table("outputs", t)
            net = (square if makes is None else makes) - self.get("inputs", t, 0.0, square.shape)
            rows = net @ self.x(t) - self.spent_ahead("inputs_ahead", t, self.goods)
            for i in range(self.goods):
                row = rows[i] + self.v("import", i, t) - self.v("export", i, t) - self.v("store", i, t) / self.n[t]
                if t == 0:
                    row = row + self.const(start[i] / self.n[0])
                else:
                    row = row + self.v("store", i, t - 1) * keep[i] ** self.n[t] / self.n[t]
                for h in self.holdings:
                    if h[0] == i:
                        row = row - self.invested(h, t)
                self.at_least_zero(row - self._served(t)[i])
        if self.terminal in ("keep", "growth"):
            rate = float(self.set.get("terminal_growth") or 0.0) if self.terminal == "growth" else 0.0
            for i in np.flatnonzero(keep > 0):
                self.at_least_zero(self.v("store", i, self.T - 1) - self.const(start[i] * (1 + rate) ** self.n.sum()))

    def _served(self, t: int) -> np.ndarray:
        objective, wanted = self.asked.objective, self.wanted(t)
        if objective in ("fulfilment", "leximin"):
            return np.outer(wanted, self.v("z", t))
        if objective in ("assortment", "max-min"):
            return np.outer(wanted, self.v("z"))
        return np.outer(wanted, self.const(1.0))

    def _capital(self) -> None:
        rate = float(self.set.get("terminal_growth") or 0.0)
        for h in self.holdings:
            for t in range(self.T):
                tied = self.get("capital", t, 0.0, (self.goods, self.techs))[h[0]]
                need = tied @ self.x(t) if h[1] is None else tied[h[1]] * self.v("x", h[1], t)
                self.at_least_zero(self.stock(h, t) - need)
                if (
                    t == self.T - 1 and self.terminal == "growth"
                ):  # some of it may be thrown away before it is asked for
                    kept = self.v("K", *h)
                    self.at_least_zero(self.stock(h, t) - kept)
                    self.at_least_zero(kept - need)
            if self.terminal == "none":
                continue
            left = self.left(h)
            self.at_least_zero(left)
            if self.terminal == "keep":
                before = self.pool[h[0]] if h[1] is None else self.start[h] + sum(o[h] for o in self.orders)
                self.at_least_zero(left - self.const(before))
            if self.terminal == "growth":
                lost = (self.stock(h, self.T - 1) - self.v("K", *h)) * self.lasts(h, self.T - 1, self.T)
                self.at_least_zero(left - lost - self.v("K", *h) * (1 + rate) ** self.n[-1])
        for t in self.setting_aside:
            share = self.get("shifting", t, 0.0, self.goods)
            for i in np.flatnonzero(share > 0):
                mine = [h for h in self.holdings if h[0] == i]
                out = sum((self.v("out", *h, t) for h in mine), self.const(0.0))
                self.at_least_zero(share[i] * out - sum((self.v("in", *h, t) for h in mine), self.const(0.0)))

    def _natural(self) -> None:
        for t in range(self.T):
            use, limit = self.use(t), self.get("resource_limits", t, np.inf, self.resources)
            for r in range(self.resources):
                self.at_least_zero(self.const(limit[r]) - use[r])
        once = self.get("exhaustible_stocks", 0, np.inf, self.resources)
        stocks = self.get("renewable_stocks", 0, np.inf, self.resources)
        for r in range(self.resources):
            drawn = [self.n[t] * self.use(t)[r] for t in range(self.T)]
            self.at_least_zero(self.const(once[r]) - sum(drawn, self.const(0.0)))
            if not np.isfinite(stocks[r]):
                continue
            room = [self.get("renewable_capacity", t, np.inf, self.resources)[r] for t in range(self.T)]
            grow = [(1 + self.get("regrowth_rates", t, 0.0, self.resources)[r]) ** self.n[t] for t in range(self.T)]
            for t in range(self.T):
                for line in self._since(stocks[r], room, grow, drawn, t):
                    self.at_least_zero(line - drawn[t])
            if self.terminal in ("keep", "growth"):
                for line in self._since(stocks[r], room, grow, drawn, self.T - 1):
                    wanted = min(stocks[r], room[-1])
                    self.at_least_zero((line - drawn[-1]) * grow[-1] - self.const(wanted))

    def _since(self, start: float, room: list[float], grow: list[float], drawn: list[Expr], t: int) -> Iterator[Expr]:
        """The most that a renewable stock can be at the start of t, by every period in which it may have been full."""
        for s in range(t + 1):
            full = min(start, room[0]) if s == 0 else room[s]
            if np.isfinite(full):
                out = self.const(full * float(np.prod(grow[s:t])))
                for u in range(s, t):
                    out = out - drawn[u] * float(np.prod(grow[u:t]))
                yield out

    def _labour(self) -> None:
        force = self.get("labour_force", 0, np.inf, self.resources)
        for r in np.flatnonzero(np.isfinite(force)):
            for t in range(self.T + 1):  # after the last period too nobody is taken who is not there
                there = self.const(force[r])
                for s in range(t):
                    leaving = self.get("labour_leaving", s, 0.0, self.resources)[r]
                    come = self.const(self.get("labour_entering", s, 0.0, self.resources)[r])
                    trained = self.get("training", s, 0.0, (self.resources, self.techs))[r] @ self.x(s)
                    there = there * (1 - leaving) ** self.n[s] + (come + trained) * self.sum_of_years(
                        leaving, self.n[s]
                    )
                self.at_least_zero(there)
                if t < self.T:
                    self.at_least_zero(there - self.use(t)[r])

    def _trade(self) -> None:
        if not {"import_prices", "export_prices"} & set(self.economy.tables):
            return
        on_hand = self.get("foreign_exchange", 0, 0.0, self.T)
        for t in range(self.T):
            row = self.const(on_hand[t])
            for i in range(self.goods):
                row = row + self.get("export_prices", t, 0.0, self.goods)[i] * self.v("export", i, t)
                row = row - self.get("import_prices", t, 0.0, self.goods)[i] * self.v("import", i, t)
            self.at_least_zero(row)

    def _emissions(self) -> None:
        before = self.get("pollutant_stocks", 0, 0.0, self.pollutants)
        budget = self.get("emission_budgets", 0, np.inf, self.pollutants)
        for e in range(self.pollutants):
            self.at_least_zero(
                self.const(budget[e]) - sum((self.n[t] * self.emitted(t)[e] for t in range(self.T)), self.const(0.0))
            )
            paths = [self.const(before[e])]
            for t in range(self.T):
                rate = self.get("pollutant_decay", t, 0.0, self.pollutants)[e]
                emitted = self.emitted(t)[e]
                self.at_least_zero(self.const(self.get("emission_caps", t, np.inf, self.pollutants)[e]) - emitted)
                paths = [p * (1 - rate) ** self.n[t] + emitted * self.sum_of_years(rate, self.n[t]) for p in paths]
                for path in paths:
                    self.at_least_zero(self.v("piled", e, t) - path)
                paths.append(self.const(0.0))
                cap = self.get("pollutant_stock_caps", t, np.inf, self.pollutants)[e]
                self.at_least_zero(self.const(cap) - self.v("piled", e, t))

    def _lags(self) -> None:
        need: dict[int, int] = {}
        for name in ("inputs_ahead", "resource_use_ahead"):
            for s, part in self.ahead(name).items():
                for j in np.flatnonzero(np.abs(part).sum(axis=0) > 0):
                    need[int(j)] = max(need.get(int(j), 0), s)
        prepared = self.by_period("prepared_activities", (self.techs,))
        for j, lead in need.items():
            for t in range(min(lead, self.T)):
                self.at_least_zero(self.const(prepared[t][j]) - self.v("x", j, t))

    # ---- the optimum --------------------------------------------------------------------------------------
    def counted(self) -> np.ndarray:
        """Years that count, period by period."""
        factor = float(self.set.get("discount_factor") or 1.0)
        began = np.concatenate([[0.0], np.cumsum(self.n)[:-1]])
        return np.array([factor**b * self.sum_of_years(1 - factor, n) for b, n in zip(began, self.n, strict=True)])

    def objective(self) -> tuple[Expr, float]:
        """The objective and +1 where it is maximised, -1 where it is minimised."""
        name, counted = self.asked.objective, self.counted()
        weights = self.column("period_weights")
        summed = counted * (1.0 if weights is None else weights)
        sense, out = 1.0, self.const(0.0)
        for t in range(self.T):
            if name == "fulfilment":
                out = out + summed[t] * self.v("z", t)
            elif name == "least-resources":
                sense = -1.0
                out = out + summed[t] * (self.get("resource_weights", t, 0.0, self.resources) @ self.use(t, False))
            elif name == "output":
                out = out + summed[t] * (self.get("activity_weights", t, 0.0, self.techs) @ self.x(t))
        if name in ("assortment", "max-min"):
            out = self.v("z")
        if self.terminal == "salvage":
            worth = self.get("salvage_values", 0, 0.0, self.goods)
            for h in self.holdings:
                out = out + sense * worth[h[0]] * self.left(h)
            for i in range(self.goods):
                out = out + sense * worth[i] * self.v("store", i, self.T - 1)
        for t in range(self.T):
            damage = self.get("damage_weights", t, 0.0, self.pollutants) @ self.emitted(t)
            for e in range(self.pollutants):
                damage = damage + self.get("stock_damage_weights", t, 0.0, self.pollutants)[e] * self.v("piled", e, t)
            out = out - sense * counted[t] * damage
        return out, sense

    def solve(self) -> tuple[str, float]:
        """Return ``optimal``, ``infeasible`` or ``unbounded``, and the optimum."""
        objective, sense = self.objective()
        matrix = np.array([row for row, _ in self.rows])
        lower = np.array([side for _, side in self.rows])
        costs = -sense * objective[:-1]
        if any(self.whole):
            found = milp(
                costs, constraints=LinearConstraint(matrix, lower, np.inf), bounds=Bounds(self.lower, self.upper),
                integrality=self.whole, options={"mip_rel_gap": 1e-10},
            )  # fmt: skip
        else:
            bounds = list(zip(self.lower, self.upper, strict=True))
            found = linprog(costs, A_ub=-matrix, b_ub=-lower, bounds=bounds, method="highs")
        if found.status == 4:  # infeasible or unbounded
            feasible = linprog(
                0 * costs, A_ub=-matrix, b_ub=-lower, bounds=list(zip(self.lower, self.upper, strict=True))
            )
            return ("unbounded" if feasible.status == 0 else "infeasible"), np.nan
        word = {0: "optimal", 2: "infeasible", 3: "unbounded"}[found.status]
        return word, -sense * float(found.fun) + float(objective[-1]) if found.status == 0 else np.nan

    def leximin_levels(self) -> np.ndarray | None:
        """Levels of fulfilment under leximin, least first: by the greatest sum of the k least ones, k = 1, 2, …; None
        where there is no plan.

        The sum of the k least is the greatest ``k r - sum_t d_t`` with ``d_t >= r - z_t``, ``d >= 0``; every sum
        that is reached is kept for the next ones.
        """
        N, T = len(self.names), self.T
        levels = [self.where["z", t] for t in range(T)]
        width = N + T * (1 + T)  # every k has its own r and d
        rows = [np.concatenate([row, np.zeros(width - N)]) for row, _ in self.rows]
        sides = [side for _, side in self.rows]
        bounds = [*zip(self.lower, self.upper, strict=True)] + [(None, None), *[(0, None)] * T] * T
        sums = []
        for k in range(1, T + 1):
            at = N + (k - 1) * (1 + T)
            cost = np.zeros(width)
            cost[at], cost[at + 1 : at + 1 + T] = -k, 1.0
            for t in range(T):
                row = np.zeros(width)
                row[levels[t]], row[at + 1 + t], row[at] = 1.0, 1.0, -1.0
                rows.append(row)
                sides.append(0.0)
            found = linprog(cost, A_ub=-np.array(rows), b_ub=-np.array(sides), bounds=bounds, method="highs")
            if found.status == 2:
                return None
            assert found.status == 0, found.message
            sums.append(-found.fun)
            rows.append(-cost)
            sides.append(-found.fun - 1e-9 * (1 + abs(found.fun)))
        return np.diff([0.0, *sums])


def broken_claims(plan: no.Plan) -> list[str]:
    """Return what a plan's own tables say that does not hold, in the user's units: of laws, flows and sums."""
    judge, tables = TimeJudge(plan.economy, plan.question.name), plan.tables()
    point = _point(judge, plan, tables)
    said = [f"row {k} lacks {short:.3g}" for k, short in enumerate(_shortages(judge, point)) if short > 0]
    objective, _ = judge.objective()
    reached = float(objective[:-1] @ point + objective[-1])
    size = max(1.0, abs(plan.objective), float(plan.limits["worth"].abs().max() if len(plan.limits) else 0.0))
    if abs(reached - plan.objective) > 1e-7 * size:
        said.append(f"the tables make an objective of {reached}, the plan says {plan.objective}")
    if abs(plan.limits["worth"].sum() - plan.objective) > 1e-7 * size:
        said.append(f"the worths add up to {plan.limits['worth'].sum()}, the objective is {plan.objective}")
    said += _stocks_said(judge, plan, point) + _externalities_said(judge, plan, tables) + _uses_said(judge, plan, point)
    for name, frame in tables.items():
        numbers = frame.select_dtypes("number")
        allowed = name in ("terminal_stocks", "prices_over_time", "returns_on_capital")
        if not allowed and numbers.isna().to_numpy().any():
            said.append(f"the table {name} has numbers missing")
    return said


def _point(judge: TimeJudge, plan: no.Plan, tables: dict[str, Any]) -> np.ndarray:
    """The judge's variables as the plan's tables say them."""
    goods, techniques, periods = plan.economy.goods, plan.economy.techniques, plan.economy.periods
    point = np.zeros(len(judge.names))
    for k, (what, *at) in enumerate(judge.names):
        if what == "x":
            point[k] = tables["activities"].iloc[at[0], at[1]]
        elif what == "z":
            levels = plan.fulfilment.to_numpy().ravel()
            point[k] = levels[at[0]] if at else levels.min()
        elif what in ("store", "import", "export"):
            point[k] = tables[{"store": "stored"}.get(what, what + "s")].loc[goods[at[0]], periods[at[1]]]
        elif what == "piled":
            if "pollutant_stocks" in tables:
                point[k] = tables["pollutant_stocks"].iloc[at[0], at[1]]
            else:
                point[k] = np.nan
        else:
            name = {"a": "investment", "out": "shifted_out", "in": "shifted_in", "K": "stocks"}[what]
            label = goods[at[0]] if at[1] is None else (goods[at[0]], techniques[at[1]])
            when = periods[at[2]] if len(at) > 2 else periods[-1]
            point[k] = tables[name].loc[label, when]
            if what == "a" and judge.units[at[0]] > 0:
                point[k] *= judge.n[at[2]] / judge.units[at[0]]
    unsaid = np.isnan(point)  # pollutants without a stock: as much as there is
    for e in range(judge.pollutants):
        there = np.zeros(1)
        for t in range(judge.T):
            emitted = judge.emitted(t)[e][:-1] @ np.where(unsaid, 0.0, point)
            rate = judge.get("pollutant_decay", t, 0.0, judge.pollutants)[e]
            there = np.maximum(there * (1 - rate) ** judge.n[t] + emitted * judge.sum_of_years(rate, judge.n[t]), 0.0)
            if unsaid[judge.where["piled", e, t]]:
                point[judge.where["piled", e, t]] = there[0]
    return point


def _shortages(judge: TimeJudge, point: np.ndarray) -> list[float]:
    """By how much each law, and each bound, is broken at a point, where that is more than rounding."""
    out = []
    for row, side in judge.rows:
        scale = 1.0 + np.abs(row * point).max(initial=0.0) + abs(side)
        short = side - float(row @ point)
        out.append(short if short > 1e-7 * scale else 0.0)
    for k, value in enumerate(point):
        scale = 1.0 + abs(value)
        short = max(judge.lower[k] - value, value - judge.upper[k])
        short = max(short, abs(value - round(value))) if judge.whole[k] else short
        out.append(short if short > 1e-7 * scale else 0.0)
    return out


def _stocks_said(judge: TimeJudge, plan: no.Plan, point: np.ndarray) -> list[str]:
    """Hold ``terminal_stocks`` against the sum over vintages."""
    said, goods, techniques = [], plan.economy.goods, plan.economy.techniques
    told = plan.terminal_stocks
    for h in judge.holdings:
        label = ("capital", goods[h[0]], "" if h[1] is None else techniques[h[1]])
        expr = judge.left(h)
        most = float(expr[:-1] @ point + expr[-1])
        before = judge.pool[h[0]] if h[1] is None else judge.start[h] + sum(o[h] for o in judge.orders)
        line = told.loc[label]
        if line["left"] > most + 1e-7 * (1 + abs(most)):
            said.append(f"{label} has left {line['left']}, and {most} can be there")
        if abs(line["at_start"] - before) > 1e-9 * (1 + before):
            said.append(f"{label} had {line['at_start']} at the start, and {before} were there")
        if judge.terminal != "growth" and line["left"] < most - 1e-6 * (1 + abs(most)):
            said.append(f"{label} has left {line['left']}, and {most} are there")
    return said


def _externalities_said(judge: TimeJudge, plan: no.Plan, tables: dict[str, Any]) -> list[str]:
    said, counted = [], judge.counted()
    if "emissions" not in tables:
        return said
    levels = tables["activities"].to_numpy()
    for t in range(judge.T):
        made = judge.get("emissions", t, 0.0, (judge.pollutants, judge.techs)) @ levels[:, t]
        if np.abs(tables["emissions"].iloc[:, t].to_numpy() - made).max() > 1e-7 * (1 + np.abs(made).max()):
            said.append(f"emissions of period {t} are {made}")
    if "damage" in tables:
        damage = 0.0
        for t in range(judge.T):
            damage += (
                counted[t] * judge.get("damage_weights", t, 0.0, judge.pollutants) @ tables["emissions"].iloc[:, t]
            )
            if "pollutant_stocks" in tables:
                weights = judge.get("stock_damage_weights", t, 0.0, judge.pollutants)
                damage += counted[t] * weights @ tables["pollutant_stocks"].iloc[:, t]
        total = tables["damage"].to_numpy(dtype=float).sum()
        if abs(damage - total) > 1e-7 * (1 + abs(damage)):
            said.append(f"damage is said to be {total}, and is {damage}")
    return said


def _uses_said(judge: TimeJudge, plan: no.Plan, point: np.ndarray) -> list[str]:
    """Hold use of resources, and that of every good as much is made as used, against the tables."""
    said = []
    for t, period in enumerate(plan.economy.periods):
        use = judge.use(t, False)  # what is spent for after the end is no use by this plan's activities
        used = use[:, :-1] @ point + use[:, -1]
        told = plan.resource_use[period].to_numpy()
        if np.abs(used - told).max(initial=0.0) > 1e-7 * (1 + np.abs(used).max(initial=0.0)):
            said.append(f"use of resources in {period} is said to be {told}, and is {used}")
        flows = goods_flows(plan, period)
        sides = flows.groupby(["good", "side"])["amount"].sum().unstack(fill_value=0.0)
        sides = sides.reindex(columns=["made", "used"], fill_value=0.0)
        gap = (sides["made"] - sides["used"]).abs()
        if (gap > 1e-7 * (1 + sides.abs().max(axis=1))).any():
            said.append(f"goods made and used in {period} differ: {gap.max()}")
        if (flows["amount"] < -1e-9).any():
            said.append(f"a flow in {period} is below zero: {flows.loc[flows['amount'].idxmin()].to_dict()}")
    return said
