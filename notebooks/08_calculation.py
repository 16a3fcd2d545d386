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
# # 8. The calculation problem, measured
#
# Can a whole economy be planned at all? For a hundred years the answer has been argued about, and seldom measured. Some
# of what is said is about *computing*:
#
# - A Soviet economist, quoted by Nove: the whole population of the world would need millions of years to solve the
#   equations of the plan of the Ukraine alone. There were twelve million products. (Today one hears "centuries".)
# - Cockshott (1990): linear programming is no way out, since its cost grows faster than the number of industries, and
#   the table of coefficients alone would fill $10^{15}$ bytes. His harmony algorithm needs only about $N \log N$ steps.
#
# And some is about *knowledge*:
#
# - The essay "AI won't fix central planning" (its second title: "Even superintelligence needs a price"): what matters
#   is known on the spot, cannot be told, and comes into being only as people try things. Prices do not carry data that
#   were there before; they are made by those who risk something.
#
# This notebook measures the first kind and says what that leaves of the second. You need notebook 1 (*valuation*) and
# notebook 3 ($x = Ax + d$, full contents).

# %%
import time
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.optimize import linprog

import natura_opt as no
from natura_opt.backends.options import SolveOptions
from natura_opt.proof.refine import solve_proved

# %% [markdown]
# ## The story and the data
#
# A valley makes corn, iron and cloth. Each can be made in two ways: one takes more labour, the other more land. There
# are 400 people and 400 hectares. As many *assortments* as possible are wanted, of 50 corn, 10 iron and 20 cloth each.

# %%
goods, ways = ["corn", "iron", "cloth"], ["wide fields", "gardens", "charcoal", "coke", "wool", "flax"]
makes = np.array([0, 0, 1, 1, 2, 2])  # the good of each technique
A = np.array([[0.1, 0.1, 0.0, 0.0, 0.0, 0.0], [0.0, 0.1, 0.0, 0.2, 0.1, 0.1], [0.0, 0.0, 0.0, 0.1, 0.0, 0.1]])
R = np.array([[1.0, 2.0, 2.0, 4.0, 2.0, 4.0], [3.0, 1.0, 4.0, 1.0, 5.0, 2.0]])
there, wanted = np.array([400.0, 400.0]), np.array([50.0, 10.0, 20.0])


def valley(A=A, R=R, there=there, ways=ways, makes=makes):
    """Return the valley as an economy."""
    return no.build_economy(
        name="the valley",
        goods=goods,
        techniques=ways,
        resources=["labour", "land"],
        inputs=A,
        outputs=np.eye(3)[:, makes],
        resource_use=R,
        resource_limits=there,
        targets=wanted,
        objective="assortment",
    )


print(pd.DataFrame(np.vstack([A, R]), [*goods, "labour", "land"], ways).to_string())

# %% [markdown]
# To a linear program this is six unknowns and five rows. Somebody has to be handed the whole table:

# %%
best = no.solve(valley()).assert_optimal()
print(f"{best.objective:.6f} assortments\n")
print(best.activities["1"].round(3).to_string())

# %% [markdown]
# ## The same by questions
#
# Now a centre that does **not** see the table. It knows how much labour and land there is, and what is wanted.
#
# **Prices out.** The centre announces prices of labour and land: at first, all labour is worth as much as all land,
# half each.
#
# **Cheapest techniques back.** Every industry is asked one thing: *which of your ways is the cheapest at these prices?*
# What a way costs depends on the prices of other goods, so industries tell their buyers what they charge, and ask
# again, until nothing changes:
#
# $$p_i = \min_{j \text{ makes } i} \Big( \sum_r w_r R_{rj} + \sum_k p_k A_{kj} \Big)$$


# %%
def ask(w, A=A, R=R, makes=makes):
    """Return what goods cost at resource prices w, and the cheapest technique of each."""
    p = np.zeros(3)
    for _ in range(200):
        costs = w @ R + p @ A
        p = np.array([costs[makes == good].min() for good in range(3)])
    costs = w @ R + p @ A
    return p, np.array([np.flatnonzero(makes == good)[costs[makes == good].argmin()] for good in range(3)])


w = 0.5 / there
p, chosen = ask(w)
print("costs:", dict(zip(goods, p.round(5).tolist(), strict=True)), "by", [ways[k] for k in chosen])

# %% [markdown]
# All there is, at these prices, is worth 1. An assortment costs $p \cdot g$. So whatever anybody does, no more than
# $1 / (p \cdot g)$ assortments can be paid for: **a bound**, from prices that need not be the right ones.

