"""Settings and type hints at the entrance: each kind is told from each other, and what is wrong is said by name."""

from __future__ import annotations

import inspect
import math
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import natura_opt as no
from natura_opt.base.entrance import checked_arguments, in_words, is_kind
from natura_opt.base.errors import OptionError
from natura_opt.base.settings import one_of, radius_of, real, whole
from natura_opt.economy.economy import Economy

FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
NO_NUMBERS: list[Any] = ["1", None, True, np.True_, 1j, [1], math.nan, math.inf, -math.inf, NotImplemented]


# ---- settings ---------------------------------------------------------------------------------------------------


@FEW
@given(st.integers(-(10**20), 10**20), st.integers(-5, 5))
def test_a_whole_number_from_its_least(value: int, least: int) -> None:
    if value >= least:
        assert whole("goods", value, least) == value
    else:
        with pytest.raises(OptionError, match=f"goods must be a whole number of at least {least}, not {value}"):
            whole("goods", value, least)


@pytest.mark.parametrize("value", [*NO_NUMBERS, 1.0, Fraction(1)], ids=str)
def test_what_is_no_whole_number(value: Any) -> None:
    with pytest.raises(OptionError, match="seed must be a whole number of at least 0"):
        whole("seed", value, 0)


def test_whole_numbers_of_numpy_are_pythons_own() -> None:
    for kind in (np.int8, np.uint64, np.int64):
        assert type(whole("goods", kind(3), 1)) is int


@FEW
@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-10, 10), st.floats(11, 20), st.booleans())
def test_a_number_between_its_ends(value: float, least: float, below: float, above: bool) -> None:
    inside = (value > least if above else value >= least) and value < below
    if inside:
        assert real("slack", value, least, below, above=above) == value
    else:
        with pytest.raises(OptionError, match=f"slack must be a number {'above' if above else 'of at least'} "):
            real("slack", value, least, below, above=above)


@pytest.mark.parametrize("value", [*NO_NUMBERS, Decimal(1)], ids=str)
def test_what_is_no_number(value: Any) -> None:
    with pytest.raises(OptionError, match="scale must be a number of at least 0 and below 5, not"):
        real("scale", value, 0.0, 5.0)


def test_ends_of_a_spectral_radius() -> None:
    assert radius_of(5e-324) == 5e-324 and radius_of(math.nextafter(1.0, 0.0)) < 1.0
    for value in (0, 1, 1.0, -0.5, math.nan, "0.5"):
        with pytest.raises(OptionError, match=r"radius must be a number above 0 and below 1.*makes no net product"):
            radius_of(value)


def test_one_of_the_known() -> None:
    assert one_of("form", "general", iter(["general", "triangular"])) == "general"
    for value in ("genral", None, 3):
        with pytest.raises(OptionError, match="unknown form"):
            one_of("form", value, ["general", "triangular"])


# ---- kinds that hints name --------------------------------------------------------------------------------------

#: For each hint, what is of its kind and what is not.
KINDS: dict[str, tuple[list[Any], list[Any]]] = {
    "str": (["", "a"], [b"a", 1, None, Path("a")]),
    "bool": ([True, np.False_], [0, 1, "True", None]),
    "int": ([0, -(2**63) + 1, np.int8(3)], [True, np.True_, 1.0, "1", None, 2**63]),
    "float": ([0, 1.5, np.float32(2), Fraction(1, 3), np.int64(2)], [True, np.True_, "1", 1j, Decimal(1), 2**63]),
    "None": ([None], [0, "", False]),
    "Path": ([Path("a")], ["a", None]),
    "str | Path": (["a", Path("a")], [b"a", None, 1]),
    "int | None": ([None, 3], ["None", 1.5]),
    "Mapping[str, Any]": ([{}, {"a": 1}], [[("a", 1)], {1: 2}, "a"]),
    "Mapping[Any, Any] | pd.Series": ([{1: 2}, pd.Series([1.0])], [[1], pd.DataFrame()]),
    "Iterable[str]": ([[], ["a"], ("a",), {"a"}, iter(["a"]), np.array(["a"])], ["a", b"a", [1], {"a": 1}, 5]),
    "Iterable[str | int | tuple[object, ...]]": ([["a", 1, ("b", 2)]], [[1.5], [None], "ab"]),
    "Sequence[object]": ([[1, None], np.ones(2)], ["a", np.ones((2, 2)), sp.eye_array(2), {"a": 1}]),
    "Callable[..., Any]": ([len, lambda: None, int], [1, "len", None]),
    "Floats": ([np.ones(2), np.arange(3)], [[1.0], np.ones((2, 2)), np.array([True]), np.array(["a"])]),
    "tuple[int, ...]": ([(), (1, "a")], [[1], None]),
    "pd.DataFrame": ([pd.DataFrame()], [pd.Series([1.0]), None, [[1]]]),
    "Economy": ([no.read("wheat_cloth")], ["wheat_cloth", None, no.Question()]),
    "Any": ([None, 1, object()], []),
    "object": ([None, 1, object()], []),
}


