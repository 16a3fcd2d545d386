"""What is said where no witness is found: the economy is not productive, and the proof; or that this is undecided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..base.errors import DataError, listed
from .block_verdict import collatz_wielandt as collatz_wielandt
from .productivity import Productivity, judge_productivity

#: From here on six digits of a spectral radius say too little.
NEARLY_ONE = 1.0 - 1e-6


class UnproductiveError(DataError):
    """The economy uses up as much of some goods as it makes, or more: no fixed point serves a demand.

    Attributes
    ----------
    block : positions of the goods that need each other and cannot sustain each other.
    radius : spectral radius of the block, computed.
    least : proven lower bound of it.
    """

    def __init__(self, sentence: str, block: Any, radius: float, least: float) -> None:
        super().__init__(sentence)
        self.block, self.radius, self.least = block, radius, least


class UndecidedError(UnproductiveError):
    """No witness is to be had in doubles, and nothing is said to be unproductive.

    It is caught with :class:`UnproductiveError`, since there is no answer either way; it claims less.

    Attributes
    ----------
    productive : True where rational arithmetic, or block after block, proved that the economy is productive although
        no prices in doubles show it; None where that is undecided.
    most : proven upper bound of the spectral radius.
    """

    def __init__(
        self, sentence: str, block: Any, radius: float, least: float, most: float, productive: bool | None
    ) -> None:
        super().__init__(sentence, block, radius, least)
        self.most, self.productive = most, productive


def error_without_witness(matrix: Any, names: Sequence[object] | None) -> UnproductiveError:
    """Return what is to be said of an economy for which no witness was found.

    Parameters
    ----------
    matrix : inputs, sparse. names : of the goods; their positions by default.
    """
    judged = judge_productivity(matrix)
    block, verdict = judged.block, judged.verdict
    called = sentence_on(judged, listed(block if names is None else [names[k] for k in block]), names is not None)
    if judged.productive is False:
        return UnproductiveError(f"not productive: {called}; lower their inputs", block, judged.radius, verdict.least)
    if judged.productive is None:
        return UndecidedError(
            f"undecided: {called}; lower their inputs, or state them more exactly",
            block, judged.radius, verdict.least, verdict.most, None,
        )  # fmt: skip
    why = (
        f"{called}, so that no prices in double precision leave every technique a margin; lower their inputs a little"
        if judged.radius > NEARLY_ONE
        else f"prices that leave every technique a margin ({called}) span more than double precision holds; state "
        "goods in units in which coefficients are of one size, or split the economy"
    )
    return UndecidedError(
        f"undecided what serves a demand, although the economy is productive: {why}",
        block, judged.radius, verdict.least, verdict.most, True,
    )  # fmt: skip


def sentence_on(judged: Productivity, called: str, named: bool = True) -> str:
    """Say what is proved of the block that decides, in a clause.

    Parameters
    ----------
    called : its goods. named : whether by name, not by position.
    """
    verdict = judged.verdict
    what = f"{'the block' if named else 'the goods at positions'} {called}"
    how = ", by rational arithmetic" if verdict.rational else ""
    if judged.productive is None:
        return f"{what} have a spectral radius between {verdict.least:.16g} and {verdict.most:.16g}"
    if judged.productive:
        small = judged.radius < NEARLY_ONE
        most_below = 1.06 * (1.0 - verdict.least)  # so that two digits of it are not less than it is
        figure = f"{judged.radius:.6g}" if small else f"below 1, by less than {most_below:.2g}{how}"
        return f"{what} have the largest spectral radius, {figure}"
    if verdict.least == verdict.most == 1.0:
        proof = f"spectral radius exactly 1, proven to be at least 1{how}; it must be below 1"
        return f"{what} use up exactly as much as they make of themselves ({proof})"
    proof = f"spectral radius {judged.radius:.6g}, proven to be at least {verdict.least:.6g}{how}; it must be below 1"
    return f"{what} use up as much as they make of themselves or more ({proof})"
