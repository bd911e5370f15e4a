"""HDF5 without surprises."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats import hdf5

h5py = pytest.importorskip("h5py")


@pytest.fixture
def path(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["numbers"] = np.arange(6).reshape(2, 3)
        file["names"] = ["ä", "b"]
        file["short"] = np.array([b"c", b"dd"])
        file.create_dataset("huge", (1 << 20, 1 << 20), "f8", chunks=(1024, 1024), compression="gzip")
        file.create_group("room")
    return str(tmp_path / "a.h5")


def test_arrays_and_texts(path):
    with hdf5.opened(path) as file:
        assert hdf5.whole(file, "numbers", ndim=2).tolist() == [[0, 1, 2], [3, 4, 5]]
        assert hdf5.texts(file, "names") == ["ä", "b"] and hdf5.texts(file, "short") == ["c", "dd"]
        assert hdf5.text_of(np.array([b"a"])) == hdf5.text_of("a") == hdf5.text_of(np.bytes_(b"a")) == "a"
        assert hdf5.text_of(3, "none") == "none"


@pytest.mark.parametrize(("name", "more", "said"), [
    ("none", {}, "a dataset 'none'"), ("room", {}, "a dataset 'room'"), ("names", {}, "of shape"),
    ("numbers", {"ndim": 3}, "with 3 dimensions"), ("huge", {}, "claims 8388608 MiB"),
])
def test_what_makes_no_sense_is_refused(name, more, said, path):
    with pytest.raises(FormatError, match=said), hdf5.opened(path) as file:
        hdf5.whole(file, name, **more)


def test_mishaps_are_one_sentence(path, tmp_path):
    (tmp_path / "b.h5").write_bytes(b"text")
    with pytest.raises(FormatError, match="damaged or of another kind") as caught, hdf5.opened(str(tmp_path / "b.h5")):
        pass
    assert "\n" not in str(caught.value)
    with pytest.raises(FormatError, match="KeyError"), hdf5.opened(path) as file:
        file["nothing"]


REFUSED = """
import resource, sys
import numpy as np
from napari_cotracker import write_tracks
from napari_cotracker.core.errors import FormatError
from napari_cotracker.core.tracks import Tracks

xy = (np.random.default_rng(0).random((200, 100, 2)) * 640).astype(np.float32)
tracks = Tracks(np.arange(100), xy, np.ones((200, 100)), np.ones((200, 100)), meta={"size": (640, 640), "fps": (25, 1)})
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for name, format in (("a.nc", "movement"), ("a.analysis.h5", "sleap-analysis"), ("a.slp", "sleap"),
                     ("a.h5", "deeplabcut-predictions"), ("a.nwb", "nwb")):
    try:
        write_tracks(name, tracks, format)
    except FormatError as mishap:
        print(mishap)
"""


def test_a_disk_that_takes_no_more_is_one_sentence_and_nothing_is_left(tmp_path):
    pytest.importorskip("resource")
    for library in ("xarray", "sleap_io", "ndx_pose"):
        pytest.importorskip(library)
    done = subprocess.run([sys.executable, "-c", REFUSED], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in told] == [f"cannot write {name!r}" for name in (
        "a.nc", "a.analysis.h5", "a.slp", "a.h5", "a.nwb")]
    assert not list(tmp_path.iterdir())
