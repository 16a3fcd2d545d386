"""The students' edition of the course: the teacher's notebooks without solutions, checks and outputs.

``python notebooks/student_edition.py`` writes ``notebooks/students/*.ipynb`` anew; a test holds them equal to what this
makes of the teacher's ``.py`` files. What is left out: everything under *Solutions*, every ``assert``, and cells that
only prepare one. Under each exercise stands an empty cell.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat

HERE = Path(__file__).parent
STUDENTS = HERE / "students"
_ANSWER = "# your answer to exercise {}\n"


def student_edition(source: Path) -> Any:
    """Return the notebook that students get of a teacher's ``.py``."""
    cells = _without_solutions(jupytext.read(source).cells)
    cells = [cell for cell in _without_checks(cells) if cell.source.strip()]
    cells = [part for cell in cells for part in _with_room_for_answers(cell)]
    book = nbformat.v4.new_notebook(cells=cells)
    book.nbformat, book.nbformat_minor = 4, 5
    book.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(book.cells, start=1):
        cell.id, cell.metadata = f"cell-{number:03}", nbformat.NotebookNode()
    return book


def _without_solutions(cells: list[Any]) -> list[Any]:
    """Leave out everything from the heading *Solutions* to the next heading of its rank."""
    kept, hidden = [], False
    for cell in cells:
        if cell.cell_type == "markdown":
            parts = re.split(r"^(?=## )", cell.source, flags=re.MULTILINE)
            shown = []
            for k, part in enumerate(parts):
                if k or part.startswith("## "):
                    hidden = part.startswith("## Solutions")
                if not hidden:
                    shown.append(part)
            cell.source = "".join(shown).strip()
            kept.append(cell)
        elif not hidden:
            kept.append(cell)
    return kept


def _without_checks(cells: list[Any]) -> list[Any]:
    """Leave out asserts, and cells that did nothing but prepare them."""
    trees = {k: ast.parse(cell.source) for k, cell in enumerate(cells) if cell.cell_type == "code"}
    checked = {k for k, tree in trees.items() if any(isinstance(node, ast.Assert) for node in ast.walk(tree))}
    for k in checked:
        cells[k].source = _without_asserts(cells[k].source)
        trees[k] = ast.parse(cells[k].source)
    for k in sorted(checked, reverse=True):  # what a later check needed is needed no more
        shows = any(isinstance(node, ast.Expr) for node in ast.walk(trees[k]))
        later = {name for j, tree in trees.items() if j > k for name in _names(tree, ast.Load)}
        if not shows and not _names(trees[k], ast.Store) & later:
            cells[k].source, trees[k] = "", ast.parse("")
    used = set().union(*(_names(tree, ast.Load) for tree in trees.values()))
    for k, tree in trees.items():
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body):
            cells[k].source = _without_unused_imports(cells[k].source, used)
    return cells


def _without_unused_imports(source: str, used: set[str]) -> str:
    """Return a cell without the imports that only checks and solutions needed."""
    lines = source.split("\n")
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [one for one in node.names if (one.asname or one.name).partition(".")[0] in used]
            if len(names) < len(node.names):
                node.names = names
                lines[node.lineno - 1 : node.end_lineno] = [ast.unparse(node)] if names else []
    return "\n".join(lines).strip()


def _without_asserts(source: str) -> str:
    """Return a cell without its asserts; blocks that held nothing else go with them."""
    lines = source.split("\n")
    gone: set[int] = set()

    def leave_out(body: list[ast.stmt]) -> bool:
        """Mark the asserts of a body, and return whether nothing of it is left."""
        for statement in body:
            parts = [part for part in (getattr(statement, name, []) for name in ("body", "orelse")) if part]
            emptied = [leave_out(part) for part in parts]
            empty = bool(parts) and all(emptied)
            if isinstance(statement, ast.Assert) or (empty and isinstance(statement, ast.For | ast.If)):
                gone.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
        return all(statement.lineno in gone for statement in body)

    leave_out(ast.parse(source).body)
    kept = [line for number, line in enumerate(lines, start=1) if number not in gone]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(kept)).strip()


def _names(tree: ast.AST, how: type[ast.expr_context]) -> set[str]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, how)}
    if how is ast.Store:
        kinds = (ast.FunctionDef, ast.ClassDef)
        names |= {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
        names |= {
            (one.asname or one.name).partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for one in node.names
        }
    return names


def _with_room_for_answers(cell: Any) -> list[Any]:
    """Return a cell in parts, with an empty cell under each exercise."""
    if cell.cell_type != "markdown" or "## Exercises" not in cell.source:
        return [cell]
    before, after = cell.source.split("## Exercises", 1)
    rest = after.split("\n## ", 1)
    exercises = re.split(r"^(?=\*\*\d+\. )", rest[0], flags=re.MULTILINE)
    parts = [nbformat.v4.new_markdown_cell(f"{before}## Exercises{exercises[0]}".strip())]
    for number, text in enumerate(exercises[1:], start=1):
        parts += [
            nbformat.v4.new_markdown_cell(text.strip()),
            nbformat.v4.new_code_cell(_ANSWER.format(number).strip()),
        ]
    if len(rest) > 1:
        parts.append(nbformat.v4.new_markdown_cell(f"## {rest[1]}".strip()))
    return parts


def write() -> None:
    """Write the students' edition of every notebook."""
    STUDENTS.mkdir(exist_ok=True)
    for source in sorted(HERE.glob("[0-9][0-9]_*.py")):
        nbformat.write(student_edition(source), STUDENTS / f"{source.stem}.ipynb")
        print(f"students/{source.stem}.ipynb")


if __name__ == "__main__":
    write()
