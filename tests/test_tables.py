"""The registry of tables: what it says of each table is what readers, checks, merging and laws do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

import natura_opt as no
from natura_opt.economy.units import wanted_unit
from natura_opt.formulate import every_law, laws_of
from natura_opt.plan.export import known_tables
from natura_opt.tables.merging import AVERAGED_BY_ACTIVITY, EQUAL, SUMMED, Averaged, Refused, averaged_by
from natura_opt.tables.missing import IDENTITY, NO_LIMIT
from natura_opt.tables.registry import GROUPS, TABLES, taken_for_identity
from natura_opt.tables.spec import AXES, TableSpec, beside, names_of

#: Tables of numbers along axes; the table of reports, which is rows, has tests of its own: test_tidy_table.
NAMES = sorted(name for name, spec in TABLES.items() if not spec.tidy)
AXIS_NAMES = {
    "goods": ["a", "b", "c"],
    "techniques": ["p", "q", "r", "s"],
    "resources": ["labour", "land"],
    "pollutants": ["smoke"],
    "profiles": ["young", "old"],
    "periods": ["1", "2"],
}
#: Goods a and b become one, and techniques p, q and s.
NEW_GOODS = {"a": "x", "b": "x", "c": "c"}
NEW_TECHNIQUES = {"p": "u", "q": "u", "r": "r", "s": "u"}
LEVELS = pd.Series({"p": 1.0, "q": 3.0, "r": 2.0, "s": 4.0})


def shape_of(spec: TableSpec) -> tuple[int, ...]:
    return tuple(len(AXIS_NAMES[axis]) for axis in spec.axes)


def some_of(spec: TableSpec, seed: int = 3) -> np.ndarray[Any, Any]:
    """Return numbers that the table may hold."""
    chance = np.random.default_rng(seed)
    if spec.sign == "positive-integer":
        return chance.integers(1, 9, shape_of(spec)).astype(float)
    return chance.uniform(0.1, 0.9, shape_of(spec))


def as_given(spec: TableSpec, numbers: Any) -> Any:
    """Return numbers in the form in which the table is given."""
    return {1: numbers} if spec.ahead else numbers


def economy_with(**tables: Any) -> no.Economy:
    """An economy of all axes that makes each good."""
    outputs = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 2.0], [0.0, 0.0, 1.0, 0.0]]
    return no.build_economy(name="e", **AXIS_NAMES, **{"outputs": outputs, **tables})


def slice_of(economy: no.Economy, spec: TableSpec, period: int = 0) -> Any:
    """Return a table's numbers as a law would read them, dense."""
    if spec.ahead:
        part = economy.tables[spec.name].slices[1]
        return part.toarray() if spec.is_matrix else part
    return economy.matrix(spec.name, period).toarray() if spec.is_matrix else economy.vector(spec.name, period)


# ---- what is said of each table is complete and hangs together ----------------------------------------------------


def test_every_table_stands_once_in_one_group() -> None:
    every = [spec.name for group in GROUPS for spec in group]
    assert len(every) == len(set(every)) == len(TABLES)
    assert all(name == spec.name for name, spec in TABLES.items())


@pytest.mark.parametrize("name", sorted(TABLES))
def test_axes_units_and_other_tables_are_known(name: str) -> None:
    spec = TABLES[name]
    assert spec.meaning and set(spec.axes) <= set(AXES) and 1 <= len(spec.axes) <= 2
    assert {axis for axis in spec.unit_axes if axis is not None} <= set(spec.axes)
    assert set(spec.missing.beside) <= set(TABLES) - {name}
    assert bool(spec.missing.beside) == bool(spec.missing.means)
    if isinstance(spec.merge, Averaged):
        assert TABLES[spec.merge.stock].axes == spec.axes
        assert TABLES[spec.merge.stock].merge == SUMMED
        if spec.is_matrix:
            assert TABLES[spec.merge.tied_up_by].axes == spec.axes


