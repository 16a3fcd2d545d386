"""Many curves at once say what each says alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.curves.batch import CurveBatch
from natura_opt.curves.curve import Curve
from natura_opt.curves.making import curve_through

from .test_curve import factories, formula


def random_curve(rng: Any) -> Curve:
    kind = int(rng.integers(4))
    if kind == 0:
        return factories()[int(rng.integers(2))]
    if kind == 1:
        return formula(
            ("q**2/10", "sqrt(q)", "q/(1 + q)")[int(rng.integers(3))], 50.0, ("error", "line")[rng.integers(2)]
        )
    count = int(rng.integers(1, 12))
    quantities, totals = np.cumsum(rng.uniform(0.5, 9, count)), np.cumsum(rng.uniform(0, 5, count))
    if kind == 2:
        quantities = np.repeat(quantities, 2)[:-1]
        totals = np.cumsum(rng.uniform(0, 5, len(quantities)))
    beyond: Any = ("error", "line", "average")[int(rng.integers(3))]
    return curve_through(np.append(0.0, quantities), np.append(0.0, totals), beyond)


@pytest.mark.parametrize("seed", range(5))
def test_a_batch_says_what_each_curve_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    curves = [random_curve(rng) for _ in range(60)]
    batch = CurveBatch(curves)
    assert len(batch) == 60
    assert batch.ends.tolist() == [curve.end for curve in curves]
    for trial in range(6):
        levels = rng.uniform(0, 60, 60)
        if trial < 2:  # breakpoints themselves, and 0
            levels = np.array([rng.choice(curve.quantities[np.isfinite(curve.quantities)]) for curve in curves])
            levels *= trial
        totals, slopes = batch.totals(levels), batch.slopes(levels)
        for i, curve in enumerate(curves):
            if levels[i] > curve.end:
                assert (totals[i], slopes[i]) == (np.inf, np.inf)
            else:
                assert totals[i] == pytest.approx(float(curve.total(levels[i])), rel=1e-15)
                assert slopes[i] == pytest.approx(float(curve.slope(levels[i])), rel=1e-15)


def test_no_curves_and_wrong_levels() -> None:
    assert CurveBatch([]).totals([]).tolist() == []
    batch = CurveBatch([curve_through([0, 1], [0, 1])] * 3)
    with pytest.raises(no.DataError, match="3 curves take one level each"):
        batch.totals([1.0])
    with pytest.raises(no.DataError, match="level of curve 1 is -1"):
        batch.slopes([0.0, -1.0, 0.0])
    with pytest.raises(no.DataError, match="level of curve 2 is nan"):
        batch.totals([0.0, 1.0, np.nan])
