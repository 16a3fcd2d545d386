"""The methods that answer questions, from their records."""

from __future__ import annotations

from collections.abc import Iterator

from ..methods.registry import METHODS
from ..objectives import OBJECTIVES
from .topic import Topic


def _rows(own: object) -> Iterator[tuple[str, ...]]:
    for method in METHODS.values():
        yield (
            method.name,
            ", ".join(name for name, objective in OBJECTIVES.items() if method.answers(objective)),
            f"{method.tolerance:g}",
            "its own" if method.bounded else "by another's prices",
            ", ".join(sorted(method.takes)),
            ", ".join(method.settings.names()),
            method.words,
        )


METHOD_TOPIC = Topic(
    "methods",
    "The ways to answer a question (--method, and method= of natura_opt.solve); each says why where it cannot answer. "
    "A plan counts as proved at the tolerance, where no other is given.",
    ("method", "answers", "tolerance", "bound", "options", "settings", "meaning"),
    _rows,
)
