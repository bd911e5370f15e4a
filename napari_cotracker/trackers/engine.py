"""What the online and the offline CoTracker3 share: the loaded network, features, windows, answers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..core.coordinates import resize_scale
from ..core.errors import TrackingError
from ..core.queries import Queries
from ..core.tracker import TrackJob, TrackUpdate
from ..model import CoTracker3, load_checkpoint
from ..model.cotracker import Ends, Guess
from ..model.layers import Pace
from .background import Background
from .cores import SHARED
from .devices import give_back_memory, is_out_of_memory, pick_device, pick_dtype
from .estimates import size_of_area
from .features import FeatureReader, shared_store
from .settings import SELF_SUPPORTING, CoTracker3Settings
from .store import features_folder
from .weights import sha256

Result = TypeVar("Result")
Floats = NDArray[np.float32]
SMALLEST_CHUNK = 64


@dataclass(frozen=True)
class Network:
    """A loaded network and the hash of its file."""

    model: CoTracker3
    weights: str
    keeps_aspect: bool


@lru_cache(maxsize=2)
def _load(path: str, changed: int, device: torch.device, dtype: torch.dtype, compiled: bool) -> Network:
    """The network of a file, kept warm for the next run; `changed` makes a rewritten file load anew.

    Made in a thread that ends with it. A thread that has used OpenMP keeps helpers, and while a second one has
    some, too, those of both sleep between any two computations: the run to come may take half as long again.
    """
    with ThreadPoolExecutor(1, "loading") as apart:
        return apart.submit(_read, path, device, dtype, compiled).result()


def _read(path: str, device: torch.device, dtype: torch.dtype, compiled: bool) -> Network:
    model = load_checkpoint(path).to(device).use_precision(dtype)
    if compiled and device.type == "cuda":  # on a processor compiled blocks are slower than oneDNN's (measured: 1.7×)
        model.compile_blocks()
    return Network(model, sha256(Path(path)), keeps_aspect=path.endswith(".safetensors"))


def load_network(settings: CoTracker3Settings) -> Network:
    """The network that settings ask for.

    Raises
    ------
    TrackingError, CheckpointError
        If there is no such device, or no such network.
    """
    device = pick_device(settings.device)
    path = Path(settings.checkpoint)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return _load(str(path), changed, device, pick_dtype(settings.precision, device), settings.compile)


def working_size(network: Network, settings: CoTracker3Settings, size: tuple[int, int]) -> tuple[int, int]:
    """(height, width) at which the network sees a clip of `size` (width, height).

    The published networks squeeze every clip to the size they were trained at; ours keep its aspect
    and the trained area, in multiples of 8.
    """
    wanted = settings.resolution or network.model.config.model_resolution
    smallest = network.model.config.stride * 2 ** network.model.config.levels
    if settings.resolution is None and network.keeps_aspect:
        wanted = size_of_area(wanted[0] * wanted[1], size, smallest)
    if wanted[0] % 8 or wanted[1] % 8 or min(wanted) < smallest:
        raise TrackingError(
            f"expected a resolution in multiples of 8, at least {smallest} × {smallest}, got {wanted[0]} × {wanted[1]}"
        )
    return wanted


class Answer(NamedTuple):
    """The cells of a `TrackUpdate`."""

    frames: NDArray[np.int64]
    ids: NDArray[np.int64]
    xy: Floats
    visibility: Floats
    confidence: Floats


class Engine:
    """One job's network, features, and way from and to the video's pixels.

    Positions inside are feature pixels; frames are counted along the job's range, so that a backward
    job looks like a forward one.
    """

    def __init__(self, network: Network, job: TrackJob, settings: CoTracker3Settings) -> None:
        self.model = network.model
        self.settings = settings
        self.frames = np.array(job.frames, np.int64)
        resolution = working_size(network, settings, (job.video.width, job.video.height))
        self.reader = FeatureReader(
            job.video, self.model, weights=network.weights, resolution=resolution,
            keep=torch.float32 if settings.keeps_float32 else torch.float16,
            store=shared_store(settings.memory_budget, settings.disk_budget, features_folder()),
        )
        self._size = (resolution[1], resolution[0])
        self._scale = resize_scale((job.video.width, job.video.height), self._size) / self.model.config.stride
        self._tokens = self.model.pace().tokens

    def __len__(self) -> int:
        return len(self.frames)

    def order(self, queries: Queries) -> NDArray[np.int64]:
        """(N,) positions of the queries along the job's range."""
        backward = len(self.frames) > 1 and self.frames[1] < self.frames[0]
        order: NDArray[np.int64] = (queries.t - self.frames[0]) * (-1 if backward else 1)
        return order

    def place(self, queries: Queries) -> tuple[Tensor, Tensor]:
        """Queries as (N,) positions along the job's range, and (N, 2) feature pixels."""
        xy = torch.from_numpy((queries.xy * self._scale).astype(np.float32))
        return torch.from_numpy(self.order(queries)).to(self.model.device), xy.to(self.model.device)

    def support(self, position: int, beside: int) -> tuple[Tensor, Tensor]:
        """The support grid: helper points that join the attention, on the frame at a position along the job's range.

        So many tracks beside them need none. The published predictor places them on the clip's first frame, however
        many there are, and so does ``parity``.
        """
        count = self.settings.support_grid if beside < SELF_SUPPORTING else 0
        if self.settings.parity:
            position, count = int(np.abs(self.frames).argmin()), self.settings.support_grid
        width, height = self._size
        margin = width / 64
        x = torch.linspace(margin, width - margin, count) if count > 1 else torch.tensor([width / 2])
        y = torch.linspace(margin, height - margin, count) if count > 1 else torch.tensor([height / 2])
        grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1).view(-1, 2)[: count * count]
        device = self.model.device
        return torch.full((len(grid),), position, device=device), (grid / self.model.config.stride).to(device)

    def pyramid(self, positions: Sequence[int], check: Callable[[], None]) -> list[Tensor]:
        """Feature pyramid of frames given along the job's range."""
        return self.model.pyramid(self.reader.read([int(self.frames[p]) for p in positions], check))

    def work(self, background: Background, function: Callable[[], Result], done: float,
             message: str) -> Generator[TrackUpdate, None, Result]:
        """Run a piece of work in the background, without gradients; yields heartbeats, returns its result."""
        return background.run(partial(self._compute, function), done, message)

    def expect(self, background: Background, positions: Sequence[int]) -> None:
        """Have the features of frames made that will be asked for next, where a processor has a core to spare."""
        frames = [int(self.frames[p]) for p in positions]
        self.reader.expect(frames, background)

    def _compute(self, function: Callable[[], Result]) -> Result:
        with torch.inference_mode(), SHARED.at_work():
            if self.model.device.type == "cpu":
                SHARED.take_team()
            return function()

    def refine(self, background: Background, pyramid: Sequence[Tensor], templates: Tensor, guess: Guess, *,
               iters: int, done: Callable[[int], float], message: str, ends: Ends | None = None
               ) -> Generator[TrackUpdate, None, Guess]:
        """Run the iterations; yields heartbeats, halves its pieces when memory runs out."""
        while True:
            pace = Pace(self._tokens, background.check)
            states = self.model.refine(pyramid, templates, guess, iters, pace, ends=ends)
            try:
                solved = guess
                for iteration in range(iters):
                    solved = yield from self.work(background, partial(next, states), done(iteration), message)
                return solved
            except RuntimeError as error:
                if not is_out_of_memory(error) or self._tokens <= SMALLEST_CHUNK:
                    raise
            self._tokens //= 2
            give_back_memory(self.model.device)

    def answer(self, queries: Queries, solved: Guess, start: int, *, both_ways: bool = False) -> Answer:
        """An answer in pixels of the video: the query cell is the query, cells before it are NaN.

        Parameters
        ----------
        queries : Queries
            The last tracks of the guess; what stands before them are support points, left out.
        solved : Guess
        start : int
            Position of the guess's first frame along the job's range.
        both_ways : bool
            Whether cells before a query are an answer too.
        """
        length = min(solved.xy.shape[1], len(self.frames) - start)
        told = solved.map(lambda part: part[len(part) - len(queries) :])
        xy, visibility, confidence = self.read_out(told, length)
        frames = self.frames[start : start + length]
        query = frames[:, None] == queries.t
        xy = np.where(query[..., None], queries.xy, xy)
        scores = np.where(query, np.float32(1), np.stack([visibility, confidence]))
        if not both_ways:
            before = np.arange(start, start + length)[:, None] < self.order(queries)
            xy = np.where(before[..., None], np.float32(np.nan), xy)
            scores = np.where(before, np.float32(np.nan), scores)
        return Answer(frames, queries.ids, xy, scores[0], scores[1])

    def read_out(self, guess: Guess, length: int) -> tuple[Floats, Floats, Floats]:
        """The first frames of a guess in pixels of the video and probabilities: (t, N, 2), (t, N), (t, N)."""
        parts = (guess.xy, guess.visibility.sigmoid(), guess.confidence.sigmoid())
        xy, visibility, confidence = (part[:, :length].transpose(0, 1).cpu().numpy() for part in parts)
        return (xy / np.where(self._scale > 0, self._scale, 1)).astype(np.float32), visibility, confidence

    def guess_of(self, xy: Floats, visibility: Floats, confidence: Floats, certain: float) -> Guess:
        """What is known of one track, (T, 2) pixels of the video and (T,), as a guess; no score is surer than given."""
        scores = np.clip(np.stack([visibility, confidence]), 1 - certain, certain)
        parts = ((xy * self._scale)[None], *np.log(scores / (1 - scores))[:, None])
        return Guess(*(torch.from_numpy(part.astype(np.float32)).to(self.model.device) for part in parts))


def guarded(updates: Iterator[TrackUpdate]) -> Iterator[TrackUpdate]:
    """The same updates, with every torch error turned into one sentence."""
    try:
        yield from updates
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            raise TrackingError(
                "memory ran out even with the smallest pieces; use mode online, fewer points or a smaller resolution"
            ) from error
        raise TrackingError(f"the network stopped: {str(error).splitlines()[0]}") from error


def only_within(queries: Queries, frames: range) -> Queries:
    """The queries whose frame a job covers."""
    return queries.select(np.isin(queries.t, np.array(frames)))


def settings_of(job: TrackJob, given: CoTracker3Settings) -> CoTracker3Settings:
    """The job's settings, else those the tracker was made with, on the same weights."""
    settings = job.settings if isinstance(job.settings, CoTracker3Settings) else given
    return replace(settings, checkpoint=given.checkpoint)
