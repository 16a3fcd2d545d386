"""The reference as Markdown: ``natura-opt help --markdown``, kept as ``REFERENCE.md`` beside this module."""

from __future__ import annotations

from pathlib import Path

from .topic import Topic
from .topics import TOPICS

#: Where the whole reference is kept.
KEPT = Path(__file__).with_name("REFERENCE.md")

_HEAD = (
    "# Reference\n\n"
    "Made from the registries by `natura-opt help --markdown`; what is changed here by hand does not last.\n"
)


def whole_reference() -> str:
    """Return every topic, one after another."""
    return "\n".join([_HEAD, *map(as_markdown, TOPICS.values())])


def as_markdown(topic: Topic) -> str:
    """Return a topic as a heading, a sentence and a table.

    >>> print(as_markdown(Topic("codes", "What codes say.", ("code", "meaning"), lambda own: [("0", "so | so")])))
    ## codes
    <BLANKLINE>
    What codes say.
    <BLANKLINE>
    | code | meaning |
    | --- | --- |
    | `0` | so \\| so |
    <BLANKLINE>
    """
    rows = [topic.columns, ("---",) * len(topic.columns), *((f"`{name}`", *rest) for name, *rest in topic.rows())]
    table = "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in rows)
    return f"## {topic.name}\n\n{_cell(topic.about)}\n\n{table}"


def _cell(text: str) -> str:
    """Return text that Markdown shows as it stands."""
    for sign in "|*<":
        text = text.replace(sign, f"\\{sign}")
    return text
