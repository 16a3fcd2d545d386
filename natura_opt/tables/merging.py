"""What becomes of a table's entries where goods or techniques are merged; :mod:`natura_opt.economy.aggregate` does
it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Merge:
    """A rule of merging.

    Attributes
    ----------
    words : the rule in a few words.
    """

    words: str


@dataclass(frozen=True)
class Averaged(Merge):
    """Rates are averaged by the stocks they are rates of.

    Attributes
    ----------
    stock : the table of those stocks, of the same shape.
    tied_up_by : coefficients of the same shape (of a matrix) that tell what would be held where nothing is.
    """

    stock: str = ""
    tied_up_by: str = ""


@dataclass(frozen=True)
class Refused(Merge):
    """A merged table would mean something else.

    Attributes
    ----------
    why : what is in the way, to follow the table's name in a sentence.
    """

    why: str = ""


#: Amounts: of a group there is what there is of its members.
SUMMED = Merge("summed")
#: Coefficients per unit of activity: goods are summed, techniques averaged by how much of each ran in the base year.
AVERAGED_BY_ACTIVITY = Merge("averaged by activity")
#: Prices, weights and whole numbers: the members of a group must agree.
EQUAL = Merge("must be equal")


def averaged_by(stock: str, tied_up_by: str = "") -> Averaged:
    """Return the rule for rates of a stock."""
    return Averaged(f"averaged by {stock}", stock, tied_up_by)


def refused(why: str) -> Refused:
    """Return the rule for what must not be merged."""
    return Refused(f"refused: it {why}", why)
