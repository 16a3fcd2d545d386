"""One question through several methods: the table, refusals, the command line's JSON and exit codes, the picture."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import natura_opt as no
from natura_opt.backends.highs import solve_arrays
from natura_opt.backends.options import SolveOptions
from natura_opt.base.errors import NaturaError, OptionError, QuestionError
from natura_opt.base.status import Status
from natura_opt.cli.app import app
from natura_opt.comparison.comparing import COMPARABLE, DEFAULT_METHODS, Comparison
from natura_opt.formulate import linear_program
from natura_opt.objectives.harmony_functions import H2018

from .seeded import seeded_economy
from .test_harmony import DAMAGE, UNLIMITED, small

COLUMNS = [
    "status", "objective", "gap", "harmony", "mean_harmony", "harmony_gap_per_good", "worst_fulfilment", "seconds",
    "passes", "note",
]  # fmt: skip
KEYS = {"model", "method", "status", "objective", "seconds", "certificate"}
CERTIFICATE = {"primal_residual", "dual_residual", "gap", "tolerance", "proved"}
QUICK = ("highs", "harmony")


def call(*arguments: object) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(app, ["compare", *(str(argument) for argument in arguments)])


def saved(economy: no.Economy, folder: Path) -> Path:
    no.write(economy, folder)
    return folder


def printed(result: Result) -> dict[str, Any]:
    """Return the one object on standard output, read strictly."""

    def refuse(word: str) -> Any:
        raise AssertionError(f"{word} is not JSON")

    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.stdout.count("\n") == 1
    found: dict[str, Any] = json.loads(result.stdout, parse_constant=refuse)
    return found


def check(found: Comparison, draw: bool = False) -> None:
    """Everything it offers can be had, and its figures follow from the plans."""
    json.dumps(found.summary(), allow_nan=False)
    assert list(found.table.columns) == COLUMNS
    assert repr(found).startswith("Comparison on ")
    assert np.isfinite(found.differences.to_numpy()).all()
    for figure in (found.plot(), found.plot_convergence()) if draw else ():
        figure.savefig(io.BytesIO(), format="png")
    bound, size = found.harmony_bound, found.problem.size
    for entry in found.entries:
        row = found.table.loc[entry.method]
        if entry.plan is None:
            assert row["status"] == "cannot answer" and len(row["note"]) > 20 and "\n" not in row["note"]
            continue
        assert row["status"] == str(entry.plan.status)
        if entry.plan.status in (Status.INFEASIBLE, Status.UNBOUNDED):
            assert np.isnan(row["harmony"]) and np.isnan(row["objective"])
            continue
        assert row["mean_harmony"] == pytest.approx(row["harmony"] / size)
        worth = row["harmony"] - float(entry.plan.damage.sum())
        assert worth <= bound + 2e-6 * size, f"{entry.method} passes the bound that nobody can pass"
        if np.isfinite(bound):
            assert row["harmony_gap_per_good"] == pytest.approx(max(bound - worth, 0.0) / size, rel=1e-6, abs=1e-9)
        if np.isfinite(row["gap"]):
            better = -1.0 if found.question.objective == "least-resources" else 1.0
            beyond = better * (row["objective"] - found.optimum.objective) / max(abs(found.optimum.objective), 1e-9)
            assert beyond <= 1e-6, f"{entry.method} is better than the proved optimum"


# ---- known answers ----------------------------------------------------------------------------------------


def test_the_five_year_plan() -> None:
    """The linear program at 8.797299; harmony within its certified gap, bread in every year; 2018 without bread."""
    found = no.compare("five_year_plan", methods=[*DEFAULT_METHODS, "harmony-cvxpy"])
    check(found)
    table, plans = found.table, found.plans
    assert table.loc["highs", "objective"] == pytest.approx(8.797299, abs=1e-6)
    assert table.loc["highs", "gap"] <= 1e-9
    for method in ("fixed-point", "prices", "harmony-1990"):
        assert table.loc[method, "status"] == "cannot answer"
        assert "five_year_plan" in table.loc[method, "note"]
    best, exact = plans["harmony"], plans["harmony-cvxpy"]
    assert best.proved and exact.proved
    assert best.harmony.total <= exact.certificate.dual_objective + best.certificate.tolerance * 15
    assert best.harmony.total >= exact.harmony.total - best.harmony.gap - best.certificate.tolerance * 15
    assert table.loc["harmony", "harmony_gap_per_good"] <= 1e-6
    bread, optimal = best.consumption.loc["bread"], exact.consumption.loc["bread"]
    assert (optimal > 1e-3).sum() == 5 and (bread[optimal > 1e-3] > 1e-3).all()
    assert bread.to_numpy() == pytest.approx(optimal.to_numpy(), rel=1e-2)
    program = plans["harmony-2018"]
    assert program.consumption.loc["bread"].max() < 1e-3
    assert program.harmony.trace[-1].attained == pytest.approx(-15.3005, abs=1e-4)  # as the program counts it
    assert table["harmony"].idxmax() in ("harmony", "harmony-cvxpy")
    ratio = best.consumption / found.economy.frame("targets")
    assert table.loc["harmony", "objective"] == pytest.approx(ratio.min().sum())


def test_kantorovichs_machines_and_the_excavators() -> None:
    found = no.compare("kantorovich_machines")
    check(found)
    assert found.table.loc["highs", "objective"] == pytest.approx(86.6666667)
    assert found.table.loc["prices", "objective"] == pytest.approx(86.6666667, rel=1e-6)
    found = no.compare("excavators", methods=QUICK)
    check(found)
    assert found.table.loc["highs", "objective"] == pytest.approx(70.4932735426)


@pytest.mark.parametrize("name", sorted(no.shipped_models()))
def test_every_shipped_model(name: str) -> None:
    economy = no.read(name)
    for question in economy.questions:
        if question == "harmony" or (len(economy.questions) > 4 and question not in ("default", "keep", "leximin")):
            continue  # the same laws and methods again; harmony is no linear question
        if "targets" in economy.question(question).leave_out:
            with pytest.raises(no.QuestionError, match="the question 'total_output' has none; compare a question with"):
                no.compare(economy, question)
        else:
            check(no.compare(economy, question))


def test_all_methods_by_name() -> None:
    economy = no.generate_economy("planned", goods=12, inputs=4, resources=2, seed=5)
    found = no.compare(economy, methods=COMPARABLE)
    check(found)
    assert found.table.index.to_list() == list(COMPARABLE)
    linear = ["highs", "pyomo", "cvxpy", "simplex", "ipm", "pdlp", "prices"]
    assert found.table.loc[linear, "gap"].max() <= 1e-6
    declined = found.table.index[found.table["status"] == "cannot answer"].to_list()
    assert declined == ["lahiri"]  # it answers fixed demand, and the most assortments are asked for
    exact = ["harmony", "harmony-cvxpy", "harmony-tangents"]
    assert found.table.loc[exact, "harmony_gap_per_good"].max() <= 2e-6
    assert found.differences.loc["highs", "simplex"] < 1e-6 < found.differences.loc["highs", "harmony"]
    assert found.activities.shape == (12, len(COMPARABLE) - 1)
    assert found.activities["harmony"].to_numpy() == pytest.approx(found.plans["harmony"].activities["1"].to_numpy())


def test_passes_over_the_data_are_passes() -> None:
    """Iterations of simplex are not passes: no figure rather than a wrong one."""
    found = no.compare("five_year_plan", methods=["highs", "simplex", "ipm", "harmony"])
    passes = found.table["passes"]
    assert passes["harmony"] == found.plans["harmony"].harmony.passes
    assert passes[["highs", "simplex", "ipm"]].isna().all()


# ---- figures that must not lie ----------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["wheat_cloth", "wheat_cloth_pollution"])
def test_no_bound_comes_of_a_plan_without_end(model: str) -> None:
    """Where harmony has no bound there is no gap to it (wheat_cloth: 0, and a bound of -3, were shown)."""
    found = no.compare(model, methods=["highs", "harmony"])
    assert found.table.loc["harmony", "status"] == "unbounded"
    assert found.harmony_bound == float("inf")
    assert np.isnan(found.table.loc["highs", "harmony_gap_per_good"])


def test_no_bound_comes_of_a_plan_without_proof() -> None:
    """A bound whose multipliers fail (dual residual 1) bounds nothing: 24 harmony per good were 'proved' so."""
    found = no.compare("five_year_plan", methods=["harmony"], settings={"harmony": {"max_iterations": 40}})
    assert found.plans["harmony"].certificate.dual_residual > 0.5
    assert found.harmony_bound == float("inf")


def test_damage_counts_on_both_sides_of_the_gap() -> None:
    """The bound is of harmony less damage: harmony alone is compared with it otherwise (0.0495498 for 0.118693)."""
    found = no.compare(small(**DAMAGE), methods=QUICK)
    check(found)
    highs = found.plans["highs"]
    worth = found.table.loc["highs", "harmony"] - float(highs.damage.sum())
    assert highs.damage.sum() > 0.1
    assert found.table.loc["highs", "harmony_gap_per_good"] == pytest.approx((found.harmony_bound - worth) / 2)


def linear_optimum_at(economy: no.Economy, question: no.Question, plan: no.Plan) -> float:
    """Return the linear question's own optimum where activities, stocks and stores are those of a plan, by HiGHS."""
    program = linear_program(economy, question)
    lower, upper = program.lower.copy(), program.upper.copy()
    for block in program.columns:
        own = plan.program.column_block(block.name)
        if own is not None and block.name not in ("fulfilment", "assortments"):
            levels = np.maximum(plan.primal[own.span][own.index.get_indexer(block.index)], 0.0)
            lower[block.span] = upper[block.span] = levels
    sizes = abs(program.matrix) @ np.where(np.isfinite(upper), upper, 1.0)
    for side in (program.row_lower, program.row_upper):
        sizes += np.where(np.isfinite(side), np.abs(side), 0.0)
    room = 3e-6 * (sizes + 1e-6)
    row_lower, row_upper = program.row_lower - room, program.row_upper + room
    fixed = replace(program, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)
    answer = solve_arrays(fixed, SolveOptions())
    return float(program.cost @ answer.primal + program.offset)


