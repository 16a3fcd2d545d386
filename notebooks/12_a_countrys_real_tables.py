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
# # 12. A country's real tables
#
# So far most economies were small and clean. A statistical office delivers something else: a spreadsheet with sixty
# industries, four hundred products, totals among the rows, negative numbers, products that nobody makes, and industries
# that make several things at once. This notebook goes from such tables to proved plans: first the energy of Britain in
# physical units, typed here; then twenty industries of Britain, which come with the package; and, where you have the
# files, Sweden and the United States as their offices publish them.
#
# You need notebook 3 ($x = Ax + d$, contents).

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import natura_opt as no

DATA = Path("../../shared/data")  # where you keep published tables; cells that need them say so if they are not there

# %% [markdown]
# ## The story and the data
#
# How much oil and gas does it take to light a lamp and to drive a car? Heun, Owen and Brockway ("A physical supply-use
# table framework for energy analysis on the energy conversion chain", *Applied Energy* 226, 2018) wrote the energy of
# the United Kingdom of 2000 as two tables, in round numbers: who **supplies** each carrier, and who **uses** it,
# all in thousand tonnes of oil equivalent (ktoe). The file comes with their package Recca (MIT licence). One line is
# one flow; what is negative is used up.

# %%
flows = """LedgerSide,Flow,Product,Edot
Supply,Resources [of Crude],Crude,50000
Supply,Resources [of NG],NG,43000
Supply,Gas wells & proc.,NG [from Wells],43000
Supply,Oil fields,Crude [from Fields],50000
Supply,Crude dist.,Crude [from Dist.],47500
Supply,NG dist.,NG [from Dist.],41000
Supply,Oil refineries,Diesel,20500
Supply,Oil refineries,Petrol,26500
Supply,Power plants,Elect,6400
Supply,Elect. grid,Elect [from Grid],6275
Supply,Diesel dist.,Diesel [from Dist.],15500
Supply,Petrol dist.,Petrol [from Dist.],26500
Supply,Oil fields,Crude,-50000
Supply,Crude dist.,Crude [from Fields],-47500
Supply,Oil refineries,Crude [from Dist.],-47000
Supply,Gas wells & proc.,NG,-43000
Supply,NG dist.,NG [from Wells],-41000
Supply,Power plants,NG [from Dist.],-16000
Supply,Diesel dist.,Diesel,-15500
Supply,Elect. grid,Elect,-6400
Supply,Petrol dist.,Petrol,-26500
Supply,Gas wells & proc.,Elect [from Grid],-25
Supply,Oil fields,Elect [from Grid],-25
Supply,Crude dist.,Elect [from Grid],-25
Supply,NG dist.,Elect [from Grid],-25
Supply,Oil refineries,Elect [from Grid],-75
Supply,Power plants,Elect [from Grid],-100
Supply,Oil refineries,Diesel,-5000
Supply,Crude dist.,Crude [from Dist.],-500
Supply,Gas wells & proc.,Diesel [from Dist.],-50
Supply,Oil fields,Diesel [from Dist.],-50
Supply,Crude dist.,Diesel [from Dist.],-25
Supply,NG dist.,Diesel [from Dist.],-25
Supply,Petrol dist.,Diesel [from Dist.],-250
Supply,Gas wells & proc.,NG [from Wells],-2000
Supply,Oil fields,Crude [from Fields],-2500
Supply,Diesel dist.,Diesel [from Dist.],-350
Supply,Petrol dist.,Petrol [from Dist.],-500
Consumption,Residential,NG [from Dist.],25000
Consumption,Transport,Diesel [from Dist.],14750
Consumption,Residential,Elect [from Grid],6000
Consumption,Transport,Petrol [from Dist.],26000
"""
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "uk_energy_2000.csv"
    file.write_text(flows, encoding="utf-8")
    energy = no.read_psut(file, unit="ktoe")
