"""Which pictures of a plan there are, read from what draws them."""

from __future__ import annotations

import inspect

from .accessor import PlanPlots


def pictures() -> dict[str, inspect.Signature]:
    """Return the pictures of ``plan.plot`` that need nothing but a plan: what each can be asked for, by name.

    >>> "most" in pictures()["stocks"].parameters
    True
    """
    drawn = {name: inspect.signature(one) for name, one in vars(PlanPlots).items() if inspect.isfunction(one)}
    return {
        name: signature
        for name, signature in drawn.items()
        if not name.startswith("_")
        and all(one.default is not one.empty for one in signature.parameters.values() if one.name != "self")
    }


def moves(signature: inspect.Signature) -> bool:
    """Whether a picture is one of plotly's, a page that answers to the mouse; others are figures of matplotlib."""
    return bool(signature.return_annotation != "Figure")
