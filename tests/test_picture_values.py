"""What pictures are laid out by: numbers, periods under an axis, widths of flows, worths that choose, who differs."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import natura_opt as no
from natura_opt.base.errors import OptionError
from natura_opt.plan.goods_flows import goods_flows
from natura_opt.plan.pictures.against import _compared, _differences
from natura_opt.plan.pictures.flow_widths import WIDTHS, available, meaning_of, widths_of
from natura_opt.plan.pictures.kinds import moves, pictures
from natura_opt.plan.pictures.looks import COLOURS, darker, line_of, paler
from natura_opt.plan.pictures.other_prices import could_be_scarce, rows_shown
from natura_opt.plan.pictures.ranking import worth_of_goods, worth_of_techniques
from natura_opt.plan.pictures.small_multiples import BARS_WIDTH, LEAST_WIDTH, PANEL_WIDTH, Group, width_of
from natura_opt.plan.pictures.stacks import Limit, Stack, _gathered, draw_stacks
from natura_opt.plan.pictures.style import mark_periods, number, spread, unit_text, wrapped
from natura_opt.plan.stated import GOODS

# ---- numbers, names, periods ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 3, "0"),
        (-0.0, 3, "0"),
        (1.0, 3, "1"),
        (-1234.5, 3, "-1,234"),
        (1234.5, 6, "1,234.5"),
        (0.05, 3, "0.05"),
        (0.001, 3, "0.001"),
        (0.00099951, 3, "1×10⁻³"),  # rounded up to the next power
        (-9.996e8, 3, "-1×10⁹"),
        (3e-320, 2, "3×10⁻³²⁰"),
        (9_999_999.0, 3, "9,999,999"),
        (1e7, 3, "1×10⁷"),
        (-2.5e-12, 3, "-2.5×10⁻¹²"),
        (100.0, 3, "100"),
        (np.inf, 3, "inf"),
        (np.nan, 3, "nan"),
    ],
)
def test_numbers_as_people_write_them(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


@pytest.mark.parametrize("power", range(-12, 13))
def test_what_is_written_is_the_number_to_its_digits(power: int) -> None:
    for figure in (1.0, -2.345678, 7.5):
        value = figure * 10.0**power
        text = number(value, 4)
        mantissa, _, raised = text.replace(",", "").partition("×10")
        exponent = int(raised.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
        assert float(mantissa) * 10.0**exponent == pytest.approx(value, rel=5e-4)


def test_names_are_cut_in_sight_and_dollars_are_no_mathematics() -> None:
    assert wrapped("a$b and $c$", 40) == r"a\$b and \$c\$"
    assert wrapped("one two three four", 9, 2) == "one two\nthree …"
    assert wrapped(" ", 9) == " "  # a name of nothing else stays as it is
    assert [unit_text(unit) for unit in ("a*b / c_d", "", "$")] == ["a·b/c d", "unit", r"\$"]


@pytest.mark.parametrize(
    ("count", "inches", "shown"),
    [
        (1, 0.1, [0]),
        (5, 9.0, [0, 1, 2, 3, 4]),
        (5, 0.1, [0, 4]),
        (11, 1.0, [0, 5, 10]),
        (9, 1.0, [0, 3, 8]),  # 6 stands too near to the last
    ],
)
def test_the_first_and_the_last_period_are_always_named(count: int, inches: float, shown: list[int]) -> None:
    ax = Figure().subplots()
    mark_periods(ax, [f"y{k}" for k in range(count)], inches)
    assert ax.get_xticks().tolist() == shown
    assert [label.get_text() for label in ax.get_xticklabels()] == [f"y{k}" for k in shown]


def test_labels_are_moved_as_little_as_they_must() -> None:
    assert spread([0.0, 0.0], [9.0, 2.0]).tolist() == [-1.0, 1.0]
    assert spread([0.0, 0.0, 10.0], [1.0, 1.0, 1.0]).tolist() == [-0.5, 0.5, 10.0]
    assert spread([4.0], [1.0]).tolist() == [4.0]
    moved = spread([1.0, 1.5, 1.6], [0.0, 1.0, 1.0])
    assert moved.mean() == pytest.approx(4.1 / 3) and np.diff(moved) == pytest.approx([1.0, 1.0])


def test_lines_are_darker_than_areas_and_repeat_with_the_colours() -> None:
    assert darker("#640a00", 0.2) == "#500800" and paler("#640a00", 0.2) == "#833b33"
    assert [darker("#123456", share) for share in (0.0, 1.0)] == ["#123456", "#000000"]
    assert [line_of(k) for k in range(8)] == [darker(colour, 0.2) for colour in COLOURS]
    assert line_of(8) == line_of(0) and len({line_of(k) for k in range(8)}) == 8


def test_pictures_that_need_nothing_but_a_plan() -> None:
    found = pictures()
    assert "against" not in found and not any(name.startswith("_") for name in found)
    assert [name for name, signature in found.items() if moves(signature)] == ["flows"]


# ---- widths and worths ---------------------------------------------------------------------------------------------


def bakery(grams: float = 1.0, **more: Any) -> no.Plan:
    """Two of labour for a unit of corn; a loaf takes half a unit of corn and one of labour; ten loaves, a unit of corn.

    So six of corn and ten loaves are made; a unit of corn is worth two, and a loaf is worth two.
    """
    return no.solve(no.build_economy(
        name="bakery", goods=["corn", "bread"], techniques=["field", "oven"], outputs=[[grams, 0], [0, 1]],
        inputs=[[0, 0.5 * grams], [0, 0]], resources=["labour"], resource_use=[[2, 1]], resource_weights=[1],
        targets=[grams, 10], objective="least-resources", **more,
    )).assert_optimal()  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> no.Plan:
    return bakery()


def test_there_is_of_a_good_what_is_used_of_it_or_left_over(plan: no.Plan) -> None:
    flows = goods_flows(plan)
    assert available(plan, flows) == pytest.approx([6.0, 10.0])
    by_place = dict(zip(zip(flows["good"], flows["side"], flows["place"], strict=True), range(len(flows)), strict=True))
    for kind, corn_to_oven, loaves in (("quantity", 5.0, 10.0), ("worth", 10.0, 20.0), ("share", 5 / 6, 1.0)):
        widths = widths_of(plan, flows, kind)
        assert widths[by_place[0, "used", "oven"]] == pytest.approx(corn_to_oven), kind
        assert widths[by_place[1, "used", "final use"]] == pytest.approx(loaves), kind
        for good in (0, 1):  # what comes in is as wide as what goes out
            of_good = (flows["good"] == good).to_numpy()
            made = (flows["side"] == "made").to_numpy()
            assert widths[of_good & made].sum() == pytest.approx(widths[of_good & ~made].sum()), (kind, good)
    assert available(plan, flows[:0]).tolist() == [1.0, 1.0]  # of nothing, no division by zero


def test_widths_stand_for_what_can_be_compared(plan: no.Plan) -> None:
    flows = goods_flows(plan)
    units = {"goods": ["tonne", "piece"]}
    assert meaning_of(plan, flows, "auto") == "quantity"
    measured = bakery(units=units)
    assert meaning_of(measured, goods_flows(measured), "auto") == "worth"
    assert meaning_of(measured, goods_flows(measured).assign(worth=0.0), "auto") == "share"
    corn = goods_flows(measured)
    assert meaning_of(measured, corn[corn["good"] == 0], "auto") == "quantity"
    assert [meaning_of(measured, corn, kind) for kind in WIDTHS[1:]] == ["quantity", "worth", "share"]
    sentence = "unknown widths 'worths'; did you mean 'worth'? Known: auto, quantity, share, worth"
    with pytest.raises(OptionError, match=f"^{re.escape(sentence)}$"):
        meaning_of(plan, flows, "worths")


@pytest.mark.parametrize("grams", [1e-6, 1.0, 1e6])
def test_what_is_drawn_first_does_not_hang_on_units(grams: float) -> None:
    found = bakery(grams)
    assert worth_of_goods(found).to_dict() == pytest.approx({"corn": 12.0, "bread": 20.0}, rel=1e-6)
    assert worth_of_techniques(found).to_dict() == pytest.approx({"field": 12.0, "oven": 20.0}, rel=1e-6)


def test_only_rows_without_slack_can_be_scarce() -> None:
    """Of two goods of one technique there is too much of one, which is worth nothing at any prices."""
    plan = no.solve(no.build_economy(
        goods=["meat", "wool"], techniques=["sheep"], outputs=[[1], [1]], inputs=np.zeros((2, 1)),
        resources=["land"], resource_use=[[1]], resource_weights=[1], targets=[5, 3], objective="least-resources",
    )).assert_optimal()  # fmt: skip
    rows = rows_shown(plan, plan.balance, GOODS)
    assert could_be_scarce(plan, rows)[:, 0].tolist() == [True, False]
    assert could_be_scarce(plan, np.full((2, 1), -1)).tolist() == [[False], [False]]


# ---- stacks and groups ---------------------------------------------------------------------------------------------


def stack(parts: dict[str, list[float]], worth: float = 1.0, **more: Any) -> Stack:
    table = pd.DataFrame(parts, index=["y1", "y2"]).T
    return Stack("iron", "tonne", "held", table, np.arange(len(table)), worth, **more)


def test_the_largest_parts_are_told_apart_and_the_rest_added_up() -> None:
    few = {name: [float(k), -3.0 * k] for k, name in enumerate("abcde", start=1)}
    names, values, looks = _gathered(stack(few))
    assert names == list("edcba") and values[:, 1].tolist() == [-15, -12, -9, -6, -3] and len(set(looks)) == 5
    names, values, looks = _gathered(stack(few | {"f": [0.5, 0.5], "g": [0.25, 0.0]}))
    assert names == ["e", "d", "c", "b", "3 others"]
    assert values.sum(axis=0).tolist() == pytest.approx([15.75, -44.5]) and values[-1].tolist() == [1.75, -2.5]
    assert looks[-1] == ("#ffffff", "")


def test_panels_of_most_worth_in_their_own_order_and_the_others_counted() -> None:
    worths = [3.0, 9.0, 1.0, 5.0]
    stacks = [stack({"a": [1.0, 2.0]}, worth) for worth in worths]
    for k, one in enumerate(stacks):
        object.__setattr__(one, "title", f"thing {k}")
    figure = draw_stacks(stacks, "title", 2, "more stand in plan.stocks")
    assert [ax.get_title(loc="left") for ax in figure.axes if ax.get_title(loc="left")] == ["thing 1", "thing 3"]
    assert figure._supxlabel.get_text() == "2 more stand in plan.stocks"
    assert draw_stacks(stacks, "title", 4, "more")._supxlabel is None


def test_a_limit_is_drawn_where_there_is_one_with_its_figure() -> None:
    limit = Limit("at most", np.array([np.nan, 30_000.0]), ("", "worth $2"), "a note")
    (ax,) = draw_stacks([stack({"a": [1e4, 2e4]}, limits=[limit])], "t", 1, "").axes
    dashed = [line for line in ax.lines if line.get_linestyle() == "--" or line.get_linewidth() == 1.8]
    assert [line.get_ydata()[0] for line in dashed] == [30_000.0] and ax.get_ylim()[1] > 30_000.0
    assert ax.get_xlabel().replace("\n", " ") == "dashed: at most 30 (a note)"  # in thousands, as the axis says
    assert r"worth \$2" in [text.get_text() for text in ax.texts] and ax.get_ylabel() == "thousand tonnes, held"


def test_groups_are_written_in_units_that_people_read() -> None:
    table = pd.DataFrame([[2e6, 1e6], [3e-7, 0.0]], columns=["y1", "y2"])
    amounts = Group("w", table, ["a", "b"], ["tonne", "tonne"], worths=False)
    assert amounts.scale(0) == (1e-6, "million tonnes") and amounts.scale(1) == (1.0, "tonnes")
    worths = Group("w", table, ["a", "b"], ["tonne", ""])
    assert worths.scale(0) == (1.0, "per tonne") and worths.scale(1) == (1e6, "per million units")
    assert worths.open_ends(0) == []
    low, high = np.array([[1.0, 2.0]] * 2), np.array([[1.0, np.inf]] * 2)
    assert Group("w", table, [], [], low=low, high=high).open_ends(1) == [(1, 2.0, np.inf)]
    wide = Group("w", pd.DataFrame(np.ones((9, 2))), [], [])
    assert [width_of([amounts], True), width_of([amounts], False)] == [BARS_WIDTH, LEAST_WIDTH]
    assert width_of([amounts, wide], False) == 4 * PANEL_WIDTH


# ---- plan against plan ---------------------------------------------------------------------------------------------


def test_changes_are_shares_of_the_larger_and_the_largest_comes_first(plan: no.Plan) -> None:
    more = bakery(least_activities=[30.0, 0.0])
    rows = _differences(plan, more, *_compared(plan, more))
    assert [(name, words) for name, _, words in rows] == [("field", "6 → 30 units")]
    assert rows[0][1] == pytest.approx(24 / 30)
    back = _differences(more, plan, "techniques", "activities")
    assert [(name, words) for name, _, words in back] == [("field", "30 → 6 units")] and back[0][1] == -rows[0][1]
    assert _differences(plan, plan, "goods", "output") == []


def test_activities_in_other_units_are_compared_by_what_they_make(plan: no.Plan) -> None:
    measured = bakery(units={"techniques": ["hour", "hour"]})
    assert _compared(plan, plan) == ("techniques", "activities")
    assert _compared(plan, measured) == ("goods", "output")
    assert _differences(plan, measured, "goods", "output") == []
