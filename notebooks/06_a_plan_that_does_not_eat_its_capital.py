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
# # 6. A five-year plan that does not eat its capital
#
# The plan of notebook 2 was the best of all plans for five years, and this was proved. In its last year it invested
# nothing at all. Why should it? For the plan, there was no sixth year. This notebook asks what the people of year 6
# find, and how to plan so that they are not forgotten. It then asks the same about each of the five years: must one
# year pay for the others? And it plans as planners do, again every year.
#
# You need notebook 2: fulfilment, stocks, valuations, rent.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import natura_opt as no

# %% [markdown]
# ## The story and the data
#
# It is the same economy: iron, coal, corn, bread and labour. It comes with the package, and here are the
# questions that we shall ask of it.

# %%
economy = no.read("five_year_plan")
years = list(economy.periods)
questions = {
    "default": no.Question("fulfilment"),
    "discounted": no.Question("fulfilment", discount_factor=0.9),
    "max_min": no.Question("max-min"),
    "leximin": no.Question("leximin"),
    "keep": no.Question("fulfilment", terminal="keep"),
    "growth": no.Question("fulfilment", terminal="growth", terminal_growth=0.02),
    "keep_leximin": no.Question("leximin", terminal="keep"),
}
for name, question in questions.items():
    print(f"{name:13}{question.objective:12}", dict(question.settings))

# %%
plan = no.solve(economy).assert_optimal()
print(plan.fulfilment.round(4).to_string())
print()
print(plan.terminal_stocks.loc["capital"].round(2).to_string())

# %%
left = plan.terminal_stocks.loc["capital"]
assert abs(plan.objective - 8.797299129) < 1e-8
assert (plan.investment["year5"] == 0).all()
assert (left["left"] < left["at_start"]).sum() == 6 and len(left) == 9
coal_left, coal_before = left.loc["coal", "left"], plan.stocks["year5"].loc["coal"]
assert np.allclose(coal_left / coal_before, 0.5)
assert (left.loc["iron", "left"] / plan.stocks["year5"].loc["iron"]).min() > 0.92

# %% [markdown]
# `terminal_stocks` follows every stock to the end of year 5. Six of nine stocks are smaller than at the start. Print
# the whole plan, `print(plan)`, and you find a line that begins with WARNING: the plan ate its stocks, and nobody had
# said that it may. The computer cannot know. It *can* tell us.
#
# But how bad is it? The bakeries have four times the iron they had. A better test is to live on: take what is left,
# and plan the next five years.


# %%
def longer(count, stocks=None):
    """Return the economy over more years: targets and labour of year 5 go on, and stocks are as given."""
    names = [f"year{number}" for number in range(1, count + 1)]
    first_five = {table: economy.frame(table) for table in ("targets", "resource_limits")}
    over_time = {
        table: pd.concat([frame] + [frame[["year5"]]] * (count - 5), axis=1).set_axis(names, axis=1)
        for table, frame in first_five.items()
    }
    same = {t: economy.frame(t) for t in ("inputs", "resource_use", "capital", "depreciation", "initial_capital")}
    return no.build_economy(
        name=f"a plan for {count} years",
        goods=economy.goods,
        resources=economy.resources,
        units={"goods": ["tonne"] * 4, "resources": ["person * year"]},
        periods=names,
        objective="fulfilment",
        **(same | over_time | ({} if stocks is None else {"initial_capital": stocks})),
    )


def next_five(plan):
    """Return the best plan of five more years, with the stocks that a plan leaves behind."""
    stocks = plan.terminal_stocks.loc["capital"]["left"].unstack()
    stocks = stocks.reindex(index=economy.goods, columns=economy.goods).fillna(0.0)
    targets, labour = (economy.frame(table) for table in ("targets", "resource_limits"))
    for year in years:
        targets[year], labour[year] = targets["year5"], labour["year5"]
    return no.solve(
        economy.with_changes(targets=targets, resource_limits=labour, initial_capital=stocks)
    ).assert_optimal()


afterwards = next_five(plan)
print("years 1 to 5: ", plan.fulfilment.round(3).to_list())
print("years 6 to 10:", afterwards.fulfilment.round(3).to_list())

# %%
assert afterwards.fulfilment["year1"] < 0.3 * plan.fulfilment["year5"]
assert abs(afterwards.fulfilment["year1"] - 0.581) < 1e-3

