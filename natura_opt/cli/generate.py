"""The command line's ``generate``: a seeded economy as a model folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ..base.errors import shown
from . import completion as complete
from .arguments import Json
from .console import named_values, print_json, readable_errors, working


def generate(
    dest: Annotated[Path, typer.Argument(help="The model folder (or NAME.xlsx) to write.")],
    family: Annotated[
        str,
        typer.Option(
            help="planned, cockshott or samothrakis.",
            autocompletion=complete.among("planned", "cockshott", "samothrakis"),
        ),
    ] = "planned",
    goods: Annotated[int | None, typer.Option(help="Number of goods (planned, cockshott).")] = None,
    inputs: Annotated[int | None, typer.Option(help="Inputs per good (planned, cockshott).")] = None,
    radius: Annotated[float | None, typer.Option(help="Spectral radius of the inputs, below 1.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same economy.")] = 0,
    option: Annotated[
        list[str] | None, typer.Option(help="Any other setting of the family, NAME=VALUE; may be repeated.")
    ] = None,
    tables: Annotated[
        str, typer.Option(help="csv, or parquet for large tables.", autocompletion=complete.among("csv", "parquet"))
    ] = "csv",
    as_json: Json = False,
) -> None:
    """Write a seeded economy that has a plan by construction to the model folder DEST."""
    with readable_errors():
        from ..base.errors import OptionError
        from ..base.output_files import check_place
        from ..economy.files.folder_writer import kind_of, write
        from ..economy.memory import stated
        from ..generate.families import forecast, generate_economy

        settings = named_values(option or [])
        for name, value in {"goods": goods, "inputs": inputs, "radius": radius, "seed": seed}.items():
            if name in settings:
                raise OptionError(f"--option {name}=…: write --{name}")
            if value is not None:
                settings[name] = value
        check_place(dest, kind_of(dest))
        stated(f"generating {dest}", forecast(family, settings), partial(typer.echo, err=True))
        with working(f"generating {dest}"):
            economy = generate_economy(family, **settings)
            write(economy, dest, tables=tables)
        facts = {
            "model": str(dest),
            "family": family,
            "seed": seed,
            "goods": len(economy.goods),
            "techniques": len(economy.techniques),
            "periods": len(economy.periods),
            "coefficients": sum(int(part.nnz) for part in economy.tables["inputs"].slices.values()),
        }
        if as_json:
            print_json(facts)
        else:
            size = f"{facts['goods']:,} goods, {facts['techniques']:,} techniques"
            size += f", {facts['coefficients']:,} input coefficients, {facts['periods']} period"
            size += "s" if facts["periods"] != 1 else ""
            typer.echo(shown(f"{dest}: {size}; next: natura-opt solve {dest}"))
