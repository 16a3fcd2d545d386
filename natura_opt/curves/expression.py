"""Expressions in the activity q as trees: what a formula is made of, and the one way to walk it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from ..base.errors import DataError

#: The operations of formulas: what they are written as, and how tightly each binds.
BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "negative": 3, "**": 4}
FUNCTIONS = ("sqrt", "log", "exp")

#: No formula that people write is longer or deeper than this, or has larger exponents.
MOST_PARTS, MOST_DEPTH, MOST_EXPONENT = 400, 60, 100.0

V = TypeVar("V")


@dataclass(frozen=True)
class Node:
    """A number (``op`` is "number"), the activity ("q"), or an operation on one or two nodes.

    Attributes
    ----------
    op : "number", "q", a key of :data:`BINDING` or a name in :data:`FUNCTIONS`.
    parts : what it is applied to; the second part of a power is free of q.
    value : of a number, finite and not negative.
    """

    op: str
    parts: tuple[Node, ...] = ()
    value: float = 0.0

    @cached_property
    def count(self) -> int:
        """Number of nodes, repeated ones as often as they are written."""
        return 1 + sum(part.count for part in self.parts)

    @cached_property
    def depth(self) -> int:
        """Number of nodes from here to the furthest leaf."""
        return 1 + max((part.depth for part in self.parts), default=0)

    @cached_property
    def varies(self) -> bool:
        """Whether q is in it."""
        return self.op == "q" or any(part.varies for part in self.parts)


QUANTITY = Node("q")


def number(value: float) -> Node:
    """Return a finite number as a node.

    Raises
    ------
    DataError : not finite.
    """
    if not math.isfinite(value):
        raise DataError(f"a formula holds a number that no double is ({value})")
    plain = Node("number", value=abs(value))
    return applied("negative", plain) if value < 0.0 else plain


def applied(op: str, *parts: Node) -> Node:
    """Return an operation on nodes.

    Raises
    ------
    DataError : a formula too long or too deep, a power whose exponent is large or depends on q, a number that no double
        is (9**9**9, 1/0, log(0)).
    """
    whole = Node(op, parts)
    if whole.depth > MOST_DEPTH or whole.count > MOST_PARTS:
        raise DataError(
            f"a formula has more than {MOST_PARTS} parts or is nested deeper than {MOST_DEPTH}; report quantities and "
            "totals instead, or cut it into pieces"
        )
    if op == "**" and parts[1].varies:
        raise DataError("a formula has q in an exponent; write a**q as exp(q*log(a))")
    if not whole.varies:
        constant(whole)
    elif op == "**" and abs(constant(parts[1])) > MOST_EXPONENT:
        raise DataError(f"a formula raises q to the power of {constant(parts[1]):g}; at most {MOST_EXPONENT:g} is read")
    return whole


def walk(node: Node, quantity: V, of_number: Callable[[float], V], rules: Mapping[str, Callable[..., V]]) -> V:
    """Return what an expression becomes when each of its operations follows a rule.

    Parameters
    ----------
    quantity : what q becomes.
    of_number : what a number becomes.
    rules : by operation; that of a power takes the base and the exponent as a plain number.
    """
    if node.op == "q":
        return quantity
    if node.op == "number":
        return of_number(node.value)
    first = walk(node.parts[0], quantity, of_number, rules)
    if node.op == "**":
        return rules["**"](first, constant(node.parts[1]))
    return rules[node.op](first, *(walk(part, quantity, of_number, rules) for part in node.parts[1:]))


def constant(node: Node) -> float:
    """Return the value of an expression that is free of q.

    Raises
    ------
    DataError : no finite number.
    """
    try:
        value = walk(node, math.nan, float, _PLAIN)
    except (ArithmeticError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{written(node)} in a formula is no finite number")
    return value


_PLAIN: dict[str, Callable[..., float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "negative": lambda a: -a,
    "**": math.pow,
    "sqrt": math.sqrt,
    "log": math.log,
    "exp": math.exp,
}


def written(node: Node) -> str:
    """Return an expression as text that is read back as the same tree."""
    if node.op == "q":
        return "q"
    if node.op == "number":
        whole = node.value < 1e15 and node.value == int(node.value)
        return str(int(node.value)) if whole else repr(node.value)
    if node.op in FUNCTIONS:
        return f"{node.op}({written(node.parts[0])})"
    if node.op == "negative":
        return f"-{_enclosed(node.parts[0], BINDING['negative'] + 1)}"
    left, right = node.parts
    binding = BINDING[node.op]
    if node.op == "**":
        return f"{_enclosed(left, binding + 1)}**{_enclosed(right, binding + 1)}"
    return f"{_enclosed(left, binding)} {node.op} {_enclosed(right, binding + 1)}"


def _enclosed(node: Node, least: int) -> str:
    """Return an expression as text, in parentheses if it binds less tightly than asked."""
    text = written(node)
    return f"({text})" if BINDING.get(node.op, 5) < least else text


def replaced(node: Node, quantity: Node) -> Node:
    """Return an expression with another one in the place of q."""
    if node.op == "q":
        return quantity
    if not node.varies:
        return node
    return applied(node.op, *(replaced(part, quantity) for part in node.parts))
