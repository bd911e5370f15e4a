"""An edit becomes a film or files, whole or not at all."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from napari_cotracker.core.errors import CotrackerError, EditError, FormatError, TakenError, VideoError
from napari_cotracker.core.tracker import Control, TrackUpdate
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.effects.colour import to_linear
from napari_cotracker.effects.motion import MotionOptions
from napari_cotracker.tasks import edit_front
from napari_cotracker.tasks.edits import Edit, MatteOptions, Painting, settle
from napari_cotracker.tasks.open import open_video
from napari_cotracker.tasks.propagate import Propagated, propagate
from napari_cotracker.videos.stills import save_picture
from tests.moving_films import Film
from tests.tasks.moving_edits import FRAMES, SIZE, SQUARE, disc, film, hide, lose, pixels, psnr, tracks_of

FILM, WHERE = film()
TRACKS = tracks_of(WHERE)
PLANE = MotionOptions("homography")
LAST = FRAMES - 1
MASK = Edit("mask", {0: Painting(labels=disc(pixels()))}, PLANE)
LOGO = np.zeros((40, 40, 4), np.uint8)
LOGO[..., 0], LOGO[..., 3] = 220, 255
INSERT = Edit("insert", {0: Painting(picture=LOGO, corners=SQUARE)}, PLANE)


class Stop(Control):
    def __init__(self, after: int) -> None:
        self.after = after

    def cancelled(self) -> bool:
        self.after -= 1
        return self.after < 0


def run(edit: Edit, out: Path, tracks: Tracks = TRACKS, video: Any = FILM, **more: Any
        ) -> tuple[Propagated | None, list[TrackUpdate]]:
    steps, updates = propagate(edit, video, tracks, out, **more), []
    while True:
        try:
            updates.append(next(steps))
        except StopIteration as end:
            return end.value, updates


def made(edit: Edit, out: Path, **more: Any) -> Propagated:
    done, _ = run(edit, out, **more)
    assert done is not None
    return done


def test_a_logo_is_on_every_frame_where_it_belongs(tmp_path: Path) -> None:
    done, updates = run(INSERT, tmp_path / "logo.####.png")
    assert [update.done for update in updates] == sorted(update.done for update in updates)
    assert updates[-1].done == 1
    assert done is not None
    video = open_video(tmp_path / "logo.####.png")
    assert video.frame_numbers.tolist() == list(range(1001, 1001 + FRAMES))
    x, y = WHERE(SQUARE.mean(0), 0, LAST).round().astype(int)
    found = video.read([LAST])[0]
    assert np.abs(found[y - 8 : y + 8, x - 8 : x + 8].astype(int) - [220, 0, 0]).max() <= 3
    np.testing.assert_array_equal(found[:15], FILM.frames[LAST][:15])
    assert (done.tracks, done.of, done.model, done.notes) == (56, 81, "homography", ())
    assert 50 <= done.agree <= 56
    assert done.residual is not None and done.residual < 0.05


def test_a_film_has_all_frames_and_a_part_has_its_own(tmp_path: Path) -> None:
    assert made(INSERT, tmp_path / "logo.mp4").kind == "film"
    assert open_video(tmp_path / "logo.mp4").n_frames == FRAMES
    made(INSERT, tmp_path / "part.####.png", frames=range(2, 4))
    assert sorted(path.name for path in tmp_path.glob("part*")) == ["part.1003.png", "part.1004.png"]


def test_sixteen_bits_stay(tmp_path: Path) -> None:
    deep = Film(FILM.frames)
    deep.read_native = lambda frames: FILM.frames[list(frames)].astype(np.uint16) * 257  # type: ignore[method-assign]
    made(INSERT, tmp_path / "deep.####.png", video=deep)
    found = open_video(tmp_path / "deep.####.png").read_native([1])[0]
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found[:15], FILM.frames[1][:15].astype(np.uint16) * 257)


@pytest.mark.parametrize(("edit", "channels"), [
    (Edit("effect", MASK.paintings, PLANE, effect="blur"), 1), (Edit("stabilise", {}), 1), (INSERT, 3)])
def test_grey_plates_stay_grey_unless_something_coloured_comes_onto_them(tmp_path: Path, edit: Edit, channels: int
                                                                         ) -> None:
    """They came back three times as large."""
    (tmp_path / "plate").mkdir()
    for t, frame in enumerate(FILM.frames):
        save_picture(tmp_path / "plate" / f"g.{t:04d}.png", frame[..., :1].astype(np.uint16) * np.uint16(257))
    done = made(edit, tmp_path / "out.####.png", video=open_video(tmp_path / "plate"))
    found = cv2.imread(str(done.files[LAST]), cv2.IMREAD_UNCHANGED)
    assert found.dtype == np.uint16 and (1 if found.ndim == 2 else found.shape[2]) == channels
    grey = found if channels == 1 else found[..., 0]
    if edit.what == "effect":
        assert (grey[:15] == FILM.frames[LAST][:15, :, 0].astype(np.uint16) * np.uint16(257)).all()


def test_mattes_are_soft_floats_without_what_is_in_front(tmp_path: Path) -> None:
    pytest.importorskip("OpenEXR")
    hidden = hide(TRACKS, [5], np.flatnonzero(TRACKS.xy[5, :, 0] < 80))
    soft = replace(MASK, matte=MatteOptions(feather=6))
    made(soft, tmp_path / "m.####.exr", tracks=hidden)
    found = open_video(tmp_path / "m.####.exr").read_native([5])[0]
    assert (found.dtype, found.shape) == (np.float32, (*SIZE[::-1], 1))
    assert ((found > 0.1) & (found < 0.9)).sum() > 100
    assert found[:, :60].max() < 0.1


def test_mattes_of_what_is_in_front_hide_it(tmp_path: Path) -> None:
    front = np.zeros((FRAMES, *SIZE[::-1], 3), np.uint8)
    front[:, :, 80:] = 255
    made(INSERT, tmp_path / "logo.####.png", front=Film(front))
    found = open_video(tmp_path / "logo.####.png").read([0])[0]
    np.testing.assert_array_equal(found[:, 80:], FILM.frames[0][:, 80:])
    assert (found[60, 60] == [220, 0, 0]).all()
    hidden = hide(TRACKS, [4], range(81))
    assert "left out" in made(MASK, tmp_path / "m.tif", tracks=hidden).notes[0]
    assert "as on the nearest" in made(MASK, tmp_path / "m.tif", tracks=hidden, front=Film(front)).notes[0]
    with pytest.raises(VideoError, match="film's 8 frames of 160 × 120 pixels, or one for all, got 3 of"):
        made(INSERT, tmp_path / "o.mp4", front=Film(front[:3]))


@pytest.mark.parametrize("length", [FRAMES, 3])
def test_mattes_that_were_opened_are_closed_whatever_happens(tmp_path: Path, length: int,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    mattes, closed = Film(np.zeros((length, *SIZE[::-1], 3), np.uint8)), []
    monkeypatch.setattr(mattes, "close", lambda: closed.append(True))
    monkeypatch.setattr(edit_front, "open_video", lambda source: mattes)
    steps = propagate(INSERT, FILM, TRACKS, tmp_path / "o.mp4", front="mattes.mp4")  # type: ignore[arg-type]
    if length == FRAMES:
        next(steps)
        steps.close()
    else:
        with pytest.raises(VideoError, match="expected mattes"):
            next(steps)
    assert closed == [True]


def test_a_face_is_blurred_and_nothing_else(tmp_path: Path) -> None:
    blur = Edit("effect", MASK.paintings, PLANE, {"radius": 6}, effect="blur")
    made(blur, tmp_path / "b.####.png")
    found = open_video(tmp_path / "b.####.png").read([LAST])[0]
    matte = settle(blur, TRACKS, SIZE).matte(LAST)
    assert matte is not None
    inside = matte == 1
    assert to_linear(found)[inside].std() < 0.5 * to_linear(FILM.frames[LAST])[inside].std()
    np.testing.assert_array_equal(found[matte == 0], FILM.frames[LAST][matte == 0])


def test_a_cut_of_the_film_laid_back_is_the_film(tmp_path: Path) -> None:
    cut = np.dstack([FILM.frames[0], disc(pixels()) * 255])
    made(Edit("insert", {0: Painting(picture=cut)}, PLANE), tmp_path / "c.####.png")
    found = open_video(tmp_path / "c.####.png").read(range(FRAMES))
    assert min(psnr(a, b) for a, b in zip(found, FILM.frames, strict=True)) > 44


def test_frames_to_doubt_are_listed(tmp_path: Path) -> None:
    lost = lose(TRACKS, [4, 5], range(81))
    assert made(MASK, tmp_path / "m.tif", tracks=lost).notes == (
        "2 frames (4 to 5): No track tells this frame; it is as on the nearest one that tracks tell.",)
    alone = made(replace(MASK, tracks=(41,)), tmp_path / "n.tif")
    assert alone.notes == ("7 frames (1 to 7): Only one track carries it here: it moves, but neither turns "
                           "nor grows.",)


@pytest.mark.parametrize("name", ["m.mp4", "m.####.png", "m.tif", "m.json", "m.####.exr"])
@pytest.mark.parametrize("after", [0, 3, 30])
def test_what_is_cancelled_leaves_nothing(tmp_path: Path, name: str, after: int) -> None:
    if name.endswith("exr"):
        pytest.importorskip("OpenEXR")
    done, updates = run(MASK, tmp_path / name, control=Stop(after))
    assert done is None
    assert len(updates) >= min(after, 1)
    assert list(tmp_path.iterdir()) == []


def test_what_others_wrote_is_not_replaced(tmp_path: Path) -> None:
    for edit, name in ((MASK, "m.tif"), (INSERT, "m.mp4"), (Edit("stabilise", options={"border": "black"}), "s.mp4")):
        taken = tmp_path / ("s.mp4.steady.json" if name == "s.mp4" else name)
        taken.write_text("mine")
        with pytest.raises(TakenError):
            run(edit, tmp_path / name)
        assert taken.read_text() == "mine"
        made(edit, tmp_path / name, overwrite=True)
        made(edit, tmp_path / name)


@pytest.mark.parametrize(("edit", "name", "message"), [
    (MASK, "m.gif", r"a name ending in \.png, .* or a folder for label pictures, got 'm.gif'"),
    (INSERT, "m.gif", "a name ending in .*, or a folder for images, got 'm.gif'"),
    (Edit("stmap"), "m.png", "a name such as 'map.####.exr' for STMaps, got 'm.png'"),
    (Edit("pin", {0: Painting(corners=SQUARE)}), "m.gif", "a file name ending in one of .* got 'm.gif'"),
    (Edit("roto"), "m.png", "one of mask, insert, .* to propagate, got 'roto'"),
    (replace(MASK, options={"glow": 1}), "m.png", "expected options of mask out of label, strength; got 'glow'"),
])
def test_what_cannot_be_made_is_told_before_anything_is_solved(tmp_path: Path, edit: Edit, name: str, message: str
                                                              ) -> None:
    with pytest.raises(CotrackerError, match=message):
        next(propagate(edit, FILM, TRACKS, tmp_path / name))
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="choose a folder that exists"):
        run(MASK, tmp_path / "nowhere" / "m.tif")
    with pytest.raises(VideoError):
        run(INSERT, tmp_path / "nowhere" / "m.mp4")
    with pytest.raises(EditError, match="tracks of the film's 8 frames, got tracks of 3"):
        run(MASK, tmp_path / "m.tif", tracks=replace(TRACKS, xy=TRACKS.xy[:3], visibility=TRACKS.visibility[:3],
                                                     confidence=TRACKS.confidence[:3], state=TRACKS.state[:3],
                                                     source=TRACKS.source[:3]))
    with pytest.raises(EditError, match="frames out of 0 to 7 one after the other, got 6 to 9"):
        run(MASK, tmp_path / "m.tif", frames=range(6, 10))


@pytest.mark.parametrize(("module", "name", "out"), [
    ("napari_cotracker.formats.label_pictures", "save_labels", "m.####.png"),
    ("napari_cotracker.formats.stmap", "write_stmap", "m.####.exr")])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str,
                                                        name: str, out: str) -> None:
    def full(path: Path, *rest: Any, **more: Any) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"{module}.{name}", full)
    with pytest.raises(VideoError, match="No space left on device; choose a folder that is writable and has room"):
        run(MASK if out.endswith("png") else Edit("stmap"), tmp_path / out)
    assert list(tmp_path.iterdir()) == []


def test_maps_that_find_no_room_name_the_file_that_was_asked_for(tmp_path: Path) -> None:
    """A hidden one was named, which is gone."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, before[1]))
    try:
        with pytest.raises(VideoError, match=r"cannot write '.*m\.1001\.exr'.*has room") as told:
            made(Edit("stmap"), tmp_path / "m.####.exr")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "/." not in str(told.value) and list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for an administrator")
def test_a_folder_that_is_read_only_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    for edit, name in ((MASK, "m.tif"), (MASK, "m.####.png"), (INSERT, "m.mp4")):
        with pytest.raises(CotrackerError, match="choose"):
            run(edit, tmp_path / name)
