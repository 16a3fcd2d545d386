"""The course: every notebook runs from top to bottom, and the ``.ipynb`` is what its ``.py`` gives.

``python -m tests.test_notebooks`` writes the ``.ipynb`` files anew from the ``.py`` files.
"""

from __future__ import annotations

import ast
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import natura_opt as no

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
sys.path.insert(0, str(NOTEBOOKS))
from student_edition import student_edition  # noqa: E402  a script beside the notebooks, no part of the package

SOURCES = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.py"))
STUDENTS = NOTEBOOKS / "students"
#: What a cell prints where published tables that are no part of the project are not at hand.
ABSENT = "are not here"
#: What the course takes apart or times alone, and no question of a plan is asked through: it has no public name.
TAKEN_APART = {
    "natura_opt.backends.options": {"SolveOptions"},
    "natura_opt.proof.refine": {"solve_proved"},
    "natura_opt.generate.matrices": {"coefficient_matrix"},
    "natura_opt.input_output.monte_carlo": {"estimate"},
    "natura_opt.methods.history.harmony_1990": {"harmony_1990"},
    "natura_opt.methods.history.harmony_2018": {"harmony_2018"},
    "natura_opt.objectives.harmony_functions": {"HARMONY_FUNCTIONS"},
}

every_notebook = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)


def fresh(source: Path) -> Any:
    """Return a notebook made from its source and executed in a kernel of its own; what is left differs only by content.

    Errors
    ------
    nbclient.exceptions.CellExecutionError : a cell raises.
    """
    book = jupytext.read(source)
    client = NotebookClient(
        book,
        timeout=120,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(NOTEBOOKS)}},
        extra_arguments=["--Application.log_level=40"],
    )
    client.execute()
    book.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    book.nbformat, book.nbformat_minor = 4, 5
    for number, cell in enumerate(book.cells, start=1):
        cell.id, cell.metadata = f"cell-{number:03}", nbformat.NotebookNode()
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    return book


def _joined(outputs: list[Any]) -> list[Any]:
    """Join what one stream printed in several pieces: where they are cut is chance."""
    joined: list[Any] = []
    for output in outputs:
        before = joined[-1] if joined else None
        if before is not None and output.output_type == "stream" and before.get("name") == output.name:
            before.text += output.text
        else:
            joined.append(output)
    return joined


def stored(source: Path) -> Any:
    return nbformat.read(source.with_suffix(".ipynb"), as_version=4)


def code_cells(book: Any) -> list[Any]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def text_of(output: Any) -> str:
    return str(output.text if output.output_type == "stream" else output.get("data", {}).get("text/plain", ""))


def kinds_of(cell: Any) -> list[list[str]]:
    """Return what each output of a cell is: the name of its stream, or its formats."""
    return [[o.name] if o.output_type == "stream" else sorted(o.get("data", [o.output_type])) for o in cell.outputs]


