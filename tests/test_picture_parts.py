"""What pictures are made of: looks that are told apart by everyone, readable units, prices that could be others."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.plan.limits import has_quick_intervals
from natura_opt.plan.pictures.looks import COLOURS, look_of, paler
from natura_opt.plan.pictures.other_prices import (
    ends_of,
    open_places,
    rows_shown,
    summed,
)
from natura_opt.plan.pictures.readable import in_words, largest, per, scale_of
from natura_opt.plan.pictures.stacks import _laid
from natura_opt.plan.pictures.style import doubt_of, fitted, is_attained
from natura_opt.plan.stated import GOODS

# ---- looks ---------------------------------------------------------------------------------------------------

#: Machado, Oliveira and Fernandes 2009, severity 1: how linear RGB is seen without one kind of cones.
SEEN = {
    "all": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour, seen):
    """CIE L*a*b* of a colour, as it is seen."""
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    x, y, z = TO_XYZ @ np.clip(seen @ linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = [t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eyes", SEEN)
def test_colours_are_told_apart_by_every_eye(eyes):
    apart = {
        (one, other): np.linalg.norm(lab(one, SEEN[eyes]) - lab(other, SEEN[eyes]))
        for one, other in combinations(COLOURS, 2)
    }
    nearest = min(apart, key=apart.get)
    assert apart[nearest] > 10.0, (nearest, apart[nearest])  # 2.3 is just noticeable


def test_colours_stand_out_from_the_paper():
    for colour in COLOURS:
        assert np.linalg.norm(lab(colour, SEEN["all"]) - lab("#ffffff", SEEN["all"])) > 20


def test_seventy_two_looks_are_different_and_belong_to_places():
    looks = [look_of(k) for k in range(72)]
    assert len(set(looks)) == 72
    assert [look_of(k + 72) for k in range(72)] == looks
    assert all(pattern == "" for _, pattern in looks[:8]) and all(pattern for _, pattern in looks[8:])


def test_a_colour_under_a_pattern_is_paler():
    for k in range(8):
        plain, under = look_of(k)[0], look_of(k + 8)[0]
        assert lab(under, SEEN["all"])[0] > lab(plain, SEEN["all"])[0]
    assert paler("#102030", 1.0) == "#ffffff"


# ---- readable units ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "unit", "factor", "words"),
    [
        (0.0, "tonne", 1.0, "tonnes"),
        (9_999.0, "tonne", 1.0, "tonnes"),
        (10_000.0, "tonne", 1e3, "thousand tonnes"),
        (2.5e6, "tonne", 1e6, "million tonnes"),
        (999_999.0, "tonne", 1e3, "thousand tonnes"),
        (7e10, "tonne", 1e9, "billion tonnes"),
        (3e13, "tonne", 1e12, "trillion tonnes"),
        (3e19, "tonne", 1e12, "trillion tonnes"),  # beyond words, figures go on
        (5e6, "TWh", 1e6, "million TWh"),
        (5e6, "person * year", 1e6, "million person·years"),
        (5e6, "tonne / hectare", 1e6, "million tonnes/hectare"),
        (5e4, "GBP_million", 1e3, "GBP billion"),
        (5e8, "GBP_million", 1e6, "GBP trillion"),
        (5e12, "GBP_million", 1e6, "GBP trillion"),
        (5e6, "", 1e6, "million units"),
        (5e6, "sheep", 1e6, "million sheep"),
        (np.nan, "tonne", 1.0, "tonnes"),
        (1e-8, "tonne", 1.0, "tonnes"),
    ],
)
def test_axes_are_in_units_that_people_read(top, unit, factor, words):
    assert scale_of(top, unit) == (factor, words)


@pytest.mark.parametrize(
    ("top", "unit", "factor", "words"),
    [
        (0.0, "tonne", 1.0, "tonne"),
        (0.5, "tonne", 1.0, "tonne"),
        (1e-3, "tonne", 1.0, "tonne"),
        (9e-4, "tonne", 1e3, "thousand tonnes"),
        (3e-7, "tonne", 1e6, "million tonnes"),
        (3e-7, "GBP_million", 1e6, "GBP trillion"),
        (3e-11, "GBP_million", 1e6, "GBP trillion"),
        (3e-30, "tonne", 1e12, "trillion tonnes"),
        (4e-9, "", 1e9, "billion units"),
        (2e9, "tonne", 1.0, "tonne"),
    ],
)
def test_prices_are_per_as_many_units_as_make_a_figure(top, unit, factor, words):
    assert per(top, unit) == (factor, words)


def test_figures_times_their_unit_are_the_amount():
    rng = np.random.default_rng(2)
    thousands = {"": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
    for _ in range(200):
        top, own = 10 ** rng.uniform(-8, 14), rng.choice(["", "million"])
        factor, words = scale_of(top, f"GBP_{own}" if own else "tonne")
        said = next((thousands[word] for word in words.split() if word in thousands), 1.0)
        assert said == pytest.approx(factor * thousands[own])


def test_a_unit_is_one_word_of_the_users_own():
    assert in_words("million_dollars_of_1990", 1, "units") == "billion dollars of 1990"
    assert scale_of(1e6, "$") == (1e6, r"million \$")


def test_the_largest_leaves_out_what_is_not_finite():
    assert largest([]) == 0.0
    assert largest([np.nan, -3.0, 2.0, np.inf]) == 3.0


# ---- what stands below zero ------------------------------------------------------------------------------------


def test_parts_above_and_below_zero_are_laid_end_to_end():
    rng = np.random.default_rng(3)
    values = np.vstack([[[1.0] * 4, [-1.0] * 4], rng.normal(size=(6, 4))])
    begins, ends = _laid(values)
    np.testing.assert_allclose(ends - begins, values)
    for t in range(4):
        up = sorted((b, e) for b, e in zip(begins[:, t], ends[:, t], strict=True) if e > b)
        down = sorted((e, b) for b, e in zip(begins[:, t], ends[:, t], strict=True) if e < b)
        for part in (up, down):
            assert all(abs(here[1] - after[0]) < 1e-12 for here, after in pairwise(part))
        assert up[-1][1] == pytest.approx(values[values[:, t] > 0, t].sum())
        assert down[0][0] == pytest.approx(values[values[:, t] < 0, t].sum())


# ---- prices that could be others -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def five():
    return no.solve("five_year_plan").assert_optimal()


def test_ends_are_the_intervals_of_the_plan(five):
    block = five.program.row_block("accumulation")
    numbers = rows_shown(five, block, block.declared)
    assert numbers.shape == five.valuations.loc["stock"].shape
    low, high = ends_of(five, numbers, 1.0)
    names = five.valuations.loc["stock"].index
    at = list(names).index("iron in coal")
    assert (low[at, 0], high[at, 0]) == pytest.approx(five.explain("iron in coal", "year1").interval)
    assert open_places(low, high)[at, 0] and not open_places(low, high)[at, 1]


def test_what_is_on_hand_is_turned(five):
    numbers = rows_shown(five, five.balance, GOODS)
    low, high = ends_of(five, numbers, five.sign_of(GOODS))
    values = five.good_valuations.to_numpy()
    assert (low <= values + 1e-12).all() and (values <= high + 1e-12).all() and (high > 0).any()


def test_rows_that_are_not_there_have_one_price_of_zero(five):
    low, high = ends_of(five, np.full((2, 3), -1), 1.0)
    assert not low.any() and not high.any() and not open_places(low, high).any()


def test_sums_of_two_that_both_vary_are_unknown():
    one = (np.array([1.0, 1.0, 1.0]), np.array([2.0, 1.0, 3.0]))
    other = (np.array([0.0, 4.0, 5.0]), np.array([0.5, 6.0, 5.0]))
    low, high = summed(one, other)
    assert np.isnan(low[0]) and np.isnan(high[0])
    assert (low[1:].tolist(), high[1:].tolist()) == ([5.0, 6.0], [7.0, 8.0])
    assert open_places(low, high).tolist() == [False, True, True]


def test_infinite_ends_are_open_and_unknown_ones_are_not():
    low = np.array([-np.inf, 0.0, np.nan, 1.0, np.inf])
    high = np.array([np.inf, np.inf, np.nan, 1.0 + 1e-9, np.inf])
    assert open_places(low, high).tolist() == [True, True, False, False, False]


def test_nothing_is_looked_for_where_a_plan_is_not_proved():
    plan = no.compare("five_year_plan", methods=["highs", "harmony-2018"]).plans["harmony-2018"]
    assert not has_quick_intervals(plan)
    low, _ = ends_of(plan, np.zeros((1, 1), dtype=int), 1.0)
    assert np.isnan(low).all()


# ---- doubts ----------------------------------------------------------------------------------------------------


def test_a_proved_plan_leaves_no_doubt(five):
    assert is_attained(five) and doubt_of(five) == ""


def broken(plan):
    """The plan as it would be if somebody did a tenth more of everything: the balances are met, the limits are not."""
    from dataclasses import replace

    from natura_opt.base.status import Status
    from natura_opt.proof.certificate import certify

    primal = 1.1 * plan.primal
    return replace(
        plan, primal=primal, status=Status.UNPROVED, certificate=certify(plan.program, primal, plan.dual, 1e-9)
    )


def test_what_breaks_a_law_says_so_first(five):
    plan = broken(five)
    assert not is_attained(plan) and doubt_of(plan).startswith("ASKED, NOT ATTAINED (unproved: a law is broken by ")
    for name in ("fulfilment", "activities", "stocks", "valuations", "prices_over_time", "network"):
        figure = getattr(plan.plot, name)()
        titles = [text.get_text() for text in (*figure.texts, figure._suptitle) if text is not None]
        titles += [ax.get_title(loc="left") for ax in figure.axes]
        assert any(title.startswith("ASKED, NOT ATTAINED") for title in titles), name
    assert plan.plot.flows().layout.title.text.startswith("ASKED, NOT ATTAINED")


def test_the_doubt_is_never_cut_off_by_a_long_name():
    assert fitted("NOT proved: Fulfilment — " + "a name " * 90, 4.0).startswith("NOT proved")


def test_bars_of_what_is_not_attained_are_hollow(five):
    (ax,) = broken(five).plot.fulfilment().axes
    assert all(bar.get_facecolor()[3] == 0.0 and bar.get_linestyle() == "--" for bar in ax.patches)
    (ax,) = five.plot.fulfilment().axes
    assert all(bar.get_facecolor()[3] == 1.0 for bar in ax.patches)


def test_a_plan_that_only_lacks_a_proof_is_drawn_full_and_says_so():
    plan = no.compare("five_year_plan", methods=["highs", "harmony-2018"]).plans["harmony-2018"]
    assert is_attained(plan) and doubt_of(plan) == "NOT proved"
    (ax,) = plan.plot.fulfilment().axes
    assert ax.get_title(loc="left").startswith("NOT proved: Fulfilment")


def test_methods_are_marked_by_what_is_known_of_their_plans():
    from natura_opt.comparison.pictures import _mark

    found = no.compare("five_year_plan", methods=["highs", "harmony-2018"])
    marks = [_mark(found.plans.get(name)) for name in found.table.index]
    assert marks == ["o", "open"] and _mark(None) == "o" and _mark(broken(found.plans["highs"])) == "X"
    figure = found.plot()
    share, _, seconds = figure.axes
    dots = [line for line in share.lines if line.get_marker() == "o"]
    assert [line.get_markerfacecolor() for line in dots] == ["#2f5d8a", "white"]
    assert "ring: within the laws, not proved best" in seconds.get_xlabel()


def test_the_frame_of_prices_over_time_marks_what_could_be_others(five):
    figure = five.plot.prices_over_time()
    at = {ax.get_title(loc="left"): ax for ax in figure.axes}
    stocks = at["Capital stocks, at the start of the period"]
    rows = [label.get_text() for label in stocks.get_yticklabels()]
    framed = {
        (rows[round(patch.get_y() + 0.42)], round(patch.get_x() + 0.46))
        for patch in stocks.patches
        if not patch.get_fill()
    }
    wanted = set()
    for name in five.valuations.loc["stock"].index:
        for t, period in enumerate(five.economy.periods):
            low, high = five.explain(name, period, kind="stock").interval
            if high - low > 1e-7 * max(abs(low), abs(high)):
                wanted.add((f"{name}, per tonne", t))
    assert framed == {(name, t) for name, t in wanted if name in rows} and framed
    assert not at["Goods"].patches


def test_ranges_in_the_panels_are_the_intervals(five):
    figure = five.plot.valuations()
    panel = next(ax for ax in figure.axes if ax.get_title(loc="left") == "iron in coal")
    (mark,) = [line for line in panel.lines if line.get_color() == "#b5673a"]
    assert list(mark.get_xdata()) == [0, 0]
    assert list(mark.get_ydata()) == pytest.approx(five.explain("iron in coal", "year1").interval)
    assert "brown: the plan is degenerate" in " ".join(text.get_text() for text in figure.texts)


def test_what_could_be_worth_something_is_drawn_though_the_plan_says_nothing():
    """A refinery makes both; what one of them is worth is open, down to nothing (the split that the solver found)."""
    economy = no.build_economy(
        goods=["petrol", "diesel", "tar"], techniques=["refinery"], outputs=[[0.5], [0.4], [0.1]],
        inputs=np.zeros((3, 1)), resources=["crude"], resource_use=[[1.0]], resource_weights=[1.0],
        targets=[50.0, 40.0, 0.0], objective="least-resources",
    )  # fmt: skip
    plan = no.solve(economy).assert_optimal()
    (ax,) = plan.plot.valuations().axes
    assert {text.get_text() for text in ax.get_yticklabels()} == {"petrol", "diesel"}
    ranges = [line.get_xdata() for line in ax.lines if line.get_color() == "#b5673a"]
    wanted = [plan.explain(good).interval for good in ("petrol", "diesel")]
    np.testing.assert_allclose(sorted(map(tuple, ranges)), sorted(wanted), rtol=1e-9)
    assert "1 more worth nothing (there is enough)" in ax.get_xlabel()


def test_an_end_without_end_stays_within_the_panel():
    economy = no.build_economy(
        goods=["corn"],
        resources=["land", "water"],
        periods=["1", "2"],
        inputs=[[0.0]],
        resource_use=[[1.0], [1.0]],
        resource_limits=pd.DataFrame([[10.0, 9.0]] * 2, index=["land", "water"], columns=["1", "2"]),
        targets=[1.0],
        objective="fulfilment",
    )
    plan = no.solve(economy).assert_optimal()
    for ax in plan.plot.valuations(most=99).axes:
        low, high = ax.get_ylim()
        for line in ax.lines:
            assert (np.asarray(line.get_ydata(), dtype=float) <= high + 1e-12).all()
            assert (np.asarray(line.get_ydata(), dtype=float) >= low - 1e-12).all()
