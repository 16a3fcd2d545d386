"""Plan problems small enough to be solved by hand, and the models that come with the package."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..base.status import Status
from ..economy.build import build_economy
from ..economy.economy import Economy
from ..economy.files.catalog import read
from ..economy.question import Question
from .case import Case, Feature

_ECONOMIES = frozenset({Feature.ECONOMIES})
_REFUTED = frozenset({Feature.ECONOMIES, Feature.REFUTES})


def _economy(**tables: Any) -> Callable[[], Economy]:
    return partial(build_economy, **{"goods": ["corn"], "resources": ["labour"], **tables})


def _per_period(name: str, values: list[float]) -> pd.DataFrame:
    return pd.DataFrame([values], index=[name], columns=[str(t + 1) for t in range(len(values))])


def _in_other_units() -> Economy:
    """Return wheat and cloth with wheat in units of 1e-5 and cloth in units of 1e6 of what they were."""
    scale = np.array([1e5, 1e-6])
    return build_economy(
        goods=["wheat", "cloth"],
        resources=["labour"],
        inputs=np.array([[0.25, 0.40], [0.14, 0.12]]) * scale[:, None] / scale[None, :],
        resource_use=np.array([[0.8, 3.6]]) / scale,
        resource_weights=[1.0],
        targets=np.array([55.0, 30.0]) * scale,
        objective="least-resources",
    )


def _impossible_floor() -> Economy:
    return read("five_year_plan").with_changes(questions={"default": Question("fulfilment", floor=1.9)})


ECONOMY_CASES: tuple[Case, ...] = (
    Case(
        "economy: wheat and cloth at labour values",
        partial(read, "wheat_cloth"),
        objective=260.0,
        columns={"activities": [100.0, 50.0]},
        valuations={"good": [2.0, 5.0]},
        needs=_ECONOMIES,
    ),
    Case(
        "economy: wheat and cloth in other units",
        _in_other_units,
        objective=260.0,
        valuations={"good": [2e-5, 5e6]},
        needs=_ECONOMIES,
        rescued=True,
    ),
    Case(
        "economy: Kantorovich's machines",
        partial(read, "kantorovich_machines"),
        objective=260.0 / 3.0,
        valuations={"good": [2 / 3, 1 / 3], "resource": [20 / 3, 40 / 3, 80 / 3]},
        needs=_ECONOMIES,
    ),
    Case(
        "economy: the cheaper of two techniques",
        _economy(
            techniques=["by hand", "by machine"],
            outputs=[[1.0, 1.0]],
            inputs=[[0.0, 0.5]],
            resource_use=[[3.0, 1.0]],
            resource_limits=[12.0],
            targets=[2.0],
            objective="assortment",
        ),
        objective=3.0,
        columns={"activities": [0.0, 12.0]},
        valuations={"good": [0.5], "resource": [0.25]},
        needs=_ECONOMIES,
    ),
    Case(
        "economy: joint products, one of them free",
        _economy(
            goods=["wool", "mutton"],
            techniques=["sheep"],
            outputs=[[2.0], [5.0]],
            resource_use=[[4.0]],
            resource_limits=[8.0],
            targets=[1.0, 1.0],
            objective="assortment",
        ),
        objective=4.0,
        columns={"activities": [2.0]},
        valuations={"good": [1.0, 0.0], "resource": [0.5]},
        needs=_ECONOMIES,
    ),
    Case(
        "economy: stored for a lean year",
        _economy(
            periods=["1", "2"],
            inputs=[[0.0]],
            resource_use=[[1.0]],
            resource_limits=_per_period("labour", [10.0, 1.0]),
            storage=[0.5],
            targets=[1.0],
            objective="assortment",
        ),
        objective=4.0,
        columns={"stored": [6.0]},
        valuations={"good": [1 / 3, 2 / 3], "resource": [1 / 3, 2 / 3]},
        needs=_ECONOMIES,
    ),
    Case(
        "economy: capital pays in the years to come",
        _economy(
            periods=["1", "2"],
            inputs=[[0.0]],
            capital=[[2.0]],
            initial_capital=[[8.0]],
            depreciation=[[0.5]],
            targets=[1.0],
            objective="fulfilment",
            resources=None,
        ),
        objective=6.0,
        valuations={"good": [1.0, 1.0], "stock": [0.75, 0.5]},
        needs=_ECONOMIES,
    ),
    Case(
        "economy: stocks on hand serve the first year",
        _economy(
            periods=["1", "2"],
            inputs=[[0.5]],
            resource_use=[[1.0]],
            resource_limits=_per_period("labour", [4.0, 4.0]),
            initial_stocks=[3.0],
            targets=[1.0],
            objective="fulfilment",
        ),
        objective=7.0,
        valuations={"good": [1.0, 1.0], "resource": [0.5, 0.5]},
        needs=_ECONOMIES,
    ),
    Case("economy: five years of four goods", partial(read, "five_year_plan"), objective=8.797299131, needs=_ECONOMIES),
    Case(
        "economy: five sectors of the EU in natural units",
        partial(read, "eu_2006"),
        objective=10.7009597491,
        needs=_ECONOMIES,
        rescued=True,
    ),
    Case(
        "economy: the United Kingdom in twenty industries",
        partial(read, "uk_2015_20"),
        objective=5.034656817,
        needs=_ECONOMIES,
        rescued=True,
    ),
    Case("economy: a floor that cannot be kept", _impossible_floor, Status.INFEASIBLE, needs=_REFUTED),
    Case(
        "economy: making it uses up more than it gives",
        _economy(
            inputs=[[1.25]], resource_use=[[1.0]], resource_weights=[1.0], targets=[1.0], objective="least-resources"
        ),
        Status.INFEASIBLE,
        needs=_REFUTED,
    ),
    Case(
        "economy: nothing limits it",
        _economy(inputs=[[0.25]], targets=[1.0], objective="assortment", resources=None),
        Status.UNBOUNDED,
        needs=_REFUTED,
    ),
)
