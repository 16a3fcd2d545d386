"""The 2018 program: its published results, feasibility of what it returns, its quirks, other forms, misuse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.formulate import linear_program
from natura_opt.laws.holdings import Holdings
from natura_opt.methods.harmony.shrinking import largest_shortage, shrink_to_feasible
from natura_opt.methods.history.harmony_2018 import Harmony2018Result, harmony_2018
from natura_opt.objectives.harmony_functions import HarmonyFunction, harmony_function

from .seeded import seeded_economy

PASHARM = Path(__file__).parents[2] / "shared" / "data" / "cockshott_5yearplan"
needs_pasharm = pytest.mark.skipif(not PASHARM.is_dir(), reason="the two-year case is not here")


def pasharm() -> no.Economy:
    return no.read_five_year(*(PASHARM / f"pasharm_test{name}.csv" for name in ("flow", "cap", "dep", "targ")))


def excess(economy: no.Economy, found: Harmony2018Result) -> float:
    """The largest violation of the plan's laws, relative to a row's terms, stated without the program's own form."""
    asked = economy.with_changes(targets=np.zeros(len(economy.goods)) + 1.0)
    program = linear_program(asked, no.Question("fulfilment"))
    point = {"activities": found.intensities.T.ravel(), "fulfilment": np.zeros(len(economy.periods))}
    if economy.has("capital"):
        held = Holdings.of(economy)
        stock = stocks(economy, held, found.investment)
        point |= {"capital_stock": stock.T.ravel(), "investment": found.investment[:, :-1].T.ravel()}
    values = np.zeros(program.matrix.shape[1])
    for block in program.columns:
        values[block.span] = point[block.name]
    sums, sizes = program.matrix @ values, abs(program.matrix) @ abs(values)
    over = np.maximum(sums - program.row_upper, program.row_lower - sums)
    scale = sizes + np.where(np.isfinite(program.row_upper), abs(program.row_upper), 0.0) + 1e-300
    return float(max((over / scale).max(), (program.lower - values).max()))


def stocks(economy: no.Economy, held: Holdings, investment: np.ndarray) -> np.ndarray:
    """Stocks of each holding by period: what is given, worn down, and what was invested a lag ago."""
    lag = economy.vector("investment_lag", 0)[held.goods].astype(int)
    stock = np.zeros(investment.shape)
    for t in range(stock.shape[1]):
        before = stock[:, t - 1] * held.surviving(t - 1) if t else 0.0
        from_investment = np.array([investment[h, t - lag[h]] if t >= lag[h] else 0.0 for h in range(held.count)])
        stock[:, t] = before + held.given(t) + from_investment
    return stock


# ---- what Cockshott's program gives -----------------------------------------------------------------------


def test_the_five_year_plan_gets_no_bread() -> None:
    """The Java program: total harmony -15.3005, no bread in any year; the linear plan has bread in all of them."""
    economy = no.read("five_year_plan")
    found = harmony_2018(economy)
    assert found.total_harmony == pytest.approx(-15.3005, abs=1e-4)
    assert found.outputs().loc["bread"].max() < 1e-3
    assert found.iterations == 100 and len(found.harmony) == 101
    assert found.shortage == 0.0
    assert excess(economy, found) < 1e-12


@needs_pasharm
def test_the_two_year_case() -> None:
    """The Java program: 2.2907, and 98.0 % of the linear plan's 2.506378582."""
    economy = pasharm()
    found = harmony_2018(economy)
    assert found.total_harmony == pytest.approx(2.2907, abs=5e-5)
    fulfilled = (found.outputs() / economy.frame("targets")).min().sum()
    assert fulfilled / no.solve(economy).assert_optimal().objective == pytest.approx(0.980, abs=5e-4)
    assert excess(economy, found) < 1e-12


def test_the_excavators() -> None:
    """His program's own demonstration: three machines, three kinds of earth, several techniques for each."""
    economy = no.read("excavators")
    found = harmony_2018(economy)
    best = no.solve(economy).assert_optimal().objective
    made = found.net_outputs[:, 0] / economy.vector("targets", 0)
    assert 0.9 * best < made.min() <= best * (1 + 1e-9)
    assert excess(economy, found) < 1e-12


