"""Steps along the central path: the linear systems against their dense matrix, the path against HiGHS's optimum."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from natura_opt.methods.prices import central_path
from natura_opt.methods.prices.central_path import CentralPath, Point, _length, _lengths, _Step

from .industries import Industries, drawn


def point_of(made: Industries, seed: int) -> Point:
    """Any point within, on no equation."""
    rng = np.random.default_rng(seed + 33)
    techniques, things = made.use.shape
    some = [rng.lognormal(0.0, 0.7, size) for size in (techniques, things, things, techniques, len(made.wanted))]
    return Point(*some, number=1.3)


def started(made: Industries) -> tuple[CentralPath, Point]:
    """A start from one assortment of the first techniques' mean, as the method itself starts."""
    path = CentralPath(made.table, made.limits, made.wanted)
    shares = 1.0 / np.diff(made.first)[made.good]
    mean = np.add.reduceat(shares[:, None] * made.inputs, made.first[:-1])
    system = np.eye(len(made.wanted)) - mean
    scarcity = np.full(made.use.shape[1], 1.0)
    prices = np.linalg.solve(system, np.add.reduceat(shares * (made.use @ scarcity), made.first[:-1]))
    worth = prices @ made.wanted
    outputs = shares * np.linalg.solve(system.T, made.wanted)[made.good]
    return path, path.start(outputs, scarcity / worth, prices / worth)


def _dense_change(made: Industries, at: Point, outputs: Any, room: Any) -> tuple[Any, ...]:
    """Solve all equations of a step at once: dq, dt, dw, dz, dp, dl."""
    (techniques, things), goods = made.use.shape, len(made.wanted)
    b, u, g = made.net, made.use, made.wanted[:, None]
    ends = np.cumsum([techniques, things, things, techniques, goods, 1])
    q, t, w, z, p, number = (slice(stop - n, stop) for stop, n in zip(ends, np.diff(ends, prepend=0), strict=True))
    system, right = np.zeros((ends[-1], ends[-1])), np.zeros(ends[-1])
    rows = [
        slice(stop - n, stop)
        for stop, n in zip(
            np.cumsum([goods, things, techniques, 1, techniques, things]),
            (goods, things, techniques, 1, techniques, things),
            strict=True,
        )
    ]
    balance, limited, earned, unit, idle, slack = rows
    system[balance, q], system[balance, number] = b, -g
    right[balance] = at.number * made.wanted - b @ at.outputs
    system[limited, q], system[limited, t] = u.T, np.eye(things)
    right[limited] = 1.0 - u.T @ at.outputs - at.room
    system[earned, w], system[earned, p], system[earned, z] = u, -b.T, -np.eye(techniques)
    right[earned] = b.T @ at.prices + at.losses - u @ at.scarcity
    system[unit, p], right[unit] = g.T, 1.0 - made.wanted @ at.prices
    system[idle, q], system[idle, z], right[idle] = np.diag(at.losses), np.diag(at.outputs), outputs
    system[slack, t], system[slack, w], right[slack] = np.diag(at.scarcity), np.diag(at.room), room
    found = np.linalg.solve(system, right)
    return tuple(found[part] for part in (q, t, w, z, p, number))


@pytest.mark.parametrize("seed", range(8))
def test_a_change_solves_all_equations_at_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(central_path, "_EXACT", 1e-9)
    made, rng = drawn(seed, goods=8), np.random.default_rng(seed)
    at = point_of(made, seed)
    outputs, room = rng.normal(size=len(at.outputs)), rng.normal(size=len(at.room))
    step = _Step(made.table, made.limits, made.wanted, at, 1e-4)
    for _ in range(2):  # the second is solved with the columns of the first
        change = step.change(outputs, room)
        for found, truth in zip(change, _dense_change(made, at, outputs, room), strict=True):
            np.testing.assert_allclose(found, truth if np.ndim(found) else truth[0], rtol=1e-6, atol=1e-6)
        outputs, room = -at.outputs * at.losses, -at.room * at.scarcity


@pytest.mark.parametrize("seed", range(6))
def test_the_path_leads_to_the_optimum_from_within(seed: int) -> None:
    made = drawn(seed, goods=10)
    best, _, _, _ = made.optimum()
    path, at = started(made)
    distances = [at.distance]
    for _ in range(25):
        at = path.next_point(at, 1.0)
        for values in (at.outputs, at.room, at.scarcity, at.losses):
            assert (values > 0).all()
        distances.append(at.distance)
        if distances[-1] < 1e-7 * distances[0]:
            break
    assert distances[-1] < 1e-5 * distances[0]
    assert at.number == pytest.approx(best, rel=1e-3)
    assert at.scarcity.sum() == pytest.approx(best, rel=1e-3)
    assert made.wanted @ at.prices == pytest.approx(1.0, rel=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_a_start_is_within_and_covers_all_costs(seed: int) -> None:
    made = drawn(seed)
    _, at = started(made)
    assert at.number == 1.0
    used = made.use.T @ at.outputs
    np.testing.assert_allclose(at.room, np.maximum(1.0 - used, 0.5 * used))
    assert (at.losses >= made.use @ at.scarcity - made.net.T @ at.prices - 1e-12).all()
    assert (at.losses > 0).all()


def test_distance_is_the_mean_of_both_products() -> None:
    at = Point(np.array([1.0, 2.0]), np.array([3.0]), np.array([5.0]), np.array([7.0, 0.5]), np.ones(2), 1.0)
    assert at.distance == (1 * 7 + 2 * 0.5 + 3 * 5) / 3
    assert replace(at, losses=np.zeros(2)).distance == 5.0


def test_lengths_end_at_the_first_number_that_vanishes() -> None:
    assert _length(np.array([1.0, 2.0, 3.0]), np.array([-4.0, -4.0, 9.0])) == 0.25
    whole = 1.0 / central_path._INSIDE
    assert _length(np.ones(2), np.array([1.0, 0.0])) == whole == _length(np.ones(1), np.array([-0.1]))
    at = point_of(drawn(0), 0)
    step = _Step(drawn(0).table, drawn(0).limits, drawn(0).wanted, at, 1e-4)
    change = step.change(-at.outputs * at.losses, -at.room * at.scarcity)
    forth, back = _lengths(at, change)
    ends = [
        min((a + length * b).min() for a, b in pairs)
        for length, pairs in (
            (forth, ((at.outputs, change.outputs), (at.room, change.room))),
            (back, ((at.scarcity, change.scarcity), (at.losses, change.losses))),
        )
    ]
    for length, end in zip((forth, back), ends, strict=True):
        assert end == pytest.approx(0.0, abs=1e-9) or (length == whole and end > 0)
