"""Names in docstrings and annotations: a link where the site says what they are, none where only the code does.

A name that stands for nothing stays unresolved, and so is a warning: what is renamed cannot linger in a docstring.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import natura_opt
from natura_opt.reference.public import HOMES
from natura_opt.reference.topic import public_value

#: What the package's modules call others, as annotations say it where they are not evaluated.
_SHORT = {"np": "numpy", "npt": "numpy.typing", "pd": "pandas", "sp": "scipy.sparse", "Path": "pathlib.Path"}
_SHORT |= {"Figure": "matplotlib.figure.Figure", "Axes": "matplotlib.axes.Axes"}


@cache
def own_classes() -> dict[str, list[type]]:
    """Return every class of the package by its short name."""
    found: dict[str, list[type]] = {}
    for module in _modules():
        for name, value in vars(importlib.import_module(module)).items():
            if inspect.isclass(value) and value.__module__ == module:
                found.setdefault(name, []).append(value)
    return found


def _modules() -> list[str]:
    found = [module.name for module in pkgutil.walk_packages(natura_opt.__path__, "natura_opt.")]
    return [name for name in found if not name.endswith("__main__")]


@cache
def own_names() -> dict[str, list[str]]:
    """Return the modules in which each name of the package stands, short names of types among them."""
    found: dict[str, list[str]] = {}
    for module in _modules():
        for name in vars(importlib.import_module(module)):
            found.setdefault(name, []).append(module)
    return found


@cache
def handed_out() -> list[type]:
    """Return the classes that public names hand out without being public: what properties and calls return."""
    public = {public_value(name) for name in HOMES if callable(public_value(name))}
    found: dict[type, None] = {}
    waiting = list(public)
    while waiting:
        for value in _returned(waiting.pop()):
            if value not in public and value not in found:
                found[value] = None
                waiting.append(value)
    return sorted(found, key=lambda value: value.__name__)


def _returned(value: Any) -> Iterator[type]:
    """Yield the package's classes in what a function returns, or the members of a class hold and return."""
    said: list[Any] = []
    if inspect.isclass(value):
        said = [_return_of(member) for name, member in inspect.getmembers(value) if not name.startswith("_")]
        for base in value.__mro__:
            said += [text for name, text in vars(base).get("__annotations__", {}).items() if not name.startswith("_")]
    elif callable(value):
        said = [_return_of(value)]
    for text in said:
        for word in re.findall(r"[A-Za-z_]\w*", str(text)):
            alone = own_classes().get(word, [])
            if len(alone) == 1 and not word.startswith("_"):
                yield alone[0]


def _return_of(member: Any) -> Any:
    function = getattr(member, "fget", None) or getattr(member, "func", None) or member
    return getattr(function, "__annotations__", {}).get("return", "")


def resolve(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement) -> nodes.Node | None:
    """Return the link to a name's place on the site; the bare name where it has none, but the code knows it.

    Annotations say ``natura_opt.economy.economy.Economy`` where the site says ``natura_opt.Economy``.
    """
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    for full in _full_names(target, node.get("py:module") or "natura_opt"):
        home, _, name = full.rpartition(".")
        if home in ("", "natura_opt") or home == f"natura_opt.{HOMES.get(name)}":
            full = f"natura_opt.{name}" if name in HOMES else full
        link = env.domains.python_domain.resolve_xref(
            env, node["refdoc"], app.builder, "obj", full, node, content
        ) or env.domains.python_domain.resolve_xref(env, node["refdoc"], app.builder, "mod", full, node, content)
        if link is not None:
            return link
        if exists(full):
            return content
    return None


def _full_names(target: str, module: str) -> Iterator[str]:
    """Yield what a name may be in full: as it stands, from a module, or short for a class or another package."""
    target = target.rpartition("(")[2].partition("[")[0]  # of dict[str, float], cut at its comma
    first, _, rest = target.partition(".")
    yield target
    while module:
        yield f"{module}.{target}"
        module = module.rpartition(".")[0]
    for home in own_names().get(first, ()):
        yield f"{home}.{target}"
    yield f"builtins.{target}"
    if first in _SHORT:
        yield f"{_SHORT[first]}.{rest}".rstrip(".")


@cache
def exists(name: str) -> bool:
    """Return whether a dotted name stands for something that Python finds.

    >>> exists("natura_opt.laws.balance"), exists("natura_opt.laws.law.Law.spelling"), exists("natura_opt.laws.none")
    (True, True, False)
    """
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:count]))
        except (ImportError, ValueError):
            continue
        for part in parts[count:]:
            held = getattr(value, "__annotations__", {})
            if not hasattr(value, part) and part not in held:
                return False
            value = getattr(value, part, None)
        return True
    return False
