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
# # 3. Leontief: from a table to multipliers, labour values and prices
#
# Households want 100 cars more. The car makers then need more steel. The steel makers need more coal, and trucks to
# move it, and trucks need steel. Where does it end? How much must be made of everything? How much labour is in a car,
# if the labour in its steel counts too, and in the coal of the steel?
#
# Wassily Leontief answered this with one table and one equation. In this notebook there is nothing to choose: every
# good is made in one way, so there is nothing to optimise. What is left is arithmetic. But it is arithmetic with
# thousands of unknowns, and we want to know how far off the answer can be.
#
# You need matrices (products, transposes) and, from notebook 1, *valuation* and *certificate*.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import natura_opt as no
from natura_opt.generate.matrices import coefficient_matrix
from natura_opt.input_output.monte_carlo import estimate

# %% [markdown]
# ## The table
#
# A small table from the textbook of Miller and Blair, in money. Each row says to whom a sector sold, each column from
# whom it bought:

# %%
sectors = ["sector 1", "sector 2"]
flows = pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], index=sectors, columns=sectors)
output = pd.Series([1000.0, 2000.0], index=sectors, name="output")
final_demand = output - flows.sum(axis=1)
value_added = output - flows.sum()
print(flows.assign(**{"final demand": final_demand, "output": output}))
print("value added (wages, profits, taxes):", value_added.to_list())

# %%
assert final_demand.to_list() == [350, 1700] and value_added.to_list() == [650, 1400]
assert final_demand.sum() == value_added.sum()  # what is bought at the end is what was earned on the way

# %% [markdown]
# Sector 1 made 1000. Of that, it used 150 itself, sector 2 used 500, and 350 went to people. Divide each column by
# the output of its sector: these are the **input coefficients** $A$, what is used up per unit made.

# %%
A = flows / output
print(A)

# %% [markdown]
# Next year people want 600 of good 1 and 1500 of good 2 (the *final demand* $d$). What must be made?
#
# **Orders in rounds.** First, what people want: 600 and 1500. To make that, the sectors order $A d$ from one another.
# To make what was ordered, they order $A(A d)$, and so on:

# %%
d = pd.Series([600.0, 1500.0], index=sectors)
orders = [d]
while orders[-1].sum() > 1e-9:
    orders.append(A @ orders[-1])
print(pd.DataFrame({f"round {k}": order for k, order in enumerate(orders[:7])}).round(1).to_string())
print("all rounds together:", sum(orders).round(2).to_list(), f"({len(orders)} rounds)")

# %%
assert np.allclose(sum(orders), [1247.52, 1841.58], atol=0.005)

# %%
figure, ax = plt.subplots(figsize=(6.4, 3.4))
so_far = np.cumsum(np.array(orders[:9]), axis=0)
for k, (name, shade) in enumerate(zip(sectors, ["0.35", "0.75"], strict=True)):
    ax.bar(np.arange(9) + 0.4 * k - 0.2, so_far[:, k], 0.38, color=shade, edgecolor="black", label=name)
    ax.axhline(sum(orders).iloc[k], color="black", linewidth=0.8, linestyle="--")
ax.set(xlabel="round of orders", ylabel="made so far", xticks=range(9), ylim=(0, 2100))
ax.legend(frameon=False, ncols=2, loc="upper left", bbox_to_anchor=(0, 1.06))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## The mathematics
#
# What is made, $x$, is what is used up in making it and what people want:
#
# $$x = A x + d \qquad\text{so}\qquad (I - A)\,x = d, \qquad x = (I - A)^{-1} d.$$
#
# The rounds of orders are the series $(I - A)^{-1} = I + A + A^2 + A^3 + \dots$. The matrix $L = (I - A)^{-1}$ is
# called the *Leontief inverse*. Its entry $L_{ij}$ says how much of good $i$ must be made, in all, for one unit of
# good $j$ to reach the people.

# %%
identity = np.eye(2)
L = pd.DataFrame(np.linalg.inv(identity - A), index=sectors, columns=sectors)
print(L.round(4))
print("output:", (L @ d).round(2).to_list())
print("multipliers (column sums):", L.sum().round(4).to_list())

# %%
assert np.allclose(L, [[1.2541, 0.3300], [0.2640, 1.1221]], atol=5e-5)
assert np.allclose(L @ d, sum(orders))
assert np.allclose(sum(np.linalg.matrix_power(A.to_numpy(), k) for k in range(40)), L)
assert np.allclose(L.sum(), [1.5182, 1.4521], atol=1e-4)

# %% [markdown]
# The column sums are the **output multipliers**: one unit of good 1 for people makes all sectors together produce
# 1.518 units.
#
# Mind what a multiplier is. It counts the coal in the steel and the steel in the car, so it counts the coal twice. It
# is a sum of sales, not of anything people have. What people get for one unit is one unit. Count only what each
# sector *adds*, and one unit is what comes out:

# %%
added_per_unit = value_added / output
print("value added, in all, behind one unit of each good:", (added_per_unit @ L).round(12).to_list())

# %%
assert np.allclose(added_per_unit @ L, 1)

# %% [markdown]
# ## The economies that use themselves up
#
# Do the rounds always end? Take these two tables. Each column again says what one unit takes.

