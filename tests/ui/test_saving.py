"""napari's own Open and Save."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError, FormatError
from napari_cotracker.core.samples import sample_clip, sample_truth
from napari_cotracker.tasks.export import read_tracks
from napari_cotracker.ui import saving
from napari_cotracker.ui.window import add_video

from .mouse import settle
from .windows import Window


def placed(window: Window) -> Any:
    window.add()
    window.project.place(3, [[5, 6], [7, 8]], ("nose", "tail"))
    return window.project


@pytest.mark.parametrize("role", ["points", "tails"])
@pytest.mark.parametrize("suffix", ["npz", "csv"])
def test_a_layer_of_ours_saves_the_whole_tracks(window: Window, tmp_path: Path, role: str, suffix: str) -> None:
    project = placed(window)
    layer = getattr(project.view, role)
    (saved,) = layer.save(str(tmp_path / f"tracks.{suffix}"), plugin="napari-cotracker")
    tracks = read_tracks(saved)
    assert tracks.names == ("nose", "tail")
    np.testing.assert_array_equal(tracks.xy[3], [[5, 6], [7, 8]])


def test_all_selected_layers_make_one_file(window: Window, tmp_path: Path) -> None:
    placed(window)
    window.viewer.layers.select_all()
    assert window.viewer.layers.save(str(tmp_path / "all.npz"), selected=True, plugin="napari-cotracker")
    assert len(read_tracks(tmp_path / "all.npz")) == 2


def test_tracks_of_another_origin_are_saved_as_imported(tmp_path: Path) -> None:
    rows = np.array([[7, 0, 10, 20], [7, 1, 11, 21], [9, 1, 5, 6]], float)
    saving.write_layers(str(tmp_path / "theirs.npz"), [(rows, {"metadata": {}}, "tracks")])
    tracks = read_tracks(tmp_path / "theirs.npz")
    assert tracks.ids.tolist() == [7, 9]
    np.testing.assert_array_equal(tracks.xy[1], [[21, 11], [6, 5]])
    assert np.isnan(tracks.xy[0, 1]).all()


def test_points_of_another_origin_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="Tracks layer"):
        saving.write_layers(str(tmp_path / "theirs.npz"), [(np.zeros((2, 3)), {"metadata": {}}, "points")])
    assert list(tmp_path.iterdir()) == []


def test_only_tracks_files_are_ours_to_open(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("axis-0,axis-1\n1,2\n")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    assert saving.get_reader(str(tmp_path / "other.csv")) is None
    assert saving.get_reader(str(tmp_path / "other.npz")) is None
    assert saving.get_reader(str(tmp_path / "gone.npz")) is None
    assert saving.get_reader([str(sample_truth("cells"))]) is None
    assert saving.get_reader(str(sample_truth("cells"))) is saving.open_tracks


def test_tracks_open_on_the_film_that_is_there(window: Window) -> None:
    layer = add_video(window.viewer, sample_clip("cells"))
    settle(0.2)
    window.viewer.open(str(sample_truth("cells")), plugin="napari-cotracker")
    settle()
    assert window.project.layer is layer
    assert len(window.session.ids) > 10
    assert len(window.desk.videos()) == 1


def test_tracks_bring_the_film_that_they_name(window: Window, tmp_path: Path, film: Path) -> None:
    add_video(window.viewer, film)
    settle(0.2)
    window.project.place(0, [[5, 5]])
    (saved,) = window.project.view.points.save(str(tmp_path / "tracks.npz"), plugin="napari-cotracker")
    window.viewer.layers.clear()
    settle(0.1)
    window.viewer.open(saved, plugin="napari-cotracker")
    settle()
    assert window.project.video.path == str(film)
    assert window.session.queries.xy.tolist() == [[5, 5]]


def test_tracks_whose_film_is_gone_say_which_one(window: Window, tmp_path: Path, film: Path) -> None:
    add_video(window.viewer, film)
    settle(0.2)
    window.project.place(0, [[5, 5]])
    (saved,) = window.project.view.points.save(str(tmp_path / "tracks.npz"), plugin="napari-cotracker")
    window.viewer.layers.clear()
    settle(0.1)
    film.unlink()
    with pytest.raises(CotrackerError, match=r"open film\.mp4 first"):
        saving.show_tracks(window.desk, read_tracks(saved), "tracks.npz", window.panel.export.arrival.take)


def test_without_a_window_tracks_are_a_plain_layer() -> None:
    tracks = read_tracks(sample_truth("cells"))
    data, arguments, kind = saving.plain_layer(tracks, "cells")
    assert (kind, arguments["name"]) == ("tracks", "cells")
    row = data[(data[:, 0] == tracks.ids[3]) & (data[:, 1] == 5)][0]
    np.testing.assert_allclose(row[2:], tracks.xy[5, 3, ::-1])
    assert len(arguments["features"]["confidence"]) == len(data)


def test_saving_a_layer_as_a_session_goes_on_there(window: Window, tmp_path: Path) -> None:
    project = placed(window)
    path = tmp_path / "mine.cotracker"
    assert project.view.points.save(str(path), plugin="napari-cotracker") == [str(path)]
    project.session.rename(0, "ear")
    assert project.file.path == path
    assert read_tracks(path).names == ("ear", "tail")
    assert window.viewer.layers.save(str(path), selected=True, plugin="napari-cotracker"), "again is no mistake"


def test_layers_of_another_origin_have_no_session(tmp_path: Path) -> None:
    rows = np.array([[7, 0, 10, 20], [7, 1, 11, 21]], float)
    with pytest.raises(FormatError, match=r"as \.npz or \.csv"):
        saving.write_layers(str(tmp_path / "theirs.cotracker"), [(rows, {"metadata": {}}, "tracks")])
    assert list(tmp_path.glob("*.cotracker")) == []
