"""Reports as files: every number is the answer's, every name is text, and nothing is asked of any other place."""

from __future__ import annotations

import base64
import hashlib
import html
import math
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import natura_opt as no
from benchmarks.economies import FOUR_FILES, UK_2015
from natura_opt.base.labels import name_of
from natura_opt.formulate import program_in_pieces
from natura_opt.plan.limits import binding_limits, count_limits
from natura_opt.reports.explained import MOST_LINES
from natura_opt.reports.page import script_json
from natura_opt.reports.tables import LONG, MOST_ROWS, Words, held_rows, plain_number, table_of

from .report_pages import HOSTILE, HOSTILE_TEXT, ReadPage, hostile_economy

MODELS = ("wheat_cloth_pollution", "five_year_plan", "village_2020", "kantorovich_machines")


@pytest.fixture(scope="module")
def plans() -> dict[str, no.Plan]:
    return {name: no.solve(name) for name in MODELS}


@pytest.fixture(scope="module")
def pages(plans: dict[str, no.Plan], tmp_path_factory: pytest.TempPathFactory) -> dict[str, ReadPage]:
    folder = tmp_path_factory.mktemp("reports")
    return {name: ReadPage(plan.report(folder / f"{name}.html", flows=False)) for name, plan in plans.items()}


def stored(value: Any) -> Any:
    """Return a number of a frame as JSON can hold it, by other means than the page's."""
    if pd.isna(value):
        return None
    return {math.inf: "inf", -math.inf: "-inf"}.get(float(value), float(value))


def assert_same(shown: dict[str, list[Any]], frame: pd.DataFrame, titles: dict[str, str] | None = None) -> None:
    """Assert that a page's table holds a frame's labels and every one of its numbers, in its order."""
    levels = frame.index.nlevels if isinstance(frame.index, pd.MultiIndex) else 1
    if not isinstance(frame.index, pd.RangeIndex):
        parts = [[label] for label in frame.index] if levels == 1 else [list(label) for label in frame.index]
        names = [list(map(name_of, part)) for part in zip(*parts, strict=True)]
        assert list(shown.values())[:levels] == names
    for column in frame.columns:
        title = (titles or {}).get(column, name_of(column))
        values = shown.get(title, shown.get(title.replace("_", " ")))
        if values is None:
            assert set(frame[column]) == {""}  # where nothing has a unit there is no such column
        elif pd.api.types.is_bool_dtype(frame[column]):
            assert values == ["yes" if value else "no" for value in frame[column]]
        elif pd.api.types.is_numeric_dtype(frame[column]):
            assert values == [stored(value) for value in frame[column]]
        else:
            for value, given in zip(values, frame[column], strict=True):
                assert value == (stored(given) if isinstance(value, int | float) or value is None else name_of(given))


@pytest.mark.parametrize("model", MODELS)
def test_every_number_of_a_page_is_the_plans(model: str, plans: dict[str, no.Plan], pages: dict[str, ReadPage]) -> None:
    plan, page = plans[model], pages[model]
    tables = plan.tables()
    assert set(tables) - {"summary", "valuations"} <= set(page.names)
    for name in set(tables) - {"summary", "valuations", "activities"}:
        assert_same(page.table(name), tables[name])
    order = np.argsort(-plan.activities.to_numpy().max(axis=1), kind="stable")
    assert_same(page.table("activities"), plan.activities.iloc[order])
    for kind, frame in plan.valuations_by_kind.items():
        assert_same(page.table(f"valuations of {kind}"), frame)
    certificate = page.table("certificate")
    figures = dict(zip(certificate["figure"], certificate["value"], strict=True))
    assert figures["objective"] == plan.objective
    assert figures["bound"] == plan.certificate.dual_objective
    assert figures["gap"] == plan.certificate.gap
    assert float(page.values[0]) == plan.objective
    assert float(page.values[1]) == plan.certificate.dual_objective


