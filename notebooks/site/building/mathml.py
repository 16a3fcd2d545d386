"""Formulas as MathML, written when the site is built, by docutils: browsers draw it themselves.

MathJax would be asked of a server, and pictures of formulas need LaTeX: neither works on a machine on its own.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

_LOG = logging.getLogger(__name__)
#: What LaTeX does to the size of signs, which stretch of themselves in MathML.
_SIZES = (r"\textstyle", r"\displaystyle", r"\Big", r"\big")


def formula(source: str, block: bool) -> str:
    r"""Return LaTeX as MathML.

    >>> formula("a^2", block=False).count("<msup>")
    1

    Raises
    ------
    MathError : a command or a bracket that docutils does not know.
    """
    for size in _SIZES:
        for bracket in ("(", ")", "[", "]", "|"):
            source = source.replace(f"{size}{bracket}", bracket)
    for size in _SIZES[:2]:
        source = source.replace(f"{size} ", "").replace(f"{size}\\", "\\")
    source = re.sub(r"\\dots(?![a-z])", r"\\ldots", source)
    return str(tex2mathml(source, as_block=block))


def _written(writer: Any, node: nodes.Element, source: str, block: bool) -> str:
    try:
        return formula(source, block)
    except MathError as error:
        _LOG.warning("formula %r: %s", source, error, location=node)
        return f"<code>{writer.encode(source)}</code>"


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(_written(writer, node, node.astext(), block=False))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})</span>')
    parts = (part for part in node.astext().split("\n\n") if part.strip())  # as Sphinx parts equations
    writer.body.extend(_written(writer, node, part, block=True) for part in parts)
    writer.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the renderer ``mathml``."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
