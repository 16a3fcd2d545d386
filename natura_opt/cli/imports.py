"""The command line's ``import``: an economy from other forms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..base.errors import shown
from ..base.exit_codes import sentence_after, sentence_of_all
from .arguments import Json
from .console import print_json, readable_errors, working

imports = typer.Typer(help="Bring an economy in from other forms.", epilog=sentence_of_all(), no_args_is_help=True)


@imports.command("five-year", epilog=sentence_after("import five-year"))
def import_five_year(
    flows: Annotated[Path, typer.Argument(help="Flows of goods, labour and output, goods as columns.")],
    cap: Annotated[Path, typer.Argument(help="Capital stocks, goods by industry.")],
    dep: Annotated[Path, typer.Argument(help="Yearly rates of depreciation, goods by industry.")],
    labtarg: Annotated[Path, typer.Argument(help="Targets and labour, one row per year.")],
    dest: Annotated[Path, typer.Argument(help="The model folder (or NAME.xlsx) to write.")],
    as_json: Json = False,
) -> None:
    """Turn the four files of an n-year plan into a model folder (or NAME.xlsx)."""
    with readable_errors():
        from ..base.output_files import check_place
        from ..economy.files.folder_writer import kind_of, write
        from ..economy.national.five_year import read_five_year

        check_place(dest, kind_of(dest))
        with working(f"reading {flows}"):
            economy = read_five_year(flows, cap, dep, labtarg, name=dest.resolve().stem or "five_year_plan")
            write(economy, dest)
        facts = {"model": str(dest), "goods": len(economy.goods), "periods": len(economy.periods)}
        if as_json:
            print_json(facts)
        else:
            size = f"{facts['goods']} goods, {facts['periods']} periods"
            typer.echo(shown(f"{dest}: {size}; next: natura-opt solve {dest}"))
