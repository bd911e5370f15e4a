"""Whatever is rendered is read back by our own readers and by the libraries directly."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from napari_cotracker.core.errors import MissingExtraError, VideoError
from napari_cotracker.videos.array import ArrayVideo
from napari_cotracker.videos.exr_header import make_attributes, write_exr
from napari_cotracker.videos.film import Film
from napari_cotracker.videos.kinds import KINDS
from napari_cotracker.videos.rendering import Rendering
from napari_cotracker.videos.sequence import ImageSequence
from napari_cotracker.videos.stills import save_picture
from tests.videos.coded_films import IRREGULAR, brightness_in, decode_bare, number_in, paint
from tests.videos.sounding_films import sound_sums, sound_times, write_sounding

FILMS = {"mp4": "a.mp4", "prores4444": "a.mov", "ffv1": "a.mkv"}
IMAGES = {"png": "a.####.png", "tiff": "a.####.tif", "exr": "a.####.exr"}


class Plate(ArrayVideo):
    """A clip in memory with numbers of its own."""

    def __init__(self, count: int = 6, first: int = 1001, fps: Fraction = Fraction(24000, 1001)) -> None:
        super().__init__(np.stack([paint(number) for number in range(count)]), fps=fps)
        self.first = first

    @property
    def frame_numbers(self) -> NDArray[np.int64]:
        return np.arange(self.first, self.first + self.n_frames)


def pictures(count: int, dtype: str = "uint8", channels: int = 3, size: tuple[int, int] = (96, 64)
             ) -> list[NDArray[Any]]:
    """Noise with every value there is, floats also below black and above white."""
    rng = np.random.default_rng(channels)
    shape = (count, size[1], size[0], channels)
    if dtype == "float32":
        return list((rng.normal(0.5, 2, shape)).astype(np.float32))
    return list(rng.integers(0, np.iinfo(dtype).max + 1, shape, dtype))


def rendered(path: Path, video: Any, made: Iterable[NDArray[Any]], frames: range | None = None, **options: Any
             ) -> Rendering:
    with Rendering(path, video, options, frames=frames) as rendering:
        for picture in made:
            rendering.add(picture)
    return rendering


@pytest.mark.parametrize("kind", FILMS)
@pytest.mark.parametrize("fps", [Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25), Fraction(120)])
def test_films_have_every_frame_at_its_time(tmp_path: Path, kind: str, fps: Fraction) -> None:
    plate, path = Plate(12, fps=fps), tmp_path / FILMS[kind]
    assert rendered(path, plate, plate.read(range(12))).notes == []
    with Film(path) as film:
        assert (film.n_frames, film.fps, film.size) == (12, fps, (128, 96))
        assert np.abs(film.times - plate.times).max() <= (1e-3 if kind == "ffv1" else 1e-6)
        assert [number_in(frame) for frame in film.read(range(12))] == list(range(12))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == fps
        assert [round(frame.pts * stream.time_base * fps) for frame in container.decode(stream)] == list(range(12))


@pytest.mark.parametrize("kind", FILMS)
def test_times_that_vary_are_kept(tmp_path: Path, clip: Callable[[str], Path], kind: str) -> None:
    source, path = Film(clip("irregular.mp4")), tmp_path / FILMS[kind]
    rendered(path, source, source.read(range(40)))
    tick = 1e-3 if kind == "ffv1" else 1 / 90_000
    with Film(path) as film:
        assert np.abs(film.times - film.times[0] - (source.times - source.times[0])).max() <= tick
        assert np.abs(np.diff(film.times) - np.diff(IRREGULAR) / 1000).max() <= tick
        assert film.fps != 25


def test_gaps_of_a_plate_are_gaps_in_time_and_in_numbers(tmp_path: Path) -> None:
    plate = Plate(4)
    folder = tmp_path / "plate"
    with Rendering(folder / "shot.####.png", plate) as rendering:
        for picture in plate.read(range(4)):
            rendering.add(picture)
    (folder / "shot.1002.png").unlink()
    gappy = ImageSequence(folder, fps=Fraction(25))
    rendered(tmp_path / "a.mov", gappy, gappy.read(range(3)))
    with Film(tmp_path / "a.mov") as film:
        assert np.allclose(film.times, [0, 0.08, 0.12])
    assert rendered(tmp_path / "out", gappy, gappy.read(range(3))).kind.name == "png"
    found = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert found == ["shot.1001.png", "shot.1003.png", "shot.1004.png"]


@pytest.mark.parametrize(("dtype", "channels"), [(d, c) for d in ("uint8", "uint16") for c in (1, 3, 4)])
def test_ffv1_loses_nothing(tmp_path: Path, dtype: str, channels: int) -> None:
    made = pictures(3, dtype, channels)
    assert rendered(tmp_path / "a.mkv", Plate(3), made).notes == []
    with Film(tmp_path / "a.mkv") as film:
        found = film.read_native(range(3))
    assert found.dtype == dtype and (found == np.stack(made)).all()
    name = {("uint8", 1): "gray", ("uint8", 3): "rgb24", ("uint8", 4): "rgba", ("uint16", 1): "gray16le",
            ("uint16", 3): "rgb48le", ("uint16", 4): "rgba64le"}[dtype, channels]
    assert (np.stack(decode_bare(tmp_path / "a.mkv", name)).reshape(found.shape) == np.stack(made)).all()


def test_prores_keeps_alpha(tmp_path: Path) -> None:
    made = pictures(3, "uint16", 4, (131, 97))
    made[0][:] = np.linspace(0, 65535, 131).astype(np.uint16)[None, :, None]
    rendering = rendered(tmp_path / "a.mov", Plate(3), made)
    assert ["10 bits" in note for note in rendering.notes] == [True]
    with Film(tmp_path / "a.mov") as film:
        found = film.read_native(range(3))
    assert found.dtype == np.uint16 and found.shape == (3, 97, 131, 4)
    assert np.abs(found[..., 3].astype(int) - np.stack(made)[..., 3]).max() <= 80
    assert np.abs(found[0, :, :, :3].astype(int) - made[0][:, :, :3]).mean() < 100  # of 65535
    with av.open(str(tmp_path / "a.mov")) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.profile) == ("prores", "yuva444p12le", "4444")


@pytest.mark.parametrize(("kind", "dtype"), [(kind, dtype) for kind in IMAGES for dtype in KINDS[kind].holds])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_hold_the_exact_values(tmp_path: Path, kind: str, dtype: str, channels: int) -> None:
    made = pictures(3, dtype, channels)
    rendering = rendered(tmp_path / "out" / IMAGES[kind], Plate(3), made)
    assert rendering.notes == [] and rendering.kind.name == kind
    assert rendering.targets == sorted((tmp_path / "out").iterdir())
    sequence = ImageSequence(tmp_path / "out")
    assert sequence.frame_numbers.tolist() == [1001, 1002, 1003]
    found = sequence.read_native(range(3))
    assert found.dtype == dtype and (found == np.stack(made)).all()


def test_exr_knows_its_rate_as_a_fraction(tmp_path: Path) -> None:
    library = pytest.importorskip("OpenEXR")
    rendered(tmp_path / "a.%06d.exr", Plate(1), pictures(1, "float32", 4))
    with library.File(str(tmp_path / "a.001001.exr")) as file:
        assert file.header()["framesPerSecond"] == Fraction(24000, 1001)
        assert file.channels()["RGBA"].pixels.dtype == np.float32


def test_exr_from_exr_keeps_what_the_plate_says(tmp_path: Path) -> None:
    library = pytest.importorskip("OpenEXR")
    (tmp_path / "plate").mkdir()
    for number in (1001, 1003):
        write_exr(tmp_path / "plate" / f"p.{number}.exr", {"RGBA": pictures(1, "float32", 4)[0]}, {
            **make_attributes(Fraction(24), Fraction(2), f"01:00:00:{number % 100:02d}"), "reelName": "A001",
            "chromaticities": (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)})
    plate = ImageSequence(tmp_path / "plate", fps=Fraction(25))
    rendered(tmp_path / "out", plate, plate.read_native(range(2)))
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["p.1001.exr", "p.1003.exr"]
    with library.File(str(tmp_path / "out" / "p.1003.exr"), header_only=True) as file:
        header = dict(file.header())  # which closing the file empties
    assert (header["timeCode"].frame, header["reelName"], header["pixelAspectRatio"]) == (3, "A001", 2)
    assert header["framesPerSecond"] == 25 and header["chromaticities"][0] == pytest.approx(0.713)
    assert (ImageSequence(tmp_path / "out").read_native([1]) == plate.read_native([1])).all()


def test_exr_of_a_film_has_its_timecode(tmp_path: Path) -> None:
    library = pytest.importorskip("OpenEXR")
    source = Film(write_sounding(tmp_path / "s.mov", 30, timecode="01:00:00:10", sounds=()))
    rendered(tmp_path / "out.####.exr", source, source.read(range(16, 18)), range(16, 18))
    with library.File(str(tmp_path / "out.0016.exr"), header_only=True) as file:
        code = file.header()["timeCode"]
    assert (code.hours, code.minutes, code.seconds, code.frame) == (1, 0, 1, 1)


@pytest.mark.parametrize("tags", [(1, 1, 1, 1), (1, 6, 6, 6), (1, 5, 5, 6), (2, 1, 1, 1), (1, 9, 9, 16)])
@pytest.mark.parametrize("kind", ["mp4", "prores4444"])
def test_colours_are_labelled_and_stored_as_the_plates(tmp_path: Path, kind: str, tags: tuple[int, int, int, int]
                                                       ) -> None:
    source = Film(write_sounding(tmp_path / "s.mp4", 3, sounds=(), tags=tags))
    rendered(tmp_path / FILMS[kind], source, source.read_native(range(3)), crf=2)
    with av.open(str(tmp_path / FILMS[kind])) as container:
        context = container.streams.video[0].codec_context
        found = context.color_range, context.colorspace, context.color_primaries, context.color_trc
        assert found == (tags if kind == "mp4" else (1, *tags[1:]))  # ProRes has no full range
    with Film(tmp_path / FILMS[kind]) as film:
        assert np.abs(film.read_native([1]) / np.iinfo(film.read_native([1]).dtype).max
                      - source.read_native([1]) / 255).mean() < 0.01
    shift = brightness_in(tmp_path / FILMS[kind]).mean() - brightness_in(tmp_path / "s.mp4").mean()
    if (kind, tags[0]) != ("prores4444", 2):
        assert abs(shift) < 0.15  # what players show is no brighter


def test_a_film_that_does_not_label_its_colours_stays_so(tmp_path: Path) -> None:
    source = Film(write_sounding(tmp_path / "s.mp4", 3, sounds=()))
    rendered(tmp_path / "a.mp4", source, source.read_native(range(3)), crf=2)
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].codec_context.colorspace == 2
    assert abs(brightness_in(tmp_path / "a.mp4").mean() - brightness_in(tmp_path / "s.mp4").mean()) < 0.15


def test_pictures_that_come_from_no_film_are_bt709(tmp_path: Path) -> None:
    rendered(tmp_path / "a.mp4", Plate(2), pictures(2))
    with av.open(str(tmp_path / "a.mp4")) as container:
        context = container.streams.video[0].codec_context
        tags = context.color_range, context.colorspace, context.color_primaries, context.color_trc
        assert tags == (1, 1, 1, 1) and context.pix_fmt == "yuv420p"


@pytest.mark.parametrize(("plate", "sounds"), [
    ("s.mp4", ("aac",)), ("s.mov", ("pcm_s16le",)), ("s.mkv", ("flac", "aac")), ("s.mp4", ("aac", "ac3")),
    ("s.mkv", ("libopus",)),
])
@pytest.mark.parametrize("kind", FILMS)
def test_sound_is_copied_bit_for_bit(tmp_path: Path, kind: str, plate: str, sounds: tuple[str, ...]) -> None:
    source = Film(write_sounding(tmp_path / plate, 30, sounds=sounds, seconds=1.5))
    path = tmp_path / f"out{Path(FILMS[kind]).suffix}"
    rendering = rendered(path, source, source.read(range(30)))
    left_out = {"mov": {"libopus", "flac"}}.get(path.suffix[1:], set()) & set(sounds)
    assert len(rendering.notes) == len(left_out), rendering.notes
    kept = [one for one, codec in zip(sound_sums(tmp_path / plate), sounds, strict=True) if codec not in left_out]
    assert sound_sums(path) == kept
    if kept and not left_out:
        assert np.allclose(sound_times(path), sound_times(tmp_path / plate), atol=2e-3)
    with Film(path) as film:
        assert film.n_frames == 30 and film.fps == 25
    assert sound_sums(tmp_path / plate)
    silent = rendered(path, source, source.read(range(30)), audio=False)
    assert sound_sums(path) == [] and silent.notes == []


def test_a_part_of_a_film_has_the_sound_and_the_timecode_of_that_part(tmp_path: Path) -> None:
    source = Film(write_sounding(tmp_path / "s.mov", 50, timecode="01:00:00:10"))
    rendered(tmp_path / "a.mov", source, source.read(range(20, 40)), range(20, 40))
    first, last = sound_times(tmp_path / "a.mov")
    assert 0 <= first < 0.025 and 0.75 < last < 0.8
    with av.open(str(tmp_path / "a.mov")) as container:
        assert container.streams.video[0].metadata["timecode"] == "01:00:01:05"
        assert container.streams.video[0].average_rate == 25


@pytest.mark.parametrize("kind", FILMS)
def test_timecode_and_shape_of_pixels_are_kept(tmp_path: Path, kind: str) -> None:
    source = Film(write_sounding(tmp_path / "s.mov", 4, timecode="23:59:59:24", aspect=Fraction(16, 11)))
    path = tmp_path / FILMS[kind]
    notes = rendered(path, source, source.read(range(4))).notes
    assert ["pixels" in note for note in notes] == ([True] if kind == "ffv1" else [])
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert {key.lower(): value for key, value in stream.metadata.items()}["timecode"] == "23:59:59:24"
        assert stream.sample_aspect_ratio == (None if kind == "ffv1" else Fraction(16, 11))


@pytest.mark.parametrize("kind", [*FILMS, *IMAGES])
@pytest.mark.parametrize("size", [(131, 97), (128, 97), (1, 1), (17, 2)])
def test_odd_sizes_and_a_single_frame(tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    made = pictures(1, "float32" if kind == "exr" else "uint8", 3, size)
    path = tmp_path / {**FILMS, **IMAGES}[kind]
    rendering = rendered(path, Plate(1), made)
    video: Any = Film(path) if kind in FILMS else ImageSequence(path)
    assert video.n_frames == 1
    if kind == "mp4":
        assert video.size == (size[0] + size[0] % 2, size[1] + size[1] % 2)
        assert ["even sizes" in note for note in rendering.notes] == [True]
    else:
        assert video.size == size and rendering.notes == []
    if kind not in {"mp4", "prores4444"}:
        assert (video.read_native([0])[0] == made[0]).all()


class Stop(Exception):
    """Somebody has cancelled."""


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """No file can grow beyond `most` bytes."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("kind", [*FILMS, *IMAGES])
@pytest.mark.parametrize("there_before", [False, True])
def test_nothing_is_left_of_a_render_that_was_cancelled(tmp_path: Path, kind: str, there_before: bool) -> None:
    path = tmp_path / "out" / {**FILMS, **IMAGES}[kind]
    if there_before or kind in FILMS:
        path.parent.mkdir()
    if there_before:
        (path.parent / path.name.replace("####", "1001")).write_bytes(b"old")
    with pytest.raises(Stop), Rendering(path, Plate(6)) as rendering:
        for picture in pictures(4):
            rendering.add(picture)
        raise Stop
    left = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [file.read_bytes() for file in left] == ([b"old"] if there_before else [])
    assert [entry.name for entry in tmp_path.iterdir()] == (["out"] if there_before or kind in FILMS else [])


