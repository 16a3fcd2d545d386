"""Plans of economies whose needs depend on scale: tables count what curves say, and every account closes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

import natura_opt as no
from natura_opt.base.status import Status
from natura_opt.plan.accounts import of_period, one_unit
from natura_opt.plan.goods_flows import goods_flows

from .curved_economies import CONCAVE, CONVEX, JUMP, S_SHAPED, SHAPES, drawn, reports, smelter

OBJECTIVES = ("fulfilment", "assortment", "least-resources")
SEEDS = [pytest.param(seed, marks=pytest.mark.exhaustive if seed >= 4 else ()) for seed in range(200)]


def totals_of(plan: no.Plan, table: str) -> np.ndarray:
    """Return what curves say at the plan's levels: names x techniques x periods, by the reports alone."""
    curves = plan.economy.curves
    assert curves is not None
    shape = (*plan.economy.matrix(table, 0).shape, len(plan.economy.periods))
    totals = np.zeros(shape)
    for one in curves.standing_in(table):
        levels = plan.activities.to_numpy()[one.technique]
        points = one.curve.quantities
        for t, level in enumerate(levels):
            near = points[np.argmin(np.abs(points - level))]
            level = near if abs(near - level) <= 1e-9 * level else level
            totals[one.row, one.technique, t] = float(one.curve.total(level))
    return totals


def by_numbers(plan: no.Plan, table: str) -> np.ndarray:
    levels = plan.activities.to_numpy()
    return np.column_stack([plan.economy.matrix(table, t) @ levels[:, t] for t in range(levels.shape[1])])


def close(one: Any, other: Any, size: float = 1.0) -> bool:
    return bool(np.allclose(one, other, rtol=1e-8, atol=1e-9 * max(size, 1.0)))


# ---- every table counts curves --------------------------------------------------------------------------------------
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", SEEDS)
def test_tables_say_what_curves_say_and_accounts_close(seed: int, objective: str) -> None:
    plan = no.solve(drawn(seed, objective))
    assert plan.status is Status.OPTIMAL
    for table, shown in (("resource_use", plan.resource_use), ("emissions", plan.emissions)):
        assert close(shown.to_numpy(), by_numbers(plan, table) + totals_of(plan, table).sum(axis=1))
    used = by_numbers(plan, "inputs") + totals_of(plan, "inputs").sum(axis=1)
    assert close(plan.net_output.to_numpy(), plan.output.to_numpy() - used)
    assert not plan.other_uses.to_numpy().any()
    weights = np.array([plan.economy.vector("damage_weights", t) for t in range(len(plan.economy.periods))]).T
    assert close(plan.damage.to_numpy(), (weights * plan.emissions.to_numpy()).sum(axis=0))
    flows = goods_flows(plan)
    sides = flows.pivot_table(index="good", columns="side", values="amount", aggfunc="sum", fill_value=0.0)
    assert close(sides["made"], sides["used"])
    assert set(flows["place"]) <= {"grow", "smelt", "mine", "final use", "left over"}
    assert close(plan.limits["worth"].sum(), plan.objective, abs(plan.objective))
    assert set(plan.limits["kind"]) <= {"resource", "demand", "rent of scale", "cost of opening"}
    for period in plan.economy.periods:
        accounts = of_period(plan, period)
        for j in range(3):
            one = one_unit(3, j)
            makes, takes = accounts.made(one), accounts.taken(one)
            assert "changed by hand" not in takes.index.get_level_values("kind")
            if accounts.level[j] > 0:
                assert close(makes["worth"].sum(), takes["worth"].sum(), makes["worth"].abs().sum())


@pytest.mark.parametrize("shape", SHAPES)
def test_the_table_of_curves_says_total_average_and_slopes(shape: str) -> None:
    plan = no.solve(smelter(SHAPES[shape], periods=2, resource_limits=pd.Series({"work": 13.5})))
    assert list(plan.curves.index) == [("smelt", "coal", "inputs", "1"), ("smelt", "coal", "inputs", "2")]
    quantities, totals = np.array(SHAPES[shape], dtype=float).T
    level = float(plan.activities.loc["smelt", "1"])
    row = plan.curves.iloc[0]
    rising = quantities[1:] > quantities[:-1]
    inside = (quantities[:-1] < level) & (level < quantities[1:]) & rising
    slope = float(((totals[1:] - totals[:-1])[inside] / (quantities[1:] - quantities[:-1])[inside])[0])
    assert row["total"] == pytest.approx(np.interp(level, quantities, totals), rel=1e-12)
    assert row["average"] == pytest.approx(row["total"] / level, rel=1e-12)
    assert row["marginal_left"] == row["marginal_right"] == pytest.approx(slope, rel=1e-12)
    forms = {"convex": "chords", "concave": "incremental", "S-shaped": "incremental", "jump": "incremental"}
    reasons = {
        "convex": "convex where more use hurts",
        "concave": "its slope falls at 5",
        "S-shaped": "its slope falls at 3",
        "jump": "it jumps at 0",
    }
    assert (row["form"], row["why"]) == (forms[shape], reasons[shape])
    assert (row["binaries"] > 0) == (forms[shape] == "incremental")


