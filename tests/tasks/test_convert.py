"""Tracks of another origin on their film."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.queries import Queries
from napari_cotracker.core.registry import formats
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.formats.sheets import imported, numbers_of
from napari_cotracker.tasks.convert import as_anchors, at_rate, with_video
from napari_cotracker.tasks.export import read_tracks, write_tracks


def film(**given: Any) -> Any:
    facts = {"n_frames": 3, "width": 64, "height": 48, "fps": Fraction(25), "path": "film.mp4", "fingerprint": "f",
             "frame_numbers": np.array([1001, 1002, 1005])}
    facts |= given
    return SimpleNamespace(times=np.arange(facts["n_frames"]) / 25, **facts)


def tracks_of(**meta: Any) -> Tracks:
    xy = np.array([[[5, 5]], [[70, 5]]], np.float32)
    return Tracks(np.array([0]), xy, np.ones((2, 1)), np.ones((2, 1)), meta=meta)  # type: ignore[arg-type]


def frames_of(tracks: Tracks) -> list[int]:
    return [int(t) for t in np.flatnonzero(np.isfinite(tracks.xy).all(-1).any(1))]


def test_the_film_says_what_is_out_of_frame() -> None:
    tracks = with_video(tracks_of(), film())
    assert tracks.states().tolist() == [[State.VISIBLE], [State.OUT_OF_FRAME], [State.UNKNOWN]]
    assert tracks.frame_numbers.tolist() == [1001, 1002, 1005]
    assert tracks.meta["fps"] == (25, 1)
    assert tracks.meta["video"] == {"path": "film.mp4", "fingerprint": "f"}


def test_what_the_tracks_know_stays() -> None:
    assert with_video(tracks_of(fps=(24, 1), size=(64, 48)), film()).meta["fps"] == (24, 1)


@pytest.mark.parametrize(("meta", "given", "message"), [
    ({}, {"n_frames": 1, "frame_numbers": np.array([1001])}, "over 2 frames, got one of 1.*--first-frame"),
    ({"size": (32, 32)}, {}, r"tracks on \(32, 32\).*\(64, 48\)"),
    ({"frame_numbers": [1002, 1003]}, {}, "--first-frame"),
])
def test_another_film_is_refused(meta: dict[str, Any], given: dict[str, Any], message: str) -> None:
    with pytest.raises(FormatError, match=message):
        with_video(tracks_of(**meta), film(**given))


@pytest.mark.parametrize(("numbers", "own", "first", "frames"), [
    ([1002, 1005], [1001, 1002, 1005], None, [1, 2]),  # the plate's own
    ([1002, 1003], [0, 1, 2, 3], None, [1, 2]),  # a film whose first frame is 1001 there
    ([2, 3], [0, 1, 2, 3, 4], None, [2, 3]),  # among the film's own numbers, which count from 0
    ([3, 4], [0, 1, 2, 3], None, [2, 3]),  # beyond them: counted from 1
    ([102, 103], [0, 1, 2, 3], 101, [1, 2]),
    ([3, 4], [1001, 1002, 1003, 1004], 2, [1, 2]),
])
def test_frame_numbers_find_their_frame(numbers: list[int], own: list[int], first: int | None, frames: list[int]
                                        ) -> None:
    video = film(n_frames=len(own), frame_numbers=np.array(own))
    assert frames_of(with_video(tracks_of(frame_numbers=numbers), video, first)) == frames


def test_numbers_of_images_are_their_own_even_from_0() -> None:
    images = film(n_frames=4, frame_numbers=np.arange(4), path="shot.####.png")
    tracks = with_video(tracks_of(frame_numbers=[0, 1], own_numbers=False), images)
    assert numbers_of(tracks, None, 1001).tolist() == [0, 1, 2, 3]
    assert numbers_of(with_video(tracks, film(n_frames=4, frame_numbers=np.arange(4))), None, 1001)[0] == 1001
    with pytest.raises(FormatError, match="--first-frame"):
        with_video(tracks_of(frame_numbers=[1001, 1002]), images)


@pytest.mark.parametrize("name", [name for name, entry in formats().items() if entry.read and entry.write
                                  and entry.group in ("own", "vfx")])
def test_tracks_of_a_sequence_with_a_gap_come_back_to_its_frames(name: str, tmp_path: Path) -> None:
    images = film(n_frames=5, frame_numbers=np.array([1001, 1002, 1005, 1006, 1007]), path="shot.####.png")
    xy = np.stack([np.arange(5) * 2 + 10, np.full(5, 20)], -1)[:, None].astype(np.float32)
    xy[4] = np.nan  # the last frames have no point, so that the length of the file does not tell
    tracks = with_video(Tracks(np.arange(1), xy, np.ones((5, 1)), np.ones((5, 1))), images)  # type: ignore[arg-type]
    path = tmp_path / f"tracks{formats()[name].suffixes[0]}"
    write_tracks(path, tracks, name)
    again = with_video(read_tracks(path, size=(64, 48)), images)
    np.testing.assert_allclose(again.xy, xy, atol=1e-4)
    assert again.frame_numbers.tolist() == [1001, 1002, 1005, 1006, 1007] and "counts_from" not in again.meta


@pytest.mark.parametrize("first", [None, 1])
def test_a_format_that_counts_from_1_may_be_told_so(first: int | None) -> None:
    assert frames_of(with_video(tracks_of(counts_from=1), film(), first)) == [0, 1]


def test_query_points_go_along() -> None:
    tracks = tracks_of(frame_numbers=[1002, 1005])
    queries = Queries(np.array([1]), np.array([[70, 5]], np.float32), np.array([0]), ("ear",))
    moved = with_video(Tracks(tracks.ids, tracks.xy, tracks.visibility, tracks.confidence, queries=queries,
                              meta=tracks.meta), film())
    assert moved.queries is not None
    assert moved.queries.t.tolist() == [2]


def test_what_was_imported_becomes_anchors() -> None:
    tracks = imported(np.array([[[5, 5], [np.nan, np.nan]]]))
    assert as_anchors(tracks).source.tolist() == [[Source.HUMAN, Source.NONE]]
    assert tracks.source.tolist() == [[Source.IMPORTED, Source.NONE]]


@pytest.mark.parametrize("name", [name for name, entry in formats().items() if entry.read and entry.write])
def test_tracks_of_a_film_come_back_to_its_frames_by_way_of_any_format(name: str, tmp_path: Path) -> None:
    t, n = np.mgrid[0:10, 0:4]
    xy = np.stack([10 + 9 * n + t * (1 + n % 2), 8 + 7 * (n // 2) + 0.5 * t], -1).astype(np.float32)
    xy[:2] = xy[9:] = np.nan
    scores = np.where(np.isfinite(xy[..., 0]), np.float32(0.9), np.float32(np.nan))
    video = film(n_frames=10, frame_numbers=np.arange(10))
    tracks = with_video(Tracks(np.arange(4), xy, scores, scores, names=("a/ear", "a/tail", "b/ear", "b/tail")), video)
    path = tmp_path / ("labeled-data/film" if name == "deeplabcut" else f"tracks{formats()[name].suffixes[0]}")
    path.parent.mkdir(exist_ok=True)
    write_tracks(path, tracks, name)
    again = with_video(read_tracks(path, size=(64, 48)), video)
    assert again.n_frames == 10
    assert frames_of(again) == [2, 3, 4, 5, 6, 7, 8]
    order = np.argsort(again.xy[2] @ [1, 100])
    np.testing.assert_allclose(again.xy[2:9, order], xy[2:9], atol=0.51 if name == "cvat" else 1e-4)


def test_irregular_times_are_those_of_the_film() -> None:
    irregular = film()
    irregular.times = np.array([5.0, 5.04, 5.2])
    found = with_video(tracks_of(frame_numbers=[1001, 1002], times=[0.0, 7.0]), irregular)
    assert found.meta["times"] == pytest.approx([0, 0.04, 0.2])
    assert "times" not in with_video(found, film()).meta
    assert "times" not in at_rate(found, Fraction(24)).meta