@pytest.mark.parametrize("kind", [*FILMS, *IMAGES])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, kind: str) -> None:
    made = pictures(6, "uint8", 3, (320, 240))
    with full_disk(20_000), pytest.raises(VideoError, match="cannot write") as told:
        rendered(tmp_path / {**FILMS, **IMAGES}[kind], Plate(6), made)
    assert "\n" not in str(told.value) and "/." not in str(told.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [*FILMS, *IMAGES])
@pytest.mark.parametrize("missing", [1, 8, 200, 500])
def test_a_disk_that_is_full_at_the_very_end_is_told(tmp_path: Path, kind: str, missing: int) -> None:
    """OpenEXR said nothing of its last bytes, up to 8,000 of them."""
    name, made = {**FILMS, **IMAGES}[kind], [np.full((48, 64, 3), 9, np.uint8)]
    whole = rendered(tmp_path / name, Plate(1), made).targets[0]
    size = whole.stat().st_size
    whole.unlink()
    with full_disk(max(size - missing, 1)), pytest.raises(VideoError, match="cannot write") as told:
        rendered(tmp_path / name, Plate(1), made)
    assert "\n" not in str(told.value) and list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("no/folder/a.mp4", "file/a.mkv", "file/a.####.png", "no/folder/a.####.exr"):
        with pytest.raises(VideoError, match="cannot write"):
            rendered(tmp_path / name, Plate(1), pictures(1))
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
@pytest.mark.parametrize("kind", [*FILMS, *IMAGES])
def test_a_read_only_folder_is_one_sentence(tmp_path: Path, kind: str) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(VideoError, match="cannot write"):
            rendered(tmp_path / {**FILMS, **IMAGES}[kind], Plate(1), pictures(1))
    finally:
        tmp_path.chmod(0o700)
    assert list(tmp_path.iterdir()) == []


