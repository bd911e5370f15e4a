"""DeepLabCut's tables in HDF5: as pandas lays them out, without its pickles."""

from __future__ import annotations

import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest

from napari_cotracker.core.errors import FormatError
from napari_cotracker.formats import dlc_frames, dlc_hdf5

pd = pytest.importorskip("pandas")
GOLDEN = Path(__file__).parent / "golden" / "deeplabcut" / "CollectedData_Anna.h5"
NAMES = ["scorer", "bodyparts", "coords"]


def test_own_layout_is_that_of_pandas(tmp_path):
    frame = dlc_hdf5.read_hdf5(GOLDEN)
    dlc_hdf5.write_hdf5(tmp_path / "a.h5", frame, "a comment")
    dlc_frames.write_csv(tmp_path / "a.csv", frame)
    pd.testing.assert_frame_equal(pd.read_hdf(tmp_path / "a.h5"), pd.read_hdf(GOLDEN))
    assert (tmp_path / "a.csv").read_text() == GOLDEN.with_suffix(".csv").read_text()


def test_a_pickle_in_a_file_is_not_run(tmp_path):
    """pandas would run it; what lists the columns of a table may only be plain names."""
    class Bad:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "ran",))

    pd.read_hdf(GOLDEN).reset_index(drop=True).to_hdf(
        tmp_path / "a.h5", key="df_with_missing", format="table", mode="w")
    with h5py.File(tmp_path / "a.h5", "a") as file:
        file["df_with_missing/table"].attrs["values_block_0_kind"] = np.bytes_(pickle.dumps(Bad(), 0))
    with pytest.raises(FormatError, match="refused to load"):
        dlc_hdf5.read_hdf5(tmp_path / "a.h5")
    assert not (tmp_path / "ran").exists()


def table(values, parts=("a", "b"), index=None):
    columns = pd.MultiIndex.from_product([["Zoë"], parts, ["x", "y", "likelihood"]], names=NAMES)
    return pd.DataFrame(values, index, columns)


@pytest.mark.parametrize("layout", ["fixed", "table"])
@pytest.mark.parametrize("index", [None, ["p/v/img1.png", "p/v/img2.png"]], ids=["frames", "paths"])
def test_both_layouts_of_pandas_are_read(layout, index, tmp_path):
    values = np.arange(12.0).reshape(2, 6)
    table(values, index=index).to_hdf(tmp_path / "a.h5", key="df_with_missing", format=layout, mode="w")
    got = dlc_hdf5.read_hdf5(tmp_path / "a.h5")
    assert got.columns[3] == ("Zoë", "b", "x")
    assert got.rows == (((0,), (1,)) if index is None else (("p/v/img1.png",), ("p/v/img2.png",)))
    np.testing.assert_array_equal(got.values, values)
    assert dlc_hdf5.coordinates_of(tmp_path / "a.h5") == ("x", "y", "likelihood")


def test_whole_numbers_stand_in_a_block_of_their_own(tmp_path):
    found = table(np.arange(12.0).reshape(2, 6))
    found = found.astype({found.columns[1]: np.int64})
    found.to_hdf(tmp_path / "a.h5", key="df_with_missing", mode="w")
    np.testing.assert_array_equal(dlc_hdf5.read_hdf5(tmp_path / "a.h5").values, np.arange(12.0).reshape(2, 6))
    found.to_hdf(tmp_path / "b.h5", key="df_with_missing", format="table", mode="w")
    with pytest.raises(FormatError, match="one block of numbers"):
        dlc_hdf5.read_hdf5(tmp_path / "b.h5")


def test_tables_without_a_row_are_read(tmp_path):
    table(np.zeros((0, 6))).to_hdf(tmp_path / "a.h5", key="df_with_missing", mode="w")
    assert dlc_hdf5.read_hdf5(tmp_path / "a.h5").rows == ()


def test_files_of_others_are_refused_in_words(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["df_with_missing"] = np.zeros(3)
    with pytest.raises(FormatError, match="expected a table 'df_with_missing'"):
        dlc_hdf5.read_hdf5(tmp_path / "a.h5")
    assert dlc_hdf5.coordinates_of(tmp_path / "a.h5") is None
    pd.DataFrame({"a": [1.0]}).to_hdf(tmp_path / "b.h5", key="df_with_missing", mode="w")
    with pytest.raises(FormatError, match="it is not DeepLabCut's"):
        dlc_hdf5.read_hdf5(tmp_path / "b.h5")
    pd.Series([1.0]).to_hdf(tmp_path / "c.h5", key="a", mode="w")
    with pytest.raises(FormatError, match="as pandas writes it"):
        dlc_hdf5.read_hdf5(tmp_path / "c.h5")
