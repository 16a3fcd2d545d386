"""A headless Chromium that the tests drive: pages as people see them, what they ask of the network, what they complain.

Where there is no Chromium the tests that need it are skipped with the reason; with ``NATURA_OPT_BROWSER=required`` in
the environment, as in ``.ci/run``, they fail instead.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

#: A browser that asks nothing of anyone by itself, for a user who is new to it.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
)
#: Addresses that a page may ask for: what it holds itself, and what the test serves.
OWN = ("file:", "data:", "blob:", "about:", "chrome:", "http://127.0.0.1", "http://localhost", "ws://127.0.0.1")


class Browser:
    """Chromium with what it is asked to show, and what it said and asked for since the page was opened.

    Attributes
    ----------
    driver : Selenium's own, for everything else.
    """

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, page: str | Path) -> None:
        """Open a file or an address, as if nothing had been opened before."""
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(page.resolve().as_uri() if isinstance(page, Path) else page)

    def __call__(self, script: str, *arguments: Any) -> Any:
        """Run JavaScript in the page and return what it returns."""
        return self.driver.execute_script(script, *arguments)  # type: ignore[no-untyped-call]

    def until(self, script: str, *arguments: Any, seconds: float = 60.0) -> Any:
        """Return what JavaScript returns as soon as that is true of it; fail where it never is."""
        last = time.monotonic() + seconds
        while True:
            found = self(script, *arguments)
            if found:
                return found
            assert time.monotonic() < last, f"not within {seconds:g} s: {script}"
            time.sleep(0.02)

    def keys(self, *pressed: str) -> None:
        """Press keys, one after the other, wherever the focus is."""
        webdriver.ActionChains(self.driver).send_keys(*pressed).perform()

    def complaints(self) -> list[str]:
        """Return what stands in the console as an error or a warning since the page was opened, and forget it."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def asked_outside(self) -> list[str]:
        """Return the addresses of other places that were asked for since the page was opened, and forget them."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in asked if not one["request"]["url"].startswith(OWN)]

    def size(self, width: int, height: int = 900) -> None:
        """Make the page so many pixels wide: narrower than a window can be, too."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def media(self, medium: str = "", **features: str) -> None:
        """Show the page as in print (``print``), or for people who like the dark (``prefers_color_scheme="dark"``)."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": medium, "features": named})

    def picture(self, file: Path, whole: bool = True) -> Path:
        """Take a picture of the page, of all of it or of what is in sight."""
        settings = {"format": "png", "captureBeyondViewport": whole}
        if whole:
            box = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            settings["clip"] = {**box, "scale": 1}
        file.write_bytes(base64.b64decode(self.driver.execute_cdp_cmd("Page.captureScreenshot", settings)["data"]))
        return file


def _missing(reason: str) -> None:
    """Skip, or fail where a browser is required."""
    if os.environ.get("NATURA_OPT_BROWSER") == "required":
        pytest.fail(f"{reason}, and NATURA_OPT_BROWSER=required", pytrace=False)
    pytest.skip(f"{reason}: install Debian's chromium and chromium-driver")


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """Run a Chromium with an empty profile; skip the test where there is none."""
    found = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    lacking = [name for name, path in found.items() if path is None]
    if lacking:
        _missing(f"there is no {' and no '.join(lacking)}")
    options = Options()
    options.binary_location = found["chromium"] or ""
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    try:
        driver = webdriver.Chrome(options=options, service=Service(found["chromedriver"]))
    except WebDriverException as error:
        _missing(f"Chromium does not start ({str(error.msg).splitlines()[0]})")
    try:
        yield Browser(driver)
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def session_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests of a process: it takes a second to start."""
    with chromium(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def browser(session_browser: Browser) -> Iterator[Browser]:
    """Chromium as it comes: 1280 pixels wide, on a light screen, and nothing kept from other tests."""
    session_browser.size(1280)
    session_browser.media()
    yield session_browser
