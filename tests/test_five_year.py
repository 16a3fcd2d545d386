"""The four-file form: flows, cap, dep, labtarg, with and without row names, good and bad."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import natura_opt as no

from .test_bad_input import BAD_CELLS
from .test_cli import answer, call, refusal
from .test_reading import same

Rows = list[list[str]]
DATA = Path(__file__).parents[2] / "shared" / "data"
FILES = ("flows", "cap", "dep", "labtarg")

#: Cockshott's four sectors, five years.
GOOD = {
    "flows": """headings,iron,coal,corn,bread
iron,0.1,0,0,0
coal,2,1,0.04,0.2
corn,0,0,1,1
bread,0,0,0,0
labour,0.3,1,2,0.1
output,10,6,10,1""",
    "cap": """headings,iron,coal,corn,bread
iron,10,7,1.4,1
coal,2,1,0.04,0.1
corn,0,0,1,0
bread,0,0,0,0""",
    "dep": """headings,iron,coal,corn,bread
iron,0.07,0.07,0.07,0.06
coal,0.5,0.5,0.5,0.5
corn,0,0,0.5,0
bread,0,0,0,0""",
    "labtarg": """headings,iron,coal,corn,bread,labour
year1,0.1,3,0,2,3
year2,0.1,3,0,2.01,3.01
year3,0.1,3,0,2.02,3.02
year4,0.1,3.1,0,2.1,3.03
year5,0.1,3.1,0,2.1,3.07""",
}
OPTIMUM = 8.797299129455


def good() -> dict[str, Rows]:
    return {name: [line.split(",") for line in text.splitlines()] for name, text in GOOD.items()}


def written(path: Path, tables: dict[str, Rows]) -> list[Path]:
    """Write the four files; return their paths in the order they are asked for."""
    for name in FILES:
        with (path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(tables[name])
    return [path / f"{name}.csv" for name in FILES]


def read(path: Path, tables: dict[str, Rows]) -> no.Economy:
    return no.read_five_year(*written(path, tables))


def complaint(path: Path, tables: dict[str, Rows]) -> str:
    with pytest.raises(no.DataError) as caught:
        read(path, tables)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def without_names(rows: Rows) -> Rows:
    return [row[1:] for row in rows]


# ---- good files -------------------------------------------------------------------------------------------


def test_known_answer(tmp_path: Path) -> None:
    plan = no.solve(read(tmp_path, good())).assert_optimal()
    assert plan.objective == pytest.approx(OPTIMUM, rel=1e-12)
    assert plan.fulfilment.tolist() == pytest.approx([0.5, 2.061867, 2.039321, 1.986849, 2.209262], rel=1e-6)


def test_it_is_the_shipped_model(tmp_path: Path) -> None:
    economy, shipped = read(tmp_path, good()), no.read("five_year_plan")
    assert set(economy.tables) == set(shipped.tables)
    for table in ("inputs", "resource_use", "capital", "initial_capital", "depreciation", "targets", "resource_limits"):
        found, known = economy.frame(table), shipped.frame(table)
        assert found.index.tolist() == known.index.tolist()
        np.testing.assert_allclose(found.to_numpy(), known.to_numpy(), rtol=1e-15, atol=0, err_msg=table)


def test_coal_output_of_five(tmp_path: Path) -> None:
    tables = good()
    tables["flows"][-1][2] = "5"
    assert no.solve(read(tmp_path, tables)).assert_optimal().objective == pytest.approx(7.336453090, rel=1e-9)


@pytest.mark.parametrize("named", list(product([True, False], repeat=4)), ids=lambda n: "".join("ny"[k] for k in n))
def test_row_names_may_be_missing_in_any_of_the_files(named: tuple[bool, ...], tmp_path: Path) -> None:
    tables = good()
    (tmp_path / "all").mkdir()
    whole = read(tmp_path / "all", tables)
    for name, kept in zip(FILES, named, strict=True):
        if not kept:
            tables[name] = without_names(tables[name])
    economy = read(tmp_path, tables)
    assert same(economy, whole) == []


@pytest.mark.parametrize("file", ["cap", "dep", "labtarg"])
def test_columns_and_named_rows_in_another_order(file: str, tmp_path: Path) -> None:
    tables = good()
    (tmp_path / "all").mkdir()
    whole = read(tmp_path / "all", tables)
    order = [0, *np.random.default_rng(7).permutation(np.arange(1, len(tables[file][0]))).tolist()]
    tables[file] = [[row[k] for k in order] for row in tables[file]]
    if file != "labtarg":  # years stand in their order
        tables[file] = [tables[file][0], *tables[file][:0:-1]]
    assert order != sorted(order)
    assert same(read(tmp_path, tables), whole) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("labour", "Labour"), ("labour", "LABOUR"), ("output", "Output"), ("headings", ""), ("headings", "x")],
)
def test_capitals_and_the_corner_do_not_matter(old: str, new: str, tmp_path: Path) -> None:
    tables = {name: [[new if cell == old else cell for cell in row] for row in rows] for name, rows in good().items()}
    assert no.solve(read(tmp_path, tables)).objective == pytest.approx(OPTIMUM, rel=1e-12)


@pytest.mark.parametrize("codes", [["1", "2", "3", "4"], ["01", "02", "03", "04"], ["1.1", "1.2", "2", "1e3"]])
def test_goods_may_be_called_by_numbers(codes: list[str], tmp_path: Path) -> None:
    """Classification codes are numbers; a row name that reads as a number is still a row name."""
    called = dict(zip(["iron", "coal", "corn", "bread"], codes, strict=True))
    tables = {name: [[called.get(cell, cell) for cell in row] for row in rows] for name, rows in good().items()}
    economy = read(tmp_path, tables)
    assert economy.goods.tolist() == codes
    assert no.solve(economy).objective == pytest.approx(OPTIMUM, rel=1e-12)


def test_years_may_be_called_by_numbers(tmp_path: Path) -> None:
    tables = good()
    for k, row in enumerate(tables["labtarg"][1:]):
        row[0] = str(1928 + k)
    assert read(tmp_path, tables).periods.tolist() == ["1928", "1929", "1930", "1931", "1932"]


def test_a_good_that_nobody_makes_or_uses(tmp_path: Path) -> None:
    """A column of zeros, output included, is an industry that does not run."""
    tables = good()
    for file in ("flows", "cap", "dep"):
        for k, row in enumerate(tables[file]):
            row.append("gold" if k == 0 else "0")
    tables["flows"].insert(5, ["gold", "0", "0", "0", "0", "0"])
    for file in ("cap", "dep"):
        tables[file].append(["gold", "0", "0", "0", "0", "0"])
    for k, row in enumerate(tables["labtarg"]):
        row.insert(5, "gold" if k == 0 else "0")
    plan = no.solve(read(tmp_path, tables)).assert_optimal()
    assert plan.objective == pytest.approx(OPTIMUM, rel=1e-12)
    assert plan.output.loc["gold"].tolist() == [0.0] * 5


# ---- the command line -------------------------------------------------------------------------------------


def test_import_writes_a_model_that_solves(tmp_path: Path) -> None:
    dest = tmp_path / "plan"
    result = call("import", "five-year", *written(tmp_path, good()), dest, "--json")
    facts = answer(result, code=0)
    assert facts == {"model": str(dest), "goods": 4, "periods": 5}
    assert result.stderr == ""
    assert same(no.read(dest), no.read_five_year(*written(tmp_path, good()), name="plan")) == []
    solved = answer(call("solve", dest, "--json"), code=0)
    assert solved["objective"] == pytest.approx(OPTIMUM, rel=1e-12)


def test_import_for_people(tmp_path: Path) -> None:
    result = call("import", "five-year", *written(tmp_path, good()), tmp_path / "plan")
    assert result.exit_code == 0
    assert "4 goods, 5 periods" in result.stdout and "natura-opt solve" in result.stdout


def test_import_does_not_write_over_a_model(tmp_path: Path) -> None:
    files = written(tmp_path, good())
    answer(call("import", "five-year", *files, tmp_path / "plan", "--json"), code=0)
    before = {file: file.read_bytes() for file in (tmp_path / "plan").iterdir()}
    message = refusal(call("import", "five-year", *files, tmp_path / "plan", "--json"))
    assert "plan" in message and "already" in message
    assert {file: file.read_bytes() for file in (tmp_path / "plan").iterdir()} == before


def test_import_to_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("in the way")
    message = refusal(call("import", "five-year", *written(tmp_path, good()), tmp_path / "plan", "--json"))
    assert "plan" in message
    assert (tmp_path / "plan").read_text() == "in the way"


@pytest.mark.parametrize("missing", FILES)
def test_a_missing_file(missing: str, tmp_path: Path) -> None:
    files = written(tmp_path, good())
    (tmp_path / f"{missing}.csv").unlink()
    message = refusal(call("import", "five-year", *files, tmp_path / "plan", "--json"))
    assert f"{missing}.csv" in message
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize("kind", ["NaN", "empty", "text", "decimal comma", "negative"])
@pytest.mark.parametrize("file", FILES)
def test_a_bad_cell_through_the_command_line(file: str, kind: str, tmp_path: Path) -> None:
    tables = good()
    tables[file][2][3] = BAD_CELLS[kind][0]
    files = written(tmp_path, tables)
    message = refusal(call("import", "five-year", *files, tmp_path / "plan", "--json"))
    for part in (f"{file}.csv", repr(tables[file][2][0]), "'corn'", BAD_CELLS[kind][1]):
        assert part in message, f"{part!r} is not in {message!r}"
    assert not (tmp_path / "plan").exists()


# ---- bad files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BAD_CELLS)
@pytest.mark.parametrize("file", FILES)
def test_every_cell_of_every_file(file: str, kind: str, tmp_path: Path) -> None:
    cell, words = BAD_CELLS[kind]
    rows = good()[file]
    for r in range(1, len(rows)):
        for c in range(1, len(rows[0])):
            tables = good()
            tables[file][r][c] = cell
            if file == "labtarg" and rows[0][c] == "labour" and kind in ("infinite", "too large"):
                continue  # whether labour may be without limit is not settled here
            message = complaint(tmp_path, tables)
            for part in (f"{file}.csv", repr(rows[r][0]), repr(rows[0][c]), words):
                assert part in message, f"{part!r} is not in {message!r}"


@pytest.mark.parametrize("kind", ["NaN", "empty", "text", "decimal comma"])
@pytest.mark.parametrize("file", FILES)
def test_every_cell_of_every_file_without_row_names(file: str, kind: str, tmp_path: Path) -> None:
    cell, words = BAD_CELLS[kind]
    rows = without_names(good()[file])
    for r in range(1, len(rows)):
        for c in range(len(rows[0])):
            tables = {name: without_names(found) for name, found in good().items()}
            tables[file][r][c] = cell
            message = complaint(tmp_path, tables)
            for part in (f"{file}.csv", f"line {r + 1}", repr(rows[0][c]), words):
                assert part in message, f"{part!r} is not in {message!r}"


@pytest.mark.parametrize("cell", ["1.5", "7"])
def test_every_rate_above_one(cell: str, tmp_path: Path) -> None:
    """Also where no capital stands: nothing that is wrong is dropped in silence."""
    rows = good()["dep"]
    for r, c in product(range(1, 5), range(1, 5)):
        tables = good()
        tables["dep"][r][c] = cell
        message = complaint(tmp_path, tables)
        for part in ("dep.csv", repr(rows[r][0]), repr(rows[0][c]), "between 0 and 1"):
            assert part in message, f"{part!r} is not in {message!r}"


@pytest.mark.parametrize("column", [1, 2, 3, 4])
@pytest.mark.parametrize("output", ["0", "-0.0"])
def test_no_output_from_inputs(output: str, column: int, tmp_path: Path) -> None:
    tables = good()
    tables["flows"][-1][column] = output
    message = complaint(tmp_path, tables)
    for part in ("flows.csv", "'output'", repr(tables["flows"][0][column]), "positive"):
        assert part in message


def test_capital_of_an_industry_without_output(tmp_path: Path) -> None:
    """Capital per unit of output is not defined either."""
    tables = good()
    for row in tables["flows"][1:]:
        row[4] = "0"
    for file in ("flows.csv", "'bread'", "output"):
        assert file in complaint(tmp_path, tables)


@pytest.mark.parametrize("row", [5, 6])
@pytest.mark.parametrize("named", [True, False])
def test_labour_or_output_row_missing(row: int, named: bool, tmp_path: Path) -> None:
    tables = good()
    del tables["flows"][row]
    if not named:
        tables["flows"] = without_names(tables["flows"])
    message = complaint(tmp_path, tables)
    for part in ("flows.csv", "5 rows for 4 goods", "labour", "output"):
        assert part in message


@pytest.mark.parametrize("named", [True, False])
def test_a_row_too_many(named: bool, tmp_path: Path) -> None:
    tables = good()
    tables["flows"].insert(3, ["gold", "0", "0", "0", "0"])
    if not named:
        tables["flows"] = without_names(tables["flows"])
    assert "flows.csv: 7 rows for 4 goods" in complaint(tmp_path, tables)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (3, 4), (5, 6), (4, 5)])
def test_rows_of_flows_in_the_wrong_order(first: int, second: int, tmp_path: Path) -> None:
    tables = good()
    rows = tables["flows"]
    rows[first], rows[second] = rows[second], rows[first]
    message = complaint(tmp_path, tables)
    for part in ("flows.csv", f"line {first + 1}", repr(rows[first][0]), repr(rows[second][0]), "order"):
        assert part in message


@pytest.mark.parametrize("row", range(1, 7))
def test_a_row_of_flows_mistyped(row: int, tmp_path: Path) -> None:
    tables = good()
    name = tables["flows"][row][0]
    tables["flows"][row][0] = name + "x"
    message = complaint(tmp_path, tables)
    for part in ("flows.csv", f"line {row + 1}", repr(name + "x"), repr(name)):
        assert part in message


@pytest.mark.parametrize("file", ["cap", "dep"])
@pytest.mark.parametrize("row", range(1, 5))
def test_a_row_of_cap_or_dep_mistyped(file: str, row: int, tmp_path: Path) -> None:
    tables = good()
    name = tables[file][row][0]
    tables[file][row][0] = name + "x"
    message = complaint(tmp_path, tables)
    for part in (f"{file}.csv", repr(name + "x"), f"did you mean {name!r}"):
        assert part in message


@pytest.mark.parametrize("column", range(1, 5))
@pytest.mark.parametrize("file", ["cap", "dep", "labtarg"])
def test_a_column_mistyped(file: str, column: int, tmp_path: Path) -> None:
    tables = good()
    name = tables[file][0][column]
    tables[file][0][column] = name + "x"
    message = complaint(tmp_path, tables)
    for part in (f"{file}.csv, line 1", repr(name + "x"), f"did you mean {name!r}"):
        assert part in message


@pytest.mark.parametrize("file", ["cap", "dep"])
@pytest.mark.parametrize("named", [True, False])
def test_a_row_of_cap_or_dep_missing(file: str, named: bool, tmp_path: Path) -> None:
    tables = good()
    del tables[file][2]
    if not named:
        tables[file] = without_names(tables[file])
    message = complaint(tmp_path, tables)
    assert f"{file}.csv" in message
    assert ("'coal'" if named else "3 rows for 4 goods") in message


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("column", [2, -1])
def test_a_column_missing(file: str, column: int, tmp_path: Path) -> None:
    tables = good()
    name = tables[file][0][column]
    for row in tables[file]:
        del row[column]
    message = complaint(tmp_path, tables)
    assert f"{file}.csv" in message
    if file != "flows":  # whose columns are what names the goods
        assert f"{name!r}" in message and "'headings'" not in message


@pytest.mark.parametrize("file", FILES)
def test_a_column_twice(file: str, tmp_path: Path) -> None:
    tables = good()
    for row in tables[file]:
        row.insert(2, row[1])
    message = complaint(tmp_path, tables)
    assert f"{file}.csv" in message and "'iron'" in message and "twice" in message


@pytest.mark.parametrize("file", ["cap", "dep", "labtarg"])
def test_a_row_twice(file: str, tmp_path: Path) -> None:
    tables = good()
    tables[file].append(list(tables[file][1]))
    message = complaint(tmp_path, tables)
    assert f"{file}.csv" in message and repr(tables[file][1][0]) in message and "twice" in message


@pytest.mark.parametrize("file", FILES)
def test_a_column_without_a_name(file: str, tmp_path: Path) -> None:
    tables = good()
    tables[file][0][2] = ""
    message = complaint(tmp_path, tables)
    assert f"{file}.csv" in message


def test_a_year_without_a_name(tmp_path: Path) -> None:
    tables = good()
    tables["labtarg"][2][0] = ""
    message = complaint(tmp_path, tables)
    assert "labtarg.csv" in message and "line 3" in message


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", ["header only", "empty", "semicolons", "ragged", "latin-1"])
def test_a_file_of_the_wrong_kind(file: str, kind: str, tmp_path: Path) -> None:
    files = written(tmp_path, good())
    path = tmp_path / f"{file}.csv"
    text = path.read_text(encoding="utf-8")
    made = {
        "header only": text.splitlines()[0].encode(),
        "empty": b"",
        "semicolons": text.replace(",", ";").encode(),
        "ragged": text.replace("0.1", "0.1,0.1", 1).encode() if "0.1" in text else text.replace(",0", "", 1).encode(),
        "latin-1": text.replace("iron", "\u00e9").encode("latin-1"),
    }
    path.write_bytes(made[kind])
    message = refusal(call("import", "five-year", *files, tmp_path / "plan", "--json"))
    assert f"{file}.csv" in message
    if kind == "ragged":
        assert "line " in message


def test_no_years(tmp_path: Path) -> None:
    tables = good()
    del tables["labtarg"][1:]
    message = complaint(tmp_path, tables)
    assert "labtarg.csv" in message and "year" in message


# ---- the published files, where they are at hand ----------------------------------------------------------

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not here")


@needs_data
@pytest.mark.parametrize(("flows", "optimum"), [("flows.csv", OPTIMUM), ("flows_as_documented_coal5.csv", 7.336453090)])
def test_cockshotts_files(flows: str, optimum: float) -> None:
    folder = DATA / "cockshott_5yearplan"
    economy = no.read_five_year(folder / flows, *(folder / f"{name}.csv" for name in FILES[1:]))
    assert no.solve(economy).assert_optimal().objective == pytest.approx(optimum, rel=1e-9)


@needs_data
def test_cockshotts_two_year_case() -> None:
    folder = DATA / "cockshott_5yearplan"
    economy = no.read_five_year(*(folder / f"pasharm_test{name}.csv" for name in ("flow", "cap", "dep", "targ")))
    plan = no.solve(economy).assert_optimal()
    assert plan.objective == pytest.approx(2.506378582, rel=1e-9)
    assert plan.fulfilment.tolist() == pytest.approx([1.339097, 1.167281], rel=1e-6)


@needs_data
def test_eu_2006(tmp_path: Path) -> None:
    agriculture = [101764.881, 101997.7526, 102230.6242, 102696.3674, *[102463.4958] * 5]
    industry = [1469519.758 + 1000 * min(t, 4) for t in range(9)]
    labour = [5890040.707, 5990335.518, 6047519.417, 6075070.758, *[6061295.087] * 5]
    lines = ["Agriculture,Industry,Construction,Services,foreigntrade,labour"]
    for t in range(9):
        row = [agriculture[t], industry[t], 48082 + 1000 * t, 6559003.673, 283372.3854, labour[t]]
        lines.append(",".join(map(repr, row)))
    (tmp_path / "labtarg.csv").write_text("\n".join(lines), encoding="utf-8")
    folder = DATA / "eu2006_5sector"
    files = [folder / "jeuflows.csv", folder / "jeucap.csv", folder / "jeudep.csv", tmp_path / "labtarg.csv"]
    answer(call("import", "five-year", *files, tmp_path / "eu", "--json"), code=0)
    plan = no.solve(tmp_path / "eu").assert_optimal()
    assert plan.objective == pytest.approx(10.7009597491, rel=1e-11)
    known = [0.972490, 1.206753, 1.207302, 1.196914, 1.187174, 1.198916, 1.211102, 1.281203, 1.239106]
    assert plan.fulfilment.tolist() == pytest.approx(known, abs=1e-6)


@needs_data
def test_uk_2015(tmp_path: Path) -> None:
    files = [DATA / "uk2015_plan" / f"{name}.csv" for name in FILES]
    facts = answer(call("import", "five-year", *files, tmp_path / "uk", "--json"), code=0)
    assert (facts["goods"], facts["periods"]) == (129, 5)
    economy = no.read(tmp_path / "uk")
    assert same(economy, no.read_five_year(*files, name="uk")) == []
    assert no.solve(economy).assert_optimal().certificate.gap <= 1e-9
