"""One page for an answer, written whole or not at all, and only over an earlier report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..base.entrance import checked_arguments
from ..base.errors import OptionError, shortened
from ..base.output_files import whole_file
from ..base.places import Kind
from ..comparison.comparison import Comparison
from ..plan.plan import Plan
from ..planner.sweep import Sweep
from .of_comparison import comparison_page
from .of_plan import plan_page
from .of_sweep import sweep_page
from .page import GENERATOR, Page, page_text

#: How far into a file the words that say who wrote it are looked for.
_HEAD = 2_048


def _kept(place: Path) -> str:
    """Keep what is no earlier report, which says in its head what made it."""
    with place.open("rb") as file:
        ours = GENERATOR.encode() in file.read(_HEAD)
    return "" if ours else "exists already and is no report written by natura-opt"


REPORT = Kind("a report", (".html", ".htm"), "NAME.html", False, _kept)
#: What can be shown, and who lays it out: called with it, and whether flows of goods are to be drawn.
_PAGES: tuple[tuple[type, Callable[[Any, bool | None], Page]], ...] = (
    (Plan, plan_page),
    (Comparison, lambda answer, flows: comparison_page(answer)),
    (Sweep, lambda answer, flows: sweep_page(answer)),
)


@checked_arguments()
def report(answer: Any, path: str | Path, flows: bool | None = None) -> Path:
    """Write a plan, a comparison of methods or a sweep as one HTML file for people who read in a browser.

    The file asks nothing of any other place: styles, scripts and data are in it. Its tables sort, filter and copy to a
    spreadsheet with all digits; a good's name opens its explanation. It is a few hundred kilobytes, and 5 MB more
    where flows of goods are drawn.

    Parameters
    ----------
    answer : a :class:`natura_opt.Plan`, :class:`natura_opt.Comparison` or :class:`natura_opt.Sweep`.
    path : ``NAME.html``; what stands there is replaced if it is an earlier report.
    flows : whether to draw a plan's flows of goods as a diagram; None: where more than one thing flows. They stand in a
        table in any case.

    Returns
    -------
    The path.

    Raises
    ------
    OptionError : the answer is none of these.
    OutputError : the place holds anything but an earlier report, or cannot be written; nothing is changed then.

    >>> import natura_opt as no
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     page = no.report(no.solve("wheat_cloth"), Path(folder) / "plan.html", flows=False)
    ...     "Wheat" in page.read_text(encoding="utf-8") or page.stat().st_size > 10_000
    True
    """
    for kind, laid_out in _PAGES:
        if isinstance(answer, kind):
            page = laid_out(answer, flows)
            break
    else:
        raise OptionError(f"report: answer must be a Plan, a Comparison or a Sweep, not {shortened(answer)}")
    with whole_file(path, REPORT) as building:
        building.write_text(page_text(page), encoding="utf-8", errors="backslashreplace", newline="\n")
    return Path(path)
