# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 13. Trade and regions: who should make what, and where
#
# A plan for two places is a plan in which "coal in the north" and "coal in the south" are two goods, and carrying it is
# a technique that turns one into the other. That is all. From it follow, without another word about markets: why even
# the better place gains from exchange, how far prices of two places can be apart, what a railway is worth, and what it
# costs to want thirty per cent of something.
#
# You need notebook 1 (*valuation*); notebook 11 helps.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import natura_opt as no

# %% [markdown]
# ## The story and the data
#
# David Ricardo (1817, chapter 7) has two countries and two goods. The cloth that England makes in a year takes the
# labour of 100 men, the wine would take 120. Portugal makes the wine with 80 men and the cloth with 90. Portugal is
# better at
# **both**. Let each country have just the people it needs to make one of each for itself: 220 and 170.
#
# Names of goods are pairs (country, good). What carries a good is a technique with one input and one output.

# %%
countries, kinds = ["England", "Portugal"], ["cloth", "wine"]
goods = [(country, kind) for country in countries for kind in kinds]
men = {("England", "cloth"): 100, ("England", "wine"): 120, ("Portugal", "cloth"): 90, ("Portugal", "wine"): 80}
ways = [(kind, start, end) for kind in kinds for start, end in (countries, countries[::-1])]


def ricardo(wanted=(1.0, 1.0, 1.0, 1.0), ships=True, men_per_load=0.0):
    """Return the two countries; men of the country that sends a good carry it."""
    techniques = [*goods, *((end, f"{kind} by ship") for kind, _, end in ways)]
    inputs = pd.DataFrame(0.0, pd.Index(goods, tupleize_cols=False), range(len(techniques)))
    outputs, use = inputs.copy(), pd.DataFrame(0.0, [f"men of {c}" for c in countries], inputs.columns)
    for k, (country, kind) in enumerate(goods):
        outputs.iloc[k, k], use.loc[f"men of {country}", k] = 1.0, men[country, kind]
    for k, (kind, start, end) in enumerate(ways, start=len(goods)):
        inputs.iloc[goods.index((start, kind)), k] = outputs.iloc[goods.index((end, kind)), k] = 1.0
        use.loc[f"men of {start}", k] = men_per_load
    return no.build_economy(
        name="Ricardo's two countries",
        goods=goods,
        techniques=techniques,
        inputs=inputs.to_numpy(),
        outputs=outputs.to_numpy(),
        resources=list(use.index),
        resource_use=use.to_numpy(),
        resource_limits=[220.0, 170.0],
        activity_limits=None if ships else [np.inf] * len(goods) + [0.0] * len(ways),
        targets=list(wanted),
        objective="assortment",
    )


apart = no.solve(ricardo(ships=False)).assert_optimal()
together = no.solve(ricardo()).assert_optimal()
print(f"apart: {apart.objective:.4f} of everything; together: {together.objective:.4f}\n")
print(together.activities[together.activities["1"] > 1e-9].round(3).to_string())

# %%
together.plot.network()

# %%
assert np.isclose(apart.objective, 1) and np.isclose(together.objective, 95 / 88)
made = together.activities["1"].iloc[:4].to_numpy()
assert np.isclose(made[2], 0, atol=1e-9) and made[0] > 2  # Portugal makes no cloth at all

# %% [markdown]
# Eight per cent more of everything for everybody, with the same people. Portugal, better at cloth, makes none: each of
# its men makes *more* more in wine. In the planner's prices:

# %%
worth = together.valuations.loc["good"]["1"]
wages = together.valuations.loc["resource"]["1"]
print((worth / worth.iloc[0]).round(4).rename("in English cloth").to_string(), "\n")
print(f"a man-year of Portugal is worth {wages.iloc[1] / wages.iloc[0]:.3f} of England's")

# %%
assert np.isclose(worth.iloc[1] / worth.iloc[0], 120 / 100) and np.isclose(worth.iloc[1], worth.iloc[3])
assert np.isclose(wages.iloc[1] / wages.iloc[0], (120 / 80), rtol=1e-9)

