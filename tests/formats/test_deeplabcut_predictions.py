"""Predictions of DeepLabCut: read with pandas as it does, with every state."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.losses import losses
from napari_cotracker.core.tracks import Source, State, Tracks
from napari_cotracker.formats import deeplabcut_predictions as predictions
from tests.formats.fuzzing import check
from tests.formats.samples import plain_tracks

pd = pytest.importorskip("pandas")
GOLDEN = Path(__file__).parent / "golden" / "deeplabcut-predictions.h5"


def tracks(names=("nose", "tail")):
    """The point (10, 20) in every state, beside one that a person placed and one that is unsure."""
    xy = np.full((5, 2, 2), (10, 20), np.float32)
    xy[[2, 4], 0] = np.nan
    state = np.zeros((5, 2), np.uint8)
    state[:, 0] = [State.VISIBLE, State.OCCLUDED_LOCATED, State.OCCLUDED, State.OUT_OF_FRAME, State.UNKNOWN]
    scores = np.full((5, 2), 0.9, np.float32)
    scores[:, 1] = [0.9, 0.5, 0.9, 0.9, np.nan]
    source = np.where(np.isfinite(xy).all(-1), Source.PREDICTED, Source.NONE).astype(np.uint8)
    source[2, 1], state[2, 1], state[3, 1] = Source.HUMAN, State.VISIBLE, State.OCCLUDED_LOCATED
    return Tracks(np.array([1, 2]), xy, scores, np.ones((5, 2), np.float32), state, source, names=names,
                  meta={"size": (1920, 1080), "runs": [{"model": "a model", "licence": "a licence"}]})


def put(path, what=None):
    return predictions.write(path, tracks() if what is None else what, predictions.Options())


@pytest.mark.parametrize("name", ["vDLC.h5", "vDLC.csv"])
def test_deeplabcut_reads_positions_and_likelihoods(name, tmp_path):
    notes = put(tmp_path / name)
    if name.endswith("csv"):
        found = pd.read_csv(tmp_path / name, header=[0, 1, 2], index_col=0)
    else:
        found = pd.read_hdf(tmp_path / name, "df_with_missing")
    assert found.index.to_list() == [0, 1, 2, 3, 4]
    assert list(found.columns.names) == ["scorer", "bodyparts", "coords"]
    nose, tail = (found["DLC_napari-cotracker"][part].to_numpy() for part in ("nose", "tail"))
    np.testing.assert_array_equal(nose[:, 0], [10, 10, np.nan, 10, np.nan])
    np.testing.assert_array_equal(nose[[0, 1, 3], 1], 20)
    np.testing.assert_array_equal(nose[:, 2], [0.9, 0, 0, 0, 0])
    np.testing.assert_array_equal(tail[:, 2], [0.9, 0.5, 1, 0, 0])
    assert notes[1:] == ["4 hidden points have the likelihood 0."]


@pytest.mark.parametrize("name", ["v.h5", "v.csv"])
def test_what_comes_back(name, tmp_path):
    put(tmp_path / name)
    got = predictions.read(tmp_path / name)
    assert got.names == ("nose", "tail") and got.n_frames == 5
    np.testing.assert_array_equal(got.xy, tracks().xy)
    hidden = State.OCCLUDED_LOCATED
    assert got.states()[:, 0].tolist() == [State.VISIBLE, hidden, State.UNKNOWN, hidden, State.UNKNOWN]
    assert got.states()[:4, 1].tolist() == [State.VISIBLE, hidden, State.VISIBLE, hidden]
    assert got.confidence[:4, 1].tolist() == pytest.approx([0.9, 0.5, 1, 0])
    assert predictions.sniff(tmp_path / name)


def test_the_licence_is_in_the_file(tmp_path):
    import h5py

    put(tmp_path / "v.h5")
    with h5py.File(tmp_path / "v.h5") as file:
        assert "a model (a licence)" in file.attrs["made_by"].decode()
    lost = " ".join(losses(plain_tracks(), predictions.FORMAT.keeps))
    assert "visibility" in lost and "confidence" not in lost


def test_individuals_share_body_parts_but_single_ones_do_not(tmp_path):
    names = ("a/nose", "a/tail", "b/nose", "corner")
    four = Tracks(np.arange(4), np.ones((2, 4, 2), np.float32), np.ones((2, 4)), np.ones((2, 4)), names=names)
    put(tmp_path / "v.h5", four)
    found = pd.read_hdf(tmp_path / "v.h5")
    assert [column[1:3] for column in found.columns[::3]] == [
        ("a", "nose"), ("a", "tail"), ("b", "nose"), ("b", "tail"), ("single", "corner")]
    assert predictions.read(tmp_path / "v.h5").names == names


def test_visible_points_below_the_cutoff_are_told(tmp_path):
    low = Tracks(np.arange(1), np.ones((1, 1, 2), np.float32), [[0.5]], [[1.0]], [[State.VISIBLE]])
    assert put(tmp_path / "v.h5", low)[1:] == [
        "1 visible point with a likelihood of at most 0.6 will count as hidden."]


def test_minus_one_without_likelihood_is_nowhere(tmp_path):
    (tmp_path / "v.csv").write_text("scorer,D,D,D\nbodyparts,n,n,n\ncoords,x,y,likelihood\n0,-1,-1,0\n2,-1,-1,0.9\n")
    got = predictions.read(tmp_path / "v.csv")
    assert got.states()[:, 0].tolist() == [State.UNKNOWN, State.UNKNOWN, State.VISIBLE]


@pytest.mark.parametrize(("row", "said"), [("0,1,2,3", "by its number"), ("a,1,2,3", "by its number"),
                                           ("999999999999,1,2,3", "largest number"), ("1,x,2,3", "line 5"),
                                           ("1,2", "expected 4 cells")])
def test_refuses_rows_that_make_no_sense(row, said, tmp_path):
    (tmp_path / "v.csv").write_text("scorer,D,D,D\nbodyparts,n,n,n\ncoords,x,y,likelihood\n0,1,1,1\n" + row + "\n")
    with pytest.raises(FormatError, match=said):
        predictions.read(tmp_path / "v.csv")


@pytest.mark.parametrize("name", ["v.h5", "v.csv"])
def test_random_tracks_come_back(name, tmp_path):
    rng = np.random.default_rng(0)
    xy = (rng.random((40, 30, 2)) * (1919, 1079)).astype(np.float32)
    put(tmp_path / name, Tracks(np.arange(30), xy, np.ones((40, 30)), np.ones((40, 30)), meta={"size": (1920, 1080)}))
    assert np.abs(predictions.read(tmp_path / name).xy - xy).max() < 1e-5


def test_damaged_texts_are_read_or_refused(tmp_path):
    put(tmp_path / "golden.csv", plain_tracks())
    assert check(predictions.read, tmp_path / "golden.csv", tmp_path, 300) > 0
