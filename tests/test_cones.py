"""Multipliers are moved into dual cones without doubt; points outside of cones are told; half spaces hold the cone."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from itertools import combinations

import numpy as np
import pytest

from natura_opt.program.conic import Cone
from natura_opt.proof.cones import half_space, into_dual, outside

from .convex_models import random_dual_point, random_point

CONES = [
    Cone("second-order", 0, 4),
    Cone("second-order", 0, 2),
    Cone("exponential", 0, 3),
    Cone("power", 0, 3, (0.3, 0.7)),
    Cone("power", 0, 4, (0.2, 0.5, 0.3)),
    Cone("semidefinite", 0, 6),
]
NAMES = [f"{cone.kind} {cone.size}" for cone in CONES]


def is_in_dual(cone: Cone, z: np.ndarray) -> bool:
    """Decided with four hundred digits, by the textbook's formula."""
    with localcontext() as context:
        context.prec, context.Emin, context.Emax = 400, -999_999, 999_999
        m = [Decimal(float(value)) for value in z]
        if cone.kind == "second-order":
            return m[0] >= sum(value * value for value in m[1:]).sqrt()
        if cone.kind == "exponential":
            u, v, w = m
            return bool(v >= 0 and w >= 0 and u == 0) or bool(u < 0 and -u * (v / u - 1).exp() <= w)
        if cone.kind == "power":
            shares = [Decimal(value) for value in cone.exponents[:-1]]
            shares.append(1 - sum(shares))
            if min(m[:-1]) <= 0:
                return min(m[:-1]) == 0 and m[-1] == 0
            logs = sum(share * (value / share).ln() for value, share in zip(m[:-1], shares, strict=True))
            return logs.exp() >= abs(m[-1])
        root, matrix = Decimal(math.sqrt(2.0)), {}
        for k, (i, j) in enumerate([(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2)]):
            matrix[i, j] = matrix[j, i] = m[k] if i == j else m[k] * root / 2
        minors = [determinant(matrix, some) for count in (1, 2, 3) for some in combinations(range(3), count)]
        return min(minors) >= -(Decimal(10) ** -50)


def determinant(matrix: dict[tuple[int, int], Decimal], some: tuple[int, ...]) -> Decimal:
    """The minor of some rows and the same columns: a matrix is semidefinite if none of these is negative."""
    if len(some) == 1:
        return matrix[some[0], some[0]]
    first, signs = some[0], [1, -1, 1]
    whole = Decimal(0)
    for k, column in enumerate(some):
        rest = [other for other in some if other != column]
        if len(some) == 2:
            whole += signs[k] * matrix[first, column] * matrix[some[1], rest[0]]
        else:
            a, b = some[1], some[2]
            part = matrix[a, rest[0]] * matrix[b, rest[1]] - matrix[a, rest[1]] * matrix[b, rest[0]]
            whole += signs[k] * matrix[first, column] * part
    return whole


@pytest.mark.parametrize("cone", CONES, ids=NAMES)
def test_what_is_moved_lies_in_the_dual_cone_and_near(cone: Cone) -> None:
    rng = np.random.default_rng(1)
    outside_before = 0
    for _ in range(40):
        scale = 10.0 ** rng.integers(-8, 9)
        z = scale * random_dual_point(cone.kind, rng, cone.size, cone.exponents)
        outside_before += not is_in_dual(cone, z)
        moved = into_dual(cone, z)
        assert is_in_dual(cone, moved)
        assert np.abs(moved - z).max() <= 1e-7 * np.abs(z).max()
    assert outside_before > 5  # or the test moves nothing


@pytest.mark.parametrize("cone", CONES, ids=NAMES)
def test_what_lies_deep_inside_is_hardly_moved(cone: Cone) -> None:
    deep = {
        "second-order": [5.0, 1.0, 1.0, 1.0],
        "exponential": [-1.0, 0.0, 3.0],
        "power": [2.0, 2.0, 2.0, 2.0],
        "semidefinite": [3.0, 0.1, 3.0, 0.1, 0.1, 3.0],
    }[cone.kind][: cone.size]
    if cone.kind == "power":
        deep[-1] = 0.5
    moved = into_dual(cone, np.array(deep))
    assert moved == pytest.approx(deep, abs=1e-13)


