"""Mutants of what readers read, and the judge: a changed file stands in the economy as it is written, or is refused.

A :class:`Mutant` is a file, a kind of change and a seed. The judge reads what a folder of CSV files says by itself
(a table of RFC 4180, numbers as fractions), and compares cell by cell.
"""

from __future__ import annotations

import io
import math
import re
import signal
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

import natura_opt as no

TOML = "economy.toml"
#: No input may take longer, in seconds.
PATIENCE = 10


class Unreadable(Exception):
    """What is written says nothing, so a reader must refuse it."""


class Hung(BaseException):
    """A reader took longer than anyone waits."""


def economy() -> no.Economy:
    """Return an economy with every shape of table: wide, long, by period, ahead, limits, rates, whole numbers."""
    goods = ["iron", "coal", "corn, dried"]
    return no.build_economy(
        name="base",
        title="a base",
        goods=goods,
        techniques=["mine", "pit", "farm"],
        resources=["labour"],
        pollutants=["soot", "CO2"],
        periods=["1930", "1931"],
        units={"goods": ["tonne", "kg", ""]},
        inputs=[[0.1, 0.25, 0.0], [0.5, 1e-7, 0.125], [0.0, 3e-3, 0.2]],
        outputs=np.eye(3),
        inputs_ahead={1: [[0.1, 0.0, 0.0], [0.0, 0.2, 0.0], [0.0, 0.0, 0.0]], 2: np.eye(3) * 0.01},
        resource_use={"1930": [[1.0, 2.0, 3.0]], "1931": [[1.5, 2.0, 2.75]]},
        resource_limits=[[100.0, 1234567.0]],
        capital=np.eye(3) * 2,
        depreciation=np.eye(3) * 0.1,
        initial_capital=np.eye(3) * 7,
        investment_lag=[1, 2, 1],
        emissions=[[1.0, 0.0, -2.0], [0.5, 0.5, 0.25]],
        emission_caps=[math.inf, 30.0],
        targets=pd.DataFrame([[5.0, 6.0], [7.0, 8.0], [9.0, 1e9]], goods, ["1930", "1931"]),
        questions={"default": no.Question("fulfilment", floor=0.25), "other": no.Question("assortment")},
    )


# ---- what a folder of CSV files says -------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def exact(text: str, infinite: bool = False) -> float:
    """Return the double nearest to a number as it is written."""
    if infinite and text.lower().lstrip("+-") in ("inf", "infinity"):
        return -math.inf if text.startswith("-") else math.inf
    if not _NUMBER.fullmatch(text):
        raise Unreadable(text)
    mantissa, _, power = text.lower().partition("e")
    if len(mantissa) > 4000 or len(power) > 5 or abs(int(power or 0)) > 5000:
        value, given = float(text), None
    else:
        given = Fraction(text)
        try:
            value = float(given)
        except OverflowError:
            raise Unreadable(text) from None
    if math.isinf(value) or (value == 0 and set(mantissa) & set("123456789")):
        raise Unreadable(text)
    if text.lstrip("+-").isdigit() and given is not None and Fraction(value) != given:
        raise Unreadable(text)
    return value


def grid(held: bytes) -> list[list[str]]:
    """Return the rows of a CSV file that hold anything, cells without outer blanks."""
    try:
        text = held.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    rows: list[list[str]] = [[""]]
    state = "start"  # of a cell; plain, quoted, or closed (after the closing quote)
    for sign in text:
        if state == "quoted":
            if sign == '"':
                state = "closed"
            else:
                rows[-1][-1] += sign
        elif sign == '"' and state == "start":
            state = "quoted"
        elif sign == '"' and state == "closed":
            rows[-1][-1] += sign
            state = "quoted"
        elif sign == ",":
            rows[-1].append("")
            state = "start"
        elif sign == "\n":
            rows.append([""])
            state = "start"
        elif state == "closed":
            raise Unreadable("text after a closing quote")
        else:
            rows[-1][-1] += sign
            state = "plain"
    if state == "quoted":
        raise Unreadable("an open quote")
    stripped = [[cell.strip() for cell in row] for row in rows]
    return [row for row in stripped if any(row)]


def cells(rows: list[list[str]], table: str) -> dict[tuple[str, ...], float]:
    """Return what the rows of a table say: numbers by (row, column, slot), slots as they are written."""
    spec = no.TABLES[table]
    limit = spec.sign == "limit"
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise Unreadable("ragged")
    header, found = rows[0], list[tuple[tuple[str, ...], float]]()
    if spec.is_matrix and header[:2] == ["row", "column"]:
        at = {name: header.index(name) for name in header}
        by = next((name for name in ("period", "ahead") if name in at), None)
        for row in rows[1:]:
            slot = row[at[by]] if by else ""
            slot = str(int(slot)) if by == "ahead" else slot
            found.append(((row[at["row"]], row[at["column"]], slot), exact(row[at["value"]], limit)))
    elif spec.is_matrix:
        found += [((r[0], c, ""), exact(v, limit)) for r in rows[1:] for c, v in zip(header[1:], r[1:], strict=True)]
    else:
        slots = ["" if name == "value" else name for name in header[1:]]
        found += [((r[0], "", s), exact(v, limit)) for r in rows[1:] for s, v in zip(slots, r[1:], strict=True)]
    if len(dict(found)) < len(found):
        raise Unreadable("a cell given twice")
    return dict(found)


