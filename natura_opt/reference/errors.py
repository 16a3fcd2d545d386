"""The errors that are raised on purpose, from the public names."""

from __future__ import annotations

from .public import PUBLIC
from .topic import Topic, first_sentence, public_value


def _rows(own: object) -> list[tuple[str, ...]]:
    every = [public_value(name) for name in PUBLIC["errors"]]
    return [(error.__name__, error.__mro__[1].__name__, first_sentence(error)) for error in every]


ERRORS = Topic(
    "errors",
    "What this package raises on purpose, and what each is a kind of; a message says what is wrong, where, and what to "
    "do. The command line prints it as one line and exits with 2.",
    ("error", "a kind of", "meaning"),
    _rows,
)
