"""How much is read: each limit holds to the byte and names the setting that raises it; what is no file stays shut."""

from __future__ import annotations

import os
import re
import socket
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import natura_opt as no
from natura_opt.base.input_files import (
    DEFAULT_LIMITS,
    ReadingLimits,
    as_path,
    limits_given,
    read_bytes,
    read_text,
    size_of,
)

LIMITS = [field.name for field in fields(ReadingLimits)]


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("value", [0, -1, 1.5, True, "many", None], ids=str)
def test_limits_are_whole_numbers_from_one_up(name: str, value: Any) -> None:
    with pytest.raises(no.OptionError, match=f"{name} must be a whole number of at least 1"):
        ReadingLimits(**{name: value})


@pytest.mark.parametrize("name", LIMITS)
def test_a_message_names_the_setting_that_would_let_it_pass(name: str) -> None:
    """What is said can be typed: with the limit it names, the same is allowed."""
    limits = ReadingLimits(**{name: 10})
    limits.refuse("f", "its size", 10, name, 10)
    with pytest.raises(no.DataError) as caught:
        limits.refuse("f", "its size", 1234, name, 10)
    assert str(caught.value).startswith("f: its size is 1,234, more than the 10 that are read unasked")
    advice = re.search(r"limits=natura_opt\.ReadingLimits\((\w+)=(\d+)\)", str(caught.value))
    assert advice
    raised = ReadingLimits(**{advice[1]: int(advice[2])})
    raised.refuse("f", "its size", 1234, advice[1], getattr(raised, advice[1]))


def test_cells_and_packing_may_grow_with_the_file() -> None:
    limits = ReadingLimits(cells=100, unpacked_bytes=1000, unpacked_times=4)
    limits.refuse_cells("f", 10, 10, size=5)
    limits.refuse_cells("f", 10, 20, size=200)
    with pytest.raises(no.DataError, match=r"10 x 11 cells is 110, more than the 100.*ReadingLimits\(cells=110\)"):
        limits.refuse_cells("f", 10, 11, size=5)
    limits.refuse_unpacked("f", 1000, size=5)
    limits.refuse_unpacked("f", 2000, size=500)
    with pytest.raises(no.DataError, match=r"unpacked size in bytes is 2,001, more than the 2,000"):
        limits.refuse_unpacked("f", 2001, size=500)


def test_without_limits_there_are_the_usual_ones() -> None:
    assert limits_given(None) is DEFAULT_LIMITS
    own = ReadingLimits(cells=5)
    assert limits_given(own) is own
    for wrong in (5, {"cells": 5}, ReadingLimits):
        with pytest.raises(no.OptionError, match=r"limits must be a natura_opt.ReadingLimits, not"):
            limits_given(wrong)


@pytest.mark.parametrize("limit", ["file_bytes", "settings_bytes"])
def test_a_file_is_read_to_its_limit_and_not_a_byte_further(limit: str, tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"12345")
    assert read_bytes(file, "f", ReadingLimits(**{limit: 5}), limit) == b"12345"
    assert size_of(file, "f", ReadingLimits(**{limit: 5}), limit) == 5
    with pytest.raises(no.DataError, match=f"f: its size in bytes is 5, more than the 4 .*{limit}=5"):
        read_bytes(file, "f", ReadingLimits(**{limit: 4}), limit)


def test_a_file_that_does_not_tell_its_size_is_held_to_the_limit_as_it_is_read() -> None:
    """Those of the system say they are empty."""
    told = Path("/proc/self/status")
    if not told.exists():
        pytest.skip("no files of the system here")
    assert told.stat().st_size == 0 and len(read_bytes(told, "f", DEFAULT_LIMITS)) > 100
    with pytest.raises(no.DataError, match="f: its size in bytes is 21, more than the 20"):
        read_bytes(told, "f", ReadingLimits(file_bytes=20))


@pytest.mark.parametrize("what", ["a folder", "a pipe", "a device", "a socket"])
def test_what_is_no_file_is_named_and_not_opened(what: str, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as short, socket.socket(socket.AF_UNIX) as bound:
        place = Path(short) / "f"
        if what == "a folder":
            place.mkdir()
        elif what == "a pipe":
            os.mkfifo(place)
        elif what == "a socket":
            bound.bind(str(place))
        else:
            place = Path("/dev/zero")
        with pytest.raises(no.DataError, match=f"^f: is {what}, not a file$"):
            read_bytes(place, "f", DEFAULT_LIMITS)


def test_a_file_that_is_not_there_is_said_with_its_folder(tmp_path: Path) -> None:
    with pytest.raises(no.DataError, match=f"^f: there is no such file in {tmp_path.name}$"):
        size_of(tmp_path / "f", "f", DEFAULT_LIMITS)
    with pytest.raises(no.DataError, match=r"there is no such file in .$"):
        size_of(Path("f-that-is-not-there"), "f", DEFAULT_LIMITS)
    (tmp_path / "file").touch()
    with pytest.raises(no.DataError, match="f: cannot be read: Not a directory"):
        size_of(tmp_path / "file" / "f", "f", DEFAULT_LIMITS)
    with pytest.raises(no.DataError, match="f: cannot be read: "):
        size_of(Path("a\0b"), "f", DEFAULT_LIMITS)


def test_text_is_utf_8_with_or_without_a_mark(tmp_path: Path) -> None:
    file = tmp_path / "f"
    for held in ("größe".encode(), b"\xef\xbb\xbf" + "größe".encode()):
        file.write_bytes(held)
        assert read_text(file, "f", DEFAULT_LIMITS) == "größe"
    for held, at in (("größe".encode("latin-1"), 2), ("a".encode("utf-16"), 0)):
        file.write_bytes(held)
        with pytest.raises(no.DataError, match=f"f: not UTF-8 text .* at byte {at}\\); save it as UTF-8"):
            read_text(file, "f", DEFAULT_LIMITS)


@pytest.mark.parametrize("path", [None, 5, b"a", ["a"]], ids=str)
def test_a_path_is_text_or_a_path(path: Any) -> None:
    with pytest.raises(no.DataError, match="the name of a model is needed, not"):
        as_path(path, "a model")


@pytest.mark.parametrize("path", ["a\0b", "a\nb", "a\x1b[2J", "\ud800"])
def test_a_path_has_no_signs_that_no_name_has(path: str) -> None:
    with pytest.raises(no.DataError, match="cannot be the name of a model"):
        as_path(path, "a model")
    for fine in ("a b", "größe", "a\udcff", "x" * 300):
        assert as_path(fine, "a model") == Path(fine)


@pytest.mark.parametrize("form", ["folder", "parquet", "workbook"])
def test_limits_hold_for_whole_models_and_can_be_raised(form: str, tmp_path: Path) -> None:
    economy = no.read("five_year_plan")
    path = tmp_path / ("m.xlsx" if form == "workbook" else "m")
    no.write(economy, path, tables="parquet" if form == "parquet" else "csv")
    for tight in (ReadingLimits(file_bytes=20), ReadingLimits(settings_bytes=20)):
        if form == "workbook" and tight.settings_bytes == 20:
            continue
        with pytest.raises(no.DataError, match=r"give limits=natura_opt\.ReadingLimits\("):
            no.read(path, limits=tight)
    assert no.read(path, limits=ReadingLimits(file_bytes=10**6)).goods.tolist() == economy.goods.tolist()
