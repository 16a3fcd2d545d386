"""Workbooks (``.xlsx``) to the texts of their cells: a zip file of XML, read without trusting any of it.

Every part is unpacked whole, so that its check sum is looked at; nothing is unpacked before its size is known.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ...base.errors import DataError, shortened
from ...base.input_files import ReadingLimits, read_bytes
from .sheet_cells import Attributes, Rows, SheetReader, Texts

#: Whose elements are looked at; other programs add elements of their own.
_SPACES = frozenset(
    {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/package/2006/relationships",
    }
)
_REFERENCES = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
#: What a sheet may be besides a table; they hold none.
_NO_TABLES = ("chartsheet", "dialogsheet")


@dataclass
class Workbook:
    """A workbook whose sheets are read when they are asked for.

    Attributes
    ----------
    path : the file; messages use its name.
    size : its bytes.
    limits : how much is read.
    parts : the sheets by title, as names of parts of the file.
    """

    path: Path
    size: int
    limits: ReadingLimits
    parts: Mapping[str, str]
    _file: zipfile.ZipFile
    _texts: list[str] = field(default_factory=list)
    _dates: Collection[int] = ()

    @classmethod
    def open(cls, path: Path, limits: ReadingLimits) -> Workbook:
        """Look into a workbook.

        Raises
        ------
        DataError : not a workbook, damaged, or unpacking to more than the limits.
        """
        content = read_bytes(path, path.name, limits)
        try:
            file = zipfile.ZipFile(io.BytesIO(content))
            members = file.infolist()
        except Exception as error:  # the zip reader raises many kinds on what is no zip file
            raise DataError(f"{path.name}: not an Excel workbook (.xlsx): {error}") from None
        limits.refuse_unpacked(path.name, sum(member.file_size for member in members), len(content))
        names = [member.filename for member in members]
        if len(set(names)) < len(names):
            raise DataError(f"{path.name}: not an Excel workbook (.xlsx): it holds two parts of one name")
        book = cls(path, len(content), limits, {}, file)
        top = book._related("")
        main = next((target for kind, target in top.values() if kind == "officeDocument"), "xl/workbook.xml")
        related = book._related(main)
        for kind, target in related.values():
            if kind == "sharedStrings":
                book._texts = book._shared_texts(target)
            elif kind == "styles":
                book._dates = book._date_styles(target)
        book.parts = book._sheets(main, related)
        return book

    def rows(self, title: str, figures: set[tuple[int, int]] | None = None, merged: list[str] | None = None) -> Rows:
        """Return the cells of a sheet that hold anything, texts without outer blanks.

        Parameters
        ----------
        figures : gets the (row, column) of every cell that is stored as a number, if given; texts then keep their
            blanks.
        merged : gets the ranges of merged cells (``A1:C1``), if given; otherwise they are refused.

        Raises
        ------
        DataError : a damaged sheet, more cells than the limits, and merged cells where nobody asked for them.
        """
        place = f"{self.path.name}, sheet {title!r}"
        texts = [text.strip() for text in self._texts] if figures is None else self._texts
        refuse_cells = partial(self.limits.refuse_cells, place, size=self.size)
        reader = SheetReader(place, texts, self._dates, figures, refuse_cells, merged)
        self._parse(self.parts[title], reader.start, reader.end, reader.text, place)
        return {row: cells for row, cells in reader.rows.items() if any(cells.values())}

    def _sheets(self, main: str, related: Mapping[str, tuple[str, str]]) -> dict[str, str]:
        targets: dict[str, str] = {}

        def start(name: str, attributes: Attributes) -> None:
            if name != "sheet":
                return
            title = attributes.get("name", "")
            kind, target = related.get(_reference(attributes), ("", ""))
            if not kind:
                raise DataError(f"{self.path.name}: the sheet {title!r} is named, but is not in the file")
            if title in targets:
                raise DataError(f"{self.path.name}: two sheets are called {title!r}")
            if kind == "worksheet":
                targets[title] = target
            elif kind not in _NO_TABLES:
                raise DataError(f"{self.path.name}: the sheet {title!r} is of an unknown kind, {shortened(kind)}")

        self._parse(main, start)
        return targets

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the parts that a part refers to: kind and name by the reference."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        relations: dict[str, tuple[str, str]] = {}

        def start(name: str, attributes: Attributes) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
                relations[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

        self._parse(listing, start)
        return relations

    def _shared_texts(self, part: str) -> list[str]:
        texts = Texts()
        self._parse(part, texts.start, texts.end, texts.text)
        return texts.texts

    def _date_styles(self, part: str) -> set[int]:
        """Return the cell styles under which a number is shown as a date."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

        codes: dict[str, str] = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        used: list[str] = []
        path: list[str] = []

        def start(name: str, attributes: Attributes) -> None:
            if name == "numFmt" and path[-1:] == ["numFmts"]:
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif name == "xf" and path[-1:] == ["cellXfs"]:
                used.append(attributes.get("numFmtId", "0"))
            path.append(name)

        self._parse(part, start, lambda name: path.pop())
        return {style for style, code in enumerate(used) if is_date_format(codes.get(code, ""))}

    def _parse(
        self,
        part: str,
        start: Callable[[str, Attributes], object],
        end: Callable[[str], object] | None = None,
        text: Callable[[str], object] | None = None,
        place: str = "",
    ) -> None:
        """Read a part of the file as XML; names of elements and attributes come without their namespaces."""
        from xml.parsers import expat

        where = place or f"{self.path.name}: {part}"

        own = _OwnNames(where)

        def named(name: str, attributes: Attributes) -> None:
            if element := own[name]:
                start(element, attributes)

        def refuse(*_: Any) -> None:
            raise DataError(f"{where}: declares a document type, which no workbook needs")

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = named
        parser.StartDoctypeDeclHandler = refuse
        if end is not None:
            ended = end
            parser.EndElementHandler = lambda name: (element := own[name]) and ended(element)
        if text is not None:
            parser.CharacterDataHandler = text
        try:
            member = self._file.getinfo(part)
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise DataError(f"{where}: is packed in a way that no spreadsheet program uses")
            parser.Parse(self._file.read(member), True)
        except DataError:
            raise
        except KeyError:
            raise DataError(f"{self.path.name}: not an Excel workbook (.xlsx): there is no part {part!r}") from None
        except Exception as error:  # the zip reader and its unpackers raise many kinds on damaged files
            raise DataError(f"{where}: damaged, and cannot be read: {error}") from None


class _OwnNames(dict[str, str]):
    """Names of elements without their namespace, empty for those that other programs add; made as they are met."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def __missing__(self, name: str) -> str:
        space, _, own = name.rpartition(" ")
        if not self and space not in _SPACES:
            raise DataError(f"{self._where}: is no part of a workbook: its elements are of {shortened(space)}")
        self[name] = own if space in _SPACES else ""
        return self[name]


def _reference(attributes: Attributes) -> str:
    """Return the attribute that refers to another part of the file."""
    return next((attributes[key] for key in _REFERENCES if key in attributes), "")