# %%
first = np.array([[0.5, 0.6], [0.9, 0.1]])
second = np.array([[0.2, 1.1], [0.3, 0.5]])
one_each = np.ones(2)
for name, table in [("first", first), ("second", second)]:
    order, path = one_each, []
    for _ in range(121):
        path.append(order.sum())
        order = table @ order
    print(f"{name:6}: orders in rounds 0, 40, 80, 120:", np.round(np.array(path)[[0, 40, 80, 120]], 3))
    print(f"        'solved' all the same: {np.linalg.solve(identity - table, one_each).round(3)}")

# %%
assert np.allclose(np.linalg.solve(identity - first, one_each), [-16.667, -15.556], atol=1e-3)
assert np.allclose(np.linalg.solve(identity - second, one_each), [22.857, 15.714], atol=1e-3)

# %% [markdown]
# In the first economy every round of orders is larger than the one before. The equation has a solution all the same,
# but a senseless one: *minus* 16.7. The second economy works, although one of its coefficients is larger than 1.
# (A coefficient of 1.1 only says that a tonne takes 1.1 pieces. Count in half pieces and it is 2.2.)
#
# Hawkins and Simon found the test. For two goods it is: $1 - a_{11} > 0$ and $\det(I - A) > 0$. In general: the
# **spectral radius** of $A$, its largest eigenvalue in size, must be below 1. It is the factor by which orders grow
# from round to round in the long run. Such economies are called *productive*.

# %%
for name, table in [("first", first), ("second", second)]:
    radius = abs(np.linalg.eigvals(table)).max()
    print(f"{name:6}: determinant {np.linalg.det(identity - table):+.2f}, spectral radius {radius:.6f}")

# %%
assert abs(abs(np.linalg.eigvals(first)).max() - 1.06158) < 1e-5 and np.linalg.det(identity - first) < 0
assert abs(abs(np.linalg.eigvals(second)).max() - 0.943717) < 1e-6 and np.linalg.det(identity - second) > 0
in_half_pieces = np.diag([2, 1]) @ second @ np.diag([1 / 2, 1])
assert in_half_pieces[0, 1] == 2.2
assert np.allclose(np.sort(np.linalg.eigvals(in_half_pieces)), np.sort(np.linalg.eigvals(second)))

# %% [markdown]
# `leontief` solves the equation. It tests this first, and refuses with a reason:

# %%
try:
    no.leontief(first, one_each, names=["grain", "tools"])
except no.UnproductiveError as error:
    refusal = error
print(refusal)
print()
print(no.leontief(second, one_each).x.round(3))

# %%
assert abs(refusal.radius - 1.06158) < 1e-5 and refusal.least > 1
assert np.allclose(no.leontief(second, one_each).x, np.linalg.solve(identity - second, one_each))

# %% [markdown]
# What is the proof behind "at least 1.06158"? A plan that uses up more of *everything* than it makes. Make 2.1 of grain
# and 2.0 of tools:

# %%
made = np.array([2.1, 2.0])
print("made:   ", made)
print("used up:", first @ made)
print("ratio:  ", (first @ made / made).round(4))

# %%
assert np.allclose(first @ made / made, [1.0714, 1.045], atol=1e-4)

# %% [markdown]
# It takes 2.25 of grain and 2.09 of tools to make 2.1 and 2.0, and twice that to make twice as much. Whoever finds a
# plan whose ratios are all at least $c$ has proved that the spectral radius is at least $c$; if they are all at most
# $C$, it is at most $C$ (Collatz and Wielandt). Anyone can check it by multiplying once. So this plan proves a radius
# between 1.045 and 1.0715, and that is enough: the economy uses itself up.
#
# Better plans prove more. The orders of every round are such a plan, and with each round their ratios come closer
# together:

# %%
order = one_each
for k in range(31):
    ratios = first @ order / order
    if k in [0, 1, 2, 3, 5, 10, 30]:
        print(f"orders of round {k:2}: the radius lies between {ratios.min():.6f} and {ratios.max():.6f}")
    order = first @ order
print(f"leontief:           the radius is at least      {refusal.least:.6f}")

# %%
largest_eigenvalue = abs(np.linalg.eigvals(first)).max()
assert refusal.least <= largest_eigenvalue  # a bound from below, what rounding may have added taken off
assert abs(ratios.min() - refusal.least) < 1e-8 and abs(ratios.max() - refusal.least) < 1e-8

# %% [markdown]
# `leontief` goes on until both bounds agree to many digits (by a quicker way than rounds), and takes off what rounding
# may have added. So its figure is proved, not just computed. Where no such proof can be had either way, it says
# "undecided" and does not guess; we shall see a case.
#
# ## The labour in a bushel
#
# Now a table in physical units: Leontief's wheat and cloth. Wheat is counted in bushels, cloth in yards, labour in
# person-years. It comes with the package.

# %%
economy = no.read("wheat_cloth")
inputs, labour = economy.frame("inputs"), economy.frame("resource_use").loc["labour"]
wanted = economy.frame("targets")
print("used up per bushel of wheat, per yard of cloth:", inputs, "", sep="\n")
print("labour:", labour.to_list(), "  wanted:", wanted.to_list())

# %% [markdown]
# It is silly to add bushels and yards, so column sums mean nothing here. What can be added is labour. How much labour
# stands behind one bushel, counting the labour in the wheat and cloth used up in growing it? Call these numbers
# $v$, the **labour values**. A good's value is the labour spent on it directly, and the values of what it uses up:
#
# $$v_j = l_j + \sum_i A_{ij} v_i \qquad\text{or}\qquad v = A' v + l.$$
#
# This is Leontief's equation again, with the table read by columns instead of rows ($A'$, the transpose).

