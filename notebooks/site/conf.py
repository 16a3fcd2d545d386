"""Sphinx's settings. ``make docs`` assembles the pages in ``build/pages`` and builds them with warnings as errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))

from building.docstrings import as_fields
from building.names import resolve

import natura_opt

project = "natura-opt"
version = release = natura_opt.__version__
copyright = "natura-opt contributors"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "building.mathml",
    "building.drawn",
]

# ---- pages ------------------------------------------------------------------
exclude_patterns = [
    "README.md",  # included by start.md, heading by heading
    "notebooks/students",  # loaded down, not read
]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebooks' outputs are stored, and compared with a run by the tests
nb_merge_streams = True

# ---- docstrings -------------------------------------------------------------
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
maximum_signature_line_length = 90
add_module_names = False

# ---- links ------------------------------------------------------------------
nitpicky = True
# The inventories of other projects are on the network, which a build does not ask: building/names.py leaves their names
# without a link where Python finds them, and lets the warning stand where it does not.

# ---- the look: nothing is asked of another place -------------------------------
html_theme = "furo"
html_title = "natura-opt"
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["site.css"]
pygments_style, pygments_dark_style = "friendly", "github-dark"
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # they would be fetched, which browsers refuse where a page is a file


def setup(app: Sphinx) -> dict[str, bool]:
    """Read docstrings as this package writes them, and find its names by their homes."""
    app.connect("autodoc-process-docstring", _process)
    app.connect("missing-reference", resolve)
    app.connect("doctree-read", _trim)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _trim(app: Sphinx, doctree: nodes.document) -> None:
    """Take off the blank line that ends an example for doctest."""
    for block in doctree.findall(nodes.literal_block):
        if block.rawsource == block.astext():  # else it is not code, and has parts of its own
            block.rawsource = block.rawsource.rstrip()
            block[:] = [nodes.Text(block.rawsource)]


def _process(app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    lines[:] = as_fields(lines)
