"""The course: every notebook runs from top to bottom, and the ``.ipynb`` is what its ``.py`` gives.

``python -m tests.test_notebooks`` writes the ``.ipynb`` files anew from the ``.py`` files.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SOURCES = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.py"))

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


def write() -> None:
    """Execute every source and write its notebook."""
    for source in SOURCES:
        nbformat.write(fresh(source), source.with_suffix(".ipynb"))
        print(source.with_suffix(".ipynb").name)


if __name__ == "__main__":
    write()