def held(economy: no.Economy, table: str) -> dict[tuple[str, ...], float]:
    """Return what an economy holds of a table, zeros of matrices left out."""
    spec, made = no.TABLES[table], economy.tables[table]
    rows = [str(label) for label in economy.axes[spec.axes[0]]]
    found: dict[tuple[str, ...], float] = {}
    for key, part in made.slices.items():
        slot = "" if key is None else str(key) if spec.ahead else str(economy.periods[key])
        if spec.is_matrix:
            columns = [str(label) for label in economy.axes[spec.axes[1]]]
            entries = sp.coo_array(part)
            for r, c, value in zip(entries.row, entries.col, entries.data, strict=True):
                found[rows[r], columns[c], slot] = float(value)
        else:
            found |= {(row, "", slot): float(value) for row, value in zip(rows, part, strict=True)}
    return found


def differences(folder: Path, read: no.Economy) -> list[str]:
    """Return where an economy is not what its folder of CSV files says."""
    settings = tomllib.loads((folder / TOML).read_text(encoding="utf-8-sig"))
    tables = {file.stem: grid(file.read_bytes()) for file in folder.glob("*.csv")}
    return [*_settings(settings, folder.name, read), *_tables(tables, read)]


def _settings(settings: Mapping[str, Any], folder: str, read: no.Economy) -> list[str]:
    wrong = []
    for key in ("name", "title", "source"):
        if settings.get(key, folder if key == "name" else "") != getattr(read, key):
            wrong.append(f"{key}: {getattr(read, key)!r}")
    if [str(label) for label in settings.get("periods", ["1"])] != [str(label) for label in read.periods]:
        wrong.append(f"periods: {list(read.periods)}")
    asked = settings.get("questions", {"default": {}})
    for name, question in read.questions.items():
        given = asked.get(name, {})
        if (given.get("objective", "fulfilment"), given.get("floor")) != (
            question.objective,
            question.settings.get("floor"),
        ):
            wrong.append(f"question {name}")
    return wrong + (["questions"] if set(asked) != set(read.questions) else [])


def _tables(rows: Mapping[str, list[list[str]]], read: no.Economy) -> list[str]:
    wrong = []
    for axis in ("goods", "techniques", "resources", "pollutants", "profiles"):
        if axis in rows:
            header, body = rows[axis][0], rows[axis][1:]
            if [row[header.index("name")] for row in body] != [str(label) for label in read.axes[axis]]:
                wrong.append(f"{axis}: {list(read.axes[axis])}")
            units = [row[header.index("unit")] if "unit" in header else "" for row in body]
            if units != list(read.units.get(axis, [""] * len(units))):
                wrong.append(f"units of {axis}")
    tables = set(rows) & set(no.TABLES)
    wrong += ["tables"] if tables != set(read.tables) else []
    for table in sorted(tables & set(read.tables)):
        said, there = cells(rows[table], table), held(read, table)
        if no.TABLES[table].is_matrix:
            said = {key: value for key, value in said.items() if value != 0}
        if said != there:
            odd = sorted(set(said.items()) ^ set(there.items()))[:4]
            wrong.append(f"{table}: {odd}")
    return wrong


def differences_of_workbook(book: Path, read: no.Economy) -> list[str]:
    """Return where an economy is not what openpyxl, asked to read the whole workbook, finds in it."""
    from openpyxl import load_workbook

    sheets: dict[str, list[list[str]]] = {}
    for sheet in load_workbook(io.BytesIO(book.read_bytes()), data_only=True).worksheets:
        rows = [[_as_text(cell) for cell in row] for row in sheet.iter_rows()]
        rows = [row for row in rows if any(row)]
        width = max((k + 1 for k, cell in enumerate(rows[0]) if cell), default=0) if rows else 0
        if any(any(row[width:]) for row in rows):
            raise Unreadable("cells to the right")
        sheets[sheet.title] = [row[:width] for row in rows]
    return _tables(sheets, read)


def _as_text(cell: Any) -> str:
    if cell.value is None:
        return ""
    if cell.data_type == "n" and not isinstance(cell.value, bool):
        value = cell.value
        return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(cell.value).strip() if cell.data_type in ("s", "str", "inlineStr") else f"?{cell.value}"


def differences_of_parquet(folder: Path, read: no.Economy) -> list[str]:
    """Return where an economy is not what pandas finds in a folder of Parquet tables."""
    rows = {file.stem: grid(file.read_bytes()) for file in folder.glob("*.csv")}
    for file in folder.glob("*.parquet"):
        frame = pd.read_parquet(file)
        body = [[_plain(value) for value in row] for row in frame.itertuples(index=False)]
        rows[file.stem] = [[str(name) for name in frame.columns], *body]
    return _tables(rows, read)


