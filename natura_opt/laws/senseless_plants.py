"""What tables say of plants that no law can make sense of: refused by name, for nothing is ignored in silence."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from ..base.errors import QuestionError, listed
from ..economy.economy import Economy
from .running import highest_levels, starting, switched


def refuse_senseless_plants(economy: Economy) -> None:
    """Raise where tables speak of plants of techniques that have none, or of plants in some periods only.

    Raises
    ------
    QuestionError : naming the table and the techniques.
    """
    count = len(economy.periods)
    capacity = np.isfinite([economy.vector("plant_capacity", t) for t in range(count)])
    partly = economy.techniques[np.flatnonzero(capacity.any(axis=0) & ~capacity.all(axis=0))]
    if len(partly):
        raise QuestionError(
            f"{economy.name}: table 'plant_capacity' gives {listed(partly)} a plant capacity in some periods and none "
            "in others; give one in every period"
        )
    for table in ("plants", "plant_inputs", "plant_resources"):
        speaks = np.zeros(len(economy.techniques), dtype=bool)
        for t in range(count if economy.has(table) else 0):
            if economy.tables[table].spec.is_matrix:
                speaks |= np.diff(sp.csc_array(economy.matrix(table, t)).indptr) > 0
            else:
                speaks |= np.isfinite(economy.vector(table, t))
        without = economy.techniques[speaks & ~capacity[0]]
        if len(without):
            raise QuestionError(
                f"{economy.name}: table {table!r} speaks of plants of {listed(without)}, of which a plant's capacity "
                "is not given: give 'plant_capacity'"
            )


def refuse_senseless_running(economy: Economy) -> None:
    """Raise unless every technique that runs or does not has a highest level, and either ran before or did not.

    Raises
    ------
    QuestionError : naming the table and the techniques.
    """
    techniques = switched(economy)
    endless = np.isinf([highest_levels(economy, t)[techniques] for t in range(len(economy.periods))]).any(axis=0)
    if endless.any():
        asking = "minimum_scale" if economy.has("minimum_scale") else "start_up_inputs"
        raise QuestionError(
            f"{economy.name}: table {asking!r} needs a highest level of activity of "
            f"{listed(economy.techniques[techniques[endless]])}: give 'activity_limits'"
        )
    ran = economy.vector("running_before", 0)
    partly = economy.techniques[np.flatnonzero((ran != 0) & (ran != 1))]
    if len(partly):
        raise QuestionError(
            f"{economy.name}: table 'running_before' says whether {listed(partly)} ran before the first period: give 1 "
            "or 0"
        )
    never = economy.techniques[np.setdiff1d(np.flatnonzero(ran), starting(economy))]
    if len(never):
        raise QuestionError(
            f"{economy.name}: table 'running_before' speaks of {listed(never)}, whose start takes no goods: give "
            "'start_up_inputs', or 0"
        )