@pytest.mark.parametrize("model", MODELS)
def test_limits_sum_to_the_objective_and_say_what_one_more_brings(
    model: str, plans: dict[str, no.Plan], pages: dict[str, ReadPage]
) -> None:
    plan, page = plans[model], pages[model]
    shown = page.table("limits")
    intervals = 10 if plan.has_intervals else 0
    frame = binding_limits(plan, intervals=intervals)
    assert page.rows("limits") == count_limits(plan) == len(shown["worth"])
    assert shown["worth"] == [stored(value) for value in frame["worth"]]
    assert sum(shown["worth"]) == pytest.approx(plan.objective, rel=1e-9)
    apart = [title for title in shown if title.startswith("one more")]
    if intervals:
        # each interval is solved from the basis of the one before: last digits depend on what was asked first
        assert shown[apart[0]][:10] == pytest.approx(frame["one_more"].head(10).to_list(), rel=1e-9)
        assert set(shown[apart[0]][10:]) <= {None}  # not looked for, so not said


def test_degenerate_valuations_show_both_ends(plans: dict[str, no.Plan], pages: dict[str, ReadPage]) -> None:
    shown = pages["five_year_plan"].table("limits")
    at = shown["name"].index("iron in coal")
    low, high = plans["five_year_plan"].valuation_interval("accumulation", ("iron", "coal", "year1"))
    assert (shown["one more brings"][at], shown["one less costs"][at]) == (low, high)
    assert low < high


@pytest.mark.parametrize("model", ["wheat_cloth_pollution", "five_year_plan", "village_2020"])
def test_a_good_is_explained_as_the_plan_explains_it(
    model: str, plans: dict[str, no.Plan], pages: dict[str, ReadPage]
) -> None:
    plan, page = plans[model], pages[model]
    told, words = page.data["explanations"], page.words
    assert [words[place] for place in told["goods"]] == list(map(name_of, plan.economy.goods))
    assert [words[place] for place in told["periods"]] == list(map(name_of, plan.economy.periods))
    for t, period in enumerate(plan.economy.periods):
        for k, good in enumerate(plan.economy.goods):
            entry, said = told["told"][t][k], plan.explain(good, period, kind="good")
            assert entry["worth"] == said.valuation
            if said.interval is not None:
                assert tuple(entry["interval"]) == said.interval
            balance = ", ".join(f"{amount:.6g} {words[word]}" for amount, word in entry["balance"])
            assert f"  {balance}" in said.lines
            if "maker" not in entry:
                assert not len(said.makes)
                continue
            assert any(f"made by {words[entry['maker']]!r}" in line for line in said.lines)
            assert entry["output"] == said.makes["amount"].sum()
            for account, frame in ((entry["takes"], said.cost), (entry["whole"], said.takes)):
                assert_account(account, frame, words)


def assert_account(account: dict[str, Any], frame: pd.DataFrame, words: list[str]) -> None:
    """Assert that an account of a page holds the dearest lines of one of the plan's, and the sum of the others."""
    figures = frame[["amount", "valuation"]].to_numpy().tolist()
    expected = {(*label, *row) for label, row in zip(frame.index, figures, strict=True)}
    lines = [(words[kind], words[name], amount, valuation) for kind, name, amount, valuation in account["lines"]]
    assert set(lines) <= expected
    others, rest = account.get("others", (0, 0.0))
    assert len(lines) + others + account["free"] == len(frame)
    worth = sum(amount * valuation for _, _, amount, valuation in lines) + rest
    assert worth == pytest.approx(frame["worth"].sum(), rel=1e-9, abs=1e-12 * float(frame["worth"].abs().max()))
    smallest = min((abs(amount * valuation) for _, _, amount, valuation in lines), default=0.0)
    left = [row for row in expected if row not in lines]
    assert all(abs(amount * valuation) <= smallest * (1 + 1e-12) for _, _, amount, valuation in left)
    assert len(lines) <= MOST_LINES


