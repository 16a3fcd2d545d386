"""The README's picture of the case ``scale``: ``python -m benchmarks.scale_picture RESULTS.json PICTURE``.

``RESULTS.json`` is what ``python -m benchmarks scale --json`` printed, with or without other cases.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

#: Who is drawn, and how.
_STYLES = {
    "price coordination": "k-o",
    "HiGHS pdlp": "k--s",
    "HiGHS ipm": "k:^",
    "HiGHS simplex": "k-.v",
}


def draw(result: dict[str, Any]) -> Figure:
    """Draw processor seconds to a proved plan against coefficients, both logarithmic, with each one's slope.

    Parameters
    ----------
    result : of the case ``scale``, as JSON gives it. Slopes are of what was proved; what was not is crossed.
    """
    figure = Figure(figsize=(8.0, 4.2), layout="constrained")
    ax = figure.subplots()
    for name, style in _STYLES.items():
        rows = [row for row in result["rows"] if row["name"].endswith(f": {name}") and row["figures"]["proved"]]
        slope = result["figures"][f"exponent of processor seconds: {name}"]
        label = name if slope is None else f"{name}: slope {slope:.2f}"
        counts, seconds = ([row["figures"][key] for row in rows] for key in ("coefficients", "processor seconds"))
        ax.loglog(counts, seconds, style, markerfacecolor="white", label=label)
    unproved = [row["figures"] for row in result["rows"] if not row["figures"]["proved"]]
    if unproved:
        counts, seconds = ([figures[key] for figures in unproved] for key in ("coefficients", "processor seconds"))
        ax.loglog(counts, seconds, "x", color="grey", label="HiGHS, ended without a proof")
    ax.set_xlabel("input coefficients of all techniques")
    ax.set_ylabel("processor seconds to a plan proved to 1e-6")
    ax.set_title("Two techniques per good, ten shared resources", loc="left", fontsize=10)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=9, loc="lower right")
    return figure


def main(results: str, picture: str) -> None:
    """Draw the picture of the results in a file."""
    found = json.loads(Path(results).read_text(encoding="utf-8"))["results"]
    draw(next(result for result in found if result["case"] == "scale")).savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
