"""CVXPY models with convex objectives or rows: known answers, proofs by their own duals, and what is refused."""

from __future__ import annotations

import json
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cvxpy as cp
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

import natura_opt as no

from .convex_models import activities_of, one_row, shared_by

warnings.filterwarnings("ignore", message="Power atom")

NEEDS = [2.0, 5.0, 1.0]
SHARES = np.array([0.5, 0.3, 0.2])
#: A quadratic form with a product in it.
FORM = np.array([[2.0, 0.5, 0], [0.5, 1, 0], [0, 0, 3]])


def cobb_douglas(available: float = 30.0, unit: float = 1.0) -> no.Plan:
    """Shares of a logarithm each: every good gets its share of the field."""
    model = no.cvxpy_model(shared_by([need * unit for need in NEEDS], available))
    x = activities_of(model)
    model.objective = cp.Maximize(sum(share * cp.log(x[k, 0]) for k, share in enumerate(SHARES)))
    return no.solve(model)


# ---- answers that are known --------------------------------------------------------------------


@pytest.mark.parametrize("unit", [1.0, 1e-8, 1e8, 3e-5])
def test_logarithms_share_a_field_as_cobb_and_douglas_say(unit: float) -> None:
    plan = cobb_douglas(unit=unit).assert_optimal()
    known = SHARES * 30.0 / (np.array(NEEDS) * unit)
    assert plan.activities["1"].to_numpy() == pytest.approx(known, rel=1e-5)
    assert plan.objective == pytest.approx(float(SHARES @ np.log(known)), rel=1e-9)
    assert plan.resource_valuations is not None
    assert plan.resource_valuations.loc["field", "1"] == pytest.approx(1 / 30, rel=1e-5)
    assert plan.certificate.unconditional
    assert plan.certificate.dual_objective >= float(SHARES @ np.log(known)) - 1e-12


def test_valuations_are_the_prices_of_a_market_in_equilibrium() -> None:
    """Eisenberg and Gale: buyers with budgets maximise money-weighted logarithms; prices clear the market."""
    budgets, tastes = np.array([1.0, 2.0, 0.5]), np.array([[3.0, 1.0], [1.0, 4.0], [1.0, 1.0]])
    economy = no.build_economy(
        goods=["bread", "cloth"],
        resources=["grain", "wool"],
        inputs=np.zeros((2, 2)),
        resource_use=np.eye(2),
        resource_limits=[4.0, 5.0],
        targets=[1.0, 1.0],
        objective="assortment",
    )
    model = no.cvxpy_model(economy)
    bought = cp.Variable((3, 2), nonneg=True, name="bought")
    model.add(*one_row("bread sold"), cp.sum(bought[:, 0]) <= activities_of(model)[0, 0])
    model.add(*one_row("cloth sold"), cp.sum(bought[:, 1]) <= activities_of(model)[1, 0])
    pleasure = [cp.sum(cp.multiply(tastes[k], bought[k])) for k in range(3)]
    model.objective = cp.Maximize(sum(budget * cp.log(u) for budget, u in zip(budgets, pleasure, strict=True)))
    plan = no.solve(model).assert_optimal()
    prices = plan.valuations.loc["resource", "1"].to_numpy()
    assert prices @ [4.0, 5.0] == pytest.approx(budgets.sum(), rel=1e-7)  # all money is spent on all there is
    baskets = plan.extra["bought"]["value"].to_numpy().reshape(3, 2, order="F")
    for budget, taste, basket in zip(budgets, tastes, baskets, strict=True):
        assert prices @ basket == pytest.approx(budget, rel=1e-6)
        best = (taste / prices).max()
        assert taste @ basket == pytest.approx(budget * best, rel=1e-6)  # nothing pleases more for the money


