"""What a method that plans for harmony hands back, before it is proved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...backends.options import SolveOptions
from ...base.arrays import Floats
from ...base.errors import QuestionError
from ...plan.trace import TracePoint
from ...program.linear import LinearProgram
from ...proof.certificate import Certificate
from .problem import HarmonyProblem


class UnlimitedError(QuestionError):
    """Prices find nothing that limits a good; whether harmony then grows for ever is to be proved."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a method found: column values, multipliers (None: it has none) and how it went."""

    problem: HarmonyProblem
    primal: Floats
    dual: Floats | None
    message: str
    iterations: int
    passes: int
    trace: tuple[TracePoint, ...] = ()
    reason: str = ""
    proof: tuple[LinearProgram, Certificate] | None = None
    course: tuple[TracePoint, ...] | None = None  # where it is not the trace, recomputed
    interrupted: bool = False


#: Finds column values and multipliers of a harmony problem, by a method with its settings.
Find = Callable[[Any, HarmonyProblem, SolveOptions], Found]
