"""The reference in Python: a topic as a table."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ..base.entrance import checked_arguments
from ..base.errors import OptionError, unknown
from ..laws.law import Law
from .topics import TOPICS


@checked_arguments()
def look_up(topic: str, extra_laws: Iterable[Law] = ()) -> pd.DataFrame:
    """Return a topic of the reference, as ``natura-opt help`` prints it.

    Parameters
    ----------
    topic : ``tables``, ``objectives``, ``methods``, ``settings``, ``blocks``, ``statuses``, ``json-fields``,
        ``exit-codes``, ``errors`` or ``names``.
    extra_laws : laws of your own, to stand beside the others.

    Returns
    -------
    One row each, by name; columns of texts, the meaning last.

    Raises
    ------
    OptionError : there is no such topic.

    >>> import natura_opt as no
    >>> print(no.look_up("tables").loc["inputs", "unit"])
    goods / techniques
    """
    if topic not in TOPICS:
        raise OptionError(f"look_up: {unknown('topic', topic, TOPICS)}")
    found = TOPICS[topic]
    return pd.DataFrame(found.rows(tuple(extra_laws)), columns=pd.Index(found.columns)).set_index(found.columns[0])
