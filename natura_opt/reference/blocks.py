"""The blocks of rows and columns that laws declare, and what each law brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..formulate import every_law
from ..laws.law import Law
from ..program.declared import Columns, Rows
from .topic import Topic


def _rows(own: Sequence[Law]) -> Iterator[tuple[str, ...]]:
    declared: dict[Rows | Columns, list[str]] = {}  # a block may be of several objectives
    for law in (*every_law(), *own):
        blocks: list[Rows | Columns] = [*law.columns, *law.rows]
        for block in blocks:
            declared.setdefault(block, []).append(law.name)
    for block, of in declared.items():
        yield (
            block.name,
            "rows" if isinstance(block, Rows) else "columns",
            ", ".join(of),
            " x ".join(block.axes),
            block.unit,
            block.sense if isinstance(block, Rows) else ">= 0",
            _shown_as(block),
            block.meaning,
        )


def _shown_as(block: Rows | Columns) -> str:
    """Return where a plan shows the block: the kind of its valuations, or the table of its values."""
    valuations = [f"valuations of kind {block.kind!r}"] if isinstance(block, Rows) and block.kind else []
    return ", ".join(valuations + [f"table {block.table!r}"] * bool(block.table))


BLOCKS = Topic(
    "blocks",
    "The blocks of columns and rows of a plan's program (plan.program), by the law that declares them. A unit is that "
    "of the good, technique, resource or pollutant of a label; where there is none, the number is pure.",
    ("block", "kind", "law", "labels", "unit of", "side", "shown as", "meaning"),
    _rows,
)
