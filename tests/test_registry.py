"""The registry of tables: each entry agrees with itself, and holds once, by period or by periods ahead as it says.

Nothing here names a table by hand where the registry can say which ones are meant; a table added to it is tested.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.economy.table import checked
from natura_opt.economy.units import wanted_unit
from natura_opt.tables.registry import TABLES
from natura_opt.tables.spec import AXES, TableSpec

from .test_reading import SIZES, same, seeded

EVERY = sorted(TABLES)
#: Tables of numbers along axes; the table of reports, which is rows, has tests of its own: test_tidy_table.
NAMES = [name for name in EVERY if not TABLES[name].tidy]


def shape_of(spec: TableSpec) -> tuple[int, ...]:
    return tuple(SIZES[axis] for axis in spec.axes)


def filled(spec: TableSpec, *cells: tuple[tuple[int, ...], float]) -> np.ndarray:
    """Lawful numbers in every cell, and others in some."""
    made = np.ones(shape_of(spec))
    for cell, number in cells:
        made[cell] = number
    return made


# ---- each entry agrees with itself ---------------------------------------------------------------------------


def test_every_table_is_called_by_its_own_name_and_cannot_be_changed() -> None:
    for name, spec in TABLES.items():
        assert name == spec.name and name.isidentifier() and name == name.lower()
        with pytest.raises(FrozenInstanceError):
            spec.sign = "any"  # type: ignore[misc]


@pytest.mark.parametrize("name", EVERY)
def test_axes_are_axes_of_an_economy_and_a_table_has_one_or_two(name: str) -> None:
    spec = TABLES[name]
    assert 1 <= len(spec.axes) <= 2 and set(spec.axes) <= set(AXES) and len(set(spec.axes)) == len(spec.axes)
    assert spec.is_matrix == (len(spec.axes) == 2)
    assert "periods" not in spec.axes[1:], "a table by period is a mapping of slices, not a matrix with a period axis"


@pytest.mark.parametrize("name", EVERY)
def test_the_unit_rule_speaks_of_the_tables_own_axes(name: str) -> None:
    """A rule is a pure number, an axis' unit, one over an axis' unit, or one axis over the other."""
    spec = TABLES[name]
    over, *under = spec.unit.split(" / ")
    assert len(under) <= 1 and {over, *under} <= {"1", *spec.axes}
    assert over not in under and "1" not in under
    if under and over != "1":
        assert (over, under[0]) == spec.axes, "rows over columns"


@pytest.mark.parametrize("name", EVERY)
def test_rates_and_whole_numbers_have_no_unit_and_limits_are_told_by_their_default(name: str) -> None:
    spec = TABLES[name]
    if spec.sign in ("rate", "positive-integer"):
        assert spec.unit == "1", "a share of a stock is the same share in every unit"
    if spec.sign == "limit":
        assert spec.missing.words == "no limit" and np.isinf(spec.missing.value)
    assert spec.meaning and spec.meaning[0].islower() and not spec.meaning.endswith(".")


def test_a_table_that_holds_once_is_not_kept_by_periods_ahead() -> None:
    once = {name for name, spec in TABLES.items() if spec.once}
    ahead = {name for name, spec in TABLES.items() if spec.ahead}
    assert once and ahead and not once & ahead
    assert {"initial_capital", "initial_stocks", "exhaustible_stocks", "capital_pool"} <= once
    assert {f"{name}_ahead" for name in ("inputs", "resource_use")} <= ahead


def test_every_axis_has_tables_and_a_singular_that_heads_a_file() -> None:
    for axis, singular in AXES.items():
        assert any(axis in spec.axes for spec in TABLES.values()), axis
        assert singular != axis and axis.startswith(singular[:-1])
    assert len(set(AXES.values())) == len(AXES)


def test_weights_and_prices_are_the_inverse_of_what_they_weigh() -> None:
    """A price per unit times a quantity is a pure number, whatever the unit: the rules must be each other's inverse."""
    for price, quantity in {
        "resource_weights": "resource_limits",
        "import_prices": "import_limits",
        "export_prices": "export_limits",
        "damage_weights": "emission_caps",
    }.items():
        assert TABLES[price].axes == TABLES[quantity].axes
        assert TABLES[price].unit == f"1 / {TABLES[quantity].unit}"


@pytest.mark.parametrize("name", NAMES)
def test_the_unit_a_table_is_written_in_follows_its_rule(name: str) -> None:
    spec = TABLES[name]
    units = {"goods": "tonne", "techniques": "hour", "resources": "m²", "pollutants": "kg", "profiles": "person"}
    row, column = units.get(spec.axes[0], ""), units.get(spec.axes[-1], "")
    known = {axis: f"({unit})" for axis, unit in units.items()} | {"1": "1", "periods": "(1)"}
    wanted = " / ".join(known[part] for part in spec.unit.split(" / "))
    assert wanted_unit(spec, row, column) == wanted