def numbers_in(cell: Any) -> list[float]:
    found = [re.findall(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", text_of(output)) for output in cell.outputs]
    return [float(number) for numbers in found for number in numbers]


def test_there_are_notebooks() -> None:
    assert len(SOURCES) >= 4
    assert {source.with_suffix(".ipynb") for source in SOURCES} == set(NOTEBOOKS.glob("*.ipynb"))


@every_notebook
def test_the_notebook_has_the_cells_of_its_source(source: Path) -> None:
    wanted = [(cell.cell_type, cell.source) for cell in jupytext.read(source).cells]
    assert [(cell.cell_type, cell.source) for cell in stored(source).cells] == wanted


@every_notebook
def test_every_cell_runs_without_a_warning_and_gives_the_stored_outputs(source: Path) -> None:
    for kept, new in zip(code_cells(stored(source)), code_cells(fresh(source)), strict=True):
        assert all(output.get("name") != "stderr" for output in new.outputs), new.source
        assert kept.execution_count == new.execution_count
        if any(text_of(output).strip().endswith(ABSENT) for output in new.outputs):
            continue
        assert kinds_of(kept) == kinds_of(new), new.source
        np.testing.assert_allclose(numbers_in(kept), numbers_in(new), rtol=1e-6, atol=1e-9, err_msg=new.source)


@every_notebook
def test_the_stored_notebook_shows_numbers_and_pictures(source: Path) -> None:
    cells = code_cells(stored(source))
    assert all(cell.execution_count for cell in cells)
    # a cell without an output only imports, defines or asserts
    silent = [cell.source for cell in cells if not cell.outputs]
    assert not [text for text in silent if re.search(r"^\s*(print\(|plt\.show|plan\.plot)", text, re.MULTILINE)]
    assert sum("image/png" in output.get("data", {}) for cell in cells for output in cell.outputs) >= 3


@every_notebook
def test_the_stored_notebook_is_small_and_names_no_machine(source: Path) -> None:
    path = source.with_suffix(".ipynb")
    assert path.stat().st_size < 600_000
    words = "\n".join(text_of(output) for cell in code_cells(stored(source)) for output in cell.outputs)
    assert not re.search(r"/(root|home|tmp|work|Users)/|Warning|Traceback| at 0x", words)


@every_notebook
def test_the_notebook_ends_with_exercises_and_their_solutions(source: Path) -> None:
    text = "\n".join(cell.source for cell in stored(source).cells if cell.cell_type == "markdown")
    before, exercises, solutions = re.split(r"^## (?:Exercises|Solutions)$", text, flags=re.MULTILINE)
    asked = re.findall(r"^\*\*(\d+)\. ", exercises, re.MULTILINE)
    assert asked and asked == re.findall(r"^### Solution (\d+)$", solutions, re.MULTILINE)
    assert "## The" in before


@every_notebook
def test_what_is_claimed_is_asserted(source: Path) -> None:
    assert sum(line.strip().startswith("assert ") for line in source.read_text(encoding="utf-8").splitlines()) >= 20


@every_notebook
def test_what_a_notebook_imports_is_public(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not [one.name for one in node.names if one.name.startswith("natura_opt.")]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("natura_opt"):
            assert {one.name for one in node.names} <= TAKEN_APART.get(str(node.module), set()), node.module
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "no":
            assert node.attr in no.__all__, node.attr


def test_the_index_names_every_notebook_in_order() -> None:
    text = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[.*\]\((.*)\.ipynb\)", text, re.MULTILINE) == [source.stem for source in SOURCES]
    for number, needs, minutes in re.findall(r"^\| \[(\d\d) .*\| ([\d, –]+) \| (\d+) \|$", text, re.MULTILINE):
        assert all(need < number for need in re.findall(r"\d\d", needs)) and 30 <= int(minutes) <= 120
    numbers = {source.stem[:2] for source in SOURCES}
    assert set(re.findall(r"\b(\d\d)\b", text.split("Minutes are")[1].split("##")[0])) <= numbers


# ---- the students' edition -----------------------------------------------------------------------------------------


def test_the_students_edition_is_made_of_the_teachers() -> None:
    assert {path.stem for path in STUDENTS.glob("*.ipynb")} == {source.stem for source in SOURCES}
    for source in SOURCES:
        kept = nbformat.read(STUDENTS / f"{source.stem}.ipynb", as_version=4)
        assert kept == student_edition(source), f"{source.stem}: run python notebooks/student_edition.py"


@every_notebook
def test_students_get_no_check_and_no_solution(source: Path) -> None:
    book = student_edition(source)
    code = [cell.source for cell in code_cells(book)]
    for text in code:
        assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Assert)]
    text = "\n".join(cell.source for cell in book.cells)
    assert "Solution" not in text
    asked = re.findall(r"^\*\*(\d+)\. ", text[text.index("## Exercises") :], re.MULTILINE)
    assert re.findall(r"^# your answer to exercise (\d+)$", text, re.MULTILINE) == asked and asked
    teachers = [cell.source for cell in jupytext.read(source).cells if cell.cell_type == "markdown"]
    story = "\n".join(teachers).split("## Exercises")[0]
    for cell in book.cells:
        if cell.cell_type == "markdown" and "## Exercises" not in text.split(cell.source)[0]:
            assert cell.source.split("## Exercises")[0].strip() in story  # nothing of the lecture is lost or changed


@every_notebook
def test_what_students_run_is_defined_before_it_is_used(source: Path) -> None:
    """Every name that the teacher's cells define and a student's cell reads is defined by a student's cell above."""
    every = "\n".join(cell.source for cell in code_cells(jupytext.read(source)))
    defined_somewhere = module_names(ast.parse(every))
    seen: set[str] = set()
    for cell in code_cells(student_edition(source)):
        tree = ast.parse(cell.source)
        seen |= module_names(tree)
        read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        assert (read & defined_somewhere) <= seen, cell.source


@pytest.mark.exhaustive
@every_notebook
def test_the_students_edition_runs(source: Path) -> None:
    NotebookClient(
        student_edition(source),
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
        extra_arguments=["--Application.log_level=40"],
    ).execute()


def module_names(tree: ast.AST) -> set[str]:
    """Return every name that code binds anywhere."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(one.asname or one.name).partition(".")[0] for one in node.names}
    return names


def test_checks_go_and_what_they_prepared_goes_with_them() -> None:
    cells = jupytext.reads(TEACHERS, fmt="py:percent").cells
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "01_a_lecture.py"
        path.write_text(TEACHERS, encoding="utf-8")
        made = [(cell.cell_type, cell.source) for cell in student_edition(path).cells]
    assert len(cells) == 8
    assert made == [
        ("markdown", "# A lecture"),
        ("code", "import numpy as np"),
        ("code", "x = np.ones(3)\nprint(x)"),
        ("code", "for k in range(2):\n    print(k)"),
        ("markdown", "## Exercises"),
        ("markdown", "**1. One.** Add."),
        ("code", "# your answer to exercise 1"),
        ("markdown", "**2. Two.** Take away."),
        ("code", "# your answer to exercise 2"),
        ("markdown", "## Sources\n\nNone."),
    ]


TEACHERS = """# %% [markdown]
# # A lecture

# %%
import math
import numpy as np

# %%
x = np.ones(3)
print(x)
assert x.sum() == 3

# %%
total = x.sum()
for part in x:
    assert part == 1
assert (
    total
    == math.fsum(x)
)

# %%
for k in range(2):
    assert k < 2
    print(k)

# %% [markdown]
# ## Exercises
#
# **1. One.** Add.
#
# **2. Two.** Take away.
#
# ## Solutions
#
# ### Solution 1

# %%
print(1 + 1)

# %% [markdown]
# ### Solution 2
#
# One.
#
# ## Sources
#
# None.
"""


def write() -> None:
    """Execute every source and write its notebook."""
    for source in SOURCES:
        nbformat.write(fresh(source), source.with_suffix(".ipynb"))
        print(source.with_suffix(".ipynb").name)


if __name__ == "__main__":
    write()
