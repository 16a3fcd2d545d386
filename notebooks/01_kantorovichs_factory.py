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
# # 1. Kantorovich's factory: from a table on the blackboard to valuations
#
# In 1938 the engineers of the Leningrad Plywood Trust brought a problem to L. V. Kantorovich, a mathematician of 26.
# They had machines of several kinds and work of several kinds. Every machine could do every work, some better than
# others. How should the work be shared out? His book of 1939 solves it, and finds something nobody had asked for:
# prices, though there is no market in the factory.
#
# This notebook follows him. You need arithmetic, and a little Python. You need to know nothing of linear programming.
#
# What the text says of the numbers is checked in cells: `assert` stops the notebook if what follows it is not true.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pyomo.environ as pyo
from pyomo.contrib.solver.common.factory import SolverFactory

import natura_opt as no

# %% [markdown]
# ## The blackboard
#
# A workshop makes two items. They are only of use in pairs, one of each. Three kinds of machine can make either item:

# %%
rates = pd.DataFrame(
    {"item1": [10, 20, 30], "item2": [20, 30, 80]},
    index=["milling", "turret", "automatic"],
)
machines = pd.Series([3, 3, 1], index=rates.index, name="machines")
print(rates.assign(machines=machines))

# %% [markdown]
# One milling machine makes 10 of item 1 in an hour, or 20 of item 2. There are 3 milling machines, 3 turret lathes
# and 1 automatic. A machine may spend a part of the hour on one item and the rest on the other.
#
# **The question:** how many pairs can the workshop make in an hour?
#
# ## A first plan: every machine balanced
#
# Let every machine make as many of item 1 as of item 2. On a milling machine, a pair takes 1/10 + 1/20 of an hour.

# %%
hours_per_pair = 1 / rates["item1"] + 1 / rates["item2"]
balanced = machines / hours_per_pair
print(balanced.round(3))
print("pairs:", round(balanced.sum(), 3))

# %%
assert abs(balanced.sum() - 77.818) < 1e-3

# %% [markdown]
# 77.8 pairs. Nobody is idle and nothing is left over. It looks hard to better.
#
# ## What an item costs on each machine
#
# An hour spent on item 1 is an hour not spent on item 2. So on each machine, one piece of item 1 *costs* some pieces
# of item 2: those that the machine could have made instead.

# %%
cost_of_item1 = rates["item2"] / rates["item1"]
print(cost_of_item1.round(3))

# %% [markdown]
# The automatic is the fastest machine at both items. Yet it is the worst place to make item 1: there a piece costs
# 2.667 of item 2, on a turret lathe only 1.5. What counts is not who is fastest, but who gives up least:
# *comparative* advantage.
#
# So let every machine make item 2 at first, and hand item 1 to the machines in the order of that cost. Turret lathes
# first, then milling machines, the automatic last:

# %%
order = cost_of_item1.sort_values().index
made1, made2 = [0.0], [float(machines @ rates["item2"])]
for kind in order:
    made1.append(made1[-1] + machines[kind] * rates.loc[kind, "item1"])
    made2.append(made2[-1] - machines[kind] * rates.loc[kind, "item2"])
print(pd.DataFrame({"switched to item 1": ["none", *order], "item1": made1, "item2": made2}).to_string(index=False))

# %%
assert list(order) == ["turret", "milling", "automatic"]
assert list(zip(made1, made2, strict=True)) == [(0, 230), (60, 140), (90, 80), (120, 0)]

# %%
figure, ax = plt.subplots(figsize=(5.6, 4.4))
ax.plot(made1, made2, "k-o", linewidth=1.8, markersize=4)
for kind, x1, x2, y1, y2 in zip(order, made1, made1[1:], made2, made2[1:], strict=False):
    ax.annotate(f"{kind} switches", ((x1 + x2) / 2 + 3, (y1 + y2) / 2 + 5), fontsize=9)
