"""The house: imports run one way, hidden ones included; no module is too long; tests stand beside the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "natura_opt"

#: The rooms from the ground up: a module imports from its own room and from those below. Rooms in one line know nothing
#: of each other.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("base",),
    ("curves",),
    ("tables",),
    ("program",),
    ("economy",),
    ("laws",),
    ("objectives",),
    ("backends",),
    ("proof",),
    ("input_output",),
    ("generate",),
    ("formulate",),
    ("plan",),
    ("methods", "learning"),
    ("comparison", "checks", "planner"),
    ("reports", "explore"),
    ("testing", "reference"),
    ("cli",),
)


def name_of(path: Path, package: Path) -> str:
    parts = path.relative_to(package).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules(package: Path = PACKAGE) -> dict[str, Path]:
    """Every module by its name below the package; the package itself is the empty name."""
    return {name_of(path, package): path for path in sorted(package.rglob("*.py"))}


def imported(name: str, path: Path, known: Mapping[str, Path], package: str = "natura_opt") -> Iterator[str]:
    """Every module of the package that a module imports: anywhere in it, for types alone, or by a name in a string."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    here = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    here = [part for part in here if part]
    hidden = "import_module" in path.read_text(encoding="utf-8") or "__import__" in path.read_text(encoding="utf-8")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                base = [*here[: len(here) - node.level + 1], *([node.module] if node.module else [])]
            elif node.module and (node.module == package or node.module.startswith(f"{package}.")):
                base = node.module.split(".")[1:]
            else:
                continue
            for alias in node.names:
                whole = ".".join([*base, *alias.name.split(".")])
                found = whole if whole in known else ".".join(base)
                if found in known:
                    yield found
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith(f"{package}.") and alias.name[len(package) + 1 :] in known:
                    yield alias.name[len(package) + 1 :]
        elif hidden and isinstance(node, ast.Constant) and isinstance(node.value, str):
            said = node.value.removeprefix(f"{package}.")
            for candidate in (said.lstrip("."), ".".join([*here, said.lstrip(".")])):
                if candidate and candidate in known:
                    yield candidate


Graph = dict[str, set[str]]


def graph_of(package: Path = PACKAGE) -> Graph:
    """What each module imports."""
    known = modules(package)
    return {name: {*imported(name, path, known, package.name)} - {name} for name, path in known.items()}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of()


def edges(graph: Graph) -> list[tuple[str, str]]:
    return [(one, other) for one, others in graph.items() for other in sorted(others)]


def circles(graph: Graph) -> list[list[str]]:
    """The groups of modules that import each other, however far around."""
    names = list(graph)
    pairs = [(names.index(one), names.index(other)) for one, other in edges(graph)]
    rows, columns = np.array(pairs, dtype=int).reshape(-1, 2).T
    matrix = sp.csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(names), len(names)))
    count, group = connected_components(matrix, directed=True, connection="strong")
    found = [[name for name, its in zip(names, group, strict=True) if its == one] for one in range(count)]
    return [sorted(circle) for circle in found if len(circle) > 1]


def test_no_modules_import_each_other_in_a_circle(graph: Graph) -> None:
    assert circles(graph) == []


def floor_of(name: str) -> int:
    room = name.split(".")[0]
    return next(level for level, rooms in enumerate(FLOORS) if room in rooms)


def test_imports_run_only_downwards(graph: Graph) -> None:
    upward = []
    for one, other in edges(graph):
        rooms = one.split(".")[0], other.split(".")[0]
        if one in ("", "__main__") or other == "" or rooms[0] == rooms[1]:
            continue
        if floor_of(other) >= floor_of(one):
            upward.append(f"{one} -> {other}")
    assert upward == []


def test_nothing_inside_imports_the_package_itself(graph: Graph) -> None:
    """Its face gathers what stands above, so whoever imports it from within stands on his own roof."""
    assert [one for one, other in edges(graph) if other == ""] == []


def test_every_room_has_a_floor(graph: Graph) -> None:
    rooms = {name.split(".")[0] for name in graph if name not in ("", "__main__")}
    assert rooms <= {room for floor in FLOORS for room in floor}


@pytest.mark.parametrize(
    "source",
    [
        "from . import b",
        "from .b import x",
        "def f():\n    from .b import x",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .b import x",
        'from importlib import import_module\nimport_module(".b", __package__)',
        'from importlib import import_module\nHOMES = {"x": "b"}\ndef f(n): return import_module("house." + HOMES[n])',
        "import house.b",
        "from house import b",
        "from house.b import x",
    ],
)
def test_the_measure_sees_every_kind_of_import(tmp_path: Path, source: str) -> None:
    house = tmp_path / "house"
    house.mkdir()
    (house / "__init__.py").write_text("")
    (house / "a.py").write_text(source)
    (house / "b.py").write_text("from .a import y\nx = 1")
    assert circles(graph_of(house)) == [["a", "b"]]
    (house / "b.py").write_text("x = 1")
    assert circles(graph_of(house)) == []


def lengths(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in folder.rglob("*.py")
    }


def test_no_module_is_too_long() -> None:
    long = {name: count for name, count in lengths(PACKAGE).items() if count > 400}
    assert long == {}
    assert median(lengths(PACKAGE).values()) <= 150


def test_tests_stand_beside_the_source() -> None:
    assert sum(lengths(ROOT / "tests").values()) >= 0.9 * sum(lengths(PACKAGE).values())
