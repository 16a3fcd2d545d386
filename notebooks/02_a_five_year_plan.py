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
# # 2. A five-year plan: what the prices say
#
# The first notebook planned one hour of a workshop. This one plans an economy for five years. Machines wear out and
# must be made. Whatever is invested this year cannot be eaten this year, and serves from the next. The plan has to
# weigh bread now against bread later.
#
# The plan brings its prices along, again without a market: what a tonne of iron is worth in year 2, what a year of
# work is worth, what a machine is worth. We ask what these prices say, whether they can be trusted, and what one can
# do with them.
#
# You need the first notebook: *linear program*, *valuation*, *degenerate*.

# %%
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pyomo.environ as pyo

import natura_opt as no

# %% [markdown]
# ## The story and the data
#
# Paul Cockshott's small economy has four industries: iron, coal, corn and bread. Last year they used and made this.
# (Labour is in person-years. The source gives no units; tonnes and person-years are our reading.)

# %%
goods = ["iron", "coal", "corn", "bread"]
years = ["year1", "year2", "year3", "year4", "year5"]
used = pd.DataFrame(
    [[0.1, 0, 0, 0], [2, 1, 0.04, 0.2], [0, 0, 1, 1], [0, 0, 0, 0], [0.3, 1, 2, 0.1]],
    index=[*goods, "labour"],
    columns=goods,
)
made = pd.Series([10, 6, 10, 1], index=goods, name="made")
print(pd.concat([used, made.to_frame().T]))

# %% [markdown]
# The bread column reads: with 0.2 tonnes of coal, 1 tonne of corn and 0.1 person-years, the bakeries made 1 tonne of
# bread.
#
# Industries also need things that they do not use up in a year: furnaces, shafts, ovens (all counted as iron and
# coal), and seed corn. Each industry has its own **stocks** of them. A part of every stock wears out in a year.

# %%
stocks = pd.DataFrame(
    [[10, 7, 1.4, 1], [2, 1, 0.04, 0.1], [0, 0, 1, 0], [0, 0, 0, 0]], index=goods, columns=goods, dtype=float
)
wear = pd.DataFrame(
    [[0.07, 0.07, 0.07, 0.06], [0.5, 0.5, 0.5, 0.5], [0, 0, 0.5, 0], [0, 0, 0, 0]], index=goods, columns=goods
)
print("stocks of each industry (columns) at the start:", stocks, "", "share that wears out:", wear, sep="\n")

# %% [markdown]
# Last year's stocks were in full use. To make twice as much, an industry needs twice the inputs, twice the labour and
# twice the stocks. So dividing each column by what was made gives the needs **per tonne**.

# %%
per_tonne = used / made
inputs, labour = per_tonne.loc[goods], per_tonne.loc[["labour"]]
capital = stocks / made
print("stocks needed per tonne made in a year:", capital.round(4), sep="\n")

# %% [markdown]
# Lastly, the people. There is so much labour each year, and these are the **targets**: what people want to have each
# year.

# %%
available = pd.DataFrame([[3.0, 3.01, 3.02, 3.03, 3.07]], index=["labour"], columns=years)
targets = pd.DataFrame(
    [[0.1, 0.1, 0.1, 0.1, 0.1], [3, 3, 3, 3.1, 3.1], [0, 0, 0, 0, 0], [2, 2.01, 2.02, 2.1, 2.1]],
    index=goods,
    columns=years,
)
print(pd.concat([targets, available]))

# %% [markdown]
# ## The mathematics
#
# What is known, for goods $i$, industries $j$ and years $t$: inputs $A_{ij}$, labour $l_j$ and stocks $C_{ij}$ needed
# per tonne; the stocks $K_{ij}$ at the start; the share $\delta_{ij}$ that wears out in a year; labour $L_t$; targets
# $g_{it}$.
#
# What is decided:
#
# - $x_{jt}$: tonnes that industry $j$ makes in year $t$;
# - $k_{ijt}$: its stock of good $i$ in year $t$; $v_{ijt}$: what is added to that stock, usable from the next year;
# - $z_t$: the **fulfilment** of year $t$. At $z_t = 1$ every target of the year is met; at 0.5, half of each.
#
# $$
# \begin{aligned}
# \text{maximise}\quad & z_1 + z_2 + z_3 + z_4 + z_5 \\
# \text{subject to}\quad & z_t\, g_{it} + \sum_j A_{ij}\, x_{jt} + \sum_j v_{ijt} \le x_{it}
# && \text{(goods)}\\
# & \sum_j l_j\, x_{jt} \le L_t && \text{(labour)}\\
# & C_{ij}\, x_{jt} \le k_{ijt} && \text{(stocks in use)}\\
# & k_{ij1} \le K_{ij}, \qquad k_{ij,t+1} \le (1 - \delta_{ij})\, k_{ijt} + v_{ijt}
# && \text{(stocks from year to year)}\\
# & \text{all unknowns} \ge 0
# \end{aligned}
# $$
#
# A stock stays with the industry that has it. Goods are not stored. Nothing is asked of the stocks after year 5.
#
# ## Build and solve
#
# Each term above is a table. `outputs` says what each industry makes: one tonne of its own good.

