from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from napari_cotracker.core.errors import VideoError
from napari_cotracker.videos.decoder import Decoder
from napari_cotracker.videos.indexer import Indexer
from tests.videos.coded_films import damage, number_in

Clip = Callable[[str], Path]


@pytest.fixture
def decoder(clip: Clip) -> Decoder:
    return Decoder(str(clip("one-key.mp4")), Indexer(str(clip("one-key.mp4"))))


def numbers(found: list[tuple[int, object]]) -> list[int]:
    return [number for number, _ in found]


def test_frames_on_the_way_are_handed_out_too(decoder: Decoder) -> None:
    assert numbers(decoder.decode(20, keep=5)) == list(range(15, 21))
    assert numbers(decoder.decode(22, keep=9)) == [21, 22]
    assert numbers(decoder.decode(3, keep=9)) == [0, 1, 2, 3]
    assert all(number_in(frame.to_ndarray(format="rgb24")) == number for number, frame in decoder.decode(9, keep=3))
    assert numbers(decoder.decode(9)) == [9]


def test_going_on_does_not_start_again(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder.decode(0)
    monkeypatch.setattr(decoder, "_restart", lambda key: pytest.fail("started again"))
    for number in (1, 2, 3, 7, 30, 39):
        assert numbers(decoder.decode(number)) == [number]


def test_there_is_nothing_beyond_the_end(decoder: Decoder) -> None:
    with pytest.raises(VideoError, match="below 40"):
        decoder.decode(40)
    decoder.close()


def test_damage_makes_it_careful_and_lasts_until_the_next_keyframe(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "damaged.mp4"
    path.write_bytes(damage(clip("bframes.mp4").read_bytes(), 40, seed=1, part=(0.4, 0.45)))
    indexer = Indexer(str(path))
    quick, careful = Decoder(str(path), indexer), Decoder(str(path), indexer, careful=True)
    bad = [number for number in range(40) if not quick.decode(number)]
    assert quick.careful and bad
    stretch = {number // 12 for number in bad}
    assert all(set(range(max(n for n in bad if n // 12 == k), 12 * k + 12)) <= set(bad) | {39} for k in stretch)
    for number in reversed(range(40)):
        found, again = careful.decode(number), quick.decode(number)
        assert bool(found) == bool(again) == (number not in bad)
        if found:
            one, other = (f[-1][1].to_ndarray(format="rgb24") for f in (found, again))
            assert np.array_equal(one, other)
