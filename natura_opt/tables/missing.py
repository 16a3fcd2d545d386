"""What stands for a table that is not given."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Missing:
    """What a missing table is taken for.

    Attributes
    ----------
    value : the number that stands for every entry, in the unit of the table (of the diagonal, where ``on_diagonal``).
    words : what that means, in a word or two.
    on_diagonal : whether the entries off the diagonal are zero; then the two axes must have the same names.
    beside : tables beside which the absence changes a plan in silence, so that it must be said.
    means : what the absence then means, as a sentence.
    otherwise : on the diagonal, what the table must say where the names of the two axes differ.
    """

    value: float
    words: str
    on_diagonal: bool = False
    beside: tuple[str, ...] = ()
    means: str = ""
    otherwise: str = ""


NOTHING = Missing(0.0, "none")
ZERO = Missing(0.0, "0")
ONE = Missing(1.0, "1")
NO_LIMIT = Missing(inf, "no limit")
IDENTITY = Missing(
    1.0,
    "identity, where techniques and goods have the same names",
    on_diagonal=True,
    otherwise="what each technique makes",
)
