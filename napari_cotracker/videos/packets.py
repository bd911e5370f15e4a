"""The packets of a film from a chosen keyframe on, wherever a container's own seeking lands."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from .container import open_film, read_packets
from .index import FilmIndex

SEEK_MARGINS = (0.0, 1.0, 10.0)
"""Seconds to aim before a keyframe; each is tried after the one before landed behind it."""


class PacketReader:
    """Feeds a decoder, always starting exactly at a keyframe of the index.

    A seek may land anywhere before the keyframe: the packets up to it are dropped. If it lands
    behind, it is repeated with a margin, and at last the file is opened again and read from its
    beginning, as it was when the index was made. So a decoder sees the same packets after a
    keyframe whatever was read before, which is why frame *k* is always the same picture.

    Parameters
    ----------
    path : str
    index : FilmIndex
    threads : int
        Decoder threads; 0 leaves the choice to FFmpeg.
    """

    def __init__(self, path: str, index: FilmIndex, threads: int) -> None:
        self._path, self._threads = path, threads
        self.index = index
        self._open()

    def _open(self) -> None:
        self._container, self._stream = open_film(self._path, self._threads)
        self._packets: Generator[Any, None, None] = read_packets(self._container, self._stream)
        self._count = 0
        self._held: Any = None

    def close(self) -> None:
        """Close the file."""
        self._packets.close()
        self._container.close()

    def start(self, key: int) -> None:
        """Make the packet of keyframe number `key` in the index the next one; -1 is the beginning of the file."""
        if key < 0:
            self._reopen()
        elif self.index.by_time:
            self._start_at_time(int(self.index.key_labels[key]))
        else:
            self._start_at_number(int(self.index.key_labels[key]))

    def __iter__(self) -> Iterator[Any]:
        """The packets from here on, each with its label as presentation time."""
        if self._held is not None:
            packet, self._held = self._held, None
            yield packet
        for packet in self._packets:
            self._stamp(packet)
            yield packet

    def decode(self, packet: Any) -> list[Any]:
        """Frames that come out when a packet goes in; None drains the decoder."""
        return list(self._stream.codec_context.decode(packet))

    def _stamp(self, packet: Any) -> None:
        if not self.index.by_time:
            packet.pts = self._count
        self._count += 1

    def _reopen(self) -> None:
        self.close()
        self._open()

    def _start_at_number(self, label: int) -> None:
        if self._count > label:
            self._reopen()
        self._stream.codec_context.flush_buffers()
        self._held = next((packet for packet in self if packet.pts == label), None)

    def _start_at_time(self, label: int) -> None:
        for margin in SEEK_MARGINS:
            if self._seek(label - round(margin / self.index.time_base)) and self._skip_to(label):
                return
        self._reopen()
        self._skip_to(label, patient=True)

    def _seek(self, tick: int) -> bool:
        import av

        self._held = None
        try:
            self._container.seek(tick, stream=self._stream)
        except av.error.FFmpegError:
            return False
        self._packets.close()
        self._packets = read_packets(self._container, self._stream)
        return True

    def _skip_to(self, label: int, patient: bool = False) -> bool:
        """Drop packets up to the keyframe of a label; False once one comes that must lie behind it."""
        for packet in self:
            if packet.is_keyframe and packet.pts == label:
                self._held = packet
                return True
            if not patient and packet.dts is not None and packet.dts > label:
                return False
        return False
