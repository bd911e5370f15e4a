"""Features of a video's frames: read, resized, encoded once, and kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from functools import cache, partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..core.video import Video, version_of
from ..model import CoTracker3
from .background import Background
from .cores import SHARED, take, torch_threads
from .devices import give_back_memory, is_out_of_memory
from .estimates import AT_ONCE
from .store import FeatureKey, FeatureStore


@cache
def shared_store(memory_budget: int, disk_budget: int, folder: Path) -> FeatureStore:
    """One store for every run of this process, so that adding points or fixing one finds the features."""
    return FeatureStore(memory_budget, disk_budget, folder)


def resize_frames(frames: Tensor, size: tuple[int, int]) -> Tensor:
    """(n, H, W, 3) uint8 to (n, 3, h, w) float 0 … 255, corner pixel centres kept, as the published predictors do."""
    pictures = frames.permute(0, 3, 1, 2).float()
    if pictures.shape[2:] == size:
        return pictures
    return F.interpolate(pictures, size, mode="bilinear", align_corners=True)


class FeatureReader:
    """Gives the network's features of any frame of a video.

    Parameters
    ----------
    video : Video
    model : CoTracker3
        On its device, in its precision.
    weights : str
        Hash of its weights file.
    resolution : (height, width)
        At which the network sees the frames.
    keep : torch.dtype
        How features are kept: float16 or float32.
    store : FeatureStore
    """

    def __init__(self, video: Video, model: CoTracker3, *, weights: str, resolution: tuple[int, int],
                 keep: torch.dtype, store: FeatureStore) -> None:
        self.video = video
        self.model = model
        self.resolution = resolution
        self.keep = keep
        self.store = store
        self.encoded = 0
        self._batch = 1 if model.device.type == "cpu" else 8
        stride, arithmetic = model.config.stride, model.fnet.conv1.weight.dtype
        self.key = FeatureKey(
            version_of(video), weights, (resolution[0] // stride, resolution[1] // stride, model.config.latent),
            str(keep).removeprefix("torch."), f"{arithmetic} on {model.device.type}",
        )
        self._last: tuple[dict[int, int], Tensor] = ({}, torch.empty(0))
        self._coming: Future[dict[int, Tensor]] | None = None

    def read(self, frames: Sequence[int], check: Callable[[], None]) -> Tensor:
        """(n, h, w, C) features on the network's device, in the kept precision.

        What the last call returned is still at hand for this one; the rest comes from what was expected, the store
        or the encoder.
        """
        out = torch.empty(len(frames), *self.key.shape, dtype=self.keep, device=self.model.device)
        places: dict[int, list[int]] = {}
        for place, frame in enumerate(frames):
            places.setdefault(frame, []).append(place)
        expected, missing = self._expected(), []
        for frame, rows in places.items():
            kept = expected[frame] if frame in expected else self._at_hand(frame)
            if kept is None:
                missing.append(frame)
            else:
                out[rows] = kept
        for frame, features in self._encode_all(missing, check):
            out[places[frame]] = features
        self._last = ({frame: rows[0] for frame, rows in places.items()}, out)
        return out

    def expect(self, frames: Sequence[int], background: Background) -> None:
        """Have frames encoded that will be read next, while the network is busy with others."""
        if self.model.device.type == "cpu" and torch_threads() > 1:
            self._coming = background.aside(partial(self._prepare, list(dict.fromkeys(frames)), background.check))

    def _expected(self) -> dict[int, Tensor]:
        """What was expected, and no longer is; waits for it."""
        if self._coming is None:
            return {}
        coming, self._coming = self._coming, None
        with SHARED.resting():
            return coming.result()

    def _at_hand(self, frame: int) -> Tensor | None:
        """A frame's features from the last call or the store."""
        rows, features = self._last
        if frame in rows:
            return features[rows[frame]]
        stored = self.store.get(self.key, frame)
        return None if stored is None else torch.from_numpy(stored).to(self.model.device)

    def _prepare(self, frames: list[int], check: Callable[[], None]) -> dict[int, Tensor]:
        """What has to be encoded of some frames; the others come from the store into memory."""
        missing = [frame for frame in frames if self._at_hand(frame) is None]
        with SHARED.at_work():
            return dict(self._encode_all(missing, check))

    def _encode_all(self, frames: list[int], check: Callable[[], None]) -> Iterator[tuple[int, Tensor]]:
        """Encode frames in small batches, as many at a time as there are threads; the next one is decoded meanwhile."""
        parts = [frames[start : start + self._batch] for start in range(0, len(frames), self._batch)]
        running: deque[tuple[list[int], Future[list[Tensor]]]] = deque()
        with ThreadPoolExecutor(1, "decode") as reader, ThreadPoolExecutor(AT_ONCE, "encode") as crew:
            pictures = [reader.submit(self._fetch, part) for part in parts[:1]]
            for index, part in enumerate(parts):
                check()
                pictures += [reader.submit(self._fetch, following) for following in parts[index + 1 : index + 2]]
                running.append((part, crew.submit(self._encode, pictures.pop(0))))
                while len(running) >= self._at_once():
                    yield from self._encoded(*running.popleft())
            while running:
                check()
                yield from self._encoded(*running.popleft())

    def _at_once(self) -> int:
        """How many batches may be encoded at the same time now: a GPU is kept busy by one."""
        return min(SHARED.share(), AT_ONCE) if self.model.device.type == "cpu" else 1

    def _fetch(self, frames: list[int]) -> Tensor:
        pictures = torch.from_numpy(np.ascontiguousarray(self.video.read(frames)))
        return pictures.pin_memory() if self.model.device.type == "cuda" else pictures

    def _encode(self, pictures: Future[Tensor]) -> list[Tensor]:
        if self.model.device.type == "cpu":
            take(max(1, SHARED.share() // AT_ONCE))
        return self._in_pieces(pictures.result())

    def _in_pieces(self, pictures: Tensor) -> list[Tensor]:
        """Features of some pictures; of half of them at a time, then and from now on, where memory runs out."""
        try:
            return self._features(pictures)
        except RuntimeError as error:
            if len(pictures) == 1 or not is_out_of_memory(error):
                raise
        give_back_memory(self.model.device)
        self._batch = half = len(pictures) // 2
        return self._in_pieces(pictures[:half]) + self._in_pieces(pictures[half:])

    def _features(self, pictures: Tensor) -> list[Tensor]:
        device = self.model.device
        # only pinned memory is whole until the device has read it: others go at once, and Apple graphics read the next
        resized = resize_frames(pictures.to(device, non_blocking=device.type == "cuda"), self.resolution)
        # convolutions in float32 mean float32 here, not the GPU's 19-bit substitute; the flag is all threads'
        exact = torch.backends.cudnn.flags(enabled=True, allow_tf32=False) if device.type == "cuda" else nullcontext()
        with torch.inference_mode(), exact:
            return list(self.model.encode(resized).to(self.keep))

    def _encoded(self, frames: list[int], running: Future[list[Tensor]]) -> Iterator[tuple[int, Tensor]]:
        """Wait for some frames, and keep them."""
        kept = running.result()
        self.encoded += len(frames)
        bad = self.video.bad_frames
        for frame, one in zip(frames, kept, strict=True):
            # a frame that could not be decoded may be readable next time
            if frame not in bad:
                # encoding costs a hundred times more than a file on a processor, and less than one on a GPU
                self.store.put(self.key, frame, one.cpu().numpy(), persist=self.model.device.type == "cpu")
            yield frame, one