# ---- what is kept once, by period, by periods ahead -------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if TABLES[name].once])
def test_a_table_that_holds_once_is_refused_by_period(name: str) -> None:
    spec, economy = TABLES[name], seeded(5, [name])
    by_period = dict.fromkeys(economy.periods, filled(spec))
    with pytest.raises(no.DataError, match=f"table '{name}' .* holds once; give one value, not one per period"):
        economy.with_changes(**{name: by_period})
    assert economy.with_changes(**{name: filled(spec)}).constant(name)


@pytest.mark.parametrize("name", [name for name in NAMES if TABLES[name].ahead])
def test_a_table_by_periods_ahead_is_a_mapping_from_whole_numbers(name: str) -> None:
    spec, economy = TABLES[name], seeded(6, [name])
    for key in (-1, 1.0, "1", True, 100_001):
        with pytest.raises(no.DataError, match=f"'{name}'.* for periods ahead"):
            economy.with_changes(**{name: {key: filled(spec)}})
    if spec.is_matrix:
        with pytest.raises(no.DataError, match="mapping from periods ahead"):
            economy.with_changes(**{name: filled(spec)})
    kept = economy.with_changes(**{name: {0: filled(spec), np.int64(4): filled(spec)}})
    assert sorted(kept.tables[name].slices) == [0, 4]
    with pytest.raises(no.DataError, match="is kept by periods ahead"):
        kept.frame(name)


@pytest.mark.parametrize("name", [name for name in NAMES if not (TABLES[name].once or TABLES[name].ahead)])
def test_a_table_by_period_must_be_given_for_each(name: str) -> None:
    spec, economy = TABLES[name], seeded(7, [name])
    if spec.axes == ("periods",):
        return
    some = {"period 0": filled(spec), "period 2": 2 * filled(spec)}
    if spec.sign == "rate":
        some["period 2"] = filled(spec) / 2
    if spec.may_skip_periods:  # what is not listed does not arrive
        changed = economy.with_changes(**{name: some})
        whole = filled(spec).sum()
        assert [changed.tables[name].at(t).sum() for t in range(3)] == [whole, 0.0, 2 * whole]
        return
    with pytest.raises(no.DataError, match=f"table '{name}' is given by period, but not for 'period 1'"):
        economy.with_changes(**{name: some})


@pytest.mark.parametrize("name", NAMES)
def test_every_table_of_a_wrong_shape_is_refused_with_the_right_one(name: str) -> None:
    spec, economy = TABLES[name], seeded(8, [name])
    wanted = " x ".join(f"{SIZES[axis]} {axis}" for axis in spec.axes)
    for axis in range(len(spec.axes)):
        sizes = list(shape_of(spec))
        sizes[axis] += 1
        part = sp.csr_array(tuple(sizes)) if spec.is_matrix else np.ones(sizes)
        with pytest.raises(
            no.DataError, match=re.escape(f"table {name!r} has shape {tuple(sizes)}; it must be {wanted}")
        ):
            checked(spec, {None: part}, economy.axes, "x")


@pytest.mark.parametrize("name", NAMES)
def test_a_table_without_its_axis_is_refused_where_it_is_read(name: str, tmp_path: Path) -> None:
    """Axes that the economy need not have must be named before a table may speak of them."""
    missing = [axis for axis in TABLES[name].axes if axis not in ("goods", "techniques", "periods")]
    if not missing:
        return
    folder = no.write(seeded(9, [name]), tmp_path / "m")
    (folder / f"{missing[0]}.csv").unlink()
    with pytest.raises(no.DataError, match=rf"{name}\.csv: needs {missing[0]}\.csv, which names the {missing[0]}"):
        no.read(folder)


def test_all_tables_together_read_back_in_every_form(tmp_path: Path) -> None:
    forms: dict[str, Callable[[no.Economy], Path]] = {
        "csv": lambda economy: no.write(economy, tmp_path / "csv"),
        "parquet": lambda economy: no.write(economy, tmp_path / "parquet", tables="parquet"),
        "xlsx": lambda economy: no.write(economy, tmp_path / "book.xlsx"),
    }
    economy = seeded(0, EVERY)
    assert set(economy.tables) == set(EVERY)
    for form, write in forms.items():
        assert same(no.read(write(economy)), economy) == [], form


def test_a_frame_of_a_table_has_the_names_of_its_axes() -> None:
    for name in NAMES:
        spec = TABLES[name]
        if spec.ahead:
            continue
        economy = seeded(11, [name])
        period = None if economy.constant(name) else "period 1"
        frame = economy.frame(name, period) if spec.is_matrix else pd.DataFrame(economy.frame(name))
        assert frame.index.name == AXES[spec.axes[0]] and list(frame.index) == list(economy.axes[spec.axes[0]])
        if spec.is_matrix:
            assert frame.columns.name == AXES[spec.axes[1]]
