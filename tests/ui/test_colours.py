"""Palettes: what has no value is grey, bright is good, neighbours differ."""

from __future__ import annotations

import numpy as np

from napari_cotracker.ui.colours import (
    NO_VALUE,
    SCALES,
    categories,
    category_index,
    group_numbers,
    label_colours,
    ramp,
    rim_of,
)


def luminance(colours: np.ndarray) -> np.ndarray:
    return np.asarray(colours[..., :3] @ [0.2126, 0.7152, 0.0722])


def test_tables_are_opaque_float_rgba_that_nobody_changes() -> None:
    for table in (ramp(), categories()):
        assert table.shape == (256, 4)
        assert table.dtype == np.float32
        assert (table[:, 3] == 1).all()
        assert not table.flags.writeable
        np.testing.assert_allclose(table[0], NO_VALUE)


def test_scores_use_the_whole_table_and_nan_is_apart() -> None:
    index = SCALES["confidence"].index([np.nan, -1, 0, 0.5, 1, 2])
    assert index.dtype == np.uint8
    assert index.tolist() == [0, 1, 1, 128, 255, 255]


def test_better_is_brighter_whatever_is_shown() -> None:
    assert (np.diff(luminance(ramp()[1:])) > -1e-3).all()
    small, large = luminance(SCALES["anchor error"].colours([1, 9]))
    assert small > large
    low, high = luminance(SCALES["visibility"].colours([0.1, 0.9]))
    assert low < high


def test_colours_keep_the_shape_of_what_they_colour() -> None:
    assert SCALES["confidence"].colours(np.zeros((3, 5))).shape == (3, 5, 4)


def test_categories_differ_and_none_is_grey() -> None:
    index = category_index(np.arange(-1, 300))
    assert index[0] == 0
    assert (index[1:] > 0).all()
    colours = categories()[index[1:22]]
    assert len(np.unique(colours.round(3), axis=0)) == 21
    assert (luminance(colours) > 0.04).all(), "they show on dark pictures"
    assert index[1] == index[22]


def test_groups_are_numbered_by_name() -> None:
    assert group_numbers(["b", "", "a", "b"]).tolist() == [1, -1, 0, 1]
    assert group_numbers(["b", "a"]).tolist() == [1, 0]
    assert group_numbers([]).tolist() == []


def test_rims_stand_out_from_every_colour() -> None:
    for table in (ramp(), categories()):
        assert (np.abs(luminance(rim_of(table)) - luminance(table)) > 0.25).all()


def test_labels_have_the_colours_of_tracks_and_the_background_none() -> None:
    found = label_colours().map(np.array([0, 1, 2, 22]))
    assert found[0, 3] == 0
    np.testing.assert_allclose(found[1:3], categories()[1:3], atol=1e-3)
    np.testing.assert_allclose(found[3], found[1])  # over and over
