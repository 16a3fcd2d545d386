"""What a shell completes after ``natura-opt --install-completion``: models, names in them, methods, endings.

A shell asks while someone types, so whatever goes wrong completes nothing, and only what must be is imported.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from ..economy.files.shipped import shipped_models
from ..methods.registry import METHODS

Completer = Callable[[typer.Context, str], list[str]]
BACKENDS = ("highs", "pyomo", "cvxpy")
_PROGRAMS = (".mps", ".lp", ".mps.gz", ".lp.gz", ".mps.bz2", ".lp.bz2")


def _quiet(found: Callable[[typer.Context, str], Iterable[str]]) -> Completer:
    """Return what completes nothing where something is wrong, and only what begins as what is written."""

    @functools.wraps(found)
    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            return [word for word in found(ctx, incomplete) if word.startswith(incomplete)]
        except Exception:  # a message would stand in the middle of what someone is typing
            return []

    return complete


def among(*words: str) -> Completer:
    """Return what completes to one of a few words."""
    return _quiet(lambda ctx, incomplete: words)


def ending(*endings: str) -> Completer:
    """Return what completes a file's name by an ending, and leads through folders."""

    @_quiet
    def complete(ctx: typer.Context, incomplete: str) -> Iterator[str]:
        if incomplete and not incomplete.endswith("/"):
            before, dot, after = incomplete.rpartition(".")
            stem = before if dot and "/" not in after else incomplete
            yield from (f"{stem}{ending}" for ending in endings)
        yield from _standing(incomplete, endings)

    return complete


@_quiet
def models(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Complete the name of a shipped model, a model folder or a workbook."""
    yield from shipped_models()
    yield from _standing(incomplete, (".xlsx",))


@_quiet
def problems(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Complete the name of a model, or of a file that holds a linear program."""
    yield from shipped_models()
    yield from _standing(incomplete, (".xlsx", *_PROGRAMS))


@_quiet
def questions(ctx: typer.Context, incomplete: str) -> Iterable[str]:
    """Complete the name of a question of the model."""
    import tomllib

    name = _model(ctx)
    folder = Path(name) if (Path(name) / "economy.toml").exists() else shipped_models()[name]
    return list(tomllib.loads((folder / "economy.toml").read_text(encoding="utf-8"))["questions"])


@_quiet
def methods(ctx: typer.Context, incomplete: str) -> Iterable[str]:
    """Complete the name of a method."""
    return METHODS


@_quiet
def compared(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Complete the last of several methods with commas between them."""
    before = incomplete[: incomplete.rfind(",") + 1]
    yield from (before + name for name in (*BACKENDS, *METHODS) if name not in before.split(","))


@_quiet
def objectives(ctx: typer.Context, incomplete: str) -> Iterable[str]:
    """Complete the name of an objective."""
    from ..objectives import OBJECTIVES

    return OBJECTIVES


@_quiet
def settings(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Complete the name of a setting, up to its equals sign."""
    from ..economy.question import SETTINGS_OF_LAWS
    from ..objectives import OBJECTIVES

    declared = [one.settings for one in OBJECTIVES.values()] + [one.settings for one in METHODS.values()]
    declared += SETTINGS_OF_LAWS.values()
    yield from (f"{name}=" for name in dict.fromkeys(name for one in declared for name in one.names()))


@_quiet
def turned(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Complete what a sweep turns: a table and its point, or a setting and its equals sign."""
    from ..tables.registry import TABLES

    yield from (f"{name}." for name in TABLES)
    yield from settings(ctx, incomplete)


@_quiet
def pictures(ctx: typer.Context, incomplete: str) -> Iterable[str]:
    """Complete the name of a picture of a plan."""
    from ..plan.pictures.kinds import pictures as drawn

    return drawn()


@_quiet
def topics(ctx: typer.Context, incomplete: str) -> Iterable[str]:
    """Complete a topic of the reference."""
    from ..reference.topics import TOPICS

    return TOPICS


@_quiet
def periods(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Complete a period of the model."""
    yield from _called(_economy(ctx).periods)


@_quiet
def names(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Complete a good, resource, pollutant or technique of the model."""
    economy = _economy(ctx)
    yield from _called((*economy.goods, *economy.resources, *economy.pollutants, *economy.techniques))


def _called(labels: Iterable[Any]) -> Iterable[str]:
    from ..base.labels import name_of

    return dict.fromkeys(map(name_of, labels))


def _economy(ctx: typer.Context) -> Any:
    from ..economy.files.catalog import read

    return read(_model(ctx))


def _model(ctx: typer.Context) -> str:
    """Return the model that is named; after an option without its value, it is not yet known for one."""
    return str(ctx.params.get("model") or ctx.args[0])


def _standing(incomplete: str, endings: tuple[str, ...]) -> Iterator[str]:
    """Give the folders, and the files of some endings, that begin as what is written."""
    folder, slash, begun = incomplete.rpartition("/")
    before = folder + slash
    for entry in sorted(Path(before).iterdir()):
        if entry.name.startswith(".") and not begun.startswith("."):
            continue
        if entry.is_dir():
            yield f"{before}{entry.name}" if (entry / "economy.toml").exists() else f"{before}{entry.name}/"
        elif entry.name.lower().endswith(endings):
            yield f"{before}{entry.name}"
