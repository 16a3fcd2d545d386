"""A program to the files that every solver reads: MPS (free format) and LP.

Written here rather than by a solver because solvers round to 15 digits; these files hold every number with as many
digits as bring back the same binary number. Rows and columns are named ``block(label,label)``; a program that was
read keeps the names it came with. What the formats do not allow in a name becomes ``_``, and names that come out equal
get a number, so that no two are the same. ``natura_opt.read_program`` reads these files again, to the last bit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ..base.output_files import whole_file
from ..base.places import Kind
from .canonical import Block, CanonicalForm

#: Solvers cut or refuse longer names.
_LONGEST = 200
_UNUSABLE = re.compile(r"[^A-Za-z0-9_.,()]")
#: Readers of LP files take such a beginning for a number.
_NUMBERLIKE = re.compile(r"[0-9.,()]|[eE]([0-9.]|$)")
_OBJECTIVE = "objective"
#: Words of the formats themselves, in any case, that no row or column can be called.
_WORDS = re.compile(
    r"min(imum|imi[sz]e)?|max(imum|imi[sz]e)?|st|bounds?|gen(erals?)?|int(egers?)?|bin(ary|aries)?|end|free|nan|inf(inity)?"
    r"|semis?|sins?|sos[12]?|pwlobj|marker",
    re.IGNORECASE,
)
#: A limit of this size or more is infinite for every reader.
_INFINITE = 1e20


def to_mps(program: CanonicalForm, path: str | Path) -> Path:
    """Write a program as an MPS file in free format.

    The sense stands in an ``OBJSENSE`` section, whole-number columns between markers; a constant of the objective is
    the right-hand side of the objective row with its sign turned, as usual. The upper limit of a row with two is
    written as its distance from the lower one, as the format wants, with as many digits as bring it back. Rows without
    limits are ``N`` rows, which solvers skip. Limits of 1e20 and more, which every reader takes for infinite, are named
    in a comment.
    A file is written whole or not at all, and in the place of an earlier one of ours only.

    Raises
    ------
    OutputError : the name does not end in ``.mps``, something else stands there, or the place cannot be written.

    >>> import tempfile, natura_opt as no
    >>> program = no.solve("excavators").program
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(*program.to_mps(f"{folder}/excavators.mps").read_text().splitlines()[:5], sep="\\n")
    NAME natura_opt FREE
    OBJSENSE
        MAX
    ROWS
     N objective
    """
    return _write(path, MPS, _mps_lines(program))


def to_lp(program: CanonicalForm, path: str | Path) -> Path:
    """Write a program as an LP file (CPLEX's format, which people can read).

    A row with two different limits is written twice, as ``name.lower`` and ``name.upper``, because not every reader
    knows ranges; rows without limits are left out. Limits of 1e20 and more are named in a comment.

    Raises
    ------
    OutputError : as for MPS; the name must end in ``.lp``.
    """
    return _write(path, LP, _lp_lines(program))


def _write(path: str | Path, kind: Kind, lines: Iterator[str]) -> Path:
    with whole_file(path, kind) as building, building.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)
    return Path(path)


def refusing_without(mark: str) -> Callable[[Path], str]:
    """Refuse to write over a file whose first line is not the one that is written here."""

    def refusal(place: Path) -> str:
        with place.open("rb") as file:
            ours = file.readline(len(mark) + 1).decode("ascii", errors="replace").rstrip("\n") == mark
        return "" if ours else "exists already and is not a program written by natura-opt"

    return refusal


_MPS_MARK, _LP_MARK = "NAME natura_opt FREE", "\\ written by natura-opt"
MPS = Kind("a program in MPS format", (".mps",), "NAME.mps", False, refusing_without(_MPS_MARK))
LP = Kind("a program in LP format", (".lp",), "NAME.lp", False, refusing_without(_LP_MARK))


def column_names(program: CanonicalForm) -> list[str]:
    """Return the names of the columns in files, unique, in order."""
    return _unique(_raw_names(program, program.columns), set())


def row_names(program: CanonicalForm) -> list[str]:
    """Return the names of the rows in files, unique, in order, none of them the objective's."""
    return _unique(_raw_names(program, program.rows), {_OBJECTIVE})


def _raw_names(program: CanonicalForm, blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        for label in block.index:
            parts = ",".join(str(part) for part in _flat(label))
            plain = unicodedata.normalize("NFKD", parts if program.named else f"{block.name}({parts})")
            yield _UNUSABLE.sub("_", "".join(mark for mark in plain if not unicodedata.combining(mark)))


def _flat(label: Any) -> Iterator[Any]:
    if isinstance(label, tuple):
        for part in label:
            yield from _flat(part)
    else:
        yield label


def _unique(names: Iterator[str], used: set[str]) -> list[str]:
    unique = []
    met: dict[str, int] = {}
    for given in names:
        name = f"_{given}" if not given or _NUMBERLIKE.match(given) or _WORDS.fullmatch(given) else given
        chosen = name = name[:_LONGEST]
        while chosen in used:
            met[name] = met.get(name, 1) + 1
            chosen = f"{name}_{met[name]}"
        used.add(chosen)
        unique.append(chosen)
    return unique


def _mps_lines(program: CanonicalForm) -> Iterator[str]:
    columns, rows = column_names(program), row_names(program)
    lower, upper = program.row_lower, program.row_upper
    kinds = np.select([lower == upper, np.isfinite(lower), np.isfinite(upper)], ["E", "G", "L"], "N")
    yield _MPS_MARK
    yield from (f"* {line}" for line in _large_limits(program, columns, rows))
    yield from ("OBJSENSE", f"    {program.sense.upper()}")
    yield from ("ROWS", f" N {_OBJECTIVE}")
    yield from (f" {kind} {name}" for kind, name in zip(kinds, rows, strict=True))
    yield "COLUMNS"
    matrix = program.matrix
    indices, values, ends = matrix.indices.tolist(), matrix.data.tolist(), matrix.indptr.tolist()
    whole = False
    for j, (name, cost) in enumerate(zip(columns, program.cost.tolist(), strict=True)):
        if program.integer[j] != whole:
            whole = not whole
            yield f" MARKER 'MARKER' '{'INTORG' if whole else 'INTEND'}'"
        if cost or ends[j] == ends[j + 1]:  # a column without any entry is stated by its cost
            yield f" {name} {_OBJECTIVE} {cost!r}"
        yield from (f" {name} {rows[indices[k]]} {values[k]!r}" for k in range(ends[j], ends[j + 1]))
    if whole:
        yield " MARKER 'MARKER' 'INTEND'"
    yield "RHS"
    if program.offset:
        yield f" rhs {_OBJECTIVE} {-program.offset!r}"
    sides = np.where(kinds == "L", upper, lower)
    for name, kind, side in zip(rows, kinds, sides.tolist(), strict=True):
        if kind != "N" and side:
            yield f" rhs {name} {side!r}"
    ranged = np.flatnonzero((kinds == "G") & np.isfinite(upper))
    if len(ranged):
        yield "RANGES"
        yield from (f" range {rows[i]} {_distance(float(lower[i]), float(upper[i]))}" for i in ranged)
    yield "BOUNDS"
    for j, name in enumerate(columns):
        yield from _mps_bounds(name, float(program.lower[j]), float(program.upper[j]), bool(program.integer[j]))
    yield "ENDATA"


def _distance(lower: float, upper: float) -> str:
    """Return how far the upper side lies from the lower one, such that lower plus it is the upper one.

    A double cannot always say it (-.9 to .8): then the exact difference of the decimals does.
    """
    short = upper - lower
    if np.isfinite(short) and float(Fraction(repr(lower)) + Fraction(repr(short))) == upper:
        return repr(short)
    with localcontext() as context:
        context.prec = 1500  # more digits than any two doubles are apart
        return str(Decimal(repr(upper)) - Decimal(repr(lower)))


def _large_limits(program: CanonicalForm, columns: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
    """Say which finite limits other readers will take for infinite."""
    pairs = (("column", columns, program.lower, program.upper), ("row", rows, program.row_lower, program.row_upper))
    for what, names, lower, upper in pairs:
        large = (np.isfinite(lower) & (np.abs(lower) >= _INFINITE)) | (
            np.isfinite(upper) & (np.abs(upper) >= _INFINITE)
        )
        for at in np.flatnonzero(large):
            yield f"{what} {names[int(at)]} has a limit of {_INFINITE:g} or more: readers take it for infinite"


def _mps_bounds(name: str, lower: float, upper: float, whole: bool) -> Iterator[str]:
    if lower == upper:
        yield f" FX bound {name} {lower!r}"
        return
    if lower == -np.inf:
        yield f" {'FR' if upper == np.inf else 'MI'} bound {name}"
    elif lower or upper < np.inf:
        yield f" LO bound {name} {lower!r}"
    if upper < np.inf:
        yield f" UP bound {name} {upper!r}"
    elif whole and lower > -np.inf:  # some readers take whole numbers without a bound for 0 or 1
        yield f" PL bound {name}"


def _lp_lines(program: CanonicalForm) -> Iterator[str]:
    columns, rows = column_names(program), row_names(program)
    yield _LP_MARK
    yield from (f"\\ {line}" for line in _large_limits(program, columns, rows))
    yield "Maximize" if program.sense == "max" else "Minimize"
    limited = np.isfinite(program.row_lower) | np.isfinite(program.row_upper)
    # a column without an entry in a row that is written is stated by its cost
    idle = np.asarray(abs(program.matrix).T @ limited.astype(np.float64)) == 0
    stated = zip(program.cost.tolist(), columns, idle.tolist(), strict=True)
    costs = [f"{_signed(cost)} {name}" for cost, name, alone in stated if cost or alone]
    if not costs:
        costs = [f"+ 0 {columns[0]}"] if columns else []
    constant = [_signed(program.offset)] if program.offset else []
    yield from folded(f" {_OBJECTIVE}:", [*costs, *constant])
    yield "Subject To"
    by_row = program.matrix.tocsr()
    by_row.sort_indices()
    indices, values, ends = by_row.indices.tolist(), by_row.data.tolist(), by_row.indptr.tolist()
    for i, name in enumerate(rows):
        lower, upper = float(program.row_lower[i]), float(program.row_upper[i])
        terms = [f"{_signed(values[k])} {columns[indices[k]]}" for k in range(ends[i], ends[i + 1])]
        terms = terms or ([f"+ 0 {columns[0]}"] if columns else [])
        if lower == upper:
            yield from folded(f" {name}:", [*terms, f"= {lower!r}"])
            continue
        two = np.isfinite(lower) and np.isfinite(upper)
        if np.isfinite(lower):
            yield from folded(f" {name}{'.lower' if two else ''}:", [*terms, f">= {lower!r}"])
        if np.isfinite(upper):
            yield from folded(f" {name}{'.upper' if two else ''}:", [*terms, f"<= {upper!r}"])
    yield "Bounds"
    for j, name in enumerate(columns):
        least, most = float(program.lower[j]), float(program.upper[j])
        if (least, most) == (-np.inf, np.inf):
            yield f" {name} free"
        elif (least, most) != (0.0, np.inf):
            yield f" {_limit(least)} <= {name} <= {_limit(most)}"
    if program.integer.any():
        yield "General"
        yield from (f" {columns[j]}" for j in np.flatnonzero(program.integer))
    yield "End"


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else '+'} {abs(value)!r}"


def _limit(value: float) -> str:
    return repr(value) if np.isfinite(value) else ("+inf" if value > 0 else "-inf")


def folded(start: str, parts: Sequence[str], width: int = 100) -> Iterator[str]:
    """Join parts into lines of readable length."""
    line = start
    for part in parts:
        if len(line) + len(part) > width and line != start:
            yield line
            line = "  "
        line = f"{line} {part}"
    yield line
