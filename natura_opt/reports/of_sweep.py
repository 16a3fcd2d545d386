"""A sweep as a page: what was found at each point, and a line through it."""

from __future__ import annotations

from ..planner.sweep import Sweep
from .page import Figure, Page, Section, Verdict
from .tables import Words, table_of

#: The first column that a sweep's table has besides what is turned.
_FIRST_FOUND = "status"


def sweep_page(sweep: Sweep) -> Page:
    """Lay a sweep out."""
    words, frame = Words(), sweep.table
    columns = [str(column) for column in frame.columns]
    turned = columns[: columns.index(_FIRST_FOUND)]
    statuses = frame["status"].value_counts()
    proved = int(frame["proved"].sum())
    points = f"{len(frame):,} point{'s' if len(frame) != 1 else ''}"
    said = ", ".join(f"{count:,} {status}" for status, count in statuses.items())
    every = proved == len(frame)
    verdict = Verdict(
        "proved" if every else "open",
        f"Proved at every one of {points}" if every else f"Proved at {proved:,} of {points}",
        [f"{said[:1].upper()}{said[1:]}."],
    )
    table = table_of("sweep", "What was found at each point", frame, words, fields=False)
    numbers = [column.title for column in table.columns if column.kind == "number"]
    across, drawn = [name for name in numbers if name in turned], [name for name in numbers if name not in turned]
    line = {"table": "sweep", "across": across, "drawn": drawn} if across and drawn else None
    sections = [
        Section("line", "What it depends on", drawings=["line"] * (line is not None)),
        Section("sweep", "Point by point", tables=[table]),
    ]
    if len(sweep.seconds):
        effort = table_of("effort", "Effort at each point", sweep.seconds.reset_index(drop=True), words)
        sections.append(Section("effort", "Effort", tables=[effort]))
    figures = [Figure("points", len(frame)), Figure("seconds", float(sweep.seconds["seconds"].sum()))]
    return Page(
        "Sweep", f"over {', '.join(turned)}", verdict, figures, sections, words, {} if line is None else {"line": line}
    )