@pytest.mark.parametrize(
    ("unit", "wanted"),
    [("goods / techniques", "(tonne) / (hour)"), ("goods", "(tonne)"), ("1 / goods", "1 / (tonne)"), ("1", "1")],
)
def test_a_unit_rule_is_read_from_the_axes(unit: str, wanted: str) -> None:
    spec = TableSpec("t", ("goods", "techniques"), unit, "any", SUMMED)
    assert wanted_unit(spec, "tonne", "hour") == wanted


@pytest.mark.parametrize(
    "wrong",
    [
        {"merge": EQUAL},
        {"missing": NO_LIMIT},
        {"merge": averaged_by("initial_capital")},
        {"axes": ("goods",), "merge": AVERAGED_BY_ACTIVITY},
        {"axes": ("goods",), "missing": IDENTITY},
    ],
    ids=["matrix equal", "matrix without limit", "no coefficients", "vector by activity", "vector identity"],
)
def test_what_no_table_can_be_is_refused(wrong: dict[str, Any]) -> None:
    sound = TableSpec("t", ("goods", "techniques"), "goods", "any", SUMMED)
    with pytest.raises(ValueError, match=r"^t: "):
        replace(sound, **wrong)


# ---- what a missing one stands for ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if not TABLES[name].ahead])
def test_a_missing_table_is_what_stands_for_it(name: str) -> None:
    spec = TABLES[name]
    goods = {**AXIS_NAMES, "techniques": AXIS_NAMES["goods"]} if spec.missing.on_diagonal else AXIS_NAMES
    tables = {} if spec.missing.on_diagonal else {"outputs": np.eye(3, 4)}
    economy = no.build_economy(**{**goods, **tables})
    if name in economy.tables:
        pytest.skip("outputs are given here")
    found = slice_of(economy, spec)
    shape = tuple(len(goods[axis]) for axis in spec.axes)
    expected = np.eye(*shape) if spec.missing.on_diagonal else np.full(shape, spec.missing.value)
    assert np.array_equal(found, expected)


#: A model of which a table is missing (or is taken away), and a number in it that makes another plan.
SAID: dict[str, tuple[str, float]] = {
    "outputs": ("five_year_plan", 2.0),
    "initial_stocks": ("five_year_plan", 5.0),
    "depreciation": ("five_year_plan", 0.5),
    "capital_orders": ("five_year_plan", 1.0),
    "investment_lag": ("five_year_plan", 3.0),
    "storage": ("five_year_plan", 1.0),
    "emission_caps": ("wheat_cloth_pollution", 25.0),
    "emission_budgets": ("wheat_cloth_pollution", 25.0),
    "damage_weights": ("wheat_cloth_pollution", 0.5),
}


@pytest.mark.parametrize("name", sorted(SAID))
def test_a_table_said_aloud_plans_as_the_missing_one(name: str) -> None:
    """Given as what stands for it, a table changes no plan; given otherwise, it does."""
    (model, otherwise), spec = SAID[name], TABLES[name]
    silent = no.read(model)
    silent = silent.with_changes(**{name: None}) if silent.has(name) else silent
    ones = np.ones([len(silent.axes[axis]) for axis in spec.axes])
    pattern = np.eye(*ones.shape) if spec.missing.on_diagonal else ones
    given = (None, spec.missing.value * pattern, otherwise * pattern)
    plans = [no.solve(silent.with_changes(**{name: table})) for table in given]
    objectives = [plan.assert_optimal().objective for plan in plans]
    assert objectives[0] == pytest.approx(objectives[1], rel=1e-12)
    assert abs(objectives[2] - objectives[0]) > 1e-3 * abs(objectives[0])


def test_techniques_of_other_names_need_what_stands_for_the_identity() -> None:
    assert [spec.name for spec in taken_for_identity([])] == ["outputs"] and not taken_for_identity(["outputs"])
    with pytest.raises(no.DataError, match=r"the techniques \('p'\) are not the goods \('a'\), so a table 'outputs'"):
        no.build_economy(goods=["a"], techniques=["p"], inputs=[[0.5]])
    economy = economy_with()
    with pytest.raises(no.DataError, match="so a table 'outputs'"):
        economy.with_changes(outputs=None)


