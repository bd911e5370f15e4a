"""What each kind of edit shows on a frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core import registry
from ..core.declarations import Effect
from ..core.errors import EditError
from ..core.regions import Region
from ..core.tracks import State, Tracks
from ..effects.brightness import gain_of
from ..effects.insert import lay
from ..effects.inserts import InsertOnFrames, Placement
from ..effects.maps import Box, forward_map, inverse_map, whole
from ..effects.mask import MaskOnFrames
from ..effects.pins import corners_between, pin_tracks
from ..effects.pixels import change
from ..effects.shapes import fill, shapes_between
from ..effects.stabilise import Stabilised, stabilise
from .edit_areas import labels_of
from .edit_drawing import draw_corners, draw_labels
from .edit_options import LabelOptions, MapOptions, MaskOptions, PlacedOptions
from .edit_settled import Content, Ground, Matte, Picture, Points

if TYPE_CHECKING:
    from .edits import Edit

Labels = NDArray[Any]


class Nothing:
    """The answers of what has neither labels nor shapes nor corners."""

    def labels(self, t: int, front: Matte | None) -> Labels | None:
        """No labels."""
        return None

    def matte(self, t: int, front: Matte | None) -> Matte | None:
        """No matte."""
        return None

    def shapes(self, t: int) -> list[Region | None]:
        """No shapes."""
        return []

    def corners(self, t: int) -> Points | None:
        """No corners."""
        return None


class MaskContent(Nothing):
    """A mask: labels, or shapes that stay shapes."""

    def __init__(self, edit: Edit, ground: Ground) -> None:
        self._ground, self._options = ground, edit.options
        masks = {t: labels_of(painting, ground.size) for t, painting in edit.paintings.items()}
        label = edit.options.label if isinstance(edit.options, MaskOptions) else None
        if label is not None:
            masks = {t: np.where(mask == label, mask, 0) for t, mask in masks.items()}
            if not any(mask.any() for mask in masks.values()):
                raise EditError(f"expected a label that is painted on a reference frame, got {label}")
            masks = {t: mask for t, mask in masks.items() if mask.any()}
        self.masks = MaskOnFrames(masks, ground.motions)
        shapes = {t: painting.shapes for t, painting in edit.paintings.items() if painting.shapes is not None}
        self._shapes = shapes if len(shapes) == len(edit.paintings) and label is None else {}

    def draw(self, t: int, picture: Picture, front: Matte | None) -> Picture:
        """The frame with the labels over it, each in its colour."""
        return draw_labels(picture, self.labels(t, front), self._options.strength)

    def labels(self, t: int, front: Matte | None) -> Labels:
        """(H, W) labels."""
        hidden = self._ground.hidden(t, front)
        if not self._shapes:
            return self.masks.labels(t, self._ground.size, hidden)
        found = fill(self.shapes(t), self._ground.size)
        return found if hidden is None else np.where(hidden > 0.5, np.uint16(0), found)

    def matte(self, t: int, front: Matte | None) -> Matte:
        """(H, W) 0 … 1."""
        return self.masks.matte(t, self._ground.size, self._ground.matte.feather, self._ground.hidden(t, front))

    def shapes(self, t: int) -> list[Region | None]:
        """The shapes, if there were only shapes."""
        return shapes_between(self._shapes, self._ground.motions, t) if self._shapes else []


class EffectContent(MaskContent):
    """What is done to the pixels within a mask."""

    def __init__(self, edit: Edit, ground: Ground, effect: Effect) -> None:
        super().__init__(edit, ground)
        self._effect = effect.name

    def draw(self, t: int, picture: Picture, front: Matte | None) -> Picture:
        """The frame with changed pixels."""
        return change(registry.effects()[self._effect], picture, self.matte(t, front), self._options)


class InsertContent(Nothing):
    """A picture on a surface."""

    def __init__(self, edit: Edit, ground: Ground, pictures: Mapping[int, Picture]) -> None:
        self._ground, self._options, self._pictures = ground, edit.options, pictures
        self._corners = {t: painting.corners for t, painting in edit.paintings.items() if painting.corners is not None}
        self._insert = InsertOnFrames({t: Placement(painting.picture, painting.corners)
                                       for t, painting in edit.paintings.items()}, ground.motions)

    def draw(self, t: int, picture: Picture, front: Matte | None) -> Picture:
        """The frame with the picture on it."""
        shown, gain = self._shown(t), np.ones(3, np.float32)
        if self._pictures:
            reference = self._ground.main(t)
            gain = gain_of(self._pictures[reference], picture, self._ground.motions[reference], t)
        hidden = self._ground.hidden(t, front)
        return lay(picture, shown, self._options, front=hidden, gain=gain)

    def matte(self, t: int, front: Matte | None) -> Matte:
        """(H, W) 0 … 1 how much of each pixel it covers."""
        box, layer = self._shown(t)
        found = np.zeros(self._ground.size[::-1], np.float32)
        if layer.size:
            found[box.slices] = layer[..., 3] * np.float32(self._options.opacity)
        hidden = self._ground.hidden(t, front)
        return found if hidden is None else np.asarray(found * (1 - np.clip(hidden, 0, 1)))

    def _shown(self, t: int) -> tuple[Box, NDArray[np.float32]]:
        """A part of the frame, and premultiplied light and alpha there."""
        box, layer = self._insert.on(t, self._ground.size, self._options)
        feather = self._ground.matte.feather
        if not (feather and layer.size):
            return box, layer
        import cv2

        inside = np.pad((layer[..., 3] > 0.5).astype(np.uint8), 1)
        depth = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
        return box, layer * np.clip(depth / np.float32(feather), 0, 1)[..., None]

    def corners(self, t: int) -> Points | None:
        """Where its corners are, if it was placed by them."""
        return corners_between(self._corners, self._ground.motions, t) if self._corners else None


class PinContent(Nothing):
    """Four corners."""

    def __init__(self, edit: Edit, ground: Ground) -> None:
        self._ground = ground
        self._corners = {t: painting.corners for t, painting in edit.paintings.items() if painting.corners is not None}

    def draw(self, t: int, picture: Picture, front: Matte | None) -> Picture:
        """The frame with the pin's outline on it."""
        return draw_corners(picture, self.corners(t))

    def corners(self, t: int) -> Points:
        """(4, 2) where they are."""
        return corners_between(self._corners, self._ground.motions, t)

    def tracks(self) -> Tracks:
        """The corners as four tracks, for files of tracks."""
        return pin_tracks(self._corners, self._ground.motions, self._ground.tracks)


