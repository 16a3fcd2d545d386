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
# # 7. The turnpike: where long plans run
#
# You drive from one small town to another. If they are near, you take the small road. If they are far apart, you drive
# to the motorway (in America: the *turnpike*), stay on it for most of the way, and leave it near the end; wherever you
# come from and wherever you go. Long plans do the same. This notebook finds the motorway of an economy **without**
# making a plan, from a table and its eigenvalue, and then watches a plan of sixty years drive on it.
#
# You need notebooks 2 and 3: stocks of capital, $x = Ax + d$.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import natura_opt as no

# %% [markdown]
# ## The story and the data
#
# On a farm, a tonne of corn takes .3 tonnes of corn (seed and fodder), and ties up 2 tonnes of it in all that stands
# about: reserves, animals, plants in the field. A tenth of this stock is lost every year. If nobody eats: how fast can
# the farm grow?

# %%
farm = no.build_economy(
    name="the farm",
    goods=["corn"],
    inputs=[[0.3]],
    capital=[[2.0]],
    capital_pool=[100.0],
    pool_depreciation=[0.1],
)
grown = no.turnpike(farm)
print(f"the farm grows by {grown.growth:.4f} a year")

# %%
by_hand = (1 - 0.3 - 0.1 * 2.0) / 2.0
assert np.isclose(grown.growth, by_hand, rtol=1e-12) and round(by_hand, 12) == 0.25
assert grown.least <= by_hand <= grown.most

# %% [markdown]
# Of a tonne, .3 are used up and $.1 \cdot 2 = .2$ go to repair the stock; .5 are left. A stock of 2 grows by .5: by a
# quarter. With many goods, numbers become tables:
#
# $$(I - A - D)\,x = g\,C\,x, \qquad D = \delta \circ C$$
#
# What is made, less what is used up ($A$) and worn out ($D$), is what stocks ($C x$) grow by, *all at one rate* $g$.
# This is an eigenvalue problem: $1/g$ is the spectral radius of $(I - A - D)^{-1} C$, and $x$, the **ray**, says in
# which proportions all goods must be made. No other proportions let everything grow together.
#
# ## The motorway of Europe
#
# Here are five sectors of the European Union of 2006.

# %%
europe = no.read("eu_2006")
ray = no.turnpike(europe)
print(f"rate {ray.growth:.6f}, proved between {ray.least:.12f} and {ray.most:.12f}\n")
print(pd.DataFrame({"outputs": ray.outputs, "prices": ray.prices}).round(4).to_string())

# %%
A, C = (europe.frame(table, "year1").to_numpy() for table in ("inputs", "capital"))
delta = europe.frame("depreciation", "year1").to_numpy()
net = np.eye(5) - A - delta * C
radius = np.abs(np.linalg.eigvals(np.linalg.solve(net, C))).max()
assert np.isclose(ray.growth, 1 / radius, rtol=1e-9)
assert np.allclose(net @ ray.outputs, ray.growth * C @ ray.outputs)
assert np.allclose(ray.prices @ net, ray.growth * ray.prices @ C)
assert ray.most - ray.least < 1e-9

# %% [markdown]
# 13 % a year: if nobody consumed anything and workers were no limit. It is a speed limit, not a forecast. The *prices*
# are the other side of it: at these, every sector earns 13 % on its capital, and none earns more.
#
# ## The journey
#
# Now a plan. It starts with the stocks of 2006, in which Europe is far from the ray's proportions, and must end, after
# sixty years, with as many complete sets of these same stocks as can be. Nothing is asked for in between. That is an
# `assortment` whose targets are zero in all years but the last.


# %%
def journey(years, wanted=None):
    """Return the plan that ends with the most sets of what is wanted (by default, of the stocks at the start)."""
    periods = [str(year) for year in range(1, years + 1)]
    targets = pd.DataFrame(0.0, europe.goods, periods)
    start = np.asarray(europe.matrix("initial_capital", 0).sum(axis=1)).ravel()
    targets[periods[-1]] = start if wanted is None else wanted
    tables = ("inputs", "capital", "depreciation", "initial_capital")
    return no.solve(
        no.build_economy(
            name=f"{years} years",
            goods=europe.goods,
            periods=periods,
            targets=targets,
            objective="assortment",
            **{table: europe.matrix(table, 0) for table in tables},
        )
    ).assert_optimal()


