"""What formats of compositing programs share."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.files import naming
from napari_cotracker.core.tracks import Source, State
from napari_cotracker.formats.plates import Keys, beginning, lines, plate, text_of, tracks_of
from tests.formats.plated import SEEN, SURE, every_state, one_point


def test_curves_have_keys_where_a_point_is_seen():
    sheet = plate(every_state(), "nuke", None, "[a-z]")
    first, second = sheet.curves
    assert first.rows.tolist() == SEEN
    assert first.frames.tolist() == [1001 + f for f in SEEN]
    assert first.xy[0].tolist() == [10.5, 1059.5]
    assert first.sure.tolist() == SURE
    assert (second.column, second.name) == (1, "___x_____")
    assert sheet.numbers.tolist() == list(range(1001, 1011))
    assert (len(sheet.notes), sheet.renamed) == (1, 1)


def test_tracks_that_are_never_seen_are_told():
    tracks = every_state()
    tracks = replace(tracks, state=np.where([True, False], State.OCCLUDED, tracks.state).astype(np.uint8))
    sheet = plate(tracks, "nuke", 5, r"[^\0]")
    assert [each.column for each in sheet.curves] == [1]
    assert sheet.notes == ("1 track that is never visible is left out.",)


def test_nothing_to_see_and_no_size_are_said():
    with pytest.raises(FormatError, match="visible"):
        plate(replace(one_point(), state=np.full((3, 1), State.OCCLUDED, np.uint8)), "nuke", None, "[a-z]")
    with pytest.raises(FormatError, match="size"):
        plate(replace(one_point(), meta={}), "nuke", None, "[a-z]")


def test_lines_are_one_for_each_row():
    assert lines("x%d %.2f ", np.array([1, 2]), np.array([0.5, -1])) == "x1 0.50 x2 -1.00 "
    assert lines("%d,", np.zeros(0, int)) == ""


def keys(frames, **more):
    frames = np.array(frames)
    return Keys("a", frames, np.stack([frames, frames], -1).astype(float), **more)


def test_read_tracks_begin_with_the_first_point_of_the_plate():
    got = tracks_of([keys([1003, 1005], seen=np.array([True, False]), sure=np.array([0.5, 1])), keys([1002])])
    assert got.frame_numbers.tolist() == [1002, 1003, 1004, 1005]
    assert got.xy[1, 0].tolist() == [1003, 1003]
    assert got.state[:, 0].tolist() == [State.FROM_SCORES, State.VISIBLE, State.FROM_SCORES, State.OCCLUDED_LOCATED]
    assert got.confidence[1, 0] == 0.5
    assert got.source[:, 1].tolist() == [Source.IMPORTED, 0, 0, 0]


def test_read_tracks_of_a_clip_begin_with_its_first_frame():
    got = tracks_of([keys([3])], start=1, meta={"size": (8, 6)})
    assert got.n_frames == 3
    assert got.meta == {"size": (8, 6), "counts_from": 1}


@pytest.mark.parametrize(("found", "start", "words"), [
    ([], None, "got none"), ([keys([])], 1, "got none"), ([keys([0])], 1, "from 1"), ([keys([1 << 50])], None, "frame"),
    ([keys([1, 50_000_000])], None, "2 positions claim 50000000 frames"),
])
def test_absurd_frames_are_refused(found, start, words):
    with pytest.raises(FormatError, match=words):
        tracks_of(found, start)


def test_text_of_older_programs_and_missing_files(tmp_path):
    for encoding in ("utf-8", "utf-8-sig", "latin-1"):
        (tmp_path / "t").write_bytes("Fühler".encode(encoding))
        assert text_of(tmp_path / "t") == "Fühler"
    assert beginning(tmp_path / "t", 2) == b"F\xfc"
    assert beginning(tmp_path / "none") == b""
    with pytest.raises(FormatError, match=r"cannot read .*none"), naming(tmp_path / "none"):
        text_of(tmp_path / "none")
