"""What economies weigh: bytes of tables, programs and proofs, stated before anything of them is made.

Every count is of arrays that are held together at the worst moment, in the order in which they are made; what is made a
block at a time counts as one sum. A forecast is meant to be held within a quarter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .economy import Economy

#: Python with NumPy, SciPy, pandas and pyarrow, before anything is read.
BASE = 130_000_000
#: What is made a block at a time, all of it together.
BLOCKS = 80_000_000
#: Vectors as long as the goods that a linear system is solved with (BiCGSTAB and what is left to solve).
_OF_A_SYSTEM = 15


def compressed(coefficients: int, lines: int) -> int:
    """Return the bytes of a compressed matrix: 12 per coefficient, 16 where 32 bits do not number them.

    >>> compressed(192_000_000, 24_000_000)
    2400000004
    """
    wide = 8 if coefficients >= 2**31 else 4
    return (8 + wide) * coefficients + wide * (lines + 1)


@dataclass(frozen=True)
class Size:
    """How large an economy of one period is.

    Attributes
    ----------
    goods, techniques : how many there are.
    inputs, outputs, resource_use : coefficients of these tables; outputs are 0 where they are taken for the identity.
    other : bytes of whatever other tables there are.
    """

    goods: int
    techniques: int
    inputs: int
    outputs: int = 0
    resource_use: int = 0
    other: int = 0

    @classmethod
    def of(cls, economy: Economy) -> Size:
        """Return the size of an economy; where periods differ, with all of its slices."""
        tables = dict(economy.tables)
        held = {name: tables.pop(name, None) for name in ("inputs", "outputs", "resource_use")}
        counts = {name: 0 if table is None else table.count for name, table in held.items()}
        other = sum((12 if table.spec.is_matrix else 8) * table.count for table in tables.values())
        return cls(len(economy.goods), len(economy.techniques), **counts, other=other)

    @property
    def tables(self) -> int:
        """Bytes of the tables as they are held."""
        parts = (self.inputs, self.outputs, self.resource_use)
        return sum(compressed(part, self.techniques) for part in parts if part) + self.other

    def vectors(self, goods: float, techniques: float) -> int:
        """Return the bytes of so many vectors of doubles, one number per good or technique each."""
        return int(8 * (goods * self.goods + techniques * self.techniques))

    @property
    def generating(self) -> int:
        """Most bytes held while an economy of this size is generated: its tables are made once, where they stay."""
        inputs = compressed(self.inputs, self.techniques)
        drawing = inputs + self.vectors(goods=13.0, techniques=1.0)
        solving = inputs + self.vectors(goods=_OF_A_SYSTEM + 3.0, techniques=1.5)
        spreading = self.tables + self.vectors(goods=3.0, techniques=5.0)
        checking = self.tables + 2 * max(self.inputs, self.resource_use) + self.vectors(goods=2.0, techniques=1.5)
        return BASE + BLOCKS + max(drawing, solving, spreading, checking)

    @property
    def reading(self) -> int:
        """Most bytes held while an economy of this size is read from Parquet tables in order."""
        return BASE + BLOCKS + self.tables + 2 * max(self.inputs, self.resource_use)

    @property
    def coefficients(self) -> int:
        """Coefficients of the program of one period: of all three tables."""
        return self.inputs + (self.outputs or self.goods) + self.resource_use

    def program(self, in_pieces: bool) -> int:
        """Bytes of the program of one period: sides, bounds and costs, and the matrix unless it is left in pieces."""
        vectors = self.vectors(goods=2.5, techniques=4.5)
        return vectors if in_pieces else vectors + compressed(self.coefficients, self.techniques)

    @property
    def proof(self) -> int:
        """Most bytes held beside a program while a plan is proved: vectors in extended precision, and one run."""
        return self.vectors(goods=10.0, techniques=20.0) + 24 * self.coefficients // 16

    def solving(self, goods: float, techniques: float, in_pieces: bool = True) -> int:
        """Most bytes held while an economy is planned by prices: tables, then the method's vectors, or its proof.

        Parameters
        ----------
        goods, techniques : vectors of the method that are held together, per good and per technique.
        in_pieces : whether the program that is proved leaves its coefficients in the tables.
        """
        proving = self.program(in_pieces) + self.proof + self.vectors(goods=2.0, techniques=2.0)
        return BASE + BLOCKS + self.tables + max(self.vectors(goods, techniques), proving)


def in_gibibytes(count: float) -> str:
    """Return bytes for people.

    >>> in_gibibytes(5.3e9)
    '4.9 GiB'
    """
    return f"{count / 2**30:.1f} GiB"


def stated(what: str, count: float, say: Callable[[str], object], least: float = 2**30) -> None:
    """Say how much memory something will take at most, before it starts; small amounts are not worth a line.

    Parameters
    ----------
    say : what takes the sentence, such as a printer to standard error.
    least : bytes from which on it is said.
    """
    if count >= least:
        say(f"{what} takes at most about {in_gibibytes(count)} of memory")
