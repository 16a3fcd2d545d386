"""The ranges of a spreadsheet, as its users write them: ``C4:BI62``, ``4:62``, ``C:BI``, ``row 86``, ``column D``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...base.errors import OptionError, shortened
from ..files.sheet_cells import MOST_COLUMNS, MOST_ROWS, column_number

_CELLS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7}):([A-Za-z]{1,3})([0-9]{1,7})")
_ROWS = re.compile(r"(?:rows?\s+([0-9]{1,7})(?:\s*:\s*([0-9]{1,7}))?|([0-9]{1,7})\s*:\s*([0-9]{1,7}))", re.IGNORECASE)
_COLUMNS = re.compile(
    r"(?:columns?\s+([A-Z]{1,3})(?:\s*:\s*([A-Z]{1,3}))?|([A-Z]{1,3})\s*:\s*([A-Z]{1,3}))", re.IGNORECASE
)
#: What may be written, for messages.
FORMS = "'C4:BI62', '4:62' (rows), 'C:BI' (columns), 'row 86', 'column D', or 'rows 4:62, columns C:BI'"


@dataclass(frozen=True)
class Range:
    """A rectangle of cells, of which a side may be left open.

    Attributes
    ----------
    rows : first and last row number, counted from 1 as spreadsheets do; ``None`` where it was not said.
    columns : first and last column, counted from 0; ``None`` where it was not said.
    """

    rows: tuple[int, int] | None = None
    columns: tuple[int, int] | None = None

    @classmethod
    def of(cls, text: str) -> Range | None:
        """Return the range a text writes, or ``None`` where it is a name and no range.

        Raises
        ------
        OptionError : a range that goes backwards or beyond what a sheet holds, or that says a side twice.

        >>> Range.of("C4:BI62"), Range.of("row 86")
        (Range(rows=(4, 62), columns=(2, 60)), Range(rows=(86, 86), columns=None))
        >>> Range.of("rows 4:62, columns C:BI") == Range.of("C4:BI62"), Range.of("Export")
        (True, None)
        """
        text = text.strip()
        both = _CELLS.fullmatch(text)
        if both:
            return cls(_span(text, both[2], both[4]), _columns(text, both[1], both[3]))
        made = cls()
        for part in text.split(","):
            rows, columns = _ROWS.fullmatch(part.strip()), _COLUMNS.fullmatch(part.strip())
            if (rows and made.rows) or (columns and made.columns):
                raise OptionError(f"the range {shortened(text)} says its {'rows' if rows else 'columns'} twice")
            if rows:
                first = rows[1] or rows[3]
                made = cls(_span(text, first, rows[2] or rows[4] or first), made.columns)
            elif columns:
                first = columns[1] or columns[3]
                made = cls(made.rows, _columns(text, first, columns[2] or columns[4] or first))
            else:
                return None
        return made


def _span(text: str, first: str, last: str) -> tuple[int, int]:
    start, end = int(first), int(last)
    if not 1 <= start <= end <= MOST_ROWS:
        raise OptionError(f"the range {shortened(text)}: rows go up, from 1 to {MOST_ROWS:,}")
    return start, end


def _columns(text: str, first: str, last: str) -> tuple[int, int]:
    start, end = column_number(first.upper()), column_number(last.upper())
    if not start <= end < MOST_COLUMNS:
        raise OptionError(f"the range {shortened(text)}: columns go up, from A to XFD")
    return start, end


def said(text: str | int | None, what: str, side: str) -> tuple[int, int] | None:
    """Return rows or columns that were said, or ``None``.

    Parameters
    ----------
    text : a range, or the number of a row.
    what : the argument, for messages.
    side : ``rows`` or ``columns``.

    Raises
    ------
    OptionError : no such range.
    """
    if text is None:
        return None
    chosen = Range.of(f"row {text}" if isinstance(text, int) else text)
    span: tuple[int, int] | None = None if chosen is None else getattr(chosen, side)
    if span is None:
        raise OptionError(f"{what}={text!r} is no range of {side}; write {FORMS}")
    return span
