"""How a network is trained: its sizes, the stages of its course, and what they weigh."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from ..core.errors import TrackingError
from ..model.config import CoTracker3Config


@dataclass(frozen=True)
class Lesson:
    """One stage of the course.

    Parameters
    ----------
    until : float
        Share of the whole course at which it ends.
    length : int
        Frames of its clips; a network's window or fewer are solved at once, longer ones by sliding windows.
    size : (height, width)
        In multiples of 8.
    batch : int
        Clips a step, over all processes that train together.
    tracks, iters : int
    whole : float
        Share of the steps in which a clip is solved as one window, whatever its length.
    """

    until: float
    length: int
    size: tuple[int, int]
    batch: int
    tracks: int
    iters: int
    whole: float = 0.0


@dataclass(frozen=True)
class TrainOptions:
    """A course of training.

    Parameters
    ----------
    network : CoTracker3Config
    lessons : sequence of Lesson
        In order; the last one ends at 1.
    rate : float
        Peak learning rate, of Muon as of AdamW (see `napari_cotracker.training.muon`).
    decay : float
        Weight decay.
    warm_up : int
        Steps over which the rate rises.
    reuse : float
        How often each drawn clip is used, with other augmentation each time; 1 draws every clip anew.
    pool : int
        Clips kept for reuse.
    solid : float
        Share of the clips that show solid bodies (`napari_cotracker.training.studio`); the others are flat layers.
    together : int
        Steps whose clips are drawn at once: a GPU is kept busier by few large pictures than by many small ones.
    average : float
        Of the exponential moving average of the weights, which is what ships.
    hidden_weight : float
        How much a hidden point counts against a visible one in the visibility loss.
    match_weight : float
        Of the auxiliary loss that makes features of one point alike; falls to zero at 40 % of the course.
    """

    network: CoTracker3Config
    lessons: tuple[Lesson, ...]
    rate: float = 5e-4
    decay: float = 1e-4
    warm_up: int = 300
    reuse: float = 1.0
    pool: int = 1
    solid: float = 0.5
    together: int = 1
    average: float = 0.999
    hidden_weight: float = 3.0
    match_weight: float = 0.1

    def lesson(self, share: float) -> Lesson:
        """The lesson at a share of the course, 0 … 1."""
        return next((lesson for lesson in self.lessons if share < lesson.until), self.lessons[-1])

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Preset:
    """A course under a name."""

    title: str
    options: TrainOptions


# 4.5 M parameters, 9 MB in float16: a tenth of the published network's operations per frame
COMPACT = CoTracker3Config(
    encoder_widths=(32, 48, 64, 64), latent=64, radius=2, corr_hidden=128, corr_out=64, hidden=160, heads=5,
    virtual_tracks=32, model_resolution=(256, 256),
)
# what two processor cores can teach in an hour
SMALL = CoTracker3Config(
    encoder_widths=(16, 32, 48, 64), latent=48, radius=2, levels=3, corr_hidden=96, corr_out=48, hidden=96, heads=4,
    depth=2, virtual_tracks=8, model_resolution=(128, 128),
)
# for tests and for trying the machinery out
TINY = CoTracker3Config(
    encoder_widths=(8, 8, 12, 12), latent=12, radius=1, levels=2, corr_hidden=16, corr_out=8, hidden=24, heads=2,
    depth=1, virtual_tracks=4, model_resolution=(64, 64), window=8,
)

_FROM_NOTHING = TrainOptions(COMPACT, (
    Lesson(0.3, 16, (192, 192), 24, 160, 3), Lesson(0.62, 24, (224, 224), 16, 160, 4, 0.25),
    Lesson(1.0, 40, (256, 256), 10, 160, 4, 0.3),
), rate=6e-4, warm_up=100, reuse=2.5, pool=500, together=4, average=0.9985, hidden_weight=1.5)
_FURTHER = replace(_FROM_NOTHING, lessons=(
    Lesson(0.25, 16, (192, 192), 24, 160, 3), Lesson(0.55, 24, (256, 256), 12, 160, 4),
    Lesson(1.0, 40, (320, 320), 8, 160, 4, 0.25),
), warm_up=60, reuse=3.5, match_weight=0.0, hidden_weight=1.0)

PRESETS = {
    "compact": Preset("4.5 M parameters at 256 × 256; wants a GPU", _FROM_NOTHING),
    "further": Preset("the shipped network, further: start with its weights; wants a GPU", _FURTHER),
    "small": Preset("1.4 M parameters at 128 × 128; for processors", TrainOptions(SMALL, (
        Lesson(0.35, 8, (96, 96), 4, 40, 3), Lesson(0.6, 12, (96, 96), 4, 40, 4),
        Lesson(1.0, 24, (96, 96), 4, 40, 4, 0.25),
    ), rate=8e-4, warm_up=100, reuse=3.0, pool=1200, average=0.998)),
    "tiny": Preset("58,000 parameters, to try the machinery", TrainOptions(TINY, (
        Lesson(0.5, 8, (64, 64), 2, 12, 2), Lesson(1.0, 12, (64, 64), 2, 12, 2, 0.5),
    ), rate=2e-3, warm_up=10, reuse=2.0, pool=32, average=0.9)),
}


def find_preset(name: str) -> Preset:
    """The course of a name.

    Raises
    ------
    TrackingError
    """
    if name not in PRESETS:
        raise TrackingError(f"expected a course out of {', '.join(PRESETS)}; got {name!r}")
    return PRESETS[name]
