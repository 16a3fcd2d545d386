"""What sign each table of the registry may hold: kept, and refused with its place, in Python and in every file."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import natura_opt as no
from natura_opt.economy.table import Table, as_csr, sign_fault
from natura_opt.tables.registry import TABLES
from natura_opt.tables.spec import TableSpec

from .test_reading import seeded, values
from .test_registry import NAMES, filled, shape_of

INF, NAN = float("inf"), float("nan")
#: For each rule of sign: numbers that keep it, and numbers that break it with the words that say so.
LAWFUL: dict[str, list[float]] = {
    "non-negative": [0.0, 5e-324, 0.3, 1.7e308],
    "limit": [0.0, 2.0, 1.7e308, INF],
    "rate": [0.0, 5e-324, 0.5, 1.0],
    "positive": [5e-324, 0.25, 1.7e308],
    "positive-integer": [1.0, 2.0, 12.0],
    "any": [-1.7e308, -1.0, 0.0, 2.5],
}
NOT_FINITE = "give a finite number"
UNLAWFUL: dict[str, list[tuple[float, str]]] = {
    "non-negative": [(-1.0, "must not be negative"), (-5e-324, "must not be negative"), (INF, NOT_FINITE)],
    "limit": [(-1.0, "must not be negative"), (-INF, "must not be negative"), (NAN, NOT_FINITE)],
    "rate": [
        (-0.25, "must not be negative"),
        (1.0 + 2.0**-52, "a rate lies between 0 and 1"),
        (INF, NOT_FINITE),
        (NAN, NOT_FINITE),
    ],
    "positive": [(0.0, "must be above zero"), (-1.0, "must be above zero"), (INF, NOT_FINITE), (NAN, NOT_FINITE)],
    "positive-integer": [
        (0.0, "a whole number from 1 up"),
        (1.5, "a whole number from 1 up"),
        (-1.0, "a whole number from 1 up"),
        (NAN, NOT_FINITE),
    ],
    "any": [(INF, NOT_FINITE), (-INF, NOT_FINITE), (NAN, NOT_FINITE)],
}
CASES = [(name, number, words) for name in NAMES for number, words in UNLAWFUL[TABLES[name].sign]]


def as_slices(spec: TableSpec, numbers: np.ndarray, key: int | None) -> dict[int | None, Any]:
    part = as_csr(numbers) if spec.is_matrix else numbers
    return {key: part} if key is not None or not spec.ahead else {1: part}


# ---- what a sign allows, and what it does not -----------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_number_that_a_sign_allows_is_taken_as_it_is(name: str) -> None:
    spec, economy = TABLES[name], seeded(1, [name])
    for number in LAWFUL[spec.sign]:
        numbers = filled(spec, ((0,) * len(spec.axes), number))
        assert sign_fault(spec, numbers) is None
        changed = economy.with_changes(**{name: {1: numbers} if spec.ahead else numbers})
        part = next(iter(changed.tables[name].slices.values()))
        assert (part.toarray() if spec.is_matrix else part).tolist() == numbers.tolist()


@pytest.mark.parametrize(("name", "number", "words"), CASES)
def test_every_number_that_a_sign_forbids_is_refused_with_its_place(name: str, number: float, words: str) -> None:
    """In the last cell of the table, so that the place cannot be right by chance."""
    spec, economy = TABLES[name], seeded(2, [name])
    cell = tuple(size - 1 for size in shape_of(spec))
    numbers = filled(spec, (cell, number))
    label = [economy.axes[axis][k] for axis, k in zip(spec.axes, cell, strict=True)]
    place = f"table {name!r}, row {label[0]!r}" + (f", column {label[1]!r}" if spec.is_matrix else "")
    when = ", 7 periods ahead" if spec.ahead else ""
    with pytest.raises(no.DataError, match=re.escape(f"seed 2: {place}{when} is ") + f".*{words}"):
        economy.with_changes(**{name: {7: numbers} if spec.ahead else numbers})


@pytest.mark.parametrize("name", [name for name in NAMES if not (TABLES[name].once or TABLES[name].ahead)])
def test_a_number_that_is_wrong_in_one_period_is_refused_with_the_period(name: str) -> None:
    spec, economy = TABLES[name], seeded(3, [name])
    number, words = UNLAWFUL[spec.sign][0]
    good, bad = filled(spec), filled(spec, ((1,) * len(spec.axes), number))
    if spec.axes == ("periods",):
        with pytest.raises(no.DataError, match=f"row 'period 1' is .*{words}"):
            economy.with_changes(**{name: bad})
        return
    by_period = {"period 0": good, "period 1": good, "period 2": bad}
    with pytest.raises(no.DataError, match=f"'{name}', row .*, period 'period 2' is .*{words}"):
        economy.with_changes(**{name: by_period})


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("name", NAMES)
def test_every_file_of_a_table_is_held_to_its_sign(name: str, form: str, tmp_path: Path) -> None:
    """An unsound economy is written as it stands, and its reader says where the number is."""
    spec, sound = TABLES[name], seeded(4, [name])
    number, words = UNLAWFUL[spec.sign][0]
    cell = tuple(size - 1 for size in shape_of(spec))
    unsound = Table(spec, as_slices(spec, filled(spec, (cell, number)), None))
    broken = replace(sound, tables={**sound.tables, name: unsound})
    path = tmp_path / ("m.xlsx" if form == "xlsx" else "m")
    no.write(broken, path, tables="csv" if form == "xlsx" else form)
    row = sound.axes[spec.axes[0]][cell[0]]
    where = f"m.xlsx, sheet '{name}'" if form == "xlsx" else f"{name}.{form}"
    with pytest.raises(no.DataError) as caught:
        no.read(path)
    said = str(caught.value)
    assert where in said and f"{row!r}" in said, said
    assert words in said or "is not a finite number" in said, said
    if spec.is_matrix:
        assert repr(sound.axes[spec.axes[1]][cell[1]]) in said, said


def test_the_numbers_these_tests_draw_keep_every_sign() -> None:
    """``values`` of test_reading is trusted above: what it draws must be lawful, and not all alike."""
    chance = np.random.default_rng(0)
    for name, spec in TABLES.items():
        drawn = values(chance, spec, (40,))
        assert sign_fault(spec, drawn) is None and len(np.unique(drawn)) > 2, name
