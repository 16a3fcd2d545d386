"""``natura-opt import``: what was read is said, what is wrong is one sentence, and the folder solves alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import natura_opt as no

from .test_bea_layout import tables, written
from .test_cli import answer, call
from .test_flow_files import OUTPUT, TABLE
from .test_flow_files import written as flows_written
from .test_outputs import refusal
from .test_psut import matrices
from .test_psut import written as psut_written
from .test_supply_use_sheets import workbook

FLOWS = ("--final-demand", "homes", "--final-demand", "abroad", "--output", "output", "--resource", "labour=wages")
SHEET = ("--supply", "17:20", "--use", "3:6", "--final-demand", "I:J", "--industries", "C:E", "--sheet", "2010",
         "--resource", "labour=Wages", "--resource", "labour=Social security", "--emission", "soot=row 13")  # fmt: skip


def same(one: no.Economy, other: no.Economy) -> bool:
    tables = set(one.tables) == set(other.tables)
    return tables and all(np.array_equal(one.frame(name), other.frame(name)) for name in one.tables)


def test_flows(tmp_path: Path) -> None:
    file = flows_written(tmp_path)
    said = answer(call("import", "flows", file, tmp_path / "m", *FLOWS, "--json"), code=0)
    assert said == {
        "model": str(tmp_path / "m"), "goods": 3, "techniques": 3, "resources": 1, "pollutants": 0,
        "questions": ["default", "least-resources", "assortment"],
        "notes": ["2 rows left out: 'profits', 'soot'", "1 column left out: 'sum'"],
    }  # fmt: skip
    assert same(
        no.read(tmp_path / "m"), no.read_flows(file, ["homes", "abroad"], "output", resources={"labour": "wages"})
    )
    solved = answer(call("solve", tmp_path / "m", "--json"), code=0)
    assert solved["objective"] == pytest.approx(120.0) and solved["certificate"]["proved"]


def test_what_was_read_is_said_in_words(tmp_path: Path) -> None:
    result = call(
        "import", "flows", flows_written(tmp_path), tmp_path / "m", *FLOWS, "--labels", "both", "--unit", "goods=kg"
    )
    assert result.exit_code == 0 and result.stderr == ""
    place = tmp_path / "m"
    assert result.stdout.splitlines() == [
        f"{place}: 3 goods, 3 techniques, 1 resource; asked: default, least-resources, assortment; "
        f"next: natura-opt solve {place}",
        "  2 rows left out: 'profits', 'soot'",
        "  1 column left out: 'sum'",
    ]
    economy = no.read(place)
    assert economy.goods[0] == "farms Farming" and economy.unit("goods", "farms Farming") == "kg"


def test_flows_with_accounts_weights_and_capital(tmp_path: Path) -> None:
    accounts = flows_written(tmp_path, "code,hours,stock\nmills,20,1\ndocks,10,2\nfarms,90,3\n", "accounts.csv")
    file = flows_written(tmp_path)
    words = ("--accounts", accounts, "--resource", "hours", "--weight", "hours=2.5", "--weight", "labour=0",
             "--capital", "stock", "--capital-goods", "homes", "--tolerance", "inf", "--emission", "soot")  # fmt: skip
    answer(call("import", "flows", file, tmp_path / "m.xlsx", *FLOWS, *words, "--json"), code=0)
    economy = no.read(tmp_path / "m.xlsx")
    assert economy.vector("resource_weights", 0).tolist() == [0.0, 2.5] and economy.name == "m"
    assert economy.matrix("initial_capital", 0).sum() == pytest.approx(6.0)
    solved = answer(call("solve", tmp_path / "m.xlsx", "--question", "least-resources", "--json"), code=0)
    assert solved["objective"] == pytest.approx(2.5 * 120.0)


def test_supply_and_use_of_a_workbook(tmp_path: Path) -> None:
    said = answer(call("import", "supply-use", workbook(tmp_path), tmp_path / "m", *SHEET, "--json"), code=0)
    assert (said["goods"], said["techniques"], said["pollutants"], said["notes"]) == (4, 3, 1, [])
    solved = answer(call("solve", tmp_path / "m", "--json"), code=0)
    assert solved["objective"] == pytest.approx(75.0) and solved["certificate"]["proved"]


def test_bea(tmp_path: Path) -> None:
    make, use = written(tmp_path, *tables(1))
    names = tmp_path / "names.csv"
    names.write_text(
        "code,name\n" + "".join(f"{code},of {code}\n" for code in ("c1", "c2", "c3", "c4", "11", "22", "33"))
    )
    words = ("--labels", "names", "--commodity-names", names, "--industry-names", names)
    said = answer(call("import", "bea", make, use, tmp_path / "m", *words, "--json"), code=0)
    assert (said["goods"], said["techniques"], said["resources"]) == (4, 3, 1)
    economy, plain = no.read(tmp_path / "m"), no.read_bea(make, use)
    assert economy.goods.tolist() == ["of c1", "of c2", "of c3", "of c4"] and economy.techniques[0] == "of 11"
    assert same(economy, plain)
    answer(call("import", "bea", make, use, tmp_path / "n", "--without-imports", "--json"), code=0)
    assert same(no.read(tmp_path / "n"), no.read_bea(make, use, imports=False))


def test_psut(tmp_path: Path) -> None:
    file = psut_written(tmp_path, matrices())
    said = answer(
        call("import", "psut", file, tmp_path / "m", "--only", "Year=2000", "--unit", "ktoe", "--json"), code=0
    )
    assert (said["goods"], said["techniques"], said["resources"]) == (5, 4, 2)
    solved = answer(call("solve", tmp_path / "m", "--json"), code=0)
    assert solved["objective"] == pytest.approx(80.0)


REFUSED: dict[str, tuple[tuple[Any, ...], str]] = {
    "no final demand": (("flows", "{flows}", "{dest}"), "final_demand must be headings of columns, not []"),
    "a typo": (("flows", "{flows}", "{dest}", "--final-demand", "homs"), "unknown column 'homs'; did you mean 'homes'"),
    "a total": (
        ("flows", "{flows}", "{dest}", *FLOWS, "--final-demand", "sum"),
        "flows: 3 of 3 rows do not balance: 'docks' makes 20, and 31 go out",
    ),
    "no such file": (("flows", "none.csv", "{dest}", *FLOWS), "none.csv"),
    "a weight": (("flows", "{flows}", "{dest}", *FLOWS, "--weight", "labour=much"), "--weight labour=…: 'much' is not"),
    "a weight of nothing": (
        ("flows", "{flows}", "{dest}", *FLOWS, "--weight", "labour"),
        "--weight 'labour': write NAME",
    ),
    "twice": (
        ("flows", "{flows}", "{dest}", *FLOWS, "--unit", "goods=kg", "--unit", "goods=t"),
        "--unit goods=…: given twice; give it once",
    ),
    "an axis": (("flows", "{flows}", "{dest}", *FLOWS, "--unit", "god=kg"), "unknown axis 'god'; did you mean 'goods'"),
    "a way": (("flows", "{flows}", "{dest}", *FLOWS, "--negatives", "other"), "did you mean 'other-side'"),
    "a range": (("supply-use", "{sheet}", "{dest}", *SHEET[2:], "--supply", "Supply"), "supply: 'Supply' is no range"),
    "an objective": (("flows", "{flows}", "{dest}", *FLOWS, "--leave-out", "farms"), "rows do not balance"),
    "a column": (("psut", "{psut}", "{dest}", "--only", "Yr=2000"), "unknown column 'Yr'; did you mean 'Year'"),
    "not a pair": (("psut", "{psut}", "{dest}", "--only", "Year"), "--only 'Year': write NAME=VALUE"),
    "no table of theirs": (
        ("bea", "{flows}", "{flows}", "{dest}"),
        "flows.csv, line 2, row 'farms', column 'what': 'Farming' is not a number",
    ),
    "onto the input": (("flows", "{flows}", "{flows}", *FLOWS), "flows.csv"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, case: str) -> None:
    words, message = REFUSED[case]
    files = {"flows": flows_written(tmp_path), "sheet": workbook(tmp_path), "psut": psut_written(tmp_path, matrices())}
    given = [str(word).format(dest=tmp_path / "m", **files) for word in words]
    assert message in refusal(call("import", *given))
    assert not (tmp_path / "m").exists()
    assert files["flows"].read_text(encoding="utf-8") == TABLE


def test_what_stands_in_the_way_is_not_replaced(tmp_path: Path) -> None:
    file = flows_written(tmp_path)
    answer(call("import", "flows", file, tmp_path / "m", *FLOWS, "--json"), code=0)
    again = ("import", "flows", file, tmp_path / "m", *FLOWS, "--labels", "names")
    assert "m: holds a model already; choose another folder" in refusal(call(*again))
    assert no.read(tmp_path / "m").goods[0] == "farms"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear reader")
    assert "other" in refusal(call("import", "flows", file, tmp_path / "other", *FLOWS))
    assert (tmp_path / "other" / "letter.txt").read_text() == "dear reader"
    assert OUTPUT.sum() == 320.0
