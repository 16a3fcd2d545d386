"""The objectives that a question may name, one's own that are registered among them."""

from __future__ import annotations

from collections.abc import Iterator

from ..objectives import OBJECTIVES
from .topic import Topic


def _rows(own: object) -> Iterator[tuple[str, ...]]:
    for objective in OBJECTIVES.values():
        yield (
            objective.name,
            objective.sense,
            objective.kind.value,
            objective.demand.value,
            ", ".join(objective.needs),
            ", ".join(objective.settings.names()),
            objective.law.name,
        )


OBJECTIVE_TOPIC = Topic(
    "objectives",
    "What may be best: objective in a question of economy.toml, of natura_opt.Question, or --objective.",
    ("objective", "sense", "takes", "targets", "needs the tables", "settings", "meaning"),
    _rows,
)
