"""Frames that were looked at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from napari_cotracker.editing.looked import Looked

FRAMES = st.dictionaries(st.integers(0, 5), st.sets(st.integers(0, 30), min_size=1))


def looked_at(frames: dict[int, set[int]]) -> Looked:
    looked = Looked()
    for id, some in frames.items():
        looked.add(id, some)
    return looked


def frames_of(looked: Looked) -> dict[int, set[int]]:
    return {id: {t for first, last in runs for t in range(first, last + 1)} for id, runs in looked.spans().items()}


@given(FRAMES)
def test_spans_say_all(frames: dict[int, set[int]]) -> None:
    looked = looked_at(frames)
    assert frames_of(looked) == frames
    assert frames_of(Looked.of(looked.spans())) == frames


@given(FRAMES, st.one_of(st.none(), st.sets(st.integers(0, 5))), st.one_of(st.none(), st.sets(st.integers(0, 30))))
def test_what_changed_was_not_looked_at(frames: dict[int, set[int]], ids: set[int] | None, gone: set[int] | None
                                        ) -> None:
    looked = looked_at(frames)
    news = looked.drop(ids, gone)
    for id, some in frames.items():
        kept = some if ids is not None and id not in ids else set() if gone is None else some - gone
        assert frames_of(looked).get(id, set()) == kept
        assert (id in news) == (kept != some)


def test_the_mask_has_the_frames_that_there_are() -> None:
    looked = looked_at({1: {0, 2, 9}, 4: {1}})
    assert looked.mask([4, 1, 7], 4).T.tolist() == [
        [False, True, False, False], [True, False, True, False], [False] * 4]
    assert looked.mask([], 4).shape == (4, 0)