class SteadyContent(Nothing):
    """The film held still."""

    def __init__(self, edit: Edit, ground: Ground) -> None:
        self.path = edit.options.path
        self.stabilised: Stabilised = stabilise(next(iter(ground.motions.values())), ground.size, edit.options)

    def draw(self, t: int, picture: Picture, front: Matte | None) -> Picture:
        """The steady frame."""
        return self.stabilised.steady(picture, t)


class MapContent(Nothing):
    """STMaps."""

    def __init__(self, edit: Edit, ground: Ground) -> None:
        self._ground, self._options = ground, edit.options
        self._reference = next(iter(ground.motions))

    def draw(self, t: int, picture: Picture, front: Matte | None) -> Picture:
        """The frame as it is: maps have nothing to show on it."""
        return picture

    def map(self, t: int) -> tuple[NDArray[np.float32], Matte]:
        """(H, W, 2) for every pixel where it is sampled, and (H, W) 0 or 1 where that is valid."""
        motion, options = self._ground.motions[self._reference], self._options
        assert isinstance(options, MapOptions)
        area, warp, is_inverse = whole(self._ground.size), motion.warp(t), options.direction == "inverse"
        found = (inverse_map if is_inverse else forward_map)(warp, area)
        places = found if is_inverse else np.stack(np.meshgrid(*(np.arange(side, dtype=np.float32)
                                                                 for side in self._ground.size)), -1)
        valid = motion.supports(places, t=t) if options.near else np.isfinite(found).all(-1)
        return found, np.asarray(valid, np.float32)


class TrackLabels(Nothing):
    """Labels that are made of tracks."""

    def __init__(self, edit: Edit, ground: Ground) -> None:
        self._options: LabelOptions = edit.options
        self._tracks, self._size = ground.tracks, ground.size
        self._seen = ground.tracks.states(ground.threshold) == State.VISIBLE

    def draw(self, t: int, picture: Picture, front: Matte | None) -> Picture:
        """The frame with the labels over it, each in its colour."""
        return draw_labels(picture, self.labels(t, front), self._options.strength)

    def labels(self, t: int, front: Matte | None) -> Labels:
        """(H, W) numbers of tracks, or of groups, from 1 in their order."""
        if self._options.shape == "discs":
            from ..formats.label_images import draw

            n = np.flatnonzero(self._seen[t])
            kind = np.uint16 if len(self._tracks) < 1 << 16 else np.uint32
            found = draw(self._tracks.xy[t, n], n + 1, self._options.radius, np.zeros(self._size[::-1], kind))[0]
        else:
            found = fill(self.shapes(t), self._size)
        return found if front is None else np.where(front > 0.5, found.dtype.type(0), found)

    def shapes(self, t: int) -> list[Region | None]:
        """A polygon for every group of tracks; None where fewer than three are visible."""
        if self._options.shape == "discs":
            return []
        groups = np.array(self._tracks.groups)
        return [self._polygon(self._tracks.xy[t, self._seen[t] & (groups == group)].astype(np.float64))
                for group in dict.fromkeys(self._tracks.groups)]

    def _polygon(self, xy: Points) -> Region | None:
        if len(xy) < 3:
            return None
        if self._options.shape == "hulls":
            import cv2

            xy = np.asarray(cv2.convexHull(xy.astype(np.float32)), np.float64).reshape(-1, 2)
        return Region(xy) if len(xy) > 2 else None


def content_of(edit: Edit, ground: Ground, pictures: Mapping[int, Picture]) -> Content:
    """What an edit shows.

    Parameters
    ----------
    edit : Edit
        Checked, its options read.
    ground : Ground
    pictures : mapping
        Of the reference frames, if brightness is to be matched.

    Raises
    ------
    EditError
        If what was painted makes no sense.
    """
    if edit.what == "effect":
        return EffectContent(edit, ground, registry.effects()[str(edit.effect)])
    if edit.what == "insert":
        assert isinstance(edit.options, PlacedOptions)
        return InsertContent(edit, ground, pictures)
    kinds: dict[str, Any] = {"mask": MaskContent, "pin": PinContent, "stabilise": SteadyContent, "stmap": MapContent,
                             "labels": TrackLabels}
    content: Content = kinds[edit.what](edit, ground)
    return content
