"""What an objective declares of itself; everything else reads it here instead of asking for its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar, get_args

from ..base.arrays import Floats
from ..base.entrance import checked_arguments, refuse_other_kinds
from ..base.errors import QuestionError, listed, shortened, unknown
from ..base.settings import NoSettings, Settings
from ..economy.economy import Economy
from ..economy.question import Question, names_of_laws
from ..laws.law import Law
from ..laws.periods import discount_factor
from ..laws.terminal_settings import terminal_of
from ..program.canonical import Sense
from ..program.linear import LinearProgram


class Kind(Enum):
    """What it takes to answer an objective."""

    LINEAR = "one linear program"
    STAGES = "a sequence of linear programs, each made of the one before and its optimum"
    CONCAVE = "the laws as rows, and a concave term"


class Demand(Enum):
    """How the targets enter the balance of goods."""

    FIXED = "every target is met in full"
    LEVEL = "every target of a period is met to the level that the objective's columns say"
    DELIVERED = "the objective's columns say how much of each good is delivered"
    NONE = "there are no targets"


S = TypeVar("S", bound=Settings)
#: Makes the program of the next stage of a program and its proved optimum, shape (columns,); None after the last.
NextStage = Callable[[LinearProgram, Floats], LinearProgram | None]


def _nothing(economy: Economy, settings: Any) -> str:
    return ""


@dataclass(frozen=True, eq=False)
class Objective:
    """An objective: what is to be best, stated in three spellings, and all that is to be known of it.

    Attributes
    ----------
    name : by which a question calls it.
    law : its three spellings (columns, their terms in the balance, the objective itself), the tables it uses and the
        blocks it declares; its name is the objective in words.
    settings : its settings, declared with :func:`natura_opt.base.settings.setting`; a spelling reads them by
        :func:`settings_of`.
    sense : ``max`` or ``min``.
    demand : how the targets enter the balance.
    columns : the block of columns by which goods are delivered to the targets: levels (one per period, or one for all
        periods), or amounts labelled (good, period); empty where demand is fixed or there is none.
    whole_sets : the level is one number of complete sets of the targets, for all periods, and not a share per period.
    sums_years : whether it is a sum over years, each of which counts by a discount factor (and by ``period_weights``,
        where that is one of the law's tables). Where it is not, a discount factor is refused unless there is damage.
    terminal : the terminal condition without which it counts nothing; empty: any will do.
    needs : tables without which it has no meaning.
    refuses : why it cannot be asked of an economy (which has the tables it needs) with these settings; empty if it can.
    in_words : the objective in words, where its name is not enough.
    next_stage : of an objective in stages, what makes the next one.
    raises : of an objective that raises levels lexicographically, the block of rows ``level - least >= 0``: its program
        maximises the column of the least alone, and later stages raise the levels that it does not hold down
        (:mod:`natura_opt.proof.leximin`). Nothing else can stand in such an objective: damage and salvage are refused.
    concave : whether a concave term stands beside the law's linear one.

    Raises
    ------
    QuestionError : a field of another kind, no name, or a sense that is none.
    """

    name: str
    law: Law
    settings: type[Settings] = NoSettings
    sense: Sense = "max"
    demand: Demand = Demand.NONE
    columns: str = ""
    whole_sets: bool = False
    sums_years: bool = False
    terminal: str = ""
    needs: tuple[str, ...] = ()
    refuses: Callable[[Economy, Any], str] = _nothing
    in_words: Callable[[Economy, Any], str] | None = None
    next_stage: NextStage | None = None
    raises: str = ""
    concave: bool = False

    def __post_init__(self) -> None:
        where = f"objective {shortened(self.name)}"
        refuse_other_kinds(self, where, QuestionError, "settings", "next_stage")
        if not self.name:
            raise QuestionError(f"{where}: give it a name, by which questions call it")
        if self.sense not in get_args(Sense):
            raise QuestionError(f"{where}: {unknown('sense', self.sense, get_args(Sense))}")
        if not (isinstance(self.settings, type) and issubclass(self.settings, Settings)):
            raise QuestionError(f"{where}: settings must be a class made of natura_opt.Settings, not {self.settings!r}")
        if not (self.next_stage is None or callable(self.next_stage)):
            raise QuestionError(f"{where}: next_stage must be a function or None, not {shortened(self.next_stage)}")
        self.settings.described()  # each of its fields is declared

    @property
    def kind(self) -> Kind:
        """What it takes to answer it."""
        staged = bool(self.raises) or self.next_stage is not None
        return Kind.CONCAVE if self.concave else Kind.STAGES if staged else Kind.LINEAR

    @property
    def weighs_resources(self) -> bool:
        """Whether the use of resources itself counts in it."""
        return "resource_weights" in self.law.tables

    def words(self, economy: Economy, question: Question) -> str:
        """Return the objective in words.

        Parameters
        ----------
        economy : as the question sees it.
        question : whose objective it is.
        """
        name = self.law.name if self.in_words is None else self.in_words(economy, settings_of(self.settings, question))
        if not self.sums_years:
            return name
        factor = discount_factor(question)
        weighted = ", weighted by period" if economy.has("period_weights") else ""
        return name + weighted + (f", discounted by {factor:g} a year" if factor != 1.0 else "")

    def refuse_end(self, economy: Economy, question: Question) -> None:
        """Raise where the question does not say the terminal condition that it needs.

        Parameters
        ----------
        economy : what is asked, for the message.
        question : whose objective it is.

        Raises
        ------
        QuestionError : naming the condition.
        """
        if self.terminal and terminal_of(question).terminal != self.terminal:
            raise QuestionError(
                f"{economy.name}: the objective {self.name!r} counts what is left at the end: ask it with "
                f"terminal = {self.terminal!r}"
            )

    def counts_years(self, economy: Economy) -> bool:
        """Whether a discount factor has a say: in the objective itself, or in the damage that is taken off it.

        Parameters
        ----------
        economy : as the question sees it.
        """
        return self.sums_years or economy.has("damage_weights") or economy.has("stock_damage_weights")

    def refuse(self, economy: Economy, question: Question) -> None:
        """Raise unless it can be asked of an economy.

        Parameters
        ----------
        economy : as the question sees it.
        question : whose objective it is.

        Raises
        ------
        QuestionError : a table is missing, a setting is not usable, or the objective's own reason.
        """
        missing = [table for table in self.needs if not (economy.has(table) or economy.has_curves(table))]
        if missing:
            raise QuestionError(f"{economy.name}: the objective {self.name!r} needs the table {listed(missing)}")
        if discount_factor(question) != 1.0 and not self.counts_years(economy):
            raise QuestionError(
                f"{economy.name}: discount_factor says nothing under the objective {self.name!r}, which is no sum over "
                "years, and there is no damage to discount; take it out of the question"
            )
        if self.raises and (economy.has("damage_weights") or terminal_of(question).terminal == "salvage"):
            what, instead = (
                ("damage_weights", "limit emissions by caps and budgets, and leave damage_weights out")
                if economy.has("damage_weights")
                else ("salvage", "ask for terminal 'keep' or 'growth'")
            )
            raise QuestionError(
                f"{economy.name}: the objective {self.name!r} compares levels with levels, and {what} has no place "
                f"among them; {instead}"
            )
        why = self.refuses(economy, settings_of(self.settings, question))
        if why:
            raise QuestionError(f"{economy.name}: {why}")


@checked_arguments()
def settings_of(kind: type[S], question: Question) -> S:
    """Return the settings of a question's objective, checked.

    Parameters
    ----------
    kind : the objective's class of settings.
    question : whose settings are read.

    Raises
    ------
    QuestionError : naming the question and the setting.
    """
    if not isinstance(question, Question):
        raise QuestionError(f"settings_of takes a natura_opt.Question, not {shortened(question)}")
    if not (isinstance(kind, type) and issubclass(kind, Settings)):
        raise QuestionError(f"settings_of takes a class of natura_opt.Settings, not {shortened(kind)}")
    where = f"question {question.name!r}: objective {question.objective!r}"
    own = {name: value for name, value in question.settings.items() if name not in names_of_laws()}
    return kind.read(own, where, QuestionError)
