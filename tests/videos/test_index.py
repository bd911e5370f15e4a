from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.videos.film import Film
from napari_cotracker.videos.index import FilmIndex, PacketScan, index_by_output, is_hidden_vp8
from tests.videos.coded_films import decode_bare, number_in

Clip = Callable[[str], Path]


def packet(pts: int | None, dts: int | None, key: bool = False, discard: bool = False) -> Any:
    return SimpleNamespace(pts=pts, dts=dts, is_keyframe=key, is_discard=discard)


def scan(packets: list[Any]) -> PacketScan:
    scanned = PacketScan(Fraction(1, 25), Fraction(25), "h264")
    for each in packets:
        scanned.add(each)
    return scanned


REORDERED = [packet(shown, place - 2, shown in {0, 6}) for place, shown in enumerate([0, 3, 1, 2, 6, 4, 5])]


def test_frames_are_in_the_order_of_presentation() -> None:
    index = scan(REORDERED).finish()
    assert index.labels.tolist() == list(range(7)) and index.by_time and index.complete
    assert index.key_numbers.tolist() == [0, 6]
    assert [index.key_before(frame) for frame in (0, 5, 6)] == [0, 0, 1]
    assert index.number_of(6) == 6 and index.number_of(7) is None and index.number_of(None) is None


def test_only_what_nothing_can_precede_is_settled() -> None:
    early = scan(REORDERED[:6]).settle()
    assert early is not None and not early.complete
    assert early.labels.tolist() == [0, 1, 2]
    assert early.number_of(4) == 3  # beyond what is known
    assert scan(REORDERED[:1]).settle() is None


@given(st.permutations(range(24)), st.integers(1, 23), st.integers(0, 2**24 - 1))
def test_settled_frames_never_change(order: list[int], pause: int, keys: int) -> None:
    delay = max(0, *(place - shown for place, shown in enumerate(order)))
    packets = [packet(shown, place - delay, bool(keys >> place & 1)) for place, shown in enumerate(order)]
    early = scan(packets[:pause]).settle()
    whole = scan(packets).finish()
    assert whole.labels.tolist() == list(range(24))
    if early is not None:
        assert early.labels.tolist() == whole.labels[: early.n_frames].tolist()
        for frame in range(early.n_frames):
            assert early.key_labels[: early.key_before(frame) + 1].tolist() == (
                whole.key_labels[: whole.key_before(frame) + 1].tolist())


def test_times_that_jump_back_make_a_new_stretch() -> None:
    index = scan([*REORDERED, *REORDERED]).finish()
    assert not index.by_time and index.n_frames == 14
    assert index.labels.tolist() == [0, 2, 3, 1, 5, 6, 4, 7, 9, 10, 8, 12, 13, 11]
    assert index.ticks.tolist() == list(range(14))
    assert index.key_numbers.tolist() == [0, 6, 7, 13]


def test_discarded_repeated_and_timeless_packets_are_no_frames() -> None:
    cut = packet(-1, -1, True, discard=True)
    index = scan([cut, packet(0, 0), packet(0, 0), packet(None, None), packet(1, 1)]).finish()
    assert index.labels.tolist() == [0, 1]
    assert index.key_numbers.tolist() == [0] and index.key_labels.tolist() == [-1]


def test_frames_stranded_behind_a_hole_at_the_end_are_dropped() -> None:
    steady = [packet(k, k - 1, k == 0) for k in range(20)]
    assert scan([*steady, packet(24, 19), packet(22, 20)]).finish().n_frames == 20
    assert scan([*steady, packet(21, 19), packet(20, 20)]).finish().n_frames == 22


def test_a_pause_before_the_last_frames_is_no_hole() -> None:
    steady = [packet(k, k - 1, k == 0) for k in range(20)]
    assert scan([*steady, packet(60, 19), packet(59, 20)]).finish().n_frames == 22
    assert scan([*steady, packet(24, 19), packet(22, 20)]).finish(announced=22).n_frames == 22
    assert scan([*steady, packet(24, 19), packet(22, 20)]).finish(announced=30).n_frames == 20


def index_of(ticks: list[int], time_base: Fraction, rate: Fraction | None = None) -> FilmIndex:
    labels = np.array(ticks, np.int64)
    return FilmIndex(labels, labels, labels[:1], labels[:1] * 0, time_base, rate, by_time=True, complete=True)


@pytest.mark.parametrize("rate", [Fraction(text) for text in ("24", "30000/1001", "24000/1001", "60", "25/2")])
def test_constant_rates_are_found_in_rounded_times(rate: Fraction) -> None:
    ticks = [round(k / rate * 1000) for k in range(500)]
    assert index_of(ticks, Fraction(1, 1000), rate).fps() == rate
    assert index_of(ticks, Fraction(1, 1000)).fps() == rate


def test_a_wrong_announced_rate_is_not_believed() -> None:
    assert index_of(list(range(100)), Fraction(1, 25), Fraction(90000)).fps() == 25
    assert index_of([0], Fraction(1, 25), None).fps() == 25
    assert index_of([0, 1, 10], Fraction(1, 10), Fraction(10)).fps() == 2


def test_an_index_by_output_keeps_to_the_decoder() -> None:
    index = index_by_output([0, 2, 1, 4, 3], {0, 4}, Fraction(50))
    assert [index.number_of(label) for label in range(5)] == [0, 2, 1, 4, 3]
    assert index.key_numbers.tolist() == [0, 3]
    assert np.allclose(index.times(), np.arange(5) / 50)


def test_hidden_pictures_of_vp8_are_no_frames(clip: Clip, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden.webm"
    with av.open(str(clip("vp8.webm"))) as source, av.open(str(hidden), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, each in enumerate(p for p in source.demux(video=0) if p.size):
            data = bytearray(bytes(each))
            if number in {7, 20}:
                data[0] &= ~0x10
            copy = av.Packet(bytes(data))
            copy.pts, copy.dts, copy.time_base, copy.stream = each.pts, each.dts, each.time_base, stream
            copy.is_keyframe = each.is_keyframe
            assert is_hidden_vp8(copy) == (number in {7, 20})
            target.mux(copy)
    with Film(hidden) as film:
        assert film.n_frames == 38
        frames = film.read(range(38))
        assert np.array_equal(frames, decode_bare(hidden))
        assert [number_in(frame) for frame in frames] == [k for k in range(40) if k not in {7, 20}]