def test_at_a_bend_both_slopes_are_shown_and_before_a_jump_more_takes_infinitely_much() -> None:
    at_bend = no.solve(smelter(CONVEX, resource_limits=pd.Series({"work": 9.0})))
    assert at_bend.activities.loc["smelt", "1"] == pytest.approx(7.0)
    assert at_bend.curves[["marginal_left", "marginal_right"]].iloc[0].to_list() == pytest.approx([2 / 7, 1.0])
    jump = [(0.0, 0.0), (5.0, 1.0), (5.0, 9.0), (40.0, 20.0)]
    before = no.solve(smelter(jump, resource_limits=pd.Series({"work": 7.0})))
    assert before.activities.loc["smelt", "1"] == pytest.approx(5.0)
    row = before.curves.iloc[0]
    assert (row["total"], row["marginal_left"], row["marginal_right"]) == (1.0, 0.2, np.inf)
    told = before.explain("smelt")
    assert "any more takes infinitely much at first" in str(told)
    assert told.cost.loc[("input", "coal"), "amount"] == pytest.approx(0.2)
    assert ("rent of scale", "smelt") in told.cost.index


def test_an_idle_technique_shows_its_first_slope_and_no_average() -> None:
    plan = no.solve(smelter(CONCAVE, targets=pd.Series({"iron": 0.0, "coal": 1.0})))
    row = plan.curves.iloc[0]
    assert (row["level"], row["total"], row["marginal_right"]) == (0.0, 0.0, 1.0)
    assert np.isnan(row["average"]) and np.isnan(row["marginal_left"])
    told = plan.explain("smelt")
    assert told.cost.loc[("input", "coal"), "amount"] == pytest.approx(1.0)
    assert "stands idle" in str(told)


def test_a_curve_fitted_to_samples_says_how_many_and_how_far() -> None:
    samples = [(2.0, 1.0), (4.0, 2.5), (8.0, 3.5), (16.0, 9.0), (30.0, 16.0)]
    table = pd.DataFrame(samples, columns=["quantity", "total"]).assign(technique="smelt", name="coal", fit="convex")
    plan = no.solve(smelter(CONVEX, curves=table))
    curves = plan.economy.curves
    assert curves is not None
    observed = curves.placed[0].curve.observed
    assert observed is not None
    row = plan.curves.iloc[0]
    assert row["samples"] == 5
    assert row["residual"] == pytest.approx(np.sqrt(np.mean(observed.residuals**2)))


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_scarce_capital_is_tied_up_as_its_curve_says(shape: str, held: bool) -> None:
    points = SHAPES[shape]
    curves = [("smelt", "iron", "capital", [(q, 0.1 * v) for q, v in points]), ("smelt", "coal", "inputs", points)]
    stocks: dict[str, Any] = {"capital_pool": pd.Series({"iron": 0.3, "coal": 1.2})}
    if held:
        mine = pd.DataFrame([[0.3, 0.0], [0.0, 1.2]], index=["iron", "coal"], columns=["smelt", "mine"])
        stocks = {"initial_capital": mine}
    capital = pd.DataFrame([[0.0, 0.0], [0.0, 0.3]], index=["iron", "coal"], columns=["smelt", "mine"])
    plan = no.solve(smelter(points, periods=2, curves=reports(curves), capital=capital, **stocks))
    assert plan.proved
    iron = ("iron", "smelt") if held else "iron"
    assert plan.rents.loc[[iron]].to_numpy()[0, 0] > 0
    told = plan.explain("iron in smelt" if held else "iron", "1", kind="stock")
    total = totals_of(plan, "capital")[0, 0, 0]
    assert any(f"{total:.6g} unit are in use, 0 idle" in line for line in told.lines)
    assert close(plan.limits["worth"].sum(), plan.objective)
    assert not plan.other_uses.to_numpy().any()
    for period in plan.economy.periods:
        accounts = of_period(plan, period)
        for j in range(2):
            takes = accounts.taken(one_unit(2, j))
            assert "changed by hand" not in takes.index.get_level_values("kind")
            assert close(accounts.made(one_unit(2, j))["worth"].sum(), takes["worth"].sum())
    assert ("use of stock", "iron in smelt" if held else "iron") in of_period(plan, "1").taken(one_unit(2, 0)).index


