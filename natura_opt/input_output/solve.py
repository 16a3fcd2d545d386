"""The fixed point of input-output analysis: ``x = A x + d`` (quantities) and ``p = A'p + l`` (prices, labour values).

>>> import numpy as np, scipy.sparse as sp
>>> inputs = sp.csr_array([[0.25, 0.40], [0.14, 0.12]])
>>> found = leontief(inputs, np.array([55.0, 30.0]))
>>> found.x.round(6), found.proved
(array([100.,  50.]), True)
>>> leontief(inputs, np.array([0.8, 3.6]), transpose=True).x.round(6)  # labour values
array([2., 5.])
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..base.arrays import Floats
from ..base.entrance import checked_arguments
from ..base.errors import DataError, OptionError, listed, unknown
from ..base.numbers import doubles
from ..economy.alignment import in_one_order, numbers_of
from .coefficients import Coefficients
from .cores import blas_on_one_core
from .direct import DENSE, block_triangular, lu
from .krylov import bicgstab, gmres, gmres_once
from .stationary import anderson, gauss_seidel, neumann
from .structure import Shape, find_shape
from .system import Bound, System, Witness
from .witness import find_witness

#: Every method by name: each takes a system and a start and returns its answer with a proven bound on the error.
METHODS: dict[str, Callable[[System, Floats | None], tuple[Floats, Bound]]] = {
    "neumann": neumann,
    "gauss-seidel": gauss_seidel,
    "anderson": anderson,
    "gmres": gmres,
    "bicgstab": bicgstab,
    "lu": lu,
    "block-triangular": block_triangular,
}

_MOST_PASSES = 5_000


@dataclass(frozen=True, eq=False)
class LeontiefSolution:
    """An answer and how far, at most, it is from the exact one.

    Attributes
    ----------
    x : quantities, in the goods' units (or prices, where transposed), shape (n,).
    bound : the error's norm is at most this; rounding included.
    relative_bound : the same, relative to the norm of the exact answer.
    norm : ``weighted sum`` of quantities' errors at the witness's margins, or ``weighted maximum`` of the
        prices' errors as shares of the witness's prices.
    witness : the prices that prove the economy productive; give them to the next solve and it saves the passes.
    method, reason : what was used and why.
    passes : how often all coefficients were read, the witness's and the bound's included.
    seconds : wall time.
    trace : (passes, estimate of the relative error) along the way, for a picture; the last one is the bound.
    tolerance : what ``proved`` is held to.
    """

    x: Floats
    bound: float
    relative_bound: float
    norm: str
    witness: Witness
    method: str
    reason: str
    passes: int
    seconds: float
    trace: tuple[tuple[int, float], ...]
    tolerance: float

    @property
    def proved(self) -> bool:
        """Whether the relative bound is within the tolerance."""
        return self.relative_bound <= self.tolerance

    def __repr__(self) -> str:
        word = "proved" if self.proved else "NOT proved"
        return (
            f"LeontiefSolution: {len(self.x):,} goods by {self.method} ({self.reason}); {word} within "
            f"{self.relative_bound:.1e} of the exact answer ({self.norm}), {self.passes} passes, {self.seconds:.3g} s"
        )


@checked_arguments()
@blas_on_one_core
def leontief(
    inputs: Any,
    demand: Any,
    *,
    transpose: bool = False,
    method: str = "auto",
    tolerance: float = 1e-9,
    start: Any = None,
    witness: Witness | Any = None,
    max_passes: int | None = None,
    names: Sequence[object] | None = None,
) -> LeontiefSolution:
    """Solve ``x = A x + d``, or ``p = A'p + l``, to a proven error.

    Parameters
    ----------
    inputs : A, goods used up per unit made, non-negative; a scipy sparse matrix of shape (n, n), or ``Coefficients``,
        or an array; or a DataFrame, whose names decide the order.
    demand : d in the goods' units, or l, shape (n,); a Series is put into the order of the rows of ``inputs``.
    transpose : solve for prices.
    method : one of :data:`METHODS`, or ``auto``, which looks at the shape of the economy and says why.
    tolerance : largest relative error that counts as proved.
    start : an answer near by, e.g. of a similar demand.
    witness : a :class:`Witness` of an earlier solution with the same inputs, or any positive prices thought to leave
        every technique a margin (they are checked).
    max_passes : most products to form (5,000 by default); the best answer so far is returned, not proved.
    names : names of the goods, for messages.

    Returns
    -------
    LeontiefSolution; look at ``proved``.

    Raises
    ------
    UnproductiveError : the economy uses up more of some goods than it makes; the block and the proof are in the
        message.
    DataError, OptionError : shapes, numbers or options that are not usable.
    """
    began = time.perf_counter()
    proposed = witness.prices if isinstance(witness, Witness) else witness
    inputs, given, names = in_one_order(inputs, {"demand": demand, "start": start, "witness": proposed}, names)
    demand, start, proposed = given.values()
    proposed = None if proposed is None else numbers_of(proposed, "witness")
    coefficients = inputs if isinstance(inputs, Coefficients) else Coefficients(inputs)
    check_inputs(coefficients, names)
    wanted = numbers(demand, coefficients.shape, "demand")
    near = None if start is None else numbers(start, coefficients.shape, "start", OptionError)
    _check_options(method, tolerance, max_passes)
    before = coefficients.passes
    shape = find_shape(coefficients) if _looks(method, coefficients) else None
    proof = find_witness(coefficients, names, proposed, shape)
    spent = coefficients.passes - before
    power = int(np.frexp(np.abs(wanted).max(initial=0.0))[1])  # solved for a demand of about one: exact, and in range
    with np.errstate(under="ignore"):
        wanted, near = np.ldexp(wanted, -power), None if near is None else np.ldexp(near, -power)
    system = System(coefficients, wanted, transpose, proof, tolerance, (max_passes or _MOST_PASSES) - spent)
    if not wanted.any():
        chosen, reason, x, bound = "none", "nothing is demanded", np.zeros(len(wanted)), Bound(0.0, 0.0)
    elif method == "auto":
        chosen, reason, x, bound = _choose(system, near, shape)
    else:
        chosen, reason = method, "as asked"
        x, bound = METHODS[method](system, near)
    sound = np.isfinite(x)  # an iteration that broke down says so by its infinite bound
    x, bound = system.in_units(x, bound, power)
    beyond = np.flatnonzero(sound & ~np.isfinite(x)).tolist()
    if beyond:
        called = listed(beyond if names is None else [names[k] for k in beyond])
        raise DataError(
            f"the {'prices' if transpose else 'outputs'} of {called} are beyond the largest double, 1.8e308; state "
            "demand in larger units"
        )
    return LeontiefSolution(
        x=x,
        bound=bound.error,
        relative_bound=bound.relative,
        norm="weighted maximum" if transpose else "weighted sum",
        witness=proof,
        method=chosen,
        reason=reason,
        passes=coefficients.passes - before,
        seconds=time.perf_counter() - began,
        trace=tuple((spent + passes, error) for passes, error in system.trace),
        tolerance=tolerance,
    )


def _looks(method: str, coefficients: Coefficients) -> bool:
    """Whether the shape of the economy matters: small ones are factorised whatever it is, unless that is forbidden."""
    return coefficients.shape[0] > 0 and (method != "auto" or coefficients.shape[0] > DENSE)


def _choose(system: System, start: Floats | None, shape: Shape | None) -> tuple[str, str, Floats, Bound]:
    """Pick a method by the shape of the economy, solve, and factorise where an iteration did not get there."""
    size = len(system.demand)
    if shape is None:
        return "lu", f"{size} goods are few enough to factorise", *lu(system, start)
    if shape.triangular:
        reason = "the goods can be put in an order in which each needs only later ones"
        return "block-triangular", reason, *block_triangular(system, start, shape)
    if shape.kind == "blocks" and shape.largest <= size // 2:
        reason = f"goods need each other only in blocks of at most {shape.largest:,}"
        return "block-triangular", reason, *block_triangular(system, start, shape)
    reason = "most goods need each other: an iteration is cheaper than a factorisation, which fills in"
    x, bound = gmres_once(system, start)
    if bound.relative <= system.tolerance or system.exhausted:
        return "gmres", reason, x, bound
    x, bound = bicgstab(system, x)
    if bound.relative <= system.tolerance or system.exhausted:
        return "bicgstab", f"{reason}; one cycle of GMRES was not enough", x, bound
    reason = "BiCGSTAB did not get there: GMRES went on from its answer"
    return "gmres", reason, *gmres(system, x if np.isfinite(x).all() else start)


def numbers(values: Any, shape: tuple[int, int], what: str, error: type[DataError | OptionError] = DataError) -> Floats:
    """Return values as one finite number per good, or say what is wrong with them.

    Raises
    ------
    error : no numbers, another shape, or entries that are not finite; the class given.
    """
    try:
        vector = np.array(doubles(values))
    except (TypeError, ValueError) as reason:
        raise error(f"{what} must be numbers, one per good: {reason}") from None
    if vector.shape != (shape[0],):
        raise error(f"{what} must be {shape[0]:,} numbers, one per good, not of shape {vector.shape}")
    if not np.isfinite(vector).all():
        raise error(f"{what} must be finite numbers; {listed(np.flatnonzero(~np.isfinite(vector)))} are not")
    return vector


def check_inputs(coefficients: Coefficients, names: Sequence[object] | None = None) -> None:
    """Raise unless there is one technique per good and no input is negative."""
    rows, columns = coefficients.shape
    if rows != columns:
        raise DataError(f"inputs must be square, one technique per good, not {rows:,} x {columns:,}")
    if names is not None and len(names) != rows:
        raise OptionError(f"names must be {rows:,}, one per good, not {len(names):,}")
    if coefficients.negative:
        least = int(np.argmin(coefficients.matrix.data))
        row = int(np.searchsorted(coefficients.matrix.indptr, least, side="right")) - 1
        column = int(coefficients.matrix.indices[least])
        pair = (row, column) if names is None else (names[row], names[column])
        raise DataError(f"inputs must not be negative; the input of {pair[0]!r} in {pair[1]!r} is")


def _check_options(method: str, tolerance: float, max_passes: int | None) -> None:
    if method != "auto" and method not in METHODS:
        raise OptionError(unknown("method", method, ["auto", *METHODS]))
    number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if not number or not 0 < tolerance < 1:
        raise OptionError(f"tolerance must lie between 0 and 1, not {tolerance!r}")
    if max_passes is not None and (isinstance(max_passes, bool) or not isinstance(max_passes, int) or max_passes < 1):
        raise OptionError(f"max_passes must be a positive whole number, not {max_passes!r}")
