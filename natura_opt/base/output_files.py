"""Whatever is written is written whole or not at all, and never over something that is not ours.

A file is written under a temporary name beside its place and renamed; a folder is built beside its place and swapped
in (or built within, where an empty folder stands there already). A full disk, an exception, a name that cannot be
encoded and Ctrl-C leave what stood there before, whole, and nothing else. What may stand at a place and be replaced, a
:class:`Kind` of output says.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .places import UNFINISHED, Kind, entries, named, place_of

#: Written on trial before a long computation: more than a file without a block of its own would hold.
_TRIAL = b"\0" * 65_536

_unfinished: set[Path] = set()
#: Held while what is finished takes its place.
_settling = threading.RLock()


@contextmanager
def whole_file(path: str | os.PathLike[str], kind: Kind) -> Iterator[Path]:
    """Give a name to write a file under; when all went well the file takes its place.

    Raises
    ------
    OutputError : what stands there must stay, the name has a wrong ending, or the system cannot write it.
    """
    with named(path):
        place = place_of(path, kind)
        building = _beside(place)
        with _cleared(building):
            os.close(os.open(building, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            if place.exists():
                shutil.copymode(place, building)
            yield building
            _to_disk(building)
            with _undisturbed():
                os.replace(building, place)


@contextmanager
def whole_folder(path: str | os.PathLike[str], kind: Kind) -> Iterator[Path]:
    """Give an empty folder to write files in; when all went well it takes its place, whole.

    Raises
    ------
    OutputError : as for a file; the folder one stands in, and one that another disk is mounted on, are filled where
        they are empty, and cannot be replaced.
    """
    with named(path):
        place = place_of(path, kind)
        standing = place.is_dir()
        within = standing and not entries(place)
        with _parents_made(place), _cleared(place / _name() if within else _beside(place)) as building:
            building.mkdir()
            yield building
            for file in building.iterdir():
                _to_disk(file)
            with _undisturbed():
                if within:
                    _move_up(building, place)
                elif standing:
                    _swap(building, place)
                else:
                    building.rename(place)


def check_place(path: str | os.PathLike[str], kind: Kind) -> None:
    """Raise if an output could not be written, before anything is computed for it; something is written on trial.

    Raises
    ------
    OutputError : as for a file or folder.
    """
    with named(path):
        place = place_of(path, kind)
        home = place if place.is_dir() and not entries(place) else place.parent
        while kind.folder and not home.exists():
            home = home.parent
        with _cleared(home / _name()) as trial:
            with trial.open("xb") as file:
                file.write(_TRIAL)
            _to_disk(trial)


def discard_unfinished() -> None:
    """Remove what is being written, for a process that ends at once; what is just taking its place gets there."""
    with _settling:
        for building in tuple(_unfinished):
            _remove(building)


def _name() -> str:
    return f"{UNFINISHED}{secrets.token_hex(6)}"


def _beside(place: Path) -> Path:
    """Return a name beside a place with its ending, by which some writers choose the format."""
    return place.with_name(f"{_name()}{place.suffix if len(place.suffix) < 20 else ''}")


@contextmanager
def _cleared(building: Path) -> Iterator[Path]:
    """Remove what is being written, unless it has taken its place."""
    _unfinished.add(building)
    try:
        yield building
    finally:
        _remove(building)
        _unfinished.discard(building)


def _remove(building: Path) -> None:
    with suppress(OSError):
        if building.is_dir():
            shutil.rmtree(building, ignore_errors=True)
        else:
            building.unlink(missing_ok=True)


@contextmanager
def _parents_made(place: Path) -> Iterator[None]:
    """Make the folders above a place, and take away again those that were not needed."""
    missing = [folder for folder in place.parents if not folder.exists()]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()
        raise


def _to_disk(file: Path) -> None:
    """Have the system write a file out: some full disks are noticed only then."""
    with file.open("rb+") as written:
        os.fsync(written.fileno())


def _move_up(building: Path, place: Path) -> None:
    """Move files one folder up, into an empty one; all or none."""
    moved: list[Path] = []
    try:
        for file in sorted(building.iterdir()):
            moved.append(file.rename(place / file.name))
    except BaseException:
        for file in moved:
            file.unlink()
        raise


def _swap(building: Path, place: Path) -> None:
    """Put a folder in the place of another, which goes."""
    shutil.copymode(place, building)
    aside = place.with_name(_name())
    place.rename(aside)
    try:
        building.rename(place)
    except BaseException:
        aside.rename(place)
        raise
    shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait for the few renames in which an output takes its place."""
    with _settling:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        pressed: list[int] = []
        before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
        if pressed:
            signal.raise_signal(signal.SIGINT)
