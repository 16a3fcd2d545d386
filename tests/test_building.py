"""``build_economy``: frames, series, sparse and dense arrays, named or not; names decide, nothing is filled in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no

from .test_reading import same

GOODS = ["wheat", "cloth", "oil"]
INPUTS = np.array([[0.25, 0.40, 0.0], [0.14, 0.12, 0.1], [0.0, 0.05, 0.2]])
TARGETS = np.array([55.0, 30.0, 5.0])
LABOUR = np.array([[0.8, 3.6, 1.5]])
LIMITS = np.array([1000.0])
YEARS = ["1928", "1929"]


def small(**changes: Any) -> no.Economy:
    given: dict[str, Any] = {
        "goods": GOODS,
        "resources": ["labour"],
        "inputs": INPUTS,
        "targets": TARGETS,
        "resource_use": LABOUR,
        "resource_limits": LIMITS,
        "objective": "assortment",
    }
    return no.build_economy(**{key: value for key, value in (given | changes).items() if value is not None})


def frame(values: np.ndarray, rows: list[Any], columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(values, index=rows, columns=columns)


# ---- every form is the same economy -----------------------------------------------------------------------

FORMS: dict[str, dict[str, Any]] = {
    "lists": {"inputs": INPUTS.tolist(), "targets": TARGETS.tolist(), "resource_use": LABOUR.tolist()},
    "tuples": {"targets": tuple(TARGETS), "inputs": tuple(map(tuple, INPUTS))},
    "csr array": {"inputs": sp.csr_array(INPUTS), "resource_use": sp.csr_array(LABOUR)},
    "csr matrix": {"inputs": sp.csr_matrix(INPUTS)},
    "csc array": {"inputs": sp.csc_array(INPUTS)},
    "coo array with duplicates": {
        "inputs": sp.coo_array(
            (
                [0.125, 0.125, 0.4, 0.14, 0.12, 0.1, 0.05, 0.2, 0.0],
                ([0, 0, 0, 1, 1, 1, 2, 2, 2], [0, 0, 1, 0, 1, 2, 1, 2, 0]),
            ),
            shape=(3, 3),
        )
    },
    "dok array": {"inputs": sp.dok_array(INPUTS)},
    "fortran order": {"inputs": np.asfortranarray(INPUTS)},
    "not contiguous": {"inputs": np.repeat(INPUTS, 2, axis=1)[:, ::2], "targets": np.repeat(TARGETS, 2)[::2]},
    "read-only": {"inputs": np.frombuffer(INPUTS.tobytes()).reshape(3, 3), "targets": np.frombuffer(TARGETS.tobytes())},
    "frames": {
        "inputs": frame(INPUTS, GOODS, GOODS),
        "targets": pd.Series(TARGETS, index=GOODS),
        "resource_use": frame(LABOUR, ["labour"], GOODS),
        "resource_limits": pd.Series(LIMITS, index=["labour"]),
    },
    "frames of objects": {"inputs": frame(INPUTS, GOODS, GOODS).astype(object)},
    "frames in another order": {
        "inputs": frame(INPUTS, GOODS, GOODS).iloc[[2, 0, 1], [1, 2, 0]],
        "targets": pd.Series(TARGETS, index=GOODS)[::-1],
        "resource_use": frame(LABOUR, ["labour"], GOODS)[GOODS[::-1]],
    },
    "frames alone": {
        "goods": None,
        "resources": None,
        "inputs": frame(INPUTS, GOODS, GOODS),
        "targets": pd.Series(TARGETS, index=GOODS)[::-1],
        "resource_use": frame(LABOUR, ["labour"], GOODS[::-1]).loc[:, GOODS] * 0 + LABOUR,
        "resource_limits": pd.Series(LIMITS, index=["labour"]),
    },
    "names as an index": {"goods": pd.Index(GOODS), "resources": pd.Index(["labour"], dtype=object)},
    "names as a series": {"goods": pd.Series(GOODS)},
    "names as an array": {"goods": np.array(GOODS)},
    "names from a generator": {"goods": (name for name in GOODS)},
    "None is no table": {"capital": None, "emissions": None},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_economy(form: str) -> None:
    assert same(small(**FORMS[form]), small()) == []


def test_whole_numbers_and_truths_are_numbers() -> None:
    economy = small(inputs=np.eye(3, dtype=bool) * 0, targets=np.array([1, 2, 3]), resource_use=[[1, 1, 1]])
    assert economy.matrix("inputs", 0).dtype == np.float64
    assert economy.vector("targets", 0).tolist() == [1.0, 2.0, 3.0]


def test_the_data_given_are_not_changed_nor_kept_open() -> None:
    inputs, targets = sp.csr_array(INPUTS), TARGETS.copy()
    economy = small(inputs=inputs, targets=targets)
    targets[0] = -1
    assert economy.vector("targets", 0)[0] == 55.0
    unsorted = sp.csr_array((np.array([0.4, 0.0, 0.25]), np.array([1, 2, 0]), np.array([0, 3, 3, 3])), shape=(3, 3))
    small(inputs=unsorted)
    assert unsorted.indices.tolist() == [1, 2, 0] and unsorted.nnz == 3


def test_without_names_positions_are_names() -> None:
    economy = no.build_economy(inputs=INPUTS, targets=TARGETS, resource_use=LABOUR, resource_limits=LIMITS)
    assert economy.goods.tolist() == economy.techniques.tolist() == [0, 1, 2]
    assert economy.resources.tolist() == [0]
    assert economy.periods.tolist() == ["1"]
    plan = no.solve(economy, no.Question("assortment"))
    known = no.solve(small())
    assert plan.activities.to_numpy().tolist() == known.activities.to_numpy().tolist()


def test_names_in_another_order_give_the_same_plan_by_name() -> None:
    order = [2, 0, 1]
    names = [GOODS[k] for k in order]
    one = no.solve(small()).assert_optimal()
    two = no.solve(small(goods=names, **{k: v for k, v in FORMS["frames"].items() if k != "resource_limits"}))
    assert two.economy.goods.tolist() == names
    np.testing.assert_allclose(two.activities.loc[GOODS].to_numpy(), one.activities.to_numpy(), rtol=1e-12)


# ---- by period --------------------------------------------------------------------------------------------

BY_PERIOD: dict[str, Any] = {
    "mapping of lists": {"1928": [1, 2, 3], "1929": [4, 5, 6]},
    "mapping in another order": {"1929": [4, 5, 6], "1928": [1, 2, 3]},
    "mapping of series": {
        "1928": pd.Series([3, 2, 1], index=GOODS[::-1]),
        "1929": pd.Series([4, 5, 6], index=GOODS),
    },
    "array": np.array([[1, 4], [2, 5], [3, 6]]),
    "lists": [[1, 4], [2, 5], [3, 6]],
    "frame": frame(np.array([[1, 4], [2, 5], [3, 6]]), GOODS, YEARS),
    "frame in another order": frame(np.array([[6, 3], [4, 1], [5, 2]]), ["oil", "wheat", "cloth"], YEARS[::-1]),
}


@pytest.mark.parametrize("form", BY_PERIOD)
def test_a_vector_by_period(form: str) -> None:
    economy = small(periods=YEARS, targets=BY_PERIOD[form])
    assert economy.vector("targets", 0).tolist() == [1, 2, 3]
    assert economy.vector("targets", 1).tolist() == [4, 5, 6]
    assert not economy.constant("targets")
    shown = economy.frame("targets")
    assert isinstance(shown, pd.DataFrame)
    assert shown.loc["oil", "1929"] == 6


def test_periods_from_the_tables() -> None:
    assert small(targets=BY_PERIOD["mapping of lists"]).periods.tolist() == YEARS
    assert small(targets=BY_PERIOD["frame"]).periods.tolist() == YEARS
    assert small(targets=BY_PERIOD["array"]).periods.tolist() == ["1", "2"]
    assert small(periods=3).periods.tolist() == ["1", "2", "3"]


def test_a_matrix_by_period() -> None:
    economy = small(periods=YEARS, inputs={"1929": sp.csr_array(INPUTS / 2), "1928": frame(INPUTS, GOODS, GOODS)})
    assert economy.matrix("inputs", 0).toarray().tolist() == INPUTS.tolist()
    assert economy.matrix("inputs", 1).toarray().tolist() == (INPUTS / 2).tolist()
    assert economy.frame("inputs", "1929").loc["wheat", "cloth"] == 0.2
    with pytest.raises(no.DataError, match="differs between periods"):
        economy.frame("inputs")


# ---- what is refused --------------------------------------------------------------------------------------

NAN = float("nan")
INF = float("inf")


def at(values: np.ndarray, where: tuple[int, ...], value: float) -> np.ndarray:
    changed = values.copy()
    changed[where] = value
    return changed


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "NaN in a matrix": ({"inputs": at(INPUTS, (1, 2), NAN)}, ["'inputs'", "'cloth'", "'oil'", "nan"]),
    "NaN in a sparse matrix": (
        {"inputs": sp.csr_array(at(INPUTS, (1, 2), NAN))},
        ["'inputs'", "'cloth'", "'oil'", "nan"],
    ),
    "NaN in a frame": (
        {"inputs": frame(at(INPUTS, (1, 2), NAN), GOODS, GOODS).iloc[::-1]},
        ["'inputs'", "'cloth'", "'oil'", "nan"],
    ),
    "None in a frame": (
        {"inputs": frame(INPUTS, GOODS, GOODS).astype(object).replace(0.14, None)},
        ["'inputs'", "'cloth'", "'wheat'"],
    ),
    "infinity": ({"inputs": at(INPUTS, (0, 0), INF)}, ["'inputs'", "'wheat'", "inf"]),
    "minus infinity": ({"targets": at(TARGETS, (2,), -INF)}, ["'targets'", "'oil'", "-inf"]),
    "NaN in a vector": ({"targets": at(TARGETS, (1,), NAN)}, ["'targets'", "'cloth'", "nan"]),
    "NaN in a series": ({"targets": pd.Series([1, NAN, 2], index=GOODS[::-1])}, ["'targets'", "'cloth'", "nan"]),
    "negative input": ({"inputs": at(INPUTS, (2, 1), -1)}, ["'inputs'", "'oil'", "'cloth'", "-1", "'outputs'"]),
    "negative target": ({"targets": at(TARGETS, (0,), -2)}, ["'targets'", "'wheat'", "-2", "negative"]),
    "rate above one": (
        {"capital": np.eye(3), "depreciation": np.eye(3) * 1.5},
        ["'depreciation'", "'wheat'", "1.5", "between 0 and 1"],
    ),
    "lag of half a period": ({"investment_lag": [1, 1.5, 1]}, ["'investment_lag'", "'cloth'", "1.5", "whole number"]),
    "lag of nothing": ({"investment_lag": [1, 1, 0]}, ["'investment_lag'", "'oil'", "0"]),
    "NaN in one period": (
        {"periods": YEARS, "targets": {"1928": [1, 2, 3], "1929": [1, NAN, 3]}},
        ["'targets'", "'cloth'", "'1929'", "nan"],
    ),
    "too many rows": ({"inputs": np.ones((4, 3)) * 0.1}, ["'inputs'", "(4, 3)", "3 goods x 3 techniques"]),
    "too few columns": ({"inputs": np.ones((3, 2)) * 0.1}, ["'inputs'", "(3, 2)", "3 goods x 3 techniques"]),
    "vector too long": ({"targets": [1, 2, 3, 4]}, ["'targets'", "(4,)", "3 goods"]),
    "vector for a matrix": ({"inputs": [1, 2, 3]}, ["'inputs'"]),
    "number for a matrix": ({"inputs": 0.5}, ["'inputs'"]),
    "number for a vector": ({"targets": 1.0}, ["'targets'"]),
    "cube": ({"inputs": np.zeros((3, 3, 3))}, ["'inputs'"]),
    "ragged": ({"inputs": [[0.1], [0.2, 0.3], [0.1]]}, ["'inputs'"]),
    "ragged vector": ({"targets": [[1, 2], [3], [4]]}, ["'targets'"]),
    "text": ({"inputs": [["a", "b", "c"]] * 3}, ["'inputs'", "not numbers"]),
    "text in a vector": ({"targets": ["a", "b", "c"]}, ["'targets'", "not numbers"]),
    "text by period": ({"periods": YEARS, "targets": [["a", "b"]] * 3}, ["'targets'", "not numbers"]),
    "text in a frame by period": (
        {"periods": YEARS, "targets": pd.DataFrame("x", index=GOODS, columns=YEARS)},
        ["'targets'", "not numbers"],
    ),
    "complex": ({"inputs": INPUTS * 1j}, ["'inputs'", "not numbers"]),
    "a series for a matrix": ({"inputs": pd.Series(TARGETS, index=GOODS)}, ["'inputs'"]),
    "a series for a matrix, no names": ({"goods": None, "inputs": pd.Series(TARGETS, index=GOODS)}, ["'inputs'"]),
    "a sparse vector": ({"targets": sp.csr_array(TARGETS[:, None])}, ["'targets'"]),
    "nothing by period": ({"inputs": {}}, ["'inputs'"]),
    "nothing at all": ({"goods": None, "inputs": {}, "targets": {}}, []),
    "row missing": ({"inputs": frame(INPUTS, GOODS, GOODS).iloc[:2]}, ["'inputs'", "no entry", "'oil'"]),
    "column missing": ({"inputs": frame(INPUTS, GOODS, GOODS).iloc[:, 1:]}, ["'inputs'", "no entry", "'wheat'"]),
    "row mistyped": (
        {"inputs": frame(INPUTS, ["wheat", "cloht", "oil"], GOODS)},
        ["'inputs'", "unknown good 'cloht'", "did you mean 'cloth'"],
    ),
    "column mistyped": (
        {"inputs": frame(INPUTS, GOODS, ["wheat", "cloth", "oli"])},
        ["'inputs'", "unknown technique 'oli'", "did you mean 'oil'"],
    ),
    "series mistyped": ({"targets": pd.Series(TARGETS, index=["weat", "cloth", "oil"])}, ["'targets'", "'weat'"]),
    "row twice": ({"inputs": frame(INPUTS, ["wheat", "wheat", "oil"], GOODS)}, ["'inputs'", "'wheat'", "twice"]),
    "column twice": ({"inputs": frame(INPUTS, GOODS, ["oil", "cloth", "oil"])}, ["'inputs'", "'oil'", "twice"]),
    "positions for names": ({"inputs": pd.DataFrame(INPUTS)}, ["'inputs'", "'0'"]),
    "goods twice": ({"goods": ["wheat", "wheat", "oil"]}, ["goods", "'wheat'", "twice"]),
    "a good without a name": ({"goods": ["wheat", None, "oil"]}, ["goods", "missing"]),
    "a good called NaN": ({"goods": ["wheat", NAN, "oil"]}, ["goods", "missing"]),
    "a list for a name": ({"goods": [["wheat"], ["cloth"], ["oil"]]}, ["goods"]),
    "no goods": ({"goods": [], "inputs": None, "targets": []}, ["goods"]),
    "no periods": ({"periods": 0}, ["period"]),
    "fewer than no periods": ({"periods": -2}, ["period"]),
    "no names of periods": ({"periods": []}, ["period"]),
    "periods twice": ({"periods": ["1928", "1928"]}, ["periods", "'1928'", "twice"]),
    "unknown period": (
        {"periods": YEARS, "targets": {"1928": TARGETS, "1930": TARGETS}},
        ["'targets'", "unknown period '1930'"],
    ),
    "period missing": ({"periods": YEARS, "targets": {"1928": TARGETS}}, ["'targets'", "'1929'"]),
    "period missing in an array": ({"periods": 3, "targets": np.ones((3, 2))}, ["'targets'", "2 columns", "3 periods"]),
    "period missing in a frame": (
        {"periods": YEARS, "targets": pd.DataFrame(1.0, index=GOODS, columns=["1928"])},
        ["'targets'", "'1929'"],
    ),
    "periods ahead by name": ({"inputs_ahead": {"one": INPUTS}}, ["'inputs_ahead'", "'one'"]),
    "periods ahead below nothing": ({"inputs_ahead": {-1: INPUTS}}, ["'inputs_ahead'", "-1"]),
    "periods ahead not said": ({"inputs_ahead": INPUTS}, ["'inputs_ahead'", "periods ahead"]),
    "unknown table": ({"input": INPUTS}, ["unknown table 'input'", "did you mean 'inputs'"]),
    "techniques that are not goods": ({"techniques": ["a", "b", "c"]}, ["'outputs'", "'a'", "'wheat'"]),
    "both questions and objective": ({"questions": {"default": no.Question()}}, ["questions", "objective"]),
    "too few units": ({"units": {"goods": ["tonne"]}}, ["1 units for 3 goods"]),
    "units of an unknown axis": ({"units": {"good": ["tonne"] * 3}}, ["unknown axis 'good'", "did you mean 'goods'"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    changes, words = REFUSED[case]
    with pytest.raises(no.DataError) as caught:
        small(**changes)
    for part in words:
        assert part in str(caught.value), f"{part!r} is not in {caught.value}"


def test_every_cell_of_every_kind_is_named() -> None:
    """Whatever the cell and the number: the message names its row and its column."""
    for r, c in np.ndindex(INPUTS.shape):
        for bad in (NAN, INF, -INF, -1.0):
            for made in (np.asarray, sp.csr_array, lambda values: frame(values, GOODS, GOODS)):
                with pytest.raises(no.DataError, match=f"row '{GOODS[r]}', column '{GOODS[c]}' is"):
                    small(inputs=made(at(INPUTS, (r, c), bad)))


@pytest.mark.parametrize("value", [NAN, INF, -0.1, "0.5", "x", [0.5]])
def test_a_floor_that_is_no_number(value: Any) -> None:
    with pytest.raises(no.QuestionError, match="floor"):
        no.Question(floor=value)


@pytest.mark.parametrize("value", ["inputs", 3, True, [3], None])
def test_leave_out_that_is_no_list_of_names(value: Any) -> None:
    with pytest.raises(no.QuestionError, match="leave_out"):
        no.Question(leave_out=value)


@pytest.mark.parametrize("value", [3, None, ["fulfilment"]])
def test_an_objective_that_is_no_name(value: Any) -> None:
    with pytest.raises(no.QuestionError, match="objective"):
        no.Question(objective=value)


# ---- changes ----------------------------------------------------------------------------------------------


def test_with_changes_leaves_the_economy_as_it_was() -> None:
    economy = small()
    changed = economy.with_changes(targets=[1, 2, 3], name="other", title="Other", source="mine")
    assert (changed.name, changed.title, changed.source) == ("other", "Other", "mine")
    assert changed.vector("targets", 0).tolist() == [1, 2, 3]
    assert same(economy, small()) == []
    assert changed.tables["inputs"] is economy.tables["inputs"]


def test_with_changes_adds_and_removes_tables() -> None:
    economy = small().with_changes(resource_limits=None, initial_stocks=pd.Series([1, 2, 3], index=GOODS[::-1]))
    assert not economy.has("resource_limits")
    assert economy.vector("initial_stocks", 0).tolist() == [3, 2, 1]
    assert economy.with_changes(capital=None).tables.keys() == economy.tables.keys()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"targets": [1, 2]}, "'targets'"),
        ({"targets": [1, 2, NAN]}, "'targets', row 'oil'"),
        ({"inputs": frame(INPUTS, GOODS, ["a", "b", "c"])}, "unknown technique 'a'"),
        ({"input": INPUTS}, "unknown table 'input'; did you mean 'inputs'"),
        ({"goods": ["a", "b", "c"]}, "unknown table 'goods'"),
    ],
)
def test_with_changes_refuses(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(no.DataError, match=words):
        small().with_changes(**changes)


def test_a_change_cannot_make_an_unsound_economy() -> None:
    """Techniques that are not the goods need their outputs; taking these away is refused as it is when building."""
    economy = no.read("excavators")
    with pytest.raises(no.DataError, match="'outputs'"):
        economy.with_changes(outputs=None)
    with pytest.raises(no.NaturaError, match="outputs"):
        no.solve(economy, no.Question("assortment", leave_out=("outputs",)))


def test_frame() -> None:
    economy = small(periods=YEARS)
    assert economy.frame("inputs").equals(
        frame(INPUTS, GOODS, GOODS).rename_axis(index="good", columns="technique").set_axis(economy.goods, axis=0)
    )
    assert economy.frame("inputs", "1929").equals(economy.frame("inputs"))
    assert economy.frame("targets").tolist() == TARGETS.tolist()
    assert economy.frame("outputs").to_numpy().tolist() == np.eye(3).tolist()
    assert economy.frame("capital").to_numpy().tolist() == np.zeros((3, 3)).tolist()
    with pytest.raises(no.DataError, match="ahead"):
        economy.frame("inputs_ahead")


def test_repr_names_sizes_tables_and_questions() -> None:
    shown = repr(no.read("five_year_plan"))
    for words in ("'five_year_plan'", "4 goods", "5 periods", "inputs", "7 coefficients", "default (fulfilment)"):
        assert words in shown


# ---- pairs as names ---------------------------------------------------------------------------------------

PAIRS = [("north", "corn"), ("north", "coal"), ("south", "corn"), ("south", "coal")]
#: North mines coal with little labour, south grows corn with little; each uses some of both, moved by pairs of columns.
NEEDS = np.array([[0.1, 0.1, 0.0, 0.0], [0.2, 0.1, 0.0, 0.3], [0.0, 0.1, 0.1, 0.1], [0.0, 0.0, 0.2, 0.1]])
USE = np.array([[2.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 3.0]])


def paired(names: list[Any], regions: list[Any]) -> no.Economy:
    index = pd.MultiIndex.from_tuples(names) if isinstance(names[0], tuple) else pd.Index(names)
    return no.build_economy(
        name="regions",
        goods=index,
        periods=["t1", "t2"],
        resources=regions,
        inputs=pd.DataFrame(NEEDS, index=index, columns=index),
        targets=pd.DataFrame([[1.0, 1.0], [2.0, 2.0], [1.0, 2.0], [0.5, 1.0]], index=index, columns=["t1", "t2"]),
        resource_use=pd.DataFrame(USE, index=regions, columns=index),
        resource_limits=[[10.0, 11.0], [9.0, 8.0]],
        capital=np.diag([0.5, 1.0, 0.5, 1.0]),
        depreciation=np.eye(4) * 0.1,
        initial_capital=np.diag([2.0, 5.0, 2.0, 5.0]),
        objective="fulfilment",
    )


@pytest.mark.parametrize("backend", ["highs", "pyomo", "cvxpy"])
def test_pairs_as_names_all_the_way_to_the_plan(backend: str) -> None:
    plain = no.solve(paired([" ".join(pair) for pair in PAIRS], ["n", "s"])).assert_optimal()
    plan = no.solve(paired(PAIRS, [("n", 1), ("s", 2)]), backend=backend).assert_optimal()
    assert plan.method == backend
    assert plan.objective == pytest.approx(plain.objective, rel=1e-9)
    assert plan.economy.goods.tolist() == PAIRS
    for table in ("activities", "output", "net_output", "consumption", "surplus"):
        found, known = getattr(plan, table), getattr(plain, table)
        assert found.index.tolist() == PAIRS
        if table in ("output", "consumption"):
            np.testing.assert_allclose(found.to_numpy(), known.to_numpy(), rtol=1e-7, atol=1e-9, err_msg=table)
    assert plan.resource_use.index.tolist() == [("n", 1), ("s", 2)]
    assert plan.valuations.loc["good"].index.tolist() == PAIRS
    assert [(good, technique) for good, technique in plan.stocks.index] == [(pair, pair) for pair in PAIRS]
    np.testing.assert_allclose(plan.stocks.iloc[:, 0], [2.0, 5.0, 2.0, 5.0])
    assert "north" in repr(plan)


@pytest.mark.parametrize("suffix", ["plan.xlsx", "plan.parquet", "plan"])
def test_a_plan_with_pairs_as_names_can_be_written(suffix: str, tmp_path: Path) -> None:
    plan = no.solve(paired(PAIRS, [("n", 1), ("s", 2)])).assert_optimal()
    out = tmp_path / suffix
    if suffix.endswith("xlsx"):
        read = pd.read_excel(plan.to_excel(out), sheet_name="activities")
    elif suffix.endswith("parquet"):
        read = pd.read_parquet(plan.to_parquet(out) / "activities.parquet")
    else:
        read = pd.read_csv(plan.to_csv(out) / "activities.csv")
    np.testing.assert_allclose(read[["t1", "t2"]].to_numpy(dtype=float), plan.activities.to_numpy(), rtol=1e-15)
    written = " ".join(str(value) for value in read.iloc[:, :-2].to_numpy().ravel())
    for word in ("north", "south", "corn", "coal"):
        assert word in written


def test_pairs_in_another_order_are_matched_by_name() -> None:
    index = pd.MultiIndex.from_tuples(PAIRS)
    one = paired(PAIRS, ["n", "s"])
    frame_ = pd.DataFrame(NEEDS, index=index, columns=index).iloc[[3, 1, 0, 2], [2, 0, 3, 1]]
    assert same(one.with_changes(inputs=frame_), one) == []


# ---- large ------------------------------------------------------------------------------------------------

MILLION = """
import resource, time
import numpy as np, scipy.sparse as sp
import natura_opt as no
count = 1_000_000
rng = np.random.default_rng(0)
rows, columns = rng.integers(0, count, 3 * count), np.repeat(np.arange(count), 3)
inputs = sp.csc_array((np.full(3 * count, 0.1), (rows, columns)), shape=(count, count))
labour = sp.csr_array(np.ones((1, count)))
started = time.process_time()
economy = no.build_economy(inputs=inputs, targets=np.ones(count), resource_use=labour, resource_limits=[1e7])
spent = time.process_time() - started
assert len(economy.goods) == count and economy.matrix("inputs", 0).nnz == inputs.nnz
assert abs(economy.matrix("inputs", 0) - inputs).nnz == 0
assert "1,000,000 goods" in repr(economy)
changed = economy.with_changes(targets=np.zeros(count))
assert changed.matrix("inputs", 0) is economy.matrix("inputs", 0)
print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""


