"""What documentation is made from the program is made from this one."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_page_of_formats_is_made_from_their_headers() -> None:
    """If this fails: python docs/make_formats.py."""
    made = runpy.run_path(str(DOCS / "make_formats.py"))
    assert (DOCS / "formats.md").read_text(encoding="utf-8") == made["page"]()
