"""What a proof and the tables of a plan ask of a program, whether it is held as one matrix or made piece by piece.

Sides, bounds and costs are vectors as long as the plan itself, and are there in full. The coefficients, a hundred times
as many, come in *pieces*: sparse tiles, one after the other and in any order, of which no two need ever be held
together. A :class:`~natura_opt.LinearProgram` is one piece.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ..base.arrays import Floats
from ..base.errors import OptionError, shortened
from .canonical import Block, CanonicalForm, Piece, Sense

Positions = npt.NDArray[np.intp]


@runtime_checkable
class Program(Protocol):
    """``max or min c x + offset``  subject to  ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``.

    Attributes
    ----------
    sense : ``"max"`` or ``"min"``.
    columns, rows : the blocks, in order.
    cost, lower, upper, integer : shape (n,). row_lower, row_upper : shape (m,).
    """

    @property
    def sense(self) -> Sense: ...
    @property
    def columns(self) -> tuple[Block, ...]: ...
    @property
    def rows(self) -> tuple[Block, ...]: ...
    @property
    def cost(self) -> Floats: ...
    @property
    def lower(self) -> Floats: ...
    @property
    def upper(self) -> Floats: ...
    @property
    def integer(self) -> npt.NDArray[np.bool_]: ...
    @property
    def row_lower(self) -> Floats: ...
    @property
    def row_upper(self) -> Floats: ...
    @property
    def offset(self) -> float: ...
    @property
    def shape(self) -> tuple[int, int]: ...

    def pieces(self) -> Iterator[Piece]:
        """Return the pieces of A, anew with every call; A is their sum, each number in it taken as it stands."""
        ...

    def column_block(self, name: str) -> Block | None: ...
    def row_block(self, name: str) -> Block | None: ...
    def row_label(self, row: int) -> tuple[str, Any]: ...
    def column_label(self, column: int) -> tuple[str, Any]: ...


def require_program(program: object, where: str) -> None:
    """Refuse what is no program.

    Raises
    ------
    OptionError : something that a program must have is missing.
    """
    if not isinstance(program, CanonicalForm | Program):  # the first is known at once
        raise OptionError(
            f"{where}: program must be a LinearProgram (or keep natura_opt.program.protocol.Program), not "
            f"{shortened(program)}"
        )
