"""A run of training as a user starts it: trains, scores, goes on, stops when asked."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from napari_cotracker.core.errors import CotrackerError, TrackingError
from napari_cotracker.core.queries import grid_queries
from napari_cotracker.core.tracker import Control, TrackUpdate
from napari_cotracker.core.tracks import State, Tracks
from napari_cotracker.model import load_checkpoint
from napari_cotracker.tasks.export import write_tracks
from napari_cotracker.tasks.train import TrainPlan, train
from napari_cotracker.videos.writer import write_film
from tests.generators import drain
from tests.trackers.networks import moving_clip
from tests.training.drawn import SmallWorkshop


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short film that drifts, with the truth about nine points."""
    import numpy as np

    folder = tmp_path_factory.mktemp("clips")
    video = moving_clip(10)
    write_film(folder / "drift.mp4", iter(video.read(range(10))), times=np.arange(10) / 25)
    queries = grid_queries((64, 48), 3)
    t = np.arange(10)[:, None, None]
    xy = (queries.xy - t * np.array([0.5, 1.0])).astype(np.float32)
    ones = np.ones(xy.shape[:2], np.float32)
    state = np.full(ones.shape, State.VISIBLE, np.uint8)
    truth = Tracks(queries.ids, xy, ones, ones, state, queries=queries, meta={"size": (64, 48), "fps": (25, 1)})
    write_tracks(folder / "drift.npz", truth)
    return folder


@pytest.fixture
def few_textures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six small ones in place of 64, whose drawing takes most of so short a run."""
    from napari_cotracker.training import supply

    monkeypatch.setattr(supply, "Workshop", SmallWorkshop)


def plan_for(folder: Path, clips: Path, **changes: object) -> TrainPlan:
    values = {"course": "tiny", "minutes": 0.03, "total_minutes": 5.0, "device": "cpu", "data": clips, **changes}
    return TrainPlan(folder, **values)  # type: ignore[arg-type]


@pytest.mark.usefixtures("few_textures")
def test_a_run_trains_scores_and_goes_on(tmp_path: Path, clips: Path) -> None:
    updates, facts = drain(train(plan_for(tmp_path, clips)))
    assert facts["step"] >= 1 and not facts["cancelled"]
    assert 0 <= facts["scores"]["delta_avg"] <= 1
    done = [update.done for update in updates]
    assert done == sorted(done) and done[-1] <= 1
    load_checkpoint(facts["checkpoint"])
    assert Path(facts["best"]).read_bytes() == Path(facts["checkpoint"]).read_bytes()
    assert Path(facts["curve"]).stat().st_size > 1000
    _, later = drain(train(plan_for(tmp_path, clips)))
    assert later["step"] > facts["step"] and later["seconds"] > facts["seconds"]
    history = json.loads((tmp_path / "run.json").read_text())["history"]
    assert len([entry for entry in history if "scores" in entry]) == 2


def test_without_matplotlib_the_report_says_why_there_is_no_curve(
    tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    _, facts = drain(train(plan_for(tmp_path, clips, minutes=0.01, total_minutes=0.01)))
    assert facts["curve"] is None and "matplotlib is needed to draw a training curve" in facts["note"]


@pytest.mark.usefixtures("few_textures")
def test_a_cancelled_run_keeps_its_steps_and_is_not_scored(tmp_path: Path, clips: Path) -> None:
    class Stop(Control):
        asked = False

        def cancelled(self) -> bool:
            return self.asked

    control = Stop()
    run = train(plan_for(tmp_path, clips, minutes=5.0), control)
    message = ""
    try:
        while True:
            update: TrackUpdate = next(run)
            message = update.message
            control.asked |= message.startswith("step 2")
    except StopIteration as stop:
        facts = stop.value
    assert facts["cancelled"] and facts["scores"] is None and facts["best"] is None
    assert facts["step"] >= 2
    load_checkpoint(facts["checkpoint"])


@pytest.mark.usefixtures("few_textures")
def test_a_course_that_is_over_is_only_scored(tmp_path: Path, clips: Path) -> None:
    _, facts = drain(train(plan_for(tmp_path, clips, total_minutes=0.02)))
    _, again = drain(train(plan_for(tmp_path, clips, total_minutes=0.02)))
    assert again["step"] == facts["step"] and again["scores"] == facts["scores"]


@pytest.mark.usefixtures("few_textures")
def test_a_run_begins_with_given_weights(tmp_path: Path, clips: Path) -> None:
    _, facts = drain(train(plan_for(tmp_path / "a", clips)))
    start = shutil.copyfile(facts["checkpoint"], tmp_path / "start.safetensors")
    _, second = drain(train(plan_for(tmp_path / "b", clips, start=start)))
    assert second["step"] >= 1


@pytest.mark.usefixtures("few_textures")
@pytest.mark.parametrize(("changes", "message"), [
    ({"course": "huge"}, "expected a course out of compact, further, small, tiny; got 'huge'"),
    ({"minutes": 0.0}, "minutes above 0"),
    ({"device": "abacus"}, "abacus"),
    ({"start": Path("nowhere.safetensors")}, "does not exist"),
    ({"data": Path("nowhere")}, "nowhere"),
])
def test_wrong_input_gets_one_sentence(changes: dict[str, object], message: str, tmp_path: Path, clips: Path) -> None:
    with pytest.raises(CotrackerError, match=message):
        drain(train(plan_for(tmp_path / "run", clips, **changes)))


def test_a_damaged_run_is_named(tmp_path: Path, clips: Path) -> None:
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(TrackingError, match="damaged"):
        drain(train(plan_for(tmp_path, clips)))
