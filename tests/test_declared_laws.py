"""Laws of a user's own, each one file, stand in everything that shows a plan: their declarations are read, no name."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.optimize
import scipy.sparse as sp

import natura_opt as no
from natura_opt.backends.cvxpy import compile_cvxpy
from natura_opt.backends.pyomo import compile_pyomo
from natura_opt.base.errors import ProgramError
from natura_opt.formulate import declared_with, every_law
from natura_opt.plan.goods_flows import goods_flows

from .seeded import in_other_units
from .spellings import difference
from .toy_laws import SHARE, harvest, haulage, tax_in_kind, work_of_a_life

BACKENDS = ("highs", "pyomo", "cvxpy")
YEARS = ["y1", "y2", "y3"]
LEVELS = np.array([[0.0, 2.0, 5.5], [0.0, 0.3, 0.8]])


def village(**changes: Any) -> no.Economy:
    """Corn and tools over three years; corn is grown in two ways."""
    tables: dict[str, Any] = {
        "outputs": [[1, 0, 1], [0, 1, 0]],
        "inputs": [[0.1, 0.2, 0.05], [0.1, 0.05, 0.0]],
        "resource_use": [[1, 2, 1.8]],
        "resource_limits": {"y1": [100], "y2": [110], "y3": [90]},
        "targets": [10, 4],
        "initial_stocks": [3, 0],
        "objective": "fulfilment",
    }
    return no.build_economy(
        name="village",
        goods=["corn", "tools"],
        techniques=["farm", "forge", "garden"],
        resources=["labour"],
        periods=YEARS,
        units={"goods": ["tonne", "kg"], "resources": ["hour"]},
        **(tables | changes),
    )


def port() -> no.Economy:
    """The village with tools as pooled capital, and smoke under a cap and a budget."""
    return village(
        resource_use=[[1, 1, 1.8]],
        capital=[[0, 0, 0], [0.5, 0.3, 0.6]],
        capital_pool=[0, 60],
        pool_depreciation=[0, 0.1],
        pollutants=["smoke", "soot"],
        emissions=[[0.2, 0.9, 0.1], [0.1, 0.1, 0.0]],
        emission_caps=[30, np.inf],
        emission_budgets=[70, 100],
        damage_weights=[0.001, 0.002],
    )


#: Each with an economy it is asked of: the law and its economy, made anew each time.
LAWS: dict[str, tuple[Callable[[], no.Law], Callable[[], no.Economy]]] = {
    "tax in kind": (lambda: tax_in_kind(LEVELS), village),
    "tax in kind, least cost": (
        lambda: tax_in_kind(LEVELS),
        lambda: village(objective="least-resources", resource_weights=[1.0]),
    ),
    "haulage": (lambda: haulage(0.3, 0.1, 0.15), port),
    "work of a life": (lambda: work_of_a_life({"labour": 250.0}), village),
    "harvest": (lambda: harvest(190.0), village),
}


@cache
def planned(name: str) -> no.Plan:
    law, economy = LAWS[name]
    return no.solve(economy(), extra_laws=[law()]).assert_optimal()


def solved(law: no.Law, economy: no.Economy | None = None) -> float:
    return no.solve(village() if economy is None else economy, extra_laws=[law]).assert_optimal().objective


# ---- one law, three spellings, one answer -------------------------------------------------------------------


@pytest.mark.parametrize("name", list(LAWS))
def test_three_spellings_are_one_program(name: str) -> None:
    law, economy = LAWS[name][0](), LAWS[name][1]()
    declared = declared_with(economy.question(), [law])
    matrix = no.linear_program(economy, None, [law])
    pyomo = compile_pyomo(no.pyomo_model(economy, None, [law]), declared, {}).program
    cvxpy = compile_cvxpy(no.cvxpy_model(economy, None, [law]), declared).program
    assert difference(matrix, pyomo) == difference(matrix, cvxpy) == []
    assert difference(matrix, no.linear_program(economy))  # the law says something


@pytest.mark.parametrize("name", list(LAWS))
def test_every_backend_proves_the_same_optimum(name: str) -> None:
    law, economy = LAWS[name][0](), LAWS[name][1]()
    found = [no.solve(economy, backend=backend, extra_laws=[law]).assert_optimal() for backend in BACKENDS]
    for plan in found:
        assert len(plan.attempts) == 1 and plan.own_laws == (law,)
        assert plan.objective == pytest.approx(found[0].objective, rel=1e-9)
        assert plan.valuations.index.equals(found[0].valuations.index)


def test_scipy_finds_the_optimum_of_the_tax() -> None:
    """The same program by hand, solved by scipy: max sum z with (0.97 B - A) x - g z >= -s, 3 % B x >= level."""
    outputs, inputs = np.array([[1, 0, 1], [0, 1, 0.0]]), np.array([[0.1, 0.2, 0.05], [0.1, 0.05, 0.0]])
    wanted, limits = np.array([[10.0], [4.0]]), [100.0, 110.0, 90.0]
    rows, sides = [], []
    for t in range(3):
        x, z = np.eye(3)[[t]], np.eye(3)[[t]]
        rows.append(np.hstack([-np.kron(x, (1 - SHARE) * outputs - inputs), np.kron(z, wanted)]))
        sides += [3.0, 0.0] if t == 0 else [0.0, 0.0]
        rows.append(np.hstack([np.kron(x, [[1, 2, 1.8]]), np.zeros((1, 3))]))
        sides.append(limits[t])
        rows.append(np.hstack([-np.kron(np.arange(3) <= t, SHARE * outputs), np.zeros((2, 3))]))
        sides += list(-LEVELS[:, t])
    best = scipy.optimize.linprog([0.0] * 9 + [-1.0] * 3, np.vstack(rows), sides)
    assert planned("tax in kind").objective == pytest.approx(-best.fun, rel=1e-9)


def test_scipy_finds_the_optimum_of_the_haulage() -> None:
    """What is hauled is what is made, so hauling can be written into the coefficients of the techniques."""
    plan, economy = planned("haulage"), port()
    made = economy.matrix("outputs", 0).toarray().sum(axis=0)
    emits = economy.matrix("emissions", 0).toarray() + np.outer([0.15, 0.0], made)
    plain = no.build_economy(
        **{axis: list(economy.axes[axis]) for axis in ("goods", "techniques", "resources", "pollutants", "periods")},
        **{name: economy.matrix(name, 0).toarray() for name in ("outputs", "inputs")},
        resource_use=economy.matrix("resource_use", 0).toarray() + 0.3 * made,
        resource_limits={"y1": [100], "y2": [110], "y3": [90]},
        capital=economy.matrix("capital", 0).toarray() + np.outer([0, 0.1], made),
        capital_pool=[0, 60],
        pool_depreciation=[0, 0.1],
        emissions=emits,
        emission_caps=[30, np.inf],
        emission_budgets=[70, 100],
        targets=[10, 4],
        initial_stocks=[3, 0],
        objective="fulfilment",
    )
    program = no.linear_program(plain)
    damage = np.array([0.001, 0.002]) @ economy.matrix("emissions", 0).toarray()  # of the techniques' own emissions
    activities = program.column_block("activities")
    assert activities is not None
    cost = program.cost.copy()
    cost[activities.span] -= np.tile(damage, 3)
    two_sided = np.isfinite(program.row_upper)
    matrix = sp.vstack([program.matrix.tocsr()[two_sided], -program.matrix.tocsr()[~two_sided]])
    sides = np.concatenate([program.row_upper[two_sided], -program.row_lower[~two_sided]])
    best = scipy.optimize.linprog(-cost, matrix, sides)
    assert plan.objective == pytest.approx(-best.fun, rel=1e-9)
    assert plan.objective < no.solve(port()).objective - 0.1  # hauling costs something


# ---- valuations ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tax in kind", "tax in kind, least cost"])
def test_the_valuation_of_the_reserve_is_a_derivative(name: str) -> None:
    plan, step = planned(name), 1e-3
    valuations = plan.valuations.loc["reserve"]
    for i, good in enumerate(["corn", "tools"]):
        for t, year in enumerate(YEARS):
            moved = [LEVELS + sign * step * np.outer(np.eye(2)[i], np.eye(3)[t]) for sign in (1.0, -1.0)]
            up, down = (solved(tax_in_kind(levels), LAWS[name][1]()) for levels in moved)
            quotients = sorted([(up - plan.objective) / step, (plan.objective - down) / step])
            assert quotients[0] - 1e-7 <= valuations.loc[good, year] <= quotients[1] + 1e-7
            low, high = plan.valuation_interval("reserve", (good, year))
            assert low - 1e-9 <= valuations.loc[good, year] <= high + 1e-9
    assert abs(valuations.loc["corn", "y3"]) > 1e-2  # it binds
    assert np.sign(valuations.loc["corn", "y3"]) == (-1.0 if "least" not in name else 1.0)


@pytest.mark.parametrize("name", list(LAWS))
def test_the_limits_add_up_to_the_objective(name: str) -> None:
    plan = planned(name)
    assert plan.limits["worth"].sum() == pytest.approx(plan.objective, rel=1e-9)
    assert not plan.limits["kind"].isin(["own row", "own demand", "bound"]).any()


def test_the_reserve_is_a_limit_in_words() -> None:
    plan = planned("tax in kind")
    limit = plan.limits.set_index(["kind", "name", "period"]).loc[("reserve", "corn", "y3")]
    assert limit["unit"] == "tonne" and limit["available"] == 5.5
    assert limit["valuation"] == plan.valuations.loc[("reserve", "corn"), "y3"] < 0
    assert f"reserve corn in y3: one more tonne is worth {limit['valuation']:.6g}" in repr(plan)
    assert list(plan.valuations_by_kind) == ["good", "resource", "reserve"]  # new kinds come last
    assert plan.valuations_by_kind["reserve"].index.to_list() == ["corn", "tools"]


def test_other_units_change_nothing() -> None:
    """Corn in 1000 and tools in 0.01 of their units: levels too; valuations are per unit."""
    factors = np.array([1000.0, 0.01])
    plan, economy = planned("tax in kind"), in_other_units(village(), factors)
    changed = no.solve(economy, extra_laws=[tax_in_kind(LEVELS * factors[:, None])]).assert_optimal()
    assert changed.objective == pytest.approx(plan.objective, rel=1e-9)
    before, after = (one.valuations_by_kind["reserve"].to_numpy() for one in (plan, changed))
    assert after * factors[:, None] == pytest.approx(before, rel=1e-7, abs=1e-9)
    assert changed.further["put_aside"].to_numpy() == pytest.approx(
        plan.further["put_aside"].to_numpy() * factors[:, None], rel=1e-7
    )
    assert changed.limits["worth"].to_list() == pytest.approx(plan.limits["worth"].to_list(), rel=1e-7)


# ---- explained ----------------------------------------------------------------------------------------------


def test_the_reserve_is_explained_from_its_declaration() -> None:
    plan = planned("tax in kind")
    told = plan.explain("corn", kind="reserve")
    assert (told.kind, told.name, told.period) == ("reserve", "corn", "y3")
    assert told.valuation == plan.valuations.loc[("reserve", "corn"), "y3"]
    assert told.interval is not None and told.interval[0] - 1e-9 <= told.valuation <= told.interval[1] + 1e-9
    words = repr(told)
    assert (
        "reserve corn, y3: 5.5 tonne, and at least 5.5 are asked; one more tonne asked changes the objective" in words
    )
    assert "what was put aside of a good up to the end of the period reaches the level asked" in words
    shares = SHARE * plan.activities.loc["farm"]
    for year, amount in shares.items():
        where = "farm" if year == "y3" else f"farm in {year}"
        assert (
            f"{amount:>12.6g} tonne in {where}" in words.splitlines()
            or f"    {amount:>12.6g} tonne in {where}" in words
        )
    idle = repr(plan.explain("tools", "y1", kind="reserve"))
    beyond = plan.further["put_aside"].loc["tools", "y1"]
    assert f"{beyond:.6g} kg are beyond what is asked, so it limits nothing" in idle
    assert "a reserve of that name is explained by kind='reserve'" in repr(plan.explain("corn"))
    with pytest.raises(no.QuestionError, match="unknown reserve 'iron'"):
        plan.explain("iron", kind="reserve")
    with pytest.raises(no.QuestionError, match="unknown kind 'reservoir'; did you mean 'reserve'"):
        plan.explain("corn", kind="reservoir")


@pytest.mark.parametrize("name", list(LAWS))
def test_what_a_running_technique_makes_is_worth_what_it_takes(name: str) -> None:
    """Every law's terms are in the accounts: nothing is left open, and nothing is called changed by hand."""
    plan, count = planned(name), 0
    for technique in plan.economy.techniques:
        for year in YEARS:
            told = plan.explain(technique, year, kind="technique")
            assert "changed by hand" not in told.cost.index.get_level_values(0)
            gap = told.makes["worth"].sum() - told.cost["worth"].sum()
            if plan.activities.loc[technique, year] > 1e-9:
                size = told.makes["worth"].abs().sum() + told.cost["worth"].abs().sum()
                assert abs(gap) <= 1e-9 * size and size > 0
                count += 1
    assert count >= 3


