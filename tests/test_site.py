"""The documentation site: its examples say what the package says, its commands run, its parts do what they say."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils.utils.math import MathError
from typer.main import get_command
from typer.testing import CliRunner

import natura_opt as no
from natura_opt.cli.app import app
from natura_opt.formulate import every_law
from natura_opt.reference.public import HOMES, PUBLIC

from .browser import Browser

REPOSITORY = Path(__file__).parents[1]
SITE = REPOSITORY / "notebooks" / "site"
sys.path.insert(0, str(SITE))

from building import docstrings, drawn, links, mathml, names, pages  # noqa: E402

#: All pages but the one of real tables, which test_real_tables.py runs where the tables are at hand.
PAGES = sorted(page for page in SITE.rglob("*.md") if page.name != "real_tables.md")
#: Every command on the site, once.
COMMANDS = sorted({c for p in PAGES for c in re.findall(r"^\$ natura-opt (.*)$", p.read_text(encoding="utf-8"), re.M)})


# ---- what the pages say --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(SITE).as_posix())
def test_the_examples_of_a_page_say_what_the_package_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(examples, out=said.append)
    assert runner.failures == 0, "".join(said)
    assert runner.tries == len(re.findall(r"^>>> ", text, re.MULTILINE))


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the commands of the site speak of."""
    folder = tmp_path_factory.mktemp("site")
    no.solve("excavators").program.to_mps(folder / "program.mps")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_site_does_what_it_is_there_for(
    command: str, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workplace)
    arguments = shlex.split(re.split(r" (?:>|&&|\|) ", command)[0])
    if arguments[0] == "explore":  # it would serve until Ctrl-C: what it is told is read, and no more
        told = get_command(app).commands["explore"].make_context("explore", arguments[1:])  # type: ignore[attr-defined]
        assert told.params["model"] == "five_year_plan"
        return
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output


def test_code_that_is_not_run_can_at_least_be_read_and_the_page_says_so() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for code in re.findall(r"^```python\n(?!>>>)(.*?)^```", text, re.MULTILINE | re.DOTALL):
            assert "is not run with the tests" in text, page
            ast.parse(code)


def test_no_page_names_a_folder_of_one_machine() -> None:
    for page in PAGES:
        assert not re.search(r"(?<![\w.])/(work|tmp|root|home)/", page.read_text(encoding="utf-8")), page


# ---- the pages that are made ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def assembled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "stale.md").write_text("gone")
    pages.assemble(folder)
    return folder


def test_every_public_name_stands_on_one_page_with_its_group(assembled: Path) -> None:
    assert not (assembled / "stale.md").exists()
    found: list[str] = []
    for group, of_group in PUBLIC.items():
        text = (assembled / "api" / f"{pages.page_of(group)}.md").read_text(encoding="utf-8")
        assert text.startswith(f"# {group[0].upper()}{group[1:]}\n")
        here = re.findall(r"^\.\. (?:autoclass|autofunction|py:data):: (\w+)$", text, re.MULTILINE)
        assert here == list(of_group)
        assert re.findall(r"^\* :py:obj:`~natura_opt\.(\w+)`: \S", text, re.MULTILINE) == here
        found += here
    assert found == list(HOMES)
    index = (assembled / "api" / "index.md").read_text(encoding="utf-8")
    assert all(f"\n{pages.page_of(group)}\n" in index for group in PUBLIC)


def test_every_law_stands_under_its_name(assembled: Path) -> None:
    text = "".join((assembled / "explanation" / f"{name}.md").read_text("utf-8") for name in ("laws", "objectives"))
    headings = "; ".join(re.findall(r"^## (.*)$", text, re.MULTILINE)).lower().split("; ")
    for law in every_law():
        assert law.name.lower() in headings, law.name
        assert f".. automodule:: {pages.home(law)}\n" in text
    assert len(headings) == len(every_law())


