"""LP files by hand: what each line means, and what is refused with its line; files that are no text, or too much."""

from __future__ import annotations

import bz2
import gzip
import math
import os
from pathlib import Path

import pytest

import natura_opt as no

INF = math.inf
FARM = r"""\ a comment
MAXIMIZE profit: 3 wheat
   - - 2.5e0 cows + + hay + 0 hay2(a,b) - 7 \ the constant
Subject  To
land: wheat +
 hay =< 40
  wheat - 2cows = 0
feed: -inf <= x[1] + cows <= 8.5
 1<=.5hay<=2.
BOUNDS
 wheat <= 30
 -3 <= hay <= infinity
 x[1] free
GENERALS
 cows
Bin
 hay2(a,b)
End
"""


def read(text: str, tmp_path: Path) -> no.NamedProgram:
    path = tmp_path / "p.lp"
    path.write_bytes(text.encode())
    return no.read_program(path)


def refused(text: str, tmp_path: Path) -> str:
    with pytest.raises(no.DataError) as caught:
        read(text, tmp_path)
    message = str(caught.value)
    assert message.startswith("p.lp, line ") and len(message) < 400
    return message


def rows(text: str) -> str:
    return f"min\n obj: x + y\nst\n {text}\nend\n"


def bounds(text: str) -> str:
    return f"min\n obj: x + y + 3\nst\n c1: x + y <= 5\nbounds\n {text}\nend\n"


def test_a_whole_file(tmp_path: Path) -> None:
    program = read(FARM, tmp_path)
    assert program.sense == "max" and program.objective_name == "profit" and program.offset == -7
    assert program.columns[0].index.to_list() == ["wheat", "cows", "hay", "hay2(a,b)", "x[1]"]
    assert program.rows[0].index.to_list() == ["land", "c2", "feed", "c4"]
    assert program.cost.tolist() == [3, 2.5, 1, 0, 0]
    expected = [[1, 0, 1, 0, 0], [1, -2, 0, 0, 0], [0, 1, 0, 0, 1], [0, 0, 0.5, 0, 0]]
    assert program.matrix.toarray().tolist() == expected
    assert program.row_lower.tolist() == [-INF, 0, -INF, 1] and program.row_upper.tolist() == [40, 0, 8.5, 2]
    assert program.lower.tolist() == [0, 0, -3, 0, -INF] and program.upper.tolist() == [30, INF, INF, 1, INF]
    assert program.integer.tolist() == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("x >= 2", 2, INF),
        ("x > 2", 2, INF),
        ("x => 2", 2, INF),
        ("x=<2", 0, 2),
        ("5 >= x", 0, 5),
        ("5 >= x >= 1", 1, 5),
        ("1 <= x <= 5", 1, 5),
        ("1 <= x\n <= 5", 1, 5),
        ("x == 3", 3, 3),
        ("x = - 3", -3, -3),
        ("x FREE", -INF, INF),
        ("-Inf <= x <= 5", -INF, 5),
        ("x >= -infinity", -INF, INF),
        ("x >= -1e30", -INF, INF),
        ("x <= +inf", 0, INF),
        ("x <= -5", 0, -5),  # the lower limit stays, as CPLEX has it
        ("x <= 3\n x >= 1", 1, 3),
        ("\nbinary\n x", 0, 1),
        ("x = 1\nbinary\n x", 1, 1),
        ("\nint x", 0, INF),
    ],
)
def test_bounds(text: str, lower: float, upper: float, tmp_path: Path) -> None:
    program = read(bounds(text), tmp_path)
    assert (program.lower[0], program.upper[0]) == (lower, upper)
    assert (program.lower[1], program.upper[1]) == (0, INF)
    assert bool(program.notes) == (upper == -5 or "1e30" in text)


def test_a_column_that_only_bounds_and_lists_name_is_noted(tmp_path: Path) -> None:
    """HiGHS writes such files; a misspelt name makes one too."""
    program = read(bounds("z <= 3\nbin\ngeneral\nw\nsemi"), tmp_path)
    assert program.columns[0].index.to_list() == ["x", "y", "z", "w"] and program.upper.tolist()[2:] == [3, INF]
    assert program.notes == (
        "columns that stand in no row and not in the objective: 'z' (line 6), 'w' (line 9); are they misspelt?",
    )


