"""Parquet tables block by block: any cut reads the same, what is wrong is named by its row, and little is held."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.economy.files import parquet, parquet_writer
from natura_opt.economy.files.parquet import ParquetColumns
from natura_opt.economy.files.parquet_matrix import read_matrix
from natura_opt.tables.registry import TABLES

FEW = settings(max_examples=20, deadline=None, derandomize=True, database=None)
GOODS, TECHNIQUES = 5, 7
NUMBERS = {"goods": pd.RangeIndex(1, GOODS + 1), "techniques": pd.RangeIndex(1, TECHNIQUES + 1)}
NAMES = {
    "goods": pd.Index([f"g{k}" for k in range(GOODS)]),
    "techniques": pd.Index([f"t{k}" for k in range(TECHNIQUES)]),
}


def drawn(seed: int, density: float = 0.4) -> sp.csc_array:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((GOODS, TECHNIQUES)) < density, rng.uniform(0.1, 1.0, (GOODS, TECHNIQUES)), 0.0)
    return sp.csc_array(dense)


def long(matrix: sp.csc_array, axes: dict[str, pd.Index]) -> pd.DataFrame:
    """Return a matrix as rows, by column and then by row."""
    triplets = matrix.tocoo()
    return pd.DataFrame(
        {"row": axes["goods"][triplets.row], "column": axes["techniques"][triplets.col], "value": triplets.data}
    )


def read(path: Path, axes: dict[str, pd.Index]) -> sp.csc_array:
    return read_matrix(ParquetColumns(path), TABLES["inputs"], axes)


def same(one: Any, other: Any) -> bool:
    return one.shape == other.shape and (one != other).nnz == 0


# ---- any cut, any order -----------------------------------------------------------------------------------------


@FEW
@given(st.integers(0, 99), st.integers(1, 12), st.integers(1, 12), st.booleans(), st.booleans())
def test_any_row_groups_any_blocks_and_any_order_read_the_same(
    seed: int, group: int, block: int, shuffled: bool, numbered: bool
) -> None:
    import tempfile

    axes, matrix = (NUMBERS if numbered else NAMES), drawn(seed)
    frame = long(matrix, axes)
    if shuffled:
        frame = frame.sample(frac=1.0, random_state=seed)
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "BLOCK", block)
        pq.write_table(
            pa.Table.from_pandas(frame, preserve_index=False), f"{place}/inputs.parquet", row_group_size=group
        )
        found = read(Path(place) / "inputs.parquet", axes)
    assert found.format == "csc" and found.has_canonical_format and found.indices.dtype == np.int32
    assert same(found, matrix)


@FEW
@given(st.integers(0, 99), st.integers(1, 12), st.booleans(), st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_what_is_written_in_blocks_reads_back_the_same(seed: int, block: int, numbered: bool, density: float) -> None:
    import tempfile

    axes, matrix = (NUMBERS if numbered else NAMES), drawn(seed, density)
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_writer, "BLOCK", block)
        file = Path(place) / "inputs.parquet"
        parquet_writer._write_long(file, matrix, axes["goods"], axes["techniques"])
        about = pq.read_metadata(file)
        assert about.num_rows == matrix.nnz and about.num_row_groups == -(-matrix.nnz // block)
        assert same(read(file, axes), matrix)
        frame = pd.read_parquet(file).astype({"row": str, "column": str})
        assert frame.to_numpy().tolist() == long(matrix, axes).astype({"row": str, "column": str}).to_numpy().tolist()


def test_a_file_in_order_is_filled_straight_into_its_place(tmp_path: Path) -> None:
    """Rows in order need no positions of columns, which those out of order do."""
    from natura_opt.economy.files.parquet_matrix import _Filled

    matrix = drawn(1)
    long(matrix, NUMBERS).to_parquet(tmp_path / "t.parquet", index=False)
    source = ParquetColumns(tmp_path / "t.parquet")
    triplets = matrix.tocoo()
    rows, columns = triplets.row.astype(np.int64), triplets.col.astype(np.int64)
    filled = _Filled.of(source, GOODS, TECHNIQUES)
    filled.take(0, rows, columns, triplets.data)
    assert filled.columns is None and np.shares_memory(filled.matrix().data, filled.data)
    turned = _Filled.of(source, GOODS, TECHNIQUES)
    turned.take(0, rows[:4], columns[:4], triplets.data[:4])
    assert turned.columns is None
    turned.take(4, rows[4:][::-1], columns[4:][::-1], triplets.data[4:][::-1])
    assert turned.columns is not None and same(turned.matrix(), matrix)


@pytest.mark.parametrize("kind", ["int8", "uint8", "int64", "uint64", "str", "category"])
def test_labels_of_a_range_may_be_written_in_any_way(kind: str, tmp_path: Path) -> None:
    matrix = drawn(2)
    frame = long(matrix, NUMBERS)
    kinds = {"row": "str" if kind == "category" else kind, "column": "str" if kind == "category" else kind}
    frame = frame.astype(kinds).astype({"row": kind, "column": kind})
    frame[["value", "column", "row"]].to_parquet(tmp_path / "t.parquet", index=False)  # columns in any order, too
    assert same(read(tmp_path / "t.parquet", NUMBERS), matrix)


# ---- what is wrong ----------------------------------------------------------------------------------------------

Change = Callable[[pd.DataFrame], pd.DataFrame]


def cell(row: int, column: str, value: Any) -> Change:
    def changed(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.astype({column: object})
        frame.loc[row, column] = value
        return frame.infer_objects() if value is not None else frame.convert_dtypes()

    return changed


WRONG: dict[str, tuple[Change, str]] = {
    "beyond": (cell(9, "column", 8), "t.parquet, row 10: unknown technique '8'"),
    "below": (cell(9, "row", 0), "t.parquet, row 10: unknown good '0'"),
    "no name": (cell(9, "row", None), "t.parquet, row 10, column 'row': the name is missing"),
    "negative": (cell(9, "value", -1.0), "column 'value' is -1; it must not be negative"),
    "infinite": (cell(9, "value", np.inf), "column 'value': inf is not a finite number"),
    "empty": (cell(9, "value", None), "column 'value': the cell is empty; write 0 where there is none"),
    "text": (lambda frame: frame.astype({"value": str}), "t.parquet, column 'value': holds"),
    "fractions as names": (lambda frame: frame.astype({"row": float}), "column 'row': holds double, not names"),
    "truths": (lambda frame: frame.assign(value=True), "t.parquet, column 'value': holds bool, not numbers"),
    "twice beside": (lambda frame: frame.iloc[[*range(10), 9]], "t.parquet, row 11: the pair is given twice"),
    "twice far": (lambda frame: frame.iloc[[*range(10), 2]], "t.parquet, row 11: the pair is given twice"),
}


@pytest.mark.parametrize("case", sorted(WRONG))
@pytest.mark.parametrize("group", [3, 1000])
def test_what_is_wrong_is_said_with_its_row_in_the_file(
    case: str, group: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of four rows, row groups of three: rows are counted through them all."""
    monkeypatch.setattr(parquet, "BLOCK", 4)
    change, said = WRONG[case]
    change(long(drawn(3), NUMBERS)).to_parquet(tmp_path / "t.parquet", index=False, row_group_size=group)
    with pytest.raises(no.DataError) as error:
        read(tmp_path / "t.parquet", NUMBERS)
    assert said in str(error.value) and str(error.value).startswith("t.parquet")
    if case in ("negative", "infinite", "empty"):
        assert "row 10 (" in str(error.value)


