from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from napari_cotracker.core.declarations import NoOptions
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Tracks
from napari_cotracker.formats import npz
from tests.formats.samples import any_tracks, assert_same, plain_tracks


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tracks=any_tracks())
def test_keeps_every_field(tracks, tmp_path):
    path = tmp_path / "tracks.npz"
    assert npz.write(path, tracks, NoOptions()) == []
    assert_same(npz.read(path), tracks)


def test_numpy_alone_reads_it(tmp_path):
    npz.write(tmp_path / "t.npz", plain_tracks(), NoOptions())
    with np.load(tmp_path / "t.npz", allow_pickle=False) as file:
        assert set(npz.LAYOUT) == set(file.files)
        assert str(file["format"]) == "napari-cotracker-tracks"
        assert int(file["version"]) == 1
        assert file["queries"].tolist() == [[0, 10, 30], [0, 30, 35], [2, 52.5, 39]]
        assert file["size"].tolist() == [96, 64]
        assert json.loads(str(file["meta"])) == {}


def test_meta_beyond_json_is_simplified_and_reported(tmp_path):
    meta = {"path": Path("a/b"), "scale": np.float64(0.5), "list": np.arange(2), "odd": 1j,
            "fps": Fraction(30000, 1001)}
    losses = npz.write(tmp_path / "t.npz", with_meta(meta), NoOptions())
    assert losses == ["A value of type complex in meta was written as text."]
    assert npz.read(tmp_path / "t.npz").meta == {
        "path": str(Path("a/b")), "scale": 0.5, "list": [0, 1], "odd": "1j", "fps": (30000, 1001)}


def with_meta(meta):
    tracks = plain_tracks()
    return Tracks(tracks.ids, tracks.xy, tracks.visibility, tracks.confidence, meta=meta)


@pytest.mark.parametrize("meta", [{"size": (1, 2, 3)}, {"size": "big"}, {"fps": (29.97, 1)}, {"frame_numbers": [1, 2]},
                                  {(1, 2): 3}], ids=str)
def test_refuses_to_write_senseless_meta(meta, tmp_path):
    with pytest.raises(FormatError, match="expected meta"):
        npz.write(tmp_path / "t.npz", with_meta(meta), NoOptions())
    assert list(tmp_path.iterdir()) == []


def changed(folder, **arrays) -> Path:
    """The plain file with some arrays replaced, or left out where None."""
    npz.write(folder / "t.npz", plain_tracks(), NoOptions())
    with np.load(folder / "t.npz") as file:
        content = {**file, **arrays}
    np.savez_compressed(folder / "t.npz", **{k: v for k, v in content.items() if v is not None})
    return folder / "t.npz"


@pytest.mark.parametrize(("arrays", "words"), [
    ({"version": 2}, "version 2; update napari-cotracker"),
    ({"format": "something-else"}, "expected an .npz with format"),
    ({"xy": None}, "xy missing"),
    ({"visibility": np.zeros((6, 4), np.float32)}, r"'visibility' of shape \(T, N\) = \(6, 3\).* got \(6, 4\)"),
    ({"xy": np.zeros((6, 3), np.float32)}, "'xy' of shape"),
    ({"ids": np.array([1.5, 2, 3])}, "'ids' to hold integers, got float64"),
    ({"ids": np.array([1, 1, 2])}, "unique track ids"),
    ({"state": np.full((6, 3), 6)}, "state from 0 to 5"),
    ({"source": np.full((6, 3), -1)}, "source from 0 to 5"),
    ({"meta": "[1]"}, "meta as a JSON object"),
    ({"meta": "{"}, "meta as JSON"),
    ({"meta": "[" * 100_000}, "meta as JSON"),
    ({"queries": np.full((3, 3), np.nan)}, "finite"),
    ({"names": np.array([{}, {}, {}], object)}, "'names' to hold text"),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")
def test_says_what_is_wrong(arrays, words, tmp_path):
    with pytest.raises(FormatError, match=words):
        npz.read(changed(tmp_path, **arrays))


def test_optional_arrays_may_be_missing(tmp_path):
    gone = dict.fromkeys(("state", "source", "names", "groups", "queries", "size", "fps", "frame_numbers", "meta"))
    tracks = npz.read(changed(tmp_path, **gone))
    assert tracks.names == ("point 4", "point 7", "point 9")
    assert tracks.queries is None
    assert tracks.meta == {}


def test_an_object_array_is_never_unpickled(tmp_path):
    touched = tmp_path / "touched"

    class Trap:
        def __reduce__(self):
            return (Path.touch, (touched,))

    with pytest.raises(FormatError):
        npz.read(changed(tmp_path, meta=np.array(Trap(), object)))
    assert not touched.exists()


def test_every_truncation_is_refused(tmp_path):
    npz.write(tmp_path / "t.npz", plain_tracks(), NoOptions())
    whole = (tmp_path / "t.npz").read_bytes()
    for length in range(0, len(whole), 97):
        (tmp_path / "cut.npz").write_bytes(whole[:length])
        with pytest.raises(FormatError):
            npz.read(tmp_path / "cut.npz")


def test_every_flipped_byte_is_refused_or_harmless(tmp_path):
    npz.write(tmp_path / "t.npz", plain_tracks(), NoOptions())
    whole = (tmp_path / "t.npz").read_bytes()
    refused = 0
    for place in range(0, len(whole), 13):
        (tmp_path / "bad.npz").write_bytes(whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :])
        try:
            got = npz.read(tmp_path / "bad.npz")
        except FormatError:
            refused += 1
        else:
            np.testing.assert_array_equal(got.xy, plain_tracks().xy)
    assert refused > 0


def zipped(path: Path, replaced: dict[str, bytes], method: int = ZIP_DEFLATED) -> Path:
    """The plain file with the raw bytes of some members replaced."""
    npz.write(path, plain_tracks(), NoOptions())
    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w", method) as archive:
        for name, content in {**members, **replaced}.items():
            archive.writestr(name, content)
    return path


def header(shape, dtype="<f4", data=b"") -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"shape": shape, "fortran_order": False, "descr": dtype})
    return buffer.getvalue() + data


@pytest.mark.parametrize("shape", [(6, 3, 2**60), (2**62, 2**62, 2), (10**9, 0, 2), (10**6, 10**6, 2)], ids=str)
def test_an_absurd_shape_takes_no_memory(shape, tmp_path):
    with pytest.raises(FormatError):
        npz.read(zipped(tmp_path / "t.npz", {"xy.npy": header(shape)}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "FREE_BYTES", 1 << 16)
    shape = (1 << 14, 64, 2)
    bomb = {"xy.npy": header(shape, data=bytes(8 << 20))}
    monkeypatch.setattr(npz.npy, "read_array", only_small(npz.npy.read_array))
    with pytest.raises(FormatError, match="would unpack to 8 MiB"):
        npz.read(zipped(tmp_path / "t.npz", bomb))


def only_small(read_array):
    def read(file, **options):
        array = read_array(file, **options)
        assert array.nbytes < 1000
        return array

    return read


def test_an_odd_compression_is_refused(tmp_path):
    with pytest.raises(FormatError, match="stored or deflated"):
        npz.read(zipped(tmp_path / "t.npz", {}, ZIP_BZIP2))


def test_a_file_too_large_to_compress_is_stored_and_read(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "FREE_BYTES", 1000)
    tracks = Tracks(np.arange(9), *(np.zeros(s, np.float32) for s in ((50, 9, 2), (50, 9), (50, 9))))
    npz.write(tmp_path / "t.npz", tracks, NoOptions())
    assert_same(npz.read(tmp_path / "t.npz"), tracks)