@pytest.mark.parametrize(
    ("text", "matrix", "lower", "upper"),
    [
        ("x >= 1", [1, 0], 1, INF),
        ("5 >= x", [1, 0], -INF, 5),
        ("5 >= x + y >= 1", [1, 1], 1, 5),
        ("- - x + - y = -2", [1, -1], -2, -2),
        ("2x+3y>=4", [2, 3], 4, INF),
        ("x\n + \n y \n >= \n 2", [1, 1], 2, INF),
        ("R1: 0 x >= 2", [0, 0], 2, INF),
        ("R1: >= 2", [0, 0], 2, INF),
        ("x >= -inf", [1, 0], -INF, INF),
        ("2 \\ more\n x >= 1", [2, 0], 1, INF),
    ],
)
def test_rows(text: str, matrix: list[float], lower: float, upper: float, tmp_path: Path) -> None:
    program = read(rows(text), tmp_path)
    assert program.matrix.toarray().tolist() == [matrix]
    assert (program.row_lower.tolist(), program.row_upper.tolist()) == ([lower], [upper])


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("max x\nst\n c: x <= 1\nend", (1, 1)),
        ("maximum\nst\n c: x <= 1\nend", (1, 1)),
        ("min 3\nst\nc: x>=1\nend", (1, 1)),
        ("min obj:\nsuch that\nc: x>=1\nend", (1, 1)),
        ("min x\nend", (0, 1)),
        ("min\nst\nend", (0, 0)),
        ("min x\ns.t.\n a: x >= 1 b: x <= 2\nend", (2, 1)),
        ("min x\nst. x >= 1\nend", (1, 1)),
    ],
)
def test_small_files(text: str, shape: tuple[int, int], tmp_path: Path) -> None:
    assert read(text, tmp_path).shape == shape


def test_rows_without_a_name_leave_names_to_others(tmp_path: Path) -> None:
    program = read(rows("x >= 1\n c1: y >= 1\n x + y <= 9"), tmp_path)
    assert program.rows[0].index.to_list() == ["c1_2", "c1", "c3"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (bounds("x <= 5\n x <= 6"), "line 7: column 'x' got its upper limit already at line 6"),
        (bounds("x <= 5\nBinary\nx"), "'x' is binary and has other bounds"),
        (bounds("x >= 3\n x free"), "lower limit already at line 6"),
        (bounds("1 <= x >= 0"), "do not make a lower and an upper limit"),
        (bounds("2 x <= 3"), "where the bounds of a column are expected"),
        (bounds("x >= inf"), "infinite the wrong way round"),
        (bounds("x <= 1 y <= 2"), "on a line of their own"),
        (bounds("\ngeneral\nx x"), "listed already at line 8"),
        (bounds("free <= 3"), "cannot be the name of a column"),
        (bounds("\nsemi-continuous\nx"), "section of semi-continuous columns: only linear"),
        (bounds("\nsos\ns1: x:1"), "section of special ordered sets: only linear"),
        (bounds("\nlazy constraints\nx >= 1"), "only linear"),
        (bounds("\ngeneral constraints\nx = max(y)"), "only linear"),
        (rows("r: x + 3 >= 5"), "row 'r': the constant '3'; put it on the other side"),
        (rows("r: x >= y"), "columns stand on one side"),
        (rows("r: x >= 2 y"), "'y' after the number on its right"),
        (rows("x >= 1 + 2"), "'+' after the number on its right"),
        (rows("r: 2 3 x >= 1"), "the constant '2'"),
        (rows("r: x y >= 1"), "'y' without a sign before it"),
        (rows("r: 2e1x >= 1"), "where does the number end?"),
        (rows("r: 2e >= 1"), "where does the number end?"),
        (rows("r: 1.0D+3 x >= 1"), "where does the number end?"),
        (rows("r: 3 * x >= 1"), "write 2 x, not 2 * x"),
        (rows("x -> y >= 1"), "a conditional row"),
        (rows("x^2 >= 1"), "a power; only linear"),
        (rows("[x^2]/2 >= 1"), "quadratic terms; only linear"),
        (rows("x + x >= 2"), "row 1: column 'x' came already at line 4; give one coefficient"),
        (rows("x + y"), "line 5: row 1 has no <=, >= or ="),
        (rows("1 <= x >= 5"), "point different ways"),
        (rows("1 = x = 1"), "two equal signs"),
        (rows("x >= 1 <= 2"), "'<=' after the number"),
        (rows("c1: x >= 1\n c1: x <= 2"), "line 5: row 'c1' came already at line 4"),
        (rows("1,5 x >= 2"), "write a point for the decimals"),
        (rows("1.2.3 x >= 2"), "the constant '1.2'"),
        (rows("1e400 x >= 1"), "larger than any double"),
        (rows("1e-400 x >= 1"), "smaller than any double but zero"),
        (rows("x >= 1e400"), "infinite the wrong way round"),
        (rows("nan x >= 1"), "cannot be the name of a column"),
        (rows("x + bin >= 1"), "cannot be the name of a column"),
        (rows("0x10 >= 1"), "where does the number end?"),
        (rows("x +\r y >= 1"), "character U+000D at position 5"),
        (rows("inf + y >= 1"), "cannot be the name of a column"),
        (rows("x >= 1\n st + y >= 2"), "this section came already at line 3"),
        (rows("x > = 1"), "a number is needed beside the sense, not '='"),
        (rows("x <> 1"), "a number is needed beside the sense"),
        ("min x\nst\n x >= 1\n", "the file ends without End"),
        ("min x\nst\n x >= 1\nend\nfoo", "line 5: 'foo' after End"),
        ("min x\nst\n x >= 1\nend\nbounds", "line 5: 'bounds' after End"),
        ("max: x\nst\n c: x<=1\nend", "an LP file begins with Minimize or Maximize"),
        ("min x + 5 - 3\nend", "a second constant, '3'"),
        ("min 2 x + 3 x\nend", "column 'x' came already at line 1"),
        ("min x\nst\nx>=1\nmin y\nend", "a second objective"),
        ("min x\nbounds\nx>=1\nst\nx >= 1\nend", "rows come before the other sections"),
        ("min x +\nst\nx>=1\nend", "a sign without a term after it"),
        ("min x\x07\nend", "character U+0007"),
        ("", "ends without End"),
    ],
)
def test_what_is_refused(text: str, says: str, tmp_path: Path) -> None:
    assert says in refused(text, tmp_path)


