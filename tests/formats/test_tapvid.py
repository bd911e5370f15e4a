"""TAP-Vid, read by pickle and NumPy alone and with the arithmetic of TAP-Vid's readers."""

from __future__ import annotations

import pickle
import pickletools
from dataclasses import replace

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import State
from napari_cotracker.evaluation.datasets import read_clips
from napari_cotracker.formats import tapvid
from tests.formats.samples import plain_tracks
from tests.formats.stories import every_state, random_tracks, the_point, worst_error

PICTURE = np.arange(8 * 12 * 3, dtype=np.uint8).reshape(8, 12, 3)


def wrote(folder, tracks, name="t.pkl", pictures=None, **options):
    notes = tapvid.write(folder / name, tracks, tapvid.TapVidOptions(**options), pictures)
    if name.endswith("npz"):
        with np.load(folder / name, allow_pickle=False) as file:
            return dict(file), notes
    with (folder / name).open("rb") as file:
        return pickle.load(file), notes


def test_the_known_point(tmp_path):
    content, notes = wrote(tmp_path, the_point())
    clip = content["t"]
    assert clip["points"].dtype == np.float32 and clip["points"].shape == (1, 1, 2)
    np.testing.assert_allclose(clip["points"][0, 0], [10.5 / 1920, 20.5 / 1080], rtol=1e-7)
    np.testing.assert_allclose(clip["points"][0, 0] * (1920, 1080), [10.5, 20.5], rtol=1e-7)  # raster coordinates
    assert clip["occluded"].tolist() == [[False]]
    assert clip["query_points"].tolist() == [[0, 20.5, 10.5]]  # t, y, x
    assert notes == ["The film's pictures are not in the file; TAP-Vid's own readers want them (the option video)."]


def test_every_state_is_visible_or_occluded(tmp_path):
    content, _ = wrote(tmp_path, every_state())
    assert content["t"]["occluded"].tolist() == [[False, False, True, True, True, True, False, False]]
    assert not content["t"]["points"][content["t"]["occluded"]].any()
    got = tapvid.read(tmp_path / "t.pkl")
    v, u = State.VISIBLE, State.UNKNOWN
    assert got.states()[:, 0].tolist() == [v, v, u, u, u, u, v, v]


@pytest.mark.parametrize("name", ["t.pkl", "t.npz"])
def test_round_trip_at_full_hd(name, tmp_path):
    tracks = random_tracks(200, 50)
    content, _ = wrote(tmp_path, tracks, name)
    clip = content if name == "t.npz" else content["t"]
    assert clip["points"].shape == (50, 200, 2) and clip["occluded"].dtype == bool
    got = tapvid.read(tmp_path / name)
    assert tapvid.sniff(tmp_path / name)
    assert worst_error(got, tracks) < 7e-5
    assert got.size == (1920, 1080) and got.meta["fps"] == (25, 1) and got.n_frames == 200


@pytest.mark.parametrize("name", ["t.pkl", "t.npz"])
def test_names_and_queries_come_back(name, tmp_path):
    tracks = plain_tracks()
    wrote(tmp_path, tracks, name)
    got = tapvid.read(tmp_path / name)
    assert got.names == tracks.names
    assert got.queries.t.tolist() == [0, 0, 2]
    np.testing.assert_allclose(got.queries.xy, tracks.queries.xy)
    never = replace(tracks, queries=None, xy=np.where(np.arange(3)[:, None] == 1, np.nan, tracks.xy))
    wrote(tmp_path, never, name)
    assert tapvid.read(tmp_path / name).queries.ids.tolist() == [0, 2]


def test_any_numpy_reads_the_pickle(tmp_path):
    wrote(tmp_path, plain_tracks())
    content = (tmp_path / "t.pkl").read_bytes()
    named = {argument for opcode, argument, _ in pickletools.genops(content) if opcode.name == "GLOBAL"}
    assert named - {"_codecs encode"} == {"numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"}


def test_layouts_names_and_pictures(tmp_path):
    tracks = replace(plain_tracks(), meta={**plain_tracks().meta, "video": {"path": "/films/mice.mp4"}})
    assert list(wrote(tmp_path, tracks)[0]) == ["mice"]
    assert list(wrote(tmp_path, tracks, name="a.pkl", **{"layout": "dict"})[0]) == ["mice"]
    content, notes = wrote(tmp_path, tracks, layout="list", video=True, pictures=lambda t: PICTURE + np.uint8(t))
    assert notes == [] and content[0]["video"].shape == (6, 8, 12, 3) and content[0]["video"][2, 0, 0, 0] == 2
    assert tapvid.read(tmp_path / "t.pkl").size == (96, 64)
    with pytest.raises(FormatError, match="expected the film"):
        wrote(tmp_path, tracks, video=True)


def test_the_benchmark_reads_it(tmp_path):
    tracks = random_tracks(4, 3)
    small = replace(tracks, xy=tracks.xy / 200, meta={"size": (12, 8)})
    wrote(tmp_path, small, video=True, pictures=lambda t: PICTURE)
    (clip,) = read_clips(tmp_path / "t.pkl")
    seen = small.states() == State.VISIBLE
    np.testing.assert_array_equal(clip.visible, seen)
    np.testing.assert_allclose(clip.xy[seen], small.xy[seen], atol=1e-6)


def published(folder, content):
    with (folder / "t.pkl").open("wb") as file:
        pickle.dump(content, file)
    return tapvid.read(folder / "t.pkl")


CLIP = {"points": np.full((2, 3, 2), 0.5, np.float32), "occluded": np.zeros((2, 3), bool),
        "video": np.zeros((3, 8, 12, 3), np.uint8)}


@pytest.mark.parametrize("content", [{"a": CLIP}, [CLIP], CLIP, {"a": {**CLIP, "video": list(CLIP["video"])}}])
def test_published_layouts(content, tmp_path):
    got = published(tmp_path, content)
    assert got.size == (12, 8) and got.xy.shape == (3, 2, 2)
    assert got.xy[0, 0].tolist() == [5.5, 3.5]


@pytest.mark.parametrize(("content", "words"), [
    ({"a": CLIP, "b": CLIP}, "one clip, got 2"),
    ({}, "one clip, got 0"),
    ([{"points": 1}], "points and occluded, got none"),
    ([{**CLIP, "video": None}], "tells the size"),
    ([{**CLIP, "video": [b"no picture"] * 3}], "JPEG or PNG"),
    ([{**CLIP, "points": CLIP["points"][:1]}], "points .N, T, 2"),
    ([{**CLIP, "points": CLIP["points"] * 500}], "fractions of the picture"),
    ([{**CLIP, "points": np.full((2, 3, 2), np.nan)}], "fractions of the picture"),
])
def test_what_is_wrong_is_said(content, words, tmp_path):
    with pytest.raises(FormatError, match=words):
        published(tmp_path, content)


def test_nothing_in_a_pickle_runs(tmp_path):
    class Evil:
        def __reduce__(self):
            return (print, ("points occluded",))

    with pytest.raises(FormatError, match="print"):
        published(tmp_path, {"points": Evil(), "occluded": 1})