def test_what_is_not_explained_in_a_large_plan_is_said(
    plans: dict[str, no.Plan], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan = plans["five_year_plan"]
    for limit in ("WHOLE_CHAINS", "INTERVALS"):
        monkeypatch.setattr(f"natura_opt.reports.explained.{limit}", 19)  # of 20 goods times periods
    page = ReadPage(plan.report(tmp_path / "large.html", flows=False))
    told = page.data["explanations"]
    assert told["left_out"] == [
        "what it takes in all, through every good it is made of", "the interval of its valuation"
    ]  # fmt: skip
    assert not any({"interval", "whole"} & set(entry) for goods in told["told"] for entry in goods)
    assert_account(told["told"][2][3]["takes"], plan.explain("bread", "year3", "good").cost, page.words)


@pytest.mark.exhaustive
@pytest.mark.skipif(not UK_2015.is_dir(), reason="the tables of the 129 industries are not here")
def test_the_page_of_129_industries_is_quick_small_and_the_plans(tmp_path: Path) -> None:
    economy = no.read_five_year(*(UK_2015 / name for name in FOUR_FILES), name="uk_2015")
    plan = no.solve(economy).assert_optimal()
    begun = time.process_time()
    plan.report(tmp_path / "uk.html")
    assert time.process_time() - begun < 2.0
    assert (tmp_path / "uk.html").stat().st_size < 6_000_000
    page = ReadPage(plan.report(tmp_path / "small.html", flows=False))
    assert (tmp_path / "small.html").stat().st_size < 900_000
    for name, frame in plan.tables().items():
        if name not in ("summary", "activities", "valuations"):
            assert_same(page.table(name), held_rows(frame)[0])
    for t, k in ((0, 5), (2, 38), (4, 128)):
        good, period = economy.goods[k], economy.periods[t]
        said, entry = plan.explain(good, period, "good"), page.data["explanations"]["told"][t][k]
        assert entry["worth"] == said.valuation
        assert_account(entry["takes"], said.cost, page.words)


def test_flows_are_drawn_where_there_are_some_and_by_choice(plans: dict[str, no.Plan], tmp_path: Path) -> None:
    plan = plans["five_year_plan"]
    drawn = ReadPage(plan.report(tmp_path / "drawn.html"))
    assert [one["words"] for one in drawn.data["flows"]] == ["all periods together", *plan.economy.periods]
    assert (tmp_path / "drawn.html").stat().st_size < 6_000_000
    links = drawn.data["flows"][0]["figure"]["data"][0]["link"]
    assert sum(links["value"]) == pytest.approx(sum(plan.plot.flows().data[0].link.value))
    still = ReadPage(plan.report(tmp_path / "still.html", flows=False))
    assert "flows" not in still.data
    assert (tmp_path / "still.html").stat().st_size < 200_000
    assert still.table("flows") == drawn.table("flows")


def test_rules_and_rows_of_ones_own_are_shown_by_what_they_declare(tmp_path: Path) -> None:
    def law(program: no.ProgramBuilder, economy: no.Economy, question: no.Question) -> None:
        program.rows("mine", economy.periods, "<=", np.full(5, 5.0))
        program.terms("mine", "activities", np.kron(np.eye(5), [[1.0, 1.0, 0.0, 0.0]]))

    economy = no.read("five_year_plan").require(HOSTILE[2], {"bread": 1.0}, ">=", 2.0, period="year2")
    plan = no.solve(economy, extra_laws=[no.ExtraLaw("matrix", law)])
    page = ReadPage(plan.report(tmp_path / "rules.html", flows=False))
    (rule,) = [name for name in page.names if "rule" in name and name.startswith("rows")]
    assert page.table(rule)["name"] == [HOSTILE[2]]
    assert page.table(rule)["side"] == [2]
    assert page.table(rule)["level"][0] == pytest.approx(plan.activities.loc["bread", "year2"])
    assert_same(page.table("extra mine"), plan.extra["mine"])
    assert page.table("rows mine")["valuation"] == plan.extra["mine"]["valuation"].to_list()
    laws = page.table("laws")
    assert laws["law"] == [
        getattr(block.declared, "meaning", "your own 'mine'") for block in plan.program.rows if len(block.index)
    ]
    assert sum(laws["worth"]) == pytest.approx(plan.objective, rel=1e-9)  # every bound of a column is zero


def test_a_plan_of_a_program_in_pieces_has_a_page_without_explanations(tmp_path: Path) -> None:
    plan = no.solve("wheat_cloth_pollution")
    pieced = replace(plan, program=program_in_pieces(plan.economy, plan.question))
    page = ReadPage(pieced.report(tmp_path / "pieced.html", flows=False))
    assert "explanations" not in page.data
    assert_same(page.table("emissions"), plan.emissions)


def test_of_thousands_of_goods_those_worth_most_are_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("natura_opt.reports.explained.MOST_TOLD", 10)
    plan = no.solve("five_year_plan")
    page = ReadPage(plan.report(tmp_path / "few.html", flows=False))
    told = page.data["explanations"]
    worth = (plan.good_valuations * plan.output).sum(axis=1).sort_values(ascending=False)
    assert {page.words[place] for place in told["goods"]} == set(worth.index[:2])
    good = page.words[told["goods"][1]]
    assert told["told"][3][1]["worth"] == plan.good_valuations.loc[good, "year4"]


# ---- what is not proved, and what cannot be --------------------------------------------------------------------------


def test_an_impossible_plan_says_so_first_and_what_would_have_to_give(tmp_path: Path) -> None:
    plan = no.solve("five_year_plan", floor=3.0)
    page = ReadPage(plan.report(tmp_path / "none.html"))
    assert plan.impossibility is not None
    head = page.text[: page.text.index("<nav")]
    assert "There is no plan: proved" in head
    assert "cannot be served within the stock of &#39;iron in coal&#39;" in head
    assert_same(page.table("shortfall"), plan.why_not().shortfall.table)
    assert_same(page.table("prices"), plan.why_not().prices)
    assert page.names == ["shortfall", "prices"]
    assert "explanations" not in page.data


def test_a_plan_that_is_not_proved_says_so_first(tmp_path: Path) -> None:
    plan = replace(no.solve("five_year_plan"), status=no.Status.TIME_LIMIT)
    page = ReadPage(plan.report(tmp_path / "open.html", flows=False))
    head = page.text[: page.text.index("<nav")]
    assert "NOT proved: time limit" in head
    assert "no plan does better</p>" not in head
    (limits,) = [table for table in page.data["tables"] if table["name"] == "limits"]
    assert limits["caption"] == "What the bound is made of"


def test_an_unbounded_plan_has_a_page(tmp_path: Path) -> None:
    economy = no.build_economy(
        goods=["a"], inputs=[[0.5]], targets=[1.0], resources=["r"], resource_use=[[0.0]], resource_limits=[1.0]
    )
    plan = no.solve(economy)
    assert plan.status is no.Status.UNBOUNDED
    page = ReadPage(plan.report(tmp_path / "endless.html"))
    assert "There is no best plan: proved" in page.text


# ---- comparisons and sweeps ------------------------------------------------------------------------------------------


def test_a_comparison_shows_every_method_and_why_one_cannot_answer(tmp_path: Path) -> None:
    found = no.compare("five_year_plan", methods=["highs", "fixed-point", "harmony-2018"])
    page = ReadPage(found.report(tmp_path / "compared.html"))
    titles = {"gap": "gap to optimum", "worst_fulfilment": "worst served"}
    assert_same(page.table("methods"), found.table.drop(columns="note"), titles)
    assert_same(page.table("activities"), found.activities)
    assert_same(page.table("differences"), found.differences)
    assert "fixed-point cannot answer: five_year_plan: stocks of capital tie the periods together" in page.text
    shown = page.table("consumption")
    for method, plan in found.plans.items():
        pairs = zip(shown["good"], shown["period"], shown[method], strict=True)
        assert all(plan.consumption.loc[good, period] == value for good, period, value in pairs)


def test_a_sweep_shows_its_table_and_what_its_line_is_drawn_from(tmp_path: Path) -> None:
    found = no.sweep("five_year_plan", {"floor": [0.0, 0.4, 9.0]}, cores=1)
    page = ReadPage(found.report(tmp_path / "sweep.html"))
    assert_same(page.table("sweep"), found.table)
    assert page.data["line"]["across"] == ["floor"]
    assert page.data["line"]["drawn"][0] == "objective"
    assert "Proved at every one of 3 points" in page.text


def test_a_sweep_of_words_has_no_line(tmp_path: Path) -> None:
    found = no.sweep("five_year_plan_ends", {"terminal": ["keep", "none"]}, cores=1)
    page = ReadPage(found.report(tmp_path / "sweep.html"))
    assert "line" not in page.data
    assert page.table("sweep")["terminal"] == ["keep", "none"]


# ---- names, and other places -----------------------------------------------------------------------------------------


def test_a_hostile_name_is_text(tmp_path: Path) -> None:
    plan = no.solve(hostile_economy())
    page = ReadPage(plan.report(tmp_path / "hostile.html"))
    assert set(HOSTILE) <= set(page.words)
    assert len(page.scripts) == 2  # plotly's and the page's own: no name has become one
    body = page.text[: page.text.index('<script type="application/json"')]
    assert "<script" not in body
    assert "<img" not in body
    assert "<b>" not in body
    assert "49" not in body.partition("<h1>")[2].partition("</h1>")[0]
    assert "{{7*7}}" in body
    title = page.text.partition("<title>")[2].partition("</title>")[0]
    assert html.unescape(title).startswith(HOSTILE_TEXT)
    assert not set("<>\"'") & set(title)


def test_data_in_a_script_cannot_end_it() -> None:
    said = script_json({"a": "</script><!--<script>&\u2028\u2029\ud800"})
    assert not set("<>&\u2028\u2029\ud800") & set(said)
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json({"a": float("nan")})


def test_a_page_forbids_itself_other_places(pages: dict[str, ReadPage]) -> None:
    for page in pages.values():
        assert page.policy.startswith("default-src 'none'; script-src 'sha256-")
        allowed = re.findall(r"'sha256-([^']+)'", page.policy)
        held = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in page.scripts]
        assert allowed == held
        assert "unsafe-eval" not in page.policy
        assert all(reference.startswith("#") for reference in page.references)
        assert "url(" not in page.text.partition("<style>")[2].partition("</style>")[0]


