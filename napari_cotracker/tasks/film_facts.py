"""What tracks note in their meta of the film that they lie on."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ..core.video import Video


def film_facts(video: Video) -> dict[str, Any]:
    """``size``, ``pixel_aspect``, ``fps``, ``frame_numbers``, ``own_numbers``, ``video`` as `Tracks.meta` has them.

    And ``times``, if they are irregular.
    """
    identity = {"path": video.path, "fingerprint": video.fingerprint}
    return {"size": (video.width, video.height), **frame_facts(video), "video": identity}


def frame_facts(video: Video) -> dict[str, Any]:
    """Those of them that tell how frames follow one another, and what shape their pixels have."""
    return {
        "pixel_aspect": pixel_aspect(video).as_integer_ratio(),
        "fps": (video.fps.numerator, video.fps.denominator),
        "frame_numbers": [int(number) for number in video.frame_numbers],
        "own_numbers": has_own_numbers(video),
        **({} if is_constant(video) else {"times": (video.times - video.times[0]).tolist()}),
    }


def is_constant(video: Video) -> bool:
    """Whether frames follow one another at equal times, which the frames per second then tell."""
    steps = np.diff(np.asarray(video.times, np.float64))
    return not len(steps) or bool(np.ptp(steps) <= 0.05 * np.median(steps))


def has_own_numbers(video: Video) -> bool:
    """Whether frames have numbers of their own, as image files do even where they count from 0 like those of a film."""
    from ..videos.names import stands_for_images

    is_counted = bool((np.asarray(video.frame_numbers) == np.arange(video.n_frames)).all())
    return not is_counted or (video.path is not None and stands_for_images(video.path))


def pixel_aspect(video: Video) -> Fraction:
    """Width of a pixel to its height."""
    from ..videos.image_origin import origin_of

    return origin_of(video).aspect
