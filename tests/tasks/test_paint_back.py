"""What is painted on a steady film comes back to the film."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_cotracker.core.errors import EditError, FormatError
from napari_cotracker.effects.motion import MotionOptions
from napari_cotracker.tasks.edits import Edit, Painting
from napari_cotracker.tasks.open import open_video
from napari_cotracker.tasks.paint_back import finding_steady, paint_back, steady_path, steady_paths
from napari_cotracker.tasks.propagate import propagate
from napari_cotracker.videos.stills import save_picture
from tests.moving_films import Film
from tests.tasks.moving_edits import FRAMES, SIZE, film, pixels, tracks_of

FILM, WHERE = film()
LAST = FRAMES - 1
SPOT = np.array([100.0, 50])


def steady(folder: Path, **options: Any) -> Path:
    edit = Edit("stabilise", {0: Painting()}, MotionOptions("homography"), {"border": "black", **options})
    list(propagate(edit, FILM, tracks_of(WHERE), folder / "steady.####.png"))
    return folder / "steady.####.png.steady.json"


def dab(at: np.ndarray) -> np.ndarray:
    """Red paint around a place."""
    paint = np.zeros((*SIZE[::-1], 4), np.uint8)
    paint[np.hypot(*np.moveaxis(pixels() - at, -1, 0)) < 5] = (255, 0, 0, 255)
    return paint


def middle(picture: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where two pictures differ."""
    off = np.abs(picture.astype(float) - other).sum(-1)
    return np.array((off[..., None] * pixels()).sum((0, 1)) / off.sum())


def test_paint_on_the_steady_film_is_where_it_belongs_on_the_film(tmp_path: Path) -> None:
    kept = steady(tmp_path)
    still = open_video(tmp_path / "steady.####.png").read([0, LAST])
    assert np.abs(still[0, 40:80, 50:110].astype(int) - still[1, 40:80, 50:110]).mean() < 3
    save_picture(tmp_path / "paint.png", dab(SPOT))
    list(paint_back(FILM, kept, tmp_path / "paint.png", tmp_path / "done.####.png"))
    found = open_video(tmp_path / "done.####.png").read(range(FRAMES))
    for t in range(FRAMES):
        np.testing.assert_allclose(middle(found[t], FILM.frames[t]), WHERE(SPOT, 0, t), atol=1.0)
    np.testing.assert_array_equal(found[LAST, :20, :40], FILM.frames[LAST, :20, :40])


def test_paint_of_every_frame(tmp_path: Path) -> None:
    kept = steady(tmp_path, path="smooth")
    (tmp_path / "paint").mkdir()
    for t in range(FRAMES):
        save_picture(tmp_path / "paint" / f"p.{t}.png", dab(SPOT) if t == 3 else np.zeros((*SIZE[::-1], 4), np.uint8))
    list(paint_back(FILM, kept, tmp_path / "paint", tmp_path / "done.####.png"))
    found = open_video(tmp_path / "done.####.png").read(range(FRAMES))
    assert [bool((a != b).any()) for a, b in zip(found, FILM.frames, strict=True)] == [t == 3 for t in range(FRAMES)]
    list(paint_back(FILM, kept, tmp_path / "paint" / "p.5.png", tmp_path / "any.####.png"))  # any stands for all
    np.testing.assert_array_equal(open_video(tmp_path / "any.####.png").read(range(FRAMES)), found)