def _plain(value: Any) -> str:
    return value.strip() if isinstance(value, str) else repr(value.item() if isinstance(value, np.generic) else value)


def differences_of_accounts(make: Path, use: Path, read: no.Economy) -> list[str]:
    """Return where an economy is not the make and use tables: what activity at the base year gives must be they."""
    made, used = _by_names(make), _by_names(use)
    goods, industries = list(read.goods), list(read.techniques)
    level = np.array([sum(made[j, i] for i in goods) for j in industries])
    net = (read.matrix("outputs", 0) - read.matrix("inputs", 0)).toarray() * level
    said = np.array([[made[j, i] - used[i, j] for j in industries] for i in goods])
    final = [name for name in dict.fromkeys(column for _, column in used) if name.startswith("F")]
    wanted = np.array([sum(used[i, name] for name in final) for i in goods])
    paid = np.array([used["V00100", j] for j in industries])
    pairs = {
        "coefficients": (net, said),
        "demand": (read.vector("targets", 0) - read.vector("initial_stocks", 0), wanted),
        "labour": (read.matrix("resource_use", 0).toarray()[0] * level, paid),
    }
    return [name for name, (a, b) in pairs.items() if not np.allclose(a, b, rtol=1e-12, atol=1e-9 * np.abs(b).max())]


def differences_of_four_files(place: Path, read: no.Economy) -> list[str]:
    """Return where an economy is not Cockshott's four files, where all of them name their rows."""
    flows, cap, dep, aims = (_by_names(place / f"{name}.csv") for name in ("flows", "cap", "dep", "labtarg"))
    goods, years = list(read.goods), list(read.periods)
    named = [{r for r, _ in table} == {*goods} == {c for _, c in table} for table in (cap, dep)]
    if {r for r, _ in flows} != {*goods, "labour", "output"} or not all(named):
        return []  # rows without names: what they are is told by their order
    output = np.array([flows["output", j] for j in goods])
    inputs = read.matrix("inputs", 0).toarray() * output
    held = read.matrix("initial_capital", 0).toarray()
    worn = read.matrix("depreciation", 0).toarray()
    pairs = {
        "inputs": (inputs, [[flows[i, j] if output[k] else 0 for k, j in enumerate(goods)] for i in goods]),
        "labour": (read.matrix("resource_use", 0).toarray()[0] * output, [flows["labour", j] for j in goods]),
        "capital": (held, [[cap[i, j] for j in goods] for i in goods]),
        "depreciation": (worn, [[dep[i, j] for j in goods] for i in goods] * (held > 0)),
    }
    aims = {
        (t, i if i in goods else i.lower()): value for (t, i), value in aims.items()
    }  # headings in capitals will do
    if {r for r, _ in aims} == set(years):
        pairs["targets"] = (read.frame("targets").to_numpy(), [[aims[t, i] for t in years] for i in goods])
    return [name for name, (a, b) in pairs.items() if not np.allclose(a, np.array(b), rtol=1e-12, atol=1e-300)]


def _by_names(file: Path) -> dict[tuple[str, str], float]:
    rows = grid(file.read_bytes())
    found = {}
    for row in rows[1:]:
        for name, cell in zip(rows[0][1:], row[1:], strict=True):
            found[row[0], name] = exact(cell)
    return found


def same(a: no.Economy, b: no.Economy) -> bool:
    """Whether two economies hold the same names, numbers, units and questions."""
    texts = all([str(x) for x in a.axes[axis]] == [str(x) for x in b.axes[axis]] for axis in a.axes)
    units = all(
        list(a.units.get(axis, [""] * len(a.axes[axis]))) == list(b.units.get(axis, [""] * len(a.axes[axis])))
        for axis in a.axes
    )
    tables = set(a.tables) == set(b.tables) and all(held(a, name) == held(b, name) for name in a.tables)
    plain = (a.name, a.title, a.source, a.notes) == (b.name, b.title, b.source, b.notes)
    return texts and units and tables and plain and dict(a.questions) == dict(b.questions)


@contextmanager
def patience(seconds: int = PATIENCE) -> Iterator[None]:
    """Raise :class:`Hung` in what takes longer."""

    def give_up(*_: Any) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def verdict(read: Callable[[], no.Economy], wrong: Callable[[no.Economy], list[str]]) -> str:
    """Return ``refused`` or ``stands``; anything else is a defect, in words."""
    try:
        with patience():
            made = read()
    except no.NaturaError as error:
        return "refused" if str(error) else "refused without a word"
    except Hung:
        return "hung"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    try:
        found = wrong(made)
    except Unreadable as error:
        return f"read, though it says nothing: {error}"
    return "stands" if not found else f"changed: {found}"
