"""The law of curves: closed forms, and optima against a judge that tries every combination of pieces.

The judge (:mod:`tests.curve_judge`) builds its linear programs from what was reported, without the law.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import natura_opt as no
from natura_opt.laws.curves_piecewise import TRANSFORMATIONS
from natura_opt.program.linear import LinearProgram

from .curve_judge import Small, best_by_enumeration, drawn

FEW, MANY = range(50), range(300)


# ---- closed forms ---------------------------------------------------------------------------------------------------


def concrete(demand: float, **more: Any) -> no.Economy:
    """Plants that make at most 1450 each and use 2.7 of cement whatever they make; three of them, one after another."""
    rows = [(0, 0), (0, 2.7), (1450, 2.7), (1450, 5.4), (2900, 5.4), (2900, 8.1), (4350, 8.1)]
    return no.build_economy(
        name="concrete",
        goods=["concrete"],
        inputs=[[0]],
        resources=["cement"],
        resource_weights=[1],
        targets=[demand],
        curves={("concrete", "cement"): rows},
        objective="least-resources",
        **more,
    )


@pytest.mark.parametrize(
    ("demand", "cement"), [(1400, 2.7), (1450, 2.7), (1500, 5.4), (2900, 5.4), (2901, 8.1), (0, 0)]
)
@pytest.mark.parametrize("backend", ["highs", "pyomo"])
def test_indivisible_plants(demand: float, cement: float, backend: str) -> None:
    """Known answer 8; at 1450 itself one plant does."""
    plan = no.solve(concrete(demand), backend=backend).assert_optimal()
    assert plan.proved and plan.objective == pytest.approx(cement, rel=1e-9, abs=1e-9)


def test_the_relaxation_of_indivisible_plants_shares_a_plant() -> None:
    """Known answer 8: 2.7 + 2.7 x 50/1450, which no plan has."""
    program = no.linear_program(concrete(1500))
    assert relaxed_optimum(program) == pytest.approx(2.793103, abs=1e-6)


def test_a_demand_beyond_the_report_names_the_range() -> None:
    plan = no.solve(concrete(4400))
    assert plan.status is no.Status.INFEASIBLE and plan.impossibility is not None and plan.impossibility.proved
    assert "the demand for 'concrete'" in str(plan.impossibility)
    assert "cannot be served within the reported range of 'concrete'" in str(plan.impossibility)


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_own_use_that_rises_with_scale(backend: str) -> None:
    """x - phi(x) = 1 with phi of slopes .1, .5 and .8 on [0, 1], [1, 3], [3, 9]: in the second piece, x = 1 + 1/5."""
    economy = no.build_economy(
        goods=["corn"],
        inputs=[[0]],
        resources=["labour"],
        resource_use=[[1]],
        resource_weights=[1],
        targets=[1],
        curves={("corn", "corn"): [(0, 0), (1, 0.1), (3, 1.1), (9, 5.9)]},
        objective="least-resources",
    )
    plan = no.solve(economy, backend=backend).assert_optimal()
    assert plan.objective == pytest.approx(1.2, rel=1e-9)
    at_most = no.solve(economy.with_changes(targets=[3.1]), backend=backend).assert_optimal()
    assert at_most.objective == pytest.approx(9.0, rel=1e-9), "9 - 5.9: the end of the report itself"
    assert no.solve(economy.with_changes(targets=[3.11]), backend=backend).status is no.Status.INFEASIBLE


def test_the_papers_factories_in_their_order() -> None:
    """Known answer 11, b: .003 per unit up to 500, .004 on average at 1000, .0025007504 at 1999; straight pieces."""
    slopes, ends = (0.003, 0.005, 0.001), (0.0, 500.0, 1000.0, 1999.0)
    totals = np.concatenate([[0.0], np.cumsum(np.array(slopes) * np.diff(ends))])
    for level, per_unit in ((1.0, 0.003), (500.0, 0.003), (1000.0, 0.004), (1999.0, 0.0025007504)):
        economy = no.build_economy(
            goods=["b"],
            inputs=[[0]],
            resources=["labour"],
            resource_weights=[1],
            targets=[level],
            curves={("b", "labour"): list(zip(ends, totals.tolist(), strict=True))},
            objective="least-resources",
        )
        plan = no.solve(economy).assert_optimal()
        assert plan.objective / level == pytest.approx(per_unit, abs=5e-11)


# ---- every combination of pieces ------------------------------------------------------------------------------------


def units_of(seed: int) -> np.ndarray:
    """Units of goods from a millionth to a million."""
    return 10.0 ** np.random.default_rng([seed, 7]).uniform(-6, 6, 2)


def held_to(small: Small, best: float, plan: no.Plan) -> None:
    """Assert that a plan is the best by the judge, to 1e-9, or that there is none by both."""
    if math.isnan(best):
        assert plan.status is no.Status.INFEASIBLE, small.seed
        return
    plan.assert_optimal()
    assert plan.objective == pytest.approx(best, rel=1e-9, abs=1e-9), small.seed


def asked(small: Small, form: str) -> no.Question:
    return no.Question(small.objective, curve_form=form)


def roads(seed: int, backends: tuple[str, ...]) -> None:
    """Hold every road of a seed to the judge."""
    small = drawn(seed)
    best, economy = best_by_enumeration(small), small.economy()
    held_to(small, best, no.solve(economy))
    held_to(small, best, no.solve(economy, asked(small, "incremental")))
    if seed % 3 == 0 or len(backends) > 1:
        held_to(small, best, no.solve(small.economy(units_of(seed))))
    if "pyomo" in backends:
        held_to(small, best, no.solve(economy, backend="pyomo"))
    if not small.is_convex:
        with pytest.raises(no.QuestionError, match=r"chords are wrong for the curve of '.*' in '.*': at"):
            no.linear_program(economy, asked(small, "chords"))
        return
    held_to(small, best, no.solve(economy, asked(small, "chords")))
    assert not no.linear_program(economy).integer.any(), "what is convex needs no binaries"
    if "cvxpy" in backends:
        held_to(small, best, no.solve(economy, backend="cvxpy"))


@pytest.mark.parametrize("seed", FEW)
def test_equal_optima(seed: int) -> None:
    """Automatic form, binaries for every piece, chords, other units; on arrays, a tenth also in Pyomo and CVXPY."""
    roads(seed, ("highs", "pyomo", "cvxpy") if seed % 10 == 3 else ("highs",))


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", MANY)
def test_equal_optima_on_every_road(seed: int) -> None:
    roads(seed, ("highs", "pyomo", "cvxpy"))


def test_the_seeds_are_of_every_kind() -> None:
    """Or the tests above would say little: every shape, table and number of periods; and binaries that matter."""
    seeds = [drawn(seed) for seed in FEW]
    assert {report.of for small in seeds for report in small.reports} == {
        "inputs", "resource_use", "emissions", "capital"
    }  # fmt: skip
    assert {small.periods for small in seeds} == {1, 2} and {small.objective for small in seeds} == {
        "assortment", "least-resources", "fulfilment"
    }  # fmt: skip
    assert sum(small.is_convex for small in seeds) > 5 and sum(small.has_jumps for small in seeds) > 10
    assert any(total < 0 for small in seeds for report in small.reports for _, total in report.rows)
    economies = [small.economy() for small in seeds[:12] if not small.is_convex]
    apart = [abs(relaxed_optimum(no.linear_program(e)) - no.solve(e).objective) > 1e-6 for e in economies]
    assert sum(apart) > len(apart) / 3


def relaxed_optimum(program: LinearProgram) -> float:
    """The optimum with every binary free between 0 and 1."""
    sign = -1.0 if program.sense == "max" else 1.0
    rows = LinearConstraint(program.matrix, program.row_lower, program.row_upper)
    bounds = Bounds(program.lower, program.upper)
    found = milp(sign * program.cost, bounds=bounds, constraints=rows)
    assert found.status == 0, found.message
    return float(sign * found.fun) + program.offset


# ---- what the law refuses, and odd curves ---------------------------------------------------------------------------


def bare(curves: Any, **more: Any) -> no.Economy:
    """Two goods, one resource, one pollutant, and these curves."""
    given: dict[str, Any] = {
        "goods": ["a", "b"],
        "techniques": ["s", "t"],
        "outputs": [[1, 0], [0, 1]],
        "inputs": [[0, 0.1], [0, 0]],
        "resources": ["labour"],
        "resource_use": [[0, 1]],
        "resource_limits": [10],
        "pollutants": ["soot"],
        "targets": [1, 1],
        "curves": curves,
        "objective": "assortment",
    }
    return no.build_economy(**(given | more))


def test_a_curve_of_one_straight_piece_is_a_number() -> None:
    curved = bare({("s", "labour"): [(0, 0), (100, 200)]})
    number = bare(None, resource_use=[[2, 1]])
    assert no.solve(curved).objective == pytest.approx(no.solve(number).objective, rel=1e-12)


def test_two_hundred_pieces_are_the_curve() -> None:
    """phi(q) = q²/10 in 200 pieces of equal width, and z of labour for t: z + phi(z) = 10 by halving."""
    q = np.linspace(0, 20, 201)
    economy = bare({("s", "labour"): np.column_stack([q, q * q / 10])}, inputs=[[0, 0], [0, 0]])
    lo, hi = 0.0, 20.0
    for _ in range(200):
        middle = (lo + hi) / 2
        lo, hi = (middle, hi) if middle + np.interp(middle, q, q * q / 10) < 10 else (lo, middle)
    for form in ("auto", "incremental"):
        plan = no.solve(economy, no.Question("assortment", curve_form=form)).assert_optimal()
        assert plan.objective == pytest.approx(lo, rel=1e-9)


def test_a_technique_that_makes_nothing_has_its_curve_all_the_same() -> None:
    """It abates: it makes no good, and its emissions fall with scale, so the cap lets the others run."""
    economy = bare(
        {("u", "soot"): [(0, 0), (2, -3), (4, -3.5)], ("u", "labour"): [(0, 0), (4, 2)]},
        techniques=["s", "t", "u"],
        outputs=[[1, 0, 0], [0, 1, 0]],
        inputs=[[0, 0, 0], [0, 0, 0]],
        resource_use=[[1, 1, 0]],
        emissions=[[1, 1, 0]],
        emission_caps=[1.0],
    )
    # x = 2 z of labour and of soot: 2 z + u/2 <= 10, 2 z - 3 u/2 <= 1 up to u = 2, then falling by a quarter a unit
    assert no.solve(economy).assert_optimal().objective == pytest.approx(2.25, rel=1e-9)


def test_leaving_curves_out_leaves_what_is_a_number() -> None:
    economy = bare({("s", "labour"): [(0, 0), (1, 3), (9, 4)]})
    left = no.solve(economy, no.Question("assortment", leave_out=("curves",)))
    assert left.objective == no.solve(economy.with_changes(curves=None)).objective
    assert not no.linear_program(economy, no.Question("assortment", leave_out=("curves",))).integer.any()


def test_capital_by_curve_alone_is_capital() -> None:
    """No table of capital: the stocks that its curve needs must be given all the same, in one of the two kinds."""
    curves = {("s", "a", "capital"): [(0, 0), (1, 1), (9, 3)]}
    with pytest.raises(no.QuestionError, match=r"needs either 'initial_capital'.* or 'capital_pool'"):
        no.solve(bare(curves))
    plan = no.solve(bare(curves, capital_pool=[2, 0], resource_use=[[0, 0.1]])).assert_optimal()
    assert plan.activities.to_numpy()[0] == pytest.approx(5.0, rel=1e-9), "1 + (x - 1)/4 = 2"


def test_a_curve_that_is_never_to_end_and_needs_binaries_is_refused() -> None:
    curve = pd.DataFrame(
        {"technique": "s", "name": "labour", "quantity": [0, 1, 3], "total": [0, 2, 3], "beyond": "line"}
    )
    with pytest.raises(no.QuestionError, match="the curves of 's' go on for ever and need binaries"):
        no.solve(bare(curve))
    convex = curve.assign(total=[0, 1, 3])
    assert no.solve(bare(convex)).assert_optimal().objective > 3


@pytest.mark.parametrize("size", [1e-9, 1e-6, 1.0, 1e6, 1e9])
def test_units_do_not_matter(size: float) -> None:
    """The same S-shaped curve in units of a billionth and of a billion: the same assortments, z + phi(z) = 10 at 5."""
    rows = [(0, 0), (2 * size, 4), (5 * size, 5), (9 * size, 13)]
    economy = bare({("s", "labour"): rows}, targets=[size, 1], inputs=[[0, 0.0], [0, 0]])
    assert no.solve(economy).assert_optimal().objective == pytest.approx(5.0, rel=1e-9)


# ---- Pyomo's own piecewise forms ------------------------------------------------------------------------------------

#: Seeds whose curves bend the wrong way and do not jump: Pyomo's functions can say them.
BENT = [seed for seed in FEW if not (drawn(seed).is_convex or drawn(seed).has_jumps)]


@pytest.mark.parametrize("form", TRANSFORMATIONS)
@pytest.mark.parametrize("seed", BENT[:3])
def test_pyomos_own_forms_have_the_same_optimum(seed: int, form: str) -> None:
    small = drawn(seed)
    model = no.pyomo_model(small.economy(), piecewise=form)
    held_to(small, best_by_enumeration(small), no.solve(model))


@pytest.mark.exhaustive
@pytest.mark.parametrize("form", TRANSFORMATIONS)
@pytest.mark.parametrize("seed", [seed for seed in MANY if not (drawn(seed).is_convex or drawn(seed).has_jumps)])
def test_pyomos_own_forms_have_the_same_optimum_on_every_seed(seed: int, form: str) -> None:
    test_pyomos_own_forms_have_the_same_optimum(seed, form)


def test_pyomos_own_forms_are_for_curves_that_need_binaries_only() -> None:
    """What is convex keeps its rows, and no function is declared where there is nothing to declare it for."""
    convex = next(small for small in map(drawn, FEW) if small.is_convex)
    model = no.pyomo_model(convex.economy(), piecewise=TRANSFORMATIONS[0])
    assert len(model.curve_piece) and not any(name.endswith("_function") for name in model.component_map())
    bent = no.pyomo_model(drawn(BENT[0]).economy(), piecewise=TRANSFORMATIONS[0])
    assert any(name.endswith("_function") for name in bent.component_map()) and not len(bent.piece_opened)


def test_what_pyomos_own_forms_cannot_say_is_refused() -> None:
    with pytest.raises(no.QuestionError, match="a curve of 'concrete' jumps, which Pyomo's piecewise functions"):
        no.pyomo_model(concrete(1500), piecewise=TRANSFORMATIONS[0])
    for form in ("incremental", "contrib.piecewise.inner_repn_gdp", "BIGM_BIN", ""):
        with pytest.raises(no.OptionError, match="piecewise: unknown transformation"):
            no.pyomo_model(concrete(1500), piecewise=form)


# ---- curves that are not straight -----------------------------------------------------------------------------------


def self_using(formula: str, end: float, demand: float) -> no.Economy:
    """One good that its own technique uses by a formula, and labour that counts its activity."""
    rows = pd.DataFrame(
        {
            "technique": "x",
            "name": "x",
            "of": "inputs",
            "quantity": [0.0, end],
            "total": np.nan,
            "formula": ["", formula],
        }
    )
    rows.loc[0, "total"] = 0.0
    return no.build_economy(
        goods=["x"],
        inputs=[[0]],
        resources=["labour"],
        resource_use=[[1]],
        resource_weights=[1],
        targets=[demand],
        curves=rows,
        objective="least-resources",
    )


@pytest.mark.parametrize(
    ("formula", "end", "demand", "level"),
    [("0.6*sqrt(q)", 10.0, 1.0, 1.8064183905), ("0.1*q + 0.05*q**2", 18.0, 1.0, 1.18975032)],
)
def test_known_answers_of_smooth_curves(formula: str, end: float, demand: float, level: float) -> None:
    """Known answer 7: the least solutions of x = .6 sqrt(x) + 1 and of x = .1 x + .05 x² + 1."""
    plan = no.solve(self_using(formula, end, demand)).assert_optimal()
    assert plan.objective == pytest.approx(level, rel=2e-6)


def test_the_largest_demand_that_own_use_leaves() -> None:
    """Known answer 7: x - .1 x - .05 x² is at most 4.05, at 9; for 4.1 no plan exists."""
    plan = no.solve(self_using("0.1*q + 0.05*q**2", 18.0, 4.0)).assert_optimal()
    assert plan.objective == pytest.approx(8.0, rel=2e-6)
    assert no.solve(self_using("0.1*q + 0.05*q**2", 18.0, 4.1)).status is no.Status.INFEASIBLE