def test_the_plan_nearest_to_a_wish_is_the_one_that_scipy_finds() -> None:
    wish = np.array([4.0, 9.0, 2.0])
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    model.objective = cp.Minimize(cp.sum_squares(activities_of(model)[:, 0] - wish))
    plan = no.solve(model).assert_optimal()
    found = minimize(
        lambda x: ((x - wish) ** 2).sum(),
        wish / 2,
        bounds=[(0, None)] * 3,
        constraints={"type": "ineq", "fun": lambda x: 30.0 - NEEDS @ x},
        options={"ftol": 1e-14},
        tol=1e-14,
    )
    assert plan.activities["1"].to_numpy() == pytest.approx(found.x, abs=1e-5)
    assert plan.objective == pytest.approx(found.fun, rel=1e-8)
    nearest = wish - np.array(NEEDS) * (NEEDS @ wish - 30.0) / (np.array(NEEDS) @ NEEDS)
    assert plan.activities["1"].to_numpy() == pytest.approx(nearest, rel=1e-8)
    assert plan.certificate.unconditional


def test_the_least_of_them_is_what_max_min_finds() -> None:
    economy = no.read("five_year_plan")
    model = no.cvxpy_model(economy)
    model.objective = cp.Maximize(cp.min(model.variables["fulfilment"]))
    plan = no.solve(model).assert_optimal()
    assert plan.objective == pytest.approx(no.solve(economy, objective="max-min").objective, rel=1e-9)


def test_harmony_by_hand_is_harmony_certified() -> None:
    economy = no.read("five_year_plan")
    by_hand = no.solve(no.cvxpy_model(economy, no.Question("harmony"))).assert_optimal()
    known = no.solve(economy, objective="harmony")
    assert by_hand.objective >= known.objective - 1e-9
    assert by_hand.objective <= known.harmony.bound + 1e-9
    assert "harmony" in by_hand.objective_name


@pytest.mark.parametrize(
    ("name", "sense", "of"),
    [
        ("entropy", "max", lambda x: cp.sum(cp.entr(x / 10))),
        ("roots", "max", lambda x: cp.sum(cp.sqrt(x))),
        ("geometric mean", "max", lambda x: cp.geo_mean(x)),
        ("power", "max", lambda x: cp.sum(cp.power(x, 0.3, approx=False))),
        ("quadratic form", "min", lambda x: cp.quad_form(x - 9, FORM)),
        ("quadratic over linear", "min", lambda x: cp.quad_over_lin(x - 9, x[0]) - x[1]),
        ("length", "min", lambda x: cp.norm(x - 20)),
        ("largest", "min", lambda x: cp.max(cp.abs(x - 20))),
        ("exponentials", "min", lambda x: cp.sum(cp.exp(3 - x))),
        ("sum of exponentials", "min", lambda x: cp.log_sum_exp(3 - x)),
        ("kinks", "max", lambda x: cp.sum(cp.minimum(2 * x, 3 + x / 2))),
        ("Huber", "min", lambda x: cp.sum(cp.huber(x - 9))),
    ],
)
def test_concave_and_convex_objectives_are_proved_and_their_gaps_cover(
    name: str, sense: str, of: Callable[[Any], Any]
) -> None:
    """The bound is above whatever scipy reaches from several starts, and the plan is as good."""
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    x = activities_of(model)[:, 0]
    model.objective = (cp.Maximize if sense == "max" else cp.Minimize)(of(x))
    plan = no.solve(model).assert_optimal()
    sign = -1.0 if sense == "max" else 1.0
    free = cp.Variable(3)

    def value(at: np.ndarray) -> float:
        free.value = at
        return sign * float(of(free).value)

    within = {"type": "ineq", "fun": lambda at: 30.0 - NEEDS @ at}
    found = [
        minimize(value, start, bounds=[(1e-6, None)] * 3, constraints=within, tol=1e-12)
        for start in (np.ones(3), np.array([5.0, 1.0, 10.0]))
    ]
    best = min(one.fun for one in found if (NEEDS @ one.x) <= 30 + 1e-9)
    assert sign * plan.certificate.dual_objective <= best + 1e-6 * (1 + abs(best))
    assert sign * plan.objective <= best + 1e-5 * (1 + abs(best))
    assert sign * plan.certificate.dual_objective <= sign * plan.objective + 1e-9 * (1 + abs(best))


# ---- rows that are not linear ------------------------------------------------------------------