def test_mistakes_are_named(tmp_path: Path) -> None:
    plate = Plate(2)
    rgba, rgb = pictures(2, "uint8", 4), pictures(2)
    for saying, call in {
        "without alpha for mp4": lambda: rendered(tmp_path / "a.mp4", plate, rgba),
        "one size and type, got uint8": lambda: rendered(tmp_path / "a.mkv", plate, [rgb[0], rgba[0]]),
        "2 pictures, got 1": lambda: rendered(tmp_path / "a.mkv", plate, rgb[:1]),
        "2 pictures, got more": lambda: rendered(tmp_path / "a.mkv", plate, [*rgb, rgb[0]]),
        "got int64": lambda: rendered(tmp_path / "a.mkv", plate, [np.zeros((4, 4, 3), int)]),
        "got list": lambda: rendered(tmp_path / "a.mkv", plate, [[1]]),  # type: ignore[list-item]
        "with pixels": lambda: rendered(tmp_path / "a.mkv", plate, [np.zeros((0, 4, 3), np.uint8)]),
        "place for the frame number": lambda: rendered(tmp_path / "a.png", plate, rgb),
        "a name ending in": lambda: rendered(tmp_path / "a.gif", plate, rgb),
        "frames out of 0 to 1": lambda: rendered(tmp_path / "a.mkv", plate, rgb, range(1, 3)),
        "that was begun": lambda: Rendering(tmp_path / "a.mkv", plate).add(rgb[0]),
    }.items():
        with pytest.raises(VideoError, match=saying):
            call()
    assert list(tmp_path.iterdir()) == []


