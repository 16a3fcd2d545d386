"""Rounds of price coordination on the large road: the same economy told otherwise, and techniques that are mixed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.backends.answer import Claim
from natura_opt.methods.prices.price_coordination import coordinate
from natura_opt.methods.prices.rounds import _with_mixes
from natura_opt.methods.prices.technique_table import Shares

from .price_economies import hostile_economy
from .seeded import in_other_units

TOLERANCE = 1e-6


def large(seed: int) -> no.Economy:
    return hostile_economy(seed, (350, 500), units=0.0)


def assortments(economy: no.Economy) -> float:
    found = coordinate(economy, economy.question(), tolerance=TOLERANCE)
    assert found.claim is Claim.OPTIMAL
    return found.assortments


def tables(economy: no.Economy, **changed: Any) -> no.Economy:
    """Build an economy of other axes from matrices."""
    given = {name: economy.matrix(name, 0) for name in ("inputs", "outputs", "resource_use")}
    given |= {name: economy.vector(name, 0) for name in ("resource_limits", "targets")}
    axes = {"goods": economy.goods, "techniques": economy.techniques, "resources": economy.resources}
    return no.build_economy(name="told otherwise", **{**axes, **given, "objective": "assortment", **changed})


def plain(seed: int) -> no.Economy:
    """An economy without stocks and capital."""
    return tables(large(seed))


SEEDS = pytest.mark.parametrize("seed", [2000, 2001])


@SEEDS
def test_units_do_not_matter(seed: int) -> None:
    economy, rng = large(seed), np.random.default_rng(seed)
    factors = [10.0 ** rng.uniform(-8, 8, len(economy.axes[axis])) for axis in ("goods", "techniques", "resources")]
    assert assortments(in_other_units(economy, *factors)) == pytest.approx(assortments(economy), rel=2 * TOLERANCE)


@SEEDS
def test_the_order_does_not_matter(seed: int) -> None:
    economy, rng = plain(seed), np.random.default_rng(seed)
    goods, ways, kinds = (rng.permutation(len(economy.axes[a])) for a in ("goods", "techniques", "resources"))
    shuffled = tables(
        economy,
        goods=economy.goods[goods],
        techniques=economy.techniques[ways],
        resources=economy.resources[kinds],
        inputs=economy.matrix("inputs", 0)[goods][:, ways],
        outputs=economy.matrix("outputs", 0)[goods][:, ways],
        resource_use=economy.matrix("resource_use", 0)[kinds][:, ways],
        resource_limits=economy.vector("resource_limits", 0)[kinds],
        targets=economy.vector("targets", 0)[goods],
    )
    assert assortments(shuffled) == pytest.approx(assortments(economy), rel=2 * TOLERANCE)


@SEEDS
def test_twice_the_assortment_is_made_half_as_often(seed: int) -> None:
    economy = large(seed)
    double = economy.with_changes(targets=2.0 * economy.vector("targets", 0))
    assert assortments(double) == pytest.approx(assortments(economy) / 2, rel=2 * TOLERANCE)


@SEEDS
def test_a_resource_written_twice_changes_nothing(seed: int) -> None:
    economy = plain(seed)
    twice = tables(
        economy,
        resources=[*economy.resources, "again"],
        resource_use=sp.vstack([economy.matrix("resource_use", 0), economy.matrix("resource_use", 0)[[0]]]),
        resource_limits=np.append(economy.vector("resource_limits", 0), economy.vector("resource_limits", 0)[0]),
    )
    assert assortments(twice) == pytest.approx(assortments(economy), rel=2 * TOLERANCE)


@SEEDS
def test_a_good_passed_on_under_another_name_changes_nothing(seed: int) -> None:
    """One good becomes two: as made, and as used, the second being made of one unit of the first and nothing else."""
    economy = plain(seed)
    inputs, outputs = (sp.lil_array(economy.matrix(name, 0)) for name in ("inputs", "outputs"))
    use, targets = economy.matrix("resource_use", 0), economy.vector("targets", 0)
    count, ways, good = len(economy.goods), len(economy.techniques), 3
    wide = sp.lil_array((count + 1, ways + 1))
    wide[:count, :ways] = inputs
    wide[count, :ways] = wide[good, :ways]
    wide[good, :ways] = 0.0
    wide[good, ways] = 1.0
    made = sp.lil_array((count + 1, ways + 1))
    made[:count, :ways] = outputs
    made[count, ways] = 1.0
    wanted = np.append(targets, targets[good])
    wanted[good] = 0.0
    split = tables(
        economy,
        goods=[*economy.goods, "passed on"],
        techniques=[*economy.techniques, "passing on"],
        inputs=sp.csc_array(wide),
        outputs=sp.csc_array(made),
        resource_use=sp.hstack([use, sp.csc_array((use.shape[0], 1))]),
        targets=wanted,
    )
    assert assortments(split) == pytest.approx(assortments(economy), rel=2 * TOLERANCE)


def test_mixed_goods_keep_the_foreseen_shares_and_others_the_chosen_technique() -> None:
    foreseen = Shares(np.array([0, 2, 3, 5]), np.array([0, 1, 2, 3, 4]), np.array([0.4, 0.6, 1.0, 0.1, 0.9]))
    shares = _with_mixes(np.array([1, 2, 4]), foreseen, np.array([True, True, False]))
    assert shares.begins.tolist() == [0, 2, 3, 4]
    assert shares.used.tolist() == [0, 1, 2, 4]
    assert shares.shares.tolist() == [0.4, 0.6, 1.0, 1.0]