def test_what_the_repository_holds_is_taken_as_it_stands(assembled: Path) -> None:
    for taken in ("README.md", "natura_opt/reference/REFERENCE.md", "models/wheat_cloth/README.md"):
        assert (assembled / taken).read_bytes() == (REPOSITORY / taken).read_bytes()
    books = sorted(file.name for file in (REPOSITORY / "notebooks").glob("*.ipynb"))
    assert sorted(file.name for file in (assembled / "notebooks").glob("*.ipynb")) == books
    index = (assembled / "models" / "index.md").read_text(encoding="utf-8")
    assert all(f"\n{model}/README\n" in index for model in no.shipped_models())
    assert not list(assembled.rglob("conf.py")) and not list(assembled.rglob("__pycache__"))


def test_what_is_included_of_the_readme_stands_between_headings_that_it_has() -> None:
    lines = (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()
    between = re.findall(r'^:(?:start-after|end-before): "(.*)"$', (SITE / "start.md").read_text("utf-8"), re.MULTILINE)
    first, last = map(lines.index, between)
    assert first < last
    assert any(line.startswith(">>> ") for line in lines[first:last])


def test_the_page_of_the_course_offers_the_students_edition(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Course\n\nStudents take [`students/`](students).\n", "utf-8")
    (tmp_path / "students").mkdir()
    for name, title in (("02_b", "# 2. Bread\n"), ("01_a", "# 1. Axes\n")):
        book = {"cells": [{"cell_type": "markdown", "source": [title, "and so on"]}]}
        (tmp_path / "students" / f"{name}.ipynb").write_text(json.dumps(book), "utf-8")
    said = pages.course_page(tmp_path)
    assert "take [`students/`](#for-students)." in said and "\n## For students\n" in said
    offered = re.findall(r"`([^`]*) <(.*)>`", said)
    assert offered == [("1. Axes", "students/01_a.ipynb"), ("2. Bread", "students/02_b.ipynb")]


# ---- docstrings ----------------------------------------------------------------------------------------------------


def test_a_docstring_becomes_fields() -> None:
    said = """Do it.

Parameters
----------
a, *b : what is
    said at length.
c_d : short; as ``e : f`` says. g : another in the line. Not one: h.

Returns
-------
So much; and
more.

Raises
------
DataError, ValueError : where
    it is wrong. OptionError : where
    it is odd.
OutputError

>>> 1
1"""
    text = "\n".join(docstrings.as_fields(said.splitlines()))
    for part in (
        ":Parameters:\n    a, \\*b\n        what is said at length.\n    c\\_d\n        short; as ``e : f`` says.\n",
        "\n    g\n        another in the line. Not one: h.\n\n",
        ":Returns:\n    So much; and\n    more.\n",
        ":Raises:\n    :exc:`~natura_opt.DataError`, ValueError\n        where it is wrong.\n",
        "    :exc:`~natura_opt.OptionError`\n        where it is odd.\n    :exc:`~natura_opt.OutputError`\n\n>>> 1\n1",
    ):
        assert part in text, text
    assert "----" not in text


def test_what_follows_a_section_is_none_of_it() -> None:
    lines = ["A.", "", "Raises", "------", "DataError : so.", "", "And then a sentence.", "", ">>> 1", "1"]
    assert docstrings.as_fields(lines)[-4:] == ["And then a sentence.", "", ">>> 1", "1"]
    for lines in (["Parameters", "", "of life."], ["Parameters"], ["Notes", "-----", "so : it is"], []):
        assert docstrings.as_fields(lines) == lines


def shown_docstrings() -> dict[str, str]:
    """Return the docstrings that the site shows of public names, and of what they hand out, members among them."""
    values = [getattr(no, name) for name in HOMES if callable(getattr(no, name))] + names.handed_out()
    members = [member for value in values for member in vars(value).values() if isinstance(member.__doc__, str)]
    own = [value for value in (*values, *members) if "natura_opt" in (getattr(value, "__module__", "") or "")]
    return {value.__qualname__: inspect.getdoc(value) or "" for value in own if hasattr(value, "__qualname__")}


def test_every_entry_of_a_docstring_names_what_it_is_of() -> None:
    """A line that is not drawn in below its entry would stand there as another."""
    tried = 0
    for of, said in shown_docstrings().items():
        text = "\n".join([*docstrings.as_fields(said.splitlines()), ""])
        for body in re.findall(r"^:(?:Param|Attrib|Rais)\w+:\n((?: .*\n)*)", text, re.MULTILINE):
            for term in re.findall(r"^ {4}(\S.*)$", body, re.MULTILINE):
                tried += 1
                for name in term.split(", "):
                    assert re.fullmatch(r"(\\\*){0,2}\w[\w.\\]*|:exc:`~natura_opt\.\w+`|``error``", name), (of, term)
    assert tried > 500


def test_no_docstring_keeps_a_heading_that_is_not_understood() -> None:
    for of, said in shown_docstrings().items():
        lines = docstrings.as_fields(said.splitlines())
        assert not [line for line in lines if re.fullmatch(r"-{3,}", line)], of


# ---- names ---------------------------------------------------------------------------------------------------------


@dataclass
class Domain:
    """A site that knows where some names stand."""

    known: tuple[str, ...]

    def resolve_xref(self, env: object, page: object, builder: object, kind: str, name: str, *rest: object) -> object:
        return f"link to {name}" if kind == "obj" and name in self.known else None


def found(target: str, module: str = "", domain: str = "py") -> object:
    environment = SimpleNamespace(
        domains=SimpleNamespace(python_domain=Domain(("natura_opt.Economy", "natura_opt.Law")))
    )
    node = {"refdomain": domain, "reftarget": target, "py:module": module, "refdoc": "page"}
    return names.resolve(SimpleNamespace(builder=None), environment, node, "no link")  # type: ignore[arg-type]


def test_a_name_is_a_link_or_known_to_the_code_or_a_warning() -> None:
    assert found("natura_opt.economy.economy.Economy") == "link to natura_opt.Economy"
    assert found("natura_opt.Economy") == found("Economy") == "link to natura_opt.Economy"
    assert found("periods.counted_years", "natura_opt.laws.emissions") == "no link"
    assert found("natura_opt.laws.terminal") == found("pd.Index") == found("pathlib.Path") == "no link"
    assert found("dict[str") == found("tuple[Block") == "no link"
    assert found("natura_opt.laws.terminall") is None
    assert found("natura_opt.economy.economy.Economi") is None
    assert found("pd.Indeks") is None and found("nonsense") is None
    assert found("natura_opt.Economy", domain="std") is None


def test_what_is_handed_out_is_not_public_but_reached() -> None:
    handed = {value.__name__ for value in names.handed_out()}
    assert {"Explanation", "Finding", "Bracket", "LeontiefSolution", "Stage"} <= handed
    assert not handed & set(HOMES)


# ---- formulas, pictures --------------------------------------------------------------------------------------------


def test_formulas_become_mathml() -> None:
    block = mathml.formula(r"\sum_j \Big(A_{ij}\Big) x_j \ge \textstyle\frac{1}{2} + \dots", block=True)
    assert 'display="block"' in block and "∑" in block and "<mfrac>" in block and "…" in block
    assert "Big" not in block and "textstyle" not in block
    assert "<mo>&lt;</mo>" in mathml.formula("a < b", block=False)
    with pytest.raises(MathError, match="nonsense"):
        mathml.formula(r"\nonsense", block=False)


def test_a_picture_is_what_the_last_line_gives() -> None:
    figure = drawn.drawn("import matplotlib.figure as f\nfigure = f.Figure()\nax = figure.add_subplot()\nax")
    assert len(figure.axes) == 1
    for code, what in (("x = 1", "gives no figure"), ("'text'", "gives a str")):
        with pytest.raises(TypeError, match=what):
            drawn.drawn(code)


@pytest.mark.parametrize("part", ["docstrings", "drawn", "links", "mathml", "names", "pages"])
def test_the_examples_of_a_part_hold(part: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"building.{part}"))
    assert tried and not failed


# ---- links ---------------------------------------------------------------------------------------------------------


def test_links_that_lead_nowhere_are_found(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    good = '<p id="ä b"><a href="in/two.html#x">y</a><a href="#%C3%A4%20b"></a><a href="https://a.example/x">out</a>'
    (tmp_path / "one.html").write_text(
        good + '<img src="data:image/png;base64,x"><a href="mailto:a@b.example">', "utf-8"
    )
    (tmp_path / "in" / "two.html").write_text('<p id="x"><a href="../one.html">z</a>', "utf-8")
    assert links.wrong_links(tmp_path) == ([], 6)
    bad = {
        '<a href="three.html">': "leads to no file",
        '<a href="one.html#none">': "leads to no anchor",
        '<a href="#none">': "leads to no anchor",
        '<script src="https://a.example/x.js"></script>': "asks another place",
        '<img src="//a.example/x.png">': "asks another place",
        '<link rel="stylesheet" href="http://a.example/x.css">': "asks another place",
        '<a href="ftp://a.example">': "no address of a page",
        '<a href="http://nowhere">': "no address of a page",
        '<a href="http://[broken">': "Invalid IPv6",
    }
    for text, fault in bad.items():
        (tmp_path / "bad.html").write_text(text, "utf-8")
        wrong, _ = links.wrong_links(tmp_path)
        assert len(wrong) == 1 and wrong[0].startswith("bad.html: ") and fault in wrong[0], wrong


# ---- all of it -----------------------------------------------------------------------------------------------------


def built(read: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build what stands in a folder as ``make docs`` does."""
    command = [sys.executable, "-m", "sphinx", "-E", "-a", "-q", "-W", "--keep-going", "-c", str(SITE), "-b", "html"]
    where = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run([*command, str(read), str(folder)], capture_output=True, text=True, env=where, timeout=500)


FAULTY = """# Faults

[a](nowhere.md) [b](#here) {py:func}`natura_opt.solv` {py:class}`natura_opt.laws.law.Lawn` $\\nonsense$ ![d](unseen.png)

```{drawn} picture
import natura_opt as no
no.read("five_year_plam")
```
"""


@pytest.mark.exhaustive
def test_faults_of_a_page_are_errors(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "index.md").write_text(FAULTY, encoding="utf-8")
    done = built(tmp_path / "pages", tmp_path / "site")
    assert done.returncode == 1
    for fault in (
        "nowhere.md",
        "'here'",
        "natura_opt.solv ",
        "Lawn",
        "nonsense",
        "unseen.png",
        "did you mean 'five_year",
    ):
        assert fault in done.stderr, fault


@pytest.fixture(scope="module")
def site(assembled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    done = built(assembled, folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.exhaustive
def test_the_site_builds_without_a_warning_and_every_link_leads_somewhere(site: Path) -> None:
    wrong, count = links.wrong_links(site)
    assert wrong == [] and count > 5_000
    solve = (site / "api" / "plans.html").read_text(encoding="utf-8")
    assert 'id="natura_opt.solve"' in solve and ">Parameters<" in solve and ":Parameters:" not in solve
    assert (site / "explanation" / "laws.html").read_text(encoding="utf-8").count("<math") > 20


@pytest.mark.exhaustive
def test_pages_ask_nothing_of_others_complain_of_nothing_and_fit_a_phone(site: Path, browser: Browser) -> None:
    for page in sorted(site.rglob("*.html")):
        browser.size(390)
        browser.open(page)
        browser.until("return document.readyState === 'complete'")
        name = page.relative_to(site).as_posix()
        assert (browser.complaints(), browser.asked_outside()) == ([], []), name
        assert browser("return document.documentElement.scrollWidth") <= 391, name


@pytest.mark.exhaustive
def test_formulas_have_a_size_the_search_finds_and_the_dark_is_dark(site: Path, browser: Browser) -> None:
    browser.open(site / "explanation" / "laws.html")
    heights = browser("return [...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().height)")
    assert len(heights) > 20 and min(heights) > 5
    shade = "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]"
    assert browser(shade) > 200
    browser.media(prefers_color_scheme="dark")
    assert browser(shade) < 60
    browser.open(f"{(site / 'search.html').resolve().as_uri()}?q=abatement")
    found = browser.until("return [...document.querySelectorAll('#search-results li a')].map(a => a.href)")
    assert any(link.partition("#")[0].endswith("howto/externalities.html") for link in found), found
    assert (browser.complaints(), browser.asked_outside()) == ([], [])
