"""The house rules that a machine can check: who imports whom, and how large things may be."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import napari_cotracker

NAME = "napari_cotracker"
PACKAGE = Path(napari_cotracker.__file__).parent
REPOSITORY = Path(__file__).parents[1]
SOURCES = sorted(PACKAGE.rglob("*.py"))

TRADES = {"videos", "trackers", "editing", "effects", "formats", "evaluation", "training"}
MAY_IMPORT = {
    "core": set(), "model": {"core.errors"},
    **{trade: {"core"} for trade in TRADES}, "trackers": {"core", "model"}, "training": {"core", "model"},
    "tasks": {"core", *TRADES}, "ui": {"core", "editing", "tasks"}, "cli": {"core", "tasks"},
    "__init__": {"core", "editing", "tasks"}, "__main__": {"cli"}, "_version": set(),
}
ONLY_IN = {
    "torch": {"model", "trackers", "training"}, "safetensors": {"model", "trackers", "training"},
    **{library: {"ui"} for library in ("napari", "qtpy", "magicgui", "superqt", "vispy", "PyQt6", "PySide6")},
    "typer": {"cli"}, "av": {"videos"}, "huggingface_hub": {"trackers"}, "sqlite3": {"editing"},
}
# finding declarations and handing out public names is the purpose of these
MAY_COMPUTE_IMPORTS = {"core/registry.py", "formats/apart.py", "__init__.py", "model/__init__.py"}
HEAVY = {"torch", "qtpy", "napari", "cv2", "av", "scipy", "skimage", "PyQt6", "PySide6"}
NO_TEST_OF_ITS_OWN = {
    "core/video.py": "a protocol; every source is held to it in tests/videos",
    "trackers/settings.py": "plain values without behaviour; the trackers' tests set every one",
}


class Import(NamedTuple):
    """What is imported, on which line, and within which function ('' at the top)."""

    name: str
    line: int
    function: str = ""


def imports_of(source: str, module: str) -> Iterator[Import]:
    """Every import of a module: absolute, relative, by name as a string; '?' where it is computed."""
    yield from _imports_in(ast.parse(source), module.split("."), "")


def _imports_in(parent: ast.AST, module: list[str], function: str) -> Iterator[Import]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, function) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [] if not node.level else module[: len(module) - node.level]
            origin = ".".join([*base, *filter(None, [node.module])])
            yield from (Import(f"{origin}.{alias.name}", node.lineno, function) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            literal = isinstance(node.args[0], ast.Constant)
            yield Import(str(node.args[0].value) if literal else "?", node.lineno, function)
        elif isinstance(node, ast.Constant) and re.fullmatch(rf"{NAME}(\.\w+)+", str(node.value)):
            yield Import(str(node.value), node.lineno, function)
        inner = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not function else function
        yield from _imports_in(node, module, inner)


def room_of(path: Path) -> str:
    """The room of a file; ``cli.py`` and any ``cli_….py`` are one room."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "cli" if first.startswith("cli_") else first


def module_of(path: Path) -> str:
    """The dotted name, a package's with ``__init__`` so that relative imports resolve alike."""
    return ".".join([NAME, *path.relative_to(PACKAGE).with_suffix("").parts])


def complaint(room: str, found: Import) -> str:
    """Why a room may not have an import; empty if it may."""
    head, *rest = found.name.split(".")
    if head != NAME:
        return "" if room in ONLY_IN.get(head, {room}) else f"{head} belongs to {sorted(ONLY_IN[head])}"
    target = "cli" if rest and rest[0].startswith("cli_") else (rest or ["__init__"])[0]
    if target in {room, "_version", "__version__"}:
        return ""
    if room == "cli" and target == "ui":
        return "" if found.function.startswith("open") else "the command line may use ui/ only to open a window"
    allowed = {target, ".".join(rest[:2])} & MAY_IMPORT[room]
    return "" if allowed else f"{room}/ may not import {target}/"


