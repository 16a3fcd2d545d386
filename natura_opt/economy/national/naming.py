"""Names beside codes: what the industries of a table are called, by their codes, by their names, or by both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ...base.entrance import is_kind
from ...base.errors import DataError, OptionError, listed, shortened, unknown
from ..coerce import as_labels
from .sheet import Sheet

#: What may be asked for.
LABELS = ("codes", "names", "both")
#: Names by code: as they are, or a file with a column of codes and, after it, a column of names.
Names = str | Path | Mapping[str, str] | None


def check_labels(labels: str, names: object) -> None:
    """Raise unless ``labels`` is one of its values, and there are names where they are asked for."""
    if not is_kind(names, "str | Path | Mapping[str, str] | None"):
        raise OptionError(f"names must be a file, or a mapping from code to name, not {shortened(names)}")
    if labels not in LABELS:
        raise OptionError(unknown("kind of labels", labels, LABELS))
    if labels != "codes" and names is None:
        raise OptionError(f"labels={labels!r} needs the names: give names= (a file of codes and names, or a mapping)")


def relabelled(codes: pd.Index, labels: str, names: Names, what: str) -> pd.Index:
    """Return what goods or industries are called.

    Parameters
    ----------
    codes : of the table.
    labels : ``"codes"``, ``"names"``, or ``"both"`` for ``A01 Crop production``.
    names : by code; of a file, the column that holds all codes, and the one after it.
    what : ``goods`` or ``techniques``, for messages.

    Raises
    ------
    DataError : codes without a name, and a name that two codes share.

    >>> relabelled(pd.Index(["A01", "B"]), "both", {"A01": "Crop production", "B": "Mining"}, "goods").to_list()
    ['A01 Crop production', 'B Mining']
    """
    if labels == "codes":
        return codes
    place = f"{Path(names).name}" if isinstance(names, str | Path) else "names"
    known = names_of_file(names, codes, what) if isinstance(names, str | Path) else dict(names or {})
    missing = [code for code in codes if not str(known.get(str(code), "")).strip()]
    if missing:
        raise DataError(f"{place}: no name for the {what} {listed(missing)}")
    called = [str(known[str(code)]).strip() for code in codes]
    if labels == "both":
        called = [f"{code} {name}" for code, name in zip(codes, called, strict=True)]
    return as_labels(called, what, place)


def names_of_file(file: str | Path, codes: pd.Index, what: str) -> dict[str, str]:
    """Return the names by code of a file with a column of codes and, after it, a column of names.

    Raises
    ------
    DataError : no column holds all codes, a code stands twice, nothing stands after it.
    """
    sheet = Sheet.of(file)
    wanted = set(map(str, codes))
    columns = sorted({column for cells in sheet.cells.values() for column in cells})
    held = {column: wanted & {cells.get(column, "") for cells in sheet.cells.values()} for column in columns}
    best = max(columns, key=lambda column: (len(held[column]), -column))
    missing = wanted - held[best]
    if missing:
        raise DataError(f"{sheet.name}: no column holds the codes of all {what}; {listed(sorted(missing))} missing")
    names: dict[str, str] = {}
    for row, cells in sheet.cells.items():
        code = cells.get(best, "")
        if code in wanted:
            if code in names:
                raise DataError(f"{sheet.place(row, best)}: the code {code!r} is given twice")
            names[code] = sheet.cell(row, best + 1)
    return names