# %% [markdown]
# A disaster: year 5 had 2.2 times the targets, year 6 has 0.58. There are ovens and shafts enough. But the stocks of
# coal beside them have halved: half of them goes every year, and in year 5 nobody replaced it. One small stock stops a
# large one, and what coal there is must fill the stocks before it can warm anybody.
#
# ## The mathematics
#
# Write $w_{ij}$ for what is left of the stock of good $i$ in industry $j$ when the last year $T$ is over:
#
# $$w_{ij} \le (1 - \delta_{ij})\, k_{ijT} + v_{ijT}.$$
#
# A **terminal condition** says something about $w$. There are four:
#
# | `terminal` | what is asked | in words |
# | --- | --- | --- |
# | `none` | nothing | after us the deluge |
# | `keep` | $w_{ij} \ge K_{ij}$ | leave what you found |
# | `growth` | $w_{ij} \ge (1 + g)\, k_{ijT}$ | leave what is needed to make $1 + g$ times as much |
# | `salvage` | nothing, but $\sum_{ij} s_i\, w_{ij}$ is added to the objective | leave what pays, at prices $s_i$ |
#
# Where do the prices $s_i$ come from? From a plan that sees further. Ten years, and the prices of its stocks at the
# start of year 6:

# %%
ten = no.solve(longer(10)).assert_optimal()
values = no.salvage_values(ten, "year6")
print(values.round(4).to_string())
priced = economy.with_changes(salvage_values=values)

# %%
plans = {
    "none": no.solve(economy, terminal="none"),
    "keep": no.solve(economy, questions["keep"]),
    "growth 2 %": no.solve(economy, questions["growth"]),
    "salvage": no.solve(priced, terminal="salvage"),
}
table = pd.DataFrame({name: found.fulfilment for name, found in plans.items()}).T
table["five years"] = table.sum(axis=1)
later = {name: next_five(found.assert_optimal()) for name, found in plans.items()}
table["year 6"] = [found.fulfilment["year1"] for found in later.values()]
table["years 6-10"] = [found.objective for found in later.values()]
table["together"] = table["five years"] + table["years 6-10"]
print(table.round(3).to_string())
print(f"ten years in one plan: {ten.objective:.3f}")

# %%
assert table["five years"].idxmax() == "none" and table["together"].idxmax() == "growth 2 %"
assert (table["together"] < ten.objective).all() and table.loc["growth 2 %", "together"] > 0.99 * ten.objective
cost = table.loc["none", "five years"] - table["five years"]
assert abs(cost["keep"] - 0.625) < 1e-3 and abs(cost["growth 2 %"] - 0.350) < 1e-3
assert abs(cost["salvage"] - 0.634) < 1e-3
assert 0.8 < table.loc["keep", "year 6"] < 0.9 and table.loc["growth 2 %", "year 6"] > 1.9
assert table["years 6-10"].idxmin() == "salvage"
stocks_left = {name: found.terminal_stocks.loc["capital"]["left"] for name, found in plans.items()}

# %%
figure, ax = plt.subplots(figsize=(6.8, 3.6))
styles = {"none": "k:o", "keep": "k--s", "growth 2 %": "k-o", "salvage": "k-.^"}
for name, style in styles.items():
    course = [*plans[name].fulfilment, *later[name].fulfilment]
    ax.plot(range(1, 11), course, style, markersize=4, linewidth=1.2, label=name)
ax.axvline(5.5, color="grey", linewidth=0.8)
ax.text(5.6, 2.27, "the next plan", color="grey", fontsize=9)
ax.set(xlabel="year", ylabel="fulfilment", ylim=(0, 2.4), xticks=range(1, 11))
ax.legend(frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.3, 0.02))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# (Each second plan is made with nothing said about its end, so that what it reaches measures what it was given.)
#
# **Keep** costs 0.63 and does not save year 6, which falls to 0.85. It leaves what was there at the start. But the
# mines and bakeries have grown, and need coal for their *new* size. And it guards 10 tonnes in the iron industry that
# nobody needs: the next plan values them at nothing.
#
# **Growth** costs 0.35, little more than half as much, and year 6 hardly notices that a plan has ended. It asks for
# proportions instead of amounts: whatever was used in year 5 must be there again. Both plans together reach 99.7 % of
# what a single plan of ten years can.