def disc(radius: float, sense: str = "max") -> no.Plan:
    model = no.cvxpy_model(shared_by([1.0, 1.0], 100.0))
    x = activities_of(model)[:, 0]
    if sense == "max":
        model.add(*one_row("disc"), cp.norm(x) <= radius)
        model.objective = cp.Maximize(3 * x[0] + 4 * x[1])
    else:
        model.add(*one_row("disc"), cp.sum(cp.sqrt(x)) >= radius)
        model.objective = cp.Minimize(3 * x[0] + 4 * x[1])
    return no.solve(model).assert_optimal()


@pytest.mark.parametrize(("sense", "known"), [("max", 5.0), ("min", 24.0 / 7.0)])
def test_the_valuation_of_a_curved_row_is_the_difference_quotient(sense: str, known: float) -> None:
    plan = disc(2.0, sense)
    row = plan.extra["disc"].loc["disc"]
    step = 1e-4
    quotient = (disc(2.0 + step, sense).objective - disc(2.0 - step, sense).objective) / (2 * step)
    assert row["value"] == pytest.approx(2.0, abs=1e-8)
    assert row["valuation"] == pytest.approx(quotient, rel=1e-5)
    assert quotient == pytest.approx(known * (1 if sense == "max" else 2), rel=1e-6)
    assert "your own    disc: 2, valuation" in str(plan)


@pytest.mark.parametrize("written", ["left", "both", "other"])
def test_a_curved_row_reads_the_same_on_whichever_side(written: str) -> None:
    model = no.cvxpy_model(shared_by([1.0, 1.0], 100.0))
    x = activities_of(model)[:, 0]
    rows = {
        "left": cp.sum_squares(x) <= 8.0,
        "other": cp.Constant(8.0) >= cp.sum_squares(x),
        "both": cp.sum_squares(x) - x[0] <= 8.0 - x[0],
    }
    model.add(*one_row("ball"), rows[written])
    model.objective = cp.Maximize(cp.sum(x))
    plan = no.solve(model).assert_optimal()
    assert plan.activities["1"].to_numpy() == pytest.approx([2.0, 2.0], rel=1e-7)
    row = plan.extra["ball"].loc["ball"]
    assert row["valuation"] == pytest.approx(0.25, rel=1e-6)
    assert row["value"] == pytest.approx({"left": 8.0, "other": 8.0, "both": 0.0}[written], abs=1e-6)


def test_question_s_own_objective_with_a_curved_row_keeps_its_name() -> None:
    economy = no.read("five_year_plan")
    model = no.cvxpy_model(economy)
    model.add(*one_row("even"), cp.norm(model.variables["fulfilment"]) <= 3.0)
    plan = no.solve(model).assert_optimal()
    assert plan.objective < no.solve(economy).objective
    assert plan.objective_name.endswith(", with rows of your own")
    assert plan.extra["even"]["value"].iloc[0] == pytest.approx(3.0, rel=1e-8)


def test_rows_that_are_linear_keep_their_names_and_valuations() -> None:
    economy = no.read("five_year_plan")

    def most(least: float) -> no.Plan:
        model = no.cvxpy_model(economy)
        f = model.variables["fulfilment"]
        model.add("bread for all", economy.periods[:2], f[:2] >= least)
        model.objective = cp.Maximize(cp.sum(cp.log(f)))
        return no.solve(model).assert_optimal()

    plan = most(0.49)
    tight = no.cvxpy_model(economy)
    f = tight.variables["fulfilment"]
    tight.add(*one_row("last"), f[4] <= 1.5)
    tight.objective = cp.Maximize(cp.sum(cp.log(f)))
    bound = no.solve(tight).assert_optimal().extra["last"].loc["last"]
    assert plan.extra["bread for all"]["value"].iloc[0] == pytest.approx(0.5, rel=1e-6)
    assert bound["value"] == pytest.approx(1.5, rel=1e-7)
    quotients = []
    for side in (1.499, 1.501):
        other = no.cvxpy_model(economy)
        g = other.variables["fulfilment"]
        other.add(*one_row("last"), g[4] <= side)
        other.objective = cp.Maximize(cp.sum(cp.log(g)))
        quotients.append(no.solve(other).objective)
    assert bound["valuation"] == pytest.approx((quotients[1] - quotients[0]) / 0.002, rel=1e-4)


