"""Reports in Chromium: quiet, closed to the outside, usable with a mouse, keys, a spreadsheet and in the dark."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

import natura_opt as no

from .browser import Browser
from .report_pages import HOSTILE, HOSTILE_TEXT, ReadPage, hostile_economy

#: The table of a name, and its cells as they are shown.
SHEET = "const sheet = document.querySelector(`[data-name='${arguments[0]}']`);"
CELLS = SHEET + "return [...sheet.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => "
OPEN_ALL = "document.querySelectorAll('details').forEach((one) => one.open = true)"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    five = no.solve("five_year_plan")
    swept = no.sweep("five_year_plan", {"floor": [0.0, 0.25, 0.5, 9.0]}, cores=1)
    compared = no.compare("kantorovich_machines", methods=["highs", "harmony"])
    return {
        "five": five.report(folder / "five.html"),
        "pollution": no.solve("wheat_cloth_pollution").report(folder / "pollution.html", flows=False),
        "hostile": no.solve(hostile_economy()).report(folder / "hostile.html"),
        "none": no.solve("five_year_plan", floor=3.0).report(folder / "none.html"),
        "sweep": swept.report(folder / "sweep.html"),
        "compared": compared.report(folder / "compared.html"),
    }


def opened(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.until("return document.readyState === 'complete'")


@pytest.mark.parametrize("name", ["five", "pollution", "hostile", "none", "sweep", "compared"])
def test_a_page_is_quiet_fits_and_asks_nobody(browser: Browser, pages: dict[str, Path], name: str) -> None:
    opened(browser, pages[name])
    browser(OPEN_ALL)
    for width in (1280, 400):
        browser.size(width)
        assert browser("return document.documentElement.scrollWidth") <= width
        inside = "return [...document.querySelectorAll('p, li, h1, h2, button, .figures div')].every((one) => "
        inside += "one.closest('.scroll, .drawing, .skip') || one.getBoundingClientRect().right <= innerWidth + 1)"
        assert browser(inside)
    assert browser.complaints() == []
    assert browser.asked_outside() == []


def test_every_number_that_is_shown_is_the_pages_own(browser: Browser, pages: dict[str, Path]) -> None:
    held = ReadPage(pages["five"])
    opened(browser, pages["five"])
    browser(OPEN_ALL)
    browser.until(
        "return document.querySelectorAll('details').length === document.querySelectorAll('details table').length"
    )
    for _ in range(2):  # each of them shows its first rows, and then all of them
        more = "[...document.querySelectorAll('.more button')].filter((one) => one.textContent.startsWith('Show all'))"
        browser(f"{more}.forEach((one) => one.click())")
    for at, table in enumerate(held.data["tables"]):
        cells = browser(
            "return [...document.querySelectorAll(`[data-table='${arguments[0]}'] tbody tr`)].map((row) => "
            "[...row.children].map((cell) => cell.dataset.value ?? cell.textContent))", at,
        )  # fmt: skip
        columns = [
            [
                held.words[value] if column["kind"] != "number" and value is not None else value
                for value in column["values"]
            ]
            for column in table["columns"]
        ]
        assert len(cells) == len(columns[0])
        for row, values in zip(cells, zip(*columns, strict=True), strict=True):
            for shown, value in zip(row, values, strict=True):
                same = float(shown) == value if isinstance(value, int | float) else shown == (value or "")
                assert same, (table["name"], shown, value)


def test_a_click_explains(browser: Browser, pages: dict[str, Path]) -> None:
    plan = no.solve("five_year_plan")
    opened(browser, pages["five"])
    browser("[...document.querySelectorAll('button.name')].find((one) => one.textContent === 'bread').click()")
    assert browser("return document.getElementById('explained').open")
    dearest = browser("return document.querySelector('#explained select option:checked').textContent")
    assert dearest == plan.explain("bread").period
    said = browser("return document.getElementById('explained').innerText")
    assert "One more tonne is worth" in said
    worth = browser("return Number(document.querySelector('#explained data').value)")
    assert worth == plan.explain("bread").valuation
    browser(
        "const chosen = document.querySelector('#explained select'); chosen.value = 0; "
        "chosen.dispatchEvent(new Event('change'))"
    )
    first = plan.explain("bread", "year1", kind="good")
    assert browser("return Number(document.querySelector('#explained data').value)") == first.valuation
    amounts = browser(
        "return [...document.querySelector('#explained table').querySelectorAll('tbody td:nth-child(3)[data-value]')]"
        ".map((cell) => Number(cell.dataset.value))"
    )
    scarce = first.cost[first.cost["worth"] > 0]
    assert amounts == scarce["amount"].to_list()
    assert len(amounts) >= 2
    browser("[...document.querySelectorAll('#explained button.name')][0].click()")  # and on to what it is made of
    assert browser("return document.getElementById('explained-name').textContent") in plan.economy.goods
    assert browser.complaints() == []


def test_a_table_sorts_filters_and_copies_all_digits(browser: Browser, pages: dict[str, Path]) -> None:
    plan = no.solve("five_year_plan")
    opened(browser, pages["five"])
    head = SHEET + "sheet.querySelectorAll('thead button')[arguments[1]].click();"
    column = CELLS + "cell.dataset.value ?? cell.textContent)).map((row) => row[arguments[1]])"
    sorted_as = SHEET + "return sheet.querySelectorAll('thead th')[arguments[1]].getAttribute('aria-sort')"
    values = plan.activities["year2"].to_list()
    for order, expected in (
        ("descending", sorted(values, reverse=True)),
        ("ascending", sorted(values)),
        (
            "none",
            plan.activities.loc[plan.activities.max(axis=1).sort_values(ascending=False).index, "year2"].to_list(),
        ),
    ):
        browser(head, "activities", 3)
        assert browser(sorted_as, "activities", 3) == order
        assert [float(value) for value in browser(column, "activities", 3)] == expected
        assert browser("return document.getElementById('said').textContent")
    browser(
        SHEET
        + "const box = sheet.querySelector('input'); box.value = 'Coal FINAL'; box.dispatchEvent(new Event('input'))",
        "flows",
    )
    assert browser(column, "flows", 0) == ["coal"]
    assert browser("return document.getElementById('said').textContent") == "1 rows."
    copied(browser, "flows")
    text = browser("return window.copied")
    lines = [line.split("\t") for line in text.splitlines()]
    assert lines[0] == ["good", "flow", "place", "amount", "unit", "worth"]
    assert lines[1][:3] == ["coal", "goes to", "final use"]
    assert float(lines[1][3]) == pytest.approx(plan.consumption.loc["coal"].sum(), rel=1e-12)
    assert len(lines) == 2


def copied(browser: Browser, table: str) -> None:
    """Copy a table, with a clipboard that keeps what it is given where the test can read it."""
    browser(
        "window.copied = null; Object.defineProperty(navigator, 'clipboard', {configurable: true, value: "
        "{writeText: async (text) => { window.copied = text; }}})"
    )
    browser(SHEET + "[...sheet.querySelectorAll('.tools button')].at(-1).click()", table)
    browser.until("return window.copied !== null")


def test_where_the_clipboard_refuses_an_older_way_is_taken_and_then_the_text_shown(
    browser: Browser, pages: dict[str, Path]
) -> None:
    opened(browser, pages["pollution"])
    browser(
        "window.older = ''; Object.defineProperty(navigator, 'clipboard', {configurable: true, value: undefined});"
        "document.execCommand = () => { window.older = document.activeElement.value; return true; }"
    )
    copy = SHEET + "[...sheet.querySelectorAll('.tools button')].at(-1).click()"
    browser(copy, "emissions")
    browser.until("return window.older")
    assert browser("return window.older") == "pollutant\tunit\t1\nsmoke\tgram\t30\n"
    assert browser("return document.getElementById('said').textContent") == "1 rows copied."
    browser("document.execCommand = () => false")
    browser(copy, "emissions")
    browser.until("return document.getElementById('explained').open")
    assert browser("return document.querySelector('#explained textarea').value") == browser("return window.older")


def test_a_hostile_name_stays_text(browser: Browser, pages: dict[str, Path]) -> None:
    opened(browser, pages["hostile"])
    browser(OPEN_ALL)
    browser("document.querySelectorAll('.more button').forEach((one) => one.click())")
    assert browser("return document.querySelectorAll('img, b, iframe, object, main script').length") == 0
    assert browser("return document.querySelector('h1').textContent") == HOSTILE_TEXT
    goods = browser(CELLS + "cell.textContent)).map((row) => row[0])", "valuations of good")
    assert sorted(goods) == sorted(HOSTILE)
    for name in HOSTILE:
        browser(
            "[...document.querySelectorAll('button.name')].find((one) => one.textContent === arguments[0]).click()",
            name,
        )
        assert browser("return document.getElementById('explained-name').textContent") == name
        assert browser("return document.querySelectorAll('dialog img, dialog b, dialog script').length") == 0
        browser("document.getElementById('explained').close()")
    copied(browser, "valuations of good")
    lines = browser("return window.copied").split("\n")
    assert any(line.startswith("'=1+1\t") for line in lines)  # no spreadsheet takes it for a formula
    assert any(line.startswith('"it\'s ""quoted"" & <b>bold</b>"\t') for line in lines)
    assert browser("return document.querySelectorAll('.plot .sankey-node').length") > 0
    assert browser.complaints() == []
    assert browser.asked_outside() == []


def test_all_of_it_works_with_keys_alone(browser: Browser, pages: dict[str, Path]) -> None:
    opened(browser, pages["five"])
    focused = "const one = document.activeElement; return [one.tagName, one.className, one.textContent]"
    browser.keys(Keys.TAB)
    assert browser(focused)[1] == "skip"
    browser.keys(Keys.ENTER)
    assert browser("return document.activeElement.id") == "content"
    seen: list[Any] = []
    for _ in range(120):
        browser.keys(Keys.TAB)
        seen.append(browser(focused))
        ring = browser("return getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none", seen[-1]  # where one is can be seen
        if seen[-1][1] == "name":
            break
    assert {"INPUT", "BUTTON", "SUMMARY"} <= {tag for tag, _, _ in seen}
    first = seen[-1][2]
    browser.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_UP)
    second = browser(focused)[2]
    names = browser("return [...arguments[0].closest('tbody').querySelectorAll('.name')].map((one) => one.textContent)",
                    browser.driver.switch_to.active_element)  # fmt: skip
    assert (first, second) == (names[0], names[1])
    browser.keys(Keys.ENTER)
    assert browser("return document.getElementById('explained').open")
    assert browser("return document.getElementById('explained').contains(document.activeElement)")
    browser.keys(Keys.ESCAPE)
    assert not browser("return document.getElementById('explained').open")
    assert browser(focused)[1:] == ["name", second]  # back to where it was asked from
    browser.keys(Keys.TAB)
    assert browser(focused)[1] != "name"  # one stop for all names of a table
    browser(SHEET + "sheet.querySelector('thead button').focus()", "activities")
    browser.keys(Keys.ENTER)
    assert (
        browser(SHEET + "return sheet.querySelector('thead th').getAttribute('aria-sort')", "activities") == "ascending"
    )


def test_light_and_dark_as_the_screen_is_and_as_one_likes(browser: Browser, pages: dict[str, Path]) -> None:
    paper = "return getComputedStyle(document.body).backgroundColor"
    opened(browser, pages["five"])
    light = browser(paper)
    pressed = "return document.getElementById('theme').getAttribute('aria-pressed')"
    assert (light, browser(pressed)) == ("rgb(255, 255, 255)", "false")
    ink = "return getComputedStyle(document.querySelector('.plot .node-label')).fill"
    before = browser(ink)
    browser("document.getElementById('theme').click()")
    assert (browser(paper) != light, browser(pressed)) == (True, "true")
    browser.until(ink.replace("return ", "return arguments[0] !== "), before)  # the diagram changes with it
    dark = browser(paper)
    browser.media(prefers_color_scheme="dark")
    opened(browser, pages["pollution"])
    assert (browser(paper), browser(pressed)) == (dark, "true")
    browser("document.getElementById('theme').click()")
    assert (browser(paper), browser(pressed)) == (light, "false")
    browser.media("print", prefers_color_scheme="dark")
    assert browser("return getComputedStyle(document.documentElement).getPropertyValue('--paper')").strip() == "#fff"
    hidden = "return [...document.querySelectorAll('nav, .tools, #theme')].every((one) => "
    assert browser(hidden + "getComputedStyle(one).display === 'none')")


def test_paper_shows_flows_in_dark_ink_and_on_one_sheet(browser: Browser, pages: dict[str, Path]) -> None:
    browser.media(prefers_color_scheme="dark")
    opened(browser, pages["five"])
    ink = "return getComputedStyle(document.querySelector('.plot .node-label')).fill"
    width = "return document.querySelector('.plot').getBoundingClientRect().width"
    on_screen = browser(ink), browser(width)
    browser("window.dispatchEvent(new Event('beforeprint'))")
    assert browser(ink) == "rgb(0, 0, 0)"
    assert browser("return document.querySelector('.plot svg').getBoundingClientRect().width") <= 680
    browser("window.dispatchEvent(new Event('afterprint'))")
    assert (browser(ink), browser(width)) == on_screen
    browser("const chosen = document.querySelector('.drawing select'); chosen.value = 2; "
            "chosen.dispatchEvent(new Event('change'))")  # fmt: skip
    assert "in year2" in browser("return document.querySelector('.plot .gtitle').textContent")


def test_people_who_do_not_see_it_are_told_what_is_where(browser: Browser, pages: dict[str, Path]) -> None:
    opened(browser, pages["five"])
    browser(OPEN_ALL)
    assert browser("return document.documentElement.lang") == "en"
    assert browser(
        "return ['header', 'nav', 'main', 'footer'].map((one) => document.querySelectorAll(one).length)"
    ) == [1, 1, 1, 1]
    tables = browser(
        "return [...document.querySelectorAll('main table')].map((one) => [one.caption.textContent.length > 3, "
        "[...one.querySelectorAll('thead th')].every((head) => head.scope === 'col' && head.ariaSort), "
        "[...one.querySelectorAll('tbody th')].every((head) => head.scope === 'row')])"
    )
    assert tables
    assert all(all(table) for table in tables)
    named = "return [...document.querySelectorAll('button, input, select, a')].every((one) => "
    assert browser(named + "one.textContent || one.labels?.length)")
    levels = browser("return [...document.querySelectorAll('h1, h2, h3')].map((one) => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert browser("return document.getElementById('said').getAttribute('aria-live')") == "polite"


def test_a_sweep_is_drawn_and_another_column_by_choice(browser: Browser, pages: dict[str, Path]) -> None:
    opened(browser, pages["sweep"])
    table = ReadPage(pages["sweep"]).table("sweep")
    dots = "return [...document.querySelectorAll('circle title')].map((one) => one.textContent)"
    points = [f"{x:g}: {y!r}" for x, y in zip(table["floor"], table["objective"], strict=True) if y is not None]
    assert browser(dots) == points
    assert len(points) == 3  # of the fourth there is no plan
    browser(
        "const [drawn] = document.querySelectorAll('.drawing select'); drawn.value = 'fulfilment.year1'; "
        "drawn.dispatchEvent(new Event('change'))"
    )
    assert [float(one.split(": ")[1]) for one in browser(dots)] == table["fulfilment.year1"][:3]


def test_numbers_are_readable_and_keep_their_size(browser: Browser, pages: dict[str, Path]) -> None:
    opened(browser, pages["pollution"])
    script = pages["pollution"].read_text(encoding="utf-8")
    begin, end = script.index("const RAISED"), script.index("// All digits of a number")
    read = script[begin:end] + "return arguments[0].map((one) => readable(one))"
    values = [0, 1, -12345, 0.48224, 12345.6, 3.87e-6, 2.5e12, -1e-300, 999999.9, 1234567890123, 0.001, 5e-324, None]
    shown = browser(read, values)
    assert shown[:6] == ["0", "1", "−12,345", "0.4822", "12,346", "3.87×10⁻⁶"]
    assert shown[6:] == ["2.5×10¹²", "−1×10⁻³⁰⁰", "1,000,000", "1.235×10¹²", "0.001", "4.941×10⁻³²⁴", "–"]
