"""Golden economies of resources that stand in a stock: exhaustible, renewable, labour (see tests/spellings.py)."""

from __future__ import annotations

import natura_opt as no

_FREE = float("inf")


def _reserve() -> no.Economy:
    """Every kind of stock at once, periods of different lengths, rates that drift, plants and needs ahead of output.

    Water flows only; wood is both limited as a flow and regrows; what regrows is to be kept.
    """
    years = ["y1", "y2", "y3"]
    return no.build_economy(
        name="reserve",
        goods=["heat", "skill"],
        techniques=["burn oil", "burn wood", "school"],
        outputs=[[1, 1.1, 0], [0, 0, 1]],
        inputs=[[0, 0.05, 0.1], [0.01, 0, 0]],
        resources=["oil", "wood", "fish", "worker", "teacher", "water"],
        resource_use={
            "y1": [[0.5, 0, 0], [0, 0.8, 0], [0, 0.01, 0.1], [0.2, 0.4, 0.5], [0, 0, 0.2], [0.1, 0, 0]],
            "y2": [[0.45, 0, 0], [0, 0.7, 0], [0, 0, 0.12], [0.2, 0.3, 0.5], [0, 0, 0.25], [0.1, 0, 0]],
            "y3": [[0.4, 0, 0], [0, 0.75, 0], [0, 0.02, 0.1], [0.25, 0.3, 0.4], [0, 0, 0.2], [0.2, 0, 0]],
        },
        resource_use_ahead={1: [[0, 0.03, 0], [0, 0, 0], [0, 0, 0], [0, 0.1, 0], [0, 0, 0], [0, 0, 0]]},
        prepared_activities=[0, 6, 0],
        resource_limits=[[99] * 3, [6, 7, 6.5], [99] * 3, [99] * 3, [99] * 3, [90, 80, 85]],
        exhaustible_stocks=[9, _FREE, _FREE, _FREE, _FREE, _FREE],
        renewable_stocks=[_FREE, 20, 8, _FREE, _FREE, _FREE],
        regrowth_rates=[[0] * 3, [0.2, 0.15, 0.18], [0.4, 0.5, 0.3], [0] * 3, [0] * 3, [0] * 3],
        renewable_capacity=[_FREE, 21, 8, _FREE, _FREE, _FREE],
        labour_force=[_FREE, _FREE, _FREE, 7, 0.5, _FREE],
        labour_entering=[[0] * 3, [0] * 3, [0] * 3, [0.3, 0.4, 0.2], [0, 0, 0], [0] * 3],
        labour_leaving=[[0] * 3, [0] * 3, [0] * 3, [0.05, 0.1, 0.07], [0.2, 0, 0.1], [0] * 3],
        training={
            "y1": [[0] * 3, [0] * 3, [0] * 3, [0, 0, -0.3], [0, 0, 0.25], [0] * 3],
            "y2": [[0] * 3, [0] * 3, [0] * 3, [0, 0.02, -0.3], [0, 0, 0.2], [0] * 3],
            "y3": [[0] * 3, [0] * 3, [0] * 3, [0, 0, -0.3], [0, 0, 0.2], [0] * 3],
        },
        plant_capacity=[_FREE, 4, _FREE],
        plant_resources=[[0, 0.1, 0], [0, 0.05, 0], [0, 0, 0], [0, 0.2, 0], [0, 0, 0], [0, 0, 0]],
        periods=years,
        period_length=[2, 1, 1.5],
        targets=[[1, 1.1, 0.9], [0.1, 0.2, 0]],
        questions={"default": no.Question("fulfilment", terminal="keep")},
    )


def _fishery() -> no.Economy:
    """Fish double in a period, and as many as at the start must be there afterwards.

    By hand: 2 (2 (10 - d) - d) >= 10, the same catch d in both periods: d = 5.
    """
    return no.build_economy(
        name="fishery",
        goods=["catch"],
        resources=["fish"],
        resource_use=[[1]],
        renewable_stocks=[10],
        regrowth_rates=[1],
        periods=2,
        targets=[[1, 1]],
        questions={"default": no.Question("assortment", terminal="keep")},
    )


def _academy() -> no.Economy:
    """A school turns pupils into smiths, who work from the next period on; a teacher teaches four.

    By hand: 4 pupils in each of the first two periods: 2, 6 and 10 smiths work, 18 in all.
    """
    return no.build_economy(
        name="academy",
        goods=["hinge", "lesson"],
        techniques=["forge", "school"],
        outputs=[[1, 0], [0, 0]],
        resources=["smith", "pupil", "teacher"],
        resource_use=[[1, 0], [0, 1], [0, 0.25]],
        labour_force=[2, 10, 1],
        training=[[0, 1], [0, -1], [0, 0]],
        periods=3,
        targets=[1, 0],
        objective="fulfilment",
    )


def _mine() -> no.Economy:
    """Ore is there once; half a unit makes one of metal from the second period on: 4 of the 10 in the first at most.

    Its props are of wood, of which there is enough.

    By hand: 4 in period 1, and 6 left for 12 in periods 2 and 3 together.
    """
    return no.build_economy(
        name="mine",
        goods=["metal"],
        resources=["ore", "wood"],
        resource_use={"1": [[1], [0.1]], "2": [[0.5], [0.1]], "3": [[0.5], [0.2]]},
        exhaustible_stocks=[10, _FREE],
        renewable_stocks=[_FREE, 30],
        regrowth_rates=[0, 0.1],
        least_activities=[[4, 0, 0]],
        periods=3,
        targets=[1],
        objective="fulfilment",
    )


def _pond() -> no.Economy:
    """Fish of a pond that is fished empty, by fishers who are taken to other work for good.

    By hand: 2 of the 3 fishers are taken per unit that is dried, so 1.5 are dried; 6 fish are sold or dried, and each
    basket wants one of either: 1.5.
    """
    return no.build_economy(
        name="pond",
        goods=["fresh", "dried"],
        resources=["fish", "fisher"],
        resource_use=[[1, 3], [0.1, 0.2]],
        renewable_stocks=[6, _FREE],
        regrowth_rates=[0.5, 0],
        labour_force=[_FREE, 3],
        training=[[0, 0], [0, -2]],
        periods=1,
        targets=[1, 1],
        objective="fulfilment",
    )


def _weir() -> no.Economy:
    """Nobody fishes the pond's last fish a second time.

    By hand: 8 fish; none regrow. 3 a unit in the first period, 1 in the second, and one level for both: 2.
    """
    return no.build_economy(
        name="weir",
        goods=["meal"],
        resources=["fish"],
        resource_use={1: [[3]], 2: [[1]]},
        renewable_stocks=[8],
        periods=[1, 2],
        targets=[1],
        objective="assortment",
    )


STOCKED = (_reserve(), _fishery(), _academy(), _mine(), _pond(), _weir())
STOCKS_BY_HAND = {"fishery": 5.0, "academy": 18.0, "mine": 16.0, "pond": 1.5, "weir": 2.0}
