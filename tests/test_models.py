"""The shipped models: known answers, three backends, and each model's own page in plain Pyomo or CVXPY."""

from __future__ import annotations

import importlib.util
from functools import cache
from types import ModuleType

import pytest

import natura_opt as no

MODELS = no.shipped_models()

#: Known answers (models/*/README.md give their sources); relative tolerance of the comparison.
KNOWN = {
    "kantorovich_machines": (86.0 + 2.0 / 3.0, 1e-12),
    "excavators": (70.4932735426, 1e-11),
    "wheat_cloth": (260.0, 1e-12),
    "wheat_cloth_pollution": (361.797753, 1e-9),
    "five_year_plan": (8.797299129, 1e-10),
    "five_year_plan_coal5": (7.336453090, 1e-9),
    "five_year_plan_ends": (8.797299129, 1e-10),
    "eu_2006": (10.7009597491, 1e-11),
    "uk_2015_20": (5.034656815283, 1e-12),
    "concrete_plants": (5.4, 1e-12),
    "williams": (2141.8751967, 1e-10),
    "von_neumann": (1600.0, 1e-12),
}
#: Those whose needs depend on scale: their answers are in test_scale_models.py.
SCALE = {"village_2020", "village_2021", "mixed_returns_40"}
#: Those with whole numbers: their bound comes of a search, here in exact arithmetic.
WHOLE = {"concrete_plants"}
#: Those whose rows no doubles meet all: in the last year of Williams' plan outputs stand between limits that are equal.
TIGHT = {"williams"}


@cache
def page_of(name: str) -> ModuleType:
    """Load a model's own page, which knows nothing of this package."""
    spec = importlib.util.spec_from_file_location(f"page_of_{name}", MODELS[name] / "model.py")
    assert spec is not None and spec.loader is not None
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    return page


@cache
def figures_of(name: str) -> dict[str, float]:
    return page_of(name).solve()


def test_every_shipped_model_has_a_known_answer() -> None:
    assert set(MODELS) == set(KNOWN) | SCALE


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
@pytest.mark.parametrize("name", sorted(KNOWN))
def test_known_answer_is_proved_on_every_backend(name: str, backend: str) -> None:
    plan = no.solve(name, backend=backend).assert_optimal()
    objective, tolerance = KNOWN[name]
    assert plan.objective == pytest.approx(objective, rel=tolerance)
    assert plan.certificate.tolerance == 1e-9
    assert plan.certificate.bound == ("exact" if name in WHOLE | TIGHT else "recomputed")


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_the_models_own_page_agrees(name: str) -> None:
    plan = no.solve(name)
    figures = figures_of(name)
    assert figures["objective"] == pytest.approx(plan.objective, rel=1e-9)
    for figure, value in figures.items():
        kind, _, rest = figure.partition(" ")
        if kind == "fulfilment":
            assert plan.fulfilment[rest] == pytest.approx(value, rel=1e-6, abs=1e-9), figure


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_valuations_agree_with_the_models_own_page(name: str) -> None:
    plan = no.solve(name)
    valuations = plan.valuations
    compared = 0
    for figure, value in figures_of(name).items():
        if not figure.startswith("valuation "):
            continue
        words = figure.removeprefix("valuation ")
        period = next((p for p in plan.economy.periods if words.endswith(f" {p}")), plan.economy.periods[0])
        label = words.removesuffix(f" {period}")
        kind = "resource" if label in plan.economy.resources else "good"
        scale = valuations.loc[kind].to_numpy().max()
        assert valuations.loc[(kind, label), period] == pytest.approx(value, rel=1e-5, abs=1e-9 * scale), figure
        compared += 1
    assert compared >= 2


def test_a_models_page_does_not_use_the_package() -> None:
    for folder in MODELS.values():
        assert "natura_opt" not in (folder / "model.py").read_text(encoding="utf-8")


def test_eu_2006_shows_why_the_proof_is_recomputed() -> None:
    """HiGHS on the unscaled numbers calls a wrong plan optimal; the certificate catches it and scaling mends it."""
    plan = no.solve("eu_2006", backend="pyomo").assert_optimal()
    claimed, mended = plan.attempts
    assert claimed.claim == "optimal" and not claimed.certificate.proved
    assert abs(claimed.certificate.objective - 10.7009597491) > 1e-4
    assert mended.certificate.proved


def test_williams_is_asked_three_questions_and_his_page_answers_each_alike() -> None:
    economy, page = no.read("williams"), page_of("williams")
    answers = {"total_capacity": 2141.8752, "total_output": 2618.5791, "manpower": 2496.2747}
    for question, answer in answers.items():
        plan = no.solve(economy, question).assert_optimal()
        figures = page.solve(question)
        assert plan.objective == pytest.approx(figures["objective"], rel=1e-10)
        assert plan.objective == pytest.approx(answer, abs=5e-5)
    static = [figures[f"static {good}"] for good in ("coal", "steel", "transport")]
    assert static == pytest.approx([166.397, 105.668, 92.308], abs=5e-4)


#: The five-year plan under every objective and terminal condition.
ENDS = {
    "default": 8.797299129455,
    "keep": 8.172336936206,
    "growth": 8.447673845075,
    "salvage": 10.168146792003,
    "discounted": 6.485937632507,
    "max_min": 0.5,
    "leximin": 1.887868425932,
    "assortment": 0.5,
}


@pytest.mark.parametrize("question", [*ENDS, "harmony"])
def test_the_five_year_plan_is_proved_under_every_question(question: str) -> None:
    economy = no.read("five_year_plan_ends")
    plan = no.solve(economy, question).assert_optimal()
    if question in ENDS:
        assert plan.objective == pytest.approx(ENDS[question], rel=1e-9)
    assert set(economy.questions) == {*ENDS, "harmony"}


def test_its_tables_are_those_of_the_five_year_plan() -> None:
    one, other = no.read("five_year_plan"), no.read("five_year_plan_ends")
    assert other.frame("salvage_values").size == 4
    for table in one.tables:
        for t in range(5):
            assert abs(one.tables[table].at(t) - other.tables[table].at(t)).max() == 0.0


def test_keeping_stocks_costs_fulfilment_and_keeps_them() -> None:
    free, kept = (no.solve(*asked) for asked in (("five_year_plan",), ("five_year_plan_ends", "keep")))
    assert kept.objective < free.objective
    assert (kept.terminal_stocks["change"] >= -1e-9).all() and (free.terminal_stocks["change"] < -0.1).any()
    assert "WARNING" in repr(free) and "WARNING" not in repr(kept)
