"""Edits from end to end, with tracks of our own: a mask and a logo follow a board behind a post."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks.propagation.films import Film, board
from benchmarks.propagation.scores import Scores, boundary, measure, overlap


@pytest.fixture(scope="module")
def film() -> Film:
    return board(20, (384, 216))


@pytest.fixture(scope="module")
def scores(film: Film) -> dict[str, Scores]:
    return measure(film, "lucas-kanade")


def test_the_truth_fits_together(film: Film) -> None:
    assert film.masks.shape == film.frames.shape[:3] == film.fronts.shape
    assert not (film.masks & film.fronts).any()
    for t in range(20):
        far = cv2.dilate(film.masks[t].astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
        assert (film.frames[t] == film.with_logo[t])[far].all()
    assert all((film.frames[t] != film.with_logo[t]).any() for t in range(20))


def test_a_mask_and_a_picture_stick_behind_a_post_that_is_painted_once(scores: dict[str, Scores]) -> None:
    found = scores["all tracks, front mask painted"]
    assert found.j >= 0.95
    assert found.f >= 0.9
    assert found.psnr >= 24


def test_the_tracks_alone_tell_about_where_the_post_is(scores: dict[str, Scores]) -> None:
    assert scores["all tracks on it"].j >= 0.9
    assert scores["all tracks on it"].j > scores["a pin of four tracks"].j
    assert scores["all tracks on it"].psnr > scores["a pin of four tracks"].psnr


def test_measures_of_masks_are_those_of_davis() -> None:
    one, other = np.zeros((100, 200), bool), np.zeros((100, 200), bool)
    one[20:60, 30:90], other[20:60, 60:120] = True, True
    assert overlap(one, other) == pytest.approx(1 / 3)
    assert boundary(one, one) == 1
    assert boundary(one, np.roll(one, 1, 1)) == 1  # within 0.8 % of the diagonal
    assert boundary(one, other) < 0.75
    empty = np.zeros_like(one)
    assert (overlap(empty, empty), boundary(empty, empty), boundary(one, empty)) == (1, 1, 0)