# %%
tables = {
    "inputs": inputs,
    "outputs": pd.DataFrame(np.eye(4), index=goods, columns=goods),
    "resource_use": labour,
    "capital": capital,
    "depreciation": wear,
    "initial_capital": stocks,
    "resource_limits": available,
    "targets": targets,
}


def economy_of(tables):
    """Return the economy of these tables, to be planned for the greatest sum of yearly fulfilments."""
    techniques = list(tables["inputs"].columns)
    units = {"goods": ["tonne"] * 4, "techniques": ["tonne"] * len(techniques), "resources": ["person * year"]}
    return no.build_economy(
        name="five-year plan",
        goods=goods,
        techniques=techniques,
        periods=years,
        units=units,
        objective="fulfilment",
        **tables,
    )


economy = economy_of(tables)
plan = no.solve(economy).assert_optimal()
print("sum of fulfilments:", round(plan.objective, 6))

# %%
assert abs(plan.objective - 8.797299129) < 1e-8
assert abs(no.solve("five_year_plan").objective - plan.objective) < 1e-9  # the same model, shipped with the package

# %% [markdown]
# `assert_optimal()` has recomputed the proof: the prices of the plan give a bound on every plan, and this plan
# reaches it.

# %%
plan.plot.fulfilment()

# %%
assert np.allclose(plan.fulfilment, [0.5, 2.061867, 2.039321, 1.986849, 2.209262], atol=1e-6)

# %% [markdown]
# ## Why year 1 is low
#
# Half the targets in year 1, twice the targets from year 2 on. Is the plan starving people for the sake of growth?
# Ask what could be done in year 1 at most.

# %%
tonnes_of_bread = stocks.loc["iron", "bread"] / capital.loc["iron", "bread"]
print("bread that the ovens of year 1 can bake, in tonnes:", tonnes_of_bread)
print("target:", targets.loc["bread", "year1"])
used_labour = plan.resource_use.loc["labour", "year1"]
print("labour used in year 1:", round(used_labour, 3), "of", available.loc["labour", "year1"])

# %%
assert tonnes_of_bread / targets.loc["bread", "year1"] == 0.5 and abs(plan.fulfilment["year1"] - 0.5) < 1e-9
assert abs(plan.activities.loc["bread", "year1"] - 1) < 1e-9
assert available.loc["labour", "year1"] - used_labour > 0.6

# %% [markdown]
# The ovens bake 1 tonne, the target is 2, so no plan whatever does better than 0.5 in year 1. The plan reaches that.
# It takes nothing away from year 1; 0.6 person-years do not even find work. The rest of the year's iron is free to be
# invested, and it is:

# %%
print(plan.investment.groupby(level="technique").sum().round(2))
plan.plot.stocks()

# %%
invested = plan.investment
assert abs(invested.loc[("iron", "coal"), "year1"] - 5.25) < 0.01
assert abs(invested.loc[("iron", "bread"), "year1"] - 3.44) < 0.01
assert (invested.loc["iron"].loc[["iron", "corn"]] == 0).all(axis=None)
assert (invested["year5"] == 0).all()
growth = plan.stocks["year2"] / plan.stocks["year1"]
assert abs(growth[("iron", "coal")] - 1.68) < 0.01 and abs(growth[("iron", "bread")] - 4.38) < 0.01

# %% [markdown]
# In year 1, 5.25 tonnes of iron go into the mines and 3.44 into bakeries. In year 2 the mines are 1.7 times as large,
# the bakeries 4.4 times. The iron industry itself is large enough for all five years and gets nothing.
#
# In year 5 nothing is invested at all. The plan ends there, and the plan knows it. Exercise 3 puts that right.
#
# ## Prices over time
#
# A valuation says by how much the objective, the sum of fulfilments, would rise with one more unit. We call it a
# price:
#
# - $p_{it}$: price of a tonne of good $i$ in year $t$;
# - $w_t$: price of a person-year of labour in year $t$;
# - $V_{ijt}$: price of one more tonne in the stock of good $i$ in industry $j$ at the start of year $t$.
#
# Every panel has its own scale, from 0 to its largest price:

# %%
plan.plot.valuations()

# %%
p = plan.valuations.loc["good"]
w = plan.valuations.loc["resource"].loc["labour"]
V = plan.stock_valuations
basket = (p * targets).sum()
print(p.round(4), "", "price of the targets of each year:", basket.round(6), sep="\n")