ax.plot([0, 105], [0, 105], color="grey", linestyle="--", linewidth=1)
ax.annotate("as many of one\nas of the other", (36, 12), fontsize=9, color="dimgrey")
ax.plot(balanced.sum(), balanced.sum(), "kx", markersize=8)
ax.annotate(
    "every machine\nbalanced: 77.8", (balanced.sum(),) * 2, (27, 95), fontsize=9, arrowprops={"arrowstyle": "-"}
)
ax.plot(260 / 3, 260 / 3, "ks", markersize=7)
ax.annotate("the best: 86.7", (260 / 3,) * 2, (104, 84), fontsize=9, arrowprops={"arrowstyle": "-"})
ax.set(xlabel="item 1 made in an hour", ylabel="item 2 made in an hour", xlim=(0, 150), ylim=(0, 240))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# The black line is the edge of what the workshop can do. Equal numbers lie on the dashed line. The two cross where
# milling machines switch: there one more of item 1 costs 2 of item 2. From the corner (60, 140), make $s$ more of
# item 1. We need
#
# $$60 + s = 140 - 2s, \qquad s = 80/3, \qquad 60 + s = 86.667.$$
#
# That is nearly 9 pairs more than 77.8, from the same machines in the same hour. With two items a drawing is enough.
# Kantorovich's engineers had more. So the drawing must become a calculation.

# %%
s = (140 - 60) / 3
assert abs(60 + s - 86.6667) < 1e-4

# %% [markdown]
# ## The problem in words and in symbols
#
# *In words.* Decide how many hours each kind of machine gives to each item. Make as many pairs as possible. There can
# be no more pairs than there are pieces of item 1, and no more than there are pieces of item 2. No kind of machine
# can work more hours than it has.
#
# *In symbols.* What is known:
#
# - $b_{ki}$: pieces of item $i$ that a machine of kind $k$ makes in an hour (the table);
# - $h_k$: machine hours of kind $k$ in the hour we plan: 3, 3 and 1.
#
# What is to be decided:
#
# - $x_{ki}$: machine hours of kind $k$ given to item $i$;
# - $z$: pairs made.
#
# $$
# \begin{aligned}
# \text{maximise}\quad & z \\
# \text{subject to}\quad & z \le \sum_k b_{ki}\, x_{ki} && \text{for both items } i && \text{(enough of each item)}\\
# & \sum_i x_{ki} \le h_k && \text{for every kind } k && \text{(no more hours than there are)}\\
# & x_{ki} \ge 0
# \end{aligned}
# $$
#
# What is maximised and every condition is a sum of numbers times unknowns. Nothing is squared, no unknown is
# multiplied by another. Such a problem is called a **linear program**. What is maximised is the *objective*, the
# conditions are *constraints*.
#
# ## Ten lines of Pyomo
#
# Pyomo is a Python package in which a linear program is written as on paper. A *solver*, here HiGHS, finds the
# answer.

# %%
m = pyo.ConcreteModel("Kantorovich's machines")
m.KINDS = pyo.Set(initialize=list(rates.index), doc="kinds of machine")
m.ITEMS = pyo.Set(initialize=list(rates.columns), doc="items")
m.hours = pyo.Var(m.KINDS, m.ITEMS, domain=pyo.NonNegativeReals, doc="machine hours given to an item")
m.pairs = pyo.Var(domain=pyo.NonNegativeReals, doc="pairs made")
m.goal = pyo.Objective(expr=m.pairs, sense=pyo.maximize)


@m.Constraint(m.ITEMS, doc="enough of each item")
def enough(m, i):
    return m.pairs <= sum(rates.loc[k, i] * m.hours[k, i] for k in m.KINDS)


@m.Constraint(m.KINDS, doc="no more hours than there are")
def time(m, k):
    return sum(m.hours[k, i] for i in m.ITEMS) <= machines[k]


result = SolverFactory("highs").solve(m)
hours = pd.DataFrame({i: [m.hours[k, i].value for k in m.KINDS] for i in m.ITEMS}, index=rates.index)
print(hours.round(4))
print("pairs:", round(m.pairs.value, 4))