print(energy.frame("outputs")["Oil refineries"][lambda column: column > 0].round(4).to_string())

# %% [markdown]
# The reader keeps the **refinery** as it is: one technique, two products. Each unit of its work makes .436 of diesel
# and .564 of petrol, whether anybody wants both or not. (Where an office publishes a single square table, somebody has
# already decided how to take such industries apart; the supply and use tables are what was observed.)
#
# ## What a lamp takes

# %%
plan = no.solve(energy).assert_optimal()
reach = energy.vector("targets", 0).sum()
print(f"primary energy: {plan.objective:,.0f} ktoe, for {reach:,.0f} that reach homes and cars")
ends = ["Elect [from Grid]", "NG [from Dist.]", "Petrol [from Dist.]", "Diesel [from Dist.]"]
print(plan.valuations.loc["good"].loc[ends].round(3).to_string())

# %%
plan.plot.valuations(most=12)

# %%
worth = plan.valuations.loc["good"]["1"]
assert np.isclose(plan.objective, 93_000, rtol=1e-9) and energy.vector("targets", 0).sum() == 71_750
assert np.isclose(plan.activities.loc["Oil refineries", "1"], 47_000, rtol=1e-9)
assert worth["Elect [from Grid]"] > 2.5 * worth["NG [from Dist.]"]
diesel = plan.explain("Diesel [from Dist.]").interval
petrol = plan.explain("Petrol [from Dist.]").interval
assert diesel[1] - diesel[0] > 1 and petrol[1] - petrol[0] > 1

# %% [markdown]
# A unit of electricity holds 2.7 units of gas and oil, since power plants turn two fifths of the gas into power. For
# petrol and diesel the picture shows something else: **brown ranges**. The refinery makes both at once, and in 2000
# both were just used up. What is the share of each in a barrel? The table does not say, and nothing can: any split that
# pays for the barrel serves. One more unit of diesel alone needs a run of the refinery with petrol that nobody asked
# for, and one unit less saves nothing.

# %%
print(plan.explain("Diesel [from Dist.]").lines[0])


def primary(carrier, more):
    """Return the primary energy when people want more (or less) of one carrier."""
    wanted = energy.frame("targets")
    wanted.loc[carrier] += more
    return no.solve(energy.with_changes(targets=wanted)).assert_optimal()


for more in (100.0, -100.0):
    there = primary("Diesel [from Dist.]", more)
    left = there.surplus["1"]
    idle = {name: round(float(left[name]), 1) for name in ("Petrol", "Diesel") if left[name] > 1e-6}
    print(f"{more:+.0f} ktoe of diesel: {there.objective - plan.objective:+.2f} ktoe of oil and gas, left over: {idle}")

# %%
up, down = (primary("Diesel [from Dist.]", more).objective - plan.objective for more in (100.0, -100.0))
assert np.isclose(up / 100, diesel[1], rtol=1e-6) and np.isclose(-down / 100, diesel[0], atol=1e-6)

# %% [markdown]
# Whoever reports *one* energy content of diesel has chosen an allocation rule (by mass, by energy, by price) and should
# say which. The interval is what the table itself knows.

# %%
plan.plot.network()

# %% [markdown]
# ## Twenty industries of Britain
#
# In money, the same. `uk_2015_20` is the industry table of the UK for 2015 (Office for National Statistics, Open
# Government Licence), 129 industries added up to 20, with an estimate of who holds which capital. Each good is now "a
# million pounds' worth at the prices of 2015": a physical unit of a kind (so much of the mix that cost a million then),
# as long as nobody thinks that the mix can be traded one for one against another.

# %%
uk = no.read("uk_2015_20")
inputs = uk.frame("inputs", "year1")
labour = uk.frame("resource_use", "year1").loc["labour"]
content = pd.Series(no.leontief(inputs.to_numpy(), labour.to_numpy(), transpose=True).x, uk.goods)
table = pd.DataFrame({"wages paid in it": labour.to_numpy(), "wages in all that it takes": content}, uk.goods)
table["share paid elsewhere"] = 1 - table.iloc[:, 0] / table.iloc[:, 1]
print(table.sort_values("share paid elsewhere").round(3).to_string())

