"""Rules by name: how they are stated, stored, refused, merged, moved and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.economy.some_periods import of_periods
from natura_opt.methods.registry import METHODS

from .test_reading import same

YEARS = ["y1", "y2", "y3"]


def mill(**more: Any) -> no.Economy:
    """Flour by wind or water, bread from flour; an hour each; smoke from the oven."""
    return no.build_economy(
        **{
            "name": "mill",
            "goods": ["flour", "bread"],
            "techniques": ["wind", "water", "oven"],
            "outputs": [[1, 2, 0], [0, 0, 1]],
            "inputs": [[0, 0, 0.5], [0, 0, 0]],
            "resources": ["hours"],
            "resource_use": [[1, 1, 1]],
            "resource_limits": [[12, 13, 14]],
            "pollutants": ["smoke"],
            "emissions": [[0, 0, 3]],
            "periods": YEARS,
            "targets": [1, 2],
            "objective": "fulfilment",
        }
        | more
    )


MEASURED = mill(units={"goods": "tonne", "techniques": "hour", "resources": "hour", "pollutants": "kg"})


def only(economy: no.Economy) -> Any:
    assert economy.rules is not None
    (rule,) = economy.rules.placed
    return rule


# ---- stating ------------------------------------------------------------------
def test_an_economy_is_not_changed_by_what_is_required_of_it() -> None:
    bare = mill()
    ruled = bare.require("a", {"wind": 1}, ">=", 2)
    assert bare.rules is None and len(bare.axes["rules"]) == 0 and not bare.has("rules")
    assert ruled.axes["rules"].to_list() == ["a"] and "1 rules" in repr(ruled)
    assert same(ruled.without_rule("a"), bare) == []
    assert same(ruled.with_changes(rules=None), bare) == []


@pytest.mark.parametrize(("name", "of"), [
    ("wind", "activities"), ("bread", "net_output"), ("hours", "resource_use"), ("smoke", "emissions"),
])  # fmt: skip
def test_a_plain_name_means_a_technique_or_else_the_only_thing_of_its_name(name: str, of: str) -> None:
    said = mill().require("a", {name: 1}, "<=", 5)
    assert [(term.of, term.at) for term in only(said).terms] == [(of, only(said).terms[0].at)]
    outright = mill().require("a", {}, "<=", 5, **{of: {name: 1}})
    assert same(said, outright) == []


def test_a_name_of_a_technique_and_a_good_means_the_technique_and_the_keyword_the_good() -> None:
    plain = no.build_economy(goods=["corn"], inputs=[[0.5]], resources=["corn", "man"], resource_use=[[1], [1]])
    assert only(plain.require("a", {"corn": 1}, "<=", 1)).terms[0].of == "activities"
    assert only(plain.require("a", {}, "<=", 1, net_output={"corn": 1})).terms[0].of == "net_output"


def test_a_name_of_several_things_and_no_technique_asks_which() -> None:
    economy = mill(resources=["bread"], resource_use=[[1, 1, 1]])
    with pytest.raises(no.DataError, match=r"rule 'a': 'bread' may be of net_output or resource_use; say which"):
        economy.require("a", {"bread": 1}, "<=", 1)


@pytest.mark.parametrize(("given", "said"), [
    (({"wnd": 1}, "<=", 1), r"unknown technique, good, resource or pollutant 'wnd'; did you mean 'wind'\?"),
    (({}, "<=", 1), "counts nothing; give the coefficient"),
    (({"wind": 0}, "<=", 1), "counts nothing: every coefficient is 0"),
    (({"wind": 1}, "=", 1), "unknown sense '='; write '=='"),
    (({"wind": 1}, "<", 1), r"unknown sense '<'"),
    (({"wind": float("nan")}, "<=", 1), "the coefficient of 'wind' is nan; give a finite number"),
    (({"wind": 1}, "<=", float("inf")), "its limit is inf; give a finite number"),
    (({"wind": True}, "<=", 1), "the coefficient of 'wind': .*truth"),
    (({"wind": "much"}, "<=", 1), "the coefficient of 'wind': 'much', not a number"),
    (({"wind": None}, "<=", 1), "the coefficient of 'wind'"),
    (({"wind": 1}, "<=", [1, 2]), "its limit"),
    (("wind", "<=", 1), "terms must be a mapping from name to coefficient, not 'wind'"),
    (({"wind": {"y1": 1, "y2": 1}}, "<=", 1), "the coefficient of 'wind': none for the period 'y3'"),
    (({"wind": {"y9": 1}}, "<=", 1), r"the coefficient of 'wind': unknown period 'y9'"),
    (({"wind": 1}, "<=", {"y1": 1, "yy": 2}), r"unknown period 'yy'; Known: y1, y2, y3"),
    (({"wind": 1}, "<=", {}), "names no period"),
])  # fmt: skip
def test_what_cannot_be_a_rule_is_refused_by_its_name(given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(no.DataError, match=f"mill: rule 'a'.*{said}"):
        mill().require("a", *given)


@pytest.mark.parametrize(("more", "said"), [
    ({"period": "y4"}, r"unknown period 'y4'; Known: y1, y2, y3"),
    ({"period": []}, "names no period"),
    ({"over": "all"}, r"unknown over 'all'; did you mean 'all periods'\? Known: all periods"),
    ({"net_output": {"wind": 1}}, r"net_output: unknown good 'wind'"),
    ({"net_output": ["bread"]}, "net_output must be"),
    ({"activities": {"wind": 2}}, r"counts 'wind' \(activities\) twice"),
])  # fmt: skip
def test_what_a_rule_says_besides_is_refused_by_its_name(more: dict[str, Any], said: str) -> None:
    with pytest.raises((no.DataError, no.OptionError), match=said):
        mill().require("a", {"wind": 1}, "<=", 1, **more)


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "a\x00", "x" * 1001])
def test_names_of_rules_are_names(name: str) -> None:
    with pytest.raises(no.DataError):
        mill().require(name, {"wind": 1}, "<=", 1)


def test_a_name_is_given_once_and_what_is_not_there_is_not_removed() -> None:
    ruled = mill().require("a", {"wind": 1}, "<=", 1)
    with pytest.raises(no.DataError, match=r"rule 'a': there is one of this name.*without_rule\('a'\)"):
        ruled.require("a", {"wind": 1}, "<=", 1)
    with pytest.raises(no.DataError, match=r"unknown rule 'A'; did you mean 'a'|unknown rule 'A'; Known: a"):
        ruled.without_rule("A")
    with pytest.raises(no.OptionError, match="name must be text"):
        ruled.require(5, {"wind": 1}, "<=", 1)  # type: ignore[arg-type]


def test_numbers_may_differ_between_periods_and_hold_in_some_only() -> None:
    rule = only(mill().require("a", {"wind": {"y1": 1, "y2": 2, "y3": 3}}, "<=", {"y2": 5, "y3": 6}))
    assert rule.limits.tolist()[1:] == [5.0, 6.0] and np.isnan(rule.limits[0])
    assert rule.terms[0].coefficients.tolist() == [0.0, 2.0, 3.0]
    for period in ("y2", ["y2"], pd.Index(["y2"])):
        assert only(mill().require("a", {"wind": 1}, "<=", 5, period=period)).stated.tolist() == [False, True, False]
    by_series = mill().require("a", pd.Series({"wind": 1.0}), "<=", pd.Series({"y2": 5.0, "y3": 6.0}))
    assert same(by_series, mill().require("a", {"wind": 1}, "<=", {"y2": 5, "y3": 6})) == []
    with pytest.raises(no.DataError, match="all years count together, so there is one limit"):
        mill().require("a", {"wind": 1}, "<=", {"y2": 5, "y3": 6}, over="all periods")


def test_whole_number_periods_and_texts_of_them_are_one() -> None:
    economy = mill(periods=[2025, 2026, 2027])
    one, other = (economy.require("a", {"wind": 1}, "<=", {year: 5}) for year in (2026, "2026"))
    assert same(one, other) == [] and only(one).stated.tolist() == [False, True, False]


# ---- units ----------------------------------------------------------------------
def test_the_unit_of_a_rule_is_that_of_all_it_counts_or_must_be_said() -> None:
    assert MEASURED.require("a", {"wind": 1, "hours": 2}, "<=", 5).unit("rules", "a") == "hour"
    with pytest.raises(no.DataError, match=r"rule 'a' adds hour \('wind'\) and tonne \('bread'\); say the rule's unit"):
        MEASURED.require("a", {"wind": 1, "bread": 2}, "<=", 5)
    said = MEASURED.require("a", {"wind": 1, "bread": 2}, "<=", 5, unit="tonne")
    assert said.unit("rules", "a") == "tonne" and [t.coefficients[0] for t in only(said).terms] == [1.0, 2.0]
    with pytest.raises(no.DataError, match=r"rule 'a': the unit 'ton ne\|' is not understood"):
        MEASURED.require("a", {"wind": 1}, "<=", 5, unit="ton ne|")
    assert mill().require("a", {"wind": 1, "bread": 2}, "<=", 5).unit("rules", "a") == ""


def test_texts_say_their_own_unit_and_are_converted() -> None:
    said = MEASURED.require("a", {"wind": "0.5 kg / minute", "bread": "2"}, "<=", "5000 kg", unit="tonne")
    rule = only(said)
    assert [term.coefficients[0] for term in rule.terms] == pytest.approx([0.03, 2.0], rel=1e-12)
    assert rule.limits.tolist() == pytest.approx([5.0] * 3, rel=1e-12)
    for terms, limit in (({"wind": "3 kg"}, 1), ({"wind": 1}, "5 metre"), ({"wind": "3 quux / hour"}, 1)):
        with pytest.raises(no.DataError, match=r"rule 'a'.*(cannot be turned into|not understood)"):
            MEASURED.require("a", terms, "<=", limit, unit="tonne")


def test_units_of_rules_are_no_units_of_an_axis() -> None:
    with pytest.raises(no.DataError, match="units: unknown axis 'rules'"):
        mill(units={"rules": ["kg"]})


# ---- files ----------------------------------------------------------------------
def ruled() -> no.Economy:
    """Rules of every kind, with names that files may stumble over."""
    return (
        MEASURED.require('<script>alert("1")</script>', {"wind": 0.7, "water": -0.3}, ">=", 0.1 + 0.2)
        .require("=1+1", {"bread": {"y1": 1, "y2": 0, "y3": -1e-8}}, "<=", {"y1": 1e8, "y2": 3, "y3": 1 / 3})
        .require("Rücksicht, 雪", {"smoke": 1, "bread": -2.5}, "==", -7, over="all periods", unit="kg")
    )


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_rules_written_read_back_bit_for_bit(form: str, tmp_path: Path) -> None:
    economy = ruled()
    to: dict[str, Any] = {} if form == "xlsx" else {"tables": form}
    back = no.read(no.write(economy, tmp_path / ("m.xlsx" if form == "xlsx" else "m"), **to))
    assert same(back, economy) == []
    pd.testing.assert_frame_equal(back.frame("rules"), economy.frame("rules"))


def test_the_file_of_rules_is_one_that_people_write(tmp_path: Path) -> None:
    folder = no.write(mill(), tmp_path / "m")
    (folder / "rules.csv").write_text(
        "rule,name,coefficient,sense,limit\nrenewable,wind,.7,>=,0\nrenewable,water,-.3,>=,0\nclean,smoke,1,<=,9\n"
    )
    economy = no.read(folder)
    by_call = mill().require("renewable", {"wind": 0.7, "water": -0.3}, ">=", 0).require("clean", {"smoke": 1}, "<=", 9)
    assert same(economy, by_call) == []
    assert no.solve(economy).assert_optimal().objective == no.solve(by_call).assert_optimal().objective


HEAD = "rule,name,coefficient,sense,limit"


@pytest.mark.parametrize(("text", "said"), [
    (f"{HEAD}\n", r"is empty; leave it out, or require something"),
    (f"{HEAD}\na,wnd,1,>=,0\n", r"rules\.csv, line 2: unknown technique, good, resource or pollutant 'wnd'; did you"),
    (f"{HEAD},of\na,wind,1,>=,0,activities\na,bread,1,>=,0,net output\n",
     r"rules\.csv, line 3, column 'of': unknown of 'net output'; did you mean 'net_output'"),
    (f"{HEAD},of\na,wind,1,>=,0,emissions\n", r"rules\.csv, line 2: unknown pollutant 'wind'"),
    (f"{HEAD}\na,wind,1,=>,0\n", r"rules\.csv, line 2, column 'sense': unknown sense '=>'"),
    (f"{HEAD}\na,wind,1,,0\n", r"rules\.csv, line 2, column 'sense': the cell is empty"),
    (f"{HEAD}\n,wind,1,>=,0\n", r"rules\.csv, line 2, column 'rule': the cell is empty"),
    (f"{HEAD}\na,wind,x,>=,0\n", r"rules\.csv, line 2, row 'a', column 'coefficient': 'x' is not a number"),
    (f"{HEAD}\na,wind,1,>=,\n", r"rules\.csv, line 2, row 'a', column 'limit': the cell is empty"),
    (f"{HEAD}\na,wind,1,>=,inf\n", r"rules\.csv, line 2, row 'a', column 'limit': 'inf' is not a finite number"),
    (f"{HEAD}\na,wind,1,>=,0\na,water,1,<=,0\n", r"rules\.csv, line 3, column 'sense': rule 'a' says '>=' in one row"),
    (f"{HEAD}\na,wind,1,>=,0\na,water,1,>=,1\n", r"line 3, column 'limit': rule 'a' has the limit 0 in one"),
    (f"{HEAD}\na,wind,1,>=,0\na,wind,2,>=,0\n", r"rules\.csv, line 3: rule 'a' counts it in an earlier row"),
    (f"{HEAD}\na,wind,0,>=,0\n", r"rules\.csv, line 2: rule 'a' counts nothing: every coefficient is 0"),
    (f"{HEAD},period\na,wind,1,>=,0,y1\na,water,1,>=,0,\n", r"rules\.csv, line 3: some rows of rule 'a' name a period"),
    (f"{HEAD},period\na,wind,1,>=,0,y7\n", r"rules\.csv, line 2: unknown period 'y7'"),
    (f"{HEAD},over\na,wind,1,>=,0,years\n", r"rules\.csv, line 2, column 'over': unknown over 'years'"),
    (f"{HEAD},over,period\na,wind,1,>=,0,all periods,y1\na,wind,1,>=,1,all periods,y2\n",
     r"rules\.csv, line 3, column 'limit': rule 'a' has the limit 0"),
    (f"{HEAD},weight\na,wind,1,>=,0,1\n", r"rules\.csv, line 1: unknown column 'weight'"),
    ("rule,name,coefficient,sense\na,wind,1,>=\n", "the column 'limit' is missing"),
    (f"{HEAD},unit\na,wind,1,>=,0,ki|lo\n", r"rule 'a': the unit 'ki\|lo' is not understood"),
])  # fmt: skip
def test_what_is_wrong_in_a_file_is_said_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    folder = no.write(mill(), tmp_path / "m")
    (folder / "rules.csv").write_text(text)
    with pytest.raises(no.DataError, match=said):
        no.read(folder)


def test_rows_of_rules_have_no_unit_of_the_table(tmp_path: Path) -> None:
    folder = no.write(mill().require("a", {"wind": 1}, "<=", 1), tmp_path / "m")
    settings = folder / "economy.toml"
    settings.write_text(settings.read_text() + '\n[table_units]\nrules = "kg"\n')
    with pytest.raises(no.DataError, match="table_units: the rows of 'rules' are in the units of their names"):
        no.read(folder)


@pytest.mark.parametrize("value", [[[1.0]], {"a": 1.0}, 5.0, "a"])
def test_what_is_no_frame_is_refused_with_the_way_to_state_a_rule(value: Any) -> None:
    with pytest.raises(no.DataError, match=r"table 'rules': must be a frame with the columns rule, name.*require"):
        mill().with_changes(rules=value)


def test_a_table_of_rules_goes_to_another_economy_by_its_names() -> None:
    economy = mill().require("a", {"wind": 1, "bread": 2}, "<=", 5)
    turned = mill(techniques=["water", "oven", "wind"], outputs=[[2, 0, 1], [0, 1, 0]], inputs=[[0, 0.5, 0], [0, 0, 0]])
    moved = turned.with_changes(rules=economy.tables["rules"])
    assert [turned.techniques[t.at] for t in only(moved).terms if t.of == "activities"] == ["wind"]
    with pytest.raises(no.DataError, match=r"table 'rules', row 1: unknown technique 'wind'"):
        mill(techniques=["sail", "water", "oven"]).with_changes(rules=economy.tables["rules"])


# ---- what is shown -----------------------------------------------------------------
def test_a_plan_shows_its_rules_everywhere() -> None:
    plan = no.solve(mill().require("half by wind", {"wind": 1, "water": -1}, ">=", 0.5)
                    .require("smokeless", {"smoke": 1}, "<=", 40, over="all periods")).assert_optimal()  # fmt: skip
    rules = plan.rules
    assert rules.index.to_list() == [("half by wind", y) for y in YEARS] + [("smokeless", "all periods")]
    level = plan.activities.loc["wind"] - plan.activities.loc["water"]
    assert rules.loc["half by wind", "level"].to_numpy() == pytest.approx(level.to_numpy(), abs=1e-12)
    smoke = float(plan.emissions.loc["smoke"].sum())
    assert rules.loc[("smokeless", "all periods"), "level"] == pytest.approx(smoke, rel=1e-12)
    assert (plan.valuations.loc[("lower rule", "half by wind")] == rules.loc["half by wind", "valuation"]).all()
    assert plan.totals.loc[("overall upper rule", "smokeless"), "side"] == 40
    assert plan.limits["worth"].sum() == pytest.approx(plan.objective, rel=1e-9)
    pd.testing.assert_frame_equal(plan.tables()["rules"], rules)
    facts = plan.summary()["rules"]
    assert [(one["rule"], one["period"], one["limit"]) for one in facts][3] == ("smokeless", "all periods", 40.0)
    assert "and at least 0.5 are asked" in str(plan.explain("half by wind", "y2"))
    assert plan.explain("smokeless").valuation == rules.loc[("smokeless", "all periods"), "valuation"] > 0
    with pytest.raises(no.QuestionError, match="did you mean 'smokeless'"):
        plan.explain("smokelss")
    assert not len(no.solve(mill()).rules) and "rules" not in no.solve(mill()).tables()


def test_rules_that_clash_are_named() -> None:
    economy = (
        mill().require("much", {"wind": 1}, ">=", 9, period="y2").require("little", {"wind": 1, "water": 1}, "<=", 4)
    )
    plan = no.solve(economy)
    assert plan.status is no.Status.INFEASIBLE
    assert "the rule 'much' (y2), cannot be served within the rule 'little' (y2)" in str(plan)
    page = no.why_not(economy, relax="lower rule")
    assert page.shortfall.table["shortfall"].tolist() == pytest.approx([5.0], rel=1e-9)


def test_a_question_may_leave_rules_out() -> None:
    economy = mill().require("none", {"wind": 1, "water": 1}, "<=", 0)
    assert no.solve(economy).assert_optimal().objective == pytest.approx(0.0, abs=1e-12)
    free = no.Question("fulfilment", leave_out=["rules"])
    assert no.solve(economy, free).objective == no.solve(mill()).objective
    assert not len(no.solve(economy, free).rules)


# ---- what else is done with them ---------------------------------------------------
def test_limits_of_rules_are_changed_and_swept_over() -> None:
    economy = (
        mill()
        .require("a", {"water": 1}, "<=", {"y1": 3, "y2": 4})
        .require("b", {"oven": 1}, "<=", 20, over="all periods")
    )
    with no.Planner(economy) as planner:
        first = planner.solve()
        planner.change("rules", {"a": 2}, period="y2")
        planner.change("rules", {"b": 11})
        second = planner.solve()
        assert planner.economy.frame("rules").query("rule == 'a'")["limit"].tolist() == [3.0, 2.0]
        assert second.proved and second.objective < first.objective
        assert second.objective == pytest.approx(no.solve(planner.economy).objective, rel=1e-12)
        for values, period, said in (
            ({"c": 1}, None, "unknown rule 'c'"), ({"a": 1}, "y3", "rule 'a' says nothing in 'y3'"),
            ({"b": 1}, "y1", "one limit for all periods"), ({"a": float("inf")}, None, "is inf; give a finite"),
            ({"a": "x"}, None, "entry 'a'"), (5.0, "y1", "list of rows"), ({"a": 1}, "y9", "unknown period 'y9'"),
        ):  # fmt: skip
            with pytest.raises(no.DataError, match=said):
                planner.change("rules", values, period)
        assert planner.solve().objective == second.objective
    swept = no.sweep(economy, over={"rules.a@y2": [1.0, 2.0], "rules.b": [11.0, 12.0]}, cores=1)
    assert swept.table["objective"].iloc[1 * 2 + 0] == pytest.approx(second.objective, rel=1e-9)
    with pytest.raises(no.DataError, match=r"'rules\.c': unknown entry 'c'"):
        no.sweep(economy, over={"rules.c": [1.0]}, cores=1)


def test_merged_things_are_counted_alike_or_refused() -> None:
    same_shares = {"wind": "mill", "water": "mill", "oven": "oven"}
    base = pd.Series({"wind": 1.0, "water": 1.0, "oven": 2.0})
    goods = {"flour": "flour", "bread": "bread"}
    alike = mill().require("a", {"wind": 2, "water": 2, "oven": -1, "bread": 3}, "<=", 5)
    small = alike.aggregate(goods, base, same_shares)
    assert [(t.of, t.at, t.coefficients[0]) for t in only(small).terms] == [
        ("activities", 0, 2.0), ("activities", 1, -1.0), ("net_output", 1, 3.0)
    ]  # fmt: skip
    for terms in ({"wind": 2, "water": 1}, {"wind": 2}):
        with pytest.raises(no.DataError, match=r"rule 'a' does not count 'wind', 'water' alike \(activities\)"):
            mill().require("a", terms, "<=", 5).aggregate(goods, base, same_shares)
    with pytest.raises(no.DataError, match=r"rule 'a' does not count 'flour', 'bread' alike \(net_output\)"):
        mill().require("a", {"bread": 1}, "<=", 5).aggregate({"flour": "food", "bread": "food"}, None)


def test_units_of_a_stack_count_as_their_technique() -> None:
    rows = [("bread", "labour", q, q * k, unit) for unit, k in (("old", 3.0), ("new", 2.0)) for q in (0.0, 10.0)]
    economy = no.build_economy(
        goods=["bread"], resources=["labour"], resource_use=[[0.0]], targets=[12.0], resource_weights=[1.0],
        curves=pd.DataFrame(rows, columns=["technique", "name", "quantity", "total", "unit"]),
        objective="least-resources",
    ).require("enough", {"bread": 1}, ">=", 13)  # fmt: skip
    apart = no.separate_units(economy, "bread")
    assert [apart.techniques[term.at] for term in only(apart).terms] == ["bread, old", "bread, new"]
    assert no.solve(apart).assert_optimal().objective == pytest.approx(29.0)


def test_periods_that_are_left_out_take_their_rules_along() -> None:
    economy = mill().require("a", {"water": 1}, "<=", {"y1": 3, "y3": 4}).require("b", {"wind": 1}, "<=", {"y1": 1})
    assert of_periods(economy, 1, 3).axes["rules"].to_list() == ["a"]
    assert only(of_periods(economy, 2, 3)).limits.tolist() == [4.0]
    assert of_periods(economy, 1, 2).rules is None


def test_a_plan_moves_on_with_its_rules() -> None:
    economy = mill().require("a", {"water": 1}, "<=", {"y1": 3, "y2": 2, "y3": 4})
    economy = economy.require("b", {"oven": 1, "smoke": 0.1}, "<=", 28, over="all periods")
    with no.Planner(economy) as planner:
        whole = planner.solve().assert_optimal()
        planner.advance()
        rest = planner.solve().assert_optimal()
        counted = float(whole.rules.loc[("b", "all periods"), "level"] - rest.rules.loc[("b", "all periods"), "level"])
        assert counted == pytest.approx(1.3 * whole.activities.loc["oven", "y1"], rel=1e-9)
        assert rest.objective == pytest.approx(whole.objective - whole.fulfilment["y1"], rel=1e-9)
        assert rest.rules.loc["a"].index.to_list() == ["y2", "y3"]
    with pytest.raises(no.CannotAnswerError, match="rule 'b' counts all years together, and a window"):
        next(iter(no.receding_horizon(economy, window=2)))
    plans = list(no.receding_horizon(economy.without_rule("b"), window=2))
    assert [plan.rules.loc["a", "limit"].tolist() for plan in plans] == [[3.0, 2.0], [2.0, 4.0], [4.0]]


@pytest.mark.parametrize(("changes", "terms", "table"), [
    ({"resource_use_ahead": {1: [[0.1, 0, 0]]}}, {"hours": 1}, "resource_use_ahead"),
    ({"inputs_ahead": {1: [[0, 0, 0.1], [0, 0, 0]]}}, {"flour": 1}, "inputs_ahead"),
    ({"curves": {("wind", "smoke"): [(0, 0), (9, 3)]}}, {"smoke": 1}, "curves"),
    ({"curves": {("water", "flour"): [(0, 0), (9, 3)]}}, {"flour": 1}, "curves"),
    ({"plant_capacity": [5] * 3, "plants": [3] * 3, "plant_resources": [[1] * 3]}, {"hours": 1}, "plant_resources"),
])  # fmt: skip
def test_what_coefficients_do_not_say_is_not_counted_in_silence(
    changes: dict[str, Any], terms: dict[str, float], table: str
) -> None:
    economy = mill(**changes).require("a", terms, "<=", 5)
    with pytest.raises(
        no.QuestionError, match=f"rule 'a' counts the .* of '{next(iter(terms))}', of which the table '{table}'"
    ):
        no.linear_program(economy)
    fine = mill(**changes).require("a", {"wind": 1, "bread": 1}, "<=", 5)
    assert no.linear_program(fine).row_block("rule_at_most") is not None


def test_stocks_that_nobody_holds_are_not_counted() -> None:
    with pytest.raises(no.QuestionError, match="rule 'a' counts the stocks of 'bread', and nobody holds any"):
        no.linear_program(mill().require("a", {}, "<=", 5, stocks={"bread": 1}))


def test_every_method_keeps_the_rules_or_says_that_it_cannot() -> None:
    economy = mill(periods=["y1"], resource_limits=[12.0], emissions=None).require(
        "a", {"wind": 1, "water": -1}, ">=", 1
    )
    best: dict[str, float] = {}
    for name in METHODS:
        for objective in ("assortment", "harmony"):
            try:
                plan = no.solve(economy, objective=objective, method=name).assert_optimal()
            except (no.CannotAnswerError, no.QuestionError) as error:
                assert "rules" in str(error) or "answers the objective" in str(error) or "harmony" in str(error)
                continue
            assert plan.rules.loc[("a", "y1"), "level"] >= 1 - 1e-6
            assert plan.objective == pytest.approx(best.setdefault(objective, plan.objective), rel=1e-5)
    assert set(best) == {"assortment", "harmony"}