# ---- how it varies, and its signs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_table_varies_as_it_says(name: str) -> None:
    spec = TABLES[name]
    numbers = some_of(spec)
    if spec.axes == ("periods",):
        assert economy_with(**{name: numbers}).tables[name].constant
        return
    if spec.ahead:
        assert set(economy_with(**{name: {0: numbers, 7: numbers}}).tables[name].slices) == {0, 7}
        with pytest.raises(no.DataError, match="periods ahead"):
            economy_with(**{name: numbers})
        return
    both, one = {"1": numbers, "2": numbers}, {"2": numbers}
    if spec.once:
        with pytest.raises(no.DataError, match="holds once"):
            economy_with(**{name: both})
    else:
        assert set(economy_with(**{name: both}).tables[name].slices) == {0, 1}
    if spec.may_skip_periods:
        late = economy_with(**{name: one})
        assert not slice_of(late, spec, 0).any() and np.array_equal(slice_of(late, spec, 1), numbers)
    else:
        with pytest.raises(no.DataError, match="holds once" if spec.once else "not for '1'"):
            economy_with(**{name: one})


@pytest.mark.parametrize("name", NAMES)
def test_a_table_holds_the_numbers_of_its_sign_and_no_others(name: str) -> None:
    spec = TABLES[name]
    allowed = {
        "any": [-1.0, 0.5, 2.0],
        "non-negative": [0.5, 2.0],
        "limit": [0.5, 2.0, np.inf],
        "rate": [0.0, 0.5],
        "positive": [0.5, 2.0],
        "positive-integer": [1.0, 2.0],
    }[spec.sign]
    for number in (-1.0, 0.5, 2.0, np.inf, np.nan):
        given = {name: as_given(spec, np.full(shape_of(spec), number))}
        if number in allowed:
            assert (slice_of(economy_with(**given), spec) == number).all()
            continue
        with pytest.raises(no.DataError, match=f"table {name!r}"):
            economy_with(**given)


def test_advice_is_said_with_a_wrong_sign() -> None:
    with pytest.raises(no.DataError, match="it must not be negative; an input below zero is an output: put it into"):
        economy_with(inputs=np.full((3, 4), -1.0))
    with pytest.raises(no.DataError, match=r"it must not be negative$"):
        economy_with(targets=[-1.0, 0.0, 0.0])


# ---- merging -------------------------------------------------------------------------------------------------------


def groups(names: list[str], new: dict[str, str]) -> np.ndarray[Any, Any]:
    """Return the matrix of zeros and ones from old names to new ones."""
    kept = list(dict.fromkeys(new[name] for name in names))
    return np.array([[float(new[name] == made) for name in names] for made in kept])


