"""What holds for every format; a new one is tested by adding its module and its golden sample."""

from __future__ import annotations

import inspect
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from napari_cotracker.core.declarations import GROUPS, KEEPABLE
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.options import choices_of
from napari_cotracker.core.registry import formats
from napari_cotracker.core.tracks import State, Tracks
from tests.formats.fuzzing import check, check_apart
from tests.formats.plated import square
from tests.formats.samples import assert_same, plain_tracks

GOLDEN = Path(__file__).parent / "golden"
FORMATS = formats()
READABLE = [f for f in FORMATS.values() if f.read]
WRITABLE = [f for f in FORMATS.values() if f.write]
BOTH = [f for f in READABLE if f.write]
# formats whose files say when they were made, and why that cannot be helped
TELL_THE_TIME = {"nwb": "NWB has the time of writing and random numbers of its objects"}

SAMPLES = {"nuke-cornerpin": square}  # formats that want other tracks than the plain ones


def sample(fmt) -> Tracks:
    return SAMPLES.get(fmt.name, plain_tracks)()


def named(found):
    return pytest.mark.parametrize("fmt", found, ids=lambda f: f.name)


def written(fmt, folder, tracks=None, name="tracks"):
    path = folder / f"{name}{fmt.suffixes[0]}"
    losses = call(fmt.write, fmt.pictures, path, sample(fmt) if tracks is None else tracks, fmt.options())
    assert all(isinstance(loss, str) and loss.endswith(".") for loss in losses)
    return path


def call(function, wants_pictures, *words):
    return function(*words, None) if wants_pictures else function(*words)


def read(fmt, path):
    return fmt.read(path, plain_tracks().size) if fmt.needs_size else fmt.read(path)


def assert_plain(fmt, got: Tracks) -> None:
    """All that the format keeps of the plain tracks is there, at its frame, and nothing else."""
    expected, keeps = plain_tracks(), fmt.keeps
    columns = matched(got, expected, keeps)
    frames = np.arange(expected.n_frames)
    if "frame_numbers" in keeps:
        frames = np.searchsorted(got.frame_numbers, expected.frame_numbers)
        np.testing.assert_array_equal(got.frame_numbers[frames], expected.frame_numbers)
    else:
        assert got.n_frames == expected.n_frames
    xy, states = got.xy[frames][:, columns], got.states()[frames][:, columns]
    seen = expected.states() == State.VISIBLE
    np.testing.assert_array_equal(states == State.VISIBLE, seen)
    np.testing.assert_allclose(xy[seen], expected.xy[seen], atol=1e-3)
    if "hidden" in keeps:
        np.testing.assert_allclose(xy, expected.xy, atol=1e-3)
        np.testing.assert_array_equal(states, expected.states())
    if keeps >= {"visibility", "confidence"}:
        np.testing.assert_allclose(got.confidence[frames][:, columns], expected.confidence, atol=1e-3)


def matched(got: Tracks, expected: Tracks, keeps) -> list[int]:
    """The columns of the tracks that were written."""
    assert len(got) == len(expected)
    if "ids" in keeps:
        assert sorted(got.ids.tolist()) == sorted(expected.ids.tolist())
        return [got.ids.tolist().index(id) for id in expected.ids]
    if "names" in keeps:
        plain = [re.sub(r"\W", "", name).lower() for name in got.names]
        return [plain.index(re.sub(r"\W", "", name).lower()) for name in expected.names]
    return list(range(len(expected)))


def test_there_are_the_promised_formats():
    assert {"npz", "csv"} <= set(FORMATS)


@named(FORMATS.values())
def test_declares_itself_well(fmt):
    assert fmt.read or fmt.write
    assert fmt.title and all(suffix == suffix.lower() for suffix in fmt.suffixes)
    assert all(suffix.startswith(".") for suffix in fmt.suffixes if suffix or not fmt.is_folder)
    assert fmt.keeps <= set(KEEPABLE)
    assert fmt.group in GROUPS
    for choice in choices_of(fmt.options):
        assert choice.text.endswith("."), choice.name
        assert choice.read(choice.default) == choice.default


@named(FORMATS.values())
def test_its_header_says_what_people_must_know(fmt):
    module = inspect.getmodule(fmt.write or fmt.read)
    words = re.findall(r"^(\w+):", module.__doc__, re.MULTILINE)
    assert {"Pixels", "Frames", "States", "Verified", "Load"} <= set(words), words


@named(BOTH)
def test_round_trip(fmt, tmp_path):
    assert_plain(fmt, read(fmt, written(fmt, tmp_path)))


@named(READABLE)
def test_reads_its_golden_sample(fmt):
    assert_plain(fmt, read(fmt, golden(fmt)))


def golden(fmt):
    return GOLDEN / f"{fmt.name}{fmt.suffixes[0]}"


def contents(path):
    return {p.relative_to(path.parent): p.read_bytes() for p in sorted([path, *path.rglob("*")]) if p.is_file()}