# %%
assert abs(m.pairs.value - 86.6667) < 1e-4
assert abs(hours.loc["milling", "item1"] - 2.6667) < 1e-4 and abs(hours.loc["milling", "item2"] - 0.3333) < 1e-4
assert abs(hours.loc["turret", "item1"] - 3) < 1e-9 and abs(hours.loc["automatic", "item2"] - 1) < 1e-9

# %% [markdown]
# The drawing and the solver agree. Turret lathes make item 1 only. The automatic, fastest at both, makes item 2 only.
# The milling machines stand in the middle and do a little of the second.
#
# ## The same with natura_opt
#
# natura_opt speaks of *goods*, of *resources* (what is there and is not produced: here machine hours) and of
# *techniques* (ways of turning one into the other: here an item on a kind of machine). The function below puts any
# such workshop into these words. `targets` says how many of each item make one set. The objective `assortment` asks
# for as many sets as possible.


# %%
def workshop(rates, machines, targets):
    """Return the economy of a workshop: rates (kinds of machine x items, per hour), machine hours, items in a set."""
    jobs = [(item, kind) for item in rates.columns for kind in rates.index]
    names = [f"{item} on {kind}" for item, kind in jobs]
    makes = [[float(rates.loc[kind, item]) * (item == good) for item, kind in jobs] for good in rates.columns]
    takes = [[float(kind == resource) for _, kind in jobs] for resource in rates.index]
    return no.build_economy(
        goods=rates.columns,
        techniques=names,
        resources=rates.index,
        outputs=pd.DataFrame(makes, index=rates.columns, columns=names),
        resource_use=pd.DataFrame(takes, index=rates.index, columns=names),
        resource_limits=machines,
        targets=targets,
        units={
            "goods": ["piece"] * len(rates.columns),
            "resources": ["hour"] * len(rates),
            "techniques": ["hour"] * len(jobs),
        },
        objective="assortment",
    )


one_of_each = pd.Series({"item1": 1.0, "item2": 1.0})
plan = no.solve(workshop(rates, machines, one_of_each)).assert_optimal()
print(plan.activities.round(4))
print("pairs:", round(plan.objective, 4))

# %%
assert abs(plan.objective - m.pairs.value) < 1e-9

# %% [markdown]
# `assert_optimal()` does not take the solver's word. It recomputes a proof that no plan is better. What that proof
# is, you will see below: it fits on a page.
#
# ## Prices that no market made
#
# Suppose someone brings one more piece of item 1 to the workshop, ready made. How many more pairs does that give? And
# one more piece of item 2? One more hour of a turret lathe? These numbers are the **valuations** of the plan.
# (Kantorovich said *resolving multipliers*, and later *objectively determined valuations*. Textbooks say *dual
# values* or *shadow prices*.)

# %%
print(plan.valuations.round(4))

# %% [markdown]
# You can find them by hand. Call the valuation of item 1 $p_1$ and that of item 2 $p_2$, in pairs per piece.
#
# 1. One piece of each makes one pair: $p_1 + p_2 = 1$.
# 2. The milling machines make both items. If an hour were worth more on one of them, they would do only that one. So
#    $10\,p_1 = 20\,p_2$.
#
# Together: $p_1 = 2/3$ and $p_2 = 1/3$. The price ratio of 2 is what item 1 costs on the milling machines, the slope
# of the edge in the drawing.
#
# **Which jobs pay at these prices?** Multiply the table by the prices: what an hour of each machine makes is worth

# %%
p = plan.valuations.loc["good"]["1"]
rent = plan.valuations.loc["resource"]["1"]
value_of_hour = rates * p
print(value_of_hour.assign(valuation_of_hour=rent).round(4))

# %%
assert abs(p["item1"] - 2 / 3) < 1e-9 and abs(p["item2"] - 1 / 3) < 1e-9
assert np.allclose(rent, [20 / 3, 40 / 3, 80 / 3])
assert np.allclose(rent, value_of_hour.max(axis=1))

