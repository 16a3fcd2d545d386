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
# # 11. Externalities: what smoke costs, and who says so
#
# Smoke is made with everything and wanted by nobody. No balance stops it, so a plan that is not told about it makes any
# amount. There are two ways to tell it. One may say **how much** there may be (a cap, or a budget for all years): then
# the plan says what the last gram costs. Or one may say **what a gram costs** (Pigou 1920: a tax equal to the damage):
# then the plan says how much there is. This notebook does both, finds out when they are the same, and when they are
# not.
#
# You need notebook 1 (*valuation*) and notebook 2 (years).

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import natura_opt as no

# %% [markdown]
# ## The story and the data
#
# Leontief (1970) took his two goods, wheat and cloth, and added what his tables had left out: every bushel of wheat
# gives off half a gram of smoke, every yard of cloth a fifth of a gram. A third *technique* takes smoke out of the air;
# for each gram it uses .2 yards of cloth and 2 person-years. It is a technique like any other: it makes nothing, and
# its emissions are negative. People want 55 bushels and 30 yards.

# %%
smoke = no.read("wheat_cloth_pollution")
print(smoke.frame("emissions").to_string(), "\n")
print(smoke.frame("inputs").to_string(), "\n")
print(smoke.frame("resource_use").to_string())

# %% [markdown]
# Without a cap, nobody abates. With a cap of 30 grams, more than half of what then arises is taken back.

# %%
free = no.solve(smoke, "unlimited").assert_optimal()
capped = no.solve(smoke).assert_optimal()
for name, plan in {"no cap": free, "30 grams": capped}.items():
    left, labour = plan.emissions.iloc[0, 0], plan.objective
    print(f"{name:>8}: {left:.0f} grams are left, {labour:.4f} person-years are worked")

# %%
capped.plot.emissions()

# %%
assert np.isclose(free.emissions.iloc[0, 0], 60) and np.isclose(free.objective, 260)
assert np.isclose(capped.emissions.iloc[0, 0], 30) and np.isclose(capped.objective, 361.7977528, rtol=1e-9)
gross = capped.activities.loc["wheat", "1"] * 0.5 + capped.activities.loc["cloth", "1"] * 0.2
assert np.isclose(gross, 63.9325843)

# %% [markdown]
# Look closely: 60 grams became **63.9** before any were taken back. Abating needs cloth, cloth needs wheat, and both
# smoke. The diamond is what is left, the line is the cap.
#
# ## What the last gram costs
#
# The valuation of the cap is the **marginal abatement cost**: what one gram less would cost, in the objective's units.

# %%
cost = float(capped.abatement_costs.loc["smoke", "1"])
stricter = no.solve(smoke.with_changes(emission_caps=[29.0])).assert_optimal()
print(f"valuation of the cap: {cost:.6f} person-years a gram")
print(f"29 grams instead of 30 really cost {stricter.objective - capped.objective:.6f} more")
print(capped.explain("smoke"))

# %%
assert np.isclose(stricter.objective - capped.objective, cost, rtol=1e-9)

# %% [markdown]
# By hand: a gram taken out costs 2 person-years at once and .2 yards of cloth. With $v$ the labour values of the goods,
# and $e$ the smoke in all that a yard of cloth takes, directly and indirectly, a gram *less* costs
# $(2 + .2\, v_\text{cloth}) / (1 - .2\, e_\text{cloth})$: the denominator is the smoke that abating itself gives off.

# %%
A = smoke.frame("inputs").to_numpy()[:, :2]
contents = np.linalg.solve(np.eye(2) - A.T, np.array([[0.8, 0.5], [3.6, 0.2]]))  # labour and smoke, per unit of each
v, e = contents[1]
print(f"a yard of cloth holds {v:.4g} person-years and {e:.4g} grams: {(2 + 0.2 * v) / (1 - 0.2 * e):.6f} a gram")

# %%
assert np.isclose((2 + 0.2 * v) / (1 - 0.2 * e), cost, rtol=1e-12)

# %% [markdown]
# ## A price instead of a cap
#
# Now Pigou's way. A `damage_weight` says what each gram counts against the objective; there is no cap. If smoke is
# priced at just what the last gram costs, will the plan leave 30 grams? We try prices a little below and a little
# above. (The rule in the middle says that there is never less smoke than none. Try it without: a price above the cost
# of abating would pay for taking out smoke that is not there, and the plan would be unbounded, which the package
# proves.)