# %%
assert np.allclose(basket, 1)
assert w["year1"] == 0 and (w.drop("year1") > 0.36).all()
assert p.loc["coal"].idxmax() == "year1" and p.loc["bread"].idxmin() == "year1"

# %% [markdown]
# **The targets of a year cost exactly 1, in every year.** They must: with all the targets of a year once more on
# hand, its fulfilment rises by 1. So prices compare goods within the year, and years with one another, all in one
# measure.
#
# - **Labour is worth nothing in year 1**: some of it is idle. From year 2 on, it is the dearest thing there is.
# - **Coal is dear in year 1 and falls** by a third in year 2, when the mines have been enlarged.
# - **Bread is cheap in year 1 and rises.** It is cheap not because it is plentiful, but because the targets of the
#   year cost 1 and coal takes 0.72 of that.
#
# ## Why is bread worth what it is?

# %%
bread = plan.explain("bread", "year3")
print(bread)

# %%
labour_in_bread = bread.takes.loc[("resource", "labour")]
assert abs(bread.valuation - 0.2604) < 1e-4
assert abs(bread.cost["worth"].sum() - bread.valuation) < 1e-9
assert abs(bread.takes["worth"].sum() - bread.valuation) < 1e-9
assert abs(labour_in_bread["worth"] / bread.valuation - 0.941) < 1e-3 and abs(labour_in_bread["amount"] - 0.363) < 1e-3
assert bread.chain[0] == "bread" and bread.chain[1] == "corn" and "labour" in bread.chain[2]
assert 3 * p.loc["coal", "year1"] > 0.71 and p.loc["coal", "year2"] / p.loc["coal", "year1"] < 0.68

# %% [markdown]
# The first list is the baker's account. What one tonne of bread takes is worth 0.2604, exactly what it fetches. The
# second list goes through: corn is itself made of labour, corn and coal, and so on. In the end a tonne of bread takes
# 0.363 person-years, and these are 94 % of its price. The dearest chain is *bread ← corn ← labour*. In year 1 the
# account looks quite different:

# %%
print(plan.explain("bread", "year1"))

# %% [markdown]
# Labour is free and corn nearly so. The ovens are what is scarce.
#
# ## Who limits the plan?
#
# Two things come from outside: labour, and the stocks of the start. Multiply each by its price.

# %%
worth_of_labour = (w * available.loc["labour"]).sum()
worth_of_stocks = (V["year1"].unstack() * stocks).sum().reindex(goods)
print("labour:", round(worth_of_labour, 4))
print("stocks of the start, by industry:", worth_of_stocks.round(4), sep="\n")
print("together:", round(worth_of_labour + worth_of_stocks.sum(), 6))

# %%
assert abs(worth_of_labour + worth_of_stocks.sum() - plan.objective) < 1e-9
assert abs(worth_of_labour / plan.objective - 0.798) < 1e-3
assert abs(worth_of_stocks["coal"] / plan.objective - 0.185) < 1e-3
assert worth_of_stocks["iron"] == 0

# %% [markdown]
# Together they are worth 8.797299: the objective, to the last digit. Nothing is left unexplained. (It is the bound of
# notebook 1 again: at the right prices, what is there is worth what the plan achieves.) Labour accounts for 80 %, the
# mines for 18 %. The stocks of the iron industry are worth nothing: there are more than can be used.
#
# ## One more tonne of iron
#
# Can a price be believed? Give the economy a hundredth of a tonne of iron more in year 1, plan again, and compare.


# %%
def gain_from(amount, **change):
    """Return by how much the objective rises, per unit, when tables of the economy are changed."""
    return (no.solve(economy.with_changes(**change)).assert_optimal().objective - plan.objective) / amount


on_hand = pd.Series({"iron": 0.01, "coal": 0.0, "corn": 0.0, "bread": 0.0})
gain = gain_from(0.01, initial_stocks=on_hand)
print(f"iron on hand in year 1: by solving again {gain:.6f}, by its price {p.loc['iron', 'year1']:.6f}")
assert abs(gain - p.loc["iron", "year1"]) < 1e-6

# %% [markdown]
# It can. Now put the iron into the stock of the mines instead. Besides the price, ask for its interval.
# (`accumulation` is natura_opt's name for the constraints on stocks from year to year.)

# %%
at = ("iron", "coal")


def with_iron(extra):
    """Return the stocks of the start with more iron in the mines."""
    changed = stocks.copy()
    changed.loc[at] += extra
    return changed