def test_what_does_not_belong_together_is_told(tmp_path: Path) -> None:
    kept = steady(tmp_path)
    save_picture(tmp_path / "paint.png", dab(SPOT))
    save_picture(tmp_path / "opaque.png", dab(SPOT)[..., :3])
    save_picture(tmp_path / "small.png", dab(SPOT)[:50])
    (tmp_path / "few").mkdir()
    for t in range(2):
        save_picture(tmp_path / "few" / f"p.{t}.png", dab(SPOT))
    before = sorted(tmp_path.iterdir())
    for paint, message in (("opaque.png", "expected paint with alpha"),
                           ("small.png", "paint of the steady film's size"),
                           ("few", "expected paint for all 8 frames, got 2")):
        with pytest.raises(EditError, match=message):
            list(paint_back(FILM, kept, tmp_path / paint, tmp_path / "o.####.png"))
    with pytest.raises(EditError, match="the film that was held still, of 8 frames"):
        list(paint_back(Film(FILM.frames[:4]), kept, tmp_path / "paint.png", tmp_path / "o.####.png"))
    with pytest.raises(FormatError, match="cannot read"):
        list(paint_back(FILM, tmp_path / "paint.png", tmp_path / "paint.png", tmp_path / "o.####.png"))
    assert sorted(tmp_path.iterdir()) == before


def test_one_picture_does_not_fit_a_film_that_still_moves(tmp_path: Path) -> None:
    kept = steady(tmp_path, path="smooth")
    save_picture(tmp_path / "paint.png", dab(SPOT))
    with pytest.raises(EditError, match="smooth path still moves"):
        list(paint_back(FILM, kept, tmp_path / "paint.png", tmp_path / "o.####.png"))


def test_films_held_still_in_two_ways_keep_a_file_each(tmp_path: Path) -> None:
    kept = steady(tmp_path)
    before = kept.read_bytes()
    other = Edit("stabilise", {3: Painting()}, MotionOptions("homography"), {"border": "black"})
    list(propagate(other, FILM, tracks_of(WHERE), tmp_path / "steady.mp4"))
    assert kept.read_bytes() == before
    assert (tmp_path / "steady.mp4.steady.json").read_bytes() != before


def test_the_name_of_the_file_beside() -> None:
    for name in ("a/steady.mp4", "a/steady.####.png", "steady_%04d.exr", "steady", "####.png"):
        assert steady_path(name) == Path(f"{name}.steady.json")
    assert steady_path("a/folder/") == Path("a/folder.steady.json")


def test_a_picture_tells_of_all_names_that_the_file_beside_may_have(tmp_path: Path) -> None:
    for t in range(3):
        save_picture(tmp_path / f"s.{t:04d}.png", dab(SPOT))
    assert steady_paths(tmp_path / "s.0001.png") == {
        tmp_path / "s.0001.png.steady.json", tmp_path / "s.####.png.steady.json",
        tmp_path.parent / f"{tmp_path.name}.steady.json"}
    assert steady_paths(tmp_path / "s.mp4") == {tmp_path / "s.mp4.steady.json"}


def test_files_beside_are_found_if_they_are_of_this_film(tmp_path: Path) -> None:
    kept = steady(tmp_path)
    (tmp_path / "broken.steady.json").write_text("{")
    for n_frames, size, expected in ((FRAMES, SIZE, [kept]), (FRAMES + 1, SIZE, []), (FRAMES, SIZE[::-1], [])):
        steps = finding_steady([tmp_path, tmp_path / "gone", tmp_path], n_frames, size)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                assert end.value == expected
                break


def test_floats_are_multiplied_by_alpha_one_picture_or_many(tmp_path: Path) -> None:
    pytest.importorskip("OpenEXR")
    kept = steady(tmp_path)
    paint = np.zeros((*SIZE[::-1], 4), np.float32)
    paint[20:80, 40:120] = (0.5, 0.5, 0.5, 0.5)  # half opaque white
    for folder, frames in (("one", 1), ("many", FRAMES)):
        (tmp_path / folder).mkdir()
        for t in range(frames):
            save_picture(tmp_path / folder / f"p.{t}.exr", paint)
    list(paint_back(FILM, kept, tmp_path / "one" / "p.0.exr", tmp_path / "a.####.png"))
    list(paint_back(FILM, kept, tmp_path / "many", tmp_path / "b.####.png"))
    a, b = (open_video(tmp_path / name).read([0])[0] for name in ("a.####.png", "b.####.png"))
    np.testing.assert_array_equal(a, b)
    assert a[50, 80].min() >= 187  # half of white light
