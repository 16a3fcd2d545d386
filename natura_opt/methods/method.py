"""What a method says of itself, once: its name, its settings, what it refuses, what it takes, and its function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from ..base.errors import OptionError
from ..base.settings import NoSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from ..backends.options import SolveOptions
    from ..base.arrays import Floats
    from ..economy.economy import Economy
    from ..economy.question import Question
    from ..objectives import Objective
    from ..plan.plan import Plan
    from ..program.linear import LinearProgram
    from ..proof.judging import Verdict

    #: Solves and proves the program of a question.
    Prover = Callable[[Economy, Question, LinearProgram, SolveOptions], Verdict]

#: The options that HiGHS's ways take, and those that concern only a time.
OF_HIGHS = frozenset({"backend", "solver", "certificate", "extra_laws", "verbose", "log_file", "time_limit", "options"})
TIMED = frozenset({"time_limit"})


#: What any method may be given, whether it makes use of it or not.
_FOR_ALL = ("tolerance", "prices", "prover", "progress")


@dataclass(frozen=True)
class Common:
    """The options that methods have in common; what each means is said at :func:`natura_opt.solve`.

    ``prices`` are multipliers of the question's rows that another method found, shape (rows,): they bound what a method
    without a bound of its own arrives at. ``prover`` solves and proves the program of a linear question in the place of
    a solve from nothing. ``progress`` is called with a line now and then on how far a method has come; every method
    may leave that. They need no method's consent.
    """

    backend: str = "highs"
    solver: str = "highs"
    certificate: str = "auto"
    extra_laws: tuple[Any, ...] = ()
    verbose: bool = False
    log_file: str | Path | None = None
    time_limit: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    tolerance: float | None = None
    prices: Floats | None = None
    prover: Prover | None = None
    progress: Callable[[str], None] | None = None

    def given(self) -> list[str]:
        """Return the options that were given, those left out that every method takes."""
        usual = Common()
        return [
            one.name
            for one in fields(self)
            if one.name not in _FOR_ALL and getattr(self, one.name) != getattr(usual, one.name)
        ]


@dataclass(frozen=True, eq=False)
class Method:
    """A method. To add one: a file that makes such a record, and its name in :mod:`natura_opt.methods.registry`.

    Attributes
    ----------
    name : by which it is asked for.
    words : what it does, in one line.
    answers : whether an objective is one that it answers.
    refuses : why it cannot answer a question of an economy, in a sentence; empty if it can, as far as this can be seen
        before it is tried.
    answer : (economy, question, its settings, common options) to a plan with its proof.
    settings : its own settings.
    takes : the common options it takes, besides ``tolerance``.
    tolerance : at which its answers count as proved where none is given.
    way : of HiGHS's own ways, what :class:`natura_opt.backends.options.SolveOptions` calls it: such a method solves
        also linear programs, and models spelled by hand.
    instead : what to say in place of an option that it does not take.
    bounded : whether it proves a bound of its own; what it arrives at is bounded by another's prices otherwise.
    passes : whether its iterations are passes over the data.
    compared : its settings in a comparison, where they are not those by default.
    """

    name: str
    words: str
    answers: Callable[[Objective], bool]
    refuses: Callable[[Economy, Question], str]
    answer: Callable[[Economy, Question, Any, Common], Plan]
    settings: type[Settings] = NoSettings
    takes: frozenset[str] = frozenset()
    tolerance: float = 1e-9
    way: str = ""
    instead: Mapping[str, str] = field(default_factory=dict)
    bounded: bool = True
    passes: bool = True
    compared: Mapping[str, Any] = field(default_factory=dict)

    def refuse_options(self, common: Common) -> None:
        """Raise on common options that were given and that it does not take.

        Raises
        ------
        OptionError : naming them.
        """
        wrong = [name for name in common.given() if name not in self.takes]
        if wrong:
            hints = "".join(f"; {self.instead[name]}" for name in wrong if name in self.instead)
            raise OptionError(f"method {self.name!r} is not HiGHS's and takes no {', '.join(wrong)}{hints}")

    def read(self, settings: Mapping[str, Any]) -> Any:
        """Return its settings, checked.

        Raises
        ------
        SettingError : naming the method and the setting.
        """
        return self.settings.read(settings, f"method {self.name!r}")
