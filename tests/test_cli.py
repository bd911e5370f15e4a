"""The command line as a user meets it: what is printed, where, and the exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from napari_cotracker import Tracks, cli_terminal, read_tracks, write_tracks
from napari_cotracker.cli import app, main
from napari_cotracker.core.errors import CotrackerError, EditError, FormatError, UnfinishedError
from napari_cotracker.core.samples import sample_clip
from napari_cotracker.core.tracker import TrackUpdate
from napari_cotracker.tasks import output as outputs
from napari_cotracker.tasks import track as tracking
from napari_cotracker.tasks.film_facts import film_facts
from napari_cotracker.tasks.open import open_video
from napari_cotracker.trackers.models import bundled
from napari_cotracker.videos.writer import write_film
from tests.moving_films import moving_film


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Twelve frames of a textured picture that moves two pixels a frame."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    noise = np.random.default_rng(0).integers(0, 255, (16, 28, 3), np.uint8).repeat(6, 0).repeat(6, 1)
    write_film(path, (np.ascontiguousarray(noise[:64, 2 * k: 2 * k + 96]) for k in range(12)), times=np.arange(12) / 25)
    return str(path)


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def refused(*words: str) -> str:
    """The one line that says what was wrong with the input."""
    result = run(*words, code=1)
    line = result.stderr.strip().splitlines()[-1]
    assert line.startswith("Error: ")
    assert result.stdout == ""
    return str(line)


def test_one_track_is_not_several(film: str) -> None:
    result = run("track", film, "--grid", "1", "--model", "still", "-o", "out.npz")
    assert result.stdout.startswith("out.npz: 1 track over 12 frames")
    assert "1 point, 12 frames of 96 × 64" in result.stderr


@pytest.mark.parametrize("out", ["out.npz", "out.cotracker"])
def test_labels_are_tracked_from_where_they_are_first_seen_and_their_skeleton_is_written(film: str, out: str) -> None:
    xy = np.full((12, 2, 2), np.nan, np.float32)
    xy[4, 0], xy[[6, 9], 1] = (20, 30), (40, 25)
    scores = np.where(np.isnan(xy[..., 0]), np.nan, 1).astype(np.float32)
    known = {"skeleton": [["nose", "tail"]], "keypoints": ["nose", "ear", "tail"]}
    write_tracks("labels.json", Tracks(np.arange(2), xy, scores, scores, names=("m1/nose", "m1/tail"),
                                       meta={"size": (96, 64), **known}))
    run("track", film, "--queries", "labels.json", "--model", "still", "-o", out)
    tracks = read_tracks(out)
    assert tracks.queries is not None
    assert tracks.queries.to_array().tolist() == [[4, 20, 30], [6, 40, 25]]
    assert tracks.names == ("m1/nose", "m1/tail")
    assert [list(edge) for edge in tracks.meta["skeleton"]] == known["skeleton"]
    assert list(tracks.meta["keypoints"]) == known["keypoints"]


def test_a_grid_is_tracked_and_written(film: str) -> None:
    result = run("track", film, "--grid", "3", "-o", "out.npz")
    assert result.stdout == (
        "out.npz: 9 tracks over 12 frames, 100% of the cells tracked, "
        f"{(read_tracks('out.npz').states() == 1).mean():.0%} of these visible, by {bundled()} (BSD-3-Clause)\n"
    )
    assert "9 points, 12 frames of 96 × 64" in result.stderr
    tracks = read_tracks("out.npz")
    np.testing.assert_allclose(tracks.xy[6, 4], tracks.xy[0, 4] - [12, 0], atol=1)


def test_the_facts_of_a_film_are_made_once(film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    for module in (outputs, tracking):
        monkeypatch.setattr(module, "film_facts", lambda video: made.append(video.path) or film_facts(video))
    run("track", film, "--grid", "2", "--model", "lucas-kanade", "-o", "out.npz")
    assert made == [film]
    assert tuple(read_tracks("out.npz").meta["fps"]) == (25, 1)


def test_the_tracks_are_drawn_onto_a_film_if_wanted(film: str) -> None:
    run("track", film, "--grid", "2", "-o", "out.npz", "--overlay", "drawn.mp4")
    drawn, plain = (json.loads(run("info", name, "--json").stdout) for name in ("drawn.mp4", film))
    assert (drawn["frames"], drawn["size"]) == (plain["frames"], plain["size"])
    assert drawn["fingerprint"] != plain["fingerprint"]


def test_a_table_of_points_keeps_its_names(film: str) -> None:
    Path("points.csv").write_text("t,x,y,id,name\n5,40,30,7,nose\n0,50,20,9,tail\n")
    facts = json.loads(run("track", film, "--queries", "points.csv", "-o", "out.csv", "--json").stdout)
    assert (facts["tracks"], facts["frames"], facts["tracked"]) == (2, 12, 1.0)
    tracks = read_tracks("out.csv")
    assert (tracks.ids.tolist(), tracks.names) == ([7, 9], ("nose", "tail"))
    np.testing.assert_allclose(tracks.xy[5, 0], [40, 30])


def test_a_direction_leaves_the_other_side_untracked(film: str) -> None:
    run("track", film, "--grid", "2", "--frame", "6", "--direction", "forward", "-o", "out.npz")
    tracked = np.isfinite(read_tracks("out.npz").xy).all((1, 2))
    assert tracked.tolist() == [False] * 6 + [True] * 6


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--grid", "0"], "at least 1 × 1 points"),
        (["--grid", "-2"], "got -2 × -2"),
        (["--grid", "2", "--frame", "12"], "from 0 to 11"),
        (["--grid", "2", "--mask", "gone.png"], "gone.png"),
        (["--queries", "gone.csv"], "gone.csv"),
        (["--queries", "late.csv"], "got frame 99"),
        (["--queries", "out.csv"], "'out.csv' is read by this run and would be overwritten"),
        (["--queries", "late.csv", "--overlay", "late.csv"], "'late.csv' is read by this run"),
        (["--grid", "2", "--model", "nope"], "'nope'"),
        (["--grid", "2", "--mode", "sideways"], "'sideways'"),
        (["--grid", "2", "--direction", "up"], "'up'"),
        (["--grid", "2", "--checkpoint", "gone.pth"], "gone.pth"),
        (["--grid", "2", "--device", "tpu"], "'tpu'"),
        (["--grid", "2", "--precision", "some"], "'some'"),
        (["--grid", "2", "--iters", "0"], "iters as a whole number from 1, got 0"),
        (["--grid", "2", "--model", "cotracker3"], "accept it with --accept-licence (accept_licence=True in Python)"),
        (["--grid", "2", "-o", "out.docx"], ".npz"),
        (["--grid", "2", "-o", "gone/out.npz"], "'gone'"),
        (["--grid", "2", "-o", "folder.npz"], "folder.npz"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_written(words: list[str], message: str, film: str) -> None:
    Path("late.csv").write_text("t,x,y\n0,1,1\n99,1,1\n")
    Path("out.csv").write_text("t,x,y\n0,1,1\n")
    Path("folder.npz").mkdir()
    before = sorted(Path().iterdir())
    assert message in refused("track", film, "-o", "out.csv", "--overwrite", *words)
    assert sorted(Path().iterdir()) == before
    assert Path("out.csv").read_text() == "t,x,y\n0,1,1\n"


@pytest.mark.parametrize(
    "words",
    [
        ["track"], ["track", "film.mp4"], ["track", "film.mp4", "-o", "out.npz"], ["sing"], ["track", "--loud"],
        ["track", "film.mp4", "-o", "out.npz", "--grid", "2", "--queries", "points.csv"],
        ["track", "film.mp4", "-o", "out.npz", "--queries", "points.csv", "--mask", "mask.png"],
        ["track", "film.mp4", "-o", "out.npz", "--grid", "2", "--resolution", "large"],
        ["track", "film.mp4", "-o", "out.npz", "--grid", "many"],
    ],
)
def test_a_command_written_wrongly_has_its_own_exit_code(words: list[str]) -> None:
    assert run(*words, code=2).stdout == ""


@pytest.mark.parametrize("content", [None, b"", b"hello\n", b"\0\0\0\x20ftypisom" + bytes(500)],
                         ids=["gone", "empty", "text", "torn"])
@pytest.mark.parametrize("name", ["a.mp4", "a.pth", "a.safetensors", "a.npz", "a.csv", "a"])
def test_info_names_what_is_wrong_with_a_file(name: str, content: bytes | None) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    assert repr(name) in refused("info", name)


def test_info_describes_the_installation() -> None:
    facts = json.loads(run("info", "--json").stdout)
    assert facts["version"]
    assert facts["devices"][-1]["name"] == "cpu"
    assert [model["name"] for model in facts["models"] if model["auto"]] == [bundled()]
    assert {model["licence"] for model in facts["models"] if "cotracker3" in model["name"]} == {"CC-BY-NC-4.0"}
    text = run("info").stdout
    assert "not for commercial use" in text
    assert f"{bundled()} = auto" in text
    assert all(folder["path"] in text for folder in facts["folders"])


def test_info_describes_a_film_and_its_tracks(film: str) -> None:
    facts = json.loads(run("info", film, "--json").stdout)
    assert (facts["kind"], facts["size"], facts["frames"], facts["fps"]) == ("video", [96, 64], 12, "25")
    assert facts["bad_frames"] == []
    assert "bad_frames" not in json.loads(run("info", film, "--quick", "--json").stdout)
    assert "96 × 64" in run("info", film).stdout
    run("track", film, "--grid", "2", "-o", "out.npz")
    assert f"{bundled()} (BSD-3-Clause)" in run("info", "out.npz").stdout


def test_tracks_are_converted_there_and_back(film: str) -> None:
    run("track", film, "--grid", "2", "-o", "a.npz")
    result = run("convert", "a.npz", "b.csv")
    assert "Note: " in result.stderr
    assert "Note: " not in result.stdout
    run("convert", "b.csv", "c", "--to", "npz", "--video", film)
    first, last = read_tracks("a.npz"), read_tracks("c")
    np.testing.assert_array_equal(first.xy, last.xy)
    np.testing.assert_array_equal(first.visibility, last.visibility)
    assert last.size == (96, 64)


@pytest.mark.parametrize(
    ("words", "message"),
    [(["gone.npz", "b.csv"], "gone.npz"), (["text", "b.csv"], "'text'"), (["text", "b"], "name the format"),
     (["text", "b", "--to", "docx"], "'docx'")],
)
def test_a_conversion_that_cannot_be_is_refused(words: list[str], message: str) -> None:
    Path("text").write_text("hello\n")
    assert message in refused("convert", *words)


def test_what_others_wrote_is_not_replaced_unless_told(film: str) -> None:
    Path("out.csv").write_text("mine")
    assert "out.csv" in refused("track", film, "--grid", "2", "-o", "out.csv")
    run("track", film, "--grid", "2", "-o", "a.npz")
    assert "--overwrite" in refused("convert", "a.npz", "out.csv")
    assert Path("out.csv").read_text() == "mine"
    run("convert", "a.npz", "out.csv", "--overwrite")
    run("convert", "a.npz", "out.csv")
    assert len(read_tracks("out.csv")) == 4


def test_an_excerpt_is_converted_and_what_is_lost_is_said(film: str) -> None:
    run("track", film, "--grid", "2", "-o", "a.npz")
    facts = json.loads(run("convert", "a.npz", "b.csv", "--tracks", "point 0, 2", "--first", "3", "--last", "5",
                           "--dry-run", "--json").stdout)
    assert (facts["given"], facts["format"]) == ({"tracks": 2, "positions": 6}, "csv")
    assert (facts["source"]["path"], facts["source"]["tracks"]) == ("a.npz", 4)
    assert "query points" in facts["notes"][-1]
    assert not Path("b.csv").exists()
    said = run("convert", "a.npz", "b.csv", "--tracks", "point 0, 2", "--first", "3", "--last", "5").stdout
    assert said.startswith("from a.npz: 4 tracks over 12 frames")
    assert said.splitlines()[1].startswith("b.csv: csv made of 2 tracks with 6 positions, ")
    assert np.flatnonzero(np.isfinite(read_tracks("b.csv").xy).all((1, 2))).tolist() == [3, 4, 5]
    assert "'nose'" in refused("convert", "a.npz", "c.csv", "--tracks", "nose")
    assert "name=value" in refused("convert", "a.npz", "c.csv", "-O", "bold")
    assert "options of csv out of none; got 'bold'" in refused("convert", "a.npz", "c.csv", "-O", "bold=yes")


def test_a_file_without_all_that_was_asked_for_is_told_with_notes(film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def export(*words: Any, **more: Any) -> None:
        mishap = UnfinishedError("no cameras")
        mishap.notes = ("12 points.",)
        raise mishap

    run("track", film, "--grid", "2", "-o", "a.npz")
    monkeypatch.setattr("napari_cotracker.tasks.export.export", export)
    assert run("convert", "a.npz", "b.csv", code=1).stderr == "Note: 12 points.\nError: no cameras\n"


def test_what_is_read_becomes_anchors_if_wanted(film: str) -> None:
    Path("a.csv").write_text("track_id,frame,x,y\n1,2,10,20\n")
    run("convert", "a.csv", "b.npz", "--as-anchors", "--video", film)
    tracks = read_tracks("b.npz")
    assert (tracks.n_frames, len(tracks.anchors())) == (12, 1)


def test_a_format_is_explained() -> None:
    assert "Pixels:" in run("formats", "csv").stdout
    facts = json.loads(run("formats", "npz", "--json").stdout)
    assert "ids" in facts["keeps"] and facts["options"] == []
    assert "'docx'" in refused("formats", "docx")


def test_formats_are_listed() -> None:
    names = {entry["name"] for entry in json.loads(run("formats", "--json").stdout)}
    assert {"npz", "csv"} <= names
    assert all(name in run("formats").stdout for name in names)


def test_the_demo_writes_what_it_says() -> None:
    facts = json.loads(run("demo", "--out", "there", "--json").stdout)
    assert {Path(file).name for file in facts["files"]} == {"tracks.npz", "tracks.csv", "overlay.mp4"}
    tracks, table, film = facts["files"]
    np.testing.assert_array_equal(read_tracks(table).xy, read_tracks(tracks).xy)
    with open_video(film) as overlay:
        assert overlay.n_frames == read_tracks(tracks).n_frames
    assert facts["clip"] == "street" and facts["model"] == bundled()
    assert facts["delta_avg"] > 0.5 and facts["median_error"] < 4
    assert "median error" in facts["summary"] and "\n" not in facts["summary"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_who_is_told_to_stop_keeps_what_was_tracked(tmp_path: Path, number: int, code: int) -> None:
    clip = str(sample_clip("street"))
    command = [sys.executable, "-m", "napari_cotracker", "track", clip, "--grid", "40", "-o", "out.npz"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "1,600 points" in process.stderr.readline()
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == code, said
    assert "Traceback" not in said
    tracks = read_tracks("out.npz")
    assert np.isfinite(tracks.xy[0]).all()
    assert not np.isfinite(tracks.xy[-1]).any()
    assert tracks.meta["runs"][0]["cancelled"] is True


def test_a_film_that_was_cut_off_is_told_where_it_is_opened() -> None:
    write_film(Path("whole.mkv"), iter(moving_film(80)[0].frames), times=np.arange(80) / 25)
    content = Path("whole.mkv").read_bytes()
    Path("cut.mkv").write_bytes(content[: len(content) // 2])
    sentence = "'cut.mkv' is cut off: by its header it lasts 3.2 s, and its frames end after"
    assert sentence in run("info", "cut.mkv").stdout
    assert sentence in json.loads(run("info", "cut.mkv", "--quick", "--json").stdout)["cut_off"]
    assert "cut_off" not in json.loads(run("info", "whole.mkv", "--json").stdout)
    words = ["--grid", "2", "--model", "still", "-o", "out.npz"]
    assert f"Note: {sentence}" in run("track", "cut.mkv", *words).stderr
    assert "cut off" not in run("track", "whole.mkv", *words).stderr


def test_words_reach_commands_as_they_were_typed_on_windows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typer.core.os", SimpleNamespace(name="nt", path=os.path, environ=os.environ))
    xy = np.ones((2, 2, 2), np.float32)
    sure = np.ones((2, 2), np.float32)
    for name, count in (("shot [1].npz", 1), ("shot 1.npz", 2)):
        columns = slice(count)
        write_tracks(name, Tracks(np.arange(count), xy[:, columns], sure[:, columns], sure[:, columns],
                                  names=("nose", "tail")[columns]))
    Path("nobody.csv").touch()  # what a shell would put in place of "no*"
    monkeypatch.setattr(sys, "argv", ["napari-cotracker", "convert", "shot [1].npz", "out.npz", "--tracks", "no*"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert read_tracks("out.npz").names == ("nose",), "not those of 'shot 1.npz'"


SLOWLY = """
import time
from napari_cotracker.cli import main
from napari_cotracker.trackers.lucas_kanade import Run
advance = Run.advance
Run.advance = lambda *given: (advance(*given), time.sleep(0.1))
main()
"""


def test_a_run_that_was_killed_goes_on_with_resume(tmp_path: Path) -> None:
    clip, part = str(sample_clip("street")), tmp_path / "out.npz.partial.cotracker"
    words = ["track", clip, "--grid", "12", "--frame", "40", "--model", "lucas-kanade"]
    run(*words, "-o", "whole.npz")
    assert not list(tmp_path.glob("*partial*"))
    with subprocess.Popen([sys.executable, "-c", SLOWLY, *words, "-o", "out.npz"], cwd=tmp_path) as process:
        until = time.monotonic() + 120
        while process.poll() is None and answered(part) < 145 and time.monotonic() < until:
            time.sleep(0.02)
        assert process.poll() is None
        process.kill()
    assert answered(part) > 144  # more than the points themselves
    assert "--resume continues it" in refused(*words, "-o", "out.npz")
    assert "expected model 'lucas-kanade'" in refused(*words[:-1], "still", "-o", "out.npz", "--resume")
    run(*words, "-o", "out.npz", "--resume")
    one, other = read_tracks("out.npz"), read_tracks("whole.npz")
    np.testing.assert_array_equal(one.xy, other.xy)
    np.testing.assert_array_equal(one.confidence, other.confidence)
    assert not list(tmp_path.glob("*partial*"))
    assert "tracking from the beginning" in run(*words, "-o", "new.npz", "--resume").stderr


def answered(session: Path) -> int:
    try:
        return int(np.isfinite(read_tracks(session).xy).all(2).sum())
    except CotrackerError:
        return 0


def test_a_run_into_a_session_goes_on_in_it(film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_cotracker.trackers.lucas_kanade import Run

    words, advance = ["track", film, "--grid", "2", "--frame", "6", "--model", "lucas-kanade"], Run.advance
    run(*words, "-o", "whole.npz")

    def interrupts(self: Run, position: int, frame: Any) -> None:
        advance(self, position, frame)
        if position == 3:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(Run, "advance", interrupts)
        run(*words, "-o", "out.cotracker", code=130)
        said = run(*words, "-o", "out.npz", code=130).stderr
    assert "The same command with --resume continues; what it needs is in out.npz.partial.cotracker" in said
    assert np.isnan(read_tracks("out.cotracker").xy).any() and np.isnan(read_tracks("out.npz").xy).any()
    assert "--resume continues it, or choose another name" in refused(*words, "-o", "out.cotracker")
    for out in ("out.cotracker", "out.npz"):
        run(*words, "-o", out, "--resume")
        np.testing.assert_array_equal(read_tracks(out).xy, read_tracks("whole.npz").xy)
    assert "which is there" in refused(*words, "-o", "out.cotracker")
    run(*words, "-o", "out.cotracker", "--resume")  # nothing is missing


def test_where_no_session_can_be_begun_it_is_tracked_all_the_same(film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise EditError("this disk knows no locks")

    monkeypatch.setattr("napari_cotracker.editing.session.Session.save_as", refuses)
    words = ["track", film, "--grid", "2", "--model", "still"]
    said = run(*words, "-o", "out.npz").stderr
    assert "Note: the run could not be saved as it went: this disk knows no locks" in said
    assert np.isfinite(read_tracks("out.npz").xy).all()
    assert not list(Path().glob("*partial*"))
    assert refused(*words, "-o", "out.cotracker").endswith("this disk knows no locks")


def test_overwrite_forgets_a_run_that_broke_off(film: str) -> None:
    Path("out.npz.partial.cotracker").write_bytes(b"of no use")
    words = ["track", film, "--grid", "2", "--model", "still", "-o", "out.npz"]
    assert "--overwrite starts over" in refused(*words)
    run(*words, "--overwrite")
    assert np.isfinite(read_tracks("out.npz").xy).all()
    assert not list(Path().glob("*partial*"))


def interrupting(times: int) -> Iterator[TrackUpdate]:
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)
        yield TrackUpdate.heartbeat(0.5, "working")


def test_the_first_ctrl_c_asks_and_the_second_stops(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with cli_terminal.Interrupt() as interrupt:
        assert not interrupt.cancelled()
        cli_terminal.follow(interrupting(1), 10)  # type: ignore[arg-type]
        assert interrupt.cancelled()
        assert "Ctrl-C again" in capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            cli_terminal.follow(interrupting(1), 10)  # type: ignore[arg-type]
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(("task", "command", "kept"), [
    ("train.train", ["train", "run"], "the run is kept"), ("evaluate.evaluate", ["evaluate", "data"], "clips that are"),
])
def test_what_ctrl_c_keeps_is_said_in_words_of_the_command(task: str, command: list[str], kept: str,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> Iterator[TrackUpdate]:
        yield from interrupting(1)
        raise CotrackerError("nothing was done")

    monkeypatch.setattr(f"napari_cotracker.tasks.{task}", stopped)
    said = run(*command, code=130).stderr
    assert f"Stopping; {kept}" in said
    assert "tracked" not in said


def test_a_run_cancelled_before_it_had_anything_has_the_exit_code_of_a_cancelled_one() -> None:
    with pytest.raises(typer.Exit) as left, cli_terminal.Interrupt():
        cli_terminal.follow(interrupting(1), 10)  # type: ignore[arg-type]
        raise CotrackerError("cancelled before the weights were fetched")
    assert left.value.exit_code == 130


@pytest.mark.parametrize(("error", "code", "line"), [
    (CotrackerError("no such point"), 1, "Error: no such point"),
    (PermissionError(13, "Permission denied", "shelf/out.npz"), 1, "'shelf/out.npz': Permission denied"),
    (OSError(28, "No space left on device"), 1, "the system refuses: No space left on device"),
    (KeyboardInterrupt(), 130, "Cancelled."),
    (typer.Abort(), 130, "Cancelled."),
])
def test_no_traceback_reaches_a_user(error: BaseException, code: int, line: str,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("napari_cotracker.tasks.info.describe_program", fail)
    assert line in run("info", code=code).stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_nobody_can_take_ends_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "napari_cotracker", "formats"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "Error: the system refuses: No space left on device\n")


@pytest.mark.parametrize("words", [["convert", "a.csv", "\u8ecc\u8de1.npz"], ["track", "--help"]])
def test_output_that_has_no_letters_for_a_name_gets_escapes(words: list[str]) -> None:
    Path("a.csv").write_text("track_id,frame,x,y\n1,0,1,1\n")
    command = [sys.executable, "-m", "napari_cotracker", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="ascii",
                          env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert "\\u8ecc\\u8de1.npz" in done.stdout or words[0] == "track"
    assert Path(words[-1]).exists() or words[0] == "track"


class Person:
    """Stands in for a terminal with somebody in front of it."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self._answer