gain, loss = gain_from(0.01, initial_capital=with_iron(0.01)), gain_from(-0.01, initial_capital=with_iron(-0.01))
low, high = plan.valuation_interval("accumulation", (*at, "year1"))
print(f"price of iron in the mines, year 1: {V.loc[at, 'year1']:.4f}")
print(f"one more brings {gain:.4f}; one less costs {loss:.4f}; interval of the price {low:.4f} to {high:.4f}")

# %%
assert abs(gain - 0.0448) < 1e-4 and abs(loss - 0.2154) < 1e-4
assert abs(low - gain) < 1e-6 and abs(high - loss) < 1e-6

# %% [markdown]
# One more brings a fifth of what one less costs: the plan is **degenerate** here. Iron (shafts and rails) and coal
# (stocks at the pithead) serve the mines together, and both are in full use. Less of either stops a part of the mine.
# More of one alone helps nobody until the other has grown too. What has a definite price is the *set* of both:

# %%
both, fewer = stocks.copy(), stocks.copy()
both["coal"] *= 1.001
fewer["coal"] *= 0.999
gain, loss = gain_from(0.001, initial_capital=both), gain_from(-0.001, initial_capital=fewer)
print(f"all stocks of the mines: one more set brings {gain:.4f}, one less costs {loss:.4f}")
print(f"by the prices: {worth_of_stocks['coal']:.4f}")

# %%
assert abs(gain - worth_of_stocks["coal"]) < 1e-6 and abs(loss - worth_of_stocks["coal"]) < 1e-6

# %% [markdown]
# **Look at the interval before you believe a price.** The peak of *iron in coal* in the picture above is one of those
# that have no meaning on their own. `plan.explain` gives the interval wherever the price of a good or of labour is not
# unique.
#
# ## Interest without a bank
#
# Give up one tonne of a good in this year. How many tonnes more of the same good can you have next year? At the
# plan's prices $p_{it}/p_{i,t+1}$. That number less 1 is the good's **own rate of interest**.

# %%
own_rate = p.div(p.shift(-1, axis=1)).drop(columns="year5") - 1
own_rate.columns = [f"{a} to {b}" for a, b in pairwise(years)]
print((100 * own_rate).round(1).astype(str) + " %")

# %%
assert abs(own_rate.loc["coal"].iloc[0] - 0.489) < 1e-3
assert abs(own_rate.loc["corn"].iloc[0] + 0.993) < 1e-3
assert abs(own_rate.loc["iron"].iloc[0] + 0.07) < 1e-6

# %% [markdown]
# Every good has a rate of its own. There is no such thing as *the* rate of interest of this plan. Only the year's
# targets as a whole have the rate 0, since they cost 1 in every year: this planner does not discount the future.
#
# Coal has a rate of 49 % in the first year: it is scarce now, and will be less so when the mines are larger. Corn has
# a rate of −99 %: now labour is idle and corn costs next to nothing, a year later it does not. Iron has a rate of
# *minus* 7 %. Why exactly 7? The prices of stocks tell. A tonne of good $i$ invested in industry $j$ in year $t$ is
# worth $V_{ij,t+1}$ from the next year on. There it earns a **rent** $r_{ij,t+1}$, what its use in that year is
# worth, and what does not wear out is there the year after:
#
# $$p_{it} = V_{ij,t+1} \quad \text{where there is investment}, \qquad
# V_{ijt} = r_{ijt} + (1 - \delta_{ij})\, V_{ij,t+1}.$$

# %%
r = plan.rents
print(pd.DataFrame({"rent": r.loc[at], "price of the stock": V.loc[at], "price of iron": p.loc["iron"]}).round(5))

# %%
placed = invested.drop(columns="year5") > 1e-9
pays = V.shift(-1, axis=1).drop(columns="year5")
price_of_good = p.drop(columns="year5").reindex(invested.index.get_level_values("good")).set_axis(invested.index)
# No investment is worth more than it takes; those that are made are worth just that.
assert (pays <= price_of_good + 1e-9).all(axis=None)
assert np.allclose(pays.where(placed, 0), price_of_good.where(placed, 0))
lasting = (1 - wear.stack().reindex(V.index)).to_numpy()[:, None] * V.shift(-1, axis=1).fillna(0)
assert np.allclose(V, r + lasting)
assert plan.stocks.loc[at, "year2"] > capital.loc[at] * plan.activities.loc["coal", "year2"] + 0.2
assert abs(r.loc[at, "year2"]) < 1e-9 and abs(V.loc[at, "year2"] - 0.93 * V.loc[at, "year3"]) < 1e-9

