"""The public names: all are there, all are told about, and what they raise is said."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

import natura_opt as no
from natura_opt.reference.public import HOMES, PUBLIC
from natura_opt.reference.topics import TOPICS

ROOT = Path(no.__file__).parent
NAMES = list(HOMES)
FUNCTIONS = [name for name in NAMES if inspect.isfunction(getattr(no, name))]
CLASSES = [name for name in NAMES if inspect.isclass(getattr(no, name))]
ERRORS = list(PUBLIC["errors"])


def sections(documented: object) -> dict[str, str]:
    """Return the numpydoc sections of a docstring by heading."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", inspect.getdoc(documented) or "", flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def entries(section: str) -> str:
    """Return what stands before the colons of a section's entries: the names it speaks of."""
    return " ".join(re.findall(r"^(\S[^:]*?)(?: : |$)", section, re.MULTILINE))


# ---- all are there -------------------------------------------------------------------------------------------------


def test_dir_is_the_public_names_by_group() -> None:
    assert no.__all__ == [*NAMES, "__version__"] and len(set(NAMES)) == len(NAMES)
    assert dir(no) == sorted(no.__all__)
    assert no.__dir__() == no.__all__
    for group, names in PUBLIC.items():
        assert f"* {group}: {', '.join(names)}" in (no.__doc__ or "")


def test_every_name_has_its_home_and_its_type() -> None:
    """Type checkers read the imports, Python the table of homes: they must say the same."""
    tree = ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))  # of TYPE_CHECKING
    typed = {
        alias.asname: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert typed == HOMES
    for name in NAMES:
        value = getattr(no, name)
        if name in FUNCTIONS + CLASSES:
            assert value.__module__ == f"natura_opt.{typed[name]}" and value.__name__ == name


def test_the_names_of_the_reference_are_the_public_ones() -> None:
    records = TOPICS["names"].records()
    assert [row["name"] for row in records] == NAMES
    assert {row["name"] for row in records if row["kind"] == "function"} == set(FUNCTIONS)


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(no.__path__, "natura_opt."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def test_every_error_that_is_raised_on_purpose_is_public() -> None:
    every = {
        value
        for module in modules()
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, no.NaturaError)
    }
    assert {error.__name__ for error in every} == set(ERRORS)
    for name in ERRORS:
        assert getattr(no, name) in every


# ---- all are told about --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_names_every_parameter_and_what_it_raises(name: str) -> None:
    function = getattr(no, name)
    found = sections(function)
    parameters = list(inspect.signature(function).parameters)
    said = re.findall(r"\w+", entries(found.get("Parameters", "")))
    assert [parameter for parameter in parameters if parameter not in said] == []
    if parameters:
        raised = re.findall(r"\w+Error", found.get("Raises", ""))
        assert raised, f"{name} does not say what it raises"
        assert set(raised) <= {*ERRORS, "ValueError", "ImportError"}


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in ERRORS])
def test_a_class_names_every_field(name: str) -> None:
    cls = getattr(no, name)
    assert inspect.getdoc(cls) and cls.__doc__ is not None and not cls.__doc__.startswith(f"{name}(")
    ours = [base for base in cls.__mro__ if base.__module__.startswith("natura_opt")]
    attributes = "\n".join(sections(base).get("Attributes", "") for base in ours)
    said = re.findall(r"\w+", entries(attributes))
    named = [field.name for field in fields(cls)] if is_dataclass(cls) else []
    assert [field for field in named if field not in said and not field.startswith("_")] == []


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_says_what_it_means_and_is_caught_as_one_of_ours(name: str) -> None:
    error = getattr(no, name)
    assert issubclass(error, no.NaturaError) and error.__doc__
    assert [row["meaning"] for row in TOPICS["errors"].records() if row["error"] == name] != [""]


@pytest.mark.parametrize("name", CLASSES)
def test_public_methods_say_what_they_do_and_name_their_parameters(name: str) -> None:
    cls = getattr(no, name)
    named = [field.name for field in fields(cls)] if is_dataclass(cls) else []
    for method, value in vars(cls).items():
        function = getattr(value, "__func__", value)
        if method.startswith("_") or method in named or not inspect.isfunction(function):
            continue
        assert inspect.getdoc(function), f"{name}.{method} has no docstring"
        parameters = [each for each in inspect.signature(function).parameters if each not in ("self", "cls")]
        said = re.findall(r"\w+", entries(sections(function).get("Parameters", "")))
        assert [each for each in parameters if each not in said] == [], f"{name}.{method}"
