"""The economy: what is known, in its own physical units, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..base.entrance import checked_arguments
from ..base.errors import DataError, QuestionError, unknown
from ..base.labels import name_of
from ..curves.curve import Curve
from ..tables.curves import IN_PLACE_OF
from .aggregate import aggregate
from .coerce import position, reads
from .data import EconomyData
from .question import Question
from .requiring import require, without_rule


@dataclass(frozen=True, eq=False, repr=False)
class Economy(EconomyData):
    """Goods, techniques, resources and periods with the tables that tie them together.

    Build one with :func:`natura_opt.build_economy` (DataFrames or arrays) or :func:`natura_opt.read` (files); both
    check every number and label, so that an ``Economy`` that exists is sound.

    Attributes
    ----------
    name, title, source : for people.
    axes : the labels of each axis (``goods``, ``techniques``, ``resources``, ``periods``, …), unique, in order.
    units : unit strings of an axis, one per label, where they were given.
    tables : the tables by name (:data:`natura_opt.TABLES` says what each is).
    questions : what is asked of this economy, by name.
    notes : what a reader found and did with it, listed by :func:`natura_opt.check`.
    """

    @checked_arguments("concordance", "base", "techniques")
    def aggregate(
        self,
        concordance: Mapping[Any, Any] | pd.Series,
        base: pd.Series | None = None,
        techniques: Mapping[Any, Any] | pd.Series | None = None,
    ) -> Economy:
        """Return a smaller economy, with goods and techniques merged.

        Coefficients are averaged by base-year activity levels, flows and stocks added, rates of wear averaged by the
        stocks they wear down; anything else must be equal within a group.

        Parameters
        ----------
        concordance : new name of every good; new names stand in the order in which they first appear.
        base : activity level of every technique in the base year; needed where techniques with coefficients are merged.
        techniques : new name of every technique; by default as the goods where they have the same names, and no
            technique is merged where they do not.

        Raises
        ------
        DataError : names missing or unknown, units or other entries that differ within a group, a group that did not
            run.

        >>> import natura_opt as no
        >>> five = no.read("five_year_plan")
        >>> base = pd.Series(1.0, five.techniques)
        >>> five.aggregate({"iron": "metal", "coal": "coal", "corn": "food", "bread": "food"}, base).goods.to_list()
        ['metal', 'coal', 'food']
        """
        return aggregate(self, concordance, base, techniques)

    @checked_arguments("technique", "name")
    def curve(self, technique: object, name: object, of: str | None = None) -> Curve:
        """Return what a technique needs (or emits) in all of one thing, against its activity.

        Parameters
        ----------
        technique, name : labels.
        of : the table in whose place the curve stands; needed where a technique has several for one name.

        Raises
        ------
        DataError : there is no such curve, or several.

        >>> import natura_opt as no
        >>> rows = [("oven", "coal", 0, 0), ("oven", "coal", 10, 4), ("oven", "coal", 20, 12)]
        >>> reports = pd.DataFrame(rows, columns=["technique", "name", "quantity", "total"])
        >>> goods = ["coal", "bread"]
        >>> e = no.build_economy(goods=goods, techniques=["pit", "oven"], outputs=[[1, 0], [0, 1]], curves=reports)
        >>> e.curve("oven", "coal").total([5, 15]).tolist()
        [2.0, 8.0]
        """
        placed = () if self.curves is None else self.curves.placed
        mine = [one for one in placed if one.technique == position(self.techniques, technique)]
        found = [
            one
            for one in mine
            if of in (None, one.of) and reads(self.axes[IN_PLACE_OF[one.of]][one.row]) == reads(name)
        ]
        if len(found) == 1:
            return found[0].curve
        if found:
            tables = ", ".join(repr(one.of) for one in found)
            raise DataError(f"{self.name}: {technique!r} has curves of {name!r} in the place of {tables}; say which")
        known = [name_of(self.axes[IN_PLACE_OF[one.of]][one.row]) for one in mine if of in (None, one.of)]
        raise DataError(f"{self.name}: technique {technique!r}: {unknown('curve', name, known)}")

    @checked_arguments("terms", "rhs", "period")
    def require(
        self,
        name: str,
        terms: Mapping[Any, Any] | pd.Series,
        sense: str,
        rhs: Any,
        *,
        net_output: Mapping[Any, Any] | pd.Series | None = None,
        resource_use: Mapping[Any, Any] | pd.Series | None = None,
        emissions: Mapping[Any, Any] | pd.Series | None = None,
        stocks: Mapping[Any, Any] | pd.Series | None = None,
        activities: Mapping[Any, Any] | pd.Series | None = None,
        period: Any = None,
        over: str | None = None,
        unit: str = "",
    ) -> Economy:
        """Return an economy whose plans keep a rule: a weighted sum that is at most, at least or exactly so much.

        A plain name means the activity of the technique of that name. A name that is no technique means the net output
        of the good, the use of the resource or the emissions of the pollutant of that name, where it is of one of them
        alone; the keywords say it outright. ``coal@north`` is the pair ``("north", "coal")``.

        Coefficients and limit are in the rule's unit (and in it per unit of each name). Where none is said it is the
        one that everything counted is in. A text such as ``"0.5 tonne / hour"`` or ``"55 Mt"`` says its own unit, and
        is converted.

        Parameters
        ----------
        name : of the rule: its valuations, levels and explanations stand under it.
        terms : coefficient by name; a coefficient that differs between periods is a mapping from period to number.
        sense : ``"<="``, ``">="`` or ``"=="``.
        rhs : the limit; a mapping from period to number where it differs, and then in these periods only.
        net_output : of goods, ``(B - A) x``.
        resource_use : of resources, ``R x``.
        emissions : of pollutants, ``E x``.
        stocks : of capital goods at the start of a period, whoever holds them.
        activities : of techniques, as plain names.
        period : the label of the only period in which it holds, or a list of labels; all by default.
        over : ``"all periods"``: one rule for all years of its periods together, instead of one in each period.
        unit : of the limit, where what is counted has several.

        Raises
        ------
        DataError : a name that is unknown or stands for several things, a coefficient or limit that is no number, units
            that do not fit, a rule of this name that is there already.

        >>> import natura_opt as no
        >>> ruled = no.read("five_year_plan").require("mostly coal", {"coal": 0.4, "iron": -0.6}, ">=", 0)
        >>> plan = no.solve(ruled).assert_optimal()
        >>> plan.rules.loc["mostly coal", ["level", "valuation"]].round(4).to_numpy()[0].tolist()
        [0.0, -0.5855]
        """
        of = {
            "activities": activities,
            "net_output": net_output,
            "resource_use": resource_use,
            "emissions": emissions,
            "stocks": stocks,
        }
        return require(self, name, terms, sense, rhs, of, period, over, unit)

    @checked_arguments()
    def without_rule(self, name: str) -> Economy:
        """Return an economy without one of its rules.

        Parameters
        ----------
        name : of the rule.

        Raises
        ------
        DataError : there is none of this name.
        """
        return without_rule(self, name)

    @checked_arguments()
    def question(self, name: str | None = None) -> Question:
        """Return a question by name.

        Parameters
        ----------
        name : of the question; the one called ``default`` where none is given.

        Raises
        ------
        QuestionError : there is none of this name.
        """
        wanted = "default" if name is None else name
        if wanted not in self.questions:
            raise QuestionError(f"economy {self.name!r}: {unknown('question', wanted, self.questions)}")
        return self.questions[wanted]

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(index):,} {axis}" for axis, index in self.axes.items() if len(index))
        lines = [f"Economy {self.name!r}: {sizes}"]
        for table in self.tables.values():
            kind = "coefficients" if table.spec.is_matrix else "rows" if table.spec.tidy else "numbers"
            lines.append(f"  {table.spec.name:<18} {table.count:>10,} {kind:<12} {table.spec.meaning}")
        lines += [f"  asked: {name} ({question.objective})" for name, question in self.questions.items()]
        return "\n".join(lines)