# %% [markdown]
# The valuation of a machine hour is the best it can earn. Turret lathes earn 13.33 on item 1 and 10 on item 2: they
# make item 1. The automatic earns 20 and 26.67: it makes item 2. Milling machines earn 6.67 on either.
#
# Two rules hold:
#
# 1. No job earns more than the machine hour is worth.
# 2. A job that is done earns exactly that.
#
# So a foreman who knows only the prices and his own row of the table can tell which jobs to refuse. Textbooks call
# the second rule *complementary slackness*: either a job earns what its hour is worth, or it is not done.

# %%
shortfall = value_of_hour.rsub(rent, axis=0)  # what the hour is worth less what the job earns
assert (shortfall > -1e-9).all(axis=None)
assert (shortfall.where(hours > 1e-9, 0.0) < 1e-9).all(axis=None)

# %% [markdown]
# Mind what the prices do *not* say. The milling machines earn 6.67 on either item, so prices alone cannot tell them
# to give 2.667 hours to one and 0.333 to the other. That follows from the balance: both items must come out equal.
# Prices and quantities are found together.
#
# natura_opt says the same in words:

# %%
print(plan.explain("item2"))
print()
print(plan.explain("item1 on automatic"))

# %% [markdown]
# ## What one more hour is worth
#
# The valuation of a milling hour is 6.67 pairs. Do not believe it: plan again, with 3.1 machine hours instead of 3.


# %%
def pairs_with(**change):
    """Return the best plan with some machine hours more (or fewer)."""
    return no.solve(workshop(rates, machines.add(pd.Series(change), fill_value=0), one_of_each)).assert_optimal()


for kind in rates.index:
    gain = pairs_with(**{kind: 0.1}).objective - plan.objective
    print(f"0.1 hours more of {kind:9}: {gain:.4f} pairs more, {gain / 0.1:.4f} per hour; valuation {rent[kind]:.4f}")
    assert abs(gain / 0.1 - rent[kind]) < 1e-6

# %% [markdown]
# They agree. But a valuation speaks of *small* changes. How far it holds is shown by `plan.sensitivity()`: as long as
# the hours of one kind stay between `lowest` and `highest`, the others being as they are, its valuation is the same.

# %%
limits = plan.sensitivity().limits.loc["resource_limit"].droplevel("period") + 0.0  # + 0.0: print 0, not -0
print(limits.round(4))

# %%
assert np.allclose(limits["lowest"], [2, 2.5, 0]) and np.allclose(limits["highest"], [np.inf, 7, 1.125])
one_more = pairs_with(automatic=1)
print("with a second automatic:", round(one_more.objective - plan.objective, 4), "pairs more")
assert abs(one_more.objective - 109.0909) < 1e-4
assert one_more.objective - plan.objective < rent["automatic"]

# %% [markdown]
# A whole second automatic gives 22.4 pairs more, not 26.7. From 1.125 hours on, the milling machines have all gone
# over to item 1, and the next hour of the automatic does something less useful. More of the same is worth less and
# less, never more.
#
# ## The proof on paper
#
# How do we know that 86.67 cannot be beaten? We cannot try all plans. Kantorovich's answer: *any* prices give a
# bound.
#
# Take two prices $p_1, p_2 \ge 0$ with $p_1 + p_2 = 1$. Any will do. Let $r_k$ be the best that an hour of kind $k$
# can earn at these prices: $r_k = \max(b_{k1}\, p_1,\; b_{k2}\, p_2)$. Now take *any* plan whatever, with $z$ pairs:
#
# $$
# \begin{aligned}
# z \;=\; p_1 z + p_2 z \;&\le\; p_1 \sum_k b_{k1}\, x_{k1} + p_2 \sum_k b_{k2}\, x_{k2}
# && \text{(there is enough of each item)}\\
# &\le\; \sum_k r_k\, (x_{k1} + x_{k2}) && \text{(no hour earns more than } r_k)\\
# &\le\; \sum_k r_k\, h_k && \text{(no more hours than there are)}
# \end{aligned}
# $$
#
# So no plan makes more pairs than the machines can earn at the prices: $3\, r_\text{milling} + 3\, r_\text{turret} +
# r_\text{automatic}$. This is called *weak duality*. Try silly prices first.


