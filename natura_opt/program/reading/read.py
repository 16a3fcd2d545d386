"""One call from a file to its program."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ...base.errors import DataError, OptionError
from ..named import NamedProgram
from .draft import Draft
from .lp import LpReader
from .mps import MpsReader
from .numbers import INFINITY
from .text import FORMATS, format_of, lines_of

Layout = Literal["auto", "free", "fixed"]


def read_program(
    path: str | Path, *, infinity: float = INFINITY, layout: Layout = "auto", largest: int | None = None
) -> NamedProgram:
    """Read a linear program from an MPS file (fixed or free) or an LP file (CPLEX's format), packed or not.

    Every number is the double nearest to what is written; nothing is dropped or rounded. What a linear program cannot
    say (quadratic terms, special ordered sets, semi-continuous columns, indicators) is refused by name, and so is
    whatever stands there twice. What the format takes for granted is said in ``program.notes``.

    Parameters
    ----------
    path : a file ``.mps`` or ``.lp``, or one of these packed as ``.gz`` or ``.bz2``.
    infinity : a limit of this size or more is infinite; 1e20, as both formats have it. ``math.inf`` takes every number
        as it stands.
    layout : of an MPS file: words (``free``) or the columns of a card (``fixed``, where names may hold blanks);
        ``auto`` takes what can be read as words, and else tries the card.
    largest : bytes of unpacked text at most; a gigabyte, and from 16 megabytes on 200 times the packed size.

    Returns
    -------
    NamedProgram : with one block of ``columns`` and one of ``rows``, labelled with the file's names; rows without a
        name in an LP file are ``c1``, ``c2``, … by their place.

    Raises
    ------
    DataError : with the file, the line, what is wrong and what to do.

    Sources: the format descriptions of CPLEX (MPS and LP file formats) and Murtagh, Advanced Linear Programming (1981).

    >>> import tempfile, pathlib, natura_opt as no
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "diet.lp")
    ...     _ = path.write_text("min 2 bread + 3 milk\\nst energy: bread + 2 milk >= 4\\nend")
    ...     no.read_program(path)
    'diet.lp': LinearProgram (min): 1 rows x 2 columns, 2 coefficients
      columns columns                   2
      rows    rows                      1
    """
    if not isinstance(path, str | Path):
        raise DataError(f"the path of a file is needed, not {type(path).__name__}")
    if isinstance(infinity, bool) or not isinstance(infinity, int | float) or not infinity > 0:
        raise OptionError(f"infinity must be a positive number, not {infinity!r}")
    if layout not in ("auto", "free", "fixed"):
        raise OptionError(f"layout must be auto, free or fixed, not {layout!r}")
    if largest is not None and (isinstance(largest, bool) or not isinstance(largest, int) or largest < 1):
        raise OptionError(f"largest must be a positive number of bytes, not {largest!r}")
    file = Path(path)
    form = format_of(file)
    if form is None:
        raise DataError(f"{file.name}: a program's file ends in {' or '.join(FORMATS)}, and may end in .gz or .bz2")
    if form == ".lp":
        return LpReader(Draft(file.name, float(infinity)), lines_of(file, largest)).read()
    return _read_mps(file, float(infinity), layout, largest)


def _read_mps(file: Path, infinity: float, layout: Layout, largest: int | None) -> NamedProgram:
    words = MpsReader(Draft(file.name, infinity), fixed=layout == "fixed")
    try:
        return words.read(lines_of(file, largest))
    except DataError as error:
        if layout != "auto":
            raise
        cards = MpsReader(Draft(file.name, infinity), fixed=True)
        try:
            return cards.read(lines_of(file, largest))
        except DataError as other:  # the layout that explains more of the file says what is wrong
            raise (other if cards.line > words.line else error) from None
