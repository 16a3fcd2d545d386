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
# # 5. Economies of scale: what a linear plan gets wrong, and when prices fail
#
# All tables so far had *numbers*: a loaf takes so much labour, whether ten are baked or a thousand. Ask a baker, and
# you will hear something else: "for ten loaves I heat the oven all morning; for a thousand I heat it all morning
# too". What is needed depends on **scale**. This notebook asks units for *curves* instead of numbers, and plans with
# them.
#
# You need notebooks 1 and 3: *valuation*, *certificate*, $x = Ax + d$.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import natura_opt as no

# %% [markdown]
# ## The story and the data
#
# A village bakes bread in two ways. In small ovens a loaf takes 3 hours, always. The big oven reports what it needs
# *in all*, scale by scale: 80 hours for 20 loaves, 140 for 60, 180 for 120.

# %%
big_oven = [(0, 0), (20, 80), (60, 140), (120, 180)]


def bakery(loaves, big=None, curves=True):
    """Return a village that wants so many loaves: with the big oven's curve, or with one number for it."""
    return no.build_economy(
        name="the bakery",
        goods=["bread"],
        techniques=["small ovens", "big oven"],
        outputs=[[1.0, 1.0]],
        resources=["labour"],
        resource_use=[[3.0, 0.0 if curves else big]],
        curves={("big oven", "labour"): big_oven if big is None else big} if curves else None,
        targets=[loaves],
        resource_weights=[1.0],
        objective="least-resources",
    )


figure, ax = plt.subplots(figsize=(5.2, 3.2))
ax.plot([0, 120], [0, 360], "k:", label="small ovens")
ax.plot(*zip(*big_oven, strict=True), "k-o", markersize=4, label="big oven")
ax.set(xlabel="loaves", ylabel="hours in all", xlim=(0, 124), ylim=(0, 370))
ax.legend(frameon=False, fontsize=9)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# Such a report can be drawn in two ways: what is needed in all, and what is needed per loaf.

# %%
curve = bakery(100).curve("big oven", "labour")
curve.plot("labour in the big oven", "loaves", "hours")

# %%
assert curve.total([20, 40, 120]).tolist() == [80, 110, 180]
assert np.allclose(curve.total([20, 60, 120]) / [20, 60, 120], [4, 7 / 3, 1.5])

# %% [markdown]
# On the left the total, on the right the hours per loaf, $f(q) = \varphi(q)/q$: 4 at a small scale, 1.5 at the
# largest. We always report and draw straight lines between **totals** $\varphi$, never between the numbers per unit.
# Two totals may be joined by a line: half way between two scales about half of the difference is needed. Numbers per
# unit may not.
#
# ## The linear plan
#
# Somebody who must fill one cell of a table asks: "how many hours per loaf?" Last year 20 loaves were baked in the
# big oven: 4 hours per loaf. This year 100 loaves are wanted.

# %%
by_number = no.solve(bakery(100, big=4.0, curves=False)).assert_optimal()
by_curve = no.solve(bakery(100)).assert_optimal()
for name, plan in [("by one number", by_number), ("by the curve", by_curve)]:
    print(f"{name:14} {plan.objective:8.2f} hours,", plan.activities["1"].round(3).to_dict())

# %%
assert by_number.objective == 300 and by_number.activities["1"]["big oven"] == 0
assert np.isclose(by_curve.objective, 140 + 40 * 2 / 3) and by_curve.activities["1"]["big oven"] == 100

# %% [markdown]
# The linear plan leaves the big oven cold, and takes nearly twice the labour. Choosing another number does not help.
# With the number of the largest scale, 1.5, it promises 30 loaves for 45 hours. Carried out, they take 95, and the
# small ovens would have needed 90. No number is right at all scales:

