"""One look per holder: the colour and pattern of a technique are those of its place in the economy.

So a technique looks the same in every panel, in every picture of a plan, and in pictures of other plans of the same
economy. Colours are told apart without red and green (Okabe and Ito, "Color Universal Design", 2008, toned down);
patterns stand on paler ones of them, so that they are told apart in print as well.
"""

from __future__ import annotations

#: Neighbours differ in lightness too.
COLOURS = ("#2f5d8a", "#f0b93c", "#86bfe0", "#b8501e", "#3d9970", "#c98bb5", "#8c8c8c", "#efe27a")
_PATTERNS = ("", "////", "....", "xxxx", "----", "\\\\\\\\", "oo", "||||", "++++")
_PALER, _DARKER = 0.55, 0.2  # how far a colour under a pattern is towards white, and that of a line towards black

#: What has no holder, or is of several.
MANY = ("#ffffff", "")


def look_of(place: int) -> tuple[str, str]:
    """Return fill and pattern of the technique at a place in the economy; they repeat after 72.

    >>> look_of(0), look_of(8)
    (('#2f5d8a', ''), ('#a1b6ca', '////'))
    """
    round_, colour = divmod(place, len(COLOURS))
    pattern = _PATTERNS[round_ % len(_PATTERNS)]
    return (paler(COLOURS[colour], _PALER) if pattern else COLOURS[colour]), pattern


def line_of(place: int) -> str:
    """Return the colour of a technique's lines, which are darker than its areas: they are thin and stand on white."""
    return darker(COLOURS[place % len(COLOURS)], _DARKER)


def darker(colour: str, share: float) -> str:
    """Return a colour moved a share of the way to black.

    >>> darker("#ffffff", 0.5)
    '#808080'
    """
    parts = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(part * (1 - share)):02x}" for part in parts)


def paler(colour: str, share: float) -> str:
    """Return a colour moved a share of the way to white.

    >>> paler("#000000", 0.5), paler("#2f5d8a", 0.0)
    ('#808080', '#2f5d8a')
    """
    parts = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(part + share * (255 - part)):02x}" for part in parts)
