from __future__ import annotations

from fractions import Fraction
from typing import Any

import dask.array as da
import numpy as np
import pytest

from napari_cotracker.core import registry
from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.video import Video
from napari_cotracker.videos.array import ArrayVideo

RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, (6, 8, 9, 3), dtype=np.uint8)


def test_colours_are_read_as_they_are() -> None:
    video = ArrayVideo(COLOURS, fps=12.5)
    assert isinstance(video, Video)
    assert (video.n_frames, video.height, video.width, video.path) == (6, 8, 9, None)
    assert video.fps == Fraction(25, 2) and video.times.tolist() == [0, 0.08, 0.16, 0.24, 0.32, 0.4]
    assert np.array_equal(video.read([4, 0, 4]), COLOURS[[4, 0, 4]])
    assert np.array_equal(video.read_native(range(6)), COLOURS)


def test_grey_and_alpha() -> None:
    grey = ArrayVideo(COLOURS[:, :, :, 0])
    assert np.array_equal(grey.read([2])[0], COLOURS[2][:, :, [0, 0, 0]])
    assert grey.read_native([2]).shape == (1, 8, 9, 1)
    alpha = ArrayVideo(np.concatenate([COLOURS, COLOURS[..., :1]], -1))
    assert np.array_equal(alpha.read([2]), COLOURS[[2]]) and alpha.read_native([2]).shape == (1, 8, 9, 4)


def test_deep_values_are_spread_between_contrast_limits() -> None:
    deep = (COLOURS[..., 0].astype(np.uint16) + 1000) * 4
    video = ArrayVideo(deep, contrast_limits=(4000, 5020))
    assert np.abs(video.read(range(6))[..., 0].astype(int) - COLOURS[..., 0]).max() <= 1
    low, high = ArrayVideo(deep).contrast_limits or (0, 0)
    assert 4000 <= low < 4050 and 4950 < high <= 5020
    assert np.array_equal(video.read_native([1])[0, :, :, 0], deep[1])
    assert ArrayVideo(deep).fingerprint != video.fingerprint


def test_colour_of_other_types_uses_the_whole_range() -> None:
    assert np.array_equal(ArrayVideo(COLOURS / 255.0).read(range(6)), COLOURS)
    assert np.array_equal(ArrayVideo(COLOURS.astype(np.uint16) * 257).read(range(6)), COLOURS)
    assert ArrayVideo(COLOURS / 255.0).read_native([0]).dtype == np.float32


@pytest.mark.parametrize("array", [
    COLOURS.astype(np.float32), COLOURS / 127.5 - 1, COLOURS.astype(np.uint16) * 16, COLOURS.astype(np.uint16),
], ids=["floats to 255", "floats about 0", "12 bits in 16", "8 bits in 16"])
def test_colour_that_uses_another_range_is_spread_over_what_it_uses(array: Any) -> None:
    alpha = np.full_like(array[..., :1], np.iinfo(array.dtype).max if array.dtype.kind == "u" else 1)
    for video in (ArrayVideo(array), ArrayVideo(np.concatenate([array, alpha], -1))):
        assert np.abs(video.read(range(6)).astype(int) - COLOURS).max() <= 2


def test_highlights_and_black_are_no_reason_to_spread() -> None:
    bright = COLOURS / 255.0
    bright[:, 0, 0] = 40
    assert ArrayVideo(bright).contrast_limits is None
    faded = np.zeros((60, 8, 9, 3), np.uint16)
    faded[7] = COLOURS[0]
    assert ArrayVideo(faded).contrast_limits is None


def test_a_tensor_is_an_array() -> None:
    torch = pytest.importorskip("torch")
    video = ArrayVideo(torch.from_numpy(COLOURS.copy()))
    assert np.array_equal(video.read(range(6)), COLOURS)
    with pytest.raises(VideoError, match=r"cpu\(\)\.numpy\(\)"):
        ArrayVideo(torch.zeros((2, 4, 4, 3), device="meta"))


def test_masks_and_constant_pictures() -> None:
    assert set(np.unique(ArrayVideo(COLOURS[..., 0] > 99).read([0]))) == {0, 255}
    assert (ArrayVideo(np.full((3, 4, 5), 7.5)).read([0]) == 0).all()
    some = np.full((3, 4, 5), np.nan)
    some[1, 1, 1:3] = 1, 2
    assert ArrayVideo(some).read([1])[0, 1, :, 0].tolist() == [0, 0, 255, 0, 0]