# %%
not_below_none = smoke.with_changes(emission_caps=None).require(
    "no less than none", {}, ">=", 0, emissions={"smoke": 1}
)
left = {}
for price in [0.0, 2.0, 3.39, 3.40, 5.0]:
    plan = no.solve(not_below_none.with_changes(damage_weights=[price]), no.Question("least-resources"))
    left[price] = plan.assert_optimal().emissions.iloc[0, 0]
print(pd.Series(left, name="grams left").rename_axis("price").round(6).to_string())

# %%
assert np.isclose(left[3.39], 60) and np.isclose(left[3.40], 0, atol=1e-9)
without = no.solve(smoke.with_changes(emission_caps=None, damage_weights=[5.0]), no.Question("least-resources"))
assert without.status == no.Status.UNBOUNDED

# %% [markdown]
# Sixty grams or none; no price gives thirty. Where every gram costs the same, the price decides nothing until it
# decides everything, and a small error in it is a large error in smoke. A cap does what it says, but a small error in
# *it* is paid for in labour. Which error is worse depends on how steep costs and damage are: this is Weitzman's
# argument ("Prices vs. Quantities", 1974). So we need a curve that has steps.
#
# ## The marginal abatement cost curve
#
# A town needs 100 units of electricity and 20 of steel. Electricity comes from coal, gas or wind (the hills have room
# for 40 of it); steel from an old mill, which smokes, or an electric one. A scrubber takes CO₂ out, but only from the
# coal plant's chimney, at most four fifths of it: a *rule* says so.

# %%
techniques = ["coal plant", "gas plant", "wind park", "old mill", "electric mill", "scrubber"]
options = ["gas plant", "wind park", "electric mill", "scrubber"]  # all that emits less than what was there before
no_limit = pd.Series(np.inf, techniques)


def town(**changes):
    """Return the town, or one with other tables or periods."""
    stated = {
        "name": "the town",
        "goods": ["electricity", "steel"],
        "techniques": techniques,
        "resources": ["labour"],
        "pollutants": ["CO2"],
        "outputs": [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 0]],
        "inputs": [[0, 0, 0, 0.2, 1.5, 0.3], [0, 0, 0, 0, 0, 0]],
        "resource_use": [[2.0, 3.1, 3.4, 4.0, 5.0, 1.2]],
        "resource_weights": [1.0],
        "emissions": [[1.0, 0.45, 0.0, 1.8, 0.0, -1.0]],
        "activity_limits": no_limit.where(no_limit.index != "wind park", 40.0),
        "targets": [100.0, 20.0],
        "units": {"pollutants": "tonne", "resources": "hour"},
        "objective": "least-resources",
    }
    at_the_chimney = {"scrubber": 1.0, "coal plant": -0.8}
    return no.build_economy(**(stated | changes)).require("only at the coal plant", at_the_chimney, "<=", 0)


today = no.solve(town()).assert_optimal()
print(today.activities[today.activities["1"] > 0].round(3).to_string())
print(f"\n{today.emissions.iloc[0, 0]:.0f} tonnes of CO2 and {today.objective:.0f} hours of labour")

# %% [markdown]
# The cheapest plan burns coal for everything. Now we lower the cap step by step. This is the **epsilon-constraint
# method** (Haimes, Lasdon and Wismer 1971) for two aims at once: of one of them (less CO₂) ask for a definite amount,
# and do the best you can for the other (less labour). Each point is a proved plan, and its valuation is the slope.

# %%
caps = np.arange(24.0, 141.0, 2.0)
turned = no.sweep(town(emission_caps=[140.0]), {"emission_caps.CO2": caps}, cores=1)
plans = {cap: no.solve(town(emission_caps=[cap])).assert_optimal() for cap in caps}
frontier = pd.DataFrame(
    {
        "labour": {cap: plan.objective for cap, plan in plans.items()},
        "a tonne less": {cap: plan.abatement_costs.loc["CO2", "1"] for cap, plan in plans.items()},
    }
)
done = pd.DataFrame({cap: plan.activities["1"] for cap, plan in plans.items()}).T[options]
print(frontier.join(done).loc[[140.0, 120.0, 90.0, 66.0, 50.0, 42.0, 30.0, 24.0]].round(3).to_string())

