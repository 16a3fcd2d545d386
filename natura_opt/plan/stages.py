"""The stages of a plan whose levels were raised one after another, as a table and in words."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ..base.labels import name_of
from ..proof.leximin import Stage

#: So many stages are told in words.
_SHOWN = 8


def stages_table(stages: Sequence[Stage]) -> pd.DataFrame:
    """Return a row per level held: index (stage, level of), columns value, at_most, proof, weight and drift."""
    rows = [
        (number, name_of(held.label), stage.value, held.most, held.proof, held.weight, stage.drift)
        for number, stage in enumerate(stages, start=1)
        for held in stage.held
    ]
    names = ["stage", "level of", "value", "at_most", "proof", "weight", "drift"]
    return pd.DataFrame(rows, columns=names).set_index(names[:2])


def stage_lines(stages: Sequence[Stage]) -> list[str]:
    """Say what each stage came to, and which levels it held."""
    lines = [
        f"stage {number}: {stage.value:.6g} is the most for {', '.join(name_of(held.label) for held in stage.held)}"
        for number, stage in enumerate(stages[:_SHOWN], start=1)
        if stage.held
    ]
    return lines + [f"… and {len(stages) - _SHOWN} more stages (plan.stages)"] * (len(stages) > _SHOWN)
