"""Reports attacked from outside: names that are words of JavaScript, one good, units far apart, many periods."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.reports.page import Figure, Page, Section, Verdict, page_text, script_json
from natura_opt.reports.tables import Words, held_rows, plain_number, table_of

from .report_pages import ReadPage
from .test_report import assert_same

#: Names that mean something to JavaScript, to JSON, to spreadsheets or to number readers.
NAMES = (
    "__proto__", "constructor", "toString", "valueOf", "hasOwnProperty", "null", "inf", "NaN", "nan", "None", "0", "-1",
    "1e5", "=cmd", "\u202ertl", "a\u2028b", "{{7*7}}", "</script>", "e\u0301", "\u200b",
)  # fmt: skip


def one_good(size: float = 1.0, **more: Any) -> no.Economy:
    """Corn from half as much corn, and labour, in units that are so large."""
    return no.build_economy(
        goods=["corn"], resources=["labour"], inputs=[[0.5]], resource_use=[[size]], resource_limits=[3 * size],
        targets=[1 / size], **({"objective": "fulfilment"} | more),
    )  # fmt: skip


def page_of(plan: no.Plan, folder: Path, **more: Any) -> ReadPage:
    return ReadPage(plan.report(folder / "plan.html", **({"flows": False} | more)))


def text_of(page: ReadPage) -> str:
    """Return what people read on a page before any script has run."""
    body = page.text.partition("<main")[2].partition('<script type="application/json"')[0]
    return html.unescape(re.sub(r"<[^>]*>", " ", body))


def assert_whole(page: ReadPage, plan: no.Plan) -> None:
    """Assert that every table of a plan stands on its page, number for number."""
    tables = plan.tables()
    for name in set(tables) - {"summary", "valuations", "activities"}:
        if len(tables[name]):
            assert_same(page.table(name), tables[name])
    for kind, frame in plan.valuations_by_kind.items():
        if len(frame):
            assert_same(page.table(f"valuations of {kind}"), frame)
    assert float(page.values[0]) == plan.objective


# ---- names -----------------------------------------------------------------------------------------------------------


def test_names_that_mean_something_elsewhere_mean_nothing_here(tmp_path: Path) -> None:
    """The same names for goods, resources, pollutants and periods at once."""
    count = len(NAMES)
    economy = no.build_economy(
        goods=list(NAMES), resources=list(NAMES), pollutants=list(NAMES), periods=list(NAMES[:2]),
        inputs=np.eye(count) * 0.1, resource_use=np.eye(count), resource_limits=np.ones((count, 2)),
        targets=np.ones((count, 2)), emissions=np.eye(count), emission_caps=np.full((count, 2), 5.0),
        objective="fulfilment",
    )  # fmt: skip
    plan = no.solve(economy).assert_optimal()
    page = page_of(plan, tmp_path)
    assert_whole(page, plan)
    assert set(NAMES) <= set(page.words) and len(page.words) == len(set(page.words))
    told = page.data["explanations"]
    assert [page.words[place] for place in told["goods"]] == list(NAMES)
    assert len(told["told"]) == 2 and {len(goods) for goods in told["told"]} == {count}
    assert len(page.scripts) == 1


@pytest.mark.parametrize("name", ["__proto__", "NaN", "0", "=cmd", "</script>", "a\u2028b"])
def test_an_economy_of_one_hostile_good(name: str, tmp_path: Path) -> None:
    economy = no.build_economy(
        name="one", goods=[name], resources=["labour"], inputs=[[0.1]], resource_use=[[1.0]], resource_limits=[1.0],
        targets=[1.0], objective="fulfilment",
    )  # fmt: skip
    page = page_of(no.solve(economy), tmp_path)
    assert page.table("output")["good"] == [name]
    assert page.table("flows")["good"][0] == name
    assert "<script>" not in text_of(page)


def test_goods_of_regions_are_told_apart(tmp_path: Path) -> None:
    """Also where the plain name of one pair could be that of another."""
    economy = no.build_economy(
        goods=[("a", "b"), ("a b", "c"), ("a", "b c")], resources=["labour"], inputs=np.zeros((3, 3)),
        resource_use=[[1.0, 2.0, 3.0]], resource_limits=[1.0], targets=[1.0, 1.0, 1.0], objective="fulfilment",
    )  # fmt: skip
    plan = no.solve(economy)
    page = page_of(plan, tmp_path)
    shown = page.table("output")
    numbers = [next(values[k] for title, values in shown.items() if title == "1") for k in range(3)]
    assert numbers == plan.output.iloc[:, 0].to_list()


# ---- sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e-200, 1e-8, 1.0, 1e8, 1e200])
def test_units_far_apart_keep_all_digits(size: float, tmp_path: Path) -> None:
    plan = no.solve(one_good(size))
    page = page_of(plan, tmp_path)
    assert_whole(page, plan)
    assert plan.objective == pytest.approx(1.5 * size, rel=1e-12)
    limits = page.table("limits")
    assert limits["worth"] == pytest.approx([plan.objective], rel=1e-12)
    assert limits["available"] == [3 * size]


def test_forty_periods_stand_in_forty_columns(tmp_path: Path) -> None:
    count = 40
    economy = no.build_economy(
        goods=["corn"], resources=["labour"], periods=[f"y{t}" for t in range(count)], inputs=[[0.3]],
        resource_use=[[1.0]], resource_limits=[np.arange(1.0, count + 1)], targets=np.ones((1, count)),
        objective="fulfilment",
    )  # fmt: skip
    plan = no.solve(economy).assert_optimal()
    page = page_of(plan, tmp_path)
    assert_whole(page, plan)
    assert list(page.table("output"))[-count:] == [f"y{t}" for t in range(count)]
    assert len(page.data["explanations"]["told"]) == count
    assert page.text.count("\n") and len(page.text) < 200_000


def test_nothing_wanted_and_nothing_taken(tmp_path: Path) -> None:
    economy = no.build_economy(
        goods=["corn"], resources=["labour"], resource_weights=[1.0], resource_use=[[0.0]], inputs=[[0.5]],
        targets=[0.0], objective="least-resources",
    )  # fmt: skip
    plan = no.solve(economy).assert_optimal()
    page = page_of(plan, tmp_path)
    assert_whole(page, plan)
    assert float(page.values[0]) == 0
    assert not re.search(r"\b(nan|NaN|None|inf)\b", text_of(page))


# ---- what is known of a plan ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("economy", "verdict"),
    [
        (lambda: no.build_economy(goods=["a"], inputs=[[0.5]], targets=[1.0], objective="fulfilment"), "no best plan"),
        (lambda: one_good(objective=None, questions={"default": no.Question("fulfilment", floor=7.0)}), "no plan"),
    ],
)
def test_what_cannot_be_has_no_figures(economy: Any, verdict: str, tmp_path: Path) -> None:
    plan = no.solve(economy())
    assert plan.impossibility is not None and plan.impossibility.proved
    page = page_of(plan, tmp_path)
    assert page.values == []
    assert f"There is {verdict}: proved" in page.text.partition("</header>")[0]
    assert '<section class="verdict none"' in page.text
    assert {"output", "activities", "limits"}.isdisjoint(page.names)


@pytest.mark.parametrize("model", ["concrete_plants", "excavators", "mixed_returns_40"])
def test_a_shipped_model_is_on_its_page(model: str, tmp_path: Path) -> None:
    """With plants that are whole, with several techniques for one good, with curves."""
    plan = no.solve(model).assert_optimal()
    page = page_of(plan, tmp_path)
    assert_whole(page, plan)
    assert not re.search(r"\b(nan|NaN|Traceback|np\.float64)\b", text_of(page))


def test_a_second_page_of_the_same_plan_is_the_same(tmp_path: Path) -> None:
    plan = no.solve("wheat_cloth_pollution")
    first = plan.report(tmp_path / "a.html", flows=False).read_bytes()
    assert plan.report(tmp_path / "b.html", flows=False).read_bytes() == first


# ---- parts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (1, 1), (True, 1), (2.0, 2), (2.0**53, 2.0**53), (2**70, 2**70), (-3.5, -3.5), (np.int64(7), 7), (None, None),
        (np.float64("nan"), None), (float("inf"), "inf"), (float("-inf"), "-inf"), (pd.NA, None), (1e-320, 1e-320),
    ],
)  # fmt: skip
def test_a_number_is_read_back_as_it_was(value: Any, held: Any) -> None:
    stored = plain_number(value)
    assert stored == held
    assert json.loads(json.dumps(stored, allow_nan=False)) == stored


@pytest.mark.parametrize("text", [*NAMES, "<!--", "<script", "\\u003c", "\\", '"', "\x00", "\ud800", "&lt;"])
def test_any_text_is_read_back_from_a_script(text: str) -> None:
    said = script_json({text: [text]})
    assert json.loads(said) == {text: [text]}
    assert not set("<>&\u2028\u2029") & set(said) and said.isascii()


def test_sections_without_anything_are_left_out() -> None:
    words = Words()
    empty = table_of("none", "Nothing", pd.DataFrame({"a": []}), words)
    table = table_of("some", "Something", pd.DataFrame({"a": [1.0]}, index=["x"]), words)
    sections = [Section("gone", "Gone", tables=[empty]), Section("here", "Here", tables=[empty, table])]
    verdict = Verdict("proved", "Proved", ["<b>as it is</b>"])
    text = page_text(Page("t", "s", verdict, [Figure("f", 0.1)], sections, words))
    assert 'id="gone"' not in text and 'href="#gone"' not in text
    assert 'id="here"' in text and 'data-name="none"' not in text
    assert "&lt;b&gt;as it is&lt;/b&gt;" in text and '<data value="0.1"' in text


@pytest.mark.parametrize(("rows", "filled"), [(1, 1), (300, 10), (301, 10), (2_000, 0), (2_000, 999), (2_000, 1_500)])
def test_rows_that_are_held_are_those_with_the_largest_numbers(rows: int, filled: int) -> None:
    values = np.zeros(rows)
    values[:filled] = np.random.default_rng(rows + filled).permutation(np.arange(1.0, filled + 1))
    held, zeros = held_rows(pd.DataFrame({"a": values}))
    kept = set(held["a"])
    if rows <= 300:
        assert (len(held), zeros) == (rows, 0)
    else:
        assert zeros == rows - filled
        most = filled if filled <= 1_000 else 300
        assert len(held) == most and kept == set(np.arange(filled - most + 1.0, filled + 1))
    assert list(held.index) == sorted(held.index)
