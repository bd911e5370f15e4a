"""Files that torch itself reads."""

from io import BytesIO

import numpy as np
import pytest
import torch

from napari_cotracker.formats.torch_file import torch_file

ARRAYS = {
    "points": np.arange(24, dtype=np.float32).reshape(3, 4, 2) / 7, "double": np.array([1e300, -0.0]),
    "whole": np.array([[2**60, -1]]), "mask": np.array([[True], [False]]), "none": np.zeros((0, 5), np.float32),
    "one": np.array(3.5, np.float32), "big end": np.arange(3, dtype=">i8"), "turned": np.arange(6.0).reshape(2, 3).T,
    "Größe": np.zeros(1, bool),
}


@pytest.mark.parametrize("weights_only", [True, False])
def test_torch_reads_every_kind(weights_only, tmp_path):
    (tmp_path / "a.pt").write_bytes(torch_file(ARRAYS))
    got = torch.load(tmp_path / "a.pt", weights_only=weights_only)
    assert list(got) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert got[name].is_contiguous() and got[name].numpy().dtype == array.dtype.newbyteorder("=")
        np.testing.assert_array_equal(got[name].numpy(), array, err_msg=name)
    got["points"] += 1  # it is a tensor like any other


def test_the_same_tensors_make_the_same_file():
    assert torch_file(ARRAYS) == torch_file(ARRAYS)
    assert torch.load(BytesIO(torch_file({})), weights_only=True) == {}


def test_other_kinds_are_not_written():
    with pytest.raises(KeyError):
        torch_file({"a": np.array(["text"])})
