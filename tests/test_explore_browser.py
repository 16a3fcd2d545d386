"""What-if as people see it, in a Chromium: what is turned there is planned here, and the page asks for nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import natura_opt as no

from .browser import Browser
from .test_cli import folder_of
from .test_cli_plans import HOSTILE, tiny

pytest.importorskip("dash")
pytest.importorskip("selenium")
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from natura_opt.explore.explorer import Explorer
from natura_opt.explore.serving import address_of, server_of


class Page:
    """The page of one model in a browser."""

    def __init__(self, browser: Browser, explorer: Explorer, address: str) -> None:
        self.browser, self.explorer, self.address = browser, explorer, address

    def open(self) -> Page:
        """Show it as if for the first time, and wait until it answers."""
        self.browser.open(self.address)
        self.browser.until("return document.getElementById('status') && document.querySelector('.main-svg')")
        return self

    def field(self, words: str) -> Any:
        """Return the field of the dial that is called so."""
        rows = self.browser.driver.find_elements(By.CSS_SELECTOR, ".dial")
        row = next(row for row in rows if row.text.startswith(words))
        return row.find_element(By.CSS_SELECTOR, "input[type=number]")

    def turn(self, words: str, value: str) -> None:
        """Write a number into the field of a dial."""
        field = self.field(words)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(value)

    def objective(self) -> float | None:
        text = self.browser("const at = document.getElementById('objective'); return at && at.textContent")
        return None if text is None else float(text)

    def shows(self, objective: float) -> None:
        """Wait until an objective is shown; fail where it never is."""
        self.browser.until(
            "const at = document.getElementById('objective');"
            "return at && Math.abs(Number(at.textContent) - arguments[0]) <= 1e-8 * Math.abs(arguments[0])",
            objective,
        )

    def table(self, title: str) -> list[list[str]]:
        """Return the cells of a table by its title."""
        return self.browser(
            "const table = [...document.querySelectorAll('table')].find(one => one.title == arguments[0]);"
            "return [...table.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))",
            title,
        )

    def quiet(self) -> None:
        assert self.browser.complaints() == []
        assert self.browser.asked_outside() == []


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Explorer, str, Path]]:
    explorer, place = Explorer("five_year_plan"), tmp_path_factory.mktemp("shared") / "scenario"
    server = server_of(explorer, 0, str(place))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield explorer, address_of(server), place
    server.shutdown(), server.server_close()


@pytest.fixture(scope="module")
def opened(served: tuple[Explorer, str, Path], session_browser: Browser) -> Page:
    return Page(session_browser, *served[:2]).open()


@pytest.fixture
def page(opened: Page, browser: Browser) -> Page:
    """The page with everything where it stood: to load it again takes seconds."""
    if opened.browser("return location.href") != opened.address:
        opened.open()
    opened.browser("document.getElementById('reset').click()")
    opened.shows(opened.explorer.first.objective)
    return opened


def with_labour(hours: float) -> no.Plan:
    planner = no.Planner("five_year_plan")
    planner.change("resource_limits", {"labour": hours}, period="year3")
    return no.solve(planner.economy, planner.question).assert_optimal()


def test_the_first_plan_is_shown_and_nothing_else_is_asked_for(page: Page) -> None:
    plan = no.solve("five_year_plan")
    page.shows(plan.objective)
    assert [row[0] for row in page.table("fulfilment of the targets")] == list(plan.economy.periods)
    for row in page.table("activities"):
        assert row[4] == f"{plan.activities.loc[row[0], row[1]]:,.6g}" and row[5] == "0"
    page.quiet()


def test_a_number_that_is_turned_changes_all_figures(page: Page) -> None:
    page.turn("resource limits: labour, year3", "3.5")
    now, first = with_labour(3.5), no.solve("five_year_plan")
    page.shows(now.objective)
    for title, mine, its in (
        ("activities", now.activities, first.activities),
        ("net output", now.net_output, first.net_output),
    ):
        for name, period, _, before, after, _ in page.table(title):
            assert float(after.replace(",", "")) == pytest.approx(mine.loc[name, period], rel=1e-5, abs=1e-9)
            assert float(before.replace(",", "")) == pytest.approx(its.loc[name, period], rel=1e-5, abs=1e-9)
    worth = {(kind, name, period): after for kind, name, period, _, after, _ in page.table("what one more is worth")}
    assert float(worth["resource", "labour", "year3"]) == pytest.approx(
        now.valuations.loc[("resource", "labour"), "year3"], rel=1e-5
    )
    said = page.browser("return document.getElementById('command').textContent")
    assert "resource_limits.labour@year3=3.5" in said
    page.quiet()


def test_a_slider_that_is_moved_changes_the_number_and_the_plan(page: Page) -> None:
    thumb = page.browser.driver.find_element(By.CSS_SELECTOR, ".dial [role=slider]")
    for _ in range(5):
        thumb.send_keys(Keys.ARROW_RIGHT)
    hours = 3.02 * 1.05
    page.shows(with_labour(hours).objective)
    assert float(page.field("resource limits: labour, year3").get_attribute("value")) == pytest.approx(hours)
    page.quiet()


def test_all_goes_back_to_where_it_stood(page: Page) -> None:
    first = no.solve("five_year_plan").objective
    page.turn("resource limits: labour, year3", "1")
    page.shows(with_labour(1.0).objective)
    page.browser("document.getElementById('reset').click()")
    page.shows(first)
    assert float(page.field("resource limits: labour, year3").get_attribute("value")) == 3.02
    page.quiet()


def choose(page: Page, words: str) -> None:
    """Look for a dial and take it."""
    page.browser.driver.find_element(By.ID, "chosen").click()
    page.browser.until("return document.querySelector('.dash-dropdown-search')")
    page.browser.driver.find_element(By.CSS_SELECTOR, ".dash-dropdown-search").send_keys(words)
    page.browser.until("return document.querySelectorAll('.dash-dropdown-option').length == 1")
    page.browser.driver.find_element(By.CSS_SELECTOR, ".dash-dropdown-option").click()
    page.browser.keys(Keys.ESCAPE)
    page.browser.until(
        "return [...document.querySelectorAll('.dial')].some(d => d.innerText.startsWith(arguments[0]))", words
    )


def test_a_dial_that_is_looked_for_can_be_turned_and_what_cannot_be_is_said(page: Page) -> None:
    choose(page, "setting: floor")
    page.turn("setting: floor", "0.4")
    page.shows(no.solve("five_year_plan", floor=0.4).objective)
    page.turn("setting: floor", "1.9")
    page.browser.until("return document.getElementById('status').textContent == 'infeasible'")
    said = page.browser("return document.getElementById('sentence').textContent")
    plan = no.solve("five_year_plan", floor=1.9)
    assert plan.impossibility is not None and said == plan.impossibility.sentence
    assert page.objective() is None
    page.turn("setting: floor", "-1")
    page.browser.until(
        "const at = document.querySelector('#answer .trouble'); return at && at.textContent.includes('floor')"
    )
    page.quiet()


def test_a_scenario_is_shared_as_a_model(page: Page, served: tuple[Explorer, str, Path], tmp_path: Path) -> None:
    import zipfile

    page.browser.driver.execute_cdp_cmd(
        "Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    page.turn("resource limits: labour, year3", "3.5")
    page.shows(with_labour(3.5).objective)
    page.browser("document.getElementById('write').click()")
    page.browser.until("return document.getElementById('written').textContent.startsWith('written to')")
    assert no.solve(served[2]).objective == pytest.approx(with_labour(3.5).objective, rel=1e-12)
    page.browser("document.getElementById('share').click()")
    page.browser.until("return true")
    packed = tmp_path / "scenario.zip"
    for _ in range(200):
        if packed.exists():
            break
        threading.Event().wait(0.05)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path)
    assert no.solve(tmp_path / "scenario").objective == pytest.approx(with_labour(3.5).objective, rel=1e-12)
    page.quiet()


def test_hostile_names_stay_text(browser: Browser, tmp_path: Path) -> None:
    names = [*HOSTILE, "<img src=x onerror=window.harmed=1>", "</script><script>window.harmed=1</script>"]
    explorer = Explorer(folder_of(tmp_path, tiny(names).with_changes(title="<b onclick=1>tiny</b>")))
    server = server_of(explorer, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        page = Page(browser, explorer, address_of(server)).open()
        page.shows(explorer.first.objective)
        assert {row[0] for row in page.table("activities")} == {*names}
        choose(page, "targets: <img src=x")
        page.turn("targets: <img src=x", "2")
        economy = explorer.start.economy
        targets = [2.0 if name.startswith("<img") else 1.0 for name in names]
        page.shows(no.solve(economy.with_changes(targets=targets)).objective)
        assert page.browser("return document.querySelector('h1').textContent") == "<b onclick=1>tiny</b>"
        assert page.browser(
            "return window.harmed === undefined && !document.querySelector('#answer img, #answer script')"
        )
        page.quiet()
    finally:
        server.shutdown(), server.server_close()