# %%
spare = later["keep"].stock_valuations["year1"].loc[("iron", "iron")]
print("iron in the iron industry: kept", stocks_left["keep"].loc[("iron", "iron")], "tonnes, next worth", spare)
assert spare == 0 and abs(stocks_left["keep"].loc[("iron", "iron")] - 10) < 1e-9
assert abs(table.loc["growth 2 %", "together"] / ten.objective - 0.997) < 1e-3

# %% [markdown]
# **Salvage** is the surprise. Its prices come from the best of plans, and what it leaves is the worst. Look at it, and
# at what the ten-year plan itself has at the start of year 6:

# %%
kept = economy.frame("initial_capital")
for year in years:  # the law of stocks, followed by hand with the investment of the ten-year plan
    added = ten.investment[year].unstack().reindex_like(kept).fillna(0.0)
    kept = kept * (1 - economy.frame("depreciation")) + added
kept = kept.stack().reindex(stocks_left["salvage"].index)
print(pd.DataFrame({"salvage": stocks_left["salvage"], "ten years": kept}).round(2).T.to_string())

five_of_ten = ten.fulfilment[:5].sum() + sum(values[good] * amount for (good, _), amount in kept.items())
print(f"\nfive years and what is left: {plans['salvage'].objective:.3f} and {five_of_ten:.3f}")

# %%
assert 0 < plans["salvage"].objective - five_of_ten < 0.02
assert stocks_left["salvage"][("corn", "corn")] > 10 * kept[("corn", "corn")]
assert stocks_left["salvage"][("coal", "coal")] < kept[("coal", "coal")] / 3
assert abs(later["salvage"].stock_valuations["year1"].loc[("corn", "corn")]) < 0.01
assert ten.objective - ten.fulfilment[:5].sum() > 10 > 7.7 > table.loc["salvage", "years 6-10"]

# %% [markdown]
# It leaves ten times the seed corn that is needed, and a third of the coal for the mines. Yet five years and what is
# left after them are together worth nearly the same in both: 10.168 and 10.156. The prices hardly choose between them.
# A price says what *one more* tonne is worth, beside all the stocks of the plan in which it was found. The fifth tonne
# of seed corn, without coal, is worth next to nothing to the next plan; but a price does not know how many there are
# already. It is the lesson of notebook 2: prices tell *whether*, the plan tells *how much*. (Besides, there is one
# price of iron here for four industries.) Use salvage prices for small changes, or together with a limit.
#
# ## How far ahead must one look?
#
# What do these ends do to the *beginning*? Compare plans of five to fifteen years, nothing said about their ends:

# %%
lengths = [5, 6, 8, 10, 15]
horizons = {count: no.solve(longer(count)).assert_optimal().fulfilment.to_numpy() for count in lengths}
figure, ax = plt.subplots(figsize=(6.8, 3.4))
for count, grey in zip(lengths, (0.75, 0.6, 0.45, 0.25, 0.0), strict=True):
    ax.plot(range(2, count + 1), horizons[count][1:], "-o", markersize=3.5, color=str(grey), label=f"{count} years")
