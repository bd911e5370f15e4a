"""What is said about a film, tracks and this installation; the words for it are tested in test_cli."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError
from napari_cotracker.core.samples import sample_clip, sample_truth
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.tasks.info import describe, describe_program, describe_tracks
from napari_cotracker.videos.writer import write_film


def drain(run: Generator[TrackUpdate, None, dict[str, Any]]) -> tuple[list[float], dict[str, Any]]:
    done = []
    while True:
        try:
            done.append(next(run).done)
        except StopIteration as stop:
            return done, stop.value


def film(path: Path, times: np.ndarray) -> Path:
    write_film(path, (np.full((48, 64, 3), 9 * k, np.uint8) for k in range(len(times))), times=times)
    return path


def test_a_film_is_read_to_its_end_with_progress(tmp_path: Path) -> None:
    done, facts = drain(describe(film(tmp_path / "a.mp4", np.arange(20) / 10)))
    assert done == sorted(done)
    assert len(done) > 1
    assert done[-1] == 1
    assert (facts["kind"], facts["size"], facts["frames"]) == ("video", (64, 48), 20)
    assert (facts["fps"], facts["seconds"]) == ("10", 2)
    assert facts["constant_rate"] is True
    assert facts["bad_frames"] == []


def test_a_film_of_varying_rate_is_told(tmp_path: Path) -> None:
    _, facts = drain(describe(film(tmp_path / "a.mp4", np.cumsum([0, 1, 1, 5, 1, 1, 3, 1]) / 10), quick=True))
    assert facts["constant_rate"] is False


def test_quick_reads_no_frame(tmp_path: Path) -> None:
    done, facts = drain(describe(film(tmp_path / "a.mp4", np.arange(20) / 10), quick=True))
    assert done == []
    assert "bad_frames" not in facts


def test_damaged_frames_are_found(tmp_path: Path) -> None:
    data = bytearray(sample_clip("street").read_bytes())
    middle = slice(len(data) // 3, len(data) // 2)
    data[middle] = np.random.default_rng(0).integers(0, 255, middle.stop - middle.start, np.uint8).tobytes()
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    _, facts = drain(describe(path))
    assert 0 < len(facts["bad_frames"]) < facts["frames"]


def test_a_tracks_file_is_told_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "no ending"
    path.write_bytes(sample_truth("street").read_bytes())
    _, facts = drain(describe(path))
    assert facts["kind"] == "tracks"
    assert facts["tracks"] > 10


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CotrackerError, match=r"gone\.mkv.*does not exist"):
        drain(describe(tmp_path / "gone.mkv"))


def test_shares_count_what_is_tracked_and_of_it_what_is_visible() -> None:
    xy = np.array([[[1, 1], [2, 2]], [[1, 1], [np.nan, np.nan]]], np.float32)
    scores = np.array([[1, 0.1], [1, np.nan]], np.float32)
    run = {"model": "still", "licence": "none", "seconds": 3}
    facts = describe_tracks(Tracks(np.arange(2), xy, scores, scores, meta={"runs": [run], "size": (8, 8)}))
    assert (facts["tracks"], facts["frames"], facts["size"]) == (2, 2, (8, 8))
    assert facts["tracked"] == 0.75
    assert facts["visible"] == pytest.approx(2 / 3, abs=1e-4)
    assert facts["models"] == [{"model": "still", "licence": "none"}]


@pytest.mark.parametrize("runs", ["still", 3, [3, None, "still"], {"model": "still"}])
def test_a_strange_list_of_runs_in_a_file_is_passed_over(runs: Any) -> None:
    ones = np.ones((1, 1), np.float32)
    tracks = Tracks(np.zeros(1, np.int64), np.ones((1, 1, 2), np.float32), ones, ones, meta={"runs": runs})
    assert describe_tracks(tracks)["models"] == []


def test_no_tracks_have_no_shares() -> None:
    none = Tracks(np.zeros(0, np.int64), np.zeros((3, 0, 2), np.float32), np.zeros((3, 0)), np.zeros((3, 0)))  # type: ignore[arg-type]
    facts = describe_tracks(none)
    assert (facts["tracks"], facts["tracked"], facts["visible"], facts["models"]) == (0, 0, 0, [])


def test_folders_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("napari_cotracker.trackers.weights.weights_folder", lambda: tmp_path / "weights")
    (tmp_path / "weights" / "deep").mkdir(parents=True)
    (tmp_path / "weights" / "deep" / "mine.pth").write_bytes(bytes(321))
    folders = {folder["what"]: folder for folder in describe_program()["folders"]}
    assert folders["weights brought by hand"]["bytes"] == 321
    assert folders["features of films"]["bytes"] >= 0


def test_exactly_one_model_is_auto() -> None:
    models = describe_program()["models"]
    assert sum(model["auto"] for model in models) == 1
    assert all(model["licence"] for model in models)


def test_what_a_film_says_of_itself_is_told(tmp_path: Path) -> None:
    """Depth, alpha, shape of pixels, timecode and colours, from the command line, too, for people and as JSON."""
    import json

    from typer.testing import CliRunner

    from napari_cotracker.cli import app
    from tests.videos.sounding_films import write_sounding

    path = write_sounding(tmp_path / "a.mov", 3, timecode="10:00:00:00", tags=(1, 9, 9, 16), sounds=())
    facts = json.loads(CliRunner().invoke(app, ["info", str(path), "--json"]).stdout)
    assert (facts["timecode"], facts["bits"], facts["pixel_aspect"]) == ("10:00:00:00", 8, "1")
    assert facts["colours"]["transfer"] == "PQ"
    lines = CliRunner().invoke(app, ["info", str(path)]).stdout.splitlines()
    for said in ("timecode       10:00:00:00", "alpha          no", "  transfer   PQ", "fields         progressive"):
        assert said in lines
