"""What a film adds to tracks that do not know it."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State, Tracks
from napari_cotracker.tasks.convert import with_video


def film(**given: Any) -> Any:
    facts = {"n_frames": 3, "width": 64, "height": 48, "fps": Fraction(25), "path": "film.mp4", "fingerprint": "f",
             "frame_numbers": np.array([1001, 1002, 1005])}
    return SimpleNamespace(**{**facts, **given})


def tracks_of(**meta: Any) -> Tracks:
    xy = np.array([[[5, 5]], [[70, 5]]], np.float32)
    return Tracks(np.array([0]), xy, np.ones((2, 1)), np.ones((2, 1)), meta=meta)  # type: ignore[arg-type]


def test_the_film_says_what_is_out_of_frame() -> None:
    tracks = with_video(tracks_of(), film())
    assert tracks.states().tolist() == [[State.VISIBLE], [State.OUT_OF_FRAME]]
    assert tracks.frame_numbers.tolist() == [1001, 1002]
    assert tracks.meta["fps"] == (25, 1)
    assert tracks.meta["video"] == {"path": "film.mp4", "fingerprint": "f"}


def test_what_the_tracks_know_stays() -> None:
    assert with_video(tracks_of(fps=(24, 1), size=(64, 48)), film()).meta["fps"] == (24, 1)


@pytest.mark.parametrize(("meta", "given", "message"), [({}, {"n_frames": 1}, "over 2 frames, got one of 1"),
                                                      ({"size": (32, 32)}, {}, r"tracks on \(32, 32\).*\(64, 48\)")])
def test_another_film_is_refused(meta: dict[str, Any], given: dict[str, Any], message: str) -> None:
    with pytest.raises(FormatError, match=message):
        with_video(tracks_of(**meta), film(**given))
