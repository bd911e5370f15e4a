"""Clips for every step: drawn ahead in a thread, kept for a while, changed each time they are used.

What a step gets depends on the run's seed and the step's number alone, and on the pool of clips before
it; a run that goes on later fills its pool anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import torch
from torch import Tensor

from .augment import augment
from .chance import Chance
from .clips import Clips, ClipSizes, Workshop
from .options import Lesson, TrainOptions
from .studio import Studio

REFRESH = 60  # steps for which one set of textures is used


class Supply:
    """Batches of clips for the steps of a run.

    Parameters
    ----------
    options : TrainOptions
    seed : int
    device : torch.device
    photos : sequence of (3, h, w)
        Photographs among the textures.
    """

    def __init__(self, options: TrainOptions, seed: int, device: torch.device, photos: Sequence[Tensor] = ()) -> None:
        self._options, self._seed, self._device, self._photos = options, seed, device, photos
        self._thread = ThreadPoolExecutor(1, "clips")
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        self._now: tuple[int, Lesson, Clips] | None = None
        self._coming: tuple[int, Lesson, Future[Clips]] | None = None
        self._pool: deque[Clips] = deque(maxlen=max(options.pool, 1))
        self._banks: tuple[int, Workshop, Studio] | None = None

    def close(self) -> None:
        """Stop drawing."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def settle(self) -> None:
        """Wait for what is being drawn: nothing else may ask for GPU memory while a step is recorded."""
        if self._coming is not None:
            self._coming[2].result()

    def batch(self, step: int, lesson: Lesson) -> Clips:
        """The clips of a step."""
        chunk, place = divmod(step, self._options.together)
        fresh = self._fetch(chunk, lesson)
        first, stop = (len(fresh) * n // self._options.together for n in (place, place + 1))
        newest = [fresh.map(lambda part, i=i: part[i : i + 1]) for i in range(first, stop)]  # type: ignore[misc]
        chance = self._chance(step, 1)
        self._pool.extend(newest)
        # where clips are used once, all are new ones
        older = [self._pool[chance.whole(0, len(self._pool))] for _ in range(lesson.batch - len(newest))]
        return augment(Clips.join([*newest[: lesson.batch], *older]), chance, reverses=self._is_whole(lesson))

    def _fetch(self, chunk: int, lesson: Lesson) -> Clips:
        """The clips that are drawn together for some steps; those of the next ones are then begun."""
        if self._now is None or self._now[:2] != (chunk, lesson):
            if self._coming is None or self._coming[:2] != (chunk, lesson):
                self._coming = (chunk, lesson, self._thread.submit(self._draw, chunk, lesson))
            if self._now and self._now[1] != lesson:
                self._pool.clear()
            self._now = (chunk, lesson, self._coming[2].result())
            self._coming = (chunk + 1, lesson, self._thread.submit(self._draw, chunk + 1, lesson))
        return self._now[2]

    def _is_whole(self, lesson: Lesson) -> bool:
        """Whether clips of a lesson are always solved as one window."""
        return lesson.length <= self._options.network.window

    def _draw(self, chunk: int, lesson: Lesson) -> Clips:
        if self._stream is None:
            return self._make(chunk, lesson)
        # beside the training, and done before anybody gets to see it
        with torch.cuda.stream(self._stream):
            clips = self._make(chunk, lesson)
        self._stream.synchronize()
        return clips

    def _make(self, chunk: int, lesson: Lesson) -> Clips:
        chance = self._chance(chunk, 0)
        many = self._options.together * lesson.batch / max(self._options.reuse, 1.0)
        count = int((chunk + 1) * many) - int(chunk * many) or 1
        first = 0.4 if self._is_whole(lesson) else 0.6
        sizes = ClipSizes(count, lesson.length, lesson.tracks, lesson.size, first)
        workshop, studio = self._bank(chunk * self._options.together)
        solid = int(count * self._options.solid + chance.number(0, 1))
        parts = [maker.make(chance, replace(sizes, clips=clips))
                 for maker, clips in ((workshop, count - solid), (studio, solid)) if clips]
        drawn = Clips.join(parts)
        # every step is to get some of both
        return Clips.join([drawn.map(lambda part, i=i: part[i : i + 1]) for i in chance.order(count)])  # type: ignore[misc]

    def _bank(self, step: int) -> tuple[Workshop, Studio]:
        age = step // REFRESH
        if self._banks is None or self._banks[0] != age:
            workshop = Workshop(self._chance(age, 2), photos=self._photos)
            self._banks = (age, workshop, Studio(workshop.textures))
        return self._banks[1:]

    def _chance(self, step: int, purpose: int) -> Chance:
        return Chance((self._seed * 4 + purpose) * 100_000_007 + step, self._device)