def test_accounts_say_what_the_law_takes() -> None:
    told = planned("tax in kind").explain("forge", "y1", kind="technique")
    assert told.cost.loc[("other use", "tools"), "amount"] == pytest.approx(SHARE)
    assert told.cost.loc[("reserve", "tools"), "amount"] == pytest.approx(SHARE)
    assert told.cost.loc[("reserve", "tools in y3"), "amount"] == pytest.approx(SHARE)
    assert f"{planned('tax in kind').other_uses.loc['corn', 'y1']:.6g} other use" in repr(
        planned("tax in kind").explain("corn", "y1")
    )


def test_what_is_hauled_counts_in_what_it_takes() -> None:
    plan = planned("haulage")
    hauled = plan.extra["hauled"]["value"].unstack().to_numpy()
    assert hauled.sum(axis=0) == pytest.approx(plan.output.to_numpy().sum(axis=0))
    own_use = plan.asked.matrix("resource_use", 0).toarray() @ plan.activities.to_numpy()
    assert plan.resource_use.to_numpy() == pytest.approx(own_use + 0.3 * hauled.sum(axis=0), rel=1e-9)
    emitted = plan.asked.matrix("emissions", 0).toarray() @ plan.activities.to_numpy()
    assert plan.emissions.loc["smoke"].to_numpy() == pytest.approx(emitted[0] + 0.15 * hauled.sum(axis=0), rel=1e-9)
    assert plan.emissions.loc["soot"].to_numpy() == pytest.approx(emitted[1], rel=1e-9)
    assert plan.damage.to_numpy() == pytest.approx([0.001, 0.002] @ emitted)
    labour = repr(plan.explain("labour", "y2"))
    assert "hour in hauled to its users: corn" in labour and f"{plan.resource_use.loc['labour', 'y2']:.6g} of" in labour
    smoke = repr(plan.explain("smoke", "y2"))
    assert (
        "in hauled to its users: corn" in smoke
        and f"budget of all periods: {plan.emissions.loc['smoke'].sum():.6g}" in smoke
    )
    tools = plan.explain("tools", "y1", kind="stock")
    tied = plan.asked.matrix("capital", 0).toarray()[1] @ plan.activities["y1"].to_numpy() + 0.1 * hauled[:, 0].sum()
    assert f"{tied:.6g} kg are in use" in repr(tools)
    assert plan.explain("corn", "y2", kind="haulage").valuation == plan.valuations.loc[("haulage", "corn"), "y2"] < 0


