"""Answers to scenarios: one solve at a time, hot, each proved; what is no longer asked is not answered."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base.errors import NaturaError
from ..formulate import posed
from ..methods.method import Common
from ..methods.registry import method_named
from ..methods.solve import as_asked
from ..plan.plan import Plan
from ..planner.planner import Planner
from .dials import Dial, dials_of
from .scenario import Scenario, scenario_of, sentence_of

#: So many pages are remembered; of an older one, answers are not held back for newer questions.
_PAGES = 64


@dataclass(frozen=True, eq=False)
class Answer:
    """What is known of a scenario.

    Attributes
    ----------
    scenario : what was asked; None where what was asked is no scenario.
    plan : the answer; None where the question cannot be asked.
    trouble : why it cannot; empty where it can.
    """

    scenario: Scenario | None
    plan: Plan | None
    trouble: str = ""


class Explorer:
    """A model that is turned and planned again.

    Parameters
    ----------
    model : the name, folder or workbook of a model.
    question, objective, settings : as in :func:`natura_opt.solve`.
    time_limit : seconds for each solve.

    Attributes
    ----------
    first : the plan as the model stands, whatever came of it.
    dials : what can be turned, by key.

    Raises
    ------
    DataError, QuestionError, OptionError : the data, the question or the settings are not usable.
    """

    def __init__(
        self,
        model: str | Path,
        question: str | None = None,
        objective: str | None = None,
        time_limit: float | None = None,
        **settings: Any,
    ) -> None:
        economy, asked = posed(model, question)
        _, economy, asked, own = as_asked(economy, asked, objective, method_named("auto"), settings, Common())
        self.start = Scenario(str(model), economy, asked, of_method=own)
        self.dials: dict[str, Dial] = dials_of(economy, asked)
        self._planner = Planner(economy, asked, time_limit=time_limit, **own)
        self._solving = threading.Lock()
        self._asking = threading.Lock()
        self._newest: OrderedDict[str, int] = OrderedDict()
        self.first = self._planner.solve()

    def scenario(self, given: dict[str, Any]) -> Scenario:
        """Return what a page asks for.

        Raises
        ------
        OptionError : a dial that there is not, or a value it cannot be set to.
        """
        return scenario_of(self.start, self.dials, given)

    def answer(self, page: str, given: dict[str, Any]) -> Answer | None:
        """Return the answer to what a page asks; None where the page has asked something else meanwhile.

        Parameters
        ----------
        page : whose question it is. given : what its dials are set to, by key.
        """
        ticket = self._ticket(page)
        try:
            scenario = self.scenario(given)
        except NaturaError as error:
            return Answer(None, None, sentence_of(error))
        with self._solving:
            if not self._is_newest(page, ticket):
                return None
            found = self._solved(scenario)
        return found if self._is_newest(page, ticket) else None

    def _solved(self, scenario: Scenario) -> Answer:
        if not scenario.turned:
            return Answer(scenario, self.first)
        try:
            self._planner.pose(*scenario.posed())
            return Answer(scenario, self._planner.solve())
        except Exception as error:  # the page says it, and the next scenario is answered from nothing
            self._planner.forget()
            return Answer(scenario, None, sentence_of(error))

    def _ticket(self, page: str) -> int:
        with self._asking:
            ticket = self._newest.pop(page, 0) + 1
            self._newest[page] = ticket
            while len(self._newest) > _PAGES:
                self._newest.popitem(last=False)
            return ticket

    def _is_newest(self, page: str, ticket: int) -> bool:
        with self._asking:
            return self._newest.get(page, ticket) == ticket
