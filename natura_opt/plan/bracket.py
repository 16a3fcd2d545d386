"""How far a plan made of straight pieces is from the best on the true curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..program.canonical import Sense
from ..proof.certificate import Certificate

#: The columns of the rounds.
ROUNDS = ("pieces", "binaries", "doable", "bound", "apart")


@dataclass(frozen=True, eq=False)
class Bracket:
    """Two values between which the best plan on the true curves lies, round by round.

    ``bound`` is the best value of a program whose curves lie below the true ones: needs are too low there, so that no
    plan can be better. ``doable`` is that of a program whose curves lie above: needs are too high, so that its plan can
    be done on the true curves. Each is proved of its own program, by that program's certificate.

    Attributes
    ----------
    rounds : one row per round: pieces, binaries, doable, bound (in units of the objective; NaN where there was no plan)
        and apart (relative to the larger of the two).
    sense : of the objective.
    tolerance : how far apart they may be.
    within : the data for which both are proved, relative to the terms of each row and column; 0 where they are proved
        for the data exactly as they are.
    """

    rounds: pd.DataFrame
    sense: Sense
    tolerance: float
    within: float = 0.0

    @property
    def doable(self) -> float:
        """The value of the best plan found that the true curves allow, in units of the objective."""
        values = self.rounds["doable"]
        return float(values.max() if self.sense == "max" else values.min())

    @property
    def bound(self) -> float:
        """What no plan on the true curves can exceed (or, of a minimum, fall short of), in units of the objective."""
        values = self.rounds["bound"]
        return float(values.min() if self.sense == "max" else values.max())

    @property
    def apart(self) -> float:
        """How far they are apart, relative to the larger; NaN where one of them was not found."""
        return relative(self.doable, self.bound)

    @property
    def holds(self) -> bool:
        """Whether they are as near as was asked."""
        return self.apart <= self.tolerance

    def __str__(self) -> str:
        count = len(self.rounds)
        rounds = f"{count} round{'s' * (count > 1)}"
        if self.doable != self.doable:
            return (
                f"undecided after {rounds}: needs a little too low let a plan, and needs a little too high let none; "
                f"nothing is better than {self.bound:.9g}"
            )
        low, high = sorted((self.doable, self.bound))
        scope = f", for data within {self.within:.0e} of the terms of each row and column" if self.within else ""
        word = "within" if self.holds else "NOT within"
        return (
            f"on the true curves the best lies between {low:.9g} and {high:.9g}: {self.apart:.1e} apart, "
            f"{word} {self.tolerance:g}, after {rounds}{scope}"
        )

    def summary(self) -> dict[str, Any]:
        """Return the facts as plain values fit for JSON."""
        return {
            "doable": None if self.doable != self.doable else self.doable,
            "bound": None if self.bound != self.bound else self.bound,
            "apart": None if self.apart != self.apart else self.apart,
            "tolerance": self.tolerance,
            "within": self.within,
            "holds": self.holds,
            "rounds": len(self.rounds),
        }


def relative(one: float, other: float) -> float:
    """Return how far two values are apart, relative to the larger of them; 0 where they are the same."""
    return abs(one - other) / max(abs(one), abs(other)) if one != other else 0.0


def nearby(certificate: Certificate) -> float:
    """Return how near the data lie for which a certificate proves its program; 0 where they are the data themselves."""
    return max(certificate.primal_residual, certificate.within) if certificate.conditional else 0.0
