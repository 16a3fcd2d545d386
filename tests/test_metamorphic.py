"""What must not change, or must change in a known way, when an economy is rewritten: hundreds of seeded plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.optimize
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.economy.table import Table
from natura_opt.proof.certificate import certify

from .seeded import in_other_units, seeded_economy, unit_factors

PLANS = 500
FEW_PLANS = 120
#: The tables the generator can make.
SEEDABLE = (
    *("inputs", "outputs", "resource_use", "resource_limits", "resource_weights", "capital", "depreciation"),
    *("initial_capital", "capital_pool", "pool_depreciation", "capital_orders", "investment_lag", "targets"),
    *("initial_stocks", "storage", "storage_capacity"),
)
QUANTITIES = ("goods", "resources", "techniques")  # unit rules of tables that hold amounts, not coefficients


def best(economy: no.Economy, **how: Any) -> float:
    """Return the objective of the proved best plan."""
    return no.solve(economy, **how).assert_optimal().objective


def close(found: float, wanted: float, tolerance: float = 1e-9) -> bool:
    return abs(found - wanted) <= tolerance * max(abs(found), abs(wanted))


def sign_of(economy: no.Economy) -> float:
    """Return 1 where more is better and -1 where less is."""
    return -1.0 if economy.question().objective == "least-resources" else 1.0


def scaled_tables(economy: no.Economy, factor: float, leave: tuple[str, ...] = ("targets",)) -> no.Economy:
    """Return the economy with every amount on hand (limits, stocks, capital, room) multiplied."""
    amounts = {
        name: Table(table.spec, {key: part * factor for key, part in table.slices.items()})
        for name, table in economy.tables.items()
        if table.spec.unit in QUANTITIES and name not in leave
    }
    return economy.with_changes(**amounts)


def rebuilt(
    economy: no.Economy,
    labels: dict[str, list[Any]] | None = None,
    change: Callable[[str, Any], Any] = lambda name, part: part,
) -> no.Economy:
    """Return the economy made anew with other labels and with each dense slice of each table changed."""
    given_labels = {axis: list(index) for axis, index in economy.axes.items() if axis != "rules"} | (labels or {})
    tables: dict[str, Any] = {}
    for name, table in economy.tables.items():
        dense = {key: part.toarray() if table.spec.is_matrix else part for key, part in table.slices.items()}
        slices = {key: change(name, part) for key, part in dense.items()}
        if table.constant:
            tables[name] = slices[None]
        else:
            tables[name] = {economy.periods[key]: part for key, part in slices.items()}
    return no.build_economy(name=economy.name, questions=economy.questions, **given_labels, **tables)


def with_outputs(economy: no.Economy) -> no.Economy:
    """Return the economy with its outputs written out."""
    return economy if economy.has("outputs") else economy.with_changes(outputs=economy.matrix("outputs", 0))


# ---- 1. units ---------------------------------------------------------------


@dataclass
class Tally:
    """What was really run."""

    seeds: set[int] = field(default_factory=set)
    goods: list[int] = field(default_factory=list)
    periods: list[int] = field(default_factory=list)
    objectives: dict[str, int] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)


def random_powers(rng: np.random.Generator, count: int) -> np.ndarray:
    return 10.0 ** rng.integers(-5, 7, count)


#: For each block of columns (rows): the axis of its label and the power of its unit factor that turns a value (a
#: multiplier) of the converted program into one of the original.
COLUMN_AXES = {"activities": "techniques", "capital_stock": "goods", "investment": "goods", "stored": "goods"}
ROW_AXES = {"balance": "goods", "capacity": "goods", "accumulation": "goods", "storage_limit": "goods"}
ROW_AXES |= {"resource_limit": "resources"}


def carried_back(
    wanted: tuple[Any, ...], found: tuple[Any, ...], values: np.ndarray, factors: dict[str, pd.Series], rows: bool
) -> np.ndarray:
    """Return values of a converted program in the order and the units of the original, matched by block and label."""
    axes = ROW_AXES if rows else COLUMN_AXES
    by_name = {block.name: block for block in found}
    assert set(by_name) == {block.name for block in wanted}
    parts = []
    for block in wanted:
        other = by_name[block.name]
        place = other.index.get_indexer(block.index)
        assert len(other.index) == len(block.index) and (place >= 0).all()
        part = values[other.span][place]
        if block.name in axes and len(part):
            factor = factors[axes[block.name]].loc[block.index.get_level_values(0)].to_numpy()
            part = part * factor if rows else part / factor
        parts.append(part)
    return np.concatenate(parts)


def check_units(seed: int) -> no.Economy:
    """Solve a seeded economy in its own units and in two other sets; the plan must stay the same plan."""
    economy = seeded_economy(seed)
    plan = no.solve(economy).assert_optimal()
    assert plan.certificate.tolerance == 1e-9
    rng = np.random.default_rng([seed, 1])
    goods, techniques, resources = (
        random_powers(rng, len(index)) for index in (economy.goods, economy.techniques, economy.resources)
    )
    for changes in ((goods, None, None), (goods, techniques, resources)):
        other = no.solve(in_other_units(economy, *changes)).assert_optimal()
        assert close(other.objective, plan.objective), (other.objective, plan.objective)
        factors = {
            axis: pd.Series(values, index=economy.axes[axis])
            for axis, values in unit_factors(economy, *changes).items()
        }
        program = plan.program
        primal = carried_back(program.columns, other.program.columns, other.primal, factors, rows=False)
        dual = carried_back(program.rows, other.program.rows, other.dual, factors, rows=True)
        certificate = certify(program, primal, dual, 1e-9)
        assert certificate.proved, certificate
        assert close(certificate.objective, plan.objective)
    return economy


def test_plans_do_not_depend_on_units():
    check_plans_in_other_units(FEW_PLANS)


@pytest.mark.exhaustive
def test_five_hundred_plans_do_not_depend_on_units():
    check_plans_in_other_units(PLANS)


def check_plans_in_other_units(plans):
    tally = Tally()

    @settings(
        max_examples=plans,
        deadline=None,
        derandomize=True,
        print_blob=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(seed=st.integers(0, 999_999))
    def run(seed: int) -> None:
        economy = check_units(seed)
        tally.seeds.add(seed)
        tally.goods.append(len(economy.goods))
        tally.periods.append(len(economy.periods))
        asked = economy.question().objective
        tally.objectives[asked] = tally.objectives.get(asked, 0) + 1
        tally.tables |= set(economy.tables)

    run()
    print(f"{len(tally.seeds)} distinct plans in three sets of units each: {tally.objectives}")
    assert len(tally.seeds) >= plans
    assert (min(tally.goods), max(tally.goods), min(tally.periods), max(tally.periods)) == (2, 20, 1, 6)
    assert min(tally.objectives.values()) >= plans // 10 and len(tally.objectives) == 3
    assert tally.tables >= set(SEEDABLE), sorted(set(SEEDABLE) - tally.tables)


def test_every_table_is_converted_by_its_unit_rule():
    """A value keeps its meaning: q units of a good are factor x q of the new ones, whatever table it stands in."""
    checked = set()
    for seed in range(60):
        economy = seeded_economy(seed)
        rng = np.random.default_rng(seed)
        factors = [random_powers(rng, len(index)) for index in (economy.goods, economy.techniques, economy.resources)]
        other = in_other_units(economy, *factors)
        by_axis = dict(zip(("goods", "techniques", "resources"), factors, strict=True))
        for name, table in economy.tables.items():
            upper, *lower = table.spec.unit.split(" / ")
            for key, part in table.slices.items():
                cells = [(i,) for i in range(len(part))] if part.ndim == 1 else list(zip(*part.nonzero(), strict=True))
                for cell in cells[:3]:
                    place = dict(zip(table.spec.axes, cell, strict=True))
                    factor = 1.0 if upper == "1" else by_axis[upper][place[upper]]
                    factor /= np.prod([by_axis[axis][place[axis]] for axis in lower])
                    assert other.tables[name].slices[key][cell] == pytest.approx(part[cell] * factor, rel=1e-14)
                    checked.add(name)
    assert checked >= set(SEEDABLE)


# ---- 2. order ---------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_order_of_names_does_not_matter(seed):
    economy = with_outputs(seeded_economy(seed))
    rng = np.random.default_rng(seed)
    order = {axis: rng.permutation(len(economy.axes[axis])) for axis in QUANTITIES}

    def shuffled(name: str, part: Any) -> Any:
        return part[np.ix_(*(order[axis] for axis in no.TABLES[name].axes))]

    other = rebuilt(economy, {axis: list(economy.axes[axis][place]) for axis, place in order.items()}, shuffled)
    assert not other.goods.equals(economy.goods) or len(economy.goods) < 5
    assert close(best(other), best(economy))


# ---- 3. doubling ------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("objective", ["fulfilment", "assortment"])
def test_twice_the_targets_are_met_half_as_well(seed, objective):
    economy = seeded_economy(seed, objective=objective, floor=False)
    doubled = scaled_tables(economy, 2.0, leave=tuple(set(economy.tables) - {"targets"}))
    assert close(2 * best(doubled), best(economy))


@pytest.mark.parametrize("seed", range(40))
def test_twice_the_demand_costs_twice_as_much(seed):
    economy = seeded_economy(seed, objective="least-resources", stocks=False, capital="none", storage=False)
    economy = economy.with_changes(resource_limits=None)
    doubled = scaled_tables(economy, 2.0, leave=())
    assert close(best(doubled), 2 * best(economy))


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("objective", ["fulfilment", "assortment"])
def test_twice_of_everything_on_hand_gives_twice_the_plan(seed, objective):
    economy = seeded_economy(seed, objective=objective, floor=False)
    assert close(best(scaled_tables(economy, 2.0)), 2 * best(economy))


# ---- 4. names, duplicates, additions and removals ---------------------------


def split_good(economy: no.Economy, good: int) -> no.Economy:
    """Return the economy with a good under two names, each used in halves, and each made by a twin of every technique.

    Amounts on hand are halved between the twins, and rates copied: the two together are the old good.
    """
    economy = with_outputs(economy)
    makers = np.flatnonzero(economy.matrix("outputs", 0).toarray()[good])
    labels = {
        "goods": [*economy.goods, f"{economy.goods[good]} (twin)"],
        "techniques": [*economy.techniques, *(f"{economy.techniques[j]} (twin)" for j in makers)],
    }
    goods, techniques = len(economy.goods), len(economy.techniques)

    def change(name: str, part: Any) -> Any:
        spec = no.TABLES[name]
        part = part.copy()
        if "techniques" in spec.axes:
            twin = part[..., makers]
            if spec.unit in QUANTITIES:  # an amount held by the technique
                part[..., makers] = twin = twin / 2
            part = np.concatenate([part, twin], axis=-1)
        if "goods" in spec.axes:
            row = part[[good]]
            if name == "outputs":  # the first technique makes the first good, its twin the second
                second = row.copy()
                second[:, :techniques] = 0.0
                part[good, techniques:] = 0.0
                return np.concatenate([part, second])
            if "goods" in spec.unit:
                part[good] = part[good] / 2
                row = part[[good]]
            part = np.concatenate([part, row])
            assert len(part) == goods + 1
        return part

    return rebuilt(economy, labels, change)


@pytest.mark.parametrize("seed", range(60))
def test_a_good_under_two_names_changes_nothing(seed):
    economy = seeded_economy(seed, goods=(2, 12))
    split = split_good(economy, int(np.random.default_rng(seed).integers(len(economy.goods))))
    assert close(best(split), best(economy))


def with_technique(economy: no.Economy, like: int, worse: float) -> no.Economy:
    """Return the economy with one more technique: it uses so many times what another uses, and starts with nothing."""
    economy = with_outputs(economy)

    def change(name: str, part: Any) -> Any:
        spec = no.TABLES[name]
        if "techniques" not in spec.axes:
            return part
        factor = 0.0 if spec.unit in QUANTITIES else 1.0 if spec.unit == "1" or name == "outputs" else worse
        return np.concatenate([part, factor * part[..., [like]]], axis=-1)

    return rebuilt(economy, {"techniques": [*economy.techniques, "another technique"]}, change)


@pytest.mark.parametrize("worse", [1.0, 1.3])
@pytest.mark.parametrize("seed", range(40))
def test_an_identical_or_a_worse_technique_changes_nothing(seed, worse):
    economy = seeded_economy(seed)
    like = int(np.random.default_rng(seed).integers(len(economy.techniques)))
    assert close(best(with_technique(economy, like, worse)), best(economy))


def with_idle(economy: no.Economy, axis: str) -> no.Economy:
    """Return the economy with one more good (or resource) that nothing makes, uses or wants, one unit of it on hand."""
    economy = with_outputs(economy)
    on_hand = {"resource_limits": 1.0, "initial_stocks": 1.0, "storage": 1.0, "resource_weights": 1.0}
    on_hand |= {"investment_lag": 1.0, "capital_pool": 1.0}

    def change(name: str, part: Any) -> Any:
        if axis not in no.TABLES[name].axes:
            return part
        return np.concatenate([part, np.full((1, *part.shape[1:]), on_hand.get(name, 0.0))])

    return rebuilt(economy, {axis: [*economy.axes[axis], "idle"]}, change)


@pytest.mark.parametrize("axis", ["goods", "resources"])
@pytest.mark.parametrize("seed", range(30))
def test_an_idle_good_or_resource_changes_nothing(seed, axis):
    economy = seeded_economy(seed)
    assert close(best(with_idle(economy, axis)), best(economy))


@pytest.mark.parametrize("seed", range(50))
def test_a_technique_less_never_improves(seed):
    economy = with_outputs(seeded_economy(seed, several=True))
    gone = int(np.random.default_rng(seed).integers(len(economy.techniques)))
    kept = np.flatnonzero(np.arange(len(economy.techniques)) != gone)

    def change(name: str, part: Any) -> Any:
        return part[..., kept] if "techniques" in no.TABLES[name].axes else part

    whole = best(economy)
    smaller = no.solve(rebuilt(economy, {"techniques": list(economy.techniques[kept])}, change))
    if smaller.status is no.Status.INFEASIBLE:
        assert economy.question().objective == "least-resources" or "floor" in economy.question().settings
    else:
        less = smaller.assert_optimal().objective
        assert sign_of(economy) * (whole - less) >= -1e-9 * abs(whole)


@pytest.mark.parametrize("seed", range(50))
def test_more_on_hand_never_worsens(seed):
    economy = seeded_economy(seed)
    before = best(economy)
    rng = np.random.default_rng(seed)
    for name, table in economy.tables.items():
        if table.spec.unit in QUANTITIES and name != "targets":
            more = {key: part * (1 + rng.random()) for key, part in table.slices.items()}
            after = best(economy.with_changes(**{name: Table(table.spec, more)}))
            assert sign_of(economy) * (after - before) >= -1e-9 * abs(before), name


@pytest.mark.parametrize("seed", range(50))
def test_one_more_period_never_lowers_the_sum_of_fulfilment(seed):
    economy = seeded_economy(seed, objective="fulfilment", floor=False, all_wanted=True, periods=(1, 5))
    last, count = len(economy.periods) - 1, len(economy.periods)
    longer = {
        name: Table(table.spec, {**table.slices, count: table.slices[last] * (name != "capital_orders")})
        for name, table in economy.tables.items()
        if not table.constant
    }
    periods = pd.Index([*economy.periods, "one more"], name="period")
    after = replace(economy, axes={**economy.axes, "periods": periods}).with_changes(**longer)
    before = best(economy)
    assert best(after) >= before * (1 - 1e-9)


# ---- 5. fixed demand --------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_fixed_demand_is_the_leontief_solution(seed):
    how = {"several": False, "joint": False, "capital": "none", "stocks": False, "storage": False}
    economy = seeded_economy(seed, objective="least-resources", **how)
    plan = no.solve(economy).assert_optimal()
    for t, period in enumerate(economy.periods):
        net = (economy.matrix("outputs", t) - economy.matrix("inputs", t)).toarray()
        demand, use = economy.vector("targets", t), economy.matrix("resource_use", t).toarray()
        cost = economy.vector("resource_weights", t) @ use
        np.testing.assert_allclose(plan.activities[period], np.linalg.solve(net, demand), rtol=1e-9, atol=1e-12)
        made = np.linalg.solve(net, demand) > 1e-9
        values = np.linalg.solve(net.T, cost)
        found = plan.valuations.loc["good", period].to_numpy()
        if made.all():  # otherwise what is not made may be valued at less
            np.testing.assert_allclose(found, values, rtol=1e-9)
        assert found @ demand == pytest.approx(values @ demand, rel=1e-9)
        assert (found <= values * (1 + 1e-9)).all()


@pytest.mark.parametrize("seed", range(40))
def test_the_best_techniques_do_not_change_with_demand(seed):
    """The substitution theorem: one primary resource and no joint products (known answer 15)."""
    how = {"capital": "none", "stocks": False, "storage": False, "joint": False, "varying": False}
    economy = seeded_economy(
        seed, objective="least-resources", several=True, resources=(1, 1), periods=(1, 1), all_wanted=True, **how
    ).with_changes(resource_limits=None)
    rng = np.random.default_rng(seed)
    found = []
    for demand in (economy.vector("targets", 0), *(10 ** rng.uniform(-2, 2, (3, len(economy.goods))))):
        plan = no.solve(economy.with_changes(targets=demand)).assert_optimal()
        found.append((plan.activities.iloc[:, 0] > 0, plan.valuations.loc["good"].iloc[:, 0]))
    runs, values = found[0]
    assert runs.sum() == len(economy.goods)
    for other_runs, other_values in found[1:]:
        assert other_runs.equals(runs)
        np.testing.assert_allclose(other_values, values, rtol=1e-9)


# ---- 6. backends and methods ------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_backends_agree(seed):
    economy = seeded_economy(seed, goods=(2, 10), periods=(1, 4))
    plans = [no.solve(economy, backend=backend).assert_optimal() for backend in ("highs", "pyomo", "cvxpy")]
    for plan in plans[1:]:
        assert close(plan.objective, plans[0].objective, 1e-8), plan.method


@pytest.mark.parametrize("seed", range(40))
def test_simplex_and_interior_point_agree(seed):
    economy = seeded_economy(seed)
    wanted = best(economy)
    for method in ("simplex", "ipm"):
        assert close(best(economy, method=method), wanted), method


@pytest.mark.parametrize("seed", range(12))
def test_first_order_method_never_claims_what_it_did_not_reach(seed):
    economy = seeded_economy(seed, goods=(2, 8), periods=(1, 3))
    wanted = best(economy)
    plan = no.solve(economy, method="pdlp", time_limit=2.0)
    allowed = (no.Status.OPTIMAL, no.Status.UNPROVED, no.Status.TIME_LIMIT, no.Status.ITERATION_LIMIT)
    assert plan.status in allowed
    assert plan.proved == plan.certificate.proved
    if plan.proved:
        assert close(plan.objective, wanted, 1e-8)


# ---- 7. an independent oracle -----------------------------------------------


class Oracle:
    """The plan problem written a fourth time, one inequality at a time, for scipy's linprog: ``sum(terms) <= side``."""

    def __init__(self, economy: no.Economy) -> None:
        self.economy, self.names, self.cost = economy, {}, {}
        self.rows: list[tuple[dict[Any, float], float]] = []
        self.dense = {
            name: [
                (part.toarray() if table.spec.is_matrix else np.asarray(part))
                for part in (table.slices.get(t, table.slices.get(None)) for t in range(len(economy.periods)))
            ]
            for name, table in economy.tables.items()
        }
        self.state()

    def at(self, name: str, t: int, *cell: int, missing: float = 0.0) -> float:
        return float(self.dense[name][t][cell]) if name in self.dense else missing

    def limit(self, side: float, *terms: tuple[Any, float]) -> None:
        row: dict[Any, float] = {}
        for variable, coefficient in terms:
            self.names.setdefault(variable, len(self.names))
            row[variable] = row.get(variable, 0.0) + coefficient
        self.rows.append((row, side))

    def state(self) -> None:
        e, dense, question = self.economy, self.dense, self.economy.question()
        goods, techniques, years = range(len(e.goods)), range(len(e.techniques)), range(len(e.periods))
        final = years[-1]
        pooled = "capital_pool" in dense
        held = []
        if "capital" in dense:
            ever = np.any([part > 0 for part in dense["capital"]], axis=0)
            held = [(i,) for i in goods if ever[i].any()] if pooled else list(zip(*np.nonzero(ever), strict=True))
        for t in years:
            for i in goods:  # uses - supplies <= what is there
                terms = [(("x", j, t), self.at("inputs", t, i, j) - self.made(t, i, j)) for j in techniques]
                there = self.at("initial_stocks", 0, i) if t == 0 else 0.0
                keep = self.at("storage", 0, i)
                if keep > 0 and t < final:
                    terms.append((("store", i, t), 1.0))
                    if "storage_capacity" in dense:
                        self.limit(self.at("storage_capacity", t, i), (("store", i, t), 1.0))
                if keep > 0 and t > 0:
                    terms.append((("store", i, t - 1), -keep))
                if t < final:
                    terms += [(("invest", *h, t), 1.0) for h in held if h[0] == i]
                target = self.at("targets", t, i)
                if question.objective == "least-resources":
                    there -= target
                else:
                    terms.append((("z", t if question.objective == "fulfilment" else 0), target))
                self.limit(there, *terms)
            if "resource_limits" in dense:
                for r in range(len(e.resources)):
                    use = [(("x", j, t), self.at("resource_use", t, r, j)) for j in techniques]
                    self.limit(self.at("resource_limits", t, r), *use)
            if question.objective == "least-resources":
                weighted = self.dense["resource_weights"][t] @ self.dense["resource_use"][t]
                self.cost |= {("x", j, t): float(weighted[j]) for j in techniques}
            elif question.objective == "fulfilment":
                self.cost["z", t] = -1.0
                self.limit(-question.settings.get("floor", 0.0), (("z", t), -1.0))
            for h in held:
                self.capital(t, h, pooled)
        if question.objective == "assortment":
            self.cost["z", 0] = -1.0

    def made(self, t: int, i: int, j: int) -> float:
        return self.at("outputs", t, i, j) if "outputs" in self.dense else float(i == j)

    def capital(self, t: int, h: tuple[int, ...], pooled: bool) -> None:
        """Unroll the stock: tied up <= initial lasting + orders lasting + investments arrived and lasting."""
        i = h[0]
        users = range(len(self.economy.techniques)) if pooled else (h[1],)
        worn = [self.at("pool_depreciation" if pooled else "depreciation", s, *h) for s in range(t)]
        lasting = [float(np.prod([1.0 - w for w in worn[s:]])) for s in range(t + 1)]
        there = self.at("capital_pool" if pooled else "initial_capital", 0, *h) * lasting[0]
        if not pooled:
            there += sum(self.at("capital_orders", s, *h) * lasting[s] for s in range(t + 1))
        terms = [(("x", j, t), self.at("capital", t, i, j)) for j in users]
        lag = int(self.at("investment_lag", 0, i, missing=1.0))
        terms += [(("invest", *h, s), -lasting[s + lag]) for s in range(t + 1 - lag)]
        self.limit(there, *terms)

    def best(self) -> float:
        for variable in self.cost:
            self.names.setdefault(variable, len(self.names))
        cells = [(k, self.names[v], a) for k, (row, _) in enumerate(self.rows) for v, a in row.items()]
        rows, columns, values = zip(*cells, strict=True)
        matrix = sp.csr_array((values, (rows, columns)), shape=(len(self.rows), len(self.names)))
        cost = np.zeros(len(self.names))
        for variable, value in self.cost.items():
            cost[self.names[variable]] = value
        tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
        sides = [side for _, side in self.rows]
        found = scipy.optimize.linprog(cost, A_ub=matrix, b_ub=sides, method="highs-ds", options=tight)
        assert found.status == 0, found.message
        return float(found.fun) * -sign_of(self.economy)


