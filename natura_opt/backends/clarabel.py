"""Clarabel on a scaled conic program: claims, in the units of the program it was given.

Source: Goulart and Chen, "Clarabel: An interior-point solver for conic programs with quadratic objectives" (2024).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.arrays import Floats
from ..base.errors import OptionError, unknown
from ..program.conic import ConicProgram
from ..program.scaling import to_unit
from .answer import Answer, Claim
from .options import SolveOptions

#: Clarabel's tolerances: its own of 1e-8 leave gaps that are no proof.
_ASKED = 1e-12
#: The least that Clarabel is given, in seconds.
_INSTANT = 1e-3
_SWEEPS = 20
#: Steps below which a patient solve gives up its scaling of the cones, and ends (.1 and 1e-4 without patience).
_SHORT = (1e-6, 1e-9)
_CLAIMS = {
    "Solved": Claim.OPTIMAL,
    "AlmostSolved": Claim.OPTIMAL,
    "InsufficientProgress": Claim.OPTIMAL,  # as far as doubles carry it: the certificate says how far that is
    "NumericalError": Claim.FAILED,
    "PrimalInfeasible": Claim.INFEASIBLE,
    "AlmostPrimalInfeasible": Claim.INFEASIBLE,
    "DualInfeasible": Claim.UNBOUNDED,
    "AlmostDualInfeasible": Claim.UNBOUNDED,
    "MaxTime": Claim.TIME_LIMIT,
    "MaxIterations": Claim.ITERATION_LIMIT,
}


@dataclass(frozen=True, eq=False)
class ScaledCones:
    """Factors of a conic program, all powers of two but the turns.

    ``x = column x~ sides`` and ``s~ = turned(row s) / sides``; an exponential cone is turned by
    ``(x, y, z) -> (x - t y, y, z exp(-t))``, which maps it onto itself and brings its last entry near one.

    Attributes
    ----------
    row, column : shape (m,) and (n,). sides, objective : of all sides, and of the objective.
    turns : csc array of shape (m, m).
    """

    row: Floats
    column: Floats
    sides: float
    objective: float
    turns: Any

    @classmethod
    def of(cls, conic: ConicProgram, scaled: bool) -> ScaledCones:
        """Return the factors that bring coefficients and sides near one; all ones where it is not to be scaled."""
        height, width = conic.shape
        turn = sp.eye_array(height, format="csc")
        if not scaled:
            return cls(np.ones(height), np.ones(width), 1.0, 1.0, turn)
        row, column, sides = _geometric(conic)
        shifts: list[tuple[int, float]] = []
        for cone in conic.curved_cones:
            if cone.kind == "exponential":
                shifts.append((cone.start, -float(np.log(row[cone.start + 2] / row[cone.start]))))
        if shifts:
            at, by = np.array([start for start, _ in shifts]), np.array([shift for _, shift in shifts])
            turn = sp.csc_array(turn + sp.coo_array((-by, (at, at + 1)), shape=(height, height)))
        cost = np.concatenate([conic.cost * column * sides, conic.quadratic * column**2 * sides**2])
        return cls(row, column, sides, 1.0 / to_unit(cost), turn)

    def solver_data(self, conic: ConicProgram) -> tuple[Any, Floats, Any, Floats]:
        """Return P, q, A and b as Clarabel takes them."""
        matrix = sp.diags_array(self.row) @ conic.matrix @ sp.diags_array(self.column)
        squares = conic.quadratic * self.column**2 * self.sides**2 / self.objective
        return (
            sp.csc_array(sp.diags_array(squares)),
            conic.cost * self.column * self.sides / self.objective,
            sp.csc_array(self.turns @ matrix),
            np.asarray(self.turns @ (conic.side * self.row)) / self.sides,
        )

    def primal(self, scaled: Floats) -> Floats:
        """Return column values in the program's units."""
        return scaled * self.column * self.sides

    def dual(self, scaled: Floats) -> Floats:
        """Return multipliers in the program's units."""
        return np.asarray(self.turns.T @ scaled) * self.row * (self.objective / self.sides)