def test_harmony_is_counted_as_the_program_does() -> None:
    economy = no.read("five_year_plan")
    found = harmony_2018(economy, rounds=7)
    targets = economy.frame("targets").to_numpy().copy()
    targets[targets == 0] = 0.02
    surplus = (found.net_outputs - targets) / targets
    assert found.total_harmony == pytest.approx(harmony_function("2018").value(surplus).sum(), rel=1e-9)


def test_one_run_is_the_beginning_of_a_longer_one() -> None:
    economy = no.read("five_year_plan")
    short, longer = harmony_2018(economy, rounds=12), harmony_2018(economy, rounds=30)
    np.testing.assert_array_equal(short.harmony, longer.harmony[:13])
    np.testing.assert_array_equal(harmony_2018(economy, rounds=12).intensities, short.intensities)


# ---- what it returns is a plan ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_plans_of_seeded_economies_keep_every_law(seed: int) -> None:
    economy = seeded_economy(seed, objective="fulfilment", storage=False, floor=False)
    found = harmony_2018(economy)
    assert excess(economy, found) < 1e-9
    assert np.isfinite(found.harmony).all() and np.isfinite(found.intensities).all()
    assert found.intensities.min() >= 0 and found.investment.min(initial=0.0) >= 0
    plan = no.solve(economy)
    if plan.status is no.Status.OPTIMAL:  # no plan fulfils more, in sum over periods
        worst = [fulfilled_in(found, economy, t) for t in range(len(economy.periods))]
        assert sum(worst) <= plan.objective * (1 + 1e-6) + 1e-9


def fulfilled_in(found: Harmony2018Result, economy: no.Economy, t: int) -> float:
    goals = economy.vector("targets", t)
    return float((found.net_outputs[goals > 0, t] / goals[goals > 0]).min())


def test_a_lag_of_two_and_a_pool() -> None:
    economy = no.build_economy(
        goods=["corn", "iron"],
        periods=["y1", "y2", "y3", "y4"],
        inputs=[[0.2, 0.1], [0.1, 0.3]],
        targets=[10.0, 5.0],
        capital=[[0.0, 0.0], [2.0, 3.0]],
        capital_pool=[0.0, 60.0],
        pool_depreciation=[0.0, 0.1],
        investment_lag=[1, 2],
    )
    found = harmony_2018(economy)
    assert excess(economy, found) < 1e-12
    assert found.investment.shape == (1, 4)
    assert found.investment[0, 2:].tolist() == [0.0, 0.0]  # what nobody could use is not made
    assert found.investment[0, :2].max() > 0


def test_one_period_with_labour() -> None:
    wheat = no.build_economy(
        goods=["wheat", "cloth"],
        inputs=[[0.25, 0.40], [0.14, 0.12]],
        targets=[55.0, 30.0],
        resources=["labour"],
        resource_use=[[0.8, 3.6]],
        resource_limits=[260.0],
    )
    found = harmony_2018(wheat)
    assert found.intensities[:, 0] @ [0.8, 3.6] == pytest.approx(0.98 * 260.0, rel=1e-6)
    assert found.investment.shape == (0, 1)
    assert excess(wheat, found) < 1e-12
    np.testing.assert_allclose(found.intensities[:, 0], [100.0, 50.0], rtol=0.1)


def test_stocks_of_zero_leave_techniques_idle() -> None:
    economy = no.read("five_year_plan")
    none = economy.matrix("initial_capital", 0).toarray()
    none[:, economy.techniques.get_loc("bread")] = 0.0
    found = harmony_2018(economy.with_changes(initial_capital=none))
    assert found.activities().loc["bread", "year1"] == 0.0
    assert np.isfinite(found.harmony).all() and np.isfinite(found.intensities).all()
    assert excess(economy.with_changes(initial_capital=none), found) < 1e-12