sixty = journey(60)
print(f"{sixty.objective:.2f} times the stocks of the start;", sixty.certificate.proved)

# %%
sixty.plot.turnpike()

# %% [markdown]
# The upper picture: how much of the capital in use (valued at the ray's prices) stands in other sectors than on the
# ray. The lower one: how fast it grows. The plan knows nothing of eigenvalues. For twenty years it builds the roads to
# the motorway, in fits and starts; for thirty years it stays on it, at exactly the rate of the eigenproblem; at the end
# it leaves, because the sets that are wanted have other proportions.

# %%
levels = sixty.activities.to_numpy()
growth = levels[:, 1:] / levels[:, :-1] - 1
assert np.abs(growth[:, 25:30] / ray.growth - 1).max() < 0.01
assert np.allclose(levels[:, 27] / levels[:, 27].max(), ray.outputs, atol=1e-3)
assert (np.abs(growth[:, [0, -1]] / ray.growth - 1) > 0.05).all()

# %% [markdown]
# Where you go matters only for the exit. Here are journeys to three different towns: the same stocks, services only,
# construction only.

# %%
figure, ax = plt.subplots(figsize=(6.4, 3.4))
towns = {"all stocks": (None, "k-"), "services": ([0, 0, 0, 1.0, 0], "k--"), "construction": ([0, 0, 1.0, 0, 0], "k:")}
speeds = {}
for town, (wanted, style) in towns.items():
    levels = journey(40, wanted).activities.sum().to_numpy()
    speeds[town] = levels[1:] / levels[:-1] - 1
    ax.plot(np.arange(1.5, 40.5), speeds[town], style, label=town)
ax.axhline(ray.growth, color="grey", linewidth=0.8)
ax.set(xlabel="year", ylabel="growth of all outputs", ylim=(0, 0.35))
ax.legend(frameon=False, fontsize=9)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
for speed in speeds.values():
    assert abs(speed[22] / ray.growth - 1) < 0.02
assert max(abs(speed[-1] / ray.growth - 1) for speed in speeds.values()) > 0.2

# %% [markdown]
# ## The machine that grows older
#
# So far each technique made one good, and each good came from one technique. But a farm makes wool *and* mutton, and a
# machine that has run for a year comes out of it as another good: a one-year-old machine. Von Neumann (1937) took all
# that together. With $K$ what is needed at the start of a period and $B$ what is there at its end, he asked for the
# greatest **growth factor** and the least **interest factor**:
#
# $$\max \alpha:\; Bx \ge \alpha K x \qquad\qquad \min \beta:\; pB \le \beta\, pK$$
#
# Gale's example has three techniques and four goods; one technique makes two goods at once.

# %%
gale = no.read("von_neumann")
print(gale.frame("capital").add_suffix(" needs").join(gale.frame("outputs").add_suffix(" makes")).to_string())
found = no.von_neumann_growth(gale)
print(f"\ngrowth {found.growth_factor:.6f}, interest {found.interest_factor:.6f}")

# %%
assert np.isclose(found.growth_factor, 2 ** (1 / 3), rtol=1e-7)
assert np.isclose(found.interest_factor, 2 ** (1 / 3), rtol=1e-7)
assert found.growth_bounds[0] ** 3 <= 2 <= found.growth_bounds[1] ** 3

# %% [markdown]
# $2^{1/3}$: three steps round a circle double what there is. And the plan?

# %%
circle = no.solve(gale).assert_optimal()
figure, ax = plt.subplots(figsize=(6.4, 3.2))
for technique, style in zip(gale.techniques, ("k-o", "k--s", "k:^"), strict=True):
    ax.semilogy(range(1, 14), circle.activities.loc[technique], style, markersize=4, base=2, label=technique)
ax.set(xlabel="period", ylabel="activity (powers of 2)")
ax.legend(frameon=False, fontsize=9)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert np.isclose(circle.objective, 100 * found.growth_factor**12, rtol=1e-6)
steps = circle.activities.to_numpy()
assert (steps[:, 3:] <= 2 * steps[:, :-3] + 1e-9).all()

