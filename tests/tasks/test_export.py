"""Tracks to files and films, and back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError, TakenError, UnfinishedError
from napari_cotracker.core.registry import formats
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.tasks.export import export, format_for, preview, read_tracks, write_tracks


def some_tracks(n_frames: int = 5) -> Tracks:
    xy = np.random.default_rng(0).uniform(10, 50, (n_frames, 3, 2)).astype(np.float32)
    scores = np.full((n_frames, 3), 0.9, np.float32)
    return Tracks(np.array([1, 4, 6]), xy, scores, scores, meta={"size": (160, 120), "fps": (25, 1)})


NAMES = [("a.npz", None), ("a.csv", None), ("a.CSV", None), ("a.dat", "npz"), ("b.x", "csv")]


@pytest.mark.parametrize(("name", "format"), NAMES)
def test_what_is_written_is_read_back_whatever_the_name(name: str, format: str | None, tmp_path: Path) -> None:
    tracks = some_tracks()
    write_tracks(tmp_path / name, tracks, format)
    again = read_tracks(tmp_path / name)
    np.testing.assert_array_equal(again.xy, tracks.xy)
    assert again.ids.tolist() == tracks.ids.tolist()


def test_the_ending_or_the_name_says_the_format(tmp_path: Path) -> None:
    assert format_for("x.npz").name == "npz" and format_for("x.npz", "csv").name == "csv"
    with pytest.raises(FormatError, match=r"\.csv.*got 'x\.mov'"):
        format_for("x.mov")
    with pytest.raises(FormatError, match="got 'excel'"):
        write_tracks(tmp_path / "x.npz", some_tracks(), "excel")
    with pytest.raises(FormatError, match="got 'colour'"):
        write_tracks(tmp_path / "x.npz", some_tracks(), options={"colour": 1})
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_tracks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="does not exist"):
        read_tracks(tmp_path / "no.npz")
    for content in (b"", b"hello", bytes(200)):
        (tmp_path / "odd.npz").write_bytes(content)
        with pytest.raises(FormatError, match="looks like none"):
            read_tracks(tmp_path / "odd.npz")
    with pytest.raises(FormatError, match="got 'excel'"):
        read_tracks(tmp_path / "odd.npz", "excel")


def test_what_others_wrote_is_not_replaced_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    with pytest.raises(TakenError, match="did not write"):
        write_tracks(path, some_tracks())
    assert path.read_text() == "mine"
    write_tracks(path, some_tracks(), overwrite=True)
    write_tracks(path, some_tracks(4))
    assert read_tracks(path).n_frames == 4
    with pytest.raises(FormatError, match="the name of a file to write, got the folder"):
        write_tracks(tmp_path, some_tracks(), "csv", overwrite=True)


def test_a_report_says_what_is_in_the_file_and_what_is_not(tmp_path: Path) -> None:
    report = export(tmp_path / "a.csv", some_tracks(), excerpt={"last": "1"})
    assert (report.tracks, report.positions, report.n_bytes) == (3, 6, (tmp_path / "a.csv").stat().st_size)
    assert report.notes == ("Not kept: the picture's size, frames per second.",)
    trial = preview(tmp_path / "b.csv", some_tracks(), excerpt={"last": "1"})
    assert (trial.notes, trial.n_bytes) == (report.notes, report.n_bytes)
    assert not (tmp_path / "b.csv").exists()


@pytest.mark.parametrize("folders", [0, 1])
def test_what_is_tried_never_lands_in_its_place_however_short_the_way_there_is(
        folders: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Path] = []

    def write(path: Path, tracks: Tracks, options: Any) -> list[str]:
        tried.append(path)
        raise FormatError("far enough")

    monkeypatch.setattr("napari_cotracker.tasks.export.format_for", lambda *_: replace(formats()["csv"], write=write))
    place = Path(*tmp_path.parts[: 1 + folders], "never there.csv")  # /never there.csv: at the top of a disk
    with pytest.raises(FormatError, match="far enough"):
        preview(place, some_tracks())
    assert tried[0].name == place.name and tried[0] != place
    assert "napari-cotracker-" in str(tried[0].parent)


def test_all_files_are_counted_even_if_only_the_first_are_named(tmp_path: Path) -> None:
    report = export(tmp_path / "a", some_tracks(70), "label-images")
    assert report.n_files == len(list((tmp_path / "a").rglob("*.*"))) >= 70
    assert len(report.files) == 50


def test_a_file_without_all_that_was_asked_for_is_there_and_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                                 ) -> None:
    def write(path: Path, tracks: Tracks, options: Any) -> list[str]:
        path.write_text("half")
        mishap = UnfinishedError("no cameras")
        mishap.notes = ("12 points",)
        raise mishap

    entry = replace(formats()["csv"], write=write)
    monkeypatch.setattr("napari_cotracker.tasks.export.format_for", lambda *_: entry)
    for _ in range(2):  # the second one replaces what the first one wrote
        with pytest.raises(UnfinishedError, match="no cameras") as told:
            export(tmp_path / "a.csv", some_tracks())
        assert told.value.notes[-1] == "12 points" and "Not kept" in told.value.notes[0]
    assert preview(tmp_path / "b.csv", some_tracks()).notes[-2:] == ("12 points", "no cameras.")


def test_the_formats_of_an_ending_are_told() -> None:
    with pytest.raises(FormatError, match=r"'\.txt' can be several formats, got 'a\.txt': after-effects, .*; say which "
                                          r"\(--to NAME on the command line\)"):
        format_for("a.txt")


def test_what_is_read_from_below_wants_the_height(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tracks(tmp_path / "a.nk", some_tracks(), "nuke")
    with pytest.raises(FormatError, match="--video"):
        read_tracks(tmp_path / "a.nk")
    again = read_tracks(tmp_path / "a.nk", size=(160, 120))
    np.testing.assert_allclose(again.xy, some_tracks().xy, atol=1e-4)


def test_what_is_added_to_stays_the_users_own(tmp_path: Path) -> None:
    folder = tmp_path / "labeled-data" / "film"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    write_tracks(folder, some_tracks(), "deeplabcut")
    with pytest.raises(FormatError, match="did not write"):
        write_tracks(folder, some_tracks(), "label-images")
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_session_can_be_tried_as_well(tmp_path: Path) -> None:
    report = preview(tmp_path / "a.cotracker", some_tracks())
    assert (report.path, report.format, report.tracks) == (tmp_path / "a.cotracker", "session", 3)
    assert list(tmp_path.iterdir()) == []
