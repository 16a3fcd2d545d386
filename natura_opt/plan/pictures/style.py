"""What the pictures have in common: figures without global state, names, numbers and units as people write them."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.figure import Figure

from ...base.arrays import Floats
from ...base.labels import name_of
from ...base.output_files import whole_file
from ...base.places import Kind
from ...base.status import Status
from ..tables import PlanTables

if TYPE_CHECKING:
    from matplotlib.axes import Axes


INK, GREY, PALE = "#1a1a1a", "#6b6b6b", "#d9d9d9"
MAIN = "#2f5d8a"
_CHARACTERS = 10.5  # of a title to an inch


def _kept(place: Path) -> str:
    """Keep what is not a picture drawn by matplotlib, which leaves its name in each of these formats."""
    content = place.read_bytes()
    return "" if b"atplotlib" in content[:8192] + content[-8192:] else "exists already and is no picture drawn here"


PICTURE = Kind("a picture", (".svg", ".png", ".pdf"), "NAME.svg, NAME.png or NAME.pdf", False, _kept)


_ANY_PICTURE = Kind("a picture", (), "", False, lambda place: "")


class PlanFigure(Figure):
    """A matplotlib figure that shows itself in a notebook, whichever backend is in use or none, and is saved whole."""

    def savefig(self, fname: Any, **settings: Any) -> None:
        """Save the picture as matplotlib does, but whole or not at all, and into no model.

        Raises
        ------
        OutputError : the place cannot be written, is a folder, or would become a part of a model.
        """
        if not isinstance(fname, str | os.PathLike):  # an open file, or a buffer
            super().savefig(fname, **settings)
            return
        named = Path(fname)
        if not named.suffix and settings.get("format") is None:
            named = named.with_name(f"{named.name}.{self.canvas.get_default_filetype()}")
        with whole_file(named, _ANY_PICTURE) as building:
            super().savefig(building, **settings)

    def _repr_png_(self) -> bytes:
        picture = BytesIO()
        self.savefig(picture, format="png", dpi=110)
        return picture.getvalue()


def new_figure(width: float, height: float, layout: Literal["constrained"] | None = "constrained") -> PlanFigure:
    """Return an empty figure (inches), by default one whose parts make room for one another."""
    return PlanFigure(figsize=(width, height), layout=layout)


def heading(plan: PlanTables, what: str, width: float) -> str:
    """Return a picture's title, in lines that fit a width in inches; before it, what is to be doubted of the plan."""
    doubt = doubt_of(plan)
    return fitted(f"{doubt}: {what} — {plan.economy.name}" if doubt else f"{what} — {plan.economy.name}", width)


def doubt_of(plan: PlanTables) -> str:
    """Return what a picture says of a plan that is not proved best, or that breaks a law; empty where it is proved."""
    if plan.proved:
        return ""
    if is_attained(plan):
        return "NOT proved" if plan.status is Status.UNPROVED else f"NOT proved ({plan.status})"
    broken = f"{plan.certificate.primal_residual:.1e}"
    return f"ASKED, NOT ATTAINED ({plan.status}: a law is broken by {broken} of its terms)"


def is_attained(plan: PlanTables) -> bool:
    """Whether a plan keeps all its laws, to the tolerance of its proof; what does not is no plan that can be done."""
    return plan.certificate.primal_residual <= plan.certificate.tolerance


def fitted(text: str, width: float) -> str:
    """Break a title over at most two lines of a width in inches; what is longer is cut in sight."""
    return wrapped(text, int(width * _CHARACTERS), 2)


def without(plan: PlanTables, what: str, words: str) -> PlanFigure:
    """Return the picture of a plan that has nothing to draw: one sentence in its place."""
    figure = new_figure(7.0, 1.6)
    figure.text(0.02, 0.45, words, fontsize=10, color=INK)
    figure.suptitle(heading(plan, what, 7.0), x=0.01, ha="left", fontsize=11, color=INK)
    return figure


def plain(text: str) -> str:
    """Keep a dollar sign in a name from being read as mathematics."""
    return text.replace("$", r"\$")


def wrapped(text: str, width: int, lines: int = 3) -> str:
    """Break a long name over lines, the last cut short where there are too many.

    >>> wrapped("Crop And Animal Production, Hunting And Related Service Activities", 22, 2)
    'Crop And Animal\\nProduction, Hunting …'
    """
    return plain("\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …"))) or text


def unit_text(unit: str, missing: str = "unit") -> str:
    """Return a unit as people write it.

    >>> unit_text("person * year"), unit_text("GBP_million"), unit_text("")
    ('person·year', 'GBP million', 'unit')
    """
    return plain(unit.replace(" * ", "·").replace("*", "·").replace(" / ", "/").replace("_", " ")) or missing


def number(value: float, digits: int = 3) -> str:
    """Return a number with a few significant digits, powers of ten written out.

    >>> number(0.0), number(0.48224), number(12345.6), number(3.87e-6), number(9.996e8)
    ('0', '0.482', '12,346', '3.87×10⁻⁶', '1×10⁹')
    """
    if value == 0 or not np.isfinite(value):
        return f"{value + 0.0:g}"  # no minus before a zero
    exponent = int(np.floor(np.log10(abs(value))))
    if -3 <= exponent < 7:
        text = f"{value:,.{max(digits - 1 - exponent, 0)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")  # which rounds 9.996 up to the next power
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + f"×10{raised}"


def bare(ax: Axes) -> None:
    """Take away what carries no information."""
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color(GREY)
    ax.tick_params(length=0, labelsize=8.5, labelcolor=INK)


def mark_periods(ax: Axes, periods: Sequence[Any], inches: float) -> None:
    """Label the periods under an axis so wide; as many as fit, always the first and the last."""
    texts = [wrapped(name_of(period), 14, 2) for period in periods]
    widest = max(max(len(line) for line in text.split("\n")) for text in texts)
    room = max(int(inches / (0.07 * (widest + 1.2))), 2)
    count = len(texts)
    step = int(np.ceil((count - 1) / (room - 1))) if count > room else 1
    shown = list(range(0, count, step)) if count > 1 else [0]
    if shown[-1] != count - 1:  # the last period is named, and its neighbour gives way
        shown = [*(k for k in shown if count - 1 - k >= step), count - 1]
    ax.set_xticks(shown, [texts[k] for k in shown])


def spread(wanted: Sequence[float], gaps: Sequence[float]) -> Floats:
    """Move positions (ascending) apart until neighbours keep the gap asked for, as little as possible.

    Parameters
    ----------
    gaps : least distance of each position from the one before it (the first is not used).

    >>> spread([0.0, 0.1, 5.0], [1.0, 1.0, 1.0]).tolist()
    [-0.45, 0.55, 5.0]
    """
    offset = np.cumsum([0.0, *gaps[1:]])
    targets = np.asarray(wanted, dtype=float) - offset
    groups: list[list[float]] = []  # (sum, count): isotonic regression by pooling neighbours that would overlap
    for target in targets:
        groups.append([float(target), 1.0])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
            last = groups.pop()
            groups[-1] = [groups[-1][0] + last[0], groups[-1][1] + last[1]]
    moved: Floats = np.concatenate([np.full(int(count), total / count) for total, count in groups]) + offset
    return moved
