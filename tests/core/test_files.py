from __future__ import annotations

import pytest

from napari_cotracker.core.errors import FormatError, VideoError
from napari_cotracker.core.files import replacing


def test_the_new_file_takes_the_old_ones_place(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert temporary.suffix == ".txt"
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mishap", [KeyError, KeyboardInterrupt, FormatError])
def test_a_failure_leaves_the_old_file_alone(mishap, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(mishap), replacing(path) as temporary:
        temporary.write_text("half")
        raise mishap
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    with replacing(tmp_path / "link") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_the_callers_error_is_raised(tmp_path):
    missing = tmp_path / "none" / "a.mp4"
    with pytest.raises(VideoError, match=r"No such.*; choose a folder"), replacing(missing, VideoError) as temporary:
        temporary.write_text("x")
    with pytest.raises(VideoError, match="got the folder"), replacing(tmp_path, VideoError):
        pass