def test_every_valuation_of_a_resource_lies_between_difference_quotients() -> None:
    economy = no.read("five_year_plan")

    def best(more: float, period: int) -> no.Plan:
        limits = dict(economy.tables["resource_limits"].slices)
        limits[period] = limits[period] + more
        changed = economy.with_changes(resource_limits={economy.periods[t]: v for t, v in limits.items()})
        model = no.cvxpy_model(changed)
        model.objective = cp.Maximize(cp.sum(cp.log(model.variables["fulfilment"])))
        return no.solve(model).assert_optimal()

    plan, step = best(0.0, 0), 1e-4
    assert plan.resource_valuations is not None
    for period in (1, 3):
        one_more = (best(step, period).objective - plan.objective) / step
        one_less = (plan.objective - best(-step, period).objective) / step
        value = plan.resource_valuations.loc["labour"].iloc[period]
        assert 0.1 < one_more <= value * (1 + 1e-4) and value <= one_less * (1 + 1e-4)


@pytest.mark.parametrize(
    "of",
    [
        lambda x: cp.sum_squares(x - 2),
        lambda x: cp.quad_form(x - 2, FORM),
        lambda x: cp.norm(x - 2),
        lambda x: cp.max(cp.abs(x - 2)),
    ],
)
def test_a_wish_that_can_be_met_is_met_exactly(of: Callable[[Any], Any]) -> None:
    """The best distance is zero, and no number is small beside zero: it is measured by the wish."""
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    model.objective = cp.Minimize(of(activities_of(model)[:, 0]))
    plan = no.solve(model).assert_optimal()
    assert plan.activities["1"].to_numpy() == pytest.approx([2.0, 2.0, 2.0], abs=1e-9)
    assert plan.objective == pytest.approx(0.0, abs=1e-14)
    assert -1e-14 <= plan.certificate.dual_objective <= plan.objective + 1e-15


# ---- what a plan says --------------------------------------------------------------------------


def test_a_convex_plan_says_who_solved_it_and_what_is_proved(tmp_path: Any) -> None:
    plan = cobb_douglas().assert_optimal()
    said = str(plan)
    assert "solved by Clarabel" in said and "proved by the convex program's own duals" in said
    facts = plan.summary()
    assert facts["method"] == "clarabel" and facts["solver"].startswith("Clarabel")
    assert facts["certificate"]["proved"] and facts["certificate"]["unconditional"]
    assert json.loads(json.dumps(facts)) == facts
    assert "your own objective (max 0.5 * log" in facts["objective_name"]
    plan.to_excel(tmp_path / "plan.xlsx")
    assert (tmp_path / "plan.xlsx").stat().st_size > 1000
    again = pickle.loads(pickle.dumps(plan))
    assert again.objective == plan.objective and str(again.certificate) == str(plan.certificate)


def test_worths_sum_to_the_objective_and_the_plan_explains_itself() -> None:
    model = no.cvxpy_model("five_year_plan")
    model.objective = cp.Maximize(cp.sum(cp.log(model.variables["fulfilment"])))
    plan = no.solve(model).assert_optimal()
    assert plan.limits["worth"].sum() == pytest.approx(plan.objective, rel=1e-8)
    assert plan.explain("bread", "year3").chain[0] == "bread"
    with pytest.raises(no.QuestionError, match="convex program has no ranges"):
        plan.valuation_interval("resource_limit", ("labour", "year3"))


def test_the_program_of_the_plan_touches_the_objective_there() -> None:
    """Its costs are the slopes of the objective: shares over amounts."""
    plan = cobb_douglas().assert_optimal()
    block = plan.program.column_block("activities")
    assert block is not None
    assert plan.program.cost[block.span] == pytest.approx(SHARES / plan.primal[block.span], rel=1e-6)
    worth = plan.program.cost @ plan.primal + plan.program.offset
    assert worth == pytest.approx(plan.objective, rel=1e-12)


