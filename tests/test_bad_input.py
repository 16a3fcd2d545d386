"""Bad input of every kind: exit code 2, one readable message that names file, row and column, never a traceback."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import natura_opt as no
from natura_opt.formulate import every_law
from natura_opt.tables.registry import TABLES

from .test_cli import MODELS, call, refusal, run

TOML = "economy.toml"
Change = Callable[[Path], object]

#: What may stand in a cell that holds no usable number, and a word of the message.
BAD_CELLS = {
    "NaN": ("nan", "not a finite number"),
    "missing by its pandas name": ("NA", "not a number"),
    "infinite": ("inf", "not a finite number"),
    "minus infinite": ("-inf", ""),
    "too large": ("1e999", "not a finite number"),
    "empty": ("", "empty"),
    "blank": ("  ", "empty"),
    "text": ("many", "not a number"),
    "decimal comma": ("1,5", "decimal comma"),
    "thousands": ("1 000", "not a number"),
    "underscore": ("1_000", "not a finite number"),
    "per cent": ("5%", "not a number"),
    "formula": ("=A1+1", "not a number"),
    "hexadecimal": ("0x10", "not a number"),
    "two points": ("1.2.3", "not a number"),
    "line break": ("1\n2", "not a number"),
    "negative": ("-0.5", "negative"),
}
INFINITE = ("infinite", "too large")
TABLE_FILES = [
    "inputs.csv",
    "resource_use.csv",
    "resource_limits.csv",
    "capital.csv",
    "depreciation.csv",
    "initial_capital.csv",
    "targets.csv",
]


def copied(path: Path, model: str = "five_year_plan") -> Path:
    """Copy a shipped model without its units (so that no unit registry has to be loaded)."""
    folder = path / model
    folder.mkdir()
    for file in MODELS[model].iterdir():
        if file.suffix in (".csv", ".toml"):
            shutil.copy(file, folder / file.name)
    for axis in ("goods", "techniques", "resources"):
        if (folder / f"{axis}.csv").exists():
            rows = grid(folder / f"{axis}.csv")
            fill(folder / f"{axis}.csv", [row[:1] for row in rows])
    settings = (folder / TOML).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in settings if not line.startswith("own_units")]
    (folder / TOML).write_text("".join(kept), encoding="utf-8")
    return folder


def whole(path: Path, model: str = "five_year_plan") -> Path:
    """Copy a shipped model, units and all."""
    return Path(shutil.copytree(MODELS[model], path / model))


def grid(file: Path) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines))


def fill(file: Path, rows: list[list[str]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)


@cache
def cells_of(file: str) -> tuple[tuple[int, int], ...]:
    rows = grid(MODELS["five_year_plan"] / file)
    return tuple((r, c) for r in range(1, len(rows)) for c in range(1, len(rows[0])))


def put(file: str, text: str | bytes) -> Change:
    return lambda folder: (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode())


def swap(file: str, old: str, new: str) -> Change:
    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def end(file: str, text: str) -> Change:
    return lambda folder: (folder / file).write_text((folder / file).read_text(encoding="utf-8") + text, "utf-8")


def gone(*files: str) -> Change:
    return lambda folder: [(folder / file).unlink() for file in files]


def setting(line: str) -> Change:
    """Add a top-level line to economy.toml."""
    return swap(TOML, "[questions", f"{line}\n\n[questions")


def broken(path: Path, change: Change, model: str = "five_year_plan") -> str:
    """Return the message that a broken copy of a model is refused with."""
    folder = copied(path, model)
    change(folder)
    return refusal(call("solve", folder, "--json"))


def test_the_copies_are_good(tmp_path: Path) -> None:
    for model in MODELS:
        (tmp_path / model).mkdir()
        plan = no.solve(copied(tmp_path / model, model)).assert_optimal()
        assert plan.objective == no.solve(model).objective


# ---- one cell at a time -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BAD_CELLS)
@pytest.mark.parametrize("file", TABLE_FILES)
def test_every_cell_of_every_table(file: str, kind: str, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    rows = grid(folder / file)
    cell, words = BAD_CELLS[kind]
    limit = TABLES[file.removesuffix(".csv")].sign == "limit"
    for r, c in cells_of(file):
        changed = [list(row) for row in rows]
        changed[r][c] = cell
        fill(folder / file, changed)
        if limit and kind in INFINITE:  # infinity is no limit
            assert no.read(folder).frame(file.removesuffix(".csv")).iloc[r - 1, c - 1] == float("inf")
            continue
        with pytest.raises(no.DataError) as caught:
            no.read(folder)
        message = str(caught.value)
        assert message.count("\n") == 0
        for part in (file, repr(rows[r][0]), repr(rows[0][c]), words):
            assert part in message, f"{part!r} is not in {message!r}"
        if kind not in ("negative", "minus infinite"):
            assert f"line {r + 1 + cell.count(chr(10))}," in message
    assert len(cells_of(file)) >= 4


@pytest.mark.parametrize("cell", ["1.0000001", "1.5", "70"])
def test_every_rate_above_one(cell: str, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    rows = grid(folder / "depreciation.csv")
    for r, c in cells_of("depreciation.csv"):
        changed = [list(row) for row in rows]
        changed[r][c] = cell
        fill(folder / "depreciation.csv", changed)
        with pytest.raises(no.DataError) as caught:
            no.read(folder)
        for part in ("depreciation.csv", repr(rows[r][0]), repr(rows[0][c]), "between 0 and 1"):
            assert part in str(caught.value)


@pytest.mark.parametrize("kind", BAD_CELLS)
@pytest.mark.parametrize("file", TABLE_FILES)
def test_a_seeded_cell_through_the_command_line(file: str, kind: str, tmp_path: Path) -> None:
    if kind in INFINITE and TABLES[file.removesuffix(".csv")].sign == "limit":
        file = "targets.csv"
    r, c = random.Random(f"{file} {kind}").choice(cells_of(file))
    rows = grid(MODELS["five_year_plan"] / file)

    def change(folder: Path) -> None:
        changed = [list(row) for row in rows]
        changed[r][c] = BAD_CELLS[kind][0]
        fill(folder / file, changed)

    message = broken(tmp_path, change)
    for part in (file, repr(rows[r][0]), repr(rows[0][c])):
        assert part in message, f"{part!r} is not in {message!r}"


@pytest.mark.parametrize("kind", ["NaN", "text", "decimal comma", "negative"])
@pytest.mark.parametrize("model", ["eu_2006", "excavators", "kantorovich_machines", "uk_2015_20", "wheat_cloth"])
def test_a_seeded_cell_of_other_models(model: str, kind: str, tmp_path: Path) -> None:
    tables = sorted(file.name for file in MODELS[model].glob("*.csv") if file.stem in TABLES)
    chance = random.Random(f"{model} {kind}")
    file = chance.choice(tables)
    rows = grid(MODELS[model] / file)
    r, c = chance.randrange(1, len(rows)), chance.randrange(1, len(rows[0]))

    def change(folder: Path) -> None:
        rows[r][c] = BAD_CELLS[kind][0]
        fill(folder / file, rows)

    message = broken(tmp_path, change, model)
    assert file in message
    assert repr(rows[r][0]) in message
    if rows[0][c] != "value":
        assert repr(rows[0][c]) in message


@pytest.mark.parametrize(
    ("cell", "words"), [("-0.5", "negative"), ("nan", "finite"), ("1,5", "comma"), ("", "empty"), ("inf", "finite")]
)
def test_a_bad_cell_of_a_long_table(cell: str, words: str, tmp_path: Path) -> None:
    message = broken(tmp_path, put("inputs.csv", f'row,column,value\niron,iron,.01\ncoal,bread,"{cell}"\n'))
    for part in ("inputs.csv", "line 3", "'coal'", "'bread'", words):
        assert part in message, f"{part!r} is not in {message!r}"


# ---- one name at a time -----------------------------------------------------------------------------------


@pytest.mark.parametrize("file", TABLE_FILES)
def test_every_row_name_mistyped(file: str, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    rows = grid(folder / file)
    for r in range(1, len(rows)):
        changed = [list(row) for row in rows]
        changed[r][0] += "x"
        fill(folder / file, changed)
        with pytest.raises(no.DataError, match=rf"{file}, line {r + 1}: unknown .*'{rows[r][0]}x'.*'{rows[r][0]}'"):
            no.read(folder)


@pytest.mark.parametrize("file", TABLE_FILES)
def test_every_column_name_mistyped(file: str, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    rows = grid(folder / file)
    for c in range(1, len(rows[0])):
        changed = [list(row) for row in rows]
        changed[0][c] += "x"
        fill(folder / file, changed)
        with pytest.raises(no.DataError, match=rf"{file}, line 1: unknown .*'{rows[0][c]}x'.*'{rows[0][c]}'"):
            no.read(folder)


def rows_changed(file: str, kind: str) -> tuple[Change, list[str]]:
    """Return a change of a table's shape or names, and what the message must name."""
    rows = grid(MODELS["five_year_plan"] / file)
    last, column = rows[-1][0], rows[0][-1]
    if kind == "row missing":
        rows, words = rows[:-1], [repr(last)]
    elif kind == "row twice":
        rows, words = [*rows, list(rows[-1])], [repr(last), "twice"]
    elif kind == "row extra":
        rows, words = [*rows, ["gold", *rows[-1][1:]]], ["'gold'", f"line {len(rows) + 1}"]
    elif kind == "row without a name":
        rows, words = [*rows[:-1], ["", *rows[-1][1:]]], ["''", f"line {len(rows)}"]
    elif kind == "column missing":
        rows, words = [row[:-1] for row in rows], [repr(column)]
    elif kind == "column twice":
        rows, words = [[*row, row[-1]] for row in rows], [repr(column), "twice"]
    elif kind == "column extra":
        rows, words = [[*row, "gold" if r == 0 else "0"] for r, row in enumerate(rows)], ["'gold'", "line 1"]
    elif kind == "column without a name":
        rows, words = [[*row, "" if r == 0 else "0"] for r, row in enumerate(rows)], ["''", "line 1"]
    elif kind == "row too short":
        rows, words = [*rows[:-1], rows[-1][:-1]], [repr(last), f"line {len(rows)}", "cells"]
    elif kind == "row too long":
        rows, words = [*rows[:-1], [*rows[-1], "0"]], [repr(last), f"line {len(rows)}", "cells"]
    elif kind == "decimal comma, not quoted":
        rows, words = [*rows[:-1], [*rows[-1], "5"]], [repr(last), f"line {len(rows)}", "1.5", "1,5"]
    elif kind == "names in capitals":
        rows, words = [[row[0].upper(), *row[1:]] for row in rows], [repr(rows[1][0].upper()), "line 2"]
    elif kind == "header only":
        rows, words = rows[:1], [repr(rows[1][0])]
    elif kind == "no header":
        rows, words = rows[1:], [repr(rows[1][0])]
    else:
        rows, words = [list(column) for column in zip(*rows, strict=True)], []
    return (lambda folder: fill(folder / file, rows)), words