# %%
bound = 1 / (p @ wanted)
print(f"no plan makes more than {bound:.5f}")
assert bound >= best.objective

# %% [markdown]
# **A plan.** The three chosen ways are one complete way to make everything. An assortment takes
# $x = (I - A_\pi)^{-1} g$ and uses a share $u$ of labour and of land:


# %%
def use_of(chosen):
    """Return the shares of labour and land that an assortment takes with these techniques."""
    return R[:, chosen] @ np.linalg.solve(np.eye(3) - A[:, chosen], wanted) / there


use = use_of(chosen)
print(f"an assortment takes {use[0]:.1%} of labour and {use[1]:.1%} of land: {1 / use.max():.5f} can be made")
assert 1 / use.max() <= best.objective <= bound

# %% [markdown]
# **Cut.** At any other prices, too, this way of making everything can be paid for. If a share $s$ of all value falls on
# labour and $1-s$ on land, it costs $u_1 s + u_2 (1 - s)$: a straight line over $s$. Nobody chooses what is dearer, so
# the true cost of an assortment lies **below every such line**. The valley has $2^3 = 8$ of them. The lowest of all is
# the cost as the industries will tell it, and the *highest point* of it gives the *lowest bound*.
#
# **Mix.** Plans can be run side by side: $\max \sum \lambda$ with $\sum_\pi \lambda_\pi u_\pi \le 1$. That program has
# one column for every plan seen so far and one row for each resource. It never grows with the number of goods. Its
# multipliers are the next prices, and all begins again.

# %%
seen, table, share = [], [], 0.5
while True:
    p, chosen = ask(np.array([share, 1 - share]) / there)
    seen.append(use_of(chosen))
    mixed = linprog(-np.ones(len(seen)), np.array(seen).T, np.ones(2))
    table.append([share, *[ways[k] for k in chosen], 1 / (p @ wanted), -mixed.fun])
    if min(row[-2] for row in table) <= (1 + 1e-9) * table[-1][-1]:
        break
    share = mixed.ineqlin.marginals[0] / mixed.ineqlin.marginals.sum()
table = pd.DataFrame(table, range(1, len(table) + 1), ["labour's share", *goods, "never more than", "mix makes"])
print(table.round(5).to_string())

# %%
assert len(table) == 4
assert (table["never more than"] >= best.objective * (1 - 1e-9)).all()
assert (table["mix makes"] <= best.objective * (1 + 1e-9)).all()
assert np.isclose(table["mix makes"].iloc[-1], best.objective, rtol=1e-9)

# %%
shares = np.linspace(0, 1, 201)
lines = np.array([use_of(list(one)) for one in product([0, 1], [2, 3], [4, 5])])
costs = lines[:, :1] * shares + lines[:, 1:] * (1 - shares)
told = np.array([ask(np.array([share, 1 - share]) / there)[0] @ wanted for share in shares])
figure, ax = plt.subplots(figsize=(7.0, 3.8))
ax.plot(shares, costs.T, color="0.8", linewidth=1)
ax.plot(shares, told, "k-", linewidth=2, label="cost as the industries tell it")
asked = table["labour's share"].to_numpy()
ax.plot(asked, 1 / table["never more than"], "ko", markerfacecolor="white", markersize=7)
for number, (share, most) in enumerate(zip(asked, table["never more than"], strict=True), start=1):
    near = {1: (-13, -2), 2: (-12, 4), 3: (7, -2), 4: (-3, 8)}[number]
    ax.annotate(str(number), (share, 1 / most), near, textcoords="offset points")
ax.set(xlabel="share of all value that falls on labour", ylabel="cost of an assortment", ylim=(0.2, 0.7))
ax.legend(frameon=False, fontsize=9, loc="lower center")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert np.allclose(told, costs.min(axis=0), rtol=1e-9)
assert told.max() <= 1 / best.objective + 1e-9

# %% [markdown]
# Each pale line is one way to make everything. The centre knows none of them beforehand; each question shows it one.
# After four questions the bound and the mix are the same number, and it is the linear program's. The second question
# was a poor one: from a single plan the multipliers put *all* value on labour. With ten resources there would be many
# of those. The package steps less boldly: near its best point so far, within what the lines seen leave open (a *level
# bundle*); and from 200 goods with a choice on it also asks what industries would answer at prices nearby.
#
# ## What the prices say
#
# The multipliers of the end are **valuations**. They were not put in; they are what the questions ended at.

