"""MPS files by hand: what each line means, and what is refused with its line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import natura_opt as no

INF = math.inf
HEAD = """NAME t
ROWS
 N obj
 G r1
 L r2
 E r3
COLUMNS
 x obj 1 r1 1
 x r2 2
 y obj 1 r1 -1
 y r3 1
"""
FARM = """* a comment

NAME          FARM
OBJSENSE
    MAX
ROWS
 N  OBJ
 L  LAND
 G  FEED
 E  ROT
 N  NOTE
COLUMNS
    WHEAT     OBJ   120.5D0   LAND  1
    WHEAT     ROT   .5
    MARKER    'MARKER'   'INTORG'
    COWS      OBJ   -3e1    FEED  -2.   NOTE 1
    COWS      ROT -1
    MARKER    'MARKER'   'INTEND'
    HAY       LAND  1   FEED  4
RHS
    RHS  LAND 40  FEED 1
    RHS  OBJ -7
RANGES
    R  LAND 10  ROT -2
BOUNDS
 UP BND WHEAT 30
 LO BND COWS 2
 FR BND HAY
ENDATA
"""


def read(text: str, tmp_path: Path, **how: Any) -> no.NamedProgram:
    path = tmp_path / "p.mps"
    path.write_bytes(text.encode())
    return no.read_program(path, **how)


def refused(text: str, tmp_path: Path) -> str:
    with pytest.raises(no.DataError) as caught:
        read(text, tmp_path)
    message = str(caught.value)
    assert message.startswith("p.mps, line ") and len(message) < 400
    return message


def test_a_whole_file(tmp_path: Path) -> None:
    program = read(FARM.replace("\n", "\r\n"), tmp_path)
    assert program.name == "FARM" and program.sense == "max" and program.objective_name == "OBJ"
    assert program.columns[0].index.to_list() == ["WHEAT", "COWS", "HAY"] and program.columns[0].name == "columns"
    assert program.rows[0].index.to_list() == ["LAND", "FEED", "ROT", "NOTE"] and program.rows[0].name == "rows"
    assert program.matrix.toarray().tolist() == [[1, 0, 1], [0, -2, 4], [0.5, -1, 0], [0, 1, 0]]
    assert program.cost.tolist() == [120.5, -30, 0] and program.offset == 7
    assert program.row_lower.tolist() == [30, 1, -2, -INF] and program.row_upper.tolist() == [40, INF, 0, INF]
    assert program.lower.tolist() == [0, 2, -INF] and program.upper.tolist() == [30, INF, INF]
    assert program.integer.tolist() == [False, True, False]
    assert program.notes == ("N rows other than the objective are kept as rows without limits: 'NOTE'",)


@pytest.mark.parametrize(
    ("bounds", "lower", "upper", "whole"),
    [
        ("UP b x 5", 0, 5, False),
        ("UP x 5", 0, 5, False),
        ("up b x 5", 0, 5, False),
        ("LO b x -5", -5, INF, False),
        ("FX b x 3", 3, 3, False),
        ("FR b x", -INF, INF, False),
        ("FR x", -INF, INF, False),
        ("FR b x 0", -INF, INF, False),
        ("MI b x", -INF, INF, False),
        ("MI b x\n UP b x 4", -INF, 4, False),
        ("PL b x", 0, INF, False),
        ("BV b x", 0, 1, True),
        ("BV x 1", 0, 1, True),
        ("LI b x 2\n UI b x 5", 2, 5, True),
        ("UP b x -5", -INF, -5, False),  # the lower limit of zero goes
        ("UP b x -5\n LO b x -9", -9, -5, False),
        ("LO b x 0\n UP b x -1", 0, -1, False),  # stated, so kept: there is no plan
        ("UP b x 0", 0, 0, False),
        ("UP b x 1e30", 0, INF, False),
        ("LO b x -1D+30", -INF, INF, False),
        ("UP b x Inf", 0, INF, False),
        ("UP b x 5\n UP c x 6", 0, 5, False),  # a second set
        ("UP b x 1.7976931348623157e308", 0, INF, False),
    ],
)
def test_bounds(bounds: str, lower: float, upper: float, whole: bool, tmp_path: Path) -> None:
    program = read(f"{HEAD}BOUNDS\n {bounds}\nENDATA\n", tmp_path)
    assert (program.lower[0], program.upper[0], bool(program.integer[0])) == (lower, upper, whole)
    assert (program.lower[1], program.upper[1]) == (0, INF)


@pytest.mark.parametrize(
    ("ranges", "sides"),
    [
        ("r1 5", (1, 6)),
        ("r1 -5", (1, 6)),
        ("r2 5", (-1, 4)),
        ("r2 -5", (-1, 4)),
        ("r3 5", (0.1, 5.1)),
        ("r3 -5", (-4.9, 0.1)),
        ("r3 0", (0.1, 0.1)),
        ("r3 0.2", (0.1, 0.3)),  # .1 + .2 as written, not as doubles add
        ("r3 -1e30", (-INF, 0.1)),
        ("r1 1e30", (1, INF)),
    ],
)
def test_ranges(ranges: str, sides: tuple[float, float], tmp_path: Path) -> None:
    for order in ("RHS\n s r1 1 r2 4\n s r3 0.1\nRANGES\n s {}\n", "RANGES\n {}\nRHS\n r1 1 r2 4\n r3 0.1\n"):
        program = read(HEAD + order.format(ranges) + "ENDATA\n", tmp_path)
        at = program.rows[0].index.get_loc(ranges.split()[0])
        assert (program.row_lower[at], program.row_upper[at]) == sides


@pytest.mark.parametrize(
    "sense", ["OBJSENSE\n    MAX\n", "OBJSENSE MAX\n", "OBJSENSE\n MAXIMIZE\n", "objsense\n max\n"]
)
def test_the_sense(sense: str, tmp_path: Path) -> None:
    assert read(HEAD.replace("ROWS\n", f"{sense}ROWS\n", 1) + "ENDATA\n", tmp_path).sense == "max"
    assert read(HEAD + "ENDATA\n", tmp_path).sense == "min"


def test_the_objective_is_the_first_n_row_or_the_one_that_is_named(tmp_path: Path) -> None:
    text = "ROWS\n N a\n N b\n L c\nCOLUMNS\n x a 1 b 2\n x c 3\nRHS\n a 5 b 6\nENDATA\n"
    first, named = read(text, tmp_path), read(f"OBJNAME\n b\n{text}", tmp_path)
    assert (first.cost.tolist(), first.offset, first.objective_name) == ([1], -5, "a")
    assert (named.cost.tolist(), named.offset, named.rows[0].index.to_list()) == ([2], -6, ["a", "c"])
    assert any("right-hand side of the N row 'b'" in note for note in first.notes)


def test_integer_columns_without_bounds_lie_between_0_and_1(tmp_path: Path) -> None:
    marked = HEAD.replace("COLUMNS\n", "COLUMNS\n M 'MARKER' 'INTORG'\n") + " M 'MARKER' 'INTEND'\n"
    program = read(f"{marked}BOUNDS\n LO b y 0\nENDATA\n", tmp_path)
    assert program.integer.all() and program.upper.tolist() == [1, INF]
    assert "between 0 and 1" in program.notes[0] and "'x'" in program.notes[0]


def card(kind: str, *fields: str) -> str:
    name, first, value, second, other = (*fields, *[""] * (5 - len(fields)))
    return f" {kind:<2} {name:<8}  {first:<8}  {value:>12}   {second:<8}  {other:>12}".rstrip() + "\n"


def test_fixed_format_with_blanks_in_names(tmp_path: Path) -> None:
    text = "NAME          CARDS\nROWS\n" + card("N", "MY OBJ") + card("G", "ROW 1") + card("L", "R2") + "COLUMNS\n"
    text += (
        card("", "COL 1", "MY OBJ", "1.0", "ROW 1", "2.0")
        + card("", "COL 1", "R2", "-1.5")
        + card("", "X", "ROW 1", "3")
    )
    text += "RHS\n" + card("", "", "ROW 1", "4.0", "R2", "5.0") + "RANGES\n" + card("", "RNG", "ROW 1", "2")
    text += "BOUNDS\n" + card("UP", "", "COL 1", "9") + card("FR", "MY BND", "X") + "ENDATA\n"
    program = read(text, tmp_path)
    assert program.columns[0].index.to_list() == ["COL 1", "X"] and program.rows[0].index.to_list() == ["ROW 1", "R2"]
    assert program.matrix.toarray().tolist() == [[2, 3], [-1.5, 0]] and program.cost.tolist() == [1, 0]
    assert program.row_lower.tolist() == [4, -INF] and program.row_upper.tolist() == [6, 5]
    assert program.lower.tolist() == [0, -INF] and program.upper.tolist() == [9, INF]
    with pytest.raises(no.DataError, match="section ROWS: 3 words"):
        read(text, tmp_path, layout="free")
    assert "line 8" in refused(text.replace("-1.5", "-1,5"), tmp_path)


def test_empty_sections_of_other_programs_say_nothing(tmp_path: Path) -> None:
    assert read(HEAD + "QUADOBJ\nSOS\nENDATA\n", tmp_path).shape == (3, 2)


def test_a_file_may_be_nearly_empty(tmp_path: Path) -> None:
    assert read("NAME\nENDATA\n", tmp_path).shape == (0, 0)
    assert read("NAME\nROWS\n N o\nCOLUMNS\nENDATA\n", tmp_path).shape == (0, 0)
    assert read("ROWS\n N o\n L c\nRHS\n r c 5\nENDATA\n", tmp_path).shape == (1, 0)
    alone = read("ROWS\n L c\nCOLUMNS\n x c 1\nENDATA\n", tmp_path)
    assert alone.cost.tolist() == [0] and "no N row" in alone.notes[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + "RHS\n a r1 1\n a r1 2\nENDATA\n", "line 14: the right-hand side of row 'r1' came already at line 13"),
        (HEAD + "RHS\n a r9 1\nENDATA\n", "line 13: unknown row 'r9'; Known: obj, r1, r2, r3"),
        (HEAD + "RHS\n a r1 1e30\nENDATA\n", "line 13: the right-hand side of the G row 'r1' is inf"),
        (HEAD + "RHS\n a r1 1,5\nENDATA\n", "'1,5', is no number; write a point"),
        (
            HEAD + "RHS\n a r1 1\n b r2 2\n a r3 3\nENDATA\n",
            "line 15: the set 'a' of RHS goes on after the set 'b' of line 14",
        ),
        (HEAD + "RHS\n a r1 1\n b r2 2\nENDATA\n", "line 14: the set 'b' of RHS says nothing of what 'a' speaks of"),
        (HEAD + "BOUNDS\n UP a x 1\n UP b y 2\nENDATA\n", "line 14: the set 'b' of BOUNDS says nothing"),
        (HEAD + "RANGES\n a r1 1\n a r1 2\nENDATA\n", "line 14: the range of row 'r1' came already at line 13"),
        (HEAD + "RANGES\n a obj 1\nENDATA\n", "an N row and has no sides"),
        (HEAD + "BOUNDS\n UP b x 5\n UP b x 5\nENDATA\n", "line 14: column 'x' got its upper limit already at line 13"),
        (HEAD + "BOUNDS\n FR b x\n UP b x 5\nENDATA\n", "upper limit already at line 13"),
        (HEAD + "BOUNDS\n UP b z 5\nENDATA\n", "unknown column 'z'"),
        (HEAD + "BOUNDS\n XX b x 5\nENDATA\n", "bound 'XX'; known are UP, LO, FX, UI, LI, FR, MI, PL, BV"),
        (HEAD + "BOUNDS\n SC b x 5\nENDATA\n", "line 13: bound SC: semi-continuous columns; only linear"),
        (HEAD + "BOUNDS\n MI b x 5\nENDATA\n", "needs no value, and '5' is one"),
        (HEAD + "BOUNDS\n LO b x 1e30\nENDATA\n", "infinite the wrong way round"),
        (HEAD + "BOUNDS\n UP b x\nENDATA\n", "line 13: "),
        (HEAD + "ENDATA\nfoo\n", "line 13: 'foo' after ENDATA"),
        (HEAD, "line 11: the file ends without ENDATA; it seems cut off"),
        (
            HEAD.replace(" x r2 2", " x r1 2") + "ENDATA\n",
            "line 9: column 'x' has a value in row 'r1' already, at line 8",
        ),
        (HEAD.replace(" y r3 1", " x r3 1") + "ENDATA\n", "line 11: column 'x' began at line 8 and comes again"),
        (HEAD.replace(" L r2", " L r1") + "ENDATA\n", "line 5: row 'r1' came already at line 4"),
        (HEAD.replace(" L r2", " Z r2") + "ENDATA\n", "line 5: a row has a kind, N, L, G or E, and a name"),
        (HEAD.replace(" x r2 2", "x r2 2") + "ENDATA\n", "line 9: unknown section 'x'"),
        (HEAD.replace("r2 2", "r2 1e-400") + "ENDATA\n", "smaller than any double but zero"),
        (HEAD.replace("r2 2", "r2 1e400") + "ENDATA\n", "larger than any double"),
        (HEAD.replace("r2 2", "r2 nan") + "ENDATA\n", "'nan', is no number"),
        (HEAD.replace("r2 2", "r2 inf") + "ENDATA\n", "'inf', is no number"),
        (HEAD.replace("r2 2", "r2 1_0") + "ENDATA\n", "'1_0', is no number"),
        (HEAD.replace("r2 2", "r2 ٣") + "ENDATA\n", "is no number"),
        (HEAD.replace("r2 2", "r2 0x10") + "ENDATA\n", "is no number"),
        (HEAD.replace(" x ", "\xa0x ") + "ENDATA\n", "character U+00A0"),
        (HEAD.replace(" x obj", " x\x00 obj") + "ENDATA\n", "character U+0000"),
        (HEAD.replace(" x ", " *x ") + "ENDATA\n", "a comment begins with its * in the first position"),
        (HEAD.replace("COLUMNS\n", "COLUMNS\n M 'MARKER' 'INTORG'\n") + "ENDATA\n", "INTORG of line 8 has no INTEND"),
        (HEAD.replace("COLUMNS\n", "COLUMNS\n M 'MARKER' 'INTEND'\n") + "ENDATA\n", "there is no INTORG"),
        (HEAD.replace("COLUMNS\n", "COLUMNS\n M 'MARKER' 'SOSORG'\n") + "ENDATA\n", "special ordered sets"),
        (HEAD.replace("COLUMNS\n", "COLUMNS\n M 'marker' 'INTORG'\n") + "ENDATA\n", "write 'MARKER' in capitals"),
        (HEAD + "QUADOBJ\n x x 1\nENDATA\n", "line 13: section QUADOBJ: quadratic"),
        (HEAD + "SOS\n S1 s x 1\nENDATA\n", "line 13: section SOS: special ordered sets"),
        (HEAD + "INDICATORS\n IF r1 x 1\nENDATA\n", "section INDICATORS: conditions that are not linear"),
        (HEAD + "FOO\nENDATA\n", "unknown section 'FOO'"),
        (HEAD + "RHS\nRHS\nENDATA\n", "section RHS came already at line 12"),
        ("COLUMNS\n x o 1\nENDATA\n", "section COLUMNS before ROWS"),
        ("OBJSENSE\nROWS\n N o\nENDATA\n", "neither MAX nor MIN"),
        ("OBJSENSE\n MOX\nENDATA\n", "the sense is 'MOX'"),
        ("OBJNAME\n r1\n" + HEAD + "ENDATA\n", "is no N row"),
        ("foo bar\n", "unknown section 'foo'"),
        (" x y 1\n", "data before any section"),
        ("", "ends without ENDATA"),
    ],
)
def test_what_is_refused(text: str, says: str, tmp_path: Path) -> None:
    assert says in refused(text, tmp_path)