# %%
x = no.leontief(inputs, wanted).x
v = no.leontief(inputs, labour, transpose=True).x
print("made:         ", x.round(9))
print("labour values:", v.round(9))
a = inputs.to_numpy()
for k, unit in enumerate(["a bushel", "a yard"]):
    own = labour.iloc[k]
    print(f"{unit}: {own} + {a[0, k]} · {v[0]:.0f} + {a[1, k]} · {v[1]:.0f} = {own + a[:, k] @ v:.1f}")
print(f"labour spent: {labour.to_numpy() @ x:.6f};   labour in what people get: {v @ wanted:.6f}")

# %%
assert np.allclose(x, [100, 50]) and np.allclose(v, [2, 5])
assert np.allclose(v, labour + a.T @ v)
assert abs(labour.to_numpy() @ x - 260) < 1e-9 and abs(v @ wanted - 260) < 1e-9

# %% [markdown]
# 100 bushels and 50 yards must be made; a bushel takes 2 person-years in all, a yard 5. And the labour spent, 260, is
# the labour in what people get. That is no accident: $l'x = l'(I-A)^{-1}d = v'd$. One equation counts from the orders
# down, the other from the work up.
#
# The values can be built up in rounds too. The labour of this year, $l$; the labour in what was used up, done a
# round earlier, $A'l$; and before that, $A'A'l$:

# %%
rounds = [labour.to_numpy()]
for _ in range(5):
    rounds.append(a.T @ rounds[-1])
dated = pd.DataFrame(rounds, columns=["wheat", "cloth"])
print(dated.round(4).T.to_string())
print("so far:", dated.sum().round(4).to_list())

# %%
figure, ax = plt.subplots(figsize=(6.4, 2.6))
for k, good in enumerate(["wheat", "cloth"]):
    left = 0.0
    for age, part in enumerate(dated[good]):
        ax.barh(k, part, left=left, color=str(0.25 + 0.14 * age), edgecolor="black")
        left += part
    ax.plot([v[k], v[k]], [k - 0.4, k + 0.4], color="black", linestyle="--", linewidth=1)
    ax.annotate(f"labour value {v[k]:.0f}", (v[k] + 0.06, k - 0.06), fontsize=9)
ax.set(yticks=[0, 1], yticklabels=["a bushel of wheat", "a yard of cloth"], xlim=(0, 6.2))
ax.set_xlabel("person-years: on the good itself (darkest), on its inputs, on their inputs, …")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert (dated.sum() < v).all() and (dated.sum() > 0.97 * v).all()

# %% [markdown]
# ## The same as a linear program
#
# Notebook 1 found prices as the valuations of a linear program. Ask for one here: *serve the demand with the least
# labour*.
#
# $$\text{minimise } l'x \quad\text{subject to}\quad x - A x \ge d,\; x \ge 0.$$
#
# HiGHS knows nothing of Leontief. The method `fixed-point` knows nothing of linear programs: it solves the two
# equations above, lays out $x$ as the plan and $v$ as its valuations, and has them certified like any other plan.

# %%
by_program = no.solve(economy).assert_optimal()
by_equations = no.solve(economy, method="fixed-point").assert_optimal()
for plan in [by_program, by_equations]:
    made, values = plan.activities["1"].round(9).to_list(), plan.valuations.loc["good"]["1"].round(9).to_list()
    proof = plan.certificate
    print(f"{plan.method:12} makes {made}, values {values};", end=" ")
    print(f"labour {proof.objective:.6f}, bound {proof.dual_objective:.6f}, proved: {proof.proved}")

# %%
for plan in [by_program, by_equations]:
    assert np.allclose(plan.activities["1"], x) and np.allclose(plan.valuations.loc["good"]["1"], v)
    assert abs(plan.certificate.dual_objective - 260) < 1e-9

# %% [markdown]
# The same plan, the same valuations, the same proof. **Labour values are the valuations of a plan in which labour is
# the only thing to be saved.** The valuation of a target says what one more of it would cost; one more bushel costs
# 2 person-years. The proof is that of notebook 1: whatever plan serves the demand, at prices $v$ it spends at least
# $v'd = 260$.
#
# An unproductive economy gets the same verdict from both. The program proves that no plan exists, the equations that
# the table uses itself up:

# %%
hopeless = economy.with_changes(inputs=first)
print(no.solve(hopeless).impossibility.sentence)
try:
    no.solve(hopeless, method="fixed-point")
except no.UnproductiveError as error:
    print(error)

# %%
assert no.solve(hopeless).status == "infeasible" and no.solve(hopeless).impossibility.proved

# %% [markdown]
# ## Prices
#
# Do goods exchange at their labour values? Say that wages are $w$ per person-year, and that whoever advances the
# inputs wants them back with a profit at rate $r$:
#
# $$p = (1 + r)\, A' p + w\, l.$$
#
# This is the same equation with the inputs made larger by $1 + r$. At $r = 0$ prices are labour values times the
# wage. It can be solved as long as $(1 + r) A$ is productive: up to the rate $R = 1/\rho - 1$, $\rho$ being the
# spectral radius. We measure prices so that what people get costs 260 in all, at every rate.

# %%
rho = abs(np.linalg.eigvals(a)).max()
highest = 1 / rho - 1
print(f"spectral radius {rho:.6f}, highest rate of profit {highest:.1%}")


