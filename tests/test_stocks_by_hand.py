"""Tiny economies that hold capital, store, trade and pollute over time, answered by hand as in :mod:`.by_hand`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .by_hand import FARM, HALF, HELD, KEEP, SALVAGE, THREE, TOOLS, WAYS, Hand, check

#: Corn of which two are tied up for every one, 20 at the start; what wears out is said by each.
WORN: dict[str, Any] = {**HELD, "capital": [[2.0]], "initial_capital": [[20.0]]}

CAPITAL = (
    # b counts 4, and takes 8 hours at most, so 16 tied up: 10 last, 6 are invested. z = 10 - 6, 8. One more tied up
    # in a makes .5 there, and .5 of it saves as much investment.
    Hand("capital and weights",
         {**WORN, "depreciation": [[0.5]], "period_weights": [1, 4], "resources": ["labour"], "resource_use": [[1.0]],
          "resource_limits": {"a": [100.0], "b": [8.0]}},
         36.0, {("good", "corn"): [1, 4], ("stock", "corn in corn"): [1, 1], ("resource", "labour"): [0, 2]},
         {"stocks": [[20, 16]], "investment": [[6, 0]], "fulfilment": [[4], [8]]}),
    # One invested in a makes .5 in b and saves .75 of what must be made up for there: all of the 10 are. 25 are tied
    # up in b, which make 12.5; 1.25 keep 20 for afterwards.
    Hand("capital and keep", {**WORN, "depreciation": [[0.25]]},
         11.25, {("good", "corn"): [1.25, 1], ("terminal capital", "corn in corn"): -1.0},
         {"stocks": [[20, 25]], "investment": [[10, 1.25]], "capital_left": [[20]], "fulfilment": [[0], [11.25]]},
         settings=KEEP),
    # One left is worth 2, so all 10 are invested, and 15 are left besides: 50. One more tied up makes .5 worth 2, and
    # leaves .75 worth 2.
    Hand("capital and salvage", {**WORN, "periods": ["a"], "depreciation": [[0.25]], "salvage_values": [2.0]},
         50.0, {("good", "corn"): [2], ("stock", "corn in corn"): [2.5]}, {"capital_left": [[25]]}, settings=SALVAGE),
    # 22 must be left, 15 last, 7 are invested. One more tied up makes .5, leaves .75, and asks for 1.1 afterwards.
    Hand("capital and growth", {**WORN, "periods": ["a"], "depreciation": [[0.25]]},
         3.0, {("stock", "corn in corn"): [0.15], ("terminal capital", "corn in corn"): -1.0},
         {"investment": [[7]], "capital_left": [[22]]}, settings={"terminal": "growth", "terminal_growth": 0.1}),
    # After two years a quarter of 16 is left, and of what was invested yearly 1 + .5: 1.5 a_a = 12 - 4 at 12 hours in
    # b. Each a costs 2 (two years of one), and brings 1.5 x 4.
    Hand("capital and lengths",
         {**HELD, "initial_capital": [[16.0]], "depreciation": [[0.5]], "period_length": [2, 1],
          "period_weights": [1, 4], "activity_limits": {"a": [99.0], "b": [12.0]}},
         2 * (16 - 16 / 3) + 48, {("good", "corn"): [2, 4], ("stock", "corn in corn"): [7 / 3, 4 / 3]},
         {"stocks": [[16, 12]], "investment": [[16 / 3, 0]]}),
    # Three ordered arrive in b, which is when they serve.
    Hand("capital on order, discounted", {**HELD, "capital_orders": {"b": [[3.0]]}},
         4 + 3.5, {("stock", "corn in corn"): [1.5, 0.5], ("good", "corn"): [1, 0.5]},
         {"activities": [[4, 7]], "investment": [[0, 0]]}, settings=HALF),
    # What is made in a serves in c, which counts 3: 0 + 4 + 8 x 3. A stock of a: 3 for what it makes, 1 + 3 after.
    Hand("investment lag and weights",
         {**HELD, "periods": THREE, "period_weights": [1, 1, 3], "investment_lag": [2.0]},
         28.0, {("good", "corn"): [3, 1, 3], ("stock", "corn in corn"): [7, 4, 3]},
         {"stocks": [[4, 4, 8]], "investment": [[4, 0, 0]]}),
    # Of the pool of 4 two are left.
    Hand("a pool that wears out, discounted",
         {name: HELD[name] for name in ("goods", "periods", "inputs", "targets", "capital")}
         | {"capital_pool": [4.0], "pool_depreciation": [0.5]},
         5.0, {("stock", "corn"): [1.25, 0.5]}, {"stocks": [[4, 2]], "activities": [[4, 2]]}, settings=HALF),
    # Pieces of 3: one of them, for 2 would take 6 of 4. Nothing but the piece limits it: 0 in a, 6 more in b.
    Hand("investment in pieces and weights", {**HELD, "period_weights": [1, 3], "investment_units": [3.0]},
         22.0, {("good", "corn"): [1, 3]}, {"stocks": [[4, 7]], "investment": [[3, 0]], "investment_lots": [[1, 0]]}),
    # In two years two pieces of 3 are made, 3 a year: 2 x 1 + 3 x 10.
    Hand("investment in pieces and lengths",
         {**HELD, "period_length": [2, 1], "period_weights": [1, 3], "investment_units": [3.0]},
         32.0, {("good", "corn"): [2, 3]}, {"stocks": [[4, 10]], "investment": [[3, 0]], "investment_lots": [[2, 0]]}),
)  # fmt: skip

MOVING = (
    # The 6 tools make 6 more for corn in a, and then go there themselves, of whom 3 arrive: 4, then 13.
    Hand("shifting", {**TOOLS, "shifting": [0.0, 0.5]},
         17.0, {("good", "corn"): [1, 1], ("good", "tool"): [1, 0], ("stock", "tool in corn"): [2, 1],
                ("stock", "tool in tool"): [1.5, 0.5]},
         {"activities": [[4, 13], [6, 0]], "shifted_out": [[0, 0], [6, 0]], "shifted_in": [[3, 0], [0, 0]]}),
    # Two of the six are to be gone by b, and cannot be moved on: 4 + 6 + 2 in b.
    Hand("shifting and retirement", {**TOOLS, "shifting": [0.0, 0.5], "retirements": {"b": [[0, 0], [0, 2.0]]}},
         16.0, {("good", "tool"): [1, 0], ("stock", "tool in tool"): [1.5, 0.5]},
         {"activities": [[4, 12], [6, 0]], "shifted_out": [[0, 0], [4, 0]], "shifted_in": [[2, 0], [0, 0]]}),
    # Two hours a year for two years move 4, of which 2 arrive; a year of a makes 6, and so 12 are: 2 x 4 + 18.
    Hand("shifting by labour over a long period",
         {**TOOLS, "shifting": [0.0, 0.5], "shifting_use": [[0.0, 1.0]], "resources": ["labour"],
          "resource_use": [[0.0, 0.0]], "resource_limits": [2.0], "period_length": [2, 1]},
         26.0, {("good", "tool"): [2, 0], ("resource", "labour"): [1, 0]},
         {"activities": [[4, 18], [6, 0]], "shifted_out": [[0, 0], [4, 0]], "resource_use": [[2, 0]]}),
    # What is made in a serves in b and is gone after it; 4 of the start are left. One invested in b would be left, for
    # .5, and costs 2. At the end a stock of the start counts .5, in b 2 more, in a 2 more.
    Hand("service life and salvage",
         {**HELD, "period_weights": [1, 2], "service_life": [1.0], "salvage_values": [0.5]},
         18.0, {("good", "corn"): [2, 2], ("stock", "corn in corn"): [4.5, 2.5]},
         {"stocks": [[4, 8]], "investment": [[4, 0]], "capital_left": [[4]]}, settings=SALVAGE),
    # Without an end to its life it is left as well: 8 x .5 and 2 x 8.
    Hand("no end of service, and salvage", {**HELD, "period_weights": [1, 2], "salvage_values": [0.5]},
         20.0, {("good", "corn"): [2.5, 2], ("stock", "corn in corn"): [5, 2.5]},
         {"capital_left": [[8]]}, settings=SALVAGE),
    # Half of the 4 wear out in a; 2 of the start are retired in b, which are 1 by then: 1 serves.
    Hand("retirement of what has worn", {**HELD, "depreciation": [[0.5]], "retirements": {"b": [[2.0]]}},
         4.5, {("stock", "corn in corn"): [1.25, 0.5]}, {"stocks": [[4, 1]]}, settings=HALF),
)  # fmt: skip

STORES = (
    # 12 + 2 - s = 4 + .5 s - 2: s = 8. One more in a is shared as s and .5 s: a third in each; one in b saves twice as
    # much in a, of which each gets a third.
    Hand("stores and keep",
         {**FARM, "resource_limits": {"a": [12.0], "b": [4.0]}, "storage": [0.5], "initial_stocks": [2.0]},
         6.0, {("good", "corn"): [1 / 3, 2 / 3], ("terminal stock", "corn"): -2 / 3}, {"stored": [[8, 2]]},
         "max-min", KEEP),
    # Nobody keeps: 13 - s = 4 + .5 s.
    Hand("stores and an assortment",
         {**FARM, "resource_limits": {"a": [11.0], "b": [4.0]}, "storage": [0.5], "initial_stocks": [2.0]},
         7.0, {("good", "corn"): [1 / 3, 2 / 3], ("resource", "labour"): [1 / 3, 2 / 3]}, {"stored": [[6, 0]]},
         "assortment"),
    # There is room for 4 of what counts 3 in b.
    Hand("room in store and weights",
         {**FARM, "period_weights": [1, 3], "storage": [1.0], "storage_capacity": [4.0]},
         48.0, {("storage", "corn"): [2, 0], ("good", "corn"): [1, 3]},
         {"stored": [[4, 0]], "fulfilment": [[6], [14]]}),
    # .9^2 = .81 of an amount stored last two years, in which it is .405 a year: 2 x 2 x (10 + 4.05).
    Hand("stores and lengths",
         {**FARM, "period_length": [1, 2], "period_weights": [1, 2], "storage": [0.9]},
         56.2, {("good", "corn"): [1.62, 4]}, {"stored": [[10, 0]], "fulfilment": [[0], [14.05]]}),
    # Two years: 5 on hand are 2.5 a year, and 5 x 1.21 at the end 3.025.
    Hand("stores and growth over a long period",
         {**FARM, "periods": ["a"], "period_length": [2.0], "storage": [1.0], "initial_stocks": [5.0]},
         2 * (10 + 2.5 - 3.025), {("good", "corn"): [2], ("terminal stock", "corn"): -1.0}, {"stored": [[6.05]]},
         settings={"terminal": "growth", "terminal_growth": 0.1}),
    # What is left counts 2, so nobody eats.
    Hand("stores and salvage", {**FARM, "periods": ["a"], "storage": [0.9], "salvage_values": [2.0]},
         20.0, {("good", "corn"): [2], ("resource", "labour"): [2]}, {"stored": [[10]]}, settings=SALVAGE),
    # 10 are made, 4 are wanted, 6 are invested beside the 10 there are: 16 x 2.
    Hand("the most at the end",
         {**FARM, "periods": ["a"], "targets": [4.0], "capital": [[1.0]], "initial_capital": [[10.0]],
          "depreciation": [[0.0]], "salvage_values": [2.0], "resource_limits": [11.0]},
         32.0, {("good", "corn"): [2], ("stock", "corn in corn"): [4]}, {"capital_left": [[16]]},
         "terminal-stocks", SALVAGE),
    # a helps b, the worst off, as far as both are the same: 7 + 1 = 2 x 4. c is better off, and cannot help. In the
    # last stage, that of c, one more of any year would be put by for c.
    Hand("stores and leximin", {**FARM, "periods": THREE, "resource_limits": {"a": [7.0], "b": [1.0], "c": [9.0]},
                                "storage": [1.0]},
         9.0, {("good", "corn"): [1, 1, 1]}, {"fulfilment": [[4], [4], [9]], "stored": [[3, 0, 0]]}, "leximin"),
)  # fmt: skip

TRADE = (
    # 3 imported in a, all stored with what is made: 13 x .9 + 10 in b, which counts 2. Nothing pays for more in b.
    Hand("trade and stores",
         {**FARM, "period_weights": [1, 2], "storage": [0.9], "import_prices": [2.0], "import_limits": [3.0],
          "foreign_exchange": [10.0, 0.0]},
         43.4, {("good", "corn"): [1.8, 2], ("import limit", "corn"): [1.8, 0],
                ("foreign exchange", "on hand"): [0, 1]},
         {"imports": [[3, 0]], "stored": [[13, 0]]}),
    # A unit of wine is 5 hours here, and 2 of corn elsewhere: z of each from 3 z = 10 hours.
    Hand("wine for corn",
         {**FARM, "periods": ["a"], "goods": ["corn", "wine"], "inputs": np.zeros((2, 2)), "targets": [1.0, 1.0],
          "resource_use": [[1.0, 5.0]], "import_prices": [0.0, 2.0], "export_prices": [1.0, 0.0]},
         10 / 3, {("good", "corn"): [1 / 3], ("good", "wine"): [2 / 3], ("foreign exchange", "on hand"): [1 / 3]},
         {"activities": [[10], [0]], "exports": [[20 / 3], [0]], "imports": [[0], [10 / 3]]}),
    # 2 must be earned a year, at .5 for one: 4 of the 10 go.
    Hand("debt over a long period",
         {**FARM, "periods": ["a"], "period_length": [3.0], "export_prices": [0.5], "foreign_exchange": [-2.0]},
         18.0, {("good", "corn"): [3], ("foreign exchange", "on hand"): [6]}, {"exports": [[4]]}),
    # Limits are per year, and prices leave 3 of 5 unspent.
    Hand("imports over a long period",
         {**FARM, "periods": ["a"], "period_length": [3.0], "import_prices": [1.0], "import_limits": [2.0],
          "foreign_exchange": [5.0]},
         36.0, {("import limit", "corn"): [3], ("foreign exchange", "on hand"): [0]}, {"imports": [[2]]}),
)  # fmt: skip

SOOT: dict[str, Any] = {**FARM, "pollutants": ["soot"], "emissions": [[1.0]]}
POLLUTION = (
    # P_a = 4 + x_a = 10, P_b = 5 + x_b = 10. One less in a costs 1 there and gives .5 back in b.
    Hand("soot that piles up under a cap",
         {**SOOT, "pollutant_stocks": [8.0], "pollutant_decay": [0.5], "pollutant_stock_caps": [10.0]},
         11.0, {("good", "corn"): [1, 1]},
         {"activities": [[6, 5]], "pollutant_stocks": [[10, 10]], "stock_abatement_costs": [[0.5, 1]],
          "pollution_costs": [[1, 1]]}),
    # Two years: 8 / 4 + (1 + .5) x = 8.
    Hand("soot over a long period",
         {**SOOT, "periods": ["a"], "period_length": [2.0], "pollutant_stocks": [8.0], "pollutant_decay": [0.5],
          "pollutant_stock_caps": [8.0]},
         8.0, {("good", "corn"): [2]},
         {"activities": [[4]], "pollutant_stocks": [[8]], "stock_abatement_costs": [[4 / 3]]}),
    # P = 10, 15, of which a unit does .2 a year: 10 + 5 - 2 - .5 x 3. Emitted in a: .2 + .5 x .5 x .2.
    Hand("damage of what has piled up, discounted",
         {**SOOT, "pollutant_stocks": [0.0], "pollutant_decay": [0.5], "stock_damage_weights": [0.2]},
         11.5, {("resource", "labour"): [0.75, 0.4]},
         {"pollutant_stocks": [[10, 15]], "pollution_costs": [[0.25, 0.1]]},
         settings=HALF),
    # Two units for one corn, so 25 corn as of the 50: a counts 1.5 / 4 each, b .25 / 2.
    Hand("a budget, lengths and discount",
         {**SOOT, "emissions": [[2.0]], "period_length": [2, 1], "emission_budgets": [50.0]},
         16.25, {("resource", "labour"): [1.0, 0.0]},
         {"activities": [[10, 5]], "abatement_costs": [[0, 0, 0.125]], "emissions": [[20, 10]]}, settings=HALF),
    # A cap is per year.
    Hand("a cap over a long period", {**SOOT, "periods": ["a"], "period_length": [3.0], "emission_caps": [4.0]},
         12.0, {("good", "corn"): [3]}, {"activities": [[4]], "abatement_costs": [[3, 0]]}),
    # A quarter of what counts is damage: (1.5 + .25) x 10 x .75.
    Hand("damage, lengths and discount", {**SOOT, "period_length": [2, 1], "damage_weights": [0.25]},
         13.125, {("resource", "labour"): [1.125, 0.1875]}, {"activities": [[10, 10]], "emissions": [[10, 10]]},
         settings=HALF),
)  # fmt: skip

PEOPLE: dict[str, Any] = {
    **FARM, "targets": [0.0], "profiles": ["young", "old"], "baskets": [[1.0, 2.0]],
    "populations": {"a": [2.0, 1.0], "b": [4.0, 3.0]},
}  # fmt: skip
OTHERS = (
    # 2 + 2 are wanted in a, 4 + 6 in b: 10 / 4 and 10 / 10.
    Hand("more people", PEOPLE, 3.5, {("good", "corn"): [0.25, 0.1]}, {"fulfilment": [[2.5], [1]]}),
    # 4 a year for two years, and 10 for three.
    Hand("more people in long periods, served with the least",
         {**PEOPLE, "period_length": [2, 3], "resource_weights": [1.0]},
         2 * 4 + 3 * 10, {("good", "corn"): [2, 3]}, {"activities": [[4, 10]]}, "least-resources"),
    # 3 by the bad way take 6 hours, 4 by the good one the rest; one more by the bad way is 2 less by the good.
    Hand("least activities and lengths", {**WAYS, "period_length": [1, 2], "least_activities": [0.0, 3.0]},
         21.0, {("least activity", "bad"): [-1, -2], ("resource", "labour"): [1, 2]},
         {"activities": [[4, 4], [3, 3]]}),
    # It runs at more by itself, so that it must is worth nothing; b counts half.
    Hand("least activities that say nothing, discounted", {**FARM, "least_activities": [3.0]},
         15.0, {("least activity", "corn"): [0, 0], ("resource", "labour"): [1, 0.5]}, {"activities": [[10, 10]]},
         settings=HALF),
    # A start takes 3 corn, and one is enough: 7 + 10.
    Hand("a start that lasts", {**FARM, "start_up_inputs": [[3.0]], "activity_limits": [10.0]},
         17.0, {("good", "corn"): [1, 1]}, {"activities": [[10, 10]], "fulfilment": [[7], [10]]}),
    # Nor is that one, of what ran before.
    Hand("what ran before", {**FARM, "start_up_inputs": [[3.0]], "activity_limits": [10.0], "running_before": [1.0]},
         20.0, {("good", "corn"): [1, 1]}, {"fulfilment": [[10], [10]]}),
)  # fmt: skip


@pytest.mark.parametrize("hand", [*CAPITAL, *MOVING, *STORES, *TRADE, *POLLUTION, *OTHERS], ids=lambda hand: hand.name)
def test_the_answer_by_hand(hand: Hand) -> None:
    check(hand)
