"""Formulas read from text: Python's grammar, and of it only arithmetic in q. Nothing is ever executed."""

from __future__ import annotations

import ast
import warnings

from ..base.errors import DataError, listed, shortened
from .expression import FUNCTIONS, QUANTITY, Node, applied, number

#: A longer text is not read.
MOST_CHARACTERS = 2000

_BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_WANTED = f"a formula is made of numbers, q, + - * / **, parentheses and {listed(FUNCTIONS)}"


def expression_of(text: str) -> Node:
    """Return the expression that a text writes.

    Raises
    ------
    DataError : text that is no such expression; the message shows the part that is not understood.
    """
    if not isinstance(text, str):
        raise DataError(f"{shortened(text)} is no formula; {_WANTED}")
    if len(text) > MOST_CHARACTERS:
        raise DataError(f"a formula has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
        return _read(tree.body, text.strip())
    except DataError as error:
        raise DataError(f"formula {shortened(text)}: {error}") from None
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        why = error.msg if isinstance(error, SyntaxError) else "it is nested too deep, or a number has too many digits"
        raise DataError(f"formula {shortened(text)} cannot be read: {why}; {_WANTED}") from None


def _read(tree: ast.expr, text: str) -> Node:
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int | float) and not isinstance(tree.value, bool):
        try:
            return number(float(tree.value))
        except OverflowError:
            raise DataError(f"{shortened(tree.value, 20)} is a number that no double reaches") from None
    if isinstance(tree, ast.Name) and tree.id == "q":
        return QUANTITY
    if isinstance(tree, ast.BinOp) and type(tree.op) in _BINARY:
        return applied(_BINARY[type(tree.op)], _read(tree.left, text), _read(tree.right, text))
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.UAdd):
        return _read(tree.operand, text)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return applied("negative", _read(tree.operand, text))
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in FUNCTIONS:
        if len(tree.args) != 1 or tree.keywords or isinstance(tree.args[0], ast.Starred):
            raise DataError(f"{tree.func.id}(...) takes one expression")
        return applied(tree.func.id, _read(tree.args[0], text))
    raise DataError(f"{_part(tree, text)} is not understood; {_WANTED}{_advice(tree)}")


def _part(tree: ast.expr, text: str) -> str:
    return shortened(ast.get_source_segment(text, tree) or text, 40)


def _advice(tree: ast.expr) -> str:
    """Return what to write instead of what people often write."""
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.BitXor):
        return "; write a power as q**2"
    called = tree.func.id if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) else ""
    if called in ("min", "max", "abs") or isinstance(tree, ast.IfExp | ast.Compare):
        return "; what holds on a part of the range is a piece of its own, a row of the table"
    if isinstance(tree, ast.Name):
        return "; the activity is called q"
    return ""