# %%
figure, (above, below) = plt.subplots(2, 1, figsize=(7.0, 5.2), sharex=True)
avoided = 140 - frontier.index
above.plot(avoided, frontier["labour"], "k-")
above.set(ylabel="hours of labour")
below.step(avoided, frontier["a tonne less"], "k-", where="mid")
below.set(xlabel="tonnes of CO$_2$ avoided", ylabel="hours for one more")
for ax in (above, below):
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert (turned.table["status"] == "optimal").all()
assert np.allclose(turned.table["objective"], frontier["labour"], rtol=1e-9)
slopes = -np.diff(frontier["labour"]) / np.diff(frontier.index)
assert (np.diff(slopes) < 1e-9).all()  # convex: each tonne costs at least as much as the one before
assert np.allclose(slopes[-20:], 1.4) and np.isclose(frontier.loc[90.0, "a tonne less"], 2.0)
assert no.solve(town(emission_caps=[20.0])).status == no.Status.INFEASIBLE

# %% [markdown]
# The upper curve is the frontier between labour and CO₂: nothing below it can be done. The lower curve is its slope,
# the
# **marginal abatement cost curve**. First wind (1.4 hours a tonne), then gas for coal (2), then the electric mill, and
# at the very end the scrubber. Below 24 tonnes there is no plan at all.
#
# ## Why such curves must not be made option by option
#
# Consultants draw these curves differently. They take each option *alone*, compute what it saves and what a tonne of it
# costs, and put the bars in order of cost. Let us do that.

# %%
alone = {}
for option in options:
    limits = town().vector("activity_limits", 0)
    limits = pd.Series(limits, techniques).where([k == option or k not in options for k in techniques], 0.0)
    least = no.solve(town(activity_limits=limits, damage_weights=[1e3])).assert_optimal().emissions.iloc[0, 0]
    there = no.solve(town(activity_limits=limits, emission_caps=[least * (1 + 1e-9)])).assert_optimal()
    alone[option] = {"tonnes": 140 - least, "hours a tonne": (there.objective - today.objective) / (140 - least)}
bars = pd.DataFrame(alone).T.sort_values("hours a tonne")
print(bars.round(3).to_string())
print(f"\nin all {bars['tonnes'].sum():.0f} of {today.emissions.iloc[0, 0]:.0f} tonnes")

# %%
assert np.isclose(gross - 30, 33.9325843) and (gross - 30) / gross > 0.5
assert bars.index[-1] == "electric mill" and np.isclose(bars.loc["electric mill", "hours a tonne"], 7.2, rtol=1e-6)
assert bars["tonnes"].sum() > 140
mill = frontier.loc[50.0, "a tonne less"]
assert mill < 0.6 * bars.loc["electric mill", "hours a tonne"] and done.loc[50.0, "electric mill"] > 0
assert done.loc[42.0, "scrubber"] == 0 < done.loc[24.0, "scrubber"]

# %% [markdown]
# Three things are wrong with that picture, and each is an interaction:
#
# - The bars add up to **more than is emitted**. What wind has replaced, gas cannot replace again.
# - The electric mill looks hopeless (7.2 hours a tonne), because alone it runs on coal. In the plan it comes third, at
#   4.1, for by then its electricity is clean.
# - The scrubber looks like the third cheapest. In the plan it is **not used** until the very end, since gas has left
#   nothing to scrub; and then the plan goes *back to coal*, with scrubbers.
#
# Kesicki and Ekins ("Marginal abatement cost curves: a call for caution", 2012) say this of the curves that governments
# use. A plan has no such trouble: it chooses all of them together.

# %%
plans[24.0].plot.against(plans[42.0], ("24 tonnes", "42 tonnes"))

# %% [markdown]
# ## What a price can reach, and what a cap can
#
# Put a price on every tonne instead, and turn it from 0 to 6. (Samothrakis 2021, eq. 6, counts externalities like this:
# every kind of damage with a weight, $\sum_t w_e\, e(x_t)\, x_t$.)

# %%
priced = {}
for price in np.arange(0.1, 6.0, 0.2):
    plan = no.solve(town(damage_weights=[price])).assert_optimal()
    priced[round(price, 1)] = (plan.emissions.iloc[0, 0], plan.objective - plan.damage.sum())
