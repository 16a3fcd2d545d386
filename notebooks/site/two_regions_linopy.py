"""The same plan as ``two_regions.py``, stated in linopy: every balance, stock and limit is a line of one's own."""

import linopy
import pandas as pd
import xarray as xr

# technique: what it takes and makes (joint products: power and heat), labour, machines tied up, CO2
RECIPES = {
    "wind": ({}, {"power": 1.0}, 0.3, 1.6, 0.0),
    "chp": ({}, {"power": 1.0, "heat": 0.8}, 0.3, 0.3, 0.9),
    "steelworks": ({"power": 0.6, "heat": 0.2}, {"steel": 1.0}, 0.8, 0.4, 1.2),
    "works": ({"power": 0.2, "steel": 0.7}, {"machine": 1.0}, 1.2, 0.3, 0.1),
    "farm": ({"power": 0.1}, {"grain": 1.0}, 0.9, 0.2, 0.1),
    "bakery": ({"power": 0.15, "heat": 0.3, "grain": 0.9}, {"bread": 1.0}, 0.5, 0.1, 0.0),
}
LABOUR = {"wind@N": 0.7, "wind@S": 1.5, "farm@N": 1.6, "steelworks@S": 1.4}  # times the recipe's
GOODS = ["power", "heat", "steel", "machine", "grain", "bread"]
WANTED = {"power": 3.0, "heat": 2.0, "bread": 6.0}
PERIODS = ["2026", "2027", "2028"]

techniques = [f"{name}@{region}" for region in "NS" for name in RECIPES]
techniques += [f"{good}@{route}" for route in ("NS", "SN") for good in GOODS if good != "heat"]
goods = [f"{good}@{region}" for region in "NS" for good in GOODS]
net = pd.DataFrame(0.0, goods, techniques)
labour = pd.DataFrame(0.0, ["N", "S"], techniques)
tied_up = pd.DataFrame(0.0, ["N", "S"], techniques)
co2 = pd.Series(0.0, techniques)
for region in "NS":
    for name, (inputs, outputs, hours, stock, smoke) in RECIPES.items():
        j = f"{name}@{region}"
        for good in GOODS:
            net.loc[f"{good}@{region}", j] = outputs.get(good, 0.0) - inputs.get(good, 0.0)
        labour.loc[region, j], tied_up.loc[region, j], co2[j] = hours * LABOUR.get(j, 1.0), stock, smoke
for here, there in ("NS", "SN"):
    for good in GOODS:
        if good != "heat":
            j = f"{good}@{here}{there}"
            net.loc[f"{good}@{here}", j], net.loc[f"{good}@{there}", j] = -1.0, 0.9 if good == "power" else 1.0
            labour.loc[here, j], co2[j] = 0.1, 0.05


def array(frame, *dims):
    return xr.DataArray(frame.to_numpy(), [(d, list(axis)) for d, axis in zip(dims, frame.axes, strict=True)])


m = linopy.Model()
j, i, r, t = (pd.Index(labels, name=name) for labels, name in (
    (techniques, "technique"), (goods, "good"), (["N", "S"], "region"), (PERIODS, "period")
))  # fmt: skip
x = m.add_variables(lower=0.0, coords=[j, t], name="activity")
z = m.add_variables(lower=0.0, coords=[t], name="fulfilment")
k = m.add_variables(lower=0.0, coords=[r, t], name="machines")
a = m.add_variables(lower=0.0, coords=[r, t], name="investment")
targets = xr.DataArray([WANTED.get(good.split("@")[0], 0.0) for good in goods], [("good", goods)])
is_machine = array(
    pd.DataFrame({q: [float(g == f"machine@{q}") for g in goods] for q in "NS"}, goods), "good", "region"
)

made = (array(net, "good", "technique") * x).sum("technique")
m.add_constraints(made - (is_machine * a).sum("region") - targets * z >= 0, name="balance")
limit = xr.DataArray([32.0, 26.0], [("region", ["N", "S"])])
m.add_constraints((array(labour, "region", "technique") * x).sum("technique") <= limit, name="labour")
m.add_constraints((array(tied_up, "region", "technique") * x).sum("technique") - k <= 0, name="capacity")
m.add_constraints(k.isel(period=0, drop=True) <= 20.0, name="machines at the start")
for n in range(len(PERIODS)):
    left = 0.9 * k.isel(period=n, drop=True) + a.isel(period=n, drop=True)
    if n + 1 < len(PERIODS):
        m.add_constraints(k.isel(period=n + 1, drop=True) - left <= 0, name=f"machines of {PERIODS[n + 1]}")
    else:
        m.add_constraints(left >= 20.0, name="machines at the end")
m.add_constraints(
    (array(co2.to_frame().T.set_axis(["CO2"]), "pollutant", "technique") * x).sum() <= 80.0, name="budget"
)
wind, chp = (x.sel(technique=[f"{name}@N", f"{name}@S"]).sum("technique") for name in ("wind", "chp"))
m.add_constraints(0.7 * wind - 0.3 * chp >= 0, name="renewable")
least = xr.DataArray([15.0, 13.0], [("period", ["2026", "2028"])])
m.add_constraints(
    x.sel(technique="bakery@S", period=["2026", "2028"], drop=True) >= least, name="bakeries of the south"
)
m.add_objective(z.sum(), sense="max")
m.solve(solver_name="highs", output_flag=False)
