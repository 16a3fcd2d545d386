"""Docstrings of this package as Sphinx fields.

Their sections are numpydoc's, but the types stand in the signature, so what follows the colon is what a thing is:
napoleon would read it as its type, and look for a class of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from natura_opt.reference.public import HOMES

#: Sections whose parts are ``name : what it is``; the others are sentences.
_OF_ENTRIES = ("Parameters", "Attributes", "Raises", "Parameters, raises", "Columns")
_SECTIONS = (*_OF_ENTRIES, "Returns", "Yields")


def as_fields(lines: Iterable[str]) -> list[str]:
    """Return the lines of a docstring with its sections as fields.

    >>> said = "Add.;;Parameters;----------;a, b : what is;    added.;*more : and so on".split(";")
    >>> print("\\n".join(as_fields(said)))
    Add.
    <BLANKLINE>
    :Parameters:
        a, b
            what is
            added.
        \\*more
            and so on
    """
    found: list[str] = []
    section = ""
    given = list(lines)
    position = 0
    while position < len(given):
        line = given[position]
        below = given[position + 1] if position + 1 < len(given) else ""
        if line in _SECTIONS and re.fullmatch(r"-{3,}", below):
            section = line
            if found and found[-1]:
                found.append("")
            found.append(f":{line}:")
            position += 2
            continue
        if section and line and _ends(section, line, after_blank=found[-1] == ""):
            section = ""
            if found[-1]:
                found.append("")
        found.extend(_within(section, line) if section else [line])
        position += 1
    return found


def _ends(section: str, line: str, after_blank: bool) -> bool:
    """Return whether a line is no longer of the section: an example, or a paragraph where an entry is looked for."""
    if line.startswith(" "):
        return False
    return line.startswith(">>>") or (section in _OF_ENTRIES and after_blank and " : " not in line)


def _within(section: str, line: str) -> list[str]:
    if section not in _OF_ENTRIES or line.startswith(" ") or not line:
        return [f"        {line.strip()}" if section in _OF_ENTRIES and line else f"    {line}" if line else ""]
    name, _, meaning = line.partition(" : ")
    term = ", ".join(map(_error, name.split(", "))) if "aises" in section else re.sub(r"([*_])", r"\\\1", name)
    return [f"    {term}", f"        {meaning}"] if meaning else [f"    {term}"]


def _error(name: str) -> str:
    """Return the name of an error, as a link where it is a public one."""
    return f":exc:`~natura_opt.{name}`" if name in HOMES else f"``{name}``" if name.isidentifier() else name