@pytest.mark.parametrize("function", ["1993", "1993-envelope", "own"])
def test_other_harmony_functions(function: str) -> None:
    own = HarmonyFunction("root", lambda s: np.sqrt(1.5 + s), lambda s: 0.5 / np.sqrt(1.5 + s))
    economy = no.read("five_year_plan")
    found = harmony_2018(economy, function=own if function == "own" else function)
    assert np.isfinite(found.harmony).all() and np.isfinite(found.mean_harmony).all()
    assert excess(economy, found) < 1e-12


def test_units_of_techniques_do_not_matter_but_those_of_goods_do() -> None:
    economy = no.read("five_year_plan")
    unit = np.array([4.0, 0.5, 2.0, 8.0])  # other units of activity: the same techniques
    scaled = {name: economy.matrix(name, 0).toarray() * unit for name in ("inputs", "resource_use", "capital")}
    other = economy.with_changes(outputs=np.diag(unit), **scaled)
    first, again = harmony_2018(economy), harmony_2018(other)
    np.testing.assert_allclose(again.harmony, first.harmony, rtol=1e-9)
    np.testing.assert_allclose(again.intensities * unit[:, None], first.intensities, rtol=1e-7, atol=1e-12)


def test_the_order_of_goods_does_not_matter() -> None:
    economy = no.read("five_year_plan")
    order = economy.goods[[2, 0, 3, 1]]
    tables = {
        name: economy.frame(name).loc[order, order] for name in ("inputs", "capital", "initial_capital", "depreciation")
    }
    other = no.build_economy(
        **tables,
        resource_use=economy.frame("resource_use")[order],
        resource_limits=economy.frame("resource_limits"),
        targets=economy.frame("targets").loc[order],
        periods=economy.periods,
    )
    assert list(other.goods) == list(order)
    np.testing.assert_allclose(harmony_2018(other).harmony, harmony_2018(economy).harmony, rtol=1e-9)


# ---- shrinking --------------------------------------------------------------------------------------------


def test_shrinking_ends_without_shortage_and_never_raises_a_level() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        size = int(rng.integers(1, 12))
        net = np.eye(size) - rng.uniform(0.0, 2.0 / size, (size, size)) * (rng.random((size, size)) < 0.6)
        given, level = rng.uniform(0.0, 1.0, size) * (rng.random(size) < 0.5), rng.uniform(0.0, 10.0, size)
        shrunk = shrink_to_feasible(sp.csr_array(net), given, level)
        assert (shrunk <= level).all() and (shrunk >= 0).all()
        assert largest_shortage(net, given, shrunk) <= 1e-11
        if largest_shortage(net, given, level) == 0:
            np.testing.assert_array_equal(shrunk, level)


# ---- misuse -----------------------------------------------------------------------------------------------


def small(**changed: Any) -> no.Economy:
    tables: dict[str, Any] = {
        "goods": ["corn", "iron"],
        "inputs": [[0.2, 0.1], [0.1, 0.3]],
        "targets": [10.0, 5.0],
        "capital": [[0.0, 0.0], [2.0, 3.0]],
        "capital_pool": [0.0, 60.0],
    }
    return no.build_economy(**{**tables, **changed})


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: small(targets=None), "needs a table 'targets'"),
        (lambda: small(targets=[0.0, 0.0]), "all targets are zero"),
        (lambda: small(capital=None, capital_pool=None), "no technique uses any"),
        (lambda: small(capital_pool=[0.0, 0.0]), "none can run"),
        (lambda: small(storage=[1.0, 1.0]), "does not use the table 'storage'"),
        (lambda: small(initial_capital=[[0.0, 0.0], [1.0, 1.0]]), "and not both"),
    ],
)
def test_what_it_cannot_answer_is_said(build: Callable[[], no.Economy], says: str) -> None:
    with pytest.raises(no.QuestionError, match=says) as caught:
        harmony_2018(build())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"rounds": -1}, "rounds must be"),
        ({"rounds": 1.5}, "rounds must be"),
        ({"temperature": 0.0}, "temperature must be"),
        ({"temperature": float("nan")}, "temperature must be"),
        ({"function": "2019"}, "unknown harmony function '2019'"),
    ],
)
def test_unusable_options_are_said(options: dict[str, Any], says: str) -> None:
    with pytest.raises(no.OptionError, match=says):
        harmony_2018(small(), **options)
