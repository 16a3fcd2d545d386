"""Names that are pairs, such as (region, good): written, read, meant by plain names, and refused where they clash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.base.labels import pair_name, pair_of, spoken
from natura_opt.economy.coerce import position, positions_of

from .spellings import GOLDEN
from .test_reading import same

FORMS = ("csv", "parquet", "xlsx")
PAIRS = sorted(name for name, e in GOLDEN.items() if any(isinstance(good, tuple) for good in e.goods))


def written(economy: no.Economy, form: str, place: Path) -> no.Economy:
    to: dict[str, Any] = {} if form == "xlsx" else {"tables": form}
    return no.read(no.write(economy, place / (f"{form}.xlsx" if form == "xlsx" else form), **to))


@pytest.mark.parametrize("label", [
    ("north", "coal"), ("a@b", "c"), ("a", "b@c"), ("\\", "@"), ("a\\", "\\@b"), ("x", "y", "z"), "plain", "a@b", "@",
    "a\\b", ("ü", "雪"), ("<script>", '"a", b'), ("=1", "+2"),
])  # fmt: skip
def test_a_label_is_read_back_from_its_text(label: Any) -> None:
    assert pair_of(pair_name(label)) == label
    assert spoken(label) == (pair_name(label) if isinstance(label, tuple) else label)


def test_different_labels_have_different_texts() -> None:
    parts = ["a", "@", "\\", "a@", "\\@", "@a"]
    labels = [(one, other) for one in parts for other in parts] + parts
    assert len({pair_name(label) for label in labels}) == len(labels)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", PAIRS)
def test_economies_of_pairs_are_written_and_read_back(name: str, form: str, tmp_path: Path) -> None:
    economy = GOLDEN[name]
    back = written(economy, form, tmp_path)
    assert same(back, economy) == []
    assert no.solve(back).objective == no.solve(economy).objective


def test_there_are_golden_economies_of_pairs_with_rules_and_without() -> None:
    assert "league" in PAIRS and "islands" in PAIRS
    assert GOLDEN["league"].rules is not None and GOLDEN["islands"].rules is None


HOSTILE = [
    ("a@b", "c"),
    ("a", "b@c"),
    ('say "x"', "a, b"),
    ("\\", "'"),
    ("<b>", "=1+1"),
    ("雪", "é"),
    ("1", "2"),
    "plain",
    "p@q",
]


@pytest.mark.parametrize("form", FORMS)
def test_hostile_pairs_are_written_and_read_back(form: str, tmp_path: Path) -> None:
    count = len(HOSTILE)
    economy = no.build_economy(
        goods=HOSTILE,
        techniques=HOSTILE[::-1],
        outputs=np.eye(count)[:, ::-1],
        inputs={"a": 0.1 * np.eye(count), "b": 0.2 * np.eye(count)},
        resources=[("here", "work"), ("there", "work")],
        resource_use=np.ones((2, count)),
        pollutants=[("air", "soot")],
        emissions=np.ones((1, count)),
        periods=["a", "b"],
        targets=np.arange(count, dtype=float),
        units={"goods": ["kg"] * count},
    ).require("x", {label: 1.0 + k for k, label in enumerate(HOSTILE)}, "<=", 9)
    assert same(written(economy, form, tmp_path), economy) == []


def test_a_folder_of_pairs_is_one_that_people_write(tmp_path: Path) -> None:
    (tmp_path / "economy.toml").write_text('format = 1\npair_names = ["goods"]\n')
    (tmp_path / "goods.csv").write_text("name\ncoal@north\ncoal@south\n")
    (tmp_path / "inputs.csv").write_text("good,coal@south,coal@north\ncoal@north,.1,.2\ncoal@south,.3,.4\n")
    (tmp_path / "targets.csv").write_text("good,value\ncoal@south,2\ncoal@north,1\n")
    economy = no.read(tmp_path)
    assert economy.goods.to_list() == [("north", "coal"), ("south", "coal")] == economy.techniques.to_list()
    assert economy.matrix("inputs", 0).toarray().tolist() == [[0.2, 0.1], [0.4, 0.3]]
    assert economy.vector("targets", 0).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(("settings", "goods", "said"), [
    ('pair_names = ["goods", "good"]', "a@b", r"pair_names: unknown axis .*did you mean 'goods'"),
    ('pair_names = ["periods"]', "a@b", r"pair_names: unknown axis"),
    ('pair_names = "goods"', "a@b", "pair_names must be a list"),
    ('pair_names = ["goods"]\nwhole_number_names = ["goods"]', "a@b", "cannot be both pairs and whole numbers"),
    ('pair_names = ["goods"]', "a@", "cannot name one of the goods|a name is missing|empty"),
    ('pair_names = ["goods"]', "a@b\na@b", "goods named twice: 'a@b'"),
    ("", "a@b", None),
])  # fmt: skip
def test_settings_of_pairs_are_checked(settings: str, goods: str, said: str | None, tmp_path: Path) -> None:
    (tmp_path / "economy.toml").write_text(f"format = 1\n{settings}\n")
    (tmp_path / "goods.csv").write_text(f"name\n{goods}\n")
    if said is None:  # without the setting it is a plain name with a sign in it
        assert no.read(tmp_path).goods.to_list() == ["a@b"]
        return
    with pytest.raises(no.DataError, match=said):
        no.read(tmp_path)


def test_a_wrong_name_in_a_file_of_pairs_is_said_as_it_is_written(tmp_path: Path) -> None:
    folder = no.write(GOLDEN["quay"], tmp_path / "m")
    (folder / "targets.csv").write_text("good,value\ncrat@here,1\nsack@here,1\n")
    with pytest.raises(
        no.DataError, match=r"targets\.csv, line 2: unknown good 'crat@here'; did you mean 'crate@here'"
    ):
        no.read(folder)


@pytest.mark.parametrize("goods", [[("a", "b"), "b@a"], [("a", "b"), ("a", "b")], [("a@x", "b"), "b@a\\@x"]])
def test_a_plain_name_must_not_read_like_a_pair(goods: list[Any]) -> None:
    with pytest.raises(no.DataError, match="goods named twice"):
        no.build_economy(goods=goods, inputs=np.zeros((2, 2)))


# ---- plain names where pairs are meant --------------------------------------------------------
def test_plain_names_find_pairs_wherever_a_label_is_asked_for() -> None:
    economy = GOLDEN["quay"]
    assert position(economy.goods, "crate@here") == position(economy.goods, ("here", "crate")) == 0
    assert positions_of(["sack@here", ("here", "crate"), "crate@there", "crate"], economy.goods) == [1, 0, -1, -1]
    assert economy.unit("goods", "crate@here") == ""
    with pytest.raises(no.DataError, match=r"unknown good 'crat@here'; did you mean 'crate@here'"):
        position(economy.goods, "crat@here")


def test_tables_by_plain_names_are_those_by_pairs() -> None:
    economy = GOLDEN["quay"]
    by_pairs = economy.with_changes(
        targets=pd.Series([1.0, 2.0], pd.Index(economy.goods.to_list(), tupleize_cols=False))
    )
    by_names = economy.with_changes(targets=pd.Series({"sack@here": 2.0, "crate@here": 1.0}))
    assert same(by_pairs, by_names) == []
    for series, said in (
        (pd.Series({"sack@here": 2.0, "crate@her": 1.0}), "unknown good 'crate@her'; did you mean 'crate@here'"),
        (pd.Series({"sack@here": 2.0}), "no entry for the goods 'crate@here'"),
        (pd.Series([1.0, 2.0, 3.0], pd.Index(["sack@here", ("here", "sack"), "crate@here"], tupleize_cols=False)),
         "goods named twice: 'sack@here'"),
    ):  # fmt: skip
        with pytest.raises(no.DataError, match=said):
            economy.with_changes(targets=series)


def test_rules_changes_sweeps_and_explanations_take_plain_names() -> None:
    economy = GOLDEN["quay"]
    ruled = economy.require("a", {"crate@here": 1, ("here", "sack"): -1}, "<=", 0.25)
    assert same(ruled, economy.require("a", {("here", "crate"): 1, "sack@here": -1}, "<=", 0.25)) == []
    with pytest.raises(no.DataError, match=r"counts 'sack@here' \(activities\) twice"):
        economy.require("a", {"sack@here": 1, ("here", "sack"): -1}, "<=", 0.25)
    with no.Planner(ruled) as planner:
        planner.change("targets", {"crate@here": 2.0})
        assert planner.economy.vector("targets", 0).tolist() == [2.0, 1.0]
    swept = no.sweep(ruled, over={"targets.crate@here": [1.0, 2.0], "export_limits.crate@here@1": [3.0]}, cores=1)
    assert swept.table["objective"].iloc[0] == pytest.approx(no.solve(ruled).objective, rel=1e-9)
    plan = no.solve(ruled).assert_optimal()
    assert str(plan.explain("crate@here")) == str(plan.explain(("here", "crate"))) == str(plan.explain("here crate"))
    with pytest.raises(no.QuestionError, match="did you mean 'crate@here'"):
        plan.explain("crat@here")


def test_pooled_stocks_of_pairs_are_named_by_their_parts() -> None:
    """And not as what one part holds in the other."""
    economy = GOLDEN["league"].without_rule("rent").with_changes(capital_pool=[0.0, 0.0, 0.01])
    plan = no.solve(economy)
    assert plan.status is no.Status.INFEASIBLE and "'south cart'" in str(plan) and "south in cart" not in str(plan)


def test_merging_may_make_pairs_of_plain_names(tmp_path: Path) -> None:
    five = no.read("five_year_plan")
    new = {good: ("metal" if good in ("iron", "coal") else "food", good) for good in five.goods}
    renamed = five.aggregate(new)
    assert renamed.goods.to_list()[0] == ("metal", "iron")
    assert same(written(renamed, "csv", tmp_path), renamed) == []
    assert no.solve(renamed).objective == pytest.approx(no.solve(five).objective, rel=1e-12)
