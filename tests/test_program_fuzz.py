"""Programs' files changed at random: what is written stands in the program, or is refused with its line.

HiGHS's own reader is the judge of mutants that both accept; of a changed number, the number itself.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.program.linear import LinearProgram
from natura_opt.program.writing import column_names, row_names

from .mutants import Rng, mutant, number_changed
from .programs import SECTIONS, assert_equal_programs, difference_from_highs, random_program, read_by_highs
from .test_mps_reading import FARM as FARM_MPS
from .test_program_round_trip import as_lp_says

BOTH = pytest.mark.parametrize("suffix", ["mps", "lp"])


def program_of(rng: Rng) -> LinearProgram:
    kinds = {"hostile": rng.random() < 0.2, "extreme": rng.random() < 0.1, "whole": rng.random() < 0.5}
    return random_program(int(rng.integers(10**6)), **kinds)


def file_of(program: LinearProgram, path: Path) -> Path:
    """Write a program where nothing stands: a file that was changed may not be known for ours, and would be kept."""
    path.unlink(missing_ok=True)
    return Path(getattr(program, f"to_{path.suffix[1:]}")(path))


def read_or_refused(path: Path) -> no.NamedProgram | None:
    """Return the program, or None where the file is refused as it should be."""
    try:
        return no.read_program(path)
    except no.DataError as error:
        message = str(error)
        assert message.startswith(path.name) and len(message) < 700 and message.isprintable(), message
        return None


def try_mutant(seed: int, suffix: str, folder: Path) -> bool:
    """Try one mutant; return whether it was accepted."""
    rng = np.random.default_rng(seed)
    path = file_of(program_of(rng), folder / f"m.{suffix}")
    text = FARM_MPS if suffix == "mps" and rng.random() < 0.2 else path.read_text()
    text = mutant(text, rng)
    path.write_bytes(text.encode())
    read = read_or_refused(path)
    heading = any(line[:1] == " " and line.split()[:1] and line.split()[0] in SECTIONS for line in text.split("\n"))
    highs = None if read is None or heading else read_by_highs(path)  # HiGHS takes such an indented line for a heading
    left_out = read is not None and any("is left out" in note for note in read.notes)  # another set: HiGHS takes both
    if read is not None and highs is not None and not left_out:
        assert not difference_from_highs(read, highs, suffix == "lp"), f"seed {seed}"
    return read is not None


@BOTH
def test_mutants(suffix: str, tmp_path: Path) -> None:
    assert sum(try_mutant(seed, suffix, tmp_path) for seed in range(50)) > 0


@pytest.mark.exhaustive
@BOTH
def test_ten_thousand_mutants(suffix: str, tmp_path: Path) -> None:
    accepted = sum(try_mutant(seed, suffix, tmp_path) for seed in range(1000, 11_000))
    print(f"{suffix}: {accepted:,} of 10,000 accepted, the others refused with their line")


def figures(program: LinearProgram) -> dict[Any, float]:
    """Return every number of a program that is not the usual one, by its place."""
    found: dict[Any, float] = {("offset",): program.offset}
    by_place = program.matrix.todok()
    found.update({("matrix", *place): float(value) for place, value in by_place.items()})
    for name in ("cost", "lower", "upper", "row_lower", "row_upper"):
        found.update({(name, k): float(value) for k, value in enumerate(getattr(program, name))})
    return found


def written(text: str) -> float:
    """Return what a number says; NaN where it is none."""
    plain = text.lstrip("+-").lower().replace("d", "e")
    turned = -1.0 if text[: len(text) - len(plain)].count("-") % 2 else 1.0
    return turned * float(plain) if plain and plain[0] in "0123456789.i" and "_" not in plain else math.nan


def try_number(seed: int, suffix: str, folder: Path) -> bool:
    """Change one number of a file: it stands in the program as written and nothing else moved, or it is refused."""
    rng = np.random.default_rng(seed)
    path = file_of(random_program(int(rng.integers(10**6))), folder / f"n.{suffix}")
    before = no.read_program(path)
    text, old, new = number_changed(path.read_text(), rng)
    path.write_bytes(text.encode())
    read = read_or_refused(path)
    if read is None or not old:
        return False
    was, now = figures(before), figures(read)
    moved = {place: now.get(place, 0.0) for place in {*was, *now} if was.get(place, 0.0) != now.get(place, 0.0)}
    value = written(new)
    if math.isnan(value):
        assert suffix == "lp"  # where a word that is no number is a name
        return True
    if value == float(old) or (
        abs(value) >= 1e20 and math.copysign(math.inf, value) == float(old)
    ):  # infinite, as it was
        assert not moved
        return True
    limits = {value, math.copysign(math.inf, value)} if abs(value) >= 1e20 else {value}
    meant = {sign * limit for limit in limits for sign in (1.0, -1.0)}
    places = {place[0].replace("row_", "") for place in moved}
    if not any(limit in meant for limit in moved.values()):  # else a range: its sum, or a side that has a range
        assert suffix == "mps" and places <= {"lower", "upper"} and {place[0][:3] for place in moved} == {"row"}
    if suffix == "mps":  # a side with its range, a fixed column, or a negative upper limit: two limits move
        assert len(moved) == 1 or (len(moved) == 2 and len({place[1:] for place in moved}) == 1)
    else:
        assert len(moved) == 1 or len({place[0] for place in moved}) <= 2
    return True


@BOTH
def test_a_changed_number_stands_as_written_or_is_refused(suffix: str, tmp_path: Path) -> None:
    assert sum(try_number(seed, suffix, tmp_path) for seed in range(50)) > 0


@pytest.mark.exhaustive
@BOTH
def test_ten_thousand_changed_numbers(suffix: str, tmp_path: Path) -> None:
    accepted = sum(try_number(seed, suffix, tmp_path) for seed in range(1000, 11_000))
    print(f"{suffix}: {accepted:,} of 10,000 changed numbers stand as written, the others are refused")


def respelled_number(text: str, rng: Rng, suffix: str) -> str:
    """Write a number in another way that says the same."""
    mantissa, _, power = text.lower().partition("e")
    if not any(mark.isdigit() for mark in text) or "inf" in text:
        return text
    way = int(rng.integers(4))
    mark = "D" if suffix == "mps" and rng.random() < 0.5 else "E"
    if way == 0:
        return f"{mantissa}{mark}{int(power or 0):+03d}"
    if way == 1 and "." in mantissa:
        return f"{mantissa}000{f'{mark}{power}' if power else ''}"
    if way == 2 and "." in mantissa and not power:
        whole, part = mantissa.split(".")
        return f"{whole}{part}{mark}-{len(part)}"
    return text


def respelled(text: str, rng: Rng, suffix: str) -> str:
    """Write a file in another way that says the same: blanks, comments, line ends, numbers, senses, folding."""
    lines, section = [], ""
    senses = {"<=": ("<=", "=<", "<"), ">=": (">=", "=>", ">"), "=": ("=", "==")}
    for line in text.split("\n"):
        words, indent = line.split(), line[:1] == " "
        if not indent and words:
            section = words[0]
        if not words or words[0] in ("*", "\\", "NAME"):
            lines.append(line)
            continue
        if suffix == "mps" and section in ("RHS", "RANGES", "BOUNDS") and indent and rng.random() < 0.3:
            words.pop(1 if section == "BOUNDS" else 0)  # the name of the set
        numbers = words if suffix == "lp" or section == "COLUMNS" else words[-1:]
        for word in numbers[1:] if suffix == "lp" or len(numbers) > 1 else numbers:
            try:
                float(word)
            except ValueError:
                continue
            at = len(words) - 1 - words[::-1].index(word)
            words[at] = respelled_number(word, rng, suffix)
        if suffix == "lp":
            words = [str(rng.choice(senses[word])) if word in senses else word for word in words]
        gap = [" ", "  ", "\t"][int(rng.integers(3))] if indent else " "
        if suffix == "lp" and indent and section in ("Subject", "Maximize", "Minimize") and rng.random() < 0.3:
            gap = "\n  "
        lines.append((gap if indent and gap != "\n  " else " " if indent else "") + gap.join(words))
        if rng.random() < 0.1:
            lines.append("* 3 < 4, said by the way" if suffix == "mps" else "  \\ st: bounds <= 4, said by the way")
        if rng.random() < 0.1:
            lines.append("  ")
    if suffix == "lp":
        turn = str.upper if rng.random() < 0.5 else str.lower
        lines = [turn(line) if line[:1] not in " \t\\" else line for line in lines]
    return "\r\n".join(lines) if rng.random() < 0.3 else "\n".join(lines)


def try_respelling(seed: int, suffix: str, folder: Path) -> None:
    rng = np.random.default_rng(seed)
    program = program_of(rng)
    path = file_of(program, folder / f"r.{suffix}")
    path.write_bytes(respelled(path.read_text(), rng, suffix).encode())
    read = no.read_program(path, infinity=math.inf)
    if suffix == "mps":
        assert_equal_programs(read, program, column_names(program), row_names(program))
    else:
        stated, rows = as_lp_says(program)
        assert_equal_programs(read, stated, column_names(program), rows)


@BOTH
def test_other_spellings_say_the_same(suffix: str, tmp_path: Path) -> None:
    for seed in range(50):
        try_respelling(seed, suffix, tmp_path)


@pytest.mark.exhaustive
@BOTH
def test_thousands_of_other_spellings(suffix: str, tmp_path: Path) -> None:
    for seed in range(1000, 6000):
        try_respelling(seed, suffix, tmp_path)