# %% [markdown]
# Wine costs 1.2 times as much as cloth, which is just what it costs in England, for England makes a little of both. Had
# it been Portugal that makes both, it would be $80/90 = .89$. In between lies what Ricardo left open. John Stuart Mill
# (1844) said what decides: **demand**. Let people want more and more wine.

# %%
terms = {}
for wine in np.linspace(0.4, 2.2, 37):
    plan = no.solve(ricardo((1.0, wine, 1.0, wine))).assert_optimal()
    prices = plan.valuations.loc["good"]["1"]
    terms[wine] = prices.iloc[1] / prices.iloc[0]
terms = pd.Series(terms)
figure, ax = plt.subplots(figsize=(6.4, 3.2))
ax.plot(terms, "k-o", markersize=3)
for level, words in ((80 / 90, "Portugal's own ratio"), (120 / 100, "England's own ratio")):
    ax.axhline(level, color="grey", linewidth=0.8, linestyle="--")
    ax.annotate(words, (0.4, level), xytext=(0, 3), textcoords="offset points", fontsize=9, color="grey")
ax.set(xlabel="wine wanted for each cloth", ylabel="price of wine in cloth")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert terms.min() > 80 / 90 - 1e-9 and terms.max() < 1.2 + 1e-9
assert np.isclose(terms.iloc[0], 80 / 90) and np.isclose(terms.iloc[-1], 1.2)
one_each = no.solve(ricardo((1.0, 170 / 80 / (220 / 100), 1.0, 170 / 80 / (220 / 100)))).assert_optimal()
assert np.isclose(one_each.activities["1"].iloc[[1, 2]].sum(), 0, atol=1e-9)  # nobody makes both: the step

# %% [markdown]
# The price stays at the ratio of whoever makes both goods, and jumps where each makes only one. On the step itself any
# price in between serves; there, demand and not cost decides. A plan finds the same two ratios that the theory of
# markets does, since it is the same linear program.
#
# ## What carrying costs
#
# Let every load take men of the country that sends it.

# %%
rows = {}
for load in [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]:
    plan = no.solve(ricardo(men_per_load=load)).assert_optimal()
    prices = plan.valuations.loc["good"]["1"].to_numpy().reshape(2, 2)
    carried = plan.activities["1"].iloc[4:].sum()
    gap = prices[0, 1] - prices[1, 1]  # wine: England less Portugal
    fee = load * plan.valuations.loc["resource"]["1"].iloc[1]
    rows[load] = (plan.objective, carried, gap, fee)
carrying = pd.DataFrame(rows, index=["of everything", "loads", "wine dearer in England by", "worth of the carrying"]).T
print(carrying.round(5).rename_axis("men per load").to_string())

# %%
trades = carrying["loads"] > 1e-6
assert trades.iloc[:3].all() and not trades.iloc[3:].any() and (np.diff(carrying["of everything"]) < 1e-9).all()
assert np.allclose(carrying.loc[trades, "wine dearer in England by"], carrying.loc[trades, "worth of the carrying"])

# %% [markdown]
# Wherever wine is shipped, it is dearer in England by **exactly** what shipping it takes; where the difference would be
# less than the carrying, the ships lie idle. No merchant was needed for this, but it is what merchants do. (Samuelson
# 1952 showed that the equilibrium of separated markets is the answer to a maximum problem of this kind.)
#
# ## The rest of the world
#
# Most places are small: they buy and sell at prices that they do not make. For that there are tables: `import_prices`,
# `export_prices` (in foreign exchange) and limits. Here is a small country with grain, cloth and machines, 1000 people
# and 500 fields. The ports keep a twentieth: what is sold brings 5 % less than it would cost to buy.

