"""Labels as pictures."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats.label_pictures import kind_of, label_stack, save_label_tiff, save_labels
from napari_cotracker.formats.palette import palette

LABELS = np.arange(20 * 30).reshape(20, 30) % 7


def test_a_png_has_labels_for_numbers_and_their_colours(tmp_path: Path) -> None:
    save_labels(tmp_path / "a.png", LABELS.astype(np.uint8))
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.mode == "P"
        np.testing.assert_array_equal(np.array(picture), LABELS)
        np.testing.assert_array_equal(np.array(picture.convert("RGB")), palette()[LABELS])


def test_large_labels_have_sixteen_bits(tmp_path: Path) -> None:
    save_labels(tmp_path / "a.png", (LABELS * 1000).astype(np.uint16))
    with Image.open(tmp_path / "a.png") as picture:
        np.testing.assert_array_equal(np.array(picture), LABELS * 1000)


def test_one_tiff_and_a_stack_of_them(tmp_path: Path) -> None:
    save_label_tiff(tmp_path / "a.tif", LABELS.astype(np.uint32))
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "a.tif"), LABELS)
    with label_stack(tmp_path / "stack.tif") as add:
        for k in range(3):
            add((LABELS + k).astype(np.uint8))
    found = tifffile.imread(tmp_path / "stack.tif")
    np.testing.assert_array_equal(found, np.stack([LABELS, LABELS + 1, LABELS + 2]))
    assert found.dtype == np.uint8


def test_a_stack_that_is_given_up_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeyError), label_stack(tmp_path / "stack.tif") as add:
        add(LABELS.astype(np.uint8))
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FormatError, match="choose a folder that exists"), label_stack(tmp_path / "no" / "s.tif") as add:
        add(LABELS.astype(np.uint8))


def test_the_smallest_type_that_holds_a_label() -> None:
    assert [kind_of(largest).name for largest in (1, 255, 256, 70_000)] == ["uint8", "uint8", "uint16", "uint32"]
    with pytest.raises(FormatError, match="expected labels up to 65,535, got 70,000"):
        kind_of(70_000, 65_535)
