"""Named checks: they pass on sound economies and name what is wrong with the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy.sparse.linalg import eigs

import natura_opt as no
from natura_opt.checks import CHECKS, Finding, findings_frame, spectral_radius
from natura_opt.tables.registry import TABLES

MODELS = sorted(no.shipped_models())


def wrong(economy: no.Economy) -> dict[str, str]:
    return {finding.check: finding.message for finding in no.check(economy) if not finding.passed}


def notes(economy: no.Economy, check: str) -> str:
    return "; ".join(finding.message for finding in no.check(economy) if finding.check == check)


def economy_of(inputs: Any, **more: Any) -> no.Economy:
    count = len(inputs)
    given: dict[str, Any] = {
        "goods": [f"g{k}" for k in range(count)],
        "resources": ["labour"],
        "resource_use": np.ones((1, count)),
        "resource_limits": [100.0],
        "targets": np.ones(count),
    }
    return no.build_economy(inputs=inputs, **(given | more))


@pytest.mark.parametrize("model", MODELS)
def test_every_check_passes_on_the_shipped_models(model: str) -> None:
    findings = no.check(no.read(model))
    assert all(finding.passed for finding in findings), [str(finding) for finding in findings]
    always = {"numbers", "labels", "idle names", "nothing from nothing", "productive", "targets reachable"}
    assert always <= {finding.check for finding in findings} <= set(CHECKS)
    assert all(str(finding).startswith("ok") for finding in findings)


def test_findings_as_a_table() -> None:
    findings = (Finding("a", True, "fine"), Finding("b", False, "not"))
    assert findings_frame(findings).to_dict("list") == {
        "check": ["a", "b"],
        "passed": [True, False],
        "message": ["fine", "not"],
    }
    assert str(findings[1]) == "FAIL  b: not"


# ---- Hawkins-Simon ----------------------------------------------------------------------------------------


def test_hawkins_simon_known_answers() -> None:
    """Known answer 6: a productive economy may have a coefficient above one, and one without may be unproductive."""
    sick = economy_of([[0.5, 0.6], [0.9, 0.1]])
    assert set(wrong(sick)) == {"productive"}
    assert "'g0', 'g1'" in wrong(sick)["productive"]
    assert "1.06158" in wrong(sick)["productive"]
    well = economy_of([[0.2, 1.1], [0.3, 0.5]])
    assert wrong(well) == {}
    assert "0.943717" in notes(well, "productive")
    for economy, radius in ((sick, 1.06158), (well, 0.943717)):
        found, block = spectral_radius(economy.matrix("inputs", 0))
        assert found == pytest.approx(radius, rel=5e-6)
        assert block.tolist() == [0, 1]


def test_eu_2006_known_answer() -> None:
    assert spectral_radius(no.read("eu_2006").matrix("inputs", 0))[0] == pytest.approx(0.5960459, abs=5e-8)


@pytest.mark.parametrize("where", [0, 1])
def test_the_block_at_fault_is_named_and_no_other(where: int) -> None:
    blocks = [[[0.2, 0.3], [0.3, 0.2]], [[0.2, 0.3], [0.3, 0.2]]]
    blocks[where] = [[0.5, 0.6], [0.9, 0.1]]
    inputs = sp.block_diag(blocks).toarray()
    inputs[0, 2] = 0.1  # the second block uses the first, not the other way round
    message = wrong(economy_of(inputs))["productive"]
    named = {good for good in ("g0", "g1", "g2", "g3") if f"'{good}'" in message}
    assert named == {f"g{2 * where}", f"g{2 * where + 1}"}


def test_a_good_that_eats_itself_is_named() -> None:
    message = wrong(economy_of([[0.1, 0.2], [0.0, 1.25]]))["productive"]
    assert "'g1'" in message and "'g0'" not in message and "1.25" in message


@pytest.mark.parametrize("radius", [1.0, 1.0 + 1e-9])
def test_exactly_one_is_not_productive(radius: float) -> None:
    assert "productive" in wrong(economy_of([[radius]]))


def test_the_period_at_fault_is_named() -> None:
    good, bad = [[0.2, 1.1], [0.3, 0.5]], [[0.5, 0.6], [0.9, 0.1]]
    economy = economy_of(good, periods=["1928", "1929", "1930"]).with_changes(
        inputs={"1928": good, "1929": bad, "1930": good}
    )
    message = wrong(economy)["productive"]
    assert "'1929'" in message and "'1928'" not in message and "'1930'" not in message


@pytest.mark.parametrize("seed", range(20))
def test_spectral_radius_against_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 40))
    inputs = rng.random((count, count)) * (rng.random((count, count)) < rng.choice([0.02, 0.1, 0.5]))
    known = float(np.abs(np.linalg.eigvals(inputs)).max())
    found, block = spectral_radius(sp.csr_array(inputs))
    assert found == pytest.approx(known, rel=1e-7, abs=1e-4 if known < 1e-3 else 0)
    within = inputs[np.ix_(block, block)]
    assert float(np.abs(np.linalg.eigvals(within)).max()) == pytest.approx(found, rel=1e-9, abs=1e-12)


def large(count: int, seed: int, radius: float) -> sp.csr_array:
    """Return a sparse irreducible block (a ring with shortcuts) of a known spectral radius."""
    rng = np.random.default_rng(seed)
    around = (np.arange(count), np.roll(np.arange(count), 1))
    ring = sp.csr_array((rng.uniform(0.5, 1.5, count), around), (count, count))
    block = sp.csr_array(ring + sp.random_array((count, count), density=4 / count, rng=rng))
    known = float(np.abs(eigs(block, k=1, which="LR", return_eigenvectors=False, tol=1e-13)[0]))
    return sp.csr_array(block * (radius / known))


@pytest.mark.parametrize("radius", [0.3, 0.9, 0.999, 0.99999, 1.00001, 1.001, 1.5])
@pytest.mark.parametrize("count", [700, 5000])
def test_a_large_sparse_block_is_judged_rightly(count: int, radius: float) -> None:
    found, block = spectral_radius(large(count, 1, radius))
    assert (found < 1) == (radius < 1)
    assert found >= radius * (1 - 1e-9)  # an upper bound
    assert sorted(block.tolist()) == list(range(count))


@pytest.mark.parametrize("radius", [0.3, 0.9, 1.5])
def test_the_figure_that_is_printed_is_the_spectral_radius(radius: float) -> None:
    economy = no.build_economy(inputs=large(700, 2, radius), targets=np.ones(700))
    message = notes(economy, "productive")
    assert f"{radius:.6g}" in message or "at most" in message or "below" in message, message


def test_a_long_slow_ring_is_productive() -> None:
    """One strong link in a ring of a thousand weak ones: power iteration has not settled after thousands of steps."""
    count = 1000
    links = np.full(count, 0.99)
    links[0] = 50.0
    ring = sp.csr_array((links, (np.arange(count), np.roll(np.arange(count), 1))), (count, count))
    known = float(np.exp(np.log(links).mean()))
    assert known == pytest.approx(0.99389, abs=1e-5)
    assert spectral_radius(ring)[0] < 1
    assert spectral_radius(ring)[0] >= known * (1 - 1e-9)


# ---- joint products and choice of technique ---------------------------------------------------------------


def choice(**changes: Any) -> no.Economy:
    given: dict[str, Any] = {
        "goods": ["wool", "mutton", "corn"],
        "techniques": ["sheep", "field", "old field"],
        "outputs": [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 1.0]],
        "inputs": [[0.0, 0.1, 0.0], [0.0, 0.0, 0.1], [0.5, 0.2, 1.5]],
        "targets": [1.0, 1.0, 1.0],
        "resources": ["labour"],
        "resource_use": np.ones((1, 3)),
        "resource_limits": [10.0],
    }
    return no.build_economy(**(given | changes))


def test_joint_products_with_one_bad_technique_are_productive() -> None:
    assert wrong(choice()) == {}
    assert "surplus of every good that is made" in notes(choice(), "productive")


def test_joint_products_that_cannot_leave_a_surplus() -> None:
    economy = choice(inputs=[[0.0, 0.1, 0.0], [0.0, 0.0, 0.1], [0.5, 1.2, 1.5]])
    message = wrong(economy)["productive"]
    assert "'corn'" in message and "surplus" in message
    assert "'wool'" not in message


@pytest.mark.parametrize("seed", range(10))
def test_square_economies_are_judged_the_same_either_way(seed: int) -> None:
    """With outputs of 2 instead of 1 and twice the inputs the answer is the same, found by a program instead."""
    rng = np.random.default_rng(seed)
    inputs = rng.random((5, 5)) * rng.uniform(0.2, 0.6)
    radius = float(np.abs(np.linalg.eigvals(inputs)).max())
    assert abs(radius - 1) > 1e-3
    one = economy_of(inputs)
    two = economy_of(2 * inputs, outputs=2 * np.eye(5))
    assert ("productive" in wrong(one)) == ("productive" in wrong(two)) == (radius >= 1)


# ---- the other checks -------------------------------------------------------------------------------------


def test_something_from_nothing_is_named() -> None:
    economy = economy_of([[0.1, 0.0], [0.2, 0.0]], resource_use=[[1.0, 0.0]])
    message = wrong(economy)["nothing from nothing"]
    assert "'g1'" in message and "'g0'" not in message
    for table in ("capital", "resource_use_ahead", "inputs_ahead", "plant_inputs"):
        spec = TABLES[table]
        needs = np.ones((len(economy.axes[spec.axes[0]]), 2))
        fed = economy.with_changes(**{table: {1: needs} if spec.ahead else needs})
        assert "nothing from nothing" not in wrong(fed), table


@pytest.mark.parametrize("table", sorted(name for name, spec in TABLES.items() if spec.ahead))
def test_tables_by_periods_ahead_can_be_checked(table: str) -> None:
    economy = economy_of([[0.1]])
    shape = tuple(len(economy.axes[axis]) for axis in TABLES[table].axes)
    findings = no.check(economy.with_changes(**{table: {1: np.ones(shape), 2: np.ones(shape)}}))
    assert len({finding.check for finding in findings}) >= 6


def test_a_target_that_no_technique_makes() -> None:
    economy = no.build_economy(
        goods=["corn", "gold"],
        techniques=["field"],
        outputs=[[1.0], [0.0]],
        inputs=[[0.2], [0.0]],
        targets=[1.0, 1.0],
    )
    message = wrong(economy)["targets reachable"]
    assert "'gold'" in message and "'corn'" not in message


def chain(**changes: Any) -> no.Economy:
    """Bread from corn, corn from labour, and gold beside them."""
    return economy_of(
        [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
        **({"goods": ["bread", "corn", "gold"], "resource_limits": [5.0]} | changes),
    )


def test_a_target_whose_input_cannot_be_had() -> None:
    message = wrong(chain(outputs=np.diag([1.0, 0.0, 1.0])))["targets reachable"]
    assert "'bread'" in message and "'corn'" in message and "'gold'" not in message
    served = chain(outputs=np.diag([1.0, 0.0, 1.0]), initial_stocks=[0.0, 1.0, 0.0])
    assert "targets reachable" not in wrong(served)


def test_a_target_whose_resource_is_not_there() -> None:
    economy = chain(resources=["labour", "ore"], resource_use=[[1, 1, 1], [0, 0, 1]], resource_limits=[5, 0])
    message = wrong(economy)["targets reachable"]
    assert "'gold'" in message and "'bread'" not in message
    later = economy.with_changes()
    two = chain(
        periods=2, resources=["labour", "ore"], resource_use=[[1, 1, 1], [0, 0, 1]], resource_limits=[[5, 5], [0, 1]]
    )
    assert "targets reachable" not in wrong(two)
    assert "targets reachable" in wrong(later)


def test_a_target_whose_capital_is_nowhere() -> None:
    capital = np.zeros((3, 3))
    capital[2, 0] = 1.0  # bread needs golden ovens
    none = np.zeros((3, 3))
    one = chain(capital=capital, initial_capital=none)
    message = wrong(one)["targets reachable"]
    assert "'bread'" in message and "'corn'" not in message and "'gold'" not in message
    assert "targets reachable" not in wrong(chain(capital=capital, initial_capital=capital))
    assert "targets reachable" not in wrong(chain(capital=capital, capital_pool=[0, 0, 1]))
    assert "targets reachable" not in wrong(chain(capital=capital, initial_capital=none, periods=2))  # built first


@pytest.mark.parametrize("model", ["five_year_plan", "excavators"])
def test_what_the_check_calls_unreachable_has_no_plan_above_zero(model: str) -> None:
    economy = no.read(model)
    nothing = np.zeros((len(economy.resources), len(economy.periods)))
    sick = economy.with_changes(resource_limits=nothing)
    assert "targets reachable" in wrong(sick)
    assert no.solve(sick).assert_optimal().objective == pytest.approx(0, abs=1e-9)


def test_idle_names_are_noted() -> None:
    economy = no.build_economy(
        goods=["corn", "gold"],
        techniques=["field", "dream"],
        outputs=[[1.0, 0.0], [0.0, 0.0]],
        inputs=[[0.2, 0.0], [0.0, 0.0]],
        targets=[1.0, 0.0],
    )
    message = notes(economy, "idle names")
    assert "'gold'" in message and "'dream'" in message and "'corn'" not in message and "'field'" not in message


def test_capital_that_nobody_uses_is_noted() -> None:
    stocks = np.zeros((2, 2))
    stocks[1, 0] = 3.0
    economy = economy_of([[0.1, 0], [0, 0.1]], capital=np.eye(2), initial_capital=np.eye(2) + stocks)
    message = notes(economy, "capital")
    assert "'initial_capital'" in message and "g1 in g0" in message and "g0 in g0" not in message
    tidy = economy.with_changes(initial_capital=np.eye(2))
    assert "note" not in notes(tidy, "capital")


def test_pairs_as_names_can_be_checked() -> None:
    pairs = pd.MultiIndex.from_tuples([("north", "corn"), ("south", "corn")])
    sick = no.build_economy(goods=pairs, inputs=[[0.5, 0.6], [0.9, 0.1]], targets=[1, 1])
    assert "north" in wrong(sick)["productive"] and "south" in wrong(sick)["productive"]
