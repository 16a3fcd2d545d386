"""The browser that other tests look through: it sees complaints, what is asked of others, sizes and colours."""

from __future__ import annotations

from pathlib import Path

import pytest

from .browser import Browser, chromium


def test_it_sees_what_a_page_complains_of_and_asks_for(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<title>quiet</title><p>hello</p>")
    browser.open(page)
    assert browser("return document.title") == "quiet"
    assert browser.complaints() == []
    assert browser.asked_outside() == []
    page.write_text("<img src='http://outside.invalid/x.png'><script>console.error('loud'); missing()</script>")
    browser.open(page)
    browser.until("return document.readyState === 'complete'")
    said = browser.complaints()
    assert any("loud" in line for line in said)
    assert any("missing is not defined" in line for line in said)
    assert browser.asked_outside() == ["http://outside.invalid/x.png"]


def test_it_is_as_wide_and_as_dark_as_it_is_told(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>hello</p>")
    browser.open(page)
    browser.size(400)
    browser.media(prefers_color_scheme="dark")
    assert browser("return innerWidth") == 400
    assert browser("return matchMedia('(prefers-color-scheme: dark)').matches")
    browser.media("print")
    assert browser("return matchMedia('print').matches")
    with pytest.raises(AssertionError, match="not within"):
        browser.until("return false", seconds=0.05)


def test_without_chromium_tests_are_skipped_or_where_it_is_required_fail(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("NATURA_OPT_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="there is no chromium and no chromedriver"), chromium(tmp_path):
        pass
    monkeypatch.setenv("NATURA_OPT_BROWSER", "required")
    with pytest.raises(pytest.fail.Exception, match="NATURA_OPT_BROWSER=required"), chromium(tmp_path):
        pass
