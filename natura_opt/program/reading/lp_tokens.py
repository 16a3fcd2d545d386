"""The words of an LP file: headings, names, numbers, signs and senses, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .draft import Draft
from .text import shown


class Token(NamedTuple):
    """A word; ``kind`` is heading, name, number, sign, sense, colon or end (of the file)."""

    kind: str
    text: str
    line: int


#: Words for an infinite limit.
INFINITE = ("inf", "infinity")
_HEADINGS = {
    "min": r"minimi[sz]e|minimum|min",
    "max": r"maximi[sz]e|maximum|max",
    "rows": r"subject\s+to|such\s+that|s\.\s?t\.|st\.|st",
    "quadratic": r"qcons?traints",
    "lazy": r"lazy\s+constraints|user\s+cuts",
    "conditions": r"general\s+constraints|gencons?tr?|genconstrs?|pwlobj|indicators?",
    "several objectives": r"multi-objectives",
    "semi-continuous columns": r"semi-?continuous|semi-?integers?|semis?|sins?",
    "special ordered sets": r"sos[12]?",
    "bounds": r"bounds?",
    "integer": r"generals?|gen|integers?|int",
    "binary": r"binaries|binary|bin",
    "end": r"end",
}
REFUSED = tuple(_HEADINGS)[3:9]
_HEADING = re.compile(
    r"\s*(?:" + "|".join(f"(?P<h{k}>{words})" for k, words in enumerate(_HEADINGS.values())) + r")(?=\s|$)(?!\s*:)",
    re.IGNORECASE,
)
_RESERVED = re.compile("|".join((*_HEADINGS.values(), *INFINITE, "free", "nan")), re.IGNORECASE)
_WORD = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<sense><=|>=|=<|=>|==|<|>|=)"
    r"|(?P<arrow>->)"
    r"|(?P<sign>[+\-])"
    r"|(?P<colon>:)"
    r"|(?P<name>[^\s\d.+\-*/^<>=:\[\]\\,;()][^\s+\-*^<>=:\\]*)"
    r"|(?P<other>\S))",
    re.ASCII,
)
#: What would be read as a part of the number by some and as a name by others.
_DOUBTFUL = re.compile(r"[eE]|[dD][+-]?\d", re.ASCII)
_NOT_LINEAR = {
    "[": "quadratic terms; only linear programs are read",
    "]": "quadratic terms; only linear programs are read",
    "^": "a power; only linear programs are read",
    "*": "write 2 x, not 2 * x",
    "/": "write the number that comes out",
    ",": "write a point for the decimals, and no comma between",
}


def tokens(lines: Iterable[tuple[int, str]], draft: Draft) -> Iterator[Token]:
    """Yield the words of a file; a heading is one wherever it opens a line, unless a colon makes a row's name of it."""
    section, line = "", 0
    for line, full in lines:
        text = full.split("\\", 1)[0]
        at = 0
        heading = _HEADING.match(text)
        if heading:
            lexeme = tuple(_HEADINGS)[int(str(heading.lastgroup)[1:])]
            if section == "end":
                draft.fail(line, f"{shown(text.strip())} after End; remove it, or End")
            section, at = lexeme, heading.end()
            yield Token("heading", lexeme, line)
        while word := _WORD.match(text, at):
            kind, at = str(word.lastgroup), word.end()
            lexeme = word[kind]
            if section == "end":
                draft.fail(line, f"{shown(lexeme)} after End; remove it, or End")
            if kind == "arrow":
                draft.fail(line, "'->': a conditional row; only linear programs are read")
            if kind == "other":
                draft.fail(line, f"{shown(lexeme)} cannot stand here; {_NOT_LINEAR.get(lexeme, 'remove it')}")
            if kind == "number":
                _refuse_doubtful(lexeme, text[at : at + 3], line, draft)
            yield Token(kind, lexeme, line)
    if section != "end":
        draft.fail(line, "the file ends without End; it seems cut off")
    yield Token("end", "", line)


def is_reserved(name: str) -> bool:
    """Whether a word means something to the format, so that no column can be called so."""
    return _RESERVED.fullmatch(name) is not None


def _refuse_doubtful(number: str, after: str, line: int, draft: Draft) -> None:
    """Raise where a name follows a number without a blank and could be read as a part of it."""
    glued = _WORD.match(after) if after and not after[0].isspace() else None
    hexadecimal = number == "0" and after[:1] in ("x", "X")
    if glued and glued.lastgroup == "name" and ("e" in number.lower() or hexadecimal or _DOUBTFUL.match(after)):
        draft.fail(line, f"{shown(number + after)}: where does the number end? write a blank between number and name")
