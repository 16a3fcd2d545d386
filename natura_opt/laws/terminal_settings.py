"""What a plan must leave behind, as a question says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ..base.errors import QuestionError
from ..base.settings import OneOf, Real, Settings, setting
from ..economy.economy import Economy
from ..economy.question import Question

#: ``none``: stocks may run down. ``keep``: what there was at the start is there again. ``salvage``: what is left counts
#: by ``salvage_values``. ``growth``: what is left lets the last period's production go on, growing.
Terminal = Literal["none", "keep", "salvage", "growth"]
CONDITIONS: tuple[Terminal, ...] = ("none", "keep", "salvage", "growth")


@dataclass(frozen=True)
class TerminalSettings(Settings):
    """Settings of the law of the terminal condition."""

    terminal: Terminal = setting(
        "none",
        "what the plan leaves behind: nothing need be (none); as much of every stock as at the start (keep); what "
        "counts by salvage_values (salvage); enough to go on growing (growth)",
        OneOf(CONDITIONS),
    )
    terminal_growth: float = setting(
        0.0, "rate, per year, at which production is to be able to go on growing (terminal growth)", Real(0.0)
    )


def terminal_of(question: Question) -> TerminalSettings:
    """Return what a question says of the end."""
    return TerminalSettings.among(question.settings, f"question {question.name!r}", QuestionError)


def ends_open(question: Question) -> bool:
    """Whether stocks may run down: nothing that is left at the end is asked for, or counts."""
    return terminal_of(question).terminal == "none"


def setting_aside(economy: Economy, question: Question) -> pd.Index:
    """Return the periods in which investing or storing can be of use: all, or all but the last where the end is
    open."""
    return economy.periods[:-1] if ends_open(question) else economy.periods
