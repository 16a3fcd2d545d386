"""Docstrings of this package as Sphinx fields.

Their sections are numpydoc's, but the types stand in the signature, so what follows the colon is what a thing is:
napoleon would read it as its type, and look for a class of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from natura_opt.reference.public import HOMES

#: Sections whose parts are ``name : what it is``; the others are sentences.
_OF_ENTRIES = ("Parameters", "Attributes", "Raises", "Parameters, raises", "Columns")
_SECTIONS = (*_OF_ENTRIES, "Returns", "Yields")
#: Where another entry begins within a line: a sentence is over, and names and a colon follow.
_ANOTHER = re.compile(r"(?<=[.;]) (?=(?:\*{0,2}\w+, )*\*{0,2}\w+ : )")


def as_fields(lines: Iterable[str]) -> list[str]:
    """Return the lines of a docstring with its sections as fields.

    >>> said = "Add.;;Parameters;----------;a, b : what is;    added. *more : and so on".split(";")
    >>> print("\\n".join(as_fields(said)).rstrip())
    Add.
    <BLANKLINE>
    :Parameters:
        a, b
            what is added.
        \\*more
            and so on
    """
    given = list(lines)
    found: list[str] = []
    position = 0
    while position < len(given):
        if _is_heading(given, position):
            section, first = given[position], position + 2
            position = _end(given, section, first)
            found += [f":{section}:", *_body(section, given[first:position]), ""]
        else:
            found.append(given[position])
            position += 1
    return found


def _is_heading(lines: list[str], at: int) -> bool:
    return lines[at] in _SECTIONS and at + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[at + 1]) is not None


def _end(lines: list[str], section: str, first: int) -> int:
    """Return where a section ends: at another, at an example, or at a paragraph where an entry is looked for."""
    for at in range(first, len(lines)):
        line = lines[at]
        if line.startswith(">>>") or _is_heading(lines, at):
            return at
        if section in _OF_ENTRIES and line and line[0] != " " and not lines[at - 1] and " : " not in line:
            return at
    return len(lines)


def _body(section: str, lines: list[str]) -> Iterator[str]:
    if section not in _OF_ENTRIES:
        yield from (f"    {line}" if line else "" for line in lines)
        return
    starts = [at for at, line in enumerate(lines) if line and line[0] != " "]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        text = " ".join(line.strip() for line in lines[start:end] if line)
        for entry in _ANOTHER.split(text):
            name, _, meaning = entry.partition(" : ")
            yield f"    {_term(section, name)}"
            if meaning:
                yield f"        {meaning}"


def _term(section: str, name: str) -> str:
    """Return what an entry is of: names; of errors that are public, links."""
    if "aises" not in section:
        return re.sub(r"([*_])", r"\\\1", name)
    return ", ".join(f":exc:`~natura_opt.{each}`" if each in HOMES else each for each in name.split(", "))