# %% [markdown]
# This motorway has a wave in it: the plan does not grow evenly but doubles every third period, for it started in other
# proportions, and a circle remembers where one stepped on. The *average* rate is von Neumann's.
#
# ## The parts that part
#
# Growth and interest need not be equal. Grain needs only grain and triples. Jewels need jewels and grain, and only
# double.

# %%
needs = pd.DataFrame([[1.0, 0.2], [0.0, 1.0]], ["grain", "jewels"], ["farm", "workshop"])
makes = pd.DataFrame([[3.0, 0.0], [0.0, 2.0]], ["grain", "jewels"], ["farm", "workshop"])
parted = no.von_neumann_growth(inputs=needs, outputs=makes)
print(f"growth {parted.growth_factor:.4f}, interest {parted.interest_factor:.4f}, valued: {parted.valued}")

# %%
assert np.isclose(parted.growth_factor, 3) and np.isclose(parted.interest_factor, 2)
assert parted.activities["workshop"] == 0 and parted.prices["grain"] == 0 and not parted.valued

# %% [markdown]
# The fastest growth makes no jewels at all; the lowest interest is at prices at which grain is worth nothing. Each is a
# true answer to its question, and what grows is worth nothing at those prices: *valued* is false. An economist who
# reports one number for "the" rate of such an economy has left something out.
#
# ## Exercises
#
# **1. Less seed.** The farm learns to use .2 tonnes of seed instead of .3. How fast does it grow? First by hand.
#
# **2. A lazy sector.** Which one of the five sectors of Europe, if its own inputs fell by a tenth, would raise the rate
# of growth most?
#
# **3. A machine for two years.** A machine is built of 1 of corn. With a machine and .4 of corn, a farm makes 1.6 of
# corn. How fast can it grow if the machine lasts one year? And if it lasts two?
#
# ## Solutions
#
# ### Solution 1
#
# $(1 - .2 - .2)/2 = .3$.

# %%
better = no.turnpike(farm.with_changes(inputs=[[0.2]])).growth
print(f"{better:.4f}")
assert np.isclose(better, 0.3)

# %% [markdown]
# ### Solution 2

# %%
gains = {}
for sector in europe.goods:
    saving = europe.frame("inputs", "year1")
    saving[sector] *= 0.9
    gains[sector] = no.turnpike(europe.with_changes(inputs=saving)).growth - ray.growth
print(pd.Series(gains).round(5).to_string())
assert max(gains, key=gains.get) == "construction"
assert min(gains.values()) > 0

# %% [markdown]
# Construction: no other sector is larger on the ray, where most of what is made goes into stocks; and its prices there
# are by far the highest.
#
# ### Solution 3


# %%
def growth_with(years):
    """Return the growth factor of the farm whose machines last so many years."""
    goods = ["corn", *(f"machine of {age}" for age in range(years))]
    needs = pd.DataFrame(0.0, goods, ["build", *(f"farm with {age}" for age in range(years))])
    makes = needs.copy()
    needs.loc["corn", "build"] = makes.loc["machine of 0", "build"] = 1.0
    for age in range(years):
        needs.loc[["corn", f"machine of {age}"], f"farm with {age}"] = [0.4, 1.0]
        makes.loc["corn", f"farm with {age}"] = 1.6
        if age + 1 < years:
            makes.loc[f"machine of {age + 1}", f"farm with {age}"] = 1.0
    return no.von_neumann_growth(inputs=needs, outputs=makes).growth_factor


one, two = growth_with(1), growth_with(2)
print(f"one year: {one:.4f}, two years: {two:.4f}")
assert np.isclose(one**2 + 0.4 * one, 1.6) and two - 1 > 4 * (one - 1)

# %% [markdown]
# With one year, a unit of farming needs .4 of corn and, a period before, 1 of corn in a machine: $\alpha^2 + .4\alpha =
# 1.6$, so $\alpha = 1.0806$. The second year of a machine costs nothing to build; with it
# the farm grows more than four times as fast.
