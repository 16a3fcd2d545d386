"""Reports as the tests read them: the tables that a page holds, by name, and names that try to be more than text."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import natura_opt as no

#: Names that would be markup, script, template, formula or layout where they are not kept as text.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "</script><script>alert(3)</script>",
    "{{7*7}}{% raw %}",
    'it\'s "quoted" & <b>bold</b>',
    "שלום (right to left) עולם",
    "=1+1",
    "<!--",
    "a\\u003cb\\",
    "__proto__",
    "constructor",
)


#: A text, which may hold what no label can: line ends, signs that turn the direction, ends of lines of JavaScript.
HOSTILE_TEXT = "</script>\n<b>\t\u2028line\u2029 \u202edesrever\u202c \u2066left\u2069 {{7*7}} \"'&<!--"


class _Page(HTMLParser):
    """The elements of a page: scripts by kind, the values of its figures, and what it refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.data = ""
        self.scripts: list[str] = []
        self.values: list[str] = []
        self.references: list[str] = []
        self.policy = ""
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.references += [value or "" for name, value in attrs if name in ("src", "href", "action", "srcset")]
        if tag == "script":
            self._inside = "data" if given.get("type") == "application/json" else "script"
            if self._inside == "script":
                self.scripts.append("")
        if tag == "data":
            self.values.append(given["value"] or "")
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside == "data":
            self.data += data
        elif self._inside == "script":
            self.scripts[-1] += data


class ReadPage:
    """A report, read back from its file.

    Attributes
    ----------
    text : all of it. data : what its scripts read. values : the figures at its head.
    """

    def __init__(self, file: Path) -> None:
        self.text = file.read_text(encoding="utf-8")
        page = _Page()
        page.feed(self.text)
        self.data: dict[str, Any] = json.loads(page.data)
        self.values = page.values
        self.scripts, self.references, self.policy = page.scripts, page.references, page.policy
        self.words: list[str] = self.data["words"]

    @property
    def names(self) -> list[str]:
        """The names of its tables."""
        return [table["name"] for table in self.data["tables"]]

    def table(self, name: str) -> dict[str, list[Any]]:
        """Return a table as columns by title: words as text, numbers as they stand there."""
        (table,) = [table for table in self.data["tables"] if table["name"] == name]
        columns = {}
        for column in table["columns"]:
            words = column["kind"] != "number"
            columns[column["title"]] = [
                self.words[value] if words and value is not None else value for value in column["values"]
            ]
        return columns

    def rows(self, name: str) -> int:
        """Return how many rows the whole table has."""
        return int(next(table["rows"] for table in self.data["tables"] if table["name"] == name))


def hostile_economy() -> no.Economy:
    """Return an economy whose every name is hostile: a chain in which each good takes the one before."""
    count = len(HOSTILE)
    inputs = [[0.1 if column == row + 1 else 0.0 for column in range(count)] for row in range(count)]
    return no.build_economy(
        name=HOSTILE[0],
        title=HOSTILE_TEXT,
        source=HOSTILE[1],
        goods=list(HOSTILE),
        periods=[HOSTILE[1], HOSTILE[5]],
        resources=[HOSTILE[3]],
        pollutants=[HOSTILE[4]],
        inputs=inputs,
        targets=[[1.0 + k, 2.0 + k] for k in range(count)],
        resource_use=[[1.0] * count],
        resource_limits=[[100.0, 50.0]],
        emissions=[[0.5] * count],
        emission_caps=[[40.0, 30.0]],
    )
