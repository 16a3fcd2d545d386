"""A model as it stands on disk, folder or workbook, to an economy.

Both hold the same: settings (``economy.toml``, or the sheet ``economy``), the names of each axis, and the tables. What
is checked and what is said is the same for both. An axis has a file or sheet of names; or the settings say how many
there are (``goods = 12000000``), and their labels are the whole numbers 1, 2, …, which cost nothing. Axes under
``pair_names`` have names such as ``coal@north`` for the pair ``("north", "coal")``, here and in every table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ...base.errors import DataError, QuestionError, shortened, unknown
from ...base.labels import pair_of
from ...tables.registry import TABLES
from ...tables.spec import AXES
from ..build import build_economy
from ..coerce import as_labels, whole_numbers
from ..data import empty_axes
from ..economy import Economy
from ..given import TIDY
from ..question import Question
from ..ranges import counted
from ..units import Units
from .cells import Source
from .model_tables import converted, read_axis, read_reports, read_table

FORMAT = 1
#: Axes that have a file of names; periods stand in the settings.
NAMED_AXES = ("goods", "techniques", "resources", "pollutants", "profiles")
TEXTS = ("name", "title", "source")
_LISTS = ("own_units", "notes", "whole_number_names", "pair_names")
#: Settings that are lists, at the top level.
LISTS_AT_TOP = ("periods", *_LISTS)
_KEYS = ("format", *TEXTS, *LISTS_AT_TOP, *NAMED_AXES, "table_units", "questions")


@dataclass(frozen=True)
class ModelFiles:
    """A model folder or workbook, not yet read.

    Attributes
    ----------
    place : the folder or workbook, for messages.
    settings : what ``economy.toml`` says, or the sheet ``economy`` in the same shape.
    settings_place : where that stands.
    name : the economy's name where the settings give none.
    sources : how each axis and table is opened, by its name.
    called : what the file or sheet of an axis or table is called.
    """

    place: str
    settings: Mapping[str, Any]
    settings_place: str
    name: str
    sources: Mapping[str, Callable[[], Source]]
    called: Callable[[str], str]


def economy_of(model: ModelFiles) -> Economy:
    """Read a model.

    Raises
    ------
    DataError : naming file (or workbook and sheet), row and column: unknown keys or files, missing tables, unmatched or
        duplicate names, cells that are not finite numbers, units that do not fit.
    """
    settings, place = model.settings, model.settings_place
    _check_settings(settings, place)
    axes = empty_axes()
    axes["periods"] = as_labels([str(label) for label in settings.get("periods", ["1"])], "periods", place)
    units: dict[str, list[str]] = {}
    for axis in NAMED_AXES:
        if axis in model.sources:
            if axis in settings:
                file = model.called(axis)
                raise DataError(f"{place}: {axis} says how many there are, and {file} names them; remove one")
            axes[axis], units[axis] = read_axis(model.sources[axis](), axis)
        elif axis in settings:
            axes[axis] = _counted(settings[axis], axis, place)
    if not len(axes["goods"]):
        raise DataError(f"{model.place}: {model.called('goods')} is missing; it names the goods (header: name,unit)")
    for axis in settings.get("whole_number_names", ()):
        if isinstance(axes[axis], pd.RangeIndex):
            continue
        axes[axis] = whole_numbers(axes[axis], axis, f"{place}: whole_number_names")
    for axis in settings.get("pair_names", ()):
        axes[axis] = _as_pairs(axes[axis], axis, f"{place}: pair_names")
    if not len(axes["techniques"]):
        axes["techniques"] = axes["goods"]
        units |= {"techniques": units["goods"]} if "goods" in units else {}
    try:
        converter = Units(settings.get("own_units", ()))
    except DataError as error:
        raise DataError(f"{place}: {error}") from None
    for axis, strings in units.items():
        file = axis if axis in model.sources else "goods"
        for label, unit in zip(axes[axis], strings, strict=True):
            converter.check(unit, f"{model.called(file)}, row {str(label)!r}")
    return build_economy(
        name=settings.get("name", model.name),
        title=settings.get("title", ""),
        source=settings.get("source", ""),
        notes=settings.get("notes", ()),
        goods=axes["goods"],
        techniques=axes["techniques"],
        resources=axes["resources"],
        pollutants=axes["pollutants"],
        profiles=axes["profiles"],
        periods=axes["periods"],
        units=units,
        own_units=settings.get("own_units", ()),
        questions=_questions(settings, place),
        **_tables(model, axes, units, converter),
    )


def _as_pairs(names: pd.Index, axis: str, where: str) -> pd.Index:
    """Return names of which some are texts of pairs as the pairs that they write."""
    pairs = [pair_of(str(name)) for name in names]
    for name, pair in zip(names, pairs, strict=True):
        if isinstance(pair, tuple) and not all(part.strip() == part != "" for part in pair):
            raise DataError(f"{where}: {axis}: a part of {shortened(name)} is empty; write it as good@region")
    return as_labels(pairs, axis, where)


def _counted(count: Any, axis: str, place: str) -> pd.RangeIndex:
    """Return the labels 1, 2, … of an axis of which the settings say how many there are."""
    if isinstance(count, bool) or not isinstance(count, int):
        raise DataError(
            f"{place}: {axis} must be how many there are, a whole number (their names are then 1, 2, …), not "
            f"{shortened(count)}; names stand in {axis}.csv"
        )
    return counted(count, axis, place)


def _check_settings(settings: Mapping[str, Any], place: str) -> None:
    for key in settings:
        if key not in _KEYS:
            raise DataError(f"{place}: {unknown('key', key, _KEYS)}")
    if settings.get("format") != FORMAT:
        raise DataError(f"{place}: format is {shortened(settings.get('format'))}; this version reads format = {FORMAT}")
    for key in TEXTS:
        if not isinstance(settings.get(key, ""), str):
            raise DataError(f"{place}: {key} must be text, not {shortened(settings[key])}")
    kinds = {**dict.fromkeys(_LISTS, list), "table_units": dict, "questions": dict}
    if isinstance(settings["format"], bool):
        raise DataError(f"{place}: format is {shortened(settings['format'])}; this version reads format = {FORMAT}")
    if settings.get("name") == "":
        raise DataError(f"{place}: name is empty; give one, or leave the key out")
    for key, kind in kinds.items():
        if not isinstance(settings.get(key, kind()), kind):
            raise DataError(
                f"{place}: {key} must be a {'list' if kind is list else 'table'}, not {shortened(settings[key])}"
            )
    if not all(isinstance(note, str) for note in settings.get("notes", ())):
        raise DataError(f"{place}: notes must be a list of texts, not {shortened(settings['notes'])}")
    if not isinstance(settings.get("periods", []), list):
        raise DataError(f"{place}: periods must be a list of names")
    for label in settings.get("periods", ["1"]):
        whole = isinstance(label, int) and not isinstance(label, bool) and abs(label) < 10**18
        if not whole and not (isinstance(label, str) and label.strip() and label == label.strip()):
            raise DataError(
                f"{place}: periods: {shortened(label)} is not usable as a name; write text without outer blanks"
            )
    numbered = [axis for axis in AXES if axis in NAMED_AXES or axis == "periods"]
    for axis in settings.get("whole_number_names", ()):
        if axis not in numbered:
            raise DataError(f"{place}: whole_number_names: {unknown('axis', shortened(axis), numbered)}")
    for axis in settings.get("pair_names", ()):
        if axis not in NAMED_AXES:
            raise DataError(f"{place}: pair_names: {unknown('axis', shortened(axis), NAMED_AXES)}")
        if axis in settings.get("whole_number_names", ()):
            raise DataError(f"{place}: the names of the {axis} cannot be both pairs and whole numbers; remove one")
    if not settings.get("periods", ["1"]):
        raise DataError(f"{place}: periods is empty; name at least one, or leave the key out")


def _questions(settings: Mapping[str, Any], place: str) -> dict[str, Question]:
    questions = settings.get("questions", {})
    for name, entry in questions.items():
        if not isinstance(entry, dict):
            raise DataError(f"{place}: [questions.{name}] must be a table")
    try:
        return {name: Question.from_mapping(name, entry) for name, entry in questions.items()} or {
            "default": Question()
        }
    except QuestionError as error:
        raise QuestionError(f"{place}: {error}") from None


def _tables(
    model: ModelFiles, axes: Mapping[str, pd.Index], units: Mapping[str, list[str]], converter: Units
) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    units_of = model.settings.get("table_units", {})
    for name in sorted(set(model.sources) - set(NAMED_AXES)):
        if name not in TABLES:
            raise DataError(f"{model.called(name)}: {unknown('table', name, [*TABLES, *NAMED_AXES])}")
        spec = TABLES[name]
        for axis in spec.axes:
            if axis in NAMED_AXES and not len(axes[axis]):
                raise DataError(
                    f"{model.called(name)}: needs {model.called(axis)}, which names the {axis} (header: name,unit)"
                )
        if name in units_of and spec.sign in ("rate", "positive-integer"):  # such as percent: looked at when converted
            spec = replace(spec, sign="non-negative")
        if spec.tidy:
            source = model.sources[name]()
            tables[name] = TIDY[name](spec, read_reports(source, spec), axes, model.place, source.line)
            continue
        tables[name] = read_table(model.sources[name](), spec, axes)
    for name, unit in units_of.items():
        if name not in tables:
            raise DataError(f"{model.settings_place}, table_units: {unknown('table', name, tables)}")
        if TABLES[name].tidy:
            raise DataError(
                f"{model.settings_place}, table_units: the rows of {name!r} are in the units of their names; convert "
                "them, and remove the entry"
            )
        try:
            tables[name] = converted(TABLES[name], tables[name], unit, axes, units, converter)
        except DataError as error:
            raise DataError(f"{model.settings_place}, {error}") from None
    return tables
