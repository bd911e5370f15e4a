"""What documentation is made from the program is made from this one."""

from __future__ import annotations

import csv
import re
import runpy
import shlex
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker import Session, write_tracks
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.videos.writer import write_film
from tests.trackers.networks import small_file

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
FRAMES, SIZE = 45, (320, 216)


def blocks() -> list[Any]:
    """Every block of Python in the documentation."""
    return [pytest.param(block, id=f"{page.stem}-{number}") for page in PAGES for number, block in
            enumerate(re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))]


@pytest.fixture
def files_of_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The film, the tracks and the session that the documentation speaks of; tracked by what is quickest."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("napari_cotracker.trackers.models.bundled", lambda: "still")
    noise = np.random.default_rng(0).integers(0, 255, (27, 40, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    write_film(Path("film.mp4"), (noise for _ in range(FRAMES)), times=np.arange(FRAMES) / 25)
    ones = np.ones((FRAMES, 3), np.float32)
    tracks = Tracks(np.arange(3), np.full((FRAMES, 3, 2), 50, np.float32), ones, ones, meta={"size": SIZE})
    write_tracks("tracks.npz", tracks)
    session = Session.create("film.cotracker", FRAMES, SIZE)
    session.add_points(0, [[1, 1]])
    session.close()


@pytest.mark.usefixtures("files_of_examples")
@pytest.mark.parametrize("block", blocks())
def test_examples_run_as_they_stand(block: str) -> None:
    """With other weights than those that have to be fetched, fewer points, and the arrays that a reader is to have."""
    import torch

    weights = str(small_file())
    block = block.replace('"scaled_offline.pth"', repr(weights))
    block = block.replace('model="cotracker3"', f'model="cotracker3", disk_budget=0, checkpoint={weights!r}')
    block = block.replace("video.height), 20)", "video.height), 2)")
    xy, visible = np.zeros((FRAMES, 1, 2), np.float32), np.ones((FRAMES, 1), np.bool_)
    given = {"true_xy": xy, "xy": xy, "truly_visible": visible, "visible": visible, "query_frames": np.zeros(1, int),
             "n_frames": FRAMES, "width": SIZE[0], "height": SIZE[1]}
    if "track_clip" in block:
        given |= {"video": torch.zeros(4, 3, 64, 64), "queries": torch.tensor([[0.0, 8, 8]])}
    exec(compile(block, "an example", "exec"), given)


def commands(text: str) -> list[str]:
    """Every command of a page, in a block or a sentence; those in sentences may be names without their words."""
    plain = re.sub(r"\\\n\s*", "", text)
    lines = [line for block in re.findall(r"^```\n(.*?)^```", plain, re.DOTALL | re.MULTILINE) for line in
             block.splitlines()]
    return [words for words in [*lines, *re.findall(r"`([^`\n]+)`", plain)] if words.startswith("napari-cotracker ")]


@cache
def program() -> Any:
    import typer

    from napari_cotracker.cli import app

    return typer.main.get_command(app)


def refusal(words: str) -> str:
    """What the program would say of how a command is written; nothing is run."""
    command, given = program(), shlex.split(re.sub(r"\s#\s.*", "", words))[1:]
    while hasattr(command, "commands"):
        if given[0] not in command.commands:
            return f"there is no command {given[0]}"
        command = command.commands[given.pop(0)]
    if given:  # else it is only named
        try:
            command.make_context("a page", [word for word in given if word != "..."])
        except Exception as error:  # those of the click that typer carries in itself
            return f"{type(error).__name__}: {error}"
    return ""


def test_commands_are_written_as_the_program_wants_them() -> None:
    found = {(page.name, words) for page in PAGES for words in commands(page.read_text(encoding="utf-8"))
             if "WHAT" not in words or "options" in words}
    assert len(found) > 60
    wrong = [f"{name}: {words}: {why}" for name, words in sorted(found) if (why := refusal(words))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("words", ["napari-cotracker follow film.mp4", "napari-cotracker track film.mp4 --grid 10",
                                   "napari-cotracker track film.mp4 -o tracks.npz --points 10"])
def test_a_command_that_is_written_wrongly_would_be_seen(words: str) -> None:
    assert commands(f"```\n{words}\n```\nor `{words}`") == [words, words]
    assert refusal(words)


def test_links_of_pages_that_are_read_as_they_are_lead_somewhere() -> None:
    """Those of the site are held by ``mkdocs build --strict``."""
    pages = [*ROOT.glob("*.md"), ROOT / "sample_data" / "README.md", *ROOT.glob("benchmarks/**/*.md")]
    links = [(page, *link.partition("#")[::2]) for page in pages for link in
             re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")) if "://" not in link]
    assert len(links) > 5
    for page, path, anchor in links:
        target = page.parent / path
        assert target.exists(), f"{page.name}: {path}"
        if anchor:
            heads = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}, anchor


def test_pages_count_the_formats_rightly() -> None:
    from napari_cotracker.core import registry

    count = sum(entry.write is not None for entry in registry.formats().values())
    for page in (ROOT / "README.md", DOCS / "index.md"):
        assert re.findall(r"\[(\d+) formats\]", page.read_text(encoding="utf-8")) == [str(count)]


def test_the_page_of_formats_is_made_from_their_headers() -> None:
    """If this fails: python docs/make_formats.py."""
    made = runpy.run_path(str(DOCS / "make_formats.py"))
    assert (DOCS / "formats.md").read_text(encoding="utf-8") == made["page"]()


def test_tables_of_the_pages_are_what_the_program_declares() -> None:
    """If this fails: python docs/make_tables.py."""
    pages = list(runpy.run_path(str(DOCS / "make_tables.py"))["pages"]())
    stale = [path.name for path, text in pages if path.read_text(encoding="utf-8") != text]
    assert {path.name for path, _ in pages} == {"command-line.md", "tour.md", "export.md", "official-weights.md"}
    assert not stale


def test_the_picture_of_drawn_bodies_is_made_by_the_generator_of_today() -> None:
    from napari_cotracker.training.chance import Chance
    from napari_cotracker.training.clips import Workshop
    from napari_cotracker.training.studio import Studio

    made = runpy.run_path(str(DOCS / "make_training_picture.py"))
    studio = Studio(Workshop(Chance(1), textures=4, side=16).textures)
    assert made["strip"](studio, 0, 16, 24).shape == (24, 24 * len(made["FRAMES"]), 3)
    assert (DOCS / "images" / "training-solids.png").stat().st_size < made["LIMIT"]


def rcc(files: dict[str, bytes]) -> bytes:
    """A Qt resource file of version 2 with one folder, ``a``, in which every second file is compressed."""
    names, data, tree = b"", b"", b""

    def name(text: str) -> int:
        nonlocal names
        names += struct.pack(">HI", len(text), 0) + text.encode("utf-16-be")
        return len(names) - 6 - 2 * len(text)

    def folder(at: int, children: int, first: int) -> bytes:
        return struct.pack(">IHIIQ", at, 2, children, first, 0)

    tree += folder(name(""), 1, 1) + folder(name("a"), len(files), 2)
    for number, (text, content) in enumerate(files.items()):
        packed = struct.pack(">I", len(content)) + zlib.compress(content) if number % 2 else content
        tree += struct.pack(">IHHHIQ", name(text), number % 2, 0, 1, len(data), 0)
        data += struct.pack(">I", len(packed)) + packed
    offsets = (20, 20 + len(tree), 20 + len(tree) + len(data))
    return struct.pack(">4sIIII", b"qres", 2, *offsets) + tree + data + names


def test_photographs_come_out_of_qt_resources() -> None:
    unpack = runpy.run_path(str(DOCS / "collect_photographs.py"))["files_of_qt"]
    files = {"fisch.webp": b"plain", "\u00fc.webp": b"packed" * 50, "third": b""}
    assert unpack(rcc(files)) == {f"a/{name}": content for name, content in files.items()}
    with pytest.raises(ValueError, match="version 9"):
        unpack(struct.pack(">4sIIII", b"qres", 9, 0, 0, 0))


def test_every_photograph_of_the_list_says_whose_and_how_free_it_is() -> None:
    rows = list(csv.DictReader((DOCS / "training-photographs.csv").open(encoding="utf-8")))
    assert len(rows) == 244
    for row in rows:
        name, version = row["package"].split()
        assert name and version[0].isdigit()
        assert row["licence"] in ("CC0", "public domain")
        assert Path(row["file"].split(":")[0]).suffix in (".rcc", ".zip", ".jpg", ".png", ".exr", ".js")
