"""One economy, whatever holds it: frames, sparse and dense arrays, mappings, tables of another economy, files.

``test_building`` tries the forms on three tables and ``test_reading`` every table as CSV; here every table of the
registry goes through every form, and through each kind of file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.economy.table import Table
from natura_opt.tables.registry import TABLES

from .test_reading import same, seeded

NAMES = sorted(name for name, spec in TABLES.items() if not spec.tidy)  # rows are held in test_curve_table
MATRICES = [name for name in NAMES if TABLES[name].is_matrix]
VECTORS = [name for name in NAMES if not TABLES[name].is_matrix and TABLES[name].axes != ("periods",)]
VARYING = [
    name for name in NAMES if not (TABLES[name].once or TABLES[name].ahead) and TABLES[name].axes != ("periods",)
]


def arrays(economy: no.Economy, name: str) -> dict[int | None, np.ndarray]:
    return {
        key: part.toarray() if TABLES[name].is_matrix else np.array(part)
        for key, part in economy.tables[name].slices.items()
    }


def shuffled(economy: no.Economy, name: str, values: np.ndarray, rng: np.random.Generator) -> pd.DataFrame | pd.Series:
    """The numbers with their names, rows and columns in another order."""
    rows, *columns = (economy.axes[axis] for axis in TABLES[name].axes)
    place = rng.permutation(len(rows))
    if not columns:
        return pd.Series(values, rows).iloc[place]
    return pd.DataFrame(values, rows, columns[0]).iloc[place, rng.permutation(len(columns[0]))]


def unsorted_csr(values: np.ndarray) -> sp.csr_array:
    """The same matrix with the entries of each row the wrong way round, and a zero stored."""
    made = sp.csr_array(np.where(values == 0, 7.0, values))
    made.data[made.data == 7.0] = 0.0
    for row in range(made.shape[0]):
        span = slice(made.indptr[row], made.indptr[row + 1])
        made.indices[span] = made.indices[span][::-1].copy()
        made.data[span] = made.data[span][::-1].copy()
    made.has_sorted_indices = False
    made.has_canonical_format = False
    return made


HOLDERS: dict[str, Callable[[np.ndarray], Any]] = {
    "array": np.asarray,
    "Fortran": np.asfortranarray,
    "lists": lambda values: values.tolist(),
    "objects": lambda values: values.astype(object),
    "longdouble": lambda values: values.astype(np.longdouble),
    "csr": sp.csr_array,
    "csc": sp.csc_array,
    "coo matrix": sp.coo_matrix,
    "lil": sp.lil_array,
    "dok": sp.dok_array,
    "bsr": sp.bsr_array,
    "unsorted csr": unsorted_csr,
}
SPARSE = ("csr", "csc", "coo matrix", "lil", "dok", "bsr", "unsorted csr")


@pytest.mark.parametrize("holder", sorted(HOLDERS))
@pytest.mark.parametrize("name", NAMES)
def test_every_table_from_every_holder_is_the_same(name: str, holder: str) -> None:
    if holder in SPARSE and not TABLES[name].is_matrix:
        return
    economy = seeded(12, [name])
    given = {key: HOLDERS[holder](values) for key, values in arrays(economy, name).items()}
    keys: dict[Any, Any] = {None if key is None else key: part for key, part in given.items()}
    if not TABLES[name].ahead and None not in keys:
        keys = {economy.periods[key]: part for key, part in keys.items()}
    again = economy.with_changes(**{name: keys.get(None, keys)})
    assert same(again, economy) == []
    part = next(iter(again.tables[name].slices.values()))
    assert part.dtype == np.float64
    if TABLES[name].is_matrix:
        assert part.format == "csr" and part.has_canonical_format and (part.data != 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_every_table_with_its_names_in_any_order_is_the_same(name: str) -> None:
    for seed in range(4):
        economy, rng = seeded(seed, [name]), np.random.default_rng(seed)
        given = {key: shuffled(economy, name, part, rng) for key, part in arrays(economy, name).items()}
        if not TABLES[name].ahead and None not in given:
            given = {economy.periods[key]: given[key] for key in rng.permutation(list(given))}
        again = economy.with_changes(**{name: given.get(None, given)})
        assert same(again, economy) == []


@pytest.mark.parametrize("name", VARYING)
def test_a_table_by_period_that_does_not_vary_is_the_same_in_each(name: str) -> None:
    """Kept by period, since it was given so; but each slice is the one that holds for all."""
    economy = seeded(14, [name])
    one = arrays(economy, name)
    one = one.get(None, one.get(0))
    by_period = economy.with_changes(**{name: dict.fromkeys(economy.periods, one)})
    constant = economy.with_changes(**{name: one})
    assert constant.constant(name) and not by_period.constant(name)
    for period in range(len(economy.periods)):
        a, b = (made.tables[name].at(period) for made in (constant, by_period))
        assert (a != b).nnz == 0 if TABLES[name].is_matrix else a.tolist() == b.tolist()


@pytest.mark.parametrize("name", [name for name in VECTORS if not TABLES[name].ahead])
def test_a_vector_by_period_is_a_frame_of_columns(name: str) -> None:
    if TABLES[name].once:
        return
    economy, rng = seeded(15, [name]), np.random.default_rng(15)
    rows = economy.axes[TABLES[name].axes[0]]
    one = next(iter(arrays(economy, name).values()))
    columns = np.column_stack([one, one[::-1], one])
    frame = pd.DataFrame(columns, rows, economy.periods).iloc[rng.permutation(len(rows)), [2, 0, 1]]
    forms = [columns, columns.tolist(), frame, dict(zip(economy.periods, columns.T, strict=True))]
    made = [economy.with_changes(**{name: form}) for form in forms]
    for other in made[1:]:
        assert same(other, made[0]) == []
    assert made[0].tables[name].slices[1].tolist() == one[::-1].tolist()


@pytest.mark.parametrize("name", NAMES)
def test_a_table_of_another_economy_may_be_handed_over(name: str) -> None:
    economy, other = seeded(16, [name]), seeded(17, [name])
    taken = economy.with_changes(**{name: other.tables[name]})
    assert set(taken.tables[name].slices) == set(other.tables[name].slices)
    assert same(taken.with_changes(**{name: economy.tables[name]}), economy) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_table_made_by_hand_is_checked_like_any(name: str) -> None:
    spec, economy = TABLES[name], seeded(18, [name])
    part = next(iter(economy.tables[name].slices.values()))
    for keys in ([], [0], [None, 0], [0, 1, 2, 3], ["period 0"]):
        if spec.ahead and keys in ([0], [0, 1, 2, 3]):
            continue
        with pytest.raises(no.DataError, match=f"table '{name}' has slices .*, which are not its periods"):
            economy.with_changes(**{name: Table(spec, dict.fromkeys(keys, part))})
    smaller = part[:-1] if not spec.is_matrix else part[:, :-1]
    with pytest.raises(no.DataError, match=f"table '{name}' has shape"):
        economy.with_changes(**{name: Table(spec, {1 if spec.ahead else None: smaller})})


# ---- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
@pytest.mark.parametrize("name", NAMES)
def test_every_table_reads_back_bit_for_bit(name: str, form: str, tmp_path: Path) -> None:
    for seed in (0, 1):  # one of them by period
        economy = seeded(seed, [name])
        path = tmp_path / (f"{seed}.xlsx" if form == "xlsx" else f"model{seed}")
        again = no.read(no.write(economy, path, tables="csv" if form == "xlsx" else form))
        assert same(again, economy) == []


@pytest.mark.parametrize("name", MATRICES)
def test_a_matrix_is_the_same_wide_and_long_and_in_any_order_of_rows(name: str, tmp_path: Path) -> None:
    economy = seeded(19, [name]).with_changes(notes=("n",))
    folder = no.write(economy, tmp_path / "m", tables="parquet")
    frame = pd.read_parquet(folder / f"{name}.parquet")
    (folder / f"{name}.parquet").unlink()
    frame.sample(frac=1.0, random_state=3).to_csv(folder / f"{name}.csv", index=False, float_format="%.17g")
    assert same(no.read(folder), economy) == []


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_period_without_entries_and_a_table_of_zeros_come_back(form: str, tmp_path: Path) -> None:
    economy = seeded(20, ["inputs"])
    zeros = np.zeros((4, 5))
    economy = economy.with_changes(
        inputs={"period 0": zeros, "period 1": np.ones((4, 5)), "period 2": zeros}, capital=zeros, targets=np.zeros(4)
    )
    path = tmp_path / ("m.xlsx" if form == "xlsx" else "m")
    again = no.read(no.write(economy, path, tables="csv" if form == "xlsx" else form))
    assert same(again, economy) == [] and again.matrix("inputs", 0).nnz == 0 and again.has("capital")


# ---- pairs as names ---------------------------------------------------------------------------------------------

PAIRS = [("north", "corn"), ("north", "iron"), ("south", "corn")]


@pytest.mark.parametrize("name", sorted(name for name in NAMES if "goods" in TABLES[name].axes))
def test_pairs_name_the_rows_and_columns_of_every_table(name: str) -> None:
    """Given as a MultiIndex or a list of tuples, found as tuples; never an index of levels."""
    spec = TABLES[name]
    pairs, one = pd.MultiIndex.from_tuples(PAIRS), pd.Index(["p"])
    rows, *columns = (pairs if axis in ("goods", "techniques") else one for axis in spec.axes)
    shape = (len(rows), len(columns[0]) if columns else 1)
    numbers = np.arange(1.0, 1 + shape[0] * shape[1]).reshape(shape)
    numbers = numbers / 16 if spec.sign == "rate" else numbers
    part = pd.DataFrame(numbers, rows, columns[0]) if columns else pd.Series(numbers[:, 0], rows)
    part = part.iloc[np.roll(np.arange(len(part)), 1)]
    economy = no.build_economy(
        goods=PAIRS, profiles=["p"], resources=["p"], **{name: {1: part} if spec.ahead else part}
    )
    assert economy.goods.tolist() == PAIRS and not isinstance(economy.goods, pd.MultiIndex)
    found = next(iter(economy.tables[name].slices.values()))
    assert (found.toarray() if spec.is_matrix else found[:, None]).tolist() == numbers.tolist()
    if not spec.ahead:
        frame = economy.frame(name)
        assert frame.index.tolist() == (PAIRS if rows is pairs else ["p"]) and frame.index.nlevels == 1


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_pairs_of_numbers_are_not_written_and_nothing_is_left(form: str, tmp_path: Path) -> None:
    goods = [(2025, good) for _, good in PAIRS[:2]] + PAIRS[2:]
    economy = no.build_economy(goods=goods, inputs=np.eye(3) / 4, targets=[1.0, 2.0, 3.0])
    with pytest.raises(no.DataError, match=r"the name \(2025, 'corn'\) cannot be written; use texts"):
        no.write(economy, tmp_path / ("m.xlsx" if form == "xlsx" else "m"), tables="csv" if form == "xlsx" else form)
    assert not list(tmp_path.iterdir())


def test_a_missing_table_is_nothing_and_missing_outputs_are_the_identity() -> None:
    economy = no.build_economy(goods=["a", "b"], inputs=np.eye(2) / 2, periods=2)
    for name in NAMES:
        if TABLES[name].is_matrix and name not in ("inputs", "outputs"):
            assert economy.matrix(name, 1).shape == tuple(len(economy.axes[axis]) for axis in TABLES[name].axes)
            assert economy.matrix(name, 1).nnz == 0 and economy.constant(name) and not economy.has(name)
        elif not TABLES[name].is_matrix:
            value, count = TABLES[name].missing.value, len(economy.axes[TABLES[name].axes[0]])
            assert economy.vector(name, 0).tolist() == [value] * count
    assert economy.matrix("outputs", 1).toarray().tolist() == [[1.0, 0.0], [0.0, 1.0]]