# %%
small = no.build_economy(
    name="the small country",
    goods=["grain", "cloth", "machines"],
    inputs=[[0.10, 0.20, 0.00], [0.00, 0.10, 0.10], [0.05, 0.10, 0.20]],
    resources=["labour", "land"],
    resource_use=[[1.0, 4.0, 6.0], [2.0, 0.5, 0.0]],
    resource_limits=[1000.0, 500.0],
    targets=[50.0, 40.0, 20.0],
    objective="assortment",
)
world = pd.Series({"grain": 100.0, "cloth": 300.0, "machines": 500.0})
open_country = small.with_changes(import_prices=world, export_prices=0.95 * world)
closed, opened = no.solve(small).assert_optimal(), no.solve(open_country).assert_optimal()
print(f"closed {closed.objective:.4f}, open {opened.objective:.4f}")
print(
    pd.DataFrame(
        {
            "made": opened.activities["1"],
            "bought": opened.further["imports"]["1"],
            "sold": opened.further["exports"]["1"],
            "world price": world,
            "price at home": opened.valuations.loc["good"]["1"] / opened.valuations.loc["foreign exchange"].iloc[0, 0],
        }
    )
    .round(2)
    .to_string()
)

# %%
home = opened.valuations.loc["good"]["1"] / opened.valuations.loc["foreign exchange"].iloc[0, 0]
bought, sold = (opened.further[way]["1"] for way in ("imports", "exports"))
assert opened.objective > closed.objective
assert np.allclose(home[bought > 1e-9], world[bought > 1e-9])
assert np.allclose(home[sold > 1e-9], 0.95 * world[sold > 1e-9])
assert np.isclose(bought @ world, sold @ (0.95 * world)) and opened.activities["1"]["cloth"] == 0

# %% [markdown]
# At home a good is worth its world price if it is bought, and the price at the port if it is sold: *border prices*, in
# the language of project appraisal (Little and Mirrlees 1974). Cloth, which the closed country made for itself, is
# better bought. The factor between planner's units and foreign exchange is itself a valuation: that of foreign
# exchange.
#
# What if the world pays less for machines?

# %%
prices = np.linspace(250, 600, 29)
swept = no.sweep(open_country, {"export_prices.machines": 0.95 * prices[prices <= 500]}, cores=1)
assert (swept.table["status"] == "optimal").all()
courses = {}
for price in prices:
    changed = world.where(world.index != "machines", price)
    plan = no.solve(small.with_changes(import_prices=changed, export_prices=0.95 * changed)).assert_optimal()
    net = plan.further["exports"]["1"] - plan.further["imports"]["1"]
    courses[price] = [plan.objective, *net]
courses = pd.DataFrame(courses, index=["assortments", *small.goods]).T
figure, (above, below) = plt.subplots(2, 1, figsize=(6.6, 4.8), sharex=True)
above.plot(courses["assortments"], "k-")
above.axhline(closed.objective, color="grey", linewidth=0.8, linestyle="--")
above.annotate("closed", (prices[0], closed.objective), xytext=(0, 3), textcoords="offset points", color="grey")
above.set(ylabel="assortments")
for good, style in zip(small.goods, ("k-", "k--", "k:"), strict=True):
    below.plot(courses[good], style, label=good)
below.axhline(0, color="grey", linewidth=0.8)
below.set(xlabel="world price of machines", ylabel="sold less bought")
below.legend(frameon=False, fontsize=9)
for ax in (above, below):
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert (courses["assortments"] > closed.objective - 1e-9).all()  # one may always stay at home
lowest = courses["assortments"].idxmin()
assert prices[0] < lowest < prices[-1]
cheaper, dearer = (courses.index < lowest), (courses.index > lowest)
assert (courses.loc[cheaper, "machines"] < 1e-9).all() and (courses.loc[dearer, "machines"] > -1e-9).all()

# %% [markdown]
# The curve has a bottom: the country is worst off at the price at which it neither buys nor sells machines, and gains
# both from dearer machines (it sells them) and from cheaper ones (it buys them). It never does worse than closed, *in
# this plan*, which moves people from machines to grain overnight and shares the gain with them. Whether they can move,
# and who gets the gain, is where the quarrel about trade begins, and it needs other tables (notebook 6 for stocks that
# cannot move).
#
# ## Two regions, one line, and a rule
#
# Power is made in the north from wind (200 at most) and in the south from gas and sun. A line carries it south and
# loses a tenth. Coal stands in both. Each is a technique of a region, and `wind@north` is how one writes the pair
# `("north", "wind")`.

