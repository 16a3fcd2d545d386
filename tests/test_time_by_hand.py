"""Tiny economies over time, answered by hand: the objective, what things are worth and what is done, each from
arithmetic above it. Every table of time stands here beside another, for it is in pairs that laws over time go wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .by_hand import FARM, HALF, HANDS, KEEP, SCHOOL, THREE, Hand, check

LENGTHS = (
    # Years that count: 1; .5 (1 + .5) = .75; .125 (1 + .5 + .25) = .21875.
    Hand("lengths and discount", {**FARM, "periods": THREE, "period_length": [1, 2, 3]},
         10 * 1.96875, {("good", "corn"): [1, 0.75, 0.21875], ("resource", "labour"): [1, 0.75, 0.21875]},
         {"activities": [[10, 10, 10]]}, settings=HALF),
    # a counts 1 + .5 = 1.5, b .25; a unit in the ground brings .75 in a and .25 in b: 2 x 10 in a, 5 in b.
    Hand("lengths, discount and an exhaustible stock", {**FARM, "period_length": [2, 1], "exhaustible_stocks": [25.0]},
         16.25, {("exhaustible stock", "labour"): 0.25, ("resource", "labour"): [1.0, 0.0]},
         {"activities": [[10, 5]], "drawn": [[10, 5]]}, settings=HALF),
    # The last years count most: 10 in c, 5 in b; one more in the ground is dug in b.
    Hand("weights and an exhaustible stock",
         {**FARM, "periods": THREE, "period_weights": [1, 2, 3], "exhaustible_stocks": [15.0]},
         40.0, {("exhaustible stock", "labour"): 2.0, ("resource", "labour"): [0, 0, 1]},
         {"activities": [[0, 5, 10]]}),
    # Hotelling: oil saves 4 hours, of which those of b count half. 10 oil in a, 5 in b, the sun does the rest of b:
    # 5 x 4 x .5 = 10. One more oil saves 4 x .5 = 2, and corn costs that in both years (4 of those of b).
    Hand("Hotelling's rule before the sun takes over",
         {**HANDS, "resources": ["oil", "labour"], "techniques": ["oil", "sun"], "inputs": [[0, 0]],
          "outputs": [[1, 1]], "resource_use": [[1, 0], [0, 4]], "targets": [10.0],
          "resource_weights": [0.0, 1.0], "exhaustible_stocks": [15.0, np.inf]},
         10.0, {("exhaustible stock", "oil"): -2.0, ("good", "corn"): [2, 2]},
         {"activities": [[10, 5], [0, 5]]}, "least-resources", HALF),
    # 24 in the ground, three years as good as each other: 8 each; one more is a third more in each.
    Hand("an exhaustible stock, evenly", {**FARM, "periods": THREE, "exhaustible_stocks": [24.0]},
         8.0, {("exhaustible stock", "labour"): 1 / 3, ("good", "corn"): [1 / 3] * 3}, {"activities": [[8, 8, 8]]},
         "max-min"),
    # In three years 3 x 4; the limit is per year, so one more of it is three more corn.
    Hand("lengths and activity limits", {**FARM, "periods": ["a"], "period_length": [3.0], "activity_limits": [4.0]},
         12.0, {("activity limit", "corn"): [3.0], ("good", "corn"): [3.0]}, {"activities": [[4]]}),
    # 2 x 10 + 10 run, and nothing is wanted.
    Hand("lengths and output", {**FARM, "period_length": [2, 1], "targets": [0.0], "activity_weights": [1.0]},
         30.0, {("resource", "labour"): [2, 1], ("good", "corn"): [0, 0]}, {"activities": [[10, 10]]}, "output"),
)  # fmt: skip

NATURE = (
    # What is left must regrow to 20: S_b - d_b = 16, S_b = 1.25 (20 - d_a), so d_b = 9 - 1.25 d_a: wait.
    Hand("a wood kept by waiting", {**FARM, "renewable_stocks": [20.0], "regrowth_rates": [0.25]},
         9.0, {("renewable stock", "labour"): [1.25, 1.0], ("good", "corn"): [1, 1]},
         {"activities": [[0, 9]], "natural_stocks": [[20, 25]]}, settings=KEEP),
    # b counts half, which waiting does not make up: d_b = 0, 20 - 16 / 1.25 = 7.2 in a.
    Hand("a wood kept by the impatient", {**FARM, "renewable_stocks": [20.0], "regrowth_rates": [0.25]},
         7.2, {("renewable stock", "labour"): [1.0, 0.8], ("good", "corn"): [1, 0.5]},
         {"activities": [[7.2, 0]], "natural_stocks": [[20, 16]]}, settings={**KEEP, **HALF}),
    # 17.6 grow to the capacity of 22, so 2.4 are cut at once, and all of the 22 later.
    Hand("a wood that has no more room",
         {**HANDS, "renewable_stocks": [20.0], "regrowth_rates": [0.25],
          "renewable_capacity": [22.0]},
         24.4, {("renewable stock", "labour"): [1.0, 0.8]}, {"activities": [[2.4, 22]], "natural_stocks": [[20, 22]]}),
    # Two years each: 9 grow to 9 x 1.5^2 = 20.25, all cut in b, half of it a year.
    Hand("a wood over long periods",
         {**HANDS, "period_length": [2, 2], "renewable_stocks": [9.0],
          "regrowth_rates": [0.5]},
         20.25, {("renewable stock", "labour"): [2.25, 1.0], ("good", "corn"): [2, 2]},
         {"activities": [[0, 10.125]], "natural_stocks": [[9, 20.25]]}),
)  # fmt: skip

LABOUR = (
    # 10, 10 x .9 + 2 = 11, 11 x .9 + 2 = 11.9; worth 1 + .5 x .9 + .25 x .81 at first.
    Hand("labour that comes and leaves, discounted",
         {**HANDS, "periods": THREE, "labour_force": [10.0], "labour_entering": [2.0],
          "labour_leaving": [0.1]},
         10 + 5.5 + 0.25 * 11.9, {("labour force", "labour"): [1.6525, 0.725, 0.25]},
         {"activities": [[10, 11, 11.9]], "labour": [[10, 11, 11.9]]}, settings=HALF),
    # After two years 16 / 4 are left, and 4 (1 + .5) of those who came: 10.
    Hand("labour over long periods",
         {**HANDS, "period_length": [2, 2], "labour_force": [16.0],
          "labour_entering": [4.0], "labour_leaving": [0.5]},
         52.0, {("labour force", "labour"): [2.5, 2.0], ("good", "corn"): [2, 2]}, {"labour": [[16, 10]]}),
    # A year at school costs 1 and brings half a hand for .9 + .81 + .729 = 2.439 of years: 1.2195. A year later it
    # costs .9 and brings .7695. All go to school in a.
    Hand("training, discounted",
         {**SCHOOL, "periods": [*THREE, "d"], "resource_use": [[1, 1]], "training": [[0, 0.5]],
          "labour_force": [10.0]},
         15 * 2.439, {("labour force", "labour"): [1.5 * 2.439, 2.439, 1.539, 0.729]},
         {"activities": [[0, 15, 15, 15], [10, 0, 0, 0]], "labour": [[10, 15, 15, 15]]},
         settings={"discount_factor": 0.9}),
    # Six without skill become skilled in a, of whom two were there: 2, then 8. No more can be taken than are there.
    Hand("training that takes from a kind",
         {**SCHOOL, "resources": ["unskilled", "skilled"], "resource_use": [[0, 0], [1, 0]], "labour_force": [6.0, 2.0],
          "training": [[0, -1], [0, 1]]},
         10.0, {("labour force", "unskilled"): [1, 1], ("labour force", "skilled"): [2, 1]},
         {"labour": [[6, 0], [2, 8]]}),
)  # fmt: skip

AHEAD: dict[str, Any] = {**FARM, "inputs_ahead": {1: [[0.5]]}, "prepared_activities": {"a": [6.0]}}
LAGS = (
    # b lasts two years, so x_b takes .5 x 2 of each year of a: all of the 6 go into x_b = 6, which counts 2 x 6.
    Hand("lags and lengths", {**AHEAD, "period_length": [1, 2]},
         12.0, {("good", "corn"): [2, 2], ("prepared activity", "corn"): [2, 0]}, {"activities": [[6, 6]]}),
    # After the end 6 are made again, which take 3 from b: z = 6 - .5 x 10, and 10 - 3.
    Hand("lags and keep", AHEAD, 8.0, {("prepared activity", "corn"): [1, 0], ("resource", "labour"): [0, 0.5]},
         {"fulfilment": [[1], [7]]}, settings=KEEP),
    # After the end 1.5 x_b are made, which take .75 x_b from b: z_b = .25 x_b, which counts 4: 1 beside .5 lost in a.
    Hand("lags, growth and weights", {**AHEAD, "period_weights": [1, 4]},
         11.0, {("good", "corn"): [1, 4], ("resource", "labour"): [0, 0.5]}, {"fulfilment": [[1], [2.5]]},
         settings={"terminal": "growth", "terminal_growth": 0.5}),
    # x_a + .5 x_b <= 7 in a, x_b <= 10 in b: an hour in a makes 2 in b, as long as b has hands: 10, and 2 in a.
    Hand("labour ahead",
         {**FARM, "resource_use_ahead": {1: [[0.5]]}, "prepared_activities": {"a": [4.0]},
          "resource_limits": {"a": [7.0], "b": [10.0]}},
         12.0, {("resource", "labour"): [1, 0.5], ("prepared activity", "corn"): [0, 0]}, {"activities": [[2, 10]]}),
    # An hour of the 16 makes one in a, and in b two thirds, for the half that is spent ahead: 4 in a, 12 / 1.5 in b.
    Hand("labour ahead of a stock that runs out",
         {**FARM, "resource_use_ahead": {1: [[0.5]]}, "prepared_activities": {"a": [4.0]},
          "exhaustible_stocks": [16.0]},
         4 + 8.0, {("exhaustible stock", "labour"): 2 / 3, ("prepared activity", "corn"): [1 / 3, 0]},
         {"activities": [[4, 8]]}),
)  # fmt: skip


@pytest.mark.parametrize("hand", [*LENGTHS, *NATURE, *LABOUR, *LAGS], ids=lambda hand: hand.name)
def test_the_answer_by_hand(hand: Hand) -> None:
    check(hand)
