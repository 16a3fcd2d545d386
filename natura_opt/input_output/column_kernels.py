"""Products with several columns at once, ``A X``: each coefficient is read once, whatever the columns.

A row of X is consecutive numbers, so one fetch brings several. Loops in numba over a few columns are compiled badly (no
vectors, or tests for overlap at every coefficient), so the sum over a row is given to LLVM as what it is: a vector of
8, 4, 2 or 1 numbers in double precision, which every processor has instructions for. In cache that is two to three
times as fast as a loop.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import prange, types
from numba.core import cgutils
from numba.extending import intrinsic

from ..base.compiling import compiled

_WORD, _INDEX, _DOUBLE = ir.IntType(32), ir.IntType(64), ir.DoubleType()


def _row_of(width: int) -> Any:
    """Return the code of ``out[i, j : j + width] = sum_k data[k] X[indices[k], j : j + width]``, k in start..stop."""

    @intrinsic
    def row(_context: Any, start: Any, stop: Any, indices: Any, data: Any, x: Any, out: Any, i: Any, j: Any) -> Any:
        if out.dtype != types.float64 or any(a.layout != "C" for a in (indices, data, x, out)):
            return None
        return types.void(start, stop, indices, data, x, out, i, j), emit

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        start, stop, *_, i, j = given
        indices, data, x, out = (
            context.make_array(kind)(context, builder, array)
            for kind, array in zip(signature.args[2:6], given[2:6], strict=True)
        )
        vector = ir.VectorType(_DOUBLE, width)
        held = ir.VectorType(context.get_data_type(signature.args[4].dtype), width)
        columns = builder.extract_value(x.shape, 1)

        def place(array: Any, of: Any, i: Any) -> Any:
            """Return where columns j and after of row i of X or ``out`` stand."""
            first = builder.gep(array.data, [builder.add(builder.mul(i, columns), j)])
            return builder.bitcast(first, ir.PointerType(of))

        sums = cgutils.alloca_once_value(builder, ir.Constant(vector, None))
        with cgutils.for_range_slice(builder, start, stop, ir.Constant(_INDEX, 1)) as (k, _):
            good = builder.load(builder.gep(indices.data, [k]))
            good = builder.zext(good, _INDEX) if good.type.width < 64 else good
            weight = builder.load(builder.gep(data.data, [k]))
            weight = weight if weight.type == _DOUBLE else builder.fpext(weight, _DOUBLE)
            weights = builder.insert_element(ir.Constant(vector, ir.Undefined), weight, ir.Constant(_WORD, 0))
            same = ir.Constant(ir.VectorType(_WORD, width), None)
            weights = builder.shuffle_vector(weights, ir.Constant(vector, ir.Undefined), same)
            numbers = builder.load(place(x, held, good), align=held.element.get_abi_size(context.target_data))
            numbers = numbers if held.element == _DOUBLE else builder.fpext(numbers, vector)
            builder.store(builder.fadd(builder.load(sums), builder.fmul(weights, numbers)), sums)
        builder.store(builder.load(sums), place(out, vector, i), align=8)
        return context.get_dummy_value()

    return row


_eight, _four, _two, _one = (_row_of(width) for width in (8, 4, 2, 1))


@compiled(nogil=True)
def product_of_columns_of_rows(first: int, stop: int, indptr: Any, indices: Any, data: Any, x: Any, out: Any) -> None:
    """Write rows ``first`` to ``stop`` of ``A X`` into ``out``, on one core; see :func:`product_of_columns`."""
    columns = np.int64(x.shape[1])
    for i in range(first, stop):
        begin, end = np.int64(indptr[i]), np.int64(indptr[i + 1])
        row, at = np.int64(i), np.int64(0)
        while columns - at >= 8:
            _eight(begin, end, indices, data, x, out, row, at)
            at += np.int64(8)
        if columns - at >= 4:
            _four(begin, end, indices, data, x, out, row, at)
            at += np.int64(4)
        if columns - at >= 2:
            _two(begin, end, indices, data, x, out, row, at)
            at += np.int64(2)
        if columns - at >= 1:
            _one(begin, end, indices, data, x, out, row, at)


@compiled(nogil=True, parallel=True)
def product_of_columns(runs: Any, indptr: Any, indices: Any, data: Any, x: Any, out: Any) -> None:
    """Write ``A X`` into ``out``, summed in double precision.

    Parameters
    ----------
    runs : cuts of the rows into runs of about equally many coefficients.
    x : shape (columns of A, c), contiguous, in double or single precision; fastest where c is 2, 4, 8 or 16 and the
        first number is aligned to 64 bytes.
    out : shape (rows, c), contiguous, in double precision.
    """
    for part in prange(len(runs) - 1):
        product_of_columns_of_rows(runs[part], runs[part + 1], indptr, indices, data, x, out)
