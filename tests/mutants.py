"""Mutants of programs' files: each a small change such as people, editors and broken discs make."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Rng = np.random.Generator
#: What stands where a number was: good numbers, strange ones, and what is none.
NUMBERS = (
    *("0", "-0", "1", "-7.25", "+3", ".5", "2.", "1e5", "1E-3", "2.5D+2", "1e20", "-1e20", "1e30", "-1e31", "9.9e19"),
    *(
        "1e300",
        "1e-300",
        "5e-324",
        "1e-400",
        "1e400",
        "0.1",
        "123456789012345678901234567890",
        "0e999999999",
        "1e-5000",
    ),
    *("nan", "inf", "-Inf", "infinity", "1_0", "0x10", "1,5", "1.2.3", "1e", "e5", "--1", "+-1", "", "٣", "½", "1 000"),
)
#: Words of both formats, and others.
WORDS = (
    *("ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "ENDATA", "NAME", "OBJSENSE", "MAX", "MIN", "QUADOBJ", "SOS", "N"),
    *("L", "G", "E", "UP", "LO", "FX", "FR", "MI", "PL", "BV", "LI", "UI", "SC", "MARKER", "'MARKER'", "'INTORG'"),
    *("'INTEND'", "st", "subject to", "bounds", "general", "binary", "end", "free", "inf", "max", "min", "<=", ">="),
    *("=", "=>", "<", "+", "-", ":", "->", "*", "^", "[", "]/2", "\\", "$", "*x", "x", "y", "c1", "obj", "sos1"),
)
MARKS = "\t\n\r \x00\x0b\x1c\x85\xa0\u2028\ufeff*\\:+-<>=.,eEdDxX019$'\"()[]{}^/|~é٣"


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _pick(rng: Rng, count: int) -> int:
    return int(rng.integers(count)) if count else 0


def _word_changed(text: str, rng: Rng, change: Callable[[list[str], int], None]) -> str:
    """Change one word of one line; blanks before the line stay."""
    lines = _lines(text)
    filled = [at for at, line in enumerate(lines) if line.strip()]
    if not filled:
        return text
    at = filled[_pick(rng, len(filled))]
    words = lines[at].split(" ")
    places = [k for k, word in enumerate(words) if word]
    change(words, places[_pick(rng, len(places))])
    lines[at] = " ".join(words)
    return "\n".join(lines)


def number_changed(text: str, rng: Rng) -> tuple[str, str, str]:
    """Put another number in the place of one; return the text, the old number and the new one."""
    lines = _lines(text)
    found = []
    for at, line in enumerate(lines):
        for k, word in enumerate(line.split(" ")):
            try:
                float(word)
            except ValueError:
                continue
            found.append((at, k))
    if not found:
        return text, "", ""
    at, k = found[_pick(rng, len(found))]
    words = lines[at].split(" ")
    old, words[k] = words[k], NUMBERS[_pick(rng, len(NUMBERS))]
    new = words[k]
    lines[at] = " ".join(words)
    return "\n".join(lines), old, new


def _word_replaced(text: str, rng: Rng) -> str:
    every = (*WORDS, *text.split())

    def change(words: list[str], k: int) -> None:
        words[k] = every[_pick(rng, len(every))]

    return _word_changed(text, rng, change)


def _word_removed(text: str, rng: Rng) -> str:
    return _word_changed(text, rng, lambda words, k: words.pop(k) and None)


def _word_twice(text: str, rng: Rng) -> str:
    return _word_changed(text, rng, lambda words, k: words.insert(k, words[k]))


def _words_joined(text: str, rng: Rng) -> str:
    def change(words: list[str], k: int) -> None:
        if k + 1 < len(words):
            words[k : k + 2] = [words[k] + words[k + 1]]

    return _word_changed(text, rng, change)


def _line_removed(text: str, rng: Rng) -> str:
    lines = _lines(text)
    lines.pop(_pick(rng, len(lines)))
    return "\n".join(lines)


def _line_copied(text: str, rng: Rng) -> str:
    lines = _lines(text)
    lines.insert(_pick(rng, len(lines) + 1), lines[_pick(rng, len(lines))])
    return "\n".join(lines)


def _line_moved(text: str, rng: Rng) -> str:
    lines = _lines(text)
    line = lines.pop(_pick(rng, len(lines)))
    lines.insert(_pick(rng, len(lines) + 1), line)
    return "\n".join(lines)


def _line_joined(text: str, rng: Rng) -> str:
    lines = _lines(text)
    at = _pick(rng, len(lines))
    lines[at : at + 2] = ["".join(lines[at : at + 2])]
    return "\n".join(lines)


def _line_indented(text: str, rng: Rng) -> str:
    lines = _lines(text)
    at = _pick(rng, len(lines))
    lines[at] = lines[at].lstrip() if lines[at].startswith(" ") else f" {lines[at]}"
    return "\n".join(lines)


def _cut(text: str, rng: Rng) -> str:
    return text[: _pick(rng, len(text) + 1)]


def _mark_put(text: str, rng: Rng) -> str:
    at, mark = _pick(rng, len(text) + 1), MARKS[_pick(rng, len(MARKS))]
    return text[:at] + mark + text[at + _pick(rng, 2) :]


def _case_turned(text: str, rng: Rng) -> str:
    return _word_changed(text, rng, lambda words, k: words.__setitem__(k, words[k].swapcase()))


def _number_replaced(text: str, rng: Rng) -> str:
    return number_changed(text, rng)[0]


MUTATIONS: tuple[Callable[[str, Rng], str], ...] = (
    *(_number_replaced, _word_replaced, _word_removed, _word_twice, _words_joined, _line_removed, _line_copied),
    *(_line_moved, _line_joined, _line_indented, _cut, _mark_put, _case_turned),
)


def mutant(text: str, rng: Rng) -> str:
    """Return the text after one to three mutations."""
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        text = MUTATIONS[_pick(rng, len(MUTATIONS))](text, rng)
    return text
