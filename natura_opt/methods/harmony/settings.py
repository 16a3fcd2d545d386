"""Settings of the methods that plan for harmony."""

from __future__ import annotations

from dataclasses import dataclass

from ...base.settings import Settings, Whole, setting

#: Steps of the primal-dual method where none are said.
STEPS = 400_000


@dataclass(frozen=True)
class StepSettings(Settings):
    """Settings of the method ``harmony``."""

    max_iterations: int | None = setting(
        None,
        f"most steps of the primal-dual method ({STEPS:,} where it is not given); given, prices alone are not tried",
        Whole(1),
    )


@dataclass(frozen=True)
class TangentSettings(Settings):
    """Settings of the method ``harmony-tangents``."""

    max_rounds: int = setting(60, "most rounds of new tangents", Whole(1))
