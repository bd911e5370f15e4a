"""Tracks to write and read: one plain set that every format should hold, and arbitrary ones."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_cotracker.core.queries import Queries
from napari_cotracker.core.tracks import Source, State, Tracks


def plain_tracks() -> Tracks:
    """Three tracks over six frames, as a tracker would leave them; the golden files hold these."""
    t, n = np.mgrid[0:6, 0:3]
    xy = np.stack([10 + 20 * n + 1.25 * t, 30 + 5 * n - 0.5 * t], -1).astype(np.float32)
    visibility = np.where((n == 1) & (t >= 3), 0.125, 0.875).astype(np.float32)
    confidence = np.full((6, 3), 0.9375, np.float32)
    xy[:2, 2] = visibility[:2, 2] = confidence[:2, 2] = np.nan
    return Tracks(
        ids=np.array([4, 7, 9]), xy=xy, visibility=visibility, confidence=confidence,
        names=("mouse 1/nose", "mouse 1/tail", "mouse 2/nose"), groups=("mouse 1", "mouse 1", "mouse 2"),
        queries=Queries(np.array([0, 0, 2]), xy[[0, 0, 2], [0, 1, 2]], np.array([4, 7, 9]),
                        ("mouse 1/nose", "mouse 1/tail", "mouse 2/nose")),
        meta={"size": (96, 64), "fps": (25, 1), "frame_numbers": np.arange(1001, 1007)},
    )


def assert_same(got: Tracks, expected: Tracks) -> None:
    """Every field, bit for bit, NaN equal to NaN."""
    for name in ("ids", "xy", "visibility", "confidence", "state", "source"):
        a, b = getattr(got, name), getattr(expected, name)
        assert a.dtype == b.dtype, name
        np.testing.assert_array_equal(a, b, err_msg=name)
    assert (got.names, got.groups) == (expected.names, expected.groups)
    assert (got.queries is None) == (expected.queries is None)
    if got.queries is not None and expected.queries is not None:
        np.testing.assert_array_equal(got.queries.t, expected.queries.t)
        np.testing.assert_array_equal(got.queries.xy, expected.queries.xy)
        np.testing.assert_array_equal(got.queries.ids, expected.queries.ids)
        assert got.queries.names == expected.queries.names
    assert got.meta.keys() == expected.meta.keys()
    for key, value in expected.meta.items():
        same = np.array_equal(got.meta[key], value) if isinstance(value, np.ndarray) else got.meta[key] == value
        assert same, key


LABELS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
FLOATS = st.floats(width=32, allow_infinity=False, min_value=-(2.0**90), max_value=2.0**90)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def any_tracks(draw: st.DrawFn) -> Tracks:
    """Any tracks at all: no track, one frame, NaN anywhere, every state and source, any name."""
    frames, count = draw(st.integers(1, 4)), draw(st.integers(0, 4))
    ids = draw(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=count, max_size=count, unique=True))

    def cells(dtype: type, values: st.SearchStrategy, *more: int) -> np.ndarray:
        return draw(hnp.arrays(dtype, (frames, count, *more), elements=values))

    labels = st.lists(LABELS, min_size=count, max_size=count).map(tuple)
    return Tracks(
        np.array(ids, np.int64), cells(np.float32, FLOATS, 2), cells(np.float32, FLOATS), cells(np.float32, FLOATS),
        cells(np.uint8, st.sampled_from([int(s) for s in State])),
        cells(np.uint8, st.sampled_from([int(s) for s in Source])),
        names=draw(labels), groups=draw(labels), queries=draw(st.none() | queries()),
        meta=draw(metas(frames)),
    )


@st.composite
def queries(draw: st.DrawFn) -> Queries:
    """Any query points."""
    count = draw(st.integers(1, 3))
    some = {"min_size": count, "max_size": count}
    return Queries(
        np.array(draw(st.lists(st.integers(0, 2**40), **some))),
        draw(hnp.arrays(np.float32, (count, 2), elements=FLOATS.filter(np.isfinite))),
        np.array(draw(st.lists(st.integers(0, 2**62), unique=True, **some))),
        tuple(draw(st.lists(LABELS, **some))),
    )


@st.composite
def metas(draw: st.DrawFn, frames: int) -> dict:
    """Any meta that JSON holds as it is, with and without what has an array of its own."""
    keys = st.text(max_size=4).map("own {}".format)
    meta = json.loads(json.dumps(draw(st.dictionaries(keys, JSON_VALUES, max_size=3))))
    if draw(st.booleans()):
        meta |= {"size": (640, 480), "fps": (30000, 1001), "frame_numbers": np.arange(1001, 1001 + frames)}
    return meta
