"""The product kernel beside scipy's: A x and A' x, coefficients in double and in single precision."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from natura_opt.generate.matrices import coefficient_matrix
from natura_opt.input_output.coefficients import Coefficients

from ..measuring import Competitor, Result, Row, fewest_seconds, race

TITLE = "the product with the inputs, against scipy's on one core"
OURS = "ours"
#: (goods, inputs each)
_SIZES = {
    "tiny": ((500, 20),),
    "small": ((20_000, 100),),
    "full": ((55_200, 500), (1_000_000, 50)),
}
_REPEATS = {"tiny": 2, "small": 15, "full": 11}


def run(size: str) -> Result:
    """Multiply both ways; every competitor must get the same sums to rounding."""
    rows: list[Row] = []
    figures = {}
    for goods, inputs in _SIZES[size]:
        matrix = coefficient_matrix("uniform", goods, inputs, radius=0.8, seed=3)
        for found in (_race(matrix, size, transpose=False), _race(matrix, size, transpose=True)):
            what = f"{goods:,} x {inputs}, {'transposed' if found[0].note == 'transposed' else 'A x'}"
            at = fewest_seconds(found)
            figures[f"{what}: times scipy's speed"] = at["scipy"] / at[OURS]
            figures[f"{what}: billion coefficients a second"] = matrix.nnz / at[OURS] / 1e9
            for row in found:
                row.name = f"{what}: {row.name}"
            rows += found
    return Result("product", TITLE, size, rows[0].name, rows, figures)


def _race(matrix: sp.csr_array, size: str, *, transpose: bool) -> list[Row]:
    x = np.random.default_rng(1).random(matrix.shape[0])
    double, single = Coefficients(matrix), Coefficients(matrix.astype(np.float32))
    made = np.empty(matrix.shape[0])
    note = "transposed" if transpose else ""

    def ours(coefficients: Coefficients) -> np.ndarray:
        return coefficients.transposed_times(x, made) if transpose else coefficients.times(x, made)

    ways = [
        Competitor(OURS, lambda: ours(double), np.copy, note=note),
        Competitor("ours, single precision", lambda: ours(single), np.copy, note=note),
        Competitor("scipy", lambda: matrix.T @ x if transpose else matrix @ x, note=note),
    ]
    return race(ways, OURS, lambda a, b: bool(np.allclose(a, b, rtol=1e-6)), repeats=_REPEATS[size])