reached = pd.DataFrame(priced, index=["CO2", "labour"]).T

figure, ax = plt.subplots(figsize=(6.4, 3.4))
ax.plot(frontier.index, frontier["labour"], "k-", linewidth=1, label="by caps: every point")
ax.plot(reached["CO2"], reached["labour"], "ko", markerfacecolor="white", markersize=8, label="by prices: corners")
ax.set(xlabel="tonnes of CO$_2$ left", ylabel="hours of labour")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()
print("tonnes left, by any of the prices:", sorted(reached["CO2"].round(1).unique().tolist()))

# %%
corners = sorted(reached["CO2"].round(6).unique())
assert len(reached) == 30 and len(corners) == 4
between = no.solve(town(damage_weights=[4.2])).assert_optimal()
assert 23.7 < between.emissions.iloc[0, 0] < 64.7
for left_over in corners:  # what a price finds is on the frontier of the caps
    same = no.solve(town(emission_caps=[left_over * (1 + 1e-9) + 1e-6])).assert_optimal()
    found = reached.loc[(reached["CO2"].round(6) == left_over), "labour"].iloc[0]
    assert np.isclose(same.objective, found, rtol=1e-5)

# %% [markdown]
# Thirty prices, four plans. Prices find only the corners of the frontier (a fifth one lies at prices between 4.14 and
# 4.25, and steps of .2 jump over it); caps find every point on it. Where costs bend smoothly instead of in steps, each
# point is a corner and the two meet: that is the textbook's equivalence of Pigou's price and the cap. A plan made of
# techniques has steps.
#
# ## A budget for ten years
#
# The climate counts what is emitted in all, not in any one year. Let the town grow (electricity by 3 % a year, steel by
# 2 %), and let there be 700 tonnes for ten years. First the simple way, 70 tonnes each year; then as one `budget`.

# %%
years = [str(2026 + k) for k in range(10)]
wanted = pd.DataFrame([100 * 1.03 ** np.arange(10), 20 * 1.02 ** np.arange(10)], ["electricity", "steel"], years)
ways = {"70 a year": {"emission_caps": [70.0]}, "700 in all": {"emission_budgets": [700.0]}}
spread = {way: no.solve(town(periods=years, targets=wanted, **limit)).assert_optimal() for way, limit in ways.items()}
for way, plan in spread.items():
    print(f"{way}: {plan.objective:.1f} hours, {plan.emissions.sum(axis=1).iloc[0]:.1f} tonnes")
print(pd.DataFrame({way: plan.abatement_costs.loc["CO2"] for way, plan in spread.items()}).T.round(3).to_string())

# %%
spread["700 in all"].plot.emissions()

# %%
by_year, in_all = spread["70 a year"], spread["700 in all"]
assert in_all.objective < by_year.objective - 1
costs = by_year.abatement_costs.loc["CO2", years]
assert costs.max() > costs.min() and by_year.abatement_costs.loc["CO2", "budget"] == 0
assert in_all.abatement_costs.loc["CO2", "budget"] > 0

# %% [markdown]
# The same tonnes, fewer hours. (Which years emit more is open where a tonne costs the same in all of them: the picture
# shows one of several best plans.) Year by year, a tonne costs 2 hours early and 4.1 late, when the town has grown:
# somebody avoids a tonne for 4 that could have been avoided for 2 in another year. Under one budget there is **one
# price** for all years, and the plan moves abatement to where it is cheap.
#
# And if hours of later years count less? With a discount factor of .95 the budget's price stays one number *in present
# hours*; in hours of its own year it rises by 1/.95 a year. This is Hotelling's rule (1931) for a stock that is used
# up, and the stock here is the room in the air.

# %%
question = no.Question("least-resources", discount_factor=0.95)
later = no.solve(town(periods=years, targets=wanted, emission_budgets=[700.0]), question).assert_optimal()
present = float(later.abatement_costs.loc["CO2", "budget"])
own = pd.Series(present / 0.95 ** np.arange(10), years)
print(pd.DataFrame({"price in its own hours": own, "tonnes": later.emissions.loc["CO2"]}).round(2).T.to_string())

