"""What a row or column is called: its name, its period and the unit of its side, by what its law declares of it."""

from __future__ import annotations

from typing import Any

from ..base.labels import holding_name, name_of
from ..economy.economy import Economy
from ..program.canonical import Block
from ..program.declared import Columns, Rows

ALL_PERIODS = "all periods"


def rows_of(block: Block) -> Rows:
    """Return the declaration of rows that have one."""
    assert isinstance(block.declared, Rows)
    return block.declared


def parts_of(economy: Economy, says: Rows | Columns, label: Any) -> tuple[tuple[Any, ...], Any]:
    """Return the parts of a label, one per axis without the period, and the period (None where it has none).

    A label of a holding has no technique where stocks are pooled.
    """
    names = [axis for axis in says.axes if axis != "periods"]
    if not says.axes:
        return (), None
    if "periods" not in says.axes:
        whole = len(names) > 1 and label not in economy.axes[names[0]]  # the name of a pair is no pair of names
        return (tuple(label) if whole else (label,)), None
    return (tuple(label[:-1]), label[-1]) if names else ((), label)


def row_words(economy: Economy, says: Rows, label: Any) -> tuple[str, str, str]:
    """Return (name, period, unit) of a declared row."""
    parts, period = parts_of(economy, says, label)
    name = holding_name(parts) if parts else says.named or says.words
    names = [axis for axis in says.axes if axis != "periods"]
    unit = economy.unit(says.unit, parts[names.index(says.unit)]) if says.unit in names else ""
    return name, str(period) if says.axes and "periods" in says.axes else says.when, unit


def column_words(economy: Economy, says: Columns, label: Any) -> tuple[str, str, str]:
    """Return (name, period, unit) of a declared column whose bounds are of a kind; its number comes last."""
    parts, period = parts_of(economy, says, label)
    own, rest = (parts[:1], parts[1:]) if says.numbered else ((), parts)
    name = ", ".join([holding_name(rest) if len(rest) > 1 else name_of(rest[0]), *map(str, own)]) if rest else says.name
    names = [axis for axis in says.axes if axis != "periods"]
    unit = economy.unit(says.unit, rest[names.index(says.unit)]) if says.unit in names else ""
    return name, ALL_PERIODS if period is None else str(period), unit


def own_name(economy: Economy, block_name: str, label: Any) -> tuple[str, str]:
    """Return (name, period) of a row or column that no law labels."""
    whole = label if isinstance(label, tuple) else (label,)
    period = ""
    if whole[-1] in economy.periods:
        whole, period = whole[:-1], str(whole[-1])
    rest = [name_of(part) for part in whole if part != block_name]
    return " ".join([block_name, *rest]), period