@named(WRITABLE)
def test_same_tracks_make_the_same_file(fmt, tmp_path):
    if fmt.name in TELL_THE_TIME:
        pytest.skip(TELL_THE_TIME[fmt.name])
    first = contents(written(fmt, tmp_path))
    assert contents(written(fmt, tmp_path)) == first


@named(WRITABLE)
def test_only_its_own_sniff_knows_a_file(fmt, tmp_path):
    path = written(fmt, tmp_path)
    expected = [fmt.name] if fmt.read else []
    assert [name for name, other in FORMATS.items() if other.read and other.sniff(path)] == expected


@named(WRITABLE)
@pytest.mark.parametrize("shape", [(1, 3), (6, 0), (1, 0)], ids=str)
def test_writes_one_frame_and_no_track(fmt, shape, tmp_path):
    """Or says in one sentence that this format wants more."""
    frames, count = shape
    whole = plain_tracks().select(slice(count))
    cells = (whole.xy[:frames], whole.visibility[:frames], whole.confidence[:frames])
    tracks = Tracks(whole.ids, *cells, names=whole.names, meta={"size": (96, 64), "fps": (25, 1)})
    try:
        path = written(fmt, tmp_path, tracks)
    except FormatError as refusal:
        assert "expected" in str(refusal) and fmt.group != "own"
        return
    if fmt.read and "length" in fmt.keeps:
        assert len(read(fmt, path)) == len(tracks)


@pytest.mark.skipif(sys.platform != "linux", reason="others have names of UTF-8 or UTF-16 only")
@named(WRITABLE)
def test_a_film_and_a_folder_may_have_names_that_are_no_utf_8(fmt, tmp_path):
    folder = tmp_path / "f\udcfcr"
    folder.mkdir()
    tracks = sample(fmt)
    film = {"path": str(folder / "f\udcfclm.mp4"), "fingerprint": "f"}
    path = written(fmt, folder, replace(tracks, meta={**tracks.meta, "video": film}), "tr\udce9")
    if fmt.read:
        assert len(read(fmt, path)) == len(tracks)


@named(WRITABLE)
def test_nothing_of_the_tracks_is_changed_by_writing(fmt, tmp_path):
    tracks = sample(fmt)
    written(fmt, tmp_path, tracks)
    assert_same(tracks, sample(fmt))


def bad_files(fmt, folder):
    whole = golden(fmt).read_bytes() if golden(fmt).is_file() else b"nothing"
    with ZipFile(folder / "other.npz", "w") as archive:
        archive.writestr("a.npy", b"no array")
    return {
        "empty": b"",
        "text": b"Dear reader,\nthis is a letter.\n",
        "cut in the header": whole[:12],
        "bytes": bytes(range(256)) * 20,
        "zeros": bytes(4096),
        "random": np.random.default_rng(0).bytes(4096),
        "another zip": (folder / "other.npz").read_bytes(),
    }


@named(READABLE)
def test_refuses_what_is_no_such_file(fmt, tmp_path):
    for what, content in bad_files(fmt, tmp_path).items():
        path = tmp_path / f"bad{fmt.suffixes[0]}"
        path.write_bytes(content)
        with pytest.raises(FormatError) as caught:
            read(fmt, path)
        assert "bad" in str(caught.value), what
        assert "\n" not in str(caught.value), what
        assert fmt.sniff(path) is False, what


@named(READABLE)
def test_refuses_what_is_not_there_or_a_folder(fmt, tmp_path):
    for path in (tmp_path / f"none{fmt.suffixes[0]}", tmp_path):
        with pytest.raises(FormatError, match="cannot read"):
            read(fmt, path)
        assert fmt.sniff(path) is False


@named(WRITABLE)
def test_says_where_it_cannot_write(fmt, tmp_path):
    (tmp_path / "file").write_text("in the way")
    for place in (tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(FormatError, match="cannot write"):
            written(fmt, place)
    if fmt.preview is None:
        with pytest.raises(FormatError, match="folder"):
            call(fmt.write, fmt.pictures, tmp_path / "file" if fmt.is_folder else tmp_path, sample(fmt),
                 fmt.options())
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@named(WRITABLE)
@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_says_that_a_folder_is_read_only(fmt, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FormatError, match="cannot write"):
            written(fmt, tmp_path)
    finally:
        tmp_path.chmod(0o700)


@named(WRITABLE)
def test_a_failing_disk_leaves_the_old_file(fmt, tmp_path, monkeypatch):
    if fmt.is_folder:
        pytest.skip("a folder takes the old one's place only when all is written")
    path = written(fmt, tmp_path)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FormatError, match="No space left"):
        written(fmt, tmp_path, None if fmt.name in SAMPLES else plain_tracks().select(slice(1)))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@named(READABLE)
def test_a_thousand_damaged_files_are_read_or_refused(fmt, tmp_path):
    module = inspect.getmodule(fmt.write or fmt.read)
    if golden(fmt).is_dir():
        pytest.skip("its files are tested one by one")
    if hasattr(module, "load"):
        assert check_apart(module.__name__.rpartition(".")[2], golden(fmt), tmp_path) > 0
    else:
        assert check(lambda path: read(fmt, path), golden(fmt), tmp_path) > 0