class Counted:
    """An array that notes which frames are asked for, and cannot deliver one of them."""

    def __init__(self, broken: int = -1) -> None:
        self.shape, self.dtype, self.asked, self.broken = (500, 8, 9), np.dtype(np.uint16), [], broken

    def __getitem__(self, frame: int) -> Any:
        self.asked.append(frame)
        if frame == self.broken:
            raise OSError("a chunk is missing")
        return np.full((8, 9), frame, np.uint16)


def test_only_what_is_asked_for_is_loaded() -> None:
    array = Counted()
    video = ArrayVideo(array)
    assert len(array.asked) <= 5
    array.asked.clear()
    video.read([7, 7, 300])
    assert array.asked == [7, 300]


def test_a_frame_that_cannot_be_computed_is_a_bad_frame() -> None:
    video = ArrayVideo(Counted(broken=30), contrast_limits=(0, 255))
    assert video.read([30])[0, 0, 0, 0] == 29
    assert video.bad_frames == {30}


@pytest.mark.parametrize("broken", [0, 499])
def test_a_frame_that_cannot_be_computed_does_not_cost_the_fingerprint(broken: int) -> None:
    prints = {ArrayVideo(Counted(broken=k), contrast_limits=(0, 255)).fingerprint for k in (-1, broken, broken)}
    assert len(prints) == 2


def test_the_version_follows_every_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.videos.fingerprint.WHOLE_ARRAY_BYTES", 10)
    large = np.tile(COLOURS, (5, 1, 1, 1))
    changed = large.copy()
    changed[2] = 0
    before, after = ArrayVideo(large), ArrayVideo(changed)
    assert before.fingerprint == after.fingerprint and before.version != after.version
    assert ArrayVideo(large.copy()).version == before.version
    assert ArrayVideo(large, fingerprint="of all").version == "of all"


def test_nobody_else_has_the_version_of_a_lazy_array() -> None:
    array = Counted()
    one, other = ArrayVideo(array), ArrayVideo(array)
    assert one.fingerprint == other.fingerprint
    assert one.version == one.version != other.version


def test_dask_arrays() -> None:
    lazy = da.from_array(COLOURS, chunks=(1, 8, 9, 3))
    video = ArrayVideo(lazy)
    assert np.array_equal(video.read(range(6)), COLOURS)
    assert len(video.fingerprint) == 32


@pytest.mark.parametrize(("array", "saying"), [
    (np.zeros((4, 5)), r"got \(4, 5\)"), (np.zeros((2, 3, 4, 5)), "moveaxis"), (np.zeros((2, 9, 8, 5)), "got"),
    (np.zeros((0, 4, 5)), "empty"), (np.zeros((5, 0, 5)), "empty"), (np.full((3, 4, 5), np.nan), "finite"),
    (np.zeros((3, 4, 5), complex), "complex"), (np.array([[["a"]]]), "bool, integers or floats"),
    (np.zeros((48, 64, 3), np.uint8), "one colour picture"), (np.zeros((1, 2, 3, 4, 5)), "got"), ([1, 2], "list"),
], ids=str)
def test_what_cannot_be_a_video_is_refused(array: Any, saying: str) -> None:
    with pytest.raises(VideoError, match=saying):
        ArrayVideo(array)


@pytest.mark.parametrize("limits", [(1, 1), (2, 1), (0, float("nan"))])
def test_contrast_limits_must_make_sense(limits: tuple[float, float]) -> None:
    with pytest.raises(VideoError, match="contrast limits"):
        ArrayVideo(COLOURS, contrast_limits=limits)


def test_the_array_is_not_changed_or_locked() -> None:
    array = COLOURS.copy()
    video = ArrayVideo(array)
    video.read([0])[:] = 0
    video.read_native([0])[:] = 0
    assert np.array_equal(array, COLOURS) and array.flags.writeable
    video.close()
    with pytest.raises(VideoError, match="closed"):
        video.read([0])


def test_the_registry_gives_arrays_to_arrays() -> None:
    source = registry.video_sources()[0]
    assert source.name == "array" and source.accepts(COLOURS) and source.accepts(Counted())
    assert not source.accepts("a.npy") and not source.accepts(None)
