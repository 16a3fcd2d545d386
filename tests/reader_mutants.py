"""What can happen to a file: structure-aware changes of CSV, TOML, Excel and Parquet, each from a kind and a seed."""

from __future__ import annotations

import datetime
import os
import random
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from .reader_judge import grid


@dataclass(frozen=True)
class Mutant:
    """A change of one file; the seed decides where and what."""

    file: str
    kind: str
    seed: int


NUMBERS = [
    "0",
    "1",
    "-1",
    "00012",
    "1e5",
    "1E-3",
    ".5",
    "5.",
    "+2",
    "-0",
    "1e308",
    "1e309",
    "1e-320",
    "1e-400",
    "0e999999999",
    "5e-324",
    "2.5e-324",
    "1_0",
    "0x10",
    "0b1",
    "1e",
    "e1",
    "--1",
    "+-1",
    "1.2.3",
    "1,5",
    "1.000,5",
    "1 000",
    "5%",
    "nan",
    "NaN",
    "-nan",
    "inf",
    "-inf",
    "Infinity",
    "1e99999",
    "NA",
    "None",
    "null",
    "True",
    "#DIV/0!",
    "=1+1",
    "١٢",
    "\uff11",
    "²",
    "१",
    "1\xa0000",
    "1\u200b",
    "−1",
    "1\x00",
    "\x001",
    "1\u2028",
    "9007199254740993",
    "9007199254740992",
    "1" * 400,
    "1" * 6000,
    "0." + "0" * 400 + "1",
    "0." + "3" * 5000,
    "1e+0005",
    "1d5",
    "1f",
    "1L",
    "1j",
    "(1)",
    "'1",
    "1'",
    "$1",
    "1;2",
    "1\t2",
    "1\n2",
    "1/2",
    "½",
    "Ⅷ",
    "一",
    "1e٣",
]
TEXTS = (
    "",
    " ",
    "iron ",
    "Iron",
    "iro\u0301n",
    "value",
    "name",
    "row",
    "x" * 3000,
    "\u202eiron",
    "\ufeffiron",
    "i\x00n",
)
LINES = [
    "[" * 20000,
    "a = " + "[" * 20000 + "]" * 20000,
    "a = " + "{b = " * 5000 + "1" + "}" * 5000,
    "x = " + "9" * 6000,
    'periods = ["1930", "1930"]',
    "periods = [1930, 1931]",
    "periods = [true]",
    "periods = [1930.0, 1931.0]",
    "a" + ".a" * 50000 + " = 1",
    'name = "' + "n" * 100000 + '"',
    'name = "a\\u0000b"',
    "title = 5",
    "format = 1.0",
    'table_units = {inputs = "degC"}',
    'table_units = {inputs = "10**10**10"}',
    'own_units = ["kg|m"]',
    "notes = [1]",
    "own_units = 3",
    'whole_number_names = ["goods"]',
    'whole_number_names = ["periods"]',
    "whole_number_names = [1]",
    "floor = nan",
    "floor = " + "9" * 400,
    "leave_out = [[]]",
    'objective = ["a"]',
    "questions = 5",
    "1979-05-27",
    "\x00",
]
SPECIAL = ("folder", "loop", "pipe", "zeros", "missing", "empty", "unreadable", "socket", "dangling")


def _cell(held: bytes, chance: random.Random) -> bytes:
    return _changed_cell(held, chance, NUMBERS, names=False)


def _name(held: bytes, chance: random.Random) -> bytes:
    return _changed_cell(held, chance, TEXTS, names=True)


def _changed_cell(held: bytes, chance: random.Random, texts: Any, names: bool) -> bytes:
    rows = grid(held)
    r = chance.randrange(0 if names else 1, len(rows))
    c = 0 if names and r else chance.randrange(0 if names else min(1, len(rows[r]) - 1), len(rows[r]))
    text = chance.choice(texts)
    rows[r][c] = text if chance.random() < 0.8 else f'"{text}"' if chance.random() < 0.5 else f" {text} "
    return _joined(rows, quote=chance.random() < 0.7)


def _joined(rows: list[list[str]], quote: bool = True, separator: str = ",", end: str = "\n") -> bytes:
    def shown(cell: str) -> str:
        awkward = any(sign in cell for sign in ',"\n\r')
        return '"' + cell.replace('"', '""') + '"' if quote and awkward else cell

    return "".join(separator.join(map(shown, row)) + end for row in rows).encode("utf-8", "surrogatepass")


