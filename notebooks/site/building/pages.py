"""The folder that Sphinx reads: the written pages, what they include, and pages made from the registries.

``python notebooks/site/building/pages.py FOLDER`` makes it anew. README, notebooks, models and reference stand in it as
they stand in the repository, so that links between them are the same.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from building.names import handed_out
from natura_opt.formulate import STANDING
from natura_opt.laws.balance import BALANCE
from natura_opt.laws.law import Law
from natura_opt.objectives import OBJECTIVES
from natura_opt.reference.names import NAMES
from natura_opt.reference.public import PUBLIC
from natura_opt.reference.topic import public_value

REPOSITORY = Path(__file__).parents[3]
SITE = REPOSITORY / "notebooks" / "site"
#: What is read where it stands, besides the pages.
_TAKEN = (
    "README.md",
    "CHANGELOG.md",
    "natura_opt/reference/REFERENCE.md",
    "notebooks/*.ipynb",
    "notebooks/students/*.ipynb",
    "notebooks/pictures/*",
    "models/*/README.md",
)

_LAWS = """# The laws, one by one

Every law that may stand in a plan problem, in the order in which they are stated: its mathematics, its duals and its
sources. {doc}`law` says how they come together."""
_OBJECTIVES = """# The objectives, one by one

What may be best, and the law that says it."""


def assemble(folder: Path) -> None:
    """Write the folder anew.

    Parameters
    ----------
    folder : where; what stood there is gone.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SITE, folder, ignore=shutil.ignore_patterns("__pycache__", "building", "conf.py"))
    for pattern in _TAKEN:
        for file in sorted(REPOSITORY.glob(pattern)):
            place = folder / file.relative_to(REPOSITORY)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)
    written = {
        "api/index.md": names_index(),
        "api/handed_out.md": handed_out_page(),
        **{f"api/{page_of(group)}.md": names_page(group, names) for group, names in PUBLIC.items()},
        "explanation/laws.md": laws_page((*STANDING, BALANCE), _LAWS),
        "explanation/objectives.md": laws_page((of.law for of in OBJECTIVES.values()), _OBJECTIVES),
        "notebooks/README.md": course_page(REPOSITORY / "notebooks"),
        "models/index.md": models_index(REPOSITORY.glob("models/*/README.md")),
    }
    for name, text in written.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def page_of(group: str) -> str:
    """Return the file of a group of names.

    >>> page_of("objectives of one's own")
    'objectives_of_ones_own'
    """
    return re.sub(r"\W+", "_", group.replace("'", ""))


def names_index() -> str:
    """Return the page over the pages of names."""
    pages = "\n".join([*map(page_of, PUBLIC), "handed_out"])
    return (
        "# Names\n\nWhat `import natura_opt as no` gives, by what it is for, from the docstrings. "
        "`natura-opt help names` is the short list.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{pages}\n```\n"
    )


def names_page(group: str, names: Iterable[str]) -> str:
    """Return the page of a group of names: a list, then each with its docstring.

    Parameters
    ----------
    group : what they are for.
    names : public names of the package.
    """
    meaning = {name: said for name, *_, said in NAMES.rows()}
    names = list(names)
    listed = "\n".join(f"* :py:obj:`~natura_opt.{name}`: {meaning[name]}." for name in names)
    each = "\n\n".join(_directive(name, meaning[name]) for name in names)
    return f"# {_as_title(group)}\n\n" + _in_rst(f"{listed}\n\n.. currentmodule:: natura_opt\n\n{each}")


def _as_title(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _in_rst(text: str) -> str:
    """Return reStructuredText as a Markdown page holds it."""
    return f"```{{eval-rst}}\n{text}\n```\n"


def _directive(name: str, meaning: str) -> str:
    value = public_value(name)
    if inspect.isclass(value):
        more = "   :show-inheritance:\n" if issubclass(value, Exception) else "   :members:\n   :inherited-members:\n"
        return f".. autoclass:: {name}\n{more}"
    return f".. autofunction:: {name}\n" if callable(value) else f".. py:data:: {name}\n\n   {meaning}.\n"


def handed_out_page() -> str:
    """Return the page of the classes that public names return, and that no one need make."""
    names = [f"{value.__module__}.{value.__qualname__}" for value in handed_out()]
    head = "# What they hand out\n\nWhat the public names return, and nobody need make.\n\n"
    return head + _in_rst("\n\n".join(f".. autoclass:: {name}\n   :members:\n" for name in names))


def laws_page(laws: Iterable[Law], head: str) -> str:
    """Return the page of laws, or of objectives: the docstrings of their modules, each under the law's name.

    Parameters
    ----------
    laws : in the order in which they are shown; two of one module stand under both names.
    head : what comes before them.
    """
    named: dict[str, list[str]] = {}
    for law in laws:
        named.setdefault(home(law), []).append(law.name)
    parts = (
        f"## {_as_title('; '.join(names))}\n\n" + _in_rst(f".. automodule:: {module}\n   :no-members:")
        for module, names in named.items()
    )
    return "\n".join([f"{head}\n", *parts])


def home(law: Law) -> str:
    """Return the module that a law stands in.

    >>> home(BALANCE)
    'natura_opt.laws.balance'
    """
    return inspect.unwrap(getattr(law.matrix, "func", law.matrix)).__module__


def course_page(notebooks: Path) -> str:
    """Return the page over the course: what its README says, and the students' edition to be loaded down.

    Parameters
    ----------
    notebooks : the folder of README.md, of the notebooks and of ``students``.
    """
    said = (notebooks / "README.md").read_text(encoding="utf-8").replace("](students)", "](#for-students)")
    lines = []
    for file in sorted((notebooks / "students").glob("*.ipynb")):
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        title = "".join(cells[0]["source"]).partition("\n")[0].lstrip("# ")
        lines.append(f"* {{download}}`{title} <students/{file.name}>`\n")
    tree = "```{toctree}\n:hidden:\n:glob:\n\n[0-9][0-9]_*\n```\n"
    return f"{said}\n## For students\n\n{''.join(lines)}\n{tree}"


def models_index(found: Iterable[Path]) -> str:
    """Return the page over the models that come with the package.

    Parameters
    ----------
    found : their README.md.
    """
    pages = "\n".join(f"{file.parent.name}/README" for file in sorted(found))
    return (
        "# Models\n\nThe models that come with the package: the problem in words, its mathematics, its known answer "
        "and its source. `no.read(NAME)` and `natura-opt solve NAME` find them by name.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{pages}\n```\n"
    )


if __name__ == "__main__":
    assemble(Path(sys.argv[1]))
