"""What is to be best: one module per objective, each with three spellings, and the registry that names them."""

from __future__ import annotations

from .objective import Demand, Kind, Objective, settings_of
from .registry import OBJECTIVES, objective_named, objective_of, register_objective

__all__ = [
    "OBJECTIVES",
    "Demand",
    "Kind",
    "Objective",
    "objective_named",
    "objective_of",
    "register_objective",
    "settings_of",
]
