"""Golden economies of production that takes time, and of least activities (see tests/spellings.py)."""

from __future__ import annotations

import numpy as np

import natura_opt as no


def _shipyard() -> no.Economy:
    """Leads of zero to six periods, some longer than the plan, as much under way at the end as at the start.

    The keel takes both two periods and one ahead, the mast nothing; what was prepared differs between periods, and so
    do their lengths.
    """
    years = ["y1", "y2", "y3", "y4"]
    goods = ["timber", "ship", "mast"]
    return no.build_economy(
        name="shipyard",
        goods=goods,
        techniques=["fell", "keel", "buy mast", "slow felling"],
        outputs=[[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]],
        inputs=[[0, 0.1, 0.3, 0], [0] * 4, [0, 0.2, 0, 0]],
        inputs_ahead={
            0: [[0, 0.05, 0, 0], [0] * 4, [0, 0.1, 0, 0]],
            1: [[0.02, 0.7, 0, 0.01], [0] * 4, [0, 0.3, 0, 0]],
            2: [[0, 0.4, 0, 0], [0] * 4, [0] * 4],
            6: [[0, 0, 0, 0.03], [0] * 4, [0] * 4],
        },
        resources=["men", "oxen"],
        resource_use=[[0.3, 0.2, 0.5, 0], [0.1, 0, 0, 0]],
        resource_use_ahead={1: [[0.4, 0.6, 0, 0.1], [0] * 4], 3: [[0] * 4, [0, 0, 0, 0.2]]},
        resource_limits=[[40, 41, 39, 42], [9, 8, 7, 6]],
        prepared_activities={"y1": [21, 3, 2, 4], "y2": [5, 2.5, 1, 3], "y3": [9, 9, 9, 2], "y4": [1, 1, 1, 1.5]},
        least_activities=[[0, 0, 0, 0], [0, 0, 1, 4], [0, 1.4, 0, 0], [0.5, 0, 0, 0]],
        initial_stocks=[7, 0, 2],
        storage=[0.9, 1, 0],
        periods=years,
        period_length=[1, 2, 1.5, 3],
        targets=[[1, 1.2, 1, 0.8], [1, 0.5, 1, 1.1], [0.3, 0, 0.2, 0.1]],
        questions={"default": no.Question("fulfilment", terminal="keep")},
    )


def _orchard() -> no.Economy:
    """What stands at the end goes on growing; a lead longer than the plan; periods of several years; least labour."""
    return no.build_economy(
        name="orchard",
        goods=["apple", "graft"],
        techniques=["pick", "plant"],
        outputs=np.eye(2),
        inputs_ahead={1: [[0.1, 0.2], [0.3, 0]], 2: [[0, 0], [0.2, 0.1]], 5: [[0.01, 0], [0, 0]]},
        resources=["hands"],
        resource_use=[[0.3, 0.5]],
        resource_use_ahead={2: [[0.2, 0.4]]},
        resource_weights=[[1.0, 1.3, 0.9]],
        resource_limits=[[90, 80, 95]],
        prepared_activities=[60, 70],
        least_activities=[0, 2],
        initial_stocks=[30, 40],
        periods=3,
        period_length=[2, 1, 3],
        targets=[[4, 5, 6], [0, 1, 0]],
        questions={
            "default": no.Question("least-resources", terminal="growth", terminal_growth=0.03),
        },
    )


def _tide() -> no.Economy:
    """Nothing needs to be under way at the end; every lead is one; nothing was prepared of what is not asked for.

    By hand: fish take an hour the year before. 6 were prepared, 8 hours in each year: 6 + 8 + 8 of three years.
    """
    return no.build_economy(
        name="tide",
        goods=["fish"],
        inputs_ahead={1: [[0]]},
        resources=["hours"],
        resource_use_ahead={1: [[1]]},
        resource_limits=[8],
        prepared_activities=[6],
        periods=3,
        targets=[1],
        objective="fulfilment",
    )


LAGGED = (_shipyard(), _orchard(), _tide())
LAGS_BY_HAND = {"tide": 22.0}