# ---- files -----------------------------------------------------------------------------------------------------------


def test_only_an_earlier_report_is_replaced(plans: dict[str, no.Plan], tmp_path: Path) -> None:
    plan, place = plans["kantorovich_machines"], tmp_path / "plan.html"
    place.write_text("<p>my own page</p>")
    with pytest.raises(no.OutputError, match="is no report written by natura-opt"):
        plan.report(place)
    assert place.read_text() == "<p>my own page</p>"
    place.unlink()
    assert no.report(plan, place, flows=False) == place
    before = place.read_text(encoding="utf-8")
    plan.report(str(place), flows=False)
    assert place.read_text(encoding="utf-8") == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["plan.html"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda plan, folder: plan.report(folder / "plan.pdf"), "write NAME.html"),
        (lambda plan, folder: plan.report(folder), "the ending '' is not supported"),
        (lambda plan, folder: plan.report(folder / "missing" / "plan.html"), "No such file"),
        (lambda plan, folder: no.report(plan.economy, folder / "plan.html"), "a Plan, a Comparison or a Sweep"),
        (lambda plan, folder: no.report(plan, folder / "plan.html", flows="yes"), "flows must be True or False"),
        (lambda plan, folder: plan.report(3), "path must be"),
    ],
)
def test_what_cannot_be_written_is_refused(
    call: Callable[[no.Plan, Path], Any], words: str, plans: dict[str, no.Plan], tmp_path: Path
) -> None:
    with pytest.raises(no.NaturaError, match=words):
        call(plans["kantorovich_machines"], tmp_path)
    assert list(tmp_path.iterdir()) == []


