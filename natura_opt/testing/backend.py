"""The backends a case is tried on: those of this package, and a form in which to bring one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from ..backends.answer import Answer
from ..backends.options import SolveOptions
from ..backends.session import HotSession
from ..economy.economy import Economy
from ..methods import solve as solving
from ..plan.plan import Plan
from ..program.linear import LinearProgram
from ..proof.judging import solve_any
from .case import Feature
from .statement import brought_back, cvxpy_statement, declarations_of, pyomo_statement


@dataclass(frozen=True, eq=False)
class Backend:
    """Something that solves linear programs.

    Attributes
    ----------
    name : for the report.
    solve : from a program and options to what the solver claims: a point and ∂objective/∂side per row. Nothing it says
        is believed; the suite recomputes the proof from the program.
    features : what it can do beyond that.
    plan : from an economy and options to a plan (for the feature ``economies``).
    resolve : from programs that differ in costs, bounds and sides to their answers, on one solver object kept
        throughout (for the feature ``solving again on the object it keeps``).
    method, tolerance : passed on in the options; the proof is held to this tolerance.
    """

    name: str
    solve: Callable[[LinearProgram, SolveOptions], Answer]
    features: frozenset[Feature] = frozenset()
    plan: Callable[[Economy, SolveOptions], Plan] | None = None
    resolve: Callable[[Sequence[LinearProgram], SolveOptions], Iterable[Answer]] | None = None
    method: str = "auto"
    tolerance: float = 1e-9

    def __repr__(self) -> str:
        return f"Backend({self.name!r})"


def _highs(program: LinearProgram, options: SolveOptions) -> Answer:
    return solve_any(program, options)[0]


def _highs_kept(programs: Sequence[LinearProgram], options: SolveOptions) -> Iterator[Answer]:
    session = HotSession(programs[0], options)
    yield session.solve()
    for program in programs[1:]:
        session.hold(program)
        yield session.solve()


def _pyomo(solver: str, program: LinearProgram, options: SolveOptions) -> Answer:
    from ..backends.pyomo import compile_pyomo, solve_pyomo

    compiled = compile_pyomo(pyomo_statement(program), declarations_of(program), {})
    return brought_back(solve_pyomo(compiled, options, solver), compiled.program, program)


def _cvxpy(program: LinearProgram, options: SolveOptions) -> Answer:
    from ..backends.cvxpy import compile_cvxpy, solve_cvxpy

    compiled = compile_cvxpy(cvxpy_statement(program), declarations_of(program))
    return brought_back(solve_cvxpy(compiled, options), compiled.program, program)


def _plan(backend: str, solver: str, economy: Economy, options: SolveOptions) -> Plan:
    return solving.solve(
        economy,
        backend=backend,
        solver=solver,
        method=options.method if solver == "highs" else "auto",
        tolerance=options.tolerance,
    )


_ALL = frozenset(Feature)
#: Models are handed to HiGHS as they stand, unscaled, and built anew for every solve.
_MODELLED = _ALL - {Feature.SCALES, Feature.INTERRUPT, Feature.RESOLVES}
#: Pyomo's standard form refuses a row without columns that cannot hold.
_PYOMO = _MODELLED - {Feature.EMPTY_CLASHES}


def _highs_by(method: str, features: frozenset[Feature], tolerance: float = 1e-9) -> Backend:
    plan = partial(_plan, "highs", "highs")
    resolve = _highs_kept if Feature.RESOLVES in features else None
    return Backend(f"highs {method}", _highs, features, plan, resolve, method, tolerance)


#: The backends of this package, by name.
BACKENDS: dict[str, Backend] = {
    backend.name: backend
    for backend in (
        _highs_by("simplex", _ALL),
        _highs_by("ipm", _ALL),
        _highs_by("pdlp", _ALL - {Feature.INTEGER, Feature.INTERRUPT, Feature.RESOLVES}, tolerance=1e-6),
        Backend("pyomo highs", partial(_pyomo, "highs"), _PYOMO, partial(_plan, "pyomo", "highs")),
        Backend("pyomo appsi_highs", partial(_pyomo, "appsi_highs"), _PYOMO, partial(_plan, "pyomo", "appsi_highs")),
        Backend("cvxpy highs", _cvxpy, _MODELLED - {Feature.WITHOUT_COLUMNS}, partial(_plan, "cvxpy", "highs")),
    )
}
