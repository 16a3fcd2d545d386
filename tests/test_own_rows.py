"""Rows of the user's own: read alike on whichever side things are written, in Pyomo and CVXPY; duals by differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.backends.cvxpy import compile_cvxpy
from natura_opt.backends.pyomo import compile_pyomo
from natura_opt.formulate import declared_with

STEP = 1e-3

Write = Callable[[Any, Any, float], Any]

#: One law per entry, written every way a user may write it: (coal, iron, constant) -> relation.
WAYS: dict[str, list[Write]] = {
    "a sum has a most": [
        lambda a, b, c: a + b <= 9 + c,
        lambda a, b, c: 9 + c >= a + b,
        lambda a, b, c: -(9 + c) <= -a - b,
        lambda a, b, c: -a - b >= -(9 + c),
        lambda a, b, c: a + b - (9 + c) <= 0,
        lambda a, b, c: a + b - (9 + c) <= 0,
        lambda a, b, c: a <= 9 + c - b,
        lambda a, b, c: 2 * a + b - a <= 9 + c,
    ],
    "one has a least": [
        lambda a, b, c: b >= 7 + c,
        lambda a, b, c: 7 + c <= b,
        lambda a, b, c: -b <= -(7 + c),
        lambda a, b, c: b - (7 + c) >= 0,
        lambda a, b, c: 7 + c - b <= 0,
    ],
    "one has a most of nearly nothing": [
        lambda a, b, c: a <= 0.25 + c,
        lambda a, b, c: -a >= -(0.25 + c),
        lambda a, b, c: 0.25 + c - a >= 0,
    ],
    "one is at least the other": [
        lambda a, b, c: b >= a + c,
        lambda a, b, c: a + c <= b,
        lambda a, b, c: b - a >= c,
        lambda a, b, c: c <= b - a,
        lambda a, b, c: b - a - c >= 0,
        lambda a, b, c: a - b <= -c,
        lambda a, b, c: -b <= -a - c,
        lambda a, b, c: -a - c >= -b,
        lambda a, b, c: a - b + c <= 0,
    ],
    "the other way round": [
        lambda a, b, c: 0.4 * a >= b + c,
        lambda a, b, c: b <= 0.4 * a - c,
        lambda a, b, c: 0.4 * a - b - c >= 0,
        lambda a, b, c: b - 0.4 * a <= -c,
    ],
    "a difference has a most": [
        lambda a, b, c: a - b <= 1 + c,
        lambda a, b, c: a <= b + 1 + c,
        lambda a, b, c: b >= a - 1 - c,
        lambda a, b, c: b - a >= -1 - c,
        lambda a, b, c: a - b - 1 - c <= 0,
    ],
    "equal to a number": [
        lambda a, b, c: b == 3 + c,
        lambda a, b, c: 3 + c == b,
        lambda a, b, c: -b == -3 - c,
        lambda a, b, c: b - 3 - c == 0,
        lambda a, b, c: 3 + c - b == 0,
    ],
    "equal to each other": [
        lambda a, b, c: a == b + c,
        lambda a, b, c: b + c == a,
        lambda a, b, c: a - b == c,
        lambda a, b, c: c == a - b,
        lambda a, b, c: b + c - a == 0,
    ],
    "a difference is a number": [
        lambda a, b, c: b - a == 1 + c,
        lambda a, b, c: b == a + 1 + c,
        lambda a, b, c: a - b == -1 - c,
        lambda a, b, c: a - b + 1 + c == 0,
    ],
}
#: What the row's value is, from the levels of coal and iron.
READ: dict[str, Callable[[float, float], float]] = {
    "a sum has a most": lambda a, b: a + b,
    "one has a least": lambda a, b: b,
    "one has a most of nearly nothing": lambda a, b: a,
    "one is at least the other": lambda a, b: b - a,
    "the other way round": lambda a, b: 0.4 * a - b,
    "a difference has a most": lambda a, b: a - b,
    "equal to a number": lambda a, b: b,
    "equal to each other": lambda a, b: b - a,  # iron stands before coal
    "a difference is a number": lambda a, b: b - a,
}
#: The constant raises the row's right side, but of an equality without one, which is read the other way round.
RAISES = {name: -1.0 if name == "equal to each other" else 1.0 for name in WAYS}


@pytest.fixture(scope="module")
def economy() -> no.Economy:
    return no.build_economy(
        goods=["iron", "coal"],
        resources=["labour", "land"],
        periods=["y1"],
        inputs=[[0.0, 0.2], [0.3, 0.1]],
        resource_use=[[1.0, 0.5], [0.2, 0.6]],
        resource_limits=[10.0, 7.0],
        targets=[2.0, 3.0],
        objective="fulfilment",
    )


def solve_with(economy: no.Economy, layer: str, write: Write, constant: float, backend: str = "highs") -> no.Plan:
    """Solve with one row more, ``own``, of the activities of coal and iron."""
    if layer == "pyomo":
        import pyomo.environ as pyo

        model = no.pyomo_model(economy)
        model.own = pyo.Constraint(expr=write(model.activities["coal", "y1"], model.activities["iron", "y1"], constant))
    else:
        model = no.cvxpy_model(economy)
        iron, coal = (model.variables["activities"][k, 0] for k in (0, 1))
        model.add("own", pd.Index(["own"]), write(coal, iron, constant))
    return no.solve(model, backend=backend).assert_optimal()


@pytest.mark.parametrize("layer", ["pyomo", "cvxpy"])
@pytest.mark.parametrize("law", list(WAYS))
def test_a_row_is_read_alike_however_it_is_written(law: str, layer: str, economy: no.Economy) -> None:
    """In 0.1 ``a >= b`` had the opposite value and valuation of ``a - b >= 0``."""
    for write in WAYS[law]:
        plan = solve_with(economy, layer, write, 0.0)
        value, valuation = plan.extra["own"].iloc[0]
        iron, coal = plan.activities["y1"]
        assert value == pytest.approx(READ[law](coal, iron), rel=1e-9, abs=1e-9)
        by_steps = [(solve_with(economy, layer, write, sign * STEP).objective - plan.objective) / STEP * sign
                    for sign in (1.0, -1.0)]  # fmt: skip
        low, high = sorted(RAISES[law] * quotient for quotient in by_steps)
        assert low - 1e-7 <= valuation <= high + 1e-7, (low, valuation, high)
        assert abs(valuation) > 1e-3  # every law of these binds


@pytest.mark.parametrize("layer", ["pyomo", "cvxpy"])
def test_the_layers_own_answer_has_the_same_signs(layer: str, economy: no.Economy) -> None:
    """The duals that a modelling layer hands back are turned as its rows are."""
    for law, ways in WAYS.items():
        for write in ways:
            plan = solve_with(economy, layer, write, 0.0, backend=layer)
            assert len(plan.attempts) == 1, (law, plan.attempts)  # its own answer was proved
            arrays = solve_with(economy, layer, write, 0.0)
            assert plan.extra["own"].to_numpy() == pytest.approx(arrays.extra["own"].to_numpy(), rel=1e-7, abs=1e-9)


def written(rng: np.random.Generator, coefficients: Any, variables: list[Any], constant: float, equal: bool) -> Any:
    """Write ``sum of terms >= constant`` (or ``==``) with its terms spread over both sides, turned round or not."""
    left, right = 0.0, constant
    for coefficient, variable in zip(coefficients, variables, strict=True):
        share = rng.choice([0.0, 1.0, 2.0])  # of the term on the left; the rest is moved to the right
        left = left + share * coefficient * variable
        right = right - (1.0 - share) * coefficient * variable
    moved = float(rng.choice([0.0, constant, 4.0]))
    left, right = left - moved, right - moved
    if rng.random() < 0.5:  # the whole inequality multiplied by minus one
        left, right = -right, -left
    if rng.random() < 0.5:
        return left == right if equal else left >= right
    return right == left if equal else right <= left


@pytest.mark.parametrize("seed", range(25))
def test_any_row_has_one_reading(seed: int, economy: no.Economy) -> None:
    """Ten ways of writing one random row, five in Pyomo and five in CVXPY, compile to the same row."""
    import pyomo.environ as pyo

    rng = np.random.default_rng(seed)
    coefficients = rng.choice([-2.0, -1.0, 1.0, 3.0], 4)
    if seed % 5 == 0:
        coefficients = np.abs(coefficients)
    constant, equal = float(rng.choice([-3.0, 0.0, 0.0, 2.0])), bool(rng.random() < 0.4)
    found = []
    for way in range(10):
        if way % 2:
            model = no.pyomo_model(economy)
            x, z = model.activities, model.fulfilment["y1"]
            model.free = pyo.Var()
            variables = [x["coal", "y1"], x["iron", "y1"], z, model.free]
            relation = written(rng, coefficients, variables, constant, equal)
            model.own = pyo.Constraint(expr=relation)
            program = compile_pyomo(model, declared_with(model.question), {}).program
        else:
            import cvxpy as cp

            spelled = no.cvxpy_model(economy)
            x, z = spelled.variables["activities"], spelled.variables["fulfilment"][0]
            variables = [x[1, 0], x[0, 0], z, cp.Variable(name="free")]
            relation = written(rng, coefficients, variables, constant, equal)
            spelled.add("own", pd.Index(["own"]), relation)
            program = compile_cvxpy(spelled, declared_with(spelled.question)).program
        block = program.row_block("own")
        assert block is not None
        row = program.matrix[[block.start], :].toarray().ravel()
        named = {program.column_label(int(j))[0]: 0 for j in np.flatnonzero(row)}
        for j in np.flatnonzero(row):
            name, label = program.column_label(int(j))
            named[name if name != "activities" else label[0]] = float(row[j])
        named.pop("activities", None)
        side = (float(program.row_lower[block.start]), float(program.row_upper[block.start]))
        found.append((named, side))
    assert all(one == found[0] for one in found), found


def test_a_range_has_its_variables_in_the_middle(economy: no.Economy) -> None:
    import pyomo.environ as pyo

    for low, high, at in ((-1.0, 1.0, 1.0), (-5.0, -1.5, -1.5)):
        model = no.pyomo_model(economy)
        coal, iron = model.activities["coal", "y1"], model.activities["iron", "y1"]
        model.own = pyo.Constraint(expr=(low, coal - iron, high))
        plan = no.solve(model).assert_optimal()
        value, valuation = plan.extra["own"].iloc[0]
        assert value == pytest.approx(at)
        model.own.set_value((low, coal - iron, high + STEP))
        assert valuation == pytest.approx((no.solve(model).objective - plan.objective) / STEP, abs=1e-7)
        assert valuation > 1e-3


def test_rows_of_one_block_are_read_alike(economy: no.Economy) -> None:
    """A growth limit per period reads ``later - earlier``, though one of its constants is negative."""

    years = ["y1", "y2", "y3"]
    longer = no.build_economy(
        goods=["iron"], resources=["labour"], periods=years, inputs=[[0.1]], resource_use=[[1.0]],
        resource_limits=pd.DataFrame([[3.0, 5.0, 9.0]], index=["labour"], columns=years), targets=[1.0],
        objective="fulfilment",
    )  # fmt: skip
    most = {"y2": -0.5, "y3": 2.0}
    for turned in (False, True):
        model = no.pyomo_model(longer)
        x = model.activities

        @model.Constraint(["y2", "y3"])
        def growth(m: Any, t: str, x: Any = x, turned: bool = turned) -> Any:
            earlier = years[years.index(t) - 1]
            if turned:
                return x["iron", earlier] >= x["iron", t] - most[t]
            return x["iron", t] - x["iron", earlier] <= most[t]

        plan = no.solve(model).assert_optimal()
        level = plan.activities.loc["iron"]
        values = plan.extra["growth"]["value"].to_list()
        assert values == pytest.approx([level["y2"] - level["y1"], level["y3"] - level["y2"]])


@pytest.mark.parametrize("make", [no.pyomo_model, no.cvxpy_model, no.linear_program])
def test_a_question_goes_by_its_name_everywhere(make: Callable[..., Any]) -> None:
    """As with ``solve``: a question, its name, or none for the default one; and a model's name for the model."""
    economy = no.read("five_year_plan")
    whole = repr(make(economy, economy.question("default")).__class__)
    for arguments in ((economy, "default"), (economy,), ("five_year_plan", "default"), (economy, None)):
        assert repr(make(*arguments).__class__) == whole
    with pytest.raises(no.QuestionError, match="unknown question 'defualt'; did you mean 'default'"):
        make(economy, "defualt")
    for wrong in ((economy, 3), (3,)):
        with pytest.raises(no.NaturaError):
            make(*wrong)
    if make is not no.linear_program:
        assert no.solve(make(economy, "default")).objective == pytest.approx(no.solve(economy).objective)