# %%
assert later.emissions.loc["CO2", years[0]] > later.emissions.loc["CO2", years[-1]]
assert np.allclose(own.to_numpy()[1:] / own.to_numpy()[:-1], 1 / 0.95)
assert np.isclose(later.emissions.sum(axis=1).iloc[0], 700)

# %% [markdown]
# Whoever discounts abates late. The arithmetic is right; whether a tonne in 2035 should be somebody else's trouble is
# no question of arithmetic, and the plan shows what the answer does.
#
# ## Exercises
#
# **1. No smoke at all.** Solve Leontief's economy with a cap of zero by hand, with one inverse and no optimisation:
# which three equations hold?
#
# **2. A hill more.** What is room for one more unit of wind worth to the town, at a cap of 50 tonnes? Read it from the
# plan, then check it. How much is it worth without a cap, and why?
#
# **3. A bad deal.** A neighbour offers to avoid 10 tonnes for the town, at 30 hours in all, when the cap is 90 tonnes.
# Should the town accept? And when the cap is 42?
#
# ## Solutions
#
# ### Solution 1
#
# Net wheat is 55, net cloth is 30, net smoke is 0, all three techniques run: a system of three equations, which is how
# Leontief wrote it.

# %%
needs = np.array([[1 - 0.25, -0.40, 0.0], [-0.14, 1 - 0.12, -0.2], [0.5, 0.2, -1.0]])
by_hand = np.linalg.solve(needs, [55.0, 30.0, 0.0])
none_left = no.solve(smoke.with_changes(emission_caps=[0.0])).assert_optimal()
print(pd.DataFrame({"by hand": by_hand, "plan": none_left.activities["1"].to_numpy()}, smoke.techniques).to_string())
assert np.allclose(by_hand, none_left.activities["1"]) and np.isclose(by_hand @ [0.8, 3.6, 2.0], none_left.objective)

# %% [markdown]
# ### Solution 2
#
# The valuation of the activity limit. In a least-cost question it is what one unit more changes the cost by, so it is
# negative. Check by solving with 41.

# %%
at_fifty = plans[50.0]
room = float(at_fifty.valuations.loc[("activity limit", "wind park"), "1"])
more_room = no_limit.where(no_limit.index != "wind park", 41.0)
wider = no.solve(town(emission_caps=[50.0], activity_limits=more_room)).assert_optimal()
print(f"valuation {room:.6f}, found {wider.objective - at_fifty.objective:.6f}")
assert np.isclose(room, wider.objective - at_fifty.objective) and room < 0
assert no.solve(town(activity_limits=more_room)).objective == today.objective

# %% [markdown]
# Without a cap nobody builds a single wind wheel, and room that is not used is worth nothing.
#
# ### Solution 3
#
# At 90 tonnes the tenth tonne of relief saves 2 hours as the first does: 20 hours, less than 30. At 42 it saves more.

# %%
saved = {cap: frontier.loc[cap, "labour"] - frontier.loc[cap + 10, "labour"] for cap in (90.0, 42.0)}
print(pd.Series(saved, name="10 tonnes of relief save").round(3).to_string())
assert saved[90.0] < 30 < saved[42.0]

# %% [markdown]
# The valuation alone answers the first question (2 times 10 is less than 30, and a frontier only flattens where the cap
# is loosened). It gives only an upper bound in the second, 10 times 4.14, which is more than 30; so one has to look, or
# to sweep.
#
# ## Sources
#
# W. Leontief, "Environmental Repercussions and the Economic Structure", *Review of Economics and Statistics* 52 (1970);
# A. C. Pigou, *The Economics of Welfare* (1920); M. L. Weitzman, "Prices vs. Quantities", *Review of Economic Studies*
# 41 (1974); Y. Haimes, L. Lasdon, D. Wismer, "On a bicriterion formulation", *IEEE Transactions on Systems, Man and
# Cybernetics* 1 (1971); F. Kesicki, P. Ekins, "Marginal abatement cost curves: a call for caution", *Climate Policy* 12
# (2012); H. Hotelling, "The Economics of Exhaustible Resources", *Journal of Political Economy* 39 (1931); S.
# Samothrakis, "Artificial Intelligence inspired methods for the allocation of common goods and services", *PLoS ONE* 16
# (2021). The town is invented.