def damaging(seed: int) -> no.Economy:
    """A seeded economy whose activities do harm, priced lightly, in any objective."""
    economy = seeded_economy(seed, goods=(2, 6), periods=(1, 3))
    rng = np.random.default_rng(seed)
    axes = {**economy.axes, "pollutants": pd.Index(["smoke", "slurry"])}
    return replace(economy, axes=axes).with_changes(
        emissions=rng.uniform(0.0, 1.0, (2, len(economy.techniques))), damage_weights=rng.uniform(1e-4, 1e-2, 2)
    )


@pytest.mark.parametrize("seed", range(24))
def test_a_plans_objective_is_the_linear_programs_own(seed: int) -> None:
    """Whatever the objective counts, losses included: the same plan is worth the same to both."""
    economy = damaging(seed)
    question = economy.question()
    found = no.compare(economy, methods=["highs", "harmony", "harmony-tangents"])
    best = found.table.loc["highs", "objective"]
    for method in ("harmony", "harmony-tangents"):
        plan, own = found.plans.get(method), found.table.loc[method, "objective"]
        if plan is None or plan.impossibility is not None or np.isnan(own):
            continue
        assert plan.damage.sum() > 0
        assert own == pytest.approx(linear_optimum_at(economy, found.question, plan), rel=1e-4, abs=1e-5)
        if found.optimum.proved:
            worse = own - best if question.objective == "least-resources" else best - own
            assert worse >= -1e-5 * abs(best)


