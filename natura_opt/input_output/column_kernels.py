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


def _adding(width: int) -> Any:
    """Return the code that adds to so many sums, from ``sums[j]`` on: see :func:`add_columns`."""

    @intrinsic
    def add(
        _context: Any, start: Any, stop: Any, weight: Any, indices: Any, data: Any, x: Any, sums: Any, j: Any
    ) -> Any:
        if sums.dtype != types.float64 or any(a.layout != "C" for a in (indices, data, x, sums)):
            return None
        return types.void(start, stop, weight, indices, data, x, sums, j), emit

    def emit(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        start, stop, weight, *_, j = given
        indices, data, x, sums = (
            context.make_array(kind)(context, builder, array)
            for kind, array in zip(signature.args[3:7], given[3:7], strict=True)
        )
        vector = ir.VectorType(_DOUBLE, width)
        held = ir.VectorType(context.get_data_type(signature.args[5].dtype), width)
        columns = builder.extract_value(x.shape, 1)

        def spread(number: Any) -> Any:
            first = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.Constant(_WORD, 0))
            everywhere = ir.Constant(ir.VectorType(_WORD, width), None)
            return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), everywhere)

        total = cgutils.alloca_once_value(builder, ir.Constant(vector, None))
        with cgutils.for_range_slice(builder, start, stop, ir.Constant(_INDEX, 1)) as (k, _):
            good = builder.load(builder.gep(indices.data, [k]))
            good = builder.zext(good, _INDEX) if good.type.width < 64 else good
            number = builder.load(builder.gep(data.data, [k]))
            number = number if number.type == _DOUBLE else builder.fpext(number, _DOUBLE)
            place = builder.gep(x.data, [builder.add(builder.mul(good, columns), j)])
            place = builder.bitcast(place, ir.PointerType(held))
            numbers = builder.load(place, align=held.element.get_abi_size(context.target_data))
            numbers = numbers if held.element == _DOUBLE else builder.fpext(numbers, vector)
            builder.store(builder.fadd(builder.load(total), builder.fmul(spread(number), numbers)), total)
        place = builder.bitcast(builder.gep(sums.data, [j]), ir.PointerType(vector))
        made = builder.fmul(spread(weight), builder.load(total))
        builder.store(builder.fadd(builder.load(place, align=8), made), place, align=8)
        return context.get_dummy_value()

    return add


_eight, _four, _two, _one = (_adding(width) for width in (8, 4, 2, 1))


@compiled(nogil=True)
def add_columns(start: Any, stop: Any, weight: Any, indices: Any, data: Any, x: Any, sums: Any) -> None:
    """Add ``weight sum_k data[k] X[indices[k]]`` over a run of entries to ``sums``, for a loop over rows of its own.

    Parameters
    ----------
    indices : unsigned. data, x : in double or single precision, contiguous.
    sums : shape (c,), contiguous, in double precision.
    """
    begin, end, times = np.int64(start), np.int64(stop), np.float64(weight)
    columns, at = np.int64(x.shape[1]), np.int64(0)
    while columns - at >= 8:
        _eight(begin, end, times, indices, data, x, sums, at)
        at += np.int64(8)
    if columns - at >= 4:
        _four(begin, end, times, indices, data, x, sums, at)
        at += np.int64(4)
    if columns - at >= 2:
        _two(begin, end, times, indices, data, x, sums, at)
        at += np.int64(2)
    if columns - at >= 1:
        _one(begin, end, times, indices, data, x, sums, at)


@compiled(nogil=True)
def product_of_columns_of_rows(first: int, stop: int, indptr: Any, indices: Any, data: Any, x: Any, out: Any) -> None:
    """Write rows ``first`` to ``stop`` of ``A X`` into ``out``, on one core; see :func:`product_of_columns`."""
    for i in range(first, stop):
        sums = out[i]
        sums[:] = 0.0
        add_columns(indptr[i], indptr[i + 1], 1.0, indices, data, x, sums)


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
