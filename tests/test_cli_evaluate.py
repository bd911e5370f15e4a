"""The command that measures: its table, its JSON, its errors."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from napari_cotracker.cli import app
from napari_cotracker.core.samples import sample_truth
from tests.evaluation.tapvid import FRAMES, entry


@pytest.fixture
def data(tmp_path: Path) -> str:
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps({"goat": entry(), "swan": entry(shift=5)}))
    return str(path)


def run(*words: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["evaluate", *words])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def test_a_row_for_each_clip_and_their_mean(data: str) -> None:
    lines = run(data, "--model", "still").stdout.splitlines()
    assert lines[0].startswith("still (BSD-3-Clause), queries first, ") and lines[0].endswith(" s a frame")
    assert lines[1].split() == ["AJ", "delta", "OA", "OA0", "survival", "median", "px", "return", "px"]
    goat, swan, mean = (line.split() for line in lines[2:5])
    assert goat[0] == "goat" and goat[2] == "100.0" and goat[6] == "0.00"
    assert goat[-4:] == ["2", "tracks,", "12", "frames"]
    assert swan[2] == "26.7" and swan[6] == "32.00"
    assert mean[0] == "mean" and mean[2] == "63.3" and mean[-2:] == ["2", "clips"]
    assert len({line.index(cell) + len(cell) for line, cell in zip(lines[2:5], ("100.0", "26.7", "63.3"))}) == 1
    assert "%" in lines[5] and len(lines) == 6


@pytest.mark.parametrize("effort", [[], ["--effort"]])
def test_clips_in_which_no_track_starts_are_told_in_one_line(effort: list[str], tmp_path: Path) -> None:
    hidden = {**entry(), "occluded": np.ones((3, FRAMES), bool)}
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps({"goat": entry(), **{f"owl {n}": hidden for n in range(7)}}))
    lines = run(str(path), "--model", "still", *effort).stdout.splitlines()
    assert lines[-1] == ("left out: owl 0, owl 1, owl 2, owl 3, owl 4 and 2 more; "
                         "no point is visible where a track would start")


def test_what_is_not_known_is_a_dash(tmp_path: Path) -> None:
    path = tmp_path / "short.pkl"
    path.write_bytes(pickle.dumps([entry(frames=1)]))
    assert run(str(path), "--model", "still").stdout.splitlines()[3].split()[1:8] == ["–"] * 7


def test_json_holds_every_score(data: str) -> None:
    facts = json.loads(run(data, "--model", "still", "--protocol", "strided", "--size", "native", "--json").stdout)
    assert (facts["protocol"], facts["clips"][0]["size"], len(facts["clips"])) == ("strided", [40, 24], 2)
    assert {"jaccard_1", "within_16", "average_jaccard", "survival", "reappearance"} <= set(facts["mean"])


def test_the_bundled_clips_can_be_measured() -> None:
    assert "cells" in run(str(sample_truth("cells")), "--model", "still").stdout


def test_a_film_in_place_of_its_truth_is_told(tmp_path: Path) -> None:
    film = tmp_path / "street.mp4"
    film.write_bytes(b"")
    assert "got the film 'street.mp4'; give the .npz that lies beside it" in run(str(film), code=1).stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--protocol", "last"], "expected protocol first or strided, got 'last'"),
        (["--size", "9"], "got '9'"), (["--model", "nope"], "'nope'"), (["--device", "tpu"], "'tpu'"),
        (["--mode", "sideways"], "'sideways'"), (["--iters", "0"], "iters as a whole number from 1, got 0"),
        (["--checkpoint", "gone.pth"], "gone.pth"), (["--model", "cotracker3"], "accept it with --accept-licence"),
    ],
)
def test_wrong_input_is_one_line(words: list[str], message: str, data: str) -> None:
    result = run(data, *words, code=1)
    line = result.stderr.strip().splitlines()[-1]
    assert line.startswith("Error: ") and message in line and result.stdout == ""


def test_wrong_data_is_one_line(tmp_path: Path) -> None:
    assert "nothing of that name" in run(str(tmp_path / "gone.pkl"), code=1).stderr
    (tmp_path / "torn.pkl").write_bytes(b"\x80\x04cos\nsystem\n(X\x04\x00\x00\x00truetR.")
    assert "refused to load os.system" in run(str(tmp_path / "torn.pkl"), code=1).stderr
    assert run(code=2).stdout == ""


def test_effort_is_a_row_for_each_policy(data: str) -> None:
    words = (data, "--effort", "--model", "lucas-kanade", "--tracks-per-clip", "1", "--size", "native")
    lines = run(*words).stdout.splitlines()
    assert lines[0].startswith("lucas-kanade (BSD-3-Clause), 2 tracks of 2 clips, until places are right in 95 %")
    assert lines[1].split()[:3] == ["fixes", "mean", "p90"]
    ours = next(line for line in lines if "ours, queue" in line)
    assert len(ours.split()) == 2 + len(lines[1].replace("off px", "off").split())
    facts = json.loads(run(*words, "--json").stdout)
    assert [policy["name"] for policy in facts["policies"]][-1] == "ours, oracle" and len(facts["clips"]) == 2


def test_effort_refuses_what_makes_no_sense(data: str) -> None:
    for words in (["--tracks-per-clip", "0"], ["--stop", "never"]):
        assert "expected" in run(data, "--effort", *words, code=1).stderr