# %%
def bound(p1):
    """Return what all machine hours can earn at prices p1 and 1 - p1: no plan makes more pairs."""
    best = np.maximum(rates["item1"] * p1, rates["item2"] * (1 - p1))
    return float(machines @ best)


for p1 in [0, 1 / 2, 1, 2 / 3]:
    print(f"p1 = {p1:.4f}, p2 = {1 - p1:.4f}: at most {bound(p1):8.4f} pairs")

# %%
assert [bound(0), bound(0.5), bound(1)] == [230, 115, 120]
assert abs(bound(2 / 3) - 86.6667) < 1e-4

# %% [markdown]
# Silly prices give true bounds, but loose ones: at equal prices we learn that there are at most 115 pairs. At the
# prices 2/3 and 1/3 the bound is 86.67, and there *is* a plan that makes 86.67. So this plan is the best, and these
# prices are the best prices. A plan and prices that meet prove each other right, whoever found them and however.

# %%
grid = np.linspace(0.4, 1.0, 200)
figure, ax = plt.subplots(figsize=(6.2, 3.8))
ax.plot(grid, [bound(p1) for p1 in grid], "k-", linewidth=1.8)
ax.axhline(plan.objective, color="grey", linestyle="--", linewidth=1)
ax.annotate("pairs made by the plan: 86.7", (0.41, 83.2), fontsize=9, color="dimgrey")
ax.annotate("bound: what all machines can earn", (0.84, 108), ha="right", fontsize=9)
ax.plot([1 / 2, 2 / 3], [bound(1 / 2), bound(2 / 3)], "ko", markersize=6)
ax.annotate("equal prices: 115", (0.515, 116), fontsize=9)
ax.annotate(
    "2/3 and 1/3: bound and plan meet", (2 / 3, bound(2 / 3)), (0.6, 76.5), fontsize=9, arrowprops={"arrowstyle": "-"}
)
ax.set(xlabel="price of item 1 (that of item 2 is the rest of 1)", ylabel="pairs", xlim=(0.4, 1.0), ylim=(70, 130))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# This is what natura_opt recomputes from the data after every solve, and calls the *certificate*: the plan keeps
# every constraint, the prices give a bound, and the two meet.

# %%
proof = plan.certificate
print("the plan makes:   ", round(proof.objective, 6))
print("the prices allow: ", round(proof.dual_objective, 6))
print("proved:           ", proof.proved)

# %%
assert proof.proved and abs(proof.objective - proof.dual_objective) < 1e-9
assert min(bound(p1) for p1 in grid) >= plan.objective

# %% [markdown]
# ## When there is more than one right price
#
# Give the workshop 2 milling machines instead of 3. All of them now make item 1: the dashed line of the drawing meets
# the edge in a corner, and a corner has no single slope.

# %%
corner = pairs_with(milling=-1)
more, less = pairs_with(milling=-1 + 0.1), pairs_with(milling=-1 - 0.1)
print(corner.activities.round(4))
print("pairs:", round(corner.objective, 4))
print(f"0.1 hours more: {more.objective - corner.objective:+.4f} pairs")
print(f"0.1 hours less: {less.objective - corner.objective:+.4f} pairs")

# %%
assert abs(corner.objective - 80) < 1e-9
assert abs((more.objective - corner.objective) / 0.1 - 20 / 3) < 1e-6  # milling machines still set the price: 10 * 2/3
assert abs((corner.objective - less.objective) / 0.1 - 80 / 11) < 1e-6  # the automatic does: 10 * 8/11

# %% [markdown]
# More hours bring 6.67 pairs an hour, fewer cost 7.27. Every price between the two supports the plan. The solver
# returns one of them; which one has no meaning. Such a plan is called *degenerate*. natura_opt gives the whole
# interval:

# %%
low, high = corner.valuation_interval("resource_limit", ("milling", "1"))
print(f"valuation of a milling hour: anything from {low:.4f} to {high:.4f}")
print(corner.explain("milling"))

# %%
assert abs(low - 20 / 3) < 1e-9 and abs(high - 80 / 11) < 1e-9

# %%
milling_hours = np.linspace(0, 6, 61)
most_pairs = [pairs_with(milling=h - 3).objective for h in milling_hours]
figure, ax = plt.subplots(figsize=(6.2, 4.0))
ax.plot(milling_hours, most_pairs, "k-", linewidth=1.8)
ax.plot(milling_hours, corner.objective + 80 / 11 * (milling_hours - 2), "k--", linewidth=1)
ax.plot(milling_hours, corner.objective + 20 / 3 * (milling_hours - 2), "k:", linewidth=1)
ax.plot(2, corner.objective, "ko", markersize=6)
ax.annotate("2 machines: a corner", (2.15, 78), fontsize=9)
ax.annotate("7.27 per hour", (4.5, 102), ha="right", fontsize=9)
ax.annotate("6.67 per hour", (0.1, 76), fontsize=9)
ax.set(xlabel="hours of milling machines", ylabel="most pairs there can be", xlim=(0, 6), ylim=(60, 112))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# The line bends downwards at the corner, and it bends upwards nowhere. It lies below both straight lines. So, at any
# price between the two, more hours bring at most what the price says, and fewer cost at least that.

# %%
assert (np.diff(most_pairs, 2) < 1e-9).all()
for price in [80 / 11, 20 / 3, 7]:
    assert (most_pairs < corner.objective + price * (milling_hours - 2) + 1e-9).all()

# %% [markdown]
# ## Exercises
#
# **1. A second automatic, on paper.** With the table of `limits` above and the slope of the last piece of the edge in
# the drawing, find what the second automatic adds, 22.42 pairs, without solving.
#
# **2. Two to one.** A set now takes two of item 1 and one of item 2. Find the best plan on the drawing, then the
# prices. Which machine makes both items? Check with `workshop`.
#
# **3. Which machine would you buy?** Two machines are on offer: a drill (12 of item 1 or 15 of item 2 an hour), and a
# press (6 or 25). Decide by the prices of the plan, without solving. Then check with 0.1 hours of each.
#
# **4. The excavators.** Kantorovich's second example: three excavators, one of each, and three kinds of work (we read
# the rates as cubic metres an hour). Equal amounts of the three are wanted.
#
# | | A | B | C |
# | --- | --- | --- | --- |
# | M1 | 105 | 56 | 56 |
# | M2 | 107 | 66 | 83 |
# | M3 | 64 | 38 | 53 |
#
# A colleague claims: M1 does A and B, M2 does B and C, M3 does C. He gives no proof. From his claim alone, work out
# the three prices, then the worth of each machine's hour. Are the two rules kept? How much is done?
#
# ## Solutions
#
# ### Solution 1
#
# Up to 1.125 hours of the automatic, an hour is worth 26.667. After that the workshop stands on the last piece of the
# edge, where the automatic itself makes both items: $30\,p_1 = 80\,p_2$ and $p_1 + p_2 = 1$, so $p_1 = 8/11$, and an
# hour is worth $30 \cdot 8/11 = 21.818$.

# %%
on_paper = 0.125 * 80 / 3 + 0.875 * 30 * 8 / 11
print(round(on_paper, 4))
assert abs(on_paper - 22.4242) < 1e-4
assert abs(on_paper - (one_more.objective - plan.objective)) < 1e-9

