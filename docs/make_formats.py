"""Writes docs/formats.md from the headers of the formats and from what was measured.

    python docs/make_formats.py

The figures come from ``python -m benchmarks.formats --save``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from napari_cotracker.core import registry  # noqa: E402
from napari_cotracker.core.declarations import GROUPS, KEEPABLE, Format  # noqa: E402
from napari_cotracker.core.options import choices_of  # noqa: E402

PAGE, MEASURED = ROOT / "docs" / "formats.md", ROOT / "docs" / "formats-measured.json"
HEAD = """# Formats

<!-- made by docs/make_formats.py from the headers of napari_cotracker/formats: change those -->

[Export and import](how-to/export.md) says how to write and read them. `napari-cotracker formats` lists these,
`napari-cotracker formats NAME` explains one. Inside this program x points right, y down, (0, 0) is the **centre** of
the top-left pixel, and frames count from 0; every format below says how that becomes what its program expects, and
the same point, (10, 20) in 1920 × 1080, is tested in all of them.

Seconds and memory: writing 1,000 tracks over 1,000 frames on two processor cores. Error: the largest difference,
in pixels, after writing full HD tracks and reading them again; – where this program only writes, and the numbers are
checked by a parser of the program's own syntax or by its own library instead.
"""


def page() -> str:
    """The whole page."""
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    parts = [HEAD]
    for group, title in GROUPS.items():
        entries = [entry for entry in registry.formats().values() if entry.group == group]
        rows = [row_of(entry, measured.get(entry.name, {})) for entry in entries]
        parts += [f"## {title}\n", table(("format", "what", "endings", "", "seconds", "MB", "error"), rows)]
        parts += [section_of(entry) for entry in entries]
    return "\n".join(parts)


def row_of(entry: Format, facts: dict) -> tuple[str, ...]:
    verbs = " ".join(verb for verb, has in (("read", entry.read), ("write", entry.write)) if has)
    endings = " ".join(f"`{suffix}`" for suffix in entry.suffixes if suffix) or "folder"
    error = facts.get("error")
    return (f"[{entry.name}](#{entry.name})", entry.title, endings, verbs, f"{facts.get('seconds', '')}",
            f"{facts.get('megabytes', '')}", "–" if error is None else f"{error:.1e}" if error else "0")


def section_of(entry: Format) -> str:
    """One format: its header, what it keeps, its options."""
    header = re.sub(r"^=+ [= ]+\n.*?^=+ [= ]+$", fenced, registry.header_of(entry), flags=re.MULTILINE | re.DOTALL)
    header = re.sub(r"\n\n(\w+): ", r"\n\n**\1.** ", header).replace("``", "`")
    parts = [f"\n### {entry.name}\n", header, ""]
    if entry.write:
        lost = [words for what, words in KEEPABLE.items() if what not in entry.keeps]
        parts += [f"**Not kept.** {', '.join(lost) if lost else 'Nothing is lost'}.", ""]
    if entry.extra:
        parts += [f"**Needs** the extra `{entry.extra}`: [how to install it](installation.md#extras).", ""]
    options = [(f"`{one.name}`", one.text, "" if one.default in (None, "") else f"`{one.default}`")
               for one in choices_of(entry.options)]
    return "\n".join([*parts, *([table(("option", "what", "default"), options), ""] if options else [])])


def fenced(found: re.Match[str]) -> str:
    """A table of the header as it stands there."""
    lines = found[0].replace("``", "  ").splitlines()[1:-1]
    return "\n".join(["~~~", *lines, "~~~"])


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