def test_a_row_of_all_periods_has_a_table_of_its_own() -> None:
    for name, kind, called in (("work of a life", "work of a life", "labour"), ("harvest", "harvest", "harvest")):
        plan = planned(name)
        row = plan.totals.loc[(kind, called)]
        assert row["level"] == pytest.approx(row["side"]) and abs(row["valuation"]) > 1e-4
        law = {"work of a life": lambda side: work_of_a_life({"labour": side}), "harvest": harvest}[name]
        more = solved(law(row["side"] + 1e-3))
        assert (more - plan.objective) / 1e-3 == pytest.approx(row["valuation"], rel=1e-6)
        limit = plan.limits.set_index("kind").loc[kind]
        assert limit["period"] == "all periods" and limit["valuation"] == row["valuation"]
        assert f"{kind} {called} in all periods" in repr(plan)
        told = plan.explain(called, kind=kind)
        assert told.valuation == row["valuation"] and told.period == "all periods" and "farm in y1" in repr(told)
        assert kind not in plan.valuations_by_kind
        assert plan.tables()["totals"].equals(plan.totals)
        facts = json.loads(json.dumps(plan.summary(), allow_nan=False))["totals"]
        assert facts == [{"kind": kind, "name": called, **row.to_dict()}]
        assert any(kind.capitalize() in text.get_text() for text in plan.plot.valuations().texts)
    assert not len(planned("tax in kind").totals) and "totals" not in planned("tax in kind").tables()