# ---- an objective of one's own -----------------------------------------------------------------------------


def most_iron(layer: str, economy: no.Economy) -> Any:
    if layer == "pyomo":
        import pyomo.environ as pyo

        model = no.pyomo_model(economy)
        model.total_fulfilment.deactivate()
        model.most_iron = pyo.Objective(expr=2 * model.activities["iron", "y1"], sense=pyo.maximize)
        return model
    import cvxpy as cp

    model = no.cvxpy_model(economy)
    model.objective = cp.Maximize(2 * model.variables["activities"][0, 0])
    return model


@pytest.mark.parametrize("layer", ["pyomo", "cvxpy"])
def test_a_replaced_objective_is_called_the_users_own(layer: str, economy: no.Economy) -> None:
    plan = no.solve(most_iron(layer, economy)).assert_optimal()
    assert plan.objective_name == "your own objective (max 2 activities iron y1)"
    for words in (repr(plan), plan.summary()["objective_name"], plan.plot.valuations().texts[0].get_text()):
        assert "your own objective" in words and "fulfilment" not in words.splitlines()[0]
    explained = plan.explain("iron", kind="technique")
    assert explained.cost.loc[("own objective", "iron"), "worth"] == pytest.approx(-2.0)
    assert explained.cost["worth"].sum() == pytest.approx(explained.makes["worth"].sum(), abs=1e-9)
    assert plan.limits["worth"].sum() == pytest.approx(plan.objective, rel=1e-9)


