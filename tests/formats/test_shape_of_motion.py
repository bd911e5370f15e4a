"""Shape of Motion, read by the formulas of its loader."""

from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.formats import shape_of_motion
from napari_cotracker.formats.shape_of_motion import Options
from tests.formats.samples import plain_tracks
from tests.formats.stated import SEEN, THERE, stated_tracks


def write(folder, tracks, **options):
    return folder / "t", shape_of_motion.write(folder / "t", tracks, Options(**options))


def stacked(folder, query, names):
    """(T, N, 4) of a query frame, as the loader stacks it."""
    return np.stack([np.load(folder / f"{query}_{name}.npy") for name in names])


def decoded(rows):
    """Visible, invisible and confident, by the loader's formula."""
    visibility, confidence = (1 - 1 / (1 + np.exp(-rows[..., k])) for k in (2, 3))
    return visibility * confidence > 0.5, (1 - visibility) * confidence > 0.5, confidence


def test_every_state(tmp_path):
    path, notes = write(tmp_path, stated_tracks())
    names = [f"frame_{k:06d}" for k in range(1001, 1010)]
    rows = stacked(path, "frame_001001", names)
    assert rows.dtype == np.float32 and rows.shape == (9, 2, 4)
    assert rows[0, :, :2].tolist() == [[10, 20], [1900, 1000.25]]
    visible, invisible, confidence = decoded(rows)
    assert visible[:, 0].tolist() == SEEN
    assert invisible[:, 0].tolist() == [there and not seen for there, seen in zip(THERE, SEEN)]
    assert (confidence[:, 0] > 0.5).tolist() == THERE
    assert notes == ["81 files of 0.0 MB in all: 9 query frames by 9 frames."]


def test_only_tracks_that_are_seen_in_the_query_frame(tmp_path):
    path, _ = write(tmp_path, stated_tracks(), pattern="%05d.jpg", first=0)
    names = [f"{k:05d}" for k in range(9)]
    counts = [stacked(path, query, names).shape[1] for query in names]
    assert counts == [1 + seen for seen in SEEN]
    for k, query in enumerate(names):
        own = np.load(path / f"{query}_{query}.npy")
        np.testing.assert_array_equal(own[-1, :2], [1900, 1000.25])
        assert not SEEN[k] or own[0, 0] == 10 + k


def test_scores_come_back(tmp_path):
    path, _ = write(tmp_path, plain_tracks(), pattern="{}", first=0)
    rows = stacked(path, "0", "012345")
    visibility, confidence = (1 / (1 + np.exp(rows[..., k])) for k in (2, 3))
    np.testing.assert_allclose(visibility, plain_tracks().visibility[:, :2], atol=1e-6)
    np.testing.assert_allclose(confidence, 0.9375, atol=1e-6)
    np.testing.assert_array_equal(rows[..., :2], plain_tracks().xy[:, :2])


def test_few_query_frames_on_request(tmp_path):
    path, notes = write(tmp_path, plain_tracks(), every=4, pattern="{}.png", first=0)
    assert sorted(file.name for file in path.glob("*.npy")) == sorted(f"{q}_{t}.npy" for q in (0, 4) for t in range(6))
    assert any("has to be changed" in note for note in notes)
    assert "napari-cotracker" in (path / "README.txt").read_text()


def test_a_folder_beyond_reason_is_refused(tmp_path):
    xy = np.zeros((1500, 100, 2), np.float32)
    ones = np.ones((1500, 100))
    with pytest.raises(FormatError, match=r"at most 2 GB, got 2,250,000 files of 3\.9 GB.*every=10"):
        write(tmp_path, Tracks(np.arange(100), xy, ones, ones))
    assert not list(tmp_path.iterdir())


def test_names_of_their_own(tmp_path):
    twice = replace(plain_tracks(), meta={"frame_numbers": np.array([1, 1, 2, 3, 4, 5])})
    with pytest.raises(FormatError, match="a name of its own"):
        write(tmp_path, twice)


def test_only_such_folders_are_known(tmp_path):
    path, _ = write(tmp_path, plain_tracks())
    assert shape_of_motion.sniff(path) and not shape_of_motion.sniff(tmp_path)
    assert not shape_of_motion.sniff(tmp_path / "none")
    np.save(tmp_path / "a_b.npy", np.zeros((3, 5)))
    assert not shape_of_motion.sniff(tmp_path)
    (tmp_path / "a_b.npy").write_bytes(b"no array")
    assert not shape_of_motion.sniff(tmp_path)
