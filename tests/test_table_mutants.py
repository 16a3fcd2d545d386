"""Mutants of published tables: each is refused with a sentence that names the place, or says what the economy says."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import natura_opt as no

from .table_mutants import KINDS, Cells, Mutant, Said, balanced, flows_said, mutate, write
from .test_flow_files import TABLE
from .test_psut import balance, matrices

FLOWS = [line.split(",")[:1] + line.split(",")[2:] for line in TABLE.splitlines()]
FINAL, OUTPUT, ACCOUNT = ["homes", "abroad"], "output", "wages"
#: Supply below use on one page, as for read_supply_use.
SHEET = [*[row[:6] for row in FLOWS[:4]], [], ["", "farms", "mills", "docks"],
         ["farms", "200", "0", "0"], ["mills", "0", "90", "10"], ["docks", "0", "10", "10"]]  # fmt: skip


def named(message: str, place: Path) -> bool:
    """Whether a refusal names the file or its table, and what is wrong in it."""
    return place.stem in message and len(message) > len(place.name) + 10


def compared(economy: no.Economy, said: Said) -> None:
    goods = list(said.made)
    assert sorted(economy.goods) == sorted(goods)
    level = np.array([said.made[good] for good in goods])
    per = np.where(level == 0, 1.0, level)
    rates = economy.frame("inputs").loc[goods, goods] * per
    if economy.has("outputs"):
        rates = rates - (economy.frame("outputs").loc[goods, goods] - np.diag(level != 0)) * per
    np.testing.assert_allclose(rates, [[said.used[a, b] for b in goods] for a in goods], rtol=1e-12, atol=1e-12)
    there = economy.vector("targets", 0) - economy.vector("initial_stocks", 0)
    np.testing.assert_allclose(there, [said.wanted[good] for good in economy.goods], rtol=1e-12)
    spent = economy.frame("resource_use").loc["labour", goods].to_numpy() * per
    np.testing.assert_allclose(spent, np.clip([said.spent[good] for good in goods], 0, None), rtol=1e-12)


def headings(cells: Cells, above: int) -> list[str]:
    """The names nearest above a row, over the columns of the industries."""
    for row in reversed(cells[:above]):
        names = [cell.strip() for cell in row[1:4]]
        if len(names) == 3 and all(names) and not all(re.fullmatch(r"[+-]?[\d.]+(e\d+)?", name) for name in names):
            return names
    raise AssertionError(f"no headings above row {above + 1}")


def judge_flows(folder: Path, mutant: Mutant) -> str:
    cells = mutate(FLOWS, mutant)
    place = write(cells, folder / "flows.csv")
    try:
        economy = no.read_flows(place, FINAL, OUTPUT, resources={"labour": ACCOUNT}, negatives="other-side")
    except no.NaturaError as error:
        assert named(str(error), place) or "'wages'" in str(error), str(error)
        return "refused"
    said = flows_said(cells, FINAL, OUTPUT, ACCOUNT)
    assert balanced(said, 0.01)
    compared(economy, said)
    return "read"


def judge_sheet(folder: Path, mutant: Mutant) -> str:
    cells = mutate(SHEET, mutant)
    place = write(cells, folder / "sheet.csv")
    try:
        economy = no.read_supply_use(place, "7:9", "2:4", "E:F", industries="B:D", negatives="other-side")
    except no.NaturaError as error:
        assert named(str(error), place), str(error)
        return "refused"

    def block(rows: range, columns: range) -> np.ndarray:
        return np.array([[float(cells[row][column]) for column in columns] for row in rows])

    def names(rows: range) -> list[str]:
        return [cells[row][0].strip() for row in rows]

    used, made = names(range(1, 4)), names(range(6, 9))
    level = np.clip(block(range(6, 9), range(1, 4)), 0, None).sum(axis=0)
    per = np.where(level == 0, 1.0, level)
    order = [used.index(name) for name in made]
    heads = [headings(cells, above) for above in (1, 6)]
    across = [heads[0].index(name) for name in heads[1]]
    net = block(range(6, 9), range(1, 4)) - block(range(1, 4), range(1, 4))[order][:, across]
    rates = (economy.matrix("outputs", 0) - economy.matrix("inputs", 0)).toarray() * per
    assert economy.goods.tolist() == made
    np.testing.assert_allclose(rates, net, rtol=1e-12, atol=1e-12)
    wanted = block(range(1, 4), range(4, 6)).sum(axis=1)[order]
    np.testing.assert_allclose(economy.vector("targets", 0) - economy.vector("initial_stocks", 0), wanted, rtol=1e-12)
    return "read"


def judge_tidy(folder: Path, mutant: Mutant) -> str:
    table = (matrices() if mutant.seed % 2 else balance()).astype(str)
    cells = mutate([list(table.columns), *table.to_numpy().tolist()], mutant)
    place = write(cells, folder / "tidy.csv")
    try:
        economy = no.read_psut(place, negatives="other-side")
    except no.NaturaError as error:
        assert named(str(error), place), str(error)
        return "refused"
    top, *rows = [row for row in cells if any(cell.strip() for cell in row)]
    head = [cell.strip() for cell in top]
    value = head.index("matvals" if mutant.seed % 2 else "E.dot")
    total = 0.0
    for row in rows:
        side = row[head.index("matnames")] if mutant.seed % 2 else row[head.index("Ledger.side")]
        flow = float(row[value])
        if side in ("R", "V"):
            total += flow
        elif side in ("U", "Y", "Consumption"):
            total -= flow
        elif side == "Supply":
            total += flow
    level = economy.vector("resource_limits", 0).sum() if economy.has("resource_limits") else 0.0
    plan = economy.matrix("outputs", 0) - economy.matrix("inputs", 0)
    assert level >= 0 and np.isfinite(plan.toarray()).all()
    assert abs(total) <= 0.01 * sum(abs(float(row[value])) for row in rows)  # all that is made goes somewhere
    return "read"


JUDGES = {"flows": judge_flows, "sheet": judge_sheet, "tidy": judge_tidy}


@pytest.mark.parametrize("table", JUDGES)
def test_mutants_are_refused_by_name_or_read_as_they_stand(tmp_path: Path, table: str) -> None:
    ends = Counter(JUDGES[table](tmp_path, Mutant(kind, seed)) for kind in KINDS for seed in range(6))
    assert ends["refused"] > 20 and ends["read"] > 5


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", JUDGES)
def test_every_mutant_is_refused_by_name_or_read_as_it_stands(tmp_path: Path, table: str, kind: str) -> None:
    for seed in range(6, 300):
        assert JUDGES[table](tmp_path, Mutant(kind, seed)) in ("refused", "read"), (kind, seed)


def test_the_tables_themselves_are_read(tmp_path: Path) -> None:
    said = flows_said(FLOWS, FINAL, OUTPUT, ACCOUNT)
    assert balanced(said, 0.0) and said.made == {"farms": 200.0, "mills": 100.0, "docks": 20.0}
    assert not balanced(Said(said.used, said.made | {"mills": 101.0}, said.wanted, said.spent), 0.009)
    economy = no.read_flows(write(FLOWS, tmp_path / "t.csv"), FINAL, OUTPUT, resources={"labour": ACCOUNT})
    compared(economy, said)
    sheet = write(SHEET, tmp_path / "s.csv")
    assert no.read_supply_use(sheet, "7:9", "2:4", "E:F", industries="B:D").goods.tolist() == list(said.made)
    assert re.fullmatch(r"[\w .]+", " ".join(KINDS))
