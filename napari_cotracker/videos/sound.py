"""The sound of a film carried over into another one, bit for bit."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..core.errors import VideoError
from .container import MAX_FAILURES


class Sound:
    """Copies the packets of every sound track that the new film's container can hold.

    Parameters
    ----------
    path : str
        The film with the sound.
    container : av.container.OutputContainer
        The new film, before anything was written to it; tracks are added to it.
    since : float
        Seconds in the old film that are the beginning of the new one.
    span : (float, float), optional
        Packets that begin within these seconds of the old film are taken; all of them if not given.

    Attributes
    ----------
    notes : list of str
        What could not be taken, a sentence each.
    """

    def __init__(self, path: str, container: Any, since: float, span: tuple[float, float] | None = None) -> None:
        import av

        self.notes: list[str] = []
        self._target, self._since, self._span = container, since, span
        self._source = av.open(str(Path(path).absolute()), options={"protocol_whitelist": "file"},
                               metadata_errors="ignore")
        try:
            self._tracks = self._add_tracks()
            self._packets = self._read()
            self._next = next(self._packets, None)
        except BaseException:
            self.close()
            raise

    def copy_until(self, seconds: float | None) -> None:
        """Copy what is heard before some time of the old film; the rest if None.

        Raises
        ------
        VideoError
            If the container refuses it after all.
        """
        import av

        while self._next is not None and (seconds is None or self._next[0] <= seconds):
            packet = self._next[1]
            try:
                self._target.mux(packet)
            except (av.error.FFmpegError, ValueError) as error:
                raise VideoError(f"cannot copy the sound ({getattr(error, 'strerror', None) or error}); "
                                 "render without it (audio=no)") from None
            self._next = next(self._packets, None)

    def close(self) -> None:
        """Close the old film."""
        self._source.close()

    def _add_tracks(self) -> dict[int, Any]:
        from av.stream import Discard

        tracks = {}
        for stream in self._source.streams:
            if stream.type == "audio" and _fits(stream, self._target.format.name):
                track = self._target.add_stream_from_template(stream)
                track.metadata.update({key: value for key, value in stream.metadata.items() if key == "language"})
                tracks[stream.index] = track
                continue
            stream.discard = Discard.all
            if stream.type == "audio":
                codec = stream.codec_context.name if stream.codec_context is not None else "an unknown codec"
                kind = Path(str(self._target.name)).suffix
                self.notes.append(f"The sound ({codec}) is left out, for {kind} files do not hold it; "
                                  f"render to .mkv to keep it.")
        return tracks

    def _read(self) -> Iterator[tuple[float, Any]]:
        """When each packet begins, and the packet, made ready for the new film."""
        import av

        failures = 0
        while self._tracks and failures < MAX_FAILURES:
            try:
                for packet in self._source.demux([self._source.streams[index] for index in self._tracks]):
                    begin = packet.pts if packet.pts is not None else packet.dts
                    if not packet.size or begin is None:
                        continue
                    seconds = float(begin * packet.time_base)
                    if self._span is None or self._span[0] <= seconds < self._span[1]:
                        yield seconds, self._moved(packet)
                return
            except av.error.FFmpegError:  # a damaged stretch
                failures += 1

    def _moved(self, packet: Any) -> Any:
        shift = round(self._since / float(packet.time_base))
        track = self._tracks[packet.stream_index]
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts = None if packet.dts is None else packet.dts - shift
        packet.stream = track
        return packet


def _fits(stream: Any, container: str) -> bool:
    """Whether a kind of container takes a sound track; its header is written to find out."""
    import av

    try:
        with av.open(io.BytesIO(), "w", format=container) as trial:
            trial.add_stream_from_template(stream)
            trial.start_encoding()
        return True
    except (av.error.FFmpegError, ValueError, RuntimeError):
        return False
