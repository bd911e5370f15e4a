"""The tracks that carry an edit are those that lie on it."""

from dataclasses import replace

import numpy as np

from napari_cotracker.core.tracks import Tracks
from napari_cotracker.tasks.edit_carriers import carriers, doubt_of
from tests.tasks.moving_edits import FRAMES, disc, film, hide, pixels, tracks_of

_, WHERE = film()
AREA = disc(pixels(), 20) > 0
ACROSS = 9


def chosen(tracks: Tracks, area: object = AREA, **more: bool) -> list[int]:
    steps = carriers(tracks, {0: area}, 0.6, is_chosen=False, **more)  # type: ignore[arg-type]
    while True:
        try:
            assert 0 <= next(steps) <= 1
        except StopIteration as end:
            return np.flatnonzero(end.value).tolist()


def far(tracks: Tracks) -> np.ndarray:
    """Pixels from the area's middle on its frame."""
    return np.hypot(*(tracks.xy[0] - [80, 60]).T)


def apart(tracks: Tracks, others: np.ndarray) -> Tracks:
    """The same tracks, some of which go another way."""
    xy = tracks.xy.copy()
    xy[:, others] += np.arange(FRAMES)[:, None, None] * np.array([2, -3], np.float32)
    return replace(tracks, xy=xy)


def test_tracks_of_the_same_surface_carry_it_too() -> None:
    tracks = tracks_of(WHERE)
    assert chosen(tracks) == np.flatnonzero(far(tracks) <= 55).tolist()  # the area is 35 px across


def test_what_is_behind_and_goes_another_way_does_not() -> None:
    tracks = tracks_of(WHERE)
    behind = far(tracks) > 26
    assert chosen(apart(tracks, behind)) == np.flatnonzero(~behind).tolist()


def test_a_surface_that_bends_is_followed_from_one_track_to_the_next() -> None:
    tracks = tracks_of(WHERE, across=13)
    xy = tracks.xy.copy()
    away = (xy[0] - [80, 60]) / 30
    xy += np.linspace(0, 2, FRAMES)[:, None, None] * (away[:, ::-1] ** 2).astype(np.float32)
    found, there = chosen(replace(tracks, xy=xy)), np.flatnonzero(far(tracks) <= 55)
    assert set(found) <= set(there)
    assert len(found) > 0.6 * len(there) > 2 * (far(tracks) <= 20).sum()


def test_all_do_where_few_lie_there_or_all_of_the_picture_is_meant() -> None:
    tracks = tracks_of(WHERE, across=3)
    assert len(chosen(tracks)) == 9
    assert len(chosen(tracks_of(WHERE), None)) == 81


def test_tracks_that_come_later_take_part_if_they_lie_there() -> None:
    tracks = tracks_of(WHERE)
    inside, outside = np.flatnonzero(far(tracks) < 15)[:2], np.flatnonzero(far(tracks) > 50)[:5]
    late = hide(tracks, 0, np.concatenate([inside, outside]))
    found = chosen(late)
    assert set(inside) <= set(found)
    assert not set(outside) & set(found)


def test_a_track_that_only_passes_by_does_not() -> None:
    tracks = tracks_of(WHERE)
    late = int(np.flatnonzero(far(tracks) < 15)[0])
    xy = tracks.xy.copy()
    xy[:, late] += np.linspace(-60, 60, FRAMES)[:, None] * np.array([1, 0.3], np.float32)
    assert late not in chosen(hide(replace(tracks, xy=xy), 0, late))


def test_it_is_said_when_too_few_tracks_lie_on_it() -> None:
    tracks, few = tracks_of(WHERE), tracks_of(WHERE, (10, 10, 40, 40))
    assert doubt_of(tracks, {0: AREA}, 0.6) == ""
    assert doubt_of(tracks, {0: None}, 0.6) == ""
    assert "no track lies on what is painted" in doubt_of(few, {0: AREA}, 0.6)
    assert chosen(few) == list(range(len(few)))
    one = few.select(np.array([0]))
    shifted = replace(one, xy=one.xy - one.xy[0] + np.array([80, 60], np.float32))
    assert doubt_of(shifted, {0: AREA}, 0.6) == ""  # it is all there is, and lies on it
    others = tracks.select(far(tracks) > 40)
    others.xy[:, 0] = [80, 60]
    assert "only one track lies on what is painted" in doubt_of(others, {0: AREA}, 0.6)