# %% [markdown]
# In year 2 the mines have more iron than they use: its rent is 0. The last tonne that was put there in year 1 waits
# for year 3, and 7 % of it wears out on the way. So a tonne of year 1 is worth only 0.93 tonnes of year 2.
#
# ## Do you need a market to see what pays?
#
# An old objection to planning, in its newest form: even a superintelligence needs market prices. Tonnes of iron and
# years of work cannot be added up. So without prices nobody can tell which of many techniques is worth using.
#
# It is right that one needs prices for that. But the plan has prices. They did not come from a market. They came with
# the plan, from the tables above and the targets. With them each industry can do its own accounts. Per tonne in year
# $t$:
#
# $$\text{profit}_{jt} = p_{jt} - \sum_i A_{ij}\, p_{it} - l_j\, w_t - \sum_i C_{ij}\, r_{ijt}.$$


# %%
def profits(plan, tables):
    """Return what a tonne (technique x year) makes, less what it takes, at the plan's prices."""
    p, w = plan.valuations.loc["good"], plan.valuations.loc["resource"]
    needs = tables["capital"].stack()
    rents = plan.rents.mul(needs.reindex(plan.rents.index), axis=0).groupby(level=1).sum()
    rents = rents.reindex(tables["inputs"].columns).fillna(0)
    return (tables["outputs"] - tables["inputs"]).T @ p - tables["resource_use"].T @ w - rents


print((profits(plan, tables).round(9) + 0.0).to_string())

# %%
assert (plan.activities > 0).all(axis=None)
assert np.allclose(profits(plan, tables), 0, atol=1e-9)

# %% [markdown]
# All four industries run in every year, and all break even in every year. This is the rule of notebook 1: no
# technique makes a profit, and those that run make no loss.
#
# Now someone invents a **hand bakery**. It needs the same corn and coal as before, no ovens, but 0.5 person-years per
# tonne: five times the labour. Should it be used? The plan's prices tell at once what a tonne would gain:

# %%
hand_inputs = pd.Series({"iron": 0.0, "coal": 0.2, "corn": 1.0, "bread": 0.0})
hand_profit = p.loc["bread"] - hand_inputs @ p - 0.5 * w
print(hand_profit.round(4))

# %%
assert abs(hand_profit["year1"] - 0.0907) < 1e-4 and (hand_profit.drop("year1") < -0.05).all()

# %% [markdown]
# Use it in year 1, and never again. In year 1 labour is idle and ovens are scarce, so spending labour to save ovens
# is right. From year 2 on it would waste what is dearest. Nobody had to plan anew to find that out. Now do plan anew,
# to check:


# %%
def with_technique(tables, name, makes, inputs, labour):
    """Return the tables with one more technique that makes one tonne and needs no stocks."""
    more = dict(tables)
    for table in ["inputs", "outputs", "resource_use", "capital", "depreciation", "initial_capital"]:
        more[table] = tables[table].assign(**{name: 0.0})
    more["outputs"].loc[makes, name] = 1.0
    more["inputs"][name] = inputs
    more["resource_use"].loc["labour", name] = labour
    return more


hand_tables = with_technique(tables, "hand bakery", "bread", hand_inputs, 0.5)
with_hands = no.solve(economy_of(hand_tables)).assert_optimal()
print(with_hands.activities.loc[["bread", "hand bakery"]].round(4))
print("sum of fulfilments:", round(with_hands.objective, 4), "instead of", round(plan.objective, 4))
print("price of bread in year 1:", round(with_hands.valuations.loc[("good", "bread"), "year1"], 4))
print("price of coal in year 1: ", round(with_hands.valuations.loc[("good", "coal"), "year1"], 4))

# %%
by_hand = with_hands.activities.loc["hand bakery"]
new_profits = profits(with_hands, hand_tables)
assert by_hand["year1"] > 0.05 and (by_hand.drop("year1") == 0).all()
assert 0 < with_hands.objective - plan.objective <= hand_profit["year1"] * by_hand["year1"]
assert (new_profits < 1e-9).all(axis=None)
assert np.allclose(new_profits.where(with_hands.activities > 1e-9, 0), 0, atol=1e-9)
assert (new_profits.loc["hand bakery"].drop("year1") < -0.05).all()

# %% [markdown]
# Just as the prices said: in year 1 only. But only 0.06 tonnes. Using the technique moved the prices: bread became
# cheaper and coal dearer, until hand baking just broke even. What limits year 1 is now coal.
#
# What this shows, and what it does not:
#
# - Whether a technique pays **is** decided by prices, technique by technique, and the prices need no market.
# - *How much* of it to use is not. That takes the balances, that is, the plan. Prices and plan come together.
# - The prices are as good as the tables and the targets. Who reports the tables, and who sets the targets, is another
#   question, and no price answers it.
#
# ## A floor, and the proof that there is none
#
# Let us ask that no year falls below 0.51.

# %%
asked = no.solve(economy, no.Question("fulfilment", floor=0.51))
print(asked.status)
print(asked.impossibility.sentence)

