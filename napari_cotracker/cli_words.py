"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from .core.excerpt import Excerpt
from .core.options import choices_of

EXCERPT = {choice.name: choice.text for choice in choices_of(Excerpt)}

First = Annotated[int | None, typer.Option("--first", metavar="K", help=EXCERPT["first"])]
Last = Annotated[int | None, typer.Option("--last", metavar="K", help=EXCERPT["last"])]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that this program did not write.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]
