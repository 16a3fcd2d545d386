"""Golden economies of objectives over years (see tests/spellings.py): lengths, discount and weights; levels raised."""

from __future__ import annotations

import numpy as np

import natura_opt as no


def _harvests() -> no.Economy:
    """One good, made by labour alone, in periods of two and of three years.

    By hand: with a discount factor of a half they count for 1 + 1/2 and (1 + 1/2 + 1/4) / 4 years, weighted by two and
    by four: 3 x 10 + 1.75 x 20.
    """
    return no.build_economy(
        name="harvests",
        goods=["corn"],
        resources=["labour"],
        inputs=[[0]],
        resource_use=[[1]],
        resource_limits=[[10, 20]],
        periods=["early", "late"],
        period_length=[2, 3],
        period_weights=[2, 4],
        targets=[1],
        questions={"default": no.Question("fulfilment", discount_factor=0.5)},
    )


def _guard() -> no.Economy:
    """Least resources, discounted and weighted, spent in the period and ahead of it, by plants and by technique."""
    return no.build_economy(
        name="guard",
        goods=["bread", "watch"],
        techniques=["bake", "stand", "patrol"],
        outputs=[[1, 0, 0], [0, 1, 1.5]],
        inputs=[[0.1, 0.2, 0.3], [0, 0.05, 0]],
        resources=["men", "dogs"],
        resource_use=[[0.3, 1, 0.7], [0, 0, 0.4]],
        resource_use_ahead={1: [[0.1, 0, 0.2], [0, 0, 0.3]], 2: [[0, 0.2, 0], [0, 0, 0]]},
        prepared_activities=[50, 50, 50],
        resource_weights=[[1, 1.2, 0.8], [0.5, 0.4, 0.6]],
        plant_resources=[[0, 0.3, 0], [0, 0.1, 0.2]],
        plant_capacity=[np.inf, 3, 4],
        periods=["a", "b", "c"],
        period_length=[1, 2.5, 4],
        period_weights=[1, 0.7, 1.3],
        targets=[[4, 5, 6], [2, 3, 2.5]],
        questions={"default": no.Question("least-resources", discount_factor=0.9, terminal="growth")},
    )


def _ladder() -> no.Economy:
    """Every year as it can, and the least of them: ten of ten, twenty and fifteen."""
    return _steps("ladder", "max-min")


def _rungs() -> no.Economy:
    """The same, year by year: the last that is raised has twenty."""
    return _steps("rungs", "leximin")


def _steps(name: str, objective: str) -> no.Economy:
    return no.build_economy(
        name=name,
        goods=["corn"],
        resources=["labour"],
        inputs=[[0]],
        resource_use=[[1]],
        resource_limits=[[10, 20, 15]],
        periods=3,
        targets=[1],
        questions={"default": no.Question(objective)},
    )


def _press() -> no.Economy:
    """What is pressed counts by technique and year, after what is asked for has been served."""
    return no.build_economy(
        name="press",
        goods=["oil", "cake"],
        techniques=["old", "new"],
        outputs=[[1, 1.5], [0.4, 0.2]],
        inputs=[[0.1, 0], [0, 0.1]],
        resources=["labour"],
        resource_use=[[1, 2]],
        resource_limits=[[6, 7, 5]],
        periods=["one", "two", "three"],
        period_length=[2, 1, 3],
        period_weights=[1, 0.6, 0.8],
        activity_weights={"one": [1, 2], "two": [1.2, 1.5], "three": [0.7, 1.9]},
        targets=[[1, 2, 1.5], [0.3, 0.5, 0.8]],
        questions={"default": no.Question("output", discount_factor=0.9)},
    )


def _guild() -> no.Economy:
    """As many hands as possible, of two kinds that count unlike, within what may be made and what is asked for."""
    return no.build_economy(
        name="guild",
        goods=["cloth", "yarn"],
        techniques=["loom", "wheel", "great wheel"],
        outputs=[[1, 0, 0], [0, 1, 1]],
        inputs=[[0, 0, 0], [0.5, 0, 0]],
        resources=["weaver", "spinner"],
        resource_use=[[2, 0, 0.3], [0, 3, 1]],
        resource_use_ahead={1: [[0.2, 0, 0], [0, 0.1, 0]]},
        prepared_activities={"one": [2, 3, 2]},
        resource_weights=[[1, 0.8], [0.5, 0.7]],
        activity_limits=[[4, 3], [5, 6], [2, 3]],
        periods=["one", "two"],
        targets=[[1, 1.5], [0.7, 1]],
        questions={"default": no.Question("most-resources")},
    )


def _hoard() -> no.Economy:
    """What is left at the end, of a good that keeps and of looms, after what is asked for."""
    return no.build_economy(
        name="hoard",
        goods=["cloth", "loom"],
        inputs=[[0, 0.5], [0, 0]],
        resources=["labour"],
        resource_use=[[1, 4]],
        resource_limits=[[10, 12]],
        capital=[[0, 0], [0.5, 0.1]],
        initial_capital=[[0, 0], [3, 1]],
        depreciation=[[0, 0], [0.2, 0.1]],
        storage=[0.9, 0],
        initial_stocks=[1, 0],
        salvage_values=[0.6, 2],
        periods=["one", "two"],
        targets=[[1.5, 2], [0, 0.1]],
        questions={"default": no.Question("terminal-stocks", terminal="salvage")},
    )


YEARLY = (_press(), _guild(), _hoard(), _harvests(), _guard(), _ladder(), _rungs())
YEARS_BY_HAND = {"harvests": 65.0, "ladder": 10.0, "rungs": 20.0}