def test_damage_counts_in_the_least_resources_of_every_plan() -> None:
    """One of labour and half of damage for the one that is wanted: 1.5, and 1 beat it once."""
    economy = no.build_economy(
        goods=["corn"], resources=["labour"], inputs=[[0.0]], resource_use=[[1.0]], resource_limits=[1.0],
        resource_weights=[1.0], targets=[1.0], pollutants=["smoke"], emissions=[[1.0]], damage_weights=[0.5],
        objective="least-resources",
    )  # fmt: skip
    found = no.compare(economy, methods=["highs", "harmony", "harmony-cvxpy", "harmony-tangents"])
    check(found)
    assert found.table["objective"].to_numpy() == pytest.approx(np.full(4, 1.5), abs=1e-5)
    assert (found.table["gap"] <= 1e-5).all()


def test_a_good_without_weight_still_counts_in_the_linear_question() -> None:
    """Harmony gives it up, so it makes no assortment at all, and meets no demand."""
    found = no.compare(small(target_weights=[0.0, 3.0]), methods=QUICK)
    assert found.plans["harmony"].harmony.worst_fulfilment == pytest.approx(0.0, abs=1e-9)
    assert found.table.loc["harmony", "worst_fulfilment"] == pytest.approx(0.0, abs=1e-9)
    assert found.table.loc["harmony", "objective"] == pytest.approx(0.0, abs=1e-9)
    check(found)
    cost = small(objective="least-resources", resource_weights=[1.0], target_weights=[0.0, 3.0])
    found = no.compare(cost, methods=QUICK)
    assert np.isnan(found.table.loc["harmony", "objective"])
    assert "does not meet the demand" in found.table.loc["harmony", "note"]


