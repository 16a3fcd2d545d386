"""The command line's ``explore``: what-if in a browser."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from ..base.errors import OptionError, shown
from .arguments import Asked, Model, OtherObjective, Setting, TimeLimit
from .asking import settings_of
from .console import readable_errors, standard_output_kept_clean, working


def explore(
    model: Model,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Of this machine, on which the page is served; 0: any.")
    ] = 8050,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser; the address is printed.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="A model folder (or NAME.xlsx) that scenarios are written to, on a button.")
    ] = None,
    question: Asked = None,
    objective: OtherObjective = None,
    setting: Setting = None,
    time_limit: TimeLimit = None,
) -> None:
    """Turn limits, targets, caps and settings of MODEL in a browser; each plan is proved. Ctrl-C ends it."""
    with readable_errors():
        if find_spec("dash") is None:
            raise OptionError(
                "explore needs Dash, which is an extra: pip install 'natura-opt[explore]', with the pip that stands "
                "beside natura-opt (in a clone: .venv/bin/pip)"
            )
        from ..base.output_files import check_place
        from ..economy.files.folder_writer import kind_of
        from ..explore.explorer import Explorer
        from ..explore.serving import address_of, serve, server_of

        if out is not None:
            check_place(out, kind_of(out))
        settings = settings_of(setting or [])
        with working(f"planning {model}"), standard_output_kept_clean():
            explorer = Explorer(model, question, objective, time_limit, **settings)
            server = server_of(explorer, port, None if out is None else str(out))
        typer.echo(shown(f"{explorer.start.economy.name}: {address_of(server)} (Ctrl-C ends it)"), err=True)
        serve(server, open_browser=not no_browser)
