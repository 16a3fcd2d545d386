"""What a law is: its mathematics in three spellings, and what it declares of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..base.arrays import Floats
from ..base.entrance import refuse_other_kinds
from ..base.errors import QuestionError, shortened, unknown
from ..economy.economy import Economy
from ..economy.question import Question
from ..program.builder import ProgramBuilder
from ..program.declared import Columns, Rows
from ..program.protocol import Program
from ..tables.spec import AXES
from .cvxpy_model import CvxpyModel


@dataclass(frozen=True)
class Given:
    """What a law puts on the side of rows from outside, by name, so that a plan can say what it is worth.

    Attributes
    ----------
    rows : the block of rows.
    kind : what it is called among the limits of a plan, e.g. ``"initial stock"``.
    amounts : called with economy and question; one number per label of the block, in the order it is laid out.
    on_hand : True where the amounts are there and lower the side, False where they are asked for and raise it.
    """

    rows: str
    kind: str
    amounts: Callable[[Economy, Question], Floats]
    on_hand: bool = True

    def __post_init__(self) -> None:
        refuse_other_kinds(self, f"given to rows {shortened(self.rows)}", QuestionError)


@dataclass(frozen=True)
class Law:
    """A law of the plan (or an objective), in three spellings that must mean the same.

    A spelling declares columns, opens rows, and adds terms to any row that this or another law opens; rows are closed
    when every law has spoken, so their order does not matter. A user's own law is one of these, handed to
    ``solve(extra_laws=[...])``; what it declares is shown, explained, exported and diagnosed as the others are.

    Attributes
    ----------
    name : for people and messages.
    tables : the tables it uses; a table no chosen law uses is refused by name.
    applies : whether an economy and question call for it.
    matrix, pyomo, cvxpy : the spellings, each written from the economy and the question alone: called with a
        :class:`natura_opt.ProgramBuilder`, a Pyomo model or a :class:`natura_opt.laws.cvxpy_model.CvxpyModel`, the
        economy and the question. None: the law cannot be said in it, and is refused there by name.
    rows, columns : the blocks it declares.
    given : what it puts on the sides of rows from outside.
    canonical : called with program, economy, question and column values: returns these with the law's own columns at
        what they stand for, where rows leave them open because they are worth nothing. None: they stand for nothing
        else.

    Raises
    ------
    QuestionError : a field of another kind, or a block over an axis that no economy has.
    """

    name: str
    tables: frozenset[str]
    applies: Callable[[Economy, Question], bool]
    matrix: Callable[[ProgramBuilder, Economy, Question], None]
    pyomo: Callable[[Any, Economy, Question], None] | None = None
    cvxpy: Callable[[CvxpyModel, Economy, Question], None] | None = None
    rows: tuple[Rows, ...] = ()
    columns: tuple[Columns, ...] = ()
    given: tuple[Given, ...] = ()
    canonical: Callable[[Program, Economy, Question, Floats], Floats] | None = None

    def __post_init__(self) -> None:
        refuse_other_kinds(self, f"law {shortened(self.name)}", QuestionError)
        declared = [(r.name, r.axes, r.unit) for r in self.rows] + [(c.name, c.axes, c.unit) for c in self.columns]
        for name, axes, unit in declared:
            strange = [axis for axis in (*axes, unit) if axis and axis not in AXES]
            if strange:
                raise QuestionError(f"law {self.name!r}, block {name!r}: {unknown('axis', strange[0], AXES)}")

    def spelling(self, name: str) -> Callable[[Any, Economy, Question], None]:
        """Return one of its spellings.

        Parameters
        ----------
        name : ``matrix``, ``pyomo`` or ``cvxpy``.

        Raises
        ------
        QuestionError : the law cannot be said in it.
        """
        spell: Callable[[Any, Economy, Question], None] | None = getattr(self, name)
        if spell is None:
            raise QuestionError(f"the law {self.name!r} has no spelling in {name}; use another backend")
        return spell


def refuse_strange_labels(laws: Iterable[Law], program: Program, axes: Mapping[str, pd.Index]) -> None:
    """Raise where a block of a law is not labelled as the law declares it: no table could show it.

    Parameters
    ----------
    laws : whose blocks are looked at.
    program : in which they are written.
    axes : labels of the economy's axes, by name.

    Raises
    ------
    QuestionError : naming the law, the block and the label.
    """
    for law in laws:
        for block in (*program.rows, *program.columns):
            says = block.declared
            if says is None or says not in (*law.rows, *law.columns):
                continue
            if says.numbered and len(block.index):
                if block.index.nlevels != len(says.axes) + 1:
                    raise QuestionError(
                        f"law {law.name!r}, block {block.name!r}: its labels, such as {shortened(block.index[0])}, do "
                        "not begin with a part of their own"
                    )
                continue
            wanted = f"label it by {' x '.join(says.axes) or 'one label'}, as it is declared"
            strange = _strange_label(block.index, says.axes, axes)
            if strange:
                raise QuestionError(f"law {law.name!r}, block {block.name!r}: {strange}; {wanted}")


def _strange_label(index: pd.Index, names: tuple[str, ...], axes: Mapping[str, pd.Index]) -> str:
    """Say which label does not lie on the axes; empty where all do, each of them once."""
    if not len(index):
        return ""
    if not names:
        return "" if len(index) == 1 else f"it has {len(index):,} labels"
    if len(names) > 1 and "periods" not in names and index[0] in axes[names[0]]:  # pooled; a pair is one name
        names, index = names[:1], pd.Index(list(index), tupleize_cols=False)
    if len(names) > 1 and index.nlevels < len(names):
        names = tuple(name for name in names if name != "techniques")  # pooled holdings have none
    if len(names) > 1 and index.nlevels != len(names):
        return f"its labels, such as {shortened(index[0])}, have {index.nlevels} parts"
    for level, name in enumerate(names):
        part = index if len(names) == 1 else index.get_level_values(level)
        missing = np.flatnonzero(axes[name].get_indexer(pd.Index(list(part), tupleize_cols=False)) < 0)
        if len(missing):
            return f"{shortened(part[missing[0]])} is none of the economy's {name}"
    return f"{shortened(index[index.duplicated()][0])} stands in it twice" if index.has_duplicates else ""
