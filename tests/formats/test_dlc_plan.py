"""What is to be written into a folder of a DeepLabCut project."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.formats.dlc_plan import Options, Plan
from tests.formats.samples import plain_tracks


def test_frames_with_an_anchor_or_all_that_show_something(tmp_path):
    source = plain_tracks().source.copy()
    source[3, 1] = Source.HUMAN
    marked = replace(plain_tracks(), source=source)
    assert list(Plan.of(tmp_path / "v", marked, Options()).names) == [3]
    assert list(Plan.of(tmp_path / "v", marked, Options(frames="all")).names) == [0, 1, 2, 3, 4, 5]
    plan = Plan.of(tmp_path / "v", plain_tracks(), Options())
    assert list(plan.names) == [0, 1, 2, 3, 4, 5] and "No point was placed" in plan.notes[0]


def test_a_frame_in_which_all_is_hidden_gets_no_row(tmp_path):
    state = np.full((6, 3), State.OCCLUDED, np.uint8)
    state[2, 0] = State.VISIBLE
    source = plain_tracks().source.copy()
    source[1, 0] = source[2, 0] = Source.VERIFIED
    plan = Plan.of(tmp_path / "v", replace(plain_tracks(), state=state, source=source), Options())
    assert list(plan.names) == [2]
    assert plan.said.frame.rows == (("labeled-data", "v", "img2.png"),)


def test_digits_are_those_that_deeplabcut_would_use(tmp_path):
    tracks = plain_tracks()
    longer = [np.concatenate([cells] * 200)[:1001] for cells in (tracks.xy, tracks.visibility, tracks.confidence)]
    tracks = replace(tracks, xy=longer[0], visibility=longer[1], confidence=longer[2], meta={},
                     state=np.zeros((0, 0)), source=np.zeros((0, 0)))
    assert Plan.of(tmp_path / "v", tracks, Options()).names[12] == "img0012.png"
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "img00003.png").write_bytes(b"")
    names = Plan.of(tmp_path / "v", tracks, Options()).names
    assert (names[3], names[12]) == ("img00003.png", "img00012.png")


def test_the_video_names_the_rows(tmp_path):
    plan = Plan.of(tmp_path / "v", plain_tracks(), Options(video="film", scorer="Bo"))
    assert plan.said.frame.rows[0] == ("labeled-data", "film", "img0.png")
    assert plan.said.frame.columns[0] == ("Bo", "mouse 1", "nose", "x")


def test_nothing_to_label_is_said(tmp_path):
    hidden = replace(plain_tracks(), state=np.full((6, 3), State.OCCLUDED, np.uint8))
    with pytest.raises(FormatError, match="at least one visible point"):
        Plan.of(tmp_path / "v", hidden, Options())
