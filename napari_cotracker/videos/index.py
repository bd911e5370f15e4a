"""Which picture of a film has which number.

A film file is a row of packets in decoding order. Frame *k* is the *k*-th picture in the order of
presentation. Where a container states presentation times, reading the packets (not decoding them)
is enough to know that order, and each frame is recognised by its time (its *label*). Where times
jump back (joined recordings) or are not presentation times at all (B-frames in AVI, raw streams),
the label is the packet's place in the file instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

TRUSTED_CONTAINERS = {"mov", "matroska", "webm", "mpegts", "mpeg", "flv", "gif", "apng", "ogg", "ivf", "nut", "mxf"}
"""Containers whose packets carry true presentation times."""

MOST_BEHIND = 16
"""No encoder stores more frames behind one that is shown after them."""


@dataclass(frozen=True)
class FilmIndex:
    """The frames of a film in the order of presentation, and where decoding may begin.

    Parameters
    ----------
    labels : (T,) int64
        What identifies each frame in the decoder: its presentation time if `by_time`, else the
        number of its packet in the file.
    ticks : (T,) int64
        Presentation times in units of `time_base`, strictly increasing.
    key_labels, key_numbers : (K,) int64
        Label of each keyframe packet, and the first frame at or after it; ascending.
    time_base : Fraction
        Seconds per tick.
    rate : Fraction or None
        Frames per second as the container states it.
    by_time : bool
        Whether labels are presentation times that the container can seek to.
    complete : bool
        False while the rest of the file is still being read; then the frames so far are final.
    """

    labels: Integers
    ticks: Integers
    key_labels: Integers
    key_numbers: Integers
    time_base: Fraction
    rate: Fraction | None
    by_time: bool
    complete: bool
    _order: Integers = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_order", np.argsort(self.labels, kind="stable"))

    @property
    def n_frames(self) -> int:
        """Number of frames known."""
        return len(self.labels)

    def number_of(self, label: int | None) -> int | None:
        """Frame number of a label; `n_frames` for one that lies beyond what is known yet, None for a stranger."""
        if label is None or not self.n_frames:
            return None
        place = int(np.searchsorted(self.labels, label, sorter=self._order))
        if place == self.n_frames:
            return None if self.complete else place
        number = int(self._order[place])
        return number if self.labels[number] == label else None

    def key_before(self, frame: int) -> int:
        """Place in the list of keyframes of the last one at or before a frame; -1 if there is none."""
        return int(np.searchsorted(self.key_numbers, frame, side="right")) - 1

    def fps(self) -> Fraction:
        """Frames per second: the container's rate where every frame keeps to it, else the average."""
        span = Fraction(int(self.ticks[-1] - self.ticks[0])) * self.time_base
        if self.n_frames == 1 or not span:
            return self.rate or Fraction(25)
        average = Fraction(self.n_frames - 1) / span
        ntsc = Fraction(round(average * 1001 / 1000) * 1000, 1001)
        for rate in (self.rate, average.limit_denominator(1), ntsc, average.limit_denominator(1001)):
            if rate and self._keeps_to(rate):
                return rate
        return average.limit_denominator(1_000_000)

    def _keeps_to(self, rate: Fraction) -> bool:
        """Whether every frame is within a tick of its place at a constant rate."""
        ideal = np.arange(self.n_frames) * float(1 / (rate * self.time_base))
        return bool((np.abs(self.ticks - self.ticks[0] - ideal) <= 1.001).all())

    def times(self) -> NDArray[np.float64]:
        """(T,) presentation times in seconds."""
        return np.asarray(self.ticks * float(self.time_base), np.float64)