def test_a_formula_is_shown_as_it_was_reported_whatever_pieces_the_program_has() -> None:
    table = pd.DataFrame(
        [("smelt", "coal", 0.0, 0.0, ""), ("smelt", "coal", 40.0, np.nan, "0.6*q**0.5")],
        columns=["technique", "name", "quantity", "total", "formula"],
    )
    plan = no.solve(smelter(CONVEX, curves=table))
    row, level = plan.curves.iloc[0], float(plan.activities.loc["smelt", "1"])
    assert row["total"] == pytest.approx(0.6 * np.sqrt(level), rel=1e-12)
    assert row["marginal_right"] == pytest.approx(0.3 / np.sqrt(level), rel=1e-12)
    assert (row["form"], row["why"]) == ("incremental", "its slope falls at 0")
    assert plan.net_output.loc["coal", "1"] == pytest.approx(0.0, abs=1e-9)
    assert close(plan.limits["worth"].sum(), plan.objective)


# ---- where a need is worth nothing ----------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("backend", ["highs", "pyomo"])
def test_needs_without_a_price_are_still_what_the_curve_says(shape: str, backend: str) -> None:
    plan = no.solve(smelter(SHAPES[shape], initial_stocks=pd.Series({"iron": 0.0, "coal": 1000.0})), backend=backend)
    assert plan.proved
    assert plan.good_valuations.loc["coal", "1"] == 0.0
    assert plan.net_output.loc["coal", "1"] == pytest.approx(-plan.curves["total"].iloc[0], rel=1e-12)
    assert plan.surplus.loc["coal", "1"] == pytest.approx(1000.0 - plan.curves["total"].iloc[0], rel=1e-12)


def test_a_point_is_put_in_order_and_certified_again() -> None:
    from natura_opt.laws.curve_point import as_curves_say
    from natura_opt.proof.judging import Verdict, moved

    plan = no.solve(smelter(S_SHAPED, initial_stocks=pd.Series({"iron": 0.0, "coal": 1000.0})))
    program, point = plan.program, plan.primal.copy()
    pieces, total = program.column_block("curve_piece"), program.column_block("goods_by_curve")
    assert pieces is not None and total is not None
    point[total.span] += 40.0
    assert point[pieces.span].tolist() == pytest.approx([3.0, 5.0, 4.0])
    point[pieces.start + 2] = 9.0
    answer = no.solve(program)
    verdict = Verdict(_answer(answer, point), plan.certificate, plan.status)
    said = as_curves_say(program, plan.asked, plan.question, point)
    assert said == pytest.approx(plan.primal, rel=1e-12)
    after = moved(program, verdict, said)
    assert after.answer.primal is said
    assert after.certificate.proved
    worse = said.copy()
    worse[total.span] -= 1.0  # less than the curve says: the rows are missed, and nothing is moved
    assert moved(program, verdict, worse).answer.primal is point


def _answer(solution: Any, point: np.ndarray) -> Any:
    from natura_opt.backends.answer import Answer, Claim

    return Answer(Claim.OPTIMAL, point, solution.dual)


# ---- words, files and what cannot be served -------------------------------------------------------------------------
def test_the_summary_says_the_forms_and_whose_valuations_they_are() -> None:
    two = reports([("smelt", "coal", "inputs", CONVEX), ("mine", "work", "resource_use", CONCAVE)])
    use = pd.DataFrame([[1.0, 0.0]], index=["work"], columns=["smelt", "mine"])
    plan = no.solve(smelter(CONVEX, curves=two, resource_use=use))
    text = str(plan)
    assert (
        "curves      1 as chords (a linear program), 1 in order by 1 binary: work in mine (its slope falls at 5)"
        in text
    )
    assert "valuations are those of the linear program that is left when whole numbers stay as they are" in text
    assert "valuations are those" not in str(no.solve(smelter(CONVEX)))
    facts = plan.summary()
    assert [row["name"] for row in facts["curves"]] == ["work", "coal"] or len(facts["curves"]) == 2
    json.dumps(facts, allow_nan=False)


def test_a_technique_is_explained_by_what_one_more_takes() -> None:
    plan = no.solve(smelter(CONCAVE))
    told = plan.explain("smelt")
    slope = 15.0 / 35.0
    assert told.cost.loc[("input", "coal"), "amount"] == pytest.approx(slope)
    assert told.cost["worth"].sum() == pytest.approx(told.makes["worth"].sum())
    total = plan.curves["total"].iloc[0]
    assert f"by curve: {total:.6g} unit of coal in all" in str(told)
    assert "0.428571 for one more" in str(told)
    assert f"at these prices it loses {-plan.loss_at_prices['rent'].iloc[0]:.6g} in all" in str(told)
    coal = str(plan.explain("coal"))
    assert f"{total:.6g} used up as input" in coal
    chain = plan.explain("iron").takes
    assert chain.loc[("resource", "work"), "amount"] == pytest.approx(1.0 + slope)


