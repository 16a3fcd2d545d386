"""The model of twelve goods in two regions: short with natura_opt, and the same plan as linopy finds."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

import natura_opt as no

SITE = Path(__file__).parents[1] / "notebooks" / "site"
MOST_LINES = 40
RULES = ("renewable", "bakeries of the south")


@pytest.fixture(scope="module")
def here() -> dict[str, Any]:
    return runpy.run_path(str(SITE / "two_regions.py"))


@pytest.fixture(scope="module")
def there() -> dict[str, Any]:
    return runpy.run_path(str(SITE / "two_regions_linopy.py"))


def statements(path: Path) -> list[str]:
    """The lines of a file that are neither blank nor a comment."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def test_the_model_is_stated_in_few_lines_that_can_be_read() -> None:
    lines = statements(SITE / "two_regions.py")
    assert len(lines) <= MOST_LINES < len(statements(SITE / "two_regions_linopy.py"))
    assert max(map(len, lines)) <= 120 and not any(";" in line for line in lines)


def test_it_has_all_that_is_asked_of_it(here: dict[str, Any]) -> None:
    economy: no.Economy = here["economy"]
    assert len(economy.goods) == 12 and {region for region, _ in economy.goods} == {"N", "S"}
    makes = economy.frame("outputs")
    assert ((makes > 0).sum(axis=0) == 2).sum() == 2  # power and heat of each region
    carried = [technique for technique in economy.techniques if technique[0] in ("NS", "SN")]
    assert len(carried) == 10 and (here["plan"].activities.loc[carried].sum(axis=1) > 0.1).any()
    assert {"capital", "capital_pool", "emission_budgets", "rules"} <= set(economy.tables)
    assert [rule.name for rule in economy.rules.placed] == list(RULES)  # type: ignore[union-attr]


def test_linopy_finds_the_same_plan(here: dict[str, Any], there: dict[str, Any]) -> None:
    plan, model = here["plan"], there["m"]
    assert plan.objective == pytest.approx(model.objective.value, rel=1e-9)
    assert plan.objective == pytest.approx(6.9326609563, rel=1e-9)
    assert plan.rules["level"].loc["renewable"].abs().max() < 1e-9
    share = plan.activities.loc[[("N", "wind"), ("S", "wind")]].sum() / (
        plan.activities.loc[[("N", "wind"), ("S", "wind"), ("N", "chp"), ("S", "chp")]].sum()
    )
    assert share.to_numpy() == pytest.approx([0.3] * 3, abs=1e-9)


def test_linopy_finds_the_same_valuations(here: dict[str, Any], there: dict[str, Any]) -> None:
    plan, rows = here["plan"], there["m"].constraints
    for period in plan.economy.periods:
        theirs = float(rows["renewable"].dual.sel(period=period))
        low, high = plan.valuation_interval("rule_at_least", ("renewable", period))
        assert theirs < -1e-3 and low - 1e-9 <= theirs <= high + 1e-9
        assert plan.rules.loc[("renewable", period), "valuation"] == pytest.approx(theirs, rel=1e-6)
    budget = float(rows["budget"].dual)
    assert budget > 1e-3 and plan.abatement_costs.loc["CO2", "budget"] == pytest.approx(budget, rel=1e-6)
    for period in ("2026", "2028"):
        theirs = float(rows["bakeries of the south"].dual.sel(period=period))
        assert plan.rules.loc[("bakeries of the south", period), "valuation"] == pytest.approx(theirs, abs=1e-9)


def test_pairs_go_to_files_and_come_back_to_the_same_plan(here: dict[str, Any], tmp_path: Path) -> None:
    economy, plan = here["economy"], here["plan"]
    for form in ("csv", "parquet", "xlsx"):
        to = {} if form == "xlsx" else {"tables": form}
        back = no.read(no.write(economy, tmp_path / (f"{form}.xlsx" if form == "xlsx" else form), **to))
        assert back.techniques.tolist() == economy.techniques.tolist()
        assert no.solve(back).assert_optimal().objective == plan.objective


def test_what_it_says_names_pairs_and_rules(here: dict[str, Any]) -> None:
    plan = here["plan"]
    told = str(plan.explain("renewable", "2026"))
    assert "lower rule renewable, 2026: 0 unit, and at least 0 are asked" in told and "in N wind" in told
    assert "S bread" in str(plan.explain("bread@S")) and str(plan.explain("S bread")) == str(plan.explain("bread@S"))


def test_what_cannot_be_kept_is_said_by_the_names_of_the_rules(here: dict[str, Any]) -> None:
    page = str(no.why_not(here["economy"].with_changes(emission_budgets=[20.0])))
    assert "the rule 'bakeries of the south' (2026)" in page and "the emission budget of 'CO2'" in page
