"""What one round of price coordination leaves for the next: with the centre, all that the rounds go on from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...base.arrays import Floats
from .cheapest import Offer


@dataclass
class Course:
    """Where the rounds are.

    Attributes
    ----------
    point : the shares that are announced next, or were last.
    offer : what the industries answered to the last ones.
    number : rounds that are done.
    before : the gap before the last one.
    stalled : rounds without progress up to the one before the last.
    planned : whether the last one made a plan.
    exhausted : whether its answers were the most exact there are.
    foreseen : whether its point was the local model's; doubt : how many of those in a row gained too little.
    contents : of goods, by which the local model goes on, shape (goods, things); None without a model.
    """

    point: Floats
    offer: Offer
    number: int = 0
    before: float = 1.0
    stalled: int = 0
    planned: bool = False
    exhausted: bool = False
    foreseen: bool = False
    doubt: int = 0
    contents: Floats | None = None

    @classmethod
    def resumable(cls, things: int) -> Course:
        """Return one that is to be filled from where an earlier run had come."""
        nothing = np.zeros(0)
        return cls(np.full(things, 1.0 / things), Offer(nothing, nothing.astype(np.int64)))