def prices_at(r):
    """Return prices and the wage at the rate of profit r, the wanted goods together costing 260."""
    per_wage = no.leontief((1 + r) * a, labour, transpose=True).x
    wage = 260 / (per_wage @ wanted)
    return wage * per_wage, wage


rates = np.linspace(0, 0.995 * highest, 80)
paths = [prices_at(r) for r in rates]
wages, relative = np.array([wage for _, wage in paths]), np.array([p[1] / p[0] for p, _ in paths])
figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.2), layout="constrained")
left.plot(100 * rates, wages, "k-", linewidth=1.8)
left.set(xlabel="rate of profit, %", ylabel="wage of a person-year", xlim=(0, 140), ylim=(0, 1.05))
right.plot(100 * rates, relative, "k-", linewidth=1.8)
right.axhline(2.5, color="grey", linestyle="--", linewidth=1)
right.annotate("by labour values: 2.5", (45, 2.52), fontsize=9, color="dimgrey")
right.set(xlabel="rate of profit, %", ylabel="price of a yard in bushels", xlim=(0, 140), ylim=(1.2, 2.7))
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert abs(rho - 0.430408) < 1e-6 and abs(highest - 1.3234) < 1e-4
assert np.allclose(a.T @ v / v, [0.6, 0.28])  # the share of inputs in the value of wheat, and of cloth
assert np.allclose(prices_at(0)[0], v) and abs(prices_at(0)[1] - 1) < 1e-9
assert (np.diff(wages) < 0).all() and (np.diff(relative) < 0).all() and wages[-1] < 0.02
p, wage = prices_at(0.5)
assert np.allclose(p, 1.5 * a.T @ p + wage * labour)
refused = False
try:
    prices_at(highest + 1e-3)
except no.UnproductiveError:
    refused = True
assert refused

# %% [markdown]
# Two things to see. Wages and profits share out one product: more of the one is less of the other. And **relative
# prices depend on how it is shared out**: a yard costs 2.5 bushels at the rate 0, and less at every other, since of the
# value of wheat 60 % are inputs, of that of cloth 28 %, and it is on inputs that profit is counted. So prices of this
# kind are no measure of effort. Labour values are; they depend on the technique alone.
#
# Piero Sraffa asked what is left of prices when there is *no* surplus. Wheat, iron and pigs:
#
# | used up | wheat | iron | pigs | | made |
# | --- | --- | --- | --- | --- | --- |
# | growing wheat | 240 | 12 | 18 | → | 450 wheat |
# | making iron | 90 | 6 | 12 | → | 21 iron |
# | raising pigs | 120 | 3 | 30 | → | 60 pigs |

# %%
goods = ["wheat", "iron", "pigs"]
uses = pd.DataFrame([[240, 12, 18], [90, 6, 12], [120, 3, 30]], index=goods, columns=goods).T  # columns: industries
totals = pd.Series([450.0, 21.0, 60.0], index=goods)
sraffa = uses / totals
values, vectors = np.linalg.eig(sraffa.T)
largest = np.argmax(values.real)
exchange = pd.Series(vectors[:, largest].real, index=goods)
exchange /= exchange["wheat"]
print("used up in all:", uses.sum(axis=1).to_list(), " made:", totals.to_list())
print(f"largest eigenvalue: {values[largest].real:.12f}")
print("prices in wheat:", exchange.round(9).to_list())

# %%
assert (uses.sum(axis=1) == totals).all() and abs(values[largest] - 1) < 1e-12
assert np.allclose(exchange, [1, 10, 5])  # 10 wheat = 1 iron = 2 pigs
assert np.allclose(uses.T @ exchange, totals * exchange)  # every industry can just buy what it needs again

# %% [markdown]
# Everything made is used up again. The spectral radius is exactly 1: nothing can be taken out. Yet there is one set of
# prices, and only one, at which every industry can just buy back what it needs: 10 of wheat for 1 of iron for 2 pigs.
# These prices come from the table alone. No demand, no utility and no market went in.
#
# What does `leontief` say of it?

# %%
try:
    no.leontief(sraffa, np.ones(3), names=goods)
except no.UndecidedError as error:
    undecided = error
print(undecided)
print()
try:
    no.leontief([[0.5, 0.25], [0.5, 0.75]], np.ones(2), names=["corn", "pigs"])
except no.UnproductiveError as error:
    exactly_one = error
print(exactly_one)

# %%
assert undecided.productive and 1 - 3e-15 < undecided.least <= undecided.radius < 1
assert exactly_one.least == exactly_one.radius == 1 and not isinstance(exactly_one, no.UndecidedError)

# %% [markdown]
# "Although the economy is productive"? We divided 240 by 450, and 12 by 450. The computer keeps 16 digits of that, and
# the table with *these* figures does leave something: less than two parts in $10^{15}$. `leontief` has judged the
# figures it was given, with fractions instead of rounded numbers, and says so. But no plan for a demand can be
# trusted so near to 1, and so it refuses, without claiming that the economy uses itself up (an `UndecidedError`). The
# second table is another one of Sraffa's kind, with coefficients that the computer holds exactly. It gets a verdict:
# exactly 1.

# %% [markdown]
# ## How far off is the answer?
#
# With two goods we invert a matrix. With a million we do not: the inverse has $10^{12}$ entries. We go round by round
# instead. When may we stop? The usual answer is: when a round changes hardly anything. It is a bad answer. Take the
# table of the beginning with all inputs three times as large, and a demand for a thousand units of each good.

