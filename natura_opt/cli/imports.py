"""The command line's ``import``: tables of others to a model folder, and what was found in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..base.errors import OptionError, shown
from ..base.exit_codes import sentence_after, sentence_of_all
from .arguments import Json
from .console import print_json, readable_errors, working

if TYPE_CHECKING:
    from ..economy.economy import Economy

imports = typer.Typer(help="Bring an economy in from other forms.", epilog=sentence_of_all(), no_args_is_help=True)

_Dest = Annotated[Path, typer.Argument(help="The model folder (or NAME.xlsx) to write.")]
_Sheet = Annotated[str | None, typer.Option(help="The sheet of a workbook that has several.")]
_Resources = Annotated[
    list[str] | None,
    typer.Option(
        "--resource",
        help="An account of the industries that becomes a resource: its name, or NEW=NAME; may be repeated, and "
        "accounts of the same NEW are added.",
    ),
]
_Emissions = Annotated[
    list[str] | None, typer.Option("--emission", help="An account that becomes a pollutant; written as --resource.")
]
_Weights = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        help="What a unit of a resource weighs in the question least-resources, NAME=NUMBER; may be repeated; one "
        "resource weighs 1.",
    ),
]
_Labels = Annotated[str, typer.Option(help="What goods are called: codes, names or both.")]
_Names = Annotated[
    Path | None, typer.Option(help="A file of names: a column of codes and, after it, a column of names.")
]
_Zeros = Annotated[
    list[str] | None,
    typer.Option("--zero", help="A text that stands for no amount, e.g. '' (an empty cell) or '-'; may be repeated."),
]
_Tolerance = Annotated[
    float, typer.Option(help="How far what is made may be from what goes out, as a part of the row; inf for any.")
]
_Negatives = Annotated[
    str,
    typer.Option(
        help="What is below zero: error; as-output (inputs become outputs, final demand goods on hand); other-side "
        "(also outputs become inputs, imports final demand, and subsidies count as none). All that is moved is listed."
    ),
]
_Units = Annotated[
    list[str] | None, typer.Option("--unit", help="The unit of an axis, e.g. goods=GBP_million; may be repeated.")
]
_Objective = Annotated[
    str | None,
    typer.Option(help="The only question; without it least-resources (with a weight) and assortment are asked."),
]


@imports.command("five-year", epilog=sentence_after("import five-year"))
def import_five_year(
    flows: Annotated[Path, typer.Argument(help="Flows of goods, labour and output, goods as columns.")],
    cap: Annotated[Path, typer.Argument(help="Capital stocks, goods by industry.")],
    dep: Annotated[Path, typer.Argument(help="Yearly rates of depreciation, goods by industry.")],
    labtarg: Annotated[Path, typer.Argument(help="Targets and labour, one row per year.")],
    dest: _Dest,
    as_json: Json = False,
) -> None:
    """Turn the four files of an n-year plan into a model folder (or NAME.xlsx)."""
    with readable_errors():
        from ..economy.national.five_year import read_five_year

        economy = _written(dest, "plan", lambda: read_five_year(flows, cap, dep, labtarg))
        facts = {"model": str(dest), "goods": len(economy.goods), "periods": len(economy.periods)}
        if as_json:
            print_json(facts)
        else:
            size = f"{facts['goods']} goods, {facts['periods']} periods"
            typer.echo(shown(f"{dest}: {size}; next: natura-opt solve {dest}"))


@imports.command("flows", epilog=sentence_after("import flows"))
def import_flows(
    file: Annotated[Path, typer.Argument(help="Flows with names in the first column and headings in the first row.")],
    dest: _Dest,
    final_demand: Annotated[
        list[str] | None, typer.Option(help="The heading of a column of final demand; repeated for each.")
    ] = None,
    output: Annotated[
        str | None, typer.Option(help="The row or column of outputs; without it nothing is checked.")
    ] = None,
    sheet: _Sheet = None,
    codes: Annotated[
        str | None, typer.Option(help="The column that names rows, as 'column B', if not the first.")
    ] = None,
    headings: Annotated[str | None, typer.Option(help="The row of the headings, as 'row 3', if not the first.")] = None,
    accounts: Annotated[
        Path | None, typer.Option(help="A file of accounts by industry, in rows or columns, beside the table.")
    ] = None,
    resource: _Resources = None,
    emission: _Emissions = None,
    weight: _Weights = None,
    capital: Annotated[
        str | None, typer.Option(help="Stocks: a file, goods by industry; or an account, with --capital-goods.")
    ] = None,
    capital_goods: Annotated[
        str | None, typer.Option(help="The final demand in whose proportions stocks are made of goods.")
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option(help="A total, of which there is a row and a column; may be repeated.")
    ] = None,
    labels: _Labels = "codes",
    names: _Names = None,
    zero: _Zeros = None,
    tolerance: _Tolerance = 0.01,
    negatives: _Negatives = "error",
    unit: _Units = None,
    objective: _Objective = None,
    as_json: Json = False,
) -> None:
    """Turn a table of flows (Z, x and Y in one CSV file or sheet) into a model folder (or NAME.xlsx)."""
    with readable_errors():
        from ..economy.national.flow_files import read_flows

        def read() -> Economy:
            return read_flows(
                file,
                final_demand or [],
                output,
                sheet=sheet,
                codes=codes,
                headings=headings,
                resources=_accounts(resource),
                emissions=_accounts(emission),
                accounts=accounts,
                capital=capital,
                capital_goods=capital_goods,
                leave_out=leave_out or (),
                labels=labels,
                names=names,
                zeros=zero or (),
                weights=_numbers(weight),
                tolerance=tolerance,
                negatives=negatives,
                units=_pairs(unit, "--unit"),
                objective=objective,
            )

        _show(dest, _written(dest, str(file), read), as_json)


@imports.command("supply-use", epilog=sentence_after("import supply-use"))
def import_supply_use(
    file: Annotated[Path, typer.Argument(help="A workbook or CSV file that holds the tables somewhere.")],
    dest: _Dest,
    supply: Annotated[
        str, typer.Option(help="Where supply stands: C159:BI217, or rows 159:217; SHEET!RANGE elsewhere.")
    ],
    use: Annotated[str, typer.Option(help="Where use stands, likewise.")],
    final_demand: Annotated[
        list[str], typer.Option(help="Its columns, as BP:BW; or headings, the option repeated for each.")
    ],
    sheet: _Sheet = None,
    industries: Annotated[
        str | None, typer.Option(help="Columns of the industries, as C:BI; by default all with a heading.")
    ] = None,
    imports: Annotated[
        str | None, typer.Option(help="Columns of what came from outside, in the rows of supply.")
    ] = None,
    resource: _Resources = None,
    emission: _Emissions = None,
    weight: _Weights = None,
    capital: Annotated[str | None, typer.Option(help="The range of stocks, products by industry.")] = None,
    codes: Annotated[
        str | None, typer.Option(help="The column that names products, as 'column B', if not found.")
    ] = None,
    headings: Annotated[
        str | None, typer.Option(help="The row that names industries, as 'row 3', if not found.")
    ] = None,
    labels: _Labels = "codes",
    names: _Names = None,
    zero: _Zeros = None,
    tolerance: _Tolerance = 0.01,
    negatives: _Negatives = "error",
    unit: _Units = None,
    objective: _Objective = None,
    as_json: Json = False,
) -> None:
    """Turn supply and use tables of a workbook into a model folder (or NAME.xlsx): each table is a range of cells."""
    with readable_errors():
        from ..economy.national.supply_use_sheets import read_supply_use

        def read() -> Economy:
            return read_supply_use(
                file,
                supply,
                use,
                final_demand,
                sheet=sheet,
                industries=industries,
                imports=imports,
                resources=_accounts(resource),
                emissions=_accounts(emission),
                capital=capital,
                codes=codes,
                headings=headings,
                labels=labels,
                names=names,
                zeros=zero or (),
                weights=_numbers(weight),
                tolerance=tolerance,
                negatives=negatives,
                units=_pairs(unit, "--unit"),
                objective=objective,
            )

        _show(dest, _written(dest, str(file), read), as_json)


@imports.command("bea", epilog=sentence_after("import bea"))
def import_bea(
    make: Annotated[Path, typer.Argument(help="The make table, industries by commodities.")],
    use: Annotated[Path, typer.Argument(help="The use table, with value added (V…) and final demand (F…).")],
    dest: _Dest,
    without_imports: Annotated[
        bool, typer.Option("--without-imports", help="Nothing that was imported is on hand.")
    ] = False,
    labels: _Labels = "codes",
    commodity_names: Annotated[Path | None, typer.Option(help="Names of the commodities by code.")] = None,
    industry_names: Annotated[Path | None, typer.Option(help="Names of the industries by code.")] = None,
    negatives: _Negatives = "error",
    as_json: Json = False,
) -> None:
    """Turn the make and use tables of the US Bureau of Economic Analysis into a model folder (or NAME.xlsx)."""
    with readable_errors():
        from ..economy.national.bea import read_bea

        def read() -> Economy:
            return read_bea(
                make,
                use,
                imports=not without_imports,
                labels=labels,
                commodity_names=commodity_names,
                industry_names=industry_names,
                negatives=negatives,
            )

        _show(dest, _written(dest, str(use), read), as_json)


@imports.command("psut", epilog=sentence_after("import psut"))
def import_psut(
    file: Annotated[Path, typer.Argument(help="Tidy flows: matnames, rownames, colnames, matvals; or LedgerSide, ….")],
    dest: _Dest,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Which rows are meant, HEADING=ENTRY, e.g. LastStage=Final; may be repeated."),
    ] = None,
    sheet: _Sheet = None,
    weight: _Weights = None,
    tolerance: _Tolerance = 0.01,
    negatives: _Negatives = "error",
    unit: Annotated[str, typer.Option(help="Of all products, where the file says none.")] = "",
    objective: _Objective = None,
    as_json: Json = False,
) -> None:
    """Turn tidy physical supply and use tables (PSUT) into a model folder (or NAME.xlsx)."""
    with readable_errors():
        from ..economy.national.psut import read_psut

        def read() -> Economy:
            return read_psut(
                file,
                _pairs(only, "--only"),
                sheet=sheet,
                weights=_numbers(weight),
                tolerance=tolerance,
                negatives=negatives,
                unit=unit,
                objective=objective,
            )

        _show(dest, _written(dest, str(file), read), as_json)


def _written(dest: Path, what: str, read: Callable[[], Economy]) -> Economy:
    """Read an economy and write it, under the name of the place, which is looked at before."""
    from ..base.output_files import check_place
    from ..economy.files.folder_writer import kind_of, write

    check_place(dest, kind_of(dest))
    with working(f"reading {what}"):
        economy = read()
        economy = economy.with_changes(name=dest.resolve().stem or economy.name)
        write(economy, dest)
    return economy


def _show(dest: Path, economy: Economy, as_json: bool) -> None:
    """Say what was read, what was moved and what was left out."""
    sizes = {axis: len(economy.axes[axis]) for axis in ("goods", "techniques", "resources", "pollutants")}
    if as_json:
        facts = {"questions": list(economy.questions), "notes": list(economy.notes)}
        print_json({"model": str(dest), **sizes, **facts})
        return
    size = ", ".join(
        f"{count:,} {axis if count > 1 else axis.removesuffix('s')}" for axis, count in sizes.items() if count
    )
    typer.echo(shown(f"{dest}: {size}; asked: {', '.join(economy.questions)}; next: natura-opt solve {dest}"))
    for note in economy.notes:
        typer.echo(shown(f"  {note}"))
    if not sizes["resources"]:
        typer.echo("  no resource is scarce: --resource NAME makes one of an account, such as wages or hours")


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """Read NAME=TEXT pairs as texts."""
    made: dict[str, str] = {}
    for pair in given or ():
        name, separator, text = pair.partition("=")
        if not separator or not name:
            raise OptionError(f"{option} {pair!r}: write NAME=VALUE")
        if name in made:
            raise OptionError(f"{option} {name}=…: given twice; give it once")
        made[name] = text
    return made


def _numbers(given: list[str] | None) -> Mapping[str, float] | None:
    """Read the weights of resources."""
    from ..economy.files.cells import number

    made = {}
    for name, text in _pairs(given, "--weight").items():
        try:
            made[name] = number(text)
        except ValueError as error:
            raise OptionError(f"--weight {name}=…: {error}") from None
    return made or None


def _accounts(given: list[str] | None) -> dict[str, Any] | None:
    """Read NEW=NAME or NAME, with all accounts of the same NEW."""
    made: dict[str, list[str]] = {}
    for pair in given or ():
        new, separator, name = pair.partition("=")
        made.setdefault(new if separator else pair, []).append(name if separator else pair)
    return made or None
