"""Options that several commands have."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import typer

from .core.excerpt import Excerpt
from .core.options import choices_of

LEAST, MOST = 1e-3, 1e6  # frames per second
ROUNDED = 0.005


def read_rate(text: str) -> Fraction:
    """Frames per second, such as ``24`` or ``24000/1001``; ``23.976`` and its like mean the exact rate of films."""
    try:
        rate = Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not LEAST < rate < MOST:
        raise typer.BadParameter(f"expected frames per second such as 24, 23.976 or 24000/1001, got {text!r}")
    exact = (Fraction(whole * 1000, 1001) for whole in (24, 30, 48, 60, 120))
    return next((each for each in exact if abs(each - rate) < ROUNDED), rate)


EXCERPT = {choice.name: choice.text for choice in choices_of(Excerpt)}

First = Annotated[int | None, typer.Option("--first", metavar="K", help=EXCERPT["first"])]
Last = Annotated[int | None, typer.Option("--last", metavar="K", help=EXCERPT["last"])]
Fps = Annotated[Fraction | None, typer.Option("--fps", metavar="RATE", parser=read_rate, help=(
    "Of an image sequence, such as 23.976 or 24000/1001; else what OpenEXR files tell, or 24."))]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that this program did not write.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]