def _rows(held: bytes, chance: random.Random) -> bytes:
    rows = grid(held)
    at = chance.randrange(len(rows))
    match chance.randrange(9):
        case 0:
            rows.insert(chance.randrange(len(rows)), list(rows[at]))
        case 1:
            del rows[at]
        case 2:
            rows = [rows[0], *chance.sample(rows[1:], len(rows) - 1)]
        case 3:
            order = chance.sample(range(len(rows[0])), len(rows[0]))
            rows = [[row[k] for k in order] for row in rows]
        case 4:
            order = [0, *chance.sample(range(1, len(rows[0])), len(rows[0]) - 1)]
            rows = [[row[k] for k in order] for row in rows]
        case 5:
            column = chance.randrange(len(rows[0]))
            rows = [[*row, row[column]] for row in rows]
        case 6:
            column = chance.randrange(len(rows[0]))
            rows = [row[:column] + row[column + 1 :] for row in rows]
        case 7:
            rows = [list(column) for column in zip(*rows, strict=True)]
        case _:
            rows[at] = rows[at] + [""] if chance.random() < 0.5 else rows[at][:-1]
    return _joined(rows)


def _form(held: bytes, chance: random.Random) -> bytes:
    rows = grid(held)
    match chance.randrange(12):
        case 0:
            return _joined(rows, separator=chance.choice(";\t| "))
        case 1:
            return _joined(
                rows, end=chance.choice(["\r\n", "\r", "\n\n", "\n\r", "\r\r\n", "\x85", "\u2028", "\x0c\n"])
            )
        case 2:
            return b"\xef\xbb\xbf" * chance.randrange(1, 4) + held
        case 3:
            return held.decode().encode(chance.choice(["utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"]))
        case 4:
            return held.replace(b".", b",")
        case 5:
            return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows).encode()
        case 6:
            return held.rstrip(b"\n") + chance.choice([b'"', b',"', b'\n"', b"\n,", b"\n\x1a", b"\x00", b"\n#end\n"])
        case 7:
            return held.replace(b"\n", b", \n")
        case 8:
            return b"sep=,\n" + held
        case 9:
            return held + held
        case 10:
            return held.upper()
        case _:
            return held.replace(b"\n", b"\n , \n\n")


def _quotes(held: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(held) + 1)
    return held[:at] + chance.choice([b'"', b'""', b"'", b'"\n', b',"', b'",', b'"5"5', b'"55"5']) + held[at:]


def _bytes(held: bytes, chance: random.Random) -> bytes:
    if not held:
        return b"\x00"
    made = bytearray(held)
    at = chance.randrange(len(made))
    match chance.randrange(6):
        case 0:
            made[at] ^= 1 << chance.randrange(8)
        case 1:
            del made[at:]
        case 2:
            made.insert(at, chance.randrange(256))
        case 3:
            del made[at : at + chance.randrange(1, 9)]
        case 4:
            other = chance.randrange(len(made))
            made[at], made[other] = made[other], made[at]
        case _:
            made[at:at] = made[chance.randrange(len(made)) :][: chance.randrange(1, 40)]
    return bytes(made)


def _line(held: bytes, chance: random.Random) -> bytes:
    lines = held.decode().split("\n")
    at = chance.randrange(len(lines))
    line = chance.choice(LINES)
    same = [k for k, old in enumerate(lines) if old.split(" = ")[0] == line.split(" = ")[0]]
    lines[same[0] if same else at : (same[0] + 1 if same else at)] = [line]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


CHANGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cell": _cell,
    "name": _name,
    "rows": _rows,
    "form": _form,
    "quotes": _quotes,
    "bytes": _bytes,
    "line": _line,
}
#: What each kind of file can suffer.
KINDS = {
    "csv": ("cell", "cell", "name", "rows", "form", "quotes", "bytes"),
    "toml": ("line", "line", "bytes", "form_of_text"),
}


#: What may stand in a cell of a spreadsheet or in a column of a frame.
VALUES: tuple[Callable[[], Any], ...] = (
    *(lambda text=text: text for text in NUMBERS if not set(text) & set("\x00\u2028") and len(text) < 1000),
    *(
        lambda number=number: number
        for number in (0, 1, -1, 2**53 + 1, 2**53, 1e308, 5e-324, -0.0, 0.1, 3.0, 1e15, 10**15)
    ),
    lambda: True,
    lambda: None,
    lambda: datetime.datetime(2025, 1, 1),
    lambda: datetime.time(12, 30),
    lambda: datetime.timedelta(days=2),
    lambda: "=1+1",
    lambda: "#REF!",
)
#: Texts of XML that may stand in a number's or a cell's place.
XML = (
    *(
        f"<v>{text}</v>"
        for text in ("1_0", "nan", "1e999", "\u0661", "9" * 6000, "", " 5 ", "007", "9007199254740993", "1e-400")
    ),
    *(
        'r="B2"',
        'r="A1"',
        'r="XFD3"',
        'r="ZZZ9"',
        'r="B99999999"',
        'r="b2"',
        'r=""',
        't="s"',
        't="b"',
        't="e"',
        't="d"',
    ),
    *('t="str"', 't="zork"', 't="inlineStr"', 's="1"', 's="x"', "<f>1+1</f>", "<row/>", "<sheetData>", "</sheetData>"),
    *("<!DOCTYPE x>", "<!-- -->", "&lt;", "&zork;", "<![CDATA[5]]>", '<c r="C3"><v>9</v></c>', '<row r="100000000"/>'),
    *('<mergeCells><mergeCell ref="A1:C3"/></mergeCells>', "<is><t>5</t></is>", "_x0041_", "_x0000_", "\u2028"),
)