@pytest.mark.parametrize("names", [NAMES, NUMBERS], ids=["names", "numbers"])
def test_a_torn_file_is_refused_wherever_it_is_torn(names: dict[str, pd.Index], tmp_path: Path) -> None:
    """A byte changed is found by the check sums (or the reader), a cut end at once: no matrix comes of either."""
    matrix, file = drawn(4, 1.0), tmp_path / "t.parquet"
    parquet_writer._write_long(file, matrix, names["goods"], names["techniques"])
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(no.DataError, match=r"t\.parquet: not a Parquet file that can be read"):
        read(file, names)
    found = 0
    for at in range(40, len(whole) // 3, 37):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        try:
            again = read(file, names)
        except no.DataError as error:
            found += 1
            assert str(error).startswith("t.parquet")
        else:
            assert same(again, matrix)  # a byte that nothing is read from
    assert found >= 3


def test_vectors_of_ranges_are_whole_numbers_beside_values(tmp_path: Path) -> None:
    economy = no.generate_economy("planned", goods=8, techniques=2, periods=3, labels="numbers")
    folder = no.write(economy, tmp_path / "m", tables="parquet")
    file = folder / "targets.parquet"
    frame = pd.read_parquet(file)
    assert frame["good"].tolist() == list(range(1, 9)) and list(frame.columns) == ["good", "1", "2", "3"]
    frame.sample(frac=1.0, random_state=1).to_parquet(file, index=False)
    assert [no.read(folder).vector("targets", t).tolist() for t in range(3)] == [
        economy.vector("targets", t).tolist() for t in range(3)
    ]
    for row, said in ((2, "goods named twice: '3'"), (8, "unknown good '9'")):
        wrong = frame.copy()
        wrong.loc[0, "good"] = row + 1
        wrong.to_parquet(file, index=False)
        with pytest.raises(no.DataError, match=re.escape(said)):
            no.read(folder)


def test_usual_limits_leave_room_for_large_parquet_files_and_asked_ones_hold(tmp_path: Path) -> None:
    from natura_opt.base.input_files import DEFAULT_LIMITS, LIMITS_IN_BLOCKS

    assert LIMITS_IN_BLOCKS.file_bytes == 8 * DEFAULT_LIMITS.file_bytes
    file = tmp_path / "t.parquet"
    long(drawn(5), NUMBERS).to_parquet(file, index=False)
    size = file.stat().st_size
    assert len(ParquetColumns(file, no.ReadingLimits(file_bytes=size))) > 0
    with pytest.raises(no.DataError, match="file_bytes="):
        len(ParquetColumns(file, no.ReadingLimits(file_bytes=size - 1)))
