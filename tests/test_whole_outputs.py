"""Writing whole or not at all, step by step: whichever step fails, by whatever failure, what stood there stays.

``test_outputs`` tries the writers of plans and models; here are the two context managers they all go through.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import natura_opt as no
from natura_opt.base.output_files import check_place, discard_unfinished, whole_file, whole_folder
from natura_opt.base.places import UNFINISHED, Kind

FILE = Kind("a note", (".txt",), "NAME.txt", False, lambda place: "" if place.read_text()[:4] == "note" else "is none")
FOLDER = Kind(
    "a note book", ("",), "a folder", True, lambda place: "" if (place / "note").exists() else "holds no notes"
)
NEW = {"note": b"new", "second": b"2", "third": b"3"}
OLD = {"note": b"old", "gone": b"0"}


def snapshot(folder: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))}


def write_file(place: Path, text: str = "note: new") -> None:
    with whole_file(place, FILE) as building:
        building.write_text(text)


def write_folder(place: Path) -> None:
    with whole_folder(place, FOLDER) as building:
        for name, held in NEW.items():
            (building / name).write_bytes(held)


def standing(place: Path, what: str) -> None:
    """Put something at a place: nothing, an empty one, or an earlier output."""
    if what == "nothing":
        return
    if place.suffix:
        place.write_text("note: old" if what == "an earlier one" else "")
        return
    place.mkdir()
    for name, held in OLD.items() if what == "an earlier one" else ():
        (place / name).write_bytes(held)


STANDING = ["nothing", "an empty one", "an earlier one"]


def breaking(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, failure: BaseException, at: int) -> list[int]:
    """Make the ``at``-th call of a function fail; return a list that grows with every call."""
    real, calls = getattr(owner, name), []

    def call_or_fail(*given: Any, **named: Any) -> Any:
        calls.append(len(calls))
        if calls[-1] == at:
            raise failure
        return real(*given, **named)

    monkeypatch.setattr(owner, name, call_or_fail)
    return calls


# ---- when all goes well -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", STANDING)
def test_a_file_takes_its_place_whole(what: str, tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    standing(place, what)
    with whole_file(place, FILE) as building:
        assert building.parent == tmp_path and building.suffix == ".txt" and building.name.startswith(UNFINISHED)
        building.write_text("note: new")
        assert place.exists() == (what != "nothing"), "not there before it is whole"
    assert snapshot(tmp_path) == {"a.txt": b"note: new"}


@pytest.mark.parametrize("what", STANDING)
def test_a_folder_takes_its_place_whole(what: str, tmp_path: Path) -> None:
    standing(tmp_path / "book", what)
    write_folder(tmp_path / "book")
    assert snapshot(tmp_path) == {"book": None, **{f"book/{name}": held for name, held in NEW.items()}}


def test_folders_above_are_made_only_for_what_is_written(tmp_path: Path) -> None:
    write_folder(tmp_path / "a" / "b" / "book")
    assert (tmp_path / "a" / "b" / "book" / "note").read_bytes() == b"new"
    before = snapshot(tmp_path)
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "a" / "c" / "d" / "book", FOLDER):
        raise ZeroDivisionError
    assert snapshot(tmp_path) == before


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.txt").write_text("note: old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "there" / "a.txt")
    write_file(tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink() and (tmp_path / "there" / "a.txt").read_text() == "note: new"
    assert [p.name for p in (tmp_path / "there").iterdir()] == ["a.txt"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_permissions_of_what_is_replaced_are_kept(mode: int, tmp_path: Path) -> None:
    standing(tmp_path / "a.txt", "an earlier one")
    standing(tmp_path / "book", "an earlier one")
    (tmp_path / "a.txt").chmod(mode)
    (tmp_path / "book").chmod(mode | 0o100)
    write_file(tmp_path / "a.txt")
    write_folder(tmp_path / "book")
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == mode
    assert stat.S_IMODE((tmp_path / "book").stat().st_mode) == mode | 0o100


def test_a_new_file_has_the_permissions_that_are_usual(tmp_path: Path) -> None:
    (tmp_path / "usual").write_text("")
    write_file(tmp_path / "a.txt")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_thread_may_write(tmp_path: Path) -> None:
    """Only the main thread may set what Ctrl-C does."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            write_folder(tmp_path / "book")
            write_file(tmp_path / "a.txt")
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not failed and (tmp_path / "a.txt").exists() and (tmp_path / "book" / "third").exists()


# ---- when a step fails ------------------------------------------------------------------------------------------

FAILURES: dict[str, Callable[[], BaseException]] = {
    "disk full": lambda: OSError(errno.ENOSPC, "No space left on device"),
    "Ctrl-C": KeyboardInterrupt,
    "no memory": MemoryError,
    "exit": lambda: SystemExit(3),
    "a bug": lambda: IndexError("list index out of range"),
}
#: Steps of writing: what is called, and which call of it fails. (Folders are removed with ``os.open``: not a step.)
STEPS: list[tuple[Any, str, int]] = [
    (os, "fsync", 0),
    (os, "fsync", 1),
    (os, "fsync", 2),
    (os, "replace", 0),
    (os, "rename", 0),
    (os, "rename", 1),
    (os, "rename", 2),
    (os, "mkdir", 1),
    (shutil, "copymode", 0),
]