def _geometric(conic: ConicProgram) -> tuple[Floats, Floats, float]:
    """Return factors of rows and columns, and of the sides, which are a column more: geometric means near one.

    Rows of one curved cone share a factor, but the last one of an exponential cone, which a turn carries.
    """
    height, width = conic.shape
    entries = sp.coo_array(conic.matrix)
    sided = np.flatnonzero(conic.side)
    rows = np.concatenate([entries.row, sided])
    columns = np.concatenate([entries.col, np.full(len(sided), width)])
    logs = np.log2(np.abs(np.concatenate([entries.data, conic.side[sided]])))
    group = np.arange(height)
    for cone in conic.curved_cones:
        group[cone.start : cone.start + (2 if cone.kind == "exponential" else cone.size)] = cone.start
    group_of = group[rows]
    in_group = np.maximum(np.bincount(group_of, minlength=height), 1)
    in_column = np.maximum(np.bincount(columns, minlength=width + 1), 1)
    row, column = np.zeros(height), np.zeros(width + 1)
    for _ in range(_SWEEPS):
        row = -np.bincount(group_of, logs + column[columns], height) / in_group
        column = -np.bincount(columns, logs + row[group_of], width + 1) / in_column
    powers = np.exp2(np.clip(np.round(np.concatenate([row[group], column])), -400.0, 400.0))
    return powers[:height], powers[height:-1], float(1.0 / powers[-1])


def solve_cones(
    conic: ConicProgram,
    options: SolveOptions,
    scaled: bool = True,
    like: ConicProgram | None = None,
    patient: bool = False,
) -> Answer:
    """Solve with Clarabel and return its claim, its point and its multipliers, in the program's own units.

    The multipliers are those of the rows ``A x + s = b`` of the minimum; of an infeasible program they are the Farkas
    vector, and of an unbounded one the point is the ray.

    Parameters
    ----------
    patient : go on with short steps, which exponential and power cones beside many rows need.
    like : whose factors scale it, where the program itself is only a little other.

    Raises
    ------
    OptionError : an option that Clarabel does not know, or of another kind.
    """
    import clarabel  # type: ignore[import-untyped]

    factors = ScaledCones.of(like or conic, scaled)
    settings = clarabel.DefaultSettings()
    settings.verbose = options.verbose
    settings.direct_solve_method = "qdldl"  # on plans of 16,000 columns twice as quick as the others, on one core
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = _ASKED
    settings.reduced_tol_gap_abs = settings.reduced_tol_gap_rel = settings.reduced_tol_feas = 1e-6
    if patient:
        settings.min_switch_step_length, settings.min_terminate_step_length = _SHORT
    if options.time_limit is not None:
        settings.time_limit = max(float(options.time_limit), _INSTANT)
    known = [name for name in dir(settings) if not name.startswith("_") and name != "default"]
    for name, value in options.options.items():
        if name not in known:
            raise OptionError(f"Clarabel, which solves convex programs: {unknown('option', name, known)}")
        try:
            setattr(settings, name, value)
        except (TypeError, ValueError, OverflowError):
            raise OptionError(f"Clarabel's option {name!r} cannot be {value!r}") from None
    begun = time.perf_counter()
    height, width = conic.shape
    try:
        with np.errstate(all="ignore"):
            solver = clarabel.DefaultSolver(*factors.solver_data(conic), _cones_of(conic), settings)
        found = solver.solve()
    except BaseException as error:  # Clarabel panics with an exception that is none of Exception's
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return Answer(Claim.FAILED, np.zeros(width), np.zeros(height), message=f"Clarabel failed ({error})")
    primal, dual = factors.primal(np.asarray(found.x)), factors.dual(np.asarray(found.z))
    if not (np.isfinite(primal).all() and np.isfinite(dual).all()):
        primal, dual = np.zeros(width), np.zeros(height)
    status = str(found.status)
    return Answer(
        _CLAIMS.get(status, Claim.FAILED),
        primal,
        dual,
        message=f"Clarabel{', scaled' if scaled else ''}{', short steps' if patient else ''}: {status}",
        iterations=int(found.iterations),
        seconds=time.perf_counter() - begun,
    )


def _cones_of(conic: ConicProgram) -> list[Any]:
    import clarabel

    cones: list[Any] = []
    for cone in conic.cones:
        if cone.kind == "zero":
            cones.append(clarabel.ZeroConeT(cone.size))
        elif cone.kind == "nonnegative":
            cones.append(clarabel.NonnegativeConeT(cone.size))
        elif cone.kind == "second-order":
            cones.append(clarabel.SecondOrderConeT(cone.size))
        elif cone.kind == "semidefinite":
            cones.append(clarabel.PSDTriangleConeT((int(np.sqrt(8 * cone.size + 1)) - 1) // 2))
        elif cone.kind == "exponential":
            cones.append(clarabel.ExponentialConeT())
        elif cone.size == 3:
            cones.append(clarabel.PowerConeT(cone.exponents[0]))
        else:
            cones.append(clarabel.GenPowerConeT(list(cone.exponents), 1))
    return cones
