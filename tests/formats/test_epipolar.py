"""Which tracks move as one rigid scene."""

import tracemalloc

import numpy as np
import pytest

from napari_cotracker.formats import epipolar
from tests.formats.rigid_scene import make_scene


def test_all_near_frames_are_paired_and_some_far_ones():
    pairs = epipolar.choose_pairs(np.ones((100, 20), bool), 6, 5)
    gaps = pairs[:, 1] - pairs[:, 0]
    assert {(0, 1), (93, 99)} <= set(map(tuple, pairs.tolist()))
    assert (gaps > 0).all() and len(np.unique(pairs, axis=0)) == len(pairs)
    far = pairs[gaps > 6]
    assert (far[:, 0] % 5 == 0).all() and gaps.max() > 60
    assert len(epipolar.choose_pairs(np.ones((1000, 20), bool), 6, 5)) < 10_000
    assert epipolar.choose_pairs(np.ones((100, 20), bool), 6, 0).tolist() == pairs[gaps <= 6].tolist()


def test_frames_that_share_few_tracks_are_not_paired():
    seen = np.ones((4, 20), bool)
    seen[2, :6] = False
    assert epipolar.choose_pairs(seen, 10, 5).tolist() == [[0, 1], [0, 3], [1, 3]]
    assert len(epipolar.choose_pairs(seen[:1], 10, 5)) == len(epipolar.choose_pairs(seen[:, :3], 10, 5)) == 0


def test_a_long_film_does_not_fill_the_memory_with_all_pairs_of_its_frames():
    frames, tracks, length = 6000, 600, 500
    begins = np.linspace(-length, frames, tracks)
    seen = (np.arange(frames)[:, None] >= begins) & (np.arange(frames)[:, None] < begins + length)
    tracemalloc.start()
    far, near = epipolar.far_pairs(seen, 400), epipolar.choose_pairs(seen, 6, 5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 << 20
    gaps = far[:, 1] - far[:, 0]
    assert len(far) > 370 and gaps.min() >= length // 4 and np.ptp(gaps) > length // 3
    for pairs in (far, near):
        assert ((seen[pairs[:, 0]] & seen[pairs[:, 1]]).sum(1) >= epipolar.MIN_SHARED).all()
    assert far[0, 0] < 20 and far[-1, 0] > frames - length
    assert len(near) > 6 * 5800


@pytest.mark.parametrize(("drift", "seed"), [(0.2, 0), (0.4, 1)])
def test_drifting_tracks_are_told_from_good_ones(drift, seed):
    scene = make_scene(drift=drift, seed=seed)
    votes = epipolar.judge(scene.xy, scene.seen, 2.0)
    long = scene.seen.sum(0) >= 5
    assert (votes.share[long & scene.drifting] < 0.8).mean() >= 0.9
    assert (votes.share[long & ~scene.drifting] >= 0.8).mean() >= 0.99
    assert 0.2 < votes.noise < 0.4  # 0.3 pixels were added


def test_noisy_tracks_are_not_dropped_for_their_noise():
    scene = make_scene(noise=1.0)
    assert (epipolar.judge(scene.xy, scene.seen, 5.0).share >= 0.8).mean() > 0.99


def test_a_camera_that_stands_still_or_only_turns_drops_nothing():
    scene = make_scene()
    still = np.repeat(scene.xy[:1], 30, 0)
    there = np.einsum("tij,nj->tni", scene.rotation, scene.points)
    turning = there[..., :2] / there[..., 2:] * 1100 + (640, 360)
    noise = np.random.default_rng(0).normal(0, 0.3, scene.xy.shape)
    for xy in (still, still + noise, turning + noise):
        assert (epipolar.judge(xy, np.ones(scene.seen.shape, bool), 2.0).share >= 0.8).mean() > 0.99


def test_tracks_that_cannot_be_judged_are_kept():
    votes = epipolar.judge(np.zeros((5, 3, 2)), np.ones((5, 3), bool), 2.0)
    assert votes.pairs == 0 and votes.share.tolist() == [1, 1, 1]
    assert epipolar.judge(np.zeros((5, 0, 2)), np.ones((5, 0), bool), 2.0).share.shape == (0,)


def test_the_matrix_is_that_of_the_cameras():
    scene = make_scene(noise=0, hidden=0)
    pairs = np.array([[0, 9], [4, 20]])
    for (i, j), (matrix, apart) in zip(pairs, epipolar.fit_pairs(scene.xy, scene.seen, pairs), strict=True):
        both = scene.seen[i] & scene.seen[j]
        assert apart[both].max() < 1e-6 and np.isinf(apart[~both]).all()
        p, q = (np.column_stack([scene.xy[k, both], np.ones(both.sum())]) for k in (i, j))
        assert np.abs(np.einsum("mi,ij,mj->m", q, matrix, p)).max() < 1e-6
        epipole = np.linalg.svd(matrix)[2][2]
        seen_from = scene.rotation[i] @ (scene.centres[j] - scene.centres[i])
        expected = seen_from[:2] / seen_from[2] * 1100 + (640, 360)
        np.testing.assert_allclose(epipole[:2] / epipole[2], expected, rtol=1e-4)
    assert not list(epipolar.fit_pairs(scene.xy, scene.seen, pairs[:0]))
