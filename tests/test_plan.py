"""Plans: their words, their tables, and what they refuse to say without a proof."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.plan.goods_flows import goods_flows

from .seeded import not_proved
from .test_cli import endless, impossible

MODELS = sorted(no.shipped_models())
TABLES = [
    "activities",
    "output",
    "net_output",
    "resource_use",
    "fulfilment",
    "consumption",
    "surplus",
    "investment",
    "stocks",
    "stored",
    "valuations",
    "stock_valuations",
    "rents",
    "extra",
    "objective",
]


@pytest.fixture(scope="module")
def five() -> no.Plan:
    return no.solve("five_year_plan").assert_optimal()


# ---- words ------------------------------------------------------------------------------------------------


def test_repr_says_what_is_known(five: no.Plan) -> None:
    shown = repr(five)
    for words in (
        "Plan of 'five_year_plan'",
        "optimal",
        "proved at 1e-09",
        "objective   8.79729913",
        "year5: 2.20926",
        "resource labour in year3: one more person * year is worth 0.674885",
        "stock iron in coal in year1",
        "by highs",
    ):
        assert words in shown
    assert str(five) == shown


#: Models with curves that need binaries.
IN_ORDER = ("mixed_returns_40", "village_2020", "village_2021")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_repr_of_every_model(model: str, backend: str) -> None:
    if backend != "highs" and model == "uk_2015_20":
        pytest.skip("the largest one is told by highs alone")
    if backend == "cvxpy" and model in IN_ORDER:
        with pytest.raises(no.QuestionError, match=r"need binaries.*which the CVXPY spelling does not state"):
            no.solve(model, backend=backend)
        return
    plan = no.solve(model, backend=backend)
    shown = repr(plan)
    assert f"{model!r}" in shown and "optimal" in shown and f"by {backend}" in shown
    assert not re.search(r"\bnan\b", shown)


def test_repr_never_claims_what_is_not_proved() -> None:
    plan = not_proved(no.solve("eu_2006"))
    assert "unproved" in repr(plan) and "NOT proved" in repr(plan)
    with pytest.raises(no.NotProvedError, match="NOT proved"):
        plan.assert_optimal()
    assert plan.objective == pytest.approx(10.7009597491, rel=1e-9)  # what was found is kept


def test_assert_optimal_returns_the_plan(five: no.Plan) -> None:
    assert five.assert_optimal() is five
    assert five.proved


@pytest.mark.parametrize(
    ("economy", "words"),
    [(impossible(), ["infeasible", "floor", "'labour'"]), (endless(), ["unbounded", "'corn'"])],
    ids=["infeasible", "unbounded"],
)
def test_assert_optimal_raises_with_the_whole_summary(economy: no.Economy, words: list[str]) -> None:
    plan = no.solve(economy)
    with pytest.raises(no.NotProvedError) as caught:
        plan.assert_optimal()
    assert str(caught.value) == repr(plan)
    for word in [economy.name, *words]:
        assert word in str(caught.value)


# ---- no plan ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("economy", [impossible(), endless()], ids=["infeasible", "unbounded"])
@pytest.mark.parametrize("table", [*TABLES, "reduced_costs"])
def test_a_plan_that_does_not_exist_has_no_tables(table: str, economy: no.Economy) -> None:
    plan = no.solve(economy)
    assert plan.impossibility is not None and plan.impossibility.proved
    with pytest.raises(no.NotProvedError) as caught:
        getattr(plan, table)
    assert economy.name in str(caught.value)
    assert plan.impossibility.sentence in str(caught.value)


@pytest.mark.parametrize("economy", [impossible(), endless()], ids=["infeasible", "unbounded"])
def test_a_plan_that_does_not_exist_can_still_be_written(economy: no.Economy, tmp_path: Path) -> None:
    plan = no.solve(economy)
    assert list(plan.tables()) == ["summary"]
    assert plan.tables()["summary"].loc["status", "value"] == plan.status
    assert list(pd.read_excel(plan.to_excel(tmp_path / "plan.xlsx"), sheet_name=None)) == ["summary"]
    assert [file.name for file in plan.to_csv(tmp_path / "plan").iterdir()] == ["summary.csv"]
    assert [file.name for file in plan.to_parquet(tmp_path / "plan.parquet").iterdir()] == ["summary.parquet"]
    facts = json.loads(json.dumps(plan.summary(), allow_nan=False))
    assert facts["objective"] is None
    assert facts["reason"] == plan.impossibility.sentence


# ---- tables -----------------------------------------------------------------------------------------------


def test_tables_of_the_five_year_plan(five: no.Plan) -> None:
    tables = five.tables()
    assert list(tables)[:2] == ["summary", "fulfilment"]
    assert set(tables) >= {
        "summary",
        "fulfilment",
        "activities",
        "output",
        "net_output",
        "consumption",
        "surplus",
        "resource_use",
        "investment",
        "stocks",
        "valuations",
        "rents",
        "reduced_costs",
    }
    assert "stored" not in tables
    for name, frame in tables.items():
        assert isinstance(frame, pd.DataFrame) and len(frame), name
        if name not in (
            "summary",
            "fulfilment",
            "prices_over_time",
            "returns_on_capital",
            "terminal_stocks",
        ):  # these are tidy
            assert frame.columns.tolist() == five.economy.periods.tolist()
            assert np.isfinite(frame.to_numpy()).all(), name
    facts = tables["summary"]["value"]
    assert facts["model"] == "five_year_plan"
    assert facts["status"] == "optimal"
    assert facts["certificate: proved"] == "True"
    assert float(facts["objective"]) == five.objective


@pytest.mark.parametrize("model", MODELS)
def test_tables_agree_with_each_other_and_with_the_data(model: str) -> None:
    plan = no.solve(model).assert_optimal()
    economy = plan.economy
    scale = 1e-8 * max(1.0, float(plan.output.to_numpy().max()))
    for t, period in enumerate(economy.periods):
        level = plan.activities[period].to_numpy()
        assert (level >= -scale).all()
        made, used = economy.matrix("outputs", t) @ level, economy.matrix("inputs", t) @ level
        use = economy.matrix("resource_use", t) @ level
        for table, need in (("inputs_ahead", used), ("resource_use_ahead", use)):
            for lead, part in economy.tables[table].slices.items() if economy.has(table) else ():
                if t + lead < len(economy.periods):
                    need += part @ plan.activities[economy.periods[t + lead]].to_numpy()
        for curved in () if plan.asked.curves is None else plan.asked.curves.placed:  # in the pieces that were solved
            total = float(curved.curve.total(level[curved.technique]))
            if curved.of in ("inputs", "resource_use"):
                (used if curved.of == "inputs" else use)[curved.row] += total
        np.testing.assert_allclose(plan.output[period], made, atol=scale)
        np.testing.assert_allclose(plan.net_output[period], made - used, atol=scale)
        np.testing.assert_allclose(plan.resource_use[period], use, atol=scale)
        if economy.has("resource_limits"):
            assert (plan.resource_use[period] <= economy.vector("resource_limits", t) * (1 + 1e-9) + scale).all()
        wanted = economy.vector("targets", t)
        np.testing.assert_allclose(plan.consumption[period], plan.fulfilment[period] * wanted, atol=scale)
        invested = np.zeros(len(economy.goods))
        if len(plan.investment):
            invested = plan.investment[period].groupby(level=0).sum().reindex(economy.goods).fillna(0).to_numpy()
        if not economy.has("initial_stocks"):
            left = plan.net_output[period].to_numpy() - invested - plan.consumption[period].to_numpy()
            np.testing.assert_allclose(plan.surplus[period], left, atol=10 * scale)


@pytest.mark.parametrize("model", ["five_year_plan", "eu_2006", "uk_2015_20"])
def test_stocks_accumulate(model: str) -> None:
    plan = no.solve(model).assert_optimal()
    economy = plan.economy
    for (good, technique), path in plan.stocks.iterrows():
        lost = economy.frame("depreciation").loc[good, technique]
        path = path.to_numpy()
        bought = plan.investment.loc[(good, technique)].to_numpy()
        assert path[0] == pytest.approx(economy.frame("initial_capital").loc[good, technique], rel=1e-9)
        assert (path[1:] <= (1 - lost) * path[:-1] + bought[:-1] + 1e-7 * path.max()).all()  # the rest is scrapped
        needed = economy.frame("capital").loc[good, technique] * plan.activities.loc[technique].to_numpy()
        assert (needed <= path * (1 + 1e-7) + 1e-7 * path.max()).all()


def test_valuations_are_indexed_by_kind_and_name(five: no.Plan) -> None:
    valuations = five.valuations
    assert valuations.index.names == ["kind", "name"]
    assert valuations.index.get_level_values("kind").unique().tolist() == ["good", "resource", "stock"]
    assert valuations.loc["good"].index.tolist() == five.economy.goods.tolist()
    assert valuations.loc[("resource", "labour"), "year3"] == pytest.approx(0.674885, abs=1e-6)
    assert valuations.loc[("stock", "iron in coal"), "year1"] == pytest.approx(0.215356, abs=1e-6)
    assert valuations.columns.tolist() == five.economy.periods.tolist()
    assert (valuations.to_numpy() >= -1e-12).all()
    assert five.stock_valuations.loc[("iron", "coal"), "year1"] == valuations.loc[("stock", "iron in coal"), "year1"]


def test_valuations_of_known_answers() -> None:
    machines = no.solve("kantorovich_machines").valuations
    goods = machines.loc["good"].iloc[:, 0].tolist()
    assert goods == pytest.approx([2 / 3, 1 / 3], rel=1e-9)
    excavators = no.solve("excavators").valuations
    assert excavators.loc["good"].iloc[:, 0].tolist() == pytest.approx([0.22904, 0.42946, 0.34150], abs=1e-5)
    assert excavators.loc["resource"].iloc[:, 0].tolist() == pytest.approx([24.0497, 28.3443, 18.0993], abs=1e-4)
    labour_values = no.solve("wheat_cloth").valuations.loc["good"].iloc[:, 0].tolist()
    assert labour_values == pytest.approx([2.0, 5.0], rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("resource", lambda e, h: e.with_changes(resource_limits=e.frame("resource_limits") + h * unit(e, "year3"))),
        ("good", lambda e, h: e.with_changes(initial_stocks=pd.Series([0, 0, 0, h], index=e.goods))),
    ],
)
def test_a_valuation_is_what_one_more_is_worth(
    five: no.Plan, kind: str, change: Callable[[no.Economy, float], no.Economy]
) -> None:
    step = 1e-4
    more = no.solve(change(five.economy, step)).assert_optimal().objective - five.objective
    where = (("resource", "labour"), "year3") if kind == "resource" else (("good", "bread"), "year1")
    assert more / step == pytest.approx(five.valuations.loc[where], rel=1e-5, abs=1e-9)


def unit(economy: no.Economy, period: str) -> pd.DataFrame:
    return pd.DataFrame(
        [[float(name == period) for name in economy.periods]], index=economy.resources, columns=economy.periods
    )


def test_least_cost_valuations_are_what_one_more_demanded_costs() -> None:
    plan = no.solve("wheat_cloth")
    more = no.solve(plan.economy.with_changes(targets=[56.0, 30.0])).objective - plan.objective
    assert more == pytest.approx(plan.valuations.loc[("good", "wheat")].iloc[0], rel=1e-9)
    assert plan.valuations.index.get_level_values("kind").unique().tolist() == ["good"]


def test_reduced_costs_vanish_where_a_technique_runs(five: no.Plan) -> None:
    runs = five.activities.to_numpy() > 1e-7
    assert runs.any()
    assert np.abs(five.reduced_costs.to_numpy()[runs]).max() < 1e-9
    plan = no.solve("excavators")
    idle = plan.activities.to_numpy() <= 1e-9
    assert idle.any()
    assert (plan.reduced_costs.to_numpy()[idle] <= 1e-9).all()


def test_the_same_plan_by_every_backend(five: no.Plan) -> None:
    for backend in ("pyomo", "cvxpy"):
        other = no.solve("five_year_plan", backend=backend).assert_optimal()
        assert list(other.tables()) == list(five.tables())
        for name, frame in five.tables().items():
            if name != "summary":
                found = other.tables()[name]
                assert found.index.tolist() == frame.index.tolist(), name
                assert found.index.names == frame.index.names, name
        np.testing.assert_allclose(other.activities.to_numpy(), five.activities.to_numpy(), rtol=1e-7, atol=1e-9)


# ---- what the user added ----------------------------------------------------------------------------------


def cap_on_coal(model: Any, economy: no.Economy, question: no.Question) -> None:
    import pyomo.environ as pyo

    model.coal_mined = pyo.Constraint(expr=sum(model.activities["coal", t] for t in economy.periods) <= 30)


def find(extra: dict[str, pd.DataFrame], word: str) -> pd.DataFrame:
    (name,) = [name for name in extra if word in name]
    return extra[name]


def test_nothing_extra_unless_added(five: no.Plan) -> None:
    assert five.extra == {}


def test_extra_rows_of_a_model_changed_by_hand(five: no.Plan) -> None:
    import pyomo.environ as pyo

    model = no.pyomo_model(five.economy, five.question)
    names = {component.name for component in model.component_objects(pyo.Var)}
    activities = model.component(next(name for name in names if "activit" in name))
    mined = float(five.activities.loc["coal"].sum())
    model.coal_mined = pyo.Constraint(expr=sum(activities["coal", t] for t in five.economy.periods) <= mined / 2)
    plan = no.solve(model).assert_optimal()
    assert plan.objective < five.objective - 1e-3
    frame = find(plan.extra, "coal_mined")
    assert frame["value"].iloc[0] == pytest.approx(mined / 2, rel=1e-9)
    assert frame["valuation"].iloc[0] > 0
    assert any(name.startswith("extra ") for name in plan.tables())


@pytest.mark.parametrize("writer", ["to_excel", "to_csv", "to_parquet"])
@pytest.mark.parametrize("name", ["coal_mined", "coal/mined: [a] ?*\\", "a name much longer than a sheet's may be"])
def test_extra_tables_of_any_name_can_be_written(writer: str, name: str, five: no.Plan, tmp_path: Path) -> None:
    def write(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        for which in (f"{name} 1", f"{name} 2"):
            program.columns(which, pd.MultiIndex.from_product([["a", "b"], ["t1"]]))

    plan = no.solve(five.economy, extra_laws=[no.ExtraLaw("matrix", write)])
    assert set(plan.extra) == {f"{name} 1", f"{name} 2"}
    out = getattr(plan, writer)(tmp_path / ("plan.xlsx" if writer == "to_excel" else "plan"))
    files = pd.read_excel(out, sheet_name=None) if writer == "to_excel" else list(out.iterdir())
    assert len(files) == len(plan.tables())


def test_summary_is_plain_json(five: no.Plan) -> None:
    facts = json.loads(json.dumps(five.summary(), allow_nan=False))
    assert facts["objective"] == five.objective
    assert facts["certificate"]["proved"] is True
    assert facts["certificate"]["tolerance"] == 1e-9
    assert facts["certificate"]["bound"] == "recomputed"
    assert facts["seconds"] == pytest.approx(sum(five.seconds.values()))
    assert all(math.isfinite(value) for value in facts["seconds_by_stage"].values())


def test_what_is_taken_for_a_missing_table_is_said(five: no.Plan) -> None:
    """Without ``depreciation`` 8.80 becomes 9.39; in 0.1 without a word."""
    plan = no.solve(five.economy.with_changes(depreciation=None)).assert_optimal()
    assert plan.objective > five.objective + 0.5
    assert "note: 'depreciation' is not given, so 0 is taken" in repr(plan)
    assert "'depreciation' is not given" in plan.summary()["assumed"][0]
    assert "'depreciation' is not given" in plan.tables()["summary"].loc["assumed", "value"]
    assert "note:" not in repr(five) and "assumed" not in five.summary()


def test_what_a_harmony_plan_delivers_is_not_the_users_addition(five: no.Plan) -> None:
    plan = no.solve(five.economy, objective="harmony").assert_optimal()
    assert plan.extra == {} and not any(name.startswith("extra") for name in plan.tables())
    assert plan.objective_name == "total harmony (function 2018)"
    assert plan.summary()["objective_name"] == plan.objective_name
    flows = goods_flows(plan)  # in 0.1 deliveries stood twice among the uses, and the sums came out of that
    sums = flows.pivot_table(index="good", columns="side", values="amount", aggfunc="sum")
    assert sums["made"].to_list() == pytest.approx(sums["used"].to_list(), rel=1e-6)
    assert "delivered" not in set(flows["place"])
    goal = plan.plot.valuations().texts[0].get_text()
    assert "total harmony" in goal and "fulfilment" not in goal


def test_rows_and_columns_of_one_name_are_both_kept(five: no.Plan) -> None:
    def law(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        program.columns("mine", pd.Index(["a"]))
        program.rows("mine", pd.Index(["a"]), "<=", 1.0)
        program.terms("mine", "mine", [[1.0]])

    plan = no.solve(five.economy, extra_laws=[no.ExtraLaw("matrix", law)])
    assert {name: list(frame.columns) for name, frame in plan.extra.items()} == {
        "mine": ["value", "reduced cost"],
        "mine (rows)": ["value", "valuation"],
    }
    assert plan.explain("mine (rows)").kind == "own"


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"backend": "hihgs"}, no.OptionError, "did you mean 'highs'"),
        ({"method": "simplx"}, no.OptionError, "did you mean 'simplex'"),
        ({"solver": "glpk"}, no.OptionError, "backend='pyomo'"),
        ({"options": {"treads": 1}}, no.OptionError, "did you mean 'threads'"),
        ({"options": {"solver": "ipm"}}, no.OptionError, "method"),
        ({"tolerance": 0.0}, no.OptionError, "tolerance"),
        ({"time_limit": 0}, no.OptionError, "time_limit"),
        ({"question": "other"}, no.QuestionError, "unknown question 'other'"),
        ({"question": no.Question("fulfillment")}, no.QuestionError, "did you mean 'fulfilment'"),
        ({"objective": "assortment", "floor": 1.0}, no.OptionError, "floor"),
        ({"question": no.Question(leave_out=("input",))}, no.QuestionError, "did you mean 'inputs'"),
        ({"extra_laws": [cap_on_coal]}, no.OptionError, "ExtraLaw"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_solve_refuses(arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        no.solve("five_year_plan", **arguments)


def test_a_setting_of_another_objective_is_refused_where_it_is_asked() -> None:
    with pytest.raises(no.QuestionError, match=r"unknown setting 'floor'.*a setting of the objective 'fulfilment'"):
        no.Question("assortment", floor=1.0)


def test_solve_refuses_what_is_no_economy() -> None:
    with pytest.raises(no.NaturaError, match="economy"):
        no.solve(3)