def test_the_plate_is_never_written_over(tmp_path: Path) -> None:
    film = Film(write_sounding(tmp_path / "s.mp4", 3))
    with pytest.raises(VideoError, match="plate's own"):
        Rendering(tmp_path / "s.mp4", film)
    rendered(tmp_path / "p" / "a.####.png", Plate(3), pictures(3))
    for path in (tmp_path / "p" / "a.%04d.png", tmp_path / "p"):
        with pytest.raises(VideoError, match="plate's own"):
            Rendering(path, ImageSequence(tmp_path / "p"))
    with pytest.raises(VideoError, match="plate's own"):
        Rendering(tmp_path / "p" / "a.####.png", ImageSequence(tmp_path / "p" / "a.1001.png"))


def test_the_plate_is_known_by_another_name(tmp_path: Path) -> None:
    """As SHOT.MKV is shot.mkv on the disks of macOS and Windows; a second link has no name in common either."""
    write_sounding(tmp_path / "s.mp4", 3)
    (tmp_path / "other.mp4").hardlink_to(tmp_path / "s.mp4")
    with pytest.raises(VideoError, match=r"plate's own, got 'other\.mp4'"):
        Rendering(tmp_path / "other.mp4", Film(tmp_path / "s.mp4"))
    rendered(tmp_path / "p" / "a.####.png", Plate(3), pictures(3))
    for number in range(1001, 1004):
        (tmp_path / "p" / f"b.{number}.png").hardlink_to(tmp_path / "p" / f"a.{number}.png")
    with pytest.raises(VideoError, match=r"plate's own, got 'b\.1001\.png'"):
        Rendering(tmp_path / "p" / "b.####.png", ImageSequence(tmp_path / "p" / "a.1001.png"))