# ---- files, JSON, pictures ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(LAWS))
def test_files_hold_what_the_law_adds(name: str, tmp_path: Path) -> None:
    plan = planned(name)
    tables = plan.tables()
    for _ in range(2):  # the second time over a plan written before
        plan.to_excel(tmp_path / "plan.xlsx")
        plan.to_csv(tmp_path / "plan")
        plan.to_parquet(tmp_path / "plan.parquet")
    blocks = [block.name for law in plan.own_laws for block in (*law.rows, *law.columns)]
    assert {f"extra {block}" for block in blocks} <= set(tables)
    for table, frame in tables.items():
        if table == "summary":
            continue
        file = table.replace(" ", "_")
        levels = list(range(frame.index.nlevels))
        for read in (
            pd.read_csv(tmp_path / "plan" / f"{file}.csv", index_col=levels),
            pd.read_excel(tmp_path / "plan.xlsx", sheet_name=file, index_col=levels),
            pd.read_parquet(tmp_path / "plan.parquet" / f"{file}.parquet").iloc[:, frame.index.nlevels :],
        ):
            numbers = [k for k, kind in enumerate(frame.dtypes) if pd.api.types.is_numeric_dtype(kind)]
            found, wanted = (one.iloc[:, numbers].to_numpy(dtype=float) for one in (read, frame))
            assert found == pytest.approx(wanted, rel=1e-12, nan_ok=True), table