# %%
prices = best.valuations["1"]
print(prices.round(6).to_string())

# %%
scarce, cost = prices["resource"].to_numpy(), prices["good"].to_numpy()
assert np.isclose(scarce @ there, best.objective, rtol=1e-9)
assert np.allclose(cost, ask(scarce)[0], rtol=1e-9)
assert np.allclose(cost @ wanted, 1, rtol=1e-9)
more = no.solve(valley(there=there + np.array([1, 0]))).assert_optimal().objective - best.objective
assert np.isclose(more, prices["resource", "labour"], rtol=1e-6)

# %% [markdown]
# With one person more, .00256 of an assortment more could be made, and just that is labour's price. Cloth is made both
# ways at once, because both cost the same. Gardens are used and wide fields are not, because at these prices they cost
# more. So the essay is right on this point: the calculation **needs prices**. It is a computation *of* prices. What it
# does not need, for a table of techniques that is given, is a market that finds them.
#
# ## From three goods to a thousand
#
# Now a seeded economy: two techniques per good, eight inputs each, ten resources. Seeded means invented; the real
# tables of that size do not exist, and we shall come back to this.


# %%
def seeded(goods, inputs=8):
    """Return an economy with a choice of two techniques for every good, and ten shared resources."""
    shape = {"techniques": 2, "resources": 10, "pattern": "uniform", "radius": 0.8, "wanted": 1.0}
    return no.generate_economy("planned", goods=goods, inputs=inputs, seed=1, **shape)


small = no.solve(seeded(150), method="prices", tolerance=1e-6).assert_optimal()
large = no.solve(seeded(1000), method="prices", tolerance=1e-6).assert_optimal()
print(f"150 goods: {len(small.rounds)} rounds")
print(large.rounds.round({"bound": 6, "best": 6, "gap": 7, "passes": 0}).to_string())

# %%
small.plot.price_path()

# %% [markdown]
# That is the path at 150 goods, by lines alone. On top, what was announced: the share of the value of all that is
# scarce that falls on each resource. Under it, how far bound and plan were from the end. *At every round* both were
# true. Stopped at round 10, you have a plan, and you know what it may miss.
#
# With a thousand goods four rounds are enough: there the centre also learns how each industry's answer would *change*
# with the prices, and many small industries together answer smoothly.

# %%
for plan in (small, large):
    rounds = plan.rounds
    assert (rounds["best"] <= plan.objective * (1 + 1e-9)).all()
    assert (rounds["bound"] >= plan.objective * (1 - 1e-9)).all()
    assert rounds["gap"].iloc[-1] <= 1e-6
assert len(large.rounds) == 4 and len(small.rounds) > 20
assert np.allclose(small.price_path.sum(axis=1), 1)

# %% [markdown]
# ## The numbers that are told
#
# The essay says that no centre can collect what everybody knows. What was collected here? The centre that solves the
# linear program must be handed every coefficient. This one was told other things:

# %%
print(large.revealed[["to", "per_industry"]].round(0).to_string())

# %%
told = large.revealed["numbers"]
at_centre = told["costs"] + told["choices"] + told["use"]
assert told["coefficients"] == sum(large.economy.matrix(name, 0).nnz for name in ("inputs", "resource_use"))
assert at_centre > 10 * told["coefficients"]
assert large.revealed.loc["coefficients", "to"] == "nobody"

# %% [markdown]
# Look at it closely, for it is easily oversold. **Not fewer numbers**: an industry told the centre, over all rounds,
# many times more numbers than it has coefficients. But **other** numbers: what it would charge, which way it would
# take, and what it would use of the ten things that are scarce. Its recipe (which goods, how much of each) it told
# nobody; suppliers saw orders, as they do anyway. And it was never asked for a way that it does not run *as a list*,
# only for its cost. Somebody who knows how to answer "what would it cost?" without being able to write down why can
# take part. That is *some* of what is called tacit. (With enough questions a curious centre could reconstruct much of a
# recipe; keeping numbers is not secrecy.)
#
# ## The exponents
#
# If seconds grow like $n^a$, they lie on a line of slope $a$ when both axes are logarithmic. $a = 1$: twice the
# economy, twice the time. Here prices and the three general methods of HiGHS (PDLP, simplex, interior point) get the
# same economies, and all have to end with a plan that is *proved* to one millionth. The seconds (those that all cores
# worked together) are of the machine that ran this notebook, so no number of them is printed, only drawn.