# %%
assert asked.status == "infeasible" and asked.impossibility.proved
assert no.solve(economy, no.Question("fulfilment", floor=0.5)).assert_optimal().proved

# %% [markdown]
# There is no such plan, and the answer is not just a shrug of the solver. It comes with multipliers for a few
# constraints. Write them out:

# %%
for row in np.flatnonzero(asked.impossibility.vector):
    block, label = asked.program.row_label(int(row))
    print(f"{asked.impossibility.vector[row]:+.2f} x  {block:13}{label}")

# %% [markdown]
# Read it as a sum. For year 1, with bread $x$ and iron stock $k$ of the bakeries:
#
# | times | constraint | |
# | --- | --- | --- |
# | 1 | $0.51 \le z_1$ | the floor |
# | ½ | $2 z_1 \le x$ | the balance of bread |
# | ½ | $x \le k$ | the ovens needed |
# | ½ | $k \le 1$ | the ovens there are |
#
# Added up, everything unknown cancels and $0.51 \le 0.5$ is left. Four lines that anyone can check prove that no plan
# keeps the floor. (Such multipliers are called a *Farkas* proof.)

# %%
vector = asked.impossibility.vector
assert sorted(vector[vector != 0]) == [-0.5, -0.5, 0.5, 1.0]

# %% [markdown]
# ## One figure changed: coal 5 instead of 6
#
# The documentation of the source says that the mines made 5 tonnes of coal, its data file says 6. All we know of coal
# is divided by that figure. Does it matter?

# %%
coal5 = no.solve("five_year_plan_coal5").assert_optimal()
print(pd.DataFrame({"coal 6": plan.fulfilment, "coal 5": coal5.fulfilment}).round(4))
print("sums:", round(plan.objective, 4), "and", round(coal5.objective, 4))
print()
print(coal5.explain("bread", "year1"))

# %%
assert abs(coal5.objective - 7.336453090) < 1e-8
assert np.allclose(coal5.fulfilment, [0.159221, 1.75043, 1.75259, 1.71516, 1.95906], atol=1e-5)
assert abs(1 - coal5.objective / plan.objective - 1 / 6) < 1e-3
assert coal5.activities.loc["bread", "year1"] < 1 / 3 and coal5.fulfilment["year1"] / plan.fulfilment["year1"] < 1 / 3
assert coal5.explain("bread", "year1").chain[:2] == ("bread", "coal")

# %% [markdown]
# The sum falls by a sixth, but year 1 by two thirds. Two thirds of the ovens stand cold. What limits bread in year 1
# is no longer the bakeries but the mines: *bread ← coal ← iron in the mines*. This time the plan does let people
# wait. The year could have more bread; the plan prefers to put the coal into growth. So a floor has a meaning here,
# and a cost. (`floor` is also natura_opt's name for these constraints.)

# %%
floor = no.solve("five_year_plan_coal5", no.Question("fulfilment", floor=0.3)).assert_optimal()
cost_of_more = -floor.valuation_interval("floor", "year1")[0]
print(floor.fulfilment.round(4))
print("sum:", round(floor.objective, 4), "instead of", round(coal5.objective, 4))
print(f"raising the floor by one more hundredth costs {cost_of_more / 100:.4f}")

# %%
assert abs(floor.objective - 7.2218) < 1e-4 and abs(floor.fulfilment["year1"] - 0.3) < 1e-9
higher = no.solve("five_year_plan_coal5", no.Question("fulfilment", floor=0.31))
assert abs((floor.objective - higher.objective) / 0.01 - cost_of_more) < 1e-6

# %% [markdown]
# The floor adds 0.14 to year 1 and takes 0.26 from the other years. Whether that is right is not for prices to say.
# What it costs is.
#
# ## A real economy: the United Kingdom of 2015
#
# The same law, with twenty industries and the figures of the Office for National Statistics for 2015, in millions of
# pounds at the prices of that year. The targets of each year are what was consumed and exported in 2015.

# %%
uk_economy = no.read("uk_2015_20")
uk = no.solve(uk_economy).assert_optimal()
uk.plot.fulfilment()

# %%
assert abs(uk.objective - 5.034656815283) < 1e-9
assert np.allclose(uk.fulfilment, [0.876557, 0.903147, 1.046925, 1.089526, 1.118502], atol=1e-6)

# %% [markdown]
# Who limits this plan? As before, we multiply what is there by its price. Labour, and the stocks of each industry as
# a set:

