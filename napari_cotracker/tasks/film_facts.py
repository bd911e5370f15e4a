"""What tracks note in their meta of the film that they lie on."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.video import Video


def film_facts(video: Video) -> dict[str, Any]:
    """``size``, ``fps``, ``frame_numbers``, ``own_numbers`` and ``video``, as `Tracks.meta` has them."""
    return {
        "size": (video.width, video.height),
        "fps": (video.fps.numerator, video.fps.denominator),
        "frame_numbers": [int(number) for number in video.frame_numbers],
        "own_numbers": has_own_numbers(video),
        "video": {"path": video.path, "fingerprint": video.fingerprint},
    }


def has_own_numbers(video: Video) -> bool:
    """Whether frames have numbers of their own, as image files do even where they count from 0 like those of a film."""
    from ..videos.names import stands_for_images

    is_counted = bool((np.asarray(video.frame_numbers) == np.arange(video.n_frames)).all())
    return not is_counted or (video.path is not None and stands_for_images(video.path))
