"""A data line of an MPS file as a record, in free format (words) or fixed format (columns of the card).

A record is ``(kind, set or column name, name, value, name, value, …)``; kind and name are empty where there are none.
"""

from __future__ import annotations

import re
from collections.abc import Container

Record = tuple[str, str, list[str]]
#: Kinds of bounds that come with a value, and those that need none.
VALUED = ("UP", "LO", "FX", "UI", "LI", "SC", "SI")
BARE = ("FR", "MI", "PL", "BV")
_FIELDS = ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61))
_BETWEEN = ((0, 1), (3, 4), (12, 14), (22, 24), (36, 39), (47, 49), (61, None))
_BLANKS = re.compile("[ \t]+")


class LayoutError(ValueError):
    """A line does not fit the layout; the sentence says how."""


def free_record(section: str, line: str, columns: Container[str]) -> Record:
    """Split a line at blanks; the name of a set may be left out, which the number of words tells.

    Parameters
    ----------
    columns : names of the columns, to tell a set's name from a column's where a bound needs no value.

    Raises
    ------
    LayoutError : the words are too few or too many for the section.
    """
    words = line.split() if line.isascii() else [word for word in _BLANKS.split(line) if word]
    if section == "ROWS":
        if len(words) != 2:
            raise LayoutError(f"{len(words)} words where a row has two: its kind (N, L, G or E) and its name")
        return words[0], words[1], []
    if section == "BOUNDS":
        return _free_bound(words, columns)
    if section == "COLUMNS":
        if len(words) % 2 == 0 or len(words) < 3:
            raise LayoutError(f"{len(words)} words where there are three or five: a column, then rows with values")
        return "", words[0], words[1:]
    named = len(words) % 2 == 1
    if len(words) < 2:
        raise LayoutError("one word where a name and a value are needed")
    return "", words[0] if named else "", words[1:] if named else words


def _free_bound(words: list[str], columns: Container[str]) -> Record:
    kind, rest = words[0], words[1:]
    if kind.upper() in BARE:
        if len(rest) == 1:
            return kind, "", rest
        if len(rest) == 2:
            return (kind, rest[0], rest[1:]) if rest[1] in columns else (kind, "", rest)
        if len(rest) == 3:
            return kind, rest[0], rest[1:]
    elif len(rest) in (2, 3):
        return kind, rest[0] if len(rest) == 3 else "", rest[-2:]
    raise LayoutError(f"{len(words)} words where a bound has its kind, its set's name, a column and a value")


def fixed_record(section: str, line: str) -> Record:
    """Cut a line at the columns 2, 5, 15, 25, 40 and 50 of the card; names may hold blanks.

    Raises
    ------
    LayoutError : something stands where the card has no field, or a field lacks its other.
    """
    if "\t" in line:
        raise LayoutError("a tab, where columns are counted")
    for start, end in _BETWEEN:
        if line[start:end].strip():
            raise LayoutError(f"something between the fields, from position {start + 1}")
    kind, name, *rest = (line[start:end].strip() for start, end in _FIELDS)
    if section == "ROWS":
        if any(rest):
            raise LayoutError("more than a kind and a name")
        return kind, name, []
    while rest and not rest[-1]:
        rest.pop()
    if section == "BOUNDS":
        return kind, name, rest
    if kind:
        raise LayoutError(f"{kind!r} in the first field, which is for rows and bounds")
    if len(rest) % 2 or not rest or not all(rest):
        raise LayoutError("a name without a value, or a value without a name")
    return "", name, rest
