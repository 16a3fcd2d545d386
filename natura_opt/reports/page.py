"""A page: what stands on it, and its text with styles, scripts and data inside.

Nothing in it is asked of any other place, and the page itself forbids it: its policy allows the scripts that it holds,
known by their hashes, and no request. What comes from data is escaped, in sentences by the templates and as JSON by
:func:`script_json`, so that a name is text whatever it is made of.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .tables import Table, Words

#: Says in a page's head what wrote it; an earlier report is known by it.
GENERATOR = "natura-opt report"
#: Signs that end a script, begin a tag or entity, or end a line of JavaScript, wherever they stand in JSON.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_SCRIPTS = ("numbers.js", "tables.js", "explain.js", "drawings.js", "page.js")


@dataclass(frozen=True)
class Verdict:
    """What is known, in a few words and in sentences, and how sure it is: ``proved``, ``open`` or ``none``."""

    sure: str
    words: str
    sentences: list[str]


@dataclass(frozen=True)
class Figure:
    """A number worth a place at the top: what it is, its value, what belongs to it."""

    label: str
    value: float | int | str
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a page: sentences, warnings, a list, drawings by name, and tables."""

    name: str
    title: str
    sentences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    drawings: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    @property
    def shown(self) -> list[Table]:
        """The tables that have rows."""
        return [table for table in self.tables if table.rows]

    @property
    def filled(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.sentences or self.warnings or self.points or self.drawings or self.shown)


@dataclass(frozen=True)
class Page:
    """What stands on a page.

    Attributes
    ----------
    title, subtitle : what it is about, and what was asked.
    verdict : what is known of it.
    figures, sections : in their order; sections without anything are left out.
    words : of its tables.
    data : what its scripts need besides: ``explanations``, ``flows`` (a plotly figure), ``line`` (what a sweep draws).
    """

    title: str
    subtitle: str
    verdict: Verdict
    figures: list[Figure]
    sections: list[Section]
    words: Words
    data: Mapping[str, Any] = field(default_factory=dict)


def page_text(page: Page) -> str:
    """Return the page as HTML."""
    sections = [section for section in page.sections if section.filled]
    tables = [table.data() for section in sections for table in section.shown]
    held = {"tables": tables, **page.data, "words": page.words.listed()}
    drawn = held.pop("flows", None)
    scripts = [_part(name) for name in _SCRIPTS]
    scripts = ["'use strict';\n(() => {\n" + "\n".join(scripts) + "\n})();"]
    if drawn is not None:
        held["flows"] = drawn
        scripts.insert(0, _plotly())
    text: str = (
        _templates()
        .get_template("page.html.jinja")
        .render(
            page=page,
            sections=sections,
            generator=f"{GENERATOR} {version('natura-opt')}",
            policy=_policy(scripts),
            style=Markup(_part("page.css")),
            scripts=[Markup(script) for script in scripts],
            data=Markup(script_json(held)),
        )
    )
    return text


def script_json(held: Any) -> str:
    """Return JSON that can stand inside a script element, whatever its texts are.

    >>> script_json({"name": "</script><b>"})
    '{"name":"\\\\u003c/script\\\\u003e\\\\u003cb\\\\u003e"}'
    """
    return json.dumps(held, allow_nan=False, separators=(",", ":")).translate(_ESCAPED)


def _policy(scripts: list[str]) -> str:
    """Return what the page may do: run the scripts that stand in it, and ask nobody for anything."""
    hashes = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("natura_opt.reports", "page"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


@cache
def _part(name: str) -> str:
    return (files("natura_opt.reports") / "page" / name).read_text(encoding="utf-8").strip("\n")


@cache
def _plotly() -> str:
    """Return plotly's script, which must not end the element that it stands in."""
    from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]

    script: str = get_plotlyjs()
    return script.replace("</script", "<\\/script").replace("\r\n", "\n")
