"""The public names, from the package itself."""

from __future__ import annotations

import inspect

from .public import PUBLIC
from .topic import Topic, first_sentence, public_value

#: Public names that hold a value, which has no docstring of its own.
_VALUES = {"TABLES": "Every table an economy may hold, by name: what each is"}


def _rows(own: object) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for group, names in PUBLIC.items():
        for name in names:
            value = public_value(name)
            kind = "class" if inspect.isclass(value) else "function" if callable(value) else "value"
            found.append((name, group, kind, _VALUES.get(name) or first_sentence(value)))
    return found


NAMES = Topic(
    "names",
    "The public names of natura_opt, by what they are for; help(natura_opt.NAME) says all of one.",
    ("name", "for", "kind", "meaning"),
    _rows,
)
