"""Which label, row or column is meant by what a user says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..base.errors import DataError
from ..base.labels import name_of
from ..economy.coerce import label_in, reads
from ..program.canonical import Block


def find_label(index: pd.Index, given: Any) -> Any:
    """Return the label of an index that is meant, or None: equal, or read alike, or written in words.

    >>> find_label(pd.Index([2024, 2025]), "2025")
    2025
    >>> find_label(pd.Index([("north", "coal")], tupleize_cols=False), "north coal")
    ('north', 'coal')
    """
    if isinstance(given, list):
        given = tuple(given)
    try:
        return label_in(index, given)
    except (DataError, TypeError):  # a TypeError: what cannot be a label, such as a dictionary
        wanted = reads(given)
        in_words = [label for label in index if name_of(label) == wanted]
        return in_words[0] if in_words else None


def find_row(block: Block, label: Any) -> int | None:
    """Return the position in a block of the row or column with this label, or None; each part may be read alike."""
    wanted = tuple(label) if isinstance(label, tuple | list) else label
    if not isinstance(block.index, pd.MultiIndex):
        match = find_label(block.index, wanted)
        return None if match is None else int(block.index.get_indexer(pd.Index([match], tupleize_cols=False))[0])
    if not isinstance(wanted, tuple) or len(wanted) != block.index.nlevels:
        return None
    here = np.ones(len(block.index), dtype=bool)
    for level, codes, part in zip(block.index.levels, block.index.codes, wanted, strict=True):
        plain = pd.Index(list(level), tupleize_cols=False)
        match = find_label(plain, part)
        if match is None:
            return None
        here &= np.asarray(codes) == int(plain.get_indexer(pd.Index([match], tupleize_cols=False))[0])
    return int(np.flatnonzero(here)[0]) if here.any() else None