def test_a_plan_below_the_floor_does_not_serve_the_question() -> None:
    """Harmony gives the floor up; what breaks it has no objective in the question's own terms."""
    economy = small()
    kept = no.compare(economy, no.Question("fulfilment", floor=0.5), methods=QUICK)
    assert kept.table.loc["harmony", "objective"] == pytest.approx(0.935549, abs=1e-5)
    broken = no.compare(economy, no.Question("fulfilment", floor=1.2), methods=QUICK)
    assert broken.table.loc["highs", "objective"] == pytest.approx(15 / 11)
    assert np.isnan(broken.table.loc["harmony", "objective"])
    assert "floor" in broken.table.loc["harmony", "note"]


def test_least_resources() -> None:
    economy = small(objective="least-resources", resource_weights=[2.0])
    found = no.compare(economy, methods=[*DEFAULT_METHODS, "harmony-tangents"])
    check(found)
    assert found.table.loc["highs", "objective"] == pytest.approx(2 * 73.3333333)
    assert found.table.loc["fixed-point", "gap"] <= 1e-9
    assert found.table.loc["highs", "worst_fulfilment"] == pytest.approx(1.0)
    assert "does not meet the demand" in found.table.loc["harmony", "note"]  # .935 of one good
    assert np.isnan(found.table.loc["harmony", "objective"])


ASKED: dict[str, dict[str, Any]] = {
    "weights": {"target_weights": [1.0, 3.0]},
    "goods on hand": {"initial_stocks": [5.0, 1.0]},
    "goods that keep": {"periods": 3, "storage": [0.9, 0.5]},
    "damage": DAMAGE,
    "a cap": {"pollutants": ["smoke"], "emissions": [[0.1, 0.3]], "emission_caps": [3.0]},
    "stocks in a pool": {"capital": [[0.5, 0.1], [0.2, 0.3]], "capital_pool": [20.0, 30.0]},
    "joint products": {"outputs": [[1.0, 0.2], [0.0, 1.0]]},
    "nothing on hand": {"resource_limits": [0.0]},
    "no limits": UNLIMITED,
    "damage without limits": UNLIMITED | DAMAGE,
    "unproductive": {"inputs": [[0.5, 0.6], [0.9, 0.1]]},
    "little on hand": {"resource_limits": [1.0]},
    "a target of zero": {"targets": [0.0, 20.0]},
    "demand beyond means": {"objective": "least-resources", "resource_weights": [1.0], "resource_limits": [30.0]},
    "free resources": {"objective": "least-resources", "resource_weights": [0.0]},
}


@pytest.mark.parametrize("what", ASKED)
def test_whatever_is_asked_every_method_answers_or_says_why_not(what: str) -> None:
    check(no.compare(small(**ASKED[what])), draw=True)


def test_initial_stocks_are_delivered_by_both_sides() -> None:
    """Goods on hand count as made for the linear plan too: at its plan both ways of counting agree."""
    found = no.compare(small(initial_stocks=[5.0, 1.0]), methods=QUICK)
    plan = found.plans["highs"]
    delivered = (plan.consumption + plan.surplus).to_numpy()[:, 0]
    assert delivered == pytest.approx(plan.net_output.to_numpy()[:, 0] + [5.0, 1.0])
    by_hand = H2018.value(delivered / np.array([10.0, 20.0]) - 1.0).sum()
    assert found.table.loc["highs", "harmony"] == pytest.approx(by_hand)


def test_an_infeasible_question_says_so_in_every_row() -> None:
    economy = small(objective="least-resources", resource_weights=[1.0], resource_limits=[30.0])
    found = no.compare(economy, methods=["highs", "fixed-point", "harmony"])
    assert found.table.loc["highs", "status"] == "infeasible"
    assert not found.optimum.proved and found.table["gap"].isna().all()
    assert found.table.loc["harmony", "status"] == "optimal"  # harmony gives up what cannot be had
    assert "cannot be served" in found.table.loc["highs", "note"]


@pytest.mark.parametrize("tables", [{"target_weights": [0.0, 0.0]}], ids=["no weights"])
def test_nothing_to_be_in_harmony_with(tables: dict[str, Any]) -> None:
    """The linear methods answer, or the question is refused; never a division by zero."""
    try:
        found = no.compare(small(**tables))
    except QuestionError as error:
        assert "meaning" in str(error)
        return
    assert found.table.loc["highs", "objective"] == pytest.approx(15 / 11)
    check(found)


