"""Every reader under mutation: the changed value stands in the economy exactly as written, or the input is refused.

No traceback, no wait of more than ten seconds, nothing changed in silence. ``pytest -m exhaustive`` runs ten thousand.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import natura_opt as no

from .misuse import WRONG, calls, misuses
from .reader_judge import (
    Hung,
    Unreadable,
    differences,
    differences_of_accounts,
    differences_of_four_files,
    differences_of_parquet,
    differences_of_workbook,
    economy,
    patience,
    same,
    verdict,
)
from .reader_mutants import KINDS, Mutant, change_parquet, change_workbook, copied, mutate
from .test_five_year import GOOD, good, written
from .test_supply_use import MAKE, TABLE

READERS = ["folder", "workbook", "parquet", "five_year", "bea"]
#: So many of each reader in `make test`, and under -m exhaustive.
FEW, MANY = 20, 2_000


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the same economy in every form, and the files of the other readers."""
    place = tmp_path_factory.mktemp("bases")
    (place / "five_year").mkdir()
    written(place / "five_year", good())
    (place / "bea").mkdir()
    (place / "bea" / "make.csv").write_text(MAKE, encoding="utf-8")
    (place / "bea" / "use.csv").write_text(TABLE, encoding="utf-8")
    return {
        "folder": no.write(economy(), place / "folder"),
        "workbook": no.write(economy(), place / "workbook.xlsx"),
        "parquet": no.write(economy(), place / "parquet", tables="parquet"),
        "five_year": place / "five_year",
        "bea": place / "bea",
    }


def files_of(base: Path, ending: str) -> list[str]:
    return sorted(file.name for file in base.iterdir() if file.suffix == ending)


def mutant_of(reader: str, base: Path, seed: int) -> Mutant:
    """Return the mutant of a seed."""
    chance = random.Random(f"{reader} {seed}")
    if reader == "workbook":
        return Mutant(base.name, chance.choice(["bytes", "xml", "xml", "cell", "cell", "merged"]), seed)
    if reader == "parquet":
        file = chance.choice(files_of(base, ".parquet"))
        return Mutant(file, chance.choice(["bytes", "bytes", "cell", "column"]), seed)
    file = chance.choice([*files_of(base, ".csv"), *files_of(base, ".toml")])
    kind = "special" if chance.random() < 0.04 else chance.choice(KINDS[file.rpartition(".")[2]])
    return Mutant(file, kind, seed)


def judged(reader: str, base: Path, mutant: Mutant, room: Path) -> str:
    """Return what a reader makes of a mutant: ``refused`` or ``stands``, or what is wrong."""
    place = room / base.name
    if reader == "workbook":
        place.write_bytes(base.read_bytes())
        change_workbook(place, mutant)
        if mutant.kind == "bytes":
            return verdict(lambda: no.read(place), lambda read: [] if same(read, no.read(base)) else ["other numbers"])
        return verdict(lambda: no.read(place), lambda read: _book(place, read, base))
    copied(base, place)
    if reader == "parquet":
        change_parquet(place / mutant.file, mutant)
        if mutant.kind == "bytes":
            return verdict(lambda: no.read(place), lambda read: [] if same(read, no.read(base)) else ["other numbers"])
        return verdict(lambda: no.read(place), lambda read: differences_of_parquet(place, read))
    mutate(place / mutant.file, mutant)
    if reader == "folder":
        return verdict(lambda: no.read(place), lambda read: differences(place, read))
    if reader == "five_year":
        paths = [place / f"{name}.csv" for name in GOOD]
        return verdict(lambda: no.read_five_year(*paths), lambda read: differences_of_four_files(place, read))
    make, use = place / "make.csv", place / "use.csv"
    return verdict(
        lambda: no.read_bea(make, use, negatives="as-output"), lambda read: differences_of_accounts(make, use, read)
    )


def _book(place: Path, read: no.Economy, base: Path) -> list[str]:
    """Compare with openpyxl; what openpyxl cannot read at all must be as it was."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return differences_of_workbook(place, read)
        except Unreadable:
            raise
        except Exception:  # parts that hold no cells, such as its own settings, can make it give up
            return [] if same(read, no.read(base)) else ["openpyxl does not read it"]


SOUND = ("refused", "stands")


@pytest.mark.parametrize("reader", READERS)
def test_mutants_stand_as_written_or_are_refused(reader: str, bases: dict[str, Path], tmp_path: Path) -> None:
    @settings(
        max_examples=FEW, deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(seed=st.integers(0, 10**9))
    def some(seed: int) -> None:
        mutant = mutant_of(reader, bases[reader], seed)
        assert judged(reader, bases[reader], mutant, tmp_path) in SOUND, mutant

    some()


@pytest.mark.exhaustive
@pytest.mark.parametrize("reader", READERS)
def test_ten_thousand_mutants(reader: str, bases: dict[str, Path], tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    wrong: list[tuple[Mutant, str]] = []
    for seed in range(MANY):
        mutant = mutant_of(reader, bases[reader], seed)
        said = judged(reader, bases[reader], mutant, tmp_path)
        found[said if said in SOUND else "wrong"] += 1
        wrong += [] if said in SOUND else [(mutant, said)]
    print(f"{reader}: {dict(found)} {wrong}")
    assert not wrong, f"{len(wrong)} of {MANY}: {wrong[:20]}"


def test_the_judge_sees_what_is_changed(bases: dict[str, Path], tmp_path: Path) -> None:
    """A reader that rounds, drops or moves a number would be caught."""
    read = no.read(bases["folder"])
    assert differences(bases["folder"], read) == []
    targets = read.frame("targets")
    for change in (targets * (1 + 1e-15), targets.iloc[::-1].set_axis(targets.index), targets * 0):
        assert differences(bases["folder"], read.with_changes(targets=change)) != []
    assert differences(bases["folder"], read.with_changes(capital=None)) != []


# ---- the Python side -------------------------------------------------------------------------------------------------


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in an empty folder: some wrong values are names of files."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def misused(right: dict[str, tuple[Callable[..., object], dict[str, object]]], case: tuple[str, str, str]) -> str:
    """Return what comes of a public call with one wrong argument."""
    call, name, kind = case
    function, arguments = right[call]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with patience():
                function(**{**arguments, name: WRONG[kind]()})
        except no.NaturaError as error:
            return "refused" if str(error) else "refused without a word"
        except Hung:
            return "hung"
        except Exception as error:
            return f"{type(error).__name__}: {str(error)[:200]}"
    return "answered"


def test_misuse_is_refused_by_name(there: Path, capfd: pytest.CaptureFixture[str]) -> None:
    right = calls(there)
    one_of_each = {case[:2]: case for case in misuses(there, seed=1)}
    for case in list(one_of_each.values()):
        assert misused(right, case) in ("refused", "answered"), case


@pytest.mark.exhaustive
def test_every_misuse_is_refused_by_name(there: Path, capfd: pytest.CaptureFixture[str]) -> None:
    right, found = calls(there), Counter[str]()
    wrong = []
    for case in misuses(there):
        said = misused(right, case)
        found[said if said in ("refused", "answered") else "wrong"] += 1
        wrong += [] if said in ("refused", "answered") else [(case, said)]
    print(dict(found))
    assert not wrong, f"{len(wrong)}: {wrong[:20]}"
