"""Demand of profiles: an economy with baskets and populations is the one with their product among its targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.economy.wanted import demand_by_profile, with_demand_of_profiles
from natura_opt.formulate import asked_of

from .spellings import difference, spelled

BASKETS = np.array([[1.0, 0.5], [0.0, 2.0], [0.0, 0.0]])
PEOPLE = np.array([[3.0, 4.0], [2.0, 1.0]])  # farmers and smiths, in two years


def village(**tables: Any) -> no.Economy:
    """Three goods, two profiles, two years."""
    usual: dict[str, Any] = {
        "goods": ["corn", "plough", "relic"],
        "techniques": ["field", "forge"],
        "outputs": [[1, 0], [0, 1], [0, 0]],
        "inputs": [[0.1, 0.2], [0.05, 0], [0, 0]],
        "resources": ["labour"],
        "resource_use": [[1, 2]],
        "resource_limits": [[20, 21]],
        "profiles": ["farmers", "smiths"],
        "periods": ["y1", "y2"],
    }
    return no.build_economy(**(usual | tables))


@pytest.mark.parametrize("spelling", ["matrix", "pyomo", "cvxpy"])
@pytest.mark.parametrize("more", [None, [0.5, 0.25, 0]])
def test_it_is_the_economy_with_targets_written_out(spelling: str, more: Any) -> None:
    profiles = village(baskets=BASKETS, populations=PEOPLE, targets=more)
    written = village(targets=BASKETS @ PEOPLE + (0 if more is None else np.array(more)[:, None]))
    assert difference(spelled(spelling, profiles), spelled(spelling, written)) == []
    assert no.solve(profiles).objective == pytest.approx(no.solve(written).objective, rel=1e-12)
    other = village(targets=2 * BASKETS @ PEOPLE)
    assert difference(spelled(spelling, profiles), spelled(spelling, other)) != []


def test_baskets_that_change_too() -> None:
    economy = village(baskets={"y1": BASKETS, "y2": 2 * BASKETS}, populations=PEOPLE)
    seen = asked_of(economy, no.Question())
    assert seen.vector("targets", 0) == pytest.approx(BASKETS @ PEOPLE[:, 0])
    assert seen.vector("targets", 1) == pytest.approx(2 * BASKETS @ PEOPLE[:, 1])
    assert not seen.has("baskets") and asked_of(seen, no.Question()) is seen


def test_a_population_that_grows_wants_more_of_what_it_wants() -> None:
    """A tenth more people want a tenth more of everything: of the same work each gets a tenth less."""
    still = no.solve(village(baskets=BASKETS, populations=[[3, 3], [2, 2]], resource_limits=[20]))
    grown = no.solve(village(baskets=BASKETS, populations=[[3, 3.3], [2, 2.2]], resource_limits=[20]))
    assert grown.fulfilment["y1"] == pytest.approx(still.fulfilment["y1"], rel=1e-9)
    assert grown.fulfilment["y2"] * 1.1 == pytest.approx(still.fulfilment["y2"], rel=1e-9)


def test_a_constant_demand_is_one_slice() -> None:
    seen = with_demand_of_profiles(village(baskets=BASKETS, populations=[3, 2]))
    assert seen.constant("targets") and seen.vector("targets", 1) == pytest.approx(BASKETS @ [3, 2])


def test_the_plan_says_what_each_profile_is_to_get() -> None:
    plan = no.solve(village(baskets=BASKETS, populations=PEOPLE, targets=[0.5, 0, 0]))
    table = plan.tables()["demand_by_profile"]
    assert table.index.to_list() == [("farmers", "corn"), ("smiths", "corn"), ("smiths", "plough")]
    assert table.to_numpy() == pytest.approx(np.array([PEOPLE[0], 0.5 * PEOPLE[1], 2 * PEOPLE[1]]))
    others = np.array([0.5, 0, 0])[:, None]
    by_good = table.groupby(level="good").sum().reindex(["corn", "plough", "relic"], fill_value=0.0)
    left = plan.consumption.to_numpy() / plan.fulfilment.to_numpy()
    assert by_good.to_numpy() + others == pytest.approx(left)
    assert "demand_by_profile" not in no.solve(village(targets=[1, 1, 0])).tables()
    assert demand_by_profile(village(targets=[1, 1, 0])).empty


@pytest.mark.parametrize(
    ("given", "missing"), [({"baskets": BASKETS}, "populations"), ({"populations": PEOPLE}, "baskets")]
)
def test_one_without_the_other_says_nothing(given: dict[str, Any], missing: str) -> None:
    economy = village(targets=[1, 1, 0], **given)
    (name,) = given
    with pytest.raises(no.QuestionError, match=f"'{name}' says nothing without the table '{missing}'.*leave_out"):
        no.solve(economy)
    plan = no.solve(economy, no.Question("fulfilment", leave_out=[name]))
    assert plan.proved and plan.demand_by_profile.empty


def test_left_out_they_want_nothing() -> None:
    economy = village(baskets=BASKETS, populations=PEOPLE)
    with pytest.raises(no.QuestionError, match="targets"):
        no.solve(economy, no.Question("fulfilment", leave_out=["baskets", "populations"]))


def test_weights_of_profiles_are_refused_by_name() -> None:
    economy = village(baskets=BASKETS, populations=PEOPLE, profile_weights=[1, 2])
    with pytest.raises(no.QuestionError, match="'profile_weights'"):
        no.solve(economy)


def test_what_is_wanted_beyond_numbers_is_named() -> None:
    economy = village(baskets=1e200 * BASKETS, populations=1e200 * PEOPLE)
    with pytest.raises(no.DataError, match=r"targets.*corn"), np.errstate(over="ignore"):
        no.solve(economy)


def test_checks_know_what_profiles_want() -> None:
    """A good that a profile wants and nobody can make fails the check, as one with a target does."""
    wanting = village(baskets=[[1, 0], [0, 1], [0, 1]], populations=PEOPLE)
    failed = [finding.message for finding in no.check(wanting) if not finding.passed]
    assert any("relic" in message for message in failed)
    sound = no.check(village(baskets=BASKETS, populations=PEOPLE))
    assert not any("relic" in finding.message for finding in sound if not finding.passed)


@pytest.mark.parametrize("method", ["fixed-point", "prices", "harmony", "harmony-2018"])
def test_every_method_serves_profiles(method: str) -> None:
    """Over one year, with a maker for every good: what methods plan for is what the written targets ask for."""
    goods: dict[str, Any] = {"goods": ["corn", "plough"], "techniques": ["corn", "plough"], "outputs": None}
    usual = {**goods, "inputs": [[0.1, 0.2], [0.05, 0]], "resource_limits": [20], "periods": 1}
    profiles = village(**usual, baskets=BASKETS[:2], populations=[3, 2])
    written = village(**usual, targets=BASKETS[:2] @ [3, 2])
    question = no.Question("harmony" if method.startswith("harmony") else "fulfilment")
    one, other = (no.solve(economy, question, method=method) for economy in (profiles, written))
    assert one.objective == pytest.approx(other.objective, rel=1e-9)
    assert one.activities.to_numpy() == pytest.approx(other.activities.to_numpy(), rel=1e-9)