# %%
follow = {"HiGHS pdlp": [300, 1000, 3000], "HiGHS ipm": [300, 600, 1000], "HiGHS simplex": [300, 450, 600]}
seconds, facts = {}, []


def fewest(times, run, *given, **settings):
    """Return the fewest processor seconds of several runs, and what the last one gave."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        made = run(*given, **settings)
        taken.append(time.process_time() - start)
    return min(taken), made


for size in [300, 450, 600, 1000, 3000, 10_000, 30_000]:
    economy = seeded(size)
    program = no.linear_program(economy, economy.question())
    count = program.matrix.nnz
    taken, plan = fewest(2, no.solve, economy, method="prices", tolerance=1e-6)
    seconds["prices", count] = taken
    facts.append((size, count, plan.proved, len(plan.rounds), plan.rounds["passes"].iloc[-1]))
    for name in [name for name, asked in follow.items() if size in asked]:
        options = SolveOptions(name.removeprefix("HiGHS "), 1e-6, time_limit=30.0)
        taken, (answer, certificate) = fewest(1, solve_proved, program, options)
        if certificate.proved:
            seconds[name, count] = taken
            assert np.isclose(certificate.objective, plan.objective, rtol=3e-6)
facts = pd.DataFrame(facts, columns=["goods", "coefficients", "proved", "rounds", "passes"]).set_index("goods")
print(facts.round(0).to_string())

# %%
figure, ax = plt.subplots(figsize=(7.0, 4.0))
styles = {"prices": "k-o", "HiGHS pdlp": "k--s", "HiGHS ipm": "k:^", "HiGHS simplex": "k-.v"}
for name, style in styles.items():
    at = np.array([(count, taken) for (who, count), taken in seconds.items() if who == name])
    if len(at) > 1:
        slope = np.polyfit(*np.log(at).T, 1)[0]
        ax.loglog(*at.T, style, markerfacecolor="white", markersize=6, label=f"{name}: slope {slope:.1f}")
ax.set(xlabel="coefficients", ylabel="processor seconds to a proved plan")
ax.legend(frameon=False, fontsize=9)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert facts["proved"].all()
assert (facts["passes"] < 200).all() and facts["passes"].iloc[-1] < facts["passes"].iloc[0]
assert (facts["rounds"] < 10).all()

# %% [markdown]
# The table explains the picture, and no clock is in it. A *pass* reads every coefficient once. Prices take about a
# hundred, **however many goods there are**. So the work is a hundred times the size of the table: linear. (In the
# picture the slope of prices is *below* one: at these sizes much of the time does not depend on the table at all. Small
# economies are answered sooner by general methods, PDLP first of all.) That the cost of linear programming grows
# non-linearly is true of simplex, on these programs. It is not true of the *problem*.
#
# ## The twelve million
#
# What follows is too long for a notebook. It was measured on 2026-11-22 on one machine of two cores and 24 GB, shared
# with other work; two techniques per good, ten resources, plan and bound within the gap given.
#
# | goods | inputs of a technique | rounds | passes | gap | seconds of the rounds |
# | ---: | ---: | ---: | ---: | ---: | ---: |
# | 10,000 | 20 | 3 | 76 | 7.1e-7 | 0.17 |
# | 100,000 | 20 | 3 | 79 | 6.7e-7 | 1.45 |
# | 1,000,000 | 50 | 3 | 70 | 4.4e-7 | 27.4 |
# | 12,000,000 | 8 | 3 | 117 | 8.4e-7 | 363 |
#
# The last took 20.3 GiB of memory at its peak, and 46 seconds before it to read the tables; the same rounds again,
# while the machine was busy with much else, took 939 seconds. Beside it, HiGHS on the economies of 20 inputs, in one
# run of `python -m benchmarks prices --size full` (other work went on; price coordination with building and proving
# everything took .1, .3 and 3.6 seconds there):
#
# | goods | PDLP | simplex | interior point | OR-tools' PDLP |
# | ---: | ---: | ---: | ---: | ---: |
# | 1,000 | 0.6 s | 11 s | 1.4 s | 0.5 s |
# | 10,000 | 1.5 s | not in 60 s | not tried | 9.6 s |
# | 100,000 | 38 s | not tried | not tried | not in 300 s |
#
# PDLP, too, only multiplies by the table; at 100,000 goods it took ten times as long. So a general method *need not*
# grow fast. Simplex did.
#
# Twelve million goods, planned on two cores. The coefficients of that economy need $1.92 \cdot 10^8$ numbers of
# twelve bytes, value and place:

# %%
bytes_needed = 12_000_000 * 2 * 8 * 12
print(f"{bytes_needed / 1e9:.1f} GB, and not {1e15 / 1e9:,.0f} GB")
assert bytes_needed < 1e15 / 100_000

# %% [markdown]
# Cockshott gave $10^{15}$ bytes for a *full* table; his own proposal was, as here, to keep only inputs that occur. He
# was right that this is what makes planning possible, right that the number of steps need hardly grow faster than the
# table, and wrong that one must leave linear programming for it. Kantorovich's own question, with Kantorovich's own
# prices, will do.
#
# ## What this does not show
#
# - **Where coefficients come from.** All tables above the valley are seeded. Nobody has the table of an economy with
#   twelve million goods. Real ones (notebook 7) have tens or hundreds of sectors, which are averages of what differs.
# - **Knowledge that comes into being.** Every technique that could be chosen was there before the first question. The
#   essay's Walkman was not. A plan can be made again when somebody has a new way, and the prices say at once whether it
#   pays (exercise 2); but who tries it, and who bears the loss when it fails, is not computed here.
# - **True answers.** Industries answer truthfully because they are functions in a program (exercise 3).
# - **What is wanted.** Targets are given. So is that they are wanted in fixed proportions.
# - **Joint products.** "Which is your cheapest way to make this good?" is no question where one way makes wool and
#   mutton. The package then says so and gives the program to HiGHS.
# - **Increasing returns.** Where large plants are cheaper, cost is not below its lines, prices prove nothing, and the
#   problem is a hard one (notebook 5).
# - **Time.** One period. With capital and many years the structure is another one (notebooks 2, 6 and 7).
#
# What it does show: the *arithmetic* is not an obstacle. Whoever says that planning is impossible must mean something
# else by it, and there is enough else to mean.
#
# ## Exercises
#
# **1. Twice the land.** The valley clears 400 hectares more. Which ways are used now, and how many assortments are
# made? Which bound do you get from the *old* prices, without a new question?
#
# **2. The inventor.** Somebody thinks of a way to make cloth that takes 3 of labour, 3 of land and .1 of iron. Does it
# pay? You may use the valuations only. Then check.
#
# **3. The liar.** Charcoal burners tell 6 of land per unit of iron where they need 4. What does the plan made on
# their word lose? Who loses it?
#
# ## Solutions
#
# ### Solution 1

# %%
wide = no.solve(valley(there=there * [1, 2])).assert_optimal()
print(wide.activities["1"].round(3).to_string())
old_bound = scarce @ (there * [1, 2]) / (cost @ wanted)
print(f"\n{wide.objective:.5f} assortments; the old prices say: never more than {old_bound:.5f}")
assert best.objective < wide.objective <= old_bound

# %% [markdown]
# Where land is plenty, wide fields and wool are used: what takes less labour. Old prices stay true as a bound, but a
# loose one.
#
# ### Solution 2

# %%
inventions = np.array([[0.0], [0.1], [0.0]]), np.array([[3.0], [3.0]])
asks = scarce @ inventions[1][:, 0] + cost @ inventions[0][:, 0]
print(f"the new way costs {asks:.5f}, cloth is worth {cost[2]:.5f}")
newer = no.solve(
    valley(np.hstack([A, inventions[0]]), np.hstack([R, inventions[1]]), ways=[*ways, "new"], makes=np.append(makes, 2))
).assert_optimal()
print(f"with it {newer.objective:.6f} assortments, before {best.objective:.6f}")
assert (asks < cost[2]) == (newer.objective > best.objective * (1 + 1e-9))

# %% [markdown]
# One multiplication, on the spot, by somebody who need not know the table: that is what prices are for.
#
# ### Solution 3

# %%
lie = R.copy()
lie[1, 2] = 6.0
deceived = no.solve(valley(R=lie)).assert_optimal()
print(deceived.activities["1"].round(3).to_string())
lost = 1 - deceived.objective / best.objective
print(f"\n{deceived.objective:.6f} assortments, {lost:.2%} fewer")
assert 0 < lost < 0.1

# %% [markdown]
# Everybody loses it: there are fewer complete assortments of everything. What the centre saw was a cost, and a cost can
# be a lie as well as a coefficient. No number of passes helps against that.
