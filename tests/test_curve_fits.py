"""Curves fitted to samples: nearest of their kind, with residuals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import natura_opt as no
from natura_opt.curves.fits import fitted_curve
from natura_opt.curves.shape import is_rising, shape_of


def samples(seed: int, power: float) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    scales = rng.uniform(1, 40, 60).round(0)
    return scales, scales**power + rng.normal(0, 2.0, 60)


def squares(curve: Any) -> float:
    return float((curve.observed.residuals**2).sum())


def test_free_goes_through_the_means() -> None:
    curve = fitted_curve([10, 20, 10], [4, 8, 6], "free", "line")
    assert curve.total([0, 10, 20, 30]).tolist() == [0.0, 5.0, 8.0, 11.0]
    assert curve.observed is not None
    assert curve.observed.residuals.tolist() == [-1.0, 0.0, 1.0]
    assert (curve.observed.number, curve.observed.how) == (3, "free")
    assert curve.observed.root_mean_square == pytest.approx(np.sqrt(2 / 3))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("power", [0.5, 1.5])
def test_fits_are_of_their_kind_and_nested(seed: int, power: float) -> None:
    scales, totals = samples(seed, power)
    free, isotonic, convex, concave = (
        fitted_curve(scales, totals, how) for how in ("free", "isotonic", "convex", "concave")
    )
    assert is_rising(isotonic) and is_rising(convex) and is_rising(concave)
    assert shape_of(convex) in ("convex", "linear")
    assert shape_of(concave) in ("concave", "linear")
    assert squares(free) <= squares(isotonic) * (1 + 1e-12)
    assert squares(isotonic) <= min(squares(convex), squares(concave)) * (1 + 1e-9)
    assert (squares(convex) < squares(concave)) == (power > 1)


@pytest.mark.parametrize("how", ["isotonic", "convex", "concave"])
def test_least_squares_against_another_solver(how: str) -> None:
    """Values at the scales as unknowns, the kind as linear inequalities, by a general method."""
    rng = np.random.default_rng(3)
    points = np.array([0.0, 1.0, 3.0, 4.0, 7.0])
    totals = np.array([2.0, 1.5, 6.0, 5.0]) + rng.normal(0, 0.1, 4)
    curve = fitted_curve(np.tile(points[1:], 2), np.concatenate([totals, totals + 0.3]), how)  # type: ignore[arg-type]
    steps = np.diff(np.eye(5), axis=0) / np.diff(points)[:, None]
    rows = steps if how == "isotonic" else np.diff(steps, axis=0)
    rows = {"isotonic": rows, "convex": np.vstack([rows, steps[:1]]), "concave": np.vstack([-rows, steps[-1:]])}[how]
    found = minimize(
        lambda v: float(((v - totals - 0.15) ** 2).sum()),
        totals,
        constraints={"type": "ineq", "fun": lambda v: rows @ np.append(0.0, v)},
        options={"ftol": 1e-15},
    )
    np.testing.assert_allclose(curve.total(points[1:]), found.x, atol=1e-6)


def test_what_no_curve_is_fitted_to() -> None:
    for scales, totals, how, words in (
        ([1], [1], "convexx", "did you mean 'convex'"),
        ([0], [1], "free", "no sample has a scale above 0"),
        ([], [], "free", "no sample has a scale above 0"),
        ([1, 2], [1], "free", "2 scales and 1 totals"),
        ([1, -2], [1, 1], "free", r"sample 2 \(scale -2, total 1\)"),
        ([1, 2], [1, np.nan], "free", "sample 2"),
        ([1, "a"], [1, 2], "free", "'a'"),
        ([[1]], [[1]], "free", "one column"),
    ):
        with pytest.raises(no.DataError, match=words):
            fitted_curve(scales, totals, how)  # type: ignore[arg-type]


def test_samples_at_zero_are_residuals() -> None:
    curve = fitted_curve([0, 5], [1.0, 10.0], "convex")
    assert curve.observed is not None
    assert curve.observed.residuals.tolist() == pytest.approx([1.0, 0.0])
