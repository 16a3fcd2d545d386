"""The command line's ``picture``: a plan drawn to a file, by any of the pictures of ``plan.plot``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..base.errors import OptionError, shown, unknown
from ..base.exit_codes import ExitCode
from ..base.places import Kind, ending
from . import completion as complete
from .arguments import Asked, By, InPeriod, Json, Model, OtherObjective, Setting, TimeLimit
from .asking import facts_of, planned, without_point
from .console import print_json, readable_errors, working

if TYPE_CHECKING:
    from ..plan.plan import Plan

#: The first lines of a page that is drawn here, by which an earlier one is known.
_MARK = "<!doctype html>\n<!-- a picture of a plan, drawn by natura-opt -->\n"
_PAGE = ".html"


def picture(
    model: Model,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="NAME.svg, NAME.png or NAME.pdf; NAME.html for a picture that answers to the mouse.",
            autocompletion=complete.ending(".svg", ".png", ".pdf", _PAGE),
        ),
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            help="What to draw; without it, the first that FILE can hold. An unknown one lists all.",
            autocompletion=complete.pictures,
        ),
    ] = None,
    most: Annotated[int | None, typer.Option(min=1, help="How many to draw singly, of pictures that choose.")] = None,
    period: InPeriod = None,
    question: Asked = None,
    objective: OtherObjective = None,
    method: By = "auto",
    setting: Setting = None,
    time_limit: TimeLimit = None,
    as_json: Json = False,
) -> None:
    """Draw the best plan of MODEL to FILE: a page of its own for what moves, or a picture for paper."""
    with readable_errors():
        from ..base.output_files import check_place
        from ..plan.pictures.style import PICTURE

        asked = {name: value for name, value in {"most": most, "period": period}.items() if value is not None}
        chosen = _chosen(file, kind, asked)
        check_place(file, PAGE if ending(file) == _PAGE else PICTURE)
        plan = planned(model, question, objective, method, setting, time_limit)
        if not without_point(plan, as_json, time_limit):
            with working(f"drawing {chosen}"):
                _draw(plan, chosen, file, asked)
            if as_json:
                print_json(facts_of(plan) | {"picture": str(file), "kind": chosen})
            else:
                typer.echo(shown(f"{file}: {chosen.replace('_', ' ')} of {plan.economy.name} ({plan.status})"))
        raise typer.Exit(ExitCode.AS_ASKED if plan.proved else ExitCode.NOT_AS_HOPED)


def _chosen(file: Path, kind: str | None, asked: dict[str, Any]) -> str:
    """Return the picture that is meant, which the file can hold and which can be asked so."""
    from ..plan.pictures.kinds import moves, pictures

    known, page = pictures(), ending(file) == _PAGE
    if kind is None:
        kind = next(name for name, signature in known.items() if moves(signature) == page)
    kind = kind.replace("-", "_")
    if kind not in known:
        raise OptionError(f"--kind: {unknown('picture', kind, known)}")
    if moves(known[kind]) != page:
        wanted = f"NAME{_PAGE}" if moves(known[kind]) else "NAME.svg, NAME.png or NAME.pdf"
        raise OptionError(f"{file}: the picture {kind!r} is drawn to {wanted}")
    for name in asked:
        if name not in known[kind].parameters:
            able = [other for other, signature in known.items() if name in signature.parameters]
            raise OptionError(f"--{name}: not of the picture {kind!r}, but of {', '.join(able)}")
    return kind


def _draw(plan: Plan, kind: str, file: Path, asked: dict[str, Any]) -> None:
    from ..base.output_files import whole_file
    from ..plan.pictures.style import PICTURE

    figure = getattr(plan.plot, kind)(**asked)
    if ending(file) != _PAGE:
        with whole_file(file, PICTURE) as building:
            figure.savefig(building)
        return
    with whole_file(file, PAGE) as building, building.open("w", encoding="utf-8") as page:
        page.write(_MARK + figure.to_html(include_plotlyjs=True))


def _kept(place: Path) -> str:
    """Keep what is not a page that was drawn here."""
    with place.open("rb") as page:
        return "" if page.read(len(_MARK)) == _MARK.encode() else "exists already and is no picture drawn here"


PAGE = Kind("a picture that moves", (_PAGE,), f"NAME{_PAGE}", False, _kept)
