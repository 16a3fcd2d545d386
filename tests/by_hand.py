"""Tiny economies to be answered by hand, and what holds a plan against the answer."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import natura_opt as no

#: Corn from labour alone, one for one, ten a year, for two years.
FARM: dict[str, Any] = {
    "goods": ["corn"], "resources": ["labour"], "periods": ["a", "b"], "inputs": [[0.0]], "targets": [1.0],
    "resource_use": [[1.0]], "resource_limits": [10.0],
}  # fmt: skip
#: The same from a stock of hands, or of what stands for them, that a law of its own limits.
HANDS: dict[str, Any] = {name: table for name, table in FARM.items() if name != "resource_limits"}
#: Corn from as much corn that is tied up, and worn out nowhere.
HELD: dict[str, Any] = {
    "goods": ["corn"], "periods": ["a", "b"], "inputs": [[0.0]], "targets": [1.0], "capital": [[1.0]],
    "initial_capital": [[4.0]], "depreciation": [[0.0]],
}  # fmt: skip
#: Corn and tools from tools; only corn is wanted.
TOOLS: dict[str, Any] = {
    "goods": ["corn", "tool"], "periods": ["a", "b"], "inputs": np.zeros((2, 2)), "targets": [1.0, 0.0],
    "capital": [[0.0, 0.0], [1.0, 1.0]], "initial_capital": [[0.0, 0.0], [4.0, 6.0]],
}  # fmt: skip
#: Corn by a good way and a bad one.
WAYS: dict[str, Any] = {
    **FARM, "techniques": ["good", "bad"], "inputs": [[0.0, 0.0]], "outputs": [[1.0, 1.0]],
    "resource_use": [[1.0, 2.0]],
}  # fmt: skip
#: A farm and a school, of those who come to the one or to the other.
SCHOOL: dict[str, Any] = {**HANDS, "techniques": ["farm", "school"], "inputs": [[0, 0]], "outputs": [[1, 0]]}


class Hand(NamedTuple):
    """A question, and its answer.

    Attributes
    ----------
    worth : valuations by (kind, name), one per period; a single number of what stands in the plan's totals.
    done : tables of the plan, whole.
    """

    name: str
    tables: dict[str, Any]
    objective: float
    worth: dict[tuple[str, str], Any]
    done: dict[str, Any]
    asked: str = "fulfilment"
    settings: dict[str, Any] | None = None


THREE = ["a", "b", "c"]
HALF = {"discount_factor": 0.5}
KEEP = {"terminal": "keep"}
SALVAGE = {"terminal": "salvage"}


def check(hand: Hand) -> None:
    """Solve the question of a hand, and hold the plan against its answer."""
    economy = no.build_economy(questions={"default": no.Question(hand.asked, hand.settings)}, **hand.tables)
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(hand.objective, rel=1e-9)
    tables = plan.tables()
    for label, wanted in hand.worth.items():
        frame = plan.valuations if np.ndim(wanted) else tables["totals"]["valuation"]
        assert np.asarray(frame.loc[label]) == pytest.approx(np.asarray(wanted, float), rel=1e-9, abs=1e-9), (
            label,
            frame,
        )
    for name, wanted in hand.done.items():
        found = tables[name].to_numpy(float)
        assert found.shape == np.shape(wanted), tables[name]
        assert found == pytest.approx(np.asarray(wanted, float), rel=1e-9, abs=1e-9), tables[name]