def test_a_million_goods() -> None:
    result = subprocess.run(
        [sys.executable, "-c", MILLION],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(no.__file__).parents[1],
        check=False,
    )
    assert result.returncode == 0, result.stderr
    seconds, gigabytes = map(float, result.stdout.split())
    assert seconds < 6
    assert gigabytes < 2


def test_a_wrong_number_among_many_is_named_at_once() -> None:
    count = 200_000
    inputs = sp.eye_array(count, format="csr") * 0.5
    inputs.data[123_456] = NAN
    with pytest.raises(no.DataError, match="row 123456, column 123456 is nan"):
        no.build_economy(inputs=inputs, targets=np.ones(count))


# ---- vectors by name -------------------------------------------------------------------------------------------


def _wheat_and_cloth(**tables: Any) -> no.Economy:
    return no.build_economy(
        **{
            "goods": ["wheat", "cloth"], "resources": ["labour"], "inputs": [[0.25, 0.4], [0.14, 0.12]],
            "resource_use": [[0.8, 3.6]], "resource_weights": [1.0], "targets": [55.0, 30.0],
            "objective": "least-resources",
        } | tables
    )  # fmt: skip


@pytest.mark.parametrize("order", [["wheat", "cloth"], ["cloth", "wheat"]])
def test_a_mapping_from_names_is_a_vector_and_no_periods(order: list[str]) -> None:
    targets = {"wheat": 55.0, "cloth": 30}
    economy = _wheat_and_cloth(targets={good: targets[good] for good in order}, resource_weights={"labour": 1})
    assert economy.vector("targets", 0).tolist() == [55.0, 30.0]
    assert economy.vector("resource_weights", 0).tolist() == [1.0]
    assert economy.periods.tolist() == ["1"]


