"""Rounds of orders ``x <- F(x) x + d`` with a curve per good, against the same with numbers in the same cells."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from natura_opt.curves.making import curve_through
from natura_opt.generate.matrices import coefficient_matrix
from natura_opt.input_output.scale.least import least_solution
from natura_opt.input_output.scale.system import ScaleSystem

from ..measuring import Competitor, Result, fewest_seconds, race

TITLE = "scale-dependent coefficients: rounds of orders with a curve per good, against numbers"
OURS = "a curve per good"
NUMBERS = "numbers instead"
#: (goods, inputs of a good besides its curve, pieces of a curve)
_SIZES = {"tiny": (500, 10, 10), "small": (20_000, 20, 10), "full": (100_000, 20, 10)}
_REPEATS = {"tiny": 2, "small": 9, "full": 9}
_PASSES = 20


def run(size: str) -> Result:
    """Time the same number of rounds; with straight curves both must come to the same outputs."""
    goods, inputs, pieces = _SIZES[size]
    rng = np.random.default_rng(7)
    matrix = coefficient_matrix("uniform", goods, inputs, radius=0.6, seed=3)
    rows, share = rng.integers(0, goods, goods), rng.uniform(0.0, 0.2, goods)
    demand = rng.uniform(0.5, 1.5, goods)
    beside = sp.csr_array((share, (rows, np.arange(goods))), shape=matrix.shape)
    numbers = ScaleSystem(matrix + beside, [], [], [])
    reach = 50.0 * float(demand.max())

    def curved(bend: float) -> ScaleSystem:
        at = np.linspace(0.0, reach, pieces + 1)
        shape = (at / reach) ** bend * reach
        return ScaleSystem(matrix, [curve_through(at, one * shape) for one in share], rows, np.arange(goods))

    bent, straight = curved(1.5), curved(1.0)
    ways = [
        Competitor(OURS, lambda: _rounds(bent, demand), lambda _: _rounds(straight, demand)),
        Competitor(NUMBERS, lambda: _rounds(numbers, demand)),
    ]
    raced = race(ways, OURS, lambda a, b: bool(np.allclose(a, b, rtol=1e-9)), repeats=_REPEATS[size])
    at = fewest_seconds(raced)
    found = least_solution(bent, demand)
    figures: dict[str, Any] = {
        "goods": goods,
        "coefficients": matrix.nnz,
        "pieces of a curve": pieces,
        "times the seconds per pass of numbers": at[OURS] / at[NUMBERS],
        "the least plan: passes": found.passes,
        "the least plan: jumps": found.jumps,
        "the least plan: relative error, proved": found.error,
    }
    return Result("curves_iteration", TITLE, size, OURS, raced, figures)


def _rounds(system: ScaleSystem, demand: np.ndarray) -> np.ndarray:
    x = demand
    for _ in range(_PASSES):
        x = system.needs(x) + demand
    return x