# %%
tight = 3 * A.to_numpy()
demand = np.array([1000.0, 1000.0])
exact = np.linalg.solve(identity - tight, demand)
values = np.linalg.solve(identity - tight.T, [1.0, 1.0])  # prices with a margin of one on every good (see below)
proof = no.leontief(tight, demand, witness=values).witness
guess, steps, errors, bounds = demand.copy(), [], [], []
for _ in range(700):
    following = tight @ guess + demand
    residual = following - guess  # the step of a round is the residual d - x + Ax
    steps.append(proof.margins @ abs(residual))
    errors.append(proof.margins @ abs(guess - exact))
    bounds.append(proof.prices @ abs(residual))
    guess = following
steps, errors, bounds = np.array(steps), np.array(errors), np.array(bounds)
print(f"spectral radius {abs(np.linalg.eigvals(tight)).max():.4f}")
k = np.argmax(steps < 1)
print(f"round {k}: the step is {steps[k]:.2f}, the error {errors[k]:.2f}, the bound on it {bounds[k]:.2f}")

# %%
assert (errors <= bounds * (1 + 1e-9) + 1e-6).all()
assert errors[k] > 50 * steps[k]

# %%
figure, ax = plt.subplots(figsize=(6.4, 3.6))
ax.semilogy(np.arange(0, 700, 50), bounds[::50], "ko", markersize=5, label="bound: residual at the witness's prices")
ax.semilogy(errors, "k-", linewidth=1.5, label="true error")
ax.semilogy(steps, color="grey", linewidth=1.2, label="step of the round")
ax.set(xlabel="rounds", ylabel="goods, valued at margins", xlim=(0, 700))
ax.legend(frameon=False, fontsize=9)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# When the step has fallen below 1, the plan is still off by nearly eighty times that. Steps are small because the
# rounds are slow, not because they have arrived. What is wanted is a **bound**: a number of which it is proved that the
# error is not larger. The dots are such a bound. (Here they lie on the error: all that is lacking has one sign. In
# general they lie above it.)
#
# The proof needs a **witness**: prices $v > 0$ at which every industry has a margin, that is, at which its inputs
# cost less than its product: $m = v - A'v > 0$. Labour values are such prices; their margins are the labour $l$. Any
# others will do. Let $e$ be the error of a plan $x$, and $r = d - x + Ax$ its residual, what the balance lacks. Then
# $e = -(I - A)^{-1} r$. No entry of $(I - A)^{-1} = I + A + A^2 + \dots$ is negative, so
#
# $$|e| \le (I - A)^{-1} |r| \qquad\text{and}\qquad m'|e| \;\le\; m'(I - A)^{-1}|r| \;=\; v'|r|.$$
#
# In words: **the error, valued at margins, is at most the residual, valued at prices.** With labour values as
# witness: the labour that the plan misplaces is at most the labour in what the balance lacks. Both sides can be
# computed, and it takes one look at the table to check that $v$ is a witness. For prices instead of quantities there
# is a like bound in percent of $v$: $\max_j |e_j|/v_j \le \max_j |r_j|/m_j$.
#
# `leontief` looks for a witness before it does anything else. Finding one proves that the economy is productive. It
# stops when the bound is small enough, and hands all of it back:

# %%
found = no.leontief(inputs, wanted, method="neumann", tolerance=1e-6)
print("witness:", found.witness.prices.round(4), "margins:", found.witness.margins.round(4))
print(f"bound on the error: {found.bound:.1e}, relative {found.relative_bound:.1e}, proved: {found.proved}")
off = found.witness.margins @ abs(found.x - [100, 50])
print(f"true error in the same measure: {off:.1e}")

# %%
witness = found.witness
assert (witness.prices > 0).all() and (witness.margins > 0).all()
assert (witness.prices - a.T @ witness.prices >= witness.margins).all()
assert off <= found.bound and found.relative_bound <= 1e-6
own = no.leontief(inputs, wanted, witness=v)  # labour values are a witness
assert np.allclose(own.witness.margins, labour)

# %% [markdown]
# ## The methods
#
# Orders in rounds are called *Neumann*'s series. There are quicker ways to the same answer:
#
# - **Gauss–Seidel**: each industry uses at once what the others have just announced.
# - **Anderson**: mix the last few rounds so that their errors cancel.
# - **GMRES, BiCGSTAB** (Krylov methods): the best combination of all rounds so far, or nearly.
# - **LU**: eliminate one good after the other, as at school. Exact, but large tables fill up with numbers.
# - **block-triangular**: where goods fall into groups that do not need each other both ways, solve group by group.
#
# We measure in *passes*: how often the whole table has been read. Three thousand goods in groups that trade mostly
# among themselves, each good made of ten others, spectral radius 0.95:

# %%
large = coefficient_matrix("nearly-decomposable", 3000, 10, radius=0.95, seed=1)
everywhere = np.ones(3000)
methods = ["neumann", "gauss-seidel", "anderson", "gmres", "bicgstab", "lu", "block-triangular"]
solutions = {method: no.leontief(large, everywhere, method=method) for method in methods}
table = pd.DataFrame({m: {"passes": s.passes, "proved": s.proved} for m, s in solutions.items()}).T
print(table)
chosen = no.leontief(large, everywhere)
print("auto:", chosen.method, "-", chosen.reason)

