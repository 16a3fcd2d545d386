"""The forms in which a program is written to a file, by the file's ending."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..base.errors import OutputError, unknown
from ..base.places import Kind, ending
from .linear import LinearProgram
from .pyomo_script import SCRIPT, to_pyomo
from .writing import LP, MPS, to_lp, to_mps

Writer = Callable[[LinearProgram, str | Path], Path]
_FORMS: dict[str, tuple[Kind, Writer]] = {".mps": (MPS, to_mps), ".lp": (LP, to_lp), ".py": (SCRIPT, to_pyomo)}


def form_of(path: Path) -> tuple[Kind, Writer]:
    """Return the kind of output that a name asks for, and what writes it.

    Raises
    ------
    OutputError : the ending is none of those known.
    """
    found = _FORMS.get(ending(path))
    if found is None:
        raise OutputError(f"{path}: {unknown('ending', path.suffix, _FORMS)} (NAME.py is a script in plain Pyomo)")
    return found
