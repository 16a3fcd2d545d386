"""Labels as people read them."""

from __future__ import annotations

from typing import Any


def name_of(label: Any) -> str:
    """Return a label as people read it: the parts of a pair with a blank between them.

    >>> name_of(("north", "coal")), name_of("coal")
    ('north coal', 'coal')
    """
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def holding_name(holding: Any) -> str:
    """Return who holds a stock: ``good in technique``, or the good alone where stocks are pooled.

    >>> holding_name(("iron", "coal")), holding_name("iron")
    ('iron in coal', 'iron')
    """
    return " in ".join(map(name_of, holding)) if isinstance(holding, tuple) else name_of(holding)
