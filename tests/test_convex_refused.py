"""CVXPY models that hold what CVXPY would answer otherwise than it was asked, or with a traceback: refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cvxpy as cp
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from cvxpy.atoms.affine.wraps import nsd_wrap

import natura_opt as no
from natura_opt.backends.cvxpy_models import only_affine

from .convex_models import activities_of, one_row, shared_by

NEEDS = [2.0, 5.0, 1.0]


def asked(change: Callable[[Any, Any], None], needs: list[float] | None = None, available: float = 30.0) -> no.Plan:
    """The plan of a model that was changed by hand."""
    model = no.cvxpy_model(shared_by(needs or NEEDS, available))
    change(model, activities_of(model)[:, 0])
    return no.solve(model)


def most(objective: Callable[[Any], Any]) -> Callable[[Any, Any], None]:
    def change(model: Any, x: Any) -> None:
        model.objective = cp.Maximize(objective(x))

    return change


def least(objective: Callable[[Any], Any]) -> Callable[[Any, Any], None]:
    def change(model: Any, x: Any) -> None:
        model.objective = cp.Minimize(objective(x))

    return change


def row(constraint: Callable[[Any], Any]) -> Callable[[Any, Any], None]:
    return lambda model, x: model.add(*one_row("mine"), constraint(x))


# ---- forms whose curvature CVXPY mistakes -----------------------------------------------------
def test_a_promise_that_a_form_is_convex_is_looked_at() -> None:
    """The form is -14.99 at its least; without its negative axis it would be 0, with a proof of that."""
    form = np.diag([1.0, 1.0, -1.0])
    with pytest.raises(no.QuestionError, match="is not convex: its eigenvalues go from -1 to 1"):
        asked(least(lambda x: cp.quad_form(x, cp.psd_wrap(form)) + 0.001 * x[2]))
    with pytest.raises(no.QuestionError, match="is not convex: its eigenvalues go from -3 to 0"):
        asked(least(lambda x: cp.quad_form(x, cp.psd_wrap(np.diag([0.0, -1.0, -3.0])))))
    with pytest.raises(no.QuestionError, match="is not concave: its eigenvalues go from 0 to 1"):
        asked(most(lambda x: cp.quad_form(x, nsd_wrap(np.diag([0.0, 1.0, 1.0])))))
    with pytest.raises(no.QuestionError, match=r"rows 'mine'.*is not convex"):
        asked(row(lambda x: cp.quad_form(x, cp.psd_wrap(sp.csc_array(form))) <= 1))
    kept = asked(least(lambda x: cp.quad_form(x - 1, cp.psd_wrap(np.diag([1.0, 1e-12, 0.0])))))
    assert kept.proved and kept.objective == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("unit", [1e-12, 1e-11])
def test_a_form_of_small_entries_is_not_taken_for_semidefinite(unit: float) -> None:
    """CVXPY calls every form of entries below 1e-10 convex and concave; activities of 1e8 see the difference."""
    large = {"needs": [1e-8] * 3, "available": 1.0}
    saddle = unit * np.array([[1.0, 2.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    with pytest.raises(no.QuestionError, match="neither convex nor concave"):
        asked(row(lambda x: cp.quad_form(x - 1e7, saddle) <= 1), **large)
    for change in (
        most(lambda x: cp.quad_form(x, unit * np.eye(3))),
        row(lambda x: cp.quad_form(x, np.eye(3) * unit) >= 1),
    ):
        with pytest.raises(no.QuestionError, match=r"so small that CVXPY cannot tell.*quad_form\(x / s, s\*\*2 \* P\)"):
            asked(change, **large)
    scaled = asked(least(lambda x: cp.quad_form((x - 1e7) / 1e8, np.eye(3) * unit * 1e16)), **large)
    assert scaled.proved and scaled.activities["1"].to_numpy() == pytest.approx([1e7] * 3, rel=1e-6)


def test_forms_that_are_what_they_say_are_answered() -> None:
    found = asked(most(lambda x: cp.quad_form(x - 2, np.diag([-1.0, -2.0, 0.0])) - x[2] + 5))
    assert found.proved and found.activities["1"].to_numpy() == pytest.approx([2.0, 2.0, 0.0], abs=1e-6)
    rounded = np.random.default_rng(3).normal(size=(2, 3))
    form = rounded.T @ rounded  # its least eigenvalue is zero but for rounding, on either side
    assert asked(least(lambda x: cp.quad_form(x - 1, form))).objective == pytest.approx(0.0, abs=1e-10)


# ---- exponents that CVXPY misses --------------------------------------------------------------
@pytest.mark.parametrize("change", [
    row(lambda x: cp.power(x[0], np.pi) <= 2),
    row(lambda x: cp.pnorm(x, np.pi) <= 2),
    row(lambda x: cp.geo_mean(x, [1 / np.pi, 1 - 1 / np.e, 0.5]) >= 1),
    most(lambda x: cp.sum(cp.power(x, 1 / np.pi))),
    least(lambda x: cp.sum(x + cp.power(x, -np.e))),
])  # fmt: skip
def test_an_exponent_that_is_stated_by_another_is_refused(change: Callable[[Any, Any], None]) -> None:
    with pytest.raises(no.QuestionError, match=r"fraction that misses the exponent by .*write it with approx=False"):
        asked(change)


def test_an_exponent_stated_exactly_is_answered() -> None:
    norm = asked(lambda model, x: (
        model.add(*one_row("ball"), cp.pnorm(x, np.pi, approx=False) <= 2), most(cp.sum)(model, x)
    ))  # fmt: skip
    assert norm.proved and norm.objective == pytest.approx(2 * 3 ** (1 - 1 / np.pi), rel=1e-9)
    for exponent in (3, 0.5, 0.3, 1 / 3, 1.7):
        sense = most if exponent < 1 else least
        found = asked(sense(lambda x, p=exponent: cp.power(x[0] + 1, p)))
        assert found.objective == pytest.approx(16**exponent if exponent < 1 else 1.0, rel=1e-8)


# ---- what is no number, and what CVXPY rewrites -----------------------------------------------
@pytest.mark.parametrize(("change", "said"), [
    (most(lambda x: cp.sum(cp.log(x)) + np.nan * x[0]), "the objective: a constant in it is not a number"),
    (row(lambda x: cp.norm(x) <= np.nan), "rows 'mine': a constant in it is not a number"),
    (row(lambda x: sp.csc_array([[np.nan, 1.0, 0.0]]) @ x <= 1), "rows 'mine': a constant in it is not a number"),
    (most(lambda x: cp.log(cp.Constant(0.0))), r"the objective 'log\(0.0\)' is not a number"),
    (row(lambda x: x[0] <= cp.Parameter(name="share")), "the CVXPY parameter 'share' has no value"),
    (most(lambda x: cp.Parameter(3, name="tastes") @ x), "the CVXPY parameter 'tastes' has no value"),
    (row(lambda x: cp.abs(x[0] * 1j) <= 3), "rows 'mine': .* is complex; state real numbers"),
])  # fmt: skip
def test_what_is_no_real_number_is_refused_by_its_place(change: Callable[[Any, Any], None], said: str) -> None:
    with pytest.raises(no.QuestionError, match=f"shared: {said}"):
        asked(change)


@pytest.mark.parametrize("kind", ["symmetric", "PSD", "NSD", "diag", "hermitian", "complex", "imag"])
@pytest.mark.parametrize("curved", [False, True])
def test_a_variable_that_cvxpy_puts_another_for_is_named(kind: str, curved: bool) -> None:
    made = cp.Variable((2, 2), name="X", **{kind: True})

    def change(model: Any, x: Any) -> None:
        model.add(*one_row("mine"), cp.real(made[0, 0]) <= x[0])
        if curved:
            model.objective = cp.Maximize(cp.sum(cp.log(x)))

    with pytest.raises(no.QuestionError, match=f"shared: the CVXPY variable 'X' is declared {kind}.*in rows"):
        asked(change)


def test_a_semidefinite_matrix_is_stated_in_rows() -> None:
    made = cp.Variable((2, 2), name="X")

    def change(model: Any, x: Any) -> None:
        model.add(*one_row("definite"), made >> 0)
        model.add("equal", pd.RangeIndex(4), made == made.T)
        model.add("sizes", pd.Index(["first", "second"]), cp.diag(made) == x[:2])
        model.objective = cp.Maximize(made[0, 1])

    found = asked(change)
    assert found.proved and found.objective == pytest.approx(15 / np.sqrt(10), rel=1e-8)  # of 2 a + 5 b = 30, sqrt(a b)


# ---- names, and rows that are given twice -----------------------------------------------------
def test_a_variable_of_one_s_own_does_not_take_the_name_of_the_model_s() -> None:
    mine = cp.Variable(3, name="activities", nonneg=True)
    with pytest.raises(no.QuestionError, match="the model has a variable 'activities' already; give yours another"):
        asked(lambda model, x: model.add("own", pd.Index(list("abc")), mine <= x))


@pytest.mark.parametrize("curved", [False, True])
def test_a_constraint_is_added_once(curved: bool) -> None:
    def change(model: Any, x: Any) -> None:
        once = cp.norm(x) <= 3 if curved else x[0] + x[1] <= 3
        model.add(*one_row("first"), once)
        model.add(*one_row("again"), once)

    with pytest.raises(no.QuestionError, match="rows 'again' are the same CVXPY constraint as rows 'first'"):
        asked(change)


def test_a_curved_function_of_constants_is_a_row_like_others() -> None:
    plan = asked(row(lambda x: cp.square(cp.Constant(3.0)) <= 2))
    assert str(plan.status) == "infeasible" and plan.impossibility is not None and plan.impossibility.proved
    assert "'mine'" in plan.impossibility.sentence
    assert asked(row(lambda x: cp.square(cp.Constant(3.0)) <= 9.5)).proved


def test_affine_is_what_is_made_of_sums_and_products() -> None:
    x = cp.Variable(3)
    assert only_affine(cp.sum(2 * x - 1) + x[0]) and only_affine(cp.Constant(3.0)) and only_affine(x @ np.eye(3))
    assert not only_affine(cp.quad_form(x, 1e-12 * np.eye(3))) and not only_affine(cp.abs(x))
    assert not only_affine(cp.square(cp.Constant(2.0)) * x) and not only_affine(cp.geo_mean(x[:1]))
