"""The flows of goods on a page: a table of the largest, and a Sankey diagram in colours that any background bears."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from ..base.labels import name_of
from ..plan.goods_flows import goods_flows
from ..plan.pictures.sankey import draw_flows
from ..plan.plan import Plan
from .tables import units_of

#: Up to so many goods times periods there is a diagram of each period, beside that of all together.
_BY_PERIOD = 200
#: Flows that the diagram shows singly.
_SINGLY = 30


def flows_table(plan: Plan) -> pd.DataFrame:
    """Return the flows of all periods together: from, to, amount, unit and worth, what is worth most first."""
    flows = goods_flows(plan)
    largest = ["worth", "amount"] if flows["worth"].any() else ["amount"]
    flows = flows.sort_values(largest, ascending=False, kind="stable")
    goods = [name_of(good) for good in plan.economy.goods]
    units = list(units_of(plan.economy, "goods").values())
    made = (flows["side"] == "made").to_numpy()
    named = [goods[at] for at in flows["good"]]
    rows = {
        "good": named,
        "flow": ["made by" if one else "goes to" for one in made],
        "place": flows["place"].tolist(),
        "amount": flows["amount"].to_numpy(),
        "unit": [units[at] for at in flows["good"]],
        "worth": flows["worth"].to_numpy(),
    }
    return pd.DataFrame(rows).set_index(["good", "flow", "place"])


def is_drawn(plan: Plan, wanted: bool | None) -> bool:
    """Whether there is a diagram: as it is wanted, and where nothing is said, if more than one thing flows."""
    if wanted is not None:
        return wanted
    return len(goods_flows(plan)) > 1


def diagrams(plan: Plan) -> list[dict[str, Any]]:
    """Return the diagrams as plotly reads them, that of all periods together first: words, and the figure."""
    periods = plan.economy.periods
    chosen: list[Any] = [None]
    if len(periods) > 1 and len(periods) * len(plan.economy.goods) <= _BY_PERIOD:
        chosen += list(periods)
    drawn = []
    for period in chosen:
        figure = draw_flows(plan, period, _SINGLY, "auto")
        figure.update_layout(template=None, paper_bgcolor="rgba(0,0,0,0)", font={"family": "inherit"})
        words = "all periods together" if period is None else name_of(period)
        drawn.append({"words": words, "figure": json.loads(figure.to_json())})
    return drawn