def test_users_of_a_resource_are_told_by_technique() -> None:
    curves = reports([("smelt", "work", "resource_use", JUMP)])
    use = pd.DataFrame([[0.0, 1.0]], index=["work"], columns=["smelt", "mine"])
    inputs = pd.DataFrame([[0.0, 0.0], [0.5, 0.0]], index=["iron", "coal"], columns=["smelt", "mine"])
    plan = no.solve(smelter(JUMP, curves=curves, resource_use=use, inputs=inputs))
    lines = plan.explain("work").lines
    total = plan.curves["total"].iloc[0]
    assert any(line.strip().startswith(f"{total:.6g}") and line.endswith("in smelt") for line in lines)
    assert plan.resource_use.loc["work", "1"] == pytest.approx(12.0)


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet"])
def test_both_tables_are_written(form: str, tmp_path: Path) -> None:
    plan = no.solve(smelter(JUMP, periods=2))
    if form == "xlsx":
        path = plan.to_excel(tmp_path / "plan.xlsx")
        sheets = pd.read_excel(path, sheet_name=None)
    elif form == "csv":
        folder = plan.to_csv(tmp_path / "plan")
        sheets = {name: pd.read_csv(folder / f"{name}.csv") for name in ("curves", "loss_at_prices")}
    else:
        folder = plan.to_parquet(tmp_path / "plan")
        sheets = {name: pd.read_parquet(folder / f"{name}.parquet") for name in ("curves", "loss_at_prices")}
    assert sheets["curves"]["total"].to_list() == pytest.approx(plan.curves["total"].to_list())
    assert sheets["curves"]["why"].to_list() == ["it jumps at 0"] * 2
    assert sheets["loss_at_prices"]["rent"].to_list() == pytest.approx(plan.loss_at_prices["rent"].to_list())


def test_a_plan_without_curves_has_empty_tables_of_them() -> None:
    plan = no.solve("five_year_plan")
    assert len(plan.curves) == len(plan.loss_at_prices) == 0
    assert "curves" not in plan.tables()
    assert "curves" not in plan.summary()


def test_an_infeasible_plan_names_the_curve_whose_range_ends() -> None:
    short = smelter(
        [(0.0, 0.0), (10.0, 5.0)],
        targets=pd.Series({"iron": 100.0, "coal": 0.0}),
        resource_limits=pd.Series({"work": 1000.0}),
        resource_weights=pd.Series({"work": 1.0}),
        objective="least-resources",
    )
    plan = no.solve(short)
    assert plan.status is Status.INFEASIBLE
    assert "the reported range of" in str(plan)
    assert list(plan.tables()) == ["summary"]
    with pytest.raises(no.NotProvedError):
        _ = plan.curves


# ---- valuations lie between difference quotients ---------------------------------------------------------------------
def optimum(program: Any, lower: np.ndarray, upper: np.ndarray, row_lower: np.ndarray, row_upper: np.ndarray) -> float:
    """Return the optimum of a linear program by scipy, NaN where there is none."""
    sign = 1.0 if program.sense == "min" else -1.0
    above, below = np.isfinite(row_upper), np.isfinite(row_lower)
    matrix = program.matrix.tocsr()
    found = linprog(
        sign * program.cost,
        A_ub=sp.vstack([matrix[above], -matrix[below]]),
        b_ub=np.concatenate([row_upper[above], -row_lower[below]]),
        bounds=np.column_stack([lower, upper]),
    )
    return sign * float(found.fun) + program.offset if found.status == 0 else np.nan


@pytest.mark.parametrize(("seed", "objective"), [(0, "fulfilment"), (3, "assortment"), (1, "least-resources")])
def test_every_valuation_lies_between_the_quotients_of_the_program_with_its_whole_numbers_fixed(
    seed: int, objective: str
) -> None:
    plan = no.solve(drawn(seed, objective))
    program = plan.program
    lower = np.where(program.integer, plan.primal, program.lower)
    upper = np.where(program.integer, plan.primal, program.upper)
    step, better, tested = 1e-3, 1.0 if program.sense == "max" else -1.0, 0
    for row in range(program.shape[0]):
        moved = np.zeros(program.shape[0])
        moved[row] = step
        more = optimum(program, lower, upper, program.row_lower + moved, program.row_upper + moved)
        less = optimum(program, lower, upper, program.row_lower - moved, program.row_upper - moved)
        # a maximum is concave in its sides, a minimum convex
        if not np.isnan(more):
            assert better * (more - plan.objective) / step <= better * plan.dual[row] + 1e-6
        if not np.isnan(less):
            assert better * plan.dual[row] <= better * (plan.objective - less) / step + 1e-6
        tested += not np.isnan(more) or not np.isnan(less)
    assert tested > program.shape[0] // 2
