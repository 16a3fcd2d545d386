"""Who makes what, shrinking to what there is, and what the historical algorithms accept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.base.errors import QuestionError
from natura_opt.economy.makers import Makers
from natura_opt.methods.harmony.shrinking import ROUNDING, largest_shortage, shrink_to_feasible
from natura_opt.methods.history.accepting import STOCKS_AND_FLOWS, refuse_what_is_not_stocks_and_flows
from natura_opt.plan.trace import TracePoint
from natura_opt.proof.certificate import Certificate
from natura_opt.proof.concave_gap import proven_gap, proves_bound

# ---- makers ------------------------------------------------------------------------------------------------


def test_several_makers_none_and_joint_products_are_counted() -> None:
    outputs = sp.csr_array(np.array([[1.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5], [0.0, 0.0, 0.0, 0.0]]))
    found = Makers.of(outputs)
    assert found.per_good.tolist() == [2, 1, 0] and found.per_technique.tolist() == [1, 1, 0, 1]


def test_an_output_of_zero_that_is_written_down_makes_nothing_and_stays_in_the_users_table() -> None:
    outputs = sp.csr_array((np.array([1.0, 0.0]), (np.array([0, 1]), np.array([0, 0]))), shape=(2, 1))
    found = Makers.of(outputs)
    assert found.per_good.tolist() == [1, 0] and found.per_technique.tolist() == [1]
    assert outputs.nnz == 2


@pytest.mark.parametrize("seed", range(6))
def test_one_technique_per_good_in_any_order_and_unit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    order, amount = rng.permutation(7), rng.uniform(0.5, 3, 7)
    outputs = np.zeros((7, 7))
    outputs[np.arange(7), order] = amount
    found = Makers.of(sp.csr_array(outputs))
    np.testing.assert_array_equal(found.technique, order)
    np.testing.assert_array_equal(found.amount, amount)
    inputs = np.where(rng.random((3, 7)) < 0.5, rng.random((3, 7)), 0.0)
    per_output = found.per_output(sp.csr_array(inputs)).toarray()
    np.testing.assert_allclose(per_output, inputs[:, order] / amount, rtol=1e-15)


def test_what_is_in_order_already_is_not_copied() -> None:
    inputs = sp.csc_array(np.eye(3))
    assert Makers.of(sp.csr_array(np.eye(3))).per_output(inputs) is inputs


# ---- shrinking ---------------------------------------------------------------------------------------------


def net_of(seed: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    things, activities = 8, 12
    takes = np.where(rng.random((things, activities)) < 0.3, rng.uniform(0.1, 1, (things, activities)), 0.0)
    makes = np.zeros((things, activities))
    makes[rng.integers(0, things, activities), np.arange(activities)] = 1.0
    given = np.where(rng.random(things) < 0.7, rng.uniform(0, 3, things), 0.0)
    return sp.csr_array(makes - takes), given, rng.uniform(0, 2, activities)


@pytest.mark.parametrize("seed", range(15))
def test_the_shortage_is_the_largest_share_of_the_use_that_is_lacking(seed: int) -> None:
    net, given, level = net_of(seed)
    dense = net.toarray()
    supply, use = given + np.maximum(dense, 0) @ level, np.maximum(-dense, 0) @ level
    shares = [(u - s) / u for s, u in zip(supply, use, strict=True) if u > s]
    assert largest_shortage(net, given, level) == pytest.approx(max(shares, default=0.0))


@pytest.mark.parametrize("seed", range(15))
def test_one_sweep_scales_every_user_by_its_scarcest_thing(seed: int) -> None:
    net, given, level = net_of(seed)
    dense = net.toarray()
    supply, use = given + np.maximum(dense, 0) @ level, np.maximum(-dense, 0) @ level
    share = np.where(use > supply, supply / np.maximum(use, 1e-300), 1.0)
    factor = np.array([min([share[i] for i in range(8) if dense[i, j] < 0], default=1.0) for j in range(12)])
    np.testing.assert_allclose(shrink_to_feasible(net, given, level, sweeps=1), level * factor, rtol=1e-11)


@pytest.mark.parametrize("spare", [-ROUNDING, 0.1])
@pytest.mark.parametrize("seed", range(15))
def test_what_is_left_is_enough_with_so_much_to_spare(seed: int, spare: float) -> None:
    net, given, level = net_of(seed)
    found = shrink_to_feasible(net, given, level, spare=spare)
    dense = net.toarray()
    supply, use = given + np.maximum(dense, 0) @ found, np.maximum(-dense, 0) @ found
    assert (use <= supply * (1 - spare) * (1 + 1e-15)).all()
    assert (found <= level).all() and (found >= 0).all()


def test_levels_below_nothing_are_nothing_and_what_is_enough_is_left_alone() -> None:
    net = sp.csr_array(np.array([[-1.0, -1.0]]))
    np.testing.assert_array_equal(shrink_to_feasible(net, np.array([3.0]), np.array([2.0, -5.0])), [2.0, 0.0])
    np.testing.assert_array_equal(shrink_to_feasible(net, np.array([0.0]), np.array([2.0, 1.0])), [0.0, 0.0])


def test_what_lives_on_itself_alone_is_stopped_in_the_end() -> None:
    net = sp.csr_array(np.array([[1.0 - 1.0 - 1e-3]]))
    assert shrink_to_feasible(net, np.zeros(1), np.ones(1)).tolist() == [0.0]


# ---- what is a gap ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attained", "bound", "gap"),
    [(1.0, 3.0, 0.5), (3.0, 3.0, 0.0), (3.0 + 2e-9, 3.0, 5e-10), (3.1, 3.0, np.inf), (1.0, np.inf, np.inf)],
)
def test_gaps_per_unit_of_weight(attained: float, bound: float, gap: float) -> None:
    assert proven_gap(attained, bound, 4.0, 1e-9) == pytest.approx(gap, rel=1e-5)


def test_what_is_no_number_is_no_gap() -> None:
    assert proven_gap(np.nan, 1.0, 1.0, 1e-9) == np.inf and proven_gap(1.0, -np.inf, 1.0, 1e-9) == np.inf
    assert proven_gap(np.inf, np.inf, 1.0, 1e-9) == np.inf


def certificate(**changed: float) -> Certificate:
    figures = {"objective": 2.0, "dual_objective": 5.0, "primal_residual": 1e-3, "dual_residual": 0.0}
    return Certificate(**{**figures, "complementarity": 0.0, "gap": 9.0, "tolerance": 1e-9, **changed})  # type: ignore[arg-type]


def test_a_point_of_the_trace_has_a_bound_only_where_the_multipliers_prove_one() -> None:
    found = TracePoint.of(7, certificate())
    assert (found.passes, found.attained, found.bound, found.residual) == (7, 2.0, 5.0, 1e-3)
    assert found.lawful(1e-3) and not found.lawful(0.9e-3)
    for changed in ({"dual_residual": 1e-6}, {"dual_objective": np.inf}, {"dual_objective": np.nan}):
        assert not proves_bound(certificate(**changed))
        assert TracePoint.of(1, certificate(**changed)).bound == np.inf
    assert proves_bound(certificate(dual_residual=1e-9))


# ---- what is accepted ------------------------------------------------------------------------------------


def economy(**tables: Any) -> no.Economy:
    given: dict[str, Any] = {
        "goods": ["corn", "iron"],
        "inputs": [[0.2, 0.1], [0.1, 0.3]],
        "targets": [1.0, 2.0],
        "resources": ["labour"],
        "resource_use": [[1.0, 1.0]],
        "resource_limits": [9.0],
    }
    return no.build_economy(**{**given, **tables})


def test_stocks_flows_and_goals_are_accepted() -> None:
    refuse_what_is_not_stocks_and_flows(economy(), "the method")
    assert {"targets", "inputs", "capital"} <= STOCKS_AND_FLOWS


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"storage": [0.5, 0.5]}, "the method does not use the table 'storage'"),
        ({"targets": [0.0, 0.0]}, "all targets are zero"),
        ({"targets": None}, "needs a table 'targets'"),
    ],
)
def test_whatever_else_is_refused_by_name(tables: dict[str, Any], says: str) -> None:
    made = economy(**tables) if tables.get("targets", 1) is not None else economy().with_changes(targets=None)
    with pytest.raises(QuestionError, match=says):
        refuse_what_is_not_stocks_and_flows(made, "the method")
