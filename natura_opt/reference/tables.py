"""The tables that an economy may hold, from their registry, and the laws that use them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..formulate import every_law
from ..laws.law import Law
from ..tables import registry
from .topic import Topic

#: What is said of a table that stands in the registry for the laws to come.
NO_LAW = "no law yet"


def _rows(own: Sequence[Law]) -> Iterator[tuple[str, ...]]:
    for spec in registry.TABLES.values():
        users = [law.name for law in (*every_law(), *own) if spec.name in law.tables]
        yield (
            spec.name,
            " x ".join(spec.axes),
            spec.unit,
            spec.sign,
            spec.varies,
            spec.missing.words,
            spec.merge.words,
            ", ".join(users) or NO_LAW,
            spec.meaning,
        )


TABLES = Topic(
    "tables",
    "What an economy may hold, one CSV file, sheet or argument per table. A table that no law of a question uses is "
    "refused by name, so that nothing is ignored in silence.",
    ("table", "axes", "unit", "numbers", "varies", "if missing", "when merged", "used by", "meaning"),
    _rows,
)