# ---- tables ----------------------------------------------------------------------------------------------------------


def test_a_long_table_leaves_zeros_out_and_a_longer_one_keeps_the_largest() -> None:
    values = np.zeros(LONG + 10)
    values[7] = -2.5
    frame = pd.DataFrame({"a": values, "b": "word"}, index=[f"n{k}" for k in range(len(values))])
    held, zeros = held_rows(frame)
    assert (list(held.index), zeros) == (["n7"], LONG + 9)
    assert held_rows(frame.head(LONG))[1] == 0
    values = np.arange(MOST_ROWS + 5, dtype=float)
    held, zeros = held_rows(pd.DataFrame({"a": -values}))
    assert zeros == 1
    assert held["a"].to_list() == list(-values[-LONG:])
    table = table_of("t", "c", pd.DataFrame({"a": -values}), Words()).data()
    assert (table["rows"], table["zeros"], len(table["columns"][0]["values"])) == (MOST_ROWS + 5, 1, LONG)


def test_numbers_keep_all_their_digits_and_words_are_written_once() -> None:
    values = [0.1 + 0.2, 1e-300, 2.0**60, -0.0, 5e-324, float("inf"), float("nan")]
    frame = pd.DataFrame({"x": values, "w": ["a", "b", "a", "a", "b", "b", "a"]}, index=list("abcdefg"))
    words = Words()
    table = table_of("t", "c", frame, words).data()
    assert words.listed() == list("abcdefg")
    assert table["columns"][2]["values"] == [0, 1, 0, 0, 1, 1, 0]
    assert table["columns"][1]["values"] == [*values[:5], "inf", None]
    assert plain_number(np.int64(3)) == 3
    assert plain_number(pd.NA) is None
