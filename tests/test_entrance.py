"""What people hand over in Python: numbers, labels and units mean what they say, or are refused by name."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.base.numbers import doubles, sparse_doubles
from natura_opt.economy.assumed import assumed


def build(**changes: Any) -> no.Economy:
    given = {"goods": ["a", "b"], "inputs": [[0.1, 0.2], [0.3, 0.1]], "targets": [1.0, 2.0], **changes}
    return no.build_economy(**given)


# ---- numbers ---------------------------------------------------------------------------------------------------------

NO_NUMBERS: dict[str, tuple[Callable[[], Any], str]] = {
    "masked": (lambda: np.ma.masked_array([1.0, 2.0], mask=[False, True]), "row 1 is masked"),
    "masked inside": (lambda: [np.ma.masked_array([1.0, 2.0], mask=[False, True])], "masked"),
    "dates": (lambda: np.array(["2020-01-01", "2020-01-02"], dtype="datetime64[D]"), "holds dates"),
    "dates in a list": (lambda: [datetime.date(2020, 1, 1), 2.0], "row 0 is datetime.date"),
    "Timestamps": (lambda: pd.Series(pd.to_datetime(["2020-01-01", "2020-01-02"]), ["a", "b"]), "datetime64"),
    "spans": (lambda: np.array([1, 2], dtype="timedelta64[D]"), "spans of time"),
    "complex": (lambda: np.array([1 + 0j, 2]), "complex numbers"),
    "one complex": (lambda: [1j, 2], "complex"),
    "texts": (lambda: ["1_0", "2"], "row 0 is '1_0'"),
    "texts in an array": (lambda: np.array(["1", "2"]), "holds texts"),
    "texts in a frame": (lambda: pd.Series(["1", "2"], ["a", "b"]), "holds str"),
    "truths": (lambda: [True, 2.0], "row 0 is True"),
    "truths in an array": (lambda: np.array([True, False]), "holds truths"),
    "truths in a frame": (lambda: pd.Series([True, False], ["a", "b"]), "truths"),
    "missing": (lambda: pd.Series([1, None], ["a", "b"], dtype="Int64"), "row 'b', column .* is missing"),
    "none": (lambda: [1.0, None], "row 1 is None"),
    "one text": (lambda: "12", "text, not numbers"),
    "bytes": (lambda: bytearray(b"ab"), "text, not numbers"),
    "a generator": (lambda: (x for x in (1.0, 2.0)), "make a list of it"),
    "a set": (lambda: {1.0, 2.0}, "set is no array"),
    "records": (lambda: np.zeros(2, dtype=[("x", float)]), "records"),
    "too large": (lambda: [10**400, 1], "no double reaches"),
    "not exact": (lambda: [2**53 + 1, 1], "which no double is"),
    "not exact in an array": (lambda: np.array([2**53 + 1, 1]), "9007199254740993"),
    "not exact in a frame": (lambda: pd.Series([2**53 + 1, 1], ["a", "b"]), "row 'a'"),
    "nothing left of it": (lambda: [Fraction(1, 10**400), 1], "which no double is"),
    "ragged": (lambda: [[1.0], [1.0, 2.0]], "not numbers"),
}


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_what_is_no_number_is_refused(kind: str) -> None:
    make, words = NO_NUMBERS[kind]
    with pytest.raises(no.DataError, match=rf"table 'targets'.*{words}"):
        build(targets=make())


def test_what_is_a_number_is_taken_exactly() -> None:
    given = [Decimal("0.1"), Fraction(1, 3), np.float32(0.1), np.int8(3), 2**53, np.float64(5e-324), 7]
    assert doubles(given).tolist() == [0.1, 1 / 3, float(np.float32(0.1)), 3.0, 2.0**53, 5e-324, 7.0]
    assert doubles(pd.Series([1, 2], dtype="Int64")).tolist() == [1.0, 2.0]
    assert doubles(np.ma.masked_array([1.0, 2.0], mask=[False, False])).tolist() == [1.0, 2.0]
    assert sparse_doubles(sp.coo_array(np.array([[0, 2], [1, 0]]))).toarray().tolist() == [[0.0, 2.0], [1.0, 0.0]]


def test_a_sparse_matrix_that_points_outside_is_refused() -> None:
    broken = sp.csr_array(np.eye(2) * 0.1)
    broken.indices[:] = 1_000_000
    with pytest.raises(no.DataError, match="table 'inputs'"):
        build(inputs=broken)


# ---- labels ----------------------------------------------------------------------------------------------------------


NO_NAMES: list[Any] = [
    "ab",
    b"ab",
    {"a": 1, "b": 2},
    {"a"},
    -2,
    True,
    [True, False],
    [1, "1"],
    ["a", None],
    [{}, "b"],
]
NO_NAMES += [
    ["a", b"b"],
    [["a"], "b"],
    ["a", "b\0"],
    ["a", "\ud800"],
    ["a", "b" * 5000],
    ["a", 10**40],
    ["a", ("b", ("c",))],
]


@pytest.mark.parametrize("goods", NO_NAMES, ids=lambda goods: ascii(goods)[:40])
def test_what_cannot_name_goods_is_refused(goods: Any) -> None:
    with pytest.raises(no.DataError):
        build(goods=goods)


@pytest.mark.parametrize("form", ["folder", "book.xlsx"])
@pytest.mark.parametrize("tables", ["csv", "parquet"])
def test_whole_numbers_come_back_as_such(form: str, tables: str, tmp_path: Path) -> None:
    if form != "folder" and tables == "parquet":
        return
    economy = no.build_economy(
        inputs=[[0.1, 0.2], [0.3, 0.1]],
        periods=[2025, 2026],
        targets=pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=["2025", "2026"]),
        resources=[-7],
        resource_use={2025: [[1.0, 2.0]], "2026": [[3.0, 4.0]]},
    )
    again = no.read(no.write(economy, tmp_path / form, tables=tables))
    for axis, labels in economy.axes.items():
        assert again.axes[axis].to_list() == labels.to_list(), axis
    assert again.matrix("resource_use", 1).toarray().tolist() == [[3.0, 4.0]]
    assert again.frame("targets")[2026].to_list() == [2.0, 4.0]
    assert (
        again.frame("resource_use", "2026").to_numpy().tolist() == again.frame("resource_use", 2026).to_numpy().tolist()
    )


@pytest.mark.parametrize("periods", [[2025, "b"], [2025.5, 2026.5], list(pd.to_datetime(["2025-01-01", "2026-01-01"]))])
def test_labels_that_no_file_keeps_are_refused_when_written(periods: list[Any], tmp_path: Path) -> None:
    economy = build(periods=periods)
    with pytest.raises(no.DataError, match="cannot be written"):
        no.write(economy, tmp_path / "m")


def test_periods_are_found_as_numbers_and_as_texts() -> None:
    for periods in ([2025, 2026], ["2025", "2026"]):
        plan = no.solve(
            build(
                periods=periods,
                resource_use=[[1.0, 1.0]],
                resources=["l"],
                resource_limits=[9.0],
                objective="fulfilment",
            )
        )
        assert plan.explain("a", 2025).lines == plan.explain("a", "2025").lines
        assert plan.valuation_interval("balance", ("a", 2025)) == plan.valuation_interval("balance", ("a", "2025"))
        with pytest.raises(no.QuestionError, match="unknown period '2027'"):
            plan.explain("a", 2027)


def test_two_keys_of_one_period_are_refused() -> None:
    with pytest.raises(no.DataError, match="twice"):
        build(periods=[2025, 2026], targets={2025: [1.0, 1.0], "2025": [2.0, 2.0], 2026: [1.0, 1.0]})


def test_leontief_puts_labels_in_order() -> None:
    goods = ["corn", "iron", "coal"]
    inputs = pd.DataFrame([[0.1, 0.3, 0.0], [0.2, 0.0, 0.1], [0.0, 0.4, 0.2]], goods, goods)
    demand = pd.Series([1.0, 2.0, 3.0], goods)
    right = no.leontief(inputs.to_numpy(), demand.to_numpy()).x
    for order in ([2, 0, 1], [1, 2, 0]):
        mixed = [goods[k] for k in order]
        assert no.leontief(inputs, demand[mixed]).x == pytest.approx(right, rel=1e-12)
        assert no.leontief(inputs[mixed], demand[mixed], start=demand[mixed]).x == pytest.approx(right, rel=1e-12)
        assert no.leontief(inputs, demand[mixed], names=goods).x == pytest.approx(right, rel=1e-12)
        assert no.leontief(inputs.loc[mixed], demand).x == pytest.approx(right[order], rel=1e-12)
    for wrong in (demand.rename({"coal": "cole"}), demand[:2], demand.set_axis(["corn", "corn", "coal"])):
        with pytest.raises(no.DataError, match="demand"):
            no.leontief(inputs, wrong)
    with pytest.raises(no.DataError, match="demand"):
        no.leontief(inputs, demand.to_frame())


def test_a_concordance_of_junk_is_refused() -> None:
    for junk in (5, "ab", {"a": [1], "b": "c"}, {"a": "c"}, {"a": None, "b": "c"}, {"a": True, "b": "c"}):
        with pytest.raises(no.DataError):
            build().aggregate(junk, pd.Series([1.0, 1.0], ["a", "b"]))


# ---- units -----------------------------------------------------------------------------------------------------------

NO_UNITS = [
    "degC",
    "°C",
    "degF",
    "dBm",
    "decibel",
    "neper",
    "kg**1e9",
    "10**10**10",
    "((kg**9)**9)**9",
    "kg**99",
    "kg|m",
]
NO_UNITS += [
    "a=1",
    "kg #",
    "kg # x",
    "5 kg",
    "1e3 kg",
    "kg;m",
    "€",
    "kg\x00",
    "(",
    "kg)",
    "()",
    "kg *",
    "kg\nm",
    "kg, m",
    "nan",
]
NO_UNITS += [
    "__import__('os')",
    "kg if 1 else m",
    "kg or m",
    "lambda: 1",
    "kg**m",
    "kg**-",
    "k" * 300,
    "kg//m",
    "~kg",
    "-kg",
]


@pytest.mark.parametrize("unit", NO_UNITS)
def test_what_is_no_unit_is_refused_at_every_entrance(unit: str, tmp_path: Path) -> None:
    with pytest.raises(no.DataError, match="unit"):
        build(units={"goods": [unit, "kg"]})
    folder = no.write(build(units={"goods": ["kg", "kg"]}), tmp_path / "m")
    (folder / "goods.csv").write_text('name,unit\na,"{}"\nb,kg\n'.format(unit.replace('"', '""')), encoding="utf-8")
    with pytest.raises(no.DataError, match="unit"):
        no.read(folder)


@pytest.mark.parametrize("unit", ["degC", "dBm", "10**10**10", "kg|m"])
def test_no_table_is_written_in_what_is_no_unit(unit: str, tmp_path: Path) -> None:
    folder = no.write(build(units={"goods": "kelvin"}), tmp_path / "m")
    text = (folder / "economy.toml").read_text()
    (folder / "economy.toml").write_text(text.replace("periods", f'table_units = {{targets = "{unit}"}}\nperiods', 1))
    with pytest.raises(no.DataError, match=r"economy\.toml.*unit"):
        no.read(folder)


@pytest.mark.parametrize("given", ["kg", ["kg", "kg"], {"b": "kg", "a": "kg"}, pd.Series(["kg", "kg"], ["b", "a"])])
def test_units_by_one_text_a_list_or_by_name(given: Any) -> None:
    assert build(units={"goods": given}).units["goods"] == ("kg", "kg")
    assert build(units={"goods": {"b": "kg", "a": "hour"}}).units["goods"] == ("hour", "kg")


NO_UNITS_OF_GOODS: list[Any] = ["kg", 5, ["kg", "kg"], {"goods": {"a": "kg"}}, {"goods": {"a": "kg", "c": "kg"}}]
NO_UNITS_OF_GOODS += [{"goods": ["kg"]}, {"goods": 5}, {"goods": ["kg", None]}, {"goods": {"kg"}}]
NO_UNITS_OF_GOODS += [{"periods": ["year"]}, {"good": ["kg", "kg"]}]


@pytest.mark.parametrize("units", NO_UNITS_OF_GOODS, ids=repr)
def test_units_that_say_nothing_are_refused(units: Any) -> None:
    with pytest.raises(no.DataError, match="units"):
        build(units=units)


@pytest.mark.parametrize("unit", ["EUR_million", "person * year", "Stück / hour", "kperson", "tonne ** 0.5", "%", "m²"])
def test_what_is_built_can_be_written_and_read(unit: str, tmp_path: Path) -> None:
    economy = build(units={"goods": [unit, "person"]})
    assert no.read(no.write(economy, tmp_path / "m")).units["goods"] == (unit, "person")


def test_own_units_may_be_named() -> None:
    assert build(units={"goods": ["tonn", "kg"]}).unit("goods", "a") == "tonn"
    with pytest.raises(no.DataError, match="'tonn' is not understood"):
        build(units={"goods": ["tonn", "kg"]}, own_units=["person"])


# ---- what is taken for granted ---------------------------------------------------------------------------------------


def test_a_missing_rate_of_wear_is_said() -> None:
    whole = no.read("five_year_plan")
    without = whole.with_changes(depreciation=None)
    assert assumed(whole) == ()
    (sentence,) = assumed(without)
    assert "'depreciation'" in sentence and "0" in sentence
    notes = [found.message for found in no.check(without) if found.check == "assumptions"]
    assert notes == [f"note: {sentence}"]
    pooled = no.build_economy(goods=["a"], inputs=[[0.1]], targets=[1.0], capital=[[1.0]], capital_pool=[5.0])
    assert "'pool_depreciation'" in assumed(pooled)[0]
