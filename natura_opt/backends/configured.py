"""A HiGHS object as this package sets it up, and a program handed to it."""

from __future__ import annotations

import sys
from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import NaturaError, OptionError, RefusedError, unknown
from ..program.checks import check_finite
from ..program.linear import LinearProgram
from .options import METHODS, SolveOptions

#: Pivots after which simplex goes round in circles: this many, and so many per row and column (a hundredth is usual).
_CIRCLES, _CIRCLES_PER_LINE = 20_000, 200


def check_highs_options(options: SolveOptions) -> None:
    """Raise on an option HiGHS does not know or a value it does not take."""
    configured(options)


def configured(options: SolveOptions) -> Any:
    """Return a HiGHS object with these options.

    Raises
    ------
    OptionError : an option that HiGHS does not know, or a value that it does not take.
    """
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", bool(options.verbose or options.log_file))
    highs.setOptionValue("log_to_console", False)
    if options.verbose:
        highs.cbLogging.subscribe(_to_standard_error)
    if options.log_file:
        highs.setOptionValue("log_file", str(options.log_file))
    highs.setOptionValue("solver", METHODS[options.method])
    tight = {
        "primal_feasibility_tolerance": 1e-9,
        "dual_feasibility_tolerance": 1e-9,
        "mip_feasibility_tolerance": 1e-9,
        "mip_rel_gap": options.tolerance,
        "mip_abs_gap": 0.0,
        "small_matrix_value": 1e-12,
        "large_matrix_value": np.inf,
        "infinite_cost": np.inf,
    }
    for name, value in {**tight, **options.options}.items():
        try:
            accepted = highs.setOptionValue(name, value) == highspy.HighsStatus.kOk
        except TypeError:  # not a truth, number or text at all
            accepted = False
        if not accepted:
            names = [entry for entry in dir(highs.getOptions()) if not entry.startswith("_")]
            if name not in names:
                raise OptionError(unknown("HiGHS option", name, names))
            raise OptionError(f"HiGHS option {name!r} does not take {value!r}")
    return highs


def fresh_scheduler(options: SolveOptions) -> None:
    """Let a solve that says how many threads it wants have them: HiGHS keeps one scheduler for the whole process, and
    refuses to run where it was started with another number.
    """
    global _threads
    wanted = options.options.get("threads", 0)
    if wanted != _threads:
        highspy.Highs.resetGlobalScheduler(True)
        _threads = wanted


_threads: Any = 0


def limits_iterations(options: SolveOptions) -> bool:
    return any(name.endswith(("_iteration_limit", "_improving_sols")) for name in options.options)


def _to_standard_error(event: Any) -> None:
    sys.stderr.write(event.message)


def _most_extreme(program: LinearProgram) -> str:
    """Name the number that is beyond doubles when all rows and columns are scaled, or else the coefficient that lies
    farthest from one: the cell to blame.
    """
    try:
        check_finite(program)
    except NaturaError as error:
        return f"when rows and columns are scaled, {error}; it lies too far from the others: check its unit"
    if not program.matrix.nnz:
        return "it has no coefficients"
    at = int(np.argmax(np.abs(np.log2(np.abs(program.matrix.data)))))
    column = int(np.searchsorted(program.matrix.indptr, at, side="right")) - 1
    row, name = program.row_label(int(program.matrix.indices[at])), program.column_label(column)
    return (
        f"the coefficient of {name} in {row} is {program.matrix.data[at]:g} even after rows and columns are scaled; "
        "it lies too far from the others of its row and column: leave it out, or check its unit"
    )


def pass_program(highs: Any, program: LinearProgram, options: SolveOptions) -> None:
    """Hand a program that is minimised over to HiGHS.

    Raises
    ------
    RefusedError : a number is too large or too small for it.
    """
    rows, columns = program.shape
    matrix = program.matrix
    if not limits_iterations(options):  # on numbers far apart simplex can go round for ever
        limit = _CIRCLES + _CIRCLES_PER_LINE * (rows + columns)
        highs.setOptionValue("simplex_iteration_limit", min(limit, 2**31 - 1))
    status = highs.passModel(
        columns,
        rows,
        matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        program.cost,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        program.integer.astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise RefusedError(f"HiGHS cannot take the program: {_most_extreme(program)}")


def append_rows(highs: Any, matrix: sp.csr_array, lower: Floats, upper: Floats) -> None:
    """Add rows to the program that HiGHS holds; they are in its basis.

    Parameters
    ----------
    matrix : shape (rows added, columns).

    Raises
    ------
    RefusedError : HiGHS does not take a number.
    """
    places = (matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32))
    status = highs.addRows(len(lower), lower, upper, matrix.nnz, *places, matrix.data)
    if status == highspy.HighsStatus.kError:
        raise RefusedError("HiGHS does not take added rows")