# %%
uk_stocks = uk_economy.frame("initial_capital")
worth = (uk.stock_valuations["year1"].unstack() * uk_stocks).sum()
uk_labour = uk_economy.frame("resource_limits").loc["labour"]
worth["labour"] = (uk.valuations.loc["resource"].loc["labour"] * uk_labour).sum()
worth = worth.sort_values()
figure, ax = plt.subplots(figsize=(6.8, 4.8))
shades = ["black" if name == "labour" else "lightgrey" for name in worth.index]
ax.barh(worth.index, worth, color=shades, edgecolor="black")
ax.bar_label(ax.containers[0], [f"{value:.2f}" for value in worth], padding=3, fontsize=8)
ax.set(xlabel="worth in the objective: stocks of each industry (grey) and labour (black)", xlim=(0, 1.35))
ax.tick_params(axis="y", labelsize=8)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
makers = "machinery and vehicles"
assert abs(worth.sum() - uk.objective) < 1e-9
assert worth.idxmax() == makers and abs(worth[makers] / uk.objective - 0.24) < 0.005
assert abs(uk_stocks[makers].sum() / uk_stocks.to_numpy().sum() - 0.018) < 0.0005
assert abs(worth["labour"] / uk.objective - 0.044) < 0.001
invested_machines = uk.investment["year1"].unstack().loc[makers]
assert abs(invested_machines[makers] / invested_machines.sum() - 0.76) < 0.005
assert abs(uk.activities.loc[makers, "year2"] / uk.activities.loc[makers, "year1"] - 1.64) < 0.005
assert list(uk.valuations.loc["resource"].loc["labour"] > 0) == [False, False, False, True, False]

# %% [markdown]
# The makers of machinery and vehicles hold 1.8 % of the country's stocks, and their stocks are worth 24 % of the
# plan. That is the bottleneck: machines to make machines. The plan sees to it first. Of the machinery invested in
# year 1, 76 % goes to its own makers. They make 64 % more in year 2, and equip the others from there. Labour is
# scarce only in year 4, and accounts for 4 %.
#
# Which of the makers' stocks is it? The prices name one, and would mislead us:

# %%
stock = ("light manufacturing", makers)
low, high = uk.valuation_interval("accumulation", (*stock, "year1"))
print(f"{stock[0]} in {stock[1]}, year 1:")
print(f"price {uk.stock_valuations.loc[stock, 'year1']:.2e}; one more brings {low:.2e}, one less costs {high:.2e}")

# %%
assert high / low > 500

# %% [markdown]
# Again the plan is degenerate: all stocks of the makers are in full use in year 1, so one more of a single stock
# brings next to nothing, and the price the solver hangs on it is arbitrary. The price of the set is not:

# %%
larger, smaller = uk_stocks.copy(), uk_stocks.copy()
larger[makers] *= 1.001
smaller[makers] *= 0.999
gain = (no.solve(uk_economy.with_changes(initial_capital=larger)).objective - uk.objective) / 0.001
loss = (uk.objective - no.solve(uk_economy.with_changes(initial_capital=smaller)).objective) / 0.001
print(f"all stocks of the makers: by the prices {worth[makers]:.4f}, one set more {gain:.4f}, one less {loss:.4f}")

# %%
assert abs(gain - worth[makers]) < 1e-5 and abs(loss - worth[makers]) < 1e-5

# %% [markdown]
# On the market of 2015, a million pounds' worth of machinery and a million pounds' worth of anything else cost the
# same, by definition. What does the plan say? Let us express its prices in millions of pounds' worth of the targets
# taken together.

# %%
uk_targets = uk_economy.frame("targets")
in_baskets = uk.valuations.loc["good"] * uk_targets.sum().to_numpy()
shown = [makers, "metals and materials", "energy and water", "health and social care", "education"]
print(in_baskets.loc[shown].round(2))

# %%
assert abs(in_baskets.loc[makers, "year1"] - 14.5) < 0.05 and abs(in_baskets.loc[makers, "year5"] - 0.19) < 0.01
uk_tables = {name: uk_economy.frame(name) for name in ["inputs", "outputs", "resource_use", "capital"]}
relative = profits(uk, uk_tables) / uk.valuations.loc["good"].to_numpy()
assert (uk.activities > 0).all(axis=None) and np.abs(relative).max(axis=None) < 1e-9  # all 100 accounts break even

