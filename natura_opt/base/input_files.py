"""Files that may be anything: opened only if they are files, read only as far as the limits allow.

What stands in place of a model's file may be a folder, a pipe that never ends, a device, or a small file that unpacks
to more than the machine holds. Each is refused by name, before it costs anything.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, fields
from pathlib import Path

from .errors import DataError, OptionError, shortened
from .settings import whole


@dataclass(frozen=True)
class ReadingLimits:
    """How much a reader takes from a file before it refuses it; more is a matter of asking for it.

    Attributes
    ----------
    file_bytes : most bytes of one file; of a Parquet file, which is read a block of rows at a time, eight times as
        many, as long as no limit is asked for.
    settings_bytes : most bytes of ``economy.toml`` (it is text for people, and slow to read).
    unpacked_bytes : most bytes that a packed file (``.xlsx``) may unpack to, or ``unpacked_times`` its own size where
        that is more.
    unpacked_times : see ``unpacked_bytes``.
    cells : most cells of one table, or as many as its file has bytes where that is more.

    >>> import natura_opt as no
    >>> no.read("wheat_cloth", limits=no.ReadingLimits(cells=10)).goods.to_list()
    ['wheat', 'cloth']
    """

    file_bytes: int = 2**30
    settings_bytes: int = 2**20
    unpacked_bytes: int = 2**25
    unpacked_times: int = 32
    cells: int = 20_000_000

    def __post_init__(self) -> None:
        for field in fields(self):
            whole(field.name, getattr(self, field.name), least=1)

    def refuse(self, place: str, what: str, amount: int, limit: str, allowed: int) -> None:
        """Raise where there is more than allowed.

        Parameters
        ----------
        place : the file, for the message.
        what, amount : what is counted, and how much of it there is.
        limit : the setting that raises the limit.
        allowed : how much is allowed.

        Raises
        ------
        DataError : naming the setting that raises the limit.
        """
        if amount > allowed:
            raise DataError(
                f"{place}: {what} is {amount:,}, more than the {allowed:,} that are read unasked; if it is meant so, "
                f"give limits=natura_opt.ReadingLimits({limit}={amount})"
            )

    def refuse_cells(self, place: str, rows: int, columns: int, size: int) -> None:
        """Raise on a table of too many cells.

        Parameters
        ----------
        place : the file, for the message.
        rows, columns : of the table.
        size : of the file, in bytes.

        Raises
        ------
        DataError : naming the setting that raises the limit.
        """
        self.refuse(place, f"{rows:,} x {columns:,} cells", rows * columns, "cells", max(self.cells, size))

    def refuse_unpacked(self, place: str, unpacked: int, size: int) -> None:
        """Raise on a packed file that unpacks to too much.

        Parameters
        ----------
        place : the file, for the message.
        unpacked, size : of what is in it and of the file itself, in bytes.

        Raises
        ------
        DataError : naming the setting that raises the limit.
        """
        allowed = max(self.unpacked_bytes, self.unpacked_times * size)
        self.refuse(place, "its unpacked size in bytes", unpacked, "unpacked_bytes", allowed)


DEFAULT_LIMITS = ReadingLimits()
#: The usual ones for files that are read a block at a time.
LIMITS_IN_BLOCKS = ReadingLimits(file_bytes=8 * DEFAULT_LIMITS.file_bytes)


def limits_given(limits: object) -> ReadingLimits:
    """Return the limits asked for, or the usual ones for ``None``.

    Raises
    ------
    OptionError : what is no :class:`ReadingLimits`.
    """
    if limits is None:
        return DEFAULT_LIMITS
    if not isinstance(limits, ReadingLimits):
        raise OptionError(f"limits must be a natura_opt.ReadingLimits, not {type(limits).__name__}")
    return limits


def as_path(path: object, what: str = "a file or folder") -> Path:
    """Return a path that can be asked for.

    Raises
    ------
    DataError : not a text or a path; empty, or with characters no path may have.
    """
    if not isinstance(path, str | Path):
        raise DataError(f"the name of {what} is needed, not {type(path).__name__}")
    text = str(path)
    if not text.isprintable() and any(ord(character) < 32 for character in text):
        raise DataError(f"{shortened(text)}: cannot be the name of {what}; it has control characters")
    try:
        os.fsencode(text)
    except UnicodeError:
        raise DataError(f"{shortened(text)}: cannot be the name of {what}") from None
    return Path(path)


def size_of(path: Path, place: str, limits: ReadingLimits, limit: str = "file_bytes") -> int:
    """Return the size of what must be a plain file, not too large.

    Raises
    ------
    DataError : there is none; it is a folder, a pipe or a device; it cannot be looked at; it is too large.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:  # a name with characters that no name may have is a ValueError
        raise _cannot_read(path, place, error) from None
    if not stat.S_ISREG(status.st_mode):
        raise DataError(f"{place}: is {_kind(status.st_mode)}, not a file")
    limits.refuse(place, "its size in bytes", status.st_size, limit, getattr(limits, limit))
    return status.st_size


def read_bytes(path: Path, place: str, limits: ReadingLimits, limit: str = "file_bytes") -> bytes:
    """Return what a plain file holds; errors as :func:`size_of`."""
    size_of(path, place, limits, limit)
    most = getattr(limits, limit)
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)  # some files, such as the system's own, do not tell their size
    except OSError as error:
        raise _cannot_read(path, place, error) from None
    limits.refuse(place, "its size in bytes", len(content), limit, most)
    return content


def read_text(path: Path, place: str, limits: ReadingLimits, limit: str = "file_bytes") -> str:
    """Return the UTF-8 text of a plain file, without a byte order mark; errors as :func:`size_of`."""
    try:
        return read_bytes(path, place, limits, limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{place}: not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8") from None


def _cannot_read(path: Path, place: str, error: OSError | ValueError) -> DataError:
    if isinstance(error, FileNotFoundError):
        return DataError(f"{place}: there is no such file in {path.parent.name or '.'}")
    return DataError(f"{place}: cannot be read: {getattr(error, 'strerror', None) or error}")


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "something else")
