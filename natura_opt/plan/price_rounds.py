"""The rounds of price coordination that a plan came from: bound and best of each, what was announced, what was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class PriceRound:
    """A round: ``best`` assortments are possible with the plans seen so far, more than ``bound`` never.

    ``gap`` is relative to the bound; ``passes`` counts how often the technique table has been read so far.
    ``announced`` is the price of what is scarce in this round: the share of the value of all of it that falls on each
    thing, in the order of :attr:`PriceRounds.scarce`. ``wire`` counts bytes sent to a cluster and back.
    """

    round: int
    bound: float
    best: float
    gap: float
    passes: float
    announced: tuple[float, ...] = field(default=(), repr=False)
    wire: int = 0

    def __str__(self) -> str:
        return (
            f"round {self.round}: gap {self.gap:.1e}, {self.best:.9g} possible, more than {self.bound:.9g} never; "
            f"{self.passes:.0f} passes"
        )


#: What is told in the rounds, to whom, and what one number of it is.
MESSAGES: dict[str, tuple[str, str]] = {
    "costs": ("centre and users", "what one unit of a good costs, at the prices asked"),
    "choices": ("centre", "which technique of a good is cheapest"),
    "orders": ("suppliers", "how much of an input is ordered"),
    "contents": ("users", "how much of a scarce thing a unit of a good takes in all"),
    "use": ("centre", "how much of a scarce thing an industry uses, or would use at other prices"),
}


@dataclass(frozen=True, eq=False)
class PriceRounds:
    """How a plan by prices came about.

    Attributes
    ----------
    rounds : one after the other.
    scarce : names of what is scarce: "resource labour", "stock of iron in coal", "iron on hand".
    told : how many numbers the industries told in all, by the kinds of :data:`MESSAGES`.
    industries : how many there are: one to each good that is priced.
    coefficients : inputs, and uses of what is scarce, of all techniques: what a centre must be told that solves the
        whole linear program.
    why : why they were asked, where ``auto`` chose them.
    """

    rounds: tuple[PriceRound, ...]
    scarce: tuple[str, ...]
    told: Mapping[str, int]
    industries: int
    coefficients: int
    why: str = ""

    @property
    def passes(self) -> int:
        """How often the technique table was read, begun readings counted whole."""
        return int(np.ceil(self.rounds[-1].passes)) if self.rounds else 0

    @property
    def table(self) -> pd.DataFrame:
        """Bound, best, gap and passes so far, by round."""
        columns = ["round", "bound", "best", "gap", "passes"]
        return pd.DataFrame([asdict(one) for one in self.rounds], columns=columns).set_index("round")

    @property
    def path(self) -> pd.DataFrame:
        """The announced prices: rounds x scarce things, as shares of the value of all that is scarce."""
        index = pd.Index([one.round for one in self.rounds], name="round")
        shares = np.array([one.announced for one in self.rounds]).reshape(len(index), len(self.scarce))
        return pd.DataFrame(shares, index=index, columns=pd.Index(self.scarce, name="scarce"))

    @property
    def revealed(self) -> pd.DataFrame:
        """How many numbers were told, by kind: to whom, in all, per industry and per round; last what was kept."""
        count, rounds = max(self.industries, 1), max(len(self.rounds), 1)
        rows = [
            (what, to, told, told / count, told / rounds, meaning)
            for what, (to, meaning) in MESSAGES.items()
            if (told := self.told.get(what, 0))
        ]
        kept = self.coefficients
        rows.append(("coefficients", "nobody", kept, kept / count, np.nan, "kept: the full linear program needs them"))
        columns = ["what", "to", "numbers", "per_industry", "per_round", "meaning"]
        return pd.DataFrame(rows, columns=columns).set_index("what")

    def facts(self) -> dict[str, Any]:
        """Return what the command line prints as JSON."""
        return {
            "passes": self.passes,
            "rounds": [
                {"round": one.round, "gap": one.gap, "passes": float(one.passes)}
                | {name: value for name in ("best", "bound") if np.isfinite(value := getattr(one, name))}
                for one in self.rounds
            ],
            "revealed": {what: int(self.told.get(what, 0)) for what in MESSAGES} | {"coefficients": self.coefficients},
        }

    def lines(self) -> list[str]:
        """Say it in words."""
        if not self.rounds:
            return ["prices      stopped before the first round was done: there is no plan yet"]
        count = max(self.industries, 1)
        centre = sum(self.told.get(what, 0) for what in ("costs", "choices", "use")) / count
        return [
            f"prices      {len(self.rounds)} rounds, {self.passes:,} passes: {self.rounds[-1]}",
            f"revealed    an industry told the centre {centre:,.0f} numbers (costs, choices, uses), its suppliers and "
            f"users {sum(self.told.get(what, 0) for what in ('orders', 'contents')) / count:,.0f}; of its "
            f"{self.coefficients / count:,.0f} coefficients none",
            *([f"chosen      {self.why}"] if self.why else []),
        ]
