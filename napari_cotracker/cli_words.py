"""Options that several commands have."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import typer

from .core import rate
from .core.errors import VideoError
from .core.excerpt import Excerpt
from .core.options import choices_of


def read_rate(text: str) -> Fraction:
    """Frames per second as the command line takes them."""
    try:
        return rate.read_rate(text)
    except VideoError as error:
        raise typer.BadParameter(str(error)) from None


EXCERPT = {choice.name: choice.text for choice in choices_of(Excerpt)}

First = Annotated[int | None, typer.Option("--first", metavar="K", help=EXCERPT["first"])]
Last = Annotated[int | None, typer.Option("--last", metavar="K", help=EXCERPT["last"])]
Fps = Annotated[Fraction | None, typer.Option("--fps", metavar="RATE", parser=read_rate, help=(
    "Rate of an image sequence, such as 23.976 or 24000/1001; else what OpenEXR files say, or 24."))]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that this program did not write.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]
