"""Formulas from Python functions: a function is called once with a symbol, which writes down what is done with it.

What the symbol cannot write down (a branch on its value, a loop up to it, a call that wants a plain number) is refused:
such a function is read at quantities instead (:func:`natura_opt.curves.making.from_function`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from ..base.errors import DataError, shortened
from ..base.numbers import double
from .expression import QUANTITY, Node, applied, number
from .formula import Formula

_ADVICE = "give the quantities at which to read it"


def traced(function: Callable[[Any], Any]) -> Formula:
    """Return the formula that a function of the activity computes.

    Parameters
    ----------
    function : arithmetic and NumPy's sqrt, log, exp and powers of one argument.

    Raises
    ------
    DataError : it cannot be traced, or returns no number.

    >>> traced(lambda q: 2 * q + np.sqrt(q) / 10).text
    '2 * q + sqrt(q) / 10'
    """
    try:
        result = function(Symbol(QUANTITY))
    except DataError as error:
        raise DataError(f"{shortened(function)} cannot be written as a formula: {error}") from None
    except Exception as error:
        raise DataError(
            f"{shortened(function)} cannot be written as a formula ({type(error).__name__}: {error}); {_ADVICE}"
        ) from None
    if isinstance(result, Symbol):
        return Formula(result.node)
    try:
        return Formula(_node(result))
    except DataError as error:
        raise DataError(f"{shortened(function)} returns no total: {error}") from None


def _node(value: Any) -> Node:
    if isinstance(value, Symbol):
        return value.node
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    try:
        return number(double(value))
    except ValueError as error:
        raise DataError(f"it holds {error}; {_ADVICE}") from None


def _refuse(what: str) -> Callable[..., NoReturn]:
    def refusing(*_: Any) -> NoReturn:
        raise DataError(f"it {what}; {_ADVICE}")

    return refusing


class Symbol:
    """The activity while a function is traced: arithmetic with it writes an expression."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, node: Node) -> None:
        self.node = node

    def __add__(self, other: Any) -> Symbol:
        return _combined("+", self, other)

    def __radd__(self, other: Any) -> Symbol:
        return _combined("+", other, self)

    def __sub__(self, other: Any) -> Symbol:
        return _combined("-", self, other)

    def __rsub__(self, other: Any) -> Symbol:
        return _combined("-", other, self)

    def __mul__(self, other: Any) -> Symbol:
        return _combined("*", self, other)

    def __rmul__(self, other: Any) -> Symbol:
        return _combined("*", other, self)

    def __truediv__(self, other: Any) -> Symbol:
        return _combined("/", self, other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return _combined("/", other, self)

    def __pow__(self, other: Any) -> Symbol:
        return _combined("**", self, other)

    def __rpow__(self, other: Any) -> Symbol:
        return _combined("**", other, self)

    def __neg__(self) -> Symbol:
        return _combined("negative", self)

    def __pos__(self) -> Symbol:
        return self

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse("chooses by the activity's value")
    __eq__ = __ne__ = _refuse("chooses by the activity's value")
    __float__ = __int__ = __index__ = __complex__ = _refuse("wants the activity as a plain number")
    __abs__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __round__ = _refuse("bends at a point")
    __len__ = __iter__ = __getitem__ = __array__ = _refuse("takes the activity for a list")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *given: Any, **options: Any) -> Symbol:
        """Write down one of NumPy's functions."""
        if method != "__call__" or options or ufunc.__name__ not in _UFUNCS:
            raise DataError(f"it uses numpy.{ufunc.__name__}, which is no part of a formula; {_ADVICE}")
        return _UFUNCS[ufunc.__name__](*given)


def _combined(op: str, *parts: Any) -> Symbol:
    return Symbol(applied(op, *(_node(part) for part in parts)))


def _writes(op: str) -> Callable[..., Symbol]:
    return lambda *parts: _combined(op, *parts)


_UFUNCS: dict[str, Callable[..., Symbol]] = {
    "add": _writes("+"),
    "subtract": _writes("-"),
    "multiply": _writes("*"),
    "divide": _writes("/"),
    "power": _writes("**"),
    "float_power": _writes("**"),
    "negative": _writes("negative"),
    "positive": lambda a: a,
    "sqrt": _writes("sqrt"),
    "log": _writes("log"),
    "exp": _writes("exp"),
    "square": lambda a: a**2,
    "cbrt": lambda a: a ** (1 / 3),
    "reciprocal": lambda a: 1 / a,
    "log1p": lambda a: _combined("log", 1 + a),
    "expm1": lambda a: _combined("exp", a) - 1,
    "log2": lambda a: _combined("log", a) / np.log(2.0),
    "log10": lambda a: _combined("log", a) / np.log(10.0),
}
