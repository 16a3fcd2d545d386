"""Pictures say what the plan says: data read back from bars, lines and links; no label lost, no state left behind."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import natura_opt as no
from natura_opt.base.labels import name_of
from natura_opt.plan.goods_flows import goods_flows
from natura_opt.plan.pictures.style import spread, wrapped

MODELS = ["five_year_plan", "uk_2015_20", "kantorovich_machines", "wheat_cloth", "eu_2006", "excavators"]
DRAWN = ("fulfilment", "valuations", "stocks")


@pytest.fixture(scope="module")
def plans():
    return {name: no.solve(name) for name in MODELS}


@pytest.fixture(scope="module")
def many():
    """129 goods with very long names, pairs among them, and mixed units."""
    n = 129
    rng = np.random.default_rng(1)
    goods = [f"Manufacture of very particular goods of the kind {k}, not elsewhere classified" for k in range(n)]
    use = rng.random((n, n)) * (rng.random((n, n)) < 0.1) * 0.05
    tied = rng.random((n, n)) * (rng.random((n, n)) < 0.1)
    periods = ["the first year", "the second year", "the third year"]
    economy = no.build_economy(
        goods=goods,
        resources=["labour"],
        periods=periods,
        inputs=use,
        resource_use=rng.random((1, n)),
        resource_limits=pd.DataFrame([[100.0] * 3], index=["labour"], columns=periods),
        capital=tied,
        depreciation=0.1 * (tied > 0),
        initial_capital=2 * tied,
        targets=rng.random(n),
        units={"goods": ["tonne", "MWh", "piece"] * 43},
        objective="fulfilment",
    )
    return no.solve(economy)


def drawn(figure, dpi=60):
    """Render; warnings are errors in this suite, so a glyph or a label without room is one too."""
    figure.savefig(BytesIO(), format="png", dpi=dpi)
    return figure


def inside(figure):
    """Every text that is shown lies within the figure."""
    figure.draw_without_rendering()
    whole = figure.bbox
    texts = figure.findobj(matplotlib.text.Text)
    hidden = [text for ax in figure.axes if not ax.axison for text in ax.findobj(matplotlib.text.Text)]
    for ax in figure.axes:  # ticks that matplotlib keeps beyond the ends of an axis are not drawn
        for axis, (low, high) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, sorted(ax.get_ylim()))):
            ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
            hidden += [label for place, label in ticks if not low <= place <= high]
    for text in texts:
        if not (text.get_visible() and text.get_text().strip()):
            continue
        if text in hidden:
            continue
        box = text.get_window_extent()
        assert box.x0 >= whole.x0 - 1 and box.x1 <= whole.x1 + 1, text.get_text()
        assert box.y0 >= whole.y0 - 1 and box.y1 <= whole.y1 + 1, text.get_text()


@pytest.mark.parametrize("name", MODELS)
def test_fulfilment_bars_are_the_plans_fulfilment(plans, name):
    plan = plans[name]
    (ax,) = drawn(plan.plot.fulfilment()).axes
    np.testing.assert_array_equal([bar.get_height() for bar in ax.patches], plan.fulfilment)
    assert [text.get_text() for text in ax.get_xticklabels()] == [str(p) for p in plan.economy.periods]


def test_fulfilment_of_many_periods_is_a_line_and_marks_the_floor():
    years = [str(1990 + k) for k in range(40)]
    land = pd.DataFrame([10.0 + np.arange(40) % 7], index=["land"], columns=years)
    economy = no.build_economy(
        goods=["corn"],
        resources=["land"],
        periods=years,
        inputs=[[0.2]],
        resource_use=[[1.0]],
        resource_limits=land,
        targets=[3.0],
        objective="fulfilment",
    )
    plan = no.solve(economy, no.Question("fulfilment", floor=1.5))
    (ax,) = drawn(plan.plot.fulfilment()).axes
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), plan.fulfilment)
    assert "floor" in [text.get_text() for text in ax.texts]
    shown = [text.get_text() for text in ax.get_xticklabels()]
    assert shown[0] == "1990" and shown[-1] == "2029" and len(shown) < 20


def test_fulfilment_draws_in_axes_given(plans):
    figure = matplotlib.figure.Figure()
    left, right = figure.subplots(1, 2)
    assert plans["five_year_plan"].plot.fulfilment(ax=right) is figure
    assert not left.patches and len(right.patches) == 5


@pytest.mark.parametrize("name", ["five_year_plan", "eu_2006"])
def test_valuation_lines_are_the_plans_valuations(plans, name):
    plan = plans[name]
    figure = drawn(plan.plot.valuations(most=1000))
    titles = [ax.get_title(loc="left").replace("\n", " ") for ax in figure.axes]
    lines = [ax.lines[0].get_ydata() for ax in figure.axes]
    wanted = plan.valuations[plan.valuations.to_numpy().any(axis=1)]
    assert sorted(titles) == sorted(wrapped(label, 30).replace("\n", " ") for _, label in wanted.index)
    assert sorted(map(tuple, lines)) == sorted(map(tuple, wanted.to_numpy()))
    for ax in figure.axes:
        assert ax.get_ylabel().startswith("per ") and ax.get_ylim()[0] <= 0


def test_valuation_panels_stand_under_the_right_name(plans):
    plan = plans["five_year_plan"]
    by_title = {ax.get_title(loc="left"): ax.lines[0].get_ydata() for ax in plan.plot.valuations().axes}
    for good in plan.economy.goods:
        np.testing.assert_array_equal(by_title[good], plan.valuations.loc[("good", good)])
    np.testing.assert_array_equal(by_title["iron in coal"], plan.stock_valuations.loc[("iron", "coal")])
    np.testing.assert_array_equal(by_title["labour"], plan.valuations.loc[("resource", "labour")])


def test_one_period_is_drawn_as_bars_the_dearest_on_top(plans):
    plan = plans["kantorovich_machines"]
    goods, resources = drawn(plan.plot.valuations()).axes
    assert [bar.get_width() for bar in goods.patches] == plan.valuations.loc["good"].iloc[:, 0].tolist()
    assert [text.get_text() for text in resources.get_yticklabels()] == ["automatic", "turret", "milling"]
    assert "26.7 per hour" in [text.get_text() for text in resources.texts]


def test_what_is_left_out_is_counted(plans):
    figure = plans["uk_2015_20"].plot.valuations(most=3)
    assert len(figure.axes) == 3 + 1 + 3
    words = " ".join(text.get_text() for text in figure.findobj(matplotlib.text.Text))
    assert "17 more of lesser worth in plan.valuations" in words


def test_a_change_of_units_changes_nothing_but_the_figures():
    economy = no.read("five_year_plan")
    scale = np.array([1e-3, 1.0, 1e4, 10.0])
    square = scale[:, None] / scale[None, :]
    other = economy.with_changes(
        inputs=economy.matrix("inputs", 0).toarray() * square,
        capital=economy.matrix("capital", 0).toarray() * square,
        initial_capital=economy.matrix("initial_capital", 0).toarray() * scale[:, None],
        resource_use=economy.matrix("resource_use", 0).toarray() / scale,
        targets=economy.frame("targets").mul(scale, axis=0),
    )
    before, after = (no.solve(e).assert_optimal().plot.valuations(most=3) for e in (economy, other))
    assert [ax.get_title(loc="left") for ax in before.axes] == [ax.get_title(loc="left") for ax in after.axes]


@pytest.mark.parametrize("name", ["five_year_plan", "uk_2015_20"])
def test_stacks_are_the_plans_stocks(plans, name):
    plan = plans[name]
    totals = plan.stocks.groupby(level=0, sort=False).sum()
    figure = drawn(plan.plot.stocks())
    panels = {ax.get_title(loc="left"): ax for ax in figure.axes if ax.axison}
    assert set(panels) == set(totals.index)
    for good, ax in panels.items():
        tops = max((tuple(b.get_y() + b.get_height() for b in stack) for stack in ax.containers), key=sum)
        np.testing.assert_allclose(tops, totals.loc[good], rtol=1e-12)
        for stack in ax.containers:
            if not stack.get_label().endswith(" others"):
                heights = [bar.get_height() for bar in stack]
                np.testing.assert_allclose(heights, plan.stocks.loc[(good, stack.get_label())], rtol=1e-12)
        patterns = {(bar.get_facecolor(), bar.get_hatch()) for stack in ax.containers for bar in stack}
        assert len(patterns) == len(ax.containers)
        named_parts = [text.get_text() for text in ax.texts]
        assert len(named_parts) == len(ax.containers)


def test_goods_in_store_and_pooled_stocks_are_drawn():
    economy = no.build_economy(
        goods=["corn", "plough"],
        resources=["land"],
        periods=["1", "2"],
        inputs=[[0.1, 0.0], [0.0, 0.0]],
        capital=[[0.0, 0.0], [0.1, 0.0]],
        capital_pool=[0.0, 0.6],
        storage=[0.9, 0.0],
        resource_use=[[1.0, 1.0]],
        resource_limits=pd.DataFrame([[10.0, 0.5]], index=["land"], columns=["1", "2"]),
        targets=[1.0, 0.0],
        objective="assortment",
    )
    plan = no.solve(economy).assert_optimal()
    figure = drawn(plan.plot.stocks())
    at = {(ax.get_title(loc="left"), ax.get_ylabel()): ax for ax in figure.axes if ax.axison}
    stored = [bar.get_height() for bar in at["corn", "units, in store at end"].patches]
    pooled = [bar.get_height() for bar in at["plough", "units, start of period"].patches]
    np.testing.assert_array_equal(stored, plan.stored.loc["corn"])
    np.testing.assert_array_equal(pooled, plan.stocks.iloc[0])
    assert plan.stored.loc["corn", "1"] > 0
    flows = goods_flows(plan, "2")
    assert flows.loc[flows["place"] == "from store", "amount"].sum() == pytest.approx(
        0.9 * plan.stored.loc["corn", "1"]
    )


@pytest.mark.parametrize("name", MODELS)
def test_what_is_made_of_a_good_is_what_is_used_of_it(plans, name):
    plan = plans[name]
    for period in (None, *plan.economy.periods):
        flows = goods_flows(plan, period)
        sums = flows.pivot_table(index="good", columns="side", values="amount", aggfunc="sum")
        np.testing.assert_allclose(sums["made"], sums["used"], rtol=1e-8)
    final = flows[flows["place"] == "final use"].set_index("good")["amount"]
    delivered = plan.consumption.iloc[:, -1]
    np.testing.assert_allclose(final, delivered[delivered > 0], rtol=1e-12)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("most", [1, 7, 10_000])
def test_links_are_the_plans_flows(plans, name, most):
    plan = plans[name]
    flows = goods_flows(plan)
    (sankey,) = plan.plot.flows(most=most, widths="quantity").data
    names, link = list(sankey.node.customdata), sankey.link
    used = flows[flows["side"] == "used"]
    is_use = [sankey.node.color[k] == "#1a1a1a" for k in link.source]  # out of a good, not into one
    shown = sum(width for width, use in zip(link.value, is_use, strict=True) if use)
    assert shown == pytest.approx(used["amount"].sum())  # gathered, never lost
    if most > len(flows):
        assert "other uses" not in names and "other goods" not in names
        goods = [name_of(good) for good in plan.economy.goods]
        wanted = sorted((goods[g], p, a) for g, p, a in used[["good", "place", "amount"]].itertuples(index=False))
        ends = zip(link.source, link.target, link.value, is_use, strict=True)
        assert sorted((names[s], names[t], v) for s, t, v, use in ends if use) == wanted


def test_widths_and_the_pointer(plans, many):
    plan = plans["five_year_plan"]
    (sankey,) = plan.plot.flows("year1").data
    words = next(text for text in sankey.link.customdata if "<b>iron → investment</b>" in text)
    assert "8.69 tonne of iron" in words
    shares = plan.plot.flows("year1", widths="share").data[0].link
    of_iron = [v for s, v in zip(shares.source, shares.value, strict=True) if s == shares.source[0]]
    assert sum(of_iron) == pytest.approx(1.0)
    assert "worth at the plan's valuations" in many.plot.flows().layout.title.text  # units differ: auto takes worth
    with pytest.raises(no.OptionError, match="did you mean 'share'"):
        plan.plot.flows(widths="shares")
    with pytest.raises(no.NaturaError, match="year9"):
        plan.plot.flows("year9")


def test_many_goods_with_long_names(many):
    for name in DRAWN:
        inside(getattr(many.plot, name)())
    said = " ".join(text.get_text() for text in many.plot.valuations().findobj(Text))
    assert "worth nothing at these prices, others were not looked for" in " ".join(said.split())
    figure = many.plot.flows()
    assert max(len(label) for label in figure.data[0].node.label) <= 46
    assert len(figure.data[0].link.value) <= 30 + 2 * 60
    figure.to_json()


@pytest.mark.parametrize("name", MODELS)
def test_no_text_is_cut_off(plans, name):
    for kind in DRAWN:
        inside(getattr(plans[name].plot, kind)())


def test_long_names_units_and_titles_stay_within_the_picture():
    """Names with signs that mean something elsewhere, a long name of the economy, units of two lines, own rows."""
    names = ["$x$ & <b>", "=1+1", "a|b", "_under_^{x}", "very " * 30 + "long"]
    years = ["y1", "y2"]

    def law(program, economy, question):
        count = len(economy.techniques)
        program.rows("quota $y_1$ of a very particular kind", pd.Index(years), "<=", 1.0)
        first = np.zeros((2, 2 * count))
        first[[0, 1], [0, count]] = 1.0
        program.terms("quota $y_1$ of a very particular kind", "activities", first)
        program.rows("in_all", pd.Index(["x"]), "<=", 1.5)
        program.terms("in_all", "activities", first[[0]] + first[[1]])

    for periods in (years, years[:1]):
        economy = no.build_economy(
            name="an economy with a name, in $ and %, that is far too long for any picture, " * 3,
            goods=names,
            resources=["labour"],
            pollutants=["CO₂ $_2$"],
            periods=periods,
            inputs=0.05 * np.ones((5, 5)),
            resource_use=[[1.0, 2.0, 1.0, 2.0, 1.0]],
            resource_limits=[10.0],
            emissions=[[1.0, 2.0, 3.0, 4.0, 5.0]],
            emission_budgets=[6.0],
            targets=np.ones(5),
            units={"goods": ["tonne of hard coal equivalent"] * 5},
            objective="fulfilment",
        )
        laws = [no.ExtraLaw("matrix", law)] if len(periods) == 2 else []
        plan = no.solve(economy, no.Question("fulfilment", floor=0.01), extra_laws=laws).assert_optimal()
        for kind in DRAWN:
            inside(drawn(getattr(plan.plot, kind)()))
        plan.plot.flows().to_json()
    titles = {ax.get_title(loc="left") for ax in plan.plot.valuations().axes}
    assert any("Emissions" in title for title in titles)


def test_nothing_scarce_and_nothing_held():
    economy = no.build_economy(
        goods=["corn $ <b>", "electricity $"],
        resources=["land"],
        inputs=[[0.2, 0.0], [0.1, 0.0]],
        resource_use=[[1.0, 2.0]],
        resource_weights=[0.0],
        targets=[3.0, 1.0],
        units={"goods": ["tonne", "MWh"]},
        objective="least-resources",
    )
    plan = no.solve(economy).assert_optimal()
    assert "Nothing is scarce" in drawn(plan.plot.valuations()).texts[0].get_text()
    assert "no capital stocks" in drawn(plan.plot.stocks()).texts[0].get_text()
    flows = plan.plot.flows()
    assert "share of all there is" in flows.layout.title.text and "corn $ &lt;b&gt;" in flows.data[0].node.label
    drawn(plan.plot.fulfilment())


def test_pairs_as_names():
    economy = no.build_economy(
        goods=[("north", "coal"), ("south", "coal")],
        techniques=[("north", "coal"), ("south", "coal")],
        resources=[("both", "labour")],
        inputs=[[0.1, 0.2], [0.0, 0.1]],
        resource_use=[[1.0, 2.0]],
        resource_limits=[10.0],
        targets=[1.0, 1.0],
        objective="fulfilment",
    )
    plan = no.solve(economy).assert_optimal()
    goods, _ = drawn(plan.plot.valuations()).axes
    assert {text.get_text() for text in goods.get_yticklabels()} == {"north coal", "south coal"}
    assert "north coal" in plan.plot.flows().data[0].node.customdata
    flows = goods_flows(plan)
    assert flows.loc[flows["side"] == "made", "amount"].sum() == pytest.approx(plan.output.to_numpy().sum())


@pytest.mark.parametrize("kind", [*DRAWN, "flows"])
def test_where_there_is_no_plan_the_picture_says_so(kind):
    plan = no.solve("five_year_plan", no.Question("fulfilment", floor=1.9))
    with pytest.raises(no.NotProvedError, match="there is no best plan"):
        getattr(plan.plot, kind)()


def test_a_picture_shows_itself_in_a_notebook_and_leaves_no_state():
    code = (
        "import sys, natura_opt as no; plan = no.solve('wheat_cloth'); assert 'matplotlib' not in sys.modules;"
        "import matplotlib; before = matplotlib.rcParams.copy();"
        "assert plan.plot.fulfilment()._repr_png_()[:4] == b'\\x89PNG'; plan.plot.valuations(); plan.plot.stocks();"
        "assert 'matplotlib.pyplot' not in sys.modules and 'plotly' not in sys.modules;"
        "now = matplotlib.rcParams; assert all(now[k] == before[k] for k in now if k != 'backend'); plan.plot.flows()"
    )
    root = Path(no.__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def test_labels_keep_their_distance_and_their_order():
    rng = np.random.default_rng(0)
    for _ in range(50):
        wanted = np.sort(rng.random(6))
        gaps = rng.random(6) * 0.4
        places = spread(wanted.tolist(), gaps.tolist())
        assert (np.diff(places) >= gaps[1:] - 1e-12).all()
    np.testing.assert_allclose(spread([0.0, 1.0, 2.0], [0.5] * 3), [0.0, 1.0, 2.0])