@pytest.mark.parametrize("cone", CONES, ids=NAMES)
def test_products_with_points_of_the_cone_are_not_negative(cone: Cone) -> None:
    rng = np.random.default_rng(2)
    duals = [into_dual(cone, random_dual_point(cone.kind, rng, cone.size, cone.exponents)) for _ in range(20)]
    points = [random_point(cone.kind, rng, cone.size, cone.exponents) for _ in range(20)]
    least = min(float(z @ s) / (np.abs(z) @ np.abs(s)) for z in duals for s in points)
    assert least >= -1e-14


@pytest.mark.parametrize("cone", CONES, ids=NAMES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_proves_nothing(cone: Cone, bad: float) -> None:
    z = random_dual_point(cone.kind, np.random.default_rng(3), cone.size, cone.exponents)
    z[-1] = bad
    assert not into_dual(cone, z).any()
    assert outside(cone, z, np.ones(cone.size)) == np.inf


def test_steep_exponentials_do_not_overflow() -> None:
    cone = Cone("exponential", 0, 3)
    for z in ([-1e-8, -1.0, 1e-3], [-1e-300, -5.0, 1.0], [-1.0, -800.0, 1.0], [-1e8, 1e8, 1e-9]):
        moved = into_dual(cone, np.array(z))
        assert np.isfinite(moved).all()
        assert is_in_dual(cone, moved)


def test_the_flat_part_of_the_exponential_cone() -> None:
    cone = Cone("exponential", 0, 3)
    assert into_dual(cone, np.array([0.5, -1.0, 2.0])).tolist() == [0.0, 0.0, 2.0]
    assert outside(cone, np.array([-1.0, 0.0, 2.0]), np.ones(3)) == 0.0
    assert outside(cone, np.array([1.0, 0.0, 2.0]), np.ones(3)) > 0.4


def test_a_power_cone_without_one_part_bears_no_last_entry() -> None:
    cone = Cone("power", 0, 3, (0.3, 0.7))
    assert into_dual(cone, np.array([-1e-12, 2.0, 1e-9])).tolist() == [0.0, 2.0, 0.0]


@pytest.mark.parametrize("cone", CONES, ids=NAMES)
def test_points_of_the_cone_are_inside_and_others_by_how_much(cone: Cone) -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        s = random_point(cone.kind, rng, cone.size, cone.exponents)
        assert outside(cone, s, np.abs(s)) <= 1e-13
    out = np.array(s)
    out[0 if cone.kind != "exponential" else 2] = -1.0
    assert outside(cone, out, np.abs(out)) > 1e-3


@pytest.mark.parametrize("cone", CONES, ids=NAMES)
def test_half_spaces_cut_the_point_and_hold_the_cone(cone: Cone) -> None:
    rng = np.random.default_rng(5)
    cut = 0
    for _ in range(30):
        s = random_point(cone.kind, rng, cone.size, cone.exponents)
        if cone.kind == "exponential":
            s[0] += 1.0
        elif cone.kind == "power":
            s[-1] *= 3.0
        elif cone.kind == "second-order":
            s[0] *= 0.5
        else:
            s[0] -= 20.0
        z = half_space(cone, s)
        assert is_in_dual(cone, z)
        if outside(cone, s, np.abs(s)) > 0.05:
            cut += 1
            assert float(z @ s) < 0
    assert cut > 10


def test_a_half_space_needs_a_direction() -> None:
    assert not half_space(Cone("second-order", 0, 3), np.zeros(3)).any()
    assert not half_space(Cone("exponential", 0, 3), np.array([1.0, 0.0, 1.0])).any()
    assert not half_space(Cone("exponential", 0, 3), np.array([1.0, 1.0, -1.0])).any()