def test_a_mapping_from_periods_stays_one() -> None:
    economy = _wheat_and_cloth(resource_weights={"y1": 1.0, "y2": 2.0}, targets={"y1": [1, 2], "y2": [3, 4]})
    assert economy.periods.tolist() == ["y1", "y2"]
    assert economy.vector("resource_weights", 1).tolist() == [2.0] and economy.vector("targets", 0).tolist() == [1, 2]
    # names that are periods too are periods
    economy = _wheat_and_cloth(periods=["wheat", "cloth"], targets={"wheat": [1, 2], "cloth": [3, 4]})
    assert economy.vector("targets", 1).tolist() == [3, 4]


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"whaet": 55.0, "cloth": 30.0}, "table 'targets': unknown good 'whaet'; did you mean 'wheat'"),
        ({"cloth": 30.0}, "'wheat'"),
        ({"wheat": 55.0, "cloth": [1, 2]}, "table 'targets': not numbers"),
        ({"wheat": 55.0, "cloth": None}, "targets"),
        ({"y1": 55.0, "y2": 30.0}, "targets"),
    ],
)
def test_names_of_a_mapping_are_held_to_the_goods(targets: dict[str, Any], message: str) -> None:
    with pytest.raises(no.DataError, match=message):
        _wheat_and_cloth(targets=targets)
