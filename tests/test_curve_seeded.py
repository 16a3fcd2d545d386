"""Seeded curves of every kind of piece, jumps and continuations: what is proved of them holds at random points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from natura_opt.curves.batch import CurveBatch
from natura_opt.curves.converting import in_units
from natura_opt.curves.curvature import cells_of
from natura_opt.curves.curve import Curve
from natura_opt.curves.enclosing import chords, lower, upper
from natura_opt.curves.formula import Formula
from natura_opt.curves.making import composed
from natura_opt.curves.refining import gap, initial_cuts
from natura_opt.curves.shape import is_rising, shape_of
from natura_opt.curves.stacking import stacked_curve

from .test_curve_enclosing import levels_of, noise

#: Rising totals above 0 from u = 0 on, each with its curvature (None: it changes).
KINDS: dict[str, int | None] = {
    "{c}*sqrt({u})": -1,
    "{c}*({u})**0.3": -1,
    "{c}*log(1 + {u})": -1,
    "{c}*({u})/(3 + {u})": -1,
    "{c}*({u})**2": 1,
    "{c}*({u})**1.5 + {u}": 1,
    "{c}*(exp(({u})/20) - 1)": 1,
    "{c}*(({u})**3/50 - ({u})**2/5 + {u})": None,
    "{c}*({u})**2/(4 + ({u})**2)": None,
}
MANY = [*range(12), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(12, 300))]


def seeded_curve(seed: int, jumps: bool = True) -> Curve:
    """A rising curve of one to five pieces, in rows as a table has them."""
    rng = np.random.default_rng(seed)
    quantities, totals, formulas = [0.0], [0.0], [None]
    at, total = 0.0, 0.0
    beyond: Any = ("error", "line", "average")[int(rng.integers(3))]
    for _ in range(int(rng.integers(1, 6))):
        if jumps and rng.random() < 0.25:
            total = round(total + float(rng.uniform(0.1, 4)), 3)
            quantities, totals, formulas = [*quantities, at], [*totals, total], [*formulas, None]
        stop = round(at + float(rng.uniform(1, 15)), 2)
        piece: Any = None
        end = round(total + float(rng.uniform(0, 9)), 3)
        if rng.random() < 0.7:
            kind = str(rng.choice(list(KINDS)))
            shift = f"(q - {at!r})" if at else "q"
            piece = Formula.read(f"{total!r} + " + kind.format(c=round(float(rng.uniform(0.1, 5)), 2), u=shift))
            end = float(piece.values(stop))
        quantities, totals, formulas = [*quantities, stop], [*totals, end], [*formulas, piece]
        at, total = stop, end
    return composed(quantities, totals, formulas, beyond)


def falls(curve: Curve, levels: Any) -> bool:
    """Whether a total falls between two of many levels by more than rounding."""
    totals = curve.total(levels)
    return bool((np.diff(totals) < -noise(curve, levels)[1:]).any())


@pytest.mark.parametrize("seed", MANY)
def test_enclosures_of_seeded_curves(seed: int) -> None:
    curve = seeded_curve(seed)
    rng = np.random.default_rng(seed)
    sizes = []
    for cuts in (rng.uniform(0, curve.reported, 6), initial_cuts(curve, 20), initial_cuts(curve, 160)):
        below, above, between = lower(curve, cuts), upper(curve, cuts), chords(curve, cuts)
        levels = levels_of(curve, below, above, seed=seed)
        true = curve.total(levels)
        room = noise(curve, levels) + 1e-12 * true.max()
        assert (below.total(levels) <= true + room).all()
        assert (above.total(levels) >= true - room).all()
        inflections = [cell.stop for cell in cells_of(curve) if cell.stop < np.inf]
        within = chords(curve, np.union1d(cuts, inflections)).total(levels)
        assert (within <= above.total(levels) + room).all() and (within >= below.total(levels) - room).all()
        for bracket in (cell for cell in cells_of(curve) if cell.is_bracket):
            for straight in (below, above):
                near = np.abs(straight.quantities - bracket.stop) < 1e-11 * bracket.stop
                assert near.sum() <= 1
        assert is_rising(below) and is_rising(above) and is_rising(between)
        assert not falls(below, levels) and not falls(above, levels)
        assert ((above.jumps[1:] > 0).sum(), (below.jumps[1:] > 0).sum()) == 2 * ((curve.jumps[1:] > 0).sum(),)
        sizes.append(gap(curve, cuts).size)
    assert sizes[2] <= max(sizes[1] / 15.0, 1e-11 * float(curve.total(curve.reported)))


@pytest.mark.parametrize("seed", MANY)
def test_what_is_said_of_the_shape_of_seeded_curves(seed: int) -> None:
    curve = seeded_curve(seed)
    levels = np.linspace(0.0, min(curve.end, 2.0 * curve.reported), 1501)
    assert is_rising(curve)
    assert not falls(curve, levels)
    assert cells_of(curve)[-1].stop == curve.end
    shape = shape_of(curve)
    second = np.diff(curve.total(levels[1:]), 2)
    room = 8.0 * noise(curve, levels[1:]).max()
    if shape in ("convex", "linear"):
        assert (second >= -room).all()
    if shape in ("concave", "linear"):
        assert (second <= room).all()
    if shape == "mixed" and not (curve.jumps > 0).any():
        bends = [cell.sign for cell in cells_of(curve)]
        kinks = curve.slope(curve.quantities[1:-1]) - curve.slope(curve.quantities[1:-1], side="left")
        assert {*bends, *np.sign(kinks)} >= {-1, 1}


@pytest.mark.parametrize("seed", range(12))
def test_stacked_converted_and_batched_seeded_curves(seed: int) -> None:
    """Two units in a stack need what each needs alone; units and batches change nothing."""
    one, other = seeded_curve(seed), seeded_curve(seed + 1000)
    rng = np.random.default_rng(seed)
    room = float(rng.uniform(0.3, 1.0)) * one.reported
    whole = stacked_curve([("one", one, room), ("other", other, None)])
    levels = rng.uniform(0, 1, 50)
    np.testing.assert_allclose(whole.total(levels * room), one.total(levels * room), rtol=1e-12, atol=1e-12)
    beyond = levels * other.reported * (1 - 1e-12)
    np.testing.assert_allclose(
        whole.total(room + beyond), one.total(room) + other.total((room + beyond) - room), rtol=1e-6, atol=1e-6
    )
    assert whole.reported == pytest.approx(room + other.reported, rel=1e-15)
    back = in_units(in_units(whole, quantity=1000.0, total=0.001), quantity=0.001, total=1000.0)
    inside = levels * whole.reported * (1 - 1e-12)
    np.testing.assert_allclose(back.total(inside), whole.total(inside), rtol=1e-6, atol=1e-9)
    batch = CurveBatch([whole] * len(inside))
    np.testing.assert_allclose(batch.totals(inside), whole.total(inside), rtol=1e-15)
    np.testing.assert_allclose(batch.slopes(inside), whole.slope(inside), rtol=1e-15)


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_has_the_curvature_it_is_listed_with(kind: str) -> None:
    curve = composed([0.0, 15.0], [0.0, np.nan], [None, Formula.read(kind.format(c=2.0, u="q"))])
    sign = KINDS[kind]
    assert shape_of(curve) == ("mixed" if sign is None else "convex" if sign > 0 else "concave")
