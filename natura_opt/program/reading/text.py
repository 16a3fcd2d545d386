"""The lines of a program's file, unpacked, decoded and bounded: no file is read for ever, none fills the memory."""

from __future__ import annotations

import bz2
import gzip
import io
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ...base.errors import DataError

#: Bytes of unpacked text read from one file unless ``largest=`` says otherwise.
LARGEST = 2**30
#: A packed file that unpacks to more than this, and to more than this many times its size, is a bomb.
_ROOM, _RATIO = 2**24, 200
#: Characters of one line; a program has no line of this length unless it holds everything in one.
_LONGEST = 2**24
_PACKED = {".gz": "gzip", ".bz2": "bzip2"}
FORMATS = (".mps", ".lp")
_SHOWN = 60


def format_of(path: str | Path) -> str | None:
    """Return ``".mps"`` or ``".lp"`` where a file's name says that it holds a program, packed or not; else None.

    >>> format_of("a/MODEL.MPS.gz"), format_of("b.lp"), format_of("economy.xlsx")
    ('.mps', '.lp', None)
    """
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes and suffixes[-1] in FORMATS else None


def shown(text: str) -> str:
    """Return text for a message, long text cut visibly."""
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}… ({len(text)} characters)"


def lines_of(path: Path, largest: int | None = None) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file with their numbers, without their ends.

    Parameters
    ----------
    largest : bytes of (unpacked) text at most.

    Raises
    ------
    DataError : the file is absent, not a regular file, damaged, too large or not text, with the line.
    """
    line = 0
    try:
        with _opened(path) as packed:
            raw = io.BufferedReader(_Bounded(packed, path, largest))
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="\n")
            while content := text.readline(_LONGEST + 1):
                line += 1
                if len(content) > _LONGEST:
                    raise DataError(f"{path.name}, line {line}: longer than {_LONGEST:,} characters; break it up")
                content = content.removesuffix("\n").removesuffix("\r")
                if not content.isprintable():
                    _refuse_unreadable(content, f"{path.name}, line {line}")
                yield line, content
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}, after line {line}: not UTF-8 text ({error.reason}); save it as UTF-8") from None
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DataError(f"{path.name}: not a sound {_packing(path)} file, {error}; pack it again") from None
    except OSError as error:
        what = error.strerror or f"not a sound {_packing(path)} file; pack it again"
        raise DataError(f"{path.name}: {what}") from None


def _packing(path: Path) -> str:
    return _PACKED.get(path.suffix.lower(), "text")


def _opened(path: Path) -> IO[bytes]:
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        raise DataError(f"{path.name}: there is no such file in {path.parent.name or '.'}") from None
    except ValueError:  # a null character
        raise DataError(f"{shown(str(path))}: no file has such a name") from None
    if not stat.S_ISREG(kind):
        raise DataError(f"{path.name}: is not a file that can be read twice; save the program to a file")
    opener: Any = {".gz": gzip.open, ".bz2": bz2.open}.get(path.suffix.lower(), open)
    opened: IO[bytes] = opener(path, "rb")
    return opened


class _Bounded(io.RawIOBase):
    """Bytes of a file, counted: more of them than allowed is an error."""

    def __init__(self, source: IO[bytes], path: Path, largest: int | None) -> None:
        self._source, self._path, self._read = source, path, 0
        self._largest = LARGEST if largest is None else largest
        self._bomb = max(_ROOM, _RATIO * path.stat().st_size) if largest is None else self._largest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        self._read += len(data)
        if self._read > min(self._largest, self._bomb):
            raise DataError(
                f"{self._path.name}: holds more than {min(self._largest, self._bomb):,} bytes of text; "
                "if it is meant to, raise read_program's largest="
            )
        return len(data)


def _refuse_unreadable(line: str, place: str) -> None:
    """Raise on characters that cannot be seen, or that look like a blank and are none; a tab is one."""
    for at, character in enumerate(line):
        if character != "\t" and not character.isprintable():
            raise DataError(
                f"{place}: character U+{ord(character):04X} at position {at + 1}; remove it or type a blank"
            )
