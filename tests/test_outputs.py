"""Outputs are written whole or not at all: what stood at a place is whole after a failure, and never someone else's."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import natura_opt as no
from natura_opt.economy.files.excel import MOST_COLUMNS, MOST_ROWS, write_workbook
from natura_opt.economy.files.table_layout import texts as written_texts
from natura_opt.plan.files import _is_table

from .test_cli import call, refusal


@pytest.fixture(scope="module")
def plan() -> no.Plan:
    return no.solve("excavators")


@pytest.fixture(scope="module")
def other() -> no.Plan:
    return no.solve("wheat_cloth")


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Return everything under a folder: bytes by path, None for folders."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


#: Every writer of the API: its place, and the call.
WRITERS: dict[str, tuple[str, Callable[[no.Plan, Path], Any]]] = {
    "to_excel": ("plan.xlsx", lambda plan, path: plan.to_excel(path)),
    "to_csv": ("plan", lambda plan, path: plan.to_csv(path)),
    "to_parquet": ("plan.parquet", lambda plan, path: plan.to_parquet(path)),
    "to_mps": ("plan.mps", lambda plan, path: plan.program.to_mps(path)),
    "to_lp": ("plan.lp", lambda plan, path: plan.program.to_lp(path)),
    "savefig": ("plan.svg", lambda plan, path: plan.plot.fulfilment().savefig(path)),
}
MODEL_WRITERS: dict[str, tuple[str, Callable[[no.Economy, Path], Any]]] = {
    "write": ("model", no.write),
    "write parquet": ("model", partial(no.write, tables="parquet")),
    "write xlsx": ("model.xlsx", no.write),
}


# ---- a model's own place ------------------------------------------------------------------------------------


OWN = ["m", "m/", "./m", "m/../m", "link", "m.xlsx", "book.XLSX", "linked.xlsx", "hard.xlsx", "m/plan.parquet", ".", ""]


@pytest.mark.parametrize("place", OWN)
@pytest.mark.parametrize("model", ["m", "book.XLSX"])
def test_no_plan_is_written_over_a_model(
    model: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    no.write(no.read("wheat_cloth"), "m")
    no.write(no.read("wheat_cloth"), "m.xlsx")
    no.write(no.read("wheat_cloth"), "book.XLSX")
    (tmp_path / "link").symlink_to("m")
    (tmp_path / "linked.xlsx").symlink_to("book.XLSX")
    (tmp_path / "hard.xlsx").hardlink_to("book.XLSX")
    before = snapshot(tmp_path)
    refusal(call("solve", model, "--json", "--out", place))
    assert snapshot(tmp_path) == before
    no.read("m"), no.read("book.XLSX")


@pytest.mark.parametrize("table", ["targets.csv", "targets.parquet", "economy.toml"])
@pytest.mark.parametrize("write", ["to_csv", "to_parquet", "to_excel", "to_mps", "to_lp", "savefig"])
def test_nothing_becomes_a_part_of_a_model(write: str, table: str, plan: no.Plan, tmp_path: Path) -> None:
    model = no.write(no.read("wheat_cloth"), tmp_path / "m")
    before = snapshot(tmp_path)
    with pytest.raises((no.OutputError, ValueError)):
        WRITERS[write][1](plan, model / table)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("log", ["m/targets.csv", "m/economy.toml", "m", "m.xlsx", "pipe", "program.mps"])
def test_no_log_is_written_over_a_model_or_into_a_pipe(log: str, plan: no.Plan, tmp_path: Path) -> None:
    no.write(no.read("wheat_cloth"), tmp_path / "m")
    no.write(no.read("wheat_cloth"), tmp_path / "m.xlsx")
    plan.program.to_mps(tmp_path / "program.mps")
    os.mkfifo(tmp_path / "pipe")
    before = snapshot(tmp_path)
    refusal(call("solve", tmp_path / "m", "--json", "--log-file", tmp_path / log))
    assert snapshot(tmp_path) == before


def test_no_option_of_highs_writes_files_behind_our_back(tmp_path: Path) -> None:
    for name in ("solution_file", "write_model_file", "write_basis_file", "write_presolved_model_file"):
        assert name in refusal(call("solve", "wheat_cloth", "--json", "--option", f"{name}={tmp_path / 'x.mps'}"))
    assert not list(tmp_path.iterdir())


def test_a_log_does_not_stand_where_the_plan_goes(tmp_path: Path) -> None:
    (tmp_path / "plan").mkdir()
    out = tmp_path / "plan"
    assert "--log-file" in refusal(call("solve", "wheat_cloth", "--json", "--out", out, "--log-file", out / "a.log"))
    assert not list(out.iterdir())


# ---- what is someone else's stays ---------------------------------------------------------------------------


@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_what_is_not_ours_is_not_replaced(writer: str, plan: no.Plan, other: no.Plan, tmp_path: Path) -> None:
    name, write = WRITERS[writer]
    if writer == "savefig":
        return  # matplotlib's own word is that it replaces; the command line does not, see below
    place = tmp_path / name
    if writer in ("to_csv", "to_parquet"):
        write(other, place)
        (place / "notes.csv").write_text("what,value\n")
    elif writer == "to_excel":
        book = openpyxl.Workbook()
        book.active.title = "summary"
        book.active.append(["what", "value"])
        book.save(place)
    else:
        place.write_text("NAME theirs\n")
    before = snapshot(tmp_path)
    with pytest.raises(no.OutputError, match=f"{name}.*(exists already|holds)"):
        write(plan, place)
    assert snapshot(tmp_path) == before


def test_a_folder_of_something_else_is_not_replaced(plan: no.Plan, tmp_path: Path) -> None:
    for k, content in enumerate(["", "a,b\n", "what,value\nstatus,optimal\n"]):
        folder = tmp_path / str(k)
        folder.mkdir()
        (folder / "summary.csv").write_text(content)
        with pytest.raises(no.OutputError, match=r"summary\.csv"):
            plan.to_csv(folder)
        assert (folder / "summary.csv").read_text() == content
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / ".git").mkdir()
    with pytest.raises(no.OutputError, match=r"\.git"):
        plan.to_csv(tmp_path / "hidden")


def test_a_picture_replaces_only_a_picture_drawn_here(tmp_path: Path) -> None:
    for name in ("c.png", "c.svg", "c.pdf"):
        place = tmp_path / name
        place.write_bytes(b"\x89PNG not drawn here")
        compared = partial(call, "compare", "wheat_cloth", "--methods", "highs", "--json", "--picture", place)
        assert "exists already" in refusal(compared())
        assert place.read_bytes() == b"\x89PNG not drawn here"
        place.unlink()
        for _ in range(2):
            assert compared().exit_code == 0


@pytest.mark.parametrize("writer", sorted(MODEL_WRITERS))
def test_a_model_is_written_into_nothing_only(writer: str, tmp_path: Path) -> None:
    name, write = MODEL_WRITERS[writer]
    economy, place = no.read("wheat_cloth"), tmp_path / name
    if place.suffix:
        place.write_bytes(b"theirs")
    else:
        place.mkdir()
        (place / "targets.csv").write_text("left from before")
    before = snapshot(tmp_path)
    with pytest.raises(no.OutputError, match=f"{name}: (exists already|holds 'targets.csv' already)"):
        write(economy, place)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_a_second_plan_replaces_the_first_whole(writer: str, plan: no.Plan, other: no.Plan, tmp_path: Path) -> None:
    name, write = WRITERS[writer]
    write(other, tmp_path / "fresh" / name) if "." not in name else (tmp_path / "fresh").mkdir()
    write(other, tmp_path / "fresh" / name)
    write(plan, tmp_path / name)
    write(other, tmp_path / name)
    fresh, replaced = snapshot(tmp_path / "fresh"), snapshot(tmp_path)
    assert set(replaced) - {"fresh"} - {f"fresh/{p}" for p in fresh} == set(fresh)
    if writer in ("to_csv", "to_mps", "to_lp"):
        assert all(replaced[p] == content for p, content in fresh.items())


@pytest.mark.parametrize("name", sorted(no.shipped_models()))
def test_every_table_of_a_plan_is_known_as_one(name: str) -> None:
    assert all(_is_table(table.replace(" ", "_")) for table in no.solve(name).tables())


def test_links_permissions_and_empty_places_are_kept(plan: no.Plan, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o750)
    inode = (tmp_path / "real").stat().st_ino
    (tmp_path / "link").symlink_to("real")
    plan.to_csv(tmp_path / "link")  # an empty folder is filled, not replaced
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").stat().st_ino == inode
    plan.to_csv(tmp_path / "link")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").stat().st_mode & 0o777 == 0o750
    (tmp_path / "p.xlsx").touch(mode=0o640)
    plan.to_excel(tmp_path / "p.xlsx")
    assert (tmp_path / "p.xlsx").stat().st_mode & 0o777 == 0o640
    assert {p.name for p in tmp_path.iterdir()} == {"real", "link", "p.xlsx"}


def test_the_folder_one_stands_in(plan: no.Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plan.to_csv(".")
    assert (tmp_path / "summary.csv").exists()
    with pytest.raises(no.OutputError, match="stand in it"):
        plan.to_csv(".")


# ---- names and endings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("out", ["p.html", "p.csv", "p.xls", "p.json", "p.txt", "p.parqet", "p.XLS", "dir/p.html"])
def test_unknown_endings_are_refused_by_name(out: str, tmp_path: Path) -> None:
    message = refusal(call("solve", "wheat_cloth", "--json", "--out", tmp_path / out))
    assert repr(Path(out).suffix.lower()) in message and ".xlsx" in message and ".parquet" in message
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("write", "name", "known"),
    [
        ("to_excel", "plan", ".xlsx"),
        ("to_excel", "plan.xls", ".xlsx"),
        ("to_csv", "plan.csv", "folder"),
        ("to_csv", "plan.xlsx", "folder"),
        ("to_csv", "plan.parquet", "folder"),
        ("to_parquet", "plan.csv", ".parquet"),
        ("to_mps", "plan.mps.gz", ".mps"),
        ("to_lp", "plan.mps", ".lp"),
    ],
)
def test_the_api_refuses_other_endings(write: str, name: str, known: str, plan: no.Plan, tmp_path: Path) -> None:
    with pytest.raises(no.OutputError, match=known):
        WRITERS[write][1](plan, tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["m.parquet", "m.csv", "m.html", "m.toml", "m.xls"])
def test_a_model_has_no_other_ending(name: str, tmp_path: Path) -> None:
    with pytest.raises(no.OutputError, match=r"NAME\.xlsx"):
        no.write(no.read("wheat_cloth"), tmp_path / name)
    assert "NAME.xlsx" in refusal(call("generate", tmp_path / name, "--json"))
    assert not list(tmp_path.iterdir())


def test_endings_in_capitals_and_points_in_names(plan: no.Plan, tmp_path: Path) -> None:
    assert plan.to_excel(tmp_path / "P.XLSX").is_file()
    assert call("solve", "wheat_cloth", "--json", "--out", tmp_path / "Q.XLSX").exit_code == 0
    assert (tmp_path / "Q.XLSX").is_file()
    assert call("solve", "wheat_cloth", "--json", "--out", tmp_path / "Q.PARQUET").exit_code == 0
    assert (tmp_path / "Q.PARQUET" / "summary.parquet").is_file()
    assert plan.to_csv(tmp_path / "plan_v1.2").is_dir()
    (tmp_path / "tmp.AbC").mkdir()  # as mktemp -d makes it
    assert call("solve", "wheat_cloth", "--json", "--out", tmp_path / "tmp.AbC").exit_code == 0


@pytest.mark.parametrize("path", [5, None, b"plan", "", "a\0b", "x" * 300, 3.5], ids=str)
def test_paths_that_are_none(path: Any, plan: no.Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for write in (*(w for _, w in WRITERS.values() if w is not WRITERS["savefig"][1]),):
        with pytest.raises(no.OutputError):
            write(plan, path)
    refused = (
        (no.OutputError, None) if isinstance(path, str) else (no.OptionError, "write: path must be text or a path")
    )
    with pytest.raises(refused[0], match=refused[1]):
        no.write(plan.economy, path)
    assert not list(tmp_path.iterdir())


# ---- failures on the way --------------------------------------------------------------------------------------


FAILURES: list[BaseException] = [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), MemoryError()]


def break_down(monkeypatch: pytest.MonkeyPatch, name: str, failure: BaseException, at: int) -> None:
    """Make the ``at``-th call of a function of ``os`` fail."""
    real, calls = getattr(os, name), iter(range(1_000_000))

    def call_or_fail(*given: Any, **named: Any) -> Any:
        if next(calls) == at:
            raise failure
        return real(*given, **named)

    monkeypatch.setattr(os, name, call_or_fail)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize(("step", "at"), [("fsync", 0), ("fsync", 3), ("rename", 0), ("rename", 1), ("replace", 0)])
@pytest.mark.parametrize("standing", ["nothing", "an empty place", "a plan"])
def test_a_failure_leaves_what_stood_there(
    standing: str, step: str, at: int, failure: BaseException, plan: no.Plan, other: no.Plan, tmp_path: Path
) -> None:
    for writer, (name, write) in WRITERS.items():
        if writer == "savefig" and (at or step == "rename"):
            continue
        place = tmp_path / writer / name
        place.parent.mkdir()
        if standing == "an empty place":
            place.mkdir() if writer in ("to_csv", "to_parquet") else place.touch()
        elif standing == "a plan":
            write(other, place)
        before = snapshot(place.parent)
        with pytest.MonkeyPatch.context() as broken:
            break_down(broken, step, failure, at)
            try:
                write(plan, place)
            except no.OutputError as error:
                assert isinstance(failure, OSError) and "No space left on device" in str(error) and name in str(error)
            except BaseException as error:
                assert error is failure
            else:
                continue  # it does not take this step
        assert snapshot(place.parent) == before, writer


@pytest.mark.parametrize("failure", FAILURES, ids=lambda e: type(e).__name__)
def test_no_half_model_is_left(failure: BaseException, tmp_path: Path) -> None:
    economy = no.read("five_year_plan")
    for step, at in (("fsync", 0), ("fsync", 4), ("rename", 0), ("replace", 0)):
        for writer, (name, write) in MODEL_WRITERS.items():
            place = tmp_path / step / str(at) / writer / "made" / name
            place.parent.parent.mkdir(parents=True)
            if place.suffix:
                place.parent.mkdir()
            before = snapshot(tmp_path)
            with pytest.MonkeyPatch.context() as broken:
                break_down(broken, step, failure, at)
                try:
                    write(economy, place)
                except (no.OutputError, KeyboardInterrupt, MemoryError):
                    pass
                else:
                    continue
            assert snapshot(tmp_path) == before, (step, writer)


def _limited(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.parametrize("size", [100, 20_000])
def test_a_full_disk_leaves_nothing_half_written(size: int, tmp_path: Path) -> None:
    """Every writer in one process that may write no file larger than this."""
    code = """if True:
        import natura_opt as no, resource, sys
        from pathlib import Path
        plan, economy = no.solve("eu_2006"), no.read("eu_2006")
        place = Path(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
        for name, write in {
            "p.xlsx": plan.to_excel, "p": plan.to_csv, "p.parquet": plan.to_parquet, "p.mps": plan.program.to_mps,
            "p.lp": plan.program.to_lp, "p.svg": lambda path: plan.plot.fulfilment().savefig(path),
            "m": lambda path: no.write(economy, path), "m.xlsx": lambda path: no.write(economy, path),
            "n": lambda path: no.write(economy, path, tables="parquet"),
        }.items():
            try:
                write(place / name)
                print(name)
            except no.OutputError as error:
                assert "File too large" in str(error) and name in str(error), error
    """
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(size)], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    written = done.stdout.split()
    assert {p.name for p in tmp_path.iterdir()} == set(written)
    assert len(written) == 0 if size == 100 else 0 < len(written) < 9, written


@pytest.mark.parametrize("command", ["solve", "compare", "generate", "import"])
def test_a_place_is_tried_before_the_work(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_late(*given: Any, **named: Any) -> None:
        raise AssertionError("the work was done before its place was looked at")

    for work in (
        "natura_opt.methods.solve.solve",
        "natura_opt.comparison.comparing.compare",
        "natura_opt.generate.families.generate_economy",
        "natura_opt.economy.national.five_year.read_five_year",
    ):
        monkeypatch.setattr(work, too_late)
    (tmp_path / "file").write_text("in the way")
    break_down(monkeypatch, "fsync", OSError(errno.ENOSPC, "No space left on device"), 0)
    for place, said in (("full", "No space left"), ("file/plan", "Not a directory"), ("no/such", None)):
        if command == "compare":
            place = f"{place}.png"
            said = said or "No such file"
        asked = {
            "solve": ("solve", "five_year_plan", "--json", "--out", tmp_path / place),
            "compare": ("compare", "five_year_plan", "--json", "--picture", tmp_path / place),
            "generate": ("generate", tmp_path / place),
            "import": ("import", "five-year", "a", "b", "c", "d", tmp_path / place),
        }[command]
        if said is not None:
            assert said in refusal(call(*asked))
    assert {p.name for p in tmp_path.iterdir()} == {"file"}


def test_what_was_found_is_shown_also_where_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_down(monkeypatch, "fsync", OSError(errno.ENOSPC, "No space left on device"), 1)
    result = call("solve", "wheat_cloth", "--json", "--out", tmp_path / "p.xlsx")
    assert result.exit_code == 2 and '"optimal"' in result.stdout
    assert result.stderr.count("error: ") == 1 and "p.xlsx: No space left" in result.stderr
    assert not list(tmp_path.iterdir())


# ---- names that are more than names ---------------------------------------------------------------------------


FORMULAS = ["=1+1", "+1-2", "-a", "@SUM(A1)", "'=a", "=cmd|'/C calc'!A0", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a"]
#: No good can have these names, but an economy can.
CONTROLS = ["=a\tb", "=a\rb", "=a\nb", "\ta", "\ra", "\na"]


def formulas(names: list[str], name: str = "=name", title: str = "=title") -> no.Economy:
    return no.build_economy(
        name=name, title=title, goods=names, inputs=[[0.1 / len(names)] * len(names)] * len(names),
        targets=[1.0] * len(names), periods=["=p", "-q"], resources=["@labour"], resource_use=[[1.0] * len(names)],
        resource_limits=[100.0], objective="fulfilment",
    )  # fmt: skip


@pytest.mark.parametrize("called", ["=name", *CONTROLS])
def test_no_name_becomes_a_formula(called: str, tmp_path: Path) -> None:
    plan = no.solve(formulas(FORMULAS, called))
    if "\r" not in called:
        book = openpyxl.load_workbook(plan.to_excel(tmp_path / "p.xlsx"))
        kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
        assert kinds <= {"s", "n"}
        goods = [row[0] for row in book["output"].iter_rows(min_row=2, values_only=True)]
        assert goods == FORMULAS  # unchanged
        assert ("model", called) in book["summary"].iter_rows(values_only=True)
    for file in plan.to_csv(tmp_path / "p").iterdir():
        read = pd.read_csv(file, dtype=str, keep_default_na=False, header=None)
        texts = [text for column in read for text in read[column] if not _is_number(text)]
        assert not [text for text in texts if text[:1] and text[0] in "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"], file
    read = pd.read_csv(tmp_path / "p" / "output.csv", dtype=str, keep_default_na=False)
    assert read.iloc[:, 0].tolist() == [f"'{name}" for name in FORMULAS]
    assert read.columns.tolist()[1:] == ["'=p", "'-q"]
    read = pd.read_csv(tmp_path / "p" / "summary.csv", dtype=str, keep_default_na=False, index_col=0)
    assert read.loc["model", "value"] == f"'{called}"
    flat = plan.to_parquet(tmp_path / "q")
    assert pd.read_parquet(flat / "output.parquet").iloc[:, 0].tolist() == FORMULAS
    assert pd.read_parquet(flat / "summary.parquet").set_index("what").loc["model", "value"] == called


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_such_names_come_back_from_a_model(form: str, tmp_path: Path) -> None:
    texts = ["=name", *(text for text in CONTROLS if form != "xlsx" or "\r" not in text)]
    for k, text in enumerate(texts):
        economy = formulas(FORMULAS, text, f"=title {text}")
        target = tmp_path / (f"m{k}.xlsx" if form == "xlsx" else f"m{k}")
        back = no.read(no.write(economy, target, tables="csv" if form == "xlsx" else form))
        assert (back.name, back.title, back.goods.tolist()) == (text, f"=title {text}", FORMULAS)
        assert back.periods.tolist() == ["=p", "-q"]


#: Texts that a workbook cannot keep, and the part that a refusal shows.
UNKEPT = [
    ("x" * 32_768, "32,768 characters"),
    ("a\rb", r"'\r'"),
    ("a\x01b", r"'\x01'"),
    ("a\x00b", r"'\x00'"),
    ("a\ufffeb", r"'\ufffe'"),
]


@pytest.mark.parametrize(("text", "said"), UNKEPT, ids=lambda value: repr(value)[:20])
def test_what_a_workbook_cannot_keep_is_refused_by_name(text: str, said: str, tmp_path: Path) -> None:
    economy = formulas(["a", "b"], text)
    writers: list[Callable[[Path], Any]] = [partial(no.write, economy), no.solve(economy).to_excel]
    writers.append(partial(no.write, formulas(["a", "b"], title=text)))
    for write in writers:
        with pytest.raises(no.OutputError, match=r"p\.xlsx, sheet '\w+', cell [A-Z]+\d+: ") as error:
            write(tmp_path / "p.xlsx")
        assert said in str(error.value) and len(str(error.value)) < 500
    assert not list(tmp_path.iterdir())
    assert no.read(no.write(economy, tmp_path / "m")).name == text  # a folder can keep it


def test_a_good_that_a_workbook_cannot_keep_is_refused_by_name(tmp_path: Path) -> None:
    economy = formulas(["a\ufffeb", "b"])
    for write in (partial(no.write, economy), no.solve(economy).to_excel):
        with pytest.raises(no.OutputError, match=r"p\.xlsx, sheet '\w+', cell [A-Z]+\d+: .*'\\ufffe'"):
            write(tmp_path / "p.xlsx")
    assert not list(tmp_path.iterdir())
    assert no.read(no.write(economy, tmp_path / "m")).goods.tolist() == ["a\ufffeb", "b"]


@pytest.mark.parametrize(
    "name", ["x" * 1_001, "x" * 131_073, *CONTROLS, "a\x01b", "a\x00b"], ids=lambda n: repr(n)[:20]
)
def test_no_good_has_a_name_that_not_every_file_keeps(name: str) -> None:
    with pytest.raises(no.DataError, match=r"(too long to name one|cannot name one) of the goods") as error:
        formulas([name, "b"])
    assert repr(name)[:9] in str(error.value) and len(str(error.value)) < 500
    assert formulas(["x" * 1_000, "b"]).goods[0] == "x" * 1_000


def test_a_name_that_could_not_be_read_again_is_not_written() -> None:
    assert written_texts(pd.Index(["x" * 131_072, "b"]), "goods.csv")[1] == "b"
    with pytest.raises(no.DataError, match=r"goods\.csv: the name 'xx.*131,072 characters"):
        written_texts(pd.Index(["x" * 131_073, "b"]), "goods.csv")


@pytest.mark.parametrize(
    ("rows", "said"),
    [([[1]] * (MOST_ROWS + 1), "1,048,577 rows"), ([[1] * (MOST_COLUMNS + 1)], "16,385 columns")],
    ids=["rows", "columns"],
)
def test_what_a_sheet_does_not_hold_is_said(rows: list[list[Any]], said: str, tmp_path: Path) -> None:
    with pytest.raises(no.OutputError, match=f"p.xlsx, sheet 'output': {said}"):
        write_workbook(tmp_path / "p.xlsx", {"output": rows}, called="p.xlsx")


# ---- messages -------------------------------------------------------------------------------------------------


NAMES = ["\x1b[2J\x1b[1;31m", "a\nerror: b", "x" * 300_000, "y " * 150_000, "\u202eabc", "a\x07\x08b", "\x9b2J"]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name[:9]))
def test_no_message_moves_the_cursor_or_fills_the_screen(name: str, tmp_path: Path) -> None:
    for asked in (
        ("check", name),
        ("solve", "wheat_cloth", "--question", name),
        ("solve", "wheat_cloth", name),
        ("solve", "wheat_cloth", "--json", "--out", tmp_path / f"{name}.html"),
        ("solve", "wheat_cloth", f"--{name}"),
        ("generate", tmp_path / "g", "--family", name),
    ):
        message = refusal(call(*asked))
        assert len(message) < 2_000 and message.isprintable()


def test_errors_of_the_api_are_shown_as_safely() -> None:
    error = no.DataError(f"unknown good '{'a' * 300_000}' in \x1b[2J")
    assert len(str(error)) < 300 and "300,002 characters" in str(error) and "\x1b" not in str(error)
    assert str(no.DataError("two\nlines")) == "two\nlines"