def change_workbook(book: Path, mutant: Mutant) -> None:
    """Change a workbook: a cell through openpyxl, a part's XML, or bytes of the packed file."""
    from openpyxl import load_workbook

    chance = random.Random(f"{mutant.file} {mutant.kind} {mutant.seed}")
    if mutant.kind == "bytes":
        made = book.read_bytes()
        for _ in range(chance.choice([1, 1, 1, 5])):
            made = _bytes(made, chance)
        book.write_bytes(made)
    elif mutant.kind == "xml":
        with zipfile.ZipFile(book) as file:
            parts = {name: file.read(name).decode() for name in file.namelist()}
        name = chance.choice([part for part in parts if part.endswith((".xml", ".rels"))])
        parts[name] = _changed_xml(parts[name], chance)
        with zipfile.ZipFile(book, "w") as file:
            for part, text in parts.items():
                file.writestr(part, text.encode("utf-8", "surrogatepass"))
    else:
        opened = load_workbook(book)
        sheet = opened[chance.choice(opened.sheetnames)]
        cell = sheet.cell(chance.randrange(1, sheet.max_row + 2), chance.randrange(1, sheet.max_column + 2))
        cell.value = chance.choice(VALUES)()
        if mutant.kind == "merged":
            sheet.merge_cells(start_row=1, start_column=1, end_row=chance.randrange(1, 4), end_column=2)
        opened.save(book)


def _changed_xml(text: str, chance: random.Random) -> str:
    new = chance.choice(XML)
    pattern = "<v>[^<]*</v>" if new.startswith("<v>") else new.partition("=")[0] + '="[^"]*"' if '="' in new[:4] else ""
    places = list(re.finditer(pattern, text)) if pattern else []
    if places:
        at = chance.choice(places)
        return text[: at.start()] + new + text[at.end() :]
    edges = [found.start() for found in re.finditer("[<>]", text)]
    at = chance.choice(edges) + chance.randrange(2)
    return text[:at] + new + text[at:] if chance.random() < 0.7 else text[:at] + text[at + chance.randrange(1, 30) :]


def change_parquet(file: Path, mutant: Mutant) -> None:
    """Change a Parquet file: bytes of it, a cell, or the kind of a column."""
    chance = random.Random(f"{mutant.file} {mutant.kind} {mutant.seed}")
    if mutant.kind == "bytes":
        made = file.read_bytes()
        for _ in range(chance.choice([1, 1, 1, 5])):
            made = _bytes(made, chance)
        file.write_bytes(made)
        return
    frame = pd.read_parquet(file)
    frame = frame.astype(dict.fromkeys(frame.columns, object))
    row, column = chance.randrange(len(frame)), chance.choice(list(frame.columns))
    if mutant.kind == "cell":
        frame.loc[row, column] = chance.choice(VALUES)()
        kinds = ["object"]
    else:
        kinds = [
            "int64",
            "float32",
            "float16",
            "bool",
            "str",
            "category",
            "uint8",
            "Int64",
            "datetime64[ns]",
            "complex128",
        ]
    try:
        frame = frame.infer_objects()
        frame[column] = frame[column].astype(chance.choice(kinds))
        frame.to_parquet(file, index=False)
    except Exception:  # what no frame or file holds is no mutant
        return


def mutate(file: Path, mutant: Mutant) -> None:
    """Change a file in place."""
    chance = random.Random(f"{mutant.file} {mutant.kind} {mutant.seed}")
    if mutant.kind == "special":
        make_special(file, chance.choice(SPECIAL))
        return
    if mutant.kind == "form_of_text":
        text = file.read_text(encoding="utf-8")
        made = chance.choice([text.encode("utf-16"), text.encode("utf-8-sig"), text.replace("\n", "\r\n").encode()])
        file.write_bytes(made)
        return
    file.write_bytes(CHANGES[mutant.kind](file.read_bytes(), chance))


def make_special(file: Path, kind: str) -> None:
    """Put something that is no file in a file's place."""
    file.unlink()
    match kind:
        case "folder":
            file.mkdir()
        case "loop":
            file.symlink_to(file)
        case "pipe":
            os.mkfifo(file)
        case "zeros":
            file.symlink_to("/dev/zero")
        case "empty":
            file.touch()
        case "unreadable":
            file.touch(mode=0)
        case "socket":
            os.mknod(file, 0o140600)
        case "dangling":
            file.symlink_to(file.with_name("nowhere"))


def copied(base: Path, folder: Path) -> Path:
    """Return a fresh copy of a base model."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(base, folder)
    return folder
