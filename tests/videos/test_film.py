from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_cotracker.core import registry
from napari_cotracker.core.errors import VideoError
from napari_cotracker.core.video import Video
from napari_cotracker.videos.film import Film
from napari_cotracker.videos.scaler import widened
from tests.videos.coded_films import (
    CAREFULLY,
    CLIPS,
    IRREGULAR,
    Pictures,
    damage,
    decode_bare,
    number_in,
    paint,
    write_coded,
)

Clip = Callable[[str], Path]


def as_read(film: Film) -> Pictures:
    return film.read(range(film.n_frames))


@pytest.mark.parametrize("name", CLIPS)
def test_every_frame_is_that_of_a_plain_decode(clip: Clip, name: str) -> None:
    expected = decode_bare(clip(name))
    with Film(clip(name)) as film:
        frames = as_read(film)
        assert film.n_frames == len(expected)
        assert np.array_equal(frames, expected)
        assert [number_in(frame) for frame in frames] == list(range(40 - len(frames), 40))
        assert not film.bad_frames


@pytest.mark.parametrize("name", CLIPS)
def test_order_of_reading_does_not_matter(clip: Clip, name: str) -> None:
    with Film(clip(name), cache_bytes=4 * 128 * 96 * 3, read_ahead=False) as film:
        order = random.Random(name).sample(range(film.n_frames), 12)
        expected = decode_bare(clip(name))
        for number in [*order, *range(film.n_frames - 1, film.n_frames - 15, -1), 0]:
            assert np.array_equal(film.read([number])[0], expected[number]), number
        assert not film.bad_frames