def each_import() -> Iterator[tuple[Path, Import]]:
    for path in SOURCES:
        yield from ((path, found) for found in imports_of(path.read_text("utf-8"), module_of(path)))


def at(path: Path, line: int) -> str:
    return f"{path.relative_to(PACKAGE)}:{line}"


@pytest.mark.parametrize(
    ("room", "source", "expected"),
    [
        ("formats", "from ..core.tracks import Tracks", ""),
        ("formats", "from ..videos import open_video", "formats/ may not import videos/"),
        ("formats", "from .. import videos", "formats/ may not import videos/"),
        ("core", "def f():\n    from napari_cotracker.tasks import track", "core/ may not import tasks/"),
        ("tasks", "import torch.nn", "torch belongs to ['model', 'trackers', 'training']"),
        ("tasks", "if True:\n    from ..model import CoTracker3", "tasks/ may not import model/"),
        ("model", "from ..core.errors import CheckpointError", ""),
        ("model", "from ..core.tracks import Tracks", "model/ may not import core/"),
        ("videos", "importlib.import_module('napari_cotracker.ui.window')", "videos/ may not import ui/"),
        ("editing", "run('python', '-m', 'napari_cotracker.tasks.child')", "editing/ may not import tasks/"),
        ("ui", "run('python', '-m', 'napari_cotracker.tasks.child')", ""),
        ("trackers", "from napari_cotracker import track", "trackers/ may not import track/"),
    ],
)
def test_an_import_is_judged_however_it_is_written(room: str, source: str, expected: str) -> None:
    complaints = {complaint(room, found) for found in imports_of(source, f"{NAME}.{room}.module")} - {""}
    assert complaints == ({expected} if expected else set())


def test_only_open_takes_the_command_line_to_the_window() -> None:
    source = "def {}():\n    from .ui.window import open_window"
    inside, elsewhere = (next(imports_of(source.format(name), f"{NAME}.cli")) for name in ("open_napari", "track"))
    assert not complaint("cli", inside)
    assert "only to open" in complaint("cli", elsewhere)


def test_rooms_import_only_lower_floors() -> None:
    wrong = [f"{at(path, found.line)}: {why}" for path, found in each_import()
             if (why := complaint(room_of(path), found))]
    assert not wrong, "\n".join(wrong)


def test_imports_are_computed_only_where_that_is_the_purpose() -> None:
    wrong = [at(path, found.line) for path, found in each_import() if found.name == "?"]
    assert {place.rpartition(":")[0] for place in wrong} <= MAY_COMPUTE_IMPORTS, wrong


def test_lazy_public_names_come_from_core_editing_or_tasks() -> None:
    assert {home.partition(".")[0] for home in napari_cotracker._HOMES.values()} <= MAY_IMPORT["__init__"]


def test_core_needs_only_numpy() -> None:
    wrong = [f"{at(path, found.line)}: {found.name}" for path, found in each_import() if room_of(path) == "core"
             and found.name.split(".")[0] not in sys.stdlib_module_names | {"numpy", NAME, "?"}]
    assert not wrong, "\n".join(wrong)


def loaded_after(code: str) -> set[str]:
    """Which heavy libraries a fresh interpreter holds after running `code`."""
    script = f"import sys\n{code}\nprint(*({HEAVY} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert not done.returncode, done.stderr
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_after(f"import {NAME}\nassert {NAME}.__version__\ndir({NAME})") == set()


def test_finding_declarations_loads_neither_torch_nor_qt() -> None:
    code = (f"from {NAME}.core import registry\nassert registry.trackers() and registry.formats()\n"
            "assert registry.video_sources() and registry.effects()")
    assert not loaded_after(code) & {"torch", "qtpy", "napari", "PyQt6", "PySide6"}


def test_tasks_and_command_line_load_neither_torch_nor_qt() -> None:
    modules = [module_of(path) for path in SOURCES if room_of(path) in {"tasks", "cli"} and "__" not in path.stem]
    code = "\n".join(f"import {module}" for module in modules)
    assert not loaded_after(code) & {"torch", "qtpy", "napari", "PyQt6", "PySide6"}


