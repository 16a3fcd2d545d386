"""The command line's ``help``: the reference, one topic at a time, for people, as JSON or as Markdown."""

from __future__ import annotations

from typing import Annotated

import typer

from ..base.errors import OptionError, unknown
from . import completion as complete
from .arguments import Json
from .console import print_json, readable_errors


def print_help(
    context: typer.Context,
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="[TOPIC]",
            help="A topic of the reference; without it, the topics.",
            autocompletion=complete.topics,
        ),
    ] = None,
    as_json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the reference, or the topic, as Markdown on standard output.")
    ] = False,
) -> None:
    """Print the reference: tables, objectives, methods, settings, blocks, JSON fields, exit codes, errors, names."""
    with readable_errors():
        if as_json and markdown:
            raise OptionError("help: --json and --markdown are two forms of one thing; choose one")
        from rich.console import Console

        from ..reference.markdown import as_markdown, whole_reference
        from ..reference.text import as_text, list_of_topics
        from ..reference.topics import TOPICS

        if topic is not None and topic not in TOPICS:
            commands = getattr(getattr(context.parent, "command", None), "commands", {})
            if topic in commands:
                raise OptionError(f"help: {topic!r} is a command, not a topic; see natura-opt {topic} --help")
            raise OptionError(f"help: {unknown('topic', topic, TOPICS)}")
        chosen = None if topic is None else TOPICS[topic]
        if as_json and chosen is None:
            print_json({"topics": [each.facts() for each in TOPICS.values()]})
        elif as_json and chosen is not None:
            print_json(chosen.facts() | {"rows": chosen.records()})
        elif markdown:
            typer.echo(whole_reference() if chosen is None else as_markdown(chosen), nl=False)
        else:
            width = Console().width
            typer.echo(list_of_topics(width) if chosen is None else as_text(chosen, width))