class PacketScan:
    """Collects the packets of a film, in file order, and puts them into the order of presentation.

    Parameters
    ----------
    time_base : Fraction
    rate : Fraction or None
    codec : str
        FFmpeg's name of the codec.
    """

    def __init__(self, time_base: Fraction, rate: Fraction | None, codec: str) -> None:
        self.time_base, self.rate = time_base, rate
        self._has_hidden = codec == "vp8"
        self.count = 0
        self.indexed = 0
        self._rows: list[tuple[int, int, int]] = []  # (stretch, presentation time, packet number)
        self._keys: list[tuple[int, int, int]] = []
        self._stretch = 0
        self._last_dts: int | None = None
        self._settled: int | None = None  # frames before this time have been handed out

    def add(self, packet: Any) -> None:
        """Take note of the next packet."""
        number, pts, dts = self.count, packet.pts, packet.dts
        self.count += 1
        if dts is not None:
            if self._last_dts is not None and dts < self._last_dts:
                self._stretch += 1
            self._last_dts = dts
        if pts is None or (self._has_hidden and is_hidden_vp8(packet)):
            return
        if self._stretch == 0 and self._settled is not None and pts < self._settled:
            return  # breaks the rule that no packet is shown before its decoding time
        if packet.is_keyframe:
            self._keys.append((self._stretch, pts, number))
        if not packet.is_discard:
            self._rows.append((self._stretch, pts, number))
            self.indexed += 1

    def settle(self) -> FilmIndex | None:
        """The frames that no later packet can come before: those shown before the current decoding time."""
        if self._stretch or self._last_dts is None:
            return None
        self._settled = self._last_dts
        rows = _in_order([row for row in self._rows if row[1] < self._settled])
        keys = _in_order([key for key in self._keys if key[1] < self._settled])
        return self._index_by_time(rows, keys, complete=False) if len(rows) else None

    def finish(self, announced: int = 0) -> FilmIndex:
        """The whole film; `announced` is how many packets the container states, 0 if it does not."""
        rows, keys = _in_order(self._rows), _in_order(self._keys)
        if not self._stretch or not len(rows):
            rows = rows if self.count == announced else _drop_ragged_end(rows, self._last_dts)
            return self._index_by_time(rows, keys, complete=True)
        key_rows = np.isin(rows[:, 2], keys[:, 2])
        return FilmIndex(
            labels=rows[:, 2], ticks=_join_stretches(rows), key_labels=rows[key_rows, 2],
            key_numbers=np.flatnonzero(key_rows).astype(np.int64), time_base=self.time_base, rate=self.rate,
            by_time=False, complete=True,
        )

    def _index_by_time(self, rows: Integers, keys: Integers, complete: bool) -> FilmIndex:
        ticks = rows[:, 1]
        return FilmIndex(
            labels=ticks, ticks=ticks, key_labels=keys[:, 1],
            key_numbers=np.searchsorted(ticks, keys[:, 1]).astype(np.int64), time_base=self.time_base,
            rate=self.rate, by_time=True, complete=complete,
        )


def index_by_output(order: list[int], keys: set[int], rate: Fraction) -> FilmIndex:
    """An index from what a decoder put out: packet numbers in the order of presentation, at a constant rate."""
    labels = np.array(order, np.int64)
    key_numbers = np.flatnonzero(np.isin(labels, np.fromiter(keys, np.int64, len(keys))))
    return FilmIndex(
        labels=labels, ticks=np.arange(len(labels), dtype=np.int64), key_labels=labels[key_numbers],
        key_numbers=key_numbers.astype(np.int64), time_base=1 / rate, rate=rate, by_time=False, complete=True,
    )


def is_hidden_vp8(packet: Any) -> bool:
    """Whether a VP8 packet is only a reference and never shown (RFC 6386 §9.1: bit 4 of the frame tag)."""
    return not memoryview(packet)[0] & 0x10


def _in_order(rows: list[tuple[int, int, int]]) -> Integers:
    """Sorted by stretch and time, the first of each time only."""
    array = np.array(rows, np.int64).reshape(-1, 3)
    array = array[np.lexsort((array[:, 2], array[:, 1], array[:, 0]))]
    fresh = np.ones(len(array), bool)
    fresh[1:] = (array[1:, :2] != array[:-1, :2]).any(1)
    return array[fresh]


def _drop_ragged_end(rows: Integers, last_dts: int | None) -> Integers:
    """Without the frames behind a hole at the very end of a film of constant rate.

    Where a file was cut off, frames that were stored ahead of earlier ones may be all that is left
    of its end; counting them would give them the numbers of frames that are gone. A hole with room
    for more frames than can be stored behind a later one is a pause.
    """
    steps = np.diff(rows[:, 1])
    if last_dts is None or len(steps) < 8:
        return rows
    usual = np.median(steps)
    holes, pauses = steps > 1.5 * usual, steps > (MOST_BEHIND + 1.5) * usual
    at_end = rows[1:, 1] > last_dts
    if holes[~at_end].any() or pauses.any() or not holes.any():
        return rows
    return rows[: int(np.argmax(holes)) + 1]


def _join_stretches(rows: Integers) -> Integers:
    """Increasing ticks: each stretch begins one usual frame duration after the one before it."""
    steps = np.diff(rows[:, 1])
    within = np.diff(rows[:, 0]) == 0
    usual = int(np.median(steps[within])) if within.any() else 1
    ticks: Integers = rows[0, 1] + np.concatenate([[0], np.cumsum(np.where(within, steps, max(usual, 1)))])
    return ticks
