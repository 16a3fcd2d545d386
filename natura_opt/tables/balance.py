"""The tables of the balance of goods: what production uses up and makes, and what is on hand."""

from __future__ import annotations

from .merging import AVERAGED_BY_ACTIVITY, SUMMED
from .missing import IDENTITY, ZERO
from .spec import TableSpec, beside

COEFFICIENT = "goods / techniques"

INPUTS = TableSpec(
    "inputs",
    ("goods", "techniques"),
    COEFFICIENT,
    "goods used up per unit of activity (A)",
    AVERAGED_BY_ACTIVITY,
    is_use=True,
    advice="an input below zero is an output: put it into 'outputs'",
)
OUTPUTS = TableSpec(
    "outputs",
    ("goods", "techniques"),
    COEFFICIENT,
    "goods made per unit of activity (B); joint products allowed",
    AVERAGED_BY_ACTIVITY,
    missing=IDENTITY,
)
INITIAL_STOCKS = TableSpec(
    "initial_stocks",
    ("goods",),
    "goods",
    "goods on hand at the start (s0)",
    SUMMED,
    missing=ZERO,
    varies="once",
)

BALANCE = beside("balance of goods", INPUTS, OUTPUTS, INITIAL_STOCKS)
