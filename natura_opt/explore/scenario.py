"""A scenario: what is turned, the economy and the question it makes, and how else it could be had."""

from __future__ import annotations

import io
import math
import shlex
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..base.errors import NaturaError, OptionError
from ..economy.economy import Economy
from ..economy.entries import with_entries
from ..economy.files.folder_writer import write
from ..economy.question import Question
from .dials import Dial


@dataclass(frozen=True)
class Scenario:
    """What is turned, beside where it stood first.

    Attributes
    ----------
    model : as it was named on the command line.
    economy, question : as they stood first.
    turned : what each dial that does not stand where it first stood is set to.
    of_method : settings of the method that finds the plan, which no question holds.
    """

    model: str
    economy: Economy
    question: Question
    turned: tuple[tuple[Dial, Any], ...] = ()
    of_method: Mapping[str, Any] = field(default_factory=dict)

    def posed(self) -> tuple[Economy, Question]:
        """Return the economy and the question that it makes.

        Raises
        ------
        DataError, QuestionError : a number or a setting that is not allowed: which.
        """
        economy, settings = self.economy, dict(self.question.settings)
        for dial, value in self.turned:
            if dial.knob.table:
                economy = with_entries(economy, dial.knob.table, {dial.knob.entry: value}, dial.knob.period)
            else:
                settings[dial.knob.name] = value
        return economy, replace(self.question, settings=settings)

    def as_model(self) -> Economy:
        """Return a model whose ``default`` question is this scenario's; its other questions stay."""
        economy, asked = self.posed()
        return economy.with_changes(questions={**economy.questions, "default": replace(asked, name="default")})

    def to_zip(self) -> bytes:
        """Return the scenario as a model folder, packed."""
        packed = io.BytesIO()
        with tempfile.TemporaryDirectory() as place:
            folder = write(self.as_model(), Path(place) / "scenario")
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for file in sorted(folder.iterdir()):
                    archive.write(file, f"scenario/{file.name}")
        return packed.getvalue()

    def in_python(self) -> str:
        """Return lines of Python that make the same plan."""
        lines = ["import natura_opt as no", f"planner = no.Planner({self.model!r}, {self.question.name!r})"]
        objective, settings = self._asked_otherwise()
        other = [] if objective is None else [f"objective={objective!r}"]
        asked = [*other, *(f"{name}={_written(value)}" for name, value in settings.items())]
        if asked:
            lines.append(f"planner.ask({', '.join(asked)})")
        for dial, value in self.turned:
            if dial.knob.table:
                when = "" if dial.knob.period is None else f", period={dial.knob.period!r}"
                lines.append(f"planner.change({dial.knob.table!r}, {{{dial.knob.entry!r}: {_written(value)}}}{when})")
        return "\n".join([*lines, "plan = planner.solve().assert_optimal()"])

    def on_the_command_line(self) -> str:
        """Return a command that answers the scenario, in the words of a shell."""
        objective, settings = self._asked_otherwise()
        given = [f"--setting {shlex.quote(f'{name}={_told(value)}')}" for name, value in settings.items()]
        other = [] if objective is None else [f"--objective {shlex.quote(objective)}"]
        points = [f"--over {shlex.quote(f'{d.knob.name}={_told(v)}')}" for d, v in self.turned if d.knob.table]
        asked = [] if self.question.name == "default" else [f"--question {shlex.quote(self.question.name)}"]
        command = ["natura-opt", "sweep" if points else "solve", shlex.quote(self.model), *asked]
        return " ".join([*command, *other, *given, *points, *(["--out scenario.parquet"] if points else [])])

    def _asked_otherwise(self) -> tuple[str | None, dict[str, Any]]:
        """Return the objective and the settings that are not those of the model's own question of this name."""
        known = self.economy.questions.get(self.question.name)
        same = known is not None and known.objective == self.question.objective
        stands = known.settings if known is not None and same else {}
        given = {name: value for name, value in self.question.settings.items() if stands.get(name) != value}
        turned = {dial.knob.name: value for dial, value in self.turned if not dial.knob.table}
        return None if same else self.question.objective, {**given, **self.of_method, **turned}


def scenario_of(first: Scenario, dials: Mapping[str, Dial], given: Mapping[str, Any]) -> Scenario:
    """Return the scenario that a page asks for: what it sets each dial to, by key.

    Raises
    ------
    OptionError : a dial that there is not, or a value it cannot be set to.
    """
    turned = []
    for key, value in given.items():
        if key not in dials:
            raise OptionError(f"there is no dial {key!r}: the page is of another model; load it again")
        read = dials[key].read(value)
        if read != dials[key].first:
            turned.append((dials[key], read))
    return replace(first, turned=tuple(sorted(turned, key=lambda pair: int(pair[0].key[1:]))))


def sentence_of(error: Exception) -> str:
    """Return what is wrong, for the page; anything that is not said on purpose is named as what it is."""
    return str(error) if isinstance(error, NaturaError) else f"this should not happen ({type(error).__name__}: {error})"


def _written(value: Any) -> str:
    if isinstance(value, float):
        return repr(float(value)) if math.isfinite(value) else f"float({str(float(value))!r})"
    return repr(value)


def _told(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
