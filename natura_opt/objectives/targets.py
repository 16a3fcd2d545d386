"""What objectives ask of the targets."""

from __future__ import annotations

import numpy as np

from ..base.errors import listed
from ..economy.economy import Economy


def without_targets(economy: Economy, every: bool) -> str:
    """Say which periods have no target above zero; empty where enough have one.

    Parameters
    ----------
    every : whether each period must have one; else one of them is enough.
    """
    count = len(economy.periods)
    empty = [economy.periods[t] for t in range(count) if not np.any(economy.vector("targets", t) > 0)]
    if not empty or (not every and len(empty) < count):
        return ""
    return f"all targets of period {listed(empty)} are zero, so its fulfilment has no meaning; give one good a target"


def without_weights(economy: Economy) -> str:
    """Say that no period counts; empty where one does."""
    if economy.vector("period_weights", 0).any():
        return ""
    return "all period_weights are zero, so no year counts in the objective; give one period a weight above zero"
