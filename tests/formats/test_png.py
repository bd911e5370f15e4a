"""Pictures beside labels."""

import imageio.v3 as imageio
import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats.png import save_png


def test_colours_and_size_are_kept(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    save_png(tmp_path / "a.png", picture)
    np.testing.assert_array_equal(imageio.imread(tmp_path / "a.png"), picture)


def test_what_cannot_be_stored_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("cv2.imencode", lambda *_: (False, None))
    with pytest.raises(FormatError, match=r"a\.png"):
        save_png(tmp_path / "a.png", np.zeros((2, 2, 3), np.uint8))