def test_going_back_over_what_was_read_ahead_does_not_begin_at_the_keyframe_for_every_frame(
        clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = Film._decode

    def decode(film: Film, frame: int, keep: int = 0) -> object:
        asked.append(frame)
        return real(film, frame, keep)

    monkeypatch.setattr(Film, "_decode", decode)
    expected = decode_bare(clip("bframes.mp4"))
    with Film(clip("bframes.mp4"), cache_bytes=16 * 128 * 96 * 3) as film:
        for number in range(40):
            film.read([number])
        asked.clear()
        for number in range(39, -1, -1):
            assert np.array_equal(film.read([number])[0], expected[number])
    assert len(asked) <= 5, "one for each keyframe, and one to see which way it goes"


@pytest.fixture(scope="module")
def jumpy(clip: Clip) -> Iterator[tuple[Film, list[Pictures]]]:
    path = clip("open-gop.ts")
    with Film(path, cache_bytes=6 * 128 * 96 * 3) as film:
        yield film, decode_bare(path)


@given(orders=st.lists(st.one_of(
    st.integers(0, 39).map(lambda k: [k]),
    st.tuples(st.integers(0, 30), st.integers(4, 9)).map(lambda run: list(range(run[0], sum(run)))),
    st.tuples(st.integers(9, 39), st.integers(2, 9)).map(lambda run: list(range(run[0], run[0] - run[1], -1))),
), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_any_walk_sees_the_same_pictures(jumpy: tuple[Film, list[Pictures]], orders: list[list[int]]) -> None:
    film, expected = jumpy
    for order in orders:
        for number in order:
            assert np.array_equal(film.read([number])[0], expected[number])


def test_a_film_is_a_video(clip: Clip) -> None:
    with Film(clip("bframes.mp4")) as film:
        assert isinstance(film, Video)
        assert (film.width, film.height, film.n_frames, len(film)) == (128, 96, 40, 40)
        assert film.path == str(clip("bframes.mp4"))
        assert film.frame_numbers.tolist() == list(range(40))
        assert film.keyframes.tolist() == [0, 12, 24, 36]


def test_rates_are_exact_and_times_are_the_file_s(clip: Clip) -> None:
    for name, rate in {"bframes.mp4": Fraction(25), "fraction.mp4": Fraction(30000, 1001), "vp9.webm": Fraction(25),
                       "raw.h264": Fraction(25), "bframes.avi": Fraction(25)}.items():
        with Film(clip(name)) as film:
            assert film.fps == rate, name
            assert np.allclose(np.diff(film.times), float(1 / rate), atol=0.0011), name
    for name in ("irregular.mp4", "irregular.mkv"):
        with Film(clip(name)) as film:
            assert np.allclose(film.times - film.times[0], (np.array(IRREGULAR) - IRREGULAR[0]) / 1000, atol=1e-3)
            assert float(film.fps) == pytest.approx(39 / (film.times[-1] - film.times[0]))


@pytest.mark.parametrize(("angle", "quarters"), [(90, 1), (180, 2), (270, 3), (-90, 3)])
def test_rotated_films_stand_upright(tmp_path: Path, angle: int, quarters: int) -> None:
    path = write_coded(tmp_path / "turned.mp4", 4, rotation=angle)
    with Film(path) as film:
        expected = np.rot90(decode_bare(path), quarters, axes=(1, 2))
        assert (film.height, film.width) == expected.shape[1:3]
        assert np.array_equal(as_read(film), expected)
        carefully = np.rot90(decode_bare(path, interpolation=CAREFULLY), quarters, axes=(1, 2))
        assert np.array_equal(film.read_native([1]), carefully[1:2])


def test_native_frames_keep_depth_and_alpha(clip: Clip) -> None:
    kinds = {"ten-bit.mp4": ("rgb48le", np.uint16, 3), "grey.mkv": ("gray", np.uint8, 1),
             "grey-deep.mkv": ("gray16le", np.uint16, 1), "alpha.mkv": ("rgba", np.uint8, 4),
             "bframes.mp4": ("rgb24", np.uint8, 3)}
    for name, (pixels, dtype, channels) in kinds.items():
        with Film(clip(name)) as film:
            native = film.read_native([7, 3])
            assert native.dtype == dtype and native.shape == (2, 96, 128, channels), name
            expected = decode_bare(clip(name), pixels, **({"interpolation": CAREFULLY} if pixels == "rgb24" else {}))
            if pixels == "rgb48le":  # of which FFmpeg leaves the top empty
                expected = [widened(picture, "yuv420p10le", False) for picture in expected]
            assert np.array_equal(native[0].reshape(-1), np.asarray(expected[7]).reshape(-1)), name
            assert film.read_native([]).shape == (0, 96, 128, channels)


def test_joined_recordings_are_one_film(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "joined.ts"
    path.write_bytes(clip("plain.ts").read_bytes() * 2)
    with Film(path) as film:
        assert film.n_frames == 80
        assert (np.diff(film.times) > 0).all()
        numbers = [number_in(frame) for frame in as_read(film)]
        for number in (79, 41, 40, 39, 3, 60):
            assert number_in(film.read([number])[0]) == number % 40
    assert numbers == [*range(40), *range(40)]


def test_a_recording_cut_at_the_front_begins_with_bad_frames(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "front.ts"
    data = clip("plain.ts").read_bytes()
    path.write_bytes(data[len(data) // 3 // 188 * 188:])
    with Film(path) as film:
        frames = as_read(film)
        good = [k for k in range(film.n_frames) if k not in film.bad_frames]
        first = number_in(frames[good[0]])
        assert good == list(range(good[0], film.n_frames)) and film.n_frames > 20
        assert [number_in(frames[k]) for k in good] == list(range(first, first + len(good)))
        assert all(np.array_equal(frames[k], frames[good[0]]) for k in film.bad_frames)


@pytest.mark.parametrize(("name", "flags"), [("cut.mp4", {"movflags": "faststart"}), ("cut.mkv", {}), ("cut.ts", {})])
def test_truncated_films_have_the_frames_that_are_there(tmp_path: Path, name: str, flags: dict[str, str]) -> None:
    path = write_coded(tmp_path / name, flags=flags)
    whole = decode_bare(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.7)])
    with Film(path) as film:
        frames = as_read(film)
        assert 15 < film.n_frames < 40
        assert len(film.bad_frames) <= 5
        for number, frame in enumerate(frames):
            good = max(k for k in range(number + 1) if k not in film.bad_frames)
            assert np.array_equal(frame, whole[good]), number


@pytest.mark.parametrize("tail", [1, 2])
@pytest.mark.parametrize(("name", "pause"), [("still.mp4", 120), ("still.mp4", 2000), ("still.mkv", 2000)])
def test_a_recording_that_holds_still_keeps_its_last_frames(tmp_path: Path, name: str, pause: int, tail: int) -> None:
    ticks = [40 * k + (pause if k >= 40 else 0) for k in range(40 + tail)]
    with Film(write_coded(tmp_path / name, 40 + tail, ticks=ticks)) as film:
        assert [number_in(frame) for frame in as_read(film)] == list(range(40 + tail))


@pytest.mark.parametrize("codec", ["msmpeg4", "wmv2", "cinepak"])
def test_a_crashed_recording_without_its_index_reads_the_same_in_any_order(tmp_path: Path, codec: str) -> None:
    pixels = "rgb24" if codec == "cinepak" else "yuv420p"
    path = write_coded(tmp_path / "crashed.avi", codec=codec, pixels=pixels, options={"g": "12", "b": "2000000"})
    path.write_bytes(path.read_bytes()[: path.read_bytes().rindex(b"idx1")])
    expected = decode_bare(path)
    with Film(path, read_ahead=False) as film:
        for number in [30, 10, 37, 5, 22, 39]:
            assert np.array_equal(film.read([number])[0], expected[number]), number
        assert len(film.keyframes) > 2 and not film.bad_frames


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["bframes.mp4", "plain.ts"])
def test_damaged_frames_are_listed_and_never_shown_as_others(
    clip: Clip, tmp_path: Path, name: str, seed: int, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(damage(clip(name).read_bytes(), [1, 4, 20, 60][seed], seed))
    with Film(path) as film:
        frames = as_read(film)
        shown = {k: number_in(frames[k]) for k in range(film.n_frames) if k not in film.bad_frames}
        step = shown.get(0, 0)
        assert shown == {k: k + step for k in shown} or name.endswith("ts")
        assert list(shown.values()) == sorted(set(shown.values()))
        assert len(shown) >= 15
    with Film(path, read_ahead=False) as again:
        for number in random.Random(seed).sample(range(len(frames)), 15):
            assert np.array_equal(again.read([number])[0], frames[number]), number
        assert again.bad_frames <= film.bad_frames
    assert capfd.readouterr().err == ""


def test_frames_outside_the_clip_are_refused(clip: Clip) -> None:
    with Film(clip("bframes.mp4")) as film:
        for wrong in (40, -1):
            with pytest.raises(VideoError, match=rf"from 0 to 39 .*got {wrong}"):
                film.read([3, wrong])
        with pytest.raises(VideoError, match="whole numbers"):
            film.read([1.5])  # type: ignore[list-item]
        assert film.read([]).shape == (0, 96, 128, 3)
        assert film.read(np.array([5, 5])).shape == (2, 96, 128, 3)


def test_several_threads_read_at_once(clip: Clip) -> None:
    expected = decode_bare(clip("open-gop.mp4"))
    wrong: list[int] = []
    with Film(clip("open-gop.mp4"), cache_bytes=8 * 128 * 96 * 3) as film:

        def walk(seed: int) -> None:
            order = random.Random(seed).choices(range(40), k=25) if seed % 2 else range(40)
            wrong.extend(k for k in order if not np.array_equal(film.read([k])[0], expected[k]))

        threads = [threading.Thread(target=walk, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert wrong == []


def test_closing_ends_threads_and_reading(clip: Clip) -> None:
    before = set(threading.enumerate())
    film = Film(clip("bframes.mp4"))
    film.read(range(20))
    assert any("read-ahead" in thread.name for thread in set(threading.enumerate()) - before)
    film.close()
    film.close()
    assert set(threading.enumerate()) - before == set()
    with pytest.raises(VideoError, match="closed"):
        film.read([0])


FORKED = """
import os, sys, gc
from napari_cotracker.videos.film import Film

gc.disable()
path = sys.argv[1]
for _ in range(2):  # what is left of these is garbage that was not collected yet
    with Film(path) as film:
        film.read(range(20))
film = Film(path, cache_bytes=1)
before = film.read(range(20)).sum()
child = os.fork()
if not child:
    gc.collect()
    same = film.read(range(20)).sum() == before and film.read([39]).any()
    with Film(path) as other:
        same = same and other.read(range(20)).sum() == before
    os._exit(0 if same else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows forks nothing")
def test_a_forked_child_waits_for_no_thread_of_its_parent(clip: Clip) -> None:
    command = [sys.executable, "-W", "ignore", "-c", FORKED, str(clip("bframes.mp4"))]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], start_new_session=True) as parent:
        try:
            assert parent.wait(40) == 0
        except BaseException:
            os.killpg(parent.pid, signal.SIGKILL)
            raise


def test_frames_can_be_read_while_the_index_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_coded(tmp_path / "long.mp4", 200)
    go_on = threading.Event()
    from napari_cotracker.videos import indexer

    honest = indexer.read_packets

    def reluctant(container: object, stream: object) -> Iterator[object]:
        for number, packet in enumerate(honest(container, stream)):
            if number == 150:
                go_on.wait(60)
            yield packet

    monkeypatch.setattr(indexer, "read_packets", reluctant)
    with Film(path) as film:
        assert not film.is_indexed
        assert film.expected_frames == 200
        assert number_in(film.read([90])[0]) == 90
        go_on.set()
        assert film.n_frames == 200 and film.is_indexed
        assert number_in(film.read([199])[0]) == 199


def test_the_fingerprint_follows_the_content(clip: Clip, tmp_path: Path) -> None:
    moved = Path(shutil.copy(clip("bframes.mp4"), tmp_path / "other name.mp4"))
    with Film(clip("bframes.mp4")) as film, Film(moved) as same, Film(clip("open-gop.mp4")) as other:
        assert film.fingerprint == same.fingerprint != other.fingerprint


def test_the_version_follows_the_file(clip: Clip, tmp_path: Path) -> None:
    path = Path(shutil.copy(clip("bframes.mp4"), tmp_path / "film.mp4"))
    with Film(path) as film:
        before = film.version
    path = path.rename(tmp_path / "other name.mp4")
    with Film(path) as film:
        assert film.version == before
    os.utime(path, (1, 1))
    with Film(path) as film:
        assert film.version != before


def make_sound(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_what_is_no_film_is_refused_in_one_sentence(clip: Clip, tmp_path: Path) -> None:
    data = clip("bframes.mp4").read_bytes()
    files = {"empty.mp4": b"", "text.mp4": b"hello, world\n" * 50, "notes.txt": b"hello, world\n" * 50,
             "noise.mp4": np.random.default_rng(0).bytes(20_000), "no-end.mp4": data[: len(data) // 2]}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    make_sound(tmp_path / "sound.wav")
    os.mkfifo(tmp_path / "pipe.mp4")
    sayings = {"missing.mp4": "there is no", "empty.mp4": "is empty", "text.mp4": "not a film", "notes.txt": "text",
               "noise.mp4": "not a film", "no-end.mp4": "damaged or was cut off", "sound.wav": "only audio",
               "pipe.mp4": "pipe", ".": "the folder"}
    for name, saying in sayings.items():
        with pytest.raises(VideoError, match=saying) as caught:
            Film(tmp_path / name)
        assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_refused(clip: Clip, tmp_path: Path) -> None:
    path = Path(shutil.copy(clip("bframes.mp4"), tmp_path / "secret.mp4"))
    path.chmod(0)
    with pytest.raises(VideoError, match="may not be read"):
        Film(path)


def test_a_film_without_decodable_pictures_is_refused(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "hollow.mp4"
    data = clip("bframes.mp4").read_bytes()
    start, end = data.index(b"mdat") + 4, data.rindex(b"moov") - 4
    path.write_bytes(data[:start] + bytes(end - start) + data[end:])
    with pytest.raises(VideoError, match="no picture that can be decoded"):
        Film(path)


def test_opening_does_not_wait_for_the_index(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    from napari_cotracker.videos.indexer import Indexer

    monkeypatch.setattr(Indexer, "complete", lambda self: pytest.fail("waited"))
    Film(clip("bframes.mp4")).close()


def test_the_registry_gives_films_what_others_do_not_take() -> None:
    source = registry.video_sources()[-1]
    assert source.name == "film" and source.open is Film
    assert source.accepts("a.mp4") and source.accepts(Path("a.mkv")) and not source.accepts(paint(0))


@pytest.mark.parametrize("name", ["bframes.mp4", "bframes.avi"])
@pytest.mark.parametrize("how", [os.replace, shutil.copyfile], ids=["replaced", "overwritten"])
def test_a_film_that_is_exported_again_is_not_mixed_with_its_index(
    clip: Clip, tmp_path: Path, name: str, how: Callable[[Path, Path], object]
) -> None:
    path, new = tmp_path / name, write_coded(tmp_path / f"new-{name}", 60)
    shutil.copyfile(clip(name), path)
    with Film(path, read_ahead=False) as film:  # which has frames of the old film at hand, and rightly so
        before = film.read(range(9))
        how(new, path)
        for number in (39, 12, 25):
            with pytest.raises(VideoError, match="has changed since it was opened; open it again"):
                film.read([number])
        with pytest.raises(VideoError, match="has changed since"):
            _ = film.fingerprint
        assert np.array_equal(film.read([3])[0], before[3])
        assert not film.bad_frames
    with Film(path) as film:
        assert number_in(film.read([50])[0]) == 50


def test_a_film_whose_disk_was_away_reads_on(clip: Clip, tmp_path: Path) -> None:
    path = Path(shutil.copy(clip("bframes.avi"), tmp_path / "film.avi"))
    with Film(path) as film:
        film.read([30])
        path.rename(tmp_path / "away.avi")
        assert number_in(film.read([32])[0]) == 32  # still open
        with pytest.raises(VideoError, match="there is no"):
            film.read([5])
        (tmp_path / "away.avi").rename(path)
        assert [number_in(frame) for frame in film.read([38, 5])] == [38, 5]
        assert not film.bad_frames


def test_a_film_that_cannot_be_read_for_a_moment_is_not_damaged(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napari_cotracker.videos import packets

    path = Path(shutil.copy(clip("bframes.mp4"), tmp_path / "film.mp4"))
    with Film(path) as film:
        assert film.n_frames == 40
        path.rename(tmp_path / "away.mp4")
        with monkeypatch.context() as patch, pytest.raises(VideoError, match="there is no"):
            patch.setattr(packets, "read_packets", lambda container, stream: (_ for _ in ()))
            film.read([30])
        (tmp_path / "away.mp4").rename(path)
        assert number_in(film.read([30])[0]) == 30 and not film.bad_frames