@pytest.mark.parametrize("seed", range(60))
def test_an_independent_program_finds_the_same(seed):
    economy = seeded_economy(seed, goods=(2, 12))
    assert close(best(economy), Oracle(economy).best(), 1e-7)


# ---- 8. valuations ----------------------------------------------------------


def supplied(row: int, amount: float) -> no.ExtraLaw:
    """Return a law that puts an amount on hand in one row of the balance."""

    def write(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        amounts = np.zeros(len(economy.goods) * len(economy.periods))
        amounts[row] = amount
        program.supply("balance", amounts)

    return no.ExtraLaw("matrix", write)


def changed(economy: no.Economy, table: str, cell: tuple[int, ...], period: int | None, amount: float) -> no.Economy:
    """Return the economy with one number of a table raised."""
    slices = {}
    for key, part in economy.tables[table].slices.items():
        part = part.toarray() if economy.tables[table].spec.is_matrix else part.copy()
        if key in (None, period):
            part[cell] += amount
        slices[key] = sp.csr_array(part) if part.ndim == 2 else part
    return economy.with_changes(**{table: Table(no.TABLES[table], slices)})


def moves(plan: no.Plan, rng: np.random.Generator) -> Iterator[tuple[str, float, float, Callable[[float], no.Plan]]]:
    """Yield some valuations: (what, ∂objective/∂amount said, amount there, how to solve with so much more)."""
    economy, count = plan.economy, len(plan.economy.goods)
    good = plan.valuations.loc["good"].to_numpy()
    worth = sign_of(economy)  # a unit on hand saves what a unit demanded costs

    def more_on_hand(row: int) -> Callable[[float], no.Plan]:
        return lambda step: no.solve(economy, extra_laws=[supplied(row, step)])

    def more_in(table: str, cell: tuple[int, ...], period: int | None) -> Callable[[float], no.Plan]:
        return lambda step: no.solve(changed(economy, table, cell, period, step))

    for row in rng.permutation(good.size)[:5]:
        i, t = int(row % count), int(row // count)
        yield f"good {i} in {t}", worth * good[i, t], float(economy.vector("targets", t)[i]) or 1.0, more_on_hand(row)
    if economy.has("initial_stocks"):
        stocks = economy.vector("initial_stocks", 0)
        for i in rng.permutation(np.flatnonzero(stocks))[:3]:
            yield f"initial stock {i}", worth * good[i, 0], stocks[i], more_in("initial_stocks", (int(i),), None)
    if economy.question().objective == "least-resources":
        wanted = np.column_stack([economy.vector("targets", t) for t in range(good.shape[1])])
        for i, t in rng.permutation(np.argwhere(wanted > 0))[:3]:
            yield f"target {i} in {t}", good[i, t], float(wanted[i, t]), more_in("targets", (int(i),), int(t))
    if economy.has("resource_limits"):
        value = plan.valuations.loc["resource"]
        for r, t in rng.permutation(list(np.ndindex(value.shape)))[:4]:
            there = float(economy.vector("resource_limits", t)[r])
            yield f"resource {r} in {t}", value.iloc[r, t], there, more_in("resource_limits", (int(r),), int(t))
    if economy.has("capital"):
        first = plan.stock_valuations.iloc[:, 0]
        pooled = economy.has("capital_pool")
        table = "capital_pool" if pooled else "initial_capital"
        for k in rng.permutation(len(first))[:4]:
            label = first.index[k]
            if pooled:
                cell: tuple[int, ...] = (economy.goods.get_loc(label[0] if isinstance(label, tuple) else label),)
                there = float(economy.vector(table, 0)[cell])
            else:
                cell = (economy.goods.get_loc(label[0]), economy.techniques.get_loc(label[1]))
                there = float(economy.matrix(table, 0)[cell])
            if there > 0:
                yield f"stock {label}", first.iloc[k], there, more_in(table, cell, None)


def quotient(plan: no.Plan, other: no.Plan, change: float) -> float | None:
    """Return the difference quotient of two proved optima, None where nothing is possible after the change."""
    if other.status is no.Status.INFEASIBLE:
        return None
    return (other.assert_optimal().objective - plan.objective) / change


@pytest.mark.parametrize(
    "seed", [*range(50), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(50, 200))]
)
def test_valuations_lie_between_the_difference_quotients(seed):
    """The optimum is concave (a cost: convex) in what is on hand, so this holds for steps of any size."""
    economy = seeded_economy(seed, goods=(2, 12), periods=(1, 4))
    plan = no.solve(economy).assert_optimal()
    sign, two_sided = sign_of(economy), 0
    for what, said, there, solve_with in moves(plan, np.random.default_rng(seed)):
        step = 1e-3 * there
        noise = 1e-9 * (abs(plan.objective) / step + abs(said))
        right, left = (quotient(plan, solve_with(change), change) for change in (step, -step))
        assert right is not None or left is not None, what
        if right is not None:
            assert sign * (said - right) >= -noise, f"{what}: {said} is beyond the right quotient {right}"
        if left is not None:
            assert sign * (left - said) >= -noise, f"{what}: {said} is beyond the left quotient {left}"
        two_sided += right is not None and left is not None
    assert two_sided