def test_the_model_holds_its_values_as_after_a_solve() -> None:
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    x = activities_of(model)
    model.objective = cp.Maximize(cp.sum(cp.log(x)))
    plan = no.solve(model).assert_optimal()
    assert np.ravel(x.value) == pytest.approx(plan.activities["1"].to_numpy())


# ---- no plan, no best plan ---------------------------------------------------------------------


def test_curved_rows_that_clash_with_linear_ones_are_proved_to() -> None:
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    x = activities_of(model)[:, 0]
    model.add(*one_row("small"), cp.norm(x) <= 1.0)
    model.add(*one_row("large"), cp.sum(x) >= 2.0)
    plan = no.solve(model)
    assert str(plan.status) == "infeasible" and plan.impossibility is not None
    assert plan.impossibility.proved
    assert "'small'" in plan.impossibility.sentence and "large" in plan.impossibility.sentence
    with pytest.raises(no.NotProvedError):
        plan.assert_optimal()
    model.constraints[-1] = (*model.constraints[-1][:2], cp.sum(x) >= np.sqrt(3.0) - 1e-3)  # just within the ball
    assert no.solve(model).proved


def test_linear_rows_that_clash_alone_are_named() -> None:
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    x = activities_of(model)[:, 0]
    model.add(*one_row("too much"), cp.sum(x) >= 100.0)
    model.objective = cp.Maximize(cp.sum(cp.log(x)))
    plan = no.solve(model)
    assert str(plan.status) == "infeasible" and plan.impossibility is not None and plan.impossibility.proved
    assert "too much" in plan.impossibility.sentence and "field" in plan.impossibility.sentence


def test_an_objective_without_end_is_proved_by_a_ray() -> None:
    model = no.cvxpy_model(shared_by([2.0, 0.0], 30.0))
    x = activities_of(model)[:, 0]
    model.objective = cp.Maximize(x[1] - cp.square(x[0] - 3))
    plan = no.solve(model)
    assert str(plan.status) == "unbounded" and plan.impossibility is not None and plan.impossibility.proved
    assert "good1" in plan.impossibility.sentence
    model.objective = cp.Maximize(cp.log(x[1] + 1) - cp.square(x[0] - 3))  # grows for ever, along no ray
    assert str(no.solve(model).status) == "unproved"


# ---- what is refused ---------------------------------------------------------------------------


def test_what_is_not_convex_is_refused_by_the_expression() -> None:
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    x = activities_of(model)[:, 0]
    model.objective = cp.Maximize(cp.sum(x) + cp.sum_squares(x))
    with pytest.raises(no.QuestionError, match=r"shared: the objective 'Sum.* is not concave by CVXPY's rules"):
        no.solve(model)
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    x = activities_of(model)[:, 0]
    model.add(*one_row("hole"), cp.norm(x) >= 1.0)
    with pytest.raises(no.QuestionError, match=r"rows 'hole': .* are not convex by CVXPY's rules"):
        no.solve(model)
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    x = activities_of(model)[:, 0]
    model.objective = cp.Maximize(cp.log(cp.exp(x[0])) + x[1])
    with pytest.raises(no.QuestionError, match=r"because of 'log\(exp"):
        no.solve(model)


def test_whole_numbers_beside_curves_are_refused() -> None:
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    whole = cp.Variable(integer=True, name="whole")
    x = activities_of(model)[:, 0]
    model.add(*one_row("pieces"), x[0] <= whole)
    model.objective = cp.Maximize(cp.sum(cp.log(x)))
    with pytest.raises(no.CannotAnswerError, match="whole-number variables beside rows or an objective"):
        no.solve(model)