def test_a_single_bad_frame_is_told(tmp_path: Path) -> None:
    for number in range(4):
        save_picture(tmp_path / f"p.{number}.png", np.zeros((4, 6, 3), np.uint8))
    (tmp_path / "p.1.png").write_bytes(b"nonsense")
    plate = ImageSequence(tmp_path)
    notes = rendered(tmp_path / "out", plate, plate.read_native(range(4))).notes
    assert notes == ["1 frame cannot be decoded and shows a neighbour: 1."]


def test_floats_in_a_film_are_told(tmp_path: Path) -> None:
    rendering = rendered(tmp_path / "a.mp4", Plate(2), pictures(2, "float32"))
    assert ["Floats became 8-bit" in note for note in rendering.notes] == [True]
    rendering = rendered(tmp_path / "a.mp4", Plate(2), pictures(2, "uint16"))
    assert ["8 of the plate's 16 bits" in note for note in rendering.notes] == [True]


def test_a_missing_library_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "OpenEXR", None)
    with pytest.raises(MissingExtraError, match="-m pip install openexr"):
        Rendering(tmp_path / "a.####.exr", Plate(2))


def test_a_picture_may_be_drawn_on_again_once_it_was_added(tmp_path: Path) -> None:
    canvas = np.zeros((64, 96, 3), np.uint8)
    with Rendering(tmp_path / "a.mkv", Plate(6)) as rendering:
        for number in range(6):
            canvas[:] = 10 * number
            rendering.add(canvas)
    with Film(tmp_path / "a.mkv") as film:
        assert film.read(range(6))[:, 0, 0, 0].tolist() == [0, 10, 20, 30, 40, 50]