# %%
assert (table.iloc[:, 1] > table.iloc[:, 0]).all() and table.iloc[:, 1].max() < 1
assert np.allclose(content, inputs.T @ content.to_numpy() + labour.to_numpy())
assert table["share paid elsewhere"].idxmin() == "education"

# %% [markdown]
# In education nearly all wages are paid on the spot; in energy, food, farming and construction more than half are paid
# elsewhere, in what is bought. In no industry do the wages in all that it takes come to its price: the rest is profit,
# taxes, and what comes from abroad.

# %%
industries = no.solve(uk).assert_optimal()
industries.plot.network("year1", most=25)

# %% [markdown]
# ## How much does adding up lie?
#
# Somebody chose the twenty industries. What if it had been five? `aggregate` makes a smaller economy from a
# concordance, each group weighted by its outputs, and the contents can be compared.

# %%
groups = {
    "farms, mines, energy": ["agriculture", "mining and extraction", "energy and water"],
    "factories": [
        *("food and drink", "light manufacturing", "fuels and chemicals", "metals and materials"),
        "machinery and vehicles",
    ],
    "building": ["construction", "housing and property"],
    "the state": ["education", "health and social care", "public administration"],
}
placed = {good: group for group, members in groups.items() for good in members}
concordance = pd.Series({good: placed.get(good, "services") for good in uk.goods}, name="group")
outputs = industries.output["year1"]
five = uk.aggregate(concordance, outputs)
coarse = pd.Series(
    no.leontief(
        five.frame("inputs", "year1").to_numpy(), five.frame("resource_use", "year1").to_numpy()[0], transpose=True
    ).x,
    five.goods,
)
shown = pd.DataFrame({"of twenty": content, "of its group": concordance.map(coarse)})
shown["off by"] = shown["of its group"] / shown["of twenty"] - 1
print(shown.assign(group=concordance).sort_values("off by").round(3).to_string())

# %%
figure, ax = plt.subplots(figsize=(6.6, 3.6))
ax.plot(shown["of twenty"], shown["of its group"], "ko", markerfacecolor="white")
ax.axline((0.4, 0.4), slope=1, color="grey", linewidth=0.8)
ax.set(xlabel="wages per pound, by twenty industries", ylabel="by five groups")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert len(five.goods) == 5 and set(placed) < set(uk.goods)
assert shown["of twenty"].round(2)[["housing and property", "construction"]].to_list() == [0.14, 0.43]
assert shown["off by"].abs().max() > 0.8 and (shown["off by"].abs() > 0.1).sum() >= 5
whole = (industries.output["year1"] * labour.to_numpy()).sum()
small = five.frame("resource_use", "year1").to_numpy()[0] @ outputs.groupby(concordance).sum().reindex(five.goods)
assert np.isclose(whole, small)  # direct wages are kept; contents are not

# %% [markdown]
# Housing (.14 of wages in a pound) and construction (.43) became one thing of .27: one comes out at almost twice its
# wages, the other at two thirds. The wages of the whole country are kept to the last pound. Aggregation keeps totals
# and loses contents.
#
# ## What offices deliver: a small table with everything wrong in it
#
# Readers of this package refuse what they cannot understand, and say where it is. Here are three products, two
# industries and the usual trouble.

# %%
products, branches = ["bread", "tools", "scrap"], ["bakeries", "workshops"]
supply = pd.DataFrame([[100.0, 0.0], [0.0, 50.0], [0.0, 0.0]], products, branches)
use = pd.DataFrame([[10.0, 20.0], [30.0, 0.0], [5.0, -15.0]], products, branches)
wanted = pd.Series([70.0, 20.0, 10.0], products)
for settings in ({}, {"negatives": "as-output"}):
    try:
        read = no.from_supply_use(supply, use, final_demand=wanted, name="a small table", **settings)
        print("\nread, with notes:", *read.notes, sep="\n  ")
    except no.DataError as error:
        print("refused:", error)

