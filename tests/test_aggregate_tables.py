"""Merging known numbers by hand, what goes along with the tables, and every table of the registry by its own rule."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.tables.merging import EQUAL
from natura_opt.tables.registry import TABLES

from .test_aggregate_properties import COEFFICIENTS, GOODS, RATES, SUMMED, TECHNIQUES, drawn

INDIVISIBLE = sorted(
    {name for name in TABLES if name.startswith(("plant", "curve"))}
    | {"minimum_scale", "start_up_inputs", "running_before", "shifting_use"}
)
ALIKE = sorted(
    name
    for name, spec in TABLES.items()
    if spec.merge == EQUAL and ("goods" in spec.axes or "techniques" in spec.axes) and name not in RATES
)


# ---- known arithmetic -------------------------------------------------------------------------------------------


def test_two_techniques_into_one_by_hand_in_fractions() -> None:
    """Halves and quarters are exact in doubles: the merged coefficient is the fraction itself."""
    economy = no.build_economy(
        goods=["a", "b"], inputs=[[0.5, 0.25], [0.125, 0.0]], targets=[3.0, 5.0], initial_stocks=[1.0, 2.0]
    )
    small = economy.aggregate({"a": "x", "b": "x"}, pd.Series({"a": 1.0, "b": 3.0}))
    used = Fraction(1) * (Fraction(1, 2) + Fraction(1, 8)) + 3 * Fraction(1, 4)
    assert Fraction(float(small.matrix("inputs", 0)[0, 0])) == used / 4
    assert small.vector("targets", 0).tolist() == [8.0] and small.vector("initial_stocks", 0).tolist() == [3.0]
    assert not small.has("outputs") and list(small.techniques) == ["x"]


def test_a_technique_that_stays_alone_keeps_every_bit() -> None:
    """Its share is exactly 1, also where its level is no round number, or where it did not run at all."""
    economy, base, _, _ = drawn(2)
    alone = {name: name for name in GOODS}
    kinds = {name: "rest" if k < 4 else name for k, name in enumerate(TECHNIQUES)}
    base[TECHNIQUES[5]], base[TECHNIQUES[6]] = 0.1 + 0.2, 0.0
    small = economy.aggregate(alone, base, kinds)
    for name in ("inputs", "outputs", "resource_use", "capital", "emissions"):
        found = small.tables[name].at(0).toarray()[:, 1:]
        np.testing.assert_array_equal(found, economy.tables[name].at(0).toarray()[:, 4:], err_msg=name)


def test_new_names_stand_in_the_order_in_which_the_goods_first_need_them() -> None:
    economy, base, _, techniques = drawn(3)
    goods = dict(zip(GOODS, ["z", "a", "z", "m", "a", "b"], strict=True))
    for given_as in (goods, pd.Series(goods)[::-1], dict(reversed(goods.items()))):
        assert list(economy.aggregate(given_as, base, techniques).goods) == ["z", "a", "m", "b"]


@pytest.mark.parametrize("names", [[2024, 2025], [("north", "corn"), ("south", "corn")], ["a b", "a_b"]])
def test_new_names_may_be_numbers_pairs_or_texts(names: list[Any]) -> None:
    economy, base, _, techniques = drawn(5)
    small = economy.aggregate({good: names[k % 2] for k, good in enumerate(GOODS)}, base, techniques)
    assert list(small.goods) == names and small.goods.name == "good" and not isinstance(small.goods, pd.MultiIndex)


def test_what_is_for_people_and_what_is_asked_goes_along() -> None:
    economy, base, goods, techniques = drawn(6)
    economy = economy.with_changes(
        title="T", source="S", notes=("n",), questions={"q": no.Question("assortment", leave_out=("emissions",))}
    )
    small = economy.aggregate(goods, base, techniques)
    assert (small.name, small.title, small.source, small.notes) == (economy.name, "T", "S", ("n",))
    assert small.questions == economy.questions and small.resources.equals(economy.resources)


def test_units_of_a_group_are_kept_where_they_are_alike() -> None:
    economy, base, goods, techniques = drawn(7)
    with_units = replace(
        economy, units={"goods": ("kg",) * 6, "techniques": ("hour",) * 8, "resources": ("hour", "m²")}
    )
    small = with_units.aggregate(goods, base, techniques)
    assert set(small.units["goods"]) == {"kg"} and len(small.units["goods"]) == len(small.goods)
    assert set(small.units["techniques"]) == {"hour"} and small.units["resources"] == ("hour", "m²")


# ---- every table of the registry --------------------------------------------------------------------------------


def with_table(name: str, **shape: Any) -> no.Economy:
    """The least economy that holds the table: two goods, two techniques, and one of the rest."""
    spec = TABLES[name]
    sizes = {"goods": 2, "techniques": 2, "resources": 1, "pollutants": 1, "profiles": 1, "periods": 1, "rules": 1}
    values = np.arange(1.0, 1.0 + np.prod([sizes[axis] for axis in spec.axes])).reshape(
        [sizes[axis] for axis in spec.axes]
    )
    values = values / 8 if spec.sign == "rate" else values
    given: Any = {1: values} if spec.ahead else values
    if spec.tidy:
        given = {("s", "r"): [(0.0, 0.0), (1.0, 2.0)]}
    if name == "rules":
        given = pd.DataFrame([["x", "s", 1.0, ">=", 0.0]], columns=["rule", "name", "coefficient", "sense", "limit"])
    return no.build_economy(
        goods=["a", "b"],
        techniques=["s", "t"],
        resources=["r"],
        pollutants=["p"],
        profiles=["q"],
        **({"outputs": np.eye(2)} | {name: given} | shape),
    )


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_is_merged_by_its_rule_or_refused_by_name(name: str) -> None:
    economy, spec = with_table(name), TABLES[name]
    merge = {"concordance": {"a": "x", "b": "x"}, "base": pd.Series({"s": 1.0, "t": 3.0})}
    merge["techniques"] = {"s": "y", "t": "y"}
    if name in INDIVISIBLE:
        with pytest.raises(no.DataError, match=f"'{name}' speaks of single (plants|goods)"):
            economy.aggregate(**merge)
        return
    if name == "rules":  # of which one speaks of a technique that is merged, and not of the other
        with pytest.raises(no.DataError, match=r"rule 'x' does not count 's', 't' alike \(activities\)"):
            economy.aggregate(**merge)
        return
    before = next(iter(economy.tables[name].slices.values()))
    before = before.toarray() if spec.is_matrix else before
    if name in ALIKE or (name in RATES and not spec.is_matrix):
        with pytest.raises(no.DataError, match=f"the entries of '{name}' of '.', '.' differ"):
            economy.aggregate(**merge)
        economy = economy.with_changes(**{name: np.full(2, before[0])})
    small = economy.aggregate(**merge)
    found = next(iter(small.tables[name].slices.values()))
    found = found.toarray() if spec.is_matrix else found
    if name in COEFFICIENTS:
        by_row = before @ np.array([1.0, 3.0]) / 4.0
        assert found.ravel().tolist() == pytest.approx([by_row.sum()])
    elif name in SUMMED and name not in ALIKE:
        assert found.ravel().tolist() == pytest.approx([before.sum()])
    elif name == "baskets":
        assert found.tolist() == before.sum(axis=0, keepdims=True).tolist()
    elif name == "depreciation":  # no stocks and nothing tied up: every rate stated counts alike
        assert found.ravel().tolist() == pytest.approx([before.mean()])
    elif name in ALIKE or name in RATES:
        assert found.tolist() == [before[0]]
    else:
        assert found.tolist() == before.tolist(), "a table of other axes stays as it is"


#: Stocks, capital coefficients, levels, and the rate that .1 and .5 are merged to: by the first weight that is there.
WEIGHTS: dict[str, tuple[list[float], list[float], list[float], Fraction]] = {
    "by the stocks there are": ([30.0, 10.0], [2.0, 1.0], [1.0, 3.0], Fraction(30 * 1 + 10 * 5, 10 * 40)),
    "else by what the base year tied up": ([0.0, 0.0], [2.0, 1.0], [1.0, 3.0], Fraction(2 * 1 + 3 * 5, 10 * 5)),
    "else each stated rate alike": ([0.0, 0.0], [0.0, 0.0], [1.0, 3.0], Fraction(1 + 5, 10 * 2)),
}


@pytest.mark.parametrize("case", sorted(WEIGHTS))
def test_wear_is_averaged_by_what_it_wears(case: str) -> None:
    stocks, capital, levels, wanted = WEIGHTS[case]
    economy = no.build_economy(
        goods=["iron", "corn"],
        techniques=["s", "t"],
        outputs=np.eye(2),
        capital=[capital, [0.0, 0.0]],
        initial_capital=[stocks, [0.0, 0.0]],
        depreciation=[[0.1, 0.5], [0.0, 0.0]],
    )
    small = economy.aggregate({"iron": "iron", "corn": "corn"}, pd.Series(levels, ["s", "t"]), {"s": "y", "t": "y"})
    assert small.frame("depreciation").loc["iron", "y"] == pytest.approx(float(wanted), rel=1e-15)


def test_wear_of_a_technique_that_did_not_run_is_by_what_a_unit_ties_up() -> None:
    economy = no.build_economy(
        goods=["iron", "coal"],
        techniques=["s"],
        outputs=[[1.0], [1.0]],
        capital=[[2.0], [1.0]],
        depreciation=[[0.1], [0.5]],
    )
    small = economy.aggregate({"iron": "ore", "coal": "ore"}, pd.Series({"s": 0.0}), {"s": "s"})
    assert small.matrix("depreciation", 0)[0, 0] == pytest.approx((2 * 0.1 + 0.5) / 3, rel=1e-15)
