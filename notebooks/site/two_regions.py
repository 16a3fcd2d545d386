"""Twelve goods in two regions, north and south, over three years: a plan under a CO2 budget and two rules."""

import pandas as pd

import natura_opt as no

# technique: what it takes and makes (joint products: power and heat), labour, machines tied up, CO2
RECIPES = {
    "wind": ({}, {"power": 1.0}, 0.3, 1.6, 0.0),
    "chp": ({}, {"power": 1.0, "heat": 0.8}, 0.3, 0.3, 0.9),
    "steelworks": ({"power": 0.6, "heat": 0.2}, {"steel": 1.0}, 0.8, 0.4, 1.2),
    "works": ({"power": 0.2, "steel": 0.7}, {"machine": 1.0}, 1.2, 0.3, 0.1),
    "farm": ({"power": 0.1}, {"grain": 1.0}, 0.9, 0.2, 0.1),
    "bakery": ({"power": 0.15, "heat": 0.3, "grain": 0.9}, {"bread": 1.0}, 0.5, 0.1, 0.0),
}
LABOUR = {("N", "wind"): 0.7, ("S", "wind"): 1.5, ("N", "farm"): 1.6, ("S", "steelworks"): 1.4}  # times the recipe's
goods = [(region, good) for region in "NS" for good in ("power", "heat", "steel", "machine", "grain", "bread")]
takes, makes, labour, machines, smoke = {}, {}, {}, {}, {}
for region in "NS":
    for name, (inputs, outputs, hours, stock, co2) in RECIPES.items():
        takes[region, name] = {(region, good): amount for good, amount in inputs.items()}
        makes[region, name] = {(region, good): amount for good, amount in outputs.items()}
        labour[region, name] = {region: hours * LABOUR.get((region, name), 1.0)}
        machines[region, name], smoke[region, name] = {(region, "machine"): stock}, {"CO2": co2}
for here, there in ("NS", "SN"):  # transport: a wire loses a tenth, lorries take labour and smoke
    for good in ("power", "steel", "machine", "grain", "bread"):
        takes[here + there, good], makes[here + there, good] = {(here, good): 1.0}, {(there, good): 1.0}
        labour[here + there, good], smoke[here + there, good] = {here: 0.1}, {"CO2": 0.05}
    makes[here + there, "power"] = {(there, "power"): 0.9}


def table(columns, rows):
    return pd.DataFrame([[columns.get(j, {}).get(i, 0.0) for j in makes] for i in rows], rows, pd.Index(list(makes)))


economy = no.build_economy(
    name="two regions", goods=goods, techniques=list(makes), resources=["N", "S"], pollutants=["CO2"],
    periods=["2026", "2027", "2028"], inputs=table(takes, goods), outputs=table(makes, goods),
    resource_use=table(labour, ["N", "S"]), resource_limits=[32.0, 26.0], emissions=table(smoke, ["CO2"]),
    emission_budgets=[80.0], capital=table(machines, goods), pool_depreciation=[0.1] * 12,
    capital_pool=[20.0 if good == "machine" else 0.0 for _, good in goods],
    targets=[{"power": 3.0, "heat": 2.0, "bread": 6.0}.get(good, 0.0) for _, good in goods],
    questions={"default": no.Question("fulfilment", terminal="keep")},
).require("renewable", {"wind@N": 0.7, "wind@S": 0.7, "chp@N": -0.3, "chp@S": -0.3}, ">=", 0.0)  # fmt: skip
economy = economy.require("bakeries of the south", {"bakery@S": 1.0}, ">=", {"2026": 15.0, "2028": 13.0})
plan = no.solve(economy).assert_optimal()
