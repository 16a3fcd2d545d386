"""Places of outputs: endings, what may stand there, what must stay, and what is said where nothing can be written."""

from __future__ import annotations

import csv
import os
import socket
import tempfile
from pathlib import Path
from typing import Any

import pytest

import natura_opt as no
from natura_opt.base.places import (
    UNFINISHED,
    Kind,
    check_log,
    ending,
    entries,
    exists_already,
    named,
    not_only,
    place_of,
)
from natura_opt.economy.files.folder_writer import kind_of, quoting_of

NOTE = Kind("a note", (".txt", ""), "NAME.txt", False, lambda place: "" if place.stat().st_size < 5 else "is too long")
BOOK = Kind(
    "a book", ("",), "a folder", True, lambda place: not_only(place, lambda p: p.suffix == ".txt", "is no page")
)
ANY = Kind("anything", (), "anything", False, lambda place: "")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.xlsx", ".xlsx"),
        ("A.XLSX", ".xlsx"),
        ("a", ""),
        ("a.", ""),
        (".txt", ""),
        ("plan_v1.2", ""),
        ("plan.2025", ""),
        ("a.b.txt", ".txt"),
        ("a.t x t", ""),
        ("a.parquet", ".parquet"),
        ("tmp.AbC", ".abc"),
        ("a.7z", ".7z"),
    ],
)
def test_the_ending_says_what_a_file_is(name: str, found: str) -> None:
    assert ending(Path(name)) == found


def test_a_folder_that_stands_has_no_ending_unless_it_could_be_an_output(tmp_path: Path) -> None:
    for name, found in (("tmp.AbC", ""), ("plan.parquet", ".parquet"), ("plan.xlsx", ".xlsx")):
        (tmp_path / name).mkdir()
        assert ending(tmp_path / name) == found


@pytest.mark.parametrize("name", ["a.csv", "a.TXTX", "a.xlsx"])
def test_another_ending_is_refused_with_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        no.OutputError, match=r"is not supported for a note; write NAME\.txt \(known: NAME\.txt, NAME\)"
    ):
        place_of(tmp_path / name, NOTE)
    assert place_of(tmp_path / name, ANY) == tmp_path / name


def test_where_nothing_stands_is_a_place(tmp_path: Path) -> None:
    for name in ("a.txt", "a.TXT", "a"):
        assert place_of(tmp_path / name, NOTE) == tmp_path / name
    assert place_of(str(tmp_path / "x" / ".." / "a"), NOTE) == tmp_path / "a"


def test_an_earlier_output_may_be_replaced_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "short.txt").write_text("1234")
    (tmp_path / "long.txt").write_text("12345")
    assert place_of(tmp_path / "empty.txt", NOTE) and place_of(tmp_path / "short.txt", NOTE)
    with pytest.raises(no.OutputError, match=r"long\.txt: is too long; choose another file, or remove it first"):
        place_of(tmp_path / "long.txt", NOTE)
    always = Kind("a model", (".txt",), "", False, exists_already)
    assert place_of(tmp_path / "empty.txt", always)
    with pytest.raises(no.OutputError, match="exists already; choose another file"):
        place_of(tmp_path / "short.txt", always)


