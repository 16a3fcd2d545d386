"""A file from which price coordination goes on after its process was ended: all that the rounds know, after each round.

It is written whole or not at all, in the place of that of the round before: the centre's cuts and plans, its best
prices, what the industries answered last, the contents that the local model goes on from, and the rounds with their
passes. A fingerprint of the economy's numbers keeps it from being taken for another's. What a plan claims never rests
on it: that is recomputed from the data.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ...base.errors import DataError
from ...base.output_files import check_place, whole_file
from ...base.places import Kind
from ...plan.price_rounds import PriceRound
from .centre import Centre, Proposal
from .cheapest import Industries, Offer
from .course import Course
from .level_bundle import Mix
from .own_units import OwnUnits
from .technique_table import Choice, Shares

#: What the file says it is, and the version of what stands in it.
_WHAT, VERSION = "natura-opt price rounds", 1
_ABOUT = "about"
_ADVICE = "give another file, or remove it to begin anew"


def _reason_to_keep(place: Path) -> str:
    """Keep what is no checkpoint."""
    try:
        with zipfile.ZipFile(place) as members, members.open(f"{_ABOUT}.npy") as about:
            known = _WHAT.encode() in about.read(4096)
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, NotImplementedError, RuntimeError):
        known = False
    return "" if known else "exists already and is no checkpoint of price coordination"


CHECKPOINT = Kind("a checkpoint", (), "NAME", False, _reason_to_keep)


class Checkpoint:
    """Where rounds are kept.

    Parameters
    ----------
    path : the file. ours, industries, centre, course : of whom; they are filled by :meth:`resumed`.

    Raises
    ------
    OutputError : the file cannot be written, or something else stands there.
    """

    def __init__(self, path: str | Path, ours: OwnUnits, industries: Industries, centre: Centre, course: Course):
        self.path = Path(path)
        self._industries, self._centre, self._course = industries, centre, course
        check_place(self.path, CHECKPOINT)
        self._fingerprint = fingerprint(ours)

    def write(self, rounds: tuple[PriceRound, ...]) -> None:
        """Write where the rounds are, in the place of what was written before.

        Raises
        ------
        OutputError : the file cannot be written; what stood there stands.
        """
        centre, course, table = self._centre, self._course, self._industries.table
        about = {
            "what": _WHAT,
            "version": VERSION,
            "economy": self._fingerprint,
            "rounds": [asdict(one) for one in rounds],
            "told": dict(table.told),
            "passes": table.passes,
            "value": centre.bundle.value,
            "memory": centre.bundle.memory,
            "most": None if centre.mixed is None else centre.mixed.most,
            "proposals": len(centre.proposals),
            "course": {name: getattr(course, name) for name in _PLAIN},
        }
        parts = {
            _ABOUT: np.frombuffer(json.dumps(about, default=np.generic.item).encode(), dtype=np.uint8),
            "cuts": centre.bundle.cuts,
            "best": centre.bundle.best,
            "prices": centre.prices,
            "amounts": np.zeros(0) if centre.mixed is None else centre.mixed.amounts,
            "point": course.point,
            "offer": course.offer.prices,
            "chosen": _small(course.offer.chosen),
        }
        parts |= {f"centre {name}": values for name, values in centre.kept().items()}
        if course.contents is not None:
            parts["contents"] = course.contents
        for k, proposal in enumerate(centre.proposals):
            parts |= {f"{name} {k}": values for name, values in _parts_of(proposal).items()}
        with whole_file(self.path, CHECKPOINT) as building, building.open("wb") as file:
            np.savez(file, **parts)

    def resumed(self) -> tuple[PriceRound, ...]:
        """Fill in where an earlier run had come, and return its rounds; none where there is no file yet.

        Raises
        ------
        DataError : the file is no whole checkpoint, of another version, or of another economy or question.
        """
        if not self.path.exists() or not self.path.stat().st_size:
            return ()
        try:
            with np.load(self.path, allow_pickle=False) as parts:
                about = json.loads(parts[_ABOUT].tobytes())
                self._refuse(about)
                return self._filled(about, parts)
        except (zipfile.BadZipFile, OSError, EOFError, KeyError, ValueError, TypeError, IndexError) as error:
            raise DataError(
                f"checkpoint {self.path}: cannot be read as a whole checkpoint ({error}): it is torn or was changed; "
                f"{_ADVICE}"
            ) from None

    def _refuse(self, about: Mapping[str, Any]) -> None:
        if about["version"] != VERSION:
            raise DataError(
                f"checkpoint {self.path}: was written by another version of natura-opt (form {about['version']}, here "
                f"{VERSION}); {_ADVICE}"
            )
        if about["economy"] != self._fingerprint:
            raise DataError(
                f"checkpoint {self.path}: is of another economy or question, or of this one before it was changed; "
                f"{_ADVICE}"
            )

    def _filled(self, about: Mapping[str, Any], parts: Mapping[str, Any]) -> tuple[PriceRound, ...]:
        centre, course, table = self._centre, self._course, self._industries.table
        begun = tuple(PriceRound(**{**one, "announced": tuple(one["announced"])}) for one in about["rounds"])
        proposals = [_proposal(parts, k) for k in range(about["proposals"])]
        for cut in parts["cuts"]:
            centre.bundle.add(cut)
        centre.proposals = proposals
        centre.bundle.best, centre.prices = parts["best"], parts["prices"]
        centre.bundle.value, centre.bundle.memory = about["value"], tuple(about["memory"])
        centre.mixed = None if about["most"] is None else Mix(parts["amounts"], about["most"])
        centre.restore({name: parts[f"centre {name}"] for name in centre.kept()})
        course.point, course.offer = parts["point"], Offer(parts["offer"], parts["chosen"].astype(np.int64))
        course.contents = parts["contents"] if "contents" in set(parts) else None
        for name in _PLAIN:
            setattr(course, name, about["course"][name])
        table.told.clear()
        table.told.update(about["told"])
        table.passes = about["passes"]
        return begun


#: What of a course is a plain value.
_PLAIN = ("number", "before", "stalled", "planned", "exhausted", "foreseen", "doubt")


def fingerprint(ours: OwnUnits) -> str:
    """Return what tells one economy and question from another as price coordination sees it: all its numbers."""
    seen = hashlib.blake2b(digest_size=16)
    laid = ours.laid
    tables = [part for table in (ours.inputs, ours.use) for part in (table.indptr, table.indices, table.data)]
    for part in (
        *tables,
        ours.wanted,
        ours.goods,
        laid.goods,
        laid.techniques,
        laid.first,
        laid.rows,
        laid.amounts,
        laid.scarce,
    ):
        whole = np.ascontiguousarray(part)
        seen.update(f"{whole.dtype.str} {whole.shape} ".encode())
        seen.update(whole.data)
    seen.update(str(ours.assortment).encode())
    return seen.hexdigest()


def _small(places: Choice) -> Any:
    """Return whole numbers in as few bytes as the largest needs."""
    return places.astype(np.min_scalar_type(int(places.max(initial=0))))


def _parts_of(proposal: Proposal) -> dict[str, Any]:
    shares = proposal.shares
    return {
        "outputs": proposal.outputs,
        "ways": _small(np.diff(shares.begins)),
        "used": _small(shares.used),
        "mixed": np.zeros(0) if len(shares.used) == len(proposal.outputs) else shares.shares,
    }


def _proposal(parts: Mapping[str, Any], k: int) -> Proposal:
    ways, used, mixed = parts[f"ways {k}"], parts[f"used {k}"].astype(np.int64), parts[f"mixed {k}"]
    begins = np.concatenate([[0], np.cumsum(ways, dtype=np.int64)])
    return Proposal(parts[f"outputs {k}"], Shares(begins, used, mixed if len(mixed) else np.ones(len(used))))
