"""What can happen to a published table: seeded changes of its cells, and an independent reading of what it then says.

The reading knows nothing of the package: it takes cells by position, and adds, divides and compares in numpy.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Cells = list[list[str]]

#: What may stand in a cell instead: other numbers, and what only looks like one.
INSTEAD = [
    *("0", "1", "7.5", "1e3", "-4", "", " ", "-", "..", "n/a", "nan", "NaN", "inf", "1,5", "1,234", "1 234", "12*"),
    *(
        "1e309",
        "1e-400",
        "0x10",
        "TRUE",
        "#REF!",
        "=A1",
        "total",
        "3 t",
        "\u22124",
        "½",
        "\uff11\uff12",
        "1_0",
        "+2",
        ".5",
    ),
    *("5.", "(3)", "1e5", "1\xa0000", "٣"),
]
#: What may stand in place of a name.
NAMES = ["", "farms", "mills", "Total", "x", "farms ", "FARMS", "<b>", "farms\u200b", "a\x07b", "1", "docks;", "Ω" * 3]


@dataclass(frozen=True)
class Mutant:
    """A change of a table: what is done, and the seed that says where."""

    kind: str
    seed: int


def _cell(cells: Cells, rng: random.Random) -> tuple[int, int]:
    row = rng.choice([at for at, cells_of_row in enumerate(cells) if cells_of_row])
    return row, rng.randrange(len(cells[row]))


def _other(cells: Cells, rng: random.Random) -> None:
    row, column = _cell(cells, rng)
    cells[row][column] = rng.choice(INSTEAD)


def _renamed(cells: Cells, rng: random.Random) -> None:
    row, column = _cell(cells, rng)
    if rng.random() < 0.5:
        cells[row][0] = rng.choice(NAMES)
    else:
        cells[0][column] = rng.choice(NAMES)


def _row_out(cells: Cells, rng: random.Random) -> None:
    del cells[rng.randrange(len(cells))]


def _column_out(cells: Cells, rng: random.Random) -> None:
    column = rng.randrange(len(cells[0]))
    for row in cells:
        del row[column : column + 1]


def _row_twice(cells: Cells, rng: random.Random) -> None:
    at = rng.randrange(len(cells))
    cells.insert(rng.randrange(len(cells) + 1), list(cells[at]))


def _rows_swapped(cells: Cells, rng: random.Random) -> None:
    one, other = rng.randrange(1, len(cells)), rng.randrange(1, len(cells))
    cells[one], cells[other] = cells[other], cells[one]


def _columns_swapped(cells: Cells, rng: random.Random) -> None:
    one, other = rng.randrange(1, len(cells[0])), rng.randrange(1, len(cells[0]))
    for row in cells:
        if len(row) > max(one, other):
            row[one], row[other] = row[other], row[one]


def _cells_swapped(cells: Cells, rng: random.Random) -> None:
    (a, b), (c, d) = _cell(cells, rng), _cell(cells, rng)
    cells[a][b], cells[c][d] = cells[c][d], cells[a][b]


def _short(cells: Cells, rng: random.Random) -> None:
    row, column = _cell(cells, rng)
    del cells[row][column:]


def _footnote(cells: Cells, rng: random.Random) -> None:
    cells.append([rng.choice(["1) Source: nobody.", "", "Total", "x"])])


def _title(cells: Cells, rng: random.Random) -> None:
    cells.insert(0, [rng.choice(["Table 1, in millions", "", "farms"])])


def _totals(cells: Cells, rng: random.Random) -> None:
    sums = []
    for column in range(1, len(cells[0])):
        try:
            sums.append(str(sum(float(row[column]) for row in cells[1:4])))
        except (ValueError, IndexError):
            sums.append("0")
    cells.insert(4, ["Total", *sums])


def _blank(cells: Cells, rng: random.Random) -> None:
    cells.insert(rng.randrange(len(cells)), [])


KINDS: dict[str, Callable[[Cells, random.Random], None]] = {
    "another content": _other,
    "another name": _renamed,
    "a row less": _row_out,
    "a column less": _column_out,
    "a row twice": _row_twice,
    "rows in another order": _rows_swapped,
    "columns in another order": _columns_swapped,
    "two cells exchanged": _cells_swapped,
    "a short row": _short,
    "a footnote": _footnote,
    "a title": _title,
    "totals": _totals,
    "a blank row": _blank,
}


def mutate(cells: Cells, mutant: Mutant) -> Cells:
    """Return a changed copy."""
    made = [list(row) for row in cells]
    KINDS[mutant.kind](made, random.Random(f"{mutant.kind} {mutant.seed}"))
    return made


def write(cells: Cells, place: Path) -> Path:
    with place.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(cells)
    return place


@dataclass(frozen=True)
class Said:
    """What a table says: by the names of goods, and of industries."""

    used: dict[tuple[str, str], float]
    made: dict[str, float]
    wanted: dict[str, float]
    spent: dict[str, float]


def flows_said(cells: Cells, final: list[str], output: str, account: str) -> Said:
    """Read a table of flows by position; fails on anything that is not plain."""
    rows = [row for row in cells if any(cell.strip() for cell in row)]
    head = [cell.strip() for cell in rows[0]]
    down = {row[0].strip(): row for row in rows[1:] if row and row[0].strip()}
    goods = [name for name in head[1:] if name and name in down and name not in (*final, output)]

    def figure(name: str, column: str) -> float:
        return float(down[name][1 + head[1:].index(column)])  # the corner names nothing

    used = {(good, industry): figure(good, industry) for good in goods for industry in goods}
    wanted = {good: sum(figure(good, column) for column in final) for good in goods}
    made = {good: figure(output, good) for good in goods} if output in down else {
        good: figure(good, output) for good in goods
    }  # fmt: skip
    return Said(used, made, wanted, {good: figure(account, good) for good in goods})


def balanced(said: Said, tolerance: float) -> bool:
    """Whether every row goes out as it is made."""
    for good, made in said.made.items():
        out = sum(said.used[good, other] for other in said.made) + said.wanted[good]
        larger = max(abs(made), abs(out))
        if larger and not abs(made - out) <= tolerance * larger * (1 + 1e-12):
            return False
    return bool(np.isfinite(list(said.made.values())).all())