# %%
assert read.frame("outputs").loc["scrap", "workshops"] > 0
assert any("negative" in note for note in read.notes)

# %% [markdown]
# A use of minus 15 is how some offices book a **by-product**: workshops "use" scrap negatively, that is, they make it.
# With `negatives="as-output"` it becomes an output, and the note says so; nothing is moved in silence.
#
# ## Sweden, as it is published
#
# Statistics Sweden publishes supply and use for 59 industries with hours worked and CO₂ in one sheet per year. One call
# reads 2015: products in rows, where the figures stand in spreadsheet coordinates, hours in row 86, CO₂ in row 87.

# %%
place = DATA / "sweden_sut_2008_2016" / "nrio_sut_181108.xlsx"
if place.exists():
    sweden = no.read_supply_use(
        place, "159:217", "4:62", "BP:BW", sheet="2015", industries="C:BI", zeros=[""], tolerance=float("inf"),
        resources={"hours": "row 86"}, emissions={"CO2": "row 87"}, negatives="as-output", name="Sweden 2015",
    )  # fmt: skip
    print(f"{len(sweden.goods)} products, {len(sweden.techniques)} industries; notes: {sweden.notes}")
    least = no.solve(sweden).assert_optimal()
    print(f"least labour for the year's demand: {least.objective / 1e5:.4f} billion hours; proved:", least.proved)
    print(f"CO2: {least.emissions.iloc[0, 0] / 1e3:.2f} million tonnes")
    made, used = (sweden.frame(name).to_numpy() for name in ("outputs", "inputs"))
    runs = least.activities["1"].to_numpy() > 0
    assert np.isclose(least.objective, 774_026, rtol=1e-9)  # in units of ten thousand hours
    assert np.isclose(least.emissions.iloc[0, 0], sweden.frame("emissions").to_numpy()[0] @ least.activities["1"])
else:
    print("the tables of Sweden are not here")

# %% [markdown]
# Which products hold most CO₂ per krona? With one way of making each product there is nothing to choose, and the
# content is the solution of one linear system, as in notebook 3, with $B$ in the place of the identity, since
# industries make several products.

# %%
if place.exists():
    square = np.linalg.solve((made - used)[:, runs].T[:, runs], sweden.frame("emissions").to_numpy()[0][runs])
    carbon = pd.Series(square, sweden.goods[runs]).sort_values(ascending=False) * 1e3
    print(f"tonnes of CO2 per million kronor, by product code (in all: {len(carbon)})")
    print(carbon.head(6).round(1).to_string())
    assert carbon.index[:3].to_list() == ["H50", "C23", "H51"] and carbon.iloc[0] > 5 * carbon.median() > 0
else:
    print("the tables of Sweden are not here")

# %% [markdown]
# The codes are those of NACE: H50 is shipping, C23 glass, bricks and cement, H51 flying, A03 fishing, D35 electricity,
# gas and heat, C24 basic metals.
#
# ## The United States, 402 industries
#
# The Bureau of Economic Analysis publishes a Make and a Use table with about four hundred industries (2017; public
# domain). They contain everything: joint products, eight negative entries, products that nobody makes.

# %%
folder = DATA / "usa_bea_detail_2017"
if folder.is_dir():
    make, use = (folder / f"Detail_{name}_AfterRedef_17sch.csv" for name in ("Make_2017", "Use_2017_PRO"))
    try:
        no.read_bea(make, use)
    except no.DataError as error:
        print("refused:", str(error).partition(";")[0], "...\n")
    usa = no.read_bea(make, use, negatives="as-output", name="USA 2017")
    print("read, with notes:", *usa.notes, sep="\n  ")
    large = no.solve(usa).assert_optimal()
    print(f"\n{len(usa.techniques)} industries: {large.objective / 1e6:.3f} trillion dollars of wages; {large.proved}")
    assert len(usa.goods) == 402 and usa.matrix("outputs", 0).nnz > 3_000