# %%
stations = {
    ("north", "wind"): (1.5, 0.0, 200.0),  # work per unit, CO2 per unit, room
    ("north", "coal"): (1.0, 0.9, np.inf),
    ("south", "sun"): (2.4, 0.0, 150.0),
    ("south", "gas"): (1.6, 0.4, np.inf),
    ("south", "coal"): (1.1, 0.9, np.inf),
    ("south", "line"): (0.05, 0.0, 120.0),  # takes 1 of northern power, brings .9
}
table = pd.DataFrame(stations, index=["work", "CO2", "room"]).T
power = pd.DataFrame(0.0, ["north", "south"], range(len(stations)))
for k, (region, kind) in enumerate(stations):
    power.loc[region, k] = 0.9 if kind == "line" else 1.0
taken = pd.DataFrame(0.0, power.index, power.columns)
taken.loc["north", 5] = 1.0
grid = no.build_economy(
    name="two regions",
    goods=[("north", "power"), ("south", "power")],
    techniques=list(stations),
    outputs=power.to_numpy(),
    inputs=taken.to_numpy(),
    resources=["work"],
    resource_use=table[["work"]].T.to_numpy(),
    resource_weights=[1.0],
    pollutants=["CO2"],
    emissions=table[["CO2"]].T.to_numpy(),
    activity_limits=table["room"].to_numpy(),
    targets=[100.0, 300.0],
    objective="least-resources",
)
cheapest = no.solve(grid).assert_optimal()
print(cheapest.activities[cheapest.activities["1"] > 0].round(1).to_string())

# %% [markdown]
# Coal for all. Now: *at least thirty per cent of what is made must be renewable*. That is a rule on activities, said by
# name: wind and sun count .7 of themselves, the others minus .3.

# %%
counts = {
    "wind@north": 0.7, "sun@south": 0.7, "coal@north": -0.3, "coal@south": -0.3, "gas@south": -0.3,
}  # fmt: skip
ruled = no.solve(grid.require("renewable", counts, ">=", 0)).assert_optimal()
print(ruled.activities[ruled.activities["1"] > 0].round(2).to_string())
before, after = (plan.emissions.iloc[0, 0] for plan in (cheapest, ruled))
print(f"\n{ruled.objective - cheapest.objective:.2f} more work, {after:.1f} of CO2 instead of {before:.1f}")
print(ruled.explain("renewable").lines[0])

# %%
levels = ruled.activities["1"]
made = levels.drop([("south", "line")]).sum()
renewable = levels[("north", "wind")] + levels[("south", "sun")]
assert np.isclose(renewable / made, 0.3) and ruled.objective > cheapest.objective
assert ruled.emissions.iloc[0, 0] < cheapest.emissions.iloc[0, 0]

# %% [markdown]
# How dear does it become as the share rises? Each point is a plan; the work per tonne of CO₂ that it saves can be set
# beside notebook 11's.

# %%
shares = np.arange(0.0, 0.95, 0.05)
answers = {}
for share in shares:
    rule = {name: (1 - share if weight > 0 else -share) for name, weight in counts.items()}
    answers[share] = no.solve(grid.require("renewable", rule, ">=", 0))
possible = {share: plan for share, plan in answers.items() if plan.status == no.Status.OPTIMAL}
line = pd.DataFrame(
    {
        share: [plan.objective, plan.emissions.iloc[0, 0], *plan.activities["1"][[("north", "wind"), ("south", "sun")]]]
        for share, plan in possible.items()
    },
    index=["work", "CO2", "wind", "sun"],
).T
figure, ax = plt.subplots(figsize=(6.4, 3.2))
ax.plot(100 * line.index, line["work"], "k-o", markersize=3)
ax.set(xlabel="least share of renewable power, %", ylabel="work")
ax.spines[["top", "right"]].set_visible(False)
plt.show()
print(line.iloc[::4].round(2).rename_axis("share").to_string())
print(f"\npossible up to {100 * max(possible):.0f} %; then: {answers[shares[-1]].impossibility.sentence}")

# %%
assert (np.diff(line["work"]) > 0).all() and (np.diff(line["CO2"]) < 1e-9).all()
assert answers[shares[-1]].status == no.Status.INFEASIBLE

# %%
possible[max(possible)].plot.against(cheapest, ("as much renewable as can be", "cheapest"))

