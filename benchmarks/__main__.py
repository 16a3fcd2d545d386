"""The command line: ``python -m benchmarks [NAME ...] [--json] [--size tiny|small|full] [--files FOLDER] [--list]``."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import registry
from .machine import facts_line, machine_facts
from .measuring import SIZES, Result, Row


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases asked for; return 0 if all competitors of each agree, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="cases to run (all, if none is named)")
    parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    parser.add_argument("--size", choices=SIZES, default="small", help="how large (default: small)")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="of programs: .mps and .lp files of your own")
    parser.add_argument("--list", action="store_true", help="list the cases and stop")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.names if name not in registry.NAMES]
    if unknown:
        parser.error(f"no case {unknown[0]!r}; there are {', '.join(registry.NAMES)}")
    names = list(dict.fromkeys(chosen.names)) or list(registry.NAMES)
    if chosen.files is not None and (not chosen.files.is_dir() or set(names) - set(registry.OF_FILES)):
        parser.error(f"--files: a folder, for {', '.join(registry.OF_FILES)} alone")
    if chosen.list:
        found = {name: registry.case(name).title for name in names}
        print(json.dumps({"cases": found}) if chosen.json else "\n".join(f"{n:<9} {t}" for n, t in found.items()))
        return 0
    facts, results = machine_facts(), []
    for name in names:
        with _solvers_on_standard_error():
            result = registry.run(name, chosen.size, chosen.files)
        results.append(result)
        if not chosen.json:
            print_result(result)
    if chosen.json:
        every = {"machine": facts, "results": [result.as_dict() for result in results]}
        print(json.dumps(finite(every), ensure_ascii=False, allow_nan=False))
    else:
        print(facts_line(facts))
    return 0 if all(result.equal for result in results) else 1


def print_result(result: Result) -> None:
    """Print a result as a table, with what else was found below it."""
    from rich.console import Console
    from rich.table import Table

    extra = list(dict.fromkeys(key for row in result.rows for key in row.figures))
    table = Table(title=f"{result.case} ({result.size}): {result.title}", title_justify="left")
    for heading in ("", "median s", "min s", "ratio", "ratio of minima", "same answer", *extra):
        table.add_column(heading, justify="left" if not heading else "right")
    for row in result.rows:
        table.add_row(*_cells(row), *(_shown(row.figures.get(key, "")) for key in extra))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200)
    console.print(table)
    for key, value in result.figures.items():
        console.print(f"  {key}: {_shown(value)}", highlight=False)
    console.print()


def _cells(row: Row) -> list[str]:
    if not row.installed:
        return [row.name, "not installed", "", "", "", ""]
    same = "" if row.same is None else "yes" if row.same else "NO"
    return [row.name, *map(_shown, (row.median, row.minimum, row.ratio, row.ratio_of_minima)), same]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(part)}" for key, part in value.items())
    return "" if value is None else str(value)


@contextmanager
def _solvers_on_standard_error() -> Iterator[None]:
    """Send what solvers write to standard output, below Python, to standard error: it is no part of the result."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def finite(value: Any) -> Any:
    """Return a value as JSON takes it: figures that are not finite become null."""
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


if __name__ == "__main__":
    sys.exit(main())
