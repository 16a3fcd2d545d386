"""Labels: as people read them, and as blocks are laid out."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd


def name_of(label: Any) -> str:
    """Return a label as people read it: the parts of a pair with a blank between them.

    >>> name_of(("north", "coal")), name_of("coal")
    ('north coal', 'coal')
    """
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def pair_name(label: Any) -> str:
    """Return a label as it is written where a name is one text: the parts of a pair with ``@`` between, the first last.

    What :func:`pair_of` reads back; a backslash stands before ``@`` and backslashes within a part.

    >>> pair_name(("north", "coal")), pair_name(("north", "a@b")), pair_name("coal")
    ('coal@north', 'a\\\\@b@north', 'coal')
    """
    parts = reversed(label) if isinstance(label, tuple) else (label,)
    return "@".join(re.sub(r"([@\\])", r"\\\1", str(part)) for part in parts)


def spoken(label: Any) -> str:
    """Return a label as it can be typed: of a pair its :func:`pair_name`, of any other its text."""
    return pair_name(label) if isinstance(label, tuple) else str(label)


def pair_of(text: str) -> Any:
    """Return the label that a text writes as :func:`pair_name` does: a pair, or the text alone.

    >>> pair_of("coal@north"), pair_of("a\\\\@b@north"), pair_of("coal")
    (('north', 'coal'), ('north', 'a@b'), 'coal')
    """
    parts = [re.sub(r"\\(.)", r"\1", part) for part in re.findall(r"(?:^|@)((?:\\.|[^@\\])*)", text)]
    return tuple(reversed(parts)) if len(parts) > 1 else parts[0]


def unit_words(unit: str) -> str:
    """Return a unit as people write it.

    >>> unit_words("person * year"), unit_words("GBP_million")
    ('person·year', 'GBP million')
    """
    return unit.replace(" * ", "·").replace("*", "·").replace(" / ", "/").replace("_", " ")


def holding_name(holding: Any) -> str:
    """Return who holds a stock: ``good in technique``, or the good alone where stocks are pooled.

    >>> holding_name(("iron", "coal")), holding_name("iron")
    ('iron in coal', 'iron')
    """
    return " in ".join(map(name_of, holding)) if isinstance(holding, tuple) else name_of(holding)


def labels(*axes: tuple[str, pd.Index]) -> pd.Index:
    """Return the labels of a block over several axes; the first axis runs fastest (so a period's labels stand
    together).

    >>> labels(("good", pd.Index(["a", "b"])), ("period", pd.Index(["1", "2"]))).to_list()
    [('a', '1'), ('b', '1'), ('a', '2'), ('b', '2')]
    """
    sizes = [len(index) for _, index in axes]
    total = int(np.prod(sizes))
    codes: list[Any] = []
    inner = 1
    for size in sizes:
        codes.append(np.tile(np.repeat(np.arange(size), inner), total // max(inner * size, 1)))
        inner *= size
    levels: list[Any] = [index for _, index in axes]
    return pd.MultiIndex(levels=levels, codes=codes, names=[name for name, _ in axes], verify_integrity=False)


def pair_labels(rows: pd.Index, columns: pd.Index, pairs: Any, periods: pd.Index) -> pd.Index:
    """Return labels (good, technique, period) for chosen pairs, pairs running fastest.

    Parameters
    ----------
    pairs : positions ``(row positions, column positions)`` of the pairs.
    """
    row, column = pairs
    count = len(periods)
    levels: list[Any] = [rows, columns, periods]
    codes: list[Any] = [np.tile(row, count), np.tile(column, count), np.repeat(np.arange(count), len(row))]
    names = ["good", "technique", "period"]
    return pd.MultiIndex(levels=levels, codes=codes, names=names, verify_integrity=False)
