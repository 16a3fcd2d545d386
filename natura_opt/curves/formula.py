"""Formulas (skeleton)."""

from __future__ import annotations

from ..base.arrays import Floats


class Formula:
    """An expression in q."""

    text: str

    def values(self, quantities: Floats) -> Floats:
        """Return values."""
        raise NotImplementedError

    def slopes(self, quantities: Floats) -> Floats:
        """Return slopes."""
        raise NotImplementedError