GOOD = "min x\nst\n c: x >= 2\nend\n"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.lp.gz", GOOD.encode(), "not a sound gzip file"),
        ("a.lp.gz", gzip.compress(GOOD.encode())[:-9], "not a sound gzip file"),
        ("a.lp.bz2", GOOD.encode(), "not a sound bzip2 file"),
        ("a.lp.bz2", bz2.compress(GOOD.encode())[:-5], "not a sound bzip2 file"),
        ("a.lp", b"\\" * 17_000_000, "line 1: longer than 16,777,216 characters"),
        ("a.lp.gz", gzip.compress((b"\\" * 999 + b"\n") * 20_000), "holds more than 16,777,216 bytes of text"),
        ("a.lp", GOOD.encode("utf-16"), "a.lp"),
        ("a.lp", b"min \xff\nend", "not UTF-8 text"),
        ("a.mps", b"\x89PNG\r\n\x1a\n\x00", "not UTF-8 text"),
        ("a.txt", GOOD.encode(), "a program's file ends in .mps or .lp"),
        ("a.lp.zip", GOOD.encode(), "a program's file ends in"),
    ],
)
def test_what_is_no_text_or_too_much(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(no.DataError) as caught:
        no.read_program(tmp_path / name)
    assert says in str(caught.value) and len(str(caught.value)) < 300


def test_packed_files_and_marks_of_encoding(tmp_path: Path) -> None:
    for name, content in (
        ("a.LP.GZ", gzip.compress(GOOD.encode())),
        ("a.lp.bz2", bz2.compress(GOOD.encode())),
        ("b.lp", GOOD.encode("utf-8-sig")),
        ("c.lp", GOOD.replace("x", "Öl").encode()),
    ):
        (tmp_path / name).write_bytes(content)
        assert no.read_program(tmp_path / name).row_lower.tolist() == [2]


def test_the_size_allowed_is_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "a.lp"
    path.write_text(GOOD)
    with pytest.raises(no.DataError, match="raise read_program's largest="):
        no.read_program(path, largest=10)
    assert no.read_program(path, largest=100).shape == (1, 1)
    for wrong in ({"largest": 0}, {"largest": True}, {"infinity": -1}, {"infinity": math.nan}, {"layout": "loose"}):
        with pytest.raises(no.OptionError):
            no.read_program(path, **wrong)  # type: ignore[arg-type]


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.lp")
    (tmp_path / "folder.lp").mkdir()
    (tmp_path / "zero.mps").symlink_to("/dev/zero")
    for name, says in (
        ("fifo.lp", "not a file that can be read twice"),
        ("folder.lp", "not a file that can be read twice"),
        ("zero.mps", "not a file that can be read twice"),
        ("none.lp", "there is no such file in"),
        ("a\x00.lp", "no file has such a name"),
    ):
        with pytest.raises(no.DataError, match=says):
            no.read_program(tmp_path / name)
    with pytest.raises(no.DataError, match="the path of a file is needed, not int"):
        no.read_program(3)  # type: ignore[arg-type]
    (tmp_path / "a.lp").write_text(GOOD)
    with pytest.raises(no.DataError, match="is a linear program, not an economy"):
        no.read(tmp_path / "a.lp")