# %%
assert all(s.proved and s.relative_bound <= 1e-9 for s in solutions.values())
best = solutions["lu"]
for s in solutions.values():
    assert s.witness.margins @ abs(s.x - best.x) <= s.bound + best.bound + 1e-12 * (s.witness.margins @ best.x)
assert solutions["neumann"].passes > 1.5 * solutions["gauss-seidel"].passes > 3 * solutions["gmres"].passes

# %%
figure, ax = plt.subplots(figsize=(7.6, 4.0), layout="constrained")
styles = {"neumann": "k-", "gauss-seidel": "k--", "anderson": "k-.", "gmres": "k:"}
for method, style in styles.items():
    passes, error = np.array(solutions[method].trace).T
    shown = np.isfinite(error)
    ax.semilogy(passes[shown], error[shown], style, linewidth=1.4, label=method)
marks = {"bicgstab": "o", "lu": "s", "block-triangular": "^"}
for method, mark in marks.items():
    ax.semilogy(*solutions[method].trace[-1], "k" + mark, markersize=6, markerfacecolor="white", label=method)
ax.axhline(1e-9, color="grey", linewidth=0.8)
ax.set(xlabel="passes over the table (the search for the witness included)", xscale="log")
ax.set_ylabel("relative error, at most")
ax.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# (The dotted curve of GMRES is its own estimate on the way; the end of every curve is the proven bound. BiCGSTAB, LU
# and block-triangular show only their ends. LU needs few passes but does most of its work between them.)
#
# The method hardly matters for the answer: all are within their bounds of one another. It matters for the time. And
# it depends on the *shape* of the table which one is best. `auto` looks at the shape:

# %%
for pattern, settings in {
    "uniform": {},
    "triangular": {},
    "nearly-decomposable": {"blocks": 20, "links_between": 0.001},
}.items():
    looked_at = no.leontief(coefficient_matrix(pattern, 3000, 10, radius=0.9, seed=1, **settings), everywhere)
    print(f"{pattern:20} {looked_at.method:17} {looked_at.reason}")
    assert looked_at.proved

# %% [markdown]
# ## The United Kingdom of 2015
#
# Twenty industries of a real country, in millions of pounds. Every industry's goods are counted by what they cost,
# and labour by what it was paid. So here a labour value is: wages, direct and indirect, per pound's worth. Which
# wages are behind a pound spent on energy? Mostly not those of the energy industry.

# %%
uk = no.read("uk_2015_20")
uk_inputs, uk_labour = uk.frame("inputs"), uk.frame("resource_use").loc["labour"]
uk_demand = uk.frame("targets")["year1"]
industries = list(uk_inputs.columns)
uk_output = no.leontief(uk_inputs, uk_demand).x
uk_values = pd.Series(no.leontief(uk_inputs, uk_labour, transpose=True).x, index=industries)
multipliers = pd.Series(np.linalg.inv(np.eye(20) - uk_inputs).sum(axis=0), index=industries)
report = pd.DataFrame({"multiplier": multipliers, "direct wages": uk_labour, "all wages": uk_values})
print(report.assign(ratio=uk_values / uk_labour).sort_values("all wages").round(3).to_string())
print(f"wages in all: {uk_labour.to_numpy() @ uk_output:,.0f};", end=" ")
print(f"in what was consumed and exported: {uk_values @ uk_demand:,.0f}")

# %%
assert multipliers.idxmax() == "energy and water" and abs(multipliers.max() - 2.082) < 1e-3
assert uk_values.idxmin() == "housing and property" and uk_values.idxmax() == "education"
assert abs(uk_labour.to_numpy() @ uk_output - uk_values @ uk_demand) < 1e-3
assert abs((uk_values / uk_labour)["energy and water"] - 2.83) < 0.01

# %%
order = uk_values.sort_values().index
figure, ax = plt.subplots(figsize=(7.0, 4.8))
direct, indirect = uk_labour[order], (uk_values - uk_labour)[order]
ax.barh(order, direct, color="0.35", edgecolor="black", label="of the industry itself")
ax.barh(order, indirect, left=direct, color="0.85", edgecolor="black", label="of its suppliers, and theirs")
ax.set(xlabel="wages in a pound's worth of the good", xlim=(0, 0.8))
ax.tick_params(axis="y", labelsize=8)
ax.legend(frameon=False, fontsize=9, loc="lower right")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# Of a pound spent on energy and water, 11 pence are wages of that industry, and 30 pence are wages in all. In
# education it is 63 and 74. (Imports and what is paid for them are left out: these are wages paid in the country.)
#
# Once more as a linear program: demand served once, with the least wages. Both roads, twenty industries:

# %%
once = no.build_economy(
    name="the United Kingdom, once",
    goods=industries,
    resources=["labour"],
    inputs=uk_inputs,
    resource_use=uk.frame("resource_use"),
    resource_weights=[1.0],
    targets=uk_demand,
    objective="least-resources",
)
plans = {method: no.solve(once, method=method).assert_optimal() for method in ["auto", "fixed-point"]}
for method, plan in plans.items():
    print(f"{method:12} wages {plan.objective:,.3f}, bound {plan.certificate.dual_objective:,.3f}")
    assert np.allclose(plan.valuations.loc["good"].iloc[:, 0], uk_values, rtol=1e-9)
    assert np.allclose(plan.activities.iloc[:, 0], uk_output, rtol=1e-9)
    assert plan.proved