def test_parameters_need_values() -> None:
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    most = cp.Parameter(name="most", nonneg=True)
    x = activities_of(model)[:, 0]
    model.add(*one_row("ball"), cp.norm(x) <= most)
    with pytest.raises(no.QuestionError, match="parameter 'most' has no value"):
        no.solve(model)
    most.value = 2.0
    assert no.solve(model).proved


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "simplex"}, "'simplex' is HiGHS's"),
        ({"certificate": "exact"}, "optimum is no fraction"),
        ({"options": {"tol_gap": 1}}, "unknown option 'tol_gap'; did you mean"),
        ({"options": {"max_iter": "many"}}, "'max_iter' cannot be 'many'"),
        ({"log_file": "log.txt"}, "verbose=True shows its log"),
    ],
)
def test_options_of_others_are_refused(
    options: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    model.objective = cp.Maximize(cp.sum(cp.log(activities_of(model))))
    with pytest.raises(no.OptionError, match=message):
        no.solve(model, **options)
    assert not list(tmp_path.iterdir())  # no empty log either


def test_few_iterations_prove_nothing_and_say_so() -> None:
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    model.objective = cp.Maximize(cp.sum(cp.log(activities_of(model))))
    plan = no.solve(model, options={"max_iter": 2})
    assert not plan.proved and str(plan.status) in ("iteration limit", "unproved")
    assert "not proved" in str(plan)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'two\nlines "quoted"', "δ → ∞", "work"])
def test_hostile_names_stay_names(name: str) -> None:
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    model.add(*one_row(name), cp.norm(activities_of(model)[:, 0]) <= 2.0)
    plan = no.solve(model).assert_optimal()
    assert name in plan.extra and plan.extra[name]["value"].iloc[0] <= 2.0 + 1e-9
    labels = pd.Index([name])
    assert plan.extra[name].index.equals(labels)


def test_a_law_of_one_s_own_may_be_curved() -> None:
    law = no.ExtraLaw(
        "cvxpy", lambda model, economy, question: model.add(*one_row("ball"), cp.norm(activities_of(model)[:, 0]) <= 2)
    )
    plan = no.solve(shared_by(NEEDS, 30.0), extra_laws=[law], backend="cvxpy").assert_optimal()
    assert plan.extra["ball"]["value"].iloc[0] == pytest.approx(2.0, rel=1e-8)


def test_a_model_that_is_none_says_so() -> None:
    for objective in (None, 3.0, "most"):
        model = no.cvxpy_model(shared_by(NEEDS, 30.0))
        model.objective = objective
        with pytest.raises(no.QuestionError, match=r"is cvxpy.Maximize\(...\) or cvxpy.Minimize\(...\), not"):
            no.solve(model)
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    model.add(*one_row("always"), True)
    with pytest.raises(no.QuestionError, match="rows 'always' are no CVXPY constraint, but True"):
        no.solve(model)
    model = no.cvxpy_model(shared_by(NEEDS, 30.0))
    model.add("squares", pd.Index(["one", "two"]), cp.square(activities_of(model)[:, 0]) <= 1.0)
    with pytest.raises(no.QuestionError, match="rows 'squares' have 3 entries and 2 labels; give one each"):
        no.solve(model)


# ---- real size ---------------------------------------------------------------------------------

UK = Path(__file__).parents[2] / "shared" / "data" / "uk2015_plan"


@pytest.mark.exhaustive
@pytest.mark.skipif(not UK.is_dir(), reason="the tables of the United Kingdom of 2015 are not here")
def test_129_industries_over_five_years_share_fulfilment_as_nash_would() -> None:
    """Clarabel alone fails on these units; the plan is proved beside the linear one it lies near."""
    economy = no.read_five_year(*(UK / f"{name}.csv" for name in ("flows", "cap", "dep", "labtarg")), name="uk_2015")
    model = no.cvxpy_model(economy)
    model.objective = cp.Maximize(cp.sum(cp.log(model.variables["fulfilment"])))
    plan = no.solve(model).assert_optimal()
    sums = no.solve(economy).assert_optimal()
    assert plan.objective >= float(np.log(sums.fulfilment).sum())
    assert plan.fulfilment.sum() <= sums.objective * (1 + 1e-9)
    assert plan.certificate.dual_objective - plan.objective <= 1e-9
    assert plan.objective == pytest.approx(float(np.log(plan.fulfilment).sum()), rel=1e-12)
