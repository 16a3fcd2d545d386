"""Every link of the built site: inner ones lead to a page and an anchor, outer ones are only looked at, not asked for.

``python notebooks/site/building/links.py FOLDER`` prints what is wrong and ends with 1, or says how many there are.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Attributes by which a page makes a browser ask for something.
_ASKS = {("img", "src"), ("script", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"), ("object", "data")}


@dataclass
class Page(HTMLParser):
    """What a page links to, asks for, and can be linked at."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a tag."""
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif (tag, name) in _ASKS and value:
                self.asked.append(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value or "")


def read_page(text: str) -> Page:
    """Return what a page links to.

    >>> page = read_page('<p id="a"><a href="#a">so</a><img src="b.png">')
    >>> page.anchors, page.links, page.asked
    ({'a'}, ['#a'], ['b.png'])
    """
    page = Page()
    page.feed(text)
    page.close()
    return page


def wrong_links(folder: Path) -> tuple[list[str], int]:
    """Return what is wrong with the links of a site, and how many links there are.

    Parameters
    ----------
    folder : of the built pages.
    """
    pages = {file.resolve(): read_page(file.read_text(encoding="utf-8")) for file in sorted(folder.rglob("*.html"))}
    wrong: list[str] = []
    count = 0
    for file, page in pages.items():
        name = file.relative_to(folder.resolve()).as_posix()
        for link in [*page.links, *page.asked]:
            count += 1
            fault = _fault(link, file, pages, asked=link in page.asked)
            if fault:
                wrong.append(f"{name}: {link!r}: {fault}")
    return wrong, count


def _fault(link: str, file: Path, pages: dict[Path, Page], asked: bool) -> str:
    try:
        parts = urlsplit(link)
    except ValueError as error:
        return str(error)
    if parts.scheme == "data" or parts.scheme == "mailto":
        return ""
    if parts.scheme or parts.netloc:
        if asked:
            return "asks another place for something"
        return "" if parts.scheme in ("http", "https") and "." in parts.netloc else "no address of a page"
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if not target.exists():
        return "leads to no file"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
        return "leads to no anchor"
    return ""


if __name__ == "__main__":
    found, links = wrong_links(Path(sys.argv[1]))
    print("\n".join(found) or f"{links:,} links lead somewhere; pages of other places are not asked")
    sys.exit(bool(found))
