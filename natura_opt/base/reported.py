"""What can be shown as a page: the method ``report`` of plans, comparisons and sweeps.

Who writes pages stands above all of them and is told here by the package itself, so that nothing below imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

_writers: list[Callable[..., Path]] = []


def write_reports_by(writer: Callable[..., Path]) -> Callable[..., Path]:
    """Tell who writes pages: called with what is to be shown, the path and ``flows``."""
    _writers[:] = [writer]
    return writer


class Reported:
    """What can be shown as one page that opens in any browser."""

    def report(self, path: str | Path, flows: bool | None = None) -> Path:
        """Write it as one HTML file that asks nothing of any other place: see :func:`natura_opt.report`.

        Raises
        ------
        OutputError : the place holds anything but an earlier report, or cannot be written.
        """
        (writer,) = _writers
        written: Path = writer(self, path, flows)
        return written
