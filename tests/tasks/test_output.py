"""Whether tracks could be written, asked before there are any; and where they go if they cannot."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core import registry
from napari_cotracker.core.errors import FormatError, MissingExtraError, TakenError, VideoError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.tasks.export import format_for, read_tracks
from napari_cotracker.tasks.output import check_folder, check_output, check_render, keep_elsewhere
from tests.moving_films import Film

FILM = Film(np.zeros((12, 40, 60, 3), np.uint8))
ENDINGS = sorted({ending for entry in registry.formats().values() if entry.write for ending in entry.suffixes})


def corners(n: int = 4) -> Queries:
    return Queries(np.full(n, 11), np.arange(n * 2).reshape(n, 2))


@pytest.mark.parametrize("ending", [".cotracker", *ENDINGS])
def test_nothing_that_can_be_written_is_refused(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"out{ending}"
    try:
        if ending != ".cotracker":
            format_for(out)
    except FormatError:
        pytest.skip("several formats end like it")
    outside = Queries(np.full(4, 3), np.array([[-3, 5], [70, 5], [5, 50], [5, -9]]))
    for points in (corners(), outside):
        try:
            check_output(out, FILM, points)
        except MissingExtraError as error:
            pytest.skip(str(error))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_library_and_a_wrong_number_of_tracks_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                                 ) -> None:
    monkeypatch.setitem(sys.modules, "sleap_io", None)
    with pytest.raises(MissingExtraError, match="sleap_io"):
        check_output(tmp_path / "out.slp", FILM, corners())
    with pytest.raises(FormatError, match="expected four tracks"):
        check_output(tmp_path / "out.pin.nk", FILM, corners(3))
    with pytest.raises(FormatError, match="visible in 5 frames"):
        check_output(tmp_path / "out.db", Film(FILM.frames[:3]), Queries(np.array([0]), np.array([[5, 5]])))


def test_a_film_that_could_not_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.mp4").write_text("mine")
    for name in ("drawn.mp4", "shot.####.png", "images/"):
        check_render(tmp_path / name, FILM, overwrite=False)
    with pytest.raises(TakenError):
        check_render(tmp_path / "mine.mp4", FILM, overwrite=False)
    check_render(tmp_path / "mine.mp4", FILM, overwrite=True)
    with pytest.raises(VideoError, match="expected a name ending in"):
        check_render(tmp_path / "drawn.avi", FILM, overwrite=False)
    for name in ("gone/drawn.mp4", "gone/images/shot.####.png"):
        with pytest.raises(FormatError, match=r"gone'; make it first"):
            check_render(tmp_path / name, FILM, overwrite=False)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.mp4"]


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    check_folder(tmp_path / "out.npz")
    with pytest.raises(FormatError, match="make it first"):
        check_folder(tmp_path / "gone" / "out.npz")


def test_tracks_are_kept_beside_or_with_the_users_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "data")
    (tmp_path / "file").write_text("in the way")
    tracks = Tracks(ids=[1], xy=np.ones((2, 1, 2)), visibility=np.ones((2, 1)), confidence=np.ones((2, 1)))
    places = [keep_elsewhere(tracks, tmp_path / folder / "out.csv") for folder in ("", "", "file")]
    names = ["out rescued.npz", "out rescued 2.npz", "data/rescued/out rescued.npz"]
    assert places == [tmp_path / name for name in names]
    assert all(place is not None and read_tracks(place).n_frames == 2 for place in places)
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "file")
    assert keep_elsewhere(tracks, tmp_path / "file" / "out.csv") is None