@pytest.mark.parametrize(
    "kind",
    [
        "row missing",
        "row twice",
        "row extra",
        "row without a name",
        "column missing",
        "column twice",
        "column extra",
        "column without a name",
        "row too short",
        "row too long",
        "decimal comma, not quoted",
        "names in capitals",
        "header only",
        "no header",
    ],
)
@pytest.mark.parametrize("file", TABLE_FILES)
def test_every_table_of_the_wrong_shape_or_names(file: str, kind: str, tmp_path: Path) -> None:
    change, words = rows_changed(file, kind)
    folder = copied(tmp_path)
    change(folder)
    with pytest.raises(no.DataError) as caught:
        no.read(folder)
    message = str(caught.value)
    assert "\n" not in message
    for part in (file, *words):
        assert part in message, f"{part!r} is not in {message!r}"


@pytest.mark.parametrize("file", ["targets.csv", "resource_limits.csv", "resource_use.csv"])
def test_a_table_the_wrong_way_round(file: str, tmp_path: Path) -> None:
    change, _ = rows_changed(file, "turned")
    assert file in broken(tmp_path, change)


# ---- files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [*TABLE_FILES, "goods.csv", "resources.csv"])
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("semicolons", "';'"),
        ("tabs", ""),
        ("empty", "empty"),
        ("blank lines", "empty"),
        ("latin-1", "UTF-8"),
        ("utf-16", "UTF-8"),
        ("a folder", "folder"),
        ("a workbook", "UTF-8"),
    ],
)
def test_every_file_of_the_wrong_kind(file: str, kind: str, words: str, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    if file in ("goods.csv", "resources.csv"):
        shutil.copy(MODELS["five_year_plan"] / file, folder / file)
    text = (folder / file).read_text(encoding="utf-8")
    name = grid(folder / file)[1][0]
    if kind == "a folder":
        (folder / file).unlink()
        (folder / file).mkdir()
    elif kind == "a workbook":
        (folder / file).write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xe9\xff\x00")
    else:
        made = {
            "semicolons": text.replace(",", ";").encode(),
            "tabs": text.replace(",", "\t").encode(),
            "empty": b"",
            "blank lines": b"\n , ,\n\n",
            "latin-1": text.replace(name, f"{name}\u00e9").encode("latin-1"),
            "utf-16": text.encode("utf-16"),
        }
        (folder / file).write_bytes(made[kind])
    with pytest.raises(no.DataError) as caught:
        no.read(folder)
    assert "\n" not in str(caught.value)
    for part in (file, words):
        assert part in str(caught.value), f"{part!r} is not in {caught.value}"


CASES: dict[str, tuple[Change, list[str]]] = {
    # files that are missing, or too many
    "economy.toml missing": (gone(TOML), ["five_year_plan", TOML]),
    "goods missing": (gone("goods.csv"), ["goods.csv"]),
    "resources missing": (gone("resources.csv"), ["resources.csv"]),
    "targets missing": (gone("targets.csv"), ["five_year_plan", "'targets'", "'fulfilment'"]),
    "initial stocks missing": (gone("initial_capital.csv"), ["five_year_plan", "'initial_capital'"]),
    "capital missing": (gone("capital.csv"), ["five_year_plan", "'depreciation', 'initial_capital'"]),
    "limits missing": (gone("resource_limits.csv"), ["five_year_plan", "'resource_use'", "leave_out"]),
    "table mistyped": (
        lambda folder: (folder / "depreciation.csv").rename(folder / "depreciaton.csv"),
        ["depreciaton.csv", "unknown table", "did you mean 'depreciation'"],
    ),
    "table unknown": (put("notes.csv", "a,b\n1,2\n"), ["notes.csv", "unknown table 'notes'"]),
    "table in capitals": (
        lambda folder: (folder / "depreciation.csv").rename(folder / "Depreciation.csv"),
        ["Depreciation.csv", "unknown table"],
    ),
    "suffix in capitals": (
        lambda folder: (folder / "depreciation.csv").rename(folder / "depreciation.CSV"),
        ["depreciation.CSV"],
    ),
    "pollution without names": (put("emissions.csv", "pollutant,iron\nCO2,1\n"), ["emissions.csv", "pollutants.csv"]),
    # goods
    "goods: twice": (put("goods.csv", "name\niron\niron\ncorn\nbread\n"), ["goods.csv", "'iron'", "twice"]),
    "goods: no names": (put("goods.csv", "unit\ntonne\n"), ["goods.csv", "line 1", "'name'"]),
    "goods: empty name": (put("goods.csv", "name,unit\niron,\n ,tonne\n"), ["goods.csv", "line 3", "empty"]),
    "goods: other column": (put("goods.csv", "name,units\niron,t\n"), ["goods.csv", "line 1", "did you mean 'unit'"]),
    "goods: two names": (put("goods.csv", "name,name\niron,a\ncoal,b\ncorn,c\nbread,d\n"), ["goods.csv", "'name'"]),
    "goods: two units": (
        put("goods.csv", "name,unit,unit\niron,,kg\ncoal,,kg\ncorn,,kg\nbread,,kg\n"),
        ["goods.csv", "'unit'"],
    ),
    "goods: typo": (put("goods.csv", "name\niron\ncole\ncorn\nbread\n"), [".csv", "'coal'", "did you mean 'cole'"]),
    "goods: one too many": (end("goods.csv", "gold\n"), [".csv", "'gold'"]),
    "goods: ragged": (put("goods.csv", "name,unit\niron\n"), ["goods.csv", "line 2", "'iron'"]),
    "resources: typo": (put("resources.csv", "name\nlabor\n"), ["resource_", "'labour'", "did you mean 'labor'"]),
    "techniques: header only": (put("techniques.csv", "name,unit\n"), ["techniques.csv"]),
    "techniques: others": (put("techniques.csv", "name\nmine\n"), [".csv", "line 1", "technique", "'mine'"][:3]),
    # economy.toml
    "toml: broken": (end(TOML, "= = =\n"), [TOML, "line 9"]),
    "toml: not UTF-8": (put(TOML, b"format = 1\ntitle = '\xe9'\n"), [TOML]),
    "toml: empty": (put(TOML, ""), [TOML, "format"]),
    "toml: a folder": (
        lambda folder: ((folder / TOML).unlink(), (folder / TOML).mkdir()),
        [TOML],
    ),
    "toml: key twice": (end(TOML, 'objective = "fulfilment"\n'), [TOML]),
    "toml: unknown key": (setting("horizon = 5"), [TOML, "unknown key 'horizon'"]),
    "toml: key mistyped": (swap(TOML, "periods", "period"), [TOML, "'period'", "did you mean 'periods'"]),
    "format: missing": (swap(TOML, "format = 1\n", ""), [TOML, "format", "None"]),
    "format: 2": (swap(TOML, "format = 1", "format = 2"), [TOML, "format is 2"]),
    "format: text": (swap(TOML, "format = 1", 'format = "1"'), [TOML, "format is '1'"]),
    "format: true": (swap(TOML, "format = 1", "format = true"), [TOML, "format is True"]),
    "name: number": (swap(TOML, 'name = "five_year_plan"', "name = 5"), [TOML, "name must be text", "5"]),
    "name: empty": (swap(TOML, 'name = "five_year_plan"', 'name = ""'), [TOML, "name"]),
    "title: list": (swap(TOML, "title = ", 'title = ["a"] # '), [TOML, "title must be text"]),
    "periods: text": (swap(TOML, "periods = ", 'periods = "year1" # '), [TOML, "periods must be a list"]),
    "periods: number": (swap(TOML, "periods = ", "periods = 5 # "), [TOML, "periods must be a list"]),
    "periods: table": (swap(TOML, "periods = ", "periods = {a = 1} # "), [TOML, "periods must be a list"]),
    "periods: none": (swap(TOML, "periods = ", "periods = [] # "), [TOML, "periods"]),
    "periods: twice": (swap(TOML, '"year2"', '"year1"'), [TOML, "periods", "'year1'", "twice"]),
    "periods: empty name": (swap(TOML, '"year2"', '""'), [TOML, "periods"]),
    "periods: nested": (swap(TOML, '"year2"', '["year2"]'), [TOML, "periods"]),
    "periods: renamed": (swap(TOML, '"year2"', '"1931"'), [".csv", "line 1", "unknown period 'year2'"]),
    "periods: one too many": (swap(TOML, '"year1"', '"year0", "year1"'), [".csv", "line 1", "'year0'"]),
    "units: text": (setting('own_units = "person"'), [TOML, "own_units"]),
    "units: number": (setting("own_units = [3]"), [TOML, "own_units", "3"]),
    "units: nested": (setting('own_units = [["person"]]'), [TOML, "own_units", "person"]),
    "units: not a name": (setting('own_units = ["man year"]'), [TOML, "own_units", "'man year'"]),
    "units: known": (setting('own_units = ["tonne"]'), [TOML, "own_units", "'tonne'"]),
    "table_units: list": (setting('table_units = ["kg"]'), [TOML, "table_units"]),
    "table_units: unknown table": (
        setting('table_units = {input = "1"}'),
        [TOML, "table_units", "did you mean 'inputs'"],
    ),
    "table_units: number": (setting("table_units = {inputs = 5}"), [TOML, "table_units", "'inputs'", "5"]),
    "table_units: nonsense": (setting('table_units = {inputs = "zork"}'), [TOML, "table_units", "'inputs'", "'zork'"]),
    "table_units: not convertible": (
        setting('table_units = {inputs = "hour"}'),
        [TOML, "table_units", "'inputs'", "'hour'"],
    ),
    # questions
    "questions: list": (swap(TOML, "[questions.default]", "[[questions]]"), [TOML, "questions"]),
    "questions: number": (put(TOML, "format = 1\nquestions = {default = 3}\n"), [TOML, "questions.default"]),
    "questions: no default": (
        swap(TOML, "questions.default", "questions.other"),
        ["five_year_plan", "'default'", "other"],
    ),
    "question: unknown key": (end(TOML, "flor = 0.5\n"), [TOML, "'default'", "'flor'", "did you mean 'floor'"]),
    "question: key of the economy": (end(TOML, "periods = []\n"), [TOML, "'default'", "'periods'"]),
    "objective: mistyped": (
        swap(TOML, '"fulfilment"', '"fulfillment"'),
        ["five_year_plan", "unknown objective 'fulfillment'", "did you mean 'fulfilment'"],
    ),
    "objective: number": (swap(TOML, '"fulfilment"', "3"), [TOML, "'default'", "objective", "3"]),
    "objective: list": (swap(TOML, '"fulfilment"', '["fulfilment"]'), [TOML, "'default'", "objective"]),
    "floor: negative": (end(TOML, "floor = -0.5\n"), [TOML, "'default'", "floor", "-0.5"]),
    "floor: NaN": (end(TOML, "floor = nan\n"), [TOML, "'default'", "floor", "nan"]),
    "floor: infinite": (end(TOML, "floor = inf\n"), [TOML, "'default'", "floor", "inf"]),
    "floor: text": (end(TOML, 'floor = "0.5"\n'), [TOML, "'default'", "floor", "'0.5'"]),
    "floor: true": (end(TOML, "floor = true\n"), [TOML, "'default'", "floor", "True"]),
    "leave_out: mistyped": (
        end(TOML, 'leave_out = ["input"]\n'),
        ["five_year_plan", "leave_out", "did you mean 'inputs'"],
    ),
    "leave_out: text": (end(TOML, 'leave_out = "inputs"\n'), [TOML, "'default'", "leave_out", "'inputs'"]),
    "leave_out: number": (end(TOML, "leave_out = 3\n"), [TOML, "'default'", "leave_out", "3"]),
    "leave_out: true": (end(TOML, "leave_out = true\n"), [TOML, "'default'", "leave_out", "True"]),
    "leave_out: numbers": (end(TOML, "leave_out = [3]\n"), [TOML, "'default'", "leave_out", "3"]),
    "leave_out: targets": (end(TOML, 'leave_out = ["targets"]\n'), ["five_year_plan", "'targets'"]),
    "leave_out: one of two": (end(TOML, 'leave_out = ["capital"]\n'), ["five_year_plan", "'initial_capital'"]),
    # tables
    "vector: header mistyped": (
        put("targets.csv", "good,values\niron,1\ncoal,1\ncorn,1\nbread,1\n"),
        ["targets.csv", "line 1", "'values'"],
    ),
    "vector: some periods": (
        put("targets.csv", "good,year1\niron,1\ncoal,1\ncorn,1\nbread,1\n"),
        ["targets.csv", "line 1", "'year2'"],
    ),
    "a year without targets": (
        put(
            "targets.csv",
            "good,year1,year2,year3,year4,year5\niron,1,0,1,1,1\ncoal,1,0,1,1,1\ncorn,0,0,0,0,0\nbread,1,0,1,1,1\n",
        ),
        ["five_year_plan", "'year2'", "targets"],
    ),
    "long: header": (
        put("inputs.csv", "row,column,amount\niron,coal,1\n"),
        ["inputs.csv", "line 1", "row,column,value"],
    ),
    "long: value twice": (put("inputs.csv", "row,column,value,value\niron,coal,1,1\n"), ["inputs.csv", "line 1"]),
    "long: row mistyped": (
        put("inputs.csv", "row,column,value\niron,coal,1\nirn,coal,1\n"),
        ["inputs.csv", "line 3", "unknown good 'irn'", "did you mean 'iron'"],
    ),
    "long: column mistyped": (
        put("inputs.csv", "row,column,value\niron,coal,1\niron,col,1\n"),
        ["inputs.csv", "line 3", "unknown technique 'col'", "did you mean 'coal'"],
    ),
    "long: twice": (
        put("inputs.csv", "row,column,value\niron,coal,1\niron,coal,1\n"),
        ["inputs.csv", "line 3", "twice"],
    ),
    "long: ragged": (put("inputs.csv", "row,column,value\niron,coal\n"), ["inputs.csv", "line 2", "'iron'"]),
    "long: period mistyped": (
        put("inputs.csv", "row,column,period,value\niron,coal,year9,1\n"),
        ["inputs.csv", "unknown period 'year9'"],
    ),
    "long: period empty": (
        put("inputs.csv", "row,column,period,value\niron,coal,,1\niron,coal,year1,1\n"),
        ["inputs.csv", "period ''"],
    ),
    "long: periods missing": (
        put("inputs.csv", "row,column,period,value\niron,coal,year1,1\n"),
        ["inputs.csv", "'year2'"],
    ),
    "ahead: wide": (
        put("inputs_ahead.csv", "good,iron,coal,corn,bread\niron,0,0,0,0\n"),
        ["inputs_ahead.csv", "row,column,ahead,value"],
    ),
    "ahead: no column": (put("inputs_ahead.csv", "row,column,value\niron,coal,1\n"), ["inputs_ahead.csv", "'ahead'"]),
    "ahead: negative": (
        put("inputs_ahead.csv", "row,column,ahead,value\niron,coal,-1,1\n"),
        ["inputs_ahead.csv", "'-1'", "ahead"],
    ),
    "ahead: fraction": (
        put("inputs_ahead.csv", "row,column,ahead,value\niron,coal,1.5,1\n"),
        ["inputs_ahead.csv", "'1.5'", "ahead"],
    ),
    "ahead: a superscript": (
        put("inputs_ahead.csv", "row,column,ahead,value\niron,coal,\u00b2,1\n"),
        ["inputs_ahead.csv", "ahead"],
    ),
    "lag of nothing": (
        put("investment_lag.csv", "good,value\niron,0\ncoal,1\ncorn,1\nbread,1\n"),
        ["investment_lag.csv", "'iron'", "whole number"],
    ),
    "lag of half a year": (
        put("investment_lag.csv", "good,value\niron,1\ncoal,1.5\ncorn,1\nbread,1\n"),
        ["investment_lag.csv", "'coal'", "whole number"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_one_thing_wrong(case: str, tmp_path: Path) -> None:
    change, words = CASES[case]
    message = broken(tmp_path, change)
    for part in words:
        assert part in message, f"{part!r} is not in {message!r}"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (gone("outputs.csv"), ["excavators", "'outputs'", "'A on M1'"]),
        (gone("techniques.csv"), ["outputs.csv", "'A on M1'"]),
        (end(TOML, 'leave_out = ["outputs"]\n'), ["excavators", "'outputs'"]),
        (end(TOML, "floor = 1\n"), ["excavators", "floor", "'assortment'"]),
    ],
    ids=["outputs missing", "techniques missing", "outputs left out", "floor of an assortment"],
)
def test_one_thing_wrong_with_technique_choice(change: Change, words: list[str], tmp_path: Path) -> None:
    message = broken(tmp_path, change, "excavators")
    for part in words:
        assert part in message, f"{part!r} is not in {message!r}"


@pytest.mark.parametrize("missing", ["resource_use", "resource_weights"])
def test_least_resources_needs_resources(missing: str, tmp_path: Path) -> None:
    message = broken(tmp_path, gone(f"{missing}.csv"), "wheat_cloth")
    assert "wheat_cloth" in message and f"'{missing}'" in message


def unused_tables() -> list[str]:
    used = frozenset[str]().union(*(law.tables for law in every_law()))
    return sorted(name for name, spec in TABLES.items() if name not in used and spec.axes[0] == "goods")


def test_a_table_that_no_law_uses_is_refused_by_name(tmp_path: Path) -> None:
    """Whatever tables have no law yet: each is refused, not ignored."""
    for name in unused_tables():
        if TABLES[name].axes == ("goods",):
            (tmp_path / name).mkdir()
            text = "good,value\niron,0\ncoal,0\ncorn,0\nbread,0\n"
            message = broken(tmp_path / name, put(f"{name}.csv", text))
            assert "five_year_plan" in message and f"'{name}'" in message and "leave_out" in message
            folder = tmp_path / name / "five_year_plan"
            end(TOML, f'leave_out = ["{name}"]\n')(folder)
            assert no.solve(folder).objective == no.solve("five_year_plan").objective


def test_a_table_that_the_question_does_not_use_is_refused_by_name(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    put("resource_weights.csv", "resource,value\nlabour,1\n")(folder)
    message = refusal(call("solve", folder, "--json"))
    assert "'resource_weights'" in message and "leave_out = ['resource_weights']" in message


def test_a_table_in_two_files_is_refused(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    no.write(no.read(folder), tmp_path / "parquet", tables="parquet")
    shutil.copy(tmp_path / "parquet" / "inputs.parquet", folder / "inputs.parquet")
    message = refusal(call("solve", folder, "--json"))
    assert "inputs.csv" in message and "inputs.parquet" in message


# ---- units ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit", ["zork", "tonne(", "tonne +", "tonne^", "1000 tonne", "'", "€", "nan", "tonne/", "3", "person*", '""']
)
def test_a_unit_that_is_not_understood(unit: str, tmp_path: Path) -> None:
    folder = whole(tmp_path)
    rows = grid(folder / "goods.csv")
    rows[2][1] = unit
    fill(folder / "goods.csv", rows)
    message = refusal(call("solve", folder, "--json"))
    for part in ("goods.csv", "'coal'", repr(unit)):
        assert part in message, f"{part!r} is not in {message!r}"


def test_a_unit_of_ones_own_that_is_not_declared(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    swap(TOML, 'own_units = ["person"]\n', "")(folder)
    message = refusal(call("solve", folder, "--json"))
    for part in ("resources.csv", "'labour'", "'person * year'", "own_units"):
        assert part in message


@pytest.mark.parametrize("unit", ["tonne", "hour", "tonne / hour", "degC / tonne", "person", "kg * tonne"])
def test_a_table_in_units_that_cannot_be_converted(unit: str, tmp_path: Path) -> None:
    folder = whole(tmp_path)
    setting(f'table_units = {{inputs = "{unit}"}}')(folder)
    message = refusal(call("solve", folder, "--json"))
    for part in (TOML, "table_units", "'inputs'", repr(unit)):
        assert part in message, f"{part!r} is not in {message!r}"


# ---- paths ------------------------------------------------------------------------------------------------


def test_a_path_that_is_a_file(tmp_path: Path) -> None:
    file = copied(tmp_path) / TOML
    message = refusal(call("solve", file, "--json"))
    assert str(file) in message and "folder" in message


@pytest.mark.parametrize("model", ["five_year_plam", "./five_year_plan_", "/nowhere/at/all", "", " ", "\0", "x" * 5000])
def test_a_path_that_does_not_exist(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    message = refusal(call("solve", model, "--json"))
    if model == "five_year_plam":
        assert "did you mean 'five_year_plan'?" in message


@pytest.mark.parametrize("axis", ["goods", "resources", "techniques"])
def test_a_file_of_names_without_names_is_not_called_missing(axis: str, tmp_path: Path) -> None:
    message = broken(tmp_path, put(f"{axis}.csv", "name,unit\n"))
    assert f"{axis}.csv" in message
    assert "missing" not in message and "needs" not in message


def test_an_empty_folder(tmp_path: Path) -> None:
    message = refusal(call("solve", tmp_path, "--json"))
    assert tmp_path.name in message and TOML in message


# ---- the real command line, in processes of their own -----------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap("inputs.csv", "0.01", "nan"), ["inputs.csv", "line 2", "row 'iron', column 'iron'", "nan"]),
        (swap("targets.csv", "2.02", '"2,02"'), ["targets.csv", "line 5", "row 'bread', column 'year3'", "2,02"]),
        (swap("capital.csv", "0.2", "-0.2"), ["capital.csv", "row 'coal', column 'iron'", "negative"]),
        (end(TOML, "leave_out = 3\n"), [TOML, "leave_out"]),
    ],
    ids=["NaN", "decimal comma", "negative", "leave_out"],
)
def test_in_a_process_of_its_own(change: Change, words: list[str], tmp_path: Path) -> None:
    folder = copied(tmp_path)
    change(folder)
    message = refusal(run("solve", folder, "--json"))
    for part in words:
        assert part in message, f"{part!r} is not in {message!r}"