# %%
wanted = np.arange(5, 121, 5)
curved = np.array([no.solve(bakery(float(d))).objective for d in wanted])
promised = {number: np.minimum(3.0, number) * wanted for number in (4.0, 1.5)}
carried_out = {4.0: 3.0 * wanted, 1.5: curve.total(wanted.astype(float))}
figure, ax = plt.subplots(figsize=(6.4, 3.6))
ax.plot(wanted, carried_out[4.0], "k:", label="linear plan with 4 hours per loaf")
ax.plot(wanted, carried_out[1.5], "k--", label="linear plan with 1.5, as carried out")
ax.plot(wanted, promised[1.5], color="grey", linewidth=1.0, label="linear plan with 1.5, as promised")
ax.plot(wanted, curved, "k-", linewidth=2.2, label="plan with the curve")
ax.set(xlabel="loaves wanted", ylabel="hours", xlim=(0, 120), ylim=(0, 370))
ax.legend(frameon=False, fontsize=9)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert (curved <= np.minimum(carried_out[4.0], carried_out[1.5]) + 1e-9).all()
assert (promised[1.5] < carried_out[1.5])[:-1].all()
assert np.isclose(np.interp(30, wanted, carried_out[1.5]), 95)

# %% [markdown]
# ## The two kinds of curves
#
# How does a program follow a curve? Cut it at its reports; each **piece** has a slope. If slopes *rise* (each further
# loaf takes more), a plan that saves labour fills the cheap pieces first of itself: a linear program will do. If
# slopes *fall*, it would fill the last, cheapest piece first, and so claim what nobody can do. Then a whole number, 0
# or 1, must say that a piece is open only when the one before is full. The plan tells what it did, and why:

# %%
print(by_curve.curves[["form", "why", "pieces", "binaries"]].T.to_string(header=False))
try:
    no.solve(bakery(100), curve_form="chords")
except no.QuestionError as error:
    print("\nforced:", error)

# %%
fishing = no.build_economy(
    name="the lake",
    goods=["fish"],
    resources=["labour"],
    resource_use=[[0.0]],
    curves={("fish", "labour"): [(0, 0), (10, 10), (20, 30), (30, 70)]},
    targets=[1.0],
    resource_limits=[50.0],
    objective="assortment",
)
caught = no.solve(fishing).assert_optimal()
print(caught.curves[["form", "why", "pieces", "binaries"]].T.to_string(header=False))
print("fish for 50 hours:", caught.objective)

# %%
assert by_curve.curves["form"].to_list() == ["incremental"] and caught.curves["form"].to_list() == ["chords"]
assert np.isclose(caught.objective, 25) and caught.curves["binaries"].to_list() == [0]

# %% [markdown]
# ## The prices, where they work and where they fail
#
# In the lake, returns *decrease*. One more hour catches a quarter of a fish; a fish is worth 4 hours. At that price
# the fishers ask: is it worth going out? What they catch is worth 25 fish, what they take is 50 hours at a quarter
# fish each.

# %%
print("an hour is worth", caught.valuations.loc[("resource", "labour"), "1"], "fish")
print(caught.loss_at_prices[["made", "taken", "average", "marginal", "rent"]].round(4).to_string())

# %% [markdown]
# They keep a rent: the first fish were cheaper to catch than the last one, and all are valued like the last. A
# planner who only announces prices, and lets the fishers do what pays, gets the plan. Now the big oven:

# %%
print("one more loaf costs", round(by_curve.valuations.loc[("good", "bread"), "1"], 6), "hours")
table = by_curve.loss_at_prices[["made", "taken", "average", "marginal", "rent"]]
print(table.round(4).to_string())

# %%
assert np.isclose(caught.valuations.loc[("resource", "labour"), "1"], 0.25)
assert np.isclose(caught.loss_at_prices["rent"].sum(), 12.5)
assert np.isclose(by_curve.valuations.loc[("good", "bread"), "1"], 2 / 3)
assert np.isclose(table["average"].iloc[0], 5 / 3) and np.isclose(table["marginal"].iloc[0], 2 / 3)
assert np.isclose(table["rent"].iloc[0], -100)