# %% [markdown]
# ## Labour values by walking
#
# There is yet another way to a labour value: throw dice. Start at a bushel of wheat and count its own labour, 0.8.
# A bushel uses up 0.25 bushels and 0.14 yards. So, with probability 0.25, step to wheat; with probability 0.14, step
# to cloth; otherwise stop. Where you step, count the labour there, and go on. A few walks:


# %%
def walk(start, rng):
    """Walk back along inputs from a good; return the goods visited and the labour counted."""
    at, visited, counted = start, [], 0.0
    while at is not None:
        visited.append(["wheat", "cloth"][at])
        counted += labour.iloc[at]
        draw = rng.random()
        at = 0 if draw < a[0, at] else 1 if draw < a[0, at] + a[1, at] else None
    return visited, counted


rng = np.random.default_rng(3)
for _ in range(5):
    visited, counted = walk(0, rng)
    print(f"{counted:5.1f}   {' <- '.join(visited)}")
mean = np.mean([walk(0, rng)[1] for _ in range(10_000)])
print(f"mean of 10,000 walks: {mean:.3f}")

# %%
assert abs(mean - 2) < 0.06

# %% [markdown]
# Single walks are far off, but their mean is the labour value, 2. Why? Let $v_j$ be what a walk from $j$ counts on
# average. It counts $l_j$ at once, and with probability $a_{ij}$ it goes on from $i$:
#
# $$v_j = l_j + \sum_i a_{ij}\, v_i .$$
#
# That is the equation of labour values. In another trade it is called *Bellman's equation*: goods are the **states**,
# labour is the **reward**, the inputs are the **transitions**, and the value of a state is the reward to be expected
# from there on (a *Markov reward process*). In each step something leaks out, so every walk ends. If an industry
# could choose between techniques, there would be something to decide in each state, and it would be a *Markov
# decision process*. Barto and Duff saw in 1994 what follows: the methods of reinforcement learning solve systems of
# equations, and *one* unknown can be estimated without solving for the others.
#
# Our dice worked because in these units every column adds up to less than 1. In other units they do not. The remedy
# is the witness: at its prices $v$ the inputs of a good cost less than the good, so the shares $v_i a_{ij}/v_j$ add up
# to less than 1 and can be drawn, and what is counted is scaled back. `estimate` does that. (It counts only the good at
# which a walk ends: its labour, over the probability of ending there. On average that is the same.) It gives a mean
# and an interval that holds the truth in 95 of 100 cases:

# %%
walks = [2_000 * 4**k for k in range(5)]
estimates = [estimate(inputs, labour, 0, transpose=True, max_walks=n, seed=1) for n in walks]
for e in estimates:
    print(f"{e.walks:>9,} walks: {e.value:.4f}, between {e.low:.4f} and {e.high:.4f}")
figure, ax = plt.subplots(figsize=(6.4, 3.4))
middle = np.array([e.value for e in estimates])
half = np.array([e.high - e.value for e in estimates])
ax.errorbar(walks, middle, yerr=half, fmt="ko", capsize=4, markersize=5, linewidth=1.2)
ax.axhline(2, color="grey", linestyle="--", linewidth=1)
ax.annotate("labour value of wheat: 2", (1.0e5, 1.975), fontsize=9, color="dimgrey")
ax.set(xlabel="walks", ylabel="person-years a bushel", xscale="log")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert all(e.walks == n for e, n in zip(estimates, walks, strict=True))
assert np.allclose(half[:-1] / half[1:], 2, rtol=0.1)  # four times the walks, half the width
hundred = [estimate(inputs, labour, 0, transpose=True, max_walks=2_000, seed=s) for s in range(200)]
holding = sum(e.low <= 2 <= e.high for e in hundred)
print(f"of 200 intervals from different dice, {holding} hold the truth")
assert 180 <= holding <= 198

# %% [markdown]
# Four times the walks halve the width: two more correct digits take 10,000 times the walks. A bound of $10^{-9}$ is
# out of reach, and what one gets is a chance of 95 %, not a proof. But look at the cost of one component as the
# economy grows. Twice the same walks: once by the witness that `leontief` found, once by one with the same margin on
# every good (values for a labour of one each, to a percent).

# %%
for size in [100, 1_000, 20_000]:
    many = coefficient_matrix("uniform", size, 10, radius=0.8, seed=1)
    work = np.random.default_rng(0).uniform(0.5, 1.5, size)
    solved = no.leontief(many, work, transpose=True)
    rough = no.leontief(many, np.ones(size), transpose=True, tolerance=1e-2).x
    even = no.leontief(many, work, transpose=True, witness=rough).witness
    print(f"{size:>6,} goods: {solved.x[0]:.3f} by solving")
    for kind, used in [("found", solved.witness), ("even", even)]:
        e = estimate(many, work, 0, transpose=True, max_walks=20_000, witness=used)
        least = (used.margins / used.prices).min()
        print(f"    {kind:5}: {e.value:.3f} ± {e.high - e.value:.3f}, least margin {least:5.1%} of the price,", end=" ")
        print(f"{e.steps / e.walks:.2f} goods visited per walk")
        assert abs(e.value - solved.x[0]) < 4 * e.error and e.low <= solved.x[0] <= e.high
        assert 4 < e.steps / e.walks < 6
    assert e.high - e.value < 0.01 * e.value

