"""What a CVXPY model may hold: refused is what CVXPY answers with a traceback, or otherwise than it was asked.

CVXPY takes every entry of a form within 1e-10 of zero for zero when it asks for its curvature, believes ``psd_wrap``,
and states a power by the nearest fraction: a proof would then be of another program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..base.errors import QuestionError, shortened

#: The types of CVXPY's constraints that are linear where what stands in them is.
LINEAR = ("Inequality", "Equality", "Zero", "NonPos", "NonNeg")
#: Eigenvalues of a form that are no more than this beside the largest are the rounding of zeros.
_ROUNDED = 1e-12
#: What CVXPY takes for zero when it asks whether a form is semidefinite.
_CVXPYS_ZERO = 1e-9
#: An exponent that CVXPY misses by more than this, relative to it, is another one.
_SAME = 4e-16
#: Attributes that make of a variable another one, with other columns, before it is solved.
_REWRITTEN = ("symmetric", "PSD", "NSD", "diag", "hermitian", "complex", "imag", "sparsity")


def refuse_unusable(model: Any) -> None:
    """Raise where a CVXPY model holds what is no objective, no rows, or not what its expressions say.

    Parameters
    ----------
    model : a :class:`natura_opt.laws.cvxpy_model.CvxpyModel`.

    Raises
    ------
    QuestionError : naming the rows, the variable or the expression.
    """
    import cvxpy as cp

    name = model.economy.name
    if not isinstance(model.objective, cp.Maximize | cp.Minimize):
        raise QuestionError(
            f"{name}: the objective of a CVXPY model is cvxpy.Maximize(...) or cvxpy.Minimize(...), not "
            f"{type(model.objective).__name__}"
        )
    _refuse_rows(name, model.constraints)
    own = {variable.id for variable in model.variables.values()}
    problem = model.problem()
    for variable in problem.variables():
        _refuse_variable(name, variable, variable.name() in model.variables and variable.id not in own)
    unset = [parameter.name() for parameter in problem.parameters() if parameter.value is None]
    if unset:
        raise QuestionError(f"{name}: the CVXPY parameter {unset[0]!r} has no value; set its .value first")
    seen: set[int] = set()
    _refuse_expressions(f"{name}: the objective", [model.objective.expr], seen)
    with np.errstate(all="ignore"):
        constant = model.objective.expr.value if model.objective.expr.is_constant() else 0.0
    if not np.isfinite(np.asarray(constant)).all():
        raise QuestionError(f"{name}: the objective {shortened(str(model.objective.expr))} is not a number")
    for rows, _, constraint in model.constraints:
        _refuse_expressions(f"{name}: rows {str(rows)!r}", constraint.args, seen)


def only_affine(expression: Any) -> bool:
    """Whether nothing but sums and products with constants makes an expression.

    CVXPY calls more affine: a square of a constant, or a quadratic form that it takes for zero.
    """
    return bool(expression.is_affine()) and all(_is_affine_atom(part) for part in _parts([expression], set()))


def _is_affine_atom(part: Any) -> bool:
    from cvxpy.atoms.affine.affine_atom import AffAtom
    from cvxpy.expressions.leaf import Leaf

    return isinstance(part, AffAtom | Leaf)


def _parts(expressions: Iterable[Any], seen: set[int]) -> Iterator[Any]:
    """Yield every part of expressions once, from outside in."""
    left = list(expressions)
    while left:
        part = left.pop()
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            left.extend(getattr(part, "args", ()))


def _refuse_rows(name: str, rows: list[tuple[str, Any, Any]]) -> None:
    called: dict[int, str] = {}
    for block, index, constraint in rows:
        if not hasattr(constraint, "args"):
            raise QuestionError(f"{name}: rows {block!r} are no CVXPY constraint, but {constraint!r:.80}")
        if constraint.id in called:
            raise QuestionError(
                f"{name}: rows {block!r} are the same CVXPY constraint as rows {called[constraint.id]!r}, which has "
                "one valuation only; add it once, or state it anew"
            )
        called[constraint.id] = block
        if type(constraint).__name__ in LINEAR and len(index) != constraint.size:
            raise QuestionError(
                f"the CVXPY rows {block!r} have {constraint.size} entries and {len(index)} labels; give one each"
            )


def _refuse_variable(name: str, variable: Any, taken: bool) -> None:
    called = shortened(variable.name())
    if taken:
        raise QuestionError(f"{name}: the model has a variable {called} already; give yours another name")
    kinds = [kind for kind in _REWRITTEN if _has(variable.attributes.get(kind))]
    if kinds:
        raise QuestionError(
            f"{name}: the CVXPY variable {called} is declared {kinds[0]}, and CVXPY puts others in its place; declare "
            "a plain real one and say so in rows, such as X == X.T, or X >> 0"
        )


def _has(attribute: Any) -> bool:
    return attribute is not None and attribute is not False


def _refuse_expressions(where: str, expressions: Iterable[Any], seen: set[int]) -> None:
    for part in _parts(expressions, seen):
        said = shortened(str(part)) if getattr(part, "args", None) else ""
        if part.is_complex():
            raise QuestionError(f"{where}: {said or shortened(part.name())} is complex; state real numbers")
        if not part.args and part.is_constant() and _any_nan(part.value):
            raise QuestionError(f"{where}: a constant in it is not a number")
        error = getattr(part, "approx_error", 0.0)
        if error > _SAME * max(1.0, _largest_exponent(part)):
            raise QuestionError(
                f"{where}: CVXPY states {said} by a fraction that misses the exponent by {error:.1g}; write it with "
                "approx=False"
            )
        if type(part).__name__ == "QuadForm" and part.args[1].is_constant():
            promised = {"psd_wrap": 1, "nsd_wrap": -1}.get(type(part.args[1]).__name__, 0)
            _refuse_form(f"{where}: the quadratic form {said}", part.args[1].value, promised)


def _largest_exponent(part: Any) -> float:
    exponent = getattr(part, "p", None)
    exponent = getattr(exponent, "value", exponent)
    return 1.0 if exponent is None else float(np.abs(np.asarray(exponent, dtype=float)).max(initial=1.0))


def _any_nan(value: Any) -> bool:
    whole: Any = value
    return bool(np.isnan(whole.data if sp.issparse(value) else np.asarray(value, dtype=float)).any())


def _refuse_form(where: str, matrix: Any, promised: int) -> None:
    """Raise on a form that is not semidefinite, and on one so small that CVXPY takes it for any.

    Parameters
    ----------
    promised : 1: to be convex, by ``psd_wrap``; -1: to be concave, by ``nsd_wrap``; 0: nothing.
    """
    form: Any = sp.coo_array(matrix)
    crossed = (form.row != form.col) & (form.data != 0)
    values = np.linalg.eigvalsh(form.toarray()) if crossed.any() else form.diagonal()
    most, least = float(values.max(initial=0.0)), float(values.min(initial=0.0))
    size = max(most, -least)
    rises, falls = most > _ROUNDED * size, -least > _ROUNDED * size
    if (rises and falls) or (falls and promised > 0) or (rises and promised < 0):
        what = {1: "not convex", -1: "not concave", 0: "neither convex nor concave"}[promised]
        raise QuestionError(f"{where} is {what}: its eigenvalues go from {least:.3g} to {most:.3g}")
    if 0 < size <= _CVXPYS_ZERO and not promised and len(values) > 1:
        raise QuestionError(
            f"{where} is so small that CVXPY cannot tell its curvature (its largest eigenvalue is {size:.1g}); measure "
            "in other units: quad_form(x / s, s**2 * P)"
        )
