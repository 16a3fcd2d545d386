"""Plans on curves that are not straight: the bracket against a fine grid, closed forms, and what cannot be done."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.plan.bracket import Bracket

COLUMNS = ["technique", "name", "quantity", "total", "formula"]
#: What a need may look like, by its curvature.
SHAPES = {
    "convex": "{a} * q + {b} * q ** 2 / {end}",
    "concave": "{a} * q * 0.2 + {b} * sqrt({end} * q)",
    "saturating": "{a} * 0.2 * q + {b} * {end} * q / ({end} + 4 * q)",
    "s-shaped": "{a} * 0.2 * q + {b} * q ** 2 / (q ** 2 + ({end} / 3) ** 2) * {end}",
    "logarithmic": "{b} * {end} * log(1 + 3 * q / {end})",
}
#: Levels tried of each technique.
GRID = 240


def _two_goods(seed: int, unit: float = 1.0) -> tuple[no.Economy, list[str], float]:
    """Two goods that need each other and labour, each along a curve of its own; one of the curves may be straight."""
    rng = np.random.default_rng(seed)
    end, rows, formulas = 10.0 * unit, list[tuple[object, ...]](), list[str]()
    for technique, name, share in (("corn", "iron", 0.25), ("iron", "corn", 0.25), ("iron", "labour", 0.6)):
        kind = sorted(SHAPES)[int(rng.integers(len(SHAPES)))]
        a, b = (float(value) for value in share * rng.uniform(0.3, 1.0, 2))
        formula = SHAPES[kind].format(a=repr(a), b=repr(b), end=repr(end))
        rows += [(technique, name, 0.0, 0.0, ""), (technique, name, end, np.nan, formula)]
        formulas.append(formula)
    limit = float(rng.uniform(3.0, 9.0)) * unit
    economy = no.build_economy(
        goods=["corn", "iron"],
        inputs=[[0.1, 0.0], [0.0, 0.05]],
        resources=["labour"],
        resource_use=[[0.5, 0.0]],
        resource_limits=[limit],
        targets=rng.uniform(0.5, 1.5, 2),
        curves=pd.DataFrame(rows, columns=COLUMNS),
        objective="assortment",
    )
    return economy, formulas, limit


def _assortments(
    economy: no.Economy, formulas: list[str], limit: float, corn: np.ndarray, iron: np.ndarray
) -> np.ndarray:
    """How many assortments levels of the two techniques give, straight from the formulas; -inf where labour lacks."""

    def total(formula: str, q: np.ndarray) -> np.ndarray:
        return np.asarray(eval(formula, {"sqrt": np.sqrt, "log": np.log}, {"q": q}), dtype=float)

    goods = economy.vector("targets", 0)
    left_corn = 0.9 * corn - total(formulas[1], iron)
    left_iron = 0.95 * iron - total(formulas[0], corn)
    labour = 0.5 * corn + total(formulas[2], iron)
    sets = np.minimum(left_corn / goods[0], left_iron / goods[1])
    return np.where(labour <= limit, sets, -np.inf)


SEEDS = [*range(20), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(20, 300))]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_point_of_a_grid_beats_the_bound_and_the_plan_can_be_done(seed: int) -> None:
    unit = (1.0, 1e-5, 1e5)[seed % 3]
    economy, formulas, limit = _two_goods(seed, unit)
    plan = no.solve(economy, curve_tolerance=1e-4)
    bracket = plan.bracket
    assert isinstance(bracket, Bracket) and bracket.holds and plan.proved, str(plan)
    levels = np.linspace(0.0, 10.0 * unit, GRID)
    best = _assortments(economy, formulas, limit, *np.meshgrid(levels, levels)).max()
    assert best <= bracket.bound * (1.0 + 1e-12)
    corn, iron = (plan.activities.loc[[name], "1"].to_numpy() for name in ("corn", "iron"))
    done = _assortments(economy, formulas, limit * (1.0 + 1e-9), corn, iron)[0]
    assert done >= bracket.doable * (1.0 - 1e-9)
    assert bracket.bound == bracket.rounds["bound"].min() and bracket.doable == bracket.rounds["doable"].max()


def _one_good(formula: str, demand: float, end: float) -> no.Economy:
    rows = [("x", "x", 0.0, 0.0, ""), ("x", "x", end, np.nan, formula)]
    return no.build_economy(
        goods=["x"],
        inputs=[[0]],
        resources=["labour"],
        resource_use=[[1]],
        resource_weights=[1],
        targets=[demand],
        curves=pd.DataFrame(rows, columns=COLUMNS),
        objective="least-resources",
    )


@pytest.mark.parametrize(
    "formula, demand, end, level",
    [
        ("0.6 * sqrt(q)", 1.0, 10.0, ((0.6 + np.sqrt(0.36 + 4.0)) / 2.0) ** 2),
        ("0.1 * q + 0.05 * q ** 2", 1.0, 20.0, 9.0 - np.sqrt(81.0 - 20.0)),
        ("0.1 * q + 0.05 * q ** 2", 4.0, 20.0, 8.0),
    ],
)
def test_closed_forms_lie_in_the_bracket(formula: str, demand: float, end: float, level: float) -> None:
    """Known answers 7 of the design notes: x = .6 sqrt x + 1, and the smaller root of .05 x^2 - .9 x + d."""
    plan = no.solve(_one_good(formula, demand, end), curve_tolerance=1e-9).assert_optimal()
    assert plan.bracket is not None
    assert plan.bracket.bound * (1 - 1e-12) <= level <= plan.bracket.doable * (1 + 1e-12)
    assert plan.bracket.apart <= 1e-9
    assert float(plan.activities.iloc[0, 0]) == pytest.approx(level, rel=1e-9)


def test_the_largest_demand_is_answered_within_the_bracket_or_left_undecided() -> None:
    """At d = 4.05 the two roots meet at 9: whatever lies above the curve, by however little, has no plan."""
    plan = no.solve(_one_good("0.1 * q + 0.05 * q ** 2", 4.05, 20.0), curve_rounds=8)
    assert plan.bracket is not None and not plan.proved
    assert plan.bracket.bound == pytest.approx(9.0, rel=1e-3) and plan.bracket.bound <= 9.0 * (1 + 1e-12)
    assert "undecided after 8 rounds" in str(plan)


def test_a_demand_beyond_the_largest_is_proved_impossible() -> None:
    plan = no.solve(_one_good("0.1 * q + 0.05 * q ** 2", 4.1, 20.0))
    assert plan.status is no.Status.INFEASIBLE
    assert plan.impossibility is not None and plan.impossibility.proved


def test_rounds_end_where_they_are_told_to() -> None:
    plan = no.solve(_one_good("0.6 * sqrt(q)", 1.0, 10.0), curve_rounds=1)
    assert plan.bracket is not None and len(plan.bracket.rounds) == 1
    assert plan.status is no.Status.ITERATION_LIMIT and not plan.bracket.holds
    assert "NOT within" in str(plan)
    with pytest.raises(no.NotProvedError):
        plan.assert_optimal()


def test_a_bracket_is_in_the_summary_and_the_tables() -> None:
    plan = no.solve(_one_good("0.1 * q + 0.05 * q ** 2", 1.0, 20.0))
    facts = plan.summary()["bracket"]
    assert facts["holds"] and facts["rounds"] == len(plan.tables()["bracket"])
    assert facts["bound"] <= facts["doable"] and facts["tolerance"] == 1e-6


def test_straight_curves_need_no_rounds() -> None:
    rows = [("x", "x", 0.0, 0.0, ""), ("x", "x", 10.0, 4.0, "")]
    economy = _one_good("q / 2", 1.0, 10.0).with_changes(curves=pd.DataFrame(rows, columns=COLUMNS))
    assert no.solve(economy).assert_optimal().bracket is None


@pytest.mark.parametrize("setting, value", [("curve_tolerance", 0.0), ("curve_rounds", 0), ("curve_form", "sos2")])
def test_settings_of_curves_are_checked(setting: str, value: object) -> None:
    with pytest.raises(no.NaturaError, match=setting):
        no.solve(_one_good("q / 2", 1.0, 10.0), **{setting: value})


def test_a_model_spelled_by_hand_says_that_nothing_brackets_its_formulas() -> None:
    economy = _one_good("0.1 * q + 0.05 * q ** 2", 1.0, 20.0)
    plan = no.solve(no.pyomo_model(economy))
    assert plan.bracket is None and "how far the plan is from the best on the true curves is not known" in str(plan)
    assert "is not known" not in str(no.solve(economy))
    assert plan.objective >= no.solve(economy).bracket.bound  # type: ignore[union-attr]


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_every_backend_brackets_convex_formulas(backend: str) -> None:
    economy = _one_good("0.1 * q + 0.05 * q ** 2", 1.0, 20.0)
    plan = no.solve(economy, backend=backend).assert_optimal()
    assert plan.bracket is not None and plan.bracket.bound <= 9.0 - np.sqrt(61.0) <= plan.bracket.doable


def test_several_periods_and_curves_of_every_kind_are_bracketed() -> None:
    """Two periods that share a stock; a need, an emission that falls and a use of capital by formulas."""
    rows = [
        ("mill", "ore", 0.0, 0.0, "", ""), ("mill", "ore", 10.0, np.nan, "q ** 1.5 / 4", ""),
        ("mill", "smoke", 0.0, 0.0, "", ""), ("mill", "smoke", 10.0, np.nan, "-log(1 + q) / 2", ""),
        ("mine", "steel", 0.0, 0.0, "", "capital"), ("mine", "steel", 30.0, np.nan, "log(1 + q)", "capital"),
    ]  # fmt: skip
    economy = no.build_economy(
        goods=["ore", "steel"],
        techniques=["mine", "mill"],
        outputs=[[1.0, 0.0], [0.0, 1.0]],
        inputs=[[0.05, 0.0], [0.02, 0.0]],
        resources=["labour"],
        resource_use=[[1.0, 0.5]],
        resource_limits=[12.0],
        pollutants=["smoke"],
        emissions=[[0.3, 0.0]],
        emission_caps=[1.2],
        capital_pool=[0.0, 2.0],
        targets=[0.1, 1.0],
        periods=2,
        curves=pd.DataFrame(rows, columns=[*COLUMNS, "of"]),
    )
    plan = no.solve(economy, curve_tolerance=1e-5).assert_optimal()
    assert plan.bracket is not None and plan.bracket.apart <= 1e-5
    level = plan.activities.loc["mill"].to_numpy()
    made, used = level, level**1.5 / 4
    left = plan.activities.loc["mine"].to_numpy() * 0.95 - used - 0.1 * plan.fulfilment.to_numpy()
    assert (left >= -1e-9).all() and (made > 0).all()
    smoke = 0.3 * plan.activities.loc["mine"].to_numpy() - np.log(1.0 + level) / 2
    assert (smoke <= 1.2 + 1e-9).all()
    held = np.log(1.0 + plan.activities.loc["mine"].to_numpy())
    assert (held <= plan.stocks.to_numpy().sum(axis=0) + 1e-9).all()