@pytest.mark.parametrize("failure", sorted(FAILURES))
@pytest.mark.parametrize("what", STANDING)
@pytest.mark.parametrize("form", ["file", "folder"])
def test_whichever_step_fails_nothing_has_changed(form: str, what: str, failure: str, tmp_path: Path) -> None:
    taken = set()
    steps = [(os, "open", 0), *STEPS] if form == "file" else STEPS
    for number, (owner, name, at) in enumerate(steps):
        home = tmp_path / str(number)
        home.mkdir()
        place = home / ("a.txt" if form == "file" else "book")
        standing(place, what)
        before = snapshot(home)
        made = FAILURES[failure]()
        with pytest.MonkeyPatch.context() as broken:
            calls = breaking(broken, owner, name, made, at)
            try:
                (write_file if form == "file" else write_folder)(place)
            except no.OutputError as error:
                assert isinstance(made, OSError) and str(error).startswith(f"{place}: No space left on device")
                assert "what stood there is as it was" in str(error)
            except BaseException as error:
                assert error is made and not isinstance(made, OSError)
            else:
                assert len(calls) <= at, f"{name} failed and nothing was said"
                continue
        taken.add((name, at))
        assert snapshot(home) == before, (name, at)
    wanted = (
        {("open", 0), ("fsync", 0), ("replace", 0)} if form == "file" else {("mkdir", 1), ("fsync", 2), ("rename", 0)}
    )
    assert taken >= wanted, "the steps are not those that are broken here"


@pytest.mark.parametrize("what", STANDING)
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_writer_that_gives_up_half_way_leaves_nothing(after: int, what: str, tmp_path: Path) -> None:
    standing(tmp_path / "book", what)
    standing(tmp_path / "a.txt", what)
    before = snapshot(tmp_path)
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "book", FOLDER) as building:
        for name in list(NEW)[:after]:
            (building / name).write_bytes(b"half")
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "a.txt", FILE) as building:
        building.write_text("half"[: after * 2])
        raise ZeroDivisionError
    assert snapshot(tmp_path) == before


def test_a_name_that_cannot_be_encoded_is_said_as_such(tmp_path: Path) -> None:
    said = "'é' in a name cannot be written as ascii; nothing was written"
    with pytest.raises(no.OutputError, match=said), whole_file(tmp_path / "a.txt", FILE) as building:
        building.write_text("é", encoding="ascii")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def interrupted() -> Iterator[Callable[[Any], Any]]:
    """A wrapper that presses Ctrl-C just before a step is taken."""

    def wrapped(step: Callable[..., Any]) -> Callable[..., Any]:
        def pressed(*given: Any, **named: Any) -> Any:
            os.kill(os.getpid(), signal.SIGINT)
            return step(*given, **named)

        return pressed

    yield wrapped


@pytest.mark.parametrize("what", STANDING)
@pytest.mark.parametrize("form", ["file", "folder"])
def test_ctrl_c_waits_for_the_renames(
    form: str, what: str, interrupted: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pressed in the middle of taking its place: the output is whole, and then the interrupt comes."""
    place = tmp_path / ("a.txt" if form == "file" else "book")
    standing(place, what)
    before = signal.getsignal(signal.SIGINT)
    for name in ("replace", "rename"):
        monkeypatch.setattr(os, name, interrupted(getattr(os, name)))
    with pytest.raises(KeyboardInterrupt):
        (write_file if form == "file" else write_folder)(place)
    monkeypatch.undo()
    wanted = {"a.txt": b"note: new"} if form == "file" else {"book": None, **{f"book/{n}": h for n, h in NEW.items()}}
    assert snapshot(tmp_path) == wanted
    assert signal.getsignal(signal.SIGINT) is before


def test_what_is_unfinished_is_discarded_by_a_process_that_ends(tmp_path: Path) -> None:
    with suppress(no.OutputError, OSError), whole_folder(tmp_path / "book", FOLDER) as building:
        (building / "note").write_bytes(b"half")
        with suppress(no.OutputError, OSError), whole_file(tmp_path / "a.txt", FILE) as other:
            other.write_text("half")
            discard_unfinished()
            assert not list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


# ---- trying a place ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", STANDING)
def test_a_place_that_is_tried_is_as_it_was(what: str, tmp_path: Path) -> None:
    for kind, name in ((FILE, "a.txt"), (FOLDER, "book")):
        standing(tmp_path / name, what)
        before = snapshot(tmp_path)
        check_place(tmp_path / name, kind)
        assert snapshot(tmp_path) == before
    check_place(tmp_path / "not" / "yet" / "book", FOLDER)
    assert not (tmp_path / "not").exists()
    with pytest.raises(no.OutputError, match="No such file"):
        check_place(tmp_path / "not" / "yet" / "a.txt", FILE)


@pytest.mark.parametrize("step", ["fsync", "open"])
def test_a_full_disk_is_found_on_trial(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync
    if step == "fsync":
        breaking(monkeypatch, os, "fsync", OSError(errno.ENOSPC, "No space left on device"), 0)
    else:
        tmp_path.chmod(0o555)
        if os.access(tmp_path, os.W_OK):  # an administrator may write anywhere
            tmp_path.chmod(0o755)
            monkeypatch.setattr(
                os, "fsync", lambda number: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
            )
    for kind, name in ((FILE, "a.txt"), (FOLDER, "book")):
        with pytest.raises(no.OutputError, match=f"{name}: (No space left|Permission denied)"):
            check_place(tmp_path / name, kind)
        if step == "fsync":
            monkeypatch.setattr(os, "fsync", real)
            breaking(monkeypatch, os, "fsync", OSError(errno.ENOSPC, "No space left on device"), 0)
    tmp_path.chmod(0o755)
    assert not list(tmp_path.iterdir())
