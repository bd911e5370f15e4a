"""What holds for every format; a new one is tested by adding its module and its golden sample."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.registry import formats
from napari_cotracker.core.tracks import Tracks
from tests.formats.samples import plain_tracks

GOLDEN = Path(__file__).parent / "golden"
FORMATS = formats()
READABLE = [f for f in FORMATS.values() if f.read]
WRITABLE = [f for f in FORMATS.values() if f.write]
BOTH = [f for f in READABLE if f.write]


def named(found):
    return pytest.mark.parametrize("fmt", found, ids=lambda f: f.name)


def written(fmt, folder, tracks=None):
    path = folder / f"tracks{fmt.suffixes[0]}"
    losses = fmt.write(path, plain_tracks() if tracks is None else tracks, fmt.options())
    assert all(isinstance(loss, str) and loss.endswith(".") for loss in losses)
    return path


def assert_plain(got: Tracks) -> None:
    """Positions are the plain ones wherever there are any, in the order of the ids."""
    expected = plain_tracks()
    assert got.n_frames == expected.n_frames
    assert got.ids.tolist() == expected.ids.tolist()
    np.testing.assert_allclose(got.xy, expected.xy, atol=1e-3)
    np.testing.assert_array_equal(got.states(), expected.states())


def test_there_are_the_promised_formats():
    assert {"npz", "csv"} <= set(FORMATS)


@named(FORMATS.values())
def test_declares_itself_well(fmt):
    assert fmt.read or fmt.write
    assert fmt.title and all(suffix.startswith(".") and suffix == suffix.lower() for suffix in fmt.suffixes)
    fmt.options()


@named(BOTH)
def test_round_trip(fmt, tmp_path):
    assert_plain(fmt.read(written(fmt, tmp_path)))


@named(READABLE)
def test_reads_its_golden_sample(fmt):
    assert_plain(fmt.read(GOLDEN / f"{fmt.name}{fmt.suffixes[0]}"))


@named(WRITABLE)
def test_same_tracks_make_the_same_file(fmt, tmp_path):
    first = written(fmt, tmp_path).read_bytes()
    assert written(fmt, tmp_path).read_bytes() == first


@named(WRITABLE)
def test_only_its_own_sniff_knows_a_file(fmt, tmp_path):
    path = written(fmt, tmp_path)
    assert [name for name, other in FORMATS.items() if other.sniff(path)] == [fmt.name]


@named(WRITABLE)
@pytest.mark.parametrize("shape", [(1, 3), (6, 0), (1, 0)], ids=str)
def test_writes_one_frame_and_no_track(fmt, shape, tmp_path):
    frames, count = shape
    whole = plain_tracks().select(slice(count))
    cells = (whole.xy[:frames], whole.visibility[:frames], whole.confidence[:frames])
    tracks = Tracks(whole.ids, *cells, names=whole.names)
    path = written(fmt, tmp_path, tracks)
    if fmt.read:
        assert fmt.read(path).ids.tolist() == tracks.ids.tolist()


def bad_files(fmt, folder):
    whole = (GOLDEN / f"{fmt.name}{fmt.suffixes[0]}").read_bytes()
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
            fmt.read(path)
        assert "bad" in str(caught.value), what
        assert "\n" not in str(caught.value), what
        assert fmt.sniff(path) is False, what


@named(READABLE)
def test_refuses_what_is_not_there_or_a_folder(fmt, tmp_path):
    for path in (tmp_path / f"none{fmt.suffixes[0]}", tmp_path):
        with pytest.raises(FormatError, match="cannot read"):
            fmt.read(path)
        assert fmt.sniff(path) is False


@named(WRITABLE)
def test_says_where_it_cannot_write(fmt, tmp_path):
    (tmp_path / "file").write_text("in the way")
    for place in (tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(FormatError, match="cannot write"):
            written(fmt, place)
    with pytest.raises(FormatError, match="folder"):
        fmt.write(tmp_path, plain_tracks(), fmt.options())
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
    path = written(fmt, tmp_path)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FormatError, match="No space left"):
        written(fmt, tmp_path, plain_tracks().select(slice(1)))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
