"""The reference on a terminal: a table where it fits, a paragraph per row where it does not."""

from __future__ import annotations

from textwrap import TextWrapper

from .topic import Topic
from .topics import TOPICS

#: The least that is worth a column of sentences; below, a row becomes a paragraph.
_SENTENCE = 40
#: A terminal narrower than this is written over.
_NARROWEST = 20
_GAP = "  "


def list_of_topics(width: int) -> str:
    """Return the topics, one per line where there is room."""
    topics = Topic(
        "topics", "", ("topic", "about"), lambda own: [(topic.name, topic.about) for topic in TOPICS.values()]
    )
    width = max(width, _NARROWEST)
    lead = "natura-opt help TOPIC prints one of these; --json and --markdown print it for other programs."
    return f"{_filled(lead, width)}\n\n{_body(topics, width)}"


def as_text(topic: Topic, width: int) -> str:
    """Return a topic within so many characters per line, the about first.

    >>> code = ("1", "check", "a check fails")
    >>> few = Topic("codes", "What codes say.", ("code", "after", "meaning"), lambda own: [code])
    >>> print(as_text(few, 60))
    What codes say.
    <BLANKLINE>
    code  after  meaning
    1     check  a check fails
    >>> print(as_text(few, 20))
    What codes say.
    <BLANKLINE>
    1: a check fails
        after: check
    """
    width = max(width, _NARROWEST)
    return f"{_filled(topic.about, width)}\n\n{_body(topic, width)}"


def _body(topic: Topic, width: int) -> str:
    rows = topic.rows()
    widths = [max(map(len, column)) for column in zip(topic.columns, *rows, strict=True)]
    taken = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
    last = min(widths[-1], width - taken)
    if last < min(widths[-1], _SENTENCE):
        return "\n".join(_paragraph(topic, row, width) for row in rows)
    return "\n".join(_line(row, widths[:-1], last) for row in (topic.columns, *rows))


def _line(row: tuple[str, ...], widths: list[int], last: int) -> str:
    """Return a row of a table; its last cell may take several lines."""
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    below = " " * (sum(widths) + len(_GAP) * len(widths))
    first, *more = _filled(row[-1], last).splitlines() or [""]
    return "\n".join([_GAP.join([*cells, first]).rstrip(), *(below + line for line in more)])


def _paragraph(topic: Topic, row: tuple[str, ...], width: int) -> str:
    """Return a row as its name and meaning, and below it what else is said of it."""
    between = zip(topic.columns[1:-1], row[1:-1], strict=True)
    more = "; ".join(f"{heading}: {cell}" for heading, cell in between if cell)
    said = _filled(f"{row[0]}: {row[-1]}" if row[-1] else row[0], width, others="  ")
    return f"{said}\n{_filled(more, width, '    ', '    ')}" if more else said


def _filled(text: str, width: int, first: str = "", others: str = "") -> str:
    """Return text in lines of at most so many characters, broken at blanks only."""
    wrapper = TextWrapper(width, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
    return "\n".join(line.rstrip() for line in wrapper.wrap(text))  # a broken word may leave a blank before it