def test_tables_that_a_law_declares_stand_beside_the_others() -> None:
    plan = planned("tax in kind")
    aside = plan.tables()["extra put_aside"]
    outputs = SHARE * plan.output
    assert aside.to_numpy() == pytest.approx(outputs.cumsum(axis=1).to_numpy(), rel=1e-9)
    hauled = planned("haulage").tables()["extra hauled"]
    assert hauled.shape == (2, 3) and list(hauled.columns) == YEARS
    assert hauled.to_numpy() == pytest.approx(planned("haulage").output.to_numpy())


def test_the_summary_as_json_has_the_rows_of_the_law() -> None:
    plan = planned("tax in kind")
    rows = json.loads(json.dumps(plan.summary(), allow_nan=False))["extra"]["reserve"]
    assert [row["label"] for row in rows] == [[good, year] for year in YEARS for good in ("corn", "tools")]
    last = rows[-2]
    assert last["value"] == pytest.approx(5.5)
    assert last["valuation"] == plan.valuations.loc[("reserve", "corn"), "y3"]


def test_pictures_show_the_law() -> None:
    plan = planned("tax in kind")
    texts = [text.get_text() for text in plan.plot.valuations().texts]
    assert "Reserve: one more unit asked" in texts and not any("Your own" in text for text in texts)
    places = [node["label"] for node in [plan.plot.flows("y2").data[0].node]]
    assert "other use" in places[0]