# %% [markdown]
# One more loaf costs 2/3 of an hour; that is the right answer to "shall we bake one more?". But at that price 100
# loaves are worth 67 hours, and they take 167. The oven loses 100 hours at the prices of the best plan. If it had to
# pay for itself it would shut down; if it charged the average, 5/3, people would be told that one more loaf is dearer
# than it is. With increasing returns **no price supports the best plan**. The 100 hours are what somebody must put in
# who looks at the whole and not at the oven alone (Hotelling 1938 said so of bridges and railways).
#
# A method that works by announcing prices must know this of itself:

# %%
day = bakery(100).with_changes(resource_limits=[170.0], resource_weights=None)
try:
    no.solve(day, objective="assortment", method="prices")
except no.CannotAnswerError as error:
    print(error)

# %% [markdown]
# ## The seed that eats itself
#
# Scale can also set a limit. Let $q$ of corn take $\varphi(q) = 0.1\,q + 0.05\,q^2$ of corn as seed: the more fields,
# the worse the last one. People want $d$. Then $x = 0.1\,x + 0.05\,x^2 + d$. For $d = 1$ there are two solutions:
#
# $$x = 9 \pm \sqrt{81 - 20\,d}\;: \qquad 1.1898 \quad\text{and}\quad 16.8102.$$
#
# The second is no plan; it grows mountains of corn to sow them. Lahiri's iteration (1976), $x \leftarrow \varphi(x) +
# d$ from 0, finds the smaller one. So does the program. They know nothing of each other.


# %%
def field(wanted):
    """Return the corn economy in which people want so much."""
    rows = [("corn", "corn", 0, 0, ""), ("corn", "corn", 20, 22, "0.1*q + 0.05*q**2")]
    return no.build_economy(
        name="the field",
        goods=["corn"],
        resources=["labour"],
        resource_use=[[1.0]],
        curves=pd.DataFrame(rows, columns=["technique", "name", "quantity", "total", "formula"]),
        targets=[wanted],
        resource_weights=[1.0],
        objective="least-resources",
    )


by_program, by_rounds = no.solve(field(1.0)), no.solve(field(1.0), method="lahiri")
print("program:  ", round(by_program.activities["1"]["corn"], 6), "-", by_program.bracket)
print("iteration:", round(by_rounds.activities["1"]["corn"], 6))
print("and for d = 4.1:", no.solve(field(4.1)).status)

# %%
exact = 9 - np.sqrt(81 - 20)
assert abs(by_program.activities["1"]["corn"] - exact) < 1e-5 and abs(by_rounds.activities["1"]["corn"] - exact) < 1e-8
assert by_program.bracket.holds and no.solve(field(4.1)).status == "infeasible"

# %% [markdown]
# The curve is smooth here, so the program draws straight pieces *below* it (no plan can do better) and *above* it
# (that plan can be done), and refines them where the plan runs until both agree. Beyond $d = 81/20 = 4.05$ nothing
# serves: the field needs more seed than it can spare.
#
# ## The village of the papers
#
# Samothrakis (2020) planned an imaginary village: Lucloelium to eat, T-rings to wear, and picks to dig with. Picks
# are made by three factories, *filled in this order*, each with its own curve:

# %%
village = no.read("village_2020")
village.curve("Vorpal Pick +1", "Lucloelium").plot("Lucloelium for picks", "picks", "lumps")

# %%
both = no.compare(village, methods=["highs", "lahiri"])
print(both.table[["status", "objective"]].to_string())

# %%
assert np.isclose(both.table.loc["lahiri", "objective"], both.table.loc["highs", "objective"], rtol=2e-6)
assert np.isclose(both.table.loc["highs", "objective"], 25.335686, rtol=1e-6)

# %% [markdown]
# The curve is straight, then concave (with a vertical start at 500), then convex. Program and iteration agree.
#
# Must the factories be filled in that order? Who says so? Take them for three techniques and let the plan decide:

# %%
order = no.loss_of_order(village.with_changes(activity_limits=None), "Vorpal Pick +1", no.Question("least-resources"))
print(order)
print(order.activities.round(2).to_string())

# %%
assert 0 < order.loss < 0.01 and np.isclose(
    order.activities["1"].sum(), order.stated.activities["1"].iloc[1], rtol=1e-3
)
assert order.activities["1"].iloc[1] < 500 and np.isclose(order.activities["1"].iloc[2], 999)

# %% [markdown]
# The second factory is the worst, and the plan would rather leave it half empty. Here it matters little, since picks
# take little of anything: in the published program one curve even overwrites the other by mistake, and the published
# figures hardly changed.
#
# ## Whom to ask next
#
# Reports cost time. Suppose the big oven has said only what it needs for 120 loaves. What should we ask next? Between
# two reports the total may lie anywhere between them. An answer matters where the plan runs, weighed by what labour
# is worth to the plan:

# %%
known = bakery(100, big=[(0, 0), (120, 180)])
for _ in range(3):
    plan = no.solve(known)
    inquiry = no.next_question(known, plan)
    print(f"{plan.objective:7.2f} hours;", inquiry)
    if not inquiry.runs_there:
        break
    known = no.answered(known, inquiry, float(curve.total(inquiry.scale)))

# %%
assert np.isclose(plan.objective, by_curve.objective)
assert len(known.frame("curves")) == 3

# %% [markdown]
# One question was enough here: the plan runs at 100, and 100 is now known. What is left to ask is about scales where
# the plan does not run. In seeded economies of four goods (`python -m benchmarks asking`) this needs about a dozen
# questions to come within 1 % of the best plan; asking at random takes about thirty, and three times in eight more
# than forty.
#
# ## Exercises
#
# **1. Break even.** From how many loaves on should the big oven be heated? Work it out by hand, then check with two
# plans.
#
# **2. Too many people.** What does the village's plan say if twice as many people live there? Why?
#
# **3. A bad order.** Two kilns make up to 10 pots each; the old one needs 3 of wood per pot, the new one 2. What do
# 12 pots cost in wood if the old one is filled first? And what does the order lose?
#
# ## Solutions
#
# ### Solution 1
#
# $3d = 80 + 1.5\,(d - 20)$ gives $d = 100/3$: between 33 and 34 loaves.

# %%
for loaves in (33.0, 34.0):
    print(loaves, no.solve(bakery(loaves)).activities["1"].to_dict())
assert no.solve(bakery(33.0)).activities["1"]["big oven"] == 0
assert no.solve(bakery(34.0)).activities["1"]["small ovens"] == 0

# %% [markdown]
# All or nothing: with increasing returns a mixture of both ovens is never best.
#
# ### Solution 2

# %%
crowded = village.with_changes(targets=2.0 * village.frame("targets"))
print(no.solve(crowded).status)
assert no.solve(crowded).status == "infeasible"

# %% [markdown]
# About 3600 picks would be needed, and the factories have reported nothing beyond 1999. The plan does not guess.
#
# ### Solution 3

# %%
kilns = pd.DataFrame(
    [("pots", "wood", q, w * q, kiln) for kiln, w in [("old", 3), ("new", 2)] for q in (0, 10)],
    columns=["technique", "name", "quantity", "total", "unit"],
)
pottery = no.build_economy(
    goods=["pots"],
    resources=["wood"],
    resource_use=[[0.0]],
    curves=kilns,
    targets=[12.0],
    resource_weights=[1.0],
    objective="least-resources",
)
bad_order = no.loss_of_order(pottery, "pots")
print(bad_order)
assert (bad_order.stated.objective, bad_order.chosen.objective, bad_order.loss) == (34, 26, 8)

# %% [markdown]
# 10 pots at 3 and 2 at 2 make 34; the plan fills the new kiln first, 26. The order loses 8 of wood.
