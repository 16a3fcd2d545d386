"""The command line's ``models`` and ``check``: what there is to plan, and whether it is sound."""

from __future__ import annotations

import typer

from ..base.errors import shown
from ..base.exit_codes import ExitCode
from .arguments import Json, Model
from .console import print_json, readable_errors, working


def check(model: Model, as_json: Json = False) -> None:
    """Run every named check on MODEL and say what is wrong and where."""
    with readable_errors():
        from ..checks import check as run_checks
        from ..economy.files.catalog import read

        with working(f"checking {model}"):
            findings = run_checks(read(model))
        passed = all(finding.passed for finding in findings)
        if as_json:
            rows = [{"check": f.check, "passed": f.passed, "message": f.message} for f in findings]
            print_json({"model": model, "passed": passed, "findings": rows})
        else:
            for finding in findings:
                typer.echo(shown(str(finding)))
        raise typer.Exit(ExitCode.AS_ASKED if passed else ExitCode.NOT_AS_HOPED)


def models(as_json: Json = False) -> None:
    """List the models that come with the package."""
    with readable_errors():
        from ..economy.files.catalog import read
        from ..economy.files.shipped import shipped_models

        with working("reading the models"):
            shipped = [(name, read(folder)) for name, folder in shipped_models().items()]
        if as_json:
            rows = [
                {
                    "model": name,
                    "title": e.title,
                    "goods": len(e.goods),
                    "periods": len(e.periods),
                    "questions": list(e.questions),
                }
                for name, e in shipped
            ]
            print_json({"models": rows})
            return
        width = max(len(name) for name, _ in shipped)
        for name, e in shipped:
            periods = "1 period" if len(e.periods) == 1 else f"{len(e.periods)} periods"
            typer.echo(f"{name:<{width}}  {e.title} ({len(e.goods)} goods, {periods})")
