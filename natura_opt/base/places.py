"""Places that outputs go to, and what may stand there and be replaced.

A place that holds a model, or anything that is not an earlier output of the same kind, is left as it is: an
:class:`OutputError` says what stands there.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .errors import OutputError, listed

#: How names of what is not finished begin.
UNFINISHED = ".natura-opt-"
#: What the reader of a model folder takes for a part of the model.
_PARTS = (".csv", ".parquet", ".toml")
#: Endings that no log has.
_NO_LOGS = (*_PARTS, ".xlsx", ".mps", ".lp", ".gz")


@dataclass(frozen=True)
class Kind:
    """A kind of output.

    Attributes
    ----------
    what : what it is, for messages, e.g. ``a plan``.
    endings : of its name, in small letters; ``""`` for a name without one; none where any will do.
    advice : what to write where the ending is another.
    folder : whether it is a folder.
    reason_to_keep : why what stands at a place must not be replaced by it; "" where it may be (an earlier output of
        the kind).
    """

    what: str
    endings: tuple[str, ...]
    advice: str
    folder: bool
    reason_to_keep: Callable[[Path], str]


def exists_already(place: Path) -> str:
    """Keep whatever stands there: the answer of a kind that replaces nothing."""
    return "exists already"


def ending(path: Path) -> str:
    """Return the ending of a name that says what a file is, in small letters.

    There is none in a name such as ``plan_v1.2`` and in that of a folder that stands already.

    >>> ending(Path("plan.XLSX")), ending(Path("plan_v1.2")), ending(Path("plan"))
    ('.xlsx', '', '')
    """
    suffix = path.suffix.lower()
    if not suffix[1:].isalnum() or suffix[1:].isdecimal():
        return ""
    return "" if suffix not in (".xlsx", ".parquet") and path.is_dir() else suffix


@contextmanager
def named(path: object) -> Iterator[None]:
    """Say which output failed and that nothing changed, whatever the system or an encoding objects to."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
    except UnicodeEncodeError as error:
        reason = f"{error.object[error.start : error.end]!r} in a name cannot be written as {error.encoding}"
    else:
        return
    raise OutputError(f"{path}: {reason}; nothing was written, and what stood there is as it was")


def place_of(path: str | os.PathLike[str], kind: Kind) -> Path:
    """Return where an output goes, links followed, or raise if what stands there must stay."""
    place = _resolved(path)
    if kind.endings and ending(place) not in kind.endings:
        endings = ", ".join(f"NAME{ending}" for ending in kind.endings)
        raise OutputError(f"{path}: the ending {ending(place)!r} is not supported for {kind.what}; write {kind.advice} "
                          f"(known: {endings})")  # fmt: skip
    _keep_models(place)
    if not place.exists():
        return place
    if place.is_dir() != kind.folder or not (place.is_dir() or place.is_file()):
        raise OutputError(f"{path}: {_sort(place)}, and {kind.what} is a {'folder' if kind.folder else 'file'}")
    if kind.folder:
        filled = bool(entries(place))
        reason = kind.reason_to_keep(place) if filled else ""
        if filled and not reason and (place.is_mount() or _stands_in(place)):
            reason = "cannot be replaced whole, since a disk is mounted on it or you stand in it"
    else:
        reason = kind.reason_to_keep(place) if place.stat().st_size else ""
    if not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if reason:
        raise OutputError(f"{path}: {reason}; choose another {'folder' if kind.folder else 'file'}, or remove it first")
    return place


def _keep_models(place: Path) -> None:
    """Raise where something would become part of a model, or take the place of one."""
    if (place / "economy.toml").exists():
        raise OutputError(f"{place.name}: holds a model already; choose another folder, or remove it first")
    if ending(place) in _PARTS and (place.parent / "economy.toml").exists():
        raise OutputError(
            f"{place.name}: stands in the folder of the model {place.parent.name!r}, which would read it as a part of "
            "itself; choose another place"
        )


def _resolved(path: str | os.PathLike[str]) -> Path:
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        raise OutputError(f"the path of a file or folder is needed, not {path!r}")
    try:
        return Path(path).resolve()
    except (RuntimeError, TypeError, ValueError) as error:  # links in a circle; a NUL in a name
        raise OutputError(f"{path}: is not usable as a path: {error}") from None


def entries(folder: Path) -> list[str]:
    """Return the names in a folder, without what another writer has not finished."""
    return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(UNFINISHED))


def not_only(folder: Path, belongs: Callable[[Path], bool], what: str) -> str:
    """Say what a folder holds besides files that are known; "" where it holds nothing else."""
    others = [name for name in entries(folder) if not ((folder / name).is_file() and belongs(folder / name))]
    return f"holds {listed(others, 3)}, which {what}" if others else ""


def _stands_in(place: Path) -> bool:
    try:
        return Path.cwd().resolve().is_relative_to(place)
    except OSError:  # one can stand in a folder that is no more
        return False


def _sort(place: Path) -> str:
    kinds: Iterable[tuple[Callable[[int], bool], str]] = (
        (stat.S_ISDIR, "is a folder"),
        (stat.S_ISREG, "is a file"),
        (stat.S_ISFIFO, "is a pipe"),
        (stat.S_ISSOCK, "is a socket"),
    )
    mode = place.stat().st_mode
    return next((word for is_one, word in kinds if is_one(mode)), "is a device")


def check_log(path: str | os.PathLike[str]) -> None:
    """Raise if a log must not be written at a place: over tables, a model or a workbook, or into a pipe.

    Raises
    ------
    OutputError : with the path and the reason.
    """
    with named(path):
        place = _resolved(path)
        _keep_models(place)
        if ending(place) in _NO_LOGS:
            raise OutputError(f"{path}: a log is text; choose another ending, such as .log")
        if place.exists() and not (place.is_file() or place.is_char_device()):
            raise OutputError(f"{path}: {_sort(place)}, not a file")
        fresh = not place.exists()
        with place.open("ab"):
            pass
        if fresh:  # what is refused later leaves nothing behind
            place.unlink()
