"""The make and use tables of the BEA: what the reader makes of them is what ``from_supply_use`` makes of the parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.economy.national.bea import COMPENSATION, IMPORTS

INDUSTRIES, COMMODITIES = ["11", "22", "33"], ["c1", "c2", "c3", "c4"]


def tables(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make (industries x commodities) and use (with value added, final demand and totals), in whole millions."""
    rng = np.random.default_rng(seed)
    made = rng.integers(0, 30, (3, 4)) + 5
    make = pd.DataFrame(made, INDUSTRIES, COMMODITIES)
    make["T007"] = make.sum(axis=1)
    make.loc["T008"] = make.sum()
    use = pd.DataFrame(rng.integers(0, 9, (4, 3)), COMMODITIES, INDUSTRIES)
    use["T001"] = use.sum(axis=1)
    use["F01000"], use["F02E00"] = rng.integers(0, 20, 4), rng.integers(0, 5, 4)
    use[IMPORTS] = -rng.integers(0, 6, 4)
    use["T004"] = use[["F01000", "F02E00", IMPORTS]].sum(axis=1)
    for code in (COMPENSATION, "V00200", "V00300"):
        use.loc[code] = [*rng.integers(1, 20, 3), *[0] * 5]
    use.loc["T008"] = use.sum()
    return make, use


def written(folder: Path, make: pd.DataFrame, use: pd.DataFrame) -> tuple[Path, Path]:
    make.to_csv(folder / "make.csv")
    use.to_csv(folder / "use.csv")
    return folder / "make.csv", folder / "use.csv"


def assert_same(one: no.Economy, other: no.Economy) -> None:
    assert set(one.tables) == set(other.tables)
    for name in one.tables:
        np.testing.assert_array_equal(one.frame(name), other.frame(name), err_msg=name)


@pytest.mark.parametrize("seed", range(5))
def test_the_reader_takes_the_parts_of_the_tables_apart(seed: int, tmp_path: Path) -> None:
    make, use = tables(seed)
    economy = no.read_bea(*written(tmp_path, make, use))
    by_hand = no.from_supply_use(
        make.loc[INDUSTRIES, COMMODITIES].T,
        use.loc[COMMODITIES, INDUSTRIES],
        final_demand=use.loc[COMMODITIES, ["F01000", "F02E00"]],
        imports=-use.loc[COMMODITIES, IMPORTS],
        resources=use.loc[[COMPENSATION], INDUSTRIES].set_axis(["labour"]),
        resource_limits="base",
        resource_weights=pd.Series([1.0], ["labour"]),
        objective="least-resources",
    )
    assert_same(economy, by_hand)
    assert economy.goods.tolist() == COMMODITIES and economy.techniques.tolist() == INDUSTRIES
    assert economy.name == "use" and economy.source == "US Bureau of Economic Analysis"
    assert set(economy.units["goods"]) == set(economy.units["techniques"]) == {"USD_million"}


def test_rows_columns_and_totals_may_stand_anywhere(tmp_path: Path) -> None:
    make, use = tables(9)
    wanted = no.read_bea(*written(tmp_path, make, use))
    rng = np.random.default_rng(9)
    shuffled = use.iloc[rng.permutation(len(use)), rng.permutation(use.shape[1])]
    bare = make.loc[INDUSTRIES, COMMODITIES]
    assert_same(no.read_bea(*written(tmp_path, bare, shuffled)), wanted)


def test_imports_that_were_sent_back_are_wanted(tmp_path: Path) -> None:
    """A positive entry among the imports is an export of what was imported."""
    make, use = tables(2)
    use.loc["c1", IMPORTS] = 4
    files = written(tmp_path, make, use)
    economy, without = no.read_bea(*files), no.read_bea(*files, imports=False)
    wanted = use.loc[COMMODITIES, ["F01000", "F02E00"]].sum(axis=1)
    assert without.vector("targets", 0).tolist() == wanted.tolist() and not without.has("initial_stocks")
    assert economy.vector("targets", 0).tolist() == [wanted.iloc[0] + 4, *wanted.iloc[1:]]
    on_hand = economy.vector("initial_stocks", 0)
    assert on_hand[0] == 0.0 and on_hand[1:].tolist() == (-use.loc[COMMODITIES[1:], IMPORTS]).tolist()


def test_resources_of_ones_own_stand_beside_labour(tmp_path: Path) -> None:
    files = written(tmp_path, *tables(3))
    land = pd.DataFrame([[10.0, 20.0, 30.0]], ["land"], INDUSTRIES)
    economy = no.read_bea(*files, resources=land, resource_weights=pd.Series({"land": 2.0, "labour": 1.0}))
    assert economy.resources.tolist() == ["labour", "land"]
    assert economy.vector("resource_limits", 0)[1] == 60.0 and economy.vector("resource_weights", 0).tolist() == [
        1.0,
        2.0,
    ]
    questions = {"default": no.Question("assortment", leave_out=("resource_weights",))}
    assert no.read_bea(*files, questions=questions).question().objective == "assortment"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda make, use: (make, use.drop(index="c2")),
            "the commodities are not those of the make table: without 'c2'",
        ),
        (
            lambda make, use: (make, use.drop(columns="22")),
            "the industries are not those of the make table: without '22'",
        ),
        (lambda make, use: (make.drop(index="33"), use), "the industries are not those of the make table: with '33'"),
        (lambda make, use: (make, use.drop(columns=IMPORTS)), f"there is no column '{IMPORTS}'"),
        (lambda make, use: (make, use.drop(index=COMPENSATION)), f"there is no row '{COMPENSATION}'"),
        (lambda make, use: (make, use.astype(object).replace(0, "")), "the cell is empty; write 0"),
    ],
)
def test_tables_that_do_not_belong_together_are_refused(change: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(no.DataError, match=r"^use\.csv") as caught:
        no.read_bea(*written(tmp_path, *change(*tables(4))))
    assert words in str(caught.value)


def test_an_industry_named_twice_is_refused(tmp_path: Path) -> None:
    make, use = tables(5)
    with pytest.raises(no.DataError, match=r"make\.csv: rows named twice: '11'"):
        no.read_bea(*written(tmp_path, make.rename(index={"22": "11"}), use))