ax.set(xlabel="year", ylabel="fulfilment", ylim=(1.9, 2.25), xticks=range(2, 16))
ax.legend(frameon=False, fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
assert all(abs(course[0] - 0.5) < 1e-9 for course in horizons.values())
assert max(course[1] for course in horizons.values()) / min(course[1] for course in horizons.values()) < 1.03
assert all(abs(course[-1] - horizons[5][-1]) < 1e-6 for course in horizons.values())
assert np.abs(horizons[10][:4] - horizons[15][:4]).max() < 0.005
assert table.loc[["none", "keep", "growth 2 %"], "year2"].max() - table["year2"].min() < 0.005

# %% [markdown]
# (Year 1, left out of the picture, is 0.5 in all of them.) Every plan ends with the same feast, 2.21, whenever its end
# comes. The first years hardly feel it: year 2 differs by less than 3 %, and the first four years of plans of ten and
# of fifteen years by less than 0.005. The four plans of the table above differ by less than 0.005 in year 2, too.
# Economists call it the **horizon effect**: it is strong at the end and fades backwards. So a simple remedy offers
# itself. Make a long plan, carry out its beginning, and plan anew before its end comes near. We come back to that.
#
# ## No year sacrificed
#
# So much for year 6. But what of years 1 to 5? To add up their fulfilments is a choice: a tenth taken from one year is
# made good by a tenth given to another. Here are four ways to ask, all with nothing said about the end:

# %%
ways = ["default", "discounted", "max_min", "leximin"]
asked = {name: no.solve(economy, questions[name]).assert_optimal() for name in ways}
print(pd.DataFrame({name: found.fulfilment for name, found in asked.items()}).T.round(4).to_string())

# %%
assert np.allclose(asked["default"].fulfilment, asked["discounted"].fulfilment)
assert np.allclose(asked["max_min"].fulfilment.min(), 0.5)
lexi = asked["leximin"].fulfilment
assert np.allclose(lexi, [0.5, 2.048058, 2.048058, 2.048058, 2.048058], atol=1e-6)
assert plan.objective - lexi.sum() < 0.106

# %% [markdown]
# - `discounted` counts each year only 0.9 of the one before. The plan is the *same*. (Exercise 1 asks when it is not.)
# - `max_min` makes the worst year as good as possible: 0.5. That is year 1, and nothing can help it. As far as
#   max-min can see, the other years may have 0.5 as well. Any plan that reaches 0.5 everywhere is "best".
# - `leximin` goes on from there: the worst year as good as possible; *then* the second worst; and so on. All years but
#   the first get 2.048. The price of this evenness is 0.105 in the sum, about 1 %.

# %%
print(asked["leximin"].stages[["value", "at_most", "proof", "weight"]].round(6).to_string())

# %% [markdown]
# Stage 1 finds that nothing above 0.5 can be promised to all, and that year 1 is the reason. Stage 2 raises the
# others. `weight` says how much each year holds the level down.
#
# Do not believe it; check it. Can one year be raised if every other year keeps what it has? The function asks for the
# most of one year, when the others have at least the levels given. (Targets times levels, and a floor of 1; the year in
# question may go as low as half of its level.)


# %%
def most_of(year, levels):
    """Return the greatest fulfilment of a year when every other year has at least its level."""
    asked_for = levels.copy()
    asked_for[year] *= 0.5
    counted = pd.Series(0.0, index=economy.periods)
    counted[year] = 1.0
    changed = economy.with_changes(targets=economy.frame("targets") * asked_for, period_weights=counted)
    found = no.solve(changed, floor=1 - 1e-8).assert_optimal()  # a hair below, for the last digit of the levels
    return found.fulfilment[year] * asked_for[year]


for year in years:
    print(f"{year}: has {lexi[year]:.6f}, could have {most_of(year, lexi):.6f} if no other year lost")
    assert abs(most_of(year, lexi) - lexi[year]) < 1e-6

# %% [markdown]
# No year can be raised alone. Now raise year 3 by 0.001 and let one other year pay. Whom does it cost, and how much?
# The weights say it beforehand: year $s$ must give up $w_3 / w_s$ for each unit of year 3.

# %%
raised = lexi.copy()
raised["year3"] += 0.001
weight = asked["leximin"].stages["weight"].droplevel("stage")
for payer in ["year2", "year4", "year5"]:
    lost = (lexi[payer] - most_of(payer, raised)) / 0.001
    print(f"{payer} loses {lost:.3f} for each unit of year 3; by the weights {weight['year3'] / weight[payer]:.3f}")
    assert abs(lost - weight["year3"] / weight[payer]) < 2e-3

# %% [markdown]
# Somebody who is no better off would have to pay, and year 5 would pay more than three times over. That is what it
# means to sacrifice one year to another, in numbers.
#
# Both things can be had at once, evenness among the five years and stocks for the sixth. The question `keep_leximin`
# does it.

# %%
both = no.solve(economy, questions["keep_leximin"]).assert_optimal()
print(both.fulfilment.round(4).to_list())
assert np.ptp(both.fulfilment[1:]) < 1e-9 and both.terminal_stocks["share"].min() > 1 - 1e-9

# %% [markdown]
# ## The prices, year by year
#
# We take the plan of ten years, so that its end is far away from the years we look at. A row is a thing, a column a
# year, and the darker, the scarcer. Since the targets of every year cost 1 (notebook 2), prices of different years can
# be compared.

# %%
ten.plot.prices_over_time()

# %%
wages = ten.valuations.loc[("resource", "labour")]
assert wages["year1"] < 0.04 and wages[1:9].min() > 0.6 and wages["year10"] < 0.4
goods = ten.valuations.loc["good"]
assert goods.loc["coal"].idxmax() == "year1"
assert (goods.loc[["iron", "corn"], "year10"] < 0.6 * goods.loc[["iron", "corn"], "year9"]).all()

# %% [markdown]
# Coal is dear in year 1, while labour is nearly free: there is not enough coal and not enough ovens to work with. From
# year 2 to year 9 the prices of coal, corn, bread and labour hardly move: the economy runs evenly. In year 10 what
# serves the future, iron and seed corn, loses 40 % of its value and more, and labour with it.
#
# Each good has its **own rate of interest**: how much more of it one could have next year for giving up some this year.

# %%
over_time = ten.prices_over_time
rates = over_time.loc["good", "own_rate"].loc[["bread", "iron"]].unstack("period")[years]
print((100 * rates.astype(float)).round(1).to_string())

# %%
iron = goods.loc["iron"]
assert np.isclose(rates.loc["iron", "year1"], iron["year1"] / iron["year2"] - 1)
assert np.allclose(rates.loc["iron", ["year1", "year3", "year4"]].astype(float), -0.07)
assert over_time.loc["target basket", "own_rate"].dropna().abs().max() < 1e-9
mines = ten.returns_on_capital.loc["iron in coal"]
assert np.allclose(mines.loc[["year2", "year4", "year5"], "rent"], 0, atol=1e-9)
assert (ten.investment.loc[("coal", "iron"), ["year1", "year2", "year3", "year4"]] == 0).all()
furnaces = ten.stocks.loc[("coal", "iron")] / economy.frame("capital").loc["coal", "iron"]
early = ["year3", "year4", "year5"]
assert np.allclose(ten.activities.loc["iron", early], furnaces[early])

# %% [markdown]
# Bread has −42 % in the first year: who saves a loaf has 0.58 of a loaf next year. (In year 1 coal takes most of the
# basket's worth.) Later its rate is near zero. Iron has −7 %, again and again. This is the rate at which shafts wear
# out. Somebody puts iron into the mines ahead of its use, where it earns no rent for a year and only wears. Why would
# a best plan do so? The iron industry has a stock of coal, half of which is gone every year, and for four years nobody
# replaces it. In years 3 to 5 it makes as much iron as this coal still allows. Iron is made early, while this
# coal lasts, and waits in the mines.
#
# What is a machine worth? What it earns this year, its **rent**, and what is left of it next year, at next year's
# price:
#
# $$V_{ijt} = r_{ijt} + (1 - \delta_{ij})\, V_{ij,t+1}.$$

# %%
short = plan.returns_on_capital.loc["iron in coal"]
figure, axes = plt.subplots(1, 2, figsize=(7.2, 3.0), sharey=True)
for ax, found, title in zip(axes, (short, mines.loc[years]), ("five-year plan", "ten-year plan"), strict=True):
    rent, rest = (found[part].astype(float) for part in ("rent", "kept"))
    ax.bar(years, rent, color="black", label="rent of the year")
    ax.bar(years, rest, bottom=rent, color="lightgrey", edgecolor="black", label="what is left, next year")
    ax.set_title(title, fontsize=10)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("worth of a tonne of iron\nin the mines")
axes[1].legend(frameon=False, fontsize=9)
plt.show()

# %%
for found in (short, mines):
    worth = found["valuation"].to_numpy()
    assert np.allclose(worth, (found["rent"] + found["kept"]).astype(float))
    assert np.allclose(found["kept"].to_numpy(), 0.93 * np.append(worth[1:], 0.0))
assert short.loc["year5", "kept"] == 0 and mines.loc["year5", "kept"] > 0.05 and mines.loc["year5", "rent"] < 1e-9
assert abs(short.loc["year1", "valuation"] / mines.loc["year1", "valuation"] - 1) < 0.05

# %% [markdown]
# Every bar is asserted to be the sum of its parts. In year 1 both plans value the mines nearly alike. In year 5 the
# short plan sees rent and nothing else; for the long plan it is the other way round. So the warning stands in the
# prices too: **where a stock is worth no more than its rent, the plan has stopped thinking of tomorrow.**
#
# ## Planning again every year
#
# No planner carries out a five-year plan to its last day. After a year one knows more, and plans again, five years
# ahead. `receding_horizon` does so: it plans a window of five years, carries out the first, moves the window on by a
# year, and so on. Nothing is said about the end of any window.

# %%
rolling = []
for window in no.receding_horizon(longer(15), window=5):
    rolling.append(window.assert_optimal())
    if len(rolling) == 11:
        break
carried_out = np.array([window.fulfilment.iloc[0] for window in rolling])
print("carried out, years 1 to 10:", carried_out[:10].round(3).tolist())
print("the plan that begins with year 11 can still reach", round(rolling[10].objective, 3))

# %%
feasts = [window.fulfilment.iloc[-1] for window in rolling]
assert min(feasts) > 2.2 and carried_out[2:].max() < 2.0 and carried_out[2:].min() > 1.93
assert rolling[10].objective > 10 > afterwards.objective + 1.7
assert carried_out[:10].sum() > table.loc["keep", "together"] + 0.9

# %% [markdown]
# Each of the eleven windows ends with the feast, and eats its capital. But none of these feasts ever takes place. It
# is always four years away, and next year it will be four years away again. What is carried out is 1.93 to 1.97 from
# year 3 on, and after ten years the stocks are good for another 10.0 in five years (after *one* plan carried out to
# its end, for 8.3). No terminal condition was needed. It is enough that nobody lives in the last years of a plan.
# How short may the window be? Exercise 2.
#
# A `Planner` is the same, by hand. Year 1 passes as planned. Then there is news: in year 2 guests will come, and want
# 2.4 tonnes of bread instead of 2.01.

# %%
with no.Planner(economy, questions["growth"]) as planner:
    before = planner.solve().assert_optimal()
    planner.advance()
    calm = planner.solve().assert_optimal()
    planner.change("targets", {"bread": 2.4}, period="year2")
    news = planner.solve().assert_optimal()
    again = no.solve(planner.economy, questions["growth"]).assert_optimal()
plans_of_rest = {"planned in year 1": before, "again in year 2": calm, "with guests": news}
table = pd.DataFrame({name: found.fulfilment for name, found in plans_of_rest.items()})
print(table.T.round(4).to_string(na_rep="over"))
print("fewer steps of the solver than from nothing:", news.iterations < again.iterations / 2)

# %%
assert np.allclose(before.fulfilment[1:], calm.fulfilment, atol=1e-7)
assert abs(news.objective - again.objective) < 1e-8 and news.iterations < again.iterations / 2
assert news.fulfilment["year2"] < calm.fulfilment["year2"] and news.fulfilment["year3"] > calm.fulfilment["year3"]
assert np.isclose(news.fulfilment["year2"] * 2.4, calm.fulfilment["year2"] * 2.01)
change = news.activities - calm.activities
assert change.loc["coal", "year2"] < -0.4 and change.loc["iron", "year2"] > 2 > 0 > change.loc["iron", "year3"]
assert (change.loc["bread", ["year3", "year4"]] > 0.1).all()

# %% [markdown]
# Without news nothing changes: what is left of a best plan is a best plan of what is left (Bellman's *principle of
# optimality*). With guests there is not a crumb more bread in year 2, since the bakeries of year 2 were equipped in
# year 1. The same bread is shared among more. More coal is of no use without bread, so labour goes from coal to iron,
# which is put into mines and ovens ahead of its time; years 3 and 4 then need not make it, and bake more. The solver
# did not begin again, but moved on from the plan it had. What would it have been worth to know of the guests a year
# before?

# %%
targets = economy.frame("targets")
targets.loc["bread", "year2"] = 2.4
foreseen = no.solve(economy.with_changes(targets=targets), questions["growth"]).assert_optimal()
surprised = before.fulfilment["year1"] + news.objective
print(f"foreseen {foreseen.objective:.4f}, by surprise {surprised:.4f}: worth {foreseen.objective - surprised:.4f}")
assert foreseen.objective - surprised > 0.01

# %% [markdown]
# ## When it cannot be done
#
# Year 1 is always the worst year, so suppose people are content with a quarter of the targets there. From then on they
# want twice the targets each year, and stocks that allow 2 % growth.

# %%
modest = economy.frame("targets")
modest["year1"] *= 0.25
wish = economy.with_changes(targets=modest)
page = no.why_not(wish, questions["growth"], floor=2.0)
print(page)

# %%
assert page.proved and page.first_period == "year5" and page.margin > 0
possible = page.shortfall.table["possible"].iloc[0]
assert no.solve(wish, questions["growth"], floor=possible - 1e-6).proved
assert no.solve(wish, questions["growth"], floor=possible + 1e-4).status == "infeasible"

# %% [markdown]
# The page says which year fails first, by how much the wish must be cut at least, and gives prices as evidence: at
# these prices, what is asked of year 5 is worth more than everything that can serve it. Nobody need trust the solver:
# the sum can be done by hand. What if the wish is to stay, and means are to be found?

# %%
means = no.why_not(wish, questions["growth"], floor=2.0, relax="limits").shortfall.table
print(means[["name", "period", "asked", "shortfall", "possible"]].round(4).to_string(index=False))

# %%
labour = economy.frame("resource_limits")
for _, row in means.iterrows():
    labour.loc[row["name"], row["period"]] = row["possible"] + 1e-6
granted = no.solve(wish.with_changes(resource_limits=labour), questions["growth"], floor=2.0).assert_optimal()
assert granted.fulfilment.min() > 2 - 1e-7 and set(means["name"]) == {"labour"}

# %% [markdown]
# 0.19 person-years more, most of them in year 5. With these there is a plan.
#
# ## Exercises
#
# **1. How impatient?** Discounting by 0.9 did not change the plan. Find out for which of 0.8, 0.6, 0.5, 0.4 and 0.2
# it does (setting `discount_factor`). What is the own rate of interest of the target basket for each?
#
# **2. How short-sighted?** Let windows of 1, 2 and 3 years roll over ten years. What is carried out? Why does a
# window of one year ruin the economy?
#
# **3. The wrong year.** Use the salvage values of the *first* year of the ten-year plan instead of the sixth. What
# does the five-year plan do, and why?
#
# ## Solutions
#
# ### Solution 1

# %%
for factor in (0.8, 0.6, 0.5, 0.4, 0.2):
    found = no.solve(economy, discount_factor=factor).assert_optimal()
    own_rate = found.prices_over_time.loc[("target basket", "target basket", "year1"), "own_rate"]
    same = np.allclose(found.fulfilment, plan.fulfilment)
    print(factor, found.fulfilment.round(3).to_list(), f"own rate {own_rate:.0%},", "same" if same else "another plan")
    assert abs(own_rate - (1 / factor - 1)) < 1e-9 and same == (factor >= 0.5)

# %% [markdown]
# Only somewhere below 0.5, when next year counts less than half of this year. The own rate of the basket is
# $1/\gamma - 1$: whoever counts next year half gives up a basket only for two. The plan does not change before, since
# the economy cannot do much for the impatient: by the weights of leximin, a unit of year 5 buys 0.3 units of year 3.
#
# ### Solution 2

# %%
for window in (1, 2, 3):
    course = []
    for found in no.receding_horizon(longer(12), window=window):
        course.append(found.fulfilment.iloc[0])
        if len(course) == 10:
            break
    iron_made = found.activities.loc["iron"].iloc[0]
    print(window, np.round(course, 3).tolist(), f"iron made in year 10: {iron_made:.2f}")
    assert (course[-1] < 0.001) == (window == 1)
    assert (course[-1] > 0.95 * course[4]) == (iron_made > 1) == (window == 3)
    assert iron_made < 0.2 or window == 3

# %% [markdown]
# A window of one year never invests, for there is no next year in it: every year has half of the year before, as the
# coal stocks have. Two years are too few as well. Coal for the iron industry makes iron next year, and this iron makes
# bread in the year after. That is three years; a window of two never sees it. Its iron industry shrinks to little more
# than the iron that people themselves want, and ovens and shafts are not replaced: fulfilment falls from 1.9 to 1.4.
# With three years it stays at 1.92. A window must be as long as the longest detour.
#
# ### Solution 3

# %%
wrong = no.solve(economy.with_changes(salvage_values=no.salvage_values(ten, "year1")), terminal="salvage")
print(wrong.fulfilment.round(3).to_list())
print(wrong.terminal_stocks.loc["capital"]["left"].round(1).to_dict())
assert wrong.proved and wrong.fulfilment["year5"] < 1e-6
assert wrong.terminal_stocks.loc[("capital", "iron", "iron"), "left"] > 80

# %% [markdown]
# In year 1 iron in the mines is the bottleneck, and dear. At that price the plan starves its people from year 4 on, and
# fills its yards with 84 tonnes of iron. The price was right for the first tonne, in the mines, in year 1.