# %% [markdown]
# The rule is cheap while there is wind, dearer when only sun is left, and beyond what wind and sun can make there is no
# plan. One thing to notice: the *rule* asks for a share and not for less CO₂. A cap on CO₂ of the same size costs less
# work, since it may also choose gas:

# %%
half = possible[min(possible, key=lambda share: abs(share - 0.5))]
by_cap = no.solve(grid.with_changes(emission_caps=[half.emissions.iloc[0, 0]])).assert_optimal()
print(f"by the rule {half.objective:.2f}, by a cap of the same CO2 {by_cap.objective:.2f}")

# %%
assert by_cap.objective <= half.objective + 1e-9

# %% [markdown]
# ## Exercises
#
# **1. How far away is too far?** How many men per load make Ricardo's ships lie idle? First by hand, for wine to
# England and cloth to Portugal.
#
# **2. A wider line.** What is one more unit of room on the line worth at 60 %? And if the north had room for 400 of
# wind?
#
# **3. Grain must be home-made.** The small country wants at least 90 % of its grain from its own fields, and its cloth
# too. Which of the two rules costs anything?
#
# ## Solutions
#
# ### Solution 1
#
# A Portuguese man-year brings, in wine, $1/(80 + c)$ wine in England. There it saves 120 men per unit; these make
# cloth, of which each delivered takes $100 + c$. So 80 + c men of Portugal get $120/(100 + c)$ of cloth, which would
# take them $90 \cdot 120/(100 + c)$ men at home. It pays as long as $(80 + c)(100 + c) < 10800$.

# %%
most = (-180 + np.sqrt(180**2 + 4 * 2800)) / 2
loads = {
    c: no.solve(ricardo(men_per_load=c)).assert_optimal().activities["1"].iloc[4:].sum()
    for c in (most - 0.1, most + 0.1)
}
print(f"{most:.3f} men;", {round(c, 3): round(float(carried), 4) for c, carried in loads.items()})
below, above = loads.values()
assert below > 0.1 and np.isclose(above, 0, atol=1e-9)

# %% [markdown]
# ### Solution 2

# %%
sixty = {name: (0.4 if weight > 0 else -0.6) for name, weight in counts.items()}
for wind in (200.0, 400.0):
    wider = grid.with_changes(activity_limits=table["room"].where(table["room"] != 200.0, wind).to_numpy())
    plan = no.solve(wider.require("renewable", sixty, ">=", 0)).assert_optimal()
    carried = plan.activities.loc[[("south", "line")], "1"].iloc[0]
    rooms = plan.valuations.loc["activity limit"]["1"]
    worth = float(rooms[[("south", "line")]].iloc[0])
    print(f"room for {wind:.0f} of wind: {carried:.1f} of 120 carried; one more unit of room: {worth:+.4f} work")
    assert (carried < 120 - 1e-6) == (worth == 0)
assert worth < 0

# %% [markdown]
# With 200 of wind the line is not full, and room on it is worth nothing; with 400 it is what is scarce.
#
# ### Solution 3

# %%
for good in ("grain", "cloth"):
    wanted = float(small.vector("targets", 0)[list(small.goods).index(good)])
    at_home = no.solve(open_country.require(f"{good} from home", {good: 1.0}, ">=", 0.9 * wanted * opened.objective))
    print(f"{good}: {at_home.assert_optimal().objective - opened.objective:+.5f} assortments")

# %% [markdown]
# Grain is exported anyway, so its rule asks for nothing. The rule for cloth has its price, and the plan says which.
#
# ## Sources
#
# D. Ricardo, *On the Principles of Political Economy and Taxation* (1817), chapter 7; J. S. Mill, *Essays on Some
# Unsettled Questions of Political Economy* (1844); P. A. Samuelson, "Spatial Price Equilibrium and Linear Programming",
# *American Economic Review* 42 (1952); H. B. Chenery and K. S. Kretschmer, "Resource Allocation for Economic
# Development", *Econometrica* 24 (1956); I. M. D. Little and J. A. Mirrlees, *Project Appraisal and Planning for
# Developing Countries* (1974). The small country and the two regions are invented.
