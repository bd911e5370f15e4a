"""Writes the tables of the documentation that the program itself declares, so that they cannot go stale.

    python docs/make_tables.py

Each stands between two marks, ``<!-- keys -->`` and ``<!-- /keys -->``. `docs/formats.md` has a maker of its own.
"""

import ast
import re
import sys
from pathlib import Path

import typer

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from napari_cotracker.cli import app  # noqa: E402
from napari_cotracker.core import registry  # noqa: E402
from napari_cotracker.core.declarations import GROUPS  # noqa: E402
from napari_cotracker.trackers.models import bundled, models  # noqa: E402


def pages():
    """The pages that hold such tables, and what each should be."""
    for path in sorted((ROOT / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if re.search(MARKED, text):
            yield path, re.sub(MARKED, lambda found: marked(found[1], TABLES[found[1]]()), text)


def marked(name, content):
    return f"<!-- {name} -->\n\n{content.strip()}\n\n<!-- /{name} -->"


def table(header, rows):
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in (header, ["---"] * len(header), *rows))


def formats_table():
    rows = [(f"[{entry.name}](../formats.md#{entry.name})", entry.title,
             " ".join(f"`{suffix}`" for suffix in entry.suffixes if suffix) or "folder",
             "yes" if entry.read else "", "yes" if entry.write else "")
            for group in GROUPS for entry in registry.formats().values() if entry.group == group]
    return table(("name", "what", "endings", "read", "write"), rows)


def models_table():
    rows = [(f"`{model.name}`" + (" (`auto`)" if model.name == bundled() else ""), model.title,
             f"[{model.licence}]({model.licence_url})") for model in models().values()]
    return table(("name", "what", "licence"), rows)


def keys_table():
    """Read, not imported: this needs neither Qt nor a screen."""
    source = ast.parse((ROOT / "napari_cotracker" / "ui" / "keys.py").read_text("utf-8"))
    keys = next(ast.literal_eval(node.value) for node in source.body
                if isinstance(node, ast.Assign) and node.targets[0].id == "HELP")
    spelled = {"Control": "Ctrl", "Escape": "Esc", "-": "+"}
    return table(("key", ""), [(re.sub("|".join(spelled), lambda part: spelled[part[0]], key), text)
                               for key, text in keys.items()])


def command_reference():
    commands = dict(each_command(typer.main.get_command(app)))
    return "\n\n".join(f"## {name}\n\n{described(name, command)}" for name, command in commands.items())


def each_command(group, above=""):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from each_command(command, f"{above}{name} ")
        else:
            yield above + name, command


def described(name, command):
    words = [p.metavar for p in command.params if p.param_type_name == "argument"]
    words += [f"{p.opts[-1]} {p.metavar}" for p in command.params if p.param_type_name == "option" and p.required]
    usage = " ".join([name, *words])
    rows = [(f"`{' '.join(filter(None, [', '.join(p.opts), p.metavar]))}`", p.help or "", default_of(p))
            for p in command.params if p.param_type_name == "option"]
    options = table(("option", "what", "default"), rows) if rows else ""
    return f"```\nnapari-cotracker {usage}\n```\n\n{command.help}\n\n{options}".strip()


def default_of(parameter):
    """0 is one, too."""
    value = parameter.default
    return "" if value is None or value is False or value == "" else f"`{value}`"


MARKED = re.compile(r"<!-- (\w+) -->\n.*?<!-- /\1 -->", re.DOTALL)
TABLES = {"formats": formats_table, "models": models_table, "commands": command_reference, "keys": keys_table}

if __name__ == "__main__":
    for page, text in pages():
        page.write_text(text, encoding="utf-8")