def test_no_targets() -> None:
    with pytest.raises(QuestionError, match="meaning"):
        no.compare(small(targets=[0.0, 0.0]))


def test_1993_is_judged_by_its_bound() -> None:
    found = no.compare(small(), methods=QUICK, function="1993")
    check(found)
    assert found.table.loc["harmony", "status"] == "unproved"
    assert found.harmony_bound == pytest.approx(17 / 12, abs=1e-5)
    assert found.summary()["harmony_function"] == "1993"


# ---- misuse -----------------------------------------------------------------------------------------------


def test_unknown_methods() -> None:
    with pytest.raises(OptionError, match="did you mean 'harmony'"):
        no.compare(small(), methods=["highs", "harmny"])
    with pytest.raises(OptionError, match="did you mean 'harmony-1990'"):
        no.compare(small(), methods=QUICK, settings={"harmony-199": {}})
    assert no.compare(small(), methods=["highs", "highs"]).table.index.to_list() == ["highs"]


def test_no_method_at_all() -> None:
    with pytest.raises(OptionError, match="method"):
        no.compare(small(), methods=[])


def test_one_method_as_a_string() -> None:
    """Not: unknown method 'h'."""
    try:
        assert no.compare(small(), methods="highs").table.index.to_list() == ["highs"]
    except OptionError as error:
        assert "'h'" not in str(error)


@pytest.mark.parametrize("tolerance", [float("nan"), -1.0, 0.0, float("inf")])
def test_a_senseless_tolerance_is_bad_input_not_an_answer(tolerance: float) -> None:
    with pytest.raises(OptionError, match="tolerance must"):
        no.compare(small(), methods=QUICK, tolerance=tolerance)


@pytest.mark.parametrize("limit", [-1.0, 0.0, float("nan")])
def test_a_senseless_time_limit(limit: float) -> None:
    with pytest.raises(OptionError, match="time_limit must"):
        no.compare(small(), methods=QUICK, time_limit=limit)


@pytest.mark.parametrize(
    "own",
    [{"versoin": 2}, {"method": "prices"}, {"function": "1993"}, {"time_limit": -1}, {"tolerance": float("nan")}],
    ids=str,
)
def test_settings_that_no_method_takes(own: dict[str, Any]) -> None:
    """A typing error is the caller's, not something that harmony-1990 'cannot answer'."""
    with pytest.raises(OptionError, match=next(iter(own))):
        no.compare(small(), methods=["highs", "harmony-1990"], settings={"harmony-1990": own})


def test_settings_reach_their_method() -> None:
    found = no.compare(small(), methods=["harmony-1990"], settings={"harmony-1990": {"version": 3, "seed": 1}})
    assert "version 3" in found.table.loc["harmony-1990", "note"]


def test_settings_of_a_method_that_is_not_asked() -> None:
    with pytest.raises(OptionError, match="harmony-1990"):
        no.compare(small(), methods=["highs"], settings={"harmony-1990": {"version": 3}})


def test_what_is_no_economy() -> None:
    economy = small()
    for model in (no.pyomo_model(economy, economy.question()), 3):
        with pytest.raises(NaturaError):
            no.compare(model)  # type: ignore[arg-type]
    with pytest.raises(NaturaError, match="did you mean 'five_year_plan'"):
        no.compare("five_year_pln")
    with pytest.raises(NaturaError, match="unknown question"):
        no.compare(economy, "tomorrow")
    with pytest.raises(NaturaError, match="unknown harmony function"):
        no.compare(economy, function="203")


# ---- the command line -------------------------------------------------------------------------------------


def test_json_of_every_method(tmp_path: Path) -> None:
    found = printed(call("five_year_plan", "--json"))
    assert found["model"] == "five_year_plan"
    assert [facts["method"] for facts in found["methods"]] == list(DEFAULT_METHODS)
    for facts in found["methods"]:
        assert set(facts) >= KEYS and set(facts["certificate"]) >= CERTIFICATE
        assert facts["model"] == "five_year_plan" and isinstance(facts["certificate"]["proved"], bool)
        if facts["status"] == "cannot answer":
            assert facts["objective"] is None and len(facts["reason"]) > 20
        else:
            assert facts["seconds"] > 0
    assert found["methods"][0]["objective"] == pytest.approx(8.797299, abs=1e-6)


def test_exit_code_0_where_the_optimum_is_proved() -> None:
    for model in ("five_year_plan", "wheat_cloth"):
        result = call(model, "--methods", "highs,harmony", "--json")
        assert result.exit_code == 0
        printed(result)