def test_terms_of_ones_own_beside_the_objective_are_said(economy: no.Economy) -> None:
    def imports(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        program.columns("imported_coal", pd.Index(["y1"]), upper=1.5)
        program.terms("balance", "imported_coal", [[0.0], [1.0]])
        program.loss("imported_coal", 0.01)

    plan = no.solve(economy, extra_laws=[no.ExtraLaw("matrix", imports)]).assert_optimal()
    assert plan.objective_name == "sum of yearly fulfilment, with terms of your own"
    assert no.solve(economy).objective_name == "sum of yearly fulfilment"
    bound = plan.limits.set_index("kind").loc["bound"]
    assert bound["name"] == "imported_coal" and bound["available"] == 1.5
    assert bound["valuation"] == pytest.approx(plan.extra["imported_coal"]["reduced cost"].iloc[0])
    assert plan.limits["worth"].sum() == pytest.approx(plan.objective, rel=1e-9)


def test_own_rows_and_columns_are_in_everything_that_is_shown(economy: no.Economy) -> None:
    def law(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        program.columns("bought", pd.Index(["y1"]), upper=1.0)
        program.terms("balance", "bought", [[0.0], [1.0]])
        program.rows("quota", pd.Index(["y1"]), "<=", 3.0)
        program.terms("quota", "activities", [[1.0, 0.0]])

    plan = no.solve(economy, extra_laws=[no.ExtraLaw("matrix", law)]).assert_optimal()
    worth = plan.extra["quota"]["valuation"].iloc[0]
    assert worth > 1e-3
    assert set(plan.tables()) >= {"extra quota", "extra bought"}
    assert plan.summary()["extra"]["quota"] == [{"label": ["y1"], "value": pytest.approx(3.0), "valuation": worth}]
    for words in (f"quota in y1: 3, valuation {worth:.6g}", "own row quota in y1: one more unit is worth"):
        assert words in repr(plan)
    assert plan.explain("iron").cost.loc[("own row", "quota in y1"), "valuation"] == pytest.approx(worth)
    quota = plan.explain("quota")
    assert quota.kind == "own" and quota.valuation == worth and quota.interval is not None
    assert "your own column" in repr(plan.explain("bought", "y1"))
    drawn = [text.get_text() for ax in plan.plot.valuations().axes for text in ax.get_yticklabels()]
    assert "quota" in drawn
