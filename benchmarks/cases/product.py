"""The product kernels beside scipy's: A x, A' x and A X, from compressed rows and from tiles, in both precisions."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
import scipy.sparse as sp

from natura_opt.base.arrays import Floats
from natura_opt.generate.matrices import coefficient_matrix
from natura_opt.input_output.coefficients import Coefficients

from ..measuring import Competitor, Result, Row, fewest_seconds, race

TITLE = "the product with the inputs, against scipy's on one core"
OURS = "ours"
_ROWS, _SINGLE = "ours, without tiles", "ours, single precision"
#: (goods, inputs each)
_SIZES = {
    "tiny": ((500, 20),),
    "small": ((20_000, 100),),
    "full": ((100_000, 20), (55_200, 500), (1_000_000, 50)),
}
_REPEATS = {"tiny": 2, "small": 15, "full": 11}
#: Columns of X.
_COLUMNS = 10
_WAYS = ("A x", "transposed", f"{_COLUMNS} columns")


def run(size: str) -> Result:
    """Multiply in every way; every competitor must get the same sums to rounding."""
    rows: list[Row] = []
    figures = {}
    for goods, inputs in _SIZES[size]:
        matrix = coefficient_matrix("uniform", goods, inputs, radius=0.8, seed=3)
        as_rows, single = Coefficients(matrix), Coefficients(matrix.astype(np.float32)).tile()
        tiled, to_tile = _tiled(matrix)
        seconds = {}
        for way in _WAYS:
            found = _race(way, {OURS: tiled, _ROWS: as_rows, _SINGLE: single}, matrix, _REPEATS[size])
            what = f"{goods:,} x {inputs}, {way}"
            at = fewest_seconds(found)
            figures[f"{what}: times scipy's speed"] = at["scipy"] / at[OURS]
            if way != _WAYS[-1]:
                figures[f"{what}: times scipy's speed without tiles"] = at["scipy"] / at[_ROWS]
            figures[f"{what}: billion coefficients a second"] = matrix.nnz / at[OURS] / 1e9
            seconds[way] = at
            for row in found:
                row.name = f"{what}: {row.name}"
            rows += found
        name = f"{goods:,} x {inputs}"
        figures[f"{name}: {_COLUMNS} columns beside one, times"] = seconds[_WAYS[-1]][OURS] / seconds["A x"][_ROWS]
        if tiled.tile_bytes:
            figures[f"{name}: tiling, products without tiles"] = to_tile / seconds["A x"][_ROWS]
            figures[f"{name}: memory of the tiles, bytes"] = float(tiled.tile_bytes)
    return Result("product", TITLE, size, rows[0].name, rows, figures)


def _tiled(matrix: sp.csr_array) -> tuple[Coefficients, float]:
    """Return the coefficients in tiles, and the seconds that took; the loops are compiled before."""
    Coefficients(matrix).tile()
    tiled = Coefficients(matrix)
    start = perf_counter()
    tiled.tile()
    return tiled, perf_counter() - start


def _race(way: str, ours: dict[str, Coefficients], matrix: sp.csr_array, repeats: int) -> list[Row]:
    rng = np.random.default_rng(1)
    x = rng.random((len(matrix.indptr) - 1, _COLUMNS) if way == _WAYS[-1] else len(matrix.indptr) - 1)
    made = np.empty(len(x))
    note = "" if way == "A x" else way

    def product(coefficients: Coefficients) -> Callable[[], Floats]:
        if way == "A x":
            return lambda: coefficients.times(x, made)
        if way == "transposed":
            return lambda: coefficients.transposed_times(x, made)
        return lambda: coefficients.times_columns(x)

    ways = [
        Competitor(name, product(coefficients), np.copy, note=note)
        for name, coefficients in ours.items()
        if name != _ROWS or way != _WAYS[-1]  # several columns are multiplied from rows alone
    ]
    ways.append(Competitor("scipy", lambda: matrix.T @ x if way == "transposed" else matrix @ x, note=note))
    return race(ways, OURS, lambda a, b: bool(np.allclose(a, b, rtol=1e-6)), repeats=repeats)