def test_exit_code_1_where_it_is_not(tmp_path: Path) -> None:
    for name, tables in {
        "infeasible": ASKED["demand beyond means"], "unbounded": UNLIMITED,
    }.items():  # fmt: skip
        folder = saved(small(**tables), tmp_path / name)
        result = call(folder, "--methods", "highs,harmony", "--json")
        found = printed(result)
        assert result.exit_code == 1
        assert found["methods"][0]["status"] == name and found["methods"][0]["objective"] is None
        result = call(folder, "--methods", "highs,harmony")
        assert result.exit_code == 1 and name in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["five_year_plan", "--methods", "highs,harmny"], "did you mean 'harmony'"),
        (["five_year_pln"], "did you mean 'five_year_plan'"),
        (["five_year_plan", "--function", "19"], "unknown harmony function"),
        (["five_year_plan", "--question", "nothing"], "unknown question"),
        (["five_year_plan", "--methods", "highs", "--time-limit", "-1"], "time_limit"),
        (["five_year_plan", "--methods", "highs", "--tolerance", "nan"], "tolerance"),
        (["five_year_plan", "--methods", ","], "method"),
        (["five_year_plan", "--methods", "", "--json"], "method"),
        (["five_year_plan", "--methods", "highs", "--picture", "picture.nonsense"], "not supported"),
        (["five_year_plan", "--methods", "highs", "--picture", "no/such/folder/picture.png"], "No such file"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else "",
)
def test_exit_code_2_for_bad_input(arguments: list[str], said: str) -> None:
    result = call(*arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 2
    assert result.stdout == "" and said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_picture_is_written(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"picture.{kind}"
    result = call("excavators", "--methods", "highs,harmony", "--picture", path, "--json")
    assert result.exit_code == 0
    printed(result)  # the message on the picture is on standard error
    assert path.stat().st_size > 5_000


def test_the_table_in_a_terminal() -> None:
    result = call("kantorovich_machines", "--methods", "highs,fixed-point,harmony")
    assert result.exit_code == 0
    assert "cannot answer" in result.stdout and "86.66" in result.stdout
    assert "needs one technique per good" in " ".join(result.stdout.split())


# ---- the picture ------------------------------------------------------------------------------------------


def test_the_picture_shows_what_the_table_says() -> None:
    found = no.compare("five_year_plan")
    share, harmony, seconds = found.plot().axes
    names = [label.get_text() for label in share.get_yticklabels()]
    assert names == list(DEFAULT_METHODS)
    texts = [text.get_text() for text in share.texts]
    assert "100 %" in texts and texts.count("cannot answer") == 3
    points = [line.get_xdata()[0] for line in harmony.lines if line.get_marker() == "o"]
    assert points == pytest.approx(found.table["mean_harmony"].dropna().to_list())
    assert len([line for line in seconds.lines if line.get_marker() == "o"]) == 3


@pytest.mark.parametrize("what", ["damage", "a target of zero", "little on hand", "demand beyond means"])
def test_no_dot_falls_off_the_picture(what: str) -> None:
    found = no.compare(small(**ASKED[what]))
    for axes in found.plot().axes:
        low, high = axes.get_xlim()
        for line in axes.lines:
            if line.get_marker() == "o":
                assert low <= line.get_xdata()[0] <= high


def test_no_bound_is_drawn_where_there_is_none() -> None:
    _, harmony, _ = no.compare("wheat_cloth").plot().axes
    assert not [line for line in harmony.lines if line.get_linestyle() == "--"]


def test_labels_of_the_axes_do_not_overlap() -> None:
    figure = no.compare("wheat_cloth").plot()
    figure.canvas.draw()
    for axes in figure.axes:
        spans = sorted(
            (box.x0, box.x1)
            for label in [*axes.get_xticklabels(), *axes.get_xticklabels(minor=True)]
            if label.get_text() and label.get_visible()
            for box in [label.get_window_extent()]
            if axes.bbox.x0 - 1 <= (box.x0 + box.x1) / 2 <= axes.bbox.x1 + 1
        )
        assert all(one[1] <= other[0] + 1 for one, other in pairwise(spans)), spans


def test_a_convergence_picture_without_traces_says_so() -> None:
    figure = no.compare("wheat_cloth", methods=["highs"]).plot_convergence()
    assert any("no " in text.get_text() for axes in figure.axes for text in axes.texts)
