"""Activities, emissions beside caps, who supplies whom, plan against plan: read back from what is drawn."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

import natura_opt as no
from natura_opt.plan.goods_flows import goods_flows
from natura_opt.plan.pictures.accessor import PlanPlots
from natura_opt.plan.pictures.looks import line_of, look_of
from natura_opt.plan.pictures.network import deliveries
from tests.test_plotting import drawn, inside

UK = Path(__file__).parents[2] / "shared" / "data" / "uk2015_plan"
PICTURES = ("activities", "emissions", "network", "fulfilment", "valuations", "prices_over_time", "stocks")


@pytest.fixture(scope="module")
def five():
    return no.solve("five_year_plan").assert_optimal()


@pytest.fixture(scope="module")
def smoke():
    return no.solve("wheat_cloth_pollution").assert_optimal()


def two_years(names=("coal", "steel", "scrubber"), **changes):
    """Two goods, a scrubber that takes back what they emit, a cap in the second year and a budget of both."""
    coal, steel, scrubber = names
    settings = {
        "goods": [coal, steel],
        "techniques": [coal, steel, scrubber],
        "resources": ["labour"],
        "pollutants": ["CO2", "dust"],
        "periods": ["y1", "y2"],
        "outputs": [[1, 0, 0], [0, 1, 0]],
        "inputs": [[0.1, 0.4, 0.05], [0.05, 0.1, 0.0]],
        "resource_use": [[1.0, 2.0, 0.5]],
        "resource_limits": [[1e4, 1e4]],
        "emissions": [[1000.0, 3000.0, -800.0], [0.0, 0.0, 0.0]],
        "emission_caps": pd.DataFrame([[np.inf, 3e6], [np.inf, np.inf]], index=["CO2", "dust"], columns=["y1", "y2"]),
        "emission_budgets": [9e6, np.inf],
        "activity_limits": [np.inf, 2500.0, np.inf],
        "targets": [1000.0, 500.0],
        "units": {"goods": "tonne", "techniques": "tonne", "pollutants": "kilogram", "resources": "hour"},
        "objective": "fulfilment",
    }
    economy = no.build_economy(**(settings | changes))
    return no.solve(economy).assert_optimal()


@pytest.fixture(scope="module")
def capped():
    return two_years()


def words_of(figure):
    texts = [text.get_text() for text in figure.texts]
    texts += [figure._suptitle.get_text()] if figure._suptitle else []
    for ax in figure.axes:
        texts += [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel(), *(t.get_text() for t in ax.texts)]
    return "\n".join(texts)


# ---- the accessor ----------------------------------------------------------------------------------------------


def test_every_picture_can_be_asked_for_without_arguments(five, tmp_path):
    """What lists the pictures of a plan, such as the command line, needs to know nothing of any of them."""
    asked = {name: getattr(PlanPlots, name) for name in vars(PlanPlots) if not name.startswith("_")}
    pictures = {name: method for name, method in asked.items() if callable(method)}
    assert set(PICTURES) < set(pictures)
    for name, method in pictures.items():
        required = [
            one
            for one in list(inspect.signature(method).parameters.values())[1:]
            if one.default is inspect.Parameter.empty
        ]
        assert [one.name for one in required] == (["other"] if name == "against" else []), name
        assert method.__doc__.startswith("Draw "), name
    for name in sorted(set(pictures) - {"against", "price_path", "flows"}):
        figure = getattr(five.plot, name)()
        assert isinstance(figure, Figure), name
    for ending in ("svg", "pdf", "png"):
        five.plot.network().savefig(tmp_path / f"network.{ending}")
        assert (tmp_path / f"network.{ending}").stat().st_size > 1000


def test_what_is_no_plan_is_drawn_by_none(five):
    none = no.solve("five_year_plan", no.Question("fulfilment", floor=1.9))
    for name in PICTURES:
        with pytest.raises(no.NotProvedError, match="there is no best plan"):
            getattr(none.plot, name)()
    for one, other in ((five, none), (none, five)):
        with pytest.raises(no.NotProvedError, match="there is no best plan"):
            one.plot.against(other)


# ---- activities ------------------------------------------------------------------------------------------------


def test_panels_are_the_plans_activities_in_the_techniques_looks(five):
    figure = drawn(five.plot.activities())
    panels = {ax.get_title(loc="left"): ax for ax in figure.axes}
    assert set(panels) == set(five.activities.index)
    for name, ax in panels.items():
        np.testing.assert_array_equal(ax.lines[0].get_ydata(), five.activities.loc[name])
        place = list(five.economy.techniques).index(name)
        assert ax.collections[0].get_facecolor()[0][:3] == pytest.approx(
            [int(look_of(place)[0][k : k + 2], 16) / 255 for k in (1, 3, 5)]
        )


def test_limits_of_activities_are_dashed_where_a_law_declares_them(capped):
    figure = drawn(capped.plot.activities())
    panels = {ax.get_title(loc="left"): ax for ax in figure.axes}
    dashed = {name: [line for line in ax.lines if line.get_linestyle() == "--"] for name, ax in panels.items()}
    assert {name: len(lines) for name, lines in dashed.items()} == {"coal": 0, "steel": 1, "scrubber": 0}
    assert list(dashed["steel"][0].get_ydata()) == [2500.0, 2500.0]
    assert "dashed: the most that a technique may do" in words_of(figure)


def test_activities_of_one_period_share_an_axis_only_where_they_share_a_unit(smoke):
    figure = drawn(smoke.plot.activities())
    assert [[label.get_text() for label in ax.get_yticklabels()] for ax in figure.axes] == [
        ["wheat"],
        ["cloth"],
        ["abatement"],
    ]
    widths = [bar.get_width() for ax in figure.axes for bar in ax.patches]
    assert widths == pytest.approx(smoke.activities.iloc[:, 0].to_list())
    assert "bushels" in words_of(figure)


def test_activities_in_thousands_are_drawn_in_units():
    plan = two_years(activity_limits=[np.inf] * 3, resource_limits=[[1e9, 1e9]], emission_budgets=[np.inf, np.inf],
                     emission_caps=[[np.inf] * 2] * 2)  # fmt: skip
    ax = next(ax for ax in plan.plot.activities().axes if ax.get_title(loc="left") == "coal")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), plan.activities.loc["coal"])
    assert ax.get_ylabel().replace("\n", " ") == "million tonnes"
    top = float(plan.activities.loc["coal"].max())
    written = float(ax.get_yticklabels()[-1].get_text().replace(",", ""))
    assert written == pytest.approx(top / 1e6, rel=5e-3)


def test_those_that_stand_idle_are_counted(capped):
    plan = two_years(targets=[1000.0, 0.0], emission_caps=[[np.inf] * 2] * 2, emission_budgets=[np.inf, np.inf])
    words = words_of(plan.plot.activities(most=1))
    assert "idle" in words and "1 more, whose output is worth less" in words


def test_nothing_is_done():
    economy = no.build_economy(goods=["corn"], resources=["land"], inputs=[[0.1]], resource_use=[[1.0]],
                               resource_limits=[0.0], targets=[1.0], objective="fulfilment")  # fmt: skip
    assert "Nothing is done" in words_of(no.solve(economy).plot.activities())


# ---- emissions -------------------------------------------------------------------------------------------------


def test_parts_are_what_techniques_emit_and_take_back(capped):
    figure = drawn(capped.plot.emissions())
    panels = {ax.get_title(loc="left"): ax for ax in figure.axes if ax.axison}
    assert set(panels) == {"CO2", "CO2, in all so far"}  # nothing emits dust, and nothing limits it
    coefficients = capped.economy.frame("emissions").loc["CO2"]
    for stack in panels["CO2"].containers:
        wanted = coefficients[stack.get_label()] * capped.activities.loc[stack.get_label()]
        np.testing.assert_allclose([bar.get_height() for bar in stack], wanted, rtol=1e-9)
    net = next(line for line in panels["CO2"].lines if line.get_marker() == "D")
    np.testing.assert_allclose(net.get_ydata(), capped.emissions.loc["CO2"], rtol=1e-9)
    assert panels["CO2"].get_ylabel() == "million kilograms"


def test_caps_and_budgets_are_what_the_rows_say(capped):
    figure = drawn(capped.plot.emissions())
    panels = {ax.get_title(loc="left"): ax for ax in figure.axes if ax.axison}
    cap = [line.get_ydata()[0] for line in panels["CO2"].lines if line.get_linewidth() == 1.8]
    budget = [line.get_ydata()[0] for line in panels["CO2, in all so far"].lines if line.get_linewidth() == 1.8]
    assert (cap, budget) == ([3e6], [9e6])
    so_far = panels["CO2, in all so far"]
    last = sum(bar.get_height() for stack in so_far.containers for bar in list(stack)[-1:])
    assert last == pytest.approx(capped.emissions.loc["CO2"].sum())
    assert last <= 9e6 * (1 + 1e-9)
    figures = [text.get_text() for text in panels["CO2"].texts]
    costs = capped.abatement_costs.loc["CO2"]
    assert any(float(text) == pytest.approx(costs["y2"], rel=5e-3) for text in figures if text[:1].isdigit()) == (
        costs["y2"] != 0
    )
    (above,) = [text.get_text() for text in so_far.texts if text.get_text()[:1].isdigit()]
    assert float(above) == pytest.approx(1e6 * costs["budget"], rel=5e-3)
    assert "(above: cost of one million kilograms less)" in so_far.get_xlabel().replace("\n", " ")


def test_the_cost_of_the_cap_stands_above_it(smoke):
    figure = drawn(smoke.plot.emissions())
    cost = float(smoke.abatement_costs.loc["smoke"].iloc[0])
    written = [text.get_text() for text in figure.axes[0].texts if text.get_text()[:1].isdigit()]
    assert [float(text) for text in written] == [pytest.approx(cost, rel=5e-3)]
    assert "dashed: cap 30" in figure.axes[0].get_xlabel() and "diamond: net" in figure.axes[0].get_xlabel()


def test_emissions_by_a_law_of_ones_own_are_a_part(capped):
    """What another law adds to the rows that limit emissions is drawn, not lost."""

    def leak(program, economy, question):
        program.columns("leak", economy.periods, lower=1e5, upper=1e5)
        terms = np.zeros((4, 2))
        terms[[0, 2], [0, 1]] = 1.0  # the rows run over pollutants first
        program.terms("emission_cap", "leak", terms)

    law = no.Law(
        "a leak",
        frozenset(),
        lambda economy, question: True,
        leak,
        columns=(no.Columns("leak", ("periods",), "what leaks"),),
    )
    economy = two_years(emission_caps=[[8e6] * 2, [9e9] * 2]).economy
    plan = no.solve(economy, extra_laws=[law]).assert_optimal()
    ax = next(ax for ax in plan.plot.emissions().axes if ax.get_title(loc="left") == "CO2")
    (stack,) = [stack for stack in ax.containers if stack.get_label() == "by other laws"]
    np.testing.assert_allclose([bar.get_height() for bar in stack], [1e5, 1e5], rtol=1e-6)
    total = sum(np.array([bar.get_height() for bar in one]) for one in ax.containers)
    np.testing.assert_allclose(total, plan.emissions.loc["CO2"], rtol=1e-9)


def test_nothing_is_emitted(five):
    assert "Nothing that this plan does is said to emit anything." in words_of(five.plot.emissions())


# ---- who supplies whom -----------------------------------------------------------------------------------------


def test_deliveries_are_the_plans_flows(five):
    found, kind = deliveries(five)
    assert kind == "quantity"
    inputs, levels = five.economy.matrix("inputs", 0).toarray(), five.activities.sum(axis=1).to_numpy()
    wanted = inputs * levels  # each technique makes its own good
    laid = np.zeros_like(wanted)
    laid[found["source"], found["target"]] = found["width"]
    # what is on hand at the start supplies a part
    flows = goods_flows(five)
    made = flows[flows["side"] == "made"]
    own = made[made["kind"] == "technique"].groupby("good")["amount"].sum() / made.groupby("good")["amount"].sum()
    np.testing.assert_allclose(laid, wanted * own.to_numpy()[:, None], rtol=1e-9)
    assert found["width"].is_monotonic_decreasing


def test_a_good_of_two_makers_reaches_users_in_proportion():
    economy = no.build_economy(
        goods=["power", "bread"], techniques=["wind", "coal", "bakery"], outputs=[[1, 1, 0], [0, 0, 1]],
        inputs=[[0, 0, 1.0], [0, 0, 0]], resources=["labour"], resource_use=[[1, 2, 1.0]], resource_limits=[100.0],
        activity_limits=[6.0, np.inf, np.inf], targets=[0.0, 1.0], objective="fulfilment",
    )  # fmt: skip
    plan = no.solve(economy).assert_optimal()
    found, _ = deliveries(plan)
    level = plan.activities.iloc[:, 0]
    by = {(s, t): w for s, t, w, _ in found.itertuples(index=False)}
    assert by[0, 2] / by[1, 2] == pytest.approx(level["wind"] / level["coal"]) and level["coal"] > 0
    assert by[0, 2] + by[1, 2] == pytest.approx(level["bakery"])


def test_arrows_are_as_wide_as_deliveries_and_coloured_by_maker(five):
    figure = drawn(five.plot.network())
    (ax,) = figure.axes
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    found, _ = deliveries(five)
    between = found[found["source"] != found["target"]]
    assert len(arrows) == len(between)
    widest = max(arrows, key=lambda arrow: arrow.get_linewidth())
    assert widest.get_linewidth() == 7.0
    assert no.solve("five_year_plan").economy.techniques[between["source"].iloc[0]] == "corn"
    assert widest.get_edgecolor()[:3] == pytest.approx(
        [int(line_of(int(between["source"].iloc[0]))[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    )
    names = {text.get_text() for text in ax.texts}
    assert {"coal", "iron", "corn", "bread"} <= names


def test_the_network_draws_in_axes_given_and_in_a_period(five):
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert five.plot.network("year2", ax=right) is figure
    assert not left.patches and right.patches and "in year2" in right.get_title(loc="left")
    with pytest.raises(no.NaturaError, match="year9"):
        five.plot.network("year9")
    with pytest.raises(no.OptionError, match="did you mean 'share'"):
        five.plot.network(widths="shares")


def test_what_the_network_leaves_out_is_said(five):
    words = words_of(five.plot.network(most=1))
    found, _ = deliveries(five)
    between = found[found["source"] != found["target"]]
    part = 100 * between["width"].iloc[0] / between["width"].sum()
    assert f"the 1 largest of {len(between)} deliveries between techniques, {part:.0f} % of their sum" in words
    assert "2 more techniques stand in none of those drawn" in words


def test_nobody_supplies_anybody(smoke):
    economy = no.build_economy(goods=["a", "b"], resources=["land"], inputs=[[0.1, 0], [0, 0]],
                               resource_use=[[1, 1]], resource_limits=[9.0], targets=[1, 1],
                               objective="fulfilment")  # fmt: skip
    assert "No technique takes what another makes." in words_of(no.solve(economy).plot.network())


# ---- plan against plan -----------------------------------------------------------------------------------------


def test_bars_are_the_two_plans(five):
    other = no.solve("five_year_plan", objective="leximin").assert_optimal()
    figure = drawn(five.plot.against(other, ("sum", "leximin")))
    inside(figure)
    met, changes = figure.axes
    heights = [bar.get_height() for bar in met.patches]
    np.testing.assert_array_equal(heights, [*five.fulfilment, *other.fulfilment])
    names = [label.get_text() for label in changes.get_yticklabels()]
    before, after = five.activities.sum(axis=1), other.activities.sum(axis=1)
    for name, bar in zip(names, changes.patches, strict=True):
        wanted = (after[name] - before[name]) / max(after[name], before[name])
        assert bar.get_width() == pytest.approx(wanted)
    assert set(names) == set(five.economy.goods)
    assert "sum (blue) against leximin (yellow, hatched)" in words_of(figure).replace("\n", " ")


def test_a_plan_against_itself_is_the_same(five):
    assert "Both plans have the same activities." in words_of(five.plot.against(five))


def test_plans_of_other_goods_units_or_periods_are_refused(five, smoke, capped):
    with pytest.raises(no.QuestionError, match="not of the same goods: only one of them has"):
        five.plot.against(smoke)
    with pytest.raises(no.QuestionError, match="not of the same periods"):
        capped.plot.against(two_years(periods=["y1", "y3"], emission_caps=[[np.inf] * 2] * 2))
    kilos = {"goods": "kilogram", "techniques": "kilogram", "pollutants": "kilogram", "resources": "hour"}
    with pytest.raises(no.QuestionError, match="'tonne' by one plan and in 'kilogram' by the other"):
        capped.plot.against(two_years(units=kilos))


def test_goods_in_another_order_are_matched_by_name():
    def plan(goods, use):
        economy = no.build_economy(goods=goods, resources=["land"], inputs=[[0, 0], [0, 0]], resource_use=[use],
                                   resource_limits=[10.0], targets=[1.0, 1.0], objective="fulfilment")  # fmt: skip
        return no.solve(economy).assert_optimal()

    assert "Both plans have the same activities." in words_of(
        plan(["a", "b"], [1, 3]).plot.against(plan(["b", "a"], [3, 1]))
    )


def test_plans_of_other_techniques_are_compared_by_outputs():
    def plan(techniques, outputs, use):
        economy = no.build_economy(goods=["power"], techniques=techniques, outputs=outputs, inputs=[[0.0] * len(use)],
                                   resources=["land"], resource_use=[use], resource_limits=[10.0], targets=[1.0],
                                   objective="fulfilment")  # fmt: skip
        return no.solve(economy).assert_optimal()

    figure = plan(["coal"], [[1.0]], [1.0]).plot.against(plan(["coal", "wind"], [[1.0, 1.0]], [1.0, 0.5]))
    (bar,) = figure.axes[1].patches
    assert bar.get_width() == pytest.approx(0.5) and "Output: change" in words_of(figure)
    assert "+50 %   10 → 20 units" in words_of(figure)


def test_more_than_are_asked_for_are_counted(five):
    other = no.solve("five_year_plan", objective="leximin")
    assert "3 more techniques that differ less" in words_of(five.plot.against(other, most=1))


def test_a_plan_without_targets_shows_what_it_makes(smoke):
    dearer = no.solve("wheat_cloth_pollution")
    economy = smoke.economy.with_changes(targets=smoke.economy.frame("targets") * 2)
    figure = smoke.plot.against(no.solve(economy))
    assert len(figure.axes) == 1 and len(figure.axes[0].patches) >= 2
    assert "Both plans have the same activities." in words_of(smoke.plot.against(dearer))


# ---- names, and sizes ------------------------------------------------------------------------------------------

HOSTILE = [
    ("$x$ & <b>", "_a", "very " * 30 + "long"),
    ("=1+1|\\frac{", "Ökonomie 経済".replace("経済", "ж"), "a|b"),
    (("north", "coal $"), ("south", "steel_^{2}"), ("north", "scrubber")),
    ("%s {0} {name}", "#1", "'\"quoted\"'"),
]


@pytest.mark.parametrize("names", HOSTILE, ids=range(len(HOSTILE)))
def test_names_stay_names(names):
    plan = two_years(names)
    for name in PICTURES:
        inside(drawn(getattr(plan.plot, name)()))
    inside(drawn(plan.plot.against(two_years(names, targets=[10.0, 900.0]), ("$a$ _b", "<i>" * 40))))


def test_units_from_tiny_to_huge():
    for scale in (1e-8, 1e8):
        plan = two_years(emission_caps=[[np.inf] * 2] * 2, emission_budgets=[np.inf, np.inf], targets=[scale, scale],
                         resource_limits=[[scale, scale]], activity_limits=[np.inf] * 3)  # fmt: skip
        for name in ("activities", "network", "valuations"):
            inside(drawn(getattr(plan.plot, name)()))


def test_one_good_alone():
    economy = no.build_economy(goods=["corn"], resources=["land"], inputs=[[0.2]], resource_use=[[1.0]],
                               resource_limits=[5.0], targets=[1.0], objective="fulfilment")  # fmt: skip
    plan = no.solve(economy).assert_optimal()
    for name in PICTURES:
        inside(drawn(getattr(plan.plot, name)()))


@pytest.mark.exhaustive
@pytest.mark.skipif(not UK.is_dir(), reason="the tables of the 129 industries are not here")
def test_129_industries_are_drawn_bounded():
    economy = no.read_five_year(*(UK / f"{name}.csv" for name in ("flows", "cap", "dep", "labtarg")), name="UK 2015")
    plan = no.solve(economy).assert_optimal()
    for name in PICTURES:
        inside(drawn(getattr(plan.plot, name)()))
    figure = plan.plot.network()
    assert len([patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]) == 30
    assert "whether other prices serve as well was not looked for" in words_of(plan.plot.valuations())