@pytest.mark.parametrize(("answer", "accepted"), [("y\n", True), ("n\n", False)])
def test_a_licence_is_shown_and_asked_for(answer: str, accepted: bool, monkeypatch: pytest.MonkeyPatch,
                                          capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", Person(answer))
    monkeypatch.setattr("builtins.input", lambda *_: answer.strip())
    if accepted:
        assert cli_terminal.accepts_licence("CC-BY-NC-4.0: not for commercial use")
    else:
        with pytest.raises(CotrackerError, match=r"not accepted.* model auto needs none"):
            cli_terminal.accepts_licence("CC-BY-NC-4.0: not for commercial use")
    assert "CC-BY-NC-4.0" in capsys.readouterr().err


def test_without_anyone_to_ask_no_licence_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: PTH123, SIM115
    assert not cli_terminal.accepts_licence("a licence")
    assert not cli_terminal.accepts_licence(None)


@pytest.mark.usefixtures("napari_works")
@pytest.mark.parametrize("words", [[], ["open"], ["open", "film.mp4"]])
def test_napari_opens_with_or_without_a_film(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    monkeypatch.setattr("napari_cotracker.ui.window.open_window", opened.append)
    run(*words)
    assert opened == [Path("film.mp4") if "film.mp4" in words else None]


def test_what_was_tracked_before_a_run_broke_off_is_written(film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_cotracker.trackers.still import StillTracker

    whole = StillTracker.track

    def breaks(self: StillTracker, job: Any, control: Any) -> Iterator[TrackUpdate]:
        yield from whole(self, job, control)
        raise RuntimeError("the cable came out")

    monkeypatch.setattr(StillTracker, "track", breaks)
    result = run("track", film, "--grid", "2", "-o", "out.npz", "--model", "still", code=1)
    assert "cable" in result.stderr.splitlines()[-1]
    assert "out.npz" in result.stderr
    tracks = read_tracks("out.npz")
    assert np.isfinite(tracks.xy).all()
    assert tracks.meta["runs"][0]["cancelled"]


WITHOUT_TORCH = """
import json, sys
sys.modules["torch"] = None
from typer.testing import CliRunner
from napari_cotracker.cli import app
results = [CliRunner().invoke(app, words) for words in json.loads(sys.argv[1])]
print(json.dumps([(result.exit_code, repr(result.exception), result.output) for result in results]))
"""


def test_without_torch_there_is_one_sentence_and_templates_go_on(film: str) -> None:
    Path("weights.safetensors").touch()
    track = ["track", film, "--grid", "2", "-o", "a.npz"]
    refused = [["info", "weights.safetensors"], ["train", "run", "--course", "tiny"], track,
               [*track, "--checkpoint", "weights.safetensors"]]
    commands = json.dumps([["info"], [*track, "--model", "lucas-kanade"], *refused])
    package = str(Path(__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", WITHOUT_TORCH, commands], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": package})
    info, templates, *others = json.loads(done.stdout)
    assert info[0] == 0 and "device     none: torch cannot be loaded (" in info[2]
    assert templates[0] == 0 and "a.npz: 4 tracks over 12 frames" in templates[2]
    for code, error, output in others:
        assert code == 1 and error == "SystemExit(1)", error
        assert "Error: torch is needed and cannot be loaded (" in output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "out.pin.nk"], "expected four tracks"),
        (["-o", "out.slp"], "sleap_io is needed"),
        (["-o", "out.npz", "--overlay", "gone/drawn.mp4"], "got 'gone'; make it first"),
        (["-o", "out.npz", "--overlay", "drawn.avi"], "expected a name ending in .mp4"),
    ],
)
def test_what_could_not_be_written_is_refused_before_anything_is_tracked(
    words: list[str], message: str, film: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sleap_io", None)
    Path("points.csv").write_text("t,x,y\n0,1,1\n0,9,9\n0,20,20\n")
    result = run("track", film, "--queries", "points.csv", "--model", "still", *words, code=1)
    assert message in result.stderr
    assert result.stderr.startswith("Error: ")  # not a word of a run
    assert [path.name for path in Path().iterdir()] == ["points.csv"]


def fill_the_disk(monkeypatch: pytest.MonkeyPatch, *full: str) -> None:
    """Nothing can be written under these names any more, once what goes there was tried."""
    from napari_cotracker.tasks import export

    whole = export.export

    def fails(path: Any, *more: Any, **words: Any) -> Any:
        if Path(path).name in full:
            raise FormatError(f"cannot write {str(path)!r}: No space left on device")
        return whole(path, *more, **words)

    monkeypatch.setattr(export, "export", fails)


@pytest.mark.parametrize("full", [["out.csv"], ["out.csv", "out rescued.npz"]])
def test_tracks_that_cannot_be_written_as_asked_are_kept_elsewhere(
    full: list[str], film: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "data")
    Path("out rescued.npz").write_text("of an earlier day")
    fill_the_disk(monkeypatch, "out.csv", *(["out rescued 2.npz"] if len(full) > 1 else []))
    result = run("track", film, "--grid", "2", "-o", "out.csv", "--model", "still", code=1)
    place = Path("out rescued 2.npz") if len(full) == 1 else tmp_path / "data" / "rescued" / "out rescued.npz"
    assert f"What was tracked is in {place}" in result.stderr
    assert "No space left" in result.stderr.splitlines()[-1]
    assert np.isfinite(read_tracks(place).xy).all()
    assert Path("out rescued.npz").read_text() == "of an earlier day"


def test_ctrl_c_while_tracks_are_written_waits_for_them(film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_cotracker import cli_track

    whole = cli_track.write

    def interrupted(*words: Any) -> list[str]:
        os.kill(os.getpid(), signal.SIGINT)
        return whole(*words)

    monkeypatch.setattr(cli_track, "write", interrupted)
    result = run("track", film, "--grid", "2", "-o", "out.npz", "--model", "still", "--overlay", "o.mp4", code=130)
    assert "out.npz: 4 tracks" in result.stdout
    assert np.isfinite(read_tracks("out.npz").xy).all()
    assert not Path("o.mp4").exists()


def test_an_overlay_that_fails_leaves_the_summary(film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> Iterator[TrackUpdate]:
        yield TrackUpdate.heartbeat(0.5, "drawing")
        raise CotrackerError("the film is full")

    monkeypatch.setattr("napari_cotracker.tasks.overlay.render_overlay", fails)
    result = run("track", film, "--grid", "2", "-o", "out.npz", "--model", "still", "--overlay", "o.mp4", code=1)
    assert "out.npz: 4 tracks" in result.stdout
    assert result.stderr.splitlines()[-1] == "Error: the film is full"


def test_what_was_tracked_before_a_run_broke_off_is_kept_elsewhere_if_it_must(
    film: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_cotracker.trackers.still import StillTracker

    whole = StillTracker.track

    def breaks(self: StillTracker, job: Any, control: Any) -> Iterator[TrackUpdate]:
        yield from whole(self, job, control)
        raise RuntimeError("the cable came out")

    monkeypatch.setattr(StillTracker, "track", breaks)
    fill_the_disk(monkeypatch, "out.csv")
    result = run("track", film, "--grid", "2", "-o", "out.csv", "--model", "still", code=1)
    assert "out rescued.npz" in result.stderr and "No space left" in result.stderr
    assert "cable" in result.stderr.splitlines()[-1]
    assert len(read_tracks("out rescued.npz")) == 4
