"""Pictures and masks of files."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_cotracker.core.errors import EditError, FormatError
from napari_cotracker.formats.label_pictures import save_labels
from napari_cotracker.tasks.edit_pictures import read_labels, read_picture
from napari_cotracker.videos.stills import save_picture

LABELS = (np.arange(12 * 16).reshape(12, 16) % 5).astype(np.uint8)


def test_grey_pictures_get_colour(tmp_path: Path) -> None:
    save_picture(tmp_path / "g.png", (LABELS * 50)[..., None])
    found = read_picture(tmp_path / "g.png")
    assert found.shape == (12, 16, 3)
    np.testing.assert_array_equal(found[..., 1], LABELS * 50)


def test_colour_with_alpha_stays(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (12, 16, 4), np.uint8)
    save_picture(tmp_path / "c.png", picture)
    np.testing.assert_array_equal(read_picture(tmp_path / "c.png"), picture)


def test_openexr_is_divided_by_its_alpha(tmp_path: Path) -> None:
    pytest.importorskip("OpenEXR")
    picture = np.full((4, 5, 4), 0.5, np.float32)
    picture[0] = 0
    save_picture(tmp_path / "p.exr", picture)
    found = read_picture(tmp_path / "p.exr")
    assert found[1, 1].tolist() == [1, 1, 1, 0.5]
    assert found[0, 0].tolist() == [0, 0, 0, 0]


def test_labels_of_palettes_and_of_grey(tmp_path: Path) -> None:
    save_labels(tmp_path / "p.png", LABELS)
    np.testing.assert_array_equal(read_labels(tmp_path / "p.png"), LABELS)
    save_picture(tmp_path / "g.png", LABELS[..., None])
    np.testing.assert_array_equal(read_labels(tmp_path / "g.png"), LABELS)
    tifffile.imwrite(tmp_path / "t.tif", LABELS.astype(np.int32) * 1000)
    np.testing.assert_array_equal(read_labels(tmp_path / "t.tif"), LABELS.astype(int) * 1000)


def test_a_stack_is_read_at_the_frame(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "s.tif", np.stack([LABELS, LABELS * 2, LABELS * 3]), photometric="minisblack")
    np.testing.assert_array_equal(read_labels(tmp_path / "s.tif", 2), LABELS * 3)


def test_black_and_white_with_soft_edges_is_one_label(tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 16).astype(np.uint8)[None].repeat(12, 0)
    save_picture(tmp_path / "r.png", ramp[..., None])
    np.testing.assert_array_equal(read_labels(tmp_path / "r.png"), ramp > 127)


def test_colour_is_one_label_where_it_is_not_black(tmp_path: Path) -> None:
    picture = np.zeros((12, 16, 3), np.uint8)
    picture[3:5, 6] = (200, 0, 10)
    Image.fromarray(picture).save(tmp_path / "c.png")
    np.testing.assert_array_equal(read_labels(tmp_path / "c.png"), picture[..., 0] > 0)


def test_what_holds_no_labels_is_told(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "f.tif", LABELS.astype(np.float32))
    with pytest.raises(EditError, match=r"expected labels in 'f\.tif', got fractions"):
        read_labels(tmp_path / "f.tif")
    (tmp_path / "x.png").write_text("no picture")
    with pytest.raises(FormatError, match="cannot read"):
        read_labels(tmp_path / "x.png")
    with pytest.raises(FormatError, match="cannot read"):
        read_labels(tmp_path / "missing.png")
