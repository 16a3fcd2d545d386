"""The canonical model: a linear program that is written to the files every solver reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import writing
from .canonical import CanonicalForm


@dataclass(frozen=True, eq=False, repr=False)
class LinearProgram(CanonicalForm):
    """``max or min c x + offset``  subject to  ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``.

    Attributes
    ----------
    sense : ``"max"`` or ``"min"``.
    columns, rows : the blocks, in order.
    cost : shape (n,), in units of the objective per unit of the column.
    lower, upper : shape (n,).
    integer : shape (n,), which columns must be whole numbers.
    matrix : csc array of shape (m, n).
    row_lower, row_upper : shape (m,).
    offset : the constant of the objective, in its units.
    """

    def to_mps(self, path: str | Path) -> Path:
        """Write the program as an MPS file (free format), every number with all its digits.

        Parameters
        ----------
        path : the file, which ends in ``.mps``; written whole or not at all.

        Raises
        ------
        OutputError : the place cannot be written, or something else stands there.
        """
        return writing.to_mps(self, path)

    def to_lp(self, path: str | Path) -> Path:
        """Write the program as an LP file, every number with all its digits.

        Parameters
        ----------
        path : the file, which ends in ``.lp``; written whole or not at all.

        Raises
        ------
        OutputError : the place cannot be written, or something else stands there.
        """
        return writing.to_lp(self, path)
