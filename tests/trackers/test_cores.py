"""Threads at work at the same time share the cores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import cv2
import pytest
import torch

from napari_cotracker.trackers.cores import Cores, take, torch_threads
from tests.torch_threads import torch_threads_are


@pytest.fixture(autouse=True)
def _eight_cores() -> Iterator[None]:
    with torch_threads_are(8):
        yield


def test_one_threads_choice_is_no_other_ones() -> None:
    with ThreadPoolExecutor(1) as before, ThreadPoolExecutor(1) as chooser, ThreadPoolExecutor(1) as after:
        assert before.submit(torch.get_num_threads).result() == 8
        chooser.submit(take, 3).result()
        assert chooser.submit(torch.get_num_threads).result() == 3
        assert [pool.submit(torch.get_num_threads).result() for pool in (before, after)] == [8, 8]
    assert torch.get_num_threads() == torch_threads() == 8


def test_those_at_work_get_the_same_share() -> None:
    cores = Cores()
    with cores.at_work():
        assert cores.share() == 8
        with cores.at_work():
            assert cores.share() == 4
            with cores.resting():
                assert cores.share() == 8
            with cores.at_work():
                assert cores.share() == 2
        assert cores.share() == 8


def test_a_share_is_never_nothing() -> None:
    cores = Cores()
    assert cores.share() == 1
    with torch_threads_are(1), cores.at_work(), cores.at_work():
        assert cores.share() == 1
        cores.take_team()
        assert torch.get_num_threads() == 1


def test_a_team_leaves_room_for_what_goes_on_beside() -> None:
    cores = Cores()
    with ThreadPoolExecutor(1) as pool, cores.at_work():
        def team() -> int:
            pool.submit(cores.take_team).result()
            return pool.submit(torch.get_num_threads).result()

        assert team() == 8
        with cores.beside():
            assert team() == 4 and cores.share() == 8
            with cores.beside():
                assert team() == 4, "those beside share one"
        with pytest.raises(KeyError), cores.at_work():
            assert team() == 4
            raise KeyError
        assert team() == 8


def test_opencv_gets_half_meanwhile_and_then_what_it_had() -> None:
    usual = cv2.getNumThreads()
    cv2.setNumThreads(6)
    try:
        cores = Cores()
        with pytest.raises(KeyError), cores.beside():
            assert cv2.getNumThreads() == 4
            with cores.beside():
                assert cv2.getNumThreads() == 4
            assert cv2.getNumThreads() == 4
            raise KeyError
        assert cv2.getNumThreads() == 6
    finally:
        cv2.setNumThreads(usual)