# %% [markdown]
# ### Solution 2
#
# Twice as many of item 1 as of item 2: on the drawing, the line from the origin through (90, 45). It meets the edge
# right of the corner (90, 80), where the automatic switches. One more of item 1 costs $8/3$ of item 2 there. Make $s$
# more of item 1 from that corner on: $90 + s = 2\,(80 - 8s/3)$, so $s = 70 \cdot 3/19 = 11.05$, and there are $(90 +
# s)/2 = 50.53$ sets.
#
# The automatic makes both items, so $30\,p_1 = 80\,p_2$. A set costs 1: $2\,p_1 + p_2 = 1$. Hence $p_1 = 8/19$ and
# $p_2 = 3/19$.

# %%
two_to_one = no.solve(workshop(rates, machines, pd.Series({"item1": 2.0, "item2": 1.0}))).assert_optimal()
print(two_to_one.activities.round(4))
print(two_to_one.valuations.loc["good"].round(4))
assert abs(two_to_one.objective - (90 + 210 / 19) / 2) < 1e-9
assert np.allclose(two_to_one.valuations.loc["good"]["1"], [8 / 19, 3 / 19])
assert (two_to_one.activities.loc[["item1 on automatic", "item2 on automatic"]] > 0).all(axis=None)

# %% [markdown]
# ### Solution 3
#
# At the prices 2/3 and 1/3, an hour of the drill earns $\max(12 \cdot 2/3,\; 15 \cdot 1/3) = 8$ on item 1. An hour of
# the press earns $\max(6 \cdot 2/3,\; 25 \cdot 1/3) = 8.33$ on item 2. The press is worth a little more. Both are
# worth more than a milling machine.

# %%
offers = pd.DataFrame({"item1": [12, 6], "item2": [15, 25]}, index=["drill", "press"])
by_price = (offers * p).max(axis=1)
for offer in offers.index:
    hours_now = pd.concat([machines, pd.Series({offer: 0.1})])
    larger = no.solve(workshop(pd.concat([rates, offers.loc[[offer]]]), hours_now, one_of_each)).assert_optimal()
    gain = (larger.objective - plan.objective) / 0.1
    print(f"{offer}: by the prices {by_price[offer]:.4f}, by solving {gain:.4f} pairs per hour")
    assert abs(gain - by_price[offer]) < 1e-6
assert abs(by_price["drill"] - 8) < 1e-9 and abs(by_price["press"] - 25 / 3) < 1e-9

# %% [markdown]
# ### Solution 4
#
# M1 does A and B: $105\,p_A = 56\,p_B$. M2 does B and C: $66\,p_B = 83\,p_C$. One set costs 1: $p_A + p_B + p_C = 1$.
# Three equations, three prices.

# %%
excavators = pd.DataFrame(
    [[105, 56, 56], [107, 66, 83], [64, 38, 53]], index=["M1", "M2", "M3"], columns=["A", "B", "C"]
)
prices = pd.Series(np.linalg.solve([[105, -56, 0], [0, 66, -83], [1, 1, 1]], [0, 0, 1]), index=["A", "B", "C"])
earned = excavators * prices
print(prices.round(5))
print(earned.assign(best=earned.max(axis=1)).round(4))

# %% [markdown]
# In every row the largest numbers are those of the jobs that the colleague gave to the machine: the two rules are
# kept. The rents add up to 70.493, a bound on every plan. If his jobs can be timed so that the three works come out
# equal, the bound is reached. They can:

# %%
dig = no.solve(workshop(excavators, pd.Series(1.0, index=excavators.index), pd.Series(1.0, index=["A", "B", "C"])))
dig.assert_optimal()
print(dig.activities[dig.activities["1"] > 0].round(6))
print("of each:", round(dig.objective, 4))
assert abs(earned.max(axis=1).sum() - 70.4932735426) < 1e-9
assert abs(dig.objective - 70.4932735426) < 1e-9
assert np.allclose(prices, [0.22904, 0.42946, 0.34150], atol=1e-5)
assert np.allclose(earned.max(axis=1), [24.0497, 28.3443, 18.0993], atol=1e-4)
done = {"A on M1", "B on M1", "B on M2", "C on M2", "C on M3"}
assert set(dig.activities.index[dig.activities["1"] > 1e-9]) == done
