"""The primal-dual iteration: anchored steps, restarted from where they stand once they have come far enough.

Sources: Lu and Yang 2024 (restarted Halpern PDHG); Applegate et al. 2021 (PDLP: restarts, primal weight).
"""

from __future__ import annotations

import numpy as np

from ...base.arrays import Floats
from .primal_dual_steps import anchored_steps
from .step_program import StepProgram, weight_within

_CHUNK = 40
#: Restart when the fixed-point error fell to this share of what it was at the anchor; or to the second and stalls.
_SUFFICIENT, _NECESSARY, _ARTIFICIAL = 0.2, 0.8, 0.1


class RestartedSteps:
    """An iterate with its anchor, and the rule of when to restart.

    Attributes
    ----------
    total : steps taken.
    """

    _since: int  # steps since the anchor was set
    _at_anchor: float  # the error then
    _last: float  # the error before this one

    def __init__(self, program: StepProgram) -> None:
        self.program, self.total = program, 0
        self._weight = program.first_weight
        self._primal = np.clip(np.zeros(len(program.column)), *program.bounds)
        self._dual = np.zeros(len(program.row))
        self._image = (self._primal.copy(), self._dual.copy())  # where the last step led, before it was averaged
        self._set_anchor()

    def advance(self) -> float:
        """Take some steps, and return the last fixed-point error: zero at a solution, no number where all is lost."""
        program = self.program
        error = float(anchored_steps(
            program.by_column, program.by_row, program.cost, program.bounds, program.sides, program.concave,
            program.kind, (program.step / self._weight, program.step * self._weight), self._anchor,
            (self._primal, self._dual, *self._image), self._since, _CHUNK,
        ))  # fmt: skip
        if self._since == 0:
            self._at_anchor = error
        self._since, self.total = self._since + _CHUNK, self.total + _CHUNK
        return error

    def point(self) -> tuple[Floats, Floats]:
        """Return the columns, and ∂objective/∂side of the rows, in the user's units."""
        primal, dual = self._image
        return _in_units(primal, self.program.column), _in_units(-dual, self.program.row)

    def restart_if_due(self, error: float) -> None:
        """Restart from the last step's image where the error fell enough, or stalls, or it has been long."""
        falls = error <= _SUFFICIENT * self._at_anchor
        stalls = error <= _NECESSARY * self._at_anchor and error > self._last
        if not (falls or stalls or self._since >= _ARTIFICIAL * self.total):
            self._last = error
            return
        moved = [np.linalg.norm(new - old) for new, old in zip(self._image, self._anchor, strict=True)]
        if min(moved) > 1e-12:
            self._weight = weight_within(np.exp(0.5 * np.log(moved[1] / moved[0]) + 0.5 * np.log(self._weight)))
        self._primal[:], self._dual[:] = self._image
        self._set_anchor()

    def _set_anchor(self) -> None:
        self._anchor = (self._primal.copy(), self._dual.copy())
        self._since, self._at_anchor, self._last = 0, np.inf, np.inf


def _in_units(scaled: Floats, factors: Floats) -> Floats:
    """Return values in the user's units; zeros where they are no numbers."""
    with np.errstate(over="ignore", invalid="ignore"):
        values: Floats = scaled * factors
    return values if np.isfinite(values).all() else np.zeros_like(values)
