"""What a question cannot ask of the end: refused before a program is written."""

from __future__ import annotations

import numpy as np

from ..base.errors import QuestionError, listed
from ..economy.economy import Economy
from ..economy.question import Question
from .holdings import has_capital
from .lags import longest_leads
from .periods import lengths
from .terminal_settings import TerminalSettings, ends_open, terminal_of

#: The tables of what lasts beyond the plan; where none of them is given, there is nothing to leave behind.
_LASTING = ("storage", "inputs_ahead", "resource_use_ahead", "renewable_stocks")


def refuse_senseless_terminal(economy: Economy, question: Question) -> None:
    """Raise QuestionError where a terminal condition asks for what the economy does not have, or is not asked for."""
    asked, where = terminal_of(question), f"{economy.name}: question {question.name!r}"
    if "terminal_growth" in question.settings and asked.terminal != "growth":
        raise QuestionError(
            f"{where}: terminal_growth goes with terminal = 'growth', and the terminal condition is "
            f"{asked.terminal!r}; change it, or leave terminal_growth out"
        )
    if ends_open(question):
        return
    if not has_capital(economy) and not any(economy.has(table) for table in _LASTING):
        raise QuestionError(
            f"{where}: terminal = {asked.terminal!r} speaks of stocks that a plan leaves behind, and nothing lasts "
            f"beyond a period here: there is none of the tables {listed(['capital', *_LASTING])}; ask with "
            "terminal = 'none'"
        )
    _refuse_endless_growth(economy, asked, where)
    if asked.terminal == "salvage" and not economy.has("salvage_values"):
        raise QuestionError(
            f"{where}: terminal = 'salvage' needs the table 'salvage_values', which says what a unit of each good "
            "left behind is worth; natura_opt.salvage_values(plan) gives one"
        )
    if asked.terminal != "salvage" and economy.has("salvage_values"):
        raise QuestionError(
            f"{economy.name}: terminal = {asked.terminal!r} does not use the table 'salvage_values'; nothing is "
            "ignored in silence: remove it, or put it under leave_out = ['salvage_values'] in the question"
        )


def _refuse_endless_growth(economy: Economy, asked: TerminalSettings, where: str) -> None:
    """Raise where what grows by ``terminal_growth`` over the plan, or over what is under way at its end, is more than a
    number can say.
    """
    years, leads = lengths(economy), longest_leads(economy)
    span = max(float(years.sum()), float(years[-1]) * float(leads.max(initial=0)))
    if np.log1p(asked.terminal_growth) * span > np.log(np.finfo(float).max):
        raise QuestionError(
            f"{where}: what grows by terminal_growth = {asked.terminal_growth:g} a year over {span:g} years is more "
            "than any number; give a rate per year, such as 0.02 for 2 %"
        )