# %% [markdown]
# Two hundred times the goods, and a walk visits as many as before, about $1/(1 - 0.8) = 5$.
#
# One interval is far wider than the others, and the mean is as good as theirs. Why? A walk that ends at a good with
# hardly any margin is rare, and counts much: its labour is divided by that margin. With a margin of 0.1 % among the
# thousand goods, 20,000 walks may have missed what matters, and the interval allows for it. With even margins no walk
# counts much more than another.
#
# So if you need *one* labour value to one percent, walk, by a witness with even margins. If you need all of them, or
# proofs, solve.
#
# ## Exercises
#
# **1. One hundred more.** In the table of Miller and Blair, people want 100 more of good 1. Which sector must make
# more, and how much? Read it off $L$. Then ask how much of it the first three rounds of orders account for.
#
# **2. Repair.** By what factor must all coefficients of the first, unproductive economy shrink so that it becomes
# productive? Check on either side. What happens to the output for a demand of one each as you come closer?
#
# **3. Sraffa with a surplus.** Wheat: 280 wheat and 12 iron → 575 wheat. Iron: 120 wheat and 8 iron → 20 iron. What
# is left over? At which rate of profit, equal in both, can each industry buy its inputs again, and at which price of
# iron? (Hint: there is no wage. The rate is $1/\rho - 1$.)
#
# **4. How hard is it?** Solve for 2,000 goods with 10 inputs each at the spectral radii 0.8, 0.95, 0.99, with
# `neumann` and `gmres`, for the patterns `uniform` and `nearly-decomposable`. Which passes follow from the radius
# alone? For which method does the shape matter?
#
# ## Solutions
#
# ### Solution 1
#
# The first column of $L$, times 100: 125.4 of good 1 and 26.4 of good 2.

# %%
more = pd.Series([100.0, 0.0], index=sectors)
in_all = L @ more
early = sum(np.linalg.matrix_power(A.to_numpy(), k) @ more.to_numpy() for k in range(3))
print(in_all.round(2).to_list(), "of which in rounds 0 to 2:", (early / in_all.to_numpy()).round(3).tolist())
assert np.allclose(in_all, [125.41, 26.40], atol=0.005)
assert np.allclose(no.leontief(A, d + more).x - no.leontief(A, d).x, in_all)
assert (early < in_all).all() and early[0] / in_all.iloc[0] > 0.95

# %% [markdown]
# ### Solution 2
#
# By a little more than the factor $1/1.06158 = 0.942$. Closer to it, output grows beyond all bounds: nearly all that
# is made is used up in making it.

# %%
limit = 1 / abs(np.linalg.eigvals(first)).max()
print(f"factor {limit:.4f}")
outputs = {}
for share in [0.9, 0.99, 0.999]:
    outputs[share] = no.leontief(share * limit * first, one_each).x
    print(f"{share:.3f} of it: make {outputs[share].round(1)} for one each")
try:
    no.leontief(1.001 * limit * first, one_each)
except no.UnproductiveError as error:
    print("1.001 of it:", error)
    assert error.radius > 1
assert abs(limit - 0.942) < 1e-3
assert outputs[0.999].sum() > 9 * outputs[0.99].sum() > 80 * outputs[0.9].sum()

# %% [markdown]
# ### Solution 3
#
# 175 wheat are left over, and no iron. The spectral radius is 0.8, so the rate is 25 %; a unit of iron costs 15 of
# wheat. The eigenvector of the transposed table gives the prices.

# %%
pair = ["wheat", "iron"]
with_surplus = pd.DataFrame([[280.0, 120.0], [12.0, 8.0]], index=pair, columns=pair)
made = pd.Series([575.0, 20.0], index=pair)
values, vectors = np.linalg.eig((with_surplus / made).T)
dominant = np.argmax(values.real)
ratio = vectors[1, dominant] / vectors[0, dominant]
rate = 1 / values[dominant] - 1
print("left over:", (made - with_surplus.sum(axis=1)).to_list(), f"rate {rate:.4f}, price of iron {ratio:.4f}")
price = pd.Series([1.0, 15.0], index=pair)
assert np.allclose(1.25 * (with_surplus.T @ price), made * price)
assert abs(rate - 0.25) < 1e-12 and abs(ratio - 15) < 1e-9

# %% [markdown]
# ### Solution 4
#
# A round of orders leaves about the share $\rho$ of the error, so Neumann needs about $\ln 10^{-9} / \ln \rho$
# rounds: 93, 404, 2062, whatever the shape. GMRES hardly minds the radius where the table has no structure: all
# errors but one die out quickly there, and it removes the one that does not. In nearly decomposable tables every
# group has an error of its own that lasts, and it has to remove them one by one. Real economies are more like that.

# %%
for pattern in ["uniform", "nearly-decomposable"]:
    for radius in [0.8, 0.95, 0.99]:
        harder = coefficient_matrix(pattern, 2000, 10, radius=radius, seed=1)
        neumann, gmres = (no.leontief(harder, np.ones(2000), method=m) for m in ("neumann", "gmres"))
        expected = np.log(1e-9) / np.log(radius)
        print(f"{pattern:20} {radius}: neumann {neumann.passes} (expected {expected:.0f}), gmres {gmres.passes}")
        assert neumann.proved and gmres.proved
        assert 0.8 * expected < neumann.passes < 1.2 * expected
        assert gmres.passes < (45 if pattern == "uniform" else 110)