def test_files_stay_small() -> None:
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    wrong = [f"{at(path, lines)}: split it by noun" for path, lines in sizes.items()
             if lines > (500 if room_of(path) == "model" else 300)]
    assert not wrong, "\n".join(wrong)


def each_function() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{at(path, node.lineno)} {node.name}", node


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its documentation not counted."""
    first = node.body[0]
    documented = ast.get_docstring(node) is not None and first.end_lineno is not None
    return node.end_lineno - node.lineno + 1 - (first.end_lineno - first.lineno + 1 if documented else 0)


def test_functions_stay_short() -> None:
    sizes = {place: code_lines(node) for place, node in each_function()}
    wrong = [f"{place}: {n} lines" for place, n in sizes.items() if n > 40]
    assert not wrong, "\n".join(wrong)
    assert statistics.median(sizes.values()) <= 10


def test_functions_take_few_positional_arguments() -> None:
    wrong = []
    for place, node in each_function():
        names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
        if len([name for name in names if name not in {"self", "cls"}]) > 6:
            wrong.append(f"{place}: make some keyword-only, or a dataclass of them")
    assert not wrong, "\n".join(wrong)


def test_commands_are_thin() -> None:
    wrong = []
    for place, node in each_function():
        body = node.body[1:] if ast.get_docstring(node) else node.body
        is_command = any(re.search(r"\.(command|callback)\(", ast.unparse(mark)) for mark in node.decorator_list)
        if is_command and body and body[-1].end_lineno - body[0].lineno + 1 > 15:
            wrong.append(f"{place}: what it does belongs to tasks/")
    assert not wrong, "\n".join(wrong)


def test_modules_are_named_for_what_they_hold() -> None:
    vague = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert not [str(path) for path in SOURCES if vague & set(path.relative_to(PACKAGE).with_suffix("").parts)]


def test_nothing_is_left_to_be_written() -> None:
    stub = re.compile(r"raise NotImplementedError|pass\s*# TODO|# (TODO|FIXME|XXX)\b")
    wrong = [at(path, number) for path in SOURCES
             for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if stub.search(line)]
    assert not wrong, wrong


def test_public_names_are_few_sorted_and_there() -> None:
    names = napari_cotracker.__all__
    assert len(names) <= 12
    assert names == sorted(names)
    assert [name for name in names if not hasattr(napari_cotracker, name)] == []


def test_tests_mirror_the_package() -> None:
    rooms = [path for path in SOURCES if path.parent != PACKAGE and path.stem != "__init__"]
    missing = [name for path in rooms if (name := path.relative_to(PACKAGE).as_posix()) not in NO_TEST_OF_ITS_OWN
               and not (REPOSITORY / "tests" / path.relative_to(PACKAGE).parent / f"test_{path.stem}.py").exists()]
    assert not missing, "\n".join(missing)


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [REPOSITORY / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def test_no_file_names_the_machine_or_the_tools_it_was_made_with() -> None:
    places = re.compile(rb"/work/(main|shared|steering|lab)|/(farm|root|home/\w+)/|\.\./shared")
    # each word in two halves, so that this file does not hold them either
    halves = ((b"cla", b"ude"), (b"anth", b"ropic"), (b"chat", b"gpt"), (b"(sub|ai)[- ]?ag", b"ents?"))
    words = re.compile(rb"\b(" + b"|".join(map(b"".join, halves)) + rb")\b", re.IGNORECASE)
    wrong = [str(path.relative_to(REPOSITORY)) for path in tracked_files()
             if b"\0" not in (text := path.read_bytes()) and (places.search(text) or words.search(text))]
    assert not wrong, wrong


def test_no_large_file_is_tracked() -> None:
    assert not [path.name for path in tracked_files() if path.stat().st_size > 16 << 20]