@pytest.mark.parametrize("hint", sorted(KINDS))
def test_each_hint_knows_its_own(hint: str) -> None:
    own, other = KINDS[hint]
    assert [value for value in own if not is_kind(value, hint)] == []
    assert [value for value in other if is_kind(value, hint)] == []
    for value in own:  # a hint with more alternatives takes no less
        assert is_kind(value, f"dict[str | bytes, int] | {hint}")


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        ("str | None", "text or None"),
        ("int", "a whole number"),
        ("float | int", "a number or a whole number"),
        ("Mapping[str, Iterable[object] | None]", "a mapping"),
        ("Iterable[str]", "a list of texts"),
        ("Iterable[str | int | tuple[object, ...]]", "a list of texts or int or tuple"),
        ("Sequence[object]", "a list"),
        ("str | str", "text"),
        ("Economy", "an Economy"),
        ("no.economy.economy.Economy", "an Economy"),
        ("pd.Series", "a Series"),
        ("Callable[[int | str], Any] | None", "a function or None"),
    ],
)
def test_hints_in_words(hint: str, words: str) -> None:
    assert in_words(hint) == words


# ---- the decorator ----------------------------------------------------------------------------------------------


@checked_arguments("trusted")
def call(text: str, *, trusted: int = 0, count: int | None = None, untold=None, **rest: str) -> Any:  # type: ignore[no-untyped-def]
    """Say what was given."""
    return text, trusted, count, untold, rest


def test_what_fits_is_handed_on() -> None:
    assert call("a", trusted="not looked at", count=np.int64(2), untold=3, more=5) == (
        "a",
        "not looked at",
        2,
        3,
        {"more": 5},
    )
    assert call.__name__ == "call" and call.__doc__ == "Say what was given."
    assert list(inspect.signature(call).parameters) == ["text", "trusted", "count", "untold", "rest"]


@pytest.mark.parametrize(
    ("given_as", "words"),
    [
        ({"text": 5}, "call: text must be text, not 5"),
        ({"text": "a", "count": "many"}, "call: count must be a whole number or None, not 'many'"),
        ({"text": None, "count": True}, "call: text must be text, not None"),
    ],
)
def test_the_first_argument_that_does_not_fit_is_named(given_as: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError, match=f"^{re.escape(words)}$"):
        call(**given_as)


def test_arguments_too_many_or_missing_are_pythons_own_complaint() -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'text'"):
        call()
    with pytest.raises(TypeError, match="too many positional arguments"):
        call("a", "b")


# ---- every public call ------------------------------------------------------------------------------------------

PUBLIC = {name: getattr(no, name) for name in no.__all__ if inspect.isfunction(getattr(no, name))}
OWN = {f"Economy.{name}": getattr(Economy, name) for name in ("frame", "unit", "aggregate", "question", "with_changes")}


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_call_says_what_it_takes(name: str) -> None:
    """Hints for all arguments and the result, and a docstring that speaks of every argument."""
    signature = inspect.signature(PUBLIC[name])
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not parameter.empty, f"{name}: {parameter.name}"
        for part in str(parameter.annotation).split(" | "):
            assert in_words(part), "a hint must be one that the entrance can read"
    assert PUBLIC[name].__doc__, name


def refused_argument(function: Any) -> str | None:
    """Return the name of the first parameter that is held to a hint, after handing over an object of no use."""

    class Useless:
        pass

    signature = inspect.signature(function)
    for name, parameter in signature.parameters.items():
        hint = str(parameter.annotation)
        if name == "self" or parameter.kind is parameter.VAR_KEYWORD or is_kind(Useless(), hint):
            continue
        needed = {
            other: None
            for other, second in signature.parameters.items()
            if second.default is second.empty and other not in (name, "self") and second.kind is not second.VAR_KEYWORD
        }
        with pytest.raises(no.NaturaError):
            function(
                **({"self": no.read("wheat_cloth")} if "self" in signature.parameters else {}),
                **needed,
                **{name: Useless()},
            )
        return name
    return None


@pytest.mark.parametrize("name", sorted({**PUBLIC, **OWN}))
def test_an_object_of_no_use_is_refused_by_every_public_call(name: str) -> None:
    """Also where the other arguments are no better: never a traceback of another kind."""
    function = {**PUBLIC, **OWN}[name]
    found = refused_argument(function)
    assert found is not None or all(
        is_kind(object(), str(parameter.annotation)) or parameter.kind is parameter.VAR_KEYWORD or who == "self"
        for who, parameter in inspect.signature(function).parameters.items()
    )