else:
    print("the tables of the United States are not here")

# %% [markdown]
# Four hundred industries with joint products are one linear program, solved and proved in a moment. What takes time is
# knowing what the numbers mean: whether a negative entry is a by-product, a subsidy or a correction; whether a price is
# with or without tax; whether the twentieth industry is one thing or a heap. No solver answers that.
#
# ## Exercises
#
# **1. A winter.** Homes want 5,000 ktoe more gas. How much more primary energy, and why is it more than 5,000?
#
# **2. Everybody buys electric cars.** Replace all petrol by a third as much electricity. What becomes of the refinery?
#
# **3. Better power plants.** Let power plants need a tenth less gas per unit. How much does a unit of electricity hold
# then? Compare with a tenth less of 2.73.
#
# ## Solutions
#
# ### Solution 1

# %%
winter = primary("NG [from Dist.]", 5_000.0)
less, more = plan.explain("NG [from Dist.]").interval
print(f"{winter.objective - plan.objective:,.1f} ktoe more; the valuation lies between {less:.4f} and {more:.4f}")
assert np.isclose(winter.objective - plan.objective, 5_000 * more, rtol=1e-3)

# %% [markdown]
# Wells and pipes use gas, electricity and a little diesel themselves, and these take gas and oil again. For *more* gas
# the upper end of the interval counts, since it needs more diesel, which is what is dear here.
#
# ### Solution 2

# %%
cars = energy.frame("targets")
cars.loc["Elect [from Grid]"] += cars.loc["Petrol [from Dist.]"] / 3
cars.loc["Petrol [from Dist.]"] = 0.0
electric = no.solve(energy.with_changes(targets=cars)).assert_optimal()
print(f"primary energy {electric.objective:,.0f} instead of {plan.objective:,.0f} ktoe")
print(f"the refinery runs at {electric.activities.loc['Oil refineries', '1'] / 47_000:.1%} of before")
print(f"and {electric.surplus.loc['Petrol', '1']:,.0f} ktoe of petrol are left over")
assert electric.activities.loc["Oil refineries", "1"] > 0.9 * 47_000 and electric.surplus.loc["Petrol", "1"] > 20_000

# %% [markdown]
# The refinery hardly notices: lorries and buses still want diesel, and petrol comes with it whether wanted or not. Here
# the plan needs
# **more** primary energy than before. With one refinery technique the table knows no way to make diesel alone; a
# planner who wants electric cars has to report such a technique, or electrify the lorries too.
#
# ### Solution 3

# %%
better = energy.frame("inputs")
better.loc["NG [from Dist.]", "Power plants"] *= 0.9
saved = no.solve(energy.with_changes(inputs=better)).assert_optimal()
now = float(saved.valuations.loc[("good", "Elect [from Grid]"), "1"])
before = worth["Elect [from Grid]"]
print(f"{now:.4f} instead of {before:.4f}; a tenth less would be {0.9 * before:.4f}")
assert 0.89 * before < now < 0.9 * before

# %% [markdown]
# A little *more* than a tenth less: power plants also use electricity, and that has become cheaper too.

# %% [markdown]
# ## Sources
#
# M. K. Heun, A. Owen, P. E. Brockway (2018), as above, and the package Recca (MIT licence); Office for National
# Statistics, UK input-output analytical tables 2015 (Open Government Licence v3), as aggregated in `models/uk_2015_20`;
# Statistics Sweden, supply and use tables 2008–2016 with environmental accounts; U.S. Bureau of Economic Analysis, Make
# and Use tables 2017 (public domain, through useeior).
