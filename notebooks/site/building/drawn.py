"""The directive ``drawn``: Python that is run when the site is built, and the picture it makes.

The code is shown above its picture. Its last line gives a figure of matplotlib; what goes wrong is a warning, and so
fails the build.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, ClassVar

import matplotlib

matplotlib.use("svg")
from docutils import nodes
from docutils.parsers.rst import directives
from matplotlib.figure import Figure
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def drawn(code: str, where: str = "drawn") -> Figure:
    """Return the figure that code ends in.

    >>> drawn("from matplotlib.figure import Figure\\nFigure()").axes
    []

    Raises
    ------
    TypeError : its last line gives no figure.
    """
    names: dict[str, Any] = {}
    tree = ast.parse(code)
    *before, last = tree.body
    exec(compile(ast.Module(before, []), where, "exec"), names)
    if not isinstance(last, ast.Expr):
        raise TypeError("the last line gives no figure")
    value = eval(compile(ast.Expression(last.value), where, "eval"), names)
    figure = value if isinstance(value, Figure) else getattr(value, "figure", None)
    if not isinstance(figure, Figure):
        raise TypeError(f"the last line gives a {type(value).__name__}, not a figure")
    return figure


class Drawn(SphinxDirective):
    """``{drawn} NAME``: the code, and the picture ``NAME.svg``."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return code and picture."""
        name, code = self.arguments[0], "\n".join(self.content)
        shown = nodes.literal_block(code, code, language="python")
        self.set_source_info(shown)
        file = Path(self.env.srcdir) / "drawn" / f"{name}.svg"
        try:
            figure = drawn(code, f"{self.env.docname}: {name}")
            file.parent.mkdir(exist_ok=True)
            with matplotlib.rc_context({"svg.hashsalt": name}):
                figure.savefig(file, bbox_inches="tight", metadata={"Date": None})
        except Exception as error:
            return [shown, self.state.document.reporter.warning(f"drawn {name}: {error}", line=self.lineno)]
        return [shown, nodes.image(uri=f"/drawn/{name}.svg", alt=self.options.get("alt", name))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("drawn", Drawn)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
