"""The demo: bundled clips, bundled trackers, files and figures."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker import read_tracks
from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.core.samples import sample_names, sample_truth
from napari_cotracker.core.tracker import Control
from napari_cotracker.core.tracks import State
from napari_cotracker.tasks.demo import measure, run_demo
from napari_cotracker.tasks.open import open_video
from napari_cotracker.tasks.track import TrackOptions


def drain(run: Any) -> tuple[list[float], dict[str, Any]]:
    done = []
    while True:
        try:
            done.append(next(run).done)
        except StopIteration as stop:
            return done, stop.value


@pytest.fixture(scope="module")
def by_lucas_kanade(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[list[float], dict[str, Any]]]:
    """What the demo says of a clip, which it tracks for the first who asks."""

    @cache
    def shown(clip: str) -> tuple[list[float], dict[str, Any]]:
        folder = tmp_path_factory.mktemp(clip) / "new" / "out"
        return drain(run_demo(folder, clip=clip, options=TrackOptions("lucas-kanade")))

    return shown


def test_the_demo_writes_tracks_and_a_film_and_tells_the_error(by_lucas_kanade: Any) -> None:
    """What the bundled network makes of the clip that is shown by default, tests/test_cli.py says."""
    done, facts = by_lucas_kanade("cells")
    names = [Path(file).name for file in facts["files"]]
    assert names == ["tracks.npz", "tracks.csv", "overlay.mp4"]
    tracks = read_tracks(facts["files"][0])
    np.testing.assert_array_equal(read_tracks(facts["files"][1]).xy, tracks.xy)
    with open_video(facts["files"][2]) as film:
        assert film.n_frames == tracks.n_frames
    assert done == sorted(done) and done[-1] == 1
    assert facts["model"] == "lucas-kanade" and "median error" in facts["summary"] and "\n" not in facts["summary"]


@pytest.mark.parametrize(("clip", "delta", "error"), [("cells", 0.75, 1.0), ("insects", 0.65, 1.5)])
def test_the_bundled_tracker_is_far_better_than_standing_still(
    clip: str, delta: float, error: float, tmp_path: Path, by_lucas_kanade: Any
) -> None:
    _, facts = by_lucas_kanade(clip)
    _, still = drain(run_demo(tmp_path, clip=clip, options=TrackOptions("still")))
    assert facts["delta_avg"] > delta > still["delta_avg"] + 0.3
    assert facts["median_error"] < error
    assert facts["occlusion_accuracy"] > still["occlusion_accuracy"]


@pytest.mark.parametrize("name", sample_names())
def test_the_truth_measures_as_perfect_and_a_shift_as_itself(name: str) -> None:
    truth = read_tracks(sample_truth(name))
    assert measure(truth, truth) == {"median_error": 0, "delta_avg": 1, "occlusion_accuracy": 1}
    order = np.arange(len(truth))[::-1]
    shifted = replace(truth.select(order), xy=truth.xy[:, order] + np.float32([3, 4]))
    assert measure(shifted, truth)["median_error"] == pytest.approx(5, abs=1e-3)
    unseen = replace(truth, state=np.full_like(truth.state, State.OCCLUDED))
    visible = (truth.states() == State.VISIBLE).mean()
    assert measure(unseen, truth)["occlusion_accuracy"] == pytest.approx(1 - visible, abs=0.02)


def test_a_cancelled_demo_keeps_the_tracks(tmp_path: Path) -> None:
    class Stop(Control):
        asked = 0

        def cancelled(self) -> bool:
            self.asked += 1
            return self.asked > 10

    _, facts = drain(run_demo(tmp_path, Stop()))
    assert [Path(file).name for file in facts["files"]] == ["tracks.npz", "tracks.csv"]
    assert read_tracks(tmp_path / "tracks.npz").meta["runs"][0]["cancelled"] is True


def test_a_folder_that_cannot_be_made_or_a_clip_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CotrackerError, match="cannot make the folder"):
        drain(run_demo(tmp_path / "file" / "out"))
    with pytest.raises(CotrackerError, match="expected a sample clip"):
        drain(run_demo(tmp_path, clip="nothing"))
