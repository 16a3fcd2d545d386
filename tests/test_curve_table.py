"""The table of curves: what a user may hold reports in, what they become, and what is refused with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.curves.making import curve_through

HEADS = ["technique", "name", "quantity", "total"]
PLAIN: dict[str, Any] = {
    "goods": ["ore", "steel"],
    "inputs": [[0.1, 0.0], [0.0, 0.0]],
    "resources": ["labour"],
    "resource_use": [[1.0, 0.0]],
    "resource_limits": [100.0],
    "pollutants": ["smoke"],
    "targets": [1.0, 1.0],
}


def _economy(curves: Any, **more: Any) -> no.Economy:
    return no.build_economy(**{**PLAIN, **more}, curves=curves)


def _rows(*rows: tuple[Any, ...], more: tuple[str, ...] = ()) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=[*HEADS, *more])


STRAIGHT = _rows(("steel", "ore", 0, 0), ("steel", "ore", 10, 20), ("steel", "ore", 20, 30))


# ---- what reports become ----------------------------------------------------
@pytest.mark.parametrize(
    "held",
    [
        STRAIGHT,
        {("steel", "ore"): [(0, 0), (10, 20), (20, 30)]},
        {("steel", "ore"): np.array([[0.0, 0.0], [10.0, 20.0], [20.0, 30.0]])},
        {("steel", "ore", "inputs"): curve_through([0, 10, 20], [0, 20, 30])},
        {("steel", "ore"): (lambda q: 2 * q if q < 10 else 10 + q, [0, 10, 20])},
    ],
    ids=["frame", "rows", "array", "curve", "function read at quantities"],
)
def test_one_curve_however_it_is_held(held: Any) -> None:
    economy = _economy(held)
    curve = economy.curve("steel", "ore")
    assert curve.total([0, 5, 10, 15, 20]).tolist() == [0, 10, 20, 25, 30]
    assert economy.frame("curves")[HEADS].to_numpy().tolist() == STRAIGHT.to_numpy().tolist()
    assert economy.has_curves("inputs") and not economy.has_curves("capital")


def test_a_function_that_can_be_written_becomes_a_formula() -> None:
    economy = _economy({("steel", "ore"): (lambda q: np.sqrt(q) + q**2 / 100, 50.0)})
    assert economy.frame("curves")["formula"].tolist() == ["", "sqrt(q) + q**2 / 100"]
    assert float(economy.curve("steel", "ore").total(25.0)) == pytest.approx(5.0 + 6.25)


def test_names_say_which_table_is_meant() -> None:
    curves = pd.concat(
        [
            STRAIGHT,
            _rows(("steel", "labour", 0, 0), ("steel", "labour", 20, 10)),
            _rows(("steel", "smoke", 0, 0), ("steel", "smoke", 20, -4)),
            _rows(("ore", "steel", 0, 0, "capital"), ("ore", "steel", 9, 3, "capital"), more=("of",)),
        ],
        ignore_index=True,
    )
    economy = _economy(curves, capital_pool=[0.0, 5.0])
    assert economy.curves is not None
    assert [one.of for one in economy.curves.placed] == ["inputs", "resource_use", "emissions", "capital"]
    plan = no.solve(economy).assert_optimal()
    assert float(plan.activities.loc["ore"].iloc[0]) <= 9.0


def test_units_are_stacked_in_their_order() -> None:
    rows = _rows(
        ("steel", "ore", 0, 0, "old"), ("steel", "ore", 10, 30, "old"), ("steel", "ore", 0, 0, "new"),
        ("steel", "ore", 40, 40, "new"), more=("unit",),
    )  # fmt: skip
    economy = _economy(rows)
    assert economy.curve("steel", "ore").total([5, 10, 20, 50]).tolist() == [15, 30, 40, 70]
    assert economy.curves is not None
    (placed,) = economy.curves.placed
    assert [(unit.name, unit.capacity) for unit in placed.units] == [("old", 10.0), ("new", 40.0)]


@pytest.mark.parametrize("how", ["free", "isotonic", "convex", "concave"])
def test_samples_are_fitted_and_kept(how: str) -> None:
    rng = np.random.default_rng(3)
    scales = np.repeat(np.linspace(1.0, 20.0, 12), 3)
    totals = scales**1.3 + rng.normal(0.0, 0.3, len(scales))
    rows = pd.DataFrame({"technique": "steel", "name": "ore", "quantity": scales, "total": np.abs(totals), "fit": how})
    curve = _economy(rows).curve("steel", "ore")
    assert curve.observed is not None and curve.observed.number == 36 and curve.observed.how == how
    assert curve.observed.residuals == pytest.approx(np.abs(totals) - curve.total(scales), abs=1e-12)
    slopes = np.diff(np.append(curve.slopes, curve.slopes[-1]))
    if how in ("convex", "concave"):
        assert (slopes * (1 if how == "convex" else -1) >= -1e-9).all()


@pytest.mark.parametrize("beyond, at_forty", [("line", 50.0), ("average", 60.0)])
def test_a_curve_goes_on_only_where_it_is_told_to(beyond: str, at_forty: float) -> None:
    assert float(_economy(STRAIGHT.assign(beyond=beyond)).curve("steel", "ore").total(40)) == at_forty
    with pytest.raises(no.DataError, match="says nothing of 40"):
        _economy(STRAIGHT).curve("steel", "ore").total(40)


# ---- files ------------------------------------------------------------------
WRITTEN: dict[str, Callable[[], pd.DataFrame]] = {
    "straight": lambda: STRAIGHT,
    "formula": lambda: _rows(
        ("steel", "ore", 0, 0, ""), ("steel", "ore", 10, np.nan, "q ** 2 / 7"), more=("formula",)
    ),
    "stack": lambda: _rows(
        ("steel", "ore", 0, 0, "a"), ("steel", "ore", 0.1, 0.3, "a"), ("steel", "ore", 0, 0, "b"),
        ("steel", "ore", 1 / 3, 0.7, "b"), more=("unit",),
    ),
    "jump": lambda: _rows(("steel", "ore", 0, 0), ("steel", "ore", 0, 2.7), ("steel", "ore", 1450, 2.7)),
    "samples": lambda: _rows(
        ("steel", "ore", 1, 1.5, "concave"), ("steel", "ore", 2, 2.5, "concave"), ("steel", "ore", 4, 3.0, "concave"),
        more=("fit",),
    ),
    "continued": lambda: STRAIGHT.assign(beyond="line"),
}  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("kind", list(WRITTEN))
def test_what_is_written_is_read_as_the_same_reports(kind: str, form: str, tmp_path: Path) -> None:
    economy = _economy(WRITTEN[kind]())
    place = tmp_path / ("model.xlsx" if form == "xlsx" else "model")
    again = no.read(no.write(economy, place, tables="csv" if form == "xlsx" else form))
    pd.testing.assert_frame_equal(again.frame("curves"), economy.frame("curves"))
    levels = np.linspace(0.0, economy.curve("steel", "ore").reported, 7)
    one, other = (e.curve("steel", "ore").total(levels) for e in (economy, again))
    assert one.tolist() == other.tolist()


def test_a_file_says_where_it_is_wrong(tmp_path: Path) -> None:
    place = no.write(_economy(STRAIGHT), tmp_path / "model")
    file = place / "curves.csv"
    text = file.read_text(encoding="utf-8")
    for wrong, said in (
        (
            text.replace("steel,ore,inputs,10.0", "stele,ore,inputs,10.0"),
            r"curves.csv, line 3: unknown technique 'stele'.*'steel'",
        ),
        (text.replace("20.0,30.0", "20.0,many"), r"curves.csv, line 4, row 'steel', column 'total': 'many'"),
        (text.replace("quantity", "quantities"), r"curves.csv, line 1: unknown column 'quantities'.*'quantity'"),
        (text.replace("steel,ore,inputs,0.0,0.0\n", ""), r"the curve of 'ore' in 'steel'.*Say what it needs at 0"),
    ):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(no.DataError, match=said):
            no.read(place)


# ---- what is refused --------------------------------------------------------
@pytest.mark.parametrize(
    "curves, said",
    [
        (STRAIGHT.drop(columns="quantity"), "column 'quantity' is missing"),
        (STRAIGHT.drop(columns="total"), "column 'total' is missing"),
        (STRAIGHT.assign(colour="red"), "unknown column 'colour'"),
        (STRAIGHT.assign(fit="best"), "unknown fit 'best'"),
        (STRAIGHT.assign(beyond="up"), "unknown beyond 'up'"),
        (STRAIGHT.assign(of="outputs"), "unknown table 'outputs'"),
        (STRAIGHT.assign(total=["0", "x", "2"]), "not numbers"),
        (STRAIGHT.assign(total=[0.0, -1.0, 2.0]), "-1"),
        (STRAIGHT.assign(quantity=[0.0, 20.0, 10.0]), "20"),
        (STRAIGHT.assign(name="gold"), "unknown good, resource or pollutant 'gold'"),
        (STRAIGHT.iloc[:0], "is empty"),
        (STRAIGHT.assign(unit=["a", "", "a"]), "name one in each, or in none"),
        ({("steel",): STRAIGHT}, "must be"),
        ({("steel", "ore"): np.sqrt}, "say to which quantity"),
        ({}, "empty"),
        ("curves.csv", "must be a frame"),
        (_rows(("steel", "ore", 0, 0, ""), ("steel", "ore", 9, None, "q +"), more=("formula",)), "formula"),
        (_rows(("steel", "ore", 0, 0, ""), ("steel", "ore", 9, 5, "q"), more=("formula",)), "formula"),
    ],
)
def test_what_is_no_report_is_refused_with_what_to_do(curves: Any, said: str) -> None:
    with pytest.raises(no.DataError, match=said):
        _economy(curves)


def test_a_number_and_a_curve_of_one_need_are_refused() -> None:
    with pytest.raises(no.DataError, match="both a curve and a number for 'ore'"):
        _economy(STRAIGHT, inputs=[[0.1, 0.2], [0.0, 0.0]])
    economy = _economy(STRAIGHT)
    with pytest.raises(no.DataError, match="remove one of them"):
        economy.with_changes(inputs=[[0.1, 0.2], [0.0, 0.0]])


def test_a_name_on_two_axes_says_which_is_meant() -> None:
    two = {"resources": ["ore"], "resource_use": [[1.0, 0.0]]}
    with pytest.raises(no.DataError, match="may stand in inputs or resource_use; say which under 'of'"):
        _economy(STRAIGHT, **two)
    assert _economy(STRAIGHT.assign(of="resource_use"), **two).has_curves("resource_use")


def test_a_curve_that_is_not_there_is_named() -> None:
    economy = _economy(STRAIGHT)
    with pytest.raises(no.DataError, match="unknown curve 'labour'"):
        economy.curve("steel", "labour")
    with pytest.raises(no.DataError, match="stele"):
        economy.curve("stele", "ore")


def test_merging_what_has_a_curve_is_refused_and_renaming_is_not() -> None:
    economy = _economy(STRAIGHT)
    with pytest.raises(no.DataError, match="'curves' speaks of single plants"):
        economy.aggregate({"ore": "metal", "steel": "metal"}, pd.Series(1.0, economy.techniques))
    renamed = economy.aggregate({"ore": "iron ore", "steel": "rolled steel"})
    assert float(renamed.curve("rolled steel", "iron ore").total(10)) == 20.0
    assert renamed.frame("curves")["technique"].unique().tolist() == ["rolled steel"]


def test_a_question_may_leave_curves_out() -> None:
    economy = _economy(STRAIGHT)
    without = no.solve(economy, no.Question("assortment", leave_out=["curves"])).assert_optimal()
    assert without.objective == pytest.approx(
        no.solve(economy.with_changes(curves=None), objective="assortment").objective
    )
    assert without.objective > no.solve(economy, objective="assortment").objective


def test_a_curve_is_drawn(tmp_path: Path) -> None:
    figure = _economy(STRAIGHT).curve("steel", "ore").plot("ore in steel", "t", "t")
    figure.savefig(tmp_path / "curve.svg")
    assert len(figure.axes) == 2 and (tmp_path / "curve.svg").stat().st_size > 1000