def test_a_folder_with_anything_else_in_it_stays(tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    assert place_of(book, BOOK) == book
    (book / "1.txt").touch()
    (book / f"{UNFINISHED}x").touch()
    assert place_of(book, BOOK) == book and entries(book) == ["1.txt"]
    (book / "z.jpg").touch()
    (book / "2.txt").mkdir()
    with pytest.raises(
        no.OutputError, match=r"book: holds '2\.txt', 'z\.jpg', which is no page; choose another folder"
    ):
        place_of(book, BOOK)
    assert not_only(book, lambda path: path.suffix == ".jpg", "is odd") == "holds '1.txt', '2.txt', which is odd"


def test_a_folder_one_stands_in_is_not_replaced_but_may_be_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert place_of(".", BOOK) == tmp_path
    (tmp_path / "1.txt").touch()
    with pytest.raises(no.OutputError, match="you stand in it"):
        place_of(".", BOOK)
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    (tmp_path / "inside").rename(tmp_path.parent / f"{tmp_path.name} inside")
    (tmp_path / "2.txt").touch()
    assert place_of(tmp_path, BOOK) == tmp_path


@pytest.mark.parametrize("what", ["a folder", "a pipe", "a socket", "a device", "a file"])
def test_what_is_no_file_or_no_folder_is_named(what: str, tmp_path: Path) -> None:
    place = tmp_path / "it"
    kind, wanted = (BOOK, "a book is a folder") if what == "a file" else (NOTE, "a note is a file")
    if what == "a device":
        place = Path("/dev/null")
    elif what == "a socket":
        with tempfile.TemporaryDirectory(dir="/tmp") as short, socket.socket(socket.AF_UNIX) as made:
            made.bind(f"{short}/s")
            with pytest.raises(no.OutputError, match=f"is {what}, and {wanted}"):
                place_of(f"{short}/s", kind)
        return
    else:
        {"a folder": place.mkdir, "a pipe": lambda: os.mkfifo(place), "a file": place.touch}[what]()
    with pytest.raises(no.OutputError, match=f"is {what}, and {wanted}"):
        place_of(place, kind)


@pytest.mark.parametrize("path", ["", None, 5, b"a", "a\0b"], ids=repr)
def test_what_is_no_path_is_said(path: Any) -> None:
    with pytest.raises(no.OutputError, match=r"the path of a file or folder is needed|is not usable as a path"):
        place_of(path, ANY)


def test_links_in_a_circle_are_no_place(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises((no.OutputError, OSError)):
        place_of(tmp_path / "a", ANY)


# ---- a model's own place ----------------------------------------------------------------------------------------


def test_nothing_goes_into_or_over_a_model(tmp_path: Path) -> None:
    model = no.write(no.read("wheat_cloth"), tmp_path / "m")
    for name in ("a.csv", "a.parquet", "a.toml", "A.CSV"):
        with pytest.raises(
            no.OutputError, match="stands in the folder of the model 'm', which would read it as a part"
        ):
            place_of(model / name, ANY)
    assert place_of(model / "a.txt", ANY)
    for kind in (BOOK, ANY):
        with pytest.raises(no.OutputError, match="m: holds a model already; choose another folder"):
            place_of(model, kind)
    (tmp_path / "link").symlink_to(model)
    with pytest.raises(no.OutputError, match="holds a model already"):
        place_of(tmp_path / "link", BOOK)


def test_a_log_goes_where_text_goes(tmp_path: Path) -> None:
    check_log(tmp_path / "a.log")
    assert not (tmp_path / "a.log").exists()  # what is refused later leaves nothing behind
    (tmp_path / "a.log").write_text("before")
    check_log(tmp_path / "a.log")
    assert (tmp_path / "a.log").read_text() == "before"
    check_log("/dev/null")
    for name in ("a.csv", "a.xlsx", "a.mps", "a.LP", "a.mps.gz"):
        with pytest.raises(no.OutputError, match=r"a log is text; choose another ending, such as .log"):
            check_log(tmp_path / name)
    with pytest.raises(no.OutputError, match="is a folder, not a file"):
        check_log(tmp_path)
    with pytest.raises(no.OutputError, match="No such file or directory; nothing was written"):
        check_log(tmp_path / "no" / "such.log")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.log"]


# ---- what is said -----------------------------------------------------------------------------------------------


def test_whatever_the_system_objects_to_is_said_with_the_name() -> None:
    said = "what stood there is as it was"
    with pytest.raises(no.OutputError, match=f"^a: Is a directory; nothing was written, and {said}$"), named("a"):
        raise IsADirectoryError(21, "Is a directory")
    with pytest.raises(no.OutputError, match=r"^a: no number; "), named("a"):
        raise OSError("no number")
    with pytest.raises(no.OutputError, match="'ü' in a name cannot be written as latin"), named("a"):
        raise UnicodeEncodeError("latin", "Müll", 1, 2, "no")
    with pytest.raises(KeyError), named("a"):
        raise KeyError("not the system's")
    with named("a"):
        pass


@pytest.mark.parametrize(("path", "folder"), [("a.xlsx", False), ("A.XLSX", False), ("a", True), ("a.xlsx.d", True)])
def test_the_name_of_a_model_says_its_form(path: str, folder: bool) -> None:
    assert kind_of(path).folder == kind_of(Path(path)).folder == folder


def test_only_names_with_a_carriage_return_need_every_cell_quoted() -> None:
    assert quoting_of(["a", "b"], ["c\n"]) == csv.QUOTE_MINIMAL
    assert quoting_of(["a"], ["b", "c\rd"]) == csv.QUOTE_ALL and quoting_of() == csv.QUOTE_MINIMAL