# %% [markdown]
# In year 1 the plan values machinery 14.5 times as highly as the market of 2015 did; in year 5, when nothing comes
# after, at a fifth. One reason is that the model knows domestic products only, while in 2015 machines could be
# imported. The prices are right for the tables. Whether the tables are right for the question is for you to judge;
# the page of the model, `models/uk_2015_20/README.md`, says what they leave out.
#
# ## Exercises
#
# **1. Coal by hand.** A tonne of coal can also be dug by hand with 1 person-year and nothing else. In which years
# does it pay? Decide from the prices, then check with `with_technique`. How much is dug, and what is it worth in all?
#
# **2. One more person-year.** In which of the five years would one more person-year help most? Check with 0.01
# person-years in each year.
#
# **3. After year 5.** The plan lets the mines run down. Ask that the mines hold at least 12 tonnes of iron in year 5.
# What does it cost, and what would one tonne more cost? (Hint: `m = no.pyomo_model(economy, economy.question())` is a
# Pyomo model with the variables `m.capital_stock[good, industry, year]`. Add a constraint, and hand `m` to
# `no.solve`. `plan.extra` holds its valuation.)
#
# **4. A floor for the United Kingdom.** Ask that no year falls below 0.95 of the targets. Is there a plan? What does
# it cost? What about 0.97?
#
# ## Solutions
#
# ### Solution 1
#
# It pays where a tonne of coal is worth more than a person-year: in year 1 only, where labour is free.

# %%
print((p.loc["coal"] - 1.0 * w).round(4))
dug_tables = with_technique(tables, "coal by hand", "coal", pd.Series(0.0, index=goods), 1.0)
dug = no.solve(economy_of(dug_tables)).assert_optimal()
print(dug.activities.loc[["coal", "coal by hand"]].round(4))
print(f"gain: {dug.objective - plan.objective:.4f}")
print("price of a person-year:", dug.valuations.loc["resource"].loc["labour"].round(4).to_list())

# %%
by_hand = dug.activities.loc["coal by hand"]
assert ((p.loc["coal"] - w > 0) == (by_hand > 0)).all()
assert abs(by_hand["year1"] - 0.5725) < 1e-4 and abs(dug.objective - plan.objective - 0.0807) < 1e-4
assert abs(dug.resource_use.loc["labour", "year1"] - 3) < 1e-9
new_prices = dug.valuations["year1"]
assert abs(new_prices[("good", "coal")] - new_prices[("resource", "labour")]) < 1e-9

# %% [markdown]
# 0.57 tonnes are dug. Then all labour of year 1 is in use, a person-year has a price of 0.075, a tonne of coal the
# same, and digging breaks even. The gain is 0.081.
#
# ### Solution 2
#
# In year 3, where the price of labour is highest, 0.675. In year 1 nothing is gained.

# %%
for year in years:
    more = available.copy()
    more.loc["labour", year] += 0.01
    gain = gain_from(0.01, resource_limits=more)
    print(f"{year}: by solving again {gain:.4f}, by the price {w[year]:.4f}")
    assert abs(gain - w[year]) < 1e-6
assert w.idxmax() == "year3" and abs(w["year3"] - 0.675) < 1e-3

# %% [markdown]
# ### Solution 3
#
# The constraint is one line. Its valuation is negative: asking for more costs.

# %%
m = no.pyomo_model(economy, economy.question())
m.mines_in_year5 = pyo.Constraint(expr=m.capital_stock["iron", "coal", "year5"] >= 12)
lasting_mines = no.solve(m).assert_optimal()
price_of_more = lasting_mines.extra["mines_in_year5"]["valuation"].iloc[0]
print("iron in the mines, year 5:", plan.stocks.loc[at, "year5"].round(2), "without,", 12, "with the constraint")
print(f"cost: {plan.objective - lasting_mines.objective:.4f}; one tonne more would cost {-price_of_more:.4f}")
print(lasting_mines.fulfilment.round(4).to_list())

# %%
assert abs(plan.objective - lasting_mines.objective - 0.0562) < 1e-4
assert abs(price_of_more + 0.0559) < 1e-4
assert plan.stocks.loc[at, "year5"] < 11

# %% [markdown]
# It costs 0.056, less than one hundredth of the plan. One tonne more would cost about as much again. A price for what
# is left at the end, instead of a constraint, would do the same.
#
# ### Solution 4

# %%
steady = no.solve(uk_economy, no.Question("fulfilment", floor=0.95)).assert_optimal()
print(steady.fulfilment.round(4).to_list())
print(f"cost: {uk.objective - steady.objective:.4f}")
steadier = no.solve(uk_economy, no.Question("fulfilment", floor=0.97))
print("0.97:", steadier.status)

# %%
assert abs(uk.objective - steady.objective - 0.0672) < 1e-4
assert np.allclose(steady.fulfilment[["year1", "year2"]], 0.95)
assert (steady.fulfilment[["year3", "year4", "year5"]] < uk.fulfilment[["year3", "year4", "year5"]]).all()
assert steadier.status == "infeasible" and steadier.impossibility.proved

# %% [markdown]
# With a floor of 0.95, years 1 and 2 stand at 0.95 instead of 0.88 and 0.90. It costs 0.067, as much as 6.7 % of one
# year's targets; all of it, and what years 1 and 2 gain besides, is taken from the later years. A floor of 0.97 is
# impossible, and proved so.
