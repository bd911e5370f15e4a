"""Sessions on the command line."""

from __future__ import annotations

import json
import shlex
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker import Session, read_tracks, write_tracks
from napari_cotracker.core.samples import sample_clip
from napari_cotracker.core.tracks import Source

from .test_cli import refused, run


@pytest.fixture(autouse=True)
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session in the current folder, and nothing else."""
    monkeypatch.chdir(tmp_path)
    video = {"path": str(sample_clip("insects"))}
    with closing(Session.create("mine.cotracker", 80, (512, 384), {"video": video})) as made:
        made.add_points(0, [[1, 1], [2, 2]])
        made.rename(0, "nose")


def damage() -> None:
    with closing(sqlite3.connect("mine.cotracker")) as connection, connection:
        connection.execute("DELETE FROM snapshots")


def test_info_says_what_a_session_holds() -> None:
    facts = json.loads(run("info", "mine.cotracker", "--json").stdout)
    assert (facts["kind"], facts["tracks"], facts["frames"]) == ("session", 2, 80)
    assert facts["steps"] == {"done": 2, "undone": 0, "left_behind": 0}
    assert (facts["video"], facts["video_found"]) == (str(sample_clip("insects")), True)
    text = run("info", "mine.cotracker").stdout
    assert "locked       no" in text
    with closing(Session.open("mine.cotracker")):
        assert "mine.cotracker is open in another window" in run("info", "mine.cotracker").stdout


def test_a_session_is_converted_to_any_format_and_left_as_it_is() -> None:
    before = Path("mine.cotracker").read_bytes()
    result = run("convert", "mine.cotracker", "out.csv")
    first, second = result.stdout.splitlines()
    assert first.startswith("from mine.cotracker: 2 tracks over 80 frames")
    assert second.startswith("out.csv: csv made of 2 tracks with ")
    assert read_tracks("out.csv").names == ("nose", "point 1")
    assert Path("mine.cotracker").read_bytes() == before


def test_tracks_become_a_session() -> None:
    run("convert", "mine.cotracker", "out.npz")
    run("convert", "out.npz", "new.cotracker")
    with closing(Session.open("new.cotracker")) as session:
        assert session.rows[0].name == "nose"
        assert session.steps == ()
    assert "which is there" in refused("convert", "out.npz", "new.cotracker")


def test_a_copy_has_its_history() -> None:
    assert run("convert", "mine.cotracker", "copy.cotracker").stdout == "copy.cotracker: 2 tracks, 2 steps of history\n"
    assert "which is there" in refused("convert", "mine.cotracker", "mine.cotracker")


def test_a_copy_can_be_tried_without_writing_it() -> None:
    text = run("convert", "mine.cotracker", "copy.cotracker", "--dry-run").stdout
    assert text == "copy.cotracker: 2 tracks, 2 steps of history (not written)\n"
    text = run("convert", "mine.cotracker", "copy.cotracker", "--dry-run", "--tracks", "nose").stdout
    assert "1 track with 1 position" in text and "(not written)" in text
    assert not Path("copy.cotracker").exists()
    assert "which is there" in refused("convert", "mine.cotracker", "mine.cotracker", "--dry-run")


def test_a_session_made_of_another_one_is_what_was_asked_for() -> None:
    run("convert", "mine.cotracker", "some.cotracker", "--tracks", "nose", "--scale", "0.5")
    assert (read_tracks("some.cotracker").names, read_tracks("some.cotracker").size) == (("nose",), (256, 192))
    run("convert", "mine.cotracker", "seen.cotracker", "--min-visible", "3")
    assert len(read_tracks("seen.cotracker")) == 0
    source = read_tracks("mine.cotracker")
    write_tracks("read.cotracker", replace(source, source=np.where(source.source, Source.IMPORTED, 0).astype(np.uint8)))
    run("convert", "read.cotracker", "held.cotracker", "--as-anchors")
    assert (read_tracks("held.cotracker").source == Source.HUMAN).sum() == 2
    assert "options of sessions out of none; got 'bold'" in refused(
        "convert", "mine.cotracker", "new.cotracker", "-O", "bold=yes")


def test_a_damaged_one_is_named_and_rescued_by_the_command_that_it_names() -> None:
    damage()
    text = run("info", "mine.cotracker").stdout
    assert "is damaged" in text
    source, out = shlex.split(text.rpartition("napari-cotracker convert ")[2])
    assert "is damaged" in refused("convert", "mine.cotracker", "out.npz")
    assert run("convert", source, out).stdout.endswith("2 tracks, 2 steps of history\n")
    assert read_tracks(out).names == ("nose", "point 1")


def test_a_run_may_begin_a_session_but_not_replace_one() -> None:
    assert "which is there" in refused("track", str(sample_clip("insects")), "--grid", "1", "-o", "mine.cotracker")
    run("track", str(sample_clip("insects")), "--grid", "1", "--model", "lucas-kanade", "-o", "new.cotracker")
    facts = json.loads(run("info", "new.cotracker", "--json").stdout)
    assert (facts["tracks"], facts["models"][0]["model"]) == (1, "lucas-kanade")
    with closing(Session.open("new.cotracker")) as session:
        assert session.video_path == sample_clip("insects")


def test_what_is_not_known_of_a_session_is_a_dash() -> None:
    with closing(Session.create("new.cotracker", 80, (512, 384))):
        pass
    text = run("info", "new.cotracker").stdout
    assert "None" not in text and "last change  –" in text
