"""Parts of rules by name, each by hand: rows of tidy tables, plain names, units, coefficients, blocks of rows."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.economy.rule_rows import PlainNames
from natura_opt.economy.rule_table import Rule, RuleTable, Term, coefficients_of
from natura_opt.economy.rule_units import settled, unit_of_rule, unit_of_term
from natura_opt.economy.tidy_rows import cells_in, check_headings, found_on, numbers_in, text_in
from natura_opt.laws.rule_blocks import ROWS, rules_by_block
from natura_opt.laws.rules import of_activities

from .test_rules import MEASURED, mill

NAN = float("nan")


def says(sentence: str) -> Any:
    """Whole sentences are compared, to the last mark."""
    return pytest.raises((no.DataError, no.QuestionError), match=f"^{re.escape(sentence)}$")


def axis(*names: Any) -> pd.Index:
    return pd.Index(list(names), dtype=object, tupleize_cols=False)


# ---- rows of tidy tables -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "sentence"),
    [
        (["rule", "limits"], "t: unknown column 'limits'; did you mean 'limit'? Known: limit, rule"),
        (["rule", "rule"], "t: the column 'rule' is given twice"),
        (["limit"], "t: the column 'rule' is missing"),
        ([], "t: the column 'rule' is missing"),
    ],
)
def test_headings_are_known_single_and_there(headings: list[str], sentence: str) -> None:
    with says(sentence):
        check_headings(pd.DataFrame(columns=headings), ["rule", "limit"], ["rule"], "t")
    check_headings(pd.DataFrame(columns=["limit", "rule"]), ["rule", "limit"], ["rule"], "t")


@pytest.mark.parametrize("nothing", [None, pd.NA, NAN, np.float64("nan"), "", "  "])
def test_cells_of_nothing_are_empty_texts(nothing: Any) -> None:
    assert text_in(nothing, "sense", "t, row 1", (">=", "<=")) == ""


@pytest.mark.parametrize(
    ("value", "settings", "sentence"),
    [
        (5, {}, "t, row 2, column 'sense': must be text, not 5"),
        (True, {"numbered": True}, "t, row 2, column 'sense': must be text, not True"),
        (5.0, {"numbered": True}, "t, row 2, column 'sense': must be text, not 5.0"),
        ("=>", {"choices": (">=", "<=")}, "t, row 2, column 'sense': unknown sense '=>'; Known: <=, >="),
    ],
)
def test_cells_that_are_no_text_are_named(value: Any, settings: dict[str, Any], sentence: str) -> None:
    with says(sentence):
        text_in(value, "sense", "t, row 2", **settings)


def test_texts_are_trimmed_and_whole_numbers_stand_for_theirs() -> None:
    assert text_in(" >= ", "sense", "t", (">=",)) == ">="
    assert [text_in(value, "p", "t", numbered=True) for value in (7, np.int64(7), "7")] == ["7"] * 3


def test_columns_that_are_missing_hold_nothing() -> None:
    frame = pd.DataFrame({"limit": ["1e3", " 2 "], "rule": ["a", None]})
    assert np.isnan(numbers_in(frame, "coefficient", "t")).all() and cells_in(frame, "unit") == ["", ""]
    assert cells_in(frame, "limit") == ["1e3", " 2 "]
    assert numbers_in(pd.DataFrame({"limit": [1, 2.5]}), "limit", "t").tolist() == [1.0, 2.5]
    with pytest.raises(no.DataError, match=r"^t, column 'rule': not numbers: "):
        numbers_in(frame, "rule", "t")


def test_names_are_found_in_any_spelling_or_refused_at_their_row() -> None:
    names = axis(("north", "coal"), "iron", 2025)
    assert found_on(["2025", "coal@north", ("north", "coal"), 2025, "iron"], names, "goods", str) == [2, 0, 0, 2, 1]
    with says("row 2: unknown good 'irno'; did you mean 'iron'? Known: 2025, coal@north, iron"):
        found_on(["iron", "irno"], names, "goods", lambda k: f"row {k + 1}")


# ---- what plain names mean -----------------------------------------------------------------------------------------


AXES = {
    "techniques": axis("wind", "coal"),
    "goods": axis("coal", "salt", ("north", "tin")),
    "resources": axis("salt", "hours"),
    "pollutants": axis("smoke", "hours"),
    "periods": axis("y1", "y2"),
}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("wind", ("activities", 0)),
        ("coal", ("activities", 1)),  # a technique before a good
        ("smoke", ("emissions", 0)),
        ("tin@north", ("net_output", 2)),
        (("north", "tin"), ("net_output", 2)),
    ],
)
def test_plain_names(name: Any, meant: tuple[str, int]) -> None:
    assert PlainNames(AXES, ["hours", name, "salt"]).term(name) == meant


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("salt", "'salt' may be of net_output or resource_use; say which (net_output=, or the column 'of')"),
        ("hours", "'hours' may be of resource_use or emissions; say which (resource_use=, or the column 'of')"),
        (
            "tin",
            "unknown technique, good, resource or pollutant 'tin'; did you mean 'tin@north'? "
            "Known: coal, hours, salt, smoke, tin@north, wind",
        ),
    ],
)
def test_plain_names_that_mean_several_things_or_none(name: str, sentence: str) -> None:
    with says(sentence):
        PlainNames(AXES, [name]).term(name)


# ---- units ---------------------------------------------------------------------------------------------------------


UNITS = {"techniques": ("hour", "tonne"), "goods": ("tonne", "tonne", "kg")}


def rule(name: str, *terms: tuple[str, int, list[float]], limits: Any = (1.0, 1.0), sense: str = "<=", unit: str = "",
         together: bool = False) -> Rule:  # fmt: skip
    made = tuple(Term(of, at, np.array(numbers, float)) for of, at, numbers in terms)
    return Rule(name, sense, together, np.array(limits, float), unit, made)


def test_the_unit_of_a_rule_is_the_one_that_all_it_counts_share() -> None:
    one = [1.0, 1.0]
    assert unit_of_rule(rule("a", ("activities", 1, one), ("net_output", 0, one)), AXES, UNITS, "e") == "tonne"
    assert unit_of_rule(rule("a", ("emissions", 0, one)), AXES, UNITS, "e") == ""
    assert unit_of_rule(rule("a", ("net_output", 0, one), ("net_output", 2, one), unit="kg"), AXES, UNITS, "e") == "kg"
    assert [unit_of_term(of, at, UNITS) for of, at in (("stocks", 2), ("resource_use", 0))] == ["kg", ""]


@pytest.mark.parametrize(
    ("first", "second", "adds"),
    [
        (("net_output", 0), ("net_output", 2), "tonne ('coal') and kg ('tin@north')"),
        (("net_output", 2), ("net_output", 0), "kg ('tin@north') and tonne ('coal')"),
        (("emissions", 0), ("activities", 0), "what has no unit ('smoke') and hour ('wind')"),
    ],
)
def test_what_is_in_several_units_is_not_added(first: Any, second: Any, adds: str) -> None:
    with says(
        f"e: rule 'a' adds {adds}; say the rule's unit (unit=, or the column 'unit'), and give each coefficient in "
        "that unit per unit of its name"
    ):
        unit_of_rule(rule("a", (*first, [1.0, 1.0]), (*second, [1.0, 1.0])), AXES, UNITS, "e")


def test_axes_and_units_follow_the_rules() -> None:
    table = RuleTable.of([rule("a", ("net_output", 2, [1, 1])), rule("b", ("emissions", 0, [1, 1]))], AXES)
    axes, units = settled("e", AXES, {"rules": table}, UNITS | {"rules": ("old",)})
    assert axes["rules"].tolist() == ["a", "b"] and units == UNITS | {"rules": ("kg", "")}
    axes, units = settled("e", AXES, {}, UNITS | {"rules": ("old",)})
    assert axes["rules"].tolist() == [] and units == UNITS
    bare = RuleTable.of([rule("b", ("emissions", 0, [1, 1]))], AXES)
    assert settled("e", AXES, {"rules": bare}, UNITS)[1] == UNITS  # no unit is no entry
    wrong = RuleTable.of([rule("c", ("emissions", 0, [1, 1]), unit="k|g")], AXES)
    with pytest.raises(no.DataError, match=r"^e: rule 'c': the unit 'k\|g' is not understood"):
        settled("e", AXES, {"rules": wrong}, UNITS)


@pytest.mark.parametrize(
    ("terms", "limit", "unit", "coefficient", "level"),
    [
        ({"bread": 1}, "5000 kg", "", 1.0, 5.0),
        ({"bread": 1}, "5 tonne", "", 1.0, 5.0),
        ({"smoke": 1}, "5 tonne", "", 1.0, 5000.0),
        ({"smoke": "0.5"}, 5, "", 0.5, 5.0),
        ({"bread": "2 kg / tonne"}, 5, "kg", 2.0, 5.0),
        ({"bread": "2e-3"}, 5, "tonne", 0.002, 5.0),
        ({"oven": "3 tonne / day"}, "90 kg", "kg", 125.0, 90.0),
    ],
)
def test_amounts_are_in_the_units_of_the_rule(
    terms: dict[str, Any], limit: Any, unit: str, coefficient: float, level: float
) -> None:
    (made,) = MEASURED.require("a", terms, "<=", limit, unit=unit).rules.placed
    assert made.terms[0].coefficients == pytest.approx([coefficient] * 3, rel=1e-14)
    assert made.limits == pytest.approx([level] * 3, rel=1e-14)


@pytest.mark.parametrize("limit", ["5 hour", "5 kgs of it", "five", "5 5", "", "1e999 kg"])
def test_amounts_of_something_else_are_refused(limit: str) -> None:
    with pytest.raises(no.DataError, match=r"^mill: rule 'a', its limit"):
        MEASURED.require("a", {"bread": 1}, "<=", limit)


# ---- the table -----------------------------------------------------------------------------------------------------


def test_rows_are_one_per_term_or_one_per_term_and_period() -> None:
    same = rule("a", ("net_output", 2, [2, 2]), ("emissions", 0, [1, 1]), limits=[5, 5], together=True)
    moving = rule("b", ("activities", 0, [1, 3]), limits=[4, 4], sense=">=", unit="hour")
    partial = rule("c", ("activities", 1, [0, 7]), limits=[NAN, 6], sense="==")
    table = RuleTable.of([same, moving, partial], AXES)
    assert table.listed.to_numpy().tolist() == [
        ["a", "<=", "all periods", "", "", "net_output", ("north", "tin"), 5.0, 2.0],
        ["a", "<=", "all periods", "", "", "emissions", "smoke", 5.0, 1.0],
        ["b", ">=", "", "y1", "hour", "activities", "wind", 4.0, 1.0],
        ["b", ">=", "", "y2", "hour", "activities", "wind", 4.0, 3.0],
        ["c", "==", "", "y2", "", "activities", "coal", 6.0, 7.0],
    ]
    assert table.count == 5 and table.names.tolist() == ["a", "b", "c"] and table.constant
    assert [one.name for one in table.of_kind("<=", True)] == ["a"] and table.of_kind("<=", False) == []
    assert (same.limit, partial.limit, partial.stated.tolist()) == (5.0, 6.0, [False, True])
    assert RuleTable.of([], AXES).listed.shape == (0, 9)


def test_a_part_of_the_periods_takes_the_rules_that_speak_of_it() -> None:
    early = rule("a", ("activities", 0, [1, 0]), limits=[3, NAN])
    always = rule("b", ("activities", 0, [1, 2]), limits=[3, 4])
    table = RuleTable.of([early, always], AXES)
    late = table.of_periods(1, 2, AXES | {"periods": axis("y2")})
    assert late is not None and late.names.tolist() == ["b"]
    assert late.placed[0].limits.tolist() == [4.0] and late.placed[0].terms[0].coefficients.tolist() == [2.0]
    assert RuleTable.of([early], AXES).of_periods(1, 2, AXES) is None
    changed = table.with_limits({"a": np.array([9.0, NAN])})
    assert [one.limits[0] for one in changed.placed] == [9.0, 3.0] and table.placed[0].limits[0] == 3.0


def test_coefficients_lie_by_rule_and_thing() -> None:
    rules = [rule("a", ("net_output", 2, [2, 5]), ("activities", 0, [1, 1])), rule("b", ("net_output", 0, [0, 4]))]
    assert coefficients_of(rules, "net_output", 1, 3).toarray().tolist() == [[0, 0, 5], [4, 0, 0]]
    assert coefficients_of(rules, "net_output", 0, 3).toarray().tolist() == [[0, 0, 2], [0, 0, 0]]
    assert coefficients_of(rules, "emissions", 0, 2).toarray().tolist() == [[0, 0], [0, 0]]


def test_what_a_rule_counts_of_activities_is_the_sum_of_its_parts() -> None:
    """Flour by wind 1 and by water 2, half of it for bread; an hour each; three of smoke from the oven."""
    economy = mill()
    counts = {
        "wind": [1, 0, 0], "flour": [1, 2, -0.5], "bread": [0, 0, 1], "hours": [1, 1, 1], "smoke": [0, 0, 3],
    }  # fmt: skip
    for name, expected in counts.items():
        rules = economy.require("a", {name: 1}, "<=", 1).rules.placed
        assert of_activities(economy, rules, 0).toarray().tolist() == [expected], name
    weights = dict(zip(counts, [1.0, -2.0, 10.0, 0.5, 100.0], strict=True))
    rules = economy.require("a", weights, "<=", 1).rules.placed
    expected = sum(weight * np.array(counts[name]) for name, weight in weights.items())
    assert of_activities(economy, rules, 2).toarray()[0] == pytest.approx(expected)


# ---- blocks of rows ------------------------------------------------------------------------------------------------


def test_rules_stand_in_one_block_per_sense_and_span() -> None:
    economy = mill()
    assert list(rules_by_block(economy)) == []
    for k, (sense, together) in enumerate([("==", True), ("<=", False), (">=", True), ("<=", False), ("==", False)]):
        economy = economy.require(f"r{k}", {"wind": 1}, sense, k + 1, over="all periods" if together else None)
    blocks = [(rows.name, [one.name for one in rules], together) for rows, rules, together in rules_by_block(economy)]
    assert blocks == [
        ("rule_at_most", ["r1", "r3"], False),
        ("rule_exactly", ["r4"], False),
        ("overall_rule_at_least", ["r2"], True),
        ("overall_rule_exactly", ["r0"], True),
    ]
    program = no.linear_program(economy)
    ends = {
        "rule_at_most": ([-np.inf] * 6, [2.0, 4.0] * 3),
        "rule_exactly": ([5.0] * 3, [5.0] * 3),
        "overall_rule_at_least": ([3.0], [np.inf]),
        "overall_rule_exactly": ([1.0], [1.0]),
    }
    for name, (lower, upper) in ends.items():
        block = program.row_block(name)
        assert (program.row_lower[block.span].tolist(), program.row_upper[block.span].tolist()) == (lower, upper), name


def test_what_the_blocks_are_called() -> None:
    said = {key: (rows.kind, rows.heading, rows.axes) for key, rows in ROWS.items()}
    assert said[">=", False] == ("lower rule", "Lower rules: one more unit that must be", ("rules", "periods"))
    assert said["<=", True] == ("overall upper rule", "Overall upper rules: one more unit allowed", ("rules",))
    assert len({rows.name for rows in ROWS.values()}) == 6


@pytest.mark.parametrize(
    ("changes", "terms", "sentence"),
    [
        (
            {},
            {"stocks": {"flour": 1}},
            "stocks of 'flour', and nobody holds any: no technique ties it up (table 'capital')",
        ),
        (
            {"inputs_ahead": {1: [[0, 0, 0.1], [0, 0, 0]]}},
            {"net_output": {"flour": 1}},
            "net output of 'flour', of which the table 'inputs_ahead' says more than coefficients do; say the rule of "
            "activities",
        ),
    ],
)
def test_senseless_rules_are_refused_in_a_sentence(changes: Any, terms: Any, sentence: str) -> None:
    with says(f"mill: rule 'a' counts the {sentence}"):
        no.linear_program(mill(**changes).require("a", {}, "<=", 5, **terms))
    other = {"net_output": {"bread": 1}}  # of which no other table speaks
    assert no.linear_program(mill(**changes).require("a", {}, "<=", 5, **other)).row_block("rule_at_most") is not None