def merged_by_hand(spec: TableSpec, numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return what the rule of :mod:`natura_opt.tables.merging` says, in dense arithmetic."""
    keep = {axis: np.eye(len(names)) for axis, names in AXIS_NAMES.items()}
    into = keep | {
        "goods": groups(AXIS_NAMES["goods"], NEW_GOODS),
        "techniques": groups(AXIS_NAMES["techniques"], NEW_TECHNIQUES),
    }
    found = into[spec.axes[0]] @ numbers
    if not spec.is_matrix:
        return found
    if spec.merge == AVERAGED_BY_ACTIVITY and spec.axes[1] == "techniques":
        shares = into["techniques"] * LEVELS.to_numpy()
        return found @ (shares / shares.sum(axis=1, keepdims=True)).T
    return found @ into[spec.axes[1]].T


def aggregated(**tables: Any) -> no.Economy:
    return economy_with(**tables).aggregate(NEW_GOODS, LEVELS, NEW_TECHNIQUES)


@pytest.mark.parametrize("name", [name for name in NAMES if TABLES[name].merge in (SUMMED, AVERAGED_BY_ACTIVITY)])
def test_amounts_and_coefficients_are_merged_by_their_rule(name: str) -> None:
    spec = TABLES[name]
    numbers = some_of(spec)
    small = aggregated(**{name: as_given(spec, numbers)})
    assert slice_of(small, spec) == pytest.approx(merged_by_hand(spec, numbers), rel=1e-14)


@pytest.mark.parametrize("name", [name for name in NAMES if TABLES[name].merge == EQUAL])
def test_what_must_be_equal_is_kept_or_refused(name: str) -> None:
    spec = TABLES[name]
    groups = {"goods": NEW_GOODS, "techniques": NEW_TECHNIQUES}.get(spec.axes[0])
    merged = groups is not None
    alike = aggregated(**{name: np.ones(shape_of(spec))})
    many = len(set(groups.values())) if groups is not None else shape_of(spec)[0]
    assert (slice_of(alike, spec) == 1.0).all() and len(slice_of(alike, spec)) == many
    different = np.arange(1.0, shape_of(spec)[0] + 1.0) / (shape_of(spec)[0] if spec.sign == "rate" else 1.0)
    if merged:
        with pytest.raises(
            no.DataError, match=f"the entries of {name!r} of '{'a' if spec.axes[0] == 'goods' else 'p'}', '"
        ):
            aggregated(**{name: different})
    else:
        assert np.array_equal(slice_of(aggregated(**{name: different}), spec), different)


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(TABLES[name].merge, Averaged)])
def test_rates_are_averaged_by_their_stock(name: str) -> None:
    spec = TABLES[name]
    assert isinstance(spec.merge, Averaged)
    rates, stock = some_of(spec, 4), some_of(TABLES[spec.merge.stock], 5)
    small = aggregated(**{name: rates, spec.merge.stock: stock})
    summed = TABLES[spec.merge.stock]
    lost = merged_by_hand(summed, rates * stock)
    if "goods" in spec.axes:
        assert slice_of(small, spec) == pytest.approx(lost / merged_by_hand(summed, stock), rel=1e-14)
    else:
        assert np.array_equal(slice_of(small, spec), rates)


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(TABLES[name].merge, Refused)])
def test_what_must_not_be_merged_is_refused(name: str) -> None:
    spec = TABLES[name]
    assert isinstance(spec.merge, Refused) and spec.merge.why in spec.merge.words
    with pytest.raises(no.DataError, match=f"{name!r} {spec.merge.why}; remove the table before merging"):
        aggregated(**{name: as_given(spec, some_of(spec))})


def test_there_is_a_table_of_every_rule() -> None:
    """Or the tests above would say nothing of that rule."""
    rules = {
        spec.merge if spec.merge in (SUMMED, AVERAGED_BY_ACTIVITY, EQUAL) else type(spec.merge)
        for spec in TABLES.values()
    }
    assert rules == {SUMMED, AVERAGED_BY_ACTIVITY, EQUAL, Averaged, Refused}


# ---- what a technique uses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if "techniques" in TABLES[name].axes])
def test_a_use_is_something_and_nothing_else_is(name: str) -> None:
    spec = TABLES[name]
    given = {"outputs": np.ones((3, 4)), name: as_given(spec, np.ones(shape_of(spec)))}
    economy = no.build_economy(**AXIS_NAMES, **given)
    failed = {finding.check for finding in no.check(economy) if not finding.passed}
    assert ("nothing from nothing" not in failed) == spec.is_use


# ---- what a plan says because of it --------------------------------------------------------------------------------


EMITTED = {"emissions": [[2.0]]}
#: What is given, and the tables that a plan then has more.
DUALS = {"pollution_costs", "stock_abatement_costs"}
SHOWN: dict[str, tuple[dict[str, Any], set[str]]] = {
    "emissions": (EMITTED, {"emissions"}),
    "emission_caps": ({**EMITTED, "emission_caps": [4.0]}, {"emissions", "abatement_costs"}),
    "emission_budgets": ({**EMITTED, "emission_budgets": [9.0]}, {"emissions", "abatement_costs"}),
    "damage_weights": ({**EMITTED, "damage_weights": [0.01]}, {"emissions", "damage"}),
    "pollutant_stocks": (
        {**EMITTED, "pollutant_stocks": [3.0], "pollutant_decay": [0.1]},
        {"emissions", "pollutant_stocks", "pollution_costs"},
    ),
    "pollutant_stock_caps": (
        {**EMITTED, "pollutant_stock_caps": [4.0]},
        {"emissions", "pollutant_stocks", "pollution_costs", "stock_abatement_costs"},
    ),
    "stock_damage_weights": (
        {**EMITTED, "stock_damage_weights": [0.01]},
        {"emissions", "pollutant_stocks", "pollution_costs", "damage"},
    ),
    "storage": ({"storage": [0.5]}, {"stored", "terminal_stocks"}),
    "plant_capacity": ({"plant_capacity": [2.0]}, {"plants", "loss_at_prices"}),
}


@pytest.mark.parametrize("name", [name for name in NAMES if TABLES[name].plan_tables])
def test_a_plan_has_the_tables_of_what_is_given_and_no_others(name: str) -> None:
    tables, expected = SHOWN[name]
    economy = no.build_economy(
        goods=["corn"],
        resources=["labour"],
        pollutants=["smoke"],
        periods=2,
        inputs=[[0.5]],
        resource_use=[[1.0]],
        resource_limits=[3.0],
        targets=[1.0],
    )
    without, given = (no.solve(each).assert_optimal() for each in (economy, economy.with_changes(**tables)))
    assert set(TABLES[name].plan_tables) <= expected <= known_tables()
    assert set(given.tables()) - set(without.tables()) == expected
    further = {"stored", "plants", "pollutant_stocks", "terminal_stocks", *DUALS}
    facts = expected - further | ({"terminal"} if "terminal_stocks" in expected else set())
    assert set(given.summary()) - set(without.summary()) == facts


# ---- which law uses it ---------------------------------------------------------------------------------------------


def test_laws_use_tables_of_the_registry_and_the_registry_knows_the_law() -> None:
    for law in every_law():
        assert law.tables <= set(TABLES), law.name
    users = {name: {law.name for law in every_law() if name in law.tables} for name in TABLES}
    for name, spec in TABLES.items():
        if spec.law == "objectives":
            # harmony's; and what profiles want, which stands among the targets before any law reads them
            assert users[name] or name in ("target_weights", "baskets", "populations"), name
        elif spec.law:
            assert spec.law in users[name], name
        else:
            assert not users[name], name


@pytest.mark.parametrize("name", [name for name in NAMES if not TABLES[name].law])
def test_a_table_that_no_law_uses_is_refused_by_every_question(name: str) -> None:
    spec = TABLES[name]
    economy = economy_with(
        inputs=np.full((3, 4), 0.1), targets=[1.0, 1.0, 1.0], **{name: as_given(spec, some_of(spec))}
    )
    for objective in ("fulfilment", "assortment"):
        with pytest.raises(no.QuestionError, match=f"no law of this question uses the table {name!r}"):
            laws_of(economy, no.Question(objective))


def test_a_law_declares_the_tables_that_stand_beside_it() -> None:
    one, other = beside("a law", TABLES["inputs"], TABLES["outputs"])
    assert (one.law, other.law) == ("a law", "a law") and TABLES["inputs"].law == "balance of goods"
    assert names_of(one, other) == frozenset({"inputs", "outputs"})


def test_sparse_and_dense_tables_are_one() -> None:
    numbers = some_of(TABLES["inputs"])
    dense, sparse = economy_with(inputs=numbers), economy_with(inputs=sp.csr_array(numbers))
    assert np.array_equal(dense.matrix("inputs", 0).toarray(), sparse.matrix("inputs", 0).toarray())