@pytest.mark.parametrize("name", list(LAWS))
def test_flows_of_goods_balance(name: str) -> None:
    """What is made of a good is what is used of it, and what is left over is the balance's own surplus."""
    plan = planned(name)
    for year in YEARS:
        flows = goods_flows(plan, year)
        sides = flows.groupby(["good", "side"])["amount"].sum().unstack(fill_value=0.0)
        assert sides["made"].to_numpy() == pytest.approx(sides["used"].to_numpy(), rel=1e-9)
        left = flows[flows["place"] == "left over"].groupby("good")["amount"].sum().reindex([0, 1], fill_value=0.0)
        assert left.to_numpy() == pytest.approx(plan.surplus[year].to_numpy(), abs=1e-7)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_reserve_that_cannot_be_reached_is_named(backend: str) -> None:
    plan = no.solve(village(), backend=backend, extra_laws=[tax_in_kind(10 * LEVELS)])
    assert plan.status is no.Status.INFEASIBLE and plan.impossibility is not None and plan.impossibility.proved
    assert "what is asked, the reserve of 'corn' (y3)" in plan.impossibility.sentence
    assert "cannot be served within the limit of 'labour'" in plan.impossibility.sentence
    short = no.solve(village(), extra_laws=[work_of_a_life({"labour": 5.0}), tax_in_kind(LEVELS)])
    assert "the work budget of 'labour'" in repr(short) and "the work budget of 'labour' (" not in repr(short)


# ---- declarations -------------------------------------------------------------------------------------------


def test_names_and_kinds_are_declared_once() -> None:
    law = tax_in_kind(LEVELS)
    with pytest.raises(ProgramError, match="the block 'reserve' is declared twice"):
        no.solve(village(), extra_laws=[law, law])
    rows = no.Rows("other_reserve", ("goods", "periods"), ">=", "as the other", kind="reserve")
    with pytest.raises(ProgramError, match="two blocks of rows are of the kind 'reserve'"):
        declared_with(no.Question(), [law, replace(law, rows=(rows,), columns=())])
    hoard = no.Columns("hoard", ("goods",), "kept for ever", table="stocks")
    with pytest.raises(ProgramError, match="'hoard' fills the table 'stocks', which another law fills"):
        no.solve(village(), extra_laws=[replace(law, columns=(hoard,))])
    with pytest.raises(no.QuestionError, match="block 'hoard': unknown axis 'regions'"):
        replace(law, columns=(replace(hoard, axes=("goods", "regions")),))
    with pytest.raises(no.QuestionError, match="unknown axis 'good'; did you mean 'goods'"):
        replace(law, rows=(replace(law.rows[0], unit="good"),))


def test_readers_name_no_block() -> None:
    """Outside their laws, blocks are found by what is declared of them; a table's name may be a column's."""
    root = Path(no.__file__).parent
    rows, columns = ([says for law in every_law() for says in getattr(law, part)] for part in ("rows", "columns"))
    names = {says.name for says in (*rows, *columns)} - {says.table for says in columns}
    names |= {says.kind for says in rows}
    names -= {"", "good", "resource", "storage", "floor"}  # axes, a table of the economy, a setting of a question
    assert {"balance", "resource_limit", "capital_stock", "emission cap"} <= names
    found: dict[str, set[str]] = {}
    for file in (*root.glob("plan/**/*.py"), root / "proof" / "diagnose.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        words = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        found[str(file.relative_to(root))] = words & names
    assert found.pop("plan/balance_words.py") == {"delivered"}  # a word that people read
    assert found.pop("plan/explain.py") == {"stock"}  # a kind of which more is told than is declared
    assert found.pop("plan/prices_over_time.py") == {"stock"}  # a column of a table
    assert found.pop("plan/pictures/prices_over_time.py") == {"stock"}  # a kind that is called otherwise in the picture
    assert {file: words for file, words in found.items() if words} == {}
